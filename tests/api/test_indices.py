"""Indices with open slots over HTTP: silent while open, a range with one figure missing, a file."""

import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from geo.programme.indices.index_file import parse_index
from geo.store.store import Store

FILLED = {"least": ["0"] * 5, "most": ["100"] * 5, "weight": ["0,2"] * 5}


@pytest.fixture(scope="module")
def client(reference_folder):
    store = Store(reference_folder)
    with TestClient(create_app(Settings(store=reference_folder), store=store)) as opened:
        yield opened
    store.close()


def test_both_indices_are_listed_and_neither_has_a_weight(client):
    found = client.get("/indices").json()["indices"]
    assert [(one["id"], one["slots"], one["weighed"]) for one in found] == [
        ("ipk", 9, 0),
        ("ipktrans", 5, 0),
    ]
    assert client.get("/indices?f=html").status_code == 200


def test_an_open_index_has_no_value_and_shows_what_is_published(client):
    found = client.get("/indices/ipk").json()
    assert (found["value"]["value"], found["index"]["confirmed"]) == (None, False)
    page = client.get("/indices/ipk?f=html&lang=id").text
    assert "67,36" in page
    assert "bobot 9 dari 9 komponen belum diisi" in page


def test_a_filled_index_has_a_range_and_the_classes_that_it_may_be_in(client):
    asked = {**FILLED, "value": ["60", "70", "55", "80", ""]}
    found = client.get("/indices/ipktrans", params=asked).json()
    assert found["value"]["least"] == pytest.approx(53)
    assert found["value"]["most"] == pytest.approx(73)
    assert found["classes"] == ["mandiri", "mandiri_atau_berdaya_saing"]
    page = client.get("/indices/ipktrans", params={**asked, "f": "html", "lang": "id"}).text
    assert "Mandiri / Berdaya saing" in page
    assert "IPKTrans 2023, 39 kawasan" in page
    assert "bukan indeks resmi" in page


def test_the_file_of_what_was_filled_in_is_read_again(client):
    made = client.get("/indices/ipktrans", params={**FILLED, "f": "toml"})
    index = parse_index(made.text)
    assert {slot.weight for slot in index.slots} == {0.2}
    assert index.confirmed is False


def test_what_is_wrong_is_told_and_stays_in_its_field(client):
    wrong = {
        "ipk?weight=2": (400, "no weight"),
        "ipk?least=x": (400, "no certain number"),
        "ipk?least=nan": (400, "no certain number"),
        "ipk?least=1.234&lang=id": (400, "bukan angka yang pasti"),
        "ipk?most=1,234": (400, "no certain number"),
        "ipktrans?most=1&most=1&most=1&most=1&most=1&most=1": (400, "6 entries for 5"),
        "ipk?f=svg": (400, "json, html, xlsx, csv and toml"),
        "nothing": (404, "ipk, ipktrans"),
        "ipk?region=abc": (400, "region code"),
    }
    for asked, (status, said) in wrong.items():
        answer = client.get(
            f"/indices/{asked}{'&' if '?' in asked else '?'}lang=en"
            if "lang=" not in asked
            else f"/indices/{asked}"
        )
        assert (answer.status_code, said in answer.text) == (status, True), asked
    page = client.get("/indices/ipk?weight=2&f=html&lang=en")
    assert page.status_code == 400
    assert 'name="weight" value="2"' in page.text


def test_a_year_that_no_figure_can_be_of_is_refused_and_the_page_stays(client):
    told = client.get("/indices/ipk?year=2206&lang=id")
    assert told.status_code == 400
    assert "tahun 2206 tidak mungkin; angka ada dari 1986" in told.json()["detail"]
    page = client.get("/indices/ipk?year=2206&f=html&lang=id")
    assert page.status_code == 400
    assert "tahun 2206 tidak mungkin" in page.text
    assert 'id="region"' in page.text


def test_an_index_asked_for_as_a_layer_says_where_it_is_read(client):
    told = client.get("/collections/index-ipk").json()
    assert (told["code"], told["status"]) == ("NoLayer", 404)
    assert "/indices/ipk" in told["detail"]


def test_a_least_that_is_not_below_its_most_is_told(client):
    answer = client.get("/indices/ipktrans?least=5&most=5&lang=en")
    assert answer.status_code == 400
    assert "smaller than most" in answer.text


def test_an_index_of_a_kawasan_is_headed_by_one_and_never_by_a_province(client):
    page = client.get("/indices/ipktrans?f=html&lang=id").text
    assert (
        '<p class="subject">Indeks sebuah kawasan transmigrasi; kawasan belum dipilih</p>' in page
    )
    page = client.get("/indices/ipktrans?f=html&lang=id&area=cahaya%20baru").text
    assert '<p class="subject">Cahaya Baru</p>' in page
    assert "IPKTrans 2023: 70,00 (Mandiri)." in page
    assert client.get("/indices/ipktrans?area=Atlantis").status_code == 404
