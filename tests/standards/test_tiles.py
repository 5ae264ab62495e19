"""OGC API - Tiles (20-057) and tile matrix sets (17-083r4), by links as OGC's own suite walks them."""

from functools import cache

import pytest

from tests.geo.tile_reader import fields as members
from tests.geo.tile_reader import read_tile
from tests.standards.asking import (
    COLLECTIONS,
    CRS,
    HTML,
    JSON,
    PLACED,
    REL,
    TELLING,
    href,
    links_of,
    parameters_of,
    path,
    refused,
)
from tests.standards.hard_layers import EMPTY, MIXED

MVT = "application/vnd.mapbox-vector-tile"
QUAD = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
each_collection = pytest.mark.parametrize("collection", COLLECTIONS)
each_placed = pytest.mark.parametrize("collection", PLACED)
TILE_SETS = REL + "tilesets-vector"


@cache
def tile_set(client, collection):
    """A collection's tile set, by its links, which are followed once."""
    found = client.get(path(collection)).json()
    listed = client.get(href(found, TILE_SETS, JSON)).json()["tilesets"]
    return client.get(href(listed[0], "self", JSON)).json()


def corners(limits):
    return [limits[f"{end}Tile{axis}"] for axis in ("Row", "Col") for end in ("min", "max")]


def template_of(document):
    """The template of a tile set's tiles, with its places to fill."""
    found = [one for one in document["links"] if one["rel"] == "item" and one["type"] == MVT]
    assert len(found) == 1
    assert found[0]["templated"] is True
    assert all(
        found[0]["href"].count(f"{{{n}}}") == 1 for n in ("tileMatrix", "tileRow", "tileCol")
    )
    return found[0]["href"]


# Tile matrix sets


def test_g51_the_landing_page_leads_to_the_registered_tile_matrix_set(client):
    listed = client.get(href(client.get("/").json(), REL + "tiling-schemes", JSON)).json()
    [item] = listed["tileMatrixSets"]
    assert href(item, "item", JSON) == href(item, "self", JSON)
    definition = client.get(href(item, "self", JSON)).json()
    assert (definition["id"], definition["uri"]) == ("WebMercatorQuad", QUAD)
    assert definition["crs"] == CRS + "EPSG/0/3857"
    assert [one["id"] for one in definition["tileMatrices"]] == [str(z) for z in range(25)]
    for z, one in enumerate(definition["tileMatrices"]):
        assert one["scaleDenominator"] == pytest.approx(559082264.0287178 / 2**z, rel=1e-12)
        assert one["cellSize"] == pytest.approx(156543.03392804097 / 2**z, rel=1e-12)
        assert one["pointOfOrigin"] == pytest.approx([-20037508.342789244, 20037508.342789244])
        assert (one["tileWidth"], one["matrixWidth"], one["matrixHeight"]) == (256, 2**z, 2**z)
    refused(client.get("/tileMatrixSets/TidakAda"), 404)


# Tile sets of collections


@each_collection
def test_g50_a_collection_lists_its_tile_sets(client, collections, collection):
    """20-057, /req/tilesets-list, /req/geodata-tilesets."""
    found = collections[collection]
    address = href(found, TILE_SETS, JSON)
    assert "/tiles" in address
    listed = client.get(address, headers={"Accept": JSON}).json()
    assert href(listed, "self", JSON)
    assert client.get(href(listed, "alternate", HTML)).status_code == 200
    for item in listed["tilesets"]:
        assert item["title"]
        assert item["dataType"] == "vector"
        assert item["crs"] == CRS + "EPSG/0/3857"
        assert item["tileMatrixSetURI"] == QUAD
        # The suite asks for every link of the list as it stands.
        for link in item["links"]:
            answer = client.get(link["href"], headers={"Accept": JSON})
            assert answer.status_code == 200, link
            assert answer.json()["links"]


@each_collection
def test_g51_a_tile_set_says_what_the_standard_asks(client, collection):
    """20-057, /req/tileset/description."""
    document = tile_set(client, collection)
    assert (document["dataType"], document["tileMatrixSetURI"]) == ("vector", QUAD)
    assert client.get(href(document, REL + "tiling-scheme", JSON)).json()["uri"] == QUAD
    assert client.get(href(document, REL + "geodata", JSON)).json()["id"] == collection
    assert template_of(document)
    limits = document["tileMatrixSetLimits"]
    if collection == EMPTY:
        assert limits == []
        return
    assert [one["tileMatrix"] for one in limits] == [str(z) for z in range(len(limits))]
    for z, one in enumerate(limits):
        top, bottom, left, right = corners(one)
        assert 0 <= top <= bottom < 2**z
        assert 0 <= left <= right < 2**z


@each_collection
def test_g54_a_tile_set_is_tilejson_3_0(client, collection):
    document = tile_set(client, collection)
    assert document["tilejson"] == "3.0.0"
    assert document["scheme"] == "xyz"
    assert 0 <= document["minzoom"] <= document["maxzoom"] <= 30
    [address] = document["tiles"]
    assert all(address.count(place) == 1 for place in ("{z}", "{x}", "{y}"))
    layers = document["vector_layers"]
    assert layers[0]["id"] == collection
    assert all(isinstance(one["fields"], dict) for one in layers)
    if collection != EMPTY:
        west, south, east, north = document["bounds"]
        assert -180 <= west <= east <= 180
        assert -85.06 <= south <= north <= 85.06


