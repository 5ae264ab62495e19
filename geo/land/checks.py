"""Whether a raster that an operator gives can serve as a land layer, and why not.

What its header says is checked before a cell is read; its cells are read block by block.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import rasterio
import rasterio.features
import shapely

from geo.crs import LONLAT, parse_crs, same_crs, to_lonlat
from geo.errors import RasterRefused
from geo.land.raster import ELEVATION, land_title
from geo.language import as_written, filled, number, texts
from geo.raster.derive import DERIVED
from geo.raster.files import Header, RasterFile
from geo.raster.grid import Cells, Grid, Window, blocks
from geo.vector.planning_region import PlanningRegion

_SAY = texts(__name__)

# The cells of a national raster of 3 arc seconds (55,000 × 20,000 float32) are 4.4 GB unpacked.
MOST_BYTES = 16 * 1024**3
MOST_BLOCK_BYTES = 256 * 1024**2
_READ = 1024

# Above sea level: Puncak Jaya 4,884 m, the highest of Indonesia
# (https://simple.wikipedia.org/wiki/Puncak_Jaya). Radar and canopy may add a twentieth.
_HIGHEST_COUNTRY_M = 4_884.0
_MARGIN = 1.05
# Deeper than any open pit coal mine or coast on land (own judgement).
_LOWEST_M = -300.0
_FOOT_M = 0.3048
# Of coarser cells a slope says nothing of the ground (own judgement; 30 arc seconds are 926 m).
_COARSEST_DEM_M = 1_000

# Values by which programs mark missing cells, where a file does not declare them.
_MARKS = (-99_999.0, -32_768.0, -32_767.0, -9_999.0, -2_147_483_648.0)
_HUGE = 1e30
_FEET = {"ft", "foot", "feet", "us-ft", "ftus", "us survey foot", "international foot", "kaki"}
_LIMITS: Mapping[str, tuple[float, float]] = {
    "slope_percent": (0.0, 1000.0),
    "relief_m": (0.0, _HIGHEST_COUNTRY_M),
    "hillshade": (0.0, 255.0),
    "height_above_drainage_m": (0.0, _HIGHEST_COUNTRY_M),
    "road_distance_m": (0.0, 1e7),
    "main_road_distance_m": (0.0, 1e7),
    # The most crowded cities of the world have some 50,000.
    "population_per_km2": (0.0, 1e5),
    "peat_depth_m": (0.0, 30.0),
    "soil_erosion_class": (1.0, 5.0),
    # Rain of a year by its days of rain; the highest class of Kepmentan 837/1980 begins at 34.8, and
    # the rain of a month or a year given by mistake is hundreds.
    "rain_mm_day": (0.0, 100.0),
    "river_distance_m": (0.0, 1e7),
    "spring_distance_m": (0.0, 1e7),
    "forest_estate": (0.0, 1.0),
    "landmask": (0.0, 1.0),
    "landcover": (0.0, 255.0),
}


@dataclass(frozen=True, slots=True)
class LandValues:
    """What a raster holds inside the region.

    `low` and `high` are the least and the greatest valid value, `valid_share` (0..1) is how many of
    its cells there have one; `mark` is a value that means nodata and is not declared.
    """

    low: float
    high: float
    valid_share: float
    mark: float | None = None


def require_land_raster(
    path: Path,
    *,
    name: str,
    region: gpd.GeoDataFrame,
    planning: PlanningRegion | None = None,
    band: int | None = None,
    most_bytes: int = MOST_BYTES,
    most_block_bytes: int = MOST_BLOCK_BYTES,
) -> LandValues:
    """Check that a raster can serve as land layer `name` for `region`; what it holds there.

    Its header first, then its cells block by block, those inside the regencies of `region`.

    Parameters
    ----------
    planning : PlanningRegion, optional
        Whose summit is the highest that a height may be; without one it is that of the country.
    band : int, optional
        Which one, from 1; needed where the file has several.

    Raises
    ------
    RasterRefused
        Unreadable or cut off; of several bands and none asked for; complex numbers; larger unpacked
        than `most_bytes`, or a block of it than `most_block_bytes`; rotated or upside down; without
        CRS or position; off the region; without a valid cell inside it; with a value that looks like nodata and is not declared; with values
        that its name forbids. Heights also: of 8 bits, in feet, the same everywhere; and they and
        what is derived from them (slope, relief, …): of too coarse cells.
    """
    with RasterFile(path, band) as raster:
        header = raster.header
        if name == ELEVATION and header.stored in (np.uint8, np.int8):
            raise RasterRefused(reason=_SAY["eight_bits"].format(dtype=header.stored))
        grid = raster.grid
        _require_north_up(grid)
        _require_size(header, most_bytes, most_block_bytes)
        if name == ELEVATION:
            _require_metres(header, grid)
        outline = _outline(grid, region)
        if name in (ELEVATION, *DERIVED):
            _require_fine(grid)
        found = _values_inside(raster, outline)
    if found is None:
        raise RasterRefused(reason=_SAY["empty"].format(path=path.name))
    if found.mark is not None:
        raise RasterRefused(reason=_SAY["mark"].format(value=f"{found.mark:g}"), value=found.mark)
    _require_sense(name, found)
    if name == ELEVATION:
        _require_heights(found, planning)
    return found


def _require_north_up(grid: Grid) -> None:
    t = grid.transform
    if t.b != 0.0 or t.d != 0.0 or t.a <= 0.0 or t.e >= 0.0:
        raise RasterRefused(reason=_SAY["rotated"])


def _require_size(header: Header, most_bytes: int, most_block_bytes: int) -> None:
    cell_bytes = header.stored.itemsize
    block_height, block_width = header.block
    facts = {"width": header.width, "height": header.height}
    if header.width * header.height * cell_bytes > most_bytes:
        raise RasterRefused(
            reason=_SAY["too_large"].format(most=most_bytes // 1024**3, **facts), **facts
        )
    # The bands of a block may lie cell by cell, so that reading one unpacks all.
    if block_height * block_width * cell_bytes * header.n_bands > most_block_bytes:
        raise RasterRefused(reason=_SAY["one_block"], **facts)


def _require_metres(header: Header, grid: Grid) -> None:
    vertical = [
        axis
        for axis in parse_crs(grid.crs, subject="raster").axis_info
        if axis.direction == "up" and axis.unit_conversion_factor != 1.0
    ]
    if header.unit.lower() in _FEET or vertical:
        raise RasterRefused(
            reason=_SAY["in_feet"].format(unit=header.unit.lower() or vertical[0].unit_name)
        )


def _require_fine(grid: Grid) -> None:
    """Cells of an elevation, or of what is derived from one, no larger than say something of the ground."""
    width, height = grid.cell_size_m(Window(grid.height // 2, 0, 1, grid.width))
    coarsest = max(float(width[0]), float(height[0]))
    # Cells of 1 km on a map are a little more or less on the ground.
    if coarsest >= _COARSEST_DEM_M + 0.5:
        cell = f"{coarsest:.0f}"
        raise RasterRefused(reason=_SAY["coarse"].format(cell=cell, most=_COARSEST_DEM_M))


def _outline(grid: Grid, region: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The region in the raster's CRS; it must touch the raster."""
    crs = parse_crs(grid.crs, subject="raster")
    named = rasterio.CRS.from_wkt(grid.crs).to_string()
    try:
        outline = to_lonlat(region) if same_crs(crs, LONLAT) else region.to_crs(crs)
    except Exception as error:  # PROJ names its failures by many classes
        raise RasterRefused(reason=_SAY["unmoved"].format(crs=named)) from error
    # A position that PROJ could not compute is infinite, and touches nothing.
    is_placed = np.isfinite(outline.total_bounds).all()
    if not (is_placed and outline.intersects(shapely.box(*grid.bounds)).any()):
        bounds = [round(b, 3) for b in grid.bounds]
        raise RasterRefused(
            reason=_SAY["misses"].format(
                bounds=bounds,
                crs=named,
                wanted=[round(float(b), 3) for b in outline.total_bounds],
            ),
            bounds=bounds,
        )
    return outline


