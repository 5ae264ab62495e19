"""The map of any published layer in a browser: vector tiles, its card, its search, its single file."""

import math
import re
import shutil
import time

import httpx2
import pytest
import shapely
from playwright.sync_api import Page, expect

from geo.store.store import Store
from tests.api.examples import ODD_ID, ODD_LAYER, made_layer, odd, publish
from tests.browser.test_hostile_values import ENDLESS, MARKUP, require_inert
from tests.browser.test_map_page import DESKTOP, PHONE
from tests.browser.waits import wait_until
from tests.service import running

FILL = [207, 228, 224, 255]
# Four cells of half a degree over South Kalimantan; the eastern two have hostile attributes.
CELLS = {
    "utara": ("Utara", 115.0, -3.0),
    "selatan": ("Selatan", 115.0, -3.5),
    "ganas": (MARKUP, 115.5, -3.0),
    "panjang": (ENDLESS, 115.5, -3.5),
}
SIDE = 0.5
# A layer `sel` of version 2 without features.
EMPTY_TILE = b"\x1a\x0a\x78\x02\x0a\x03sel\x28\x80\x08"
# Red, green, blue and opacity of what is painted at a place of the window.
PIXEL = """([x, y]) => {
  for (const canvas of document.querySelectorAll(".leaflet-tile-container canvas")) {
    const box = canvas.getBoundingClientRect();
    if (x < box.left || x >= box.right || y < box.top || y >= box.bottom) continue;
    const ratio = canvas.width / box.width;
    const one = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    one.drawImage(canvas, -Math.round((x - box.left) * ratio), -Math.round((y - box.top) * ratio));
    return [...one.getImageData(0, 0, 1, 1).data];
  }
  return null;
}"""
# How wide each tile that is shown is on the screen: 512, unless it is of another zoom and blurred.
WIDTHS = """[...document.querySelectorAll(".leaflet-tile-loaded")]
  .map((tile) => tile.getBoundingClientRect().width)"""
PLACE = """([lat, lon]) => {
  const { map } = Kawasan.drawn();
  const [at, box] = [map.latLngToContainerPoint([lat, lon]), map.getContainer().getBoundingClientRect()];
  return [box.left + at.x, box.top + at.y];
}"""


def cells():
    shapes = [shapely.box(x, y, x + SIDE, y + SIDE) for _, x, y in CELLS.values()]
    return made_layer(
        [*shapes, shapely.Point(114.5, -2.75)],
        [*CELLS, "titik"],
        name=[*(name for name, _, _ in CELLS.values()), "Titik"],
        penduduk=[1_234_567, 2024, 0, 7, 1],
        luas=[12.5, float("nan"), 3.0, 4.0, float("nan")],
        catatan=[None, "biasa", MARKUP, ENDLESS, "https://contoh.id/sumber"],
    )


