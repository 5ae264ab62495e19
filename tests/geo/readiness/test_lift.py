"""The smallest change that lifts a zone: by hand, and applied to the measures and scored again."""

import math
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from geo.errors import ZoneNotFound
from geo.language import Text
from geo.mcda.methods import METHODS
from geo.mcda.value_functions import IndicatorMeasure, RasterMeasure, support
from geo.readiness.lift import (
    constraints_failed,
    measure_first,
    obstacle,
    smallest,
    way_up,
    ways_up,
)
from geo.readiness.score import ConstraintResult
from tests.geo.scored_cases import criterion, make_case, make_model, rescored, share


def ipm(**facts):
    return criterion("ipm", "linear", zero_at=60, one_at=80, **facts)


def lift_of(case, zone, goal, name):
    found = [w for w in ways_up(case, zone) if (w.goal, w.criterion) == (goal, name)]
    return found[0] if found else None


def test_the_smallest_change_to_the_next_class_by_hand():
    """IPM 71.2 is worth 0.56, so the score is 53; class K2 from 60 needs 0.70, which is 74."""
    case = make_case(make_model([ipm(unit="indeks"), share("b")]), {"z": [71.2, 0.5]})
    found = lift_of(case, "z", "class", "ipm")
    assert (found.measure, found.needed, found.decimals) == (71.2, 74.0, 1)
    assert (found.value, found.needed_value) == pytest.approx((0.56, 0.7))
    assert (found.gain, found.score, found.rank_class) == (
        pytest.approx(7),
        pytest.approx(60),
        "k2",
    )
    assert (
        found.sentence.id
        == "Skornya mencapai kelas K2 bila IPM naik dari 71,2 menjadi 74,0 (indeks)."
    )
    assert (
        found.sentence.en == "Its score reaches class K2 if IPM rises from 71.2 to 74.0 (indeks)."
    )


def test_a_rate_and_money_have_their_sign_at_the_number():
    rate = make_case(make_model([ipm(unit="% rumah tangga"), share("b")]), {"z": [71.2, 0.5]})
    found = lift_of(rate, "z", "class", "ipm").sentence
    assert found.id.endswith("bila IPM naik dari 71,2% menjadi 74,0% rumah tangga.")
    wage = make_case(make_model([ipm(unit="juta Rp per bulan"), share("b")]), {"z": [71.2, 0.5]})
    found = lift_of(wage, "z", "class", "ipm").sentence
    assert found.id.endswith("bila IPM naik dari Rp71,2 juta menjadi Rp74,0 juta per bulan.")


def test_the_smaller_change_of_value_comes_first():
    """Of weights 0.75 and 0.25, 6 points are 0.08 of the value of a and 0.24 of that of b."""
    case = make_case(make_model([share("a"), share("b")]), {"z": [0.6, 0.36]}, weights=[0.75, 0.25])
    found = ways_up(case, "z")
    assert [(w.criterion, w.needed) for w in found] == [("a", 0.68), ("b", 0.6)]
    assert smallest(found, "class") is found[0]
    assert smallest(found, "rank") is None
    assert way_up(case, "z") == found[0].sentence


@pytest.mark.parametrize(
    ("method", "needed"),
    [
        ("weighted_sum", 0.7),  # (v + 0.5) / 2 is 0.6
        ("weighted_product", 0.72),  # √(0.5 v) is 0.6
        ("geometric_mean", 0.72),
        ("limiting_factor", None),  # the other stays at 0.5
    ],
)
def test_the_value_that_each_method_needs_by_hand(method, needed):
    model = make_model([share("a", "x"), share("b", "y")])
    found = lift_of(make_case(model, {"z": [0.5, 0.5]}, method=method), "z", "class", "a")
    assert (found and found.needed) == needed


def test_topsis_by_hand():
    """Of (v, 0.5) the closeness is 0.6 where (v² + 0.25) · 4 = 9 ((1 - v)² + 0.25), at v = 0.7091."""
    model = make_model([share("a"), share("b")])
    found = lift_of(make_case(model, {"z": [0.5, 0.5]}, method="topsis"), "z", "class", "a")
    root = (18 - math.sqrt(18**2 - 4 * 5 * 10.25)) / 10
    assert root == pytest.approx(0.7091, abs=1e-4)
    # Printed with three decimals, upwards.
    assert found.needed == 0.71


