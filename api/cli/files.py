"""Files that a user names, read with a sentence for each that cannot be."""

from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import InvalidIndicators, InvalidInput, InvalidLayer
from geo.language import texts

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geo.ingest.source import Limits

_SAY = texts(__name__)

# What offices and the layers here call the key of an area, in this order.
_KEYS = ("area_id", "zone_id", "id_zona", "code", "kode", "kdepum", "kdcpum", "kdpkab", "id")


def read_text(path: Path) -> str:
    """The text of a file.

    Raises
    ------
    InvalidInput
        When it is no UTF-8.
    """
    try:
        # Editors of Windows begin a file with a byte-order mark, which no parser takes.
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(reason=_SAY["no_text"].format(file=path.name)) from error


def read_figures(path: Path, *, limits: "Limits") -> "pd.DataFrame":
    """The table of a CSV or XLSX file, every column as text; empty cells are missing.

    Raises
    ------
    InvalidIndicators
        When it is no table.
    """
    from geo.ingest.findings import Unreadable
    from geo.ingest.sheet import plain_table, read_sheet

    try:
        return plain_table(read_sheet(path, limits=limits))
    except Unreadable as error:
        raise InvalidIndicators(reason=error.findings[0].sentence) from error


def read_areas(path: Path) -> "gpd.GeoDataFrame":
    """The features of a file that the operator trusts, in its own CRS; GeoParquet or what GDAL reads.

    Their index is the file's own key where a column of `_KEYS` names every feature once, else their
    number.

    Raises
    ------
    InvalidLayer
        When it is no layer.
    """
    import geopandas as gpd
    import pyogrio.errors

    path.stat()  # a file that is not there is said as such, not as a format that is unknown
    read = gpd.read_parquet if path.suffix == ".parquet" else gpd.read_file
    try:
        frame = read(path)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise InvalidLayer(reason=_SAY["no_layer"].format(file=path.name, error=error)) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InvalidLayer(reason=_SAY["no_geometry"].format(file=path.name))
    return _keyed(frame)


def _keyed(frame: "gpd.GeoDataFrame") -> "gpd.GeoDataFrame":
    if frame.index.name is not None:
        return frame
    columns = {str(column).lower(): column for column in frame.columns}
    for column in (columns[name] for name in _KEYS if name in columns):
        if frame[column].notna().all() and frame[column].is_unique:
            return frame.set_index(column)
    return frame
