"""OGC API - Features, Part 1 (17-069r4): landing page, API definition, collections, features.

Every collection is asked, the hard ones too, as OGC's own suite walks a service: from the landing page
by links.
"""

import datetime
import http.client
import itertools
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import shapely
from openapi_spec_validator import OpenAPIV30SpecValidator

from tests.standards.asking import (
    COLLECTIONS,
    CRS84,
    GEOJSON,
    HTML,
    JSON,
    PLACED,
    TELLING,
    everything,
    href,
    ids,
    items,
    links_of,
    parameters_of,
    path,
    refused,
    shape_of,
    shapes,
)
from tests.standards.hard_layers import EMPTY, HIGH, MIXED, ODD, ODD_IDS, TIMED

OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
ITEMS = "/collections/{collectionId}/items"
each_collection = pytest.mark.parametrize("collection", COLLECTIONS)
each_placed = pytest.mark.parametrize("collection", PLACED)


@pytest.fixture(scope="session")
def first(client):
    """The first feature of a collection, as the page of one has it."""
    known = {}

    def found(collection):
        if collection not in known:
            known[collection] = items(client, collection, limit=1).json()["features"][0]
        return known[collection]

    return found


# A. Landing page, API definition, conformance


@pytest.mark.parametrize("slash", ["", "/"])
def test_a1_the_root_answers_in_http_1_1_with_a_slash_at_its_end_and_without(address, slash):
    where = urlsplit(address)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=20)
    connection.request("GET", slash)
    answer = connection.getresponse()
    assert (answer.status, answer.version) == (200, 11)
    connection.close()


def test_a1_a_slash_at_the_end_of_any_address_changes_nothing(client):
    for one in ("/conformance", "/collections", path("zones"), path("zones", "items")):
        assert client.get(one + "/").content == client.get(one).content


def test_a2_the_landing_page_links_to_everything(client):
    document = client.get("/", headers={"Accept": JSON}).json()
    for rel in ("self", "alternate", "service-desc", "service-doc", "conformance", "data"):
        for link in links_of(document, rel):
            answer = client.get(link["href"], headers={"Accept": link["type"]})
            assert answer.status_code == 200, link
            assert answer.headers["content-type"].split("; charset")[0] == link["type"]
        assert links_of(document, rel), rel


def test_a3_the_api_definition_is_valid_openapi_3_0(client, api):
    link = href(client.get("/").json(), "service-desc", OPENAPI)
    answer = client.get(link, headers={"Accept": OPENAPI})
    assert answer.headers["content-type"] == OPENAPI
    assert answer.json()["openapi"].startswith("3.0.")
    OpenAPIV30SpecValidator(api).validate()


def test_a4_the_api_definition_has_every_path_and_this_server(address, api):
    core = ["", "/{collectionId}", "/{collectionId}/items", "/{collectionId}/items/{featureId}"]
    expected = {"/", "/conformance", *("/collections" + one for one in core)}
    assert expected <= api["paths"].keys()
    assert [server["url"].rstrip("/") for server in api["servers"]] == [address]
    for collection in COLLECTIONS:
        assert f"{path(collection)}/items" in api["paths"]


def test_a5_conformance_is_a_list_of_uris(client):
    classes = client.get("/conformance", headers={"Accept": JSON}).json()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in classes
    assert len({*classes}) == len(classes)
    assert all(urlsplit(uri).netloc == "www.opengis.net" for uri in classes)


# B. Collections


def test_b7_the_list_of_collections_links_to_itself_in_every_form(client):
    document = client.get("/collections", headers={"Accept": JSON}).json()
    assert href(document, "self", JSON)
    assert client.get(href(document, "alternate", HTML)).headers["content-type"].startswith(HTML)


def test_b7_no_collection_that_is_served_goes_unasked(collections):
    by_kind = {f"{one}-{kind}" for one in COLLECTIONS for kind in ("areas", "lines", "points")}
    assert collections.keys() - by_kind == {*COLLECTIONS}


@each_collection
def test_b8_b9_a_collection_says_what_it_is_and_crs84_comes_first(collections, collection):
    found = collections[collection]
    assert found["itemType"] == "feature"
    assert found["title"]
    assert found["description"]
    assert found["crs"][0] == CRS84
    assert href(found, "items", GEOJSON)
    assert href(found, "items", HTML)


