"""The program that reads one untrusted workbook: `python -m geo.ingest.workbook FOLDER`.

A workbook is a ZIP of XML, so it is unpacked under the limits of an upload, in the process that
`geo/ingest/sandbox.py` confines. It leaves `document.json`: the cells of one sheet as its sender
last saw them, or why it cannot be read. Formulas are never computed; their stored results count.
"""

import json
import math
import operator
import pickle
import re
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import UploadUnsupported
from geo.ingest.archive import require_harmless
from geo.ingest.findings import Unreadable, finding
from geo.ingest.sandbox import confine, ending, leave_document, run_confined
from geo.ingest.source import Limits
from geo.json_types import as_json
from geo.language import Language, Text, texts

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

# Run by `python -m`, where its own name is `__main__`.
_SAY = texts("geo.ingest.workbook")

# The sheet of our own templates that says what the columns mean, and what its first cell says.
EXPLANATIONS: Mapping[Language, str] = {"id": "Keterangan kolom", "en": "About the columns"}
_EXPLANATION_HEADS = ("Kolom", "Column")
# The same of the sheet that ends every workbook of figures and targets.
NOTES, NOTES_SUBJECT = _SAY["notes"], _SAY["subject"]
# A declaration of a document type stands before the first element.
_PROLOGUE_BYTES = 1 << 16
# What a number format writes as it stands: in quotes, after a backslash, as a gap or a filling; and the
# condition, colour or language of a section (ECMA-376 part 1, 18.8.31).
_AS_IT_STANDS = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[(?![<>=])[^\]]*\]', re.DOTALL)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)([^\]]*)\]")
_HOLDS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "<>": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}


@dataclass(frozen=True, slots=True)
class WorkbookJob:
    """One workbook to read: `sheet` is which of its sheets, where several hold something."""

    path: Path
    sheet: str | None
    limits: Limits


def read_workbook_confined(job: WorkbookJob, folder: Path) -> dict[str, Any]:
    """The cells of one sheet, read in a process of its own in `folder`.

    Returns
    -------
    dict
        `name` of the sheet; `rows`: number and cells of each row (text, number, truth value, null,
        or a date as a list of its ISO text); `spread`: row and column of cells that only repeat a merged one;
        `hidden_rows` (numbers) and `hidden_columns` (letters) that
        hold something and are not shown; `hidden_sheets`: names of those
        that hold something and were not read; `percents`: letters of columns shown in percent.

    Raises
    ------
    Unreadable, UploadUnsupported
    """
    (folder / "job.pickle").write_bytes(pickle.dumps(job))
    outcome = run_confined("geo.ingest.workbook", folder, limits=job.limits)
    if outcome.failure is not None or outcome.document is None:
        raise Unreadable(outcome.failure or finding("reader_failed", reason="-", step="-"))
    document = dict(outcome.document)
    if "unsupported" in document:
        raise UploadUnsupported(reason=Text(**document["unsupported"]))
    if "fault" in document:
        code, facts = document["fault"]
        raise Unreadable(finding(code, **facts))
    return document


def main(folder: Path) -> None:
    """Read the workbook of the job in `folder`; memory or space that runs out ends the process."""
    # Written by the service into this private folder, never by an upload.
    job: WorkbookJob = pickle.loads((folder / "job.pickle").read_bytes())  # noqa: S301
    unlimited = confine(job.limits)
    (folder / "step.json").write_text(json.dumps(_SAY["reading"]._asdict()), encoding="utf-8")
    with ending():
        document = read_workbook(job) | {"unlimited": unlimited}
        leave_document(folder, document)


def read_workbook(job: WorkbookJob) -> dict[str, Any]:
    """What `document.json` says: the cells, or the fault by its code and facts."""
    try:
        return workbook_cells(job)
    except UploadUnsupported as error:
        return {"unsupported": {"id": error.detail("id"), "en": error.detail("en")}}
    except Unreadable as error:
        found = error.findings[0]
        return {"fault": (found.code, as_json(found.facts))}


def workbook_cells(job: WorkbookJob) -> dict[str, Any]:
    """The cells of a sheet as `read_workbook_confined` tells them, read in this process.

    Raises
    ------
    Unreadable, UploadUnsupported
    """
    try:
        _require_workbook(job.path, job.limits)
        return _cells_of(job)
    except (UploadUnsupported, Unreadable, MemoryError):
        raise
    # openpyxl meets a damaged part with whatever its parser happens to raise.
    except Exception as error:
        raise Unreadable(finding("workbook_unreadable", reason=type(error).__name__)) from error


