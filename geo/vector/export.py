"""Trusted layers to and from files; what people upload enters by `geo/validation/upload.py` only.

A file is written under a temporary name and renamed, so that a reader never finds half of one.
Codes are text in every format. A spreadsheet runs a text that begins with `=`, `+`, `-` or `@`, so
CSV and XLSX (and only they) put an apostrophe before such a text.
"""

import io
import math
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

import geopandas as gpd
import orjson
import pandas as pd
import shapely

from geo.crs import require_crs, to_lonlat
from geo.errors import InvalidInput
from geo.json_types import as_json
from geo.language import Text, texts

_SAY = texts(__name__)

Format = Literal["geojson", "gpkg", "csv", "xlsx"]
FORMATS: tuple[Format, ...] = get_args(Format)
# A tab or a return at the start lets a formula follow in some programs (OWASP, CSV injection).
_FORMULA = re.compile(r"^[=+\-@\t\r]")
# RFC 7946, 11.2: six decimals are 10 cm; the seventh keeps shared borders shared after rounding.
_DECIMALS = 7
_MAX_COLUMN_WIDTH, _MAX_WRAPPED_WIDTH = 60, 36
# A spreadsheet keeps fifteen digits of a number (IEEE 754, as Excel shows it).
_EXACT_BELOW = 10**15
_OWN_COLUMNS = {"gpkg": ("geom", "fid"), "csv": ("wkt",), "xlsx": ("lon", "lat")}


def layer_to_parquet(frame: gpd.GeoDataFrame) -> bytes:
    """A layer as GeoParquet; the same layer gives the same bytes.

    Raises
    ------
    CRSMissing
    """
    require_crs(frame, subject="layer")
    content = io.BytesIO()
    frame.to_parquet(content, index=True, compression="zstd", geometry_encoding="WKB")
    return content.getvalue()


def write_layer(
    frame: gpd.GeoDataFrame, path: Path, format: Format | None = None
) -> dict[str, str]:
    """Export a layer; the format follows the file's suffix where none is given.

    GeoJSON is lon/lat (RFC 7946). GeoPackage keeps the layer's CRS and holds one layer, named like
    the file, for field programs empty a package of several. CSV carries the geometry as WKT in
    lon/lat in a last column `wkt`. XLSX carries `lon` and `lat` of a point inside each feature, as
    a cell holds at most 32,767 characters. Missing values are empty, in GeoJSON null.

    Returns
    -------
    dict of str to str
        What the format's own columns (`wkt`, `lon`, `lat`, `geom`, `fid`) are called where the layer
        has columns of these names, which keep them.

    Raises
    ------
    InvalidInput
        For a format that is none of these.
    CRSMissing
    """
    require_crs(frame, subject="layer")
    chosen = format or path.suffix.removeprefix(".").lower()
    if chosen not in _WRITERS:
        raise InvalidInput(reason=_no_format(chosen))
    own = _own_names(chosen, [str(name) for name in frame.columns])
    _written(path, lambda temporary: _WRITERS[chosen](frame, temporary, path.stem, own))
    return {name: used for name, used in own.items() if used != name}


def _own_names(format: str, columns: Sequence[str]) -> dict[str, str]:
    """What the columns that a format adds are called beside those of the layer.

    Names are compared without case, as GeoPackage and most people do.
    """
    taken = {name.lower() for name in columns}
    own = {}
    for name in _OWN_COLUMNS.get(format, ()):
        used, number = name, 1
        while used in taken:
            number += 1
            used = f"{name}_{number}"
        own[name] = used
        taken.add(used)
    return own


