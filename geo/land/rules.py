"""Official rules for land as cited configuration: scores of protection, values of morphology.

A rule is read from the TOML of `data/rules/`. Each method keeps its own class edges: 25–45 % of
Kepmentan 837/1980 and 15–40 % of Permen PU 20/2007 are different tables. A measure on an upper
bound belongs to the class below it.

What is missing is never guessed: a cell has a class only where every value that the missing factor
could have gives the same one.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from geo.errors import InvalidInput
from geo.land.fit import Reasons
from geo.language import Text, texts
from geo.mcda.value_functions import stepped
from geo.raster.grid import Array

_SAY = texts(__name__)

Mask = npt.NDArray[np.bool_]

# The slope classes of `data/rules/permen_pu_20_2007.toml`, for pure rooms, which read no file: flat,
# gentle, moderate, steep, very steep.
MORPHOLOGY_SLOPES_PERCENT = (2.0, 5.0, 15.0, 40.0)
# The rules that ship, by the names of their files and their ids.
SHIPPED_RULES: Final = ("kepmentan_837_1980", "permen_pu_20_2007")

# What a rule may read of a place: the names of the land rasters that hold it.
SLOPE: Final = "slope_percent"
SOIL: Final = "soil_erosion_class"
RAIN: Final = "rain_mm_day"
RIVER: Final = "river_distance_m"
SPRING: Final = "spring_distance_m"
# Codes are cells of one byte, whose 0 is no data.
_MOST_CODE = 255


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
    """A class of land and the code that its cells have; by a sum of scores where `lower_bound` is stated."""

    code: int
    id: str
    title: Text
    lower_bound: float | None = None


@dataclass(frozen=True, slots=True)
class Absolute:
    """Land in the first class whatever its sum: slopes in percent, distances in metres."""

    slope_above: float
    soil_class: int
    soil_slope_above: float
    river_within_m: float
    spring_within_m: float


@dataclass(frozen=True, slots=True)
class Heading:
    """What every rule says of itself.

    `notes` are what a reader of its map must know; `unfit` names what the map cannot answer, with
    reasons, by the id of a criterion or constraint.
    """

    id: str
    title: Text
    source: str
    confirmed: bool
    notes: tuple[Text, ...]
    unfit: Reasons


@dataclass(frozen=True, slots=True)
class ScoreRule(Heading):
    """A sum of scores for slope (%), soil class (1..5) and rain (mm on a day of rain).

    `soils` gives the class of each named soil; `classes` run from the highest sum down, and their
    codes count them from 1.
    """

    slope: Steps
    soil_scores: tuple[float, ...]
    soils: Mapping[str, int]
    rain: Steps
    classes: tuple[LandClass, ...]
    absolute: Absolute

    @property
    def factors(self) -> tuple[str, ...]:
        """What it reads, slope first."""
        return SLOPE, SOIL, RAIN, RIVER, SPRING

    @property
    def unchecked(self) -> frozenset[str]:
        """What counts for nothing where it is not given at all."""
        return frozenset({RIVER, SPRING})


@dataclass(frozen=True, slots=True)
class MorphologyRule(Heading):
    """Values (5 high … 1 low capability) of classes of slope (%): the codes of `classes`, flat first."""

    slope: Steps
    classes: tuple[LandClass, ...]

    @property
    def factors(self) -> tuple[str, ...]:
        """What it reads."""
        return (SLOPE,)

    @property
    def unchecked(self) -> frozenset[str]:
        """Nothing: slope decides alone."""
        return frozenset()


LandRule = ScoreRule | MorphologyRule


def parse_rule(text: str) -> LandRule:
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


def classes_of(rule: LandRule, cells: Mapping[str, Array]) -> Array:
    """The code of each cell's class; NaN where what is missing could change it.

    Parameters
    ----------
    cells : mapping
        Arrays of one shape by the names of `rule.factors`, NaN missing; of slope always, of soil and
        rain missing everywhere where there is none.

    Raises
    ------
    InvalidInput
        When a soil class is not one of the rule's.
    """
    if isinstance(rule, MorphologyRule):
        return morphology(rule, cells[SLOPE])
    nothing = np.full_like(cells[SLOPE], np.nan)
    return score(
        rule,
        slope_percent=cells[SLOPE],
        soil_class=cells.get(SOIL, nothing),
        rain_mm_day=cells.get(RAIN, nothing),
        river_distance_m=cells.get(RIVER),
        spring_distance_m=cells.get(SPRING),
    )


def score_range(
    rule: ScoreRule, *, slope_percent: Array, soil_class: Array, rain_mm_day: Array
) -> tuple[Array, Array]:
    """The least and the greatest sum of scores of slope, soil and rain.

    They are equal where nothing is missing; what is missing counts with the lowest and the highest
    score of its table.

    Raises
    ------
    InvalidInput
        When a soil class is not one of the rule's.
    """
    tables = (rule.slope.values, rule.soil_scores, rule.rain.values)
    parts = (rule.slope(slope_percent), _soil_scores(rule, soil_class), rule.rain(rain_mm_day))
    least, most = (
        sum(
            np.where(np.isnan(part), end(table), part)
            for part, table in zip(parts, tables, strict=True)
        )
        for end in (min, max)
    )
    return np.asarray(least), np.asarray(most)


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
        Distance to the nearest river or spring; NaN may be any. What is not given is not checked.

    Returns
    -------
    Array, the same shape
        NaN where the mildest and the strictest class that a missing measure allows differ.

    Examples
    --------
    With the shipped Kepmentan 837/1980, flat peat under the heaviest rain is 20 + 75 + 50 = 145: a
    buffer (2), not protection (1). Flat land with rain of 15 mm a day sums to 115 at most whatever
    its soil: cultivation (3), though the soil is unknown.
    """
    least, most = score_range(
        rule, slope_percent=slope_percent, soil_class=soil_class, rain_mm_day=rain_mm_day
    )
    surely, possibly = _protected(
        rule.absolute,
        slope_percent=slope_percent,
        soil_class=soil_class,
        within=[
            (distance, most_m)
            for distance, most_m in (
                (river_distance_m, rule.absolute.river_within_m),
                (spring_distance_m, rule.absolute.spring_within_m),
            )
            if distance is not None
        ],
    )
    mildest = np.where(surely, 1.0, _class_of_sum(rule, least))
    strictest = np.where(possibly, 1.0, _class_of_sum(rule, most))
    return np.where(mildest == strictest, mildest, np.nan)