def test_owa_by_hand():
    """At risk 0.25 the best of two equal weights counts (1/2)³: 0.5 + (v - 0.5) / 8 is 0.55 at 0.9."""
    model = make_model([share("a"), share("b")], bounds=(0, 55))
    case = make_case(model, {"z": [0.5, 0.5]}, method="owa", risk=0.25)
    assert lift_of(case, "z", "class", "a").needed == 0.9


def test_promethee_by_hand():
    """Zone p beats r under both and q under none: 50. Level with q under a it has 62.5, above it 75."""
    zones = {"p": [0.5, 0.5], "q": [0.7, 0.9], "r": [0.1, 0.1]}
    case = make_case(make_model([share("a"), share("b")]), zones, method="promethee")
    assert case.scores.scores == pytest.approx([50, 100, 0])
    found = lift_of(case, "p", "class", "a")
    assert (found.needed, found.score, found.rank_class) == (0.7, pytest.approx(62.5), "k2")
    higher = make_case(
        make_model([share("a"), share("b")], bounds=(0, 70)), zones, method="promethee"
    )
    found = lift_of(higher, "p", "class", "a")
    assert (found.needed, found.score, found.rank_class) == (0.701, pytest.approx(75), "k1")
    # q falls to 75 with it: a tie, which is no place gained.
    assert lift_of(case, "p", "rank", "a") is None


def test_a_rank_is_reached_by_standing_strictly_before():
    """Zone q has 40, p 50: with 0.6 under a they would tie."""
    case = make_case(make_model([share("a"), share("b")]), {"p": [0.5, 0.5], "q": [0.4, 0.4]})
    found = lift_of(case, "q", "rank", "a")
    assert (found.needed, found.rank, found.overtaken) == (0.601, 1, ("p",))
    assert found.sentence.id == (
        "Naik ke peringkat 1, melampaui P, bila A naik dari 0,400 menjadi 0,601 "
        "sedangkan kawasan lain tetap."
    )


def test_a_tie_is_overtaken_whole():
    zones = {"o": [0.9, 0.9], "p": [0.5, 0.5], "q": [0.5, 0.5], "r": [0.6, 0.4]}
    case = make_case(make_model([share("a"), share("b")]), {**zones, "s": [0.4, 0.5]})
    assert case.scores.ranks.tolist() == [1, 2, 2, 2, 5]
    found = lift_of(case, "s", "rank", "a")
    assert (found.needed, found.rank) == (0.501, 2)
    assert set(found.overtaken) == {"p", "q", "r"}
    # One of those that tie has a better zone to overtake, not the others.
    assert lift_of(case, "p", "rank", "a") is None


def test_more_than_three_overtaken_are_counted():
    zones = {f"z{i}": [0.5, 0.5] for i in range(5)} | {"last": [0.1, 0.1]}
    case = make_case(make_model([share("a"), share("b")]), zones)
    found = lift_of(case, "last", "rank", "a")
    assert found.sentence.en.startswith("It rises to rank 1, ahead of Z0, Z1, Z2 and 2 more, if")


def test_the_first_in_the_highest_class_has_nowhere_to_go():
    case = make_case(make_model([share("a"), share("b")]), {"p": [0.9, 0.9], "q": [0.85, 0.85]})
    assert ways_up(case, "p") == ()
    assert way_up(case, "p") is None
    assert {w.goal for w in ways_up(case, "q")} == {"rank"}
    assert way_up(case, "q") == ways_up(case, "q")[0].sentence


def test_a_zone_alone_can_rise_a_class_but_no_rank():
    case = make_case(make_model([share("a")]), {"z": [0.5]})
    assert [(w.goal, w.needed) for w in ways_up(case, "z")] == [("class", 0.6)]


def test_no_single_measure_may_suffice():
    case = make_case(
        make_model([share("a"), share("b")]), {"z": [0.0, 0.0]}, method="limiting_factor"
    )
    assert ways_up(case, "z") == ()
    assert way_up(case, "z").en == "No single measure suffices for a higher class."
    top = make_case(
        make_model([share("a"), share("b")]),
        {"p": [0.95, 0.95], "q": [0.9, 0.9]},
        method="limiting_factor",
    )
    assert way_up(top, "q").en == "No single measure suffices for a better rank."


