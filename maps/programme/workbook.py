"""A workbook that a planner goes on working in: human heads, units, real numbers, filters, sources.

Numbers stay numbers under a format of their decimals, so that the office's own language writes them;
what is missing is an empty cell, never 0. A text that a spreadsheet would run is inert.
"""

import io
import math
import re
import tempfile
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import Any

from geo.ingest.workbook import NOTES, NOTES_SUBJECT
from geo.language import Language, texts
from geo.vector.export import undate
from geo.vector.losses import guarded
from maps.text import translate

_SAY = texts(__name__)


@dataclass(frozen=True, slots=True)
class Precise:
    """A number with decimals of its own, in a column whose rows are of several indicators."""

    value: float
    decimals: int


Cell = str | int | float | Precise | None
# What a cell looks like by: whether it is text, the decimals, grouped by thousands, marked.
_Look = tuple[bool, int | None, bool, bool]
# Characters that the name of a sheet may not hold, and its length (ECMA-376 and Excel's limit).
_NO_NAME, _MOST_NAME = re.compile(r"[\[\]:*?/\\']"), 31
_TEXT_WIDTH, _NUMBER_WIDTH, _MOST_WIDTH = 14, 13, 44
# Texts of so many letters have a wider column, or their rows would be taller than a page is wide.
_LONG, _LONG_WIDTH = 150, 80
# A4 by its number in ECMA-376, 18.3.1.63.
_A4 = 9
# More decimals than any figure has: what lies beyond is left by the arithmetic of a computer.
MOST_DECIMALS = 10
# Points: a line of the usual font, and the most that a row may have (ECMA-376, 18.3.1.73, and Excel's limit).
_LINE_HEIGHT, _MOST_HEIGHT = 15.0, 409.0
# Widths of columns that an A4 page holds across at a size that can still be read.
_PAGE_WIDTH = 200
# A line breaks between words, so that it holds fewer letters than its column is wide.
_WIDEST = 1.15
_HEAD_FILL, _MARKED_FILL = "E7F2F0", "FFF4D6"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head in words, the unit and the period under it; `decimals` is None of text.

    Numbers that name something, such as years, are not `grouped` by thousands.
    """

    head: str
    unit: str = ""
    period: str = ""
    decimals: int | None = None
    is_grouped: bool = True

    @property
    def full_head(self) -> str:
        """Everything that stands in its head, a line each."""
        return "\n".join(part for part in (self.head, self.period, self.unit) if part)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: as many cells a row as columns; `marked` are (row, column) of cells to look twice at.

    `frozen` is how many columns stay in sight.
    """

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    frozen: int = 1
    marked: frozenset[tuple[int, int]] = frozenset()