def _class_of_sum(rule: ScoreRule, total: Array) -> Array:
    bounds = np.asarray([c.lower_bound for c in rule.classes])
    # Classes fall in order, so the first whose bound is reached is one more than those above it.
    return np.asarray(1.0 + (total[..., np.newaxis] < bounds).sum(axis=-1))


def _protected(
    absolute: Absolute,
    *,
    slope_percent: Array,
    soil_class: Array,
    within: Sequence[tuple[Array, float]],
) -> tuple[Mask, Mask]:
    """Where land is protected whatever its sum: surely, and if what is missing were so."""
    is_sensitive = soil_class == absolute.soil_class
    surely = (slope_percent > absolute.slope_above) | (
        is_sensitive & (slope_percent > absolute.soil_slope_above)
    )
    # A comparison with NaN is false, so its opposite lets the missing be anything.
    possibly = ~(slope_percent <= absolute.slope_above) | (
        (is_sensitive | np.isnan(soil_class)) & ~(slope_percent <= absolute.soil_slope_above)
    )
    for distance, most_m in within:
        surely = surely | (distance <= most_m)
        possibly = possibly | ~(distance > most_m)
    return surely, possibly


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
        LandClass(code, str(c["id"]), Text(**c["title"]), float(c["from"]))
        for code, c in enumerate(table["class"], start=1)
    )
    bounds = [c.lower_bound or 0.0 for c in classes]
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
    if len(table["class"]) != len(slope.values):
        raise ValueError("[slope] needs as many [[class]] as values")
    if any(value != int(value) or not 1 <= value <= _MOST_CODE for value in slope.values):
        raise ValueError(f"[slope] values are whole numbers from 1 to {_MOST_CODE}")
    classes = tuple(
        LandClass(int(value), str(c["id"]), Text(**c["title"]))
        for value, c in zip(slope.values, table["class"], strict=True)
    )
    return MorphologyRule(**_heading(table), slope=slope, classes=classes)


_KINDS: Mapping[str, Callable[[Mapping[str, Any]], LandRule]] = {
    "score": _score_rule,
    "morphology": _morphology_rule,
}


def _heading(table: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": str(table["id"]),
        "title": Text(**table["title"]),
        "source": str(table["source"]),
        "confirmed": bool(table["confirmed"]),
        "notes": tuple(Text(**note) for note in table.get("note", ())),
        "unfit": tuple((reader, Text(**why)) for reader, why in table.get("unfit", {}).items()),
    }


def _steps(table: Mapping[str, Any], values: str) -> Steps:
    bounds = tuple(float(bound) for bound in table["upper_bounds"])
    found = tuple(float(value) for value in table[values])
    if list(bounds) != sorted(set(bounds)):
        raise ValueError(f"upper_bounds {list(bounds)} do not rise")
    if len(found) != len(bounds) + 1:
        raise ValueError(f"{len(bounds)} upper_bounds need {len(bounds) + 1} {values}")
    return Steps(bounds, found)
