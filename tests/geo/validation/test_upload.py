"""What an upload is told: columns, codes, numbers, outlines, places, and what the reader may cost."""

import json
import os
import re
import subprocess
import zipfile
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import crs_of, crs_of_wkt, same_crs
from geo.errors import UploadTooLarge, UploadUnsupported
from geo.ingest import sandbox
from geo.ingest.archive import unpack_shapefile
from geo.ingest.findings import LISTED_PER_CODE, Unreadable, finding, to_json
from geo.ingest.formats import FORMATS, kind_of
from geo.ingest.geojson import read_geojson
from geo.ingest.geopackage import read_geopackage
from geo.ingest.shapefile import read_shapefile
from geo.ingest.source import Job, Limits, Reference, Source
from geo.validation import reader
from geo.validation.placement import regency_shares
from geo.validation.report import report_of
from geo.validation.upload import ingest_upload
from geo.validation.validate import validate
from geo.vector.export import layer_to_parquet
from geo.vector.numerals import parse_numerals
from geo.vector.schema import DESA, GROUND, IDM, KECAMATAN, REGENCIES, ZONES
from tests import hostile
from tests.regions import SOUTH_KALIMANTAN

LIMITS = Limits()
WEST, EAST = shapely.box(115.3, -4, 116, -3), shapely.box(116, -4, 116.6, -3)
CODES = ("63.10", "63.02", "63.01")
PLANNING = replace(
    SOUTH_KALIMANTAN, regencies=tuple(r for r in SOUTH_KALIMANTAN.regencies if r.code in CODES)
)
INSIDE = shapely.box(115.5, -3.6, 115.6, -3.5)


def region():
    return gpd.GeoDataFrame(
        {"name": ["Tanah Bumbu", "Kotabaru"]},
        geometry=[WEST, EAST],
        crs="OGC:CRS84",
        index=pd.Index(["63.10", "63.02"], name="area_id"),
    )


REFERENCE = Reference(PLANNING, region())


def zone(**columns):
    return {"zone_id": "a", "name": "A", "regency_code": "63.10", "geometry": INSIDE} | columns


def check(*rows, schema=ZONES, crs="EPSG:4326", crs_text=None, damaged=None, **options):
    """Validate rows as a file would have them: every column holds plain objects."""
    table = pd.DataFrame(list(rows), dtype=object)
    frame = gpd.GeoDataFrame(
        table.drop(columns="geometry"), geometry=list(table["geometry"]), crs=crs
    )
    source = Source(
        frame=frame,
        kind="geojson",
        layer="test",
        crs_text=crs_text if crs is None else crs,
        encoding="utf-8",
        header_count=options.pop("header_count", len(frame)),
        damaged=damaged or {},
    )
    reference = Reference(
        options.pop("planning", PLANNING),
        options.pop("region", region()),
        options.pop("current", None),
        options.pop("regencies", None),
        keeps_missing=options.pop("keeps_missing", False),
    )
    return validate(
        source,
        schema=schema,
        reference=reference,
        crs_override=options.pop("crs_override", None),
        repair=options.pop("repair", False),
        limits=options.pop("limits", LIMITS),
        step=lambda _: None,
        columns=options.pop("columns", None),
        unrepaired=options.pop("unrepaired", ()),
        same_as=options.pop("same_as", None),
    )


def found(result, code):
    """The findings of that code."""
    return [f for f in result.report["findings"] if f["code"] == code]


def test_a_good_layer_comes_back_under_its_key_with_nothing_lost():
    result = check(zone(area_ha=None, PETUGAS="Sri"), zone(zone_id="b", PETUGAS="Adi"))
    assert result.report["errors"] == 0
    assert result.frame.index.tolist() == ["a", "b"]
    assert result.frame.index.name == "area_id"
    assert result.frame["PETUGAS"].tolist() == ["Sri", "Adi"]
    assert result.frame.crs == "EPSG:4326"
    assert result.report["summary"]["bounds"] == [115.5, -3.6, 115.6, -3.5]


def test_columns_of_other_offices_become_fields_and_are_reported():
    row = {"Kode": "x", "KAWASAN": "Angsana", "KDPKAB": "63.10", "KABUPATEN": "Tanah Bumbu"}
    result = check(row | {"ID_ZONA": "angsana", "LUAS_HA": 1, "geometry": INSIDE})
    fields = {m["source"]: m["field"] for m in result.report["mapping"]}
    assert fields == {
        "ID_ZONA": "zone_id",
        "KAWASAN": "name",
        "KDPKAB": "regency_code",
        "LUAS_HA": "area_ha",
        "Kode": None,
        "KABUPATEN": None,
    }
    assert found(result, "column_kept")[0]["facts"]["columns"] == "Kode, KABUPATEN"


def test_names_cut_by_dbf_are_understood():
    row = {"zone_id": "a", "name": "A", "regency_co": "63.10", "source_yea": 2020}
    result = check(row | {"geometry": INSIDE})
    assert result.frame["regency_code"].tolist() == ["63.10"]
    assert result.frame["source_year"].tolist() == [2020]


def test_two_columns_for_one_field_are_an_error_unless_they_agree():
    row = {"zone_id": "a", "name": "A", "geometry": INSIDE}
    differing = check(row | {"KDPKAB": "63.10", "KDBPUM": "63.02"})
    assert "KDPKAB, KDBPUM" in found(differing, "field_ambiguous")[0]["sentence"]["en"]
    same = check(row | {"KDPKAB": "63.10", "KDBPUM": "63.10"})
    assert same.report["errors"] == 0


def test_a_missing_field_says_which_names_are_taken_and_what_the_file_has():
    # Where the regencies are known, its place tells the regency.
    result = check({"zone_id": "a", "name": "A", "geometry": INSIDE}, region=None)
    (missing,) = found(result, "field_missing")
    assert "kdpkab" in missing["facts"]["accepted"]
    assert missing["facts"]["columns"] == "zone_id, name"


@pytest.mark.parametrize("schema", [ZONES, REGENCIES, KECAMATAN, DESA, IDM, GROUND])
def test_a_table_without_any_of_its_columns_is_told_which(schema):
    required = [field.name for field in schema.fields if field.required]
    for left in (None, *required):
        row = {left: "63.10"} if left else {}
        result = check({"plot": "a", "geometry": INSIDE} | row, schema=schema, region=None)
        told = {one["facts"]["field"] for one in found(result, "field_missing")}
        made = {"zone_id"} if (schema, left) == (ZONES, "name") else set()
        assert told == set(required) - {left} - made


