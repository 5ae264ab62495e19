"""A layer that mixes kinds of geometry has a collection of each kind beside it, for QGIS and its like."""

import pytest
import shapely

from tests.api.examples import made_layer, publish, zones

REL = "http://www.opengis.net/def/rel/ogc/1.0/"


def listed(client, **query):
    document = client.get("/collections", params={"f": "json", **query}).json()
    return {one["id"]: one for one in document["collections"]}


def features(client, collection, **query):
    found = client.get(f"/collections/{collection}/items", params={"f": "json", **query})
    assert found.status_code == 200, found.text
    return found.json()["features"]


def test_a_mixed_layer_is_followed_by_its_areas_and_points_and_no_other_layer_is(client):
    assert [one for one in listed(client) if one.startswith(("zones", "regencies"))] == [
        "regencies",
        "zones",
        "zones-areas",
        "zones-points",
    ]


def test_who_misspells_a_collection_is_told_of_all_that_there_are(client):
    for path in ("/collections/zone", "/collections/zone/items"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "LayerNotFound")
        assert answer.json()["facts"]["available"].split(", ") == list(listed(client))


def test_each_kind_is_of_one_type_and_what_has_no_geometry_stands_in_the_mixed_one_alone(client):
    def types(name):
        return {f["id"]: f["geometry"] and f["geometry"]["type"] for f in features(client, name)}

    assert types("zones-areas") == {"angsana": "MultiPolygon"}
    assert types("zones-points") == {"timur-jauh": "Point"}
    assert types("zones") == {"angsana": "Polygon", "timur-jauh": "Point", "tanpa-lokasi": None}


def test_titles_say_in_both_languages_what_is_there(client):
    for language, words in {"id": ("poligon", "titik"), "en": ("areas", "points")}.items():
        found = listed(client, lang=language)
        for name, word in zip(("zones-areas", "zones-points"), words, strict=True):
            assert found["zones"]["title"] in found[name]["title"]
            assert word in found[name]["title"]
            assert "zones" in found[name]["description"]


def test_a_kind_has_an_extent_of_its_own_and_the_history_of_its_layer(client):
    found = client.get("/collections/zones-areas?f=json").json()
    assert found == listed(client)["zones-areas"]
    assert found["extent"]["spatial"]["bbox"] == [[105.25, -3.75, 105.75, -3.25]]
    (history,) = [link for link in found["links"] if link["rel"] == "version-history"]
    assert client.get(history["href"]).json()["collection"] == "zones"


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("zones-areas", "geometry-multipolygon"),
        ("zones-points", "geometry-point"),
        ("zones", "geometry-any"),
    ],
)
def test_the_schema_is_that_of_the_layer_with_the_type_of_the_kind(client, name, form):
    for document in ("schema", "queryables"):
        found = client.get(f"/collections/{name}/{document}").json()
        whole = client.get(f"/collections/zones/{document}").json()
        assert found["properties"]["geometry"]["format"] == form
        assert list(found["properties"]) == list(whole["properties"])
        kinds = ("type", "format")
        assert [
            [p.get(k) for k in kinds] for n, p in found["properties"].items() if n != "geometry"
        ] == [[p.get(k) for k in kinds] for n, p in whole["properties"].items() if n != "geometry"]


def test_filters_forms_and_versions_work_on_a_kind(client):
    assert features(client, "zones-areas", filter="source_year = 2019")[0]["id"] == "angsana"
    assert features(client, "zones-points", filter="source_year = 2019") == []
    assert features(client, "zones-areas", bbox="105,-4,106,-3", version=1)[0]["id"] == "angsana"
    # The first version had no points.
    assert features(client, "zones-points", version=1) == []
    for form in ("csv", "gpkg", "fgb", "parquet", "geojsonseq", "jsonfg"):
        assert client.get("/collections/zones-areas/items", params={"f": form}).status_code == 200
    assert client.get("/collections/zones-areas/download/gpkg").status_code == 200


def test_tiles_of_a_kind_hold_that_kind_alone(client):
    def tile(name):
        return client.get(f"/collections/{name}/tiles/WebMercatorQuad/0/0/0")

    assert b"angsana" in tile("zones-areas").content
    assert b"timur-jauh" not in tile("zones-areas").content
    assert b"timur-jauh" in tile("zones-points").content


def test_a_kind_that_a_layer_has_not_is_not_there(client):
    for name in ("zones-lines", "regencies-points", "tidak-ada-areas"):
        answer = client.get(f"/collections/{name}?f=json")
        assert answer.status_code == 404, name


def test_who_opened_a_kind_goes_on_when_the_layer_mixes_kinds_no_longer(client, store):
    publish(store, "zones", zones().iloc[:1])
    assert "zones-areas" not in listed(client)
    assert [one["id"] for one in features(client, "zones-areas")] == ["angsana"]
    assert client.get("/collections/zones-points?f=json").status_code == 404


def test_several_points_in_one_feature_make_all_of_them_of_many(client, store):
    shapes = [
        shapely.Point(110, -3),
        shapely.MultiPoint([(111, -3), (112, -3)]),
        shapely.LineString([(110, -3), (111, -3)]),
        shapely.GeometryCollection([shapely.Point(110, -3)]),
    ]
    publish(store, "campur", made_layer(shapes, list("abcd"), name=list("abcd")))
    names = [name for name in listed(client) if name.startswith("campur")]
    assert names == ["campur", "campur-lines", "campur-points"]
    types = [one["geometry"]["type"] for one in features(client, "campur-points")]
    assert types == ["MultiPoint", "MultiPoint"]
    assert features(client, "campur-lines")[0]["geometry"]["type"] == "MultiLineString"
    schema = client.get("/collections/campur-points/schema").json()
    assert schema["properties"]["geometry"]["format"] == "geometry-multipoint"
