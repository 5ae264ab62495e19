"""Mapbox Vector Tiles of a layer: simplified for the zoom, clipped, encoded with numpy.

A tile holds where features are and what they are called; everything else is asked for by id. The
same layer gives the same bytes. What tiles are cut from and how they are kept is in
`geo/tiles/pyramid.py` and `geo/tiles/mbtiles.py`; raster tiles are in `maps/tiles.py`.

References
----------
Mapbox Vector Tile Specification 2.1; Protocol Buffers wire format.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.crs import to_lonlat
from geo.json_types import without_surrogates
from geo.tiles.arcs import simplified_by_arcs
from geo.tiles.mvt import LINE, POINT, POLYGON, TileFeature, encoded_features, layer_message
from geo.vector.simplify import MERCATOR_HALF_M, half_pixel_m, valid

if TYPE_CHECKING:
    import geopandas as gpd

# From here on a pixel is below 80 m, a tile holds few features, and outlines are sent as published.
UNSIMPLIFIED_FROM = 11
# A unit is a quarter of a screen's pixel where outlines are simplified, 5 m or less where not.
_EXTENT, _FINE_EXTENT = 1024, 4096
# Outlines are drawn across a tile's edge without a seam: a tile reaches further by this share.
_MARGIN = 1 / 64
# Where Web Mercator's square ends.
_MAX_LATITUDE = 85.0511287798066


@dataclass(frozen=True, slots=True, eq=False)
class TileSource:
    """A layer that tiles are cut from.

    `ids` and `names` (None where missing) are by the number of the row in the layer; `parts` are
    single valid points, lines and polygons in EPSG:3857, `rows` (n_parts,) the row of each,
    ascending.
    """

    ids: Mapping[int, str]
    names: Mapping[int, str | None]
    parts: npt.NDArray[Any]
    rows: npt.NDArray[np.int64]
    tree: shapely.STRtree


def tile_source(
    frame: "gpd.GeoDataFrame", *, rows: npt.NDArray[np.int64] | None = None
) -> TileSource:
    """A layer ready for tiles of the highest zooms.

    Parameters
    ----------
    frame : GeoDataFrame
        Index `area_id`, any CRS, `name` if it has one. Rows without geometry, or with a coordinate
        that is not finite, are in no tile. Latitudes beyond Web Mercator's square move to its edge.
    rows : (n,) int, optional
        Ascending numbers of the rows in the layer, where `frame` is a part of it.

    Raises
    ------
    CRSMissing
    """
    lonlat = to_lonlat(frame).geometry
    geometries = shapely.force_2d(np.asarray(lonlat.array, dtype=object))
    positions, owners = shapely.get_coordinates(geometries, return_index=True)
    geometries[owners[~np.isfinite(positions).all(axis=1)]] = None
    geometries = shapely.transform(geometries, mercator)
    names = frame["name"] if "name" in frame.columns else [None] * len(frame)
    numbers = np.arange(len(frame)) if rows is None else rows
    return source_of(
        {n: without_surrogates(str(i)) for n, i in zip(numbers.tolist(), frame.index, strict=True)},
        {
            n: without_surrogates(name) if isinstance(name, str) else None
            for n, name in zip(numbers.tolist(), names, strict=True)
        },
        geometries,
        numbers,
    )


def source_of(
    ids: Mapping[int, str],
    names: Mapping[int, str | None],
    geometries: npt.NDArray[Any],
    rows: npt.NDArray[np.int64],
) -> TileSource:
    """The same of geometries in EPSG:3857, made valid here, each of the row in `rows` (ascending)."""
    return _source(ids, names, *_single(geometries, rows))


def tile_source_in_parts(frames: "Iterable[gpd.GeoDataFrame]") -> TileSource:
    """The same of a layer that comes some features at a time, in order."""
    ids: dict[int, str] = {}
    names: dict[int, str | None] = {}
    parts, rows, n_rows = [np.empty(0, dtype=object)], [np.empty(0, dtype=np.int64)], 0
    for frame in frames:
        found = tile_source(frame, rows=np.arange(n_rows, n_rows + len(frame)))
        n_rows += len(frame)
        ids |= found.ids
        names |= found.names
        parts.append(found.parts)
        rows.append(found.rows)
    return _source(ids, names, np.concatenate(parts), np.concatenate(rows))


def lonlat_box(
    box: tuple[float, float, float, float],
) -> tuple[float, float, float, float]:
    """Degrees of a box in metres of EPSG:3857 (EPSG Guidance Note 7-2, 3.2.1.2)."""
    west, south, east, north = (metres / MERCATOR_HALF_M for metres in box)
    south, north = (math.degrees(math.asin(math.tanh(y * math.pi))) for y in (south, north))
    return west * 180, south, east * 180, north


def for_zoom(source: TileSource, zoom: int) -> TileSource:
    """The layer as tiles of a zoom show it; itself from zoom 11 on.

    Of a `source` for a higher zoom it makes the same within half a pixel, and sooner.
    """
    if zoom >= UNSIMPLIFIED_FROM:
        return source
    parts, rows = _without_specks(source, unit=2 * MERCATOR_HALF_M / 2**zoom / extent_of(zoom))
    is_area = shapely.get_dimensions(parts) == 2
    if is_area.any():
        parts[is_area] = simplified_by_arcs(parts[is_area], tolerance=half_pixel_m(zoom))
    return source_of(source.ids, source.names, parts, rows)


def extent_of(zoom: int) -> int:
    """Units along the edge of a tile."""
    return _EXTENT if zoom < UNSIMPLIFIED_FROM else _FINE_EXTENT


def tile_box(z: int, row: int, column: int) -> tuple[float, float, float, float]:
    """What a tile covers, its margin included: west, south, east, north in metres of EPSG:3857."""
    size = 2 * MERCATOR_HALF_M / 2**z
    west, north = column * size - MERCATOR_HALF_M, MERCATOR_HALF_M - row * size
    margin = size * _MARGIN
    return (west - margin, north - size - margin, west + size + margin, north + margin)


def tiles_of(source: TileSource, zoom: int) -> npt.NDArray[np.int64]:
    """(n, 2) row and column of the tiles of a zoom that may hold something, in order."""
    size, most = 2 * MERCATOR_HALF_M / 2**zoom, 2**zoom - 1
    west, south, east, north = shapely.bounds(source.parts).reshape(-1, 4).T
    edges = np.array([MERCATOR_HALF_M - north, west + MERCATOR_HALF_M]) / size - _MARGIN
    ends = np.array([MERCATOR_HALF_M - south, east + MERCATOR_HALF_M]) / size + _MARGIN
    first, last = (np.clip(np.floor(at).astype(np.int64), 0, most) for at in (edges, ends))
    n_rows, n_columns = last - first + 1
    counts = n_rows * n_columns
    part = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(counts.sum()) - (np.cumsum(counts) - counts)[part]
    down, right = np.divmod(within, n_columns[part])
    found = np.unique((first[0][part] + down) << 32 | (first[1][part] + right))
    return np.column_stack([found >> 32, found & 0xFFFF_FFFF])


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
        out where missing). What is smaller than a unit keeps a square or a line of one unit, one for
        all that share it: of those the first row alone is in the tile. Borders of neighbours stay
        the same; where rounding lets an outline cross itself it is mended, and islands of one
        feature that it brings together become one, so that every polygon is valid.
    """
    extent = extent_of(z)
    to_units = units_of(z, row, column)
    parts, rows = _clipped(source, tile_box(z, row, column))
    parts = shapely.transform(parts, to_units)
    return encode_units(parts, rows, layer=layer, ids=source.ids, names=source.names, extent=extent)


