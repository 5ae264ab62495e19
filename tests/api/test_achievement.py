"""Achievement over HTTP: measured by figures, silent before their year, and its files."""

import io

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from api.main import create_app
from api.settings import Settings
from geo.programme.publish_targets import publish_targets, targets, upsert_targets
from geo.store.store import Provenance

OWN = {
    "indicator": "tpt_agustus",
    "regency_code": "63",
    "year": 2025,
    "least": 3.9,
    "most": 4.0,
    "level": "renja",
    "direction": "down",
    "document": "=Renja 2025",
    "page": "12",
    "source": "Disnakertrans",
    "source_url": "",
    "note": "",
}


@pytest.fixture
def client(reference_store):
    current = targets(reference_store)
    rows = current.iloc[:1].assign(**OWN)
    table = upsert_targets(current, rows)[0]
    said = Provenance(source="tester", licence="", actor="tester", note="")
    publish_targets(reference_store, table, said, details={}, expected=1)
    settings = Settings(store=reference_store.folder)
    with TestClient(create_app(settings, store=reference_store)) as opened:
        yield opened


def test_targets_are_measured_shown_and_filed(client):
    found = client.get("/achievement?year=2025&region=63").json()
    (one,) = found["achievements"]
    assert one["percent"] == pytest.approx((2 * 4.0 - 4.16) / 4.0 * 100)
    assert one["percent_far"] == pytest.approx((2 * 3.9 - 4.16) / 3.9 * 100)
    assert (one["category"]["id"], found["categories"]["confirmed"]) == ("sangat_tinggi", False)

    page = client.get("/achievement?lang=id&f=html").text
    assert "(2 × 4,00 − 4,16) ÷ 4,00 × 100 = 96,00%" in page
    assert "belum ada angka yang dapat dipakai untuk 2029" in page
    assert "dengan angka terbaru: (2 × 3,97 − 4,16) ÷ 3,97 × 100 = 95,21%" in page
    assert "RPJMD: RPJMD" not in page
    assert "Belum dikonfirmasi" in page
    assert "1 dari 9 target sudah dapat diukur" in page

    book = load_workbook(io.BytesIO(client.get("/achievement?f=xlsx&lang=id").content))
    rows = list(book.worksheets[0].iter_rows(min_row=2))
    assert len(rows) == 9
    documents = [row[15] for row in rows]
    assert {type(row[4].value) for row in rows} == {int}
    gini = next(row for row in rows if row[2].value == "Rasio Gini")
    assert (gini[6].value, gini[6].number_format) == (0.24, "#,##0.000")
    assert (book.properties.creator, book.properties.title) == ("Kawasan", "Capaian target")
    # What a spreadsheet would run is inert.
    assert all(cell.data_type == "s" for cell in documents)
    assert client.get("/achievement?f=pdf&lang=en").content[:5] == b"%PDF-"

    later = client.get("/achievement?year=2029&indicator=tpt_agustus").json()["achievements"][0]
    assert (later["percent"], later["so_far"]["year"]) == (None, 2025)


def test_what_is_wrong_is_told(client):
    wrong = {
        "indicator=nothing": (404, "nothing"),
        "region=abc": (400, "not a region code"),
        "level=nasional": (400, "level"),
        "f=doc": (400, "not known"),
        "year=1": (400, "year"),
    }
    for asked, (status, said) in wrong.items():
        answer = client.get(f"/achievement?{asked}&lang=en")
        assert answer.status_code == status
        assert said in answer.text
