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
import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

import shapely

from geo.errors import InvalidCode, InvalidScenario, InvalidShape
from geo.language import Text, texts
from geo.readiness.drawn_shapes import parse_line, parse_polygon
from geo.readiness.scenario import ROAD_RASTER, Figure, How, Road, Scenario, WhatIf, listed
from geo.vector.regions import BY_CODE, parse_regency_code

_SAY = texts(__name__)

Format = Literal["toml", "json"]
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_DISTANCE_RASTER = re.compile(r"[a-z][a-z0-9_]{0,29}_distance_m")
# A change for every criterion of every kecamatan is 1,560; every vertex of the regencies 4,000.
_MOST_CHANGES = 2_000
_MOST_VERTICES = 50_000
_MOST_BYTES = 4_000_000
_MOST_LETTERS = 2_000
_YEARS = (1900, 2200)
# Far above any measure of a zone, and far below where a product of two overflows.
_LARGEST = 1e15


def parse_scenario(given: str | Mapping[str, Any], *, format: Format = "toml") -> Scenario:
    """A scenario from its text, or from a mapping of JSON types.

    Zones, criteria, indicators, weights and the method are known to the data and the model only and
    are asked for when the scenario is applied.

    Raises
    ------
    InvalidScenario
        Naming the place (`measures[2].zone`) and what would be accepted there.
    """
    table = given if isinstance(given, Mapping) else _table(given, format)
    _require_keys(table, "", needed=("id", "title", "source"), known=_KEYS)
    stated = _entries(table, "indicators") + _entries(table, "measures") + _entries(table, "roads")
    shapes = _mapping(table, "zones")
    if len(stated) + len(shapes) > _MOST_CHANGES:
        raise _invalid(
            "scenario", _SAY["too_many"], found=len(stated) + len(shapes), most=_MOST_CHANGES
        )
    scenario = Scenario(
        id=_name(table["id"], "id", _ID),
        title=_title(table["title"]),
        source=_words(table["source"], "source"),
        note=_words(table.get("note", ""), "note", may_be_empty=True),
        figures=tuple(_figure(*e) for e in _entries(table, "indicators")),
        what_ifs=tuple(_what_if(*e) for e in _entries(table, "measures")),
        roads=tuple(_road(*e) for e in _entries(table, "roads")),
        zones={
            _words(area_id, "zones"): _shape(parse_polygon, member, f"zones.{area_id}")
            for area_id, member in shapes.items()
        },
        weights=_weights(_mapping(table, "weights")),
        judgements=_judgements(_mapping(table, "judgements")),
        method=None if table.get("method") is None else _words(table["method"], "method"),
        risk=_risk(table.get("risk")),
        year=None if table.get("year") is None else _year(table["year"], "year"),
    )
    _require_once(scenario)
    _require_few_vertices(scenario)
    return scenario


_KEYS = (
    *("id", "title", "source", "note", "indicators", "measures", "roads", "zones"),
    *("weights", "judgements", "method", "risk", "year"),
)


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


def _figure(entry: Mapping[str, Any], place: str) -> Figure:
    names = ("region", "indicator", "year", "value", "note", "source")
    _require_keys(entry, place, needed=names, known=names)
    return Figure(
        region=_region(entry["region"], f"{place}.region"),
        indicator=_words(entry["indicator"], f"{place}.indicator"),
        year=_year(entry["year"], f"{place}.year"),
        value=_number(entry["value"], f"{place}.value"),
        note=_words(entry["note"], f"{place}.note"),
        source=_words(entry["source"], f"{place}.source"),
    )


def _region(value: Any, place: str) -> str:
    try:
        code = parse_regency_code(value) if isinstance(value, str) else ""
    except InvalidCode:
        code = ""
    # A zone takes the figure of its regency; one of the province would change nothing.
    if code not in BY_CODE:
        raise _invalid(place, _SAY["no_regency"], value=_shown(value), known=listed(list(BY_CODE)))
    return code


def _what_if(entry: Mapping[str, Any], place: str) -> WhatIf:
    ways = get_args(How)
    _require_keys(entry, place, needed=("zone", "criterion"), known=("note", *ways))
    how = [way for way in ways if way in entry]
    if len(how) != 1:
        raise _invalid(place, _SAY["one_way"])
    return WhatIf(
        zone=_words(entry["zone"], f"{place}.zone"),
        criterion=_words(entry["criterion"], f"{place}.criterion"),
        how=how[0],
        amount=_number(entry[how[0]], f"{place}.{how[0]}"),
        note=_words(entry.get("note", ""), f"{place}.note", may_be_empty=True),
    )


def _road(entry: Mapping[str, Any], place: str) -> Road:
    _require_keys(entry, place, needed=("line",), known=("raster", "note"))
    return Road(
        line=_shape(parse_line, entry["line"], f"{place}.line"),
        raster=_name(entry.get("raster", ROAD_RASTER), f"{place}.raster", _DISTANCE_RASTER),
        note=_words(entry.get("note", ""), f"{place}.note", may_be_empty=True),
    )


