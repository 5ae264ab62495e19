"""The gap to a target: in points and in people, who carries it, and whether the past pace closes it.

A regency without a target of its own for the end year is held against that of the province, which
is always said. Nothing is forecast but by the window of `geo/programme/pace.py`: the straight line
on from the newest figure. A gap in people is counted on one frozen denominator; the province's own
nets the regencies that are better off, so it is smaller than the sum of those that are behind. What
is itself the change of a year, such as growth, has a gap and no verdict.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import pandas as pd

from geo.errors import IndicatorNotFound
from geo.indicators.amounts import value_in_words
from geo.indicators.periods import period_in_words
from geo.indicators.series import Breaks, FigurePoint, FigureTrend, indicator_trends
from geo.indicators.table import WEIGHED_BY, Indicator, note_of, years_of
from geo.language import Text, filled, listed, texts
from geo.programme.denominators import READ, Denominator, denominator_of
from geo.programme.pace import (
    LEAST_POINTS,
    WINDOW_YEARS,
    WINDOWS,
    Pace,
    no_pace,
    pace_in_words,
    pace_of,
    span_in_words,
)
from geo.programme.province import AREA, province_value, unit_codes
from geo.programme.targets import LEVELS, Level, Target, targets_of
from geo.vector.planning_region import PlanningRegion

_SAY = texts(__name__)

Verdict = Literal["on_track", "off_track", "not_assessable"]
Whose = Literal["own", "province", "nation"]
# What a proposal says binds nobody: it is held against figures only where somebody asks for it.
_BINDING: tuple[Level, ...] = tuple(level for level in LEVELS if level != "usulan")


@dataclass(frozen=True, slots=True)
class WindowView:
    """What another window would say: its pace, where that leads to, and the verdict."""

    window_years: int
    past: Pace | None
    projected: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class RegionGap:
    """One region against its target.

    Parameters
    ----------
    value, year, figure
        The newest good figure and its year; None where there is none.
    target : Target or None
        Of the end year; the province's or the nation's where `is_own_target` is False.
    points_near, points_far : float or None
        Still to go to the two ends of the range, in the indicator's unit; 0 once reached.
    people_near, people_far : float or None
        The same in people; None without a denominator.
    share : float or None
        Of all people that the regencies have to go to their near ends, 0..1; None of the province,
        and of all where one of them has no gap that is known.
    needed_a_year : float or None
        The change a year to the near end, signed; 0 once reached, None once the year has come.
    past, projected
        The pace of the past, and the value that it leads to in the target's year.
    reasons, caveats : tuple of Text
        Why the verdict is so; what to bear in mind, the indicator's own caveat among it.
    notes : tuple of Text
        What the table remarks on the figures that carry the verdict: derived, doubtful.
    path : tuple of (year, value)
        The straight way from the figure to the near end of the range.
    others : tuple of Target
        Targets of its own for other years.
    windows : tuple of WindowView
        What other windows would say, this one among them.
    trend : FigureTrend
        All its figures, in runs between the breaks of the series.
    """

    region: str
    title: Text
    value: float | None
    year: int | None
    figure: FigurePoint | None
    target: Target | None
    is_own_target: bool
    points_near: float | None
    points_far: float | None
    people_near: float | None
    people_far: float | None
    share: float | None
    needed_a_year: float | None
    past: Pace | None
    projected: float | None
    verdict: Verdict
    reasons: tuple[Text, ...]
    caveats: tuple[Text, ...]
    notes: tuple[Text, ...]
    path: tuple[tuple[int, float], ...]
    others: tuple[Target, ...]
    windows: tuple[WindowView, ...]
    trend: FigureTrend

    @property
    def whose(self) -> Whose:
        """Whose target it is held against; the nation's stands in the RPJMN."""
        if self.target is not None and self.target.level == "rpjmn":
            return "nation"
        return "own" if self.is_own_target else "province"

    @property
    def is_behind(self) -> bool:
        """Whether the near end is known and not reached."""
        return self.points_near is not None and self.points_near > 0


