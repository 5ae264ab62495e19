"""Zonal statistics: answers that can be counted on the fingers, exactextract's, and invariants."""

import pickle
import random

import exactextract
import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import LONLAT
from geo.errors import CRSMissing, InvalidInput, InvalidLayer
from geo.raster import zonal
from geo.raster.files import RasterFile
from geo.raster.grid import ArraySource, Grid, Marked
from geo.raster.parallel import processes, threads
from geo.raster.zonal import merge, zonal_class_shares, zonal_statistics

X, Y = 500_000.0, 9_600_000.0  # a corner in UTM 50S
UTM = "EPSG:32750"


@pytest.fixture
def raster(make_raster):
    """Three by three cells of 100 m: 1 2 3 / 4 5 6 / 7 8 nodata."""
    array = np.array([[1, 2, 3], [4, 5, 6], [7, 8, -1]], dtype="float32")
    return RasterFile(make_raster(array, cell=100, origin=(X, Y + 300), nodata=-1))


def source_of(array, *, nodata=None, block=(4, 4), transform=None):
    """An array as a raster of unit cells whose lower left corner is the origin."""
    cells = np.asarray(array)
    grid = Grid(
        UTM, transform or Affine(1, 0, 0, 0, -1, cells.shape[0]), cells.shape[1], len(cells)
    )
    return ArraySource(grid, cells, nodata, block)


def zones_of(*geometries, crs=UTM):
    names = [f"z{i}" for i in range(len(geometries))]
    return gpd.GeoDataFrame(geometry=list(geometries), crs=crs, index=gpd.pd.Index(names))


def at(x, y, width, height):
    return shapely.box(X + x, Y + y, X + x + width, Y + y + height)


@pytest.mark.parametrize(
    ("geometry", "mean", "cells", "valid_share"),
    [
        (at(0, 200, 100, 100), 1.0, 1.0, 1.0),
        (at(0, 200, 200, 100), 1.5, 2.0, 1.0),
        (at(50, 200, 100, 100), 1.5, 1.0, 1.0),
        (at(0, 150, 100, 100), 2.5, 1.0, 1.0),
        (at(75, 200, 100, 100), 1.75, 1.0, 1.0),  # a quarter of 1, three quarters of 2
        (at(200, 0, 100, 200), 6.0, 2.0, 0.5),  # half of it is nodata
        (at(-100, 200, 200, 100), 1.0, 2.0, 0.5),  # half of it is off the raster
        (at(200, 0, 100, 100), np.nan, 1.0, 0.0),
        (at(5000, 5000, 100, 100), np.nan, 1.0, 0.0),
    ],
)
def test_the_mean_weighs_cells_by_their_covered_share(raster, geometry, mean, cells, valid_share):
    found = zonal_statistics(zones_of(geometry), raster).loc["z0"]
    assert found["mean"] == pytest.approx(mean, nan_ok=True)
    assert found["cells"] == pytest.approx(cells)
    assert found["valid_share"] == pytest.approx(valid_share)


def test_every_statistic_of_two_and_a_half_cells_by_hand(raster):
    zones = zones_of(at(0, 200, 250, 100))  # 1, 2 and half of 3
    found = zonal_statistics(zones, raster, stats=zonal.STATISTICS).loc["z0"]
    assert found[["count", "sum", "min", "max"]].tolist() == [2.5, 4.5, 1.0, 3.0]
    assert found["mean"] == pytest.approx(1.8)
    assert found["variance"] == pytest.approx((0.64 + 0.04 + 0.5 * 1.44) / 2.5)


def test_level_and_upright_edges_inside_cells_cover_the_cells_between_them():
    values = np.arange(60.0).reshape(6, 10)
    zone = shapely.box(1.25, 1.5, 8.75, 4.25)
    found = zonal_statistics(zones_of(zone), source_of(values), stats=["count", "sum"]).loc["z0"]
    shares = np.outer([0, 0.25, 1, 1, 0.5, 0], [0, 0.75, 1, 1, 1, 1, 1, 1, 0.75, 0])
    assert found["count"] == pytest.approx(zone.area)
    assert found["sum"] == pytest.approx((shares * values).sum())


def test_a_hole_does_not_count(raster):
    holed = at(0, 100, 200, 200).difference(at(0, 200, 100, 100))  # 2 4 5
    assert zonal_statistics(zones_of(holed), raster).loc["z0", "mean"] == pytest.approx(11 / 3)


