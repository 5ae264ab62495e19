import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data.steps.tessellation import disc_within, grow_cells
from geo.crs import LONLAT, area_ha
from geo.errors import CRSMismatch, InvalidInput

TENTH = 0.1  # degree, about 11 km


def parents(**geometries):
    return gpd.GeoDataFrame(geometry=list(geometries.values()), index=list(geometries), crs=LONLAT)


def sites(parent, **positions):
    return gpd.GeoDataFrame(
        {"parent": parent},
        geometry=[shapely.Point(xy) for xy in positions.values()],
        index=list(positions),
        crs=LONLAT,
    )


def square(west=115.0, south=0.0, side=TENTH):
    return shapely.box(west, south, west + side, south + side)


def test_two_equal_shares_of_a_square_meet_in_its_middle():
    points = sites("p", a=(115.025, 0.05), b=(115.075, 0.05))
    cells = grow_cells(points, parents(p=square()), area_ha=pd.Series({"a": 1.0, "b": 1.0}))
    assert cells.geometry["a"].bounds == pytest.approx((115.0, 0.0, 115.05, 0.1), abs=1e-5)


def test_shares_of_one_to_three_cut_at_a_quarter():
    points = sites("p", a=(115.0125, 0.05), b=(115.0625, 0.05))
    cells = grow_cells(points, parents(p=square()), area_ha=pd.Series({"a": 100, "b": 300}))
    assert cells.geometry["a"].bounds[2] == pytest.approx(115.025, abs=1e-4)


def test_one_point_takes_the_whole_parent():
    cells = grow_cells(
        sites("p", a=(115.01, 0.01)), parents(p=square()), area_ha=pd.Series({"a": 1})
    )
    assert cells.geometry["a"].equals(square())


def test_each_island_belongs_to_exactly_one_cell():
    islet, rock = square(115.11, 0.08, 0.01), square(114.98, 0.0, 0.01)
    land = shapely.MultiPolygon([square(), islet, rock])
    points = sites("p", west=(115.02, 0.05), east=(115.07, 0.05))
    cells = grow_cells(points, parents(p=land), area_ha=pd.Series({"west": 1, "east": 1}))
    assert cells.geometry["east"].buffer(1e-9).covers(islet)
    assert cells.geometry["west"].buffer(1e-9).covers(rock)
    assert not cells.geometry["west"].intersects(islet)


def test_an_island_with_its_own_point_is_not_cut_by_the_mainland():
    island = square(115.2, 0.0, 0.05)
    points = sites("p", a=(115.05, 0.05), b=(115.22, 0.02))
    cells = grow_cells(
        points,
        parents(p=shapely.MultiPolygon([square(), island])),
        area_ha=pd.Series({"a": 9, "b": 1}),
    )
    assert cells.geometry["b"].equals(island)


def test_a_centroid_in_the_sea_beside_an_islet_still_gets_its_land():
    islet = square(115.105, 0.05, 0.002)
    land = shapely.MultiPolygon([square(), islet])
    points = sites("p", a=(115.05, 0.05), bay=(115.104, 0.051))
    cells = grow_cells(points, parents(p=land), area_ha=pd.Series({"a": 6000, "bay": 6000}))
    assert area_ha(cells)[1] == pytest.approx(area_ha(cells)[0], rel=0.01)


def test_an_area_that_is_missing_and_an_unknown_parent_are_named():
    points = sites("p", a=(115.05, 0.05), b=(115.06, 0.05))
    points.loc["b", "parent"] = "elsewhere"
    with pytest.raises(InvalidInput) as caught:
        grow_cells(points, parents(p=square(), empty=square(116)), area_ha=pd.Series({"b": 1.0}))
    assert caught.value.facts == {"wrong": ["a"], "orphans": ["b"], "childless": ["empty"]} | {
        "reason": caught.value.facts["reason"]
    }


def test_another_crs_is_refused():
    points = sites("p", a=(115.05, 0.05)).to_crs("EPSG:32750")
    with pytest.raises(CRSMismatch):
        grow_cells(points, parents(p=square()), area_ha=pd.Series({"a": 1.0}))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 4)),
        min_size=2,
        max_size=7,
        unique_by=lambda spot: spot[:2],
    )
)
def test_cells_partition_their_parent_by_their_shares(spots):
    """Two parents side by side; points on a lattice; shares of 1 to 4."""
    left, right = square(115.0), square(115.1)
    points = pd.concat(
        [
            sites(
                name,
                **{f"{name}{i}": (west + x / 100, y / 100) for i, (x, y, _) in enumerate(spots)},
            )
            for name, west in (("l", 115.0), ("r", 115.1))
        ]
    )
    shares = pd.Series([share for _, _, share in spots] * 2, index=points.index, dtype=float)
    within = parents(l=left, r=right)

    cells = grow_cells(points, within, area_ha=shares)

    assert shapely.coverage_is_valid(cells.geometry.to_numpy())
    for parent, polygon in within.geometry.items():
        mine = cells[cells["parent"] == parent]
        assert shapely.union_all(mine.geometry.to_numpy()).symmetric_difference(polygon).area < 1e-6
        expected = shares[mine.index] / shares[mine.index].sum() * area_ha(within.loc[[parent]])[0]
        assert area_ha(mine) == pytest.approx(expected.to_numpy(), rel=0.01)


@settings(max_examples=20, deadline=None)
@given(st.floats(1, 12_000))
def test_a_disc_has_the_asked_area_wherever_its_centre_is(wanted):
    corner = disc_within(115.001, 0.001, within=square(), area_ha=wanted)
    found = area_ha(gpd.GeoDataFrame(geometry=[corner], crs=LONLAT))[0]
    assert found == pytest.approx(wanted, rel=1e-5)
    assert corner.difference(square()).area < 1e-12


def test_a_disc_away_from_every_border_is_round():
    disc = disc_within(115.05, 0.05, within=square(), area_ha=314.159)
    west, south, east, north = disc.bounds
    assert (east - west) / (north - south) == pytest.approx(1, abs=1e-3)
    assert (east - west) * 111.32 / 2 == pytest.approx(1.0, rel=0.01)  # km: pi r² = 3.14 km²


@pytest.mark.parametrize("wanted", [0.0, -1.0, 1e6, float("nan")])
def test_a_disc_that_does_not_fit_is_refused(wanted):
    with pytest.raises(InvalidInput):
        disc_within(115.05, 0.05, within=square(), area_ha=wanted)


def test_the_same_points_give_the_same_cells():
    points = sites("p", a=(115.02, 0.03), b=(115.07, 0.06), c=(115.04, 0.09))
    shares = pd.Series({"a": 2.0, "b": 3.0, "c": 1.0})
    first, second = (grow_cells(points, parents(p=square()), area_ha=shares) for _ in range(2))
    assert np.array_equal(first.geometry.to_wkb(), second.geometry.to_wkb())
