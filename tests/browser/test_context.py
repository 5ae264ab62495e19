"""The map says where it is: names that are all there and apart, and the context under the layers."""

import re

import pytest
from playwright.sync_api import expect

REGENCIES = {
    "Tanah Laut",
    "Kotabaru",
    "Banjar",
    "Barito Kuala",
    "Tapin",
    "Hulu Sungai Selatan",
    "Hulu Sungai Tengah",
    "Hulu Sungai Utara",
    "Tabalong",
    "Tanah Bumbu",
    "Balangan",
    "Banjarmasin",
    "Banjarbaru",
}
# Each name that is shown: whole even where it is shortened, its box, and what covers its corner.
NAMES = """() => [...document.querySelectorAll('.place-name:not(.is-crowded)')].map((shown) => {
  const { left, top, right, bottom } = shown.getBoundingClientRect();
  const whole = shown.querySelector('abbr')?.title ?? shown.textContent;
  return { whole, kind: shown.className.match(/is-(\\w+)/)[1], box: [left, top, right, bottom] };
})"""
COVERS = ".rank-badge:not(.is-crowded), .legends, .panel, .leaflet-control"


def drawn(seen):
    """The page, once its context is drawn."""
    expect(seen.page.locator("path.context-road")).to_have_count(1)
    return seen.page


def boxes(page, selector):
    script = (
        "(all) => all.filter((one) => one.getClientRects().length).map((one) => {"
        "const { left, top, right, bottom } = one.getBoundingClientRect();"
        "return [left, top, right, bottom] })"
    )
    return page.locator(selector).evaluate_all(script)


def heights_of(page):
    """The z-index of each pane by its name."""
    script = (
        "(all) => all.map((one) => [one.className.match(/leaflet-(\\S+)-pane/)?.[1],"
        " Number(getComputedStyle(one).zIndex)])"
    )
    return dict(page.locator(".leaflet-pane[class*=leaflet-]").evaluate_all(script))


def meet(a, b):
    return a[2] > b[0] and b[2] > a[0] and a[3] > b[1] and b[3] > a[1]


@pytest.mark.parametrize("path", ["/map?lang=id", "/maps/zones?lang=en"])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900)])
def test_all_13_regencies_are_named_and_no_name_lies_on_another(
    visit, address, path, width, height
):
    page = drawn(visit(address + path, width=width, height=height))
    names = page.evaluate(NAMES)
    assert {one["whole"] for one in names if one["kind"] == "regency"} == REGENCIES
    taken = [one["box"] for one in names] + boxes(page, COVERS)
    for i, one in enumerate(names):
        others = taken[:i] + taken[i + 1 :]
        assert not [other for other in others if meet(one["box"], other)], one
        assert 0 <= one["box"][0] < one["box"][2] <= width, one


def test_the_context_lies_under_the_layers_and_takes_no_click(visit, address):
    page = drawn(visit(f"{address}/map?lang=id"))
    heights = heights_of(page)
    assert heights["context-land"] < heights["regencies"]
    assert heights["context-lines"] < heights["surface"] < heights["zones"]
    assert page.locator(".context-pane[aria-hidden=true]").count() == 2
    assert page.locator(".context-pane path.leaflet-interactive").count() == 0
    assert page.locator(".context-pane [tabindex]").count() == 0


def test_the_outlines_of_any_layer_lie_above_the_land_around(visit, address):
    page = drawn(visit(f"{address}/maps/idm?lang=id"))
    tiles = page.locator(".leaflet-outlines-pane canvas").first
    expect(tiles).to_be_visible()
    heights = heights_of(page)
    assert heights["context-land"] < heights["outlines"]


def test_it_is_asked_of_us_once_with_its_version_and_says_whose_it_is(visit, address):
    seen = visit(f"{address}/map?lang=en")
    page = drawn(seen)
    asked = [one for one in seen.requests if "/context/" in one]
    assert len(asked) == 1
    assert re.fullmatch(rf"{address}/static/context/drawing\.json\?v=[0-9a-f]{{12}}", asked[0])
    attribution = page.locator(".leaflet-control-attribution")
    expect(attribution).to_contain_text("© OpenStreetMap contributors (ODbL), GSHHG")
    assert seen.trouble == []


def test_it_is_switched_off_and_a_link_keeps_that(visit, address):
    page = drawn(visit(f"{address}/map?lang=en"))
    expect(page.locator(".place-name.is-sea").first).to_have_text("Java Sea")
    page.get_by_label("Sea, main roads, towns and neighbours").uncheck()
    expect(page.locator(".context-pane path")).to_have_count(0)
    expect(page.locator(".place-name")).to_have_count(len(REGENCIES))
    expect(page).to_have_url(re.compile("#context=off$"))
    again = visit(page.url).page
    expect(again.get_by_label("Sea, main roads, towns and neighbours")).not_to_be_checked()
    expect(again.locator(".context-pane path")).to_have_count(0)


def test_towns_are_named_when_the_map_is_near(visit, address):
    town = ".place-name.is-town:not(.is-crowded)"
    page = drawn(visit(f"{address}/map?lang=id"))
    expect(page.locator(town)).to_have_count(0)
    near = drawn(visit(f"{address}/map?lang=id#v=-3.3,114.9,10"))
    expect(near.locator(town, has_text="Martapura")).to_have_count(1)
    # A city that is a regency of its own is named once.
    expect(near.locator(".place-name", has_text="Banjarbaru")).to_have_count(1)


def test_a_map_saved_for_a_memory_stick_carries_it(visit, address, tmp_path):
    page = visit(f"{address}/map").page
    saved = tmp_path / "zones.html"
    saved.write_bytes(page.request.get(f"{address}/maps/zones?download&lang=id").body())
    offline = drawn(visit(saved.as_uri()))
    expect(offline.locator(".place-name.is-sea").first).to_have_text("Laut Jawa")
