"""Zones that are ranked again and again, under other weights and with other values.

`RankedZones` hold what stays the same: the zones, their values, the method and the classes. Every
zone that no constraint excludes takes part, in the order of the ids, so that nothing drawn depends
on the order of the features. Whether its data suffice to be ranked is a matter of the weights and is
decided anew under each set.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from geo.errors import NothingRanked
from geo.mcda.matrix import Array, DecisionMatrix, data_coverage
from geo.mcda.methods import DEFAULT_METHOD, Setting, criterion_order_weights, find_method
from geo.mcda.model import Model
from geo.mcda.ranks import ReadyValues, ready_values, score_sets

Classes = npt.NDArray[np.int8]
Flags = npt.NDArray[np.bool_]

# Rows of values that are scored at once where every row has weights of its own.
_ROWS = 20_000
# Below that covered part an area says little of what values there are.
_MOSTLY = 0.5
# A score that is a bound or a floor but for rounding has reached it.
_TIE = 1e-9


@dataclass(frozen=True, slots=True)
class Floor:
    """The least score (0..100) of a dimension, whose criteria are `columns`."""

    dimension: str
    columns: tuple[int, ...]
    least: float


@dataclass(frozen=True, slots=True, eq=False)
class RankedZones:
    """n zones that are ranked under m criteria.

    `rows` (n,) are their rows in the decision matrix; `measures`, `values`, `low`, `high` and
    `covered` (n, m) and `by_place` what stands there, `weights` (m,) the stated weights. `known` are,
    by criterion, the values of the areas of which most is measured, ascending. `lower_bounds` are
    those of the classes. Under less coverage than `coverage_floor` a zone is not ranked.
    """

    area_ids: tuple[str, ...]
    names: tuple[str, ...]
    criteria: tuple[str, ...]
    rows: npt.NDArray[np.intp]
    measures: Array
    values: Array
    low: Array
    high: Array
    covered: Array
    known: tuple[Array, ...]
    ready: ReadyValues
    weights: Array
    value_functions: tuple[Callable[[Array], Array], ...]
    method: str
    setting: Setting
    classes: tuple[str, ...]
    lower_bounds: tuple[float, ...]
    floors: tuple[Floor, ...]
    coverage_floor: float = 0.0
    by_place: Mapping[int, Array] = field(default_factory=dict)

    @property
    def credits(self) -> Array:
        """What of each criterion's range the data rule out, (n, m) in [0, 1]."""
        return 1.0 - (self.high - self.low)


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Values of n zones under m criteria in k draws.

    `steady` (n, m) are the values that are the same in every draw, 0 where they vary, and `ready` the
    same made ready to be scored. `columns` are, by criterion, the places of the zones that vary and
    their drawn values (k, n_varying). No value is NaN: what is missing is drawn.
    """

    n_draws: int
    steady: Array
    ready: ReadyValues
    columns: Mapping[int, tuple[npt.NDArray[np.intp], Array]]

    def tables(self) -> Array:
        """All values, (k, n, m)."""
        found = np.repeat(self.steady[np.newaxis], self.n_draws, axis=0)
        for j, (places, values) in self.columns.items():
            found[:, places, j] = values
        return found


def drawn_tables(tables: Array) -> Drawn:
    """Draws of which every value (k, n, m) is stated."""
    k, n, m = tables.shape
    steady = np.zeros((n, m))
    columns = {j: (np.arange(n), tables[:, :, j]) for j in range(m)}
    return Drawn(k, steady, ready_values(steady), columns)


def ranked_zones(
    model: Model,
    matrix: DecisionMatrix,
    *,
    weights: Mapping[str, float],
    names: Mapping[str, str] | None = None,
    method: str = DEFAULT_METHOD,
    risk: float = 0.5,
) -> RankedZones:
    """The zones that an assessment may rank, frozen for many rankings.

    Parameters
    ----------
    weights : mapping
        The stated weights by criterion, summing to 1.
    names : mapping, optional
        Names by area id, for sentences; the id stands for what has none.
    method, risk
        See `geo.mcda.methods`.

    Raises
    ------
    NothingRanked
        When constraints exclude every area.
    InvalidMethod
        When there is no such method.
    """
    find_method(method)
    rows = np.flatnonzero(~matrix.excluded)
    if not len(rows):
        raise NothingRanked
    rows = rows[np.argsort(np.array(matrix.area_ids)[rows], kind="stable")]
    ids = tuple(matrix.area_ids[row] for row in rows)
    place = {int(row): i for i, row in enumerate(rows)}
    return RankedZones(
        area_ids=ids,
        names=tuple((names or {}).get(area_id, area_id) for area_id in ids),
        criteria=matrix.criteria,
        rows=rows,
        measures=matrix.measures[rows],
        values=matrix.values[rows],
        low=matrix.low[rows],
        high=matrix.high[rows],
        covered=matrix.covered[rows],
        known=known_values(matrix, rows),
        ready=ready_values(matrix.values[rows]),
        weights=np.array([weights[c] for c in matrix.criteria], dtype=np.float64),
        value_functions=tuple(c.value for c in model.criteria),
        method=method,
        setting=Setting(risk=risk, groups=np.array(model.groups(), dtype=np.int64)),
        classes=tuple(c.id for c in model.classes),
        lower_bounds=tuple(c.lower_bound for c in model.classes),
        floors=_floors(model),
        coverage_floor=model.coverage_floor,
        by_place={place[row]: values for row, values in matrix.by_place.items() if row in place},
    )


def known_values(matrix: DecisionMatrix, rows: npt.NDArray[np.intp]) -> tuple[Array, ...]:
    """By criterion the values of the areas, ascending, of which more than half is measured exactly."""
    inside = matrix.covered[rows] - matrix.credits[rows]
    is_known = (matrix.covered[rows] >= _MOSTLY) & (inside < _TIE)
    values = matrix.values[rows]
    return tuple(np.sort(values[is_known[:, j], j]) for j in range(values.shape[1]))


def _floors(model: Model) -> tuple[Floor, ...]:
    position = {c.id: j for j, c in enumerate(model.criteria)}
    return tuple(
        Floor(d.id, tuple(position[c.id] for c in model.leaves_of(d.id)), d.floor)
        for d in model.dimensions
        if d.floor is not None
    )


def some_of(zones: RankedZones, places: Sequence[int]) -> RankedZones:
    """Some of the zones, by their places among them; what is known of the others stays known."""
    chosen = list(places)
    return replace(
        zones,
        area_ids=tuple(zones.area_ids[i] for i in chosen),
        names=tuple(zones.names[i] for i in chosen),
        rows=zones.rows[chosen],
        measures=zones.measures[chosen],
        values=zones.values[chosen],
        low=zones.low[chosen],
        high=zones.high[chosen],
        covered=zones.covered[chosen],
        ready=ready_values(zones.values[chosen]),
        by_place={
            new: zones.by_place[old] for new, old in enumerate(chosen) if old in zones.by_place
        },
    )


def is_ranked_under(zones: RankedZones, weights: Array) -> Flags:
    """Whether the data of each zone suffice under each weight set, (n_sets, n_zones)."""
    total = weights.sum(axis=1)
    covered = data_coverage(zones.credits, weights.T).T
    return np.asarray(covered >= (zones.coverage_floor - _TIE) * total[:, np.newaxis])


def scores_under(zones: RankedZones, weights: Array, *, drawn: Drawn | None = None) -> Array:
    """Scores (n_sets, n_zones) of 0..100 of all zones, ranked or not; NaN where nothing known has weight.

    By a method that compares zones with each other, those whose data do not suffice are not compared
    and have NaN.

    Parameters
    ----------
    weights : (n_sets, n_criteria) float64
    drawn : Drawn, optional
        Drawn values, one draw for each weight set; the zones' own by default, of which what is
        missing does not count.
    """
    if zones.method == "weighted_sum":
        return score_sets(zones.ready, weights) if drawn is None else _drawn_sums(weights, drawn)
    return scores_by_method(zones, weights, drawn=drawn)


def scores_by_method(
    zones: RankedZones,
    weights: Array,
    *,
    drawn: Drawn | None = None,
    columns: Sequence[int] | None = None,
) -> Array:
    """As `scores_under`, of some criteria alone and by whatever method."""
    picked = slice(None) if columns is None else list(columns)
    tables = (zones.values[np.newaxis] if drawn is None else drawn.tables())[:, :, picked]
    if zones.method == "promethee":
        ranked = is_ranked_under(zones, weights)
        tables = np.where(ranked[:, :, np.newaxis], tables, np.nan)
    groups = zones.setting.groups
    setting = Setting(risk=zones.setting.risk, groups=None if groups is None else groups[picked])
    return _scores(zones.method, tables, weights[:, picked], setting)


def _drawn_sums(weights: Array, drawn: Drawn) -> Array:
    """Weighted sums of drawn values, none of which is missing."""
    shares = weights / weights.sum(axis=1, keepdims=True)
    scores = score_sets(drawn.ready, shares)
    # One criterion after the other: a sum in a fixed order does not depend on the block's size.
    for j in sorted(drawn.columns):
        places, values = drawn.columns[j]
        points = 100.0 * shares[:, j, np.newaxis] * values
        if len(places) == scores.shape[1]:
            scores += points
        else:
            scores[:, places] += points
    return scores


def _scores(method: str, tables: Array, weights: Array, setting: Setting) -> Array:
    """Scores of tables (n_sets or 1, n_zones, m) under weights (n_sets, m), by the quickest way."""
    if method == "weighted_sum":
        return _weighted_sums(tables, weights)
    if method in ("owa", "limiting_factor"):
        risk = setting.risk if method == "owa" else 0.0
        return _ordered_averages(tables, weights, risk)
    points = find_method(method).points
    scores = np.full((len(weights), tables.shape[1]), np.nan)
    for i, weight in enumerate(weights):
        if weight.sum() > 0:
            table = tables[i if len(tables) > 1 else 0]
            scores[i] = points(table, weight / weight.sum(), setting).sum(axis=1)
    return scores


def _weighted_sums(tables: Array, weights: Array) -> Array:
    total = np.zeros((len(weights), tables.shape[1]))
    known_weight = np.zeros_like(total)
    # One criterion after the other: a sum in a fixed order does not depend on the block's size.
    for j in range(weights.shape[1]):
        value, weight = tables[:, :, j], weights[:, j, np.newaxis]
        known = ~np.isnan(value)
        total += np.where(known, value, 0.0) * weight
        known_weight += known * weight
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known_weight > 0, 100.0 * total / known_weight, np.nan)


def _ordered_averages(tables: Array, weights: Array, risk: float) -> Array:
    """OWA of many weight sets as one long table: set by set it would be mostly calls."""
    n_sets, m = weights.shape
    n_zones = tables.shape[1]
    scores = np.empty((n_sets, n_zones))
    step = max(_ROWS // max(n_zones, 1), 1)
    for start in range(0, n_sets, step):
        weight = weights[start : start + step, np.newaxis, :]
        table = tables if len(tables) == 1 else tables[start : start + step]
        table, weight = np.broadcast_arrays(table, weight)
        graded, weight = table.reshape(-1, m), weight.reshape(-1, m)
        known = np.where(np.isnan(graded), 0.0, weight)
        graded = np.nan_to_num(graded, nan=0.0)
        ordered = criterion_order_weights(graded, known, risk=risk)
        found = 100.0 * (ordered * graded).sum(axis=1)
        found[known.sum(axis=1) <= 0] = np.nan
        scores[start : start + step] = found.reshape(-1, n_zones)
    return scores


def classes_under(
    zones: RankedZones, scores: Array, weights: Array, *, drawn: Drawn | None = None
) -> Classes:
    """Class indices (n_sets, n_zones) of `scores_under`, -1 for NaN.

    As `geo.mcda.matrix.classify`; a zone with a dimension below its floor is in the lowest class, as in
    `geo.readiness.score`.
    """
    # A comparison for each bound is many times as fast as a search for each score.
    classes = np.full(scores.shape, -1, dtype=np.int8)
    for bound in zones.lower_bounds:
        classes += scores + _TIE >= bound
    for floor in zones.floors:
        inside = scores_by_method(zones, weights, drawn=drawn, columns=floor.columns)
        below = inside < floor.least - _TIE
        classes[below] = np.minimum(classes[below], 0)
    return classes


def placed_under(
    zones: RankedZones, weights: Array, *, drawn: Drawn | None = None
) -> tuple[Array, Classes]:
    """Scores and classes (n_sets, n_zones) of those whose data suffice; NaN and -1 for the others."""
    scores = scores_under(zones, weights, drawn=drawn)
    scores = np.where(is_ranked_under(zones, weights), scores, np.nan)
    return scores, classes_under(zones, scores, weights, drawn=drawn)