FLOORED = make_model([share("a", "x"), share("b", "y")], floors={"x": 50})


def test_a_zone_below_a_floor_must_get_over_it():
    """Its score of 60 is in K2, the floor holds it in K0; a from 0.3 to 0.5 frees it into K2."""
    case = make_case(FLOORED, {"z": [0.3, 0.9]})
    assert case.result("z").rank_class == "k0"
    found = ways_up(case, "z")
    assert [(w.criterion, w.needed, w.rank_class) for w in found] == [("a", 0.5, "k2")]
    assert found[0].floors_cleared == ("x",)
    assert found[0].sentence.id == (
        "Melewati batas minimum X dan skornya mencapai kelas K2 bila A naik dari 0,300 menjadi 0,500."
    )


def test_over_the_floor_the_score_must_do_as_well():
    """With a at 0.5 the floor is passed but the score is 30: K1 from 40 needs 0.7."""
    case = make_case(FLOORED, {"z": [0.3, 0.1]})
    assert [(w.criterion, w.needed) for w in ways_up(case, "z")] == [("a", 0.7)]


def test_two_floors_are_too_much_for_one_measure():
    model = make_model([share("a", "x"), share("b", "y")], floors={"x": 50, "y": 30})
    case = make_case(model, {"z": [0.3, 0.125]})
    assert ways_up(case, "z") == ()
    assert way_up(case, "z").id == (
        "Untuk naik kelas, batas minimum harus dilewati lebih dahulu: X (kini 30,0, paling sedikit "
        "50,0); Y (kini 12,5, paling sedikit 30,0). Satu ukuran saja tidak cukup."
    )


def test_a_floor_of_a_dimension_above_counts_all_criteria_below_it():
    """Dimension top holds x and y: its score is 45, and 55 needs 0.2 more of either."""
    model = make_model(
        [share("a", "x"), share("b", "y")], floors={"top": 55}, parents={"x": "top", "y": "top"}
    )
    case = make_case(model, {"z": [0.5, 0.4]})
    found = {w.criterion: w.needed for w in ways_up(case, "z")}
    assert found == {"a": 0.7, "b": 0.6}


def test_a_measure_on_a_bound_belongs_to_the_class_below():
    """Slope: 15 is still in the class up to 15. Altitude class: 10 is not yet in the one above."""
    slope = criterion("slope", "stepped", upper_bounds=[2, 5, 15, 40], values=[1, 0.8, 0.6, 0.2, 0])
    depth = criterion("depth", "stepped", upper_bounds=[10, 20], values=[0, 0.6, 1])
    case = make_case(make_model([slope]), {"z": [33.0]})
    assert [w.needed for w in ways_up(case, "z")] == [15.0]
    assert "falls from 33.0 to 15.0" in ways_up(case, "z")[0].sentence.en
    case = make_case(make_model([depth]), {"z": [4.0]})
    # Any depth over 10 is enough; of two decimals the next that can be printed is 10.01.
    assert [(w.needed, w.needed_value) for w in ways_up(case, "z")] == [(10.01, 0.6)]


@pytest.mark.parametrize(("start", "needed"), [(20.0, 23.0), (34.0, 29.0), (26.0, None)])
def test_a_peak_is_reached_from_the_side_where_the_measure_is(start, needed):
    """Piecewise from 0 at 20 to 1 at 25, 1 at 27 and 0 at 32; a class from 0.6 on."""
    warm = criterion("warm", "piecewise", points=[(20, 0), (25, 1), (27, 1), (32, 0)])
    found = ways_up(make_case(make_model([warm], bounds=(0, 60)), {"z": [start]}), "z")
    assert [w.needed for w in found] == ([] if needed is None else [needed])


@pytest.mark.parametrize(("start", "needed"), [(10.0, 22.0), (50.0, 30.0)])
def test_a_bell_is_half_at_its_half_width(start, needed):
    bell = criterion("bell", "gaussian", optimum=26, half_width=4)
    found = ways_up(make_case(make_model([bell], bounds=(0, 50)), {"z": [start]}), "z")
    assert [w.needed for w in found] == [needed]


