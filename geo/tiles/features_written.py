"""Features of a table written anew: with some properties only, without geometry, in another CRS."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import shapely

from geo.tiles import deflate_blocks
from geo.tiles.features import FeatureTable

# A reader who takes a page slowly holds one part of it, and two while the next one is made.
PART_BYTES = 1 << 15
# What is copied as it is prepared comes in parts that need not be put together to one.
_COPIED_BYTES = PART_BYTES * 3 // 2
Moved = Callable[[npt.NDArray[np.object_]], npt.NDArray[np.object_]]


@dataclass(frozen=True, slots=True)
class Writing:
    """How features are written; by default as they are prepared.

    `properties` are those that are written, None for all; `moved` gives the geometries in another CRS.
    """

    properties: Collection[str] | None = None
    has_geometry: bool = True
    moved: Moved | None = None

    @property
    def is_as_prepared(self) -> bool:
        """Whether the prepared bytes are the answer."""
        return self.properties is None and self.has_geometry and self.moved is None

    def has(self, name: str) -> bool:
        """Whether a property is written."""
        return self.properties is None or name in self.properties


def written_parts(
    table: FeatureTable, places: npt.NDArray[np.int64], writing: Writing
) -> Iterator[bytes | memoryview]:
    """`written` in parts of about `PART_BYTES`, so that a page is never held whole."""
    if writing.is_as_prepared:
        yield from table.parts(places, most_bytes=_COPIED_BYTES)
        return
    separator = b""
    for some in table.batches(places, most_bytes=PART_BYTES):
        yield separator + written(table, some, writing)
        separator = b","


def zipped_parts(
    table: FeatureTable, places: npt.NDArray[np.int64], *, head: bytes, tail: bytes
) -> tuple[Iterator[bytes | memoryview], int]:
    """`head`, the features at `places` as they are prepared, and `tail`, as one gzip member; and its size.

    The features, at least one of them, are joined from what is deflated already.
    """
    begin = deflate_blocks.MEMBER_HEAD + deflate_blocks.block(head) + deflate_blocks.END
    end = deflate_blocks.END + deflate_blocks.last_block(tail)
    size = len(begin) + table.size(places, "deflate") + len(end)

    def parts() -> Iterator[bytes | memoryview]:
        yield begin
        yield from table.parts(places, most_bytes=_COPIED_BYTES, section="deflate")
        crc, plain_size = 0, 0
        for part in chain((head,), table.parts(places, most_bytes=_COPIED_BYTES), (tail,)):
            crc, plain_size = deflate_blocks.crc_of(part, crc), plain_size + len(part)
        yield end + deflate_blocks.member_tail(crc, plain_size)

    return parts(), size + deflate_blocks.MEMBER_TAIL_BYTES


def written(table: FeatureTable, places: npt.NDArray[np.int64], writing: Writing) -> bytes:
    """The features at `places`, joined by commas, ready for a GeoJSON array."""
    if writing.is_as_prepared:
        return table.page(places)
    return b",".join(written_each(table, places, writing))


def written_each(
    table: FeatureTable, places: npt.NDArray[np.int64], writing: Writing
) -> list[bytes]:
    """Each of the features at `places` as GeoJSON."""
    features = table.properties(places)
    geometries = _geometries(table, places, writing)
    for feature, geometry in zip(features, geometries, strict=True):
        if geometry is not _AS_PREPARED:
            feature["geometry"] = geometry
        if writing.properties is not None:
            own = feature["properties"]
            feature["properties"] = {n: own[n] for n in own if n in writing.properties}
    return [orjson.dumps(feature) for feature in features]


_AS_PREPARED = object()


def _geometries(table: FeatureTable, places: npt.NDArray[np.int64], writing: Writing) -> list[Any]:
    if not writing.has_geometry:
        return [None] * len(places)
    if writing.moved is None:
        return [_AS_PREPARED] * len(places)
    texts = shapely.to_geojson(writing.moved(table.shapes().at(places)))
    return [None if text is None else orjson.Fragment(text) for text in texts]
