"""A model's land criteria cell by cell: small arrays whose answers stand in the test."""

from dataclasses import replace

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from geo.errors import SurfaceNotFound, SurfaceNotReady
from geo.land import surfaces
from geo.land.suitability import (
    cells_inside,
    class_rasters,
    evaluate,
    nearest_cells,
    plan_surface,
    window_of,
)
from geo.language import Text
from geo.mcda.model_file import parse_model
from geo.mcda.value_functions import (
    Constraint,
    Criterion,
    IndicatorMeasure,
    RasterMeasure,
    ValueFunction,
)
from geo.planning import publish_land
from geo.raster.files import RasterFile, write_cog
from geo.raster.grid import ArraySource, Grid, Window, blocks
from tests.conftest import DATA
from tests.geo.planning.test_assess import flat_slope

WORDS = Text(id="a", en="a")
EVERYWHERE = shapely.box(0, -1e6, 1e6, 0)


def grid(width, height, cell=100.0, crs="EPSG:32750", origin=(0.0, 0.0)):
    return Grid(crs, Affine(cell, 0, origin[0], 0, -cell, origin[1]), width, height)


def source(cells, cell=100.0, nodata=None):
    values = np.asarray(cells)
    return ArraySource(grid(values.shape[1], values.shape[0], cell), values, nodata)


def criterion(name, raster, *, classes=(), zero_at=0.0, one_at=100.0):
    measure = RasterMeasure(raster, "share" if classes else "mean", tuple(classes))
    value = ValueFunction("linear", {"zero_at": zero_at, "one_at": one_at})
    return Criterion(name, "d", WORDS, WORDS, measure, value, "s", confirmed=False)


def constraint(name, raster, **rule):
    return Constraint(name, WORDS, WORDS, raster, 0.5, "s", confirmed=False, **rule)


def make_model(*criteria, constraints=(), weights=None):
    shipped = parse_model((DATA / "models" / "kesiapan.toml").read_text("utf-8"))
    even = {c.id: 1 / len(criteria) for c in criteria}
    return replace(
        shipped,
        criteria=tuple(criteria),
        constraints=tuple(constraints),
        weights=weights or even,
    )


def surface(model, sources, *, land=EVERYWHERE, height=512, width=512):
    plan = plan_surface(model, {name: one.grid for name, one in sources.items()})
    whole = sources[plan.reference].grid
    values = np.empty((whole.height, whole.width), dtype=np.float32)
    for window in blocks(whole, height, width):
        part = evaluate(window, plan=plan, sources=sources, land=land).values
        values[window.row :, window.col :][: window.height, : window.width] = part
    return values


def test_a_mean_is_graded_from_the_value_and_a_share_from_one_or_nothing():
    model = make_model(
        criterion("a", "slope", zero_at=10, one_at=0),
        criterion("b", "cover", classes=(7,), one_at=1.0),
        weights={"a": 0.2, "b": 0.6},
    )
    sources = {"slope": source([[0.0, 5.0, 10.0]]), "cover": source([[7, 7, 3]])}
    # Weights 0.25 and 0.75: 25 + 75, 12.5 + 75, 0 + 0.
    assert surface(model, sources).tolist() == [[100.0, 87.5, 0.0]]


def test_a_largest_class_is_graded_cell_by_cell_and_one_without_a_value_is_unknown():
    graded = Criterion(
        "a",
        "d",
        WORDS,
        WORDS,
        RasterMeasure("cover", "majority"),
        ValueFunction("categorical", {"values": {7: 0.25, 12: 1.0}}),
        "s",
        confirmed=False,
    )
    model = make_model(graded)
    sources = {"cover": source(np.array([[7, 12, 3, 255]], dtype="uint8"), nodata=255)}
    found = surface(model, sources)
    assert np.array_equal(found, np.float32([[25, 100, np.nan, np.nan]]), equal_nan=True)
    assert class_rasters(model) == {"cover"}
    plan = plan_surface(model, {"cover": sources["cover"].grid})
    assert evaluate(Window(0, 0, 1, 4), plan=plan, sources=sources, land=EVERYWHERE).unknown == {
        "a": 2
    }


