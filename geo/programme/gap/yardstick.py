"""Whose target a region is held against, as the planner chose: its own or the province's."""

from collections.abc import Sequence

from geo.programme.gap.question import GapQuestion
from geo.programme.targets import Target


def target_for(question: GapQuestion, code: str) -> Target | None:
    """The target that holds for a region; None where there is none by the yardstick of the question.

    The province is always held against its own. A regency's own target is that of the end year; by
    the yardstick `own`, where there is none of that year, that of the year nearest to it, of two the
    later. A total of the province is never held against one regency.
    """
    own = question.targets.get(code, ())
    is_province = code == question.region.code
    if is_province or question.yardstick != "province":
        if found := of_year(own, question.year):
            return found
    if question.yardstick == "own" and not is_province:
        return _nearest(own, question.year)
    if is_province or question.indicator.aggregation == "sum":
        return None
    return of_year(question.targets.get(question.region.code, ()), question.year)


def of_year(targets: Sequence[Target], year: int | None) -> Target | None:
    """The target of a year; of several that of the first of `LEVELS`."""
    # Of one region and year they stand in that order.
    return next((target for target in targets if target.year == year), None)


def _nearest(targets: Sequence[Target], year: int | None) -> Target | None:
    if year is None:
        return None
    return min(targets, key=lambda one: (abs(one.year - year), -one.year), default=None)
