"""What the explorer of indicators says of a few of them, in one language.

Everything is text, numbers and positions: the page needs no script. What it shows is made by
`geo.programme.explorer`; its charts are `maps/programme/charts.py`.
"""

from collections.abc import Sequence
from typing import Any, Literal, get_args

import geopandas as gpd

from geo import published
from geo.language import Language
from geo.programme.explorer import ExplorerQuestion, IndicatorView, RegionRow, explore
from geo.programme.province import unit_codes
from geo.programme.publish_targets import targets
from geo.programme.targets import level_word, range_in_words
from geo.store.versions import Published
from maps.programme.axes import NARROW, WIDE, foremost
from maps.programme.charts import lines_chart, row_colours, small_charts
from maps.programme.explorer_notes import level_said, remarks, sources_of, targets_by_document
from maps.programme.indicator_list import listed_themes
from maps.programme.indicator_map import indicator_map
from maps.programme.words import figure_words, note_words, own_notes
from maps.text import format_number, format_period, translate

Show = Literal["lines", "table", "multiples", "map"]
SHOWS: tuple[Show, ...] = get_args(Show)
# More small charts than a page of a few screens holds; the others are a choice of regions away.
MOST_SMALL = 40
# Indicators that the form offers to lie below each other.
MOST_PICKED = 3
_MOST_NAME = 80


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
        "targets": targets_by_document(view, language),
        "n_proposals": view.n_proposals,
        "level": level_said(view, language, is_small=show == "multiples"),
        "has_noted": bool(own_notes(view)),
        "remarks": remarks(view, language),
        "sources": sources_of(view),
        "has_doubtful": any(not f.is_good for row in view.rows for f in row.figures),
        "has_made": any(f.basis != "published" for row in view.rows for f in row.figures),
    }


# Targets of more years would push one another off the screen; all stand in the list below the table.
_MOST_GOAL_YEARS = 2


def figures_table(view: IndicatorView, language: Language) -> dict[str, Any]:
    """The sheet of numbers: a row a region, a column a year, then the change and the foremost targets."""
    colours, own = row_colours(view), own_notes(view)
    every = {(t.year, t.level) for row in view.rows for t in row.targets}
    newest = max(view.years, default=0)
    shown = foremost(sorted({y for y, _ in every}), newest=newest, most=_MOST_GOAL_YEARS)
    goals = sorted((year, level) for year, level in every if year in shown)
    return {
        "years": [{"year": y, "period": _period(view, y, language)} for y in view.years],
        "span": None
        if view.span is None
        else translate("explorer.change_head", language, first=view.span[0], last=view.span[1]),
        "goals": [
            translate("explorer.goal_head", language, year=y, level=level_word(level).to(language))
            for y, level in goals
        ],
        "has_more_goals": len(goals) < len(every),
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
