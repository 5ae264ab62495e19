"""Land classified by an official rule, cell by cell: the map, its polygons, and shares by area.

The cells are those of the slope raster. Every other raster gives the value of that cell of its own
in which the centre of a slope cell lies; nothing is interpolated. Cells off the land, and cells whose
class hangs on what is missing, have none (`UNDECIDED`).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from affine import Affine
from rasterio.features import shapes

from geo.crs import area_ha
from geo.land.rules import SLOPE, LandRule, classes_of
from geo.land.suitability import cells_inside, nearest_cells
from geo.raster.grid import RasterSource, Window, blocks
from geo.raster.zonal import Engine, Progress, serial, zonal_class_shares

Codes = npt.NDArray[np.uint8]

# The cell that has no class; nodata of the raster.
UNDECIDED: Final = 0
# Up to so many cells polygons follow every cell; beyond it they follow squares of several (a map of 30 m
# for the province those of 210 m). What costs is speckle: so many cells of noise are 460,000 polygons,
# which took 1.2 GiB and two minutes; of land with a pattern a tenth.
MOST_POLYGON_CELLS: Final = 4_194_304


@dataclass(frozen=True, slots=True, eq=False)
class ClassifiedCells:
    """The classes in one window, and counts of its land cells that add up over windows.

    `codes` (height, width) are those of the rule's classes or `UNDECIDED`. Of the `land` cells
    `undecided` have no class, and `inferred` have one although a factor is missing there; `lacking`
    counts the undecided ones by each factor that is missing.
    """

    codes: Codes
    land: int
    undecided: int
    inferred: int
    lacking: Mapping[str, int]


def classify(
    window: Window, *, rule: LandRule, sources: Mapping[str, RasterSource], land: shapely.Geometry
) -> ClassifiedCells:
    """The classes of one window of the slope raster.

    Parameters
    ----------
    sources : mapping
        A source by factor: of slope always, of the others where there is one.
    land : Geometry
        Where there is land to classify, in the CRS of the slope raster; by cell centre.

    Raises
    ------
    InvalidInput
        When a soil class is not one of the rule's.
    """
    grid = sources[SLOPE].grid
    inside = cells_inside(land, grid, window)
    if not inside.any():
        return ClassifiedCells(np.full(inside.shape, UNDECIDED, np.uint8), 0, 0, 0, {})
    # What lies off the land is nobody's business, a soil class of the sea for one.
    cells = {
        name: np.where(inside, nearest_cells(source, grid, window), np.nan)
        for name, source in sources.items()
    }
    found = classes_of(rule, cells)
    is_undecided = inside & np.isnan(found)
    missing = {name: np.isnan(values) for name, values in cells.items()}
    always = [name for name in rule.factors if name not in rule.unchecked and name not in cells]
    missing |= {name: np.ones_like(inside) for name in always}
    return ClassifiedCells(
        codes=np.where(inside & ~is_undecided, found, UNDECIDED).astype(np.uint8),
        land=int(inside.sum()),
        undecided=int(is_undecided.sum()),
        inferred=int((inside & ~is_undecided & np.any(list(missing.values()), axis=0)).sum()),
        lacking={name: int((mask & is_undecided).sum()) for name, mask in missing.items()},
    )


def added(parts: Sequence[ClassifiedCells]) -> ClassifiedCells:
    """The counts of all windows; without cells."""
    names = {name for part in parts for name in part.lacking}
    return ClassifiedCells(
        codes=np.zeros((0, 0), np.uint8),
        land=sum(part.land for part in parts),
        undecided=sum(part.undecided for part in parts),
        inferred=sum(part.inferred for part in parts),
        lacking={name: sum(part.lacking.get(name, 0) for part in parts) for name in names},
    )


def class_shares(
    areas: gpd.GeoDataFrame,
    raster: RasterSource,
    rule: LandRule,
    *,
    engine: Engine = serial,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """What part of each area each class covers.

    Parameters
    ----------
    areas : GeoDataFrame
        n_areas valid polygons in any CRS.
    raster : RasterSource
        Codes of the rule's classes.

    Returns
    -------
    DataFrame, n_areas rows in the order of `areas`
        `area_ha` on the ellipsoid; `ID_share` of each class by its id, and `unclassified_share`: what
        is undecided, off the land or off the raster. The shares are of the whole area and sum to 1;
        NaN for an area without an extent (a point).
    """
    found = zonal_class_shares(areas, raster, engine=engine, progress=progress)
    known = found["valid_share"]
    columns = {"area_ha": pd.Series(area_ha(areas), index=areas.index).where(known.notna())}
    for land_class in rule.classes:
        share = found[land_class.code] if land_class.code in found else 0.0
        # An area without a valid cell has no shares among them.
        columns[f"{land_class.id}_share"] = (known * share).where(known != 0, 0.0)
    return pd.DataFrame(columns | {"unclassified_share": 1 - known}, index=areas.index)


def class_polygons(
    raster: RasterSource, rule: LandRule, *, most_cells: int = MOST_POLYGON_CELLS
) -> tuple[gpd.GeoDataFrame, int]:
    """The classes of a classified raster as polygons, one feature a class that occurs.

    Parameters
    ----------
    raster : RasterSource
        Codes of the rule's classes.
    most_cells : int
        A raster of more cells is drawn by squares of several: each square the class that covers most
        of it, of equal ones the lowest code; what is undecided counts as a class.

    Returns
    -------
    polygons : GeoDataFrame
        Index `area_id` of class ids; `code`, `name`, `name_en`, `area_ha` of the polygons themselves
        on the ellipsoid. Valid MultiPolygons in the raster's CRS that do not overlap.
    side : int
        How many cells a square is wide; 1 where polygons follow the cells.
    """
    grid = raster.grid
    side = max(1, math.ceil(math.sqrt(grid.width * grid.height / most_cells)))
    codes = _coarse(raster, side)
    transform = grid.transform * Affine.scale(side)
    parts: dict[int, list[shapely.Geometry]] = {}
    # Four neighbours: two cells that touch at a corner are two polygons, and no outline crosses itself.
    for outline, code in shapes(codes, codes != UNDECIDED, connectivity=4, transform=transform):
        parts.setdefault(int(code), []).append(shapely.geometry.shape(outline))
    kept = [each for each in rule.classes if each.code in parts]
    frame = gpd.GeoDataFrame(
        {
            "code": [each.code for each in kept],
            "name": [each.title.id for each in kept],
            "name_en": [each.title.en for each in kept],
        },
        geometry=[shapely.MultiPolygon(list(shapely.get_parts(parts[each.code]))) for each in kept],
        crs=grid.crs,
        index=pd.Index([each.id for each in kept], name="area_id", dtype="str"),
    )
    return frame.assign(area_ha=area_ha(frame)), side


def _valid(found: Sequence[shapely.Geometry]) -> npt.NDArray[np.object_]:
    """The polygons, those mended that need it."""
    polygons = np.asarray(found, dtype=object)
    is_broken = ~shapely.is_valid(polygons)
    polygons[is_broken] = shapely.make_valid(polygons[is_broken])
    return polygons


def _coarse(raster: RasterSource, side: int) -> Codes:
    """The codes of squares of `side` × `side` cells; those of the cells themselves for 1."""
    grid = raster.grid
    codes = np.full((-(-grid.height // side), -(-grid.width // side)), UNDECIDED, np.uint8)
    step = side * max(1, 1024 // side)
    for window in blocks(grid, step, step):
        cells, valid = raster.read(window)
        cells = cells if valid is None else np.where(valid, cells, UNDECIDED)
        found = _largest(cells.astype(np.uint8), side)
        top, left = window.row // side, window.col // side
        codes[top : top + found.shape[0], left : left + found.shape[1]] = found
    return codes


def _largest(cells: Codes, side: int) -> Codes:
    """The code that covers most of each square; of equal ones the lowest."""
    if side == 1:
        return cells
    height, width = cells.shape
    filled = np.pad(cells, ((0, -height % side), (0, -width % side)), constant_values=UNDECIDED)
    squares = filled.reshape(filled.shape[0] // side, side, filled.shape[1] // side, side)
    codes = np.unique(cells)
    counts = np.stack([(squares == code).sum(axis=(1, 3)) for code in codes])
    return np.asarray(codes[counts.argmax(axis=0)], dtype=np.uint8)
