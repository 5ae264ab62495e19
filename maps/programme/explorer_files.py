"""Exactly what the explorer shows, as a file: a workbook, CSV, GeoJSON, a drawing (SVG).

One row of the CSV is one figure or one target, with its period and its source; the workbook has the
sheet of numbers as the page has it, and behind it the same rows.
"""

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any

import geopandas as gpd
import orjson
import shapely

from geo.language import Language
from geo.programme.explorer import IndicatorView, RegionRow, ShownFigure
from geo.programme.targets import Target, level_title, level_word
from geo.vector.losses import guarded
from geo.vector.writers.text import csv_row
from maps.pages.page import render
from maps.programme.axes import SMALL, WIDE
from maps.programme.charts import Lines, lines_chart, small_charts
from maps.programme.explorer_notes import level_said, sources_of, targets_in_words
from maps.programme.explorer_page import (
    MOST_SMALL,
    Show,
    mapped_year,
    province_said,
)
from maps.programme.indicator_map import indicator_map
from maps.programme.words import government_said, is_proposal, note_words, own_notes, target_note
from maps.programme.workbook import Cell, Column, Sheet, workbook
from maps.text import format_period, translate

COLUMNS = (
    *("indicator", "title", "region", "name", "kind", "year", "period", "value", "least", "most"),
    *("unit", "level", "confidence", "basis", "method", "source", "source_url", "via"),
    *("document", "page", "note"),
)


def row_records(
    row: RegionRow, view: IndicatorView, language: Language
) -> tuple[list[dict[str, Cell]], list[dict[str, Cell]]]:
    """The figures and the targets of a region; what is not known is None."""
    figures = [_figure(figure, view, language) for figure in row.figures]
    return figures, [_target(target, view, language) for target in row.targets]


def records(view: IndicatorView, language: Language) -> Iterator[dict[str, Cell]]:
    """Every figure and target of a view, by the names of `COLUMNS`; what does not apply is None."""
    blank: dict[str, Cell] = dict.fromkeys(COLUMNS)
    for row in view.rows:
        head = blank | {
            "indicator": view.indicator.id,
            "title": view.indicator.title.to(language),
            "region": row.code,
            "name": row.name.to(language),
            "unit": view.indicator.unit.to(language),
        }
        figures, targets = row_records(row, view, language)
        yield from (head | {"kind": "figure"} | one for one in figures)
        yield from (head | {"kind": "target"} | one for one in targets)


def _figure(figure: ShownFigure, view: IndicatorView, language: Language) -> dict[str, Cell]:
    return {
        "year": figure.year,
        "period": format_period(figure.period, language),
        "value": figure.value,
        "confidence": "ok" if figure.is_good else "low",
        "basis": figure.basis,
        "method": figure.made.to(language) if figure.made else None,
        "source": figure.source or None,
        "source_url": figure.source_url or None,
        "via": figure.via or None,
        "note": note_words(figure, view.indicator, language) or None,
    }


def _target(target: Target, view: IndicatorView, language: Language) -> dict[str, Cell]:
    return {
        "year": target.year,
        "least": target.least,
        "most": target.most,
        "level": level_title(target.level).to(language),
        "document": target.document,
        "page": target.page or None,
        "source": target.source,
        "source_url": target.source_url or None,
        "note": target_note(target, view.indicator, language) or None,
    }


def csv_text(views: Sequence[IndicatorView], language: Language) -> str:
    """All figures and targets, a row each, UTF-8 with a line of names; nothing in it runs."""
    rows = [csv_row(COLUMNS)]
    rows += [
        csv_row([guarded(v) if isinstance(v := one[c], str) else v for c in COLUMNS])
        for view in views
        for one in records(view, language)
    ]
    return "".join(rows)


def explorer_workbook(views: Sequence[IndicatorView], language: Language, *, address: str) -> bytes:
    """A sheet of numbers for each indicator, all figures with their sources, and notes.

    `address` is where the same view is found again.
    """
    sheets = [_sheet(view, language) for view in views]
    facts = [one for view in views for one in records(view, language)]
    heads = [
        Column(
            translate(f"explorer.column_{name}", language),
            decimals=0 if name == "year" else _most_decimals(views) if name in _NUMBERS else None,
            is_grouped=name != "year",
        )
        for name in COLUMNS
    ]
    rows = [[_in_words(name, one[name], language) for name in COLUMNS] for one in facts]
    title = translate("explorer.sheet_sources", language)
    sheets.append(Sheet(title, heads, rows, frozen=0))
    return workbook(sheets, notes=_notes(views, language, address), language=language)


_NUMBERS = ("value", "least", "most")
# What programs read in CSV and JSON, a workbook says in words.
_CODED = {
    ("kind", "figure"): "explorer.kind_figure",
    ("kind", "target"): "explorer.kind_target",
    ("confidence", "ok"): "explorer.confidence_ok",
    ("confidence", "low"): "explorer.confidence_low",
    ("basis", "published"): "explorer.basis_published",
    ("basis", "sum"): "explorer.basis_sum",
    ("basis", "mean"): "explorer.basis_mean",
}


