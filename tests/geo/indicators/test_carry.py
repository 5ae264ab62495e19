"""Totals split and conserved, rates averaged: answers to be checked by hand, tobler's, invariants."""

import warnings
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import CRSMismatch, InvalidInput, InvalidLayer, InvalidWeights
from geo.indicators.carry import carry
from geo.raster.grid import ArraySource, Grid, Marked
from geo.vector.crosswalk import GroundArea, crosswalk

# Equal area, and so near the equator a parallel is a geodesic: shares come out as drawn on paper.
EQUAL_AREA = "EPSG:6933"
X, UNIT_M = 11_000_000.0, 10


def layer_of(crs=EQUAL_AREA, **shapes):
    index = pd.Index([name.replace("_", ".") for name in shapes], name="area_id")
    return gpd.GeoDataFrame(geometry=list(shapes.values()), crs=crs, index=index)


def box(x, y, width, height):
    """A rectangle in units of 10 m beside the equator."""
    left, right, bottom, top = (UNIT_M * n for n in (x, x + width, y, y + height))
    return shapely.box(X + left, bottom, X + right, top)


def raster_of(array, *, nodata=None):
    """Cells of a unit; the lower left corner is that of the rectangles."""
    cells = np.asarray(array)
    place = Affine(UNIT_M, 0, X, 0, -UNIT_M, UNIT_M * len(cells))
    return ArraySource(Grid(EQUAL_AREA, place, cells.shape[1], len(cells)), cells, nodata)


def figures_of(**values):
    return pd.Series({name.replace("_", "."): value for name, value in values.items()})


OLD = layer_of(a=box(0, 0, 4, 1), b=box(4, 0, 4, 1))
# m takes three quarters of a; n the rest of it and all of b.
NEW = layer_of(m=box(0, 0, 3, 1), n=box(3, 0, 5, 1))


def test_a_total_is_split_by_area_and_adds_up():
    table, report = carry(figures_of(a=100.0, b=40.0), crosswalk(OLD, NEW), kind="total")
    assert table["value"].tolist() == pytest.approx([75, 65], rel=1e-9)
    assert (report.total, report.carried) == pytest.approx((140, 140), rel=1e-9)
    assert report.uncovered.empty
    assert table["method"].tolist() == ["area", "area"]
    assert dict(table.loc["n", "sources"]) == pytest.approx({"b": 1.0, "a": 0.25}, rel=1e-9)


def test_a_rate_is_averaged_by_area():
    table, _ = carry(figures_of(a=8.0, b=3.0), crosswalk(OLD, NEW), kind="rate")
    # n is one part of a and four of b.
    assert table["value"].tolist() == pytest.approx([8, 4], rel=1e-9)
    assert dict(table.loc["n", "sources"]) == pytest.approx({"b": 0.8, "a": 0.2}, rel=1e-9)


def test_a_rate_with_a_denominator_is_the_rate_of_the_sums():
    unemployed, workers = figures_of(a=8.0, b=1.0), figures_of(a=100.0, b=50.0)
    across = crosswalk(OLD, NEW)
    rate, _ = carry(
        unemployed / workers, across, kind="rate", denominator=workers.rename("workers")
    )
    sums = [carry(total, across, kind="total")[0]["value"] for total in (unemployed, workers)]
    assert rate["value"].tolist() == pytest.approx((sums[0] / sums[1]).tolist(), abs=1e-12)
    assert rate["method"].tolist() == ["area*workers"] * 2


def test_a_raster_says_where_the_people_of_an_area_live():
    # Of the 100 people of a, none lives in its western half and three of four in its last cell.
    people = raster_of([[0, 0, 1, 3, 1, 1, 1, 1]])
    across = crosswalk(OLD, NEW, weights=people, name="people")
    table, report = carry(figures_of(a=100.0, b=40.0), across, kind="total")
    assert table["value"].tolist() == pytest.approx([25, 115], rel=1e-9)
    assert table["method"].tolist() == ["raster:people"] * 2
    assert report.by_area == ()
    rates, _ = carry(figures_of(a=8.0, b=1.0), across, kind="rate")
    assert rates["value"].tolist() == pytest.approx([8, (3 * 8 + 4 * 1) / 7], rel=1e-9)


