"""Spatial predicates of a filter: the nine relations of simple features, in lon/lat (OGC 21-065r2, 7.6)."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.errors import GEOSException, ShapelyError

from geo.errors import InvalidFilter
from geo.filtering.columns import DECIMALS, Mask, Operand, Shapes, Truth
from geo.filtering.limits import require_time
from geo.language import texts

_SAY = texts(__name__)

Moved = Callable[[shapely.Geometry], shapely.Geometry]
_PREDICATES: Mapping[str, Callable[[Any, Any], Any]] = {
    "s_intersects": shapely.intersects,
    "s_equals": shapely.equals,
    "s_disjoint": shapely.disjoint,
    "s_touches": shapely.touches,
    "s_crosses": shapely.crosses,
    "s_within": shapely.within,
    "s_contains": shapely.contains,
    "s_overlaps": shapely.overlaps,
}
SPATIAL = frozenset(_PREDICATES)
# Of outlines with thousands of vertices so many take some hundredths of a second.
_ASKED_TOGETHER = 64
# What holds of (a, b) when the predicate does of (b, a); the others are the same both ways.
_MIRRORED = {"s_within": "s_contains", "s_contains": "s_within"}
# What holds of (a, b) where b lies in the inside of the area a; the others do not.
_OF_WHAT_LIES_IN = ("s_intersects", "s_contains")


def related(name: str, left: Operand, right: Operand) -> Truth:
    """Whether two geometries stand to each other as a spatial predicate says.

    A geometry that stands for all features is prepared once, and only features whose bounds meet its
    bounds are looked at.
    """
    if not isinstance(left, Shapes) or not isinstance(right, Shapes):
        raise InvalidFilter(reason=_SAY["no_shape"].format(name=name.upper()), parameter="filter")
    if name == "s_disjoint":
        return ~related("s_intersects", left, right)
    if len(left) > 1 and len(right) == 1:
        return related(_MIRRORED.get(name, name), right, left)
    known = left.known & right.known
    true = np.zeros(len(known), dtype=np.bool_)
    near = known & (_same if name == "s_equals" else _meet)(left.bounds, right.bounds)
    places = np.flatnonzero(near)
    if name != "s_equals" and len(left) == 1 and _is_box(left):
        # What lies in a box without touching its border stands to it as its bounds do.
        is_inside = _lies_in(right.bounds[places], left.bounds)
        true[places[is_inside]] = name in _OF_WHAT_LIES_IN
        places = places[~is_inside]
    for begin in range(0, len(places), _ASKED_TOGETHER):
        require_time()
        some = places[begin : begin + _ASKED_TOGETHER]
        one, other = (each.at(some if len(each) > 1 else some[:1] * 0) for each in (left, right))
        true[some] = _asked(_PREDICATES[name], one, other)
    return Truth.of(true, known)


def kept(shapes: Shapes) -> Shapes:
    """The same geometries, each decoded once however often a filter asks for it."""
    decoded = np.full(len(shapes), None, dtype=object)
    is_decoded = np.zeros(len(shapes), dtype=np.bool_)

    def at(places: npt.NDArray[np.intp]) -> npt.NDArray[np.object_]:
        wanted = places[~is_decoded[places]]
        if len(wanted):
            decoded[wanted], is_decoded[wanted] = shapes.at(wanted), True
        found: npt.NDArray[np.object_] = decoded[places]
        return found

    return Shapes(shapes.bounds, at)


def _asked(
    predicate: Callable[[Any, Any], Any],
    one: npt.NDArray[np.object_],
    other: npt.NDArray[np.object_],
) -> Mask:
    if len(one) == 1:
        shapely.prepare(one)
    try:
        found: Mask = predicate(one, other)
    except GEOSException:
        # A reference layer may hold outlines that cross themselves.
        found = predicate(shapely.make_valid(one), shapely.make_valid(other))
    return found


def _meet(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> Mask:
    meets: Mask = (
        (one[:, 0] <= other[:, 2])
        & (one[:, 2] >= other[:, 0])
        & (one[:, 1] <= other[:, 3])
        & (one[:, 3] >= other[:, 1])
    )
    return meets


def _lies_in(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> Mask:
    return _all_four(np.hstack([one[:, :2] > other[:, :2], one[:, 2:] < other[:, 2:]]))


def _is_box(shapes: Shapes) -> bool:
    [shape] = shapes.at(np.zeros(1, dtype=np.intp))
    return bool(
        shape is not None
        and shape.geom_type == "Polygon"
        and shapely.get_num_coordinates(shape) == 5
        and shape.equals(shapely.box(*shapes.bounds[0]))
    )


def _same(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> Mask:
    return _all_four(one == other)


def _all_four(sides: Mask) -> Mask:
    all_of: Mask = np.all(sides, axis=1)
    return all_of


def shape_of(node: Mapping[str, Any], *, to_lonlat: Moved | None = None) -> Shapes:
    """The geometry that stands in a filter as GeoJSON or as a box; `to_lonlat` moves it there.

    A box whose west is greater than its east crosses the antimeridian.

    Raises
    ------
    InvalidFilter
        For what is no geometry, or no valid one.
    """
    geometry = _box(node["bbox"]) if "bbox" in node else _geometry(node)
    if to_lonlat is not None:
        geometry = to_lonlat(geometry)
    if not np.isfinite(shapely.get_coordinates(geometry)).all() or geometry.is_empty:
        raise InvalidFilter(reason=_SAY["no_place"], parameter="filter")
    if not geometry.is_valid:
        reason = _SAY["not_valid"].format(why=shapely.is_valid_reason(geometry))
        raise InvalidFilter(reason=reason, parameter="filter")
    geometries = np.array([_as_sent(geometry)], dtype=object)
    bounds = shapely.bounds(geometries).reshape(1, 4)
    if not _is_on_earth(*bounds[0]):
        raise InvalidFilter(reason=_SAY["off_earth"].format(**_ends(bounds[0])), parameter="filter")
    return Shapes(bounds, geometries.__getitem__)


def _as_sent(geometry: shapely.Geometry) -> shapely.Geometry:
    """As exact as the features are sent, so that what is equal or touches in the data does so here."""
    rounded = shapely.transform(geometry, lambda positions: np.round(positions, DECIMALS))
    return rounded if rounded.is_valid else geometry


def _is_on_earth(west: float, south: float, east: float, north: float) -> bool:
    return west >= -180 and south >= -90 and east <= 180 and north <= 90


def _ends(bounds: npt.NDArray[np.float64]) -> dict[str, str]:
    return dict(
        zip(("west", "south", "east", "north"), (f"{one:g}" for one in bounds), strict=True)
    )


def _geometry(node: Mapping[str, Any]) -> shapely.Geometry:
    try:
        return shapely.force_2d(shapely.geometry.shape(node))
    except (ShapelyError, TypeError, ValueError, KeyError, AttributeError, IndexError) as error:
        raise InvalidFilter(reason=_SAY["no_geometry"], parameter="filter") from error


def _box(numbers: Any) -> shapely.Geometry:
    is_box = isinstance(numbers, list) and len(numbers) in (4, 6)
    if not is_box or not all(type(one) in (int, float) for one in numbers):
        raise InvalidFilter(reason=_SAY["no_box"], parameter="filter")
    middle = len(numbers) // 2
    (west, south), (east, north) = numbers[:2], numbers[middle : middle + 2]
    if south > north:
        raise InvalidFilter(reason=_SAY["no_box"], parameter="filter")
    if west <= east:
        return _rectangle(west, south, east, north)
    parts = [_rectangle(west, south, 180.0, north), _rectangle(-180.0, south, east, north)]
    return shapely.union_all(parts)


def _rectangle(west: float, south: float, east: float, north: float) -> shapely.Geometry:
    # A box without area is a point or a line: as a polygon it would be invalid and meet nothing.
    corners = sorted({(west, south), (east, north)})
    if west < east and south < north:
        return shapely.box(west, south, east, north)
    return shapely.Point(corners[0]) if len(corners) == 1 else shapely.LineString(corners)
