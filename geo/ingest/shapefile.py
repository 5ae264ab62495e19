"""A Shapefile read so that nothing is lost quietly.

GDAL gives null geometries for a cut .shp, fewer rows for a short .dbf, and garbled text for a wrong
.cpg, each without an error. So the headers of all parts are compared first, the attribute table is
read here, and GDAL only makes the geometries and names the CRS. It runs in the process of
`geo/validation/reader.py`, never in the service's own.
"""

import codecs
import re
import struct
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.crs import crs_of_wkt
from geo.ingest.archive import UnpackedShapefile
from geo.ingest.encoding import codec_of, previews
from geo.ingest.findings import Feature, Finding, Unreadable, finding, gdal_words, of_gdal
from geo.ingest.source import Damage, Limits, Source, beside_geometry
from geo.ingest.vertices import in_records, require_few
from geo.language import Text, texts

if TYPE_CHECKING:
    import pandas as pd

_SAY = texts(__name__)

_MULTIPATCH = 31
# Columns of newer dBase and FoxPro hold bytes, not letters: how each is read.
_BINARY: Mapping[str, Callable[[bytes], Any]] = {
    "I": lambda raw: int.from_bytes(raw, "little", signed=True),
    "+": lambda raw: int.from_bytes(raw, "little", signed=True),
    "B": lambda raw: struct.unpack("<d", raw)[0],
    "Y": lambda raw: int.from_bytes(raw, "little", signed=True) / 10_000,
    "T": lambda raw: _moment(*struct.unpack("<ii", raw)),
}
_BINARY_WIDTHS = {"I": 4, "+": 4, "B": 8, "Y": 8, "T": 8}
# Texts in another file, pictures, and the marks of missing values, which no Shapefile needs.
_UNREAD = frozenset("MGPQVWO@0")
_UTF16 = re.compile(r"(utf|ucs)[ _-]?(16|2)([ _-]?le)?|1200", re.IGNORECASE)
_LIMITS = Limits()
_UNPACK_HEADER = struct.Struct(">7i")
_Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Column:
    name: bytes
    kind: str
    start: int
    stop: int
    decimals: int


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """The rows of a .dbf as a byte matrix; `deleted` marks rows that are flagged so."""

    rows: _Bytes
    columns: tuple[_Column, ...]
    deleted: npt.NDArray[np.bool_]


def read_shapefile(
    files: UnpackedShapefile, *, encoding: str | None, limits: Limits = _LIMITS
) -> Source:
    """The layer of an unpacked Shapefile.

    Raises
    ------
    Unreadable
        For parts that are cut, damaged or do not belong together, and for text in no known encoding.
    """
    shapes = _shape_count(files.part(".shp"), files.part(".shx"), limits)
    table = _read_table(files.part(".dbf"))
    if len(table.rows) != shapes:
        raise Unreadable(
            finding("count_mismatch", header=shapes, rows=len(table.rows), geometries=shapes)
        )

    declared = _plain_text(files, ".cpg")[:40] or None
    chosen, notes = _encoding(table, declared, encoding)
    attributes, cuts = _attributes(table, chosen)
    attributes, restored = _with_whole_names(attributes, files.columns)
    _settle_prj(files)
    geometry, damaged, crs, messages = _geometries(files.part(".shp"), shapes)

    import geopandas as gpd

    kept = np.flatnonzero(~table.deleted)
    text = _crs_text(files, crs)
    known = crs or crs_of_wkt(_plain_text(files, ".qpj"))
    frame = gpd.GeoDataFrame(attributes, geometry=geometry[kept], crs=known)
    if table.deleted.any():
        notes = (*notes, finding("rows_deleted", count=int(table.deleted.sum())))
    return Source(
        frame=frame,
        kind="shapefile",
        layer=files.name,
        crs_text=text,
        encoding=chosen,
        header_count=len(kept),
        damaged={i: damaged[int(row)] for i, row in enumerate(kept) if int(row) in damaged},
        findings=(*files.findings, *notes, *cuts, *restored, *messages),
        encodings=_previews(table, chosen),
    )


