"""The people that rates are counted on: scaled to the province, named, and none where unknown."""

import pytest

from geo.programme.denominators import denominator_of
from tests.geo.programme.shipped_targets import shipped_catalogue, shipped_table
from tests.regions import SOUTH_KALIMANTAN


def of(indicator, table=None):
    table = shipped_table() if table is None else table
    return denominator_of(table, shipped_catalogue()[indicator], region=SOUTH_KALIMANTAN)


@pytest.mark.parametrize(
    ("indicator", "total", "period"),
    [
        ("tpt_agustus", 2_240_000, "Agustus 2025"),
        ("tpak_agustus", 3_210_000, "Agustus 2025"),
        ("p0_persen_miskin_maret", 4_305_281, "2025"),
    ],
)
def test_regencies_add_up_to_the_province(indicator, total, period):
    found = of(indicator)
    regencies = [found.people[code] for code in SOUTH_KALIMANTAN.by_code]
    assert sum(regencies) == pytest.approx(found.people["63"], rel=1e-12)
    assert (found.people["63"], found.period, found.is_estimate) == (total, period, True)


def test_a_regency_s_labour_force_is_its_people_times_its_participation_scaled():
    # Banjarmasin: 681,693 x 66.55 %, times 2,240,000 / 3,011,... of all regencies.
    table = shipped_table()
    rate = table[(table["indicator"] == "tpak_agustus") & (table["year"] == 2025)]
    people = table[table["indicator"] == "penduduk_dukcapil_total"]
    parts = people.set_index("regency_code")["value"] * rate.set_index("regency_code")["value"]
    share = parts["63.71"] / parts.drop("63").sum()
    assert of("tpt_agustus").people["63.71"] == pytest.approx(2_240_000 * share)


@pytest.mark.parametrize(
    "indicator", ["sanitasi_layak", "gini", "p0_perdesaan_maret", "tpt_sma_sederajat_agustus"]
)
def test_what_is_not_counted_on_known_people_has_none(indicator):
    assert of(indicator) is None


def test_without_the_province_s_labour_force_nothing_is_scaled():
    table = shipped_table()
    assert of("tpt_agustus", table[table["indicator"] != "angkatan_kerja_agustus"]) is None


def test_the_method_and_the_source_are_named():
    found = of("tpt_agustus")
    assert "TPAK" in found.method.id
    assert "Sakernas" in found.source
    assert "Dukcapil" in found.source
