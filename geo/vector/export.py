"""Trusted layers to and from files; what people upload enters by `geo/validation/upload.py` only.

A file is written under a temporary name and renamed, so that a reader never finds half of one.
Codes are text in every format. A spreadsheet runs a text that begins with `=`, `+`, `-` or `@`, so
CSV and XLSX (and only they) put an apostrophe before such a text. What a format cannot hold is told
by `geo/vector/losses.py`.
"""

import io
import math
import re
import sqlite3
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely

from geo.crs import LONLAT, require_crs, same_crs
from geo.errors import InvalidInput
from geo.json_types import as_json
from geo.language import LANGUAGES, Text, texts
from geo.vector.file_formats import NOTES_FILE, Format, Kind, format_of_suffix
from geo.vector.losses import FAMILIES, Fitted, Loss, as_text, families_of, fitted, guarded

_SAY = texts(__name__)

_MAX_COLUMN_WIDTH, _MAX_WRAPPED_WIDTH = 60, 36
# Features that are made into text at a time.
_CHUNK = 1_000
# A file that is packed twice from one layer is the same (1980 is where ZIP's calendar begins).
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
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
    write = _indexed_flatgeobuf if is_indexed and format == "fgb" else _WRITERS[format]
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
            new.writestr(zipfile.ZipInfo(name, _ZIP_EPOCH), content, zipfile.ZIP_DEFLATED)


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


def _chunks(held: Fitted) -> Iterator[tuple[slice, list[tuple[Any, ...]]]]:
    """The rows of values, some at a time, with their positions."""
    for start in range(0, len(held.ids), _CHUNK):
        part = slice(start, start + _CHUNK)
        rows = zip(*(values[part] for values in held.values.values()), strict=True)
        yield part, list(rows)


def _geojson(held: Fitted, path: Path, _layer: str) -> None:
    names = list(held.values)
    with path.open("wb") as file:
        file.write(b'{"type":"FeatureCollection","features":[')
        for part, rows in _chunks(held):
            shapes = shapely.to_geojson(held.geometry[part])
            features = [
                orjson.dumps(
                    {
                        "type": "Feature",
                        "id": key,
                        "properties": as_json(dict(zip(names, row, strict=True))),
                        "geometry": None if shape is None else orjson.Fragment(shape),
                    }
                )
                for key, row, shape in zip(held.ids[part], rows, shapes, strict=True)
            ]
            file.write((b"," if part.start else b"") + b",".join(features))
        file.write(b"]}")


def _gpkg(held: Fitted, path: Path, layer: str) -> None:
    options = {"GEOMETRY_NAME": held.own["geom"], "FID": held.own["fid"]}
    _by_gdal(held, path, layer=layer, driver="GPKG", options=options)


def _flatgeobuf(held: Fitted, path: Path, layer: str) -> None:
    # The index would leave out features without a geometry, and put the others in its own order.
    options = {"SPATIAL_INDEX": "NO"}
    _by_gdal(held, path, layer=layer, driver="FlatGeobuf", options=options)


def _indexed_flatgeobuf(held: Fitted, path: Path, layer: str) -> None:
    options = {"SPATIAL_INDEX": "YES"}
    _by_gdal(held, path, layer=layer, driver="FlatGeobuf", options=options)


def _shapefile(held: Fitted, path: Path, layer: str) -> None:
    """A ZIP of one Shapefile, or of one for each family of shapes, and a text of what it does not hold."""
    families = families_of(held.geometry)
    types = shapely.get_type_id(held.geometry)
    with tempfile.TemporaryDirectory(dir=path.parent) as name:
        folder = Path(name)
        for family in families:
            those = np.isin(types, FAMILIES[family])
            if family == families[0]:
                those |= types == -1
            stem = layer if len(families) == 1 else f"{layer}_{family}"
            options = {"ENCODING": "UTF-8", "DBF_DATE_LAST_UPDATE": "1980-01-01"}
            _by_gdal(
                held,
                folder / f"{stem}.shp",
                layer=stem,
                driver="ESRI Shapefile",
                options=options,
                those=those,
            )
        (folder / NOTES_FILE).write_text(_notes(held), encoding="utf-8")
        _zip(sorted(folder.iterdir()), path)


