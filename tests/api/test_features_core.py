"""OGC API - Features, Part 1: what needs settings, a store of its own or every resource at once.

The standard itself is held line by line in tests/standards.
"""

import json
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import shapely
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from tests.api.examples import HOSTILE, ODD_ID, ODD_LAYER, publish, zones

JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
RESOURCES = [
    "/",
    "/conformance",
    "/collections",
    "/collections/zones",
    "/collections/zones/items",
    "/collections/zones/items/angsana",
    "/collections/zones/versions",
    "/collections/zones/tiles",
    "/collections/zones/tiles/WebMercatorQuad",
    "/tileMatrixSets",
    "/tileMatrixSets/WebMercatorQuad",
]


def links_of(document, rel):
    return [link for link in document["links"] if link["rel"] == rel]


def href(document, rel, media_type=None):
    found = [link for link in links_of(document, rel) if media_type in (None, link["type"])]
    return found[0]["href"]


def ids(response):
    assert response.status_code == 200, response.text
    return [feature["id"] for feature in response.json()["features"]]


# A. Landing page, conformance, API definition


@pytest.mark.parametrize("path", ["//", "/collections//", "/collections/zones//items"])
def test_a1_empty_segments_are_no_resource(client, path):
    assert client.get("http://testserver" + path, follow_redirects=False).status_code == 404


@pytest.mark.parametrize("path", RESOURCES)
def test_a6_the_html_class_is_true_of_every_resource(client, path):
    document = client.get(path, headers={"Accept": f"{JSON}, {GEOJSON}"}).json()
    alternate = href(document, "alternate", HTML)
    page = client.get(alternate)
    assert page.headers["content-type"].startswith(HTML)


# B. Collections


# C. Items


def test_c13_links_keep_the_query(client):
    page = client.get(
        "/collections/regencies/items",
        params={"kind": "Kabupaten", "bbox": "105,-4,111,-2", "limit": 2, "lang": "en"},
    ).json()
    query = parse_qs(urlsplit(href(page, "next")).query)
    assert query["kind"] == ["Kabupaten"]
    assert query["bbox"] == ["105,-4,111,-2"]
    assert query["lang"] == ["en"]
    assert ids(client.get(href(page, "next"))) == ["63.03", "63.04"]


@pytest.mark.parametrize(
    ("query", "matched"),
    [("", 12), ("limit=1", 12), ("kind=Kota", 2), ("offset=100", 12), ("bbox=0,0,1,1", 0)],
)
def test_c15_number_matched_is_exact(client, query, matched):
    assert client.get(f"/collections/regencies/items?{query}").json()["numberMatched"] == matched


def test_c16_coordinates_are_longitude_and_latitude(client):
    # Published in UTM metres; the first cell is the square from 105E 4S to 106E 3S.
    feature = client.get("/collections/regencies/items/63.01").json()
    bounds = shapely.from_geojson(json.dumps(feature["geometry"])).bounds
    assert bounds == pytest.approx((105, -4, 106, -3), abs=1e-6)


@pytest.mark.parametrize(("limit", "returned"), [("1", 1), ("3", 3), ("4", 3), ("9" * 40, 3)])
def test_c19_a_limit_above_the_maximum_is_the_maximum(store, tmp_path, limit, returned):
    settings = Settings(store=tmp_path, max_limit=3, default_limit=2)
    with TestClient(create_app(settings, store=store)) as client:
        assert len(ids(client.get(f"/collections/regencies/items?limit={limit}"))) == returned
        assert len(ids(client.get("/collections/regencies/items"))) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "unlimited"),
        ("limit", "0"),
        ("limit", "-1"),
        ("limit", "1.5"),
        ("limit", ""),
        ("offset", "-1"),
        ("bbox", ""),
        ("bbox", "1,2,3"),
        ("bbox", "1,2,3,4,5"),
        ("bbox", "1,2,3,4,5,6,7"),
        ("bbox", "0,10,1,-10"),
        ("bbox", "0,0,9,1,1,3"),
        ("bbox", "NaN,0,1,1"),
        ("bbox", "0,0,inf,1"),
        ("bbox", "0,0,1e999,1"),
        ("bbox", "-4.8,114.3,-1.3,117"),
        ("bbox", "a,b,c,d"),
        ("datetime", "yesterday"),
        ("datetime", "2018-13-01"),
        ("datetime", "2018-02-30T00:00:00Z"),
        ("datetime", "2018-02-12T00:00:00"),
        ("datetime", "2019-01-01/2018-01-01"),
        ("datetime", "2018-01-01/2018-02-01/2018-03-01"),
        ("datetime", "P1D/P2D"),
        ("datetime", ""),
        ("f", "xml"),
        ("lang", "fr"),
    ],
)
def test_c21_a_bad_value_is_400_and_names_the_parameter(client, name, value):
    answer = client.get("/collections/zones/items", params={name: value})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["facts"]["parameter"] == name


