"""Pure. An assessment of zones against a model: scores, ranks, contributions and what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from geo.language import Text

Status = Literal["ranked", "excluded", "insufficient_data"]


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """One criterion in one zone.

    `measure` is in the criterion's unit, `value` in [0, 1]; both None where there are no data, and
    then `note` says why. `weight` is the criterion's share of the whole model (all weights sum to
    1), `contribution` its points of the zone's score (contributions add up to the score; 0 where
    the measure is missing). `period` and `sources` say where the measure comes from; `shares` are
    the regencies' parts of the zone behind an indicator, by Kemendagri code.
    """

    criterion: str
    dimension: str
    title: Text
    unit: Text
    weight: float
    measure: float | None
    value: float | None
    contribution: float
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

    `score` is 0..100 (None unless there are enough data), `rank` 1 is best and ties share a rank,
    `rank_class` the id of the model's class. `data_coverage` (0..1) is the weight of the criteria
    that have data. `dimension_scores` are 0..100 by dimension id, None without data.
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
