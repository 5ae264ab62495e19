"""The exact share of every cell that polygons cover, by signed areas along rows.

Each edge adds, in every row that it crosses, the area to its right: to the cell that it lies in the
part right of the edge, to the cell after it the rest. Summed along the row this is the covered share
of every cell, holes and parts included, without cutting a single polygon. Cells that no edge touches
come out as runs of whole cells, so a large zone costs its outline and not its area.

References
----------
The accumulation is that of exact-area glyph rasterisers (Levien 2016, font-rs); on valid polygons it
equals clipping every cell.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import require_crs
from geo.errors import InvalidLayer
from geo.language import texts
from geo.raster.grid import Array, Grid, Integers, Window

_SAY = texts(__name__)


# Sums of signed areas are off by rounding: less than this is nothing, that near to 1 is whole.
_ROUNDING = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class ZoneEdges:
    """The edges of zones in cell coordinates (column, row) of a grid.

    `edges` (n_edges, 4) are x0, y0, x1, y1; `offsets` (n_zones + 1) where each zone's edges begin;
    `bounds` (n_zones, 4) are min column, min row, max column, max row, NaN for a zone without area;
    `area_cells` (n_zones) is each zone's area in cells.
    """

    edges: Array
    offsets: Integers
    bounds: Array
    area_cells: Array

    def touching(self, window: Window) -> Integers:
        """The zones whose bounding box meets a window, in order."""
        left, top, right, bottom = self.bounds.T
        meets = (
            (left < window.col + window.width)
            & (right > window.col)
            & (top < window.row + window.height)
            & (bottom > window.row)
        )
        return np.flatnonzero(meets)


@dataclass(frozen=True, slots=True, eq=False)
class Covered:
    """The cells of a window that zones cover, by position `row * width + column` in the window.

    Partly covered cells have their share in `share`; runs are whole cells from `start` up to `stop`
    (exclusive), within one row. `cell_zone` and `run_zone` are the zones' numbers.
    """

    cell_zone: Integers
    cell: Integers
    share: Array
    run_zone: Integers
    start: Integers
    stop: Integers


def outlines(zones: gpd.GeoDataFrame, grid: Grid) -> ZoneEdges:
    """The zones' edges on a grid; only vertices are moved, never cells.

    Parameters
    ----------
    zones : GeoDataFrame
        Any CRS. Points, lines and missing geometries have no area and no edges.

    Raises
    ------
    CRSMissing
    InvalidLayer
        For an invalid polygon, which has no well-defined inside.
    """
    require_crs(zones, subject="zones")
    geometries = zones.geometry.to_crs(grid.crs).to_numpy()
    # What has no place in the raster's CRS has none on the raster.
    is_placed = np.isfinite(shapely.bounds(geometries)).all(axis=1)
    has_area = is_placed & (shapely.get_dimensions(geometries) == 2)
    geometries = np.where(has_area, geometries, None)
    invalid = ~(shapely.is_valid(geometries) | shapely.is_missing(geometries))
    if invalid.any():
        names = ", ".join(str(name) for name in zones.index[invalid][:20])
        raise InvalidLayer(reason=_SAY["invalid"].format(zones=names), zones=names)
    parts, part_zone = shapely.get_parts(geometries, return_index=True)
    # Counter-clockwise shells and clockwise holes have one sign each on any north-up grid.
    rings, ring_part = shapely.get_rings(shapely.orient_polygons(parts), return_index=True)
    points, point_ring = shapely.get_coordinates(rings, return_index=True)
    cells = grid.to_cells(points)
    joined = np.flatnonzero(point_ring[1:] == point_ring[:-1])
    edges = np.hstack([cells[joined], cells[joined + 1]])
    if grid.transform.determinant > 0:
        edges = edges[:, [2, 3, 0, 1]]  # a south-up grid turns every ring around
    edge_zone = part_zone[ring_part[point_ring[joined]]]
    offsets = np.searchsorted(edge_zone, np.arange(len(zones) + 1))
    return ZoneEdges(edges, offsets, _bounds(edges, offsets), _areas(edges, offsets))


def covered_cells(found: ZoneEdges, zones: Integers, window: Window) -> Covered:
    """The cells of `window` that `zones` (numbers of `found`, ascending) cover."""
    edges, owner = _edges_of(found, zones)
    edges = edges - np.array([window.col, window.row, window.col, window.row])
    height, width = window.height, window.width
    pieces = _row_pieces(edges, owner, height, width)
    keys, areas = _cell_areas(*pieces, height, width)
    return _covered(keys, areas, zones, height, width)


def _edges_of(found: ZoneEdges, zones: Integers) -> tuple[Array, Integers]:
    """Edges of some zones and, for each, its zone's place in `zones`."""
    counts = found.offsets[zones + 1] - found.offsets[zones]
    owner = np.repeat(np.arange(len(zones)), counts)
    return found.edges[ranges(found.offsets[zones], counts)], owner


