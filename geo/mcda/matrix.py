"""The decision matrix of areas and criteria, and what scores become: coverage, classes.

Missing values are NaN. The rule for them is one everywhere: the weights of what is known are
scaled up to 1, and the share of weight that is known is reported as data coverage.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Status = Literal["ranked", "excluded", "insufficient_data"]

# Two scores closer than this are the same score: they differ only by the order of additions.
_TIE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class DecisionMatrix:
    """What is known of n_areas under n_criteria, before any weight.

    `measures` (n_areas, n_criteria) are in each criterion's unit, `values` in [0, 1]; both NaN where
    nothing is known. `low` and `high` are the least and the greatest value that the data allow: 0
    and 1 where there are none, both the value where it is exact and covers the whole area. `covered`
    are the parts (0..1) of the areas that measures cover; what they do not cover counts at worst and
    at best. `credits` are 1 - (high - low), what of a criterion's range the data rule out: for an
    exact measure the part that it covers. `by_place` has, by row, the values (n_places, n_criteria) in a
    sample of the places that an area may take, NaN where the place makes no difference.
    `excluded` (n_areas,) are the areas that fail a hard constraint.
    """

    area_ids: tuple[str, ...]
    criteria: tuple[str, ...]
    measures: Array
    values: Array
    low: Array
    high: Array
    covered: Array
    credits: Array
    excluded: Flags
    by_place: Mapping[int, Array] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What a method makes of a decision matrix.

    `points` (n_areas, n_criteria) add up to `scores` (n_areas,) of 0..100; both NaN, and `ranks`
    too, where an area is not `ranked`. `low` and `high` (n_areas,) are the least and the greatest
    score that the data allow, also of areas that are not ranked; NaN where excluded. `classes` are indices, -1 where not ranked. `coverage` and
    `dimension_coverage` (n_areas, n_dimensions) are shares of the weight that rest on data, NaN for
    a dimension without weight. `dimension_scores` are 0..100, NaN without data; `below_floor` says
    which of them are below their dimension's floor.
    """

    points: Array
    scores: Array
    low: Array
    high: Array
    ranks: Array
    classes: npt.NDArray[np.int64]
    ranked: Flags
    coverage: Array
    dimension_scores: Array
    dimension_coverage: Array
    below_floor: Flags

    def statuses(self, excluded: Flags) -> list[Status]:
        """Of each area: ranked, excluded, or without enough data to be ranked."""
        return [
            "ranked" if ranked else "excluded" if out else "insufficient_data"
            for ranked, out in zip(self.ranked.tolist(), excluded.tolist(), strict=True)
        ]


def data_coverage(credits: Array, weights: Array) -> Array:
    """Share of the weight that rests on data, (n_areas,) in [0, 1].

    `credits` (n_areas, n_criteria) is 1 where a measure covers the whole area, less where it
    covers a part, 0 where it is missing.
    """
    return np.asarray(credits @ weights, dtype=np.float64)


def classify(scores: Array, lower_bounds: Sequence[float]) -> npt.NDArray[np.int64]:
    """Index of each score's class; `lower_bounds` ascend from 0, a score on a bound is in its class.

    NaN gives -1.

    Examples
    --------
    >>> classify(np.array([0.0, 40.0, 99.0, np.nan]), [0, 40, 60])
    array([ 0,  1,  2, -1])
    """
    # A score that is a bound but for rounding belongs to the class above it.
    found = np.searchsorted(np.asarray(lower_bounds), scores + _TIE, side="right") - 1
    return np.where(np.isnan(scores), -1, found).astype(np.int64)
