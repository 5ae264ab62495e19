"""Distances that a person can check, the ellipsoid as the judge, and blocks that fit together."""

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import CRSMissing, InvalidLayer
from geo.raster.distance import DistanceSource, NearestOf
from geo.raster.grid import ArraySource, Grid, Window, blocks

UTM = pyproj.CRS("EPSG:32750").to_wkt()
LONLAT = pyproj.CRS("EPSG:4326").to_wkt()
WGS84 = pyproj.Geod(ellps="WGS84")
# Near the central meridian of UTM 50S a metre of the map is 0.9996 m of ground.
GROUND = 1 / 0.9996


def utm_grid(width, height, cell=100.0, left=499_000.0, top=9_700_000.0):
    return Grid(UTM, Affine(cell, 0, left, 0, -cell, top), width, height)


def lonlat_grid(width, height, cell=0.01, left=114.3, top=-1.3):
    return Grid(LONLAT, Affine(cell, 0, left, 0, -cell, top), width, height)


def distance_m(found, grid, window=None):
    return DistanceSource(found, grid).read(window or grid.whole)[0]


def features(*shapes, crs=UTM):
    return gpd.GeoDataFrame(geometry=list(shapes), crs=crs)


def geodesic_m(grid, lon, lat):
    """Geodesic distance from every cell centre of a lon/lat grid to its nearest of some points."""
    rows, cols = np.mgrid[: grid.height, : grid.width].astype(float)
    x, y = grid.centres(rows, cols)
    every = [
        WGS84.inv(x, y, np.full_like(x, a), np.full_like(y, b))[2]
        for a, b in zip(lon, lat, strict=True)
    ]
    return np.min(every, axis=0)


def roads(seed=0, n=60):
    """Bent lines over the province, in lon/lat."""
    rng = np.random.default_rng(seed)
    start = rng.uniform([114.3, -4.9], [116.6, -1.3], (n, 1, 2))
    bends = np.cumsum(rng.normal(0, 0.02, (n, 12, 2)), axis=1)
    return gpd.GeoDataFrame(geometry=shapely.linestrings(start + bends), crs=LONLAT)


def test_a_point_is_as_far_as_pythagoras_says():
    well = features(shapely.Point(499_050, 9_699_950))
    expected = [[0, 100, 200, 300], [100, 2**0.5 * 100, 5**0.5 * 100, 10**0.5 * 100]]
    found = distance_m(well, utm_grid(4, 2))
    assert found == pytest.approx(np.array(expected) * GROUND, rel=1e-5, abs=1e-6)


def test_a_line_is_met_at_right_angles_and_beyond_its_ends_at_the_end():
    road = features(shapely.LineString([(499_150, 9_699_950), (499_250, 9_699_950)]))
    expected = [[100, 0, 0, 100], [2**0.5 * 100, 100, 100, 2**0.5 * 100]]
    found = distance_m(road, utm_grid(4, 2))
    assert found == pytest.approx(np.array(expected) * GROUND, rel=1e-5, abs=1e-6)


def test_a_polygon_is_near_outside_zero_inside_and_near_again_in_its_hole():
    lake = shapely.box(499_000, 9_699_500, 499_500, 9_700_000).difference(
        shapely.box(499_200, 9_699_700, 499_300, 9_699_800)
    )
    found = distance_m(features(lake), utm_grid(7, 5))
    expected = np.zeros((5, 7))
    expected[2, 2], expected[:, 5], expected[:, 6] = 50, 50, 150
    assert found == pytest.approx(expected * GROUND, rel=1e-4, abs=1e-6)


def test_parts_collections_heights_and_missing_geometries():
    shapes = [
        shapely.MultiPoint([(499_050, 9_699_950), (499_650, 9_699_950)]),
        shapely.GeometryCollection(
            [shapely.MultiLineString([[(499_350, 9_700_000, 7), (499_350, 9_699_000, 9)]])]
        ),
        None,
        shapely.Polygon(),
    ]
    found = distance_m(features(*shapes), utm_grid(7, 1))
    assert found == pytest.approx(
        np.array([[0, 100, 100, 0, 100, 100, 0]]) * GROUND, rel=1e-4, abs=1e-6
    )


