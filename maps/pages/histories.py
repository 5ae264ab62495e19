"""Figures of a region and the score of a zone over the years: newest, chart, table, breaks, sources.

Sources are long and repeat, so a page lists them once and its figures name their numbers.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

import pandas as pd

from geo.indicators.amounts import POINTS, amount, change_in_words
from geo.indicators.series import NO_CHANGE, FigureTrend, indicator_trend, producers
from geo.indicators.table import Indicator, Theme, note_of
from geo.language import Language, Text, joined
from geo.programme.province import province_in_words
from geo.readiness.trends import ZonePoint, ZoneTrend, is_hardly
from geo.vector.planning_region import PlanningRegion
from maps.escape import safe_address, text_or_none
from maps.folium.cards import class_cards
from maps.folium.views import ModelView
from maps.pages.line_charts import Band, ChartPoint, LineChart, line_chart
from maps.text import format_number, format_period, format_share, translate

# What planners of manpower look for first; every other indicator follows.
LABOUR = (
    *("tpt_agustus", "tpak_agustus", "umk", "angkatan_kerja_agustus", "bekerja_agustus"),
    *("penganggur_agustus", "tpt_februari", "tpak_februari"),
)
# A year of a source that stands by itself: not that of a decree (300.2.2-2138/2025).
_YEAR = re.compile(r"(?<![\w/.–-])(?:19|20)\d{2}(?![\w/–-])")
_A_YEAR = "\0"
# The axis of a score's chart.
_SCORES = (0.0, 100.0)


@dataclass(frozen=True, slots=True)
class NumberedSource:
    """A source under the number by which the figures of its page name it."""

    number: int
    text: str
    address: str | None
    via: str | None
    key: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class PrintedFigure:
    """One figure as it is printed; a doubtful one is marked by its table itself.

    `value` has the sign of its unit (Rp3.725.000, 4,16%), `unit` is what follows it: nothing where
    `value` is words, as nobody was counted yet.
    """

    period: str
    value: str
    unit: str
    is_doubtful: bool
    source: int
    year: int


@dataclass(frozen=True, slots=True)
class History:
    """One indicator of one region. `figures` are the newest first, and never none.

    `beside` is what the province has in the year of the headline, and how that came about.
    """

    id: str
    title: str
    unit: str
    caveat: str
    theme: str
    figures: tuple[PrintedFigure, ...]
    chart: LineChart | None
    passed_over: str
    change: str
    breaks: tuple[str, ...]
    notes: tuple[str, ...]
    beside: str = ""

    @property
    def headline(self) -> PrintedFigure:
        """The newest figure that nobody doubts; where all are doubtful, the newest of them."""
        return next((f for f in self.figures if not f.is_doubtful), self.figures[0])

    @property
    def is_labour(self) -> bool:
        """Whether it is about work and wages."""
        return self.id in LABOUR


def _without_year(source: str) -> str:
    """A source without its year, where it names one only: "BPS Kalsel, Sakernas Agustus …"."""
    return _YEAR.sub(_A_YEAR, source) if len(_YEAR.findall(source)) == 1 else source


def numbered_sources(rows: pd.DataFrame) -> tuple[NumberedSource, ...]:
    """The sources of an indicator table's rows, each once, in the order of the rows.

    Those that differ by the year alone are one, which names its years.
    """
    years: dict[tuple[str, str, str], list[str]] = {}
    for source, address, via in zip(rows["source"], rows["source_url"], rows["via"], strict=True):
        years.setdefault((_without_year(source), address, via), []).extend(_YEAR.findall(source))
    return tuple(
        NumberedSource(
            number,
            key[0].replace(_A_YEAR, ", ".join(sorted(set(found)))),
            safe_address(key[1]),
            text_or_none(key[2]),
            key=key,
        )
        for number, (key, found) in enumerate(years.items(), start=1)
    )


def histories(
    rows: pd.DataFrame,
    catalogue: Mapping[str, Indicator],
    sources: Sequence[NumberedSource],
    language: Language,
) -> tuple[History, ...]:
    """Every indicator of one region: work and wages first, then by theme and title.

    Parameters
    ----------
    rows
        Of one region, as `geo.indicators.table.parse_indicators` returns them.
    catalogue
        What each indicator is called; one that it does not name is called by its id.
    sources
        From `numbered_sources` of the same rows, or of more.
    """
    numbers = {s.key: s.number for s in sources}
    found = [
        _history(str(indicator), group, catalogue, numbers, language)
        for indicator, group in rows.groupby("indicator")
    ]
    last = len(get_args(Theme))

    def place(history: History) -> tuple[int, int, str]:
        known = catalogue.get(history.id)
        first = LABOUR.index(history.id) if history.is_labour else len(LABOUR)
        return first, last if known is None else known.theme_place, history.title.casefold()

    return tuple(sorted(found, key=place))


def beside_province(
    found: Sequence[History],
    table: pd.DataFrame,
    catalogue: Mapping[str, Indicator],
    *,
    region: PlanningRegion,
    language: Language,
) -> tuple[History, ...]:
    """Histories of a regency with the province's figure of the same year, where it has one."""

    def beside(one: History) -> str:
        known = catalogue.get(one.id)
        if known is None:
            return ""
        said = province_in_words(table, known, year=one.headline.year, region=region)
        return "" if said is None else said.to(language)

    return tuple(replace(one, beside=beside(one)) for one in found)