def _damaged(part: str, reason: Text, **facts: Any) -> Unreadable:
    where = {"member": part}
    return Unreadable(finding("shapefile_damaged", where=where, part=part, reason=reason, **facts))


def _shape_count(shp: Path, shx: Path, limits: Limits) -> int:
    """How many records the index names; every one of them lies whole inside the .shp."""
    outline, index = _mapped(shp), np.fromfile(shx, np.uint8)
    for part, content in ((".shp", outline), (".shx", index)):
        if len(content) < 100 or _UNPACK_HEADER.unpack(content[:28].tobytes())[0] != 9994:
            raise _damaged(part, _SAY["header"])
        stated = 2 * _UNPACK_HEADER.unpack(content[:28].tobytes())[6]
        if stated != len(content):
            raise _damaged(part, _SAY["other_size"].format(stated=stated, found=len(content)))
    if (len(index) - 100) % 8:
        raise _damaged(".shx", _SAY["length"])
    records = index[100:].view(">i4").astype(np.int64).reshape(-1, 2) * 2
    beyond = (records[:, 0] < 100) | (records[:, 0] + 8 + records[:, 1] > len(outline))
    if beyond.any():
        row = int(np.flatnonzero(beyond)[0]) + 1
        raise _damaged(".shp", _SAY["beyond_file"].format(row=row))
    require_few(in_records(outline, records[:, 0] + 8, records[:, 1]), limits)
    return len(records)


def _mapped(path: Path) -> _Bytes:
    """The bytes of a file, read where they are looked at."""
    # No empty file can be mapped.
    return np.memmap(path, np.uint8, "r") if path.stat().st_size else np.empty(0, np.uint8)


def _read_table(dbf: Path) -> _Table:
    content = np.fromfile(dbf, np.uint8)
    if len(content) < 33:
        raise _damaged(".dbf", _SAY["too_short"])
    count, header_length, row_length = struct.unpack("<IHH", content[4:12].tobytes())
    columns = _columns(content[:header_length].tobytes())
    if not columns or columns[-1].stop > row_length or header_length > len(content):
        raise _damaged(".dbf", _SAY["header"])
    present = (len(content) - header_length) // row_length
    if present < count:
        raise _damaged(".dbf", _SAY["fewer_rows"].format(stated=count, found=present))
    rows = content[header_length : header_length + count * row_length].reshape(count, row_length)
    return _Table(rows, columns, rows[:, 0] == ord("*"))


def _columns(header: bytes) -> tuple[_Column, ...]:
    columns, start = [], 1
    for at in range(32, len(header) - 31, 32):
        if header[at] == 0x0D:
            break
        width, decimals = header[at + 16], header[at + 17]
        kind = chr(header[at + 11])
        name = header[at : at + 11].split(b"\0")[0]
        columns.append(_Column(name, kind, start, start + width, decimals))
        start += width
    return tuple(columns)


def _plain_text(files: UnpackedShapefile, suffix: str) -> str:
    """What a small text of the Shapefile says, in whatever Unicode; empty where there is none."""
    if suffix not in files.parts:
        return ""
    raw = files.part(suffix).read_bytes()[:100_000]
    is_wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = raw.decode("utf-16" if is_wide else "utf-8-sig", "replace")
    return text.replace("\0", "").strip()


def _settle_prj(files: UnpackedShapefile) -> None:
    """Write the .prj as plain UTF-8, which is all that GDAL reads."""
    if ".prj" in files.parts:
        files.part(".prj").write_text(_plain_text(files, ".prj"), encoding="utf-8")


