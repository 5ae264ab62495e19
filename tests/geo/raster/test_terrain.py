"""Terrain against surfaces whose slope is known on paper, on grids of metres, feet and degrees."""

import numpy as np
import pyproj
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InvalidInput, RasterRefused
from geo.raster import terrain
from geo.raster.grid import ArraySource, Grid, Window, blocks

WGS84 = pyproj.Geod(ellps="WGS84")
UTM, LONLAT, FEET = (pyproj.CRS(f"EPSG:{code}").to_wkt() for code in (32750, 4326, 2263))
US_FOOT_M = 1200 / 3937


def grid(crs=UTM, *, cell=30.0, origin=(500_000.0, 9_600_000.0), width=40, height=30):
    return Grid(crs, Affine(cell, 0, origin[0], 0, -cell, origin[1]), width, height)


def degrees(cell=1 / 3600, origin=(115.0, -3.0), **size):
    return grid(LONLAT, cell=cell, origin=origin, **size)


def centres(g):
    rows, cols = np.mgrid[: g.height, : g.width].astype(float)
    return g.centres(rows, cols)


def metres_per_degree(lat):
    """Along the parallel and the meridian, by the closed forms of the WGS 84 ellipsoid."""
    a, f = 6_378_137.0, 1 / 298.257223563
    e2, phi = f * (2 - f), np.radians(lat)
    w = np.sqrt(1 - e2 * np.sin(phi) ** 2)
    return np.radians(1) * a * np.cos(phi) / w, np.radians(1) * a * (1 - e2) / w**3


@pytest.mark.parametrize(("crs", "metre"), [(UTM, 1.0), (FEET, US_FOOT_M)])
def test_a_plane_has_its_slope_and_aspect_even_at_the_edges(crs, metre):
    g = grid(crs)
    x, y = centres(g)
    dem = ArraySource(g, 0.03 * x * metre - 0.04 * y * metre)
    assert terrain.slope_percent(dem, g.whole) == pytest.approx(5.0, abs=1e-6)
    # Down is towards the west and the north: 323.13° by the 3-4-5 triangle. Light from there at 45°
    # falls at 45° less the slope, 2.862°.
    lit = terrain.hillshade(dem, g.whole, azimuth_deg=360 - 36.8698976)
    assert lit == pytest.approx(255 * np.cos(np.radians(45 - 2.8624052)), abs=1e-6)


def test_heights_linear_in_degrees_have_the_slope_of_the_ellipsoid():
    g = degrees(origin=(115.0, -3.0), height=200)
    lon, lat = centres(g)
    dem = ArraySource(g, 4_000.0 * (lon - 115) + 3_000.0 * (lat + 3))
    per_lon, per_lat = metres_per_degree(lat)
    expected = 100 * np.hypot(4_000 / per_lon, 3_000 / per_lat)
    assert np.abs(terrain.slope_percent(dem, g.whole) - expected).max() < 1e-6


@pytest.mark.parametrize("latitude", [-3.0, 45.0])
def test_a_cone_on_the_ellipsoid_has_one_slope_all_round(latitude):
    """Heights fall 0.3 m for each metre of geodesic from the peak, here 30 to 60 km away.

    At a distance r the 3 × 3 differences of a cone are off by about (cell / r)² / 4.
    """
    for north, east in ((0.4, 0.0), (-0.3, 0.3), (0.0, -0.4)):
        g = degrees(origin=(115.0 + east, latitude + north))
        lon, lat = centres(g)
        peak = np.full_like(lon, 115.0), np.full_like(lat, latitude)
        dem = ArraySource(g, 20_000 - 0.3 * WGS84.inv(*peak, lon, lat)[2])
        found = terrain.slope_percent(dem, g.whole)[1:-1, 1:-1] / 100
        assert np.abs(found - 0.3).max() < 1e-6


def test_a_cone_in_metres_has_one_slope_and_faces_away_from_its_peak():
    g = grid(cell=10.0, origin=(520_000.0, 9_615_000.0))
    x, y = centres(g)
    dx, dy = x - 500_000, y - 9_600_000
    dem = ArraySource(g, 30_000 - 0.3 * np.hypot(dx, dy))
    inner = (slice(1, -1), slice(1, -1))
    assert np.abs(terrain.slope_percent(dem, g.whole)[inner] / 100 - 0.3).max() < 1e-6
    # Lambert's law by the angle between the light's azimuth and the way down, here to the north-east.
    away = np.arctan2(dx, dy)[inner]
    cosine = np.sqrt(0.5) * (1 + 0.3 * np.cos(np.radians(60) - away)) / np.sqrt(1 + 0.3**2)
    lit = terrain.hillshade(dem, g.whole, azimuth_deg=60)[inner]
    assert lit == pytest.approx(255 * cosine, abs=1e-4)


