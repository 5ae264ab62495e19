"""Outlines with fewer vertices for maps: shared borders stay shared, no feature disappears.

Polygons are simplified together as a coverage (Visvalingam-Whyatt in GEOS), each border once, so
that neighbours get no gaps and no overlaps. Measures are never taken from what comes out here.
A coverage with faults is simplified too, but only edges that are truly the same, vertex by vertex,
are one border: a gap or overlap stays, may change its width, and keeps more vertices than it needs.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[Any]

# Half the circumference of WGS 84's equator: Web Mercator's square reaches this far, in metres.
MERCATOR_HALF_M = math.pi * 6_378_137.0
# What a browser draws at once without a pause, as GeoJSON in a page.
MOST_VERTICES = 50_000
_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_MOST_STEPS = 16
# Simplifying takes seconds from here on; what comes with more is thinned first.
_MOST_SIMPLIFIED = 500_000
_LEAST_OF_RING = 3
# A result this close below the budget is not searched any further, nor are tolerances this close.
_CLOSE = 0.85
_LEAST_STEP = 1.15


def simplified(
    geometries: Sequence[Any] | Geometries, *, most_vertices: int = MOST_VERTICES
) -> Geometries:
    """Polygons with at most `most_vertices` vertices in all, nearly as many as that allows.

    Parameters
    ----------
    geometries : sequence of Geometry or None, (n,)
        All in one CRS. Vertices of points, lines and collections do not count and stay.
    most_vertices : int
        The budget. Every feature keeps its largest part with four vertices and more: where these
        are more than the budget, what comes back is the coarsest form and lies above it.

    Returns
    -------
    array of Geometry, (n,)
        As `simplified_by` at the tolerance found, without the islands that are smaller than this
        tolerance squared; the largest part of a feature always stays.
    """
    found = valid(geometries)
    if _vertices(found) <= most_vertices:
        return found
    coarse, tolerance = _diagonal(found), _corner_size(found, most_vertices)
    best = simplified_by(_without_islands(found, size=coarse), tolerance=coarse)
    if _vertices(best) > most_vertices:
        return best
    fine, finer = 0.0, found
    for _ in range(_MOST_STEPS):
        # What is too fine is the start of the next, coarser one: a fraction of the work.
        tried = simplified_by(_without_islands(finer, size=tolerance), tolerance=tolerance)
        share = _vertices(tried) / most_vertices
        if share > 1:
            fine, finer = tolerance, tried
        else:
            coarse, best = tolerance, tried
        if _CLOSE <= share <= 1 or coarse <= _LEAST_STEP * fine:
            break
        # A line drawn twice as coarsely has about half as many corners.
        guess = tolerance * max(_LEAST_STEP, share) if share > 1 else tolerance / 2
        tolerance = guess if fine < guess < coarse else math.sqrt(fine * coarse)
    return best


def for_screen(
    geometries: Sequence[Any] | Geometries, *, most_vertices: int = MOST_VERTICES
) -> Geometries:
    """Shapes of any kind, valid or not, with about `most_vertices` vertices in all.

    What an unknown file brings is drawn in bounded time: nothing is mended, since the mending of a
    ring takes as long as it crosses itself often, and a fault has to stay visible.

    Parameters
    ----------
    geometries : sequence of Geometry, (n,)
        All in one CRS and two-dimensional, none missing.

    Returns
    -------
    array of Geometry, (n,)
        Valid polygons as `simplified`. Of invalid ones, of lines and of many points every so manieth
        vertex; where a shape has more parts than that leaves vertices, every so manieth part.
    """
    found = np.array(geometries, dtype=object)
    if _all_vertices(found) <= most_vertices:
        return found
    found = _thinned(found, most=_MOST_SIMPLIFIED)
    fit = np.flatnonzero(_is_polygonal(found) & shapely.is_valid(found))
    rest = np.setdiff1d(np.arange(len(found)), fit)
    share = _all_vertices(found[fit]) / max(1, _all_vertices(found))
    found[fit] = simplified(found[fit], most_vertices=max(1, round(share * most_vertices)))
    found[rest] = _thinned(found[rest], most=most_vertices - _all_vertices(found[fit]))
    return found


def simplified_by(geometries: Sequence[Any] | Geometries, *, tolerance: float) -> Geometries:
    """Polygons without the corners whose triangle is smaller than `tolerance` squared.

    Parameters
    ----------
    geometries : sequence of Geometry or None, (n,)
        All in one CRS. What is invalid is made valid first (`valid`).
    tolerance : float
        In the unit of the CRS; 0 or less changes nothing. A detail of about this size goes.

    Returns
    -------
    array of Geometry, (n,)
        In the same order and CRS. Points, lines, collections, None and empty ones unchanged. A
        polygon that the simplification would empty or spoil keeps the form that it came with.

    References
    ----------
    Visvalingam & Whyatt (1993), The Cartographic Journal 30(1): 46-51.
    """
    found = valid(geometries)
    chosen = np.flatnonzero(_is_polygonal(found) & ~shapely.is_empty(found))
    if len(chosen) == 0 or not tolerance > 0:
        return found
    before = found[chosen]
    after = shapely.coverage_simplify(before, tolerance)
    is_spoiled = shapely.is_empty(after) | ~shapely.is_valid(after)
    found[chosen] = np.where(is_spoiled, before, after)
    return found


def half_pixel_m(zoom: int, *, tile_px: int = 512) -> float:
    """Half a pixel at `zoom` in metres of EPSG:3857, which are true metres at the equator only.

    Examples
    --------
    >>> round(half_pixel_m(0, tile_px=256), 1)
    78271.5
    """
    return MERCATOR_HALF_M / tile_px / float(2**zoom)


def valid(geometries: Sequence[Any] | Geometries) -> Geometries:
    """The geometries in a new array, invalid polygons mended by the area that their rings enclose.

    A polygon that encloses nothing becomes the line or point that is left of it.
    """
    found = np.array(geometries, dtype=object)
    broken = np.flatnonzero(_is_polygonal(found) & ~shapely.is_valid(found))
    mended = shapely.make_valid(found[broken], method="structure", keep_collapsed=False)
    collapsed = shapely.is_empty(mended)
    mended[collapsed] = shapely.make_valid(found[broken][collapsed])
    found[broken] = mended
    return found


def _is_polygonal(geometries: Geometries) -> npt.NDArray[np.bool_]:
    kinds: npt.NDArray[np.bool_] = np.isin(shapely.get_type_id(geometries), _POLYGONAL)
    return kinds


def _without_islands(geometries: Geometries, *, size: float) -> Geometries:
    """Polygons without the parts smaller than `size` squared; the largest part always stays."""
    chosen = np.flatnonzero(shapely.get_type_id(geometries) == shapely.GeometryType.MULTIPOLYGON)
    parts, owners = shapely.get_parts(geometries[chosen], return_index=True)
    areas = shapely.area(parts)
    largest = np.zeros(len(chosen))
    np.maximum.at(largest, owners, areas)
    stays = (areas >= size**2) | (areas >= largest[owners])
    found = geometries.copy()
    found[chosen] = shapely.multipolygons(parts[stays], indices=owners[stays])
    return found


def _corner_size(geometries: Geometries, most: int) -> float:
    """The size of the `most`-th largest corner: the root of its triangle's area."""
    rings = shapely.get_rings(shapely.get_parts(geometries[_is_polygonal(geometries)]))
    positions, ring = shapely.get_coordinates(rings, return_index=True)
    (dx, dy), (ex, ey) = (positions[1:-1] - positions[:-2]).T, (positions[2:] - positions[:-2]).T
    areas = np.where(ring[2:] == ring[:-2], np.abs(dx * ey - dy * ex) / 2, 0.0)
    place = max(0, len(areas) - most)
    return float(np.sqrt(np.partition(areas, place)[place])) if len(areas) else 0.0


