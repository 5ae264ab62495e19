"""Pure. Travel time over land cover, from features outwards, where an office states the speeds.

No table of speeds is shipped: published ones are for other classes, vehicles and countries. Hills
and one-way streets are not known here. Distance as the crow flies is `geo/raster/distance.py`.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from rasterio.features import rasterize
from skimage.graph import MCP_Geometric

from geo.crs import require_crs
from geo.errors import InvalidInput
from geo.language import Text
from geo.raster.grid import Array, Cells, Grid, RasterSource, Window

_M_PER_MIN = 1000 / 60


@dataclass(frozen=True, slots=True)
class FrictionTable:
    """Speed in km/h over each land cover class; 0 is a barrier. `source` says who states it."""

    source: str
    speed_km_h: Mapping[int, float]


def parse_friction(text: str) -> FrictionTable:
    """A friction table from TOML.

    Parameters
    ----------
    text : str
        `source` and one `[[class]]` for every class of the raster, with its `code` and its
        `speed_km_h`; other keys are for readers.

    Raises
    ------
    InvalidInput
        Naming the class.

    Examples
    --------
    >>> parse_friction('''
    ... source = "Survey of the district office, 2026"
    ... [[class]]
    ... code = 12
    ... title = "Cropland"
    ... speed_km_h = 4
    ... ''').speed_km_h
    {12: 4.0}
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _wrong(Text(id=f"bukan TOML ({error})", en=f"it is no TOML ({error})")) from error
    source, rows = document.get("source"), document.get("class")
    if not isinstance(source, str) or not source.strip():
        raise _wrong(Text(id="source tidak ada", en="source is missing"))
    if not isinstance(rows, list) or not rows:
        raise _wrong(Text(id="[[class]] tidak ada", en="[[class]] is missing"))
    speeds: dict[int, float] = {}
    for row in rows:
        code, speed = _parse_class(row)
        if code in speeds:
            raise _wrong(Text(id=f"kelas {code} ada dua kali", en=f"class {code} is there twice"))
        speeds[code] = speed
    return FrictionTable(source, speeds)


def travel_cost(
    friction: RasterSource,
    sources: gpd.GeoDataFrame,
    *,
    friction_table: FrictionTable,
    window: Window | None = None,
) -> Array:
    """Least travel time from the sources to every cell, in minutes.

    Parameters
    ----------
    friction : RasterSource
        Land cover classes; north-up. Cells without a class cannot be crossed.
    sources : GeoDataFrame
        Where travel begins, in any CRS: every cell that a feature touches, unless it is a barrier.
    window : Window, optional
        The part to look at, held in memory (some 40 bytes a cell); the whole raster by default. A
        way that leaves it is not found, so this cannot be done block by block.

    Returns
    -------
    (height, width) float64, minutes
        0 in the sources, NaN where no way leads.

    Raises
    ------
    CRSMissing
    InvalidInput
        When classes of the raster are not in the table.

    Notes
    -----
    A step goes to one of eight neighbours and takes its length times the mean of both cells'
    minutes per metre. On even land that is the octile distance: up to 8.2 % more than the straight
    line, never less. A barrier of cells that touch at corners only is slipped through. On a
    geographic grid all rows take the size of the middle row's cells: 0.2 % off across a province.

    References
    ----------
    Dijkstra's algorithm, as `MCP_Geometric` of scikit-image.
    """
    require_crs(sources, subject="sources")
    part = friction.grid.part(window or friction.grid.whole)
    minutes_per_m = _minutes_per_m(*friction.read(window or friction.grid.whole), friction_table)
    starts = np.argwhere(_touched(sources, part) & (minutes_per_m > 0))
    if len(starts) == 0:
        return np.full(minutes_per_m.shape, np.nan)

    width_m, height_m = (float(sides[len(sides) // 2]) for sides in part.cell_size_m())
    costs, _ = MCP_Geometric(minutes_per_m, sampling=(height_m, width_m)).find_costs(starts)
    return np.where(np.isfinite(costs), costs, np.nan)


def _parse_class(row: object) -> tuple[int, float]:
    code = row.get("code") if isinstance(row, dict) else None
    speed = row.get("speed_km_h") if isinstance(row, dict) else None
    if not isinstance(code, int) or isinstance(code, bool):
        raise _wrong(
            Text(id=f"code {code!r} bukan bilangan bulat", en=f"code {code!r} is no integer")
        )
    if not isinstance(speed, int | float) or isinstance(speed, bool) or not 0 <= speed < math.inf:
        reason = Text(
            id=f"speed_km_h kelas {code} harus bilangan ≥ 0, bukan {speed!r}",
            en=f"speed_km_h of class {code} must be a number ≥ 0, not {speed!r}",
        )
        raise _wrong(reason)
    return code, float(speed)


def _wrong(reason: Text) -> InvalidInput:
    return InvalidInput(
        reason=Text(
            id=f"Tabel kecepatan tidak dapat dipakai: {reason.id}.",
            en=f"The friction table cannot be used: {reason.en}.",
        )
    )


def _minutes_per_m(
    classes: Cells, valid: npt.NDArray[np.bool_] | None, table: FrictionTable
) -> Array:
    """Minutes to cross a metre of every cell; -1, which the search never enters, for barriers."""
    known = np.ones(classes.shape, dtype=bool) if valid is None else valid
    minutes = np.full(classes.shape, -1.0)
    found = np.unique(classes[known]).tolist()
    if lacking := [f"{code:g}" for code in found if code not in table.speed_km_h]:
        raise _wrong(
            Text(
                id=f"kelas {', '.join(lacking)} dari raster tidak ada di dalamnya (0 berarti tak terlewati)",
                en=f"it lacks classes {', '.join(lacking)} of the raster (0 means impassable)",
            )
        )
    for code in found:
        if speed := table.speed_km_h[code]:
            minutes[known & (classes == code)] = 1 / (speed * _M_PER_MIN)
    return minutes


def _touched(sources: gpd.GeoDataFrame, grid: Grid) -> npt.NDArray[np.bool_]:
    shapes = sources.to_crs(pyproj.CRS(grid.crs)).geometry.to_numpy()
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    if len(shapes) == 0:
        return np.zeros((grid.height, grid.width), dtype=bool)
    burnt = rasterize(
        shapes,
        out_shape=(grid.height, grid.width),
        transform=grid.transform,
        all_touched=True,
        dtype="uint8",
    )
    return np.asarray(burnt == 1)
