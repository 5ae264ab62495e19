"""Features beside each other, and beside what is published: overlaps, slivers, columns that vanish."""

import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.crs import area_ha
from geo.ingest.findings import finding
from geo.validation.difference import difference
from geo.vector.schema import REGENCIES, ZONES
from tests.geo.validation.test_upload import EAST, INSIDE, WEST, check, found, zone

# 0.01° of longitude and of latitude near 3.5°S are 1,111 m and 1,106 m.
LEFT, RIGHT = shapely.box(115.5, -3.6, 115.54, -3.5), shapely.box(115.53, -3.6, 115.56, -3.5)


def warned(result):
    """The codes of a report's warnings; nothing of it is refused."""
    assert result.report["errors"] == 0
    return {f["code"] for f in result.report["findings"] if f["severity"] == "warning"}


def test_zones_that_overlap_are_told_with_place_area_and_share():
    result = check(zone(geometry=LEFT), zone(zone_id="b", geometry=RIGHT))
    (told,) = found(result, "features_overlap")
    facts = told["facts"]
    assert (facts["left"], facts["right"], facts["percent"]) == ("a", "b", 33.3)
    assert facts["area_ha"] == pytest.approx(111.1 * 11.06, rel=2e-3)
    assert LEFT.intersection(RIGHT).covers(
        shapely.Point(told["where"]["lon"], told["where"]["lat"])
    )
    assert warned(result) == {"features_overlap"}


@pytest.mark.parametrize(
    ("first", "second", "codes"),
    [
        (LEFT, shapely.box(115.54, -3.6, 115.56, -3.5), set()),
        (LEFT, LEFT, {"geometry_duplicate"}),
        (LEFT, LEFT.reverse(), {"geometry_duplicate"}),
        (LEFT, shapely.MultiPolygon([LEFT]), {"features_overlap"}),
        (LEFT, shapely.box(115.51, -3.55, 115.52, -3.54), {"features_overlap"}),
        (LEFT, LEFT.difference(shapely.box(115.51, -3.55, 115.52, -3.54)), {"features_overlap"}),
        (LEFT, shapely.Point(115.51, -3.55), set()),
        (LEFT, shapely.box(115.53999999, -3.6, 115.56, -3.5), set()),
    ],
)
def test_what_counts_twice_is_told_and_what_only_touches_is_not(first, second, codes):
    assert warned(check(zone(geometry=first), zone(zone_id="b", geometry=second))) == codes


def test_a_feature_drawn_twice_is_told_with_its_place_and_area():
    (told,) = found(check(zone(), zone(zone_id="b")), "geometry_duplicate")
    assert told["facts"]["area_ha"] == pytest.approx(12_290, rel=1e-2)
    assert INSIDE.covers(shapely.Point(told["where"]["lon"], told["where"]["lat"]))


def test_an_outline_that_only_encloses_its_zone_overlaps_nothing():
    enclosing = zone(geometry=RIGHT, zone_id="b", geometry_kind="enclosing_kecamatan")
    assert warned(check(zone(geometry=LEFT, geometry_kind="stated"), enclosing)) == set()


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        (
            shapely.MultiPolygon([LEFT, shapely.box(115.6, -3.5, 115.6000001, -3.4999999)]),
            "parts_tiny",
        ),
        # A house plot of a quarter of a hectare stays; a strip of 2 m along 2 km does not.
        (shapely.MultiPolygon([LEFT, shapely.box(115.6, -3.5, 115.60045, -3.49955)]), None),
        (shapely.MultiPolygon([LEFT, shapely.box(115.6, -3.5, 115.618, -3.49998)]), "parts_tiny"),
        (shapely.box(115.6, -3.5, 115.6001, -3.4999), "parts_tiny"),
        (LEFT.difference(shapely.box(115.51, -3.55, 115.5101, -3.5499)), "holes_tiny"),
        (LEFT.difference(shapely.box(115.51, -3.55, 115.52, -3.54)), None),
        (shapely.Point(115.51, -3.55), None),
    ],
)
def test_parts_and_holes_too_small_to_be_meant_are_told(shape, code):
    assert warned(check(zone(geometry=shape))) == {code} - {None}