def _vertices(geometries: Geometries) -> int:
    return int(shapely.get_num_coordinates(geometries[_is_polygonal(geometries)]).sum())


def _all_vertices(geometries: Geometries) -> int:
    return int(shapely.get_num_coordinates(geometries).sum())


def _thinned(geometries: Geometries, *, most: int) -> Geometries:
    """Shapes with about `most` vertices in all, every so manieth of each."""
    every = math.ceil(_all_vertices(geometries) / max(1, most))
    if every <= 1:
        return geometries
    return np.array([_every(shape, every) for shape in geometries] + [None], dtype=object)[:-1]


def _every(shape: Any, every: int) -> Any:
    """A shape with every so manieth of its vertices, and of its parts where these are small."""
    if isinstance(shape, shapely.LineString):
        places = shapely.get_coordinates(shape)
        return shapely.LineString(np.concatenate([places[:-1:every], places[-1:]]))
    if isinstance(shape, shapely.Polygon):
        rings = [_ring_of(ring, every) for ring in (shape.exterior, *shape.interiors)]
        return shapely.Polygon(rings[0], rings[1:])
    if not (parts := list(getattr(shape, "geoms", ()))):
        return shape
    of_part = shapely.get_num_coordinates(shape) / len(parts)
    least = 1 if isinstance(parts[0], shapely.Point) else _LEAST_OF_RING + 1
    kept = parts[:: math.ceil(max(1.0, min(every, least * every / of_part)))]
    return type(shape)([_every(part, every) for part in kept])


def _ring_of(ring: Any, every: int) -> npt.NDArray[np.float64]:
    places = shapely.get_coordinates(ring)[:-1]
    kept: npt.NDArray[np.float64] = places[:: max(1, min(every, len(places) // _LEAST_OF_RING))]
    return kept


def _diagonal(geometries: Geometries) -> float:
    west, south, east, north = shapely.total_bounds(geometries[_is_polygonal(geometries)])
    return math.hypot(east - west, north - south)
