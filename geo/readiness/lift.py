"""What lifts a zone: the smallest change of one measure, or what must come first where it has no rank.

The zone is scored again with one value changed until the goal is just reached, and the value is
turned back into a measure (`geo/readiness/lift_search.py`). So it works under any method. A class
that would be reached is that of the score, and the words say so: which class a zone has is said by
`geo/readiness/class_words.py`, and the highest is not promised while a constraint is unchecked.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo.indicators.amounts import with_sign
from geo.language import Text, filled, joined, listed, percent, texts, written
from geo.mcda.model import RankClass
from geo.mcda.value_functions import Criterion, IndicatorMeasure, RasterMeasure
from geo.readiness.assessment import Assessment
from geo.readiness.lift_search import (
    Goal,
    Printable,
    Rescored,
    decimals_of,
    least_values,
    nearest_measure,
    printable_measure,
    reaches,
    rescored,
    rescored_row,
    value_at,
)
from geo.readiness.score import ConstraintResult

_SAY = texts(__name__)

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Lift:
    """A change of one measure that lifts a zone, all else the same.

    `measure` is what is measured and `needed` what it would have to be, in the criterion's `unit`;
    `needed` suffices exactly as it is printed with `decimals`. `value` and `needed_value` are their
    values in [0, 1], `gain` the points of score that the zone would have more. `score`, `rank` and
    `rank_class` are what it would then have, `floors_cleared` the dimensions that it would lift
    over their floor, `overtaken` the zones that it would then stand before and does not now.
    `actionable` says whether an office can change the criterion's measure, as the model states.
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
    actionable: bool
    sentence: Text


def ways_up(assessment: Assessment, area_id: str) -> tuple[Lift, ...]:
    """Every single measure that could lift a zone a class or a rank, what an office can change first.

    Among those that it can, and after them among the others, the smallest change comes first.

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
    zone = assessment.position(area_id)
    if not assessment.scores.ranked[zone]:
        return ()
    found = [
        lift
        for goal, column, least in least_values(assessment, zone)
        if (lift := _lift(assessment, zone, goal, column=column, least=least)) is not None
    ]
    return tuple(
        sorted(found, key=lambda lift: (not lift.actionable, lift.needed_value - lift.value))
    )


def smallest(lifts: Sequence[Lift], goal: Goal) -> Lift | None:
    """The first change that reaches `goal`, of `ways_up`; None where no single measure does."""
    return next((lift for lift in lifts if lift.goal == goal), None)


def way_up(assessment: Assessment, area_id: str) -> Text | None:
    """What would help a zone most easily, in a sentence or two; None where nothing is left to reach.

    The smallest change to a higher class; in the highest class, to a better rank. Where the model
    marks what an office can change, nothing else is offered: nobody is told to clear a forest. What
    all of it together would bring is said where no single change of it suffices. For a zone that is
    not ranked, what must come first.

    Raises
    ------
    ZoneNotFound
    """
    zone = assessment.position(area_id)
    if not assessment.scores.ranked[zone]:
        return obstacle(assessment, area_id)
    is_highest = assessment.scores.classes[zone] == len(assessment.model.classes) - 1
    best = smallest(ways_up(assessment, area_id), "rank" if is_highest else "class")
    can_act = any(c.actionable and assessment.weights[c.id] > 0 for c in assessment.model.criteria)
    if best is not None and (best.actionable or not can_act):
        return best.sentence
    if is_highest:
        return None if assessment.scores.ranks[zone] == 1 else _SAY["no_rank"]
    if best is None and assessment.scores.below_floor[zone].any():
        return _under_floors(assessment, zone)
    return _all_actions(assessment, zone) if can_act else _SAY["no_class"]


def _lift(
    assessment: Assessment, zone: int, goal: Goal, *, column: int, least: float
) -> Lift | None:
    """The change of one criterion's measure that makes its value at least `least`."""
    criterion = assessment.model.criteria[column]
    start = float(assessment.matrix.measures[zone, column])
    exact = nearest_measure(criterion.value, start=start, least=least)
    if exact is None:
        return None

    def is_enough(measure: float) -> bool:
        change = (np.array([column]), np.array([value_at(criterion.value, measure)]))
        goals = np.array([goal])
        return bool(reaches(assessment, zone, goals, columns=change[0], values=change[1])[0])

    needed = printable_measure(
        exact,
        start=start,
        decimals=0 if _is_of_classes(criterion) else decimals_of(criterion.value),
        is_enough=is_enough,
    )
    return _as_lift(assessment, zone, goal, column=column, needed=needed)


