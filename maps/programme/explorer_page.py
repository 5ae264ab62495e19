"""What the explorer of indicators says, in one language: the list by theme, and the view of a few.

Everything is text, numbers and positions: the page needs no script. What it shows is made by
`geo.programme.explorer`; its charts are `maps/programme/charts.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_args

import geopandas as gpd
import pandas as pd

from geo import published
from geo.indicators.table import Indicator, Theme, note_of
from geo.language import LANGUAGES, Language
from geo.programme.explorer import (
    ExplorerQuestion,
    IndicatorView,
    RegionRow,
    explore,
)
from geo.programme.province import unit_codes
from geo.programme.publish_targets import targets
from geo.programme.targets import Target, level_word, range_in_words, with_targets
from geo.store.versions import Published
from maps.escape import safe_address
from maps.pages.histories import NumberedSource, numbered_sources
from maps.programme.axes import NARROW, WIDE
from maps.programme.charts import lines_chart, row_colours, small_charts
from maps.programme.indicator_map import indicator_map
from maps.programme.target_marks import compared_row, end_target, level_words
from maps.programme.words import (
    figure_words,
    government_said,
    is_proposal,
    note_words,
    own_notes,
    target_note,
)
from maps.text import format_number, format_period, translate

Show = Literal["lines", "table", "multiples", "map"]
SHOWS: tuple[Show, ...] = get_args(Show)
# More small charts than a page of a few screens holds; the others are a choice of regions away.
MOST_SMALL = 40
_MOST_REASONS = 8
# Indicators that the form offers to lie below each other.
MOST_PICKED = 3
_MOST_NAME = 80


@dataclass(frozen=True, slots=True)
class ListedIndicator:
    """An indicator of the list: `words` are what a search looks through, in both languages."""

    id: str
    title: str
    unit: str
    years: str
    last: int
    regions: int
    words: str


@dataclass(frozen=True, slots=True)
class ListedTheme:
    """A heading of the list."""

    title: str
    indicators: tuple[ListedIndicator, ...]


def indicator_list(
    table: pd.DataFrame, catalogue: Mapping[str, Indicator], language: Language
) -> tuple[ListedTheme, ...]:
    """Every indicator that has a figure, under its theme: first what most regions have, by title."""
    known = table.groupby("indicator", observed=True).agg(
        first=("year", "min"), last=("year", "max"), regions=("regency_code", "nunique")
    )
    facts = known.to_dict("index")
    found: dict[Theme | None, list[ListedIndicator]] = {theme: [] for theme in get_args(Theme)}
    most = max((fact["regions"] for fact in facts.values()), default=0)

    def place(one: Indicator) -> tuple[bool, str]:
        # First what most regions have: the others are of one place or two.
        return facts[one.id]["regions"] < most / 2, one.title.to(language).casefold()

    for one in sorted((one for one in catalogue.values() if one.id in facts), key=place):
        found.setdefault(one.theme, []).append(_listed(one, facts[one.id], language))
    return tuple(
        ListedTheme(translate(f"theme.{theme or 'other'}", language), tuple(listed))
        for theme, listed in found.items()
        if listed
    )


def _listed(one: Indicator, facts: Mapping[Any, Any], language: Language) -> ListedIndicator:
    first, last = int(facts["first"]), int(facts["last"])
    words = [one.id, *(one.title.to(each) for each in LANGUAGES)]
    return ListedIndicator(
        id=one.id,
        title=one.title.to(language),
        unit=one.unit.to(language),
        years=str(last) if first == last else f"{first}–{last}",
        last=last,
        regions=int(facts["regions"]),
        words=" ".join(words).casefold(),
    )


@lru_cache(maxsize=4)
def listed_themes(now: Published, language: Language) -> tuple[ListedTheme, ...]:
    """The list of what is published; empty where no figures are."""
    if "indicators" not in now.datasets():
        return ()
    table = published.read_indicators(now.version("indicators").path)
    return indicator_list(table, with_targets(published.indicator_catalogue(now)), language)


# How many years older than the newest figures are those that people still look for first.
_MOST_AGE = 1


@lru_cache(maxsize=4)
def chief_indicators(now: Published, language: Language) -> tuple[ListedIndicator, ...]:
    """What people look for first: what has targets, then new figures of every regency, the newest first."""
    if "indicators" not in now.datasets():
        return ()
    table, region = published.read_indicators(now.version("indicators").path), published.region(now)
    of_regencies = table[table["regency_code"].isin(list(region.by_code))]
    counts = of_regencies.groupby(["indicator", "year"], observed=True)["regency_code"].nunique()
    full = counts[counts == len(region.regencies)].reset_index().groupby("indicator")["year"].max()
    aimed = set(targets(now)["indicator"])
    catalogue = published.indicator_catalogue(now)
    newest = max((full[name] for name in full.index if not catalogue[name].is_set_ahead), default=0)
    found = [
        one
        for theme in listed_themes(now, language)
        for one in theme.indicators
        if one.id in aimed
        or (catalogue[one.id].mappable and full.get(one.id, 0) >= newest - _MOST_AGE)
    ]
    return tuple(
        sorted(found, key=lambda one: (one.id not in aimed, -one.last, -one.regions, one.title))
    )


def other_themes(now: Published, language: Language) -> tuple[ListedTheme, ...]:
    """The list by theme without what `chief_indicators` begins with."""
    chief = set(chief_indicators(now, language))
    rest = [
        ListedTheme(theme.title, tuple(one for one in theme.indicators if one not in chief))
        for theme in listed_themes(now, language)
    ]
    return tuple(theme for theme in rest if theme.indicators)


def known_years(now: Published) -> list[tuple[Indicator, list[int]]]:
    """Every indicator that has a figure, with the years that it has one of; none where none are published."""
    if "indicators" not in now.datasets():
        return []
    years = published.read_indicators(now.version("indicators").path).groupby("indicator")["year"]
    known = {str(name): sorted(map(int, of.unique())) for name, of in years}
    every = with_targets(published.indicator_catalogue(now)).values()
    return [(one, known[one.id]) for one in every if one.id in known]


def read_views(now: Published, question: ExplorerQuestion) -> tuple[IndicatorView, ...]:
    """The views of what is published, see `geo.programme.explorer.explore`."""
    return explore(
        published.read_indicators(now.version("indicators").path),
        published.indicator_catalogue(now),
        targets(now),
        region=published.region(now),
        question=question,
    )


def file_name(views: Sequence[IndicatorView]) -> str:
    """What a file of the views is called, without its suffix."""
    return "-".join(["kawasan", *(view.indicator.id for view in views)])[:_MOST_NAME]


def explorer_page(
    now: Published,
    views: Sequence[IndicatorView],
    language: Language,
    *,
    show: Show,
    year: int | None = None,
    regions: Sequence[str] = (),
) -> dict[str, Any]:
    """Everything that the page of some indicators says.

    Parameters
    ----------
    year
        Of the map; the newest that most regencies have by default.
    regions
        The codes that were chosen, none where all are shown.
    """
    region = published.region(now)
    # Only a map needs the shapes of the regencies.
    shapes = published.layer(now, "regencies") if show == "map" else None
    chosen = [view.indicator.id for view in views]
    return {
        "title": " · ".join(view.indicator.title.to(language) for view in views),
        "sections": explorer_sections(views, shapes, language, show=show, year=year),
        "show": show,
        "shows": SHOWS,
        "themes": listed_themes(now, language),
        "picked": [*chosen, ""][:MOST_PICKED],
        "years": sorted({y for view in views for y in view.years}),
        "units": [(code, region.title_of(code).to(language)) for code in unit_codes(region)],
        "chosen_regions": {row.code for view in views for row in view.rows} if regions else set(),
        "is_chosen": bool(regions),
        "file_name": file_name(views),
    }


def explorer_sections(
    views: Sequence[IndicatorView],
    regencies: gpd.GeoDataFrame | None,
    language: Language,
    *,
    show: Show,
    year: int | None = None,
) -> list[dict[str, Any]]:
    """What the page says of each indicator.

    Parameters
    ----------
    regencies
        In lon/lat, for the map alone.
    year
        Of the map; the newest that most regencies have by default.
    """
    return [_section(view, regencies, language, show=show, year=year) for view in views]


def _section(
    view: IndicatorView,
    regencies: gpd.GeoDataFrame | None,
    language: Language,
    *,
    show: Show,
    year: int | None,
) -> dict[str, Any]:
    drawn_year = mapped_year(view, year)
    small = small_charts(view, language)[:MOST_SMALL] if show == "multiples" else []
    is_mapped = regencies is not None and drawn_year is not None
    return {
        "id": view.indicator.id,
        "title": view.indicator.title.to(language),
        "unit": view.indicator.unit.to(language),
        "caveat": view.indicator.caveat.to(language),
        "is_mappable": view.indicator.mappable,
        "wide": lines_chart(view, language, size=WIDE) if show == "lines" else None,
        "narrow": lines_chart(view, language, size=NARROW) if show == "lines" else None,
        "small": [(row.name.to(language), chart) for row, chart in small],
        "small_left_out": sum(bool(row.figures) for row in view.rows) - len(small),
        "map": indicator_map(view, regencies, language, year=drawn_year)
        if regencies is not None and drawn_year is not None
        else None,
        "years": [y for y in view.years if any(y in row.by_year for row in view.rows)],
        "province": province_said(view, drawn_year, language) if is_mapped else "",
        "table": figures_table(view, language),
        "targets": _targets(view, language),
        "n_proposals": view.n_proposals,
        "level": level_said(view, language, show=show),
        "has_noted": bool(own_notes(view)),
        "remarks": _remarks(view, language),
        "sources": sources_of(view),
        "has_doubtful": any(not f.is_good for row in view.rows for f in row.figures),
        "has_made": any(f.basis != "published" for row in view.rows for f in row.figures),
    }


def figures_table(view: IndicatorView, language: Language) -> dict[str, Any]:
    """The sheet of numbers: a row a region, a column a year, then the change and the targets."""
    colours, own = row_colours(view), own_notes(view)
    goals = sorted({(t.year, t.level) for row in view.rows for t in row.targets})
    return {
        "years": [{"year": y, "period": _period(view, y, language)} for y in view.years],
        "span": None
        if view.span is None
        else translate("explorer.change_head", language, first=view.span[0], last=view.span[1]),
        "goals": [
            translate("explorer.goal_head", language, year=y, level=level_word(level).to(language))
            for y, level in goals
        ],
        "rows": [
            {
                "code": row.code,
                "kind": "Kabupaten" if row.name.id.startswith("Kabupaten ") else "",
                "name": row.name.to(language).removeprefix("Kabupaten "),
                "colour": colours[row.code],
                "is_province": row.is_province,
                "cells": [_cell(row, y, view, language, own=own) for y in view.years],
                "change": _change_said(row.change(view.span), view, language),
                "no_change": _no_change(row, view, language),
                "goals": [
                    next(
                        (
                            range_in_words(t, view.indicator).to(language)
                            for t in row.targets
                            if (t.year, t.level) == goal
                        ),
                        "",
                    )
                    for goal in goals
                ],
            }
            for row in view.rows
        ],
    }


def mapped_year(view: IndicatorView, year: int | None) -> int | None:
    """The year of the map: the one asked for where it has figures, else the newest that most have."""
    has_any = any(year in row.by_year for row in view.rows)
    return year if has_any else view.newest


def province_said(view: IndicatorView, year: int | None, language: Language) -> str:
    """The province's figure of a year and how it came about, which no colour of a map shows."""
    row = next((row for row in view.rows if row.is_province), None)
    if row is None or year is None:
        return ""
    figure, name = row.by_year.get(year), row.name.to(language)
    if figure is None:
        reason = row.missing.get(year)
        said = translate("explorer.no_figure", language, year=year)
        return f"{name}: {said if reason is None else reason.to(language)}"
    basis = "" if figure.made else f", {translate('explorer.published', language)}"
    return f"{name}: {figure_words(figure, view.indicator, language)}{basis}"