@pytest.fixture(scope="module")
def address(reference_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("layer-page") / "store"
    shutil.copytree(reference_folder, folder)
    store = Store(folder)
    publish(store, "sel", cells())
    publish(store, ODD_LAYER, odd())
    store.close()
    with running(folder) as started:
        yield started


def painted(page: Page) -> None:
    expect(page.locator(".map")).to_have_attribute("data-tiles", "painted")


def middle(area_id: str) -> tuple[float, float]:
    _, west, south = CELLS[area_id]
    return south + SIDE / 2, west + SIDE / 2


def place(page: Page, area_id: str) -> list[float]:
    """Where the middle of a cell is in the window."""
    return page.evaluate(PLACE, middle(area_id))


def click(page: Page, area_id: str) -> None:
    page.mouse.click(*place(page, area_id))


def card(page: Page):
    return page.get_by_role("complementary")


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_page_shows_the_outlines_and_what_they_are(address, visit, size, language):
    seen = visit(f"{address}/maps/sel?lang={language}", width=size[0], height=size[1])
    painted(seen.page)
    assert seen.page.evaluate(PIXEL, place(seen.page, "utara")) == FILL
    north_of_it = seen.page.evaluate(PLACE, (-2.3, 115.25))
    assert seen.page.evaluate(PIXEL, north_of_it) in (None, [0, 0, 0, 0])
    facts = seen.page.locator(".panel .facts")
    expect(facts).to_contain_text("made by hand")
    expect(facts).to_contain_text("CC0-1.0")
    expect(facts.locator("dd").first).to_have_text("5")
    expect(seen.page.locator(".leaflet-control-attribution")).to_contain_text("made by hand")
    expect(seen.page.locator(".map-state")).to_be_hidden()
    assert seen.page.evaluate("document.scrollingElement.scrollWidth") <= size[0]
    assert seen.trouble == []


def test_the_name_is_under_the_pointer_and_the_card_has_every_attribute(address, visit):
    seen = visit(f"{address}/maps/sel?lang=id")
    page = seen.page
    painted(page)
    page.mouse.move(*place(page, "selatan"))
    expect(page.locator(".hover-name")).to_have_text("Selatan")
    click(page, "selatan")
    expect(card(page).get_by_role("heading")).to_have_text("Selatan")
    rows = card(page).locator("tr")
    expect(rows).to_have_text(["nameSelatan", "penduduk2024", "luastidak ada data", "catatanbiasa"])
    link = card(page).get_by_role("link", name="Halaman objek ini")
    expect(link).to_have_attribute("href", "/collections/sel/items/selatan?f=html&lang=id")
    assert page.evaluate(PIXEL, place(page, "selatan")) != FILL
    click(page, "utara")
    expect(card(page).locator("tr").nth(1)).to_have_text("penduduk1.234.567")
    assert page.evaluate(PIXEL, place(page, "selatan")) == FILL
    page.keyboard.press("Escape")
    expect(card(page)).to_be_hidden()
    assert page.evaluate(PIXEL, place(page, "utara")) == FILL
    assert seen.trouble == []


def test_keys_move_the_map_open_the_card_and_close_it(address, visit):
    seen = visit(f"{address}/maps/sel?lang=en#v=-2.75,115.25,9")
    page = seen.page
    painted(page)
    page.locator(".folium-map").focus()
    page.keyboard.press("Enter")
    expect(card(page).get_by_role("heading")).to_have_text("Utara")
    expect(card(page).get_by_role("heading")).to_be_focused()
    page.keyboard.press("Escape")
    expect(card(page)).to_be_hidden()
    expect(page.locator(".folium-map")).to_be_focused()
    for _ in range(4):
        page.keyboard.press("ArrowUp")
        expect(page.locator(".leaflet-pan-anim")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator(".map-state")).to_have_text("There is no feature in the middle of the map.")
    assert seen.trouble == []


def test_a_point_is_found_by_its_mark(address, visit):
    seen = visit(f"{address}/maps/sel")
    painted(seen.page)
    seen.page.mouse.click(*seen.page.evaluate(PLACE, (-2.75, 114.5)))
    expect(card(seen.page).get_by_role("heading")).to_have_text("Titik")
    source = card(seen.page).get_by_role("link", name="https://contoh.id/sumber")
    expect(source).to_have_attribute("rel", "nofollow noopener noreferrer")
    assert seen.trouble == []


def test_the_search_finds_what_is_on_the_map_and_asks_for_the_rest(address, visit):
    seen = visit(f"{address}/maps/sel?lang=id#v=-2.75,115.25,15")
    page = seen.page
    painted(page)
    box = page.get_by_label("Cari nama atau kode")
    # Far outside the view: the server knows whole names.
    box.fill("Selatan")
    expect(page.locator(".found button")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(card(page).get_by_role("heading")).to_have_text("Selatan")
    painted(page)
    assert page.evaluate(PIXEL, place(page, "selatan")) != FILL
    box.fill("ATA")
    expect(page.locator(".found button")).to_have_text(["Selatanselatan"])
    page.keyboard.press("Enter")
    expect(card(page).get_by_role("heading")).to_have_text("Selatan")
    box.fill("tidak ada")
    page.keyboard.press("Enter")
    expect(page.locator("#layer-search [role=status]")).to_contain_text("Tidak ditemukan.")
    assert seen.trouble == []


def test_the_address_keeps_the_place_and_the_choice(address, visit):
    first = visit(f"{address}/maps/sel?lang=id").page
    painted(first)
    click(first, "utara")
    expect(card(first).get_by_role("heading")).to_have_text("Utara")
    first.locator(".leaflet-control-zoom-in").click()
    expect(first).to_have_url(re.compile("id=utara&v="))
    painted(first)
    seen = visit(first.url)
    painted(seen.page)
    expect(card(seen.page).get_by_role("heading")).to_have_text("Utara")
    where = "() => { const { map } = Kawasan.drawn(); return [map.getZoom(), map.getCenter().lat, map.getCenter().lng]; }"
    for here, there in zip(seen.page.evaluate(where), first.evaluate(where), strict=True):
        assert math.isclose(here, there, abs_tol=1e-3)
    assert seen.trouble == []


def test_beyond_the_last_zoom_of_the_tiles_the_map_goes_on(address, visit):
    seen = visit(f"{address}/maps/sel#v=-2.75,115.25,17")
    painted(seen.page)
    assert seen.page.evaluate(PIXEL, place(seen.page, "utara")) == FILL
    click(seen.page, "utara")
    expect(card(seen.page).get_by_role("heading")).to_have_text("Utara")
    assert seen.trouble == []


@pytest.mark.parametrize(
    ("fate", "words"), [("503", "sedang disiapkan"), ("offline", "tidak dapat dihubungi")]
)
def test_a_map_that_cannot_come_yet_says_so_and_comes_by_itself(address, visit, fate, words):
    seen = visit(f"{address}/collections/sel?f=html")
    failing = True

    def answer(route):
        if not failing:
            route.fallback()
        elif fate == "503":
            route.fulfill(status=503, content_type="application/problem+json", body="{}")
        else:
            route.abort()

    seen.page.route("**/tiles/WebMercatorQuad/*/*/*", answer)
    seen.page.goto(f"{address}/maps/sel?lang=id")
    expect(seen.page.get_by_role("status").filter(has_text=words)).to_be_visible()
    failing = False
    painted(seen.page)
    expect(seen.page.locator(".map-state")).to_be_hidden()
    assert seen.page.evaluate(PIXEL, place(seen.page, "utara")) == FILL
    told = ("503", "failed", "console: Failed to load resource")
    assert [one for one in seen.trouble if not one.startswith(told)] == []


def test_coarse_tiles_are_painted_at_once_and_replaced_when_finer_ones_are_there(address, visit):
    seen = visit(f"{address}/collections/sel?f=html")
    is_coarse, asked = True, []

    def answer(route):
        asked.append(route.request.method)
        found = route.fetch()
        headers = found.headers
        if is_coarse:
            headers |= {"tile-detail": "coarse", "cache-control": "no-store"}
        # A coarse tile here is an empty one: what is painted then tells which it was.
        body = EMPTY_TILE if is_coarse and found.status == 200 else found.body()
        headers.pop("content-encoding", None)
        route.fulfill(status=found.status, headers=headers, body=body)

    seen.page.route("**/tiles/WebMercatorQuad/*/*/*", answer)
    seen.page.goto(f"{address}/maps/sel?lang=id")
    painted(seen.page)
    first = len(asked)
    assert seen.page.evaluate(PIXEL, place(seen.page, "utara")) != FILL
    is_coarse = False
    give_up = time.monotonic() + 10
    while seen.page.evaluate(PIXEL, place(seen.page, "utara")) != FILL:
        assert time.monotonic() < give_up
        seen.page.wait_for_timeout(100)
    # A look or a few, then each of the others once.
    assert asked.count("GET") <= 2 * first
    assert seen.trouble == []


def test_after_a_zoom_the_outlines_stand_clear_before_any_tile_has_come(address, visit):
    page = visit(f"{address}/maps/sel?lang=id#v=-2.7500,115.2500,8").page
    painted(page)
    held = []
    page.route("**/tiles/WebMercatorQuad/*/*/*", lambda route: held.append(route))
    page.mouse.move(*place(page, "utara"))
    page.mouse.wheel(0, -240)
    expect(page).not_to_have_url(re.compile(r"v=-2\.7500,115\.2500,8$"))
    wait_until(page, f"{WIDTHS}.every((width) => width === 512)")
    painted(page)
    assert held
    assert page.evaluate(PIXEL, place(page, "utara")) == FILL
    with page.expect_response("**/tiles/WebMercatorQuad/*/*/*"):
        for route in held:
            route.continue_()
    assert page.evaluate(PIXEL, place(page, "utara")) == FILL


@pytest.mark.parametrize("area_id", ["ganas", "panjang"])
def test_hostile_attributes_are_text(address, visit, area_id):
    seen = visit(f"{address}/maps/sel?lang=id", width=PHONE[0], height=PHONE[1])
    page = seen.page
    painted(page)
    click(page, area_id)
    expect(card(page).get_by_role("heading")).to_have_text(CELLS[area_id][0])
    assert page.evaluate("document.scrollingElement.scrollWidth") <= PHONE[0]
    require_inert(page)
    if area_id == "panjang":
        assert card(page).locator(".long").last.bounding_box()["height"] < 200
    box = page.get_by_label("Cari nama atau kode")
    page.locator(".panel-toggle").click()
    box.fill(CELLS[area_id][0][:20])
    expect(page.locator(".found button")).to_have_count(1)
    require_inert(page)
    assert seen.trouble == []


def test_an_odd_id_of_layer_and_feature_is_no_hindrance(address, visit):
    from urllib.parse import quote

    seen = visit(f"{address}/maps/{quote(ODD_LAYER, safe='')}?lang=id")
    painted(seen.page)
    seen.page.mouse.click(*seen.page.evaluate(PLACE, (0, 0)))
    expect(card(seen.page).get_by_role("heading")).to_have_text(ODD_ID)
    expect(card(seen.page).locator("tr").first).to_have_text("kata kunciñ")
    require_inert(seen.page)
    assert seen.trouble == []


def test_the_single_file_needs_no_server(address, visit, tmp_path):
    file = tmp_path / "sel.html"
    answer = httpx2.get(f"{address}/maps/sel?download&lang=id")
    assert answer.headers["content-disposition"].endswith("kawasan-sel.html")
    file.write_bytes(answer.content)
    seen = visit(file.as_uri())
    page = seen.page
    painted(page)
    assert page.evaluate(PIXEL, place(page, "utara")) == FILL
    click(page, "utara")
    expect(card(page).locator("tr")).to_have_text(
        ["nameUtara", "penduduk1.234.567", "luas12,5", "catatantidak ada data"]
    )
    page.get_by_label("Cari nama atau kode").fill("ganas")
    page.keyboard.press("Enter")
    expect(card(page).get_by_role("heading")).to_have_text(MARKUP)
    require_inert(page)
    assert {asked.split(":")[0] for asked in seen.requests} == {"file"}
    assert seen.trouble == []


def test_without_any_script_the_page_leads_to_the_table(address, visit):
    seen = visit(f"{address}/maps/sel?lang=id", javascript=False)
    seen.page.locator(".needs-script").get_by_role("link", name="Tabel").click()
    expect(seen.page.get_by_role("row")).to_have_count(6)
    assert seen.trouble == []
