"""A GeoPackage read through SQLite alone, read-only, with nothing in it allowed to run.

GDAL makes null geometries of damaged blobs without an error, and a view or a trigger inside the
file runs SQL of its author's. Here the file is opened immutable with an authorizer that permits
reading and nothing else; views, foreign triggers and computed columns are refused by name (the views
of the standard may stand there and are never read); and the binary of the standard (OGC 12-128r18, clause 2.1.3) is read by us. It runs in the process of
`geo/validation/reader.py`.
"""

import re
import sqlite3
import struct
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyproj

from geo.crs import crs_of, crs_of_wkt
from geo.ingest.findings import Feature, Finding, Unreadable, finding
from geo.ingest.source import Damage, Limits, Source, beside_geometry
from geo.ingest.values import formed, straightened
from geo.ingest.vertices import least_in_wkb, require_few
from geo.language import Text, texts

if TYPE_CHECKING:
    import pandas as pd

_SAY = texts(__name__)

_PERMITTED = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_PRAGMA,
}
# Triggers of the standard: they keep the spatial index and the feature count, or refuse bad tiles.
# Nothing here ever writes, so none of them runs; what else a file carries is not for us.
_STANDARD_STATEMENT = re.compile(
    r'(INSERT (OR REPLACE )?INTO|UPDATE|DELETE FROM) ["\']?(rtree_\w+|gpkg_ogr_contents)["\']?\b'
    r"|SELECT (CASE WHEN .*THEN )?RAISE ?\(",
    re.IGNORECASE | re.DOTALL,
)
# The views by which SQL/MM and older programs read the tables of the standard (OGC 12-128r18, annex
# F.10 and its predecessors). Only these, only over these tables, and only as what is never asked.
_STANDARD_VIEWS = {
    *("st_spatial_ref_sys", "spatial_ref_sys"),
    *("st_geometry_columns", "geometry_columns"),
}
_STANDARD_TABLES = {"gpkg_spatial_ref_sys", "gpkg_geometry_columns"}
_BEFORE_BRACKET = {"as", "case", "when", "then", "else", "in", "and", "or", "not", "on", "where"}
# Where QGIS keeps how it draws a layer.
_STYLES = "layer_styles"
_ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    declared: str
    is_row_number: bool


class _RawText(bytes):
    """Text as SQLite stores it, not decoded."""


def read_geopackage(path: Path, *, layer: str | None, limits: Limits) -> Source:
    """One feature layer of a GeoPackage.

    Raises
    ------
    Unreadable
        For a damaged file, for anything in it that would run, and when the layer is not clear.
    """
    try:
        with closing(_opened(path, limits)) as database:
            _require_harmless(database)
            return _read(database, path, layer, limits)
    except (sqlite3.Error, struct.error, TypeError) as error:
        is_bare = "no such table" in str(error)
        raise _gpkg_damaged(_SAY["no_tables" if is_bare else "broken"]) from error


def _gpkg_damaged(reason: Text) -> Unreadable:
    return Unreadable(finding("gpkg_damaged", reason=reason))


def _opened(path: Path, limits: Limits) -> sqlite3.Connection:
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, min(limits.upload_bytes, 2**31 - 1))
    database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    # Text is decoded by us, so that a wrong byte names its row; a blob stays plain bytes.
    database.text_factory = _RawText
    for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0"):
        database.execute(f"PRAGMA {pragma}")
    database.set_authorizer(
        lambda action, *_: sqlite3.SQLITE_OK if action in _PERMITTED else sqlite3.SQLITE_DENY
    )
    verdict = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict not in (b"ok", "ok"):
        raise _gpkg_damaged(_SAY["broken"])
    return database


def _require_harmless(database: sqlite3.Connection) -> None:
    for kind, name, sql in database.execute("SELECT type, name, sql FROM sqlite_master"):
        kind, name, sql = (_name(text or b"") for text in (kind, name, sql))
        if kind == "view" and not _is_standard_view(name, sql):
            raise Unreadable(finding("gpkg_view", where={"table": name}, name=name))
        if kind == "trigger" and not _is_standard(sql):
            raise Unreadable(finding("gpkg_trigger", where={"table": name}, name=name))


def _is_standard_view(name: str, sql: str) -> bool:
    body = re.sub(r"'[^']*'", "''", sql.lower())
    read = re.findall(r"\b(?:from|join)\s+[\"`\[]?(\w+)", body)
    called = set(re.findall(r"(\w+)\s*\(", body)) - _BEFORE_BRACKET - {name.lower()}
    is_plain = not re.search(r"--|/\*|;\s*\S|\bwith\b", body)
    return (
        name.lower() in _STANDARD_VIEWS
        and is_plain
        and bool(read)
        and _STANDARD_TABLES.issuperset(read)
        and "," not in body.partition("from")[2]  # no table beside these
        and not called
    )


