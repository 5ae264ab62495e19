"""A Shapefile read so that nothing is lost quietly.

GDAL gives null geometries for a cut .shp, fewer rows for a short .dbf, and garbled text for a wrong
.cpg, each without an error. So the headers of all parts are compared first, the attribute table is
read here, and GDAL only makes the geometries and names the CRS. It runs in the process of
`geo/validation/reader.py`, never in the service's own.
"""

import re
import struct
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.ingest.archive import UnpackedShapefile
from geo.ingest.encoding import codec_of
from geo.ingest.findings import Feature, Finding, Unreadable, finding
from geo.ingest.source import Damage, Source, beside_geometry
from geo.language import Text, texts

if TYPE_CHECKING:
    import pandas as pd

_SAY = texts(__name__)

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


def read_shapefile(files: UnpackedShapefile, *, encoding: str | None) -> Source:
    """The layer of an unpacked Shapefile.

    Raises
    ------
    Unreadable
        For parts that are cut, damaged or do not belong together, and for text in no known encoding.
    """
    shapes = _shape_count(files.part(".shp"), files.part(".shx"))
    table = _read_table(files.part(".dbf"))
    if len(table.rows) != shapes:
        raise Unreadable(
            finding("count_mismatch", header=shapes, rows=len(table.rows), geometries=shapes)
        )

    declared = _declared(files)
    chosen, notes = _encoding(table, declared, encoding)
    attributes, cuts = _attributes(table, chosen)
    geometry, damaged, crs, messages = _geometries(files.part(".shp"), shapes)

    import geopandas as gpd

    kept = np.flatnonzero(~table.deleted)
    frame = gpd.GeoDataFrame(attributes, geometry=geometry[kept], crs=crs)
    if table.deleted.any():
        notes = (*notes, finding("rows_deleted", count=int(table.deleted.sum())))
    return Source(
        frame=frame,
        kind="shapefile",
        layer=files.name,
        crs_text=_crs_text(files, crs),
        encoding=chosen,
        header_count=len(kept),
        damaged={i: damaged[int(row)] for i, row in enumerate(kept) if int(row) in damaged},
        findings=(*files.findings, *notes, *cuts, *messages),
    )


def _damaged(part: str, reason: Text) -> Unreadable:
    return Unreadable(
        finding("shapefile_damaged", where={"member": part}, part=part, reason=reason)
    )


def _shape_count(shp: Path, shx: Path) -> int:
    """How many records the index names; every one of them lies whole inside the .shp."""
    outline, index = np.fromfile(shp, np.uint8), np.fromfile(shx, np.uint8)
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
    return len(records)


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


def _declared(files: UnpackedShapefile) -> str | None:
    if ".cpg" not in files.parts:
        return None
    return files.part(".cpg").read_bytes()[:40].decode("ascii", "replace").strip()


def _encoding(
    table: _Table, declared: str | None, wanted: str | None
) -> tuple[str, tuple[Finding, ...]]:
    """The encoding of the table's text, and what is to be said about the choice."""
    texts = _foreign_texts(table)
    if wanted is not None:
        if not _fits(texts, wanted):
            raise Unreadable(finding("encoding_unknown", tried=wanted))
        return wanted, (_chosen(wanted, _SAY["as_asked"]),)
    named = codec_of(declared) if declared else None
    if not texts:
        return named or "utf-8", ()
    # Text of other encodings is almost never valid UTF-8, whatever the .cpg says.
    candidates = ["utf-8", *([named] if named else []), "cp1252"]
    for encoding in candidates:
        if _fits(texts, encoding):
            if declared and encoding != named:
                note = finding("encoding_declared_wrong", declared=declared, encoding=encoding)
            elif declared:
                note = _chosen(encoding, _SAY["by_cpg"])
            else:
                note = _chosen(encoding, _SAY["by_content"])
            return encoding, (note,)
    raise Unreadable(finding("encoding_unknown", tried=", ".join(candidates)))


def _chosen(encoding: str, why: Text) -> Finding:
    return finding("encoding_chosen", encoding=encoding, why=why)


def _foreign_texts(table: _Table) -> list[bytes]:
    """Distinct values of text columns, and column names, with any byte beyond ASCII."""
    found = {column.name for column in table.columns}
    for column in table.columns:
        if column.kind == "C":
            part = np.ascontiguousarray(table.rows[:, column.start : column.stop])
            found.update(bytes(row) for row in part[(part > 127).any(axis=1)])
    return [text for text in found if not text.isascii()]


def _fits(texts: Sequence[bytes], encoding: str) -> bool:
    return all(_decoded(text, encoding) is not None for text in texts)


def _decoded(raw: bytes, encoding: str) -> tuple[str, bool] | None:
    """The text and whether its last letter was cut by the column's width; None when it is no text."""
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
        name, _ = _decoded(column.name, encoding) or (column.name.decode("ascii", "replace"), False)
        raw = [bytes(row) for row in rows[:, column.start : column.stop]]
        if column.kind == "C":
            decoded = [_decoded(text, encoding) or ("", False) for text in raw]
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
        else:
            texts = [text.decode("ascii", "replace").strip(" \0") for text in raw]
            values[_free(name, values)] = [_plain_value(text, column) for text in texts]
    names, renamed = beside_geometry(values)
    frame = pd.DataFrame({names[n]: pd.Series(v, dtype=object) for n, v in values.items()})
    return frame if values else pd.DataFrame(index=range(len(rows))), [*cuts, *renamed]


def _free(name: str, taken: dict[str, Any]) -> str:
    while name in taken:
        name += "_2"
    return name


def _plain_value(text: str, column: _Column) -> Any:
    """A number, truth value or date of a .dbf; text where it is none, so that checks can name it."""
    if text == "" or set(text) <= {"*"} or (column.kind == "L" and text == "?"):
        return None
    if column.kind == "L":
        return text.upper() in "YT"
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
            raise _damaged(".shp", Text(id=_message(error), en=_message(error))) from error
    if wkb is None:
        raise _damaged(".shp", _SAY["no_geometry"])
    geometry = np.full(shapes, None, dtype=object)
    with np.errstate(invalid="ignore"):  # a NaN coordinate is named later, by its feature
        geometry[numbers] = shapely.from_wkb(wkb, on_invalid="ignore")
    present = np.zeros(shapes, dtype=bool)
    present[numbers] = [blob is not None for blob in wkb]
    damaged = {
        row: Damage("geometry_damaged", {"reason": _SAY["gdal_cannot"]})
        for row, (is_present, made) in enumerate(zip(present, geometry, strict=True))
        if is_present and made is None
    }
    texts = dict.fromkeys(_message(warning.message) for warning in caught)
    return geometry, damaged, meta["crs"], [finding("gdal_message", message=t) for t in texts]


def _message(error: object) -> str:
    """GDAL's words without the folder that the file was unpacked in."""
    return re.sub(r"(/[^\s/'\"]+)+/", "", str(error))[:300]


def _crs_text(files: UnpackedShapefile, crs: str | None) -> str | None:
    if crs is not None or ".prj" not in files.parts:
        return crs
    return files.part(".prj").read_bytes()[:120].decode("utf-8", "replace").strip()
