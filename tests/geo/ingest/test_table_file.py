"""Tables as layers: places as offices write them, rows named as a spreadsheet shows them."""

from datetime import date

import openpyxl
import pandas as pd
import pytest
import shapely

from geo.errors import UploadUnsupported
from geo.ingest.findings import Unreadable
from geo.ingest.formats import kind_of
from geo.ingest.source import Job, Limits, Reference
from geo.ingest.table_file import read_table_file
from geo.validation.reader import read_and_check
from geo.vector.schema import SCHEMAS, ZONES

LIMITS = Limits()
POINT = "POINT (115.5 -3.5)"
MOMENT = pd.Timestamp("2024-03-01T07:30").to_pydatetime()


def read(folder, content, *, encoding=None, sheet=None):
    path = folder / "upload"
    if isinstance(content, openpyxl.Workbook):
        content.save(path)
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table_file(path, kind=kind_of(path), sheet=sheet, encoding=encoding, limits=LIMITS)


def book(*rows, title="Zona"):
    made = openpyxl.Workbook()
    made.active.title = title
    for row in rows:
        made.active.append(row)
    return made


def table(source):
    return source.frame.drop(columns="geometry").to_dict("list")


def fault(folder, content, **options):
    with pytest.raises(Unreadable) as caught:
        read(folder, content, **options)
    return caught.value.findings[0]


def places(source):
    return [None if shape is None else shape.wkt for shape in source.frame.geometry]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_csv_of_points_is_read_as_any_spreadsheet_writes_it(tmp_path, separator, encoding):
    rows = [("kode", "nama", "Lon", "LAT"), ("63.10", "D\u00e9sa", "115.5", "-3.5")]
    text = "\r\n".join(separator.join(row) for row in rows)
    source = read(tmp_path, text.encode(encoding))
    assert table(source) == {
        "kode": ["63.10"],
        "nama": ["D\u00e9sa"],
        "Lon": ["115.5"],
        "LAT": ["-3.5"],
    }
    assert places(source) == [POINT]
    assert (source.crs_text, source.numbers, source.header_count) == ("OGC:CRS84", (2,), 1)
    assert "table_crs_assumed" in [f.code for f in source.findings]


@pytest.mark.parametrize(
    "names",
    [
        ("lon", "lat"),
        ("Longitude", "Latitude"),
        ("Bujur", "Lintang"),
        ("LONG", "lat"),
        ("X", "Y"),
        ("Bujur Timur", "Garis Lintang"),
        ("koordinat x", "koordinat y"),
    ],
)
def test_columns_of_coordinates_are_known_by_their_names(tmp_path, names):
    assert places(read(tmp_path, f"{names[0]};{names[1]}\n115,5;-3,5\n")) == [POINT]


def test_degrees_are_taken_before_metres_and_all_columns_stay(tmp_path):
    source = read(tmp_path, "x,y,lon,lat\n333446,9612950,115.5,-3.5\n")
    assert places(source) == [POINT]
    assert list(table(source)) == ["x", "y", "lon", "lat"]


@pytest.mark.parametrize(
    ("text", "lon", "lat"),
    [
        ("115,7160;-3,4890", 115.716, -3.489),
        ("115,716;-3,489", 115.716, -3.489),
        ("115.716;-3.489", 115.716, -3.489),
        ("115\u00b042'57,6\" BT;3\u00b029'20,4\" LS", 115.716, -3.489),
        ("115 42 57.6 E;3 29 20.4 S", 115.716, -3.489),
        ("E 115\u00b042.96\u2032;S 3\u00b029.34\u2032", 115.716, -3.489),
        ("115,716\u00b0;\u22123,489\u00b0", 115.716, -3.489),
        ("1,15716e2;-3.489".replace(",", "."), 115.716, -3.489),
        ("115.716 BT;3.489 LS", 115.716, -3.489),
    ],
)
def test_coordinates_are_read_as_people_write_them(tmp_path, text, lon, lat):
    quoted = ";".join('"' + part.replace('"', '""') + '"' for part in text.split(";"))
    source = read(tmp_path, f"bujur;lintang\n{quoted}\n")
    assert source.damaged == {}
    assert source.frame.geometry[0].coords[0] == pytest.approx((lon, lat), abs=1e-9)
    is_said = "coordinates_of_degrees" in [f.code for f in source.findings]
    assert is_said == (not text.replace("e", "").replace(";", "").strip("-0123456789.,") == "")


