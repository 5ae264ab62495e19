"""A file of targets that somebody hands in, read and held against the catalogue of indicators.

One row is one target: region, indicator, year, range, level and document. One fault refuses the file,
and all faults are told at once, each with its row and column. Clock and published table are
arguments; nothing is kept here.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from geo.indicators.handed_in import names_of, unknown_indicator
from geo.indicators.layout import letters, meant, told
from geo.indicators.periods import parse_period
from geo.indicators.plausible import agrees
from geo.indicators.region_names import region_of
from geo.indicators.table import Indicator
from geo.ingest.findings import LISTED_PER_CODE, Finding, Unreadable, finding, is_refused
from geo.ingest.sheet import TableRead, clean, is_empty, read_sheet
from geo.ingest.source import Limits
from geo.language import Text, unprintable
from geo.programme.target_columns import ENDS, Role, TargetRow, cell_text, filled_in, headed
from geo.programme.target_ends import find_ends, hold_withdrawn
from geo.programme.targets import (
    COLUMNS,
    LEVELS,
    TargetDirection,
    level_title,
    parse_targets,
)
from geo.vector.losses import guarded
from geo.vector.numerals import NumberStyle
from geo.vector.planning_region import PlanningRegion

# Plans of before are measured by now; the longest to come is one of twenty years (RPJPD).
_FIRST_YEAR, _PLANNED_YEARS = 2000, 20
_MOST_TEXT = 1000
_MOST_ROWS = 10
_LEVEL_WORDS: Mapping[str, str] = {
    letters(word): level for level in LEVELS for word in (level, *level_title(level))
}
_DIRECTION_WORDS: Mapping[str, TargetDirection] = {
    **dict.fromkeys(("down", "turun", "menurun"), "down"),
    **dict.fromkeys(("up", "naik", "meningkat"), "up"),
}
BETTER: Mapping[str, TargetDirection] = {"min": "down", "max": "up"}


@dataclass(frozen=True, slots=True, eq=False)
class TargetsAgainst:
    """What targets are held against: the region, the catalogue of indicators, and the day.

    `regencies` are the codes of those whose targets alone may change, None for all of them and the
    province; `leaves_out_others` takes no others from the file. `published` are indicator, region, year
    and level of the targets that there are: these alone can be withdrawn.
    """

    region: PlanningRegion
    catalogue: Mapping[str, Indicator]
    today: date
    regencies: Collection[str] | None = None
    leaves_out_others: bool = False
    published: Collection[tuple[str, str, int, str]] = ()


@dataclass(frozen=True, slots=True)
class StatedOfTargets:
    """What the sender says of a file where it does not say it itself; see `geo.indicators.handed_in`."""

    source: str | None = None
    numbers: NumberStyle | None = None
    sheet: str | None = None
    encoding: str | None = None


def read_target_file(
    path: Path,
    *,
    stated: StatedOfTargets,
    against: TargetsAgainst,
    limits: Limits,
    name: str | None = None,
) -> TableRead:
    """Read and check a table of targets, which its sender calls `name`; nothing is half taken.

    What it reads is as `parse_targets` returns it; a target that is withdrawn has neither end.

    Raises
    ------
    UploadTooLarge, UploadUnsupported, InvalidInput
        Before anything is read.
    """
    try:
        sheet = read_sheet(
            path, name=name, sheet=stated.sheet, encoding=stated.encoding, limits=limits
        )
        columns, below, unused = headed(sheet)
    except Unreadable as error:
        return TableRead(None, error.findings, {})
    findings = [*sheet.findings, *unused]
    rows, unfilled = filled_in(TargetRow(row, columns) for row in below)
    findings += unfilled
    _find_regions(rows, against, findings)
    rows = _own_rows(rows, against, findings)
    _find_indicators(rows, against.catalogue, findings)
    for row in rows:
        _find_meaning(row, against, stated.source or "", findings)
    hold_withdrawn(rows, against.published, findings)
    find_ends(rows, sheet, stated.numbers, findings)
    _tell_twice(rows, findings)
    if not rows and not is_refused(findings):
        findings.append(finding("no_targets"))
    frame = None if is_refused(findings) else _frame(rows, against, findings)
    findings.sort(key=lambda found: (found.where.get("row", 0), found.where.get("column", 0)))
    summary = {
        "format": "csv" if sheet.is_text else "xlsx",
        "layer": sheet.name,
        "encoding": sheet.encoding,
        "counts": {"rows": len(below), "targets": len(rows)},
    }
    return TableRead(frame, tuple(findings), summary)


def _find_regions(
    rows: Sequence[TargetRow], against: TargetsAgainst, findings: list[Finding]
) -> None:
    known: dict[tuple[str, str], tuple[str | None, Finding | None]] = {}
    for row in rows:
        code, name = row.cell("code"), row.cell("name")
        key = (repr(code), repr(name))
        if key not in known:
            known[key] = region_of(code, name, region=against.region)
        row.region, wrong = known[key]
        if wrong:
            findings.append(told(wrong, row.place("code" if "code" in row.columns else "name")))


def _own_rows(
    rows: list[TargetRow], against: TargetsAgainst, findings: list[Finding]
) -> list[TargetRow]:
    """The rows to read; what is said of those of regions whose targets may not change."""
    own = against.regencies
    others = Counter(
        row.region for row in rows if own is not None and row.region and row.region not in own
    )
    if own is None or not others:
        return rows
    values = ", ".join(f"{code} ({n})" for code, n in sorted(others.items()))
    facts: dict[str, Any] = {
        "count": others.total(),
        "values": values,
        "own": ", ".join(sorted(own)),
    }
    taken = [row for row in rows if row.region not in others]
    if not against.leaves_out_others or not taken:
        findings.append(finding("targets_foreign", **facts))
        return rows
    findings.append(finding("others_left_out", **facts))
    return taken


def _find_indicators(
    rows: Sequence[TargetRow], catalogue: Mapping[str, Indicator], findings: list[Finding]
) -> None:
    names = names_of(catalogue)
    unknown: dict[str, Finding] = {}
    for row in rows:
        written = row.text("indicator")
        row.indicator = catalogue.get(meant(written, names) or "")
        if row.indicator is not None:
            continue
        if not written:
            findings.append(told(finding("target_no_indicator"), row.place("indicator")))
            continue
        # What is like it is looked for as often as it is listed.
        if written not in unknown and len(unknown) < LISTED_PER_CODE:
            unknown[written] = unknown_indicator(written, catalogue)
        near = next(iter(unknown.values())).facts["near"]
        found = unknown.get(written) or finding(
            "indicator_unknown", indicator=written[:80], near=near
        )
        findings.append(told(found, row.place("indicator")))


def _find_meaning(
    row: TargetRow, against: TargetsAgainst, source: str, findings: list[Finding]
) -> None:
    """Year, unit, level, direction, document and source of a row, or what is wrong with them."""
    row.record = {
        "indicator": row.indicator and row.indicator.id,
        "regency_code": row.region,
        "year": _year(row, against.today.year, findings),
        "level": _level(row, findings),
        "direction": _direction(row, findings),
    }
    _hold_unit(row, findings)
    roles: tuple[Role, ...] = ("document", "page", "source", "source_url", "note")
    for role in roles:
        row.record[role] = _said(row, role, findings)
    row.record["source"] = row.record["source"] or clean(source)
    if not row.record["document"]:
        findings.append(told(finding("target_no_document"), row.place("document")))
    if not row.record["source"]:
        findings.append(told(finding("source_missing"), row.place("source")))
    if (address := row.record["source_url"]) and not address.startswith(("http://", "https://")):
        findings.append(
            told(finding("target_no_address", text=address[:60]), row.place("source_url"))
        )


def _year(row: TargetRow, this_year: int, findings: list[Finding]) -> int | None:
    cell = row.cell("year")
    found = None if is_empty(cell) else parse_period(cell)
    if isinstance(cell, date):
        findings.append(told(finding("date_for_year", text=cell_text(cell)), row.place("year")))
        return None
    if found is None or found.year is None or found.month:
        told_of = finding("target_no_year", text=cell_text(cell)[:40])
        findings.append(told(told_of, row.place("year")))
        return None
    last = this_year + _PLANNED_YEARS
    if not _FIRST_YEAR <= found.year <= last:
        told_of = finding("year_outside", year=found.year, first=_FIRST_YEAR, last=last)
        findings.append(told(told_of, row.place("year")))
        return None
    return found.year


def _level(row: TargetRow, findings: list[Finding]) -> str | None:
    level = _LEVEL_WORDS.get(letters(row.text("level")))
    if level is None:
        told_of = finding(
            "target_level", text=row.text("level")[:40] or "–", known=", ".join(LEVELS)
        )
        findings.append(told(told_of, row.place("level")))
    return level


def _direction(row: TargetRow, findings: list[Finding]) -> TargetDirection | None:
    """Which way the indicator is to move: as the catalogue says, or the row where that is silent."""
    written = row.text("direction")
    said = _DIRECTION_WORDS.get(letters(written))
    better = None if row.indicator is None else BETTER.get(row.indicator.direction)
    if row.indicator is None or (not written and better):
        return better
    if said is None:
        told_of = finding("target_direction", text=written[:40] or "–")
        findings.append(told(told_of, row.place("direction")))
    elif better is not None and said != better:
        told_of = finding("target_direction_other", indicator=row.indicator.title, text=written)
        findings.append(told(told_of, row.place("direction")))
    return said


def _hold_unit(row: TargetRow, findings: list[Finding]) -> None:
    written = row.text("unit")
    if row.indicator is None or not written or agrees(written, row.indicator.unit):
        return
    facts: dict[str, Any] = {"indicator": row.indicator.title, "wanted": row.indicator.unit}
    found = finding("unit_other", unit=written[:40], **facts)
    findings.append(told(found, row.place("unit")))


def _said(row: TargetRow, role: Role, findings: list[Finding]) -> str:
    text, head = row.text(role), row.place(role).head
    # Our own files guard what a spreadsheet would run; here it is a text again.
    if text.startswith("'") and guarded(text[1:]) == text:
        text = text[1:]
    if len(text) > _MOST_TEXT:
        found = finding("target_text_long", most=_MOST_TEXT)
        findings.append(told(found, row.place(role)))
    elif point := unprintable(text):
        found = finding("control_character", column=head, point=point.removeprefix("U+"))
        findings.append(told(found, row.place(role)))
    return text[:_MOST_TEXT]


def _tell_twice(rows: Sequence[TargetRow], findings: list[Finding]) -> None:
    seen: dict[tuple[Any, ...], int] = {}
    for row in rows:
        record = row.record
        key = tuple(record[name] for name in ("regency_code", "indicator", "year", "level"))
        if None in key or row.indicator is None:
            continue
        if key not in seen:
            seen[key] = row.row.number
            continue
        said = Text(*(f"{key[0]} / {title} / {key[2]} / {key[3]}" for title in row.indicator.title))
        found = finding("figure_twice", key=said, row=seen[key], values="")
        findings.append(told(found, row.place("year")))


def _frame(
    rows: Sequence[TargetRow], against: TargetsAgainst, findings: list[Finding]
) -> pd.DataFrame:
    unsaid = sorted({row.indicator.id for row in rows if row.indicator and not row.text("unit")})
    if unsaid:
        findings.append(finding("unit_assumed", indicators=", ".join(unsaid[:_MOST_ROWS])))
    table = pd.DataFrame([row.record for row in rows], columns=list(COLUMNS))
    return parse_targets(
        table.astype(dict.fromkeys(ENDS, "float64")),
        catalogue=against.catalogue,
        regions=against.region.codes,
        may_withdraw=True,
    )
