"""A readiness or need model: cited configuration that says what is asked, how it is graded and weighed.

goal → dimensions → (sub-dimensions →) criteria, hard constraints beside them, and classes. The format is
the TOML of `data/models/`, described for its users in `maps/guide/en/models.md`; every criterion carries
its source and whether its value function is confirmed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from geo.errors import InvalidWeights
from geo.language import Text, texts
from geo.mcda.ahp import AhpWeights
from geo.mcda.methods import DEFAULT_METHOD
from geo.mcda.model_checks import (
    GOAL,
    require_classes,
    require_constraints,
    require_criterion,
    require_method,
    require_parameters,
    require_tree,
    require_unique_ids,
)
from geo.mcda.model_draft import Draft, read_draft
from geo.mcda.model_weights import (
    Judgements,
    Shares,
    global_weights,
    judged,
    members_of,
    read_shares,
)
from geo.mcda.value_functions import (
    AttributeMeasure,
    Constraint,
    Criterion,
    IndicatorMeasure,
    MeasureError,
    RasterMeasure,
    ValueFunction,
    objective_of,
)
from geo.mcda.weights import stated_weights

_SAY = texts(__name__)

ModelKind = Literal["readiness", "need"]
# Half way between "the worst counts" and "the best counts": the plain weighted sum under OWA.
DEFAULT_RISK = 0.5


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
    """A class of scores: from `lower_bound` (0..100, inclusive) up to the next class."""

    id: str
    title: Text
    lower_bound: float


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A whole model.

    `weights` are the global weights of the criteria and sum to 1; `shares` are those of the members
    inside each group ("goal" for the top-level dimensions, else a dimension's id), and
    `judgements` the AHP results behind the groups that are judged and not stated. `method` and
    `risk` say how values are combined unless somebody asks otherwise (see `geo.mcda.methods`). A zone
    whose data coverage is below `coverage_floor` is not ranked. A raster with fewer than
    `min_cells` cells per zone does not count as a measurement of it. `weights_confirmed` and
    `classes_confirmed` say whether an office has set weights and class borders.
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
        """The members of each group: sub-dimensions, then criteria; see `geo.mcda.model_weights`."""
        return members_of(_parents(self.dimensions), _dimension_of(self.criteria))

    def indicators(self) -> tuple[str, ...]:
        """The indicators that the model reads."""
        measures = (c.measure for c in self.criteria)
        return tuple(m.indicator for m in measures if isinstance(m, IndicatorMeasure))

    def attributes(self) -> tuple[str, ...]:
        """The columns of the zone layer that the model reads, each once."""
        measures = (c.measure for c in self.criteria)
        names = [m.attribute for m in measures if isinstance(m, AttributeMeasure)]
        return tuple(dict.fromkeys(names))

    def rasters(self) -> tuple[str, ...]:
        """The land rasters that criteria and constraints read, each once."""
        names = [c.measure.raster for c in self.criteria if isinstance(c.measure, RasterMeasure)]
        names += [constraint.raster for constraint in self.constraints]
        return tuple(dict.fromkeys(names))


def parse_model(text: str) -> Model:
    """A model from its TOML.

    Raises
    ------
    InvalidModel
        Naming the line and the place in the file and what to do: an unknown key, a value of
        another kind, dimensions in a circle or without a criterion, a value function that does not
        go the way it says, a missing judgement, classes that do not rise from 0 …
    """
    draft = read_draft(text)
    require_unique_ids(draft)
    require_tree(draft)
    require_constraints(draft)
    require_classes(draft)
    require_method(draft)
    return _model(draft)


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
        return _weights(model, {**model.shares, GOAL: stated_weights(stated, items=top)})
    return stated_weights(stated, items=[c.id for c in model.criteria])


def weights_from_judgements(
    model: Model, judgements: Mapping[str, Judgements], *, incomplete: bool = False
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
    return _weights(model, shares), results


def _weights(model: Model, shares: Shares) -> dict[str, float]:
    return global_weights(
        shares, parents=_parents(model.dimensions), dimension_of=_dimension_of(model.criteria)
    )


def _parents(dimensions: Sequence[Dimension]) -> dict[str, str | None]:
    return {d.id: d.parent for d in dimensions}


def _dimension_of(criteria: Sequence[Criterion]) -> dict[str, str]:
    return {c.id: c.dimension for c in criteria}


def _upwards(dimension: str, parents: Mapping[str, str | None]) -> list[str]:
    """A dimension and those above it, up to the one of the goal."""
    chain = [dimension]
    while (parent := parents[chain[-1]]) is not None:
        chain.append(parent)
    return chain


def _model(draft: Draft) -> Model:
    table = draft.table
    criteria = tuple(_criterion(draft, number) for number in range(len(table["criterion"])))
    dimensions = tuple(
        Dimension(d["id"], Text(**d["title"]), floor=d.get("floor"), parent=d.get("parent"))
        for d in table["dimension"]
    )
    parents, dimension_of = _parents(dimensions), _dimension_of(criteria)
    judgements, shares = read_shares(draft, members_of(parents, dimension_of))
    return Model(
        id=table["id"],
        version=str(table["version"]),
        kind=table["kind"],
        title=Text(**table["title"]),
        description=Text(**table["description"]),
        source=table["source"],
        coverage_floor=float(table["coverage_floor"]),
        min_cells=float(table["min_cells"]),
        dimensions=dimensions,
        criteria=criteria,
        constraints=tuple(_constraint(c) for c in table.get("constraint", ())),
        classes=tuple(
            RankClass(c["id"], Text(**c["title"]), lower_bound=float(c["from"]))
            for c in table["class"]
        ),
        judgements=judgements,
        weights=global_weights(shares, parents=parents, dimension_of=dimension_of),
        shares=shares,
        weights_confirmed=table.get("weights_confirmed", False),
        classes_confirmed=table.get("classes_confirmed", False),
        method=table.get("method", DEFAULT_METHOD),
        risk=float(table.get("risk", DEFAULT_RISK)),
    )


def _criterion(draft: Draft, number: int) -> Criterion:
    table = draft.table["criterion"][number]
    value = _value_function(table["value"])
    require_parameters(draft, number, value)
    criterion = Criterion(
        id=table["id"],
        dimension=table["dimension"],
        title=Text(**table["title"]),
        unit=Text(**table["unit"]),
        measure=_measure(table["measure"]),
        value=value,
        source=table["source"],
        confirmed=table["confirmed"],
        objective=table.get("objective", objective_of(value)),
        error=MeasureError(**table["error"]) if "error" in table else None,
    )
    require_criterion(draft, number, criterion)
    return criterion


def _value_function(table: Mapping[str, Any]) -> ValueFunction:
    parameters = {name: given for name, given in table.items() if name != "function"}
    if table["function"] == "categorical":
        parameters["values"] = {int(code): value for code, value in table["values"].items()}
    return ValueFunction(name=table["function"], parameters=parameters)


def _measure(table: Mapping[str, Any]) -> IndicatorMeasure | RasterMeasure | AttributeMeasure:
    if "indicator" in table:
        return IndicatorMeasure(**table)
    if "attribute" in table:
        return AttributeMeasure(**table)
    classes = tuple(table.get("classes", ()))
    return RasterMeasure(table["raster"], table["statistic"], classes)


def _constraint(table: Mapping[str, Any]) -> Constraint:
    return Constraint(
        id=table["id"],
        title=Text(**table["title"]),
        reason=Text(**table["reason"]),
        raster=table["raster"],
        limit_share=float(table["limit_share"]),
        source=table["source"],
        confirmed=table["confirmed"],
        classes=tuple(table.get("classes", ())),
        threshold=table.get("threshold"),
    )
