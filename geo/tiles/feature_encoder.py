"""A layer encoded once for `geo/tiles/features.py`: GeoJSON bytes, exact geometry, columns for filters.

geopandas and shapely are imported inside, so that a service that only reads prepared files need
not load them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import orjson

from geo.errors import InvalidLayer
from geo.filtering.columns import DECIMALS, Kind
from geo.filtering.temporal import kind_of_times
from geo.json_types import as_json, without_surrogates
from geo.language import texts
from geo.store.snapshots import one_writer, reading, write_atomically
from geo.tiles.deflate_blocks import COMMA, block
from geo.tiles.features import MAGIC, NULL_INTEGER, PREFIX, FeatureTable, aligned, column_name
from geo.tiles.geometry_kinds import of_one_type, places_of
from geo.vector.schema import GeometryKind, LayerSchema

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

_SAY = texts(__name__)

# Smaller features have too little in them that repeats: deflated each for itself, those of 865 bytes
# on average become 42 % larger than deflated together, of 1,743 20 %, of 2,671 10 %.
_FEWEST_BYTES_DEFLATED = 1_500
_FEATURES_AT_ONCE = 256


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
    geometries = sendable(np.asarray(to_lonlat(frame).geometry.array, dtype=object))
    return _encoded(ids, geometries, _property_columns(frame, ids, schema))


def write_features(snapshot: Path, target: Path, schema: LayerSchema | None) -> None:
    """`encode_features` of a layer as published (GeoParquet), whole at `target` or not at all.

    Of several who ask for one file the first makes it, and the others wait.
    """
    import geopandas as gpd

    with one_writer(target):
        if not target.exists():
            with reading(snapshot):
                frame = gpd.read_parquet(snapshot)
            write_atomically(target, encode_features(frame, schema=schema))


def encode_kind(whole: FeatureTable, kind: GeometryKind) -> bytes:
    """The features of a prepared layer that are of one kind of geometry, as a prepared file of their own.

    They have all properties of the layer, also one that none of them has a value for.
    """
    places = places_of(whole.type_ids, kind)
    geometries = of_one_type(whole.shapes().at(places), kind)
    features = whole.properties(places)
    columns = {
        name: (of, [feature["properties"][name] for feature in features])
        for name, of in whole.fields.items()
    }
    ids = [feature["id"] for feature in features]
    return _encoded(ids, geometries, columns)


def _encoded(
    ids: list[str],
    geometries: npt.NDArray[Any],
    columns: Mapping[str, tuple[Kind, list[Any]]],
) -> bytes:
    properties = {name: values for name, (_, values) in columns.items()}
    sections = _geometry_sections(geometries)
    sections |= _feature_sections(_features(ids, geometries, properties))
    sections |= _text_sections("id", list(ids))
    for index, (kind, values) in enumerate(columns.values()):
        sections |= _column_sections(column_name(index), kind, values)

    header = {
        "count": len(ids),
        "fields": {name: kind for name, (kind, _) in columns.items()},
        "extent": _extent(sections["bounds"]),
    }
    return _packed(header, sections)


def _require_ids(frame: "gpd.GeoDataFrame") -> list[str]:
    ids = [without_surrogates(str(value)) for value in frame.index]
    if frame.index.hasnans or len(set(ids)) != len(ids):
        twice = sorted({value for value, count in Counter(ids).items() if count > 1})[:20]
        raise InvalidLayer(reason=_SAY["ids_not_unique"], duplicates=twice)
    return ids


def sendable(geometries: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Right-hand rings, at most seven decimals, null for what GeoJSON cannot say."""
    import shapely

    geometries = np.array([_without_empty_parts(geometry) for geometry in geometries], dtype=object)
    # shapely.transform loses the height of a geometry that also has measures, so measures go first.
    measured = shapely.has_m(geometries)
    geometries[measured] = shapely.from_wkb(
        shapely.to_wkb(geometries[measured], output_dimension=3)
    )
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
    return np.round(positions, DECIMALS) + 0.0  # + 0.0 turns -0.0 into 0.0