def _in_words(name: str, value: Cell, language: Language) -> Cell:
    key = _CODED.get((name, str(value)))
    return value if key is None else translate(key, language)


def _most_decimals(views: Sequence[IndicatorView]) -> int:
    return max((view.indicator.decimals for view in views), default=0)


def _sheet(view: IndicatorView, language: Language) -> Sheet:
    unit, decimals = view.indicator.unit.to(language), view.indicator.decimals
    heads = [
        Column(translate("explorer.column_region", language)),
        Column(translate("explorer.column_name", language)),
        *(Column(str(y), unit, _period(view, y, language), decimals) for y in view.years),
    ]
    if view.span is not None:
        facts = {"first": view.span[0], "last": view.span[1]}
        heads.append(
            Column(translate("explorer.change_head", language, **facts), unit, "", decimals)
        )
    goals = sorted({(t.year, t.level) for row in view.rows for t in row.targets})
    for year, level in goals:
        head = translate(
            "explorer.goal_head", language, year=year, level=level_word(level).to(language)
        )
        for end in ("least", "most"):
            said = translate(f"explorer.column_{end}", language)
            heads.append(Column(f"{head}, {said}", unit, "", decimals))
    rows, marked = [], set()
    for number, row in enumerate(view.rows):
        rows.append(_row(row, view, goals, language))
        # Two columns of code and name stand before the years.
        marked |= {
            (number, 2 + at)
            for at, year in enumerate(view.years)
            if year in row.by_year
            and not (row.by_year[year].is_good and row.by_year[year].basis == "published")
        }
    return Sheet(view.indicator.title.to(language), heads, rows, frozen=2, marked=frozenset(marked))


def _row(
    row: RegionRow, view: IndicatorView, goals: Sequence[tuple[int, str]], language: Language
) -> list[Cell]:
    cells: list[Cell] = [row.code, row.name.to(language)]
    cells += [None if y not in row.by_year else row.by_year[y].value for y in view.years]
    cells += [] if view.span is None else [row.change(view.span)]
    for goal in goals:
        target = next((t for t in row.targets if (t.year, t.level) == goal), None)
        cells += [None, None] if target is None else [target.least, target.most]
    return cells


def _period(view: IndicatorView, year: int, language: Language) -> str:
    periods = {row.by_year[year].period for row in view.rows if year in row.by_year}
    said = sorted(format_period(period, language) for period in periods)
    return "" if said == [str(year)] else ", ".join(said)


def _notes(
    views: Sequence[IndicatorView], language: Language, address: str
) -> list[tuple[str, str]]:
    def say(key: str, **facts: object) -> str:
        return translate(f"explorer.{key}", language, **facts)

    notes = [(say("note_address"), address), (say("note_empty_head"), say("note_empty"))]
    notes.append((say("note_marked_head"), say("note_marked")))
    for view in views:
        title = view.indicator.title.to(language)
        if view.indicator.caveat.id:
            notes.append((title, view.indicator.caveat.to(language)))
        if said := government_said(view.indicator, language):
            notes.append((title, said))
        figures = [f for row in view.rows for f in row.figures]
        for made in dict.fromkeys(f.made.to(language) for f in figures if f.made):
            notes.append((title, say("note_made", how=made)))
        for source in dict.fromkeys((f.source, f.source_url) for f in figures if f.source):
            notes.append((f"{title}: {say('column_source')}", " – ".join(filter(None, source))))
        for target in dict.fromkeys(t for row in view.rows for t in row.targets):
            note = target_note(target, view.indicator, language)
            told = (target.document, target.page, target.source, target.source_url, note)
            notes.append((f"{title}: {say('note_target')}", " – ".join(filter(None, told))))
    return notes


def geojson_bytes(
    views: Sequence[IndicatorView], regencies: gpd.GeoDataFrame, language: Language
) -> bytes:
    """Every region of the views as a feature, lon/lat; the province has no geometry of its own.

    A figure is a property `<indicator>_<year>`, null where it is missing; `<indicator>_<year>_mark`
    is low of a doubtful one, sum or mean of one that we made. Targets are `<indicator>_<level>_<year>_least`
    and `_most`. What indicators are called and counted in stands beside the features.
    """
    names = dict.fromkeys(row.code for view in views for row in view.rows)
    rows = {
        code: [(view, row) for view in views for row in view.rows if row.code == code]
        for code in names
    }
    features = [
        {
            "type": "Feature",
            "id": code,
            "geometry": None
            if code not in regencies.index
            else orjson.Fragment(shapely.to_geojson(regencies.geometry[code])),
            "properties": _properties(rows[code], language),
        }
        for code in names
    ]
    indicators = [
        {
            "id": view.indicator.id,
            "title": view.indicator.title.to(language),
            "unit": view.indicator.unit.to(language),
            "years": list(view.years),
        }
        for view in views
    ]
    document = {"type": "FeatureCollection", "indicators": indicators, "features": features}
    return orjson.dumps(document)