def workbook(
    sheets: Sequence[Sheet], *, notes: Sequence[tuple[str, str]], language: Language
) -> bytes:
    """An XLSX file of the sheets, and after them one of notes: what the file is, its sources, its caveats.

    The same sheets give the same bytes.

    Parameters
    ----------
    notes
        Rows of a subject and what is said of it.

    Examples
    --------
    >>> made = workbook([Sheet("TPT", [Column("Daerah")], [["=1+1"]])], notes=[], language="id")
    >>> made[:2]
    b'PK'
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.creator = translate("site.name", language)
    book.properties.title = sheets[0].name
    names: list[str] = []
    for sheet in sheets:
        names.append(_name(sheet.name, taken=names))
        _fill(book.create_sheet(names[-1]), sheet)
    heads = (Column(NOTES_SUBJECT.to(language)), Column(_SAY["note"].to(language)))
    title = _name(NOTES.to(language), taken=names)
    _fill(book.create_sheet(title), Sheet(title, heads, notes, frozen=0))
    return _undated(book)


def _name(wanted: str, *, taken: Sequence[str]) -> str:
    """A name that a sheet may have, and that no other sheet has; Excel takes case for the same."""
    plain = " ".join(_NO_NAME.sub(" ", wanted).split()) or "-"
    if len(plain) > _MOST_NAME:
        kept = shorten(plain, _MOST_NAME, placeholder="…")
        # Of one long word nothing would be left.
        plain = kept if len(kept) > 1 else plain[:_MOST_NAME]
    known, name, number = {one.casefold() for one in taken}, plain, 2
    while name.casefold() in known:
        name, number = f"{plain[: _MOST_NAME - 4]} ({number})", number + 1
    return name


def _fill(written: Any, sheet: Sheet) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    widths = _widths(sheet)
    for at, width in enumerate(widths, start=1):
        written.column_dimensions[get_column_letter(at)].width = width
    written.freeze_panes = f"{get_column_letter(sheet.frozen + 1)}2"
    last = get_column_letter(len(sheet.columns))
    written.auto_filter.ref = f"A1:{last}{len(sheet.rows) + 1}"
    # A second page needs its heads, and many years do not fit an upright one.
    written.page_setup.orientation, written.print_title_rows = "landscape", "1:1"
    written.page_setup.paperSize = _A4
    written.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    written.page_setup.fitToHeight = 0
    written.page_setup.fitToWidth = math.ceil(sum(widths) / _PAGE_WIDTH)
    if sheet.frozen:
        written.print_title_cols = f"A:{get_column_letter(sheet.frozen)}"
    heads = [column.full_head for column in sheet.columns]
    for at, texts_of_row in enumerate((heads, *sheet.rows), start=1):
        written.row_dimensions[at].height = _height(texts_of_row, widths)
    written.append([_head(written, column) for column in sheet.columns])
    # To style a cell takes a hundred times what it takes to write one.
    looks: dict[_Look, Any] = {}
    for number, row in enumerate(sheet.rows):
        marked = {at for at in range(len(row)) if (number, at) in sheet.marked}
        written.append(_cells(written, row, sheet.columns, looks, marked))


def _widths(sheet: Sheet) -> list[float]:
    found: list[float] = []
    for at, column in enumerate(sheet.columns):
        if column.decimals is not None:
            found.append(_NUMBER_WIDTH)
            continue
        longest = max((len(str(row[at] or "")) for row in sheet.rows), default=0)
        wanted = max(longest * _WIDEST + 3, len(column.head) + 4, _TEXT_WIDTH)
        found.append(min(wanted, _MOST_WIDTH if longest < _LONG else _LONG_WIDTH))
    return found


def _height(row: Sequence[Cell], widths: Sequence[float]) -> float:
    """How high a row is whose texts are wrapped: a spreadsheet that opens the file does not work it out."""
    lines = [
        sum(max(math.ceil(len(line) * _WIDEST / width), 1) for line in value.split("\n"))
        for value, width in zip(row, widths, strict=True)
        if isinstance(value, str)
    ]
    return min(max(lines, default=1) * _LINE_HEIGHT, _MOST_HEIGHT)


def _head(sheet: Any, column: Column) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill

    made = WriteOnlyCell(sheet)
    _write_text(made, column.full_head)
    made.number_format, made.font = "@", Font(bold=True)
    made.fill = PatternFill("solid", fgColor=_HEAD_FILL)
    side = "left" if column.decimals is None else "right"
    made.alignment = Alignment(
        wrap_text=True, vertical="top", horizontal=side, indent=side == "left"
    )
    return made


def _cells(
    sheet: Any,
    row: Sequence[Cell],
    columns: Sequence[Column],
    looks: dict[_Look, Any],
    marked: Set[int],
) -> Iterator[Any]:
    """The cells of a row, each to be written before the next is asked for: those of one look are one."""
    for at, (value, column) in enumerate(zip(row, columns, strict=True)):
        plain = value.value if isinstance(value, Precise) else value
        decimals = value.decimals if isinstance(value, Precise) else column.decimals
        look = (isinstance(plain, str), decimals, column.is_grouped, at in marked)
        if look not in looks:
            looks[look] = _styled(sheet, look)
        cell = looks[look]
        if isinstance(plain, str):
            _write_text(cell, plain)
        else:
            cell.value = round(plain, MOST_DECIMALS) if isinstance(plain, float) else plain
        yield cell


def _styled(sheet: Any, look: _Look) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, PatternFill

    is_text, decimals, is_grouped, is_marked = look
    made = WriteOnlyCell(sheet)
    if is_text:
        # The number of the column before ends where this text begins.
        made.alignment = Alignment(wrap_text=True, vertical="top", horizontal="left", indent=1)
        made.number_format = "@"
    else:
        made.alignment = Alignment(vertical="top")
        if decimals is not None:
            whole = "#,##0" if is_grouped else "0"
            made.number_format = whole + ("." + "0" * decimals if decimals else "")
    if is_marked:
        made.fill = PatternFill("solid", fgColor=_MARKED_FILL)
    return made


def _write_text(cell: Any, value: str) -> None:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cell.value = guarded(ILLEGAL_CHARACTERS_RE.sub("", value))
    # openpyxl takes "=1+1" for a formula, Excel takes "63.10" for a number.
    cell.data_type = "s"


def _undated(book: Any) -> bytes:
    content = io.BytesIO()
    book.save(content)
    with tempfile.TemporaryDirectory(prefix="kawasan-workbook-") as folder:
        path = Path(folder) / "workbook.xlsx"
        path.write_bytes(content.getvalue())
        undate(path)
        return path.read_bytes()
