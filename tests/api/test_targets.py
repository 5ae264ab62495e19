"""Targets over HTTP: listed, filtered, as files, typed, and handed in as a file."""

import csv
import io
import json
import shutil

import openpyxl
import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from geo.programme.publish_targets import targets
from geo.store.store import Store

TYPED = {
    "indicator": "tpt_agustus",
    "regency_code": "63.10",
    "year": 2029,
    "least": "3,3",
    "most": 3.9,
    "level": "rpjmd",
    "document": '=HYPERLINK("http://x")',
    "source": "Bappeda Tanah Bumbu",
    "source_url": "https://example.org/rpjmd",
}


@pytest.fixture(scope="module")
def door(reference_folder, tmp_path_factory):
    """The service over a copy of the shipped data, with the keys of an editor and a publisher."""
    folder = tmp_path_factory.mktemp("targets") / "store"
    shutil.copytree(reference_folder, folder)
    store = Store(folder)
    with TestClient(create_app(Settings(store=folder), store=store)) as client:
        keys = {
            "editor": store.keys.add("sri", role="editor"),
            "publisher": store.keys.add("adi", role="publisher", approves_own=True),
        }
        yield (
            store,
            client,
            {
                role: {"Authorization": f"Bearer {key}", "Accept-Language": "en"}
                for role, key in keys.items()
            },
        )
    store.close()


def test_targets_are_listed_with_their_documents(door):
    _, client, _ = door
    found = client.get("/targets?f=json&lang=en").json()
    assert (found["version"], len(found["targets"])) == (1, 8)
    asked = {"indicator": "tpt_agustus", "region": "63.00", "f": "json"}
    (one,) = client.get("/targets", params=asked).json()["targets"]
    assert (one["region"], one["name"], one["year"]) == ("63", "Kalimantan Selatan", 2029)
    assert (one["least"], one["most"], one["unit"]) == (3.27, 3.97, "% angkatan kerja")
    assert one["document"].startswith("RPJMD")
    assert one["source_url"] == "https://adaapa.info/?p=9342"
    growth = client.get("/targets?indicator=pertumbuhan_ekonomi&level=rpjmn&f=json").json()
    assert [(o["least"], "most" in o) for o in growth["targets"]] == [(8, False)]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        *(("indicator=tpt", 404), ("region=6", 400), ("level=apbd", 400), ("f=pdf", 400)),
        *(("tahun=2029", 400), ("year=0", 400), ("indicator=&region=&level=&f=json", 200)),
    ],
)
def test_what_is_asked_wrongly_is_refused(door, query, status):
    _, client, _ = door
    assert client.get(f"/targets?{query}").status_code == status


def test_the_page_says_document_source_and_who_enters_the_rest(door):
    _, client, _ = door
    page = client.get("/targets?f=html&lang=id").text
    for said in ("3,27–3,97", "paling rendah 8,00%", "RPJMD Provinsi Kalimantan Selatan 2025–2029"):
        assert said in page
    assert "https://adaapa.info/?p=9342" in page
    assert "kantor yang mengisinya" in page
    assert "form.targets" not in page
    assert 'class="send targets"' not in page


def test_typed_targets_of_an_editor_wait_and_are_published_by_another(door):
    store, client, keys = door
    asked = {"targets": [TYPED], "note": "RPJMD", "publish": True}
    assert client.post("/targets", json=asked).status_code == 401
    answer = client.post("/targets", json=asked, headers=keys["editor"])
    assert (answer.status_code, answer.json()["state"]) == (201, "submitted")
    assert store.version("targets").number == 1
    said = "Open unemployment rate (August) 2029, Kabupaten Tanah Bumbu (RPJMD)"
    assert answer.json()["subject"]["en"] == said
    assert answer.json()["submission"]["source"] == TYPED["source"]
    address = answer.headers["location"]
    done = client.post(f"{address}/publish", json={}, headers=keys["publisher"])
    assert (done.status_code, done.json()["version"]) == (200, 2)
    assert len(targets(store)) == 9
    history = client.get("/collections/targets/versions?f=json").json()
    assert [one["number"] for one in history["versions"]] == [2, 1]
    changed = client.get("/collections/targets/difference?f=json").json()["targets"]
    assert [(one["regency_code"], one["after"]) for one in changed] == [("63.10", [3.3, 3.9])]
    assert "3,30–3,90%" in client.get("/collections/targets/difference?f=html&lang=id").text
    assert "Target" in client.get("/collections/targets/versions?f=html&lang=id").text


def test_a_typed_withdrawal_waits_until_it_is_accepted(door):
    store, client, keys = door
    typed = TYPED | {"year": 2030, "indicator": "gini_ratio", "least": "0,3", "most": "0,35"}
    asked = {"targets": [typed], "note": "Usulan", "publish": True}
    before = len(targets(store))
    assert client.post("/targets", json=asked, headers=keys["publisher"]).json()["state"] == (
        "published"
    )
    asked["targets"] = [typed | {"least": "withdrawn", "most": ""}]
    found = client.post("/targets", json=asked, headers=keys["publisher"]).json()
    told = [one["code"] for one in found["report"]["findings"] if one["severity"] == "warning"]
    assert (found["state"], told) == ("ready", ["targets_removed"])
    assert len(targets(store)) == before + 1
    asked["accept_warnings"] = True
    found = client.post("/targets", json=asked, headers=keys["publisher"]).json()
    assert (found["state"], len(targets(store))) == ("published", before)


