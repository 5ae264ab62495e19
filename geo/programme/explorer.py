"""Pure. Indicators of all regions over the years: what a table, a chart and a map of them show.

The province stands among its regencies: by its published figure, else by one that
`geo.programme.province` makes of theirs and says how. Figures are joined to a line only where they
follow year on year in one series and rest on the same thing; what is missing stays missing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal

import pandas as pd

from geo.errors import IndicatorNotFound, RegionNotFound
from geo.indicators.series import Break, figure_segments
from geo.indicators.table import Indicator
from geo.language import Text, filled, texts
from geo.programme.province import WEIGHTS, Basis, no_province_value, province_value, unit_codes
from geo.programme.targets import Target, targets_of
from geo.vector.planning_region import PlanningRegion

_SAY = texts(__name__)

Order = Literal["code", "name", "change"]
# A table of more years names only those that have a figure.
_MOST_YEARS = 60


@dataclass(frozen=True, slots=True)
class ExplorerQuestion:
    """What is asked: some indicators, of all regions or a few, in all years or from one to another.

    `order` is by code, by name, by change, or by the figures of a year; regions without such a
    figure come last either way, and the province always first. Proposals, which bind nobody, are no
    targets unless `has_proposals`.
    """

    indicators: tuple[str, ...]
    regions: tuple[str, ...] = ()
    first: int | None = None
    last: int | None = None
    order: Order | int = "code"
    is_descending: bool = False
    has_proposals: bool = False


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """One figure of a region. `basis` says whether it is published or made of the regencies' (`made`).

    `source` is who published it; of one that we made it is empty, and `made` says how.
    """

    year: int
    value: float
    period: str
    is_good: bool
    basis: Basis = "published"
    made: Text | None = None
    unit: str = ""
    source: str = ""
    source_url: str = ""
    via: str = ""
    note: str = ""


@dataclass(frozen=True)
class RegionRow:
    """A region's figures by year, ascending, and what they are held against.

    `lines` are the years that a line may join, in order; a year that stands by itself is a line of
    one. `breaks` are those of the series. `missing` says why the province has no figure in a year.
    """

    code: str
    name: Text
    is_province: bool
    figures: tuple[ShownFigure, ...]
    lines: tuple[tuple[int, ...], ...]
    breaks: tuple[Break, ...]
    targets: tuple[Target, ...]
    missing: Mapping[int, Text]

    @cached_property
    def by_year(self) -> Mapping[int, ShownFigure]:
        """Its figures by their year."""
        return {figure.year: figure for figure in self.figures}

    def change(self, span: tuple[int, int] | None) -> float | None:
        """The change between two years; None where `no_change` says why."""
        if span is None or self.no_change(span) is not None:
            return None
        before, after = (self.by_year[year] for year in span)
        # 6.08 - 5.72 is 0.36 and no 0.35999…: no figure has as many decimals.
        return round(after.value - before.value, 10)

    def no_change(self, span: tuple[int, int]) -> Text | None:
        """Why no change is told: both figures have to be there, good, and of one series and basis."""
        for year in span:
            if year not in self.by_year:
                return filled(_SAY["no_figure"], year=year)
            if not self.by_year[year].is_good:
                return filled(_SAY["doubtful"], year=year)
        before, after = (self.by_year[year] for year in span)
        if any(span[0] < b.after <= span[1] for b in self.breaks):
            return _SAY["broken"]
        return _SAY["other_basis"] if before.basis != after.basis else None


@dataclass(frozen=True)
class IndicatorView:
    """One indicator of the chosen regions. `years` are shown whether or not they have figures.

    `span` are the two years between which change is told, None where there are no two: the newest that
    at least half of the regencies have, and the oldest in which all those have a figure too.
    `n_proposals` counts those of the chosen regions that are left out.
    """

    indicator: Indicator
    years: tuple[int, ...]
    rows: tuple[RegionRow, ...]
    span: tuple[int, int] | None
    n_proposals: int = 0

    @property
    def newest(self) -> int | None:
        """The newest year that at least half of the regencies have figures of, else the fullest one."""
        return _newest(self.rows)


@dataclass(frozen=True, slots=True)
class LatestFigure:
    """The newest figure that a region has of an indicator; doubtful only where it has no good one."""

    indicator: Indicator
    figure: ShownFigure


def explore(
    table: pd.DataFrame,
    catalogue: Mapping[str, Indicator],
    targets: pd.DataFrame,
    *,
    region: PlanningRegion,
    question: ExplorerQuestion,
) -> tuple[IndicatorView, ...]:
    """The view of each indicator that is asked for, in the order of the question.

    Parameters
    ----------
    table : DataFrame
        As `geo.indicators.table.parse_indicators` returns it.
    targets : DataFrame
        As `geo.programme.targets.parse_targets` returns it.

    Raises
    ------
    IndicatorNotFound
        For one that the catalogue does not name.
    RegionNotFound
        For a region that is neither the province nor one of its regencies.
    """
    codes = unit_codes(region)
    if unknown := [i for i in question.indicators if i not in catalogue]:
        raise IndicatorNotFound(unknown[0], available=sorted(catalogue))
    if strange := [code for code in question.regions if code not in codes]:
        raise RegionNotFound(strange[0], available=list(codes))
    shown = [code for code in codes if not question.regions or code in question.regions]
    # Of hundreds of thousands of rows those that are read are looked for once.
    read = table[table["indicator"].isin({*question.indicators, *WEIGHTS})]
    return tuple(
        _view(read, catalogue[name], targets, region=region, codes=shown, question=question)
        for name in question.indicators
    )


def latest_figures(
    table: pd.DataFrame, catalogue: Mapping[str, Indicator], *, region: PlanningRegion, code: str
) -> tuple[LatestFigure, ...]:
    """The newest figure of every indicator that a region has one of, in the catalogue's order.

    Of the province also those that its regencies alone have, each with how it was made.

    Raises
    ------
    RegionNotFound
    """
    if code not in unit_codes(region):
        raise RegionNotFound(code, available=list(unit_codes(region)))
    own = table[table["regency_code"] == code]
    by_indicator: dict[str, list[ShownFigure]] = {}
    for row in own.sort_values("year", kind="stable").to_dict("records"):
        by_indicator.setdefault(row["indicator"], []).append(_published(row))
    is_province = code == region.code
    complete = _complete_years(table, region) if is_province else {}
    found = []
    for indicator in catalogue.values():
        figures = by_indicator.get(indicator.id, [])
        good = [figure for figure in figures if figure.is_good]
        newest = next(iter((good or figures)[-1:]), None)
        year = complete.get(indicator.id)
        if year is not None and (not good or good[-1].year < year):
            newest = _made(table, indicator, year=year, region=region) or newest
        if newest is not None:
            found.append(LatestFigure(indicator, newest))
    return tuple(found)


def _view(
    table: pd.DataFrame,
    indicator: Indicator,
    targets: pd.DataFrame,
    *,
    region: PlanningRegion,
    codes: Sequence[str],
    question: ExplorerQuestion,
) -> IndicatorView:
    rows = table[table["indicator"] == indicator.id]
    found_figures = _by_region(rows)
    years = [
        int(year)
        for year in sorted(rows["year"].unique())
        if (question.first or year) <= year <= (question.last or year)
    ]
    figures = {
        code: [figure for figure in found_figures.get(code, ()) if figure.year in set(years)]
        for code in codes
    }
    missing: dict[int, Text] = {}
    if region.code in figures:
        figures[region.code], missing = _of_province(
            table, indicator, figures[region.code], years=years, region=region
        )
    every = [t for t in targets_of(targets, indicator=indicator.id) if t.region in set(codes)]
    bound = [t for t in every if question.has_proposals or t.level != "usulan"]
    found = [
        _row(
            indicator,
            code=code,
            figures=figures[code],
            region=region,
            targets=tuple(t for t in bound if t.region == code),
            missing=missing if code == region.code else {},
        )
        for code in codes
    ]
    span = _span(found, indicator)
    return IndicatorView(
        indicator=indicator,
        years=_shown_years(years),
        rows=_ordered(found, question, span),
        span=span,
        n_proposals=len(every) - len(bound),
    )


def _shown_years(years: Sequence[int]) -> tuple[int, ...]:
    """Every year from the first to the last: one without any figure is seen to be one."""
    if not years or years[-1] - years[0] > _MOST_YEARS:
        return tuple(years)
    return tuple(range(years[0], years[-1] + 1))


def _by_region(rows: pd.DataFrame) -> dict[str, list[ShownFigure]]:
    """The figures of one indicator by region, the oldest first."""
    found: dict[str, list[ShownFigure]] = {}
    for row in rows.sort_values("year", kind="stable").to_dict("records"):
        found.setdefault(row["regency_code"], []).append(_published(row))
    return found


def _published(row: Mapping[Any, Any]) -> ShownFigure:
    return ShownFigure(
        year=int(row["year"]),
        value=float(row["value"]),
        period=row["period"],
        is_good=row["confidence"] == "ok",
        unit=row["unit"],
        source=row["source"],
        source_url=row["source_url"],
        via=row["via"],
        note=row["note"],
    )


def _of_province(
    table: pd.DataFrame,
    indicator: Indicator,
    published: Sequence[ShownFigure],
    *,
    years: Sequence[int],
    region: PlanningRegion,
) -> tuple[list[ShownFigure], dict[int, Text]]:
    """Its figures with those that can be made of the regencies', and why others cannot."""
    figures = {figure.year: figure for figure in published}
    missing: dict[int, Text] = {}
    for year in years:
        if year in figures:
            continue
        made = _made(table, indicator, year=year, region=region)
        reason = no_province_value(table, indicator, year=year, region=region)
        if made is not None:
            figures[year] = made
        elif reason is not None:
            missing[year] = reason
    return [figures[year] for year in sorted(figures)], missing


