"""What the pages of the province and its regencies say: newest figures by theme, targets, what lies inside."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import pandas as pd

from geo import published
from geo.indicators.table import Theme
from geo.language import Language
from geo.programme.explorer import LatestFigure, latest_figures
from geo.programme.province import unit_codes
from geo.programme.publish_targets import targets
from geo.programme.targets import level_word, range_in_words, targets_of, with_targets
from geo.store.versions import Published
from maps.escape import safe_address
from maps.folium.cards import figure_text, unit_after
from maps.pages.histories import NumberedSource, numbered_sources
from maps.pages.portraits import standings_said
from maps.programme.words import government_said, is_proposal, note_words, target_note
from maps.text import format_period, translate

# What the list of regions says of each: unemployment, participation, poverty, people.
_CHIEF = ("tpt_agustus", "tpak_agustus", "p0_persen_miskin_maret", "penduduk_dukcapil_total")
_LAYERS = ("zones", "kecamatan")


def latest_of(now: Published, code: str) -> tuple[LatestFigure, ...]:
    """The newest figures of a region, see `geo.programme.explorer.latest_figures`; none where none are published."""
    if "indicators" not in now.datasets():
        return ()
    return latest_figures(
        published.read_indicators(now.version("indicators").path),
        with_targets(published.indicator_catalogue(now)),
        region=published.region(now),
        code=code,
    )


def regions_page(now: Published, language: Language) -> dict[str, Any]:
    """The province and its regencies with their chief figures."""
    region = published.region(now)
    catalogue = published.indicator_catalogue(now) if "indicators" in now.datasets() else {}
    heads = [catalogue[name] for name in _CHIEF if name in catalogue]
    rows = []
    for code in unit_codes(region):
        found = {one.indicator.id: one for one in latest_of(now, code)}
        rows.append(
            {
                "code": code,
                "name": region.title_of(code).to(language),
                "is_province": code == region.code,
                "cells": [_figure(found[h.id], language) if h.id in found else None for h in heads],
            }
        )
    return {
        "title": translate("regions.title", language),
        "heads": [(h.id, h.title.to(language), h.unit.to(language)) for h in heads],
        "rows": rows,
    }


def region_page(now: Published, code: str, language: Language) -> dict[str, Any]:
    """The newest figure of every indicator, the targets and the areas of a region.

    Raises
    ------
    ZoneNotFound
        For a code that is neither the province's nor a regency's.
    """
    region, latest = published.region(now), latest_of(now, code)
    sources = numbered_sources(_sourced(latest))
    is_province = code == region.code
    rows = _rows(latest, sources, language, is_province=is_province)
    return {
        "title": region.title_of(code).to(language),
        "code": code,
        "is_province": is_province,
        "province": (region.code, region.name.to(language)),
        "bps_code": f"{code}00" if is_province else region.by_code[code].bps_code,
        "regencies": [(r.code, r.full_name) for r in region.regencies] if is_province else [],
        "chief": [rows[name] for name in _CHIEF if name in rows],
        "themes": _themes(latest, rows, language),
        "standings": standings_said(now, code, language),
        "targets": targets_said(now, code, language),
        "areas": _areas(now, None if is_province else code),
        "sources": sources,
    }


def targets_said(now: Published, code: str, language: Language) -> list[dict[str, Any]]:
    """The targets of a region with their document and source, by indicator."""
    catalogue = published.indicator_catalogue(now)
    return [
        {
            "indicator": target.indicator,
            "title": catalogue[target.indicator].title.to(language),
            "year": target.year,
            "level": level_word(target.level).to(language),
            "is_binding": not is_proposal(target),
            "range": range_in_words(target, catalogue[target.indicator]).to(language),
            "ranges": [("", range_in_words(target, catalogue[target.indicator]).to(language))],
            "document": target.document,
            "page": target.page,
            "source": target.source,
            "address": safe_address(target.source_url),
            "note": target_note(target, catalogue[target.indicator], language),
        }
        for target in sorted(targets_of(targets(now), region=code), key=is_proposal)
        if target.indicator in catalogue
    ]


def _rows(
    latest: Sequence[LatestFigure],
    sources: Sequence[NumberedSource],
    language: Language,
    *,
    is_province: bool,
) -> dict[str, dict[str, Any]]:
    """The row of each figure, by its indicator."""
    numbers = _numbers(latest, sources)
    return {
        one.indicator.id: _figure(one, language)
        | {
            "id": one.indicator.id,
            "title": one.indicator.title.to(language),
            "note": government_said(one.indicator, language)
            if is_province and one.indicator.is_of_government
            else note_words(one.figure, one.indicator, language),
            "source": numbers.get(one.indicator.id),
        }
        for one in latest
    }


def _themes(
    latest: Sequence[LatestFigure], rows: Mapping[str, dict[str, Any]], language: Language
) -> list[dict[str, Any]]:
    by_theme: dict[Theme | None, list[dict[str, Any]]] = {theme: [] for theme in get_args(Theme)}
    for one in sorted(latest, key=lambda one: one.indicator.title.to(language).casefold()):
        by_theme.setdefault(one.indicator.theme, []).append(rows[one.indicator.id])
    return [
        {"title": translate(f"theme.{theme or 'other'}", language), "rows": found}
        for theme, found in by_theme.items()
        if found
    ]


def _figure(one: LatestFigure, language: Language) -> dict[str, Any]:
    figure = one.figure
    return {
        "value": figure_text(figure.value, one.indicator, language),
        "unit": unit_after(one.indicator, language),
        "period": format_period(figure.period, language),
        "is_good": figure.is_good,
        "made": figure.made.to(language) if figure.made else "",
    }


def _sourced(latest: Sequence[LatestFigure]) -> pd.DataFrame:
    rows = [(o.figure.source, o.figure.source_url, o.figure.via) for o in latest if o.figure.source]
    return pd.DataFrame(rows, columns=["source", "source_url", "via"])


def _numbers(latest: Sequence[LatestFigure], sources: Sequence[NumberedSource]) -> dict[str, int]:
    """The number of each indicator's source on the page."""
    found = {}
    for one in latest:
        if one.figure.source:
            own = numbered_sources(_sourced([one]))[0].key
            found[one.indicator.id] = next(s.number for s in sources if s.key == own)
    return found


def _areas(now: Published, code: str | None) -> dict[str, list[tuple[str, str]]]:
    """The zones and kecamatan of a regency, of the province the zones, by layer: id and name."""
    found = {}
    for name in _LAYERS if code else _LAYERS[:1]:
        if name not in now.datasets("layer"):
            continue
        areas = published.layer(now, name)
        inside = areas if code is None else areas[areas["regency_code"].astype("str") == code]
        names = zip(inside.index.astype("str"), inside["name"].astype("str"), strict=True)
        found[name] = sorted(names, key=lambda one: one[1].casefold())
    return found
