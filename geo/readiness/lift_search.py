"""The search for the smallest change: one zone scored again with other values, and back to a measure.

Whole assessments with other values are `geo/readiness/score.py`; this asks of one zone and many
changes at once. Value functions are asked and never solved, so that a new one needs nothing here
but its knots.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from geo.mcda.matrix import Array, DecisionMatrix, Scores
from geo.mcda.ranks import rank_scores
from geo.mcda.value_functions import ValueFunction, knots_of, support
from geo.readiness.assessment import Assessment
from geo.readiness.explain import COMPARING
from geo.readiness.score import score_matrix

Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]
Goals = npt.NDArray[np.str_]
Goal = Literal["class", "rank"]

# Parts into which an interval of values within [0, 1] is cut, and how often: down to neighbouring
# floats.
_PARTS, _ROUNDS = 16, 14
# Scores that differ by less may tie: `geo.mcda.ranks` compares in units of 1e-9, rounded.
_APART = 3e-9
# A measure is printed to about this many steps of the range in which its value changes.
_STEPS = 200
# No more decimals than a float holds of a number near 1.
_MOST_DECIMALS = 15
# Halvings that bring any interval of floats down to neighbours, save some next to 0.
_HALVINGS = 110


@dataclass(frozen=True, slots=True, eq=False)
class Rescored:
    """What one zone would have under each of k changes.

    `scores` (k,) are 0..100, `classes` (k,) indices of the model's classes, `below_floor`
    (k, n_dimensions) the dimensions below their floor. `ahead_of` (k, n_areas) are the areas that
    the zone would stand strictly before, `worst_ranks` (k,) its ranks with every tie counted
    against it. `others` (k or 1, n_areas) are the scores of the others, NaN for the zone itself.
    """

    scores: Array
    classes: Indices
    below_floor: Flags
    ahead_of: Flags
    worst_ranks: Indices
    others: Array

    def rank(self, change: int) -> int:
        """The zone's rank under one change, a tie sharing the better one."""
        others = self.others[min(change, len(self.others) - 1)]
        return int(rank_scores(np.append(others, self.scores[change]))[-1])


def rescored(assessment: Assessment, zone: int, *, columns: Indices, values: Array) -> Rescored:
    """What a zone would have were the value of its criterion `columns[k]` `values[k]`.

    Parameters
    ----------
    zone : int
        Row of a ranked area in the decision matrix.
    columns, values : (k,) int64, (k,) float64
        k changes of one value each, every one by itself; k is 1 or more. Values are in [0, 1].

    Returns
    -------
    Rescored
        The other zones keep their values; where the method compares zones they get other scores.
    """
    rows = np.repeat(assessment.matrix.values[[zone]], len(columns), axis=0)
    rows[np.arange(len(columns)), columns] = values
    if assessment.method in COMPARING:
        then = [rescored_row(assessment, zone, row) for row in rows]
        return _assembled(then, zone, [zone], np.stack([t.scores for t in then]))
    then = [_by_itself(assessment, zone, rows)]
    return _assembled(
        then, zone, list(range(len(rows))), assessment.scores.scores[np.newaxis].copy()
    )


def _assembled(then: list[Scores], zone: int, places: list[int], others: Array) -> Rescored:
    """The changes that are the rows `places` of each of `then`."""
    scores = np.concatenate([t.scores[places] for t in then])
    # A zone stands neither before nor behind itself, nor any zone that is not ranked.
    others[:, zone] = np.nan
    ahead_of = others < scores[:, np.newaxis] - _APART
    return Rescored(
        scores=scores,
        classes=np.concatenate([t.classes[places] for t in then]),
        below_floor=np.concatenate([t.below_floor[places] for t in then]),
        ahead_of=ahead_of,
        worst_ranks=1 + (~ahead_of & ~np.isnan(others)).sum(axis=1),
        others=others,
    )


def rescored_row(assessment: Assessment, zone: int, row: Array) -> Scores:
    """All zones scored again, with other values (n_criteria,) for one."""
    values = assessment.matrix.values.copy()
    values[zone] = row
    return _score(assessment, replace(assessment.matrix, values=values))


