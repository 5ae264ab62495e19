"""Official rules for land as cited configuration: scores of protection, values of morphology.

A rule is read from the TOML of `data/rules/`. Each method keeps its own class edges: 25–45 % of
Kepmentan 837/1980 and 15–40 % of Permen PU 20/2007 are different tables. A measure on an upper
bound belongs to the class below it.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from geo.errors import InvalidInput
from geo.language import Text, texts
from geo.mcda.value_functions import stepped
from geo.raster.grid import Array

_SAY = texts(__name__)


# The slope classes of `data/rules/permen_pu_20_2007.toml`, for pure rooms, which read no file: flat,
# gentle, moderate, steep, very steep.
MORPHOLOGY_SLOPES_PERCENT = (2.0, 5.0, 15.0, 40.0)


@dataclass(frozen=True, slots=True)
class Steps:
    """A table of classes: one value more than upper bounds, the last for everything above."""

    upper_bounds: tuple[float, ...]
    values: tuple[float, ...]

    def __call__(self, measures: Array) -> Array:
        """The value of each measure's class; NaN stays."""
        return stepped(measures, upper_bounds=self.upper_bounds, values=self.values)


@dataclass(frozen=True, slots=True)
class LandClass:
    """What a sum of scores of at least `lower_bound` means."""

    id: str
    title: Text
    lower_bound: float


@dataclass(frozen=True, slots=True)
class Absolute:
    """Land in the first class whatever its sum: slopes in percent, distances in metres."""

    slope_above: float
    soil_class: int
    soil_slope_above: float
    river_within_m: float
    spring_within_m: float


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """A sum of scores for slope (%), soil class (1..5) and rain (mm on a day of rain).

    `soils` gives the class of each named soil; `classes` run from the highest sum down.
    """

    id: str
    title: Text
    source: str
    confirmed: bool
    slope: Steps
    soil_scores: tuple[float, ...]
    soils: Mapping[str, int]
    rain: Steps
    classes: tuple[LandClass, ...]
    absolute: Absolute


@dataclass(frozen=True, slots=True)
class MorphologyRule:
    """Values (5 high … 1 low capability) of classes of slope (%), and what the classes are called."""

    id: str
    title: Text
    source: str
    confirmed: bool
    slope: Steps
    titles: tuple[Text, ...]


def parse_rule(text: str) -> ScoreRule | MorphologyRule:
    """A rule from its TOML.

    Raises
    ------
    InvalidInput
        Naming what is wrong: no TOML, a missing table, bounds that do not rise, a number of values
        that does not fit the bounds, an unknown kind.
    """
    try:
        table = tomllib.loads(text)
        return _KINDS[table["kind"]](table)
    except KeyError as error:
        raise InvalidInput(reason=_SAY["missing"].format(name=error.args[0])) from error
    except (TypeError, ValueError) as error:  # TOMLDecodeError is a ValueError
        raise InvalidInput(reason=_SAY["broken"].format(reason=error)) from error


def score_sum(
    rule: ScoreRule, *, slope_percent: Array, soil_class: Array, rain_mm_day: Array
) -> Array:
    """Scores of slope, soil and rain together; NaN where any of the three is missing.

    Raises
    ------
    InvalidInput
        When a soil class is not one of the rule's.
    """
    soil = _soil_scores(rule, soil_class)
    return np.asarray(rule.slope(slope_percent) + soil + rule.rain(rain_mm_day))


