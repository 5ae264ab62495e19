"""CRS discipline, and areas against known geodesic values."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import (
    LONLAT,
    area_ha,
    distance_m,
    parse_crs,
    require_same_crs,
    same_crs,
    to_lonlat,
)
from geo.errors import CRSMismatch, CRSMissing, InvalidInput


@pytest.mark.parametrize("value", ["EPSG:32750", "epsg:9470", 4326, "urn:ogc:def:crs:EPSG::32750"])
def test_known_crs_names_are_read(value):
    assert parse_crs(value).name


@pytest.mark.parametrize("value", [None, ""])
def test_no_crs_is_missing(value):
    with pytest.raises(CRSMissing):
        parse_crs(value)


@pytest.mark.parametrize("value", ["EPSG:999999", "lambert-ish", "+proj=nonsense"])
def test_an_unknown_crs_is_named_in_the_error(value):
    with pytest.raises(InvalidInput, match="not known"):
        parse_crs(value)


def test_the_same_place_in_two_axis_orders_is_the_same_crs():
    assert same_crs(parse_crs("EPSG:4326"), LONLAT)
    assert not same_crs(parse_crs("EPSG:4326"), parse_crs("EPSG:9470"))


def test_two_layers_must_have_one_crs(make_layer, square):
    left, right = make_layer({"a": square(0, 0)}), make_layer({"b": square(0, 0)}, crs="EPSG:4326")
    with pytest.raises(CRSMismatch, match="EPSG:32750 where EPSG:4326"):
        require_same_crs(left, right)
    assert require_same_crs(left, left).to_epsg() == 32750


def test_the_area_of_one_degree_cell_on_the_equator(make_layer, square):
    # The WGS 84 ellipsoid between 0 and 1 degree north, one degree wide, along geodesics:
    # 12308.8 km2 (GeographicLib's Planimeter gives 12308778361.5 m2).
    frame = make_layer({"cell": square(0, 0)}, crs="EPSG:4326")
    assert area_ha(frame)[0] == pytest.approx(1_230_877.83615, rel=1e-9)


def test_a_hole_is_subtracted_whatever_its_direction(make_layer, square):
    whole = square(115, -3)
    ring = shapely.Polygon(whole.exterior.coords, [square(115.25, -2.75, 0.5).exterior.coords])
    backwards = shapely.Polygon(ring.exterior.coords[::-1], [ring.interiors[0].coords[::-1]])
    frame = make_layer(
        {"a": ring, "b": backwards, "hole": square(115.25, -2.75, 0.5), "whole": whole},
        crs="EPSG:4326",
    )
    holed, same, hole, full = area_ha(frame)
    assert holed == same == pytest.approx(full - hole, rel=1e-9)


def test_points_have_no_area_and_missing_geometry_is_missing(make_layer):
    found = area_ha(make_layer({"p": shapely.Point(115, -3), "n": None}, crs="EPSG:4326"))
    assert found[0] == 0
    assert np.isnan(found[1])


@given(st.floats(114.4, 117.0), st.floats(-4.8, -1.4), st.floats(0.005, 0.3))
def test_areas_agree_with_an_equal_area_projection(make_square, x, y, side):
    frame = make_square(x, y, side)
    equal_area = frame.to_crs("EPSG:6933").area.to_numpy()[0] / 10_000
    assert area_ha(frame)[0] == pytest.approx(equal_area, rel=5e-4)


@pytest.fixture(scope="module")
def make_square():
    import geopandas as gpd

    return lambda x, y, side: gpd.GeoDataFrame(
        geometry=[shapely.segmentize(shapely.box(x, y, x + side, y + side), side / 8)],
        crs="EPSG:4326",
    )


def test_a_round_trip_through_utm_changes_nothing_that_matters(make_layer, square):
    frame = make_layer({"a": square(115, -3, 0.1)}, crs="EPSG:4326")
    back = to_lonlat(frame.to_crs("EPSG:32750"))
    assert np.allclose(
        shapely.get_coordinates(back.geometry), shapely.get_coordinates(frame.geometry)
    )
    assert same_crs(parse_crs(back.crs), LONLAT)


def test_a_degree_of_latitude_at_the_equator_is_110574_m():
    assert distance_m(115, 0, 115, 1) == pytest.approx(110_574.4, abs=0.1)
