"""I/O. A published layer encoded once as GeoJSON and answered from a memory-mapped file.

A version of a layer never changes, so everything that a page of features needs is prepared once:
the bytes of every feature, its bounds, its geometry for exact tests, and its properties as columns
for filters. A page is then a join of byte slices, and many workers share one page cache. Reading
needs numpy only; geopandas is imported by `encode_features` alone, shapely by the first test of a
geometry, because a service that starts again must answer within two seconds.

One prepared file: magic, length of the header, header (JSON: fields, sections, extent), sections
aligned to 8 bytes. `ENCODING` goes into the names of prepared files: raise it when the layout or
the bytes of a feature change.
"""

import math
import mmap
import re
import struct
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import orjson

from geo.errors import InvalidFilter, InvalidLayer, StoreFault, ZoneNotFound
from geo.language import Text
from geo.layers import LayerSchema

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import shapely

ENCODING = 1
# West, south, east, north in lon/lat; west > east crosses the antimeridian.
Bbox = tuple[float, float, float, float]
ColumnKind = Literal["text", "integer", "number", "boolean", "json"]

_MAGIC = b"KWSNFEA1"
_PREFIX = struct.Struct("<8sQ")
# RFC 7946, 11.2: six decimals are 10 cm; the seventh keeps shared borders shared after rounding.
_DECIMALS = 7
_NULL_INTEGER = np.iinfo(np.int64).min
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_BOOLEANS = {"true": 1, "false": 0}
# Codes of texts start at 0; -1 is a missing text.
_UNKNOWN_TEXT = -2


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """One page: `indices` of its features in the table's order, and how many matched in all."""

    indices: npt.NDArray[np.int64]
    matched: int