def test_a_cell_on_the_border_counts_by_its_covered_share():
    old, new = layer_of(a=box(0, 0, 2, 1)), layer_of(m=box(0, 0, 0.5, 1), n=box(0.5, 0, 1.5, 1))
    table, _ = carry(
        figures_of(a=30.0), crosswalk(old, new, weights=raster_of([[2, 1]])), kind="total"
    )
    assert table["value"].tolist() == pytest.approx([10, 20], rel=1e-9)


def test_classes_weigh_by_their_ground_on_a_geographic_grid():
    # A cell at 60.5°N is half as wide as one beside the equator: cos 60.5° is 0.492.
    grid = Grid("OGC:CRS84", Affine(1, 0, 0, 0, -1, 61), 1, 61)
    marked = Marked(ArraySource(grid, np.full((61, 1), 7)), (7,))
    cells, valid = GroundArea(marked).read(grid.whole)
    assert valid is None
    assert cells[0, 0] / cells[-1, 0] == pytest.approx(0.492, abs=0.01)
    # A degree squared at the equator is 111.3 km by 110.6 km.
    assert cells[-1, 0] == pytest.approx(111.3 * 110.6 * 100, rel=1e-3)


def test_classes_that_are_marked_take_all_of_a_total():
    cover = Marked(raster_of([[12, 1, 1, 12, 1, 1, 1, 12]]), (12,))
    across = crosswalk(OLD, NEW, weights=GroundArea(cover), name="landcover:12")
    table, _ = carry(figures_of(a=10.0, b=6.0), across, kind="total")
    assert table["value"].tolist() == pytest.approx([5, 11], rel=1e-9)


def test_an_area_without_weight_goes_by_area_and_says_so():
    people = raster_of([[0, 0, 0, 0, 1, 1, 1, 1]])
    across = crosswalk(OLD, NEW, weights=people, name="people")
    table, report = carry(figures_of(a=100.0, b=40.0), across, kind="total")
    assert table["value"].tolist() == pytest.approx([75, 65], rel=1e-9)
    assert report.by_area == ("a",)
    assert table["method"].tolist() == ["area", "raster:people+area"]
    rates, told = carry(figures_of(a=8.0, b=3.0), across, kind="rate")
    # Nobody lives in m, so that its rate is that of its ground; in n only people of b live.
    assert rates["value"].tolist() == pytest.approx([8, 3], rel=1e-9)
    assert told.by_area == ("m",)


def test_an_area_beyond_the_raster_goes_by_area():
    people = raster_of([[0, 0, 1, 3, 1]])
    across = crosswalk(OLD, NEW, weights=people, name="people")
    table, report = carry(figures_of(a=100.0, b=40.0), across, kind="total")
    assert table["value"].tolist() == pytest.approx([25, 115], rel=1e-9)
    assert report.by_area == ("b",)


def test_a_rate_whose_denominator_lives_elsewhere_is_still_that_of_its_old_area():
    people = raster_of([[0, 0, 0, 1, 1, 1, 1, 1]])
    across = crosswalk(OLD, NEW, weights=people, name="people")
    workers = figures_of(a=100.0, b=50.0).rename("workers")
    table, _ = carry(figures_of(a=8.0, b=3.0), across, kind="rate", denominator=workers)
    assert table.loc["m", "value"] == pytest.approx(8, rel=1e-9)
    assert table["method"].tolist() == ["area", "raster:people*workers"]


def test_what_no_new_area_covers_is_reported_and_spread_only_when_asked():
    new = layer_of(m=box(0, 0, 3, 1), n=box(4, 0, 1, 1))
    across, figures = crosswalk(OLD, new), figures_of(a=100.0, b=40.0)
    table, report = carry(figures, across, kind="total")
    assert table["value"].tolist() == pytest.approx([75, 10], rel=1e-9)
    assert report.uncovered.to_dict() == pytest.approx({"a": 25, "b": 30}, rel=1e-9)
    spread, told = carry(figures, across, kind="total", conserve=True)
    # b lies for the most part elsewhere: its 30 are no gap between drawings.
    assert spread["value"].tolist() == pytest.approx([100, 10], rel=1e-9)
    assert told.spread.to_dict() == pytest.approx({"a": 25}, rel=1e-9)
    assert told.uncovered.to_dict() == pytest.approx({"b": 30}, rel=1e-9)