def test_slivers_are_counted_with_the_place_and_area_of_all():
    tiny = [shapely.box(x, -3.5, x + 1e-5, -3.49999) for x in np.linspace(115.6, 115.649, 50)]
    result = check(
        zone(zone_id="b", geometry=RIGHT), zone(geometry=shapely.MultiPolygon([LEFT, *tiny]))
    )
    (told,) = found(result, "parts_tiny")
    assert (told["feature"]["row"], told["facts"]["count"]) == (2, 50)
    assert told["facts"]["area_ha"] == pytest.approx(50 * 1.11 * 1.106e-4, rel=2e-2)


def regency(code="63.10", name="Tanah Bumbu", shape=WEST, **columns):
    return {"KDPKAB": code, "WADMKK": name, "geometry": shape} | columns


def whole():
    rows = [
        regency(
            bps_code="6310", kind="Kabupaten", area_official_ha=1e6, geometry_kind="x", note="a"
        ),
        regency("63.02", "Kotabaru", EAST, bps_code="6302", kind="Kabupaten", geometry_kind="x"),
    ]
    return check(*rows, schema=REGENCIES).frame


def test_what_a_code_tells_is_filled_and_said():
    result = check(regency(), regency("63.02", "Kotabaru", EAST), schema=REGENCIES, current=whole())
    frame = result.frame
    assert frame["bps_code"].tolist() == ["6310", "6302"]
    assert frame["kind"].tolist() == ["Kabupaten"] * 2
    assert frame["area_official_ha"].tolist()[0] == 1e6
    assert frame["area_ha"].tolist() == pytest.approx(area_ha(frame), abs=0.006)
    filled = {f["facts"]["columns"]: f["facts"]["count"] for f in found(result, "column_filled")}
    assert filled == {"bps_code, kind": 2, "area_official_ha": 1, "area_ha": 2}


def test_an_area_that_the_file_does_not_state_is_no_fault_of_its_columns():
    rows = regency(), regency("63.02", "Kotabaru", EAST)
    result = check(*rows, schema=REGENCIES, current=whole())
    (told,) = found(result, "area_differs_from_published")
    assert "area_official_ha" not in told["sentence"]["id"]
    assert "1.000.000 ha" in told["sentence"]["id"]
    assert "1,000,000 ha" in told["sentence"]["en"]
    assert not found(result, "area_disagrees")
    own = [row | {"area_official_ha": 1e6} for row in rows]
    stated = check(*own, schema=REGENCIES, current=whole())
    assert [f["where"]["column"] for f in found(stated, "area_disagrees")] == [
        "area_official_ha"
    ] * 2
    assert not found(stated, "area_differs_from_published")


def test_columns_that_would_vanish_must_be_accepted():
    result = check(regency(), regency("63.02", "Kotabaru", EAST), schema=REGENCIES, current=whole())
    (told,) = found(result, "columns_vanish")
    assert told["facts"] == {"columns": "note", "count": 1, "lost": {"note": 1}}
    # How exact an outline is an officer can state or leave; it is told by itself.
    (kind,) = found(result, "outline_kind_vanishes")
    assert kind["facts"] == {"kinds": "x", "count": 2}
    assert result.report["to_accept"] == 2


@pytest.mark.parametrize(
    ("row", "vanishing"),
    [
        ({"status": "aktif", "luas_siap": 1}, None),
        ({"status": "lain", "luas_siap": None}, "luas_siap"),
        ({"status": "", "luas_siap": 2}, "status"),
        ({"luas_siap": 1}, "status"),
        ({"zone_id": "new"}, None),
    ],
)
def test_a_column_vanishes_where_every_feature_that_stays_loses_its_value(row, vanishing):
    first = check(zone(status="aktif", luas_siap=1), zone(zone_id="gone")).frame
    result = check(zone(**row), current=first)
    assert [f["facts"]["columns"] for f in found(result, "columns_vanish")] == [vanishing] * bool(
        vanishing
    )


def test_the_register_is_no_part_of_a_zone():
    assert "bps_code" not in check(zone(), schema=ZONES).frame


