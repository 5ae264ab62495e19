"""A workbook to go on working in: numbers are numbers, nothing runs, nothing is lost."""

import io

import openpyxl

from maps.programme.workbook import Column, Sheet, workbook

COLUMNS = [
    Column("Kode"),
    Column("Daerah"),
    Column("TPT", unit="% angkatan kerja", period="Agustus 2025", decimals=2),
]
ROWS = [["63.10", "Kabupaten Tanah Bumbu", 6.05], ["63.01", "=1+1", None]]


def opened(*sheets, notes=()):
    content = workbook(sheets, notes=notes, language="id")
    return openpyxl.load_workbook(io.BytesIO(content)), content


def test_a_number_stays_a_number_under_its_decimals():
    book, _ = opened(Sheet("TPT", COLUMNS, ROWS))
    cell = book["TPT"]["C2"]
    assert (cell.value, cell.number_format) == (6.05, "#,##0.00")


def test_a_year_is_not_grouped_and_no_number_carries_noise():
    years = Column("Tahun", decimals=0, is_grouped=False)
    book, _ = opened(Sheet("TPT", [years], [[2025], [0.1 + 0.2]]))
    (year,), (noisy,) = book["TPT"].iter_rows(min_row=2)
    assert (year.value, year.number_format, noisy.value) == (2025, "0", 0.3)
    assert (book.properties.creator, book.properties.title) == ("Kawasan", "TPT")


def test_what_is_missing_is_an_empty_cell():
    book, _ = opened(Sheet("TPT", COLUMNS, ROWS))
    assert book["TPT"]["C3"].value is None


def test_nothing_runs_and_codes_are_text():
    book, _ = opened(Sheet("TPT", COLUMNS, ROWS))
    sheet = book["TPT"]
    assert (sheet["B3"].value, sheet["B3"].data_type) == ("'=1+1", "s")
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("63.10", "s")


def test_a_head_says_the_period_and_the_unit_and_stays_in_sight():
    book, _ = opened(Sheet("TPT", COLUMNS, ROWS, frozen=2))
    sheet = book["TPT"]
    assert sheet["C1"].value == "TPT\nAgustus 2025\n% angkatan kerja"
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("C2", "A1:C3")


def test_notes_stand_on_a_sheet_of_their_own():
    book, _ = opened(Sheet("TPT", COLUMNS, ROWS), notes=[("Sumber", "BPS, Sakernas Agustus 2025")])
    assert [cell.value for cell in book["Catatan dan sumber"][2]] == [
        "Sumber",
        "BPS, Sakernas Agustus 2025",
    ]


def test_names_of_sheets_are_made_to_fit_and_differ():
    book, _ = opened(
        Sheet("a/b", COLUMNS, []), Sheet("A?B", COLUMNS, []), Sheet("x" * 40, COLUMNS, [])
    )
    assert book.sheetnames[:3] == ["a b", "A B (2)", "x" * 31]


def test_the_same_sheets_give_the_same_bytes():
    sheet = Sheet("TPT", COLUMNS, ROWS, marked=frozenset({(0, 2)}))
    assert opened(sheet)[1] == opened(sheet)[1]


def test_a_row_is_as_high_as_its_longest_text_and_wide_sheets_are_printed_on_more_pages():
    reason = "Laju yang lalu membawa ke angka yang melebihi batas target. " * 4
    book, _ = opened(Sheet("TPT", [*COLUMNS, Column("Alasan")], [[*ROWS[0], reason]]))
    sheet = book["TPT"]
    lines = len(reason) / sheet.column_dimensions["D"].width
    assert sheet.row_dimensions[2].height >= 15 * lines
    assert sheet.row_dimensions[1].height >= 15 * 3
    wide = [Column(f"Kolom {number}" + " panjang" * 5) for number in range(20)]
    book, _ = opened(Sheet("lebar", wide, []))
    assert book["lebar"].page_setup.fitToWidth > 1


def test_a_long_name_is_cut_between_words():
    book, _ = opened(Sheet("Tingkat pengangguran terbuka (Agustus)", COLUMNS, []))
    assert book.sheetnames[0] == "Tingkat pengangguran terbuka…"
