"""Indices of functions whose variance can be taken apart on paper."""

import numpy as np
import pytest
from scipy.stats import qmc

from geo.errors import InvalidSamples, ZoneNotFound
from geo.mcda.methods import METHODS
from geo.uncertainty.draws import MeasureErrors
from geo.uncertainty.sobol import saltelli_sample, score_indices, sobol_indices
from tests.geo.zones_to_rank import make_zones


def indices(function, names, *, n=8192, seed=1):
    found = sobol_indices(function, names, n=n, rng=np.random.default_rng(seed))
    first = [index.first_order for index in found]
    return np.array(first), np.array([index.total for index in found]), found


def test_ishigami():
    """Ishigami & Homma (1990) with A = 7, B = 0.1, printed in SALib's test functions after Saltelli
    et al. (2008), The Primer: first order 0.3139 0.4424 0; total 0.5576 0.4424 0.2437."""

    def ishigami(u):
        x1, x2, x3 = (np.pi * (2 * u - 1)).T
        return np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)

    first, total, _ = indices(ishigami, ["x1", "x2", "x3"])
    np.testing.assert_allclose(first, [0.3139, 0.4424, 0.0], atol=0.02)
    np.testing.assert_allclose(total, [0.5576, 0.4424, 0.2437], atol=0.02)


def test_sobol_g():
    """Sobol's G function of eight inputs, a = 0 1 4.5 9 99 99 99 99, printed in SALib's test
    functions: first order 0.7165 0.1791 0.0237 0.0072 and 0.0001 for the rest. The total indices
    follow from the partial variances 1/3 (1 + a)^-2, whose product over the inputs less 1 is all."""
    a = np.array([0, 1, 4.5, 9, 99, 99, 99, 99])
    names = [f"x{i}" for i in range(1, 9)]
    first, total, _ = indices(lambda u: ((np.abs(4 * u - 2) + a) / (1 + a)).prod(axis=1), names)
    printed = [0.7165, 0.1791, 0.0237, 0.0072, 0.0001, 0.0001, 0.0001, 0.0001]
    np.testing.assert_allclose(first, printed, atol=0.01)
    parts = 1 / (3 * (1 + a) ** 2)
    without = (1 + parts).prod() / (1 + parts)
    expected = parts * without / ((1 + parts).prod() - 1)
    np.testing.assert_allclose(total, expected, atol=0.01)


def test_a_linear_function_splits_its_variance_by_squared_slopes():
    slopes = np.array([4.0, 2.0, 1.0, 0.0])
    first, total, found = indices(lambda u: u @ slopes, list("abcd"))
    expected = slopes**2 / (slopes**2).sum()
    np.testing.assert_allclose(first, expected, atol=0.01)
    np.testing.assert_allclose(total, expected, atol=0.01)
    assert all(0 <= index.first_order_confidence < 0.05 for index in found)


def test_inputs_of_one_name_count_as_one():
    slopes = np.array([2.0, 1.0, 1.0])
    first, total, found = indices(lambda u: u @ slopes, ["x", "y", "x"])
    assert [index.name for index in found] == ["x", "y"]
    np.testing.assert_allclose(first, [5 / 6, 1 / 6], atol=0.01)
    np.testing.assert_allclose(total, [5 / 6, 1 / 6], atol=0.01)


@pytest.mark.parametrize("groups", [["a", "b", "c"], ["x", "y", "x", "z"]])
def test_the_sample_exchanges_one_name_at_a_time(groups):
    """Number by number, as SALib writes the same sample."""
    base = qmc.Sobol(d=2 * len(groups), scramble=True, rng=np.random.default_rng(5)).random(64)
    found = saltelli_sample(groups, n=64, rng=np.random.default_rng(5))
    names = [None, *dict.fromkeys(groups), "all"]
    assert found.shape == (len(names), 64, len(groups))
    for page, name in zip(found, names, strict=True):
        for row, numbers in zip(page, base, strict=True):
            expected = [
                numbers[i + len(groups) * (name in (group, "all"))]
                for i, group in enumerate(groups)
            ]
            assert row.tolist() == expected


@pytest.mark.parametrize(
    ("n", "first_order", "first_half", "total", "total_half"),
    [
        (
            1024,
            [0.57917, 0.36776, 0.02406],
            [0.06329, 0.04663, 0.0136],
            [0.60814, 0.39749, 0.02409],
            [0.05753, 0.03559, 0.00222],
        ),
        (
            4096,
            [0.57812, 0.36726, 0.02408],
            [0.02688, 0.02608, 0.0063],
            [0.60825, 0.39698, 0.02409],
            [0.02495, 0.02144, 0.00125],
        ),
    ],
)
def test_the_indices_are_salibs_to_four_digits(n, first_order, first_half, total, total_half):
    """Printed by SALib 1.6.0 for the same sample and the same resamples behind the halves of the intervals."""
    slopes = np.array([3.0, 2.0, 1.0])

    def function(u):
        return u**2 @ slopes + 4 * u[:, 0] * u[:, 1]

    _, _, found = indices(function, list("abc"), n=n)
    indices_found = [(i.first_order, i.total) for i in found]
    assert indices_found == [
        pytest.approx(printed, abs=5e-5) for printed in zip(first_order, total, strict=True)
    ]
    # Each resample is centred by its own mean here, by that of the whole sample there.
    halves = [(i.first_order_confidence, i.total_confidence) for i in found]
    assert halves == [
        pytest.approx(printed, abs=3e-4) for printed in zip(first_half, total_half, strict=True)
    ]