def test_parts_of_a_zone_count_together(raster):
    parts = shapely.MultiPolygon([at(0, 200, 100, 100), at(200, 200, 100, 100)])
    assert zonal_statistics(zones_of(parts), raster).loc["z0", "mean"] == pytest.approx(2)


def test_overlapping_zones_each_get_their_full_statistic(raster):
    zones = zones_of(at(0, 200, 200, 100), at(0, 200, 100, 100), at(0, 200, 200, 100))
    assert zonal_statistics(zones, raster)["mean"].tolist() == [1.5, 1.0, 1.5]


def test_points_and_missing_geometry_have_no_statistic_but_keep_their_row(raster):
    zones = zones_of(shapely.Point(X + 50, Y + 250), None, at(0, 200, 100, 100))
    found = zonal_statistics(zones, raster, stats=["mean", "count", "max"], quantiles=[0.5])
    assert found.index.tolist() == ["z0", "z1", "z2"]
    assert np.isnan(found.loc[["z0", "z1"]]).all().all()
    assert found.loc["z2", "mean"] == 1


def test_shares_of_classes_are_of_the_valid_area(make_raster):
    array = np.array([[1, 1, 2], [4, 4, 4], [9, 9, 0]], dtype="uint8")
    source = RasterFile(make_raster(array, cell=100, origin=(X, Y + 300), nodata=0))
    found = zonal_class_shares(zones_of(at(0, 0, 300, 300), at(50, 200, 100, 100)), source)
    assert found.loc["z0", [1, 2, 4, 9]].tolist() == pytest.approx([2 / 8, 1 / 8, 3 / 8, 2 / 8])
    assert found.loc["z0", "valid_share"] == pytest.approx(8 / 9)
    assert found.loc["z1", [1, 2, 4, 9]].tolist() == [1, 0, 0, 0]


def test_the_share_of_cells_that_pass_a_test_is_the_mean_of_the_test(make_raster):
    array = np.array([[1, 1, 2], [4, 4, 4], [9, 9, 0]], dtype="uint8")
    source = RasterFile(make_raster(array, cell=100, origin=(X, Y + 300), nodata=0))
    zones = zones_of(at(0, 0, 300, 300))
    assert zonal_statistics(zones, Marked(source, (1, 9)))["mean"].item() == 0.5
    assert zonal_statistics(zones, Marked(source, above=3))["mean"].item() == pytest.approx(5 / 8)


def test_classes_of_any_range_are_counted():
    array = np.array([[-5, 2_000_000_000], [7, 7]], dtype="int32")
    found = zonal_class_shares(zones_of(shapely.box(0, 0, 2, 2)), source_of(array))
    assert found.loc["z0", [-5, 7, 2_000_000_000]].tolist() == [0.25, 0.5, 0.25]


def test_fractional_numbers_are_no_classes(raster):
    with pytest.raises(InvalidInput, match="Classify"):
        zonal_class_shares(zones_of(at(0, 0, 1, 1)), raster)


def test_a_second_raster_weighs_the_cells():
    values = source_of(np.array([[10.0, 20.0], [30.0, np.nan]]))
    people = source_of(np.array([[3, 1], [0, 9]]))
    found = zonal_statistics(zones_of(shapely.box(0, 0, 2, 2)), values, weights=people).loc["z0"]
    assert found["weighted_sum"] == 50
    assert found["weighted_mean"] == 12.5
    with pytest.raises(InvalidInput, match="same grid"):
        zonal_statistics(
            zones_of(shapely.box(0, 0, 1, 1)), values, weights=source_of(np.ones((3, 3)))
        )


def test_zones_move_to_the_raster_and_not_the_raster_to_them(raster):
    zones = zones_of(at(100, 100, 100, 100)).to_crs("EPSG:4326")
    assert zonal_statistics(zones, raster).loc["z0", "mean"] == pytest.approx(5, abs=1e-6)


def test_a_rotated_and_a_south_up_grid_count_the_same_cells():
    cells = np.arange(12.0).reshape(3, 4)
    for transform in (Affine.rotation(30) * Affine.scale(2, -2), Affine(1, 0, 0, 0, 1, 0)):
        source = source_of(cells, transform=transform)
        outline = shapely.Polygon(
            [transform * corner for corner in ((1, 0), (3, 0), (3, 2), (1, 2))]
        )
        found = zonal_statistics(zones_of(outline), source, stats=["count", "mean"]).loc["z0"]
        assert found["count"] == pytest.approx(4)
        assert found["mean"] == pytest.approx(np.mean([1, 2, 5, 6]))


