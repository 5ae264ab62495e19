"""How long, deep and big a filter may be, counted while it is read, and how long it may be worked out.

A filter comes from anybody. Within these bounds it is read in milliseconds and the tree that it
becomes is small, whatever it says. What it costs to work out grows with the table as well, so that
has a time of its own, which the one who asks sets.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from geo.errors import InvalidFilter
from geo.language import texts

_SAY = texts(__name__)

MOST_BYTES = 8_000
MOST_DEEP = 16
MOST_NODES = 200
# Beyond it a number with a point no longer tells two whole numbers apart; a column holds 64 bits.
_LEAST_INTEGER, _MOST_INTEGER = -(2**63), 2**63 - 1
# Looking at the clock costs more than most of what is done between.
_LOOKED_AT_TOGETHER = 512
_T = TypeVar("_T")
_still_in_time: ContextVar[Callable[[], bool]] = ContextVar("still_in_time", default=lambda: True)


@contextmanager
def time_limit(seconds: float, *, clock: Callable[[], float]) -> Iterator[None]:
    """What is worked out within ends with `InvalidFilter` after so long; without it there is no limit."""
    ends_at = clock() + seconds
    token = _still_in_time.set(lambda: clock() < ends_at)
    try:
        yield
    finally:
        _still_in_time.reset(token)


def require_time() -> None:
    """Raise `InvalidFilter` when the time of `time_limit` is over."""
    if not _still_in_time.get()():
        raise InvalidFilter(reason=_SAY["too_slow"], parameter="filter")


def in_time(items: Iterable[_T]) -> Iterator[_T]:
    """`items`, with a look at the clock now and then."""
    for place, item in enumerate(items):
        if place % _LOOKED_AT_TOGETHER == 0:
            require_time()
        yield item


class Bounds:
    """Counts what a filter has; each method raises `InvalidFilter` beyond its bound."""

    def __init__(self) -> None:
        self._depth = self._nodes = 0

    def length(self, text: str) -> None:
        """Of the whole filter, in bytes of UTF-8."""
        size = len(text.encode("utf-8", "surrogatepass"))
        if size > MOST_BYTES:
            reason = _SAY["too_long"].format(n=size, most=MOST_BYTES)
            raise InvalidFilter(reason=reason, parameter="filter")

    def node(self) -> None:
        """One more operand or operation."""
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise InvalidFilter(reason=_SAY["too_big"].format(most=MOST_NODES), parameter="filter")

    def deeper(self) -> "Bounds":
        """One level further within brackets, NOT or a minus, while a block runs."""
        self._depth += 1
        if self._depth > MOST_DEEP:
            raise InvalidFilter(reason=_SAY["too_deep"].format(most=MOST_DEEP), parameter="filter")
        return self

    def __enter__(self) -> "Bounds":
        return self

    def __exit__(self, *_: object) -> None:
        self._depth -= 1

    def number(self, text: str) -> int | float:
        """A number as it is written: a whole one stays whole, and is refused beyond 64 bits."""
        self.node()
        if not text.isdecimal():
            return float(text)
        # No number of 64 bits has more digits, and reading thousands of them takes long.
        digits = text.lstrip("0")[:20] or "0"
        return self.integer(int(digits))

    def integer(self, value: int) -> int:
        """A whole number that a column can hold."""
        if not _LEAST_INTEGER <= value <= _MOST_INTEGER:
            raise InvalidFilter(reason=_SAY["too_great"].format(n=value), parameter="filter")
        return value
