"""Figures with their units as the civil service writes them."""

import pytest

from geo.indicators.amounts import amount, change_in_words
from geo.language import Text

RATE = Text(id="% angkatan kerja", en="% of labour force")
WAGE = Text(id="Rp per bulan", en="IDR per month")
INDEX = Text(id="indeks 0-1", en="index 0-1")
VILLAGES = Text(id="desa", en="desa")


@pytest.mark.parametrize(
    ("figure", "unit", "said"),
    [
        ("3.725.000", "Rp per bulan", "Rp3.725.000 per bulan"),
        ("2.345,6", "miliar Rp", "Rp2.345,6 miliar"),
        ("41.200", "ribu Rp per orang per tahun", "Rp41.200 ribu per orang per tahun"),
        ("−225.000", "Rp", "−Rp225.000"),
        ("3,725,000", "IDR per month", "IDR 3,725,000 per month"),
        ("4,16", "% angkatan kerja", "4,16% angkatan kerja"),
        ("4,16", "%", "4,16%"),
        ("71,40", "indeks 0-100", "71,40 indeks 0-100"),
        ("–", "Rp per bulan", "– Rp per bulan"),
    ],
)
def test_money_and_rates_have_their_sign_at_the_number(figure, unit, said):
    assert " ".join(filter(None, amount(figure, unit))) == said


@pytest.mark.parametrize(
    ("change", "unit", "decimals", "indonesian", "english"),
    [
        (0.3, RATE, 2, "naik 0,30 poin persen", "up 0.30 percentage points"),
        (-0.04, RATE, 2, "turun 0,04 poin persen", "down 0.04 percentage points"),
        (0.0123, INDEX, 4, "naik 0,0123 poin", "up 0.0123 points"),
        (225_000, WAGE, 0, "naik Rp225.000 per bulan", "up IDR 225,000 per month"),
        (-3, VILLAGES, 0, "turun 3 desa", "down 3 desa"),
        (0.0, RATE, 2, "tidak berubah", "no change"),
        # 0.1 + 0.2 − 0.3 is 5e-17.
        (0.1 + 0.2 - 0.3, RATE, 2, "tidak berubah", "no change"),
    ],
)
def test_a_change_is_told_with_its_way_and_its_own_unit(
    change, unit, decimals, indonesian, english
):
    assert change_in_words(change, unit, decimals=decimals) == (indonesian, english)