@pytest.mark.parametrize("path", [*RESOURCES, "/api", "/api.html", "/healthz", "/readyz"])
def test_c22_an_unknown_parameter_is_400(client, path):
    answer = client.get(path, params={"unknownQueryParameter12345": 1})
    assert answer.status_code == 400
    assert answer.json()["code"] == "UnknownParameter"
    assert answer.json()["facts"]["parameter"] == "unknownQueryParameter12345"


def test_c22_a_parameter_given_twice_is_400(client):
    assert client.get("/collections/zones/items?limit=1&limit=2").status_code == 400


def test_c24_codes_stay_text_and_missing_is_null(client):
    properties = [
        f["properties"] for f in client.get("/collections/zones/items").json()["features"]
    ]
    assert properties[0] == {
        "zone_id": "angsana",
        "name": "Angsana",
        "regency_code": "63.01",
        "area_ha": 1234.5,
        "source_year": 2019,
    }
    assert properties[1]["area_ha"] is None
    assert b"NaN" not in client.get("/collections/zones/items").content


@pytest.mark.parametrize("path", RESOURCES)
def test_c24_f_and_accept_give_the_same(client, path):
    for form, accept in (("json", f"{JSON}, {GEOJSON}"), ("html", HTML)):
        by_f = client.get(path, params={"f": form})
        by_accept = client.get(path, headers={"Accept": accept})
        assert by_f.headers["content-type"] == by_accept.headers["content-type"]
    assert "Accept" in by_f.headers["vary"]


def test_c24_programs_get_json_and_browsers_html(client):
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert client.get("/", headers={"Accept": "*/*"}).headers["content-type"] == JSON
    assert client.get("/", headers={"Accept": browser}).headers["content-type"].startswith(HTML)
    mostly_json = "application/json, text/html;q=0.5"
    assert client.get("/", headers={"Accept": mostly_json}).headers["content-type"] == JSON


def test_c24_answers_are_compressed_for_who_can_read_it(client):
    zipped = client.get("/collections/regencies/items", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/collections/regencies/items", headers={"Accept-Encoding": "identity"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert "Accept-Encoding" in zipped.headers["vary"]
    assert zipped.json() == plain.json()
    assert zipped.headers["etag"] != plain.headers["etag"]


@pytest.mark.parametrize("coding", ["gzip", "identity"])
@pytest.mark.parametrize("path", RESOURCES)
def test_c24_what_the_client_has_is_304(client, path, coding):
    headers = {"Accept-Encoding": coding}
    first = client.get(path, headers=headers)
    assert first.headers["cache-control"] == "public, no-cache"
    assert not first.headers["etag"].startswith("W/")
    again = client.get(path, headers=headers | {"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    other = client.get(path, headers=headers | {"If-None-Match": '"other"'})
    assert other.status_code == 200


def test_c24_a_new_version_and_a_rollback_are_seen_at_once(client, store):
    before = client.get("/collections/zones/items")
    publish(store, "zones", zones().iloc[:2])
    after = client.get(
        "/collections/zones/items", headers={"If-None-Match": before.headers["etag"]}
    )
    assert (after.status_code, len(ids(after))) == (200, 2)
    store.rollback("zones", 2, actor="tester", note="as it was")
    again = client.get(
        "/collections/zones/items", headers={"If-None-Match": before.headers["etag"]}
    )
    assert again.status_code == 304


def test_c24_other_queries_have_other_tags(client):
    queries = ["", "?limit=2", "?offset=1", "?f=html", "?lang=en", "?name=Angsana"]
    tags = [client.get(f"/collections/zones/items{q}").headers["etag"] for q in queries]
    assert len(set(tags)) == len(queries)


@pytest.mark.parametrize("path", [*RESOURCES, "/api", "/api.html", "/static/css/api.css"])
def test_c24_head_is_get_without_a_body(client, path):
    head, get = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == get.headers


def test_c24_options_names_the_methods(client):
    answer = client.options("/collections/zones/items")
    assert answer.status_code == 204
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


def test_c24_other_origins_may_read(client):
    answer = client.get("/collections", headers={"Origin": "https://other.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    preflight = client.options(
        "/collections",
        headers={"Origin": "https://other.example", "Access-Control-Request-Method": "GET"},
    )
    assert preflight.status_code == 200
    assert "GET" in preflight.headers["access-control-allow-methods"]


def test_other_origins_may_guard_a_change_and_ask_for_it_to_go_on_without_them(client):
    asked = {"Origin": "https://other.example", "Access-Control-Request-Method": "POST"}
    asked["Access-Control-Request-Headers"] = "if-match, prefer, x-api-key"
    assert client.options("/uploads", headers=asked).status_code == 200


def test_c24_other_origins_also_read_problems(client):
    answer = client.get("/nothing", headers={"Origin": "https://other.example"})
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", RESOURCES)
@pytest.mark.parametrize(("language", "word"), [("id", "Peta"), ("en", "Map")])
def test_c25_every_resource_is_a_page_in_both_languages(client, path, language, word):
    page = client.get(path, params={"lang": language}, headers={"Accept": HTML})
    assert page.status_code == 200
    assert page.headers["content-language"] == language
    assert f'<html lang="{language}">' in page.text
    assert "<title>" in page.text
    assert word in page.text
    assert "f=json" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_c25_a_page_is_indonesian_whatever_the_browser_was_set_up_for(client):
    page = client.get("/", headers={"Accept": HTML, "Accept-Language": "en-US,en;q=0.9"})
    assert page.headers["content-language"] == "id"
    assert (
        client.get("/?f=html", headers={"Accept-Language": "en"}).headers["content-language"]
        == "id"
    )


@pytest.mark.parametrize("path", ["items", "items/timur-jauh", "items?name=" + quote(HOSTILE)])
def test_c25_hostile_values_are_only_text(client, path):
    page = client.get(f"/collections/zones/{path}", headers={"Accept": HTML})
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in page.text


def test_c25_pages_of_a_table_are_linked(client):
    page = client.get("/collections/regencies/items?f=html&limit=5&offset=5").text
    assert 'rel="next"' in page
    assert 'rel="prev"' in page
    assert "6–10 dari 12 fitur" in page


# Names and ids of any characters


def test_odd_names_are_reached_through_their_links(client):
    entry = next(
        e for e in client.get("/collections").json()["collections"] if e["id"] == ODD_LAYER
    )
    page = client.get(href(entry, "items", GEOJSON)).json()
    (feature,) = page["features"]
    assert feature["id"] == ODD_ID
    url = f"/collections/{quote(ODD_LAYER, safe='')}/items/{quote(ODD_ID, safe='')}"
    alone = client.get(url).json()
    assert alone["id"] == ODD_ID
    assert client.get(href(alone, "self")).json() == alone
    assert client.get(href(alone, "alternate", HTML)).status_code == 200


def test_a_filter_may_have_an_odd_name(client):
    url = f"/collections/{quote(ODD_LAYER, safe='')}/items"
    assert ids(client.get(url, params={"kata kunci": "ñ"})) == [ODD_ID]
    assert ids(client.get(url, params={"kata kunci": "n"})) == []


# Property filters


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"name": "Angsana"}, ["angsana"]),
        ({"name": "angsana"}, []),
        ({"source_year": "2019"}, ["angsana"]),
        ({"area_ha": "10"}, ["tanpa-lokasi"]),
        ({"area_ha": "1234.50"}, ["angsana"]),
        ({"name": HOSTILE}, ["timur-jauh"]),
        ({"name": "Angsana", "source_year": "2021"}, []),
        ({"name": "' OR 1=1 --"}, []),
        ({"source_year": "2019", "bbox": "0,0,1,1"}, []),
    ],
)
def test_filters_are_exact_and_all_must_hold(client, query, expected):
    assert ids(client.get("/collections/zones/items", params=query)) == expected