def _by_itself(assessment: Assessment, zone: int, rows: Array) -> Scores:
    """One zone scored with each of several rows of values, as if each were a zone."""
    copies = [zone] * len(rows)
    matrix = assessment.matrix
    return _score(
        assessment,
        replace(
            matrix,
            area_ids=tuple(matrix.area_ids[i] for i in copies),
            measures=matrix.measures[copies],
            values=rows,
            low=matrix.low[copies],
            high=matrix.high[copies],
            covered=matrix.covered[copies],
            credits=matrix.credits[copies],
            excluded=matrix.excluded[copies],
        ),
    )


def _score(assessment: Assessment, matrix: DecisionMatrix) -> Scores:
    return score_matrix(
        matrix, assessment.model, assessment.weights, method=assessment.method, risk=assessment.risk
    )


def least_values(assessment: Assessment, zone: int) -> list[tuple[Goal, int, float]]:
    """Goal, criterion and least value, wherever a criterion can reach a goal alone."""
    values = assessment.matrix.values[zone]
    weights = np.array([assessment.weights[c] for c in assessment.matrix.criteria])
    # Comparing with 1 leaves out NaN as well.
    is_open = (values < 1) & (weights > 0)
    columns = np.tile(np.flatnonzero(is_open), 2)
    goals = np.repeat(np.array(["class", "rank"]), is_open.sum())
    able = reaches(assessment, zone, goals, columns=columns, values=np.ones(len(columns)))
    columns, goals = columns[able], goals[able]
    if assessment.method in COMPARING:
        least = _least_of_levels(assessment, zone, goals, columns)
    else:
        least = _least_of_interval(assessment, zone, goals, columns)
    named: list[Goal] = ["class" if goal == "class" else "rank" for goal in goals]
    return list(zip(named, columns.tolist(), least.tolist(), strict=True))


def _least_of_interval(assessment: Assessment, zone: int, goals: Goals, columns: Indices) -> Array:
    """The least value of each criterion that reaches its goal; 1 is known to."""
    low, high = assessment.matrix.values[zone, columns], np.ones(len(columns))
    inner = np.arange(1, _PARTS) / _PARTS
    each = np.arange(len(columns))
    for _ in range(_ROUNDS):
        tried = low[:, np.newaxis] + (high - low)[:, np.newaxis] * inner
        able = reaches(
            assessment,
            zone,
            np.repeat(goals, len(inner)),
            columns=np.repeat(columns, len(inner)),
            values=tried.ravel(),
        ).reshape(tried.shape)
        edges = np.column_stack([low, tried, high])
        # The first that is able; the old high end where none of those inside is.
        first = np.argmax(np.column_stack([able, np.ones(len(able), dtype=bool)]), axis=1)
        low, high = edges[each, first], edges[each, first + 1]
    found: Array = high
    return found


def _least_of_levels(assessment: Assessment, zone: int, goals: Goals, columns: Indices) -> Array:
    """The same where zones are compared: scores change only where a value meets or passes another.

    That is exact, and costs far fewer scorings of all zones than an interval does.
    """
    levels = [_levels(assessment, zone, j) for j in columns.tolist()]
    low = np.full(len(columns), -1)
    high = np.array([len(found) - 1 for found in levels], dtype=np.int64)
    while (low + 1 < high).any():
        middle = (low + high + 1) // 2
        tried = np.array([found[i] for found, i in zip(levels, middle.tolist(), strict=True)])
        able = reaches(assessment, zone, goals, columns=columns, values=tried)
        is_open = low + 1 < high
        low, high = np.where(is_open & ~able, middle, low), np.where(is_open & able, middle, high)
    return np.array([found[i] for found, i in zip(levels, high.tolist(), strict=True)])


def _levels(assessment: Assessment, zone: int, column: int) -> Array:
    """The values above a zone's own that meet or just pass that of another, and 1; ascending."""
    # Unranked zones too: a dimension's score, which a floor looks at, compares with them.
    others = assessment.matrix.values[:, column]
    found: Array = np.unique(np.concatenate([others, np.nextafter(others, np.inf), [1.0]]))
    higher: Array = found[(found > assessment.matrix.values[zone, column]) & (found <= 1)]
    return higher


def reaches(
    assessment: Assessment, zone: int, goals: Goals, *, columns: Indices, values: Array
) -> Flags:
    """Whether each change reaches its goal, (k,)."""
    if len(columns) == 0:
        return np.zeros(0, dtype=bool)
    then = rescored(assessment, zone, columns=columns, values=values)
    in_class = then.classes > assessment.scores.classes[zone]
    in_rank = then.worst_ranks < assessment.scores.ranks[zone]
    reached: Flags = np.where(goals == "class", in_class, in_rank)
    return reached


