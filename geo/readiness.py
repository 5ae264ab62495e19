"""Pure. An assessment of zones against a model: scores, ranks, contributions and what is missing.

Measures come in (zone × criterion), results go out; where measures come from is `geo/measures.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from geo.language import Text
from geo.models import Model
from geo.scoring import classify, contributions, data_coverage, rank_scores, weighted_sum

Array = npt.NDArray[np.float64]
Status = Literal["ranked", "excluded", "insufficient_data"]


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """One criterion in one zone.

    `measure` is in the criterion's unit, `value` in [0, 1]; both None where there are no data, and
    then `note` says why. `weight` is the criterion's share of the whole model (all weights sum to
    1), `contribution` its points of the zone's score (contributions add up to the score; 0 where
    the measure is missing, None where the zone has no score). `period` and `sources` say where the measure comes from; `shares` are
    the regencies' parts of the zone behind an indicator, by Kemendagri code.
    """

    criterion: str
    dimension: str
    title: Text
    unit: Text
    weight: float
    measure: float | None
    value: float | None
    contribution: float | None
    period: str | None
    sources: tuple[str, ...]
    note: Text | None
    shares: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConstraintResult:
    """One hard constraint in one zone; `excluded_share` (0..1) is None where nothing could be checked."""

    constraint: str
    title: Text
    excluded_share: float | None
    limit_share: float
    failed: bool
    note: Text | None


@dataclass(frozen=True, slots=True)
class ZoneResult:
    """Everything that an assessment says of one zone.

    `score` is 0..100, `rank` 1 is best and ties share a rank, `rank_class` the id of the model's
    class; all three are None unless the zone is ranked. `data_coverage` (0..1) is the share of the
    weight that rests on data. `dimension_scores` are 0..100 by dimension id, None without data.
    `floors_failed` names the dimensions below their floor, which put the zone in the lowest class.
    """

    area_id: str
    name: str
    status: Status
    score: float | None
    rank: int | None
    rank_class: str | None
    data_coverage: float
    dimension_scores: Mapping[str, float | None]
    criteria: tuple[CriterionResult, ...]
    constraints: tuple[ConstraintResult, ...]
    floors_failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of one zone: the number, what backs it, or why there is none.

    `credit` (0..1) is the part of the zone that the number covers.
    """

    value: float | None
    credit: float
    period: str | None = None
    sources: tuple[str, ...] = ()
    note: Text | None = None
    shares: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measures:
    """Everything measured: by criterion, then one `Measure` per zone; constraints likewise."""

    names: Mapping[str, str]
    criteria: Mapping[str, Sequence[Measure]]
    constraints: Mapping[str, Sequence[ConstraintResult]]


def assess_measures(
    measures: Measures, model: Model, weights: Mapping[str, float]
) -> tuple[ZoneResult, ...]:
    """Score, rank and class every zone.

    A zone that fails a constraint is excluded; one whose data coverage is below the model's floor
    has not enough data; neither is ranked nor counted in the ranks of the others.

    Parameters
    ----------
    measures : Measures
        n_zones of them, in the order of the result.
    weights : mapping
        By criterion, summing to 1.
    """
    ids = [c.id for c in model.criteria]
    weight = np.array([weights[i] for i in ids])
    values = _values(measures, model)
    credits = np.column_stack([[m.credit for m in measures.criteria[i]] for i in ids])
    coverage = data_coverage(credits, weight)
    statuses = _statuses(measures, coverage, model)
    ranked = np.array([status == "ranked" for status in statuses])
    points = np.where(ranked[:, np.newaxis], contributions(values, weight), np.nan)
    scores = points.sum(axis=1)
    dimension_scores = _dimension_scores(values, weight, model)
    failed = [_floors_failed(row, model) for row in dimension_scores]
    classes = classify(scores, [c.lower_bound for c in model.classes])
    ranks = rank_scores(scores)
    return tuple(
        ZoneResult(
            area_id=area_id,
            name=name,
            status=statuses[i],
            score=_or_none(scores[i]),
            rank=None if np.isnan(ranks[i]) else int(ranks[i]),
            rank_class=_class_id(model, int(classes[i]), failed[i]),
            data_coverage=float(coverage[i]),
            dimension_scores=dimension_scores[i],
            criteria=_criterion_results(measures, model, weights, values[i], points[i], i),
            constraints=tuple(results[i] for results in measures.constraints.values()),
            floors_failed=failed[i],
        )
        for i, (area_id, name) in enumerate(measures.names.items())
    )


def _values(measures: Measures, model: Model) -> Array:
    return np.column_stack(
        [
            c.value(
                np.array([np.nan if m.value is None else m.value for m in measures.criteria[c.id]])
            )
            for c in model.criteria
        ]
    )


def _statuses(measures: Measures, coverage: Array, model: Model) -> list[Status]:
    failed = np.zeros(len(coverage), dtype=bool)
    for results in measures.constraints.values():
        failed |= np.array([r.failed for r in results], dtype=bool)
    # A coverage that is the floor but for rounding has enough data.
    enough = coverage >= model.coverage_floor - 1e-9
    return [
        "excluded" if f else "ranked" if e else "insufficient_data"
        for f, e in zip(failed, enough, strict=True)
    ]


def _dimension_scores(values: Array, weight: Array, model: Model) -> list[dict[str, float | None]]:
    columns = {}
    for dimension in model.dimensions:
        inside = np.array([c.dimension == dimension.id for c in model.criteria])
        columns[dimension.id] = weighted_sum(values[:, inside], weight[inside])
    return [{d: _or_none(column[i]) for d, column in columns.items()} for i in range(len(values))]


def _floors_failed(scores: Mapping[str, float | None], model: Model) -> tuple[str, ...]:
    found = ((d, scores[d.id]) for d in model.dimensions)
    return tuple(
        d.id for d, score in found if d.floor is not None and score is not None and score < d.floor
    )


def _class_id(model: Model, index: int, floors_failed: Sequence[str]) -> str | None:
    if index < 0:
        return None
    return model.classes[0 if floors_failed else index].id


def _criterion_results(
    measures: Measures,
    model: Model,
    weights: Mapping[str, float],
    values: Array,
    points: Array,
    zone: int,
) -> tuple[CriterionResult, ...]:
    results = []
    for j, criterion in enumerate(model.criteria):
        measure = measures.criteria[criterion.id][zone]
        results.append(
            CriterionResult(
                criterion=criterion.id,
                dimension=criterion.dimension,
                title=criterion.title,
                unit=criterion.unit,
                weight=weights[criterion.id],
                measure=measure.value,
                value=_or_none(values[j]),
                contribution=_or_none(points[j]),
                period=measure.period,
                sources=measure.sources,
                note=measure.note,
                shares=measure.shares,
            )
        )
    return tuple(results)


def _or_none(number: float) -> float | None:
    return None if np.isnan(number) else float(number)
