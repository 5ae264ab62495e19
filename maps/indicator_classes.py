"""Pure. One indicator over all its years: classes that mean the same in each, and what they are called.

Three ways to break values into classes. Quantiles and equal intervals are numpy's; natural breaks
are mapclassify's exact Fisher-Jenks optimum, imported when somebody asks for them, because that
costs seconds.
"""

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.indicators import Indicator
from geo.language import Language
from maps.cards import text_or_none
from maps.escape import safe_address
from maps.legends import period_in_words, range_labels
from maps.style import (
    class_of,
    decimals_for,
    equal_breaks,
    quantile_breaks,
    sequential_colours,
)
from maps.text import format_number, format_period, translate

N_CLASSES = 5
Breaks = Literal["quantile", "natural", "equal"]


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
    known = np.sort(known[np.isfinite(known)])
    if known.size == 0:
        return ()
    low, high = float(known[0]), float(known[-1])
    different = np.unique(known)
    if different.size <= 2 or n_classes < 2:
        tops = different if n_classes > 1 else different[-1:]
    else:
        tops = _fisher_jenks(known, min(n_classes, different.size))
    starts = (different[different > top][0] for top in tops[:-1])
    decimals = decimals_for(low, high)
    inner = (_between(top, start, decimals) for top, start in zip(tops[:-1], starts, strict=True))
    return (low, *inner, high)


def _fisher_jenks(known: npt.NDArray[np.float64], n_classes: int) -> npt.NDArray[np.float64]:
    from mapclassify import FisherJenks

    # A service without numba need not read in its log that this takes milliseconds more.
    warnings.filterwarnings("ignore", message="Numba not installed", category=UserWarning)
    return np.unique(FisherJenks(known, k=n_classes).bins)


def _between(top: float, start: float, decimals: int) -> float:
    """An edge above `top` and not above `start`, half way if it can be printed."""
    edge = round((top + start) / 2, decimals)
    return edge if top < edge <= start else float(start)


BREAKS: Mapping[Breaks, Callable[[npt.ArrayLike], tuple[float, ...]]] = MappingProxyType(
    {"quantile": quantile_breaks, "natural": natural_breaks, "equal": equal_breaks}
)


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
        Its rows, tidy as `geo.indicators.parse_indicators` returns them; of other regions than
        `codes` they do not count.
    codes
        The regencies that are drawn; one without a value has `value` and `class` null.

    Returns
    -------
    dict
        `edges` are worked out over all years together, so that a colour means the same in each.
        `figures` are by year: `unit_period` for the legend, `values` by code.
    """
    rows = table[table["regency_code"].isin(codes) & table["value"].notna()]
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
        "note": text_or_none(row["note"]),
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
