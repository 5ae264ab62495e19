"""The documents of readiness, as the OpenAPI document describes them.

`geo` makes them of its own results; here their shape is stated for clients, and the tests hold what
is answered against it.
"""

from typing import Any, Literal

from pydantic import BaseModel, Field

from api.ogc_models import Link

Status = Literal["ranked", "excluded", "insufficient_data"]
ModelKind = Literal["readiness", "need"]


class OriginDocument(BaseModel):
    """One version that went in; a scenario has the number 0."""

    dataset: str
    number: int
    sha256: str
    source: str
    licence: str


class ModelReference(BaseModel):
    """The model of an assessment."""

    id: str
    version: str
    kind: ModelKind
    title: str
    source: str


class ClassDocument(BaseModel):
    """A class of scores, from a lower bound (0..100) up to the next class."""

    id: str
    title: str
    from_: float = Field(alias="from")


class CriterionDocument(BaseModel):
    """One criterion in one zone.

    `measure` is in `unit`, `value` in 0..1, `contribution` its points of the score and `loss` the
    points that it withholds. `note` says why there is no measure, or what to mind.
    """

    criterion: str
    dimension: str
    title: str
    unit: str
    weight: float
    measure: float | None
    value: float | None
    contribution: float | None
    loss: float | None
    period: str | None
    sources: list[str]
    note: str | None
    shares: dict[str, float]


class ConstraintDocument(BaseModel):
    """One hard constraint in one zone; `excluded_share` is null where it could not be checked."""

    constraint: str
    title: str
    excluded_share: float | None
    limit_share: float
    failed: bool
    note: str | None


class ZoneDocument(BaseModel):
    """Everything that an assessment says of one zone; `score` 0..100, `rank` 1 is best."""

    area_id: str
    name: str
    status: Status
    score: float | None
    rank: int | None
    rank_class: str | None
    data_coverage: float
    dimension_scores: dict[str, float | None]
    criteria: list[CriterionDocument]
    constraints: list[ConstraintDocument]
    floors_failed: list[str]
    dimension_coverage: dict[str, float | None]
    of: int
    explanation: str
    lifts: list[str]
    holds_back: list[str]


class LiftDocument(BaseModel):
    """The smallest change of one measure that lifts a zone a class or a rank."""

    goal: str
    criterion: str
    title: str
    unit: str
    measure: float
    needed: float
    decimals: int
    value: float
    needed_value: float
    gain: float
    score: float
    rank: int
    rank_class: str
    floors_cleared: list[str]
    overtaken: list[str]
    sentence: str


class FigureDocument(BaseModel):
    """A number behind a score, with its period, its sources and the versions that it rests on."""

    criterion: str
    title: str
    measure: float | None
    unit: str
    period: str | None
    sources: list[str]
    note: str | None
    origins: list[OriginDocument]


class ExplainedZoneDocument(ZoneDocument):
    """One zone explained: what would lift it, or keeps it from being ranked, and its sources."""

    way_up: str | None
    ways_up: list[LiftDocument]
    figures: list[FigureDocument]
    model: str
    year: int
    lineage: list[OriginDocument]
    links: list[Link]


class _Assessed(BaseModel):
    key: str
    layer: str
    year: int
    method: str
    risk: float
    scenario: str | None
    weights: dict[str, float]


class AssessmentDocument(_Assessed):
    """An assessment of all zones of a layer; `key` names everything that went in."""

    model: ModelReference
    classes: list[ClassDocument]
    zones: list[ZoneDocument]
    lineage: list[OriginDocument]
    links: list[Link]


class HarmfulJudgementDocument(BaseModel):
    """The judgement whose change helps consistency most."""

    first: str
    second: str
    stated: float
    suggested: float
    consistency_ratio_then: float


class FilledJudgementDocument(BaseModel):
    """A judgement that nobody gave, as the others imply it."""

    first: str
    second: str
    ratio: float


class JudgedDocument(BaseModel):
    """The weights of a group from pairwise judgements, and how consistent these are."""

    items: list[str]
    weights: dict[str, float]
    lambda_max: float
    consistency_index: float
    consistency_ratio: float | None
    random_index: str
    most_harmful: HarmfulJudgementDocument | None
    expected_index: float | None
    filled: list[FilledJudgementDocument]
    consistent: bool
    limit: float


class DifferenceDocument(BaseModel):
    """What a member says of a pair beside what the group says."""

    member: str
    first: str
    second: str
    ratio: float
    group_ratio: float
    factor: float


