"""Figures of several years, and where their series break: nothing is compared across a break.

Figures that may be compared form a segment; between two segments stands the reason. A figure that
was carried forward from an older year, and a doubtful one, is no new observation. What makes two
assessments of a zone comparable is `geo/readiness/trends.py`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, TypeVar

import pandas as pd

from geo.errors import IndicatorNotFound
from geo.language import Text, filled, joined, percent, texts
from geo.vector.regions import to_kemendagri

_SAY = texts(__name__)

# Shares of a zone closer than this are the same share.
_SAME = 1e-9
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class SeriesBreak:
    """From `year` on an indicator is counted differently; `reason` says how."""

    year: int
    reason: Text


@dataclass(frozen=True, slots=True)
class Break:
    """Why the figures of `after` and later are not compared with those of `before`."""

    before: int
    after: int
    reasons: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class FigurePoint:
    """One figure: `is_new` is False where it is carried forward from an older year, or doubtful."""

    year: int
    value: float
    period: str
    sources: tuple[str, ...]
    is_new: bool


@dataclass(frozen=True, slots=True)
class FigureTrend:
    """One figure over the years; `change` is last - first new figure of the newest segment."""

    segments: tuple[tuple[FigurePoint, ...], ...]
    breaks: tuple[Break, ...]
    change: float | None

    @property
    def newest(self) -> FigurePoint | None:
        """The newest figure, good or not; None without any."""
        return self.segments[-1][-1] if self.segments else None

    @property
    def good(self) -> list[FigurePoint]:
        """The new figures of all segments, oldest first."""
        return [point for segment in self.segments for point in segment if point.is_new]

    @property
    def good_unbroken(self) -> list[FigurePoint]:
        """The new figures of the newest segment, which may be compared."""
        return [point for point in self.segments[-1] if point.is_new] if self.segments else []


@dataclass(frozen=True, slots=True)
class Basis:
    """What a criterion rests on: which series, which part of the zone, figures of which years."""

    title: Text
    series: tuple[object, ...]
    indicator: str | None
    credit: float
    years: frozenset[int]


# What one year rests on, by criterion or indicator; and the known breaks, by indicator.
Bases = Mapping[str, Basis]
Breaks = Mapping[str, Sequence[SeriesBreak]]


class _InYear(Protocol):
    @property
    def year(self) -> int: ...


P = TypeVar("P", bound=_InYear)


def indicator_trend(
    table: pd.DataFrame, indicator: str, *, region: str, breaks: Breaks | None = None
) -> FigureTrend:
    """The trend of an indicator of a regency or the province; doubtful figures are no new ones.

    Parameters
    ----------
    table : DataFrame
        As `geo.indicators.table.parse_indicators` returns it. Figures in another unit are another series.
    region : str
        Kemendagri or BPS code.

    Raises
    ------
    IndicatorNotFound, InvalidCode
    """
    code = to_kemendagri(region)
    return indicator_trends(table, indicator, breaks=breaks).get(code, FigureTrend((), (), None))


def indicator_trends(
    table: pd.DataFrame, indicator: str, *, breaks: Breaks | None = None
) -> dict[str, FigureTrend]:
    """The trend of an indicator in every region that has a figure of it, as `indicator_trend`.

    Returns
    -------
    dict
        By Kemendagri code.
    """
    rows = table[table["indicator"] == indicator]
    if rows.empty:
        raise IndicatorNotFound(indicator, available=sorted(table["indicator"].unique()))
    found: dict[str, list[Mapping[Any, Any]]] = {}
    for row in rows.sort_values("year").to_dict("records"):
        found.setdefault(row["regency_code"], []).append(row)
    return {code: _figure_trend(own, breaks or {}) for code, own in found.items()}


def _figure_trend(rows: Sequence[Mapping[Any, Any]], breaks: Breaks) -> FigureTrend:
    points, bases = [], []
    for row in rows:
        year, indicator = int(row["year"]), row["indicator"]
        is_good = row["confidence"] == "ok"
        points.append(FigurePoint(year, row["value"], row["period"], (row["source"],), is_good))
        title = Text(id=indicator, en=indicator)
        series = (indicator, row["unit"])
        bases.append({indicator: Basis(title, series, indicator, 1.0, frozenset({year}))})
    segments, broken = segments_of(points, bases, breaks=breaks)
    new = [p for p in segments[-1] if p.is_new]
    change = new[-1].value - new[0].value if len(new) > 1 else None
    return FigureTrend(segments, broken, change)


def segments_of(
    points: Sequence[P], bases: Sequence[Bases], *, breaks: Breaks
) -> tuple[tuple[tuple[P, ...], ...], tuple[Break, ...]]:
    """Points in order, divided wherever a point cannot be compared with the one before it."""
    segments: list[list[P]] = []
    found: list[Break] = []
    for i, point in enumerate(points):
        reasons = _reasons(bases[i - 1], bases[i], breaks) if i else ()
        if reasons:
            found.append(Break(points[i - 1].year, point.year, reasons))
        if reasons or not i:
            segments.append([])
        segments[-1].append(point)
    return tuple(tuple(segment) for segment in segments), tuple(found)


def _reasons(before: Bases, after: Bases, breaks: Breaks) -> tuple[Text, ...]:
    """Why two years of one zone cannot be compared; none when they can."""
    reasons = [filled(_SAY["lost"], title=before[c].title) for c in before if c not in after]
    reasons += [filled(_SAY["gained"], title=after[c].title) for c in after if c not in before]
    for criterion in (c for c in after if c in before):
        old, new = before[criterion], after[criterion]
        if old.series != new.series:
            reasons.append(filled(_SAY["other_series"], title=new.title))
        elif abs(old.credit - new.credit) > _SAME:
            shares = {
                "before": percent(old.credit, beside=new.credit),
                "after": percent(new.credit),
            }
            reasons.append(filled(_SAY["other_part"], title=new.title, **shares))
        reasons += [
            filled(_SAY["broken"], title=new.title, year=b.year, reason=b.reason)
            for b in breaks.get(new.indicator or "", ())
            # A mean over regencies may mix figures from both sides of a break.
            if old.years
            and new.years
            and {y >= b.year for y in old.years} != {y >= b.year for y in new.years}
        ]
    return tuple(reasons)


@lru_cache(maxsize=1024)
def years_in(period: str | None) -> frozenset[int]:
    """The years that a period names: `Agustus 2024 / Agustus 2025` names two."""
    return frozenset(int(year) for year in _YEAR.findall(period or ""))


def last_break(breaks: Sequence[Break]) -> list[Text]:
    """A sentence about the newest break, none where there is none."""
    if not breaks:
        return []
    last = breaks[-1]
    return [
        filled(
            _SAY["break"],
            before=last.before,
            after=last.after,
            reasons=joined(last.reasons, by="; "),
        )
    ]


def producers(point: FigurePoint) -> frozenset[str]:
    """Who published a figure, by which survey: its sources without the years that they name."""
    return frozenset(_YEAR.sub("", source) for source in point.sources)


NO_CHANGE = _SAY["no_change"]