@each_collection
def test_b10_a_collection_is_the_same_alone_and_in_the_list(client, collections, collection):
    found = collections[collection]
    alone = client.get(path(collection), headers={"Accept": JSON}).json()
    assert alone == found
    assert client.get(href(found, "self", JSON)).json() == found
    assert client.get(href(found, "alternate", HTML)).headers["content-type"].startswith(HTML)


@each_collection
def test_b10_the_extent_holds_every_feature(client, collections, collection):
    extent = collections[collection].get("extent", {})
    if collection == EMPTY:
        assert "spatial" not in extent
        return
    [[west, south, east, north]] = extent["spatial"]["bbox"]
    assert extent["spatial"]["crs"] == CRS84
    placed = [one for one in shapes(client, collection) if one is not None]
    bounds = shapely.total_bounds(placed)
    assert bounds == pytest.approx([west, south, east, north], abs=1e-6)


def test_b10_the_temporal_extent_is_of_date_times(collections):
    """The standard's schema of a collection: `format: date-time`, null for an open end."""
    extent = collections[TIMED]["extent"]["temporal"]
    [interval] = extent["interval"]
    begin, end = (datetime.datetime.fromisoformat(one) for one in interval)
    assert begin.tzinfo is not None
    assert (begin.date().isoformat(), end.date().isoformat()) == ("2024-01-15", "2024-06-15")
    assert end.time() > datetime.time(23, 59)
    assert extent["trs"].endswith("/def/uom/ISO-8601/0/Gregorian")


@pytest.mark.parametrize("below", [(), ("items",), ("items", "x"), ("queryables",), ("tiles",)])
def test_b11_a_collection_that_is_none_is_404(client, below):
    refused(client.get(path("tidak-ada", *below)), 404)


# C. Features


@each_collection
def test_c12_c14_features_are_a_counted_feature_collection(client, collection):
    answer = items(client, collection, limit=7)
    assert answer.headers["content-type"] == GEOJSON
    page = answer.json()
    assert page["type"] == "FeatureCollection"
    assert isinstance(page["features"], list)
    assert page["numberReturned"] == len(page["features"]) <= 7
    assert page["numberMatched"] >= page["numberReturned"]
    # One body has one ETag, so no time of day is said.
    assert "timeStamp" not in page


@each_collection
def test_c13_c15_next_links_lead_through_every_feature_once(client, collection):
    page = items(client, collection, limit=400).json()
    total, seen = page["numberMatched"], ids(page)
    for _ in range(20):
        assert href(page, "self", GEOJSON)
        assert href(page, "alternate", HTML)
        following = links_of(page, "next", GEOJSON)
        if not following:
            break
        page = client.get(following[0]["href"], headers={"Accept": GEOJSON}).json()
        assert page["numberMatched"] == total
        seen += ids(page)
    assert len(seen) == len({*seen}) == total


@each_collection
def test_c13_the_other_forms_that_are_linked_answer_with_what_the_link_says(client, collection):
    page = items(client, collection, limit=1).json()
    for link in links_of(page, "alternate"):
        answer = client.get(link["href"])
        assert answer.status_code == 200, link
        assert answer.headers["content-type"].split("; charset")[0] == link["type"]


@each_collection
def test_c16_coordinates_are_longitude_and_latitude(client, collection):
    world = shapely.box(-180, -90, 180, 90)
    placed = [one for one in shapes(client, collection) if one is not None]
    assert shapely.covers(world, placed).all()


def test_c16_a_feature_without_geometry_is_returned(client):
    features = items(client, MIXED).json()["features"]
    assert [f["id"] for f in features if f["geometry"] is None] == ["tanpa-lokasi"]


def test_c17_c19_c20_the_parameters_are_defined_as_the_standard_defines_them(api):
    """Of every path that leads to features, as OGC's suite reads them."""
    form = {"in": "query", "required": False, "style": "form", "explode": False}
    for address in [ITEMS, *(f"{path(one)}/items" for one in COLLECTIONS)]:
        found = parameters_of(api, address)
        numbers = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
        assert found["bbox"] == {**form, "name": "bbox", "schema": numbers}
        assert found["datetime"] == {**form, "name": "datetime", "schema": {"type": "string"}}
        limit = found["limit"].pop("schema")
        assert found["limit"] == {**form, "name": "limit"}
        assert limit["type"] == "integer"
        assert 1 == limit["minimum"] <= limit["default"] <= limit["maximum"]


