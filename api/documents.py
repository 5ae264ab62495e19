"""The documents of readiness and of models as the OpenAPI document describes them.

What is answered is a dataclass of geo as JSON, so its description is made from that dataclass; only
what is added or left out stands here. The start of the service does not import this module: the
dataclasses of readiness are loaded by the first who asks for the description.
"""

import inspect
import re
from collections import abc
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from types import GenericAlias, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel, Field, create_model
from pydantic.json_schema import models_json_schema

from api.ogc_models import Link
from geo.indicators.table import Indicator
from geo.indicators.villages import VillageProfile
from geo.land.ground import AreaGround, GroundFact, Statement
from geo.language import Text
from geo.mcda.ahp import AhpWeights
from geo.mcda.benchmark import BenchmarkPlace
from geo.mcda.group import GroupJudgement, MemberDifference, MemberJudgement, PairAgreement
from geo.mcda.matrix import Status
from geo.mcda.methods import Method
from geo.mcda.model import BenchmarkArea, Model
from geo.mcda.weights import Weighting
from geo.planning.collect import Collecting, Gap
from geo.planning.model_changes import Way
from geo.programme.achievement import Achievement, Categories
from geo.programme.denominators import Denominator
from geo.programme.indices.index import Index, IndexValue
from geo.programme.indices.places import PlaceValue
from geo.programme.split_proposal import Proposal
from geo.programme.targets import Target
from geo.readiness.assessment import Assessment, Origin, SourcedFigure
from geo.readiness.compare import Comparison, ZoneDifference
from geo.readiness.lift import Lift
from geo.readiness.quadrant import Quadrant, QuadrantTable
from geo.readiness.score import ConstraintResult, CriterionResult, Outcome, ZoneResult
from geo.readiness.trends import ZoneChange, ZonePoint, ZoneTrend
from geo.uncertainty.one_weight import CriticalWeight, WeightSensitivity
from geo.uncertainty.sobol import InputKind, SobolIndex

Document = type[BaseModel]


def document(
    name: str,
    kind: type | None = None,
    *,
    says: str | None = None,
    leave: Sequence[str] = (),
    only: Sequence[str] = (),
    **more: Any,
) -> Document:
    """The pydantic model of a dataclass as it stands in JSON.

    A `Text` is a string, a tuple an array, a mapping an object, None null. A dataclass inside is the
    document that `_held` made of it before, or one that is made now.

    Parameters
    ----------
    kind : type, optional
        The dataclass; none for a document that is made of `more` alone.
    says : str, optional
        The description, by default the docstring of the dataclass.
    leave, only : sequence of str
        The fields that are not written, or the only ones that are.
    **more
        Members besides, or that are written otherwise, by their types; as (type, field) with a
        default or a name that is no word of Python.
    """
    hints = {} if kind is None else get_type_hints(kind)
    names = [] if kind is None else [f.name for f in fields(kind)]
    kept = [n for n in names if n not in {*leave, *more} and (not only or n in only)]
    members: dict[str, Any] = {n: hints[n] for n in kept} | more
    members = {n: t if isinstance(t, tuple) else (_written(t), ...) for n, t in members.items()}
    doc = says or re.sub(r"\bNone\b", "null", inspect.getdoc(kind) or "")
    made: Document = create_model(name, __doc__=doc, **members)
    return made


def schemas() -> dict[str, Any]:
    """Every document, and what they hold, as JSON schemas by name; each refers to its components."""
    _, found = models_json_schema(
        [(made, "serialization") for made in DOCUMENTS.values()],
        ref_template="#/components/schemas/{model}",
    )
    # As FastAPI writes its own: a default of null says nothing that `nullable` does not.
    described: dict[str, Any] = jsonable_encoder(found["$defs"], exclude_none=True)
    return described


# The document of a dataclass wherever another one holds it.
_HELD: dict[type, Document] = {}


def _held(kind: type, name: str, **given: Any) -> Document:
    _HELD[kind] = document(name, kind, **given)
    return _HELD[kind]


