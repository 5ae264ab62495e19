"""A distance raster after something was built: the smaller of two distances, whatever was skipped."""

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.raster.distance import distance_m
from geo.raster.grid import ArraySource, Grid, Window, blocks
from geo.raster.nearer import Nearer

UTM = pyproj.CRS("EPSG:32750").to_wkt()
LONLAT = pyproj.CRS("EPSG:4326").to_wkt()


def lines(*coordinates, crs=LONLAT):
    return gpd.GeoDataFrame(geometry=[shapely.LineString(c) for c in coordinates], crs=crs)


def test_each_cell_has_the_smaller_distance():
    grid = Grid(UTM, Affine(100, 0, 500_000, 0, -100, 9_600_000), 4, 1)
    road = lines([(500_350, 9_590_000), (500_350, 9_610_000)], crs=UTM)
    base = ArraySource(grid, np.array([[120.0, 150.0, 180.0, 10.0]]))
    found, valid = Nearer(base, road).read(grid.whole)
    assert found == pytest.approx(np.array([[120, 150, 100, 0]]), rel=1e-3, abs=1e-6)
    assert valid is None


def test_a_distance_that_was_unknown_stays_unknown():
    grid = Grid(UTM, Affine(100, 0, 500_000, 0, -100, 9_600_000), 3, 1)
    road = lines([(500_150, 9_590_000), (500_150, 9_610_000)], crs=UTM)
    base = ArraySource(grid, np.array([[-1, 900, 900]], dtype=np.int16), nodata=-1)
    found, valid = Nearer(base, road).read(grid.whole)
    assert valid.tolist() == [[False, True, True]]
    assert found[0, 1:] == pytest.approx([0, 100], rel=1e-3, abs=1e-6)


GRIDS = [
    Grid(LONLAT, Affine(0.003, 0, 114.5, 0, -0.003, -2.5), 200, 140),
    Grid(UTM, Affine(400, 0, 420_000, 0, -400, 9_700_000), 140, 190),
]
places = st.tuples(st.floats(114.4, 115.2), st.floats(-3.0, -2.4))


@settings(max_examples=15)
@given(
    grid=st.sampled_from(GRIDS),
    roads=st.lists(st.lists(places, min_size=2, max_size=5, unique=True), min_size=1, max_size=3),
    old=st.lists(st.lists(places, min_size=2, max_size=5, unique=True), min_size=1, max_size=4),
)
def test_what_is_skipped_could_not_be_nearer(grid, roads, old):
    """The whole raster at once, without skipping, is the judge; and a road raises no distance."""
    base = distance_m(lines(*old), grid)
    source = Nearer(ArraySource(grid, base), lines(*roads))
    expected = np.minimum(base, distance_m(lines(*roads), grid))
    found, _ = source.read(grid.whole)
    assert np.array_equal(found, expected)
    assert (found <= base).all()
    parts = np.full_like(base, np.nan)
    for window in blocks(grid, 90, 70):
        rows = slice(window.row, window.row + window.height)
        cols = slice(window.col, window.col + window.width)
        parts[rows, cols], _ = source.read(window)
    assert np.array_equal(parts, expected)


def test_far_from_a_new_road_distances_stay_as_they_are():
    grid = GRIDS[0]
    source = Nearer(ArraySource(grid, np.full((140, 200), 40.0)), lines([(110, -7), (110.1, -7)]))
    found, valid = source.read(Window(10, 20, 5, 6))
    assert found.tolist() == [[40.0] * 6] * 5
    assert valid is None
