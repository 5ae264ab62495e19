"""A file of figures that somebody hands in, read and held against the catalogue and what is published.

One fault refuses the file, and all faults are told at once, each with its row and column. What only
its sender can know (a figure far from the last one, a dash where people are counted) is a warning
to be accepted before publication. Clock and published table are arguments; nothing is kept here.
"""

import difflib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from geo.indicators.figures import Figure, either_way, is_written_either_way, read_figures
from geo.indicators.layout import (
    Entry,
    Layout,
    Place,
    Role,
    as_written,
    find_figures,
    letters,
    meant,
    told,
)
from geo.indicators.periods import Period, month_of, month_of_indicator, parse_period
from geo.indicators.plausible import agrees, is_possible, jump_from, possible_reading
from geo.indicators.region_names import region_of
from geo.indicators.table import COLUMNS, Indicator, parse_indicators
from geo.ingest.findings import Finding, Unreadable, finding, is_refused
from geo.ingest.sheet import Cell, Sheet, TableRead, clean, is_empty, read_sheet
from geo.ingest.source import Limits
from geo.language import Text, filled, first_of, number, texts
from geo.vector.numerals import NumberStyle
from geo.vector.planning_region import PlanningRegion

_SAY = texts(__name__)

# No regency of the province has older figures that compare; the next year may have its wages already.
_FIRST_YEAR = 1990
# Targets speak of years to come; the longest plan of a region is one of twenty years (RPJPD).
_TARGET, _PLANNED_YEARS = "target_", 20
_CONFIDENCE = {
    **dict.fromkeys(("", "ok", "tinggi", "sedang", "high", "medium"), "ok"),
    **dict.fromkeys(("low", "rendah"), "low"),
}
_MOST_ROWS = 10
_NEAR = 4
# A title of fewer letters (`IPM`) may stand in any word.
_LEAST_LETTERS = 6


@dataclass(frozen=True, slots=True)
class StatedOfAll:
    """What the sender says of a file where it does not say it itself.

    `indicator` and `period` are those of all its figures, `numbers` how they are written, `sheet`
    which sheet of a workbook.
    """

    indicator: str | None = None
    period: str | None = None
    source: str | None = None
    numbers: NumberStyle | None = None
    sheet: str | None = None
    encoding: str | None = None


NOTHING_STATED = StatedOfAll()


@dataclass(frozen=True, slots=True, eq=False)
class Against:
    """What figures are held against: the region, the catalogue, the published table, and the day.

    `regencies` are the codes of those whose figures alone may change, None for all of them;
    `leaves_out_others` takes no others from the file.
    """

    region: PlanningRegion
    catalogue: Mapping[str, Indicator]
    published: pd.DataFrame
    today: date
    regencies: Collection[str] | None = None
    leaves_out_others: bool = False


@dataclass(slots=True)
class _Row:
    """What an entry was found to be; a part that is wrong stays None."""

    entry: Entry
    region: str | None = None
    indicator: Indicator | None = None
    period: Period | None = None
    unit: str | None = None
    source: str = ""
    confidence: str | None = None
    value: float | None = None
    flag: Text | None = None
    is_odd: bool = False

    @property
    def key(self) -> tuple[str, str, str] | None:
        if self.region is None or self.indicator is None or self.period is None:
            return None
        return self.region, self.indicator.id, self.period.text


class _Findings:
    """The findings so far; what is wrong with a cell is told once, however many figures share it."""

    def __init__(self) -> None:
        self.all: list[Finding] = []
        self._told: set[tuple[str, int, int]] = set()

    def at(self, place: Place, found: Finding) -> None:
        where = (found.code, place.row, place.column)
        if where not in self._told:
            self._told.add(where)
            self.all.append(told(found, place))


