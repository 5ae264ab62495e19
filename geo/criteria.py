"""Pure. A criterion grades a measure into [0, 1]; a constraint excludes land whatever the score.

A value function is a plain function of an array of measures and its parameters. Its end points are
fixed numbers in the model, never the data's own minimum and maximum, so that a zone's value does
not change because another zone was added.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from geo.language import Text

Array = npt.NDArray[np.float64]


def linear(measures: Array, *, zero_at: float, one_at: float) -> Array:
    """Values rising (or falling) in a straight line from `zero_at` to `one_at`, held beyond.

    NaN stays NaN. `zero_at` above `one_at` makes a measure that is better when smaller.

    Examples
    --------
    >>> linear(np.array([40.0, 70.0, 120.0]), zero_at=40, one_at=100)
    array([0. , 0.5, 1. ])
    """
    return np.clip((measures - zero_at) / (one_at - zero_at), 0.0, 1.0)


def piecewise(measures: Array, *, points: Sequence[tuple[float, float]]) -> Array:
    """Values interpolated between (measure, value) points in ascending order, held beyond; NaN stays.

    Examples
    --------
    >>> piecewise(np.array([1.0, 3.0]), points=[(0, 0), (2, 1), (4, 0.5)])
    array([0.5 , 0.75])
    """
    xs, ys = zip(*points, strict=True)
    return np.where(np.isnan(measures), np.nan, np.interp(measures, xs, ys))


def stepped(measures: Array, *, upper_bounds: Sequence[float], values: Sequence[float]) -> Array:
    """Values of the classes of a table; a measure on a bound belongs to the class below it. NaN stays.

    `values` has one entry more than `upper_bounds`: the last is for everything above.

    Examples
    --------
    >>> stepped(np.array([2.0, 2.1, 50.0]), upper_bounds=[2, 15], values=[1, 0.5, 0])
    array([1. , 0.5, 0. ])
    """
    classes = np.searchsorted(np.asarray(upper_bounds, dtype=np.float64), measures, side="left")
    return np.where(np.isnan(measures), np.nan, np.asarray(values, dtype=np.float64)[classes])


VALUE_FUNCTIONS: Mapping[str, Callable[..., Array]] = {
    "linear": linear,
    "piecewise": piecewise,
    "stepped": stepped,
}


@dataclass(frozen=True, slots=True)
class IndicatorMeasure:
    """The newest figure of an indicator up to the year asked, at most `max_age_years` old."""

    indicator: str
    max_age_years: int


@dataclass(frozen=True, slots=True)
class RasterMeasure:
    """A statistic of a land raster inside the zone.

    `statistic` is `mean` (in the raster's unit) or `share` (0..1 of the zone's valid area whose
    class is in `classes`).
    """

    raster: str
    statistic: Literal["mean", "share"]
    classes: tuple[int, ...] = ()


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

    `source` says where measure and value function come from; `confirmed` is False where the value
    function is this project's own judgement or its regulation was not read.
    """

    id: str
    dimension: str
    title: Text
    unit: Text
    measure: IndicatorMeasure | RasterMeasure
    value: ValueFunction
    source: str
    confirmed: bool


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
