"""An answer is compressed as its reader takes it, once, and its tag says how."""

import gzip
import json
import sys
import zlib

import anyio
import numpy as np
import pytest
import shapely
from fastapi.testclient import TestClient
from starlette.responses import Response, StreamingResponse

from api.main import create_app
from api.serving.compression import coding_of, compressed
from api.settings import Settings
from geo.store.store import Store
from tests.api.examples import made_layer, publish
from tests.regions import give_region

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LONG = b"Tanah Bumbu, " * 200
DECODE = {"gzip": gzip.decompress, "zstd": zstd.decompress, None: bytes}


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", None),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZip", "gzip"),
        ("gzip;q=0", None),
        ("gzip ; Q=0.000", None),
        ("br, deflate", None),
        ("gzip, deflate, br, zstd", "zstd"),
        ("zstd;q=0.5, gzip", "gzip"),
        ("zstd;q=0.5, gzip;q=0.4", "zstd"),
        ("*", "gzip"),
        ("*;q=0", None),
        ("gzip;q=0, *", None),
        ("zstd;q=0, *;q=0.1", "gzip"),
        ("identity", None),
        ("identity;q=0", None),
        ("identity;q=0, gzip;q=0.1", "gzip"),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("gzip;q=two", None),
        ("gzip;q=-1", None),
        ("gzip;q=1.5", "gzip"),
        (",;,=;q=1,", None),
        ("gzip;q=0.5;x=y", "gzip"),
        ("gzip, " + "x" * 1_000, None),
    ],
)
def test_the_coding_is_what_the_reader_likes_best(accepted, coding):
    assert coding_of(accepted) == coding


def test_who_likes_both_equally_gets_what_is_offered_first():
    assert coding_of("gzip, zstd", offered=("gzip", "zstd")) == "gzip"
    assert coding_of("gzip;q=0.9, zstd", offered=("gzip", "zstd")) == "zstd"
    assert coding_of("zstd", offered=("gzip",)) is None


async def asked(response, headers, method="GET"):
    """What the layer sends for an answer of the application behind it."""
    sent, seen = [], []

    async def application(scope, receive, send):
        seen.append(dict(scope["headers"]))
        await response(scope, receive, send)

    async def receive():
        await anyio.sleep(60)

    async def send(message):
        sent.append(message)

    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "headers": raw}
    await compressed(application)(scope, receive, send)
    start, *parts = sent
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    return found, [part["body"] for part in parts], seen[0]


def answered(response, method="GET", **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return anyio.run(asked, response, headers, method)


@pytest.mark.parametrize("media_type", ["text/html", "application/geo+json", "image/svg+xml"])
@pytest.mark.parametrize("coding", ["gzip", "zstd"])
@pytest.mark.parametrize("content", [LONG, LONG * 200], ids=["short", "in a thread"])
def test_a_body_is_what_it_was_and_says_its_length(coding, media_type, content):
    response = Response(content, media_type=media_type, headers={"ETag": '"a"'})
    headers, parts, _ = answered(response, accept_encoding=coding)
    assert DECODE[coding](b"".join(parts)) == content
    assert headers["content-encoding"] == coding
    assert int(headers["content-length"]) == sum(map(len, parts)) < len(content) / 10
    assert headers["etag"] == f'"a-{coding}"'
    assert headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "media_type",
    [
        "application/geopackage+sqlite3",
        "application/gzip",
        "application/pdf",
        "application/vnd.apache.parquet",
        "application/vnd.google-earth.kmz",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.pmtiles",
        "application/vnd.sqlite3",
        "application/zip",
        "font/woff2",
        "image/jpeg",
        "image/png",
        "text/event-stream",
    ],
)
def test_what_is_compressed_already_or_an_endless_stream_passes(media_type):
    response = Response(LONG, media_type=media_type, headers={"ETag": '"a"'})
    headers, parts, _ = answered(response, accept_encoding="gzip, zstd")
    assert parts == [LONG]
    assert "content-encoding" not in headers
    assert headers["etag"] == '"a"'


@pytest.mark.parametrize("status", [206, 200])
def test_a_range_and_a_body_with_a_coding_pass(status):
    own = {"Content-Encoding": "gzip"} if status == 200 else {"Content-Range": "bytes 0-9/99"}
    response = Response(LONG, status, headers={"ETag": '"a"', **own}, media_type="text/plain")
    headers, parts, _ = answered(response, accept_encoding="zstd")
    assert parts == [LONG]
    assert headers["etag"] == ('"a-gzip"' if status == 200 else '"a"')


def test_what_is_short_is_sent_as_it_is_but_to_who_refuses_that():
    for accepted, coding in {"gzip": None, "gzip, identity;q=0": "gzip"}.items():
        headers, parts, _ = answered(
            Response(b"short", media_type="text/plain"), accept_encoding=accepted
        )
        assert headers.get("content-encoding") == coding
        assert DECODE[coding](parts[0]) == b"short"
    headers, parts, _ = answered(Response(b"", 204), accept_encoding="gzip, *;q=0")
    assert (headers.get("content-encoding"), parts) == (None, [b""])


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_stream_can_be_read_as_far_as_it_came(coding):
    async def stream():
        for number in range(4):
            yield b"%d," % number * 30_000

    response = StreamingResponse(stream(), media_type="text/csv", headers={"Content-Length": "1"})
    headers, parts, _ = answered(response, accept_encoding=coding)
    assert "content-length" not in headers
    reader = zlib.decompressobj(31) if coding == "gzip" else zstd.ZstdDecompressor()
    for number, part in enumerate(parts[:4]):
        assert reader.decompress(part) == b"%d," % number * 30_000
    reader.decompress(parts[4])
    assert reader.eof