def test_a_column_whose_name_is_taken_is_kept_under_another():
    result = check(zone(NAME="other", area_id="x", FID=4))
    # The layer has no column of this name, and what an export adds gives way to it.
    assert result.frame["FID"].tolist() == [4]
    assert found(result, "column_renamed")[0]["facts"] == {"column": "NAME", "name": "NAME_2"}
    assert result.frame["area_id_2"].tolist() == ["x"]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (63.1, "code_as_number"),
        (63.05, "code_as_number"),
        ("63.1", "code_ambiguous"),
        ("Tapin", "code_invalid"),
        ("63.99", "code_unknown"),
        (None, "value_missing"),
        ("  ", "value_missing"),
    ],
)
def test_a_code_that_cannot_be_trusted_is_refused(value, code):
    # Where the regencies are known, the place tells a code that is not there, and only that.
    result = check(
        zone(regency_code=value), **({"region": None} if code == "value_missing" else {})
    )
    assert result.frame is None
    assert [f["code"] for f in result.report["findings"] if f["severity"] == "error"] == [code]
    assert found(result, code)[0]["where"] == {"column": "regency_code"}


@pytest.mark.parametrize("value", ["6310", 6310, 6310.0, " 63.10 ", "63.1O"])
def test_a_code_in_another_form_is_rewritten_and_reported(value):
    result = check(zone(regency_code=value))
    assert result.frame["regency_code"].tolist() == ["63.10"]
    assert "→ 63.10" in found(result, "code_rewritten")[0]["facts"]["examples"]


def kecamatan(code, name="Simpang Empat"):
    return {"KDCPUM": code, "NAMOBJ": name, "KDPKAB": "63.10", "geometry": INSIDE}


@pytest.mark.parametrize("code", ["631006", 631006, 631006.0, "63 10 06", "63-10-06", "631OO6"])
def test_a_kecamatan_code_in_another_form_is_rewritten_and_reported(code):
    result = check(kecamatan(code), schema=KECAMATAN)
    assert result.frame["code"].tolist() == ["63.10.06"]
    assert "→ 63.10.06" in found(result, "code_rewritten")[0]["facts"]["examples"]


@pytest.mark.parametrize(
    ("code", "finding_code", "told"),
    [
        ("6310060", "code_of_bps", "kode BPS"),
        ("63.10.6", "code_ambiguous", "63.10.06, 63.10.60"),
        ("6310", "code_invalid", "'63.03.08'"),
        ("Simpang Empat", "code_invalid", "'63.03.08'"),
        (63.1006, "code_as_number", "sebagai teks"),
    ],
)
def test_a_kecamatan_code_that_is_none_is_told_by_example(code, finding_code, told):
    (wrong,) = found(check(kecamatan(code), schema=KECAMATAN), finding_code)
    assert told in wrong["sentence"]["id"]


def test_no_sentence_holds_a_regular_expression():
    for schema, row in (
        (ZONES, zone(zone_id="Sungai Loban!")),
        (ZONES, zone(zone_id="--")),
        (REGENCIES, {"code": "63.10", "name": "Tanah Bumbu", "bps_code": "63", "kind": "Kec."}),
    ):
        result = check({"geometry": INSIDE} | row, schema=schema)
        said = " ".join(
            f["sentence"][lang] for f in result.report["findings"] for lang in ("id", "en")
        )
        assert found(result, "value_pattern")
        assert not re.search(r"\\d|\[a-z0-9\]|\{\d|\|", said)


def test_an_unknown_code_one_digit_away_is_suggested():
    assert (
        "63.02 (Kabupaten Kotabaru)"
        in (found(check(zone(regency_code="63.22")), "code_unknown")[0]["sentence"]["en"])
    )


def test_a_name_that_belongs_to_another_code_names_both():
    (wrong,) = found(check(zone(KABUPATEN="Kab. Kota Baru")), "name_disagrees")
    assert wrong["facts"]["official"] == "Kabupaten Tanah Bumbu"
    assert wrong["facts"]["named_code"] == "63.02"
    assert check(zone(KABUPATEN="Kab.Tanah  Bumbu")).report["errors"] == 0
    assert found(check(zone(KABUPATEN="Tanah Bunbu")), "name_unknown")


def test_a_right_code_on_the_wrong_polygon_names_both_regencies():
    in_kotabaru = shapely.box(116.1, -3.6, 116.2, -3.5)
    (wrong,) = found(check(zone(geometry=in_kotabaru)), "location_disagrees")
    assert (wrong["facts"]["claimed"], wrong["facts"]["actual"]) == ("63.10", "63.02")
    assert "Tanah Bumbu" in wrong["sentence"]["id"]
    assert "Kotabaru" in wrong["sentence"]["id"]


@pytest.mark.parametrize(
    ("west", "code"),
    [(115.91, None), (115.97, "location_mostly_elsewhere"), (115.999, "location_disagrees")],
)
def test_a_zone_across_a_border_is_judged_by_its_shares(west, code):
    result = check(zone(geometry=shapely.box(west, -3.6, west + 0.1, -3.5)))
    codes = {f["code"] for f in result.report["findings"]}
    assert codes & {"location_mostly_elsewhere", "location_disagrees"} == ({code} - {None})


def test_a_border_that_is_shared_is_no_part_of_a_polygon():
    # East of the border, with two sides of its edge on it: once counted as area, 829 %.
    parts = [shapely.box(116, -3.6, 116.001, -3.5), shapely.box(116, -3.4, 116.001, -3.3)]
    (wrong,) = found(check(zone(geometry=shapely.MultiPolygon(parts))), "location_disagrees")
    assert (wrong["facts"]["actual"], wrong["facts"]["percent"]) == ("63.02", 100)


