"""The text format of a scenario, TOML or JSON, read strictly: a refusal names place and mend.

```toml
id = "jalan-baru"
title = { id = "Jalan baru", en = "New road" }
source = "Rencana Dinas PUPR 2026"
year = 2026                                # also: note, method, risk

[[indicators]]                             # a figure of a regency
region = "63.04"
indicator = "tpt_agustus"
year = 2026
value = 3.0
note = "Perkiraan"
source = "Disnakertrans"

[[measures]]                               # a what-if: one of set, add, multiply
zone = "angsana"
criterion = "air_minum"
add = 5

[[roads]]                                  # raster: road_distance_m unless said
line = { type = "LineString", coordinates = [[115.5, -3.6], [115.6, -3.7]] }

[zones.angsana]                            # a new geometry
type = "Polygon"
coordinates = [[[115.5, -3.6], [115.6, -3.6], [115.6, -3.7], [115.5, -3.6]]]

[weights]                                  # or [judgements], as in a model
huni = 0.4
```
"""

import json
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, get_args

import shapely
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainValidator,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from geo.errors import InvalidCode, InvalidScenario
from geo.language import Text, texts
from geo.readiness.scenario import ROAD_RASTER, Figure, How, Road, Scenario, WhatIf
from geo.vector.regions import parse_regency_code

_SAY = texts(__name__)

Format = Literal["toml", "json"]
Position = tuple[float, float]
Pairs = dict[tuple[str, str], float]

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_DISTANCE_RASTER = re.compile(r"[a-z][a-z0-9_]{0,29}_distance_m")
# A change for every criterion of every kecamatan is 1,560; every vertex of the regencies 4,000.
_MOST_CHANGES = 2_000
# Asking GEOS whether a ring is valid takes 16 s for two million vertices; so they are counted first.
_MOST_VERTICES = 50_000
_MOST_BYTES = 4_000_000
_MOST_LETTERS = 2_000
_YEARS = (1900, 2200)
# Far above any measure of a zone, and far below where a product of two overflows.
_LARGEST = 1e15


def parse_scenario(given: str | Mapping[str, Any], *, format: Format = "toml") -> Scenario:
    """A scenario from its text, or from a mapping of JSON types.

    Regencies, zones, criteria, indicators, weights and the method are known to the data and the model only and
    are asked for when the scenario is applied.

    Raises
    ------
    InvalidScenario
        Naming the place (`measures[2].zone`) and what would be accepted there.
    """
    table = given if isinstance(given, Mapping) else _table(given, format)
    n_changes = sum(_size(table.get(name)) for name in _CHANGES)
    if n_changes > _MOST_CHANGES:
        raise _invalid("scenario", _SAY["too_many"], found=n_changes, most=_MOST_CHANGES)
    try:
        stated = _Stated.model_validate(table)
    except ValidationError as refused:
        raise _refusal(refused.errors(include_url=False)) from None
    scenario = Scenario(
        id=stated.id,
        title=Text(**dict(stated.title)),
        source=stated.source,
        note=stated.note,
        figures=tuple(Figure(**dict(figure)) for figure in stated.indicators),
        what_ifs=tuple(_what_if(w, f"measures[{i}]") for i, w in enumerate(stated.measures)),
        roads=tuple(Road(**dict(road)) for road in stated.roads),
        zones=stated.zones,
        weights=stated.weights or None,
        judgements=stated.judgements or None,
        method=stated.method,
        risk=stated.risk,
        year=stated.year,
    )
    _require_once(scenario)
    _require_few_vertices(scenario)
    return scenario


_CHANGES = ("indicators", "measures", "roads", "zones")


def _size(value: Any) -> int:
    return len(value) if isinstance(value, list | tuple | Mapping) else 0


