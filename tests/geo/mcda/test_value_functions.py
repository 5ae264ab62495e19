"""Value functions: numbers by hand, then what holds for any parameters."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from geo.mcda.value_functions import VALUE_FUNCTIONS, ValueFunction, knots_of, objective_of, support

NAN = float("nan")
FALLING = {
    "linear": {"zero_at": 40, "one_at": 0},
    "sigmoid": {"tenth_at": 30, "nine_tenths_at": 10},
}


def function(name, **parameters):
    return ValueFunction(name, parameters)


@pytest.mark.parametrize(
    ("value", "measures", "expected"),
    [
        (function("linear", zero_at=0, one_at=4), [-1, 0, 1, 4, 9], [0, 0, 0.25, 1, 1]),
        (function("linear", **FALLING["linear"]), [-1, 0, 30, 40], [1, 1, 0.25, 0]),
        (function("piecewise", points=[[0, 0], [2, 1], [4, 0.5]]), [-1, 1, 3, 9], [0, 0.5, 0.75, 0.5]),
        (function("stepped", upper_bounds=[2, 15], values=[1, 0.5, 0]), [2, 2.1, 15, 16], [1, 0.5, 0.5, 0]),
        (function("sigmoid", tenth_at=10, nine_tenths_at=30), [10, 20, 30], [0.1, 0.5, 0.9]),
        (function("sigmoid", **FALLING["sigmoid"]), [10, 20, 30], [0.9, 0.5, 0.1]),
        # One more distance of 10 multiplies the odds 1 : 9 by 9: 1/82, then 1/730.
        (function("sigmoid", tenth_at=10, nine_tenths_at=30), [0, -10], [1 / 82, 1 / 730]),
        (function("gaussian", optimum=26, half_width=4), [26, 22, 30, 18, 14], [1, 0.5, 0.5, 0.0625, 2**-9]),
        (function("categorical", values={7: 0.5, 12: 1.0, -1: 0}), [12, -1, 7], [1, 0, 0.5]),
    ],
)  # fmt: skip
def test_a_value_function_by_hand(value, measures, expected):
    found = value(np.array(measures, dtype=float))
    assert found == pytest.approx(np.array(expected), abs=1e-12)


def test_a_class_that_the_table_does_not_grade_is_missing():
    graded = function("categorical", values={7: 0.5, 12: 1.0})
    found = graded(np.array([6.0, 7.5, 8.0, 13.0, NAN, 12.0]))
    assert found == pytest.approx(np.array([NAN, NAN, NAN, NAN, NAN, 1.0]), nan_ok=True)


def test_a_measure_without_end_has_the_value_at_the_end():
    ends = np.array([-np.inf, np.inf])
    assert function("sigmoid", tenth_at=0, nine_tenths_at=1)(ends).tolist() == [0, 1]
    assert function("gaussian", optimum=0, half_width=1)(ends).tolist() == [0, 0]
    assert function("gaussian", optimum=0, half_width=1)(np.array([1e200])).tolist() == [0]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (function("linear", zero_at=60, one_at=80), (60, 80)),
        (function("linear", zero_at=80, one_at=60), (60, 80)),
        (function("piecewise", points=[[0, 0], [5, 0], [9, 1], [20, 1]]), (5, 9)),
        (function("piecewise", points=[[0, 0.3], [5, 0.3]]), (0, 0)),
        (function("stepped", upper_bounds=[2, 5, 15], values=[1, 1, 0.5, 0.5]), (5, 5)),
        (function("stepped", upper_bounds=[2, 5, 15], values=[1, 0.7, 0.5, 0]), (2, 15)),
        (function("categorical", values={12: 1.0, 3: 0.0}), (3, 12)),
        # logit(1 - 1e-6) = 13.815510 and ln 9 = 2.197225: 50 ± 10 * 6.287709.
        (function("sigmoid", tenth_at=40, nine_tenths_at=60), (-12.87709, 112.87709)),
        # sqrt(log2 1e6) = 4.464480.
        (function("gaussian", optimum=10, half_width=2), (10 - 8.92896, 10 + 8.92896)),
    ],
)
def test_support_is_where_the_value_changes(value, expected):
    assert support(value) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (function("linear", zero_at=0, one_at=1), "max"),
        (function("linear", zero_at=1, one_at=0), "min"),
        (function("sigmoid", tenth_at=0, nine_tenths_at=1), "max"),
        (function("sigmoid", tenth_at=1, nine_tenths_at=0), "min"),
        (function("piecewise", points=[[0, 0], [1, 0], [2, 1]]), "max"),
        (function("piecewise", points=[[0, 1], [1, 0.5], [2, 0.6]]), "none"),
        (function("piecewise", points=[[0, 1], [1, 1]]), "none"),
        (function("stepped", upper_bounds=[2], values=[1, 0]), "min"),
        (function("stepped", upper_bounds=[2, 3], values=[0, 1, 0.5]), "none"),
        (function("gaussian", optimum=0, half_width=1), "none"),
        (function("categorical", values={1: 0, 2: 1}), "none"),
    ],
)
def test_the_objective_is_read_off_the_parameters(value, expected):
    assert objective_of(value) == expected


# Measures of the size of real ones: between neighbouring numbers of 1e300 no curve has a slope.
MEASURES = st.floats(-1e6, 1e6)
SHARES = st.floats(0, 1)


@st.composite
def value_functions(draw):
    name = draw(st.sampled_from(sorted(VALUE_FUNCTIONS)))
    if name in ("linear", "sigmoid"):
        first, second = draw(MEASURES), draw(MEASURES)
        assume(abs(first - second) > 1e-3)
        keys = ("zero_at", "one_at") if name == "linear" else ("tenth_at", "nine_tenths_at")
        return function(name, **dict(zip(keys, (first, second), strict=True)))
    if name == "gaussian":
        return function(name, optimum=draw(MEASURES), half_width=draw(st.floats(1e-3, 1e6)))
    if name == "categorical":
        return function(name, values=draw(st.dictionaries(st.integers(-9, 9), SHARES, min_size=1)))
    xs = sorted(draw(st.lists(MEASURES, min_size=2, max_size=6, unique=True)))
    assume(min(b - a for a, b in pairwise(xs)) > 1e-3)
    ys = draw(st.lists(SHARES, min_size=len(xs), max_size=len(xs)))
    if name == "piecewise":
        return function(name, points=[list(point) for point in zip(xs, ys, strict=True)])
    return function(name, upper_bounds=xs[1:], values=ys)


# Interpolated, this is -5.6e-17 before it is held.
@example(ValueFunction("piecewise", {"points": [[-36543.0, 0.41796875], [2.1e-88, 0.0]]}), [0.0])
@given(value_functions(), st.lists(st.one_of(MEASURES, st.just(NAN)), min_size=1))
def test_a_value_is_a_share_and_missing_where_the_measure_is(value, measures):
    asked = np.array(measures)
    before = asked.copy()
    found = value(asked)
    assert np.isnan(found[np.isnan(asked)]).all()
    if value.name != "categorical":
        assert (np.isnan(found) == np.isnan(asked)).all()
    known = found[~np.isnan(found)]
    assert ((known >= 0) & (known <= 1)).all()
    assert np.array_equal(asked, before, equal_nan=True)


@given(value_functions(), st.lists(MEASURES, min_size=2))
def test_a_value_never_goes_against_its_objective(value, measures):
    changes = np.diff(value(np.sort(np.array(measures))))
    objective = objective_of(value)
    # An interpolation may miss by the last digit.
    if objective == "max":
        assert (changes >= -1e-12).all()
    if objective == "min":
        assert (changes <= 1e-12).all()


@given(value_functions(), st.floats(0, 1e6))
def test_outside_of_its_support_a_value_no_longer_changes(value, beyond):
    low, high = support(value)
    assert low <= high
    if value.name == "categorical":
        assert np.isnan(value(np.array([low - 1 - beyond, high + 1 + beyond]))).all()
        return
    # On a bound a step still has the class below it.
    step = 1e-6 * max(1.0, abs(low), abs(high))
    near = value(np.array([low - step, high + step]))
    far = value(np.array([low - step - beyond, high + step + beyond]))
    assert far == pytest.approx(near, abs=1.1e-6)


@given(value_functions())
def test_the_values_at_the_knots_are_those_of_the_function(value):
    for measure, expected in knots_of(value):
        around = value(np.array([measure, math.nextafter(measure, math.inf)]))
        assert min(abs(around - expected)) < 1e-6
