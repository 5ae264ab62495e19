"""The formats that are taken, told by a file's content and never by its name."""

import re
from pathlib import Path

from geo.errors import UploadUnsupported
from geo.ingest.encoding import unicode_of
from geo.ingest.source import SourceKind
from geo.language import Text, filled, texts

_SAY = texts(__name__)

_HEAD_BYTES = 4096
# The root of KML, with or without a prefix of its namespace.
_KML = re.compile(rb"<([\w.-]+:)?kml[\s/>]")
# Application ids of GeoPackage 1.2 and later, 1.1 and 1.0 (OGC 12-128r18, requirement 2).
_GEOPACKAGE_IDS = (b"GPKG", b"GP11", b"GP10")


def kind_of(path: Path) -> SourceKind:
    """Which kind of file this is, by its first bytes.

    Raises
    ------
    UploadUnsupported
        Naming what it looks like instead.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith((b"PK\3\4", b"PK\5\6")):
        return "shapefile"
    if head.startswith(b"SQLite format 3\0") and head[68:72] in _GEOPACKAGE_IDS:
        return "geopackage"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if (wide := unicode_of(head)) is not None:
        text = head.decode(wide, "ignore").strip().encode("utf-8", "ignore")
    if text.startswith((b"{", b"\x1e")):
        return "geojson"
    if text.startswith(b"<") and _KML.search(text):
        return "kml"
    raise UploadUnsupported(reason=filled(_SAY["unsupported"], found=looks_like(head)))


def looks_like(head: bytes) -> Text:
    """What a file that is not taken seems to be, by its first bytes."""
    for start, name in (
        (b"II*\0", "TIFF"),
        (b"MM\0*", "TIFF"),
        (b"%PDF", "PDF"),
        (b"Rar!", "RAR"),
        (b"7z\xbc\xaf", "7-Zip"),
        (b"\x1f\x8b", "GZIP"),
        (b"PAR1", "Parquet"),
        (b"fgb", "FlatGeobuf"),
        (b"SQLite format 3", "SQLite"),
        (b"\0\0\x27\x0a", "Shapefile (.shp)"),
    ):
        if head.startswith(start):
            return Text(id=name, en=name)
    if not head:
        return _SAY["empty_file"]
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return _SAY["xml"]
    return _SAY["other_kind"]
