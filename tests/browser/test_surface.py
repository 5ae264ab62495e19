"""The suitability layer and the sites of a zone in a browser, on shipped data and a synthetic slope."""

import json
import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from geo.store.store import Store
from tests.browser.test_map_page import shapes
from tests.geo.land.fine_land import add_fine_land
from tests.service import running


@pytest.fixture(scope="module")
def address(reference_folder, tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("surface")
    shutil.copytree(reference_folder, folder / "store")
    store = Store(folder / "store")
    add_fine_land(store, folder, percent=3.0)
    store.close()
    with running(folder / "store") as started:
        yield started


def test_the_surface_is_off_at_first_and_its_tiles_come_from_the_service(address, visit):
    seen = visit(f"{address}/map")
    legend = seen.page.locator("[data-layer=surface]")
    expect(shapes(seen.page, "zones")).to_have_count(14)
    expect(legend).to_be_hidden()
    assert not any("/tiles/" in asked for asked in seen.requests)
    seen.page.get_by_role("checkbox", name="Kesesuaian lahan").check()
    expect(seen.page.locator(".leaflet-surface-pane img.leaflet-tile-loaded")).not_to_have_count(0)
    expect(legend).to_contain_text("80 – 100")
    tiles = [asked for asked in seen.requests if "/tiles/suitability/" in asked]
    assert tiles
    assert all("v=" in tile for tile in tiles)
    assert {urlsplit(asked).netloc for asked in seen.requests} == {urlsplit(address).netloc}
    seen.page.get_by_role("checkbox", name="Kesesuaian lahan").uncheck()
    expect(legend).to_be_hidden()
    assert seen.trouble == []


def test_while_the_surface_is_on_its_way_it_is_not_taken_for_empty(address, visit):
    seen = visit(f"{address}/map")
    held, is_held = [], True
    seen.page.route(
        "**/tiles/suitability/**",
        lambda route: held.append(route) if is_held else route.continue_(),
    )
    seen.page.get_by_role("checkbox", name="Kesesuaian lahan").check()
    state = seen.page.locator(".map-state")
    expect(state).to_have_text("Memuat kesesuaian lahan …")
    expect(seen.page).to_have_url(re.compile("l=.*surface"))
    is_held = False
    for route in held:
        route.continue_()
    expect(seen.page.locator(".leaflet-surface-pane img.leaflet-tile-loaded")).not_to_have_count(0)
    expect(state).to_be_hidden()
    assert seen.trouble == []


def test_a_link_opens_the_sites_that_were_found(address, visit):
    seen = visit(f"{address}/map#zone=cahaya-baru")
    seen.page.get_by_role("button", name="Cari calon lokasi SP").click()
    expect(shapes(seen.page, "sites")).to_have_count(16)
    expect(seen.page).to_have_url(re.compile("sites=cahaya-baru"))
    again = visit(seen.page.url)
    expect(shapes(again.page, "sites")).to_have_count(16)
    expect(again.page.locator(".site-list button")).to_have_count(16)
    assert [*seen.trouble, *again.trouble] == []


def test_the_sites_of_a_zone_are_found_listed_and_drawn_by_the_keyboard(address, visit):
    seen = visit(f"{address}/map?lang=en#zone=cahaya-baru")
    page = seen.page
    page.get_by_role("button", name="Find settlement sites (SP)").press("Enter")
    listed = page.locator(".site-list button")
    expect(listed).to_have_count(16)
    expect(shapes(page, "sites")).to_have_count(16)
    page.get_by_text("What to know").click()
    expect(page.locator(".leaflet-popup")).to_contain_text("Constraints not checked")
    listed.first.press("Enter")
    popup = page.locator(".popup-sites")
    expect(popup.locator("h2")).to_have_text("Candidate site 1")
    expect(popup).to_contain_text("households at 2.9 ha gross each")
    page.keyboard.press("Escape")
    expect(popup).to_have_count(0)
    page.locator("path[aria-label^='Candidate site 2,']").press("Enter")
    expect(popup.locator("h2")).to_have_text("Candidate site 2")
    assert seen.trouble == []
    assert {urlsplit(asked).netloc for asked in seen.requests} == {urlsplit(address).netloc}


def test_a_zone_without_a_fitting_place_says_so(address, visit):
    seen = visit(f"{address}/map#zone=angsana")
    # Only land without any fault will do, and there is none.
    seen.page.route(
        "**/sites?*", lambda route: route.continue_(url=f"{route.request.url}&min_suitability=100")
    )
    seen.page.get_by_role("button", name="Cari calon lokasi SP").click()
    expect(seen.page.locator(".site-summary")).to_contain_text("Tidak ada calon lokasi")
    expect(seen.page.locator(".site-summary")).to_contain_text("Dicari: lahan menyatu")
    assert seen.trouble == []


def test_the_search_is_a_main_thing_to_do_only_where_it_can_answer(address, visit):
    """Sebamban has the outlines of its desa; Cahaya Baru is a disc of its size."""
    seen = visit(f"{address}/map#zone=sebamban")
    button = seen.page.get_by_role("button", name="Cari calon lokasi SP")
    expect(button).to_have_class("action")
    seen = visit(f"{address}/map#zone=cahaya-baru")
    button = seen.page.get_by_role("button", name="Cari calon lokasi SP")
    expect(button).to_have_class("action secondary")
    expect(seen.page.locator(".sites .note")).to_contain_text("belum tentu di dalamnya")
    button.click()
    expect(seen.page.locator(".sites .reason")).to_contain_text("belum tentu di dalam kawasan")
    assert seen.trouble == []


def test_what_the_service_says_of_a_site_stays_text(address, visit):
    hostile = "<img src=x onerror=window.hacked=1>"
    seen = visit(f"{address}/map#zone=cahaya-baru")
    page = seen.page

    def answer(route):
        site = {"rank": 1, "area_ha": 600, "households": 200, "suitability_mean": 70}
        site |= {"suitability_min": 60, "compactness": 0.5, "zone": hostile, "reasons": hostile}
        ring = [[114.6, -3.1], [114.7, -3.1], [114.7, -3.0], [114.6, -3.1]]
        shape = {"type": "Polygon", "coordinates": [ring]}
        feature = {"type": "Feature", "id": hostile, "properties": site, "geometry": shape}
        document = {"type": "FeatureCollection", "features": [feature], "notes": [hostile]}
        document |= {"summary": [hostile, hostile], "place_is_known": False}
        route.fulfill(body=json.dumps(document | {"numberMatched": 1, "numberReturned": 1}))

    page.route("**/sites?*", answer)
    page.get_by_role("button", name="Cari calon lokasi SP").click()
    page.get_by_text("Yang perlu diketahui").click()
    expect(page.locator(".sites")).to_contain_text(hostile)
    page.locator(".site-list button").click()
    expect(page.locator(".popup-sites")).to_contain_text(hostile)
    expect(page.locator(".leaflet-popup img")).to_have_count(0)
    assert page.evaluate("typeof window.hacked") == "undefined"


def test_a_search_that_fails_says_so_and_can_be_tried_again(address, visit):
    seen = visit(f"{address}/map#zone=cahaya-baru")
    page = seen.page
    page.route("**/sites?*", lambda route: route.abort())
    button = page.get_by_role("button", name="Cari calon lokasi SP")
    button.click()
    expect(page.locator(".sites .reason")).to_contain_text("tidak dapat diambil")
    page.unroute("**/sites?*")
    button.click()
    expect(page.locator(".site-list button")).to_have_count(16)


def test_need_has_neither_surface_nor_sites(address, visit):
    seen = visit(f"{address}/map?model=kebutuhan#zone=cahaya-baru")
    expect(seen.page.locator(".leaflet-popup")).to_be_visible()
    expect(seen.page.get_by_role("button", name="Cari calon lokasi SP")).to_have_count(0)
    expect(seen.page.get_by_role("checkbox", name="Kesesuaian lahan")).to_have_count(0)
