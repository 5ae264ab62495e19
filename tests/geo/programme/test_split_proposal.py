"""Splits of the shipped figures and targets."""

import math
from pathlib import Path

import pytest

from geo.errors import IndicatorNotFound, InfeasibleSplit
from geo.language import LANGUAGES
from geo.programme.achievement import percent_reached
from geo.programme.cascade import SPLIT_METHODS
from geo.programme.gap.gaps import gaps
from geo.programme.split_proposal import divisible, propose
from tests.geo.programme.shipped_targets import (
    POVERTY,
    TABALONG,
    TPT,
    make_targets,
    shipped_catalogue,
    shipped_table,
)
from tests.regions import SOUTH_KALIMANTAN

GUIDE = Path(__file__).parents[3] / "maps/guide"


def proposed(indicator="tpt_agustus", **asked):
    tables = (shipped_table(), shipped_catalogue(), make_targets(TPT, POVERTY, TABALONG))
    return propose(*tables, indicator=indicator, region=SOUTH_KALIMANTAN, **asked)


def test_unemployment_of_2029_is_split_over_thirteen_regencies_to_the_last_person():
    found = proposed()
    assert (found.split.target, found.split.year, found.split.end_year) == (3.97, 2025, 2029)
    assert found.of_target.level == "rpjmd"
    people = math.fsum(row.people for row in found.split.rows)
    assert abs(people - found.split.total_people) <= 1e-9
    assert people == pytest.approx(0.0397 * found.denominator.people["63"])
    assert found.split.effort == pytest.approx(1 - 3.97 / found.split.value)
    assert len(found.split.rows) == 13


def test_a_target_is_as_many_people_as_on_the_page_of_the_gap():
    """Unscaled, the regencies' 4.18% would ask for 4,688 people where the gap of 4.16% has 4,256."""
    found, tables = proposed(), (shipped_table(), shipped_catalogue(), make_targets(TPT))
    gap = gaps(*tables, indicator="tpt_agustus", region=SOUTH_KALIMANTAN).province
    assert found.split.people_now - found.split.total_people == pytest.approx(gap.people_near)
    assert (found.split.value, found.newer) == (pytest.approx(gap.value), None)


def test_a_newer_figure_of_the_province_is_named():
    found = proposed("p0_persen_miskin_maret")
    assert (found.newer.year, found.newer.value, found.split.value) == (
        2025,
        3.84,
        pytest.approx(4.11),
    )


def test_a_row_carries_last_years_change():
    rows = {row.region: row for row in proposed().split.rows}
    assert rows["63.71"].last_change == pytest.approx(6.49 - 6.56)
    assert rows["63.03"].last_change == pytest.approx(2.76 - 2.71)


def test_poverty_is_split_from_the_newest_year_that_every_regency_has():
    found = proposed("p0_persen_miskin_maret")
    assert (found.split.year, found.split.target) == (2024, 2.62)


def test_a_rate_may_be_stated_instead_of_a_target():
    found = proposed("tpak_agustus", rate=71.0, end_year=2027)
    assert (found.split.direction, found.of_target) == ("up", None)
    with pytest.raises(InfeasibleSplit) as caught:
        proposed("tpak_agustus")
    assert "no target of the province" in caught.value.detail("en")


def test_a_pace_that_is_too_slow_says_how_many_people_are_missing():
    with pytest.raises(InfeasibleSplit) as caught:
        proposed(most_a_year=0.01)
    assert "people are missing" in caught.value.detail("en")


def test_an_indicator_without_people_is_not_split_and_an_unknown_one_is_refused():
    with pytest.raises(InfeasibleSplit) as caught:
        proposed("gini")
    assert "cannot be split by people" in caught.value.detail("en")
    with pytest.raises(IndicatorNotFound):
        proposed("nothing")


def test_only_rates_on_known_people_are_offered():
    offered = divisible(shipped_table(), shipped_catalogue(), region=SOUTH_KALIMANTAN)
    names = {indicator.id for indicator in offered}
    assert {"tpt_agustus", "tpak_agustus", "p0_persen_miskin_maret"} <= names
    assert "gini" not in names


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_numbers_of_the_guide_are_those_of_the_split(language):
    text = (GUIDE / language / "planners.md").read_text("utf-8")
    found = proposed()
    effort, capacity = (proposed(method=method).split for method in SPLIT_METHODS)
    rows = [{row.region: row.target for row in one.rows} for one in (effort, capacity)]
    best = 2.2
    numbers = {
        "4.16%": effort.value,
        "4.18%": found.unscaled,
        "0.9954": found.scaling,
        "0.954": 3.97 / effort.value,
        "4.6%": 100 * effort.effort,
        "6.19%": rows[0]["63.71"],
        "2.10%": rows[0]["63.06"],
        "1.98": found.unscaled - best,
        "0.19": effort.value - 3.97,
        "9.6%": 100 * capacity.effort,
        "6.08%": rows[1]["63.71"],
        "2.20%": rows[1]["63.06"],
        "95.21%": percent_reached(4.16, 3.97, direction="down"),
        "72.78%": percent_reached(4.16, 3.27, direction="down"),
    }
    for said, number in numbers.items():
        decimals = len(said.strip("%").partition(".")[2])
        assert f"{number:.{decimals}f}" == said.strip("%"), said
        assert (said if language == "en" else said.replace(".", ",")) in text


@pytest.mark.parametrize(
    ("end_year", "said"),
    [
        (2028, "pada 2028. Isi targetnya, pilih tahun yang ada targetnya"),
        (2020, "untuk 2020: angka lengkap terbaru sudah dari 2025. Pilih tahun sesudah 2025."),
    ],
)
def test_a_year_without_a_target_is_told_beside_the_years_that_have_one(end_year, said):
    with pytest.raises(InfeasibleSplit) as caught:
        proposed(end_year=end_year)
    reason = caught.value.detail("id")
    assert said in reason
    assert reason.endswith("Target provinsi yang ada: 2029 (RPJMD).")


def test_the_best_one_that_nobody_bound_is_not_told_as_at_a_bound():
    rows = proposed(method="capacity").split.rows
    best = min(rows, key=lambda row: row.value)
    assert (best.target, best.is_at_bound) == (pytest.approx(best.value), False)
