"""What tiles are cut from, kept in memory from one tile to the next.

Layers of a million vertices and more are too slow for it below zoom 11: `geo/tiles/mbtiles.py`.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING

import shapely

from geo.errors import TilesNotReady
from geo.tiles.cut import UNSIMPLIFIED_FROM, TileSource, encode_tile, for_zoom, tile_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

_MOST_KEPT_VERTICES = 20_000_000
_N_LOCKS = 16


class TilePyramids:
    """Tiles of many layers, what they are cut from kept in memory; safe between threads.

    A layer is prepared by its first tile, and again for each of its zooms below 11. Together no
    more than `most_vertices` are kept (some 40 bytes each), the longest unused leave first.
    """

    def __init__(self, *, most_vertices: int = _MOST_KEPT_VERTICES) -> None:
        self._most_vertices = most_vertices
        self._kept: OrderedDict[tuple[str, int], TileSource] = OrderedDict()
        self._lock = threading.Lock()
        self._building = [threading.Lock() for _ in range(_N_LOCKS)]

    def tile(
        self,
        key: str,
        read: "Callable[[], gpd.GeoDataFrame]",
        *,
        layer: str,
        z: int,
        row: int,
        column: int,
        patience_s: float = -1,
    ) -> bytes:
        """A tile of the layer that `read` gives, see `encode_tile`.

        Parameters
        ----------
        key : str
            Names what `read` gives: another content needs another key.
        patience_s : float
            How long to wait while another thread prepares the layer; for ever when negative.

        Raises
        ------
        TilesNotReady
            When that took too long.
        """
        zoom = min(z, UNSIMPLIFIED_FROM)
        found = self._known(key, zoom)
        if found is None:
            with _held(self._building[hash(key) % _N_LOCKS], patience_s):
                found = self._known(key, zoom) or self._made(key, zoom, read)
        return encode_tile(found, layer=layer, z=z, row=row, column=column)

    def _made(self, key: str, zoom: int, read: "Callable[[], gpd.GeoDataFrame]") -> TileSource:
        source = self._known(key, UNSIMPLIFIED_FROM)
        if source is None:
            source = self._remembered(key, UNSIMPLIFIED_FROM, tile_source(read()))
        if zoom == UNSIMPLIFIED_FROM:
            return source
        return self._remembered(key, zoom, for_zoom(source, zoom))

    def _known(self, key: str, zoom: int) -> TileSource | None:
        with self._lock:
            if (key, zoom) in self._kept:
                self._kept.move_to_end((key, zoom))
            return self._kept.get((key, zoom))

    def _remembered(self, key: str, zoom: int, source: TileSource) -> TileSource:
        with self._lock:
            self._kept[key, zoom] = source
            while len(self._kept) > 1 and self._vertices() > self._most_vertices:
                self._kept.popitem(last=False)
        return source

    def _vertices(self) -> int:
        return sum(
            int(shapely.get_num_coordinates(kept.parts).sum()) for kept in self._kept.values()
        )


@contextmanager
def _held(lock: threading.Lock, patience_s: float) -> "Iterator[None]":
    if not lock.acquire(timeout=patience_s):
        raise TilesNotReady
    try:
        yield
    finally:
        lock.release()
