"""The one table of the formats that are taken: told by a file's content and never by its name.

What a program or a page says about formats is read from here: which reader a file gets and which
driver of GDAL, what the upload form and the guide list, and what a file is that is not taken.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from geo.errors import UploadUnsupported
from geo.ingest.encoding import unicode_of
from geo.ingest.source import FileKind, SourceKind
from geo.language import Text, filled, joined, texts

_SAY = texts(__name__)

HEAD_BYTES = 4096
# Application ids of GeoPackage 1.2 and later, 1.1 and 1.0 (OGC 12-128r18, requirement 2).
_GEOPACKAGE_IDS = (b"GPKG", b"GP11", b"GP10")
TOPOLOGY = re.compile(rb'"type"\s*:\s*"Topology"')
_TOPOLOGY_FIRST = re.compile(rb"\{\s*" + TOPOLOGY.pattern)
# A drawing begins with its first section, after remarks.
_DXF = re.compile(rb"\s*(999\r?\n[^\n]*\n\s*)*0\r?\n\s*SECTION\r?\n")
# What may stand before the root of an XML document; the marks of its end may lie beyond the head.
_PROLOG = re.compile(
    rb"(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)*", re.DOTALL | re.IGNORECASE
)
_ROOT = re.compile(rb"<(?:[\w.-]+:)?([\w.-]+)([^>]*)")

# Columns by which a table says where its rows lie, in plain small letters.
SHAPE_COLUMNS = (
    *("wkt", "wkt_geom", "geom_wkt", "geom", "the_geom", "geometry", "geometri", "wkb_geometry"),
    *("geojson", "st_astext", "st_asgeojson", "shape"),
)
LON_DEGREES = (
    *("lon", "long", "longitude", "lng", "bujur", "bujur_timur", "bt", "longitude_e"),
    *("garis_bujur", "koordinat_bujur", "lon_dd"),
)
LAT_DEGREES = (
    *("lat", "latitude", "lintang", "lintang_selatan", "ls", "latitude_s"),
    *("garis_lintang", "koordinat_lintang", "lat_dd"),
)
LON_COLUMNS = (*LON_DEGREES, "x", "x_coord", "coord_x", "koordinat_x", "point_x", "easting")
LAT_COLUMNS = (*LAT_DEGREES, "y", "y_coord", "coord_y", "koordinat_y", "point_y", "northing")
# A workbook is a ZIP, and its programs begin it with one of these members.
_WORKBOOK_STARTS = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"xl/")
_SEPARATED = re.compile(r"[,;\t|]")


@dataclass(frozen=True, slots=True)
class Format:
    """One format that is taken.

    Attributes
    ----------
    name, crs, note : Text
        What people call it, where its CRS stands or whether one is asked for, what to know.
    extensions : tuple of str
        Names that programs give to such files; only told, never trusted.
    driver : str, optional
        The one of GDAL that reads it; None where we do.
    has_several : bool
        Whether one file may hold several layers, so that one must be named.
    has_mark : callable
        Whether the first bytes of a file are those of the format.
    """

    id: SourceKind
    name: Text
    extensions: tuple[str, ...]
    media_type: str
    crs: Text
    note: Text
    driver: str | None
    has_several: bool
    has_mark: Callable[[bytes], bool]


def _text_of(head: bytes) -> bytes:
    """The first letters of a text in UTF-8, without blanks before them."""
    if (wide := unicode_of(head)) is not None:
        return head.decode(wide, "ignore").strip().encode("utf-8", "ignore")
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()


def xml_root(head: bytes) -> tuple[str, bytes] | None:
    """The name of the root element without its prefix, and its attributes; None where there is none.

    Examples
    --------
    >>> xml_root(b'<?xml version="1.0"?><!-- a --><k:kml xmlns:k="x">')
    ('kml', b' xmlns:k="x"')
    """
    text = _text_of(head)
    if not text.startswith(b"<"):
        return None
    prolog = _PROLOG.match(text)
    root = _ROOT.match(text, prolog.end() if prolog else 0)
    return (root[1].decode("latin-1"), root[2]) if root else None


def _is_kml(head: bytes) -> bool:
    root = xml_root(head)
    # A document type may be longer than the head; what follows it is looked at by the reader.
    return root is not None and (root[0] == "kml" or b"<kml" in head)


def _is_gml(head: bytes) -> bool:
    root = xml_root(head)
    if root is None or root[0] in _ROOTS:
        return False
    return root[0] == "FeatureCollection" or b"opengis.net/gml" in root[1]


def _is_geojson(head: bytes) -> bool:
    return _text_of(head).startswith((b"{", b"\x1e")) and not _is_topology(head)


def _is_topology(head: bytes) -> bool:
    """A text whose type stands further on is told by the reader of GeoJSON."""
    return _TOPOLOGY_FIRST.match(_text_of(head)) is not None


def _is_geopackage(head: bytes) -> bool:
    return head.startswith(b"SQLite format 3\0") and head[68:72] in _GEOPACKAGE_IDS


def is_geotiff(head: bytes) -> bool:
    """Whether a file is a TIFF or a BigTIFF; whether it says its place only its reader knows."""
    return head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"))


def _by_members(_head: bytes) -> bool:
    """A Shapefile and a File Geodatabase are several files, so the archive's members tell."""
    return False


