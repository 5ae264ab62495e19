"""The columns of an uploaded table mapped to a layer's fields, and their values read.

Every source column is accounted for: it becomes a field, is kept beside the fields, or is named as
left out. Codes stay text; a code column of numbers is refused, since 63.1 may be 63.01 or 63.10.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.errors import AmbiguousCode, BpsCode, InvalidCode
from geo.ingest.findings import Feature, Finding, finding
from geo.ingest.source import Limits
from geo.language import Text, joined, number, shortened, texts
from geo.vector.numerals import Numeral, parse_numerals
from geo.vector.regions import CodeLevel, parse_region_code
from geo.vector.schema import Field, LayerSchema

_SAY = texts(__name__)

# Columns that name the regency a feature lies in; in layers of other things no name of the feature.
REGENCY_NAME_COLUMNS = ("wadmkk", "kabupaten", "nama_kab", "kab_kota", "kabkota", "nama_kabupaten")
# Names under which programs write the id of a feature beside its properties, as GDAL does.
_ID_COLUMNS = ("id", "area_id")
_DBF_NAME_LENGTH = 10
_EXAMPLES = 3
_MOST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Mapped:
    """Which column became which field.

    `fields` is field → source column, `kept` source column → name that it is kept under.
    """

    fields: Mapping[str, str]
    kept: Mapping[str, str]
    findings: tuple[Finding, ...]

    def to_json(self) -> list[dict[str, Any]]:
        """One entry for every source column."""
        return [
            *({"source": source, "field": field} for field, source in self.fields.items()),
            *(
                {"source": source, "field": None, "kept_as": name}
                for source, name in self.kept.items()
            ),
        ]


def map_columns(table: pd.DataFrame, schema: LayerSchema) -> Mapped:
    """Each field's column: by its own name, that name cut by DBF, or an alias; without case.

    Two columns that could be one field are ambiguous unless they hold the same values.
    """
    fields: dict[str, str] = {}
    findings: list[Finding] = []
    # The exact names first, so that no alias takes a column that is a field by its own name.
    for names_of in (_own_names, _aliases):
        for field in schema.fields:
            if field.name in fields:
                continue
            free = [column for column in table.columns if column not in fields.values()]
            found = _candidates(free, names_of(field, schema))
            if found:
                fields[field.name] = found[0]
            differing = [c for c in found[1:] if not _same(table[found[0]], table[c])]
            # The field's very own name leaves no doubt, whatever else resembles it.
            if differing and found[0] != field.name:
                findings.append(_ambiguous(field, [found[0], *differing]))
    findings += [
        _missing(field, table)
        for field in schema.fields
        if field.required and field.name not in fields
    ]
    repeated = _repeated_keys(table, fields.get(schema.key))
    findings += [finding("column_repeats_key", column=c, key=schema.key) for c in repeated]
    kept, renamed = _kept(table.drop(columns=repeated), schema, fields)
    return Mapped(fields, kept, (*findings, *renamed))


def _own_names(field: Field, schema: LayerSchema) -> list[str]:
    is_unique = sum(
        f.name[:_DBF_NAME_LENGTH] == field.name[:_DBF_NAME_LENGTH] for f in schema.fields
    )
    return [field.name, *([field.name[:_DBF_NAME_LENGTH]] if is_unique == 1 else [])]


def _aliases(field: Field, _schema: LayerSchema) -> list[str]:
    return [*field.aliases, *(name[:_DBF_NAME_LENGTH] for name in field.aliases)]


def _candidates(columns: Sequence[str], names: Sequence[str]) -> list[str]:
    plain = {column: plain_name(column) for column in columns}
    ordered = [column for name in names for column in columns if plain[column] == name]
    return list(dict.fromkeys(ordered))


def plain_name(column: str) -> str:
    """A column's name in lower case with underscores, as aliases are written."""
    return re.sub(r"[\s\-.]+", "_", str(column).strip().lower())


def _same(left: pd.Series, right: pd.Series) -> bool:
    pairs = zip(left.map(_plain_text), right.map(_plain_text), strict=True)
    return all(one == other for one, other in pairs)


def _plain_text(value: Any) -> str:
    return "" if is_missing(value) else str(value).strip()


def is_missing(value: Any) -> bool:
    """Whether a value of a source table is no value: None, NaN, or text of blanks."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return True
    return isinstance(value, float) and math.isnan(value)


def _ambiguous(field: Field, columns: list[str]) -> Finding:
    return finding("field_ambiguous", field=field.name, columns=", ".join(columns))


def _missing(field: Field, table: pd.DataFrame) -> Finding:
    return finding(
        "field_missing",
        where={"column": field.name},
        field=field.name,
        title=field.title,
        accepted=", ".join(dict.fromkeys((field.name, *field.aliases))),
        columns=", ".join(map(str, table.columns)) or "-",
    )


def _repeated_keys(table: pd.DataFrame, key: str | None) -> list[str]:
    """The columns that hold the features' ids once more."""
    if key is None:
        return []
    ids = [c for c in table.columns if c != key and plain_name(c) in _ID_COLUMNS]
    return [column for column in ids if _same(table[key], table[column])]