def test_no_zones_give_no_rows(raster):
    assert zonal_statistics(zones_of(at(0, 0, 1, 1)).iloc[:0], raster, quantiles=[0.5]).empty
    assert zonal_class_shares(
        zones_of(at(0, 0, 1, 1)).iloc[:0], source_of(np.ones((2, 2), "u1"))
    ).empty


def test_a_layer_without_crs_is_refused(raster):
    with pytest.raises(CRSMissing):
        zonal_statistics(zones_of(at(0, 0, 1, 1), crs=None), raster)


def test_an_invalid_polygon_has_no_inside_and_is_named(raster):
    bow_tie = shapely.Polygon([(X, Y), (X + 9, Y + 9), (X + 9, Y), (X, Y + 9)])
    with pytest.raises(InvalidLayer, match="z1"):
        zonal_statistics(zones_of(at(0, 0, 1, 1), bow_tie), raster)


def test_an_unknown_statistic_is_refused(raster):
    with pytest.raises(InvalidInput, match="median"):
        zonal_statistics(zones_of(at(0, 0, 1, 1)), raster, stats=["median"])


@pytest.mark.parametrize("q", [0, 0.1, 0.25, 0.5, 0.9, 1])
def test_quantiles_of_whole_cells_are_those_of_numpy_also_with_repeated_values(q):
    # exactextract 0.3.0 counts a repeated value once: nine 1s and a 5 have the median 3 there.
    values = np.array(
        [[1, 1, 1, 1, 1, 1, 1, 1, 1, 5], [2, 2, 3, 1, 9, 9, 4, 4, 4, 0]], dtype="int16"
    )
    for rows in (slice(0, 1), slice(0, 2)):
        source = source_of(values[rows])
        found = zonal_statistics(zones_of(shapely.box(0, 0, 10, 2)), source, quantiles=[q])
        assert found[f"q{q:g}"].item() == pytest.approx(np.quantile(values[rows], q))