@each_placed
def test_g52_tiles_within_the_limits_are_there_and_those_around_are_not(client, collection):
    """20-057, /req/core/tc-success and tc-error."""
    document = tile_set(client, collection)
    template = template_of(document)

    def tile(matrix, row, column):
        return client.get(template.format(tileMatrix=matrix, tileRow=row, tileCol=column))

    every = document["tileMatrixSetLimits"]
    for limits in every if collection in TELLING else [every[0], every[7], every[-1]]:
        z, (top, bottom, left, right) = limits["tileMatrix"], corners(limits)
        if int(z) in (0, 7):
            # The suite's own: the last row, the first column.
            assert tile(z, bottom, left).status_code in (200, 204)
        refused(tile(z, bottom + 1, left), 404)
        if int(z) == 7:
            refused(tile(z, top, right + 1), 404)
    for odd in (
        ("0", 2**31 - 1, 2**31 - 1),
        ("0", "a", 0),
        ("99", 0, 0),
        ("x", 0, 0),
        ("0", -1, 0),
    ):
        assert tile(*odd).status_code in (400, 404), odd
    refused(client.get(path(collection, "tiles", "TidakAda")), 404)


@each_placed
def test_g53_a_tile_is_a_vector_tile_of_version_2(client, collection):
    document = tile_set(client, collection)
    answer = client.get(document["tiles"][0].format(z=0, x=0, y=0))
    assert answer.headers["content-type"] == MVT
    name, version, extent, features = read_tile(answer.content)
    assert (name, version) == (collection, 2)
    assert extent % 256 == 0
    assert features
    fields = document["vector_layers"][0]["fields"]
    for feature in features:
        assert feature.properties.keys() <= fields.keys()
        assert feature.properties["id"]


def test_g53_every_kind_of_geometry_is_in_the_tiles(client):
    answer = client.get(tile_set(client, MIXED)["tiles"][0].format(z=0, x=0, y=0))
    found = {feature.properties["id"]: feature.kind for feature in read_tile(answer.content)[3]}
    expected = {"titik": 1, "titik-titik": 1, "garis": 2, "garis-garis": 2, "bidang": 3}
    assert expected.items() <= found.items()
    assert {"bidang-bidang", "berlubang", "timur-jauh", "barat-jauh"} <= found.keys()
    assert "tanpa-lokasi" not in found


@each_placed
def test_g54_a_tile_is_not_sent_twice(client, collection):
    address = tile_set(client, collection)["tiles"][0].format(z=0, x=0, y=0)
    first = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert "cache-control" in first.headers
    asked = {"If-None-Match": first.headers["etag"], "Accept-Encoding": "gzip"}
    again = client.get(address, headers=asked)
    assert (again.status_code, again.content) == (304, b"")
    head = client.head(address)
    assert (head.status_code, head.content) == (200, b"")


# The API definition


def test_g50_the_api_definition_describes_tiles_by_the_names_of_the_standard(api):
    """20-057, /req/core/tc-tilematrix-definition to tc-tilecol-definition, /req/oas30."""
    addresses = [one for one in api["paths"] if one.endswith("/{tileMatrix}/{tileRow}/{tileCol}")]
    assert addresses
    for address in addresses:
        found = parameters_of(api, address)
        assert {"tileMatrix", "tileRow", "tileCol"} <= found.keys()
        assert found["tileMatrix"]["schema"]["type"] == "string"
        for name in ("tileRow", "tileCol"):
            assert found[name]["schema"].items() >= {"type": "integer", "minimum": 0}.items()
        operation = api["paths"][address]["get"]
        assert operation["operationId"].endswith(".vector.getTile")
        assert MVT in operation["responses"]["200"]["content"]
    lists = [one for one in api["paths"] if one.endswith("/tiles")]
    assert lists
    for address in lists:
        assert api["paths"][address]["get"]["operationId"].endswith(".vector.getTileSetsList")


# Tile sets of the whole service


def test_g50_the_landing_page_has_tile_sets_where_that_class_is_claimed(client):
    """20-057, /req/dataset-tilesets/landingpage; its tiles by the suite's own way."""
    classes = client.get("/conformance").json()["conformsTo"]
    is_claimed = any(uri.endswith("/ogcapi-tiles-1/1.0/conf/dataset-tilesets") for uri in classes)
    landing = client.get("/").json()
    found = links_of(landing, TILE_SETS, JSON)
    assert bool(found) == is_claimed
    for link in found:
        listed = client.get(link["href"], headers={"Accept": JSON}).json()
        for item in listed["tilesets"]:
            assert item["tileMatrixSetURI"] == QUAD
            for one in item["links"]:
                assert client.get(one["href"], headers={"Accept": JSON}).status_code == 200, one
            document = client.get(href(item, "self", JSON)).json()
            template = template_of(document)
            limits = document["tileMatrixSetLimits"][0]
            row, column = limits["maxTileRow"], limits["minTileCol"]
            matrix = limits["tileMatrix"]
            tile = client.get(template.format(tileMatrix=matrix, tileRow=row, tileCol=column))
            assert tile.status_code in (200, 204)
            refused(
                client.get(template.format(tileMatrix=matrix, tileRow=row + 1, tileCol=column)), 404
            )


def test_g50_the_tiles_of_the_service_are_of_the_collections_that_are_chosen(client):
    """20-057, /req/collections-selection: by the parameter `collections`, ids in any order."""

    def layers(**query):
        answer = client.get("/tiles/WebMercatorQuad/0/0/0", params=query)
        assert answer.headers["content-type"] == MVT
        return {
            value.decode()
            for _, layer in members(answer.content)
            for number, value in members(layer)
            if number == 1
        }

    assert layers(collections="zones,regencies") == {"zones", "regencies"}
    assert layers(collections=MIXED) == {MIXED}
    refused(client.get("/tiles/WebMercatorQuad/0/0/0", params={"collections": "tidak-ada"}), 400)
