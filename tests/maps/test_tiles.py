"""Raster tiles: the colour of each cell, nothing where there are no data, and legends that agree."""

import io
import subprocess
import sys

import folium
import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.transform import from_origin

from geo.language import Text
from maps.assets import Assets
from maps.breaks import quantile_breaks
from maps.folium.views import SurfaceView
from maps.tiles import (
    TILE_PX,
    empty_tile,
    land_legend,
    land_palette,
    suitability_legend,
    suitability_palette,
    tile_png,
)
from tests.maps.examples import make_regencies
from tests.maps.folium.test_choropleth import planner

# This one reaches from 113.91°E, 2.81°S to 115.31°E, 4.21°S: 182 pixels a degree.
TILE = {"z": 8, "x": 209, "y": 130}


@pytest.fixture
def make_cog(tmp_path):
    """A made raster in lon/lat whose north-west corner is 114.2°E, 3.0°S; cells of 0.25°."""

    def make(cells, nodata=None):
        values = np.asarray(cells)
        path = tmp_path / f"synthetic_{values.dtype}_{values.size}.tif"
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            height=values.shape[0],
            width=values.shape[1],
            count=1,
            dtype=values.dtype,
            crs="EPSG:4326",
            transform=from_origin(114.2, -3.0, 0.25, 0.25),
            nodata=nodata,
        ) as target:
            target.write(values, 1)
        return path

    return make


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


def colours(png):
    found = pixels(png).reshape(-1, 4)
    shown = np.unique(found[found[:, 3] > 0][:, :3], axis=0)
    return {"#" + bytes(colour).hex() for colour in shown.astype(np.uint8)}


def rgb(colour):
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def test_cells_have_the_colour_of_their_range_and_no_data_has_none(make_cog):
    path = make_cog(np.float32([[10, 100], [np.nan, 60]]), nodata=np.nan)
    palette = suitability_palette()
    tile = pixels(tile_png(path, **TILE, palette=palette))
    assert tile.shape == (TILE_PX, TILE_PX, 4)
    # Column 53 is 114.2°E, row 34 is 3.0°S; a cell is 45 pixels wide.
    assert tile[55, 75].tolist() == [*rgb(palette.colours[0]), 255]
    assert tile[55, 120].tolist() == [*rgb(palette.colours[4]), 255]
    assert tile[100, 75, 3] == 0
    # 60 is the lower edge of the fourth range.
    assert tile[100, 120].tolist() == [*rgb(palette.colours[3]), 255]
    assert tile[5, 5, 3] == 0


def test_a_tile_beside_the_raster_is_empty(make_cog):
    path = make_cog(np.float32([[10]]))
    assert tile_png(path, z=8, x=0, y=0, palette=suitability_palette()) == empty_tile()
    assert not pixels(empty_tile()).any()


