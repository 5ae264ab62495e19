"""A small chart for each region: its figures, the way to the target, and where the past pace leads.

The regencies' have one scale, so that they can be compared; the province has its own. A line joins
only years that follow on one another in one series; a doubtful figure is a hollow dot.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from geo.language import Language
from geo.programme.gap import Gaps, RegionGap
from maps.folium.cards import figure_text
from maps.text import translate

WIDTH, HEIGHT = 220.0, 92.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 8.0, 212.0, 10.0, 74.0


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
    near end, `past` the pace carried on; each is None where it is not known.
    """

    width: float
    height: float
    lines: tuple[str, ...]
    dots: tuple[GapDot, ...]
    path: str | None
    past: str | None
    band: tuple[float, float, float] | None
    years: tuple[tuple[float, str, str], ...]
    label: str


@dataclass(frozen=True, slots=True)
class _Scale:
    first: int
    last: int
    low: float
    high: float

    def x(self, year: float) -> float:
        span = max(self.last - self.first, 1)
        return round(_LEFT + (year - self.first) / span * (_RIGHT - _LEFT), 1)

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
    ends = [end for gap in every if gap.target for end in (gap.target.near, gap.target.far)]
    values = [*(p.value for p in points), *ends, *(g.projected for g in every if g.projected)]
    years = [*(p.year for p in points), *(gap.target.year for gap in every if gap.target)]
    scale = _Scale(min(years), max(years), min(values), max(values))
    draw = partial(_chart, found=found, scale=scale, language=language)
    return {gap.region: draw(gap) for gap in every if gap.trend.segments}


def _chart(gap: RegionGap, *, found: Gaps, scale: _Scale, language: Language) -> GapChart:
    runs = gap.trend.segments
    points = [point for run in runs for point in run]
    target, past = gap.target, gap.past
    band = None
    if target is not None:
        tops = sorted((scale.y(target.near), scale.y(target.far)))
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
        label=_label(gap, found, language),
    )


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
