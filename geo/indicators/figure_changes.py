"""What changes from one table of figures to another: by indicator, region and period. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, Literal

import pandas as pd

from geo.indicators.table import COLUMNS, Indicator
from geo.ingest.findings import Finding, finding
from geo.language import Text, filled, joined, texts
from geo.vector.planning_region import PlanningRegion

_SAY = texts(__name__)

_KEY = ["indicator", "regency_code", "period"]
# `value` has its own members.
_OTHERS = [name for name in COLUMNS if name not in (*_KEY, "value", "year")]

Way = Literal["added", "removed", "changed"]
# More are counted and not listed.
LISTED = 200


@dataclass(frozen=True, slots=True)
class FigureChange:
    """One figure that came, went or changed.

    `before` and `after` are in `unit`, None where there is no figure; `unit` is that of `after` where
    there is one. `also` are the other columns that changed (unit, source, note, …).
    """

    way: Way
    indicator: str
    regency_code: str
    period: str
    unit: str
    before: float | None
    after: float | None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FigureChanges:
    """The figures that differ, by indicator, year, period and region, and how many stay as they are."""

    figures: tuple[FigureChange, ...]
    unchanged: int


def changed_figures(table: pd.DataFrame, current: pd.DataFrame) -> FigureChanges:
    """How `table` differs from `current`, both as `geo.indicators.table.parse_indicators` returns them.

    Examples
    --------
    >>> row = {name: "x" for name in COLUMNS} | {"value": 4.0, "year": 2024}
    >>> found = changed_figures(pd.DataFrame([row | {"value": 5.0}]), pd.DataFrame([row]))
    >>> [(one.way, one.before, one.after) for one in found.figures], found.unchanged
    ([('changed', 4.0, 5.0)], 0)
    """
    old, new = _keyed(current).add_suffix("_before"), _keyed(table).add_suffix("_after")
    both = old.join(new, how="outer")
    had, has = both["value_before"].notna(), both["value_after"].notna()
    differs = {
        name: both[f"{name}_before"].to_numpy() != both[f"{name}_after"].to_numpy()
        for name in ("value", *_OTHERS)
    }
    is_changed = pd.DataFrame(differs, index=both.index).any(axis=1)
    year = both["year_after"].fillna(both["year_before"])
    rows = both.assign(year=year)[is_changed].sort_values(
        ["indicator_key", "year", "period_key", "regency_code_key"], kind="stable"
    )
    figures = []
    for row in rows.to_dict("records"):
        before, after = _number(row["value_before"]), _number(row["value_after"])
        side = "before" if after is None else "after"
        is_both = before is not None and after is not None
        also = [n for n in _OTHERS if is_both and row[f"{n}_before"] != row[f"{n}_after"]]
        figures.append(
            FigureChange(
                way="added" if before is None else "removed" if after is None else "changed",
                before=before,
                after=after,
                also=tuple(also),
                **{name: str(row[f"{name}_{side}"]) for name in (*_KEY, "unit")},
            )
        )
    return FigureChanges(tuple(figures), unchanged=int((had & has & ~is_changed).sum()))


def figures_json(
    figures: Iterable[FigureChange], catalogue: Mapping[str, Indicator]
) -> list[dict[str, Any]]:
    """The first `LISTED` changes in JSON types, each with the `title` of its indicator in both languages."""
    listed = []
    for one in islice(figures, LISTED):
        known = catalogue.get(one.indicator)
        title = (
            {"id": one.indicator, "en": one.indicator} if known is None else known.title._asdict()
        )
        listed.append(asdict(one) | {"title": title})
    return listed


def removal(figures: Iterable[FigureChange], catalogue: Mapping[str, Indicator]) -> Finding | None:
    """The warning that published figures would be removed, counted by indicator and period; None for none."""
    lost = Counter((one.indicator, one.period) for one in figures if one.way == "removed")
    if not lost:
        return None
    each = []
    for (name, period), count in lost.items():
        title = catalogue[name].title if name in catalogue else Text(name, name)
        each.append(Text(*(f"{said}, {period}: {count}" for said in title)))
    return finding("figures_removed", count=lost.total(), named=joined(each, by="; "))


def year_moves(
    table: pd.DataFrame,
    current: pd.DataFrame,
    *,
    asked: Mapping[Text, Collection[str]],
    region: PlanningRegion,
) -> Finding | None:
    """The warning that models would assess a year of which regencies lack figures; None without such.

    A model takes the newest year of which any of its indicators has a figure of a regency, so that
    figures of a few regencies move all of them. A year that is whole is what everybody waits for.

    Parameters
    ----------
    asked : mapping
        The indicators of each model, by its title; of none it takes the years of all.
    """
    said = []
    for title, indicators in asked.items():
        before, (after, has) = _newest(current, indicators)[0], _newest(table, indicators)
        if before is None or after is None or before == after:
            continue
        lacking = [one.full_name for code, one in region.by_code.items() if code not in has]
        if not lacking:
            continue
        of, year = len(region.by_code), after
        facts = {"n": len(lacking), "of": of, "year": year, "names": ", ".join(lacking)}
        told = filled(_SAY["year_lacks"], **facts)
        said.append(filled(_SAY["year_moves"], model=title, before=before, after=after, told=told))
    return finding("assessment_year_moves", moves=joined(said, by="; ")) if said else None


def _newest(table: pd.DataFrame, indicators: Collection[str]) -> tuple[int | None, set[str]]:
    """The newest year of figures of regencies, and the codes of those that have one of that year."""
    rows = table[table["regency_code"].str.len() > 2]
    if indicators:
        rows = rows[rows["indicator"].isin(list(indicators))]
    if rows.empty:
        return None, set()
    year = int(rows["year"].max())
    return year, set(rows.loc[rows["year"] == year, "regency_code"])


def _keyed(table: pd.DataFrame) -> pd.DataFrame:
    # Periods that differ by case only are the same period.
    key = table[_KEY].assign(period=table["period"].str.lower())
    return table.set_index(pd.MultiIndex.from_frame(key.add_suffix("_key")))


def _number(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
