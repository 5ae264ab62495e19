"""Pure. Figures with their units in words, as the civil service writes them.

Money has its sign before the number (Rp3.725.000 per bulan) and a rate its percent sign after it
(4,16%). Two rates differ by percentage points, two indices by points, all else by its own unit.
"""

import re

from geo.language import Text, filled, joined, texts, written

_SAY = texts(__name__)

# `miliar Rp`, `ribu Rp per orang per tahun`, `IDR per month`.
_MONEY = re.compile(r"(?:(?P<scale>\w+) )?(?P<sign>Rp|IDR)(?: (?P<per>.+))?")
# Indonesian writes the sign of the rupiah without a space (EYD V, III.P); ISO 4217 codes have one.
_SIGN = {"Rp": "Rp", "IDR": "IDR "}
_NO_NUMBER = "–"
# What an index is counted in, by the first word of its unit.
_INDEX = ("indeks", "rasio", "skor")
# The unit of a score from 0 to 100.
POINTS = Text(id="indeks 0–100", en="index 0–100")


def amount(figure: str, unit: str) -> tuple[str, str]:
    """A written number with the sign and the scale of its unit, and what of the unit follows it.

    Without its scale an amount of money would be another one, so both stay at the number.

    Parameters
    ----------
    figure : str
        As the language writes numbers; one that is an en dash has no sign.
    unit : str
        In the same language.

    Examples
    --------
    >>> amount("3.725.000", "Rp per bulan"), amount("1,234.5", "billion IDR")
    (('Rp3.725.000', 'per bulan'), ('IDR 1,234.5 billion', ''))
    >>> amount("4,16", "% angkatan kerja"), amount("12", "desa")
    (('4,16%', 'angkatan kerja'), ('12', 'desa'))
    """
    if figure == _NO_NUMBER:
        return figure, unit
    if unit.startswith("%"):
        return f"{figure}%", unit[1:].lstrip()
    money = _MONEY.fullmatch(unit)
    if money is None:
        return figure, unit
    number = figure.lstrip("-−")
    minus = figure.removesuffix(number)
    scale = f" {money['scale']}" if money["scale"] else ""
    return f"{minus}{_SIGN[money['sign']]}{number}{scale}", money["per"] or ""


def with_sign(number: Text, unit: Text) -> tuple[Text, Text]:
    """`amount` in both languages."""
    (figure_id, follows_id), (figure_en, follows_en) = map(amount, number, unit)
    return Text(figure_id, figure_en), Text(follows_id, follows_en)


def change_in_words(change: float, unit: Text, *, decimals: int | None = None) -> Text:
    """Which way a figure went and by how much, to stand within a sentence.

    Parameters
    ----------
    change
        In `unit`; what rounds to 0 is no change.
    decimals
        Of the number; two by default.

    Examples
    --------
    >>> change_in_words(0.3, Text(id="% angkatan kerja", en="% of labour force"))
    Text(id='naik 0,30 poin persen', en='up 0.30 percentage points')
    >>> change_in_words(-225_000, Text(id="Rp per bulan", en="IDR per month"), decimals=0).id
    'turun Rp225.000 per bulan'
    """
    places = 2 if decimals is None else decimals
    if not round(change, places):
        return _SAY["unchanged"]
    number = written(abs(change), decimals=places)
    return filled(_SAY["up" if change > 0 else "down"], size=_size(number, unit))


def difference_in_words(difference: float, unit: Text, *, decimals: int) -> Text:
    """How far two figures lie apart, whichever is the higher.

    Examples
    --------
    >>> difference_in_words(-0.19, Text(id="% penduduk", en="% of population"), decimals=2).id
    '0,19 poin persen'
    """
    return _size(written(abs(difference), decimals=decimals), unit)


def value_in_words(value: float, unit: Text, *, decimals: int) -> Text:
    """A figure with its sign and scale, without what it is counted on: 4,16%; Rp105.000 ribu.

    Examples
    --------
    >>> value_in_words(4.16, Text(id="% penduduk", en="% of population"), decimals=2)
    Text(id='4,16%', en='4.16%')
    """
    return with_sign(written(value, decimals=decimals), unit)[0]


def _size(number: Text, unit: Text) -> Text:
    if unit.id.startswith("%"):
        return filled(_SAY["percentage_points"], number=number)
    if unit.id.startswith(_INDEX):
        return filled(_SAY["points"], number=number)
    figure, follows = with_sign(number, unit)
    return joined([figure, follows], by=" ") if follows.id else figure
