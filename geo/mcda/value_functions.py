"""Value functions, which grade measures into [0, 1], and the criteria and constraints of a model.

A value function is a plain function of an array of measures and its parameters. Its parameters are
fixed numbers in the model, never the data's own minimum and maximum, so that a zone's value does
not change because another zone was added.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final, Literal

import numpy as np

from geo.language import Text
from geo.mcda.matrix import Array

Objective = Literal["max", "min", "none"]
Statistic = Literal["mean", "share", "majority", "grade"]
VillageIndex = Literal["iks", "ike", "ikl", "idm"]
GroundQuestion = Literal["genangan"]

# What sources say of standing water in a place, from the wettest: swamp; floods that return and stay;
# a flood that stayed; floods that return; a flood on a date; dry hills.
WATER_CLASSES: Final = (
    *("rawa", "banjir_berkala_lama", "banjir_lama"),
    *("banjir_berkala", "banjir_kejadian", "kering_perbukitan"),
)

# How near to its limit a curve counts as having reached it; see `support`.
_NEAR = 1e-6


def linear(measures: Array, *, zero_at: float, one_at: float) -> Array:
    """Values rising (or falling) in a straight line from `zero_at` to `one_at`, held beyond.

    NaN stays NaN. `zero_at` above `one_at` makes a measure that is better when smaller.

    References
    ----------
    Malczewski (1999), GIS and Multicriteria Decision Analysis, ch. 4.

    Examples
    --------
    >>> linear(np.array([40.0, 70.0, 120.0]), zero_at=40, one_at=100)
    array([0. , 0.5, 1. ])
    """
    # Adding 0 turns the -0 of a falling line into 0.
    return np.clip((measures - zero_at) / (one_at - zero_at), 0.0, 1.0) + 0.0


def piecewise(measures: Array, *, points: Sequence[tuple[float, float]]) -> Array:
    """Values interpolated between (measure, value) points in ascending order, held beyond; NaN stays.

    References
    ----------
    Beinat (1997), Value Functions for Environmental Management.

    Examples
    --------
    >>> piecewise(np.array([1.0, 3.0]), points=[(0, 0), (2, 1), (4, 0.5)])
    array([0.5 , 0.75])
    """
    xs, ys = zip(*points, strict=True)
    # Rounding leaves the interpolation 1e-17 outside of its two values.
    held = np.clip(np.interp(measures, xs, ys), min(ys), max(ys))
    return np.where(np.isnan(measures), np.nan, held)


def stepped(measures: Array, *, upper_bounds: Sequence[float], values: Sequence[float]) -> Array:
    """Values of the classes of a table; a measure on a bound belongs to the class below it. NaN stays.

    `values` has one entry more than `upper_bounds`: the last is for everything above. The table is
    that of a regulation, which the criterion cites.

    Examples
    --------
    >>> stepped(np.array([2.0, 2.1, 50.0]), upper_bounds=[2, 15], values=[1, 0.5, 0])
    array([1. , 0.5, 0. ])
    """
    classes = np.searchsorted(np.asarray(upper_bounds, dtype=np.float64), measures, side="left")
    return np.where(np.isnan(measures), np.nan, np.asarray(values, dtype=np.float64)[classes])


def sigmoid(measures: Array, *, tenth_at: float, nine_tenths_at: float) -> Array:
    """Values of the logistic curve that is exactly 0.1 and 0.9 at the two measures; NaN stays NaN.

    It is 0.5 halfway between them and never quite reaches 0 or 1. `tenth_at` above
    `nine_tenths_at` makes a measure that is better when smaller.

    References
    ----------
    Logistic growth, as in Esri, Formulas for the transformation functions (Rescale by Function);
    here by two points of the curve: slope 2 ln 9 / (nine_tenths_at - tenth_at).

    Examples
    --------
    >>> sigmoid(np.array([10.0, 15.0, 20.0]), tenth_at=10, nine_tenths_at=20).round(9)
    array([0.1, 0.5, 0.9])
    """
    middle = (tenth_at + nine_tenths_at) / 2
    # 1 / (1 + exp(-z)) is (1 + tanh(z / 2)) / 2, which cannot overflow.
    half_z = math.log(9) * (measures - middle) / (nine_tenths_at - tenth_at)
    return np.asarray((1 + np.tanh(half_z)) / 2, dtype=np.float64)


def gaussian(measures: Array, *, optimum: float, half_width: float) -> Array:
    """Values of the bell curve that is 1 at `optimum` and exactly 0.5 at `half_width` from it.

    NaN stays NaN.

    References
    ----------
    exp(-f (x - optimum)²) as in Esri, Formulas for the transformation functions (Rescale by
    Function), with f = ln 2 / half_width².

    Examples
    --------
    >>> gaussian(np.array([22.0, 26.0, 34.0]), optimum=26, half_width=4)
    array([0.5   , 1.    , 0.0625])
    """
    with np.errstate(over="ignore"):  # infinitely far from the optimum is 0
        return np.asarray(np.exp2(-(((measures - optimum) / half_width) ** 2)), dtype=np.float64)


def categorical(measures: Array, *, values: Mapping[int, float]) -> Array:
    """The value of each class code; NaN for a code that is not in the table, and for NaN.

    References
    ----------
    Esri (2010), ArcUser Spring 2010 p. 12, table 2: each named class has its value from an expert.

    Examples
    --------
    >>> categorical(np.array([12.0, 7.0, 3.0]), values={7: 0.5, 12: 1.0})
    array([1. , 0.5, nan])
    """
    codes = np.array(sorted(values), dtype=np.float64)
    graded = np.array([values[code] for code in sorted(values)], dtype=np.float64)
    place = np.minimum(np.searchsorted(codes, measures), len(codes) - 1)
    return np.where(codes[place] == measures, graded[place], np.nan)


VALUE_FUNCTIONS: Mapping[str, Callable[..., Array]] = {
    "linear": linear,
    "piecewise": piecewise,
    "stepped": stepped,
    "sigmoid": sigmoid,
    "gaussian": gaussian,
    "categorical": categorical,
}


@dataclass(frozen=True, slots=True)
class IndicatorMeasure:
    """The newest figure of an indicator up to the year asked, at most `max_age_years` old."""

    indicator: str
    max_age_years: int


@dataclass(frozen=True, slots=True)
class RasterMeasure:
    """A statistic of a land raster inside the zone.

    `statistic` is `mean` (in the raster's unit), `share` (0..1 of the zone's valid area whose class
    is in `classes`), `majority` (the code of the class with the largest share) or `grade` (the mean
    over the zone of what `grades` gives each class, 0..1; a class that it does not grade is no data).
    `stated` says what a regency's figure says of the measure where there is no raster.
    """

    raster: str
    statistic: Statistic
    classes: tuple[int, ...] = ()
    grades: Mapping[int, float] = field(default_factory=dict, hash=False)
    stated: "StatedInterval | None" = None


@dataclass(frozen=True, slots=True)
class StatedInterval:
    """Where a regency's `indicator` is `at_least` so much, a measure lies between `low` and `high` all over it.

    A regency of which 100 % slopes by 0 to 2 % has no slope outside of 0 to 2 %, wherever it is measured.
    """

    indicator: str
    at_least: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class GroundMeasure:
    """What sources say of standing water (`genangan`) in a place: the grade of its wettest class.

    `grades` (0..1) grade each of `WATER_CLASSES`; a flood of `long_days` days or more counts as one
    that stays. A place of which no source says any of them is unknown, not dry.
    """

    ground: GroundQuestion
    grades: Mapping[str, float] = field(hash=False)
    long_days: float


@dataclass(frozen=True, slots=True)
class AttributeMeasure:
    """A column of the zone layer: what an office surveyed and uploaded with its zones.

    `year_attribute` names the column that says of which year the figure is.
    """

    attribute: str
    year_attribute: str | None = None


@dataclass(frozen=True, slots=True)
class VillageMeasure:
    """An index of the desa that a zone covers, 0..1: the mean of theirs, weighted by their area in it.

    `iks` is social resilience, `ike` economic, `ikl` environmental, `idm` the mean of the three. Of a
    kecamatan or a regency it is the plain mean of its own desa, as the ministry takes it.

    References
    ----------
    Permendesa PDTT 2/2016, Indeks Desa Membangun.
    """

    village_index: VillageIndex


Measure = IndicatorMeasure | RasterMeasure | AttributeMeasure | VillageMeasure | GroundMeasure


@dataclass(frozen=True, slots=True)
class MeasureError:
    """How uncertain a measure is; exactly one way is stated.

    `standard_error` is in the criterion's unit, `relative` a share of the measure. `yearly_change`
    takes the standard deviation of changes from year to year over all regencies, by √2: an upper
    bound of the sampling error. `displacement` measures again with the zone displaced: the
    raster's resolution and the geometry's approximation. `source` says where this comes from.
    """

    standard_error: float | None = None
    relative: float | None = None
    yearly_change: bool = False
    displacement: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class ValueFunction:
    """A value function by name, with its parameters."""

    name: str
    parameters: Mapping[str, Any]

    def __call__(self, measures: Array) -> Array:
        """Values in [0, 1]; NaN where the measure is NaN."""
        return VALUE_FUNCTIONS[self.name](measures, **self.parameters)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One graded question of a model.

    `objective` says whether more of the measure gives more value ("max"), less ("min"), or neither
    by itself ("none"). `error` is None where nothing is
    known of the measure's uncertainty. `source` says where measure and value function come from;
    `confirmed` is False where the value function is this project's own judgement or its
    regulation was not read. `actionable` says whether an office can change what is measured: what
    would lift a zone (`geo.readiness.lift`) is looked for there first.
    """

    id: str
    dimension: str
    title: Text
    unit: Text
    measure: Measure
    value: ValueFunction
    source: str
    confirmed: bool
    objective: Objective = "none"
    error: MeasureError | None = None
    actionable: bool = False

    @property
    def is_share(self) -> bool:
        """Whether the measure is a share (0..1) of the zone's area."""
        return isinstance(self.measure, RasterMeasure) and self.measure.statistic == "share"


