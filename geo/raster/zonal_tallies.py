"""What the cells of one window add to the zones that cover them: sums, extremes, classes, samples.

Runs of whole cells are summed in one sweep over the window, sorted by where they begin; only cells
on an edge are weighted one by one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.raster.coverage import Covered, ranges
from geo.raster.grid import Array, Cells, Integers, Mask

# Classes are counted in one table of zones × classes up to this size, else by sorting.
_MOST_COUNTERS = 1 << 26


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """The covered cells of a window, ready to be summed for `zones` (numbers, ascending).

    `cell_zone` and `run_zone` are places in `zones`; `order` sorts the runs by their start, and
    `borders` are their starts and stops in that order, interleaved for `ufunc.reduceat`.
    """

    zones: Integers
    cell_zone: Integers
    cell: Integers
    share: Array
    run_zone: Integers
    start: Integers
    length: Integers
    order: Integers
    borders: Integers

    def sums(self, values: Array) -> Array:
        """Covered sum by zone of `values` (one more than the window has cells, the last unused)."""
        whole, edge = self._runs(np.add, values), self.share * values[self.cell]
        return self._by_zone(whole, edge)

    def areas(self) -> Array:
        """Covered area in cells by zone."""
        return self._by_zone(self.length.astype(np.float64), self.share)

    def extremes(self, ufunc: np.ufunc, values: Array, start: float) -> Array:
        """Minimum or maximum of the touched cells by zone; `start` where there is none."""
        found = np.full(len(self.zones), start)
        ufunc.at(found, self.run_zone, self._runs(ufunc, values))
        ufunc.at(found, self.cell_zone, values[self.cell])
        return found

    def run_cells(self) -> Integers:
        """The positions of all cells of all runs, run by run."""
        return ranges(self.start, self.length)

    def _by_zone(self, whole: Array, edge: Array) -> Array:
        n = len(self.zones)
        found: Array = np.zeros(n)
        found += np.bincount(self.run_zone, weights=whole, minlength=n)
        found += np.bincount(self.cell_zone, weights=edge, minlength=n)
        return found

    def _runs(self, ufunc: np.ufunc, values: Array) -> Array:
        reduced = np.empty(len(self.start))
        if len(self.start):
            # Every second result is what lies between two runs.
            reduced[self.order] = ufunc.reduceat(values, self.borders)[::2]
        return reduced


def tally(covered: Covered, zones: Integers) -> Tally:
    """Covered cells made ready for their sums."""
    order = np.argsort(covered.start, kind="stable")
    borders = np.empty(2 * len(order), dtype=np.int64)
    borders[::2], borders[1::2] = covered.start[order], covered.stop[order]
    return Tally(
        zones=zones,
        cell_zone=np.searchsorted(zones, covered.cell_zone),
        cell=covered.cell,
        share=covered.share,
        run_zone=np.searchsorted(zones, covered.run_zone),
        start=covered.start,
        length=covered.stop - covered.start,
        order=order,
        borders=borders,
    )


def padded(values: Cells, valid: Mask, fill: float) -> Array:
    """Values as float64 with `fill` where not valid, and one cell more for `reduceat`'s last stop."""
    found = np.empty(values.size + 1)
    found[:-1] = values.reshape(-1)
    found[-1] = fill
    if valid is not None:
        found[:-1][~valid.reshape(-1)] = fill
    return found


def moments(found: Tally, values: Cells, valid: Mask, *, spread: bool) -> dict[str, Array]:
    """`weight`, `total` and, where wanted, `spread` (sum of squares about the zone's own mean)."""
    cells = padded(values, valid, 0.0)
    weight = found.areas() if valid is None else found.sums(_ones(valid))
    if not spread:
        return {"weight": weight, "total": found.sums(cells), "spread": np.zeros(len(weight))}
    # About a value near the mean, so that squares do not swallow small differences.
    n_valid = cells.size - 1 if valid is None else int(valid.sum())
    centre = float(cells[:-1].sum()) / max(n_valid, 1)
    cells[:-1] -= centre
    if valid is not None:
        cells[:-1][~valid.reshape(-1)] = 0.0
    first, second = found.sums(cells), found.sums(cells * cells)
    with np.errstate(invalid="ignore", divide="ignore"):
        about_mean = np.where(weight > 0, second - first * first / weight, 0.0)
    return {
        "weight": weight,
        "total": first + centre * weight,
        "spread": np.maximum(about_mean, 0.0),
    }


def extremes(found: Tally, values: Cells, valid: Mask) -> dict[str, Array]:
    """`low` and `high` of the touched valid cells."""
    return {
        "low": found.extremes(np.minimum, padded(values, valid, np.inf), np.inf),
        "high": found.extremes(np.maximum, padded(values, valid, -np.inf), -np.inf),
    }


