"""Scores, ranks and classes of zones against a model, and what they say of each zone.

Measures come in (zone × criterion), results go out; where measures come from is `geo/readiness/measures.py`.
Scores are arrays (`score_matrix`), so that other weights cost next to nothing; what they say of
each zone in words and with its sources is built from them afterwards (`zone_results`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from geo.language import Source, Text, percent
from geo.mcda.matrix import Array, DecisionMatrix, Scores, Status, classify, data_coverage
from geo.mcda.methods import DEFAULT_METHOD, Setting, find_method, scores_of
from geo.mcda.model import Model
from geo.mcda.ranks import rank_scores
from geo.mcda.score_range import score_range
from geo.mcda.value_functions import value_range
from geo.readiness.certainty import Certainty, candidates, n_surely_below

Flags = npt.NDArray[np.bool_]
Row = list[float | None]


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """One criterion in one zone.

    `measure` is in the criterion's unit, `value` in [0, 1]; both None where there are no data, and
    then `note` says why. `weight` is the criterion's share of the whole model (all weights sum to
    1), `contribution` its points of the zone's score (contributions add up to the score; 0 where
    the measure is missing, None where the zone has no score). `loss` is what the score would gain if
    the value were 1 and all else stayed (None where that was not asked). `period` and `sources` say
    where the measure comes from; `shares` are the regencies' parts of the zone behind an indicator,
    by Kemendagri code. `is_share` says that the measure is a share (0..1) of the zone's area. `credit`
    (0..1) is what of the criterion the data settle: 0 without data, less than 1 where they cover a
    part of the zone or leave an interval. `measure_low` and `measure_high` are the least and the
    greatest that the measure can be, None where it is exact or missing; `value_low` and `value_high`
    those of the value over the whole zone, 0 and 1 where nothing is known. `is_placed` says that the
    ends are those over the places that the zone may take.
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
    sources: tuple[Source, ...]
    note: Text | None
    shares: Mapping[str, float] = field(default_factory=dict)
    loss: float | None = None
    is_share: bool = False
    credit: float = 1.0
    measure_low: float | None = None
    measure_high: float | None = None
    value_low: float = 0.0
    value_high: float = 1.0
    is_placed: bool = False


Outcome = Literal["failed", "passed", "unknown"]


@dataclass(frozen=True, slots=True)
class ConstraintResult:
    """One hard constraint in one zone, and the share of the zone's area (0..1) that it excludes.

    `excluded_low` and `excluded_high` are the least and the most that the share can be, wherever the
    zone lies and whatever cells without data hold: 0 and 1 where nothing could be checked.
    """

    constraint: str
    title: Text
    excluded_low: float
    excluded_high: float
    limit_share: float
    note: Text | None

    @property
    def excluded_share(self) -> float | None:
        """The excluded share of the zone's area where it is known; None where only its bounds are."""
        return self.excluded_low if self.excluded_low == self.excluded_high else None

    @property
    def outcome(self) -> Outcome:
        """Failed where the least is above the limit, passed where the most is not, else unknown."""
        if self.excluded_low > self.limit_share:
            return "failed"
        return "passed" if self.excluded_high <= self.limit_share else "unknown"

    @property
    def failed(self) -> bool:
        """Whether the zone is excluded for certain."""
        return self.outcome == "failed"