def _written(hint: Any) -> Any:
    """The type of a value in JSON."""
    if hint is Text:
        return str
    if isinstance(hint, type) and is_dataclass(hint):
        return _HELD.get(hint) or _held(hint, f"{hint.__name__}Document")
    origin, inside = get_origin(hint), [_written(part) for part in get_args(hint)]
    if origin in (Union, UnionType):
        return Union[tuple(inside)]  # noqa: UP007  its parts are known only here
    if origin in (tuple, list):
        return GenericAlias(list, inside[0])
    return GenericAlias(dict, tuple(inside)) if origin is abc.Mapping else hint


class SimulatedZoneDocument(BaseModel):
    """What the draws say of one ranked zone.

    `acceptability` is the share of draws by rank, `unranked` of those whose weights leave too little
    data for one; `classes` the share by class of all draws. Between the two ranks of `rank_interval`
    lie at least 90 % of the draws that give a rank, and `rank_interval_share` of all draws.
    `central_weights` are the mean weights that put it first.
    """

    acceptability: dict[str, float]
    rank_interval: list[int]
    rank_interval_share: float
    unranked: float
    expected_rank: float | None
    first: float
    first_three: float
    classes: dict[str, float]
    central_weights: dict[str, float] | None
    sentence: str


class IndexEntry(BaseModel):
    """One index in the list: how many slots it has, and how many of them have a weight.

    `version` is null for an index as it ships.
    """

    id: str
    title: str
    description: str
    slots: int
    weighed: int
    confirmed: bool
    version: int | None
    href: str


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


class ClassDocument(BaseModel):
    """A class of scores, from a lower bound (0..100) up to the next class.

    `between` are the two classes that a score may be in where their border is known as a bracket
    only; empty for every other class.
    """

    id: str
    title: str
    from_: float = Field(alias="from")
    between: list[str]


class CertaintyDocument(BaseModel):
    """What the draws behind chances and bands say of the list, and what was varied.

    `pairs_apart` is the share of pairs of ranked zones of which one is better in at least 90 % of the
    draws. Weights always vary; `errors` says whether measures did, `placed` how many zones lie in one
    of several places. `known_in` is, by criterion that lacks data somewhere, the number of zones from
    whose values the missing ones are drawn; 0 where they are drawn evenly from worst to best.
    """

    draws: int
    bands: int
    pairs_apart: float | None
    errors: bool
    placed: int
    known_in: dict[str, int]


class ColumnsDocument(BaseModel):
    """One entry for each zone in every list; null where there is none.

    What draws say (`class` to `surely_above`) is there where `chances` were asked for.
    """

    area_id: list[str]
    status: list[Status]
    score: list[float | None]
    score_low: list[float | None]
    score_high: list[float | None]
    rank: list[int | None]
    rank_class: list[str | None]
    class_: list[str | None] | None = Field(default=None, alias="class")
    class_chance: list[float | None] | None = None
    class_candidates: list[dict[str, float]] | None = None
    class_words: list[str | None] | None = None
    expected_score: list[float | None] | None = None
    band: list[int | None] | None = None
    surely_above: list[int] | None = None
    data_coverage: list[float]
    dimensions: dict[str, list[float | None]]
    points: dict[str, list[float | None]]
    rank_before: list[int | None]


# What others hold comes before them.
_held(Origin, "OriginDocument", says="One version that went in; a scenario has the number 0.")
_held(
    CriterionResult,
    "CriterionDocument",
    says="One criterion in one zone.\n\n`measure` is in `unit`, `value` in 0..1, `contribution` its "
    "points of the score (they add up to it: 0 where `measure` is null) and `loss` the points that it "
    "withholds. `note` says why there is no "
    "measure, or what to mind.",
    leave=["is_share", "is_placed"],
)
_held(
    ConstraintResult,
    "ConstraintDocument",
    excluded_share=float | None,
    failed=bool,
    outcome=Outcome,
)
_held(AhpWeights, "JudgedDocument", weights=Mapping[str, float], consistent=bool, limit=float)
_held(SourcedFigure, "FigureDocument")
_held(BenchmarkArea, "BenchmarkAreaDocument")
_held(
    BenchmarkPlace,
    "BenchmarkDocument",
    says="Where a zone's score stands among published ones; null without a score is `below`.",
)
_held(PairAgreement, "AgreementDocument")
_held(MemberDifference, "MemberDifferenceDocument")
_held(MemberJudgement, "MemberDocument")
_held(
    GroupJudgement,
    "TogetherDocument",
    says="What several members say together of one group of items.",
    leave=["items", "pairwise", "result"],
    consensus_level=str | None,
    sentences=list[str],
)
_held(ZonePoint, "PointDocument")
_held(ZoneChange, "ChangeDocument")
_held(ZoneTrend, "TrendDocument")
_held(ZoneDifference, "ZoneDifferenceDocument", moved_by=list[str])
_held(Quadrant, "QuadrantEntry", count=int)
_held(
    Model,
    "ModelReference",
    says="The model of an assessment.",
    only=["id", "version", "kind", "title", "source"],
)
_held(Method, "MethodEntry", says="A way to combine values.", leave=["points"])
_held(
    Weighting,
    "WeightingEntry",
    says="A rule that gives weights, and what it needs.",
    leave=["weights"],
)
_INDEX = document(
    "IndexDocument", SobolIndex, leave=["name"], criterion=str | None, input=InputKind
)


