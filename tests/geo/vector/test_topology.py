import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs import LONLAT, area_ha
from geo.errors import CRSMissing, InvalidLayer
from geo.vector.topology import clean_coverage, coverage_faults

METRE = 1 / 111_000


def layer(**geometries):
    return gpd.GeoDataFrame(
        geometry=list(geometries.values()),
        index=gpd.pd.Index(list(geometries), name="area_id"),
        crs=LONLAT,
    )


def box(west, south, east, north):
    """A rectangle in kilometres about 115°E on the equator."""
    km = 1000 * METRE
    return shapely.box(115 + west * km, south * km, 115 + east * km, north * km)


def test_matching_squares_are_clean():
    report = coverage_faults(layer(a=box(0, 0, 1, 1), b=box(1, 0, 2, 1)))
    assert report.is_clean
    assert report.gaps.empty


def test_an_overlap_is_named_with_its_area():
    report = coverage_faults(layer(a=box(0, 0, 1, 1), b=box(0.9, 0, 2, 1)))
    overlap = report.overlaps.iloc[0]
    assert (overlap["left"], overlap["right"]) == ("a", "b")
    assert overlap["area_ha"] == pytest.approx(10, rel=0.01)  # 100 m by 1 km
    assert not report.is_clean


def ring_with_gap(width):
    """Four rectangles about a hole `width` km wide and 1 km high."""
    return layer(
        north=box(0, 1, 2 + width, 2),
        south=box(0, -1, 2 + width, 0),
        west=box(0, 0, 1, 1),
        east=box(1 + width, 0, 2 + width, 1),
    )


def test_a_gap_is_named_with_its_neighbours_area_and_width():
    gap = coverage_faults(ring_with_gap(0.2)).gaps.iloc[0]
    assert gap["neighbours"] == "east, north, south, west"
    assert gap["area_ha"] == pytest.approx(20, rel=0.01)
    assert gap["width_m"] == pytest.approx(200, rel=0.01)


def test_an_island_inside_a_hole_is_no_gap():
    ring = shapely.difference(box(0, 0, 3, 3), box(1, 1, 2, 2))
    assert coverage_faults(layer(a=ring, b=box(1, 1, 2, 2))).gaps.empty
    gaps = coverage_faults(layer(a=ring, b=box(1.2, 1.2, 1.8, 1.8))).gaps
    assert gaps["area_ha"].tolist() == pytest.approx([100 - 36], rel=0.01)


def test_a_narrow_gap_is_filled_and_a_wide_one_stays_open():
    cleaned, moved = clean_coverage(ring_with_gap(0.2), max_gap_width_m=250)
    assert coverage_faults(cleaned).gaps.empty
    assert moved["change_ha"].sum() == pytest.approx(20, rel=0.01)
    kept, moved = clean_coverage(ring_with_gap(0.2), max_gap_width_m=150)
    assert len(coverage_faults(kept).gaps) == 1
    assert moved["change_ha"].abs().max() == pytest.approx(0, abs=0.05)


def test_an_overlap_goes_to_one_neighbour_and_the_union_stays():
    frame = layer(a=box(0, 0, 1, 1), b=box(0.9, 0, 2, 1))
    cleaned, moved = clean_coverage(frame, max_gap_width_m=0)
    assert shapely.coverage_is_valid(cleaned.geometry.to_numpy())
    assert moved["change_ha"].sum() == pytest.approx(-10, rel=0.01)
    assert cleaned.union_all().symmetric_difference(frame.union_all()).area < 1e-9


def test_a_t_junction_gets_the_missing_vertex():
    frame = layer(left=box(0, 0, 1, 2), low=box(1, 0, 2, 1), high=box(1, 1, 2, 2))
    assert coverage_faults(frame).unmatched_edges["area_id"].tolist() == ["left", "low", "high"]
    cleaned, _ = clean_coverage(frame, max_gap_width_m=0)
    assert coverage_faults(cleaned).is_clean


def test_columns_index_and_crs_survive_and_the_input_is_unchanged():
    frame = layer(b=box(0.9, 0, 2, 1), a=box(0, 0, 1, 1)).assign(name=["B", "A"])
    before = frame.geometry.to_wkb().tolist()
    cleaned, moved = clean_coverage(frame.to_crs("EPSG:32750"), max_gap_width_m=10)
    assert cleaned.crs == LONLAT
    assert cleaned["name"].to_dict() == {"b": "B", "a": "A"}
    assert list(moved.index) == ["b", "a"]
    assert frame.geometry.to_wkb().tolist() == before


def test_a_feature_that_others_cover_wholly_is_named():
    frame = layer(big=box(0, 0, 3, 3), small=box(1, 1, 1.0001, 1.0001))
    with pytest.raises(InvalidLayer, match="small"):
        clean_coverage(frame, max_gap_width_m=0)


def test_a_bow_tie_is_named_and_not_repaired_here():
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    with pytest.raises(InvalidLayer, match="knot"):
        coverage_faults(layer(knot=bow_tie))


def test_a_missing_crs_is_refused():
    with pytest.raises(CRSMissing):
        coverage_faults(gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)]))


def test_an_empty_layer_has_no_faults():
    report = coverage_faults(gpd.GeoDataFrame(geometry=[], crs=LONLAT))
    assert report.is_clean
    assert report.gaps.empty


def test_a_missing_geometry_is_left_out_of_the_report_and_named_by_cleaning():
    frame = layer(a=box(0, 0, 1, 1), gone=None)
    assert coverage_faults(frame).is_clean
    with pytest.raises(InvalidLayer, match="gone"):
        clean_coverage(frame, max_gap_width_m=0)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-0.05, 0.05), st.floats(-0.05, 0.05)), min_size=25, max_size=25)
)
def test_cleaning_a_shaken_grid_gives_a_valid_coverage_on_the_grid_of_six_decimals(shifts):
    """4 × 4 quadrilaterals whose corners moved by up to 50 m for each of them separately."""
    cells = {}
    for i in range(4):
        for j in range(4):
            corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)]
            moved = [
                (x + shifts[(5 * y + x + i + j) % 25][0], y + shifts[(5 * y + x + i + j) % 25][1])
                for x, y in corners
            ]
            cells[f"{i}{j}"] = shapely.Polygon(np.array(moved) * 1000 * METRE + [115, 0])
    cleaned, moved = clean_coverage(layer(**cells), max_gap_width_m=200)

    polygons = cleaned.geometry.to_numpy()
    assert shapely.coverage_is_valid(polygons)
    assert shapely.is_valid(polygons).all()
    corners = shapely.get_coordinates(polygons)
    assert np.array_equal(corners, np.round(corners, 6))
    assert moved["after_ha"].to_numpy() == pytest.approx(area_ha(cleaned))
    again, _ = clean_coverage(cleaned, max_gap_width_m=200)
    # A collinear vertex may go on the second pass; nothing moves by more than two steps of the grid.
    shift = shapely.hausdorff_distance(again.geometry.to_numpy(), polygons)
    assert shift.max() <= 2e-6


def test_a_sliver_thinner_than_the_grid_is_dropped_and_its_neighbour_closes_up():
    """Hypothesis found the ring that rounding left with two points."""
    hair = shapely.Polygon([(115, 0.009), (115.009, 0.009), (115.0045, 0.0090002)])
    frame = layer(a=box(0, 0, 1, 1), b=shapely.union(box(0, 1.2, 1, 2), hair))
    cleaned, _ = clean_coverage(frame, max_gap_width_m=0)
    assert cleaned.geometry.is_valid.all()
    assert coverage_faults(cleaned).is_clean
