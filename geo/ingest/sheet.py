"""The cells of a table of figures, read from a text file or a workbook as its sender's program shows them.

A text may be separated by commas, semicolons, tabs or pipes, in any of the encodings that
spreadsheets write; whatever is not wholly text is refused by its place. A workbook is unpacked in a
confined process, see `geo/ingest/workbook.py`. Rows keep the numbers that a spreadsheet shows.
"""

import codecs
import csv
import io
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from geo.errors import UploadTooLarge, UploadUnsupported
from geo.ingest.encoding import parsed_encoding, previews, unicode_of
from geo.ingest.findings import Finding, Unreadable, finding
from geo.ingest.formats import looks_like
from geo.ingest.source import Limits, too_large
from geo.ingest.workbook import WorkbookJob, read_workbook_confined
from geo.language import filled, first_of, texts

_SAY = texts(__name__)

# A table of figures is small: 200,000 rows of a hundred letters.
_MOST_BYTES = 20 * 1024 * 1024
_WORKBOOKS = (".xlsx", ".xlsm")
_MOST_PLACES = 10
_SEPARATORS = ",;\t|"
# Enough rows to see how a text is separated.
# A geometry may fill a line with megabytes, and every separator is tried.
_SAMPLE_LETTERS = 1 << 20
_SAMPLE = 200
_SEPARATOR_LINE = re.compile(r"\s*\"?sep=(.)\"?\s*(?:\r\n|\r|\n|$)", re.IGNORECASE)


# Wherever a cell may end: close enough to show a few of them.
_CELLS = re.compile(rb"[,;\t|\r\n\"]+")

# What a cell of a workbook or a text holds; None and "" are empty.
Cell = str | float | date | None


@dataclass(frozen=True, slots=True, eq=False)
class TableRead:
    """The checked rows of a table that was handed in, None where it is refused.

    `findings` are all that was found; `summary` says in JSON types how the file was read.
    """

    frame: pd.DataFrame | None
    findings: tuple[Finding, ...]
    summary: Mapping[str, object]


def is_empty(cell: Cell) -> bool:
    """Whether a cell holds nothing but spaces."""
    return cell is None or (isinstance(cell, str) and not clean(cell))


def clean(text: str) -> str:
    r"""A text with single plain spaces: no line breaks, no-break spaces or byte-order marks.

    Examples
    --------
    >>> clean("\ufeff Kabupaten/\n Kota\xa0")
    'Kabupaten/ Kota'
    """
    return " ".join(text.replace("\ufeff", " ").replace("\u200b", "").split())