@dataclass(frozen=True, slots=True)
class Netting:
    """Why the regencies behind have more people to go than the province, in people.

    `by_better` are those by whom other regencies are beyond the near end; `by_years` what the
    province moved since the year `regencies_year` of the regencies' figures, 0 where they are of
    one year; `by_rest` what is left, since the regencies' people are estimates. They add up.
    """

    by_better: float
    by_years: float
    by_rest: float
    regencies_year: int


@dataclass(frozen=True)
class Gaps:
    """The province and its regencies against the targets of one end year.

    `regencies` stand with the most people to go first, then by points; those without a gap that is
    known last. `end_years` are all years that there are targets of; `rule` states the window.
    """

    indicator: Indicator
    year: int | None
    end_years: tuple[int, ...]
    province: RegionGap
    regencies: tuple[RegionGap, ...]
    denominator: Denominator | None
    window: int
    rule: Text

    @cached_property
    def netting(self) -> Netting | None:
        """The parts of `people_behind` less the province's own people.

        None where the regencies are not all held against the province's target, by figures of one year.
        """
        return _netting(self)

    @cached_property
    def people_behind(self) -> float | None:
        """People to go, summed over the regencies that are behind; None without a denominator."""
        if self.denominator is None:
            return None
        return sum(gap.people_near or 0.0 for gap in self.regencies)

    @cached_property
    def behind(self) -> tuple[RegionGap, ...]:
        """The regencies that have not reached the near end, in order."""
        return tuple(gap for gap in self.regencies if gap.is_behind)


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked of every region."""

    indicator: Indicator
    region: PlanningRegion
    year: int | None
    end_years: tuple[int, ...]
    window_years: int
    denominator: Denominator | None
    targets: Mapping[str, Sequence[Target]]
    newest: int | None
    notes: Mapping[tuple[str, int], Text]


def gaps(
    table: pd.DataFrame,
    catalogue: Mapping[str, Indicator],
    targets: pd.DataFrame,
    *,
    indicator: str,
    year: int | None = None,
    level: Level | None = None,
    window_years: int = WINDOW_YEARS,
    region: PlanningRegion,
    breaks: Breaks | None = None,
) -> Gaps:
    """The gap of the province and of each regency, for one indicator.

    Parameters
    ----------
    table, targets : DataFrame
        As `parse_indicators` and `parse_targets` return them.
    year : int, optional
        The end year; by default the last year that the province has a target of, or else any region.
    level : Level, optional
        Only targets of this level of plan; by default the first of `LEVELS` that a region has for
        the end year, and no proposal.

    Raises
    ------
    IndicatorNotFound
        If the catalogue does not know it. One without figures or targets has empty gaps.
    """
    question, trends = _asked(
        table,
        catalogue,
        targets,
        indicator=indicator,
        year=year,
        level=level,
        window_years=window_years,
        region=region,
        breaks=breaks,
    )
    found = [_gap(question, code, trends) for code in unit_codes(region)]
    return Gaps(
        indicator=question.indicator,
        year=question.year,
        end_years=question.end_years,
        province=found[0],
        regencies=_with_shares(found[1:]),
        denominator=question.denominator,
        window=window_years,
        rule=filled(_SAY["rule"], years=window_years, least=LEAST_POINTS),
    )


def region_gap(
    table: pd.DataFrame,
    catalogue: Mapping[str, Indicator],
    targets: pd.DataFrame,
    *,
    indicator: str,
    code: str,
    year: int | None = None,
    region: PlanningRegion,
) -> RegionGap:
    """The gap of one region alone, as `gaps` gives it but for its share.

    Raises
    ------
    IndicatorNotFound
    """
    question, trends = _asked(
        table,
        catalogue,
        targets,
        indicator=indicator,
        year=year,
        level=None,
        window_years=WINDOW_YEARS,
        region=region,
        breaks=None,
    )
    return _gap(question, code, trends)


def _asked(
    table: pd.DataFrame,
    catalogue: Mapping[str, Indicator],
    targets: pd.DataFrame,
    *,
    indicator: str,
    year: int | None,
    level: Level | None,
    window_years: int,
    region: PlanningRegion,
    breaks: Breaks | None,
) -> tuple[_Question, Mapping[str, FigureTrend]]:
    """What every region is asked, and the trend of each that has figures."""
    if indicator not in catalogue:
        raise IndicatorNotFound(indicator, available=sorted(catalogue))
    meant = catalogue[indicator]
    kept = _targets_by_region(targets, indicator, level)
    end_years = tuple(sorted({t.year for own in kept.values() for t in own}))
    # A table of a nation has a hundred times as many rows as one question reads.
    read = (indicator, *READ, *WEIGHED_BY.values(), AREA)
    table = table[table["indicator"].isin(read)]
    own = table[table["indicator"] == indicator]
    trends = {} if own.empty else indicator_trends(own, indicator, breaks=breaks)
    if region.code not in trends:
        trends |= _computed_trend(table, meant, region)
    years = [point.year for trend in trends.values() for point in trend.good]
    question = _Question(
        indicator=meant,
        region=region,
        year=_end_year(kept, region, end_years) if year is None else year,
        end_years=end_years,
        window_years=window_years,
        denominator=denominator_of(table, meant, region=region),
        targets=kept,
        newest=max(years, default=None),
        notes=_notes(own, meant),
    )
    return question, trends


def _notes(rows: pd.DataFrame, indicator: Indicator) -> dict[tuple[str, int], Text]:
    """What the table remarks on a figure, by region and year."""
    noted = rows[rows["note"].astype("str").str.strip() != ""]
    keys = zip(noted["regency_code"], noted["year"].astype(int), strict=True)
    return {
        key: note_of(str(note), indicator.notes)
        for key, note in zip(keys, noted["note"], strict=True)
    }


def _targets_by_region(
    targets: pd.DataFrame, indicator: str, level: Level | None
) -> dict[str, list[Target]]:
    found: dict[str, list[Target]] = {}
    for target in targets_of(targets, indicator=indicator, level=level):
        if level is not None or target.level in _BINDING:
            found.setdefault(target.region, []).append(target)
    return found


def _end_year(
    kept: Mapping[str, Sequence[Target]], region: PlanningRegion, years: Sequence[int]
) -> int | None:
    own = [target.year for target in kept.get(region.code, ())]
    return max(own or years, default=None)


def _computed_trend(
    table: pd.DataFrame, indicator: Indicator, region: PlanningRegion
) -> dict[str, FigureTrend]:
    """The province out of its regencies, where no figure of it is published in any year."""
    points = []
    for year in years_of(table, indicator.id) if indicator.id in set(table["indicator"]) else ():
        figure = province_value(table, indicator, year=year, region=region)
        if figure is not None:
            points.append(FigurePoint(year, figure.value, str(year), (figure.text.id,), True))
    return {region.code: FigureTrend((tuple(points),), (), None)} if points else {}


def _gap(question: _Question, code: str, trends: Mapping[str, FigureTrend]) -> RegionGap:
    trend = trends.get(code, FigureTrend((), (), None))
    own = question.targets.get(code, ())
    target = _of_year(own, question.year)
    is_own = target is not None and target.level != "rpjmn"
    if target is None and question.indicator.aggregation != "sum":
        target = _of_year(question.targets.get(question.region.code, ()), question.year)
    figure = next(reversed(trend.good), None)
    near, far = _points(figure, target)
    past = _pace(question, trend)
    projected = _projected(question, past, target)
    verdict, reasons = _verdict(question, code, trend, target)
    is_change = question.indicator.is_change
    return RegionGap(
        region=code,
        title=question.region.title_of(code),
        value=None if figure is None else figure.value,
        year=None if figure is None else figure.year,
        figure=figure,
        target=target,
        is_own_target=is_own,
        points_near=near,
        points_far=far,
        people_near=_people(question, code, near),
        people_far=_people(question, code, far),
        share=None,
        needed_a_year=None if is_change else _needed(figure, target),
        past=past,
        projected=projected,
        verdict=verdict,
        reasons=reasons,
        caveats=_caveats(question, code, trend, target=target, is_own=is_own),
        notes=_noted(question, code, trend),
        path=() if is_change else _path(figure, target),
        others=tuple(t for t in own if target is None or t.year != target.year),
        windows=_windows(question, code, trend, target),
        trend=trend,
    )


def _pace(question: _Question, trend: FigureTrend) -> Pace | None:
    if question.indicator.is_change:
        return None
    return pace_of(trend, window_years=question.window_years)


def _of_year(targets: Sequence[Target], year: int | None) -> Target | None:
    # Of one region and year they stand in the order of LEVELS.
    return next((target for target in targets if target.year == year), None)


def _points(
    figure: FigurePoint | None, target: Target | None
) -> tuple[float, float] | tuple[None, None]:
    if figure is None or target is None:
        return None, None
    return points_to_go(figure.value, target)


def points_to_go(value: float, target: Target) -> tuple[float, float]:
    """How far a figure is from the near and from the far end of a target; 0 once reached."""
    sign = 1.0 if target.direction == "down" else -1.0
    near, far = (max(sign * (value - end), 0.0) for end in (target.near, target.far))
    return near, far


def _people(question: _Question, code: str, points: float | None) -> float | None:
    if points is None or question.denominator is None:
        return None
    return question.denominator.people_of(points, region=code)


def _needed(figure: FigurePoint | None, target: Target | None) -> float | None:
    if figure is None or target is None:
        return None
    if target.is_reached(figure.value):
        return 0.0
    years = target.year - figure.year
    # 4.16 - 3.97 is 0.19 and no 0.19000…04: half of the last digit is rounded as by hand.
    return round(target.near - figure.value, 10) / years if years > 0 else None


def _path(figure: FigurePoint | None, target: Target | None) -> tuple[tuple[int, float], ...]:
    needed = _needed(figure, target)
    if figure is None or target is None or needed is None or target.year <= figure.year:
        return ()
    years = range(figure.year, target.year + 1)
    return tuple((year, figure.value + needed * (year - figure.year)) for year in years)


def _projected(question: _Question, past: Pace | None, target: Target | None) -> float | None:
    """Where the pace of the past leads to in the target's year; a share stays a share."""
    if past is None or target is None or target.year < past.last.year:
        return None
    value = past.last.value + past.change_a_year * (target.year - past.last.year)
    plausible = question.indicator.plausible
    if question.indicator.unit.id.startswith("%") and plausible is not None and plausible[0] >= 0:
        return min(max(value, 0.0), 100.0)
    return value