def units_of(
    z: int, row: int, column: int
) -> Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]:
    """What turns places of EPSG:3857 into the whole units of a tile, from its upper left corner."""
    size = 2 * MERCATOR_HALF_M / 2**z
    west, north = column * size - MERCATOR_HALF_M, MERCATOR_HALF_M - row * size
    return lambda xy: np.rint((xy - (west, north)) * (extent_of(z) / size) * (1, -1))


def encode_units(
    parts: npt.NDArray[Any],
    rows: npt.NDArray[np.int64],
    *,
    layer: str,
    ids: Mapping[int, str],
    names: Mapping[int, str | None],
    extent: int,
) -> bytes:
    """The same of what is clipped already, in units; `rows` ascending."""
    kinds = shapely.get_dimensions(parts)
    features: list[TileFeature] = []
    for dimension, kind in enumerate((POINT, LINE, POLYGON)):
        chosen = kinds == dimension
        if not chosen.any():
            continue
        pieces, owners = _without_crossings(parts[chosen], rows[chosen])
        if kind == POLYGON:
            pieces, owners = _islands_apart(pieces, owners)
        features += encoded_features(pieces, owners, kind=kind)
    features.sort(key=attrgetter("row", "kind"))
    return layer_message(features, name=layer, ids=ids, names=names, extent=extent)