@pytest.mark.parametrize(("name", "value"), [("source_year", "new"), ("area_ha", "nan")])
def test_a_filter_of_another_type_is_400(client, name, value):
    answer = client.get("/collections/zones/items", params={name: value})
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidFilter")


# Versions


def test_versions_tell_who_when_and_why(client):
    found = client.get("/collections/zones/versions?lang=en").json()["versions"]
    assert [(v["number"], v["note"], v["current"]) for v in found] == [
        (2, "second", True),
        (1, "first", False),
    ]
    for version in found:
        assert len(version["sha256"]) == 64
        assert (version["published_by"], version["licence"]) == ("Role not recorded", "CC0-1.0")


# Links follow the configured address, never a hostile host


def test_links_honour_the_configured_address(store, tmp_path):
    settings = Settings(store=tmp_path, base_url="https://peta.example/kawasan/")
    with TestClient(create_app(settings, store=store)) as client:
        document = client.get("/collections/zones/items", headers={"Host": "evil.example"}).json()
        assert all(
            link["href"].startswith("https://peta.example/kawasan/collections/zones")
            for link in document["links"]
        )
        assert client.get("/api").json()["servers"] == [{"url": "https://peta.example/kawasan"}]
        page = client.get("/?f=html").text
        assert 'href="/kawasan/static/css/api.css' in page


@pytest.mark.parametrize("host", ['evil"><script>', "a b", "x" * 300])
def test_a_hostile_host_is_refused(client, host):
    assert client.get("/collections", headers={"Host": host}).status_code == 400


def test_headers_forbid_sniffing(client):
    headers = client.get("/static/css/api.css").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "public, no-cache"


def test_versioned_files_are_kept_for_good(client):
    answer = client.get("/static/css/api.css?v=1")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_the_service_is_alive_and_ready(client):
    assert client.get("/healthz").json() == {"status": "alive"}
    assert client.get("/readyz").json() == {"status": "ready"}


def test_a_damaged_store_is_alive_but_not_ready(tmp_path):
    (tmp_path / "catalogue.sqlite").write_bytes(b"not a database" * 100)
    with TestClient(create_app(Settings(store=tmp_path))) as client:
        assert client.get("/healthz").status_code == 200
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert "catalogue.sqlite" in answer.json()["detail"]
        assert answer.headers["retry-after"]
    assert (tmp_path / "catalogue.sqlite").read_bytes() == b"not a database" * 100
