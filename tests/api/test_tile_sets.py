"""What is said of tiles on pages and in odd cases; tests/standards holds the standard (20-057)."""

from urllib.parse import unquote

import pytest
import shapely

from api.links import HTML, JSON
from tests.api.examples import ODD_LAYER, made_layer, publish, zones

MVT = "application/vnd.mapbox-vector-tile"
REL = "http://www.opengis.net/def/rel/ogc/1.0/"
URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
CRS = "http://www.opengis.net/def/crs/EPSG/0/3857"
CONF = "http://www.opengis.net/spec/"


def href(document, rel, media_type=JSON):
    found = [one for one in document["links"] if (one["rel"], one["type"]) == (rel, media_type)]
    assert len(found) == 1, (rel, found)
    return found[0]["href"]


# Conformance


# Tile matrix sets


# Lists of tile sets


def test_a_collection_without_that_name_has_no_list(client):
    answer = client.get("/collections/desa/tiles")
    assert (answer.status_code, answer.json()["code"]) == (404, "LayerNotFound")


# Tile sets and tiles


def corners(limits):
    """First and last row and column of a zoom."""
    return [limits[f"{end}Tile{axis}"] for axis in ("Row", "Col") for end in ("min", "max")]


def test_a_collection_without_a_place_has_no_tiles(client, store):
    publish(store, "zones", zones().iloc[2:])
    document = client.get("/collections/zones/tiles/WebMercatorQuad").json()
    assert document["tileMatrixSetLimits"] == []
    assert not {"bounds", "boundingBox"} & document.keys()
    answer = client.get("/collections/zones/tiles/WebMercatorQuad/0/0/0")
    assert (answer.status_code, answer.json()["code"]) == (404, "TileNotFound")


def test_bounds_beyond_web_mercator_end_at_its_edge(client, store):
    publish(store, "zones", made_layer([shapely.box(-180, -90, 180, 90)], ["bumi"], name=["Bumi"]))
    document = client.get("/collections/zones/tiles/WebMercatorQuad").json()
    assert document["bounds"] == pytest.approx([-180, -85.0511287798, 180, 85.0511287798])
    assert corners(document["tileMatrixSetLimits"][3]) == [0, 7, 0, 7]


# OpenAPI


def test_the_api_definition_describes_the_tiles_by_the_names_of_the_standard(client):
    """20-057, /req/oas30/completeness and operation-id; /req/core/tc-tilematrix-definition."""
    paths = client.get("/api").json()["paths"]
    tiles = "/collections/{collectionId}/tiles"
    tile_set = tiles + "/{tileMatrixSetId}"
    tile = tile_set + "/{tileMatrix}/{tileRow}/{tileCol}"
    assert {
        path: paths[path]["get"]["operationId"]
        for path in paths
        if "{tileM" in path or path.endswith(("/tiles", "/WebMercatorQuad"))
    } == {
        "/tiles": ".dataset.vector.getTileSetsList",
        "/tiles/WebMercatorQuad": ".dataset.vector.getTileSet",
        "/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}": ".dataset.vector.getTile",
        "/tileMatrixSets/{tileMatrixSetId}": "getTileMatrixSet",
        tiles: ".collection.vector.getTileSetsList",
        tile_set: ".collection.vector.getTileSet",
        tile: ".collection.vector.getTile",
    }
    assert paths["/tileMatrixSets"]["get"]["operationId"] == "getTileMatrixSetsList"
    operation = paths[tile]["get"]
    declared = {one["name"]: one for one in operation["parameters"]}
    assert declared["tileMatrix"]["schema"]["type"] == "string"
    for name in ("tileRow", "tileCol"):
        assert declared[name]["schema"]["type"] == "integer"
        assert declared[name]["schema"]["minimum"] == 0
    assert "collections" not in declared
    assert set(operation["responses"]) >= {"200", "204", "default"}
    assert MVT in operation["responses"]["200"]["content"]


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/tileMatrixSets", "TileMatrixSetsDocument"),
        ("/tileMatrixSets/WebMercatorQuad", "TileMatrixSetDocument"),
        ("/collections/zones/tiles", "TileSetsDocument"),
        ("/collections/zones/tiles/WebMercatorQuad", "TileSetDocument"),
    ],
)
def test_documents_have_the_members_that_the_api_definition_names(client, path, schema):
    schemas = client.get("/api").json()["components"]["schemas"]
    document = client.get(path).json()
    assert (
        set(schemas[schema]["required"]) <= document.keys() <= schemas[schema]["properties"].keys()
    )


# Pages


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("path", ["", "/tiles", "/tiles/WebMercatorQuad"])
def test_pages_show_the_address_that_qgis_takes(client, path, language):
    page = client.get(f"/collections/zones{path}?f=html&lang={language}").text
    template = "http://testserver/collections/zones/tiles/WebMercatorQuad/{z}/{y}/{x}"
    assert f"<code>{template}</code>" in page
    assert "<dd>0–14</dd>" in page
    tile = client.get(template.format(z=7, y=65, x=101))
    assert tile.headers["content-type"] == MVT


def test_an_odd_name_of_a_collection_stays_one_segment_of_the_address(client):
    collections = client.get("/collections").json()["collections"]
    odd = next(one for one in collections if one["id"] == ODD_LAYER)
    document = client.get(href(odd, REL + "tilesets-vector", HTML))
    assert "<b>" not in document.text.split("<main")[1].split("<dl")[0]
    tile_sets = client.get(href(odd, REL + "tilesets-vector")).json()["tilesets"]
    tile_set = client.get(href(tile_sets[0], "self")).json()
    assert unquote(tile_set["tiles"][0]).count(ODD_LAYER) == 1
    assert client.get(tile_set["tiles"][0].format(z=0, y=0, x=0)).status_code == 200


def test_the_page_of_the_tile_matrix_set_shows_its_scales(client):
    page = client.get("/tileMatrixSets/WebMercatorQuad?f=html&lang=en").text
    assert "1 : 559,082,264" in page
    assert "156,543.034" in page