@pytest.mark.parametrize(
    ("shape", "shares"),
    [
        (shapely.box(115.9, -3.6, 116.1, -3.5), (0.5, 0.5)),
        (shapely.box(116, -3.6, 116.1, -3.5), (0, 1)),
        (shapely.LineString([(115.9, -3.5), (116, -3.5), (116.1, -3.5)]), (0.5, 0.5)),
        (shapely.LineString([(115.7, -3.5), (116, -3.5)]), (1, 0)),
        (shapely.MultiPoint([(115.9, -3.5), (115.8, -3.5), (116.1, -3.5), (99, 9)]), (0.5, 0.25)),
        (shapely.Point(115.9, -3.5), (1, 0)),
        (shapely.Polygon(), (0, 0)),
    ],
)
def test_a_share_is_of_what_a_shape_measures(shape, shares):
    region = np.array([WEST, EAST], dtype=object)
    found = regency_shares(np.array([shape], dtype=object), region)
    np.testing.assert_allclose(found, [shares], atol=1e-12)


def test_a_point_may_lie_on_the_coast_but_not_far_out():
    on_the_coast = check(zone(geometry=shapely.Point(115.4, -4.1)))
    assert on_the_coast.report["errors"] == 0
    at_sea = check(zone(), zone(zone_id="b", geometry=shapely.box(115.5, -5.5, 115.6, -5.4)))
    assert found(at_sea, "feature_outside_region")[0]["feature"]["key"] == "b"


def test_a_kecamatan_outside_its_regency_code_is_refused():
    row = {"code": "63.02.01", "name": "X", "regency_code": "63.10", "geometry": INSIDE}
    assert found(check(row, schema=KECAMATAN), "code_parent_disagrees")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1.357,156 Ha"], [1357.156]),
        (["1,357.156"], [1357.156]),
        (["1.357.156 Ha"], [1357156.0]),
        (["584,70", "1.357"], [584.7, 1357.0]),
        (["584.70", "1.357"], [584.7, 1.357]),
        (["0,357"], [0.357]),
        (["-12", "1e3", " 7 ha "], [-12.0, 1000.0, 7.0]),
        ([12, 1.5, None, ""], [12.0, 1.5, None, None]),
    ],
)
def test_numbers_of_offices_are_read(values, expected):
    assert [n.number for n in parse_numerals(values)] == expected


@pytest.mark.parametrize(
    "value",
    [
        "abc",
        "1.35.7",
        "12 km2",
        "1,2.3,4",
        True,
        float("inf"),
        "1e400",
        "-1E999",
        "9" * 400,
        10**400,
    ],
)
def test_what_is_no_number_is_invalid(value):
    assert parse_numerals([value])[0].is_invalid


@given(st.integers(-(10**12), 10**12).map(lambda n: n / 100))
def test_a_number_written_the_indonesian_way_reads_back(number):
    written = f"{number:,.2f}".translate(str.maketrans(",.", ".,"))
    assert parse_numerals([written])[0].number == number


def test_a_number_with_two_readings_is_refused_with_both():
    result = check(zone(area_ha="61,147"))
    assert found(result, "number_ambiguous")[0]["facts"]["readings"] == {
        "id": "61,147 / 61.147",
        "en": "61.147 / 61,147",
    }
    told = check(zone(area_ha="12.342,7 Ha"))
    sentence = found(told, "number_reformatted")[0]["sentence"]
    assert "12.342,7 Ha → 12.342,7" in sentence["id"]
    assert "12.342,7 Ha → 12,342.7" in sentence["en"]


def test_a_year_with_a_fraction_and_a_text_are_named():
    result = check(zone(source_year=2020.5), zone(zone_id="b", source_year="lama"))
    assert [f["feature"]["row"] for f in found(result, "number_invalid")] == [1, 2]


def test_keys_must_be_there_fit_and_differ():
    # A name would make the id that is missing.
    rows = zone(), zone(), zone(zone_id="Angsana Baru"), zone(zone_id=None, name=None)
    result = check(*rows)
    assert [f["facts"]["rows"] for f in found(result, "key_duplicate")] == ["2", "1"]
    assert "'angsana-baru'" in found(result, "value_pattern")[0]["sentence"]["en"]
    assert found(result, "value_missing")[0]["feature"]["row"] == 4


BOW_TIE = shapely.Polygon([(115.5, -3.6), (115.6, -3.5), (115.6, -3.6), (115.5, -3.5)])


def test_a_bow_tie_is_refused_at_its_crossing_in_lon_lat():
    utm = gpd.GeoSeries([BOW_TIE], crs=4326).to_crs(32750)[0]
    (wrong,) = found(check(zone(geometry=utm), crs="EPSG:32750"), "geometry_invalid")
    assert wrong["where"]["lon"] == pytest.approx(115.55, abs=1e-4)
    assert wrong["where"]["lat"] == pytest.approx(-3.55, abs=1e-4)
    assert "Repairs of polygons" in wrong["sentence"]["en"]


def test_a_repair_keeps_the_enclosed_area_and_reports_it():
    result = check(zone(geometry=BOW_TIE), repair=True)
    (repaired,) = found(result, "geometry_repaired")
    # Two triangles of a quarter of the 0.1° box each; the box is 11,106 x 11,058 m.
    assert repaired["facts"]["before_ha"] == pytest.approx(0, abs=0.1)
    assert repaired["facts"]["after_ha"] == pytest.approx(12_281 / 2, rel=1e-3)
    assert result.frame.geometry.is_valid.all()


@pytest.mark.parametrize(
    ("shape", "place"),
    [
        (INSIDE, "in Tanah Bumbu"),
        (shapely.box(115.9, -3.6, 116.1, -3.5), "in Tanah Bumbu and Kotabaru"),
        (shapely.box(116.65, -3.6, 116.7, -3.5), "just outside the province"),
        # 1° of longitude at 3.5°S is 111 km; the region ends 0.2° beyond its shapes.
        (shapely.box(118.8, -3.6, 119, -3.5), "outside the province, about 220 km to the east"),
    ],
)
def test_where_a_crs_would_put_a_file_is_said_in_words(shape, place):
    stated = check(zone(geometry=shape)).report["choices"]["crs"]["stated"]
    assert stated["place"]["en"].startswith(place)


