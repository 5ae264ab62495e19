"""Pure. A readiness or need model: cited configuration that says what is asked, how it is graded and weighed.

goal → dimensions → criteria, hard constraints beside them, and classes. The format is the TOML of
`data/models/`; every criterion carries its source and whether its value function is confirmed.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from geo.criteria import (
    VALUE_FUNCTIONS,
    Constraint,
    Criterion,
    IndicatorMeasure,
    RasterMeasure,
    ValueFunction,
)
from geo.errors import GeoError, InvalidModel, InvalidWeights
from geo.language import Text
from geo.weights import AhpWeights, ahp_weights, pairwise_matrix, stated_weights

ModelKind = Literal["readiness", "need"]
_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}")
# Measures on which every value function must give a value: none, small, and larger than any.
_TRIED = np.array([0.0, 1.0, 50.0, 1e6])


@dataclass(frozen=True, slots=True)
class Dimension:
    """A group of criteria; a score (0..100) below `floor` puts the zone in the lowest class."""

    id: str
    title: Text
    floor: float | None


@dataclass(frozen=True, slots=True)
class RankClass:
    """A class of scores: from `lower_bound` (0..100, inclusive) up to the next class."""

    id: str
    title: Text
    lower_bound: float


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A whole model.

    `weights` are the global weights of the criteria and sum to 1; `judgements` are the AHP results
    behind them, by group ("goal" for the dimensions, else a dimension's id). A zone whose data
    coverage is below `coverage_floor` is not ranked. A raster with fewer than `min_cells` cells
    per zone does not count as a measurement of it.
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

    def criteria_of(self, dimension: str) -> tuple[Criterion, ...]:
        """The criteria of one dimension, in the model's order."""
        return tuple(c for c in self.criteria if c.dimension == dimension)

    def indicators(self) -> tuple[str, ...]:
        """The indicators that the model reads."""
        measures = (c.measure for c in self.criteria)
        return tuple(m.indicator for m in measures if isinstance(m, IndicatorMeasure))

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
        Naming the place in the file: unknown value function or one that gives no value in 0..1,
        criterion of no dimension, missing judgement, an id twice, classes that do not start at 0 …
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _invalid("TOML", str(error)) from error
    try:
        model = _model(table)
    except KeyError as error:
        raise _invalid(str(error), "required and missing") from error
    except (TypeError, ValueError, AttributeError, IndexError) as error:
        raise _invalid("model", str(error)) from error
    _require_names(model)
    _require_shares(model)
    for criterion in model.criteria:
        _require_value(criterion)
    return model


def _require_names(model: Model) -> None:
    if not isinstance(model.id, str) or not _ID.fullmatch(model.id):
        raise _invalid("id", f"{model.id!r} must be lower-case letters, digits, - and _")
    if model.kind not in get_args(ModelKind):
        raise _invalid("kind", f"{model.kind!r} is none of {', '.join(get_args(ModelKind))}")
    for group in (model.dimensions, model.criteria, model.constraints, model.classes):
        ids = [entry.id for entry in group]
        twice = sorted({i for i in ids if ids.count(i) > 1})
        if twice:
            raise _invalid("id", f"{twice[0]!r} stands twice")


def _require_shares(model: Model) -> None:
    shares = [("coverage_floor", model.coverage_floor)]
    shares += [(f"constraint {c.id!r}, limit_share", c.limit_share) for c in model.constraints]
    for place, share in shares:
        if not 0 <= share <= 1:
            raise _invalid(place, f"{share} is no share; it runs from 0 to 1")
    for criterion in model.criteria:
        asked = criterion.measure
        is_share = isinstance(asked, RasterMeasure) and asked.statistic == "share"
        if isinstance(asked, RasterMeasure) and not (is_share or asked.statistic == "mean"):
            raise _invalid(
                f"criterion {criterion.id!r}", f"unknown statistic {asked.statistic!r}: mean, share"
            )
        if isinstance(asked, RasterMeasure) and is_share and not asked.classes:
            raise _invalid(f"criterion {criterion.id!r}", "a share needs classes")


def _require_value(criterion: Criterion) -> None:
    place = f"criterion {criterion.id!r}, value"
    try:
        with np.errstate(all="raise"):
            values = criterion.value(_TRIED)
    except (TypeError, ValueError, IndexError, ArithmeticError) as error:
        raise _invalid(place, str(error)) from error
    if not ((values >= 0) & (values <= 1)).all():
        raise _invalid(place, "does not stay between 0 and 1")


def weights_from(model: Model, stated: Mapping[str, float]) -> dict[str, float]:
    """Global weights when a planner states others.

    `stated` names either every dimension (the shares inside a dimension stay the model's) or every
    criterion.

    Raises
    ------
    InvalidWeights
        See `geo.weights.stated_weights`.
    """
    dimensions = [d.id for d in model.dimensions]
    if not stated:
        return dict(model.weights)
    if set(stated) <= set(dimensions):
        of_dimension = stated_weights(stated, items=dimensions)
        return _global_weights(model.criteria, of_dimension, _within(model))
    return stated_weights(stated, items=[c.id for c in model.criteria])


def weights_from_judgements(
    model: Model, judgements: Mapping[str, Mapping[tuple[str, str], float]]
) -> tuple[dict[str, float], dict[str, AhpWeights]]:
    """Global weights when a planner gives pairwise judgements for one group or several.

    Returns the weights and, by group, the AHP results (with their consistency). Groups that are
    not named keep the model's judgements.

    Raises
    ------
    InconsistentJudgements, InvalidWeights
    """
    results = dict(model.judgements)
    for group, pairs in judgements.items():
        results[group] = _group_weights(group, pairs, items=_items_of(model, group))
    within = {d.id: _shares(results, model.criteria_of(d.id), d.id) for d in model.dimensions}
    of_dimension = results["goal"].by_item()
    return _global_weights(model.criteria, of_dimension, within), results


