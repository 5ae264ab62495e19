"""A file of targets, read and refused: each fault by its row and column, and nothing half taken."""

import io
import json
import time
from datetime import date

import openpyxl
import pytest

from geo.indicators.table import parse_catalogue
from geo.ingest import workbook
from geo.ingest.findings import TO_ACCEPT
from geo.ingest.source import Limits
from geo.programme.publish_targets import changed_targets, keys_of, upsert_targets
from geo.programme.target_file import StatedOfTargets, TargetsAgainst, read_target_file
from geo.programme.targets import COLUMNS, targets_of
from tests.conftest import DATA
from tests.regions import SOUTH_KALIMANTAN

CATALOGUE = parse_catalogue((DATA / "indicators/catalogue.toml").read_text("utf-8"))
TODAY = date(2026, 11, 29)
AGAINST = TargetsAgainst(SOUTH_KALIMANTAN, CATALOGUE, TODAY)
HEAD = (
    *("kode", "wilayah", "indikator", "tahun", "batas bawah", "batas atas", "satuan", "tingkat"),
    *("arah", "dokumen", "halaman", "sumber", "tautan", "catatan"),
)
GOOD = {
    "kode": "63.10",
    "wilayah": "Tanah Bumbu",
    "indikator": "tpt_agustus",
    "tahun": "2029",
    "batas bawah": "3,30",
    "batas atas": "3,97",
    "satuan": "% angkatan kerja",
    "tingkat": "RPJMD",
    "arah": "turun",
    "dokumen": "RPJMD Kabupaten Tanah Bumbu 2025–2029",
    "halaman": "112",
    "sumber": "Bappeda Tanah Bumbu",
    "tautan": "https://example.org/rpjmd",
    "catatan": "",
}


def lines(*rows, head=HEAD):
    return "\n".join(";".join(map(str, row)) for row in (head, *rows)) + "\n"


