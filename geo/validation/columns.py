"""The columns of an uploaded table mapped to a layer's fields, by their names or as somebody asks.

Every source column is accounted for: it becomes a field, is kept beside the fields, or is named as
left out. What the values say is `geo/validation/fields.py`.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from geo.ingest.findings import Finding, finding
from geo.language import shortened
from geo.vector.schema import Field, LayerSchema

# Names under which programs write the id of a feature beside its properties, as GDAL does.
_ID_COLUMNS = ("id", "area_id")
_DBF_NAME_LENGTH = 10
# What programs and people write into a cell that holds nothing: GADM "NA", QGIS "NULL", ArcGIS "<Null>".
_NOTHING = frozenset(("-", "--", ".", "0", "na", "n/a", "nan", "none", "null", "<null>"))
_EXAMPLES = 3
_MOST_SHOWN = 40
_MOST_NAMES, _MOST_COLUMNS = 6, 12


@dataclass(frozen=True, slots=True)
class Mapped:
    """Which column became which field.

    `fields` is field → source column, `kept` source column → name that it is kept under,
    `left_out` the columns that somebody asked not to keep, and `candidates` field → every column
    whose name may be that of the field, the likeliest first.
    """

    fields: Mapping[str, str]
    kept: Mapping[str, str]
    findings: tuple[Finding, ...]
    left_out: tuple[str, ...] = ()
    candidates: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def to_json(self) -> list[dict[str, Any]]:
        """One entry for every source column."""
        return [
            *({"source": source, "field": field} for field, source in self.fields.items()),
            *(
                {"source": source, "field": None, "kept_as": name}
                for source, name in self.kept.items()
            ),
            *({"source": source, "field": None, "kept_as": None} for source in self.left_out),
        ]


def map_columns(
    table: pd.DataFrame, schema: LayerSchema, *, asked: Mapping[str, str | None] | None = None
) -> Mapped:
    """Each field's column: as asked, else by its own name, that name cut by DBF, or an alias.

    Names are compared without case. A column without values never stands in the way of one that has
    some, and of several the fuller one is taken. Two that disagree are ambiguous, but for the name
    of a feature, of which the first is taken and said.

    Parameters
    ----------
    asked : mapping, optional
        Field → the column that it is read from; one column may fill several. A column → None leaves that column out, and
        column → another name keeps it under that name. A field that is no column → None stays
        without one.
    """
    wanted = _Asked.of(asked or {}, table, schema)
    names = [c for c in table.columns if c not in wanted.left_out]
    fields, candidates = dict(wanted.fields), dict[str, Sequence[str]]()
    findings = list(wanted.findings)
    is_empty = {column: all(map(is_nothing, table[column])) for column in names}
    filled = [column for column in names if not is_empty[column]]
    # The exact names first, so that no alias takes a column that is a field by its own name.
    for columns, names_of in (
        (filled, _own_names),
        (filled, _aliases),
        (names, _own_names),
        (names, _aliases),
    ):
        for one in schema.fields:
            if one.name in fields or one.name in wanted.without:
                continue
            free = [column for column in columns if column not in fields.values()]
            if found := _candidates(free, names_of(one, schema)):
                fields[one.name], told = _chosen(one, found, table)
                findings += told
    for one in schema.fields:
        every = _candidates(names, [*_own_names(one, schema), *_aliases(one, schema)])
        candidates[one.name] = tuple(every)
    findings += [
        _missing(one, table) for one in schema.fields if one.required and one.name not in fields
    ]
    repeated = _repeated_keys(table[names], fields.get(schema.key))
    findings += [finding("column_repeats_key", column=c, key=schema.key) for c in repeated]
    rest = [c for c in names if c not in repeated and c not in fields.values()]
    kept, renamed = _kept(rest, schema, wanted.names)
    return Mapped(fields, kept, (*findings, *renamed), wanted.left_out, candidates)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What somebody asks of the columns, as far as it can be done, and what cannot."""

    fields: Mapping[str, str]
    names: Mapping[str, str]
    left_out: tuple[str, ...]
    without: frozenset[str]
    findings: tuple[Finding, ...]

    @classmethod
    def of(
        cls, asked: Mapping[str, str | None], table: pd.DataFrame, schema: LayerSchema
    ) -> "_Asked":
        of_schema, columns = {one.name for one in schema.fields}, set(map(str, table.columns))
        shown: dict[str, Any] = {
            "columns": ", ".join(map(str, table.columns)) or "-",
            "fields": ", ".join(one.name for one in schema.fields) or "-",
        }
        fields: dict[str, str] = {}
        names: dict[str, str] = {}
        left_out: list[str] = []
        findings: list[Finding] = []
        for name, value in asked.items():
            if name in of_schema and value is not None:
                if value not in columns:
                    findings.append(finding("column_asked_unknown", column=value, **shown))
                else:
                    fields[name] = value
            elif name in columns:
                if value is None:
                    left_out.append(name)
                else:
                    names[name] = value
            elif name not in of_schema:
                findings.append(finding("column_asked_unknown", column=name, **shown))
        if left_out:
            findings.append(finding("columns_left_out", columns=", ".join(left_out)))
        without = {n for n, v in asked.items() if v is None and n in of_schema - columns}
        return cls(fields, names, tuple(left_out), frozenset(without), tuple(findings))


