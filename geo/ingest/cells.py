"""A cell of a table of figures, and how spreadsheets call its column."""

from datetime import date

# What a cell of a workbook or a text holds; None and "" are empty.
Cell = str | float | date | None


def is_empty(cell: Cell) -> bool:
    """Whether a cell holds nothing but spaces."""
    return cell is None or (isinstance(cell, str) and not clean(cell))


def clean(text: str) -> str:
    r"""A text with single plain spaces: no line breaks, no-break spaces or byte-order marks.

    Examples
    --------
    >>> clean("\ufeff Kabupaten/\n Kota\xa0")
    'Kabupaten/ Kota'
    """
    return " ".join(text.replace("\ufeff", " ").replace("\u200b", "").split())


def letter(column: int) -> str:
    """The letters of a column counted from 0, as spreadsheets write them.

    Examples
    --------
    >>> letter(0), letter(27)
    ('A', 'AB')
    """
    rest, last = divmod(column, 26)
    return (letter(rest - 1) if rest else "") + chr(ord("A") + last)
