"""What a request may ask of readiness: the zones, the weights, the method, a scenario, the draws."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.parameters import InvalidParameter
from geo.errors import InvalidDraws, JudgedTwice
from geo.language import texts

if TYPE_CHECKING:
    from geo.mcda.weight_request import WeightRequest
    from geo.planning.confidence import Simulation
    from geo.readiness.scenario import Scenario

_SAY = texts(__name__)

# Far above any model that people judge: 45 pairs of ten criteria in each of twenty groups.
_MOST_WEIGHTS = 200
_MOST_JUDGEMENTS = 1_000
_MOST_MEMBERS = 100
_MOST_NAME = 100
# Draws times ranked zones of one request: 20,000 draws of all 156 kecamatan, which take the slowest
# method about ten seconds.
_MOST_RANKS = 3_200_000
Name = Annotated[str, Field(max_length=_MOST_NAME)]
Method = Annotated[
    str | None,
    Field(min_length=1, description="How values are combined, see /models; the model's own."),
]
Risk = Annotated[
    float | None,
    Field(ge=0, le=1, description="For owa alone: 0 the worst value counts, 1 the best."),
]


StatedWeights = Annotated[
    str | None,
    Field(
        max_length=10_000,
        description="Of every dimension or every criterion, as name:share,name:share; they sum to 1.",
    ),
]


class AskedLayer(BaseModel):
    """Which zones are asked about, and by which model."""

    model_config = ConfigDict(extra="forbid")

    model: Annotated[str, Field(description="A model's id, see /models.")] = "kesiapan"
    layer: Annotated[
        str, Field(description="Layer to assess: zones, kecamatan, desa or regencies.")
    ] = "zones"

    def question(self) -> dict[str, Any]:
        """Which assessment, in the words of `geo.planning.weigh.weigh_and_assess`."""
        asked = self.model_dump(include={"layer", "year", "method", "risk"})
        return {"model_id": self.model} | asked


class Asked(AskedLayer):
    """Which assessment is asked for; everything has a default."""

    year: Annotated[
        int | None, Field(ge=1, le=9999, description="Newest with data by default.")
    ] = None


class AskedQuery(Asked):
    """The same as query parameters, with the weights and the method."""

    weights: StatedWeights = None
    method: Method = None
    risk: Risk = None
    f: str | None = None
    lang: str | None = None

    def weight_request(self) -> "WeightRequest":
        """The weights that are stated; `InvalidParameter` for such as cannot be read."""
        from geo.mcda.weight_request import WeightRequest

        return WeightRequest(stated=None if self.weights is None else parse_weights(self.weights))


class WayQuery(BaseModel):
    """By which model, weights and method something is judged; the model's own by default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Annotated[str, Field(description="A model's id, see /models.")] = "kesiapan"
    weights: StatedWeights = None
    method: Method = None
    risk: Risk = None
    f: str | None = None
    lang: str | None = None

    @property
    def is_of_a_start(self) -> bool:
        """Whether it is what people see first: as a model says it."""
        is_own = self.weights is None and self.method is None and self.risk is None
        return is_own and self.f in (None, "html")

    def way(self) -> dict[str, Any]:
        """Model, weights, method and risk; `InvalidParameter` for weights that cannot be read."""
        weights = None if self.weights is None else parse_weights(self.weights)
        stated = {"model": self.model, "method": self.method, "risk": self.risk}
        return stated | {"weights": weights}

    def kept(self) -> dict[str, Any]:
        """The same as it stands in an address, without what is as by default."""
        names = {"model", "weights", "method", "risk"}
        return self.model_dump(include=names, exclude_defaults=True)


