"""What a figure of an indicator may be: its unit, its possible and plausible range, its last value."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from geo.indicators.figures import Figure
from geo.indicators.table import Indicator, IndicatorKind
from geo.language import Text
from geo.vector.numerals import Numeral

# Words for one unit: offices write `orang` where BPS prints `jiwa`.
_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("jiwa", "orang", "persons", "person", "people", "penduduk jiwa"), "jiwa"),
    **dict.fromkeys(("%", "persen", "percent", "pct"), "%"),
    **dict.fromkeys(("km²", "km2", "km^2", "kilometer persegi", "sq km"), "km²"),
    **dict.fromkeys(("rp", "rupiah", "idr"), "rp"),
    **dict.fromkeys(("juta", "million"), "juta"),
    **dict.fromkeys(("miliar", "milyar", "billion"), "miliar"),
    **dict.fromkeys(("ribu", "thousand"), "ribu"),
    **dict.fromkeys(("tahun", "thn", "years", "year"), "tahun"),
    **dict.fromkeys(("indeks", "index", "poin"), "indeks"),
}
# How far a figure may lie from the last one before its sender is asked; own judgement. Rates: half of
# what lies between the last figure and the nearer end of 0..100, and never less than two points.
_JUMP: Mapping[IndicatorKind, float] = {"rate": 0.5, "index": 0.1, "count": 0.5, "amount": 0.5}
_LEAST_POINTS = 2.0


class Published(NamedTuple):
    """A figure that is published: its year, value and period."""

    year: int
    value: float
    period: str


def agrees(written: str, unit: Text) -> bool:
    """Whether a unit that somebody wrote is that of an indicator, or leaves open of what it is.

    Examples
    --------
    >>> rate = Text(id="% angkatan kerja", en="% of labour force")
    >>> [agrees(text, rate) for text in ("Persen (%)", "% angkatan kerja", "% penduduk", "fraksi")]
    [True, True, False, False]
    """
    said = _normal(written)
    return any(said == own[: len(said)] for own in (_normal(unit.id), _normal(unit.en)))


def _normal(text: str) -> list[str]:
    plain = re.sub(r"(?<=%)(?=\S)", " ", text.lower().strip().rstrip("."))
    for several in ("kilometer persegi", "sq km"):
        plain = plain.replace(several, "km²")
    bare = [word.strip("().") for word in plain.split()]
    words = [_WORDS.get(word, word) for word in bare if word]
    # `Persen (%)` says one thing twice.
    return [word for i, word in enumerate(words) if word != words[i - 1] or i == 0]


def is_possible(value: float, indicator: Indicator) -> bool:
    """Whether the unit of an indicator allows a figure at all: no people below 0, no share above 100 %."""
    unit, plausible = indicator.unit.id, indicator.plausible
    scale = re.match(r"indeks (\d+)-(\d+)$", unit)
    if scale:
        return float(scale[1]) <= value <= float(scale[2])
    is_share = unit.startswith("%") and (plausible is None or plausible[1] <= 100)
    may_be_negative = plausible is not None and plausible[0] < 0
    return (may_be_negative or value >= 0) and (not is_share or value <= 100)


def possible_reading(figure: Figure, indicator: Indicator) -> Figure:
    """A figure that could be read two ways, read the only way that its indicator allows.

    Of a percent `3,125` is no 3125. What may be either stays as it is.
    """
    possible = [one for one in figure.numeral.readings if is_possible(one, indicator)]
    return replace(figure, numeral=Numeral(possible[0])) if len(possible) == 1 else figure


def likely_reading(figure: Figure, indicator: Indicator) -> Figure:
    """As `possible_reading`; of what may be either, the only one that is plausible.

    Of 500 to 500,000 people `6.500` is no six and a half.
    """
    figure = possible_reading(figure, indicator)
    if not (readings := figure.numeral.readings) or indicator.plausible is None:
        return figure
    low, high = indicator.plausible
    likely = [one for one in readings if low <= one <= high]
    return replace(figure, numeral=Numeral(likely[0])) if len(likely) == 1 else figure


def jump_from(
    figures: Iterable[tuple[int, float, str]], value: float, *, year: int, indicator: Indicator
) -> Published | None:
    """The published figure that a value lies far from, None where it lies near or there is none.

    Compared is the figure of the same year, else the last one before it, else the first after it.
    """
    known = [Published(*figure) for figure in figures]
    if not known:
        return None
    earlier = [figure for figure in known if figure.year <= year]
    last = max(earlier) if earlier else min(known)
    far = _JUMP[indicator.kind] * abs(last.value)
    if indicator.unit.id.startswith("%"):
        room = min(abs(last.value), abs(100 - last.value))
        far = max(_LEAST_POINTS, _JUMP[indicator.kind] * room)
    return last if last.value and abs(value - last.value) > far else None
