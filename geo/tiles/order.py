"""The features of a table in the order of some of their properties."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.errors import InvalidFilter
from geo.language import first_of, texts
from geo.tiles.features import FeatureTable

_SAY = texts(__name__)

# Beyond the properties that any table here has a reason to be sorted by.
MOST_KEYS = 8


@dataclass(frozen=True, slots=True)
class SortKey:
    """A property that features are sorted by, and whether the greatest come first."""

    name: str
    is_descending: bool = False


def sorted_by(table: FeatureTable, keys: Sequence[SortKey]) -> npt.NDArray[np.int64]:
    """The places of all features in order: by the first key, equal ones by the next, then as published.

    Texts are compared by their characters' code points. What is missing comes last either way.

    Raises
    ------
    InvalidFilter
        For a property that does not exist or holds lists, and for more than `MOST_KEYS`.
    """
    if len(keys) > MOST_KEYS:
        reason = _SAY["too_many"].format(most=MOST_KEYS, n=len(keys))
        raise InvalidFilter(reason=reason, parameter="sortby")
    columns: list[npt.NDArray[np.generic]] = [np.arange(len(table))]
    for key in reversed(keys):
        values, known = _column(table, key.name)
        # Whole numbers of 64 bits have no negative of their least one, but ranks always do.
        _, ranks = np.unique(values, return_inverse=True)
        columns += [-ranks if key.is_descending else ranks, ~known]
    return np.lexsort(columns).astype(np.int64)


def sortables(table: FeatureTable) -> list[str]:
    """The properties that features can be sorted by."""
    return [name for name, kind in table.fields.items() if kind != "json"]


def _column(
    table: FeatureTable, name: str
) -> tuple[npt.NDArray[np.generic], npt.NDArray[np.bool_]]:
    kind = table.fields.get(name)
    if kind is None or kind == "json":
        known = first_of(sortables(table), 60)
        reason = _SAY["not_sortable"].format(name=name[:80], known=known)
        raise InvalidFilter(reason=reason, parameter="sortby")
    if kind in ("integer", "number"):
        numbers = table.numbers(name)
        return numbers.values, numbers.known
    if kind == "boolean":
        truth = table.booleans(name)
        return truth.true, truth.known
    # Distinct texts lie in the order of their bytes, which is that of their characters.
    texts_of = table.texts(name)
    return texts_of.codes, texts_of.known
