"""The vector tiles of collections: cut from memory, or read from an archive where a layer is big.

A country's villages take minutes to simplify for all zooms. A process of its own does that once for
each version, and what it made is kept in the store like all that is prepared. Until it is there
tiles are cut coarse. What was answered lately is kept compressed, ready to be sent.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from isal import isal_zlib

from api.collections import Collection, Tables
from geo.errors import TilesNotReady
from geo.language import Text
from geo.source_digest import source_digest
from geo.store.store import Store

if TYPE_CHECKING:
    from geo.tiles.cut import TileSource
    from geo.tiles.mbtiles import ArchiveOrder, TileArchives
    from geo.tiles.pyramid import TilePyramids

# Files of them: an archive is MBTiles and PMTiles.
_MOST_ARCHIVES = 16
_MOST_FILES = 64
# What decides the bytes of an archive. It takes minutes, so nothing else makes it anew.
MAKERS = (
    *("geo/tiles/mvt.py", "geo/tiles/cut.py", "geo/tiles/mbtiles.py", "geo/tiles/pmtiles.py"),
    "geo/tiles/arcs.py",
    "geo/vector/simplify.py",
)


_MOST_KEPT_BYTES = 64 * 1024**2
# What a kept tile costs beside its bytes.
_KEPT_TILE_BYTES = 400
# Smaller tiles grow, and what is sent in one packet either way is not unpacked.
_LEAST_GZIPPED = 512
_GZIP_LEVEL = 2
# As zlib says that a stream has the head of gzip.
_GZIP_BITS = 31
_N_LOCKS = 16


@dataclass(frozen=True, slots=True)
class VectorTile:
    """The bytes of a tile, empty where the layer has nothing, and whether they are gzipped."""

    content: bytes
    is_gzipped: bool = False


def _unpacked(tile: VectorTile) -> VectorTile:
    return VectorTile(isal_zlib.decompress(tile.content, wbits=_GZIP_BITS))


def _packed(content: bytes) -> VectorTile:
    if len(content) < _LEAST_GZIPPED:
        return VectorTile(content)
    # Seven hundredths larger than zlib's, in a tenth of its time.
    packed = isal_zlib.compress(content, level=_GZIP_LEVEL, wbits=_GZIP_BITS)
    return VectorTile(packed, is_gzipped=True)


class KeptTiles:
    """Tiles that were asked for lately, up to so many bytes together; safe between threads."""

    def __init__(self, *, most_bytes: int = _MOST_KEPT_BYTES) -> None:
        self._most_bytes, self._bytes = most_bytes, 0
        self._kept: OrderedDict[Hashable, VectorTile] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Hashable) -> VectorTile | None:
        """The tile, which is then the last to leave."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def keep(self, key: Hashable, tile: VectorTile) -> VectorTile:
        """Keep a tile in place of those that were not asked for the longest; `tile` itself."""
        with self._lock:
            if key not in self._kept:
                self._kept[key] = tile
                self._bytes += len(tile.content) + _KEPT_TILE_BYTES
            while self._bytes > self._most_bytes:
                _, left = self._kept.popitem(last=False)
                self._bytes -= len(left.content) + _KEPT_TILE_BYTES
        return tile


def archive_order(entry: Collection, target: Path) -> "ArchiveOrder":
    """An archive of a collection's tiles, with what people read in it in both languages."""
    from geo.tiles.mbtiles import ArchiveOrder

    return ArchiveOrder(
        # What is computed is read from no file.
        snapshot=target if entry.version is None else entry.version.path,
        target=target,
        layer=entry.id,
        title=_in_both(entry.title),
        attribution=attribution_of(entry),
        description=_in_both(entry.description),
        kind=entry.kind,
    )


def attribution_of(entry: Collection) -> str:
    """Source and licence in both languages; empty for what is computed."""
    return "" if entry.version is None else _in_both(entry.version.credit)


def _in_both(text: Text) -> str:
    return text.id if text.id == text.en else f"{text.id} / {text.en}"


