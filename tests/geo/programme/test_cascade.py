"""Splits add up in people, keep their bounds and say what is missing."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from geo.errors import InfeasibleSplit
from geo.programme.cascade import SPLIT_METHODS, Member, split

# Three regions of 1,000 people each at 2, 4 and 6 %: 20, 40 and 60 people.
THREE = [Member("a", 2.0, 1000), Member("b", 4.0, 1000), Member("c", 6.0, 1000, -0.5)]
YEARS = {"direction": "down", "year": 2025, "end_year": 2029}


def targets(found):
    return [pytest.approx(row.target) for row in found.rows]


def test_equal_effort_lets_every_region_fall_by_the_same_part():
    found = split(THREE, 3.0, **YEARS)
    assert found.effort == pytest.approx(0.25)
    assert targets(found) == [1.5, 3.0, 4.5]
    assert [row.share for row in found.rows] == pytest.approx([1 / 6, 1 / 3, 1 / 2])
    assert found.rows[2].change_a_year == pytest.approx(-0.375)


def test_by_capacity_the_best_stays_and_the_distances_to_it_close_alike():
    found = split(THREE, 3.0, **YEARS, method="capacity")
    # 30 people less, over distances of 0, 2 and 4 points.
    assert targets(found) == [2.0, 3.0, 4.0]


def test_a_bound_holds_and_the_others_carry_the_rest():
    found = split(THREE, 3.0, **YEARS, bounds={"c": 1.0})
    # 20 people are left for 2 and 4 %: a third of each.
    assert targets(found) == [4 / 3, 8 / 3, 5.0]
    assert [row.is_at_bound for row in found.rows] == [False, False, True]


def test_what_a_planner_fixed_stays_and_the_rest_is_solved_again():
    found = split(THREE, 3.0, **YEARS, fixed={"b": 4.2})
    assert targets(found) == [2 * 0.6, 4.2, 6 * 0.6]
    assert [row.is_fixed for row in found.rows] == [False, True, False]


def test_a_rate_that_should_rise_rises_and_the_best_stays():
    found = split(THREE, 5.0, direction="up", year=2025, end_year=2029, method="capacity")
    assert targets(found) == [4.0, 5.0, 6.0]


def test_a_row_says_what_its_change_means_beside_last_year():
    found = split(THREE, 3.0, **YEARS)
    assert found.rows[2].reading.id == "tidak lebih cepat daripada tahun lalu (0,50 poin)"
    assert found.rows[0].reading.en == "the change of last year is not known"
    fast = split([*THREE[:2], Member("c", 6.0, 1000, -0.1)], 3.0, **YEARS).rows[2]
    assert fast.reading.en == "3.8 times the change of last year (0.10 points)"
    back = split([*THREE[:2], Member("c", 6.0, 1000, 0.1)], 3.0, **YEARS).rows[2]
    assert back.reading.id == "tahun lalu justru naik 0,10 poin"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"target": 4.0}, "at 4.00% already"),
        ({"target": 1.0, "method": "capacity"}, "the best regency (2.00%)"),
        ({"target": 3.0, "bounds": {"a": 0.5, "b": 0.5, "c": 0.5}}, "15 people are missing"),
        ({"target": 3.0, "fixed": {"c": 1.0}}, "beyond the province's target by 20 people"),
        ({"target": 3.0, "fixed": {"a": 1.0, "b": 3.0, "c": 5.0}}, "leave at least one open"),
        ({"target": 3.0, "fixed": {"x": 1.0}}, "Unknown regions among the fixed ones: x"),
        ({"target": 103.0}, "between 0 and 100"),
        ({"target": math.nan}, "between 0 and 100"),
        ({"target": 3.0, "end_year": 2025}, "must come after"),
    ],
)
def test_what_cannot_be_split_says_what_is_missing(asked, said):
    asked = {**YEARS, **asked}
    with pytest.raises(InfeasibleSplit) as caught:
        split(THREE, asked.pop("target"), **asked)
    assert said in caught.value.detail("en")


MEMBERS = st.lists(
    st.tuples(st.floats(0.01, 60), st.floats(1, 4e5), st.none() | st.floats(-2, 2)),
    min_size=1,
    max_size=20,
).map(lambda rows: [Member(str(i), *row) for i, row in enumerate(rows)])


@given(
    members=MEMBERS,
    part=st.floats(0.001, 1.0),
    method=st.sampled_from(SPLIT_METHODS),
    most=st.none() | st.floats(0.01, 40),
    fix=st.none() | st.floats(0, 60),
)
def test_any_split_adds_up_in_people_and_keeps_its_bounds(members, part, method, most, fix):
    value = 100 * sum(m.value / 100 * m.base for m in members) / sum(m.base for m in members)
    fixed = {} if fix is None or len(members) == 1 else {"0": fix}
    bounds = {} if most is None else {m.region: most for m in members}
    try:
        found = split(members, value * part, **YEARS, method=method, fixed=fixed, bounds=bounds)
    except InfeasibleSplit:
        return
    assert abs(math.fsum(row.people for row in found.rows) - found.total_people) <= 1e-9
    best = min(m.value for m in members)
    for row, member in zip(found.rows, members, strict=True):
        assert row.people == pytest.approx(row.target / 100 * member.base, abs=1e-9)
        if not row.is_fixed:
            lowest = best if method == "capacity" else 0.0
            lowest = max(lowest, member.value - (math.inf if most is None else most))
            assert lowest - 1e-9 <= row.target <= member.value + 1e-9
    assert math.fsum(row.share for row in found.rows) == pytest.approx(1, abs=1e-6)


@settings(max_examples=30)
@given(members=MEMBERS, part=st.floats(0.3, 0.99), method=st.sampled_from(SPLIT_METHODS))
def test_no_other_split_is_nearer_in_least_squares(members, part, method):
    """The certificate of water-filling: of all splits with these people, none costs less."""
    assume(2 <= len(members) <= 6)
    values, bases = np.array([(m.value, m.base) for m in members]).T
    try:
        found = split(members, float(part * values @ bases / bases.sum()), **YEARS, method=method)
    except InfeasibleSplit:
        return
    slopes = values if method == "equal_effort" else values - values.min()
    moves = slopes > 1e-3
    assume(moves.sum() >= 2)
    x = np.array([-row.change for row in found.rows])[moves]
    s, w = slopes[moves], (bases / bases.sum())[moves]
    solved = minimize(
        lambda y: float(np.sum(w * y**2 / s)),
        x0=s * (w @ x) / (w @ s),
        jac=lambda y: 2 * w * y / s,
        bounds=[(0, top) for top in s],
        constraints={"type": "eq", "fun": lambda y: w @ (y - x), "jac": lambda y: w},
        method="SLSQP",
    )
    assert np.sum(w * x**2 / s) <= solved.fun * (1 + 1e-6) + 1e-9


def test_thirteen_regions_split_the_shipped_numbers_of_unemployment():
    """TPT of August 2025 and labour force in thousands: 4.18 % together, 3.97 % asked by 2029."""
    tpt = [3.3, 5.93, 2.76, 3.23, 3.69, 2.2, 3.12, 3.79, 3.48, 6.05, 2.74, 6.49, 4.75]
    tpak = [71.98, 65.36, 69.74, 71.98, 70.59, 70.96, 73.33, 70.88, 71.05, 69.83, 75.09, 66.55, 70.01]  # fmt: skip
    people = [369818, 332787, 590393, 329799, 202061, 239471, 271505, 238250, 267787, 357221, 138950, 681693, 285546]  # fmt: skip
    weights = np.array(tpak) * people
    bases = 2_240_000 * weights / weights.sum()
    members = [Member(str(i), *pair) for i, pair in enumerate(zip(tpt, bases, strict=True))]
    found = split(members, 3.97, **YEARS)
    assert found.value == pytest.approx(4.18, abs=0.005)
    assert found.total_people == pytest.approx(88_928)
    assert found.effort == pytest.approx(1 - 3.97 / 4.1793, abs=1e-4)
