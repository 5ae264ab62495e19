"""The one window rule of the past pace, and when there is no pace."""

import pytest

from geo.indicators.series import FigurePoint, SeriesBreak, indicator_trend
from geo.language import Text
from geo.programme.gap.pace import no_pace, pace_of
from tests.geo.programme.shipped_targets import shipped_table


def trend(indicator, region="63", breaks=()):
    return indicator_trend(shipped_table(), indicator, region=region, breaks=breaks)


@pytest.mark.parametrize(
    ("indicator", "window_years", "first", "points", "change"),
    [
        ("tpt_agustus", 3, 2022, 4, -0.1933),
        ("tpt_agustus", 2, 2023, 3, -0.0750),
        ("p0_persen_miskin_maret", 3, 2022, 4, -0.2167),
    ],
)
def test_the_change_a_year_is_last_less_first_over_the_years(
    indicator, window_years, first, points, change
):
    found = pace_of(trend(indicator), window_years=window_years)
    assert (found.first.year, found.last.year, found.points) == (first, 2025, points)
    assert found.change_a_year == pytest.approx(change, abs=5e-5)


def test_a_year_without_a_figure_is_passed_over_and_its_years_still_count():
    # Tanah Bumbu has no 2022: 6.56 (2023) to 6.05 (2025), two years.
    found = pace_of(trend("tpt_agustus", "63.10"))
    assert (found.first.year, found.points) == (2023, 3)
    assert found.change_a_year == pytest.approx(-0.255)


def test_two_figures_make_no_pace():
    assert pace_of(trend("tpt_agustus"), window_years=1) is None
    assert "2 angka" in no_pace(trend("tpt_agustus"), window_years=1).id


def test_there_is_no_pace_over_a_break():
    breaks = [SeriesBreak(2024, Text(id="sampel baru", en="new sample"))]
    broken = trend("tpt_agustus", breaks=breaks)
    assert pace_of(broken) is None
    assert "sampel baru" in no_pace(broken).id


def test_a_doubtful_figure_is_in_no_window():
    # Hulu Sungai Tengah: good in 2021-2024, doubtful in 2025.
    found = pace_of(trend("p0_persen_miskin_maret", "63.07"))
    assert (found.last.year, found.points) == (2024, 4)
    assert isinstance(found.last, FigurePoint)