def _table(text: str, format: Format) -> Mapping[str, Any]:
    if len(text) > _MOST_BYTES:
        raise _invalid("scenario", _SAY["too_long"], found=len(text), most=_MOST_BYTES)
    try:
        if format == "toml":
            return tomllib.loads(text)
        table = json.loads(text, object_pairs_hook=_object)
    # Besides bad syntax: numbers of thousands of digits, and brackets deeper than Python's stack.
    except (ValueError, RecursionError) as error:
        raise _invalid(
            "scenario", _SAY["no_syntax"], format=format.upper(), error=str(error)
        ) from error
    if not isinstance(table, dict):
        raise _invalid("scenario", _SAY["no_mapping"])
    return table


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(n for n in names if names.count(n) > 1)!r} stands twice")
    return made


def _what_if(stated: "_WhatIf", place: str) -> WhatIf:
    how = [way for way in get_args(How) if way in stated.model_fields_set]
    if len(how) != 1:
        raise _invalid(place, _SAY["one_way"])
    return WhatIf(stated.zone, stated.criterion, how[0], getattr(stated, how[0]), stated.note)


def _require_once(scenario: Scenario) -> None:
    """Two changes of one thing would have to have an order."""
    figures = [f"{f.indicator} / {f.region} / {f.year}" for f in scenario.figures]
    what_ifs = [f"{w.zone} / {w.criterion}" for w in scenario.what_ifs]
    for place, names in (("indicators", figures), ("measures", what_ifs)):
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise _invalid(place, _SAY["twice"], name=twice)
    if scenario.weights is not None and scenario.judgements is not None:
        raise _invalid("weights", _SAY["both"])


def _require_few_vertices(scenario: Scenario) -> None:
    shapes = [road.line for road in scenario.roads] + list(scenario.zones.values())
    found = int(shapely.get_num_coordinates(shapes).sum()) if shapes else 0
    if found > _MOST_VERTICES:
        raise _invalid("scenario", _SAY["too_many_vertices"], found=found, most=_MOST_VERTICES)


def _fault(reason: Text, *, at: str = "") -> PydanticCustomError:
    """What a validator raises: why a value cannot be used, and where inside the value."""
    return PydanticCustomError("said", "said", {"reason": reason, "at": at})


def _refusal(faults: Sequence[ErrorDetails]) -> InvalidScenario:
    """The first fault; a key of the whole that is missing or unknown stands before all others."""
    of_keys = ("missing", "extra_forbidden")
    fault = min(faults, key=lambda f: len(f["loc"]) > 1 or f["type"] not in of_keys)
    # A fault of a name in a mapping is one of the mapping.
    loc = fault["loc"][:-2] if fault["loc"][-1:] == ("[key]",) else fault["loc"]
    parts = [f"[{part}]" if isinstance(part, int) else f".{part[:100]}" for part in loc]
    place = "".join(parts)[1:] or "scenario"
    kind = fault["type"]
    if kind == "said":
        return InvalidScenario(place=place + fault["ctx"]["at"], reason=fault["ctx"]["reason"])
    if kind == "missing":
        return _invalid(place, _SAY["missing"])
    if kind == "extra_forbidden":
        part = _PARTS[str(loc[0])] if len(loc) > 1 else _Stated
        return _invalid(place, _SAY["unknown_key"], known=", ".join(part.model_fields))
    # A lone half of a letter in a name.
    if kind == "string_unicode":
        return _invalid(place, _SAY["no_words"], most=_MOST_LETTERS)
    return _invalid(place, _SAY["no_list"] if kind == "list_type" else _SAY["no_mapping"])


def _words(value: Any) -> str:
    """A text on one line; breaks become spaces."""
    words = " ".join(value.split()) if isinstance(value, str) else None
    # What cannot be printed (control signs, halves of letters) cannot be written into JSON either.
    if words is None or not words.isprintable() or len(words) > _MOST_LETTERS:
        raise _fault(_SAY["no_words"].format(most=_MOST_LETTERS))
    return words


def _some_words(value: Any) -> str:
    if words := _words(value):
        return words
    raise _fault(_SAY["missing"])


def _name(value: Any, pattern: re.Pattern[str]) -> str:
    if isinstance(value, str) and pattern.fullmatch(value):
        return value
    raise _fault(_SAY["bad_name"].format(value=_shown(value), pattern=pattern.pattern))


