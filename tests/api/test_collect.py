"""What to collect next over HTTP: numbers, a page, a workbook."""

import io

import openpyxl
import pytest

from geo import published
from tests.api.examples import publish
from tests.api.test_portraits import Outline
from tests.maps.examples import HOSTILE

PAGE = {"Accept": "text/html"}


@pytest.fixture
def client(shipped_client):
    return shipped_client


def test_one_area_alone_has_its_gaps_with_the_reason_of_each(client):
    document = client.get("/collect?zone=angsana&lang=id").json()
    (area,) = document["areas"]
    assert area["area_id"] == "angsana"
    assert all(gap["why"].endswith(".") for gap in area["gaps"])
    data = {one["datum"]["id"] for one in document["data"]}
    assert {gap["datum"] for gap in area["gaps"]} <= data
    assert document["k"] == 3
    assert document["links"][0]["rel"] == "self"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/collect?k=15", 400, "InvalidChoice"),
        ("/collect?k=0", 400, "InvalidParameter"),
        ("/collect?k=x", 400, "InvalidParameter"),
        ("/collect?f=pdf", 400, "InvalidParameter"),
        ("/collect?take=3", 400, "UnknownParameter"),
        ("/collect?method=promethee", 400, "InvalidChoice"),
        ("/collect?model=x", 404, "ModelNotFound"),
        ("/collect?layer=x", 404, "LayerNotFound"),
        ("/collect?zone=x", 404, "ZoneNotFound"),
    ],
)
def test_what_cannot_be_answered_is_told(client, path, status, code):
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_page_lists_every_area_and_every_datum_in_its_language(client, language):
    answer = client.get(f"/collect?lang={language}", headers=PAGE)
    assert answer.headers["Content-Language"] == language
    document = client.get(f"/collect?lang={language}").json()
    for area in document["areas"]:
        assert f'data-zone="{area["area_id"]}"' in answer.text
    for one in document["data"]:
        assert one["datum"]["title"] in answer.text
        assert one["datum"]["upload"] in answer.text
    title = {"id": "Data yang perlu dikumpulkan berikutnya", "en": "What to collect next"}
    assert f"<h1>{title[language]}</h1>" in answer.text


def test_the_form_keeps_the_weights_and_the_switch_of_language_keeps_the_question(client):
    weights = "huni:0.4,usaha:0.3,berkembang:0.2,lingkungan:0.1"
    page = client.get("/collect", params={"weights": weights, "k": 5}, headers=PAGE).text
    assert f'<input type="hidden" name="weights" value="{weights}">' in page
    assert '<option value="5" selected>' in page
    assert "lang=en&amp;weights=huni%3A0.4" in page


def test_the_workbook_opens_and_runs_nothing_of_what_somebody_wrote(client, reference_store):
    layer = published.layer(reference_store, "zones")
    names = layer["name"].where(layer.index != "angsana", '=HYPERLINK("http://x","y")')
    publish(reference_store, "zones", layer.assign(name=names))
    answer = client.get("/collect?f=xlsx&lang=id")
    assert answer.headers["content-disposition"].endswith('kawasan-data-kesiapan-zones-2025.xlsx"')
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames[0] == "Semua data"
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any(str(cell.value).startswith("'=HYPERLINK") for cell in cells)
    sheet = book[book.sheetnames[1]]
    heads = [cell.value for cell in sheet[1]]
    assert heads[:2] == ["Wilayah", "Data"]
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.print_title_rows == "$1:$1"
    assert {"Bentuk", "Satuan", "Diminta dari (saran)", "Diserahkan lewat", "Mengapa"} <= {*heads}


def test_hostile_names_are_text_on_the_page(client, reference_store):
    layer = published.layer(reference_store, "zones")
    names = layer["name"].where(layer.index != "angsana", " ".join(HOSTILE))
    publish(reference_store, "zones", layer.assign(name=names))
    page = client.get("/collect", headers=PAGE).text
    outline = Outline(page)
    assert not [facts for tag, facts in outline.tags if any(n.startswith("on") for n in facts)]
    assert all("src" in facts for tag, facts in outline.tags if tag == "script")


def test_an_answer_that_is_known_is_not_sent_again(client):
    first = client.get("/collect?lang=id")
    again = client.get("/collect?lang=id", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    other = client.get("/collect?lang=id&k=2")
    assert other.headers["ETag"] != first.headers["ETag"]


def test_kecamatan_are_listed_by_regency(client):
    document = client.get("/collect?layer=kecamatan&k=10").json()
    assert len(document["areas"]) == 156
    assert len(document["taken"]) == 10
    page = client.get("/collect?layer=kecamatan", headers=PAGE).text
    assert page.count("<details") >= 13


@pytest.mark.parametrize(
    ("language", "said"), [("id", "belum dapat dipilih"), ("en", "cannot be chosen yet")]
)
def test_no_best_areas_are_named_where_none_has_the_data(client, language, said):
    page = client.get(f"/collect?model=ipktrans&lang={language}", headers=PAGE).text
    decision = page.partition('id="decision"')[2].partition("</section>")[0]
    assert said in decision
    document = client.get("/collect?model=ipktrans").json()
    assert document["taken"] == []
    assert document["expected"] is None
    assert not any(area["name"] in decision for area in document["areas"])
