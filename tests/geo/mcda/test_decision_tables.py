"""Classical methods on raw tables: the numbers that papers printed, and two other programs."""

import numpy as np
import pytest
from pymcdm import methods as pymcdm
from pymcdm import normalizations as scaled
from skcriteria import mkdm
from skcriteria.agg.simple import wpm, wsm
from skcriteria.agg.topsis import topsis
from skcriteria.preprocessing.invert_objectives import InvertMinimize, NegateMinimize
from skcriteria.preprocessing.scalers import (
    MinMaxScaler,
    matrix_scale_by_cenit_distance,
    scale_by_sum,
    scale_by_vector,
)

from geo.errors import NotPositive
from geo.mcda.decision_tables import (
    promethee_net_flow,
    simple_additive_weighting,
    topsis_closeness,
    unicriterion_flows,
    weighted_product_model,
)

MAX, MIN = "max", "min"


def test_topsis_tzeng_huang_2011():
    """Tzeng & Huang (2011), Multiple Attribute Decision Making, CRC Press: closeness and ranks.

    Read in the tests of scikit-criteria (tests/agg/test_topsis.py), which quote the book.
    """
    table = np.array([[5.0, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6]])
    found = topsis_closeness(table, np.array([0.3, 0.4, 0.3]), objectives=[MAX] * 3)
    assert np.allclose(found, [0.5037, 0.6581, 0.7482, 0.3340], atol=0.00005)
    assert np.argsort(-found).tolist() == [2, 1, 0, 3]


def test_topsis_yoon_hwang_1995():
    """Yoon & Hwang (1995), Multiple Attribute Decision Making: An Introduction: C = 1, .2622, 0.

    Read in lecture slides of Sennaroglu that print the example.
    """
    table = np.array([[17.0, 12], [10, 9], [8, 6]])
    found = topsis_closeness(table, np.array([0.714, 0.286]), objectives=[MAX] * 2)
    assert np.allclose(found, [1, 0.2622, 0], atol=0.00005)


def test_topsis_hwang_yoon_1981_fighter_aircraft():
    """Hwang & Yoon (1981), Multiple Attribute Decision Making, pp. 133-134: cost is the fourth.

    C = .643 .268 .613 .312. Read in an example of the library mcdajs and in the tests of
    ldss-hse/ldss-benchmark, which both quote the book page by page.
    """
    table = np.array(
        [
            [2.0, 1500, 20000, 5.5, 5, 9],
            [2.5, 2700, 18000, 6.5, 3, 5],
            [1.8, 2000, 21000, 4.5, 7, 7],
            [2.2, 1800, 20000, 5.0, 5, 5],
        ]
    )
    weights = np.array([0.2, 0.1, 0.1, 0.1, 0.2, 0.3])
    found = topsis_closeness(table, weights, objectives=[MAX, MAX, MAX, MIN, MAX, MAX])
    # The book divides distances rounded to four digits: .0920 / (.0920 + .0580) is .6133 for the
    # third aircraft, which unrounded is .6135.
    assert np.allclose(found, [0.643, 0.268, 0.613, 0.312], atol=0.0006)


def test_topsis_opricovic_tzeng_2004_mountain_climber():
    """Opricovic & Tzeng (2004), EJOR 156:445-455: risk against altitude, scaled by range.

    C = .500 .617 .500. Read in the tests of pymcdm (test/test_mcdm.py), which quote the paper.
    """
    table = np.array([[1.0, 3000], [2, 3750], [5, 4500]])
    found = topsis_closeness(table, np.array([0.5, 0.5]), objectives=[MIN, MAX], scaling="range")
    assert np.allclose(found, [0.500, 0.617, 0.500], atol=0.0005)


def test_promethee_zhao_peng_li_2013():
    """Zhao, Peng & Li (2013), Procedia Computer Science 17:181-188: net flows .1 -.3 .2.

    Read in the tests of pymcdm (test/test_mcdm.py), which quote the paper.
    """
    table = np.array([[4.0, 3, 2], [3, 2, 4], [5, 1, 3]])
    found = promethee_net_flow(table, np.array([0.5, 0.3, 0.2]), objectives=[MAX] * 3)
    assert np.allclose(found, [0.1, -0.3, 0.2], atol=0.005)


def test_weighted_sum_model_triantaphyllou_2000():
    """The four-criteria example that encyclopaedias print after Triantaphyllou (2000).

    Scores 21.50 22.00 22.00. Read in copies of the English Wikipedia, Weighted sum model. Its data
    are in one unit, so that the sum needs no scaling.
    """
    table = np.array([[25.0, 20, 15, 30], [10, 30, 20, 30], [30, 10, 30, 10]])
    weights = np.array([0.20, 0.15, 0.40, 0.25])
    highest = table.max(axis=0)
    found = simple_additive_weighting(table, weights * highest, objectives=[MAX] * 4)
    assert np.allclose(found, [21.50, 22.00, 22.00], atol=0.005)