def _region(value: Any) -> str:
    # A zone takes the figure of its regency; one of the province would change nothing.
    try:
        if isinstance(value, str):
            return parse_regency_code(value)
    except InvalidCode:
        pass
    raise _fault(_SAY["no_regency"].format(value=_shown(value)))


def _number(value: Any) -> float:
    # True is 1 in Python, and a whole number may be larger than any float. NaN is no less than any.
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not abs(value) <= _LARGEST:
        raise _fault(_SAY["no_number"].format(value=_shown(value), most=f"{_LARGEST:g}"))
    return float(value) + 0.0  # -0.0 becomes 0.0: one number, one digest


def _risk(value: Any) -> float:
    risk = _number(value)
    if not 0 <= risk <= 1:
        raise _fault(_SAY["no_risk"].format(value=risk))
    return risk


def _year(value: Any) -> int:
    first, last = _YEARS
    if isinstance(value, bool) or not isinstance(value, int) or not first <= value <= last:
        raise _fault(_SAY["no_year"].format(value=_shown(value), first=first, last=last))
    return value


def _pairs(rows: Any) -> Pairs:
    if not isinstance(rows, list | tuple):
        raise _fault(_SAY["no_list"])
    pairs: Pairs = {}
    for i, row in enumerate(rows):
        try:
            first, second, ratio = _judgement(row)
            if (first, second) in pairs or (second, first) in pairs:
                raise _fault(_SAY["twice"].format(name=f"{first} / {second}"))
        except PydanticCustomError as fault:
            raise _fault((fault.context or {})["reason"], at=f"[{i}]") from None
        pairs[first, second] = ratio
    return pairs


def _judgement(row: Any) -> tuple[str, str, float]:
    if not isinstance(row, list | tuple) or len(row) != 3:
        raise _fault(_SAY["no_judgement"])
    return _some_words(row[0]), _some_words(row[1]), _number(row[2])


def _in_both(title: Any) -> Any:
    """A title that is one text is that in both languages."""
    return title if isinstance(title, Mapping) else dict.fromkeys(("id", "en"), _some_words(title))


def _shown(value: Any) -> str:
    # Python refuses to write out a number of more than 4,300 digits.
    is_huge = isinstance(value, int) and abs(value) >= 10**100
    return "…" if is_huge else str(value)[:100]


def _invalid(place: str, reason: Text, **facts: Any) -> InvalidScenario:
    return InvalidScenario(place=place, reason=reason.format(**facts))


def _line(member: Any) -> shapely.Geometry:
    """A GeoJSON LineString or MultiLineString of some length, without heights."""
    kind, coordinates = _member(member, ("LineString", "MultiLineString"))
    rows = [coordinates] if kind == "LineString" else _list(coordinates)
    lines = [_positions(row, f"[{i}]") for i, row in enumerate(rows)]
    _require_few(lines)
    if not lines or any(len(set(line)) < 2 for line in lines):
        raise _fault(_SAY["no_length"])
    parts = [shapely.LineString(line) for line in lines]
    return parts[0] if kind == "LineString" else shapely.MultiLineString(parts)


def _polygon(member: Any) -> shapely.Geometry:
    """A valid GeoJSON Polygon or MultiPolygon, without heights."""
    kind, coordinates = _member(member, ("Polygon", "MultiPolygon"))
    rows = [coordinates] if kind == "Polygon" else _list(coordinates)
    polygons = [
        [_ring(ring, f"[{i}][{j}]") for j, ring in enumerate(_list(rings, f"[{i}]"))]
        for i, rings in enumerate(rows)
    ]
    _require_few([ring for rings in polygons for ring in rings])
    if not polygons or not all(polygons):
        raise _fault(_SAY["empty"])
    parts = [shapely.Polygon(rings[0], rings[1:]) for rings in polygons]
    shape = parts[0] if kind == "Polygon" else shapely.MultiPolygon(parts)
    if not shapely.is_valid(shape):
        raise _fault(_SAY["not_valid"].format(fault=shapely.is_valid_reason(shape)))
    return shape


