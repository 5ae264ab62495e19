"""Two assessments and two zones side by side in a real browser."""

import shutil

import pytest
from playwright.sync_api import expect

from geo import published
from geo.store.store import Store
from tests.api.examples import publish
from tests.browser.test_map_page import DESKTOP, PHONE
from tests.browser.waits import wait_until
from tests.maps.examples import HOSTILE
from tests.service import running

VIEWS = (
    "() => Kawasan.compare.maps().map((m) => [m.getCenter().lat, m.getCenter().lng, m.getZoom()])"
)
AGREE = """() => {
    const [a, b] = Kawasan.compare.maps();
    const apart = a.latLngToContainerPoint(a.getCenter()).distanceTo(a.latLngToContainerPoint(b.getCenter()));
    return a.getZoom() === b.getZoom() && apart < 2;
}"""


@pytest.fixture(scope="module")
def address(reference_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare") / "store"
    shutil.copytree(reference_folder, folder)
    store = Store(folder)
    zones = published.layer(store, "zones")
    names = zones["name"].where(zones.index != "sebamban", " ".join(HOSTILE))
    publish(store, "zones", zones.assign(name=names))
    store.close()
    with running(folder) as started:
        yield started


def test_the_maps_move_and_zoom_together_in_both_directions(address, visit):
    seen = visit(f"{address}/compare?lang=id")
    page, maps = seen.page, seen.page.locator(".folium-map")
    expect(maps).to_have_count(2)
    wait_until(page, AGREE)
    for side in (0, 1):
        before = page.evaluate(VIEWS)
        maps.nth(side).scroll_into_view_if_needed()
        box = maps.nth(side).bounding_box()
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.move(*middle)
        page.mouse.down()
        page.mouse.move(middle[0] + 60, middle[1] + 40, steps=4)
        page.mouse.up()
        wait_until(
            page,
            "before => Kawasan.compare.maps().every((m, i) => Math.abs(m.getCenter().lng - before[i][1]) > .05)",
            before,
        )
        wait_until(page, AGREE)
        maps.nth(side).get_by_role("button", name="Perbesar").click()
        wait_until(
            page,
            "before => Kawasan.compare.maps().every((m, i) => m.getZoom() > before[i][2])",
            before,
        )
        wait_until(page, AGREE)
    assert seen.trouble == []


def test_a_zone_says_its_name_and_score_and_a_hostile_name_is_text(address, visit):
    seen = visit(f"{address}/compare?lang=id")
    page = seen.page
    page.evaluate(
        """() => Kawasan.compare.maps()[0].eachLayer((l) => {
            if (l.feature && l.feature.id === "sebamban") l.fire("mouseover", { latlng: l.getBounds().getCenter() });
        })"""
    )
    expect(page.locator(".hover-name")).to_contain_text(HOSTILE[0])
    expect(page.locator(".hover-name")).to_contain_text("skor")
    expect(page.locator("path.is-hovered")).to_have_count(2)
    assert page.evaluate("window.hacked") is None
    assert seen.trouble == []


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("query", ["", "&zones=cahaya-baru,sebamban"])
def test_a_page_fits_its_window(address, visit, query, language):
    seen = visit(f"{address}/compare?lang={language}{query}")
    expect(seen.page.get_by_role("heading", level=1)).to_be_visible()
    expect(seen.page.locator("html")).to_have_attribute("lang", language)
    for width, height in (DESKTOP, PHONE):
        seen.page.set_viewport_size({"width": width, "height": height})
        assert seen.page.locator("html").evaluate("e => e.scrollWidth") <= width
        boxes = [one.bounding_box() for one in seen.page.locator(".folium-map").all()]
        if boxes:
            is_stacked = boxes[0]["x"] == boxes[1]["x"]
            assert is_stacked == (width == PHONE[0])
    assert seen.page.evaluate("window.hacked") is None
    assert seen.trouble == []


@pytest.mark.parametrize("javascript", [True, False])
def test_the_risk_is_asked_for_with_the_method_that_takes_one(address, visit, javascript):
    seen = visit(f"{address}/compare?lang=en", javascript=javascript)
    page = seen.page
    left, right = (page.get_by_role("group", name=side) for side in ("Left", "Right"))
    expect(page.get_by_label("Attitude to risk")).to_have_count(2)
    expect(left.get_by_label("Attitude to risk")).to_be_hidden()
    left.get_by_label("Method").select_option("owa")
    expect(right.get_by_label("Attitude to risk")).to_be_hidden()
    left.get_by_label("Attitude to risk").select_option("0.2")
    right.get_by_label("Method").select_option("topsis")
    page.get_by_role("button", name="Compare").first.click()
    expect(page.locator("figcaption").first).to_contain_text("risk 0.2")
    expect(page.locator("figcaption").last).to_contain_text("TOPSIS")
    expect(page.get_by_role("group", name="Left").get_by_label("Attitude to risk")).to_have_value(
        "0.2"
    )
    assert "risk=0.2" in page.url
    assert seen.trouble == []


def test_the_forms_work_without_any_script(address, visit):
    seen = visit(f"{address}/compare?lang=en", javascript=False)
    page = seen.page
    expect(page.locator(".needs-script").first).to_be_visible()
    right = page.get_by_role("group", name="Right")
    right.get_by_label("Year").select_option("2024")
    right.get_by_label("Weights").select_option("own")
    page.get_by_role("button", name="Compare").first.click()
    expect(page.get_by_text("Year: 2025 → 2024")).to_be_visible()
    page.get_by_label("Area 2").select_option("angsana")
    page.get_by_role("button", name="Compare").last.click()
    expect(page.get_by_role("table")).to_contain_text("Angsana")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert seen.trouble == []
