"""What must hold of every range, chance and band, whatever is measured and by whatever method."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.mcda.methods import METHODS
from geo.readiness.certainty import SURE_SHARE, bands_of, candidates, no_certainty
from geo.readiness.score import Measure, Measures, decision_matrix, score_matrix
from tests.geo.drawn_certainty import drawn_certainty
from tests.geo.scored_cases import make_model, share

MODEL = make_model([share("a", "x"), share("b", "x"), share("c", "y")], coverage_floor=0.0)
GRID = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])
EXACT = GRID.map(lambda v: Measure(v, 1.0))
PARTIAL = st.builds(Measure, GRID, st.sampled_from([0.5, 0.75]))
INTERVAL = st.tuples(GRID, GRID).map(
    lambda ends: Measure(sum(ends) / 2, 1.0, low=min(ends), high=max(ends))
)
MISSING = st.just(Measure(None, 0.0))
ROW = st.tuples(*[st.one_of(EXACT, PARTIAL, INTERVAL, MISSING)] * 3)
ROWS = st.lists(ROW, min_size=2, max_size=6)
WEIGHTS = st.sampled_from([(0.5, 0.25, 0.25), (0.2, 0.2, 0.6), (1 / 3, 1 / 3, 1 / 3)])
METHOD = st.sampled_from(sorted(METHODS))


def scored(rows, weights, method="weighted_sum", *, model=MODEL, names=None):
    """Matrix and scores of rows of measures, the areas named z0, z1 … where nothing else is said."""
    ids = names or [f"z{i}" for i in range(len(rows))]
    columns = zip(*rows, strict=True)
    by_id = {c.id: list(column) for c, column in zip(model.criteria, columns, strict=True)}
    measures = Measures({i: i for i in ids}, by_id, constraints={})
    matrix = decision_matrix(measures, model)
    by_criterion = dict(zip(matrix.criteria, weights, strict=True))
    return matrix, score_matrix(matrix, model, by_criterion, method=method, risk=0.3)


@given(ROWS, WEIGHTS, METHOD)
def test_a_score_lies_inside_its_range(rows, weights, method):
    _, scores = scored(rows, weights, method)
    known = ~np.isnan(scores.scores)
    assert (scores.low <= scores.high + 1e-9).all()
    assert (scores.low[known] <= scores.scores[known] + 1e-9).all()
    assert (scores.scores[known] <= scores.high[known] + 1e-9).all()


def test_a_tie_with_what_is_missing_is_not_taken_for_granted():
    """By PROMETHEE: worst in all that is known of it, level with the other at the worst of the rest."""
    worst, best = Measure(0.0, 1.0), Measure(1.0, 1.0)
    rows = [(worst, Measure(None, 0.0), worst), (best, worst, best)]
    _, scores = scored(rows, (0.5, 0.25, 0.25), "promethee")
    assert (scores.scores[0], scores.low[0], scores.high[0]) == (0.0, 0.0, 25.0)


@given(ROWS, WEIGHTS, METHOD, st.data())
def test_a_datum_more_never_widens_a_range(rows, weights, method, data):
    """Any exact measure that agrees with what was known: no range grows, no coverage falls."""
    matrix, before = scored(rows, weights, method)
    opened = np.argwhere(matrix.high - matrix.low > 0)
    assume(len(opened))
    i, j = data.draw(st.sampled_from(opened.tolist()))
    part = data.draw(st.sampled_from([0.0, 0.3, 1.0]))
    found = matrix.low[i, j] + part * (matrix.high - matrix.low)[i, j]
    better_known = [list(row) for row in rows]
    better_known[i][j] = Measure(float(found), 1.0)
    _, after = scored(better_known, weights, method)
    assert (after.low >= before.low - 1e-9).all()
    assert (after.high <= before.high + 1e-9).all()
    assert (after.coverage >= before.coverage - 1e-9).all()


@given(ROWS, WEIGHTS)
def test_under_a_weighted_sum_the_range_is_what_coverage_leaves(rows, weights):
    _, scores = scored(rows, weights)
    np.testing.assert_allclose(scores.high - scores.low, 100 * (1 - scores.coverage), atol=1e-9)


@settings(max_examples=30)
@given(ROWS, WEIGHTS, METHOD, st.randoms(use_true_random=False))
def test_the_order_of_the_areas_never_matters(rows, weights, method, random):
    model = make_model(MODEL.criteria, coverage_floor=0.5)
    names = [f"z{i}" for i in range(len(rows))]
    order = list(range(len(rows)))
    random.shuffle(order)
    found = []
    for kept in (list(range(len(rows))), order):
        ids = [names[i] for i in kept]
        matrix, scores = scored([rows[i] for i in kept], weights, method, model=model, names=ids)
        by_criterion = dict(zip(matrix.criteria, weights, strict=True))
        drawn = drawn_certainty(model, matrix, scores, by_criterion, method=method, risk=0.3)
        back = np.argsort(kept)
        tables = (scores.low, scores.high, scores.ranks, drawn.drawn_scores, drawn.class_shares)
        found.append([table[back].tobytes() for table in (*tables, drawn.bands)])
        found[-1].append((drawn.apart_share, dict(drawn.known_in)))
    assert found[0] == found[1]


SCORES = st.integers(2, 7).flatmap(
    lambda n: st.lists(
        st.lists(st.sampled_from([10.0, 20.0, 30.0, 40.0]), min_size=10, max_size=10),
        min_size=n,
        max_size=n,
    )
)


@given(SCORES)
def test_bands_are_as_they_are_defined(drawn):
    """By the definition in `geo.readiness.certainty`, pair by pair."""
    scores = np.array(drawn)
    ranks = np.array([1.0 + (scores.mean(axis=1) > own.mean() + 1e-9).sum() for own in scores])
    bands = bands_of(scores, ranks)
    listed = np.argsort(ranks, kind="stable")
    # From the top without a gap, in the order of the list; areas of one rank stand together.
    assert bands[listed[0]] == 1
    assert set(np.diff(bands[listed])) <= {0, 1}
    for i in range(len(scores)):
        for j in range(len(scores)):
            is_better = (scores[i] > scores[j]).mean() >= SURE_SHARE
            if ranks[i] == ranks[j]:
                assert bands[i] == bands[j]
            elif ranks[i] < ranks[j] and is_better:
                assert bands[i] < bands[j]
    # A band is opened by an area of the band above that is better than one of the new rank.
    for band in range(2, bands.max() + 1):
        opening = np.flatnonzero(ranks == ranks[bands == band].min())
        above = np.flatnonzero(bands == band - 1)
        assert any((scores[a] > scores[o]).mean() >= SURE_SHARE for a in above for o in opening)


@given(SCORES)
def test_pairs_apart_are_counted_pair_by_pair(drawn):
    case = np.array(drawn)
    n = len(case)
    apart = sum(
        max((case[i] > case[j]).mean(), (case[j] > case[i]).mean()) >= SURE_SHARE
        for i in range(n)
        for j in range(i)
    )
    found = replace(no_certainty(n, 1), drawn_scores=case, ranked=np.ones(n, dtype=bool))
    assert found.apart_share == pytest.approx(apart / (n * (n - 1) / 2))


@given(st.lists(st.integers(0, 50), min_size=1, max_size=5).filter(any))
def test_the_classes_named_are_the_fewest_that_have_nine_of_ten_draws(counts):
    shares = [count / sum(counts) for count in counts]
    chosen = candidates(shares)
    assert chosen == sorted(chosen)
    assert sum(shares[c] for c in chosen) >= SURE_SHARE - 1e-9
    greatest = sorted(shares, reverse=True)[: len(chosen) - 1]
    assert sum(greatest) < SURE_SHARE
