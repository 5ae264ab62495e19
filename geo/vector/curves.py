"""Curved geometries made of straight pieces: arcs of WKB that GEOS reads but shapely cannot hold.

CAD programs and ArcGIS draw borders as arcs (SQL/MM: circular strings, compound curves and what is
made of them). Everything here works with straight edges, so an arc gets a vertex for every degree
of its turn, and how far that leaves it is told.
"""

import math
import struct
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

# A chord of one degree leaves its arc by 1 - cos(0.5°) = 0.004 % of the radius.
STEP_DEG = 1.0
_DEEPEST = 32
# ISO 13249-3 counts dimensions in thousands of the type; PostGIS sets bits.
_Z_BIT, _M_BIT, _SRID_BIT = 0x80000000, 0x40000000, 0x20000000

_Positions = npt.NDArray[np.float64]
# Surfaces of three dimensions that the format may hold and no map of areas can.
_SURFACES = {15: "PolyhedralSurface", 16: "TIN", 17: "Triangle"}


class SurfaceGeometry(ValueError):
    """A geometry of faces in space, which has no area on a map; `kind` is what the standard calls it."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(kind)


class Linear(NamedTuple):
    """A geometry of straight edges; how far it is at most from its arcs, None where it had none."""

    geometry: shapely.Geometry
    deviation: float | None


class _Head(NamedTuple):
    """Type number without its dimensions, whether Z and M follow, byte order, where the body begins."""

    kind: int
    has_z: bool
    has_m: bool
    order: str
    start: int


def linear_from_wkb(wkb: bytes) -> Linear:
    """The geometry of a well-known binary with every arc as straight pieces.

    Arcs are those of the plane of the coordinates, as GDAL draws them. An arc that two polygons
    share, in whichever direction, gets the same vertices in both. Heights are interpolated, measures
    left out.

    Raises
    ------
    SurfaceGeometry
        For a polyhedral surface, a TIN or a triangle.
    ValueError
        For a binary that is cut, of an unknown type or nested too deeply.
    """
    sagittas: list[float] = []
    try:
        made, _ = _read(wkb, 0, depth=0, sagittas=sagittas)
    except struct.error as error:
        raise ValueError("it is cut off") from error
    return Linear(made, max(sagittas, default=None))


def _read(
    wkb: bytes, at: int, *, depth: int, sagittas: list[float]
) -> tuple[shapely.Geometry, int]:
    """The geometry that begins at a byte, and the byte after it; `sagittas` grows by each arc's."""
    head = _head(wkb, at)
    if head.kind in _SURFACES:
        raise SurfaceGeometry(_SURFACES[head.kind])
    if depth > _DEEPEST or head.kind not in _MAKERS:
        raise ValueError(f"WKB type {head.kind}")
    if head.kind in (1, 2, 8):
        positions, end = _positions(wkb, head)
        return _line_or_point(positions, head.kind, sagittas), end
    (count,) = struct.unpack_from(f"{head.order}I", wkb, head.start)
    at = head.start + 4
    parts: list[shapely.Geometry] = []
    for _ in range(count):
        if head.kind == 3:
            ring, at = _positions(wkb, head._replace(start=at))
            parts.append(shapely.LineString(ring))
        else:
            part, at = _read(wkb, at, depth=depth + 1, sagittas=sagittas)
            parts.append(part)
    return _MAKERS[head.kind](parts), at


def _head(wkb: bytes, at: int) -> _Head:
    order = "<" if wkb[at : at + 1] == b"\1" else ">"
    (code,) = struct.unpack_from(f"{order}I", wkb, at + 1)
    start = at + (9 if code & _SRID_BIT else 5)
    dimensions, kind = divmod(code & 0x0FFFFFFF, 1000)
    has_z = dimensions in (1, 3) or bool(code & _Z_BIT)
    has_m = dimensions in (2, 3) or bool(code & _M_BIT)
    return _Head(kind, has_z, has_m, order, start)


def _positions(wkb: bytes, head: _Head) -> tuple[_Positions, int]:
    """(n, 2 or 3) positions, and the byte after them."""
    count, at = 1, head.start
    if head.kind != 1:
        (count,) = struct.unpack_from(f"{head.order}I", wkb, at)
        at += 4
    width = 2 + head.has_z + head.has_m
    if at + 8 * width * count > len(wkb):
        raise ValueError("it is cut off")
    flat = np.frombuffer(wkb, f"{head.order}f8", width * count, at)
    kept = flat.reshape(count, width)[:, : 3 if head.has_z else 2].astype(np.float64)
    return kept, at + 8 * width * count


