"""The pages of data: properties and functions in words, filters that can be added and taken off, JSON-LD."""

import json
import re
from html import unescape
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit

import geopandas as gpd
import pytest
import shapely
from fastapi.testclient import TestClient

from api.features.forms import MEDIA_TYPES
from api.features.search import SearchQuery, clauses_of, joined, query_of
from api.main import create_app
from api.settings import Settings
from tests.api.examples import ODD_LAYER, publish
from tests.api.test_features_core import RESOURCES

HTML = "text/html"
COLLECTIONS = ("zones", "regencies", ODD_LAYER)
HOSTILE = "</script><script>alert(1)</script>\u2028<!--<script>"


def page_of(client, path, **query):
    answer = client.get(path, params={"f": "html", **query})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(HTML)
    return answer.text


def hrefs(page):
    return [unescape(href) for href in re.findall(r'href="([^"]*)"', page)]


def linked(page):
    """The JSON-LD of a page, as a reader of pages finds it."""
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return json.loads(found)


@pytest.mark.parametrize("collection", COLLECTIONS)
@pytest.mark.parametrize("name", ["queryables", "sortables"])
def test_every_property_is_told_with_an_example_that_finds_something(client, collection, name):
    path = f"/collections/{quote(collection)}/{name}"
    schema = client.get(path).json()
    page = page_of(client, path)
    for own in schema["properties"]:
        assert f"<code>{unescape(own)}</code>" in unescape(page)
    examples = [href for href in hrefs(page) if "/items?" in href]
    assert len(examples) == len(schema["properties"])
    for href in examples:
        found = client.get(href.replace("f=html", "f=json"))
        assert found.status_code == 200, found.text
        assert found.json()["numberReturned"] > 0, href


@pytest.mark.parametrize("name", ["queryables", "sortables", "schema"])
def test_a_json_schema_and_its_page_name_each_other(client, name):
    path = f"/collections/zones/{name}"
    (address,) = re.findall(r"<([^>]*)>", client.get(path).headers["link"])
    assert client.get(address).headers["content-type"].startswith(HTML)
    page = page_of(client, path)
    back = re.search(r'rel="alternate" type="application/schema\+json" href="([^"]*)"', page)[1]
    assert client.get(unescape(back)).headers["content-type"] == "application/schema+json"


@pytest.mark.parametrize("path", RESOURCES)
def test_a_page_names_its_other_forms_in_its_head(client, path):
    head = page_of(client, path).split("</head>", 1)[0]
    found = re.findall(r'<link rel="alternate" type="([^"]*)" href="([^"]*)"', head)
    assert found
    for media_type, address in found:
        answer = client.get(unescape(address))
        assert answer.status_code == 200, address
        assert answer.headers["content-type"].split(";")[0] == media_type.split(";")[0]


def test_the_functions_have_a_page_and_name_it(client):
    document = client.get("/functions").json()
    (address,) = [one["href"] for one in document["links"] if one["rel"] == "alternate"]
    page = client.get(address).text
    assert all(f"<code>{one['name']}</code>" in page for one in document["functions"])


def test_features_name_every_other_form_under_the_same_filters(client):
    query = {"filter": "area_ha > 0", "sortby": "-name", "limit": "1"}
    document = client.get("/collections/zones/items", params=query).json()
    own = [one for one in document["links"] if one["rel"] in ("self", "alternate")]
    assert {one["type"] for one in own} == {*MEDIA_TYPES.values()}
    for one in own:
        asked = dict(parse_qsl(urlsplit(one["href"]).query))
        assert query.items() <= asked.items()
        answer = client.get(one["href"])
        assert answer.headers["content-type"].split(";")[0] == one["type"].split(";")[0]
    on_page = set(
        re.findall(r'rel="alternate" type="([^"]*)"', page_of(client, "/collections/zones/items"))
    )
    assert on_page == {*MEDIA_TYPES.values()} - {HTML}


# A form of a page of features


