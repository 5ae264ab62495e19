"""Targets in a chart: each an upright in its year, and the one that all are compared with as a level.

The level lies flat over the years that have figures: it says how far a line is from the target, and
leads from no figure to any year, so that nobody reads a forecast in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from geo.language import Language
from geo.programme.explorer import IndicatorView, RegionRow
from geo.programme.targets import Target, level_word, range_in_words
from maps.programme.axes import GAP, GLYPH, GOAL_WIDTH, LINE, Axes
from maps.programme.words import is_proposal, target_words
from maps.text import translate

_GOAL_STEP = 9.0
# Where a line between two years is looked at: words are wider than a year, and a steep line is thin.
_ALONG = tuple(step / 16 for step in range(16))
# In how many places along the level its words are tried.
_PLACES = 12


@dataclass(frozen=True, slots=True)
class Goal:
    """A target's upright; `top` and `foot` are equal where it is one number. A proposal is dashed."""

    x: float
    top: float
    foot: float
    is_binding: bool
    title: str


@dataclass(frozen=True, slots=True)
class Level:
    """A target as a level: dashed at its near end, a band to its far end; `text` is empty without room.

    Its words stand at `text_x`, `text_y`, where the fewest lines pass.
    """

    near: float
    top: float
    foot: float
    text: str
    text_x: float
    text_y: float
    title: str


def goals_of(
    row: RegionRow, view: IndicatorView, axes: Axes, language: Language
) -> tuple[Goal, ...]:
    """The uprights of a region's targets, but of years without room."""
    return tuple(
        Goal(
            x=round(x + _aside(row, target, view), 1),
            is_binding=not is_proposal(target),
            top=min(_ends_at(target, axes)),
            foot=max(_ends_at(target, axes)),
            title=f"{row.name.to(language)}: {target_words(target, view.indicator, language)}",
        )
        for target in row.targets
        if (x := axes.goal_x(target.year)) is not None
    )


def _ends_at(target: Target, axes: Axes) -> tuple[float, float]:
    """Where the near and the far end stand; an open one where the near one does."""
    far = target.near if target.far is None else target.far
    return axes.y(target.near), axes.y(far)


def _aside(row: RegionRow, target: Target, view: IndicatorView) -> float:
    """How far a target of a year stands aside, so that those of several regions do not lie on one another."""
    codes = [one.code for one in view.rows if any(t.year == target.year for t in one.targets)]
    step = min(_GOAL_STEP, (GOAL_WIDTH - GAP) / max(len(codes) - 1, 1))
    return (codes.index(row.code) - (len(codes) - 1) / 2) * step


def compared_row(view: IndicatorView, row: RegionRow | None = None) -> RegionRow | None:
    """Whose target is the level of a chart of all regions, or of one `row`; None where there is none.

    That of the province, or of the only region. A chart of one region has its own, else the
    province's, but of a total, which is no target of its parts.
    """
    province = next((one for one in view.rows if one.is_province), None)
    alone = view.rows[0] if len(view.rows) == 1 else None
    if row is None:
        chosen = province or alone
    else:
        is_part = not row.is_province and view.indicator.aggregation == "sum"
        chosen = row if end_target(row) or is_part else province
    return chosen if chosen and end_target(chosen) else None


def end_target(row: RegionRow) -> Target | None:
    """The target of the last year that a plan binds a region to; None without one."""
    bound = [one for one in row.targets if not is_proposal(one)]
    last = max((one.year for one in bound), default=None)
    return next((one for one in bound if one.year == last), None)


def level_words(view: IndicatorView, row: RegionRow, language: Language) -> str:
    """Whose level it is, of which year, and its range."""
    target = end_target(row)
    if target is None:
        return ""
    head = translate(
        "explorer.goal_head",
        language,
        year=target.year,
        level=level_word(target.level).to(language),
    )
    return f"{head}: {range_in_words(target, view.indicator).to(language)}"


def level_of(
    row: RegionRow | None, view: IndicatorView, axes: Axes, language: Language, *, is_named: bool
) -> Level | None:
    """The level of a region's end target; None without one."""
    target = None if row is None else end_target(row)
    if row is None or target is None:
        return None
    near, far = _ends_at(target, axes)
    said = level_words(view, row, language)
    width = len(said) * GLYPH
    has_room = is_named and width <= axes.right - axes.left - 2 * GAP
    top, foot = min(near, far), max(near, far)
    sides: Sequence[float] = (
        (top - 5, foot + 14) if target.direction == "down" else (foot + 14, top - 5)
    )
    if foot - top > LINE + GAP:
        # A band that holds a line of text has room within, at either end.
        sides = (*sides, top + 14, foot - 6)
    # To look for room takes all figures of the view: of small charts without words, for nothing.
    x, y = _freest(view, axes, width=width, sides=sides) if has_room else (axes.left, near)
    return Level(
        near=near,
        top=top,
        foot=foot,
        text=said if has_room else "",
        text_x=round(x, 1),
        text_y=y,
        title=f"{row.name.to(language)}: {target_words(target, view.indicator, language)}",
    )


def _freest(
    view: IndicatorView, axes: Axes, *, width: float, sides: Sequence[float]
) -> tuple[float, float]:
    """Where words so wide meet the fewest lines: along the level, at one of `sides`, the left one first."""
    # A figure alone, and the last of a run, is one point however often it is looked at.
    passed = {
        (
            axes.x(begin + step * (end - begin)),
            axes.y(at[begin].value + step * (at[end].value - at[begin].value)),
        )
        for row in view.rows
        for at in [row.by_year]
        for run in row.lines
        for begin, end in zip(run, [*run[1:], run[-1]], strict=True)
        for step in _ALONG
    }
    room = max(axes.right - axes.left - 2 * GAP - width, 0.0)
    starts = [axes.left + GAP + room * step / (_PLACES - 1) for step in range(_PLACES)]
    places = [(x, y) for x in starts for y in sides]

    def met(place: tuple[float, float]) -> int:
        x, y = place
        return sum(x - GAP < px < x + width + GAP and y - LINE < py < y + GAP for px, py in passed)

    return min(places, key=met)
