"""How many people a rate is counted on, by region: frozen, so that a gap in people has one meaning.

Regencies publish no labour force of their own. It is estimated as register population x TPAK, and
scaled so that the regencies add up to the labour force that is published of the province; people of
15 and over likewise. One denominator serves all years of a comparison: what moves is the rate.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from geo.indicators.periods import period_in_words
from geo.indicators.table import Indicator
from geo.language import Text, filled, number, texts
from geo.vector.planning_region import PlanningRegion

_SAY = texts(__name__)

_POPULATION = "penduduk_dukcapil_total"
_PARTICIPATION = "tpak_agustus"
_LABOUR_FORCE = "angkatan_kerja_agustus"
_WORKING_AGE = "penduduk_usia_kerja_agustus"
# The indicators that denominators are made of.
READ = (_POPULATION, _PARTICIPATION, _LABOUR_FORCE, _WORKING_AGE)
# Every indicator that a denominator is made of.
MADE_OF = frozenset({_POPULATION, _PARTICIPATION, _LABOUR_FORCE, _WORKING_AGE})


@dataclass(frozen=True, slots=True)
class Denominator:
    """The people that a rate is counted on.

    `id` is the indicator that they are figures of, `people` is by Kemendagri code, the province
    among them. `period` is the one that they are of; `is_estimate` is true where the number of
    people by a rate is an estimate, and `method` says how it is made; `source` names the producers.
    """

    id: str
    people: Mapping[str, float]
    period: str
    title: Text
    is_estimate: bool
    method: Text
    source: str

    def people_of(self, points: float, *, region: str) -> float:
        """How many people so many percentage points are."""
        return points / 100 * self.people[region]


@dataclass(frozen=True, slots=True)
class Weights:
    """What the regencies are weighed by, by Kemendagri code; `title` says of which year."""

    id: str
    title: Text
    by_region: Mapping[str, float]


def denominator_of(
    table: pd.DataFrame, indicator: Indicator, *, region: PlanningRegion
) -> Denominator | None:
    """The people that an indicator is counted on; None where they are not people or not known.

    Parameters
    ----------
    table : DataFrame
        As `geo.indicators.table.parse_indicators` returns it; doubtful figures are passed over.

    Notes
    -----
    A rate of households, of workers or of one part of the people has none: how many there are of
    them in each regency is not published.
    """
    counted_on = _COUNTED_ON.get(indicator.id)
    return None if counted_on is None else _MAKERS[counted_on](table, region)


def people_weights(
    table: pd.DataFrame, indicator: Indicator, *, year: int, region: PlanningRegion
) -> Weights | None:
    """How many people of each regency a rate is counted on in a year, to average it by.

    No denominator of a gap, which is frozen: each part is of the year, else of the nearest that has
    every regency. None where `denominator_of` knows no people.
    """
    named = _COUNTED_ON.get(indicator.id)
    of = nearest_complete(table, _POPULATION, year=year, region=region)
    if named is None or of is None:
        return None
    counted = values_of(table, _POPULATION, of)
    people = {code: counted[code] for code in region.by_code}
    if named != _LABOUR_FORCE:
        return Weights(named, filled(_SAY["weights_people"], year=of), people)
    at = nearest_complete(table, _PARTICIPATION, year=year, region=region)
    if at is None:
        return None
    rates = values_of(table, _PARTICIPATION, at)
    title = filled(_SAY["weights_labour_force"], people=of, year=at)
    return Weights(named, title, {code: n * rates[code] / 100 for code, n in people.items()})


def people_in_words(people: float) -> Text:
    """A number of people as an estimate allows: hundreds from a thousand on, else tens.

    Examples
    --------
    >>> people_in_words(8_468.2).id, people_in_words(53.1).en, people_in_words(3).id
    ('8.500 orang', '50 people', 'kurang dari 10 orang')
    """
    if 0 < people < 10:
        return _SAY["few_people"]
    return filled(_SAY["people"], n=number(rounded_people(people), ",.0f"))


def rounded_people(people: float) -> float:
    """An estimated number of people, or a change of one, in hundreds from a thousand on, else in tens.

    Examples
    --------
    >>> rounded_people(8_468.2), rounded_people(-53.1), rounded_people(999.9)
    (8500, -50, 1000)
    """
    step = 100 if abs(people) >= 1000 else 10
    return round(people / step) * step


def _population(table: pd.DataFrame, region: PlanningRegion) -> Denominator | None:
    found = _register(table, region)
    if found is None:
        return None
    people, period, source = found
    return Denominator(
        id=_POPULATION,
        # The total of the register itself; the regencies sum to it.
        people={region.code: sum(people.values()), **people},
        period=period,
        title=_SAY["of_population"],
        # Susenas is grossed up to projected population, which is not published by regency here.
        is_estimate=True,
        method=_SAY["population_method"],
        source=source,
    )


def _labour_force(table: pd.DataFrame, region: PlanningRegion) -> Denominator | None:
    register, year = _register(table, region), _newest_complete(table, _PARTICIPATION, region)
    if register is None or year is None:
        return None
    people, *counted = register
    rates = values_of(table, _PARTICIPATION, year)
    parts = {code: people[code] * rates[code] / 100 for code in people}
    total = _published(table, _LABOUR_FORCE, year, region)
    return None if total is None else _scaled(total, parts, counted, said="labour_force")


def _working_age(table: pd.DataFrame, region: PlanningRegion) -> Denominator | None:
    register = _register(table, region)
    years = table.loc[(table["indicator"] == _WORKING_AGE) & _is_good(table), "year"]
    if register is None or years.empty:
        return None
    people, *counted = register
    total = _published(table, _WORKING_AGE, int(years.max()), region)
    return None if total is None else _scaled(total, people, counted, said="working_age")


def _published(
    table: pd.DataFrame, indicator: str, year: int, region: PlanningRegion
) -> pd.Series | None:
    """The province's own row of a year; None where there is no good one."""
    rows = table[(table["indicator"] == indicator) & (table["year"] == year) & _is_good(table)]
    own = rows[rows["regency_code"] == region.code]
    return None if own.empty else own.iloc[0]


