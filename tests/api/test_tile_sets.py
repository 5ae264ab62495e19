"""OGC API - Tiles, Part 1 (20-057) and tile matrix sets (17-083r4), requirement by requirement.

Black box, by the links that the service gives, as OGC's own suite for the standard walks them.
"""

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


@pytest.fixture
def tile_set(client):
    """The tile set of `zones`, reached from the landing page by links only."""
    collections = client.get(href(client.get("/").json(), "data")).json()["collections"]
    collection = next(one for one in collections if one["id"] == "zones")
    tile_sets = client.get(href(collection, REL + "tilesets-vector")).json()["tilesets"]
    return client.get(href(tile_sets[0], "self")).json()


# Conformance


def test_every_class_that_is_true_is_declared_and_no_other(client):
    declared = client.get("/conformance").json()["conformsTo"]
    tiles = [uri for uri in declared if "ogcapi-tiles" in uri or "/tms/" in uri]
    assert tiles == [
        *(
            f"{CONF}ogcapi-tiles-1/1.0/conf/{name}"
            for name in (
                *("core", "tileset", "tilesets-list", "dataset-tilesets", "geodata-tilesets"),
                *("collections-selection", "mvt", "oas30"),
            )
        ),
        *(
            f"{CONF}tms/2.0/conf/{encoding}{name}"
            for encoding in ("", "json-")
            for name in ("tilematrixset", "tilematrixsetlimits", "tilesetmetadata")
        ),
    ]


# Tile matrix sets


def test_the_landing_page_leads_to_the_definition_of_the_tile_matrix_set(client):
    listed = client.get(href(client.get("/").json(), REL + "tiling-schemes")).json()
    (item,) = listed["tileMatrixSets"]
    assert (item["id"], item["uri"], item["crs"]) == ("WebMercatorQuad", URI, CRS)
    assert item["title"]
    definition = client.get(href(item, "self")).json()
    assert definition == client.get(href(item, REL + "tiling-scheme")).json()
    assert {name: definition[name] for name in item if name != "links"} == {
        name: value for name, value in item.items() if name != "links"
    }


@pytest.mark.parametrize(
    ("z", "scale_denominator", "cell_size"),
    [
        (0, 559082264.028717, 156543.033928041),
        (1, 279541132.014358, 78271.5169640204),
        (7, 4367830.18772435, 1222.99245256282),
        (14, 34123.6733415964, 9.55462853564703),
        (24, 33.3238997476528, 0.0093306919293428),
    ],
)
def test_web_mercator_quad_is_the_registered_one(client, z, scale_denominator, cell_size):
    """17-083r4, Annex D.1, as printed there."""
    document = client.get("/tileMatrixSets/WebMercatorQuad").json()
    assert document["orderedAxes"] == ["X", "Y"]
    assert document["wellKnownScaleSet"].endswith("/def/wkss/OGC/1.0/GoogleMapsCompatible")
    assert [one["id"] for one in document["tileMatrices"]] == [str(n) for n in range(25)]
    matrix = document["tileMatrices"][z]
    assert matrix["scaleDenominator"] == pytest.approx(scale_denominator, rel=1e-13)
    assert matrix["cellSize"] == pytest.approx(cell_size, rel=1e-13)
    assert matrix["pointOfOrigin"] == pytest.approx([-20037508.3427892, 20037508.3427892])
    assert matrix["cornerOfOrigin"] == "topLeft"
    assert (matrix["tileWidth"], matrix["tileHeight"]) == (256, 256)
    assert (matrix["matrixWidth"], matrix["matrixHeight"]) == (2**z, 2**z)


def test_an_unknown_tile_matrix_set_is_not_found(client):
    answer = client.get("/tileMatrixSets/WorldCRS84Quad?lang=en")
    assert (answer.status_code, answer.json()["code"]) == (404, "TileMatrixSetNotFound")
    assert "WebMercatorQuad" in answer.json()["detail"]


# Lists of tile sets


def test_every_collection_links_to_its_list_of_tile_sets(client):
    for collection in client.get("/collections").json()["collections"]:
        listed = client.get(href(collection, REL + "tilesets-vector")).json()
        (item,) = listed["tilesets"]
        assert (item["dataType"], item["crs"], item["tileMatrixSetURI"]) == ("vector", CRS, URI)
        assert item["title"] == collection["title"]
        whole = client.get(href(item, "self")).json()
        assert {name: whole[name] for name in ("title", "dataType", "crs", "tileMatrixSetURI")} == {
            name: value for name, value in item.items() if name != "links"
        }
        assert href(whole, REL + "geodata") == href(collection, "self")


def test_every_link_of_the_list_can_be_followed_as_it_stands(client):
    """OGC's suite asks for each and reads JSON, so the template of the tiles is not among them."""
    (item,) = client.get("/collections/zones/tiles").json()["tilesets"]
    for link in item["links"]:
        answer = client.get(link["href"], headers={"Accept": JSON})
        assert answer.headers["content-type"] == JSON, link
        assert answer.json()["links"]


def test_a_collection_without_that_name_has_no_list(client):
    answer = client.get("/collections/desa/tiles")
    assert (answer.status_code, answer.json()["code"]) == (404, "LayerNotFound")


# Tile sets and tiles


def test_a_tile_set_has_what_the_standard_requires(client, tile_set):
    """20-057, /req/tileset/description."""
    assert (tile_set["dataType"], tile_set["crs"], tile_set["tileMatrixSetURI"]) == (
        "vector",
        CRS,
        URI,
    )
    assert client.get(href(tile_set, REL + "tiling-scheme")).json()["uri"] == URI
    assert tile_set["license"] == "CC0-1.0"
    (item,) = [link for link in tile_set["links"] if link["rel"] == "item"]
    assert (item["type"], item["templated"]) == (MVT, True)
    assert [item["href"].count(name) for name in ("{tileMatrix}", "{tileRow}", "{tileCol}")] == [
        1,
        1,
        1,
    ]


def corners(limits):
    """First and last row and column of a zoom."""
    return [limits[f"{end}Tile{axis}"] for axis in ("Row", "Col") for end in ("min", "max")]


def test_the_tiles_within_the_limits_are_there_and_those_around_are_not(client, tile_set):
    """20-057, /req/core/tc-success and tc-error."""
    (template,) = [link["href"] for link in tile_set["links"] if link["rel"] == "item"]
    for limits in tile_set["tileMatrixSetLimits"]:
        top, bottom, left, right = corners(limits)

        def status(row, column, matrix=limits["tileMatrix"]):
            address = template.format(tileMatrix=matrix, tileRow=row, tileCol=column)
            return client.get(address).status_code

        # Only low zooms: a tile of a high one takes its time, and is found in the same way.
        if int(limits["tileMatrix"]) < 8:
            assert {status(top, left), status(bottom, right)} <= {200, 204}
        assert {status(top, left - 1), status(bottom + 1, right)} <= {400, 404}
        assert {status(top - 1, left), status(bottom, right + 1)} <= {400, 404}


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
