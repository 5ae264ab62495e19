"""Features and tiles are answered directly as on the usual way, whoever asks."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations

import pytest
from fastapi.testclient import TestClient
from starlette.datastructures import Headers

from api.collection_tiles import CollectionTiles, KeptTiles
from api.collections import Tables
from api.features.turns import Turns
from api.main import create_app
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
PASSWORD = "sawah di tepi Barito"
ITEM, PAGE, TILE = (ADDRESSES[place] for place in (13, 0, 16))


@contextmanager
def usual_of(client: TestClient) -> Iterator[TestClient]:
    """The same service, every request of which goes the usual way."""
    app = create_app(client.app.state.settings, store=client.app.state.store)
    short = (serving.direct, serving.outright)
    app.user_middleware = [one for one in app.user_middleware if one.cls not in short]
    with TestClient(app) as opened:
        yield opened


@pytest.fixture(scope="module")
def usual_reading(reading_client):
    with usual_of(reading_client) as opened:
        yield opened


@pytest.fixture
def usual(request, client):
    if "store" not in request.fixturenames:
        yield request.getfixturevalue("usual_reading")
        return
    with usual_of(client) as opened:
        yield opened


def is_same(one, other):
    return (
        one.status_code == other.status_code
        and one.headers == other.headers
        and one.content == other.content
    )


@pytest.mark.parametrize("headers", ASKED, ids=str)
@pytest.mark.parametrize("address", ADDRESSES)
def test_an_answer_is_the_same_on_both_ways(client, usual, address, headers):
    direct, other = (one.get(address, headers=headers) for one in (client, usual))
    assert direct.status_code == 200
    assert is_same(direct, other)
    again = {**headers, "If-None-Match": direct.headers["etag"]}
    unchanged, same = (one.get(address, headers=again) for one in (client, usual))
    assert unchanged.status_code == 304
    assert is_same(unchanged, same)
    assert client.head(address, headers=headers).headers == direct.headers


@pytest.mark.parametrize("address", REFUSED)
def test_a_refusal_is_the_same_on_both_ways(client, usual, address):
    direct, other = (one.get(address) for one in (client, usual))
    assert 400 <= direct.status_code < 500
    assert is_same(direct, other)


FAULTS = [
    "limit=0",
    "nothing=1",
    "lang=zz",
    "f=zzz",
    "version=99",
    "crs=x",
    "after=x",
    "lang=en&lang=id",
]


@pytest.mark.parametrize(
    "path", ["nothing/items", "zones/items", "zones/items/nothing", "regencies/tiles/No/7/0/0"]
)
def test_of_two_faults_both_ways_name_the_same(client, usual, path):
    for pair in combinations(FAULTS, 2):
        address = f"/collections/{path}?{'&'.join(pair)}"
        assert is_same(client.get(address), usual.get(address)), pair


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


@pytest.mark.parametrize("headers", [{}, {"Accept": "text/html"}, {"Accept-Language": "en"}])
def test_an_address_that_is_very_long_is_refused_and_not_repeated(client, usual, headers):
    for address in (f"{PAGE}?name={'x' * 16_400}", f"{ITEM}{'x' * 16_400}"):
        direct, other = (one.get(address, headers=headers) for one in (client, usual))
        assert direct.status_code == 414
        assert is_same(direct, other)
        assert "xxx" not in direct.text


def credentials(store):
    """What somebody known sends along: a key in either header, and a browser's cookie."""
    key = store.keys.add("reader", role="viewer")
    store.users.add("siti", password=PASSWORD, role="editor", name="Siti")
    token = store.sessions.login("siti", PASSWORD, address="-", lasts_s=600)
    return [
        {"X-API-Key": key},
        {"Authorization": f"Bearer {key}", "Origin": "https://another.test"},
        {"Cookie": f"kawasan_session={token}"},
    ]


@pytest.mark.parametrize("closed", [False, True])
def test_who_is_known_is_answered_the_same_on_both_ways(client, usual, store, closed):
    store.rules.set("closed", closed, actor="tester")
    for headers in credentials(store):
        for address in (PAGE, ITEM, TILE, f"{ITEM}?f=html", f"{PAGE}?limit=0"):
            # The first is looked for in the catalogue, the others are remembered.
            first, known, other = (
                one.get(address, headers=headers) for one in (client, client, usual)
            )
            assert is_same(known, first)
            assert is_same(known, other)
            assert "private" in known.headers["cache-control"]


def test_a_closed_store_shows_features_and_tiles_to_nobody(client, usual, store):
    store.rules.set("closed", True, actor="tester")
    for address in (PAGE, ITEM, TILE):
        refused, same = client.get(address), usual.get(address)
        assert refused.status_code == 401
        assert is_same(refused, same)


def test_what_ends_a_key_or_a_login_is_seen_by_the_next_request(client, store):
    store.rules.set("closed", True, actor="tester")
    with_key, _, with_cookie = credentials(store)
    for end, headers in (
        (lambda: store.keys.revoke(with_key["X-API-Key"].split("_")[1]), with_key),
        (lambda: store.users.set_password("siti", PASSWORD + "!", actor="tester"), with_cookie),
    ):
        assert [client.get(TILE, headers=headers).status_code for _ in range(2)] == [200, 200]
        end()
        assert client.get(TILE, headers=headers).status_code == 401


def test_a_key_that_opens_nothing_is_refused_once(client, usual, store):
    for one in (client, usual):
        refused = one.get(ITEM, headers={"X-API-Key": "kwsn_wrong"})
        assert refused.status_code == 401
    assert sum(entry["action"] == "refused" for entry in store.audit()) == 2


@pytest.mark.parametrize("host", ["foreign.example", "a b"])
def test_an_unknown_host_is_refused_on_both_ways(client, usual, host):
    direct, other = (one.get(ITEM, headers={"Host": host}) for one in (client, usual))
    assert direct.status_code == 400
    assert is_same(direct, other)


def test_links_name_the_host_that_was_asked(client):
    hosts = ("127.0.0.1:81", "localhost", "127.0.0.1:81")
    answers = [client.get(ITEM, headers={"Host": host}).json() for host in hosts]
    assert [one["links"][0]["href"].split("/")[2] for one in answers] == list(hosts)


def test_a_fault_is_answered_the_same_on_both_ways(client, monkeypatch):
    def broken(*_):
        raise RuntimeError("secret")

    monkeypatch.setattr(serving, "item_of", broken)
    # A slash at the end goes through all that stands around.
    direct, other = (client.get(one) for one in (ITEM, f"{ITEM}/"))
    assert direct.status_code == other.status_code == 500
    assert direct.headers == other.headers
    assert "secret" not in direct.text


@pytest.mark.parametrize("address", [ITEM, PAGE, TILE])
@pytest.mark.parametrize(
    ("headers", "is_alone"),
    [
        ([], True),
        ([(b"cookie", b"a=b"), (b"origin", b"o")], True),
        ([(b"content-length", b"1")], False),
        ([(b"x-api-key", b"kwsn_unknown_")], False),
    ],
)
def test_what_is_answered_outright_needs_nothing_that_stands_around(
    client, address, headers, is_alone
):
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

    asyncio.run(serving.outright(around, client.app.state.settings)(scope, None, send))
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
