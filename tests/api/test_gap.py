"""The gap over HTTP, on the shipped data: a page, numbers, a workbook, the areas behind it."""

import io
import re
import shutil

import openpyxl
import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from geo.programme.targets import LEVELS


@pytest.fixture(scope="module")
def client(reference_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gap") / "store"
    shutil.copytree(reference_folder, folder)
    with TestClient(create_app(Settings(store=folder))) as opened:
        yield opened


def test_the_numbers_name_target_window_denominator_and_reasons(client):
    found = client.get("/gap", params={"lang": "id"}).json()
    assert (found["indicator"], found["year"], found["window"]) == ("tpt_agustus", 2029, 3)
    assert round(found["people_behind"], -2) == 16_700
    assert found["denominator"]["is_estimate"]
    province = found["province"]
    assert province["target"]["document"].startswith("RPJMD")
    assert province["target"]["source"]
    assert (province["verdict"], province["verdict_title"]) == ("on_track", "di jalur")
    assert province["reasons"]
    assert province["caveats"]
    assert len(found["regencies"]) == 13
    assert {len(gap["windows"]) for gap in found["regencies"]} == {3}


def test_the_page_says_them_in_words_in_both_languages(client):
    page = client.get("/gap", params={"f": "html", "lang": "id"}).text
    for said in ("3,27–3,97% pada 2029 (RPJMD)", "16.700 orang", "menyimpang", "Aturan jendela"):
        assert said in page
    english = client.get("/gap", params={"f": "html", "lang": "en"}).text
    assert "16,700 people" in english
    assert "off track" in english


def test_an_indicator_without_targets_says_that_the_office_enters_them(client):
    page = client.get("/gap", params={"indicator": "sanitasi_layak", "f": "html"}).text
    assert "Belum ada target untuk indikator ini" in page
    assert "tidak dihitung dalam orang" in page


def test_whose_target_it_is_and_of_which_year_stands_on_the_page(client):
    def page(**asked):
        return client.get("/gap", params={"f": "html", "lang": "id", **asked}).text

    growth = page(indicator="pertumbuhan_ekonomi")
    assert "Target nasional (RPJMN) 2029" in growth
    assert "Target provinsi" not in growth
    assert "target provinsi untuk 2026 belum ada" in page(indicator="gini").casefold()
    proposals = page(level="usulan")
    assert "Usulan, tidak mengikat" in proposals
    assert "Belum ada target indikator ini pada tingkat rencana itu" in proposals


def test_the_page_says_its_windows_its_rounding_and_why_sums_differ(client):
    page = client.get("/gap", params={"f": "html", "lang": "id"}).text
    assert "2022–2025 untuk 2 kabupaten/kota (Kota Banjarmasin, Kabupaten Tabalong)" in page
    assert "“Turunan: 4,31 pada Agustus 2023" in page
    assert "perkiraan yang dibulatkan" in page
    poverty = {"indicator": "p0_persen_miskin_maret", "f": "html", "lang": "id"}
    said = client.get("/gap", params=poverty).text
    assert "11.600 orang karena angka kabupaten/kota dari 2024" in said
    assert "1.500 orang karena daerah yang sudah melampaui batas" in said


def test_charts_have_an_axis_and_the_newest_figure(client):
    page = client.get("/gap", params={"f": "html", "lang": "id"}).text
    chart = page[page.index('class="path-chart"') : page.index("</svg>", page.index("path-chart"))]
    assert {"4,74", "3,27", "4,16", "3,97"} <= set(re.findall(r">([\d,]+)</text>", chart))
    assert "berskala sama, dari 2,11% sampai 8,47%" in page


def test_a_regencys_two_pages_say_the_same_of_its_targets(client):
    sentence = "sekitar 8.500 orang dari target provinsi, 3,27–3,97% pada 2029 (RPJMD); menyimpang."
    for path in ("/regions/63.71", "/regencies/63.71"):
        assert sentence in client.get(path, params={"f": "html", "lang": "id"}).text
    province = client.get("/regions/63", params={"f": "html", "lang": "id"}).text
    assert "“Turunan: 4,31 pada Agustus 2023" in province


@pytest.mark.parametrize("path", ["/split", "/achievement", "/gap"])
def test_a_derived_figure_is_called_so_wherever_it_is_measured(client, path):
    asked = {"indicator": "p0_persen_miskin_maret", "f": "html", "lang": "id"}
    assert "“Turunan: 3,73 (September)" in client.get(path, params=asked).text


def test_the_workbook_has_numbers_with_human_heads_and_its_sources(client):
    answer = client.get("/gap", params={"f": "xlsx", "lang": "id"})
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet, notes = book.worksheets
    heads = [str(cell.value).split("\n")[0] for cell in sheet[1]]
    assert heads[:4] == ["Kode", "Wilayah", "Angka terakhir", "Periode"]
    assert [cell.value for cell in sheet[2]][:3] == ["63", "Kalimantan Selatan", 4.16]
    rows = [dict(zip(heads, (cell.value for cell in row), strict=True)) for row in sheet]
    banjarmasin = next(row for row in rows if row["Kode"] == "63.71")
    ends = [banjarmasin[head] for head in ("Batas target", "Ujung target", "Orang (perkiraan)")]
    assert ends == [3.97, 3.27, 8500]
    # What has been reached has no people, share or yearly change to go, as on the page.
    reached = next(row for row in rows if row["Kode"] == "63.03")
    togo = [reached[head] for head in ("Orang (perkiraan)", "Bagian", "Perlu per tahun")]
    assert togo == [None, None, None]
    assert sheet.max_row == 15
    assert any("RPJMD" in str(row[1].value) for row in notes.iter_rows())


def test_the_areas_of_those_behind_stand_in_the_order_of_the_gap(client):
    found = client.get("/gap/areas").json()
    assert [one["region"] for one in found["regencies"]] == ["63.71", "63.10", "63.02", "63.72"]
    assert sum(len(one["areas"]) for one in found["regencies"]) == 8
    page = client.get("/gap/areas", params={"f": "html", "lang": "id"}).text
    assert "Permukiman Transmigrasi Angsana" in page
    assert "sekitar 8.500 orang dari target provinsi, 3,27–3,97% pada 2029 (RPJMD)" in page
    assert "RPJMD Provinsi Kalimantan Selatan" in page
    kecamatan = {"f": "html", "lang": "id", "layer": "kecamatan"}
    assert "Kota tidak mempunyai kawasan" in client.get("/gap/areas", params=kecamatan).text


def test_every_level_of_plan_can_be_asked_for(client):
    for level in ("", *LEVELS):
        assert client.get("/gap", params={"level": level}).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/gap?indicator=tpt_juli", 404),
        ("/gap?window=1", 400),
        ("/gap?level=rpjp", 400),
        ("/gap?year=20290", 400),
        ("/gap?f=pdf", 400),
        ("/gap?years=2029", 400),
        ("/gap/areas?layer=desa", 404),
        ("/gap?year=2206", 200),
    ],
)
def test_what_cannot_be_asked_is_said(client, path, status):
    assert client.get(path).status_code == status