@dataclass(frozen=True, slots=True)
class Constraint:
    """Land that cannot be used: the share of a zone above `threshold` or in `classes` of a raster.

    A zone is excluded when more than `limit_share` of it is such land.
    """

    id: str
    title: Text
    reason: Text
    raster: str
    limit_share: float
    source: str
    confirmed: bool
    classes: tuple[int, ...] = ()
    threshold: float | None = None


def is_actionable(measure: Measure) -> bool:
    """Whether an office can change what is measured, where a model does not say.

    Only the social index of the desa (services: health, school, market, clean water) by itself. What a
    raster sees, and what an indicator counts, may be a road or a slope, sanitation or human
    development: a model says which.
    """
    return isinstance(measure, VillageMeasure) and measure.village_index == "iks"


def support(value: ValueFunction) -> tuple[float, float]:
    """The interval of measures outside of which the value no longer changes.

    For a sigmoid or gaussian: outside of which it is within 1e-6 of its limit. For categorical: from
    the lowest to the highest code. A value that is the same everywhere has an interval of no length.

    Examples
    --------
    >>> support(ValueFunction("linear", {"zero_at": 80, "one_at": 60}))
    (60.0, 80.0)
    >>> support(ValueFunction("piecewise", {"points": [(0, 0), (5, 0), (9, 1), (20, 1)]}))
    (5.0, 9.0)
    """
    given = value.parameters
    if value.name == "sigmoid":
        middle = (given["tenth_at"] + given["nine_tenths_at"]) / 2
        # z = logit(1 - near), and the curve runs from -ln 9 to ln 9 between its two points.
        reach = abs(given["nine_tenths_at"] - given["tenth_at"]) / 2
        reach *= math.log((1 - _NEAR) / _NEAR) / math.log(9)
        return float(middle - reach), float(middle + reach)
    if value.name == "gaussian":
        reach = given["half_width"] * math.sqrt(-math.log2(_NEAR))
        return float(given["optimum"] - reach), float(given["optimum"] + reach)
    if value.name == "categorical":
        return float(min(given["values"])), float(max(given["values"]))
    knots = knots_of(value)
    changes = [(a, b) for a, b in pairwise(knots) if a[1] != b[1]]
    if not changes:
        return float(knots[0][0]), float(knots[0][0])
    return float(changes[0][0][0]), float(changes[-1][1][0])


