"""What the parts of a filter become over a table: one value for each feature, or one for all.

Every operand has the length of the table or 1. What is missing or cannot be worked out is unknown,
as NULL is in SQL.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
# RFC 7946, 11.2: six decimals are 10 cm; the seventh keeps shared borders shared after rounding.
DECIMALS = 7
Kind = Literal["text", "integer", "number", "boolean", "json", "date", "instant"]


class Columns(Protocol):
    """A table as a filter asks for it; each method is asked for a name of its own kind only."""

    @property
    def fields(self) -> Mapping[str, Kind]:
        """The properties with their kinds, without the geometry."""
        ...

    def __len__(self) -> int:
        """How many features there are."""
        ...

    def texts(self, name: str) -> "Texts":
        """A property of texts, dates or instants."""
        ...

    def numbers(self, name: str) -> "Numbers":
        """A property of numbers."""
        ...

    def booleans(self, name: str) -> "Truth":
        """A property of truth values."""
        ...

    def arrays(self, name: str) -> "Arrays":
        """A property of lists."""
        ...

    def shapes(self) -> "Shapes":
        """The geometries."""
        ...


class Truth:
    """Which features make a predicate true and which false; unknown is neither.

    Most filters never ask what is false, so that may be given as what works it out.
    """

    __slots__ = ("_false", "true")

    def __init__(self, true: Mask, false: Mask | Callable[[], Mask]) -> None:
        self.true, self._false = true, false

    @classmethod
    def of(cls, true: Mask, known: Mask) -> "Truth":
        """What is true where it is known at all."""
        return cls(true & known, lambda: ~true & known)

    @classmethod
    def constant(cls, value: bool) -> "Truth":
        """The same for all features."""
        return cls(np.array([value]), np.array([not value]))

    @property
    def false(self) -> Mask:
        """Where it is false."""
        if callable(self._false):
            self._false = self._false()
        return self._false

    @property
    def known(self) -> Mask:
        """Where it is true or false."""
        return self.true | self.false

    def __and__(self, other: "Truth") -> "Truth":
        return Truth(self.true & other.true, self.false | other.false)

    def __or__(self, other: "Truth") -> "Truth":
        return Truth(self.true | other.true, self.false & other.false)

    def __invert__(self) -> "Truth":
        return Truth(self.false, self.true)


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """Numbers, whole ones in 64 bits as they are stored."""

    values: npt.NDArray[Any]
    known: Mask


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Texts as codes into the distinct ones; -1 is unknown."""

    codes: npt.NDArray[np.integer[Any]]
    distinct: Sequence[str]

    @classmethod
    def constant(cls, value: str) -> "Texts":
        """The same for all features."""
        return cls(np.zeros(1, dtype=np.int64), [value])

    @property
    def known(self) -> Mask:
        """Where there is a text."""
        return self.codes >= 0

    @property
    def value(self) -> str | None:
        """The text that stands for all features; None where there are several or none."""
        return self.distinct[0] if len(self.codes) == 1 and len(self.distinct) == 1 else None

    def where(self, chosen: npt.ArrayLike) -> Mask:
        """For each feature what `chosen` says of its distinct text; False where it has none."""
        told = np.zeros(len(self.distinct) + 1, dtype=np.bool_)
        told[:-1] = chosen
        found: Mask = told.take(self.codes)
        return found

    def each(self) -> npt.NDArray[np.object_]:
        """The text of each feature, None where it has none."""
        values = np.empty(len(self.distinct) + 1, dtype=object)
        values[:-1] = list(self.distinct)
        each: npt.NDArray[np.object_] = values[self.codes]
        return each


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """Instants and intervals as their first and last microsecond since 1970 in UTC.

    A date is kept as its midnight, and is its whole day beside an instant. An open end is the least
    or the greatest number. `written` is how a property has them, for patterns.
    """

    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    known: Mask
    is_date: bool
    written: Texts | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """Geometries in lon/lat: their bounds (west, south, east, north; NaN where there is none).

    `at` gives those at some places of the table, so that only what is near is ever decoded.
    """

    bounds: npt.NDArray[np.float64]
    at: Callable[[npt.NDArray[np.intp]], npt.NDArray[np.object_]]

    def __len__(self) -> int:
        return len(self.bounds)

    @property
    def known(self) -> Mask:
        """Where there is a geometry."""
        known: Mask = ~np.isnan(self.bounds[:, 0])
        return known


@dataclass(frozen=True, slots=True, eq=False)
class Arrays:
    """Lists, None where there is none."""

    values: Sequence[Sequence[Any] | None]


Operand = Truth | Numbers | Texts | Times | Shapes | Arrays