class ModelVersion(BaseModel):
    """One publication of a model."""

    number: int
    published_at: str
    note: str
    sha256: str
    is_current: bool


class MovedVersion(BaseModel):
    """One of two versions that are compared."""

    version: str
    number: int
    published_at: str
    note: str


class MovedCriterion(BaseModel):
    """A criterion in both versions; its weight is a share (0..1) of the model, null where it is not in it."""

    criterion: str
    title: str
    way: Way
    before: float | None
    after: float | None


class Standing(BaseModel):
    """What a version says of an area; `class` is the most likely one."""

    status: Status
    score: float | None
    score_low: float | None
    score_high: float | None
    rank: int | None
    data_coverage: float
    likely_class: str | None = Field(alias="class")
    class_words: str | None
    class_chance: float | None


class MovedArea(BaseModel):
    """What both versions say of one area."""

    area_id: str
    name: str
    before: Standing
    after: Standing


_MODEL_ENTRY = document(
    "ModelEntry",
    Model,
    says="A published model; it waits for indicators, rasters and columns that are not there.",
    only=["id", "version", "kind", "title", "description"],
    waits_for=list[str],
    shipped_version=str | None,
    links=list[Link],
)

# The likeliest class is called `class` where it is written.
_NOT_OF_ZONES = ("likely_class",)
_IN_ASSESSMENT: dict[str, Any] = {
    "class_": (str | None, Field(alias="class")),
    "class_words": str | None,
    "constraints_unchecked": list[str],
    "of": int,
    "explanation": str,
    "lifts": list[str],
    "holds_back": list[str],
}
_held(ZoneResult, "ZoneDocument", leave=_NOT_OF_ZONES, **_IN_ASSESSMENT)
_held(VillageProfile, "VillagesDocument", sentence=str)
_held(Statement, "GroundStatementDocument")
_held(GroundFact, "GroundFactDocument")
_held(AreaGround, "GroundDocument")
_held(Gap, "GapDocument", why=str)
_EXPLAINED_ZONE = document(
    "ExplainedZoneDocument",
    ZoneResult,
    leave=_NOT_OF_ZONES,
    says="One zone explained: what would lift it, or keeps it from being ranked, and its sources.",
    way_up=str | None,
    ways_up=list[Lift],
    figures=list[SourcedFigure],
    benchmark=BenchmarkPlace | None,
    model=str,
    year=int,
    lineage=list[Origin],
    villages=VillageProfile | None,
    ground=AreaGround | None,
    is_of_drawing=bool,
    links=list[Link],
    **_IN_ASSESSMENT,
)
_WEIGHED_ZONE = document(
    "WeighedZoneDocument",
    ZoneResult,
    leave=_NOT_OF_ZONES,
    says="A zone with its rank under the model's own weights and method.",
    rank_before=int | None,
    **_IN_ASSESSMENT,
)
_OBJECTS: dict[str, Any] = dict.fromkeys(
    ("dimensions", "criteria", "constraints", "classes"), list[dict[str, Any]]
)
_NOT_WRITTEN = ("measures", "matrix", "scores", "draw")
_WEIGHED: dict[str, Any] = {
    "judgements": Mapping[str, AhpWeights],
    "together": Mapping[str, GroupJudgement],
    "notes": list[str],
    "uncertainty": (UncertaintyDocument | None, None),
}

# Pages of the programme have documents of their own of these, with less in them.
_held(Indicator, "MeasuredIndicatorDocument")
_held(Target, "MeasuredTargetDocument")
_held(Denominator, "MeasuredPeopleDocument")
_held(Index, "IndexFileDocument")

