"""Vertices counted before anything is made of them: a file of too many is refused at its headers.

A count here is never above the true one, so what it refuses the exact check would refuse too. Pure,
but for the map of a file.
"""

import mmap
import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geo.ingest.findings import Unreadable, finding
from geo.ingest.source import Limits

# Coordinates of a geometry: lists of numbers and nothing else. A position begins with a number.
_COORDINATES = re.compile(rb'"coordinates"\s*:\s*(\[[][\d\s,.eE+-]*\])')
_POSITION = re.compile(rb"\[\s*[-\d]")
# Shapes by their type (ESRI Shapefile, 1998): where the number of points stands in a record.
_POINTS_AT = {8: 36, 18: 36, 28: 36} | dict.fromkeys((3, 5, 13, 15, 23, 25, 31), 40)
_HEAD_BYTES = 44


def require_few(count: int, limits: Limits) -> None:
    """Refuse a layer of which `count` vertices were seen, at the least.

    Raises
    ------
    Unreadable
    """
    limit = limits.layer_vertices
    if count > limit:
        raise Unreadable(finding("too_many_vertices_in_all", count=f"> {limit}", limit=limit))


def least_in_wkb(size: int, head: bytes) -> int:
    """The vertices that a well-known binary of `size` bytes has at the least, by its first five.

    Examples
    --------
    >>> import shapely
    >>> line = shapely.to_wkb(shapely.LineString([(i, i) for i in range(100)]))
    >>> least_in_wkb(len(line), line[:5])
    76
    """
    code = int.from_bytes(head[1:5], "little" if head[:1] == b"\1" else "big")
    has_z, has_m = bool(code & 0x80000000), bool(code & 0x40000000)
    dimensions = 2 + has_z + has_m + {1: 1, 2: 1, 3: 2}.get((code & 0xFFFF) // 1000, 0)
    # Of points of several, each has a head of five bytes; nothing costs more for a vertex.
    return size // (8 * min(dimensions, 4) + 5)


def least_in_text(text: str) -> int:
    """The vertices that a geometry written as text has at the least: WKT, GeoJSON, or the digits of WKB.

    Examples
    --------
    >>> least_in_text("POLYGON ((0 0, 1 0, 1 1, 0 0))"), least_in_text("POINT (1 2)")
    (3, 0)
    """
    start = text[:64].lstrip()
    if start.startswith("{"):
        # Two commas at the least belong to a position: the one in it and the one behind it.
        return text.count(",") // 4
    if start[:2] in ("00", "01"):
        try:
            return least_in_wkb(len(text) // 2, bytes.fromhex(start[:10]))
        except ValueError:
            return 0
    # Parts and rings are parted by commas as vertices are, so there is one vertex more than commas.
    return text.count(",")


def require_few_in_json(path: Path, limits: Limits) -> None:
    """Refuse GeoJSON with too many positions without making a text of it, let alone objects.

    In UTF-16, which hardly anybody writes, nothing is found.

    Raises
    ------
    Unreadable
    """
    if path.stat().st_size <= 4 * limits.layer_vertices:  # [0,0] and a comma take more
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        count = 0
        for member in _COORDINATES.finditer(content):
            for _ in _POSITION.finditer(content, *member.span(1)):
                count += 1
                if count > limits.layer_vertices:
                    require_few(count, limits)


def in_records(
    outline: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64]
) -> int:
    """The points that the records of a .shp state, none more than its size can hold.

    Parameters
    ----------
    outline : (n_bytes,) uint8
        The file, best as a map: a few bytes of every record are read.
    starts, sizes : (n,) int64
        Where the content of each record begins, and its bytes.
    """
    starts, sizes = starts[sizes >= _HEAD_BYTES], sizes[sizes >= _HEAD_BYTES]
    kinds, count = _numbers(outline, starts), 0
    for kind, at in _POINTS_AT.items():
        chosen = kinds == kind
        stated = _numbers(outline, starts[chosen] + at)
        count += int(np.clip(stated, 0, sizes[chosen] // 16).sum())
    return count


def _numbers(outline: npt.NDArray[np.uint8], at: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The little-endian integers of four bytes that stand at these places."""
    raw = np.ascontiguousarray(outline[at[:, None] + np.arange(4)])
    return raw.view("<i4").astype(np.int64).reshape(-1)