def sent(client, **fields):
    """The address that the form of the page of zones leads to."""
    answer = client.get("/collections/zones/search", params=fields, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_a_form_with_nothing_filled_in_leads_to_all_features(client):
    blank = dict.fromkeys(("kept", "column", "value", "q", "sortby", "crs", "limit"), "")
    location = sent(client, **blank, comparison="equals", form="html")
    assert parse_qs(urlsplit(location).query) == {"f": ["html"]}


@pytest.mark.parametrize(
    ("comparison", "value", "expected"),
    [
        ("at_least", "12,5", "area_ha >= 12.5"),
        ("below", "1000", "area_ha < 1000"),
        ("missing", "", "area_ha IS NULL"),
        ("equals", "-80.000,5", "area_ha = -80000.5"),
        ("equals", "1,080,000.25", "area_ha = 1080000.25"),
        ("equals", "1.080.000", "area_ha = 1080000"),
        ("equals", "80000.125", "area_ha = 80000.125"),
        ("equals", "0,125", "area_ha = 0.125"),
    ],
)
def test_a_comparison_becomes_a_filter(client, comparison, value, expected):
    location = sent(client, column="area_ha", comparison=comparison, value=value)
    assert parse_qs(urlsplit(location).query)["filter"] == [expected]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"column": "area_ha", "value": "banyak"}, "bukan bilangan"),
        ({"column": "area_ha", "comparison": "contains", "value": "12"}, "bukan teks"),
        ({"column": "name", "value": " "}, "Isi nilai"),
        ({"value": "Takisung"}, "Pilih properti"),
        ({"choice": "nothing=1"}, "bukan pilihan"),
        ({"column": "area_ha", "value": "1.000"}, "1000 (ribuan)"),
    ],
)
def test_half_a_comparison_is_told_on_the_page_with_all_that_was_typed(client, fields, said):
    kept = urlencode({"filter": "area_ha > 0"})
    answer = client.get(
        "/collections/zones/search", params={**fields, "kept": kept, "lang": "id", "f": "html"}
    )
    assert answer.status_code == 400
    assert said in unescape(answer.text.split('role="alert"', 1)[1].split("</p>", 1)[0])
    assert "CASEI" not in answer.text
    assert '<details class="search" open>' in answer.text
    assert f'value="{fields.get("value", "").strip()}"' in answer.text
    assert "lebih dari 0" in answer.text
    assert client.get("/collections/zones/search", params=fields).json()["code"] == "InvalidForm"


def test_a_text_is_equal_without_regard_to_case(client):
    name = client.get("/collections/zones/items/angsana").json()["properties"]["name"]
    location = sent(client, column="name", value=name.upper())
    found = client.get(location.replace("f=html", "f=json")).json()
    assert [feature["id"] for feature in found["features"]] == ["angsana"]


def test_a_region_is_chosen_by_its_name_and_another_takes_its_place(client):
    page = page_of(client, "/collections/zones/items", lang="en")
    offered = re.findall(r'<option value="(regency_code=[^"]*)">([^<]*)<', page)
    assert len(offered) > 1
    assert all(called.endswith(f"({sent.partition('=')[2]})") for sent, called in offered)
    kept = urlencode({"filter": "regency_code = '63.03' AND area_ha > 0"})
    location = sent(client, kept=kept, choice=offered[0][0])
    code = offered[0][0].partition("=")[2]
    assert parse_qs(urlsplit(location).query)["filter"] == [
        f"area_ha > 0 AND regency_code = '{code}'"
    ]
    chips = client.get(location).text.split('class="conditions"', 1)[1].split("</ul>", 1)[0]
    assert f"{offered[0][1]}" in chips


def test_nothing_found_has_a_hint_and_no_files(client):
    offered = page_of(client, "/collections/zones/items", lang="id")
    name = re.findall(r'value="regency_code=[^"]*">([^<]*) \(', offered)[0]
    page = page_of(client, "/collections/zones/items", q=name, filter="area_ha < 0", lang="id")
    assert "Mungkin yang dimaksud" in page
    assert " download=" not in page
    assert '<details class="search" open>' in page
    beyond = page_of(client, "/collections/zones/items", offset="5000", lang="id")
    assert "Ke halaman pertama" in beyond


@pytest.mark.parametrize("query", ["limit=0", "limit=abc", "offset=-1", "version=99", "version=x"])
def test_a_parameter_that_cannot_be_read_is_told_on_the_page_too(client, query):
    answer = client.get(f"/collections/zones/items?f=html&q=a&{query}")
    assert 400 <= answer.status_code < 500
    assert 'role="alert"' in answer.text
    assert "Kata: a" in answer.text
    assert "InvalidParameter" in client.get("/collections/zones/items?limit=0").json()["code"]


