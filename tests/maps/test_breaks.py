from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.breaks import (
    BREAKS,
    class_of,
    decimals_for,
    equal_breaks,
    fixed_breaks,
    natural_breaks,
    quantile_breaks,
    round_breaks,
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


def test_decimals_follow_the_range() -> None:
    assert [decimals_for(0, high) for high in (0.5, 5, 50, 5000)] == [3, 2, 1, 0]
    assert decimals_for(4, 4) == 2


def spread(values, edges):
    """Squared distances from each class's mean, summed."""
    places = class_of(values, edges)
    groups = [np.asarray(values)[places == place] for place in np.unique(places)]
    return sum(float(((group - group.mean()) ** 2).sum()) for group in groups)


def least_spread(values, n_classes):
    """By trying every way to cut the sorted values."""
    ordered = np.sort(values)
    cuts = combinations(range(1, len(ordered)), n_classes - 1)
    parts = (np.split(ordered, cut) for cut in cuts)
    return min(sum(float(((p - p.mean()) ** 2).sum()) for p in part) for part in parts)


def test_natural_breaks_wang_song_2011():
    """Wang & Song (2011), Ckmeans.1d.dp, The R Journal 3(2), the package's first example: k = 3
    gives the groups {-1, -1, -1, -1}, {2, 2, 2} and {4, 5, 6}.
    """
    values = [-1, 2, -1, 2, 4, 5, 6, -1, 2, -1]
    edges = natural_breaks(values, n_classes=3)
    assert class_of(values, edges).tolist() == [0, 1, 0, 1, 2, 2, 2, 0, 1, 0]
    assert edges == (-1, 0.5, 3, 6)


def test_natural_breaks_of_the_california_example_of_mapclassify():
    """Rey, Arribas-Bel & Wolf (2023), Geographic Data Science with Python, chapter 5, and the
    documentation of mapclassify: employment density of 58 counties, Fisher-Jenks, k = 5, counts
    49, 3, 4, 1, 1 with the upper bounds 75.29, 192.05, 370.5, 722.85, 4111.45.
    """
    from mapclassify import load_example

    values = load_example().to_numpy()
    edges = natural_breaks(values)
    assert np.bincount(class_of(values, edges)).tolist() == [49, 3, 4, 1, 1]
    tops = [values[class_of(values, edges) == place].max() for place in range(5)]
    assert tops == pytest.approx([75.29, 192.05, 370.5, 722.85, 4111.45])


@settings(max_examples=60)
@given(
    st.lists(st.integers(0, 60), min_size=4, max_size=9).filter(lambda v: len(set(v)) > 3),
    st.integers(2, 4),
    st.sampled_from([0, 4_273_000, 10**11]),
)
def test_no_other_cut_leaves_classes_more_alike(values, n_classes, base):
    values = [base + value for value in values]
    edges = natural_breaks(values, n_classes=n_classes)
    assert spread(values, edges) == pytest.approx(least_spread(values, n_classes))


@pytest.mark.parametrize("breaks", sorted(BREAKS))
@pytest.mark.parametrize(
    ("values", "edges"),
    [([], ()), ([NAN, NAN], ()), ([7.0], (7, 7)), ([7.0, 7.0, NAN], (7, 7))],
)
def test_nothing_and_one_value_have_no_inner_edge(breaks, values, edges):
    assert BREAKS[breaks](values) == edges


def test_equal_breaks_keep_their_width_where_a_class_is_empty():
    assert equal_breaks([0.0, 1.0, 10.0]) == (0, 2, 4, 6, 8, 10)


def test_fixed_breaks_are_round_numbers_that_figures_between_do_not_move():
    assert round_breaks([2.11, 8.47]) == (2.11, 4, 6, 8, 8.47)
    assert round_breaks([2.11, 3.3, 3.9, 4.0, 6.72, 8.47]) == (2.11, 4, 6, 8, 8.47)
    assert round_breaks([121_000, 1_950_000]) == (121_000, 5e5, 1e6, 1.5e6, 1_950_000)
    assert round_breaks([0.285, 0.371]) == (0.285, 0.3, 0.32, 0.34, 0.36, 0.371)


@pytest.mark.parametrize("breaks", sorted(BREAKS))
@given(values=st.lists(st.floats(-1e6, 1e6) | st.just(NAN), min_size=1, max_size=30))
def test_edges_rise_and_every_value_lies_in_its_class(breaks, values):
    edges = BREAKS[breaks](values)
    known = [value for value in values if np.isfinite(value)]
    if not known:
        assert edges == ()
        return
    assert (edges[0], edges[-1]) == (min(known), max(known))
    # The last class may hold the greatest value alone; no other has equal edges.
    assert all(low < high for low, high in pairwise(edges[:-1]))
    assert edges[-2] <= edges[-1]
    assert len(edges) - 1 <= 5
    for value, place in zip(values, class_of(values, edges), strict=True):
        if np.isfinite(value):
            assert edges[place] <= value <= edges[place + 1]
        else:
            assert place == -1


def test_natural_edges_are_printed_as_they_are():
    values = [2.11, 2.5, 3.9, 4.0, 6.72, 8.47]
    edges = natural_breaks(values, n_classes=3)
    decimals = decimals_for(2.11, 8.47)
    assert [round(edge, decimals) for edge in edges[1:-1]] == list(edges[1:-1])