DOCUMENTS: Mapping[str, Document] = {
    made.__name__: made
    for made in (
        document(
            "AssessmentDocument",
            Assessment,
            says="An assessment of all zones of a layer; `key` names everything that went in.",
            leave=_NOT_WRITTEN,
            classes=list[ClassDocument],
            certainty=CertaintyDocument,
            zones=list[ZoneResult],
            links=list[Link],
        ),
        document(
            "WeighedDocument",
            Assessment,
            says="An assessment under other weights, another method or a scenario; `notes` say what "
            "is idle.",
            leave=_NOT_WRITTEN,
            classes=list[ClassDocument],
            certainty=CertaintyDocument,
            zones=(GenericAlias(list, _WEIGHED_ZONE), ...),
            **_WEIGHED,
        ),
        document(
            "ScoresDocument",
            Assessment,
            says="The numbers of an assessment in columns; `of` zones are ranked.",
            leave=[*_NOT_WRITTEN, "lineage"],
            model=str,
            of=int,
            zones=ColumnsDocument,
            **_WEIGHED,
        ),
        _EXPLAINED_ZONE,
        document(
            "JudgementsDocument",
            says="Weights by criterion, and what is behind them by group.",
            weights=Mapping[str, float],
            judgements=Mapping[str, AhpWeights],
            together=Mapping[str, GroupJudgement],
        ),
        document("ComparisonDocument", Comparison, unmoved=int, notes=list[str]),
        document(
            "TrendsDocument",
            says="Every zone over the years.",
            years=list[int],
            zones=list[ZoneTrend],
        ),
        document(
            "SensitivityDocument",
            says="How far each weight can move; `score` where a zone was asked for.",
            criteria=list[WeightSensitivity],
            dimensions=list[WeightSensitivity],
            most_critical=Mapping[str, CriticalWeight | None],
            score=(
                document(
                    "VarianceDocument",
                    says="Sobol' indices of one zone's score, the largest total first.",
                    zone=str,
                    samples=int,
                    seed=int,
                    indices=(GenericAlias(list, _INDEX), ...),
                )
                | None,
                None,
            ),
        ),
        document(
            "CollectingDocument",
            Collecting,
            model=str,
            layer=str,
            year=int,
            coverage_floor=float,
            links=list[Link],
        ),
        document(
            "AchievementsDocument",
            says="What was reached of each target, and the categories of the percents.",
            achievements=list[Achievement],
            categories=Categories,
            links=list[Link],
        ),
        document(
            "SlotIndexDocument",
            says="An index with its slots, what comes of them, and the classes it may be in; `version` "
            "is null for the one that ships.",
            index=Index,
            version=int | None,
            published_at=str | None,
            region=str | None,
            area=BenchmarkArea | None,
            value=IndexValue,
            classes=list[str],
            years=dict[str, int],
            regions=list[PlaceValue],
            links=list[Link],
        ),
        document(
            "IndicesDocument",
            says="The indices that there are.",
            indices=list[IndexEntry],
        ),
        document("SplitProposalDocument", Proposal, links=list[Link]),
        document("QuadrantDocument", QuadrantTable, quadrants=list[Quadrant], unplaced=int),
        document(
            "ModelsDocument",
            says="Models, methods and weightings that can be chosen.",
            models=(GenericAlias(list, _MODEL_ENTRY), ...),
            methods=list[Method],
            weightings=list[Weighting],
        ),
        document(
            "ModelDocument",
            Model,
            says="One model: what is asked, how it is graded, weighed and classed; see "
            "/guide/models.",
            leave=["judgements", "shares"],
            **_OBJECTS,
            benchmark=dict[str, Any] | None,
            years=list[int],
            waits_for=list[str],
            versions=list[ModelVersion],
            links=list[Link],
        ),
        document(
            "ModelChangesDocument",
            says="The same data under the version of a model before and under today's; `before` is "
            "null where there is none.",
            model=str,
            title=str,
            layer=str,
            year=int,
            before=MovedVersion | None,
            after=MovedVersion,
            reasons=list[str],
            criteria=list[MovedCriterion],
            areas=list[MovedArea],
            shipped_version=str | None,
            links=list[Link],
        ),
    )
}