def test_a_logistic_curve_never_reaches_one():
    curve = criterion("curve", "sigmoid", tenth_at=10, nine_tenths_at=20)
    reachable = make_case(make_model([curve], bounds=(0, 90)), {"z": [12.0]})
    assert [w.needed for w in ways_up(reachable, "z")] == [20.0]
    assert ways_up(make_case(make_model([curve], bounds=(0, 100)), {"z": [12.0]}), "z") == ()


def test_a_class_is_named_and_the_least_sufficient_one_chosen():
    soil = criterion("soil", "categorical", values={7: 0.2, 9: 1.0, 12: 0.65, 16: 0.4})
    found = ways_up(make_case(make_model([soil]), {"z": [7.0]}), "z")
    assert [(w.needed, w.decimals) for w in found] == [(16.0, 0)]
    assert (
        found[0].sentence.id
        == "Skornya mencapai kelas K1 bila SOIL berubah dari kelas 7 menjadi kelas 16."
    )


def test_the_code_of_a_stepped_class_stays_a_whole_number():
    cover = criterion("cover", "stepped", upper_bounds=[5, 10], values=[0, 0.5, 1])
    cover = replace(cover, measure=RasterMeasure("landcover", "majority"))
    found = ways_up(make_case(make_model([cover]), {"z": [3.0]}), "z")
    assert [w.needed for w in found] == [6.0]
    assert "changes from class 3 to class 6" in found[0].sentence.en


def test_a_bound_reached_exactly_is_not_overshot():
    """0.1 + 0.2 is not 0.3: the last bit must not cost a whole printed step."""
    case = make_case(make_model([share("a")], bounds=(0, 30)), {"z": [0.1 + 0.1]})
    assert [w.needed for w in ways_up(case, "z")] == [0.3]


def test_a_change_smaller_than_the_print_gets_more_decimals():
    case = make_case(make_model([ipm()], bounds=(0, 50)), {"z": [69.9999]})
    found = ways_up(case, "z")[0]
    assert found.sentence.en == "Its score reaches class K1 if IPM rises from 69.9999 to 70.0000."


def test_numbers_of_thousands_are_written_as_each_language_writes_them():
    road = criterion("road", "linear", unit="m", zero_at=10000, one_at=500)
    found = ways_up(make_case(make_model([road], bounds=(0, 60)), {"z": [8123.0]}), "z")[0]
    assert "turun dari 8.123 menjadi 4.300 (m)" in found.sentence.id
    assert "falls from 8,123 to 4,300 (m)" in found.sentence.en


def test_what_is_unknown_cannot_be_changed():
    case = make_case(make_model([share("a"), share("b")]), {"z": [0.3, None]})
    assert {w.criterion for w in ways_up(case, "z")} == {"a"}
    # Half of the weight is known: a alone carries the score.
    assert lift_of(case, "z", "class", "a").needed == 0.4


def test_what_weighs_nothing_lifts_nothing():
    case = make_case(make_model([share("a"), share("b")]), {"z": [0.3, 0.1]}, weights=[1, 0])
    assert {w.criterion for w in ways_up(case, "z")} == {"a"}


def test_an_unknown_zone_is_refused():
    case = make_case(make_model([share("a")]), {"z": [0.3]})
    for ask in (ways_up, way_up):
        with pytest.raises(ZoneNotFound):
            ask(case, "atlantis")


steps = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])


@st.composite
def functions(draw, name):
    """A criterion of any value function, its end points anywhere."""
    a = draw(st.integers(-50, 50))
    b = a + draw(st.sampled_from([-40, -3, 0.7, 5, 1000]))
    low, high = min(a, b), max(a, b)
    kind = draw(
        st.sampled_from(
            ["linear", "piecewise", "stepped", "sigmoid", "gaussian", "peak", "categorical"]
        )
    )
    if kind == "linear":
        return criterion(name, "linear", zero_at=a, one_at=b), (low, high)
    if kind == "piecewise":
        points = [(low, draw(steps)), ((low + high) / 2, draw(steps)), (high, draw(steps))]
        return criterion(name, "piecewise", points=points), (low, high)
    if kind == "peak":
        points = [(low, 0.1), (low + 0.3 * (high - low), 0.9), (high, 0.0)]
        return criterion(name, "piecewise", points=points), (low, high)
    if kind == "stepped":
        values = draw(st.lists(steps, min_size=3, max_size=3))
        return criterion(name, "stepped", upper_bounds=[low, high], values=values), (low, high)
    if kind == "sigmoid":
        return criterion(name, "sigmoid", tenth_at=a, nine_tenths_at=b), (low, high)
    if kind == "gaussian":
        return criterion(name, "gaussian", optimum=a, half_width=high - low), (low, high)
    return criterion(name, "categorical", values={1: 0.0, 2: 0.5, 3: 1.0}), None


