"""GeoParquet read by pyarrow: rows counted from the footer before one is read.

A Parquet file of a megabyte may hold a billion equal rows, so the footer's count is held against the
limits first. Extension types stay switched off: nothing in a file is unpickled.

References
----------
GeoParquet 1.1.0, OGC 24-013: metadata, encodings, `crs` (absent: OGC:CRS84; null: unknown).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from geo.crs import LONLAT, crs_of, crs_of_wkt
from geo.ingest.findings import Finding, Unreadable, finding
from geo.ingest.source import Damage, Limits, Source, beside_geometry
from geo.ingest.values import Counted, columns_of, formed, straightened, values_of
from geo.language import Text, texts

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_SAY = texts(__name__)

# Few, because every row of a small file may hold the same long outline.
_BATCH_ROWS = 1_024


@dataclass(frozen=True, slots=True)
class _Geometry:
    """The geometry column to read: its encoding (`wkb` or native), CRS, and the other ones."""

    name: str
    encoding: str
    crs: pyproj.CRS | None
    crs_text: str | None
    others: tuple[str, ...]
    findings: tuple[Finding, ...]


def read_geoparquet(path: Path, *, limits: Limits) -> Source:
    """The layer of a GeoParquet file by its primary geometry column.

    Raises
    ------
    Unreadable
        For a file that is cut, has no geo metadata or more rows than may be.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, arrow_extensions_enabled=False) as file:
            count = file.metadata.num_rows
            if count > limits.features:
                raise Unreadable(finding("too_many_features", count=count, limit=limits.features))
            about = _geometry(file)
            return _read(file, about, path.stem, count, limits)
    except pa.ArrowMemoryError:
        raise
    except (pa.ArrowException, OSError) as error:
        raise _damaged(_SAY["damaged"]) from error


def _damaged(reason: Text) -> Unreadable:
    return Unreadable(finding("file_damaged", format="GeoParquet", reason=reason))


def _read(
    file: "pq.ParquetFile", about: _Geometry, layer: str, count: int, limits: Limits
) -> Source:
    import geopandas as gpd
    import pandas as pd

    schema = file.schema_arrow
    at = schema.names.index(about.name)
    skip = {schema.names.index(name) for name in (about.name, *about.others)}
    counted = Counted(limits)
    wkb: list[bytes | None] = []
    batches = []
    for batch in file.iter_batches(batch_size=_BATCH_ROWS):
        blobs = list(_well_known(batch.column(at), about.encoding))
        counted.add(blobs)
        wkb += blobs
        batches.append([[] if i in skip else values_of(c) for i, c in enumerate(batch.columns)])
    damaged: dict[int, Damage] = {}
    blobs_of_all = np.empty(len(wkb), dtype=object)
    blobs_of_all[:] = wkb
    geometry, deviations = formed(blobs_of_all, damaged)
    notes = [straightened(deviations, about.crs)] if deviations else []
    columns, left_out = columns_of(schema, batches, skip=skip)
    names, renamed = beside_geometry(columns)
    rows = range(len(wkb))
    table = pd.DataFrame(
        {names[n]: pd.Series(v, rows, dtype=object) for n, v in columns.items()}, index=rows
    )
    if about.others:
        notes.append(finding("members_ignored", members=", ".join(about.others)))
    return Source(
        frame=gpd.GeoDataFrame(table, geometry=geometry, crs=about.crs),
        kind="geoparquet",
        layer=layer,
        crs_text=about.crs_text,
        encoding="utf-8",
        header_count=count,
        damaged=damaged,
        findings=(*about.findings, *notes, *left_out, *renamed),
    )