def weighted(
    found: Tally, values: Cells, valid: Mask, weights: Cells, weights_valid: Mask
) -> dict[str, Array]:
    """`weighted_weight` and `weighted_total` by a second raster; cells that both have."""
    both = _both(valid, weights_valid)
    factor = padded(weights, both, 0.0)
    product = padded(values, both, 0.0) * factor
    return {"weighted_weight": found.sums(factor), "weighted_total": found.sums(product)}


def class_areas(found: Tally, values: Cells, valid: Mask) -> tuple[Integers, Integers, Array]:
    """Covered area in cells by zone and class: zone numbers, classes and areas, none of them 0."""
    # An unsigned 64-bit class and a signed number would make a fractional one.
    flat = values.reshape(-1) if values.dtype != np.uint64 else values.reshape(-1).astype(np.int64)
    low = int(flat.min())
    width = int(flat.max()) - low + 1
    whole = _class_keys(found.run_zone * width - low, found.length, flat, found.run_cells(), valid)
    edge = _class_keys(found.cell_zone * width - low, None, flat, found.cell, valid)
    share = found.share if valid is None else found.share[valid.reshape(-1)[found.cell]]
    n_counters = len(found.zones) * width
    if n_counters <= _MOST_COUNTERS:
        area = np.bincount(whole, minlength=n_counters).astype(np.float64)
        area += np.bincount(edge, weights=share, minlength=n_counters)
        key = np.flatnonzero(area)
        area = area[key]
    else:
        key, places = np.unique(np.concatenate([whole, edge]), return_inverse=True)
        both = np.concatenate([np.ones(len(whole)), share])
        area = np.bincount(places, weights=both).astype(np.float64)
    return found.zones[key // width], key % width + low, area


def _class_keys(
    base: Integers, lengths: Integers | None, flat: Cells, cells: Integers, valid: Mask
) -> Integers:
    """One number for every cell's zone and class; cells that are not valid are left out."""
    owner = base if lengths is None else np.repeat(base, lengths)
    if valid is not None:
        usable = valid.reshape(-1)[cells]
        owner, cells = owner[usable], cells[usable]
    keys: Integers = owner + flat[cells]
    return keys


def samples(found: Tally, values: Cells, valid: Mask) -> Iterator[tuple[int, Cells, Cells, Array]]:
    """By zone: its number, values of whole cells, values of edge cells and their shares."""
    flat = values.reshape(-1)
    owner, cells = np.repeat(found.run_zone, found.length), found.run_cells()
    edge_owner, edge, share = found.cell_zone, found.cell, found.share
    if valid is not None:
        usable = valid.reshape(-1)
        owner, cells = owner[usable[cells]], cells[usable[cells]]
        kept = usable[edge]
        edge_owner, edge, share = edge_owner[kept], edge[kept], share[kept]
    whole, partly = flat[cells], flat[edge]
    whole_ends = np.cumsum(np.bincount(owner, minlength=len(found.zones)))
    edge_ends = np.cumsum(np.bincount(edge_owner, minlength=len(found.zones)))
    begin = edge_begin = 0
    for place, (end, edge_end) in enumerate(zip(whole_ends, edge_ends, strict=True)):
        if end > begin or edge_end > edge_begin:
            yield (
                int(found.zones[place]),
                whole[begin:end],
                partly[edge_begin:edge_end],
                share[edge_begin:edge_end],
            )
        begin, edge_begin = end, edge_end


def weighted_quantiles(
    whole: Cells, partly: Cells, shares: Array, quantiles: Sequence[float]
) -> Array:
    """Quantiles of values of which `whole` weigh 1 and `partly` weigh `shares`.

    Linear between the order statistics, with weights in the place of counts; all weights 1 give
    the usual definition (type 7 of Hyndman & Fan 1996). NaN without any value.

    Examples
    --------
    >>> weighted_quantiles(np.array([3.0, 1.0]), np.array([2.0]), np.array([1.0]), [0, 0.5, 0.75])
    array([1. , 2. , 2.5])
    """
    n = len(whole) + len(partly)
    if n == 0:
        return np.full(len(quantiles), np.nan)
    ordered, order = np.sort(whole), np.argsort(partly, kind="stable")
    places = np.searchsorted(ordered, partly[order])
    values = np.insert(ordered, places, partly[order]).astype(np.float64)
    weights = np.insert(np.ones(len(ordered)), places, shares[order])
    cumulative = np.cumsum(weights)
    position = np.arange(n) * weights + (n - 1) * np.concatenate([[0.0], cumulative[:-1]])
    found: Array = np.interp(np.asarray(quantiles) * cumulative[-1] * (n - 1), position, values)
    return found


def _ones(valid: npt.NDArray[np.bool_]) -> Array:
    return np.append(valid.reshape(-1).astype(np.float64), 0.0)


def _both(left: Mask, right: Mask) -> Mask:
    if left is None or right is None:
        return left if right is None else right
    return left & right