@st.composite
def cases(draw):
    """Zones under random value functions, weights, floors and any method."""
    m = draw(st.integers(1, 4))
    made = [draw(functions(f"c{j}")) for j in range(m)]
    criteria = [replace(c, dimension=f"d{j % 2}") for j, (c, _) in enumerate(made)]
    floors = {"d0": draw(st.sampled_from([0, 30, 50]))}
    model = make_model(criteria, floors=floors, coverage_floor=0.2)

    def measure(span):
        if draw(st.integers(0, 9)) == 0:
            return None
        if span is None:
            return float(draw(st.integers(1, 3)))
        room = span[1] - span[0]
        return draw(st.floats(span[0] - room / 2, span[1] + room / 2))

    zones = {f"z{i}": [measure(span) for _, span in made] for i in range(draw(st.integers(1, 4)))}
    parts = draw(st.lists(st.integers(0, 9), min_size=m, max_size=m).filter(any))
    return make_case(
        model,
        zones,
        weights=[p / sum(parts) for p in parts],
        method=draw(st.sampled_from(sorted(METHODS))),
        risk=draw(st.sampled_from([0.0, 0.2, 0.5, 0.9])),
    )


def is_reached(before, after, zone, goal):
    i = before.matrix.area_ids.index(zone)
    if goal == "class":
        return after.scores.classes[i] > before.scores.classes[i]
    # A tie shares the better rank, but overtakes nobody.
    not_behind = after.scores.ranks <= after.scores.ranks[i]
    return not_behind.sum() < before.scores.ranks[i]


@given(cases())
def test_applying_a_lift_really_lifts_the_zone(case):
    """The measure as it is printed, put into the measures and scored from the start."""
    for zone in case.matrix.area_ids:
        for found in ways_up(case, zone):
            printed = float(f"{found.needed:.{found.decimals}f}")
            then = rescored(case, zone, found.criterion, printed)
            assert is_reached(case, then, zone, found.goal)
            i = case.matrix.area_ids.index(zone)
            assert then.scores.scores[i] == pytest.approx(found.score)
            assert found.gain == pytest.approx(found.score - case.scores.scores[i])
            assert int(then.scores.ranks[i]) == found.rank
            assert then.result(zone).rank_class == found.rank_class
            shown = f"{found.needed:,.{found.decimals}f}".replace("-", "\N{MINUS SIGN}")
            assert shown in found.sentence.en


@given(cases())
def test_a_little_less_does_not_lift_the_zone(case):
    """One printed step nearer to what is measured, no print suffices; classes have no steps."""
    for zone in case.matrix.area_ids:
        for found in ways_up(case, zone):
            asked = next(c for c in case.model.criteria if c.id == found.criterion)
            if asked.value.name == "categorical":
                continue
            back = math.copysign(10.0**-found.decimals, found.measure - found.needed)
            nearer = round(found.needed + back, found.decimals)
            shown = round(found.measure, found.decimals)
            assume((nearer - shown) * (found.needed - shown) > 0)
            then = rescored(case, zone, found.criterion, nearer)
            assert not is_reached(case, then, zone, found.goal)


@given(cases())
def test_what_has_no_lift_cannot_be_lifted_by_any_measure(case):
    """Tried on 13 measures over the support of two criteria."""
    for zone in case.matrix.area_ids:
        i = case.matrix.area_ids.index(zone)
        if not case.scores.ranked[i]:
            assert ways_up(case, zone) == ()
            continue
        found = {(w.goal, w.criterion) for w in ways_up(case, zone)}
        for j, asked in enumerate(case.model.criteria[:2]):
            lacking = [goal for goal in ("class", "rank") if (goal, asked.id) not in found]
            if np.isnan(case.matrix.values[i, j]) or not lacking:
                continue
            is_class = asked.value.name == "categorical"
            tried = [1.0, 2.0, 3.0] if is_class else np.linspace(*support(asked.value), 13)
            for measure in tried:
                then = rescored(case, zone, asked.id, float(measure))
                for goal in lacking:
                    assert not is_reached(case, then, zone, goal)


