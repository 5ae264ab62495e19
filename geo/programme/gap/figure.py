"""Which figure a target is judged by: the newest, or once its year has passed that year's and no other."""

from geo.indicators.series import FigurePoint, FigureTrend
from geo.programme.gap.question import GapQuestion
from geo.programme.targets import Target


def has_passed(question: GapQuestion, target: Target | None) -> bool:
    """Whether figures of the target's year are published, of any region: its year is over then."""
    return target is not None and question.newest is not None and target.year <= question.newest


def judged_figure(
    question: GapQuestion, trend: FigureTrend, target: Target | None
) -> FigurePoint | None:
    """The newest good figure; of a target whose year has passed the good one of that year.

    None where there is none: a later figure never stands for that of a year without one.
    """
    if target is None or not has_passed(question, target):
        return next(reversed(trend.good), None)
    return next((point for point in trend.good if point.year == target.year), None)
