"""Breaks of values into classes: quantiles, equal intervals, natural, round and given ones.

Natural breaks are our own: mapclassify computes them with 24 bits, too few for a population, and
importing it takes seconds. The others are numpy's.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt

N_CLASSES = 5
Breaks = Literal["quantile", "natural", "equal", "fixed"]


def quantile_breaks(values: npt.ArrayLike, *, n_classes: int = 5) -> tuple[float, ...]:
    """Edges of classes that hold about equally many values, from the least to the greatest.

    Inner edges are rounded to the precision at which the legend prints them, so that a printed
    edge never contradicts a colour. Ties make fewer classes; NaN do not count.

    Parameters
    ----------
    values : (n,)
    n_classes
        The most classes wanted.

    Returns
    -------
    tuple of float
        n + 1 ascending edges of n classes; (v, v) when all values are v; () when there is none.

    Examples
    --------
    >>> quantile_breaks([1, 2, 3, 4], n_classes=2)
    (1.0, 2.5, 4.0)
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if known.size == 0:
        return ()
    low, high = float(known.min()), float(known.max())
    if low == high:
        return (low, high)
    inner = np.quantile(known, np.linspace(0, 1, n_classes + 1)[1:-1])
    return _edges(known, np.round(inner, decimals_for(low, high)))


def fixed_breaks(values: npt.ArrayLike, *, inner: Sequence[float]) -> tuple[float, ...]:
    """Edges at the given values, between the least and the greatest of `values`.

    Examples
    --------
    >>> fixed_breaks([0.0, 9.0], inner=[5.0, 20.0])
    (0.0, 5.0, 9.0)
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if known.size == 0:
        return ()
    if known.min() == known.max():
        return (float(known.min()), float(known.max()))
    return _edges(known, np.asarray(inner, dtype=np.float64))


def equal_breaks(values: npt.ArrayLike, *, n_classes: int = 5) -> tuple[float, ...]:
    """Edges of classes of equal width between the least and the greatest of `values`.

    Inner edges are rounded as `quantile_breaks` rounds them. A class may be empty: leaving it out
    would make another wider. NaN do not count.

    Examples
    --------
    >>> equal_breaks([0.0, 1.0, 10.0], n_classes=2)
    (0.0, 5.0, 10.0)
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if known.size == 0:
        return ()
    low, high = float(known.min()), float(known.max())
    inner = np.linspace(low, high, n_classes + 1)[1:-1].round(decimals_for(low, high))
    between = inner[(inner > low) & (inner < high)]
    return (low, *np.unique(between).tolist(), high)


def _edges(known: npt.NDArray[np.float64], inner: npt.NDArray[np.float64]) -> tuple[float, ...]:
    """Low, the inner edges, high; an edge stays only where values lie on both its sides."""
    low, high = float(known.min()), float(known.max())
    edges = [low]
    for edge in np.unique(inner):
        if np.any((known >= edges[-1]) & (known < edge)) and edge <= high:
            edges.append(float(edge))
    return (*edges, high)


def natural_breaks(values: npt.ArrayLike, *, n_classes: int = N_CLASSES) -> tuple[float, ...]:
    """Edges of the classes whose values differ least from their class's mean.

    Parameters
    ----------
    values : (n,)
        NaN do not count. Time grows with n squared: meant for hundreds, not for a raster.
    n_classes
        The most classes wanted; as many as there are different values, if these are fewer.

    Returns
    -------
    tuple of float
        Ascending edges from the least to the greatest; (v, v) when all values are v; () when there
        is none. An inner edge lies in the gap between two classes, half way, at the precision at
        which the legend prints it where the gap allows that.

    References
    ----------
    Fisher, W. D. (1958). On grouping for maximum homogeneity. Journal of the American Statistical
    Association 53, 789-798. Jenks, G. F. (1977). Optimal data classification for choropleth maps.
    University of Kansas, Department of Geography, Occasional Paper 2.

    Examples
    --------
    >>> natural_breaks([1.0, 2.0, 9.0, 10.0], n_classes=2)
    (1.0, 5.5, 10.0)
    """
    known = np.asarray(values, dtype=np.float64)
    different, counts = np.unique(known[np.isfinite(known)], return_counts=True)
    if different.size == 0:
        return ()
    low, high = float(different[0]), float(different[-1])
    starts = _class_starts(different, counts, n_classes=min(n_classes, different.size))
    decimals = decimals_for(low, high)
    inner = (_between(different[start - 1], different[start], decimals) for start in starts)
    return (low, *inner, high)