def _kept(
    table: pd.DataFrame, schema: LayerSchema, fields: Mapping[str, str]
) -> tuple[dict[str, str], list[Finding]]:
    # GeoPackage compares names without case, and `area_id` and `geometry` are the layer's own.
    taken = {field.name for field in schema.fields} | {"area_id", "geometry", "fid"}
    kept: dict[str, str] = {}
    renamed: list[Finding] = []
    for column in table.columns:
        if column in fields.values():
            continue
        name = str(column)
        while name.lower() in taken:
            name += "_2"
        taken.add(name.lower())
        kept[column] = name
        if name != column:
            renamed.append(finding("column_renamed", column=column, name=name))
    return kept, renamed


def read_values(
    table: pd.DataFrame,
    schema: LayerSchema,
    mapped: Mapped,
    *,
    features: Sequence[Feature],
    limits: Limits,
) -> tuple[pd.DataFrame, list[Finding]]:
    """The table under the schema's names and types, and what is wrong with single values.

    Returns
    -------
    table : DataFrame, (n,)
        Fields that have a column, in the schema's order, then the columns that are kept. Values
        that cannot be read are missing.
    """
    columns: dict[str, pd.Series] = {}
    findings: list[Finding] = []
    for field in schema.fields:
        if (source := mapped.fields.get(field.name)) is None:
            continue
        reader = _Reader(field, source, features, limits)
        columns[field.name], found = reader.read(
            table[source].tolist(),
            level=field.level or ("regency" if field.name == schema.regency_field else None),
        )
        findings += found
    unchanged = []
    for source, name in mapped.kept.items():
        values = table[source].tolist()
        columns[name], found = _kept_values(source, values)
        findings += [*found, *_bad_texts(source, columns[name].tolist(), features, limits)]
        if not found and name == source:
            unchanged.append(source)
    if unchanged:
        findings.append(finding("column_kept", columns=", ".join(unchanged)))
    return pd.DataFrame(columns, index=table.index), findings


def _kept_values(column: str, values: list[Any]) -> tuple[pd.Series, list[Finding]]:
    """A column outside the schema: as it came where one type holds all of it, else as text.

    Only None and NaN are missing; a text without letters is one. What becomes text is told.
    """
    cleaned = [None if isinstance(v, float) and math.isnan(v) else v for v in values]
    if (dtype := _dtype_of([value for value in cleaned if value is not None])) is not None:
        return pd.Series(cleaned, dtype=dtype), []
    written = [None if value is None else _json_text(value) for value in cleaned]
    return pd.Series(written, dtype="str"), _rewritten(column, cleaned, written)


def _dtype_of(present: list[Any]) -> str | None:
    """The type of column that holds these values exactly; None where only text does."""
    kinds = {type(value) for value in present}
    if kinds <= {str}:
        return "str"
    if kinds == {bool}:
        return "boolean"
    if kinds == {int} and all(-(2**63) <= v < 2**63 for v in present):
        return "Int64"
    # Beyond 2**53 a float skips whole numbers.
    if kinds <= {int, float} and all(
        math.isfinite(v) and (type(v) is float or abs(v) <= 2**53) for v in present
    ):
        return "float64"
    return None