def test_an_unknown_figure_lowers_the_known_share_and_is_no_zero():
    across = crosswalk(OLD, NEW)
    table, report = carry(figures_of(a=np.nan, b=40.0), across, kind="total")
    assert table["value"].isna().all()
    assert table["known_share"].tolist() == pytest.approx([0, 0.8], rel=1e-9)
    assert table["missing"].tolist() == [("a",), ("a",)]
    assert (report.total, report.carried, report.withheld) == pytest.approx((40, 0, 40))
    lenient, _ = carry(figures_of(a=np.nan, b=40.0), across, kind="total", min_known_share=0.8)
    assert lenient["value"].tolist() == pytest.approx([np.nan, 40], nan_ok=True)
    rates, _ = carry(figures_of(a=np.nan, b=3.0), across, kind="rate")
    assert rates["value"].tolist() == pytest.approx([np.nan, 3], nan_ok=True)
    strict, _ = carry(figures_of(a=np.nan, b=3.0), across, kind="rate", min_known_share=0.9)
    assert strict["value"].isna().all()


def test_a_rate_whose_denominator_is_unknown_is_unknown():
    workers = figures_of(a=np.nan, b=50.0)
    table, _ = carry(
        figures_of(a=8.0, b=3.0), crosswalk(OLD, NEW), kind="rate", denominator=workers
    )
    assert table.loc["n", ["value", "known_share"]].tolist() == pytest.approx([3, 0.8])
    assert np.isnan(table.loc["m", "value"])


def test_every_unit_of_a_total_is_accounted_for():
    new = layer_of(m=box(0, 0, 3, 1), n=box(3.5, 0, 2, 1))
    figures = figures_of(a=100.0, b=np.nan, lost=7.0)
    table, report = carry(figures, crosswalk(OLD, new), kind="total")
    # m has 75 of a; n's 12.5 of a are withheld with b unknown; 12.5 of a lie in neither.
    assert table["value"].tolist() == pytest.approx([75, np.nan], nan_ok=True)
    parts = (report.carried, report.uncovered.sum(), report.withheld, report.unplaced)
    assert parts == pytest.approx((75, 12.5, 12.5, 7), rel=1e-9)
    assert report.total == pytest.approx(sum(parts))
    assert report.keys.unmatched_left == ("lost",)


def test_ground_that_two_new_areas_claim_is_shared_between_them():
    new = layer_of(m=box(0, 0, 3, 1), n=box(2, 0, 2, 1))
    across = crosswalk(layer_of(a=box(0, 0, 4, 1)), new)
    table, report = carry(figures_of(a=100.0), across, kind="total")
    assert table["value"].tolist() == pytest.approx([60, 40], rel=1e-9)
    assert report.uncovered.empty
    assert across.old["overlap"].tolist() == pytest.approx([0.25], rel=1e-9)


def test_a_small_area_inside_a_large_one_is_no_sliver():
    new = layer_of(big=box(0, 0, 400, 99).difference(box(0, 0, 1, 1)), small=box(0, 0, 1, 1))
    old = layer_of(a=box(0, 0, 400, 99))
    table, _ = carry(figures_of(a=39_600.0), crosswalk(old, new), kind="total")
    assert table["value"].tolist() == pytest.approx([39_599, 1], rel=1e-4)


def test_a_sliver_of_both_areas_is_drawing_and_as_much_as_is_said():
    new = layer_of(m=box(0, 0, 4.02, 1), n=box(4.02, 0, 3.98, 1))
    figures = figures_of(a=100.0, b=40.0)
    exact, _ = carry(figures, crosswalk(OLD, new), kind="total")
    assert exact["value"].tolist() == pytest.approx([100.2, 39.8], abs=1e-6)
    drawn, _ = carry(figures, crosswalk(OLD, new, sliver_share=0.01), kind="total")
    assert drawn["value"].tolist() == pytest.approx([100, 40], rel=1e-9)