@pytest.mark.parametrize("left", [95.0, 114.3, 138.0])
def test_agrees_with_the_geodesic_within_four_hundredths_of_a_percent(left):
    """Over a province's extent, on a grid in degrees."""
    rng = np.random.default_rng(1)
    grid = lonlat_grid(47, 73, cell=0.05, left=left)
    lon, lat = rng.uniform(left, left + 2.35, 12), rng.uniform(-4.9, -1.3, 12)
    towns = features(*shapely.points(lon, lat), crs=LONLAT)
    ratio = distance_m(towns, grid) / geodesic_m(grid, lon, lat)
    assert ratio.min() > 1 - 1e-6
    assert ratio.max() < 1.0004


def test_a_grid_as_wide_as_the_country_is_as_accurate_and_has_no_steps():
    rng = np.random.default_rng(2)
    grid = lonlat_grid(230, 40, cell=0.2, left=95.0, top=4.0)
    lon, lat = rng.uniform(95, 141, 150), rng.uniform(-4, 4, 150)
    found = distance_m(features(*shapely.points(lon, lat), crs=LONLAT), grid)
    assert found / geodesic_m(grid, lon, lat) == pytest.approx(np.ones_like(found), abs=1e-3)


def test_a_projected_and_a_geographic_grid_agree():
    """The same cell centres, in degrees and in metres."""
    plain = lonlat_grid(5, 5, cell=0.2, left=115.0, top=-2.0)
    found = distance_m(roads(), plain)
    to_utm = pyproj.Transformer.from_crs(LONLAT, UTM, always_xy=True)
    for row, col in ((0, 0), (2, 3), (4, 4)):
        x, y = to_utm.transform(*plain.centres(np.array(float(row)), np.array(float(col))))
        one = Grid(UTM, Affine(100, 0, x - 50, 0, -100, y + 50), 1, 1)
        assert distance_m(roads(), one)[0, 0] == pytest.approx(found[row, col], rel=4e-4)


def test_an_edge_is_straight_in_the_crs_of_its_file():
    """The parallel 4°S from 115°E to 116°E is no geodesic: its middle is 60 m off."""
    road = features(shapely.LineString([(115, -4), (116, -4)]), crs=LONLAT)
    on_it = lonlat_grid(1, 1, cell=1e-4, left=115.5 - 5e-5, top=-4 + 5e-5)
    assert distance_m(road, on_it)[0, 0] < 0.2


@pytest.mark.parametrize("sides", [(7, 5), (13, 64), (1, 200)])
@pytest.mark.parametrize("grid", [lonlat_grid(64, 40, cell=0.05, left=113.0), utm_grid(64, 40)])
def test_blocks_of_any_size_give_the_bytes_of_the_whole(grid, sides):
    """Over two frames on the geographic grid."""
    whole = distance_m(roads(), grid)
    source = DistanceSource(roads(), grid)
    parts = np.empty_like(whole)
    for w in blocks(grid, *sides):
        parts[w.row : w.row + w.height, w.col : w.col + w.width] = source.read(w)[0]
    assert parts.tobytes() == whole.tobytes()


def test_every_candidate_that_could_be_nearest_is_tried():
    """Against GEOS, cell by cell, in a frame of the same kind."""
    grid = lonlat_grid(50, 60, cell=0.04)
    meridian = 114.3 + 50 * 0.04 / 2
    frame = pyproj.CRS(f"+proj=tmerc +lat_0=0 +lon_0={meridian!r} +k=1 +datum=WGS84")
    rows, cols = np.mgrid[:60, :50].astype(float)
    cells = gpd.GeoSeries(
        shapely.points(*[v.ravel() for v in grid.centres(rows, cols)]), crs=LONLAT
    ).to_crs(frame)
    everything = roads().to_crs(frame).union_all()
    expected = cells.distance(everything).to_numpy().reshape(60, 50)
    assert distance_m(roads(), grid) == pytest.approx(expected, abs=0.2)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.floats(114.3, 116.6), st.floats(-4.9, -1.3)), min_size=1, max_size=6),
    st.tuples(st.integers(0, 69), st.integers(0, 69)),
)
def test_neighbouring_cells_differ_by_no_more_than_they_are_apart(positions, corner):
    """Distance is 1-Lipschitz; the frame stretches the step itself by at most 0.034 %."""
    shape = shapely.LineString(positions) if len(positions) > 1 else shapely.Point(positions[0])
    grid = lonlat_grid(80, 80, cell=0.03, top=-1.2)
    window = Window(*corner, 10, 10)
    found = distance_m(features(shape, crs=LONLAT), grid, window=window)
    width_m, height_m = grid.cell_size_m(window)
    assert (np.abs(np.diff(found, axis=1)) <= width_m[:, None] * 1.0004 + 1e-6).all()
    assert (np.abs(np.diff(found, axis=0)) <= height_m[:-1, None] * 1.0004 + 1e-6).all()


