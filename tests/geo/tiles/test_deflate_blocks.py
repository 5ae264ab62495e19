"""Features deflated once and joined are one gzip member that everybody reads, with the right CRC-32."""

import gzip
import shutil
import subprocess
import zlib

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.tiles.deflate_blocks import COMMA, END, block, crc_of_joined, last_block
from geo.tiles.feature_encoder import encode_features
from geo.tiles.features import FeatureTable
from geo.tiles.features_written import PART_BYTES, Zipped
from tests.api.examples import made_layer

HEAD, TAIL = b'{"features":[', b"]}"


def joined(parts):
    crcs = np.array([zlib.crc32(part) for part in parts], np.uint32)
    return crc_of_joined(crcs, np.array([len(part) for part in parts], np.int64))


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_the_crc_of_parts_put_together_is_zlibs_of_the_whole(parts):
    assert joined(parts) == zlib.crc32(b"".join(parts))


def test_the_crc_of_the_check_string_is_the_published_one():
    assert joined([b"123", b"", b"456789"]) == 0xCBF43926  # check value of CRC-32/ISO-HDLC


def test_the_crc_of_large_parts_is_zlibs():
    parts = [b"a" * 1_500_000, b"b" * 16, b"c" * 1_100_000, b"d"]
    assert joined(parts) == zlib.crc32(b"".join(parts))


def test_sizes_beyond_any_memory_are_joined_step_by_step_or_at_once_alike():
    crcs = np.array([1, 2**32 - 1, 77, 0xDEADBEEF], np.uint32)
    sizes = np.array([5, 2**35 + 3, 2**33, 2**34 + 12_345], np.int64)
    behind = np.array([crc_of_joined(crcs[:3], sizes[:3]), crcs[3]], np.uint32)
    assert crc_of_joined(crcs, sizes) == crc_of_joined(behind, np.array([1, sizes[3]]))


@settings(max_examples=30)
@given(st.lists(st.binary(max_size=2_000), min_size=1, max_size=8), st.randoms())
def test_blocks_in_any_order_are_one_stream_with_commas_between(contents, random):
    random.shuffle(contents)
    stream = COMMA.join([block(content) for content in contents]) + END + last_block(TAIL)
    assert zlib.decompress(stream, -15) == b",".join(contents) + TAIL


def wavy(count, vertices):
    turns = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    random = np.random.default_rng(3)
    radius = 0.01 * (1 + random.random((count, vertices)))
    x = 115 + np.arange(count)[:, None] / 100 + radius * np.cos(turns)
    rings = np.stack([x, -3 + radius * np.sin(turns)], axis=-1)
    names = [f"Désa {i}" for i in range(count)]
    return made_layer(shapely.polygons(rings), [f"w{i:03}" for i in range(count)], name=names)


@pytest.fixture(scope="module")
def table():
    return FeatureTable(encode_features(wavy(300, 80)))


def orders():
    random = np.random.default_rng(5)
    return {
        "all": np.arange(300),
        "neighbours": np.arange(17, 240),
        "backwards": np.arange(299, -1, -1),
        "scattered": random.permutation(300)[:150],
        "first": np.array([0]),
        "last": np.array([299]),
        "the last one first": np.array([299, 0, 1, 2]),
    }


@pytest.mark.parametrize("places", orders().values(), ids=orders().keys())
def test_a_page_in_any_order_is_one_member_of_what_the_plain_page_says(table, places):
    parts, size = Zipped(table, places, HEAD, TAIL).parts()
    parts = list(parts)
    member = b"".join(parts)
    assert len(member) == size
    # What lies side by side is sent from where it lies, and nothing of it is held.
    assert max(len(part) for part in parts if isinstance(part, bytes)) < 2 * PART_BYTES
    reader = zlib.decompressobj(31)
    content = reader.decompress(member)
    assert content == HEAD + table.page(places) + TAIL
    assert (reader.eof, reader.unused_data) == (True, b"")
    assert gzip.decompress(member) == content


def test_a_page_is_little_larger_than_one_compressed_as_a_whole():
    # Features of a hundred vertices: of shorter ones more is lost. What ISA-L makes of them differs a
    # little with the instructions that the processor has.
    hundred = FeatureTable(encode_features(wavy(300, 100)))
    _, size = Zipped(hundred, np.arange(300), HEAD, TAIL).parts()
    whole = zlib.compress(hundred.page(np.arange(300)), 5)
    assert size < 1.2 * len(whole)


def test_one_bit_that_is_another_is_noticed(table):
    member = bytearray(b"".join(Zipped(table, np.arange(50), HEAD, TAIL).parts()[0]))
    member[-6] ^= 1
    with pytest.raises(gzip.BadGzipFile):
        gzip.decompress(bytes(member))


@pytest.mark.parametrize(
    "command",
    [
        ["gzip", "-dc"],
        ["node", "-e", "process.stdin.pipe(require('zlib').createGunzip()).pipe(process.stdout)"],
    ],
    ids=["gzip", "node"],
)
def test_other_programs_read_it(table, command):
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not here")
    places = np.arange(299, -1, -1)
    member = b"".join(Zipped(table, places, HEAD, TAIL).parts()[0])
    read = subprocess.run(command, input=member, capture_output=True, check=True)
    assert read.stdout == HEAD + table.page(places) + TAIL


def test_small_features_are_not_deflated_one_by_one():
    assert not FeatureTable(encode_features(wavy(5, 10))).is_deflated
    assert not FeatureTable(encode_features(wavy(5, 10).iloc[:0])).is_deflated
    assert FeatureTable(encode_features(wavy(5, 80))).is_deflated
