"""Zones that are ranked again and again, under other weights and with other values.

`RankedZones` hold what stays the same: the zones, their values, the method and the classes.
Zones that the assessment does not rank, because they are excluded or have too little data, do not
take part in any draw: whether a zone is excluded or its data suffice is no matter of weights.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geo.errors import NothingRanked
from geo.mcda.matrix import Array, DecisionMatrix
from geo.mcda.methods import DEFAULT_METHOD, Setting, criterion_order_weights, find_method
from geo.mcda.model import Model
from geo.mcda.ranks import ReadyValues, ready_values, score_sets

Classes = npt.NDArray[np.int8]

# Rows of values that are scored at once where every row has weights of its own.
_ROWS = 20_000
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

    `rows` (n,) are their rows in the decision matrix, `measures` and `values` (n, m) what stands
    there, `weights` (m,) the stated weights. `lower_bounds` are those of the classes.
    """

    area_ids: tuple[str, ...]
    names: tuple[str, ...]
    criteria: tuple[str, ...]
    rows: npt.NDArray[np.intp]
    measures: Array
    values: Array
    ready: ReadyValues
    weights: Array
    value_functions: tuple[Callable[[Array], Array], ...]
    method: str
    setting: Setting
    classes: tuple[str, ...]
    lower_bounds: tuple[float, ...]
    floors: tuple[Floor, ...]


def ranked_zones(
    model: Model,
    matrix: DecisionMatrix,
    *,
    weights: Mapping[str, float],
    ranked: npt.NDArray[np.bool_],
    names: Mapping[str, str] | None = None,
    method: str = DEFAULT_METHOD,
    risk: float = 0.5,
) -> RankedZones:
    """The zones that an assessment ranks, frozen for many rankings.

    Parameters
    ----------
    weights : mapping
        The stated weights by criterion, summing to 1.
    ranked : (n_areas,) bool
        Which areas of `matrix` take part.
    names : mapping, optional
        Names by area id, for sentences; the id stands for what has none.
    method, risk
        See `geo.mcda.methods`.

    Raises
    ------
    NothingRanked
        When no area takes part.
    InvalidMethod
        When there is no such method.
    """
    find_method(method)
    rows = np.flatnonzero(ranked)
    if not len(rows):
        raise NothingRanked
    ids = tuple(matrix.area_ids[row] for row in rows)
    return RankedZones(
        area_ids=ids,
        names=tuple((names or {}).get(area_id, area_id) for area_id in ids),
        criteria=matrix.criteria,
        rows=rows,
        measures=matrix.measures[rows],
        values=matrix.values[rows],
        ready=ready_values(matrix.values[rows]),
        weights=np.array([weights[c] for c in matrix.criteria], dtype=np.float64),
        value_functions=tuple(c.value for c in model.criteria),
        method=method,
        setting=Setting(risk=risk, groups=np.array(model.groups(), dtype=np.int64)),
        classes=tuple(c.id for c in model.classes),
        lower_bounds=tuple(c.lower_bound for c in model.classes),
        floors=_floors(model),
    )


def _floors(model: Model) -> tuple[Floor, ...]:
    position = {c.id: j for j, c in enumerate(model.criteria)}
    return tuple(
        Floor(d.id, tuple(position[c.id] for c in model.leaves_of(d.id)), d.floor)
        for d in model.dimensions
        if d.floor is not None
    )


def some_of(zones: RankedZones, places: Sequence[int]) -> RankedZones:
    """Some of the zones, by their places among them."""
    chosen = list(places)
    return replace(
        zones,
        area_ids=tuple(zones.area_ids[i] for i in chosen),
        names=tuple(zones.names[i] for i in chosen),
        rows=zones.rows[chosen],
        measures=zones.measures[chosen],
        values=zones.values[chosen],
        ready=ready_values(zones.values[chosen]),
    )


def scores_under(zones: RankedZones, weights: Array, *, values: Array | None = None) -> Array:
    """Scores (n_sets, n_zones) of 0..100; NaN where nothing known has weight.

    Parameters
    ----------
    weights : (n_sets, n_criteria) float64
    values : (n_sets, n_zones, n_criteria) float64, optional
        Drawn values, one table for each weight set; their own by default.
    """
    if values is None and zones.method == "weighted_sum":
        return score_sets(zones.ready, weights)
    return scores_by_method(zones, weights, values=values)


def scores_by_method(
    zones: RankedZones,
    weights: Array,
    *,
    values: Array | None = None,
    columns: Sequence[int] | None = None,
) -> Array:
    """As `scores_under`, of some criteria alone and by whatever method."""
    picked = slice(None) if columns is None else list(columns)
    own = zones.values[:, picked]
    tables = own[np.newaxis] if values is None else values[:, :, picked]
    groups = zones.setting.groups
    setting = Setting(risk=zones.setting.risk, groups=None if groups is None else groups[picked])
    return _scores(zones.method, tables, weights[:, picked], setting)


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
    zones: RankedZones, scores: Array, weights: Array, *, values: Array | None = None
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
        inside = scores_by_method(zones, weights, values=values, columns=floor.columns)
        below = inside < floor.least - _TIE
        classes[below] = np.minimum(classes[below], 0)
    return classes