def read_indicator_file(
    path: Path, *, stated: StatedOfAll, against: Against, limits: Limits, name: str | None = None
) -> TableRead:
    """Read and check a table of figures, which its sender calls `name`; nothing is half taken.

    What it reads is as `parse_indicators` returns it.

    Raises
    ------
    UploadTooLarge, UploadUnsupported, InvalidInput
        Before anything is read.
    """
    try:
        sheet = read_sheet(
            path, name=name, sheet=stated.sheet, encoding=stated.encoding, limits=limits
        )
        of_all = _stated_indicator(stated.indicator, against.catalogue)
        names = names_of(against.catalogue)
        layout = find_figures(
            sheet, region=against.region, known=names, stated=of_all.id if of_all else None
        )
    except Unreadable as error:
        return TableRead(None, error.findings, {})
    findings = _Findings()
    findings.all = [*sheet.findings, *layout.findings]
    entries, unfilled = _filled_in(layout.entries)
    rows, foreign = _own_rows([_Row(entry) for entry in entries], against)
    findings.all += [*unfilled, *foreign]
    _find_meanings(rows, layout, stated, of_all, against, findings)
    _find_values(rows, stated.numbers, against.published, findings)
    _compare(rows, against, findings)
    frame = None if is_refused(findings.all) else _frame(rows, findings)
    # What is wrong is told in the order of the rows, whoever found it.
    findings.all.sort(key=lambda found: (found.where.get("row", 0), found.where.get("column", 0)))
    return TableRead(frame, tuple(findings.all), _summary(sheet, rows))


# What whoever fills a row says of its figure; code, name, indicator and unit a template has written.
_FILLED: tuple[Role, ...] = ("year", "period", "source", "source_url", "note", "confidence")


def _filled_in(entries: Sequence[Entry]) -> tuple[list[Entry], list[Finding]]:
    """The rows of a template that somebody filled, and which ones nobody did: they say nothing.

    Where no row at all is filled, all are kept, so that the file is told to be empty.
    """
    filled = [entry for entry in entries if not _is_unfilled(entry)]
    if not filled or len(filled) == len(entries):
        return list(entries), []
    rows = sorted({entry.row for entry in entries if _is_unfilled(entry)})
    return filled, [finding("rows_unfilled", count=len(rows), rows=first_of(rows, _MOST_ROWS))]


def _is_unfilled(entry: Entry) -> bool:
    asked = [role for role in _FILLED if role in entry.columns]
    is_said = not all(is_empty(entry.texts.get(role)) for role in asked)
    return bool(asked) and not is_said and entry.figure.period is None and is_empty(entry.value)


def _own_rows(rows: list[_Row], against: Against) -> tuple[list[_Row], list[Finding]]:
    """The rows to read, and what is said of those of regencies whose figures may not change."""
    own = against.regencies
    if own is None:
        return rows, []
    codes = [
        region_of(texts_.get("code"), texts_.get("name"), region=against.region)[0]
        for texts_ in (row.entry.texts for row in rows)
    ]
    others = Counter(code for code in codes if code is not None and code not in own)
    if not others:
        return rows, []
    values = ", ".join(f"{code} ({n})" for code, n in sorted(others.items()))
    facts: dict[str, Any] = {"count": others.total(), "values": values}
    facts["own"] = ", ".join(sorted(own))
    if not against.leaves_out_others or not set(codes) & set(own):
        return rows, [finding("figures_foreign", **facts)]
    taken = [row for row, code in zip(rows, codes, strict=True) if code not in others]
    return taken, [finding("others_left_out", **facts)]


def _summary(sheet: Sheet, rows: Sequence[_Row]) -> dict[str, object]:
    return {
        "format": "csv" if sheet.is_text else "xlsx",
        "layer": sheet.name,
        "encoding": sheet.encoding,
        "counts": {"cells": len(rows), "figures": sum(row.value is not None for row in rows)},
    }


def names_of(catalogue: Mapping[str, Indicator]) -> dict[str, str]:
    """The id of each indicator by its id and its titles, as they stand and in letters and digits.

    Nothing that two share: `penduduk_miskin_maret` is another one than `Penduduk miskin (Maret)`.
    """
    called: dict[str, set[str]] = {}
    for name, indicator in catalogue.items():
        for text in (name, *indicator.title):
            called.setdefault(as_written(text), set()).add(name)
            called.setdefault(letters(text), set()).add(name)
    own = {text: ids.pop() for text, ids in called.items() if len(ids) == 1}
    return own | {as_written(name): name for name in catalogue}


def _stated_indicator(text: str | None, catalogue: Mapping[str, Indicator]) -> Indicator | None:
    if text is None or not text.strip():
        return None
    name = meant(text, names_of(catalogue))
    if name is None:
        raise Unreadable(unknown_indicator(text, catalogue))
    return catalogue[name]


