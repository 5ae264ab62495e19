"""How far every cell and every zone is from roads, rivers, towns: in metres, as the crow flies.

Distances are measured in transverse Mercator frames laid along meridians at most `_LANE_DEG` apart,
so that no cell is more than half of that from its frame's meridian: there the projection stretches
by at most 0.034 % and never shrinks, rising to 0.1 % for a feature 200 km farther out. Which frame a
cell is measured in depends on the cell alone, not on the window that asks, so blocks fit together to
the last bit.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from affine import Affine

from geo.crs import LONLAT, require_crs
from geo.errors import InvalidLayer
from geo.language import texts
from geo.raster.grid import Array, Cells, Grid, RasterSource, Window

_SAY = texts(__name__)

_Shapes = npt.NDArray[np.object_]
_LANE_DEG = 3.0
# Transverse Mercator ends some 85° from its meridian; what lies beyond this is never the nearest.
_REACH_DEG = 60.0
# A straight edge of a file is straight in the file's CRS. Cut at this length, its pieces stray from
# that by less than 0.1 m when they are straight in the frame.
_EDGE_M, _EDGE_DEG = 5_000.0, 0.05
# Side in cells of the tiles that share their candidates. Measured on 400,000 segments: 4, 8, 12,
# 16, 24 give 0.23, 0.65, 0.91, 0.88, 0.64 million cells a second; asking the tree for each 0.17.
_TILE = 12
_ELLIPSOID = pyproj.Geod(ellps="WGS84")
# Side in cells of the tiles that are asked at once. Measured on 9.4 million cells among 2,000 roads:
# 32, 64, 128, 256 take 0.51, 0.37, 0.53, 0.81 s; computing every cell 11.4 s.
_SKIP_TILE = 64
# A distance is up to 0.1 % too long (see above), and a tile's centre is seen in another frame
# than its cells; a tile's edge bends by far less than the rest.
_SAFE = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class _Targets:
    """The features in one frame, as segments: a point is a segment of no length.

    `start` and `step` (from start to end) are (n_segments, 2) in metres, `inverse` is
    1 / |step|² or 0; `tree` holds the same segments, `polygons` what has an inside.
    """

    start: Array
    step: Array
    inverse: Array
    tree: shapely.STRtree
    polygons: _Shapes


@dataclass(frozen=True, eq=False)
class DistanceSource:
    """Distance to the nearest feature as a `RasterSource`: computed where it is read.

    Parameters
    ----------
    features : GeoDataFrame
        Points, lines or polygons, also of several parts, in any CRS; rows without geometry do not
        count. The surface keeps about 0.5 kB of memory for every edge.
    grid : Grid
        Any CRS; not across the antimeridian.

    Raises
    ------
    CRSMissing
    InvalidLayer
        When no feature has a geometry.

    Examples
    --------
    >>> from affine import Affine
    >>> grid = Grid("EPSG:32750", Affine(100, 0, 300_000, 0, -100, 9_700_000), 3, 1)
    >>> well = gpd.GeoDataFrame(geometry=[shapely.Point(300_050, 9_699_950)], crs=grid.crs)
    >>> DistanceSource(well, grid).read(grid.whole)[0].round().tolist()
    [[0.0, 100.0, 200.0]]
    """

    features: gpd.GeoDataFrame
    grid: Grid
    block: tuple[int, int] = (512, 512)
    dtype: np.dtype[Any] = np.dtype(np.float64)  # noqa: RUF009 - immutable
    _targets: dict[int, _Targets] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Refuse what has no distance."""
        _require_some(self.features)

    def read(self, window: Window) -> tuple[Array, None]:
        """Distances (height, width) in metres from the centre of every cell; every cell is valid.

        0 inside a polygon, NaN only where no feature lies within 60° of longitude. Longer than the
        geodesic on the WGS 84 ellipsoid by up to 0.034 %, or 0.1 % for a feature 200 km away;
        never shorter. The same cell gives the same bytes in every window.
        """
        rows, cols = np.mgrid[
            window.row : window.row + window.height, window.col : window.col + window.width
        ].astype(np.float64)
        lon, lat = self._to_lonlat.transform(*self.grid.centres(rows, cols))
        west, width, lanes = self._lanes
        lane = np.clip(np.floor((lon - west) / width), 0, lanes - 1).astype(np.intp)

        found = np.empty(lane.shape)
        for index in np.unique(lane).tolist():
            meridian = west + (index + 0.5) * width
            if index not in self._targets:
                self._targets[index] = _targets(self.features, meridian)
            move = pyproj.Transformer.from_crs(LONLAT, _frame(meridian), always_xy=True)
            x, y = move.transform(lon, lat)
            np.copyto(found, _nearest_m(x, y, self._targets[index]), where=lane == index)
        return found, None

    @cached_property
    def _to_lonlat(self) -> pyproj.Transformer:
        return pyproj.Transformer.from_crs(self.grid.crs, LONLAT, always_xy=True)

    @cached_property
    def _lanes(self) -> tuple[float, float, int]:
        """Western edge, width in degrees, and number of the lanes that the grid is cut into."""
        west, _, east, _ = self._to_lonlat.transform_bounds(*self.grid.bounds, densify_pts=21)
        lanes = max(math.ceil((east - west) / _LANE_DEG), 1)
        return west, (east - west) / lanes, lanes


