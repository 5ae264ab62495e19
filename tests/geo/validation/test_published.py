"""What a file means for the published layer: features that it lacks, and codes that it makes."""

import geopandas as gpd
import pytest
import shapely

from geo.vector.definition import define
from tests.geo.validation.test_upload import EAST, INSIDE, check, found, zone

ELSEWHERE = shapely.box(115.7, -3.6, 115.8, -3.5)
OF_KOTABARU = {"regency_code": "63.02", "geometry": EAST.buffer(-0.2)}


def published():
    return check(
        zone(),
        zone(zone_id="b", name="Kawasan Cerbon", geometry=ELSEWHERE),
        zone(zone_id="c", name="C", **OF_KOTABARU),
    ).frame


def test_features_that_the_file_lacks_are_named_by_title_code_and_area():
    told = found(check(zone(), current=published()), "features_removed")[0]
    hectares = r"Kawasan Cerbon (b, 12.286,1 ha)"
    assert hectares in told["sentence"]["id"]
    assert hectares.replace("12.286,1", "12,286.1") in told["sentence"]["en"]
    assert "“tetap seperti terbit”" in told["mend"]["id"]


def test_features_that_the_file_lacks_stay_where_that_is_chosen():
    own = zone(name="A baru")
    result = check(own, current=published(), regencies=frozenset({"63.10"}), keeps_missing=True)
    assert result.frame.loc["a", "name"] == "A baru"
    assert sorted(result.frame.index) == ["a", "b", "c"]
    assert result.report["difference"]["counts"]["removed"] == 0
    assert result.report["to_accept"] == 0
    # That of another regency stays anyhow and is not told of.
    assert found(result, "missing_kept")[0]["facts"]["keys"] == "b"
    whole = check(own, current=published(), keeps_missing=True)
    assert found(whole, "missing_kept")[0]["facts"]["keys"] == "b, c"
    assert found(check(own, current=published()), "features_removed")[0]["facts"]["count"] == 2


def test_features_without_codes_cannot_stay_beside_others():
    schema = define("uji", title="Uji").schema()
    row = {"nama": "A", "geometry": INSIDE}
    first = check(row, row | {"geometry": ELSEWHERE}, schema=schema).frame
    result = check(row, schema=schema, current=first, keeps_missing=True)
    assert result.frame is None
    assert found(result, "missing_kept_without_key")


CAHAYA = zone(zone_id="cahaya-baru", name="Kawasan Transmigrasi Cahaya Baru")


def drawn(name, shape=ELSEWHERE):
    return {"NAMOBJ": name, "geometry": shape}


def test_a_new_zone_whose_name_is_a_part_of_a_published_one_must_be_accepted_or_said_to_be_it():
    current = check(CAHAYA).frame
    result = check(drawn("Cahaya Baru"), current=current)
    assert result.frame.index.tolist() == ["cahaya-baru-2"]
    (told,) = found(result, "zones_like_published")
    assert told["to_accept"]
    assert "Kawasan Transmigrasi Cahaya Baru (cahaya-baru)" in told["sentence"]["id"]
    same = check(drawn("Cahaya Baru"), current=current, same_as={"1": "cahaya-baru"})
    assert same.frame.index.tolist() == ["cahaya-baru"]
    assert same.report["difference"]["counts"]["removed"] == 0
    assert found(same, "zones_same_as")
    assert not found(same, "zones_like_published")


def test_a_new_zone_of_a_published_outline_is_told_and_one_of_another_regency_is_not():
    current = check(CAHAYA).frame
    assert found(check(drawn("Lain", INSIDE.buffer(0.01)), current=current), "zones_like_published")
    assert not found(check(drawn("Lain"), current=current), "zones_like_published")
    far = check(drawn("Cahaya Baru", OF_KOTABARU["geometry"]), current=current)
    assert not found(far, "zones_like_published")


def test_a_zone_cannot_be_the_same_as_one_that_is_not_there():
    current = check(CAHAYA).frame
    for same in ({"1": "lain"}, {"9": "cahaya-baru"}):
        assert found(check(drawn("A"), current=current, same_as=same), "same_as_unknown")


def test_codes_that_only_count_the_features_must_be_accepted():
    rows = [drawn("A") | {"OBJECTID": 1}, drawn("B", INSIDE) | {"OBJECTID": 2}]
    (told,) = found(check(*rows, columns={"zone_id": "OBJECTID"}), "codes_running")
    assert told["to_accept"]
    assert "nomor urut (1, 2)" in told["sentence"]["id"]
    gap = [rows[0], rows[1] | {"OBJECTID": 7}]
    assert found(check(*gap, columns={"zone_id": "OBJECTID"}), "codes_running")
    assert not found(check(*rows), "codes_running")
    assert not found(check(zone(zone_id="6303"), zone(zone_id="6304")), "codes_running")


def in_metres(**columns):
    projected = gpd.GeoSeries([INSIDE], crs=4326).to_crs("EPSG:32750")[0]
    result = check(zone(geometry=projected, **columns), crs=None)
    return {one["code"]: one for one in result.report["choices"]["crs"]["candidates"]}


def test_systems_that_put_a_layer_at_one_place_say_how_far_apart_and_one_is_suggested():
    offered = in_metres()
    assert next(iter(offered)) == "EPSG:9490"
    assert [code for code, one in offered.items() if one["is_suggested"]] == ["EPSG:9490"]
    # PROJ knows the way between the two datums to 1.2 m, on which they differ by 0.2 m here.
    assert (offered["EPSG:32750"]["apart_m"], offered["EPSG:23880"]["apart_m"]) == (2, 1)


@pytest.mark.parametrize(
    ("datum", "suggested"),
    [("WGS 84", "EPSG:32750"), ("SRGI 2013", "EPSG:9490"), ("DGN95", "EPSG:23880")],
)
def test_the_datum_that_a_column_names_is_suggested_and_nothing_is_read_by_it(datum, suggested):
    first = next(iter(in_metres(SRS_ID=datum).values()))
    assert (first["code"], first["is_suggested"]) == (suggested, True)
    assert in_metres(SRS_ID=datum, REMARK="DGN95 / WGS84")[suggested]["is_suggested"]


def test_coordinates_of_an_unknown_system_are_called_x_and_y():
    bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    (unknown,) = found(check(zone(geometry=bow), crs=None), "geometry_invalid")
    assert "50.0, 50.0 (x, y)" in unknown["sentence"]["id"]
    (known,) = found(check(zone(geometry=bow), crs="EPSG:32750"), "geometry_invalid")
    assert "(bujur, lintang)" in known["sentence"]["id"]


@pytest.mark.parametrize("column", ["LUASHA", "LUAS_HA", "LUAS (ha)"])
def test_the_area_of_the_source_is_found_under_the_names_that_offices_write(column):
    assert check(zone(**{column: "12.286,1"})).frame["area_ha"].tolist() == [12286.1]


def test_the_summary_tells_features_of_the_file_from_those_that_stay_and_its_own_crs():
    utm = gpd.GeoSeries([INSIDE], crs=4326).to_crs("EPSG:32750")[0]
    own = frozenset({"63.10"})
    result = check(zone(geometry=utm), crs="EPSG:32750", current=published(), regencies=own)
    summary = result.report["summary"]
    assert (summary["features_of_file"], summary["features_published"]) == (1, 1)
    assert (summary["crs_of_file"], summary["crs"]) == ("EPSG:32750", "EPSG:4326")
