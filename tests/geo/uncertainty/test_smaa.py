"""Acceptabilities whose values follow from geometry, from a published analysis, or from what must hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InvalidDraws, ZoneNotFound
from geo.mcda.methods import METHODS
from geo.uncertainty.draws import MeasureErrors, spread_of, value_draws, weight_draws
from geo.uncertainty.ranked import drawn_tables
from geo.uncertainty.smaa import (
    expected_ranks,
    interval_shares,
    pairwise_wins,
    percent_of,
    rank_intervals,
    simulate,
    unranked_shares,
    verdict,
    whole_number,
    within_rank,
    zone_sentence,
)
from tests.geo.zones_to_rank import make_zones


def rank_acceptability(found):
    """The share of draws (n_zones, n_zones) by zone and rank, from the distribution over ranks."""
    n = len(found.area_ids)
    ranks = np.arange(1, n + 1)
    return np.array([(row[:, np.newaxis] == ranks).mean(axis=0) for row in found.distribution])


def confidence_factors(zones, found, tables):
    """The share of tables in which each zone is first under its own central weights; NaN without."""
    factors = np.full(len(found.area_ids), np.nan)
    for i, central in enumerate(found.central_weights):
        if not np.isnan(central).any():
            ranks = simulate(
                zones, np.tile(central, (len(tables), 1)), values=[drawn_tables(tables)]
            ).ranks
            factors[i] = (ranks[:, i] == 1).mean()
    return factors


def evenly(zones, n, seed=1, **asked):
    """Weights evenly from all that are possible."""
    rng = np.random.default_rng(seed)
    return weight_draws(zones.weights, n=n, rng=rng, concentration=None, **asked)


def test_two_criteria_split_the_weights_at_their_change_point():
    """By hand: a scores w, b scores 0.8 - 0.4 w; they cross at w = 4/7.

    With w uniform on 0..1 a is first with probability 3/7, its central weight is the middle of
    4/7..1, and b's the middle of 0..4/7.
    """
    zones = make_zones([[1.0, 0.0], [0.4, 0.8]], [0.5, 0.5])
    found = simulate(zones, evenly(zones, 50_000))
    table = rank_acceptability(found)
    np.testing.assert_allclose(table, [[3 / 7, 4 / 7], [4 / 7, 3 / 7]], atol=0.01)
    central = found.central_weights[:, 0]
    np.testing.assert_allclose(central, [(4 / 7 + 1) / 2, 2 / 7], atol=0.01)
    np.testing.assert_allclose(pairwise_wins(found), [[0, 3 / 7], [4 / 7, 0]], atol=0.01)
    np.testing.assert_allclose(expected_ranks(found), [1 + 4 / 7, 1 + 3 / 7], atol=0.01)


def test_three_specialists_are_each_first_in_a_third():
    """By symmetry: each is first where its criterion has the greatest weight; its central weights
    are the mean of that region, (11, 3.5, 3.5) / 18, as the largest of three is 11/18 on average."""
    zones = make_zones(np.eye(3), np.ones(3) / 3)
    found = simulate(zones, evenly(zones, 60_000))
    np.testing.assert_allclose(rank_acceptability(found), 1 / 3, atol=0.01)
    expected = np.full((3, 3), 3.5 / 18) + np.eye(3) * 7.5 / 18
    np.testing.assert_allclose(found.central_weights, expected, atol=0.01)


def thrombolytics(n):
    """Heparin and enoxaparin: values of drawn shares of proximal and distal DVT and of bleeding."""
    rng = np.random.default_rng(11)
    events = [[(20, 116), (40, 96), (1, 135)], [(8, 121), (32, 97), (5, 124)]]
    ranges = [(0.0, 0.25), (0.15, 0.4), (0.0, 0.1)]
    tables = np.empty((n, 2, 3))
    for i, drug in enumerate(events):
        for j, ((a, b), (best, worst)) in enumerate(zip(drug, ranges, strict=True)):
            tables[:, i, j] = (worst - rng.beta(a, b, n)) / (worst - best)
    return tables


@pytest.mark.parametrize(
    ("stated", "asked", "first", "central", "confidence"),
    [
        (
            [1 / 3, 1 / 3, 1 / 3],
            {},
            [0.3381, 0.6619],
            [[0.198, 0.278, 0.524], [0.412, 0.358, 0.230]],
            [0.6389, 0.8925],
        ),
        (
            [0.6, 0.1, 0.3],
            {"keep_order": True},
            [0.1369, 0.8631],
            [[0.524, 0.121, 0.355], [0.623, 0.110, 0.267]],
            [0.1914, 0.9174],
        ),
    ],
    ids=["no preferences", "ordered criteria"],
)
def test_smaa2_thrombolytics(stated, asked, first, central, confidence):
    """SMAA-2 of anticoagulants: rank acceptabilities, central weights and confidence factors.

    Inputs and results as printed in the tests of drugis/mcda-elicitation-web, examples/
    thrombolytics.json and R/test/thrombo.R, computed there by the R package smaa (van Valkenhoef)
    with 10,000 draws. Tolerances are three standard errors of theirs, and for the confidence
    factors the 5 % that they allow themselves. Lahdelma & Salminen (2001) itself could not be read.
    """
    zones = make_zones(np.full((2, 3), 0.5), stated)
    tables = thrombolytics(60_000)
    found = simulate(zones, evenly(zones, 60_000, **asked), values=[drawn_tables(tables)])
    np.testing.assert_allclose(rank_acceptability(found)[:, 0], first, atol=0.015)
    np.testing.assert_allclose(found.central_weights, central, atol=0.015)
    factors = confidence_factors(zones, found, tables)
    np.testing.assert_allclose(factors, confidence, rtol=0.05)


def test_smaa2_thrombolytics_with_exact_weights():
    """The same analysis under the weights 4/7, 1/7 and 2/7: heparin first in 0.1049 of 10,000 draws."""
    zones = make_zones(np.full((2, 3), 0.5), [4 / 7, 1 / 7, 2 / 7])
    weights = np.tile(zones.weights, (60_000, 1))
    found = simulate(zones, weights, values=[drawn_tables(thrombolytics(60_000))])
    assert rank_acceptability(found)[0, 0] == pytest.approx(0.1049, abs=0.01)


problems = st.tuples(st.integers(0, 2**32), st.integers(1, 12), st.integers(1, 5))


def random_zones(seed, n, m, **asked):
    rng = np.random.default_rng(seed)
    return make_zones(rng.random((n, m)).round(1), rng.dirichlet(np.ones(m)), **asked)


@given(problems)
def test_what_must_hold_of_every_simulation(problem):
    zones = random_zones(*problem, bounds=(0, 40, 60))
    found = simulate(zones, evenly(zones, 60))
    table, wins = rank_acceptability(found), pairwise_wins(found)
    n = len(zones.area_ids)
    np.testing.assert_allclose(table.sum(axis=1), 1.0)
    np.testing.assert_allclose(found.class_shares.sum(axis=1), 1.0)
    ties = (found.ranks[:, :, np.newaxis] == found.ranks[:, np.newaxis, :]).mean(axis=0)
    np.testing.assert_allclose(wins + wins.T + ties, 1.0)
    np.testing.assert_allclose(within_rank(found, 1), table[:, 0])
    np.testing.assert_allclose(within_rank(found, n), 1.0)
    np.testing.assert_allclose(1 - within_rank(found, n - 1), table[:, -1], atol=1e-12)
    np.testing.assert_allclose(expected_ranks(found), table @ np.arange(1, n + 1))
    ever_first = table[:, 0] > 0
    assert np.array_equal(np.isnan(found.central_weights).any(axis=1), ~ever_first)
    np.testing.assert_allclose(found.central_weights[ever_first].sum(axis=1), 1.0)


def test_acceptabilities_of_a_rank_sum_to_one_without_ties():
    rng = np.random.default_rng(8)
    zones = make_zones(rng.random((9, 4)), np.ones(4) / 4)
    table = rank_acceptability(simulate(zones, evenly(zones, 300)))
    np.testing.assert_allclose(table.sum(axis=0), 1.0)


@given(problems, st.randoms())
def test_permuting_zones_permutes_everything(problem, random):
    zones = random_zones(*problem)
    order = list(range(len(zones.area_ids)))
    random.shuffle(order)
    moved = make_zones(zones.values[order], zones.weights)
    weights = evenly(zones, 40)
    found, other = simulate(zones, weights), simulate(moved, weights)
    assert np.array_equal(other.ranks, found.ranks[:, order])
    assert np.array_equal(other.central_weights, found.central_weights[order], equal_nan=True)
    assert np.array_equal(other.class_shares, found.class_shares[order])


@given(problems)
def test_a_dominated_zone_never_beats_the_one_that_dominates_it(problem):
    zones = random_zones(*problem)
    better = np.minimum(zones.values[0] + 0.1, 1.0)
    wider = make_zones(np.vstack([zones.values, better]), zones.weights)
    assert pairwise_wins(simulate(wider, evenly(wider, 60)))[0, -1] == 0.0


@pytest.mark.parametrize("method", METHODS)
def test_a_seed_gives_the_same_bytes_whatever_the_blocks_and_threads(method):
    rng = np.random.default_rng(2)
    values = rng.random((40, 6))
    values[rng.random((40, 6)) < 0.1] = np.nan
    zones = make_zones(
        values,
        np.ones(6) / 6,
        method=method,
        risk=0.3,
        groups=[0, 0, 1, 1, 2, 2],
        floor=([0, 1], 30),
    )
    errors = MeasureErrors(
        zones.criteria,
        np.full((40, 6), 0.05),
        np.tile([0.0, 1.0], (6, 1)),
        {"c1": np.eye(40)[:, :3]},
    )

    def everything(*, threads, block):
        weights = evenly(zones, 100, seed=9)
        sure = simulate(zones, weights, threads=threads)
        drawn = value_draws(
            spread_of(zones, errors), n=100, rng=np.random.default_rng(9), block=block
        )
        unsure = simulate(zones, weights, values=drawn)
        fields = ("ranks", "distribution", "class_shares", "central_weights")
        return [getattr(u, field).tobytes() for u in (sure, unsure) for field in fields]

    assert everything(threads=1, block=64) == everything(threads=3, block=7)


def test_large_numbers_of_zones_are_cut_into_blocks_without_a_trace():
    """More zones than fit into one block of weight sets, or of areas when ranks are ordered."""
    rng = np.random.default_rng(6)
    zones = make_zones(rng.random((90_000, 3)).round(3), np.ones(3) / 3)
    weights = evenly(zones, 70)
    one, two = simulate(zones, weights), simulate(zones, weights, threads=2)
    assert one.ranks.tobytes() == two.ranks.tobytes()
    assert one.distribution.tobytes() == two.distribution.tobytes()
    assert np.array_equal(one.distribution, np.sort(one.ranks.T, axis=1))
    assert within_rank(one, 1).sum() >= 1.0
    with pytest.raises(InvalidDraws):
        pairwise_wins(one)


def test_intervals_leave_as_many_draws_on_either_side():
    """100 draws: one zone is 1st in 4, 2nd in 92 and 3rd in 4 of them; 5 on each side may go."""
    ranks = np.repeat([1, 2, 3], [4, 92, 4])
    scores = {1: 0.9, 2: 0.5, 3: 0.1}
    tables = np.array([[[scores[r]], [0.7], [0.3]] for r in ranks])
    zones = make_zones([[0.5], [0.7], [0.3]], [1.0])
    found = simulate(
        zones, np.ones((100, 1)), values=[drawn_tables(tables[:30]), drawn_tables(tables[30:])]
    )
    assert rank_intervals(found)[0].tolist() == [2, 2]
    assert rank_intervals(found, share=0.94)[0].tolist() == [1, 3]
    assert rank_intervals(found, share=1.0)[0].tolist() == [1, 3]


def test_a_zone_without_known_weight_has_no_rank_in_that_draw():
    zones = make_zones([[0.9, np.nan], [0.5, 0.5]], [0.5, 0.5])
    found = simulate(zones, np.array([[1.0, 0.0], [0.0, 1.0]]))
    assert found.ranks.tolist() == [[1, 2], [0, 1]]
    assert rank_acceptability(found).tolist() == [[0.5, 0.0], [0.5, 0.5]]
    assert rank_intervals(found).tolist() == [[1, 1], [1, 2]]
    assert expected_ranks(found).tolist() == [1.0, 1.5]
    assert pairwise_wins(found).tolist() == [[0.0, 0.5], [0.5, 0.0]]
    # Of the draws that have a score: a class does not hang on whether there is a rank.
    assert found.class_shares.tolist() == [[0.0, 1.0], [0.0, 1.0]]
    assert unranked_shares(found).tolist() == [0.5, 0.0]
    assert interval_shares(found).tolist() == [0.5, 1.0]


def test_one_zone_is_always_first():
    zones = make_zones([[0.3, 0.4]], [0.5, 0.5])
    found = simulate(zones, evenly(zones, 10))
    assert rank_acceptability(found).tolist() == [[1.0]]
    assert rank_intervals(found).tolist() == [[1, 1]]
    assert confidence_factors(zones, found, zones.values[np.newaxis]).tolist() == [1.0]


def test_classes_follow_bounds_and_floors():
    """Scores 40 to 80 with c0's weight; a floor of 50 under c1 keeps zone b in the lowest class."""
    zones = make_zones([[0.8, 0.6], [0.8, 0.4]], [0.5, 0.5], bounds=(0, 50, 70), floor=([1], 50))
    found = simulate(zones, np.array([[0.9, 0.1], [0.25, 0.75], [0.6, 0.4], [0.4, 0.6]]))
    assert found.class_shares.tolist() == [[0.0, 0.5, 0.5], [1.0, 0.0, 0.0]]


