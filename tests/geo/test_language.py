"""How numbers and sentences are written in two languages."""

from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from geo.language import Text, percent

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