def unknown_indicator(text: str, catalogue: Mapping[str, Indicator]) -> Finding:
    """The finding for an indicator that the catalogue lacks, with those that are like it."""
    plain = letters(text)
    near = [name for name in catalogue if plain and letters(name).startswith(plain)]
    near += [n for n, known in catalogue.items() if plain and plain in letters(known.title.id)]
    near += difflib.get_close_matches(text.lower(), list(catalogue), n=_NEAR)
    shown = (
        ", ".join(list(dict.fromkeys(near))[:_NEAR]) or ", ".join(list(catalogue)[:_NEAR]) + ", …"
    )
    return finding("indicator_unknown", indicator=clean(text)[:80], near=shown)


def _find_meanings(
    rows: Sequence[_Row],
    layout: Layout,
    stated: StatedOfAll,
    of_all: Indicator | None,
    against: Against,
    findings: _Findings,
) -> None:
    """Region, indicator, period, unit and source of each row, or what is wrong with them."""
    names = names_of(against.catalogue)
    months = _published_months(against.published)
    for row in rows:
        texts_ = row.entry.texts
        row.region, wrong = region_of(texts_.get("code"), texts_.get("name"), region=against.region)
        if wrong:
            findings.at(row.entry.place("code" if "code" in layout.roles else "name"), wrong)
        row.indicator = _indicator(row, of_all, names, against.catalogue, layout.above, findings)
        row.confidence = _confidence(row.entry, findings)
        row.period = _period(row, stated.period, months, findings)
        _hold_year(row, against.today.year, findings)
        _hold_end(row, against.today, findings)
        if row.indicator is not None:
            row.unit = _unit(row.entry, row.indicator, findings)
    _find_sources(rows, layout, stated.source, findings)


def _hold_year(row: _Row, this_year: int, findings: _Findings) -> None:
    year = row.period.year if row.period else None
    is_target = row.indicator is not None and row.indicator.id.startswith(_TARGET)
    last = this_year + (_PLANNED_YEARS if is_target else 1)
    if year is not None and not _FIRST_YEAR <= year <= last:
        found = finding("year_outside", year=year, first=_FIRST_YEAR, last=last)
        findings.at(_period_place(row.entry), found)


def _hold_end(row: _Row, today: date, findings: _Findings) -> None:
    """Ask about a figure of a period that is not over: nobody can have counted all of it yet."""
    indicator, period = row.indicator, row.period
    if indicator is None or indicator.is_set_ahead or period is None or period.year is None:
        return
    if indicator.is_snapshot and period.year == today.year and not period.month:
        return
    if (period.year, period.month or 12) >= (today.year, today.month):
        found = finding("period_not_over", indicator=indicator.title, period=period.text)
        findings.at(_period_place(row.entry), found)


def _published_months(published: pd.DataFrame) -> dict[str, int]:
    firsts = published.drop_duplicates("indicator")
    return dict(zip(firsts["indicator"], firsts["period"].map(month_of), strict=True))


def _indicator(
    row: _Row,
    of_all: Indicator | None,
    names: Mapping[str, str],
    catalogue: Mapping[str, Indicator],
    above: Sequence[str],
    findings: _Findings,
) -> Indicator | None:
    written = row.entry.texts.get("indicator")
    if not is_empty(written):
        name = meant(written, names)
        if name is None:
            findings.at(row.entry.place("indicator"), unknown_indicator(str(written), catalogue))
        return catalogue[name] if name else None
    if row.entry.figure.indicator:
        return catalogue[row.entry.figure.indicator]
    if of_all is None:
        # A column without cells in it is told by row, a table without the column once.
        found = _unnamed(row.entry.figure.head, above, catalogue)
        if "indicator" in row.entry.columns:
            findings.at(row.entry.place("indicator"), found)
        elif all(known.code != found.code for known in findings.all):
            findings.all.append(found)
    return of_all


def _unnamed(head: str, above: Sequence[str], catalogue: Mapping[str, Indicator]) -> Finding:
    near = _titled_like([*above, head], catalogue)
    if not near:
        return finding("indicator_missing")
    return finding("indicator_missing_like", near=", ".join(near))