def _written(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a temporary file beside `path`, then take its place."""
    if not path.parent.is_dir():
        raise InvalidInput(reason=_no_folder(path.parent))
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".writing-") as folder:
        temporary = Path(folder) / path.name
        write(temporary)
        temporary.replace(path)


def _properties(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """The layer without its geometry; `area_id` first where no column repeats it."""
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    ids = [str(value) for value in frame.index]
    is_repeated = any([str(v) for v in table[name]] == ids for name in table.columns)
    table = table.reset_index(drop=True)
    if not is_repeated and "area_id" not in table.columns:
        table.insert(0, "area_id", pd.Series(ids, dtype="str"))
    return table


def _geojson(frame: gpd.GeoDataFrame, path: Path, _layer: str, _own: Mapping[str, str]) -> None:
    lonlat = to_lonlat(frame).geometry.to_numpy()
    rows = _properties(frame).pipe(_without_missing).to_dict("records")
    shapes = shapely.to_geojson(shapely.transform(lonlat, lambda xy: xy.round(_DECIMALS)))
    features = [
        {
            "type": "Feature",
            "id": str(key),
            "properties": as_json(row),
            "geometry": None if shape is None else orjson.Fragment(shape),
        }
        for key, row, shape in zip(frame.index, rows, shapes, strict=True)
    ]
    collection = {"type": "FeatureCollection", "features": features}
    path.write_bytes(orjson.dumps(collection))


def _without_missing(table: pd.DataFrame) -> pd.DataFrame:
    """Values as Python has them; None for what is missing or infinite."""
    finite = table.map(lambda v: None if isinstance(v, float) and math.isinf(v) else v)
    # Last, for pandas makes NaN of None in a column of numbers.
    return finite.astype("object").where(finite.notna(), None)


def _gpkg(frame: gpd.GeoDataFrame, path: Path, layer: str, own: Mapping[str, str]) -> None:
    shapes = frame.geometry.to_numpy()
    table = gpd.GeoDataFrame(_properties(frame), geometry=shapes, crs=frame.crs)
    options = {"GEOMETRY_NAME": own["geom"], "FID": own["fid"]}
    table.to_file(
        path, layer=layer, driver="GPKG", engine="pyogrio", index=False, layer_options=options
    )


def _csv_layer(frame: gpd.GeoDataFrame, path: Path, _layer: str, own: Mapping[str, str]) -> None:
    shapes = to_lonlat(frame).geometry.to_wkt(rounding_precision=7).to_numpy()
    _csv(_properties(frame).assign(**{own["wkt"]: shapes}), path)


def _csv(table: pd.DataFrame, path: Path) -> None:
    # The byte-order mark makes Excel read UTF-8.
    _guarded(table).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def _xlsx_layer(frame: gpd.GeoDataFrame, path: Path, _layer: str, own: Mapping[str, str]) -> None:
    points = to_lonlat(frame).geometry.representative_point()
    places = {own["lon"]: points.x.round(6).to_numpy(), own["lat"]: points.y.round(6).to_numpy()}
    _xlsx({"kawasan": _properties(frame).assign(**places)}, path)


def write_workbook(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Tables as the sheets of an XLSX file, by name; long texts are wrapped, so that a sheet can be printed.

    Missing values are empty cells. What a spreadsheet would run is kept as text, as in `write_layer`.

    Raises
    ------
    InvalidInput
        For a folder that does not exist.
    """
    _written(path, lambda temporary: _xlsx(tables, temporary, wrapped=True))


def _xlsx(tables: Mapping[str, pd.DataFrame], path: Path, *, wrapped: bool = False) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for name, table in tables.items():
        _fill_sheet(book.create_sheet(name), _without_missing(_guarded(table)), wrapped=wrapped)
    book.save(path)


def _fill_sheet(sheet: Any, table: pd.DataFrame, *, wrapped: bool) -> None:
    from openpyxl.cell import WriteOnlyCell
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
        if type(value) is int and abs(value) >= _EXACT_BELOW:
            value = str(value)
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
        return made

    sheet.append([cell(str(name), is_head=True) for name in table.columns])
    for row in table.itertuples(index=False):
        sheet.append([cell(value) for value in row])


def _guarded(table: pd.DataFrame) -> pd.DataFrame:
    """The table with an apostrophe before every text that a spreadsheet would run; numbers stay."""
    guarded = table.map(lambda v: f"'{v}" if isinstance(v, str) and _FORMULA.match(v) else v)
    return guarded.rename(columns=lambda n: f"'{n}" if _FORMULA.match(str(n)) else n)


_WRITERS: dict[str, Callable[[gpd.GeoDataFrame, Path, str, Mapping[str, str]], None]] = {
    "geojson": _geojson,
    "gpkg": _gpkg,
    "csv": _csv_layer,
    "xlsx": _xlsx_layer,
}


def _no_folder(folder: Path) -> Text:
    return _SAY["no_folder"].format(f=folder)


def _no_format(found: str) -> Text:
    return _SAY["no_format"].format(f=found, known=", ".join(FORMATS))
