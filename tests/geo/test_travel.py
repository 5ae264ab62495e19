"""Travel time on rasters small enough to walk by hand."""

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from affine import Affine

from geo.errors import CRSMissing, InvalidInput
from geo.raster.grid import ArraySource, Grid, Window
from geo.travel import FrictionTable, parse_friction, travel_cost

UTM = pyproj.CRS("EPSG:32750").to_wkt()
# One kilometre of road takes a minute, of grass ten, of forest thirty; nobody walks over water.
TABLE = FrictionTable("made for the test", {1: 60.0, 2: 6.0, 3: 2.0, 0: 0.0})
ROOT2 = 2**0.5


def land(classes, *, cell=1000.0, nodata=None):
    cells = np.asarray(classes)
    grid = Grid(UTM, Affine(cell, 0, 500_000, 0, -cell, 9_700_000), cells.shape[1], cells.shape[0])
    return ArraySource(grid, cells, nodata)


def at(source, row, col):
    x, y = source.grid.centres(np.array(float(row)), np.array(float(col)))
    return gpd.GeoDataFrame(geometry=[shapely.Point(x, y)], crs=UTM)


def minutes(source, row, col, **options):
    return travel_cost(source, at(source, row, col), friction_table=TABLE, **options)


def test_even_land_takes_the_octile_distance():
    found = minutes(land(np.full((30, 40), 2)), 11, 17)
    rows, cols = np.abs(np.mgrid[:30, :40] - np.array([11, 17])[:, None, None])
    octile = np.maximum(rows, cols) + (ROOT2 - 1) * np.minimum(rows, cols)
    assert found == pytest.approx(10 * octile)
    straight = 10 * np.hypot(rows, cols)
    assert (found >= straight - 1e-9).all()
    assert (found <= straight * 1.0824 + 1e-9).all()


def test_a_step_takes_half_of_each_cell():
    assert minutes(land([[1, 2, 3]]), 0, 0) == pytest.approx(np.array([[0, 5.5, 25.5]]))


def test_a_detour_by_road_beats_the_forest():
    found = minutes(land([[1, 3, 1], [1, 3, 1], [1, 1, 1]]), 0, 0)
    # Down one, slanting past the corner, slanting up, up one.
    assert found[0, 2] == pytest.approx(2 + 2 * ROOT2)


def test_behind_a_barrier_no_way_leads():
    found = minutes(land([[2, 0, 2], [2, 0, 2]]), 0, 0)
    assert found[:, 0].tolist() == pytest.approx([0, 10])
    assert np.isnan(found[:, 1:]).all()


def test_cells_without_a_class_are_no_way_and_a_source_in_one_leads_nowhere():
    source = land([[2, 255, 2]], nodata=255)
    assert np.isnan(minutes(source, 0, 0)[0, 1:]).all()
    assert np.isnan(minutes(source, 0, 1)).all()


def test_a_road_begins_in_every_cell_that_it_touches():
    source = land(np.full((3, 5), 2))
    road = gpd.GeoDataFrame(
        geometry=[shapely.LineString([(500_000, 9_699_500), (505_000, 9_699_500)]), None], crs=UTM
    )
    found = travel_cost(source, road.to_crs("EPSG:4326"), friction_table=TABLE)
    assert found == pytest.approx(np.repeat([[0.0], [10.0], [20.0]], 5, axis=1))


def test_no_source_or_one_elsewhere_leaves_all_unreached():
    source = land([[2, 2]])
    elsewhere = gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs=UTM)
    for frame in (elsewhere, elsewhere.iloc[:0]):
        assert np.isnan(travel_cost(source, frame, friction_table=TABLE)).all()
    with pytest.raises(CRSMissing):
        travel_cost(source, elsewhere.set_crs(None, allow_override=True), friction_table=TABLE)


def test_a_window_knows_only_the_ways_inside_it():
    source = land([[2, 0, 2], [2, 2, 2]])
    assert minutes(source, 0, 0)[0, 2] == pytest.approx(20 * ROOT2)
    assert np.isnan(minutes(source, 0, 0, window=Window(0, 0, 1, 3))[0, 2])


def test_cells_in_degrees_are_as_wide_as_their_latitude_says():
    grid = Grid(pyproj.CRS("EPSG:4326").to_wkt(), Affine(0.01, 0, 115, 0, -0.01, -59.95), 3, 10)
    source = ArraySource(grid, np.full((10, 3), 2))
    well = gpd.GeoDataFrame(geometry=[shapely.Point(115.005, -60.0049)], crs="EPSG:4326")
    found = travel_cost(source, well, friction_table=TABLE)
    # A degree of longitude at 60° is half of one of latitude: 558 m and 1,114 m a cell.
    assert found[5, 1] == pytest.approx(5.58, rel=1e-2)
    assert found[4, 0] == pytest.approx(11.14, rel=1e-2)


def test_a_class_without_a_speed_is_named():
    with pytest.raises(InvalidInput, match="lacks classes 4, 9 of the raster"):
        minutes(land([[2, 4, 9]]), 0, 0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("source = ", "no TOML"),
        ("[[class]]\ncode = 1\nspeed_km_h = 4", "source is missing"),
        ('source = "s"', "class.. is missing"),
        ('source = "s"\n[[class]]\ncode = "1"\nspeed_km_h = 4', "'1' is no integer"),
        ('source = "s"\n[[class]]\ncode = 1', "of class 1 must be a number"),
        ('source = "s"\n[[class]]\ncode = 1\nspeed_km_h = -1', "of class 1 must be a number"),
        ('source = "s"\n[[class]]\ncode = 1\nspeed_km_h = nan', "of class 1 must be a number"),
        ('source = "s"\n' + "[[class]]\ncode = 1\nspeed_km_h = 1\n" * 2, "class 1 is there twice"),
    ],
)
def test_a_table_that_says_too_little_is_refused(text, words):
    with pytest.raises(InvalidInput, match=words):
        parse_friction(text)
