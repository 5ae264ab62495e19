"""Ranks of scores and their ties, of one row or of thousands of weight sets at once.

Where the weight sets come from is `geo/uncertainty/draws.py`.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from geo.mcda.matrix import Array

Ranks = npt.NDArray[np.int32]
T = TypeVar("T")

# Scores are compared in units of 1e-9 points: what differs by less differs by the order of additions.
_UNITS = 1e9
# Scores that are computed together: 21 MB, and 32 weight sets at least, or calls would cost more
# than work.
_BLOCK_SCORES = 2_700_000
_LEAST_SETS = 32
# Adding 2**52 to a whole number below it leaves that number in the low bits of the float, and
# `_INTEGER_BITS` above them.
_INTEGER = 2.0**52
_INTEGER_BITS = 0x433 << 52
# OpenBLAS gives larger products to threads of its own, which spin and take the cores from ours.
_SMALL_PRODUCT = 500_000
# The packed sort costs 4 µs a row before it sorts. Of 14 areas the argsort is 17 times as fast as it, of
# 156 1.5 times; from here on the packed sort is, at 2,000 areas 4 times.
PACKED_FROM = 300
# Scores that the packed sort can hold, with room for values a little outside 0..1.
_MOST_POINTS = 1000.0
_AREA_BITS = 62 - int(np.ceil(np.log2(2 * _MOST_POINTS * _UNITS)))
# This bit makes a key, read as a float, an ordinary positive number: those sort as the keys do, and
# numpy sorts floats faster than integers.
_NORMAL_BIT = 1 << 62


def rank_scores(scores: Array) -> Array:
    """Ranks of one row of scores or of several: 1 is the highest, equal scores share the better rank.

    Parameters
    ----------
    scores : (n_areas,) or (n_rows, n_areas) float64
        NaN where an area has none.

    Returns
    -------
    same shape, float64
        NaN where the score is NaN; such areas do not count in the ranks of the others. Scores are
        rounded to 1e-9, and neighbours in the order that then differ by one unit or none are equal:
        a border of rounding never parts two scores that only the order of additions parts.

    Examples
    --------
    >>> rank_scores(np.array([50.0, 80.0, 50.0, np.nan, 10.0]))
    array([ 2.,  1.,  2., nan,  4.])
    """
    ranks = rank_rows(np.atleast_2d(scores)).reshape(scores.shape)
    return np.where(ranks == 0, np.nan, ranks.astype(np.float64))


def rank_rows(scores: Array, *, out: Ranks | None = None, packed_from: int = PACKED_FROM) -> Ranks:
    """Ranks (n_rows, n_areas) as whole numbers, 0 where the score is NaN; see `rank_scores`.

    They are written to `out` where it is given. From `packed_from` areas on they are found by the
    packed sort where it can hold the scores; the ranks are the same.
    """
    ranks = np.empty(scores.shape, dtype=np.int32) if out is None else out
    if scores.size == 0:
        return ranks
    if packed_from <= scores.shape[1] <= 2**_AREA_BITS and _can_be_packed(scores):
        _write_packed_ranks(scores, ranks)
    else:
        ranks[:] = _ranks_by_argsort(scores)
    return ranks


def _can_be_packed(scores: Array) -> bool:
    # NaN makes both comparisons false.
    return bool(scores.min() >= -_MOST_POINTS and scores.max() <= _MOST_POINTS)


def _ranks_by_argsort(scores: Array) -> Ranks:
    n_rows, n_areas = scores.shape
    with np.errstate(invalid="ignore", over="ignore"):
        behind = np.where(np.isnan(scores), np.inf, -np.rint(scores * _UNITS))
        order = np.argsort(behind, axis=1)
        steps = np.diff(np.take_along_axis(behind, order, axis=1), axis=1) > 1
    starts = np.ones((n_rows, n_areas), dtype=bool)
    starts[:, 1:] = steps
    places = np.where(starts, np.arange(1, n_areas + 1, dtype=np.int32), np.int32(0))
    shared = np.maximum.accumulate(places, axis=1)
    ranks = np.empty((n_rows, n_areas), dtype=np.int32)
    np.put_along_axis(ranks, order, shared, axis=1)
    ranks[np.isnan(scores)] = 0
    return ranks


def _write_packed_ranks(scores: Array, out: Ranks) -> None:
    """Ranks by sorting score and area as one number instead of indices by score."""
    n_areas = scores.shape[1]
    n_bits = max(n_areas - 1, 1).bit_length()
    bits, area_mask = np.uint64(n_bits), np.uint64((1 << n_bits) - 1)
    # What the shift leaves of the float's upper bits is taken out with the same step.
    left = (_INTEGER_BITS << n_bits) & (2**64 - 1)
    areas = np.arange(n_areas, dtype=np.uint64) ^ np.uint64(_NORMAL_BIT ^ left)
    places = np.arange(1, n_areas + 1, dtype=np.int32)
    units, gaps = np.empty(n_areas), np.empty(n_areas - 1, dtype=np.uint64)
    keys = units.view(np.uint64)
    for row, ranks in zip(scores, out, strict=True):
        np.multiply(row, -_UNITS, out=units)
        units += _INTEGER + _MOST_POINTS * _UNITS
        keys <<= bits
        keys ^= areas
        units.sort()
        np.subtract(keys[1:], keys[:-1], out=gaps)
        # Most rows have no two scores that are equal.
        is_tied = n_areas > 1 and gaps.min() < np.uint64(2) << bits
        shared = _shared_places(keys >> bits) if is_tied else places
        keys &= area_mask
        ranks[keys.view(np.int64)] = shared


def _shared_places(units: npt.NDArray[np.uint64]) -> Ranks:
    """Places of falling scores, given as rising whole numbers; equal ones share the better place."""
    starts = np.concatenate([[True], np.diff(units) > 1])
    places = np.where(starts, np.arange(1, len(units) + 1, dtype=np.int32), np.int32(0))
    shared: Ranks = np.maximum.accumulate(places)
    return shared


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """Areas that know the same criteria, and their values in two halves (see `_halves`)."""

    areas: npt.NDArray[np.intp]
    known: npt.NDArray[np.intp]
    both: Array


@dataclass(frozen=True, slots=True, eq=False)
class ReadyValues:
    """Values made ready to be scored under many weight sets; see `ready_values`."""

    n_areas: int
    half_bits: int
    groups: tuple[_Group, ...]


def ready_values(values: Array) -> ReadyValues:
    """Values ready for `score_sets`: areas with the same criteria known stand together.

    Parameters
    ----------
    values : (n_areas, n_criteria) float64
        In [0, 1]; NaN where unknown.

    Notes
    -----
    A score must be the same number whatever is scored beside it, by however many threads and on
    whichever machine, or equal areas would be parted and a seed would not give the same bytes; a
    matrix product adds in an order of its own. So values and weights are cut to fixed-point numbers
    of two halves whose products and sums are exact in float64 in any order (Ozaki, Ogita, Oishi &
    Rump 2012, Numerical Algorithms 59:95-118). What is cut off is below 1e-11 points.
    """
    n_areas, n_criteria = values.shape
    # n weights that sum to 100 times halves of `bits` bits add up to fewer than 2**53 units.
    bits = int((54 - np.log2(n_criteria + 100)) // 2)
    known = ~np.isnan(values)
    order, ends = _by_pattern(known)
    groups = []
    for start, end in pairwise([0, *ends]):
        criteria = np.flatnonzero(known[order[start]])
        rows = values if len(ends) == 1 else values[order[start:end]]
        both = _halves(rows.T if len(criteria) == n_criteria else rows.T[criteria], bits)
        groups.append(_Group(order[start:end], criteria, both))
    return ReadyValues(n_areas, bits, tuple(groups))


def _by_pattern(known: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.intp], list[int]]:
    """Areas in groups that know the same criteria: their order, and where each group ends."""
    n_areas, n_criteria = known.shape
    if known.all():
        return np.arange(n_areas), [n_areas] if n_areas else []
    bits = np.zeros((n_areas, -(-n_criteria // 64) * 64), dtype=bool)
    bits[:, :n_criteria] = known
    codes = np.packbits(bits, axis=1).view(np.uint64)
    # One dimension is sorted many times as fast as rows.
    flat = codes[:, 0] if codes.shape[1] == 1 else codes
    _, group_of, sizes = np.unique(flat, axis=0, return_inverse=True, return_counts=True)
    return np.argsort(group_of.reshape(-1), kind="stable"), np.cumsum(sizes).tolist()


def _halves(numbers: Array, bits: int) -> Array:
    """Numbers (n, k) cut to `bits` bits behind the point, and below them (2n, k) what that leaves."""
    unit = 2.0**bits
    both = np.empty((2 * len(numbers), numbers.shape[1]))
    high, low = both[: len(numbers)], both[len(numbers) :]
    np.rint(np.multiply(numbers, unit, out=high), out=high)
    high /= unit
    np.subtract(numbers, high, out=low)
    low *= unit**2
    np.rint(low, out=low)
    low /= unit**2
    return both


def score_sets(ready: ReadyValues, weights: Array) -> Array:
    """Weighted sums (n_sets, n_areas) of 0..100.

    `weights` is (n_sets, n_criteria); each set is scaled to sum to 1 over what an area knows. NaN
    where nothing that an area knows has weight.
    """
    scores = np.empty((len(weights), ready.n_areas))
    for group in ready.groups:
        known = weights[:, group.known]
        total = known.sum(axis=1, keepdims=True)
        shares = np.divide(100.0 * known, total, out=np.zeros(known.shape), where=total > 0)
        is_alone = len(ready.groups) == 1
        part = scores if is_alone else np.empty((len(weights), len(group.areas)))
        _write_products(shares, group.both, ready.half_bits, part)
        part[total[:, 0] <= 0] = np.nan
        if not is_alone:
            scores[:, group.areas] = part
    return scores


def _write_products(weights: Array, both: Array, half_bits: int, out: Array) -> None:
    """Write weights (n_sets, n) times the values whose halves are `both` to `out` (n_sets, n_areas)."""
    high, low = np.split(_halves(weights, half_bits), 2)
    crossed = np.concatenate([low, high], axis=1)
    step = max(_SMALL_PRODUCT // max(crossed.size, 1), 1)
    for start in range(0, out.shape[1], step):
        areas = slice(start, start + step)
        np.matmul(high, both[: high.shape[1], areas], out=out[:, areas])
        out[:, areas] += crossed @ both[:, areas]


def sets_at_once(n_areas: int) -> int:
    """How many weight sets to score together."""
    return max(_BLOCK_SCORES // max(n_areas, 1), _LEAST_SETS)


def in_blocks(work: Callable[[slice], T], n: int, *, block: int, threads: int = 1) -> Iterator[T]:
    """What `work` returns for each block of 0..n, in order, computed by `threads` at once."""
    slices = [slice(start, min(start + block, n)) for start in range(0, n, block)]
    if threads <= 1 or len(slices) <= 1:
        yield from map(work, slices)
        return
    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(work, slices)
