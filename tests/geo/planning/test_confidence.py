"""How sure an assessment of the shipped data is."""

import pytest

from geo import published
from geo.errors import InvalidSamples, NothingRanked, ZoneNotFound, ZoneNotRanked
from geo.planning.assess import assess
from geo.planning.confidence import (
    Simulation,
    confidence,
    confidence_document,
    score_variance,
    sensitivities,
    sensitivity_document,
    variance_document,
)


@pytest.fixture
def regencies(reference_store):
    return assess(reference_store, layer="regencies")


@pytest.fixture
def unranked(earlier_store):
    """Slope alone, of which version 2 knows nothing from the shipped data."""
    model = published.model(earlier_store, "kesiapan")
    weights = {c.id: float(c.id == "lereng") for c in model.criteria}
    return assess(earlier_store, layer="regencies", weights=weights)


def test_the_same_seed_gives_the_same_document(reference_store, regencies):
    def document(seed):
        found = confidence(reference_store, regencies, Simulation(draws=100, seed=seed))
        return confidence_document(found, "en")

    assert document(0) == document(0)
    assert document(0)["zones"] != document(1)["zones"]


def test_shares_of_ranks_and_of_classes_add_up(reference_store, regencies):
    found = confidence(reference_store, regencies, Simulation(draws=200))
    document = confidence_document(found, "id")
    assert set(document["zones"]) == {r.area_id for r in regencies.results if r.rank}
    for zone in document["zones"].values():
        assert sum(zone["acceptability"].values()) == pytest.approx(1)
        assert sum(zone["classes"].values()) == pytest.approx(1)
    first = sum(zone["first"] for zone in document["zones"].values())
    assert first >= 1 - 1e-9


def test_firmer_weights_scatter_less(reference_store, regencies):
    def spread(concentration):
        simulation = Simulation(draws=300, concentration=concentration, with_errors=False)
        zones = confidence_document(confidence(reference_store, regencies, simulation), "en")[
            "zones"
        ]
        return sum(high - low for low, high in (z["rank_interval"] for z in zones.values()))

    assert spread(1e5) < spread(100.0) < spread(None)


def test_the_zones_that_are_not_ranked_are_counted(earlier_store):
    """Of version 2, which leaves kecamatan without a rank; today's ranks all of them."""
    assessment = assess(earlier_store, layer="kecamatan")
    found = confidence(earlier_store, assessment, Simulation(draws=10))
    verdict = confidence_document(found, "en")["verdict"]
    assert f"Only the {assessment.n_ranked} of 156 areas that are ranked are compared" in verdict
    assert (
        "What was varied: the weights, errors of measurement, the data that are missing" in verdict
    )


def test_few_contestants_are_named_and_their_first_is_not_called_firm(earlier_store):
    found = confidence(earlier_store, assess(earlier_store), Simulation(draws=50))
    verdict = confidence_document(found, "en")["verdict"]
    assert "is firm" not in verdict
    assert "Compared are: " in verdict


def test_without_ranked_zones_nothing_is_simulated(reference_store, unranked):
    with pytest.raises(NothingRanked):
        confidence(reference_store, unranked, Simulation(draws=10))
    with pytest.raises(NothingRanked):
        sensitivities(unranked)


def test_a_dimension_weighs_what_its_criteria_weigh(regencies):
    found = sensitivities(regencies)
    stated = {one.item: one.weight for one in found["dimensions"]}
    for dimension in regencies.model.top_dimensions():
        below = regencies.model.leaves_of(dimension.id)
        total = sum(regencies.weights[c.id] for c in below)
        assert stated[dimension.id] == pytest.approx(total)
    critical = sensitivity_document(found, "en")["most_critical"]
    assert critical["rank"]["item"] in regencies.weights


def test_the_variance_of_a_score_is_explained_by_its_inputs(reference_store, regencies):
    zone = regencies.results[0].area_id
    found = score_variance(reference_store, regencies, zone, samples=1024, seed=1)
    assert sum(one.index.first_order for one in found) == pytest.approx(1, abs=0.15)
    assert [one.index.total for one in found] == sorted(
        (one.index.total for one in found), reverse=True
    )
    document = variance_document(found, zone, samples=1024, seed=1)
    assert document["indices"][0]["total"] == found[0].index.total
    again = score_variance(reference_store, regencies, zone, samples=1024, seed=1)
    assert again == found


def test_a_score_that_is_not_there_is_not_taken_apart(reference_store, unranked, regencies):
    zone = regencies.results[0].area_id
    with pytest.raises(ZoneNotRanked):
        score_variance(reference_store, unranked, zone)
    with pytest.raises(ZoneNotFound):
        score_variance(reference_store, regencies, "atlantis")
    with pytest.raises(InvalidSamples):
        score_variance(reference_store, regencies, zone, samples=1000)
