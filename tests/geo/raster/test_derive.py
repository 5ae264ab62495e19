"""A DEM brings its derivatives with it: all of them, from one version, or none."""

import numpy as np
import pytest
import rasterio
from affine import Affine
from typer.testing import CliRunner

from api.cli.app import app
from geo.errors import InvalidInput, RasterRefused, StoreFault
from geo.land.raster import KNOWN_RASTERS
from geo.land.synthetic import synthetic_land
from geo.planning import publish_land
from geo.planning.assess import assess
from geo.raster import terrain
from geo.raster.derive import DERIVED, METHODS, derivable, derive_terrain
from geo.raster.files import RasterFile
from geo.raster.grid import Grid

CELL = 1 / 120


@pytest.fixture(scope="module")
def dem(tmp_path_factory):
    """Made-up terrain of 30 arc seconds over the province, with a hole."""
    grid = Grid("EPSG:4326", Affine(CELL, 0, 114, 0, -CELL, -1), 324, 492)
    land = synthetic_land(grid, rng=np.random.default_rng(7))
    heights = land.elevation_m(grid.whole)
    heights[200:210, 100:130] = -9999
    path = tmp_path_factory.mktemp("dem") / "dem.tif"
    shape = {"width": grid.width, "height": grid.height, "count": 1, "dtype": "float32"}
    with rasterio.open(
        *(path, "w", "GTiff"), crs=grid.crs, transform=grid.transform, nodata=-9999, **shape
    ) as raster:
        raster.write(heights, 1)
    return path


def add(store, path, **more):
    return publish_land.add_land(
        store, path, name="elevation", source="DEM uji", licence="bebas", **more
    )


def test_every_derivative_is_registered_with_the_dem_that_it_came_from(reference_store, dem):
    steps = []
    version = add(
        reference_store, dem, year="2018", progress=lambda done, n: steps.append((done, n))
    )
    assert version.dataset == "land-elevation"
    made = publish_land.derived_from(reference_store, version)
    assert {v.dataset.removeprefix("land-") for v in made} == set(DERIVED)
    for raster in made:
        name = raster.dataset.removeprefix("land-")
        assert version.sha256 in raster.note
        assert raster.details["derived_from"]["sha256"] == version.sha256
        assert METHODS[name] in raster.details["method"]
        assert raster.source.startswith("DEM uji")
        assert version.sha256[:12] in raster.source
        assert (raster.licence, raster.details["year"]) == ("bebas", "2018")
        assert raster.details["unit"] == KNOWN_RASTERS[name]
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert steps[-1][0] == steps[-1][1]


def test_what_is_registered_is_what_terrain_says(reference_store, dem):
    version = add(reference_store, dem)
    source = RasterFile(version.path)
    expected = terrain.slope_percent(source, source.grid.whole)
    slope = RasterFile(reference_store.version("land-slope_percent").path)
    values, valid = slope.read(slope.grid.whole)
    assert np.array_equal(~valid, np.isnan(expected))
    assert np.array_equal(values[valid], expected[valid].astype("float32"))
    shade = RasterFile(reference_store.version("land-hillshade").path)
    assert shade.dtype == np.uint8
    assert np.array_equal(shade.read(shade.grid.whole)[1], valid)


def test_the_files_are_cloud_optimised_with_overviews(dem, tmp_path):
    big = tmp_path / "big.tif"
    grid = Grid("EPSG:32750", Affine(30, 0, 5e5, 0, -30, 9.6e6), 700, 600)
    with rasterio.open(
        *(big, "w", "GTiff"), width=700, height=600, count=1, dtype="float32",
        crs=grid.crs, transform=grid.transform,
    ) as raster:  # fmt: skip
        raster.write(np.add.outer(np.arange(600.0), np.arange(700.0)).astype("float32"), 1)
    for made in derive_terrain(big, tmp_path):
        with rasterio.open(made.path) as raster:
            assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            assert raster.overviews(1) == [2]


