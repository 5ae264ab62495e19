"""OGC API - Features, Part 3 (19-079r2) and CQL2 (21-065r2), as a client asks for them.

What each predicate finds is held in tests/geo/filtering; here are the classes, over HTTP.
"""

import json
import re

import pyproj
import pytest
from jsonschema import Draft202012Validator

from tests.standards.asking import (
    COLLECTIONS,
    JSON,
    REL,
    SCHEMA,
    href,
    ids,
    items,
    links_of,
    parameters_of,
    path,
    refused,
)
from tests.standards.hard_layers import EMPTY, HIGH, MIXED, ODD, ODD_IDS, TIMED

each_collection = pytest.mark.parametrize("collection", COLLECTIONS)
BOX = "BBOX(114.9,-3.6,115.6,-2.4)"


def queryables(client, collection):
    answer = client.get(path(collection, "queryables"), headers={"Accept": SCHEMA})
    assert answer.status_code == 200
    return answer.json()


def count(client, collection, **query):
    return items(client, collection, limit=1, **query).json()["numberMatched"]


def found(client, collection, text, **query):
    return ids(items(client, collection, filter=text, limit=10_000, **query))


# Queryables


@each_collection
def test_e33_features_lead_to_their_queryables_by_a_header_and_a_link(
    client, collections, collection
):
    header = client.head(path(collection, "items")).headers["link"]
    [address] = re.findall(rf'<([^>]*)>; *rel="{REL}queryables"', header)
    assert client.get(address).json() == queryables(client, collection)
    assert href(collections[collection], REL + "queryables", SCHEMA) == address


@each_collection
def test_e34_queryables_are_a_json_schema(client, collection):
    answer = client.get(path(collection, "queryables"), headers={"Accept": SCHEMA})
    assert answer.headers["content-type"] == SCHEMA
    document = answer.json()
    Draft202012Validator.check_schema(document)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert document["$id"] == str(answer.url)
    assert document["type"] == "object"
    assert document["additionalProperties"] is False
    assert document["properties"]
    for name, one in document["properties"].items():
        is_geometry = one.get("format", "").startswith("geometry-")
        assert ("type" in one) != is_geometry, name


def literal(value):
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else json.dumps(value)


@each_collection
def test_e35_every_queryable_is_a_parameter_of_the_features(client, api, collection):
    declared = parameters_of(api, f"{path(collection)}/items")
    some = items(client, collection, limit=1).json()["features"]
    for name, one in queryables(client, collection)["properties"].items():
        kind = one.get("type")
        if kind not in ("string", "integer", "number", "boolean") or name in ("date", "q"):
            continue
        assert name in declared, name
        value = some[0]["properties"].get(name) if some else None
        if value is None or "*" in str(value) or "," in str(value):
            continue
        asked = json.dumps(value) if isinstance(value, bool) else str(value)
        answer = client.get(path(collection, "items"), params={name: asked, "limit": 20})
        assert answer.status_code == 200, answer.text
        matching = answer.json()["features"]
        assert some[0]["id"] in ids(answer.json())
        assert all(feature["properties"][name] == value for feature in matching)
        if kind in ("integer", "number"):
            refused(client.get(path(collection, "items"), params={name: "bukan angka"}))


def test_e35_a_parameter_takes_lists_and_stars(client):
    assert ids(items(client, "regencies", code="63.01,63.10")) == ["63.01", "63.10"]
    starred = items(client, "regencies", name="*Tanah*", limit=100).json()["features"]
    assert {f["properties"]["name"] for f in starred} == {"Tanah Laut", "Tanah Bumbu"}


# Filter


@each_collection
def test_e36_a_filter_is_cql2_text_unless_it_says_otherwise(client, collection):
    properties = queryables(client, collection)["properties"]
    names = [name for name, one in properties.items() if "type" in one][:3]
    total = count(client, collection)
    for name in names:
        nothing = count(client, collection, filter=f'"{name}" IS NULL')
        some = count(client, collection, filter=f'"{name}" IS NOT NULL', filter_lang="cql2-text")
        assert some == total - nothing
        tree = json.dumps({"op": "isNull", "args": [{"property": name}]})
        assert count(client, collection, filter=tree, filter_lang="cql2-json") == nothing