def _cell(
    row: RegionRow, year: int, view: IndicatorView, language: Language, *, own: frozenset[str]
) -> dict[str, Any]:
    figure = row.by_year.get(year)
    if figure is None:
        reason = row.missing.get(year)
        said = translate("explorer.no_figure", language, year=year)
        return {"text": "", "said": said if reason is None else reason.to(language), "mark": "none"}
    mark = "low" if not figure.is_good else "" if figure.basis == "published" else "made"
    is_noted = not mark and figure.note in own
    said = figure_words(figure, view.indicator, language) if mark or is_noted else ""
    return {
        "text": format_number(figure.value, language, decimals=view.indicator.decimals),
        "said": f"{said}. {note_words(figure, view.indicator, language)}" if is_noted else said,
        "mark": "noted" if is_noted else mark,
    }


def _change_said(change: float | None, view: IndicatorView, language: Language) -> str:
    if change is None:
        return ""
    shown = format_number(change, language, decimals=view.indicator.decimals)
    return f"+{shown}" if change > 0 else shown


def _period(view: IndicatorView, year: int, language: Language) -> str:
    """The period that the figures of a year are of, where it says more than the year."""
    periods = {row.by_year[year].period for row in view.rows if year in row.by_year}
    said = sorted(format_period(period, language) for period in periods)
    return "" if said in ([], [str(year)]) else ", ".join(said).replace(f" {year}", "")


