"""Temporal predicates of a filter: instants and intervals after Allen (OGC 21-065r2, 7.7, table 9)."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from geo.errors import InvalidFilter
from geo.filtering.columns import Mask, Operand, Texts, Times, Truth
from geo.filtering.limits import in_time
from geo.language import texts

_SAY = texts(__name__)

_OPEN = ("..", "")
_ALWAYS_BEFORE, _ALWAYS_AFTER = np.iinfo(np.int64).min, np.iinfo(np.int64).max
_MICROSECOND = timedelta(microseconds=1)
_DAY = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)?", re.ASCII
)
Ends = tuple[Any, Any, Any, Any]
# Of starts and ends a0, a1 and b0, b1.
_PREDICATES: Mapping[str, Callable[[Any, Any, Any, Any], Any]] = {
    "t_after": lambda a0, a1, b0, b1: a0 > b1,
    "t_before": lambda a0, a1, b0, b1: a1 < b0,
    "t_contains": lambda a0, a1, b0, b1: (a0 < b0) & (a1 > b1),
    "t_disjoint": lambda a0, a1, b0, b1: (a0 > b1) | (a1 < b0),
    "t_during": lambda a0, a1, b0, b1: (a0 > b0) & (a1 < b1),
    "t_equals": lambda a0, a1, b0, b1: (a0 == b0) & (a1 == b1),
    "t_finishedby": lambda a0, a1, b0, b1: (a0 < b0) & (a1 == b1),
    "t_finishes": lambda a0, a1, b0, b1: (a0 > b0) & (a1 == b1),
    "t_intersects": lambda a0, a1, b0, b1: (a0 <= b1) & (a1 >= b0),
    "t_meets": lambda a0, a1, b0, b1: a1 == b0,
    "t_metby": lambda a0, a1, b0, b1: a0 == b1,
    "t_overlappedby": lambda a0, a1, b0, b1: (a0 > b0) & (a0 < b1) & (a1 > b1),
    "t_overlaps": lambda a0, a1, b0, b1: (a0 < b0) & (a1 > b0) & (a1 < b1),
    "t_startedby": lambda a0, a1, b0, b1: (a0 == b0) & (a1 > b1),
    "t_starts": lambda a0, a1, b0, b1: (a0 == b0) & (a1 < b1),
}
TEMPORAL = frozenset(_PREDICATES)
_COMPARED = {"=": "t_equals", "<": "t_before", ">": "t_after"}


def kind_of_times(values: Iterable[str | None]) -> Literal["date", "instant"] | None:
    """Whether a property's texts are all dates or all instants (RFC 3339); None for other texts."""
    kind: Literal["date", "instant"] | None = None
    for value in values:
        if value is None:
            continue
        is_date = _DATE.fullmatch(value) is not None
        found: Literal["date", "instant"] = "date" if is_date else "instant"
        if _microseconds(value) is None or kind not in (None, found):
            return None
        kind = found
    return kind


def related(name: str, left: Operand, right: Operand) -> Truth:
    """Whether two times stand to each other as a temporal predicate says."""
    one, other = _alike(times_of(left), times_of(right))
    true = _PREDICATES[name](one.start, one.end, other.start, other.end)
    return Truth.of(true, one.known & other.known)


def compared_times(sign: str, left: Times, right: Times) -> Truth:
    """Two times by a sign of comparison: of a day and an instant in it neither is before the other."""
    if sign in ("<>", "<=", ">="):
        return ~compared_times({"<>": "=", "<=": ">", ">=": "<"}[sign], left, right)
    return related(_COMPARED[sign], left, right)


def times_of(operand: Operand) -> Times:
    """An operand as times; a text that is no time is unknown.

    Raises
    ------
    InvalidFilter
        For what no time can be, and for texts of which none is one.
    """
    if isinstance(operand, Times):
        return operand
    if not isinstance(operand, Texts):
        raise InvalidFilter(reason=_SAY["no_time"], parameter="filter")
    is_date = all(_DATE.fullmatch(one) for one in operand.distinct)
    found = [_microseconds(one) for one in in_time(operand.distinct)]
    if found and not any(one is not None for one in found):
        reason = _SAY["no_time_in"].format(value=operand.distinct[0][:60])
        raise InvalidFilter(reason=reason, parameter="filter")
    known = operand.where([one is not None for one in found])
    starts = np.array([0 if one is None else one for one in found] + [0], dtype=np.int64)
    start = starts[operand.codes]
    # Of a column with dates and instants a date is its midnight.
    return Times(start, start, known, is_date, written=operand)


def instant(text: Any, *, is_date: bool) -> Times:
    """The time of a DATE or a TIMESTAMP."""
    form = _DATE if is_date else _INSTANT
    found = _microseconds(text) if isinstance(text, str) and form.fullmatch(text) else None
    if found is None:
        said = _SAY["wrong_date" if is_date else "wrong_timestamp"]
        reason = said.format(value=str(text)[:60])
        raise InvalidFilter(reason=reason, parameter="filter")
    at = np.array([found], dtype=np.int64)
    return Times(at, at, np.ones(1, dtype=np.bool_), is_date)


def interval(start: Operand, end: Operand) -> Times:
    """The time from one to another; `..` is an open end, and one that ends before it begins is unknown."""
    one, other = (
        None if isinstance(each, Texts) and each.value in _OPEN else times_of(each)
        for each in (start, end)
    )
    if one is not None and other is not None:
        one, other = _alike(one, other)
    first = np.array([_ALWAYS_BEFORE]) if one is None else one.start
    last = np.array([_ALWAYS_AFTER]) if other is None else other.end
    ends = [each for each in (one, other) if each is not None]
    known: Mask = first <= last
    for each in ends:
        known = known & each.known
    return Times(first, last, known, is_date=bool(ends) and all(each.is_date for each in ends))


def closed_interval(start: datetime | None, end: datetime | None) -> Times:
    """The time from one instant to another, both included; None is an open end."""
    first = _ALWAYS_BEFORE if start is None else (start - _EPOCH) // _MICROSECOND
    last = _ALWAYS_AFTER if end is None else (end - _EPOCH) // _MICROSECOND
    return Times(np.array([first]), np.array([last]), np.ones(1, dtype=np.bool_), is_date=False)


def _alike(left: Times, right: Times) -> tuple[Times, Times]:
    """Two times of one resolution: a date beside an instant is its whole day."""
    if left.is_date == right.is_date:
        return left, right
    return _whole_days(left), _whole_days(right)


def _whole_days(times: Times) -> Times:
    if not times.is_date:
        return times
    last: npt.NDArray[np.int64] = np.where(
        times.end == _ALWAYS_AFTER, times.end, times.end + (_DAY - 1)
    )
    return Times(times.start, last, times.known, is_date=False)


def _microseconds(text: str) -> int | None:
    """Since 1970 in UTC; without a zone UTC is meant."""
    try:
        if _DATE.fullmatch(text):
            day = date.fromisoformat(text)
            return (day.toordinal() - _EPOCH.toordinal()) * _DAY
        if _INSTANT.fullmatch(text):
            at = datetime.fromisoformat(text.upper())
            at = at if at.tzinfo else at.replace(tzinfo=UTC)
            return (at - _EPOCH) // _MICROSECOND
    except (ValueError, OverflowError):
        pass
    return None
