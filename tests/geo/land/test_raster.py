"""The door for land rasters: what serves is kept cell by cell, what does not is refused with a reason."""

from dataclasses import replace

import numpy as np
import pytest
import rasterio
from affine import Affine

from geo.errors import RasterRefused
from geo.land.checks import require_land_raster
from geo.land.raster import raster_facts
from geo.raster.files import RasterFile, copy_as_cog
from geo.raster.zonal import zonal_statistics
from tests.regions import SOUTH_KALIMANTAN

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
        ({"array": np.full((10, 10), np.nan, dtype="float32")}, "no valid cell"),
        ({"array": np.ones((10, 10), dtype="complex64")}, "complex numbers"),
        ({"crs": "EPSG:4978"}, "neither geographic nor projected"),
        ({"origin": (X + 500_000, Y)}, "misses the land"),
        ({"crs": "EPSG:4326"}, "misses the land"),
        (
            {"cell": 1113},
            "above 1000 m heights and slopes say nothing",
        ),  # UTM metres that claim to be degrees
        ({"array": np.full((10, 10), -20, dtype="float32")}, "from −20 to −20"),
        ({"array": np.full((10, 10), 9999, dtype="float32")}, "Check the unit"),
    ],
)
def test_a_raster_that_cannot_serve_is_refused_with_the_reason(region, slope, change, words):
    with pytest.raises(RasterRefused, match=words):
        require_land_raster(slope(**change), name="slope_percent", region=region)


MESSY = np.arange(100, dtype="float32").reshape(10, 10)


@pytest.mark.parametrize(
    ("dtype", "mark"),
    [
        ("float32", -9999),
        ("int16", -32768),
        ("int16", 32767),
        ("uint16", 65535),
        ("float32", -3.4028234663852886e38),
    ],
)
def test_a_mark_of_nodata_that_is_not_declared_is_refused_and_named(region, slope, dtype, mark):
    values = MESSY.astype(dtype)
    values[4, 4] = mark
    with pytest.raises(RasterRefused, match="looks like a mark of nodata") as refused:
        require_land_raster(slope(values), name="slope_percent", region=region)
    assert refused.value.facts["value"] == mark
    assert "a_nodata" in refused.value.detail("id")
    require_land_raster(slope(values, nodata=mark), name="slope_percent", region=region)


@pytest.mark.parametrize("infinite", [np.inf, -np.inf])
@pytest.mark.parametrize("nodata", [None, -9999])
def test_an_infinite_cell_is_no_data_at_every_door(region, slope, infinite, nodata):
    values = np.full((10, 10), 5, dtype="float32")
    values[4, 4] = infinite
    path = slope(values, nodata=nodata)
    require_land_raster(path, name="slope_percent", region=region)
    table = zonal_statistics(region, RasterFile(path), stats=["mean", "max", "count"])
    assert table[["mean", "max", "count"]].to_numpy().tolist() == [[5, 5, 99]]
    with pytest.raises(RasterRefused, match="no valid cell"):
        require_land_raster(
            slope(np.full((10, 10), infinite, dtype="float32")), name="slope_percent", region=region
        )


@pytest.mark.parametrize("cells", [1, 10])
def test_a_raster_of_a_small_part_of_the_province_serves(make_layer, square, slope, cells):
    province = make_layer({"63.01": square(X, Y, 10_000), "63.02": square(X + 10_000, Y, 200_000)})
    part = np.full((cells, cells), 5, dtype="float32")
    require_land_raster(slope(part), name="slope_percent", region=province)


def test_a_raster_of_the_sea_between_regencies_misses_them(make_layer, square, slope):
    islands = make_layer(
        {"63.01": square(X - 90_000, Y, 9_000), "63.02": square(X + 90_000, Y, 9_000)}
    )
    with pytest.raises(RasterRefused, match="misses the land of every regency"):
        require_land_raster(slope(), name="slope_percent", region=islands)


def test_what_lies_outside_the_province_is_not_judged(region, slope):
    values = np.full((10, 20), 5, dtype="float32")
    values[:, 12:] = -9999
    require_land_raster(slope(values), name="slope_percent", region=region)


def changed(path, **how):
    """The same raster with another transform, unit, scale … in its header."""
    with rasterio.open(path, "r+") as raster:
        for name, value in how.items():
            setattr(raster, name, value)
    return path


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"transform": Affine(1000, 50, X, 50, -1000, Y + 10_000)}, "rotated or flipped"),
        ({"transform": Affine(1000, 0, X, 0, 1000, Y)}, "rotated or flipped"),
        ({"scales": (0.0,)}, "which give no values"),
        ({"offsets": (np.inf,)}, "which give no values"),
    ],
)
def test_a_header_that_would_be_misread_is_refused(region, slope, how, words):
    with pytest.raises(RasterRefused, match=words):
        require_land_raster(changed(slope(), **how), name="slope_percent", region=region)