def row(**changes):
    said = {name.replace("_", " "): value for name, value in changes.items()}
    return [{**GOOD, **said}[name] for name in HEAD]


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Read text or the bytes of a workbook, in this process as the confined one does."""

    def in_this_process(job, folder):
        return json.loads(json.dumps(workbook.read_workbook(job)))

    monkeypatch.setattr("geo.ingest.sheet.read_workbook_confined", in_this_process)

    def reading(content, *, against=AGAINST, **stated):
        path = tmp_path / "target"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        said = StatedOfTargets(**stated)
        return read_target_file(path, stated=said, against=against, limits=Limits())

    return reading


def sentences(found):
    return [one.sentence.en for one in found.findings]


def test_a_row_is_one_target(read):
    found = read(lines(row()))
    assert found.frame is not None, sentences(found)
    assert tuple(found.frame.columns) == COLUMNS
    (target,) = targets_of(found.frame)
    assert (target.indicator, target.region, target.year) == ("tpt_agustus", "63.10", 2029)
    assert (target.least, target.most, target.level, target.direction) == (
        3.3,
        3.97,
        "rpjmd",
        "down",
    )
    assert (target.document, target.page) == (GOOD["dokumen"], "112")
    assert found.summary["counts"] == {"rows": 1, "targets": 1}


def test_an_open_end_a_catalogued_direction_and_the_province_by_its_name(read):
    found = read(
        lines(row(kode="", wilayah="Kalimantan Selatan", arah="", satuan="", batas_bawah="-"))
    )
    (target,) = targets_of(found.frame)
    assert (target.region, target.least, target.near, target.direction) == (
        "63",
        None,
        3.97,
        "down",
    )
    assert [one.code for one in found.findings] == ["unit_assumed"]


@pytest.mark.parametrize(
    ("changes", "code", "column", "word"),
    [
        ({"batas_atas": "1e308"}, "figure_impossible", 6, "1e+308 "),
        ({"batas_bawah": "3,98"}, "target_least_above_most", 6, "3.98"),
        ({"kode": "64.01", "wilayah": ""}, "region_unknown", 1, "64.01"),
        ({"kode": "63.10", "wilayah": "Kotabaru"}, "region_disagrees", 1, "Tanah Bumbu"),
        ({"indikator": "tpt_mei"}, "indicator_unknown", 3, "tpt_mei"),
        ({"indikator": ""}, "target_no_indicator", 3, "empty"),
        ({"satuan": "% penduduk"}, "unit_other", 7, "% of labour force"),
        ({"arah": "naik"}, "target_direction_other", 9, "contradicts"),
        ({"arah": "samping"}, "target_direction", 9, "samping"),
        ({"tahun": "2206"}, "year_outside", 4, "2206"),
        ({"tahun": "Agustus 2029"}, "target_no_year", 4, "Agustus"),
        ({"tahun": ""}, "target_no_year", 4, "no year"),
        ({"tingkat": "APBD"}, "target_level", 8, "APBD"),
        ({"dokumen": ""}, "target_no_document", 10, "document"),
        ({"sumber": ""}, "source_missing", 12, "source"),
        ({"batas_bawah": "", "batas_atas": "..."}, "target_no_range", 5, "empty"),
        ({"batas_atas": "empat"}, "target_end_unreadable", 6, "empat"),
        ({"batas_bawah": "3,27-3,97", "batas_atas": ""}, "target_end_unreadable", 5, "as Most"),
        ({"batas_atas": "397"}, "figure_impossible", 6, "397"),
        ({"batas_atas": "#REF!"}, "figure_is_error", 6, "#REF!"),
        ({"tautan": "javascript:alert(1)"}, "target_no_address", 13, "javascript"),
        ({"catatan": "a\u0007b"}, "control_character", 14, "0007"),
        ({"catatan": "x" * 1001}, "target_text_long", 14, "1000"),
    ],
)
def test_a_fault_is_a_sentence_with_its_row_and_column(read, changes, code, column, word):
    found = read(lines(row(kode="63.01", wilayah=""), row(**changes)))
    assert found.frame is None
    (wrong,) = [one for one in found.findings if one.severity == "error"]
    assert (wrong.code, wrong.where["row"], wrong.where["column"]) == (code, 3, column)
    assert word in wrong.sentence.en


@pytest.mark.parametrize(
    ("head", "ends", "code"),
    [
        ("batas atas", "2,75", "row_too_wide"),
        ("batas bawah,batas atas", "3,10,3,25", "row_too_wide"),
        ("batas bawah,batas atas", "2,75,", "figure_split"),
        ("batas bawah,batas atas,catatan", ",2,75", "figure_split"),
        ("batas bawah,batas atas,catatan", ",2.75", None),
        ("batas bawah,batas atas", "3,4", None),
    ],
)
def test_a_decimal_comma_that_cuts_a_number_is_refused(read, head, ends, code):
    said = "63.10,tpt_agustus,2029,RPJMD,RPJMD,Bappeda"
    found = read(f"kode,indikator,tahun,tingkat,dokumen,sumber,{head}\n{said},{ends}\n")
    wrong = [one for one in found.findings if one.severity == "error"]
    assert [(one.code, one.where) for one in wrong] == ([(code, {"row": 2})] if code else [])
    assert (found.frame is None) == (code is not None)


def test_a_column_without_a_head_that_holds_something_is_told_of(read):
    book = openpyxl.Workbook()
    book.active.append(HEAD)
    book.active.append([*row(), "lihat lampiran"])
    content = io.BytesIO()
    book.save(content)
    (told,) = read(content.getvalue()).findings
    assert (told.code, told.facts["columns"]) == ("columns_unused", "O")


def test_of_two_readings_the_plausible_one_is_meant(read):
    said = {"indikator": "penganggur_agustus", "satuan": "", "arah": "turun"}
    (target,) = targets_of(read(lines(row(**said, batas_bawah="6.500", batas_atas="7.000"))).frame)
    assert (target.least, target.most) == (6500, 7000)


def test_a_published_target_is_withdrawn_by_a_word_in_the_place_of_its_range(read):
    published = read(lines(row(), row(kode="63.01", wilayah=""))).frame
    known = TargetsAgainst(SOUTH_KALIMANTAN, CATALOGUE, TODAY, published=keys_of(published))
    withdrawn = read(lines(row(batas_bawah="Cabut", batas_atas="")), against=known)
    table, amendment = upsert_targets(published, withdrawn.frame)
    assert [*table["regency_code"]] == ["63.01"]
    assert (amendment.removed, amendment.unchanged, withdrawn.findings) == (1, 1, ())
    (change,) = changed_targets(table, published)
    assert (change.way, change.before, change.after) == ("removed", (3.3, 3.97), None)


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"batas_bawah": "cabut"}, "target_withdrawn_with", 6),
        ({"batas_bawah": "", "batas_atas": "dicabut", "tahun": "2028"}, "target_withdrawn_none", 4),
    ],
)
def test_a_withdrawal_stands_alone_and_is_of_a_published_target(read, changes, code, column):
    key = ("tpt_agustus", "63.10", 2029, "rpjmd")
    known = TargetsAgainst(SOUTH_KALIMANTAN, CATALOGUE, TODAY, published={key})
    (wrong,) = read(lines(row(**changes)), against=known).findings
    assert (wrong.code, wrong.where["column"]) == (code, column)


def test_all_faults_are_told_at_once_in_the_order_of_the_rows(read):
    found = read(lines(row(tahun="2206"), row(tingkat="APBD", dokumen=""), row(batas_bawah="9")))
    assert [(one.code, one.where["row"]) for one in found.findings] == [
        ("year_outside", 2),
        ("target_level", 3),
        ("target_no_document", 3),
        ("target_least_above_most", 4),
    ]


def test_one_target_in_two_rows_is_refused_naming_both(read):
    found = read(lines(row(), row(batas_atas="3,8"), row(tingkat="RKPD")))
    (twice,) = [one for one in found.findings if one.severity == "error"]
    assert (twice.code, twice.where["row"], twice.facts["row"]) == ("figure_twice", 3, 2)


def test_of_a_percent_three_decimals_are_no_thousands(read):
    (target,) = targets_of(read(lines(row(batas_bawah="3.125", batas_atas="3.5"))).frame)
    assert (target.least, target.most) == (3.125, 3.5)
    found = read(
        lines(row(indikator="umk", satuan="", arah="naik", batas_bawah="", batas_atas="98.372"))
    )
    (wrong,) = [one for one in found.findings if one.severity == "error"]
    assert "Write 98372 for the whole number or 98.3720 for the fraction" in wrong.sentence.en
    assert "98,3720" in wrong.sentence.id


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"batas_atas": ""}, "target_near_open_down"),
        ({"batas_atas": "NaN"}, "target_near_open_down"),
        (
            {"indikator": "pertumbuhan_ekonomi", "satuan": "%", "arah": "naik", "batas_bawah": "-"},
            "target_near_open_up",
        ),
    ],
)
def test_an_end_that_is_open_where_the_target_is_reached_must_be_accepted(read, changes, code):
    found = read(lines(row(**changes)))
    assert [(one.code, one.code in TO_ACCEPT) for one in found.findings] == [(code, True)]
    assert read(lines(row(batas_bawah=""))).findings == ()


def test_an_implausible_target_must_be_accepted(read):
    found = read(lines(row(batas_atas="39,7")))
    assert found.frame is not None
    assert [one.code for one in found.findings] == ["figure_implausible"]


@pytest.mark.parametrize("lacking", ["dokumen", "tingkat", "tahun", "indikator"])
def test_a_table_without_a_column_that_every_target_needs_is_refused(read, lacking):
    at = HEAD.index(lacking)
    head, only = [*HEAD], row()
    del head[at], only[at]
    found = read(lines(only, head=head))
    (wrong,) = found.findings
    assert wrong.code == ("target_no_head" if at in (2, 3) else "target_columns")
    assert f"kolom {lacking}." in wrong.sentence.id or wrong.code == "target_no_head"
    assert found.frame is None


def test_rows_that_a_template_has_written_and_nobody_filled_say_nothing(read):
    bare = row(**dict.fromkeys(("tahun", "tingkat", "dokumen", "halaman", "sumber", "tautan"), ""))
    bare[4] = bare[5] = ""
    found = read(lines(row(), bare, bare))
    assert len(found.frame) == 1
    assert [one.code for one in found.findings] == ["rows_unfilled"]
    assert [one.code for one in read(lines(bare)).findings] == ["rows_unfilled", "no_targets"]


def test_targets_of_other_regions_are_refused_or_left_out(read):
    others = (row(), row(kode="63", wilayah=""))
    own = TargetsAgainst(SOUTH_KALIMANTAN, CATALOGUE, TODAY, regencies={"63.10"})
    found = read(lines(*others), against=own)
    assert found.frame is None
    assert "63 (1)" in sentences(found)[0]
    leaving = TargetsAgainst(SOUTH_KALIMANTAN, CATALOGUE, TODAY, {"63.10"}, leaves_out_others=True)
    found = read(lines(*others), against=leaving)
    assert [*found.frame["regency_code"]] == ["63.10"]


def test_a_source_that_is_stated_is_that_of_rows_without_one(read):
    found = read(lines(row(sumber="")), source="Bappeda")
    assert [*found.frame["source"]] == ["Bappeda"]


def five_thousand_with_two_hundred_faults():
    """Rows of distinct targets; every 25th has one of eight faults."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(HEAD)
    known = [one for one in CATALOGUE.values() if one.direction != "none" and one.plausible]
    codes = sorted(SOUTH_KALIMANTAN.codes)
    faults = [
        *({"batas bawah": 1e6, "kode": None}, {"kode": "99.99"}, {"indikator": "tidak ada"}),
        *({"satuan": "gajah"}, {"tahun": 2206}, {"tingkat": "apbd"}, {"dokumen": None}),
        {"arah": "ke samping"},
    ]
    for at in range(5000):
        one, place = known[at % len(known)], at // len(known)
        low, high = one.plausible
        middle = low + (high - low) / 2
        said = GOOD | {"kode": codes[place % 14], "indikator": one.id, "satuan": one.unit.id}
        said |= {"wilayah": "", "arah": "", "tahun": 2025 + place // 14}
        said |= {"batas bawah": middle, "batas atas": middle}
        said |= faults[at // 25 % 8] if at % 25 == 0 else {}
        sheet.append([said[name] for name in HEAD])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_two_hundred_faults_in_five_thousand_rows_cost_little_more_than_to_open_the_workbook(read):
    content = five_thousand_with_two_hundred_faults()
    started = time.process_time()
    openpyxl.load_workbook(io.BytesIO(content))
    opened = time.process_time()
    found = read(content)
    # It is opened twice: for results and for formulas. Seconds alone would tell of the machine.
    assert time.process_time() - opened < 3 * (opened - started)
    assert found.frame is None
    rows = {one.where["row"] for one in found.findings if one.severity == "error"}
    assert rows == {2 + 25 * each for each in range(200)}


def test_a_formula_in_a_text_stays_a_text(read):
    (target,) = targets_of(read(lines(row(catatan='=HYPERLINK("http://x")'))).frame)
    assert target.note == '=HYPERLINK("http://x")'
