"""The gap of the pages and every number of the guide's example, against `tests/gap_recomputation.py`."""

import re
from functools import cache
from pathlib import Path

import pytest

from geo.programme.gap.gaps import gaps
from tests.gap_recomputation import (
    PROVINCE,
    by_trend,
    change_a_year,
    labour_force,
    near_end,
    newest,
    people_above,
    series,
)
from tests.geo.programme.shipped_targets import (
    POVERTY,
    TPT,
    make_targets,
    shipped_catalogue,
    shipped_table,
)
from tests.regions import SOUTH_KALIMANTAN

CHAPTER = (Path(__file__).parents[1] / "maps/guide/en/planners.md").read_text("utf-8")
CODES = {"Banjarmasin": "63.71", "Tanah Bumbu": "63.10", "Kotabaru": "63.02", "Banjarbaru": "63.72"}
UNEMPLOYMENT, POOR = "tpt_agustus", "p0_persen_miskin_maret"


def table_of(head):
    """The rows of the chapter's table whose head begins so, numbers as numbers."""
    block = re.search(rf"^\| {head} \|.*\n\|[-|]+\n((?:\|.*\n)+)", CHAPTER, re.MULTILINE)[1]
    rows = [[cell.strip() for cell in line.strip("|\n ").split("|")] for line in block.splitlines()]
    return {
        first: [float(cell.replace(",", "").replace("−", "-")) for cell in rest]
        for first, *rest in rows
    }


@cache
def found(indicator, window):
    return gaps(
        shipped_table(),
        shipped_catalogue(),
        make_targets(TPT, POVERTY),
        indicator=indicator,
        window_years=window,
        region=SOUTH_KALIMANTAN,
    )


@pytest.mark.parametrize(
    ("indicator", "window", "said"),
    [(UNEMPLOYMENT, 3, 3.39), (UNEMPLOYMENT, 2, 3.86), (POOR, 3, 2.97)],
)
def test_trends_to_2029_are_the_same_by_two_ways(indicator, window, said):
    figures, province = series(indicator)[PROVINCE], found(indicator, window).province
    assert province.past.change_a_year == pytest.approx(change_a_year(figures, window=window))
    ours = by_trend(figures, window=window, year=2029)
    assert province.projected == pytest.approx(ours)
    assert round(ours, 2) == said
    assert province.target.near == near_end(indicator)[1]


def test_people_above_the_near_end_are_the_same_by_two_ways():
    ours = people_above()
    assert {gap.region: gap.people_near for gap in found(UNEMPLOYMENT, 3).behind} == pytest.approx(
        ours
    )
    assert round(sum(ours.values())) == 16_697


def test_the_chapter_prints_points_and_people_as_they_are():
    parts, factor = labour_force()
    people, rates, figures = map(series, ("penduduk_dukcapil_total", "tpak_agustus", UNEMPLOYMENT))
    above = people_above()
    points, counted = table_of("regency"), table_of("region")
    assert points.keys() == counted.keys() == CODES.keys()
    for name, code in CODES.items():
        value = newest(figures[code])[1]
        assert points[name] == [value, round(value - 3.97, 2)]
        exact = (parts[code], parts[code] * factor, above[code])
        assert counted[name] == [newest(people[code])[1], rates[code][2025], *map(round, exact)]
    for said in (f"{sum(parts.values()):,.0f}", f"{factor:.5f}", f"{sum(above.values()):,.0f}"):
        assert said in CHAPTER
    assert f"{100 * above['63.71'] / sum(above.values()):.0f}%" in CHAPTER
    assert "4,256 people" in CHAPTER
    # What the province nets: regencies below the near end, and the rest, by what it publishes.
    beyond = sum(
        (3.97 - newest(figures[code])[1]) / 100 * parts[code] * factor
        for code in parts
        if newest(figures[code])[1] < 3.97
    )
    rest = sum(above.values()) - 4256 - beyond
    for said in (sum(above.values()) - 4256, beyond, rest):
        assert f"{said:,.0f}" in CHAPTER
    netting = found(UNEMPLOYMENT, 3).netting
    assert (netting.by_better, netting.by_rest) == pytest.approx((beyond, rest))
    assert found(UNEMPLOYMENT, 3).province.people_near == pytest.approx(4256)


def test_the_chapter_prints_pace_and_verdict_as_they_are():
    rows = table_of("series")
    windows = {
        "unemployment, 2022–2025": (UNEMPLOYMENT, 3, "on_track"),
        "unemployment, 2023–2025": (UNEMPLOYMENT, 2, "on_track"),
        "poverty (March), 2022–2025": (POOR, 3, "off_track"),
    }
    assert rows.keys() == windows.keys()
    for name, (indicator, window, verdict) in windows.items():
        province = found(indicator, window).province
        past = province.past
        assert f"{past.first.year}–{past.last.year}" in name
        assert rows[name] == [
            *(past.first.value, past.last.value, round(past.change_a_year, 3)),
            *(round(province.projected, 2), province.target.near),
        ]
        assert province.verdict == verdict
        # Needed a year, with as many digits as the chapter prints.
        needed = f"{-province.needed_a_year:.4f}".rstrip("0")
        assert f"−{needed}" in CHAPTER