def test_confidence_factors_fall_with_uncertain_measures():
    """By hand: two zones 0.1 apart with an error of 0.1 each differ by a normal of sd 0.1414, so the
    better one wins in Φ(0.707) = 76 % of draws."""
    zones = make_zones([[0.6], [0.5]], [1.0])
    errors = MeasureErrors(("c0",), np.full((2, 1), 0.1), np.array([[-np.inf, np.inf]]))

    def drawn():
        return value_draws(spread_of(zones, errors), n=40_000, rng=np.random.default_rng(4))

    found = simulate(zones, np.ones((40_000, 1)), values=drawn())
    np.testing.assert_allclose(rank_acceptability(found)[:, 0], [0.7602, 0.2398], atol=0.01)
    factors = confidence_factors(zones, found, np.concatenate([one.tables() for one in drawn()]))
    np.testing.assert_allclose(factors, [0.7602, 0.2398], atol=0.01)


def test_a_zone_that_is_never_first_has_no_central_weights():
    zones = make_zones([[0.9, 0.9], [0.1, 0.2]], [0.5, 0.5])
    found = simulate(zones, evenly(zones, 50))
    assert np.isnan(found.central_weights[1]).all()
    assert np.isnan(confidence_factors(zones, found, zones.values[np.newaxis])[1])