@pytest.mark.parametrize(
    ("lat", "code"),
    [
        ("", "place_empty"),
        ("tiga", "place_unreadable"),
        ("3\u00b075'00 LS", "place_unreadable"),
        ("3 BT", "place_unreadable"),
        ("-345", "place_unreadable"),
    ],
)
def test_a_row_whose_place_is_missing_or_no_coordinate_is_told_by_row_and_column(
    tmp_path, lat, code
):
    rows = f"lon;lat\n115.5;-3.5\n\n115.6;{lat}\n115.7;-3.4\n115.7;-3.3\n"
    source = read(tmp_path, rows)
    assert source.damaged[1].code == code
    assert "lat" in (source.damaged[1].facts.get("column"), source.damaged[1].facts.get("columns"))
    assert source.numbers == (2, 4, 5, 6)
    assert source.frame.geometry[1] is None


@pytest.mark.parametrize(
    ("row", "code", "value"),
    [
        ("115.738.975;-3.433.668", "place_without_decimals", "115.738.975"),
        ("115738975;-3433668", "place_without_decimals", "115738975"),
        ("-3.43;115.73", "place_swapped", "-3.43; 115.73"),
    ],
)
def test_degrees_that_a_spreadsheet_broke_are_told_by_their_row(tmp_path, row, code, value):
    source = read(tmp_path, f"lon;lat\n{row}\n")
    assert (source.damaged[0].code, source.damaged[0].facts["value"]) == (code, value)
    assert source.frame.crs is not None
    beside = read(tmp_path, f"lon;lat\n115.5;-3.5\n{row}\n115.7;-3.4\n")
    assert {at: damage.code for at, damage in beside.damaged.items()} == {1: code}


def test_metres_leave_the_crs_to_be_stated_and_one_writing_either_way_is_asked(tmp_path):
    source = read(tmp_path, "x;y\n333446,12;9612950,34\n")
    assert (source.frame.crs, source.crs_text) == (None, None)
    said = {f.code: f.facts for f in source.findings}["table_no_degrees"]
    assert said == {"columns": "x, y", "example": "333446.12, 9612950.34"}
    assert read(tmp_path, "x;y\n321.456;9612950\n").damaged[0].code == "number_ambiguous"


def test_a_column_of_the_south_without_signs_is_read_so_and_told(tmp_path):
    source = read(tmp_path, "Bujur Timur;Lintang Selatan\n115.5;3.5\n")
    assert places(source) == [POINT]
    assert "coordinates_of_half" in [f.code for f in source.findings]


WKB = shapely.from_wkt("POINT (3 4)")


@pytest.mark.parametrize(
    ("text", "wkt", "crs"),
    [
        (POINT, POINT, "OGC:CRS84"),
        ("SRID=32750;POINT (3 4)", "POINT (3 4)", "EPSG:32750"),
        (shapely.set_srid(WKB, 32750).wkb_hex, "POINT (3 4)", "OGC:CRS84"),
        (
            shapely.to_wkb(shapely.set_srid(WKB, 23880), hex=True, include_srid=True),
            "POINT (3 4)",
            "EPSG:23880",
        ),
        ('{"type": "Point", "coordinates": [115.5, -3.5]}', POINT, "OGC:CRS84"),
        (
            "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))",
            "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))",
            "OGC:CRS84",
        ),
        ("POINT (333446 9612950)", "POINT (333446 9612950)", None),
    ],
)
@pytest.mark.parametrize("name", ["wkt", "the_geom"])
def test_a_column_of_geometries_is_the_geometry(tmp_path, text, wkt, crs, name):
    escaped = text.replace('"', '""')
    source = read(tmp_path, f'kode,{name},lon\n63.10,"{escaped}",x\n')
    assert places(source) == [wkt]
    assert source.crs_text == crs
    assert table(source) == {"kode": ["63.10"], "lon": ["x"]}