@dataclass(frozen=True, slots=True)
class ZoneResult:
    """Everything that an assessment says of one zone.

    `score` is 0..100, `rank` 1 is best and ties share a rank, `rank_class` the id of the model's
    class; all three are None unless the zone is ranked. `score_low` and `score_high` are the least
    and the greatest score that the data allow, None where excluded. `data_coverage` (0..1) is the share of the
    weight that rests on data, `dimension_coverage` the same inside each dimension (None for one
    without weight), `coverage_floor` what the model asks for. `dimension_scores` are 0..100 by dimension id, None without data.
    `floors_failed` names the dimensions below their floor, which put the zone in the lowest class.

    `likely_class` is the id of the class that most draws give, `class_chance` the share of draws that
    do, `class_candidates` the fewest classes that have 90 % of the draws together, with their shares,
    in the order of the model; also of a zone that is not ranked, none of an excluded one.
    `expected_score` is the mean score over the draws, in which what is unknown is drawn too: where it
    is far from `score`, which counts what is known alone, the rank hangs on what is unknown. `band`
    counts from 1, None without rank: down the list a new one begins where a zone of the band above is
    the better one in at least 90 % of the draws. `surely_above` is of how many ranked zones this one
    is above under every value that the data allow.
    """

    area_id: str
    name: str
    status: Status
    score: float | None
    score_low: float | None
    score_high: float | None
    rank: int | None
    rank_class: str | None
    data_coverage: float
    dimension_scores: Mapping[str, float | None]
    criteria: tuple[CriterionResult, ...]
    constraints: tuple[ConstraintResult, ...]
    floors_failed: tuple[str, ...] = ()
    dimension_coverage: Mapping[str, float | None] = field(default_factory=dict)
    coverage_floor: float = 0.0
    likely_class: str | None = None
    class_chance: float | None = None
    class_candidates: Mapping[str, float] = field(default_factory=dict)
    expected_score: float | None = None
    band: int | None = None
    surely_above: int = 0

    @property
    def coverage_said(self) -> Text:
        """The data coverage in percent; one that misses the model's floor never reads as the floor."""
        return percent(self.data_coverage, beside=self.coverage_floor)

    @property
    def constraints_unchecked(self) -> tuple[ConstraintResult, ...]:
        """The hard constraints that nothing could check here."""
        return tuple(c for c in self.constraints if c.outcome == "unknown")


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of one zone: the number, what backs it, or why there is none.

    `credit` (0..1) is the part of the zone that the number covers. `low` and `high` are None where
    the number is exact; else the least and the greatest that it can be, by a source that gives an
    interval or over the places that the zone may take. `by_place` are then the numbers in a sample of
    these places, the same places for every criterion of the zone.
    """

    value: float | None
    credit: float
    period: str | None = None
    sources: tuple[Source, ...] = ()
    note: Text | None = None
    shares: Mapping[str, float] = field(default_factory=dict)
    low: float | None = None
    high: float | None = None
    by_place: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Measures:
    """Everything measured: by criterion, then one `Measure` per zone; constraints likewise."""

    names: Mapping[str, str]
    criteria: Mapping[str, Sequence[Measure]]
    constraints: Mapping[str, Sequence[ConstraintResult]]


def decision_matrix(measures: Measures, model: Model) -> DecisionMatrix:
    """The arrays behind `measures`: what is known of every zone, graded by the model."""
    ids = [c.id for c in model.criteria]
    measured = np.array([[_or_nan(m.value) for m in measures.criteria[i]] for i in ids]).T
    covered = np.array([[m.credit for m in measures.criteria[i]] for i in ids]).T
    graded = [c.value(column) for c, column in zip(model.criteria, measured.T, strict=True)]
    values = np.column_stack(graded)
    least, greatest = _with_intervals(measures, model, values)
    excluded = np.zeros(len(measures.names), dtype=bool)
    for results in measures.constraints.values():
        excluded |= np.array([r.failed for r in results], dtype=bool)
    return DecisionMatrix(
        area_ids=tuple(measures.names),
        criteria=tuple(ids),
        measures=measured,
        values=values,
        # The part of an area without data counts at worst and at best.
        low=covered * least,
        high=covered * greatest + (1.0 - covered),
        covered=covered,
        credits=covered * (1.0 - (greatest - least)),
        excluded=excluded,
        by_place=_by_place(measures, model),
    )


def _with_intervals(measures: Measures, model: Model, values: Array) -> tuple[Array, Array]:
    """The least and the greatest value (n_areas, n_criteria) of what is covered; 0 where nothing is."""
    least, greatest = np.nan_to_num(values), np.nan_to_num(values)
    for j, criterion in enumerate(model.criteria):
        for i, measure in enumerate(measures.criteria[criterion.id]):
            if measure.low is not None and measure.high is not None:
                ends = value_range(criterion.value, measure.low, measure.high)
                least[i, j], greatest[i, j] = np.nan_to_num(ends)
    return least, greatest


def _by_place(measures: Measures, model: Model) -> dict[int, Array]:
    """The values (n_places, n_criteria) of each area that may lie in several places, by its row."""
    found: dict[int, Array] = {}
    for j, criterion in enumerate(model.criteria):
        for i, measure in enumerate(measures.criteria[criterion.id]):
            if measure.by_place:
                n_places = len(measure.by_place)
                values = found.setdefault(i, np.full((n_places, len(model.criteria)), np.nan))
                values[:, j] = criterion.value(np.array(measure.by_place))
    return found


def score_matrix(
    matrix: DecisionMatrix,
    model: Model,
    weights: Mapping[str, float],
    *,
    method: str = DEFAULT_METHOD,
    risk: float = 0.5,
) -> Scores:
    """Score, rank and class every area.

    An area that fails a constraint is excluded; one whose data coverage is below the model's floor
    has not enough data; neither is ranked, nor seen by a method that compares areas.

    Parameters
    ----------
    weights : mapping
        By criterion, summing to 1.
    method, risk
        See `geo.mcda.methods`.

    Raises
    ------
    InvalidMethod
    """
    weight = np.array([weights[c] for c in matrix.criteria])
    coverage = data_coverage(matrix.credits, weight)
    # A coverage that is the floor but for rounding has enough data.
    ranked = ~matrix.excluded & (coverage >= model.coverage_floor - 1e-9)
    values = np.where(ranked[:, np.newaxis], matrix.values, np.nan)
    setting = Setting(risk=risk, groups=np.array(model.groups()))
    points = find_method(method).points(values, weight, setting)
    scores = scores_of(points)
    # Areas that are compared with each other must all be there; one alone needs no floor.
    inside = ranked if method == "promethee" else ~matrix.excluded
    low, high = score_range(
        method,
        np.where(inside[:, np.newaxis], matrix.low, np.nan),
        np.where(inside[:, np.newaxis], matrix.high, np.nan),
        weights=weight,
        setting=setting,
    )
    dimension_scores = _dimension_scores(matrix.values, weight, model, method=method, risk=risk)
    floors = np.array([np.nan if d.floor is None else d.floor for d in model.dimensions])
    below_floor = dimension_scores < floors - 1e-9
    classes = classify(scores, [c.lower_bound for c in model.classes])
    return Scores(
        points=points,
        scores=scores,
        low=low,
        high=high,
        ranks=rank_scores(scores),
        classes=np.where(below_floor.any(axis=1), np.minimum(classes, 0), classes),
        ranked=~np.isnan(scores),
        coverage=coverage,
        dimension_scores=dimension_scores,
        dimension_coverage=_dimension_coverage(matrix.credits, weight, model),
        below_floor=below_floor,
    )


def zone_results(
    measures: Measures,
    matrix: DecisionMatrix,
    scores: Scores,
    *,
    model: Model,
    weights: Mapping[str, float],
    certainty: Certainty,
    losses: Array | None = None,
) -> tuple[ZoneResult, ...]:
    """What the scores of a decision matrix say of every zone, with the sources of its measures.

    `losses` (n_areas, n_criteria) are those of `geo.readiness.explain.losses`.
    """
    classes = [c.id for c in model.classes]
    surely_above = n_surely_below(scores).tolist()
    expected = [None if mean != mean else mean for mean in certainty.expected_scores.tolist()]
    # Plain lists: a province has thousands of numbers, and each costs more as a scalar of numpy's.
    values, points = _rows(matrix.values), _rows(scores.points)
    points_of, least, greatest = _rows(np.stack([scores.scores, scores.low, scores.high]))
    ranks = scores.ranks.tolist()
    class_shares, classes_of = certainty.class_shares.tolist(), scores.classes.tolist()
    credits, lows, highs = matrix.credits.tolist(), matrix.low.tolist(), matrix.high.tolist()
    lost = None if losses is None else _rows(losses)
    dimension_scores, covered = _rows(scores.dimension_scores), _rows(scores.dimension_coverage)
    dimensions = [d.id for d in model.dimensions]
    statuses = scores.statuses(matrix.excluded)
    return tuple(
        ZoneResult(
            area_id=area_id,
            name=name,
            status=statuses[i],
            score=points_of[i],
            score_low=least[i],
            score_high=greatest[i],
            # NaN is the one number that is not itself.
            rank=int(ranks[i]) if ranks[i] == ranks[i] else None,
            rank_class=None if classes_of[i] < 0 else classes[classes_of[i]],
            data_coverage=float(scores.coverage[i]),
            dimension_scores=dict(zip(dimensions, dimension_scores[i], strict=True)),
            dimension_coverage=dict(zip(dimensions, covered[i], strict=True)),
            criteria=_criterion_results(
                measures,
                model,
                weights,
                values=values[i],
                points=points[i],
                losses=None if lost is None else lost[i],
                credits=credits[i],
                value_ranges=list(zip(lows[i], highs[i], strict=True)),
                zone=i,
            ),
            constraints=tuple(results[i] for results in measures.constraints.values()),
            coverage_floor=model.coverage_floor,
            floors_failed=tuple(
                d for d, below in zip(dimensions, scores.below_floor[i], strict=True) if below
            ),
            **_chances(class_shares[i], classes),
            expected_score=expected[i],
            band=int(certainty.bands[i]) or None,
            surely_above=surely_above[i],
        )
        for i, (area_id, name) in enumerate(measures.names.items())
    )


def _chances(shares: Sequence[float], classes: Sequence[str]) -> dict[str, Any]:
    """What the shares (n_classes,) of draws say of one zone's class; nothing where they are NaN."""
    if np.isnan(shares[0]):
        return {}
    likely = shares.index(max(shares))
    return {
        "likely_class": classes[likely],
        "class_chance": shares[likely],
        "class_candidates": {classes[c]: shares[c] for c in candidates(shares)},
    }


