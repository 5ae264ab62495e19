"""The frame of a chart of many regions: how large it is, and where its years and values stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geo.language import Language
from geo.programme.explorer import IndicatorView, RegionRow
from maps.folium.cards import figure_text
from maps.labels import SHORT_NAMES
from maps.pages.line_charts import fewest_decimals, round_levels, span_of
from maps.programme.words import own_notes
from maps.text import format_number

GLYPH, GAP, LINE, YEAR_WIDTH = 6.8, 8.0, 15.0, 44.0
TOP, BOTTOM, GOAL_WIDTH = 14.0, 26.0, 34.0
# What is left of a chart for its lines beside the years of targets, of its width.
_LINES_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Size:
    """How large a chart is, in its own units, and whether names stand at the ends of its lines."""

    width: float
    height: float
    is_named: bool = True


WIDE, NARROW, SMALL = Size(960, 430), Size(370, 430), Size(240, 150, is_named=False)


@dataclass(frozen=True, slots=True)
class Axes:
    """Where years and values stand; the same for all frames of small multiples.

    `goals` are the places of the years of targets to come, where they stand beside the names: a line
    that led through years to come to its name would look like a forecast. Where not all have room, those
    of `foremost` stand there. `own` are notes of a few figures.
    """

    first: int
    last: int
    levels: tuple[float, ...]
    left: float
    right: float
    bottom: float
    goals: Mapping[int, float]
    own: frozenset[str]

    def x(self, year: float) -> float:
        """Where a year of the frame stands."""
        if self.first == self.last:
            return round((self.left + self.right) / 2, 1)
        share = (year - self.first) / (self.last - self.first)
        return round(self.left + GAP + share * (self.right - self.left - 2 * GAP), 1)

    def goal_x(self, year: int) -> float | None:
        """Where the year of a target stands, in the frame beside figures of that year; None without room."""
        return self.x(year) if self.first <= year <= self.last else self.goals.get(year)

    def y(self, value: float) -> float:
        """Where a value stands."""
        low, high = self.levels[0], self.levels[-1]
        return round(self.bottom - (value - low) / (high - low) * (self.bottom - TOP), 1)


def short_name(row: RegionRow, language: Language) -> str:
    """A region's name where there is little room: without its kind where it is a kabupaten."""
    name = row.name.to(language).removeprefix("Kabupaten ")
    return SHORT_NAMES.get(name, name)


def axes_of(
    view: IndicatorView,
    rows: Sequence[RegionRow],
    language: Language,
    *,
    size: Size,
    is_named: bool,
) -> Axes:
    """The axes of a chart of `rows`, with room for their targets, and for names where it `is_named`."""
    values = [figure.value for row in rows for figure in row.figures]
    goals = [
        end for row in view.rows for t in row.targets for end in (t.near, t.far) if end is not None
    ]
    goal_years = sorted({t.year for row in rows for t in row.targets})
    # Lines are compared with each other, so that the axis need not hold zero; the page says so.
    levels = round_levels(span_of([*values, *goals], is_from_zero=False))
    heads = [format_number(v, language, decimals=fewest_decimals(levels)) for v in levels]
    left = round(max(map(len, heads)) * GLYPH + GAP, 1)
    if not is_named:
        years = [*view.years, *goal_years]
        right = size.width - GAP
        bottom = size.height - BOTTOM
        own = own_notes(view)
        return Axes(min(years), max(years), tuple(levels), left, right, bottom, {}, own)
    names = max(len(end_text(row, view, language)) for row in rows) * GLYPH
    room = size.width * (1 - _LINES_SHARE) - names - left - 2 * GAP
    to_come = [year for year in goal_years if year > max(view.years)]
    slots = _slots(to_come, most=max(1, int(room // GOAL_WIDTH)))
    places = {
        year: size.width - GOAL_WIDTH * (len(slots) - i - 0.5)
        for i, year in enumerate(slots)
        if year in to_come
    }
    right = round(size.width - names - 2 * GAP - GOAL_WIDTH * len(slots), 1)
    return Axes(
        min(view.years),
        max(view.years),
        tuple(levels),
        left,
        right,
        size.height - BOTTOM,
        places,
        own_notes(view),
    )


def _slots(years: Sequence[int], *, most: int) -> list[int]:
    """The years that have a place: each between the first and the last where so many have room."""
    every = list(range(min(years), max(years) + 1)) if years else []
    return every if len(every) <= most else foremost(years, newest=min(years) - 1, most=most)


def foremost(years: Sequence[int], *, newest: int, most: int) -> list[int]:
    """The years of targets to show where there is room for so many: the last, then the next ones to come.

    Examples
    --------
    >>> foremost([2024, 2025, 2026, 2027, 2029], newest=2025, most=2)
    [2026, 2029]
    """
    last = max(years, default=newest)
    return sorted(sorted(years, key=lambda year: (year != last, year <= newest, year))[:most])


def end_text(row: RegionRow, view: IndicatorView, language: Language) -> str:
    """What stands at the end of a line: the region, its newest figure, and how old it is where others are newer."""
    if not row.figures:
        return ""
    last = row.figures[-1]
    said = f"{short_name(row, language)} {figure_text(last.value, view.indicator, language)}"
    return said if last.year == view.years[-1] else f"{said} ({last.year})"
