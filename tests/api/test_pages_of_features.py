"""Pages follow one another by a token: one version is read whole, whatever is published meanwhile."""

import itertools
from urllib.parse import parse_qs, urlsplit

import pytest
import shapely
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from geo.store.store import Store
from tests.api.examples import made_layer, publish
from tests.regions import give_region

ITEMS = "/collections/huts/items"
SIZES = [3, 1, None, 3, 2, 1, None, 2, 3, 1, 2]


def huts(**changed):
    ids = [f"h{i:02}" for i in range(len(SIZES))]
    points = [shapely.Point(114 + i / 10, -3) for i in range(len(SIZES))]
    columns = {"size": SIZES, "name": [f"Pondok {i % 4}" for i in range(len(SIZES))]}
    return made_layer(points, ids, **columns | changed)


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "store")
    give_region(opened)
    publish(opened, "huts", huts())
    yield opened
    opened.close()


@pytest.fixture
def client(store):
    with TestClient(create_app(Settings(store=store.folder), store=store)) as opened:
        yield opened


def link(page, rel):
    return next((one["href"] for one in page["links"] if one["rel"] == rel), None)


def walk(client, url, between=lambda: None):
    """The pages from an address on, with something that happens after each."""
    while url is not None:
        answer = client.get(url)
        assert answer.status_code == 200, answer.text
        yield answer.json()
        between()
        url = link(answer.json(), "next")


def ids(pages):
    return [feature["id"] for page in pages for feature in page["features"]]


QUERIES = [
    "",
    "sortby=size",
    "sortby=-size",
    "sortby=name,-size",
    "name=Pondok 1,Pondok 2",
    "filter=size IS NULL OR size > 1&sortby=-name",
    "bbox=114.05,-4,114.75,-2&q=pondok",
]


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("limit", [1, 2, 4])
def test_a_walk_finds_each_feature_once_in_order(client, query, limit):
    expected = client.get(f"{ITEMS}?{query}").json()
    pages = list(walk(client, f"{ITEMS}?{query}&limit={limit}"))
    assert ids(pages) == ids([expected])
    assert {page["numberMatched"] for page in pages} == {expected["numberMatched"]}
    assert sum(page["numberReturned"] for page in pages) == expected["numberMatched"] > 0


def test_what_is_missing_comes_last_either_way(client):
    for query, first in (("sortby=size", "h01"), ("sortby=-size", "h00")):
        found = ids(walk(client, f"{ITEMS}?{query}&limit=3"))
        assert found[0] == first
        assert found[-2:] == ["h02", "h06"]


@pytest.mark.parametrize("query", QUERIES)
def test_a_walk_reads_one_version_though_another_is_published_after_each_page(store, client, query):
    expected = client.get(f"{ITEMS}?{query}").json()
    numbers = itertools.count()

    def publish_another():
        gone = huts(name=[f"lain {next(numbers)}"] * len(SIZES)).iloc[3:-1]
        publish(store, "huts", gone)

    pages = list(walk(client, f"{ITEMS}?{query}&limit=2", publish_another))
    assert ids(pages) == ids([expected])
    assert {page["numberMatched"] for page in pages} == {expected["numberMatched"]}
    assert [f["properties"] for p in pages for f in p["features"]] == [
        f["properties"] for f in expected["features"]
    ]


def test_the_next_link_names_its_version_and_offset_goes_on_by_counting(client):
    first = parse_qs(urlsplit(link(client.get(f"{ITEMS}?limit=2").json(), "next")).query)
    assert (first["version"], len(first["after"][0])) == (["1"], 27)
    counted = parse_qs(urlsplit(link(client.get(f"{ITEMS}?limit=2&offset=2").json(), "next")).query)
    assert (counted["offset"], "after" in counted) == (["4"], False)


def test_pages_lead_back_too(client):
    pages = list(walk(client, f"{ITEMS}?limit=4&sortby=-size"))
    before = client.get(link(pages[-1], "prev")).json()
    assert ids([before]) == ids([pages[-2]])
    assert link(pages[0], "prev") is None


def test_the_page_of_people_follows_a_token_too(client):
    url = link(client.get(f"{ITEMS}?limit=4").json(), "next").replace("f=json", "f=html")
    page = client.get(url + "&lang=en").text
    assert "h04" in page
    assert "5" in page.split('class="quiet">')[1].split("<")[0]


@pytest.fixture
def token(client):
    return parse_qs(urlsplit(link(client.get(f"{ITEMS}?limit=2").json(), "next")).query)["after"][0]


@pytest.mark.parametrize("change", ["", "x", "=", "A" * 27, "é" * 27, "A" * 101])
def test_what_is_no_token_is_400(client, change):
    answer = client.get(ITEMS, params={"after": change, "lang": "en"})
    assert (answer.status_code, answer.json()["facts"]["parameter"]) == (400, "after")


@pytest.mark.parametrize("query", ["sortby=size", "name=Pondok 1", "filter=size=1", "offset=3"])
def test_a_token_of_another_question_is_400(client, token, query):
    answer = client.get(f"{ITEMS}?after={token}&{query}")
    assert answer.status_code == 400
    assert "next" in answer.json()["detail"] or "offset" in answer.json()["detail"]


def test_a_token_may_be_asked_with_another_limit_crs_and_properties(client, token):
    query = f"after={token}&limit=3&properties=name&crs=http://www.opengis.net/def/crs/EPSG/0/4326"
    assert ids([client.get(f"{ITEMS}?{query}").json()]) == ["h02", "h03", "h04"]


def test_a_token_changed_by_a_letter_is_400(client, token):
    for at in range(len(token)):
        letter = "B" if token[at] != "B" else "C"
        other = token[:at] + letter + token[at + 1 :]
        assert client.get(f"{ITEMS}?after={other}").status_code == 400, other


def test_a_token_of_an_older_version_without_its_number_is_410(store, client, token):
    publish(store, "huts", huts(name=["lain"] * len(SIZES)))
    answer = client.get(f"{ITEMS}?after={token}&lang=en")
    assert (answer.status_code, answer.json()["code"]) == (410, "CollectionChanged")
    assert "Begin anew" in answer.json()["detail"]
    assert client.get(f"{ITEMS}?after={token}&version=1").status_code == 200
    assert client.get(f"{ITEMS}?after={token}&version=2").status_code == 400


def test_what_is_computed_says_that_it_has_changed(reference_store):
    settings = Settings(store=reference_store.folder)
    with TestClient(create_app(settings, store=reference_store)) as client:
        path = "/collections/readiness/items"
        first = client.get(f"{path}?limit=2&sortby=rank").json()
        following = link(first, "next")
        assert "version" not in following
        assert len(ids(walk(client, f"{path}?limit=5&sortby=rank"))) == first["numberMatched"]
        from geo import published

        frame = published.layer(reference_store, "zones")
        publish(reference_store, "zones", frame.assign(name="renamed"))
        answer = client.get(following)
        assert (answer.status_code, answer.json()["code"]) == (410, "CollectionChanged")
