"""What a terminal shows: tables that fit it, lines of text, JSON, and signs of life."""

import re
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from rich.console import Console

from geo.language import Language

if TYPE_CHECKING:
    from geo.store.store import Version

output = Console()
errors = Console(stderr=True)

# What a column takes beside its text: with upright rules, and with spaces alone.
_RULED, _SPACED = 3, 2
# A terminal is drawn anew so often, each time for some milliseconds of a start.
_TURNS_A_SECOND = 5
# A line and what it takes to be written are less than a second.
_A_SECOND_S = 0.9
_NUMBER = re.compile(r"[|±+<>-]*\d+([.,]\d+)?%?|–")


def print_line(text: str) -> None:
    """Print text as it is: no markup in it is read, and nothing of it coloured."""
    output.print(text, markup=False, highlight=False)


def print_notes(notes: Iterable[str]) -> None:
    """Print remarks, each on a line of its own."""
    for note in notes:
        print_line("• " + note)


def print_json(document: Any) -> None:
    """Write a document of JSON types to standard output."""
    import orjson

    sys.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")


def print_table(heads: Sequence[str] | str, rows: Sequence[Sequence[str]], title: str = "") -> None:
    """Print rows of text under their heads, numbers at the right; no markup in them is read.

    Upright rules stand where they fit. No word is cut, for an id that lost its end could not be
    typed again: where a row of the longest words is wider than the terminal, each row is written as
    lines of head and text.

    Parameters
    ----------
    heads : sequence of str or str
        One text has the heads between ` | `, as catalogues hold them.
    """
    heads = heads.split(" | ") if isinstance(heads, str) else heads
    columns = [[head.strip(), *(row[i] for row in rows)] for i, head in enumerate(heads)]
    widths: list[int] | None = [max(map(len, column)) for column in columns]
    is_ruled = sum(widths or ()) + _RULED * len(columns) + 1 <= output.width
    if not is_ruled:
        widths = fitted_widths(columns, room=output.width - _SPACED * len(columns))
    if widths is None:
        _print_records([column[0] for column in columns], rows, title)
        return
    from rich import box
    from rich.table import Column, Table
    from rich.text import Text as Plain

    # A zone may be called [/x]; as text it is no markup, wherever it stands.
    table = Table(
        *(
            Column(Plain(head), width=width, overflow="fold", justify=_side(cells))
            for (head, *cells), width in zip(columns, widths, strict=True)
        ),
        title=Plain(title) if title else None,
        title_justify="left",
    )
    if not is_ruled:
        table.box, table.show_edge, table.padding = box.SIMPLE_HEAD, False, (0, 1, 0, 0)
    for row in rows:
        table.add_row(*map(Plain, row))
    output.print(table)


def fitted_widths(columns: Sequence[Sequence[str]], *, room: int) -> list[int] | None:
    """Widths of columns of text that fill `room` at most: the widest give first, no word is cut.

    None where the longest words do not fit beside each other. rich alone would cut words in one
    column where another has room.

    Examples
    --------
    >>> fitted_widths([["Nama", "Tanah Laut"], ["Kelas", "belum siap"]], room=20)
    [10, 10]
    >>> fitted_widths([["Nama", "Tanah Laut"], ["Kelas", "siap"]], room=13)
    [8, 5]
    """
    least = [
        max(len(word) for cell in column for word in [*cell.split(), ""]) for column in columns
    ]
    whole = [max(map(len, column)) for column in columns]
    if sum(least) > room:
        return None
    cap = max(whole)
    while (
        sum(widths := [max(low, min(high, cap)) for low, high in zip(least, whole, strict=True)])
        > room
    ):
        cap -= 1
    return widths


def _side(cells: Sequence[str]) -> Literal["left", "right"]:
    return "right" if cells and all(_NUMBER.fullmatch(cell) for cell in cells) else "left"


def _print_records(heads: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> None:
    if title:
        print_line(title)
    for row in rows:
        output.print()
        for head, cell in zip(heads, row, strict=True):
            print_line(f"{head}: {cell}")


def number_text(
    number: float | None, language: Language, digits: int = 1, *, signed: bool = False
) -> str:
    """A number in the language's form, a dash where there is none."""
    if number is None:
        return "–"
    text = f"{number:{'+' if signed else ''}.{digits}f}"
    return text.replace(".", ",") if language == "id" else text


def print_version(version: "Version") -> None:
    """Print what was published."""
    output.print(f"{version.dataset}: {version.number} · {version.sha256[:12]}")


def print_counts(counts: Mapping[str, int]) -> None:
    """Print what a file adds, changes and removes."""
    for change, count in counts.items():
        output.print(f"{change}: {count}", markup=False)


@contextmanager
def spinner(what: str) -> Iterator[Callable[[str], None]]:
    """A sign of life on a terminal while something takes its time; it is told what is done now."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(
        *columns, console=errors, transient=True, refresh_per_second=_TURNS_A_SECOND
    ) as progress:
        task = progress.add_task(what, total=None)
        yield lambda now: progress.update(task, description=now)


@contextmanager
def sign_of_life(what: str) -> Iterator[Callable[[str], None]]:
    """`spinner`; where no terminal shows it, as in a journal, a line at once and then each second."""
    if errors.is_terminal:
        with spinner(what) as tell:
            yield tell
        return
    now, begun, ended = deque([what], maxlen=1), time.monotonic(), threading.Event()

    def tell_on() -> None:
        while not ended.wait(_A_SECOND_S):
            _print_apart(f"{now[0]} {time.monotonic() - begun:.0f} s")

    _print_apart(what)
    threading.Thread(target=tell_on, daemon=True).start()
    try:
        yield now.append
    finally:
        ended.set()


def _print_apart(text: str) -> None:
    errors.print(text, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that is told how many parts are done and how many there are."""
    from rich.progress import Progress

    with Progress(console=errors, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
