"""Labour and social indicators: one row a region, indicator and period, each with its source.

A figure never travels without its period. Series that look alike but are counted differently (the
two human development series; poverty in March and in September) are separate indicators, and an
indicator whose periods mix two months of the year is refused. Missing stays missing.
"""

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal, get_args

import pandas as pd

from geo.errors import (
    IndicatorNotFound,
    InvalidCode,
    InvalidIndicators,
    UnknownYear,
)
from geo.indicators.figures import read_figures
from geo.indicators.periods import MONTHS, month_of
from geo.indicators.series import SeriesBreak
from geo.language import Text, filled, texts
from geo.vector.planning_region import PlanningRegion
from geo.vector.regions import to_kemendagri

_SAY = texts(__name__)

IndicatorKind = Literal["rate", "count", "amount", "index"]
Direction = Literal["max", "min", "none"]
Theme = Literal["work", "welfare", "economy", "farming", "village", "hazard", "place"]
Aggregation = Literal["population", "grdp", "area", "sum"]
# What a rate is counted on, by its aggregation: the indicator that weighs regions.
WEIGHED_BY: Mapping[Aggregation, str] = {
    "population": "penduduk_dukcapil_total",
    "grdp": "pdrb_adhk_total_jumlah17sektor",
}

REQUIRED = ("regency_code", "indicator", "year", "value", "unit", "source", "source_url")
COLUMNS = (
    "regency_code",
    "indicator",
    "year",
    "period",
    "value",
    "unit",
    "source",
    "source_url",
    "via",
    "note",
    "confidence",
)
CONFIDENCES = ("ok", "low")
_KEY = ["regency_code", "indicator", "period"]
_FACTS = [name for name in COLUMNS if name not in _KEY]
# More than this many examples make an error unreadable; the facts carry all.
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Indicator:
    """What an indicator means.

    `direction` says which way is better in ordinary speech (`none` where neither is); whether more
    of it makes a zone readier or needier is a model's decision. `aggregation` says how regencies
    combine: weighted by population, by GRDP or by area, or summed. `mappable` is true when the map
    offers it: several regencies have values. `theme` is the heading under which people look for it.
    `plausible` are the lowest and highest figure, in `unit`, that nobody asks about; None where the
    catalogue does not say. `notes` are those of its figures that are known in both languages.
    `is_snapshot` is true of counts of one event on one day, which the note of each figure names:
    they are no series, and a 0 says only that none was recorded yet. `is_set_ahead` is true of what
    is set before its period begins: targets, minimum wages, budgets. `is_averaged` is false where a
    mean of regencies is no figure of their province: of indices of several parts, lines and wages.
    `is_of_government` is true of budgets: a province's own is no total of its regencies'. `is_change` is
    true of what is itself the change of a year, such as growth: no pace is read from it. `breaks` are the
    years from which a source says that it is counted differently: nothing is compared across one.
    """

    id: str
    title: Text
    unit: Text
    kind: IndicatorKind
    direction: Direction
    aggregation: Aggregation
    decimals: int
    caveat: Text
    mappable: bool
    notes: tuple[Text, ...] = ()
    plausible: tuple[float, float] | None = None
    theme: Theme | None = None
    is_snapshot: bool = False
    is_set_ahead: bool = False
    is_averaged: bool = True
    is_of_government: bool = False
    is_change: bool = False
    breaks: tuple[SeriesBreak, ...] = ()

    @property
    def theme_place(self) -> int:
        """Where its theme stands among the themes; one of none stands last."""
        themes = get_args(Theme)
        return themes.index(self.theme) if self.theme else len(themes)


def note_of(written: str, known: Iterable[Text]) -> Text:
    """A figure's note in both languages where it is known in them, else as it was written.

    Examples
    --------
    >>> note_of("Seri lama.", [Text(id="Seri lama.", en="Older series.")]).en
    'Older series.'
    """
    return next((note for note in known if note.id == written), Text(id=written, en=written))


