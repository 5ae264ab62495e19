"""The programs that GIS staff use read the service as it is served, over a real socket."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator

import geopandas as gpd
import pyogrio
import pytest
import shapely

from geo.store.store import Store
from tests.api.examples import publish, regencies, zones
from tests.service import running


@pytest.fixture(scope="module")
def port(tmp_path_factory) -> Iterator[int]:
    """A service in a process of its own: GDAL keeps Python's lock while it waits for an answer."""
    folder = tmp_path_factory.mktemp("store")
    store = Store(folder)
    publish(store, "regencies", regencies().to_crs("EPSG:32749"))
    publish(store, "zones", zones())
    store.close()
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        free = found.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "--factory", "api.main:create_app"]
    server = subprocess.Popen(
        [*command, "--port", str(free), "--log-level", "warning"],
        env=os.environ | {"KAWASAN_STORE": str(folder), "KAWASAN_DEFAULT_LIMIT": "5"},
    )
    try:
        wait_for(free, server)
        yield free
    finally:
        server.terminate()
        server.wait(20)


def wait_for(port, server):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert server.poll() is None, "the service ended"
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("the service did not start")


@pytest.fixture(scope="module")
def address(port) -> str:
    return f"http://127.0.0.1:{port}"


def test_gdal_lists_and_reads_every_collection_as_oapif(address):
    layers = [name for name, _ in pyogrio.list_layers(f"OAPIF:{address}")]
    assert layers == ["regencies", "zones", "zones-areas", "zones-points"]
    frame = pyogrio.read_dataframe(f"OAPIF:{address}", layer="regencies")
    # Twelve features came in three pages of five.
    assert list(frame["code"]) == [f"63.{i:02}" for i in range(1, 13)]
    assert list(frame["bps_code"][:2]) == ["6301", "6302"]
    # GDAL asks for the CRS that a layer was published in, and for another where it is told to.
    assert frame.crs == "EPSG:32749"
    bounds = frame.to_crs("OGC:CRS84").total_bounds
    assert bounds == pytest.approx([105, -4, 111, -2], abs=1e-6)
    turned = pyogrio.read_dataframe(f"OAPIF:{address}", layer="regencies", CRS="EPSG:4326")
    assert turned.crs.equals("EPSG:4326", ignore_axis_order=True)
    assert turned.total_bounds == pytest.approx([105, -4, 111, -2], abs=1e-6)


def test_gdal_pushes_a_bbox_to_the_service(address):
    frame = pyogrio.read_dataframe(
        f"OAPIF:{address}", layer="regencies", bbox=(105.2, -3.8, 105.8, -3.2), CRS="OGC:CRS84"
    )
    assert list(frame["code"]) == ["63.01"]


def test_gdal_reads_a_page_of_geojson(address):
    frame = pyogrio.read_dataframe(f"{address}/collections/zones/items?limit=100")
    assert len(frame) == 3
    assert frame["regency_code"].tolist() == ["63.01", "63.02", "63.03"]
    assert frame.geometry.isna().tolist() == [False, False, True]


def vector_tiles(address, collection, bounds, *, zoom):
    """What GDAL reads of a zoom: from the collection to tile sets, tile set, matrix set and tiles.

    `bounds` (lon, lat) go along in the tiles' own CRS: without them GDAL takes the degrees of the
    collection's extent for metres, and finds nothing beside the first zoom.
    """
    box = gpd.GeoSeries([shapely.box(*bounds)], crs="EPSG:4326").to_crs("EPSG:3857").total_bounds
    return pyogrio.read_dataframe(
        f"OGCAPI:{address}/collections/{collection}",
        layer=f"Zoom level {zoom}",
        API="TILES",
        **dict(zip(("MINX", "MINY", "MAXX", "MAXY"), box, strict=True)),
    )


@pytest.mark.parametrize("zoom", [0, 7, 9])
def test_gdal_finds_the_vector_tiles_by_ogc_api_tiles(address, zoom):
    frame = vector_tiles(address, "regencies", (105, -4, 111, -2), zoom=zoom)
    assert frame.crs.to_epsg() == 3857
    assert set(frame["id"]) == {f"63.{i:02}" for i in range(1, 13)}
    # A unit of a tile or less, which is a thousandth of its edge at most.
    west, south, east, north = frame.to_crs("EPSG:4326").total_bounds
    assert (west, south, east, north) == pytest.approx([105, -4, 111, -2], abs=360 / 2**zoom / 1000)


def test_gdal_asks_only_for_the_vector_tiles_of_a_box(address):
    frame = vector_tiles(address, "regencies", (105.4, -3.6, 105.6, -3.4), zoom=12)
    assert set(frame["id"]) == {"63.01"}
    assert set(frame["name"]) == {"Kabupaten 1"}


