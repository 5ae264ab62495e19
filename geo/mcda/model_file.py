"""The TOML of a model: its keys, what each must hold, and the model that comes of it.

The format for its users is `maps/guide/en/models.md`, which a test holds to these tables. How values
must fit together beyond one table is `geo/mcda/model_checks.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    PlainValidator,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    TypeAdapter,
    model_validator,
)

from geo.language import Text, texts
from geo.mcda.methods import DEFAULT_METHOD
from geo.mcda.model import (
    DEFAULT_RISK,
    Benchmark,
    BenchmarkArea,
    Change,
    Dimension,
    Model,
    RankClass,
    with_brackets,
)
from geo.mcda.model_checks import group_weights, refusal, require_sound
from geo.mcda.value_functions import (
    AttributeMeasure,
    Constraint,
    Criterion,
    GroundMeasure,
    GroundQuestion,
    IndicatorMeasure,
    Measure,
    MeasureError,
    RasterMeasure,
    StatedInterval,
    ValueFunction,
    VillageMeasure,
    is_actionable,
    objective_of,
)
from geo.toml_file import (
    Fault,
    Table,
    at,
    in_both,
    must_be,
    nearest,
    one_of,
    read_toml,
    require_keys,
    told,
    with_mend,
)

_SAY = texts(__name__)

# Larger than any measure, and differences and squares of it are still numbers.
_LARGEST = 1e100


def _rising(entries: list[Any]) -> list[Any]:
    """Numbers, or points by their measure, each larger than the one before."""
    numbers = [entry[0] if isinstance(entry, tuple) else entry for entry in entries]
    for first, second in pairwise(numbers):
        if second <= first:
            raise told(_SAY["not_rising"].format(first=first, second=second))
    return entries


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
_AnyPoints = Annotated[_AnyNumber, Field(ge=0, le=100)]
_Points = Annotated[_AnyPoints, must_be(_SAY["points"])]
_Border = Annotated[
    _AnyPoints | Annotated[list[_AnyPoints], Field(min_length=2, max_length=2)],
    must_be(_SAY["border"]),
]
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
    AfterValidator(_rising),
]
_Shares = Annotated[list[_AnyShare], Field(min_length=1), must_be(_SAY["shares"])]
_Curve = Annotated[
    list[tuple[_AnyNumber, _AnyShare]],
    Field(min_length=2),
    must_be(_SAY["curve"]),
    AfterValidator(_rising),
]
# One way to write each code, so that no class stands twice.
_ClassTable = Annotated[
    dict[Annotated[str, Field(pattern=r"^(0|-?[1-9][0-9]{0,8})$")], _AnyShare],
    Field(min_length=1),
    must_be(_SAY["class_table"]),
]
_Judgement = Annotated[tuple[_AnyText, _AnyText, _AnyNumber], must_be(_SAY["judgement"])]


_Words = Annotated[Text, PlainValidator(in_both), must_be(_SAY["words"])]


def _cited(given: object) -> Text:
    """A source: one text that is the same in both languages, or its words in each."""
    return Text(given, given) if isinstance(given, str) and given.strip() else in_both(given)


_Cited = Annotated[Text, PlainValidator(_cited), must_be(_SAY["cited"])]


class _Dimension(Table):
    id: _Text
    title: _Words
    parent: _Text | None = None
    floor: _Points | None = None


class _Indicator(Table):
    indicator: _Text
    max_age_years: _Years


class _Stated(Table):
    indicator: _Text
    at_least: _Number
    low: _Number
    high: _Number

    @model_validator(mode="after")
    def _rise(self) -> "_Stated":
        if self.low > self.high:
            raise at("high", told(_SAY["falling_interval"].format(low=self.low, high=self.high)))
        return self


class _Raster(Table):
    raster: _Text
    statistic: Annotated[
        Literal["mean", "share", "majority", "grade"], one_of("mean", "share", "majority", "grade")
    ]
    classes: _Codes = Field(default_factory=tuple)
    grades: _ClassTable = Field(default_factory=dict)
    stated: _Stated | None = None


def _raster_measure(raster: str, **keys: Any) -> RasterMeasure:
    stated = keys.pop("stated")
    interval = None if stated is None else StatedInterval(**dict(stated))
    grades = {int(code): value for code, value in keys.pop("grades").items()}
    return RasterMeasure(raster, **keys, grades=grades, stated=interval)


class _Attribute(Table):
    attribute: _Text
    year_attribute: _Text | None = None


class _VillageIndex(Table):
    village_index: Annotated[
        Literal["iks", "ike", "ikl", "idm"], one_of("iks", "ike", "ikl", "idm")
    ]


class _WaterGrades(Table):
    """What each class of standing water is graded."""

    rawa: _Share
    banjir_berkala_lama: _Share
    banjir_lama: _Share
    banjir_berkala: _Share
    banjir_kejadian: _Share
    kering_perbukitan: _Share


class _Ground(Table):
    ground: Annotated[Literal["genangan"], one_of("genangan")]
    grades: _WaterGrades
    long_days: _Positive


def _ground_measure(ground: GroundQuestion, grades: _WaterGrades, long_days: float) -> Measure:
    return GroundMeasure(ground, dict(grades), long_days)


# By the key that names the measure: its table, and the measure that comes of it.
_MEASURES: Mapping[str, tuple[type[Table], Callable[..., Measure]]] = {
    "indicator": (_Indicator, IndicatorMeasure),
    "raster": (_Raster, _raster_measure),
    "attribute": (_Attribute, AttributeMeasure),
    "village_index": (_VillageIndex, VillageMeasure),
    "ground": (_Ground, _ground_measure),
}


def _measure(given: Any) -> Measure:
    """The measure whose key stands in a table; of none or several what is mistyped is told first."""
    # What is no table is refused as such by any of them.
    chosen = (
        [name for name in _MEASURES if name in given] if isinstance(given, dict) else ["indicator"]
    )
    if len(chosen) != 1:
        require_keys(given, [key for table, _ in _MEASURES.values() for key in table.model_fields])
        raise told(_SAY["one_measure"])
    table, measure = _MEASURES[chosen[0]]
    return measure(**dict(table.model_validate(given)))


class _Function(Table):
    function: _Text


class _Ends(_Function):
    """Two measures between which the value runs."""

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


class _Piecewise(_Function):
    points: _Curve


class _Stepped(_Function):
    upper_bounds: _Bounds
    values: _Shares

    @model_validator(mode="after")
    def _fit(self) -> "_Stepped":
        bounds, found = len(self.upper_bounds), len(self.values)
        if found != bounds + 1:
            facts = {"bounds": bounds, "needed": bounds + 1, "found": found}
            raise at("values", told(_SAY["steps"].format(**facts)))
        return self


class _Gaussian(_Function):
    optimum: _Number
    half_width: _Positive


class _Categorical(_Function):
    values: _ClassTable


_FUNCTIONS: Mapping[str, type[Table]] = {
    "linear": _Linear,
    "piecewise": _Piecewise,
    "stepped": _Stepped,
    "sigmoid": _Sigmoid,
    "gaussian": _Gaussian,
    "categorical": _Categorical,
}


def _value_function(given: Any) -> ValueFunction:
    """The value function of a table, its numbers and their order as they are written."""
    name = str(given.get("function", "")) if isinstance(given, dict) else "linear"
    if name not in _FUNCTIONS:
        mend = nearest(name, list(_FUNCTIONS))
        raise at("function", told(with_mend(_SAY["unknown_function"].format(name=name), mend)))
    _FUNCTIONS[name].model_validate(given)
    parameters = {key: value for key, value in given.items() if key != "function"}
    if name == "categorical":
        parameters["values"] = {int(code): value for code, value in parameters["values"].items()}
    return ValueFunction(name, parameters)


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
    measure: Annotated[Measure, PlainValidator(_measure)]
    value: Annotated[ValueFunction, PlainValidator(_value_function)]
    error: _Error | None = None
    source: _Text
    confirmed: _Flag
    actionable: _Flag | None = None


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
    bounds: _Border = Field(alias="from")


class _Benchmark(Table):
    """Published scores of other areas: name, score and class of each."""

    title: _Words
    source: _Cited
    areas: Annotated[
        list[tuple[_AnyText, _AnyPoints, _AnyText]],
        Field(min_length=1),
        must_be(_SAY["areas"]),
    ]


class _Change(Table):
    version: _Version
    text: _Words


_Pairs = Annotated[list[_Judgement], must_be(_SAY["pairs"], inside=False)]


class _Judged(Table):
    """The judgements of a group that need not be complete."""

    pairs: _Pairs
    incomplete: _Flag = False


_PAIRS = TypeAdapter[Any](_Pairs)


def _group(given: Any) -> Any:
    return (_Judged.model_validate if isinstance(given, dict) else _PAIRS.validate_python)(given)


class _ModelTable(Table):
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
    judgements: dict[str, Annotated[Any, PlainValidator(_group)]] = Field(default_factory=dict)
    weights: dict[str, dict[str, _Positive]] = Field(default_factory=dict)
    weights_confirmed: _Flag = False
    classes_confirmed: _Flag = False
    change: list[_Change] = Field(default_factory=list, min_length=1)
    method: _Text = DEFAULT_METHOD
    risk: _Share = DEFAULT_RISK
    benchmark: _Benchmark | None = None


def parse_model(text: str) -> Model:
    """A model from its TOML.

    Raises
    ------
    InvalidModel
        Naming the line and the place in the file and what to do: an unknown key, a value of
        another kind, dimensions in a circle or without a criterion, a value function that does not
        go the way it says, a missing judgement, classes that do not rise from 0 …
    """
    file, tables = read_toml(text, _ModelTable)
    if isinstance(tables, Fault):
        raise refusal(file, tables.path, tables.problem, line=tables.line)
    model = _without_weights(tables)
    require_sound(file, model)
    judgements, shares = group_weights(file, model)
    return replace(
        model,
        judgements=judgements,
        shares=shares,
        weights=model.weights_by(shares),
        classes=with_brackets(model.classes),
    )


def _without_weights(tables: _ModelTable) -> Model:
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
        classes=tuple(_rank_class(table) for table in tables.rank_classes),
        judgements={},
        weights={},
        weights_confirmed=tables.weights_confirmed,
        classes_confirmed=tables.classes_confirmed,
        changes=tuple(Change(str(table.version), table.text) for table in tables.change),
        method=tables.method,
        risk=float(tables.risk),
        benchmark=None if tables.benchmark is None else _benchmark(tables.benchmark),
    )


def _rank_class(table: _Class) -> RankClass:
    if isinstance(table.bounds, list):
        low, high = map(float, table.bounds)
        return RankClass(table.id, table.title, lower_bound=high, lower_bound_from=low)
    return RankClass(table.id, table.title, lower_bound=float(table.bounds))


def _benchmark(table: _Benchmark) -> Benchmark:
    areas = tuple(BenchmarkArea(name, float(score), known) for name, score, known in table.areas)
    return Benchmark(title=table.title, source=table.source, areas=areas)


def _criterion(table: _Criterion) -> Criterion:
    error = None if table.error is None else MeasureError(**dict(table.error))
    objective = table.objective or objective_of(table.value)
    actionable = is_actionable(table.measure) if table.actionable is None else table.actionable
    read = {"error": error, "objective": objective, "actionable": actionable}
    return Criterion(**{**dict(table), **read})


def _constraint(table: _Constraint) -> Constraint:
    return Constraint(**{**dict(table), "limit_share": float(table.limit_share)})