def test_a_function_that_does_not_vary_has_no_indices():
    first, total, _ = indices(lambda u: np.full(len(u), 3.0), ["a", "b"], n=16)
    assert first.tolist() == total.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("n", [0, 1, 1000, 2**20])
def test_samples_are_a_power_of_two(n):
    with pytest.raises(InvalidSamples):
        indices(lambda u: u[:, 0], ["a"], n=n)


def test_a_seed_gives_the_same_indices():
    one, two = (indices(lambda u: u[:, 0] * u[:, 1], ["a", "b"], n=64)[2] for _ in range(2))
    assert one == two
    assert one != indices(lambda u: u[:, 0] * u[:, 1], ["a", "b"], n=64, seed=2)[2]


def errors_of(zones, table, sources=None):
    unbounded = np.tile([-np.inf, np.inf], (len(zones.criteria), 1))
    return MeasureErrors(zones.criteria, np.array(table), unbounded, sources or {})


def of(zones, area_id, **asked):
    found = score_indices(zones, area_id, n=1024, rng=np.random.default_rng(3), **asked)
    return {(index.input, index.criterion): index.index for index in found}


def test_a_score_under_sure_weights_hangs_on_measures_as_weight_times_error():
    """A score of 0.8 x + 0.2 y with errors 0.05 and 0.1: variances 0.0016 and 0.0004, 80 % and 20 %."""
    zones = make_zones([[0.5, 0.5]], [0.8, 0.2])
    found = of(zones, "a", errors=errors_of(zones, [[0.05, 0.1]]), concentration=1e9)
    assert found["measure", "c0"].first_order == pytest.approx(0.8, abs=0.03)
    assert found["measure", "c1"].total == pytest.approx(0.2, abs=0.03)
    assert found["weight", "c0"].total == pytest.approx(0.0, abs=0.01)


def test_two_weights_of_opposite_effect_matter_alike():
    """The score is the share of c0's weight: both gamma variables enter it alike by symmetry."""
    zones = make_zones([[1.0, 0.0]], [0.5, 0.5])
    found = of(zones, "a")
    assert set(found) == {("weight", "c0"), ("weight", "c1")}
    first, second = found["weight", "c0"], found["weight", "c1"]
    assert first.first_order == pytest.approx(second.first_order, abs=0.03)
    assert first.first_order + second.first_order == pytest.approx(1.0, abs=0.03)


def test_an_error_that_all_zones_share_does_not_move_the_lead():
    """Both zones lie in one regency: its error moves c0 of both alike, c1's are their own."""
    zones = make_zones([[0.7, 0.5], [0.5, 0.5]], [0.5, 0.5])
    errors = errors_of(zones, [[0.1, 0.1]] * 2, {"c0": np.ones((2, 1))})
    lead = of(zones, "a", errors=errors, concentration=1e9, against_best=True)
    assert lead["measure", "c0"].total == pytest.approx(0.0, abs=0.01)
    assert lead["measure", "c1"].total == pytest.approx(1.0, abs=0.02)
    score = of(zones, "a", errors=errors, concentration=1e9)
    assert score["measure", "c0"].total == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_can_be_asked(method):
    rng = np.random.default_rng(4)
    zones = make_zones(rng.random((4, 3)), [0.5, 0.3, 0.2], method=method, risk=0.3)
    found = score_indices(
        zones,
        "b",
        errors=errors_of(zones, np.full((4, 3), 0.05)),
        against_best=True,
        n=32,
        rng=rng,
    )
    assert [(index.input, index.criterion) for index in found] == [
        (kind, f"c{j}") for kind in ("weight", "measure") for j in range(3)
    ]
    assert all(np.isfinite(index.index.total) for index in found)


def test_a_criterion_without_weight_is_not_asked_about():
    zones = make_zones([[0.2, 0.5, 0.9]], [0.5, 0.0, 0.5])
    assert set(of(zones, "a")) == {("weight", "c0"), ("weight", "c2")}


def test_the_only_zone_leads_by_its_score():
    zones = make_zones([[0.2, 0.9]], [0.5, 0.5])
    assert of(zones, "a", against_best=True) == of(zones, "a")


def test_a_zone_that_is_not_ranked_is_not_found():
    with pytest.raises(ZoneNotFound):
        score_indices(make_zones([[0.5]], [1.0]), "z", rng=np.random.default_rng(1))
