"""Whether the pace of the past leads to the target in time, and why that may not be said.

Nothing is forecast but by the window of `geo/programme/gap/pace.py`: the straight line on from the
newest figure. What is itself the change of a year, such as growth, has no verdict before the year
has come; a target whose year has passed is met or missed, by the figure of that year alone.
"""

from dataclasses import dataclass, replace
from typing import Literal

from geo.indicators.amounts import value_in_words
from geo.indicators.periods import period_in_words
from geo.indicators.series import FigureTrend
from geo.indicators.table import Indicator
from geo.language import Text, filled, texts
from geo.programme.gap.figure import has_passed, judged_figure
from geo.programme.gap.pace import WINDOWS, Pace, no_pace, pace_in_words, pace_of, span_in_words
from geo.programme.gap.question import GapQuestion
from geo.programme.gap.yardstick import of_year
from geo.programme.targets import Target, level_title

_SAY = texts(__name__)

# Of a target whose year is to come the first two, of one whose year has passed the next two.
Verdict = Literal["on_track", "off_track", "met", "missed", "not_assessable"]


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
        return "not_assessable", (_no_target(question, code),)
    if has_passed(question, target):
        return _passed(question, trend, target)
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
    projected = _carried_on(question.indicator, past, target)
    is_met = target.is_reached(projected)
    is_away = past.change_a_year * (1 if target.direction == "down" else -1) > 0
    missing = _SAY["leads_away" if is_away else "falls_short"]
    said = filled(
        _SAY["leads_to"] if is_met else missing,
        span=span_in_words(past),
        change=pace_in_words(past.change_a_year, question.indicator),
        year=target.year,
        projected=_value(question.indicator, projected),
        near=_value(question.indicator, target.near),
    )
    already = [_SAY["reached"]] if target.is_reached(past.last.value) else []
    return "on_track" if is_met else "off_track", (*already, said)


def _no_target(question: GapQuestion, code: str) -> Text:
    """Why a region has none by the yardstick of the question."""
    year, is_province = question.year, code == question.region.code
    if year is None:
        return _SAY["no_target_at_all"]
    if question.yardstick == "own" and not is_province:
        return _SAY["no_own_target"]
    of_province = of_year(question.targets.get(question.region.code, ()), year)
    if question.indicator.aggregation == "sum" and not is_province and of_province is not None:
        return _SAY["total_target"]
    if question.level is None:
        return filled(_SAY["no_target"], year=year)
    return filled(_SAY["no_target_of_level"], year=year, level=level_title(question.level))


def _passed(
    question: GapQuestion, trend: FigureTrend, target: Target
) -> tuple[Verdict, tuple[Text, ...]]:
    """Met or missed by the figure of the target's year."""
    figure = judged_figure(question, trend, target)
    if figure is not None:
        is_met = target.is_reached(figure.value)
        said = filled(
            _SAY["was_met" if is_met else "was_missed"],
            period=period_in_words(figure.period),
            value=_value(question.indicator, figure.value),
            near=_value(question.indicator, target.near),
        )
        return "met" if is_met else "missed", (said,)
    every = [point for segment in trend.segments for point in segment]
    doubtful = next((point for point in every if point.year == target.year), None)
    if doubtful is None:
        return "not_assessable", (filled(_SAY["year_without_figure"], year=target.year),)
    period = period_in_words(doubtful.period)
    return "not_assessable", (filled(_SAY["year_doubtful"], period=period),)


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
    if past is None or target is None or has_passed(question, target):
        return None
    return _carried_on(question.indicator, past, target)


def _carried_on(indicator: Indicator, past: Pace, target: Target) -> float:
    value = round(past.last.value + past.change_a_year * (target.year - past.last.year), 10)
    plausible = indicator.plausible
    if indicator.unit.id.startswith("%") and plausible is not None and plausible[0] >= 0:
        return min(max(value, 0.0), 100.0)
    return value


def _value(indicator: Indicator, value: float) -> Text:
    """A figure with its sign, in the indicator's decimals."""
    return value_in_words(value, indicator.unit, decimals=indicator.decimals)
