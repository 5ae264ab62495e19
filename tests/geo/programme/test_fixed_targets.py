"""What a planner typed to fix targets: read strictly, and every fault told with its regency."""

import pytest

from geo.programme.fixed_targets import parse_fixed
from tests.regions import SOUTH_KALIMANTAN


def test_codes_of_both_systems_and_both_decimal_marks_are_read():
    found = parse_fixed(["6371:6,2", " 63.10 : 5.5 "], region=SOUTH_KALIMANTAN)
    assert found.rates == {"63.71": 6.2, "63.10": 5.5}
    assert found.problem is None


@pytest.mark.parametrize(
    ("parts", "at", "said"),
    [
        (["x"], "x", "'x' is not CODE:PERCENT; write for example 63.01:6.2"),
        ([""], "", "'' is not CODE:PERCENT"),
        (["63.71"], "63.71", "'63.71' is not CODE:PERCENT"),
        (["63.71:"], "63.71", "Kota Banjarmasin: the percent is missing"),
        (["63.71:6.2", "6371:5"], "63.71", "Kota Banjarmasin is fixed twice ('6.2' and '5')"),
        (["63.06:3,9x"], "63.06", "Kabupaten Hulu Sungai Selatan: '3,9x' is no percent"),
        (["63.06:nan"], "63.06", "'nan' is no percent"),
        (["63.06:-1"], "63.06", "'-1' is no percent"),
        (["63.06:100.5"], "63.06", "100.5% is above 100%"),
        (["63.1:5"], "63.1:5", "'63.1' is no code of a regency in South Kalimantan"),
        (["63:5"], "63:5", "'63' is no code of a regency"),
        (["62.71:5"], "62.71:5", "'62.71' is no code of a regency"),
    ],
)
def test_nothing_is_passed_over(parts, at, said):
    found = parse_fixed(parts, region=SOUTH_KALIMANTAN)
    assert list(found.faults) == [at]
    assert said in found.problem.en
