"""Pure. Lines and polygons that a person drew into a request: GeoJSON geometries, lon/lat, read strictly.

Files are read by `geo/ingest/geojson.py` and checked by `geo/ingest/geometry.py`; here there is one geometry, and
what is wrong with it is refused at once.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import shapely

from geo.errors import InvalidInput
from geo.language import Text

Position = tuple[float, float]
# Asking GEOS whether a ring is valid takes 16 s for two million vertices; so they are counted first.
MOST_VERTICES = 50_000


class InvalidShape(InvalidInput):
    """A geometry that cannot be used; `place` names where."""

    title = Text(id="Geometri tidak sah", en="Invalid geometry")
    sentence = Text(
        id="Geometri tidak dapat dipakai, di {place}: {reason}",
        en="The geometry cannot be used, at {place}: {reason}",
    )


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
        raise _invalid(place, _NO_LENGTH)
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
        raise _invalid(place, _EMPTY)
    parts = [shapely.Polygon(rings[0], rings[1:]) for rings in polygons]
    shape = parts[0] if kind == "Polygon" else shapely.MultiPolygon(parts)
    if not shapely.is_valid(shape):
        raise _invalid(place, _NOT_VALID, fault=shapely.is_valid_reason(shape))
    return shape


def _member(member: Any, place: str, kinds: tuple[str, ...]) -> tuple[str, Any]:
    kind = member.get("type") if isinstance(member, Mapping) else None
    if kind not in kinds:
        raise _invalid(place, _OTHER_KIND, found=str(kind)[:50], expected=" / ".join(kinds))
    return str(kind), member.get("coordinates")


def _list(value: Any, place: str) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise _invalid(place, _NO_LIST)
    return value


def _positions(value: Any, place: str) -> list[Position]:
    return [_position(entry, f"{place}[{i}]") for i, entry in enumerate(_list(value, place))]


def _position(value: Any, place: str) -> Position:
    is_pair = isinstance(value, list | tuple) and len(value) in (2, 3)
    if not is_pair or not all(_is_number(number) for number in value):
        raise _invalid(place, _NO_POSITION)
    lon, lat = float(value[0]), float(value[1])
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise _invalid(place, _OUTSIDE, lon=lon, lat=lat)
    return lon, lat


def _is_number(value: Any) -> bool:
    # True is 1 in Python, and a whole number may be larger than any float.
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and abs(value) < 1e300 and math.isfinite(value)


def _ring(value: Any, place: str) -> list[Position]:
    ring = _positions(value, place)
    if len(ring) < 4 or ring[0] != ring[-1]:
        raise _invalid(place, _NOT_CLOSED)
    return ring


def _require_few(rows: Sequence[Sequence[Position]], place: str) -> None:
    found = sum(len(row) for row in rows)
    if found > MOST_VERTICES:
        raise _invalid(place, _TOO_MANY, found=found, most=MOST_VERTICES)


def _invalid(place: str, reason: Text, **facts: Any) -> InvalidShape:
    return InvalidShape(place=place, reason=reason.format(**facts))


_OTHER_KIND = Text(
    id="jenisnya {found}, yang diterima: {expected} (GeoJSON).",
    en="its type is {found}; accepted: {expected} (GeoJSON).",
)
_NO_LIST = Text(id="koordinatnya bukan daftar.", en="its coordinates are no list.")
_NO_POSITION = Text(
    id="posisi harus [bujur, lintang] dalam bilangan.",
    en="a position must be [lon, lat] in numbers.",
)
_OUTSIDE = Text(
    id="[{lon}, {lat}] di luar bumi. Urutannya bujur lalu lintang, dalam derajat.",
    en="[{lon}, {lat}] is not on the earth. The order is lon, then lat, in degrees.",
)
_NO_LENGTH = Text(
    id="garis perlu paling sedikit dua titik yang berbeda.",
    en="a line needs at least two different points.",
)
_NOT_CLOSED = Text(
    id="cincin perlu paling sedikit 4 posisi, yang pertama sama dengan yang terakhir.",
    en="a ring needs at least 4 positions, the first the same as the last.",
)
_EMPTY = Text(id="poligonnya kosong.", en="the polygon is empty.")
_NOT_VALID = Text(
    id="poligonnya tidak sah ({fault}). Gambar ulang tanpa garis yang berpotongan.",
    en="the polygon is not valid ({fault}). Draw it again without lines that cross.",
)
_TOO_MANY = Text(
    id="{found} titik sudut; paling banyak {most}. Sederhanakan garisnya.",
    en="{found} vertices; {most} at most. Simplify the outline.",
)
