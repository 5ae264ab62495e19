"""The gap over HTTP, on the shipped data: a page, numbers, a workbook, the areas behind it."""

import csv
import io
import re
import shutil
from decimal import ROUND_HALF_UP, Decimal

import openpyxl
import pandas as pd
import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from geo.programme.publish_targets import publish_targets, targets
from geo.programme.targets import LEVELS
from geo.store.store import Provenance, Store
from tests.geo.programme.shipped_targets import make_targets

# Of a regency's own plan, closer than figures are, and for another year; and what another proposes.
OWN = ("tpt_agustus", "63.10", 2030, 4.5, 5.255, "rpjmd", "down")
PROPOSED = ("p0_persen_miskin_maret", "63.02", 2029, 2.0, 2.5, "usulan", "down")


@pytest.fixture(scope="module")
def client(reference_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gap") / "store"
    shutil.copytree(reference_folder, folder)
    with TestClient(create_app(Settings(store=folder))) as opened:
        yield opened


PASSED = ("tpt_agustus", "63.71", 2024, 1.0, 2.0, "renja", "down")


@pytest.fixture(scope="module")
def planned(client, tmp_path_factory):
    """The same service, once two regencies have targets of their own: no other test minds them."""
    store = Store(client.app.state.store.folder)
    table = pd.concat([targets(store), make_targets(OWN, PROPOSED, PASSED)], ignore_index=True)
    said = Provenance("kawasan", "", "press", "x")
    publish_targets(store, table, said, details={}, expected=None)
    store.close()
    return client


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
    for said in ("3,27–3,97% pada 2029 (RPJMD)", "16.700 orang", "menyimpang", "Cara menilai"):
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


def page_rows(client, asked):
    """What each row of the page says under each head, by code."""
    page = client.get("/gap", params={**asked, "f": "html", "lang": "id"}).text
    rows = {}
    for code, row in re.findall(r'<tr data-code="([\d.]+)">(.*?)</tr>', page, re.S):
        cells = re.findall(r'data-head="([^"(]+?)(?: \([^"]*)?">(.*?)</td>', row, re.S)
        rows[code] = {head: re.sub(r"<[^>]+>", " ", cell).split() for head, cell in cells}
        rows[code]["name"] = " ".join(re.sub(r"<[^>]+>", " ", row.split("</th>")[0]).split())
    return rows


def as_printed(cell):
    """A number of a workbook as a spreadsheet in Indonesian writes it."""
    _, _, decimals = cell.number_format.partition(".")
    shown = Decimal(str(cell.value)).quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP)
    return f"{shown:,}".translate(str.maketrans(",.", ".,")).replace("-", "−")


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"yardstick": "own"},
        {"year": 2024},
        {"indicator": "p0_persen_miskin_maret", "level": "usulan"},
    ],
    ids=str,
)
def test_page_files_numbers_and_map_agree_to_the_last_digit(planned, asked):
    document = planned.get("/gap", params={**asked, "lang": "id"}).json()
    shown = page_rows(planned, asked)
    said = {**asked, "lang": "id"}
    lines = list(csv.DictReader(io.StringIO(planned.get("/gap", params={**said, "f": "csv"}).text)))
    book = openpyxl.load_workbook(
        io.BytesIO(planned.get("/gap", params={**said, "f": "xlsx"}).content)
    )
    sheet = book.worksheets[0]
    cells = {row[0].value: dict(zip(lines[0], row, strict=True)) for row in sheet.iter_rows(2)}
    features = planned.get("/gap/areas", params={**said, "f": "geojson"}).json()["features"]
    by_map = {key: value for key, value in said.items() if key not in ("indicator", "year")}
    by_map |= {"target_year": asked["year"]} if "year" in asked else {}
    classes = planned.get(
        f"/indicators/{document['indicator']}/classes", params={**by_map, "breaks": "gap"}
    ).json()

    for gap in document["regencies"]:
        code = gap["region"]
        row, cell = shown[code], cells[code]
        line = next(one for one in lines if one["region"] == code)
        raw = {"value": gap["value"], "points": gap["points_near"]}
        raw |= {"past_a_year": (gap["past"] or {}).get("change_a_year")}
        for name, number in raw.items():
            held = [line[name], cell[name].value]
            assert [None if one in ("", None) else float(one) for one in held] == (
                [pytest.approx(number, abs=1e-9)] * 2 if number is not None else [None] * 2
            )
        heads = {"Angka terakhir": "value", "Perlu per tahun": "needed_a_year"}
        heads |= {"Rata-rata perubahan per tahun": "past_a_year", "Orang": "people"}
        heads |= {"Bagian": "share_percent"} | ({"Selisih": "points"} if gap["points_near"] else {})
        for head, name in heads.items():
            first = row[head][0].removesuffix("%").removeprefix("+")
            assert first == ("–" if cell[name].value is None else as_printed(cell[name])), head
        assert cell["verdict"].value == line["verdict"] == gap["verdict_title"]
        assert gap["verdict_title"] in " ".join(row["Penilaian"])
        assert (gap["target"] or {}).get("year") == cell["target_year"].value
        assert not gap["target"] or gap["whose_title"] in row["name"]
        year = str(gap["year"])
        on_map = classes["figures"][year]["values"][code]
        if gap["points_near"]:
            assert " ".join(row["Selisih"]) in on_map["text"]
            assert " ".join(row["Orang"]) in on_map["text"]
            own = [one["properties"] for one in features if one["properties"]["region"] == code]
            assert {one["people"] for one in own} == {cell["people"].value}
            assert {one["points"] for one in own} == {cell["points"].value}
            assert {one["verdict"] for one in own} == {gap["verdict_title"]}
        else:
            assert on_map["class"] in (0, None)


