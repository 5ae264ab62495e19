import geopandas as gpd
import pytest
import shapely

from geo.crs import LONLAT
from geo.errors import CRSMissing, InvalidLayer
from geo.vector.topology import coverage_faults

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


def test_a_t_junction_lacks_a_vertex():
    frame = layer(left=box(0, 0, 1, 2), low=box(1, 0, 2, 1), high=box(1, 1, 2, 2))
    assert coverage_faults(frame).unmatched_edges["area_id"].tolist() == ["left", "low", "high"]


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


def test_a_missing_geometry_is_left_out_of_the_report():
    assert coverage_faults(layer(a=box(0, 0, 1, 1), gone=None)).is_clean
