"""Percent and category of a target as the performance report states them."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InvalidTargets
from geo.programme.achievement import (
    achievement,
    achievements,
    parse_categories,
    percent_reached,
    worked,
)
from geo.programme.targets import Target
from tests.geo.programme.shipped_targets import shipped_catalogue, shipped_table
from tests.regions import SOUTH_KALIMANTAN

FILE = Path(__file__).parents[3] / "data/programme/achievement.toml"
SHIPPED = parse_categories(FILE.read_text("utf-8"))


def target(least, most, *, direction="down", year=2029):
    facts = ("RPJMD", "", "a source", "", "")
    return Target("tpt_agustus", "63", year, least, most, "rpjmd", direction, *facts)


def test_a_falling_indicator_at_its_target_is_at_100_and_below_it_beyond():
    assert percent_reached(3.97, 3.97, direction="down") == pytest.approx(100)
    assert percent_reached(3.27, 3.97, direction="down") == pytest.approx(117.63, abs=0.005)
    assert percent_reached(10.0, 4.0, direction="down") == pytest.approx(-50)


def test_a_range_is_measured_at_its_near_end_and_both_are_given():
    found = achievement(target(3.27, 3.97), 4.16, categories=SHIPPED)
    assert found.percent == pytest.approx(95.21, abs=0.005)
    assert found.percent_far == pytest.approx(72.78, abs=0.005)
    assert found.category.id == "sangat_tinggi"
    assert worked(found, decimals=2).id == "(2 × 3,97 − 4,16) ÷ 3,97 × 100 = 95,21%"


def test_a_rising_range_is_measured_at_its_least():
    found = achievement(target(76.08, 76.36, direction="up"), 75.97, categories=SHIPPED)
    assert found.percent == pytest.approx(99.86, abs=0.005)
    assert found.percent_far == pytest.approx(99.49, abs=0.005)


def test_without_a_figure_of_the_year_nothing_is_said_but_why():
    found = achievement(target(3.27, 3.97), None, categories=SHIPPED)
    assert (found.percent, found.category) == (None, None)
    assert found.reason.id == "belum ada angka yang dapat dipakai untuk 2029"
    assert worked(found, decimals=2) == found.formula


def test_an_open_end_is_nothing_to_measure_against():
    found = achievement(target(75.0, None, direction="up"), 69.74, categories=SHIPPED)
    assert (found.percent, found.percent_far) == (pytest.approx(92.99, abs=0.005), None)


def test_a_percent_below_nothing_has_the_minus_of_its_formula():
    found = achievement(target(None, 2.0), 6.56, categories=SHIPPED)
    assert worked(found, decimals=2).en == "(2 × 2.00 − 6.56) ÷ 2.00 × 100 = −128.00%"


@pytest.mark.parametrize("end", [0.0, -1.0])
def test_a_target_of_0_or_less_has_no_percent(end):
    found = achievement(target(end, None, direction="up"), 5.05, categories=SHIPPED)
    assert (found.percent, found.percent_far, found.category) == (None, None, None)
    assert found.reason.en == "a target of 0 or less: the formula of the percent does not hold"


def test_a_range_down_to_0_has_the_percent_of_its_near_end():
    found = achievement(target(0.0, 6.0), 5.93, categories=SHIPPED)
    assert found.percent == pytest.approx(101.17, abs=0.005)
    assert (found.percent_far, found.reason) == (None, None)


def reached(*asked):
    return achievements(
        shipped_table(),
        asked,
        catalogue=shipped_catalogue(),
        region=SOUTH_KALIMANTAN,
        categories=SHIPPED,
    )


def test_figures_are_found_by_indicator_region_and_year():
    found = reached(target(3.27, 3.97, year=2025), target(3.27, 3.97))
    assert [a.realisation for a in found] == [4.16, None]
    assert found[0].period == "Agustus 2025"


def test_before_its_year_a_target_has_the_newest_figure_and_no_category():
    (found,) = reached(target(3.27, 3.97))
    assert (found.category, found.so_far.year) == (None, 2025)
    assert found.so_far.percent == pytest.approx(95.21, abs=0.005)


@pytest.mark.parametrize(
    ("percent", "category"),
    [
        (117.6, "sangat_tinggi"),
        (90.5, "sangat_tinggi"),
        (90.49, "tinggi"),
        (75.5, "tinggi"),
        (66.0, "sedang"),
        (50.4, "sangat_rendah"),
        (-50.0, "sangat_rendah"),
    ],
)
def test_categories_are_of_whole_percent(percent, category):
    assert SHIPPED.of(percent).id == category


def test_the_shipped_cut_offs_name_their_source_and_are_not_confirmed():
    assert SHIPPED.source_url.startswith("https://")
    assert "Permendagri 86/2017" in SHIPPED.source.id
    assert SHIPPED.confirmed is False


def test_a_file_whose_cut_offs_rise_is_refused_and_one_with_a_fault_names_its_line():
    text = FILE.read_text("utf-8")
    with pytest.raises(InvalidTargets) as caught:
        parse_categories(text.replace("from = 76", "from = 96"))
    assert "must fall" in caught.value.detail("en")
    with pytest.raises(InvalidTargets) as caught:
        parse_categories(text.replace("confirmed = false", "confirmed = 1"))
    assert caught.value.detail("en").startswith("line 7")


@settings(max_examples=30)
@given(t=st.floats(0.01, 1e6), r=st.floats(0, 1e6))
def test_the_two_formulas_mirror_each_other_at_the_target(t, r):
    up, down = (percent_reached(r, t, direction=d) for d in ("up", "down"))
    assert up + down == pytest.approx(200, rel=1e-9, abs=1e-6)
