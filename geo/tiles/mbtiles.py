"""Tiles of a layer that is too big to be cut on demand, made once and kept in one file.

The file is MBTiles, which GDAL, QGIS and field apps open as it is.

References
----------
MBTiles Specification 1.3: https://github.com/mapbox/mbtiles-spec
"""

import gzip
import json
import multiprocessing
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import shapely

from geo.errors import StoreFault, TilesNotReady
from geo.language import texts
from geo.store.snapshots import reading, write_atomically
from geo.tiles.cut import (
    UNSIMPLIFIED_FROM,
    TileSource,
    encode_tile,
    for_zoom,
    lonlat_box,
    tile_source,
    tiles_of,
)
from geo.tiles.geometry_kinds import only
from geo.vector.schema import GeometryKind

_SAY = texts(__name__)

# The deepest zoom of an archive: below it tiles are cut from outlines as published.
DEEPEST = UNSIMPLIFIED_FROM - 1
# Outlines of a country's villages have all corners that they need here; coarser zooms share them.
_COARSEST_FORM = 4
_GZIP_LEVEL = 6
# Answers of the service come first.
_POLITENESS = 10
_SCHEMA = """
    CREATE TABLE metadata (name text, value text);
    CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob);
    CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row);
"""


@dataclass(frozen=True, slots=True)
class ArchiveOrder:
    """An archive that is wanted at `target`: of the layer (GeoParquet) at `snapshot`, and its names.

    With a `kind` it is of the layer's features of that kind of geometry alone.
    """

    snapshot: Path
    target: Path
    layer: str
    title: str
    attribution: str
    kind: GeometryKind | None = None


class TileArchives:
    """Archives of big layers, each made once by a process of its own; safe between threads."""

    def __init__(self) -> None:
        self._open: dict[Path, TileArchive] = {}
        self._making: dict[Path, BaseProcess] = {}
        self._lock = threading.Lock()

    def prepare(self, order: ArchiveOrder) -> None:
        """Begin to make an archive that is not there, and return at once."""
        with self._lock:
            if order.target in self._making or order.target.exists():
                return
            # A process, so that minutes of work slow no answer, and its memory is given back.
            process = multiprocessing.get_context("spawn").Process(
                target=make_archive, args=(order,), daemon=True
            )
            process.start()
            self._making[order.target] = process

    def wait(self, order: ArchiveOrder) -> None:
        """Return when nobody makes the archive any more, whether it is there or not."""
        with self._lock:
            process = self._making.get(order.target)
        if process is not None:
            process.join()

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

    def _opened(self, order: ArchiveOrder) -> "TileArchive":
        self.prepare(order)
        with self._lock:
            if order.target not in self._open:
                if not order.target.exists():
                    if self._making[order.target].exitcode:
                        raise StoreFault(reason=_SAY["failed"])
                    raise TilesNotReady
                self._open[order.target] = TileArchive(order.target)
            return self._open[order.target]


def make_archive(order: ArchiveOrder) -> None:
    """Write the archive unless it is there; whoever comes second waits for the first."""
    import geopandas as gpd

    if hasattr(os, "nice"):  # Windows has none
        os.nice(_POLITENESS)
    with _alone(order.target):
        if not order.target.exists():
            with reading(order.snapshot):
                frame = gpd.read_parquet(order.snapshot)
            source = tile_source(frame if order.kind is None else only(frame, order.kind))
            content = archive_tiles(
                source, layer=order.layer, title=order.title, attribution=order.attribution
            )
            write_atomically(order.target, content)


def archive_tiles(source: TileSource, *, layer: str, title: str, attribution: str = "") -> bytes:
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
            _metadata(source, layer=layer, title=title, attribution=attribution).items(),
        )
        form = source
        for zoom in range(DEEPEST, -1, -1):
            if zoom >= _COARSEST_FORM:
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


def _metadata(source: TileSource, *, layer: str, title: str, attribution: str) -> dict[str, str]:
    fields = {"id": "String", "name": "String"}
    west, south, east, north = shapely.total_bounds(source.parts).tolist()
    box = (west, south, east, north)
    return {
        "name": title,
        "format": "pbf",
        "type": "overlay",
        "attribution": attribution,
        "minzoom": "0",
        "maxzoom": str(DEEPEST),
        "bounds": ",".join(f"{degrees:.6f}" for degrees in lonlat_box(box)),
        "json": json.dumps({"vector_layers": [{"id": layer, "fields": fields}]}),
    }


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Whether of this process or of another worker, one archive is made by one at a time."""
    from filelock import FileLock

    target.parent.mkdir(parents=True, exist_ok=True)
    lock = target.with_suffix(".lock")
    with FileLock(lock):
        yield
        # Windows removes no file that is open, and filelock removes it there.
        with suppress(PermissionError):
            lock.unlink(missing_ok=True)
