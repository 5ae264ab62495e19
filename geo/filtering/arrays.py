"""Array predicates of a filter: lists compared as sets (OGC 21-065r2, 7.8)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from geo.errors import InvalidFilter
from geo.filtering.columns import Arrays, Numbers, Operand, Texts, Times, Truth
from geo.filtering.limits import in_time
from geo.language import texts

_SAY = texts(__name__)

_PREDICATES: Mapping[str, Callable[[frozenset[Any], frozenset[Any]], bool]] = {
    "a_equals": lambda a, b: a == b,
    "a_contains": lambda a, b: a >= b,
    "a_containedby": lambda a, b: a <= b,
    "a_overlaps": lambda a, b: not a.isdisjoint(b),
}
ARRAY = frozenset(_PREDICATES)


def related(name: str, left: Operand, right: Operand) -> Truth:
    """Whether two lists stand to each other as an array predicate says."""
    if not isinstance(left, Arrays) or not isinstance(right, Arrays):
        raise InvalidFilter(reason=_SAY["no_array"].format(name=name.upper()), parameter="filter")
    one, other = _sets(left), _sets(right)
    size = max(len(one), len(other))
    known = np.zeros(size, dtype=np.bool_)
    true = np.zeros(size, dtype=np.bool_)
    for row in in_time(range(size)):
        a, b = one[row % len(one)], other[row % len(other)]
        if a is not None and b is not None:
            known[row], true[row] = True, _PREDICATES[name](a, b)
    return Truth.of(true, known)


def listed(elements: Sequence[Operand]) -> Arrays:
    """The list of these elements for each feature; none where an element is missing."""
    columns = [_each(one) for one in elements]
    size = max(map(len, columns))
    rows = ([one[row % len(one)] for one in columns] for row in in_time(range(size)))
    return Arrays([None if None in row else row for row in rows])


def _each(element: Operand) -> Sequence[Any]:
    """The element of each feature, None where it is missing; one where it is the same for all."""
    if isinstance(element, Arrays):
        return element.values
    if isinstance(element, Times) and element.written is not None:
        element = element.written
    if isinstance(element, Texts):
        each: list[Any] = element.each().tolist()
        return each
    if isinstance(element, Truth):
        told = zip(element.true.tolist(), element.false.tolist(), strict=True)
        return [true if true or false else None for true, false in told]
    if isinstance(element, Numbers):
        numbers = zip(element.values.tolist(), element.known.tolist(), strict=True)
        return [value if known else None for value, known in numbers]
    raise InvalidFilter(reason=_SAY["no_element"], parameter="filter")


def _sets(arrays: Arrays) -> list[frozenset[Any] | None]:
    return [None if one is None else frozenset(map(_plain, one)) for one in in_time(arrays.values)]


def _plain(value: Any) -> Any:
    """An element that can stand in a set; a list in a list counts with its order."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(map(_plain, value))
    if isinstance(value, bool):
        # True would be 1.
        return bool, value
    return repr(value) if isinstance(value, Mapping) else value
