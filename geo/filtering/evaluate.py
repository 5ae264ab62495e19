"""A filter worked out over a table: which of its features it is true for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from geo.errors import InvalidFilter
from geo.filtering import arrays, spatial, temporal
from geo.filtering.columns import Arrays, Columns, Mask, Numbers, Operand, Texts, Truth
from geo.filtering.comparison import (
    ARITHMETIC,
    COMPARISONS,
    as_written,
    between,
    compared,
    computed,
    kind_of,
    like,
    one_of,
    without_accents,
    without_case,
)
from geo.filtering.document import parsed_document
from geo.filtering.functions import FUNCTIONS
from geo.filtering.limits import require_time
from geo.filtering.spatial import Moved
from geo.filtering.text import parsed_text
from geo.language import filled, first_of, texts

_SAY = texts(__name__)

# In characters; most filters are shorter, and are read in no time.
MOST_SHORT = 500
_OF_ALL = np.ones(1, dtype=np.bool_)
# What a geometry may be called, where no property is.
GEOMETRY = "geometry"
_GEOMETRY_NAMES = (GEOMETRY, "geom")
_SETS: Mapping[str, Callable[[Operand], Texts]] = {
    "casei": without_case,
    "accenti": without_accents,
}
_PAIRS: Mapping[str, Callable[[str, Operand, Operand], Operand]] = (
    dict.fromkeys(COMPARISONS, compared)
    | dict.fromkeys(ARITHMETIC, computed)
    | dict.fromkeys(temporal.TEMPORAL, temporal.related)
    | dict.fromkeys(arrays.ARRAY, arrays.related)
)


def parsed(text: str, *, is_json: bool = False) -> Any:
    """The tree of a filter in the text encoding, or in JSON; nobody changes it, for it is kept.

    Raises
    ------
    InvalidFilter
        For what cannot be read, or is bounded.
    """
    return (_kept_tree if len(text) <= MOST_SHORT else _tree)(text, is_json)


def _tree(text: str, is_json: bool) -> Any:
    return parsed_document(text) if is_json else parsed_text(text)


# Who asks how much work a filter is lets it be worked out next.
_kept_tree = lru_cache(maxsize=256)(_tree)


def matching(
    text: str,
    table: Columns,
    *,
    is_json: bool = False,
    to_lonlat: Moved | None = None,
) -> Mask:
    """Which features of `table` a filter is true for; false and unknown are left out.

    Parameters
    ----------
    text : str
        In the text encoding, or as JSON.
    table : Columns
        Its geometries are in lon/lat.
    to_lonlat : callable, optional
        Moves a geometry that stands in the filter to lon/lat.

    Raises
    ------
    InvalidFilter
        For what cannot be read, is bounded, names no property or mixes kinds.
    """
    tree = parsed(text, is_json=is_json)
    found = _Worker(table, to_lonlat).where(tree, is_true=True)
    return found if len(found) == len(table) else np.broadcast_to(found, len(table)).copy()


@dataclass(frozen=True, slots=True)
class _Worker:
    """Works out the nodes of one filter over one table, each property read once."""

    table: Columns
    to_lonlat: Moved | None
    read: dict[str, Operand] = field(default_factory=dict)
    related: dict[str, Truth] = field(default_factory=dict)

    def where(self, node: Any, *, is_true: bool) -> Mask:
        """Where a filter is true, or where it is false; the other of the two is not worked out."""
        name, args = _logic_of(node)
        if name is None:
            found = self.truth(node)
            return found.true if is_true else found.false
        require_time()
        if name == "not":
            return self.where(args[0], is_true=not is_true)
        # One that is false makes them all false together, as one that is true does of any.
        together = np.logical_and if (name == "and") == is_true else np.logical_or
        mask = self.where(args[0], is_true=is_true)
        for each in args[1:]:
            mask = together(mask, self.where(each, is_true=is_true))
        return mask

    def truth(self, node: Any) -> Truth:
        found = self.operand(node)
        if not isinstance(found, Truth):
            reason = filled(_SAY["no_truth"], kind=kind_of(found))
            raise InvalidFilter(reason=reason, parameter="filter")
        return found

    def operand(self, node: Any) -> Operand:
        require_time()
        if isinstance(node, bool):
            return Truth.constant(node)
        if isinstance(node, int | float):
            return Numbers(np.array([node]), _OF_ALL)
        if isinstance(node, str):
            return Texts.constant(node)
        if isinstance(node, list):
            return self._array(node)
        if isinstance(node, dict):
            return self._object(node)
        raise InvalidFilter(reason=_SAY["no_node"], parameter="filter")

    def _object(self, node: Mapping[str, Any]) -> Operand:
        if isinstance(node.get("property"), str):
            return self._property(node["property"])
        if isinstance(node.get("op"), str) and isinstance(node.get("args"), list):
            return self._operation(node["op"], node["args"])
        if "bbox" in node or "coordinates" in node or "geometries" in node:
            return spatial.shape_of(node, to_lonlat=self.to_lonlat)
        for name in ("date", "timestamp"):
            if name in node:
                return temporal.instant(node[name], is_date=name == "date")
        ends = node.get("interval")
        if isinstance(ends, list) and len(ends) == 2:
            return temporal.interval(*map(self.operand, ends))
        raise InvalidFilter(reason=_SAY["no_node"], parameter="filter")

    def _property(self, name: str) -> Operand:
        if name not in self.read:
            self.read[name] = self._column(name)
        return self.read[name]

    def _column(self, name: str) -> Operand:
        kind = self.table.fields.get(name)
        if kind is None and name in _GEOMETRY_NAMES:
            return spatial.kept(self.table.shapes())
        if kind is None:
            known = first_of([*self.table.fields, GEOMETRY], 60)
            reason = _SAY["unknown_property"].format(name=name[:80], known=known)
            raise InvalidFilter(reason=reason, parameter="filter")
        if kind in ("integer", "number"):
            return self.table.numbers(name)
        if kind == "boolean":
            return self.table.booleans(name)
        if kind == "json":
            return self.table.arrays(name)
        texts_of = self.table.texts(name)
        return texts_of if kind == "text" else temporal.times_of(texts_of)

    def _operation(self, said: str, args: list[Any]) -> Operand:
        # Names of operators are written in many ways: IS NULL is isNull in JSON.
        name = said.lower()
        if name in ("and", "or") and len(args) >= 2:
            found = self.truth(args[0])
            for each in args[1:]:
                found = found & self.truth(each) if name == "and" else found | self.truth(each)
            return found
        if name in spatial.SPATIAL:
            return self._spatial(name, args)
        if name in _PAIRS:
            return _PAIRS[name](name, *self._all(name, args, 2))
        if name in _SETS:
            return _SETS[name](*self._all(name, args, 1))
        if name in FUNCTIONS:
            return self._called(name, args)
        return self._predicate(said, args)

    def _spatial(self, name: str, args: list[Any]) -> Operand:
        # Two columns of shapes take long, however often a filter asks the same of them.
        asked = f"{name} {args}"
        if asked not in self.related:
            self.related[asked] = spatial.related(name, *self._all(name, args, 2))
        return self.related[asked]

    def _predicate(self, said: str, args: list[Any]) -> Truth:
        name = said.lower()
        if name == "not" and len(args) == 1:
            return ~self.truth(args[0])
        if name == "isnull" and len(args) == 1:
            return self._is_null(args[0])
        if name == "like":
            return like(*self._all(name, args, 2))
        if name == "between":
            return between(*self._all(name, args, 3))
        if name == "in" and len(args) == 2 and isinstance(args[1], list) and args[1]:
            return self._is_in(*args)
        reason = _SAY["wrong_count" if name in _KNOWN else "unknown_function"]
        known = ", ".join(FUNCTIONS)
        reason = reason.format(name=said[:80], n=len(args), known=known)
        raise InvalidFilter(reason=reason, parameter="filter")

    def _all(self, name: str, args: list[Any], count: int) -> list[Operand]:
        if len(args) != count:
            reason = _SAY["wrong_count"].format(name=name, n=len(args))
            raise InvalidFilter(reason=reason, parameter="filter")
        return [self.operand(each) for each in args]

    def _is_null(self, node: Any) -> Truth:
        found = self.operand(node)
        if isinstance(found, Arrays):
            known = np.array([one is not None for one in found.values])
        else:
            known = found.known
        return Truth(~known, known)

    def _is_in(self, node: Any, items: list[Any]) -> Truth:
        return one_of(self.operand(node), [self.operand(each) for each in items])

    def _called(self, name: str, args: list[Any]) -> Operand:
        function = FUNCTIONS[name]
        value = as_written(*self._all(name, args, 1))
        if not isinstance(value, Numbers if function.takes == "number" else Texts):
            reason = filled(_SAY["wrong_argument"], name=name, kind=kind_of(value))
            raise InvalidFilter(reason=reason, parameter="filter")
        return function.work_out(value)

    def _array(self, items: list[Any]) -> Arrays:
        """A list that stands in the filter, whose elements may be worked out of properties."""
        if not items:
            return Arrays([[]])
        written = [_as_written(each) for each in items]
        return arrays.listed([self.operand(each) for each in written])


def _logic_of(node: Any) -> tuple[str | None, list[Any]]:
    """AND, OR or NOT, which a node is, and what it joins; None for every other node."""
    if isinstance(node, dict):
        said, args = node.get("op"), node.get("args")
        if isinstance(said, str) and isinstance(args, list) and "property" not in node:
            name = said.lower()
            if (name in ("and", "or") and len(args) >= 2) or (name == "not" and len(args) == 1):
                return name, args
    return None, []


def _as_written(node: Any) -> Any:
    """A date or instant as the text that lists of a property have it as."""
    if isinstance(node, dict):
        for name in ("date", "timestamp"):
            if isinstance(node.get(name), str):
                return node[name]
    return node


_KNOWN = {
    *_PAIRS,
    *spatial.SPATIAL,
    *_SETS,
    *FUNCTIONS,
    "and",
    "or",
    "not",
    "isnull",
    "like",
    "between",
    "in",
}