def _no_change(row: RegionRow, view: IndicatorView, language: Language) -> str:
    """Why a region has no change, where the others have one."""
    reason = None if view.span is None else row.no_change(view.span)
    return "" if reason is None else reason.to(language)


def _targets(view: IndicatorView, language: Language) -> list[dict[str, Any]]:
    """The targets of a view, one entry a document, plan and year, with the range of each region."""
    found: dict[tuple[object, ...], list[tuple[RegionRow, Target]]] = {}
    for row in view.rows:
        for one in row.targets:
            key = (one.year, one.level, one.document, one.page, one.source, one.source_url)
            found.setdefault(key, []).append((row, one))
    return [_document(held, view, language) for held in found.values()]


def targets_in_words(view: IndicatorView, language: Language) -> list[str]:
    """The targets of a view, a sentence a document: whose they are, of which plan and year."""
    said = []
    for one in _targets(view, language):
        ranges = "; ".join(f"{name} {range_said}" for name, range_said in one["ranges"])
        whose = translate("explorer.goal_head", language, year=one["year"], level=one["level"])
        binding = "" if one["is_binding"] else f", {translate('target.not_binding', language)}"
        said.append(f"{whose}{binding} ({one['document']}): {ranges}")
    return said


def level_said(view: IndicatorView, language: Language, *, show: Show) -> str:
    """What the level behind the lines is: of one chart the target itself; empty where there is none."""
    if show == "multiples":
        has_any = any(compared_row(view, row) for row in view.rows)
        return translate("explorer.key_levels", language) if has_any else ""
    row = compared_row(view)
    if row is None:
        return ""
    target, said = end_target(row), level_words(view, row, language)
    if target is not None and target.level == "rpjmn":
        return translate("explorer.key_level", language, target=said)
    return translate("explorer.key_level_of", language, target=said, whose=row.name.to(language))