def test_a_crs_that_is_asked_for_stands_beside_the_stated_one_and_the_others():
    utm = gpd.GeoSeries([INSIDE], crs=4326).to_crs(32750)[0]
    chosen = check(zone(geometry=utm), crs="EPSG:32749", crs_override=crs_of("EPSG:32750"))
    offered = chosen.report["choices"]["crs"]
    assert offered["stated"]["code"] == "EPSG:32749"
    assert offered["stated"]["place"]["en"].startswith("outside the province")
    assert offered["asked"]["code"] == "EPSG:32750"
    assert offered["asked"]["place"]["en"] == "in Tanah Bumbu"
    assert "EPSG:32750" in [one["code"] for one in offered["candidates"]]


def test_a_repair_is_measured_before_it_is_asked_for_and_can_be_left_to_its_sender():
    dented = shapely.Polygon(
        [
            (115.5, -3.6),
            (115.6, -3.6),
            (115.6, -3.5),
            (115.599, -3.5),
            (115.601, -3.501),
            (115.5, -3.5),
        ]
    )
    rows = [zone(geometry=BOW_TIE), zone(zone_id="b"), zone(zone_id="c", geometry=dented)]
    (offered,) = check(*rows).report["choices"]["repairs"]
    assert (offered["count"], offered["done"]) == (2, 0)
    tie, dent = offered["features"]
    assert (tie["feature"]["key"], dent["feature"]["row"]) == ("a", 3)
    assert tie["after_ha"] == pytest.approx(12_281 / 2, rel=1e-3)
    # Its loops take each other away: there is no area to compare with.
    assert tie["percent"] is None
    assert dent["percent"] == pytest.approx(
        100 * (dent["after_ha"] - dent["before_ha"]) / dent["before_ha"], abs=0.01
    )

    partly = check(*rows, repair=True, unrepaired=("3",))
    assert [f["feature"]["row"] for f in found(partly, "geometry_invalid")] == [3]
    (repair,) = partly.report["choices"]["repairs"]
    assert (repair["count"], repair["done"]) == (1, 1)
    assert [one["is_done"] for one in repair["features"]] == [True, False]
    assert [one["after_ha"] for one in repair["features"]] == [tie["after_ha"], dent["after_ha"]]


@pytest.mark.parametrize(
    ("geometry", "code"),
    [
        (None, "geometry_missing"),
        (shapely.Polygon(), "geometry_empty"),
        (shapely.LineString([(115.5, -3.5), (115.6, -3.6)]), "geometry_type"),
        (shapely.Polygon([(115.5, -3.6), (np.inf, -3.6), (115.6, -3.5)]), "coordinate_not_finite"),
    ],
)
def test_a_geometry_that_cannot_be_used_names_its_row(geometry, code):
    result = check(zone(), zone(zone_id="b", name="B", geometry=geometry))
    (wrong,) = found(result, code)
    assert wrong["feature"] == {"row": 2, "key": "b", "name": "B"}
    assert result.frame is None


def test_heights_are_dropped_with_a_note():
    result = check(zone(geometry=shapely.force_3d(INSIDE, 12)))
    assert found(result, "z_dropped")[0]["facts"]["count"] == 1
    assert not result.frame.geometry.has_z.any()


def test_features_drawn_twice_are_named():
    result = check(zone(), zone(zone_id="b", geometry=INSIDE.reverse()))
    assert found(result, "geometry_duplicate")[0]["facts"]["rows"] == "1"
    assert result.frame is not None


@pytest.mark.parametrize(("stated", "is_told"), [(12_281, False), (12_800, False), (13_000, True)])
def test_a_stated_area_more_than_five_percent_off_is_told(stated, is_told):
    assert bool(found(check(zone(area_ha=stated)), "area_disagrees")) is is_told


def regency(code, name, geometry):
    return {"code": code, "name": name, "geometry": geometry}


def test_neighbours_that_overlap_are_refused_and_gaps_told():
    overlapping = check(
        regency("63.10", "Tanah Bumbu", WEST),
        regency("63.02", "Kotabaru", shapely.box(115.99, -4, 116.6, -3)),
        schema=REGENCIES,
    )
    (wrong,) = found(overlapping, "coverage_overlap")
    assert {wrong["facts"]["left"], wrong["facts"]["right"]} == {"63.10", "63.02"}
    assert wrong["facts"]["area_ha"] == pytest.approx(111.1 * 1.1058 * 100, rel=0.01)
    lake = shapely.box(115.9, -3.6, 116, -3.5)
    with_gap = check(
        regency("63.10", "Tanah Bumbu", WEST.difference(lake)),
        regency("63.02", "Kotabaru", EAST),
        schema=REGENCIES,
    )
    assert found(with_gap, "coverage_gap")[0]["facts"]["neighbours"] == "63.02, 63.10"
    assert with_gap.frame is not None


@pytest.mark.parametrize("crs", ["EPSG:32749", "EPSG:32650", "EPSG:23879"])
def test_a_wrong_zone_is_seen_and_the_right_one_named(crs):
    utm = gpd.GeoSeries([INSIDE], crs=4326).to_crs(32750)[0]
    result = check(zone(geometry=utm), crs=crs)
    assert "EPSG:32750" in found(result, "outside_region")[0]["sentence"]["en"]


def test_a_neighbouring_zone_in_the_right_place_is_a_warning_only():
    utm = gpd.GeoSeries([INSIDE], crs=4326).to_crs(32749)[0]
    result = check(zone(geometry=utm), crs="EPSG:32749")
    assert result.report["errors"] == 0
    (told,) = found(result, "crs_area_of_use")
    # The register of CRSs says it in English only.
    assert "108° BT–114° BT, 80° LS–0° LS" in told["sentence"]["id"]
    assert "108° E–114° E, 80° S–0° S" in told["sentence"]["en"]


def test_degrees_called_metres_and_swapped_axes_are_seen():
    assert found(check(zone(), crs="EPSG:32750"), "outside_region")
    swapped = shapely.transform(INSIDE, lambda xy: xy[:, ::-1])
    told = found(check(zone(geometry=swapped)), "coordinates_impossible")
    assert "longitude first" in told[0]["sentence"]["en"]


