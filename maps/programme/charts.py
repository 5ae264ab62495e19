"""Charts of an indicator of many regions as positions: lines in one frame, or a frame a region.

What is drawn is what the table says: a line joins only years that follow on one another in one
series; a doubtful figure is a hollow dot, one that we made of the regencies' a hollow square; a
target is an upright from its least to its most in its year, and the one that all lines are compared
with a level behind them. Everything is text and numbers, so that
the drawing on a page and the file that is saved of it are one template.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from geo.language import Language
from geo.programme.explorer import IndicatorView, RegionRow, ShownFigure
from maps.pages.line_charts import Mark, fewest_decimals, labelled_years
from maps.programme.axes import (
    BOTTOM,
    GAP,
    LINE,
    SMALL,
    TOP,
    WIDE,
    YEAR_WIDTH,
    Axes,
    Size,
    axes_of,
    end_text,
)
from maps.programme.target_marks import Goal, Level, compared_row, goals_of, level_of
from maps.programme.words import figure_words, note_words
from maps.style import INK
from maps.text import format_number

# Okabe and Ito (2008) without their yellow, then Tol's muted (2021): lines that stay apart under every
# colour blindness as far as so many can; each also has its name at its end.
PALETTE = (
    *("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"),
    *("#882255", "#117733", "#332288", "#999933", "#aa4499", "#661100", "#6699cc"),
)
_PLAIN = "#8a979e"
# Where more regions are drawn, only what no line joins has a dot.
_MOST_DOTTED = 40


@dataclass(frozen=True, slots=True)
class Dot:
    """A figure: hollow where it is doubtful, square where it is not published; `title` says all of it.

    `is_noted` marks one that has a note of its own, such as one derived from another.
    """

    x: float
    y: float
    is_good: bool
    is_made: bool
    is_noted: bool
    title: str


@dataclass(frozen=True, slots=True)
class EndLabel:
    """The name at the end of a line, at `y`; the line itself ends at `from_x`, `from_y`.

    `is_led` is False where the line ends before the newest year: nothing is to be drawn on from there.
    """

    x: float
    y: float
    from_x: float
    from_y: float
    text: str
    is_led: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One region: its runs, its dots, its name, its targets. `code` is what a script finds it by."""

    code: str
    name: str
    colour: str
    is_province: bool
    runs: tuple[str, ...]
    dots: tuple[Dot, ...]
    label: EndLabel | None
    goals: tuple[Goal, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """A chart; `empty` are the (x, width) of years that no region has a figure of.

    `goal_years` are those of targets that stand beside the names, right of the frame; `target` is the
    one that all lines are compared with.
    """

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    levels: tuple[Mark, ...]
    years: tuple[Mark, ...]
    goal_years: tuple[Mark, ...]
    empty: tuple[tuple[float, float], ...]
    breaks: tuple[float, ...]
    target: Level | None
    lines: tuple[Line, ...]
    is_from_zero: bool


def lines_chart(view: IndicatorView, language: Language, *, size: Size = WIDE) -> Lines | None:
    """All regions of a view in one frame; None where none has a figure."""
    if not any(row.figures for row in view.rows):
        return None
    named = size.is_named and len(view.rows) * LINE <= size.height - TOP - BOTTOM
    axes = axes_of(view, view.rows, language, size=size, is_named=named)
    colours = _colours(view.rows)
    drawn = [
        _line(row, view, axes, language, colour=colours[row.code], is_named=named)
        for row in sorted(view.rows, key=lambda row: row.is_province)
    ]
    return _framed(view, axes, language, size=size, lines=_without_overlap(drawn, size))


def small_charts(view: IndicatorView, language: Language) -> list[tuple[RegionRow, Lines]]:
    """A frame for each region that has a figure, all with the same axes, the province behind each."""
    rows = [row for row in view.rows if row.figures]
    if not rows:
        return []
    axes = axes_of(view, rows, language, size=SMALL, is_named=False)
    draw = partial(_line, view=view, axes=axes, language=language, is_named=False)
    province = [draw(row, colour=_PLAIN) for row in rows if row.is_province]
    return [
        (
            row,
            _framed(
                view,
                axes,
                language,
                size=SMALL,
                row=row,
                lines=[*([] if row.is_province else province), draw(row, colour=PALETTE[0])],
            ),
        )
        for row in rows
    ]


def _colours(rows: Sequence[RegionRow]) -> dict[str, str]:
    """The colour of each line by code, whatever the order of the table; many lines have one colour."""
    codes = sorted(row.code for row in rows if not row.is_province)
    palette = PALETTE if len(codes) <= len(PALETTE) else (_PLAIN,) * len(codes)
    own = dict(zip(codes, palette, strict=False))
    return {row.code: own.get(row.code, INK) for row in rows}


def _line(
    row: RegionRow,
    view: IndicatorView,
    axes: Axes,
    language: Language,
    *,
    colour: str,
    is_named: bool,
) -> Line:
    at = row.by_year
    alone = {run[0] for run in row.lines if len(run) == 1}
    label = None
    if is_named and row.figures:
        last = row.figures[-1]
        x, y = axes.x(last.year), axes.y(last.value)
        is_led = last.year == view.years[-1]
        label = EndLabel(axes.right + GAP, y, x, y, end_text(row, view, language), is_led)
    return Line(
        code=row.code,
        name=row.name.to(language),
        colour=colour,
        is_province=row.is_province,
        runs=tuple(
            " ".join(f"{axes.x(year)},{axes.y(at[year].value)}" for year in run)
            for run in row.lines
            if len(run) > 1
        ),
        dots=tuple(
            _dot(figure, row, view, axes, language, own=axes.own)
            for figure in row.figures
            if len(view.rows) <= _MOST_DOTTED or figure.year in alone or not figure.is_good
        ),
        label=label,
        goals=goals_of(row, view, axes, language),
    )


def _dot(
    figure: ShownFigure,
    row: RegionRow,
    view: IndicatorView,
    axes: Axes,
    language: Language,
    *,
    own: frozenset[str],
) -> Dot:
    said = figure_words(figure, view.indicator, language)
    is_noted = figure.note in own
    if is_noted:
        said = f"{said}. {note_words(figure, view.indicator, language)}"
    return Dot(
        x=axes.x(figure.year),
        y=axes.y(figure.value),
        is_good=figure.is_good,
        is_made=figure.basis != "published",
        is_noted=is_noted,
        title=f"{row.name.to(language)}: {said}",
    )


def _framed(
    view: IndicatorView,
    axes: Axes,
    language: Language,
    *,
    size: Size,
    lines: Sequence[Line],
    row: RegionRow | None = None,
) -> Lines:
    known = {figure.year for row in view.rows for figure in row.figures}
    half = (axes.x(axes.first + 1) - axes.x(axes.first)) / 2 if axes.last > axes.first else 0.0
    broken = view.rows if row is None else [row]
    cuts = {(b.before + b.after) / 2 for one in broken for b in one.breaks}
    decimals, room = fewest_decimals(list(axes.levels)), axes.right - axes.left
    return Lines(
        width=size.width,
        height=size.height,
        left=axes.left,
        right=axes.right,
        top=TOP,
        bottom=axes.bottom,
        levels=tuple(
            Mark(axes.y(v), format_number(v, language, decimals=decimals)) for v in axes.levels
        ),
        years=tuple(
            Mark(axes.x(year), str(year))
            for year in labelled_years(axes.first, axes.last, most=max(2, int(room // YEAR_WIDTH)))
        ),
        goal_years=tuple(Mark(x, str(year)) for year, x in axes.goals.items()),
        empty=tuple(
            (round(axes.x(year) - half, 1), round(2 * half, 1))
            for year in view.years
            if year not in known
        ),
        breaks=tuple(axes.x(cut) for cut in sorted(cuts)),
        target=level_of(compared_row(view, row), view, axes, language, is_named=size.is_named),
        lines=tuple(lines),
        is_from_zero=axes.levels[0] <= 0 <= axes.levels[-1],
    )


def _without_overlap(lines: Sequence[Line], size: Size) -> list[Line]:
    """The lines with their labels moved apart, none above the frame or below the years."""
    labels = sorted((line.label.y, i) for i, line in enumerate(lines) if line.label is not None)
    places = apart([y for y, _ in labels], low=TOP, high=size.height - BOTTOM)
    moved = dict(zip((i for _, i in labels), places, strict=True))
    return [
        line if line.label is None else replace(line, label=replace(line.label, y=moved[i]))
        for i, line in enumerate(lines)
    ]


def apart(wanted: Sequence[float], *, low: float, high: float) -> list[float]:
    """Ascending places as near to those wanted as lines of text allow, within low..high.

    Examples
    --------
    >>> apart([50.0, 52.0, 90.0], low=0, high=100)
    [43.5, 58.5, 90.0]
    """
    # Blocks of touching labels, each around the mean of what its labels want.
    blocks: list[tuple[float, int]] = []
    for y in wanted:
        blocks.append((y, 1))
        while len(blocks) > 1:
            (above, n), (below, m) = blocks[-2:]
            if below - above >= (n + m) * LINE / 2:
                break
            blocks[-2:] = [((above * n + below * m) / (n + m), n + m)]
    places: list[float] = []
    for middle, n in blocks:
        places += [middle + (i - (n - 1) / 2) * LINE for i in range(n)]
    for i in range(len(places)):
        floor = places[i - 1] + LINE if i else low
        places[i] = max(places[i], floor)
    for i in reversed(range(len(places))):
        roof = places[i + 1] - LINE if i + 1 < len(places) else high
        places[i] = min(places[i], roof)
    return [round(y, 1) for y in places]


def row_colours(view: IndicatorView) -> Mapping[str, str]:
    """The colour of each region's line, by code, for what stands beside the chart."""
    return _colours(view.rows)
