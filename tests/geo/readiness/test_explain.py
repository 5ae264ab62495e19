"""What lifts, what holds back, who is ahead: every method by hand, and what must hold for all."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import ZoneNotFound, ZoneNotRanked
from geo.language import Text, listed
from geo.mcda.methods import METHODS
from geo.readiness.explain import (
    COMPARING,
    hold_together,
    holds_back,
    lifts,
    missing,
    sentence,
    why_ahead,
)
from geo.readiness.score import ConstraintResult
from tests.geo.scored_cases import make_case, make_model, rescored, same, share

A_B = make_model([share("a", "x"), share("b", "y")])

graded = st.one_of(st.none(), st.sampled_from([0.0, 0.5, 1.0]), st.floats(0, 1))


@st.composite
def cases(draw, *, n_zones=None):
    """Zones of random values under random weights and any method."""
    m = draw(st.integers(1, 5))
    n = n_zones or draw(st.integers(1, 5))
    model = make_model([share(f"c{j}", f"d{j % 2}") for j in range(m)], coverage_floor=0.2)
    row = st.lists(graded, min_size=m, max_size=m)
    zones = {f"z{i}": draw(row) for i in range(n)}
    parts = draw(st.lists(st.integers(0, 9), min_size=m, max_size=m).filter(any))
    return make_case(
        model,
        zones,
        weights=[p / sum(parts) for p in parts],
        method=draw(st.sampled_from(sorted(METHODS))),
        risk=draw(st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0])),
    )


# One zone of values 0.5 and 0.8, weights 0.6 and 0.4; what the score would be with either at 1.
BY_HAND = {
    "weighted_sum": (62, 92, 70),
    # Each criterion is a dimension of its own, so both are 100 · 0.5^0.6 · 0.8^0.4.
    "geometric_mean": (100 * 0.5**0.6 * 0.8**0.4, 100 * 0.8**0.4, 100 * 0.5**0.6),
    "weighted_product": (100 * 0.5**0.6 * 0.8**0.4, 100 * 0.8**0.4, 100 * 0.5**0.6),
    "limiting_factor": (50, 80, 50),
    # Distances to 0 and 1 of (0.3, 0.32), of (0.6, 0.32) and of (0.3, 0.4).
    "topsis": (
        100 * math.sqrt(0.09 + 0.1024) / (math.sqrt(0.09 + 0.1024) + math.sqrt(0.09 + 0.0064)),
        100 * 0.68 / 0.76,
        100 * 0.5 / 0.8,
    ),
}


@pytest.mark.parametrize("method", BY_HAND)
def test_what_a_criterion_holds_back_by_hand(method):
    before, with_a, with_b = BY_HAND[method]
    case = make_case(A_B, {"z": [0.5, 0.8]}, weights=[0.6, 0.4], method=method)
    assert case.scores.scores[0] == pytest.approx(before, abs=1e-9)
    expected = [[with_a - before, with_b - before]]
    assert case.losses == pytest.approx(np.array(expected), abs=1e-9)


@pytest.mark.parametrize(
    ("risk", "before", "with_a", "with_b"),
    [
        (0.0, 50, 80, 50),  # the worst value decides
        (0.5, 62, 92, 70),  # the weighted sum
        (1.0, 80, 100, 100),  # the best value decides
        # Order weights of the quantifier r³: the better of the two has its weight cubed.
        (0.25, 50 + 30 * 0.4**3, 80 + 20 * 0.6**3, 50 + 50 * 0.4**3),
    ],
)
def test_what_a_criterion_holds_back_under_owa_by_hand(risk, before, with_a, with_b):
    case = make_case(A_B, {"z": [0.5, 0.8]}, weights=[0.6, 0.4], method="owa", risk=risk)
    assert case.scores.scores[0] == pytest.approx(before, abs=1e-9)
    expected = np.array([[with_a - before, with_b - before]])
    assert case.losses == pytest.approx(expected, abs=1e-9)


def test_what_a_criterion_holds_back_under_promethee_by_hand():
    """Under criterion a zone p is beaten by q and beats r (flow 0), under b it beats both (flow 1).

    At 1 it would beat both under a: 50 points of flow by weight 0.6. That b is below 1 costs
    nothing. Zone r, at 1 under both, would beat everybody.
    """
    zones = {"p": [0.5, 0.8], "q": [0.9, 0.3], "r": [0.2, 0.4]}
    case = make_case(A_B, zones, weights=[0.6, 0.4], method="promethee")
    assert case.scores.scores == pytest.approx([70, 60, 20])
    expected = np.array([[30, 0], [0, 40], [60, 20]])
    assert case.losses == pytest.approx(expected)


@given(cases())
def test_a_gain_is_the_difference_of_two_whole_scorings(case):
    gains = case.losses
    for i, zone in enumerate(case.matrix.area_ids):
        for j, name in enumerate(case.matrix.criteria):
            if np.isnan(case.matrix.values[i, j]) or not case.scores.ranked[i]:
                assert np.isnan(gains[i, j])
                continue
            then = rescored(case, zone, name, 1.0)
            expected = then.scores.scores[i] - case.scores.scores[i]
            assert gains[i, j] == pytest.approx(expected, abs=1e-8)


@given(cases(n_zones=4))
def test_only_the_methods_that_compare_look_at_other_zones(case):
    """What `COMPARING` says; a method that began to compare would fail here."""
    if case.method in COMPARING:
        return
    for i, zone in enumerate(case.matrix.area_ids):
        row = [None if np.isnan(x) else x for x in case.matrix.measures[i]]
        alone = make_case(
            case.model,
            {zone: row},
            weights=list(case.weights.values()),
            method=case.method,
            risk=case.risk,
        )
        assert alone.scores.scores == pytest.approx(case.scores.scores[[i]], nan_ok=True, abs=1e-9)


def test_an_excluded_zone_is_no_rival_and_gains_nothing():
    zones = {"p": [0.5, 0.5], "q": [0.9, 0.9], "r": [0.1, 0.1]}
    case = make_case(A_B, zones, method="promethee", failed={"q": 0.8})
    gains = case.losses
    assert gains[0] == pytest.approx([0, 0])
    assert np.isnan(gains[1]).all()
    assert gains[2] == pytest.approx([50, 50])


def test_a_zone_is_looked_up_by_its_id():
    case = make_case(A_B, {"p": [0.5, 0.5], "q": [1, 1]})
    assert case.position("q") == 1
    with pytest.raises(ZoneNotFound, match="p, q"):
        case.position("atlantis")


FOUR = make_model([share(name) for name in "abcd"])


def test_three_lift_and_three_hold_back_by_their_points():
    case = make_case(
        make_model([share(name) for name in "abcdefgh"]),
        {"z": [0.9, 0.6, 1.0, 0.7, 0.1, 0.4, 0.0, 0.3]},
    )
    result = case.result("z")
    assert [c.criterion for c in lifts(result)] == ["c", "a", "d"]
    assert [c.criterion for c in holds_back(result)] == ["g", "e", "h"]
    assert [c.loss for c in holds_back(result)] == pytest.approx([12.5, 11.25, 8.75])


def test_what_weighs_nothing_neither_lifts_nor_holds_back():
    result = make_case(A_B, {"z": [0.0, 1.0]}, weights=[0, 1]).result("z")
    assert holds_back(result) == ()
    assert [c.criterion for c in lifts(result)] == ["b"]


def test_the_limiting_factor_holds_back_and_the_rest_does_not():
    result = make_case(FOUR, {"z": [0.3, 0.4, 0.9, 0.4]}, method="limiting_factor").result("z")
    assert [(c.criterion, round(c.loss, 6)) for c in holds_back(result)] == [("a", 10)]
    assert lifts(result) == ()


def test_a_good_value_that_everybody_beats_holds_back_under_promethee():
    zones = {"p": [0.9, 0.4], "q": [1.0, 0.3], "r": [1.0, 0.2]}
    result = make_case(A_B, zones, method="promethee").result("p")
    assert [c.criterion for c in holds_back(result)] == ["a"]
    # Nobody has more of b: it costs nothing, though 0.4 is not much.
    assert [c.criterion for c in lifts(result)] == []


@pytest.mark.parametrize("method", ["limiting_factor", "weighted_product"])
def test_two_that_limit_alike_hold_back_together(method):
    case = make_case(FOUR, {"z": [0.0, 0.7, 0.0, 1.0], "q": [0.5, 0.5, 0.5, 0.0]}, method=method)
    result = case.result("z")
    assert holds_back(result) == ()
    assert [c.criterion for c in hold_together(result)] == ["a", "c"]
    assert "mending one alone does not help: A, C." in sentence(result, of=2).en
    assert hold_together(case.result("q")) == ()


def test_a_perfect_zone_is_held_back_by_nothing():
    result = make_case(A_B, {"z": [1.0, 1.0]}).result("z")
    assert (holds_back(result), hold_together(result)) == ((), ())


@given(cases())
def test_no_criterion_lifts_and_holds_back_at_once(case):
    for result in case.results:
        good = {c.criterion for c in lifts(result)}
        poor = holds_back(result)
        together = hold_together(result)
        assert not good & {c.criterion for c in poor}
        assert not (poor and together)
        losses = [c.loss for c in poor]
        assert losses == sorted(losses, reverse=True)
        if result.score is not None and len(poor) < 3:
            costly = {c.criterion for c in result.criteria if (c.loss or 0) > 1e-9}
            assert costly <= {c.criterion for c in poor} | {
                c.criterion for c in result.criteria if (c.value or 0) >= 0.5
            }


@given(cases())
def test_contributions_add_up_to_the_score_under_every_method(case):
    for result in case.results:
        if result.score is not None:
            total = sum(c.contribution for c in result.criteria)
            assert total == pytest.approx(result.score, abs=1e-9)


def test_the_sentence_of_a_zone_in_both_languages():
    case = make_case(FOUR, {"z": [0.9, 0.3, None, 0.8]}, method="weighted_sum")
    words = Text(id="Perlu penguatan atau Siap", en="Needs strengthening or Ready")
    text = sentence(
        case.result("z"),
        of=1,
        classed=words,
        way_up=Text(id="Naik bila hujan.", en="It rises if it rains."),
    )
    assert text.id == (
        f"Z mendapat skor 66,7 dari 100 (mungkin 50–75), kelas {words.id}; peringkat 1 dari 1, kelompok 1; "
        "data mencakup 75% bobot penilaian. "
        "Faktor pendorong utama: A, D. Faktor penghambat utama: B. Naik bila hujan. Belum ada data: C."
    )
    assert text.en == (
        f"Z scores 66.7 of 100 (possibly 50–75), class {words.en}; rank 1 of 1, band 1; data cover 75% of the weight. "
        "What lifts it most: A, D. What holds it back most: B. It rises if it rains. "
        "No data yet: C."
    )


def test_a_zone_without_any_data_says_what_is_missing():
    result = make_case(A_B, {"z": [None, None]}).result("z")
    assert [c.criterion for c in missing(result)] == ["a", "b"]
    assert (lifts(result), holds_back(result), hold_together(result)) == ((), (), ())
    assert sentence(result, of=0).en == (
        "Z is not ranked: data cover only 0% of the weight. No data yet: A, B."
    )


def test_an_excluded_zone_names_what_excludes_it():
    result = make_case(A_B, {"z": [0.5, 0.5]}, failed={"z": 0.8}).result("z")
    assert sentence(result, of=0).id == "Z dikecualikan oleh: HUTAN."


def test_a_dimension_below_its_floor_is_named():
    model = make_model([share("a", "x"), share("b", "y")], floors={"x": 30})
    case = make_case(model, {"z": [0.2, 0.9]})
    words = sentence(case.result("z"), of=1, dimensions={"x": Text(id="Huni", en="Living")})
    assert "lowest whatever the score: Living is below" in words.en
    assert "berapa pun skornya: x di bawah" in sentence(case.result("z"), of=1).id


def test_titles_with_commas_are_parted_by_semicolons():
    assert listed([same("Ladang, sawah"), same("Air")]).id == "Ladang, sawah; Air"
    assert listed([same("Ladang"), same("Air")]).id == "Ladang, Air"


def test_why_one_zone_is_ahead_by_hand():
    case = make_case(FOUR, {"p": [0.9, 0.8, 0.1, 0.5], "q": [0.5, 0.2, 0.7, 0.5]})
    found = why_ahead(case.result("p"), case.result("q"))
    assert found.points == pytest.approx(10)
    assert [d.points for d in found.differences] == pytest.approx([10, 15, -15, 0])
    assert [d.criterion for d in found.speaks_for] == ["b", "a"]
    assert [d.criterion for d in found.speaks_against] == ["c"]
    assert found.sentence.id == (
        "P unggul 10,0 poin atas Q: terutama B (15,0 poin), A (10,0 poin). "
        "Sebaliknya, Q mendapat lebih banyak dari C (15,0 poin)."
    )
    assert found.sentence.en == (
        "P is 10.0 points ahead of Q: mainly B (15.0 points), A (10.0 points). "
        "In turn, Q gets more from C (15.0 points)."
    )


def test_the_other_way_round_it_says_the_same_of_the_zone_that_is_ahead():
    case = make_case(FOUR, {"p": [0.9, 0.8, 0.1, 0.5], "q": [0.5, 0.2, 0.7, 0.5]})
    one = why_ahead(case.result("p"), case.result("q"))
    other = why_ahead(case.result("q"), case.result("p"))
    assert other.sentence == one.sentence
    assert other.points == pytest.approx(-10)
    assert [d.criterion for d in other.speaks_for] == ["b", "a"]


def test_zones_that_score_the_same_say_so():
    case = make_case(A_B, {"p": [0.2, 0.4], "q": [0.4, 0.2]})
    found = why_ahead(case.result("p"), case.result("q"))
    assert found.sentence.en == "P and Q score the same."
    assert found.points == pytest.approx(0, abs=1e-12)


def test_a_difference_that_comes_of_missing_data_says_so():
    case = make_case(A_B, {"p": [0.8, 0.8], "q": [0.6, None]})
    found = why_ahead(case.result("p"), case.result("q"))
    assert found.points == pytest.approx(20)
    assert [d.unknown_in for d in found.differences] == [(), ("Q",)]
    assert "B has no data in Q: its weight there is spread over the others." in found.sentence.en


def test_a_zone_that_is_not_ranked_cannot_be_compared():
    case = make_case(A_B, {"p": [0.8, 0.8], "q": [None, None]})
    with pytest.raises(ZoneNotRanked, match="Q is not ranked"):
        why_ahead(case.result("p"), case.result("q"))


@given(cases(n_zones=2))
def test_differences_add_up_to_the_difference_of_scores(case):
    first, second = case.results
    if first.score is None or second.score is None:
        with pytest.raises(ZoneNotRanked):
            why_ahead(first, second)
        return
    found = why_ahead(first, second)
    assert found.points == pytest.approx(first.score - second.score, abs=1e-9)
    assert math.fsum(d.points for d in found.differences) == found.points
    assert not {d.criterion for d in found.speaks_for} & {d.criterion for d in found.speaks_against}


def test_the_sentence_of_an_unranked_zone_names_all_that_is_missing():
    """A quarter of the weight is measured all over, a quarter in 30 % of the zone, half not at all."""
    model = make_model([share(name) for name in "abcd"])
    case = make_case(
        model,
        {"z": [0.5, 0.5, None, None]},
        weights=[0.25] * 4,
        credits={"z": [1.0, 0.3, 0.0, 0.0]},
    )
    (result,) = case.results
    assert result.status == "insufficient_data"
    said = sentence(result, of=0)
    assert "Belum ada data: C, D." in said.id
    assert "Baru diketahui sebagian: B (30%)." in said.id
    assert "A" not in said.id.split("Belum ada data:")[1]
    unknown = ConstraintResult("hutan", Text("Hutan", "Forest"), 0.0, 1.0, 0.5, note=None)
    checked = ConstraintResult("laut", Text("Laut", "Sea"), 0.0, 0.0, 0.5, note=None)
    unchecked = sentence(replace(result, constraints=(unknown, checked)), of=0)
    assert unchecked.en.endswith("Hard constraints not checked yet: Forest.")