class FeatureTable:
    """The features of one version of a layer.

    Parameters
    ----------
    content : bytes or mmap
        What `encode_features` made.

    Raises
    ------
    StoreFault
        When `content` is not such a file.
    """

    def __init__(self, content: "bytes | mmap.mmap") -> None:
        self._content = memoryview(content)
        size = _header_size(self._content)
        header = orjson.loads(self._content[_PREFIX.size : _PREFIX.size + size])
        self._sections: dict[str, tuple[int, int, str]] = header["sections"]
        self._start = _aligned(_PREFIX.size + size)
        self.count: int = header["count"]
        self.fields: dict[str, ColumnKind] = header["fields"]
        extent = header["extent"]
        self.extent: Bbox | None = None if extent is None else tuple(extent)

    @classmethod
    def open(cls, path: Path) -> "FeatureTable":
        """The table in a prepared file, mapped and not read."""
        try:
            with path.open("rb") as file:
                return cls(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        except ValueError as error:  # an empty file cannot be mapped
            raise StoreFault(reason=_NOT_PREPARED) from error

    def __len__(self) -> int:
        return self.count

    def select(
        self,
        *,
        bbox: Bbox | None = None,
        filters: Mapping[str, str] | None = None,
        limit: int,
        offset: int = 0,
    ) -> Selection:
        """The page of features that intersect `bbox` and whose properties equal all `filters`.

        A feature without geometry matches every `bbox` (OGC 17-069r4, requirement 16). A missing
        value matches no filter.

        Raises
        ------
        InvalidFilter
            For a property that does not exist, or a value of another type.
        """
        if bbox is None and not filters:
            indices = np.arange(min(offset, self.count), min(offset + limit, self.count))
            return Selection(indices=indices, matched=self.count)
        matches = np.ones(self.count, dtype=np.bool_)
        for name, value in (filters or {}).items():
            matches &= self._equal(name, value)
        if bbox is not None:
            matches = self._intersecting(matches, bbox)
        found = np.flatnonzero(matches)
        return Selection(indices=found[offset : offset + limit], matched=len(found))

    def feature(self, area_id: str) -> bytes:
        """The GeoJSON of one feature; `ZoneNotFound` when there is none of that id."""
        found = np.flatnonzero(self._equal_text("id", area_id))
        if len(found) == 0:
            raise ZoneNotFound(area_id, available=self._some_ids())
        return bytes(self._slice("json", int(found[0])))

    def page(self, indices: npt.NDArray[np.int64]) -> bytes:
        """The features at `indices`, joined by commas, ready for a GeoJSON array."""
        if len(indices) and indices[-1] - indices[0] == len(indices) - 1:
            # Neighbours lie side by side with their commas: one slice.
            ends = self._array("json.ends")
            first, last = int(indices[0]), int(indices[-1])
            return bytes(self._bytes("json")[_begin(ends, first) : int(ends[last])])
        return b",".join([self._slice("json", int(index)) for index in indices])

    def properties(self, indices: npt.NDArray[np.int64]) -> list[dict[str, Any]]:
        """`{"id": …, "properties": {…}, …}` of the features at `indices`, for people's tables."""
        return [orjson.loads(self._slice("json", int(index))) for index in indices]

    def _intersecting(self, matches: npt.NDArray[np.bool_], bbox: Bbox) -> npt.NDArray[np.bool_]:
        has_geometry = ~np.isnan(self._bounds[:, 0])
        inside, touched = np.zeros_like(matches), np.zeros_like(matches)
        for box in split_at_antimeridian(bbox):
            west, south, east, north = box
            minx, miny, maxx, maxy = self._bounds.T
            inside |= (minx >= west) & (miny >= south) & (maxx <= east) & (maxy <= north)
            near = (minx <= east) & (miny <= north) & (maxx >= west) & (maxy >= south)
            unsure = np.flatnonzero(near & ~inside & ~touched & matches)
            touched[unsure] = self._intersects(unsure, box)
        return matches & (inside | touched | ~has_geometry)

    def _intersects(self, indices: npt.NDArray[np.int64], box: Bbox) -> npt.NDArray[np.bool_]:
        if len(indices) == 0:
            return np.zeros(0, dtype=np.bool_)
        import shapely

        geometries = shapely.from_wkb([bytes(self._slice("wkb", int(i))) for i in indices])
        matches: npt.NDArray[np.bool_] = shapely.intersects(geometries, _box_geometry(box))
        return matches

    def _equal(self, name: str, value: str) -> npt.NDArray[np.bool_]:
        if name not in self.fields:
            raise InvalidFilter(reason=_unknown_property(name, self.fields), parameter=name)
        kind = self.fields[name]
        column = _column_name(list(self.fields).index(name))
        if kind == "text":
            return self._equal_text(column, value)
        matches: npt.NDArray[np.bool_] = self._array(column) == _parse_value(name, kind, value)
        return matches

    def _equal_text(self, column: str, value: str) -> npt.NDArray[np.bool_]:
        ends, texts = self._array(f"{column}.ends"), self._bytes(f"{column}.texts")
        # Stored texts hold no lone surrogate, so a value with one equals none of them.
        wanted = value.encode("utf-8", "surrogatepass")

        def text(code: int) -> bytes:
            return bytes(texts[_begin(ends, code, gap=0) : int(ends[code])])

        code = bisect_left(range(len(ends)), wanted, key=text)
        is_known = code < len(ends) and text(code) == wanted
        matches: npt.NDArray[np.bool_] = self._array(f"{column}.codes") == (
            code if is_known else _UNKNOWN_TEXT
        )
        return matches

    def _some_ids(self, limit: int = 20) -> list[str]:
        indices = np.arange(min(limit, self.count))
        return [item["id"] for item in self.properties(indices)]

    @cached_property
    def _bounds(self) -> npt.NDArray[np.float64]:
        return self._array("bounds").reshape(-1, 4)

    def _slice(self, section: str, index: int) -> memoryview:
        ends = self._array(f"{section}.ends")
        gap = 1 if section == "json" else 0
        return self._bytes(section)[_begin(ends, index, gap=gap) : int(ends[index])]

    def _bytes(self, section: str) -> memoryview:
        begin, size, _ = self._sections[section]
        return self._content[self._start + begin : self._start + begin + size]

    def _array(self, section: str) -> npt.NDArray[Any]:
        return np.frombuffer(self._bytes(section), dtype=self._sections[section][2])


def encode_features(frame: "gpd.GeoDataFrame", *, schema: LayerSchema | None = None) -> bytes:
    """A layer as one prepared file for `FeatureTable`.

    Parameters
    ----------
    frame : GeoDataFrame
        Index `area_id`, any CRS. An empty geometry, or one with a coordinate that is not finite,
        is sent as null: GeoJSON has no other word for it.
    schema : LayerSchema, optional
        Its key becomes the first property, and its integers stay integers where pandas holds them
        as floats beside missing values.

    Raises
    ------
    InvalidLayer
        When ids are missing or not unique.
    CRSMissing
    """
    from geo.crs import to_lonlat

    ids = _require_ids(frame)
    geometries = _sendable(np.asarray(to_lonlat(frame).geometry.array, dtype=object))
    columns = _property_columns(frame, ids, schema)
    properties = {name: values for name, (_, values) in columns.items()}

    sections = _geometry_sections(geometries)
    sections |= _joined("json", _features(ids, geometries, properties), separator=b",")
    sections |= _text_sections("id", list(ids))
    for index, (kind, values) in enumerate(columns.values()):
        sections |= _column_sections(_column_name(index), kind, values)

    header = {
        "count": len(ids),
        "fields": {name: kind for name, (kind, _) in columns.items()},
        "extent": _extent(sections["bounds"]),
    }
    return _packed(header, sections)


def _header_size(content: memoryview) -> int:
    if len(content) >= _PREFIX.size:
        magic, size = _PREFIX.unpack_from(content)
        if magic == _MAGIC and len(content) >= _PREFIX.size + size:
            return int(size)
    raise StoreFault(reason=_NOT_PREPARED)


def split_at_antimeridian(bbox: Bbox) -> list[Bbox]:
    """One box, or the two boxes on either side of 180° when `bbox` crosses it."""
    west, south, east, north = bbox
    if west <= east:
        return [bbox]
    return [(west, south, 180.0, north), (-180.0, south, east, north)]


def _box_geometry(box: Bbox) -> "shapely.Geometry":
    import shapely

    west, south, east, north = box
    corners = {(west, south), (east, north), (west, north), (east, south)}
    if len(corners) == 4:
        return shapely.box(west, south, east, north)
    # A box without area is a point or a line: as a polygon it would be invalid and meet nothing.
    return shapely.Point(west, south) if len(corners) == 1 else shapely.LineString(sorted(corners))


def _parse_value(name: str, kind: ColumnKind, value: str) -> float:
    if kind == "boolean" and value in _BOOLEANS:
        return _BOOLEANS[value]
    if kind == "integer" and _INTEGER.fullmatch(value):
        return int(value)
    if kind == "number" and _NUMBER.fullmatch(value) and math.isfinite(float(value)):
        return float(value)
    raise InvalidFilter(reason=_wrong_type(name, kind, value), parameter=name)


def _require_ids(frame: "gpd.GeoDataFrame") -> list[str]:
    ids = [_clean(str(value)) for value in frame.index]
    if frame.index.hasnans or len(set(ids)) != len(ids):
        twice = sorted({value for value, count in Counter(ids).items() if count > 1})[:20]
        raise InvalidLayer(reason=_IDS_NOT_UNIQUE, duplicates=twice)
    return ids


def _sendable(geometries: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Right-hand rings, at most seven decimals, null for what GeoJSON cannot say."""
    import shapely

    geometries = np.array([_without_empty_parts(geometry) for geometry in geometries], dtype=object)
    positions, owners = shapely.get_coordinates(geometries, return_index=True)
    geometries[owners[~np.isfinite(positions).all(axis=1)]] = None
    heights, owners = shapely.get_coordinates(geometries, include_z=True, return_index=True)
    has_height = shapely.has_z(geometries)
    has_height[owners[~np.isfinite(heights[:, 2])]] = False

    for mask, include_z in ((has_height, True), (~has_height, False)):
        geometries[mask] = shapely.transform(geometries[mask], _round, include_z=include_z)
    oriented: npt.NDArray[Any] = shapely.orient_polygons(geometries, exterior_cw=False)
    return oriented


def _without_empty_parts(geometry: Any) -> Any:
    import shapely

    if geometry is None or geometry.is_empty:
        return None
    parts = shapely.get_parts(geometry)
    if not shapely.is_empty(parts).any():
        return geometry
    return type(geometry)([part for part in parts if not part.is_empty])


def _round(positions: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.round(positions, _DECIMALS) + 0.0  # + 0.0 turns -0.0 into 0.0


def _geometry_sections(geometries: npt.NDArray[Any]) -> dict[str, Any]:
    import shapely

    wkb = [item or b"" for item in shapely.to_wkb(geometries)]
    return {"bounds": shapely.bounds(geometries).reshape(-1, 4)} | _joined("wkb", wkb)


def _features(
    ids: Sequence[str], geometries: npt.NDArray[Any], properties: Mapping[str, list[Any]]
) -> list[bytes]:
    import shapely

    texts = [
        None if text is None else orjson.Fragment(text) for text in shapely.to_geojson(geometries)
    ]
    rows = zip(*properties.values(), strict=True) if properties else iter([()] * len(ids))
    return [
        orjson.dumps(
            {
                "type": "Feature",
                "id": area_id,
                "geometry": text,
                "properties": dict(zip(properties, row, strict=True)),
            }
        )
        for area_id, text, row in zip(ids, texts, rows, strict=True)
    ]


def _property_columns(
    frame: "gpd.GeoDataFrame", ids: Sequence[str], schema: LayerSchema | None
) -> dict[str, tuple[ColumnKind, list[Any]]]:
    integers = {f.name for f in schema.fields if f.kind == "integer"} if schema else set()
    columns = {
        _clean(str(name)): _property_column(frame[name], is_integer=name in integers)
        for name in frame.columns
        if name != frame.geometry.name
    }
    if schema is None or schema.key in columns:
        return columns
    return {schema.key: ("text", list(ids))} | columns


def _property_column(series: "pd.Series[Any]", *, is_integer: bool) -> tuple[ColumnKind, list[Any]]:
    missing = series.isna().to_numpy(dtype=np.bool_)
    values = [
        None if gone else _plain(value)
        for value, gone in zip(series.tolist(), missing, strict=True)
    ]
    if is_integer and all(v is None or float(v).is_integer() for v in values):
        values = [None if v is None else int(v) for v in values]
    return _kind_of(values), values


def _kind_of(values: Sequence[Any]) -> ColumnKind:
    types = {type(value) for value in values} - {type(None)}
    if types <= {str}:
        return "text"
    if types == {bool}:
        return "boolean"
    if types == {int}:
        return "integer"
    return "number" if types <= {int, float} else "json"


def _plain(value: Any) -> Any:
    """`value` in JSON's types: what is not finite or too large for them becomes null or text."""
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, str):
        return _clean(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {_clean(str(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else _clean(str(value))


def _clean(text: str) -> str:
    """`text` without lone surrogates, which no JSON in UTF-8 can carry."""
    return str(text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _column_sections(column: str, kind: ColumnKind, values: list[Any]) -> dict[str, Any]:
    if kind == "text":
        return _text_sections(column, values)
    if kind == "integer":
        return {column: np.array([_NULL_INTEGER if v is None else v for v in values], np.int64)}
    if kind == "number":
        return {column: np.array([np.nan if v is None else v for v in values], np.float64)}
    if kind == "boolean":
        return {column: np.array([-1 if v is None else v for v in values], np.int8)}
    return {}


def _text_sections(column: str, values: list[str | None]) -> dict[str, Any]:
    # Distinct texts in byte order and a code per feature: a filter is one binary search.
    encoded = [None if value is None else value.encode() for value in values]
    distinct = sorted({value for value in encoded if value is not None})
    codes = {value: code for code, value in enumerate(distinct)}
    return {
        f"{column}.codes": np.array([-1 if v is None else codes[v] for v in encoded], np.int32)
    } | _joined(f"{column}.texts", distinct, ends=f"{column}.ends")


def _joined(
    name: str, parts: Sequence[bytes], *, separator: bytes = b"", ends: str | None = None
) -> dict[str, Any]:
    sizes = np.array([len(part) for part in parts], np.int64)
    gaps = np.arange(len(parts), dtype=np.int64) * len(separator)
    return {name: separator.join(parts), ends or f"{name}.ends": np.cumsum(sizes) + gaps}


def _extent(bounds: npt.NDArray[np.float64]) -> list[float] | None:
    known = bounds[~np.isnan(bounds[:, 0])]
    if len(known) == 0:
        return None
    return [*known[:, :2].min(axis=0).tolist(), *known[:, 2:].max(axis=0).tolist()]


def _packed(header: Mapping[str, Any], sections: Mapping[str, Any]) -> bytes:
    layout: dict[str, tuple[int, int, str]] = {}
    body = bytearray()
    for name, content in sections.items():
        is_array = isinstance(content, np.ndarray)
        raw = content.tobytes() if is_array else content
        layout[name] = (len(body), len(raw), content.dtype.str if is_array else "bytes")
        body += raw + b"\0" * (_aligned(len(raw)) - len(raw))
    head = orjson.dumps({**header, "sections": layout})
    front = _PREFIX.pack(_MAGIC, len(head)) + head
    return front + b"\0" * (_aligned(len(front)) - len(front)) + bytes(body)


def _aligned(size: int) -> int:
    return -(-size // 8) * 8


def _begin(ends: npt.NDArray[Any], index: int, *, gap: int) -> int:
    return 0 if index == 0 else int(ends[index - 1]) + gap


def _column_name(index: int) -> str:
    return f"property.{index}"


_NOT_PREPARED = Text(
    id="Berkas fitur yang disiapkan rusak. Hapus folder 'prepared' di gudang data; isinya dibuat ulang.",
    en="A prepared feature file is damaged. Delete the store's 'prepared' folder; it is made again.",
)
_IDS_NOT_UNIQUE = Text(
    id="Setiap fitur memerlukan area_id yang berbeda; ada yang kosong atau kembar.",
    en="Every feature needs an area_id of its own; some are missing or used twice.",
)
_KIND_NAMES: dict[ColumnKind, Text] = {
    "text": Text(id="teks", en="a text"),
    "integer": Text(id="bilangan bulat seperti 2024", en="a whole number such as 2024"),
    "number": Text(id="bilangan seperti 12.5", en="a number such as 12.5"),
    "boolean": Text(id="'true' atau 'false'", en="'true' or 'false'"),
    "json": Text(id="nilai tunggal", en="a single value"),
}


def _unknown_property(name: str, fields: Mapping[str, ColumnKind]) -> Text:
    return Text(
        id="Tidak ada properti {name!r}. Properti yang dapat disaring: {fields}.",
        en="There is no property {name!r}. Properties to filter on: {fields}.",
    ).format(name=name, fields=", ".join(fields) or "-")


def _wrong_type(name: str, kind: ColumnKind, value: str) -> Text:
    if kind == "json":
        return Text(
            id="Properti {name!r} berisi daftar atau objek dan tidak dapat disaring.",
            en="Property {name!r} holds lists or objects and cannot be filtered on.",
        ).format(name=name)
    expected = _KIND_NAMES[kind]
    return Text(
        id=f"Properti {name!r} memerlukan {expected.id}, bukan {value!r}.",
        en=f"Property {name!r} needs {expected.en}, not {value!r}.",
    )