@pytest.mark.parametrize("tiled", [True, False])
def test_a_file_that_was_cut_off_is_refused_at_both_doors(region, slope, tmp_path, tiled):
    rng = np.random.default_rng(1)
    path = slope(rng.random((1000, 1000)).astype("float32"), cell=10)
    if tiled:
        copy_as_cog(RasterFile(path), tmp_path / "tiled.tif")
        path = tmp_path / "tiled.tif"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])
    with pytest.raises(RasterRefused, match="cut off or damaged"):
        require_land_raster(path, name="slope_percent", region=region)
    with pytest.raises(RasterRefused, match="cut off or damaged"):
        copy_as_cog(RasterFile(path), tmp_path / "kept.tif")


def test_a_header_that_claims_too_much_is_refused_before_a_cell_is_read(region, slope, tmp_path):
    bomb = tmp_path / "bomb.tif"
    sparse = {"tiled": True, "sparse_ok": True, "bigtiff": "yes", "crs": "EPSG:32750"}
    with rasterio.open(
        *(bomb, "w"),
        **{"driver": "GTiff", "width": 100_000, "height": 100_000, "count": 1, **sparse},
        dtype="float32",
        transform=Affine(0.1, 0, X, 0, -0.1, Y + 10_000),
    ):
        pass
    assert bomb.stat().st_size < 10 * 1024**2
    with pytest.raises(RasterRefused, match="more than 16 GiB unpacked"):
        require_land_raster(bomb, name="slope_percent", region=region)
    # A file without its cells could not be read: its header is judged first.
    cut = slope(np.random.default_rng(0).random((1000, 1000)).astype("float32"), cell=10)
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size * 2 // 3])
    with pytest.raises(RasterRefused, match="GiB unpacked"):
        require_land_raster(cut, name="slope_percent", region=region, most_bytes=1_000_000)


def test_a_raster_in_one_huge_block_is_refused(region, slope):
    with pytest.raises(RasterRefused, match="blocks too large"):
        require_land_raster(slope(), name="slope_percent", region=region, most_block_bytes=100)


def test_files_beside_a_raster_are_not_read(region, slope):
    path = slope(crs=None)
    beside = path.with_name(path.name + ".aux.xml")
    with rasterio.open(path) as raster:
        wkt = rasterio.CRS.from_epsg(32750).to_wkt()
        assert raster.crs is None
    beside.write_text(f"<PAMDataset><SRS>{wkt}</SRS></PAMDataset>")
    with rasterio.open(path) as raster:
        assert raster.crs is not None  # GDAL alone would take it
    with pytest.raises(RasterRefused, match="files beside it"):
        require_land_raster(path, name="slope_percent", region=region)


@pytest.fixture
def dem(slope):
    def make(high=1800.0, low=0.0, **kw):
        heights = np.linspace(low, high, 10_000).reshape(100, 100)
        return slope(heights.astype(kw.pop("dtype", "float32")), **({"cell": 100} | kw))

    return make


def test_a_dem_serves_as_elevation(region, dem):
    require_land_raster(dem(), name="elevation", region=region)
    require_land_raster(dem(low=-150, dtype="int16"), name="elevation", region=region)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"dtype": "uint8", "high": 250}, "do not fit into 8 bits"),
        ({"high": 6_237}, r"1,901 m\). It would make sense in feet"),
        ({"high": 18_000}, r"1,901 m\). Check the unit"),
        ({"low": -2_500}, "no land lies that low"),
        ({"high": 0}, "are the same"),
        ({"cell": 1_500}, "1500 m wide"),
        ({"crs": "EPSG:32750+6360"}, "in 'us survey foot'"),
    ],
)
def test_a_dem_that_is_none_or_not_in_metres_is_refused(region, dem, change, words):
    with pytest.raises(RasterRefused, match=words):
        require_land_raster(
            dem(**change), name="elevation", region=region, planning=SOUTH_KALIMANTAN
        )


def test_a_dem_whose_unit_says_feet_is_refused(region, dem):
    path = changed(dem(high=500), units=("ft",))
    with pytest.raises(RasterRefused, match="gives its heights in 'ft'"):
        require_land_raster(path, name="elevation", region=region)


def test_another_province_may_be_as_high_as_indonesia(region, dem):
    papua = {"region": region, "planning": replace(SOUTH_KALIMANTAN, summit=None)}
    require_land_raster(dem(high=4_800), name="elevation", **papua)
    with pytest.raises(RasterRefused, match="Puncak Jaya"):
        require_land_raster(dem(high=6_000), name="elevation", **papua)


def test_every_refusal_speaks_both_languages(region, dem):
    with pytest.raises(RasterRefused) as refused:
        require_land_raster(
            dem(high=6_237), name="elevation", region=region, planning=SOUTH_KALIMANTAN
        )
    assert "puncak Kalimantan Selatan" in refused.value.detail("id")
    assert "kaki" in refused.value.detail("id")
    assert "the summit of South Kalimantan" in refused.value.detail("en")


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
    copy_as_cog(RasterFile(source), kept)
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