def test_pairs_of_chosen_zones_and_unknown_ones():
    zones = make_zones([[0.1], [0.5], [0.9]], [1.0])
    found = simulate(zones, np.ones((4, 1)))
    assert pairwise_wins(found, ["c", "a"]).tolist() == [[0.0, 1.0], [0.0, 0.0]]
    with pytest.raises(ZoneNotFound):
        pairwise_wins(found, ["nowhere"])


def test_as_many_tables_as_weights_are_asked_for():
    zones = make_zones([[0.1], [0.5]], [1.0])
    for n in (3, 5):
        with pytest.raises(InvalidDraws):
            simulate(zones, np.ones((4, 1)), values=[drawn_tables(np.full((n, 2, 1), 0.5))])


def test_too_many_ranks_for_the_memory_are_refused():
    zones = make_zones(np.zeros((20_000, 1)), [1.0])
    with pytest.raises(InvalidDraws) as refused:
        simulate(zones, np.ones((10_000, 1)))
    assert "9000" in str(refused.value)


# Zones that are always behind: the first of fewer than five is not called firm.
BEHIND = [[0.0, 0.0]] * 3


def test_sentences_of_a_zone_and_of_the_first_place():
    zones = make_zones([[1.0, 0.0], [0.4, 0.8], *BEHIND], [0.7, 0.3])
    weights = np.array([[0.9, 0.1]] * 9_300 + [[0.1, 0.9]] * 700)
    found = simulate(zones, weights)
    assert zone_sentence(found, "a").id == (
        "A menempati peringkat 1 dalam 93% dari 10.000 simulasi, dan peringkat 1–2 dalam 100%."
    )
    assert (
        zone_sentence(found, "a").en == "A ranks 1 in 93% of 10,000 simulations, and 1–2 in 100%."
    )
    assert verdict(found).id == (
        "Peringkat 1 cukup kokoh: A menempatinya dalam 93% dari 10.000 simulasi; "
        "penantang terdekat B dalam 7%."
    )
    assert verdict(found).en == (
        "The first place is fairly firm: A holds it in 93% of 10,000 simulations; "
        "the nearest rival, B, in 7%."
    )
    with pytest.raises(ZoneNotFound):
        zone_sentence(found, "excluded")