def _is_of_classes(criterion: Criterion) -> bool:
    """Whether the measure is the code of a class and not a quantity."""
    asked = criterion.measure
    is_majority = isinstance(asked, RasterMeasure) and asked.statistic == "majority"
    return is_majority or criterion.value.name == "categorical"


def _as_lift(
    assessment: Assessment, zone: int, goal: Goal, *, column: int, needed: Printable
) -> Lift:
    """The lift with everything that it brings, and its sentence."""
    criterion = assessment.model.criteria[column]
    value = value_at(criterion.value, needed.measure)
    then = rescored(assessment, zone, columns=np.array([column]), values=np.array([value]))
    now = assessment.scores
    start = float(assessment.matrix.measures[zone, column])
    is_cleared = now.below_floor[zone] & ~then.below_floor[0]
    cleared = [d for d, is_so in zip(assessment.model.dimensions, is_cleared, strict=True) if is_so]
    overtaken = _newly_behind(assessment, zone, then)
    rank_class = assessment.model.classes[then.classes[0]]
    sentence = filled(
        _SAY["rank" if goal == "rank" else "class_over_floor" if cleared else "class"],
        dimensions=listed([dimension.title for dimension in cleared]),
        title=rank_class.title,
        rank=then.rank(0),
        names=_few([assessment.measures.names[area_id] for area_id in overtaken]),
        change=_change(criterion, start, needed),
    )
    said = [sentence]
    if goal == "class":
        said += _unpromised(assessment, zone, rank_class)
    if isinstance(criterion.measure, IndicatorMeasure):
        said.append(_SAY["of_regency"])
    return Lift(
        goal=goal,
        criterion=criterion.id,
        title=criterion.title,
        unit=criterion.unit,
        measure=start,
        needed=needed.measure,
        decimals=needed.decimals,
        value=float(assessment.matrix.values[zone, column]),
        needed_value=value,
        gain=float(then.scores[0] - now.scores[zone]),
        score=float(then.scores[0]),
        rank=then.rank(0),
        rank_class=rank_class.id,
        floors_cleared=tuple(dimension.id for dimension in cleared),
        overtaken=overtaken,
        actionable=criterion.actionable,
        sentence=joined(said, by=" "),
    )


def _unpromised(assessment: Assessment, zone: int, reached: RankClass) -> list[Text]:
    """What keeps the highest class from being promised: the constraints that nothing could check."""
    unchecked = [
        of_zones[zone].title
        for of_zones in assessment.measures.constraints.values()
        if of_zones[zone].outcome == "unknown"
    ]
    if not unchecked or reached.id != assessment.model.classes[-1].id:
        return []
    return [filled(_SAY["unchecked"], listed=listed(unchecked))]


def _newly_behind(assessment: Assessment, zone: int, then: Rescored) -> tuple[str, ...]:
    """The zones that would stand strictly behind and do not yet, best first."""
    scores = assessment.scores.scores
    # Those with a better rank, and those that tie.
    before = assessment.scores.ranks <= assessment.scores.ranks[zone]
    found = np.flatnonzero(then.ahead_of[0] & before)
    ordered = sorted(found.tolist(), key=lambda i: -scores[i])
    return tuple(assessment.matrix.area_ids[i] for i in ordered)


def _change(criterion: Criterion, start: float, needed: Printable) -> Text:
    measure, target = (_quantity(criterion, n, needed.decimals) for n in (start, needed.measure))
    if _is_of_classes(criterion):
        words = _SAY["to_class"]
    else:
        words = _SAY["rises"] if needed.measure > start else _SAY["falls"]
    is_bare = _is_of_classes(criterion) or criterion.is_share
    if not is_bare and criterion.unit.id and criterion.unit.en:
        target = _with_unit(target, criterion.unit)
        measure = with_sign(measure, criterion.unit)[0]
    return filled(words, title=criterion.title, measure=measure, target=target)


def _with_unit(number: Text, unit: Text) -> Text:
    figure, follows = with_sign(number, unit)
    if figure == number:
        return filled(_SAY["with_unit"], target=number, unit=unit)
    return joined([figure, follows], by=" ") if follows.id else figure


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


