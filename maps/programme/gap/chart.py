"""A small chart for each region: its figures, the way to the target, and where the past pace leads.

The regencies' have one scale, so that they can be compared; the province has its own. A line joins
only years that follow on one another in one series; a doubtful figure is a hollow dot. The upright
axis has the least and the greatest number of its scale; the newest figure stands beside its dot.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from geo.language import Language
from geo.programme.gap.gaps import Gaps
from geo.programme.gap.region_gap import RegionGap
from maps.folium.cards import figure_text
from maps.text import format_number, translate

WIDTH, HEIGHT = 220.0, 92.0
_TOP, _BOTTOM = 12.0, 72.0
# Of a text of 11 units: the width of a figure of a number.
_DIGIT = 6.2


@dataclass(frozen=True, slots=True)
class GapDot:
    """One figure."""

    x: float
    y: float
    is_good: bool


@dataclass(frozen=True, slots=True)
class GapChart:
    """A chart in the units of its `width` and `height`.

    `band` is the target's range as (top, height) at the end year, `path` the straight way to its
    near end, `past` the pace carried on; each is None where it is not known. `left` is where the
    drawing begins, `ends` the least and greatest value of the scale in words, `ticks` both with their
    height, `values` what is written beside marks: the newest figure, the near end of the target.
    """

    width: float
    height: float
    lines: tuple[str, ...]
    dots: tuple[GapDot, ...]
    path: str | None
    past: str | None
    band: tuple[float, float, float] | None
    years: tuple[tuple[float, str, str], ...]
    left: float
    ends: tuple[str, str]
    ticks: tuple[tuple[float, str], ...]
    values: tuple[tuple[float, float, str, str], ...]
    label: str


@dataclass(frozen=True, slots=True)
class _Scale:
    first: int
    last: int
    low: float
    high: float
    left: float
    right: float

    def x(self, year: float) -> float:
        span = max(self.last - self.first, 1)
        return round(self.left + (year - self.first) / span * (self.right - self.left), 1)

    def y(self, value: float) -> float:
        span = self.high - self.low or 1.0
        return round(_BOTTOM - (value - self.low) / span * (_BOTTOM - _TOP), 1)


def gap_charts(found: Gaps, language: Language) -> dict[str, GapChart]:
    """The chart of each region that has a figure, by code."""
    return _charts((found.province,), found, language) | _charts(found.regencies, found, language)


def _charts(every: Sequence[RegionGap], found: Gaps, language: Language) -> dict[str, GapChart]:
    points = [point for gap in every for run in gap.trend.segments for point in run]
    if not points:
        return {}
    ends = [
        end
        for gap in every
        if gap.target
        for end in (gap.target.near, gap.target.far)
        if end is not None
    ]
    values = [*(p.value for p in points), *ends, *(g.projected for g in every if g.projected)]
    years = [*(p.year for p in points), *(gap.target.year for gap in every if gap.target)]
    digits = [len(_number(value, found, language)) for value in (min(values), max(values))]
    left = round(max(digits) * _DIGIT + 9, 1)
    # On the right stands the near end of the target, in as many digits.
    scale = _Scale(min(years), max(years), min(values), max(values), left, WIDTH - left)
    draw = partial(_chart, found=found, scale=scale, language=language)
    return {gap.region: draw(gap) for gap in every if gap.trend.segments}


def _chart(gap: RegionGap, *, found: Gaps, scale: _Scale, language: Language) -> GapChart:
    runs = gap.trend.segments
    points = [point for run in runs for point in run]
    target, past = gap.target, gap.past
    band = None
    if target is not None:
        far = target.near if target.far is None else target.far
        tops = sorted((scale.y(target.near), scale.y(far)))
        band = (scale.x(target.year), tops[0], max(tops[1] - tops[0], 2.0))
    carried = None
    if target is not None and past is not None and gap.projected is not None:
        ends = ((past.last.year, past.last.value), (target.year, gap.projected))
        carried = _line(scale, ends)
    end = points[-1].year if target is None else target.year
    marks = [(scale.first, "start"), *([(end, "end")] if end > scale.first else [])]
    return GapChart(
        width=WIDTH,
        height=HEIGHT,
        lines=tuple(_line(scale, run) for run in _joined(gap)),
        dots=tuple(GapDot(scale.x(p.year), scale.y(p.value), p.is_new) for p in points),
        path=_line(scale, gap.path) if gap.path else None,
        past=carried,
        band=band,
        years=tuple((scale.x(year), str(year), anchor) for year, anchor in marks),
        left=scale.left,
        ends=(
            figure_text(scale.low, found.indicator, language),
            figure_text(scale.high, found.indicator, language),
        ),
        ticks=tuple(
            (scale.y(end), _number(end, found, language)) for end in (scale.low, scale.high)
        ),
        values=_values(gap, found, scale, language),
        label=_label(gap, found, language),
    )


def _number(value: float, found: Gaps, language: Language) -> str:
    """A number of the axis, without its unit."""
    return format_number(value, language, decimals=found.indicator.decimals)


def _values(
    gap: RegionGap, found: Gaps, scale: _Scale, language: Language
) -> tuple[tuple[float, float, str, str], ...]:
    """The newest figure, above its dot where there is room for it, and the target's near end."""
    said = []
    if gap.target is not None:
        near = _number(gap.target.near, found, language)
        x, y = scale.x(gap.target.year) + 7, scale.y(gap.target.near) + 4
        said.append((x, y, near, "start"))
    if gap.figure is None:
        return tuple(said)
    x, y = scale.x(gap.figure.year), scale.y(gap.figure.value)
    place = y - 6 if y - 6 > _TOP + 8 else y + 14
    return (*said, (x, place, _number(gap.figure.value, found, language), "middle"))


def _joined(gap: RegionGap) -> list[list[tuple[int, float]]]:
    """Good figures of years that follow on one another, in runs of two and more."""
    runs: list[list[tuple[int, float]]] = []
    for segment in gap.trend.segments:
        last = None
        for point in (p for p in segment if p.is_new):
            if last is None or point.year > last + 1:
                runs.append([])
            runs[-1].append((point.year, point.value))
            last = point.year
    return [run for run in runs if len(run) > 1]


def _line(scale: _Scale, points: Iterable[tuple[int, float]]) -> str:
    return " ".join(f"{scale.x(year)},{scale.y(value)}" for year, value in points)


def _label(gap: RegionGap, found: Gaps, language: Language) -> str:
    if gap.value is None:
        return translate("gap.chart_empty", language, name=gap.title.to(language))
    facts = {
        "name": gap.title.to(language),
        "value": figure_text(gap.value, found.indicator, language),
        "year": gap.year,
    }
    if gap.target is None:
        return translate("gap.chart_plain", language, **facts)
    near = figure_text(gap.target.near, found.indicator, language)
    facts |= {"near": near, "end": gap.target.year}
    if gap.projected is None:
        return translate("gap.chart_target", language, **facts)
    projected = figure_text(gap.projected, found.indicator, language)
    return translate("gap.chart", language, projected=projected, **facts)