def _geometry_sections(geometries: npt.NDArray[Any]) -> dict[str, Any]:
    import shapely

    wkb = [item or b"" for item in shapely.to_wkb(geometries)]
    return {
        "bounds": shapely.bounds(geometries).reshape(-1, 4),
        "types": shapely.get_type_id(geometries).astype(np.int8),
    } | _joined("wkb", wkb)


def _features(
    ids: Sequence[str], geometries: npt.NDArray[Any], properties: Mapping[str, list[Any]]
) -> list[bytes]:
    import shapely

    rows = zip(*properties.values(), strict=True) if properties else iter([()] * len(ids))
    # In one call shapely would hold the interpreter for seconds, and all texts in memory.
    texts = chain.from_iterable(
        shapely.to_geojson(geometries[at : at + _FEATURES_AT_ONCE])
        for at in range(0, len(ids), _FEATURES_AT_ONCE)
    )
    return [
        orjson.dumps(
            {
                "type": "Feature",
                "id": area_id,
                "geometry": None if text is None else orjson.Fragment(text),
                "properties": dict(zip(properties, row, strict=True)),
            }
        )
        for area_id, text, row in zip(ids, texts, rows, strict=True)
    ]


def _feature_sections(features: Sequence[bytes]) -> dict[str, Any]:
    """The features, and where they are large enough for it deflated too."""
    sections = _joined("json", features, separator=b",")
    if sum(map(len, features)) < _FEWEST_BYTES_DEFLATED * max(len(features), 1):
        return sections
    deflated = [block(feature) for feature in features]
    return sections | _joined("deflate", deflated, separator=COMMA)


def _property_columns(
    frame: "gpd.GeoDataFrame", ids: Sequence[str], schema: LayerSchema | None
) -> dict[str, tuple[Kind, list[Any]]]:
    integers = {f.name for f in schema.fields if f.kind == "integer"} if schema else set()
    columns: dict[str, tuple[Kind, list[Any]]] = {
        without_surrogates(str(name)): _property_column(frame[name], is_integer=name in integers)
        for name in frame.columns
        if name != frame.geometry.name
    }
    if schema is None or schema.key in columns:
        return columns
    key: dict[str, tuple[Kind, list[Any]]] = {schema.key: ("text", list(ids))}
    return key | columns


def _property_column(series: "pd.Series[Any]", *, is_integer: bool) -> tuple[Kind, list[Any]]:
    missing = series.isna().to_numpy(dtype=np.bool_)
    values = [
        None if gone else as_json(value)
        for value, gone in zip(series.tolist(), missing, strict=True)
    ]
    if is_integer and all(v is None or float(v).is_integer() for v in values):
        values = [None if v is None else int(v) for v in values]
    return _kind_of(values) or _declared_kind(series), values


def _declared_kind(series: "pd.Series[Any]") -> Kind:
    """The kind of a column without a value: what it was published as."""
    declared: dict[str, Kind] = {"b": "boolean", "i": "integer", "u": "integer", "f": "number"}
    return declared.get(series.dtype.kind, "text")


def _kind_of(values: Sequence[Any]) -> Kind | None:
    """The kind that all values are of; None where there are none."""
    types = {type(value) for value in values} - {type(None)}
    if not types:
        return None
    if types == {str}:
        return kind_of_times(values) or "text"
    if types == {bool}:
        return "boolean"
    if types == {int}:
        return "integer"
    return "number" if types <= {int, float} else "json"


def _column_sections(column: str, kind: Kind, values: list[Any]) -> dict[str, Any]:
    if kind in ("text", "date", "instant"):
        return _text_sections(column, values)
    if kind == "integer":
        return {column: np.array([NULL_INTEGER if v is None else v for v in values], np.int64)}
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
    body, at = [], 0
    for name, content in sections.items():
        is_array = isinstance(content, np.ndarray)
        raw = content.tobytes() if is_array else content
        layout[name] = (at, len(raw), content.dtype.str if is_array else "bytes")
        body += [raw, b"\0" * (aligned(len(raw)) - len(raw))]
        at += aligned(len(raw))
    head = orjson.dumps({**header, "sections": layout})
    front = PREFIX.pack(MAGIC, len(head)) + head
    return b"".join([front, b"\0" * (aligned(len(front)) - len(front)), *body])