def _all_actions(assessment: Assessment, zone: int) -> Text:
    """What a zone would have with everything at its best that an office can change and that is known."""
    row = assessment.matrix.values[zone].copy()
    # Comparing with 1 leaves out NaN as well.
    is_open = [
        c.actionable and assessment.weights[c.id] > 0 and row[j] < 1
        for j, c in enumerate(assessment.model.criteria)
    ]
    if not any(is_open):
        return _SAY["no_class"]
    row[is_open] = 1.0
    then = rescored_row(assessment, zone, row)
    acted = [c for c, is_so in zip(assessment.model.criteria, is_open, strict=True) if is_so]
    reached = assessment.model.classes[then.classes[zone]]
    together = filled(
        _SAY["all_actions"],
        listed=listed([c.title for c in acted]),
        score=written(float(then.scores[zone]), decimals=1),
        title=reached.title,
    )
    said = [together, *_unpromised(assessment, zone, reached)]
    if any(isinstance(c.measure, IndicatorMeasure) for c in acted):
        said.append(_SAY["some_of_regency"])
    return joined(said, by=" ")


def _under_floors(assessment: Assessment, zone: int) -> Text:
    parts = [
        filled(
            _SAY["floor"],
            title=dimension.title,
            score=written(assessment.scores.dimension_scores[zone, i], decimals=1),
            floor=written(dimension.floor, decimals=1),
        )
        for i, dimension in enumerate(assessment.model.dimensions)
        if assessment.scores.below_floor[zone, i] and dimension.floor is not None
    ]
    return filled(_SAY["floors_first"], listed=listed(parts))


@dataclass(frozen=True, slots=True)
class MeasureFirst:
    """The fewest criteria that would have to be measured for a zone to have enough data.

    `coverage` is the share of the weight that rests on data now, `coverage_then` with `criteria`
    (ids, heaviest first) measured all over the zone.
    """

    criteria: tuple[str, ...]
    coverage: float
    coverage_then: float
    sentence: Text


def measure_first(assessment: Assessment, area_id: str) -> MeasureFirst | None:
    """Which criteria to measure so that a zone reaches the coverage floor; None where it has.

    The fewest: taking those that bring the most weight is the best that any number of them can do.
    A criterion that is measured in a part of the zone brings the weight of the rest.

    Raises
    ------
    ZoneNotFound
    """
    zone = assessment.position(area_id)
    floor = assessment.model.coverage_floor
    coverage = float(assessment.scores.coverage[zone])
    weights = np.array([assessment.weights[c] for c in assessment.matrix.criteria])
    rooms = weights * (1 - assessment.matrix.credits[zone])
    order = np.argsort(-rooms, kind="stable")
    # As in `geo.readiness.score`: a coverage that is the floor but for rounding has enough data.
    reached = coverage + np.concatenate([[0.0], np.cumsum(rooms[order])])
    n_needed = int(np.argmax(reached >= floor - 1e-9))
    if n_needed == 0:
        return None
    chosen = order[:n_needed].tolist()
    titles = [
        _title(assessment.model.criteria[j].title, float(assessment.matrix.credits[zone, j]))
        for j in chosen
    ]
    then = float(reached[n_needed])
    return MeasureFirst(
        criteria=tuple(assessment.matrix.criteria[j] for j in chosen),
        coverage=coverage,
        coverage_then=then,
        sentence=filled(
            _SAY["measure"],
            listed=listed(titles),
            coverage=percent(then, beside=floor),
            floor=percent(floor),
        ),
    )


def constraints_failed(assessment: Assessment, area_id: str) -> tuple[ConstraintResult, ...]:
    """The hard constraints that a zone fails; each must be cleared before it can be ranked.

    Raises
    ------
    ZoneNotFound
    """
    zone = assessment.position(area_id)
    results = (of_zones[zone] for of_zones in assessment.measures.constraints.values())
    return tuple(result for result in results if result.failed)


def obstacle(assessment: Assessment, area_id: str) -> Text | None:
    """What must come first for a zone that is not ranked, in plain words; None for one that is.

    Raises
    ------
    ZoneNotFound
    """
    failed = constraints_failed(assessment, area_id)
    first = measure_first(assessment, area_id)
    parts = []
    if failed:
        parts.append(filled(_SAY["clear"], listed=listed([_over_limit(c) for c in failed])))
    if first is not None:
        parts.append(first.sentence)
    return joined(parts, by=" ") if parts else None


def _title(title: Text, credit: float) -> Text:
    if credit <= 0:
        return title
    return filled(_SAY["partly"], title=title, share=percent(credit))


def _over_limit(constraint: ConstraintResult) -> Text:
    return filled(
        _SAY["over_limit" if constraint.excluded_share is not None else "over_limit_least"],
        title=constraint.title,
        share=percent(constraint.excluded_low, beside=constraint.limit_share),
        limit=percent(constraint.limit_share),
    )