def test_a_criterion_without_raster_leaves_its_weight_to_the_others_and_is_named():
    model = make_model(
        criterion("a", "slope"), criterion("b", "road"), weights={"a": 0.1, "b": 0.3}
    )
    plan = plan_surface(model, {"slope": grid(1, 1)})
    assert plan.weights == {"a": 1.0}
    assert [c.id for c in plan.missing] == ["b"]
    assert plan.coverage == pytest.approx(0.25)


def test_a_model_without_land_data_has_no_surface():
    of_people = replace(criterion("a", "x"), measure=IndicatorMeasure("tpt", 2))
    for model in (make_model(criterion("a", "slope")), make_model(of_people)):
        with pytest.raises(SurfaceNotFound, match="kesiapan"):
            plan_surface(model, {})


def test_constraints_are_masks_and_one_without_raster_is_named():
    model = make_model(
        criterion("a", "slope"),
        constraints=(
            constraint("steep", "slope", threshold=45.0),
            constraint("forest", "estate", classes=(1,)),
            constraint("peat", "peat", threshold=3.0),
        ),
    )
    sources = {"slope": source([[50.0, 45.0, 40.0]]), "estate": source([[0, 0, 1]])}
    assert np.array_equal(
        surface(model, sources), np.float32([[np.nan, 45.0, np.nan]]), equal_nan=True
    )
    plan = plan_surface(model, {name: one.grid for name, one in sources.items()})
    assert [c.id for c in plan.unchecked] == ["peat"]
    counted = evaluate(Window(0, 0, 1, 3), plan=plan, sources=sources, land=EVERYWHERE)
    assert counted.land == 3
    assert counted.excluded == {"steep": 1, "forest": 1}


def test_missing_data_are_nodata_in_a_criterion_and_exclude_nothing_in_a_constraint():
    model = make_model(
        criterion("a", "slope"), constraints=(constraint("forest", "estate", classes=(1,)),)
    )
    sources = {
        "slope": source(np.array([[10.0, np.nan]])),
        "estate": source([[255, 0]], nodata=255),
    }
    assert np.array_equal(surface(model, sources), np.float32([[10, np.nan]]), equal_nan=True)
    plan = plan_surface(model, {name: one.grid for name, one in sources.items()})
    counted = evaluate(Window(0, 0, 1, 2), plan=plan, sources=sources, land=EVERYWHERE)
    assert counted.unknown == {"a": 1, "forest": 1}


def test_outside_the_land_there_is_nothing():
    left = shapely.box(0, -100, 100, 0)
    found = surface(make_model(criterion("a", "s")), {"s": source([[60.0, 60.0]])}, land=left)
    assert np.array_equal(found, np.float32([[60, np.nan]]), equal_nan=True)


def test_the_reference_is_the_finest_quantity_and_never_a_finer_mask():
    model = make_model(
        criterion("a", "slope"),
        criterion("b", "cover", classes=(1,)),
        constraints=(constraint("sea", "mask", classes=(0,)),),
    )
    grids = {"slope": grid(2, 2, 90.0), "cover": grid(2, 2, 30.0), "mask": grid(2, 2, 10.0)}
    assert plan_surface(model, grids).reference == "slope"
    del grids["slope"]
    assert plan_surface(model, grids).reference == "cover"
    assert class_rasters(model) == {"cover", "mask"}


def test_another_grid_is_read_at_the_centres_and_never_averaged():
    fine = grid(4, 1, 100.0)
    coarse = source([[1.0, 2.0]], cell=200.0)
    assert nearest_cells(coarse, fine, fine.whole).tolist() == [[1, 1, 2, 2]]
    # A centre on the edge of two cells belongs to the higher column and row.
    wide = grid(1, 1, 200.0)
    assert nearest_cells(source([[1.0, 2.0], [3.0, 4.0]]), wide, wide.whole).tolist() == [[4.0]]


