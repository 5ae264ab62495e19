"""Tables whose columns fit the terminal without cutting words; records where not even that fits."""

import re
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
from rich import box
from rich.table import Column, Table
from rich.text import Text as Plain

from api.cli.output import output

# What a column takes beside its text: with upright rules, and with spaces alone.
_RULED, _SPACED = 3, 2
# What a line less in one cell counts beside a line less in the whole row.
_ALONE = 0.1
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
        Column(Plain(column[0]), width=width, overflow="fold", justify=_side(column[1:]))
        for width, column in zip(widths, cells, strict=True)
    )
    # A zone may be called [/x]; as text it is no markup, wherever it stands.
    table = Table(*heads, title=Plain(title) if title else None, title_justify="left")
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
    >>> fitted_widths([["Nama", "Tanah Laut"], ["Kelas", "siap"]], room=12)
    [5, 5]
    """
    widths = [
        max(len(word) for cell in column for word in [*cell.split(), ""]) for column in columns
    ]
    if sum(widths) > room:
        return None
    heights = [
        _heights(column[1:], width, room) for column, width in zip(columns, widths, strict=True)
    ]
    while True:
        best, gain = None, 0.0
        now = [by_width[0] for by_width in heights]
        for i, by_width in enumerate(heights):
            others = np.max([*now[:i], *now[i + 1 :], np.ones_like(now[i])], axis=0)
            before = np.maximum(others, now[i]).sum()
            for more in range(1, min(room - sum(widths), len(by_width) - 1) + 1):
                saved = before - np.maximum(others, by_width[more]).sum()
                # A row can need two columns to widen before it gets lower.
                saved += _ALONE * (now[i] - by_width[more]).sum()
                if saved / more > gain:
                    best, gain = (i, more), saved / more
        if best is None:
            return widths
        i, more = best
        widths[i] += more
        heights[i] = heights[i][more:]


def _heights(cells: Sequence[str], width: int, room: int) -> list[npt.NDArray[np.int64]]:
    """Lines (n_cells,) of every cell at this width, and at each wider one up to one line each."""
    words = [cell.split() for cell in cells]
    found = [np.array([_lines_of(one, width) for one in words], dtype=np.int64)]
    while found[-1].max(initial=1) > 1 and width < room:
        width += 1
        found.append(np.array([_lines_of(one, width) for one in words], dtype=np.int64))
    return found


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