def _is_workbook(head: bytes) -> bool:
    return head.startswith(b"PK\3\4") and head[30:].startswith(_WORKBOOK_STARTS)


def _is_separated(head: bytes) -> bool:
    """Whether the first two lines of a text have the same number of separated columns."""
    if b"\0" in head and unicode_of(head) is None:
        return False
    lines = [line for line in _text_of(head).splitlines()[:2] if line.strip()]
    counts = [[line.count(mark) for mark in (b",", b";", b"\t", b"|")] for line in lines]
    return len(counts) == 2 and any(a == b > 0 for a, b in zip(*counts, strict=True))


def _is_table(head: bytes) -> bool:
    """Whether a text names columns that say where its rows lie."""
    shown = unicode_of(head)
    if b"\0" in head and shown not in ("utf-16", "utf-16-le", "utf-16-be"):
        return False
    for line in head.decode(shown or "utf-8", "ignore").splitlines():
        names = {re.sub(r"[\W_]+", "_", n.lower()).strip("_") for n in _SEPARATED.split(line)}
        if len(names) > 1 and (
            names.intersection(SHAPE_COLUMNS)
            or (names.intersection(LON_COLUMNS) and names.intersection(LAT_COLUMNS))
        ):
            return True
    return False


def _format(
    id: SourceKind,
    *extensions: str,
    media_type: str,
    has_mark: Callable[[bytes], bool],
    driver: str | None = None,
    has_several: bool = False,
) -> Format:
    return Format(
        id,
        _SAY[f"name_{id}"],
        extensions,
        media_type,
        _SAY[f"crs_{id}"],
        _SAY[f"note_{id}"],
        driver,
        has_several,
        has_mark,
    )


