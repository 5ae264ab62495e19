"""Derived files, written so that the same sources give the same bytes."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo.vector.planning_region import PlanningRegion
from geo.vector.region_file import parse_region
from geo.vector.schema import LayerSchema

# The folder of all data: sources and what is made from them.
DATA = Path(__file__).parents[1]


def shipped_region() -> PlanningRegion:
    """The region that the data are of."""
    return parse_region((DATA / "region/region.toml").read_text("utf-8"))


def write_geojson(path: Path, frame: gpd.GeoDataFrame, schema: LayerSchema) -> None:
    """RFC 7946: lon/lat with six decimals, rings counter-clockwise, one feature a line, by key."""
    names = [field.name for field in schema.fields if field.name != schema.key]
    features = [
        {
            "type": "Feature",
            "id": key,
            "properties": {schema.key: key} | {name: _json(frame.at[key, name]) for name in names},
            "geometry": json_geometry(frame.geometry[key]),
        }
        for key in sorted(frame.index)
    ]
    write_features(path, features, name=schema.layer)


def write_features(path: Path, features: Iterable[Mapping[str, Any]], *, name: str) -> None:
    """A collection of GeoJSON features, one a line, in their order."""
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    text = f'{{"type": "FeatureCollection", "name": "{name}", "features": [\n{lines}\n]}}\n'
    ready(path).write_text(text, "utf-8", newline="\n")


def write_layer(path: Path, frame: gpd.GeoDataFrame, schema: LayerSchema) -> None:
    """GeoParquet as the store keeps it: the fields of the schema in its order, by key."""
    names = [field.name for field in schema.fields if field.name != schema.key]
    keyed = frame.sort_index().rename_axis("area_id")
    keyed[schema.key] = keyed.index
    # The strongest level halves the file; reading it costs the same.
    keyed[[schema.key, *names, "geometry"]].to_parquet(
        ready(path), index=True, compression="zstd", compression_level=19, geometry_encoding="WKB"
    )


def _json(value: Any) -> Any:
    """A property as JSON: missing is null, a whole number has no point."""
    if isinstance(value, str) or value is None:
        return value
    number = float(value)
    if np.isnan(number):
        return None
    return int(number) if number.is_integer() else number


def json_geometry(geometry: shapely.Geometry) -> Any:
    """Six decimals, rings counter-clockwise; `ValueError` when rounding breaks it."""
    rounded = shapely.transform(geometry, lambda xy: np.round(xy, 6))
    if not rounded.is_valid:
        raise ValueError("rounding broke a geometry")
    return shapely.geometry.mapping(shapely.orient_polygons(shapely.normalize(rounded)))


def ready(path: Path) -> Path:
    """`path`, once its folder stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
