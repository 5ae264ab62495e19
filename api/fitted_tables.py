"""Tables whose columns fit the terminal without cutting words; records where not even that fits."""

import re
from collections.abc import Sequence
from typing import Literal

from rich import box
from rich.table import Column, Table
from rich.text import Text as Plain

from api.terminal import output

# What a column takes beside its text: with upright rules, and with spaces alone.
_RULED, _SPACED = 3, 2
_NUMBER = re.compile(r"[|±+<>-]*\d+([.,]\d+)?%?|–")


def print_fitted(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """Print rows of text under their heads: ruled where that fits, else without upright rules.

    rich shares a narrow terminal out evenly, so that it cuts words in one column where another has
    room; here rows are as low as whole words allow. Numbers stand at the right. Where a row of the
    longest words is wider than the terminal, each row is written as lines of head and text.
    """
    cells = [[head, *(row[i] for row in rows)] for i, head in enumerate(columns)]
    widths: list[int] | None = [max(map(len, column)) for column in cells]
    is_ruled = sum(widths or ()) + _RULED * len(cells) + 1 <= output.width
    if not is_ruled:
        widths = fitted_widths(cells, room=output.width - _SPACED * len(cells))
    if widths is None:
        _print_records(columns, rows, title)
        return
    heads = (
        Column(column[0], width=width, overflow="fold", justify=_side(column[1:]))
        for width, column in zip(widths, cells, strict=True)
    )
    table = Table(*heads, title=title or None, title_justify="left")
    if not is_ruled:
        table.box, table.show_edge, table.padding = box.SIMPLE_HEAD, False, (0, 1, 0, 0)
    for row in rows:
        table.add_row(*(Plain(cell) for cell in row))
    output.print(table)


def fitted_widths(columns: Sequence[Sequence[str]], *, room: int) -> list[int] | None:
    """Widths of columns of text that together fill `room` at most, with rows as low as can be.

    The first cell of a column is its head, which may take more lines than the rest. None where the
    longest words do not fit beside each other.

    Examples
    --------
    >>> fitted_widths([["Nama", "Tanah Laut"], ["Kelas", "belum siap"]], room=20)
    [10, 10]
    >>> fitted_widths([["Nama", "Tanah Laut"], ["Kelas", "belum siap"]], room=16)
    [10, 5]
    """
    words = [[cell.split() for cell in dict.fromkeys(column[1:])] for column in columns]
    least = [
        max(len(word) for cell in column for word in cell.split() or [""]) for column in columns
    ]
    if sum(least) > room:
        return None
    lines, widths = 0, [room + 1]
    while sum(widths) > room:
        lines += 1
        widths = [
            _narrowest(column, lines, at_least=width)
            for column, width in zip(words, least, strict=True)
        ]
    # What is left saves a line wherever it can.
    for fewer in range(lines - 1, 0, -1):
        for i, column in enumerate(words):
            wider = _narrowest(column, fewer, at_least=widths[i])
            if wider - widths[i] <= room - sum(widths):
                widths[i] = wider
    return widths


def _narrowest(cells: Sequence[Sequence[str]], lines: int, *, at_least: int) -> int:
    """The least width at which no cell, given by its words, takes more than some lines."""
    width = at_least
    for words in cells:
        while _lines_of(words, width) > lines:
            width += 1
    return width


def _lines_of(words: Sequence[str], width: int) -> int:
    lines, used = 1, -1
    for word in words:
        if used + 1 + len(word) > width:
            lines, used = lines + 1, -1
        used += 1 + len(word)
    return lines


def _side(cells: Sequence[str]) -> Literal["left", "right"]:
    return "right" if cells and all(_NUMBER.fullmatch(cell) for cell in cells) else "left"


def _print_records(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> None:
    if title:
        output.print(title, markup=False, highlight=False)
    for row in rows:
        output.print()
        for head, cell in zip(columns, row, strict=True):
            output.print(f"{head}: {cell}", markup=False, highlight=False)
