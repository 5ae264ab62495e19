"""The smallest change in one measure that lifts a zone a class or a rank, under any method.

The zone is scored again with one value changed until the goal is just reached, and the value is
turned back into a measure. What a zone that is not ranked needs first is in `geo/readiness/obstacles.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from geo.language import Text, filled, listed, texts, written
from geo.mcda.matrix import Array
from geo.mcda.value_functions import Criterion, RasterMeasure
from geo.readiness.gains import COMPARING, Scored, position_of
from geo.readiness.inversion import (
    Printable,
    decimals_of,
    nearest_measure,
    printable_measure,
    value_at,
)
from geo.readiness.obstacles import obstacle
from geo.readiness.outcomes import Outcome, outcome

_SAY = texts(__name__)

Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]
Goals = npt.NDArray[np.str_]
Goal = Literal["class", "rank"]

# Parts into which an interval of values within [0, 1] is cut, and how often: down to neighbouring
# floats.
_PARTS, _ROUNDS = 16, 14
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Lift:
    """A change of one measure that lifts a zone, all else the same.

    `measure` is what is measured and `needed` what it would have to be, in the criterion's `unit`;
    `needed` suffices exactly as it is printed with `decimals`. `value` and `needed_value` are their
    values in [0, 1], `gain` the points of score that the zone would have more. `score`, `rank` and
    `rank_class` are what it would then have, `floors_cleared` the dimensions that it would lift
    over their floor, `overtaken` the zones that it would then stand before and does not now.
    """

    goal: Goal
    criterion: str
    title: Text
    unit: Text
    measure: float
    needed: float
    decimals: int
    value: float
    needed_value: float
    gain: float
    score: float
    rank: int
    rank_class: str
    floors_cleared: tuple[str, ...]
    overtaken: tuple[str, ...]
    sentence: Text


def ways_up(scored: Scored, area_id: str) -> tuple[Lift, ...]:
    """Every single measure that could lift a zone a class or a rank, the smallest change first.

    A change is the smaller the less it changes the criterion's value. Each criterion with a known
    measure is asked twice: for a higher class (the next one, unless a step of its value overshoots
    or a floor held the zone down), and for standing strictly before one more zone. A zone below a
    floor rises only when the same change lifts the dimension over it. What a criterion cannot reach
    alone is left out; an empty result says that no single measure suffices.

    The other zones stay as they are, even those that share the measure (a regency's figure).

    Raises
    ------
    ZoneNotFound
    """
    zone = position_of(scored, area_id)
    if not scored.scores.ranked[zone]:
        return ()
    found = [
        lift
        for goal, column, least in _least_values(scored, zone)
        if (lift := _lift(scored, zone, goal, column=column, least=least)) is not None
    ]
    return tuple(sorted(found, key=lambda lift: lift.needed_value - lift.value))


def smallest(lifts: Sequence[Lift], goal: Goal) -> Lift | None:
    """The smallest change that reaches `goal`; None where no single measure does."""
    return next((lift for lift in lifts if lift.goal == goal), None)


def way_up(scored: Scored, area_id: str) -> Text | None:
    """What would help a zone most easily, in one sentence; None where nothing is left to reach.

    The smallest change to a higher class; in the highest class, to a better rank. For a zone that
    is not ranked, what must come first.

    Raises
    ------
    ZoneNotFound
    """
    zone = position_of(scored, area_id)
    if not scored.scores.ranked[zone]:
        return obstacle(scored, area_id)
    lifts = ways_up(scored, area_id)
    is_highest = scored.scores.classes[zone] == len(scored.model.classes) - 1
    best = smallest(lifts, "rank" if is_highest else "class")
    if best is not None:
        return best.sentence
    if is_highest:
        return None if scored.scores.ranks[zone] == 1 else _SAY["no_rank"]
    below = scored.scores.below_floor[zone]
    return _under_floors(scored, zone) if below.any() else _SAY["no_class"]


def _least_values(scored: Scored, zone: int) -> list[tuple[Goal, int, float]]:
    """Goal, criterion and least value, wherever a criterion can reach a goal alone."""
    values = scored.matrix.values[zone]
    weights = np.array([scored.weights[c] for c in scored.matrix.criteria])
    # Comparing with 1 leaves out NaN as well.
    is_open = (values < 1) & (weights > 0)
    columns = np.tile(np.flatnonzero(is_open), 2)
    goals = np.repeat(np.array(["class", "rank"]), is_open.sum())
    able = _reaches(scored, zone, goals, columns=columns, values=np.ones(len(columns)))
    columns, goals = columns[able], goals[able]
    if scored.method in COMPARING:
        least = _least_of_levels(scored, zone, goals, columns)
    else:
        least = _least_of_interval(scored, zone, goals, columns)
    named: list[Goal] = ["class" if goal == "class" else "rank" for goal in goals]
    return list(zip(named, columns.tolist(), least.tolist(), strict=True))


def _least_of_interval(scored: Scored, zone: int, goals: Goals, columns: Indices) -> Array:
    """The least value of each criterion that reaches its goal; 1 is known to."""
    low, high = scored.matrix.values[zone, columns], np.ones(len(columns))
    inner = np.arange(1, _PARTS) / _PARTS
    each = np.arange(len(columns))
    for _ in range(_ROUNDS):
        tried = low[:, np.newaxis] + (high - low)[:, np.newaxis] * inner
        able = _reaches(
            scored,
            zone,
            np.repeat(goals, len(inner)),
            columns=np.repeat(columns, len(inner)),
            values=tried.ravel(),
        ).reshape(tried.shape)
        edges = np.column_stack([low, tried, high])
        # The first that is able; the old high end where none of those inside is.
        first = np.argmax(np.column_stack([able, np.ones(len(able), dtype=bool)]), axis=1)
        low, high = edges[each, first], edges[each, first + 1]
    found: Array = high
    return found


def _least_of_levels(scored: Scored, zone: int, goals: Goals, columns: Indices) -> Array:
    """The same where zones are compared: scores change only where a value meets or passes another.

    That is exact, and costs far fewer scorings of all zones than an interval does.
    """
    levels = [_levels(scored, zone, j) for j in columns.tolist()]
    low = np.full(len(columns), -1)
    high = np.array([len(found) - 1 for found in levels], dtype=np.int64)
    while (low + 1 < high).any():
        middle = (low + high + 1) // 2
        tried = np.array([found[i] for found, i in zip(levels, middle.tolist(), strict=True)])
        able = _reaches(scored, zone, goals, columns=columns, values=tried)
        is_open = low + 1 < high
        low, high = np.where(is_open & ~able, middle, low), np.where(is_open & able, middle, high)
    return np.array([found[i] for found, i in zip(levels, high.tolist(), strict=True)])


def _levels(scored: Scored, zone: int, column: int) -> Array:
    """The values above a zone's own that meet or just pass that of another, and 1; ascending."""
    # Unranked zones too: a dimension's score, which a floor looks at, compares with them.
    others = scored.matrix.values[:, column]
    found: Array = np.unique(np.concatenate([others, np.nextafter(others, np.inf), [1.0]]))
    higher: Array = found[(found > scored.matrix.values[zone, column]) & (found <= 1)]
    return higher


def _reaches(scored: Scored, zone: int, goals: Goals, *, columns: Indices, values: Array) -> Flags:
    """Whether each change reaches its goal, (k,)."""
    if len(columns) == 0:
        return np.zeros(0, dtype=bool)
    then = outcome(scored, zone, columns=columns, values=values)
    in_class = then.classes > scored.scores.classes[zone]
    in_rank = then.worst_ranks < scored.scores.ranks[zone]
    reached: Flags = np.where(goals == "class", in_class, in_rank)
    return reached


def _lift(scored: Scored, zone: int, goal: Goal, *, column: int, least: float) -> Lift | None:
    """The change of one criterion's measure that makes its value at least `least`."""
    criterion = scored.model.criteria[column]
    start = float(scored.matrix.measures[zone, column])
    exact = nearest_measure(criterion.value, start=start, least=least)
    if exact is None:
        return None

    def is_enough(measure: float) -> bool:
        change = (np.array([column]), np.array([value_at(criterion.value, measure)]))
        goals = np.array([goal])
        return bool(_reaches(scored, zone, goals, columns=change[0], values=change[1])[0])

    needed = printable_measure(
        exact,
        start=start,
        decimals=0 if _is_of_classes(criterion) else decimals_of(criterion.value),
        is_enough=is_enough,
    )
    return _told(scored, zone, goal, column=column, needed=needed)


def _is_of_classes(criterion: Criterion) -> bool:
    """Whether the measure is the code of a class and not a quantity."""
    asked = criterion.measure
    is_majority = isinstance(asked, RasterMeasure) and asked.statistic == "majority"
    return is_majority or criterion.value.name == "categorical"


def _told(scored: Scored, zone: int, goal: Goal, *, column: int, needed: Printable) -> Lift:
    """The lift with everything that it brings, and its sentence."""
    criterion = scored.model.criteria[column]
    value = value_at(criterion.value, needed.measure)
    then = outcome(scored, zone, columns=np.array([column]), values=np.array([value]))
    now = scored.scores
    start = float(scored.matrix.measures[zone, column])
    is_cleared = now.below_floor[zone] & ~then.below_floor[0]
    cleared = [d for d, is_so in zip(scored.model.dimensions, is_cleared, strict=True) if is_so]
    overtaken = _newly_behind(scored, zone, then)
    rank_class = scored.model.classes[then.classes[0]]
    return Lift(
        goal=goal,
        criterion=criterion.id,
        title=criterion.title,
        unit=criterion.unit,
        measure=start,
        needed=needed.measure,
        decimals=needed.decimals,
        value=float(scored.matrix.values[zone, column]),
        needed_value=value,
        gain=float(then.scores[0] - now.scores[zone]),
        score=float(then.scores[0]),
        rank=then.rank(0),
        rank_class=rank_class.id,
        floors_cleared=tuple(dimension.id for dimension in cleared),
        overtaken=overtaken,
        sentence=filled(
            _SAY["rank"]
            if goal == "rank"
            else _SAY["class_over_floor"]
            if cleared
            else _SAY["class"],
            dimensions=listed([dimension.title for dimension in cleared]),
            title=rank_class.title,
            rank=then.rank(0),
            names=_few([scored.measures.names[area_id] for area_id in overtaken]),
            change=_change(criterion, start, needed),
        ),
    )


def _newly_behind(scored: Scored, zone: int, then: Outcome) -> tuple[str, ...]:
    """The zones that would stand strictly behind and do not yet, best first."""
    scores = scored.scores.scores
    # Those with a better rank, and those that tie.
    before = scored.scores.ranks <= scored.scores.ranks[zone]
    found = np.flatnonzero(then.ahead_of[0] & before)
    ordered = sorted(found.tolist(), key=lambda i: -scores[i])
    return tuple(scored.matrix.area_ids[i] for i in ordered)


def _change(criterion: Criterion, start: float, needed: Printable) -> Text:
    measure, target = (_quantity(criterion, n, needed.decimals) for n in (start, needed.measure))
    if _is_of_classes(criterion):
        words = _SAY["to_class"]
    else:
        words = _SAY["rises"] if needed.measure > start else _SAY["falls"]
    unit = criterion.unit
    is_bare = _is_of_classes(criterion) or criterion.is_share
    if not is_bare and unit.id and unit.en:
        target = filled(_SAY["with_unit"], target=target, unit=unit)
    return filled(words, title=criterion.title, measure=measure, target=target)


def _quantity(criterion: Criterion, number: float, decimals: int) -> Text:
    """A measure as it is printed: a share of the area in percent, with the same digits."""
    if not criterion.is_share:
        return written(number, decimals=decimals)
    return filled(_SAY["percent"], percent=written(100 * number, decimals=max(decimals - 2, 0)))


def _few(names: Sequence[str]) -> Text:
    shown = ", ".join(names[:_NAMED])
    more = len(names) - _NAMED
    if more <= 0:
        return Text(id=shown, en=shown)
    return _SAY["and_more"].format(shown=shown, more=more)


def _under_floors(scored: Scored, zone: int) -> Text:
    parts = [
        filled(
            _SAY["floor"],
            title=dimension.title,
            score=written(scored.scores.dimension_scores[zone, i], decimals=1),
            floor=written(dimension.floor, decimals=1),
        )
        for i, dimension in enumerate(scored.model.dimensions)
        if scored.scores.below_floor[zone, i] and dimension.floor is not None
    ]
    return filled(_SAY["floors_first"], listed=listed(parts))
