"""FlatGeobuf read by GDAL after a walk over its features of our own.

The header of a FlatGeobuf may promise any number of features and any size, and GDAL reserves what it
promises. Every feature carries its length, so a file is walked from its header to its last byte
first: what it holds is counted, and a file that is cut is refused.

References
----------
FlatGeobuf specification 3.0: magic bytes, size-prefixed header, packed R-tree, size-prefixed features.
"""

import struct
from pathlib import Path

from geo.drivers.gdal import (
    NotRead,
    layer_counts,
    one_layer,
    read_layer,
    require_counts,
    source_of,
)
from geo.ingest.findings import Unreadable, finding
from geo.ingest.source import Limits, Source
from geo.language import Text, texts

_SAY = texts(__name__)

_MAGIC_BYTES = 8
_NODE_BYTES = 40
# Where the table of a header has its fields (header.fbs).
_FEATURES_COUNT, _INDEX_NODE_SIZE = 8, 9


def read_flatgeobuf(path: Path, folder: Path, *, limits: Limits) -> Source:
    """The layer of a FlatGeobuf file; an index of its own does not matter.

    Raises
    ------
    Unreadable
        For a file that is cut or lies about what it holds.
    """
    stated = _feature_count(path, limits)
    if not stated:
        raise Unreadable(finding("empty_layer"))
    copy = folder / "layer.fgb"
    copy.symlink_to(path.absolute())
    try:
        name, _ = one_layer(counts := layer_counts(copy), None)
        require_counts(stated, counts[name], limits)
        layer = read_layer(copy, name, limits=limits)
    except NotRead as error:
        raise _damaged(_SAY["gdal_cannot"]) from error
    require_counts(stated, len(layer.geometry), limits)
    return source_of(layer, kind="flatgeobuf", stated=stated)


def _damaged(reason: Text) -> Unreadable:
    return Unreadable(finding("file_damaged", format="FlatGeobuf", reason=reason))


def _feature_count(path: Path, limits: Limits) -> int:
    """How many features follow one another up to the file's last byte."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(_MAGIC_BYTES)
        length = _unsigned(file.read(4))
        if length is None or not 8 <= length <= size - _MAGIC_BYTES - 4:
            raise _damaged(_SAY["header"])
        stated, index_bytes = _header(file.read(length), limits)
        at = _MAGIC_BYTES + 4 + length + index_bytes
        found = 0
        while at < size:
            file.seek(at)
            length = _unsigned(file.read(4))
            if length is None or length < 4 or at + 4 + length > size:
                raise _damaged(_SAY["cut"].format(row=found + 1))
            at, found = at + 4 + length, found + 1
            if found > limits.features:
                count = f"> {limits.features}"
                raise Unreadable(finding("too_many_features", count=count, limit=limits.features))
    # A writer that streams does not know how many there will be, and writes 0.
    if stated and stated != found:
        raise Unreadable(finding("count_mismatch", header=stated, rows=found, geometries=found))
    return found


def _unsigned(four: bytes) -> int | None:
    return int.from_bytes(four, "little") if len(four) == 4 else None


def _header(header: bytes, limits: Limits) -> tuple[int, int]:
    """The number of features that a header states, and the bytes of the index that follows it."""
    try:
        (table,) = struct.unpack_from("<I", header)
        count = _field(header, table, _FEATURES_COUNT, "<Q", default=0)
        node_size = _field(header, table, _INDEX_NODE_SIZE, "<H", default=16)
    except struct.error as error:
        raise _damaged(_SAY["header"]) from error
    if count > limits.features:
        raise Unreadable(finding("too_many_features", count=count, limit=limits.features))
    return count, _index_bytes(count, node_size)


def _field(header: bytes, table: int, number: int, kind: str, *, default: int) -> int:
    """A number of a FlatBuffers table: its vtable says where it stands, or that it does not."""
    vtable = table - int(struct.unpack_from("<i", header, table)[0])
    (size,) = struct.unpack_from("<H", header, vtable)
    slot = 4 + 2 * number
    at = struct.unpack_from("<H", header, vtable + slot)[0] if slot < size else 0
    return int(struct.unpack_from(kind, header, table + at)[0]) if at else default


def _index_bytes(count: int, node_size: int) -> int:
    if count == 0 or node_size < 2:
        return 0
    level = nodes = count
    while level > 1:
        level = -(-level // node_size)
        nodes += level
    return nodes * _NODE_BYTES