def within(box):
    """A box as an area; one whose west is greater than its east crosses the antimeridian."""
    west, south, east, north = box
    parts = [(west, east)] if west <= east else [(west, 180), (-180, east)]
    return shapely.union_all([shapely.box(w, south, e, north) for w, e in parts])


BOXES = [
    (-1.5, 50, 1.5, 53),
    (-80, -5, -70, 5),
    (177, 65, -177, 70),
    (-180, 85, 180, 90),
    (-180, -90, 180, -85),
    (114.9, -3.6, 115.6, -2.4),
]


@each_collection
def test_c18_a_box_finds_what_meets_it_and_what_has_no_place(client, collections, collection):
    features = everything(client, collection)
    drawn = shapes(client, collection)
    extents = collections[collection].get("extent", {}).get("spatial", {}).get("bbox", [])
    boxes = BOXES if collection in TELLING else BOXES[-1:]
    for box in [*boxes, *extents]:
        # Coordinates are written with seven decimals; the edge of the extent is such a coordinate.
        meets = shapely.intersects(shapely.buffer(within(box), 1e-7), drawn)
        expected = {f["id"] for f, s, m in zip(features, drawn, meets, strict=True) if not s or m}
        found = items(client, collection, bbox=",".join(map(str, box)), limit=10_000).json()
        assert {*ids(found)} == expected, box
        assert found["numberMatched"] == len(expected)


def test_c18_the_antimeridian_is_crossed_by_a_box_whose_west_is_greater(client):
    expected = ["timur-jauh", "barat-jauh", "tanpa-lokasi"]
    assert ids(items(client, MIXED, bbox="177,65,-177,70")) == expected


@each_collection
def test_c18_a_box_of_six_numbers_is_taken(client, collection):
    flat = ids(items(client, collection, bbox="114,-4,116,-2", limit=50))
    assert ids(items(client, collection, bbox="114,-4,-100,116,-2,9000", limit=50)) == flat


@each_collection
def test_c19_no_limit_is_too_great_and_each_holds(client, api, collection):
    limit = parameters_of(api, ITEMS)["limit"]["schema"]
    total = items(client, collection, limit=1).json()["numberMatched"]
    for asked in (limit["minimum"], 50, limit["maximum"] + 1):
        most = min(asked, limit["maximum"], total)
        assert len(ids(items(client, collection, limit=asked))) == most
    assert len(ids(items(client, collection))) == min(limit["default"], total)


TIMES = {
    "2024-02-15": ["p-2"],
    "2024-02-15T10:00:00Z": ["p-2"],
    "2024-02-14T10:00:00Z": [],
    "2024-01-15T00:00:00Z": ["p-1"],
    "2024-02-01/2024-04-15": ["p-2", "p-3", "p-4"],
    "2024-02-15T00:00:00Z/2024-03-15T23:59:59Z": ["p-2", "p-3"],
    "2024-02-15/P1M": ["p-2", "p-3"],
    "../2024-02-28": ["p-1", "p-2"],
    # As GDAL's driver OAPIF writes a date.
    "../2024-02-28T": ["p-1", "p-2"],
    "2024-05-01T/..": ["p-5", "p-6"],
    "/2024-02-28T12:31:12Z": ["p-1", "p-2"],
    "2024-05-01/..": ["p-5", "p-6"],
    "2024-05-01T00:00:00+08:00/": ["p-5", "p-6"],
    "../..": ["p-1", "p-2", "p-3", "p-4", "p-5", "p-6"],
}


@pytest.mark.parametrize("value", TIMES)
def test_c20_a_time_finds_what_is_in_it_and_what_has_no_time(client, value):
    assert ids(items(client, TIMED, datetime=value)) == [*TIMES[value], "p-7"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-02-15", ["puncak", "jalur"]),
        ("2024-02-15T15:30:00Z", ["jalur"]),
        ("../2024-02-15", ["puncak", "jalur"]),
        ("2024-02-15T12:00:00Z/P1M", ["jalur", "lereng"]),
        ("PT6H/2024-02-15T16:00:00Z", ["puncak", "jalur"]),
    ],
)
def test_c20_a_day_is_all_of_it_and_a_duration_is_counted_from_the_other_end(
    client, value, expected
):
    assert ids(items(client, HIGH, datetime=value)) == expected


