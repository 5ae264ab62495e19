"""Tiles of the whole service: OGC API - Tiles, dataset tilesets and the selection of collections."""

from urllib.parse import quote

import pytest

from api.links import HTML, JSON
from tests.api.examples import publish, zones
from tests.geo.tile_reader import fields, read_tile

MVT = "application/vnd.mapbox-vector-tile"
REL = "http://www.opengis.net/def/rel/ogc/1.0/"
SET = "/tiles/WebMercatorQuad"
TILE = f"{SET}/7/65/101"


def layers(content):
    """The layers of a tile in their order, each read by itself."""
    found = []
    for number, layer in fields(content):
        assert number == 3
        size, head = len(layer), bytearray([0x1A])
        while size >= 0x80:
            head.append(size & 0x7F | 0x80)
            size >>= 7
        found.append(read_tile(bytes([*head, size]) + layer))
    return found


def href(document, rel, media_type=JSON):
    found = [one for one in document["links"] if (one["rel"], one["type"]) == (rel, media_type)]
    assert len(found) == 1, (rel, found)
    return found[0]["href"]


def test_the_landing_page_leads_to_the_tile_set_of_the_service(client):
    landing = client.get("/").json()
    assert client.get(href(landing, REL + "tilesets-vector", HTML)).status_code == 200
    (item,) = client.get(href(landing, REL + "tilesets-vector")).json()["tilesets"]
    found = client.get(href(item, "self")).json()
    assert (found["dataType"], found["tilejson"]) == ("vector", "3.0.0")
    assert found["tileMatrixSetURI"].endswith("/WebMercatorQuad")
    assert client.get(href(found, REL + "geodata")).json()["links"] == landing["links"]
    assert client.get(href(found, REL + "tiling-scheme")).json()["id"] == "WebMercatorQuad"
    for link in item["links"]:
        assert client.get(link["href"]).headers["content-type"] == JSON


def test_a_tile_has_a_layer_for_each_collection_that_is_there(client):
    answer = client.get(TILE)
    assert (answer.status_code, answer.headers["content-type"]) == (200, MVT)
    names = [name for name, *_ in layers(answer.content)]
    assert {"regencies", "zones"} <= set(names)
    assert len(set(names)) == len(names)
    for name, version, extent, found in layers(answer.content):
        own = client.get(f"/collections/{quote(name, safe='')}{TILE}").content
        assert read_tile(own) == (name, version, extent, found)


def test_the_tile_set_describes_every_layer_and_its_tiles(client):
    found = client.get(SET).json()
    ids = [layer["id"] for layer in found["layers"]]
    assert ids == [layer["id"] for layer in found["vector_layers"]]
    assert {"regencies", "zones"} <= set(ids)
    for layer in found["layers"]:
        collection = layer["links"][0]["href"]
        own = client.get(collection.split("?")[0] + SET).json()
        assert layer["boundingBox"] == own["boundingBox"]
        west, south, east, north = own["bounds"]
        assert found["bounds"][0] <= west <= east <= found["bounds"][2]
        assert found["bounds"][1] <= south <= north <= found["bounds"][3]
        assert client.get(collection).json()["id"] == layer["id"]
    tile = client.get(found["tiles"][0].format(z=7, y=65, x=101))
    assert tile.content == client.get(TILE).content
    assert "immutable" in tile.headers["cache-control"]
    (item,) = [link for link in found["links"] if link["rel"] == "item"]
    filled = item["href"].format(tileMatrix=7, tileRow=65, tileCol=101)
    assert client.get(filled).content == tile.content


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("zones", ["zones"]),
        ("zones,regencies", ["zones", "regencies"]),
        ("regencies,zones", ["regencies", "zones"]),
        ("zones,zones", ["zones"]),
        ("zones-areas,regencies", ["zones-areas", "regencies"]),
        ("http://testserver/collections/zones,regencies", ["zones", "regencies"]),
    ],
)
def test_the_chosen_collections_alone_are_there_in_their_order(client, asked, names):
    found = client.get(SET, params={"collections": asked}).json()
    assert [layer["id"] for layer in found["layers"]] == names
    tile = client.get(TILE, params={"collections": asked})
    assert [name for name, *_ in layers(tile.content)] == names
    template = found["tiles"][0].format(z=7, y=65, x=101)
    assert client.get(template).content == tile.content
    (item,) = [link["href"] for link in found["links"] if link["rel"] == "item"]
    filled = client.get(item.format(tileMatrix=7, tileRow=65, tileCol=101))
    assert filled.content == tile.content
    assert client.get(href(found, "self")).json() == found