@given(cases())
def test_lifts_are_sorted_by_the_change_of_value(case):
    for zone in case.matrix.area_ids:
        changes = [(not w.actionable, w.needed_value - w.value) for w in ways_up(case, zone)]
        assert changes == sorted(changes)
        assert all(change > 0 for _, change in changes)


def test_what_an_office_can_change_goes_before_a_smaller_change_of_what_it_cannot():
    """Of weights 0.75 and 0.25, 6 points are 0.08 of the value of a and 0.24 of that of b."""
    seen, done = share("a"), replace(share("b"), actionable=True)
    case = make_case(make_model([seen, done]), {"z": [0.6, 0.36]}, weights=[0.75, 0.25])
    assert [(w.criterion, w.actionable) for w in ways_up(case, "z")] == [("b", True), ("a", False)]
    assert way_up(case, "z").id == "Skornya mencapai kelas K2 bila B naik dari 0,360 menjadi 0,600."


def test_nobody_is_told_to_change_land_cover_and_all_actions_together_are_summed_up():
    """0.9 × 0.5 + 0.1 × 0.9 is 54; a at 0.567 would do, b at 1 brings 55 and no class."""
    seen, done = share("a"), replace(share("b"), actionable=True)
    case = make_case(make_model([seen, done]), {"z": [0.5, 0.9]}, weights=[0.9, 0.1])
    assert way_up(case, "z").en == (
        "Nothing that an office can change suffices alone for a higher class. "
        "With all of it at its best (B) the score is 55.0 (the span of class K1)."
    )
    assert lift_of(case, "z", "class", "a").needed == 0.567


def test_actions_that_suffice_only_together_say_the_class_they_reach():
    parts = [share("a"), *(replace(share(c), actionable=True) for c in "bc")]
    case = make_case(make_model(parts), {"z": [0.5, 0.8, 0.4]}, weights=[0.6, 0.2, 0.2])
    low = make_case(make_model(parts), {"z": [0.4, 0.5, 0.3]}, weights=[0.6, 0.2, 0.2])
    assert way_up(case, "z").id.startswith("Skornya mencapai kelas K2 bila C naik")
    assert way_up(low, "z").id.endswith("nilai terbaik (B, C), skornya 64,0 (rentang kelas K2).")


def test_the_highest_class_is_not_promised_while_a_constraint_is_unchecked():
    """0.75 needs 0.85 of a for 80, the highest class; 0.5 needs 0.7 for 60, which promises less."""
    case = make_case(make_model([share("a"), share("b")]), {"z": [0.75, 0.75], "y": [0.5, 0.5]})
    title = Text(id="Gambut dalam", en="Deep peat")
    unknown = ConstraintResult("gambut", title, 0.0, 1.0, 0.5, None)
    measures = replace(case.measures, constraints={"gambut": [unknown, unknown]})
    assert unknown.outcome == "unknown"
    open_case = replace(case, measures=measures)
    assert way_up(open_case, "z").id == (
        "Skornya mencapai kelas K3 bila A naik dari 0,750 menjadi 0,850. "
        "Kelas itu belum dapat dijanjikan: Gambut dalam belum dapat diperiksa."
    )
    assert "cannot be promised yet: Deep peat could not be checked" in way_up(open_case, "z").en
    assert "promised" not in way_up(open_case, "y").en
    assert "promised" not in way_up(case, "z").en


def test_what_is_at_its_best_or_unknown_is_no_action():
    parts = [share("a"), *(replace(share(c), actionable=True) for c in "bc")]
    case = make_case(make_model(parts), {"z": [0.1, 1.0, None]}, weights=[0.8, 0.1, 0.1])
    assert way_up(case, "z").en == "No single measure suffices for a higher class."