def _own_names(one: Field, schema: LayerSchema) -> list[str]:
    cut = one.name[:_DBF_NAME_LENGTH]
    is_unique = sum(other.name[:_DBF_NAME_LENGTH] == cut for other in schema.fields) == 1
    return [one.name, *([cut] if is_unique else [])]


def _aliases(one: Field, _schema: LayerSchema) -> list[str]:
    return [*one.aliases, *(name[:_DBF_NAME_LENGTH] for name in one.aliases)]


def _candidates(columns: Sequence[str], names: Sequence[str]) -> list[str]:
    plain = {column: plain_name(column) for column in columns}
    ordered = [column for name in names for column in columns if column == name]
    ordered += [c for name in names for c in columns if plain[c] == plain_name(name)]
    return list(dict.fromkeys(ordered))


def plain_name(column: str) -> str:
    """A column's name in lower case with underscores, as aliases are written."""
    return re.sub(r"[\s\-.]+", "_", str(column).strip().lower())


def _chosen(one: Field, found: Sequence[str], table: pd.DataFrame) -> tuple[str, list[Finding]]:
    """The column of a field among those that may be it, and what is to be said of the others."""
    first = found[0]
    # The field's very own name leaves no doubt, whatever else resembles it.
    if first == one.name:
        return first, []
    disagreeing = [c for c in found[1:] if _disagreement(table[first], table[c]) is not None]
    if disagreeing and one.name != "name":
        columns = ", ".join([first, *disagreeing])
        return first, [finding("field_ambiguous", field=one.name, title=one.title, columns=columns)]
    if disagreeing:
        example = _disagreement(table[first], table[disagreeing[0]])
        facts: dict[str, Any] = {
            "columns": ", ".join(disagreeing),
            "used": first,
            "title": one.title,
        }
        return first, [finding("field_chosen", **facts, example=example)]
    counts = {c: sum(not is_nothing(v) for v in table[c]) for c in found}
    fullest = max(found, key=lambda c: counts[c])
    shorter = [c for c in found if counts[c] < counts[fullest]]
    if not shorter:
        return fullest, []
    told = finding("field_fuller", columns=", ".join(shorter), used=fullest, title=one.title)
    return fullest, [told]


def _disagreement(left: pd.Series, right: pd.Series) -> str | None:
    """Two values of a row that say different things; None where no row has such."""
    for one, other in zip(left, right, strict=True):
        if not is_nothing(one) and not is_nothing(other) and _letters(one) != _letters(other):
            return f"“{shortened(str(one), _MOST_SHOWN)}” ≠ “{shortened(str(other), _MOST_SHOWN)}”"
    return None


