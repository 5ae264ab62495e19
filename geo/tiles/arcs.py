"""Polygons with fewer corners, each border between two of them simplified once: quick, in arrays.

What GEOS does with `coverage_simplify`, for coverages of millions of corners: rings are cut where
borders meet, and of the arcs between, each different one loses its small corners (Visvalingam and
Whyatt). All arcs lose a corner in the same step, those whose triangle is smaller than those of both
neighbours: nearly the order of their size, which is the method's. Neighbours stay neighbours to the
last bit, and where borders meet a corner stays. That no border crosses another is not looked after.

References
----------
Visvalingam & Whyatt (1993), The Cartographic Journal 30(1): 46-51.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[Any]
Integers = npt.NDArray[np.int64]
Places = npt.NDArray[np.float64]

# Corners this close are one, in the unit of the coordinates: a centimetre of EPSG:3857, whose
# coordinates fit in 32 bits so.
_GRID = 0.01
# What is worked on at a time fits in a processor's cache.
_BLOCK = 60_000
# A step removes about a third of what is too small; what is left after so many stays.
_MOST_STEPS = 40


@dataclass(frozen=True, slots=True, eq=False)
class _Arcs:
    """Different arcs, and the rings that are made of them.

    `points` (n, 2) of all arcs one after the other, `lengths` of each. A ring is made of the arcs
    `used`, some of them `reversed`, `counts` of each ring.
    """

    points: Places
    lengths: Integers
    used: npt.NDArray[np.int32]
    is_reversed: npt.NDArray[np.bool_]
    counts: Integers


def simplified_by_arcs(polygons: Geometries, *, tolerance: float) -> Geometries:
    """Polygons without the corners whose triangle is smaller than `tolerance` squared.

    Parameters
    ----------
    polygons : array of Polygon, (n,)
        Valid, in metres of EPSG:3857, none empty.
    tolerance : float
        In metres.

    Returns
    -------
    array of Polygon, (n,)
        Edges that two of them shared, corner by corner, they still share. A ring keeps three
        corners. Rings may cross themselves or others: who needs valid ones mends them.
    """
    n_rings = shapely.get_num_interior_rings(polygons) + 1
    # No name keeps the corners, of which a country's villages have hundreds of megabytes.
    arcs = _arcs(shapely.get_coordinates(polygons), _ring_ends(polygons, n_rings))
    coordinates, ring_ends = _ring_coordinates(_simplified(arcs, tolerance**2))
    polygon_ends = np.append(0, np.cumsum(n_rings))
    found: Geometries = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, coordinates, (ring_ends, polygon_ends)
    )
    return found


def _ring_ends(polygons: Geometries, n_rings: npt.NDArray[np.int_]) -> Integers:
    """Where each ring ends among the coordinates of all, beginning with 0."""
    lengths = np.zeros(int(n_rings.sum()), dtype=np.int64)
    first = np.cumsum(n_rings) - n_rings
    lengths[first] = shapely.get_num_coordinates(polygons)
    holed = np.flatnonzero(n_rings > 1)
    rings, owner = shapely.get_rings(polygons[holed], return_index=True)
    within = np.arange(len(rings)) - (np.cumsum(n_rings[holed]) - n_rings[holed])[owner]
    lengths[first[holed][owner] + within] = shapely.get_num_coordinates(rings)
    return np.append(0, np.cumsum(lengths))


def _arcs(points: Places, ring_ends: Integers) -> _Arcs:
    """The arcs of rings; `ring_ends` begins with 0."""
    keys = _keys(points)
    ring = np.repeat(np.arange(len(ring_ends) - 1, dtype=np.int32), np.diff(ring_ends))
    # What stands twice in a row goes, and the closing corner.
    is_kept = np.append(True, (keys[1:] != keys[:-1]) | (ring[1:] != ring[:-1]))
    is_kept[ring_ends[1:] - 1] = False
    counts = np.bincount(ring[is_kept], minlength=len(ring_ends) - 1)
    if not is_kept.all():
        keys = keys[is_kept]
        points = points[is_kept]
    del ring, is_kept
    first, vertex = _numbered(keys)
    del keys
    starts = np.cumsum(counts) - counts
    is_node = _is_node(vertex, first, starts, counts)[vertex]
    del first
    return _cut(points, vertex, is_node, starts, counts)


def _keys(points: Places) -> Integers:
    keys: Integers = np.rint(points[:, 0] / _GRID).astype(np.int64) << 32
    keys |= np.rint(points[:, 1] / _GRID).astype(np.int64) & 0xFFFF_FFFF
    return keys


def _numbered(keys: Integers) -> tuple[Integers, npt.NDArray[np.int32]]:
    """A place where each different key stands, and the number of each key among them.

    Nearly what `np.unique` tells, in a third of its room.
    """
    order = np.argsort(keys)
    ordered = keys[order]
    is_first = np.append(True, ordered[1:] != ordered[:-1])
    del ordered
    numbers = np.empty(len(keys), dtype=np.int32)
    numbers[order] = np.cumsum(is_first, dtype=np.int32) - 1
    return order[is_first], numbers


def _around(
    starts: Integers, counts: Integers
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """The places before and after each, around its ring."""
    n = int(counts.sum())
    before = np.arange(-1, n - 1, dtype=np.int32)
    after = np.arange(1, n + 1, dtype=np.int32)
    ends = starts + counts - 1
    before[starts], after[ends] = ends, starts
    return before, after


def _is_node(
    vertex: npt.NDArray[np.int32], first: Integers, starts: Integers, counts: Integers
) -> npt.NDArray[np.bool_]:
    """(n_vertices,) whether borders meet there: not all rings come from and go to the same corners."""
    before, after = _around(starts, counts)
    one, other = vertex[before], vertex[after]
    del before, after
    low, high = np.minimum(one, other), np.maximum(one, other)
    del one, other
    same = first.astype(np.int32)[vertex]
    differs = (low != low[same]) | (high != high[same])
    found = np.zeros(len(first), dtype=np.bool_)
    found[vertex[differs]] = True
    return found


def _cut(
    points: Places,
    vertex: npt.NDArray[np.int32],
    is_node: npt.NDArray[np.bool_],
    starts: Integers,
    counts: Integers,
) -> _Arcs:
    """Rings as arcs from node to node; one without a node from its lowest corner around to it."""
    ring = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    lowest = np.minimum.reduceat(vertex, starts)
    has_node = np.logical_or.reduceat(is_node, starts)
    begins_arc = is_node | (~has_node[ring] & (vertex == lowest[ring]))
    begin = np.flatnonzero(begins_arc)
    of_ring = ring[begin]
    per_ring = np.bincount(of_ring, minlength=len(counts))
    # An arc ends where the next one of its ring begins, the last where the first does.
    following = np.arange(1, len(begin) + 1)
    first_of = np.cumsum(per_ring) - per_ring
    following[first_of + per_ring - 1] = first_of
    lengths = begin[following] - begin
    lengths = np.where(lengths > 0, lengths, lengths + counts[of_ring]) + 1

    ring_ends = (starts + counts)[of_ring]
    before, after = _around(starts, counts)
    end = begin[following]
    # The first two corners from either end tell an arc: between nodes there is one way on.
    forward = vertex[begin].astype(np.int64) << 32 | vertex[after[begin]]
    backward = vertex[end].astype(np.int64) << 32 | vertex[before[end]]
    is_backward = backward < forward
    del before, after, ring
    representative, used = _numbered(np.minimum(forward, backward))
    del forward, backward, following, end
    chosen = lengths[representative]
    arc = np.repeat(np.arange(len(chosen), dtype=np.int32), chosen)
    at = (begin[representative] - np.cumsum(chosen) + chosen).astype(np.int32)[arc]
    at += np.arange(len(arc), dtype=np.int32)
    # Past the end of its ring an arc goes on at its start.
    is_past = at >= ring_ends[representative].astype(np.int32)[arc]
    at[is_past] -= counts[of_ring][representative][arc[is_past]]
    del arc, is_past
    return _Arcs(
        points[at], chosen, used, is_backward != is_backward[representative][used], per_ring
    )


def _simplified(arcs: _Arcs, least_area: float) -> _Arcs:
    starts = np.cumsum(arcs.lengths) - arcs.lengths
    is_fixed = np.zeros(len(arcs.points), dtype=np.bool_)
    is_fixed[starts] = is_fixed[starts + arcs.lengths - 1] = True
    # Of a ring of one arc two more corners stay, of one of two arcs one of each.
    first_of = np.cumsum(arcs.counts) - arcs.counts
    alone = arcs.used[first_of[arcs.counts == 1]]
    pairs = first_of[arcs.counts == 2]
    paired = arcs.used[np.append(pairs, pairs + 1)]
    for chosen, share in ((alone, 1 / 3), (alone, 2 / 3), (paired, 1 / 2)):
        is_fixed[starts[chosen] + ((arcs.lengths[chosen] - 1) * share).astype(np.int64)] = True
    is_kept = np.ones(len(arcs.points), dtype=np.bool_)
    # The ends of arcs are fixed, so a block may hold any points in a row that begin an arc.
    ends = starts + arcs.lengths
    at = 0
    while at < len(arcs.points):
        to = int(ends[min(int(np.searchsorted(ends, at + _BLOCK)), len(ends) - 1)])
        is_kept[at:to] = _large(arcs.points[at:to], is_fixed[at:to], least_area)
        at = to
    arc = np.repeat(np.arange(len(arcs.lengths)), arcs.lengths)
    lengths = np.bincount(arc[is_kept], minlength=len(arcs.lengths))
    return _Arcs(arcs.points[is_kept], lengths, arcs.used, arcs.is_reversed, arcs.counts)


def _large(
    points: Places, is_fixed: npt.NDArray[np.bool_], least_area: float
) -> npt.NDArray[np.bool_]:
    """(n,) whether a point is fixed or its triangle with its neighbours is large enough."""
    left = np.arange(len(points))
    x, y = points.T
    for _ in range(_MOST_STEPS):
        area = np.full(len(left), np.inf)
        area[1:-1] = np.abs(
            (x[1:-1] - x[:-2]) * (y[2:] - y[:-2]) - (x[2:] - x[:-2]) * (y[1:-1] - y[:-2])
        )
        area[is_fixed] = np.inf
        goes = area < 2 * least_area
        # Of equal neighbours the first one goes.
        goes[1:] &= area[1:] < area[:-1]
        goes[:-1] &= area[:-1] <= area[1:]
        if not goes.any():
            break
        left, x, y, is_fixed = left[~goes], x[~goes], y[~goes], is_fixed[~goes]
    found = np.zeros(len(points), dtype=np.bool_)
    found[left] = True
    return found


def _ring_coordinates(arcs: _Arcs) -> tuple[Places, Integers]:
    """The corners of all rings, closed, and where each ring ends, beginning with 0."""
    starts = np.cumsum(arcs.lengths) - arcs.lengths
    ends = np.cumsum(arcs.counts)
    sizes = arcs.lengths[arcs.used] - 1
    # The last arc of a ring brings the closing corner.
    sizes[ends - 1] += 1
    step = np.where(arcs.is_reversed, -1, 1).astype(np.int32)
    first = starts[arcs.used] + np.where(arcs.is_reversed, arcs.lengths[arcs.used] - 1, 0)
    use = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    at = np.arange(len(use), dtype=np.int32)
    at -= (np.cumsum(sizes) - sizes).astype(np.int32)[use]
    at *= step[use]
    at += first.astype(np.int32)[use]
    del use
    return arcs.points[at], np.append(0, np.cumsum(sizes)[ends - 1])
