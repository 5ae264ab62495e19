"""Tiles of a big layer: coarse at once, as if cut on demand when a process of its own has made them."""

import time

import pytest
from fastapi.testclient import TestClient

from api.collection_tiles import CollectionTiles, KeptTiles, VectorTile
from api.main import create_app
from tests.geo.tile_reader import read_tile

SET = "/collections/zones/tiles/WebMercatorQuad"


@pytest.fixture
def big_client(settings, store):
    with TestClient(create_app(settings, store=store)) as client:
        tables = client.app.state.tables
        client.app.state.collection_tiles = CollectionTiles(store, tables, big_bytes=0)
        yield client


def prepared(client, address):
    """The answer once the tiles of the layer are there."""
    give_up = time.monotonic() + 60
    while is_coarse(answer := client.get(address)) and time.monotonic() < give_up:
        time.sleep(0.1)
    return answer


def is_coarse(answer):
    return answer.headers.get("tile-detail") == "coarse"


def features(answer):
    assert answer.status_code == 200
    found = read_tile(answer.content)[3]
    return [(f.id, f.properties, f.paths) for f in found]


def test_whoever_comes_first_gets_a_coarse_tile_and_soon_a_finer_one(big_client):
    address = f"{SET}/7/65/101"
    version = big_client.get(f"{SET}?f=json").json()["tiles"][0].split("v=")[1]
    coarse = big_client.get(address, params={"v": version})
    assert is_coarse(coarse)
    assert coarse.headers["cache-control"] == "public, max-age=1"
    tag = coarse.headers["etag"]
    again = big_client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, is_coarse(again)) == (304, True)
    fine = prepared(big_client, address)
    assert fine.headers["etag"] != tag
    assert [one[:2] for one in features(coarse)] == [one[:2] for one in features(fine)]
    kept = big_client.get(address, params={"v": version}).headers["cache-control"]
    assert "immutable" in kept


def test_the_first_tile_does_not_wait_until_the_features_are_prepared(big_client):
    tables = big_client.app.state.tables
    zones = tables.collection("zones")
    for zoom in ("7/65/101", "12/2082/3248"):
        assert big_client.get(f"{SET}/{zoom}").status_code in (200, 204)
    assert big_client.get(f"{SET}?f=json").status_code == 200
    assert tables.opened(zones, "id") is None
    before = tables.outlines(zones)
    big_client.get("/collections/zones/items?limit=1")
    assert tables.opened(zones, "id") is not None
    assert tables.outlines(zones).extent == before.extent


def test_the_tiles_of_the_service_are_coarse_as_long_as_one_of_theirs_is(big_client):
    address = "/tiles/WebMercatorQuad/7/65/101?collections=zones"
    coarse = big_client.get(address)
    assert is_coarse(coarse)
    assert coarse.headers["etag"] != prepared(big_client, address).headers["etag"]


def test_tiles_are_kept_up_to_so_many_bytes_the_latest_asked_for():
    kept = KeptTiles(most_bytes=3_000)
    for n in range(3):
        kept.keep(n, VectorTile(bytes(1_000)))
    assert [kept.find(n) is not None for n in range(3)] == [False, True, True]
    kept.find(1)
    kept.keep(3, VectorTile(bytes(1_000)))
    assert [kept.find(n) is not None for n in range(4)] == [False, True, False, True]


@pytest.mark.parametrize("place", ["0/0/0", "7/65/101", "11/1043/1623", "14/8350/12989"])
def test_the_tiles_are_those_of_a_small_layer(client, big_client, place):
    small, big = client.get(f"{SET}/{place}"), prepared(big_client, f"{SET}/{place}")
    assert features(big) == features(small)
    assert big.headers["content-type"] == small.headers["content-type"]


def test_an_empty_tile_of_a_big_layer_has_no_content(big_client):
    answer = prepared(big_client, f"{SET}/7/50/115")
    assert (answer.status_code, answer.content) == (204, b"")


def test_who_cannot_read_gzip_gets_the_tile_plain(big_client):
    packed = prepared(big_client, f"{SET}/7/65/101")
    plain = big_client.get(f"{SET}/7/65/101", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content
    assert all("Accept-Encoding" in answer.headers["vary"] for answer in (packed, plain))
    assert packed.headers["etag"] != plain.headers["etag"]


def test_a_process_that_starts_again_finds_the_tiles(big_client, settings, store):
    prepared(big_client, f"{SET}/7/65/101")
    again = CollectionTiles(store, big_client.app.state.tables, big_bytes=0)
    tile = again.tile(
        big_client.app.state.tables.collection("zones"), z=7, row=65, column=101, patience_s=1
    )
    assert tile.is_gzipped
    assert tile.content
