"""Ranks by hand, against a plain count, and of many weight sets whatever the blocks and threads."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.stats import rankdata

from geo.mcda.methods import contributions
from geo.mcda.ranks import PACKED_FROM, in_blocks, rank_rows, rank_scores, ready_values, score_sets

SCORES = st.floats(0, 100) | st.sampled_from([0.0, 12.5, 50.0, 100.0, np.nan])


def test_the_highest_score_is_first_and_ties_share_the_better_rank():
    ranks = rank_scores(np.array([50.0, 80.0, 50.0, np.nan, 10.0]))
    assert np.array_equal(ranks, [2, 1, 2, np.nan, 4], equal_nan=True)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([7.0], [1]),
        ([], []),
        ([np.nan, np.nan], [np.nan, np.nan]),
        ([3.0, 3.0, 3.0], [1, 1, 1]),
        ([0.0, -0.0], [1, 1]),
        # 1e-10 apart is the same score, 1e-8 apart is not.
        ([50.0, 50.0 + 1e-10, 50.0 - 1e-8], [1, 1, 3]),
        # A pair that rounding to 1e-9 parts, though only the last bits differ.
        ([0.5e-9, np.nextafter(0.5e-9, 0)], [1, 1]),
        # Beyond what the packed sort holds.
        ([1e12, -1e12, 5.0], [1, 3, 2]),
        ([np.inf, np.inf, -np.inf, 0.0], [1, 1, 4, 3]),
    ],
)
def test_edges_of_ranking(scores, expected):
    assert np.array_equal(rank_scores(np.array(scores)), expected, equal_nan=True)


@given(
    arrays(np.float64, array_shapes(min_dims=2, max_dims=2), elements=st.floats(0, 100, width=16))
)
def test_ranks_are_those_of_a_plain_count(scores):
    """Half-precision scores are equal or far more than 1e-9 apart."""
    expected = rankdata(-scores, method="min", axis=1)
    assert np.array_equal(rank_scores(scores), expected)
    for packed_from in (0, PACKED_FROM):
        assert np.array_equal(rank_rows(scores, packed_from=packed_from), expected)


@given(arrays(np.float64, st.integers(1, 30), elements=SCORES), st.randoms())
def test_permuting_areas_permutes_ranks(scores, random):
    order = list(range(len(scores)))
    random.shuffle(order)
    assert np.array_equal(rank_scores(scores[order]), rank_scores(scores)[order], equal_nan=True)


@given(arrays(np.float64, st.tuples(st.integers(1, 3), st.integers(1, 30)), elements=SCORES))
def test_both_ways_of_ranking_agree(scores):
    packed = rank_rows(scores, packed_from=0)
    assert np.array_equal(packed, rank_rows(scores, packed_from=10**9))
    # A score of 5,000 is past what the packed sort holds; it is first and moves all by one.
    beside = np.column_stack([scores, np.full(len(scores), 5000.0)])
    later = rank_rows(beside, packed_from=0)[:, :-1]
    assert np.array_equal(np.where(packed == 0, 0, packed + 1), later)


@pytest.mark.parametrize("n_areas", [PACKED_FROM - 1, PACKED_FROM, 2_000])
def test_ties_share_their_rank_on_both_sides_of_the_limit(n_areas):
    scores = np.random.default_rng(6).integers(0, 100, (20, n_areas)).astype(np.float64)
    expected = rankdata(-scores, method="min", axis=1)
    assert np.array_equal(rank_rows(scores), expected)


def rank_sets(values, weights, *, block=1000, threads=1):
    """Ranks under every weight set, scored and ranked in blocks as a simulation does."""
    ready = ready_values(values)
    found = in_blocks(
        lambda sets: rank_rows(score_sets(ready, weights[sets])),
        len(weights),
        block=block,
        threads=threads,
    )
    return np.concatenate([np.empty((0, len(values)), dtype=np.int32), *found])


def random_values(rng, n, m, *, missing):
    values = rng.random((n, m)).round(2)
    values[rng.random((n, m)) < missing] = np.nan
    return values


@pytest.mark.parametrize("missing", [0.0, 0.2, 0.9])
def test_scores_of_sets_are_weighted_sums(missing):
    rng = np.random.default_rng(1)
    values, weights = random_values(rng, 300, 7, missing=missing), rng.dirichlet(np.ones(7), 40)
    scores = score_sets(ready_values(values), weights)
    expected = [contributions(values, w).sum(axis=1) for w in weights]
    np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-11)


@given(st.integers(0, 2**32), st.integers(1, 40), st.integers(1, 9), st.floats(0, 1))
def test_ranks_of_sets_are_those_of_their_scores(seed, n, m, missing):
    rng = np.random.default_rng(seed)
    values, weights = random_values(rng, n, m, missing=missing), rng.dirichlet(np.ones(m), 5)
    scores = score_sets(ready_values(values), weights)
    expected = np.nan_to_num(rank_scores(scores), nan=0.0)
    assert np.array_equal(rank_sets(values, weights), expected)


@pytest.mark.parametrize("n_criteria", [1, 2, 20, 63, 64, 130])
def test_the_result_does_not_depend_on_blocks_threads_or_neighbours(n_criteria):
    """Equal areas at different places are equal to the last bit, so they always share their rank."""
    rng = np.random.default_rng(n_criteria)
    half = random_values(rng, 700, n_criteria, missing=0.02)
    values, weights = np.vstack([half, half]), rng.dirichlet(np.ones(n_criteria), 50)
    scores = score_sets(ready_values(values), weights)
    assert np.array_equal(scores[:, :700], scores[:, 700:], equal_nan=True)
    assert np.array_equal(
        scores[:, :3], score_sets(ready_values(values[:3]), weights), equal_nan=True
    )
    whole = rank_sets(values, weights)
    for block, threads in ((1, 1), (7, 2), (50, 3)):
        assert np.array_equal(rank_sets(values, weights, block=block, threads=threads), whole)


def test_an_area_without_known_weight_has_no_rank():
    values = np.array([[0.9, np.nan], [np.nan, 0.5], [0.1, 0.4]])
    ranks = rank_sets(values, np.array([[1.0, 0.0], [0.5, 0.5]]))
    assert ranks.tolist() == [[1, 0, 2], [1, 2, 3]]


def test_weights_need_not_sum_to_one():
    values = np.array([[0.9, 0.1], [0.2, 0.7]])
    scores = score_sets(ready_values(values), np.array([[3.0, 1.0]]))
    np.testing.assert_allclose(scores, [[70.0, 32.5]], atol=1e-11)


def test_no_areas_and_no_sets():
    assert rank_sets(np.empty((0, 3)), np.ones((2, 3))).shape == (2, 0)
    assert rank_sets(np.ones((4, 3)), np.empty((0, 3))).shape == (0, 4)


def test_permuting_areas_and_criteria_permutes_ranks_of_sets():
    rng = np.random.default_rng(3)
    values, weights = random_values(rng, 60, 5, missing=0.1), rng.dirichlet(np.ones(5), 30)
    areas, criteria = rng.permutation(60), rng.permutation(5)
    moved = rank_sets(values[areas][:, criteria], weights[:, criteria])
    assert np.array_equal(moved, rank_sets(values, weights)[:, areas])


def test_an_equal_valued_criterion_never_changes_ranks():
    rng = np.random.default_rng(4)
    values, weights = random_values(rng, 60, 4, missing=0.0), rng.dirichlet(np.ones(4), 30)
    wider = np.column_stack([values, np.full(60, 0.3)])
    more = np.column_stack([0.6 * weights, np.full(30, 0.4)])
    assert np.array_equal(rank_sets(wider, more), rank_sets(values, weights))