@pytest.mark.parametrize(("value", "whole"), [("80.000", "80000"), ("1,500", "1500")])
def test_a_number_that_two_readers_read_as_two_is_asked_again(client, value, whole):
    fields = {"column": "area_ha", "value": value}
    answer = client.get("/collections/zones/search", params=fields, follow_redirects=False)
    assert answer.status_code == 400
    assert whole in answer.json()["detail"]


def test_a_second_condition_is_added_to_the_first_and_the_form_of_the_answer_is_chosen(client):
    kept = urlencode({"filter": "area_ha >= 1", "regency_code": "63.03", "offset": "10"})
    location = sent(
        client, kept=kept, column="name", comparison="contains", value="O'b_", form="csv"
    )
    assert parse_qs(urlsplit(location).query) == {
        "filter": [r"area_ha >= 1 AND CASEI(name) LIKE CASEI('%O''b\_%')"],
        "regency_code": ["63.03"],
        "f": ["csv"],
    }
    assert client.get(location).headers["content-type"].startswith("text/csv")


def test_whatever_is_taken_holds_all_that_matches(store):
    settings = Settings(store=store.folder, default_limit=1)
    with TestClient(create_app(settings, store=store)) as client:
        page = page_of(client, "/collections/zones/items", filter="area_ha > 0")
        found = client.get("/collections/zones/items?filter=area_ha>0&limit=100").json()
        taken = re.findall(r'href="([^"]*)" download="zones\.([^"]*)"', page)
        assert len(taken) == len(MEDIA_TYPES) - 1
        assert found["numberMatched"] > 1
        for href, suffix in taken:
            answer = client.get(unescape(href))
            assert answer.status_code == 200
            if suffix in ("geojson", "fg.json"):
                assert answer.json()["numberReturned"] == found["numberMatched"]
            assert 'rel="next"' not in answer.headers["link"]
        location = sent(client, form="json")
        assert client.get(location).json()["numberReturned"] == 3


def test_what_one_answer_cannot_hold_is_told(store):
    settings = Settings(store=store.folder, default_limit=1, max_limit=2)
    with TestClient(create_app(settings, store=store)) as client:
        page = page_of(client, "/collections/zones/items", lang="en")
        assert "GeoJSON (the first 2)" in page
        assert "GeoPackage (the first" not in page


def test_a_comparison_beside_a_filter_in_json_is_refused_in_words(client):
    kept = urlencode(
        {"filter": '{"op":"isNull","args":[{"property":"name"}]}', "filter-lang": "cql2-json"}
    )
    answer = client.get(
        "/collections/zones/search", params={"kept": kept, "column": "name", "value": "a"}
    )
    assert answer.status_code == 400
    assert "JSON" in answer.json()["detail"]


@pytest.mark.parametrize(
    "text", ["a = 1 OR b = 2", "a BETWEEN 1 AND 2", "NOT a = 1 AND b = 2", "a = 1 AND", "a = 'x"]
)
def test_a_filter_that_no_form_wrote_is_taken_off_as_a_whole(text):
    assert clauses_of(text) == [text]
    assert joined([text, "c = 1"]) == f"({text}) AND c = 1"


def test_texts_with_and_in_them_are_not_parted():
    parts = ["name = 'a AND b'", "\"luas ha\" <> 'it''s'", "d >= DATE('2020-01-01')"]
    assert clauses_of(" AND ".join(parts)) == parts


def test_a_value_with_quotes_stays_a_value():
    asked = SearchQuery(column='a" = 1 OR "b', comparison="equals", value="x' OR 'a'='a")
    found = query_of(asked, {})["filter"]
    assert found == "CASEI(\"a\"\" = 1 OR \"\"b\") = CASEI('x'' OR ''a''=''a')"
    assert clauses_of(found) == [found]


def test_each_condition_of_the_address_can_be_taken_off(client):
    query = {"filter": "area_ha > 0 AND name IS NOT NULL", "q": "a", "regency_code": "63.*"}
    page = page_of(client, "/collections/zones/items", **query)
    box = re.search(r'<div class="conditions">(.*?)</div>', page, re.DOTALL)[1]
    rests = [dict(parse_qsl(urlsplit(href).query)) for href in hrefs(box)]
    assert [rest.get("filter") for rest in rests] == [
        "name IS NOT NULL",
        "area_ha > 0",
        query["filter"],
        query["filter"],
    ]
    assert [{"q", "regency_code"} - rest.keys() for rest in rests] == [
        set(),
        set(),
        {"q"},
        {"regency_code"},
    ]


