"""Layers that an office defines itself: their key as the file spells it, their columns as they came."""

import pytest
import shapely

from geo.vector.definition import define
from geo.vector.schema import ZONES
from tests.geo.validation.test_upload import check, found, zone


def own(**columns):
    return {"geometry": zone()["geometry"], **columns}


@pytest.mark.parametrize("stated", ["NO", "no", "No"])
def test_a_key_is_the_column_whatever_its_case_and_keeps_the_files_name(stated):
    schema = define("uji", title="Uji", key=stated).schema()
    result = check(own(NO=7, nama="a"), own(NO=8, nama="b"), schema=schema)
    assert result.report["errors"] == 0
    assert list(result.frame.columns) == ["NO", "nama", "geometry"]
    assert result.frame.index.tolist() == ["7", "8"]


def test_of_two_columns_that_differ_in_case_the_key_is_the_one_as_stated():
    schema = define("uji", title="Uji", key="NO").schema()
    result = check(own(no=1, NO=7), own(no=1, NO=8), schema=schema)
    assert result.frame.index.tolist() == ["7", "8"]


def test_a_key_keeps_the_name_that_is_published():
    schema = define("uji", title="Uji", key="NO_SK").schema()
    first = check(own(NO_SK="a"), schema=schema).frame
    again = check(own(no_sk="a"), schema=schema, current=first)
    assert list(again.frame.columns) == ["NO_SK", "geometry"]
    assert again.report["difference"]["counts"]["unchanged"] == 1


def test_a_column_called_fid_keeps_its_name():
    result = check(own(fid=7, nama="a"), schema=define("uji", title="Uji").schema())
    assert "fid" in result.frame
    assert not found(result, "column_renamed")


@pytest.mark.parametrize("schema", [ZONES])
def test_features_that_leave_must_be_accepted_and_keeping_them_is_offered(schema):
    both = check(zone(), zone(zone_id="b"), schema=schema).frame
    result = check(zone(), schema=schema, current=both)
    (told,) = found(result, "features_removed")
    assert told["to_accept"] is True
    assert result.report["to_accept"] == 1
    assert "tetap seperti terbit" in told["sentence"]["id"]


def test_outlines_that_become_points_must_be_accepted():
    published = check(zone(), schema=ZONES).frame
    centre = published.geometry.iloc[0].centroid
    result = check(zone(geometry=centre), schema=ZONES, current=published)
    (told,) = found(result, "outlines_vanish")
    assert (told["to_accept"], told["facts"]["count"]) == (True, 1)


def test_a_missing_field_names_a_few_columns_and_impossible_coordinates_have_no_exponent():
    rows = {f"KOLOM_YANG_PANJANG_{n}": n for n in range(60)}
    told = found(check(own(**rows), schema=ZONES, region=None), "field_missing")
    assert told
    assert all(len(one["sentence"]["id"]) < 700 for one in told)
    far = check(own(NO=1) | {"geometry": shapely.Point(88763.2, 1087710)}, schema=ZONES)
    (one,) = found(far, "coordinates_impossible")
    assert "88763.2, 1087710" in one["sentence"]["id"]
