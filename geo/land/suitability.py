"""How suitable each piece of ground is: a model's land criteria evaluated cell by cell.

The cells are those of one reference raster. Every other raster gives the value of that cell of its
own in which the centre of a reference cell lies; nothing is interpolated, so a coarse raster shows
its own large cells. Criteria read as a zone's mean are graded by their value function from the
cell's value, and so are those read as a zone's largest class; those read as a share of classes are
graded from 1 inside the classes and 0 outside. Each cell is computed from its own position alone, so
blocks of any size give the same bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from rasterio.features import rasterize

from geo.crs import parse_crs, same_crs
from geo.errors import SurfaceNotFound
from geo.land.fit import Fitness
from geo.mcda.model import Model
from geo.mcda.value_functions import Constraint, Criterion, RasterMeasure, categorical
from geo.raster.grid import Array, Grid, RasterSource, Window, blocks

Mask = npt.NDArray[np.bool_]
Surface = npt.NDArray[np.float32]

# A centre on the edge between two cells must not fall to either by a rounding of the last digit.
_DECIMALS_OF_A_CELL = 6
# The most cells of a finer raster that are read for one part of a window: 64 MiB as float64.
MOST_READ_CELLS = 8_388_608
_BLOCK = 512


@dataclass(frozen=True, slots=True, eq=False)
class SurfacePlan:
    """What a suitability surface is made of.

    `weights` are the model's weights of `criteria`, made to sum to 1; `coverage` is the share of the
    weight of all land criteria that they carry. `missing` criteria and `unchecked` constraints have
    no raster that is fit for them and are left out. `reference` names the raster whose cells the surface has.
    """

    reference: str
    criteria: tuple[Criterion, ...]
    weights: Mapping[str, float]
    constraints: tuple[Constraint, ...]
    missing: tuple[Criterion, ...]
    unchecked: tuple[Constraint, ...]
    coverage: float

    @property
    def rasters(self) -> tuple[str, ...]:
        """The rasters that are read, each once."""
        names = [land_measure(c).raster for c in self.criteria]
        return tuple(dict.fromkeys([*names, *(c.raster for c in self.constraints)]))


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    """The surface in one window, and counts of land cells that add up over windows.

    `values` (height, width) are 0..100; NaN outside the land, where a constraint excludes, and where
    a criterion has no data. `excluded` counts by constraint the cells that it excludes, `unknown` by
    criterion or constraint those without data; a constraint without data excludes nothing there.
    """

    values: Surface
    land: int
    excluded: Mapping[str, int]
    unknown: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class SurfaceReport:
    """What a whole surface came to.

    `land_cells` counts the cells on the land; `excluded` and `unknown` are shares of them, by
    constraint and by criterion or constraint. `cell_sizes_m` is each raster's own cell in metres,
    (width, height) by name: nothing was resampled, so what a coarse raster says is as coarse.
    """

    plan: SurfacePlan
    land_cells: int
    excluded: Mapping[str, float]
    unknown: Mapping[str, float]
    cell_sizes_m: Mapping[str, tuple[float, float]]


def land_measure(criterion: Criterion) -> RasterMeasure:
    """What a land criterion asks of its raster; `TypeError` for one that reads no raster."""
    if not isinstance(criterion.measure, RasterMeasure):
        raise TypeError(criterion.id)
    return criterion.measure


def plan_surface(
    model: Model, grids: Mapping[str, Grid], *, fitness: Mapping[str, Fitness] | None = None
) -> SurfacePlan:
    """Choose reference, criteria and weights from the rasters that there are.

    Parameters
    ----------
    grids : mapping
        The grid of each land raster by its name; others than the model's are not looked at.
    fitness : mapping, optional
        What a raster is fit for; one that is not there is fit for all.

    Raises
    ------
    SurfaceNotFound
        When no land criterion has a raster that is fit for it.
    """

    def has_raster(asking: Criterion | Constraint) -> bool:
        name = asking.raster if isinstance(asking, Constraint) else land_measure(asking).raster
        stated = (fitness or {}).get(name)
        return name in grids and not (stated and stated.fault(asking.id, raster=name))

    of_land = [c for c in model.criteria if isinstance(c.measure, RasterMeasure)]
    used = tuple(c for c in of_land if has_raster(c))
    weight = sum(model.weights[c.id] for c in used)
    if weight <= 0:
        raise SurfaceNotFound(model.id, available=sorted({land_measure(c).raster for c in of_land}))
    checked = tuple(c for c in model.constraints if has_raster(c))
    return SurfacePlan(
        reference=_reference(used, checked, grids),
        criteria=used,
        weights={c.id: model.weights[c.id] / weight for c in used},
        constraints=checked,
        missing=tuple(c for c in of_land if c not in used),
        unchecked=tuple(c for c in model.constraints if c not in checked),
        coverage=weight / sum(model.weights[c.id] for c in of_land),
    )


def _reference(
    used: tuple[Criterion, ...], checked: tuple[Constraint, ...], grids: Mapping[str, Grid]
) -> str:
    """The finest raster of a quantity; without one, the finest that a criterion reads.

    A mask (land, forest estate) is often drawn far finer than anything that was measured.
    """
    quantities = {land_measure(c).raster for c in used if land_measure(c).statistic == "mean"}
    quantities |= {c.raster for c in checked if c.threshold is not None}
    candidates = quantities & grids.keys() or {land_measure(c).raster for c in used}
    return min(sorted(candidates), key=lambda name: cell_area_m2(grids[name]))


def class_rasters(model: Model) -> frozenset[str]:
    """The rasters that a model reads by classes: their numbers are names, not quantities."""
    measures = [c.measure for c in model.criteria if isinstance(c.measure, RasterMeasure)]
    names = {m.raster for m in measures if m.statistic != "mean"}
    return frozenset(names | {c.raster for c in model.constraints if c.threshold is None})


def cell_area_m2(grid: Grid) -> float:
    """Area of a cell in the middle row of a north-up grid, in square metres."""
    width, height = grid.cell_size_m(Window(grid.height // 2, 0, 1, 1))
    return float(width[0] * height[0])


def evaluate(
    window: Window,
    *,
    plan: SurfacePlan,
    sources: Mapping[str, RasterSource],
    land: shapely.Geometry,
) -> Evaluated:
    """Suitability in one window of the reference raster.

    Parameters
    ----------
    window : Window
        Cells of the reference raster.
    sources : mapping
        A source for each of `plan.rasters`.
    land : Geometry
        Where there is land to plan, in the CRS of the reference raster; by cell centre.

    Returns
    -------
    Evaluated
        `values` (height, width) float32, 0..100; see there for NaN.
    """
    grid = sources[plan.reference].grid
    inside = cells_inside(land, grid, window)
    if not inside.any():
        nothing = np.full(inside.shape, np.nan, dtype=np.float32)
        return Evaluated(nothing, 0, {}, {})
    cells = {name: nearest_cells(sources[name], grid, window) for name in plan.rasters}
    graded = {c.id: c.value(_measures(c, cells)) for c in plan.criteria}
    barred = {c.id: inside & _is_excluded(c, cells[c.raster]) for c in plan.constraints}

    score = np.zeros(inside.shape)
    for criterion, value in graded.items():
        score += plan.weights[criterion] * value
    usable = inside.copy()
    for excluded in barred.values():
        usable &= ~excluded

    unknown = {name: np.isnan(value) for name, value in graded.items()}
    unknown |= {c.id: np.isnan(cells[c.raster]) for c in plan.constraints}
    return Evaluated(
        values=np.where(usable, 100 * score, np.nan).astype(np.float32),
        land=int(inside.sum()),
        excluded={name: int(mask.sum()) for name, mask in barred.items()},
        unknown={name: int((mask & inside).sum()) for name, mask in unknown.items()},
    )


def _measures(criterion: Criterion, cells: Mapping[str, Array]) -> Array:
    asked = land_measure(criterion)
    found = cells[asked.raster]
    if asked.statistic == "grade":
        return categorical(found, values=asked.grades)
    if asked.statistic != "share":
        return found
    return np.where(np.isnan(found), np.nan, np.isin(found, asked.classes))


def _is_excluded(constraint: Constraint, cells: Array) -> Mask:
    if constraint.threshold is None:
        return np.isin(cells, constraint.classes)
    return cells > constraint.threshold


def nearest_cells(
    source: RasterSource, grid: Grid, window: Window, *, most_cells: int = MOST_READ_CELLS
) -> Array:
    """The values of a raster at the centres of another grid's cells.

    Parameters
    ----------
    source : RasterSource
        Any grid and CRS; its cells are never averaged or interpolated.
    grid, window
        The cells that are asked for.
    most_cells : int
        How many cells of `source` are read at once; for more the window is halved.

    Returns
    -------
    (height, width) float64
        NaN where `source` has no data or does not reach. A centre on the edge of two cells belongs
        to the one with the higher row or column.
    """
    if source.grid == grid:
        return _as_numbers(*source.read(window))
    row, col = _cells_at_centres(source.grid, grid, window)
    found = np.full(row.shape, np.nan)
    held = (row >= 0) & (row < source.grid.height) & (col >= 0) & (col < source.grid.width)
    if not held.any():
        return found
    top, bottom = int(row[held].min()), int(row[held].max()) + 1
    left, right = int(col[held].min()), int(col[held].max()) + 1
    if (bottom - top) * (right - left) > most_cells and max(row.shape) > 1:
        return _in_halves(source, grid, window, most_cells)
    part = _as_numbers(*source.read(Window(top, left, bottom - top, right - left)))
    found[held] = part[row[held] - top, col[held] - left]
    return found


def nearest_by_blocks(
    source: RasterSource, grid: Grid, window: Window, *, block: int = _BLOCK
) -> Surface:
    """`nearest_cells` of a large window, block by block, (height, width) float32."""
    found = np.empty((window.height, window.width), dtype=np.float32)
    for part in blocks(grid.part(window), block, block):
        asked = part._replace(row=part.row + window.row, col=part.col + window.col)
        rows = slice(part.row, part.row + part.height)
        found[rows, part.col : part.col + part.width] = nearest_cells(source, grid, asked)
    return found


def _cells_at_centres(
    source: Grid, grid: Grid, window: Window
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Row and column in `source` of each centre in a window of `grid`."""
    rows = np.arange(window.row, window.row + window.height, dtype=np.float64)
    cols = np.arange(window.col, window.col + window.width, dtype=np.float64)
    x, y = grid.centres(*np.meshgrid(rows, cols, indexing="ij"))
    move = _transformer(grid.crs, source.crs)
    if move is not None:
        x, y = move.transform(x, y)
    col, row = ~source.transform * (x, y)
    # PROJ gives infinity where a position has no image.
    lost = ~(np.isfinite(col) & np.isfinite(row))
    row, col = (
        np.floor(np.round(np.where(lost, -1, place), _DECIMALS_OF_A_CELL)) for place in (row, col)
    )
    return row.astype(np.int64), col.astype(np.int64)


