"""One region against its target: how far it is, its pace, its verdict and all that is said of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from geo.indicators.series import FigurePoint, FigureTrend
from geo.language import Text
from geo.programme.gap.distance import needed_a_year, people_to_go, points_of, straight_path
from geo.programme.gap.figure import has_passed, judged_figure
from geo.programme.gap.pace import Pace
from geo.programme.gap.question import GapQuestion
from geo.programme.gap.remarks import caveats_of, notes_of
from geo.programme.gap.verdict import (
    Verdict,
    WindowView,
    past_pace,
    projected_of,
    verdict_of,
    windows_of,
)
from geo.programme.gap.yardstick import target_for
from geo.programme.targets import Target

Whose = Literal["own", "province", "nation", "proposal"]


@dataclass(frozen=True, slots=True)
class RegionGap:
    """One region against its target.

    Parameters
    ----------
    value, year, figure
        The newest good figure and its year, or that of the target's year where that has passed; None
        where there is none.
    target : Target or None
        Of the end year, or by the yardstick `own` of the nearest; the province's or the nation's where
        `is_own_target` is False.
    points_near, points_far : float or None
        Still to go to the two ends of the range, in the indicator's unit; 0 once reached, None to an
        open end.
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
        Targets of its own that it is not held against: of other years, levels, or by another yardstick.
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
    is_passed: bool
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
        """Whose target it is held against; the nation's stands in the RPJMN, a proposal binds nobody."""
        if self.target is not None and self.target.level == "rpjmn":
            return "nation"
        if self.target is not None and self.target.level == "usulan":
            return "proposal"
        return "own" if self.is_own_target else "province"

    @property
    def is_behind(self) -> bool:
        """Whether the near end is known and not reached."""
        return self.points_near is not None and self.points_near > 0


def gap_of(question: GapQuestion, code: str, trends: Mapping[str, FigureTrend]) -> RegionGap:
    """The gap of one region; its share is known of all of them together alone."""
    trend = trends.get(code, FigureTrend((), (), None))
    own = question.targets.get(code, ())
    target = target_for(question, code)
    is_own = target is not None and target.region == code and target.level != "rpjmn"
    figure = judged_figure(question, trend, target)
    near, far = points_of(figure, target)
    past = past_pace(question, trend)
    projected = projected_of(question, past, target)
    verdict, reasons = verdict_of(question, code, trend, target)
    is_change = question.indicator.is_change
    return RegionGap(
        region=code,
        title=question.region.title_of(code),
        value=None if figure is None else figure.value,
        year=None if figure is None else figure.year,
        figure=figure,
        target=target,
        is_own_target=is_own,
        is_passed=has_passed(question, target),
        points_near=near,
        points_far=far,
        people_near=people_to_go(near, question.denominator, region=code),
        people_far=people_to_go(far, question.denominator, region=code),
        share=None,
        needed_a_year=None if is_change else needed_a_year(figure, target),
        past=past,
        projected=projected,
        verdict=verdict,
        reasons=reasons,
        caveats=caveats_of(question, code, trend, target=target, is_own=is_own),
        notes=notes_of(question, code, trend, target),
        path=() if is_change else straight_path(figure, target),
        others=tuple(one for one in own if one != target),
        windows=windows_of(question, code, trend, target),
        trend=trend,
    )
