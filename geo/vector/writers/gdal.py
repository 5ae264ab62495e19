"""A layer by GDAL's drivers, handed over in Arrow's form some rows at a time."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geo.crs import LONLAT, same_crs
from geo.vector.file_formats import Kind
from geo.vector.losses import Fitted
from geo.vector.writers.text import in_parts


def write_gpkg(held: Fitted, path: Path, layer: str) -> None:
    """A GeoPackage of the one layer."""
    options = {"GEOMETRY_NAME": held.own["geom"], "FID": held.own["fid"]}
    write_by_gdal(held, path, layer=layer, driver="GPKG", options=options)


def write_flatgeobuf(held: Fitted, path: Path, layer: str) -> None:
    """A FlatGeobuf of all features in their order, without an index."""
    # The index would leave out features without a geometry, and put the others in its own order.
    options = {"SPATIAL_INDEX": "NO"}
    write_by_gdal(held, path, layer=layer, driver="FlatGeobuf", options=options)


def write_indexed_flatgeobuf(held: Fitted, path: Path, layer: str) -> None:
    """A FlatGeobuf with its index, by which programs fetch a part of it over HTTP."""
    options = {"SPATIAL_INDEX": "YES"}
    write_by_gdal(held, path, layer=layer, driver="FlatGeobuf", options=options)


def write_by_gdal(
    held: Fitted,
    path: Path,
    *,
    layer: str,
    driver: str,
    options: Mapping[str, str],
    those: "np.typing.NDArray[np.bool_] | None" = None,
) -> None:
    """A layer by one of GDAL's drivers; of its features `those` alone where that is given."""
    import pyarrow as pa
    import pyogrio

    shapes = held.geometry if those is None else held.geometry[those]
    # Longer than every column's name, so the name of none.
    longest = max((len(name) for name in held.values), default=0)
    geometry_name = options.get("GEOMETRY_NAME") or "g" * (longest + 1)
    types = [
        (column.written, _arrow_type(column.kind, held.values[column.written], driver=driver))
        for column in held.columns
    ]
    schema = pa.schema([*types, (geometry_name, pa.binary())])
    with warnings.catch_warnings():
        # GDAL says of each number with more digits than a .dbf has that it is cut; that is told already.
        warnings.simplefilter("ignore", RuntimeWarning)
        pyogrio.write_arrow(
            pa.RecordBatchReader.from_batches(schema, _batches(held, schema, those)),
            path,
            layer=layer,
            driver=driver,
            geometry_name=geometry_name,
            geometry_type=_geometry_type(shapes, is_single=driver == "ESRI Shapefile"),
            # Both have x before y in a file, and every program knows the code.
            crs="EPSG:4326" if same_crs(held.crs, LONLAT) else held.crs.to_wkt(),
            layer_options=dict(options),
            # Older releases of QGIS warn of a later one.
            dataset_options={"VERSION": "1.2"} if driver == "GPKG" else {},
        )


def _batches(
    held: Fitted, schema: Any, those: "np.typing.NDArray[np.bool_] | None"
) -> Iterator[Any]:
    """The layer in Arrow's form, some rows at a time."""
    import pyarrow as pa

    for part, rows in in_parts(held):
        values = zip(*rows, strict=True)
        arrays = [pa.array(v, field.type) for v, field in zip(values, schema, strict=False)]
        arrays.append(pa.array(shapely.to_wkb(held.geometry[part]), pa.binary()))
        batch = pa.record_batch(arrays, schema=schema)
        yield batch if those is None else batch.filter(pa.array(those[part]))


def _arrow_type(kind: Kind, values: Sequence[Any], *, driver: str) -> Any:
    import pyarrow as pa

    types = {
        "boolean": pa.bool_(),
        "number": pa.float64(),
        "date": pa.date32(),
        "time": pa.timestamp("ms"),
        "instant": pa.timestamp("ms", "UTC"),
    }
    if kind == "integer":
        # Programs read ten digits of a .dbf as a real number.
        is_short = driver == "ESRI Shapefile"
        fits = is_short and all(v is None or abs(v) < 10**9 for v in values)
        return pa.int32() if fits else pa.int64()
    return types.get(kind, pa.string())


_TYPES = (
    *("Point", "LineString", "LineString", "Polygon", "MultiPoint", "MultiLineString"),
    *("MultiPolygon", "GeometryCollection"),
)


def _geometry_type(shapes: "np.typing.NDArray[np.object_]", *, is_single: bool) -> str:
    """What a layer of these shapes is called; `Unknown` where they are of several kinds."""
    present = shapes[~shapely.is_missing(shapes)]
    found = {_TYPES[number] for number in shapely.get_type_id(present)}
    if is_single:
        # A Shapefile has one kind for both; only many points are another thing than one.
        found = {name if name == "MultiPoint" else name.removeprefix("Multi") for name in found}
    has_height = shapely.has_z(present)
    if not found and is_single:
        return "Polygon"
    if len(found) != 1 or (not is_single and has_height.any() != has_height.all()):
        return "Unknown"
    if shapely.has_m(present).any():
        return "Unknown"
    return found.pop() + (" Z" if has_height.any() else "")
