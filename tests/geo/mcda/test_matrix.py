"""Scores, contributions, ranks and classes: hand-checked numbers and invariants."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.mcda.matrix import classify, data_coverage
from geo.mcda.methods import contributions, scores_of
from geo.mcda.ranks import rank_scores
from geo.mcda.value_functions import linear, piecewise, stepped

unit = st.floats(0, 1)


def weighted_sum(values, weights):
    return scores_of(contributions(values, weights))


@st.composite
def problems(draw, missing=True):
    n, k = draw(st.integers(1, 12)), draw(st.integers(1, 6))
    cells = st.one_of(unit, st.just(np.nan)) if missing else unit
    values = draw(arrays(np.float64, (n, k), elements=cells))
    raw = draw(arrays(np.float64, k, elements=st.floats(0.01, 1)))
    return values, raw / raw.sum()


def test_a_score_is_the_weighted_mean_times_100():
    values = np.array([[1.0, 0.5, 0.0], [0.2, 0.4, 0.6]])
    assert np.allclose(weighted_sum(values, np.array([0.5, 0.3, 0.2])), [65, 34])


def test_a_missing_value_leaves_its_weight_to_the_others():
    values = np.array([[1.0, np.nan, 0.0]])
    weights = np.array([0.5, 0.3, 0.2])
    assert weighted_sum(values, weights)[0] == pytest.approx(100 * 0.5 / 0.7)
    assert data_coverage((~np.isnan(values)).astype(float), weights)[0] == pytest.approx(0.7)


def test_nothing_known_is_no_score():
    assert np.isnan(weighted_sum(np.array([[np.nan, np.nan]]), np.array([0.5, 0.5]))[0])


@given(problems())
def test_contributions_add_up_to_the_score(problem):
    values, weights = problem
    scores = weighted_sum(values, weights)
    assert np.allclose(contributions(values, weights).sum(axis=1), scores, equal_nan=True)
    known = scores[~np.isnan(scores)]
    assert ((known >= 0) & (known <= 100 + 1e-9)).all()


@given(problems(), st.randoms())
def test_permuting_areas_permutes_ranks(problem, random):
    values, weights = problem
    order = list(range(len(values)))
    random.shuffle(order)
    ranks = rank_scores(weighted_sum(values, weights))
    assert np.array_equal(
        rank_scores(weighted_sum(values[order], weights)), ranks[order], equal_nan=True
    )


@given(problems(missing=False), st.data())
def test_raising_a_benefit_never_lowers_a_score(problem, data):
    values, weights = problem
    i, j = data.draw(st.integers(0, len(values) - 1)), data.draw(st.integers(0, len(weights) - 1))
    raised = values.copy()
    raised[i, j] = min(1.0, raised[i, j] + data.draw(unit))
    assert weighted_sum(raised, weights)[i] >= weighted_sum(values, weights)[i] - 1e-9


@given(problems(missing=False), unit)
def test_a_criterion_equal_everywhere_never_changes_ranks(problem, level):
    values, weights = problem
    scores = weighted_sum(values, weights)
    gaps = np.abs(scores[:, None] - scores[None, :])
    if (gaps[~np.eye(len(scores), dtype=bool)] < 1e-6).any():
        return  # near-ties may flip by rounding; they are the next test
    wider = np.column_stack([values, np.full(len(values), level)])
    more = np.append(weights * 0.8, 0.2)
    assert np.array_equal(rank_scores(weighted_sum(wider, more)), rank_scores(scores))


def test_scores_equal_but_for_rounding_share_a_rank():
    assert rank_scores(np.array([0.1 + 0.2, 0.3, 0.5])).tolist() == [2, 2, 1]


@pytest.mark.parametrize(
    ("score", "expected"), [(0, 0), (39.999, 0), (40, 1), (40 - 1e-12, 1), (100, 2), (np.nan, -1)]
)
def test_a_score_on_a_bound_belongs_to_the_class_above(score, expected):
    assert classify(np.array([score]), [0, 40, 60]).tolist() == [expected]


@pytest.mark.parametrize(
    ("measure", "value"), [(2, 1.0), (2.01, 0.75), (15, 0.5), (40, 0.25), (40.1, 0.0)]
)
def test_slope_classes_of_permen_pu_20_2007(measure, value):
    table = {"upper_bounds": [2, 5, 15, 40], "values": [1, 0.75, 0.5, 0.25, 0]}
    assert stepped(np.array([float(measure)]), **table)[0] == value


@given(arrays(np.float64, 5, elements=st.floats(-1e3, 1e3)))
def test_value_functions_stay_in_the_unit_interval_and_keep_missing(measures):
    measures[0] = np.nan
    for values in (
        linear(measures, zero_at=10, one_at=-5),
        piecewise(measures, points=[(0, 0), (5, 1), (9, 0.5)]),
        stepped(measures, upper_bounds=[0], values=[0, 1]),
    ):
        assert np.isnan(values[0])
        assert ((values[1:] >= 0) & (values[1:] <= 1)).all()