def _titled_like(words: Iterable[str], catalogue: Mapping[str, Indicator]) -> list[str]:
    """The ids of the indicators whose title, or all of it before its bracket, stands in one of the words.

    The longest titles only: beside `Tingkat Pengangguran Terbuka` others that it holds are less.
    """
    said = [letters(text) for text in words]
    found: dict[str, int] = {}
    for name, indicator in catalogue.items():
        for title in (name, *indicator.title):
            plain = letters(title.split("(")[0])
            if len(plain) >= _LEAST_LETTERS and any(plain in text for text in said):
                found[name] = max(found.get(name, 0), len(plain))
    most = max(found.values(), default=0)
    return [name for name, length in found.items() if length == most][:_NEAR]


def _confidence(entry: Entry, findings: _Findings) -> str | None:
    written = _text(entry.texts.get("confidence")).lower()
    if written not in _CONFIDENCE:
        findings.at(entry.place("confidence"), finding("confidence_unknown", text=written[:40]))
    return _CONFIDENCE.get(written)


def _period(
    row: _Row, stated: str | None, months: Mapping[str, int], findings: _Findings
) -> Period | None:
    """The period of a figure: of its column, its row or of all; the indicator's own month fills it."""
    said: list[tuple[Role | None, Period]] = []
    if row.entry.figure.period:
        said.append((None, row.entry.figure.period))
    roles: tuple[Role, ...] = ("year", "period")
    for role in roles:
        cell = row.entry.texts.get(role)
        if is_empty(cell):
            continue
        found = parse_period(cell)
        if found is None or (role == "year" and found.year is None):
            code = "date_for_year" if isinstance(cell, date) else "period_unreadable"
            findings.at(row.entry.place(role), finding(code, text=_text(cell)[:40]))
            return None
        # A spreadsheet that makes a date of a year gives it a month that nobody wrote.
        if isinstance(cell, date) and (cell.month, cell.day) in ((1, 1), (12, 31)):
            if role == "year" or _own_month(row.indicator, months) == 0:
                found = found._replace(month=0)
        said.append((role, found))
    if not said and stated and (found := parse_period(stated)):
        said.append((None, found))
    return _settled(row, said, _own_month(row.indicator, months), findings)


def _own_month(indicator: Indicator | None, months: Mapping[str, int]) -> int | None:
    """The month that an indicator is counted in; None where neither its id nor a figure says so."""
    if indicator is None:
        return None
    return month_of_indicator(indicator.id) or months.get(indicator.id)


def _settled(
    row: _Row,
    said: Sequence[tuple[Role | None, Period]],
    own: int | None,
    findings: _Findings,
) -> Period | None:
    years = {period.year for _, period in said if period.year}
    found = {period.month for _, period in said if period.month}
    if not years:
        findings.at(_period_place(row.entry), finding("period_missing"))
        return None
    if len(years) > 1 or len(found) > 1:
        shown = " / ".join(period.text for _, period in said)
        findings.at(_period_place(row.entry), finding("period_disagrees", periods=shown))
        return None
    year, month = years.pop(), found.pop() if found else own or 0
    if own is not None and month != own and row.indicator is not None:
        wanted = Period(year, own).text
        facts: dict[str, Any] = {
            "period": Period(year, month).text,
            "indicator": row.indicator.title,
        }
        findings.at(_period_place(row.entry), finding("month_disagrees", wanted=wanted, **facts))
        return None
    return Period(year, month)


def _period_place(entry: Entry) -> Place:
    role: Role | None = next(
        (r for r in ("period", "year") if not is_empty(entry.texts.get(r))), None
    )
    return entry.place("year" if role is None and "year" in entry.columns else role)


def _unit(entry: Entry, indicator: Indicator, findings: _Findings) -> str | None:
    written = _text(entry.texts.get("unit"))
    if written and not agrees(written, indicator.unit):
        facts: dict[str, Any] = {
            "unit": written[:40],
            "indicator": indicator.title,
            "wanted": indicator.unit,
        }
        findings.at(entry.place("unit"), finding("unit_other", **facts))
        return None
    # One wording for one unit: figures in another are another series.
    return indicator.unit.id