@pytest.mark.parametrize(
    ("known", "accepted", "tag"),
    [
        ('"a-gzip"', "gzip", '"a-gzip"'),
        ('"a-zstd"', "zstd, gzip", '"a-zstd"'),
        ('"a"', "gzip", '"a"'),
        ('"b", "a", "a-gzip"', "gzip", '"a-gzip"'),
        ('"a-zstd", "a-gzip"', "", '"a-zstd"'),
        ('W/"a-gzip"', "gzip", '"a-gzip"'),
        ("*", "gzip", '"a-gzip"'),
    ],
)
def test_a_tag_with_a_coding_is_understood_and_comes_back_as_it_was_named(known, accepted, tag):
    response = Response(status_code=304, headers={"ETag": '"a"'})
    headers, _, seen = answered(response, if_none_match=known, accept_encoding=accepted)
    assert headers["etag"] == tag
    assert b"-gzip" not in seen[b"if-none-match"]
    assert b"-zstd" not in seen[b"if-none-match"]


@pytest.mark.parametrize(("known", "tag"), [('W/"a-zstd"', 'W/"a-zstd"'), ('"b", W/"a"', 'W/"a"')])
def test_a_weak_tag_stays_weak(known, tag):
    weak = {"ETag": 'W/"a"'}
    headers, _, _ = answered(Response(status_code=304, headers=weak), if_none_match=known)
    assert headers["etag"] == tag
    response = Response(LONG, media_type="text/csv", headers=weak)
    headers, _, _ = answered(response, accept_encoding="zstd")
    assert headers["etag"] == 'W/"a-zstd"'


def test_a_tag_of_what_is_to_be_changed_is_understood_but_not_that_of_a_range():
    asked = {"if_match": '"a-zstd"', "if_range": '"a-gzip"'}
    _, _, seen = answered(Response(b""), "PUT", **asked)
    assert seen[b"if-match"] == b'"a"'
    assert seen[b"if-range"] == b'"a-gzip"'


# Pages of features


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("compressed") / "store")
    give_region(store)
    turns = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    ring = np.stack([np.cos(turns), np.sin(turns)], axis=-1) / 3
    shapes = [shapely.Polygon(ring * (1 + i / 100) + (115, -3)) for i in range(40)]
    publish(store, "discs", made_layer(shapes, [f"d{i:02}" for i in range(40)], size=range(40)))
    with TestClient(create_app(Settings(store=store.folder), store=store)) as opened:
        yield opened
    store.close()


@pytest.mark.parametrize(
    "query",
    ["limit=40", "limit=1", "sortby=-size", "bbox=115,-3,116,-2", "filter=size>12", "f=jsonfg"],
)
def test_a_page_says_the_same_in_every_coding_under_a_tag_of_its_own(client, query):
    address = f"/collections/discs/items?{query}"
    plain = client.get(address, headers={"Accept-Encoding": "identity"})
    tags = {plain.headers["etag"]}
    for coding in ("gzip", "zstd"):
        first, again = (client.get(address, headers={"Accept-Encoding": coding}) for _ in range(2))
        assert first.headers["content-encoding"] == coding
        assert first.json() == plain.json()
        assert first.headers["etag"] == again.headers["etag"]
        tags.add(first.headers["etag"])
        known = {"Accept-Encoding": coding, "If-None-Match": first.headers["etag"]}
        assert client.get(address, headers=known).status_code == 304
    assert len(tags) == 3


def test_a_prepared_page_states_its_length_and_is_preferred_where_both_are_taken(client):
    address = "/collections/discs/items?limit=40"
    headers = {"Accept-Encoding": "gzip, deflate, br, zstd"}
    with client.stream("GET", address, headers=headers) as answer:
        content = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) == len(content)
    assert len(json.loads(gzip.decompress(content))["features"]) == 40
    head = client.head(address, headers=headers)
    assert head.content == b""
    for name in ("content-length", "content-encoding", "etag", "vary"):
        assert head.headers[name] == answer.headers[name]


def test_what_is_accepted_may_stand_in_several_lines(client):
    address = "/collections/discs/items?limit=40"
    for refused, coding in (("gzip;q=0", "zstd"), ("br", "gzip")):
        lines = [("Accept-Encoding", refused), ("Accept-Encoding", "zstd, *")]
        assert client.get(address, headers=lines).headers["content-encoding"] == coding


def test_a_page_without_features_is_compressed_like_any_other(client):
    answer = client.get(
        "/collections/discs/items?filter=size>99", headers={"Accept-Encoding": "gzip"}
    )
    assert answer.json()["features"] == []


def test_others_have_their_turn_between_the_parts_of_a_long_answer():
    turns = []

    async def response(scope, receive, send):
        async def other():
            while True:
                turns.append(len(turns))
                await anyio.sleep(0)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(other)
            start = {"type": "http.response.start", "status": 200, "headers": []}
            await send(start | {"headers": [(b"content-type", b"application/json")]})
            for _ in range(20):
                await send({"type": "http.response.body", "body": LONG, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
            tasks.cancel_scope.cancel()

    answered(response, accept_encoding="zstd")
    assert len(turns) >= 20
