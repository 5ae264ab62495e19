"""OGC API - Features, Part 5 (23-058): schemas; sorting, some properties, JSON-FG."""

import re

import pytest
from jsonschema import Draft202012Validator

from tests.standards.asking import (
    COLLECTIONS,
    CRS84,
    PLACED,
    REL,
    SCHEMA,
    href,
    ids,
    items,
    path,
    refused,
    shapes,
)
from tests.standards.hard_layers import HIGH, MIXED, TIMED

each_collection = pytest.mark.parametrize("collection", COLLECTIONS)
each_placed = pytest.mark.parametrize("collection", PLACED)
GEOMETRIES = re.compile(
    r"geometry-(any|geometrycollection|(point|linestring|polygon)(-or-multi\2)?"
    r"|multi(point|linestring|polygon))"
)


def read(client, collection, name):
    answer = client.get(path(collection, name), headers={"Accept": SCHEMA})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == SCHEMA
    assert answer.json()["$id"] == str(answer.url)
    return answer.json()


@each_collection
@pytest.mark.parametrize("name", ["schema", "queryables", "sortables"])
def test_f49_a_schema_says_what_the_standard_asks(client, collection, name):
    """23-058, /req/schemas: properties, additional-keywords, role, unit."""
    document = read(client, collection, name)
    Draft202012Validator.check_schema(document)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert document["type"] == "object"
    assert document["title"]
    roles = [one["x-ogc-role"] for one in document["properties"].values() if "x-ogc-role" in one]
    assert len({*roles}) == len(roles)
    for one in document["properties"].values():
        assert one["title"]
        known = {"title", "description", "type", "format", "enum", "items", "readOnly", "$ref"}
        known |= {"minimum", "maximum", "minLength", "maxLength", "pattern"}
        assert all(word in known or word.startswith("x-ogc-") for word in one), one
        if one.get("format", "").startswith("geometry-"):
            assert not {"type", "$ref"} & one.keys()
            assert GEOMETRIES.fullmatch(one["format"])
        else:
            assert "type" in one
        if one.get("format") in ("date", "date-time"):
            assert one["type"] == "string"


@each_collection
def test_f49_the_roles_of_properties_are_those_of_the_standard(client, collection):
    """23-058, /req/core-roles-features, and /req/schemas/role-id."""
    properties = read(client, collection, "schema")["properties"]
    by_role = {one["x-ogc-role"]: name for name, one in properties.items() if "x-ogc-role" in one}
    assert properties[by_role["primary-geometry"]]["format"].startswith("geometry-")
    if "primary-instant" in by_role:
        assert properties[by_role["primary-instant"]]["format"] in ("date", "date-time")
    if "id" in by_role:
        assert properties[by_role["id"]]["type"] in ("string", "integer")
        for feature in items(client, collection, limit=100).json()["features"]:
            assert feature["properties"][by_role["id"]] == feature["id"]


@each_collection
def test_f49_features_have_what_their_schema_says_and_nothing_else(client, collection):
    """23-058, /req/returnables-and-receivables: the schema is of what is returned."""
    document = read(client, collection, "schema")
    [geometry] = [n for n, one in document["properties"].items() if "type" not in one]
    known = {name: one for name, one in document["properties"].items() if name != geometry}
    kinds = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
    for feature in items(client, collection, limit=50).json()["features"]:
        assert feature["properties"].keys() <= known.keys()
        for name, value in feature["properties"].items():
            kind = known[name]["type"]
            if value is not None and isinstance(kind, str) and kind in kinds:
                assert isinstance(value, kinds[kind]), (name, value)
    said = document["properties"][geometry]["format"].removeprefix("geometry-")
    if said != "any":
        drawn = shapes(client, collection)
        seen = {one.geom_type.lower() for one in drawn if one is not None}
        assert seen <= {*said.split("-or-")}


@each_collection
def test_f49_a_collection_links_to_its_schemas(client, collections, collection):
    found = collections[collection]
    for name in ("queryables", "sortables", "schema"):
        assert client.get(href(found, REL + name, SCHEMA)).json() == read(client, collection, name)