@pytest.mark.parametrize("suffix", ["pmtiles", "mbtiles"])
def test_gdal_reads_the_file_of_all_tiles_in_place(address, suffix):
    archive = f"{address}/collections/regencies/tiles/WebMercatorQuad.{suffix}"
    frame = pyogrio.read_dataframe(
        f"/vsicurl/{archive}", bbox=(11_740_000, -400_000, 11_760_000, -380_000)
    )
    assert "regencies" in pyogrio.list_layers(f"/vsicurl/{archive}")[:, 0]
    assert frame["name"].notna().all()
    assert 0 < len(frame) < 12


def test_gdal_finds_the_tiles_of_the_whole_service(address):
    tile_set = json.load(urllib.request.urlopen(f"{address}/tiles/WebMercatorQuad"))
    tile = tile_set["tiles"][0].format(z=7, y=65, x=101)
    assert set(pyogrio.list_layers(f"MVT:/vsicurl/{tile}")[:, 0]) >= {"regencies", "zones"}


def test_gdal_opens_a_tile_at_the_address_of_the_tile_set(address):
    tile_set = json.load(
        urllib.request.urlopen(f"{address}/collections/regencies/tiles/WebMercatorQuad")
    )
    tile = tile_set["tiles"][0].format(z=7, y=65, x=101)
    frame = pyogrio.read_dataframe(f"MVT:/vsicurl/{tile}", layer="regencies")
    assert "63.01" in set(frame["id"])


def test_geopandas_reads_items(address):
    frame = gpd.read_file(f"{address}/collections/regencies/items?limit=1000")
    assert len(frame) == 12
    assert frame["code"].tolist()[0] == "63.01"
    assert frame.crs.to_epsg() == 4326


def test_head_over_a_socket_sends_no_body(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for _ in range(2):
        connection.request("HEAD", "/collections")
        response = connection.getresponse()
        assert (response.status, response.read()) == (200, b"")
        assert int(response.headers["content-length"]) > 100
    connection.close()


@pytest.fixture(scope="module")
def shipped(reference_folder, tmp_path_factory) -> Iterator[str]:
    """The service on the shipped data, started by its own command."""
    folder = tmp_path_factory.mktemp("shipped") / "store"
    shutil.copytree(reference_folder, folder)
    with running(folder) as address:
        yield address


@pytest.mark.parametrize(
    ("collection", "count", "column", "code"),
    [
        ("regencies", 13, "code", "63.10"),
        ("zones", 14, "regency_code", "63.10"),
        ("kecamatan", 156, "code", "63.10.01"),
        ("readiness", 14, "regency_code", "63.10"),
    ],
)
def test_gdal_and_geopandas_open_every_collection_with_its_count_codes_and_crs(
    shipped, collection, count, column, code
):
    url = f"{shipped}/collections/{collection}/items?limit=10000"
    facts = pyogrio.read_info(f"/vsicurl_streaming/{url}", force_total_bounds=True)
    assert facts["features"] == count
    assert dict(zip(facts["fields"], facts["ogr_types"], strict=True))[column] == "OFTString"
    assert facts["crs"] == "EPSG:4326"
    west, south, east, north = facts["total_bounds"]
    assert 114 < west < east < 118
    assert -5 < south < north < -1
    frame = gpd.read_file(url)
    assert len(frame) == count
    assert code in set(frame[column])
    assert frame.crs.to_epsg() == 4326


@pytest.mark.parametrize("form", ["items?f=fgb", "download/fgb"])
def test_gdal_reads_files_in_place(address, form):
    url = f"{address}/collections/regencies/{form}"
    with urllib.request.urlopen(f"{address}/collections/regencies/items?f=json") as answer:
        expected = json.load(answer)["numberMatched"]
    assert len(pyogrio.read_dataframe(f"/vsicurl/{url}", columns=["code"])) == expected


def test_gdal_pushes_a_filter_of_attributes_to_the_service(address):
    frame = pyogrio.read_dataframe(f"OAPIF:{address}", layer="regencies", where="code = '63.03'")
    assert [*frame["name"]] == ["Kabupaten 3"]


@pytest.mark.parametrize(
    "bomb",
    [
        # As long as an address may be: what is longer never comes to the filter.
        "(" * 2_500 + "name='x'" + ")" * 2_500,
        "NOT " * 3_900 + "name='x'",
        "area_official_ha=" + "1+" * 3_900 + "1",
        '{"op":"not","args":[' * 300 + "true" + "]}" * 300,
    ],
    ids=["brackets", "not", "plus", "json"],
)
def test_a_live_worker_survives_filters_that_are_bombs(port, bomb):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    language = "cql2-json" if bomb[0] == "{" else "cql2-text"
    query = urllib.parse.urlencode({"filter": bomb, "filter-lang": language})
    begun = time.monotonic()
    connection.request("GET", f"/collections/regencies/items?{query}")
    answer = connection.getresponse()
    answer.read()
    # What is longer than the server takes as a head ends there already.
    assert answer.status in (400, 431), answer.status
    assert time.monotonic() - begun < 2
    connection.close()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as alive:
        assert alive.status == 200
