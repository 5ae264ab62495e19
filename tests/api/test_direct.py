"""Features and tiles are answered directly as on the usual way, which a slash at the path's end takes."""

import asyncio

import pytest
from starlette.datastructures import Headers

from api.collection_tiles import CollectionTiles, KeptTiles
from api.collections import Tables
from api.features.turns import Turns
from api.serving import direct as serving
from api.serving.quick_request import QuickHeaders
from geo.tiles import features_written

ADDRESSES = [
    "/collections/zones/items",
    "/collections/zones/items?limit=2",
    "/collections/zones/items?limit=2&offset=3&lang=en",
    "/collections/zones/items?f=csv",
    "/collections/zones/items?f=html",
    "/collections/zones/items?bbox=114,-4,115,-2&limit=3",
    "/collections/zones/items?filter=name%20LIKE%20'C%25'",
    "/collections/zones/items?crs=http://www.opengis.net/def/crs/EPSG/0/4326&limit=1",
    "/collections/zones/items?properties=name&sortby=-name",
    "/collections/regencies/items?name=Kabupaten%203",
    "/collections/regencies/items?skipGeometry=true",
    "/collections/zones/items?version=1",
    "/collections/zones-areas/items?limit=1",
    "/collections/zones/items/angsana",
    "/collections/zones/items/angsana?f=html",
    "/collections/zones/items/angsana?crs=http://www.opengis.net/def/crs/EPSG/0/3857",
    "/collections/regencies/tiles/WebMercatorQuad/0/0/0",
    "/collections/regencies/tiles/WebMercatorQuad/0/0/0?v=old",
]
REFUSED = [
    "/collections/zones/items?limit=0",
    "/collections/zones/items?limit=2&limit=3",
    "/collections/zones/items?nothing=1",
    "/collections/zones/items?f=docx",
    "/collections/zones/items?filter=THIS IS NOT",
    "/collections/zones/items?lang=fr",
    "/collections/nothing/items",
    "/collections/zones/items/nothing",
    "/collections/zones/items/angsana?limit=1",
    "/collections/zones/items?version=99",
    "/collections/regencies/tiles/WebMercatorQuad/7/0/0",
    "/collections/regencies/tiles/WebMercatorQuad/x/0/0",
    "/collections/regencies/tiles/WebMercatorQuad/0/%D9%A0/0",
    "/collections/regencies/tiles/Nothing/0/0/0",
    "/collections/regencies/tiles/WebMercatorQuad/0/0/0?limit=1",
    "/collections/regencies/tiles/WebMercatorQuad/0/0/0?f=zzz",
    "/collections/regencies/tiles/WebMercatorQuad/0/0/0?lang=zz",
]
ASKED = [
    {},
    {"Accept-Encoding": "gzip"},
    {"Accept": "text/html"},
    {"Accept-Language": "en"},
    {"Origin": "https://another.test"},
]
ITEM, PAGE, TILE = (ADDRESSES[place] for place in (13, 0, 16))


def usual(address):
    """The same address on the usual way."""
    path, mark, query = address.partition("?")
    return f"{path}/{mark}{query}"


@pytest.mark.parametrize("headers", ASKED, ids=str)
@pytest.mark.parametrize("address", ADDRESSES)
def test_an_answer_is_the_same_on_both_ways(client, address, headers):
    direct, other = (client.get(one, headers=headers) for one in (address, usual(address)))
    assert direct.status_code == 200
    assert direct.headers == other.headers
    assert direct.content == other.content
    again = {**headers, "If-None-Match": direct.headers["etag"]}
    unchanged, same = (client.get(one, headers=again) for one in (address, usual(address)))
    assert unchanged.status_code == 304
    assert unchanged.headers == same.headers
    assert client.head(address, headers=headers).headers == direct.headers


@pytest.mark.parametrize("address", REFUSED)
def test_a_refusal_is_the_same_on_both_ways(client, address):
    direct, other = (client.get(one) for one in (address, usual(address)))
    assert 400 <= direct.status_code < 500
    assert direct.status_code == other.status_code
    assert direct.json()["title"] == other.json()["title"]
    assert direct.json()["detail"] == other.json()["detail"]


# What waits for others, for the disk or for its end.
WORKS = [
    (Turns, "taken"),
    (Tables, "_found"),
    (Tables, "_prepared"),
    (CollectionTiles, "_made"),
    (CollectionTiles, "_order"),
    (features_written, "written_each"),
]