def _member(member: Any, kinds: tuple[str, ...]) -> tuple[str, Any]:
    kind = member.get("type") if isinstance(member, Mapping) else None
    if kind not in kinds:
        expected = " / ".join(kinds)
        raise _fault(_SAY["other_kind"].format(found=str(kind)[:50], expected=expected))
    return str(kind), member.get("coordinates")


def _list(value: Any, at: str = "") -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise _fault(_SAY["no_coordinates"], at=at)
    return value


def _positions(value: Any, at: str) -> list[Position]:
    return [_position(entry, f"{at}[{i}]") for i, entry in enumerate(_list(value, at))]


def _position(value: Any, at: str) -> Position:
    is_pair = isinstance(value, list | tuple) and len(value) in (2, 3)
    if not is_pair or not all(_is_number(number) for number in value):
        raise _fault(_SAY["no_position"], at=at)
    lon, lat = float(value[0]), float(value[1])
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise _fault(_SAY["outside"].format(lon=lon, lat=lat), at=at)
    return lon, lat


def _is_number(value: Any) -> bool:
    # True is 1 in Python, and a whole number may be larger than any float.
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and abs(value) < 1e300 and math.isfinite(value)


def _ring(value: Any, at: str) -> list[Position]:
    ring = _positions(value, at)
    if len(ring) < 4 or ring[0] != ring[-1]:
        raise _fault(_SAY["not_closed"], at=at)
    return ring


def _require_few(rows: Sequence[Sequence[Position]]) -> None:
    found = sum(len(row) for row in rows)
    if found > _MOST_VERTICES:
        raise _fault(_SAY["shape_too_large"].format(found=found, most=_MOST_VERTICES))


_Words = Annotated[str, PlainValidator(_some_words)]
_Note = Annotated[str, PlainValidator(_words)]
_Number = Annotated[float, PlainValidator(_number)]
_Year = Annotated[int, PlainValidator(_year)]


class _Part(BaseModel):
    """What stands in a scenario; of what may be left out, null is nothing."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        empty = {n for n, f in cls.model_fields.items() if not isinstance(f.default, str | float)}
        return {n: value for n, value in given.items() if value is not None or n not in empty}


class _Title(_Part):
    id: _Words
    en: _Words


class _Figure(_Part):
    region: Annotated[str, PlainValidator(_region)]
    indicator: _Words
    year: _Year
    value: _Number
    note: _Words
    source: _Words


class _WhatIf(_Part):
    zone: _Words
    criterion: _Words
    note: _Note = ""
    set: _Number = 0.0
    add: _Number = 0.0
    multiply: _Number = 0.0


class _Road(_Part):
    line: Annotated[shapely.Geometry, PlainValidator(_line)]
    raster: Annotated[str, PlainValidator(lambda value: _name(value, _DISTANCE_RASTER))] = (
        ROAD_RASTER
    )
    note: _Note = ""


class _Stated(_Part):
    id: Annotated[str, PlainValidator(lambda value: _name(value, _ID))]
    title: Annotated[_Title, BeforeValidator(_in_both)]
    source: _Words
    note: _Note = ""
    indicators: list[_Figure] = []
    measures: list[_WhatIf] = []
    roads: list[_Road] = []
    zones: dict[_Words, Annotated[shapely.Geometry, PlainValidator(_polygon)]] = {}
    weights: dict[_Words, _Number] = {}
    judgements: dict[_Words, Annotated[Pairs, PlainValidator(_pairs)]] = {}
    method: Annotated[str | None, PlainValidator(_some_words)] = None
    risk: Annotated[float | None, PlainValidator(_risk)] = None
    year: Annotated[int | None, PlainValidator(_year)] = None


_PARTS: dict[str, type[_Part]] = {
    "title": _Title, "indicators": _Figure, "measures": _WhatIf, "roads": _Road
}  # fmt: skip
