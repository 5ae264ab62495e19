"""`kawasan split`, `achievement` and `index`, run as a user runs them."""

import json

import openpyxl
import pytest
from typer.testing import CliRunner

from api.cli.app import app
from geo.programme.indices.index_file import parse_index
from geo.programme.publish_targets import targets
from geo.programme.targets import targets_of
from tests.conftest import DATA


@pytest.fixture
def run(reference_store, monkeypatch):
    """Run a command over a store with the shipped data."""
    monkeypatch.setenv("KAWASAN_STORE", str(reference_store.folder))
    monkeypatch.setenv("COLUMNS", "200")

    def invoke(*words, expect=0):
        result = CliRunner().invoke(app, list(map(str, words)))
        assert result.exit_code == expect, result.output
        return " ".join(result.output.split())

    return invoke


def test_a_split_is_printed_written_and_proposed(run, reference_store, tmp_path):
    said = run("split", "--fix", "63.71=6,2")
    assert "sekitar 4.300 orang lebih sedikit" in said
    assert "Kota Banjarmasin" in said
    document = json.loads(run("split", "--method", "capacity", "--json", "--lang", "en"))
    assert document["split"]["method"] == "capacity"
    run("split", "--out", tmp_path / "split.xlsx")
    assert openpyxl.load_workbook(tmp_path / "split.xlsx").sheetnames == [
        "Pembagian target provinsi",
        "Catatan dan sumber",
    ]
    run("split", "--out", tmp_path / "split.pdf")
    assert (tmp_path / "split.pdf").read_bytes()[:5] == b"%PDF-"
    assert "Terbit sebagai usulan" in run("split", "--propose", "Rakornis")
    assert len(targets_of(targets(reference_store), level="usulan")) == 13


def test_what_cannot_be_split_is_a_sentence(run, tmp_path):
    assert "masih kurang" in run("split", "--target", 1, "--method", "capacity", expect=1)
    assert "bukan KODE=PERSEN" in run("split", "--fix", "63.71", expect=2)
    twice = run("split", "--fix", "6371=6,2", "--fix", "63.71=5", expect=2)
    assert "ditetapkan dua kali" in twice
    assert "berakhir dengan .xlsx" in run("split", "--out", tmp_path / "x.doc", expect=2)


def test_achievement_lists_targets_and_says_what_is_not_confirmed(run, tmp_path):
    said = run("achievement", "--region", "63")
    assert "3,27–3,97%" in said
    assert "capaian 95,21% terhadap target ini" in said
    assert "Belum dikonfirmasi" in said
    document = json.loads(run("achievement", "--json", "--level", "rkpd"))
    assert {one["target"]["region"] for one in document["achievements"]} == {"63.09"}
    run("achievement", "--out", tmp_path / "lkip.xlsx")
    assert openpyxl.load_workbook(tmp_path / "lkip.xlsx").worksheets[0].max_row == 9
    assert "nothing" in run("achievement", "--indicator", "nothing", expect=1)


def test_an_index_is_shown_as_it_ships_and_as_it_was_filled_in(run, tmp_path):
    assert "bobot 9 dari 9 komponen belum diisi" in run("index", "show")
    filled = _filled(tmp_path)
    figures = [f"{name}=50" for name in ("ekonomi", "sosial_budaya", "lingkungan")]
    words = [word for figure in figures for word in ("--figure", figure)]
    shown = run("index", "show", "ipktrans", "--file", filled, *words)
    assert "30–70" in shown.replace(",00", "")
    assert "baris" in run("index", "show", "--file", _broken(tmp_path), expect=1)
    assert "ipk, ipktrans" in run("index", "show", "nothing", expect=1)
    assert "ekonomi=62,5" in run("index", "show", "--figure", "ekonomi=banyak", expect=2)


def test_an_index_is_published_listed_written_and_taken_back(run, tmp_path, reference_store):
    assert run("index", "list").count("Bawaan aplikasi") == 2
    made = run("index", "publish", _filled(tmp_path), "--note", "Rapat Maret")
    assert "5 komponen punya bobot tanpa dokumen" in made
    assert "index-ipktrans: 1 ·" in made
    assert "versi 1" in run("index", "show", "ipktrans")
    listed = json.loads(run("index", "list", "--json"))
    assert [(one["id"], one["weighed"], one["version"]) for one in listed] == [
        ("ipk", 0, None),
        ("ipktrans", 5, 1),
    ]
    out = tmp_path / "lagi.toml"
    run("index", "export", "ipktrans", out)
    assert parse_index(out.read_text("utf-8")).slots[0].weight == 0.2

    shipped = DATA / "programme/ipktrans.toml"
    told = run("index", "publish", shipped, expect=1)
    assert "15 isian yang terbit akan dihapus" in told
    assert "--accept-warnings" in told
    assert reference_store.version("index-ipktrans").number == 1
    assert "index-ipktrans: 2 ·" in run("index", "publish", shipped, "--accept-warnings")
    assert "weight" in run("index", "export", "ipktrans", "--version", 1)
    run("store", "rollback", "index-ipktrans", 1, "--note", "Bobot masih berlaku")
    assert "versi 1" in run("index", "show", "ipktrans")
    assert "baris" in run("index", "publish", _broken(tmp_path), expect=1)


def _filled(folder):
    shipped = (DATA / "programme/ipktrans.toml").read_text("utf-8")
    path = folder / "isi.toml"
    ends = 'direction = "max"\nleast = 0\nmost = 100\nweight = 0.2'
    path.write_text(shipped.replace('direction = "max"', ends), "utf-8")
    return path


def _broken(folder):
    path = folder / "rusak.toml"
    path.write_text('id = "x"\n', "utf-8")
    return path
