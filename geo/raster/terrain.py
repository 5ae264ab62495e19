"""What a digital elevation model says about the ground: slope, relief, shade, water.

Measures of a neighbourhood (`slope_percent`, `relief_m`, `hillshade`) are asked by windows and read
a margin around them, so that a window's border is invisible: any division into blocks gives the
same bytes. Measures of a whole catchment (`wetness_and_drainage`) need every cell at once and
refuse a grid above `MOST_FLOW_CELLS`; `coarsened` makes a smaller one.

Lengths are metres on the WGS 84 ellipsoid at the latitude of each row, or the unit of a projected
CRS turned into metres (the scale of the projection itself, 0.04 % in UTM, is not undone). Heights
are metres.

Nodata: a cell without a height has no result (NaN). Where only neighbours are missing, at the edge
of the raster or of the data, a missing neighbour is mirrored through the centre from the one
opposite; where both of a pair miss, the ground is taken as level in their direction. A plane keeps
its slope wherever one of each pair is there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from affine import Affine

from geo.errors import InvalidInput, RasterRefused
from geo.language import texts
from geo.raster.grid import (
    Array,
    ArraySource,
    Cells,
    Grid,
    RasterSource,
    Window,
    blocks,
    read_padded,
)

_SAY = texts(__name__)


# Measured with pyflwdir 0.5: about 130 bytes and 0.9 µs a cell, so 2 GB and 15 s at most.
MOST_FLOW_CELLS: Final = 16_000_000
# Light from the north-west at 45°, the custom of shaded maps; Horn (1981) p. 18.
SUN_AZIMUTH_DEG: Final = 315.0
SUN_ALTITUDE_DEG: Final = 45.0
# A square of about one kilometre: the order of an SP's settlement core (own judgement).
RELIEF_RADIUS_M: Final = 500.0
# Streams begin at one square kilometre of catchment (own judgement; 0.1–10 km² is in use).
STREAM_AREA_KM2: Final = 1.0
# Level ground would make the wetness index infinite; 0.1 % is below what a DEM resolves.
_LEAST_SLOPE: Final = 0.001
_READ: Final = 1024
# Steps to the eight neighbours (rows, columns) and ESRI's code of each.
_D8: Final = (
    (0, 1, 1),
    (1, 1, 2),
    (1, 0, 4),
    (1, -1, 8),
    (0, -1, 16),
    (-1, -1, 32),
    (-1, 0, 64),
    (-1, 1, 128),
)


def slope_percent(dem: RasterSource, window: Window) -> Array:
    """Rise over run × 100 by the 3 × 3 weighted differences of Horn (1981); 100 is 45°.

    Parameters
    ----------
    dem : RasterSource
        Heights in metres on a north-up grid.
    window : Window
        The cells wanted.

    Returns
    -------
    Array, (height, width)
        NaN without a height; see the module for missing neighbours.

    Raises
    ------
    RasterRefused
        When the grid is not north-up.

    References
    ----------
    Horn B.K.P. (1981), Hill shading and the reflectance map, Proc. IEEE 69(1), 14-47, eq. for p
    and q on p. 18.
    """
    return 100.0 * _steepness(*_gradient(dem, window))


def hillshade(
    dem: RasterSource,
    window: Window,
    *,
    azimuth_deg: float = SUN_AZIMUTH_DEG,
    altitude_deg: float = SUN_ALTITUDE_DEG,
) -> Array:
    """Brightness 0..255 of a matt surface lit from one side; no cast shadows, heights not exaggerated.

    255 × the cosine between the surface's normal and the light, 0 where it faces away (Horn 1981,
    Lambert's law). NaN without a height.
    """
    east, north = _gradient(dem, window)
    azimuth, altitude = np.radians(azimuth_deg), np.radians(altitude_deg)
    along = east * np.sin(azimuth) + north * np.cos(azimuth)
    cosine = (np.sin(altitude) - np.cos(altitude) * along) / np.sqrt(1.0 + east**2 + north**2)
    bright: Array = np.clip(255.0 * cosine, 0.0, 255.0)
    return bright


def relief_m(dem: RasterSource, window: Window, *, radius_m: float = RELIEF_RADIUS_M) -> Array:
    """Highest less lowest height in a square around each cell, metres.

    The square reaches `radius_m` to each side, in whole cells of the middle row of the grid (at
    least one), so that it is the same for every block. Cells without a height do not count; NaN
    where the centre has none.
    """
    from scipy import ndimage

    rows, cols = relief_cells(dem.grid, radius_m)
    pad = max(rows, cols)
    heights = read_padded(dem, window, pad)
    missing = np.isnan(heights)
    size = (2 * rows + 1, 2 * cols + 1)
    top = ndimage.maximum_filter(np.where(missing, -np.inf, heights), size=size)
    bottom = ndimage.minimum_filter(np.where(missing, np.inf, heights), size=size)
    inner = slice(pad, pad + window.height), slice(pad, pad + window.width)
    return np.where(missing[inner], np.nan, top[inner] - bottom[inner])


def relief_cells(grid: Grid, radius_m: float) -> tuple[int, int]:
    """How many rows and columns `radius_m` is, at the middle row of a grid; at least one."""
    _require_north_up(grid)
    width, height = grid.cell_size_m(Window(grid.height // 2, 0, 1, grid.width))
    return max(1, round(radius_m / float(height[0]))), max(1, round(radius_m / float(width[0])))


def wetness_and_drainage(
    dem: RasterSource,
    *,
    stream_area_km2: float = STREAM_AREA_KM2,
    most_cells: int = MOST_FLOW_CELLS,
) -> tuple[Array, Array]:
    """Where water gathers, and how high each cell is above the stream that its water reaches first.

    Catchment area (m², the cell itself included) flows to the steepest of eight neighbours (D8,
    O'Callaghan & Mark 1984) over the DEM with its hollows filled (Wang & Liu 2006), by pyflwdir.

    Returns
    -------
    wetness : Array, (grid.height, grid.width)
        The topographic wetness index, ln(catchment per width of contour ÷ slope), ln of metres;
        higher is wetter. A cell's contour is as wide as the root of its area; slope is that of
        `slope_percent`, at least 0.1 %.
    height_above_drainage_m : Array, (grid.height, grid.width)
        Never negative. A stream begins where the catchment reaches `stream_area_km2`; where water
        leaves the data before any stream, the outlet stands for it. A cell in a filled hollow may
        lie below its stream: it counts as 0.

    Both are NaN without a height. Water leaves at the edge of the data: a catchment that begins
    outside counts only from there.

    Raises
    ------
    RasterRefused
        Above `most_cells`, or not north-up.
    InvalidInput
        Without pyflwdir, the optional dependency `drainage`.

    References
    ----------
    Beven K.J., Kirkby M.J. (1979), A physically based, variable contributing area model,
    Hydrological Sciences Bulletin 24(1), 43-69.
    Nobre A.D. et al. (2011), Height Above the Nearest Drainage, Journal of Hydrology 404, 13-29.
    """
    flow = _flow(dem, most_cells)
    return _wetness(dem, flow), _above_drainage(flow, stream_area_km2)


# What is said where the flow of water cannot be computed.
NO_FLOW: Final = _SAY["no_pyflwdir"]


def knows_flow() -> bool:
    """Whether the optional dependency `drainage` is installed, which `wetness_and_drainage` needs."""
    return find_spec("pyflwdir") is not None


def coarsened(
    dem: RasterSource, *, most_cells: int = MOST_FLOW_CELLS, read_cells: int = _READ
) -> tuple[RasterSource, int]:
    """A DEM small enough for the flow of water, and how many of its cells became one, per side.

    Heights are means of whole squares of cells with a height; those that do not fill up a square at
    the right and lower edge are left out. The DEM itself and 1 when it is small enough. The DEM is
    read in squares of about `read_cells` a side.
    """
    grid = dem.grid
    factor = 1
    while (grid.height // factor) * (grid.width // factor) > most_cells:
        factor += 1
    if factor == 1:
        return dem, 1
    height, width = grid.height // factor, grid.width // factor
    cells = np.empty((height, width), dtype=np.float32)
    small = Grid(grid.crs, grid.transform * Affine.scale(factor), width, height)
    side = max(read_cells // factor, 1)
    for window in blocks(small, side, side):
        squares = read_padded(dem, Window(*(factor * cell for cell in window)), 0)
        cells[_inside(window)] = _mean_of_squares(squares, factor)
    return ArraySource(small, cells), factor


def _mean_of_squares(heights: Array, factor: int) -> Array:
    rows, cols = heights.shape[0] // factor, heights.shape[1] // factor
    squares = heights.reshape(rows, factor, cols, factor).swapaxes(1, 2).reshape(rows, cols, -1)
    known = ~np.isnan(squares)
    count = known.sum(axis=2)
    total = np.where(known, squares, 0.0).sum(axis=2)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _gradient(dem: RasterSource, window: Window) -> tuple[Array, Array]:
    """Rise per metre towards the east and the north, each (height, width); NaN without a height."""
    _require_north_up(dem.grid)
    heights = read_padded(dem, window, 1)
    centre = heights[1:-1, 1:-1]
    north, south = _pair(heights, (0, 1), centre, (centre, centre))
    west, east = _pair(heights, (1, 0), centre, (centre, centre))
    # A corner without its opposite continues its two sides.
    north_west, south_east = _pair(
        heights, (0, 0), centre, (north + west - centre, south + east - centre)
    )
    north_east, south_west = _pair(
        heights, (0, 2), centre, (north + east - centre, south + west - centre)
    )
    width, height = dem.grid.cell_size_m(window)
    # The centre row's width stands for all three rows: exact for heights linear in longitude.
    towards_east = (north_east + 2.0 * east + south_east) - (north_west + 2.0 * west + south_west)
    towards_north = (north_west + 2.0 * north + north_east) - (
        south_west + 2.0 * south + south_east
    )
    # Horn's differences leave the centre out: without its own height a cell has no slope.
    known = ~np.isnan(centre)
    return (
        np.where(known, towards_east / (8.0 * width[:, None]), np.nan),
        np.where(known, towards_north / (8.0 * height[:, None]), np.nan),
    )


def _pair(
    heights: Array, at: tuple[int, int], centre: Array, otherwise: tuple[Array, Array]
) -> tuple[Array, Array]:
    """The neighbours at row and column `at` of 3 × 3 and opposite, the missing ones mirrored."""
    rows, cols = centre.shape
    row, col = at
    one = heights[row : row + rows, col : col + cols]
    other = heights[2 - row : 2 - row + rows, 2 - col : 2 - col + cols]
    no_one, no_other = np.isnan(one), np.isnan(other)
    filled = np.where(no_one, 2.0 * centre - other, one)
    opposite = np.where(no_other, 2.0 * centre - one, other)
    neither = no_one & no_other
    return np.where(neither, otherwise[0], filled), np.where(neither, otherwise[1], opposite)


def _steepness(east: Array, north: Array) -> Array:
    return np.asarray(np.sqrt(east**2 + north**2))


@dataclass(frozen=True, slots=True, eq=False)
class _Flow:
    """How water runs over a DEM: heights (NaN missing), catchment and cell areas, next cells."""

    heights: Array
    catchment_m2: Array
    cell_m2: Array
    downstream: npt.NDArray[np.int64]


def _flow(dem: RasterSource, most_cells: int) -> _Flow:
    grid = dem.grid
    _require_north_up(grid)
    if grid.width * grid.height > most_cells:
        raise RasterRefused(
            reason=_SAY["too_large"].format(cells=grid.width * grid.height, most=most_cells)
        )
    if not knows_flow():
        raise InvalidInput(reason=NO_FLOW)
    heights = whole(lambda window: read_padded(dem, window, 0), grid)
    width, height = grid.cell_size_m()
    cell_m2 = np.broadcast_to((width * height)[:, None], heights.shape)
    known = ~np.isnan(heights)
    here = np.arange(heights.size, dtype=np.int64)
    if not known.any():
        return _Flow(heights, heights, cell_m2, here)
    # Numba compiles for seconds at its first call on a machine and is needed by nothing else here.
    import pyflwdir

    directions = _directions(heights, width, height)
    found: Any = pyflwdir.from_array(directions, ftype="d8", check_ftype=False)
    catchment = found.accuflux(np.where(known, cell_m2, 0.0), nodata=-1.0)
    return _Flow(
        heights,
        np.where(known, catchment, np.nan),
        cell_m2,
        np.where(known.ravel(), found.idxs_ds, here),
    )


def _directions(heights: Array, width: Array, height: Array) -> npt.NDArray[np.uint8]:
    """Where each cell's water goes (ESRI's D8 codes): steeply down, out of a hollow by its spill.

    The flood that fills the hollows (Wang & Liu 2006) alone would send water to the lowest
    neighbour, not down the steepest way; its directions stay on level ground only.
    """
    from pyflwdir.dem import fill_depressions

    # The flood keeps heights as float32: rounded before, so that filled ground is level exactly and
    # no water runs in a circle. The lowest float32 cannot be taken for a height.
    missing = float(np.finfo(np.float32).min)
    rounded = np.where(np.isnan(heights), missing, heights.astype(np.float32).astype(np.float64))
    flooded, codes = fill_depressions(rounded, nodata=missing)
    filled = np.where(np.isnan(heights), np.nan, flooded)
    around = np.pad(filled, 1, constant_values=np.nan)
    steepest = np.zeros(filled.shape)
    for row, col, code in _D8:
        there = around[1 + row : 1 + row + len(filled), 1 + col : 1 + col + filled.shape[1]]
        drop = (filled - there) / np.hypot(row * height, col * width)[:, None]
        better = drop > steepest
        steepest[better] = drop[better]
        codes[better] = code
    return np.asarray(codes, dtype=np.uint8)


def _wetness(dem: RasterSource, flow: _Flow) -> Array:
    slope = whole(lambda window: slope_percent(dem, window) / 100.0, dem.grid)
    width = np.sqrt(flow.cell_m2)
    return np.asarray(np.log(flow.catchment_m2 / (width * np.maximum(slope, _LEAST_SLOPE))))


def _above_drainage(flow: _Flow, stream_area_km2: float) -> Array:
    """Heights above the first stream downstream, found by jumping twice as far at every step."""
    is_stream = (flow.catchment_m2 >= stream_area_km2 * 1e6).ravel()
    here = np.arange(is_stream.size, dtype=np.int64)
    stream = np.where(is_stream, here, flow.downstream)
    while not np.array_equal(further := stream[stream], stream):
        stream = further
    heights = flow.heights.ravel()
    return np.maximum(heights - heights[stream], 0.0).reshape(flow.heights.shape)


def whole(make: Callable[[Window], Array], grid: Grid) -> Array:
    """A window function over a whole grid as one array (height, width), read in large blocks."""
    cells = np.empty((grid.height, grid.width), dtype=np.float64)
    for window in blocks(grid, _READ, _READ):
        cells[_inside(window)] = make(window)
    return cells


def in_cells(values: Array, *, dtype: str, nodata: float) -> Cells:
    """Values as they are kept in a raster: NaN becomes `nodata`, whole numbers are rounded."""
    kept = np.rint(values) if np.dtype(dtype).kind in "iu" else values
    cells: Cells = np.where(np.isnan(values), nodata, kept).astype(dtype)
    return cells


def _inside(window: Window) -> tuple[slice, slice]:
    return (
        slice(window.row, window.row + window.height),
        slice(window.col, window.col + window.width),
    )


def _require_north_up(grid: Grid) -> None:
    t = grid.transform
    if t.b != 0.0 or t.d != 0.0 or t.a <= 0.0 or t.e >= 0.0:
        raise RasterRefused(reason=_SAY["not_north_up"])