def _letters(value: Any) -> str:
    """A value's letters and digits: `63.03` and `6303`, `Aluh-Aluh` and `ALUH ALUH` say the same."""
    if isinstance(value, float):
        # 63.1 may be 63.01: a number's point is no mark between groups.
        return str(int(value)) if value.is_integer() else repr(value)
    return re.sub(r"[\W_]+", "", str(value)).lower()


def is_missing(value: Any) -> bool:
    """Whether a value of a source table is no value: None, NaN, or text of blanks."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return True
    return isinstance(value, float) and math.isnan(value)


def is_nothing(value: Any) -> bool:
    """Whether a value is missing or a mark that stands for nothing, such as `NA`, `-` or `0`."""
    return is_missing(value) or str(value).strip().lower() in _NOTHING


def _missing(one: Field, table: pd.DataFrame) -> Finding:
    return finding(
        "field_missing",
        where={"column": one.name},
        field=one.name,
        title=one.title,
        accepted=_some(dict.fromkeys((one.name, *one.aliases)), most=_MOST_NAMES),
        columns=_some(table.columns, most=_MOST_COLUMNS),
    )


def _some(names: Iterable[object], *, most: int) -> str:
    """The first names of a list that nobody would read to its end; the report has them all."""
    known = [shortened(str(name), _MOST_SHOWN) for name in names]
    return ", ".join([*known[:most], *(["…"] if len(known) > most else [])]) or "-"


def _repeated_keys(table: pd.DataFrame, key: str | None) -> list[str]:
    """The columns that hold the features' ids once more."""
    if key is None:
        return []
    ids = [c for c in table.columns if c != key and plain_name(c) in _ID_COLUMNS]
    return [column for column in ids if _same(table[key], table[column])]


def _same(left: pd.Series, right: pd.Series) -> bool:
    pairs = zip(left.map(_plain_text), right.map(_plain_text), strict=True)
    return all(one == other for one, other in pairs)


def _plain_text(value: Any) -> str:
    return "" if is_missing(value) else str(value).strip()


def _kept(
    columns: Sequence[str], schema: LayerSchema, asked: Mapping[str, str]
) -> tuple[dict[str, str], list[Finding]]:
    # GeoPackage compares names without case, and `area_id` and `geometry` are the layer's own.
    taken = {one.name.lower() for one in schema.fields} | {"area_id", "geometry"}
    kept: dict[str, str] = {}
    renamed: list[Finding] = []
    for column in columns:
        # Blanks at the end of a name are the file's own; of one that is asked for they are a slip.
        name = wanted = str(asked.get(column, "")).strip() or str(column)
        while name.lower() in taken:
            name += "_2"
        taken.add(name.lower())
        kept[column] = name
        if name != wanted:
            renamed.append(finding("column_renamed", column=column, name=name))
    return kept, renamed


def choices(table: pd.DataFrame, schema: LayerSchema, mapped: Mapped) -> dict[str, Any]:
    """What can be chosen of the columns, in JSON types: `columns` with examples, and `fields`."""
    field_of = {source: name for name, source in mapped.fields.items()}
    return {
        "columns": [
            {
                "name": str(column),
                "examples": _examples(table[column]),
                "filled": sum(not is_missing(value) for value in table[column]),
                "field": field_of.get(column),
                "kept_as": mapped.kept.get(column),
            }
            for column in table.columns
        ],
        "fields": [
            {
                "name": one.name,
                "title": one.title._asdict(),
                "required": one.required,
                "column": mapped.fields.get(one.name),
                "candidates": list(mapped.candidates.get(one.name, ())),
            }
            for one in schema.fields
        ],
    }


def _examples(values: pd.Series) -> list[str]:
    shown: dict[str, None] = {}
    for value in values:
        if not is_missing(value):
            shown[shortened(str(value).strip(), _MOST_SHOWN)] = None
        if len(shown) == _EXAMPLES:
            break
    return list(shown)
