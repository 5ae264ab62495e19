"""The values of an uploaded table read as its layer's fields: codes, numbers and texts.

Codes stay text; a code column of numbers is refused, since 63.1 may be 63.01 or 63.10. Which column
is which field is `geo/validation/columns.py`, codes that are not there `geo/validation/codes.py`.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from geo.errors import AmbiguousCode, BpsCode, GeoError, InvalidCode
from geo.ingest.findings import Feature, Finding, finding
from geo.ingest.source import Limits
from geo.language import Text, joined, number, texts
from geo.validation.columns import Mapped, is_missing, is_nothing
from geo.validation.kept import json_text, kept_values, value_rewritten
from geo.vector.numerals import Numeral, parse_numerals
from geo.vector.regions import CodeLevel, parse_region_code
from geo.vector.schema import Field, LayerSchema

_SAY = texts(__name__)

_EXAMPLES = 3


def read_values(
    table: pd.DataFrame,
    schema: LayerSchema,
    mapped: Mapped,
    *,
    features: Sequence[Feature],
    limits: Limits,
    bps_codes: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[pd.DataFrame, list[Finding]]:
    """The table under the schema's names and types, and what is wrong with single values.

    Parameters
    ----------
    bps_codes : mapping, optional
        By field, the Kemendagri code of each code of BPS that is known of what is published.

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
        known = (bps_codes or {}).get(field.name, {})
        reader = _Reader(field, source, features, limits=limits, bps_codes=known)
        columns[field.name], found = reader.read(
            table[source].tolist(),
            level=field.level or ("regency" if field.name == schema.regency_field else None),
        )
        findings += found
    unchanged = []
    for source, name in mapped.kept.items():
        values = table[source].tolist()
        columns[name], found = kept_values(source, values)
        findings += [*found, *_bad_texts(source, columns[name].tolist(), features, limits)]
        if not found and name == source:
            unchanged.append(source)
    if unchanged:
        findings.append(finding("column_kept", columns=", ".join(unchanged)))
    return pd.DataFrame(columns, index=table.index), findings


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
        self,
        field: Field,
        column: str,
        features: Sequence[Feature],
        *,
        limits: Limits,
        bps_codes: Mapping[str, str],
    ) -> None:
        self.field, self.column, self.features, self.limits = field, column, features, limits
        self.bps_codes = bps_codes
        self.findings: list[Finding] = []

    def read(
        self, values: list[Any], *, level: CodeLevel | None
    ) -> tuple[pd.Series, list[Finding]]:
        if self.field.kind == "any":
            series, told = kept_values(self.column, values)
            self.findings += told
        elif self.field.kind == "text":
            if level is not None or self.field.name.endswith("bps_code"):
                values = self._without_marks(values)
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
        self.findings += value_rewritten(self.column, values, texts)
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

    def _without_marks(self, values: list[Any]) -> list[Any]:
        """Codes without the marks that stand for none, and P-codes as the BPS codes that they hold."""
        plain = [None if is_nothing(value) else _without_country(value) for value in values]
        of_ocha = {
            f"{old} → {new}": None
            for old, new in zip(values, plain, strict=True)
            if new is not None and new is not old
        }
        if of_ocha:
            examples = ", ".join(list(of_ocha)[:_EXAMPLES])
            where = {"column": self.column}
            self.findings.append(
                finding("pcode_read", where=where, column=self.column, examples=examples)
            )
        marks = [v for v in values if is_nothing(v) and not is_missing(v)]
        self.findings += value_rewritten(self.column, marks, [None] * len(marks))
        return plain

    def _codes(self, values: list[Any], level: CodeLevel) -> list[str | None]:
        if self._has_fractions(values):
            return [None] * len(values)
        codes, rewritten = [], {}
        # One code of BPS tells of them all: in ten digits the two systems look alike.
        is_of_bps = level == "desa" and any(map(_is_of_bps, values))
        for value, feature in zip(values, self.features, strict=True):
            code = None
            if is_of_bps and not is_missing(value) and _to_text(value).isdecimal():
                self._tell_bps(_to_text(value), feature)
            elif not is_missing(value):
                code = self._code(value, feature, level)
            codes.append(code)
            if code is not None and code != value:
                # Blanks at an end show in quotation marks only.
                is_blank = isinstance(value, str) and value != value.strip()
                rewritten[f"“{value}”" if is_blank else _to_text(value)] = code
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
        if (known := self.bps_codes.get(_to_text(value))) is not None:
            return known
        try:
            return parse_region_code(value, level)
        except AmbiguousCode as error:
            candidates = error.facts["candidates"]
            self._report("code_ambiguous", feature, value=shown, candidates=candidates)
        except BpsCode:
            self._tell_bps(shown, feature)
        except InvalidCode:
            self._report("code_invalid", feature, value=shown, example=example)
        return None

    def _tell_bps(self, code: str, feature: Feature) -> None:
        example = self.field.example or "63.03"
        self._report("code_of_bps", feature, value=code[:80], example=example)

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
        self.findings += value_rewritten(self.column, blanks, [None] * len(blanks))
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
    return json_text(value).strip()


def _without_country(value: Any) -> Any:
    """The digits of a P-code of OCHA, which are those of BPS: `ID6303` is 6303."""
    match = re.fullmatch(r"\s*ID(\d{2,10})\s*", value) if isinstance(value, str) else None
    return value if match is None else match[1]


def _is_of_bps(value: Any) -> bool:
    if is_missing(value):
        return False
    try:
        parse_region_code(value, "desa")
    except BpsCode:
        return True
    except GeoError:
        pass
    return False


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