def parse_catalogue(toml_text: str) -> dict[str, Indicator]:
    """Indicators by id, from the text of `data/indicators/catalogue.toml`.

    Raises
    ------
    InvalidIndicators
        When the text is no TOML, or an entry lacks a key or has an unknown word.
    """
    try:
        entries = tomllib.loads(toml_text)
    except tomllib.TOMLDecodeError as error:
        raise _invalid(_SAY["catalogue_no_toml"], error=str(error)) from error
    return {name: _parse_indicator(name, entry) for name, entry in entries.items()}


def _parse_indicator(name: str, entry: Mapping[str, object]) -> Indicator:
    try:
        return Indicator(
            id=name,
            title=_text(entry["title"]),
            unit=_text(entry["unit"]),
            kind=_one_of(entry["kind"], get_args(IndicatorKind)),  # type: ignore[arg-type]
            direction=_one_of(entry["direction"], get_args(Direction)),  # type: ignore[arg-type]
            aggregation=_one_of(entry["aggregation"], get_args(Aggregation)),  # type: ignore[arg-type]
            decimals=int(str(entry["decimals"])),
            caveat=_text(entry["caveat"]) if "caveat" in entry else Text(id="", en=""),
            mappable=entry["mappable"] is True,
            notes=tuple(map(_text, entry.get("notes", ()))),  # type: ignore[call-overload]
            plausible=_range(entry.get("plausible")),
            theme=_one_of(entry["theme"], get_args(Theme)) if "theme" in entry else None,  # type: ignore[arg-type]
            is_snapshot=entry.get("snapshot") is True,
            is_set_ahead=entry.get("set_ahead") is True,
            is_averaged=entry.get("averaged", not _is_own(entry)) is True,
            is_of_government=entry.get("of_government") is True,
            is_change=entry.get("change") is True,
            breaks=tuple(map(_break, entry.get("breaks", ()))),  # type: ignore[call-overload]
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _invalid(_SAY["catalogue_entry"], indicator=name, error=str(error)) from error


def _is_own(entry: Mapping[str, object]) -> bool:
    """Whether a figure is a region's own and no mean of its parts': an index, a wage or a price."""
    kind = entry["kind"]
    return kind == "index" or (kind == "amount" and entry["aggregation"] == "area")


def _text(value: object) -> Text:
    if not isinstance(value, Mapping) or set(value) != {"id", "en"}:
        raise ValueError(f"{value!r} needs id and en")
    return Text(id=str(value["id"]), en=str(value["en"]))


def _range(value: object) -> tuple[float, float] | None:
    if value is None:
        return None
    match value:
        case [int() | float() as low, int() | float() as high] if low < high:
            return float(low), float(high)
    raise ValueError(f"{value!r} needs the lowest and the highest plausible figure")


def _break(value: object) -> SeriesBreak:
    match value:
        case {"year": int() as year, "reason": reason, **rest} if not rest.keys() - {"regions"}:
            regions = rest.get("regions", [])
            if isinstance(regions, list):
                return SeriesBreak(year, _text(reason), tuple(map(to_kemendagri, regions)))
    raise ValueError(f"{value!r} needs the year from which a series differs, and the reason")


def _one_of(value: object, words: tuple[str, ...]) -> str:
    if value not in words:
        raise ValueError(f"{value!r} is not one of {', '.join(words)}")
    return str(value)


def _invalid(sentence: Text, /, **facts: object) -> InvalidIndicators:
    """The error with its sentence filled from the facts, which travel along."""
    return InvalidIndicators(reason=sentence.format(**facts), **facts)


def parse_indicators(frame: pd.DataFrame, *, region: PlanningRegion | None = None) -> pd.DataFrame:
    """The tidy indicator table, checked and typed.

    Parameters
    ----------
    frame : DataFrame
        Read with every column as text. Needs the columns of `REQUIRED`; `period` (the year when
        absent), `via` (the copy through which a figure came; empty), `note` (empty) and `confidence`
        (`ok`) may be missing, other columns are left out. `source` is the producer and the survey.
        Codes may be Kemendagri or BPS, with 63, 63.00 or 6300 for province 63. Values may use a
        decimal point or the Indonesian decimal comma with dots between thousands ("1.357,156"); a
        text such as "1.357" is read as the rest of its indicator is, and refused if that does not
        tell.
    region : PlanningRegion, optional
        Whose codes there may be. Without it, as of a table that was checked when it was published,
        any code of a regency or a province may stand.

    Returns
    -------
    DataFrame, (n_rows, 11)
        `COLUMNS`, sorted by indicator, year, period and region; a fresh index.

    Raises
    ------
    InvalidIndicators
        Naming what is wrong: missing columns, unknown codes, duplicates, values that are no
        numbers, years and periods that disagree, an indicator that mixes months of the year.
    """
    table = _with_columns(frame)

    table["regency_code"] = _codes(table["regency_code"], region)
    table["value"] = _numbers(table["value"], column="value", series=table["indicator"])
    table["year"] = _years(table["year"])
    _require_filled(table)
    _require_periods(table)
    _require_unique(table)

    months = _months(table["period"])
    order = table.assign(month=months).sort_values(
        ["indicator", "year", "month", "regency_code"], kind="stable"
    )
    return order[list(COLUMNS)].reset_index(drop=True)


def _with_columns(frame: pd.DataFrame) -> pd.DataFrame:
    missing = [name for name in REQUIRED if name not in frame.columns]
    if missing:
        raise _invalid(
            _SAY["lacking_columns"], missing=", ".join(missing), required=", ".join(REQUIRED)
        )
    table = frame.reset_index(drop=True)
    for name in ("period", "via", "note", "confidence"):
        if name not in table.columns:
            table[name] = ""
    texts = [name for name in COLUMNS if name not in ("value", "year")]
    table[texts] = table[texts].fillna("").astype("str").apply(lambda column: column.str.strip())
    table["period"] = table["period"].where(table["period"] != "", table["year"].astype("str"))
    table["confidence"] = table["confidence"].replace("", "ok")
    return table


def _codes(texts: pd.Series, region: PlanningRegion | None) -> pd.Series:
    codes = texts.map({text: _code_or_none(text) for text in texts.unique()})
    if region is not None:
        codes = codes.where(codes.isin(list(region.codes)))
    unknown = sorted(texts[codes.isna()].unique())
    if unknown:
        shown = _listed(unknown)
        if region is None:
            raise _invalid(_SAY["no_codes"], shown=shown, codes=unknown)
        sentence = filled(_SAY["unknown_codes"], shown=shown, **region.facts)
        raise InvalidIndicators(reason=sentence, codes=unknown)
    return codes


def _code_or_none(text: str) -> str | None:
    try:
        return to_kemendagri(text)
    except InvalidCode:
        return None


def _numbers(values: pd.Series, *, column: str, series: pd.Series | None = None) -> pd.Series:
    cells = values.tolist()
    if pd.api.types.is_any_real_numeric_dtype(values):
        # As published: a nation's figures are not written as text to be read again.
        numbers: list[float | None] = cells
    else:
        named = [""] * len(cells) if series is None else series.tolist()
        numbers = [figure.numeral.number for figure in read_figures(cells, series=named)]
    # Row 1 of a spreadsheet is its header.
    wrong = [
        f"{row} ({value!r})"
        for row, (value, number) in enumerate(zip(values, numbers, strict=True), start=2)
        if number is None or not math.isfinite(number)
    ]
    if wrong:
        raise _invalid(_SAY["no_number"], column=column, shown=_listed(wrong), rows=wrong)
    return pd.Series(numbers, index=values.index, dtype="float64")


def _years(texts: pd.Series) -> pd.Series:
    years = _numbers(texts, column="year")
    fractions = years.index[years % 1 != 0]
    if len(fractions):
        raise _invalid(_SAY["no_year"], shown=_rows(fractions))
    return years.astype("int64")


def _require_filled(table: pd.DataFrame) -> None:
    for name in ("indicator", "unit", "source"):
        empty = table.index[table[name] == ""]
        if len(empty):
            raise _invalid(_SAY["empty"], column=name, shown=_rows(empty))
    odd = sorted(set(table["confidence"]) - set(CONFIDENCES))
    if odd:
        raise _invalid(_SAY["unknown_confidence"], shown=_listed(odd))


def _require_periods(table: pd.DataFrame) -> None:
    """Each period ends in its year, and one indicator keeps to one month of the year."""
    pattern = rf"(?i)(?:({'|'.join(MONTHS)}) )?(\d{{4}})"
    years = table["period"].str.fullmatch(pattern) & (
        table["period"].str[-4:] == table["year"].astype("str")
    )
    wrong = table.index[~years.astype(bool)]
    if len(wrong):
        raise _invalid(_SAY["other_year"], shown=_rows(wrong))
    months = _months(table["period"]).groupby(table["indicator"]).nunique()
    mixed = sorted(months.index[months > 1])
    if mixed:
        raise _invalid(_SAY["mixed_months"], shown=_listed(mixed), indicators=mixed)


def _months(periods: pd.Series) -> pd.Series:
    return periods.map({period: month_of(period) for period in periods.unique()})


def _require_unique(table: pd.DataFrame) -> None:
    twice = table[table.duplicated(_KEY, keep="first")]
    if not twice.empty:
        keys = [" / ".join(key) for key in twice[_KEY].itertuples(index=False)]
        raise _invalid(_SAY["twice"], shown=_listed(keys), duplicates=keys)


def _rows(index: pd.Index) -> str:
    """Spreadsheet rows of a fresh index: counted from 1, after a header."""
    return _listed(str(int(row) + 2) for row in index)


def _listed(texts: Iterable[str]) -> str:
    """The first texts, and how many more there are."""
    every = list(texts)
    more = f" (+{len(every) - _SHOWN})" if len(every) > _SHOWN else ""
    return ", ".join(every[:_SHOWN]) + more


def years_of(table: pd.DataFrame, indicator: str) -> list[int]:
    """Years with a value of the indicator, ascending; `IndicatorNotFound` when it is not there."""
    return sorted(int(year) for year in _rows_of(table, indicator)["year"].unique())


def _rows_of(table: pd.DataFrame, indicator: str) -> pd.DataFrame:
    rows = table[table["indicator"] == indicator]
    if rows.empty:
        raise IndicatorNotFound(indicator, available=sorted(table["indicator"].unique()))
    return rows


_VALUE_COLUMNS = [
    *("value", "period", "year", "unit"),
    *("source", "source_url", "via", "note", "confidence"),
]


def values_for(table: pd.DataFrame, indicator: str, year: int) -> pd.DataFrame:
    """Every value of an indicator in one year, good and doubtful.

    Parameters
    ----------
    table : DataFrame
        As `parse_indicators` returns it.

    Returns
    -------
    DataFrame
        Index `regency_code`, sorted, with 63 for the province where it has a value; columns
        `value`, `period`, `year`, `unit`, `source`, `source_url`, `via`, `note`, `confidence`. A region
        without a value has no row.

    Raises
    ------
    IndicatorNotFound, UnknownYear
    """
    rows = _rows_of(table, indicator)
    found = rows[rows["year"] == year]
    if found.empty:
        available = ", ".join(str(known) for known in years_of(table, indicator))
        raise UnknownYear(subject=indicator, year=year, available=available)
    return found.set_index("regency_code")[_VALUE_COLUMNS].sort_index()


def latest_values(
    table: pd.DataFrame,
    indicator: str,
    *,
    year: int,
    max_age_years: int,
    include_low_confidence: bool = False,
) -> pd.DataFrame:
    """For each region the newest value that is not after `year` and not too old.

    Parameters
    ----------
    table : DataFrame
        As `parse_indicators` returns it.
    max_age_years : int
        0 takes values of `year` only.
    include_low_confidence : bool
        Doubtful values are passed over unless this is set; an older good one is then taken.

    Returns
    -------
    DataFrame
        As `values_for`, each row with its own period. A region without such a value has no row: it
        is missing and never filled from a neighbour or the province.

    Raises
    ------
    IndicatorNotFound
    """
    rows = _rows_of(table, indicator)
    fresh = rows[rows["year"].between(year - max_age_years, year)]
    trusted = fresh if include_low_confidence else fresh[fresh["confidence"] == "ok"]
    newest = trusted.sort_values("year", kind="stable").drop_duplicates("regency_code", keep="last")
    return newest.set_index("regency_code")[_VALUE_COLUMNS].sort_index()


def passed_over(
    table: pd.DataFrame, indicator: str, *, year: int, max_age_years: int
) -> pd.DataFrame:
    """For each region the doubtful value that is newer than its good one, or the only one it has.

    Parameters and errors are those of `latest_values`, which passes these values over.

    Returns
    -------
    DataFrame
        As `values_for`. A region without such a value has no row.
    """
    latest = partial(latest_values, table, indicator, year=year, max_age_years=max_age_years)
    good, newest = latest(), latest(include_low_confidence=True)
    is_older = newest["year"] <= good["year"].reindex(newest.index).fillna(0)
    return newest[~is_older & (newest["confidence"] != "ok")]


def weights_for(table: pd.DataFrame, aggregation: Aggregation, *, year: int) -> pd.Series | None:
    """What weighs each region when rates of several are averaged, from the year nearest to `year`.

    Returns
    -------
    Series or None
        By `regency_code`; of two years equally near the older. None where regions weigh by area,
        or the table has no such figures.
    """
    rows = table[table["indicator"] == WEIGHED_BY.get(aggregation, "")]
    if rows.empty:
        return None
    away = (rows["year"] - year).abs()
    nearest = rows.assign(away=away).sort_values(["away", "year"], kind="stable")
    return nearest.drop_duplicates("regency_code").set_index("regency_code")["value"].sort_index()


@dataclass(frozen=True, slots=True)
class Amendment:
    """How many rows a table adds, changes and leaves as they are, and how many it removes."""

    added: int
    changed: int
    unchanged: int
    removed: int


def upsert(
    current: pd.DataFrame, handed_in: pd.DataFrame, *, is_replacing: bool = False
) -> tuple[pd.DataFrame, Amendment]:
    """`current` with the rows of `handed_in` in place of those of the same region, indicator and period.

    Parameters
    ----------
    current, handed_in : DataFrame
        As `parse_indicators` returns them.
    is_replacing : bool
        Of the indicators and years that `handed_in` names, leave out the rows of `current` that it does
        not have; the amendment then counts what is lost. Other indicators and years stay.

    Returns
    -------
    DataFrame
        As `parse_indicators` returns it.
    Amendment
        `unchanged` counts all rows that stay as they were, handed in again or not.

    Raises
    ------
    InvalidIndicators
        When the rows are good by themselves but not together: an indicator that then mixes months.
    """
    old, new = _keyed(current), _keyed(handed_in)
    both = new.index.intersection(old.index)
    same = (old.loc[both, _FACTS] == new.loc[both, _FACTS]).all(axis=1)
    kept = current[~_keyed(current).index.isin(new.index)]
    n_removed = 0
    if is_replacing:
        is_named = _series_of(kept).isin(_series_of(handed_in))
        kept, n_removed = kept[~is_named], int(is_named.sum())

    table = pd.concat([kept, handed_in])
    n_same = int(same.sum())
    return parse_indicators(table), Amendment(
        added=len(new) - len(both),
        changed=len(both) - n_same,
        unchanged=n_same + len(kept),
        removed=n_removed,
    )


def _series_of(table: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(table[["indicator", "year"]])


def _keyed(table: pd.DataFrame) -> pd.DataFrame:
    # Periods that differ by case only are the same period.
    key = table[_KEY].assign(period=table["period"].str.lower())
    return table.set_index(pd.MultiIndex.from_frame(key))
