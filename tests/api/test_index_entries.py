"""Entries of an index over HTTP: saved as versions by role, refused whole, gone back to."""

import io
import shutil

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from api.main import create_app
from api.settings import Settings
from geo.programme.indices.index_file import parse_index
from geo.store.store import Store

SLOTS = ["ekonomi", "sosial_budaya", "lingkungan", "sarana_prasarana", "kelembagaan"]
FILLED = {"least": "0", "most": 100, "weight": "0,2", "document": "Notula", "page": "3"}
ENTRIES = [{"id": one, **FILLED} for one in SLOTS]
FIGURES = [
    {"slot": one, "place": "Cahaya Baru", "year": 2025, "value": "70,5", "source": "Rekap bidang"}
    for one in SLOTS[:4]
]


@pytest.fixture
def door(reference_folder, tmp_path):
    """The service over a copy of the shipped data, with the keys of an editor and a publisher."""
    folder = tmp_path / "store"
    shutil.copytree(reference_folder, folder)
    store = Store(folder)
    with TestClient(create_app(Settings(store=folder), store=store)) as client:
        keys = {
            "editor": store.keys.add("sri", role="editor"),
            "bounded": store.keys.add("ida", role="editor", regencies=["63.10"]),
            "publisher": store.keys.add("adi", role="publisher", approves_own=True),
        }
        heads = {
            role: {"Authorization": f"Bearer {key}", "Accept-Language": "en"}
            for role, key in keys.items()
        }
        yield store, client, heads
    store.close()


def test_what_an_office_saves_is_what_every_reader_gets_and_one_can_go_back(door):
    store, client, keys = door
    body = {"slots": ENTRIES, "figures": FIGURES, "note": "Rapat Maret", "publish": True}
    said = {"headers": keys["publisher"] | {"If-Match": "0"}, "json": body}
    made = client.post("/indices/ipktrans", **said)
    assert (made.status_code, made.json()["state"]) == (201, "published")
    found = client.get("/indices/ipktrans?area=Cahaya%20Baru&lang=en").json()
    assert (found["version"], found["index"]["confirmed"]) == (1, False)
    # Four of five known at 70.5, the fifth between 0 and 100.
    assert found["value"]["least"] == pytest.approx(56.4)
    assert found["value"]["most"] == pytest.approx(76.4)
    assert [one["place"] for one in found["regions"]] == ["Cahaya Baru"]
    page = client.get("/indices/ipktrans?f=html&lang=id").text
    assert "Isian kantor, versi 1" in page
    assert "Belum dikonfirmasi: Notula, hlm. 3" in page
    assert "56,40–76,40" in page
    listed = client.get("/indices").json()["indices"]
    assert [(one["weighed"], one["version"]) for one in listed] == [(0, None), (5, 1)]

    assert (
        "Angka 2025. Sumber: Rekap bidang"
        in client.get("/indices/ipktrans?f=html&lang=id&area=cahaya%20baru").text
    )
    book = client.get("/indices/ipktrans?f=xlsx&lang=id&area=Cahaya%20Baru")
    places, components, notes = load_workbook(io.BytesIO(book.content)).worksheets
    assert [one.value for one in places[2]][:3] == ["Cahaya Baru", 56.4, 76.4]
    assert (components.title, components["G2"].value) == ("Komponen Cahaya Baru", 2025)
    assert components["K2"].value == "Rekap bidang"
    assert any("versi 1" in str(row[1].value) for row in notes)
    lines = client.get("/indices/ipktrans?f=csv&lang=id").text.splitlines()
    assert len(lines) == 1 + len(SLOTS)
    assert ",Cahaya Baru,Cahaya Baru,56." in lines[1]
    assert ",Rekap bidang," in lines[1]

    assert client.post("/indices/ipktrans", **said).status_code == 412
    other = {**body, "slots": [], "figures": [{**FIGURES[0], "value": 80}], "expected": 1}
    again = client.post("/indices/ipktrans", headers=keys["publisher"], json=other)
    assert again.json()["report"]["difference"]["counts"] == {
        "added": 0,
        "changed": 1,
        "removed": 0,
    }
    differs = client.get("/collections/index-ipktrans/difference?lang=en").json()
    (moved,) = differs["index"]
    assert (moved["before"], moved["after"], moved["year"]) == (70.5, 80.0, 2025)
    pages = ["difference?f=html&lang=id", "versions?f=html&lang=id"]
    texts = [client.get(f"/collections/index-ipktrans/{one}").text for one in pages]
    assert "Cahaya Baru" in texts[0]
    assert "Rapat Maret" in texts[1]
    assert "None" not in texts[0]
    sources = [one.source for one in store.versions("index-ipktrans")]
    assert sources == ["Notula; Rekap bidang", "Rekap bidang"]
    back = client.post(
        "/collections/index-ipktrans/rollback",
        headers=keys["publisher"],
        json={"number": 1, "note": "Angka lama berlaku"},
    )
    assert back.status_code == 200
    assert client.get("/indices/ipktrans").json()["version"] == 1
    assert len(store.versions("index-ipktrans")) == 2


