"""AHP against published cases, incomplete matrices, and the invariants of judgements."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InconsistentJudgements
from geo.mcda.ahp import (
    DEFAULT_RANDOM_INDEX,
    RANDOM_INDEX,
    ahp_weights,
    completed,
    missing_pairs,
    pairwise_matrix,
    principal_eigenvector,
)


def judge(items, upper, *, random_index=DEFAULT_RANDOM_INDEX):
    pairs = {tuple(pair.split("|")): ratio for pair, ratio in upper.items()}
    matrix = pairwise_matrix(items, pairs, incomplete=True)
    return ahp_weights(items, matrix, random_index=random_index)


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
    result = judge(DRINKS, DRINKS_UPPER, random_index="donegan_dodd")
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


CITIES = ["Bethesda", "Boston", "Pittsburgh", "Santa Fe"]
CITIES_CRITERIA = {
    "Culture|Housing": 3, "Culture|Transportation": 5, "Family|Culture": 5, "Family|Housing": 7,
    "Family|Transportation": 7, "Housing|Transportation": 3, "Jobs|Culture": 2, "Jobs|Housing": 4,
    "Jobs|Transportation": 7, "Family|Jobs": 1,
}  # fmt: skip
CITIES_UPPER = {
    "Culture": {
        "Bethesda|Pittsburgh": 1, "Boston|Bethesda": 2, "Boston|Pittsburgh": 2.5,
        "Boston|Santa Fe": 1, "Santa Fe|Bethesda": 2, "Santa Fe|Pittsburgh": 2.5,
    },
    "Family": {
        "Bethesda|Boston": 2, "Bethesda|Santa Fe": 4, "Boston|Santa Fe": 2,
        "Pittsburgh|Bethesda": 3, "Pittsburgh|Boston": 8, "Pittsburgh|Santa Fe": 9,
    },
    "Housing": {
        "Bethesda|Boston": 5, "Bethesda|Santa Fe": 2.5, "Pittsburgh|Bethesda": 2,
        "Pittsburgh|Boston": 9, "Pittsburgh|Santa Fe": 7, "Santa Fe|Boston": 4,
    },
    "Jobs": {
        "Bethesda|Pittsburgh": 3, "Bethesda|Santa Fe": 4, "Boston|Bethesda": 2,
        "Boston|Pittsburgh": 6, "Boston|Santa Fe": 8, "Pittsburgh|Santa Fe": 1,
    },
    "Transportation": {
        "Bethesda|Boston": 1.5, "Bethesda|Santa Fe": 4, "Boston|Santa Fe": 2.5,
        "Pittsburgh|Bethesda": 2, "Pittsburgh|Boston": 3.5, "Pittsburgh|Santa Fe": 9,
    },
}  # fmt: skip


def test_ahp_saaty_2005_best_city():
    """Saaty (2005), Theory and Applications of the ANP: Pittsburgh .385, Boston .275, Bethesda .229,
    Santa Fe .111. Read in AHPy's tests (tests/test_ahp.py), which quote the book."""
    goal = judge(list(CITIES_UPPER), CITIES_CRITERIA).by_item()
    local = {criterion: judge(CITIES, upper).by_item() for criterion, upper in CITIES_UPPER.items()}
    total = [sum(goal[c] * local[c][city] for c in goal) for city in CITIES]
    assert total == pytest.approx([0.229, 0.275, 0.385, 0.111], abs=0.0005)


def test_ahp_goepel_2018_one_criterion_nine_times_the_others():
    """Goepel (2018), IJAHP 10(3), equation 41: x times as important as n - 1 others gives
    x / (x + n - 1); printed for x = 9 and n = 4: 75 %."""
    items = ["a", "b", "c", "d"]
    pairs = dict.fromkeys(itertools.combinations(items, 2), 1) | {("a", i): 9 for i in "bcd"}
    result = ahp_weights(items, pairwise_matrix(items, pairs))
    assert result.by_item()["a"] == pytest.approx(0.75, abs=1e-12)


def test_ahp_bozoki_fulop_ronyai_2010_one_judgement_missing():
    """Bozóki, Fülöp & Rónyai (2010), Math. Comput. Modelling 52:318-333: c/d is .7303.

    Weights .3738 .3920 .0985 .1357 and CR .0372 as AHPy's tests have them (tests/test_ahp.py).
    That CR is the index over the table of complete matrices of Donegan & Dodd (Saaty's give .0346
    and .0342); over the index to be expected of five judgements it is half as much again.
    """
    upper = {"a|b": 1, "a|c": 5, "a|d": 2, "b|c": 3, "b|d": 4}
    result = judge(["a", "b", "c", "d"], upper, random_index="donegan_dodd")
    assert [(f.first, f.second) for f in result.filled] == [("c", "d")]
    assert result.filled[0].ratio == pytest.approx(0.7303, abs=0.00005)
    assert result.weights == pytest.approx([0.3738, 0.3920, 0.0985, 0.1357], abs=0.00005)
    of_complete = result.consistency_index / RANDOM_INDEX["donegan_dodd"][4]
    assert of_complete == pytest.approx(0.0372, abs=0.00005)
    assert result.consistency_ratio == pytest.approx(of_complete * 1.5, rel=1e-12)


