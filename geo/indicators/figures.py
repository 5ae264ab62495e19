"""The figures of a table from its cells: numbers, marks for what is missing, flags of the statistician.

How a number is written is decided for each series by itself: `234.567` beside `4.25` is still asked
about when one counts people and the other percents.
"""

import math
import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from geo.ingest.findings import Finding, finding
from geo.ingest.sheet import Cell, clean, is_empty
from geo.language import Text, localized, number, texts
from geo.vector.numerals import NumberStyle, Numeral, parse_numerals

_SAY = texts(__name__)

Missing = Literal["empty", "dash", "dots", "not_available"]

# As BPS explains its tables: `–` tidak ada atau nol, `...` data tidak tersedia, `NA` data tidak dapat
# ditampilkan. Nobody can tell the two meanings of a dash apart, so it is missing and never zero.
_DASHES = re.compile(r"[-–—−‐‑]{1,3}")
_DOTS = re.compile(r"…|\.{2,}")
_NOT_AVAILABLE = {
    *("na", "n/a", "n.a.", "n.a", "#n/a", "nan", "null", "none", "tad", "t.a.d.", "td"),
    *("tidak ada data", "tidak tersedia", "data tidak tersedia", "belum tersedia", "no data"),
}
# `*` angka sementara, `**` sangat sementara, `***` sangat sangat sementara, `e` angka estimasi,
# `r` angka diperbaiki, `x)` the same stars as older tables print them.
_FLAG = re.compile(r"(?<=[\d%])\s*(\*{1,3}\)?|\*{0,3}x{1,3}\)|[er]\)?)$")
_FLAGS: Mapping[str, str] = {
    "*": "provisional",
    "**": "very_provisional",
    "***": "very_provisional",
    "x": "provisional",
    "xx": "very_provisional",
    "xxx": "very_provisional",
    "e": "estimate",
    "r": "revised",
}
_PERCENT = re.compile(r"\s*(%|persen)$", re.IGNORECASE)
_CURRENCY = re.compile(r"^rp\.?\s*", re.IGNORECASE)
_SPACED = re.compile(r"(?<=\d) (?=\d{3}(?:\D|$))")


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell of figures.

    `numeral` is its number, or why there is none; `missing` is the mark that stands for no data,
    None where the cell says something; `flag` is what the statistician says of the number.
    """

    numeral: Numeral
    missing: Missing | None = None
    is_percent: bool = False
    flag: Text | None = None


def read_figures(
    cells: Sequence[Cell], *, series: Sequence[Hashable], style: NumberStyle | None = None
) -> list[Figure]:
    """The figures in cells of one or several series, in their order.

    Parameters
    ----------
    series : sequence, as long as `cells`
        What each figure is of: only figures of the same show how its numbers are written.
    style : optional
        How numbers are written, where somebody says so.

    Examples
    --------
    >>> found = read_figures(["4,25 %", "–", "1 234,5*"], series=["tpt"] * 3)
    >>> [figure.numeral.number for figure in found], found[1].missing
    ([4.25, None, 1234.5], 'dash')
    """
    read = [_unwrapped(cell) for cell in cells]
    numerals: list[Numeral] = [Numeral(None)] * len(cells)
    rows: dict[Hashable, list[int]] = {}
    for i, name in enumerate(series):
        rows.setdefault(name, []).append(i)
    for own in rows.values():
        found = parse_numerals([read[i][0] for i in own], style=style)
        for i, numeral in zip(own, found, strict=True):
            numerals[i] = numeral
    return [
        Figure(numeral, missing_mark(cell), is_percent, flag)
        for cell, numeral, (_, is_percent, flag) in zip(cells, numerals, read, strict=True)
    ]


def missing_mark(cell: Cell) -> Missing | None:
    """Which mark of no data a cell holds; None where it is something else."""
    if is_empty(cell):
        return "empty"
    text = clean(str(cell)).lower()
    if _DASHES.fullmatch(text):
        return "dash"
    if _DOTS.fullmatch(text):
        return "dots"
    return "not_available" if text in _NOT_AVAILABLE else None


def is_written_either_way(cell: Cell) -> bool:
    """Whether a text is a number with one mark and three digits after it: `234.567`."""
    text = str(_unwrapped(cell)[0]) if isinstance(cell, str) else ""
    return re.fullmatch(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", text) is not None


def either_way(text: str, readings: Sequence[float], *, unit: Text | None) -> Finding:
    """What is said of a text that is a fraction or a whole number, with how each is written clearly."""
    low, high = readings[:2]
    facts: dict[str, Any] = {"text": text, "unit": unit or ""}
    facts |= {"low": number(low, ",.10g"), "high": number(high, ",.10g")}
    # Four digits behind the mark are no thousands.
    facts |= {"whole": f"{high:.0f}", "fraction": localized(f"{low:.4f}")}
    return finding("figure_ambiguous", **facts)


def _unwrapped(cell: Cell) -> tuple[object, bool, Text | None]:
    """A cell without percent sign, currency, flag and spaces between thousands."""
    if not isinstance(cell, str) or missing_mark(cell) is not None:
        return None if isinstance(cell, str) else cell, False, None
    text, flag = clean(cell).replace("−", "-"), None
    if found := _FLAG.search(text):
        text, mark = text[: found.start()], found[1].rstrip(")").lstrip("*") or found[1].rstrip(")")
        flag = _SAY[f"flag_{_FLAGS[mark]}"]
    is_percent = _PERCENT.search(text) is not None
    text = _CURRENCY.sub("", _PERCENT.sub("", text))
    return _SPACED.sub("", text), is_percent, flag


def number_text(value: float) -> str:
    """A number as `read_figures` can only read one way; empty when missing."""
    if math.isnan(value):
        return ""
    # Fifteen digits are what a double keeps.
    text = f"{value:.15g}"
    # `12.345` could be twelve thousand; `12.3450` could not.
    return f"{text}0" if re.fullmatch(r"-?\d{1,3}\.\d{3}", text) else text