@pytest.mark.parametrize(("language", "words"), [("id", "seharusnya ada"), ("en", "was expected")])
def test_a_wrong_filter_is_told_on_its_page_and_can_be_taken_off(client, language, words):
    query = {"filter": "area_ha >=", "q": "a", "f": "html", "lang": language}
    answer = client.get("/collections/zones/items", params=query)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    alert = answer.text.split('role="alert"', 1)[1].split("</p>", 1)[0]
    assert words in unescape(alert)
    assert "Text(" not in alert
    box = re.search(r'<div class="conditions">(.*?)</div>', answer.text, re.DOTALL)[1]
    assert "filter" not in parse_qs(urlsplit(hrefs(box)[0]).query)
    assert client.get(hrefs(box)[0]).status_code == 200


@pytest.mark.parametrize(
    "query", ["nama=x", "crs=EPSG:9999", "properties=x", "sortby=x", "area_ha=x"]
)
def test_whatever_is_wrong_with_a_query_is_told_on_the_page(client, query):
    answer = client.get(f"/collections/zones/items?f=html&{query}")
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert 'class="conditions"' in answer.text


# JSON-LD


def test_the_landing_page_is_a_catalogue(client):
    found = linked(page_of(client, "/"))
    assert found["@type"] == "DataCatalog"
    assert found["name"]
    assert found["description"]


def test_the_catalogue_names_every_collection_by_the_id_that_its_own_page_has(client):
    catalogue = linked(page_of(client, "/collections"))
    ids = {one["@id"]: one for one in catalogue["dataset"]}
    assert len(ids) == len(COLLECTIONS)
    for collection in COLLECTIONS:
        own = linked(page_of(client, f"/collections/{quote(collection)}"))
        assert own["@id"] in ids
        assert own["includedInDataCatalog"]["@id"] == catalogue["@id"]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_collection_is_a_dataset_of_schema_org(client, collection, language):
    document = client.get(f"/collections/{quote(collection)}?lang={language}").json()
    found = linked(page_of(client, f"/collections/{quote(collection)}", lang=language))
    assert (found["@context"], found["@type"]) == ("https://schema.org/", "Dataset")
    assert (found["name"], found["description"]) == (document["title"], document["description"])
    assert found["inLanguage"] == language
    assert found["license"]["@type"] == "CreativeWork"
    assert found["creator"]["@type"] == "Organization"
    west, south, east, north = document["extent"]["spatial"]["bbox"][0]
    geo = found["spatialCoverage"]["geo"]
    if (west, south) == (east, north):
        assert (geo["latitude"], geo["longitude"]) == (south, west)
    else:
        assert [float(edge) for edge in geo["box"].split()] == [south, west, north, east]
    for one in found["distribution"]:
        answer = client.head(one["contentUrl"])
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] == one["encodingFormat"].split(";")[0]


def test_a_feature_is_a_place(client):
    found = linked(page_of(client, "/collections/zones/items/angsana"))
    assert found["@type"] == "Place"
    assert found["identifier"] == "angsana"
    assert {"@type": "PropertyValue", "name": "zone_id", "value": "angsana"} in found[
        "additionalProperty"
    ]
    listed = linked(page_of(client, "/collections/zones/items"))
    assert found["@id"] in [one["item"]["@id"] for one in listed["itemListElement"]]


def test_dates_are_the_temporal_coverage_and_no_value_ends_the_script(store, client):
    frame = gpd.GeoDataFrame(
        {"name": [HOSTILE, "b"], "diukur": ["2020-03-01", "2024-12-31"]},
        index=["1", HOSTILE],
        geometry=[shapely.Point(115, -3), None],
        crs="EPSG:4326",
    ).rename_axis("area_id")
    publish(store, "titik", frame, note="a", source=HOSTILE)
    found = linked(page_of(client, "/collections/titik"))
    assert found["temporalCoverage"] == "2020-03-01T00:00:00Z/2024-12-31T23:59:59Z"
    assert found["creator"]["name"] == HOSTILE
    for path in ("titik/items", "titik/items/1", f"titik/items/{quote(HOSTILE, safe='')}"):
        page = page_of(client, f"/collections/{path}")
        assert HOSTILE in json.dumps(linked(page), ensure_ascii=False)
        assert "<script>alert" not in page
        assert "\u2028" not in page.split("ld+json", 1)[1].split("</script>", 1)[0]