# In the order in which pages list them.
FORMATS: dict[SourceKind, Format] = {
    each.id: each
    for each in (
        _format(
            "shapefile",
            *(".shp", ".shx", ".dbf", ".prj", ".cpg"),
            media_type="application/zip",
            driver="ESRI Shapefile",
            has_several=True,
            has_mark=_by_members,
        ),
        _format(
            "geopackage",
            ".gpkg",
            media_type="application/geopackage+sqlite3",
            has_several=True,
            has_mark=_is_geopackage,
        ),
        _format(
            "geojson",
            *(".geojson", ".json"),
            media_type="application/geo+json",
            has_mark=_is_geojson,
        ),
        _format(
            "geojsonseq",
            *(".geojsonl", ".geojsons", ".ndjson"),
            media_type="application/geo+json-seq",
            has_mark=lambda head: _text_of(head).startswith(b"\x1e"),
        ),
        _format(
            "geoparquet",
            *(".parquet", ".geoparquet"),
            media_type="application/vnd.apache.parquet",
            has_mark=lambda head: head.startswith(b"PAR1"),
        ),
        _format(
            "flatgeobuf",
            ".fgb",
            media_type="application/vnd.flatgeobuf",
            driver="FlatGeobuf",
            has_mark=lambda head: head.startswith(b"fgb\3fgb"),
        ),
        _format(
            "kml",
            *(".kml", ".kmz"),
            media_type="application/vnd.google-earth.kml+xml",
            driver="LIBKML",
            has_several=True,
            has_mark=_is_kml,
        ),
        _format(
            "gml",
            *(".gml", ".xml"),
            media_type="application/gml+xml",
            driver="GML",
            has_several=True,
            has_mark=_is_gml,
        ),
        _format(
            "filegdb",
            ".gdb",
            media_type="application/zip",
            driver="OpenFileGDB",
            has_several=True,
            has_mark=_by_members,
        ),
        _format(
            "dxf",
            ".dxf",
            media_type="image/vnd.dxf",
            driver="DXF",
            has_several=True,
            has_mark=lambda head: _DXF.match(_text_of(head)) is not None,
        ),
        _format(
            "topojson",
            *(".topojson", ".json"),
            media_type="application/json",
            driver="TopoJSON",
            has_several=True,
            has_mark=_is_topology,
        ),
        _format(
            "xlsx",
            *(".xlsx", ".xlsm"),
            media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            has_several=True,
            has_mark=_is_workbook,
        ),
        _format(
            "csv",
            *(".csv", ".txt", ".tsv"),
            media_type="text/csv",
            has_mark=_is_table,
        ),
    )
}

# The one format of land rasters; no layer of features is one.
GEOTIFF = _format(
    "geotiff",
    *(".tif", ".tiff"),
    media_type="image/tiff",
    driver="GTiff",
    has_mark=is_geotiff,
)

# What is not taken, by its first bytes: its name, and what its sender does in the program at hand.
_STARTS: tuple[tuple[bytes, str, str], ...] = (
    (b"II*\0", "GeoTIFF", "land"),
    (b"MM\0*", "GeoTIFF", "land"),
    (b"II+\0", "GeoTIFF", "land"),
    (b"MM\0+", "GeoTIFF", "land"),
    (b"\x89PNG", "PNG", "picture"),
    (b"\xff\xd8\xff", "JPEG", "picture"),
    (b"\0\0\0\x0cjP", "JPEG 2000", "raster"),
    (b"CDF", "NetCDF", "raster"),
    (b"\x89HDF", "HDF5", "raster"),
    (b"%PDF", "PDF", "picture"),
    (b"Rar!", "RAR", "archive"),
    (b"7z\xbc\xaf", "7-Zip", "archive"),
    (b"\x1f\x8b", "GZIP", "archive"),
    (b"BZh", "BZIP2", "archive"),
    (b"\xfd7zXZ", "XZ", "archive"),
    (b"AC10", "DWG (AutoCAD)", "drawing"),
    (b"AutoCAD Binary DXF", "DXF biner (AutoCAD)", "drawing"),
    (b"\xd0\xcf\x11\xe0", "Excel .xls", "workbook"),
    (b"\0\0\x27\x0a", "Shapefile (.shp)", "shapefile"),
    (b"!table", "MapInfo (.tab)", "export"),
    (b"Version ", "MapInfo (.mif)", "export"),
    (b"PARE", "Parquet", "export"),
    (b"EXP  ", "ArcInfo (.e00)", "export"),
    (b"\0\0\0\r\n\tOSMHeader", "OpenStreetMap (.pbf)", "export"),
    (b"\0\0\0\x0e\n\tOSMHeader", "OpenStreetMap (.pbf)", "export"),
)
_ROOTS = {
    "gpx": ("GPX", "export"),
    "OGRVRTDataSource": ("VRT", "link"),
    "VRTDataset": ("VRT", "raster"),
    "qgis": ("QGIS (.qgs)", "project"),
    "svg": ("SVG", "picture"),
    "schema": ("XSD", "export"),
}
_MBTILES_ID = b"MPBX"


