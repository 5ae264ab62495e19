"""Change points that a person can solve for, and what must hold on either side of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.mcda.methods import METHODS
from geo.mcda.ranks import rank_rows
from geo.uncertainty.one_weight import (
    PRECISION,
    most_critical,
    moved_weights,
    weight_sensitivities,
)
from geo.uncertainty.ranked import scores_under
from tests.geo.zones_to_rank import make_zones


def of(zones, item, items=None):
    return next(s for s in weight_sensitivities(zones, items) if s.item == item)


def test_two_zones_change_places_where_their_lines_cross():
    """By hand: a scores 100 w, b scores 80 - 40 w; they meet at w = 4/7 = 0.571429."""
    zones = make_zones([[1.0, 0.0], [0.4, 0.8]], [0.7, 0.3])
    found = of(zones, "c0")
    assert found.weight == pytest.approx(0.7)
    assert found.below["first"].weight == pytest.approx(4 / 7, abs=PRECISION)
    assert found.below["first"].area_ids == ("a", "b")
    assert found.below["rank"] == found.below["first"]
    assert found.above["first"] is None
    assert of(zones, "c1").above["first"].weight == pytest.approx(3 / 7, abs=PRECISION)


def test_a_class_changes_where_the_score_meets_its_bound():
    """By hand: a is below 50 from w = 0.5 down; b, at 80 - 40 w, falls to 50 at w = 0.75."""
    zones = make_zones([[1.0, 0.0], [0.4, 0.8]], [0.7, 0.3], bounds=(0, 50))
    found = of(zones, "c0")
    assert found.below["class"].weight == pytest.approx(0.5, abs=PRECISION)
    assert found.below["class"].area_ids == ("a",)
    assert found.above["class"].weight == pytest.approx(0.75, abs=PRECISION)
    assert found.above["class"].area_ids == ("b",)


def test_the_nearest_of_several_changes_is_found():
    """By hand: c passes b at w = 0.4, a at w = 0.6 (lines 100 w against 40 and 60)."""
    zones = make_zones([[0.6, 0.6], [0.4, 0.4], [1.0, 0.0]], [0.2, 0.8])
    found = of(zones, "c0")
    assert found.above["rank"].weight == pytest.approx(0.4, abs=PRECISION)
    assert found.above["rank"].area_ids == ("b", "c")
    assert found.above["first"].weight == pytest.approx(0.6, abs=PRECISION)
    assert found.above["first"].area_ids == ("a", "c")


def test_a_dimension_moves_as_one():
    """By hand: c0 and c1 weigh W together in halves; a scores 60 W, b 100 - 100 W: equal at 0.625."""
    zones = make_zones([[0.9, 0.3, 0.0], [0.0, 0.0, 1.0]], [0.4, 0.4, 0.2])
    found = of(zones, "d", {"d": [0, 1]})
    assert found.weight == pytest.approx(0.8)
    assert found.below["first"].weight == pytest.approx(0.625, abs=PRECISION)


def test_the_most_critical_weight_has_the_smallest_relative_change():
    """By hand: the first place goes when c0 falls by 18.4 % (0.7 to 4/7), or c1 rises by 42.9 %.

    A cut of c0 by d and a new sum of 1 is the same as moving c0 to (w - d) / (1 - d): with
    d = 0.3, the difference of scores 70 - 52 over the difference of values 0.6 (both / 100), c0
    moves to 0.4 / 0.7, the closed form of the weighted sum.
    """
    zones = make_zones([[1.0, 0.0], [0.4, 0.8]], [0.7, 0.3])
    critical = most_critical(weight_sensitivities(zones), kind="first")
    assert critical.item == "c0"
    assert critical.relative == pytest.approx((4 / 7 - 0.7) / 0.7, abs=1e-5)
    d = (0.70 - 0.52) / (1.0 - 0.4)
    assert critical.change_point.weight == pytest.approx((0.7 - d) / (1 - d), abs=PRECISION)


def test_nothing_changes_what_one_zone_dominates():
    zones = make_zones([[0.9, 0.9], [0.7, 0.6]], [0.5, 0.5], bounds=(0,))
    sensitivities = weight_sensitivities(zones)
    assert all(p is None for s in sensitivities for p in (*s.below.values(), *s.above.values()))
    assert most_critical(sensitivities, kind="rank") is None


def test_zones_that_are_level_part_at_once():
    zones = make_zones([[0.8, 0.2], [0.2, 0.8]], [0.5, 0.5])
    found = of(zones, "c0")
    assert found.below["first"].weight == pytest.approx(0.5, abs=2 * PRECISION)
    assert found.below["first"].area_ids == ("a",)
    assert found.above["first"].area_ids == ("b",)


@pytest.mark.parametrize("weights", [[1.0], [1.0, 0.0]])
def test_a_weight_at_its_end_has_one_side_only(weights):
    values = [[0.9, 0.1][: len(weights)], [0.2, 0.8][: len(weights)]]
    zones = make_zones(values, weights)
    found = of(zones, "c0")
    assert set(found.above.values()) == {None}
    assert (found.below["first"] is None) == (len(weights) == 1)


def test_a_weight_of_zero_has_no_relative_change():
    zones = make_zones([[0.9, 0.1], [0.2, 0.8]], [1.0, 0.0])
    sensitivities = weight_sensitivities(zones)
    assert set(sensitivities[1].below.values()) == {None}
    assert sensitivities[1].above["first"].weight == pytest.approx(0.5, abs=PRECISION)
    assert most_critical(sensitivities, kind="first").item == "c0"


def test_a_missing_measure_does_not_make_a_zone_vanish_at_the_ends():
    """Zone b knows c0 alone; at 0 it would have no score, so that the end is not tried."""
    zones = make_zones([[0.6, 0.6], [0.5, np.nan]], [0.5, 0.5])
    found = of(zones, "c0")
    assert set(found.below.values()) | set(found.above.values()) == {None}


@settings(max_examples=20)
@given(st.integers(0, 2**32), st.sampled_from([*METHODS]))
def test_ranks_hold_up_to_the_change_point_and_not_beyond(seed, method):
    rng = np.random.default_rng(seed)
    zones = make_zones(
        rng.random((5, 3)), rng.dirichlet(np.ones(3) * 3), method=method, risk=0.4, groups=[0, 0, 1]
    )
    stated = rank_rows(scores_under(zones, zones.weights[np.newaxis]))[0]
    for column, found in enumerate(weight_sensitivities(zones)):
        for point in (found.below["rank"], found.above["rank"]):
            if point is None:
                continue
            back = np.sign(found.weight - point.weight) * 2 * PRECISION
            if abs(point.weight - found.weight) <= abs(back):
                continue
            totals = np.array([point.weight, point.weight + back])
            weights = moved_weights(zones.weights, [column], totals=totals)
            ranks = rank_rows(scores_under(zones, weights))
            changed = [zones.area_ids[i] for i in np.flatnonzero(ranks[0] != stated)]
            assert tuple(changed) == point.area_ids
            assert np.array_equal(ranks[1], stated)


@given(st.integers(0, 2**32), st.floats(0, 1))
def test_moved_weights_keep_their_proportions(seed, total):
    stated = np.random.default_rng(seed).dirichlet(np.ones(4))
    moved = moved_weights(stated, [0, 2], totals=np.array([total]))[0]
    assert moved.sum() == pytest.approx(1.0)
    assert moved[[0, 2]].sum() == pytest.approx(total)
    assert moved[0] * stated[2] == pytest.approx(moved[2] * stated[0], abs=1e-12)
    assert moved[1] * stated[3] == pytest.approx(moved[3] * stated[1], abs=1e-12)


def test_criteria_without_weight_share_what_is_left_to_them():
    moved = moved_weights(np.array([1.0, 0.0, 0.0]), [0], totals=np.array([0.4]))
    assert moved.tolist() == [[0.4, 0.3, 0.3]]