def letter(column: int) -> str:
    """The letters of a column counted from 0, as spreadsheets write them.

    Examples
    --------
    >>> letter(0), letter(27)
    ('A', 'AB')
    """
    rest, last = divmod(column, 26)
    return (letter(rest - 1) if rest else "") + chr(ord("A") + last)


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One row of a sheet: the number that a spreadsheet shows beside it, and its cells."""

    number: int
    cells: tuple[Cell, ...]

    def cell(self, column: int) -> Cell:
        """The cell of a column counted from 0; None beyond the row's end."""
        return self.cells[column] if column < len(self.cells) else None

    @property
    def is_blank(self) -> bool:
        """Whether no cell holds anything."""
        return all(is_empty(cell) for cell in self.cells)


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A table as its file has it, blank rows left out.

    `spread` are the cells (row number, column from 0) that only repeat what stands in the first one
    of a merged range. `is_text` is true for what was read from a text, whose rows have as many
    fields as they have separators, and `separator` is what stands between those.
    """

    rows: tuple[Row, ...]
    is_text: bool
    encoding: str
    name: str = ""
    spread: frozenset[tuple[int, int]] = frozenset()
    findings: tuple[Finding, ...] = ()
    encodings: Mapping[str, Sequence[str]] = field(default_factory=dict)
    separator: str = ""


def read_sheet(
    path: Path,
    *,
    name: str | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    limits: Limits,
) -> Sheet:
    """The cells of a CSV or XLSX file, told apart by their content.

    Parameters
    ----------
    name : str, optional
        What its sender calls the file; its own name by default.
    sheet : str, optional
        Which sheet of a workbook, where several hold something.
    encoding : str, optional
        Of a text, in place of what its bytes say.

    Raises
    ------
    UploadTooLarge, UploadUnsupported, InvalidInput
        Before anything is read.
    Unreadable
        With a finding that names the place.
    """
    most = min(limits.upload_bytes, _MOST_BYTES)
    if path.stat().st_size > most:
        raise UploadTooLarge(reason=too_large(most))
    content = path.read_bytes()
    if content.startswith((b"PK\3\4", b"PK\5\6")):
        with tempfile.TemporaryDirectory(prefix="kawasan-upload-") as folder:
            job = WorkbookJob(path.absolute(), sheet, limits)
            return sheet_of_workbook(read_workbook_confined(job, Path(folder)), of_cell=_shown)
    if (called := Path(name or path.name)).suffix.lower() in _WORKBOOKS:
        _require_text(content)
        raise UploadUnsupported(reason=_SAY["named_workbook"].format(name=called.name[:80]))
    return sheet_of_text(content, encoding=encoding, limits=limits)


def sheet_of_text(content: bytes, *, encoding: str | None, limits: Limits) -> Sheet:
    """The rows of a text whose columns are separated, in its own encoding or the one that is named.

    Raises
    ------
    UploadUnsupported, InvalidInput, Unreadable
    """
    _require_text(content)
    text, used = _decoded(content, parsed_encoding(encoding))
    found = replace(_parsed(text, used, limits), encodings=_previews(content, used))
    if not found.rows:
        raise Unreadable(finding("table_empty"))
    return found


def sheet_of_workbook(found: Mapping[str, Any], *, of_cell: Callable[[Any], Cell]) -> Sheet:
    """The rows of a sheet as `geo/ingest/workbook.py` read them, every cell made by `of_cell`."""
    read = (Row(number, tuple(map(of_cell, cells))) for number, cells in found["rows"])
    rows = tuple(row for row in read if not row.is_blank)
    if not rows:
        raise Unreadable(finding("table_empty"))
    spread = frozenset((row, column) for row, column in found["spread"])
    return Sheet(
        rows,
        is_text=False,
        encoding="xlsx",
        name=found["name"],
        spread=spread,
        findings=tuple(_hidden(found)),
    )


def _shown(cell: Any) -> Cell:
    """A cell of a workbook as a table of figures has it: days as dates, truth values as words."""
    if isinstance(cell, list):
        return date.fromisoformat(cell[0][:10])
    return str(cell).upper() if isinstance(cell, bool) else cell


def _hidden(found: Mapping[str, Any]) -> Iterator[Finding]:
    """What is said of rows, columns and sheets that the sender's program does not show."""
    if sheets := found["hidden_sheets"]:
        yield finding("sheets_hidden", count=len(sheets), sheets=first_of(sheets, _MOST_PLACES))
    for code, places in (
        ("rows_hidden", found["hidden_rows"]),
        ("columns_hidden", found["hidden_columns"]),
    ):
        if places:
            more = f" (+{len(places) - _MOST_PLACES})" if len(places) > _MOST_PLACES else ""
            shown = ", ".join(map(str, places[:_MOST_PLACES])) + more
            yield finding(code, count=len(places), places=shown)


def _require_text(content: bytes) -> None:
    """Say of a file that is no table what it is, before its bytes are taken for letters."""
    start = content[:4096].removeprefix(codecs.BOM_UTF8).lstrip()
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise UploadUnsupported(reason=_SAY["old_workbook"])
    if start.startswith((b"<", b"{", b"[")):
        raise UploadUnsupported(reason=_SAY["markup"])
    if content.startswith(
        (b"%PDF", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"PAR1", b"SQLite format 3")
    ):
        raise UploadUnsupported(reason=filled(_SAY["no_table"], found=looks_like(content[:64])))
    if not content.strip():
        raise Unreadable(finding("table_empty"))


def _previews(content: bytes, used: str | None) -> dict[str, tuple[str, ...]]:
    # What is written two bytes a letter says so itself.
    if used is not None and used.startswith("utf-16"):
        return {}
    return previews(_CELLS.split(content.removeprefix(codecs.BOM_UTF8)), chosen=used)