def _zip(files: Sequence[Path], path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.name, _ZIP_EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            with file.open("rb") as content, archive.open(entry, "w", force_zip64=True) as packed:
                while block := content.read(1 << 20):
                    packed.write(block)


def _notes(held: Fitted) -> str:
    """What columns are called in a Shapefile and what it does not hold, in both languages."""
    lines = []
    for language in LANGUAGES:
        lines += [_SAY["notes_title"].to(language), "", _SAY["notes_columns"].to(language)]
        lines += [f"  {column.written:<10}  {column.name}" for column in held.columns]
        told = held.losses or (None,)
        lines += ["", _SAY["notes_losses"].to(language)]
        lines += [
            "  - " + (_SAY["no_loss"] if loss is None else loss.text).to(language) for loss in told
        ]
        lines += ["", ""]
    # Notepad of older Windows shows lines that end so.
    return "\r\n".join(lines)


def _by_gdal(
    held: Fitted,
    path: Path,
    *,
    layer: str,
    driver: str,
    options: Mapping[str, str],
    those: "np.typing.NDArray[np.bool_] | None" = None,
) -> None:
    import pyarrow as pa
    import pyogrio

    shapes = held.geometry if those is None else held.geometry[those]
    # Longer than every column's name, so the name of none.
    longest = max((len(name) for name in held.values), default=0)
    geometry_name = options.get("GEOMETRY_NAME") or "g" * (longest + 1)
    types = [
        (column.written, _arrow_type(column.kind, held.values[column.written], driver=driver))
        for column in held.columns
    ]
    schema = pa.schema([*types, (geometry_name, pa.binary())])
    with warnings.catch_warnings():
        # GDAL says of each number with more digits than a .dbf has that it is cut; that is told already.
        warnings.simplefilter("ignore", RuntimeWarning)
        pyogrio.write_arrow(
            pa.RecordBatchReader.from_batches(schema, _batches(held, schema, those)),
            path,
            layer=layer,
            driver=driver,
            geometry_name=geometry_name,
            geometry_type=_geometry_type(shapes, is_single=driver == "ESRI Shapefile"),
            # Both have x before y in a file, and every program knows the code.
            crs="EPSG:4326" if same_crs(held.crs, LONLAT) else held.crs.to_wkt(),
            layer_options=dict(options),
            # Older releases of QGIS warn of a later one.
            dataset_options={"VERSION": "1.2"} if driver == "GPKG" else {},
        )


def _batches(
    held: Fitted, schema: Any, those: "np.typing.NDArray[np.bool_] | None"
) -> Iterator[Any]:
    """The layer in Arrow's form, some rows at a time."""
    import pyarrow as pa

    for part, rows in _chunks(held):
        values = zip(*rows, strict=True)
        arrays = [pa.array(v, field.type) for v, field in zip(values, schema, strict=False)]
        arrays.append(pa.array(shapely.to_wkb(held.geometry[part]), pa.binary()))
        batch = pa.record_batch(arrays, schema=schema)
        yield batch if those is None else batch.filter(pa.array(those[part]))


def _arrow_type(kind: Kind, values: Sequence[Any], *, driver: str) -> Any:
    import pyarrow as pa

    types = {
        "boolean": pa.bool_(),
        "number": pa.float64(),
        "date": pa.date32(),
        "time": pa.timestamp("ms"),
        "instant": pa.timestamp("ms", "UTC"),
    }
    if kind == "integer":
        # Programs read ten digits of a .dbf as a real number.
        is_short = driver == "ESRI Shapefile"
        fits = is_short and all(v is None or abs(v) < 10**9 for v in values)
        return pa.int32() if fits else pa.int64()
    return types.get(kind, pa.string())


_TYPES = (
    *("Point", "LineString", "LineString", "Polygon", "MultiPoint", "MultiLineString"),
    *("MultiPolygon", "GeometryCollection"),
)


def _geometry_type(shapes: "np.typing.NDArray[np.object_]", *, is_single: bool) -> str:
    """What a layer of these shapes is called; `Unknown` where they are of several kinds."""
    present = shapes[~shapely.is_missing(shapes)]
    found = {_TYPES[number] for number in shapely.get_type_id(present)}
    if is_single:
        # A Shapefile has one kind for both; only many points are another thing than one.
        found = {name if name == "MultiPoint" else name.removeprefix("Multi") for name in found}
    has_height = shapely.has_z(present)
    if not found and is_single:
        return "Polygon"
    if len(found) != 1 or (not is_single and has_height.any() != has_height.all()):
        return "Unknown"
    if shapely.has_m(present).any():
        return "Unknown"
    return found.pop() + (" Z" if has_height.any() else "")


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


def _csv(held: Fitted, path: Path, _layer: str) -> None:
    names = [*held.values, held.own["wkt"]]
    # The byte-order mark makes Excel read UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write(csv_row(names))
        for part, rows in _chunks(held):
            # All digits, so that a layer in lon/lat comes back as it was.
            shapes = shapely.to_wkt(held.geometry[part], rounding_precision=-1)
            file.writelines(csv_row([*row, shape]) for row, shape in zip(rows, shapes, strict=True))


def csv_row(values: Sequence[Any]) -> str:
    """A row after RFC 4180; a text that is empty stands in quotes, what is missing is nothing."""
    return (
        ",".join("" if value is None else _csv_field(as_text(value)) for value in values) + "\r\n"
    )


def _csv_field(text: str) -> str:
    is_plain = text and not any(mark in text for mark in '",\r\n') and text == text.strip()
    return text if is_plain else '"' + text.replace('"', '""') + '"'


def _kml(held: Fitted, path: Path, layer: str) -> None:
    """Placemarks with typed ExtendedData.

    GDAL's LIBKML cuts coordinates to fifteen digits, leaves empty texts out and writes letters that
    no reader of XML takes.
    """
    types = {"boolean": "bool", "integer": "int", "number": "double"}
    data = [column for column in held.columns if column.written != "Name"]
    fields = "".join(
        f"<SimpleField name={_attribute(c.written)} type={_attribute(types.get(c.kind, 'string'))}/>"
        for c in data
    )
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">'
        f"<Document><name>{_element(layer)}</name>"
        f'<Schema name={_attribute(layer)} id="layer">{fields}</Schema>\n'
    )
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(head)
        for part, rows in _chunks(held):
            for row, shape in zip(rows, held.geometry[part], strict=True):
                values = dict(zip(held.values, row, strict=True))
                file.write(_placemark(values, [c.written for c in data], shape))
        file.write("</Document></kml>\n")