@pytest.mark.parametrize(("crs", "crs_text"), [(None, None), (None, "LOKAL"), ("EPSG:32650", "")])
def test_a_crs_that_is_missing_unknown_or_wrong_has_candidates_with_where_they_lead(crs, crs_text):
    utm = gpd.GeoSeries([INSIDE], crs=4326).to_crs(32750)[0]
    options = {"crs": crs} if crs else {"crs": None, "crs_text": crs_text}
    report = check(zone(geometry=utm), **options).report
    offered = report["choices"]["crs"]["candidates"]
    # The official system first, which is suggested.
    assert [one["code"] for one in offered[:2]] == ["EPSG:9490", "EPSG:32750"]
    assert offered[1]["name"] == "WGS 84 / UTM zone 50S"
    assert offered[1]["bounds"] == pytest.approx(INSIDE.bounds, abs=0.01)
    assert all(one["in_region"] for one in offered)
    (told,) = [
        f for f in report["findings"] if f["severity"] == "error" and "crs" in f["code"]
    ] or [f for f in report["findings"] if f["severity"] == "error"]
    assert "EPSG:32750" in told["sentence"]["id"]


@pytest.mark.parametrize("planning", [PLANNING, None])
def test_degrees_without_a_crs_are_offered_as_such_first(planning):
    region_known = {} if planning else {"region": None}
    report = check(zone(), crs=None, planning=planning, **region_known).report
    (first, *_) = report["choices"]["crs"]["candidates"]
    assert (first["code"], first["bounds"]) == ("EPSG:4326", list(INSIDE.bounds))
    (told,) = [f for f in report["findings"] if f["code"] == "crs_missing"]
    assert "EPSG:4326" in told["sentence"]["id"]
    assert "EPSG:32750" not in told["sentence"]["id"]


def test_of_several_features_the_one_whose_axes_are_swapped_is_named():
    swapped = shapely.transform(INSIDE, lambda xy: xy[:, ::-1])
    result = check(zone(), zone(zone_id="b", geometry=swapped))
    (told,) = found(result, "coordinates_beyond")
    assert told["feature"]["key"] == "b"
    assert "tertukar" in told["sentence"]["id"]
    assert "coordinates_impossible" not in result.report["counts"]


def test_an_unknown_crs_is_asked_for_and_can_be_given():
    assert found(check(zone(), crs=None), "crs_missing")
    assert found(check(zone(), crs=None, crs_text="LOKAL"), "crs_unknown")
    given_crs = check(zone(), crs=None, crs_text="LOKAL", crs_override=crs_of("EPSG:4326"))
    assert given_crs.report["errors"] == 0
    assert found(given_crs, "crs_overridden")[0]["facts"]["declared"] == "LOKAL"


def test_a_crs_of_no_code_is_kept_with_a_warning():
    custom = "+proj=tmerc +lat_0=0 +lon_0=115.5 +k=0.9999 +x_0=200000 +y_0=1500000 +ellps=bessel"
    shape = gpd.GeoSeries([INSIDE], crs=4326).to_crs(custom)[0]
    result = check(zone(geometry=shape), crs=custom)
    assert result.report["errors"] == 0
    assert found(result, "crs_without_code")


def test_without_a_region_nothing_is_said_of_places():
    row = zone(geometry=shapely.box(96, 4, 97, 5))
    assert check(row, region=None, planning=None).report["errors"] == 0


def test_where_no_regency_is_known_a_layer_must_lie_in_the_bounds_of_the_region():
    assert check(zone(), region=None).report["errors"] == 0
    away = zone(geometry=shapely.box(96, 4, 97, 5))
    assert found(check(away, region=None), "outside_region")


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"features": 1}, "too_many_features"),
        ({"columns": 2}, "too_many_columns"),
        ({"feature_vertices": 4}, "too_many_vertices"),
        ({"layer_vertices": 9}, "too_many_vertices_in_all"),
        ({"text_length": 0}, "text_too_long"),
    ],
)
def test_what_is_too_much_is_said_with_its_limit(limits, code):
    result = check(zone(), zone(zone_id="b"), limits=replace(LIMITS, **limits))
    assert found(result, code)[0]["facts"]["limit"] == next(iter(limits.values()))
    assert result.frame is None


def test_counts_that_differ_are_refused():
    (wrong,) = found(check(zone(), header_count=6), "count_mismatch")
    assert wrong["facts"] == {"header": 6, "rows": 1, "geometries": 1}


def test_the_difference_tells_values_and_areas():
    first = check(zone(), zone(zone_id="b"), zone(zone_id="gone")).frame
    second = check(
        zone(name="New"),
        zone(zone_id="b", geometry=shapely.box(115.5, -3.6, 115.7, -3.5)),
        zone(zone_id="added"),
        current=first.to_crs(32750),
    )
    difference = second.report["difference"]
    assert difference["counts"] == {"added": 1, "removed": 1, "changed": 2, "unchanged": 0}
    by_key = {change["key"]: change for change in difference["changed"]}
    assert by_key["a"]["values"] == {"name": {"before": "A", "after": "New"}}
    assert by_key["a"]["area_ha"] is None
    areas = by_key["b"]["area_ha"]
    assert areas["after"] == pytest.approx(2 * areas["before"], rel=1e-6)


def test_a_column_that_repeats_the_key_is_dropped_and_named():
    result = check(zone(id="a"), zone(zone_id="b", id="b"))
    assert "id" not in result.frame
    assert found(result, "column_repeats_key")[0]["facts"] == {"column": "id", "key": "zone_id"}
    other = check(zone(id="7"))
    assert other.frame["id"].tolist() == ["7"]


def test_a_column_that_comes_or_goes_is_no_edit_of_every_feature():
    first = check(zone(luas_siap="1"), zone(zone_id="b", luas_siap="2")).frame
    without = check(zone(), zone(zone_id="b"), current=first)
    assert without.report["difference"]["counts"]["unchanged"] == 2
    edited = check(zone(luas_siap="1"), zone(zone_id="b", luas_siap="3"), current=first)
    (change,) = edited.report["difference"]["changed"]
    assert change["values"] == {"luas_siap": {"before": "2", "after": "3"}}
    field = check(zone(), zone(zone_id="b", status="baru"), current=first)
    assert [c["key"] for c in field.report["difference"]["changed"]] == ["b"]


def test_a_polygon_stored_as_a_multipolygon_of_one_part_has_not_changed():
    first = check(zone()).frame
    second = check(zone(geometry=shapely.MultiPolygon([INSIDE.reverse()])), current=first)
    assert second.report["difference"]["counts"]["unchanged"] == 1


