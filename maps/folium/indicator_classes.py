"""One indicator over all its years: classes that mean the same in each, and what they are called.

How values are broken into classes is in `maps/breaks.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from geo.indicators.table import Indicator
from geo.language import Language, Text
from maps.breaks import BREAKS, Breaks, class_of
from maps.escape import safe_address, text_or_none
from maps.folium.cards import figure_note, figure_text, unit_after
from maps.folium.legends import (
    period_in_words,
    range_labels,
    source_in_words,
    with_province,
)
from maps.style import sequential_colours
from maps.text import format_period, translate


def drawn_figures(table: pd.DataFrame, codes: Iterable[str]) -> pd.DataFrame:
    """The figures, of every year, of regencies that are drawn: what years and classes are made of."""
    return table[table["regency_code"].isin(codes) & table["value"].notna()]


def indicator_classes(
    indicator: Indicator,
    table: pd.DataFrame,
    *,
    codes: Sequence[str],
    breaks: Breaks,
    language: Language,
    province: Mapping[int, Text] | None = None,
) -> dict[str, Any]:
    """An indicator's classes and its figures of every year, as JSON types.

    Parameters
    ----------
    indicator
        What it is called and counted in.
    table : DataFrame
        Its rows, tidy as `geo.indicators.table.parse_indicators` returns them; of other regions than
        `codes` they do not count.
    codes
        The regencies that are drawn; one without a value has `value` and `class` null.
    province
        What is said of the province in each year that it has a figure of.

    Returns
    -------
    dict
        `edges` are worked out over all years together, so that a colour means the same in each.
        `figures` are by year: `unit_period` and `source` for the legend, `values` by code.
    """
    rows = drawn_figures(table, codes)
    edges = BREAKS[breaks](rows["value"].to_numpy(dtype=np.float64))
    colours = sequential_colours(max(len(edges) - 1, 0))
    years = sorted(int(year) for year in rows["year"].unique())
    title, unit = indicator.title.to(language), indicator.unit.to(language)
    return {
        "indicator": indicator.id,
        "title": title,
        "unit": unit,
        "unit_after": unit_after(indicator, language),
        "caveat": None if indicator.caveat is None else indicator.caveat.to(language),
        "layer": translate("layer.regencies", language, indicator=title),
        "decimals": indicator.decimals,
        "breaks": breaks,
        "years": years,
        "edges": list(edges),
        "colours": list(colours),
        "legend": [
            {"label": label, "colour": colour}
            for label, colour in zip(range_labels(edges, language), colours, strict=True)
        ],
        "no_data": translate("legend.no_data", language),
        "figures": {
            str(year): _figures_of(
                rows[rows["year"] == year],
                year,
                codes=codes,
                edges=edges,
                indicator=indicator,
                language=language,
                province=(province or {}).get(year),
            )
            for year in years
        },
        "sources": _sources(rows),
    }


def _figures_of(
    rows: pd.DataFrame,
    year: int,
    *,
    codes: Iterable[str],
    edges: Sequence[float],
    indicator: Indicator,
    language: Language,
    province: Text | None,
) -> dict[str, Any]:
    places = class_of(rows["value"].to_numpy(dtype=np.float64), edges)
    known = {
        row["regency_code"]: _figure(row, int(place), indicator, language)
        for row, place in zip(rows.to_dict("records"), places, strict=True)
    }
    return {
        "unit_period": with_province(
            translate(
                "legend.unit_period",
                language,
                unit=indicator.unit.to(language),
                period=period_in_words(rows["period"], year, language),
            ),
            province,
            language,
        ),
        "source": source_in_words(rows["source"], language),
        "values": {code: known.get(code, _UNKNOWN) for code in codes},
    }


_UNKNOWN: Mapping[str, None] = dict.fromkeys(
    ("value", "text", "class", "period", "note", "source", "source_url", "via")
)


def _figure(
    row: Mapping[Any, Any], place: int, indicator: Indicator, language: Language
) -> dict[str, Any]:
    period = text_or_none(row["period"])
    return {
        "value": float(row["value"]),
        "text": figure_text(float(row["value"]), indicator, language),
        "class": place,
        "period": None if period is None else format_period(period, language),
        "note": figure_note(row["note"], indicator.notes, language),
        "source": text_or_none(row["source"]),
        "source_url": safe_address(row["source_url"]),
        "via": text_or_none(row["via"]),
    }


def _sources(rows: pd.DataFrame) -> list[dict[str, str | None]]:
    """Every source once, in the order of the table."""
    named = rows[["source", "source_url", "via"]].drop_duplicates().itertuples(index=False)
    return [
        {
            "source": text_or_none(source),
            "source_url": safe_address(address),
            "via": text_or_none(via),
        }
        for source, address, via in named
    ]