def _verdict(
    question: _Question, code: str, trend: FigureTrend, target: Target | None
) -> tuple[Verdict, tuple[Text, ...]]:
    """On track where the pace of the past leads to the near end or beyond, by the target's year."""
    if target is None:
        is_total = question.indicator.aggregation == "sum" and code != question.region.code
        if is_total:
            return "not_assessable", (_SAY["total_target"],)
        year = question.year
        lacking_one = _SAY["no_target_at_all"] if year is None else _SAY["no_target"]
        return "not_assessable", (filled(lacking_one, year=str(year)),)
    if question.indicator.is_change:
        return "not_assessable", (_SAY["yearly_change"],)
    newest = trend.newest
    past = _pace(question, trend)
    why = no_pace(trend, window_years=question.window_years)
    doubtful = newest is not None and not newest.is_new
    if doubtful or past is None:
        lacking = (
            [_SAY["doubtful"].format(period=period_in_words(newest.period))]
            if newest and doubtful
            else []
        )
        return "not_assessable", (*lacking, *([why] if why else []))
    projected = _projected(question, past, target)
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


def _windows(
    question: _Question, code: str, trend: FigureTrend, target: Target | None
) -> tuple[WindowView, ...]:
    views = []
    for years in sorted({*WINDOWS, question.window_years}):
        other = replace(question, window_years=years)
        past = _pace(other, trend)
        verdict = _verdict(other, code, trend, target)[0]
        views.append(WindowView(years, past, _projected(question, past, target), verdict))
    return tuple(views)