def _geometry(file: "pq.ParquetFile") -> _Geometry:
    """What the geo metadata say of the primary geometry column."""
    stated = (file.schema_arrow.metadata or {}).get(b"geo")
    if stated is None:
        raise Unreadable(finding("parquet_no_geometry"))
    try:
        metadata = json.loads(stated)
        name = metadata["primary_column"]
        column = metadata["columns"][name]
        encoding = str(column["encoding"]).lower()
        covering = _covering(column)
        others = [n for n in metadata["columns"] if n != name]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise _damaged(_SAY["metadata"]) from error
    known = set(file.schema_arrow.names)
    if name not in known:
        raise _damaged(_SAY["metadata"])
    if encoding != "wkb" and encoding not in _MAKERS:
        raise _damaged(_SAY["encoding"].format(encoding=encoding[:40]))
    crs, crs_text = _crs(column)
    notes = []
    if "crs" not in column:
        notes.append(finding("crs_of_geoparquet"))
    if column.get("edges") == "spherical":
        notes.append(finding("edges_spherical"))
    others = [n for n in dict.fromkeys([*others, *covering]) if n in known and n != name]
    return _Geometry(name, encoding, crs, crs_text, tuple(others), tuple(notes))


def _covering(column: Mapping[str, Any]) -> list[str]:
    """The columns of boxes that only help to find features."""
    boxes = (column.get("covering") or {}).get("bbox") or {}
    return list(dict.fromkeys(path[0] for path in boxes.values()))


def _crs(column: Mapping[str, Any]) -> tuple[pyproj.CRS | None, str | None]:
    if "crs" not in column:
        return LONLAT, "OGC:CRS84"
    stated = column["crs"]
    if stated is None:
        return None, None
    if isinstance(stated, str):  # before 0.4 the CRS was well-known text
        return crs_of(stated) or crs_of_wkt(stated), stated[:120]
    identity = stated.get("id") if isinstance(stated, dict) else None
    if isinstance(identity, dict):
        name = f"{identity.get('authority')}:{identity.get('code')}"
        if (crs := crs_of(name)) is not None:
            return crs, name
    try:
        crs = pyproj.CRS.from_json_dict(stated)
    except (pyproj.exceptions.CRSError, TypeError, AttributeError, ValueError):
        return None, json.dumps(stated)[:120]
    return crs_of_wkt(crs.to_wkt()), crs.name[:120]


def _well_known(column: "pa.Array", encoding: str) -> Iterator[bytes | None]:
    """Geometries of a column as well-known binaries."""
    import pyarrow as pa

    if encoding == "wkb":
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if not any(
            is_kind(column.type)
            for is_kind in (
                pa.types.is_binary,
                pa.types.is_large_binary,
                pa.types.is_fixed_size_binary,
                pa.types.is_binary_view,
            )
        ):
            raise _damaged(_SAY["encoding"].format(encoding=str(column.type)[:40]))
        yield from column.to_pylist()
        return
    try:
        yield from shapely.to_wkb(_native(column.to_pylist(), encoding))
    except (ValueError, TypeError, LookupError, shapely.errors.GEOSException) as error:
        raise _damaged(_SAY["geometry"]) from error


def _native(values: list[Any], encoding: str) -> npt.NDArray[np.object_]:
    """Geometries of nested lists of positions, each x, y and perhaps z."""
    made = np.full(len(values), None, dtype=object)
    for row, value in enumerate(values):
        if value is not None:
            made[row] = _MAKERS[encoding](value)
    return made


def _position(value: Mapping[str, float]) -> tuple[float, ...]:
    names = ("x", "y", "z") if value.get("z") is not None else ("x", "y")
    return tuple(value[name] for name in names)


def _line(value: list[Mapping[str, float]]) -> list[tuple[float, ...]]:
    return [_position(position) for position in value]


def _polygon(rings: list[list[Mapping[str, float]]]) -> shapely.Polygon:
    lines = [_line(ring) for ring in rings]
    return shapely.Polygon(lines[0], lines[1:]) if lines else shapely.Polygon()


_MAKERS: Mapping[str, Any] = {
    "point": lambda value: shapely.Point(_position(value)),
    "linestring": lambda value: shapely.LineString(_line(value)),
    "polygon": _polygon,
    "multipoint": lambda value: shapely.MultiPoint(_line(value)),
    "multilinestring": lambda value: shapely.MultiLineString([_line(v) for v in value]),
    "multipolygon": lambda value: shapely.MultiPolygon([_polygon(v) for v in value]),
}