class MemberDocument(BaseModel):
    """One member within the group; `result` is null where its judgements do not join all items."""

    name: str
    share: float
    judged: int
    result: JudgedDocument | None
    distance: float
    differs_most: DifferenceDocument | None


class AgreementDocument(BaseModel):
    """How far the members agree on a pair."""

    first: str
    second: str
    ratio: float
    spread: float
    lowest: float
    lowest_by: str
    highest: float
    highest_by: str
    judged_by: list[str]
    is_reversed: bool


class TogetherDocument(BaseModel):
    """What several members say together of one group of items."""

    consensus: float | None
    consensus_level: str | None
    members: list[MemberDocument]
    silent: list[str]
    agreement: list[AgreementDocument]
    differences: list[DifferenceDocument]
    sentences: list[str]


class JudgementsDocument(BaseModel):
    """Weights by criterion, and what is behind them by group."""

    weights: dict[str, float]
    judgements: dict[str, JudgedDocument]
    together: dict[str, TogetherDocument]


class SimulatedZoneDocument(BaseModel):
    """What the draws say of one ranked zone.

    `acceptability` is the share of draws by rank, `classes` by class; between the two ranks of
    `rank_interval` lie 90 % of the draws. `central_weights` are the mean weights that put it first.
    """

    acceptability: dict[str, float]
    rank_interval: list[int]
    expected_rank: float | None
    first: float
    first_three: float
    classes: dict[str, float]
    central_weights: dict[str, float] | None
    sentence: str


class PairwiseDocument(BaseModel):
    """The share of draws in which the zone of the row ranks better than that of the column."""

    area_ids: list[str]
    wins: list[list[float]]


class UncertaintyDocument(BaseModel):
    """How sure an assessment is; `measures` say by criterion which error is counted."""

    draws: int
    seed: int
    concentration: float | None
    verdict: str
    measures: dict[str, str]
    zones: dict[str, SimulatedZoneDocument]
    pairwise: PairwiseDocument | None = None


class _Weighed(_Assessed):
    judgements: dict[str, JudgedDocument]
    together: dict[str, TogetherDocument]
    notes: list[str]
    uncertainty: UncertaintyDocument | None = None


class WeighedZoneDocument(ZoneDocument):
    """A zone with its rank under the model's own weights and method."""

    rank_before: int | None


class WeighedDocument(_Weighed):
    """An assessment under other weights, another method or a scenario; `notes` say what is idle."""

    model: ModelReference
    classes: list[ClassDocument]
    zones: list[WeighedZoneDocument]
    lineage: list[OriginDocument]


class ColumnsDocument(BaseModel):
    """One entry for each zone in every list; null where there is none."""

    area_id: list[str]
    status: list[Status]
    score: list[float | None]
    rank: list[int | None]
    class_: list[str | None] = Field(alias="class")
    data_coverage: list[float]
    dimensions: dict[str, list[float | None]]
    points: dict[str, list[float | None]]
    rank_before: list[int | None]


class ScoresDocument(_Weighed):
    """The numbers of an assessment in columns; `of` zones are ranked."""

    model: str
    of: int
    zones: ColumnsDocument


class ModelEntry(BaseModel):
    """A published model; it waits for indicators, rasters and columns that are not there."""

    id: str
    version: str
    kind: ModelKind
    title: str
    description: str
    waits_for: list[str]
    links: list[Link]


class MethodEntry(BaseModel):
    """A way to combine values."""

    id: str
    title: str
    description: str
    source: str


class WeightingEntry(BaseModel):
    """A rule that gives weights, and what it needs."""

    id: str
    title: str
    needs: Literal["criteria", "ranks", "values"]
    source: str


class ModelsDocument(BaseModel):
    """Models, methods and weightings that can be chosen."""

    models: list[ModelEntry]
    methods: list[MethodEntry]
    weightings: list[WeightingEntry]


class ModelDocument(BaseModel):
    """One model: what is asked, how it is graded, weighed and classed; see data/models/README.md."""

    id: str
    version: str
    kind: ModelKind
    title: str
    description: str
    source: str
    method: str
    risk: float
    coverage_floor: float
    min_cells: float
    dimensions: list[dict[str, Any]]
    criteria: list[dict[str, Any]]
    constraints: list[dict[str, Any]]
    classes: list[dict[str, Any]]
    weights: dict[str, float]
    weights_confirmed: bool
    classes_confirmed: bool
    years: list[int]
    waits_for: list[str]
