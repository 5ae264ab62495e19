"""The TOML of a model: its keys, what each must hold, and the model that comes of it.

The format for its users is `maps/guide/en/models.md`, which a test holds to these tables. How values
must fit together beyond one table is `geo/mcda/model_checks.py`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    PlainValidator,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    Tag,
    TypeAdapter,
    model_validator,
)

from geo.errors import GeoError, InvalidModel
from geo.language import Text, filled, texts
from geo.mcda.ahp import AhpWeights, pairwise_matrix
from geo.mcda.methods import DEFAULT_METHOD
from geo.mcda.model import DEFAULT_RISK, Dimension, Model, RankClass, judged
from geo.mcda.model_checks import model_problem
from geo.mcda.toml_file import (
    Fault,
    Path,
    Table,
    TomlFile,
    at,
    line_of,
    must_be,
    nearest,
    one_of,
    read_toml,
    told,
    with_mend,
)
from geo.mcda.value_functions import (
    VALUE_FUNCTIONS,
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

Measure = IndicatorMeasure | RasterMeasure | AttributeMeasure
# Larger than any measure, and differences and squares of it are still numbers.
_LARGEST = 1e100


def _made(make: Callable[..., Any], tables: Any) -> PlainValidator:
    """What `make` makes of one of `tables` once it is checked, its numbers and their order as written."""
    adapter = TypeAdapter[Any](tables)

    def checked(given: Any) -> Any:
        adapter.validate_python(given)
        return make(**given)

    return PlainValidator(checked, json_schema_input_type=tables)


def _rising(numbers: Sequence[float]) -> None:
    for first, second in pairwise(numbers):
        if second <= first:
            raise told(_SAY["not_rising"].format(first=first, second=second))


def _rising_bounds(bounds: list[float]) -> list[float]:
    _rising(bounds)
    return bounds


def _rising_points(points: list[list[float]]) -> list[list[float]]:
    _rising([measure for measure, _ in points])
    return points


# Whole numbers and others stay as they are written; both are shown so.
_AnyNumber = Annotated[StrictInt | StrictFloat, Field(ge=-_LARGEST, le=_LARGEST)]
_AnyShare = Annotated[_AnyNumber, Field(ge=0, le=1)]
# Not all blank.
_AnyText = Annotated[StrictStr, Field(pattern=r"\S")]
_Identifier = Annotated[
    StrictStr, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$"), must_be(_SAY["identifier"])
]
_Version = Annotated[_AnyText | StrictInt, must_be(_SAY["version"])]
_Text = Annotated[_AnyText, must_be(_SAY["text"])]
_Number = Annotated[_AnyNumber, must_be(_SAY["number"])]
_Positive = Annotated[_AnyNumber, Field(gt=0), must_be(_SAY["positive"])]
_NotNegative = Annotated[_AnyNumber, Field(ge=0), must_be(_SAY["not_negative"])]
_Share = Annotated[_AnyShare, must_be(_SAY["share"])]
_Points = Annotated[_AnyNumber, Field(ge=0, le=100), must_be(_SAY["points"])]
_Years = Annotated[StrictInt, Field(ge=0, le=1000), must_be(_SAY["years"])]
_Flag = Annotated[StrictBool, must_be(_SAY["flag"])]
_Codes = Annotated[
    tuple[Annotated[StrictInt, Field(gt=-(10**9), lt=10**9)], ...],
    Field(min_length=1),
    must_be(_SAY["codes"]),
]
_Bounds = Annotated[
    list[_AnyNumber],
    Field(min_length=1),
    must_be(_SAY["numbers"]),
    AfterValidator(_rising_bounds),
]
_Shares = Annotated[list[_AnyShare], Field(min_length=1), must_be(_SAY["shares"])]
_Curve = Annotated[
    list[tuple[_AnyNumber, _AnyShare]],
    Field(min_length=2),
    must_be(_SAY["curve"]),
    AfterValidator(_rising_points),
]
# One way to write each code, so that no class stands twice.
_ClassTable = Annotated[
    dict[Annotated[str, Field(pattern=r"^(0|-?[1-9][0-9]{0,8})$")], _AnyShare],
    Field(min_length=1),
    must_be(_SAY["class_table"]),
]
_Judgement = Annotated[tuple[_AnyText, _AnyText, _AnyNumber], must_be(_SAY["judgement"])]


class _BothLanguages(Table):
    id: StrictStr
    en: StrictStr


_Words = Annotated[Text, _made(Text, _BothLanguages), must_be(_SAY["words"])]


class _Dimension(Table):
    id: _Text
    title: _Words
    parent: _Text | None = None
    floor: _Points | None = None


class _Indicator(Table):
    indicator: _Text
    max_age_years: _Years


class _Raster(Table):
    raster: _Text
    statistic: Annotated[Literal["mean", "share", "majority"], one_of("mean", "share", "majority")]
    classes: _Codes = Field(default_factory=tuple)


class _Attribute(Table):
    attribute: _Text
    year_attribute: _Text | None = None


class _NoMeasure(Table):
    """None of the three, or several: what is mistyped is told first."""

    indicator: Any = None
    max_age_years: Any = None
    raster: Any = None
    statistic: Any = None
    classes: Any = None
    attribute: Any = None
    year_attribute: Any = None

    @model_validator(mode="after")
    def _refuse(self) -> "_NoMeasure":
        raise told(_SAY["one_measure"])


def _kind_of_measure(given: Any) -> str:
    keys = given if isinstance(given, dict) else ()
    chosen = [name for name in ("indicator", "raster", "attribute") if name in keys]
    return f"<{chosen[0]}>" if len(chosen) == 1 else "<none>"


_Measure = Annotated[
    Annotated[_Indicator, Tag("<indicator>")]
    | Annotated[_Raster, Tag("<raster>")]
    | Annotated[_Attribute, Tag("<attribute>")]
    | Annotated[_NoMeasure, Tag("<none>")],
    Discriminator(_kind_of_measure),
]


def _measure(**given: Any) -> Measure:
    if "indicator" in given:
        return IndicatorMeasure(**given)
    if "attribute" in given:
        return AttributeMeasure(**given)
    return RasterMeasure(**{**given, "classes": tuple(given.get("classes", ()))})


class _Ends(Table):
    """Two measures between which the value runs."""

    function: _Text

    @model_validator(mode="after")
    def _differ(self) -> "_Ends":
        (first, start), (second, end) = [entry for entry in self if entry[0] != "function"]
        if start == end:
            raise told(_SAY["same_ends"].format(first=first, second=second, value=start))
        return self


class _Linear(_Ends):
    zero_at: _Number
    one_at: _Number


class _Sigmoid(_Ends):
    tenth_at: _Number
    nine_tenths_at: _Number


class _Piecewise(Table):
    function: _Text
    points: _Curve


class _Stepped(Table):
    function: _Text
    upper_bounds: _Bounds
    values: _Shares

    @model_validator(mode="after")
    def _fit(self) -> "_Stepped":
        bounds, found = len(self.upper_bounds), len(self.values)
        if found != bounds + 1:
            facts = {"bounds": bounds, "needed": bounds + 1, "found": found}
            raise at("values", told(_SAY["steps"].format(**facts)))
        return self


class _Gaussian(Table):
    function: _Text
    optimum: _Number
    half_width: _Positive


class _Categorical(Table):
    function: _Text
    values: _ClassTable


class _NoFunction(Table):
    """A value function that there is not; its other keys are not looked at."""

    @model_validator(mode="before")
    @classmethod
    def _know_every_key(cls, given: Any) -> Any:
        name = str(given.get("function", "")) if isinstance(given, dict) else ""
        problem = _SAY["unknown_function"].format(name=name)
        raise at("function", told(with_mend(problem, nearest(name, list(VALUE_FUNCTIONS)))))


def _kind_of_function(given: Any) -> str:
    name = given.get("function") if isinstance(given, dict) else "linear"
    return f"<{name}>" if name in VALUE_FUNCTIONS else "<none>"


_Value = Annotated[
    Annotated[_Linear, Tag("<linear>")]
    | Annotated[_Piecewise, Tag("<piecewise>")]
    | Annotated[_Stepped, Tag("<stepped>")]
    | Annotated[_Sigmoid, Tag("<sigmoid>")]
    | Annotated[_Gaussian, Tag("<gaussian>")]
    | Annotated[_Categorical, Tag("<categorical>")]
    | Annotated[_NoFunction, Tag("<none>")],
    Discriminator(_kind_of_function),
]


def _value_function(*, function: str, **parameters: Any) -> ValueFunction:
    if function == "categorical":
        parameters["values"] = {int(code): value for code, value in parameters["values"].items()}
    return ValueFunction(name=function, parameters=parameters)


class _Error(Table):
    standard_error: _Positive | None = None
    relative: _Positive | None = None
    yearly_change: _Flag = False
    displacement: _Flag = False
    source: _Text


class _Criterion(Table):
    id: _Text
    dimension: _Text
    title: _Words
    unit: _Words
    objective: Annotated[Literal["max", "min", "none"] | None, one_of("max", "min", "none")] = None
    measure: Annotated[Measure, _made(_measure, _Measure)]
    value: Annotated[ValueFunction, _made(_value_function, _Value)]
    error: Annotated[MeasureError, _made(MeasureError, _Error)] | None = None
    source: _Text
    confirmed: _Flag


class _Constraint(Table):
    id: _Text
    title: _Words
    reason: _Words
    raster: _Text
    classes: _Codes = Field(default_factory=tuple)
    threshold: _Number | None = None
    limit_share: _Share
    source: _Text
    confirmed: _Flag

    @model_validator(mode="after")
    def _say_one_rule(self) -> "_Constraint":
        if bool(self.classes) == (self.threshold is not None):
            raise told(_SAY["one_rule"])
        return self


class _Class(Table):
    id: _Text
    title: _Words
    lower_bound: _Points = Field(alias="from")


_Pairs = Annotated[list[_Judgement], must_be(_SAY["pairs"], inside=False)]


class _Judged(Table):
    """The judgements of a group that need not be complete."""

    pairs: _Pairs
    incomplete: _Flag = False


def _kind_of_group(given: Any) -> str:
    return "<table>" if isinstance(given, dict) else "<pairs>"


_Group = Annotated[
    Annotated[_Judged, Tag("<table>")] | Annotated[_Pairs, Tag("<pairs>")],
    Discriminator(_kind_of_group),
]


class ModelTable(Table):
    """A whole file."""

    id: _Identifier
    version: _Version
    kind: Annotated[Literal["readiness", "need"], one_of("readiness", "need")]
    title: _Words
    description: _Words
    source: _Text
    coverage_floor: _Share
    min_cells: _NotNegative
    dimension: list[_Dimension] = Field(min_length=1)
    criterion: list[_Criterion] = Field(min_length=1)
    constraint: list[_Constraint] = Field(default_factory=list, min_length=1)
    rank_classes: list[_Class] = Field(alias="class", min_length=1)
    judgements: dict[str, _Group] = Field(default_factory=dict)
    weights: dict[str, dict[str, _Positive]] = Field(default_factory=dict)
    weights_confirmed: _Flag = False
    classes_confirmed: _Flag = False
    method: _Text = DEFAULT_METHOD
    risk: _Share = DEFAULT_RISK


def parse_model(text: str) -> Model:
    """A model from its TOML.

    Raises
    ------
    InvalidModel
        Naming the line and the place in the file and what to do: an unknown key, a value of
        another kind, dimensions in a circle or without a criterion, a value function that does not
        go the way it says, a missing judgement, classes that do not rise from 0 …
    """
    file, tables = read_toml(text, ModelTable)
    if isinstance(tables, Fault):
        raise _refusal(file, tables.path, line=tables.line, problem=tables.problem)
    model = _without_weights(tables)
    found = model_problem(model)
    if found is not None:
        raise _invalid(file, *found)
    judgements, shares = _shares(file, tables, model.members())
    return replace(model, judgements=judgements, shares=shares, weights=model.weights_by(shares))


def _without_weights(tables: ModelTable) -> Model:
    return Model(
        id=tables.id,
        version=str(tables.version),
        kind=tables.kind,
        title=tables.title,
        description=tables.description,
        source=tables.source,
        coverage_floor=float(tables.coverage_floor),
        min_cells=float(tables.min_cells),
        dimensions=tuple(Dimension(**dict(table)) for table in tables.dimension),
        criteria=tuple(_criterion(table) for table in tables.criterion),
        constraints=tuple(_constraint(table) for table in tables.constraint),
        classes=tuple(
            RankClass(table.id, table.title, lower_bound=float(table.lower_bound))
            for table in tables.rank_classes
        ),
        judgements={},
        weights={},
        weights_confirmed=tables.weights_confirmed,
        classes_confirmed=tables.classes_confirmed,
        method=tables.method,
        risk=float(tables.risk),
    )


def _criterion(table: _Criterion) -> Criterion:
    return Criterion(**{**dict(table), "objective": table.objective or objective_of(table.value)})


def _constraint(table: _Constraint) -> Constraint:
    return Constraint(**{**dict(table), "limit_share": float(table.limit_share)})


def _shares(
    file: TomlFile, tables: ModelTable, groups: Mapping[str, Sequence[str]]
) -> tuple[dict[str, AhpWeights], dict[str, Mapping[str, float]]]:
    """The judged weights by group, and the shares of the members of every group."""
    for name in ("judgements", "weights"):
        for group in file.table.get(name, ()):
            _require_known(file, (name, group), groups, said=_SAY["unknown_group"])
    judgements: dict[str, AhpWeights] = {}
    shares: dict[str, Mapping[str, float]] = {}
    for group, items in groups.items():
        if group in tables.weights:
            shares[group] = _stated(file, tables, group=group, items=items)
        else:
            judgements[group] = _judged(file, tables, group=group, items=items)
            shares[group] = judgements[group].by_item()
    return judgements, shares


def _stated(
    file: TomlFile, tables: ModelTable, *, group: str, items: Sequence[str]
) -> dict[str, float]:
    path = ("weights", group)
    if group in tables.judgements:
        raise _invalid(file, path, _SAY["both"].format(group=group))
    for name in tables.weights[group]:
        _require_known(file, (*path, name), items, said=_SAY["unknown_member"])
    try:
        return stated_weights(tables.weights[group], items=items)
    except GeoError as error:
        raise _in_file(file, path, error) from error


def _judged(file: TomlFile, tables: ModelTable, *, group: str, items: Sequence[str]) -> AhpWeights:
    path: Path = ("judgements", group)
    given = tables.judgements.get(group, [])
    if isinstance(given, _Judged):
        incomplete = given.incomplete
        pairs = _pairs(file, (*path, "pairs"), given.pairs, items=items)
    else:
        incomplete, pairs = False, _pairs(file, path, given, items=items)
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
            raise _invalid(file, place, _SAY["twice"].format(first=first, second=second))
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
        raise _invalid(file, path, with_mend(said.format(name=name), nearest(name, list(known))))


def _in_file(
    file: TomlFile, path: Path, error: GeoError, *, mend: Text | None = None
) -> InvalidModel:
    """A refusal of weights or judgements with its place in the file."""
    problem = Text(id=error.detail("id"), en=error.detail("en"))
    return _invalid(file, path, with_mend(problem, mend) if mend else problem)


def _invalid(file: TomlFile, path: Path, problem: Text) -> InvalidModel:
    return _refusal(file, path, line=line_of(file.lines, path), problem=problem)


def _refusal(file: TomlFile, path: Path, *, line: int, problem: Text) -> InvalidModel:
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
