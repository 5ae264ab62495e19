"""Columns outside a layer's schema, kept as they came; what a file's column cannot hold is told.

A column of a stored layer has one type. Where one type holds every value exactly, nothing changes;
otherwise the values become text, and examples say so.
"""

import json
import math
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import pandas as pd

from geo.ingest.findings import Finding, finding
from geo.language import shortened

_EXAMPLES = 3
_MOST_SHOWN = 40
_Scalar = bool | int | float | str


def kept_values(column: str, values: list[Any]) -> tuple[pd.Series, list[Finding]]:
    """A column outside the schema: as it came where one type holds all of it, else as text.

    Only None and NaN are missing; a text without letters is one. Lists stay lists where all their
    members are of one type. Dates and times become their text of ISO 8601. What becomes text is
    told.
    """
    came = [_of_python(value) for value in values]
    present = [value for value in came if value is not None]
    if present and all(isinstance(value, list) for value in present):
        members = [member for value in present for member in value]
        if (kind := _kind_of_members(members)) is not None:
            held = [None if v is None else [kind(member) for member in v] for v in came]
            return pd.Series(held, dtype="object"), []
    elif (dtype := _dtype_of(present)) is not None:
        return pd.Series(came, dtype=dtype), []
    written = [None if value is None else json_text(value) for value in came]
    series = pd.Series(written, dtype="str")
    if all(isinstance(value, date | time) for value in present):
        example = next(value for value in written if value is not None)
        where = {"column": column}
        return series, [finding("dates_as_text", where=where, column=column, example=example)]
    return series, value_rewritten(column, came, written)


def _of_python(value: Any) -> Any:
    """A value as Python has it: of numpy's and pandas' types the plain ones, None for what is missing."""
    if isinstance(value, str | bool | int | date | time | dict) or value is None:
        return None if value is pd.NaT else value
    if hasattr(value, "tolist"):
        return _of_python(value.tolist())
    if isinstance(value, list | tuple):
        return [_of_python(member) for member in value]
    return None if pd.isna(value) else value


def _dtype_of(present: list[Any]) -> str | None:
    """The type of column that holds these values exactly; None where only text does."""
    kinds = {type(value) for value in present}
    if kinds <= {str}:
        return "str"
    if kinds == {bool}:
        return "boolean"
    if kinds == {int} and all(-(2**63) <= v < 2**63 for v in present):
        return "Int64"
    return "float64" if _are_floats(present) else None


def _kind_of_members(members: list[Any]) -> type[_Scalar] | None:
    """The type that holds every member of the lists of a column; None where none does.

    A list of numbers with a gap is none: the gap would come back as NaN.
    """
    kinds = {type(member) for member in members}
    if kinds <= {str}:
        return str
    if kinds == {bool}:
        return bool
    if kinds == {int} and all(-(2**63) <= member < 2**63 for member in members):
        return int
    return float if _are_floats(members) else None


def _are_floats(numbers: list[Any]) -> bool:
    # Beyond 2**53 a float skips whole numbers.
    return all(
        (type(v) is float and math.isfinite(v)) or (type(v) is int and abs(v) <= 2**53)
        for v in numbers
    )


def json_text(value: Any) -> str:
    """A value as text: a text as it is, times in ISO 8601, all else as JSON writes it."""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False, default=str)


def value_rewritten(column: str, before: Sequence[Any], after: Sequence[Any]) -> list[Finding]:
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
    text = f"“{value}”" if isinstance(value, str) else json_text(value)
    return shortened(text, _MOST_SHOWN)
