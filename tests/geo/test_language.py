"""How numbers and sentences are written in two languages."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.language import Text, percent, rounded, written


@pytest.mark.parametrize(
    ("value", "decimals", "said"),
    [
        # Published figures: rounded as a person rounds what is printed.
        (17.45, 1, "17,5"),  # good roads of Kotabaru, 2024, %
        (4334.5, 0, "4.335"),  # rice harvested in Kotabaru, 2022, ha
        (0.385, 2, "0,39"),  # loss of Banjarbaru, 2026, billion rupiah
        (2.5, 0, "3"),
        (2.345, 2, "2,35"),
        (2.3449999, 2, "2,34"),
        (-2.5, 0, "−3"),
        (-0.4, 0, "0"),
        (1e22, 2, "10.000.000.000.000.000.000.000,00"),
        (8, 1, "8,0"),
    ],
)
def test_a_half_is_rounded_away_from_zero_as_it_is_written(value, decimals, said):
    assert written(value, decimals=decimals).id == said


@given(st.integers(-(10**6), 10**6), st.integers(0, 3))
def test_a_number_is_at_most_half_a_digit_from_what_is_said_of_it(thousandths, decimals):
    apart = abs(Decimal(thousandths) / 1000 - rounded(thousandths / 1000, decimals))
    assert apart <= Decimal(5).scaleb(-decimals - 1)


# Whole thousandths: a half is exact, and so is a limit.
SHARES = st.integers(0, 1000).map(lambda n: n / 1000)


@given(SHARES)
def test_a_share_reads_as_the_nearest_whole_percent_and_its_ends_only_as_what_they_are(share):
    said = percent(share).id
    nearest = int((Decimal(str(share)) * 100).to_integral_value(ROUND_HALF_UP))
    assert (said == "0%") == (share == 0)
    assert (said == "100%") == (share == 1)
    if 0.005 <= share < 0.995 and said not in ("0%", "100%"):
        assert said == f"{nearest}%"


@given(SHARES, SHARES)
def test_a_share_never_reads_as_a_limit_that_it_is_not(share, limit):
    said, bound = percent(share, beside=limit), percent(limit)
    assert (said == bound) == (share == limit) or bound.id in ("<1%", ">99%")


def test_a_sentence_says_a_text_in_its_own_language_and_another_fact_as_it_is():
    sentence = Text(id="{left} bukan {right} ({sign})", en="{left} is no {right} ({sign})")
    said = sentence.format(left=Text("teks", "a text"), right=Text("waktu", "time"), sign="<")
    assert said == Text("teks bukan waktu (<)", "a text is no time (<)")
