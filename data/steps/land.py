"""The distance to the nearest main road, made from the lines in data/context/roads.geojson."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import rasterio.features
import shapely
from affine import Affine

from data.steps.files import DATA, ready, shipped_region
from geo.raster.distance import DistanceSource
from geo.raster.files import write_cog
from geo.raster.grid import Grid, Window

# 15 arc seconds, 463 m: the lines lie up to 150 m beside the road, so finer cells would say no more.
_CELL_DEG = 1 / 240
_LINES_OFF_M = 150.0
_ROUNDED_TO_M = 10.0
_UNKNOWN = 65_535


def build_main_road_distance(target: Path, regencies: gpd.GeoDataFrame) -> None:
    """main_road_distance_m.tif: metres as the crow flies; no data where no line lies on the same land.

    A line across the strait is no access to an island, and the lines say nothing of roads below
    primary: an island without a line is unknown, never far.
    """
    roads = gpd.read_file(DATA / "context/roads.geojson")
    west, south, east, north = shipped_region().bounds
    transform = Affine(_CELL_DEG, 0, west, 0, -_CELL_DEG, north)
    columns, rows = round((east - west) / _CELL_DEG), round((north - south) / _CELL_DEG)
    grid = Grid("EPSG:4326", transform, columns, rows)
    surface, known = DistanceSource(roads, grid), _land_with_roads(regencies, roads, grid)

    def cells(window: Window) -> npt.NDArray[np.uint16]:
        box = np.s_[window.row : window.row + window.height, window.col : window.col + window.width]
        found = np.round(surface.read(window)[0] / _ROUNDED_TO_M) * _ROUNDED_TO_M
        return np.where(known[box], found, _UNKNOWN).astype(np.uint16)

    path = ready(target / "land/main_road_distance_m.tif")
    write_cog(path, grid, cells, dtype="uint16", nodata=_UNKNOWN)


def _land_with_roads(
    regencies: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, grid: Grid
) -> npt.NDArray[np.bool_]:
    """(height, width): the cells of the landmasses that a road lies on.

    A cell across a shore belongs to the landmass at its centre, else to one with a road.
    """
    land = shapely.get_parts(regencies.geometry.union_all())
    crs = shipped_region().metric_crs
    near = roads.to_crs(crs).union_all().buffer(_LINES_OFF_M)
    met = gpd.GeoSeries(land, crs=regencies.crs).to_crs(crs).intersects(near).to_numpy()
    shape = {"out_shape": (grid.height, grid.width), "transform": grid.transform}

    with_road = rasterio.features.rasterize(land[met], all_touched=True, **shape) == 1
    without = land[~met]
    if len(without) == 0:
        return with_road
    return with_road & (rasterio.features.rasterize(without, **shape) == 0)