@each_collection
def test_e36_e37_e47_what_is_no_filter_is_400(client, collection):
    for query in (
        {"filter": "THIS IS NOT A FILTER"},
        {"filter": "TRUE", "filter-lang": "cql3"},
        {"filter": "tidak_ada = 1"},
        {"filter": ""},
        {"filter": "{}", "filter-lang": "cql2-json"},
        {"filter": '{"op":"=","args":[1', "filter-lang": "cql2-json"},
        {"filter": '{"op":"isNull","args":[{"property":"tidak_ada"}]}', "filter-lang": "cql2-json"},
    ):
        refused(client.get(path(collection, "items"), params=query))


def test_e38_the_geometry_of_a_filter_is_crs84_or_of_the_crs_that_is_named(client, collections):
    expected = count(client, "desa", filter=f"S_INTERSECTS(geometry,{BOX})")
    assert 10 < expected < 2000
    for uri in collections["desa"]["crs"]:
        crs = pyproj.CRS.from_user_input(uri)
        if not (crs.is_geographic or uri.endswith("/3857")):
            continue
        there = pyproj.Transformer.from_crs("OGC:CRS84", crs)
        corners = [*there.transform(114.9, -3.6), *there.transform(115.6, -2.4)]
        box = f"BBOX({','.join(map(repr, map(float, corners)))})"
        text = f"S_INTERSECTS(geometry,{box})"
        assert count(client, "desa", filter=text, filter_crs=uri) == expected


def test_e39_all_that_is_asked_must_hold(client):
    parts = {
        "filter": "nilai > 1",
        "bbox": "114.9,-3.6,115.6,-2.4",
        "jumlah": "4",
        "q": "fitur",
    }
    sets = [{*ids(items(client, MIXED, limit=100, **{k: v}))} for k, v in parts.items()]
    assert {*ids(items(client, MIXED, limit=100, **parts))} == set.intersection(*sets)
    timed = items(client, TIMED, filter="nama <> 'Peristiwa 2'", datetime="2024-02-01/2024-04-30")
    assert ids(timed) == ["p-3", "p-4", "p-7"]


def test_e40_the_functions_are_listed_linked_and_work(client):
    listed = client.get(href(client.get("/").json(), REL + "functions", JSON)).json()["functions"]
    assert all({"name", "arguments", "returns"} <= one.keys() for one in listed)
    assert {"length", "upper", "abs"} <= {one["name"] for one in listed}
    assert found(client, "regencies", "upper(name) = 'TANAH LAUT'") == ["63.01"]
    refused(client.get(path("regencies", "items"), params={"filter": "tidak_ada(name) = 1"}))