def _line_or_point(positions: _Positions, kind: int, sagittas: list[float]) -> shapely.Geometry:
    if kind == 1:
        return shapely.Point() if np.isnan(positions).all() else shapely.Point(positions[0])
    return shapely.LineString(positions if kind == 2 else _straightened(positions, sagittas))


def _straightened(positions: _Positions, sagittas: list[float]) -> _Positions:
    """The vertices of a circular string: arcs of three positions, each begun where the last ended."""
    if len(positions) and (len(positions) < 3 or len(positions) % 2 == 0):
        raise ValueError(f"a circular string of {len(positions)} positions")
    arcs = [_arc(positions[at : at + 3], sagittas)[1:] for at in range(0, len(positions) - 2, 2)]
    return np.vstack([positions[:1], *arcs])


def _arc(three: _Positions, sagittas: list[float]) -> _Positions:
    """(n, 2 or 3) vertices from the first position over the second to the third."""
    if tuple(three[2, :2]) < tuple(three[0, :2]):
        return _arc(three[::-1], sagittas)[::-1]
    begin, via, end = three[:, :2]
    if np.array_equal(begin, end):  # a whole circle; its second position lies opposite
        centre, turn = (begin + via) / 2, 2 * np.pi
    else:
        doubled = 2 * np.linalg.det(np.array([via - begin, end - begin]))
        if doubled == 0 or not np.isfinite(three).all():  # on one line
            sagittas.append(0.0)
            return three
        sides = np.array([via - begin, end - begin])
        squares = (sides**2).sum(axis=1)
        offset = np.array([sides[1, 1], -sides[1, 0]]) * squares[0]
        offset += np.array([-sides[0, 1], sides[0, 0]]) * squares[1]
        centre = begin + offset / doubled
        turn = _turn(begin - centre, end - centre, is_left=doubled > 0)
    first = _turn(begin - centre, via - centre, is_left=turn > 0)
    # The height of the widest segment: no chord turns by more than STEP_DEG.
    step = max(abs(part) / _pieces(part) for part in (first, turn - first))
    sagittas.append(float(np.hypot(*(begin - centre))) * (1 - math.cos(step / 2)))
    halves = [_half(three[:2], centre, first), _half(three[1:], centre, turn - first)]
    return np.vstack([halves[0], halves[1][1:]])


def _turn(begin: _Positions, end: _Positions, *, is_left: bool) -> float:
    """The angle from one direction to another, in radians: positive to the left, else negative."""
    turn = (np.arctan2(end[1], end[0]) - np.arctan2(begin[1], begin[0])) % (2 * np.pi)
    return float(turn if is_left else turn - 2 * np.pi)


def _pieces(turn: float) -> int:
    return max(1, math.ceil(abs(math.degrees(turn)) / STEP_DEG))


def _half(two: _Positions, centre: _Positions, turn: float) -> _Positions:
    """Vertices of the arc between two positions, which stay exactly as they are."""
    shares = np.linspace(0, 1, _pieces(turn) + 1)
    x, y = two[0, :2] - centre
    cos, sin = np.cos(turn * shares), np.sin(turn * shares)
    vertices: _Positions = two[0] + (two[1] - two[0]) * shares[:, None]
    vertices[:, 0] = centre[0] + x * cos - y * sin
    vertices[:, 1] = centre[1] + x * sin + y * cos
    vertices[0], vertices[-1] = two
    return vertices


def _joined(parts: list[shapely.Geometry]) -> shapely.LineString:
    """A compound curve: pieces that begin where the one before ends."""
    pieces = [shapely.get_coordinates(part, include_z=bool(part.has_z)) for part in parts]
    if not pieces:
        return shapely.LineString()
    return shapely.LineString(np.vstack([pieces[0], *(piece[1:] for piece in pieces[1:])]))


def _polygon(rings: list[shapely.Geometry]) -> shapely.Polygon:
    # shapely would close an open ring without a word.
    if not all(ring.is_closed for ring in rings):
        raise ValueError("a ring is not closed")
    return shapely.Polygon(rings[0], rings[1:]) if rings else shapely.Polygon()


_MAKERS: dict[int, Callable[[list[shapely.Geometry]], shapely.Geometry]] = {
    1: shapely.Point,
    2: shapely.LineString,
    3: _polygon,
    4: shapely.MultiPoint,
    5: shapely.MultiLineString,
    6: shapely.MultiPolygon,
    7: shapely.GeometryCollection,
    8: shapely.LineString,
    9: _joined,
    10: _polygon,
    11: shapely.MultiLineString,
    12: shapely.MultiPolygon,
}