def knots_of(value: ValueFunction) -> list[tuple[float, float]]:
    """The (measure, value) points between which a value function only rises or only falls.

    In ascending order of the measure. A step has both its values at its bound; classes have no order
    and give no points.
    """
    given = value.parameters
    if value.name == "linear":
        return sorted([(given["zero_at"], 0.0), (given["one_at"], 1.0)])
    if value.name == "sigmoid":
        return sorted([(given["tenth_at"], 0.1), (given["nine_tenths_at"], 0.9)])
    if value.name == "gaussian":
        middle, reach = given["optimum"], given["half_width"]
        return [(middle - reach, 0.5), (middle, 1.0), (middle + reach, 0.5)]
    if value.name == "piecewise":
        return [(x, y) for x, y in given["points"]]
    if value.name == "stepped":
        steps = zip(given["upper_bounds"], pairwise(given["values"]), strict=True)
        return [(bound, y) for bound, both in steps for y in both]
    return []


def value_range(value: ValueFunction, least: float, greatest: float) -> tuple[float, float]:
    """The least and the greatest value of the measures from `least` to `greatest`.

    Of categorical: over the classes of its table in that interval, NaN twice where there is none.

    Examples
    --------
    >>> value_range(ValueFunction("stepped", {"upper_bounds": [2, 5], "values": [1, 0.5, 0]}), 0, 2)
    (1.0, 1.0)
    >>> value_range(ValueFunction("gaussian", {"optimum": 26, "half_width": 4}), 22, 27)
    (0.5, 1.0)
    """
    if value.name == "categorical":
        codes = value.parameters["values"]
        found = [graded for code, graded in codes.items() if least <= code <= greatest]
    else:
        ends = value(np.array([least, greatest], dtype=np.float64)).tolist()
        # Whatever it reaches between its ends it reaches at a knot; past a step only beyond its bound.
        inside = [y for x, y in knots_of(value) if least < x < greatest]
        found = [*ends, *inside]
    if not found:
        return math.nan, math.nan
    return float(min(found)), float(max(found))


def objective_of(value: ValueFunction) -> Objective:
    """Which way a value function goes: "max" where it only rises, "min" where it only falls."""
    if value.name == "categorical":
        return "none"
    changes = {np.sign(b - a) for (_, a), (_, b) in pairwise(knots_of(value))} - {0.0}
    if changes == {1.0}:
        return "max"
    return "min" if changes == {-1.0} else "none"
