"""The door for land rasters: what serves is kept cell by cell, what does not is refused with a reason."""

import numpy as np
import pytest
import rasterio

from geo.errors import RasterRefused
from geo.land import cloud_optimised, raster_facts, require_land_raster

X, Y = 500_000.0, 9_600_000.0


@pytest.fixture
def region(make_layer, square):
    return make_layer({"63.01": square(X, Y, 10_000)})


@pytest.fixture
def slope(make_raster):
    def make(array=None, **kw):
        values = np.full((10, 10), 5, dtype="float32") if array is None else array
        return make_raster(values, **({"cell": 1000, "origin": (X, Y + 10_000)} | kw))

    return make


def test_a_raster_over_the_region_serves(region, slope):
    require_land_raster(slope(), name="slope_percent", region=region)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"array": np.zeros((3, 10, 10), dtype="uint8")}, "3 bands"),
        ({"array": np.full((10, 10), -1, dtype="float32"), "nodata": -1}, "no valid cell"),
        ({"crs": None}, "does not say its CRS"),
        ({"origin": (X + 500_000, Y)}, "misses the province"),
        ({"crs": "EPSG:4326"}, "misses the province"),  # UTM metres that claim to be degrees
        ({"array": np.full((10, 10), -20, dtype="float32")}, "from -20 to -20"),
        ({"array": np.full((10, 10), 9999, dtype="float32")}, "Check the unit"),
    ],
)
def test_a_raster_that_cannot_serve_is_refused_with_the_reason(region, slope, change, words):
    with pytest.raises(RasterRefused, match=words):
        require_land_raster(slope(**change), name="slope_percent", region=region)


def test_a_file_that_is_no_geotiff_is_refused(region, tmp_path):
    path = tmp_path / "slope.tif"
    path.write_text("<VRTDataset/>")
    with pytest.raises(RasterRefused, match="cannot be read as a GeoTIFF"):
        require_land_raster(path, name="slope_percent", region=region)


def test_what_is_kept_has_the_same_cells(slope, tmp_path):
    rng = np.random.default_rng(1)
    values = rng.random((37, 41)).astype("float32")
    source = slope(values, nodata=-1)
    kept = tmp_path / "kept.tif"
    kept.write_bytes(cloud_optimised(source))
    with rasterio.open(source) as before, rasterio.open(kept) as after:
        assert np.array_equal(before.read(1), after.read(1))
        assert before.transform == after.transform
        assert before.crs == after.crs
        assert after.nodata == -1


def test_the_facts_of_a_raster_are_in_metres_and_lon_lat(slope):
    facts = raster_facts(slope(nodata=-1))
    assert facts["cell_width_m"] == pytest.approx(1000, rel=2e-3)
    assert facts["cell_height_m"] == pytest.approx(1000, rel=2e-2)
    assert facts["bounds"][0] == pytest.approx(117.0, abs=0.01)
    assert facts["nodata"] == -1