def _json_text(value: Any) -> str:
    """A value as text: a text as it is, all else as JSON writes it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _rewritten(column: str, before: list[Any], after: Sequence[Any]) -> list[Finding]:
    """What is to be said of a column whose values are kept in another form; nothing where none is."""
    examples: dict[str, None] = {}
    for old, new in zip(before, after, strict=True):
        if old is not None and (type(old) is not type(new) or old != new):
            examples[f"{_shown(old)} → {_shown(new)}"] = None
        if len(examples) == _EXAMPLES:
            break
    if not examples:
        return []
    shown = "; ".join(examples)
    return [finding("value_rewritten", where={"column": column}, column=column, examples=shown)]


def _shown(value: Any) -> str:
    """A value as JSON, and a text in plain quotes."""
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else f"“{value}”"
    return shortened(text, _MOST_SHOWN)


def _bad_texts(
    column: str, values: list[Any], features: Sequence[Feature], limits: Limits
) -> list[Finding]:
    found = []
    for value, feature in zip(values, features, strict=True):
        if not isinstance(value, str):
            continue
        if control := re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", value):
            point = f"{ord(control[0]):04X}"
            found.append(_at("control_character", feature, column, point=point))
        if len(value) > limits.text_length:
            length = len(value)
            found.append(
                _at("text_too_long", feature, column, length=length, limit=limits.text_length)
            )
    return found


def _at(code: str, feature: Feature, column: str, **facts: Any) -> Finding:
    return finding(code, feature=feature, where={"column": column}, column=column, **facts)


class _Reader:
    """Reads the values of one field."""

    def __init__(
        self, field: Field, column: str, features: Sequence[Feature], limits: Limits
    ) -> None:
        self.field, self.column, self.features, self.limits = field, column, features, limits
        self.findings: list[Finding] = []

    def read(
        self, values: list[Any], *, level: CodeLevel | None
    ) -> tuple[pd.Series, list[Finding]]:
        if self.field.kind == "text":
            read = self._texts(values) if level is None else self._codes(values, level)
            series = pd.Series(read, dtype="str")
        else:
            series = self._numbers(values)
        if self.field.required:
            for value, feature in zip(values, self.features, strict=True):
                if is_missing(value):
                    self._report("value_missing", feature)
        return series, self.findings

    def _report(self, code: str, feature: Feature, **facts: Any) -> None:
        self.findings.append(_at(code, feature, self.column, **facts))

    def _texts(self, values: list[Any]) -> list[str | None]:
        self.findings += _bad_texts(self.column, values, self.features, self.limits)
        if self.field.pattern and self._has_fractions(values):
            return [None] * len(values)
        texts = [None if is_missing(value) else _to_text(value) for value in values]
        self.findings += _rewritten(self.column, values, texts)
        for text, feature in zip(texts, self.features, strict=True):
            pattern = self.field.pattern
            if text is not None and pattern and not re.fullmatch(pattern, text):
                hint = _pattern_hint(text, self.field)
                self._report("value_pattern", feature, value=text[:80], hint=hint)
        return texts

    def _has_fractions(self, values: list[Any]) -> bool:
        fractions = [v for v in values if isinstance(v, float) and not v.is_integer() and v == v]
        if fractions:
            examples = ", ".join(dict.fromkeys(map(str, fractions[:_EXAMPLES])))
            where = {"column": self.column}
            self.findings.append(
                finding("code_as_number", where=where, column=self.column, examples=examples)
            )
        return bool(fractions)

    def _codes(self, values: list[Any], level: CodeLevel) -> list[str | None]:
        if self._has_fractions(values):
            return [None] * len(values)
        codes, rewritten = [], {}
        for value, feature in zip(values, self.features, strict=True):
            code = None if is_missing(value) else self._code(value, feature, level)
            codes.append(code)
            if code is not None and code != value:
                rewritten[_to_text(value)] = code
        if rewritten:
            pairs = [f"{old} → {new}" for old, new in rewritten.items()][:_EXAMPLES]
            where = {"column": self.column}
            self.findings.append(
                finding(
                    "code_rewritten", where=where, column=self.column, examples=", ".join(pairs)
                )
            )
        return codes

    def _code(self, value: Any, feature: Feature, level: CodeLevel) -> str | None:
        shown, example = _to_text(value)[:80], self.field.example or "63.03"
        try:
            return parse_region_code(value, level)
        except AmbiguousCode as error:
            candidates = error.facts["candidates"]
            self._report("code_ambiguous", feature, value=shown, candidates=candidates)
        except BpsCode:
            self._report("code_of_bps", feature, value=shown, example=example)
        except InvalidCode:
            self._report("code_invalid", feature, value=shown, example=example)
        return None

    def _numbers(self, values: list[Any]) -> pd.Series:
        is_integer = self.field.kind == "integer"
        numerals = parse_numerals(values)
        numbers: list[float | None] = []
        for value, numeral, feature in zip(values, numerals, self.features, strict=True):
            whole = numeral.number is None or numeral.number.is_integer() or not is_integer
            if numeral.readings:
                readings = joined([_number(one) for one in numeral.readings], by=" / ")
                self._report("number_ambiguous", feature, value=value, readings=readings)
            elif numeral.is_invalid or not whole:
                what = _SAY["whole"] if is_integer else _SAY["number"]
                self._report("number_invalid", feature, value=str(value)[:80], what=what)
            numbers.append(numeral.number if whole else None)
        blanks = [
            value if isinstance(value, str) and not value.strip() else None for value in values
        ]
        self.findings += _rewritten(self.column, blanks, [None] * len(blanks))
        self._tell_rewritten(values, numerals)
        return pd.Series(numbers, dtype="float64").astype("Int64" if is_integer else "float64")

    def _tell_rewritten(self, values: list[Any], numerals: Sequence[Numeral]) -> None:
        examples = [
            Text(id=f"{value} → {read.id}", en=f"{value} → {read.en}")
            for value, numeral in zip(values, numerals, strict=True)
            if numeral.is_rewritten
            and numeral.number is not None
            and (read := _number(numeral.number))
        ]
        if examples:
            where, shown = {"column": self.column}, joined(examples[:_EXAMPLES], by="; ")
            self.findings.append(
                finding("number_reformatted", where=where, column=self.column, examples=shown)
            )


def _number(value: float) -> Text:
    return number(value, ",.10g" if abs(value) < 1e9 else ",.0f")


def _to_text(value: Any) -> str:
    """`value` as text: 6301.0, as a table with gaps gives it, is 6301."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _json_text(value).strip()


def _pattern_hint(text: str, field: Field) -> Text:
    """What the value may have been meant to be, else what one looks like."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if slug != text and re.fullmatch(field.pattern or "", slug):
        return _SAY["example"].format(slug=slug)
    return (
        _SAY["pattern_hint"]
        if field.example is None
        else _SAY["example"].format(slug=field.example)
    )