def test_each_is_judged_by_the_bound_that_was_chosen_and_told_so(planned):
    def judged(**asked):
        found = planned.get("/gap", params={"lang": "id", **asked}).json()
        return {gap["region"]: gap for gap in found["regencies"]}, planned.get(
            "/gap", params={"f": "html", "lang": "id", **asked}
        ).text

    usual, page = judged()
    assert {gap["whose"] for gap in usual.values()} == {"province"}
    assert "Batas yang dipakai" not in page
    own, page = judged(yardstick="own")
    assert (own["63.10"]["target"]["year"], own["63.10"]["whose"]) == (2030, "own")
    # By hand: 6.05 - 5.255.
    assert own["63.10"]["points_near"] == 0.795
    assert own["63.72"]["target"] is None
    assert "target sendiri 4,50–5,255% (RPJMD 2030): Kabupaten Tanah Bumbu" in page
    assert "Memakai target sendiri untuk 2030, karena belum ada target sendiri untuk 2029" in page
    assert "#b=gap&amp;g=2029,,own" in page
    chosen, page = judged(yardstick="province", year=2026)
    assert {gap["target"] for gap in chosen.values()} == {None}
    poverty = {"indicator": "p0_persen_miskin_maret"}
    proposed, page = judged(level="usulan", **poverty)
    assert proposed["63.02"]["whose"] == "proposal"
    assert {gap["whose"] for code, gap in proposed.items() if code != "63.02"} == {"province"}
    assert "Target provinsi 2029" in page
    assert "usulan, tidak mengikat 2,00–2,50% (usulan 2029): Kabupaten Kotabaru" in page
    assert {gap["whose"] for gap in judged(**poverty)[0].values()} == {"province"}


def test_a_passed_year_is_folded_away_and_told_as_missed(planned):
    page = planned.get("/regions/63.71", params={"f": "html", "lang": "id"}).text
    assert "Target tahun yang sudah lewat: 1" in page
    passed = page[page.index("Target tahun yang sudah lewat") :]
    assert "6,56% (Agustus 2024); targetnya, 1,00–2,00% pada 2024 (Renja), tidak tercapai" in passed
    found = planned.get("/gap", params={"year": 2024, "lang": "id"}).json()
    assert (found["people_behind"], found["is_one_yardstick"]) == (None, True)
    page = planned.get("/gap", params={"year": "", "yardstick": "", "f": "html"}).text
    assert '<option value="2024"' in page
    assert '<option value="" selected>2029' in page


def test_the_areas_are_files_of_the_same_rows(client):
    found = client.get("/gap/areas", params={"lang": "id"}).json()["regencies"]
    asked = {"lang": "id", "layer": "zones"}
    text = client.get("/gap/areas", params={**asked, "f": "csv"}).text
    lines = list(csv.DictReader(io.StringIO(text)))
    features = client.get("/gap/areas", params={**asked, "f": "geojson"}).json()["features"]
    content = client.get("/gap/areas", params={**asked, "f": "xlsx"}).content
    sheet, notes = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    wanted = [
        (one["region"], area.get("area_id") or "")
        for one in found
        for area in (one["areas"] or [{}])
    ]
    assert [(line["region"], line["area_id"]) for line in lines] == wanted
    rows = list(sheet.iter_rows(2, values_only=True))
    at = list(lines[0]).index("area_id")
    assert [(row[0], row[at] or "") for row in rows] == wanted
    shown = [(f["properties"]["region"], f["properties"]["area_id"] or "") for f in features]
    assert shown == wanted
    # Two cities have no zone: their gap keeps its row, on no place of the map.
    assert [f["id"] for f in features if f["geometry"] is None] == ["63.71", "63.72"]
    angsana = next(one for one in features if "Angsana" in str(one["properties"]["name"]))
    scores = angsana["properties"]
    assert scores["readiness_low"] <= scores["readiness"] <= scores["readiness_high"]
    # As exact as the page: its range of one number has equal ends.
    numbers = [
        score
        for one in features
        for key, score in one["properties"].items()
        if re.match("readiness|need", key)
    ]
    assert all(score is None or score == round(score) for score in numbers)
    assert scores["need_low"] == scores["need"] == scores["need_high"]
    angsana = next(a for one in found for a in one["areas"] if "Angsana" in a["name"])
    assert angsana["need"] == dict.fromkeys(("score", "low", "high"), scores["need"])
    assert scores["held_against"] == "target provinsi 3,27–3,97% (RPJMD 2029)"
    assert "rentang yang masih mungkin" in str([row[1].value for row in notes.iter_rows()])


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
