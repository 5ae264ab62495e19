"""The range of a row of targets: its two ends, held against its indicator, or the word that withdraws it.

What else a row says is `geo/programme/target_file.py`. Nothing is kept here: what is wrong or must be
accepted is told to `findings`, by the row and column of its cell.
"""

import math
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Literal

from geo.indicators.figures import Figure, either_way, missing_mark, read_figures
from geo.indicators.layout import letters, told
from geo.indicators.plausible import is_possible, likely_reading
from geo.indicators.table import Indicator
from geo.ingest.findings import Finding, finding
from geo.ingest.sheet import Cell, Sheet
from geo.language import Text, number
from geo.programme.target_columns import ENDS, TargetRow, cell_text
from geo.programme.targets import KEY, ends_in_words, with_decimals
from geo.vector.numerals import NumberStyle

# What stands in the place of a range where a published target is to go.
_WITHDRAWN = frozenset(
    ("cabut", "dicabut", "hapus", "dihapus", "withdraw", "withdrawn", "remove", "removed")
)


def _is_withdrawn(row: TargetRow) -> bool:
    return any(letters(row.text(end)) in _WITHDRAWN for end in ENDS)


def hold_withdrawn(
    rows: Sequence[TargetRow],
    published: Collection[tuple[str, str, int, str]],
    findings: list[Finding],
) -> None:
    """Rows that say `cabut` in the place of a range: it stands alone, and there is a target to go."""
    for row in filter(_is_withdrawn, rows):
        record = row.record
        record["least"] = record["most"] = None
        for end in ENDS:
            text = row.text(end)
            if missing_mark(text) is None and letters(text) not in _WITHDRAWN:
                found = finding("target_withdrawn_with", text=text[:40])
                findings.append(told(found, row.place(end)))
        key = tuple(record[name] for name in KEY)
        if None not in key and key not in published:
            findings.append(told(finding("target_withdrawn_none"), row.place("year")))


def find_ends(
    rows: Sequence[TargetRow], sheet: Sheet, style: NumberStyle | None, findings: list[Finding]
) -> None:
    """The range of each row; numbers of one indicator show together how they are written."""
    rows = [row for row in rows if not _is_withdrawn(row)]
    series = [row.indicator.id if row.indicator else "" for row in rows]
    cells = [row.cell(end) for end in ENDS for row in rows]
    figures = read_figures(cells, series=[*series, *series], style=style)
    for at, row in enumerate(rows):
        for end, figure in zip(ENDS, (figures[at], figures[at + len(rows)]), strict=True):
            row.record[end] = _end(row, end, figure, sheet, findings)
        _hold_range(row, findings)


def _end(
    row: TargetRow,
    end: Literal["least", "most"],
    figure: Figure,
    sheet: Sheet,
    findings: list[Finding],
) -> float | None:
    """One end of a range; None where it is open or wrong, which `findings` then tells."""
    if figure.missing is not None:
        return None
    figure = figure if row.indicator is None else likely_reading(figure, row.indicator)
    place, cell, indicator = row.place(end), row.cell(end), row.indicator
    if fault := _end_fault(
        cell, figure, indicator, is_merged=(place.row, place.column) in sheet.spread
    ):
        findings.append(told(fault, place))
        return float("nan")
    value = figure.numeral.number
    if indicator is None or value is None:
        return value
    facts: dict[str, Any] = {"value": _shown(value), "indicator": indicator.title}
    facts["unit"] = indicator.unit
    if not is_possible(value, indicator):
        findings.append(told(finding("figure_impossible", **facts), place))
    elif indicator.plausible and not indicator.plausible[0] <= value <= indicator.plausible[1]:
        low, high = map(_shown, indicator.plausible)
        findings.append(told(finding("figure_implausible", low=low, high=high, **facts), place))
    return value


def _end_fault(
    cell: Cell, figure: Figure, indicator: Indicator | None, *, is_merged: bool
) -> Finding | None:
    """What keeps a cell from being one number."""
    text, found = cell_text(cell)[:40], figure.numeral
    if is_merged:
        return finding("figure_merged")
    if isinstance(cell, date):
        return finding("figure_is_date", text=text)
    if text.startswith("#"):
        return finding("figure_is_error", text=text)
    if found.readings:
        return either_way(text, found.readings, unit=indicator.unit if indicator else None)
    if found.is_invalid or found.number is None:
        return finding("target_end_unreadable", text=text)
    if figure.is_percent and indicator and not indicator.unit.id.startswith("%"):
        return finding("percent_for_other", unit=indicator.unit, indicator=indicator.title)
    return None


def _hold_range(row: TargetRow, findings: list[Finding]) -> None:
    least, most = row.record["least"], row.record["most"]
    if least is None and most is None:
        findings.append(told(finding("target_no_range"), row.place("least")))
    elif any(end is not None and math.isnan(end) for end in (least, most)):
        # What is wrong with that end is told already.
        return
    elif least is not None and most is not None and least > most:
        # As the table writes them, 3,10 and 3,00, not 3,1 and 3.
        decimals = row.indicator.decimals if row.indicator else 0
        ends = {"least": least, "most": most}
        facts: dict[str, Any] = {
            name: with_decimals(end, least=decimals) for name, end in ends.items()
        }
        findings.append(told(finding("target_least_above_most", **facts), row.place("most")))
    else:
        _hold_near_end(row, findings)


def _hold_near_end(row: TargetRow, findings: list[Finding]) -> None:
    """Ask about a range that is open where it would be reached: unemployment at least 3, growth at most 6."""
    way, indicator = row.record["direction"], row.indicator
    near: Literal["least", "most"] = "most" if way == "down" else "least"
    if way is None or indicator is None or row.record[near] is not None:
        return
    ends = (row.record["least"], row.record["most"])
    shown = ends_in_words(ends, indicator.unit, decimals=indicator.decimals)
    facts: dict[str, Any] = {"range": shown, "indicator": indicator.title}
    if way == "down":
        found = finding("target_near_open_down", **facts)
    else:
        found = finding("target_near_open_up", **facts)
    findings.append(told(found, row.place(near)))


def _shown(value: float) -> Text:
    # Beyond what can be counted a number is known by its power of ten alone.
    return number(value, ",.10g" if abs(value) < 1e9 else ",.0f" if abs(value) < 1e15 else ".4g")
