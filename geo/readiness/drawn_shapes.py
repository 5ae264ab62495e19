"""Lines and polygons that a person drew into a request: GeoJSON geometries, lon/lat, read strictly.

Files are read by `geo/ingest/geojson.py` and checked by `geo/ingest/geometry.py`; here there is one geometry, and
what is wrong with it is refused at once.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import shapely

from geo.errors import InvalidShape
from geo.language import Text, texts

_SAY = texts(__name__)

Position = tuple[float, float]
# Asking GEOS whether a ring is valid takes 16 s for two million vertices; so they are counted first.
MOST_VERTICES = 50_000


def parse_line(member: Any, *, place: str) -> shapely.LineString | shapely.MultiLineString:
    """A GeoJSON LineString or MultiLineString of some length, without heights.

    Raises
    ------
    InvalidShape
    """
    kind, coordinates = _member(member, place, ("LineString", "MultiLineString"))
    rows = [coordinates] if kind == "LineString" else _list(coordinates, place)
    lines = [_positions(row, f"{place}[{i}]") for i, row in enumerate(rows)]
    _require_few(lines, place)
    if not lines or any(len(set(line)) < 2 for line in lines):
        raise _invalid(place, _SAY["no_length"])
    parts = [shapely.LineString(line) for line in lines]
    return parts[0] if kind == "LineString" else shapely.MultiLineString(parts)


def parse_polygon(member: Any, *, place: str) -> shapely.Polygon | shapely.MultiPolygon:
    """A valid GeoJSON Polygon or MultiPolygon, without heights.

    Raises
    ------
    InvalidShape
    """
    kind, coordinates = _member(member, place, ("Polygon", "MultiPolygon"))
    rows = [coordinates] if kind == "Polygon" else _list(coordinates, place)
    polygons = [
        [_ring(ring, f"{place}[{i}][{j}]") for j, ring in enumerate(_list(rings, f"{place}[{i}]"))]
        for i, rings in enumerate(rows)
    ]
    _require_few([ring for rings in polygons for ring in rings], place)
    if not polygons or not all(polygons):
        raise _invalid(place, _SAY["empty"])
    parts = [shapely.Polygon(rings[0], rings[1:]) for rings in polygons]
    shape = parts[0] if kind == "Polygon" else shapely.MultiPolygon(parts)
    if not shapely.is_valid(shape):
        raise _invalid(place, _SAY["not_valid"], fault=shapely.is_valid_reason(shape))
    return shape


def _member(member: Any, place: str, kinds: tuple[str, ...]) -> tuple[str, Any]:
    kind = member.get("type") if isinstance(member, Mapping) else None
    if kind not in kinds:
        raise _invalid(place, _SAY["other_kind"], found=str(kind)[:50], expected=" / ".join(kinds))
    return str(kind), member.get("coordinates")


def _list(value: Any, place: str) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise _invalid(place, _SAY["no_list"])
    return value


def _positions(value: Any, place: str) -> list[Position]:
    return [_position(entry, f"{place}[{i}]") for i, entry in enumerate(_list(value, place))]


def _position(value: Any, place: str) -> Position:
    is_pair = isinstance(value, list | tuple) and len(value) in (2, 3)
    if not is_pair or not all(_is_number(number) for number in value):
        raise _invalid(place, _SAY["no_position"])
    lon, lat = float(value[0]), float(value[1])
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise _invalid(place, _SAY["outside"], lon=lon, lat=lat)
    return lon, lat


def _is_number(value: Any) -> bool:
    # True is 1 in Python, and a whole number may be larger than any float.
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and abs(value) < 1e300 and math.isfinite(value)


def _ring(value: Any, place: str) -> list[Position]:
    ring = _positions(value, place)
    if len(ring) < 4 or ring[0] != ring[-1]:
        raise _invalid(place, _SAY["not_closed"])
    return ring


def _require_few(rows: Sequence[Sequence[Position]], place: str) -> None:
    found = sum(len(row) for row in rows)
    if found > MOST_VERTICES:
        raise _invalid(place, _SAY["too_many"], found=found, most=MOST_VERTICES)


def _invalid(place: str, reason: Text, **facts: Any) -> InvalidShape:
    return InvalidShape(place=place, reason=reason.format(**facts))