def _without_specks(
    source: TileSource, *, unit: float
) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Parts and rows without the islands that nobody sees beside larger ones of their row.

    What is smaller than a `unit` (metres) goes. Of a row that has nothing else a box is left in place
    of its largest, one for all rows in a place: that of the first.
    """
    bounds = shapely.bounds(source.parts).reshape(-1, 4)
    west, south, east, north = bounds.T
    size = np.maximum(east - west, north - south)
    is_seen = (size >= unit) | (shapely.get_dimensions(source.parts) < 2)
    is_row_seen = np.isin(source.rows, source.rows[is_seen])
    specks = np.flatnonzero(~is_row_seen)
    specks = specks[np.lexsort((-size[specks], source.rows[specks]))]
    _, first = np.unique(source.rows[specks], return_index=True)
    specks = specks[first]
    # Of a coarser zoom a place is four places of this one.
    column, row = np.floor(bounds[specks, :2].T / unit).astype(np.int64)
    _, first = np.unique(column << 32 ^ row, return_index=True)
    specks = specks[first]
    parts = source.parts.copy()
    parts[specks] = shapely.box(*bounds[specks].T)
    is_seen[specks] = True
    return parts[is_seen], source.rows[is_seen]


def _source(
    ids: Mapping[int, str],
    names: Mapping[int, str | None],
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
    crosses = _crosses(parts, box)
    dimensions = shapely.get_dimensions(parts)
    # Every part is valid here; for an invalid one this would answer with the whole box.
    parts[crosses] = shapely.clip_by_rect(parts[crosses], *box)
    pieces, owners = shapely.get_parts(parts, return_index=True)
    # An outline that only touches the box leaves a line or a point.
    is_kept = (shapely.get_dimensions(pieces) == dimensions[owners]) & ~shapely.is_empty(pieces)
    return pieces[is_kept], rows[owners[is_kept]]


def _crosses(
    parts: npt.NDArray[Any], box: tuple[float, float, float, float]
) -> npt.NDArray[np.bool_]:
    """(n,) whether a part reaches out of a box."""
    west, south, east, north = box
    minx, miny, maxx, maxy = shapely.bounds(parts).reshape(-1, 4).T
    crosses: npt.NDArray[np.bool_] = (minx < west) | (miny < south) | (maxx > east) | (maxy > north)
    return crosses


def clipped_units(
    parts: npt.NDArray[Any], rows: npt.NDArray[np.int64], *, extent: int
) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """What lies in a tile of single geometries in its units, valid or not, and the row of each.

    Those that reach out of the tile come last.
    """
    margin = extent * _MARGIN
    box = (-margin, -margin, extent + margin, extent + margin)
    crosses = _crosses(parts, box)
    whole = valid(parts[crosses])
    pieces, owners = shapely.get_parts(shapely.clip_by_rect(whole, *box), return_index=True)
    is_kept = shapely.get_dimensions(pieces) == shapely.get_dimensions(whole)[owners]
    is_kept &= ~shapely.is_empty(pieces)
    inside = shapely.transform(pieces[is_kept], np.rint)
    return (
        np.append(parts[~crosses], inside),
        np.append(rows[~crosses], rows[crosses][owners[is_kept]]),
    )


def _without_crossings(
    parts: npt.NDArray[Any], rows: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Rounded parts of one kind, polygons whose rounded rings cross made valid in whole numbers."""
    crossing = np.flatnonzero((shapely.get_dimensions(parts) == 2) & ~shapely.is_valid(parts))
    if not len(crossing):
        return parts, rows
    mended = shapely.make_valid(parts[crossing], method="structure", keep_collapsed=False)
    # What is whole already stays as it is: snapped once more, thin triangles would collapse.
    between = np.flatnonzero(~_is_whole(mended))
    mended[between] = shapely.set_precision(mended[between], 1)
    parts[crossing] = _or_place(mended, parts[crossing])
    pieces, owners = shapely.get_parts(parts, return_index=True)
    return pieces, rows[owners]


def _is_whole(parts: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """(n,) whether every corner has whole numbers."""
    places, owners = shapely.get_coordinates(parts, return_index=True)
    between = owners[(places != np.rint(places)).any(axis=1)]
    return ~np.isin(np.arange(len(parts)), between)


def _or_place(found: npt.NDArray[Any], before: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """What was `found`; where that is empty a ring without area, of which a smallest form is made."""
    lost = np.flatnonzero(shapely.is_empty(found))
    places, owners = shapely.get_coordinates(before[lost], return_index=True)
    _, first = np.unique(owners, return_index=True)
    found = found.copy()
    found[lost] = shapely.polygons(np.repeat(places[first, None], 4, axis=1))
    return found


def _islands_apart(
    parts: npt.NDArray[Any], rows: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Polygons of whole numbers; those of one row that meet made one, as readers demand.

    What has collapsed counts for nothing here: of it a smallest form is made.
    """
    _, of, counts = np.unique(rows, return_inverse=True, return_counts=True)
    several = np.flatnonzero(counts[of] > 1)
    is_whole = shapely.is_valid(parts[several]) & ~shapely.is_empty(parts[several])
    order = several[is_whole]
    order = order[np.argsort(rows[order], kind="stable")]
    owners, index = np.unique(rows[order], return_inverse=True)
    together = shapely.multipolygons(parts[order], indices=index)
    meeting = np.flatnonzero(~shapely.is_valid(together))
    if not len(meeting):
        return parts, rows
    united = np.array(
        [shapely.union_all(parts[order[index == one]], grid_size=1) for one in meeting]
    )
    united = _or_place(united, together[meeting])
    pieces, of = shapely.get_parts(united, return_index=True)
    stays = np.ones(len(parts), dtype=bool)
    stays[order[np.isin(index, meeting)]] = False
    return (
        np.concatenate([parts[stays], pieces]),
        np.concatenate([rows[stays], owners[meeting][of]]),
    )


def mercator(lonlat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """EPSG:3857 of longitudes and latitudes in degrees (EPSG Guidance Note 7-2, 3.2.1.2)."""
    lon, lat = lonlat.T
    latitude = np.radians(np.clip(lat, -_MAX_LATITUDE, _MAX_LATITUDE))
    y = np.arctanh(np.sin(latitude)) * MERCATOR_HALF_M / np.pi
    return np.column_stack([lon * (MERCATOR_HALF_M / 180), y])