def test_a_fault_in_every_row_is_listed_up_to_a_limit_and_counted():
    report = check(*(zone(zone_id=f"z{i}", regency_code="63.99") for i in range(70))).report
    assert report["counts"]["code_unknown"] == 70
    listed = [f for f in report["findings"] if f["code"] == "code_unknown"]
    assert len(listed) == LISTED_PER_CODE
    assert report["errors"] == 70


def test_findings_are_json_whatever_their_facts():
    facts = {"column": np.float64("nan"), "name": {"x": [np.int64(1), float("inf")]}}
    shown = to_json([finding("column_renamed", **facts)])["findings"][0]["facts"]
    assert json.dumps(shown, allow_nan=False)
    assert shown == {"column": None, "name": {"x": [1, None]}}


def unpacked(folder, parts):
    path = hostile.zipped(folder / "u.zip", parts)
    return unpack_shapefile(path, folder, layer=None, limits=LIMITS)


def named_zones(name):
    return hostile.zones().assign(name=[name, "B", "C"])


@pytest.mark.parametrize(
    ("written", "cpg", "chosen", "code"),
    [
        ("utf-8", b"UTF-8", "utf-8", "encoding_chosen"),
        ("ISO-8859-1", b"88591", "iso8859-1", "encoding_chosen"),
        ("ISO-8859-1", None, "cp1252", "encoding_chosen"),
        ("utf-8", None, "utf-8", "encoding_chosen"),
        ("utf-8", b"1252", "utf-8", "encoding_declared_wrong"),
        ("ISO-8859-1", b"UTF-8", "cp1252", "encoding_declared_wrong"),
    ],
)
def test_text_is_read_by_its_bytes_and_the_choice_is_told(tmp_path, written, cpg, chosen, code):
    parts = hostile.shapefile_parts(tmp_path / "p", named_zones("Désa"), encoding=written)
    parts.pop(".cpg")
    parts |= {} if cpg is None else {".cpg": cpg}
    source = read_shapefile(unpacked(tmp_path, parts), encoding=None)
    assert source.encoding == chosen
    assert source.frame["name"].tolist() == ["Désa", "B", "C"]
    assert [f.code for f in source.findings] == [code]


def test_the_same_names_are_shown_in_each_encoding_that_reads_them_otherwise(tmp_path):
    parts = hostile.shapefile_parts(tmp_path / "p", named_zones("Désa"), encoding="ISO-8859-1")
    del parts[".cpg"]
    files = unpacked(tmp_path, parts)
    shown = read_shapefile(files, encoding=None).encodings
    # In ISO 8859-1 and in cp1252 this is one and the same letter; UTF-8 it is not.
    assert next(iter(shown.items())) == ("cp1252", ("Désa",))
    assert shown["cp850"] == ("DÚsa",)
    assert {"utf-8", "iso8859-1"}.isdisjoint(shown)
    with pytest.raises(Unreadable) as error:
        read_shapefile(files, encoding="utf-8")
    offered = report_of(error.value.findings)["choices"]["encoding"]
    assert offered["candidates"][0] == {"name": "cp1252", "samples": ["Désa"]}
    plain = hostile.shapefile_parts(tmp_path / "q", named_zones("Desa"), encoding="ISO-8859-1")
    assert read_shapefile(unpacked(tmp_path / "q", plain), encoding=None).encodings == {}


def test_an_encoding_can_be_given_and_must_fit(tmp_path):
    parts = hostile.shapefile_parts(tmp_path / "p", named_zones("Désa"), encoding="ISO-8859-1")
    files = unpacked(tmp_path, parts)
    assert read_shapefile(files, encoding="cp1250").frame["name"].tolist()[0] == "Désa"
    with pytest.raises(Unreadable) as error:
        read_shapefile(files, encoding="utf-8")
    assert error.value.findings[0].code == "encoding_unknown"


def test_a_letter_cut_by_the_width_of_its_column_is_named(tmp_path):
    parts = hostile.shapefile_parts(tmp_path / "p", named_zones("Dé" * 20), encoding="utf-8")
    table = bytearray(parts[".dbf"])
    at = table.find("Dé".encode())
    width = table[32 + 32 + 16]
    table[at : at + width] = (b"x" * (width - 1) + "é".encode())[:width]
    parts[".dbf"] = bytes(table)
    source = read_shapefile(unpacked(tmp_path, parts), encoding=None)
    cut = [f for f in source.findings if f.code == "text_cut"]
    assert cut[0].feature.row == 1
    assert source.frame["name"].tolist()[0] == "x" * (width - 1)


def test_deleted_rows_are_counted_and_the_rest_stays_together(tmp_path):
    parts = hostile.shapefile_parts(tmp_path / "p")
    table = bytearray(parts[".dbf"])
    table[int.from_bytes(table[8:10], "little")] = ord("*")
    source = read_shapefile(unpacked(tmp_path, parts | {".dbf": bytes(table)}), encoding=None)
    assert source.frame["zone_id"].tolist() == ["zona-1", "zona-2"]
    assert source.frame.geometry.iloc[0].equals(hostile.zones().geometry[1])
    assert [f.facts["count"] for f in source.findings if f.code == "rows_deleted"] == [1]


