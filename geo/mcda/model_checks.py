"""Pure. What a model must hold beyond the form of its values, refused with line, place and mend.

Ids are unique, dimensions form a tree with a criterion at every end, value functions rise or fall as
they say, measures fit their functions, classes rise from 0. Weights are `geo/mcda/model_weights.py`.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from geo.language import Text
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
                raise draft.invalid((name, number, "id"), _TWICE.format(id=entry["id"]))
            seen.add(entry["id"])


def require_tree(draft: Draft) -> None:
    """Dimensions form a tree below the goal, and every one leads to a criterion."""
    dimensions, criteria = draft.table["dimension"], draft.table["criterion"]
    ids = [entry["id"] for entry in dimensions]
    for number, entry in enumerate(dimensions):
        if entry["id"] == GOAL:
            raise draft.invalid(("dimension", number, "id"), _RESERVED.format(id=GOAL))
        if entry.get("parent", ids[0]) not in ids:
            problem = _UNKNOWN_PARENT.format(parent=entry["parent"])
            mend = nearest(entry["parent"], ids)
            raise draft.invalid(("dimension", number, "parent"), with_mend(problem, mend))
    _require_no_cycle(draft, {entry["id"]: entry.get("parent") for entry in dimensions})
    for number, entry in enumerate(criteria):
        if entry["dimension"] not in ids:
            problem = _UNKNOWN_DIMENSION.format(dimension=entry["dimension"])
            mend = nearest(entry["dimension"], ids)
            raise draft.invalid(("criterion", number, "dimension"), with_mend(problem, mend))
    _require_leaves(draft)


def _require_no_cycle(draft: Draft, parents: Mapping[str, str | None]) -> None:
    for number, start in enumerate(parents):
        chain = [start]
        while (parent := parents[chain[-1]]) is not None and parent not in chain:
            chain.append(parent)
        if parent is not None:
            problem = _CYCLE.format(chain=" → ".join([*chain, parent]))
            raise draft.invalid(("dimension", number, "parent"), problem)


def _require_leaves(draft: Draft) -> None:
    dimensions, criteria = draft.table["dimension"], draft.table["criterion"]
    parents = {entry.get("parent") for entry in dimensions}
    of_dimension: dict[str, set[str]] = {}
    for entry in criteria:
        of_dimension.setdefault(entry["dimension"], set()).add(entry["id"])
    for number, entry in enumerate(dimensions):
        if entry["id"] not in parents and entry["id"] not in of_dimension:
            raise draft.invalid(("dimension", number), _NO_LEAF.format(id=entry["id"]))
        # A group's judgements and weights name its members: a name must mean one of them.
        if entry["id"] in of_dimension.get(entry.get("parent", ""), ()):
            raise draft.invalid(("dimension", number, "id"), _SAME_NAME.format(id=entry["id"]))


def require_parameters(draft: Draft, number: int, value: ValueFunction) -> None:
    """The value function of a criterion gives a value everywhere."""
    path: Path = ("criterion", number, "value")
    given = value.parameters
    if value.name in ("linear", "sigmoid"):
        (first, start), (second, end) = given.items()
        if start == end:
            raise draft.invalid(path, _SAME_ENDS.format(first=first, second=second, value=start))
    if value.name == "piecewise":
        _require_rising(draft, (*path, "points"), [x for x, _ in given["points"]])
    if value.name == "stepped":
        bounds, values = given["upper_bounds"], given["values"]
        _require_rising(draft, (*path, "upper_bounds"), bounds)
        if len(values) != len(bounds) + 1:
            problem = _STEPS.format(bounds=len(bounds), needed=len(bounds) + 1, found=len(values))
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
            raise draft.invalid(path, _NOT_RISING.format(first=first, second=second))


def _require_objective(draft: Draft, path: Path, value: ValueFunction) -> None:
    stated: Objective = draft.table["criterion"][path[1]].get("objective", "none")
    if stated == "none":
        return
    place = (*path, "objective")
    if value.name == "categorical":
        raise draft.invalid(place, _NO_ORDER.format(objective=stated))
    sign = 1 if stated == "max" else -1
    for (at, before), (_, after) in pairwise(knots_of(value)):
        if sign * (after - before) < 0:
            facts = {"before": before, "after": after, "at": at, "found": objective_of(value)}
            problem = _NOT_RISING_VALUE if stated == "max" else _NOT_FALLING_VALUE
            raise draft.invalid(place, problem.format(**facts))


def _require_measure(draft: Draft, path: Path, criterion: Criterion) -> None:
    asked, function = criterion.measure, criterion.value.name
    if isinstance(asked, RasterMeasure):
        if asked.statistic == "share" and not asked.classes:
            raise draft.invalid(path, _NO_CLASSES)
        if asked.statistic != "share" and asked.classes:
            problem = _CLASSES_UNREAD.format(statistic=asked.statistic)
            raise draft.invalid((*path, "classes"), problem)
        if asked.statistic == "majority" and function not in _OF_CLASSES:
            raise draft.invalid((*path, "statistic"), _CLASS_CODES.format(function=function))
    holds_codes = isinstance(asked, AttributeMeasure) or (
        isinstance(asked, RasterMeasure) and asked.statistic == "majority"
    )
    if function == "categorical" and not holds_codes:
        raise draft.invalid(path, _NOT_CODES)


def _require_error(draft: Draft, path: Path, criterion: Criterion) -> None:
    table: Mapping[str, Any] = draft.table["criterion"][path[1]]["error"]
    ways = [way for way in _WAYS if table.get(way)]
    if len(ways) != 1:
        raise draft.invalid(path, _ONE_WAY.format(ways=", ".join(_WAYS)))
    way, asked = ways[0], criterion.measure
    if way == "yearly_change" and not isinstance(asked, IndicatorMeasure):
        raise draft.invalid((*path, way), _ONLY_INDICATORS)
    if way == "displacement" and not isinstance(asked, RasterMeasure):
        raise draft.invalid((*path, way), _ONLY_RASTERS)
    if way in ("standard_error", "relative") and criterion.value.name == "categorical":
        raise draft.invalid((*path, way), _NO_SPREAD)


def require_constraints(draft: Draft) -> None:
    """Every constraint says its land by classes or by a threshold, not both."""
    for number, entry in enumerate(draft.table.get("constraint", ())):
        if ("classes" in entry) == ("threshold" in entry):
            raise draft.invalid(("constraint", number), _ONE_RULE)


def require_classes(draft: Draft) -> None:
    """Classes stand from the lowest to the highest, the first from 0."""
    bounds = [entry["from"] for entry in draft.table["class"]]
    if bounds[0] != 0:
        raise draft.invalid(("class", 0, "from"), _FROM_ZERO.format(found=bounds[0]))
    for number, (lower, upper) in enumerate(pairwise(bounds), start=1):
        if upper <= lower:
            problem = _CLASSES_FALL.format(lower=lower, upper=upper)
            raise draft.invalid(("class", number, "from"), problem)


def require_method(draft: Draft) -> None:
    """The method is one that there is."""
    method = draft.table.get("method")
    if method is not None and method not in METHODS:
        problem = with_mend(_UNKNOWN_METHOD.format(method=method), nearest(method, list(METHODS)))
        raise draft.invalid(("method",), problem)


_TWICE = Text(
    id="id {id!r} dipakai dua kali. Beri yang ini id lain.",
    en="the id {id!r} stands twice. Give this one another id.",
)
_RESERVED = Text(
    id="id {id!r} dipakai untuk kelompok semua dimensi teratas. Pilih id lain.",
    en="the id {id!r} is the group of all top-level dimensions. Choose another id.",
)
_UNKNOWN_PARENT = Text(id="tidak ada dimensi {parent!r}.", en="there is no dimension {parent!r}.")
_CYCLE = Text(
    id="dimensi berputar: {chain}. Hapus parent dari salah satunya.",
    en="the dimensions run in a circle: {chain}. Remove the parent of one of them.",
)
_UNKNOWN_DIMENSION = Text(
    id="tidak ada dimensi {dimension!r}.", en="there is no dimension {dimension!r}."
)
_NO_LEAF = Text(
    id="dimensi {id!r} tidak punya kriteria dan tidak punya subdimensi. Tambahkan kriteria dengan dimension = {id!r}, atau hapus dimensi ini.",
    en="the dimension {id!r} has neither a criterion nor a sub-dimension. Add a criterion with dimension = {id!r}, or remove the dimension.",
)
_SAME_NAME = Text(
    id="subdimensi {id!r} dan sebuah kriteria di kelompok yang sama punya id yang sama. Beri salah satunya id lain.",
    en="the sub-dimension {id!r} and a criterion of the same group have one id. Give one of them another.",
)
_SAME_ENDS = Text(
    id="{first} dan {second} sama-sama {value}. Tulis dua ukuran yang berbeda.",
    en="{first} and {second} are both {value}. Write two different measures.",
)
_STEPS = Text(
    id="{bounds} batas membutuhkan {needed} nilai, satu untuk tiap kelas dan satu di atas batas terakhir; ada {found}.",
    en="{bounds} bounds need {needed} values, one for each class and one above the last bound; there are {found}.",
)
_NOT_RISING = Text(
    id="ukuran harus naik, tetapi {second} menyusul {first}. Urutkan dari kecil ke besar, masing-masing sekali.",
    en="the measures must rise, but {second} follows {first}. Put them in ascending order, each once.",
)
_NO_ORDER = Text(
    id='objective = "{objective}" tidak berarti untuk kelas yang tidak berurutan. Tulis objective = "none".',
    en='objective = "{objective}" has no meaning for classes, which have no order. Write objective = "none".',
)
_NOT_RISING_VALUE = Text(
    id='objective = "max" berarti nilai tidak turun bila ukuran naik, tetapi nilainya turun dari {before:g} ke {after:g} mulai ukuran {at:g}. Tulis objective = "{found}", atau perbaiki value.',
    en='objective = "max" says that the value never falls as the measure rises, but it falls from {before:g} to {after:g} from measure {at:g} on. Write objective = "{found}", or mend value.',
)
_NOT_FALLING_VALUE = Text(
    id='objective = "min" berarti nilai tidak naik bila ukuran naik, tetapi nilainya naik dari {before:g} ke {after:g} mulai ukuran {at:g}. Tulis objective = "{found}", atau perbaiki value.',
    en='objective = "min" says that the value never rises with the measure, but it rises from {before:g} to {after:g} from measure {at:g} on. Write objective = "{found}", or mend value.',
)
_NO_CLASSES = Text(
    id='statistic = "share" membutuhkan kelas. Tambahkan classes, misalnya classes = [1, 2].',
    en='statistic = "share" needs classes. Add them, for example classes = [1, 2].',
)
_CLASSES_UNREAD = Text(
    id='classes tidak dibaca dengan statistic = "{statistic}". Hapus classes, atau tulis statistic = "share".',
    en='classes are not read with statistic = "{statistic}". Remove them, or write statistic = "share".',
)
_CLASS_CODES = Text(
    id='statistic = "majority" memberi kode kelas, bukan besaran untuk fungsi {function}. Pakai categorical (atau stepped bila kodenya berurutan).',
    en='statistic = "majority" gives the code of a class, no quantity for {function}. Use categorical (or stepped where the codes have an order).',
)
_NOT_CODES = Text(
    id='categorical menilai kode kelas, dan ukuran ini bukan kode. Pakai statistic = "majority" dari raster kelas, attribute, atau fungsi lain.',
    en='categorical grades codes of classes, and this measure is none. Use statistic = "majority" of a raster of classes, an attribute, or another function.',
)
_ONE_WAY = Text(id="tulis tepat satu dari {ways}.", en="state exactly one of {ways}.")
_ONLY_INDICATORS = Text(
    id="yearly_change hanya untuk ukuran indicator. Pakai standard_error, relative atau (untuk raster) displacement.",
    en="yearly_change is for an indicator only. Use standard_error, relative or (for a raster) displacement.",
)
_ONLY_RASTERS = Text(
    id="displacement hanya untuk ukuran raster. Pakai standard_error, relative atau (untuk indicator) yearly_change.",
    en="displacement is for a raster only. Use standard_error, relative or (for an indicator) yearly_change.",
)
_NO_SPREAD = Text(
    id="kode kelas tidak punya galat baku. Hapus error, atau pakai displacement untuk raster.",
    en="the code of a class has no standard error. Remove error, or use displacement for a raster.",
)
_ONE_RULE = Text(
    id="tulis salah satu: classes (kelas yang dikecualikan) atau threshold (di atasnya dikecualikan).",
    en="write either classes (which are excluded) or threshold (above which land is excluded).",
)
_FROM_ZERO = Text(
    id="kelas pertama mulai dari {found}; kelas terendah harus mulai dari 0. Tulis from = 0.",
    en="the first class is from {found}; the lowest class must be from 0. Write from = 0.",
)
_CLASSES_FALL = Text(
    id="batas bawah kelas harus naik, tetapi {upper} menyusul {lower}. Urutkan kelas dari yang terendah.",
    en="the lower bounds of classes must rise, but {upper} follows {lower}. Put the lowest class first.",
)
_UNKNOWN_METHOD = Text(id="metode {method!r} tidak ada.", en="there is no method {method!r}.")
