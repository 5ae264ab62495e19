"""From a value back to a measure: how far a measure must go to be worth so much.

Value functions are asked and never solved, so that a new one needs nothing here but its knots.
"""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from geo.mcda.value_functions import ValueFunction, knots_of, support

# A measure is printed to about this many steps of the range in which its value changes.
_STEPS = 200
# No more decimals than a float holds of a number near 1.
_MOST_DECIMALS = 15
# Halvings that bring any interval of floats down to neighbours, save some next to 0.
_HALVINGS = 110


class Printable(NamedTuple):
    """A measure that is exactly what its print with so many decimals says."""

    measure: float
    decimals: int


def value_at(value: ValueFunction, measure: float) -> float:
    """The value of one measure."""
    return float(value(np.array([measure], dtype=np.float64))[0])


def nearest_measure(value: ValueFunction, *, start: float, least: float) -> float | None:
    """The measure nearest to `start` whose value is at least `least`; None where there is none.

    Parameters
    ----------
    start : float
        Whose value is below `least`, in the criterion's unit.
    least : float
        In [0, 1].

    Returns
    -------
    float or None
        In both directions where the value function rises and falls; the higher one of two equally
        far. Not beyond the support: what a curve only nears there, it does not reach. Of classes,
        which have no order, the one that is worth the least of those that are worth enough.

    Examples
    --------
    >>> nearest_measure(ValueFunction("linear", {"zero_at": 0, "one_at": 10}), start=2, least=0.5)
    5.0
    """
    if value.name == "categorical":
        enough = [(y, code) for code, y in value.parameters["values"].items() if y >= least]
        return float(min(enough)[1]) if enough else None
    turns = _turning_points(value)
    above = _first_enough(value, [start, *(x for x in turns if x > start)], least)
    below = _first_enough(value, [start, *(x for x in reversed(turns) if x < start)], least)
    found = [x for x in (above, below) if x is not None]
    return min(found, key=lambda x: abs(x - start)) if found else None


def _turning_points(value: ValueFunction) -> list[float]:
    """Measures, ascending, between which the value only rises, only falls or stays."""
    found = {float(x) for x, _ in knots_of(value)} | set(support(value))
    if value.name == "stepped":
        # A bound belongs to the class below it; the next class begins just after.
        found |= {float(np.nextafter(x, np.inf)) for x in value.parameters["upper_bounds"]}
    return sorted(found)


def _first_enough(value: ValueFunction, path: list[float], least: float) -> float | None:
    """The first measure along `path`, whose points are turning points, that is worth `least`."""
    for near, far in pairwise(path):
        if value_at(value, far) >= least:
            return _crossing(value, near, far, least)
    return None


def _crossing(value: ValueFunction, near: float, far: float, least: float) -> float:
    for _ in range(_HALVINGS):
        middle = near + (far - near) / 2
        if middle in (near, far):
            break
        if value_at(value, middle) >= least:
            far = middle
        else:
            near = middle
    return far


def decimals_of(value: ValueFunction) -> int:
    """With how many decimals a measure is worth printing.

    Examples
    --------
    >>> [decimals_of(ValueFunction("linear", {"zero_at": 0, "one_at": x})) for x in (9500, 20, 0.5)]
    [0, 1, 3]
    """
    low, high = support(value)
    if value.name == "categorical" or high <= low:
        return 0
    # log10(200 / 20) may come out just above 1.
    return max(0, int(np.ceil(np.log10(_STEPS / (high - low)) - 1e-9)))


def printable_measure(
    exact: float, *, start: float, decimals: int, is_enough: Callable[[float], bool]
) -> Printable:
    """A measure that suffices as printed: `exact`, rounded away from `start` where it must be.

    More decimals where `decimals` would not tell it from `start`, or would overshoot.

    Parameters
    ----------
    exact : float
        The nearest measure that suffices.
    is_enough : callable
        Whether a measure suffices.
    """
    rises = exact > start
    for places in range(decimals, _MOST_DECIMALS + 1):
        step = Decimal(1).scaleb(-places)
        shown_start = float(round(Decimal(start), places))
        outward, inward = (ROUND_CEILING, ROUND_FLOOR) if rises else (ROUND_FLOOR, ROUND_CEILING)
        # Inward first: an exact 73.9 may come as 73.90000000000001.
        for rounding in (inward, outward):
            # Adding 0.0 makes 0.0 of -0.0.
            rounded = float(Decimal(exact).quantize(step, rounding=rounding)) + 0.0
            is_apart = rounded > shown_start if rises else rounded < shown_start
            if is_apart and is_enough(rounded):
                return Printable(rounded, places)
    return Printable(exact, _MOST_DECIMALS)
