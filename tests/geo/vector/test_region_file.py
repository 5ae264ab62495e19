"""The file of a planning region: what it gives, and each fault with its line and place."""

import pytest

from geo.errors import InvalidRegion
from geo.vector.region_file import parse_region
from tests.regions import MADE_UP, SHIPPED, SOUTH_KALIMANTAN


def test_the_shipped_region_is_south_kalimantan():
    assert (SOUTH_KALIMANTAN.code, SOUTH_KALIMANTAN.name.en) == ("63", "South Kalimantan")
    assert SOUTH_KALIMANTAN.by_code["63.72"].full_name == "Kota Banjarbaru"
    assert SOUTH_KALIMANTAN.by_code["63.01"].bps_code == "6301"
    assert SOUTH_KALIMANTAN.title_of("63").id == "Kalimantan Selatan"
    assert SOUTH_KALIMANTAN.holds(["63.01", "63.72"])
    assert not SOUTH_KALIMANTAN.holds(["99.01"])


@pytest.mark.parametrize(
    ("before", "after", "place", "said"),
    [
        ('code = "99.02"', 'code = "98.02"', "regency 2", "98.02"),
        ('code = "99.02"', 'code = "99.01"', "regency 2", "dua kali"),
        ('name = "Hilir Contoh"', 'name = "Hulu Contoh"', "regency 2", "dua kali"),
        ('code = "99.02"', "code = 99.02", "regency 2, code", "tanda kutip"),
        ('kind = "Kota"', 'kind = "Desa"', "regency 3, kind", "Kabupaten"),
        ('metric = "EPSG:32647"', 'metric = "EPSG:4326"', "crs, metric", "meter"),
        ('metric = "EPSG:32647"', 'metric = "EPSG:1"', "crs, metric", "tidak dikenal"),
        ('"Asia/Jakarta"', '"Asia"', "time_zone", "WITA"),
        ("[99.9, -0.1, 103.1, 1.1]", "[103.1, -0.1, 99.9, 1.1]", "bounds", "barat"),
        ("[99.9, -0.1, 103.1, 1.1]", "[-180, -0.1, 103.1, 1.1]", "bounds", "lebih lebar"),
        ("[99.9, -0.1, 103.1, 1.1]", "[99.9, -0.1]", "bounds", "timur"),
        ('id = "Nusa Contoh", ', "", "province, name", "dua bahasa"),
        ("time_zone", "timezone", "timezone", "time_zone"),
    ],
)
def test_a_fault_is_told_with_its_line_its_place_and_the_mend(before, after, place, said):
    assert before in MADE_UP
    with pytest.raises(InvalidRegion) as caught:
        parse_region(MADE_UP.replace(before, after, 1))
    assert caught.value.facts["place"] == place
    assert caught.value.facts["line"] >= 1
    assert said in caught.value.detail("id")


def test_what_is_no_toml_and_what_is_empty_are_told():
    for text in ("[", "", "\x00"):
        with pytest.raises(InvalidRegion):
            parse_region(text)
    assert parse_region(SHIPPED) == SOUTH_KALIMANTAN
