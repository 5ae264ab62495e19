"""Tiles of a layer that is too big to be cut on demand, made once and kept in one file.

The file is MBTiles, which GDAL, QGIS and field apps open as it is.

References
----------
MBTiles Specification 1.3: https://github.com/mapbox/mbtiles-spec
"""

import gzip
import json
import math
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import shapely

from geo.behind import POLITE, Makers
from geo.errors import StoreFault, TilesNotReady
from geo.language import texts
from geo.store.snapshots import one_writer, reading, write_atomically
from geo.tiles.cut import (
    UNSIMPLIFIED_FROM,
    TileSource,
    encode_tile,
    for_zoom,
    lonlat_box,
    tile_source_in_parts,
    tiles_of,
)
from geo.tiles.geometry_kinds import only
from geo.tiles.pmtiles import pmtiles
from geo.vector.schema import GeometryKind

if TYPE_CHECKING:
    import geopandas as gpd

_SAY = texts(__name__)

# The deepest zoom of an archive: below it tiles are cut from outlines as published.
DEEPEST = UNSIMPLIFIED_FROM - 1
# Features that are read from a snapshot at a time: of villages some tens of megabytes.
_ROWS = 8192
# As many as are kept on the disk.
_MOST_OPEN = 16
_GZIP_LEVEL = 6
_SCHEMA = """
    CREATE TABLE metadata (name text, value text);
    CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob);
    CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row);
"""


@dataclass(frozen=True, slots=True)
class ArchiveOrder:
    """An archive that is wanted at `target`: of the layer (GeoParquet) at `snapshot`, and its names.

    `title`, `description` and `attribution` are for people who have the file alone. With a `kind` it
    is of the layer's features of that kind of geometry alone.
    """

    snapshot: Path
    target: Path
    layer: str
    title: str
    attribution: str
    description: str = ""
    kind: GeometryKind | None = None

    def frames(self) -> "Iterator[gpd.GeoDataFrame]":
        """The features that are ordered, as published, some at a time."""
        import geopandas as gpd
        import pyarrow as pa
        import pyarrow.parquet as pq

        with reading(self.snapshot), pq.ParquetFile(self.snapshot) as file:
            for batch in file.iter_batches(_ROWS):
                # With its head each batch is a file of its own, which geopandas reads.
                content = pa.BufferOutputStream()
                table = pa.Table.from_batches([batch]).replace_schema_metadata(
                    file.schema_arrow.metadata
                )
                pq.write_table(table, content, compression="none", use_dictionary=False)
                found = gpd.read_parquet(pa.BufferReader(content.getvalue()))
                yield found if self.kind is None else only(found, self.kind)
        _give_back()


class TileArchives:
    """Archives of big layers, made one after the other by a process each; safe between threads."""

    def __init__(self) -> None:
        self._open: dict[Path, TileArchive] = {}
        # A country's outlines take a gigabyte: never those of two layers at once.
        self._makers = Makers(at_once=1, politeness=POLITE)
        self._ordered: dict[Path, Future[bool]] = {}
        self._lock = threading.Lock()

    def prepare(self, order: ArchiveOrder, *, is_first: bool = False) -> None:
        """See that an archive that is not there is made, before all that wait with `is_first`; return at once."""
        with self._lock:
            if order.target.exists() or self._has_failed(order.target):
                return
            self._ordered[order.target] = self._makers.written(
                order.target, make_archive, order, is_first=is_first
            )

    def _has_failed(self, target: Path) -> bool:
        ordered = self._ordered.get(target)
        if ordered is None or not ordered.done():
            return False
        return ordered.exception() is not None or not ordered.result()

    def close(self) -> None:
        """End what is being made: the service ends, and begins it anew when it starts again."""
        self._makers.close()

    def wait(self, order: ArchiveOrder) -> None:
        """Return when nobody makes the archive any more, whether it is there or not."""
        with self._lock:
            ordered = self._ordered.get(order.target)
        if ordered is not None:
            wait_for([ordered])

    def is_there(self, order: ArchiveOrder) -> bool:
        """Whether the archive is there; where nobody makes it, that is begun.

        What failed once is not tried again by this process.
        """
        if order.target in self._open:
            return True
        self.prepare(order, is_first=True)
        return order.target.exists()

    def tile(self, order: ArchiveOrder, *, z: int, row: int, column: int) -> bytes:
        """A tile as `TileArchive.tile`.

        Raises
        ------
        TilesNotReady
            While the archive is being made.
        StoreFault
            When that failed.
        """
        return self._opened(order).tile(z=z, row=row, column=column)

    def require(self, order: ArchiveOrder) -> None:
        """Raise as `tile` unless the archive is there; begin to make it where nobody does."""
        self.prepare(order, is_first=True)
        if not order.target.exists():
            with self._lock:
                if self._has_failed(order.target):
                    raise StoreFault(reason=_SAY["failed"])
            raise TilesNotReady

    def _opened(self, order: ArchiveOrder) -> "TileArchive":
        self.require(order)
        with self._lock:
            if order.target not in self._open:
                # Of old versions the files are gone, and stay on the disk while they are open.
                for oldest in list(self._open)[: max(0, 1 + len(self._open) - _MOST_OPEN)]:
                    del self._open[oldest]
                self._open[order.target] = TileArchive(order.target)
            return self._open[order.target]