def _find_sources(
    rows: Sequence[_Row], layout: Layout, stated: str | None, findings: _Findings
) -> None:
    of_all = clean(layout.source or stated or "")
    for row in rows:
        row.source = _text(row.entry.texts.get("source")) or of_all
        if row.source:
            continue
        if "source" in layout.roles:
            findings.at(row.entry.place("source"), finding("source_missing"))
        elif all(known.code != "source_missing" for known in findings.all):
            findings.all.append(finding("source_missing"))


def _find_values(
    rows: Sequence[_Row],
    style: NumberStyle | None,
    published: pd.DataFrame,
    findings: _Findings,
) -> None:
    series = [row.indicator.id if row.indicator else "" for row in rows]
    figures = read_figures([row.entry.value for row in rows], series=series, style=style)
    keys = published[["regency_code", "indicator", "period"]].itertuples(index=False, name=None)
    known = dict(zip(keys, published["value"], strict=True))
    missing: dict[str, list[_Row]] = {}
    for row, figure in zip(rows, figures, strict=True):
        if figure.missing is not None:
            missing.setdefault(figure.missing, []).append(row)
            continue
        row.flag = figure.flag
        if row.key and known.get(row.key) in figure.numeral.readings:
            # Of two readings, the one that is published already is no question.
            row.value = known[row.key]
            continue
        figure = figure if row.indicator is None else possible_reading(figure, row.indicator)
        fault = _figure_fault(row, figure, is_stated=style is not None)
        if fault:
            findings.at(row.entry.place(), fault)
        else:
            row.value = figure.numeral.number
            if row.unit is not None and row.indicator and row.value is not None:
                _hold_against(row, row.indicator, row.value, findings)
    findings.all += _told_missing(missing)
    if not any(row.value is not None for row in rows) and not is_refused(findings.all):
        findings.all.append(finding("no_figures"))


def _figure_fault(row: _Row, figure: Figure, *, is_stated: bool) -> Finding | None:
    """What keeps a cell from being one number of its indicator."""
    cell, found, indicator = row.entry.value, figure.numeral, row.indicator
    text = _text(cell)[:40]
    if isinstance(cell, date):
        return finding("figure_is_date", text=text)
    if text.startswith("#"):
        return finding("figure_is_error", text=text)
    is_fraction = found.number is not None and found.number % 1 != 0
    counts = indicator is not None and indicator.kind == "count"
    if found.readings or (counts and is_fraction and is_written_either_way(cell) and not is_stated):
        number = found.number or 0.0
        low, high = found.readings or (number, number * 1000)
        return either_way(text, (low, high), unit=indicator.unit if indicator else None)
    if found.is_invalid or found.number is None:
        return finding("figure_unreadable", text=text)
    if figure.is_percent and indicator and not indicator.unit.id.startswith("%"):
        return finding("percent_for_other", unit=indicator.unit, indicator=indicator.title)
    return None


def _hold_against(row: _Row, indicator: Indicator, value: float, findings: _Findings) -> None:
    """Hold a figure against what its indicator may be."""
    facts: dict[str, Any] = {
        "value": _whole(value),
        "indicator": indicator.title,
        "unit": indicator.unit,
    }
    is_plausible = (
        indicator.plausible is None or indicator.plausible[0] <= value <= indicator.plausible[1]
    )
    row.is_odd = not is_plausible
    if not is_possible(value, indicator):
        row.is_odd = True
        findings.at(row.entry.place(), finding("figure_impossible", **facts))
    elif indicator.plausible and not is_plausible:
        low, high = map(_whole, indicator.plausible)
        findings.at(row.entry.place(), finding("figure_implausible", low=low, high=high, **facts))
    if indicator.kind == "count" and value % 1 and row.confidence == "ok":
        findings.at(row.entry.place(), finding("count_fraction", **facts))


def _told_missing(missing: Mapping[str, Sequence[_Row]]) -> Iterable[Finding]:
    """What stands for no data, and where; a dash where things are counted may be a zero."""
    dashes = missing.get("dash", ())
    counted = [r for r in dashes if r.indicator and r.indicator.kind == "count"]
    others = [r for r in dashes if r not in counted]
    if counted:
        yield finding("dash_for_count", count=len(counted), cells=_cells_of(counted))
    if others:
        yield finding("missing_dash", count=len(others), cells=_cells_of(others))
    for mark, tell in _MARKS.items():
        if rows := missing.get(mark):
            yield tell(count=len(rows), cells=_cells_of(rows))


