"""A small line chart over years as positions: what a template draws as SVG, without a script.

Years that may not be compared are never joined: each segment is a line of its own, and a dashed
upright stands at the break. Nor does a line lead over a year without a figure. A figure that is no new observation is a hollow dot.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from geo.indicators.amounts import amount
from geo.language import Language
from maps.text import format_number

WIDTH, HEIGHT = 340.0, 168.0
_TOP, _BOTTOM = 12.0, 24.0
# A figure's width at the chart's font size of 11.5, and the space between a label and its line.
_GLYPH, _GAP = 6.6, 7.0
_MOST_STEPS = 4
_MOST_YEAR_LABELS = 8
# Multiples of a power of ten that people count in.
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One year's figure; `is_new` is False where it rests on older figures, or is doubtful."""

    year: int
    value: float
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class Band:
    """A range of values in a colour of its own, from `low` up to the next band."""

    low: float
    colour: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A label at a position along an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Stripe:
    """A band as it is drawn."""

    top: float
    height: float
    colour: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A point as it is drawn; `label` is its value in words, right of it, for the newest alone."""

    x: float
    y: float
    is_new: bool
    label: str = ""


@dataclass(frozen=True, slots=True)
class LineChart:
    """A chart in the units of its own `width` and `height`; `left` and `right` bound its axes.

    `is_from_zero` is False where the upright axis leaves zero out: the page says so, as such an
    axis makes a small change look large.
    """

    width: float
    height: float
    left: float
    right: float
    bottom: float
    lines: tuple[str, ...]
    dots: tuple[Dot, ...]
    breaks: tuple[float, ...]
    levels: tuple[Mark, ...]
    years: tuple[Mark, ...]
    stripes: tuple[Stripe, ...]
    is_from_zero: bool


def line_chart(
    segments: Sequence[Sequence[ChartPoint]],
    language: Language,
    *,
    decimals: int | None = None,
    unit: str = "",
    span: tuple[float, float] | None = None,
    is_from_zero: bool = False,
    bands: Sequence[Band] = (),
) -> LineChart | None:
    """The chart of segments in order of year; None with fewer than two points.

    Parameters
    ----------
    decimals, unit
        Of the label at the newest point.
    span
        The values that the axis runs between; by default round ones around the points.
    is_from_zero
        Whether the axis holds zero too, where `span` is not stated: of a rate, a count or an amount
        the height over zero is what is compared.
    bands
        Ascending, the first at the axis' foot.
    """
    points = [point for segment in segments for point in segment]
    if len(points) < 2:
        return None
    levels = round_levels(
        span or span_of([point.value for point in points], is_from_zero=is_from_zero)
    )
    low, high = levels[0], levels[-1]
    labels = [format_number(level, language, decimals=fewest_decimals(levels)) for level in levels]
    newest = points[-1]
    said, _ = amount(format_number(newest.value, language, decimals=decimals), unit)
    left = max(map(len, labels)) * _GLYPH + _GAP
    right, bottom = WIDTH - len(said) * _GLYPH - 2 * _GAP, HEIGHT - _BOTTOM
    first, last = points[0].year, newest.year

    def x_of(year: float) -> float:
        return round(left + _GAP + (year - first) / (last - first) * (right - left - _GAP), 2)

    def y_of(value: float) -> float:
        return round(bottom - (value - low) / (high - low) * (bottom - _TOP), 2)

    middles = [(a[-1].year + b[0].year) / 2 for a, b in pairwise(segments)]
    joined = [run for segment in segments for run in _runs(segment) if len(run) > 1]
    return LineChart(
        width=WIDTH,
        height=HEIGHT,
        left=round(left, 2),
        right=round(right, 2),
        bottom=bottom,
        lines=tuple(" ".join(f"{x_of(p.year)},{y_of(p.value)}" for p in s) for s in joined),
        dots=tuple(
            Dot(x_of(p.year), y_of(p.value), p.is_new, said if p is newest else "") for p in points
        ),
        breaks=tuple(x_of(middle) for middle in middles),
        levels=tuple(Mark(y_of(level), label) for level, label in zip(levels, labels, strict=True)),
        years=tuple(Mark(x_of(year), str(year)) for year in labelled_years(first, last)),
        stripes=_stripes(bands, low, high, y_of=y_of),
        is_from_zero=low <= 0 <= high,
    )


def _runs(segment: Sequence[ChartPoint]) -> list[list[ChartPoint]]:
    """The points that a line joins: those whose years follow on one another, as the explorer has it."""
    runs: list[list[ChartPoint]] = []
    for point in segment:
        if not runs or point.year - runs[-1][-1].year != 1:
            runs.append([])
        runs[-1].append(point)
    return runs


def span_of(values: Sequence[float], *, is_from_zero: bool) -> tuple[float, float]:
    """The values that an axis runs between."""
    low, high = min(values), max(values)
    if not is_from_zero:
        return low, high
    # Figures that are all 0 stand at the foot of an axis up to 1.
    return (min(low, 0.0), max(high, 0.0)) if low or high else (0.0, 1.0)


def round_levels(span: tuple[float, float]) -> list[float]:
    """Round values from at or below the least to at or above the greatest, two or more."""
    low, high = span
    if low == high:
        # A figure that never moved stands in the middle.
        margin = abs(low) / 10 or 1.0
        low, high = low - margin, high + margin
    rough = (high - low) / _MOST_STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(nice * power for nice in _NICE if nice * power >= rough * (1 - 1e-9))
    start, end = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 10) for i in range(start, end + 1)]


def fewest_decimals(levels: Sequence[float]) -> int:
    """The fewest decimals at which no level is rounded."""
    return next(
        (d for d in range(6) if all(math.isclose(round(v, d), v, abs_tol=1e-9) for v in levels)), 6
    )


def labelled_years(first: int, last: int, *, most: int = _MOST_YEAR_LABELS) -> range:
    """The years that carry a label, counted back from the last."""
    step = math.ceil((last - first + 1) / most)
    return range(first + (last - first) % step, last + 1, step)


def _stripes(
    bands: Sequence[Band], low: float, high: float, *, y_of: Callable[[float], float]
) -> tuple[Stripe, ...]:
    edges = [*(band.low for band in bands[1:]), high]
    stripes = []
    for band, upper in zip(bands, edges, strict=False):
        top, foot = y_of(min(upper, high)), y_of(max(band.low, low))
        if foot > top:
            stripes.append(Stripe(top, round(foot - top, 2), band.colour))
    return tuple(stripes)