def test_a_column_called_geom_that_holds_none_is_a_column(tmp_path):
    source = read(tmp_path, "geom,lon,lat\ng,115.5,-3.5\n")
    assert places(source) == [POINT]
    assert table(source)["geom"] == ["g"]


def test_a_geometry_that_is_cut_is_told_by_its_row(tmp_path):
    source = read(tmp_path, f"wkt;n\n{POINT};1\nPOLYGON ((1 2, 3;2\n;3\n")
    assert {row: d.code for row, d in source.damaged.items()} == {
        1: "place_no_shape",
        2: "place_empty",
    }


def test_a_geometry_longer_than_any_text_is_read(tmp_path):
    ring = shapely.Point(115, -3).buffer(0.1, quad_segs=5_000)
    source = read(tmp_path, f'wkt,n\n"{ring.wkt}",1\n')
    assert source.frame.geometry[0].equals_exact(ring, 0)


@pytest.mark.parametrize(
    ("text", "code", "row"),
    [
        ("lon,lat,n\n115,-3\n", "row_cut", 2),
        ("lon,lat,n\n115,-3,4,25\n", "row_too_wide", 2),
        ("lon,lat,n,n\n115,-3,4,5\n", "head_unclear", 1),
        ('lon,lat\n115,"-3\n', "table_broken", None),
        (f"wkt,geom\n{POINT},{POINT}\n", "table_places_unclear", None),
        ("wkt,n\nSRID=32750;POINT (1 2),1\nSRID=32749;POINT (1 2),1\n", "table_several_crs", None),
        ("wkt,n\nx,1\n", "table_no_place", None),
    ],
)
def test_what_would_shift_or_mix_rows_refuses_the_file(tmp_path, text, code, row):
    found = fault(tmp_path, text)
    assert found.code == code
    assert row is None or found.facts["row"] == row


def test_a_text_without_places_is_no_layer(tmp_path):
    for text in ("kode,nama\n63.10,A\n", "kode;nama\r\n63.10;D\u00e9sa\r\n".encode("utf-16")):
        with pytest.raises(UploadUnsupported) as caught:
            read(tmp_path, text)
        assert "tabel tanpa kolom letak. Tambahkan kolom lon dan lat" in caught.value.detail("id")


def test_a_workbook_keeps_codes_numbers_truth_values_and_moments(tmp_path):
    source = read(
        tmp_path,
        book(
            ("Data kawasan 2024",),
            (),
            ("kode", "bulat", "pecahan", "ya", "hari", "saat", "lon", "lat"),
            (
                "63.10",
                5,
                0.5,
                True,
                date(2024, 3, 1),
                MOMENT,
                115.5,
                -3.5,
            ),
            ("63.03", None, 2, False, None, None, 115.5, -3.5),
        ),
    )
    assert table(source) == {
        "kode": ["63.10", "63.03"],
        "bulat": [5, None],
        "pecahan": [0.5, 2],
        "ya": [True, False],
        "hari": ["2024-03-01", None],
        "saat": ["2024-03-01T07:30:00", None],
        "lon": [115.5, 115.5],
        "lat": [-3.5, -3.5],
    }
    assert places(source) == [POINT, POINT]
    assert source.numbers == (4, 5)
    assert {f.code: f.facts for f in source.findings}["rows_above_head"] == {"rows": "1"}
    assert source.layer == "Zona"