def _decoded(content: bytes, wanted: str | None) -> tuple[str, str]:
    """The text of a file and the encoding that it was read in."""
    shown = unicode_of(content[:4096])
    for name in [wanted] if wanted else [shown] if shown else ["utf-8", "cp1252"]:
        try:
            text = content.decode(name)
        except UnicodeDecodeError as error:
            offered, byte = _previews(content, None), error.start + 1
            fault = finding("table_encoding", tried=name, byte=byte, encodings=offered)
            continue
        if "\0" in text:
            raise Unreadable(finding("table_nul", row=text[: text.index("\0")].count("\n") + 1))
        return text.removeprefix("\ufeff"), name.removesuffix("-sig")
    raise Unreadable(fault)


def _parsed(text: str, encoding: str, limits: Limits) -> Sheet:
    said = _SEPARATOR_LINE.match(text)
    # A spreadsheet takes this line as an order and shows the next one as its first.
    body = text[said.end() :] if said else text
    separator = said[1] if said else _separator(body)
    rows = tuple(row for row in _records(body, separator, limits) if not row.is_blank)
    notes: tuple[Finding, ...] = ()
    if encoding not in ("utf-8", "ascii"):
        notes = (finding("table_encoding_read", encoding=encoding),)
    return Sheet(rows, is_text=True, encoding=encoding, findings=notes, separator=separator)


def _separator(text: str) -> str:
    """The separator that most rows agree on: it gives the most of them the same number of columns."""
    start = "".join(io.StringIO(text, newline="").readlines(1 << 16)[:_SAMPLE])[:_SAMPLE_LETTERS]

    def agreement(separator: str) -> tuple[int, int]:
        try:
            widths = [
                len(r) for r in csv.reader(io.StringIO(start, newline=""), delimiter=separator)
            ]
        except csv.Error:
            return (0, 0)
        width, rows = max(
            Counter(w for w in widths if w > 1).items(), key=lambda item: item[::-1], default=(0, 0)
        )
        return rows, width

    return max(_SEPARATORS, key=agreement)


def _records(text: str, separator: str, limits: Limits) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            code = "cell_too_long" if "field limit" in str(error) else "table_broken"
            raise Unreadable(finding(code, row=number, limit=limits.text_length)) from error
        _require_bounded(number, cells, limits)
        yield Row(number, tuple(cells))


def _require_bounded(number: int, cells: list[str], limits: Limits) -> None:
    if number > limits.features:
        raise Unreadable(finding("table_too_long", limit=limits.features))
    if len(cells) > limits.columns:
        raise Unreadable(finding("table_too_wide", row=number, limit=limits.columns))
    if max(map(len, cells), default=0) > limits.text_length:
        raise Unreadable(finding("cell_too_long", row=number, limit=limits.text_length))


def plain_table(sheet: Sheet) -> pd.DataFrame:
    """A sheet whose first row is its head, as a table of its texts; empty cells are missing.

    The index is the number of each row in a spreadsheet.

    Raises
    ------
    Unreadable
        When a column has no name or two have the same, or a row has more fields than the head.
    """
    names, rows = headed(sheet)
    cells = [[_text(row.cell(i)) for i in range(len(names))] for row in rows]
    numbers = pd.Index([row.number for row in rows], name="row")
    return pd.DataFrame(cells, columns=names, index=numbers, dtype="object")


def headed(sheet: Sheet, *, head: int = 0) -> tuple[list[str], tuple[Row, ...]]:
    """The names of the columns in that row of a sheet, and the rows after it.

    Raises
    ------
    Unreadable
        When a column has no name or two have the same, or a row has more fields than the head.
    """
    row_of_names, rows = sheet.rows[head], sheet.rows[head + 1 :]
    names = [clean(str(cell)) for cell in _without_tail(row_of_names.cells)]
    if "" in names or len(set(names)) < len(names):
        odd = next(n for n in names if n == "" or names.count(n) > 1)
        raise Unreadable(finding("head_unclear", row=row_of_names.number, head=odd))
    for row in rows:
        if len(_without_tail(row.cells)) > len(names):
            raise Unreadable(
                finding("row_too_wide", row=row.number, fields=len(row.cells), columns=len(names))
            )
    return names, rows


def _without_tail(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Cells without the empty ones that trailing separators make."""
    last = max((i for i, cell in enumerate(cells) if not is_empty(cell)), default=-1)
    return cells[: last + 1]


def _text(cell: Cell) -> str | float | None:
    if is_empty(cell):
        return None
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell)