def _in_halves(source: RasterSource, grid: Grid, window: Window, most_cells: int) -> Array:
    row, col, height, width = window
    if height >= width:
        half = height // 2
        parts = Window(row, col, half, width), Window(row + half, col, height - half, width)
    else:
        half = width // 2
        parts = Window(row, col, height, half), Window(row, col + half, height, width - half)
    found = [nearest_cells(source, grid, part, most_cells=most_cells) for part in parts]
    return np.concatenate(found, axis=0 if height >= width else 1)


@lru_cache(maxsize=32)
def _transformer(crs: str, to_crs: str) -> pyproj.Transformer | None:
    if same_crs(parse_crs(crs), parse_crs(to_crs)):
        return None
    return pyproj.Transformer.from_crs(crs, to_crs, always_xy=True)


def _as_numbers(values: npt.NDArray[np.generic], valid: Mask | None) -> Array:
    found = values.astype(np.float64)
    if valid is not None:
        found[~valid] = np.nan
    return found


def cells_inside(shape: shapely.Geometry, grid: Grid, window: Window) -> Mask:
    """Which cells of a window have their centre inside a polygon; one on the outline is outside.

    Parameters
    ----------
    shape : Geometry
        Polygon or MultiPolygon in the CRS of `grid`.

    Returns
    -------
    (height, width) bool
    """
    part = grid.part(window)
    frame = shapely.box(*part.bounds)
    shapely.prepare(shape)
    if shapely.contains_properly(shape, frame):
        return np.ones((window.height, window.width), dtype=np.bool_)
    margin = abs(part.transform.a) + abs(part.transform.b) + abs(part.transform.e)
    clipped = shapely.clip_by_rect(shape, *frame.buffer(margin, join_style="mitre").bounds)
    near = shapely.MultiPolygon([p for p in shapely.get_parts(clipped) if p.area > 0])
    if near.is_empty:
        return np.zeros((window.height, window.width), dtype=np.bool_)
    inside = _burnt(near, part, all_touched=False)
    # GDAL rounds by the block's own corner, so cells on the outline are asked one by one.
    rows, cols = np.nonzero(_burnt(near.boundary, part, all_touched=True))
    x, y = grid.centres(
        (rows + window.row).astype(np.float64), (cols + window.col).astype(np.float64)
    )
    inside[rows, cols] = shapely.contains_xy(shape, x, y)
    return inside


def _burnt(shape: shapely.Geometry, grid: Grid, *, all_touched: bool) -> Mask:
    burnt = rasterize(
        [shape],
        out_shape=(grid.height, grid.width),
        transform=grid.transform,
        all_touched=all_touched,
        dtype="uint8",
    )
    return np.asarray(burnt, dtype=np.bool_)


def window_of(shape: shapely.Geometry, grid: Grid) -> Window | None:
    """The smallest window of a grid that holds a geometry in its CRS; None when they do not meet."""
    if shape.is_empty:
        return None
    west, south, east, north = shape.bounds
    corners = np.array([(x, y) for x in (west, east) for y in (south, north)])
    cells = np.round(grid.to_cells(corners), _DECIMALS_OF_A_CELL)
    left, top = np.floor(cells.min(axis=0)).astype(int).tolist()
    right, bottom = np.ceil(cells.max(axis=0)).astype(int).tolist()
    left, top = max(left, 0), max(top, 0)
    right, bottom = min(right, grid.width), min(bottom, grid.height)
    if right <= left or bottom <= top:
        return None
    return Window(top, left, bottom - top, right - left)
