"""Several people's judgements: the joint weights, consensus, who differs most, and their invariants."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InconsistentJudgements, InvalidWeights
from geo.language import Text
from geo.mcda.ahp import ahp_weights, pairwise_matrix
from geo.mcda.group import Member, consensus, consensus_level, judge_groups_together, judge_together
from geo.mcda.group_sentences import group_sentences

ITEMS = ["a", "b", "c", "d"]
PAIRS = list(itertools.combinations(ITEMS, 2))
SCALE = [1 / 9, 1 / 5, 1 / 3, 1 / 2, 1, 2, 3, 4, 7, 9]


def member(name, *ratios, weight=1.0, pairs=PAIRS):
    judged = {p: r for p, r in zip(pairs, ratios, strict=True) if r is not None}
    return Member(name=name, judgements={"goal": judged}, weight=weight)


def one_pair(name, ratio, weight=1.0):
    return member(name, ratio, weight=weight, pairs=[("a", "b")])


@st.composite
def groups(draw, *, most=4):
    """Two to four members of random weight who judge all pairs of four items, or leave some out."""
    members = []
    for k in range(draw(st.integers(2, most))):
        ratios = draw(st.lists(st.sampled_from([*SCALE, None]), min_size=6, max_size=6))
        if k == 0:  # somebody joins all items
            ratios = [ratio or 2 for ratio in ratios]
        if not any(ratios):
            ratios[0] = 3
        members.append(member(f"m{k}", *ratios, weight=draw(st.sampled_from([0.5, 1, 3]))))
    return members


def names(judged):
    """Who differs on what, in the order that the result gives; members by name."""
    return [
        *((d.member, d.first, d.second) for d in judged.differences),
        *((p.first, p.second, p.lowest_by, p.highest_by, *p.judged_by) for p in judged.agreement),
        *sorted((m.name, m.judged) for m in judged.members),
    ]


def numbers(judged):
    members = sorted(judged.members, key=lambda m: m.name)
    return [
        *judged.result.weights,
        judged.consensus,
        *(d.factor for d in judged.differences),
        *(n for p in judged.agreement for n in (p.ratio, p.spread, p.lowest, p.highest)),
        *(n for m in members for n in (m.share, m.distance)),
    ]


def assert_same(left, right):
    assert names(left) == names(right)
    assert numbers(left) == pytest.approx(numbers(right), rel=1e-8)


def test_joint_judgement_aczel_saaty_1983_is_the_geometric_mean():
    """Aczél & Saaty (1983), J. Math. Psychol. 27:93-102. Saaty's own example, as Decision Lens
    prints it (blog.decisionlens.com, June 2007): an apple is 2, 3 and 4 times as large as an
    orange, so together the cube root of 24 times, and the other way round one over it."""
    judged = judge_together(["apple", "orange"], [
        member(name, ratio, pairs=[("apple", "orange")])
        for name, ratio in [("first", 2), ("second", 3), ("third", 4)]
    ])  # fmt: skip
    assert judged.judgements() == pytest.approx({("apple", "orange"): 24 ** (1 / 3)})
    assert judged.pairwise[1, 0] == pytest.approx(24 ** (-1 / 3))


def test_joint_judgement_forman_peniwati_1998_weights_are_exponents():
    """Forman & Peniwati (1998), EJOR 108:165-169, section 7: the product of J_i ** w_i."""
    judged = judge_together(["a", "b"], [one_pair("x", 9, 3.0), one_pair("y", 1 / 2, 1.0)])
    assert judged.pairwise[0, 1] == pytest.approx(9**0.75 * 0.5**0.25)


@pytest.mark.parametrize("n", [2, 3, 5])
def test_consensus_goepel_2018_is_none_of_opposite_judgements(n):
    """Goepel (2018), IJAHP 10(3), section 4.2: members who each hold another criterion 9 times as
    important as all others share no consensus, though their mean weights are all equal."""
    extreme = (np.ones((n, n)) + 8 * np.eye(n)) / (n + 8)
    assert consensus(extreme, np.full(n, 1 / n)) == pytest.approx(0, abs=1e-12)


def test_consensus_goepel_2018_by_hand():
    """Equations 11 to 21 for two members and two items: (.75, .25) and (.5, .5)."""
    gamma = -(0.625 * np.log(0.625) + 0.375 * np.log(0.375))
    alpha = (-(0.75 * np.log(0.75) + 0.25 * np.log(0.25)) + np.log(2)) / 2
    least = np.exp(-(0.9 * np.log(0.9) + 0.1 * np.log(0.1))) / 2
    expected = (np.exp(alpha - gamma) - least) / (1 - least)
    judged = judge_together(["a", "b"], [one_pair("x", 3), one_pair("y", 1)])
    assert judged.consensus == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("share", "level"),
    [
        (0, "very_low"), (0.499, "very_low"), (0.5, "low"), (0.65, "moderate"), (0.75, "high"),
        (0.849, "high"), (0.85, "very_high"), (1, "very_high"),
    ],
)  # fmt: skip
def test_consensus_levels_goepel_2018_table_2(share, level):
    assert consensus_level(share) == level


def test_consensus_about_one_item_is_full():
    assert consensus(np.ones((3, 1)), np.full(3, 1 / 3)) == 1


def test_who_differs_most_on_what_by_hand():
    # Twice (1, 1, 1) and once (8, 1, 1/8): together 2, 1 and 1/2.
    items, pairs = ["a", "b", "c"], [("a", "b"), ("a", "c"), ("b", "c")]
    judged = judge_together(items, [
        member("Banjar", 1, 1, 1, pairs=pairs),
        member("Tanah Laut", 1, 1, 1, pairs=pairs),
        member("Kotabaru", 8, 1, 1 / 8, pairs=pairs),
    ])  # fmt: skip
    assert judged.judgements() == pytest.approx(dict(zip(pairs, [2, 1, 1 / 2], strict=True)))
    first = judged.differences[0]
    assert (first.member, first.first, first.second) == ("Kotabaru", "a", "b")
    assert (first.ratio, first.group_ratio, first.factor) == pytest.approx((8, 2, 4))
    assert [d.member for d in judged.differences[:3]] == ["Kotabaru", "Kotabaru", "Banjar"]
    by_name = {m.name: m for m in judged.members}
    assert by_name["Kotabaru"].distance == pytest.approx((4 * 4 * 1) ** (1 / 3))
    assert by_name["Banjar"].distance == pytest.approx((2 * 2 * 1) ** (1 / 3))
    assert by_name["Kotabaru"].differs_most is not None
    assert by_name["Kotabaru"].share == pytest.approx(1 / 3)


def test_agreement_per_pair_by_hand():
    judged = judge_together(["a", "b"], [one_pair("x", 1 / 2), one_pair("y", 8), one_pair("z", 2)])
    (pair,) = judged.agreement
    assert (pair.ratio, pair.lowest, pair.highest) == pytest.approx((2, 1 / 2, 8))
    assert (pair.lowest_by, pair.highest_by) == ("x", "y")
    assert pair.spread == pytest.approx(4 ** np.sqrt(2 / 3))
    assert pair.is_reversed
    agreed = judge_together(["a", "b"], [one_pair("x", 1), one_pair("y", 8)]).agreement[0]
    assert not agreed.is_reversed


def test_the_most_disputed_pair_comes_first():
    members = [member("x", 1, 1, 1, 1, 1, 1), member("y", 1, 2, 1, 9, 1, 3)]
    assert [(p.first, p.second) for p in judge_together(ITEMS, members).agreement[:3]] == [
        ("b", "c"), ("c", "d"), ("a", "c"),
    ]  # fmt: skip


def test_each_member_has_weights_and_consistency_of_its_own():
    contradicting = member("x", 2, 1 / 9, 8, 2, 4, 2)
    judged = judge_together(ITEMS, [contradicting, member("y", 1, 1, 1, 1, 1, 1)])
    own = ahp_weights(ITEMS, pairwise_matrix(ITEMS, contradicting.judgements["goal"]))
    x, y = judged.members
    assert x.result is not None
    assert y.result is not None
    assert x.result.weights == pytest.approx(own.weights)
    assert not x.result.is_consistent
    assert (x.result.most_harmful.first, x.result.most_harmful.second) == ("a", "c")
    assert y.result.is_consistent


def test_a_pair_is_averaged_over_those_who_judged_it():
    # a|b by x and y, b|c by y alone, a|c by nobody.
    pairs = [("a", "b"), ("b", "c")]
    judged = judge_together(["a", "b", "c"], [
        member("x", 8, None, pairs=pairs, weight=3),
        member("y", 2, 3, pairs=pairs, weight=1),
    ])  # fmt: skip
    assert judged.judgements() == pytest.approx({("a", "b"): 8**0.75 * 2**0.25, ("b", "c"): 3})
    assert [(f.first, f.second) for f in judged.result.filled] == [("a", "c")]
    assert [p.judged_by for p in sorted(judged.agreement, key=lambda p: p.first)] == [
        ("x", "y"), ("y",),
    ]  # fmt: skip
    x, y = judged.members
    assert x.result is None  # a|b alone says nothing of c
    assert y.result is not None
    assert judged.consensus == 1  # of y with itself
    texts = [text.en for text in group_sentences(judged)]
    assert "Pairs that only some of the members judged: 1." in texts
    assert "Pairs that nobody judged, filled from the other judgements: 1." in texts


def test_consensus_is_unknown_when_nobody_judged_enough_alone():
    members = [member("x", 3, pairs=[("a", "b")]), member("y", 2, pairs=[("b", "c")])]
    judged = judge_together(["a", "b", "c"], members)
    assert judged.consensus is None
    assert judged.consensus_level is None
    assert judged.result.weights == pytest.approx([6 / 9, 2 / 9, 1 / 9])


@settings(max_examples=40)
@given(groups())
def test_the_joint_matrix_is_reciprocal_and_within_what_was_said(members):
    judged = judge_together(ITEMS, members)
    assert np.allclose(judged.pairwise * judged.pairwise.T, 1, atol=1e-12)
    for pair in judged.agreement:
        assert pair.lowest * (1 - 1e-9) <= pair.ratio <= pair.highest * (1 + 1e-9)
    assert 0 <= judged.consensus <= 1
    assert sum(m.share for m in judged.members) == pytest.approx(1, abs=1e-12)


@settings(max_examples=40)
@given(groups(), st.randoms())
def test_the_order_of_members_does_not_matter(members, random):
    shuffled = members.copy()
    random.shuffle(shuffled)
    assert_same(judge_together(ITEMS, shuffled), judge_together(ITEMS, members))


@settings(max_examples=40)
@given(groups(), st.sampled_from([1e-9, 0.1, 7, 1e12]))
def test_scaling_all_weights_changes_nothing(members, factor):
    scaled = [replace(m, weight=m.weight * factor) for m in members]
    assert_same(judge_together(ITEMS, scaled), judge_together(ITEMS, members))


@settings(max_examples=40)
@given(groups())
def test_a_member_of_weight_zero_is_shown_and_changes_nothing(members):
    observer = member("observer", 9, 9, 9, 1 / 9, 1 / 9, 9, weight=0)
    without, seen = judge_together(ITEMS, members), judge_together(ITEMS, [observer, *members])
    shown = {m.name: m for m in seen.members}
    assert shown["observer"].share == 0
    assert shown["observer"].result is not None
    assert_same(replace(seen, members=seen.members[1:]), without)


@settings(max_examples=40)
@given(groups(most=3))
def test_merging_identical_members_changes_nothing(members):
    twins = [*members, replace(members[0], name="twin")]
    merged = [replace(members[0], weight=2 * members[0].weight), *members[1:]]
    one, other = judge_together(ITEMS, twins), judge_together(ITEMS, merged)
    assert one.result.weights == pytest.approx(other.result.weights, abs=1e-9)
    assert one.consensus == pytest.approx(other.consensus, abs=1e-9)
    assert [p.spread for p in one.agreement] == pytest.approx([p.spread for p in other.agreement])
    assert [d.factor for d in one.differences if d.member != "twin"] == pytest.approx(
        [d.factor for d in other.differences]
    )


@given(st.lists(st.sampled_from(SCALE), min_size=6, max_size=6), st.integers(1, 4))
def test_members_who_say_the_same_agree_fully_on_what_one_says(ratios, count):
    members = [member(f"m{k}", *ratios, weight=k + 1) for k in range(count)]
    judged = judge_together(ITEMS, members)
    alone = ahp_weights(ITEMS, pairwise_matrix(ITEMS, members[0].judgements["goal"]))
    assert judged.result.weights == pytest.approx(alone.weights, abs=1e-9)
    assert judged.consensus == pytest.approx(1, abs=1e-12)
    assert [p.spread for p in judged.agreement] == pytest.approx([1] * 6)
    assert [m.distance for m in judged.members] == pytest.approx([1] * count)
    assert not any("differs most" in text.en for text in group_sentences(judged))


@settings(max_examples=40)
@given(groups())
def test_permuting_items_permutes_the_joint_weights(members):
    straight = judge_together(ITEMS, members).result.by_item()
    assert judge_together(ITEMS[::-1], members).result.by_item() == pytest.approx(
        straight, abs=1e-9
    )


def test_the_joint_judgements_read_back_give_the_joint_weights():
    members = [member("x", 2, 3, 4, 2, 9, 1), member("y", 1, None, 1 / 3, 5, 1, 2)]
    judged = judge_together(ITEMS, members)
    again = ahp_weights(ITEMS, pairwise_matrix(ITEMS, judged.judgements(), incomplete=True))
    assert again.weights == pytest.approx(judged.result.weights, abs=1e-12)


def test_every_group_that_somebody_judged_is_judged():
    x = Member("x", {"goal": {("a", "b"): 3}, "huni": {("p", "q"): 2}})
    y = Member("y", {"huni": {("p", "q"): 4}})
    asked = {"goal": ["a", "b"], "huni": ["p", "q"], "usaha": ["r", "s"]}
    judged = judge_groups_together(asked, [x, y])
    assert list(judged) == ["goal", "huni"]
    assert judged["goal"].silent == ("y",)
    assert judged["huni"].result.by_item()["p"] == pytest.approx(8**0.5 / (8**0.5 + 1))


def test_a_group_that_there_is_not_is_refused():
    with pytest.raises(InconsistentJudgements, match=r"'x' judges a group 'z' .* There are: goal"):
        judge_groups_together({"goal": ["a", "b"]}, [Member("x", {"z": {("a", "b"): 2}})])


@pytest.mark.parametrize(
    ("members", "error", "words"),
    [
        ([one_pair("x", 12)], InconsistentJudgements, "judgements of 'x' about 'goal'.* is 12"),
        ([member("x", 2, pairs=[("a", "z")])], InconsistentJudgements, "of 'x' .*'z' is no crit"),
        ([one_pair("x", 2), one_pair("x", 3)], InconsistentJudgements, "'x' stands twice"),
        ([one_pair("x", 2, -1)], InvalidWeights, "'x' is -1"),
        ([one_pair("x", 2, float("nan"))], InvalidWeights, "'x' is nan"),
        ([one_pair("x", 2, float("inf"))], InvalidWeights, "'x' is inf"),
        ([one_pair("x", 2, 0), Member("y")], InvalidWeights, "above 0 judged 'goal'"),
        ([], InvalidWeights, "above 0 judged 'goal'"),
        ([one_pair("x", 2)], InconsistentJudgements, "'a' against 'c'"),
    ],
)
def test_a_group_that_cannot_judge_is_refused_with_the_reason(members, error, words):
    with pytest.raises(error, match=words):
        judge_together(["a", "b", "c"], members)


def test_the_sentences_say_it_in_both_languages_with_titles():
    titles = {"a": Text(id="Layak huni", en="Habitability")}
    pairs = [("a", "b"), ("a", "c"), ("b", "c")]
    members = [
        member("Banjar", 3, 5, 2, pairs=pairs),
        member("Kotabaru", 1 / 3, 1 / 2, 6, pairs=pairs),
        Member("Tapin"),
    ]
    texts = group_sentences(judge_together(["a", "b", "c"], members), titles=titles)
    assert [text.en for text in texts] == [
        "The members agree to 64% (low).",
        "The joint judgement is consistent (CR 0.066, limit 0.10).",
        "The judgements of Kotabaru contradict each other (CR 0.209, limit 0.10);"
        " look again at Habitability against b.",
        "Banjar differs most: in its view Habitability is 5 times as important as c,"
        " in the joint view Habitability is 1.6 times as important as c.",
        "Most disputed are Habitability and c, even which matters more:"
        " c is 2 times as important as Habitability (Kotabaru),"
        " Habitability is 5 times as important as c (Banjar).",
        "Not judged yet: Tapin.",
    ]
    assert [text.id for text in texts] == [
        "Kesepakatan para peserta 64% (rendah).",
        "Penilaian bersama konsisten (CR 0,066, batas 0,10).",
        "Penilaian Kotabaru saling bertentangan (CR 0,209, batas 0,10);"
        " tinjau lagi Layak huni terhadap b.",
        "Banjar paling berbeda: menurutnya Layak huni 5 kali lebih penting daripada c,"
        " menurut bersama Layak huni 1,6 kali lebih penting daripada c.",
        "Yang paling diperdebatkan adalah Layak huni dan c, sampai berlawanan arah:"
        " c 2 kali lebih penting daripada Layak huni (Kotabaru),"
        " Layak huni 5 kali lebih penting daripada c (Banjar).",
        "Belum menilai: Tapin.",
    ]


def test_a_group_that_contradicts_itself_is_told_so():
    judged = judge_together(ITEMS, [member("x", 2, 1 / 9, 8, 2, 4, 2)])
    texts = [text.en for text in group_sentences(judged)]
    assert texts[0].startswith("The joint judgement is not consistent (CR ")
    assert "a and c" not in texts[0]


def test_pairs_of_equal_importance_are_said_so():
    members = [one_pair("x", 1), one_pair("y", 2)]
    texts = [text.en for text in group_sentences(judge_together(["a", "b"], members))]
    assert (
        "Most disputed are a and b: from a and b are equally important (x)"
        " to a is 2 times as important as b (y)."
    ) in texts