def _row_pieces(
    edges: Array, owner: Integers, height: int, width: int
) -> tuple[Integers, Array, Array, Array]:
    """Edges cut at row borders: group (owner × row), signed height, left and right column."""
    x0, y0, x1, y1 = edges.T
    used = (y0 != y1) & (np.minimum(x0, x1) < width)
    used &= (np.maximum(y0, y1) > 0) & (np.minimum(y0, y1) < height)
    x0, y0, x1, y1, owner = x0[used], y0[used], x1[used], y1[used], owner[used]
    sign = np.where(y1 > y0, 1.0, -1.0)
    top, bottom = np.minimum(y0, y1), np.maximum(y0, y1)
    slope = (x1 - x0) / (y1 - y0)

    first = np.floor(np.maximum(top, 0)).astype(np.int64)
    last = np.ceil(np.minimum(bottom, height)).astype(np.int64)
    counts = last - first
    edge = np.repeat(np.arange(len(first)), counts)
    row = ranges(first, counts)
    upper = np.maximum(top[edge], row)
    lower = np.minimum(bottom[edge], row + 1)
    start, run = x0[edge], slope[edge]
    xa = start + (upper - y0[edge]) * run
    xb = start + (lower - y0[edge]) * run
    # A steep slope must not carry a point past the edge's own ends.
    low, high = np.minimum(x0, x1)[edge], np.maximum(x0, x1)[edge]
    left = np.clip(np.minimum(xa, xb), low, high)
    right = np.clip(np.maximum(xa, xb), low, high)
    return owner[edge] * height + row, (lower - upper) * sign[edge], left, right


def _cell_areas(
    group: Integers, rise: Array, left: Array, right: Array, height: int, width: int
) -> tuple[Integers, Array]:
    """What each piece adds to which cell: keys (group × (width + 1) + column) and signed areas."""
    span = right - left
    inner_left, inner_right = np.clip(left, 0, width), np.clip(right, 0, width)
    with np.errstate(invalid="ignore", divide="ignore"):
        per_column = np.where(span > 0, rise / span, 0.0)
    # What lies left of the window covers the whole row of it.
    outside = left < 0
    before = np.where(span > 0, (np.minimum(right, 0) - left) * per_column, rise)
    keys = [group[outside] * (width + 1)]
    areas = [before[outside]]

    inside = (left < width) & ((right > 0) | (left >= 0))
    group, rise, span = group[inside], rise[inside], span[inside]
    inner_left, inner_right = inner_left[inside], inner_right[inside]
    per_column = per_column[inside]
    first = np.minimum(np.floor(inner_left).astype(np.int64), width - 1)
    counts = np.maximum(np.ceil(inner_right).astype(np.int64), first + 1) - first
    piece = np.repeat(np.arange(len(first)), counts)
    column = ranges(first, counts)
    from_x = np.maximum(inner_left[piece], column)
    to_x = np.minimum(inner_right[piece], column + 1)
    part = np.where(span[piece] > 0, (to_x - from_x) * per_column[piece], rise[piece])
    right_share = (from_x + to_x) / 2 - column
    key = group[piece] * (width + 1) + column
    keys += [key, key + 1]
    areas += [part * (1 - right_share), part * right_share]
    return np.concatenate(keys), np.concatenate(areas)


def _covered(keys: Integers, areas: Array, zones: Integers, height: int, width: int) -> Covered:
    order = np.argsort(keys, kind="stable")
    keys, areas = keys[order], areas[order]
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    keys, areas = keys[starts], np.add.reduceat(areas, starts) if len(starts) else areas
    group, column = np.divmod(keys, width + 1)
    share = np.cumsum(_reset(areas, group))
    whole = np.abs(share - 1) < _ROUNDING
    position = (group % height) * width + column
    owner = group // height

    after = np.append(np.where(group[1:] == group[:-1], column[1:], width), width)
    is_run = whole & (after > column)
    partly = ~whole & (share > _ROUNDING) & (column < width)
    # Along a level edge every cell up to the next corner is covered by the same part.
    counts = np.where(partly, np.maximum(after - column, 1), 0)
    cell_owner = np.repeat(owner, counts)
    return Covered(
        cell_zone=zones[cell_owner],
        cell=ranges(position, counts),
        share=np.repeat(share, counts),
        run_zone=zones[owner[is_run]],
        start=position[is_run],
        stop=position[is_run] + (after - column)[is_run],
    )


def _reset(areas: Array, group: Integers) -> Array:
    """`areas` whose running sum begins from nothing in every row of every zone."""
    first = np.flatnonzero(np.diff(group, prepend=-1))
    if not len(first):
        return areas
    before = np.add.reduceat(areas, first)[:-1]
    found = areas.copy()
    found[first[1:]] -= before
    return found


def ranges(first: Integers, counts: Integers) -> Integers:
    """The numbers first, first + 1, … (counts of them) of every pair, one after the other."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    numbers: Integers = np.arange(total) + np.repeat(first - (ends - counts), counts)
    return numbers


def _bounds(edges: Array, offsets: Integers) -> Array:
    bounds = np.full((len(offsets) - 1, 4), np.nan)
    filled = np.flatnonzero(np.diff(offsets))
    if len(filled):
        starts = offsets[filled]
        bounds[filled, :2] = np.minimum.reduceat(edges[:, :2], starts)
        bounds[filled, 2:] = np.maximum.reduceat(edges[:, :2], starts)
    return bounds


def _areas(edges: Array, offsets: Integers) -> Array:
    areas = np.full(len(offsets) - 1, np.nan)
    filled = np.flatnonzero(np.diff(offsets))
    if len(filled):
        x0, y0, x1, y1 = edges.T
        # From each zone's first vertex, so that far away from the origin nothing is lost.
        first = np.repeat(offsets[:-1], np.diff(offsets))
        dx, dy = edges[first, 0], edges[first, 1]
        crossed = (x0 - dx) * (y1 - dy) - (x1 - dx) * (y0 - dy)
        areas[filled] = np.abs(np.add.reduceat(crossed, offsets[filled])) / 2
    return areas