def _require_workbook(path: Path, limits: Limits) -> None:
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        with path.open("rb") as file:
            require_harmless(entries, file, limits)
        if "xl/workbook.xml" not in archive.namelist():
            raise UploadUnsupported(reason=_SAY["no_workbook"])
        for entry in entries:
            if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
                with archive.open(entry) as member:
                    _require_plain_xml(member.read(_PROLOGUE_BYTES), entry.filename)


def _require_plain_xml(start: bytes, member: str) -> None:
    # A document type may swell or fetch; in UTF-16 it would hide from this look.
    if b"<!DOCTYPE" in start or b"<!ENTITY" in start or b"\0" in start:
        raise Unreadable(finding("workbook_doctype", member=member[:120]))


def _cells_of(job: WorkbookJob) -> dict[str, Any]:
    import openpyxl
    from openpyxl.utils import get_column_letter

    # As bytes: by its path openpyxl goes by the ending of a name, and an upload has none.
    content = job.path.read_bytes()
    results = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True)
    filled, shown_as_percent, unread = {}, {}, []
    for sheet in results.worksheets:
        if sheet.sheet_state == "visible" or sheet.title == job.sheet:
            sheet.reset_dimensions()  # what the file says of its size need not be so
            percents: set[int] = set()
            rows = _rows_of(sheet, job.limits, percents)
            if rows and not (job.sheet is None and _is_explanation(sheet.title, rows)):
                filled[sheet.title], shown_as_percent[sheet.title] = rows, percents
        elif any(cell.value is not None for row in sheet.iter_rows() for cell in row):
            unread.append(sheet.title)
    name = _chosen(list(filled), job.sheet)
    rows = filled[name]
    width = max((len(cells) for cells in rows.values()), default=0)
    # Only a workbook that is read whole knows its formulas and its merged cells.
    written = openpyxl.load_workbook(BytesIO(content))[name]
    _require_results(written, rows, width)
    spread = _spread(written, rows, width)
    hidden_rows, hidden_columns = _hidden(written, rows)
    return {
        "name": name,
        "rows": sorted(rows.items()),
        "spread": spread,
        "hidden_rows": hidden_rows,
        "hidden_columns": hidden_columns,
        "hidden_sheets": unread,
        "percents": [get_column_letter(column) for column in sorted(shown_as_percent[name])],
    }


def _is_explanation(title: str, rows: Mapping[int, list[Any]]) -> bool:
    """Whether a sheet only explains a template or a workbook of ours: no data stand there."""
    first = rows.get(1, [None])[0]
    is_notes = title in NOTES and first in NOTES_SUBJECT
    return is_notes or (title in EXPLANATIONS.values() and first in _EXPLANATION_HEADS)


def _rows_of(sheet: Any, limits: Limits, percents: set[int]) -> dict[int, list[Any]]:
    """The rows that hold something, by number; each ends with its last cell that does.

    `percents` gets the columns with a number that is shown as a share of a hundred.
    """
    rows: dict[int, list[Any]] = {}
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        values = [_value(cell, limits, percents) for cell in cells]
        while values and values[-1] is None:
            values.pop()
        if len(values) > limits.columns or (values and number > limits.features):
            raise Unreadable(finding("workbook_far_cell", row=number, columns=len(values)))
        if values:
            rows[number] = values
    return rows


def _value(cell: Any, limits: Limits, percents: set[int]) -> Any:
    value = cell.value
    if value is None or isinstance(value, str):
        if value and len(value) > limits.text_length:
            raise Unreadable(finding("cell_too_long", row=cell.row, limit=limits.text_length))
        return ((value or "").strip() and value) or None
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        # A cell shown as 4.25% holds 0.0425; its sender sees the percent.
        signs = percent_signs(cell.number_format or "", float(value))
        if signs:
            percents.add(cell.column)
        return round(value * 100**signs, 10) if signs else float(value)
    # Of a moment at midnight only the day was typed.
    return [value.isoformat().removesuffix("T00:00:00")] if isinstance(value, date) else str(value)