@dataclass(frozen=True, eq=False)
class NearestOf:
    """The smaller of a source's distances (metres) and those to new features, as a `RasterSource`.

    Only where the new features can be nearer is their distance computed at all. That is known of a
    whole tile of cells at once: no cell is nearer to them than the tile's centre less the tile's
    radius.

    Parameters
    ----------
    source : RasterSource
        Distances in metres. A cell that is not valid there stays so: how far it was is unknown.
    features : GeoDataFrame
        What is new; see `DistanceSource`.

    Raises
    ------
    CRSMissing, InvalidLayer
    """

    source: RasterSource
    features: gpd.GeoDataFrame
    dtype: np.dtype[Any] = np.dtype(np.float64)  # noqa: RUF009 - immutable

    @property
    def grid(self) -> Grid:
        """The source's grid."""
        return self.source.grid

    @property
    def block(self) -> tuple[int, int]:
        """The source's block."""
        return self.source.block

    def read(self, window: Window) -> tuple[Cells, npt.NDArray[np.bool_] | None]:
        """Distances (height, width) in metres, and which are valid: those of the source."""
        values, valid = self.source.read(window)
        found = values.astype(np.float64)
        known = found if valid is None else np.where(valid, found, -np.inf)
        for part in self._parts(window, known):
            rows = slice(part.row - window.row, part.row - window.row + part.height)
            cols = slice(part.col - window.col, part.col - window.col + part.width)
            new, _ = self._new.read(part)
            np.fmin(known[rows, cols], new, out=found[rows, cols])
        return (found if valid is None else np.where(valid, found, values)), valid

    @cached_property
    def _new(self) -> DistanceSource:
        return DistanceSource(self.features, self.grid)

    @cached_property
    def _tiles(self) -> DistanceSource:
        """Distances of tile centres: the same features on a grid whose cells are the tiles."""
        grid = self.grid
        return DistanceSource(
            self.features,
            Grid(
                grid.crs,
                grid.transform * Affine.scale(_SKIP_TILE),
                -(-grid.width // _SKIP_TILE),
                -(-grid.height // _SKIP_TILE),
            ),
        )

    def _parts(self, window: Window, known: Array) -> Iterator[Window]:
        """Runs of tiles in `window` where some cell of `known` may be farther than the new thing."""
        top, left = window.row // _SKIP_TILE, window.col // _SKIP_TILE
        bottom = -(-(window.row + window.height) // _SKIP_TILE)
        right = -(-(window.col + window.width) // _SKIP_TILE)
        tiles = Window(top, left, bottom - top, right - left)
        centre, _ = self._tiles.read(tiles)
        least = centre * (1 - _SAFE) - self._radius_m(tiles) * (1 + _SAFE)
        for i in range(tiles.height):
            row = max((top + i) * _SKIP_TILE, window.row)
            end = min((top + i + 1) * _SKIP_TILE, window.row + window.height)
            cols = np.clip(np.arange(left, right + 1) * _SKIP_TILE - window.col, 0, window.width)
            strip = known[row - window.row : end - window.row]
            farthest = np.fmax.reduceat(np.fmax.reduce(strip, axis=0), cols[:-1])
            for first, last in _runs(least[i] < farthest):
                start, stop = int(cols[first]), int(cols[last])
                yield Window(row, window.col + start, end - row, stop - start)

    def _radius_m(self, tiles: Window) -> Array:
        """How far (height, width) a tile's corners are from its centre at the most, in metres."""
        rows, cols = np.mgrid[
            tiles.row : tiles.row + tiles.height, tiles.col : tiles.col + tiles.width
        ].astype(np.float64)
        grid = self._tiles.grid
        move = pyproj.Transformer.from_crs(grid.crs, LONLAT, always_xy=True).transform
        lon, lat = move(*grid.centres(rows, cols))
        radius = np.zeros(lon.shape)
        for down in (-0.5, 0.5):
            for across in (-0.5, 0.5):
                to = move(*grid.centres(rows + down, cols + across))
                radius = np.fmax(radius, _ELLIPSOID.inv(lon, lat, *to)[2])
        return radius


def _require_some(features: gpd.GeoDataFrame) -> None:
    require_crs(features, subject="features")
    shapes = features.geometry.to_numpy()
    if (shapely.is_missing(shapes) | shapely.is_empty(shapes)).all():
        raise InvalidLayer(reason=_SAY["no_features"])


def _frame(meridian: float) -> pyproj.CRS:
    """Transverse Mercator in metres, true to scale along a meridian."""
    return pyproj.CRS(f"+proj=tmerc +lat_0=0 +lon_0={meridian!r} +k=1 +datum=WGS84 +units=m")


def _parts_near(geometry: gpd.GeoSeries, meridian: float) -> _Shapes:
    """Single points, lines and polygons in a meridian's frame, as straight as in their own CRS."""
    crs = pyproj.CRS(geometry.crs)
    edge = _EDGE_DEG if crs.is_geographic else _EDGE_M / crs.axis_info[0].unit_conversion_factor
    cut = shapely.segmentize(_parts(shapely.force_2d(geometry.to_numpy())), edge)
    near = _near(_moved(cut, crs, LONLAT), meridian - _REACH_DEG, meridian + _REACH_DEG)
    return _parts(_moved(near, LONLAT, _frame(meridian)))


def _parts(shapes: _Shapes) -> _Shapes:
    # A collection may hold multi-part shapes.
    parts: _Shapes = np.asarray(shapely.get_parts(shapely.get_parts(shapes)), dtype=object)
    parts = parts[~shapely.is_empty(parts)]
    # GEOS cuts no line of no length; as a point it is as near.
    still = (shapely.get_dimensions(parts) > 0) & (shapely.length(parts) == 0)
    parts[still] = shapely.centroid(parts[still])
    return parts


def _near(lonlat: _Shapes, west: float, east: float) -> _Shapes:
    """What lies between two meridians; what does not is left empty."""
    left, _, right, _ = shapely.bounds(lonlat).T
    near = lonlat.copy()
    over = (left < west) | (right > east)
    near[over] = shapely.clip_by_rect(lonlat[over], west, -90, east, 90)
    return near


def _moved(shapes: _Shapes, crs: pyproj.CRS, to: pyproj.CRS) -> _Shapes:
    move = pyproj.Transformer.from_crs(crs, to, always_xy=True).transform
    return np.asarray(shapely.transform(shapes, move, interleaved=False), dtype=object)


def _targets(features: gpd.GeoDataFrame, meridian: float) -> _Targets:
    parts = _parts_near(features.geometry, meridian)
    kind = shapely.get_type_id(parts)
    polygons = parts[kind == shapely.GeometryType.POLYGON]
    points = shapely.get_coordinates(parts[kind == shapely.GeometryType.POINT])
    lines = parts[np.isin(kind, (shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING))]

    xy, line = shapely.get_coordinates(
        np.concatenate([lines, shapely.get_rings(polygons)]), return_index=True
    )
    follows = line[1:] == line[:-1]
    start = np.concatenate([xy[:-1][follows], points])
    end = np.concatenate([xy[1:][follows], points])
    step = end - start
    square = (step * step).sum(axis=1)
    inverse = np.divide(1.0, square, out=np.zeros_like(square), where=square > 0)
    segments = shapely.linestrings(np.stack([start, end], axis=1))
    return _Targets(start, step, inverse, shapely.STRtree(segments), polygons)


def _nearest_m(x: Array, y: Array, targets: _Targets) -> Array:
    """Distance from cells at `x`, `y` (height, width) in the frame to the nearest target.

    A tile's cells lie within `radius` of its middle, and the nearest segment of any of them within
    `reach` + 2 `radius`, where `reach` is the distance of the middle itself. So few segments are
    candidates that all are tried, and the smallest of exact distances is the same in any tile.
    """
    if len(targets.start) == 0:
        return np.full(x.shape, np.nan)
    tiles = list(_tiles(x.shape))
    middle = np.array([(x[tile].mean(), y[tile].mean()) for tile in tiles])
    radius = np.array(
        [np.hypot(x[t] - m[0], y[t] - m[1]).max() for t, m in zip(tiles, middle, strict=True)]
    )
    points = shapely.points(middle)
    _, reach = targets.tree.query_nearest(points, return_distance=True, all_matches=False)
    # A little more, for the middle's own distance is rounded.
    within = (reach + 2 * radius) * (1 + 1e-9) + 1e-6
    of_tile, segment = targets.tree.query(points, predicate="dwithin", distance=within)
    order = np.argsort(of_tile, kind="stable")
    candidates = np.split(
        segment[order], np.cumsum(np.bincount(of_tile, minlength=len(tiles)))[:-1]
    )

    found = np.empty(x.shape)
    for tile, some in zip(tiles, candidates, strict=True):
        found[tile] = _to_segments_m(x[tile], y[tile], targets, some)
    found[_inside(x, y, targets.polygons)] = 0.0
    return found


def _tiles(shape: tuple[int, ...]) -> Iterator[tuple[slice, slice]]:
    for row in range(0, shape[0], _TILE):
        for col in range(0, shape[1], _TILE):
            yield slice(row, row + _TILE), slice(col, col + _TILE)


def _to_segments_m(x: Array, y: Array, targets: _Targets, some: npt.NDArray[np.intp]) -> Array:
    """Smallest distance from each cell to the segments `some`, (height, width)."""
    (sx, sy), (ux, uy) = targets.start[some].T[..., None], targets.step[some].T[..., None]
    dx, dy = x.ravel() - sx, y.ravel() - sy
    along = np.clip((dx * ux + dy * uy) * targets.inverse[some, None], 0.0, 1.0)
    dx -= along * ux
    dy -= along * uy
    return np.asarray(np.sqrt((dx * dx + dy * dy).min(axis=0)).reshape(x.shape))


def _inside(x: Array, y: Array, polygons: _Shapes) -> npt.NDArray[np.bool_]:
    inside = np.zeros(x.size, dtype=bool)
    here = shapely.box(x.min(), y.min(), x.max(), y.max())
    near = polygons[shapely.intersects(shapely.envelope(polygons), here)]
    if len(near):
        # A tree of the cells, for a query prepares the shapes that ask and not those in the tree.
        cells = shapely.STRtree(shapely.points(x.ravel(), y.ravel()))
        inside[cells.query(near, predicate="intersects")[1]] = True
    return inside.reshape(x.shape)


def _runs(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First index and end of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
