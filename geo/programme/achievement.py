"""Achievement as the performance report (LKIP) states it: target, realisation, percent, category.

For an indicator that should rise the percent is realisation / target; for one that should fall it is
(2 · target - realisation) / target. A range is reached at its near end, so that end is measured and
the percent against the far one stands beside it. Cut-offs of categories are a file of their own.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import Field

from geo.errors import IndicatorNotFound, InvalidTargets
from geo.indicators.table import Indicator, note_of
from geo.language import Text, filled, texts, written
from geo.programme.indices.index_file import Flag, Identifier, Number, Sentence, Words
from geo.programme.province import province_value, unit_code
from geo.programme.publish_targets import targets as published_targets
from geo.programme.targets import Level, Target, TargetDirection, targets_of, with_decimals
from geo.published import indicator_catalogue, indicators
from geo.published import region as planning_region
from geo.store.store import Store
from geo.store.versions import Published
from geo.toml_file import Fault, Table, read_toml
from geo.vector.planning_region import PlanningRegion

_SAY = texts(__name__)


@dataclass(frozen=True, slots=True)
class Category:
    """A name for a percent of achievement from `from_percent` on, in whole percent."""

    id: str
    title: Text
    from_percent: float


@dataclass(frozen=True, slots=True)
class Categories:
    """The table of categories, best first, with where it comes from.

    `confirmed` is false until the office has said that its own report uses these cut-offs.
    """

    categories: tuple[Category, ...]
    source: Text
    source_url: str
    note: Text
    confirmed: bool

    def of(self, percent: float) -> Category:
        """The category of a percent, rounded to a whole one, a half up."""
        whole = math.floor(percent + 0.5)
        return next((c for c in self.categories if whole >= c.from_percent), self.categories[-1])


@dataclass(frozen=True, slots=True)
class Achievement:
    """What was reached of one target.

    `realisation`, `percent`, `percent_far` and `category` are None without a figure of the target's
    year; a percent also where its end of the range is 0 or less, of which no part can be reached. `reason`
    says why there is no `percent`. `percent` is measured at the near end, `percent_far` at the far one,
    None where that is open. `so_far` is
    what the newest figure before the target's year is of the near end: no achievement yet. `note` is
    what the table remarks on the figure that is shown, that it was derived say; None without one.
    """

    target: Target
    realisation: float | None
    period: str
    percent: float | None
    percent_far: float | None
    category: Category | None
    formula: Text
    reason: Text | None
    so_far: "SoFar | None" = None
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class SoFar:
    """The newest figure before a target's year, and how much of the target it is in percent."""

    value: float
    year: int
    period: str
    percent: float


def percent_reached(realisation: float, target: float, *, direction: TargetDirection) -> float:
    """How much of a target above 0 was reached, in percent: 100 is the target itself, more is better.

    Parameters
    ----------
    realisation, target : float
        In the indicator's unit. Below 0 percent when a falling indicator is above twice its target.

    Raises
    ------
    ZeroDivisionError
        Of a target of 0.

    Examples
    --------
    >>> round(percent_reached(4.16, 3.97, direction="down"), 2)
    95.21
    >>> percent_reached(70.0, 80.0, direction="up")
    87.5
    """
    reached = realisation if direction == "up" else 2 * target - realisation
    return reached / target * 100


def achievement(
    target: Target, realisation: float | None, *, period: str = "", categories: Categories
) -> Achievement:
    """The achievement of one target, by a figure of its year; None where there is no good one yet."""
    facts: dict[str, Any] = {
        "target": target,
        "realisation": realisation,
        "period": period,
        "formula": _SAY[f"formula_{target.direction}"],
    }
    if realisation is None:
        missing = filled(_SAY["no_figure"], year=target.year)
        return Achievement(**facts, percent=None, percent_far=None, category=None, reason=missing)
    near, far = (
        percent_reached(realisation, end, direction=target.direction) if end and end > 0 else None
        for end in (target.near, target.far)
    )
    category = None if near is None else categories.of(near)
    reason = _SAY["not_above_zero"] if near is None else None
    return Achievement(**facts, percent=near, percent_far=far, category=category, reason=reason)


