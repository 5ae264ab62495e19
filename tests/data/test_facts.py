"""The collected facts: each is a figure of the table or says why not, and sums are those printed."""

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from data.steps.facts import left_out, read_facts
from geo.indicators.table import parse_catalogue, parse_indicators

DATA = Path(__file__).parents[2] / "data/indicators"


@pytest.fixture(scope="module")
def catalogue():
    return parse_catalogue((DATA / "catalogue.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def table():
    return parse_indicators(pd.read_csv(DATA / "indicators.csv", dtype=str, keep_default_na=False))


def figures(table, indicator, year):
    rows = table[(table["indicator"] == indicator) & (table["year"] == year)]
    return rows.set_index("regency_code")["value"]


def test_every_fact_is_a_figure_or_has_a_reason(catalogue, table):
    known = {("63.07", "p0_persen_miskin_maret", "2025")}
    reasons = Counter(left_out(row, catalogue, known) for row in read_facts().to_dict("records"))
    assert sum(reasons.values()) == 690 + 1820
    assert reasons == {
        None: 975,
        "of a zone": 25,
        "of a kecamatan, a desa or the country": 1356,
        "without a year": 91,
        "a target": 16,
        "of too few places to be an indicator": 46,
        "known already": 1,
    }
    assert len(table) == 881 + 975


def test_desa_without_signal_sum_to_the_printed_316(table):
    found = figures(table, "desa_blankspot", 2022)
    assert len(found) == 13
    assert found.sum() == 316


def test_the_losses_of_ten_regencies_and_the_printed_total_both_stand(table):
    found = figures(table, "kerugian_bencana", 2026)
    assert found["63"] == 206.76
    assert len(found.drop("63")) == 10
    assert found.drop("63").sum() == pytest.approx(208.74)
    assert found["63.08"] == 65.43


def test_a_forest_estate_without_a_year_is_no_figure(table):
    forest = table[table["indicator"].str.startswith(("hutan_", "kawasan_hutan"))]
    assert set(forest["regency_code"]) == {"63"}
    assert set(forest["year"]) == {2009, 2015}


def test_a_blank_of_a_flood_is_no_zero(table):
    # Kotabaru is in no snapshot of 2021; five regencies had nobody who fled and say 0.
    found = figures(table, "banjir2021_jiwa_mengungsi", 2021)
    assert "63.02" not in found.index
    assert (found == 0).sum() == 5


def test_sources_name_producer_and_survey_and_the_copy_stands_beside(table):
    rows = table[(table["indicator"] == "tpt_agustus") & (table["year"] == 2025)]
    assert set(rows["source"]) == {"BPS Kalsel, Sakernas Agustus 2025"}
    assert rows["via"].str.contains("locitaresmi/ped-kalsel-dashboard").all()
    assert not table["source"].str.contains("GitHub|mirror|http|copied", case=False).any()
    assert (table["via"] != "").all()


def test_every_figure_is_plausible_and_every_note_is_known_in_both_languages(catalogue, table):
    for name, rows in table.groupby("indicator"):
        low, high = catalogue[name].plausible
        assert rows["value"].between(low, high).all(), name
        notes = {note.id for note in catalogue[name].notes}
        assert set(rows["note"]) - {""} <= notes, name