@pytest.mark.parametrize(
    ("hectares", "id", "en"),
    [
        (157353.8, "157.353,8", "157,353.8"),
        (3071.8253, "3.071,8", "3,071.8"),
        (12000.0, "12.000", "12,000"),
        (0.05678, "0,057", "0.057"),
        (0.00001, "0,00001", "0.00001"),
    ],
)
def test_numbers_of_a_finding_go_by_the_language_and_its_facts_do_not(hectares, id, en):
    facts = {"lon": 115.5, "lat": -3.25, "hint": "-", "left": "a", "right": "b"}
    told = finding("coverage_overlap", area_ha=hectares, width_m=2.5, **facts)
    assert f"seluas {id} ha, selebar 2,5 m, di 115.5, -3.25 (" in told.sentence.id
    assert f"by {en} ha, 2.5 m wide, at 115.5, -3.25 (" in told.sentence.en
    assert told.facts["area_ha"] == hectares


def test_single_values_that_would_vanish_are_counted_by_column_and_must_be_accepted():
    first = [zone(status="aktif", luas_siap=1), zone(zone_id="b", status="aktif", luas_siap=2)]
    second = [zone(status=None, luas_siap=1), zone(zone_id="b", status="aktif", luas_siap=None)]
    result = check(*second, current=check(*first).frame)
    (told,) = found(result, "values_vanish")
    lost = {"status": 1, "luas_siap": 1}
    assert told["facts"] == {"columns": "status (1), luas_siap (1)", "count": 1, "lost": lost}
    assert result.report["to_accept"] == 1


def test_the_difference_names_the_regencies_that_it_touches():
    in_kotabaru = {"regency_code": "63.02", "geometry": shapely.box(116.1, -3.6, 116.2, -3.5)}
    first = check(zone(), zone(zone_id="b", **in_kotabaru), zone(zone_id="c")).frame
    moved = check(zone(), zone(zone_id="b"), zone(zone_id="c"), current=first)
    assert moved.report["difference"]["regencies"] == ["63.02", "63.10"]
    gone = check(zone(), zone(zone_id="c"), current=first)
    assert gone.report["difference"]["regencies"] == ["63.02"]
    same = check(zone(), zone(zone_id="b", **in_kotabaru), zone(zone_id="c"), current=first)
    assert same.report["difference"]["regencies"] == []
    assert same.report["difference"]["without_regency"] == 0


def pair(west, east=EAST):
    return regency(shape=west), regency("63.02", "Kotabaru", east)


# A wedge of a border drawn twice: 0.5 m wide over 100 km, and 8 m by 10 m (0.004 ha) in one place.
LONG = shapely.box(115.3, -4, 116 + 4.5e-6, -3)
SHORT = shapely.union(WEST, shapely.box(115.99, -3.50009, 116 + 7.2e-5, -3.5))


@pytest.mark.parametrize(
    ("west", "codes"),
    [
        (LONG, {"coverage_narrow", "coverage_edges"}),
        (SHORT, {"coverage_narrow", "coverage_edges"}),
        (shapely.box(115.3, -4, 116 - 4.5e-6, -3), set()),
    ],
)
def test_what_is_narrower_than_the_drawing_is_exact_is_a_warning(west, codes):
    result = check(*pair(west), schema=REGENCIES)
    assert warned(result) == codes
    for told in found(result, "coverage_narrow"):
        assert told["facts"]["width_m"] < 10
        assert WEST.union(EAST).covers(shapely.Point(told["where"]["lon"], told["where"]["lat"]))


@pytest.mark.parametrize("width_deg", [1.4e-5, 1e-4])
def test_an_overlap_that_is_wider_than_a_metre_stays_an_error_and_is_not_mended(width_deg):
    wide = shapely.box(115.3, -4, 116 + width_deg, -3)
    for repair in (False, True):
        (wrong,) = found(check(*pair(wide), schema=REGENCIES, repair=repair), "coverage_overlap")
        assert wrong["facts"]["width_m"] == pytest.approx(width_deg * 111_100, abs=0.06)


