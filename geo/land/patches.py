"""Contiguous patches of cells, and large ones cut into parts of about one settlement.

Cells that share an edge belong together (4-connectivity); those that meet at a corner do not.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.land.suitability import Mask, Surface
from geo.raster.grid import Array, Grid

Labels = npt.NDArray[np.int32]
_Places = npt.NDArray[np.int32]

# The smallest object that a raster can show: Hengl (2006), Computers & Geosciences 32(9):1283-1298.
MIN_CELLS = 4
# A part is meant to be a quarter larger than the need: cuts follow lines of cells and part off bits
# (own judgement). So a patch of less than 2.5 times the need stays whole.
_SPARE = 1.25
_M2_PER_HA = 10_000.0
_ROUNDING = 1e-9
_ROWS_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Dropped:
    """Patches that are set aside for one reason: how many, and their area together."""

    patches: int
    area_ha: float


@dataclass(frozen=True, slots=True, eq=False)
class Patches:
    """Patches numbered from 1 in scan order; `labels` (height, width) are 0 elsewhere.

    By patch: `areas_ha`, `means` (weighted by area) and `least` of the values in it, and `whole_ha`,
    the area of the patch that it was cut from.
    """

    labels: Labels
    areas_ha: Array
    means: Array
    least: Array
    whole_ha: Array


def find_patches(
    fits: Mask,
    values: Surface,
    grid: Grid,
    *,
    need_ha: float,
    shares: Surface | None = None,
    rows_at_once: int = _ROWS_AT_ONCE,
) -> tuple[Patches, Dropped]:
    """Patches of fitting cells with at least `need_ha` and four cells, and what the others come to.

    A patch that holds the need several times is halved again and again by straight lines along the
    grid, across its longer side and in proportion to its area, until each part holds it about once;
    never into parts of fewer cells than show an object.

    Parameters
    ----------
    fits : (height, width) bool
    values : (height, width)
        What `means` and `least` are of.
    grid : Grid
        North-up; areas are sums of its cells'.
    shares : (height, width), optional
        The part of each cell (0..1) that counts, in areas and in the number of cells; all of it by
        default.
    rows_at_once : int
        How many rows are unrolled at a time, for the sake of memory.
    """
    # The map names surfaces and cuts none: its first reader does not wait for this.
    from scipy import ndimage

    labels = np.empty(fits.shape, dtype=np.int32)
    ndimage.label(fits, output=labels)
    asked = _Asked(values, shares, grid, need_ha, rows_at_once)
    whole, small = _large_enough(labels, asked)
    pieces = _cut(whole, grid, need_ha, rows_at_once)
    if pieces is None:
        return whole, small
    parts, bits = _large_enough(pieces, asked)
    numbers = np.arange(1, parts.areas_ha.size + 1)
    origin = np.asarray(ndimage.maximum(whole.labels, parts.labels, numbers), dtype=np.int64)
    found = Patches(
        parts.labels, parts.areas_ha, parts.means, parts.least, whole.areas_ha[origin - 1]
    )
    return found, Dropped(small.patches + bits.patches, small.area_ha + bits.area_ha)


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    values: Surface
    shares: Surface | None
    grid: Grid
    need_ha: float
    rows_at_once: int


def row_areas_ha(grid: Grid) -> Array:
    """The area of a cell in each row, (height,)."""
    width, height = grid.cell_size_m()
    return width * height / _M2_PER_HA


def _large_enough(labels: Labels, asked: _Asked) -> tuple[Patches, Dropped]:
    size = int(labels.max(initial=0)) + 1
    row_ha = row_areas_ha(asked.grid)
    cells, areas, sums = (np.zeros(size) for _ in range(3))
    least = np.full(size, np.inf)
    for top in range(0, asked.grid.height, asked.rows_at_once):
        rows, cols = np.nonzero(labels[top : top + asked.rows_at_once])
        patch = labels[rows + top, cols]
        value = asked.values[rows + top, cols].astype(np.float64)
        share = np.ones(rows.size) if asked.shares is None else asked.shares[rows + top, cols]
        area = row_ha[rows + top] * share
        cells += np.bincount(patch, weights=share, minlength=size)
        areas += np.bincount(patch, weights=area, minlength=size)
        sums += np.bincount(patch, weights=area * value, minlength=size)
        np.minimum.at(least, patch, value)
    # Sums of cells may fall short of a whole number by rounding.
    enough = areas >= asked.need_ha * (1 - _ROUNDING)
    enough &= cells >= MIN_CELLS * (1 - _ROUNDING)
    renumbered = np.where(enough, np.cumsum(enough), 0).astype(np.int32)
    areas_ha, means = areas[enough], sums[enough] / areas[enough]
    small = Dropped(int((cells[~enough] > 0).sum()), float(areas[~enough].sum()))
    return Patches(renumbered[labels], areas_ha, means, least[enough], areas_ha), small


def _cut(patches: Patches, grid: Grid, need_ha: float, rows_at_once: int) -> Labels | None:
    """Labels with every large patch in parts; None when there is no large one."""
    from scipy import ndimage

    least_ha = max(need_ha, MIN_CELLS * float(np.median(row_areas_ha(grid))))
    parts = np.floor(patches.areas_ha / (least_ha * _SPARE)).astype(int)
    if not (parts > 1).any():
        return None
    width, height = grid.cell_size_m()
    sides = float(np.median(height)), float(np.median(width))
    pieces = patches.labels.copy()
    number = len(parts)
    for place, box in enumerate(ndimage.find_objects(patches.labels)):
        if parts[place] > 1:
            inside = np.nonzero(patches.labels[box] == place + 1)
            rows, cols = (cells.astype(np.int32) for cells in inside)
            for part_rows, part_cols in _halved(rows, cols, int(parts[place]), sides):
                bits, n_bits = _bits(part_rows, part_cols)
                pieces[box][part_rows, part_cols] = number + bits
                number += n_bits
    return _in_scan_order(pieces, most=number, rows_at_once=rows_at_once)


def _bits(rows: _Places, cols: _Places) -> tuple[_Places, int]:
    """What hangs together within a part, as a cut may part off bits: each cell's number, from 1."""
    from scipy import ndimage

    down, right = rows - rows.min(), cols - cols.min()
    is_in = np.zeros((int(down.max()) + 1, int(right.max()) + 1), dtype=bool)
    is_in[down, right] = True
    labels = np.empty(is_in.shape, dtype=np.int32)
    n_bits = ndimage.label(is_in, output=labels)
    return labels[down, right], int(n_bits)


