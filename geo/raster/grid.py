"""Grids, windows and blocks: where the cells of a raster lie and how they are visited.

A raster is asked for windows and never has to fit into memory. What a source is (a file, an array)
is not known here; see `geo/raster/files.py` for files.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pyproj
from affine import Affine

Array = npt.NDArray[np.float64]
Cells = npt.NDArray[Any]
Integers = npt.NDArray[np.int64]
# Which cells are valid; None when all are.
Mask = npt.NDArray[np.bool_] | None
_ELLIPSOID = pyproj.Geod(ellps="WGS84")


class Window(NamedTuple):
    """A rectangle of cells: first row and column, height and width in cells."""

    row: int
    col: int
    height: int
    width: int


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a raster: CRS (WKT), affine transform from (column, row) to (x, y), and size."""

    crs: str
    transform: Affine
    width: int
    height: int

    @property
    def is_geographic(self) -> bool:
        """Whether the CRS counts in degrees."""
        return pyproj.CRS(self.crs).is_geographic

    @property
    def whole(self) -> Window:
        """The window of all cells."""
        return Window(0, 0, self.height, self.width)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(minx, miny, maxx, maxy) in the grid's CRS."""
        corners = [
            self.transform * (col, row) for col in (0, self.width) for row in (0, self.height)
        ]
        xs, ys = zip(*corners, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    def part(self, window: Window) -> "Grid":
        """The grid of a window's cells."""
        shifted = self.transform * Affine.translation(window.col, window.row)
        return Grid(self.crs, shifted, window.width, window.height)

    def centres(self, rows: Array, cols: Array) -> tuple[Array, Array]:
        """Where the centres of cells lie, as x and y in the grid's CRS."""
        x, y = self.transform * (cols + 0.5, rows + 0.5)
        return np.asarray(x), np.asarray(y)

    def to_cells(self, xy: Array) -> Array:
        """Positions (n, 2) in the grid's CRS as (column, row), fractions of a cell included."""
        col, row = ~self.transform * (xy[:, 0], xy[:, 1])
        return np.column_stack([col, row])

    def cell_size_m(self, window: Window | None = None) -> tuple[Array, Array]:
        """Width and height of a cell in metres, each (rows,), on the WGS 84 ellipsoid.

        On a geographic grid they follow the latitude of the row's centre; on a projected one they
        are the cell's sides times the unit of the CRS. North-up grids only.
        """
        rows = window or self.whole
        n = rows.height
        if not self.is_geographic:
            metre = pyproj.CRS(self.crs).axis_info[0].unit_conversion_factor
            sides = abs(self.transform.a) * metre, abs(self.transform.e) * metre
            return np.full(n, sides[0]), np.full(n, sides[1])
        lat = self.transform.f + self.transform.e * (rows.row + np.arange(n) + 0.5)
        lon, step = np.zeros(n), abs(self.transform.e) / 2
        width = _ELLIPSOID.inv(lon, lat, lon + abs(self.transform.a), lat)[2]
        height = _ELLIPSOID.inv(lon, lat - step, lon, lat + step)[2]
        return np.asarray(width), np.asarray(height)


class RasterSource(Protocol):
    """One band that can be read by windows.

    `nodata` cells, NaN and masked cells are not valid. `block` is (height, width) of the unit that
    the source reads at once.
    """

    @property
    def grid(self) -> Grid: ...  # noqa: D102 - fields of the protocol

    @property
    def dtype(self) -> np.dtype[Any]: ...  # noqa: D102

    @property
    def block(self) -> tuple[int, int]: ...  # noqa: D102

    def read(self, window: Window) -> tuple[Cells, Mask]:
        """Values (height, width) in the source's type, and which are valid; None when all are."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class ArraySource:
    """A source of cells that are in memory."""

    grid: Grid
    cells: Cells
    nodata: float | None = None
    block: tuple[int, int] = (256, 256)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the cells."""
        return self.cells.dtype

    def read(self, window: Window) -> tuple[Cells, Mask]:
        """See `RasterSource.read`."""
        values = self.cells[
            window.row : window.row + window.height, window.col : window.col + window.width
        ]
        return values, valid_cells(values, self.nodata)


@dataclass(frozen=True, slots=True, eq=False)
class Marked:
    """1 where the source's class is in `classes` or, where stated, its value is above `above`; else 0.

    Valid where the source is.
    """

    source: RasterSource
    classes: tuple[int, ...] = ()
    above: float | None = None

    @property
    def grid(self) -> Grid:
        """The source's grid."""
        return self.source.grid

    @property
    def dtype(self) -> np.dtype[Any]:
        """One byte."""
        return np.dtype(np.uint8)

    @property
    def block(self) -> tuple[int, int]:
        """The source's block."""
        return self.source.block

    def read(self, window: Window) -> tuple[Cells, Mask]:
        """See `RasterSource.read`."""
        values, valid = self.source.read(window)
        marked = np.isin(values, self.classes)
        if self.above is not None:
            marked |= values > self.above
        return marked.astype(np.uint8), valid


@dataclass(frozen=True, slots=True)
class Graded:
    """What `grades` gives the class of each cell; no data where the source has none or the class has no grade."""

    source: RasterSource
    grades: Mapping[int, float]

    @property
    def grid(self) -> Grid:
        """The source's grid."""
        return self.source.grid

    @property
    def dtype(self) -> np.dtype[Any]:
        """Four bytes."""
        return np.dtype(np.float32)

    @property
    def block(self) -> tuple[int, int]:
        """The source's block."""
        return self.source.block

    def read(self, window: Window) -> tuple[Cells, Mask]:
        """See `RasterSource.read`."""
        values, valid = self.source.read(window)
        graded = np.full(values.shape, np.nan, dtype=np.float32)
        for code, grade in self.grades.items():
            graded[values == code] = grade
        is_graded = ~np.isnan(graded)
        return np.nan_to_num(graded), is_graded if valid is None else valid & is_graded


def valid_cells(values: Cells, nodata: float | None) -> Mask:
    """Which cells are finite and not nodata; None when all are.

    An infinite cell is what a division by zero leaves, and no more a measurement than NaN.

    A cell is nodata as GDAL compares it. Fractions: within twice the rounding of 32 bits, so that
    -3.40282e+38 in a header is the -3.4028235e+38 of the cells. Whole numbers: the whole part of the
    nodata value; none where the type cannot hold it.

    References
    ----------
    GDAL 3.10, `GDALNoDataMaskBand` and `ARE_REAL_EQUAL` in gcore/gdal_priv.h.
    """
    hidden = None if nodata is None or np.isnan(nodata) else _hidden(values.dtype, nodata)
    if hidden is None:
        valid = np.isfinite(values) if values.dtype.kind == "f" else None
    elif values.dtype.kind == "f":
        valid = ((values < hidden[0]) | (values > hidden[1])) & np.isfinite(values)
    else:
        valid = values != hidden[0]
    return None if valid is None or valid.all() else valid


@lru_cache(maxsize=64)
def _hidden(dtype: np.dtype[Any], nodata: float) -> tuple[Any, Any] | None:
    """The least and the greatest cell of a type that a nodata value hides; None when none can be."""
    if dtype.kind != "f":
        limits = np.iinfo(dtype) if dtype.kind in "iu" else None
        if limits is None or not limits.min <= nodata <= limits.max:
            return None
        return dtype.type(int(nodata)), dtype.type(int(nodata))
    with np.errstate(over="ignore"):
        centre = dtype.type(nodata)
    if centre == 0 or np.isinf(centre):
        return centre, centre
    most = np.copysign(np.finfo(dtype).max, centre)
    with np.errstate(over="ignore"):
        beyond = centre * dtype.type(2)
    far = _last_hidden(centre, outside=beyond if np.isfinite(beyond) else most)
    near = _last_hidden(centre, outside=dtype.type(0))
    return min(near, far), max(near, far)


def _last_hidden(centre: Any, *, outside: Any) -> Any:
    """The number farthest from `centre` towards `outside` that counts as equal to it."""
    if _is_equal(outside, centre):
        return outside
    inside, two = centre, centre.dtype.type(2)
    while (between := inside + (outside - inside) / two) not in (inside, outside):
        if _is_equal(between, centre):
            inside = between
        else:
            outside = between
    return inside


def _is_equal(value: Any, other: Any) -> bool:
    with np.errstate(over="ignore"):
        allowed = value.dtype.type(np.finfo(np.float32).eps) * abs(value + other) * 2
    return bool(value == other or abs(value - other) < allowed)


def read_padded(source: RasterSource, window: Window, pad: int) -> Array:
    """Values as float64 with `pad` more cells on every side; NaN where not valid or off the raster.

    Reading with a margin makes a neighbourhood function give the same at block edges as inside.
    """
    grid = source.grid
    top, left = max(window.row - pad, 0), max(window.col - pad, 0)
    bottom = min(window.row + window.height + pad, grid.height)
    right = min(window.col + window.width + pad, grid.width)
    values, valid = source.read(Window(top, left, bottom - top, right - left))
    found = values.astype(np.float64)
    if valid is not None:
        found[~valid] = np.nan
    margins = (
        (top - window.row + pad, window.row + window.height + pad - bottom),
        (left - window.col + pad, window.col + window.width + pad - right),
    )
    return np.pad(found, margins, constant_values=np.nan)


def blocks(grid: Grid, height: int, width: int) -> Iterator[Window]:
    """Windows that cover a grid, row by row, none larger than `height` × `width`."""
    for row in range(0, grid.height, height):
        for col in range(0, grid.width, width):
            yield Window(row, col, min(height, grid.height - row), min(width, grid.width - col))
