"""Ordered weighted averages: cases of the literature, and the ends of the slide."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.errors import InvalidRisk
from geo.mcda.methods import criterion_order_weights

# Values and equal criterion weights of the OWA cases.
Z = np.array([[0.7, 1.0, 0.3, 0.6]])
QUARTERS = np.full(4, 0.25)


def order_weights(weights, *, risk):
    """Order weights of criteria that stand in the order of falling values."""
    falling = np.arange(len(weights), 0, -1, dtype=float)
    return criterion_order_weights(falling[np.newaxis], weights[np.newaxis], risk=risk)[0]


def orness(weights):
    """Yager (1988): how near order weights are to taking the best (1) or the worst (0)."""
    n = len(weights)
    return weights @ np.arange(n - 1, -1, -1) / (n - 1)


@pytest.mark.parametrize(
    ("alpha", "weights", "score"),
    [
        (0.5, [0.5, 0.2071, 0.1589, 0.134], 0.7805),
        (1, [0.25, 0.25, 0.25, 0.25], 0.65),
        (2, [0.0625, 0.1875, 0.3125, 0.4375], 0.5125),
    ],
)
def test_owa_malczewski_2006_quantifier(alpha, weights, score):
    """The formula of Malczewski (2006) and Drobne & Lisec (2009, Informatica 33:459-474).

    The papers print the formula; these numbers are worked from it by hand: for a = 2, .25**2 =
    .0625, .5**2 - .25**2 = .1875 and so on.
    """
    found = order_weights(QUARTERS, risk=1 / (1 + alpha))
    assert np.allclose(found, weights, atol=0.00005)
    assert np.sort(Z[0])[::-1] @ found == pytest.approx(score, abs=0.00005)


@pytest.mark.parametrize(("risk", "first", "last"), [(0, 0, 1), (1, 1, 0)])
def test_the_ends_are_the_worst_and_the_best_value_exactly(risk, first, last):
    """0**0 and 1**inf are not left to the power function."""
    found = order_weights(QUARTERS, risk=risk)
    assert found.tolist() == [first, 0, 0, last]
    assert orness(found) == risk


@pytest.mark.parametrize("risk", [0, 1e-300, 1e-3, 0.5, 1 - 1e-12, 1])
def test_a_criterion_without_weight_has_no_order_weight(risk):
    found = order_weights(np.array([0.0, 0.7, 0.3, 0.0]), risk=risk)
    assert found[0] == found[3] == 0
    assert found.sum() == pytest.approx(1)


def test_a_weight_too_small_to_add_to_1_still_makes_the_worst_value_count():
    """1 - 1e-20 is 1 in floating point: by cumulative weights alone the worst would be missed."""
    found = criterion_order_weights(np.array([[0.9, 0.1]]), np.array([[1.0, 1e-20]]), risk=0)
    assert found.tolist() == [[0, 1]]


@pytest.mark.parametrize("risk", [0, 0.2, 0.5, 0.8, 1])
def test_equal_values_share_by_weight_in_any_order(risk):
    values, weights = np.array([[0.4, 0.9, 0.4, 0.4]]), np.array([[0.1, 0.3, 0.2, 0.4]])
    found = criterion_order_weights(values, weights, risk=risk)
    order = [3, 2, 1, 0]
    again = criterion_order_weights(values[:, order], weights[:, order], risk=risk)
    assert np.allclose(again, found[:, order])
    assert np.allclose(found[0, [0, 2, 3]] / weights[0, [0, 2, 3]], found[0, 0] / 0.1)


@given(st.floats(0.01, 0.99))
def test_many_equal_criteria_have_the_orness_that_was_asked_for(risk):
    """The quantifier's orness is the risk; that of n order weights tends to it as n grows."""
    assert orness(order_weights(np.full(20_000, 1 / 20_000), risk=risk)) == pytest.approx(
        risk, abs=0.01
    )


@given(arrays(np.float64, 5, elements=st.floats(0.01, 1)), st.floats(0, 1))
def test_order_weights_sum_to_1(weights, risk):
    assert order_weights(weights / weights.sum(), risk=risk).sum() == pytest.approx(1)


def test_no_areas_give_no_order_weights():
    assert criterion_order_weights(np.empty((0, 3)), np.empty((0, 3)), risk=0.4).shape == (0, 3)


@pytest.mark.parametrize("risk", [-0.01, 1.01, float("nan"), float("inf")])
def test_a_risk_outside_0_to_1_is_refused(risk):
    with pytest.raises(InvalidRisk, match="between 0"):
        order_weights(QUARTERS, risk=risk)