def test_level_ground_is_lit_alike_from_everywhere():
    g = grid(width=5, height=4)
    dem = ArraySource(g, np.full((4, 5), 7.0))
    assert (terrain.slope_percent(dem, g.whole) == 0).all()
    for azimuth in (0, 90, 315):
        lit = terrain.hillshade(dem, g.whole, azimuth_deg=azimuth)
        assert lit == pytest.approx(255 * np.sin(np.pi / 4))
    assert terrain.hillshade(dem, g.whole, altitude_deg=90) == pytest.approx(255)


def test_a_slope_that_faces_the_light_at_a_right_angle_is_brightest():
    g = grid(width=5, height=4)
    x, y = centres(g)
    facing = ArraySource(g, (x - y) / np.sqrt(2))  # 45° down to the north-west
    assert terrain.hillshade(facing, g.whole) == pytest.approx(255, abs=1e-6)
    away = ArraySource(g, 2 * (y - x))
    assert terrain.hillshade(away, g.whole) == pytest.approx(0, abs=1e-6)


def rough(g, seed=3, holes=0.1):
    rng = np.random.default_rng(seed)
    heights = np.cumsum(rng.normal(0, 5, (g.height, g.width)), axis=1).astype("float32")
    heights[rng.random(heights.shape) < holes] = np.nan
    return ArraySource(g, heights)


MEASURES = {
    "slope_percent": terrain.slope_percent,
    "hillshade": terrain.hillshade,
    "relief_m": lambda dem, window: terrain.relief_m(dem, window, radius_m=100),
}


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("g", [grid(), degrees()], ids=["metres", "degrees"])
def test_borders_of_blocks_cannot_be_seen(name, g):
    dem, measure = rough(g), MEASURES[name]
    once = measure(dem, g.whole)
    for height, width in ((6, 1), (7, 11), (30, 3)):
        pieces = np.full((g.height, g.width), -1.0)
        for window in blocks(g, height, width):
            rows = slice(window.row, window.row + window.height)
            pieces[rows, window.col : window.col + window.width] = measure(dem, window)
        assert pieces.tobytes() == once.tobytes()


@pytest.mark.parametrize("name", MEASURES)
def test_there_is_a_result_exactly_where_there_is_a_height(name):
    g = grid()
    dem = rough(g)
    found = MEASURES[name](dem, g.whole)
    missing = np.isnan(dem.cells)
    assert np.isnan(found[missing]).all()
    assert not np.isnan(found[~missing]).any()


@given(
    st.integers(0, 8).filter(lambda cell: cell != 4),
    st.floats(-1, 1),
    st.floats(-1, 1),
)
def test_a_plane_keeps_its_slope_where_one_neighbour_is_missing(cell, east, north):
    g = grid(width=3, height=3)
    x, y = centres(g)
    heights = east * (x - x[1, 1]) + north * (y - y[1, 1])
    heights.flat[cell] = np.nan
    found = terrain.slope_percent(ArraySource(g, heights), Window(1, 1, 1, 1))
    assert found[0, 0] == pytest.approx(100 * np.hypot(east, north), abs=1e-9)


def test_a_cell_alone_is_level():
    g = grid(width=3, height=3)
    heights = np.full((3, 3), np.nan)
    heights[1, 1] = 12
    assert terrain.slope_percent(ArraySource(g, heights), g.whole)[1, 1] == 0


def test_relief_is_highest_less_lowest_in_the_square():
    g = grid(cell=100.0, width=7, height=7)
    heights = np.zeros((7, 7))
    heights[3, 3], heights[0, 0], heights[6, 6] = 50, -20, np.nan
    found = terrain.relief_m(ArraySource(g, heights), g.whole, radius_m=200)
    assert terrain.relief_cells(g, 200) == (2, 2)
    assert found[1, 1] == 70  # reaches both the hill and the hollow
    assert found[3, 5] == 50
    assert found[0, 4] == 0  # the hill is three rows away
    assert np.isnan(found[6, 6])


def test_the_wetness_of_a_plane_grows_with_the_way_down():
    g = grid(width=9, height=12)
    _, y = centres(g)
    wetness, _ = terrain.wetness_and_drainage(ArraySource(g, 0.1 * (y - y.min())))
    rows = np.arange(1, 12)
    expected = np.log(rows * 30.0 / 0.1)
    assert wetness[:-1, 4] == pytest.approx(expected)


