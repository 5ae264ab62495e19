"""PMTiles of an archive of tiles: one file that clients read in place, a range of bytes at a time.

Tiles stand in the order of a Hilbert curve through each zoom, equal ones once; directories of where
each begins stand before them, the root within the first 16 KiB.

References
----------
PMTiles version 3: https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md
"""

import gzip
import json
import sqlite3
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from geo.tiles.mvt import varint

MEDIA_TYPE = "application/vnd.pmtiles"
_MAGIC = b"PMTiles\x03"
# Offsets and lengths of the four sections, three counts, flags and zooms, bounds, centre.
_HEADER = struct.Struct("<8s11Q6B4iB2i")
# Header and root together (clause "Directory Hierarchy").
_MOST_ROOT = 16_384 - _HEADER.size
# Leaves of 4,096 tiles take a few kilobytes each.
_LEAF = 4096
_GZIP, _MVT, _CLUSTERED = 2, 1, 1
_GZIP_LEVEL = 9
_DEGREE = 10_000_000


@dataclass(frozen=True, slots=True)
class _Entry:
    """Where `run` tiles from `tile` on stand; a leaf directory when `run` is 0."""

    tile: int
    offset: int
    length: int
    run: int


def pmtiles(archive: Path) -> bytes:
    """The content of a PMTiles file with the tiles and the metadata of an MBTiles file."""
    with closing(sqlite3.connect(f"{archive.absolute().as_uri()}?mode=ro", uri=True)) as source:
        metadata = dict(source.execute("SELECT name, value FROM metadata"))
        entries, tiles, n_contents = _tiles(source)
    root, leaves = _directories(entries)
    described = gzip.compress(_described(metadata), _GZIP_LEVEL, mtime=0)
    places, at = [], _HEADER.size
    for section in (root, described, leaves, tiles):
        places += [at, len(section)]
        at += len(section)
    header = _HEADER.pack(
        _MAGIC,
        *places,
        sum(entry.run for entry in entries),
        len(entries),
        n_contents,
        *(_CLUSTERED, _GZIP, _GZIP, _MVT, int(metadata["minzoom"]), int(metadata["maxzoom"])),
        *_placed(metadata),
    )
    return b"".join((header, root, described, leaves, tiles))


def tile_number(z: int, *, row: int, column: int) -> int:
    """The place of a tile on the Hilbert curves of all zooms, one after the other.

    Examples
    --------
    >>> [tile_number(1, row=r, column=c) for r, c in ((0, 0), (1, 0), (1, 1), (0, 1))]
    [1, 2, 3, 4]
    """
    number: int = (4**z - 1) // 3
    x, y = column, row
    for level in range(z - 1, -1, -1):
        side = 1 << level
        right, down = int(x & side > 0), int(y & side > 0)
        number += side * side * (3 * right ^ down)
        if not down:
            if right:
                x, y = side - 1 - (x & (side - 1)), side - 1 - (y & (side - 1))
            x, y = y, x
    return number


def _tiles(source: sqlite3.Connection) -> tuple[list[_Entry], bytes, int]:
    """Entries of all tiles by number, the tiles' bytes, and how many different ones there are."""
    places = source.execute("SELECT zoom_level, tile_row, tile_column, rowid FROM tiles")
    numbered = sorted(
        (tile_number(z, row=2**z - 1 - row, column=column), rowid)
        for z, row, column, rowid in places
    )
    entries: list[_Entry] = []
    content, known = bytearray(), {}
    for number, rowid in numbered:
        (tile,) = source.execute("SELECT tile_data FROM tiles WHERE rowid = ?", (rowid,)).fetchone()
        if tile not in known:
            known[tile] = len(content)
            content += tile
        last = entries[-1] if entries else None
        if last and last.tile + last.run == number and last.offset == known[tile]:
            entries[-1] = _Entry(last.tile, last.offset, last.length, last.run + 1)
        else:
            entries.append(_Entry(number, known[tile], len(tile), 1))
    return entries, bytes(content), len(known)


def _directories(entries: Sequence[_Entry]) -> tuple[bytes, bytes]:
    """The root directory and the leaves, of which there are none where the root has room for all."""
    root, leaves, size = _directory(entries), b"", _LEAF
    while len(root) > _MOST_ROOT:
        pointers, parts, at = [], [], 0
        for begin in range(0, len(entries), size):
            parts.append(_directory(entries[begin : begin + size]))
            pointers.append(_Entry(entries[begin].tile, at, len(parts[-1]), 0))
            at += len(parts[-1])
        root, leaves, size = _directory(pointers), b"".join(parts), 2 * size
    return root, leaves


def _directory(entries: Sequence[_Entry]) -> bytes:
    columns = (_steps(entries), (e.run for e in entries), (e.length for e in entries))
    numbers = [len(entries), *(n for column in columns for n in column), *_offsets(entries)]
    return gzip.compress(b"".join(map(varint, numbers)), _GZIP_LEVEL, mtime=0)


def _steps(entries: Sequence[_Entry]) -> Iterator[int]:
    before = 0
    for entry in entries:
        yield entry.tile - before
        before = entry.tile


def _offsets(entries: Sequence[_Entry]) -> Iterator[int]:
    """Offsets plus 1; 0 where a tile begins at the end of the one before."""
    end = None
    for entry in entries:
        yield 0 if entry.offset == end else entry.offset + 1
        end = entry.offset + entry.length


def _described(metadata: Mapping[str, str]) -> bytes:
    told = {name: metadata[name] for name in ("name", "description", "attribution", "type")}
    return json.dumps(told | json.loads(metadata["json"]), ensure_ascii=False).encode()


def _placed(metadata: Mapping[str, str]) -> list[int]:
    """Bounds and centre with its zoom, degrees as whole ten-millionths."""
    west, south, east, north = (
        round(float(degrees) * _DEGREE) for degrees in metadata["bounds"].split(",")
    )
    lon, lat, zoom = metadata["center"].split(",")
    centre = [round(float(degrees) * _DEGREE) for degrees in (lon, lat)]
    return [west, south, east, north, int(zoom), *centre]