def test_c20_the_suites_own_quarters_of_the_temporal_extent_are_answered(client, collections):
    [[begin, end]] = collections[TIMED]["extent"]["temporal"]["interval"]
    begin, end = map(datetime.datetime.fromisoformat, (begin, end))
    quarter = (end - begin) / 4
    one, other = (begin + quarter).isoformat(), (begin + 2 * quarter).isoformat()
    duration = f"{(begin + quarter).date()}/P2D"
    for value in (begin.isoformat(), f"{one}/{other}", duration):
        assert "p-7" in ids(items(client, TIMED, datetime=value))


@each_collection
def test_c20_features_without_a_time_match_any(client, collection):
    if collection not in (TIMED, HIGH):
        total = items(client, collection, limit=1).json()["numberMatched"]
        found = items(client, collection, datetime="1999-01-01/2000-01-01", limit=1).json()
        assert found["numberMatched"] == total


BAD_VALUES = {
    "limit": ["unlimited", "0", "-1", "1.5", "", "1e3", "NaN"],
    "bbox": [
        "1,2,3",
        "1,2,3,4,5",
        "1,2,3,4,5,6,7",
        "0,10,1,-10",
        "NaN,0,1,1",
        "0,0,inf,1",
        "a,b,c,d",
    ],
    "datetime": [
        *("kemarin", "2018-13-01", "2018-02-30T00:00:00Z", "2019-01-01/2018-01-01", "a/b/c"),
        *(
            "P1D/P2D",
            "../P1D",
            "P1D/",
            "2018-01-01/P99999Y",
            "2018-01-01/P" + "9" * 5_000 + "D",
            "",
        ),
    ],
    "f": ["xml", "docx"],
    "crs": ["EPSG:0", "x"],
}


@each_collection
def test_c21_a_bad_value_is_400_and_named(client, collection):
    # One of each for every collection; all of them for one.
    is_full = collection == MIXED
    for name, values in BAD_VALUES.items():
        for value in values if is_full else values[:1]:
            found = refused(client.get(path(collection, "items"), params={name: value}))
            assert found["facts"]["parameter"] == name, value


@each_collection
def test_c22_a_parameter_that_is_none_is_400(client, collection):
    unknown = {"unknownQueryParameter12345": 1}
    for below in ((), ("items",), ("queryables",), ("sortables",), ("schema",), ("tiles",)):
        refused(client.get(path(collection, *below), params=unknown))


def test_c22_a_parameter_that_is_none_is_400_at_the_root_too(client):
    for one in ("/", "/conformance", "/collections", "/api", "/functions", "/tileMatrixSets"):
        refused(client.get(one, params={"unknownQueryParameter12345": 1}))


@each_placed
def test_c23_a_feature_is_the_one_of_the_page_and_has_its_links(client, first, collection):
    of_page = first(collection)
    address = path(collection, "items", of_page["id"])
    answer = client.get(address, headers={"Accept": GEOJSON})
    assert answer.headers["content-type"] == GEOJSON
    alone = answer.json()
    assert {name: alone[name] for name in of_page} == of_page
    assert alone["type"] == "Feature"
    assert client.get(href(alone, "self", GEOJSON)).json() == alone
    assert client.get(href(alone, "alternate", HTML)).status_code == 200
    assert client.get(href(alone, "collection", JSON)).json()["id"] == collection


@each_collection
def test_c23_a_feature_that_is_none_is_404(client, collection):
    for fid in ("tidak-ada", "../../etc/passwd", "\x00", "x" * 500):
        refused(client.get(path(collection, "items", fid)), 404)


@pytest.mark.parametrize("fid", ODD_IDS)
def test_c23_an_id_of_any_characters_is_reached_by_its_links(client, fid):
    alone = client.get(path(ODD, "items", fid)).json()
    assert alone["id"] == alone["properties"]["kata kunci"] == fid
    assert client.get(href(alone, "self", GEOJSON)).json() == alone
    page = client.get(href(alone, "alternate", HTML))
    assert page.status_code == 200


def rings_of(shape):
    """The polygons of a geometry, at any depth."""
    parts = shapely.get_parts(shape)
    if len(parts) == 1 and parts[0].geom_type == "Polygon":
        return [parts[0]]
    return [
        one for part in parts if part.geom_type in KINDS_OF_PARTS for one in rings_of(part)
    ] or [part for part in parts if part.geom_type == "Polygon"]


KINDS_OF_PARTS = ("MultiPolygon", "GeometryCollection")


