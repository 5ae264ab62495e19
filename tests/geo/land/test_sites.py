"""Where the next settlement could go: small arrays of one-hectare cells, counted by hand."""

import re

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import published
from geo.crs import area_ha
from geo.errors import InvalidInput, ZoneNotFound
from geo.land import surfaces
from geo.land.patches import find_patches
from geo.land.sites import SLOPE_COLUMNS, candidate_sites
from geo.land.suitability import nearest_by_blocks
from geo.raster.files import RasterFile
from geo.raster.grid import Grid, Window
from geo.vector.export import write_layer
from tests.api.examples import publish
from tests.geo.land.fine_land import add_fine_land

NO = np.nan
# Cells of 100 m, one hectare each, in UTM 50S near its middle.
EAST, NORTH = 500_000, 9_600_000


def grid(width, height):
    return Grid("EPSG:32750", Affine(100, 0, EAST, 0, -100, NORTH), width, height)


def zone_of(left, top, right, bottom):
    """The rectangle of whole cells from (left, top) up to (right, bottom)."""
    shape = shapely.box(
        EAST + 100 * left, NORTH - 100 * bottom, EAST + 100 * right, NORTH - 100 * top
    )
    index = gpd.pd.Index(["z"], name="area_id")
    return gpd.GeoDataFrame({"name": ["Z"]}, geometry=[shape], crs="EPSG:32750", index=index)


def search(cells, *, zone=None, **asked):
    values = np.asarray(cells, dtype=np.float32)
    height, width = values.shape
    needs = {"households": 2, "area_per_household_ha": 2.0, "min_compactness": 0.0} | asked
    return candidate_sites(
        values,
        grid(width, height),
        zone if zone is not None else zone_of(0, 0, width, height),
        **needs,
    )


TWO_AND_A_SMALL_ONE = [
    [80, 80, NO, 90, 90, 90],
    [80, 80, NO, NO, NO, NO],
    [80, NO, NO, 70, 70, 90],
    [NO, NO, NO, 70, 70, NO],
]


def test_patches_that_are_large_enough_are_ranked_by_mean_suitability():
    found = search(TWO_AND_A_SMALL_ONE)
    assert found.sites.index.tolist() == ["z-sp-1", "z-sp-2"]
    assert found.sites["suitability_mean"].tolist() == [80.0, 74.0]
    assert found.sites["suitability_min"].tolist() == [80.0, 70.0]
    assert found.sites["area_ha"].tolist() == [5.0, 5.0]
    assert found.sites["households"].tolist() == [2, 2]
    assert (found.dropped["small"].patches, found.dropped["small"].area_ha) == (1, 3.0)


def test_cells_that_meet_at_a_corner_only_are_two_patches():
    found = search([[80, 80, NO, NO], [80, 80, NO, NO], [NO, NO, 80, 80], [NO, NO, 80, 80]])
    assert found.sites["area_ha"].tolist() == [4.0, 4.0]


@pytest.mark.parametrize(
    "cells",
    [
        [[80, 80, 80, NO], [80, NO, 80, NO], [80, 80, NO, 80], [NO, 80, 80, 80]],
        [[80, 80, 80], [80, NO, 80], [80, 80, NO]],
    ],
    ids=["two holes meet", "a hole meets the outside"],
)
def test_a_ring_that_touches_itself_at_a_corner_is_a_valid_outline(cells):
    found = search(cells, households=3).sites
    assert found.geometry.is_valid.all()
    assert found["area_ha"].tolist() == [float(np.isfinite(cells).sum())]
    # UTM is off by 0.08 % in its middle.
    assert area_ha(found)[0] == pytest.approx(found["area_ha"].iloc[0], rel=1e-3)


def test_a_need_that_is_met_exactly_is_met_and_one_cell_less_is_not():
    assert len(search(np.full((2, 2), 60.0)).sites) == 1
    assert len(search(np.full((2, 2), 60.0), area_per_household_ha=2.01).sites) == 0
    three = search([[60, 60], [60, NO]], households=1, area_per_household_ha=1.0)
    assert len(three.sites) == 0  # fewer than four cells show no object


def test_households_are_what_the_area_holds():
    found = search(np.full((5, 5), 60.0), households=8, area_per_household_ha=2.9)
    assert found.sites["households"].tolist() == [8]
    exact = search(np.full((10, 58), 60.0), households=200, area_per_household_ha=2.9)
    assert exact.sites["households"].tolist() == [200]