def test_many_tiles_at_once_are_the_first_thing_that_a_service_draws(make_cog):
    """Threads of a fresh process: nothing that drawing imports is found half made."""
    code = f"""
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from maps.tiles import suitability_palette, tile_png
draw = lambda _: tile_png(Path({str(make_cog(np.float32([[10]])))!r}), **{TILE}, palette=suitability_palette())
with ThreadPoolExecutor(8) as threads:
    assert len(set(threads.map(draw, range(16)))) == 1
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("nodata", [None, 255])
def test_a_pixel_beside_the_cells_is_empty_with_and_without_nodata(make_cog, nodata):
    path = make_cog(np.full((2, 2), 50, dtype=np.uint8), nodata=nodata)
    tile = pixels(tile_png(path, **TILE, palette=suitability_palette()))
    # 114.2°E to 114.7°E and 3.0°S to 3.5°S: half a degree is 91 pixels.
    assert (tile[:, :, 3] > 0).sum() == pytest.approx(91 * 91, rel=0.02)
    assert tile[30, 75, 3] == tile[130, 75, 3] == tile[75, 50, 3] == tile[75, 150, 3] == 0


def test_a_raster_of_the_whole_world_is_drawn_up_to_the_edge_of_the_square(tmp_path):
    path = tmp_path / "synthetic_world.tif"
    cells = np.full((180, 360), 50, dtype=np.uint8)
    with rasterio.open(
        path, "w", driver="GTiff", height=180, width=360, count=1, dtype=cells.dtype,
        crs="EPSG:4326", transform=from_origin(-180, 90, 1, 1),
    ) as target:  # fmt: skip
        target.write(cells, 1)
    assert pixels(tile_png(path, z=0, x=0, y=0, palette=suitability_palette()))[..., 3].all()


def test_a_raster_in_web_mercator_is_read_as_it_is(tmp_path):
    """One tile of zoom 8, four cells: each has a quarter of the pixels."""
    size = 2 * 20_037_508.342789244 / 2**8
    path = tmp_path / "synthetic_mercator.tif"
    origin = TILE["x"] * size - 128 * size, 128 * size - TILE["y"] * size
    with rasterio.open(
        path, "w", driver="GTiff", height=2, width=2, count=1, dtype="uint8",
        crs="EPSG:3857", transform=from_origin(*origin, size / 2, size / 2), nodata=255,
    ) as target:  # fmt: skip
        target.write(np.uint8([[10, 30], [50, 255]]), 1)
    tile = pixels(tile_png(path, **TILE, palette=suitability_palette()))
    colours = [rgb(c) for c in suitability_palette().colours]
    assert (tile[:128, :128, :3] == colours[0]).all()
    assert (tile[:128, 128:, :3] == colours[1]).all()
    assert (tile[128:, :128, :3] == colours[2]).all()
    assert not tile[128:, 128:, 3].any()
    assert tile_png(path, **TILE | {"x": 211}, palette=suitability_palette()) == empty_tile()


def test_the_same_tile_is_the_same_bytes(make_cog):
    path = make_cog(np.float32([[10, 30]]))
    once = tile_png(path, **TILE, palette=suitability_palette())
    assert tile_png(path, **TILE, palette=suitability_palette()) == once


def test_neighbouring_tiles_agree_at_their_edge(make_cog):
    """One cell over the edge of two tiles has the same colour on both sides."""
    path = make_cog(np.full((8, 8), 50.0, dtype=np.float32))
    left = pixels(tile_png(path, z=8, x=209, y=130, palette=suitability_palette()))
    right = pixels(tile_png(path, z=8, x=210, y=130, palette=suitability_palette()))
    assert (left[60, -1] == right[60, 0]).all()
    assert left[60, -1, 3] == 255


def test_classes_have_colours_of_their_own_and_are_never_blended(make_cog):
    path = make_cog(np.uint8([[0, 12], [255, 5]]), nodata=255)
    palette = land_palette(path, is_classes=True)
    assert palette.classes == (0, 5, 12)
    assert colours(tile_png(path, **TILE, palette=palette)) == {c.lower() for c in palette.colours}
    legend = land_legend("landcover", "IGBP class", palette, "id")
    assert [entry.label for entry in legend.entries] == ["0", "5", "12"]
    assert legend.unit == "kelas IGBP"


def test_slope_has_the_official_ranges_and_other_quantities_quantiles(make_cog):
    values = np.linspace(0, 60, 64, dtype=np.float32).reshape(8, 8)
    path = make_cog(values)
    slope = land_palette(path, is_classes=False, name="slope_percent")
    assert slope.edges == (0.0, 2.0, 5.0, 15.0, 40.0, 60.0)
    other = land_palette(path, is_classes=False, name="road_distance_m")
    assert other.edges == quantile_breaks(values)
    assert len(land_legend("slope_percent", "%", slope, "en").entries) == 5


def test_a_raster_of_very_many_classes_is_coloured_by_ranges(make_cog):
    path = make_cog(np.arange(64, dtype=np.uint8).reshape(8, 8))
    palette = land_palette(path, is_classes=True)
    assert palette.classes == ()
    assert len(palette.colours) == 5


def test_a_raster_without_any_value_still_has_a_tile(make_cog):
    path = make_cog(np.full((2, 2), np.nan, dtype=np.float32), nodata=np.nan)
    palette = land_palette(path, is_classes=False)
    assert palette.colours == ()
    assert not pixels(tile_png(path, **TILE, palette=palette)).any()


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_legend_says_the_ranges_and_what_has_no_colour(language):
    legend = suitability_legend(Text(id="Kesiapan", en="Readiness"), "DEMNAS", language)
    assert [entry.label for entry in legend.entries[:2]] == ["80 – 100", "60 – 80"]
    assert [entry.colour for entry in legend.entries[:5]] == list(
        reversed(suitability_palette().colours)
    )
    assert len(legend.entries) == 6


def test_the_map_has_the_surface_switched_off_and_only_where_there_is_a_server():
    assert not any(isinstance(c, folium.TileLayer) for c in planner().map._children.values())
    surface = SurfaceView(
        Text(id="Kesiapan", en="Readiness"),
        tiles="/tiles/suitability/{z}/{x}/{y}.png?v=1",
        sites="/readiness/{zone}/sites",
        sources="slope_percent: <b>`${synthetic}`</b>",
        doubts={"alfa": Text(id="Terlalu kasar.", en="Too coarse.")},
    )
    view = planner(regencies=make_regencies(), surface=surface)
    shown = next(c for c in view.map._children.values() if isinstance(c, folium.TileLayer))
    assert not shown.show
    assert shown.overlay
    assert shown.tiles == surface.tiles
    assert "<b>" not in str(view.map.parts(Assets()).scripts)
    assert "synthetic" in view.legends[-1].source
    assert view.cards["sites"] == "/readiness/{zone}/sites"
    assert view.cards["siteDoubts"] == {"alfa": "Terlalu kasar."}
    assert view.legends[-1].layer == "surface"