def test_the_loop_waits_for_nothing_that_is_made_or_has_its_turn(client, monkeypatch):
    in_loop, in_threads = [], []

    def noting(name, work):
        def noted(*args, **how):
            try:
                asyncio.get_running_loop()
            except RuntimeError:
                in_threads.append(name)
            else:
                in_loop.append((name, address))
            return work(*args, **how)

        return noted

    for owner, name in WORKS:
        monkeypatch.setattr(owner, name, noting(name, getattr(owner, name)))
    tables = client.app.state.tables
    client.app.state.collection_tiles._kept = KeptTiles()
    for address in [*ADDRESSES, *REFUSED]:
        tables._open.clear()
        tables._current = (None, {})
        # Nothing is known, then all is.
        for _ in range(2):
            client.get(address)
    assert not in_loop
    assert {"taken", "_found", "_prepared", "_made"} <= {*in_threads}


def test_a_closed_store_shows_features_and_tiles_to_nobody(client, store):
    store.rules.set("closed", True, actor="tester")
    key = store.keys.add("reader")
    for address in (PAGE, ITEM, TILE):
        refused, same = client.get(address), client.get(usual(address))
        assert refused.status_code == same.status_code == 401
        assert refused.headers == same.headers
        known, other = (
            client.get(a, headers={"X-API-Key": key}) for a in (address, usual(address))
        )
        assert known.status_code == 200
        assert known.headers == other.headers
        assert known.content == other.content
        assert "private" in known.headers["cache-control"]


def test_a_key_that_opens_nothing_is_refused_once(client, store):
    for address in (ITEM, usual(ITEM)):
        refused = client.get(address, headers={"X-API-Key": "kwsn_wrong"})
        assert refused.status_code == 401
    assert sum(entry["action"] == "refused" for entry in store.audit()) == 2


@pytest.mark.parametrize("host", ["foreign.example", "a b"])
def test_an_unknown_host_is_refused_on_both_ways(client, host):
    direct, other = (client.get(one, headers={"Host": host}) for one in (ITEM, usual(ITEM)))
    assert direct.status_code == other.status_code == 400
    # What is refused there says under which path it was asked for.
    told = [{**one.headers, "content-length": ""} for one in (direct, other)]
    assert told[0] == told[1]


def test_links_name_the_host_that_was_asked(client):
    hosts = ("127.0.0.1:81", "localhost", "127.0.0.1:81")
    answers = [client.get(ITEM, headers={"Host": host}).json() for host in hosts]
    assert [one["links"][0]["href"].split("/")[2] for one in answers] == list(hosts)


def test_a_fault_is_answered_the_same_on_both_ways(client, monkeypatch):
    def broken(*_):
        raise RuntimeError("secret")

    monkeypatch.setattr(serving, "item_of", broken)
    direct, other = (client.get(one) for one in (ITEM, usual(ITEM)))
    assert direct.status_code == other.status_code == 500
    assert direct.headers == other.headers
    assert "secret" not in direct.text


@pytest.mark.parametrize("address", [ITEM, PAGE, TILE])
@pytest.mark.parametrize(
    ("headers", "is_alone"),
    [([], True), ([(b"cookie", b"a=b")], False), ([(b"origin", b"o")], False)],
)
def test_a_visitor_needs_nothing_that_stands_around(client, address, headers, is_alone):
    scope = {
        "type": "http",
        "method": "GET",
        "path": address,
        "query_string": b"",
        "app": client.app,
    }
    scope |= {"headers": [(b"host", b"localhost"), *headers], "scheme": "http"}
    sent, passed = [], []

    async def around(*_):
        passed.append(True)

    async def send(message):
        sent.append(message)

    asyncio.run(serving.outright(around)(scope, None, send))
    assert bool(sent) is is_alone
    assert bool(passed) is not is_alone


def test_headers_that_are_looked_up_say_the_same_as_headers_that_are_searched():
    raw = [(b"host", b"one"), (b"accept", b"a"), (b"host", b"two"), (b"x-\xe9", b"\xe9")]
    quick, usual_ones = QuickHeaders(raw), Headers(raw=raw)
    for name in ("host", "Host", "ACCEPT", "x-é", "none"):
        assert quick.get(name) == usual_ones.get(name)
        assert (name in quick) == (name in usual_ones)
        assert quick.getlist(name) == usual_ones.getlist(name)
    assert quick["Host"] == usual_ones["Host"] == "one"