# CQL2, class by class


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # basic-cql2
        ("jumlah = 3", ["garis-garis"]),
        ("jumlah > 8 AND jumlah <= 9", ["barat-jauh"]),
        ("NOT (jumlah > 0)", ["titik"]),
        ("NOT (nilai = 1.5)", [1.5, 0]),
        ("jumlah < 2 OR nama = 'Fitur 10'", ["titik", "titik-titik", "tanpa-lokasi"]),
        ("true", 11),
        ("false", []),
        ("nama IS NULL AND jumlah < 4", ["titik", "garis-garis"]),
        # advanced-comparison-operators
        ("nama LIKE 'Fitur 1%'", ["titik-titik", "tanpa-lokasi"]),
        ("nama LIKE 'Fitur _'", 6),
        ("nama NOT LIKE 'Fitur _'", ["tanpa-lokasi"]),
        ("jumlah BETWEEN 2 AND 3", ["garis", "garis-garis"]),
        ("jumlah NOT BETWEEN 1 AND 10", ["titik"]),
        ("jumlah IN (0, 10, 99)", ["titik", "tanpa-lokasi"]),
        ("nama NOT IN ('Fitur 1','Fitur 2','Fitur 4','Fitur 5','Fitur 7','Fitur 8')", ["tanpa-lokasi"]),
        # case-insensitive-comparison, accent-insensitive-comparison
        ("CASEI(nama) = CASEI('FITUR 1')", ["titik-titik"]),
        ("ACCENTI(nama) = ACCENTI('Fítur 1')", ["titik-titik"]),
        # basic-spatial-functions, basic-spatial-functions-plus, spatial-functions
        ("S_INTERSECTS(geometry,POINT(114.5 -3.5))", ["titik"]),
        ("S_INTERSECTS(geometry,BBOX(115.4,-3.6,115.6,-3.4))", ["bidang", "bidang-bidang", "kumpulan"]),
        ("S_INTERSECTS(geometry,BBOX(178,60,-178,70))", ["timur-jauh", "barat-jauh"]),
        ("S_INTERSECTS(geometry,LINESTRING(111.5 -5,111.5 0))", ["berlubang"]),
        ("S_EQUALS(geometry,POINT(114.5 -3.5))", ["titik"]),
        ("S_WITHIN(geometry,POLYGON((114.9 -4.1,116.1 -4.1,116.1 -2.9,114.9 -2.9,114.9 -4.1)))", ["bidang"]),
        ("S_CONTAINS(geometry,POINT(117.5 -3.5))", ["bidang-bidang"]),
        ("S_TOUCHES(geometry,POINT(110 -4))", ["berlubang"]),
        ("S_CROSSES(geometry,LINESTRING(114 -2,115 -3))", ["garis", "garis-garis", "kumpulan"]),
        ("S_OVERLAPS(geometry,POLYGON((109 -5,111 -5,111 0,109 0,109 -5)))", ["berlubang"]),
        ("S_DISJOINT(geometry,BBOX(100,-10,120,10))", ["timur-jauh", "barat-jauh"]),
        # property-property, arithmetic, functions
        ("jumlah = nilai", []),
        ("nilai = jumlah * 1.5 AND jumlah < 3", ["titik-titik", "garis"]),
        ("jumlah % 5 = 0 AND jumlah div 5 = 1", ["bidang-bidang"]),
        ("jumlah ^ 2 = 81", ["barat-jauh"]),
        ("jumlah / 2 + 1 = 2.5", ["garis-garis"]),
        ("-jumlah + 10 = 0", ["tanpa-lokasi"]),
    ],
)  # fmt: skip
def test_e41_to_e45_a_predicate_of_every_class_finds_what_it_says(client, text, expected):
    answer = found(client, MIXED, text)
    if isinstance(expected, int):
        assert len(answer) == expected
    elif text == "NOT (nilai = 1.5)":
        # Three-valued: where nilai is missing, neither it nor its contrary holds.
        features = items(client, MIXED).json()["features"]
        known = [f["id"] for f in features if f["properties"]["nilai"] not in (None, 1.5)]
        assert answer == known
    else:
        assert answer == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("T_AFTER(tanggal,DATE('2024-05-01'))", ["p-5", "p-6"]),
        ("T_BEFORE(tanggal,DATE('2024-02-15'))", ["p-1"]),
        ("T_EQUALS(tanggal,DATE('2024-02-15'))", ["p-2"]),
        ("T_DURING(tanggal,INTERVAL('2024-02-01','2024-03-31'))", ["p-2", "p-3"]),
        ("T_INTERSECTS(tanggal,INTERVAL('..','2024-02-15'))", ["p-1", "p-2"]),
        ("T_DISJOINT(tanggal,INTERVAL('2024-02-01','..'))", ["p-1"]),
        ("tanggal >= DATE('2024-06-15')", ["p-6"]),
        ("tanggal IS NULL", ["p-7"]),
    ],
)
def test_e45_temporal_predicates_find_what_they_say(client, text, expected):
    assert found(client, TIMED, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A_EQUALS(tanda,('basah'))", ["titik-titik", "berlubang", "tanpa-lokasi"]),
        ("A_CONTAINS(tanda,('datar'))", ["garis", "bidang-bidang"]),
        ("A_CONTAINEDBY(tanda,('datar','basah'))", 8),
        ("A_OVERLAPS(tanda,('datar','kering'))", ["garis", "bidang-bidang"]),
    ],
)
def test_e45_array_predicates_find_what_they_say(client, text, expected):
    answer = found(client, MIXED, text)
    assert (len(answer) if isinstance(expected, int) else answer) == expected


def test_e45_temporal_predicates_take_instants(client):
    assert found(client, HIGH, "T_AFTER(diukur,TIMESTAMP('2024-02-15T12:00:00Z'))") == [
        *("jalur", "lereng"),
    ]


@pytest.mark.parametrize("name", ODD_IDS)
def test_e42_quoted_names_doubled_quotes_and_any_characters(client, name):
    assert found(client, ODD, f'"kata kunci" = {literal(name)}') == [name]
    assert found(client, ODD, f'"date" = {ODD_IDS.index(name)}') == [name]


def test_an_empty_collection_has_nothing_to_find(client):
    assert found(client, EMPTY, "jumlah > 0 OR NOT (jumlah > 0)") == []


def test_a_filter_stays_in_the_links_to_other_pages(client):
    page = items(client, "desa", filter="name LIKE 'B%'", limit=20).json()
    following = client.get(href(page, "next")).json()
    assert following["numberMatched"] == page["numberMatched"]
    assert all(f["properties"]["name"].startswith("B") for f in following["features"])
    assert not links_of(page, "prev")