def test_typed_targets_that_are_wrong_are_told_and_not_kept(door):
    store, client, keys = door
    before = len(store.uploads.newest(most=99))
    wrong = [TYPED | {"year": 2206, "level": "apbd"}, TYPED | {"least": "9"}]
    wrong += [TYPED | {"year": 2027, "least": "3,125"}] * 2
    asked = {"targets": wrong, "note": "RPJMD"}
    answer = client.post("/targets", json=asked, headers=keys["publisher"])
    assert answer.status_code == 422
    told = {one["code"]: one["sentence"]["en"] for one in answer.json()["facts"]["findings"]}
    assert {code: said.partition(":")[0] for code, said in told.items()} == {
        "year_outside": "targets.0.year",
        "target_level": "targets.0.level",
        "target_least_above_most": "targets.1.most",
        "figure_twice": "targets.3.year",
    }
    assert "stands in targets.2.year already" in told["figure_twice"]
    assert len(store.uploads.newest(most=99)) == before
    assert client.post("/targets", json={"targets": []}, headers=keys["editor"]).status_code == 400


@pytest.mark.parametrize("value", ["true", "NaN", "[3]", f"1{'0' * 400}"])
def test_what_is_no_number_is_told_in_a_sentence(door, value):
    _, client, keys = door
    typed = json.dumps({"targets": [TYPED | {"least": "VALUE"}], "note": "x"})
    headers = keys["editor"] | {"Content-Type": "application/json"}
    body = typed.replace('"VALUE"', value)
    answer = client.post("/targets", content=body, headers=headers)
    told = (answer.status_code, answer.json()["detail"])
    assert told == (400, "targets.0.least: write a number, or a text in quotes.")


def test_a_body_that_no_reader_takes_is_told_to_be_no_json(door):
    _, client, keys = door
    headers = keys["editor"] | {"Content-Type": "application/json"}
    deep = client.post("/targets", content="[" * 90_000, headers=headers)
    assert "nested too deep" in deep.json()["detail"]


def test_the_files_hold_what_is_asked_and_run_nothing(door):
    _, client, keys = door
    answer = client.post(
        "/targets",
        json={"targets": [TYPED | {"year": 2028}], "note": "x", "publish": True},
        headers=keys["publisher"],
    )
    assert answer.json()["state"] == "published"
    text = client.get("/targets?region=63.10&year=2028&f=csv").text
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["document"] == "'" + TYPED["document"]
    assert (row["least"], row["most"], row["regency_code"]) == ("3.3", "3.9", "63.10")
    book = client.get("/targets?region=63.10&year=2028&f=xlsx&lang=id").content
    sheet = openpyxl.load_workbook(io.BytesIO(book)).worksheets[0]
    cells = {head.value: cell for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert (cells["Batas atas"].value, cells["Tahun"].value) == (3.9, 2028)
    assert cells["Dokumen"].data_type == "s"
    # What was taken as a file is what it was when it is handed in again.
    sent = client.post(
        "/uploads",
        files={"file": ("target.csv", text)},
        data={"collection": "targets"},
        headers=keys["editor"],
    )
    assert sent.json()["report"]["difference"]["counts"]["changed"] == 0


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_workbook_is_taken_back_as_it_is(door, language):
    _, client, keys = door
    book = client.get(f"/targets?f=xlsx&lang={language}").content
    sent = client.post(
        "/uploads",
        files={"file": ("target.xlsx", book)},
        data={"collection": "targets"},
        headers=keys["editor"],
    )
    assert sent.status_code == 201, sent.text
    counts = sent.json()["report"]["difference"]["counts"]
    assert {way: counts[way] for way in ("added", "changed", "removed")} == dict.fromkeys(
        ("added", "changed", "removed"), 0
    )


def test_a_file_of_targets_is_refused_with_its_rows_and_columns(door):
    _, client, keys = door
    rows = "kode;indikator;tahun;batas bawah;batas atas;tingkat;dokumen;sumber\n"
    rows += "63.10;tpt_agustus;2029;4;3;rpjmd;RPJMD;Bappeda\n"
    answer = client.post(
        "/uploads",
        files={"file": ("target.csv", rows)},
        data={"collection": "targets"},
        headers=keys["editor"],
    )
    assert answer.status_code == 422
    (found,) = answer.json()["facts"]["report"]["findings"]
    assert (found["code"], found["where"]["letter"]) == ("target_least_above_most", "E")


def test_a_target_is_written_the_same_way_on_every_page(door):
    _, client, _ = door
    shown = (
        ("/targets?f=html&lang=id", "4,38–4,50%"),
        ("/achievement?f=html&lang=id", "4,38–4,50%"),
        ("/regions/63.09?f=html&lang=id", "4,38–4,50%"),
        ("/gap?indicator=p0_persen_miskin_maret&f=html&lang=id", "4,38–4,50%"),
        ("/indicators?indicator=p0_persen_miskin_maret&f=html&lang=id", "4,38–4,50%"),
        ("/targets?f=html&lang=id", "0,240–0,290"),
        ("/achievement?f=html&lang=id", "0,240–0,290"),
    )
    missing = [address for address, said in shown if said not in client.get(address).text]
    assert missing == []


def test_the_ends_of_the_workbook_have_the_decimals_of_their_indicator(door):
    _, client, _ = door
    book = openpyxl.load_workbook(io.BytesIO(client.get("/targets?f=xlsx&lang=id").content))
    rows = list(book.worksheets[0].iter_rows(min_row=2))
    formats = {row[0].value: row[4].number_format for row in rows}
    assert formats["Rasio Gini"] == "#,##0.000"
    assert formats["Pertumbuhan ekonomi"] == "#,##0.00"


def test_a_range_that_is_turned_round_is_told_in_the_decimals_of_its_indicator(door):
    _, client, keys = door
    entry = TYPED | {"least": "3,1", "most": "3"}
    answer = client.post(
        "/targets?lang=id",
        json={"targets": [entry], "note": "uji"},
        headers=keys["editor"],
    )
    assert "batas bawah 3,10 melebihi batas atas 3,00" in answer.text
