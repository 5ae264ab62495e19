import datetime

import pytest

from maps.text import (
    TextNotFound,
    format_date,
    format_number,
    format_period,
    format_share,
    translate,
)


@pytest.mark.parametrize("key", ["nonsense", "zone", "zone.rank_of"])
def test_an_unknown_key_or_a_missing_fact_fails(key: str) -> None:
    with pytest.raises(TextNotFound):
        translate(key, "id")


@pytest.mark.parametrize(
    ("value", "decimals", "indonesian", "english"),
    [
        (1234567.891, None, "1.234.567,89", "1,234,567.89"),
        (1234567.891, 0, "1.234.568", "1,234,568"),
        (3.5, 2, "3,50", "3.50"),
        (0.0, None, "0", "0"),
        (-5.25, None, "−5,25", "−5.25"),
        (None, None, "–", "–"),
        (float("nan"), 1, "–", "–"),
    ],
)
def test_numbers_are_written_as_the_language_does(
    value: float | None, decimals: int | None, indonesian: str, english: str
) -> None:
    assert format_number(value, "id", decimals=decimals) == indonesian
    assert format_number(value, "en", decimals=decimals) == english


def test_shares_dates_and_periods() -> None:
    assert format_share(0.784, "en") == "78%"
    assert format_share(None, "id") == "–"
    assert format_date(datetime.date(2026, 8, 17), "id") == "17 Agustus 2026"
    assert format_date(datetime.date(2026, 8, 17), "en") == "17 August 2026"
    assert format_period("Maret 2024", "en") == "March 2024"
    assert format_period("Maret 2024", "id") == "Maret 2024"
