"""Vector tiles over HTTP: the path of OGC API - Tiles, TileJSON, caching, problems."""

import pytest
import shapely

from tests.api.examples import HOSTILE, ODD_ID, publish, zones
from tests.geo.tile_reader import polygon, read_tile

MVT = "application/vnd.mapbox-vector-tile"
SET = "/collections/zones/tiles/WebMercatorQuad"
# Zoom 7: columns of 2.8125 degrees, so 105.25-105.75 E lies in column 101; 3.5 S in row 65.
TILE = f"{SET}/7/65/101"


def test_a_tile_holds_outline_id_and_name(client):
    answer = client.get(TILE)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == MVT
    name, version, extent, [zone] = read_tile(answer.content)
    assert (name, version, extent) == ("zones", 2, 1024)
    assert zone.properties == {"id": "angsana", "name": "Angsana"}
    west, _, east, _ = polygon(zone).bounds
    share = [(lon + 180) / 360 * 2**7 - 101 for lon in (105.25, 105.75)]
    assert (west, east) == pytest.approx([1024 * s for s in share], abs=1)
    assert polygon(zone).is_valid


def test_row_comes_before_column(client):
    assert client.get(f"{SET}/7/101/65").status_code == 404


def test_every_collection_has_tiles(client):
    for collection in client.get("/collections").json()["collections"]:
        address = next(link["href"] for link in collection["links"] if link["rel"] == "self")
        tiles = address.split("?")[0] + "/tiles/WebMercatorQuad"
        document = client.get(tiles).json()
        tile = client.get(document["tiles"][0].format(z=0, y=0, x=0))
        assert tile.status_code == 200, tiles
        name, _, _, features = read_tile(tile.content)
        assert name == document["vector_layers"][0]["id"] == collection["id"]
        assert all(feature.properties["id"] for feature in features)


def test_hostile_texts_arrive_as_they_are(client):
    found = [f.properties for f in read_tile(client.get(f"{SET}/0/0/0").content)[3]]
    assert {"id": "timur-jauh", "name": HOSTILE} in found
    odd = next(c for c in client.get("/collections").json()["collections"] if "uji" in c["id"])
    address = next(link["href"] for link in odd["links"] if link["rel"] == "self").split("?")[0]
    tile = client.get(f"{address}/tiles/WebMercatorQuad/0/0/0")
    assert read_tile(tile.content)[3][0].properties == {"id": ODD_ID}


def test_the_readiness_has_tiles_too(reference_client):
    tile = reference_client.get("/collections/readiness/tiles/WebMercatorQuad/7/65/105")
    assert tile.status_code == 200
    name, _, _, features = read_tile(tile.content)
    assert name == "readiness"
    assert all(feature.properties["id"] for feature in features)
    assert any("name" in feature.properties for feature in features)


@pytest.fixture
def reference_client(reference_store):
    from fastapi.testclient import TestClient

    from api.main import create_app
    from api.settings import Settings

    settings = Settings(store=reference_store.folder)
    with TestClient(create_app(settings, store=reference_store)) as opened:
        yield opened


def test_a_tile_is_not_sent_twice_until_the_layer_is_published_again(client, store):
    first = client.get(TILE)
    assert first.headers["cache-control"] == "public, no-cache"
    asked = {"If-None-Match": first.headers["etag"]}
    again = client.get(TILE, headers=asked)
    assert (again.status_code, again.content) == (304, b"")
    moved = zones()
    moved.geometry = shapely.transform(moved.geometry.array, lambda xy: xy + 0.1)
    publish(store, "zones", moved)
    newer = client.get(TILE, headers=asked)
    assert newer.status_code == 200
    assert newer.content != first.content


def test_the_address_in_the_tilejson_may_be_kept_until_the_next_version(client, store):
    address = client.get(SET).json()["tiles"][0].format(z=7, y=65, x=101)
    assert "immutable" in client.get(address).headers["cache-control"]
    publish(store, "zones", zones().iloc[:1])
    assert client.get(address).headers["cache-control"] == "public, no-cache"
    assert client.get(f"{TILE}?v=0").headers["cache-control"] == "public, no-cache"


def test_an_empty_tile_has_no_content(client):
    # Between the two zones: 143 E, 36 N.
    answer = client.get(f"{SET}/7/50/115")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["etag"]


def test_the_tile_set_is_ogc_metadata_and_tilejson(client):
    document = client.get(f"{SET}?lang=en").json()
    assert document["tilejson"] == "3.0.0"
    assert (document["minzoom"], document["maxzoom"]) == (0, 14)
    [layer] = document["vector_layers"]
    assert (layer["id"], layer["fields"]) == ("zones", {"id": "String", "name": "String"})
    assert document["bounds"] == pytest.approx([105.25, -3.75, 179.5, 66])
    assert document["dataType"] == "vector"
    assert document["crs"].endswith("/EPSG/0/3857")
    assert document["tileMatrixSetURI"].endswith("/WebMercatorQuad")
    links = {link["rel"]: link for link in document["links"]}
    item = links["item"]["href"].format(tileMatrix=7, tileRow=65, tileCol=101)
    assert client.get(item).content == client.get(TILE).content
    assert client.get(links["self"]["href"]).json() == document


def test_limits_name_the_tiles_that_the_bounds_cover(client):
    document = client.get("/collections/regencies/tiles/WebMercatorQuad").json()
    limits = {limit["tileMatrix"]: limit for limit in document["tileMatrixSetLimits"]}
    # 105-111 E, 4-2 S: columns (105 + 180) / 360 * 128 = 101.3 to 103.5; rows 64.7 to 65.4.
    assert len(limits) == 15
    assert limits["7"] == {
        "tileMatrix": "7",
        "minTileRow": 64,
        "maxTileRow": 65,
        "minTileCol": 101,
        "maxTileCol": 103,
    }


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/collections/desa/tiles/WebMercatorQuad", 404, "LayerNotFound"),
        ("/collections/desa/tiles/WebMercatorQuad/7/65/101", 404, "LayerNotFound"),
        ("/collections/zones/tiles/WorldCRS84Quad", 404, "TileMatrixSetNotFound"),
        ("/collections/zones/tiles/WorldCRS84Quad/7/65/101", 404, "TileMatrixSetNotFound"),
        (f"{SET}/15/0/0", 404, "TileNotFound"),
        (f"{SET}/-1/0/0", 404, "TileNotFound"),
        (f"{SET}/07/65/101", 404, "TileNotFound"),
        (f"{SET}/a/65/101", 404, "TileNotFound"),
        (f"{SET}/7/128/101", 404, "TileNotFound"),
        (f"{SET}/7/65/128", 404, "TileNotFound"),
        # Within WebMercatorQuad, outside the limits of the tile set.
        (f"{SET}/7/65/100", 404, "TileNotFound"),
        (f"{SET}/7/66/101", 404, "TileNotFound"),
        (f"{SET}/7/0/-1", 400, "InvalidParameter"),
        (f"{SET}/7/a/0", 400, "InvalidParameter"),
        (f"{TILE}?x=1", 400, "UnknownParameter"),
        (f"{TILE}?f=png", 400, "InvalidParameter"),
    ],
)
def test_what_is_not_there_is_a_problem(client, path, status, code):
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
