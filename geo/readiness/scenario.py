"""A scenario: named changes that give a second Assessment beside the first.

A road built, a forecast, a zone enlarged, a what-if on one measure, another weight set. A scenario
never touches what is published: `geo/readiness/scenario_apply.py` makes changed copies, and whatever it
changes names the scenario. The text format is read by `geo/planning/scenario_file.py`; two assessments are
compared by `geo/readiness/compare.py`.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import shapely

from geo.language import Text, filled, texts
from geo.mcda.model import Model
from geo.mcda.value_functions import IndicatorMeasure

_SAY = texts(__name__)

How = Literal["set", "add", "multiply"]
ROAD_RASTER = "road_distance_m"
# Names in a refusal: enough to see the mistake, whatever was sent.
_MOST_LISTED = 20


@dataclass(frozen=True, slots=True)
class Figure:
    """An indicator's figure of a regency in a year: a forecast or a target, with who says so."""

    region: str
    indicator: str
    year: int
    value: float
    note: str
    source: str


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One measure of one zone set to an amount, raised by it or multiplied by it.

    `amount` is in the criterion's unit; for `multiply` it is a factor.
    """

    zone: str
    criterion: str
    how: How
    amount: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Road:
    """A line (lon/lat) to which the distances of a land raster are taken as well."""

    line: shapely.Geometry
    raster: str = ROAD_RASTER
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """A named set of changes; one without any is the present.

    `zones` are new geometries (polygons, lon/lat) by `area_id`. `weights` are as in
    `geo.mcda.model.weights_from`, `judgements` by group as in `geo.mcda.model.weights_from_judgements`;
    at most one of the two is stated. None means that the present one stays. Two scenarios are the
    same when their `digest` is.
    """

    id: str
    title: Text
    source: str
    note: str = ""
    figures: tuple[Figure, ...] = ()
    what_ifs: tuple[WhatIf, ...] = ()
    roads: tuple[Road, ...] = ()
    zones: Mapping[str, shapely.Geometry] = field(default_factory=dict)
    weights: Mapping[str, float] | None = None
    judgements: Mapping[str, Mapping[tuple[str, str], float]] | None = None
    method: str | None = None
    risk: float | None = None
    year: int | None = None

    @property
    def is_measured_anew(self) -> bool:
        """Whether indicators, rasters or zones change, so that zones must be measured again."""
        return bool(self.figures or self.roads or self.zones)


def mark(scenario: Scenario) -> Text:
    """How notes name a scenario: `Skenario Jalan baru`, `Scenario New road`."""
    return filled(_SAY["mark"], title=scenario.title)


def source_of(scenario: Scenario) -> str:
    """What stands as the source of whatever the scenario changed."""
    return f"{mark(scenario).id}: {scenario.source}"


def digest(scenario: Scenario) -> str:
    """The sha256 of a scenario's canonical JSON: the same for the same changes in any order."""
    text = json.dumps(as_mapping(scenario), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def as_mapping(scenario: Scenario) -> dict[str, Any]:
    """A scenario as JSON types, in the format that `geo.planning.scenario_file.parse_scenario` reads."""
    figures = sorted(scenario.figures, key=lambda f: (f.indicator, f.region, f.year))
    what_ifs = sorted(scenario.what_ifs, key=lambda w: (w.zone, w.criterion))
    stated: dict[str, Any] = {
        "id": scenario.id,
        "title": scenario.title._asdict(),
        "source": scenario.source,
        "note": scenario.note,
        "indicators": [
            {name: getattr(f, name) for name in Figure.__dataclass_fields__} for f in figures
        ],
        "measures": [
            {"zone": w.zone, "criterion": w.criterion, w.how: w.amount, "note": w.note}
            for w in what_ifs
        ],
        "roads": [
            {"line": _geojson(r.line), "raster": r.raster, "note": r.note}
            for r in sorted(scenario.roads, key=lambda r: (r.raster, r.line.wkb))
        ],
        "zones": {area_id: _geojson(shape) for area_id, shape in scenario.zones.items()},
        "weights": scenario.weights and dict(scenario.weights),
        "judgements": scenario.judgements
        and {
            group: sorted([*pair, ratio] for pair, ratio in pairs.items())
            for group, pairs in scenario.judgements.items()
        },
        "method": scenario.method,
        "risk": scenario.risk,
        "year": scenario.year,
    }
    return {name: value for name, value in stated.items() if value is not None}


def _geojson(shape: shapely.Geometry) -> Any:
    return json.loads(shapely.to_geojson(shape))


def idle_changes(scenario: Scenario | None, model: Model, *, year: int) -> tuple[Text, ...]:
    """A sentence for every change that cannot reach an assessment: nobody should wait for its effect.

    Parameters
    ----------
    year : int
        Of the assessment: a figure of a later year, or one older than its criterion takes, is idle.
    """
    if scenario is None:
        return ()
    ages = {
        c.measure.indicator: c.measure.max_age_years
        for c in model.criteria
        if isinstance(c.measure, IndicatorMeasure)
    }
    idle = [
        filled(_SAY["not_read"], name=f.indicator, model=model.title)
        for f in scenario.figures
        if f.indicator not in ages
    ]
    idle += [
        _SAY["not_in_year"].format(name=f.indicator, year=f.year, asked=year)
        for f in scenario.figures
        if f.indicator in ages and not year - ages[f.indicator] <= f.year <= year
    ]
    idle += [
        filled(_SAY["not_read"], name=road.raster, model=model.title)
        for road in scenario.roads
        if road.raster not in model.rasters()
    ]
    return tuple(dict.fromkeys(idle))


def known_names(names: Sequence[str]) -> str:
    """Known names for a refusal, the first of them only where there are many."""
    shown = ", ".join(names[:_MOST_LISTED]) or "-"
    return shown if len(names) <= _MOST_LISTED else f"{shown}, …"
