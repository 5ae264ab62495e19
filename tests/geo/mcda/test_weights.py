"""Weights that are stated, from ranks and from data: published cases, other libraries, invariants."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InvalidWeights
from geo.mcda.weights import (
    WEIGHTINGS,
    critic_weights,
    entropy_weights,
    equal_weights,
    find_weighting,
    rank_order_centroid_weights,
    rank_reciprocal_weights,
    rank_sum_weights,
    ranked_weights,
    stated_weights,
)

NAN = float("nan")
BY_RANK = [rank_order_centroid_weights, rank_sum_weights, rank_reciprocal_weights]
FROM_DATA = [entropy_weights, critic_weights]


def matrices():
    """Values in [0, 1] of three to eight areas."""
    return st.integers(2, 5).flatmap(
        lambda m: st.lists(
            st.lists(st.integers(0, 20).map(lambda v: v / 20), min_size=m, max_size=m),
            min_size=3,
            max_size=8,
        ).map(np.array)
    )


def weights_or_none(function, values):
    try:
        return function(values)
    except InvalidWeights:
        return None


@pytest.mark.parametrize(
    ("n", "printed"),
    [(3, [0.6111, 0.2778, 0.1111]), (4, [0.5208, 0.2708, 0.1458, 0.0625])],
)
def test_rank_order_centroid_barron_barrett_1996(n, printed):
    """Barron & Barrett (1996), Management Science 42(11): the weights of three and four criteria, as
    several public implementations quote them."""
    assert rank_order_centroid_weights(np.arange(1.0, n + 1)) == pytest.approx(printed, abs=0.00005)


@pytest.mark.parametrize(
    ("function", "by_hand"),
    [
        (rank_sum_weights, [4 / 10, 3 / 10, 2 / 10, 1 / 10]),
        (rank_reciprocal_weights, [12 / 25, 6 / 25, 4 / 25, 3 / 25]),
    ],
)
def test_rank_weights_by_hand(function, by_hand):
    assert function(np.array([1.0, 2, 3, 4])) == pytest.approx(by_hand, abs=1e-12)


def test_critic_diakoulaki_mavrotas_papayannakis_1995():
    """Computers & Operations Research 22(7):763-770: eight pharmaceutical firms, three criteria.

    Matrix and weights read in the tests of scikit-criteria (tests/preprocessing/test_weighters.py,
    test_CRITIC_diakoulaki1995determining), which quote the paper; the eight digits are theirs.
    """
    firms = [
        [61, 1.08, 4.33], [20.7, 0.26, 4.34], [16.3, 1.98, 2.53], [9, 3.29, 1.65],
        [5.4, 2.77, 2.33], [4, 4.12, 1.21], [-6.1, 3.52, 2.10], [-34.6, 3.31, 0.98],
    ]  # fmt: skip
    expected = [0.20222554, 0.48090173, 0.31687273]
    assert critic_weights(np.array(firms)) == pytest.approx(expected, abs=5e-9)


def test_critic_tus_aytac_adali_2019():
    """Opsearch 56(2):528-538, printed .157 .249 .168 .121 .154 .151. Read in the tests of pymcdm
    (test/test_weights.py), which quote the paper; like the paper, cost is not turned round."""
    software = [
        [5000, 3, 3, 4, 3, 2], [680, 5, 3, 2, 2, 1], [2000, 3, 2, 3, 4, 3], [600, 4, 3, 1, 2, 2],
        [800, 2, 4, 3, 3, 4],
    ]  # fmt: skip
    expected = [0.157, 0.249, 0.168, 0.121, 0.154, 0.151]
    assert critic_weights(np.array(software, dtype=float)) == pytest.approx(expected, abs=0.0005)


@pytest.mark.parametrize(
    ("matrix", "printed"),
    [
        (
            [[30, 30, 38, 29], [19, 54, 86, 29], [19, 15, 85, 28.9], [68, 70, 60, 29]],
            [0.4630, 0.3992, 0.1378, 0.0000],
        ),
        (
            [[3, 100, 10, 7], [2.5, 80, 8, 5], [1.8, 50, 20, 11], [2.2, 70, 12, 9]],
            [0.1146, 0.1981, 0.4185, 0.2689],
        ),
    ],
    ids=["xu_2004", "zavadskas_podvezko_2016"],
)
def test_entropy_xu_2004_and_zavadskas_podvezko_2016(matrix, printed):
    """Xu (2004), European Journal of Operational Research 156(2):530-532; Zavadskas & Podvezko
    (2016), IJITDM 15(2):267-283. Read in the tests of distance-metrics-for-mcda
    (tests/test_weights.py), which quote the papers."""
    assert entropy_weights(np.array(matrix)) == pytest.approx(printed, abs=0.0001)


def test_entropy_elsayed_dawood_karthikeyan_2017():
    """Int. J. Eng. Trends Technol. 46(2):60-66. Read in the tests of pymcdm (test/test_weights.py)."""
    matrix = [
        [7, 312, 1891, 6613, 163], [72, 88, 728, 941804, 1078], [10, 252, 2594, 3466, 117471],
        [10, 145, 980, 2371, 86329], [65, 54, 350, 501, 29897], [29, 48, 380, 912, 34051],
        [7, 476, 3300, 78470, 2212], [70, 87, 650, 733, 819000], [4, 86, 591, 3015, 103],
        [12, 79, 579, 3240, 96098], [21, 45, 261, 1253, 453], [1, 72, 530, 4333, 0.1048],
    ]  # fmt: skip
    printed = [0.104991, 0.069124, 0.071373, 0.449937, 0.304575]
    assert entropy_weights(np.array(matrix)) == pytest.approx(printed, abs=5e-7)


@pytest.mark.parametrize("zeros", [False, True])
def test_entropy_is_that_of_pymcdm_and_scikit_criteria_for_1000_random_problems(zeros):
    """pymcdm 1.4.0 and scikit-criteria 0.10. A column with a zero is left to scikit-criteria alone:
    pymcdm gives it no entropy at all, though 0 ln 0 is 0 (Shannon 1948, section 6)."""
    from pymcdm import weights as pymcdm
    from skcriteria.preprocessing import weighters as skcriteria

    rng = np.random.default_rng(2)
    worst = 0.0
    for _ in range(1000):
        values = rng.uniform(0.01, 1, (rng.integers(3, 30), rng.integers(2, 12)))
        if zeros:
            values[rng.uniform(size=values.shape) < 0.1] = 0
            values[0] = np.maximum(values[0], 0.5)
        found = entropy_weights(values)
        worst = max(worst, np.abs(found - skcriteria.entropy_weights(values)).max())
        if not zeros:
            worst = max(worst, np.abs(found - pymcdm.entropy_weights(values)).max())
    assert worst < 1e-12


def test_critic_is_that_of_pymcdm_and_scikit_criteria_for_1000_random_problems():
    """pymcdm 1.4.0 (which takes the sample's standard deviation, the same after scaling to 1) and
    scikit-criteria 0.10."""
    from pymcdm import weights as pymcdm
    from skcriteria.preprocessing import weighters as skcriteria

    rng = np.random.default_rng(3)
    worst = 0.0
    for _ in range(1000):
        values = rng.uniform(0, 1, (rng.integers(3, 30), rng.integers(2, 12)))
        found = critic_weights(values)
        benefit = np.ones(values.shape[1], dtype=int)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            others = [
                pymcdm.critic_weights(values),
                skcriteria.critic_weights(values, objectives=benefit),
            ]
        worst = max(worst, *(np.abs(found - other).max() for other in others))
    assert worst < 1e-12


@pytest.mark.parametrize("weighting", WEIGHTINGS.values(), ids=WEIGHTINGS)
def test_every_weighting_has_both_titles_a_source_and_weights_that_sum_to_one(weighting):
    given_to = {
        "criteria": np.zeros((2, 3)),
        "ranks": np.array([2.0, 1, 2]),
        "values": np.array([[0.1, 0.9, 0.3], [0.5, 0.2, 0.3], [0.3, 0.6, 0.9]]),
    }
    weights = weighting.weights(given_to[weighting.needs])
    assert weights.shape == (3,)
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    assert (weights > 0).all()
    assert weighting.title.id
    assert weighting.title.en
    assert weighting.source
    assert find_weighting(weighting.id) is weighting


def test_an_unknown_weighting_is_refused_with_the_known_ones():
    with pytest.raises(InvalidWeights, match=r"'ahp'.*equal, rank_order_centroid, rank_sum"):
        find_weighting("ahp")


def test_equal_weights_are_the_same_for_any_input():
    assert equal_weights(np.full((3, 4), NAN)) == pytest.approx([0.25] * 4)
    assert equal_weights(np.array([1.0, 2])) == pytest.approx([0.5] * 2)


@pytest.mark.parametrize("function", BY_RANK)
@given(ranks=st.lists(st.integers(1, 5), min_size=1, max_size=9).map(np.array))
def test_rank_weights_keep_order_share_ties_and_sum_to_one(function, ranks):
    weights = function(ranks.astype(float))
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    assert (weights > 0).all()
    for i, j in np.ndindex(len(ranks), len(ranks)):
        if ranks[i] < ranks[j]:
            assert weights[i] > weights[j]
        elif ranks[i] == ranks[j]:
            assert weights[i] == weights[j]


@pytest.mark.parametrize("function", BY_RANK)
def test_tied_ranks_share_the_weights_of_their_places(function):
    places = function(np.array([1.0, 2, 3, 4]))
    shared = (places[1] + places[2]) / 2
    for tied in ([1, 2, 2, 4], [1, 2, 2, 3], [1, 2.5, 2.5, 4]):
        assert function(np.array(tied, dtype=float)) == pytest.approx(
            [places[0], shared, shared, places[3]], abs=1e-12
        )


def test_ranked_weights_by_name():
    weights = ranked_weights({"b": 1, "a": 2, "c": 3}, items=["a", "b", "c"])
    assert weights == pytest.approx({"a": 5 / 18, "b": 11 / 18, "c": 2 / 18})
    assert list(weights) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("ranks", "weighting", "words"),
    [
        ({"a": 1}, "rank_sum", "Missing: b"),
        ({"a": 1, "b": 2, "z": 3}, "rank_sum", "Unknown: z"),
        ({"a": 0, "b": 1}, "rank_sum", "rank of 'a' is 0"),
        ({"a": 1, "b": NAN}, "rank_sum", "rank of 'b' is nan"),
        ({"a": 1, "b": float("inf")}, "rank_sum", "rank of 'b' is inf"),
        ({"a": 1, "b": 2}, "entropy", "'entropy'.*rank_order_centroid, rank_sum, rank_reciprocal"),
        ({"a": 1, "b": 2}, "no", "'no'"),
    ],
)
def test_ranks_that_cannot_be_meant_are_refused_with_the_reason(ranks, weighting, words):
    with pytest.raises(InvalidWeights, match=words):
        ranked_weights(ranks, items=["a", "b"], weighting=weighting)


@pytest.mark.parametrize("function", FROM_DATA)
@given(values=matrices())
def test_data_weights_sum_to_one_and_follow_their_columns(function, values):
    weights = weights_or_none(function, values)
    if weights is None:
        assert (np.ptp(values, axis=0) == 0).all()
        return
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    assert ((weights > 0) == (np.ptp(values, axis=0) > 0)).all() or function is critic_weights
    order = np.arange(values.shape[1])[::-1]
    assert function(values[:, order]) == pytest.approx(weights[order], abs=1e-9)
    assert function(values[::-1]) == pytest.approx(weights, abs=1e-9)


@pytest.mark.parametrize("function", FROM_DATA)
@given(values=matrices(), equal=st.sampled_from([0.0, 0.1 + 0.2, 1.0, NAN]))
def test_a_criterion_that_is_equal_everywhere_weighs_nothing_and_changes_nothing(
    function, values, equal
):
    weights = weights_or_none(function, values)
    column = np.full((len(values), 1), equal)
    if weights is not None:
        more = function(np.hstack([values, column]))
        assert more == pytest.approx([*weights, 0], abs=1e-12)


@pytest.mark.parametrize("function", FROM_DATA)
def test_rounding_is_no_difference_between_areas(function):
    values = np.array([[0.3, 0.1], [0.1 + 0.2, 0.5], [0.3, 0.9]])
    assert function(values).tolist() == [0, 1]


@pytest.mark.parametrize("function", FROM_DATA)
@pytest.mark.parametrize(
    "values",
    [np.full((3, 2), 0.5), np.full((3, 2), NAN), np.array([[0.2, 0.7]]), np.zeros((0, 2))],
    ids=["all equal", "all unknown", "one area", "no area"],
)
def test_data_that_tell_nothing_apart_give_no_weights(function, values):
    with pytest.raises(InvalidWeights, match="No criterion tells these areas apart"):
        function(values)


def test_entropy_goes_by_the_known_areas_of_each_criterion():
    known = np.array([0.2, 0.4, 0.9])
    values = np.array([[0.2, 0.5], [NAN, 0.1], [0.4, 0.6], [0.9, 0.3]])

    def divergence(column):
        shares = column / column.sum()
        return 1 + (shares * np.log(shares)).sum() / np.log(len(column))

    expected = np.array([divergence(known), divergence(values[:, 1])])
    assert entropy_weights(values) == pytest.approx(expected / expected.sum(), abs=1e-12)


def test_entropy_refuses_negative_values():
    with pytest.raises(InvalidWeights, match=r"-0\.1"):
        entropy_weights(np.array([[0.1, 0.2], [-0.1, 0.3]]))


def test_critic_correlates_over_the_areas_where_both_are_known():
    a, b = np.array([0.0, 0.25, 1, NAN]), np.array([1.0, 0.5, 0.75, 0])
    r = np.corrcoef(a[:3], b[:3])[0, 1]
    spread = np.array([np.std(a[:3]), np.std(b)])
    expected = spread * (1 - r)
    found = critic_weights(np.column_stack([a, b]))
    assert found == pytest.approx(expected / expected.sum(), abs=1e-12)


def test_critic_takes_criteria_never_known_together_as_uncorrelated():
    a, b, c = [0, 1, NAN, NAN], [NAN, NAN, 0, 1], [0, 1, 0, 1]
    # a and b go with c exactly: only a and b conflict, and all three spread alike.
    assert critic_weights(np.array([a, b, c]).T) == pytest.approx([0.5, 0.5, 0], abs=1e-12)


def test_critic_of_criteria_that_say_the_same_goes_by_spread():
    assert critic_weights(np.array([[0.1, 0.2], [0.2, 0.4], [0.4, 0.8]])) == pytest.approx(
        [0.5, 0.5]
    )
    assert critic_weights(np.array([[0.1], [0.2]])).tolist() == [1]
    many = np.random.default_rng(4).uniform(size=(50_000, 1))
    assert critic_weights(many * [0.2, 0.5, 1]) == pytest.approx([1 / 3] * 3, abs=1e-9)


def test_a_stated_weight_of_zero_switches_a_criterion_off():
    assert stated_weights({"a": 1, "b": 0}, items=["a", "b"]) == {"a": 1, "b": 0}


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({"a": 0.5, "b": 0.6}, "sum to 1.1"),
        ({"a": 1.5, "b": -0.5}, "'b' is -0.5"),
        ({"a": float("nan"), "b": 1.0}, "'a' is nan"),
        ({"a": 1.0}, "Missing: b"),
        ({"a": 0.5, "b": 0.25, "z": 0.25}, "Unknown: z"),
    ],
)
def test_weights_that_cannot_be_meant_are_refused_with_the_reason(stated, words):
    with pytest.raises(InvalidWeights, match=words):
        stated_weights(stated, items=["a", "b"])


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=8))
def test_stated_weights_sum_to_exactly_one_whatever_their_rounding(raw):
    rounded = {f"c{i}": round(w / sum(raw), 4) for i, w in enumerate(raw)}
    weights = stated_weights(rounded, items=list(rounded))
    assert sum(weights.values()) == pytest.approx(1, abs=1e-12)
