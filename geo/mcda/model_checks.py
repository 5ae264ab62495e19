"""What a model must hold beyond the form of its values, refused with line, place and mend.

Ids are unique, dimensions form a tree with a criterion at every end, value functions rise or fall as
they say, measures fit their functions, classes rise from 0. Weights are `geo/mcda/model_weights.py`.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from geo.language import texts
from geo.mcda.methods import METHODS
from geo.mcda.model_draft import Draft, nearest, with_mend
from geo.mcda.model_lines import Path
from geo.mcda.value_functions import (
    AttributeMeasure,
    Criterion,
    IndicatorMeasure,
    Objective,
    RasterMeasure,
    ValueFunction,
    knots_of,
    objective_of,
)

_SAY = texts(__name__)

# The group of the top-level dimensions in [judgements] and [weights].
GOAL = "goal"
# A number code stands for a class only in these: each class has its own value.
_OF_CLASSES = ("categorical", "stepped")
_WAYS = ("standard_error", "relative", "yearly_change", "displacement")


def require_unique_ids(draft: Draft) -> None:
    """Every id once among the dimensions, the criteria, the constraints and the classes."""
    for name in ("dimension", "criterion", "constraint", "class"):
        seen: set[str] = set()
        for number, entry in enumerate(draft.table.get(name, ())):
            if entry["id"] in seen:
                raise draft.invalid((name, number, "id"), _SAY["twice"].format(id=entry["id"]))
            seen.add(entry["id"])


def require_tree(draft: Draft) -> None:
    """Dimensions form a tree below the goal, and every one leads to a criterion."""
    dimensions, criteria = draft.table["dimension"], draft.table["criterion"]
    ids = [entry["id"] for entry in dimensions]
    for number, entry in enumerate(dimensions):
        if entry["id"] == GOAL:
            raise draft.invalid(("dimension", number, "id"), _SAY["reserved"].format(id=GOAL))
        if entry.get("parent", ids[0]) not in ids:
            problem = _SAY["unknown_parent"].format(parent=entry["parent"])
            mend = nearest(entry["parent"], ids)
            raise draft.invalid(("dimension", number, "parent"), with_mend(problem, mend))
    _require_no_cycle(draft, {entry["id"]: entry.get("parent") for entry in dimensions})
    for number, entry in enumerate(criteria):
        if entry["dimension"] not in ids:
            problem = _SAY["unknown_dimension"].format(dimension=entry["dimension"])
            mend = nearest(entry["dimension"], ids)
            raise draft.invalid(("criterion", number, "dimension"), with_mend(problem, mend))
    _require_leaves(draft)


def _require_no_cycle(draft: Draft, parents: Mapping[str, str | None]) -> None:
    for number, start in enumerate(parents):
        chain = [start]
        while (parent := parents[chain[-1]]) is not None and parent not in chain:
            chain.append(parent)
        if parent is not None:
            problem = _SAY["cycle"].format(chain=" → ".join([*chain, parent]))
            raise draft.invalid(("dimension", number, "parent"), problem)


def _require_leaves(draft: Draft) -> None:
    dimensions, criteria = draft.table["dimension"], draft.table["criterion"]
    parents = {entry.get("parent") for entry in dimensions}
    of_dimension: dict[str, set[str]] = {}
    for entry in criteria:
        of_dimension.setdefault(entry["dimension"], set()).add(entry["id"])
    for number, entry in enumerate(dimensions):
        if entry["id"] not in parents and entry["id"] not in of_dimension:
            raise draft.invalid(("dimension", number), _SAY["no_leaf"].format(id=entry["id"]))
        # A group's judgements and weights name its members: a name must mean one of them.
        if entry["id"] in of_dimension.get(entry.get("parent", ""), ()):
            raise draft.invalid(
                ("dimension", number, "id"), _SAY["same_name"].format(id=entry["id"])
            )


def require_parameters(draft: Draft, number: int, value: ValueFunction) -> None:
    """The value function of a criterion gives a value everywhere."""
    path: Path = ("criterion", number, "value")
    given = value.parameters
    if value.name in ("linear", "sigmoid"):
        (first, start), (second, end) = given.items()
        if start == end:
            raise draft.invalid(
                path, _SAY["same_ends"].format(first=first, second=second, value=start)
            )
    if value.name == "piecewise":
        _require_rising(draft, (*path, "points"), [x for x, _ in given["points"]])
    if value.name == "stepped":
        bounds, values = given["upper_bounds"], given["values"]
        _require_rising(draft, (*path, "upper_bounds"), bounds)
        if len(values) != len(bounds) + 1:
            problem = _SAY["steps"].format(
                bounds=len(bounds), needed=len(bounds) + 1, found=len(values)
            )
            raise draft.invalid((*path, "values"), problem)


def require_criterion(draft: Draft, number: int, criterion: Criterion) -> None:
    """The value function goes the way it says and fits its measure; the error fits it too."""
    path = ("criterion", number)
    _require_objective(draft, path, criterion.value)
    _require_measure(draft, (*path, "measure"), criterion)
    if "error" in draft.table["criterion"][number]:
        _require_error(draft, (*path, "error"), criterion)


def _require_rising(draft: Draft, path: Path, numbers: Sequence[float]) -> None:
    for first, second in pairwise(numbers):
        if second <= first:
            raise draft.invalid(path, _SAY["not_rising"].format(first=first, second=second))


def _require_objective(draft: Draft, path: Path, value: ValueFunction) -> None:
    stated: Objective = draft.table["criterion"][path[1]].get("objective", "none")
    if stated == "none":
        return
    place = (*path, "objective")
    if value.name == "categorical":
        raise draft.invalid(place, _SAY["no_order"].format(objective=stated))
    sign = 1 if stated == "max" else -1
    for (at, before), (_, after) in pairwise(knots_of(value)):
        if sign * (after - before) < 0:
            facts = {"before": before, "after": after, "at": at, "found": objective_of(value)}
            problem = _SAY["not_rising_value"] if stated == "max" else _SAY["not_falling_value"]
            raise draft.invalid(place, problem.format(**facts))


def _require_measure(draft: Draft, path: Path, criterion: Criterion) -> None:
    asked, function = criterion.measure, criterion.value.name
    if isinstance(asked, RasterMeasure):
        if asked.statistic == "share" and not asked.classes:
            raise draft.invalid(path, _SAY["no_classes"])
        if asked.statistic != "share" and asked.classes:
            problem = _SAY["classes_unread"].format(statistic=asked.statistic)
            raise draft.invalid((*path, "classes"), problem)
        if asked.statistic == "majority" and function not in _OF_CLASSES:
            raise draft.invalid((*path, "statistic"), _SAY["class_codes"].format(function=function))
    holds_codes = isinstance(asked, AttributeMeasure) or (
        isinstance(asked, RasterMeasure) and asked.statistic == "majority"
    )
    if function == "categorical" and not holds_codes:
        raise draft.invalid(path, _SAY["not_codes"])


def _require_error(draft: Draft, path: Path, criterion: Criterion) -> None:
    table: Mapping[str, Any] = draft.table["criterion"][path[1]]["error"]
    ways = [way for way in _WAYS if table.get(way)]
    if len(ways) != 1:
        raise draft.invalid(path, _SAY["one_way"].format(ways=", ".join(_WAYS)))
    way, asked = ways[0], criterion.measure
    if way == "yearly_change" and not isinstance(asked, IndicatorMeasure):
        raise draft.invalid((*path, way), _SAY["only_indicators"])
    if way == "displacement" and not isinstance(asked, RasterMeasure):
        raise draft.invalid((*path, way), _SAY["only_rasters"])
    if way in ("standard_error", "relative") and criterion.value.name == "categorical":
        raise draft.invalid((*path, way), _SAY["no_spread"])


def require_constraints(draft: Draft) -> None:
    """Every constraint says its land by classes or by a threshold, not both."""
    for number, entry in enumerate(draft.table.get("constraint", ())):
        if ("classes" in entry) == ("threshold" in entry):
            raise draft.invalid(("constraint", number), _SAY["one_rule"])


def require_classes(draft: Draft) -> None:
    """Classes stand from the lowest to the highest, the first from 0."""
    bounds = [entry["from"] for entry in draft.table["class"]]
    if bounds[0] != 0:
        raise draft.invalid(("class", 0, "from"), _SAY["from_zero"].format(found=bounds[0]))
    for number, (lower, upper) in enumerate(pairwise(bounds), start=1):
        if upper <= lower:
            problem = _SAY["classes_fall"].format(lower=lower, upper=upper)
            raise draft.invalid(("class", number, "from"), problem)


def require_method(draft: Draft) -> None:
    """The method is one that there is."""
    method = draft.table.get("method")
    if method is not None and method not in METHODS:
        problem = with_mend(
            _SAY["unknown_method"].format(method=method), nearest(method, list(METHODS))
        )
        raise draft.invalid(("method",), problem)