def drawn_by_hand():
    """Two regencies with a crooked border of 200 vertices, six decimals each, under their codes."""
    steps = np.random.default_rng(14).normal(0, 0.002, 200)
    border = np.column_stack([116 + steps, np.linspace(-4, -3, 200)]).round(6)
    west = shapely.Polygon([(115.3, -4), *border, (115.3, -3)])
    east = shapely.Polygon([(116.6, -4), *border, (116.6, -3)])
    return gpd.GeoDataFrame(
        {"code": ["63.10", "63.02"], "name": ["Tanah Bumbu", "Kotabaru"]},
        geometry=[west, east],
        crs="OGC:CRS84",
        index=pd.Index(["63.10", "63.02"], name="area_id"),
    )


def one_regency(shape, crs, **options):
    """The western regency handed in alone, beside the published eastern one."""
    row = {"code": "63.10", "name": "Tanah Bumbu", "geometry": shape}
    current = drawn_by_hand()
    return check(
        row, schema=REGENCIES, crs=crs, current=current, regencies=frozenset({"63.10"}), **options
    )


def test_an_overlap_with_another_regency_is_mended_on_its_published_border_alone():
    current = drawn_by_hand()
    rounded = shapely.set_precision(current.geometry.to_crs(32750).iloc[0], 2)
    refused = one_regency(rounded, "EPSG:32750")
    assert all(f["facts"]["is_mendable"] for f in found(refused, "coverage_overlap"))
    (offered,) = refused.report["choices"]["repairs"]
    assert offered["of"] == "borders"
    assert offered["count"] >= len(found(refused, "coverage_overlap")) > 0
    left = one_regency(rounded, "EPSG:32750", repair=True, unrepaired=("borders",))
    assert len(found(left, "coverage_overlap")) == len(found(refused, "coverage_overlap"))
    mended = one_regency(rounded, "EPSG:32750", repair=True)
    assert {"coverage_overlap", "coverage_edges"} & {*mended.report["counts"]} == set()
    assert shapely.coverage_is_valid(mended.frame.geometry.to_numpy())
    (summary,) = found(mended, "borders_drawn_to")
    assert 0.5 < summary["facts"]["move_m"] < 1.5
    east = mended.frame.geometry.loc["63.02"]
    assert shapely.equals_identical(east, current.geometry.loc["63.02"])


def test_a_border_beyond_what_a_map_is_exact_is_not_drawn_to_the_published_one():
    west = shapely.transform(drawn_by_hand().geometry.iloc[0], lambda xy: xy + np.array([3e-4, 0]))
    result = one_regency(west, "EPSG:4326", repair=True)
    assert found(result, "coverage_overlap")
    assert not any(f["facts"]["is_mendable"] for f in found(result, "coverage_overlap"))


@pytest.mark.parametrize("crs", [32750, 32749, 23837])
def test_the_same_vertices_in_metres_are_the_same_vertices(crs):
    result = one_regency(drawn_by_hand().geometry.to_crs(crs).iloc[0], f"EPSG:{crs}")
    assert "coverage_edges" not in result.report["counts"]
    moved = shapely.transform(drawn_by_hand().geometry.iloc[0], lambda xy: xy + np.array([5e-6, 0]))
    (told,) = {
        f["code"]: f for f in found(one_regency(moved, "EPSG:4326"), "coverage_edges")
    }.values()
    assert 115.9 < told["where"]["lon"] < 116.1


@pytest.mark.parametrize(("west", "most_m"), [(LONG, 0.51), (SHORT, 8.1)])
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32750"])
def test_narrow_overlaps_are_mended_on_request_and_no_border_moves_farther_than_said(
    west, most_m, crs
):
    shapes = gpd.GeoSeries([west, EAST], crs=4326).segmentize(0.01).to_crs(crs)
    result = check(*pair(*shapes), schema=REGENCIES, repair=True, crs=crs)
    frame = result.frame
    assert shapely.coverage_is_valid(frame.geometry.to_numpy())
    assert {"coverage_narrow", "coverage_overlap"} & {*result.report["counts"]} == set()
    (summary,) = found(result, "borders_mended")
    moved = [
        a.hausdorff_distance(b)
        for a, b in zip(frame.geometry.to_crs(32750), shapes.to_crs(32750), strict=True)
    ]
    assert max(moved) <= summary["facts"]["move_m"] * 1.06 + 1e-3
    assert summary["facts"]["move_m"] <= most_m
    for told in found(result, "border_mended"):
        row = told["feature"]["row"] - 1
        before = area_ha(gpd.GeoDataFrame(geometry=shapes))[row]
        assert told["facts"]["before_ha"] == pytest.approx(before, abs=1e-3)
        assert told["facts"]["after_ha"] == pytest.approx(area_ha(frame)[row], abs=1e-3)


