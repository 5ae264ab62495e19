"""A filter in the JSON encoding of CQL2 (OGC 21-065r2, annex C), bounded before it is read."""

import json
from typing import Any, NoReturn

from geo.errors import InvalidFilter
from geo.filtering.limits import MOST_DEEP, Bounds
from geo.language import texts

_SAY = texts(__name__)

# An operation is an object with a list in it; the positions of a shape lie some lists deeper.
_MOST_BRACKETS = 2 * MOST_DEEP + 8


def parsed_document(text: str) -> Any:
    """The tree of a filter in JSON.

    Raises
    ------
    InvalidFilter
        Saying what is wrong with it, or which bound it exceeds.
    """
    bounds = Bounds()
    bounds.length(text)
    if _deepest(text) > _MOST_BRACKETS:
        reason = _SAY["too_deep"].format(most=MOST_DEEP)
        raise InvalidFilter(reason=reason, parameter="filter")
    try:
        tree = json.loads(text, parse_int=_integer, parse_constant=_refused)
    except ValueError as error:
        at = getattr(error, "pos", 0) + 1
        raise InvalidFilter(reason=_SAY["no_json"].format(at=at), parameter="filter") from error
    _count(tree, bounds)
    return tree


def _deepest(text: str) -> int:
    """How deep brackets lie in each other, strings left out."""
    depth = deepest = 0
    is_text = is_escaped = False
    for letter in text:
        if is_text:
            is_text = is_escaped or letter != '"'
            is_escaped = letter == "\\" and not is_escaped
        elif letter == '"':
            is_text = True
        elif letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in "]}":
            depth -= 1
    return deepest


def _integer(text: str) -> int:
    # No number of 64 bits has more digits, and reading thousands of them takes long.
    return Bounds().integer(int(text[:21]))


def _refused(constant: str) -> NoReturn:
    raise ValueError(constant)


def _count(node: Any, bounds: Bounds) -> None:
    """Count nodes and depth; a shape is one node, whose positions the length bounds."""
    bounds.node()
    if isinstance(node, list):
        for each in node:
            _count(each, bounds)
        return
    if not isinstance(node, dict):
        return
    if "op" in node and isinstance(node.get("args"), list):
        with bounds.deeper():
            for each in node["args"]:
                _count(each, bounds)
    elif isinstance(node.get("interval"), list):
        for each in node["interval"]:
            _count(each, bounds)
