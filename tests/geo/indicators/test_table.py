from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import IndicatorNotFound, InvalidIndicators, UnknownYear
from geo.indicators.table import (
    COLUMNS,
    latest_values,
    note_of,
    parse_catalogue,
    parse_indicators,
    values_for,
    weights_for,
    years_of,
)
from geo.language import Text
from tests.regions import SOUTH_KALIMANTAN

DATA = Path(__file__).parents[3] / "data" / "indicators"


@pytest.fixture(scope="module")
def shipped():
    return parse_indicators(pd.read_csv(DATA / "indicators.csv", dtype=str, keep_default_na=False))


def rows(*records, **columns):
    """A table from (regency_code, period, value) records of one indicator."""
    frame = pd.DataFrame(records, columns=["regency_code", "period", "value"])
    frame["year"] = frame["period"].str[-4:]
    defaults = {"indicator": "tpt", "unit": "%", "source": "BPS", "source_url": "https://bps.go.id"}
    return frame.assign(**defaults | columns)


def test_rows_are_typed_sorted_and_completed():
    table = parse_indicators(
        rows(("6310", "Agustus 2025", "6,05"), ("63.01", "Agustus 2024", "3,43"))
    )
    assert table.columns.tolist() == list(COLUMNS)
    assert table["regency_code"].tolist() == ["63.01", "63.10"]
    assert table["value"].tolist() == [3.43, 6.05]
    assert table["confidence"].tolist() == ["ok", "ok"]
    assert table["year"].tolist() == [2024, 2025]


def test_the_period_of_a_yearly_figure_is_its_year():
    table = parse_indicators(rows(("63", "2024", "1.5")).drop(columns="period"))
    assert table["period"].tolist() == ["2024"]


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["4.16", "98.372"], [4.16, 98.372]),
        (["4,16", "98.372"], [4.16, 98372]),
        (["1.357,156", "584,70"], [1357.156, 584.7]),
        (["3.725.000", "12"], [3725000, 12]),
    ],
)
def test_the_decimal_mark_of_the_column_decides_doubtful_numbers(texts, values):
    table = parse_indicators(rows(("63.01", "2024", texts[0]), ("63.02", "2024", texts[1])))
    assert table["value"].tolist() == values


def test_a_number_that_could_be_two_is_refused_by_row():
    with pytest.raises(InvalidIndicators, match=r"3 \('1.357'\)"):
        parse_indicators(rows(("63.01", "2024", "12"), ("63.02", "2024", "1.357")))


@pytest.mark.parametrize("text", ["n/a", "", "-", "4.1.6", "inf", "nan", "1e400"])
def test_what_is_no_number_is_named_by_row(text):
    with pytest.raises(InvalidIndicators, match="rows 2 "):
        parse_indicators(rows(("63.01", "2024", text)))


def test_all_unknown_codes_are_named():
    with pytest.raises(InvalidIndicators, match="9999") as caught:
        parse_indicators(
            rows(("9999", "2024", "1"), ("63.12", "2024", "1"), ("63.1", "2024", "1")),
            region=SOUTH_KALIMANTAN,
        )
    assert caught.value.facts["codes"] == ["63.1", "63.12", "9999"]
    assert "tidak dikenal" in caught.value.detail("id")
    assert "di Kalimantan Selatan, atau 63 untuk provinsi" in caught.value.detail("id")


def test_a_table_that_is_published_may_be_of_another_region_but_its_codes_are_codes():
    assert list(parse_indicators(rows(("9971", "2024", "1")))["regency_code"]) == ["99.71"]
    with pytest.raises(InvalidIndicators, match=r"No region codes: 63\.1, Banjar"):
        parse_indicators(rows(("63.1", "2024", "1"), ("Banjar", "2024", "1")))


def test_one_region_written_in_two_code_systems_is_a_duplicate():
    with pytest.raises(InvalidIndicators, match=r"63\.01 / tpt / 2024"):
        parse_indicators(rows(("63.01", "2024", "1"), ("6301", "2024", "2")))


def test_march_and_september_do_not_share_an_indicator():
    with pytest.raises(InvalidIndicators, match="mix months"):
        parse_indicators(rows(("63", "Maret 2025", "3.84"), ("63", "September 2025", "3.73")))


def test_a_period_of_another_year_is_refused():
    with pytest.raises(InvalidIndicators, match="rows 2"):
        parse_indicators(rows(("63", "Maret 2025", "3.84")).assign(year="2024"))


def test_a_year_with_a_fraction_is_refused():
    with pytest.raises(InvalidIndicators, match="not a year"):
        parse_indicators(rows(("63", "2024", "3")).assign(year="2024.5", period="2024.5"))


def test_missing_columns_are_named():
    with pytest.raises(InvalidIndicators, match="value, source_url"):
        parse_indicators(rows(("63", "2024", "1")).drop(columns=["value", "source_url"]))


