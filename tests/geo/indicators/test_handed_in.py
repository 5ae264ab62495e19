"""Tables of figures as offices send them: what is read, what is refused, and where it is said to stand."""

import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from geo.errors import InvalidInput, UploadTooLarge, UploadUnsupported
from geo.indicators.handed_in import Against, StatedOfAll, read_indicator_file
from geo.indicators.table import parse_catalogue, parse_indicators
from geo.ingest import workbook
from geo.ingest.findings import Unreadable
from geo.ingest.source import Limits
from tests.regions import SOUTH_KALIMANTAN

DATA = Path(__file__).parents[3] / "data" / "indicators"
HEAD = "regency_code,indicator,year,period,value,unit,source,source_url"
ROW = "63.01,tpt_agustus,2026,Agustus 2026,4.25,%,uji,http://example.org"
CATALOGUE = """
[tpt_agustus]
title = { id = "Tingkat pengangguran terbuka (Agustus)", en = "Open unemployment (August)" }
unit = { id = "% angkatan kerja", en = "% of labour force" }
kind = "rate"
direction = "min"
aggregation = "population"
decimals = 2
mappable = true
plausible = [0.1, 30]

[tpt_februari]
title = { id = "Tingkat pengangguran terbuka (Februari)", en = "Open unemployment (February)" }
unit = { id = "% angkatan kerja", en = "% of labour force" }
kind = "rate"
direction = "min"
aggregation = "population"
decimals = 2
mappable = true
plausible = [0.1, 30]

[angkatan_kerja_agustus]
title = { id = "Angkatan kerja (Agustus)", en = "Labour force (August)" }
unit = { id = "jiwa", en = "persons" }
kind = "count"
direction = "none"
aggregation = "sum"
decimals = 0
mappable = true
plausible = [20000, 4000000]

[gini]
title = { id = "Rasio Gini", en = "Gini ratio" }
unit = { id = "indeks 0-1", en = "index 0-1" }
kind = "index"
direction = "min"
aggregation = "population"
decimals = 3
mappable = true
plausible = [0.15, 0.6]

[umk]
title = { id = "Upah minimum kabupaten/kota", en = "Minimum wage" }
unit = { id = "Rp per bulan", en = "IDR per month" }
kind = "amount"
direction = "max"
aggregation = "population"
decimals = 0
mappable = true
plausible = [100000, 10000000]
"""
PUBLISHED = parse_indicators(
    pd.DataFrame(
        [
            ("63.01", "tpt_agustus", 2024, "Agustus 2024", 3.5, "% angkatan kerja"),
            ("63.01", "tpt_agustus", 2025, "Agustus 2025", 3.3, "% angkatan kerja"),
            ("63.02", "gini", 2024, "2024", 0.31, "indeks 0-1"),
            ("63.01", "umk", 2026, "2026", 3725000.0, "Rp per bulan"),
        ],
        columns=["regency_code", "indicator", "year", "period", "value", "unit"],
    ).assign(source="BPS", source_url="")
)
LIMITS = Limits()
TODAY = date(2026, 11, 28)
AGAINST = Against(SOUTH_KALIMANTAN, parse_catalogue(CATALOGUE), PUBLISHED, today=TODAY)


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Read bytes, text or rows of a workbook; workbooks in this process, as the confined one does."""
    monkeypatch.setattr("geo.ingest.sheet.read_workbook_confined", in_this_process)

    def reading(content, *, limits=None, against=AGAINST, **stated):
        path = tmp_path / "tabel"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        said = StatedOfAll(**stated)
        return read_indicator_file(path, stated=said, against=against, limits=limits or LIMITS)

    return reading


def in_this_process(job, folder):
    found = json.loads(json.dumps(workbook.read_workbook(job)))
    if "unsupported" in found:
        raise UploadUnsupported(reason="x")
    if "fault" in found:
        from geo.ingest.findings import finding

        raise Unreadable(finding(found["fault"][0], **found["fault"][1]))
    return found


def tidy(*rows, head=HEAD, separator=",", end="\n"):
    return end.join([head, *rows, ""]).replace(",", separator)


def book(*rows, merged=(), formats=None, sheets=()):
    """The bytes of a workbook with these rows, and further sheets by their titles."""
    file = openpyxl.Workbook()
    for row in rows:
        file.active.append(row)
    for cells in merged:
        file.active.merge_cells(cells)
    for cell, form in (formats or {}).items():
        file.active[cell].number_format = form
    for title, more in sheets:
        sheet = file.create_sheet(title)
        for row in more:
            sheet.append(row)
    content = io.BytesIO()
    file.save(content)
    return content.getvalue()


def figures(found):
    assert found.frame is not None, sentences(found)
    return {
        (row.regency_code, row.period): row.value for row in found.frame.itertuples(index=False)
    }


def codes(found):
    return [one.code for one in found.findings]


def sentences(found, severity=None):
    return [f.sentence.en for f in found.findings if severity in (None, f.severity)]


def refused(found, code, *words):
    """The one error of a file that is refused, which says these words."""
    assert found.frame is None
    errors = [f for f in found.findings if f.severity == "error"]
    assert [f.code for f in errors] == [code], sentences(found)
    for word in words:
        assert word in errors[0].sentence.en
    return errors[0]


TWO = {("63.01", "Agustus 2026"): 4.25, ("63.02", "Agustus 2026"): 5.1}
OTHER = "63.02,tpt_agustus,2026,Agustus 2026,5.1,%,uji,http://example.org"


@pytest.mark.parametrize(
    "content",
    [
        tidy(ROW, OTHER).encode(),
        tidy(ROW, OTHER, end="\r\n").encode("utf-8-sig"),
        tidy(ROW, OTHER, end="\r").encode(),
        tidy(ROW, OTHER).encode("utf-16"),
        tidy(ROW, OTHER).encode("utf-16-le"),
        tidy(ROW, OTHER).encode("utf-16-be"),
        b"\xfe\xff" + tidy(ROW, OTHER).encode("utf-16-be"),
        tidy(ROW, OTHER, separator=";").encode(),
        tidy(ROW, OTHER, separator="\t").encode(),
        tidy(ROW, OTHER, separator="|").encode(),
        b"sep=;\r\n" + tidy(ROW, OTHER, separator=";", end="\r\n").encode(),
        b'\xef\xbb\xbf"sep=|"\n' + tidy(ROW, OTHER, separator="|").encode(),
        tidy(ROW, OTHER).replace("\n", ",\n").encode(),
        tidy(ROW, OTHER).replace("\n", ",,,\n").encode(),
        ("\n\n" + tidy(ROW, "", ",,,,,,,", OTHER, "", "")).encode(),
        tidy(ROW, HEAD, OTHER, HEAD).encode(),
        tidy(ROW, OTHER, head=HEAD.upper()).encode(),
        tidy(ROW, OTHER, head=HEAD.replace(",", "\xa0, ").replace("_", " ")).encode(),
        tidy(ROW, OTHER).replace("4.25", '"4,25"').replace("5.1", '"5,1"').encode(),
        tidy(ROW, OTHER).replace("4.25", "4.25 %").replace("5.1", "5.1%").encode(),
        tidy(ROW, OTHER).replace(",2026,", ",2026.0,").encode(),
        tidy(ROW, OTHER).replace(",Agustus 2026,", ",,").encode(),
        tidy(ROW, OTHER).replace("Agustus 2026", "Agt 2026").encode(),
        tidy(ROW, OTHER).replace("Agustus 2026", "2026-08").encode(),
        tidy(ROW, OTHER).replace("63.01", "6301").replace("63.02", "6302.0").encode(),
        tidy(ROW, OTHER).replace("63.02", "Kab. Kota Baru").encode(),
        tidy(ROW, OTHER).replace("tpt_agustus", "TPT_Agustus").encode(),
        tidy(ROW, OTHER).replace("tpt_agustus", "Tingkat Pengangguran Terbuka (Agustus)").encode(),
        tidy(ROW, OTHER, head="Kode,Indikator,Tahun,Periode,Nilai,Satuan,Sumber,Tautan").encode(),
    ],
    ids=range(29),
)
def test_one_table_reads_alike_however_a_program_wrote_it(read, content):
    found = read(content)
    assert figures(found) == TWO
    assert set(found.frame["unit"]) == {"% angkatan kerja"}
    assert set(found.frame["source"]) == {"uji"}


def test_decimal_commas_of_an_indonesian_spreadsheet_are_read(read):
    rows = [
        ROW.replace(",", ";").replace("4.25", "4,25"),
        OTHER.replace(",", ";").replace("5.1", "5,10"),
    ]
    assert figures(read("\n".join([HEAD.replace(",", ";"), *rows]))) == TWO


def test_text_of_windows_keeps_its_letters_and_says_how_it_was_read(read):
    found = read(tidy(ROW.replace("uji", "Sakernas – BPS")).encode("cp1252"))
    assert found.frame["source"].tolist() == ["Sakernas – BPS"]
    assert codes(found) == ["table_encoding_read"]


def test_an_encoding_that_nobody_knows_is_refused(read):
    with pytest.raises(InvalidInput, match="rot13"):
        read(tidy(ROW), encoding="rot13")


def test_quoted_line_breaks_keep_rows_and_their_numbers(read):
    found = read(tidy(ROW.replace("uji", '"BPS,\nSakernas"'), OTHER.replace("5.1", "banyak")))
    refused(found, "figure_unreadable", "Row 3, column value (E)", "'banyak'")
    good = read(tidy(ROW.replace("uji", '"BPS,\nSakernas"')))
    assert good.frame["source"].tolist() == ["BPS, Sakernas"]


def test_years_as_columns_are_read_for_the_indicator_that_is_stated(read):
    wide = "Kabupaten/Kota,2021,2022,2023\nTanah Laut,3.1,3.2,3.3\n"
    found = read(wide, indicator="tpt_agustus", source="BPS")
    assert figures(found) == {
        ("63.01", "Agustus 2021"): 3.1,
        ("63.01", "Agustus 2022"): 3.2,
        ("63.01", "Agustus 2023"): 3.3,
    }
    assert codes(found) == ["unit_assumed"]
    refused(
        read(wide, indicator="tpt", source="BPS"), "indicator_unknown", "tpt_agustus, tpt_februari"
    )
    refused(read(wide, indicator="tpt_agustus"), "source_missing", "column source (sumber)")


BPS = """Tabel 3.2 Tingkat Pengangguran Terbuka (TPT) Menurut Kabupaten/Kota (persen), 2023-2025;;;
;;;
Kabupaten/Kota;Tingkat Pengangguran Terbuka;;
Regency/Municipality;2023;2024*;Agustus 2025
(1);(2);(3);(4)
Kabupaten/Regency;;;
1. Tanah Laut;3,43;-;3,1
2. Kotabaru;...;4,01;NA
Kota/Municipality;;;
71. Banjarmasin;5,20*;5,3r;4,5 e
Kalimantan Selatan;4,31;4,20;4,02
Catatan: *Angka sementara;;;
Sumber: BPS, Sakernas Agustus;;;
"""


def test_the_table_of_bps_is_read_with_its_marks_and_its_source(read):
    found = read(BPS, indicator="tpt_agustus")
    assert figures(found) == {
        ("63.01", "Agustus 2023"): 3.43,
        ("63.01", "Agustus 2025"): 3.1,
        ("63.02", "Agustus 2024"): 4.01,
        ("63.71", "Agustus 2023"): 5.2,
        ("63.71", "Agustus 2024"): 5.3,
        ("63.71", "Agustus 2025"): 4.5,
        ("63", "Agustus 2023"): 4.31,
        ("63", "Agustus 2024"): 4.2,
        ("63", "Agustus 2025"): 4.02,
    }
    assert set(found.frame["source"]) == {"BPS, Sakernas Agustus"}
    notes = found.frame.set_index(["regency_code", "year"])["note"]
    assert [notes["63.71", year] for year in (2023, 2024, 2025)] == [
        "Angka sementara menurut sumber.",
        "Angka diperbaiki menurut sumber.",
        "Angka estimasi menurut sumber.",
    ]
    said = {f.code: f.sentence.en for f in found.findings}
    assert "7 (63.01, Tingkat Pengangguran Terbuka 2024*)" in said["missing_dash"]
    assert "8 (63.02" in said["missing_dots"]
    assert "8 (63.02" in said["missing_not_available"]
    assert said["rows_skipped"].endswith("1, 5, 6, 9, 12, 13.")


def test_the_download_of_a_table_of_bps_names_its_regions_in_the_first_cell(read):
    content = book(
        ["Kabupaten/Kota Se Kalimantan Selatan", "Tingkat Pengangguran Terbuka (Persen)", None],
        [None, 2023, 2024],
        ["Tanah Laut", 3.43, "-"],
        ["Kota Banjar Baru", "4,1", 4.2],
    )
    found = read(content, indicator="tpt_agustus", source="BPS")
    assert figures(found) == {
        ("63.01", "Agustus 2023"): 3.43,
        ("63.72", "Agustus 2023"): 4.1,
        ("63.72", "Agustus 2024"): 4.2,
    }


def test_columns_may_be_named_by_the_catalogue(read):
    found = read(
        "kode;tahun;tpt_agustus;Angkatan kerja (Agustus);lain\n6301;2026;3,4;139540;x\n",
        source="BPS",
    )
    assert found.frame[["indicator", "value"]].values.tolist() == [
        ["angkatan_kerja_agustus", 139540.0],
        ["tpt_agustus", 3.4],
    ]
    assert "columns_unused" in codes(found)


def test_a_decimal_comma_that_cut_a_figure_is_found_where_the_fields_still_fit(read):
    table = "kode,indikator,tahun,nilai,catatan\n6301,tpt_agustus,2026,4,25\n"
    refused(read(table, source="x"), "figure_split", "Row 2")


def test_columns_that_nobody_can_tell_apart_are_refused(read):
    for head in ("kode;nilai;nilai", "kode;nilai;angka", "kode;kode;nilai"):
        refused(
            read(f"{head}\n6301;4,2;4,3\n", indicator="tpt_agustus", source="x"), "head_unclear"
        )


def test_a_printed_table_with_a_column_of_numbers_is_read(read):
    table = "No.;Kode;Nama;TPT\n1;6301;Tanah Laut;3,4\n2;6302;Kotabaru;4,4\n"
    found = read(table, indicator="tpt_agustus", period="2025", source="x")
    assert figures(found) == {("63.01", "Agustus 2025"): 3.4, ("63.02", "Agustus 2025"): 4.4}


def test_a_title_of_the_catalogue_with_its_year_names_a_column(read):
    table = "Wilayah;Tingkat Pengangguran Terbuka (Agustus) 2025\nTanah Laut;3,4\n"
    assert figures(read(table, source="x")) == {("63.01", "Agustus 2025"): 3.4}


def test_two_kinds_of_figures_under_one_stated_indicator_are_refused(read):
    wide = "Kabupaten/Kota,2021,Peringkat 2021\nTanah Laut,3.1,7\n"
    refused(read(wide, indicator="tpt_agustus", source="x"), "several_figures", "Peringkat 2021")


def test_a_period_for_all_figures_may_be_stated(read):
    found = read(
        "Wilayah;TPT\nHST;3,4\nBatola;2,9\n", indicator="tpt_agustus", period="2025", source="x"
    )
    assert figures(found) == {("63.07", "Agustus 2025"): 3.4, ("63.04", "Agustus 2025"): 2.9}
    table = "Wilayah;tpt_agustus\nHST;3,4\n"
    refused(read(table, source="x"), "period_missing", "column year (tahun)")


@pytest.mark.parametrize(
    "mark", ["-", "–", "—", "...", "…", "NA", "n.a.", "N/A", "tidak ada data", "", "null"]
)
def test_what_stands_for_no_data_is_missing_and_never_zero(read, mark):
    found = read(tidy(ROW, OTHER.replace("5.1", mark)))
    assert figures(found) == {("63.01", "Agustus 2026"): 4.25}
    (said,) = [f for f in found.findings if f.code.startswith("missing")]
    assert "3 (63.02, value)" in said.sentence.en


def test_a_dash_where_people_are_counted_is_asked_about(read):
    count = "63.01,angkatan_kerja_agustus,2026,,140000,orang,uji,"
    found = read(tidy(count, count.replace("63.01", "63.02").replace("140000", "-")))
    assert figures(found) == {("63.01", "Agustus 2026"): 140000}
    (said,) = found.findings
    assert (said.code, said.severity) == ("dash_for_count", "warning")
    assert "none or zero" in said.sentence.en


def test_a_table_without_any_figure_is_refused(read):
    refused(read(tidy(ROW.replace("4.25", "..."))), "no_figures")
    refused(read(tidy()), "no_figures")


PEOPLE = "63.01,angkatan_kerja_agustus,2026,Agustus 2026,234.567,orang,uji,"


def test_the_style_of_numbers_is_decided_by_the_indicator_and_asked_about(read):
    mixed = tidy(ROW, OTHER, PEOPLE, PEOPLE.replace("63.01", "63.02").replace("234", "145"))
    found = read(mixed)
    said = sentences(found, "error")
    assert [s.split(":")[0] for s in said] == ["Row 4, column value (E)", "Row 5, column value (E)"]
    assert "the fraction 234.567 or the whole number 234,567 persons" in said[0]
    assert "as 1.234,5 or as 1,234.5" in said[0]
    stated = read(
        tidy(PEOPLE, PEOPLE.replace("63.01", "63.02").replace("234", "145")), numbers="id"
    )
    assert figures(stated)["63.01", "Agustus 2026"] == 234_567
    # Written as the sender says, 4.25 is no number: nothing is half taken.
    assert read(mixed, numbers="id").frame is None


def test_a_figure_that_is_published_already_is_no_question(read):
    wage = PUBLISHED.assign(value=PUBLISHED["value"].replace(3725000.0, 98.372))
    against = Against(SOUTH_KALIMANTAN, AGAINST.catalogue, wage, TODAY)
    assert figures(read(tidy("63.01,umk,2026,,98.372,Rp,x,"), against=against)) == {
        ("63.01", "2026"): 98.372
    }
    refused(read(tidy("63.02,umk,2026,,98.372,Rp,x,"), against=against), "figure_ambiguous")


def test_whole_thousands_beside_it_tell_what_a_number_is(read):
    rows = [PEOPLE, PEOPLE.replace("63.01", "63.02").replace("234.567", "1.234.567")]
    assert figures(read(tidy(*rows)))["63.01", "Agustus 2026"] == 234_567


def test_a_count_that_would_get_a_fraction_from_its_neighbours_is_asked_about(read):
    rows = [PEOPLE, PEOPLE.replace("63.01", "63.02").replace("234.567", "145678.5")]
    refused(read(tidy(*rows)), "figure_ambiguous", "'234.567'")


def test_a_fraction_of_a_person_is_asked_about_unless_it_is_an_estimate(read):
    count = PEOPLE.replace("234.567", "145678.5")
    found = read(tidy(count))
    assert codes(found) == ["count_fraction"]
    head = HEAD + ",confidence"
    assert codes(read(tidy(count + ",low", head=head))) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1 234 567", 1234567),
        ("1\xa0234\xa0567", 1234567),
        ("1\u202f234\u202f567", 1234567),
        ("1.234.567", 1234567),
        ('"1,234,567"', 1234567),
        ('"1.234.567,00"', 1234567),
        ("Rp 3.725.000", 3725000),
        ("Rp. 3725000", 3725000),
        ('"Rp3.725.000,00"', 3725000),
        ("3.725e6", 3725000),
    ],
)
def test_numbers_are_read_with_the_spaces_and_signs_that_offices_write(read, text, number):
    row = f"63.01,umk,2026,,{text},Rp per bulan,SK Gubernur,"
    assert read(tidy(row)).frame["value"].tolist() == [number]


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("tpt_agustus", "TPT", "indicator_unknown", ["column indicator (B)", "tpt_agustus"]),
        ("tpt_agustus", "tpt_agutsus", "indicator_unknown", ["tpt_agustus"]),
        (",%,", ",fraksi,", "unit_other", ["column unit (F)", "% of labour force"]),
        (",%,", ",% penduduk,", "unit_other", ["'% penduduk'"]),
        ("4.25", "425", "figure_impossible", ["425", "column value (E)"]),
        ("4.25", "-3", "figure_impossible", ["−3"]),
        ("2026,Agustus 2026", "2206,Agustus 2206", "year_outside", ["2206", "1990–2027"]),
        ("2026,Agustus 2026", "1989,Agustus 1989", "year_outside", ["1989"]),
        ("2026,Agustus 2026", "2025,Agustus 2026", "period_disagrees", ["2025 / Agustus 2026"]),
        ("Agustus 2026", "Februari 2026", "month_disagrees", ["Agustus 2026", "Februari 2026"]),
        (",2026,Agustus", ",besok,Agustus", "period_unreadable", ["column year (C)", "'besok'"]),
        (",2026,Agustus", ",2024/2025,Agustus", "period_unreadable", ["'2024/2025'"]),
        ("2026,Agustus 2026", ",", "period_missing", ["column year (C)"]),
        ("63.01", "63.1", "region_lost_zero", ["63.01, 63.10", "column regency_code (A)"]),
        ("63.01", "63.99", "region_unknown", ["'63.99'"]),
        ("63.01", "63.01.01", "region_unknown", ["'63.01.01'"]),
        ("63.01", "Jumlah", "region_unknown", ["'Jumlah'"]),
        ("63.01", "Kota Banjar", "region_unknown", ["'Kota Banjar'"]),
        ("63.01", "", "region_missing", ["Row 2"]),
        ("4.25", "4.2.5", "figure_unreadable", ["'4.2.5'"]),
        ("4.25", "#REF!", "figure_is_error", ["#REF!"]),
        ("uji", "", "source_missing", ["column source (G)"]),
        ("4.25,%", "4,25,%", "row_too_wide", ["Row 2", "9 columns", "semicolons"]),
        (",%,uji,http://example.org", "", "row_cut", ["Row 2", "5 of 8"]),
        ("uji", '"uji', "table_broken", ["Row 2"]),
        ("uji", "u\0ji", "table_nul", ["row 2"]),
    ],
)
def test_what_cannot_be_read_or_be_true_is_a_sentence_with_row_and_column(
    read, old, new, code, words
):
    found = read(tidy(ROW.replace(old, new, 1)))
    error = refused(found, code)
    assert not [w for w in words if w.lower() not in error.sentence.en.lower()], error.sentence.en
    assert error.sentence.id != error.sentence.en


def test_a_unit_may_leave_open_what_it_is_of_but_not_how_large(read):
    for unit in ("persen", "% angkatan kerja", "% of labour force", "Percent", ""):
        assert read(tidy(ROW.replace(",%,", f",{unit},"))).frame["unit"].tolist() == [
            "% angkatan kerja"
        ]
    wage = "63.01,umk,2026,,3725000,Rp,SK,"
    assert figures(read(tidy(wage))) == {("63.01", "2026"): 3725000}
    refused(read(tidy(wage.replace(",Rp,", ",juta Rp,"))), "unit_other", "'juta Rp'")
    percent = PEOPLE.replace("234.567", "23%")
    refused(read(tidy(percent)), "percent_for_other", "persons")


def test_a_figure_beyond_the_plausible_or_far_from_the_last_must_be_accepted(read):
    odd = read(tidy(ROW.replace("4.25", "42.5")))
    assert (codes(odd), figures(odd)) == (["figure_implausible"], {("63.01", "Agustus 2026"): 42.5})
    assert "0.1 to 30" in sentences(odd)[0]
    far = read(tidy(ROW.replace("4.25", "8.25")))
    assert codes(far) == ["figure_jumps"]
    assert (
        "Kabupaten Tanah Laut: 8.25 (Agustus 2026) is far from the published 3.3 (Agustus 2025)"
        in (sentences(far)[0])
    )


def ahead(period, *, indicator="tpt_agustus", value="4.25", unit="%"):
    return tidy(f"63.01,{indicator},,{period},{value},{unit},uji,")


def test_a_figure_of_a_period_that_is_not_over_must_be_accepted(read):
    early = read(ahead("Agustus 2027"))
    assert (codes(early), figures(early)) == (
        ["period_not_over"],
        {("63.01", "Agustus 2027"): 4.25},
    )
    assert "(August): the period Agustus 2027 is not over yet" in sentences(early)[0]
    assert codes(read(ahead("Agustus 2026"))) == []
    assert "period_not_over" in codes(read(ahead("2026", indicator="gini", value="0.35", unit="")))
    in_august = Against(SOUTH_KALIMANTAN, AGAINST.catalogue, AGAINST.published, date(2026, 8, 31))
    assert codes(read(ahead("Agustus 2026"), against=in_august)) == ["period_not_over"]
    after = Against(SOUTH_KALIMANTAN, AGAINST.catalogue, AGAINST.published, date(2026, 9, 1))
    assert codes(read(ahead("Agustus 2026"), against=after)) == []


def test_what_is_set_before_its_period_may_come_before_it(read):
    known = parse_catalogue((DATA / "catalogue.toml").read_text("utf-8"))
    ahead_of = {name for name, one in known.items() if one.is_set_ahead}
    assert {"umk", "ump", "apbd_pad_anggaran"} <= ahead_of
    assert not {"tpt_agustus", "penduduk_dukcapil_total"} & ahead_of
    shipped = Against(SOUTH_KALIMANTAN, known, PUBLISHED, TODAY)
    wage = ahead("2027", indicator="umk", value="3900000", unit="Rp per bulan")
    assert "period_not_over" not in codes(read(wage, against=shipped))


def test_nothing_is_half_taken_and_every_fault_is_told_at_once(read):
    rows = [ROW, *(ROW.replace("63.01", "63.99") for _ in range(60)), OTHER.replace("5.1", "x")]
    found = read(tidy(*rows))
    assert found.frame is None
    assert codes(found).count("region_unknown") == 60
    assert "figure_unreadable" in codes(found)


def test_one_region_twice_is_refused_naming_both_rows(read):
    found = read(tidy(ROW, ROW.replace("63.01", "Kab. Tanah Laut")))
    refused(found, "figure_twice", "(August) / Agustus 2026", "row 2")


def test_a_name_beside_a_damaged_code_settles_it_and_beside_another_refuses(read):
    head = "kode,Kabupaten/Kota,indicator,year,value,source"
    row = "63.1,Tanah Bumbu,tpt_agustus,2026,4.25,uji"
    assert figures(read(tidy(row, head=head))) == {("63.10", "Agustus 2026"): 4.25}
    other = row.replace("63.1", "63.01")
    refused(
        read(tidy(other, head=head)), "region_disagrees", "Kabupaten Tanah Laut", "'Tanah Bumbu'"
    )


@pytest.mark.parametrize(
    ("content", "code", "word"),
    [
        (b"", "table_empty", ""),
        (b"\n\n ;;; \n", "table_empty", ""),
        (b"\xef\xbb\xbf", "table_empty", ""),
        (b"a,b,c\n1,2,3\n", "table_no_head", "a, b, c"),
        (b"Kabupaten/Kota,keterangan\nTanah Laut,x\n", "table_no_figures", "Kabupaten/Kota"),
        (b"x\x00\x01\x02y", "table_nul", ""),
        (b"kode\x81,nilai\n", "table_encoding", "byte 5"),
        (b"kode,nilai\n" + b"9" * 10_000_000, "cell_too_long", "row 2"),
        (b"kode,nilai\n" + b"," * 1_000_000, "table_too_wide", "row 2"),
        (b'kode,nilai\n"' + b"x\n" * 100_000, "cell_too_long", "row 2"),
    ],
    ids=range(10),
)
def test_what_is_no_table_is_refused_by_a_sentence(read, content, code, word):
    found = read(content)
    error = refused(found, code)
    assert word.lower() in error.sentence.en.lower()


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7",
        b"\xd0\xcf\x11\xe0 old excel",
        b"<html><table>",
        b'{"a": 1}',
        b"Rar!\x1a",
        b"\x1f\x8b\x08",
    ],
)
def test_a_file_of_another_kind_is_told_what_to_send(read, content):
    with pytest.raises(UploadUnsupported, match=r"xlsx"):
        read(content)


def test_tables_over_the_limits_are_refused(read):
    with pytest.raises(UploadTooLarge):
        read(b"kode,nilai\n" * 3_000_000)
    long = tidy(*[ROW] * 30)
    refused(read(long, limits=Limits(features=20)), "table_too_long", "20 rows")


def test_a_workbook_is_read_with_numbers_dates_and_texts(read):
    content = book(
        HEAD.split(","),
        ["63.10", "tpt_agustus", 2026, "Agustus 2026", 4.25, "%", "s", "u"],
        ["63.02", "tpt_agustus", "2026", date(2026, 8, 1), "5,10", "%", "s", None],
        [6303, "tpt_agustus", date(2026, 1, 1), None, 0.041, "%", "s", None],
        [63.04, "tpt_agustus", 2026, None, "-", "%", "s", None],
        [None] * 8,
        ["63.05", "tpt_agustus", 2026, None, 3, "%", "s", None],
        formats={"E4": "0.00%"},
    )
    found = read(content)
    assert figures(found) == {
        ("63.10", "Agustus 2026"): 4.25,
        ("63.02", "Agustus 2026"): 5.1,
        ("63.03", "Agustus 2026"): 4.1,
        ("63.05", "Agustus 2026"): 3,
    }
    assert "5 (63.04, value)" in sentences(found)[0]


def test_dates_that_a_spreadsheet_made_of_numbers_are_refused_by_cell(read):
    row = ["63.01", "tpt_agustus", 2026, None, date(2026, 10, 5), "%", "s", None]
    refused(
        read(book(HEAD.split(","), row)), "figure_is_date", "Row 2, column value (E)", "2026-10-05"
    )
    row = ["63.01", "tpt_agustus", date(1905, 7, 18), None, 4.25, "%", "s", None]
    refused(read(book(HEAD.split(","), row)), "date_for_year", "column year (C)", "1905-07-18")


def test_a_code_that_a_spreadsheet_stored_as_a_number_is_refused_where_it_lost_a_zero(read):
    row = [63.1, "tpt_agustus", 2026, None, 4.25, "%", "s", None]
    refused(read(book(HEAD.split(","), row)), "region_lost_zero", "'63.1'")


def test_merged_cells_say_their_region_and_year_but_never_a_figure(read):
    head = ["Kabupaten/Kota", "Tahun", "Nilai"]
    rows = [
        ["Tanah Laut", 2024, 3.4],
        [None, 2025, 3.3],
        ["Kotabaru", 2024, 4.4],
        [None, 2025, 4.5],
    ]
    said = {"indicator": "tpt_agustus", "source": "BPS"}
    found = read(book(head, *rows, merged=["A2:A3", "A4:A5"]), **said)
    assert figures(found)["63.01", "Agustus 2025"] == 3.3
    assert len(found.frame) == 4
    # Not merged, an empty cell is no region: it is never filled from the row above.
    refused(read(book(head, *rows[:2]), **said), "region_missing", "Row 3")
    rows[1][2] = None
    refused(
        read(book(head, *rows, merged=["A2:A3", "A4:A5", "C2:C3"]), **said),
        "figure_merged",
        "Row 3",
    )


def test_heads_that_span_columns_are_read(read):
    content = book(
        ["TPT menurut kabupaten/kota"],
        ["Kabupaten/Kota", "Tahun", None],
        [None, 2024, 2025],
        ["Tanah Laut", 3.4, 3.3],
        merged=["A1:C1", "A2:A3", "B2:C2"],
    )
    found = read(content, indicator="tpt_agustus", source="BPS")
    assert figures(found) == {("63.01", "Agustus 2024"): 3.4, ("63.01", "Agustus 2025"): 3.3}


def test_formulas_count_by_their_stored_results_only(read):
    row = ["63.01", "tpt_agustus", 2026, None, "=2+2", "%", "s", None]
    refused(read(book(HEAD.split(","), row)), "formula_without_result", "E2")


def test_of_several_sheets_one_must_be_named(read):
    rows = [HEAD.split(","), ROW.split(",")]
    content = book(["Daftar isi"], sheets=[("TPT 2026", rows)])
    refused(read(content), "several_sheets", "Sheet, TPT 2026")
    assert figures(read(content, sheet="tpt 2026")) == {("63.01", "Agustus 2026"): 4.25}
    refused(read(content, sheet="TPT"), "sheet_unknown", "Sheet, TPT 2026")
    assert figures(read(book(sheets=[("TPT", rows)]))) == {("63.01", "Agustus 2026"): 4.25}


def test_the_shipped_table_reads_back_in_every_form_that_a_spreadsheet_saves(read, tmp_path):
    shipped = parse_indicators(
        pd.read_csv(DATA / "indicators.csv", dtype="str", keep_default_na=False)
    )
    against = Against(
        SOUTH_KALIMANTAN,
        parse_catalogue((DATA / "catalogue.toml").read_text("utf-8")),
        shipped,
        TODAY,
    )
    shipped.to_excel(tmp_path / "a.xlsx", index=False)
    shipped.to_csv(tmp_path / "b.csv", index=False)
    shipped.to_csv(tmp_path / "c.csv", index=False, sep=";", decimal=",", encoding="cp1252")
    for name in ("a.xlsx", "b.csv", "c.csv"):
        stated = StatedOfAll()
        found = read_indicator_file(
            tmp_path / name, stated=stated, against=against, limits=Limits()
        )
        errors = [f for f in found.findings if f.severity != "info"]
        assert not errors, [f.sentence.en for f in errors][:5]
        pd.testing.assert_frame_equal(found.frame, shipped)


@pytest.mark.parametrize("written", ["1e400", "-1e400", "9" * 400])
def test_a_figure_that_no_number_holds_is_refused_when_it_is_checked(read, written):
    refused(read(tidy(ROW.replace("4.25", written))), "figure_unreadable", "Row 2")


def test_a_huge_figure_is_told_in_digits(read):
    row = ROW.replace("tpt_agustus", "angkatan_kerja_agustus").replace("4.25,%", "1e11,jiwa")
    (odd,) = [f for f in read(tidy(row)).findings if f.code == "figure_implausible"]
    assert "100.000.000.000 jiwa di luar kisaran wajar" in odd.sentence.id


@pytest.mark.parametrize(
    ("title", "near"),
    [
        ("Tabel 3. Tingkat Pengangguran Terbuka (TPT) 2024", "tpt_agustus, tpt_februari"),
        ("ANGKATAN KERJA menurut kabupaten", "angkatan_kerja_agustus"),
        ("Minimum wage by regency", "umk"),
        ("Luas panen padi", None),
        (None, None),
    ],
)
def test_an_indicator_that_is_not_said_is_suggested_by_the_title_alone(read, title, near):
    wide = "Kabupaten/Kota,2021,2022\nTanah Laut,3.1,3.2\n"
    found = read(f"{title},,\n{wide}" if title else wide, source="BPS")
    if near:
        refused(found, "indicator_missing_like", f"it may be: {near}.")
    else:
        told = refused(found, "indicator_missing", "with its title")
        assert not any(name in told.sentence.id for name in AGAINST.catalogue)


@pytest.mark.parametrize("name", ["a.xlsx", "Tabel TPT.XLSM"])
def test_a_text_that_is_named_as_a_workbook_is_told_to_be_none(tmp_path, name):
    path = tmp_path / "stored"
    path.write_text(tidy(ROW))
    known = {"stated": StatedOfAll(), "against": AGAINST, "limits": LIMITS}
    with pytest.raises(UploadUnsupported, match="named as an Excel workbook and is none"):
        read_indicator_file(path, name=name, **known)
    assert read_indicator_file(path, name="a.csv", **known).frame is not None


def test_hidden_rows_and_columns_of_a_workbook_are_read_and_told(read):
    file = openpyxl.Workbook()
    sheet = file.active
    for row in (
        ["Kode", "Kabupaten", 2025, 2026],
        ["63.01", "Tanah Laut", 4.25, 4.5],
        ["63.02", "", 5.1, 5.2],
    ):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    sheet.row_dimensions[9].hidden = True
    sheet.column_dimensions.group("B", "C", hidden=True)
    for name, cells in (("lama", ["63.03", 5.3]), ("kosong", [None])):
        file.create_sheet(name).append(cells)
        file[name].sheet_state = "hidden"
    content = io.BytesIO()
    file.save(content)
    found = read(content.getvalue(), indicator="tpt_agustus", source="BPS")
    assert len(found.frame) == 4
    told = {f.code: [*f.facts.values()][-1] for f in found.findings if f.code.endswith("_hidden")}
    assert told == {"rows_hidden": "3", "columns_hidden": "B, C", "sheets_hidden": "lama"}
    assert {f.severity for f in found.findings if f.code in told} == {"warning"}


def test_figures_of_other_regencies_are_one_error_or_left_out_where_only_some_may_change(read):
    rows = "kode;indikator;periode;nilai\n63.01;gini;2025;0,31\n63.02;gini;2025;x\n63.03;gini;2025;0,3\n"
    own = replace(AGAINST, regencies=["63.01"])
    (told,) = [
        f for f in read(rows, against=own, source="BPS").findings if f.code == "figures_foreign"
    ]
    assert told.facts["values"] == "63.02 (1), 63.03 (1)"
    found = read(rows, against=replace(own, leaves_out_others=True), source="BPS")
    assert found.frame is not None, found.findings
    assert found.frame["regency_code"].tolist() == ["63.01"]
    assert "others_left_out" in {f.code for f in found.findings}
