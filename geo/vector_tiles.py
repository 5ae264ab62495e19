"""Pure. Mapbox Vector Tiles of a layer: simplified for the zoom, clipped, encoded with numpy.

A tile holds where features are and what they are called; everything else is asked for by id. The
same layer gives the same bytes. What a tile is cut from is kept in memory, see `TilePyramids`. No
tile is read here, and raster tiles are in `maps/tiles.py`.

References
----------
Mapbox Vector Tile Specification 2.1; Protocol Buffers wire format.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.crs import to_lonlat
from geo.errors import StoreFault
from geo.generalization import MERCATOR_HALF_M, simplified_for_zoom, valid
from geo.language import Text
from geo.mvt import LINE, POINT, POLYGON, Feature, encoded_features, layer_message

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

# Units along a tile's edge, and those beyond it: outlines are drawn across edges without a seam.
EXTENT, BUFFER = 4096, 64
# From here on a pixel is below 10 m, a tile holds few features, and outlines are sent as published.
_UNSIMPLIFIED_FROM = 12
# Where Web Mercator's square ends.
_MAX_LATITUDE = 85.0511287798066
_MOST_KEPT_VERTICES = 20_000_000
_N_LOCKS = 16


@dataclass(frozen=True, slots=True, eq=False)
class TileSource:
    """A layer that tiles are cut from.

    `ids` and `names` (None where missing) have one entry a row; `parts` are single valid points,
    lines and polygons in EPSG:3857, `rows` (n_parts,) the row of each, ascending.
    """

    ids: tuple[str, ...]
    names: tuple[str | None, ...]
    parts: npt.NDArray[Any]
    rows: npt.NDArray[np.int64]
    tree: shapely.STRtree


def tile_source(frame: "gpd.GeoDataFrame") -> TileSource:
    """A layer ready for tiles of the highest zooms.

    Parameters
    ----------
    frame : GeoDataFrame
        Index `area_id`, any CRS, `name` if it has one. Rows without geometry, or with a coordinate
        that is not finite, are in no tile. Latitudes beyond Web Mercator's square move to its edge.

    Raises
    ------
    CRSMissing
    """
    lonlat = to_lonlat(frame).geometry
    geometries = shapely.force_2d(np.asarray(lonlat.array, dtype=object))
    positions, owners = shapely.get_coordinates(geometries, return_index=True)
    geometries[owners[~np.isfinite(positions).all(axis=1)]] = None
    geometries = shapely.transform(geometries, _mercator)
    names = frame["name"] if "name" in frame.columns else [None] * len(frame)
    return _source(
        tuple(_clean(str(value)) for value in frame.index),
        tuple(_clean(name) if isinstance(name, str) else None for name in names),
        *_single(geometries, np.arange(len(frame))),
    )


def for_zoom(source: TileSource, zoom: int) -> TileSource:
    """The layer as tiles of a zoom show it; itself from zoom 12 on."""
    if zoom >= _UNSIMPLIFIED_FROM:
        return source
    parts = simplified_for_zoom(source.parts, zoom)
    return _source(source.ids, source.names, *_single(parts, source.rows))


def encode_tile(source: TileSource, *, layer: str, z: int, row: int, column: int) -> bytes:
    """One tile of version 2.1; empty where the layer has nothing.

    Parameters
    ----------
    source : TileSource
        From `for_zoom`.
    layer : str
        The name of the only layer in the tile.
    z, row, column : int
        Of WebMercatorQuad: row 0 in the north, column 0 in the west.

    Returns
    -------
    bytes
        Each feature has its row's number, counted from 1, and the properties `id` and `name` (left
        out where missing). What is smaller than a unit keeps a square or a line of one unit. Borders
        of neighbours share their vertices; where rounding lets an outline cross itself it is mended,
        and islands of one feature that it brings together become one.
    """
    size = 2 * MERCATOR_HALF_M / 2**z
    west, north = column * size - MERCATOR_HALF_M, MERCATOR_HALF_M - row * size
    margin = size * BUFFER / EXTENT
    box = (west - margin, north - size - margin, west + size + margin, north + margin)
    parts, rows = _clipped(source, box)
    kinds = shapely.get_dimensions(parts)
    features: list[Feature] = []
    for dimension, kind in enumerate((POINT, LINE, POLYGON)):
        chosen = kinds == dimension
        local = shapely.transform(
            parts[chosen],
            lambda xy: np.rint((xy - (west, north)) * (EXTENT / size) * (1, -1)),
        )
        pieces, owners = _without_crossings(local, rows[chosen])
        if kind == POLYGON:
            pieces, owners = _islands_apart(pieces, owners)
        features += encoded_features(pieces, owners, kind=kind)
    features.sort(key=lambda feature: (feature.row, feature.kind))
    return layer_message(features, name=layer, ids=source.ids, names=source.names, extent=EXTENT)


class TilePyramids:
    """Tiles of many layers, what they are cut from kept in memory; safe between threads.

    A layer is prepared by its first tile, and again for each of its zooms below 12. Together no
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
        StoreFault
            When that took too long.
        """
        zoom = min(z, _UNSIMPLIFIED_FROM)
        found = self._known(key, zoom)
        if found is None:
            with _held(self._building[hash(key) % _N_LOCKS], patience_s):
                found = self._known(key, zoom) or self._made(key, zoom, read)
        return encode_tile(found, layer=layer, z=z, row=row, column=column)

    def _made(self, key: str, zoom: int, read: "Callable[[], gpd.GeoDataFrame]") -> TileSource:
        source = self._known(key, _UNSIMPLIFIED_FROM)
        if source is None:
            source = self._remembered(key, _UNSIMPLIFIED_FROM, tile_source(read()))
        if zoom == _UNSIMPLIFIED_FROM:
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
        raise StoreFault(reason=_IN_PREPARATION)
    try:
        yield
    finally:
        lock.release()


def _source(
    ids: tuple[str, ...],
    names: tuple[str | None, ...],
    parts: npt.NDArray[Any],
    rows: npt.NDArray[np.int64],
) -> TileSource:
    return TileSource(ids, names, parts, rows, shapely.STRtree(parts))


def _single(
    geometries: npt.NDArray[Any], rows: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Single valid geometries of all that is not empty, each with its row."""
    parts = geometries
    while (shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any():
        parts, owners = shapely.get_parts(parts, return_index=True)
        rows = rows[owners]
    mended = valid(parts)
    if (shapely.get_type_id(mended) > shapely.GeometryType.POLYGON).any():
        return _single(mended, rows)
    is_there = ~shapely.is_empty(mended) & ~shapely.is_missing(mended)
    return mended[is_there], rows[is_there]


def _clipped(
    source: TileSource, box: tuple[float, float, float, float]
) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    found = np.sort(source.tree.query(shapely.box(*box)))
    parts, rows = source.parts[found], source.rows[found]
    west, south, east, north = box
    minx, miny, maxx, maxy = shapely.bounds(parts).reshape(-1, 4).T
    crosses = (minx < west) | (miny < south) | (maxx > east) | (maxy > north)
    dimensions = shapely.get_dimensions(parts)
    # Every part is valid here; for an invalid one this would answer with the whole box.
    parts[crosses] = shapely.clip_by_rect(parts[crosses], *box)
    pieces, owners = shapely.get_parts(parts, return_index=True)
    # An outline that only touches the box leaves a line or a point.
    is_kept = (shapely.get_dimensions(pieces) == dimensions[owners]) & ~shapely.is_empty(pieces)
    return pieces[is_kept], rows[owners[is_kept]]


def _without_crossings(
    parts: npt.NDArray[Any], rows: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Rounded parts of one kind, polygons whose rounded rings cross made valid in whole numbers."""
    crossing = np.flatnonzero((shapely.get_dimensions(parts) == 2) & ~shapely.is_valid(parts))
    mended = shapely.make_valid(parts[crossing], method="structure", keep_collapsed=False)
    mended = shapely.set_precision(mended, 1)
    # What collapses keeps its points, of which a smallest form is made.
    parts[crossing] = np.where(shapely.is_empty(mended), parts[crossing], mended)
    pieces, owners = shapely.get_parts(parts, return_index=True)
    return pieces, rows[owners]


def _islands_apart(
    parts: npt.NDArray[Any], rows: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Polygons of whole numbers; those of one row that meet made one, as readers demand.

    What has collapsed counts for nothing here: of it a smallest form is made.
    """
    is_whole = shapely.is_valid(parts) & ~shapely.is_empty(parts)
    order = np.flatnonzero(is_whole)[np.argsort(rows[is_whole], kind="stable")]
    owners, index = np.unique(rows[order], return_inverse=True)
    together = shapely.multipolygons(parts[order], indices=index)
    meeting = np.flatnonzero(~shapely.is_valid(together))
    if not len(meeting):
        return parts, rows
    united = [shapely.union_all(parts[order[index == one]], grid_size=1) for one in meeting]
    pieces, of = shapely.get_parts(united, return_index=True)
    stays = np.ones(len(parts), dtype=bool)
    stays[order[np.isin(index, meeting)]] = False
    return (
        np.concatenate([parts[stays], pieces]),
        np.concatenate([rows[stays], owners[meeting][of]]),
    )


def _mercator(lonlat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """EPSG:3857 of longitudes and latitudes in degrees (EPSG Guidance Note 7-2, 3.2.1.2)."""
    lon, lat = lonlat.T
    latitude = np.radians(np.clip(lat, -_MAX_LATITUDE, _MAX_LATITUDE))
    y = np.arctanh(np.sin(latitude)) * MERCATOR_HALF_M / np.pi
    return np.column_stack([lon * (MERCATOR_HALF_M / 180), y])


def _clean(text: str) -> str:
    """`text` without lone surrogates, which UTF-8 cannot carry; as in features."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


_IN_PREPARATION = Text(
    id="Ubin peta layer ini sedang disiapkan. Coba lagi sebentar lagi.",
    en="The map tiles of this layer are being prepared. Try again in a moment.",
)
