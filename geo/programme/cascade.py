"""A target of the province divided among its regencies, so that the people add up.

Points cannot be added over regencies, people can: a rate times the people that it is counted on. The
target of the province is so many people, and every proposed split has exactly these. A split is a
proposal to talk about; what a planner fixes stays, and the others carry the rest.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from geo.errors import InfeasibleSplit
from geo.language import Text, filled, texts, written
from geo.programme.targets import TargetDirection

_SAY = texts(__name__)

SplitMethod = Literal["equal_effort", "capacity"]
SPLIT_METHODS: tuple[SplitMethod, ...] = get_args(SplitMethod)
_METHODS: Mapping[SplitMethod, Text] = {
    "equal_effort": _SAY["equal_effort"],
    "capacity": _SAY["capacity"],
}
_RULES: Mapping[SplitMethod, Text] = {
    "equal_effort": _SAY["rule_equal_effort"],
    "capacity": _SAY["rule_capacity"],
}
# Fewer people than this are rounding.
_NOBODY = 1e-6
# A change below this many points a year is none.
_NO_CHANGE = 5e-4

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Member:
    """A region that carries a part: its rate in percent, and the people that the rate is counted on.

    `last_change` are points from the year before, None where one of the two figures is missing.
    """

    region: str
    value: float
    base: float
    last_change: float | None = None


@dataclass(frozen=True, slots=True)
class SplitRow:
    """What a split asks of one region.

    `people` are those at the target and `people_now` those of the newest figure; `share` is its part
    of the people by which the province moves. `change` are points until the end year. `is_fixed` is
    true where the planner set the target, `is_at_bound` where the region moves as far as it may.
    """

    region: str
    value: float
    target: float
    people_now: float
    people: float
    share: float
    change: float
    change_a_year: float
    last_change: float | None
    is_fixed: bool
    is_at_bound: bool
    reading: Text


@dataclass(frozen=True, slots=True)
class Split:
    """A proposed split: the `people` of all `rows` add up to `total_people` to 1e-9.

    `value` and `target` are rates of the province in percent. `effort` is the part of its rate
    (equal effort) or of its distance to the best (capacity) by which every free region moves.
    """

    method: SplitMethod
    rows: tuple[SplitRow, ...]
    direction: TargetDirection
    year: int
    end_year: int
    value: float
    target: float
    people_now: float
    total_people: float
    effort: float
    rule: Text


def method_title(method: SplitMethod) -> Text:
    """What a way of splitting is called."""
    return _METHODS[method]


def split(
    members: Sequence[Member],
    target: float,
    *,
    direction: TargetDirection,
    year: int,
    end_year: int,
    method: SplitMethod = "equal_effort",
    base: float | None = None,
    fixed: Mapping[str, float] | None = None,
    bounds: Mapping[str, float] | None = None,
) -> Split:
    """The target of a province, as targets of its regions whose people add up.

    Every free region moves `x = min(effort · s, u)` points the way the target asks, `effort` being
    the same for all. That is the least-squares solution of: minimise sum(base · x² / s), while
    sum(base · x) is given and 0 ≤ x ≤ u. By equal effort `s` is the rate itself, so that all fall by
    the same part; by capacity it is the distance to the best region, which nobody passes.

    Parameters
    ----------
    members : sequence of Member
        Every region of the province.
    target : float
        Rate of the province in percent, 0..100.
    year, end_year : int
        Of the newest figures, and of the target.
    base : float, optional
        The people that the province's rate is counted on; by default those of its regions together.
    fixed : mapping, optional
        Targets in percent that a planner set, by region: kept as they are, past any bound.
    bounds : mapping, optional
        The most points that a region may move until the end year.

    Raises
    ------
    InfeasibleSplit
        When the target is reached already, or the regions cannot or must not reach it; it says how
        many people are missing or too many.

    References
    ----------
    Boyd and Vandenberghe (2004), Convex Optimization, 5.5.3: the conditions for `effort` (water-filling).
    """
    fixed, bounds = fixed or {}, bounds or {}
    _require_usable(members, target, fixed, years=end_year - year)
    sign = -1.0 if direction == "down" else 1.0
    values, bases = (np.array([getattr(m, name) for m in members]) for name in ("value", "base"))
    base = math.fsum(bases) if base is None else base
    total = target / 100 * base
    now = math.fsum(values / 100 * bases)
    if sign * (total - now) <= _NOBODY:
        raise _infeasible("reached", value=_rate(100 * now / base), target=_rate(target))

    is_free = np.array([m.region not in fixed for m in members])
    set_points = np.array([sign * (fixed.get(m.region, m.value) - m.value) for m in members])
    slopes, most = _room(values, sign, method)
    most = np.minimum(most, [bounds.get(m.region, np.inf) for m in members])
    to_move = sign * (total - now) - math.fsum(bases[~is_free] * set_points[~is_free] / 100)
    short = "too_few" if method == "equal_effort" else "too_few_best"
    short = "too_few_best_set" if short == "too_few_best" and (fixed or bounds) else short
    best = _rate(values.min() if sign < 0 else values.max())
    people_a_point = bases[is_free] / 100
    if missing := _missing(people_a_point, slopes[is_free], most[is_free], to_move=to_move):
        raise _infeasible(short, people=written(missing, decimals=0), best=best)
    effort = _effort(people_a_point, slopes[is_free], most[is_free], to_move=to_move)
    moved = np.where(is_free, np.minimum(effort * slopes, most), set_points)

    targets = np.array([fixed.get(m.region, np.nan) for m in members])
    targets = np.where(is_free, values + sign * moved, targets)
    people = targets / 100 * bases
    # What rounding left goes to the largest region that is still free to move.
    is_at_bound = is_free & (moved >= most)
    # Nobody bound the best one, which has no distance to close: it stays.
    is_bound = is_at_bound & (most > 0)
    keeper = int(np.argmax(bases * np.where(is_free & ~is_at_bound, 1.0, is_free * 1e-9)))
    people[keeper] += total - math.fsum(people)
    targets[keeper] = people[keeper] / bases[keeper] * 100
    rows = tuple(
        _row(
            member,
            float(targets[i]),
            people=float(people[i]),
            years=end_year - year,
            of=total - now,
            is_fixed=not is_free[i],
            is_at_bound=bool(is_bound[i]),
        )
        for i, member in enumerate(members)
    )
    return Split(
        method=method,
        rows=rows,
        direction=direction,
        year=year,
        end_year=end_year,
        value=100 * now / base,
        target=target,
        people_now=now,
        total_people=total,
        effort=effort,
        rule=_RULES[method],
    )


def _require_usable(
    members: Sequence[Member], target: float, fixed: Mapping[str, float], *, years: int
) -> None:
    unknown = sorted(set(fixed) - {m.region for m in members})
    if unknown:
        raise _infeasible("unknown_fixed", regions=", ".join(unknown))
    rates = [target, *(m.value for m in members), *fixed.values()]
    if not members or any(not 0 <= rate <= 100 for rate in rates):
        raise _infeasible("no_rate")
    if any(not 0 < m.base < math.inf for m in members):
        raise _infeasible("no_base")
    if years < 1:
        raise _infeasible("no_years")
    if len(fixed) == len(members):
        raise _infeasible("all_fixed")


def _room(values: Floats, sign: float, method: SplitMethod) -> tuple[Floats, Floats]:
    """How the effort turns into points, and the most points, of each region."""
    if method == "capacity":
        best = values.min() if sign < 0 else values.max()
        room = np.abs(values - best)
        return room, room
    return values, values if sign < 0 else 100 - values


def _missing(people_a_point: Floats, slopes: Floats, most: Floats, *, to_move: float) -> int:
    """How many people the regions together cannot move, 0 where they can."""
    lacking = to_move - math.fsum(people_a_point * np.where(slopes > 0, most, 0.0))
    return math.ceil(lacking) if lacking > _NOBODY else 0


def _effort(people_a_point: Floats, slopes: Floats, most: Floats, *, to_move: float) -> float:
    """The effort by which the regions together move so many people."""
    most = np.where(slopes > 0, most, 0.0)
    if to_move < -_NOBODY:
        raise _infeasible("too_many", people=written(math.ceil(-to_move), decimals=0))
    if to_move <= 0:
        return 0.0
    # Where each region reaches its bound; between two such efforts the sum is a straight line.
    ends = np.divide(most, slopes, out=np.zeros_like(most), where=slopes > 0)
    order = np.argsort(ends, kind="stable")
    ends, weights = ends[order], (people_a_point * slopes)[order]
    full = np.concatenate([[0.0], np.cumsum((people_a_point * most)[order])])
    # Summed from the end: what is left of a long sum would be rounding.
    growing = np.concatenate([np.cumsum(weights[::-1])[::-1], [0.0]])
    reached = full[:-1] + growing[:-1] * ends
    place = min(int(np.searchsorted(reached, to_move)), len(ends) - 1)
    effort = (to_move - full[place]) / growing[place] if growing[place] > 0 else ends[-1]
    return float(min(effort, ends[-1]))


def _row(
    member: Member,
    target: float,
    *,
    people: float,
    years: int,
    of: float,
    is_fixed: bool,
    is_at_bound: bool,
) -> SplitRow:
    now = member.value / 100 * member.base
    change = target - member.value
    return SplitRow(
        region=member.region,
        value=member.value,
        target=target,
        people_now=now,
        people=people,
        share=(people - now) / of,
        change=change,
        change_a_year=change / years,
        last_change=member.last_change,
        is_fixed=is_fixed,
        is_at_bound=is_at_bound,
        reading=_reading(change / years, member.last_change),
    )


def _reading(needed: float, last: float | None) -> Text:
    """What a change a year means beside that of the last year."""
    if abs(needed) < _NO_CHANGE:
        return _SAY["no_change"]
    if last is None:
        return _SAY["last_unknown"]
    if abs(last) < _NO_CHANGE:
        return _SAY["last_none"]
    points = written(abs(last), decimals=2)
    if (last > 0) != (needed > 0):
        return filled(_SAY["last_up" if last > 0 else "last_down"], points=points)
    if abs(needed) <= abs(last):
        return filled(_SAY["last_enough"], points=points)
    return filled(_SAY["last_times"], times=written(abs(needed / last), decimals=1), points=points)


def _rate(percent: float) -> Text:
    return written(percent, decimals=2)


def _infeasible(key: str, /, **facts: object) -> InfeasibleSplit:
    return InfeasibleSplit(reason=filled(_REASONS[key], **facts), **facts)


_REASONS: Mapping[str, Text] = {
    "reached": _SAY["reached"],
    "too_many": _SAY["too_many"],
    "too_few": _SAY["too_few"],
    "too_few_best": _SAY["too_few_best"],
    "too_few_best_set": _SAY["too_few_best_set"],
    "unknown_fixed": _SAY["unknown_fixed"],
    "no_rate": _SAY["no_rate"],
    "no_base": _SAY["no_base"],
    "no_years": _SAY["no_years"],
    "all_fixed": _SAY["all_fixed"],
}