def _encoding(
    table: _Table, declared: str | None, wanted: str | None
) -> tuple[str, tuple[Finding, ...]]:
    """The encoding of the table's text, and what is to be said about the choice."""
    texts = _foreign_texts(table)
    if wanted is not None:
        if not _fits(texts, wanted):
            offered = _previews(table, None)
            raise Unreadable(finding("encoding_unknown", tried=wanted, encodings=offered))
        return wanted, (_chosen(wanted, _SAY["as_asked"]),)
    named = codec_of(declared) if declared else None
    if declared and _UTF16.fullmatch(declared) and any(b"\0" in text for text in texts):
        return "utf-16-le", (_chosen("utf-16-le", _SAY["by_cpg"]),)
    if not texts:
        return named or "utf-8", ()
    # Text of other encodings is almost never valid UTF-8, whatever the .cpg says.
    candidates = ["utf-8", *([named] if named else []), "cp1252"]
    for encoding in candidates:
        if _fits(texts, encoding):
            if encoding == "utf-8" != named and _is_only_cut(texts):
                continue  # its only sign of UTF-8 is the first half of a letter
            if declared and encoding != named:
                note = finding("encoding_declared_wrong", declared=declared, encoding=encoding)
            elif declared:
                note = _chosen(encoding, _SAY["by_cpg"])
            else:
                note = _chosen(encoding, _SAY["by_content"])
            return encoding, (note,)
    offered = _previews(table, None)
    raise Unreadable(finding("encoding_unknown", tried=", ".join(candidates), encodings=offered))


def _previews(table: _Table, chosen: str | None) -> dict[str, tuple[str, ...]]:
    # What is written two bytes a letter says so itself.
    return {} if chosen == "utf-16-le" else previews(_foreign_texts(table), chosen=chosen)


def _chosen(encoding: str, why: Text) -> Finding:
    return finding("encoding_chosen", encoding=encoding, why=why)


def _foreign_texts(table: _Table) -> list[bytes]:
    """Distinct cells of text columns, and column names, with any byte beyond ASCII, or none."""
    found = {column.name for column in table.columns}
    for column in table.columns:
        if column.kind == "C":
            part = np.ascontiguousarray(table.rows[:, column.start : column.stop])
            odd = ((part > 127) | (part == 0)).any(axis=1)
            # Whole cells: a letter can be cut at the end of its column alone, never before blanks.
            found.update(map(bytes, part[odd]))
    return [text for text in found if not text.isascii() or b"\0" in text]


def _fits(texts: Sequence[bytes], encoding: str) -> bool:
    return all(_decoded(text, encoding) is not None for text in texts)


def _is_only_cut(texts: Sequence[bytes]) -> bool:
    """Whether texts of UTF-8 have halves of letters beyond ASCII, but no whole one."""
    decoded = [_decoded(text, "utf-8") or ("", False) for text in texts]
    return any(cut for _, cut in decoded) and all(text.isascii() for text, _ in decoded)


