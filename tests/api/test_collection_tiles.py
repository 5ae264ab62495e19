"""Tiles of a big layer: made by a process of its own, then read; the same as if cut on demand."""

import time

import pytest
from fastapi.testclient import TestClient

from api.collection_tiles import CollectionTiles
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
    while (answer := client.get(address)).status_code == 503 and time.monotonic() < give_up:
        time.sleep(0.1)
    return answer


def features(answer):
    assert answer.status_code == 200
    found = read_tile(answer.content)[3]
    return [(f.id, f.properties, f.paths) for f in found]


def test_whoever_comes_first_is_told_to_come_back(big_client):
    answer = big_client.get(f"{SET}/7/65/101", headers={"Accept-Language": "id"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "sedang disiapkan" in answer.json()["detail"]
    assert prepared(big_client, f"{SET}/7/65/101").status_code == 200


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
