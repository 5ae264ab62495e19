"""Tables of figures carried to new areas, with their lineage in columns and in words.

A table is tidy, as in `geo/indicators/table.py`, or wide with a column a figure. Where the new areas are
the regencies, what comes out of a tidy table is a table of indicators again. The arithmetic is
`geo/indicators/carry.py`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from geo.errors import AmbiguousCode, IndicatorNotFound, InvalidCode, InvalidIndicators
from geo.indicators.carry import CarryReport, QuantityKind, carry
from geo.indicators.figures import number_text, read_figures
from geo.indicators.table import COLUMNS, Indicator
from geo.language import LANGUAGES, Language, Text, localized, texts
from geo.vector.crosswalk import AREA, SLIVER_SHARE, Crosswalk, listed
from geo.vector.regions import to_kemendagri

_SAY = texts(__name__)

_FACTS = COLUMNS[1:]
LINEAGE = ("kind", "is_estimate", "known_share", "covered_share", "method", "sources", "missing")
_SERIES = ["indicator", "year", "period"]
# Names of the key column where the one that is asked for is not there.
_KEYS = ("regency_code", "area_id")
_NAMED, _TOLD_PART = 6, 0.0005


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """One indicator in one period and what became of it; a wide table knows neither year nor period."""

    indicator: str
    year: str
    period: str
    report: CarryReport


class CarriedFrom(NamedTuple):
    """What a carried figure is made of; see `geo.indicators.carry.carry`."""

    kind: QuantityKind
    method: str
    sources: tuple[tuple[str, float], ...]
    missing: tuple[str, ...] = ()
    known_share: float = 1.0


def parse_figures(
    table: pd.DataFrame, *, key: str, old: pd.Index, columns: Sequence[str] = ()
) -> pd.DataFrame:
    """Figures of old areas, checked and typed.

    Parameters
    ----------
    table : DataFrame
        Read with every column as text, with its index `row` as in a spreadsheet: tidy (`indicator`, `value` and what else `geo.indicators.table`
        knows), or wide.
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
        `area_id`, then the columns of `geo.indicators.table` without `regency_code`: `value` float64, NaN
        where the cell is empty; the others text, empty where the table does not say.

    Raises
    ------
    InvalidIndicators
        For missing columns, values that are no clear numbers, rows that repeat.
    AmbiguousCode
        For a code that has lost a zero.
    """
    name = next((n for n in (key, *_KEYS) if n in table.columns), key)
    wanted = [name, *(columns or ("indicator", "value"))]
    if table.empty or not set(wanted) <= set(table.columns):
        found = ", ".join(map(str, table.columns))
        raise InvalidIndicators(
            reason=_SAY["lacking"].format(wanted=", ".join(wanted), found=found)
        )
    of = pd.Series("", index=table.index) if columns else table["indicator"].fillna("").astype(str)
    numbers = {column: _numbers(table[column], of) for column in columns or ("value",)}
    tidy = table.reset_index(drop=True).assign(**numbers)
    if columns:
        tidy = tidy[wanted].melt(name, var_name="indicator")
    texts = tidy.reindex(columns=list(_FACTS)).drop(columns="value").astype("object")
    figures: pd.DataFrame = texts.fillna("").astype("str").apply(lambda column: column.str.strip())
    figures["period"] = figures["period"].where(figures["period"] != "", figures["year"])
    figures.insert(0, "area_id", _matched(tidy[name], old))
    figures["value"] = tidy["value"].astype(np.float64)
    _require_unique(figures)
    return figures.reindex(columns=["area_id", *_FACTS])


def _numbers(cells: pd.Series, series: pd.Series) -> list[float]:
    """The numbers of a column; NaN where its cell is empty or marked as no data."""
    figures = read_figures(cells.tolist(), series=series.tolist())
    wrong = [
        f"{row} ({cell!r})"
        for row, cell, found in zip(_rows_of(cells), cells, figures, strict=True)
        if found.missing is None and found.numeral.number is None
    ]
    if wrong:
        facts = {"column": cells.name, "rows": listed(pd.Index(wrong))}
        raise InvalidIndicators(reason=_SAY["no_number"].format(**facts))
    return [np.nan if found.numeral.number is None else found.numeral.number for found in figures]


def _rows_of(cells: pd.Series) -> pd.Index:
    """The rows of a spreadsheet; counted after one row of heads where the table does not say them."""
    return cells.index if cells.index.name == "row" else pd.RangeIndex(2, len(cells) + 2)


def _matched(keys: pd.Series, old: pd.Index) -> pd.Series:
    """Each key as the old layer has it; one that it does not have stays as it is."""
    texts = keys.fillna("").astype("str").str.strip()
    strange = [text for text in texts.unique() if text not in set(old)]
    by_code = {_code(area_id): area_id for area_id in old} if strange else {}
    return texts.replace({text: by_code.get(_code(text), text) for text in strange})


def _code(text: str) -> str:
    try:
        return to_kemendagri(text)
    except AmbiguousCode:
        raise
    except InvalidCode:
        return text


def _require_unique(figures: pd.DataFrame) -> None:
    twice = figures[figures.duplicated(["area_id", *_SERIES])]
    if len(twice):
        rows = [" / ".join(row) for row in twice[["area_id", *_SERIES]].itertuples(index=False)]
        raise InvalidIndicators(reason=_SAY["twice"].format(rows=listed(pd.Index(rows))))


def kinds_of(
    indicators: Iterable[str],
    *,
    stated: QuantityKind | None,
    catalogue: Mapping[str, Indicator],
    denominator: str | None = None,
) -> dict[str, QuantityKind]:
    """Whether each indicator is a total or a rate: as stated, or as the catalogue says.

    The denominator of rates is a total, whatever is stated of the rates.

    Raises
    ------
    InvalidIndicators
        When neither says, or they contradict each other: a rate that is summed is no figure at all.
    """
    kinds: dict[str, QuantityKind] = {}
    for name in indicators:
        known: QuantityKind | None = None
        if name in catalogue:
            known = "total" if catalogue[name].aggregation == "sum" else "rate"
        kind: QuantityKind | None = "total" if name == denominator else stated or known
        if kind is None:
            raise InvalidIndicators(reason=_SAY["no_kind"].format(indicator=name))
        if known not in (None, kind):
            raise InvalidIndicators(reason=_SAY["other_kind"].format(indicator=name, known=known))
        kinds[name] = kind
    return kinds


def carry_figures(
    figures: pd.DataFrame,
    across: Crosswalk,
    *,
    kinds: Mapping[str, QuantityKind],
    label: str,
    denominator: str | None = None,
    conserve: bool = False,
    min_known_share: float | None = None,
    language: Language = "id",
) -> tuple[pd.DataFrame, tuple[Carried, ...]]:
    """Every indicator and period of a table carried to the new areas.

    Parameters
    ----------
    figures : DataFrame
        From `parse_figures`.
    kinds : mapping
        Of each indicator, from `kinds_of`.
    label : str
        What the old boundaries are called in the lineage, such as `batas lama 2002`.
    denominator : str, optional
        The indicator by which rates are weighed, of the same period or, where it is counted in another
        month, of the same year. It is carried as well, as the total that it is.
    conserve, min_known_share
        As in `geo.indicators.carry.carry`; `conserve` is for totals.
    language
        Of the notes.

    Returns
    -------
    DataFrame, n_new rows an indicator and period
        `area_id`, then as `parse_figures`, then `LINEAGE`, as `carry` has it. `unit`, `source`,
        `source_url`, `via` and `note` are those of the old areas that a figure comes from, with the lineage
        in words at the end of `note`; `confidence` is `low` for an estimate or where one of theirs is.
    tuple of Carried

    Raises
    ------
    InvalidIndicators
        When an indicator mixes units in one period.
    IndicatorNotFound
        For a denominator that is not there.
    InvalidInput, InvalidWeights
        See `geo.indicators.carry.carry`.
    """
    if denominator is not None and denominator not in kinds:
        raise IndicatorNotFound(denominator, available=sorted(kinds))
    tables, reports = [], []
    for series, rows in figures.groupby(_SERIES, sort=False):
        indicator, year, period = map(str, series)
        _require_one_unit(rows, indicator)
        own, kind = rows.set_index("area_id"), kinds[indicator]
        is_rate = kind == "rate"
        per = _denominator(figures, denominator, year, period) if is_rate else None
        carried, report = carry(
            own["value"],
            across,
            kind=kind,
            denominator=per,
            conserve=conserve and not is_rate,
            min_known_share=min_known_share,
        )
        carried = carried.assign(indicator=indicator, year=year, period=period, kind=kind)
        tables.append(_described(carried, own, label=label, language=language))
        reports.append(Carried(indicator, year, period, report))
    return pd.concat(tables, ignore_index=True), tuple(reports)


def _require_one_unit(rows: pd.DataFrame, indicator: str) -> None:
    units = listed(pd.Index(rows["unit"].unique()))
    if rows["unit"].nunique() > 1:
        raise InvalidIndicators(reason=_SAY["units"].format(indicator=indicator, units=units))


def _denominator(
    figures: pd.DataFrame, name: str | None, year: str, period: str
) -> pd.Series | None:
    if name is None:
        return None
    rows = figures[(figures["indicator"] == name) & (figures["year"] == year)]
    same = rows[rows["period"] == period]
    chosen = rows if same.empty else same
    return chosen.drop_duplicates("area_id").set_index("area_id")["value"].rename(name)


def _described(
    carried: pd.DataFrame, own: pd.DataFrame, *, label: str, language: Language
) -> pd.DataFrame:
    """Carried figures with the facts of the old areas that they come from."""
    facts = own[["source", "source_url", "via", "note", "confidence"]].to_dict("index")
    come_from = [[facts[old] for old, _ in sources] for sources in carried["sources"]]
    told = {
        name: ["; ".join(dict.fromkeys(f[name] for f in found if f[name])) for found in come_from]
        for name in ("source", "source_url", "via", "note")
    }
    words = [
        lineage(CarriedFrom(*row), label=label).to(language)
        for row in carried[list(CarriedFrom._fields)].itertuples(index=False)
    ]
    is_low = [any(f["confidence"] == "low" for f in found) for found in come_from]
    described = carried.rename_axis("area_id").reset_index()
    return described.assign(
        unit=own["unit"].iloc[0],
        source=told["source"],
        source_url=told["source_url"],
        via=told["via"],
        note=[
            f"{note.rstrip('.')}. {said}" if note else said
            for note, said in zip(told["note"], words, strict=True)
        ],
        confidence=np.where(carried["is_estimate"].to_numpy() | np.array(is_low), "low", "ok"),
    )[["area_id", *_FACTS, *LINEAGE]]


def lineage(origin: CarriedFrom, *, label: str) -> Text:
    """What a carried figure is made of, as a sentence.

    Examples
    --------
    >>> origin = CarriedFrom("total", "area", (("63.02", 0.31), ("63.08", 0.0042)))
    >>> lineage(origin, label="batas 2002").id
    'Dari batas 2002, dibagi menurut luas: 63.02 0,31 + 63.08 0,0042.'
    """
    return Text(*(_sentence(origin, label, language=language) for language in LANGUAGES))


def _sentence(origin: CarriedFrom, label: str, *, language: Language) -> str:
    def number(value: float) -> str:
        text = str(np.format_float_positional(value, precision=3, fractional=False, trim="-"))
        return localized(text).to(language)

    if not origin.sources:
        return _SAY["from_nowhere"].format(label=label).to(language)
    # What is thinner than this says nothing in a sentence; the column `sources` has it all.
    shown = [s for i, s in enumerate(origin.sources[:_NAMED]) if i == 0 or s[1] >= _TOLD_PART]
    parts = [f"{area_id} {number(part)}" for area_id, part in shown]
    if len(shown) < len(origin.sources):
        parts.append(f"… ({len(origin.sources) - len(shown)})")
    text = _SAY["split"] if origin.kind == "total" else _SAY["averaged"]
    by = _measure(origin.method, language)
    sentences = [text.to(language).format(label=label, by=by, parts=" + ".join(parts))]
    if origin.missing:
        missing = ", ".join(map(str, origin.missing[:_NAMED]))
        sentences.append(_SAY["unknown"].to(language).format(missing=missing))
    if origin.known_share < 1 - SLIVER_SHARE:
        known = number(100 * origin.known_share)
        sentences.append(_SAY["partly"].to(language).format(known=known))
    return " ".join(sentences)


def _measure(method: str, language: Language) -> str:
    """What weighed the pieces, in words: `raster penduduk × angkatan_kerja + luas`."""
    words = []
    for name in method.split("+"):
        base, _, per = name.partition("*")
        base = _SAY["area"].to(language) if base == AREA else base.replace(":", " ", 1)
        words.append(f"{base} × {per}" if per else base)
    return " + ".join(words)


def to_table(carried: pd.DataFrame, *, regencies: Collection[str]) -> pd.DataFrame:
    """Carried figures as text, to be written to a CSV.

    Where every area is one of the `regencies` and the figures are those of indicators (`year`, `unit` and `source`
    are filled), the table is one that `geo.indicators.table.parse_indicators` takes: its key is
    `regency_code`, and a figure that is missing has no row. Else the key is `area_id`, every area has
    its row, and columns that nobody filled are left out.
    """
    known = carried[carried["value"].notna()]
    is_indicators = bool(
        (known[["year", "unit", "source"]] != "").all(axis=None)
        and known["area_id"].isin(list(regencies)).all()
    )
    table = (known if is_indicators else carried).copy()
    table["value"] = table["value"].map(number_text)
    table["sources"] = table["sources"].map(
        lambda sources: "; ".join(f"{area_id} {part:.6g}" for area_id, part in sources)
    )
    table["missing"] = table["missing"].map(lambda keys: "; ".join(map(str, keys)))
    for name in ("known_share", "covered_share"):
        table[name] = table[name].map("{:.6g}".format)
    if is_indicators:
        return table.rename(columns={"area_id": "regency_code"})
    return table.drop(columns=[n for n in _FACTS if n != "value" and table[n].eq("").all()])
