import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.vector.schema import is_approximate
from maps.style import (
    SEQUENTIAL,
    class_colours,
    class_of,
    decimals_for,
    fixed_breaks,
    quantile_breaks,
    sequential_colours,
)

NAN = float("nan")


@pytest.mark.parametrize(
    ("values", "n_classes", "edges"),
    [
        ([1, 2, 3, 4], 2, (1, 2.5, 4)),
        ([1, 2, 3, 4, NAN], 2, (1, 2.5, 4)),
        (list(range(11)), 5, (0, 2, 4, 6, 8, 10)),
        ([7], 5, (7, 7)),
        ([7, 7, 7], 5, (7, 7)),
        ([NAN, NAN], 5, ()),
        ([], 5, ()),
        # Four of six values are the same: only the classes that hold something are left.
        ([1, 1, 1, 1, 5, 9], 3, (1, 2.33, 9)),
        ([0, 0, 0, 0, 10], 4, (0, 10)),
    ],
)
def test_quantile_breaks(values: list[float], n_classes: int, edges: tuple[float, ...]) -> None:
    assert quantile_breaks(values, n_classes=n_classes) == pytest.approx(edges)


def test_fixed_breaks_leave_out_empty_classes() -> None:
    assert fixed_breaks([0.0, 9.0], inner=[5.0, 20.0]) == (0.0, 5.0, 9.0)
    assert fixed_breaks([NAN], inner=[1.0]) == ()
    assert fixed_breaks([2.0], inner=[1.0]) == (2.0, 2.0)


def test_a_value_on_an_edge_belongs_to_the_class_above_and_the_last_edge_to_the_last_class() -> (
    None
):
    assert class_of([1, 2.49, 2.5, 4, NAN], (1, 2.5, 4)).tolist() == [0, 0, 1, 1, -1]
    assert class_of([7.0], (7.0, 7.0)).tolist() == [0]
    assert class_of([NAN, NAN], ()).tolist() == [-1, -1]


@given(
    st.lists(st.floats(-1e6, 1e6) | st.just(NAN), max_size=40),
    st.integers(1, 5),
)
def test_every_known_value_has_a_class_with_a_colour(values: list[float], n_classes: int) -> None:
    edges = quantile_breaks(values, n_classes=n_classes)
    classes = class_of(values, edges)
    colours = sequential_colours(max(len(edges) - 1, 0))
    assert list(edges) == sorted(edges)
    assert ((classes >= 0) == np.isfinite(values)).all()
    assert classes.max(initial=-1) < len(colours) <= n_classes


def test_ramps_run_from_light_to_dark_and_never_repeat_a_colour() -> None:
    assert sequential_colours(0) == ()
    assert sequential_colours(1) == (SEQUENTIAL[2],)
    for n in range(2, 6):
        assert len(set(sequential_colours(n))) == n
        assert len(set(class_colours(n))) == n
    assert len(class_colours(8)) == 8


def test_decimals_follow_the_range() -> None:
    assert [decimals_for(0, high) for high in (0.5, 5, 50, 5000)] == [3, 2, 1, 0]
    assert decimals_for(4, 4) == 2


def test_a_stated_geometry_is_approximate_unless_it_says_otherwise() -> None:
    assert is_approximate("equal_area_disc")
    assert is_approximate("anything else")
    assert not is_approximate(None)
    assert not is_approximate("official")
