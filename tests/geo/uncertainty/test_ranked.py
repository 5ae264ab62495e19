"""Frozen zones give the scores and classes that the assessment gives, for every method."""

import numpy as np
import pytest

from geo.errors import InvalidMethod, NothingRanked
from geo.mcda.methods import METHODS, Setting
from geo.mcda.ranks import rank_scores
from geo.uncertainty.ranked import (
    classes_under,
    drawn_tables,
    ranked_zones,
    scores_under,
    some_of,
)
from tests.geo.small_assessments import assess_zones, make_model
from tests.geo.zones_to_rank import make_zones

ZONES = {"a": (70, 2000), "b": (40, 1000), "c": (90, None), "d": (55, 9000), "e": (80, 3000)}


def zones_from(assessment):
    return ranked_zones(
        assessment.model,
        assessment.matrix,
        weights=assessment.weights,
        method=assessment.method,
        risk=assessment.risk,
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("floor", [None, 20])
def test_frozen_zones_repeat_their_assessment(method, floor):
    assessment = assess_zones(
        ZONES, make_model(floor=floor), method=method, risk=0.3, excluded=("e",)
    )
    zones = zones_from(assessment)
    ranked = assessment.scores.ranked
    weights = zones.weights[np.newaxis]
    scores = scores_under(zones, weights)
    np.testing.assert_allclose(scores[0], assessment.scores.scores[ranked], atol=1e-9)
    assert np.array_equal(rank_scores(scores[0]), assessment.scores.ranks[ranked])
    classes = classes_under(zones, scores, weights)
    assert np.array_equal(classes[0], assessment.scores.classes[ranked])


def test_only_ranked_zones_take_part():
    zones = zones_from(assess_zones(ZONES, excluded=("e",)))
    assert zones.area_ids == ("a", "b", "c", "d")
    assert zones.rows.tolist() == [0, 1, 2, 3]


def test_to_rank_nobody_is_refused():
    assessment = assess_zones({"a": (70, 2000)}, excluded=("a",))
    with pytest.raises(NothingRanked):
        zones_from(assessment)


def test_an_unknown_method_is_refused():
    assessment = assess_zones(ZONES)
    with pytest.raises(InvalidMethod):
        ranked_zones(
            assessment.model,
            assessment.matrix,
            weights=assessment.weights,
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
    zones = make_zones(values, weights[0], method=method, risk=0.3, groups=groups)
    setting = Setting(risk=0.3, groups=np.array(groups))
    expected = [METHODS[method].points(values, w, setting).sum(axis=1) for w in weights]
    np.testing.assert_allclose(scores_under(zones, weights), expected, atol=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_drawn_values_go_with_their_own_weights(method):
    rng = np.random.default_rng(2)
    tables, weights = rng.random((7, 5, 3)), rng.dirichlet(np.ones(3), 7)
    zones = make_zones(tables[0], weights[0], method=method, risk=0.7)
    together = scores_under(zones, weights, drawn=drawn_tables(tables))
    for table, weight, scores in zip(tables, weights, together, strict=True):
        alone = make_zones(table, weight, method=method, risk=0.7)
        np.testing.assert_allclose(scores_under(alone, weight[np.newaxis])[0], scores, atol=1e-9)


def test_a_dimension_below_its_floor_puts_the_zone_in_the_lowest_class():
    zones = make_zones([[1.0, 0.2], [1.0, 0.3]], [0.9, 0.1], bounds=(0, 50, 90), floor=([1], 30))
    weights = zones.weights[np.newaxis]
    scores = scores_under(zones, weights)
    np.testing.assert_allclose(scores, [[92.0, 93.0]])
    assert classes_under(zones, scores, weights).tolist() == [[0, 2]]


def test_some_of_the_zones_keep_their_places_in_the_matrix():
    zones = some_of(make_zones([[0.1], [0.5], [0.9]], [1.0]), [2, 0])
    assert zones.area_ids == ("c", "a")
    assert zones.rows.tolist() == [2, 0]
    np.testing.assert_allclose(scores_under(zones, np.ones((1, 1))), [[90.0, 10.0]])
