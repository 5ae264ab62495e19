"""`kawasan collect`, run as a user runs it."""

import json

import openpyxl
import pytest
from typer.testing import CliRunner

from api.cli.app import app


@pytest.fixture
def run(reference_store, monkeypatch):
    """Run a command over a store with the shipped data."""
    monkeypatch.setenv("KAWASAN_STORE", str(reference_store.folder))
    monkeypatch.setenv("COLUMNS", "200")

    def invoke(*words, expect=0):
        result = CliRunner().invoke(app, ["collect", *map(str, words)])
        assert result.exit_code == expect, result.output
        return " ".join(result.output.split())

    return invoke


def test_one_area_is_found_by_its_name_and_its_data_are_listed(run):
    said = run("angsana")
    assert "Lereng dari DEM" in said
    assert "Badan Informasi Geospasial (DEMNAS)" in said
    assert "Permukiman Transmigrasi Angsana" in said
    assert "Cahaya Baru" not in said


def test_the_document_is_that_of_the_service(run):
    document = json.loads(run("--json", "--take", 2, "--lang", "en"))
    assert document["k"] == 2
    assert len(document["areas"]) == 14


def test_the_list_is_written_as_a_workbook_and_as_nothing_else(run, tmp_path):
    run("--out", tmp_path / "data.xlsx")
    assert openpyxl.load_workbook(tmp_path / "data.xlsx").sheetnames[0] == "Semua data"
    assert "akhiri dengan .xlsx" in run("--out", tmp_path / "data.csv", expect=2)
    assert "Folder" in run("--out", tmp_path / "none" / "data.xlsx", expect=1)


def test_what_cannot_be_chosen_is_a_sentence(run):
    assert "99 wilayah dari 14 calon" in run("-k", 99, expect=1)