def _leaves(model: Model) -> list[Flags]:
    """Which criteria lie below each dimension, (n_criteria,) each."""
    below = [{c.id for c in model.leaves_of(d.id)} for d in model.dimensions]
    return [np.array([c.id in ids for c in model.criteria]) for ids in below]


def _dimension_scores(
    values: Array, weight: Array, model: Model, *, method: str, risk: float
) -> Array:
    points = find_method(method).points
    groups = np.array(model.groups())
    columns = []
    for inside in _leaves(model):
        total = weight[inside].sum()
        if total <= 0:
            columns.append(np.full(len(values), np.nan))
            continue
        setting = Setting(risk=risk, groups=groups[inside])
        columns.append(scores_of(points(values[:, inside], weight[inside] / total, setting)))
    return np.column_stack(columns)


def _dimension_coverage(credits: Array, weight: Array, model: Model) -> Array:
    columns = []
    for inside in _leaves(model):
        total = weight[inside].sum()
        known = credits[:, inside] @ weight[inside]
        columns.append(known / total if total > 0 else np.full(len(credits), np.nan))
    return np.column_stack(columns)


def _rows(numbers: Array) -> list[Row]:
    """Rows of a matrix, None for NaN."""
    return [[None if n != n else n for n in row] for row in numbers.tolist()]


def _criterion_results(
    measures: Measures,
    model: Model,
    weights: Mapping[str, float],
    *,
    values: Row,
    points: Row,
    losses: Row | None,
    credits: Sequence[float],
    value_ranges: Sequence[tuple[float, float]],
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
                value=values[j],
                contribution=points[j],
                period=measure.period,
                sources=measure.sources,
                note=measure.note,
                shares=measure.shares,
                loss=None if losses is None else losses[j],
                is_share=criterion.is_share,
                credit=credits[j],
                measure_low=measure.low,
                measure_high=measure.high,
                value_low=value_ranges[j][0],
                value_high=value_ranges[j][1],
                is_placed=bool(measure.by_place),
            )
        )
    return tuple(results)


def _or_nan(number: float | None) -> float:
    return np.nan if number is None else number