def test_what_reaches_around_the_earth_is_measured_where_it_is_near():
    grid = lonlat_grid(3, 3)
    near, far = shapely.LineString([(115, -3), (115, -60)]), shapely.Point(-155, 3)
    world = shapely.LineString([(115, -3), (115, -60), (-155, -60)])
    found = distance_m(features(world, crs=LONLAT), grid)
    assert (found == distance_m(features(near, far, crs=LONLAT), grid)).all()
    assert np.isnan(distance_m(features(far, crs=LONLAT), grid)).all()


def test_nothing_has_no_distance():
    for empty in (features(), features(None, shapely.LineString())):
        with pytest.raises(InvalidLayer, match="no feature with a geometry"):
            distance_m(empty, utm_grid(1, 1))
    with pytest.raises(CRSMissing):
        distance_m(features(shapely.Point(0, 0), crs=None), utm_grid(1, 1))


def lines(*coordinates, crs=LONLAT):
    return gpd.GeoDataFrame(geometry=[shapely.LineString(c) for c in coordinates], crs=crs)


def test_each_cell_has_the_smaller_distance():
    grid = Grid(UTM, Affine(100, 0, 500_000, 0, -100, 9_600_000), 4, 1)
    road = lines([(500_350, 9_590_000), (500_350, 9_610_000)], crs=UTM)
    base = ArraySource(grid, np.array([[120.0, 150.0, 180.0, 10.0]]))
    found, valid = NearestOf(base, road).read(grid.whole)
    assert found == pytest.approx(np.array([[120, 150, 100, 0]]), rel=1e-3, abs=1e-6)
    assert valid is None


def test_a_distance_that_was_unknown_stays_unknown():
    grid = Grid(UTM, Affine(100, 0, 500_000, 0, -100, 9_600_000), 3, 1)
    road = lines([(500_150, 9_590_000), (500_150, 9_610_000)], crs=UTM)
    base = ArraySource(grid, np.array([[-1, 900, 900]], dtype=np.int16), nodata=-1)
    found, valid = NearestOf(base, road).read(grid.whole)
    assert valid.tolist() == [[False, True, True]]
    assert found[0, 1:] == pytest.approx([0, 100], rel=1e-3, abs=1e-6)


GRIDS = [
    Grid(LONLAT, Affine(0.003, 0, 114.5, 0, -0.003, -2.5), 200, 140),
    Grid(UTM, Affine(400, 0, 420_000, 0, -400, 9_700_000), 140, 190),
]
places_near_roads = st.tuples(st.floats(114.4, 115.2), st.floats(-3.0, -2.4))


@settings(max_examples=15)
@given(
    grid=st.sampled_from(GRIDS),
    roads=st.lists(
        st.lists(places_near_roads, min_size=2, max_size=5, unique=True), min_size=1, max_size=3
    ),
    old=st.lists(
        st.lists(places_near_roads, min_size=2, max_size=5, unique=True), min_size=1, max_size=4
    ),
)
def test_what_is_skipped_could_not_be_nearer(grid, roads, old):
    """The whole raster at once, without skipping, is the judge; and a road raises no distance."""
    base = distance_m(lines(*old), grid)
    source = NearestOf(ArraySource(grid, base), lines(*roads))
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
    source = NearestOf(
        ArraySource(grid, np.full((140, 200), 40.0)), lines([(110, -7), (110.1, -7)])
    )
    found, valid = source.read(Window(10, 20, 5, 6))
    assert found.tolist() == [[40.0] * 6] * 5
    assert valid is None
