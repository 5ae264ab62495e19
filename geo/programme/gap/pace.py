"""How fast a figure moved in the past: one stated window, and why there is no pace where there is none.

The rule: of the newest run of figures without a break of the series, the good ones from so many
years before the newest to the newest; at least three; the change a year is (last - first) over the
years between them. What is said depends on the window, so other windows stand beside it.
"""

from dataclasses import dataclass

from geo.indicators.amounts import change_in_words
from geo.indicators.series import FigurePoint, FigureTrend
from geo.indicators.table import Indicator
from geo.language import Text, filled, joined, listed, texts

_SAY = texts(__name__)

WINDOW_YEARS = 3
# The windows that are shown beside the one that decides.
WINDOWS = (2, 3, 4)
LEAST_POINTS = 3


@dataclass(frozen=True, slots=True)
class Pace:
    """The change a year, in the indicator's unit, from the `first` to the `last` of `points` figures.

    `lacking` are the years between them that have no good figure.
    """

    change_a_year: float
    first: FigurePoint
    last: FigurePoint
    points: int
    lacking: tuple[int, ...] = ()


def pace_of(trend: FigureTrend, *, window_years: int = WINDOW_YEARS) -> Pace | None:
    """The past change a year; None where `no_pace` says why.

    Examples
    --------
    >>> points = [FigurePoint(y, v, str(y), (), True) for y, v in ((2022, 4.74), (2024, 4.2), (2025, 4.16))]
    >>> found = pace_of(FigureTrend((tuple(points),), (), None))
    >>> round(found.change_a_year, 3), found.points
    (-0.193, 3)
    """
    inside = _window(trend, window_years)
    if len(inside) < LEAST_POINTS:
        return None
    first, last = inside[0], inside[-1]
    # 6.05 - 6.56 is -0.51: half of the last digit is rounded as by hand.
    change = round(last.value - first.value, 10) / (last.year - first.year)
    known = {point.year for point in inside}
    lacking = tuple(year for year in range(first.year, last.year) if year not in known)
    return Pace(change, first, last, len(inside), lacking)


def no_pace(trend: FigureTrend, *, window_years: int = WINDOW_YEARS) -> Text | None:
    """Why there is no pace; None where there is one."""
    inside = _window(trend, window_years)
    if len(inside) >= LEAST_POINTS:
        return None
    if not inside:
        return _SAY["no_figure"]
    begin = inside[-1].year - window_years
    cut = [b for b in trend.breaks if b.before >= begin]
    if cut:
        reasons = joined(cut[-1].reasons, by="; ")
        return filled(_SAY["broken"], before=cut[-1].before, after=cut[-1].after, reasons=reasons)
    facts = {"n": len(inside), "least": LEAST_POINTS, "first": begin, "last": inside[-1].year}
    return filled(_SAY["too_few"], **facts)


def _window(trend: FigureTrend, window_years: int) -> list[FigurePoint]:
    good = trend.good_unbroken
    return [p for p in good if p.year >= good[-1].year - window_years]


def span_in_words(past: Pace) -> Text:
    """The years of a pace, and those among them without a figure.

    Examples
    --------
    >>> points = [FigurePoint(y, 4.0, str(y), (), True) for y in (2021, 2023, 2025)]
    >>> span_in_words(pace_of(FigureTrend((tuple(points),), (), None), window_years=4)).id
    '2021–2025 tanpa 2022, 2024'
    """
    facts = {"first": past.first.year, "last": past.last.year}
    if not past.lacking:
        return filled(_SAY["span"], **facts)
    years = listed([Text(str(year), str(year)) for year in past.lacking])
    return filled(_SAY["span_lacking"], years=years, **facts)


def pace_in_words(change: float, indicator: Indicator) -> Text:
    """A change a year, signed by its verb: `turun 0,193 poin persen`."""
    # One decimal more than a figure has: a pace is divided by years.
    return change_in_words(change, indicator.unit, decimals=indicator.decimals + 1)
