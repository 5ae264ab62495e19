"""Draws have the means, deviations and bounds that are promised, and a seed gives the same bytes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InvalidDraws
from geo.uncertainty.draws import MeasureErrors, spread_of, value_draws, weight_draws
from tests.geo.zones_to_rank import make_zones


def draws(stated, **asked):
    n = asked.pop("n", 4000)
    return weight_draws(np.array(stated), n=n, rng=np.random.default_rng(7), **asked)


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=8).filter(lambda w: sum(w) > 0.1),
    st.sampled_from([None, 0.5, 20.0, 1000.0]),
)
def test_weights_sum_to_one_and_zero_stays_zero(stated, concentration):
    weights = draws(stated, n=50, concentration=concentration)
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)
    assert (weights >= 0).all()
    assert (weights[:, np.array(stated) == 0] == 0).all()


def test_weights_scatter_around_the_stated_ones_as_promised():
    """Dirichlet: mean w, standard deviation sqrt(w (1 - w) / (concentration + 1))."""
    stated = np.array([0.5, 0.3, 0.2])
    weights = draws(stated, n=40_000, concentration=99.0)
    np.testing.assert_allclose(weights.mean(axis=0), stated, atol=0.002)
    expected = np.sqrt(stated * (1 - stated) / 100)
    np.testing.assert_allclose(weights.std(axis=0), expected, rtol=0.02)


def test_the_default_keeps_a_quarter_between_a_sixth_and_a_third():
    weights = draws([0.25, 0.75], n=40_000)
    np.testing.assert_allclose(np.quantile(weights[:, 0], [0.025, 0.975]), [0.17, 0.34], atol=0.01)


def test_every_possible_weight_is_as_likely_as_another():
    """Uniform on the simplex of three: mean 1/3, and P(w1 > 1/2) = (1/2)**2."""
    weights = draws([0.9, 0.05, 0.05], n=40_000, concentration=None)
    np.testing.assert_allclose(weights.mean(axis=0), 1 / 3, atol=0.005)
    assert (weights[:, 0] > 0.5).mean() == pytest.approx(0.25, abs=0.01)


def test_weights_that_keep_the_order_have_the_rank_order_centroid():
    """The mean of ordered weights of three is (11, 5, 2) / 18: Barron & Barrett's ROC by definition."""
    weights = draws([0.2, 0.5, 0.3], n=40_000, concentration=None, keep_order=True)
    assert (weights[:, 1] >= weights[:, 2]).all()
    assert (weights[:, 2] >= weights[:, 0]).all()
    np.testing.assert_allclose(weights.mean(axis=0), np.array([2, 11, 5]) / 18, atol=0.005)


def test_criteria_stated_alike_have_no_order_among_them():
    weights = draws([0.4, 0.4, 0.2], n=40_000, concentration=None, keep_order=True)
    assert (weights[:, :2] >= weights[:, 2:]).all()
    assert (weights[:, 0] > weights[:, 1]).mean() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("stated", "asked"),
    [
        ([0.0, 0.0], {}),
        ([0.5, 0.5], {"n": 0}),
        ([0.5, 0.5], {"n": 10**6}),
        ([0.5, 0.5], {"concentration": 0.0}),
        ([0.5, 0.5], {"concentration": float("nan")}),
        ([0.5, 0.5], {"keep_order": True}),
    ],
)
def test_draws_that_cannot_be_made_are_refused(stated, asked):
    with pytest.raises(InvalidDraws):
        draws(stated, **asked)


def errors_of(standard_errors, *, bounds=None, sources=None):
    table = np.array(standard_errors, dtype=np.float64)
    m = table.shape[1]
    limits = np.tile([-np.inf, np.inf], (m, 1)) if bounds is None else np.array(bounds)
    return MeasureErrors(tuple(f"c{j}" for j in range(m)), table, limits, sources or {})


def tables(zones, errors, *, n=5000, block=64, seed=3):
    found = value_draws(spread_of(zones, errors), n=n, rng=np.random.default_rng(seed), block=block)
    return np.concatenate([drawn.tables() for drawn in found])


def test_measures_scatter_by_their_own_standard_errors():
    zones = make_zones([[10.0, 5.0], [20.0, np.nan]], [0.5, 0.5])
    drawn = tables(zones, errors_of([[2.0, 0.0], [0.5, 9.0]]), n=20_000)
    np.testing.assert_allclose(drawn[:, :, 0].mean(axis=0), [10, 20], atol=0.05)
    np.testing.assert_allclose(drawn[:, :, 0].std(axis=0), [2.0, 0.5], rtol=0.03)
    assert (drawn[:, 0, 1] == 5.0).all()