def achievements(
    table: pd.DataFrame,
    targets: Sequence[Target],
    *,
    catalogue: Mapping[str, Indicator],
    region: PlanningRegion,
    categories: Categories,
) -> tuple[Achievement, ...]:
    """The achievement of each target, in their order.

    Parameters
    ----------
    table : DataFrame
        As `parse_indicators` returns it; a doubtful figure is no realisation. A province without a
        published figure has that of `geo.programme.province`.
    """
    is_asked = table["indicator"].isin({target.indicator for target in targets})
    good = table[is_asked & (table["confidence"] == "ok")]
    columns = ["indicator", "regency_code", "year", "value", "period", "note"]
    figures: dict[tuple[str, str], dict[int, tuple[float, str]]] = {}
    notes: dict[tuple[str, str, int], str] = {}
    for indicator, code, year, value, *said in good[columns].itertuples(index=False, name=None):
        period, notes[indicator, code, int(year)] = map(str, said)
        figures.setdefault((indicator, code), {})[int(year)] = (float(value), period)
    found = []
    for target in targets:
        known = figures.get((target.indicator, target.region), {})
        figure = known.get(target.year)
        if figure is None and target.region == region.code:
            meant = catalogue[target.indicator]
            own = province_value(table, meant, year=target.year, region=region)
            figure = None if own is None else (own.value, str(own.year))
        value, period = figure or (None, "")
        one = achievement(target, value, period=period, categories=categories)
        so_far = _so_far(target, known) if figure is None else None
        shown = target.year if so_far is None else so_far.year
        remark = notes.get((target.indicator, target.region, shown))
        note = note_of(remark, catalogue[target.indicator].notes) if remark else None
        found.append(replace(one, so_far=so_far, note=note))
    return tuple(found)


def measured(
    store: Store | Published,
    folder: Path,
    *,
    indicator: str | None = None,
    region: str | None = None,
    year: int | None = None,
    level: Level | None = None,
) -> tuple[tuple[Achievement, ...], dict[str, Any]]:
    """The achievement of published targets, and the catalogue, region and categories that it is read by.

    Parameters
    ----------
    folder : Path
        Of the data that ship, with the table of categories.
    level : optional
        Of the plan; all but proposals by default.

    Raises
    ------
    IndicatorNotFound, InvalidCode, ZoneNotFound
    """
    now = store.current()
    around: dict[str, Any] = {
        "catalogue": indicator_catalogue(now),
        "region": planning_region(now),
        "categories": read_categories(folder / "programme" / "achievement.toml"),
    }
    if indicator is not None and indicator not in around["catalogue"]:
        raise IndicatorNotFound(indicator, available=sorted(around["catalogue"]))
    code = None if region is None else unit_code(region, region=around["region"])
    found = targets_of(published_targets(now), indicator=indicator, region=code, level=level)
    asked = [t for t in found if year in (None, t.year) and (level or t.level != "usulan")]
    return achievements(indicators(now), asked, **around), around


def _so_far(target: Target, known: Mapping[int, tuple[float, str]]) -> SoFar | None:
    year = max((year for year in known if year < target.year), default=None)
    if year is None or target.near <= 0:
        return None
    value, period = known[year]
    percent = percent_reached(value, target.near, direction=target.direction)
    return SoFar(value, year, period, percent)


def worked(found: Achievement, *, decimals: int) -> Text:
    """The formula with its numbers in it, so that a reader can do it again.

    Before the target's year the numbers are those of the newest figure, which is said; without any
    figure it is the formula alone.
    """
    if found.realisation is not None and found.percent is not None:
        return _worked(found.target, found.realisation, found.percent, decimals=decimals)
    if found.so_far is None:
        return found.formula
    so_far = _worked(found.target, found.so_far.value, found.so_far.percent, decimals=decimals)
    return filled(_SAY["worked_so_far"], formula=so_far)


def _worked(target: Target, value: float, percent: float, *, decimals: int) -> Text:
    return filled(
        _SAY[f"worked_{target.direction}"],
        target=with_decimals(target.near, least=decimals),
        realisation=written(value, decimals=decimals),
        percent=written(percent, decimals=2),
    )


class _Category(Table):
    id: Identifier
    title: Words
    from_percent: Number = Field(alias="from")


class _File(Table):
    source: Words
    source_url: Sentence
    note: Words
    confirmed: Flag
    category: list[_Category] = Field(min_length=2)


def parse_categories(toml_text: str) -> Categories:
    """The table of categories from its file, best first.

    Raises
    ------
    InvalidTargets
        Naming the line; also when the cut-offs do not fall, or the last one is not 0.
    """
    _, read = read_toml(toml_text, _File)
    if isinstance(read, Fault):
        raise InvalidTargets(reason=filled(_SAY["line"], line=read.line, problem=read.problem))
    cuts = [float(c.from_percent) for c in read.category]
    if cuts != sorted(set(cuts), reverse=True) or cuts[-1] != 0:
        raise InvalidTargets(reason=_SAY["not_falling"])
    return Categories(
        categories=tuple(Category(c.id, c.title, float(c.from_percent)) for c in read.category),
        source=read.source,
        source_url=read.source_url,
        note=read.note,
        confirmed=read.confirmed,
    )


@cache
def read_categories(path: Path) -> Categories:
    """The table of categories in a file, read once."""
    return parse_categories(path.read_text(encoding="utf-8"))