def _document(
    held: Sequence[tuple[RegionRow, Target]], view: IndicatorView, language: Language
) -> dict[str, Any]:
    target, notes = held[0][1], {one.note for _, one in held}
    return {
        "year": target.year,
        "level": level_word(target.level).to(language),
        "is_binding": not is_proposal(target),
        "ranges": [
            (row.name.to(language), range_in_words(one, view.indicator).to(language))
            for row, one in held
        ],
        "document": target.document,
        "page": target.page,
        "source": target.source,
        "address": safe_address(target.source_url),
        "note": target_note(target, view.indicator, language) if len(notes) == 1 else "",
    }


def _remarks(view: IndicatorView, language: Language) -> list[str]:
    """What has to be known of the figures: how the province's were made, breaks, their notes."""
    said = [one for one in [government_said(view.indicator, language)] if one]
    for row in view.rows:
        made: dict[str, list[int]] = {}
        for figure in row.figures:
            if figure.made:
                made.setdefault(figure.made.to(language), []).append(figure.year)
        said += [f"{row.name.to(language)} {_years(years)}: {how}." for how, years in made.items()]
        said += [reason.to(language) for reason in row.missing.values()][-1:]
        said += [
            f"{row.name.to(language)}: {translate('portrait.break', language, before=b.before, after=b.after)}"
            f" {'; '.join(reason.to(language) for reason in b.reasons)}."
            for b in row.breaks
        ]
    return said[:_MOST_REASONS] + _notes_said(view, language)[:_MOST_REASONS]


def _notes_said(view: IndicatorView, language: Language) -> list[str]:
    """The notes of figures: one that is some figures' own names them, one of most is said of all."""
    own = own_notes(view)
    said: dict[str, dict[str, list[int]]] = {}
    for row in view.rows:
        for figure in row.figures:
            if figure.note:
                years = said.setdefault(figure.note, {}).setdefault(row.name.to(language), [])
                years.append(figure.year)
    found = []
    for note, rows in said.items():
        told = note_of(note, view.indicator.notes).to(language)
        if note in own:
            whose = [f"{name} {_years(years)}" for name, years in rows.items()]
            found.append(f"{'; '.join(whose)}: {told}")
        elif told != view.indicator.caveat.to(language):
            found.append(told)
    return found


def _years(years: Sequence[int]) -> str:
    return ", ".join(map(str, years))


def sources_of(view: IndicatorView, *, year: int | None = None) -> tuple[NumberedSource, ...]:
    """The sources of a view's figures, or of those of one year, each once with its years."""
    every = [
        (f.source, f.source_url, f.via)
        for row in view.rows
        for f in row.figures
        if f.source and year in (None, f.year)
    ]
    return numbered_sources(pd.DataFrame(every, columns=["source", "source_url", "via"]))
