"""What each format of a file can hold of a layer, as one table.

Pure. `geo/vector/losses.py` makes a layer fit one of them and says what that costs;
`geo/vector/export.py` writes it.
"""

import re
from dataclasses import dataclass
from typing import Literal, get_args

from geo.errors import InvalidInput
from geo.language import texts

_SAY = texts(__name__)

# Beside the parts of a Shapefile that is written here: what its columns are called in the layer.
NOTES_FILE = "KETERANGAN.txt"
Format = Literal["geojson", "gpkg", "shp", "fgb", "parquet", "csv", "xlsx", "kml"]
FORMATS: tuple[Format, ...] = get_args(Format)
# What all values of a column are; a `time` has no zone, an `instant` has one.
Kind = Literal[
    "text", "boolean", "integer", "number", "date", "time", "instant", "list", "mixed", "missing"
]

# Half letters are none, and C libraries end a text at NUL.
_NO_TEXT = r"\x00\ud800-\udfff"
_NO_XML = _NO_TEXT + r"\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff"
_TYPED: frozenset[Kind] = frozenset({"boolean", "integer", "number"})


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format of files, and where it ends.

    `holds` are the kinds of columns beside text; the others are written as text. `own_columns` are
    those that the format adds, which give way to the layer's; before `reserved` names the layer's
    give way. Whole numbers are smaller than `whole_below`, real ones than `real_below` where they
    are written with so many decimals, or have `real_digits`. A text has at most `text_bytes` or `text_letters`.
    """

    title: str
    suffix: str
    media_type: str
    holds: frozenset[Kind]
    in_lonlat: bool = False
    own_columns: tuple[str, ...] = ()
    reserved: frozenset[str] = frozenset()
    folds_case: bool = False
    name_bytes: int | None = None
    whole_below: int = 2**63
    real_below: float | None = None
    real_digits: int = 17
    holds_infinite: bool = True
    text_bytes: int | None = None
    text_letters: int | None = None
    unwritable: re.Pattern[str] = re.compile(f"[{_NO_TEXT}]")
    holds_empty_text: bool = True
    holds_empty_geometry: bool = True
    holds_measures: bool = True
    is_run: bool = False


FILE_FORMATS: dict[Format, FileFormat] = {
    "geojson": FileFormat(
        title="GeoJSON",
        suffix=".geojson",
        media_type="application/geo+json",
        holds=_TYPED | {"list", "mixed"},
        in_lonlat=True,
        holds_infinite=False,
        holds_measures=False,
        # JSON escapes a NUL.
        unwritable=re.compile(r"[\ud800-\udfff]"),
    ),
    "gpkg": FileFormat(
        title="GeoPackage",
        suffix=".gpkg",
        media_type="application/geopackage+sqlite3",
        holds=_TYPED | {"date", "time", "instant"},
        own_columns=("geom", "fid"),
        folds_case=True,
    ),
    "shp": FileFormat(
        title="Shapefile (ZIP)",
        suffix=".zip",
        media_type="application/zip",
        holds=_TYPED | {"date"},
        folds_case=True,
        # dBASE III: eleven bytes for a name, the last of them zero; one byte for a text's length.
        name_bytes=10,
        text_bytes=254,
        # GDAL writes 18 digits of a whole number, and 15 decimals of a real one in 24 places.
        whole_below=10**17,
        real_below=1e15,
        holds_infinite=False,
        holds_empty_text=False,
        holds_empty_geometry=False,
    ),
    "fgb": FileFormat(
        title="FlatGeobuf",
        suffix=".fgb",
        media_type="application/flatgeobuf",
        holds=_TYPED | {"time", "instant"},
        # GDAL looks fields up without case.
        folds_case=True,
        holds_empty_geometry=False,
    ),
    "parquet": FileFormat(
        title="GeoParquet",
        suffix=".parquet",
        media_type="application/vnd.apache.parquet",
        holds=_TYPED | {"date", "time", "instant", "list"},
        own_columns=("geometry",),
        unwritable=re.compile(r"[\ud800-\udfff]"),
    ),
    "csv": FileFormat(
        title="CSV",
        suffix=".csv",
        media_type="text/csv",
        holds=_TYPED,
        in_lonlat=True,
        own_columns=("wkt",),
        is_run=True,
    ),
    "xlsx": FileFormat(
        title="XLSX",
        suffix=".xlsx",
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        holds=_TYPED | {"date", "time"},
        in_lonlat=True,
        own_columns=("lon", "lat"),
        # A spreadsheet keeps fifteen digits of a number (IEEE 754, as Excel shows it).
        whole_below=10**15,
        # openpyxl writes so many.
        real_digits=16,
        holds_infinite=False,
        text_letters=32_767,
        # XML makes a line feed of a carriage return.
        unwritable=re.compile(f"[{_NO_XML}\r]"),
        holds_empty_geometry=False,
        is_run=True,
    ),
    "kml": FileFormat(
        title="KML",
        suffix=".kml",
        media_type="application/vnd.google-earth.kml+xml",
        holds=_TYPED,
        in_lonlat=True,
        # Elements of a placemark, which readers keep apart from its data.
        reserved=frozenset(
            "id description timestamp begin end altitudemode tessellate extrude visibility "
            "draworder icon".split()
        ),
        folds_case=True,
        whole_below=2**31,
        unwritable=re.compile(f"[{_NO_XML}]"),
        holds_empty_geometry=False,
        holds_measures=False,
    ),
}
_BY_SUFFIX = {entry.suffix: format for format, entry in FILE_FORMATS.items()}
SUFFIXES = tuple(suffix.removeprefix(".") for suffix in _BY_SUFFIX)


def format_of_suffix(suffix: str) -> Format:
    """The format of a file whose name ends so; a zipped Shapefile ends with .zip.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> format_of_suffix(".ZIP")
    'shp'
    """
    found = _BY_SUFFIX.get(suffix.lower())
    if found is None:
        shown = suffix.removeprefix(".").lower()
        reason = _SAY["only_zipped"] if shown == "shp" else _SAY["no_format"]
        raise InvalidInput(reason=reason.format(f=shown, known=", ".join(SUFFIXES)))
    return found
