"""Which data an area needs most: the fewest that let it be ranked, and those that settle its class. Pure.

A datum is whatever is brought at once, such as a raster or an outline; it makes one or several of an
area's values known. Which of them pays for a decision is in `geo/uncertainty/value_of_information.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geo.mcda.matrix import Array
from geo.uncertainty.ranked import (
    Drawn,
    RankedZones,
    classes_under,
    drawn_tables,
    scores_under,
)
from geo.uncertainty.value_of_information import Flags, expected_once_known

# A coverage that is the floor, a score that is a bound but for rounding has reached it.
_TIE = 1e-9
# Outcomes of a datum of several values that are tried: the chance that it settles a class has a
# standard error of at most 0.5 / sqrt(200), 3.5 %; that of a single value is tried in every draw.
_OUTCOMES = 200
# Where a method has no closed form, so many outcomes are scored under so many draws of all else: a few
# seconds for the slowest method.
_NESTED_OUTCOMES, _NESTED_DRAWS = 30, 200


@dataclass(frozen=True, slots=True, eq=False)
class DrawnAreas:
    """Areas with their true values (n_draws, n, n_criteria) and the weights (n_draws, n_criteria) as drawn.

    Nothing is missing; `scores` (n_draws, n) are those of each draw.
    """

    zones: RankedZones
    values: Array
    weights: Array
    scores: Array


@dataclass(frozen=True, slots=True, eq=False)
class OnceKnown:
    """What becomes of n areas once something is known of each.

    `expected` (n_outcomes, n) are the scores then expected; `settles` (n,) is the chance that the
    class is settled, NaN where nothing becomes known.
    """

    expected: Array
    settles: Array


def drawn_areas(zones: RankedZones, weights: Array, drawn: Iterable[Drawn]) -> DrawnAreas:
    """Areas with every drawn value of theirs; `drawn` has as many draws as there are weight sets."""
    scores, values, start = [], [], 0
    for block in drawn:
        stop = start + block.n_draws
        scores.append(scores_under(zones, weights[start:stop], drawn=block))
        values.append(block.tables())
        start = stop
    return DrawnAreas(zones, np.concatenate(values), weights, np.concatenate(scores))


def once_known(drawn: DrawnAreas, becomes_known: Flags, *, settled: float) -> OnceKnown:
    """What becomes of areas once the values `becomes_known` (n, n_criteria) are known.

    A class is settled where at least the share `settled` of draws has it. By any method but PROMETHEE,
    whose scores depend on who is compared.
    """
    zones = drawn.zones
    if zones.method != "weighted_sum" or zones.floors:
        return _by_nesting(drawn, becomes_known, settled)
    settles = [
        chance_of_settling(
            drawn.scores[:, i],
            drawn.values[:, i],
            drawn.weights,
            becomes_known=known,
            lower_bounds=zones.lower_bounds,
            settled=settled,
        )
        if known.any()
        else np.nan
        for i, known in enumerate(becomes_known)
    ]
    expected = expected_once_known(
        drawn.scores, drawn.values, drawn.weights, becomes_known=becomes_known
    )
    return OnceKnown(expected=expected, settles=np.array(settles))


def _by_nesting(areas: DrawnAreas, becomes_known: Flags, settled: float) -> OnceKnown:
    """The same for any method: every outcome is scored with draws of all else."""
    zones, n = areas.zones, len(becomes_known)
    inner = min(_NESTED_DRAWS, len(areas.weights))
    outer = min(_NESTED_OUTCOMES, len(areas.weights))
    weights = areas.weights[:inner]
    expected, is_settled = np.empty((outer, n)), np.empty((outer, n), dtype=bool)
    for outcome in range(outer):
        drawn = drawn_tables(np.where(becomes_known, areas.values[outcome], areas.values[:inner]))
        scores = scores_under(zones, weights, drawn=drawn)
        expected[outcome] = scores.mean(axis=0)
        classes = classes_under(zones, scores, weights, drawn=drawn)
        counts = [np.count_nonzero(classes == c, axis=0) for c in range(len(zones.classes))]
        is_settled[outcome] = np.max(counts, axis=0) / inner >= settled - _TIE
    is_moved, means = becomes_known.any(axis=1), areas.scores.mean(axis=0)
    # Fewer draws have another mean; before anything is known that of all draws is expected.
    moved = np.where(is_moved, expected - expected.mean(axis=0), 0.0)
    return OnceKnown(
        expected=means + moved, settles=np.where(is_moved, is_settled.mean(axis=0), np.nan)
    )


def fewest_data(
    gains: Mapping[str, Array], *, coverage: Array, floor: float
) -> list[tuple[str, ...] | None]:
    """For each area the smallest set of data that brings its coverage to the floor.

    Coverage is a sum and each datum adds its gain whatever else is brought, so no n data add more than
    the n of the greatest gain: taking these first finds the fewest. Where several sets are equally
    small, that is the one that gains most.

    Parameters
    ----------
    gains : mapping of (n_areas,) float64
        By datum: the share of the weight that it makes known, weight times (1 - credit), 0 where it
        brings an area nothing.
    coverage : (n_areas,) float64
        The share of the weight that is known now.
    floor : float
        The least share that lets an area be ranked.

    Returns
    -------
    list of tuple of str
        The greatest gain first, equal ones in the order of `gains`; empty where the floor is reached
        already, None where all data together do not reach it.
    """
    names = list(gains)
    table = (
        np.column_stack([gains[name] for name in names]) if names else np.zeros((len(coverage), 0))
    )
    found: list[tuple[str, ...] | None] = []
    for gained, known in zip(table, coverage, strict=True):
        # A stable order: the least difference of rounding must not decide between equal gains.
        order = np.argsort(-np.round(gained, 12), kind="stable")
        reached = known + np.concatenate([[0.0], np.cumsum(gained[order])])
        enough = np.flatnonzero(reached >= floor - _TIE)
        n = int(enough[0]) if len(enough) else None
        found.append(None if n is None else tuple(names[i] for i in order[:n]))
    return found


def likeliest_shares(scores: Array, lower_bounds: Sequence[float]) -> Array:
    """The share of the last axis' scores in their most common class: (..., n_scores) becomes (...).

    `lower_bounds` are those of the classes, ascending from 0.
    """
    n = scores.shape[-1]
    reached = [np.count_nonzero(scores + _TIE >= b, axis=-1) for b in lower_bounds[1:]]
    counts = np.stack([np.full(scores.shape[:-1], n), *reached, np.zeros(scores.shape[:-1])])
    return np.asarray((counts[:-1] - counts[1:]).max(axis=0) / n)


def chance_of_settling(
    scores: Array,
    values: Array,
    weights: Array,
    *,
    becomes_known: Flags,
    lower_bounds: Sequence[float],
    settled: float,
) -> float:
    """How likely one area's class is settled once some of its values are known.

    Of a weighted sum. Each outcome of these values, as often as it was drawn, is joined to every draw
    of all else; the class is settled by the outcomes under which at least the share `settled` of these
    draws has one class.

    Parameters
    ----------
    scores : (n_draws,) float64
        100 times the weighted sums of `values`.
    values, weights : (n_draws, n_criteria) float64
        Nothing missing.
    becomes_known : (n_criteria,) bool
    """
    columns = np.flatnonzero(becomes_known)
    points = 100.0 * weights[:, columns]
    others = scores - (points * values[:, columns]).sum(axis=1)
    if len(columns) == 1:
        shares = _shares_by_value(others, points[:, 0], values[:, columns[0]], lower_bounds)
    else:
        outcomes = values[:_OUTCOMES, columns]
        joined = np.tile(others, (len(outcomes), 1))
        # One value after the other: threads of a small matrix product wait for each other.
        for value, point in zip(outcomes.T, points.T, strict=True):
            joined += np.multiply.outer(value, point)
        shares = likeliest_shares(joined, lower_bounds)
    return float((shares >= settled - _TIE).mean())


def _shares_by_value(
    others: Array, points: Array, outcomes: Array, lower_bounds: Sequence[float]
) -> Array:
    """`likeliest_shares` of `others` + `points` times each outcome of one value: (n_outcomes,).

    A draw reaches a bound from some value of the outcome on, so sorting these values once answers for
    every outcome.
    """
    n = len(others)
    reached = [np.full(len(outcomes), n)]
    for bound in lower_bounds[1:]:
        missing = bound - _TIE - others
        nothing = np.where(missing <= 0, -np.inf, np.inf)
        enough = np.divide(missing, points, out=nothing, where=points > 0)
        reached.append(np.searchsorted(np.sort(enough), outcomes, side="right"))
    counts = np.stack([*reached, np.zeros(len(outcomes), dtype=np.int64)])
    return np.asarray((counts[:-1] - counts[1:]).max(axis=0) / n)
