"""Charts of many regions: names that do not overlap, lines only where there are figures."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.indicators.table import Indicator
from geo.language import Text
from geo.programme.explorer import IndicatorView, RegionRow, ShownFigure
from geo.programme.targets import Target
from maps.programme.axes import NARROW, WIDE
from maps.programme.charts import apart, lines_chart, small_charts

TPT = Indicator(
    id="tpt_agustus",
    title=Text("TPT", "Unemployment"),
    unit=Text("% angkatan kerja", "% of labour force"),
    kind="rate",
    direction="min",
    aggregation="population",
    decimals=1,
    caveat=Text("", ""),
    mappable=True,
)


@given(st.lists(st.floats(0, 400), min_size=1, max_size=20))
def test_names_stand_a_lineapart_in_their_order_within_the_frame(wanted):
    places = apart(sorted(wanted), low=14, high=414)
    assert all(b - a >= 15 - 0.11 for a, b in pairwise(places))
    assert min(places) >= 13.9
    assert max(places) <= 414.1


def test_names_that_have_room_stay_where_they_are():
    assert apart([20.0, 60.0, 100.0], low=14, high=400) == [20.0, 60.0, 100.0]


def test_two_names_that_touch_move_by_the_same():
    assert apart([50.0, 52.0], low=14, high=400) == pytest.approx([43.5, 58.5])


def target(most, *, region="63", year=2029, level="rpjmd", least=None):
    said = {"document": "RPJMD", "page": "", "source": "pers", "source_url": "", "note": ""}
    return Target("tpt_agustus", region, year, least, most, level, "down", **said)


def with_targets(view, *targets):
    """The view with these targets at their regions."""
    rows = tuple(
        replace(row, targets=tuple(t for t in targets if t.region == row.code)) for row in view.rows
    )
    return replace(view, rows=rows)


def view_of(*rows, years):
    table = tuple(
        RegionRow(
            code=code,
            name=Text(code, code),
            is_province=code == "63",
            figures=tuple(ShownFigure(y, v, str(y), True) for y, v in figures.items()),
            lines=lines,
            breaks=(),
            targets=(),
            missing={},
        )
        for code, figures, lines in rows
    )
    return IndicatorView(TPT, years, table, None)


def test_a_line_ends_before_a_missing_year_and_its_name_says_how_old_it_is():
    view = view_of(
        ("63", {2023: 4.0, 2024: 3.9, 2025: 3.8}, ((2023, 2024, 2025),)),
        ("63.01", {2021: 5.0, 2023: 4.8}, ((2021,), (2023,))),
        years=(2021, 2022, 2023, 2024, 2025),
    )
    drawn = {line.code: line for line in lines_chart(view, "id").lines}
    assert [len(line.runs) for line in (drawn["63"], drawn["63.01"])] == [1, 0]
    assert len(drawn["63.01"].dots) == 2
    assert drawn["63"].label.is_led
    assert not drawn["63.01"].label.is_led
    assert drawn["63.01"].label.text.endswith("4,8% (2023)")


def test_a_year_that_no_region_has_is_shaded():
    view = view_of(("63", {2021: 5.0, 2023: 4.0}, ((2021,), (2023,))), years=(2021, 2022, 2023))
    ((x, width),) = lines_chart(view, "id").empty
    left, right = (mark.at for mark in lines_chart(view, "id").years[::2])
    assert left < x < x + width < right


def test_small_charts_share_their_axes():
    view = view_of(
        ("63", {2024: 4.0, 2025: 3.9}, ((2024, 2025),)),
        ("63.01", {2024: 40.0}, ((2024,),)),
        years=(2024, 2025),
    )
    first, second = (chart for _, chart in small_charts(view, "id"))
    assert first.levels == second.levels
    assert [line.code for line in second.lines] == ["63", "63.01"]


TWO = view_of(
    ("63", {2024: 4.0, 2025: 3.9}, ((2024, 2025),)),
    ("63.01", {2024: 6.0, 2025: 5.0}, ((2024, 2025),)),
    years=(2024, 2025),
)


def test_the_target_of_the_province_lies_flat_behind_the_lines_over_the_years_of_figures():
    view = with_targets(
        TWO, target(3.97, least=3.27), target(3.5, year=2026), target(2, level="usulan")
    )
    drawn = lines_chart(view, "id")
    four, three = (
        next(mark.at for mark in drawn.levels if mark.label == said) for said in ("4", "3")
    )
    assert four < drawn.target.near == drawn.target.top < drawn.target.foot < three
    assert drawn.target.text == "Target 2029 RPJMD: 3,27–3,97%"
    # Only its upright stands in its year, right of the frame.
    assert drawn.right < min(goal.x for line in drawn.lines for goal in line.goals)


def test_the_words_of_a_level_stand_where_no_line_passes():
    above = view_of(("63", {2024: 3.99, 2025: 3.98}, ((2024, 2025),)), years=(2024, 2025))
    below = view_of(("63", {2024: 3.0, 2025: 2.9}, ((2024, 2025),)), years=(2024, 2025))
    places = [
        lines_chart(with_targets(one, target(3.97, least=3.27)), "id").target
        for one in (above, below)
    ]
    assert [one.text_y > one.foot for one in places] == [True, False]


def test_a_small_chart_has_the_target_of_its_region_else_that_of_the_province():
    view = with_targets(TWO, target(3.0), target(4.5, region="63.01", year=2026))
    province, own = (chart.target for _, chart in small_charts(view, "id"))
    assert own.near < province.near
    assert small_charts(with_targets(TWO, target(3.0)), "id")[1][1].target.near == province.near


def test_a_proposal_and_the_total_of_a_province_are_no_level_of_a_regency():
    assert lines_chart(with_targets(TWO, target(3.0, level="usulan")), "id").target is None
    total = replace(with_targets(TWO, target(3.0)), indicator=replace(TPT, aggregation="sum"))
    assert [chart.target is None for _, chart in small_charts(total, "id")] == [False, True]


def test_a_level_has_no_words_where_they_would_lie_on_the_names():
    narrow = lines_chart(with_targets(TWO, target(3.0)), "id", size=NARROW)
    assert narrow.target.text == ""


def test_nothing_is_drawn_without_figures():
    assert lines_chart(view_of(("63", {}, ()), years=()), "id") is None


def test_targets_of_many_years_leave_a_narrow_chart_room_for_its_lines():
    plain = view_of(
        ("63", {2024: 4.2, 2025: 4.1}, ((2024, 2025),)),
        ("63.71", {2024: 6.5, 2025: 6.4}, ((2024, 2025),)),
        years=(2024, 2025),
    )
    view = with_targets(plain, *(target(4.0, year=year) for year in range(2023, 2030)))
    narrow, wide = (lines_chart(view, "id", size=size) for size in (NARROW, WIDE))
    assert narrow.right - narrow.left >= 0.25 * NARROW.width
    assert [mark.label for mark in narrow.goal_years][-1] == "2029"
    # Those of 2024 and 2025 stand beside the figures; that of 2023, before them, has no place.
    assert [len(line.goals) for line in narrow.lines] == [0, 2 + len(narrow.goal_years)]
    assert [mark.label for mark in wide.goal_years] == ["2026", "2027", "2028", "2029"]


def test_a_target_whose_year_has_passed_stands_at_the_figure_of_that_year():
    drawn = lines_chart(with_targets(TWO, target(3.5, year=2024), target(3.97, year=2027)), "id")
    province = next(line for line in drawn.lines if line.is_province)
    assert province.goals[0].x == province.dots[0].x
    assert [mark.label for mark in drawn.goal_years] == ["2027"]


def test_years_of_targets_to_come_stand_as_far_apart_as_they_are():
    drawn = lines_chart(with_targets(TWO, *(target(4, year=y) for y in (2026, 2027, 2029))), "id")
    first, second, last = (mark.at for mark in drawn.goal_years)
    assert last - second == pytest.approx(2 * (second - first))


def test_the_words_of_a_level_keep_clear_of_a_line_that_crosses_it_at_both_ends():
    years = tuple(range(2016, 2026))
    high, low = [3.6, 4.3, *[5.5] * 6, 4.3, 3.6], [3.6, 2.9, *[1.7] * 6, 2.9, 3.6]
    crossing = view_of(
        ("63", dict(zip(years, high, strict=True)), (years,)),
        ("63.01", dict(zip(years, low, strict=True)), (years,)),
        years=years,
    )
    drawn = lines_chart(with_targets(crossing, target(3.97, least=3.27)), "id")
    words, wide = drawn.target, 7 * len(drawn.target.text)
    inside = [
        dot
        for line in drawn.lines
        for dot in line.dots
        if words.text_x < dot.x < words.text_x + wide and abs(dot.y - words.text_y + 4) < 10
    ]
    assert inside == []
    assert drawn.left + 50 < words.text_x < drawn.right - wide - 50
