"""Periods of figures: a year, or a month of a year, however an office writes it."""

import re
from datetime import date
from typing import NamedTuple

from geo.language import Text

MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)
_ENGLISH = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
# The first letters that tell months apart, in Indonesian and English.
_BEGINNINGS = {
    **{month.lower()[:3]: number for number, month in enumerate(MONTHS, start=1)},
    "agt": 8,
    "ags": 8,
    "aug": 8,
    "may": 5,
    "oct": 10,
    "okt": 10,
    "dec": 12,
    "peb": 2,
}
_FULL = {
    *(month.lower() for month in MONTHS),
    *("january", "february", "march", "may", "june", "july", "august", "october", "december"),
    *("pebruari", "nopember", "agust", "sept"),
}
_WORDS_AROUND = {"tahun", "thn", "th", "year", "bulan", "bln", "periode"}


class Period(NamedTuple):
    """A year, None where only a month is said, and a month 1..12, 0 for a whole year."""

    year: int | None
    month: int = 0

    @property
    def text(self) -> str:
        """As it is published: `Agustus 2025` or `2025`."""
        return f"{MONTHS[self.month - 1]} {self.year}" if self.month else str(self.year)


def parse_period(cell: object) -> Period | None:
    """The period that a cell names, None where it is none.

    A date that a spreadsheet made of a month is that month; one that is the first or last day of a
    year may be meant for the year, so the month of an indicator decides.

    Examples
    --------
    >>> parse_period("Agt 2025"), parse_period("2026.0"), parse_period("2024/2025")
    (Period(year=2025, month=8), Period(year=2026, month=0), None)
    """
    if isinstance(cell, date):
        return Period(cell.year, cell.month) if cell.day in (1, 31) else None
    text = re.sub(r"(?<=\d{4})[.,]0+$", "", str(cell).strip())
    words = [w for w in re.findall(r"[a-z]+|\d+", text.lower()) if w not in _WORDS_AROUND]
    years = [int(w) for w in words if re.fullmatch(r"\d{4}", w)]
    others = [w for w in words if not re.fullmatch(r"\d{4}", w)]
    months = [_month(word, beside_year=bool(years)) for word in others]
    if len(years) > 1 or len(months) > 1 or None in months or not words:
        return None
    return Period(years[0] if years else None, months[0] or 0 if months else 0)


def _month(word: str, *, beside_year: bool) -> int | None:
    if word.isdigit():
        return int(word) if beside_year and 1 <= int(word) <= 12 else None
    if word in _FULL or len(word) == 3:
        return _BEGINNINGS.get(word[:3])
    return None


def period_in_words(period: str) -> Text:
    """A published period in both languages; as it was written where it is none.

    Examples
    --------
    >>> period_in_words("Agustus 2025"), period_in_words("2024/2025").en
    (Text(id='Agustus 2025', en='August 2025'), '2024/2025')
    """
    found = parse_period(period)
    if found is None or not found.month:
        return Text(id=period, en=period)
    return Text(id=found.text, en=f"{_ENGLISH[found.month - 1]} {found.year}")


def month_of_indicator(indicator: str) -> int:
    """The month that the id of an indicator ends in, 0 where it names none.

    Examples
    --------
    >>> month_of_indicator("tpt_agustus"), month_of_indicator("gini")
    (8, 0)
    """
    last = indicator.rsplit("_", 1)[-1]
    return next((n for n, month in enumerate(MONTHS, start=1) if month.lower() == last), 0)


def month_of(period: str) -> int:
    """The month of a published period, 0 for a whole year."""
    found = parse_period(period)
    return found.month if found else 0
