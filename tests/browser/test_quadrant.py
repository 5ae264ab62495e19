"""Readiness against need, drawn on the map page of the shipped data."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_map_page import DESKTOP, PHONE

# Of the 330 units of the drawing, of which the axis of readiness has 286 above the lowest 34.
THRESHOLD_Y = 330 - 34 - 286 * 0.6


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_zones_stand_in_their_quadrant_and_say_which_other_one_they_may_have(address, visit, size):
    seen = visit(f"{address}/map", width=size[0], height=size[1])
    quadrant = seen.page.locator("#quadrant")
    quadrant.locator("> summary").click()
    expect(quadrant.locator(".point")).to_have_count(14)
    labels = [str(it.get_attribute("aria-label")) for it in quadrant.locator(".prioritas").all()]
    assert [
        label.partition(":")[0].split()[-1] for label in labels if ": Prioritas, " in label
    ] == [
        "Angsana",
        "Meranti",
    ]
    assert all("rentang" in label and "Siapkan, " in label for label in labels)
    assert all("syarat mutlak yang belum diperiksa: Kawasan hutan" in label for label in labels)
    expect(quadrant.locator(".point.prioritas.is-open")).to_have_count(2)
    expect(quadrant.locator(".corner", has_text="Prioritas (2)")).to_have_count(1)
    siayuh = quadrant.locator(".point[aria-label^='Permukiman Transmigrasi Siayuh: Siapkan, ']")
    expect(siayuh).to_have_attribute(
        "aria-label", re.compile(r"Menurut skornya saja: Prioritas\.$")
    )
    # It stands above the threshold all the same, where its score puts it.
    assert float(str(siayuh.get_attribute("cy"))) < THRESHOLD_Y
    expect(quadrant).to_contain_text("kuadrannya belum pasti")
    assert seen.trouble == []


def test_a_point_opens_its_area_on_the_map(address, visit):
    seen = visit(f"{address}/map?lang=en")
    quadrant = seen.page.locator("#quadrant")
    quadrant.locator("> summary").click()
    quadrant.get_by_label("What is drawn").select_option("kecamatan")
    expect(quadrant.locator(".point")).to_have_count(156)
    seen.page.locator(".point[aria-label^='Labuan Amas Utara']").press("Enter")
    expect(seen.page.locator(".leaflet-popup h2")).to_have_text("Labuan Amas Utara")
    assert seen.trouble == []


@pytest.mark.parametrize(
    ("model", "item", "axis"),
    [("kesiapan", "huni", "Kesiapan"), ("kebutuhan", "kesejahteraan", "Kebutuhan")],
)
def test_the_places_follow_the_weights_of_the_model_on_the_screen(
    address, visit, model, item, axis
):
    seen = visit(f"{address}/map?model={model}#k=zones")
    mark = seen.page.locator(".point[aria-label^='Kawasan Transmigrasi Cahaya Baru']")
    own = str(mark.get_attribute("aria-label"))
    seen.page.locator("#weights > summary").click()
    seen.page.locator(f"[data-item={item}]").fill("100")
    expect(mark).not_to_have_attribute("aria-label", own)
    score = seen.page.locator("tr[data-zone=cahaya-baru] .score").inner_text().split()[0]
    expect(mark).to_have_attribute("aria-label", re.compile(f"{axis} {score}", re.IGNORECASE))
    seen.page.get_by_role("button", name="Kembalikan ke bobot awal").click()
    expect(mark).to_have_attribute("aria-label", own)
    assert seen.trouble == []


def test_the_list_says_the_same_in_words(address, visit):
    seen = visit(f"{address}/map")
    seen.page.locator("#quadrant > summary").click()
    seen.page.get_by_text("Sebagai daftar").click()
    expect(seen.page.locator("#quadrant .sources")).to_contain_text("Cahaya Baru")


def test_a_model_that_is_neither_of_the_two_has_no_quadrant(address, visit):
    seen = visit(f"{address}/map?model=ipktrans")
    expect(seen.page.locator("#quadrant")).to_have_count(0)
    assert seen.trouble == []