@each_collection
def test_f49_every_sortable_sorts_and_nothing_else_does(client, collection):
    for place, (name, one) in enumerate(
        read(client, collection, "sortables")["properties"].items()
    ):
        assert one["type"] not in ("object", "array")
        assert not one.get("format", "").startswith("geometry-")
        # By each property in one direction, by the first in all.
        for sign, is_down in (("-", True), ("", False), ("+", False))[: 1 if place else 3]:
            page = items(
                client, collection, sortby=sign + name, limit=100, skipGeometry=True
            ).json()
            values = [feature["properties"][name] for feature in page["features"]]
            known = [value for value in values if value is not None]
            assert known == sorted(known, reverse=is_down), (name, sign)
    for text in ("tidak_ada", "geometry", "-", "+-name"):
        refused(client.get(path(collection, "items"), params={"sortby": text}))


def test_f49_equal_values_are_sorted_by_the_next_property(client):
    page = items(client, "desa", sortby="-regency_code,name", limit=500).json()["features"]
    keys = [(f["properties"]["regency_code"], f["properties"]["name"]) for f in page]
    expected = sorted(sorted(keys, key=lambda key: key[1]), key=lambda key: key[0], reverse=True)
    assert keys == expected


@each_placed
def test_f49_only_what_is_asked_for_is_written(client, collection):
    [whole] = items(client, collection, limit=1).json()["features"]
    names = [*whole["properties"]]
    [some] = items(client, collection, limit=1, properties=names[0]).json()["features"]
    assert [*some["properties"]] == names[:1]
    assert some["geometry"] == whole["geometry"]
    query = {"exclude-properties": names[0], "skipGeometry": "true", "limit": 1}
    [rest] = client.get(path(collection, "items"), params=query).json()["features"]
    assert [*rest["properties"]] == names[1:]
    assert rest["geometry"] is None
    for name in ("properties", "exclude-properties"):
        refused(client.get(path(collection, "items"), params={name: "tidak_ada"}))


def test_f48_no_changes_are_claimed_and_none_are_taken(client):
    """Part 4 and searching by POST are not claimed."""
    classes = client.get("/conformance").json()["conformsTo"]
    assert not [uri for uri in classes if "ogcapi-features-4" in uri]
    allowed = client.options(path("zones", "items")).headers["allow"]
    assert allowed == "GET, HEAD, OPTIONS"
    fid = ids(items(client, "zones", limit=1))[0]
    for method, below in (
        *(("POST", ("items",)), ("PUT", ("items",)), ("DELETE", ("items",)), ("PATCH", ("items",))),
        *(("PUT", ("items", fid)), ("PATCH", ("items", fid)), ("DELETE", ("items", fid))),
    ):
        answer = client.request(method, path("zones", *below), json={})
        refused(answer, 405)
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


# JSON-FG


@each_collection
def test_json_fg_has_its_classes_times_and_places(client, collections, collection):
    """OGC 21-045, Core and Feature Types: members of a collection, and of each of its features."""
    for uri in (CRS84, collections[collection]["crs"][-1]):
        query = {"f": "jsonfg", "limit": 20, "crs": uri}
        answer = client.get(path(collection, "items"), params=query)
        assert answer.status_code == 200
        document = answer.json()
        conf = "http://www.opengis.net/spec/json-fg-1/1.0/conf/"
        assert {conf + "core", conf + "types-schemas"} <= {*document["conformsTo"]}
        assert document["type"] == "FeatureCollection"
        assert document["featureType"]
        assert document.get("coordRefSys", CRS84) == uri
        same = items(client, collection, limit=20).json()["features"]
        for feature, plain in zip(document["features"], same, strict=True):
            assert {"type", "id", "time", "place", "geometry", "properties"} <= feature.keys()
            # The geometry is of WGS 84 or there is none; a place is of another CRS.
            is_plain = uri == CRS84
            assert feature["geometry"] == (plain["geometry"] if is_plain else None)
            has_place = not is_plain and plain["geometry"] is not None
            assert (feature["place"] is not None) == has_place


def test_json_fg_tells_days_and_instants(client):
    def times(collection):
        page = client.get(path(collection, "items"), params={"f": "jsonfg"}).json()
        return [feature["time"] for feature in page["features"]]

    assert times(TIMED)[0] == {"date": "2024-01-15"}
    assert times(TIMED)[-1] is None
    assert [*times(HIGH)[0]] == ["timestamp"]
    assert times(HIGH)[0]["timestamp"].endswith("Z")
    assert {*map(str, times(MIXED))} == {"None"}