def kind_of(path: Path) -> FileKind:
    """Which kind of file this is, by its first bytes.

    Raises
    ------
    UploadUnsupported
        Naming what it looks like instead, and what its sender can do.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    kind = format_of(head)
    if kind is None and head.startswith((b"PK\3\4", b"PK\5\6")):
        return "zip"
    if kind is None:
        raise UploadUnsupported(reason=not_taken(head))
    return kind


def require_raster(path: Path) -> None:
    """Raise unless the file is a GeoTIFF, or an archive that may hold one.

    Raises
    ------
    UploadUnsupported
        Naming what it looks like instead.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not (is_geotiff(head) or head.startswith((b"PK\3\4", b"PK\5\6"))):
        raise UploadUnsupported(reason=filled(_SAY["no_geotiff"], found=_looks(head)[0]))


def format_of(head: bytes) -> SourceKind | None:
    """The format whose mark a file of one part has."""
    return next((each.id for each in FORMATS.values() if each.has_mark(head)), None)


def not_taken(head: bytes) -> Text:
    """The sentence for a file that is not taken: what it is, and what to do."""
    name, advice = _looks(head)
    told = filled(_SAY[f"advice_{advice}"], formats=all_names())
    return filled(_SAY["unsupported"], found=name, advice=told)


def advised(head: bytes) -> Text | None:
    """What to do with a file that is known and not taken; None where it is not known."""
    name, advice = _looks(head)
    if advice == "other":
        return None
    told = filled(_SAY[f"advice_{advice}"], formats=all_names())
    return Text(id=f"{name.id}: {told.id}", en=f"{name.en}: {told.en}")


def is_table(head: bytes) -> bool:
    """Whether a file begins as a table of text without positions, as one of figures is."""
    return _looks(head)[1] == "table"


def all_names() -> Text:
    """The names of all formats in one line."""
    return joined([each.name for each in FORMATS.values()])


def looks_like(head: bytes) -> Text:
    """What a file that is not taken seems to be, by its first bytes."""
    return _looks(head)[0]


def _is_dbf(head: bytes) -> bool:
    """Whether a file is a dBASE table: its version, a date, and a header of whole field descriptions."""
    if len(head) < 33 or head[0] not in (0x03, 0x30, 0x83, 0x8B, 0xF5):
        return False
    header = int.from_bytes(head[8:10], "little")
    # Visual FoxPro writes 263 bytes behind its fields.
    fields = header - 33 - (263 if head[0] == 0x30 else 0)
    return 1 <= head[2] <= 12 and 1 <= head[3] <= 31 and fields > 0 and fields % 32 == 0


def _looks_unlike_maps(head: bytes) -> tuple[Text, str] | None:
    """What is no map: the table of one, a page, a list, or a table with zero bytes in it."""
    if _is_dbf(head):
        return _SAY["dbf"], "dbf"
    text = _text_of(head)
    root = xml_root(head)
    if (root is not None and root[0].lower() == "html") or text[:15].lower() == b"<!doctype html>":
        return _SAY["page"], "page"
    if text.startswith(b"["):
        return _SAY["json"], "json"
    if b"\0" in head and unicode_of(head) is None and _is_table(head.replace(b"\0", b"")):
        return _SAY["table_nul"], "nul"
    return None


def _looks(head: bytes) -> tuple[Text, str]:
    if not head:
        return _SAY["empty_file"], "other"
    for start, name, advice in _STARTS:
        if head.startswith(start):
            return Text(id=name, en=name), advice
    if head.startswith(b"SQLite format 3"):
        is_tiles = head[68:72] == _MBTILES_ID
        return _SAY["mbtiles" if is_tiles else "sqlite"], "raster" if is_tiles else "export"
    if (kind := format_of(head)) is not None:
        return FORMATS[kind].name, "other"
    if (found := _looks_unlike_maps(head)) is not None:
        return found
    if (root := xml_root(head)) is not None and root[0] in _ROOTS:
        name, advice = _ROOTS[root[0]]
        return Text(id=name, en=name), advice
    if _text_of(head).startswith(b"<"):
        return _SAY["xml"], "other"
    if _is_separated(head):
        return _SAY["table"], "table"
    return _SAY["other_kind"], "other"