@each_collection
def test_c24_geojson_is_rfc_7946(client, collection):
    document = items(client, collection, limit=300).json()
    assert "crs" not in document
    for feature in document["features"]:
        assert {"type", "geometry", "properties", "id"} <= feature.keys()
        assert isinstance(feature["id"], str | int)
        shape = shape_of(feature)
        for polygon in [] if shape is None else rings_of(shape):
            assert polygon.exterior.is_ccw, feature["id"]
            assert not any(hole.is_ccw for hole in polygon.interiors), feature["id"]


def test_c24_every_kind_of_geometry_stays_what_it_was(client):
    features = {f["id"]: f["geometry"] for f in items(client, MIXED).json()["features"]}
    expected = {
        "titik": "Point",
        "titik-titik": "MultiPoint",
        "garis": "LineString",
        "garis-garis": "MultiLineString",
        "bidang": "Polygon",
        "bidang-bidang": "MultiPolygon",
        "kumpulan": "GeometryCollection",
    }
    assert {name: features[name]["type"] for name in expected} == expected


def test_c24_heights_stay(client):
    found = [shape_of(feature) for feature in items(client, HIGH).json()["features"]]
    heights = [shapely.get_coordinates(one, include_z=True)[:, 2].tolist() for one in found]
    assert heights == [[12.5], [1, 2], [5, 6, 7, 5]]


@each_collection
def test_c24_f_and_accept_give_the_same(client, collection):
    for below in ((), ("items",)):
        address = path(collection, *below)
        for form, accept in (("json", f"{GEOJSON}, {JSON}"), ("html", HTML)):
            by_f = client.get(address, params={"f": form})
            by_accept = client.get(address, headers={"Accept": accept})
            assert by_f.headers["content-type"] == by_accept.headers["content-type"]
            assert "Accept" in by_accept.headers["vary"]
            if form == "json":
                assert by_f.content == by_accept.content


@each_collection
def test_c24_head_compression_and_conditions_hold(client, collection):
    address = path(collection, "items") + "?limit=20"
    got, head = client.get(address), client.head(address)
    assert head.status_code == 200
    assert head.content == b""
    same = ("content-type", "content-crs", "etag", "vary", "link")
    assert {n: head.headers[n] for n in same} == {n: got.headers[n] for n in same}
    plain = client.get(address, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == got.content
    again = client.get(address, headers={"If-None-Match": got.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["vary"] == got.headers["vary"]


def test_c24_other_origins_may_read(client):
    origin = {"Origin": "https://peta.example"}
    for address in (path("zones", "items"), path("tidak-ada")):
        assert client.get(address, headers=origin).headers["access-control-allow-origin"] == "*"
    preflight = origin | {"Access-Control-Request-Method": "GET"}
    answer = client.options(path("zones", "items"), headers=preflight)
    assert answer.status_code == 200
    assert "GET" in answer.headers["access-control-allow-methods"]


@each_collection
def test_c25_every_resource_is_a_page(client, collection):
    for below in ((), ("items",), ("tiles",)):
        page = client.get(path(collection, *below), headers={"Accept": HTML}, params={"lang": "en"})
        assert page.status_code == 200, page.url
        assert page.headers["content-type"].startswith(HTML)
        assert '<html lang="en">' in page.text
        assert "<title>" in page.text
        assert "f=json" in page.text


def test_c25_links_keep_the_query_and_the_language(client):
    page = items(client, "regencies", bbox="114,-5,118,-1", limit=2, lang="en", kind="Kabupaten")
    query = parse_qs(urlsplit(href(page.json(), "next", GEOJSON)).query)
    assert query["bbox"] == ["114,-5,118,-1"]
    assert query["kind"] == ["Kabupaten"]
    assert query["lang"] == ["en"]


def test_c25_every_link_of_the_service_can_be_followed(client, collections):
    """From the landing page: each address is asked once, and answers with the type that its link says."""
    documents = [client.get("/").json(), client.get("/collections").json(), *collections.values()]
    seen = {}
    for link in itertools.chain.from_iterable(one["links"] for one in documents):
        seen.setdefault(link["href"], link)
    for link in seen.values():
        if link["rel"] in ("enclosure", "related") or link.get("templated"):
            continue
        answer = client.head(link["href"], headers={"Accept": link["type"]})
        assert answer.status_code == 200, link
        found = answer.headers["content-type"].split("; charset")[0]
        assert found == link["type"], link


def test_c25_a_name_of_any_characters_is_only_text(client):
    page = client.get(f"/collections/{quote(ODD, safe='')}?f=html")
    assert page.status_code == 200
    assert "d&#39;Hulu" in page.text