class CollectionTiles:
    """Tiles of every collection; safe between threads.

    Parameters
    ----------
    big_bytes : int
        A layer whose snapshot is this large or larger gets an archive.
    """

    def __init__(self, store: Store, tables: Tables, *, big_bytes: int) -> None:
        self._store, self._tables, self._big_bytes = store, tables, big_bytes
        self._starting, self._writing = threading.Lock(), threading.Lock()
        self._kept_pyramids: TilePyramids | None = None
        self._kept_archives: TileArchives | None = None
        self._kept = KeptTiles()
        self._cutting = [threading.Lock() for _ in range(_N_LOCKS)]
        self._orders: dict[tuple[str, int], ArchiveOrder] = {}

    def prepare(self, entry: Collection) -> None:
        """Begin to make what tiles of a big layer need; nothing for any other."""
        if self._is_big(entry):
            self._archives.prepare(self._order(entry))
            # Without it the first who asks for the layer's features waits for all of them.
            self._tables.prepare_soon(entry)

    def close(self) -> None:
        """End what is being made beside the answers."""
        self._tables.close()
        if self._kept_archives is not None:
            self._kept_archives.close()

    def is_coarse(self, entry: Collection, *, z: int) -> bool:
        """Whether tiles of a zoom are cut coarse, since the layer's archive is not there yet.

        The archive is begun where nobody makes it.
        """
        from geo.tiles.cut import UNSIMPLIFIED_FROM

        if z >= UNSIMPLIFIED_FROM or not self._is_big(entry):
            return False
        return not self._archives.is_there(self._order(entry))

    def is_kept(self, entry: Collection, tile_matrix: str, row: int, column: int) -> bool:
        """Whether a tile was answered lately, and so is answered at once.

        A coarse one never is: whether it is still the best there is must be looked for.
        """
        key = (entry.id, entry.key, tile_matrix, row, column, False)
        return self._kept.find(key) is not None

    def tile(
        self,
        entry: Collection,
        *,
        z: int,
        row: int,
        column: int,
        is_coarse: bool = False,
        patience_s: float,
    ) -> VectorTile:
        """One tile, see `geo.tiles.cut.encode_tile`.

        Parameters
        ----------
        is_coarse : bool
            What the method of that name says of the zoom.
        patience_s : float
            How many seconds to wait for another request's preparation of the same layer.

        Raises
        ------
        TilesNotReady
            When that took too long.
        """
        place = {"z": z, "row": row, "column": column}
        key = (entry.id, entry.key, str(z), row, column, is_coarse)
        found = self._kept.find(key)
        if found is None:
            # Of many readers of one place one makes its coarse tile.
            with self._cutting[hash(key) % _N_LOCKS] if is_coarse else nullcontext():
                found = self._kept.find(key) or self._kept.keep(
                    key, self._made(entry, **place, is_coarse=is_coarse, patience_s=patience_s)
                )
        return found

    def _made(
        self,
        entry: Collection,
        *,
        z: int,
        row: int,
        column: int,
        is_coarse: bool,
        patience_s: float,
    ) -> VectorTile:
        from geo.tiles.cut import UNSIMPLIFIED_FROM, encode_tile

        place = {"z": z, "row": row, "column": column}
        if not self._is_big(entry):
            return _packed(
                self._pyramids.tile(
                    f"{entry.id} {entry.key}",
                    # Ids, names and outlines are the same in every language.
                    lambda: entry.frame("id"),
                    layer=entry.id,
                    **place,
                    patience_s=patience_s,
                )
            )
        if is_coarse:
            from geo.tiles.coarse import coarse_tile

            return _packed(coarse_tile(self._tables.outlines(entry), layer=entry.id, **place))
        if z < UNSIMPLIFIED_FROM:
            packed = self._archives.tile(self._order(entry), **place)
            return VectorTile(packed, is_gzipped=bool(packed))
        return _packed(encode_tile(self._part(entry, **place), layer=entry.id, **place))

    def plain(
        self,
        entry: Collection,
        *,
        z: int,
        row: int,
        column: int,
        is_coarse: bool = False,
        patience_s: float,
    ) -> bytes:
        """The same tile for a reader without gzip; kept too, since unpacking takes longest of all."""
        place = {"z": z, "row": row, "column": column}
        key = (entry.id, entry.key, str(z), row, column, is_coarse, "plain")
        found = self._kept.find(key)
        if found is None:
            found = self.tile(entry, **place, is_coarse=is_coarse, patience_s=patience_s)
            if found.is_gzipped:
                found = self._kept.keep(key, _unpacked(found))
        return found.content

    def joined(
        self, entries: Sequence[Collection], *, z: int, row: int, column: int, patience_s: float
    ) -> bytes:
        """One tile with a layer for each collection that has something there, in their order.

        Layers of a tile stand one after the other (Mapbox Vector Tile 2.1, clause 4.1), so tiles of
        collections are joined as they are. Errors and `patience_s` as for `tile`.
        """
        place = {"z": z, "row": row, "column": column}
        return b"".join(
            self.plain(entry, **place, is_coarse=self.is_coarse(entry, z=z), patience_s=patience_s)
            for entry in entries
        )

    def archive(self, entry: Collection, suffix: str, *, patience_s: float) -> Path:
        """The file with all tiles of zooms 0 to 10, made now unless it is there or the layer is big.

        Parameters
        ----------
        suffix : {".mbtiles", ".pmtiles"}
        patience_s : float
            How many seconds to wait while another file is made.

        Raises
        ------
        TilesNotReady
        """
        from geo.tiles.mbtiles import write_archives

        order = self._order(entry)
        path = order.target.with_suffix(suffix)
        if path.exists():
            return path
        if self._is_big(entry):
            self._archives.require(order)
        if not self._writing.acquire(timeout=patience_s):
            raise TilesNotReady
        try:
            self._store.prune_prepared("files-", most=_MOST_FILES)
            write_archives(order, lambda: [entry.frame("id")])
        finally:
            self._writing.release()
        return path

    def _is_big(self, entry: Collection) -> bool:
        return entry.version is not None and entry.version.size_bytes >= self._big_bytes

    def _order(self, entry: Collection) -> "ArchiveOrder":
        # A version's title and source are as fixed as its features; what is computed comes and goes.
        if entry.version is None:
            return self._new_order(entry)
        known = (entry.id, entry.version.number)
        if known not in self._orders:
            self._orders[known] = self._new_order(entry)
        return self._orders[known]

    def _new_order(self, entry: Collection) -> "ArchiveOrder":
        # What is made within a request has a name of its own, so that it never displaces the others.
        kind = "tiles" if self._is_big(entry) else "files"
        words = repr((entry.title, entry.description, attribution_of(entry)))
        told = hashlib.sha256(words.encode()).hexdigest()[:8]
        name = f"{kind}-{source_digest(*MAKERS)}-{entry.key}-{told}.mbtiles"
        return archive_order(entry, self._store.prepared_path(name))

    def _part(self, entry: Collection, *, z: int, row: int, column: int) -> "TileSource":
        """The features in and around one tile."""
        import geopandas as gpd

        from geo.tiles.cut import lonlat_box, tile_box, tile_source

        outlines = self._tables.outlines(entry)
        rows = outlines.meeting(lonlat_box(tile_box(z, row, column)))
        ids, names = outlines.named(rows)
        frame = gpd.GeoDataFrame(
            {"name": names}, geometry=outlines.at(rows), index=ids, crs="OGC:CRS84"
        )
        return tile_source(frame, rows=rows)

    # Shapely and pyproj are loaded by the first tile, not by the start of the service.
    @property
    def _pyramids(self) -> "TilePyramids":
        from geo.tiles.pyramid import TilePyramids

        if self._kept_pyramids is None:
            with self._starting:
                self._kept_pyramids = self._kept_pyramids or TilePyramids()
        return self._kept_pyramids

    @property
    def _archives(self) -> "TileArchives":
        from geo.tiles.mbtiles import TileArchives

        # Who asks for a tile that lies ready waits for nobody.
        if self._kept_archives is None:
            with self._starting:
                if self._kept_archives is None:
                    self._store.prune_prepared("tiles-", most=_MOST_ARCHIVES)
                    self._kept_archives = TileArchives()
        return self._kept_archives