def test_only_whole_old_areas_make_a_figure_that_is_no_estimate():
    merged = layer_of(all=box(0, 0, 8, 1))
    figures, weights = figures_of(a=8.0, b=3.0), figures_of(a=1.0, b=1.0)
    across, parts = crosswalk(OLD, merged), crosswalk(OLD, NEW)
    assert not carry(figures, across, kind="total")[0].loc["all", "is_estimate"]
    assert not carry(figures, across, kind="rate", denominator=weights)[0].loc["all", "is_estimate"]
    assert carry(figures, across, kind="rate")[0].loc["all", "is_estimate"]
    assert carry(figures, parts, kind="total")[0]["is_estimate"].all()


def test_a_raster_that_puts_all_people_on_one_side_does_not_make_it_certain():
    people = raster_of([[1, 1, 1, 0, 0, 0, 0, 1]])
    table, _ = carry(figures_of(a=100.0, b=40.0), crosswalk(OLD, NEW, weights=people), kind="total")
    assert table["value"].tolist() == pytest.approx([100, 40], rel=1e-9)
    assert table["is_estimate"].all()


def test_a_new_area_beside_all_old_ones_has_no_figure():
    new = layer_of(m=box(0, 0, 8, 1), out=box(20, 0, 1, 1), none=None, point=shapely.Point(X, 1))
    table, report = carry(figures_of(a=1.0, b=2.0), crosswalk(OLD, new), kind="total")
    assert table["value"].tolist() == pytest.approx([3, *[np.nan] * 3], nan_ok=True)
    assert table["known_share"].tolist() == pytest.approx([1, 0, 0, 0])
    assert report.unreached == ("out", "none", "point")


def test_holes_and_parts_are_measured_as_they_are():
    ring = box(0, 0, 3, 3).difference(box(1, 1, 1, 1))
    old = layer_of(a=shapely.MultiPolygon([ring, box(5, 0, 1, 2)]))
    new = layer_of(m=box(0, 0, 3, 3), n=box(5, 0, 1, 2))
    table, _ = carry(figures_of(a=100.0), crosswalk(old, new), kind="total")
    assert table["value"].tolist() == pytest.approx([80, 20], abs=1e-6)


def test_a_shared_border_beside_a_piece_is_no_part_of_it():
    """The two share a rectangle and, above it, a line: GEOS gives a collection of both."""
    old = layer_of(a=box(0, 0, 1, 2))
    new = layer_of(m=shapely.union(box(0.5, 0, 2, 1), box(1, 1, 2, 1)))
    people = raster_of([[2.0, 9.0, 9.0], [2.0, 9.0, 9.0]])
    for across in (crosswalk(old, new), crosswalk(old, new, weights=people)):
        table, _ = carry(figures_of(a=100.0), across, kind="total")
        assert table["value"].tolist() == pytest.approx([25], rel=1e-9)


@pytest.mark.parametrize(
    ("figures", "words", "error", "message"),
    [
        (figures_of(z=1.0), {"kind": "total"}, InvalidInput, r"None of the figures' keys \(z\)"),
        (pd.Series([1.0, 2.0], ["a", "a"]), {"kind": "total"}, InvalidInput, "repeat.*: a"),
        (figures_of(a=1.0), {"kind": "rate", "conserve": True}, InvalidInput, "no sum"),
        (
            figures_of(a=1.0),
            {"kind": "total", "denominator": figures_of(a=1.0)},
            InvalidInput,
            "no denominator",
        ),
        (
            figures_of(a=1.0),
            {"kind": "rate", "denominator": figures_of(a=-1.0)},
            InvalidWeights,
            "negative: a",
        ),
    ],
)
def test_figures_that_cannot_be_carried_are_refused(figures, words, error, message):
    with pytest.raises(error, match=message):
        carry(figures, crosswalk(OLD, NEW), **words)


