"""`kawasan target …`: targets are listed, written to files, added, and handed in from a template."""

import openpyxl
import pytest
from typer.testing import CliRunner

from api.cli.app import app
from geo.programme.publish_targets import targets
from geo.programme.targets import targets_of

OWN = ("--region", "63.10", "--year", "2029", "--least", "3,3", "--indicator", "tpt_agustus")
SAID = ("--document", "RPJMD Tanah Bumbu", "--source", "Bappeda")


@pytest.fixture
def run(reference_store, monkeypatch):
    """Run a command over a store with the shipped data."""
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("KAWASAN_STORE", str(reference_store.folder))

    def invoke(*words, expect=0):
        result = CliRunner().invoke(app, [str(word) for word in words])
        assert result.exit_code == expect, result.output
        return result.output

    return invoke


def test_targets_are_listed_by_what_is_asked(run, tmp_path):
    found = run("target", "list", "--indicator", "tpt_agustus", "--region", "63")
    assert "3,27–3,97" in found
    assert "Tabalong" not in found
    assert "Belum ada target" in run("target", "list", "--level", "renja")
    assert "'nope' tidak ada" in run("target", "list", "--indicator", "nope", expect=1)
    assert "Wilayah '63.99' tidak ada" in run("target", "list", "--region", "63.99", expect=1)
    out = tmp_path / "target.xlsx"
    run("target", "list", "--out", out)
    assert openpyxl.load_workbook(out).worksheets[0].max_row == 9
    assert "no_form" not in run("target", "list", "--out", tmp_path / "target.pdf", expect=2)


def test_a_target_is_added_and_a_wrong_one_is_told(run, reference_store):
    assert run("target", "add", *OWN, "--most", "3,9", *SAID).startswith("targets: 2 ·")
    (own,) = targets_of(targets(reference_store), region="63.10")
    assert (own.least, own.most) == (3.3, 3.9)
    told = run("target", "add", *OWN, "--most", "3", *SAID, "--unit", "jiwa", expect=1)
    assert "melebihi batas atas 3" in told
    assert "--unit: satuan 'jiwa'" in told
    assert "Baris" not in told
    told = run("target", "add", *OWN, "--most", "39", *SAID, expect=1)
    assert "--accept-warnings" in told
    assert reference_store.version("targets").number == 2


def test_a_filled_template_is_ingested(run, tmp_path, reference_store):
    path = tmp_path / "target.xlsx"
    run("target", "template", path, "--indicator", "tpt_agustus")
    book = openpyxl.load_workbook(path)
    for column, value in {4: 2027, 5: 3.5, 6: 4.0, 8: "rkpd", 10: "RKPD", 12: "Bappeda"}.items():
        book.worksheets[0].cell(3, column, value)
    book.save(path)
    run("ingest", path, "--as", "targets")
    assert len(targets(reference_store)) == 9
    assert "--as indicators" in run("ingest", path, "--as", "targets", "--period", "2027", expect=2)
