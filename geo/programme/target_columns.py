"""Which column of a table of targets is what, and the rows that somebody filled in below its head.

Nothing is checked here but that every row can be understood; what its cells mean is
`geo/programme/target_file.py`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from geo.indicators.layout import Place, letters
from geo.indicators.table import Indicator
from geo.ingest.findings import Finding, Unreadable, finding
from geo.ingest.sheet import Cell, Row, Sheet, clean, is_empty, letter
from geo.language import LANGUAGES, Text, first_of, joined, texts

_SAY = texts(__name__)

Role = Literal[
    "code",
    "name",
    "indicator",
    "year",
    "least",
    "most",
    "unit",
    "level",
    "direction",
    "document",
    "page",
    "source",
    "source_url",
    "note",
]
# How offices call the columns, without anything but letters; the first is our own name.
_HEADS: Mapping[Role, tuple[str, ...]] = {
    "code": (
        *("regencycode", "kode", "kodewilayah", "kodedaerah", "kodekabkota", "kodekabupatenkota"),
        *("kodebps", "kodekemendagri", "code", "regioncode"),
    ),
    "name": (
        *("wilayah", "namawilayah", "kabupatenkota", "kabkota", "kabupaten", "daerah", "nama"),
        *("region", "regency", "name"),
    ),
    "indicator": ("indicator", "indikator", "namaindikator"),
    "year": ("year", "tahun"),
    "least": ("least", "batasbawah", "minimum", "min", "terendah", "targetminimum"),
    "most": ("most", "batasatas", "maksimum", "max", "maks", "tertinggi", "targetmaksimum"),
    "unit": ("unit", "satuan"),
    "level": ("level", "tingkat", "tingkatrencana", "rencana", "levelofplan"),
    "direction": ("direction", "arah"),
    "document": ("document", "dokumen", "namadokumen"),
    "page": ("page", "halaman", "hal"),
    "source": ("source", "sumber"),
    "source_url": ("sourceurl", "url", "tautan", "tautansumber", "addressofthesource"),
    "note": ("note", "catatan", "keterangan"),
}
_ROLES: Mapping[str, Role] = {head: role for role, heads in _HEADS.items() for head in heads}
# As a template heads them, in the order of the roles.
HEADS: Mapping[str, Text] = {
    role: Text(*written)
    for role, *written in zip(
        _HEADS, *(_SAY["heads"].to(language).split(" | ") for language in LANGUAGES), strict=True
    )
}
_REQUIRED: tuple[Role, ...] = ("indicator", "year", "level", "document")
# What a template has written already: a row of nothing else is not filled in.
_PREFILLED: tuple[Role, ...] = ("code", "name", "indicator", "unit", "direction")
ENDS: tuple[Literal["least", "most"], ...] = ("least", "most")
_EITHER: tuple[tuple[Role, ...], ...] = (("code", "name"), ENDS)
# Where digits alone are no answer: beside a range they are the rest of a number.
_WORDS: tuple[Role, ...] = (
    *("indicator", "unit", "level", "direction", "document", "source", "source_url", "note"),
)
_HEAD_WITHIN = 40
_MOST_ROWS = 10


@dataclass(slots=True)
class TargetRow:
    """A row and what it was found to be; a part that is wrong stays None."""

    row: Row
    columns: Mapping[Role, tuple[int, str]]
    region: str | None = None
    indicator: Indicator | None = None
    record: dict[str, Any] = field(default_factory=dict)

    def cell(self, role: Role) -> Cell:
        """What stands in a column; None where there is none."""
        return self.row.cell(self.columns[role][0]) if role in self.columns else None

    def text(self, role: Role) -> str:
        """The same as a text, empty where nothing stands."""
        return cell_text(self.cell(role))

    def place(self, role: Role) -> Place:
        """Where a cell stands; beside a column that is not there, the row's first."""
        column, head = self.columns.get(role) or next(iter(self.columns.values()))
        return Place(self.row.number, column, head)