def _scaled(
    total: pd.Series, parts: Mapping[str, float], counted: Sequence[str], *, said: str
) -> Denominator:
    """Parts of the regencies, scaled to what is published of the province.

    `counted` is the period and the source of the register that the parts are made of.
    """
    published, period = float(total["value"]), str(total["period"])
    factor = published / sum(parts.values())
    register, source = counted
    facts = {"total": number(published, ",.0f"), "period": period_in_words(period)}
    return Denominator(
        id=str(total["indicator"]),
        people={
            str(total["regency_code"]): published,
            **{code: part * factor for code, part in parts.items()},
        },
        period=period,
        title=_SAY[f"of_{said}"],
        is_estimate=True,
        method=filled(_SAY[f"{said}_method"], **facts, register=register),
        source="; ".join(dict.fromkeys([str(total["source"]), source])),
    )


def _register(
    table: pd.DataFrame, region: PlanningRegion
) -> tuple[dict[str, float], str, str] | None:
    """Register population of the newest year that has every regency, its period and its source."""
    year = _newest_complete(table, _POPULATION, region)
    if year is None:
        return None
    values = values_of(table, _POPULATION, year)
    rows = table[(table["indicator"] == _POPULATION) & (table["year"] == year)]
    people = {code: values[code] for code in region.by_code}
    return people, str(rows["period"].iloc[0]), str(rows["source"].iloc[0])


def _newest_complete(table: pd.DataFrame, indicator: str, region: PlanningRegion) -> int | None:
    """The newest year in which every regency has a good figure."""
    return max(_complete(table, indicator, region), default=None)


def nearest_complete(
    table: pd.DataFrame, indicator: str, *, year: int, region: PlanningRegion
) -> int | None:
    """The year nearest to `year`, of two the older, in which every regency has a good figure."""
    years = _complete(table, indicator, region)
    return min(years, key=lambda one: (abs(one - year), one), default=None)


def _complete(table: pd.DataFrame, indicator: str, region: PlanningRegion) -> list[int]:
    rows = table[(table["indicator"] == indicator) & _is_good(table)]
    own = rows[rows["regency_code"].isin(list(region.by_code))]
    counts = own.groupby("year")["regency_code"].nunique()
    return [int(year) for year in counts.index[counts == len(region.regencies)]]


def values_of(table: pd.DataFrame, indicator: str, year: int) -> dict[str, float]:
    """The figures of an indicator in one year, by region."""
    rows = table[(table["indicator"] == indicator) & (table["year"] == year)]
    return dict(zip(rows["regency_code"], rows["value"].astype(float), strict=True))


def _is_good(table: pd.DataFrame) -> pd.Series:
    return table["confidence"] == "ok"


# By id, since the unit alone does not say of whom: poverty of villages is "% penduduk" as well.
_COUNTED_ON: Mapping[str, str] = {
    "tpt_agustus": _LABOUR_FORCE,
    "tpak_agustus": _WORKING_AGE,
    "p0_persen_miskin_maret": _POPULATION,
    "p0_persen_miskin_september": _POPULATION,
}
_MAKERS: Mapping[str, Callable[[pd.DataFrame, PlanningRegion], Denominator | None]] = {
    _LABOUR_FORCE: _labour_force,
    _WORKING_AGE: _working_age,
    _POPULATION: _population,
}