@pytest.mark.parametrize("column", ["indicator", "unit", "source"])
def test_a_figure_without_unit_or_source_is_refused(column):
    with pytest.raises(InvalidIndicators, match=column):
        parse_indicators(rows(("63", "2024", "1")).assign(**{column: " "}))


def test_an_unknown_confidence_is_refused():
    with pytest.raises(InvalidIndicators, match="high"):
        parse_indicators(rows(("63", "2024", "1"), confidence="high"))


def test_braces_in_a_cell_reach_the_message_as_they_are():
    with pytest.raises(InvalidIndicators, match=r"\{0\.__class__\}"):
        parse_indicators(rows(("{0.__class__}", "2024", "1")))


def test_the_input_is_unchanged():
    frame = rows(("6301", "2024", "1"))
    before = frame.copy()
    parse_indicators(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_parsing_twice_changes_nothing(shipped):
    pd.testing.assert_frame_equal(parse_indicators(shipped), shipped)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_survives_as_a_number(value):
    table = parse_indicators(rows(("63", "2024", "1")).assign(value=[value]))
    assert table["value"].tolist() == [value]


def test_values_of_a_year_carry_their_period_and_source(shipped):
    values = values_for(shipped, "tpt_agustus", 2025)
    assert len(values) == 14
    assert values.loc["63.10", ["value", "period", "unit"]].tolist() == [
        6.05,
        "Agustus 2025",
        "% angkatan kerja",
    ]
    assert values.loc["63.10", "source_url"].startswith("https://")


def test_an_unknown_year_names_those_that_exist(shipped):
    with pytest.raises(UnknownYear, match="2018, 2019, 2020, 2021, 2022, 2023, 2024, 2025"):
        values_for(shipped, "tpt_agustus", 2031)
    assert years_of(shipped, "gini") == [2021, 2022, 2023, 2024]


def test_an_unknown_indicator_is_not_found(shipped):
    with pytest.raises(IndicatorNotFound):
        values_for(shipped, "tpt", 2025)


def test_the_newest_value_keeps_its_own_period():
    table = parse_indicators(
        rows(
            ("63.01", "2021", "1"),
            ("63.01", "2023", "2"),
            ("63.01", "2025", "3"),
            ("63.02", "2021", "4"),
        )
    )
    latest = latest_values(table, "tpt", year=2024, max_age_years=2)
    assert latest["value"].to_dict() == {"63.01": 2.0}  # 63.02 is too old and stays missing
    assert latest["period"].tolist() == ["2023"]
    assert latest_values(table, "tpt", year=2024, max_age_years=0).empty


def test_a_doubtful_value_is_passed_over_for_an_older_good_one():
    table = parse_indicators(
        rows(("63.07", "2024", "5.81"), ("63.07", "2025", "5.03"), confidence=["ok", "low"])
    )
    assert latest_values(table, "tpt", year=2025, max_age_years=2).loc["63.07", "value"] == 5.81
    asked = latest_values(table, "tpt", year=2025, max_age_years=2, include_low_confidence=True)
    assert asked.loc["63.07", ["value", "confidence"]].tolist() == [5.03, "low"]


def test_the_two_human_development_series_stay_apart(shipped):
    old = values_for(shipped, "ipm_seri_lama", 2021)["value"]
    new = values_for(shipped, "ipm_sp2020lf", 2021)["value"]
    assert (old - new.reindex(old.index)).abs().min() > 0.5
    assert latest_values(shipped, "ipm_seri_lama", year=2025, max_age_years=2).empty


@pytest.mark.parametrize("year", [2023, 2024, 2025])
def test_regencies_weighted_by_people_reproduce_the_province(shipped, year):
    """BPS prints TPT 4.31, 4.20, 4.16 and TPAK 69.76, 70.22, 69.93 for August 2023 to 2025."""
    people = values_for(shipped, "penduduk_dukcapil_total", 2025)["value"].drop("63")
    tpt = values_for(shipped, "tpt_agustus", year)["value"]
    tpak = values_for(shipped, "tpak_agustus", year)["value"]
    found = np.average(tpak.drop("63"), weights=people)
    assert found == pytest.approx(tpak["63"], abs=0.05)
    labour_force = people * tpak.drop("63")
    found = np.average(tpt.drop("63"), weights=labour_force)
    assert found == pytest.approx(tpt["63"], abs=0.05)


def test_the_catalogue_describes_every_shipped_indicator_in_its_unit(shipped):
    catalogue = parse_catalogue((DATA / "catalogue.toml").read_text("utf-8"))
    assert set(catalogue) == set(shipped["indicator"])
    for indicator, unit in shipped[["indicator", "unit"]].drop_duplicates().itertuples(index=False):
        assert catalogue[indicator].unit.id == unit


# Of many figures that say much the same, the chooser of the map shows the chief ones.
NOT_CHOSEN = (
    r"pdrb_lq_[dehijklopqm].*|pdrb_lq_f|pdrb_lq_rstu",
    r"idm_desa_.*|ikd_.*|air_pdam_.*",
    r"banjir2021_jiwa_mengungsi|banjir2026_(kk|desa|kecamatan)_terdampak|jiwa_terdampak_.*",
    r"(kubah_)?gambut_.*|jalan_.*|lereng_.*|cakupan_bpjs_tk|rumah_terendam|kk_terdampak_banjir",
)


def test_an_indicator_is_mappable_when_several_regencies_have_values(shipped):
    catalogue = parse_catalogue((DATA / "catalogue.toml").read_text("utf-8"))
    regencies = shipped[shipped["regency_code"] != "63"].groupby("indicator")["regency_code"]
    counts = regencies.nunique()
    several = counts.index[counts > 1]
    passed_over = several[several.str.fullmatch("|".join(NOT_CHOSEN))]
    assert {name for name, entry in catalogue.items() if entry.mappable} == set(several) - set(
        passed_over
    )


ENTRY = """
[tpt]
title = { id = "TPT", en = "Unemployment" }
unit = { id = "%", en = "%" }
kind = "rate"
direction = "min"
aggregation = "population"
decimals = 2
mappable = true
"""


def test_a_catalogue_entry_is_read():
    entry = parse_catalogue(ENTRY)["tpt"]
    assert (entry.kind, entry.direction, entry.decimals, entry.mappable) == ("rate", "min", 2, True)
    assert entry.caveat.id == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('direction = "min"', 'direction = "down"'),
        ('kind = "rate"', ""),
        ('unit = { id = "%", en = "%" }', 'unit = "%"'),
        ("decimals = 2", 'decimals = "two"'),
        ("[tpt]", "[tpt"),
        ("decimals = 2", "decimals = 2\nplausible = [30, 0.5]"),
        ("decimals = 2", 'decimals = 2\nplausible = "0.5-30"'),
        ("decimals = 2", "decimals = 2\nbreaks = [{ year = 2025 }]"),
        (
            "decimals = 2",
            'decimals = 2\nbreaks = [{ year = "2025", reason = { id = "", en = "" } }]',
        ),
    ],
)
def test_a_wrong_catalogue_entry_is_refused(old, new):
    with pytest.raises(InvalidIndicators):
        parse_catalogue(ENTRY.replace(old, new))