def _values_inside(raster: RasterFile, outline: gpd.GeoDataFrame) -> LandValues | None:
    """What the cells touched by the outline hold; None without a valid one."""
    shapes = outline.geometry.to_numpy()
    tree = shapely.STRtree(shapes)
    low, high, marks, touched, valid = np.inf, -np.inf, set(), 0, 0
    for window in blocks(raster.grid, _READ, _READ):
        part = raster.grid.part(window)
        near = shapes[tree.query(shapely.box(*part.bounds))]
        if not len(near):
            continue
        inside, count = _valid_inside(raster, window, near)
        touched, valid = touched + count, valid + inside.size
        if inside.size:
            least, most = float(inside.min()), float(inside.max())
            low, high = min(low, least), max(high, most)
            asked = [mark for mark in _marks_of(inside.dtype) if least <= mark <= most]
            marks |= {mark for mark in asked if (inside == mark).any()}
    if low > high:
        return None
    extremes = {value for value in (low, high) if abs(value) >= _HUGE}
    ends = [end * raster.header.scale + raster.header.offset for end in (low, high)]
    return LandValues(
        min(ends), max(ends), valid / touched, mark=min(marks | extremes, default=None)
    )


def _valid_inside(
    raster: RasterFile, window: Window, shapes: npt.NDArray[Any]
) -> tuple[Cells, int]:
    """The valid cells of a window that shapes touch, as they are stored: marks are written so.

    Beside them how many cells the shapes touch at all.
    """
    cells, valid = raster.read_stored(window)
    outside: npt.NDArray[np.bool_] = rasterio.features.geometry_mask(
        shapes,
        (window.height, window.width),
        raster.grid.part(window).transform,
        all_touched=True,
    )
    inside: Cells = cells[~outside if valid is None else valid & ~outside]
    return inside, int((~outside).sum())


