"""The province as a unit beside its regencies: its figure, and on what it rests.

A published figure of the province comes before any of our own. Where there is none, the regencies
are summed, or averaged by what their rates are counted on; always said, never with one missing.
"""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from geo.errors import RegionNotFound
from geo.indicators.amounts import value_in_words
from geo.indicators.table import WEIGHED_BY, Indicator, note_of
from geo.language import Text, filled, joined, texts
from geo.programme.denominators import (
    MADE_OF,
    Weights,
    nearest_complete,
    people_weights,
    values_of,
)
from geo.vector.planning_region import PlanningRegion
from geo.vector.regions import to_kemendagri

_SAY = texts(__name__)

Basis = Literal["published", "sum", "mean"]
AREA = "luas_wilayah_km2"
# Every indicator that regencies are weighed by: with that of an indicator, all rows that its figure reads.
WEIGHTS = frozenset({*WEIGHED_BY.values(), AREA, *MADE_OF})


@dataclass(frozen=True, slots=True)
class ProvinceFigure:
    """The figure of the province in one year.

    `basis` says where it comes from: published, the sum of the regencies, or their mean weighed by
    the indicator `weighed_by` (None where nothing weighs). `regions` counts the regencies that
    went in, 0 where it is published. `text` says all that in a sentence; `note` is what the table
    remarks on a published one, that it was derived say.
    """

    value: float
    year: int
    basis: Basis
    weighed_by: str | None
    regions: int
    text: Text
    note: Text | None = None


def unit_codes(region: PlanningRegion) -> tuple[str, ...]:
    """The codes of the province and of its regencies, the province first."""
    return (region.code, *(regency.code for regency in region.regencies))


def unit_code(code: str, *, region: PlanningRegion) -> str:
    """The Kemendagri code of the province or of one of its regencies, from either system of codes.

    Raises
    ------
    InvalidCode, RegionNotFound
        For what is no code, and for one of another province or of no regency.
    """
    found = to_kemendagri(code)
    if found not in region.codes:
        raise RegionNotFound(found, available=list(unit_codes(region)))
    return found


def province_value(
    table: pd.DataFrame, indicator: Indicator, *, year: int, region: PlanningRegion
) -> ProvinceFigure | None:
    """The figure of the province in a year; None where `no_province_value` says why.

    Parameters
    ----------
    table : DataFrame
        As `geo.indicators.table.parse_indicators` returns it. A doubtful figure is no figure here.

    Notes
    -----
    A rate is averaged by the people whom it is counted on where `geo.programme.denominators` knows
    them, else by what `geo.indicators.table.WEIGHED_BY` names, or the regencies' areas: those of the
    figure's own year, else of the year nearest to it that has every regency. `text` says which.
    """
    good = _good(table, indicator, year)
    if region.code in good:
        note = _note(table, indicator, year, code=region.code)
        value, said = good[region.code], _SAY["published"]
        return ProvinceFigure(value, year, "published", None, 0, said, note)
    if no_province_value(table, indicator, year=year, region=region) is not None:
        return None
    values = good.reindex(list(region.by_code))
    n = len(values)
    if indicator.aggregation == "sum":
        said = filled(_SAY["sum"], regions=n)
        return ProvinceFigure(float(values.sum()), year, "sum", None, n, said)
    found = _weights(table, indicator, year=year, region=region)
    if found is None:
        return None
    weights = pd.Series(found.by_region)
    mean = float((values * weights).sum() / weights.sum())
    said = filled(_SAY["mean"], regions=n, title=found.title)
    return ProvinceFigure(mean, year, "mean", found.id, n, said)


def province_in_words(
    table: pd.DataFrame, indicator: Indicator, *, year: int, region: PlanningRegion
) -> Text | None:
    """The figure of the province in a year and how it came about, to stand beside its regencies'.

    None where `no_province_value` says why.
    """
    found = province_value(table, indicator, year=year, region=region)
    if found is None:
        return None
    value = value_in_words(found.value, indicator.unit, decimals=indicator.decimals)
    return filled(_SAY["said"], name=region.name, value=value, how=found.text)


def no_province_value(
    table: pd.DataFrame, indicator: Indicator, *, year: int, region: PlanningRegion
) -> Text | None:
    """Why the province has no figure in a year; None where it has one."""
    good = _good(table, indicator, year)
    if region.code in good:
        return None
    if lacking := [code for code in region.by_code if code not in good]:
        names = joined([region.title_of(code) for code in lacking[:3]])
        n, of = len(region.regencies) - len(lacking), len(region.regencies)
        more = _SAY["and_others"] if len(lacking) > 3 else Text("", "")
        return filled(_SAY["incomplete"], year=year, regions=n, of=of, names=names, more=more)
    if indicator.is_snapshot:
        return _SAY["snapshot"]
    if indicator.is_of_government:
        return _SAY["of_government"]
    if indicator.aggregation == "sum":
        return None
    if not indicator.is_averaged:
        return _SAY["no_mean"]
    found = _weights(table, indicator, year=year, region=region)
    return _SAY["no_weights"] if found is None else None


def _note(table: pd.DataFrame, indicator: Indicator, year: int, *, code: str) -> Text | None:
    """What the table remarks on a figure, that it was derived say; None without a remark."""
    rows = table[(table["indicator"] == indicator.id) & (table["year"] == year)]
    said = rows.loc[(rows["regency_code"] == code) & (rows["confidence"] == "ok"), "note"]
    return note_of(str(said.iloc[0]), indicator.notes) if said.iloc[0] else None


def _good(table: pd.DataFrame, indicator: Indicator, year: int) -> pd.Series:
    rows = table[(table["indicator"] == indicator.id) & (table["year"] == year)]
    good = rows[rows["confidence"] == "ok"]
    return good.set_index("regency_code")["value"]


def _weights(
    table: pd.DataFrame, indicator: Indicator, *, year: int, region: PlanningRegion
) -> Weights | None:
    """What weighs the regencies in a year; None where it is not known of all of them in any year."""
    people = people_weights(table, indicator, year=year, region=region)
    if people is not None:
        return people
    name = WEIGHED_BY.get(indicator.aggregation, AREA)
    of = nearest_complete(table, name, year=year, region=region)
    if of is None:
        return None
    title = filled(_SAY[f"by_{indicator.aggregation}"], year=of)
    values = values_of(table, name, of)
    return Weights(name, title, {code: values[code] for code in region.by_code})
