"""A basemap from outside: only where an operator names one, and asked only when somebody wants it."""

import http.server
import os
import re
import shutil
import threading

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import FIRST_PAGE_MS
from tests.service import running

# One grey pixel.
TILE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000 3a7e9b55"
    "0000000a49444154789c636800000082008177cd72b60000000049454e44ae426082".replace(" ", "")
)


@pytest.fixture(scope="module")
def outside():
    """Another host's tiles, and the paths that were asked of it."""
    asked = []

    class Tiles(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            self.wfile.write(TILE)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Tiles)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def with_basemap(reference_folder, tmp_path_factory, outside):
    store = tmp_path_factory.mktemp("basemap") / "store"
    shutil.copytree(reference_folder, store)
    settings = {
        "KAWASAN_BASEMAP": outside[0] + "/{z}/{x}/{y}.png",
        "KAWASAN_BASEMAP_ATTRIBUTION": "<b>Peta & uji</b>",
    }
    with running(store, env=os.environ | settings) as address:
        yield address


def test_a_basemap_is_asked_only_when_it_is_wanted(with_basemap, outside, browser):
    asked = outside[1]
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_navigation_timeout(FIRST_PAGE_MS)
    page = context.new_page()
    trouble = []
    page.on("console", lambda message: trouble.append(message.text))
    page.goto(f"{with_basemap}/map?lang=en")
    expect(page.locator(".ranking tr[data-zone]").first).to_be_visible()
    assert asked == []
    page.get_by_label("Basemap from outside").check()
    tiles = page.locator(".leaflet-basemap-pane img.leaflet-tile-loaded")
    expect(tiles.first).to_be_visible()
    assert all(path.count("/") == 3 for path in asked)
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("<b>Peta & uji</b>")
    expect(page).to_have_url(re.compile("l=regencies,zones,basemap"))
    picture = page.locator(".leaflet-regencies-pane path").first
    assert picture.evaluate("path => getComputedStyle(path).fillOpacity") == "0.5"
    page.get_by_label("Basemap from outside").uncheck()
    expect(tiles).to_have_count(0)
    context.close()
    assert trouble == []


def test_the_picture_of_the_map_can_still_be_taken(with_basemap, browser):
    page = browser.new_page()
    page.goto(f"{with_basemap}/map?lang=en#l=regencies,zones,basemap")
    expect(page.locator(".leaflet-basemap-pane img.leaflet-tile-loaded").first).to_be_visible()
    with page.expect_download() as started:
        page.get_by_role("button", name="This map as a picture").click()
    assert started.value.path().read_bytes().startswith(b"\x89PNG")
    page.close()


def test_without_the_setting_there_is_none(address, visit):
    seen = visit(f"{address}/map?lang=en")
    expect(seen.page.get_by_label("Regencies: ")).to_be_checked()
    expect(seen.page.get_by_label("Basemap from outside")).to_have_count(0)