def test_one_shapefile_of_several_is_chosen_by_name_and_resource_forks_are_passed_over(tmp_path):
    path = hostile.zip_two_layers(tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("__MACOSX/._zones.shp", b"fork")
        archive.writestr("zones.shp.xml", b"<metadata/>")
    files = unpack_shapefile(path, tmp_path, layer="Zones", limits=LIMITS)
    assert files.name == "zones"
    assert "zones.shp.xml" in files.findings[0].facts["members"]
    with pytest.raises(Unreadable) as error:
        unpack_shapefile(path, tmp_path, layer="nothing", limits=LIMITS)
    assert error.value.findings[0].facts["layers"] == "other, zones"


def test_one_layer_of_a_geopackage_is_chosen_by_name(tmp_path):
    source = read_geopackage(hostile.gpkg_two_layers(tmp_path), layer="other", limits=LIMITS)
    assert (source.layer, len(source.frame)) == ("other", 3)


@pytest.mark.parametrize("crs", [4326, 32750, 9490, 4755, 23880, 23837])
@pytest.mark.parametrize("suffix", ["zip", "gpkg", "geojson"])
def test_every_kind_and_crs_of_the_field_reads_back(tmp_path, crs, suffix):
    frame = hostile.zones().to_crs(crs)
    source = read_any(tmp_path, frame, suffix)
    assert same_crs(source.frame.crs, frame.crs)
    # A Shapefile turns its rings the other way.
    back, sent = (shapely.normalize(f.geometry.to_numpy()) for f in (source.frame, frame))
    assert shapely.equals_exact(back, sent, 1e-6).all()
    assert source.frame["name"].tolist() == frame["name"].tolist()


def read_any(folder, frame, suffix):
    path = folder / f"u.{suffix}"
    if suffix == "zip":
        return read_shapefile(
            unpacked(folder, hostile.shapefile_parts(folder / "p", frame)), encoding=None
        )
    frame.to_file(path, engine="pyogrio")
    if suffix == "gpkg":
        return read_geopackage(path, layer=None, limits=LIMITS)
    return read_geojson(path, limits=LIMITS)


HOSTILE = list(hostile.EXPECTED.items())


@pytest.mark.parametrize(
    ("make", "expected"), HOSTILE, ids=[make.__qualname__.split(".")[0] for make, _ in HOSTILE]
)
def test_the_reader_names_what_is_wrong_with_a_hostile_file(tmp_path, make, expected):
    """As `tests/api/test_uploads.py`, but in this process: all of them, and seen by coverage."""
    path = make(tmp_path)
    try:
        document = reader.read_and_check(job_of(path), tmp_path, reference=lambda: REFERENCE)
    except UploadUnsupported:
        document = {"unsupported": {}}
    assert hostile.SECRET not in json.dumps(document)
    if expected == "UploadUnsupported":
        assert "unsupported" in document
    else:
        errors = [f["code"] for f in document["report"]["findings"] if f["severity"] == "error"]
        assert (errors[0], document["has_layer"]) == (expected, False)


def job_of(path):
    return Job(
        path=path,
        kind=kind_of(path),
        schema=ZONES,
        crs_override=None,
        encoding=None,
        layer=None,
        repair=False,
        limits=LIMITS,
    )


def test_a_drawing_that_fails_takes_nothing_from_the_report(tmp_path, monkeypatch):
    def fails(_):
        raise MemoryError

    monkeypatch.setattr("geo.validation.preview.preview", fails)
    path = hostile.zipped(tmp_path / "a.zip", hostile.shapefile_parts(tmp_path / "p"))
    with pytest.raises(MemoryError):
        reader.read_and_check(
            job_of(path), tmp_path, reference=lambda: REFERENCE, said={"unlimited": []}
        )
    # However the process ends then: here it does not even begin.
    outcome = sandbox.run_confined("geo.no_such_module", tmp_path, limits=LIMITS)
    assert outcome.failure is None
    assert outcome.document["has_layer"]
    assert (tmp_path / "cleaned.parquet").exists()


def test_the_reader_leaves_a_good_layer_and_says_what_it_is_at(tmp_path):
    path = hostile.zipped(tmp_path / "a.zip", hostile.shapefile_parts(tmp_path / "p"))
    document = reader.read_and_check(job_of(path), tmp_path, reference=lambda: REFERENCE)
    assert document["has_layer"]
    assert len(gpd.read_parquet(tmp_path / "cleaned.parquet")) == 3
    assert json.loads((tmp_path / "step.json").read_text())["en"] == "drawing the map"


def test_a_geojson_of_the_2008_kind_every_type_and_an_id_is_read(tmp_path):
    shapes = [
        shapely.Point(115.5, -3.5),
        shapely.Point(),
        shapely.MultiPoint([(115.5, -3.5), (115.6, -3.5)]),
        shapely.LineString([(115.5, -3.5), (115.6, -3.5)]),
        shapely.MultiLineString([[(115.5, -3.5), (115.6, -3.5)]]),
        INSIDE.difference(INSIDE.buffer(-0.02)),
        shapely.MultiPolygon([INSIDE]),
        shapely.Polygon(),
        shapely.GeometryCollection([INSIDE]),
    ]
    features = [
        {
            "type": "Feature",
            "id": i,
            "properties": {"geometry": "a", "list": [1, "é"]},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for i, shape in enumerate(shapes)
    ]
    crs = {"type": "name", "properties": {"name": "http://www.opengis.net/def/crs/EPSG/0/9470"}}
    path = tmp_path / "a.geojson"
    path.write_text(hostile.collection(*features, crs=crs))
    source = read_geojson(path, limits=LIMITS)
    assert source.frame.crs.to_epsg() == 9470
    assert source.damaged == {}
    assert shapely.equals_exact(source.frame.geometry.to_numpy(), np.array(shapes), 1e-12).all()
    assert source.frame["id"].tolist() == list(range(len(shapes)))
    assert source.frame["geometry_"][0] == "a"
    assert source.frame["list"][0] == [1, "é"]


def test_every_type_of_a_dbf_column_is_read(tmp_path):
    frame = hostile.zones().assign(
        day=["20240131", None, "20251201"],
        flag=[True, False, True],
        whole=[1, 2, 3],
        part=[1.5, None, -2.25],
    )
    parts = hostile.shapefile_parts(tmp_path / "p", frame)
    parts[".dbf"] = parts[".dbf"].replace(b"day\0\0\0\0\0\0\0\0C", b"day\0\0\0\0\0\0\0\0D")
    source = read_shapefile(unpacked(tmp_path, parts), encoding=None)
    assert source.frame["day"].tolist() == ["2024-01-31", None, "2025-12-01"]
    assert source.frame["flag"].tolist() == [True, False, True]
    assert source.frame["whole"].tolist() == [1, 2, 3]
    assert source.frame["part"].tolist() == [1.5, None, -2.25]


def test_a_geopackage_tells_what_it_does_not_keep_and_that_it_was_open(tmp_path):
    path = hostile.gpkg_with(
        tmp_path,
        ("PRAGMA journal_mode = WAL",),
        ("ALTER TABLE zones ADD COLUMN photo BLOB",),
        ("CREATE TABLE notes (a)",),
        ("INSERT INTO gpkg_contents (table_name, data_type) VALUES ('notes', 'attributes')",),
        ("UPDATE zones SET photo = x'00FF'",),
    )
    source = read_geopackage(path, layer=None, limits=LIMITS)
    codes = {f.code: f.facts for f in source.findings}
    assert codes.keys() == {"column_left_out", "members_ignored", "gpkg_journal"}
    assert codes["column_left_out"]["column"] == "photo"
    assert codes["members_ignored"]["members"] == "notes"
    assert source.frame.columns.tolist() == ["zone_id", "name", "regency_code", "geometry"]


def test_a_geojson_of_one_feature_and_one_of_mixed_heights_are_read(tmp_path):
    path = tmp_path / "a.geojson"
    ring = [[*hostile.SQUARE[0], 5], *hostile.SQUARE[1:]]
    path.write_text(
        json.dumps(hostile.feature(geometry={"type": "Polygon", "coordinates": [ring]}))
    )
    source = read_geojson(path, limits=LIMITS)
    assert source.damaged == {}
    assert source.frame.geometry[0].has_z is False


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("EPSG:32750", 32750),
        ("epsg:4326", 4326),
        ("32750", 32750),
        (" urn:ogc:def:crs:EPSG:8.5:9490", 9490),
    ],
)
def test_names_of_a_crs_are_matched_against_the_registry(name, code):
    assert crs_of(name).to_epsg() == code