def test_all_water_leaves_by_the_outlet_of_a_funnel_on_a_geographic_grid():
    """Every cell has a lower one towards the outlet; its catchment is read back from its wetness."""
    g = degrees(width=60, height=50)
    rows, cols = np.mgrid[:50, :60]
    heights = 10.0 * np.hypot(rows, cols - 20)
    heights[49, ::3] = heights[::4, 59] = np.nan  # nothing lies above these
    dem = ArraySource(g, heights)
    wetness, _ = terrain.wetness_and_drainage(dem)
    width, height = g.cell_size_m()
    area = np.broadcast_to((width * height)[:, None], heights.shape)
    slope = terrain.slope_percent(dem, g.whole)[0, 20] / 100
    catchment = np.exp(wetness[0, 20]) * np.sqrt(area[0, 20]) * slope
    assert catchment == pytest.approx(area[~np.isnan(heights)].sum())
    assert (np.isnan(wetness) == np.isnan(heights)).all()


def test_heights_above_a_valley_are_those_above_its_stream():
    g = grid(width=41, height=60)
    rows, cols = np.mgrid[:60, :41]
    side = np.abs(cols - 20) * 2.0
    dem = ArraySource(g, 100 - 0.01 * rows + side)
    _, found = terrain.wetness_and_drainage(dem, stream_area_km2=0.04)
    assert found[40] == pytest.approx(side[40], abs=0.02)
    assert found[:, 20].max() < 0.02


def test_a_hollow_is_filled_and_its_bottom_is_not_below_its_stream():
    g = grid(width=20, height=20)
    _, y = centres(g)
    heights = 0.05 * (y - y.min())
    heights[10, 10] -= 40
    wetness, above = terrain.wetness_and_drainage(ArraySource(g, heights), stream_area_km2=0.01)
    assert np.isfinite(wetness).all()
    assert above.min() == 0
    assert above[10, 10] == 0


def test_without_any_height_there_is_no_water():
    g = grid(width=4, height=3)
    wetness, above = terrain.wetness_and_drainage(ArraySource(g, np.full((3, 4), np.nan)))
    assert np.isnan(wetness).all()
    assert np.isnan(above).all()


def test_flow_is_refused_where_it_would_not_fit():
    with pytest.raises(RasterRefused, match="at most 100 cells"):
        terrain.wetness_and_drainage(rough(grid()), most_cells=100)


def test_flow_without_its_package_says_what_to_install(monkeypatch):
    monkeypatch.setattr(terrain, "knows_flow", lambda: False)
    with pytest.raises(InvalidInput, match=r"pip install 'kawasan\[drainage\]'") as caught:
        terrain.wetness_and_drainage(rough(grid()))
    assert "memerlukan paket tambahan" in caught.value.detail("id")


def test_a_coarsened_dem_holds_the_means_of_its_squares():
    g = grid(width=5, height=7)
    heights = np.arange(35, dtype="float32").reshape(7, 5)
    heights[0, 0] = heights[2:4, 2:4] = np.nan
    small, factor = terrain.coarsened(ArraySource(g, heights), most_cells=6, read_cells=4)
    cells, _ = small.read(small.grid.whole)
    assert factor == 2
    assert (small.grid.height, small.grid.width) == (3, 2)
    assert small.grid.cell_size_m()[0][0] == 60
    assert cells[0].tolist() == [(1 + 5 + 6) / 3, (2 + 3 + 7 + 8) / 4]
    assert np.isnan(cells[1, 1])
    assert terrain.coarsened(small, most_cells=6) == (small, 1)


@pytest.mark.parametrize(
    "transform", [Affine(30, 0, 0, 0, 30, 0), Affine(30, 1, 0, 1, -30, 0), Affine.identity()]
)
def test_terrain_needs_a_north_up_grid(transform):
    g = Grid(UTM, transform, 4, 4)
    dem = ArraySource(g, np.zeros((4, 4)))
    for measure in (*MEASURES.values(), lambda dem, _: terrain.wetness_and_drainage(dem)):
        with pytest.raises(RasterRefused, match="north up"):
            measure(dem, g.whole)


def test_kept_cells_are_rounded_and_missing_ones_named():
    kept = terrain.in_cells(np.array([1.6, np.nan]), dtype="uint8", nodata=0)
    assert kept.tolist() == [2, 0]
    assert terrain.in_cells(np.array([1.5, np.nan]), dtype="float32", nodata=-9999).tolist() == [
        1.5,
        -9999,
    ]