def test_a_patch_that_holds_several_settlements_is_cut_into_sites_of_about_one():
    """40 ha for 10 ha each, with a quarter to spare: three parts, cut across the longer side.

    A third of 40 is nearest to 7 columns of 2 ha; half of the other 26 ha to 6 or 7 columns.
    """
    found = search(np.full((2, 20), 80.0), households=5).sites
    assert sorted(found["area_ha"]) == [12.0, 14.0, 14.0]
    assert found["patch_ha"].tolist() == [40.0, 40.0, 40.0]
    assert "Part of 40 ha" in found["reasons_en"].iloc[0]
    assert found.to_crs("EPSG:32750").union_all().area == pytest.approx(400_000)
    below = search(np.full((2, 12), 80.0), households=5).sites
    assert below["area_ha"].tolist() == [24.0]
    assert "Part of" not in below["reasons_en"].iloc[0]


def test_what_a_cut_parts_off_is_small_and_counted():
    """A back of 48 ha with 24 teeth of 5 ha: cut along its length, parts keep their own teeth."""
    cells = np.full((6, 48), 80.0)
    cells[1:, 1::2] = NO
    found = search(cells, households=9)
    total = found.sites["area_ha"].sum() + found.dropped["small"].area_ha
    assert total == np.isfinite(cells).sum() == 168
    assert (found.sites["area_ha"] >= 18).all()
    assert len(found.sites) == 7


def test_every_cell_reaches_the_least_suitability():
    found = search([[60, 60, 59.9], [60, 60, 100]], min_suitability=60)
    assert found.sites["area_ha"].tolist() == [5.0]


def test_equal_means_are_ranked_by_area_then_from_the_north_west():
    cells = np.full((6, 7), NO)
    cells[0:2, 5:7] = 75
    cells[0:2, 0:2] = 75
    cells[3:6, 3:6] = 75
    found = search(cells)
    assert found.sites["area_ha"].tolist() == [9.0, 4.0, 4.0]
    west = found.sites.bounds["minx"]
    assert west.iloc[1] < west.iloc[2]
    assert found.sites["rank"].tolist() == [1, 2, 3]


def test_a_cell_counts_with_the_part_of_it_that_the_zone_covers():
    cells = np.full((4, 4), 80.0)
    for left, expected in ((0.4, 14.4), (0.6, 13.6)):
        found = search(cells, zone=zone_of(left, 0, 4, 4), households=3)
        assert found.sites["area_ha"].tolist() == [expected]
        assert area_ha(found.sites)[0] == pytest.approx(expected, rel=1e-3)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_no_area_that_is_told_exceeds_the_zones(seed):
    rng = np.random.default_rng(seed)
    cells = rng.choice([NO, 60.0, 90.0], p=[0.2, 0.4, 0.4], size=(9, 11))
    places = rng.uniform([EAST, NORTH - 900], [EAST + 1100, NORTH], size=(6, 2))
    corners = shapely.MultiPoint(places)
    zone = zone_of(0, 0, 1, 1).set_geometry([corners.convex_hull])
    found = search(cells, zone=zone)
    assert found.zone_ha == pytest.approx(area_ha(zone)[0])
    assert found.suitable_ha <= found.known_ha <= found.zone_ha
    told = found.sites["area_ha"].sum() + sum(d.area_ha for d in found.dropped.values())
    assert told == pytest.approx(found.suitable_ha, rel=1e-3, abs=1e-3)
    assert (
        shapely.union_all(found.sites.to_crs(zone.crs).geometry)
        .difference(zone.geometry.iloc[0].buffer(0.01))
        .is_empty
    )


def test_a_patch_is_never_cut_into_parts_too_small_to_be_seen():
    """20 ha for 1.5 ha each: parts of one or two cells would all be dropped as too small to show."""
    found = search(np.full((4, 5), 80.0), households=1, area_per_household_ha=1.5)
    assert found.sites["area_ha"].sum() == 20
    assert found.dropped["small"].patches == 0


def test_a_point_and_a_zone_elsewhere_have_no_sites():
    place = gpd.GeoDataFrame(
        {"name": ["p"]},
        geometry=[shapely.Point(EAST + 150, NORTH - 150)],
        crs="EPSG:32750",
        index=["p"],
    )
    cells = np.full((4, 4), 80.0)
    assert len(search(cells, zone=place).sites) == 0
    assert len(search(cells, zone=zone_of(10, 10, 12, 12)).sites) == 0


