"""Where a zone may lie, on villages whose answers can be counted by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import LONLAT, area_ha
from geo.vector.positions import positions

# A row of ten villages of equal size on the equator, 0.01 degree wide, in two kecamatan.
CODES = [f"63.01.0{1 + i // 5}.20{i:02}" for i in range(10)]
DESA = gpd.GeoDataFrame(
    {"name": CODES},
    index=pd.Index(CODES, name="area_id"),
    geometry=[shapely.box(115 + i / 100, 0, 115 + (i + 1) / 100, 0.01) for i in range(10)],
    crs=LONLAT,
)
ONE_HA = float(area_ha(DESA)[0])
VALUES = pd.Series(np.arange(10.0), index=CODES)


def zone(kind, geometry, **stated):
    facts = {"geometry_kind": kind, "regency_code": "63.01", **stated}
    return gpd.GeoDataFrame(
        {name: [value] for name, value in facts.items()},
        index=["z"],
        geometry=[geometry],
        crs=LONLAT,
    )


def joined(first, last):
    return shapely.union_all(DESA.geometry.to_numpy()[first:last])


def test_a_zone_of_named_villages_lies_exactly_there():
    found = positions(zone("named_desa", joined(2, 4)), DESA)
    assert found.rule == "as_drawn"
    assert list(found.desa) == list(found.always) == CODES[2:4]
    assert found.range_of(VALUES) == pytest.approx((2.5, 2.5))


def test_a_drawn_zone_has_the_mean_of_what_it_covers_by_area():
    found = positions(zone("official", shapely.box(115.005, 0, 115.02, 0.01)), DESA)
    assert found.range_of(VALUES) == pytest.approx((2 / 3, 2 / 3))


def test_a_zone_of_unknown_size_is_one_of_the_villages_that_enclose_it():
    found = positions(zone("enclosing_kecamatan", joined(0, 5)), DESA)
    assert found.rule == "one_of"
    assert found.range_of(VALUES) == (0.0, 4.0)
    assert list(found.always) == []


def test_a_zone_of_known_size_takes_parts_that_sum_to_it():
    found = positions(zone("enclosing_kecamatan", joined(0, 5), area_ha=2.5 * ONE_HA), DESA)
    assert found.rule == "parts"
    assert found.most == pytest.approx([0.4] * 5)
    # the least: all of villages 0 and 1 and half of 2; the greatest: all of 4 and 3, half of 2
    assert found.range_of(VALUES) == pytest.approx((0.8, 3.2))
    assert list(found.always) == []


def test_a_village_without_which_the_others_are_too_small_is_always_part():
    big = DESA.set_geometry(
        [shapely.box(115, 0, 115.01, 0.1), *DESA.geometry[1:]], crs=LONLAT
    )  # ten times as large
    around = shapely.union_all(big.geometry.to_numpy()[:3])
    found = positions(zone("enclosing_kecamatan", around, area_ha=4 * ONE_HA), big)
    assert list(found.always) == CODES[:1]


def test_a_zone_that_fills_what_encloses_it_lies_there():
    found = positions(zone("enclosing_kecamatan", joined(0, 5), area_ha=6 * ONE_HA), DESA)
    assert found.rule == "as_drawn"
    assert found.range_of(VALUES) == pytest.approx((2.0, 2.0))


def test_a_disc_may_lie_anywhere_that_holds_the_named_village():
    # flat villages: the round edge of the disc plays no part
    flat = DESA.set_geometry(
        [shapely.box(115 + i / 100, 0, 115 + (i + 1) / 100, 0.0003) for i in range(10)], crs=LONLAT
    )
    size = 3 * float(area_ha(flat)[0])
    asked = zone("equal_area_disc", joined(3, 6), area_ha=size, place_codes=CODES[4])
    found = positions(asked, flat)
    assert found.rule == "disc"
    assert list(found.desa) == CODES[2:7]
    # wholly to the left: villages 2, 3, 4; wholly to the right: 4, 5, 6
    assert found.range_of(VALUES) == pytest.approx((3.0, 5.0), abs=0.05)
    assert found.shares.sum(axis=1) == pytest.approx(1.0)
    assert found.shares[:, found.desa.get_loc(CODES[4])] == pytest.approx(1 / 3)


@pytest.mark.parametrize("named", [None, "63.99.01.2001", ""])
def test_a_disc_about_a_village_that_nobody_knows_lies_as_drawn(named):
    asked = zone("equal_area_disc", joined(3, 6), area_ha=3 * ONE_HA, place_codes=named)
    assert positions(asked, DESA).rule == "as_drawn"


def test_a_point_lies_in_the_village_that_holds_it():
    found = positions(zone("location_only", shapely.Point(115.035, 0.005)), DESA)
    assert found.range_of(VALUES) == (3.0, 3.0)


def test_a_zone_outside_all_villages_has_no_value():
    found = positions(zone("official", shapely.box(10, 10, 11, 11)), DESA)
    assert found.rule == "unknown"
    assert np.isnan(found.range_of(VALUES)).all()


def test_a_village_without_a_value_takes_no_part():
    found = positions(zone("enclosing_kecamatan", joined(0, 5)), DESA)
    assert found.range_of(VALUES.drop(CODES[0])) == (1.0, 4.0)
    assert np.isnan(found.range_of(VALUES.iloc[:0])).all()


@given(
    st.lists(st.floats(-100, 100), min_size=10, max_size=10),
    st.floats(0.1, 4.9),
)
def test_no_filling_of_the_villages_leaves_the_range(values, size):
    found = positions(zone("enclosing_kecamatan", joined(0, 5), area_ha=size * ONE_HA), DESA)
    by_desa = pd.Series(values, index=CODES)
    low, high = found.range_of(by_desa)
    in_order = np.diff(np.minimum(np.cumsum(found.most), 1.0), prepend=0.0)
    assert low - 1e-9 <= in_order @ by_desa.to_numpy()[:5] <= high + 1e-9