def _made(
    table: pd.DataFrame, indicator: Indicator, *, year: int, region: PlanningRegion
) -> ShownFigure | None:
    found = province_value(table, indicator, year=year, region=region)
    if found is None or found.basis == "published":
        return None
    rows = table[(table["indicator"] == indicator.id) & (table["year"] == year)]
    period, unit = rows["period"].iloc[0], rows["unit"].iloc[0]
    # A mean has as many digits as its indicator is shown with, no more.
    value = round(found.value, indicator.decimals)
    return ShownFigure(year, value, period, True, found.basis, found.text, unit)


def _row(
    indicator: Indicator,
    *,
    code: str,
    figures: Sequence[ShownFigure],
    region: PlanningRegion,
    targets: tuple[Target, ...],
    missing: Mapping[int, Text],
) -> RegionRow:
    _, breaks = figure_segments(
        figures,
        [figure.unit for figure in figures],
        breaks=indicator.breaks,
        region=code,
        title=indicator.title,
    )
    return RegionRow(
        code=code,
        name=_name(indicator, code, region),
        is_province=code == region.code,
        figures=tuple(figures),
        lines=_lines(figures, breaks, is_snapshot=indicator.is_snapshot),
        breaks=breaks,
        targets=targets,
        missing=missing,
    )


