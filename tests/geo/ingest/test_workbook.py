"""Workbooks that nobody trusts, read where they can do no harm."""

import io
import zipfile

import openpyxl
import pytest

from geo.errors import UploadUnsupported
from geo.ingest.findings import Unreadable
from geo.ingest.sheet import plain_table, read_sheet
from geo.ingest.source import Limits
from geo.ingest.workbook import WorkbookJob, read_workbook

LIMITS = Limits()


@pytest.fixture
def plain(tmp_path):
    """A small workbook; its members can be replaced, and others added."""
    file = openpyxl.Workbook()
    file.active.append(["kode", "nilai"])
    file.active.append(["63.10", 4.25])
    file.save(tmp_path / "a.xlsx")

    def changed(members=(), name="b.xlsx"):
        new = dict(members)
        with zipfile.ZipFile(tmp_path / "a.xlsx") as old:
            held = {n: old.read(n) for n in old.namelist()}
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as target:
            for member, content in {**held, **new}.items():
                target.writestr(member, content)
        return tmp_path / name

    return changed


def found(path, sheet=None):
    return read_workbook(WorkbookJob(path, sheet, LIMITS))


def test_a_workbook_is_read_in_its_confined_process(plain):
    table = plain_table(read_sheet(plain(), limits=LIMITS))
    assert table.values.tolist() == [["63.10", "4.25"]]
    assert table.index.tolist() == [2]


def test_a_table_reads_back_as_text(tmp_path):
    (tmp_path / "a.csv").write_text("code,name\n63.10,\n", encoding="utf-8-sig")
    table = plain_table(read_sheet(tmp_path / "a.csv", limits=LIMITS))
    assert table["code"].tolist() == ["63.10"]
    assert table["name"].tolist() == [None]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("a,a\n1,2\n", "head_unclear"),
        ("a,,b\n1,2,3\n", "head_unclear"),
        ("a\n1,2\n", "row_too_wide"),
    ],
)
def test_a_plain_table_names_each_column_once(tmp_path, content, code):
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(Unreadable) as caught:
        plain_table(read_sheet(tmp_path / "a.csv", limits=LIMITS))
    assert caught.value.findings[0].code == code


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b'<row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>'
)
SHEET = "xl/worksheets/sheet1.xml"
FAR = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({SHEET: ENTITIES}, "workbook_doctype"),
        ({SHEET: ENTITIES.decode().encode("utf-16")}, "workbook_doctype"),
        ({SHEET: FAR}, "workbook_far_cell"),
        ({SHEET: b"<worksheet"}, "workbook_unreadable"),
        ({SHEET: b"0" * 20_000_000}, "zip_ratio"),
        ({"../../etc/x.xml": b"<a/>"}, "zip_path"),
        ({"xl/embedded.zip": b"PK"}, "zip_nested"),
    ],
    ids=["entities", "utf-16", "far cell", "cut", "bomb", "path", "nested"],
)
def test_a_hostile_workbook_is_refused_by_a_finding(plain, members, code):
    assert found(plain(members))["fault"][0] == code


def test_an_archive_that_is_no_workbook_says_what_to_send(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("content.xml", "<a/>")
    with pytest.raises(UploadUnsupported, match=r"xlsx"):
        read_sheet(tmp_path / "a.xlsx", limits=LIMITS)
    (tmp_path / "b.xlsx").write_bytes(b"PK\3\4 cut off")
    assert found(tmp_path / "b.xlsx")["fault"] == ("workbook_unreadable", {"reason": "BadZipFile"})


def test_only_a_percent_sign_that_multiplies_makes_a_percent(tmp_path):
    shown = {
        "0.00%": 25.0,
        '0.00" %"': 0.25,
        r"0.00\%": 0.25,
        "0.00_%": 0.25,
        "0.0*%": 0.25,
        "[$%-421]0.0": 0.25,
        '0.00" \\"%': 25.0,
        "0.0;-0.0%": 0.25,
        "0.0%;-0.0": 25.0,
        "[<1]0.0%;0.0": 25.0,
        "[>=1]0.0%;[Red]0.0": 0.25,
        "0%%": 2500.0,
    }
    file = openpyxl.Workbook()
    for at, written in enumerate(shown, 1):
        file.active.cell(at, 1, 0.25).number_format = written
    file.save(tmp_path / "a.xlsx")
    rows = found(tmp_path / "a.xlsx")["rows"]
    assert dict(zip(shown, (cells[0] for _, cells in rows), strict=True)) == shown


def test_hidden_sheets_are_read_only_when_they_are_named(tmp_path):
    file = openpyxl.Workbook()
    file.active.append(["kode", "nilai"])
    hidden = file.create_sheet("lama")
    hidden.append(["x"])
    hidden.sheet_state = "hidden"
    content = io.BytesIO()
    file.save(content)
    (tmp_path / "a.xlsx").write_bytes(content.getvalue())
    assert found(tmp_path / "a.xlsx")["name"] == "Sheet"
    assert found(tmp_path / "a.xlsx", "lama")["rows"] == [(1, ["x"])]
