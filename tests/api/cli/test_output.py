"""What a terminal shows: tables that fit it, and nothing read as markup."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cli import output
from api.cli.output import fitted_widths, print_table

WORD = st.text("abcde-", min_size=1, max_size=12)
CELL = st.lists(WORD, max_size=5).map(" ".join)
TABLE = st.integers(1, 5).flatmap(
    lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n), min_size=1, max_size=6)
)


def longest_words(columns):
    return [max(len(word) for cell in column for word in [*cell.split(), ""]) for column in columns]


@given(rows=TABLE, room=st.integers(1, 120))
def test_columns_fill_no_more_than_the_room_and_hold_their_longest_words(rows, room):
    columns = list(zip(*rows, strict=True))
    widths, least = fitted_widths(columns, room=room), longest_words(columns)
    if widths is None:
        assert sum(least) > room
    else:
        assert sum(widths) <= room
        assert all(width >= word for width, word in zip(widths, least, strict=True))


def test_the_widest_column_gives_first():
    columns = [["A", "one two", "one"], ["B", "three four five", "three four"]]
    assert fitted_widths(columns, room=17) == [7, 10]


@pytest.fixture
def printed(monkeypatch, capsys):
    """What is printed in a terminal of some columns."""

    def of(columns, rows, width, **more):
        monkeypatch.setenv("COLUMNS", str(width))
        print_table(columns, rows, **more)
        return capsys.readouterr().out

    return of


@pytest.mark.parametrize("width", [30, 50, 200])
def test_every_word_is_whole_at_every_width(width, printed):
    rows = [
        ("cahaya-baru", "Kawasan Transmigrasi Cahaya Baru", "83,7"),
        ("angsana", "Angsana", "–"),
    ]
    words = printed(("Zona", "Nama", "Skor"), rows, width, title="Kesiapan 2025").split()
    for word in ("cahaya-baru", "Kawasan", "Transmigrasi", "83,7", "–", "Kesiapan"):
        assert word in words


@pytest.mark.parametrize("width", [20, 200])
def test_markup_is_only_text(printed, width):
    said = printed(("[b]A[/b]", "B" * 20), [("[/x] [red]x[/red]", "1")], width, title="[/t]")
    assert {"[b]A[/b]", "[/x]", "[red]x[/red]", "[/t]"} <= set(said.replace("b]:", "b]").split())


def test_numbers_stand_at_the_right(printed):
    lines = printed(("Nama", "Skor"), [("a", "9,5"), ("b", "10,5")], 200).splitlines()
    assert lines[3].index("9,5") == lines[4].index("10,5") + 1


def test_a_table_without_rows_has_its_heads(printed):
    assert "Nama" in printed(("Nama", "Skor"), [], 200)
    assert "Nama" in printed(("Nama " * 5, "Skor " * 5), [], 30)


def test_where_no_terminal_shows_it_what_is_done_is_said_in_lines_again_and_again(
    capsys, monkeypatch
):
    monkeypatch.setattr(output, "_A_SECOND_S", 0.02)
    with output.sign_of_life("Memuat data acuan …") as tell:
        assert capsys.readouterr().err == "Memuat data acuan …\n"
        tell("Memuat data acuan desa …")
        time.sleep(0.2)
    said = capsys.readouterr().err.splitlines()
    assert len(said) > 1
    assert set(said) == {"Memuat data acuan desa … 0 s"}