def _class_starts(
    values: npt.NDArray[np.float64], counts: npt.NDArray[np.int64], *, n_classes: int
) -> list[int]:
    """Where each class but the first starts in ascending `values`, of which there are `counts`."""
    n = values.size
    # The first `end` values in `classes` classes: their least spread, and where the last one starts.
    least = np.full((n_classes + 1, n + 1), np.inf)
    least[0, 0] = 0.0
    starts = np.zeros((n_classes + 1, n + 1), dtype=np.int64)
    # Of one class from each value to the newest, in Welford's way: no large squares are subtracted.
    members, means, spreads = np.zeros((3, n))
    for end, (value, count) in enumerate(zip(values, counts, strict=True), start=1):
        members[:end] += count
        step = value - means[:end]
        means[:end] += step * count / members[:end]
        spreads[:end] += count * step * (value - means[:end])
        totals = least[:-1, :end] + spreads[:end]
        starts[1:, end], least[1:, end] = totals.argmin(axis=1), totals.min(axis=1)
    found, end = [], n
    for classes in range(n_classes, 1, -1):
        end = int(starts[classes, end])
        found.append(end)
    return found[::-1]


def _between(top: float, start: float, decimals: int) -> float:
    """An edge above `top` and not above `start`, half way if it can be printed."""
    edge = round(float(top + start) / 2, decimals)
    return edge if top < edge <= start else float(start)


def round_breaks(values: npt.ArrayLike, *, n_classes: int = N_CLASSES) -> tuple[float, ...]:
    """Edges at round numbers: multiples of the smallest step of 1, 2 or 5 times a power of ten.

    They are fixed in that the range of the values alone decides them: figures that lie within it
    move no edge.

    Parameters
    ----------
    values : (n,)
        NaN do not count.
    n_classes
        The most classes wanted, at least 2.

    Returns
    -------
    tuple of float
        Ascending edges from the least to the greatest; (v, v) when all values are v; () when there
        is none. A class may be empty. The step is never finer than the legend prints.

    Examples
    --------
    >>> round_breaks([2.1, 3.9, 4.4, 9.3])
    (2.1, 4.0, 6.0, 8.0, 9.3)
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if known.size == 0:
        return ()
    low, high = float(known.min()), float(known.max())
    if low == high:
        return (low, high)
    decimals = decimals_for(low, high)
    power = max(-decimals, math.floor(math.log10((high - low) / n_classes)))
    for step in (factor * 10.0**p for p in (power, power + 1) for factor in (1, 2, 5)):
        first, last = math.floor(low / step) + 1, math.ceil(high / step) - 1
        if last - first + 2 <= n_classes:
            break
    # A power below one is not exact: the edge is the number that is printed.
    inner = (round(place * step, decimals) for place in range(first, last + 1))
    return (low, *inner, high)


def decimals_for(low: float, high: float) -> int:
    """Decimals that tell about a hundred steps between two numbers apart, 0..3."""
    if low == high:
        return 2
    return int(np.clip(2 - np.floor(np.log10(high - low)), 0, 3))


def class_of(values: npt.ArrayLike, edges: Sequence[float]) -> npt.NDArray[np.intp]:
    """The class of each value, 0 is the lowest; -1 for NaN.

    A class holds its lower edge; the last holds its upper edge too.

    Examples
    --------
    >>> class_of([1.0, 2.5, 4.0, float("nan")], (1.0, 2.5, 4.0)).tolist()
    [0, 1, 1, -1]
    """
    numbers = np.asarray(values, dtype=np.float64)
    classes = np.searchsorted(np.asarray(edges[1:-1], dtype=np.float64), numbers, side="right")
    return np.where(np.isfinite(numbers), classes, -1)


BREAKS: Mapping[Breaks, Callable[[npt.ArrayLike], tuple[float, ...]]] = MappingProxyType(
    {
        "quantile": quantile_breaks,
        "natural": natural_breaks,
        "equal": equal_breaks,
        "fixed": round_breaks,
    }
)