def _shape(parse: Callable[..., shapely.Geometry], member: Any, place: str) -> shapely.Geometry:
    try:
        return parse(member, place=place)
    except InvalidShape as error:
        raise InvalidScenario(**error.facts) from error


def _weights(stated: Mapping[str, Any]) -> dict[str, float] | None:
    weights = {_words(k, "weights"): _number(v, f"weights.{k}") for k, v in stated.items()}
    return weights or None


def _judgements(stated: Mapping[str, Any]) -> dict[str, dict[tuple[str, str], float]] | None:
    groups: dict[str, dict[tuple[str, str], float]] = {}
    for group, rows in stated.items():
        pairs = groups.setdefault(_words(group, "judgements"), {})
        for i, row in enumerate(_list(rows, f"judgements.{group}")):
            place = f"judgements.{group}[{i}]"
            if not isinstance(row, list | tuple) or len(row) != 3:
                raise _invalid(place, _SAY["no_judgement"])
            first, second = (_words(name, place) for name in row[:2])
            if (first, second) in pairs or (second, first) in pairs:
                raise _invalid(place, _SAY["twice"], name=f"{first} / {second}")
            pairs[first, second] = _number(row[2], place)
    return groups or None


def _risk(value: Any) -> float | None:
    if value is None:
        return None
    risk = _number(value, "risk")
    if not 0 <= risk <= 1:
        raise _invalid("risk", _SAY["no_risk"], value=risk)
    return risk


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


def _entries(table: Mapping[str, Any], name: str) -> list[tuple[Mapping[str, Any], str]]:
    """The entries of a list of mappings, each with its place."""
    found = []
    given = table.get(name)
    for i, entry in enumerate(_list([] if given is None else given, name)):
        place = f"{name}[{i}]"
        if not isinstance(entry, Mapping):
            raise _invalid(place, _SAY["no_mapping"])
        found.append((entry, place))
    return found


def _list(value: Any, place: str) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise _invalid(place, _SAY["no_list"])
    return value


def _mapping(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = table.get(name)
    if not isinstance(value, Mapping | None):
        raise _invalid(name, _SAY["no_mapping"])
    return value or {}


def _require_keys(
    entry: Mapping[str, Any], place: str, *, needed: tuple[str, ...], known: tuple[str, ...]
) -> None:
    every = tuple(dict.fromkeys((*needed, *known)))
    prefix = f"{place}." if place else ""
    for name in needed:
        if entry.get(name) is None:
            raise _invalid(prefix + name, _SAY["missing"])
    for name in entry:
        if name not in every:
            raise _invalid(
                f"{prefix}{str(name)[:100]}", _SAY["unknown_key"], known=", ".join(every)
            )


def _title(value: Any) -> Text:
    if isinstance(value, Mapping):
        _require_keys(value, "title", needed=("id", "en"), known=())
        return Text(id=_words(value["id"], "title.id"), en=_words(value["en"], "title.en"))
    words = _words(value, "title")
    return Text(id=words, en=words)


def _name(value: Any, place: str, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise _invalid(place, _SAY["bad_name"], value=_shown(value), pattern=pattern.pattern)
    return value


def _words(value: Any, place: str, *, may_be_empty: bool = False) -> str:
    """A text on one line; breaks become spaces."""
    words = " ".join(value.split()) if isinstance(value, str) else None
    # What cannot be printed (control signs, halves of letters) cannot be written into JSON either.
    if words is None or not words.isprintable() or len(words) > _MOST_LETTERS:
        raise _invalid(place, _SAY["no_words"], most=_MOST_LETTERS)
    if not words and not may_be_empty:
        raise _invalid(place, _SAY["missing"])
    return words


def _number(value: Any, place: str) -> float:
    # True is 1 in Python, and a whole number may be larger than any float. NaN is no less than any.
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not abs(value) <= _LARGEST:
        raise _invalid(place, _SAY["no_number"], value=_shown(value), most=f"{_LARGEST:g}")
    return float(value) + 0.0  # -0.0 becomes 0.0: one number, one digest


def _year(value: Any, place: str) -> int:
    first, last = _YEARS
    if isinstance(value, bool) or not isinstance(value, int) or not first <= value <= last:
        raise _invalid(place, _SAY["no_year"], value=_shown(value), first=first, last=last)
    return value


def _shown(value: Any) -> str:
    # Python refuses to write out a number of more than 4,300 digits.
    is_huge = isinstance(value, int) and abs(value) >= 10**100
    return "…" if is_huge else str(value)[:100]


def _invalid(place: str, reason: Text, **facts: Any) -> InvalidScenario:
    return InvalidScenario(place=place, reason=reason.format(**facts))