def test_a_tile_is_another_after_a_publication(client, store):
    first = client.get(TILE)
    asked = {"If-None-Match": first.headers["etag"]}
    assert client.get(TILE, headers=asked).status_code == 304
    address = client.get(SET).json()["tiles"][0].format(z=7, y=65, x=101)
    publish(store, "zones", zones().iloc[1:])
    newer = client.get(TILE, headers=asked)
    assert newer.status_code == 200
    assert "zones" not in [name for name, *_ in layers(newer.content)]
    assert client.get(address).headers["cache-control"] == "public, no-cache"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"{TILE}?collections=tidak-ada", 400, "InvalidParameter"),
        (f"{SET}?collections=zones,", 400, "InvalidParameter"),
        (f"{SET}?collections=", 400, "InvalidParameter"),
        (f"{TILE}?collections=zones&collections=regencies", 400, "InvalidParameter"),
        (f"{TILE}?collection=zones", 400, "UnknownParameter"),
        (f"{TILE}?f=png", 400, "InvalidParameter"),
        (f"{SET}/15/0/0", 404, "TileNotFound"),
        (f"{SET}/a/0/0", 404, "TileNotFound"),
        (f"{SET}/7/a/0", 400, "InvalidParameter"),
        (f"{SET}/7/0/-1", 400, "InvalidParameter"),
        (f"{SET}/7/0/0", 404, "TileNotFound"),
        (f"{SET}/7/127/127", 404, "TileNotFound"),
        ("/tiles/WorldCRS84Quad/7/65/101", 404, "PathNotFound"),
    ],
)
def test_what_is_not_there_is_a_problem(client, path, status, code):
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_tile_of_too_many_collections_is_refused(client, monkeypatch):
    monkeypatch.setattr("api.dataset_tiles.MOST_COLLECTIONS", 1)
    answer = client.get(f"{TILE}?collections=zones,regencies&lang=en")
    assert answer.status_code == 400
    assert "1 collections at most; here are 2" in answer.json()["detail"]
    assert len(client.get(SET).json()["layers"]) == 1


def test_an_empty_tile_within_the_limits_has_no_content(client):
    # Between the two zones: 143 E, 36 N.
    answer = client.get(f"{SET}/7/50/115?collections=zones")
    assert (answer.status_code, answer.content) == (204, b"")


def test_the_api_definition_has_the_parameter_of_the_standard(client):
    """20-057, /req/collections-selection/collections-parameter."""
    paths = client.get("/api").json()["paths"]
    for path in (SET, SET + "/{tileMatrix}/{tileRow}/{tileCol}"):
        (found,) = [one for one in paths[path]["get"]["parameters"] if one["name"] == "collections"]
        assert (found["in"], found["required"], found["style"]) == ("query", False, "form")
        assert found["explode"] is False
        assert found["schema"] == {"type": "array", "items": {"type": "string"}}


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("path", ["/tiles", SET])
def test_pages_name_the_address_and_the_layers(client, path, language):
    page = client.get(f"{path}?f=html&lang={language}").text
    assert "<code>http://testserver/tiles/WebMercatorQuad/{z}/{y}/{x}</code>" in page
    assert "<code>zones</code>" in page