def test_beyond_the_other_raster_there_is_no_value():
    fine = grid(3, 1, 100.0, origin=(-100.0, 0.0))
    found = nearest_cells(source([[5.0]]), fine, fine.whole)
    assert np.array_equal(found, [[np.nan, 5.0, np.nan]], equal_nan=True)


def test_another_crs_is_read_at_the_same_places():
    degrees = Grid("EPSG:4326", Affine(0.001, 0, 116.999, 0, -0.001, -2.999), 3, 3)
    cells = np.arange(9.0).reshape(3, 3)
    metres = Grid("EPSG:32750", Affine(50, 0, 499_925, 0, -50, 9_668_425), 3, 3)
    # x = 500,000 is longitude 117, the edge between columns 0 and 1.
    found = nearest_cells(ArraySource(degrees, cells), metres, metres.whole)
    assert set(found[:, 0]) <= {0.0, 3.0, 6.0}
    assert set(found[:, 1]) <= {1.0, 4.0, 7.0}
    assert set(found[:, 2]) <= {1.0, 4.0, 7.0}


def test_a_far_finer_raster_is_read_in_parts_with_the_same_answer():
    cells = np.random.default_rng(1).random((64, 64))
    coarse = grid(8, 8, 800.0)
    whole = nearest_cells(source(cells), coarse, coarse.whole)
    parted = nearest_cells(source(cells), coarse, coarse.whole, most_cells=100)
    assert np.array_equal(parted, whole)
    assert whole[0, 0] == cells[4, 4]


def test_a_centre_counts_and_one_on_the_outline_does_not():
    here = grid(3, 3, 100.0)
    through_the_centres = shapely.box(50, -250, 250, -50)
    found = cells_inside(through_the_centres, here, here.whole)
    assert found.astype(int).tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
    assert cells_inside(shapely.box(40, -260, 260, -40), here, here.whole).all()
    assert not cells_inside(shapely.box(900, -50, 950, -20), here, here.whole).any()


def test_the_window_of_a_shape_holds_it_and_stays_on_the_grid():
    here = grid(10, 10, 100.0)
    assert window_of(shapely.box(150, -350, 400, -100), here) == Window(1, 1, 3, 3)
    assert window_of(shapely.box(-900, -150, 50, 900), here) == Window(0, 0, 2, 1)
    assert window_of(shapely.box(2000, -100, 2100, 0), here) is None
    assert window_of(shapely.Polygon(), here) is None


@pytest.mark.parametrize(("height", "width"), [(1, 61), (7, 5), (16, 16), (53, 1)])
def test_blocks_of_any_size_give_the_same_bytes(height, width):
    rng = np.random.default_rng(7)
    sources = {
        "slope": ArraySource(
            Grid("EPSG:4326", Affine(1 / 120, 0, 114.3, 0, -1 / 120, -2.1), 61, 53),
            rng.gamma(2, 6, (53, 61)).astype("float32"),
        ),
        "cover": ArraySource(
            Grid("EPSG:32750", Affine(700, 0, 195_000, 0, -700, 9_768_000), 90, 80),
            rng.integers(0, 17, (80, 90), dtype="uint8"),
        ),
        "estate": ArraySource(
            Grid("EPSG:4326", Affine(1 / 77, 0, 114.31, 0, -1 / 77, -2.11), 40, 30),
            rng.integers(0, 2, (30, 40), dtype="uint8"),
        ),
    }
    model = make_model(
        criterion("a", "slope", zero_at=40, one_at=0),
        criterion("b", "cover", classes=(7, 9, 12), one_at=1.0),
        constraints=(constraint("forest", "estate", classes=(1,)),),
        weights={"a": 0.37, "b": 0.41},
    )
    # A diamond whose edges run through the centres of cells, with a hole.
    x, y = 114.3 + 30.5 / 120, -2.1 - 26.5 / 120
    ring = [(x + dx / 120, y + dy / 120) for dx, dy in ((25, 0), (0, 25), (-25, 0), (0, -25))]
    land = shapely.Polygon(ring).difference(shapely.Point(x, y).buffer(0.04))
    once = surface(model, sources, land=land)
    assert 0 < np.isfinite(once).sum() < once.size
    again = surface(model, sources, land=land, height=height, width=width)
    assert once.tobytes() == again.tobytes()