def test_a_regency_figure_is_told_to_be_one():
    water = replace(
        share("a"), measure=IndicatorMeasure("air_minum_layak", max_age_years=5), actionable=True
    )
    case = make_case(make_model([water, share("b")]), {"z": [0.5, 0.5]})
    assert way_up(case, "z").id == (
        "Skornya mencapai kelas K2 bila A naik dari 0,500 menjadi 0,700. "
        "Ini angka kabupaten: tidak dapat diubah di kawasan ini saja."
    )
    assert "regency's figure" in way_up(case, "z").en
    assert "regency" not in lift_of(case, "z", "class", "b").sentence.en


THREE = make_model([share(name) for name in "abc"])


def test_the_heaviest_missing_criterion_is_measured_first():
    case = make_case(THREE, {"z": [0.5, None, None]}, weights=[0.3, 0.2, 0.5])
    found = measure_first(case, "z")
    assert found.criteria == ("c",)
    assert (found.coverage, found.coverage_then) == pytest.approx((0.3, 0.8))
    assert found.sentence.id == (
        "Dapat diperingkat bila diukur juga: C; cakupan data menjadi 80% (paling sedikit 50%)."
    )
    assert way_up(case, "z") == obstacle(case, "z") == found.sentence


def test_a_zone_without_any_data_needs_the_fewest_that_reach_the_floor():
    case = make_case(THREE, {"z": [None, None, None]}, weights=[0.4, 0.2, 0.4])
    assert measure_first(case, "z").criteria == ("a", "c")


def test_a_measure_of_a_part_of_the_zone_can_be_completed():
    case = make_case(
        THREE,
        {"z": [0.5, 0.5, None]},
        weights=[0.6, 0.3, 0.1],
        credits={"z": [0.2, 1.0, 0.0]},
    )
    found = measure_first(case, "z")
    assert found.criteria == ("a",)
    assert "A all over the area (now 20%)" in found.sentence.en


def test_a_zone_that_is_ranked_has_no_obstacle():
    case = make_case(THREE, {"z": [0.5, 0.5, None]})
    assert (measure_first(case, "z"), obstacle(case, "z")) == (None, None)


def test_an_excluded_zone_says_which_constraint_it_must_meet():
    case = make_case(THREE, {"z": [0.5, 0.5, 0.5]}, failed={"z": 0.62})
    assert [c.constraint for c in constraints_failed(case, "z")] == ["hutan"]
    assert obstacle(case, "z").id == (
        "Tidak dapat diperingkat sebelum memenuhi syarat mutlak: HUTAN (62% luas, paling banyak 50%)."
    )


def test_a_share_over_the_limit_never_reads_as_the_limit():
    case = make_case(THREE, {"z": [0.5, 0.5, 0.5]}, failed={"z": 0.50001})
    assert "50.001% of the area, at most 50%" in obstacle(case, "z").en


def test_an_excluded_zone_without_data_says_both():
    case = make_case(THREE, {"z": [None, None, 0.5]}, failed={"z": 0.62})
    assert obstacle(case, "z").en == (
        "It cannot be ranked before it meets the constraints: HUTAN (62% of the area, at most "
        "50%). It can be ranked once these are measured too: A; data coverage then is 67% "
        "(at least 50% is needed)."
    )


@given(
    parts=st.lists(st.integers(1, 9), min_size=4, max_size=4),
    credits=st.lists(st.sampled_from([0.0, 0.3, 1.0]), min_size=4, max_size=4),
    floor=st.sampled_from([0.1, 0.5, 0.9, 1.0]),
)
def test_no_fewer_measurements_would_do(parts, credits, floor):
    model = make_model([share(name) for name in "abcd"], coverage_floor=floor)
    weights = [p / sum(parts) for p in parts]
    row = [0.5 if c else None for c in credits]
    case = make_case(model, {"z": row}, weights=weights, credits={"z": credits})
    found = measure_first(case, "z")
    n = 0 if found is None else len(found.criteria)
    now = sum(w * c for w, c in zip(weights, credits, strict=True))
    rooms = [w * (1 - c) for w, c in zip(weights, credits, strict=True)]

    def reach(size):
        return max(now + sum(chosen) for chosen in combinations(rooms, size))

    assert reach(n) >= floor - 1e-9
    assert n == 0 or reach(n - 1) < floor
    if found is not None:
        assert found.coverage_then == pytest.approx(reach(n))
        assert not case.scores.ranked[0]