def _items_of(model: Model, group: str) -> list[str]:
    groups = {"goal": [d.id for d in model.dimensions]} | {
        d.id: [c.id for c in model.criteria_of(d.id)] for d in model.dimensions
    }
    if group not in groups:
        reason = Text(
            id=f"Kelompok {group!r} tidak ada. Yang ada: {', '.join(groups)}.",
            en=f"There is no group {group!r}. There are: {', '.join(groups)}.",
        )
        raise InvalidWeights(reason=reason)
    return groups[group]


def _within(model: Model) -> dict[str, dict[str, float]]:
    return {
        d.id: _shares(model.judgements, model.criteria_of(d.id), d.id) for d in model.dimensions
    }


def _shares(
    results: Mapping[str, AhpWeights], criteria: Sequence[Criterion], dimension: str
) -> dict[str, float]:
    # One criterion alone needs no judgement.
    return results[dimension].by_item() if dimension in results else {criteria[0].id: 1.0}


def _global_weights(
    criteria: Sequence[Criterion],
    of_dimension: Mapping[str, float],
    within: Mapping[str, Mapping[str, float]],
) -> dict[str, float]:
    return {c.id: of_dimension[c.dimension] * within[c.dimension][c.id] for c in criteria}


def _group_weights(
    group: str, pairs: Mapping[tuple[str, str], float], *, items: Sequence[str]
) -> AhpWeights:
    return ahp_weights(items, pairwise_matrix(items, pairs))


def _model(table: Mapping[str, Any]) -> Model:
    dimensions = tuple(
        Dimension(id=d["id"], title=Text(**d["title"]), floor=d.get("floor"))
        for d in table["dimension"]
    )
    criteria = tuple(_criterion(c, dimensions) for c in table["criterion"])
    judgements = _judgements(table.get("judgements", {}), dimensions, criteria)
    within = {
        d.id: _shares(judgements, [c for c in criteria if c.dimension == d.id], d.id)
        for d in dimensions
    }
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
        classes=_classes(table["class"]),
        judgements=judgements,
        weights=_global_weights(criteria, judgements["goal"].by_item(), within),
    )


def _criterion(table: Mapping[str, Any], dimensions: Sequence[Dimension]) -> Criterion:
    place = f"criterion {table['id']!r}"
    if table["dimension"] not in {d.id for d in dimensions}:
        raise _invalid(place, f"unknown dimension {table['dimension']!r}")
    value = dict(table["value"])
    function = value.pop("function")
    if function not in VALUE_FUNCTIONS:
        raise _invalid(
            place, f"unknown value function {function!r}; known: {', '.join(VALUE_FUNCTIONS)}"
        )
    measure = dict(table["measure"])
    if "classes" in measure:
        measure["classes"] = tuple(measure["classes"])
    kind = IndicatorMeasure if "indicator" in measure else RasterMeasure
    return Criterion(
        id=table["id"],
        dimension=table["dimension"],
        title=Text(**table["title"]),
        unit=Text(**table["unit"]),
        measure=kind(**measure),
        value=ValueFunction(name=function, parameters=value),
        source=table["source"],
        confirmed=bool(table["confirmed"]),
    )


def _constraint(table: Mapping[str, Any]) -> Constraint:
    if ("classes" in table) == ("threshold" in table):
        raise _invalid(f"constraint {table['id']!r}", "needs either classes or threshold")
    return Constraint(
        id=table["id"],
        title=Text(**table["title"]),
        reason=Text(**table["reason"]),
        raster=table["raster"],
        limit_share=float(table["limit_share"]),
        source=table["source"],
        confirmed=bool(table["confirmed"]),
        classes=tuple(table.get("classes", ())),
        threshold=table.get("threshold"),
    )


def _classes(tables: Sequence[Mapping[str, Any]]) -> tuple[RankClass, ...]:
    classes = tuple(
        RankClass(id=c["id"], title=Text(**c["title"]), lower_bound=float(c["from"]))
        for c in tables
    )
    bounds = [c.lower_bound for c in classes]
    if bounds[0] != 0 or bounds != sorted(set(bounds)):
        raise _invalid("class", f"lower bounds must rise from 0, found {bounds}")
    return classes


def _judgements(
    table: Mapping[str, Any], dimensions: Sequence[Dimension], criteria: Sequence[Criterion]
) -> dict[str, AhpWeights]:
    groups = {d.id: [c.id for c in criteria if c.dimension == d.id] for d in dimensions}
    empty = [d for d, items in groups.items() if not items]
    if empty:
        raise _invalid(f"dimension {empty[0]!r}", "has no criterion")
    groups = {"goal": [d.id for d in dimensions]} | groups
    results = {}
    for group, items in groups.items():
        if len(items) == 1:
            results[group] = ahp_weights(items, pairwise_matrix(items, {}))
            continue
        pairs = {(first, second): float(ratio) for first, second, ratio in table.get(group, ())}
        try:
            results[group] = _group_weights(group, pairs, items=items)
        except GeoError as error:
            raise _invalid(f"judgements.{group}", error.detail("en")) from error
    return results


def _invalid(place: str, problem: str) -> InvalidModel:
    reason = Text(
        id=f"Model tidak dapat dipakai: {place}: {problem}",
        en=f"The model cannot be used: {place}: {problem}",
    )
    return InvalidModel(reason=reason, place=place)