def percent_signs(number_format: str, value: float) -> int:
    r"""How often a number format multiplies a value by a hundred to show it: once for each `%`.

    A percent sign that only stands beside the number, as in `0.00" %"`, changes nothing, and of several
    sections only that of the value counts.

    Examples
    --------
    >>> [percent_signs(one, 0.25) for one in ("0.00%", '0.00" %"', r"0.00\%", "0.0;-0.0%", "General")]
    [1, 0, 0, 0, 0]
    >>> percent_signs("0.0;-0.0%", -0.25), percent_signs("[<1]0.0%;0.0", 3.1)
    (1, 0)
    """
    sections = _sections(number_format)
    for holds, than, signs in sections:
        if _HOLDS[holds](value, than):
            return signs
    return sections[-1][2]


@lru_cache(maxsize=256)
def _sections(number_format: str) -> tuple[tuple[str, float, int], ...]:
    """The sections of a number format: the condition of their values, and their percent signs."""
    # The fourth section is of texts.
    plain = _AS_IT_STANDS.sub("", number_format).split(";")[:3]
    conditions = [_CONDITION.search(section) for section in plain]
    usual = {1: [("<>", math.nan)], 2: [(">=", 0.0), ("<>", math.nan)]}.get(
        len(plain), [(">", 0.0), ("<", 0.0), ("<>", math.nan)]
    )
    return tuple(
        (*((said[1], _number(said[2])) if said else default), section.count("%"))
        for said, default, section in zip(conditions, usual, plain, strict=True)
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _chosen(names: list[str], wanted: str | None) -> str:
    shown = ", ".join(names[:20])
    if not names:
        raise Unreadable(finding("table_empty"))
    if wanted is not None:
        same = [name for name in names if name.strip().lower() == wanted.strip().lower()]
        if not same:
            raise Unreadable(finding("sheet_unknown", sheet=wanted[:80], sheets=shown))
        return same[0]
    if len(names) > 1:
        raise Unreadable(finding("several_sheets", sheets=shown))
    return names[0]


def _require_results(written: "Worksheet", rows: dict[int, list[Any]], width: int) -> None:
    """Refuse formulas whose result the file does not hold: nothing here computes them."""
    last = max(rows)
    bare = [
        cell.coordinate
        for line in written.iter_rows(max_row=last, max_col=width)
        for cell in line
        if cell.data_type == "f" and _at(rows, cell.row, cell.column - 1) is None
    ]
    if bare:
        shown = ", ".join(bare[:10])
        raise Unreadable(finding("formula_without_result", cells=shown, count=len(bare)))


def _hidden(written: "Worksheet", rows: dict[int, list[Any]]) -> tuple[list[int], list[str]]:
    """The rows and columns that hold something and that the sheet does not show, as by a filter."""
    from openpyxl.utils import get_column_letter

    hidden_rows = [n for n in sorted(rows) if written.row_dimensions[n].hidden]
    filled = {i for cells in rows.values() for i, cell in enumerate(cells, 1) if cell is not None}
    # One entry may stand for several columns beside each other.
    spans = [column for column in written.column_dimensions.values() if column.hidden]
    hidden = sorted(i for i in filled if any(s.min <= i <= s.max for s in spans))
    return hidden_rows, [get_column_letter(i) for i in hidden]


def _at(rows: dict[int, list[Any]], number: int, column: int) -> Any:
    cells = rows.get(number, [])
    return cells[column] if column < len(cells) else None


def _spread(written: "Worksheet", rows: dict[int, list[Any]], width: int) -> list[tuple[int, int]]:
    """Write what stands in a merged range into each of its cells; the cells that now repeat it."""
    spread = []
    last = max(rows)
    for merged in written.merged_cells.ranges:
        value = _at(rows, merged.min_row, merged.min_col - 1)
        if value is None:
            continue
        for number in range(merged.min_row, min(merged.max_row, last) + 1):
            cells = rows.setdefault(number, [])
            cells.extend([None] * (min(merged.max_col, width) - len(cells)))
            for column in range(merged.min_col - 1, min(merged.max_col, width)):
                if (number, column) != (merged.min_row, merged.min_col - 1):
                    cells[column] = value
                    spread.append((number, column))
    return spread


if __name__ == "__main__":
    main(Path(sys.argv[1]))