def _name(indicator: Indicator, code: str, region: PlanningRegion) -> Text:
    """A region's name; of a budget, which is the government's own, the province's says so."""
    name = region.title_of(code)
    is_own = indicator.is_of_government and code == region.code
    return filled(_SAY["government"], name=name) if is_own else name


def _lines(
    figures: Sequence[ShownFigure], breaks: Iterable[Break], *, is_snapshot: bool
) -> tuple[tuple[int, ...], ...]:
    """Years in runs that may be joined; the counts of two events on two days never are."""
    cut = {one.after for one in breaks}
    runs: list[list[int]] = []
    for before, after in pairwise([None, *figures]):
        if after is None:
            continue
        is_next = before is not None and (
            (after.year - before.year, after.unit, after.basis) == (1, before.unit, before.basis)
        )
        if not is_next or is_snapshot or after.year in cut:
            runs.append([])
        runs[-1].append(after.year)
    return tuple(map(tuple, runs))


def _counts(rows: Iterable[RegionRow]) -> dict[int, int]:
    """How many rows have a figure, by year."""
    counts: dict[int, int] = {}
    for row in rows:
        for figure in row.figures:
            counts[figure.year] = counts.get(figure.year, 0) + 1
    return counts


def _newest(rows: Sequence[RegionRow]) -> int | None:
    counts = _counts(row for row in rows if not row.is_province) or _counts(rows)
    half = sum(not row.is_province for row in rows) / 2
    fullest = [max(counts, key=lambda year: (counts[year], year))] if counts else []
    return max([y for y, n in counts.items() if n >= half] or fullest, default=None)


def _span(rows: Sequence[RegionRow], indicator: Indicator) -> tuple[int, int] | None:
    regencies = [row for row in rows if not row.is_province] or rows
    last, counts = _newest(rows), _counts(regencies)
    if last is None or indicator.is_snapshot:
        return None
    held = [row for row in regencies if last in row.by_year]
    firsts = [y for y in counts if y < last and all(y in row.by_year for row in held)]
    return (min(firsts), last) if firsts else None


def _ordered(
    rows: Sequence[RegionRow], question: ExplorerQuestion, span: tuple[int, int] | None
) -> tuple[RegionRow, ...]:
    def key(row: RegionRow) -> Any:
        match question.order:
            case "code":
                return row.code
            case "name":
                return row.name.id.casefold()
            case "change":
                return row.change(span)
            case int(year):
                figure = row.by_year.get(year)
                return None if figure is None else figure.value

    province = [row for row in rows if row.is_province]
    others = [row for row in rows if not row.is_province]
    known = [row for row in others if key(row) is not None]
    unknown = [row for row in others if key(row) is None]
    ordered = sorted(known, key=key, reverse=question.is_descending)
    return (*province, *ordered, *unknown)


def _complete_years(table: pd.DataFrame, region: PlanningRegion) -> dict[str, int]:
    """The newest year in which every regency has a good figure, by indicator."""
    good = table[(table["confidence"] == "ok") & table["regency_code"].isin(list(region.by_code))]
    counts = good.groupby(["indicator", "year"])["regency_code"].nunique()
    full = counts[counts == len(region.regencies)].reset_index()
    return {str(name): int(year) for name, year in full.groupby("indicator")["year"].max().items()}