def _properties(
    rows: Sequence[tuple[IndicatorView, RegionRow]], language: Language
) -> dict[str, Any]:
    first = rows[0][1]
    found: dict[str, Any] = {"code": first.code, "name": first.name.to(language)}
    for view, row in rows:
        for year in view.years:
            name, figure = f"{view.indicator.id}_{year}", row.by_year.get(year)
            found[name] = None if figure is None else figure.value
            found[f"{name}_mark"] = None if figure is None else _mark(figure)
        for target in row.targets:
            name = f"{view.indicator.id}_{target.level}_{target.year}"
            found |= {f"{name}_least": target.least, f"{name}_most": target.most}
    return found


def _mark(figure: ShownFigure) -> str | None:
    if not figure.is_good:
        return "low"
    return None if figure.basis == "published" else figure.basis


# The width of a drawing in a file of its own, its margins, and what stands above and below a chart.
_WIDTH, _MARGIN, _HEAD, _FOOT_LINE = 1000.0, 20.0, 56.0, 16.0
_MAP_SCALE, _SMALL_COLUMNS = 1.6, 4


def drawing(
    views: Sequence[IndicatorView],
    regencies: gpd.GeoDataFrame,
    language: Language,
    *,
    show: Show,
    year: int | None = None,
) -> str:
    """The charts of the views as one SVG file, each under its title, over its notes and sources."""
    sections, top = [], _MARGIN
    for view in views:
        one = _drawn(view, regencies, language, show=show, year=year)
        sections.append(one | {"top": top})
        top += one["height"] + _FOOT_LINE * len(one["notes"]) + 2 * _MARGIN
    return render("programme/drawing.svg", language, width=_WIDTH, height=top, sections=sections)


def _drawn(
    view: IndicatorView,
    regencies: gpd.GeoDataFrame,
    language: Language,
    *,
    show: Show,
    year: int | None,
) -> dict[str, Any]:
    lines = small = drawn = None
    height = _HEAD
    at = mapped_year(view, year)
    if show == "multiples":
        small = _grid(small_charts(view, language)[:MOST_SMALL], language)
        height += (SMALL.height + 30) * -(-len(small) // _SMALL_COLUMNS)
    elif show == "map" and at is not None:
        drawn = indicator_map(view, regencies, language, year=at)
        height += 0 if drawn is None else drawn.height * _MAP_SCALE
    else:
        lines = lines_chart(view, language, size=WIDE)
        height += WIDE.height
    subtitle = view.indicator.unit.to(language)
    return {
        "title": view.indicator.title.to(language),
        "subtitle": f"{subtitle}, {at}" if drawn is not None else subtitle,
        "lines": lines,
        "small": small or [],
        "map": drawn,
        "height": height + _FOOT_LINE,
        "notes": _drawing_notes(view, language, show=show, year=at if drawn is not None else None),
    }


def _grid(
    charts: Sequence[tuple[RegionRow, Lines]], language: Language
) -> list[tuple[str, Lines, float, float]]:
    return [
        (
            row.name.to(language),
            chart,
            (i % _SMALL_COLUMNS) * (SMALL.width + 5),
            _HEAD + (i // _SMALL_COLUMNS) * (SMALL.height + 30),
        )
        for i, (row, chart) in enumerate(charts)
    ]


def _drawing_notes(
    view: IndicatorView, language: Language, *, show: Show, year: int | None
) -> list[str]:
    """Sentences under a chart, cut into lines that fit: what marks mean, targets, caveat, sources."""
    figures = [f for row in view.rows for f in row.figures]
    said = [] if year is None else [province_said(view, year, language)]
    if year is None:
        keys = {
            "key_gap": True,
            "key_hollow": any(not f.is_good for f in figures),
            "key_square": any(f.made for f in figures),
            "key_noted": bool(own_notes(view)),
            "key_goal": any(row.targets for row in view.rows),
            "key_proposal": any(is_proposal(t) for row in view.rows for t in row.targets),
        }
        shown = [translate(f"explorer.{key}", language) for key, is_said in keys.items() if is_said]
        shown += (
            [level] if (level := level_said(view, language, is_small=show == "multiples")) else []
        )
        said.append("; ".join(shown))
        said += targets_in_words(view, language)
    if view.indicator.caveat.id:
        said.append(view.indicator.caveat.to(language))
    if sources := [source.text for source in sources_of(view, year=year)]:
        said.append(f"{translate('explorer.column_source', language)}: {'; '.join(sources)}")
    return [line for sentence in said if sentence for line in wrap(sentence, _MOST_CHARACTERS)]


_MOST_CHARACTERS = 150
