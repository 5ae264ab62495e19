"""A model of readiness or need: what is asked of an area, how it is graded, and what weighs how much.

goal → dimensions → (sub-dimensions →) criteria, hard constraints beside them, and classes. Every
criterion carries its source and whether its value function is confirmed. The TOML in which models
are written is `geo/mcda/model_file.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from geo.errors import InvalidWeights
from geo.language import Text, filled, texts
from geo.mcda.ahp import AhpWeights, Pairs, ahp_weights, pairwise_matrix
from geo.mcda.methods import DEFAULT_METHOD
from geo.mcda.value_functions import (
    AttributeMeasure,
    Constraint,
    Criterion,
    GroundMeasure,
    IndicatorMeasure,
    RasterMeasure,
    VillageMeasure,
)
from geo.mcda.weights import stated_weights

_SAY = texts(__name__)

ModelKind = Literal["readiness", "need"]
# Of each group, the share of each member; they sum to 1.
Shares = Mapping[str, Mapping[str, float]]
# The group of the top-level dimensions in [judgements] and [weights].
GOAL = "goal"
# Half way between "the worst counts" and "the best counts": the plain weighted sum under OWA.
DEFAULT_RISK = 0.5
# More than the rounding by which a score counts as on a bound, and less than any score is printed with.
_JUST_ABOVE = 1e-7


@dataclass(frozen=True, slots=True)
class Dimension:
    """A group of criteria; a score (0..100) below `floor` puts the zone in the lowest class.

    `parent` is the dimension above it, None for one of the goal's.
    """

    id: str
    title: Text
    floor: float | None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class RankClass:
    """A class of scores: from `lower_bound` (0..100, inclusive) up to the next class.

    Where a border is known as a bracket only, it lies above `lower_bound_from` and at `lower_bound` at
    the most: from there on a score is certainly in the class. What lies inside the bracket has a class
    of its own, which says that it is one of the two in `between`.
    """

    id: str
    title: Text
    lower_bound: float
    lower_bound_from: float | None = None
    between: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BenchmarkArea:
    """An area whose score (0..100) and class somebody published."""

    name: str
    score: float
    rank_class: str


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Published scores and classes that a model's own scores can be seen beside."""

    title: Text
    source: Text
    areas: tuple[BenchmarkArea, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What a `version` of a model changed, and why."""

    version: str
    text: Text


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A whole model.

    `weights` are the global weights of the criteria and sum to 1; `shares` are those of the members
    inside each group ("goal" for the top-level dimensions, else a dimension's id), and
    `judgements` the AHP results behind the groups that are judged and not stated. `method` and
    `risk` say how values are combined unless somebody asks otherwise (see `geo.mcda.methods`). A zone
    whose data coverage is below `coverage_floor` is not ranked. A raster with fewer than
    `min_cells` cells per zone does not count as a measurement of it. `weights_confirmed` and
    `classes_confirmed` say whether an office has set weights and class borders. `changes` say what its
    versions changed and why.
    """

    id: str
    version: str
    kind: ModelKind
    title: Text
    description: Text
    source: str
    coverage_floor: float
    min_cells: float
    dimensions: tuple[Dimension, ...]
    criteria: tuple[Criterion, ...]
    constraints: tuple[Constraint, ...]
    classes: tuple[RankClass, ...]
    judgements: Mapping[str, AhpWeights]
    weights: Mapping[str, float]
    shares: Shares = field(default_factory=dict)
    weights_confirmed: bool = False
    classes_confirmed: bool = False
    method: str = DEFAULT_METHOD
    risk: float = DEFAULT_RISK
    changes: tuple[Change, ...] = ()
    benchmark: Benchmark | None = None

    def top_dimensions(self) -> tuple[Dimension, ...]:
        """The dimensions of the goal, in the model's order."""
        return tuple(d for d in self.dimensions if d.parent is None)

    def leaves_of(self, dimension: str) -> tuple[Criterion, ...]:
        """All criteria below a dimension, through its sub-dimensions, in the model's order."""
        parents = _parents(self.dimensions)
        return tuple(c for c in self.criteria if dimension in _upwards(c.dimension, parents))

    def groups(self) -> tuple[int, ...]:
        """Of each criterion, the index of its top-level dimension in `top_dimensions`."""
        parents = _parents(self.dimensions)
        top = [d.id for d in self.top_dimensions()]
        return tuple(top.index(_upwards(c.dimension, parents)[-1]) for c in self.criteria)

    def members(self) -> dict[str, tuple[str, ...]]:
        """The members of each group: its sub-dimensions, then its criteria, both in the file's order."""
        members: dict[str, list[str]] = {GOAL: [], **{d.id: [] for d in self.dimensions}}
        for dimension in self.dimensions:
            members[dimension.parent or GOAL].append(dimension.id)
        for criterion in self.criteria:
            members[criterion.dimension].append(criterion.id)
        return {group: tuple(found) for group, found in members.items()}

    def weights_by(self, shares: Shares) -> dict[str, float]:
        """The weight of each criterion in the whole model: the product of the shares on its way up.

        They sum to 1 where the shares of each group do.
        """
        parents, weights = _parents(self.dimensions), {}
        for criterion in self.criteria:
            weight = shares[criterion.dimension][criterion.id]
            for above in _upwards(criterion.dimension, parents):
                weight *= shares[parents[above] or GOAL][above]
            weights[criterion.id] = weight
        return weights

    def indicators(self) -> tuple[str, ...]:
        """The indicators that the model reads."""
        measures = (c.measure for c in self.criteria)
        return tuple(m.indicator for m in measures if isinstance(m, IndicatorMeasure))

    def attributes(self) -> tuple[str, ...]:
        """The columns of the zone layer that the model reads, each once."""
        measures = (c.measure for c in self.criteria)
        names = [m.attribute for m in measures if isinstance(m, AttributeMeasure)]
        return tuple(dict.fromkeys(names))

    def reads_villages(self) -> bool:
        """Whether a criterion asks for an index of the desa."""
        return any(isinstance(c.measure, VillageMeasure) for c in self.criteria)

    def reads_ground(self) -> bool:
        """Whether a criterion asks what sources say of the ground."""
        return any(isinstance(c.measure, GroundMeasure) for c in self.criteria)

    def rasters(self) -> tuple[str, ...]:
        """The land rasters that criteria and constraints read, each once."""
        names = [c.measure.raster for c in self.criteria if isinstance(c.measure, RasterMeasure)]
        names += [constraint.raster for constraint in self.constraints]
        return tuple(dict.fromkeys(names))


def with_brackets(classes: Sequence[RankClass]) -> tuple[RankClass, ...]:
    """The classes, and one between two whose common border is known as a bracket only.

    It begins just above the bracket's lower end, which itself is certainly in the class below.
    """
    found: list[RankClass] = []
    for entry in classes:
        if entry.lower_bound_from is not None:
            below = found[-1]
            found.append(
                RankClass(
                    id=f"{below.id}_atau_{entry.id}",
                    title=filled(_SAY["between"], below=below.title, above=_uncapped(entry.title)),
                    lower_bound=entry.lower_bound_from + _JUST_ABOVE,
                    between=(below.id, entry.id),
                )
            )
        found.append(entry)
    return tuple(found)


def _uncapped(title: Text) -> Text:
    return Text(id=title.id[:1].lower() + title.id[1:], en=title.en[:1].lower() + title.en[1:])


def weights_from(model: Model, stated: Mapping[str, float]) -> dict[str, float]:
    """Global weights when a planner states others.

    `stated` names either every top-level dimension (the shares below a dimension stay the model's)
    or every criterion.

    Raises
    ------
    InvalidWeights
        See `geo.mcda.weights.stated_weights`.
    """
    if not stated:
        return dict(model.weights)
    top = [d.id for d in model.top_dimensions()]
    if set(stated) <= set(top):
        return model.weights_by({**model.shares, GOAL: stated_weights(stated, items=top)})
    return stated_weights(stated, items=[c.id for c in model.criteria])


def weights_from_judgements(
    model: Model, judgements: Mapping[str, Pairs], *, incomplete: bool = False
) -> tuple[dict[str, float], dict[str, AhpWeights]]:
    """Global weights when a planner gives pairwise judgements for one group or several.

    Returns the weights and, by group, the AHP results (with their consistency). Groups that are
    not named keep the model's judgements or weights.

    Parameters
    ----------
    incomplete : bool
        Whether pairs may be missing, as long as the judgements join all members of the group.

    Raises
    ------
    InconsistentJudgements, InvalidWeights
    """
    members = model.members()
    results, shares = dict(model.judgements), dict(model.shares)
    for group, pairs in judgements.items():
        if group not in members:
            raise InvalidWeights(
                reason=_SAY["no_group"].format(group=group, available=", ".join(members))
            )
        results[group] = judged(members[group], pairs, incomplete=incomplete)
        shares[group] = results[group].by_item()
    return model.weights_by(shares), results


def judged(items: Sequence[str], pairs: Pairs, *, incomplete: bool = False) -> AhpWeights:
    """The weights of a group's members from judgements of their pairs.

    Raises
    ------
    InconsistentJudgements
        See `geo.mcda.ahp`.
    """
    return ahp_weights(items, pairwise_matrix(items, pairs, incomplete=incomplete))


def _parents(dimensions: Sequence[Dimension]) -> dict[str, str | None]:
    return {d.id: d.parent for d in dimensions}


def _upwards(dimension: str, parents: Mapping[str, str | None]) -> list[str]:
    """A dimension and those above it, up to the one of the goal."""
    chain = [dimension]
    while (parent := parents[chain[-1]]) is not None:
        chain.append(parent)
    return chain