def _caveats(
    question: _Question, code: str, trend: FigureTrend, *, target: Target | None, is_own: bool
) -> tuple[Text, ...]:
    found = [question.indicator.caveat] if question.indicator.caveat.id else []
    if target is not None and not is_own:
        found.append(_SAY["nation_target" if target.level == "rpjmn" else "province_target"])
    good = trend.good
    if good and question.newest is not None and good[-1].year < question.newest:
        found.append(filled(_SAY["older"], year=good[-1].year, newest=question.newest))
    newest = trend.newest
    if newest is not None and not newest.is_new:
        shown = _value(question.indicator, newest.value)
        found.append(
            filled(_SAY["newer_doubtful"], value=shown, period=period_in_words(newest.period))
        )
    return tuple(found)


def _noted(question: _Question, code: str, trend: FigureTrend) -> tuple[Text, ...]:
    """What the table remarks on the figures that carry the verdict: those that a line is drawn through.

    A remark that several of them have is said once.
    """
    past = _pace(question, trend)
    carrying = [past.first, past.last] if past is not None else trend.good[-1:]
    by_note: dict[Text, list[Text]] = {}
    for point in carrying:
        if note := question.notes.get((code, point.year)):
            facts = {"period": period_in_words(point.period)}
            value = _value(question.indicator, point.value)
            by_note.setdefault(note, []).append(filled(_SAY["noted_one"], value=value, **facts))
    return tuple(
        filled(_SAY["noted"], figures=listed(figures), note=note)
        for note, figures in by_note.items()
    )


