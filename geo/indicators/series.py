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
    """From `year` on an indicator is counted differently; `reason` says how.

    `regions` are the codes of those of which this is so, none where it is so of all.
    """

    year: int
    reason: Text
    regions: tuple[str, ...] = ()

    def is_of(self, region: str) -> bool:
        """Whether the figures of a region are counted differently from then on."""
        return not self.regions or region in self.regions


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
    table: pd.DataFrame,
    indicator: str,
    *,
    region: str,
    breaks: Sequence[SeriesBreak] = (),
    title: Text | None = None,
) -> FigureTrend:
    """The trend of an indicator of a regency or the province; doubtful figures are no new ones.

    Parameters
    ----------
    table : DataFrame
        As `geo.indicators.table.parse_indicators` returns it. Figures in another unit are another series.
    region : str
        Kemendagri or BPS code.
    breaks : sequence of SeriesBreak
        Those that the catalogue knows of the indicator.
    title : Text, optional
        What a break calls it; its id by default.

    Raises
    ------
    IndicatorNotFound, InvalidCode
    """
    code = to_kemendagri(region)
    found = indicator_trends(table, indicator, breaks=breaks, title=title)
    return found.get(code, FigureTrend((), (), None))


def indicator_trends(
    table: pd.DataFrame,
    indicator: str,
    *,
    breaks: Sequence[SeriesBreak] = (),
    title: Text | None = None,
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
    said = title or Text(id=indicator, en=indicator)
    return {
        code: _figure_trend(own, breaks, region=code, title=said) for code, own in found.items()
    }


def _figure_trend(
    rows: Sequence[Mapping[Any, Any]], breaks: Sequence[SeriesBreak], *, region: str, title: Text
) -> FigureTrend:
    points = [
        FigurePoint(
            int(row["year"]),
            row["value"],
            row["period"],
            (row["source"],),
            row["confidence"] == "ok",
        )
        for row in rows
    ]
    units = [row["unit"] for row in rows]
    segments, broken = figure_segments(points, units, breaks=breaks, region=region, title=title)
    new = [p for p in segments[-1] if p.is_new]
    change = new[-1].value - new[0].value if len(new) > 1 else None
    return FigureTrend(segments, broken, change)


def figure_segments(
    points: Sequence[P],
    units: Sequence[str],
    *,
    breaks: Sequence[SeriesBreak],
    region: str,
    title: Text,
) -> tuple[tuple[tuple[P, ...], ...], tuple[Break, ...]]:
    """The figures of one region in order, divided where their unit changes or the catalogue says so."""
    own = [one for one in breaks if one.is_of(region)]
    bases = [
        {"": Basis(title, (unit,), "", 1.0, frozenset({point.year}))}
        for point, unit in zip(points, units, strict=True)
    ]
    return segments_of(points, bases, breaks={"": own})


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