def headed(
    sheet: Sheet,
) -> tuple[dict[Role, tuple[int, str]], tuple[Row, ...], list[Finding]]:
    """Where each column stands, the rows below the head that fit it, and what is said of the others.

    Raises
    ------
    Unreadable
        When no head is found, or it lacks a column that every target needs.
    """
    for row in sheet.rows[:_HEAD_WITHIN]:
        heads = [clean(str(cell)) if not is_empty(cell) else "" for cell in row.cells]
        roles = [_ROLES.get(letters(head)) for head in heads]
        if {"year", "indicator"} <= {*roles}:
            break
    else:
        first = sheet.rows[0]
        shown = ", ".join(cell_text(cell) for cell in first.cells if not is_empty(cell))[:200]
        raise Unreadable(finding("target_no_head", row=first.number, heads=shown))
    twice = [head for role, head in zip(roles, heads, strict=True) if roles.count(role) > 1]
    if odd := [head for head in twice if _ROLES.get(letters(head))]:
        raise Unreadable(finding("head_unclear", row=row.number, head=odd[0]))
    columns = {r: (i, heads[i]) for i, r in enumerate(roles) if r is not None}
    lacking = [HEADS[role] for role in _REQUIRED if role not in columns]
    for either in _EITHER:
        if not {*either} & columns.keys():
            lacking.append(joined([HEADS[role] for role in either], by=" / "))
    if lacking:
        raise Unreadable(finding("target_columns", row=row.number, columns=joined(lacking)))
    below = sheet.rows[sheet.rows.index(row) + 1 :]
    faults = {one.number: _misfit(one, heads, columns, sheet) for one in below}
    fitting = tuple(one for one in below if faults[one.number] is None)
    found = [fault for fault in faults.values() if fault is not None]
    if unused := _unused(fitting, heads, columns):
        found.append(finding("columns_unused", columns=", ".join(unused)))
    return columns, fitting, found


def _misfit(
    row: Row, heads: Sequence[str], columns: Mapping[Role, tuple[int, str]], sheet: Sheet
) -> Finding | None:
    """What is said of a row of a text that a decimal comma has cut into more fields than it means."""
    if not sheet.is_text:
        return None
    width, where = max(i for i, head in enumerate(heads) if head) + 1, {"row": row.number}
    if not all(map(is_empty, row.cells[width:])):
        found = finding("row_too_wide", row=row.number, fields=len(row.cells), columns=width)
        return replace(found, where=where)
    # Digits alone are no level and no document; two whole ends are a cut one where a field is left over.
    rest = {columns[role][0] for role in _WORDS if role in columns}
    if sheet.separator == "," and len(row.cells) > len(heads):
        rest |= {columns[end][0] for end in ENDS if end in columns}
    is_split = any(
        columns[end][0] + 1 in rest
        and re.fullmatch(r"[-+]?\d+", cell_text(row.cell(columns[end][0])))
        and re.fullmatch(r"\d{1,3}", cell_text(row.cell(columns[end][0] + 1)))
        for end in ENDS
        if end in columns
    )
    return replace(finding("figure_split", row=row.number), where=where) if is_split else None


def _unused(
    rows: Sequence[Row], heads: Sequence[str], columns: Mapping[Role, tuple[int, str]]
) -> list[str]:
    """The columns that hold something and are not read, by their heads; by letters where they have none."""
    used = {column for column, _ in columns.values()}
    filled = {i for row in rows for i, cell in enumerate(row.cells) if not is_empty(cell)}
    filled |= {i for i, head in enumerate(heads) if head}
    return [
        heads[i][:40] if i < len(heads) and heads[i] else letter(i) for i in sorted(filled - used)
    ]


def filled_in(rows: Iterable[TargetRow]) -> tuple[list[TargetRow], list[Finding]]:
    """The rows that somebody filled in, and which ones nobody did: they say nothing."""
    filled: list[TargetRow] = []
    bare: list[TargetRow] = []
    for row in rows:
        said = [role for role in row.columns if role not in _PREFILLED and row.text(role)]
        (filled if said else bare).append(row)
    numbers = [row.row.number for row in bare]
    told_of = [finding("rows_unfilled", count=len(numbers), rows=first_of(numbers, _MOST_ROWS))]
    return filled, told_of if bare else []


def cell_text(cell: Cell) -> str:
    """A cell as a text; a whole number has no point."""
    if isinstance(cell, float):
        return f"{cell:.15g}"
    return "" if cell is None else clean(str(cell))