def _history(
    indicator: str,
    rows: pd.DataFrame,
    catalogue: Mapping[str, Indicator],
    numbers: Mapping[tuple[str, str, str], int],
    language: Language,
) -> History:
    known = catalogue.get(indicator)
    decimals = None if known is None else known.decimals
    records = rows.sort_values("year", ascending=False, kind="stable").to_dict("records")
    trend = indicator_trend(
        rows,
        indicator,
        region=str(records[0]["regency_code"]),
        breaks=() if known is None else known.breaks,
    )
    written = str(records[0]["unit"])
    unit = Text(id=written, en=written) if known is None else known.unit
    figures = tuple(
        PrintedFigure(
            period=_period_said(record, known, language),
            **printed_value(record["value"], unit.to(language), known, language),
            is_doubtful=record["confidence"] != "ok",
            source=numbers[_without_year(record["source"]), record["source_url"], record["via"]],
            year=int(record["year"]),
        )
        for record in records
    )
    return History(
        id=indicator,
        title=indicator if known is None else known.title.to(language),
        unit=unit.to(language),
        caveat="" if known is None else known.caveat.to(language),
        theme=(known.theme if known else None) or "other",
        figures=figures,
        chart=line_chart(
            _segments(trend),
            language,
            decimals=decimals,
            unit=unit.to(language),
            # An index has no zero that anybody stands near; its chart says that the axis is cut.
            is_from_zero=known is not None and known.kind != "index",
        ),
        passed_over=_passed_over(figures, language),
        # Two days of two floods are no change.
        change="" if _is_snapshot(known) else _change(trend, unit, decimals, language),
        breaks=tuple(
            translate("portrait.break", language, before=b.before, after=b.after)
            for b in trend.breaks
        ),
        notes=tuple(
            note_of(note, () if known is None else known.notes).to(language)
            for note in dict.fromkeys(text_or_none(r["note"]) for r in records)
            if note and not _is_snapshot(known) and (known is None or note != known.caveat.id)
        ),
    )


def _is_snapshot(known: Indicator | None) -> bool:
    return known is not None and known.is_snapshot


def printed_value(
    value: float, unit: str, known: Indicator | None, language: Language
) -> dict[str, str]:
    """The number with the sign of `unit`, and what follows it; the 0 of a snapshot is no count of nobody."""
    if value == 0 and _is_snapshot(known):
        return {"value": translate("facts.unrecorded", language), "unit": ""}
    decimals = None if known is None else known.decimals
    figure, follows = amount(format_number(value, language, decimals=decimals), unit)
    return {"value": figure, "unit": follows}


def day_of(record: Mapping[Any, Any], known: Indicator, language: Language) -> str:
    """The day, and the hour where its source gives it, that a snapshot's note names; else its period."""
    note = text_or_none(record["note"])
    if note is None:
        return format_period(str(record["period"]), language)
    return note_of(note, known.notes).to(language).removesuffix(".")