MACHINES = np.array(
    [
        [581818, 54.49, 3, 5500],
        [595454, 49.73, 3, 4500],
        [586060, 51.24, 3, 5000],
        [522727, 45.71, 3, 5800],
        [561818, 52.66, 3, 5200],
        [543030, 74.46, 4, 5600],
        [522727, 75.42, 4, 5800],
        [486970, 62.62, 4, 5600],
        [509394, 65.87, 4, 6400],
        [513333, 70.67, 4, 6000],
    ]
)
MACHINE_WEIGHTS = np.array([0.467, 0.160, 0.095, 0.278])
WASPAS = {
    0: [0.8578, 0.8144, 0.8408, 0.9413, 0.8632, 0.8241, 0.8454, 0.8915, 0.8987, 0.8697],
    0.5: [0.8584, 0.8169, 0.8419, 0.9417, 0.8638, 0.8278, 0.8503, 0.8949, 0.9027, 0.8740],
    1: [0.8590, 0.8194, 0.8430, 0.9420, 0.8645, 0.8315, 0.8552, 0.8983, 0.9067, 0.8784],
}


@pytest.mark.parametrize("part", WASPAS)
def test_weighted_sum_and_product_chakraborty_2015_machines(part):
    """Chakraborty, Zavadskas & Antucheviciene (2015), ECECSR 49(1):5-22, example 2.

    The paper prints part x sum + (1 - part) x product, so 1 is the weighted sum and 0 the weighted
    product. Read in the tests of scikit-criteria (tests/agg/test_waspas.py), which quote the paper;
    some of its last digits are cut off, not rounded, hence a tolerance of one unit.
    """
    objectives = [MIN, MIN, MIN, MAX]
    total = simple_additive_weighting(MACHINES, MACHINE_WEIGHTS, objectives=objectives)
    product = weighted_product_model(MACHINES, MACHINE_WEIGHTS, objectives=objectives)
    assert np.allclose(part * total + (1 - part) * product, WASPAS[part], atol=0.0001)


def test_weighted_sum_and_product_chakraborty_2015_flexible_manufacturing():
    """The same paper, example 1, half sum and half product, with its weights that add up to 1.0155.

    Read in the tests of pymcdm (test/test_mcdm.py), which quote the paper.
    """
    table = np.array(
        [
            [30, 23, 5, 0.745, 0.745, 1500, 5000],
            [18, 13, 15, 0.745, 0.745, 1300, 6000],
            [15, 12, 10, 0.500, 0.500, 950, 7000],
            [25, 20, 13, 0.745, 0.745, 1200, 4000],
            [14, 18, 14, 0.255, 0.745, 950, 3500],
            [17, 15, 9, 0.745, 0.500, 1250, 5250],
            [23, 18, 20, 0.500, 0.745, 1100, 3000],
            [16, 8, 14, 0.255, 0.500, 1500, 3000],
        ]
    )
    weights = np.array([0.1181, 0.1181, 0.0445, 0.1181, 0.2861, 0.2861, 0.0445])
    objectives = [MAX] * 5 + [MIN] * 2
    total = simple_additive_weighting(table, weights, objectives=objectives)
    product = weighted_product_model(table, weights, objectives=objectives)
    printed = [0.8329, 0.7884, 0.6987, 0.8831, 0.7971, 0.7036, 0.8728, 0.5749]
    assert np.allclose((total + product) / 2, printed, atol=0.00005)


def random_tables(count):
    """Positive tables of 2..12 areas and 1..8 criteria; every other one is coarse, full of ties."""
    rng = np.random.default_rng(20_250_101)
    for k in range(count):
        n, m = rng.integers(2, 13), rng.integers(1, 9)
        table = rng.uniform(0.5, 9.5, (n, m))
        weights = rng.dirichlet(np.ones(m))
        objectives = rng.choice([MAX, MIN], m).tolist()
        yield (np.ceil(table) if k % 2 else table), weights, objectives


TABLES = list(random_tables(1000))


def agree(ours, theirs):
    assert np.allclose(ours, theirs, rtol=0, atol=1e-12, equal_nan=True)


def signs(objectives):
    return np.where(np.asarray(objectives) == MAX, 1, -1)


def test_pymcdm_agrees_on_1000_tables():
    """TOPSIS by length and range, weighted sums and products by best, range and sum, PROMETHEE II.

    Both give NaN to areas that are all the same, where TOPSIS is 0/0. pymcdm has no OWA.
    """
    flow = pymcdm.PROMETHEE_II("usual")
    peers = [
        (topsis_closeness, "vector", pymcdm.TOPSIS(scaled.vector_normalization)),
        (topsis_closeness, "range", pymcdm.TOPSIS(scaled.minmax_normalization)),
        (simple_additive_weighting, "max", pymcdm.WSM(scaled.linear_normalization)),
        (simple_additive_weighting, "range", pymcdm.WSM(scaled.minmax_normalization)),
        (simple_additive_weighting, "sum", pymcdm.WSM(scaled.sum_normalization)),
        (weighted_product_model, "max", pymcdm.WPM(scaled.linear_normalization)),
        (weighted_product_model, "range", pymcdm.WPM(scaled.minmax_normalization)),
        (weighted_product_model, "sum", pymcdm.WPM(scaled.sum_normalization)),
    ]
    with np.errstate(invalid="ignore"):
        for table, weights, objectives in TABLES:
            types = signs(objectives)
            for ours, scaling, theirs in peers:
                agree(
                    ours(table, weights, objectives=objectives, scaling=scaling),
                    theirs(table, weights, types, validation=False),
                )
            agree(
                promethee_net_flow(table, weights, objectives=objectives),
                flow(table, weights, types, validation=False),
            )