class Judgement(BaseModel):
    """`first` is `ratio` times as important as `second`, on Saaty's scale 1/9 … 9."""

    model_config = ConfigDict(extra="forbid")

    group: Annotated[
        str,
        Field(max_length=_MOST_NAME, description="goal for the dimensions, else a dimension's id."),
    ] = "goal"
    first: Name
    second: Name
    ratio: Annotated[float, Field(gt=0, description="1/9 to 9.")]


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

    def weight_request(self) -> "WeightRequest":
        """What the judgements ask for; `JudgedTwice` for a pair with two ratios."""
        from geo.mcda.group import Member
        from geo.mcda.weight_request import WeightRequest

        return WeightRequest(
            judgements=pairs_of(self.judgements) if self.judgements else None,
            is_incomplete=self.incomplete,
            members=[
                Member(name=m.name, judgements=pairs_of(m.judgements), weight=m.weight)
                for m in self.members or ()
            ],
        )


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
            min_length=1,
            max_length=_MOST_WEIGHTS,
            description="Of every top-level dimension or of every criterion; they sum to 1.",
        ),
    ] = None
    weighting: Annotated[
        str | None,
        Field(
            description="A rule that gives weights, see /models; by the published values where it needs values."
        ),
    ] = None
    ranks: Annotated[
        dict[Name, float] | None,
        Field(
            min_length=1,
            max_length=_MOST_WEIGHTS,
            description="Of every dimension or criterion, 1 the most important; for a weighting by ranks.",
        ),
    ] = None
    method: Method = None
    risk: Risk = None
    scenario: Annotated[
        dict[str, Any] | None,
        Field(description="Named changes to what is published, see /guide/score."),
    ] = None

    def weight_request(self) -> "WeightRequest":
        """The weights that are stated, judged or given by a rule."""
        return replace(
            super().weight_request(),
            stated=self.weights,
            weighting=self.weighting,
            ranks=self.ranks,
        )

    def changes(self) -> "Scenario | None":
        """The scenario; `InvalidScenario` for one that cannot be read."""
        if self.scenario is None:
            return None
        from geo.planning.scenario_file import parse_scenario

        return parse_scenario(self.scenario)


class ReadinessRequest(ChosenRequest):
    """The same, and how sure the result is."""

    uncertainty: Annotated[
        int, Field(ge=0, le=20_000, description="Draws of the simulation; 0 for none.")
    ] = 0
    seed: Annotated[int, Field(ge=0, lt=2**32, description="Same seed, same draws.")] = 0
    concentration: Annotated[
        float | None,
        Field(
            gt=0,
            le=1e6,
            description="How close the weights stay to the stated ones; not with any_weights.",
        ),
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
    chances: Annotated[
        bool,
        Field(
            description="With scores: also the chance of each class, and the bands; full has them."
        ),
    ] = False

    def require_drawable(self) -> None:
        """Raise `InvalidDraws` where it says how to draw and draws nothing, or says it twice."""
        is_close = self.concentration is not None
        if (self.any_weights or is_close) and not self.uncertainty:
            raise InvalidDraws(reason=_SAY["no_draws"])
        if self.any_weights and is_close:
            raise InvalidDraws(reason=_SAY["any_or_close"])

    def simulation(self, *, n_ranked: int) -> "Simulation":
        """How to draw for so many ranked zones.

        Raises
        ------
        InvalidDraws
            For more draws of more zones than one request may take.
        """
        from geo.planning.confidence import Simulation
        from geo.uncertainty.draws import DEFAULT_CONCENTRATION

        if self.uncertainty * n_ranked > _MOST_RANKS:
            most = _MOST_RANKS // n_ranked
            raise InvalidDraws(reason=_SAY["too_many"].format(n=n_ranked, most=most))
        stated = self.concentration or DEFAULT_CONCENTRATION
        return Simulation(
            draws=self.uncertainty,
            seed=self.seed,
            concentration=None if self.any_weights else stated,
            with_errors=self.measure_errors,
        )


class ComparisonRequest(BaseModel):
    """Two assessments to be compared zone by zone; the first is what is published by default."""

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


def parse_weights(text: str) -> dict[str, float]:
    """Weights from `name:share,name:share`.

    Raises
    ------
    InvalidParameter
    """
    weights: dict[str, float] = {}
    parts = text.split(",")
    for part in parts[: _MOST_WEIGHTS + 1]:
        name, _, share = part.strip().rpartition(":")
        try:
            number = float(share)
        except ValueError:
            number = math.nan
        if not name or name in weights or math.isnan(number) or len(parts) > _MOST_WEIGHTS:
            raise InvalidParameter(
                parameter="weights", reason=_SAY["no_weight"].format(part=part[:80])
            )
        weights[name] = number
    return weights