def test_a_catalogue_published_before_notes_leaves_them_as_they_were_written():
    entry = parse_catalogue(ENTRY)["tpt"]
    assert entry.notes == ()
    assert note_of("Seri lama.", entry.notes) == Text(id="Seri lama.", en="Seri lama.")


def test_every_shipped_indicator_says_which_figures_are_plausible_and_every_shipped_one_is(shipped):
    catalogue = parse_catalogue((DATA / "catalogue.toml").read_text("utf-8"))
    ranges = pd.DataFrame({name: entry.plausible for name, entry in catalogue.items()}).T
    low, high = (shipped["indicator"].map(ranges[end]) for end in (0, 1))
    odd = shipped[~shipped["value"].between(low, high)]
    assert odd.empty, odd[["regency_code", "indicator", "year", "value"]]


def test_a_catalogue_published_before_plausible_ranges_is_read():
    assert parse_catalogue(ENTRY)["tpt"].plausible is None


def test_shares_of_grdp_weigh_by_grdp_of_the_nearest_year():
    row = {"unit": "miliar Rp", "source": "BPS", "source_url": ""}
    table = parse_indicators(
        pd.DataFrame(
            [
                {"regency_code": code, "indicator": name, "year": year, "value": value, **row}
                for name in ("pdrb_adhk_total_jumlah17sektor",)
                for code, year, value in (
                    ("63.01", "2020", "10"),
                    ("63.01", "2024", "14"),
                    ("63.02", "2022", "20"),
                )
            ]
        )
    )
    assert weights_for(table, "grdp", year=2022).to_dict() == {"63.01": 10.0, "63.02": 20.0}
    assert weights_for(table, "grdp", year=2025).to_dict() == {"63.01": 14.0, "63.02": 20.0}
    assert weights_for(table, "population", year=2022) is None
    assert weights_for(table, "area", year=2022) is None


def test_every_share_of_grdp_of_the_catalogue_is_averaged_by_grdp():
    catalogue = parse_catalogue((DATA / "catalogue.toml").read_text("utf-8"))
    shares = {
        name: entry.aggregation for name, entry in catalogue.items() if "% of GRDP" == entry.unit.en
    }
    assert set(shares.values()) == {"grdp"}
    assert len(shares) == 2
