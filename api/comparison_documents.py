"""The documents of assessments beside each other, as the OpenAPI document describes them."""

from typing import Literal

from pydantic import BaseModel

from api.assessment_documents import Status

QuadrantId = Literal["prioritas", "siapkan", "peluang", "pantau"]


class CriterionDifferenceDocument(BaseModel):
    """One criterion of one zone in both; `points` are null unless the zone has a score in both."""

    criterion: str
    title: str
    unit: str
    measure_before: float | None
    measure_after: float | None
    weight_before: float
    weight_after: float
    points: float | None


class ZoneDifferenceDocument(BaseModel):
    """A zone whose status, rank, class or score changed; `moved_by` has most points first."""

    area_id: str
    name: str
    status_before: Status
    status_after: Status
    score_before: float | None
    score_after: float | None
    score: float | None
    rank_before: int | None
    rank_after: int | None
    class_before: str | None
    class_after: str | None
    criteria: list[CriterionDifferenceDocument]
    sentence: str | None
    moved_by: list[str]


class ComparisonDocument(BaseModel):
    """What separates two assessments, named by their keys; `incomparable` says why nothing is."""

    before: str
    after: str
    incomparable: list[str]
    differs: list[str]
    zones: list[ZoneDifferenceDocument]
    only_before: list[str]
    only_after: list[str]
    sentence: str
    unmoved: int
    notes: list[str]


class PointDocument(BaseModel):
    """A zone in one year; `carried` are criteria that rest on older figures, with their period."""

    year: int
    status: Status
    score: float | None
    rank: int | None
    of: int
    rank_class: str | None
    data_coverage: float
    observed: list[str]
    carried: dict[str, str]


class BreakDocument(BaseModel):
    """Why two years are not compared."""

    before: int
    after: int
    reasons: list[str]


class ChangeDocument(BaseModel):
    """What changed within the newest segment; `rank` is how many places the zone rose."""

    first: int
    last: int
    score: float
    points: dict[str, float]
    rank: int | None
    class_first: str | None
    class_last: str | None
    unobserved: list[str]


class TrendDocument(BaseModel):
    """A zone over the years, in segments inside which years may be compared."""

    area_id: str
    name: str
    segments: list[list[PointDocument]]
    breaks: list[BreakDocument]
    unranked: list[PointDocument]
    change: ChangeDocument | None
    sentence: str


class TrendsDocument(BaseModel):
    """Every zone over the years."""

    years: list[int]
    zones: list[TrendDocument]


class ChangePointDocument(BaseModel):
    """The weight at which something first changes, and the zones that then change."""

    weight: float
    area_ids: list[str]


class WeightSensitivityDocument(BaseModel):
    """How far one weight can move: by `first`, `rank` and `class`, null where nothing changes."""

    item: str
    weight: float
    below: dict[str, ChangePointDocument | None]
    above: dict[str, ChangePointDocument | None]


class CriticalWeightDocument(BaseModel):
    """The weight whose smallest relative change matters."""

    item: str
    weight: float
    change_point: ChangePointDocument
    relative: float


class IndexDocument(BaseModel):
    """Shares of a score's variance of one input, with half their 95 % confidence intervals."""

    criterion: str
    input: Literal["weight", "measure"]
    first_order: float
    first_order_confidence: float
    total: float
    total_confidence: float


class VarianceDocument(BaseModel):
    """Sobol' indices of one zone's score, the largest total first."""

    zone: str
    samples: int
    seed: int
    indices: list[IndexDocument]


class SensitivityDocument(BaseModel):
    """How far each weight can move; `score` where a zone was asked for."""

    criteria: list[WeightSensitivityDocument]
    dimensions: list[WeightSensitivityDocument]
    most_critical: dict[str, CriticalWeightDocument | None]
    score: VarianceDocument | None = None


class PlacementDocument(BaseModel):
    """One zone in its quadrant; margins are points above the thresholds."""

    area_id: str
    name: str
    quadrant: QuadrantId | None
    readiness: float | None
    need: float | None
    readiness_margin: float | None
    need_margin: float | None
    sentence: str


class QuadrantEntry(BaseModel):
    """One of the four quadrants and how many zones it holds."""

    id: QuadrantId
    title: str
    sentence: str
    count: int


class QuadrantDocument(BaseModel):
    """Readiness against need, never added."""

    layer: str
    readiness_key: str
    need_key: str
    readiness_year: int
    need_year: int
    ready_from: float
    needy_from: float
    placements: list[PlacementDocument]
    quadrants: list[QuadrantEntry]
    unplaced: int