def _decoded(raw: bytes, encoding: str) -> tuple[str, bool] | None:
    """The text and whether its last letter was cut by the column's width; None when it is no text."""
    if encoding == "utf-16-le":  # blanks at the end are of one byte or two
        raw = raw[: len(raw) // 2 * 2]
        return raw.decode(encoding, "replace").rstrip("\u2020 \0"), False
    try:
        return raw.decode(encoding), False
    except UnicodeDecodeError as error:
        # A DBF column counts bytes: a letter of several bytes can be cut at its end.
        if encoding == "utf-8" and error.reason == "unexpected end of data" and error.start > 0:
            return raw[: error.start].decode(encoding), True
        return None


def _attributes(table: _Table, encoding: str) -> tuple["pd.DataFrame", list[Finding]]:
    import pandas as pd

    rows = table.rows[~table.deleted]
    cuts: list[Finding] = []
    values: dict[str, Any] = {}
    for column in table.columns:
        named = "utf-8" if encoding == "utf-16-le" else encoding
        name, _ = _decoded(column.name, named) or (column.name.decode("ascii", "replace"), False)
        if column.kind in _UNREAD:
            if column.kind != "0":
                cuts.append(finding("column_left_out", column=name, what=_SAY["elsewhere"]))
            continue
        raw = [bytes(row) for row in rows[:, column.start : column.stop]]
        if column.kind == "C":
            # Every cell fits: the encoding was chosen by all of them.
            decoded = [
                _decoded(text, encoding) or (text.decode(encoding, "replace"), False)
                for text in raw
            ]
            # DBF fills a text with blanks at its end, and has no other sign for none.
            values[_free(name, values)] = [text.rstrip(" \0") or None for text, _ in decoded]
            cuts += [
                finding(
                    "text_cut",
                    feature=Feature(i + 1),
                    where={"column": name},
                    column=name,
                    text=text,
                )
                for i, (text, was_cut) in enumerate(decoded)
                if was_cut
            ]
        elif _BINARY_WIDTHS.get(column.kind) == column.stop - column.start:
            values[_free(name, values)] = [_BINARY[column.kind](text) for text in raw]
        else:
            texts = [text.decode("ascii", "replace").strip(" \0") for text in raw]
            values[_free(name, values)] = [_plain_value(text, column) for text in texts]
    names, renamed = beside_geometry(values)
    frame = pd.DataFrame({names[n]: pd.Series(v, dtype=object) for n, v in values.items()})
    return frame if values else pd.DataFrame(index=range(len(rows))), [*cuts, *renamed]


def _with_whole_names(
    table: "pd.DataFrame", columns: Mapping[str, str]
) -> tuple["pd.DataFrame", list[Finding]]:
    """The table with the names that its columns had before they were cut, where those are free."""
    taken = {"geometry", *(name.lower() for name in table.columns)}
    names = {c: name for c, name in columns.items() if c in table and name.lower() not in taken}
    if not names or len(set(names.values())) < len(names):
        return table, []
    shown = ", ".join(f"{cut} → {name}" for cut, name in names.items())
    return table.rename(columns=names), [finding("column_names_whole", columns=shown)]


def _free(name: str, taken: dict[str, Any]) -> str:
    while name in taken:
        name += "_2"
    return name


def _moment(day: int, milliseconds: int) -> str | None:
    """The ISO text of a moment that FoxPro counts in Julian days and milliseconds; None for no day."""
    if not 0 < day - 1_721_425 < 3_652_059:
        return None
    at = datetime.fromordinal(day - 1_721_425) + timedelta(milliseconds=milliseconds)
    return at.isoformat()


def _plain_value(text: str, column: _Column) -> Any:
    """A number, truth value or date of a .dbf; text where it is none, so that checks can name it."""
    if text == "" or set(text) <= {"*"} or (column.kind == "L" and text == "?"):
        return None
    if column.kind == "L":
        return text.upper() in "YT"
    if column.kind == "D" and text == "00000000":  # GDAL's date that is missing
        return None
    if column.kind == "D" and re.fullmatch(r"\d{8}", text):
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    if column.kind in "NF":
        try:
            return int(text) if column.decimals == 0 else float(text)
        except ValueError:
            try:
                return float(text)
            except ValueError:
                return text
    return text


def _geometries(
    shp: Path, shapes: int
) -> tuple[npt.NDArray[np.object_], dict[int, Damage], Any, list[Finding]]:
    """Geometries by shape number, those that could not be made, the CRS, and GDAL's warnings."""
    import pyogrio.raw  # GDAL enters only the process that reads

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            meta, numbers, wkb, _ = pyogrio.raw.read(shp, columns=[], return_fids=True)
        except pyogrio.errors.DataSourceError as error:
            raise _damaged(".shp", _SAY["gdal_cannot"], message=gdal_words(error)) from error
    if wkb is None:
        raise _damaged(".shp", _SAY["no_geometry"])
    geometry = np.full(shapes, None, dtype=object)
    with np.errstate(invalid="ignore"):  # a NaN coordinate is named later, by its feature
        geometry[numbers] = shapely.from_wkb(wkb, on_invalid="ignore")
    present = np.zeros(shapes, dtype=bool)
    present[numbers] = [blob is not None for blob in wkb]
    damaged = {
        row: Damage("geometry_damaged", {"reason": _SAY["not_formed"]})
        for row, (is_present, made) in enumerate(zip(present, geometry, strict=True))
        if is_present and made is None
    }
    if damaged and _shape_type(shp) == _MULTIPATCH:
        damaged = dict.fromkeys(damaged, Damage("geometry_surface", {"kind": "MultiPatch"}))
    return geometry, damaged, meta["crs"], of_gdal(warning.message for warning in caught)


def _shape_type(shp: Path) -> int:
    with shp.open("rb") as file:
        return int.from_bytes(file.read(36)[32:], "little")


def _crs_text(files: UnpackedShapefile, crs: str | None) -> str | None:
    return crs or _plain_text(files, ".prj")[:120] or None
