"""Charts of many regions: names that do not overlap, lines only where there are figures."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.programme.charts import _apart


@given(st.lists(st.floats(0, 400), min_size=1, max_size=20))
def test_names_stand_a_line_apart_in_their_order_within_the_frame(wanted):
    places = _apart(sorted(wanted), low=14, high=414)
    assert all(b - a >= 15 - 0.11 for a, b in pairwise(places))
    assert min(places) >= 13.9
    assert max(places) <= 414.1


def test_names_that_have_room_stay_where_they_are():
    assert _apart([20.0, 60.0, 100.0], low=14, high=400) == [20.0, 60.0, 100.0]


def test_two_names_that_touch_move_by_the_same():
    assert _apart([50.0, 52.0], low=14, high=400) == pytest.approx([43.5, 58.5])
