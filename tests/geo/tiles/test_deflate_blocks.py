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

from geo.tiles.deflate_blocks import COMMA, END, block, last_block
from geo.tiles.feature_encoder import encode_features
from geo.tiles.features import FeatureTable
from geo.tiles.features_written import PART_BYTES, zipped_parts
from tests.api.examples import made_layer

HEAD, TAIL = b'{"features":[', b"]}"


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
    parts, size = zipped_parts(table, places, head=HEAD, tail=TAIL)
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
    _, size = zipped_parts(hundred, np.arange(300), head=HEAD, tail=TAIL)
    whole = zlib.compress(hundred.page(np.arange(300)), 5)
    assert size < 1.2 * len(whole)


def test_one_bit_that_is_another_is_noticed(table):
    member = bytearray(b"".join(zipped_parts(table, np.arange(50), head=HEAD, tail=TAIL)[0]))
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
    member = b"".join(zipped_parts(table, places, head=HEAD, tail=TAIL)[0])
    read = subprocess.run(command, input=member, capture_output=True, check=True)
    assert read.stdout == HEAD + table.page(places) + TAIL


def test_small_features_are_not_deflated_one_by_one():
    assert not FeatureTable(encode_features(wavy(5, 10))).is_deflated
    assert not FeatureTable(encode_features(wavy(5, 10).iloc[:0])).is_deflated
    assert FeatureTable(encode_features(wavy(5, 80))).is_deflated
