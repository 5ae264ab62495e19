"""Methods on graded values: hand-checked points, published indices, two other programs, invariants."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.errors import InvalidMethod, InvalidRisk
from geo.mcda.methods import (
    DEFAULT_METHOD,
    METHODS,
    Setting,
    contributions,
    effective_weights,
    find_method,
    scores_of,
    unicriterion_flows,
)

unit = st.floats(0, 1)
# Coarse values among the fine ones make ties, zeros and ones.
graded = st.one_of(unit, st.sampled_from([0.0, 0.25, 0.5, 1.0]))
# All but one give an area the same score whoever else is scored.
ABSOLUTE = [method for method in METHODS if method != "promethee"]


@st.composite
def problems(draw, missing=True):
    """Values, weights and a setting; at least one criterion has a weight."""
    n, m = draw(st.integers(1, 8)), draw(st.integers(1, 6))
    cells = st.one_of(graded, st.just(np.nan)) if missing else graded
    values = draw(arrays(np.float64, (n, m), elements=cells))
    raw = draw(arrays(np.float64, m, elements=st.one_of(st.just(0.0), st.floats(0.01, 1))))
    if raw.sum() == 0:
        raw[0] = 1.0
    groups = draw(arrays(np.int64, m, elements=st.integers(0, 2)))
    return values, raw / raw.sum(), Setting(risk=draw(unit), groups=groups)


def scores(method, values, weights, setting=Setting()):  # noqa: B008 - immutable
    return scores_of(METHODS[method].points(values, weights, setting))


def one(method, row, weights, **setting):
    """Points of a single area."""
    points = METHODS[method].points(
        np.array([row], dtype=float), np.array(weights, dtype=float), Setting(**setting)
    )
    return points[0]


def direct(method, row, weights, setting):
    """The score of one complete row by the textbook formula."""
    if method == "weighted_sum":
        return 100 * weights @ row
    if method == "weighted_product":
        return 100 * np.prod(row**weights)
    if method == "limiting_factor":
        return 100 * row[weights > 0].min()
    if method == "topsis":
        worst = np.linalg.norm(weights * row)
        return 100 * worst / (worst + np.linalg.norm(weights * (1 - row)))
    if method == "owa":
        order = np.argsort(-row)
        reached = np.append(0.0, np.cumsum(weights[order]))
        power = 1 / setting.risk - 1
        return 100 * np.diff(reached**power) @ row[order]
    total = 100.0
    for group in np.unique(setting.groups):
        inside = setting.groups == group
        share = weights[inside].sum()
        if share > 0:
            total *= (weights[inside] @ row[inside] / share) ** share
    return total


@given(problems(missing=False))
def test_the_score_is_that_of_the_textbook_formula(problem):
    values, weights, setting = problem
    setting = Setting(risk=min(max(setting.risk, 0.05), 0.95), groups=setting.groups)
    for method in ABSOLUTE:
        expected = [direct(method, row, weights, setting) for row in values]
        found = scores(method, values, weights, setting)
        assert np.allclose(found, expected, atol=1e-9), method


@pytest.mark.parametrize(
    ("method", "points"),
    [
        ("weighted_sum", [50, 7.5, 0]),
        # The zero costs all 100 points, of which its own weight gives 20.
        ("geometric_mean", [50, 30, -80]),
        ("weighted_product", [50, 30, -80]),
        ("limiting_factor", [0, 0, 0]),
        ("owa", [50, 7.5, 0]),
    ],
)
def test_points_of_three_criteria_by_hand(method, points):
    found = one(method, [1, 0.25, 0], [0.5, 0.3, 0.2], groups=np.array([0, 0, 1]))
    assert np.allclose(found, points)


def test_points_of_a_weighted_product_by_hand():
    """.25**.5 x 1**.5 = .5: the first criterion alone costs the 50 points."""
    assert np.allclose(one("weighted_product", [0.25, 1], [0.5, 0.5]), [0, 50])


def test_a_product_shares_its_loss_by_the_logarithms():
    """.5**.5 x .25**.5 = 8**-.5 = .3536: 64.64 points are lost, one third and two thirds."""
    lost = 100 - 100 / 8**0.5
    expected = [50 - lost / 3, 50 - 2 * lost / 3]
    assert np.allclose(one("weighted_product", [0.5, 0.25], [0.5, 0.5]), expected)


def test_two_zeros_share_the_loss_of_a_product_by_weight():
    found = one("weighted_product", [0, 0, 1], [0.2, 0.6, 0.2])
    assert np.allclose(found, [20 - 25, 60 - 75, 20])


def test_points_of_a_dimension_go_to_the_criteria_that_fall_short():
    """Dimension A is .5 (1 and 0), B is 1: 50 of 100 x .5**.5 x 1**.5 are lost by the second alone."""
    found = one("geometric_mean", [1, 0, 1], [0.25, 0.25, 0.5], groups=np.array([3, 3, 7]))
    lost = 100 - 100 * 0.5**0.5
    assert np.allclose(found, [25, 25 - lost, 50])


def test_points_of_topsis_by_hand():
    """Equal weights, values .6 and .8: d0 = .5, d1 = .5 x .2**.5; points as 9 to 16."""
    score = 100 * 0.5 / (0.5 + 0.5 * 0.2**0.5)
    assert np.allclose(one("topsis", [0.6, 0.8], [0.5, 0.5]), [score * 9 / 25, score * 16 / 25])


def test_points_of_owa_by_hand():
    """Risk 1/3 is r**2: order weights .04 .32 .64 of weights .2 .4 .4 in falling order."""
    found = one("owa", [0.5, 1, 0.25], [0.4, 0.2, 0.4], risk=1 / 3)
    assert np.allclose(found, [16, 4, 16])


def test_the_limiting_factor_holds_the_whole_score():
    found = one("limiting_factor", [0.9, 0.2, 0.1, 0.2], [0.5, 0.3, 0, 0.2])
    assert np.allclose(found, [0, 12, 0, 8])


def test_promethee_zhao_peng_li_2013_as_points():
    """Net flows .1 -.3 .2 as printed (see below), so 55, 35 and 60 points."""
    values = np.array([[4, 3, 2], [3, 2, 4], [5, 1, 3]]) / 5
    found = METHODS["promethee"].points(values, np.array([0.5, 0.3, 0.2]), Setting())
    assert np.allclose(found, [[25, 30, 0], [0, 15, 20], [50, 0, 10]])
    assert np.allclose(scores_of(found), [55, 35, 60])


# Life expectancy, expected and mean years of schooling, spending in million Rp, and the index.
IPM = {
    "Indonesia 2015": (70.78, 12.55, 7.84, 10.15, 69.55),
    "Indonesia 2016": (70.90, 12.72, 7.95, 10.42, 70.18),
    "Indonesia 2017": (71.06, 12.85, 8.10, 10.66, 70.81),
    "Indonesia 2018": (71.20, 12.91, 8.17, 11.059, 71.39),
    "Kalimantan Selatan 2016": (67.92, 12.29, 7.89, 11.31, 69.05),
    "Kalimantan Selatan 2018": (68.23, 12.50, 8.00, 12.062, 70.17),
}


@pytest.mark.parametrize("area", IPM)
def test_geometric_mean_bps_human_development_index(area):
    """BPS, Indeks Pembangunan Manusia metode baru: the four measures and the index as announced.

    Read in press reports of BPS's announcements: bisnis.com 15 June 2016, metrotvnews.com 17 April
    2017, republika.co.id 16 April 2018, beritamoneter.com August 2019; kalsel.antaranews.com 45763
    and 96796 for the province. Limits 20 and 85, 18, 15 years; Rp 1,007,436 and 26,572,352, in
    logarithms, as public dashboards of BPS data state them.
    """
    life, expected, mean, spending, index = IPM[area]
    low, high = math.log(1_007_436), math.log(26_572_352)
    row = [
        (life - 20) / 65,
        expected / 18,
        mean / 15,
        (math.log(spending * 1e6) - low) / (high - low),
    ]
    points = one("geometric_mean", row, [1 / 3, 1 / 6, 1 / 6, 1 / 3], groups=np.array([0, 1, 1, 2]))
    assert points.sum() == pytest.approx(index, abs=0.005)


def random_problems(count):
    """Complete problems of 2..12 areas with values in (0, 1]; every other one is full of ties."""
    rng = np.random.default_rng(2024)
    for k in range(count):
        n, m = rng.integers(2, 13), rng.integers(1, 9)
        values = rng.uniform(0.01, 1, (n, m))
        yield np.ceil(values * 4) / 4 if k % 2 else values, rng.dirichlet(np.ones(m))


def test_other_programs_agree_on_1000_problems():
    """scikit-criteria's sum, product and TOPSIS and pymcdm's PROMETHEE II, to 1e-12 of 0..1.

    The fixed ideal is theirs too once an area of ones and an area of zeros are in the table.
    Neither has OWA, a limiting factor or a geometric mean over dimensions.
    """
    from pymcdm.methods import PROMETHEE_II
    from skcriteria.agg.simple import wpm, wsm
    from skcriteria.agg.topsis import topsis

    flow = PROMETHEE_II("usual")
    for values, weights in random_problems(1000):
        upward = np.ones(len(weights), dtype=int)
        ends = np.vstack([np.ones_like(weights), np.zeros_like(weights)])
        expected = {
            "weighted_sum": np.ravel(wsm(values, weights)[1]),
            "weighted_product": 10 ** wpm(values, weights)[1],
            "topsis": topsis(np.vstack([values, ends]), upward, weights)[3][:-2],
            "promethee": (flow(values, weights, upward, validation=False) + 1) / 2,
        }
        for method, theirs in expected.items():
            assert np.allclose(scores(method, values, weights) / 100, theirs, rtol=0, atol=1e-12)


@given(problems())
def test_points_add_up_to_a_score_of_0_to_100(problem):
    """0 where unknown, and a row of NaN just where nothing with a weight is known."""
    values, weights, setting = problem
    counts = ~np.isnan(values) & (weights > 0)
    nothing = ~counts.any(axis=1)
    for method in METHODS:
        points = METHODS[method].points(values, weights, setting)
        total = points.sum(axis=1)
        assert np.isnan(points[nothing]).all(), method
        assert (points[~nothing][~counts[~nothing]] == 0).all(), method
        assert np.allclose(scores_of(points), total, rtol=0, atol=1e-9, equal_nan=True), method
        assert not np.isnan(total[~nothing]).any(), method


@given(problems(), st.randoms())
def test_permuting_areas_permutes_points(problem, random):
    values, weights, setting = problem
    order = list(range(len(values)))
    random.shuffle(order)
    for method in METHODS:
        points = METHODS[method].points(values, weights, setting)
        shuffled = METHODS[method].points(values[order], weights, setting)
        assert np.allclose(shuffled, points[order], atol=1e-9, equal_nan=True), method


@given(problems(), st.randoms())
def test_permuting_criteria_permutes_points(problem, random):
    """Equal values included: no method prefers the criterion that comes first."""
    values, weights, setting = problem
    order = list(range(len(weights)))
    random.shuffle(order)
    moved = Setting(risk=setting.risk, groups=setting.groups[order])
    for method in METHODS:
        points = METHODS[method].points(values, weights, setting)
        shuffled = METHODS[method].points(values[:, order], weights[order], moved)
        assert np.allclose(shuffled, points[:, order], atol=1e-9, equal_nan=True), method


@given(problems(), st.data())
def test_raising_a_value_never_lowers_the_areas_score(problem, data):
    values, weights, setting = problem
    i, j = data.draw(st.integers(0, len(values) - 1)), data.draw(st.integers(0, len(weights) - 1))
    raised = values.copy()
    raised[i, j] = np.minimum(1.0, raised[i, j] + data.draw(unit))  # NaN stays NaN
    for method in METHODS:
        before, after = (scores(method, v, weights, setting)[i] for v in (values, raised))
        assert np.isnan(before) or after >= before - 1e-9, method


@given(problems(), problems())
def test_no_area_changes_the_score_of_another(problem, others):
    """So ranks cannot reverse, TOPSIS included: the ideal is fixed."""
    values, weights, setting = problem
    more = np.resize(others[0], (3, len(weights)))
    for method in ABSOLUTE:
        alone = scores(method, values, weights, setting)
        together = scores(method, np.vstack([values, more]), weights, setting)
        assert np.allclose(together[: len(values)], alone, atol=1e-9, equal_nan=True), method


def test_promethee_ranks_can_reverse_when_an_area_joins():
    """The newcomer is beaten by the first area twice and by the second once."""
    values, weights = np.array([[0.9, 0.1], [0.1, 0.9]]), np.array([0.45, 0.55])
    assert np.allclose(scores("promethee", values, weights), [45, 55])
    joined = np.vstack([values, [0.5, 0.0]])
    assert np.allclose(scores("promethee", joined, weights), [72.5, 55, 22.5])


@given(problems(), st.data())
def test_a_missing_value_counts_as_if_the_criterion_were_not_there(problem, data):
    values, weights, setting = problem
    i, j = data.draw(st.integers(0, len(values) - 1)), data.draw(st.integers(0, len(weights) - 1))
    values[i, j] = np.nan
    kept = np.delete(weights, j)
    if kept.sum() == 0:
        return
    rest = Setting(risk=setting.risk, groups=np.delete(setting.groups, j))
    for method in METHODS:
        without = scores(method, np.delete(values, j, axis=1), kept / kept.sum(), rest)
        found = scores(method, values, weights, setting)
        assert np.allclose(found[i], without[i], atol=1e-9, equal_nan=True), method


def gaps(found):
    """Differences of scores (n, n); rounding counts as none."""
    difference = found[:, np.newaxis] - found[np.newaxis, :]
    return np.where(np.abs(difference) < 1e-7, 0.0, difference)


# The powers of a product hold differences below rounding apart only where scores are not near 0.
EQUAL_KEEPS_RANKS = ["weighted_sum", "promethee", "weighted_product", "geometric_mean"]


@given(problems(missing=False), st.floats(0.05, 1))
def test_a_criterion_equal_everywhere_never_changes_ranks(problem, level):
    """A theorem: it adds a constant to the sum, a factor to the product, and no flow to PROMETHEE.

    For products if it is not 0, and for the geometric mean if it is a dimension of its own.
    """
    values, weights, setting = problem
    values = 0.05 + 0.95 * np.round(values, 3)
    wider = np.column_stack([values, np.full(len(values), level)])
    alone = Setting(groups=np.append(setting.groups, 9))
    for method in EQUAL_KEEPS_RANKS:
        before = gaps(scores(method, values, weights, setting))
        after = gaps(scores(method, wider, np.append(weights * 0.8, 0.2), alone))
        assert np.array_equal(np.sign(before), np.sign(after)), method


@given(problems(missing=False), graded)
def test_a_criterion_equal_everywhere_never_reverses_a_limiting_factor(problem, level):
    """It can make areas equal, where it is what limits both."""
    values, weights, _ = problem
    wider = np.column_stack([values, np.full(len(values), level)])
    before = gaps(scores("limiting_factor", values, weights))
    after = gaps(scores("limiting_factor", wider, np.append(weights * 0.8, 0.2)))
    assert (before * after >= 0).all()


@pytest.mark.parametrize(
    ("method", "values", "level", "before", "after"),
    [
        ("owa", [[0.3, 0.3], [0.8, 0.1]], 1.0, [30, 27.5], [32.8, 36]),
        ("topsis", [[0.7, 0.7], [0.5, 1.0]], 0.0, [70, 69.098], [60.154, 61.257]),
    ],
)
def test_a_criterion_equal_everywhere_can_reverse_owa_and_topsis(
    method, values, level, before, after
):
    """No theorem for these: it moves the ranks of other values, and distances are not linear."""
    values, setting = np.array(values), Setting(risk=1 / 3)
    wider = np.column_stack([values, np.full(2, level)])
    assert np.allclose(scores(method, values, np.array([0.5, 0.5]), setting), before, atol=0.001)
    assert np.allclose(scores(method, wider, np.array([0.4, 0.4, 0.2]), setting), after, atol=0.001)


@given(problems())
def test_owa_of_risk_one_half_is_the_weighted_sum(problem):
    values, weights, _ = problem
    found = METHODS["owa"].points(values, weights, Setting(risk=0.5))
    assert np.allclose(found, contributions(values, weights), atol=1e-9, equal_nan=True)


@given(problems())
def test_owa_of_risk_0_is_the_limiting_factor_and_of_risk_1_the_best(problem):
    values, weights, _ = problem
    least = METHODS["limiting_factor"].points(values, weights, Setting())
    found = METHODS["owa"].points(values, weights, Setting(risk=0))
    assert np.array_equal(found, least, equal_nan=True)
    counted = np.where((weights > 0) & ~np.isnan(values), values, -1.0).max(axis=1)
    best = scores("owa", values, weights, Setting(risk=1))
    assert np.allclose(best, np.where(counted < 0, np.nan, 100 * counted), equal_nan=True)


@given(problems(), unit, unit)
def test_more_risk_never_lowers_an_owa_score(problem, one_risk, other_risk):
    values, weights, _ = problem
    low, high = sorted([one_risk, other_risk])
    less, more = (scores("owa", values, weights, Setting(risk=r)) for r in (low, high))
    assert ((more >= less - 1e-9) | np.isnan(less)).all()


@given(problems())
def test_the_geometric_mean_without_dimensions_is_the_weighted_product(problem):
    values, weights, _ = problem
    product = METHODS["weighted_product"].points(values, weights, Setting())
    for groups in (None, np.arange(len(weights))):
        found = METHODS["geometric_mean"].points(values, weights, Setting(groups=groups))
        assert np.allclose(found, product, atol=1e-9, equal_nan=True)


@given(problems())
def test_one_dimension_makes_the_geometric_mean_the_weighted_sum(problem):
    values, weights, _ = problem
    found = scores("geometric_mean", values, weights, Setting(groups=np.zeros(len(weights), int)))
    assert np.allclose(found, scores("weighted_sum", values, weights), atol=1e-9, equal_nan=True)


@given(problems())
def test_the_methods_stand_in_the_order_of_their_means(problem):
    """Least value <= geometric mean <= weighted sum, whatever the values."""
    values, weights, setting = problem
    least, product, grouped, mean = (
        scores(method, values, weights, setting)
        for method in ("limiting_factor", "weighted_product", "geometric_mean", "weighted_sum")
    )
    for lower, upper in ((least, product), (product, grouped), (grouped, mean)):
        assert ((lower <= upper + 1e-9) | np.isnan(lower)).all()


@pytest.mark.parametrize("method", ABSOLUTE)
@pytest.mark.parametrize("value", [0.0, 0.37, 1.0])
def test_an_area_that_is_the_same_in_all_criteria_scores_that_value(method, value):
    found = one(method, [value] * 3, [0.2, 0.3, 0.5], risk=0.3, groups=np.array([0, 0, 1]))
    assert found.sum() == pytest.approx(100 * value)


@pytest.mark.parametrize("method", METHODS)
def test_no_areas_give_no_points(method):
    points = METHODS[method].points(np.empty((0, 2)), np.array([0.5, 0.5]), Setting())
    assert points.shape == (0, 2)


def test_one_area_alone_is_even_under_promethee():
    assert one("promethee", [0.2, 0.9], [0.25, 0.75]).tolist() == [12.5, 37.5]


def test_promethee_compares_a_criterion_only_where_it_is_known():
    """The third area has no say in the first criterion and keeps its whole weight on the second."""
    values = np.array([[0.9, 0.1], [0.2, 0.2], [np.nan, 0.3]])
    points = METHODS["promethee"].points(values, np.array([0.5, 0.5]), Setting())
    assert np.allclose(points, [[50, 0], [0, 25], [0, 100]])


def test_effective_weights_are_those_of_what_is_known():
    values = np.array([[0.1, np.nan, 0.3], [np.nan, np.nan, np.nan], [np.nan, np.nan, 0.2]])
    found = effective_weights(values, np.array([0.2, 0.8, 0.0]))
    assert np.array_equal(found, [[1, 0, 0], [np.nan] * 3, [np.nan] * 3], equal_nan=True)


def test_a_score_of_0_is_not_minus_0():
    """What two zeros cost and what the weights give cancel to -1e-14 here."""
    points = METHODS["weighted_product"].points(
        np.array([[0.3, 0.0, 0.0]]), np.array([0.1, 0.2, 0.7]), Setting()
    )
    assert points.sum() < 0
    assert f"{scores_of(points)[0]:.1f}" == "0.0"


def test_arguments_are_not_changed():
    values, weights = np.array([[0.5, np.nan], [0.1, 0.2]]), np.array([0.5, 0.5])
    for method in METHODS.values():
        method.points(values, weights, Setting(risk=0.3, groups=np.array([0, 1])))
    assert np.array_equal(values, [[0.5, np.nan], [0.1, 0.2]], equal_nan=True)
    assert weights.tolist() == [0.5, 0.5]


@pytest.mark.parametrize("method", METHODS.values(), ids=list(METHODS))
def test_every_method_is_named_described_and_cited_in_both_languages(method):
    for text in (method.title, method.description):
        assert text.id
        assert text.en
        assert text.id != text.en
    assert "(" in method.source


def test_a_method_is_found_by_its_id():
    assert find_method(DEFAULT_METHOD) is METHODS["weighted_sum"]


def test_an_unknown_method_is_refused_with_those_that_exist():
    with pytest.raises(InvalidMethod, match="weighted_sum, geometric_mean") as refused:
        find_method("electre")
    assert "electre" in refused.value.detail("id")


@pytest.mark.parametrize("risk", [-0.1, 1.1, float("nan")])
def test_a_setting_with_an_impossible_risk_is_refused(risk):
    with pytest.raises(InvalidRisk):
        Setting(risk=risk)


def net_flows(table, weights, upward):
    """Net flows of PROMETHEE II under the usual criterion, of a table in any unit."""
    return unicriterion_flows(np.where(upward, table, -table)) @ weights


def test_promethee_zhao_peng_li_2013():
    """Zhao, Peng & Li (2013), Procedia Computer Science 17:181-188: net flows .1 -.3 .2.

    Read in the tests of pymcdm (test/test_mcdm.py), which quote the paper.
    """
    table = np.array([[4.0, 3, 2], [3, 2, 4], [5, 1, 3]])
    found = net_flows(table, np.array([0.5, 0.3, 0.2]), [True] * 3)
    assert np.allclose(found, [0.1, -0.3, 0.2], atol=0.005)


def test_pymcdm_has_the_same_net_flows_on_1000_tables():
    """Tables of 2..12 areas and 1..8 criteria; every other one is coarse, full of ties."""
    from pymcdm.methods import PROMETHEE_II

    rng = np.random.default_rng(20_250_101)
    peer = PROMETHEE_II("usual")
    for k in range(1000):
        n, m = rng.integers(2, 13), rng.integers(1, 9)
        table, weights = rng.uniform(0.5, 9.5, (n, m)), rng.dirichlet(np.ones(m))
        table = np.ceil(table) if k % 2 else table
        types = rng.choice([1, -1], m)
        expected = peer(table, weights, types, validation=False)
        assert np.allclose(net_flows(table, weights, types > 0), expected, rtol=0, atol=1e-12)


def test_net_flows_sum_to_0_and_equal_values_do_not_beat():
    flows = unicriterion_flows(np.array([[1.0], [2.0], [2.0], [3.0]])).ravel()
    assert np.allclose(flows, [-1, 0, 0, 1])


@given(
    values=arrays(
        np.float64,
        st.tuples(st.integers(1, 9), st.integers(1, 4)),
        elements=st.sampled_from([0.0, 0.2, 0.5, 1.0, np.nan]),
    )
)
def test_flows_of_few_areas_are_those_of_many(values):
    many = np.vstack([values, np.full((29, values.shape[1]), np.nan)])
    expected = unicriterion_flows(many)[: len(values)]
    assert np.array_equal(unicriterion_flows(values), expected, equal_nan=True)


def test_one_area_has_no_flow():
    assert unicriterion_flows(np.array([[0.3]])).tolist() == [[0.0]]
