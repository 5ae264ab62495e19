"""Other weights decide anew who is ranked; sensitivity and simulation say so, on the shipped data."""

import numpy as np
import pytest

from geo.planning.assess import assess
from geo.planning.confidence import sensitivities, sensitivity_document
from geo.uncertainty.draws import weight_draws
from geo.uncertainty.one_weight import moved_weights
from geo.uncertainty.ranked import placed_under, ranked_zones
from geo.uncertainty.smaa import simulate


@pytest.fixture
def zones(reference_store):
    return assess(reference_store)


def frozen(assessment):
    return ranked_zones(assessment.model, assessment.matrix, weights=assessment.weights)


def without_slope(assessment):
    found = assessment.measures.criteria["lereng"]
    names = assessment.matrix.area_ids
    return {area for area, measure in zip(names, found, strict=True) if measure.value is None}


def test_half_the_weight_on_slope_leaves_unranked_whoever_has_none(reference_store, zones):
    column = zones.matrix.criteria.index("lereng")
    total = np.array([0.51])
    stated = np.array([zones.weights[c] for c in zones.matrix.criteria])
    weights = moved_weights(stated, [column], totals=total)[0]
    by_criterion = dict(zip(zones.matrix.criteria, weights.tolist(), strict=True))
    anew = assess(reference_store, weights=by_criterion)
    unranked = {r.area_id for r in anew.results if r.status == "insufficient_data"}
    assert zones.scores.ranked.all()
    assert without_slope(zones)
    assert without_slope(zones) <= unranked
    # The sensitivity's own machine decides the same.
    scores, _ = placed_under(frozen(zones), weights[np.newaxis])
    ids = frozen(zones).area_ids
    assert {a for a, s in zip(ids, scores[0], strict=True) if np.isnan(s)} == unranked


def test_a_weight_that_unranks_a_zone_is_reported_and_nothing_changes_is_not_said(zones):
    slope = {one.item: one for one in sensitivities(zones)["criteria"]}["lereng"]
    assert slope.weight < 0.1
    change = slope.above["rank"]
    assert change is not None
    assert slope.weight < change.weight < 0.51
    assert slope.above["class"] is not None
    document = sensitivity_document(sensitivities(zones), "en")
    said = next(one for one in document["criteria"] if one["item"] == "lereng")
    assert said["above"]["rank"]["weight"] == pytest.approx(change.weight)


def test_a_zone_under_the_floor_comes_in_where_what_it_lacks_weighs_less(reference_store, zones):
    """Slope at half of the weight leaves zones out, and less of it brings some of them back."""
    others = [c for c in zones.matrix.criteria if c != "lereng"]
    rest = sum(zones.weights[c] for c in others)
    weights = {c: 0.4 * zones.weights[c] / rest for c in others} | {"lereng": 0.6}
    heavy = assess(reference_store, weights=weights)
    unranked = {r.area_id for r in heavy.results if r.status == "insufficient_data"}
    slope = {one.item: one for one in sensitivities(heavy)["criteria"]}["lereng"]
    assert set(slope.below["rank"].area_ids) & unranked


def test_a_simulation_decides_in_every_draw_who_is_ranked(zones):
    held = frozen(zones)
    even = weight_draws(held.weights, n=500, rng=np.random.default_rng(3), concentration=None)
    found = simulate(held, even)
    coverage = held.credits @ even.T
    assert ((found.ranks.T > 0) == (coverage >= held.coverage_floor - 1e-9)).all()
    # All are ranked under the stated weights, and not under every other.
    assert len(found.contestants) == len(zones.results)
    assert (found.ranks == 0).any()
