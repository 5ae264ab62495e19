"""The value of information for "take the best k": closed forms, bounds, and invariance to order."""

from itertools import combinations
from math import erf, exp, pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.uncertainty.value_of_information import (
    best_mean,
    expected_once_known,
    value_by_area,
    value_of_information,
)

_DRAWS = 200_000


def of_two_normals(difference, deviation):
    """E max(D, 0) - max(E D, 0) of D ~ N(difference, deviation): s phi(m / s) - |m| Phi(-|m| / s)."""
    at = abs(difference) / deviation
    density, tail = exp(-(at**2) / 2) / sqrt(2 * pi), (1 - erf(at / sqrt(2))) / 2
    return deviation * density - abs(difference) * tail


@pytest.mark.parametrize(("difference", "deviation"), [(0, 10), (3, 10), (-8, 5), (12, 4)])
def test_two_areas_of_normal_scores_have_the_closed_form_of_perfect_information(
    difference, deviation
):
    rng = np.random.default_rng(7)
    spread = deviation / sqrt(2)
    scores = np.array([60.0 + difference, 60.0]) + spread * rng.standard_normal((_DRAWS, 2))
    expected = of_two_normals(difference, deviation)
    assert value_of_information(scores, k=1) == pytest.approx(expected, abs=0.03)


def drawn_parts(n=_DRAWS):
    """Two areas of two criteria, weights .3 and .7, whose values are independent normals around means."""
    rng = np.random.default_rng(11)
    means, spreads = np.array([[0.5, 0.5], [0.48, 0.5]]), np.array([[0.1, 0.05], [0.2, 0.0]])
    values = means + spreads * rng.standard_normal((n, 2, 2))
    weights = np.tile([0.3, 0.7], (n, 1))
    return 100.0 * values @ weights[0], values, weights


@pytest.mark.parametrize(
    ("known", "deviation"),
    [
        ([[1, 0], [0, 0]], 3.0),
        ([[0, 1], [0, 0]], 3.5),
        ([[1, 0], [1, 0]], sqrt(3.0**2 + 6.0**2)),
        ([[1, 1], [1, 1]], sqrt(3.0**2 + 3.5**2 + 6.0**2)),
    ],
)
def test_partial_information_has_the_closed_form_of_its_part_of_the_variance(known, deviation):
    scores, values, weights = drawn_parts()
    becomes_known = np.array(known, dtype=bool)
    expected = expected_once_known(scores, values, weights, becomes_known=becomes_known)
    closed = of_two_normals(100 * 0.3 * 0.02, deviation)
    assert value_of_information(expected, k=1) == pytest.approx(closed, abs=0.03)


def test_what_is_known_already_is_worth_nothing():
    scores, values, weights = drawn_parts(1000)
    expected = expected_once_known(
        scores, values, weights, becomes_known=np.zeros((2, 2), dtype=bool)
    )
    assert value_of_information(expected, k=1) == 0.0
    assert value_by_area(expected, k=1).tolist() == [0.0, 0.0]


def test_who_takes_all_areas_learns_nothing():
    scores, _, _ = drawn_parts(1000)
    assert value_of_information(scores, k=2) == pytest.approx(0.0, abs=1e-9)
    assert value_by_area(scores, k=2).tolist() == [0.0, 0.0]


tables = st.integers(1, 6).flatmap(
    lambda n: arrays(np.float64, (5, n), elements=st.floats(0, 100, width=32))
)


@given(tables, st.integers(1, 7))
def test_the_best_k_are_the_best_of_all_choices_of_k(scores, k):
    taken = min(k, scores.shape[1])
    choices = list(combinations(range(scores.shape[1]), taken))
    by_hand = [max(row[list(c)].mean() for c in choices) for row in scores]
    np.testing.assert_allclose(best_mean(scores, k=k), by_hand, atol=1e-9)


@given(tables, st.integers(1, 7))
def test_the_value_of_one_area_is_that_of_a_table_in_which_it_alone_moves(expected, k):
    means = expected.mean(axis=0)
    for area, value in enumerate(value_by_area(expected, k=k)):
        alone = np.tile(means, (len(expected), 1))
        alone[:, area] = expected[:, area]
        assert value == pytest.approx(value_of_information(alone, k=k), abs=1e-6)


@given(tables, st.integers(1, 7), st.randoms())
def test_the_order_of_areas_does_not_matter(expected, k, random):
    order = list(range(expected.shape[1]))
    random.shuffle(order)
    moved = expected[:, order]
    assert value_of_information(moved, k=k) == pytest.approx(value_of_information(expected, k=k))
    np.testing.assert_allclose(
        value_by_area(moved, k=k), value_by_area(expected, k=k)[order], atol=1e-9
    )


@given(
    arrays(np.float64, (8, 3, 2), elements=st.floats(0, 1, width=32)),
    arrays(np.bool_, (3, 2)),
    st.integers(1, 2),
)
def test_partial_information_is_never_negative_and_all_data_are_the_scores_themselves(
    values, known, k
):
    weights = np.tile([0.25, 0.75], (8, 1))
    scores = 100.0 * values @ weights[0]
    some = expected_once_known(scores, values, weights, becomes_known=known)
    everything = expected_once_known(
        scores, values, weights, becomes_known=np.ones((3, 2), dtype=bool)
    )
    np.testing.assert_allclose(everything, scores, atol=1e-9)
    assert 0.0 <= value_of_information(some, k=k)
    assert (value_by_area(some, k=k) >= 0.0).all()