@pytest.fixture
def sloped(reference_store, tmp_path):
    publish_land.add_land(
        reference_store,
        flat_slope(tmp_path, percent=4.0),
        name="slope_percent",
        source="synthetic",
        licence="none",
    )
    return reference_store


def test_the_surface_of_the_shipped_model_is_kept_as_a_cog_under_its_hash(sloped):
    kept = surfaces.surface(sloped)
    # The finest raster of a quantity; distances to a main road have cells of 463 m.
    assert kept.report.plan.reference == "main_road_distance_m"
    assert kept.path == sloped.prepared_path(f"suitability-{kept.key}.tif")
    assert kept.key == surfaces.surface_key(sloped)
    with rasterio.open(kept.path) as raster:
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        values = raster.read(1)
    known = values[np.isfinite(values)]
    assert 0 <= known.min() < known.max() <= 100
    # Slope 4 % has the value 0.75; cropland beside a main road is as good as these can see.
    weights = kept.report.plan.weights
    assert set(weights) == {"lereng", "tutupan_lahan", "jalan_utama"}
    assert known.max() == pytest.approx(100 * (1 - 0.25 * weights["lereng"]))
    assert kept.report.land_cells > known.size
    assert kept.report.cell_sizes_m["landcover"][0] == pytest.approx(5_557, abs=2)
    written = kept.path.stat().st_mtime_ns
    assert surfaces.surface(sloped).path.stat().st_mtime_ns == written


def test_another_raster_is_another_surface(sloped, tmp_path):
    before = surfaces.surface(sloped)
    publish_land.add_land(
        sloped, flat_slope(tmp_path, percent=50), name="slope_percent", source="s", licence="l"
    )
    after = surfaces.surface(sloped)
    assert after.key != before.key
    # Above 45 % nothing may be used.
    assert after.report.excluded["lereng_curam"] > 0.9
    assert not np.isfinite(RasterFile(after.path).read(Window(100, 100, 9, 9))[0]).any()


def test_need_has_no_surface(reference_store):
    assert surfaces.surface_key(reference_store, "kebutuhan") is None
    with pytest.raises(SurfaceNotFound, match="kebutuhan"):
        surfaces.surface(reference_store, "kebutuhan")


def test_who_asks_while_it_is_made_is_told_to_come_back(reference_store):
    told = []

    def ask_again(*_):
        with pytest.raises(SurfaceNotReady, match="being prepared"):
            surfaces.surface(reference_store, patience_s=0.01)
        told.append(1)

    surfaces.surface(reference_store, progress=ask_again)
    assert told
    assert surfaces.surface(reference_store, patience_s=0.01).path.exists()


def test_a_surface_over_many_blocks_of_its_file_is_seamless(tmp_path):
    """A smooth ramp over more than one 512-cell block of the COG stays a ramp."""
    here = grid(700, 530)
    ramp = np.add.outer(np.arange(530.0), np.arange(700.0)) / 12.3
    sources = {"s": ArraySource(here, ramp)}
    plan = plan_surface(make_model(criterion("a", "s")), {"s": here})
    path = tmp_path / "synthetic_surface.tif"
    write_cog(
        path,
        here,
        lambda window: evaluate(window, plan=plan, sources=sources, land=EVERYWHERE).values,
        dtype="float32",
        nodata=float("nan"),
    )
    values, valid = RasterFile(path).read(here.whole)
    assert valid is None
    assert np.array_equal(values, np.clip(ramp, 0, 100).astype("float32"))
