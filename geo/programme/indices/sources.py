"""Where the figures of an index are from: the indicator that a slot takes, or what an office entered."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from geo.indicators.table import Indicator
from geo.programme.indices.index import Index, IndexValue


@dataclass(frozen=True, slots=True)
class FigureSource:
    """Where one figure is from: `indicator` is None of an entered one; without a figure there is no `period`.

    `period` is written as ISO 8601 has it: a year, or two dates.
    """

    indicator: Indicator | None
    period: str
    source: str
    source_url: str = ""


def figure_sources(
    index: Index,
    found: IndexValue,
    place: str,
    *,
    table: pd.DataFrame,
    catalogue: Mapping[str, Indicator],
) -> dict[str, FigureSource]:
    """Of each slot where its figure of a place is from, in the years that the value has.

    Parameters
    ----------
    table : DataFrame
        As `geo.indicators.table.parse_indicators` returns it.
    """
    entered = {(one.slot, one.year): one for one in index.figures if one.place == place}
    own = table[table["regency_code"] == place]
    rows = {(row["indicator"], row["year"]): row for row in own.to_dict("records")}
    sources = {}
    for one in found.slots:
        slot, year = one.slot, one.year
        indicator = None if slot.indicator is None else catalogue.get(slot.indicator)
        if (figure := entered.get((slot.id, year or 0))) is not None:
            sources[slot.id] = FigureSource(None, str(figure.year), figure.source)
        elif year is not None and (row := rows.get((slot.indicator, year))) is not None:
            said = (str(row["period"]), str(row["source"]), str(row["source_url"]))
            sources[slot.id] = FigureSource(indicator, *said)
        else:
            sources[slot.id] = FigureSource(indicator, "", "")
    return sources
