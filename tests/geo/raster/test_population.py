"""People about a zone, counted by hand on four cells of one kilometre."""

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from affine import Affine

from geo.crs import area_ha
from geo.raster.grid import ArraySource, Grid
from geo.raster.population import people_about

UTM = pyproj.CRS("EPSG:32750")
# Around 115.5°E, 3.3°S: two by two cells of 1 km.
WEST, NORTH = 333_000, 9_635_000
GRID = Grid(UTM.to_wkt(), Affine(1000, 0, WEST, 0, -1000, NORTH), 2, 2)
DENSITY = ArraySource(GRID, np.array([[10, 30], [255, 255]], dtype=np.uint8))


def boxes(*bounds):
    return gpd.GeoDataFrame(geometry=[shapely.box(*b) for b in bounds], crs=UTM)


def test_people_are_the_mean_density_times_the_area():
    zone = boxes((WEST, NORTH - 1000, WEST + 2000, NORTH))
    found = people_about(zone, DENSITY).iloc[0]
    assert found["people"] == pytest.approx(20 * area_ha(zone)[0] / 100)
    assert found["people"] == pytest.approx(40, rel=2e-3)
    assert found["capped_share"] == 0


def test_the_part_of_a_zone_whose_density_is_cut_is_said():
    zone = boxes((WEST, NORTH - 2000, WEST + 1000, NORTH))
    found = people_about(zone, DENSITY).iloc[0]
    assert found["people"] == pytest.approx(265, rel=2e-3)
    assert found["capped_share"] == pytest.approx(0.5)


def test_nobody_is_counted_where_the_raster_does_not_reach():
    zones = boxes((WEST - 1000, NORTH - 1000, WEST + 1000, NORTH), (0, NORTH - 1000, 1000, NORTH))
    found = people_about(zones, DENSITY)
    assert found["people"].iloc[0] == pytest.approx(10, rel=2e-3)
    assert found["valid_share"].tolist() == pytest.approx([0.5, 0])
    assert np.isnan(found["people"].iloc[1])
