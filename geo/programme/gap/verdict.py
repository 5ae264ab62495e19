"""Whether the pace of the past leads to the target in time, and why that may not be said.

Nothing is forecast but by the window of `geo/programme/gap/pace.py`: the straight line on from the
newest figure. What is itself the change of a year, such as growth, has no verdict.
"""

from dataclasses import dataclass, replace
from typing import Literal

from geo.indicators.amounts import value_in_words
from geo.indicators.periods import period_in_words
from geo.indicators.series import FigureTrend
from geo.indicators.table import Indicator
from geo.language import Text, filled, texts
from geo.programme.gap.pace import WINDOWS, Pace, no_pace, pace_in_words, pace_of, span_in_words
from geo.programme.gap.question import GapQuestion
from geo.programme.targets import Target

_SAY = texts(__name__)

Verdict = Literal["on_track", "off_track", "not_assessable"]


@dataclass(frozen=True, slots=True)
class WindowView:
    """What another window would say: its pace, where that leads to, and the verdict."""

    window_years: int
    past: Pace | None
    projected: float | None
    verdict: Verdict


def verdict_of(
    question: GapQuestion, code: str, trend: FigureTrend, target: Target | None
) -> tuple[Verdict, tuple[Text, ...]]:
    """On track where the pace of the past leads to the near end or beyond, by the target's year."""
    if target is None:
        is_total = question.indicator.aggregation == "sum" and code != question.region.code
        if is_total:
            return "not_assessable", (_SAY["total_target"],)
        if question.yardstick == "own" and code != question.region.code and question.end_years:
            return "not_assessable", (_SAY["no_own_target"],)
        year = question.year
        lacking_one = _SAY["no_target_at_all"] if year is None else _SAY["no_target"]
        return "not_assessable", (filled(lacking_one, year=str(year)),)
    if question.indicator.is_change:
        return "not_assessable", (_SAY["yearly_change"],)
    newest = trend.newest
    past = past_pace(question, trend)
    why = no_pace(trend, window_years=question.window_years)
    doubtful = newest is not None and not newest.is_new
    if doubtful or past is None:
        lacking = (
            [_SAY["doubtful"].format(period=period_in_words(newest.period))]
            if newest and doubtful
            else []
        )
        return "not_assessable", (*lacking, *([why] if why else []))
    projected = projected_of(question, past, target)
    if projected is None:
        return "not_assessable", (filled(_SAY["year_passed"], year=target.year),)
    is_met = target.is_reached(projected)
    said = filled(
        _SAY["leads_to" if is_met else "falls_short"],
        span=span_in_words(past),
        change=pace_in_words(past.change_a_year, question.indicator),
        year=target.year,
        projected=_value(question.indicator, projected),
        near=_value(question.indicator, target.near),
    )
    already = [_SAY["reached"]] if target.is_reached(past.last.value) else []
    return "on_track" if is_met else "off_track", (*already, said)


def windows_of(
    question: GapQuestion, code: str, trend: FigureTrend, target: Target | None
) -> tuple[WindowView, ...]:
    """What each window would say, that of the question among them."""
    views = []
    for years in sorted({*WINDOWS, question.window_years}):
        other = replace(question, window_years=years)
        past = past_pace(other, trend)
        verdict = verdict_of(other, code, trend, target)[0]
        views.append(WindowView(years, past, projected_of(question, past, target), verdict))
    return tuple(views)


def past_pace(question: GapQuestion, trend: FigureTrend) -> Pace | None:
    """The pace by the window of the question; None of what is itself the change of a year."""
    if question.indicator.is_change:
        return None
    return pace_of(trend, window_years=question.window_years)


def projected_of(question: GapQuestion, past: Pace | None, target: Target | None) -> float | None:
    """Where the pace of the past leads to in the target's year; a share stays a share."""
    if past is None or target is None or target.year < past.last.year:
        return None
    value = round(past.last.value + past.change_a_year * (target.year - past.last.year), 10)
    plausible = question.indicator.plausible
    if question.indicator.unit.id.startswith("%") and plausible is not None and plausible[0] >= 0:
        return min(max(value, 0.0), 100.0)
    return value


def _value(indicator: Indicator, value: float) -> Text:
    """A figure with its sign, in the indicator's decimals."""
    return value_in_words(value, indicator.unit, decimals=indicator.decimals)
