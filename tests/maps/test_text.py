import datetime
import string
from pathlib import Path

import pytest

import maps.text
from geo.language import LANGUAGES
from maps.text import (
    TextNotFound,
    catalogue,
    format_date,
    format_number,
    format_period,
    format_share,
    translate,
)


def _facts(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_catalogues_hold_the_same_keys() -> None:
    assert catalogue("id").keys() == catalogue("en").keys()


def test_both_languages_name_the_same_facts() -> None:
    differing = [k for k, v in catalogue("id").items() if _facts(v) != _facts(catalogue("en")[k])]
    assert differing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty(language: str) -> None:
    assert [key for key, text in catalogue(language).items() if not text.strip()] == []


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
        (-5.25, None, "-5,25", "-5.25"),
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


# Keys that the code composes from a value, and those that the api's own pages bring along.
_COMPOSED = (
    *("status.", "geometry.", "nav.", "site.language_", "zone.constraint_", "legend.", "page."),
    "api.",
)


def test_every_text_is_used() -> None:
    folder = Path(maps.text.__file__).parent
    scripts = (folder / "static").rglob("*.js")
    sources = [*folder.rglob("*.py"), *folder.rglob("*.html"), *scripts]
    code = "\n".join(source.read_text(encoding="utf-8") for source in sources)
    unused = [k for k in catalogue("id") if k not in code and not k.startswith(_COMPOSED)]
    assert unused == []
