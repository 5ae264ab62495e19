"""AHP against published cases, and the invariants of weights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InconsistentJudgements, InvalidWeights
from geo.weights import (
    DEFAULT_RANDOM_INDEX,
    RANDOM_INDEX,
    ahp_weights,
    pairwise_matrix,
    stated_weights,
)


def judge(items, upper):
    pairs = {tuple(pair.split("|")): ratio for pair, ratio in upper.items()}
    return ahp_weights(items, pairwise_matrix(items, pairs))


DRINKS = ["coffee", "wine", "tea", "beer", "soda", "milk", "water"]
DRINKS_UPPER = {
    "coffee|wine": 9, "coffee|tea": 5, "coffee|beer": 2, "coffee|soda": 1, "coffee|milk": 1,
    "coffee|water": 1 / 2, "wine|tea": 1 / 3, "wine|beer": 1 / 9, "wine|soda": 1 / 9,
    "wine|milk": 1 / 9, "wine|water": 1 / 9, "tea|beer": 1 / 3, "tea|soda": 1 / 4,
    "tea|milk": 1 / 3, "tea|water": 1 / 9, "beer|soda": 1 / 2, "beer|milk": 1, "beer|water": 1 / 3,
    "soda|milk": 2, "soda|water": 1 / 2, "milk|water": 1 / 3,
}  # fmt: skip
LEADER = ["experience", "education", "charisma", "age"]
LEADER_UPPER = {
    "experience|education": 4, "experience|charisma": 3, "experience|age": 7,
    "education|charisma": 1 / 3, "education|age": 3, "charisma|age": 5,
}  # fmt: skip
CANDIDATES = ["Moll", "Nell", "Sue"]
CANDIDATES_UPPER = {
    "experience": {"Moll|Nell": 1 / 4, "Moll|Sue": 4, "Nell|Sue": 9},
    "education": {"Moll|Nell": 3, "Moll|Sue": 1 / 5, "Nell|Sue": 1 / 7},
    "charisma": {"Moll|Nell": 5, "Moll|Sue": 9, "Nell|Sue": 4},
    "age": {"Moll|Nell": 1 / 3, "Moll|Sue": 5, "Nell|Sue": 9},
}


def test_ahp_saaty_2008_drinks():
    """Saaty (2008), Int. J. Services Sciences 1(1):83-98: weights and CR as printed."""
    result = judge(DRINKS, DRINKS_UPPER)
    assert np.allclose(
        result.weights, [0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327], atol=0.00051
    )
    assert result.consistency_ratio == pytest.approx(0.022, abs=0.0005)
    assert result.lambda_max == pytest.approx(7.1766, abs=0.00005)


def test_ahp_saaty_2008_drinks_under_donegan_dodd():
    """The same judgements under another random-index table: CR .0235 as AHPy prints it."""
    result = ahp_weights(
        DRINKS,
        pairwise_matrix(DRINKS, {tuple(k.split("|")): v for k, v in DRINKS_UPPER.items()}),
        random_index="donegan_dodd",
    )
    assert result.consistency_ratio == pytest.approx(0.0235, abs=0.00005)
    assert result.random_index == "donegan_dodd"


def test_ahp_leader_criteria():
    """The leader example of the AHP literature: weights .548 .127 .270 .056, CR .044."""
    result = judge(LEADER, LEADER_UPPER)
    assert np.allclose(result.weights, [0.548, 0.127, 0.270, 0.056], atol=0.00051)
    assert result.consistency_ratio == pytest.approx(0.044, abs=0.0005)


@pytest.mark.parametrize(
    ("group", "weights", "ratio"),
    [
        ("experience", [0.217, 0.717, 0.066], 0.035),
        ("education", [0.188, 0.081, 0.731], 0.062),
    ],
)
def test_ahp_leader_candidates(group, weights, ratio):
    """Published CRs .035 and .062: only the 2005 random-index table gives the first."""
    result = judge(CANDIDATES, CANDIDATES_UPPER[group])
    assert np.allclose(result.weights, weights, atol=0.00051)
    assert result.consistency_ratio == pytest.approx(ratio, abs=0.00051)


def test_ahp_leader_synthesis():
    """Nell .493, Moll .358, Sue .149 (published .150: from rounded local weights)."""
    goal = judge(LEADER, LEADER_UPPER).by_item()
    local = {g: judge(CANDIDATES, upper).by_item() for g, upper in CANDIDATES_UPPER.items()}
    total = {c: sum(goal[g] * local[g][c] for g in LEADER) for c in CANDIDATES}
    assert total["Nell"] == pytest.approx(0.493, abs=0.0005)
    assert total["Moll"] == pytest.approx(0.358, abs=0.0005)
    assert total["Sue"] == pytest.approx(0.1491, abs=0.00005)


def test_the_random_index_in_use_is_named():
    assert judge(LEADER, LEADER_UPPER).random_index == DEFAULT_RANDOM_INDEX == "saaty2005"
    assert RANDOM_INDEX["saaty2005"][3] != RANDOM_INDEX["saaty1980"][3]


@pytest.mark.parametrize("n", [1, 2])
def test_one_or_two_items_cannot_be_inconsistent(n):
    items = DRINKS[:n]
    result = ahp_weights(items, pairwise_matrix(items, {("coffee", "wine"): 9.0} if n == 2 else {}))
    assert result.consistency_ratio == 0
    assert result.is_consistent


def test_an_inconsistent_matrix_names_the_judgement_that_hurts_most():
    # a = 2b and b = 2c imply a = 4c; somebody wrote c = 9a instead.
    items = ["a", "b", "c", "d"]
    pairs = {
        ("a", "b"): 2, ("b", "c"): 2, ("a", "c"): 1 / 9, ("a", "d"): 8, ("b", "d"): 4, ("c", "d"): 2,
    }  # fmt: skip
    result = ahp_weights(items, pairwise_matrix(items, pairs))
    assert not result.is_consistent
    assert result.most_harmful is not None
    assert (result.most_harmful.first, result.most_harmful.second) == ("a", "c")
    assert result.most_harmful.suggested == pytest.approx(4, rel=1e-9)
    assert result.most_harmful.consistency_ratio_then == pytest.approx(0, abs=1e-9)


@given(st.lists(st.floats(1, 3), min_size=3, max_size=9))
def test_ahp_of_true_ratios_returns_the_weights(raw):
    weights = np.array(raw) / sum(raw)
    items = [f"c{i}" for i in range(len(raw))]
    result = ahp_weights(items, weights[:, np.newaxis] / weights[np.newaxis, :])
    assert np.allclose(result.weights, weights, atol=1e-9)
    assert result.consistency_ratio == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    "pairs",
    [
        {("a", "b"): 2},  # a|c and b|c are missing
        {("a", "b"): 2, ("b", "a"): 2, ("a", "c"): 1, ("b", "c"): 1},  # contradicts itself
        {("a", "x"): 2},
        {("a", "b"): 12, ("a", "c"): 1, ("b", "c"): 1},
        {("a", "a"): 1},
    ],
)
def test_judgements_that_are_no_matrix_are_refused(pairs):
    with pytest.raises(InconsistentJudgements):
        pairwise_matrix(["a", "b", "c"], pairs)


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