def test_a_coverage_that_matches_is_the_very_same_after_a_repair():
    result = check(*pair(WEST), schema=REGENCIES, repair=True)
    assert shapely.equals_identical(result.frame.geometry.to_numpy(), [WEST, EAST]).all()
    assert "borders_mended" not in result.report["counts"]


def test_borders_that_would_move_too_far_are_left_and_said(monkeypatch):
    monkeypatch.setattr("geo.validation.geometry.ACCURACY_M", 0.1)
    result = check(*pair(LONG), schema=REGENCIES, repair=True)
    (told,) = found(result, "borders_not_mended")
    assert told["facts"]["move_m"] == pytest.approx(0.5, abs=0.01)
    assert result.frame.geometry.iloc[0].equals(LONG)


@pytest.mark.parametrize(
    ("west", "south", "code"),
    [
        (179.5, 89.9999999999, "coordinates_clipped"),
        (179.5, -3, "coordinates_clipped"),
        (179.999, -3, "coordinates_impossible"),
    ],
)
def test_degrees_beyond_the_globe_by_rounding_are_clipped(west, south, code):
    east = 180.00000000000006 if code == "coordinates_clipped" else 180.01
    north = 90.0000000001 if south > 0 else south + 0.1
    shape = shapely.box(west, min(south, 89.9), east, north)
    result = check(zone(geometry=shape), region=None, planning=None)
    assert found(result, code)
    if code == "coordinates_clipped":
        assert result.report["errors"] == 0
        assert result.frame.total_bounds[2] == 180.0
        assert result.frame.total_bounds[3] <= 90.0


def test_copies_of_one_shape_are_told_as_copies_alone():
    rows = [zone(zone_id=f"a{i}", geometry=LEFT) for i in range(400)]
    result = check(*rows, zone(zone_id="b", geometry=RIGHT))
    counts = result.report["counts"]
    assert (counts["geometry_duplicate"], counts["features_overlap"]) == (399, 1)


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ([10229.0, 5799.4], [10229.05, 5799.37], []),
        ([10229.0, 5799.4], [10229.06, 5799.4], [0]),
        ([10229.04, 5799.41], [10229.05, 5799.41], [0]),
        ([10229.05, None], [10229.05, 5799.41], [1]),
    ],
)
def test_a_computed_area_within_its_rounding_is_no_change(old, new, changed):
    def layer(areas):
        index = pd.Index(["a", "b"], name="area_id")
        return gpd.GeoDataFrame(
            {"area_ha": areas}, geometry=[LEFT, LEFT], crs="OGC:CRS84", index=index
        )

    found = difference(layer(new), layer(old), fields=["area_ha"])
    assert [one.key for one in found.changed] == [["a", "b"][row] for row in changed]


def test_a_tangled_outline_is_refused_and_not_repaired_for_minutes():
    places = np.random.default_rng(7).random((200, 2)) * 0.1 + (115.5, -3.6)
    (told,) = found(check(zone(geometry=shapely.Polygon(places)), repair=True), "geometry_repaired")
    assert told["feature"]["row"] == 1
    places = np.random.default_rng(7).random((2_000, 2)) * 0.1 + (115.5, -3.6)
    begun = time.perf_counter()
    result = check(zone(geometry=shapely.Polygon(places)), repair=True)
    assert time.perf_counter() - begun < 5
    assert found(result, "geometry_tangled")


@pytest.mark.parametrize("shape", [shapely.LineString([(115.5, -3.6), (115.6, -3.5)])])
def test_how_a_line_becomes_a_polygon_is_said(shape):
    (told,) = found(check(zone(geometry=shape)), "geometry_type")
    assert "Garis ke Poligon" in told["sentence"]["id"]
