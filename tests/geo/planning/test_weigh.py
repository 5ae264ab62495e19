"""Weights from whatever a planner brings, on the shipped data."""

import numpy as np
import pytest

from geo import published
from geo.errors import InvalidWeights, UnusedRisk
from geo.language import Text
from geo.mcda.group import Member
from geo.mcda.weight_request import WeightRequest
from geo.planning.assess import assess
from geo.planning.weigh import own_ranks, weigh, weigh_and_assess, weighed_document
from geo.readiness.scenario import Figure, Scenario

GOAL = {("huni", "usaha"): 2.0, ("usaha", "berkembang"): 2.0, ("berkembang", "lingkungan"): 1.0}
RANKS = {"huni": 1, "usaha": 2, "berkembang": 3, "lingkungan": 4}
STATED = {"huni": 0.4, "usaha": 0.3, "berkembang": 0.2, "lingkungan": 0.1}
TITLE = Text(id="Uji", en="Test")


def by_dimension(store, weights):
    model = published.model(store, "kesiapan")
    return {d.id: sum(weights[c.id] for c in model.leaves_of(d.id)) for d in model.top_dimensions()}


def test_without_a_request_the_weights_are_the_models_own(reference_store):
    found = weigh(reference_store, WeightRequest())
    assert found.weights == published.model(reference_store, "kesiapan").weights
    assert not found.judgements


def test_rank_order_centroids_of_four(reference_store):
    """(1 + 1/2 + 1/3 + 1/4) / 4 for the first, and so on: counted by hand."""
    found = weigh(reference_store, WeightRequest(ranks=RANKS))
    expected = {"huni": 25 / 48, "usaha": 13 / 48, "berkembang": 7 / 48, "lingkungan": 3 / 48}
    assert by_dimension(reference_store, found.weights) == pytest.approx(expected)


def test_incomplete_judgements_of_a_chain_multiply(reference_store):
    """2 : 1 and 2 : 1 and 1 : 1 make 4 : 2 : 1 : 1."""
    found = weigh(reference_store, WeightRequest(judgements={"goal": GOAL}, is_incomplete=True))
    expected = {"huni": 4 / 8, "usaha": 2 / 8, "berkembang": 1 / 8, "lingkungan": 1 / 8}
    assert by_dimension(reference_store, found.weights) == pytest.approx(expected)
    assert set(found.judgements) == {"goal"}
    assert found.judgements["goal"].consistency_ratio == pytest.approx(0, abs=1e-9)


def test_two_members_who_agree_say_what_one_says(reference_store):
    members = [Member(name=n, judgements={"goal": GOAL}, weight=w) for n, w in (("a", 1), ("b", 3))]
    together = weigh(reference_store, WeightRequest(members=members))
    alone = weigh(reference_store, WeightRequest(judgements={"goal": GOAL}, is_incomplete=True))
    assert together.weights == pytest.approx(alone.weights)
    assert together.together["goal"].consensus == pytest.approx(1)
    document = weighed_document(together, published.model(reference_store, "kesiapan"), "en")
    assert document["together"]["goal"]["sentences"]


def test_weights_from_data_differ_between_layers_and_sum_to_one(reference_store):
    found = weigh(reference_store, WeightRequest(weighting="entropy"), layer="regencies")
    assert sum(found.weights.values()) == pytest.approx(1)
    assert min(found.weights.values()) >= 0


@pytest.mark.parametrize(
    ("requested", "words"),
    [
        (WeightRequest(stated={}), "No weight is stated"),
        (WeightRequest(stated=STATED, ranks=RANKS), "Choose one only of: weights, weighting"),
        (WeightRequest(stated=STATED, judgements={"goal": GOAL}), "weights, judgements"),
        (WeightRequest(weighting="x"), "'x'"),
        (WeightRequest(weighting="rank_sum"), "needs the ranks"),
        (WeightRequest(weighting="entropy", ranks=RANKS), "takes no ranks"),
        (WeightRequest(ranks={"huni": 1}), "Missing"),
        (WeightRequest(ranks={**RANKS, "lereng": 5}), "Unknown: lereng"),
        (WeightRequest(members=[Member(name="a", judgements={})]), "No member judged anything"),
    ],
)
def test_a_request_that_decides_nothing_or_twice_is_refused(reference_store, requested, words):
    with pytest.raises(InvalidWeights) as refused:
        weigh(reference_store, requested)
    assert words.lower() in refused.value.detail("en").lower()


def test_a_risk_that_a_method_does_not_take_is_refused(reference_store):
    with pytest.raises(UnusedRisk):
        weigh_and_assess(reference_store, WeightRequest(), risk=0.3)
    found, _ = weigh_and_assess(reference_store, WeightRequest(), method="owa", risk=0.3)
    assert found.risk == 0.3


def test_a_request_goes_before_the_weights_of_a_scenario(reference_store):
    scenario = Scenario(id="x", title=TITLE, source="test", weights=STATED)
    by_scenario, _ = weigh_and_assess(reference_store, WeightRequest(), scenario=scenario)
    assert by_dimension(reference_store, by_scenario.weights) == pytest.approx(STATED)
    by_ranks, _ = weigh_and_assess(reference_store, WeightRequest(ranks=RANKS), scenario=scenario)
    assert by_dimension(reference_store, by_ranks.weights)["huni"] == pytest.approx(25 / 48)


@pytest.mark.parametrize("year", [2015, 2026])
def test_weights_from_data_of_a_year_that_only_a_scenario_has(reference_store, year):
    figure = Figure("63.04", "tpak_agustus", year, 75.0, "", "test")
    scenario = Scenario(id="x", title=TITLE, source="test", figures=(figure,))
    requested = WeightRequest(weighting="entropy")
    found, weighed = weigh_and_assess(
        reference_store, requested, layer="regencies", year=year, scenario=scenario
    )
    assert found.year == year
    assert weighed.weights == weigh(reference_store, requested, layer="regencies").weights


def test_own_ranks_are_those_of_the_assessment(reference_store):
    now = reference_store.current()
    found = own_ranks(now, "kesiapan", layer="regencies", year=None)
    ranks = assess(now, layer="regencies").scores.ranks
    np.testing.assert_array_equal([np.nan if r is None else r for r in found], ranks)