def test_a_zone_that_keeps_its_rank_is_said_to_in_one_clause():
    zones = make_zones([[1.0, 0.0], [0.4, 0.8]], [0.7, 0.3])
    weights = np.array([[0.9, 0.1]] * 199 + [[0.1, 0.9]])
    said = zone_sentence(simulate(zones, weights), "a")
    assert said.id == "A menempati peringkat 1 dalam lebih dari 99% dari 200 simulasi."


def test_a_rank_that_half_of_the_draws_do_not_give_is_told_by_its_interval():
    zones = make_zones([[1.0, 0.0], [0.4, 0.8]], [0.7, 0.3])
    weights = np.array([[0.9, 0.1]] * 100 + [[0.1, 0.9]] * 100)
    said = zone_sentence(simulate(zones, weights), "a")
    assert said.id == "A menempati peringkat 1–2 dalam 100% dari 200 simulasi."


def test_one_fact_has_one_percent():
    """A zone that is 1st in 93 draws and 2nd in 7 lies at 1-2 in all of them, not in 90 %."""
    zones = make_zones([[1.0, 0.0], [0.4, 0.8]], [0.7, 0.3])
    found = simulate(zones, np.array([[0.9, 0.1]] * 93 + [[0.1, 0.9]] * 7))
    assert rank_intervals(found).tolist() == [[1, 2], [1, 2]]
    assert interval_shares(found).tolist() == [1.0, 1.0]
    assert not any("90%" in said for said in zone_sentence(found, "a"))
    firm = simulate(zones, np.array([[0.9, 0.1]] * 97 + [[0.1, 0.9]] * 3))
    assert rank_intervals(firm).tolist() == [[1, 1], [2, 2]]
    assert interval_shares(firm).tolist() == [0.97, 0.97]


