"""Trusted layers to and from files; what people upload enters by `geo/validation/upload.py` only.

A file is written under a temporary name and renamed, so that a reader never finds half of one.
Codes are text in every format. A spreadsheet runs a text that begins with `=`, `+`, `-` or `@`, so
CSV and XLSX (and only they) put an apostrophe before such a text. What a format cannot hold is told
by `geo/vector/losses.py`.
"""

import io
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.crs import require_crs
from geo.errors import InvalidInput
from geo.language import Text, texts
from geo.vector.file_formats import Format, Kind, format_of_suffix
from geo.vector.losses import Fitted, Loss, fitted
from geo.vector.writers.gdal import write_flatgeobuf, write_gpkg, write_indexed_flatgeobuf
from geo.vector.writers.kml import write_kml
from geo.vector.writers.text import write_csv, write_geojson
from geo.vector.writers.workbook import guarded_table, write_sheets, write_xlsx
from geo.vector.writers.zipped_shapefile import ZIP_EPOCH, write_shapefile

_SAY = texts(__name__)

# The file's change counter and that for which its stated size holds (SQLite, file format 1.3.9, 1.3.10).
_CHANGE_COUNTERS = (24, 92)
_NO_TIME = "1980-01-01T00:00:00.000Z"
_WRITTEN_AT, _ZIP_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), b"1980-01-01T00:00:00Z"


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
) -> tuple[Loss, ...]:
    """Export a layer; the format follows the file's suffix where none is given.

    GeoJSON (RFC 7946) and KML are lon/lat; CSV carries the geometry as WKT in lon/lat in a last
    column `wkt`, XLSX `lon` and `lat` of a point inside each feature, as a cell holds at most
    32,767 characters. GeoPackage, zipped Shapefile, FlatGeobuf and GeoParquet keep the layer's CRS.
    A GeoPackage holds one layer, named like the file, for field programs empty a package of several.
    Missing values are empty, in GeoJSON null.

    Returns
    -------
    tuple of Loss
        All that the file does not hold as the layer has it.

    Raises
    ------
    InvalidInput
        For a format that is none of these.
    CRSMissing
    """
    require_crs(frame, subject="layer")
    chosen = format or format_of_suffix(path.suffix)
    held = fitted(frame, chosen)
    write_fitted(held, path, chosen)
    return held.losses


def write_fitted(held: Fitted, path: Path, format: Format, *, is_indexed: bool = False) -> None:
    """Write a layer that was made to fit `format`; see `write_layer`.

    `is_indexed` gives a FlatGeobuf its index, by which programs fetch a part of it over HTTP; the
    features then are in the index's order.
    """
    write = write_indexed_flatgeobuf if is_indexed and format == "fgb" else _WRITERS[format]
    written_whole(path, lambda temporary: write(held, temporary, path.stem))


# As QGIS makes it, so that it finds and changes the style itself.
_STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
  f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
  styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
  owner TEXT(30), ui TEXT(30), update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now'))
);
INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('layer_styles', 'attributes', 'layer_styles');
"""


def add_style(path: Path, *, style: str) -> None:
    """Put the style of its layer into a GeoPackage, by which QGIS draws it from then on.

    Parameters
    ----------
    style
        Text of a QGIS style file (QML).
    """
    with closing(sqlite3.connect(path)) as database, database:
        ((table, geometry),) = database.execute(
            "SELECT table_name, column_name FROM gpkg_geometry_columns"
        ).fetchall()
        database.executescript(_STYLES)
        database.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,"
            " styleName, styleQML, styleSLD, useAsDefault, description, owner,"
            " update_time)"
            " VALUES ('', '', ?, ?, 'kawasan', ?, '', 1, 'Kawasan', '', ?)",
            (table, geometry, style, _NO_TIME),
        )


def undate(path: Path) -> None:
    """Take the time of writing out of a GeoPackage or XLSX: the same layer then gives the same bytes."""
    if path.suffix == ".xlsx":
        written_whole(path, lambda temporary: _undated_workbook(path, temporary))
        return
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE gpkg_contents SET last_change = ?", (_NO_TIME,))
    # How often SQLite wrote depends on the clock too: GDAL states a time again when a second is over.
    with path.open("r+b") as file:
        for place in _CHANGE_COUNTERS:
            file.seek(place)
            file.write(b"\0\0\0\1")


def _undated_workbook(path: Path, undated: Path) -> None:
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(undated, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _WRITTEN_AT.sub(_ZIP_TIME, content)
            new.writestr(zipfile.ZipInfo(name, ZIP_EPOCH), content, zipfile.ZIP_DEFLATED)


def written_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a temporary file beside `path`, then take its place.

    Raises
    ------
    InvalidInput
        Where there is no such folder.
    """
    if not path.parent.is_dir():
        raise InvalidInput(reason=_no_folder(path.parent))
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".writing-") as folder:
        temporary = Path(folder) / path.name
        write(temporary)
        temporary.replace(path)


def _parquet(held: Fitted, path: Path, _layer: str) -> None:
    columns = {
        column.written: _series(column.kind, held.values[column.written]) for column in held.columns
    }
    frame = gpd.GeoDataFrame(
        pd.DataFrame(columns).assign(**{held.own["geometry"]: held.geometry}),
        geometry=held.own["geometry"],
        crs=held.crs,
    )
    frame.to_parquet(path, index=False, compression="zstd", geometry_encoding="WKB")


def _series(kind: Kind, values: list[Any]) -> "pd.Series[Any]":
    types = {"boolean": "boolean", "integer": "Int64", "number": "float64", "text": "str"}
    made: pd.Series[Any] = pd.Series(values, dtype=types.get(kind, "object"))
    return made


def write_workbook(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Tables as the sheets of an XLSX file, by name; long texts are wrapped, so that a sheet can be printed.

    Missing values are empty cells. What a spreadsheet would run is kept as text, as in `write_layer`.

    Raises
    ------
    InvalidInput
        For a folder that does not exist.
    """
    safe = {name: guarded_table(table) for name, table in tables.items()}
    written_whole(path, lambda temporary: write_sheets(safe, temporary, wrapped=True))


_WRITERS: dict[Format, Callable[[Fitted, Path, str], None]] = {
    "geojson": write_geojson,
    "gpkg": write_gpkg,
    "shp": write_shapefile,
    "fgb": write_flatgeobuf,
    "parquet": _parquet,
    "csv": write_csv,
    "xlsx": write_xlsx,
    "kml": write_kml,
}


def _no_folder(folder: Path) -> Text:
    return _SAY["no_folder"].format(f=folder)