def _is_standard(trigger: str) -> bool:
    body = re.search(r"\bBEGIN\b(.*)\bEND\b", trigger, re.IGNORECASE | re.DOTALL)
    if body is None or "--" in trigger or "/*" in trigger:
        return False
    # A semicolon inside quotes splits a statement into pieces that match nothing: refused.
    statements = [text.strip() for text in body[1].split(";") if text.strip()]
    return all(_STANDARD_STATEMENT.match(text) for text in statements)


def _read(database: sqlite3.Connection, path: Path, layer: str | None, limits: Limits) -> Source:
    table, others = _chosen_table(database, layer)
    geometry_column, srs = _geometry_column(database, table)
    columns = _columns(database, table)
    at = _place_of(geometry_column, columns, table)
    rows = _rows(database, table, limits, at=at)
    blobs = [row[at] for row in rows]
    crs, crs_text = _crs(database, srs)
    geometry, damaged, deviations = _geometries(blobs, srs)
    attributes, left_out = _attributes(rows, columns, skip=columns[at].name)

    import geopandas as gpd

    frame = gpd.GeoDataFrame(attributes, geometry=geometry, crs=crs)
    notes = [
        *left_out,
        *([finding("members_ignored", members=", ".join(others))] if others else []),
    ]
    if deviations:
        notes.append(straightened(deviations, crs))
    if path.read_bytes()[18:20] == b"\2\2":
        notes.append(finding("gpkg_journal"))
    return Source(
        frame=frame,
        kind="geopackage",
        layer=table,
        crs_text=crs_text,
        encoding="utf-8",
        header_count=_stated_count(database, table, len(rows)),
        damaged=damaged,
        findings=tuple(notes),
    )


def _place_of(geometry_column: str, columns: list[_Column], table: str) -> int:
    # SQLite compares names without case, so programs spell them as they like.
    names = [column.name.lower() for column in columns]
    if geometry_column.lower() not in names:
        raise _gpkg_table(table, _SAY["no_geometry"].format(column=geometry_column))
    return names.index(geometry_column.lower())


