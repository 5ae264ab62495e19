"""All tiles of a collection as one file: PMTiles and MBTiles, whole and by ranges of bytes."""

import gzip
import re
import sqlite3

import pytest
from pmtiles.reader import MemorySource, Reader

from tests.api.examples import publish, zones
from tests.geo.tile_reader import read_tile

SET = "/collections/zones/tiles/WebMercatorQuad"
FILE = f"{SET}.pmtiles"


def by_ranges(client, address):
    """Reads as clients do in place: a range of bytes at a time."""

    def get(offset, length):
        last = offset + length - 1
        answer = client.get(address, headers={"Range": f"bytes={offset}-{last}"})
        assert answer.status_code == 206
        return answer.content

    return get


def test_the_tile_set_links_to_its_files(client):
    links = {
        link["title"]: link
        for link in client.get(SET).json()["links"]
        if link["rel"] == "enclosure"
    }
    assert set(links) == {"PMTiles", "MBTiles"}
    for link in links.values():
        answer = client.get(link["href"])
        assert (answer.status_code, answer.headers["content-type"]) == (200, link["type"])


def test_a_client_reads_pmtiles_in_place(client):
    reader = Reader(by_ranges(client, FILE))
    tile = reader.get(7, 101, 65)
    assert read_tile(gzip.decompress(tile)) == read_tile(client.get(f"{SET}/7/65/101").content)
    assert reader.get(7, 0, 0) is None
    assert reader.metadata()["vector_layers"][0]["id"] == "zones"


def test_head_reads_nothing_of_the_file(client, monkeypatch):
    whole = client.get(FILE)
    monkeypatch.setattr("anyio.open_file", lambda *_, **__: pytest.fail("the file was opened"))
    head = client.head(FILE)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))
    assert head.headers["etag"] == whole.headers["etag"]


def test_a_file_varies_with_nothing_that_is_asked_for(client):
    varies = client.get(FILE).headers.get("vary", "").lower().split(", ")
    assert not {"accept", "accept-language"} & {*varies}


def test_ranges_are_answered_as_http_defines_them(client):
    whole = client.get(FILE)
    size = len(whole.content)
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["content-length"] == str(size)
    assert "content-encoding" not in whole.headers
    for asked, first, last in (
        ("bytes=0-126", 0, 126),
        (f"bytes={size - 5}-", size - 5, size - 1),
        ("bytes=-7", size - 7, size - 1),
        (f"bytes=3-{size + 100}", 3, size - 1),
    ):
        answer = client.get(FILE, headers={"Range": asked})
        assert answer.status_code == 206
        assert answer.headers["content-range"] == f"bytes {first}-{last}/{size}"
        assert answer.content == whole.content[first : last + 1]
        assert answer.headers["etag"] == whole.headers["etag"]
    two = client.get(FILE, headers={"Range": "bytes=0-6,20-29"})
    assert two.status_code == 206
    assert two.headers["content-type"].startswith("multipart/byteranges")
    assert client.head(FILE).headers["content-length"] == str(size)


def test_a_range_behind_the_end_is_said_to_be_so(client):
    size = len(client.get(FILE).content)
    for asked in (f"bytes={size}-", f"bytes={size + 5}-{size + 9}", "bytes=-0"):
        answer = client.get(f"{FILE}?lang=en", headers={"Range": asked})
        assert (answer.status_code, answer.json()["code"]) == (416, "RangeNotSatisfiable")
        assert answer.headers["content-range"] == f"bytes */{size}"
        assert f"0 to {size - 1}" in answer.json()["detail"]


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=a-b", "lines=0-5", "bytes=", "0-5"])
def test_what_is_no_range_of_bytes_asks_for_the_whole_file(client, asked):
    answer = client.get(FILE, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, client.get(FILE).content)


def test_a_range_of_an_older_version_is_the_whole_new_file(client, store):
    old = client.get(FILE)
    asked = {"Range": "bytes=0-9", "If-Range": old.headers["etag"]}
    assert client.get(FILE, headers=asked).status_code == 206
    assert client.get(FILE, headers={"If-None-Match": old.headers["etag"]}).status_code == 304
    publish(store, "zones", zones().iloc[:1])
    new = client.get(FILE, headers=asked)
    assert new.status_code == 200
    assert new.headers["etag"] != old.headers["etag"]
    assert Reader(MemorySource(new.content)).header()["max_zoom"] == 10


def test_the_files_tell_source_and_licence_in_both_languages(client, tmp_path):
    told = Reader(MemorySource(client.get(FILE).content)).metadata()
    path = tmp_path / "zones.mbtiles"
    path.write_bytes(client.get(f"{SET}.mbtiles").content)
    with sqlite3.connect(path) as archive:
        metadata = dict(archive.execute("SELECT name, value FROM metadata"))
    for name in ("name", "attribution", "description"):
        assert metadata[name] == told[name]
    assert "CC0-1.0" in told["attribution"]
    assert re.search(r"\w / \w", told["name"])


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"{SET}.gpkg", 400, "InvalidParameter"),
        ("/collections/desa/tiles/WebMercatorQuad.pmtiles", 404, "LayerNotFound"),
        (f"{FILE}?x=1", 400, "UnknownParameter"),
    ],
)
def test_what_is_not_there_is_a_problem(client, path, status, code):
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_collection_without_a_place_has_no_file(client, store):
    publish(store, "zones", zones().iloc[2:])
    answer = client.get(FILE)
    assert (answer.status_code, answer.json()["code"]) == (404, "NoArchive")
    links = client.get(SET).json()["links"]
    assert not [link for link in links if link["rel"] == "enclosure"]
