"""What a request may ask of readiness: the zones, the weights, the method, a scenario, the draws."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from geo.judgements import JudgedTwice
from geo.language import Language

if TYPE_CHECKING:
    from geo.assessment import Assessment
    from geo.scenarios import Scenario
    from geo.versions import Published
    from geo.weighing import Weighed
    from geo.wishes import Wish

# Far above any model that people judge: 45 pairs of ten criteria in each of twenty groups.
_MOST_WEIGHTS = 200
_MOST_JUDGEMENTS = 1_000
_MOST_MEMBERS = 100
_MOST_NAME = 100
Name = Annotated[str, Field(max_length=_MOST_NAME)]


class Asked(BaseModel):
    """Which assessment is asked for; everything has a default."""

    model_config = ConfigDict(extra="forbid")

    model: Annotated[str, Field(description="A model's id, see /models.")] = "kesiapan"
    layer: Annotated[str, Field(description="Layer to assess: zones or kecamatan.")] = "zones"
    year: Annotated[
        int | None, Field(ge=1, le=9999, description="Newest with data by default.")
    ] = None


class AskedQuery(Asked):
    """The same as query parameters, with the method."""

    method: Annotated[
        str | None, Field(description="How values are combined, see /models; the model's own.")
    ] = None
    risk: Annotated[
        float | None,
        Field(ge=0, le=1, description="For owa: 0 the worst value counts, 1 the best."),
    ] = None
    f: str | None = None
    lang: str | None = None


class Judgement(BaseModel):
    """`first` is `ratio` times as important as `second`, on Saaty's scale 1/9 … 9."""

    model_config = ConfigDict(extra="forbid")

    group: Annotated[
        str,
        Field(max_length=_MOST_NAME, description="goal for the dimensions, else a dimension's id."),
    ] = "goal"
    first: Name
    second: Name
    ratio: float


class JudgingMember(BaseModel):
    """Somebody who judges; not every pair has to be judged by everybody."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    weight: Annotated[float, Field(description="Relative to the other members.")] = 1.0
    judgements: Annotated[list[Judgement], Field(max_length=_MOST_JUDGEMENTS)]


class JudgedRequest(BaseModel):
    """Pairwise judgements, of one person or of several members."""

    model_config = ConfigDict(extra="forbid")

    judgements: Annotated[
        list[Judgement] | None, Field(min_length=1, max_length=_MOST_JUDGEMENTS)
    ] = None
    incomplete: Annotated[
        bool, Field(description="Whether pairs may be missing where the rest joins all items.")
    ] = False
    members: Annotated[
        list[JudgingMember] | None, Field(min_length=1, max_length=_MOST_MEMBERS)
    ] = None


class JudgementsRequest(JudgedRequest):
    """Judgements to be turned into weights."""

    model: str = "kesiapan"


class ChosenRequest(Asked, JudgedRequest):
    """An assessment under other weights, another method or a scenario.

    Weights come from one of `weights`, `judgements`, `members` and `weighting`.
    """

    weights: Annotated[
        dict[Name, float] | None,
        Field(
            max_length=_MOST_WEIGHTS,
            description="Of every top-level dimension or of every criterion; they sum to 1.",
        ),
    ] = None
    weighting: Annotated[
        str | None, Field(description="A rule that gives weights, see /models.")
    ] = None
    ranks: Annotated[
        dict[Name, float] | None,
        Field(
            max_length=_MOST_WEIGHTS,
            description="Of every dimension or criterion, 1 the most important; for a weighting by ranks.",
        ),
    ] = None
    method: Annotated[str | None, Field(description="See /models; the model's own by default.")] = (
        None
    )
    risk: Annotated[
        float | None,
        Field(ge=0, le=1, description="For owa: 0 the worst value counts, 1 the best."),
    ] = None
    scenario: Annotated[
        dict[str, Any] | None,
        Field(description="Named changes to what is published, see the README."),
    ] = None


class ReadinessRequest(ChosenRequest):
    """The same, and how sure the result is."""

    uncertainty: Annotated[
        int, Field(ge=0, le=20_000, description="Draws of the simulation; 0 for none.")
    ] = 0
    seed: Annotated[int, Field(ge=0, lt=2**32, description="Same seed, same draws.")] = 0
    concentration: Annotated[
        float | None,
        Field(gt=0, le=1e6, description="How close the weights stay to the stated ones."),
    ] = None
    any_weights: Annotated[
        bool, Field(description="Draw from all possible weights, whatever is stated.")
    ] = False
    measure_errors: Annotated[
        bool, Field(description="Whether measures vary by the errors that the model states.")
    ] = True
    detail: Annotated[
        Literal["full", "scores"],
        Field(description="scores: columns of numbers only, for a map that follows a slider."),
    ] = "full"


class ComparisonRequest(BaseModel):
    """Two assessments to be compared zone by zone."""

    model_config = ConfigDict(extra="forbid")

    before: ChosenRequest = ChosenRequest()
    after: ChosenRequest


def pairs_of(judgements: Sequence[Judgement]) -> dict[str, dict[tuple[str, str], float]]:
    """Judgements by group and pair; `JudgedTwice` for one pair with two different ratios."""
    groups: dict[str, dict[tuple[str, str], float]] = {}
    for judgement in judgements:
        pairs = groups.setdefault(judgement.group, {})
        pair = (judgement.first, judgement.second)
        if pairs.get(pair, judgement.ratio) != judgement.ratio:
            raise JudgedTwice(first=judgement.first, second=judgement.second)
        pairs[pair] = judgement.ratio
    return groups


def judged_wish(asked: JudgedRequest) -> "Wish":
    """What the judgements of a request ask for."""
    from geo.group_judgement import Member
    from geo.wishes import Wish

    return Wish(
        judgements=pairs_of(asked.judgements) if asked.judgements else None,
        is_incomplete=asked.incomplete,
        members=[
            Member(name=m.name, judgements=pairs_of(m.judgements), weight=m.weight)
            for m in asked.members or ()
        ],
    )


def assess_asked(now: "Published", asked: ChosenRequest) -> tuple["Assessment", "Weighed"]:
    """The assessment that a request asks for, and where its weights come from."""
    from dataclasses import replace

    from geo import planning
    from geo.weighing import weigh

    wish = replace(
        judged_wish(asked), stated=asked.weights, weighting=asked.weighting, ranks=asked.ranks
    )
    weighed = weigh(now, wish, model_id=asked.model, layer=asked.layer, year=asked.year)
    found = planning.assess(
        now,
        asked.model,
        layer=asked.layer,
        year=asked.year,
        weights=weighed.weights if wish.is_stated else None,
        method=asked.method,
        risk=asked.risk,
        scenario=_scenario(asked),
    )
    return found, weighed


def simulated(
    now: "Published", found: "Assessment", asked: ReadinessRequest, language: Language
) -> dict[str, Any]:
    """How sure an assessment is, as JSON types."""
    from geo.confidence import Simulation, confidence, confidence_document
    from geo.draws import DEFAULT_CONCENTRATION

    stated = asked.concentration or DEFAULT_CONCENTRATION
    simulation = Simulation(
        draws=asked.uncertainty,
        seed=asked.seed,
        concentration=None if asked.any_weights else stated,
        with_errors=asked.measure_errors,
    )
    sure = confidence(now, found, simulation, scenario=_scenario(asked))
    return confidence_document(sure, language)


def _scenario(asked: ChosenRequest) -> "Scenario | None":
    if asked.scenario is None:
        return None
    from geo.scenario_format import parse_scenario

    return parse_scenario(asked.scenario)
