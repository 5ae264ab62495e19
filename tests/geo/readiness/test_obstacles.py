"""What keeps a zone from being ranked: by hand, and the fewest measurements against all others."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.readiness.lift import way_up
from geo.readiness.obstacles import constraints_failed, measure_first, obstacle
from tests.geo.scored_cases import make_case, make_model, share

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


def test_an_excluded_zone_says_which_limit_it_must_meet():
    case = make_case(THREE, {"z": [0.5, 0.5, 0.5]}, failed={"z": 0.62})
    assert [c.constraint for c in constraints_failed(case, "z")] == ["hutan"]
    assert obstacle(case, "z").id == (
        "Tidak dapat diperingkat sebelum memenuhi batas: HUTAN (62,0% luas, paling banyak 50,0%)."
    )


def test_a_share_over_the_limit_never_reads_as_the_limit():
    case = make_case(THREE, {"z": [0.5, 0.5, 0.5]}, failed={"z": 0.50001})
    assert "50.1% of the area, at most 50.0%" in obstacle(case, "z").en


def test_an_excluded_zone_without_data_says_both():
    case = make_case(THREE, {"z": [None, None, 0.5]}, failed={"z": 0.62})
    assert obstacle(case, "z").en == (
        "It cannot be ranked before it meets the limit of: HUTAN (62.0% of the area, at most "
        "50.0%). It can be ranked once these are measured too: A; data coverage then is 66% "
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
