"""What a model must hold beyond the form of its tables, each fault with its place and what to do.

Ids are unique, dimensions form a tree with a criterion at every end, value functions rise or fall as
they say and fit their measures, classes rise from 0, groups are judged or their weights stated.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from geo.errors import GeoError, InvalidModel
from geo.language import Text, filled, texts
from geo.mcda.ahp import AhpWeights, pairwise_matrix
from geo.mcda.methods import METHODS
from geo.mcda.model import GOAL, Model, judged
from geo.mcda.value_functions import (
    AttributeMeasure,
    Criterion,
    IndicatorMeasure,
    RasterMeasure,
    knots_of,
    objective_of,
)
from geo.mcda.weights import stated_weights
from geo.toml_file import Path, TomlFile, line_of, nearest, with_mend

_SAY = texts(__name__)

# Where in the file something is wrong, and the sentence on it.
Problem = tuple[Path, Text]

# A number code stands for a class only in these: each class has its own value.
_OF_CLASSES = ("categorical", "stepped")
_WAYS = ("standard_error", "relative", "yearly_change", "displacement")


def refusal(file: TomlFile, path: Path, problem: Text, *, line: int | None = None) -> InvalidModel:
    """The refusal of what stands at a path, with its line and its place in the words of the file."""
    line = line_of(file.lines, path) if line is None else line
    place = _place_of(file.table, path)
    reason = filled(_SAY["refused"], line=line, place=place, problem=problem)
    return InvalidModel(reason=reason, place=place, line=line)


def _place_of(table: Mapping[str, Any], path: Path) -> str:
    """A path in the words of the file, such as `criterion 'ipm', value.zero_at`."""
    named, rest = "", list[str]()
    node: Any = table
    for step in path:
        if isinstance(step, int):
            node = node[step]
            if isinstance(node, dict):
                known = node.get("id")
                number = repr(known) if isinstance(known, str) else str(step + 1)
                named = f"{rest.pop()} {number}"
        else:
            rest.append(step)
            node = node.get(step) if isinstance(node, dict) else None
    return ", ".join(part for part in (named, ".".join(rest)) if part) or "model"


def require_sound(file: TomlFile, model: Model) -> None:
    """Refuse a model for the first thing that it does not hold; its weights are not looked at.

    Raises
    ------
    InvalidModel
    """
    for path, problem in _problems(model):
        raise refusal(file, path, problem)


def _problems(model: Model) -> Iterator[Problem]:
    # Each check relies on those before it: nobody asks for the next problem.
    yield from _unique_ids(model)
    yield from _tree(model)
    yield from _classes(model)
    yield from _benchmark(model)
    yield from _method(model)
    for number, criterion in enumerate(model.criteria):
        yield from _objective(("criterion", number, "objective"), criterion)
        yield from _measure(("criterion", number, "measure"), criterion)
        yield from _error(("criterion", number, "error"), criterion)


def _unique_ids(model: Model) -> Iterator[Problem]:
    for name, entries in (
        ("dimension", model.dimensions),
        ("criterion", model.criteria),
        ("constraint", model.constraints),
        ("class", model.classes),
    ):
        ids = [entry.id for entry in entries]
        for number, id_ in enumerate(ids):
            if id_ in ids[:number]:
                yield (name, number, "id"), _SAY["twice"].format(id=id_)


def _tree(model: Model) -> Iterator[Problem]:
    """Dimensions form a tree below the goal, and every one leads to a criterion."""
    ids = [dimension.id for dimension in model.dimensions]
    for number, dimension in enumerate(model.dimensions):
        if dimension.id == GOAL:
            yield ("dimension", number, "id"), _SAY["reserved"].format(id=GOAL)
        if dimension.parent is not None and dimension.parent not in ids:
            problem = _SAY["unknown_parent"].format(parent=dimension.parent)
            yield (
                ("dimension", number, "parent"),
                with_mend(problem, nearest(dimension.parent, ids)),
            )
    yield from _cycle(model)
    for number, criterion in enumerate(model.criteria):
        if criterion.dimension not in ids:
            problem = _SAY["unknown_dimension"].format(dimension=criterion.dimension)
            mend = nearest(criterion.dimension, ids)
            yield ("criterion", number, "dimension"), with_mend(problem, mend)
    yield from _leaves(model)


def _cycle(model: Model) -> Iterator[Problem]:
    parents = {dimension.id: dimension.parent for dimension in model.dimensions}
    for number, start in enumerate(parents):
        chain = [start]
        while (parent := parents[chain[-1]]) is not None and parent not in chain:
            chain.append(parent)
        if parent is not None:
            problem = _SAY["cycle"].format(chain=" → ".join([*chain, parent]))
            yield ("dimension", number, "parent"), problem


def _leaves(model: Model) -> Iterator[Problem]:
    members = model.members()
    for number, dimension in enumerate(model.dimensions):
        if not members[dimension.id]:
            yield ("dimension", number), _SAY["no_leaf"].format(id=dimension.id)
        # A group's judgements and weights name its members: a name must mean one of them.
        if members[dimension.parent or GOAL].count(dimension.id) > 1:
            yield ("dimension", number, "id"), _SAY["same_name"].format(id=dimension.id)


def _objective(path: Path, criterion: Criterion) -> Iterator[Problem]:
    """The value function goes the way that the criterion says."""
    value, stated = criterion.value, criterion.objective
    if stated == "none":
        return
    if value.name == "categorical":
        yield path, _SAY["no_order"].format(objective=stated)
    sign = 1 if stated == "max" else -1
    for (at, before), (_, after) in pairwise(knots_of(value)):
        if sign * (after - before) < 0:
            facts = {"before": before, "after": after, "at": at, "found": objective_of(value)}
            said = _SAY["not_rising_value"] if stated == "max" else _SAY["not_falling_value"]
            yield path, said.format(**facts)


def _measure(path: Path, criterion: Criterion) -> Iterator[Problem]:
    """The measure has what it needs and fits the value function."""
    asked, function = criterion.measure, criterion.value.name
    if isinstance(asked, RasterMeasure):
        if asked.statistic == "share" and not asked.classes:
            yield path, _SAY["no_classes"]
        if (asked.statistic == "grade") != bool(asked.grades):
            yield path, _SAY["grades"]
        if asked.stated is not None and asked.statistic != "mean":
            yield (*path, "stated"), _SAY["stated_of_mean"]
        if asked.statistic != "share" and asked.classes:
            said = _SAY["classes_unread"].format(statistic=asked.statistic)
            yield (*path, "classes"), said
        if asked.statistic == "majority" and function not in _OF_CLASSES:
            yield (*path, "statistic"), _SAY["class_codes"].format(function=function)
    holds_codes = isinstance(asked, AttributeMeasure) or (
        isinstance(asked, RasterMeasure) and asked.statistic == "majority"
    )
    if function == "categorical" and not holds_codes:
        yield path, _SAY["not_codes"]


def _error(path: Path, criterion: Criterion) -> Iterator[Problem]:
    """The error says one way, and one that its measure has."""
    if criterion.error is None:
        return
    ways = [way for way in _WAYS if getattr(criterion.error, way)]
    if len(ways) != 1:
        yield path, _SAY["one_way"].format(ways=", ".join(_WAYS))
        return
    way, asked = ways[0], criterion.measure
    if way == "yearly_change" and not isinstance(asked, IndicatorMeasure):
        yield (*path, way), _SAY["only_indicators"]
    if way == "displacement" and not isinstance(asked, RasterMeasure):
        yield (*path, way), _SAY["only_rasters"]
    if way in ("standard_error", "relative") and criterion.value.name == "categorical":
        yield (*path, way), _SAY["no_spread"]


def _classes(model: Model) -> Iterator[Problem]:
    """Classes stand from the lowest to the highest, the first from 0; so do the ends of a bracket."""
    starts = [
        e.lower_bound if e.lower_bound_from is None else e.lower_bound_from for e in model.classes
    ]
    if model.classes[0].lower_bound != 0 or starts[0] != 0:
        yield ("class", 0, "from"), _SAY["from_zero"].format(found=model.classes[0].lower_bound)
    for number, (entry, start) in enumerate(zip(model.classes, starts, strict=True)):
        before = model.classes[number - 1].lower_bound if number else -1.0
        if start <= before:
            problem = _SAY["classes_fall"].format(lower=before, upper=start)
            yield ("class", number, "from"), problem
        if entry.lower_bound_from is not None and entry.lower_bound <= entry.lower_bound_from:
            ends = {"lower": entry.lower_bound_from, "upper": entry.lower_bound}
            yield ("class", number, "from"), _SAY["bracket_falls"].format(**ends)


def _benchmark(model: Model) -> Iterator[Problem]:
    """Each area of the benchmark has a class of the model."""
    known = [entry.id for entry in model.classes]
    for number, area in enumerate(model.benchmark.areas if model.benchmark else ()):
        if area.rank_class not in known:
            problem = _SAY["unknown_class"].format(name=area.name, found=area.rank_class)
            mend = nearest(area.rank_class, known)
            yield ("benchmark", "areas", number), with_mend(problem, mend)


def _method(model: Model) -> Iterator[Problem]:
    if model.method not in METHODS:
        problem = _SAY["unknown_method"].format(method=model.method)
        yield ("method",), with_mend(problem, nearest(model.method, list(METHODS)))


def group_weights(
    file: TomlFile, model: Model
) -> tuple[dict[str, AhpWeights], dict[str, Mapping[str, float]]]:
    """The judged weights by group, and the shares of the members of every group.

    Raises
    ------
    InvalidModel
        For a group or member that does not exist, a pair that is missing, judged twice differently
        or off the scale, weights that do not sum to 1.
    """
    groups = model.members()
    for name in ("judgements", "weights"):
        for group in file.table.get(name, ()):
            _require_known(file, (name, group), groups, said=_SAY["unknown_group"])
    judgements: dict[str, AhpWeights] = {}
    shares: dict[str, Mapping[str, float]] = {}
    for group, items in groups.items():
        if group in file.table.get("weights", ()):
            shares[group] = _stated(file, group, items=items)
        else:
            judgements[group] = _judged(file, group, items=items)
            shares[group] = judgements[group].by_item()
    return judgements, shares


def _stated(file: TomlFile, group: str, *, items: Sequence[str]) -> dict[str, float]:
    path, stated = ("weights", group), file.table["weights"][group]
    if group in file.table.get("judgements", ()):
        raise refusal(file, path, _SAY["both"].format(group=group))
    for name in stated:
        _require_known(file, (*path, name), items, said=_SAY["unknown_member"])
    try:
        return stated_weights(stated, items=items)
    except GeoError as error:
        raise _in_file(file, path, error) from error


def _judged(file: TomlFile, group: str, *, items: Sequence[str]) -> AhpWeights:
    path: Path = ("judgements", group)
    given = file.table.get("judgements", {}).get(group, [])
    incomplete = False
    if isinstance(given, dict):
        incomplete = given.get("incomplete", False)
        pairs = _pairs(file, (*path, "pairs"), given["pairs"], items=items)
    else:
        pairs = _pairs(file, path, given, items=items)
    try:
        return judged(items, pairs, incomplete=incomplete)
    except GeoError as error:
        mend = None if incomplete else _SAY["not_all_judged"].format(group=group)
        raise _in_file(file, path, error, mend=mend) from error


def _pairs(
    file: TomlFile,
    path: Path,
    given: Sequence[tuple[str, str, float]],
    *,
    items: Sequence[str],
) -> dict[tuple[str, str], float]:
    pairs: dict[tuple[str, str], float] = {}
    for number, (first, second, ratio) in enumerate(given):
        place = (*path, number)
        for name in (first, second):
            _require_known(file, place, items, said=_SAY["unknown_member"], name=name)
        if pairs.get((first, second), ratio) != ratio:
            raise refusal(file, place, _SAY["judged_twice"].format(first=first, second=second))
        # The pair may stand both ways, then the ratios have to be reciprocals.
        both = {(first, second): ratio}
        both |= {pair: r for pair, r in pairs.items() if pair == (second, first)}
        try:
            pairwise_matrix(items, both, incomplete=True)
        except GeoError as error:
            raise _in_file(file, place, error) from error
        pairs[first, second] = ratio
    return pairs


def _require_known(
    file: TomlFile, path: Path, known: Collection[str], *, said: Text, name: str | None = None
) -> None:
    """Refuse a name, the last key of a path unless it is given, that is not among `known`."""
    name = str(path[-1]) if name is None else name
    if name not in known:
        raise refusal(file, path, with_mend(said.format(name=name), nearest(name, list(known))))


def _in_file(
    file: TomlFile, path: Path, error: GeoError, *, mend: Text | None = None
) -> InvalidModel:
    """A refusal of weights or judgements with its place in the file."""
    problem = Text(id=error.detail("id"), en=error.detail("en"))
    return refusal(file, path, with_mend(problem, mend) if mend else problem)