def test_layers_that_cannot_be_cut_are_refused():
    bow_tie = shapely.Polygon([(X, 0), (X + 100, 100), (X + 100, 0), (X, 100)])
    with pytest.raises(InvalidLayer, match="not valid: a"):
        crosswalk(layer_of(a=bow_tie), NEW)
    with pytest.raises(InvalidLayer, match=r"repeat.*: a"):
        crosswalk(pd.concat([OLD, OLD.iloc[:1]]), NEW)
    with pytest.raises(CRSMismatch):
        crosswalk(OLD, NEW.to_crs("EPSG:4326"))


@pytest.mark.parametrize("cell", [-9999.0, -0.5])
def test_a_raster_with_negative_cells_is_no_weight(cell):
    with pytest.raises(InvalidWeights, match="nodata"):
        crosswalk(OLD, NEW, weights=raster_of([[1, 1, cell, 1, 1, 1, 1, 1]]))


@pytest.mark.parametrize("hidden", [-1.0, np.nan, np.inf])
def test_cells_without_data_weigh_nothing(hidden):
    people = raster_of([[hidden, hidden, 1.0, 3.0, 1, 1, 1, 1]], nodata=-1)
    table, _ = carry(figures_of(a=100.0, b=40.0), crosswalk(OLD, NEW, weights=people), kind="total")
    assert table["value"].tolist() == pytest.approx([25, 115], rel=1e-9)


@pytest.mark.parametrize("kind", ["total", "rate"])
def test_empty_and_far_layers_lose_nothing(kind):
    figures, far = figures_of(a=1.0, b=2.0), layer_of(m=box(90, 0, 1, 1))
    assert carry(figures, crosswalk(OLD, NEW.iloc[:0]), kind=kind)[0].empty
    table, report = carry(figures, crosswalk(OLD, far), kind=kind)
    assert table["value"].isna().all()
    assert table["sources"].tolist() == [()]
    assert report.uncovered.to_dict() == ({"a": 1.0, "b": 2.0} if kind == "total" else {})


def partition(cuts, heights):
    """A grid of rectangles by the places of its cuts, which is 100 units wide."""
    xs = [0, *sorted(set(cuts)), 100]
    ys = [0, *sorted(set(heights)), 10]
    return layer_of(
        **{
            f"p{i}_{j}": box(x, y, right - x, top - y)
            for i, (x, right) in enumerate(pairwise(xs))
            for j, (y, top) in enumerate(pairwise(ys))
        }
    )


partitions = st.builds(
    partition,
    st.lists(st.integers(1, 99), max_size=5),
    st.lists(st.integers(1, 9), max_size=2),
)
amounts = st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=18, max_size=18)


def named(layer, values):
    return pd.Series(values[: len(layer)], layer.index)


@settings(max_examples=40)
@given(partitions, partitions, amounts)
def test_any_partition_conserves_totals(old, new, values):
    figures = named(old, values)
    table, report = carry(figures, crosswalk(old, new), kind="total")
    assert table["value"].sum() == pytest.approx(figures.sum(), rel=1e-12, abs=1e-9)
    assert report.carried + report.uncovered.sum() == pytest.approx(report.total, rel=1e-12)


@settings(max_examples=40)
@given(partitions, amounts, st.sampled_from(["total", "rate"]))
def test_the_same_boundaries_change_nothing(layer, values, kind):
    figures = named(layer, values)
    table, _ = carry(figures, crosswalk(layer, layer), kind=kind)
    assert table["value"].tolist() == pytest.approx(figures.tolist(), rel=1e-12)
    assert not table["is_estimate"].any()


@settings(max_examples=40)
@given(partitions, partitions, amounts, amounts)
def test_a_rate_stays_between_its_sources(old, new, values, workers):
    figures, denominator = named(old, values), named(old, workers) + 1
    across = crosswalk(old, new)
    for per in (None, denominator):
        table, _ = carry(figures, across, kind="rate", denominator=per)
        for value, sources in zip(table["value"], table["sources"], strict=True):
            rates = figures[[area_id for area_id, _ in sources]]
            assert rates.min() * (1 - 1e-9) <= value <= rates.max() * (1 + 1e-9)


