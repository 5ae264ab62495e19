"""Pure. Tables of figures carried to new areas, with their lineage in words and in columns.

A table is tidy, as `geo/indicators.py` has it, or wide with a column a figure. Where the new areas
are the regencies, what comes out of a tidy table is a table of indicators again. The arithmetic is
`geo/boundary_change.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geo.boundary_change import CarryReport, Kind, carry
from geo.crosswalk import AREA, Crosswalk, listed
from geo.errors import IndicatorNotFound, InvalidCode, InvalidIndicators
from geo.indicators import COLUMNS, Indicator
from geo.language import Language, Text
from geo.numerals import parse_numerals
from geo.regions import BY_CODE, AmbiguousCode, to_kemendagri

LINEAGE = ("kind", "known_share", "covered_share", "method", "sources", "missing")
# Names of the key column where the one that is asked for is not there.
_KEYS = ("regency_code", "area_id")
_SERIES = ["indicator", "year", "period"]
_NAMED = 6


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """One indicator and period with what became of it; empty texts where the table says none."""

    indicator: str
    year: str
    period: str
    report: CarryReport


def parse_figures(
    table: pd.DataFrame, *, key: str, old: pd.Index, columns: Sequence[str] = ()
) -> pd.DataFrame:
    """Figures of old areas, checked and typed.

    Parameters
    ----------
    table : DataFrame
        Read with every column as text: tidy (`indicator`, `value` and any of `year`, `period`, `unit`,
        `source`, `source_url`, `note`, `confidence`), or wide.
    key : str
        The column that names the old areas; `regency_code` or `area_id` where it is not there. A
        regency may have its Kemendagri or its BPS code, whichever the old layer has.
    old : Index
        The keys of the old layer.
    columns : sequence of str
        Of a wide table, the columns to carry.

    Returns
    -------
    DataFrame
        `area_id` and the columns of `geo.indicators.COLUMNS` but the first: `value` float64, NaN where
        the cell is empty; the others text, empty where the table does not say.

    Raises
    ------
    InvalidIndicators
        For missing columns, values that are no clear numbers, rows that repeat.
    AmbiguousCode
        For a code that has lost a zero.
    """
    name = next((n for n in (key, *_KEYS) if n in table.columns), None)
    lacking = [n for n in columns if n not in table.columns]
    is_tidy = not columns and {"indicator", "value"} <= set(table.columns)
    if name is None or lacking or not (is_tidy or columns):
        wanted = ", ".join([key, *(columns or ("indicator", "value"))])
        raise InvalidIndicators(
            reason=_LACKING.format(wanted=wanted, found=", ".join(map(str, table.columns)))
        )
    tidy = table if is_tidy else table[[name, *columns]].melt(name, var_name="indicator")
    figures = pd.DataFrame({"area_id": _matched(tidy[name], old)})
    for column in COLUMNS[1:]:
        texts = tidy[column] if column in tidy else pd.Series("", index=tidy.index)
        figures[column] = texts.fillna("").astype("str").str.strip()
    figures["period"] = figures["period"].where(figures["period"] != "", figures["year"])
    figures["value"] = [
        number for _, rows in figures.groupby("indicator", sort=False) for number in [rows]
    ]
    return figures
