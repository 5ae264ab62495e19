"""The split of a target over HTTP: as JSON, page, workbook and sheet, and what is refused."""

import io
import re

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from api.main import create_app
from api.settings import Settings
from geo.programme.publish_targets import targets
from geo.programme.targets import targets_of
from geo.store.store import Store

PAGE = {"accept": "text/html"}


@pytest.fixture(scope="module")
def client(reference_folder):
    store = Store(reference_folder)
    with TestClient(create_app(Settings(store=reference_folder), store=store)) as opened:
        yield opened
    store.close()


def test_a_split_of_the_shipped_target_adds_up_in_people(client):
    found = client.get("/split").json()
    people = sum(row["people"] for row in found["split"]["rows"])
    assert people == pytest.approx(found["split"]["total_people"], abs=1e-9)
    assert found["of_target"]["level"] == "rpjmd"
    assert found["links"][0]["href"].endswith("/split")


def test_a_fixed_target_stays_in_the_document_and_in_its_link(client):
    found = client.get("/split", params={"fixed": "63.71:6.2"}).json()
    row = next(row for row in found["split"]["rows"] if row["region"] == "63.71")
    assert (row["target"], row["is_fixed"]) == (6.2, True)
    assert found["links"][0]["href"].endswith("fixed=63.71:6.2")


def test_the_form_fixes_without_a_script_and_takes_a_decimal_comma(client):
    asked = {"region": ["63.71", "63.72"], "to": ["6,2", ""], "target": "", "f": "html"}
    page = client.get("/split", params=asked)
    assert page.status_code == 200
    assert 'name="to" value="6,2"' in page.text


def test_a_fault_among_the_fixed_keeps_the_table_and_all_that_was_typed(client):
    """The split without them stands below, to be neither saved nor downloaded."""
    asked = {"region": ["63.71", "63.06", "63.10"], "to": ["6,2", "3,9x", "5"]}
    page = client.get("/split", params={**asked, "f": "html", "lang": "id"})
    assert page.status_code == 400
    fields = dict(re.findall(r'value="(63\.\d\d)"><input [^>]*? value="([^"]*)"', page.text))
    assert len(fields) == 13
    assert {code: text for code, text in fields.items() if text} == {
        "63.71": "6,2",
        "63.06": "3,9x",
        "63.10": "5",
    }
    assert page.text.count("aria-invalid") == 1
    assert re.search(r'id="fault-63.06">Kabupaten Hulu Sungai Selatan: &#39;3,9x&#39;', page.text)
    assert "f=xlsx" not in page.text
    assert 'id="save"' not in page.text


def test_a_fault_of_the_form_is_told_by_its_label_and_keeps_what_was_fixed(client):
    page = client.get("/split?target=abc&fixed=63.71:6.2&f=html&lang=id")
    assert page.status_code == 400
    assert "Target provinsi (%): &#39;abc&#39; bukan persen" in page.text
    assert re.search(r'name="target" value="abc"[^>]* aria-invalid="true"', page.text)
    assert 'name="region" value="63.71"><input type="hidden" name="to" value="6,2"' in page.text


def test_fixed_targets_that_cannot_add_up_keep_their_fields_too(client):
    page = client.get("/split?fixed=63.71:0.5,63.03:0.5,63.01:0.5&f=html&lang=id")
    assert page.status_code == 400
    assert "melampaui target provinsi" in page.text
    assert re.findall(r'name="to" value="([^"]+)"', page.text) == ["0,5"] * 3
    assert page.text.count('aria-invalid="true" aria-describedby="problem"') == 3


def test_the_page_names_what_is_missing_and_keeps_the_form(client):
    page = client.get("/split?target=1&method=capacity&lang=id", headers=PAGE)
    assert page.status_code == 400
    assert "masih kurang" in page.text
    assert 'value="1"' in page.text


def test_people_of_the_page_are_estimates_rounded_as_on_the_page_of_the_gap(client):
    page, gap = (client.get(f"/{one}?f=html&lang=id").text for one in ("split", "gap"))
    assert "sekitar 4.300 orang lebih sedikit" in page
    assert "4.300 orang" in gap
    assert "Orang 2025 (perkiraan)" in page
    assert ">−4.300<" in page


