"""Files that a user names, read with a sentence for each that cannot be."""

from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import InvalidIndicators, InvalidInput, InvalidLayer
from geo.language import texts

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

_SAY = texts(__name__)


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


def read_figures(path: Path) -> "pd.DataFrame":
    """The table of a CSV file, every column as text; empty cells are missing.

    Raises
    ------
    InvalidIndicators
        When it is no table in UTF-8.
    """
    from geo.vector.export import read_table

    try:
        return read_table(path)
    # pandas says what is wrong with a table by many errors, all of them of this kind.
    except ValueError as error:
        raise InvalidIndicators(
            reason=_SAY["no_table"].format(file=path.name, error=error)
        ) from error


def read_areas(path: Path) -> "gpd.GeoDataFrame":
    """The features of a file that the operator trusts, in its own CRS; GeoParquet or what GDAL reads.

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
    return frame