def score(
    rule: ScoreRule,
    *,
    slope_percent: Array,
    soil_class: Array,
    rain_mm_day: Array,
    river_distance_m: Array | None = None,
    spring_distance_m: Array | None = None,
) -> Array:
    """The class of land, as its position in `rule.classes` counted from 1 (1 is protection).

    Parameters
    ----------
    slope_percent, soil_class, rain_mm_day : Array, one shape
        See `ScoreRule`; NaN missing.
    river_distance_m, spring_distance_m : Array, optional
        Distance to the nearest river or spring. What is not given is not checked.

    Returns
    -------
    Array, the same shape
        NaN where a measure is missing, unless the land is absolutely protected by the others: slope
        alone, slope with soil, or a distance decides then.

    Examples
    --------
    With the shipped Kepmentan 837/1980, flat peat under the heaviest rain is 20 + 75 + 50 = 145: a
    buffer (2), not protection (1).
    """
    total = score_sum(
        rule, slope_percent=slope_percent, soil_class=soil_class, rain_mm_day=rain_mm_day
    )
    bounds = np.asarray([c.lower_bound for c in rule.classes])
    # Classes fall in order, so the first whose bound is reached is one more than those above it.
    by_sum = 1.0 + (total[..., np.newaxis] < bounds).sum(axis=-1)
    by_sum = np.where(np.isnan(total), np.nan, by_sum)
    absolute = rule.absolute
    protected = (slope_percent > absolute.slope_above) | (
        (soil_class == absolute.soil_class) & (slope_percent > absolute.soil_slope_above)
    )
    if river_distance_m is not None:
        protected = protected | (river_distance_m <= absolute.river_within_m)
    if spring_distance_m is not None:
        protected = protected | (spring_distance_m <= absolute.spring_within_m)
    return np.where(protected, 1.0, by_sum)


def morphology(rule: MorphologyRule, slope_percent: Array) -> Array:
    """Land capability by slope, 5 (flat, high) to 1 (very steep, low); NaN stays."""
    return rule.slope(slope_percent)


def _soil_scores(rule: ScoreRule, soil_class: Array) -> Array:
    known = ~np.isnan(soil_class)
    allowed = np.arange(1, len(rule.soil_scores) + 1)
    if not np.isin(soil_class[known], allowed).all():
        found = sorted({float(c) for c in soil_class[known]} - set(allowed.tolist()))
        raise InvalidInput(reason=_SAY["soil"].format(found=found[:5], most=len(allowed)))
    position = np.where(known, soil_class, 1).astype(np.intp) - 1
    return np.where(known, np.asarray(rule.soil_scores)[position], np.nan)


def _score_rule(table: Mapping[str, Any]) -> ScoreRule:
    soil, absolute = table["soil"], table["absolute"]
    if len(soil["classes"]) != len(soil["scores"]):
        raise ValueError("[soil] needs as many scores as classes")
    classes = tuple(
        LandClass(c["id"], Text(**c["title"]), float(c["from"])) for c in table["class"]
    )
    bounds = [c.lower_bound for c in classes]
    if bounds != sorted(set(bounds), reverse=True) or bounds[-1] != 0:
        raise ValueError("[[class]] bounds fall from the highest sum to 0")
    return ScoreRule(
        **_heading(table),
        slope=_steps(table["slope"], "scores"),
        soil_scores=tuple(float(value) for value in soil["scores"]),
        soils={name: at for at, names in enumerate(soil["classes"], start=1) for name in names},
        rain=_steps(table["rain"], "scores"),
        classes=classes,
        absolute=Absolute(**absolute),
    )


def _morphology_rule(table: Mapping[str, Any]) -> MorphologyRule:
    slope = _steps(table["slope"], "values")
    titles = tuple(Text(**title) for title in table["slope"]["titles"])
    if len(titles) != len(slope.values):
        raise ValueError("[slope] needs as many titles as values")
    return MorphologyRule(**_heading(table), slope=slope, titles=titles)


_KINDS: Mapping[str, Callable[[Mapping[str, Any]], ScoreRule | MorphologyRule]] = {
    "score": _score_rule,
    "morphology": _morphology_rule,
}


def _heading(table: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": str(table["id"]),
        "title": Text(**table["title"]),
        "source": str(table["source"]),
        "confirmed": bool(table["confirmed"]),
    }


def _steps(table: Mapping[str, Any], values: str) -> Steps:
    bounds = tuple(float(bound) for bound in table["upper_bounds"])
    found = tuple(float(value) for value in table[values])
    if list(bounds) != sorted(set(bounds)):
        raise ValueError(f"upper_bounds {list(bounds)} do not rise")
    if len(found) != len(bounds) + 1:
        raise ValueError(f"{len(bounds)} upper_bounds need {len(bounds) + 1} {values}")
    return Steps(bounds, found)
