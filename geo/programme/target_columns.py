"""Which column of a table of targets is what, and the rows that somebody filled in below its head.

Nothing is checked here but that every row can be understood; what its cells mean is
`geo/programme/target_file.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from geo.indicators.layout import Place, letters
from geo.indicators.table import Indicator
from geo.ingest.findings import Finding, Unreadable, finding
from geo.ingest.sheet import Cell, Row, Sheet, clean, is_empty
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
    """Where each column stands, the rows below the head, and which columns are not used.

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
    named = ", ".join(h[:40] for h, r in zip(heads, roles, strict=True) if h and r is None)
    unused = [finding("columns_unused", columns=named)] if named else []
    return columns, sheet.rows[sheet.rows.index(row) + 1 :], unused


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