def test_zones_of_one_regency_move_together():
    zones = make_zones([[10.0], [20.0], [30.0]], [1.0])
    shares = np.array([[1.0, 0.0], [1.0, 0.0], [0.5, 0.5]])
    drawn = tables(zones, errors_of([[1.0]] * 3, sources={"c0": shares}), n=20_000)[:, :, 0]
    np.testing.assert_allclose(drawn[:, 1] - drawn[:, 0], 10.0)
    assert np.corrcoef(drawn[:, 0], drawn[:, 2])[0, 1] == pytest.approx(np.sqrt(0.5), abs=0.02)
    assert drawn[:, 2].std() == pytest.approx(1.0, rel=0.03)


def test_a_measure_beyond_its_bounds_becomes_the_bound():
    zones = make_zones([[0.01], [0.99]], [1.0])
    drawn = tables(zones, errors_of([[0.1], [0.1]], bounds=[(0.0, 1.0)]))
    assert drawn.min() == 0.0
    assert drawn.max() == 1.0
    assert (drawn[:, 0, 0] == 0.0).mean() == pytest.approx(0.46, abs=0.03)


def test_what_is_known_is_the_same_in_every_draw_without_errors():
    zones = make_zones([[0.4, 0.7], [0.9, 0.1]], [0.5, 0.5])
    drawn = tables(zones, errors_of(np.zeros((2, 2))), n=3)
    assert np.array_equal(drawn, np.repeat(zones.values[np.newaxis], 3, axis=0))


def test_what_is_missing_is_drawn_from_the_areas_that_are_measured():
    """Of four known values each in a fifth of the draws, and evenly in the last fifth."""
    zones = make_zones([[0.1], [0.2], [0.2], [0.9], [np.nan]], [1.0])
    drawn = tables(zones, None, n=20_000)[:, 4, 0]
    assert (drawn == 0.1).mean() == pytest.approx(0.2, abs=0.01)
    assert (drawn == 0.2).mean() == pytest.approx(0.4, abs=0.01)
    even = drawn[~np.isin(drawn, [0.1, 0.2, 0.9])]
    assert len(even) / len(drawn) == pytest.approx(0.2, abs=0.01)
    np.testing.assert_allclose(np.quantile(even, [0.25, 0.5, 0.75]), [0.25, 0.5, 0.75], atol=0.03)


def test_what_nobody_measured_is_drawn_evenly():
    drawn = tables(make_zones([[np.nan], [np.nan]], [1.0]), None, n=20_000)[:, :, 0]
    np.testing.assert_allclose(np.quantile(drawn, [0.1, 0.5, 0.9]), [0.1, 0.5, 0.9], atol=0.02)
    assert np.corrcoef(drawn.T)[0, 1] == pytest.approx(0.0, abs=0.03)


def test_the_part_of_an_area_without_data_is_drawn_and_the_rest_stays():
    zones = replace(
        make_zones([[0.8], [0.0]], [1.0]),
        covered=np.array([[0.75], [1.0]]),
        low=np.array([[0.6], [0.0]]),
        high=np.array([[0.85], [0.0]]),
        known=(np.array([0.0]),),
    )
    drawn = tables(zones, None, n=4000)[:, 0, 0]
    assert np.isclose(drawn, 0.6).mean() == pytest.approx(0.5, abs=0.03)
    assert drawn.min() == pytest.approx(0.6)
    assert 0.84 < drawn.max() <= 0.85


def test_an_interval_is_drawn_evenly_between_its_ends():
    zones = replace(make_zones([[0.5]], [1.0]), low=np.array([[0.4]]), high=np.array([[0.8]]))
    drawn = tables(zones, None, n=20_000)[:, 0, 0]
    np.testing.assert_allclose(np.quantile(drawn, [0, 0.5, 1]), [0.4, 0.6, 0.8], atol=0.01)


def test_a_zone_lies_in_one_place_for_every_criterion():
    places = np.array([[0.1, 0.2, np.nan], [0.9, 0.7, np.nan]])
    zones = replace(
        make_zones([[0.5, 0.5, 0.3]], np.ones(3) / 3),
        low=np.array([[0.1, 0.2, 0.3]]),
        high=np.array([[0.9, 0.7, 0.3]]),
        by_place={0: places},
    )
    drawn = tables(zones, errors_of([[0.1, 0.0, 0.0]]), n=2000)[:, 0]
    assert set(map(tuple, drawn.tolist())) == {(0.1, 0.2, 0.3), (0.9, 0.7, 0.3)}
    assert (drawn[:, 0] == 0.1).mean() == pytest.approx(0.5, abs=0.04)


@pytest.mark.parametrize("block", [1, 7, 1000])
def test_what_is_drawn_does_not_depend_on_blocks(block):
    rng = np.random.default_rng(5)
    values = rng.random((9, 3))
    values[2:5, 2] = np.nan
    zones = replace(
        make_zones(values, np.ones(3) / 3), by_place={1: rng.random((5, 3)), 7: rng.random((4, 3))}
    )
    shares = rng.dirichlet(np.ones(4), 9)
    errors = errors_of(np.full((9, 3), 0.1), sources={"c1": shares})
    assert (
        tables(zones, errors, n=100, block=block).tobytes()
        == tables(zones, errors, n=100).tobytes()
    )
