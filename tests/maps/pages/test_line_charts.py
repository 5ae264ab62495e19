import pytest

from maps.pages.line_charts import Band, ChartPoint, line_chart


def drawn(*segments, **options):
    return line_chart(
        [[ChartPoint(year, value) for year, value in segment] for segment in segments],
        "id",
        **options,
    )


def test_years_across_a_break_are_not_joined() -> None:
    chart = drawn([(2020, 90.0)], [(2021, 70.0), (2022, 71.0)])
    assert len(chart.lines) == 1
    assert len(chart.lines[0].split()) == 2
    assert chart.dots[0].x < chart.breaks[0] < chart.dots[1].x


def test_a_missing_year_leaves_its_place_on_the_axis() -> None:
    chart = drawn([(2021, 1.0), (2023, 1.5), (2024, 2.0)])
    first, second, third = (dot.x for dot in chart.dots)
    assert second - first == pytest.approx(2 * (third - second), abs=0.02)
    assert [mark.label for mark in chart.years] == ["2021", "2022", "2023", "2024"]
    # No line leads over it: 2023 and 2024 alone are joined.
    assert [line.split()[0] for line in chart.lines] == [f"{chart.dots[1].x},{chart.dots[1].y}"]


def test_levels_are_round_and_hold_every_point() -> None:
    chart = drawn([(2021, 3.22), (2023, 3.42), (2025, 3.23)])
    assert [mark.label for mark in chart.levels] == [
        "3,20", "3,25", "3,30", "3,35", "3,40", "3,45",
    ]  # fmt: skip
    top, foot = chart.levels[-1].at, chart.levels[0].at
    assert all(top <= dot.y <= foot for dot in chart.dots)


@pytest.mark.parametrize("value", [0.0, 3.0, -2.0, 3_725_000.0])
def test_a_figure_that_never_moved_stands_inside(value: float) -> None:
    chart = drawn([(2021, value), (2022, value)])
    assert chart.levels[-1].at < chart.dots[0].y < chart.levels[0].at


def test_an_axis_of_a_rate_starts_at_zero_and_another_says_that_it_does_not() -> None:
    rate = drawn([(2023, 69.8), (2025, 71.2)], is_from_zero=True)
    assert (rate.levels[0].label, rate.is_from_zero) == ("0", True)
    # 1.4 of 80: the line is nearly flat, as the change is small.
    assert rate.dots[0].y - rate.dots[1].y < 3
    assert not drawn([(2023, 69.8), (2025, 71.2)]).is_from_zero


@pytest.mark.parametrize("values", [(-1.8, 4.2), (0.0, 0.0), (-3.0, -1.0)])
def test_an_axis_from_zero_holds_zero_and_every_point(values: tuple[float, float]) -> None:
    chart = drawn([(2020, values[0]), (2021, values[1])], is_from_zero=True)
    assert "0" in [mark.label.split(",")[0].strip("−") for mark in chart.levels]
    top, foot = chart.levels[-1].at, chart.levels[0].at
    assert chart.is_from_zero
    assert all(top <= dot.y <= foot for dot in chart.dots)


def test_the_newest_point_has_the_sign_of_its_unit() -> None:
    chart = drawn([(2025, 3_400_000.0), (2026, 3_725_000.0)], decimals=0, unit="Rp per bulan")
    assert chart.dots[-1].label == "Rp3.725.000"


def test_one_figure_is_no_chart() -> None:
    assert drawn([(2021, 1.0)]) is None
    assert drawn() is None


def test_only_the_newest_point_is_labelled_and_the_label_has_room() -> None:
    chart = drawn([(2021, 1.0), (2022, 1_234_567.8)], decimals=1)
    assert [dot.label for dot in chart.dots] == ["", "1.234.567,8"]
    assert chart.dots[-1].x + 8 + 6.0 * len("1.234.567,8") <= chart.width


def test_bands_fill_the_axis_from_foot_to_top() -> None:
    bands = [Band(0.0, "#a"), Band(40.0, "#b"), Band(80.0, "#c")]
    chart = drawn([(2020, 50.0), (2021, 60.0)], span=(0.0, 100.0), bands=bands)
    assert [stripe.colour for stripe in chart.stripes] == ["#a", "#b", "#c"]
    assert sum(s.height for s in chart.stripes) == pytest.approx(
        chart.levels[0].at - chart.levels[-1].at, abs=0.05
    )


def test_many_years_are_labelled_sparsely_up_to_the_newest() -> None:
    chart = drawn([(year, float(year)) for year in range(2000, 2026)])
    assert len(chart.years) <= 8
    assert chart.years[-1].label == "2025"