def _name(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _chosen_table(database: sqlite3.Connection, layer: str | None) -> tuple[str, list[str]]:
    """The one feature table to read, and the names of the tables that are left unread."""
    rows = database.execute("SELECT table_name, data_type FROM gpkg_contents").fetchall()
    features = sorted(_name(name) for name, kind in rows if _name(kind) == "features")
    # How QGIS draws a layer is kept beside it, and is nothing that its sender would miss.
    others = sorted(
        found
        for name, kind in rows
        if _name(kind) != "features" and (found := _name(name)) != _STYLES
    )
    named = [name for name in features if layer is None or name.lower() == layer.lower()]
    if not features:
        raise Unreadable(finding("gpkg_no_layer"))
    if not named:
        raise Unreadable(finding("layer_unknown", layer=layer, layers=", ".join(features)))
    if len(named) > 1:
        raise Unreadable(finding("several_layers", layers=", ".join(features)))
    return named[0], [*(name for name in features if name != named[0]), *others]


def _geometry_column(database: sqlite3.Connection, table: str) -> tuple[str, int]:
    row = database.execute(
        "SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE lower(table_name) = lower(?)",
        (table,),
    ).fetchone()
    if row is None:
        raise Unreadable(finding("gpkg_no_layer"))
    return _name(row[0]), int(row[1])


def _columns(database: sqlite3.Connection, table: str) -> list[_Column]:
    """The columns of an ordinary table without computed columns."""
    row = database.execute(
        "SELECT type, sql FROM sqlite_master WHERE lower(name) = lower(?)", (table,)
    ).fetchone()
    if row is None or _name(row[0]) != "table":
        raise _gpkg_table(table, _SAY["not_there"])
    if re.match(r"\s*CREATE\s+VIRTUAL", _name(row[1]), re.IGNORECASE):
        raise _gpkg_table(table, _SAY["virtual"])
    found = database.execute(f"PRAGMA table_xinfo({_quoted(table)})").fetchall()
    if any(hidden for *_, hidden in found):
        raise _gpkg_table(table, _SAY["computed"])
    return [
        _Column(
            name=_name(name),
            declared=_name(declared).upper(),
            # The row number of the format is no attribute: programs hide it and write another.
            is_row_number=bool(key) and _name(name).lower() in ("fid", "ogc_fid"),
        )
        for _, name, declared, _, _, key, _ in found
    ]


def _gpkg_table(table: str, what: Text) -> Unreadable:
    return Unreadable(finding("gpkg_table", where={"table": table}, name=table, what=what))


def _rows(
    database: sqlite3.Connection, table: str, limits: Limits, *, at: int
) -> list[Sequence[Any]]:
    """All rows, the geometry in place `at`; the reading stops where there are too many vertices."""
    query = f"SELECT * FROM {_quoted(table)} ORDER BY rowid LIMIT ?"  # noqa: S608 - quoted name
    rows: list[Sequence[Any]] = []
    vertices = 0
    for row in database.execute(query, (limits.features + 1,)):
        rows.append(row)
        vertices += _least_vertices(row[at])
        require_few(vertices, limits)
    if len(rows) > limits.features:
        raise Unreadable(
            finding("too_many_features", count=f"> {limits.features}", limit=limits.features)
        )
    return rows


def _least_vertices(blob: Any) -> int:
    if type(blob) is not bytes or len(blob) < 8:
        return 0
    start = 8 + _ENVELOPE_BYTES.get((blob[3] >> 1) & 7, 0)
    return least_in_wkb(max(len(blob) - start, 0), blob[start : start + 5])


def _stated_count(database: sqlite3.Connection, table: str, rows: int) -> int:
    """The feature count that GDAL and QGIS keep in the file; `rows` where it has none."""
    try:
        row = database.execute(
            "SELECT feature_count FROM gpkg_ogr_contents WHERE lower(table_name) = lower(?)",
            (table,),
        ).fetchone()
    except sqlite3.OperationalError:
        return rows
    return rows if row is None or row[0] is None else int(row[0])


def _attributes(
    rows: list[Sequence[Any]], columns: list[_Column], *, skip: str
) -> tuple["pd.DataFrame", list[Finding]]:
    import pandas as pd

    values: dict[str, list[Any]] = {}
    findings: list[Finding] = []
    for at, column in enumerate(columns):
        if column.name == skip or column.is_row_number:
            continue
        read = [_value(row[at], column, number) for number, row in enumerate(rows, start=1)]
        if any(isinstance(value, bytes) for value in read):
            findings.append(finding("column_left_out", column=column.name, what=_SAY["binary"]))
            continue
        values[column.name] = read
    names, renamed = beside_geometry(values)
    table = pd.DataFrame({names[n]: pd.Series(v, dtype=object) for n, v in values.items()})
    return (table if values else pd.DataFrame(index=range(len(rows)))), [*findings, *renamed]


def _value(value: Any, column: _Column, row: int) -> Any:
    """A value as Python has it; SQLite knows no truth values, so the column's declaration tells."""
    if column.declared == "BOOLEAN" and value in (0, 1):
        return bool(value)
    return _text(value, column.name, row)


def _text(value: Any, column: str, row: int) -> Any:
    if not isinstance(value, _RawText):
        return value
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(
            finding("gpkg_text", feature=Feature(row), where={"column": column}, column=column)
        ) from error


def _geometries(
    blobs: list[Any], srs: int
) -> tuple[npt.NDArray[np.object_], dict[int, Damage], list[float]]:
    """Geometries, those that could not be made, and how far each curved one is off its arcs now."""
    wkb = np.full(len(blobs), None, dtype=object)
    damaged: dict[int, Damage] = {}
    for row, blob in enumerate(blobs):
        if blob is None:
            continue
        try:
            wkb[row] = _wkb(blob, srs)
        except ValueError as error:
            reason = _SAY["other_crs" if "CRS" in str(error) else "no_header"]
            damaged[row] = Damage("geometry_damaged", {"reason": reason})
    geometry, deviations = formed(wkb, damaged)
    return geometry, damaged, deviations


def _wkb(blob: Any, srs: int) -> bytes:
    """The well-known binary inside a geometry of the standard."""
    if type(blob) is not bytes or len(blob) < 8 or blob[:2] != b"GP":
        raise ValueError("no GP header")
    flags = blob[3]
    envelope = _ENVELOPE_BYTES.get((flags >> 1) & 7)
    found = struct.unpack("<i" if flags & 1 else ">i", blob[4:8])[0]
    if envelope is None or flags & 0x20:
        raise ValueError("envelope or extension")
    if found != srs:
        raise ValueError(f"CRS {found}, layer {srs}")
    return blob[8 + envelope :]


def _crs(database: sqlite3.Connection, srs: int) -> tuple[pyproj.CRS | None, str | None]:
    # The standard's -1 and 0 say that nobody knows.
    if srs in (-1, 0):
        return None, None
    row = database.execute(
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys"
        " WHERE srs_id = ?",
        (srs,),
    ).fetchone()
    if row is None:
        return None, f"srs_id {srs}"
    organization, code, definition = _name(row[0]), row[1], _name(row[2])
    name = f"{organization}:{code}"[:100]
    return crs_of(name) or crs_of_wkt(definition), name