def test_slope_scores_at_once_what_waited_for_it(reference_store, dem):
    before = assess(reference_store).result("sebamban")
    add(reference_store, dem)
    after = assess(reference_store)
    zone = after.result("sebamban")
    slope = next(c for c in zone.criteria if c.criterion == "lereng")
    assert slope.measure is not None
    assert zone.data_coverage > before.data_coverage
    assert any("Horn" in origin.source for origin in after.lineage)


def test_a_dem_too_large_for_the_flow_of_water_is_coarsened_and_says_so(dem, tmp_path):
    made = {m.name: m for m in derive_terrain(dem, tmp_path, most_flow_cells=20_000)}
    assert made["wetness"].method.endswith("mean of 3 × 3 cells")
    assert "cells" not in made["slope_percent"].method
    wetness = RasterFile(made["wetness"].path).grid
    assert (wetness.width, wetness.height) == (108, 164)
    assert wetness.transform.a == pytest.approx(3 * CELL)


def test_the_command_line_names_everything_that_was_made(reference_store, dem, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("KAWASAN_STORE", str(reference_store.folder))
    words = ["land", "add", str(dem), "--as", "elevation", "--source", "uji", "--licence", "bebas"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    for name in ("elevation", *DERIVED):
        assert f"land-{name}: 1" in result.stdout
    assert "kesiapan.lereng, kesiapan.lereng_curam" in result.stdout


def test_a_dem_that_is_refused_leaves_nothing(reference_store, dem, tmp_path):
    before = reference_store.state()
    path = tmp_path / "feet.tif"
    with rasterio.open(dem) as raster:
        profile, heights = raster.profile, raster.read(1)
    with rasterio.open(path, "w", **profile) as raster:
        raster.write(np.where(heights == -9999, heights, heights / 0.3048), 1)
    with pytest.raises(RasterRefused, match="would make sense in feet"):
        add(reference_store, path)
    with pytest.raises(RasterRefused, match="graded in 'm', not in 'ft'"):
        add(reference_store, dem, unit="ft")
    assert reference_store.state() == before


def test_when_terrain_cannot_be_made_nothing_is_registered(reference_store, dem):
    before = reference_store.state()

    def full(done, total):
        if done > total / 2:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        add(reference_store, dem, progress=full)
    assert reference_store.state() == before


def test_without_the_package_for_flow_it_says_what_to_install_or_makes_the_rest(
    reference_store, dem, monkeypatch
):
    monkeypatch.setattr(terrain, "knows_flow", lambda: False)
    before = reference_store.state()
    with pytest.raises(InvalidInput, match=r"kawasan\[drainage\]"):
        add(reference_store, dem, derived=DERIVED)
    assert reference_store.state() == before
    assert derivable() == ("slope_percent", "relief_m", "hillshade")
    version = add(reference_store, dem)
    made = [v.dataset for v in publish_land.derived_from(reference_store, version)]
    assert made == ["land-hillshade", "land-relief_m", "land-slope_percent"]


def test_the_command_says_what_was_not_made_and_what_to_install(reference_store, dem, monkeypatch):
    monkeypatch.setattr(terrain, "knows_flow", lambda: False)
    origin = ["--source", "uji", "--licence", "bebas", "--lang", "en"]
    place = ["--store", str(reference_store.folder)]
    said = CliRunner().invoke(app, ["land", "add", str(dem), "--as", "elevation", *origin, *place])
    assert said.exit_code == 0
    assert "land-slope_percent: 1" in said.output
    assert "uv sync --extra drainage" in " ".join(said.output.split())


def test_when_there_is_no_room_for_all_none_is_registered(reference_store, dem, monkeypatch):
    before = reference_store.state()
    asked = []

    def no_room(folder, size_bytes):
        asked.append(size_bytes)
        raise StoreFault(reason="full")

    monkeypatch.setattr("geo.planning.publish_land.require_space", no_room)
    with pytest.raises(StoreFault, match="full"):
        add(reference_store, dem)
    assert asked[0] > dem.stat().st_size
    assert reference_store.state() == before
