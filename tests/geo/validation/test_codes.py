"""Codes that a file leaves empty, told by names in their parent, by other codes and by outlines."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.ingest.findings import finding
from geo.validation.columns import map_columns
from geo.validation.report import report_of
from geo.vector.schema import DESA, KECAMATAN, REGENCIES, ZONES
from tests.geo.validation.test_upload import EAST, INSIDE, WEST, check, found, zone

INSIDE_EAST = shapely.box(116.2, -3.6, 116.3, -3.5)
# One column of kecamatan in each regency; the name Simpang Empat is in both.
OUTLINES = {
    "63.10.01": shapely.box(115.3, -4, 115.6, -3.5),
    "63.10.06": shapely.box(115.6, -4, 116, -3.5),
    "63.10.02": shapely.box(115.3, -3.5, 116, -3),
    "63.02.04": shapely.box(116, -4, 116.6, -3.5),
    "63.02.09": shapely.box(116, -3.5, 116.6, -3),
}
NAMES = {
    "63.10.01": "Batu Licin",
    "63.10.06": "Simpang Empat",
    "63.10.02": "Kusan Hilir",
    "63.02.04": "Pulau Laut Tanjung Selayar",
    "63.02.09": "Simpang Empat",
}
REGENCY = {"63.10": "Tanah Bumbu", "63.02": "Kotabaru"}


def published():
    """The published kecamatan: the last one has no BPS code, as new ones do."""
    codes = list(NAMES)
    table = {
        "code": codes,
        "name": list(NAMES.values()),
        "kecamatan_bps_code": ["6310030", "6310031", "6310020", "6302010", None],
        "regency_code": [code[:5] for code in codes],
    }
    index = pd.Index(codes, name="area_id")
    return gpd.GeoDataFrame(table, geometry=list(OUTLINES.values()), crs="OGC:CRS84", index=index)


def rbi(code, **columns):
    """A row of ADMINISTRASI_AR_KECAMATAN as the national base map (RBI) is handed out: no codes."""
    empty = ("KDBBPS KDCBPS KDCPUM KDEBPS KDEPUM KDPBPS KDPKAB KDPPUM LCODE WADMKD WIADKC").split()
    return (
        {"NAMOBJ": NAMES.get(code), "FCODE": "BA03070040", "REMARK": "Kecamatan"}
        | {"METADATA": "TASWIL5000020230907", "SRS_ID": "SRGI 2013", "TIPADM": 3, "LUASWH": 0.0}
        | dict.fromkeys(empty)
        | {"WADMKC": NAMES.get(code), "WADMKK": REGENCY[code[:5]], "WADMPR": "Kalimantan Selatan"}
        | {"SHAPE_Leng": 0.4, "SHAPE_Area": 0.008, "geometry": OUTLINES[code]}
        | columns
    )


def kecamatan(*rows, **options):
    return check(*rows, schema=KECAMATAN, current=options.pop("current", published()), **options)


def told(result):
    """What was filled: the first example of each way."""
    return [f["facts"]["examples"].split(",")[0] for f in found(result, "codes_filled")]


def test_names_in_their_regency_tell_the_codes_that_the_base_map_leaves_empty():
    result = kecamatan(*map(rbi, NAMES))
    assert result.report["errors"] == 0
    assert result.frame.index.tolist() == list(NAMES)
    assert result.frame["regency_code"].tolist() == [code[:5] for code in NAMES]
    assert result.frame["kecamatan_bps_code"].tolist()[:2] == ["6310030", "6310031"]
    filled = {f["where"]["column"]: f["facts"]["count"] for f in found(result, "codes_filled")}
    assert filled == {"KDPKAB": 5, "KDCPUM": 5}
    assert "Batu Licin → 63.10.01" in found(result, "codes_filled")[1]["sentence"]["id"]
    assert result.frame["WADMKK"].tolist()[0] == "Tanah Bumbu"


@pytest.mark.parametrize(
    ("regency", "name"),
    [
        ("TANAH BUMBU", "BATULICIN"),
        ("Kab. Tanah Bumbu", "Kec. Batu  Licin"),
        ("Kabupaten Tanah  Bumbu", "Batu-Licin"),
        (" tanahbumbu ", "Kecamatan Batu Licin"),
    ],
)
def test_spellings_of_offices_are_one_name(regency, name):
    result = kecamatan(rbi("63.10.01", WADMKK=regency, NAMOBJ=name, WADMKC=name))
    assert result.frame.index.tolist() == ["63.10.01"]


@pytest.mark.parametrize("regency", ["KOTA BARU", "Kotabaru", "Kab. Kota Baru", "KAB KOTABARU"])
def test_kotabaru_is_no_city_called_baru(regency):
    result = kecamatan(rbi("63.02.09", WADMKK=regency))
    assert result.frame["regency_code"].tolist() == ["63.02"]
    assert result.frame.index.tolist() == ["63.02.09"]


def test_a_name_cut_by_the_width_of_its_column_is_still_one_name():
    name = "Pulau Laut Tanju"
    result = kecamatan(rbi("63.02.04", NAMOBJ=name, WADMKC=name), rbi("63.02.09"))
    assert result.frame.index.tolist() == ["63.02.04", "63.02.09"]


def test_codes_that_are_there_stay_and_gaps_beside_them_are_filled():
    rows = rbi("63.10.01", KDCPUM="63.10.01", KDPKAB="63.10"), rbi("63.10.02", KDCPUM="-")
    result = kecamatan(*rows)
    assert result.frame.index.tolist() == ["63.10.01", "63.10.02"]
    counts = [f["facts"]["count"] for f in found(result, "codes_filled")]
    assert counts == [1, 1]


def test_an_unknown_name_on_a_known_outline_is_filled_with_a_warning():
    result = kecamatan(rbi("63.10.02", NAMOBJ="Kusan Ilir", WADMKC="Kusan Ilir"))
    assert result.frame.index.tolist() == ["63.10.02"]
    (warned,) = found(result, "code_by_outline")
    assert warned["facts"]["official"] == "Kusan Hilir"
    assert "100%" in warned["sentence"]["id"]


def test_a_name_that_nothing_tells_is_refused_with_what_is_like_it():
    elsewhere = {"geometry": shapely.box(115.55, -3.55, 115.7, -3.45)}
    result = kecamatan(rbi("63.10.02", NAMOBJ="Kusan Ilir", WADMKC="Kusan Ilir", **elsewhere))
    (wrong,) = found(result, "code_of_no_name")
    assert wrong["facts"]["candidates"] == "63.10.02 Kusan Hilir"
    assert "Kabupaten Tanah Bumbu" in wrong["sentence"]["id"]
    assert not found(result, "value_missing")


def test_a_name_of_two_regencies_without_a_regency_is_told_by_its_outline_or_refused():
    assert kecamatan(rbi("63.02.09", WADMKK=None)).frame.index.tolist() == ["63.02.09"]
    across = {"geometry": shapely.box(115.8, -3.7, 116.2, -3.3)}
    (wrong,) = found(kecamatan(rbi("63.02.09", WADMKK=None, **across)), "code_of_several")
    assert wrong["facts"]["candidates"] == "63.10.06 Simpang Empat, 63.02.09 Simpang Empat"


def test_a_stated_regency_that_nobody_knows_lends_no_code_of_another():
    result = kecamatan(rbi("63.10.01", WADMKK="Kubu Raya", geometry=INSIDE))
    assert result.frame is None
    assert found(result, "code_of_no_name")[0]["facts"]["name"] == "Batu Licin"


def test_swapped_names_are_told_by_their_outlines():
    result = kecamatan(rbi("63.10.01"), rbi("63.10.02", NAMOBJ="Simpang Empat", WADMKC=None))
    (astray,) = found(result, "region_elsewhere")
    assert (astray["facts"]["claimed"], astray["facts"]["actual"]) == ("63.10.06", "63.10.02")


def test_swapped_codes_are_told_by_their_outlines():
    rows = rbi("63.10.01", KDCPUM="63.10.02"), rbi("63.10.02", KDCPUM="63.10.01")
    told = found(kecamatan(*rows), "region_elsewhere")
    assert [f["facts"]["actual"] for f in told] == ["63.10.01", "63.10.02"]


@pytest.mark.parametrize("code", ["6310031", 6310031, "ID6310031", 6310031.0])
def test_a_bps_code_of_a_published_kecamatan_is_read_and_told(code):
    row = rbi("63.10.06", KDCPUM=code, NAMOBJ="?", WADMKC="?")
    result = kecamatan(row)
    assert result.frame.index.tolist() == ["63.10.06"]
    assert "6310031 → 63.10.06" in found(result, "code_rewritten")[0]["sentence"]["id"]


def test_a_bps_code_that_is_not_published_leaves_it_to_the_name_and_else_is_no_guess():
    assert kecamatan(rbi("63.02.09", KDCPUM="6302999")).frame.index.tolist() == ["63.02.09"]
    row = rbi("63.02.09", KDCPUM="6302999", NAMOBJ="?", WADMKC="?", geometry=INSIDE)
    (wrong,) = found(kecamatan(row), "code_of_bps")
    assert "kode BPS, dan BPS menomori" in wrong["sentence"]["id"]


def test_the_column_of_bps_codes_tells_the_codes():
    row = rbi("63.10.06", KDCBPS="6310031", NAMOBJ="?", WADMKC="?", WADMKK=None)
    result = kecamatan(row)
    assert result.frame.index.tolist() == ["63.10.06"]
    assert result.frame["regency_code"].tolist() == ["63.10"]


def test_without_a_published_layer_an_empty_code_is_asked_for():
    result = kecamatan(rbi("63.10.01"), current=None)
    assert [f["where"]["column"] for f in found(result, "value_missing")] == ["KDCPUM"]


@pytest.mark.parametrize(
    "columns",
    [
        {"shapeName": "Tanah Bumbu", "shapeISO": "", "shapeID": "7B", "shapeType": "ADM2"},
        {"NAME_2": "TanahBumbu", "GID_2": "IDN.13.12_1", "TYPE_2": "Kabupaten", "CC_2": "6310"},
        {"NAME_2": "Tanah Bumbu", "GID_2": "IDN.13.12_1", "VARNAME_2": "NA", "CC_2": "NA"},
        {"ADM2_EN": "Tanah Bumbu", "ADM2_PCODE": "ID6310", "ADM1_PCODE": "ID63"},
        {"adm2_name": "Tanah Bumbu", "adm2_pcode": "ID6310", "adm0_pcode": "ID"},
    ],
)
def test_regencies_of_geoboundaries_gadm_and_ocha_are_understood(columns):
    result = check(columns | {"geometry": WEST}, schema=REGENCIES)
    assert result.frame.index.tolist() == ["63.10"]
    assert result.frame["bps_code"].tolist() == ["6310"]


@pytest.mark.parametrize(
    "columns",
    [
        {"ADM3_EN": "Simpang Empat", "ADM3_PCODE": "ID6310031", "ADM2_PCODE": "ID6310"},
        {"NAME_3": "SimpangEmpat", "CC_3": "6310031", "NAME_2": "Tanah Bumbu"},
        {"NAME_3": "Simpang Empat", "CC_3": "NA", "NAME_2": "TanahBumbu"},
        {"shapeName": "Simpang Empat", "shapeType": "ADM3"},
    ],
)
def test_kecamatan_of_geoboundaries_gadm_and_ocha_are_understood(columns):
    result = kecamatan(columns | {"geometry": OUTLINES["63.10.06"]})
    assert result.frame.index.tolist() == ["63.10.06"]
    assert result.frame["regency_code"].tolist() == ["63.10"]


def test_the_prefix_of_a_p_code_is_told():
    row = {"ADM3_EN": "x", "ADM3_PCODE": "ID6310031", "ADM2_PCODE": "ID6310", "geometry": INSIDE}
    sentences = [f["sentence"]["id"] for f in found(kecamatan(row), "pcode_read")]
    assert any("ID6310031 → 6310031" in s and "kode BPS" in s for s in sentences)


def desa():
    table = {
        "code": ["63.10.06.2001", "63.10.06.1002", "63.02.09.2001"],
        "name": ["Sarigadung", "Kampung Baru", "Sarigadung"],
        "kecamatan_code": ["63.10.06", "63.10.06", "63.02.09"],
        "kecamatan_name": ["Simpang Empat"] * 3,
        "kecamatan_bps_code": ["6310031", "6310031", None],
        "regency_code": ["63.10", "63.10", "63.02"],
    }
    shapes = [
        shapely.box(115.6, -4, 115.8, -3.5),
        shapely.box(115.8, -4, 116, -3.5),
        shapely.box(116, -3.5, 116.6, -3),
    ]
    index = pd.Index(table["code"], name="area_id")
    return gpd.GeoDataFrame(table, geometry=shapes, crs="OGC:CRS84", index=index)


@pytest.mark.parametrize(
    "row",
    [
        {"WADMKC": "Simpang Empat", "WADMKK": "Kotabaru"},
        {"WADMKC": None, "WADMKK": "KOTA BARU"},
        {"KDCPUM": "63.02.09", "WADMKK": None},
        {"KDEPUM": "63.02.09.2001", "WADMKK": "Kotabaru"},
        {"WADMKC": "Simpang Ampat", "WADMKK": "Kotabaru"},
    ],
)
def test_a_desa_is_told_through_its_kecamatan_and_regency(row):
    base = {"NAMOBJ": "SARI GADUNG", "KDEPUM": None, "KDCPUM": None, "KDPKAB": None}
    shape = {"geometry": shapely.box(116, -3.5, 116.6, -3)}
    result = check(base | row | shape, schema=DESA, current=desa())
    assert result.report["errors"] == 0
    frame = result.frame
    assert frame.index.tolist() == ["63.02.09.2001"]
    assert frame["kecamatan_code"].tolist() == ["63.02.09"]
    assert frame["regency_code"].tolist() == ["63.02"]


def test_ten_digits_beside_a_code_of_bps_are_codes_of_bps():
    # 6310061005 alone would be read as the kelurahan 63.10.06.1005.
    rows = [
        {"KDEPUM": code, "NAMOBJ": "x", "KDCPUM": "63.10.06", "KDPKAB": "63.10", "geometry": INSIDE}
        for code in ("6310061005", "6310060001")
    ]
    result = check(*rows, schema=DESA, current=desa())
    assert [f["feature"]["row"] for f in found(result, "code_of_bps")] == [1, 2]


def test_a_zone_is_given_its_regency_by_name_alone():
    row = zone(KABUPATEN="Kab. Tanah Bumbu")
    del row["regency_code"]
    assert check(row).frame["regency_code"].tolist() == ["63.10"]
    assert found(check(row | {"KABUPATEN": "Bogor"}), "field_missing")


def test_an_empty_column_makes_no_field_ambiguous_and_the_fuller_one_is_taken():
    rows = (
        zone(regency_code=None, KDPKAB="63.10", KDBPUM=None),
        zone(zone_id="b", regency_code=None, KDPKAB="63.10", KDBPUM="63.10"),
    )
    result = check(*rows, schema=ZONES)
    assert result.report["errors"] == 0
    assert {m["source"]: m["field"] for m in result.report["mapping"]}["KDPKAB"] == "regency_code"
    assert "KDBPUM" in result.frame.columns


def test_two_spellings_of_a_name_are_a_warning_that_says_which_is_taken():
    rows = rbi("63.10.01"), rbi("63.10.02", WADMKC="Kusan")
    (chosen,) = found(kecamatan(*rows), "field_chosen")
    assert chosen["facts"]["used"] == "NAMOBJ"
    assert "“Kusan Hilir” ≠ “Kusan”" in chosen["sentence"]["id"]


def test_columns_are_read_as_somebody_asks():
    row = zone(KAWASAN="Lain", catatan="x", sampah="y")
    asked = {"name": "KAWASAN", "status": "catatan", "sampah": None}
    result = check(row, columns=asked)
    assert result.frame["name"].tolist() == ["Lain"]
    assert result.frame["status"].tolist() == ["x"]
    assert "sampah" not in result.frame.columns
    mapping = {m["source"]: m for m in result.report["mapping"]}
    assert mapping["sampah"] == {"source": "sampah", "field": None, "kept_as": None}
    assert mapping["name"]["kept_as"] == "name_2"
    kept = check(row, columns={"sampah": "sisa", "status": None})
    assert kept.frame["sisa"].tolist() == ["y"]


@pytest.mark.parametrize("asked", [{"name": "NAMA"}, {"NAMA": "x"}, {"NAMA": None}])
def test_a_column_that_is_not_there_is_told_with_those_that_are(asked):
    (wrong,) = found(check(zone(), columns=asked), "column_asked_unknown")
    assert "zone_id, name, regency_code" in wrong["sentence"]["id"]


def test_one_column_may_fill_two_fields():
    asked = {"name": "zone_id", "status": "zone_id"}
    result = check(zone(zone_id="baru"), columns=asked)
    assert result.frame[["name", "status"]].loc["baru"].tolist() == ["baru", "baru"]


def hand_made(name, shape=INSIDE):
    """A placemark as Google Earth writes it: a name and an outline."""
    return {"Name": name, "description": None, "geometry": shape}


def test_zones_of_google_earth_get_ids_of_their_names_and_regencies_of_their_places():
    rows = [hand_made("Sungai Lobán (baru)"), hand_made("sungai loban baru", INSIDE_EAST)]
    result = check(*rows)
    assert result.frame.index.tolist() == ["sungai-loban-baru", "sungai-loban-baru-2"]
    assert result.frame["regency_code"].tolist() == ["63.10", "63.02"]
    (made,), (placed,) = found(result, "zone_ids_made"), found(result, "regencies_placed")
    assert "Sungai Lobán (baru) → sungai-loban-baru" in made["sentence"]["id"]
    assert placed["facts"]["count"] == 2
    assert "Sungai Lobán (baru) → 63.10 Tanah Bumbu" in placed["sentence"]["id"]


def test_one_column_asked_for_as_id_and_name_makes_the_id():
    asked = {"zone_id": "Name", "name": "Name"}
    result = check(hand_made("Sungai Loban"), columns=asked)
    assert result.frame.index.tolist() == ["sungai-loban"]
    assert result.frame["name"].tolist() == ["Sungai Loban"]
    fields = [m["field"] for m in result.report["mapping"] if m["source"] == "Name"]
    assert sorted(fields) == ["name", "zone_id"]


def test_a_zone_of_a_published_name_keeps_its_published_id():
    current = check(zone(zone_id="loban", name="Sungai Loban")).frame
    result = check(hand_made("SUNGAI LOBAN"), hand_made("Loban", INSIDE_EAST), current=current)
    assert result.frame.index.tolist() == ["loban", "loban-2"]
    assert found(result, "zone_ids_known")[0]["facts"]["count"] == 1


def test_a_zone_across_a_border_is_asked_for_its_regency_with_the_shares():
    across = shapely.box(115.9, -3.6, 116.1, -3.5)
    result = check(hand_made("A"), hand_made("B", across))
    (told,) = found(result, "regency_of_several")
    assert told["feature"]["row"] == 2
    assert "63.10 Tanah Bumbu (50%), 63.02 Kotabaru (50%)" in told["sentence"]["id"]
    assert result.report["errors"] == 1


def test_a_regency_code_that_cannot_be_read_is_not_replaced_by_the_place():
    result = check(zone(regency_code="63.1"), zone(zone_id="b", regency_code=None))
    assert result.report["counts"]["code_ambiguous"] == 1
    assert found(result, "regencies_placed")[0]["facts"]["count"] == 1


def test_a_zone_without_a_name_is_asked_for_the_name_alone():
    result = check(hand_made("A"), hand_made(None, INSIDE_EAST))
    errors = [f for f in result.report["findings"] if f["severity"] == "error"]
    assert [(f["code"], f["where"], f["feature"]["row"]) for f in errors] == [
        ("value_missing", {"column": "Name"}, 2)
    ]


def test_an_outline_that_cannot_be_used_asks_for_no_regency():
    line = shapely.LineString([(115.5, -3.6), (115.6, -3.5)])
    result = check(hand_made("A", line))
    assert [f["code"] for f in result.report["findings"] if f["severity"] == "error"] == [
        "geometry_type"
    ]


def test_without_a_crs_only_the_crs_is_asked_for():
    result = check(hand_made("A"), crs=None)
    assert [f["code"] for f in result.report["findings"] if f["severity"] == "error"] == [
        "crs_missing"
    ]


@pytest.mark.parametrize(
    ("schema", "columns"),
    [
        (KECAMATAN, {"code": "KODE_KECAM", "name": "NAMA_KECAM", "regency_code": "KODE_KABUP"}),
        (KECAMATAN, {"code": "KODE_KECAMATAN", "name": "NAMA_KECAMATAN"}),
        (
            DESA,
            {"code": "KODE_DESA", "name": "NAMA_DESA", "kecamatan_code": "KODE_KECAM"}
            | {"kecamatan_name": "NAMA_KECAM", "regency_code": "KODE_KABUP"},
        ),
        (REGENCIES, {"code": "KODE_KABUP", "name": "NAMA_KABUP"}),
        (ZONES, {"regency_code": "KODE_KABUP", "name": "NAMA_KAWAS"}),
    ],
)
def test_names_that_a_dbf_has_cut_are_known(schema, columns):
    others = ["KODE_PROV", "NAMA_PROV"]
    table = pd.DataFrame({name: ["x"] for name in [*others, *columns.values()]}, dtype=object)
    mapped = map_columns(table, schema)
    assert mapped.fields == columns
    assert list(mapped.kept) == others


def test_the_cut_name_of_a_regency_tells_its_code():
    rows = [rbi(code) for code in NAMES]
    for row in rows:
        row["NAMA_KABUP"] = row.pop("WADMKK")
    assert kecamatan(*rows).frame["regency_code"].tolist() == [code[:5] for code in NAMES]


def test_a_report_says_what_can_be_chosen():
    choices = check(zone(KAWASAN=None, luas_siap=3), zone(zone_id="b", luas_siap=4)).report[
        "choices"
    ]
    column = next(c for c in choices["columns"] if c["name"] == "luas_siap")
    assert column == {
        "name": "luas_siap",
        "examples": ["3", "4"],
        "filled": 2,
        "field": None,
        "kept_as": "luas_siap",
    }
    name = next(f for f in choices["fields"] if f["name"] == "name")
    assert (name["column"], name["candidates"], name["required"]) == (
        "name",
        ["name", "KAWASAN"],
        True,
    )
    stated = choices["crs"].pop("stated")
    assert choices["crs"] == {
        "name": "EPSG:4326",
        "text": "EPSG:4326",
        "is_stated": True,
        "asked": None,
        "candidates": [],
    }
    assert stated == {
        "code": "EPSG:4326",
        "name": "WGS 84",
        "bounds": [115.5, -3.6, 115.6, -3.5],
        "in_region": True,
        "place": {"id": "di Tanah Bumbu", "en": "in Tanah Bumbu"},
        "apart_m": None,
        "is_suggested": False,
        "why": None,
    }
    assert choices["encoding"] == {"name": "utf-8", "is_stated": True, "candidates": []}
    assert choices["layers"] == ["test"]


def test_choices_name_the_layers_of_a_file_and_what_a_repair_would_mend():
    several = report_of([finding("several_layers", layers="zona, batas")])
    assert several["choices"]["layers"] == ["zona", "batas"]
    bow_tie = shapely.Polygon([(115.5, -3.6), (115.6, -3.5), (115.6, -3.6), (115.5, -3.5)])
    invalid = check(zone(geometry=bow_tie)).report["choices"]
    (polygons,) = invalid["repairs"]
    assert (polygons["repair"], polygons["of"]) == ("make_valid", "polygons")
    assert (polygons["count"], polygons["done"], polygons["area_ha"]) == (1, 0, None)
    wider = shapely.box(115.3, -4, 116 + 4.5e-6, -3)
    rows = [{"WADMKK": n, "geometry": g} for n, g in (("Tanah Bumbu", wider), ("Kotabaru", EAST))]
    (borders,) = check(*rows, schema=REGENCIES).report["choices"]["repairs"]
    assert (borders["of"], borders["count"]) == ("borders", 1)
    assert borders["area_ha"] == pytest.approx(110_574 * 0.5 / 10_000, rel=0.01)


def test_regencies_of_the_register_lend_their_codes_by_name():
    rows = [
        {"WADMKK": n, "geometry": g} for n, g in (("Kab. Tanah Bumbu", WEST), ("KOTA BARU", EAST))
    ]
    result = check(*rows, schema=REGENCIES)
    assert result.frame.index.tolist() == ["63.10", "63.02"]
    assert told(result) == ["Kab. Tanah Bumbu → 63.10"]


def test_a_name_of_several_regencies_is_told_with_them_and_the_column_that_would_tell():
    rows = [rbi(code, WADMKK=None) for code in NAMES]
    told = found(kecamatan(*rows), "code_of_several_by_outline")
    assert [f["feature"]["row"] for f in told] == [2, 5]
    said = told[0]["sentence"]["id"]
    assert "nama 'Simpang Empat' ada di beberapa kabupaten/kota (63.10.06, 63.02.09)" in said
    assert "WADMKK" in said
    elsewhere = kecamatan(rbi("63.10.06", WADMKK=None, geometry=INSIDE_EAST))
    (unclear,) = found(elsewhere, "code_of_several")
    assert "tambahkan kolom 'WADMKK' yang menyebut kabupaten/kotanya" in unclear["sentence"]["id"]


def test_nothing_like_a_name_is_no_list_of_nothing():
    result = kecamatan(rbi("63.10.06", NAMOBJ="Xyzzy", WADMKC="Xyzzy", geometry=INSIDE_EAST))
    (told,) = found(result, "code_of_no_name")
    assert "mirip" not in told["sentence"]["id"]


def test_blanks_around_a_code_are_shown_where_it_is_rewritten():
    (told,) = found(kecamatan(rbi("63.10.06", KDCPUM=" 63.10.06 ")), "code_rewritten")
    assert told["facts"]["examples"] == "“ 63.10.06 ” → 63.10.06"