@pytest.mark.parametrize(
    ("kept", "level"),
    [(100, "firm"), (95, "firm"), (80, "fairly firm"), (60, "shaky"), (40, "open")],
)
def test_the_first_place_is_called_by_how_often_it_is_kept(kept, level):
    zones = make_zones([[1.0, 0.0], [0.4, 0.8], *BEHIND], [0.7, 0.3])
    weights = np.array([[0.9, 0.1]] * kept + [[0.1, 0.9]] * (100 - kept))
    said = verdict(simulate(zones, weights)).en
    assert said.startswith(f"The first place is {level}: A")
    assert ("without a rival" in said) == (kept == 100)


def test_the_first_of_few_is_not_called_firm():
    zones = make_zones([[1.0], [0.4], [0.2], [0.1]], [1.0])
    said = verdict(simulate(zones, np.ones((10, 1))))
    assert said.id.startswith(
        "Peringkat 1 belum disebut kokoh (hanya 4 wilayah yang diperingkat): A"
    )


def test_a_first_place_that_is_shared_names_both():
    zones = make_zones([[0.5], [0.5], [0.2]], [1.0])
    said = verdict(simulate(zones, np.ones((3, 1))))
    assert "A, B" in said.en
    assert "100%" in said.en


def test_a_zone_without_weight_in_any_draw_says_so():
    zones = make_zones([[0.9, np.nan], [0.5, 0.5]], [0.5, 0.5])
    found = simulate(zones, np.array([[0.0, 1.0]]))
    assert zone_sentence(found, "a").en.startswith("A has no rank")


@given(st.integers(1, 100_000), st.data())
def test_only_what_is_all_or_nothing_says_so(total, data):
    count = data.draw(st.integers(0, total))
    said = percent_of(count, total)
    assert (said.en == "100%") == (count == total)
    assert (said.id == "0%") == (count == 0)


def test_thousands_are_set_apart():
    assert whole_number(1234567).id == "1.234.567"
