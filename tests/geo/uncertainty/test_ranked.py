"""A contest gives the scores and classes that the assessment gives, for every method."""

import numpy as np
import pytest

from geo.errors import InvalidMethod, NothingRanked
from geo.mcda.methods import METHODS, Setting
from geo.mcda.ranks import rank_scores
from geo.uncertainty.ranked import contest_classes, contest_of, contest_scores, narrowed
from tests.geo.contests import make_contest
from tests.geo.small_assessments import assess_zones, make_model

ZONES = {"a": (70, 2000), "b": (40, 1000), "c": (90, None), "d": (55, 9000), "e": (80, 3000)}


def contest_from(assessment):
    return contest_of(
        assessment.model,
        assessment.matrix,
        weights=assessment.weights,
        ranked=assessment.scores.ranked,
        method=assessment.method,
        risk=assessment.risk,
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("floor", [None, 20])
def test_a_contest_repeats_its_assessment(method, floor):
    assessment = assess_zones(
        ZONES, make_model(floor=floor), method=method, risk=0.3, excluded=("e",)
    )
    contest = contest_from(assessment)
    ranked = assessment.scores.ranked
    weights = contest.weights[np.newaxis]
    scores = contest_scores(contest, weights)
    np.testing.assert_allclose(scores[0], assessment.scores.scores[ranked], atol=1e-9)
    assert np.array_equal(rank_scores(scores[0]), assessment.scores.ranks[ranked])
    classes = contest_classes(contest, scores, weights)
    assert np.array_equal(classes[0], assessment.scores.classes[ranked])


def test_only_ranked_zones_take_part():
    contest = contest_from(assess_zones(ZONES, excluded=("e",)))
    assert contest.area_ids == ("a", "b", "c", "d")
    assert contest.rows.tolist() == [0, 1, 2, 3]


def test_a_contest_of_nobody_is_refused():
    assessment = assess_zones({"a": (70, 2000)}, excluded=("a",))
    with pytest.raises(NothingRanked):
        contest_from(assessment)


def test_an_unknown_method_is_refused():
    assessment = assess_zones(ZONES)
    with pytest.raises(InvalidMethod):
        contest_of(
            assessment.model,
            assessment.matrix,
            weights=assessment.weights,
            ranked=assessment.scores.ranked,
            method="coin",
        )


@pytest.mark.parametrize("method", METHODS)
def test_many_weight_sets_at_once_are_each_the_method_itself(method):
    rng = np.random.default_rng(1)
    values = rng.random((12, 6)).round(2)
    values[rng.random((12, 6)) < 0.2] = np.nan
    values[3] = np.nan
    groups, weights = [0, 0, 1, 1, 2, 2], rng.dirichlet(np.ones(6), 9)
    weights[4] = [0, 0, 0.5, 0, 0, 0.5]
    contest = make_contest(values, weights[0], method=method, risk=0.3, groups=groups)
    setting = Setting(risk=0.3, groups=np.array(groups))
    expected = [METHODS[method].points(values, w, setting).sum(axis=1) for w in weights]
    np.testing.assert_allclose(contest_scores(contest, weights), expected, atol=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_drawn_values_go_with_their_own_weights(method):
    rng = np.random.default_rng(2)
    tables, weights = rng.random((7, 5, 3)), rng.dirichlet(np.ones(3), 7)
    contest = make_contest(tables[0], weights[0], method=method, risk=0.7)
    together = contest_scores(contest, weights, values=tables)
    for table, weight, scores in zip(tables, weights, together, strict=True):
        alone = make_contest(table, weight, method=method, risk=0.7)
        np.testing.assert_allclose(contest_scores(alone, weight[np.newaxis])[0], scores, atol=1e-9)


def test_a_dimension_below_its_floor_puts_the_zone_in_the_lowest_class():
    contest = make_contest(
        [[1.0, 0.2], [1.0, 0.3]], [0.9, 0.1], bounds=(0, 50, 90), floor=([1], 30)
    )
    weights = contest.weights[np.newaxis]
    scores = contest_scores(contest, weights)
    np.testing.assert_allclose(scores, [[92.0, 93.0]])
    assert contest_classes(contest, scores, weights).tolist() == [[0, 2]]


def test_a_narrowed_contest_keeps_the_places_in_the_matrix():
    contest = narrowed(make_contest([[0.1], [0.5], [0.9]], [1.0]), [2, 0])
    assert contest.area_ids == ("c", "a")
    assert contest.rows.tolist() == [2, 0]
    np.testing.assert_allclose(contest_scores(contest, np.ones((1, 1))), [[90.0, 10.0]])