def make_archive(order: ArchiveOrder) -> None:
    """`write_archives` of the snapshot that is ordered."""
    write_archives(order, order.frames)


def write_archives(order: ArchiveOrder, read: "Callable[[], Iterable[gpd.GeoDataFrame]]") -> None:
    """Write what is not there of the archive and of its PMTiles beside it.

    Whoever comes second waits for the first. `read` gives the layer that is ordered, in order, some
    features at a time.
    """
    with one_writer(order.target):
        if not order.target.exists():
            content = archive_tiles(
                tile_source_in_parts(read()),
                layer=order.layer,
                title=order.title,
                attribution=order.attribution,
                description=order.description,
            )
            write_atomically(order.target, content)
        beside = order.target.with_suffix(".pmtiles")
        if not beside.exists():
            write_atomically(beside, pmtiles(order.target))


def archive_tiles(
    source: TileSource, *, layer: str, title: str, attribution: str = "", description: str = ""
) -> bytes:
    """The content of an MBTiles file with all tiles of zooms 0 to `DEEPEST` that hold something.

    Parameters
    ----------
    source : TileSource
        The layer as published.
    layer : str
        The name of the only layer in each tile.
    """
    with sqlite3.connect(":memory:") as archive:
        archive.executescript(_SCHEMA)
        archive.executemany(
            "INSERT INTO metadata VALUES (?, ?)",
            _metadata(source, layer, name=title, attribution=attribution, description=description),
        )
        # Nobody else holds what the first zoom is made from: it is a country's outlines.
        form = source
        del source
        for zoom in range(DEEPEST, -1, -1):
            _give_back()
            # Of the zoom below, which is far less to read than the layer.
            form = for_zoom(form, zoom)
            for row, column in tiles_of(form, zoom).tolist():
                content = encode_tile(form, layer=layer, z=zoom, row=row, column=column)
                if content:
                    # Without the time of writing: the same layer gives the same bytes.
                    packed = gzip.compress(content, _GZIP_LEVEL, mtime=0)
                    archive.execute(
                        "INSERT INTO tiles VALUES (?, ?, ?, ?)",
                        (zoom, column, 2**zoom - 1 - row, packed),
                    )
        archive.commit()
        return archive.serialize()


class TileArchive:
    """A file that `archive_tiles` made; safe between threads."""

    def __init__(self, path: Path) -> None:
        self._archive = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self._lock = threading.Lock()
        # Once the last one has read it.
        weakref.finalize(self, self._archive.close)

    def tile(self, *, z: int, row: int, column: int) -> bytes:
        """A tile of a zoom up to `DEEPEST`, gzipped; empty where the layer has nothing."""
        asked = (z, column, 2**z - 1 - row)
        with self._lock:
            found = self._archive.execute(
                "SELECT tile_data FROM tiles"
                " WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
                asked,
            ).fetchone()
        return b"" if found is None else bytes(found[0])


def _metadata(source: TileSource, layer: str, **told: str) -> Iterator[tuple[str, str]]:
    fields = {"id": "String", "name": "String"}
    vector_layer = {"id": layer, "fields": fields, "minzoom": 0, "maxzoom": DEEPEST}
    yield from told.items()
    yield from {"format": "pbf", "type": "overlay"}.items()
    yield from {"minzoom": "0", "maxzoom": str(DEEPEST)}.items()
    yield "json", json.dumps({"vector_layers": [vector_layer]})
    if not len(source.parts):
        return
    box = west, south, east, north = lonlat_box(tuple(shapely.total_bounds(source.parts).tolist()))
    yield "bounds", ",".join(f"{degrees:.6f}" for degrees in box)
    # The zoom at which the whole fills a screen.
    zoom = min(DEEPEST, max(0, math.floor(math.log2(360 / max(east - west, north - south, 0.01)))))
    yield "center", f"{(west + east) / 2:.6f},{(south + north) / 2:.6f},{zoom}"


def _give_back() -> None:
    """Free memory to the system: corners of an earlier form would stand beside those of the next."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