def _netting(found: Gaps) -> Netting | None:
    own, behind = found.province.people_near, found.people_behind
    target, people = found.province.target, found.denominator
    years = {gap.year for gap in found.regencies}
    if not own or behind is None or people is None or target is None or len(years) != 1:
        return None
    if any(gap.target != target for gap in found.regencies):
        return None
    year = next(iter(years))
    values = [(gap.region, gap.value) for gap in found.regencies if gap.value is not None]
    netted = sum(_short(value, target, people, region=code) for code, value in values)
    then = next((p.value for p in found.province.trend.good if p.year == year), None)
    code = found.province.region
    at_their_year = own if then is None else _short(then, target, people, region=code)
    return Netting(
        by_better=behind - netted,
        by_years=at_their_year - own,
        by_rest=netted - at_their_year,
        regencies_year=year or 0,
    )


def _short(value: float, target: Target, people: Denominator, *, region: str) -> float:
    """People short of the near end of a target; below 0 where a region is beyond it."""
    sign = 1.0 if target.direction == "down" else -1.0
    return people.people_of(sign * (value - target.near), region=region)


def _with_shares(regencies: Sequence[RegionGap]) -> tuple[RegionGap, ...]:
    """With the share of each in all people to go, the most first.

    No shares where one of them has no gap that is known: what it has to go is missing from the whole.
    """
    is_whole = all(gap.points_near is not None for gap in regencies)
    total = sum(gap.people_near or 0.0 for gap in regencies)
    shared = [
        gap
        if gap.people_near is None or total == 0 or not is_whole
        else replace(gap, share=gap.people_near / total)
        for gap in regencies
    ]
    order = sorted(shared, key=lambda g: (g.people_near or 0.0, g.points_near or 0.0), reverse=True)
    return tuple(sorted(order, key=lambda gap: gap.points_near is None))


def _value(indicator: Indicator, value: float) -> Text:
    """A figure with its sign, in the indicator's decimals."""
    return value_in_words(value, indicator.unit, decimals=indicator.decimals)