def test_an_editor_proposes_and_a_publisher_decides(door):
    store, client, keys = door
    body = {"slots": [{"id": "pengupahan", "weight": 0.1}], "note": "Usul", "publish": True}
    made = client.post("/indices/ipk", headers=keys["editor"], json=body).json()
    assert made["state"] == "submitted"
    assert "index-ipk" not in store.datasets()
    upload = f"/uploads/{made['upload']}"
    page = client.get(
        f"{upload}?f=html&lang=id", headers={**keys["publisher"], "Accept-Language": "id"}
    )
    assert "Pengupahan dan kesejahteraan pekerja" in page.text
    assert "Indeks Pembangunan Ketenagakerjaan" in page.text
    assert made["subject"]["id"] == "1 isian komponen: Pengupahan dan kesejahteraan pekerja"
    moves = page.text[page.text.index('id="moves"') :]
    assert "bobot 8 dari 9 komponen belum diisi" in moves
    impact = client.get(f"{upload}/impact", headers=keys["publisher"]).json()
    assert impact["has_effect"] is False
    done = client.post(f"{upload}/publish", headers=keys["publisher"], json={})
    assert (done.status_code, done.json()["version"]) == (200, 1)
    assert client.get("/indices/ipk").json()["version"] == 1

    # A weight is everybody's; a figure is of its region.
    other = {"slots": [{"id": "pengupahan", "weight": 0.2}], "note": "Usul"}
    assert client.post("/indices/ipk", headers=keys["bounded"], json=other).status_code == 403
    figure = {"slot": "pengupahan", "place": "6310", "year": 2024, "value": 5, "source": "Rekap"}
    own = {"figures": [figure], "note": "Angka"}
    assert client.post("/indices/ipk", headers=keys["bounded"], json=own).status_code == 201
    foreign = {"figures": [{**figure, "place": "63.01"}], "note": "Angka"}
    assert client.post("/indices/ipk", headers=keys["bounded"], json=foreign).status_code == 403
    assert client.post("/indices/ipk", json=own).status_code in (401, 403)


def test_two_figures_that_do_not_touch_are_both_kept_whoever_is_published_first(door):
    _, client, keys = door
    figure = {"slot": "pengupahan", "year": 2024, "value": 44, "source": "Rekap"}
    sent = []
    for place in ("63.05", "63.08"):
        body = {"figures": [{**figure, "place": place}], "note": "Angka", "accept_warnings": True}
        made = client.post("/indices/ipk", headers=keys["editor"], json=body).json()
        sent.append(f"/uploads/{made['upload']}/publish")
    for address in sent:
        assert client.post(address, headers=keys["publisher"], json={}).status_code == 200
    figures = client.get("/indices/ipk").json()["index"]["figures"]
    assert [one["place"] for one in figures] == ["63.05", "63.08"]


def test_an_entry_that_two_have_changed_is_named_and_what_else_is_published_stays(door):
    store, client, keys = door
    figure = {"slot": "pengupahan", "year": 2024, "value": 44, "source": "Rekap"}
    of_sri, of_adi = [{**figure, "place": "63.05"}], [{**figure, "place": "63.05", "value": 50}]
    body = {"figures": of_sri, "note": "Angka", "accept_warnings": True}
    sent = client.post("/indices/ipk", headers=keys["editor"], json=body).json()
    address = f"/uploads/{sent['upload']}/publish"
    of_adi.append({**figure, "place": "63.08", "value": 55})
    body |= {"figures": of_adi, "publish": True}
    assert client.post("/indices/ipk", headers=keys["publisher"], json=body).status_code == 201

    answer = client.post(address, headers=keys["publisher"], json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "LayerMoved")
    assert "63.05, 2024: 50 now, would become 44" in answer.json()["detail"]
    # What the other one published beside it is not said to leave.
    counts = answer.json()["facts"]["report"]["difference"]["counts"]
    assert counts == {"added": 0, "changed": 1, "removed": 0}
    seen = {"expected": 1}
    held = client.post(address, headers=keys["publisher"], json=seen)
    assert (held.status_code, held.json()["code"]) == (409, "WarningsNotAccepted")
    assert store.version("index-ipk").number == 1
    said = {**seen, "accept_warnings": True}
    assert client.post(address, headers=keys["publisher"], json=said).status_code == 200
    figures = client.get("/indices/ipk").json()["index"]["figures"]
    assert [(one["place"], one["value"]) for one in figures] == [("63.05", 44), ("63.08", 55)]


