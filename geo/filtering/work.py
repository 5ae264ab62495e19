"""How much work a filter is, told by its tree alone: so much that it is done at once, or that it must wait."""

import re
from collections.abc import Mapping
from typing import Any

from geo.filtering.columns import Kind
from geo.filtering.comparison import COMPARISONS

# The greatest steps and passes that are done at once. Measured over 2,000 to 40,000 features on a core
# that calls 8 million functions a second: the dearest filter within both takes a loop 0.5 ms, most 0.2
# to 0.4. Of few features the passes count, each 7 to 14 µs, of many the steps, 0.05 ms for 100,000.
MOST_STEPS = 250_000
_MOST_PASSES = 36
# What a pattern begins or ends with is found without reading the texts; the rest may read them all.
_SURE_PATTERN = re.compile(r"[^%_\\]+%|%[^%_\\]+")
_NUMBERS: tuple[Kind, ...] = ("integer", "number")
# Passes over a column; a whole number beside one with a point may be compared in 80 bits.
_COMPARED, _COMPARED_EXACTLY, _SORTED = 4, 24, 24
# A pattern is read, and looked for in front or behind: as long as three comparisons take.
_LIKE = 9
_FEW = 8


def is_little(passes: int | None, count: int) -> bool:
    """Whether so many passes over the columns of `count` features are done at once."""
    return passes is not None and passes <= _MOST_PASSES and passes * count <= MOST_STEPS


def passes_of(node: Any, fields: Mapping[str, Kind]) -> int | None:
    """How often a filter passes over a column; None for one that also decodes, computes or reads shapes.

    Of a filter that will be refused anything may be said.
    """
    op, args = (node.get("op"), node.get("args")) if isinstance(node, dict) else (None, None)
    if not isinstance(op, str) or not isinstance(args, list) or not args:
        return None
    name = op.lower()
    if name in ("and", "or", "not"):
        parts = [passes_of(each, fields) for each in args]
        known = [each for each in parts if each is not None]
        return sum(known) + len(parts) if len(known) == len(parts) else None
    column, *others = args
    if name in COMPARISONS and len(others) == 1 and not _is_column(column):
        column, others = others[0], [column]
    kind = fields.get(column["property"]) if _is_column(column) else None
    if kind == "text":
        return _of_texts(name, others)
    return _of_numbers(name, others, kind) if kind in _NUMBERS else None


def _is_column(node: Any) -> bool:
    return isinstance(node, dict) and isinstance(node.get("property"), str)


def _of_texts(name: str, others: list[Any]) -> int | None:
    if name == "isnull":
        return 2
    if name == "in" and len(others) == 1 and isinstance(others[0], list):
        items = others[0]
        if not all(isinstance(each, str) for each in items):
            return None
        return 2 * len(items) if len(items) <= _FEW else _SORTED
    if not all(isinstance(each, str) for each in others):
        return None
    if name == "like":
        return _LIKE if len(others) == 1 and _SURE_PATTERN.fullmatch(others[0]) else None
    return _COMPARED * len(others) if name in (*COMPARISONS, "between") else None


def _of_numbers(name: str, others: list[Any], kind: Kind | None) -> int | None:
    if name == "isnull":
        return 2
    values = others[0] if name == "in" and len(others) == 1 else others
    if not isinstance(values, list) or name not in (*COMPARISONS, "between", "in"):
        return None
    if not all(isinstance(each, int | float) for each in values):
        return None
    is_exact = kind == "integer" and any(isinstance(each, float) for each in values)
    return (_COMPARED_EXACTLY if is_exact else _COMPARED) * len(values)
