"""The land that the map draws under its layers, made from the shoreline."""

from pathlib import Path

import geopandas as gpd
import shapely

from data.steps.files import DATA, json_geometry, write_features
from geo.crs import area_ha

_KM2_PER_HA = 0.01


def build_land(target: Path) -> None:
    """land.geojson: what the shoreline cuts out of its own frame, without the sea; largest first."""
    coast = gpd.read_file(DATA / "context/coast.geojson").geometry
    frame = shapely.box(*coast.total_bounds)
    cut = shapely.polygonize([shapely.union_all([*coast, frame.boundary])])
    pieces = gpd.GeoDataFrame(geometry=shapely.get_parts(cut), crs=coast.crs)

    pieces["area_km2"] = (area_ha(pieces) * _KM2_PER_HA).round(2)
    land = pieces.sort_values("area_km2", ascending=False, kind="stable").iloc[1:]  # first: the sea

    features = [
        {"type": "Feature", "properties": {"area_km2": area}, "geometry": json_geometry(piece)}
        for area, piece in zip(land["area_km2"], land.geometry, strict=True)
    ]
    write_features(target / "context/land.geojson", features, name="land")