@pytest.mark.parametrize("name", ["", "WGS84", "EPSG:0", "+proj=utm +zone=50", "init=/x:y", "7"])
def test_other_texts_are_no_crs(name):
    assert crs_of(name) is None


def test_a_crs_written_out_finds_its_code():
    assert crs_of_wkt(crs_of("EPSG:32750").to_wkt()).to_epsg() == 32750
    assert crs_of_wkt("no text") is None
    assert crs_of_wkt("PROJCS[broken") is None


def ingest(path, *, limits=LIMITS, **options):
    return ingest_upload(
        path,
        filename=path.name,
        schema=ZONES,
        region=region(),
        planning=PLANNING,
        limits=limits,
        **options,
    )


def test_ingest_store_read_is_identity(tmp_path):
    first = ingest(hostile.zipped(tmp_path / "a.zip", hostile.shapefile_parts(tmp_path / "p")))
    path = tmp_path / "b.gpkg"
    first.frame.reset_index(drop=True).to_file(path, engine="pyogrio")
    second = ingest(path, current=first.frame)
    assert layer_to_parquet(second.frame) == layer_to_parquet(first.frame)
    assert second.report["difference"]["counts"]["unchanged"] == 3


def test_a_repair_that_never_ends_is_stopped_and_names_the_feature(tmp_path):
    bomb = hostile.self_intersection_bomb(tmp_path)
    at_once = ingest(bomb)
    assert at_once.report["findings"][0]["code"] == "geometry_invalid"
    # Processor time, not the clock: on a busy machine the repair is reached all the same.
    stopped = ingest(bomb, corrections={"make_valid": True}, limits=replace(LIMITS, cpu_s=4))
    (reason,) = stopped.report["findings"]
    assert (reason["code"], reason["facts"]["seconds"]) == ("reader_timeout", "4")
    # Which of the equal outlines it was at depends on the machine.
    assert re.search(r"repairing row \d+ \(angsana, angsana\)", reason["sentence"]["en"])


def test_a_reader_that_takes_too_long_by_the_clock_is_stopped(tmp_path):
    bomb = hostile.self_intersection_bomb(tmp_path)
    stopped = ingest(bomb, corrections={"make_valid": True}, limits=replace(LIMITS, wall_s=2.5))
    (reason,) = stopped.report["findings"]
    assert (reason["code"], reason["facts"]["seconds"]) == ("reader_timeout", "2.5")


def test_a_reader_that_wants_too_much_memory_ends_alone(tmp_path):
    big = tmp_path / "big.geojson"
    big.write_text(hostile.collection(*[hostile.feature()] * 150_000))
    limits = replace(LIMITS, memory_bytes=450 * 1024 * 1024)
    (reason,) = ingest(big, limits=limits).report["findings"]
    assert reason["code"] == "reader_memory"
    assert reason["facts"]["limit_mb"] == 450


def test_a_file_over_the_limit_is_not_opened(tmp_path):
    with pytest.raises(UploadTooLarge):
        ingest(hostile.empty_file(tmp_path), limits=replace(LIMITS, upload_bytes=-1))


IN_THE_SANDBOX = """
import json, os, socket
from geo.ingest.formats import FORMATS
from geo.ingest.sandbox import leave_driver
if (driver := FORMATS[os.sys.argv[1]].driver) is not None:
    leave_driver(driver)
import pyogrio
try:
    socket.create_connection(("1.1.1.1", 53), 1); reached = True
except OSError as error:
    reached = False
print(json.dumps([sorted(pyogrio.list_drivers()), reached, sorted(os.environ)]))
"""


@pytest.mark.parametrize("kind", ["geojson", "shapefile", "kml"])
def test_the_sandbox_has_one_driver_no_network_and_no_secret(tmp_path, monkeypatch, kind):
    monkeypatch.setenv("KAWASAN_SECRET", "x")
    command = [*sandbox.without_network(), os.sys.executable, "-c", IN_THE_SANDBOX, kind]
    answer = subprocess.run(
        command, env=sandbox.locked_environment(tmp_path), capture_output=True, check=True
    )
    drivers, reached, names = json.loads(answer.stdout)
    driver = FORMATS[kind].driver
    assert drivers == ([] if driver is None else [driver])
    assert not reached
    assert "KAWASAN_SECRET" not in names


@pytest.mark.parametrize(("layer", "is_told"), [("desa", True), (None, False)])
def test_a_layer_asked_of_a_file_that_has_but_one_is_told_to_be_passed_over(
    tmp_path, layer, is_told
):
    path = tmp_path / "u.csv"
    path.write_text("zone_id,lon,lat\na,115.5,-3.5\n")
    source = reader.read_source(
        path, tmp_path, kind="csv", layer=layer, encoding=None, limits=LIMITS
    )
    assert ("layer_not_there" in [f.code for f in source.findings]) == is_told
