"""Search and download on the map page of the shipped data."""

import pytest
from playwright.sync_api import expect

from tests.service import running


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with running(tmp_path_factory.mktemp("search") / "store") as started:
        yield started


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("cahaya", "Kawasan Transmigrasi Cahaya Baru"),
        ("Kabupaten Tabalong", "Kabupaten Tabalong"),
        ("takisung", "Takisung"),
        ("simpang empat, kabupaten tanah bumbu", "Simpang Empat"),
    ],
)
def test_a_name_opens_its_card(address, visit, typed, name):
    seen = visit(f"{address}/map")
    box = seen.page.get_by_label("Cari kawasan")
    box.fill(typed)
    box.press("Enter")
    expect(seen.page.locator(".leaflet-popup h2")).to_have_text(name)
    assert seen.trouble == []


def test_a_name_of_several_or_none_says_so(address, visit):
    seen = visit(f"{address}/map?lang=en")
    box = seen.page.get_by_label("Find an area")
    for typed in ("simpang empat", "Atlantis", "<img src=x onerror=alert(1)>"):
        box.fill(typed)
        box.press("Enter")
        expect(seen.page.locator("#search p")).to_contain_text("No single name matches")
    assert seen.trouble == []


def test_a_download_holds_the_weights_of_the_screen(address, visit):
    seen = visit(f"{address}/map")
    seen.page.locator("#weights > summary").click()
    seen.page.get_by_role("button", name="Layak huni ×2").click()
    expect(seen.page.locator("#weights[data-state=settled]")).to_have_count(1)
    shown = seen.page.locator("tr[data-zone=cahaya-baru] .score").inner_text()
    link = seen.page.get_by_role("link", name="GeoJSON").get_attribute("href")
    answer = seen.page.request.get(f"{address}{link}")
    zones = {f["id"]: f["properties"] for f in answer.json()["features"]}
    assert f"{zones['cahaya-baru']['score']:.1f}".replace(".", ",") == shown
