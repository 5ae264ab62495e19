"""Joins that report, and rates carried from regencies to zones."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import CRSMismatch, CRSMissing, InvalidLayer
from geo.vector.join import area_shares, area_weighted

X, Y = 500_000.0, 9_600_000.0


@pytest.fixture
def regions(make_layer, square):
    return make_layer({"63.01": square(X, Y, 1000), "63.02": square(X + 1000, Y, 1000)})


def test_a_zone_over_two_regencies_is_split_by_area(make_layer, regions):
    zones = make_layer({"z": shapely.box(X + 750, Y, X + 1750, Y + 500)})
    found = area_shares(zones, regions)[0].set_index("region")
    assert found["share"].to_dict() == pytest.approx({"63.01": 0.25, "63.02": 0.75}, abs=1e-4)
    # UTM areas are scaled by up to 0.08 %: geodesic hectares are a little larger at the meridian.
    assert found["area_ha"].sum() == pytest.approx(50, rel=1e-3)
    assert found["share"].sum() == pytest.approx(1)


def test_shares_count_only_what_lies_in_a_regency(make_layer, regions, square):
    zones = make_layer({"half": square(X - 500, Y, 1000), "out": square(X - 9000, Y, 10)})
    found, report = area_shares(zones, regions)
    assert found["zone"].tolist() == ["half"]
    assert found["share"].tolist() == [1.0]
    assert found["covered"].tolist() == pytest.approx([0.5], abs=1e-3)
    assert (report.matched, report.unmatched_left) == (("half",), ("out",))
    assert report.unmatched_right == ("63.02",)


def test_a_point_lies_wholly_in_one_regency_even_on_the_border(make_layer, regions):
    zones = make_layer({"in": shapely.Point(X + 1, Y + 1), "edge": shapely.Point(X + 1000, Y + 5)})
    found, _ = area_shares(zones, regions)
    assert found[["zone", "region", "share"]].to_numpy().tolist() == [
        ["in", "63.01", 1.0],
        ["edge", "63.01", 1.0],
    ]
    assert found["area_ha"].isna().all()


def test_a_sliver_of_a_neighbour_is_no_share(make_layer, regions):
    zones = make_layer({"z": shapely.box(X, Y, X + 1000.01, Y + 1000)})
    assert area_shares(zones, regions)[0]["region"].tolist() == ["63.01"]


def test_a_sliver_outside_every_regency_leaves_the_zone_covered(make_layer, regions):
    zones = make_layer({"z": shapely.box(X - 0.01, Y, X + 1000, Y + 1000)})
    assert area_shares(zones, regions)[0]["covered"].tolist() == [1.0]


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (
            shapely.MultiPoint([(X + 1, Y + 1), (X + 1500, Y + 1)]),
            "neither a point nor a polygon: z",
        ),
        (
            shapely.LineString([(X + 1, Y + 1), (X + 1500, Y + 1)]),
            "neither a point nor a polygon: z",
        ),
        (
            shapely.Polygon([(X, Y), (X + 100, Y + 100), (X + 100, Y), (X, Y + 100)]),
            "geometry of these features is not valid: z",
        ),
    ],
)
def test_what_cannot_be_shared_out_is_refused_by_name(make_layer, regions, shape, words):
    with pytest.raises(InvalidLayer, match=words):
        area_shares(make_layer({"z": shape}), regions)


def test_a_zone_without_geometry_lies_in_no_regency(make_layer, regions):
    shares, report = area_shares(make_layer({"z": None, "e": shapely.Polygon()}), regions)
    assert shares.empty
    assert report.unmatched_left == ("z", "e")


def test_layers_in_different_or_no_crs_are_never_joined(make_layer, regions, square):
    zones = make_layer({"z": square(X, Y, 10)})
    with pytest.raises(CRSMismatch, match="EPSG:4326"):
        area_shares(zones.to_crs("EPSG:4326"), regions)
    with pytest.raises(CRSMissing):
        area_shares(zones.set_crs(None, allow_override=True), regions)


def test_a_rate_is_averaged_over_the_regencies_that_have_one():
    shares = pd.DataFrame(
        {"zone": ["a", "a", "b"], "region": ["1", "2", "3"], "share": [0.25, 0.75, 1.0]}
    ).assign(covered=lambda table: table["share"])
    full = area_weighted(pd.Series({"1": 4.0, "2": 8.0, "3": np.nan}), shares)
    assert full.loc["a"].tolist() == [7.0, 1.0]
    assert np.isnan(full.loc["b", "value"])
    assert full.loc["b", "known_share"] == 0
    partly = area_weighted(pd.Series({"1": 4.0}), shares)
    assert partly.loc["a"].tolist() == [4.0, 0.25]


def test_a_rate_covers_only_the_part_of_the_zone_that_lies_in_a_regency():
    # Half of the zone lies outside every regency, so each regency covers half of its share.
    shares = pd.DataFrame(
        {
            "zone": ["a", "a"],
            "region": ["1", "2"],
            "share": [0.25, 0.75],
            "covered": [0.125, 0.375],
        }
    )
    found = area_weighted(pd.Series({"1": 4.0, "2": 8.0}), shares)
    assert found.loc["a"].tolist() == [7.0, 0.5]


@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=6), st.floats(-100, 100))
def test_a_rate_equal_everywhere_stays_what_it_is(parts, rate):
    regions = [str(i) for i in range(len(parts))]
    shares = pd.DataFrame({"zone": "z", "region": regions, "share": np.array(parts) / sum(parts)})
    shares["covered"] = shares["share"]
    found = area_weighted(pd.Series(rate, index=regions), shares)
    assert found.loc["z", "value"] == pytest.approx(rate, abs=1e-9)


def test_a_rate_is_weighed_by_what_it_is_counted_on():
    # Half of the zone in each region; the second makes nine times the output on a hectare.
    shares = pd.DataFrame({"zone": "z", "region": ["1", "2"], "share": 0.5, "covered": 0.5})
    found = area_weighted(
        pd.Series({"1": 30.0, "2": 10.0}), shares, density=pd.Series({"1": 1.0, "2": 9.0})
    )
    assert found.loc["z", "value"] == pytest.approx(0.1 * 30 + 0.9 * 10)
    assert found.loc["z", "known_share"] == 1
