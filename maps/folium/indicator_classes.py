"""One indicator over all its years: classes that mean the same in each, and what they are called.

Four ways to break values into classes: quantiles, equal intervals (both in `style.py`), fixed round
numbers, and natural breaks, which are our own: mapclassify computes them with 24 bits, too few for
a population, and importing it takes seconds.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.indicators.table import Indicator
from geo.language import Language
from maps.escape import safe_address, text_or_none
from maps.folium.legends import period_in_words, range_labels, source_in_words
from maps.folium.measures import figure_note
from maps.style import (
    class_of,
    decimals_for,
    equal_breaks,
    quantile_breaks,
    sequential_colours,
)
from maps.text import format_number, format_period, translate

N_CLASSES = 5
Breaks = Literal["quantile", "natural", "equal", "fixed"]


def natural_breaks(values: npt.ArrayLike, *, n_classes: int = N_CLASSES) -> tuple[float, ...]:
    """Edges of the classes whose values differ least from their class's mean.

    Parameters
    ----------
    values : (n,)
        NaN do not count. Time grows with n squared: meant for hundreds, not for a raster.
    n_classes
        The most classes wanted; as many as there are different values, if these are fewer.

    Returns
    -------
    tuple of float
        Ascending edges from the least to the greatest; (v, v) when all values are v; () when there
        is none. An inner edge lies in the gap between two classes, half way, at the precision at
        which the legend prints it where the gap allows that.

    References
    ----------
    Fisher, W. D. (1958). On grouping for maximum homogeneity. Journal of the American Statistical
    Association 53, 789-798. Jenks, G. F. (1977). Optimal data classification for choropleth maps.
    University of Kansas, Department of Geography, Occasional Paper 2.

    Examples
    --------
    >>> natural_breaks([1.0, 2.0, 9.0, 10.0], n_classes=2)
    (1.0, 5.5, 10.0)
    """
    known = np.asarray(values, dtype=np.float64)
    different, counts = np.unique(known[np.isfinite(known)], return_counts=True)
    if different.size == 0:
        return ()
    low, high = float(different[0]), float(different[-1])
    starts = _class_starts(different, counts, n_classes=min(n_classes, different.size))
    decimals = decimals_for(low, high)
    inner = (_between(different[start - 1], different[start], decimals) for start in starts)
    return (low, *inner, high)


def _class_starts(
    values: npt.NDArray[np.float64], counts: npt.NDArray[np.int64], *, n_classes: int
) -> list[int]:
    """Where each class but the first starts in ascending `values`, of which there are `counts`."""
    n = values.size
    # The first `end` values in `classes` classes: their least spread, and where the last one starts.
    least = np.full((n_classes + 1, n + 1), np.inf)
    least[0, 0] = 0.0
    starts = np.zeros((n_classes + 1, n + 1), dtype=np.int64)
    # Of one class from each value to the newest, in Welford's way: no large squares are subtracted.
    members, means, spreads = np.zeros((3, n))
    for end, (value, count) in enumerate(zip(values, counts, strict=True), start=1):
        members[:end] += count
        step = value - means[:end]
        means[:end] += step * count / members[:end]
        spreads[:end] += count * step * (value - means[:end])
        totals = least[:-1, :end] + spreads[:end]
        starts[1:, end], least[1:, end] = totals.argmin(axis=1), totals.min(axis=1)
    found, end = [], n
    for classes in range(n_classes, 1, -1):
        end = int(starts[classes, end])
        found.append(end)
    return found[::-1]


def _between(top: float, start: float, decimals: int) -> float:
    """An edge above `top` and not above `start`, half way if it can be printed."""
    edge = round(float(top + start) / 2, decimals)
    return edge if top < edge <= start else float(start)


def round_breaks(values: npt.ArrayLike, *, n_classes: int = N_CLASSES) -> tuple[float, ...]:
    """Edges at round numbers: multiples of the smallest step of 1, 2 or 5 times a power of ten.

    They are fixed in that the range of the values alone decides them: figures that lie within it
    move no edge.

    Parameters
    ----------
    values : (n,)
        NaN do not count.
    n_classes
        The most classes wanted, at least 2.

    Returns
    -------
    tuple of float
        Ascending edges from the least to the greatest; (v, v) when all values are v; () when there
        is none. A class may be empty. The step is never finer than the legend prints.

    Examples
    --------
    >>> round_breaks([2.1, 3.9, 4.4, 9.3])
    (2.1, 4.0, 6.0, 8.0, 9.3)
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if known.size == 0:
        return ()
    low, high = float(known.min()), float(known.max())
    if low == high:
        return (low, high)
    decimals = decimals_for(low, high)
    power = max(-decimals, math.floor(math.log10((high - low) / n_classes)))
    for step in (factor * 10.0**p for p in (power, power + 1) for factor in (1, 2, 5)):
        first, last = math.floor(low / step) + 1, math.ceil(high / step) - 1
        if last - first + 2 <= n_classes:
            break
    # A power below one is not exact: the edge is the number that is printed.
    inner = (round(place * step, decimals) for place in range(first, last + 1))
    return (low, *inner, high)


BREAKS: Mapping[Breaks, Callable[[npt.ArrayLike], tuple[float, ...]]] = MappingProxyType(
    {
        "quantile": quantile_breaks,
        "natural": natural_breaks,
        "equal": equal_breaks,
        "fixed": round_breaks,
    }
)


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
) -> dict[str, Any]:
    places = class_of(rows["value"].to_numpy(dtype=np.float64), edges)
    known = {
        row["regency_code"]: _figure(row, int(place), indicator.decimals, language)
        for row, place in zip(rows.to_dict("records"), places, strict=True)
    }
    return {
        "unit_period": translate(
            "legend.unit_period",
            language,
            unit=indicator.unit.to(language),
            period=period_in_words(rows["period"], year, language),
        ),
        "source": source_in_words(rows["source"], language),
        "values": {code: known.get(code, _UNKNOWN) for code in codes},
    }


_UNKNOWN: Mapping[str, None] = dict.fromkeys(
    ("value", "text", "class", "period", "note", "source", "source_url")
)


def _figure(
    row: Mapping[Any, Any], place: int, decimals: int, language: Language
) -> dict[str, Any]:
    period = text_or_none(row["period"])
    return {
        "value": float(row["value"]),
        "text": format_number(float(row["value"]), language, decimals=decimals),
        "class": place,
        "period": None if period is None else format_period(period, language),
        "note": figure_note(row["note"], language),
        "source": text_or_none(row["source"]),
        "source_url": safe_address(row["source_url"]),
    }


def _sources(rows: pd.DataFrame) -> list[dict[str, str | None]]:
    """Every source once, in the order of the table."""
    pairs = rows[["source", "source_url"]].drop_duplicates().itertuples(index=False)
    return [
        {"source": text_or_none(source), "source_url": safe_address(address)}
        for source, address in pairs
    ]
