"""The province as a unit: published before computed, and never with a regency missing."""

import pandas as pd
import pytest

from geo.language import texts
from geo.programme.province import no_province_value, province_value, unit_codes
from tests.geo.programme.shipped_targets import shipped_catalogue, shipped_table
from tests.regions import SOUTH_KALIMANTAN


def figure(indicator, year, *, without_province=False):
    table = shipped_table()
    if without_province:
        table = table[table["regency_code"] != "63"]
        if indicator == "tpt_agustus":
            # The labour force is scaled to the province's own, which stays.
            table = table_with_labour_force(table)
    asked = {"year": year, "region": SOUTH_KALIMANTAN}
    found = province_value(table, shipped_catalogue()[indicator], **asked)
    return found, no_province_value(table, shipped_catalogue()[indicator], **asked)


def table_with_labour_force(table):
    every = shipped_table()
    own = every[(every["indicator"] == "angkatan_kerja_agustus") & (every["regency_code"] == "63")]
    return pd.concat([table, own])


def test_the_province_stands_before_its_thirteen_regencies():
    codes = unit_codes(SOUTH_KALIMANTAN)
    assert (codes[0], codes[1], codes[-1], len(codes)) == ("63", "63.01", "63.72", 14)


def test_a_published_figure_comes_before_any_of_ours():
    found, why = figure("tpt_agustus", 2025)
    assert (found.value, found.basis, found.weighed_by, found.regions) == (
        *(4.16, "published", None, 0),
    )
    assert why is None


def test_an_unpublished_rate_is_the_mean_by_the_people_it_is_counted_on():
    # DOMAIN: by population x TPAK the regencies give 4.18 against 4.16 published.
    found, _ = figure("tpt_agustus", 2025, without_province=True)
    assert (found.basis, found.weighed_by, found.regions) == ("mean", "angkatan_kerja_agustus", 13)
    assert found.value == pytest.approx(4.18, abs=0.005)


def test_counts_are_summed():
    found, _ = figure("penduduk_dukcapil_total", 2025, without_province=True)
    assert (found.value, found.basis, found.weighed_by) == (4_305_281, "sum", None)


def test_shares_of_grdp_are_weighed_by_grdp():
    found, _ = figure("pdrb_share_tambang_adhk", 2025, without_province=True)
    assert found.weighed_by == "pdrb_adhk_total_jumlah17sektor"
    assert found.value == pytest.approx(22.59, abs=0.5)


def test_one_regency_missing_means_no_figure_and_names_it():
    found, why = figure("idm_rata_idm", 2024, without_province=True)
    assert found is None
    assert "Kota Banjarmasin" in why.id


def test_a_wage_is_not_averaged_over_hectares():
    assert figure("umk", 2026) == (None, texts("geo.programme.province")["no_mean"])


def test_a_mean_is_weighed_by_the_year_of_its_figures_and_names_it():
    # 2021 by population x TPAK of 2021, computed apart; by that of 2025 it would be 4.92.
    found, _ = figure("tpt_agustus", 2021, without_province=True)
    assert found.value == pytest.approx(4.888, abs=5e-4)
    assert "TPAK 2021" in found.text.id


@pytest.mark.parametrize("indicator", ["ipm_seri_lama", "gini", "uhh_seri_lama"])
def test_an_index_of_the_province_is_no_mean_of_its_regencies(indicator):
    found, why = figure(indicator, 2021, without_province=True)
    assert (found, why) == (None, texts("geo.programme.province")["no_mean"])


def test_budgets_of_regencies_do_not_add_up_to_that_of_the_province():
    found, why = figure("apbd_belanja_anggaran", 2024, without_province=True)
    assert (found, why) == (None, texts("geo.programme.province")["of_government"])