_MARKS: Mapping[str, Callable[..., Finding]] = {
    "dots": partial(finding, "missing_dots"),
    "not_available": partial(finding, "missing_not_available"),
    "empty": partial(finding, "missing_empty"),
}


def _cells_of(rows: Sequence[_Row]) -> Text:
    more = f" (+{len(rows) - _MOST_ROWS})" if len(rows) > _MOST_ROWS else ""
    said = [(r.entry.row, r.entry.figure.head, r.region or "-") for r in rows[:_MOST_ROWS]]
    shown = ", ".join(f"{number} ({region}, {head})" for number, head, region in said) + more
    return Text(id=shown, en=shown)


def _compare(rows: Sequence[_Row], against: Against, findings: _Findings) -> None:
    """Tell figures that the file has twice, and those far from what is published of their region."""
    seen: dict[tuple[str, str, str], _Row] = {}
    ids = {row.indicator.id for row in rows if row.indicator}
    published = against.published
    known = {
        series: list(zip(part["year"], part["value"], part["period"], strict=True))
        for series, part in published[published["indicator"].isin(ids)].groupby(
            ["regency_code", "indicator"]
        )
    }
    for row in rows:
        if row.value is None or row.key is None or row.indicator is None or row.period is None:
            continue
        if first := seen.get(row.key):
            findings.at(row.entry.place(), _told_twice(row, first))
            continue
        seen[row.key] = row
        if row.is_odd or row.unit is None:
            continue
        figures = known.get(row.key[:2], [])
        jump = jump_from(figures, row.value, year=row.period.year or 0, indicator=row.indicator)
        if jump is not None:
            found = finding(
                "figure_jumps",
                region=against.region.title_of(row.key[0]),
                value=_whole(row.value),
                period=row.period.text,
                before=_whole(jump.value),
                of=jump.period,
            )
            findings.at(row.entry.place(), found)


def _frame(rows: Sequence[_Row], findings: _Findings) -> pd.DataFrame:
    """The figures as a tidy table; rows without a figure have none."""
    kept = [row for row in rows if row.value is not None]
    unsaid = sorted({row.indicator.id for row in kept if row.indicator and _lacks_unit(row)})
    if unsaid:
        findings.all.append(finding("unit_assumed", indicators=", ".join(unsaid[:_MOST_ROWS])))
    records = [
        {
            "regency_code": row.region,
            "indicator": row.indicator and row.indicator.id,
            "year": row.period and row.period.year,
            "period": row.period and row.period.text,
            "value": row.value,
            "unit": row.unit,
            "source": row.source,
            "source_url": _text(row.entry.texts.get("source_url")),
            "via": _text(row.entry.texts.get("via")),
            "note": _noted(row),
            "confidence": row.confidence,
        }
        for row in kept
    ]
    return parse_indicators(pd.DataFrame(records, columns=list(COLUMNS)))


def _lacks_unit(row: _Row) -> bool:
    return is_empty(row.entry.texts.get("unit"))


def _told_twice(row: _Row, first: _Row) -> Finding:
    """A figure that stands in two rows: of which region, indicator and period, and whether they agree."""
    assert row.indicator is not None  # noqa: S101  such a row has no key
    assert row.period is not None  # noqa: S101
    assert row.value is not None  # noqa: S101
    assert first.value is not None  # noqa: S101
    key = Text(*(f"{row.region} / {title} / {row.period.text}" for title in row.indicator.title))
    values = _SAY["twice_same"]
    if first.value != row.value:
        values = filled(_SAY["twice_differs"], first=_whole(first.value), second=_whole(row.value))
    return finding("figure_twice", key=key, row=first.entry.row, values=values)


def _noted(row: _Row) -> str:
    note = _text(row.entry.texts.get("note"))
    if row.flag is None or row.flag.id in note:
        return note
    return f"{note.rstrip('.')}. {row.flag.id}" if note else row.flag.id


def _text(cell: Cell) -> str:
    if isinstance(cell, float):
        return f"{cell:.15g}"
    return "" if cell is None else clean(str(cell))


def _whole(value: float) -> Text:
    """A number with the marks between thousands of each language, and never by powers of ten."""
    return number(value, ",.10g" if abs(value) < 1e9 else ",.0f" if abs(value) < 1e15 else ".4g")