def test_target_and_year_in_force_stand_in_their_empty_fields(client):
    page = client.get("/split?f=html&lang=id").text
    for name, said in (("target", "3,97"), ("end_year", "2029")):
        assert re.search(rf'name="{name}" value=""[^>]* placeholder="{said}"', page), name


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_workbook_holds_numbers_and_the_sheet_is_a_pdf(client, language):
    made = client.get(f"/split?f=xlsx&lang={language}")
    book = load_workbook(io.BytesIO(made.content))
    table, notes = book.worksheets
    assert table.max_row == 15
    people = [row[7].value for row in table.iter_rows(min_row=2)]
    assert sum(people[:-1]) == pytest.approx(people[-1], abs=1e-6)
    assert any("RPJMD" in str(row[1].value) for row in notes.iter_rows())
    sheet = client.get(f"/split?f=pdf&lang={language}")
    assert (sheet.status_code, sheet.content[:5]) == (200, b"%PDF-")


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ("f=doc", 400, "not known; there are json, html, xlsx and pdf"),
        ("fixed=63.71:x", 400, "Kota Banjarmasin: 'x' is no percent"),
        ("fixed=63.99:2", 400, "'63.99' is no code of a regency"),
        ("fixed=63.71:", 400, "Kota Banjarmasin: the percent is missing"),
        ("fixed=6371:6.2,63.71:5&f=xlsx", 400, "Kota Banjarmasin is fixed twice ('6.2' and '5')"),
        ("region=63.71", 400, "1 regions, 0 numbers"),
        ("target=abc", 400, "is no percent"),
        ("end_year=22060", 400, "end_year"),
        ("end_year=2020", 400, "Choose a year after 2025"),
        ("end_year=2020&target=3", 400, "Choose a year after 2025"),
        ("indicator=nothing", 404, "nothing"),
        ("indicator=gini", 400, "cannot be split by people"),
        ("methods=1", 400, "methods"),
    ],
)
def test_what_is_wrong_is_told(client, asked, status, said):
    answer = client.get(f"/split?{asked}&lang=en")
    assert answer.status_code == status
    assert said in answer.text


@pytest.fixture
def desk(reference_store):
    settings = Settings(store=reference_store.folder)
    with TestClient(create_app(settings, store=reference_store)) as opened:
        yield opened


def test_a_split_is_kept_as_proposals_that_still_add_up_in_people(desk, reference_store):
    """Written to a file of targets and read again, the rates lose nothing that a person would miss."""
    key = reference_store.keys.add("kantor", role="publisher", approves_own=True)
    asked = {"fixed": "63.71:6.2"}
    before = desk.get("/split", params=asked).json()
    saved = desk.post(
        "/split",
        params=asked,
        data={"note": "Rakornis", "publish": "true"},
        headers={"X-API-Key": key},
        follow_redirects=False,
    )
    assert saved.status_code == 303
    kept = targets_of(targets(reference_store), level="usulan")
    assert len(kept) == 13
    people = before["denominator"]["people"]
    scaled = before["scaling"]
    total = sum(target.most / 100 * people[target.region] * scaled for target in kept)
    assert total == pytest.approx(before["split"]["total_people"], abs=1e-9)
    banjarmasin = next(target for target in kept if target.region == "63.71")
    assert (banjarmasin.most, banjarmasin.least) == (6.2, None)
    assert banjarmasin.document == "Usulan pembagian target provinsi 2029 (Upaya sama)"
    # The province's own target is as it was.
    assert desk.get("/split").json()["of_target"]["level"] == "rpjmd"


def test_a_split_of_an_editor_waits_and_the_public_saves_nothing(desk, reference_store):
    key = reference_store.keys.add("bidang", role="editor")
    asked = {"data": {"note": "Rakornis"}, "follow_redirects": False}
    saved = desk.post("/split", headers={"X-API-Key": key}, **asked)
    assert saved.status_code == 303
    assert targets_of(targets(reference_store), level="usulan") == []
    assert desk.post("/split", **asked).status_code == 401
    blank = desk.post("/split", headers={"X-API-Key": key}, data={"note": " "})
    assert blank.status_code == 400