@settings(max_examples=40)
@given(partitions, st.floats(0, 1e6, allow_subnormal=False))
def test_a_split_and_a_merge_give_the_total_back(parts, total):
    whole = layer_of(all=box(0, 0, 100, 10))
    pieces, _ = carry(pd.Series({"all": total}), crosswalk(whole, parts), kind="total")
    back, _ = carry(pieces["value"], crosswalk(parts, whole), kind="total")
    assert back["value"].tolist() == pytest.approx([total], rel=1e-12)


def tobler_area(old, new, figures, *, conserve):
    """What tobler gives, without the warnings of the libraries that it brings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tobler.area_weighted import area_interpolate

        return area_interpolate(
            old.assign(total=figures, rate=figures),
            new,
            extensive_variables=["total"],
            intensive_variables=["rate"],
            allocate_total=conserve,
        )


@pytest.mark.parametrize("conserve", [False, True])
def test_totals_and_rates_by_area_are_those_of_tobler(conserve):
    """Shares that are binary fractions stand exactly in tobler's 32 bits, so the two agree."""
    old = layer_of(a=box(0, 0, 4, 2), b=box(4, 0, 4, 2), c=box(8, 0, 8, 2))
    new = layer_of(m=box(2, 0, 8, 2), n=box(10, 0, 6, 2))
    figures = figures_of(a=12.3, b=45.6, c=78.9)
    theirs = tobler_area(old, new, figures, conserve=conserve)
    across = crosswalk(old, new)
    totals, _ = carry(figures, across, kind="total", conserve=conserve)
    rates, _ = carry(figures, across, kind="rate")
    assert totals["value"].tolist() == pytest.approx(theirs["total"].tolist(), rel=1e-9)
    assert rates["value"].tolist() == pytest.approx(theirs["rate"].tolist(), rel=1e-9)


def test_on_other_shares_tobler_is_off_by_its_32_bits():
    """tobler keeps areas, and for rates the shares too, in 32 bits, which hold seven digits."""
    old, new = partition([10, 35, 60, 90], [4]), partition([5, 36, 70], [2, 7])
    figures = named(old, [12.5, 7, 3, 0, 81, 5, 44, 9, 2, 1])
    theirs = tobler_area(old, new, figures, conserve=True)
    across = crosswalk(old, new)
    for kind in ("total", "rate"):
        ours, _ = carry(figures, across, kind=kind)
        assert ours["value"].tolist() == pytest.approx(theirs[kind].tolist(), rel=1e-6)
    assert carry(figures, across, kind="total")[0]["value"].sum() == pytest.approx(164.5, rel=1e-12)


def test_marked_classes_weigh_as_toblers_mask(make_raster):
    """tobler clips the old areas by the cells of the classes and goes by area: exact on whole cells."""
    cells = np.array([[1, 7, 7, 1, 1, 7, 7, 7], [7, 7, 1, 1, 7, 1, 7, 1]], dtype=np.uint8)
    path = make_raster(cells, cell=UNIT_M, origin=(X, 2 * UNIT_M), crs=EQUAL_AREA)
    old = layer_of(a=box(0, 0, 4, 2), b=box(4, 0, 4, 2))
    new = layer_of(m=box(0, 0, 2.5, 2), n=box(2.5, 0, 5.5, 2))
    figures = figures_of(a=100.0, b=40.0)
    # 3.5 of a's four cells lie in m and half a cell with five of b in n: totals have binary shares,
    # the rate of n has not.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tobler.dasymetric import masked_area_interpolate

        theirs = masked_area_interpolate(
            old.assign(total=figures, rate=figures),
            new,
            raster=str(path),
            pixel_values=[7],
            extensive_variables=["total"],
            intensive_variables=["rate"],
            n_jobs=1,
        )
    across = crosswalk(old, new, weights=GroundArea(Marked(raster_of(cells), (7,))))
    totals, _ = carry(figures, across, kind="total")
    rates, _ = carry(figures, across, kind="rate")
    assert totals["value"].tolist() == pytest.approx(theirs["total"].tolist(), rel=1e-9)
    assert rates["value"].tolist() == pytest.approx(theirs["rate"].tolist(), rel=1e-6)
