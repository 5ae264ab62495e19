"""Tables as the sheets of an XLSX file, and a layer as one of them."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import shapely

from geo.language import texts
from geo.vector.losses import Fitted, guarded

_SAY = texts(__name__)

_MAX_COLUMN_WIDTH, _MAX_WRAPPED_WIDTH = 60, 36


def write_xlsx(held: Fitted, path: Path, _layer: str) -> None:
    """The columns, and `lon` and `lat` of a point of each feature."""
    points = held.geometry
    lon, lat = shapely.get_x(points).round(6), shapely.get_y(points).round(6)
    table = pd.DataFrame({name: pd.Series(v, dtype="object") for name, v in held.values.items()})
    places = table.assign(**{held.own["lon"]: lon, held.own["lat"]: lat})
    heads = dict.fromkeys(held.own.values(), _SAY["lonlat"].id)
    write_sheets({"kawasan": places}, path, heads=heads)


def write_sheets(
    tables: Mapping[str, pd.DataFrame],
    path: Path,
    *,
    wrapped: bool = False,
    heads: Mapping[str, str] | None = None,
) -> None:
    """Tables as sheets, by name; `heads` are remarks on the cells of a head."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for name, table in tables.items():
        sheet = book.create_sheet(name)
        _fill_sheet(sheet, _without_missing(table), wrapped=wrapped, remarks=heads or {})
    book.save(path)


def _without_missing(table: pd.DataFrame) -> pd.DataFrame:
    """Values as Python has them; None for what is missing or infinite."""
    finite = table.map(lambda v: None if isinstance(v, float) and math.isinf(v) else v)
    # Last, for pandas makes NaN of None in a column of numbers.
    return finite.astype("object").where(finite.notna(), None)


def _fill_sheet(
    sheet: Any, table: pd.DataFrame, *, wrapped: bool, remarks: Mapping[str, str]
) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    for at, name in enumerate(table.columns, start=1):
        longest = max([len(str(name)), *(len(str(v)) for v in table[name].head(200))])
        most = _MAX_WRAPPED_WIDTH if wrapped else _MAX_COLUMN_WIDTH
        sheet.column_dimensions[get_column_letter(at)].width = min(longest + 2, most)
    sheet.freeze_panes = "A2"
    if wrapped:
        # Eleven columns of words do not fit an upright page, and a second page needs its heads.
        sheet.page_setup.orientation, sheet.print_title_rows = "landscape", "1:1"
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_setup.fitToHeight = 0

    def cell(value: Any, *, is_head: bool = False) -> Any:
        made = WriteOnlyCell(sheet, value=value)
        if isinstance(value, str):
            # openpyxl takes "=1+1" for a formula, Excel takes "63.10" for a number.
            made.data_type, made.number_format = "s", "@"
        if wrapped:
            made.alignment = Alignment(wrap_text=True, vertical="top")
        if wrapped and isinstance(value, float):
            made.number_format = "0.00"
        if is_head:
            made.font = Font(bold=True)
        if is_head and value in remarks:
            made.comment = Comment(remarks[value], "Kawasan")
        return made

    sheet.append([cell(str(name), is_head=True) for name in table.columns])
    for row in table.itertuples(index=False):
        sheet.append([cell(value) for value in row])


def guarded_table(table: pd.DataFrame) -> pd.DataFrame:
    """The table with an apostrophe before every text that a spreadsheet would run; numbers stay."""
    texts = table.map(lambda v: guarded(v) if isinstance(v, str) else v)
    return texts.rename(columns=lambda name: guarded(str(name)))