def test_a_zone_in_lon_lat_is_moved_to_the_grid():
    zone = zone_of(0.5, -0.5, 4.5, 4.5).to_crs("OGC:CRS84")
    found = search(np.full((4, 4), 80.0), zone=zone, households=4)
    assert found.sites["area_ha"].tolist() == [14.0]


def test_compactness_is_that_of_the_outer_outline_and_can_be_asked_for():
    square = search(np.full((3, 3), 80.0)).sites
    assert square["compactness"].iloc[0] == pytest.approx(np.pi / 4, rel=2e-3)
    strip = np.full((1, 16), 80.0)
    # 16 ha, 3,400 m around: 4 pi 160,000 / 3,400^2.
    found = search(strip, households=6).sites
    assert found["compactness"].iloc[0] == pytest.approx(0.174, abs=5e-4)
    dropped = search(strip, households=6, min_compactness=0.2)
    assert len(dropped.sites) == 0
    assert dropped.dropped["straggling"].area_ha == 16.0


def test_a_site_out_of_reach_of_every_road_is_dropped_and_an_unknown_distance_is_not():
    cells = [[80, 80, NO, 70, 70, NO, 60, 60], [80, 80, NO, 70, 70, NO, 60, 60]]
    road = np.float32([[9e3, 8e3, 0, 9e3, 4e3, 0, NO, NO], [9e3, 9e3, 0, 9e3, 9e3, 0, NO, NO]])
    found = search(cells, road_distance_m=road, max_road_distance_m=5_000)
    assert found.sites["road_distance_m"].tolist()[0] == 4_000
    assert np.isnan(found.sites["road_distance_m"].iloc[1])
    assert found.dropped["far"].patches == 1
    assert "4,0 km dari jalan" in found.sites["reasons_id"].iloc[0]
    assert "not checked" in found.sites["reasons_en"].iloc[1]


def test_slope_shares_are_of_the_area_with_known_slope():
    slope = np.float32([[2.0, 2.1, 15.0], [40.0, 41.0, NO]])
    site = search(np.full((2, 3), 80.0), slope_percent=slope).sites.iloc[0]
    assert [site[name] for name in SLOPE_COLUMNS] == [0.2, 0.2, 0.2, 0.2, 0.2]
    assert "flat (0–2%)" in site["reasons_en"]
    assert search(np.full((2, 3), 80.0)).sites[SLOPE_COLUMNS[0]].isna().all()


def test_sites_survive_a_file(tmp_path):
    found = search(TWO_AND_A_SMALL_ONE).sites
    for suffix in ("geojson", "gpkg"):
        write_layer(found, tmp_path / f"sites.{suffix}")
    again = gpd.read_file(tmp_path / "sites.geojson")
    assert again["id"].tolist() == ["z-sp-1", "z-sp-2"]
    assert again["area_ha"].tolist() == [5.0, 5.0]
    write_layer(search(np.full((1, 1), NO)).sites, tmp_path / "none.geojson")


def test_a_search_over_too_many_cells_is_refused():
    with pytest.raises(InvalidInput, match="16 cells"):
        search(np.full((4, 4), 80.0), most_cells=15)


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1), st.integers(1, 7))
def test_rows_read_at_once_change_nothing_and_areas_add_up(seed, rows_at_once):
    cells = np.random.default_rng(seed).choice([NO, 60.0, 75.0, 90.0], size=(9, 11))
    whole = search(cells)
    asked = np.isfinite(cells), cells.astype(np.float32), grid(11, 9)
    patches, dropped = find_patches(*asked, need_ha=4)
    parted, others = find_patches(*asked, need_ha=4, rows_at_once=rows_at_once)
    assert np.array_equal(patches.labels, parted.labels)
    assert np.array_equal(patches.least, parted.least)
    assert parted.means == pytest.approx(patches.means)
    assert (others.patches, others.area_ha) == (dropped.patches, pytest.approx(dropped.area_ha))
    assert len(whole.sites) == parted.labels.max()
    total = whole.sites["area_ha"].sum() + whole.dropped["small"].area_ha
    assert total == pytest.approx(np.isfinite(cells).sum())


@pytest.fixture
def sloped(reference_store, tmp_path):
    add_fine_land(reference_store, tmp_path)
    return reference_store