def _in_scan_order(labels: Labels, *, most: int, rows_at_once: int) -> Labels:
    """The same patches (0 to `most`, some not in use), numbered from 1 by their first cells."""
    height, width = labels.shape
    none = height * width
    first = np.full(most + 1, none, dtype=np.int64)
    for top in range(0, height, rows_at_once)[::-1]:
        cells = labels[top : top + rows_at_once].ravel()
        places = np.flatnonzero(cells)[::-1]
        # Of several cells of a patch the last to be written stays: its first.
        first[cells[places]] = top * width + places
    renumbered = np.zeros(most + 1, dtype=np.int32)
    used = np.argsort(first, kind="stable")[: int((first < none).sum())]
    renumbered[used] = np.arange(1, used.size + 1)
    return renumbered[labels]


def _halved(
    rows: _Places, cols: _Places, parts: int, sides: tuple[float, float]
) -> Iterator[tuple[_Places, _Places]]:
    """Cells of a patch in `parts` of about equal size, cut across the longer side in metres."""
    if parts == 1:
        yield rows, cols
        return
    is_tall = (np.ptp(rows) + 1) * sides[0] >= (np.ptp(cols) + 1) * sides[1]
    along = rows if is_tall else cols
    first = int(along.min())
    so_far = np.cumsum(np.bincount(along - first))[:-1]
    if so_far.size == 0:
        yield rows, cols
        return
    half = parts // 2
    line = first + 1 + int(np.argmin(np.abs(so_far - rows.size * half / parts)))
    before = along < line
    yield from _halved(rows[before], cols[before], half, sides)
    yield from _halved(rows[~before], cols[~before], parts - half, sides)
