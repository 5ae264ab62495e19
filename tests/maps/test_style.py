import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.vector.schema import is_approximate
from maps.breaks import class_of, quantile_breaks
from maps.style import SEQUENTIAL, class_colours, sequential_colours

NAN = float("nan")


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


def test_a_stated_geometry_is_approximate_unless_it_says_otherwise() -> None:
    assert is_approximate("equal_area_disc")
    assert is_approximate("anything else")
    assert not is_approximate(None)
    assert not is_approximate("official")