def _placemark(values: Mapping[str, Any], data: Sequence[str], shape: Any) -> str:
    label = values.get("Name")
    name = "" if label is None else f"<name>{_element(as_text(label))}</name>"
    present = "".join(
        f"<SimpleData name={_attribute(n)}>{_element(as_text(values[n]))}</SimpleData>"
        for n in data
        if values[n] is not None
    )
    described = (
        f'<ExtendedData><SchemaData schemaUrl="#layer">{present}</SchemaData></ExtendedData>'
    )
    return f"<Placemark>{name}{described}{_kml_shape(shape)}</Placemark>\n"


def _kml_shape(shape: Any) -> str:
    if shape is None:
        return ""
    if shape.geom_type == "Polygon":
        inner = "".join(f"<innerBoundaryIs>{_ring(r)}</innerBoundaryIs>" for r in shape.interiors)
        return (
            f"<Polygon><outerBoundaryIs>{_ring(shape.exterior)}</outerBoundaryIs>{inner}</Polygon>"
        )
    if hasattr(shape, "geoms"):
        return f"<MultiGeometry>{''.join(map(_kml_shape, shape.geoms))}</MultiGeometry>"
    kind = "Point" if shape.geom_type == "Point" else "LineString"
    return f"<{kind}>{_coordinates(shape)}</{kind}>"


def _ring(ring: Any) -> str:
    return f"<LinearRing>{_coordinates(ring)}</LinearRing>"


def _coordinates(shape: Any) -> str:
    places = shapely.get_coordinates(shape, include_z=shape.has_z).tolist()
    return f"<coordinates>{' '.join(','.join(map(repr, place)) for place in places)}</coordinates>"


def _element(text: str) -> str:
    # XML makes a line feed of a carriage return that is not written so.
    return escape(text, {"\r": "&#13;"})


def _attribute(text: str) -> str:
    return quoteattr(text, {"\r": "&#13;"})


def _xlsx_layer(held: Fitted, path: Path, _layer: str) -> None:
    points = held.geometry
    lon, lat = shapely.get_x(points).round(6), shapely.get_y(points).round(6)
    table = pd.DataFrame({name: pd.Series(v, dtype="object") for name, v in held.values.items()})
    places = table.assign(**{held.own["lon"]: lon, held.own["lat"]: lat})
    heads = dict.fromkeys(held.own.values(), _SAY["lonlat"].id)
    _xlsx({"kawasan": places}, path, heads=heads)


def write_workbook(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Tables as the sheets of an XLSX file, by name; long texts are wrapped, so that a sheet can be printed.

    Missing values are empty cells. What a spreadsheet would run is kept as text, as in `write_layer`.

    Raises
    ------
    InvalidInput
        For a folder that does not exist.
    """
    safe = {name: _guarded(table) for name, table in tables.items()}
    written_whole(path, lambda temporary: _xlsx(safe, temporary, wrapped=True))


def _xlsx(
    tables: Mapping[str, pd.DataFrame],
    path: Path,
    *,
    wrapped: bool = False,
    heads: Mapping[str, str] | None = None,
) -> None:
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


def _guarded(table: pd.DataFrame) -> pd.DataFrame:
    """The table with an apostrophe before every text that a spreadsheet would run; numbers stay."""
    texts = table.map(lambda v: guarded(v) if isinstance(v, str) else v)
    return texts.rename(columns=lambda name: guarded(str(name)))


_WRITERS: dict[Format, Callable[[Fitted, Path, str], None]] = {
    "geojson": _geojson,
    "gpkg": _gpkg,
    "shp": _shapefile,
    "fgb": _flatgeobuf,
    "parquet": _parquet,
    "csv": _csv,
    "xlsx": _xlsx_layer,
    "kml": _kml,
}


def _no_folder(folder: Path) -> Text:
    return _SAY["no_folder"].format(f=folder)