def test_merged_cells_and_percents_of_a_workbook_are_told(tmp_path):
    made = book(("kab", "bagian", "lon", "lat"), ("Banjar", 0.0425, 115, -3), (None, 0.5, 115, -3))
    made.active.merge_cells("A2:A3")
    made.active["B2"].number_format = "0.00%"
    source = read(tmp_path, made)
    said = {f.code: f.facts for f in source.findings}
    assert table(source)["kab"] == ["Banjar", "Banjar"]
    assert said["cells_merged"] == {"rows": "3"}
    assert said["percents_as_shown"] == {"columns": "B"}


def test_one_sheet_of_several_is_named(tmp_path):
    made = book(("lon", "lat"), (115.5, -3.5))
    made.create_sheet("Lain").append(("lon", "lat"))
    assert fault(tmp_path, made).code == "several_sheets"
    assert places(read(tmp_path, made, sheet="zona")) == [POINT]


def test_a_fault_of_a_value_names_the_row_of_the_spreadsheet(tmp_path):
    path = tmp_path / "upload"
    path.write_text("zone_id;nama;kode_kab;lon;lat\na;A;63.10;115,5;-3,5\n\nb;B;63.1;115,6;-3,5\n")
    job = Job(
        path=path,
        kind=kind_of(path),
        schema=ZONES,
        crs_override=None,
        encoding=None,
        layer=None,
        repair=False,
        limits=LIMITS,
    )
    document = read_and_check(job, tmp_path, reference=Reference)
    (wrong,) = [f for f in document["report"]["findings"] if f["severity"] == "error"]
    assert wrong["sentence"]["id"].startswith("Baris 4 (b, B): kode '63.1' di kolom 'kode_kab'")
    assert wrong["feature"]["row"] == 4


@pytest.mark.parametrize(
    ("head", "empty", "errors"),
    [("wkt", "", []), ("lon;lat", ";", []), ("lon;lat", "115.5;", ["place_empty"])],
)
def test_a_table_of_what_is_said_of_areas_may_leave_places_empty_and_no_half_of_one(
    tmp_path, head, empty, errors
):
    placed = POINT if head == "wkt" else "115.5;-3.5"
    path = tmp_path / "pernyataan.csv"
    columns = "statement;level;code;name;regency_code;fact;value;unit;source_url;confidence"
    said = "kecamatan;63.01.01;Takisung;63.01;banjir_kejadian;3;desa_terdampak;https://a.id;high"
    path.write_text(f"{columns};{head}\na;{said};{placed}\nb;{said};{empty}\n", encoding="utf-8")
    job = Job(path, kind_of(path), SCHEMAS["ground"], None, None, None, False, LIMITS)
    report = read_and_check(job, tmp_path, reference=Reference)["report"]
    found = [f["code"] for f in report["findings"] if f["severity"] == "error"]
    assert found == errors


def test_a_text_that_was_guarded_from_a_spreadsheet_is_read_without_its_apostrophe(tmp_path):
    rows = "'=1+1,'-5,\n''=1+1,'tHart,'\n"
    source = read(tmp_path, "'@a,b,c,lon,lat\n" + rows.replace("\n", ",115.5,-3.5\n"))
    assert source.frame["@a"].tolist() == ["=1+1", "'=1+1"]
    assert source.frame["b"].tolist() == ["-5", "'tHart"]
    assert source.frame["c"].tolist() == [None, "'"]
    (told,) = [f.facts for f in source.findings if f.code == "apostrophes_taken"]
    assert told == {"columns": "@a, b", "count": 3}


def test_a_geometry_of_too_many_vertices_is_refused_before_it_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr(shapely, "from_wkt", None)
    line = ",".join(["115 -3"] * 200_002)
    found = fault(tmp_path, f'id,wkt\na,"LINESTRING ({line})"\n')
    assert (found.code, found.facts["count"], found.feature.number) == (
        "too_many_vertices",
        200_001,
        2,
    )
