"""Made-up land: the same bytes from the same seed, and shapes that tests and the demo can rely on."""

import numpy as np
import pyproj
import pytest
from affine import Affine

from geo.land.synthetic import SyntheticLand, synthetic_land
from geo.raster.grid import ArraySource, Grid, Window, blocks
from geo.raster.terrain import slope_percent, whole

LONLAT = pyproj.CRS("EPSG:4326").to_wkt()
FIELDS = ("elevation_m", "peat_depth_m", "landcover")


def grid(width=270, height=390, cell=0.01):
    return Grid(LONLAT, Affine(cell, 0, 114.2, 0, -cell, -1.1), width, height)


def land(seed=1, **size) -> SyntheticLand:
    return synthetic_land(grid(**size), rng=np.random.default_rng(seed))


@pytest.mark.parametrize("field", FIELDS)
def test_a_seed_decides_every_byte(field):
    first, again, other = (getattr(land(seed), field) for seed in (1, 1, 2))
    window = grid().whole
    assert first(window).tobytes() == again(window).tobytes()
    assert first(window).tobytes() != other(window).tobytes()


@pytest.mark.parametrize("field", FIELDS)
def test_borders_of_blocks_cannot_be_seen(field):
    make = getattr(land(), field)
    once = make(grid().whole)
    for window in blocks(grid(), 128, 77):
        rows = slice(window.row, window.row + window.height)
        part = once[rows, window.col : window.col + window.width]
        assert make(window).tobytes() == part.tobytes()


def test_the_ridge_is_high_and_the_lowland_low():
    heights = land().elevation_m(grid().whole)
    assert heights.min() >= 0
    assert 900 < heights.max() <= 1_880  # a DEM of South Kalimantan, as the door for rasters asks
    middle, west = heights[100:300, 120:170], heights[100:300, :40]
    assert np.median(middle) > 300
    assert np.median(west) < 60


def test_there_is_flat_and_steep_land():
    made = synthetic_land(grid(1080, 1560, 0.0025), rng=np.random.default_rng(1))
    heights = ArraySource(made.grid, made.elevation_m(made.grid.whole))
    slope = whole(lambda window: slope_percent(heights, window), made.grid)
    assert (slope < 2).mean() > 0.5
    assert (slope > 15).mean() > 0.01


def test_peat_lies_on_low_land_and_is_sometimes_deep():
    made, window = land(), grid().whole
    peat, heights = made.peat_depth_m(window), made.elevation_m(window)
    assert heights[peat > 0].max() < 18
    assert 0.01 < (peat > 3).mean() < 0.3
    assert (peat.min(), peat.max() <= 8) == (0, True)


def test_cover_follows_height_and_peat():
    made, window = land(), grid().whole
    cover, heights = made.landcover(window), made.elevation_m(window)
    assert set(np.unique(cover)) <= {2, 8, 10, 11, 12, 13, 14}
    assert (cover[heights > 400] == 2).all()
    assert (cover[made.peat_depth_m(window) > 2] == 11).all()
    assert {12, 14} <= set(np.unique(cover[heights < 60]))


def test_a_national_grid_is_made_where_it_is_read():
    made = land(width=55_000, height=20_000, cell=0.000833)
    cells = made.elevation_m(Window(10_000, 30_000, 256, 256))
    assert np.isfinite(cells).all()
    assert sum(lattice.nbytes for lattice in made.hills) < 50 * 1024**2


def test_the_smallest_grid_has_land_too():
    assert land(width=1, height=1).elevation_m(Window(0, 0, 1, 1)).shape == (1, 1)