def test_scikit_criteria_agrees_on_1000_tables():
    """TOPSIS by length and range, weighted sums and products by sum.

    scikit-criteria gives the decimal logarithm of a product, which is undone here. It has neither
    PROMETHEE nor OWA. Its scaling by range is 0/0 for a criterion equal everywhere, see below.
    """
    with np.errstate(invalid="ignore"):
        for table, weights, objectives in TABLES:
            goals = signs(objectives)
            inverted = np.where(goals == 1, table, 1 / table)
            by_sum = scale_by_sum(inverted, axis=0)
            closeness = topsis(scale_by_vector(table, axis=0), goals, weights)[3]
            agree(topsis_closeness(table, weights, objectives=objectives), closeness)
            agree(
                simple_additive_weighting(table, weights, objectives=objectives, scaling="sum"),
                wsm(by_sum, weights)[1],
            )
            agree(
                weighted_product_model(table, weights, objectives=objectives, scaling="sum"),
                10 ** wpm(by_sum, weights)[1],
            )
            if (np.ptp(table, axis=0) > 0).all():
                by_range = matrix_scale_by_cenit_distance(table, goals)
                agree(
                    topsis_closeness(table, weights, objectives=objectives, scaling="range"),
                    topsis(by_range, np.ones_like(goals), weights)[3],
                )
                agree(
                    simple_additive_weighting(
                        table, weights, objectives=objectives, scaling="range"
                    ),
                    wsm(by_range, weights)[1],
                )


def test_scikit_criteria_differs_on_a_criterion_equal_everywhere_by_its_weight():
    """Its scaler gives such a criterion 0, ours and pymcdm's 1: every area scores its weight less."""
    table, weights = np.array([[3.0, 7], [5, 7], [4, 7]]), np.array([0.75, 0.25])
    problem = mkdm(table, [max, min], weights=weights)
    theirs = MinMaxScaler(target="matrix").transform(NegateMinimize().transform(problem))
    ours = simple_additive_weighting(table, weights, objectives=[MAX, MIN], scaling="range")
    assert np.allclose(ours - wsm(theirs.matrix.to_numpy(), weights)[1], 0.25)


def test_scikit_criteria_inverts_costs_as_the_sum_scaling_does():
    table = np.array([[3.0, 7], [5, 2], [4, 9]])
    problem = InvertMinimize().transform(mkdm(table, [max, min]))
    expected = scale_by_sum(problem.matrix.to_numpy(), axis=0) @ np.array([0.6, 0.4])
    found = simple_additive_weighting(
        table, np.array([0.6, 0.4]), objectives=[MAX, MIN], scaling="sum"
    )
    agree(found, expected)


@pytest.mark.parametrize("scaling", ["vector", "range"])
def test_topsis_has_no_closeness_where_all_areas_are_the_same(scaling):
    alone = topsis_closeness(
        np.array([[3.0, 0.0]]), np.array([0.5, 0.5]), objectives=[MAX, MIN], scaling=scaling
    )
    assert np.isnan(alone).all()


def test_topsis_of_a_table_can_reverse_ranks():
    """Why the service does not use it: an area that nobody chooses turns the other two around."""
    weights, objectives = np.array([0.5, 0.5]), [MAX, MAX]
    two = np.array([[1.0, 5.0], [4.0, 2.0]])
    three = np.vstack([two, [5.0, 0.5]])
    before = topsis_closeness(two, weights, objectives=objectives)
    after = topsis_closeness(three, weights, objectives=objectives)
    assert (before[0] > before[1]) != (after[0] > after[1])


@pytest.mark.parametrize("scaling", ["max", "sum"])
@pytest.mark.parametrize("value", [0.0, -1.0])
def test_a_ratio_needs_positive_numbers(scaling, value):
    with pytest.raises(NotPositive, match=scaling):
        simple_additive_weighting(
            np.array([[1.0], [value]]), np.array([1.0]), objectives=[MIN], scaling=scaling
        )


def test_net_flows_sum_to_0_and_equal_values_do_not_beat():
    flows = unicriterion_flows(np.array([[1.0], [2.0], [2.0], [3.0]])).ravel()
    assert np.allclose(flows, [-1, 0, 0, 1])


def test_one_area_has_no_flow():
    assert unicriterion_flows(np.array([[0.3]])).tolist() == [[0.0]]