def test_ahp_bozoki_fulop_ronyai_2010_twelve_judgements_missing():
    """The house example with 16 of 28 judgements, as AHPy fills it (tests/test_ahp.py; it stops at
    a tolerance of .0001, so five digits are compared)."""
    upper = {
        "a|b": 5, "a|c": 3, "a|d": 7, "a|e": 6, "a|f": 6, "b|d": 5, "b|f": 3, "c|e": 3, "c|g": 6,
        "f|d": 4, "g|a": 3, "g|e": 5, "h|a": 4, "h|b": 7, "h|d": 8, "h|f": 6,
    }  # fmt: skip
    expected = {
        "bc": 0.33002, "be": 1.71974, "bg": 0.46635, "cd": 9.92051, "cf": 4.85249, "ch": 0.56961,
        "de": 0.52528, "dg": 0.14244, "ef": 0.93120, "eh": 0.10931, "fg": 0.29121, "gh": 0.40309,
    }  # fmt: skip
    filled = {f.first + f.second: f.ratio for f in judge(list("abcdefgh"), upper).filled}
    assert filled.keys() == expected.keys()
    assert all(filled[pair] == pytest.approx(expected[pair], rel=3e-5) for pair in expected)


def test_the_expected_index_of_random_incomplete_matrices_falls_in_a_line():
    """Ágoston & Csató (2022), Omega 108:102576: nearly linear in the number of missing entries.

    Random judgements of four items without one and without two: the mean index must be that of
    complete ones times 2/3 and 1/3, within three standard errors of the mean of 600.
    """
    rng = np.random.default_rng(20220101)
    scale = np.concatenate([1 / np.arange(9.0, 1.0, -1.0), np.arange(1.0, 10.0)])
    rows, columns = np.triu_indices(4, 1)
    for missing, part in ((1, 2 / 3), (2, 1 / 3)):
        found = []
        for _ in range(600):
            matrix = np.eye(4)
            matrix[rows, columns] = rng.choice(scale, 6)
            # Two missing of one item still leave it judged, so the four are always joined.
            left_out = rng.choice(6, missing, replace=False)
            matrix[rows[left_out], columns[left_out]] = np.nan
            matrix[columns, rows] = 1 / matrix[rows, columns]
            found.append((principal_eigenvector(completed("abcd", matrix))[1] - 4) / 3)
        error = np.std(found) / np.sqrt(len(found))
        expected = part * RANDOM_INDEX["alonso_lamata2006"][4]
        assert np.mean(found) == pytest.approx(expected, abs=3 * error)


def test_the_largest_eigenvalue_cannot_be_lower_than_with_the_filling():
    rng = np.random.default_rng(5)
    upper = {"a|b": 3, "b|c": 5, "c|d": 1 / 4, "a|d": 7, "d|e": 2, "a|e": 9}
    pairs = {tuple(pair.split("|")): ratio for pair, ratio in upper.items()}
    given_matrix = pairwise_matrix("abcde", pairs, incomplete=True)
    filled = completed("abcde", given_matrix)
    least = principal_eigenvector(filled)[1]
    for i, j in missing_pairs(given_matrix):
        for step in (*rng.normal(0, 0.5, 5), 1e-3, -1e-3):
            moved = filled.copy()
            moved[i, j] *= np.exp(step)
            moved[j, i] = 1 / moved[i, j]
            assert principal_eigenvector(moved)[1] > least


@given(st.data())
def test_filling_consistent_judgements_gives_the_weights_back(data):
    n = data.draw(st.integers(2, 7))
    weights = np.array(data.draw(st.lists(st.floats(1, 3), min_size=n, max_size=n)))
    weights /= weights.sum()
    # A random tree joins all items; any further judgement may be there or not.
    tree = {(data.draw(st.integers(0, i - 1)), i) for i in range(1, n)}
    others = [pair for pair in itertools.combinations(range(n), 2) if pair not in tree]
    kept = data.draw(st.sets(st.sampled_from(others))) if others else set()
    matrix = np.full((n, n), np.nan)
    np.fill_diagonal(matrix, 1)
    for i, j in tree | kept:
        matrix[i, j], matrix[j, i] = weights[i] / weights[j], weights[j] / weights[i]
    result = ahp_weights([str(i) for i in range(n)], matrix)
    assert result.weights == pytest.approx(weights, abs=1e-9)
    assert result.consistency_ratio == pytest.approx(0, abs=1e-9)
    assert len(result.filled) == n * (n - 1) // 2 - len(tree | kept)