class Printable(NamedTuple):
    """A measure that is exactly what its print with so many decimals says."""

    measure: float
    decimals: int


def value_at(value: ValueFunction, measure: float) -> float:
    """The value of one measure."""
    return float(value(np.array([measure], dtype=np.float64))[0])


def nearest_measure(value: ValueFunction, *, start: float, least: float) -> float | None:
    """The measure nearest to `start` whose value is at least `least`; None where there is none.

    Parameters
    ----------
    start : float
        Whose value is below `least`, in the criterion's unit.
    least : float
        In [0, 1].

    Returns
    -------
    float or None
        In both directions where the value function rises and falls; the higher one of two equally
        far. Not beyond the support: what a curve only nears there, it does not reach. Of classes,
        which have no order, the one that is worth the least of those that are worth enough.

    Examples
    --------
    >>> nearest_measure(ValueFunction("linear", {"zero_at": 0, "one_at": 10}), start=2, least=0.5)
    5.0
    """
    if value.name == "categorical":
        enough = [(y, code) for code, y in value.parameters["values"].items() if y >= least]
        return float(min(enough)[1]) if enough else None
    turns = _turning_points(value)
    above = _first_enough(value, [start, *(x for x in turns if x > start)], least)
    below = _first_enough(value, [start, *(x for x in reversed(turns) if x < start)], least)
    found = [x for x in (above, below) if x is not None]
    return min(found, key=lambda x: abs(x - start)) if found else None


def _turning_points(value: ValueFunction) -> list[float]:
    """Measures, ascending, between which the value only rises, only falls or stays."""
    found = {float(x) for x, _ in knots_of(value)} | set(support(value))
    if value.name == "stepped":
        # A bound belongs to the class below it; the next class begins just after.
        found |= {float(np.nextafter(x, np.inf)) for x in value.parameters["upper_bounds"]}
    return sorted(found)


def _first_enough(value: ValueFunction, path: list[float], least: float) -> float | None:
    """The first measure along `path`, whose points are turning points, that is worth `least`."""
    for near, far in pairwise(path):
        if value_at(value, far) >= least:
            return _crossing(value, near, far, least)
    return None


def _crossing(value: ValueFunction, near: float, far: float, least: float) -> float:
    for _ in range(_HALVINGS):
        middle = near + (far - near) / 2
        if middle in (near, far):
            break
        if value_at(value, middle) >= least:
            far = middle
        else:
            near = middle
    return far


def decimals_of(value: ValueFunction) -> int:
    """With how many decimals a measure is worth printing.

    Examples
    --------
    >>> [decimals_of(ValueFunction("linear", {"zero_at": 0, "one_at": x})) for x in (9500, 20, 0.5)]
    [0, 1, 3]
    """
    low, high = support(value)
    if value.name == "categorical" or high <= low:
        return 0
    # log10(200 / 20) may come out just above 1.
    return max(0, int(np.ceil(np.log10(_STEPS / (high - low)) - 1e-9)))


def printable_measure(
    exact: float, *, start: float, decimals: int, is_enough: Callable[[float], bool]
) -> Printable:
    """A measure that suffices as printed: `exact`, rounded away from `start` where it must be.

    More decimals where `decimals` would not tell it from `start`, or would overshoot.

    Parameters
    ----------
    exact : float
        The nearest measure that suffices.
    is_enough : callable
        Whether a measure suffices.
    """
    rises = exact > start
    for places in range(decimals, _MOST_DECIMALS + 1):
        step = Decimal(1).scaleb(-places)
        shown_start = float(round(Decimal(start), places))
        outward, inward = (ROUND_CEILING, ROUND_FLOOR) if rises else (ROUND_FLOOR, ROUND_CEILING)
        # Inward first: an exact 73.9 may come as 73.90000000000001.
        for rounding in (inward, outward):
            # Adding 0.0 makes 0.0 of -0.0.
            rounded = float(Decimal(exact).quantize(step, rounding=rounding)) + 0.0
            is_apart = rounded > shown_start if rises else rounded < shown_start
            if is_apart and is_enough(rounded):
                return Printable(rounded, places)
    return Printable(exact, _MOST_DECIMALS)