def test_sites_in_a_shipped_zone_lie_in_it_and_say_what_was_not_checked(sloped):
    found = surfaces.zone_sites(sloped, "sebamban")
    assert (found.status, found.place_is_known) == ("found", True)
    zone = published.layer(sloped, "zones").loc["sebamban"].geometry
    assert zone.buffer(1e-6).covers(shapely.union_all(found.search.sites.geometry))
    assert (found.search.sites["slope_0_2_share"] == 1).all()
    notes = " ".join(note.en for note in found.notes)
    for words in ("Peat", "Forest estate", "Cell sizes: ", "approximate"):
        assert words in notes
    again = surfaces.zone_sites(sloped, "sebamban")
    assert found.search.sites.to_json() == again.search.sites.to_json()


def hectares_in(sentences):
    """Every number of hectares that English sentences name."""
    said = " ".join(sentence.en for sentence in sentences)
    return [
        float(number.replace(",", ""))
        for pair in re.findall(r"([\d,]+)(?: of ([\d,]+))? ha", said)
        for number in pair
        if number
    ]


def test_with_the_shipped_maps_no_zone_is_shown_a_site_and_each_is_told_why(reference_store):
    """5.5 km cells are 3,073 ha: a settlement of 870 ha is less than one."""
    zones = published.layer(reference_store, "zones")
    areas = dict(zip(zones.index, area_ha(zones), strict=True))
    doubts = surfaces.site_doubts(reference_store.current(), "kesiapan")
    assert set(doubts) == set(zones.index)
    for zone, zone_ha in areas.items():
        found = surfaces.zone_sites(reference_store, zone)
        assert found.status == ("too_small" if zone_ha < 870 else "too_coarse")
        assert len(found.search.sites) == 0
        # The first is what was sought.
        assert max(hectares_in(found.summary[1:]), default=0) <= round(zone_ha)
    said = " ".join(sentence.id for sentence in found.summary)
    for words in (
        "Dicari: lahan menyatu paling sedikit 870 ha (300 KK × 2,9 ha bruto)",
        "Calon lokasi tidak dapat ditunjuk",
        "tutupan lahan 5.558 × 5.529 m",
        "sel paling besar 1.470 × 1.470 m",
        "Yang membantu: peta tutupan lahan, lereng",
    ):
        assert words in said


def test_a_zone_whose_place_is_unknown_is_searched_but_its_sites_are_not_said_to_be_in_it(sloped):
    found = surfaces.zone_sites(sloped, "cahaya-baru")
    assert (found.status, found.place_is_known) == ("found", False)
    assert "belum tentu di dalam kawasan" in found.notes[0].id
    doubts = surfaces.site_doubts(sloped.current(), "kesiapan")
    assert "belum tentu di dalamnya" in doubts["cahaya-baru"].id
    assert "sebamban" not in doubts


def test_where_a_raster_has_no_data_the_answer_says_so(reference_store):
    """No main road reaches the islands of Pulau Sembilan, so nothing is known of them."""
    found = surfaces.zone_sites(reference_store, "63.02.01", layer="kecamatan")
    said = " ".join(sentence.en for sentence in found.summary)
    assert ": 100% of the area has no data" in said
    assert "No land is known to reach that suitability" in said


def test_cells_are_the_same_as_the_surface_has_across_its_blocks(sloped):
    kept = RasterFile(surfaces.surface(sloped).path)
    finer = Grid(kept.grid.crs, kept.grid.transform * Affine.scale(0.7), 420, 630)
    for grid, window in ((kept.grid, kept.grid.whole), (finer, Window(11, 7, 600, 400))):
        whole = nearest_by_blocks(kept, grid, window)
        assert np.isfinite(whole).any()
        assert nearest_by_blocks(kept, grid, window, block=17).tobytes() == whole.tobytes()


def test_an_outline_that_only_encloses_its_zone_says_so(reference_store):
    found = surfaces.zone_sites(reference_store, "rkt-kotabaru")
    assert "Where the area lies inside this boundary is not known" in found.notes[0].en


def test_a_zone_without_an_area_and_an_unknown_one_say_so(reference_store):
    zones = published.layer(reference_store, "zones")
    publish(reference_store, "zones", zones.set_geometry(zones.representative_point()))
    found = surfaces.zone_sites(reference_store, "sebamban")
    assert (found.status, len(found.search.sites)) == ("no_area", 0)
    assert "Location only" in found.notes[0].en
    assert found.summary == (found.notes[0],)
    with pytest.raises(ZoneNotFound, match="cahaya-baru"):
        surfaces.zone_sites(reference_store, "atlantis")