def test_judgements_in_pieces_are_refused_with_the_pair_that_would_join_them():
    upper = {"a|b": 3, "c|d": 2}
    with pytest.raises(InconsistentJudgements, match=r"a, b \| c, d") as refused:
        judge(["a", "b", "c", "d"], upper)
    assert refused.value.facts["pieces"] == [["a", "b"], ["c", "d"]]
    assert "'a' against 'c'" in str(refused.value)
    upper["a|c"] = 5
    assert judge(["a", "b", "c", "d"], upper).consistency_ratio == 0


def test_an_incomplete_inconsistent_matrix_names_the_judgement_that_hurts_most():
    # a = 2b, b = 2c and c = 2d imply a = 8d and a = 4c; somebody wrote c = 9a; b|d is missing.
    upper = {"a|b": 2, "b|c": 2, "a|c": 1 / 9, "a|d": 8, "c|d": 2}
    harmful = judge(["a", "b", "c", "d"], upper).most_harmful
    assert (harmful.first, harmful.second) == ("a", "c")
    assert harmful.suggested == pytest.approx(4, rel=1e-9)
    assert harmful.consistency_ratio_then == pytest.approx(0, abs=1e-9)


@given(st.lists(st.sampled_from([1 / 9, 1 / 2, 3, 7]), min_size=3, max_size=3))
def test_of_three_items_where_all_mend_alike_the_first_pair_is_named(ratios):
    pairs = dict(zip(itertools.combinations("abc", 2), ratios, strict=True))
    harmful = ahp_weights("abc", pairwise_matrix("abc", pairs)).most_harmful
    assert harmful is None or (harmful.first, harmful.second) == ("a", "b")


def test_a_judgement_that_alone_joins_an_item_is_never_the_harmful_one():
    upper = {"a|b": 9, "b|c": 9, "a|c": 1 / 9, "c|d": 9}
    result = judge(["a", "b", "c", "d"], upper)
    assert not result.is_consistent
    assert (result.most_harmful.first, result.most_harmful.second) != ("c", "d")


def test_no_random_index_for_so_many_items_leaves_the_ratio_unknown():
    items = [f"c{i}" for i in range(16)]
    result = ahp_weights(items, np.ones((16, 16)))
    assert result.consistency_ratio is None
    assert result.expected_index is None
    thirteen = ahp_weights(items[:13], np.ones((13, 13)), random_index="alonso_lamata2006")
    assert thirteen.consistency_ratio == pytest.approx(0, abs=1e-12)


def test_an_unknown_random_index_table_is_refused_with_the_known_ones():
    with pytest.raises(
        InconsistentJudgements, match=r"'saaty'.*saaty2005, saaty1980, donegan_dodd"
    ):
        ahp_weights(["a", "b"], np.ones((2, 2)), random_index="saaty")


def test_pymcdm_finds_the_same_eigenvector_for_1000_random_matrices():
    """pymcdm 1.4.0 by the same definition; scikit-criteria 0.10 and its extension have no AHP."""
    from pymcdm.weights.subjective import AHP

    rng = np.random.default_rng(1)
    scale = np.concatenate([1 / np.arange(9.0, 1.0, -1.0), np.arange(1.0, 10.0)])
    worst = 0.0
    for _ in range(1000):
        n = int(rng.integers(2, 10))
        rows, columns = np.triu_indices(n, 1)
        matrix = np.eye(n)
        matrix[rows, columns] = rng.choice(scale, len(rows))
        matrix[columns, rows] = 1 / matrix[rows, columns]
        # `principal_eigenvector`, for `ahp_weights` also looks for the harmful judgement.
        found, _ = principal_eigenvector(matrix)
        worst = max(worst, np.abs(found - AHP(matrix=matrix)()).max())
    assert worst < 1e-12


@given(st.permutations(range(4)), st.data())
def test_permuting_items_permutes_weights(order, data):
    ratios = data.draw(
        st.lists(st.sampled_from([1 / 5, 1 / 2, 1, 3, 7, None]), min_size=6, max_size=6)
    )
    ratios[0], ratios[3], ratios[5] = 3, 5, 1 / 2  # a|b, b|c and c|d join all
    pairs = {
        pair: ratio
        for pair, ratio in zip(itertools.combinations("abcd", 2), ratios, strict=True)
        if ratio is not None
    }
    items = ["abcd"[i] for i in order]
    straight = ahp_weights("abcd", pairwise_matrix("abcd", pairs, incomplete=True))
    permuted = ahp_weights(items, pairwise_matrix(items, pairs, incomplete=True))
    assert permuted.by_item() == pytest.approx(straight.by_item(), abs=1e-9)
    assert sum(permuted.weights) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("ratio", [0, -2, float("nan"), float("inf"), 9.01])
def test_a_judgement_off_the_scale_is_refused(ratio):
    with pytest.raises(InconsistentJudgements, match="scale runs from 1/9 to 9"):
        pairwise_matrix(["a", "b"], {("a", "b"): ratio}, incomplete=True)