def star(rng, centre, radius, points, *, step=0.0):
    angles = np.sort(rng.uniform(0, 2 * np.pi, points))
    radii = rng.uniform(0.3, 1, points) * radius
    ring = np.column_stack([np.cos(angles), np.sin(angles)]) * radii[:, None] + centre
    if step:  # many level and upright edges, and corners on the borders of cells
        ring = np.round(ring / step) * step
        ring = np.repeat(ring, 2, axis=0)
        ring[1::2, 1] = np.roll(ring[::2, 1], -1)
    return shapely.make_valid(shapely.Polygon(ring), method="structure", keep_collapsed=False)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A tiled raster of 300 × 400 distinct values with holes of nodata, and 60 zones over it."""
    rng = np.random.default_rng(7)
    values = rng.permutation(300 * 400).reshape(300, 400).astype("float64") / 7 + 1000
    values[rng.random((300, 400)) < 0.03] = -1
    path = tmp_path_factory.mktemp("world") / "values.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=400, height=300, count=1, dtype="float64", crs=UTM,
        transform=Affine(1, 0, 0, 0, -1, 300), nodata=-1, tiled=True, blockxsize=64, blockysize=64,
    ) as raster:  # fmt: skip
        raster.write(values, 1)
    shapes = [
        star(rng, rng.uniform((-10, -10), (410, 310)), rng.uniform(1, 90), 25) for _ in range(60)
    ]
    shapes += [
        star(rng, rng.uniform((0, 0), (400, 300)), rng.uniform(5, 60), 12, step=step)
        for step in (0.25, 0.5, 1.0, 0.3)
        for _ in range(5)
    ]
    polygons = [s for s in shapes if s.geom_type in ("Polygon", "MultiPolygon") and s.area > 0]
    polygons.append(shapely.box(10, 10, 200, 200).difference(shapely.box(50, 50, 120, 150)))
    polygons.append(
        shapely.MultiPolygon([shapely.box(0, 0, 3, 3), shapely.box(300, 200, 390, 290)])
    )
    return path, zones_of(*polygons)


SMALL = 1  # MiB: many windows, so that zones reach over several


def test_results_agree_with_exactextract(world):
    path, zones = world
    ours = zonal_statistics(
        zones, RasterFile(path), stats=zonal.STATISTICS, quantiles=[0.1, 0.5], memory_mib=SMALL
    )
    theirs = exactextract.exact_extract(
        str(path),
        zones,
        ["count", "sum", "mean", "min", "max", "variance", "quantile(q=0.1)", "quantile(q=0.5)"],
        output="pandas",
    )
    columns = [*zonal.STATISTICS, "q0.1", "q0.5"]
    for name, column in zip(columns, theirs.columns, strict=True):
        expected = theirs[column].to_numpy(dtype=float)
        if name in ("count", "sum"):
            # exactextract keeps shares as float32; a zone that only grazes a cell shows it.
            assert np.allclose(ours[name].fillna(0), np.nan_to_num(expected), rtol=1e-7, atol=1e-3)
        else:
            assert np.allclose(ours[name], expected, rtol=1e-6, equal_nan=True)
    big = ours["count"] > 1000
    for name in ("count", "sum", "mean", "variance"):
        expected = theirs[name].to_numpy(dtype=float)
        # 0.3 of a cell is 0.300000012 in float32: the rest of the difference is theirs.
        assert np.allclose(ours[name][big], expected[big], rtol=5e-9)


def test_fractions_are_the_areas_of_clipped_cells(world):
    path, zones = world
    ours = zonal_statistics(zones, RasterFile(path), stats=["count"], memory_mib=SMALL)
    with rasterio.open(path) as raster:
        valid = raster.read(1) != -1
    rows, cols = np.nonzero(valid)
    cells = shapely.box(cols, 300 - rows - 1, cols + 1, 300 - rows)
    tree = shapely.STRtree(cells)
    for zone in range(0, len(zones), 4):
        # The others lie outside of its bounds: their areas are zeros.
        near = cells[np.sort(tree.query(zones.geometry.iloc[zone]))]
        area = shapely.area(shapely.intersection(near, zones.geometry.iloc[zone])).sum()
        assert ours["count"].iloc[zone] == pytest.approx(area, rel=1e-12, abs=1e-9)


@pytest.mark.parametrize("engine", [threads(3), processes(2)], ids=["threads", "processes"])
def test_every_engine_and_any_memory_bound_gives_the_same_bytes(world, engine):
    path, zones = world
    wanted = {"stats": zonal.STATISTICS, "quantiles": [0.5], "memory_mib": SMALL}
    alone = zonal_statistics(zones, RasterFile(path), **wanted)
    together = zonal_statistics(zones, RasterFile(path), engine=engine, **wanted)
    assert together.to_numpy().tobytes() == alone.to_numpy().tobytes()
    roomy = zonal_statistics(zones, RasterFile(path), **wanted | {"memory_mib": 512})
    assert np.allclose(roomy, alone, rtol=1e-12, equal_nan=True)


def test_partial_results_merge_in_any_order_into_the_same_bytes(world):
    path, zones = world
    parts = []

    def kept(function, tasks):
        parts.extend(map(function, tasks))
        return iter(parts)

    wanted = {"stats": ["variance", "min", "max"], "quantiles": [0.5]}
    zonal_statistics(zones, RasterFile(path), **wanted, engine=kept, memory_mib=SMALL)
    assert len(parts) >= 3
    whole = pickle.dumps(merge(parts))
    for seed in range(3):
        shuffled = random.Random(seed).sample(parts, len(parts))
        half = len(parts) // 2
        assert pickle.dumps(merge(shuffled)) == whole
        assert pickle.dumps(merge([merge(shuffled[:half]), merge(shuffled[half:])])) == whole


@given(st.lists(st.integers(1, 5), min_size=1, max_size=6), st.integers(0, 2**32 - 1))
def test_zones_that_partition_a_raster_sum_to_it(widths, seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(7, sum(widths)))
    edges = np.concatenate([[0], np.cumsum(widths)]) + np.concatenate(
        [[0], rng.uniform(-0.2, 0.2, len(widths) - 1), [0]]
    )
    slant = rng.uniform(-0.2, 0.2, len(edges))
    slant[[0, -1]] = 0
    zones = zones_of(
        *(
            shapely.Polygon([(a, 0), (b, 0), (b + t, 7), (a + s, 7)])
            for a, b, s, t in zip(edges[:-1], edges[1:], slant[:-1], slant[1:], strict=True)
        )
    )
    found = zonal_statistics(zones, source_of(values), stats=["sum", "count"], memory_mib=SMALL)
    assert found["sum"].sum() == pytest.approx(values.sum(), abs=1e-9)
    assert found["count"].sum() == pytest.approx(values.size)


@given(st.integers(0, 2**32 - 1))
def test_no_statistic_depends_on_where_windows_are_cut(seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(30, 40)) * 1e6 + 1e9
    zones = zones_of(*(star(rng, rng.uniform(0, 35, 2), 15, 9) for _ in range(4)))
    zones = zones[zones.geom_type.isin(["Polygon", "MultiPolygon"])]
    whole = zonal_statistics(zones, source_of(values, block=(64, 64)), stats=["mean", "variance"])
    blocks = source_of(values, block=(3, 5))
    cut = zonal_statistics(zones, blocks, stats=["mean", "variance"], memory_mib=0, fewest_cells=15)
    # A zone that only grazes one cell has no variance but rounding: 1e-10 of the raster's own.
    assert np.allclose(cut, whole, rtol=1e-10, atol=1e2, equal_nan=True)


def test_a_geographic_raster_takes_zones_of_any_crs():
    grid = Grid(LONLAT.to_wkt(), Affine(0.01, 0, 114, 0, -0.01, -1), 300, 300)
    source = ArraySource(grid, np.full((300, 300), 3.0))
    square = gpd.GeoDataFrame(geometry=[shapely.box(115, -3, 115.1, -2.9)], crs="EPSG:4326")
    found = zonal_statistics(square.to_crs(UTM), source, stats=["mean", "count"])
    assert found["mean"].item() == 3
    assert found["count"].item() == pytest.approx(100, rel=1e-4)


@pytest.mark.parametrize(
    "transform",
    [
        Affine(80, 60, X, 60, -80, Y),  # turned
        Affine(100, 0, X, 0, 100, Y),  # south up
        Affine(-100, 0, X, 0, -100, Y),  # east left
    ],
)
def test_a_turned_or_flipped_grid_is_measured_where_its_cells_lie(transform):
    rng = np.random.default_rng(5)
    cells = rng.random((6, 8))
    grid = Grid(rasterio.CRS.from_epsg(32750).to_wkt(), transform, 8, 6)
    corners = [transform * corner for corner in ((0.3, 0.2), (7.1, 0.9), (6.4, 5.5), (1.2, 4.8))]
    zone = shapely.Polygon(corners)
    found = zonal_statistics(zones_of(zone), ArraySource(grid, cells), stats=["sum"])
    by_hand = sum(
        cells[row, col]
        * zone.intersection(
            shapely.Polygon(
                [
                    transform * corner
                    for corner in ((col, row), (col + 1, row), (col + 1, row + 1), (col, row + 1))
                ]
            )
        ).area
        / 10_000
        for row in range(6)
        for col in range(8)
    )
    assert found.loc["z0", "sum"] == pytest.approx(by_hand)
    assert found.loc["z0", "valid_share"] == pytest.approx(1)


def test_a_sliver_of_one_cell_is_measured_and_a_shared_edge_is_not(raster):
    edge = X + 300  # the raster's eastern edge
    sliver, beside = (shapely.box(edge + a, Y + 100, edge + 500, Y + 200) for a in (-0.001, 0))
    found = zonal_statistics(zones_of(sliver, beside), raster, stats=["mean", "min", "count"])
    assert found.loc["z0", "count"] == pytest.approx(1e-5)
    assert found.loc["z0", "min"] == 6
    assert found.loc["z0", "mean"] == pytest.approx(6)
    assert found.loc["z1", "valid_share"] == 0
    assert found.loc["z1", ["mean", "min"]].isna().all()


def test_a_zone_without_a_place_in_the_rasters_crs_is_missing_and_no_fault():
    grid = Grid(rasterio.CRS.from_epsg(3857).to_wkt(), Affine(1e6, 0, 0, 0, -1e6, 1e6), 2, 2)
    zones = gpd.GeoDataFrame(
        geometry=[shapely.box(0, 80, 10, 90), shapely.box(1, 1, 2, 2)], crs="EPSG:4326"
    )
    found = zonal_statistics(zones, ArraySource(grid, np.ones((2, 2))), stats=["mean", "max"])
    assert found["mean"].isna().tolist() == [True, False]