def test_a_whole_file_replaces_the_index_and_what_it_would_lose_is_accepted(door):
    store, client, keys = door
    shipped = client.get("/indices/ipk?f=toml").text
    filled = shipped.replace('direction = "max"', 'direction = "max"\nweight = 0.1', 1)
    said = {"headers": keys["publisher"], "params": {"note": "Berkas", "publish": "true"}}
    assert client.put("/indices/ipk", content=filled, **said).json()["state"] == "published"
    stored = client.get("/indices/ipk?f=toml").text
    assert parse_index(stored) == parse_index(filled)
    held = client.put("/indices/ipk", content=shipped, **said).json()
    assert (held["state"], held["report"]["to_accept"]) == ("ready", 1)
    assert store.version("index-ipk").number == 1
    said["params"]["accept_warnings"] = "true"
    assert client.put("/indices/ipk", content=shipped, **said).json()["state"] == "published"
    assert client.put("/indices/ipk", content=filled, params={"note": "x"}).status_code in (
        401,
        403,
    )


def test_what_is_wrong_is_named_and_nothing_is_stored(door):
    store, client, keys = door
    figure = {"slot": "pengupahan", "place": "63.10", "year": 2024, "value": 5, "source": "Rekap"}
    slot = {"id": "pengupahan"}
    wrong = [
        ({"slots": [{**slot, "weight": 2}]}, "a part of 1"),
        ({"slots": [{**slot, "weight": -0.1}]}, "a part of 1"),
        ({"slots": [{**slot, "least": 5, "most": 5}]}, "smaller than the most"),
        ({"slots": [{**slot, "least": "=1+1"}]}, "no certain number"),
        ({"slots": [{**slot, "least": True}]}, "slots.0.least"),
        ({"figures": [{**figure, "value": False}]}, "figures.0.value"),
        ({"slots": [{**slot, "most": "1.234"}]}, "no certain number"),
        ({"slots": [{**slot, "weight": 0.1}, {**slot, "weight": 0.2}]}, "twice"),
        ({"figures": [figure, {**figure, "value": 6}]}, "stands twice"),
        ({"slots": [{**slot, "direction": "max", "indicator": "tpt_agustus"}]}, "lower is better"),
        ({"slots": [{**slot, "weight": 0.1, "confirmed": True}]}, "document or page"),
        ({"slots": [{**slot, "indicator": "tpt"}]}, "no indicator tpt"),
        ({"slots": [{"id": "upah"}]}, "no component"),
        ({"figures": [{**figure, "source": " "}]}, "no source"),
        ({"figures": [{**figure, "year": 2206}]}, "2206"),
        ({"figures": [{**figure, "place": "11.01"}]}, "nor a regency"),
        ({"slots": [slot], "note": " "}, "note"),
        ({"slots": [slot]}, "No entry has changed"),
    ]
    for asked, told in wrong:
        answer = client.post(
            "/indices/ipk", headers=keys["publisher"], json={"note": "Rapat", **asked}
        )
        assert 400 <= answer.status_code < 500, asked
        assert answer.headers["content-type"] == "application/problem+json"
        assert told in answer.text, (asked, answer.text)
    files = ["id = 'x'", "\0", "[[slot]]\n" * 20_000, "x" * 2_000_000]
    for content in files:
        answer = client.put(
            "/indices/ipk", content=content, params={"note": "Berkas"}, headers=keys["publisher"]
        )
        assert 400 <= answer.status_code < 500, content[:20]
    assert (
        client.post("/indices/x", headers=keys["publisher"], json={"note": "a"}).status_code == 404
    )
    assert "index-ipk" not in store.datasets()
    assert store.uploads.newest(most=5) == []