def undeclared_mark(header: Header, values: Iterable[float]) -> float | None:
    """The first cell, as stored, among values of a raster that looks like nodata; None without one."""
    for value in values:
        # Made as the reader makes values of cells, so that equal ones are equal.
        for mark in _marks_of(header.stored):
            if value == mark * header.scale + header.offset:
                return mark
        if abs(value) >= _HUGE:
            return (value - header.offset) / header.scale
    return None


def _marks_of(kind: np.dtype[Any]) -> tuple[float, ...]:
    """Values that mark nodata in rasters of a type, the greatest of the wide integers among them."""
    most = (float(np.iinfo(kind).max),) if kind.kind in "iu" and kind.itemsize > 1 else ()
    return _MARKS + most


def _require_sense(name: str, found: LandValues) -> None:
    limits = _LIMITS.get(name)
    if limits and not limits[0] <= found.low <= found.high <= limits[1]:
        raise RasterRefused(
            reason=filled(
                _SAY["nonsense"],
                name=land_title(name),
                low=as_written(found.low),
                high=as_written(found.high),
                min=as_written(limits[0]),
                max=as_written(limits[1]),
            )
        )


def _require_heights(found: LandValues, planning: PlanningRegion | None) -> None:
    summit = None if planning is None else planning.summit
    highest = summit.height_m if summit else _HIGHEST_COUNTRY_M
    facts = {"low": as_written(found.low), "high": as_written(found.high)}
    if found.low == found.high:
        raise RasterRefused(reason=filled(_SAY["level"], **facts))
    if found.low < _LOWEST_M:
        raise RasterRefused(reason=filled(_SAY["too_low"], least=as_written(_LOWEST_M), **facts))
    if found.high > highest * _MARGIN:
        reason = (
            _SAY["like_feet"] if found.high * _FOOT_M <= highest * _MARGIN else _SAY["too_high"]
        )
        top = _SAY["puncak_jaya"]
        if planning is not None and summit is not None:
            height = number(summit.height_m, ",.0f")
            top = filled(_SAY["summit"], of=planning.name, name=summit.name, height=height)
        raise RasterRefused(reason=filled(reason, summit=top, **facts))
