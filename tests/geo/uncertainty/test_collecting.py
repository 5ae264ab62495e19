"""The fewest data that let an area be ranked, and the chance that a datum settles its class."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.uncertainty.collecting import chance_of_settling, fewest_data, likeliest_shares

_BOUNDS = (0.0, 40.0, 60.0, 80.0)


def fewest(gains, known, floor):
    table = {name: np.array([gain]) for name, gain in gains.items()}
    return fewest_data(table, coverage=np.array([known]), floor=floor)[0]


def test_the_greatest_gains_come_first_and_no_more_than_are_needed():
    assert fewest({"a": 0.05, "b": 0.2, "c": 0.1}, 0.25, 0.5) == ("b", "c")


def test_a_floor_that_is_reached_needs_nothing_and_one_that_is_not_is_told():
    assert fewest({"a": 0.2}, 0.5, 0.5) == ()
    assert fewest({"a": 0.2}, 0.2, 0.5) is None
    assert fewest({}, 0.2, 0.5) is None


def test_a_coverage_that_is_the_floor_but_for_rounding_has_reached_it():
    assert fewest({"a": 0.1, "b": 0.1}, 0.3, 0.4) == ("a",)
    assert fewest({"a": 0.2}, 0.1 + 0.2, 0.3) == ()


@given(st.lists(st.integers(0, 20), max_size=6), st.integers(0, 60), st.integers(0, 100))
def test_no_smaller_set_reaches_the_floor_and_none_of_its_size_gains_more(gains, known, floor):
    named = {f"d{i}": gain / 100 for i, gain in enumerate(gains)}
    found = fewest(named, known / 100, floor / 100)
    whole = dict(zip(named, gains, strict=True))
    sums = [
        (len(c), sum(whole[name] for name in c))
        for n in range(len(named) + 1)
        for c in combinations(named, n)
    ]
    enough = [(n, gained) for n, gained in sums if known + gained >= floor]
    if not enough:
        assert found is None
        return
    least = min(n for n, _ in enough)
    assert len(found) == least
    assert sum(whole[name] for name in found) == max(g for n, g in enough if n == least)


def test_the_likeliest_class_of_scores_is_counted_by_its_lower_bound():
    scores = np.array([[10.0, 39.0, 40.0, 80.0], [60.0, 79.9, 80.0, 100.0]])
    assert likeliest_shares(scores, _BOUNDS).tolist() == [0.5, 0.5]
    assert likeliest_shares(scores[:, :2], _BOUNDS).tolist() == [1.0, 1.0]


def one_area(spread):
    """One criterion unknown in 0..1 at weight .4, another that varies by `spread` around .5."""
    rng = np.random.default_rng(3)
    values = np.column_stack([rng.random(1000), 0.5 + spread * rng.standard_normal(1000)])
    weights = np.tile([0.4, 0.6], (1000, 1))
    return 100 * values @ weights[0], values, weights


def test_a_datum_settles_the_class_wherever_the_rest_leaves_no_doubt():
    """The rest is exactly 30 points: whatever 40 v is, the class is known with it."""
    scores, values, weights = one_area(0.0)
    settle = {"lower_bounds": _BOUNDS, "settled": 0.9}
    known = chance_of_settling(
        scores, values, weights, becomes_known=np.array([True, False]), **settle
    )
    assert known == 1.0
    nothing = chance_of_settling(
        scores, values, weights, becomes_known=np.array([False, False]), **settle
    )
    assert nothing == 0.0


def test_a_datum_settles_the_class_as_often_as_its_outcome_lies_far_from_the_bounds():
    """The rest is N(30, 1.8): settled beside a bound by 1.2816 standard deviations or more.

    Bounds at 40 and 60 stand at v = .25 and .75 for a rest of 30; each takes 2 × 1.2816 × 1.8 / 40
    of the outcomes.
    """
    scores, values, weights = one_area(0.03)
    found = chance_of_settling(
        scores,
        values,
        weights,
        becomes_known=np.array([True, False]),
        lower_bounds=_BOUNDS,
        settled=0.9,
    )
    assert found == pytest.approx(1 - 2 * 2 * 1.2816 * 1.8 / 40, abs=0.09)