def _period_said(record: Mapping[Any, Any], known: Indicator | None, language: Language) -> str:
    if known is not None and known.is_snapshot:
        return day_of(record, known, language)
    return format_period(str(record["period"]), language)


def _passed_over(figures: Sequence[PrintedFigure], language: Language) -> str:
    """A sentence on the doubtful figures that are newer than the one that heads; empty without."""
    doubtful = list(itertools.takewhile(lambda figure: figure.is_doubtful, figures))
    if len(doubtful) in (0, len(figures)):
        return ""
    shown = ", ".join(f"{f.value} ({f.period})" for f in doubtful)
    return translate("portrait.passed_over", language, figures=shown)


def _segments(trend: FigureTrend) -> list[list[ChartPoint]]:
    return [[ChartPoint(p.year, p.value, p.is_new) for p in segment] for segment in trend.segments]


def _change(trend: FigureTrend, unit: Text, decimals: int | None, language: Language) -> str:
    """What changed within the newest years that may be compared; nothing where there is only one."""
    if trend.change is None:
        return ""
    new = trend.good_unbroken
    change = change_in_words(trend.change, unit, decimals=decimals).to(language)
    said = translate(
        "portrait.change",
        language,
        change=change[0].upper() + change[1:],
        first=new[0].year,
        last=new[-1].year,
    )
    if producers(new[0]) == producers(new[-1]):
        return said
    return f"{said} {translate('portrait.other_source', language)}"


def score_history(
    trend: ZoneTrend, model: ModelView, titles: Mapping[str, Text], language: Language
) -> dict[str, Any]:
    """Everything that a page says of a zone over the years, the newest year first.

    `titles` are those of the criteria by id.
    """
    classes = class_cards(model, language)
    broken = {b.after for b in trend.breaks}
    points = [point for segment in trend.segments for point in segment] + list(trend.unranked)
    return {
        "sentence": _score_said(trend, titles, language),
        "chart": _score_chart(trend, model, classes, language),
        "classes": list(reversed(classes.values())),
        "years": [
            _year_row(point, classes, is_after_break=point.year in broken, language=language)
            | {"coverage": format_share(point.data_coverage, language, beside=model.coverage_floor)}
            for point in sorted(points, key=lambda p: -p.year)
        ],
        "breaks": [
            {
                "title": translate("portrait.break", language, before=b.before, after=b.after),
                "reasons": [reason.to(language) for reason in b.reasons],
            }
            for b in reversed(trend.breaks)
        ],
    }


def _score_said(trend: ZoneTrend, titles: Mapping[str, Text], language: Language) -> str:
    """What changed; the breaks, which the trend's own sentence also tells, stand in a list."""
    change = trend.change
    if not trend.segments:
        return trend.sentence.to(language)
    if change is None:
        return NO_CHANGE.format(name=trend.name).to(language)
    said = translate(
        "portrait.score_same" if is_hardly(change.score) else "portrait.score_change",
        language,
        change=change_in_words(change.score, POINTS, decimals=1).to(language),
        first=change.first,
        last=change.last,
    )
    if not change.unobserved:
        return said
    unobserved = joined([titles[c] for c in change.unobserved]).to(language)
    return f"{said} {translate('portrait.unobserved', language, titles=unobserved)}"


def _score_chart(
    trend: ZoneTrend,
    model: ModelView,
    classes: Mapping[str, Mapping[str, str]],
    language: Language,
) -> LineChart | None:
    segments = [
        [ChartPoint(p.year, p.score, bool(p.observed)) for p in segment if p.score is not None]
        for segment in trend.segments
    ]
    bands = [Band(c.lower, classes[c.id]["colour"]) for c in model.ordered_classes]
    return line_chart(segments, language, decimals=1, span=_SCORES, bands=bands)


def _year_row(
    point: ZonePoint,
    classes: Mapping[str, Mapping[str, str]],
    *,
    is_after_break: bool,
    language: Language,
) -> dict[str, Any]:
    return {
        "year": point.year,
        "score": format_number(point.score, language, decimals=1),
        "rank": "–"
        if point.rank is None
        else translate("portrait.rank_in", language, rank=point.rank, n=point.of),
        "class": classes.get(point.rank_class or ""),
        "status": translate(f"status.{point.status}", language),
        "is_after_break": is_after_break,
    }
