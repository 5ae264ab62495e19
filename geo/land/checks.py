"""Whether a raster that an operator gives can serve as a land layer, and why not.

What its header says is checked before a cell is read; its cells are read block by block.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import rasterio.features
import shapely
from rasterio.windows import Window as FileWindow

from geo.crs import LONLAT, parse_crs, same_crs, to_lonlat
from geo.errors import RasterRefused
from geo.land.raster import ELEVATION, cut_off, open_raster
from geo.language import Text, texts
from geo.raster.grid import Cells, Grid, Window, blocks, valid_cells
from geo.vector.regions import PROVINCE_CODE

_SAY = texts(__name__)

# The cells of a national raster of 3 arc seconds (55,000 × 20,000 float32) are 4.4 GB unpacked.
MOST_BYTES = 16 * 1024**3
MOST_BLOCK_BYTES = 256 * 1024**2
_READ = 1024

# Heights above sea level: Gunung Halau-Halau 1,901 m, the highest of South Kalimantan
# (https://regional.kompas.com/read/2023/08/20/231609978); Puncak Jaya 4,884 m, the highest of
# Indonesia (https://simple.wikipedia.org/wiki/Puncak_Jaya). Radar and canopy may add a twentieth.
_HIGHEST_PROVINCE_M = 1_901.0
_HIGHEST_COUNTRY_M = 4_884.0
_MARGIN = 1.05
# Deeper than any open pit coal mine or coast on land (own judgement).
_LOWEST_M = -300.0
_FOOT_M = 0.3048
# Of coarser cells a slope says nothing of the ground (own judgement; 30 arc seconds are 926 m).
_COARSEST_DEM_M = 1_000.0

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
    "peat_depth_m": (0.0, 30.0),
    "forest_estate": (0.0, 1.0),
    "landmask": (0.0, 1.0),
    "landcover": (0.0, 255.0),
}


def require_land_raster(
    path: Path,
    *,
    name: str,
    region: gpd.GeoDataFrame,
    most_bytes: int = MOST_BYTES,
    most_block_bytes: int = MOST_BLOCK_BYTES,
) -> None:
    """Check that a raster can serve as land layer `name` for `region`.

    Its header first, then its cells block by block, those inside the regencies of `region`.

    Raises
    ------
    RasterRefused
        Unreadable or cut off; not one band; complex numbers; larger unpacked than `most_bytes`, or a block of it than `most_block_bytes`;
        rotated or upside down; scaled; without CRS or position; not covering the region; without a
        valid cell inside it; with a value that looks like nodata and is not declared; with values
        that its name forbids. Heights also: of 8 bits, in feet, too coarse, the same everywhere.
    """
    with open_raster(path) as raster:
        _require_one_band(raster)
        _require_plain_numbers(raster, name)
        _require_position(raster)
        _require_size(raster, most_bytes, most_block_bytes)
        if name == ELEVATION:
            _require_metres(raster)
        found = _values_inside(raster, _outline(raster, region), path)
    if found is None:
        raise RasterRefused(reason=_SAY["empty"].format(path=path.name))
    if found.mark is not None:
        raise RasterRefused(reason=_SAY["mark"].format(value=f"{found.mark:g}"), value=found.mark)
    _require_sense(name, found)
    if name == ELEVATION:
        _require_heights(found, region)


@dataclass(frozen=True, slots=True)
class _Found:
    """The least and the greatest valid value inside the region, and a value that means nodata."""

    low: float
    high: float
    mark: float | None


def _require_one_band(raster: rasterio.DatasetReader) -> None:
    if raster.count != 1:
        raise RasterRefused(reason=_SAY["bands"].format(count=raster.count), bands=raster.count)


def _require_plain_numbers(raster: rasterio.DatasetReader, name: str) -> None:
    dtype = str(raster.dtypes[0])
    if "complex" in dtype:
        raise RasterRefused(reason=_SAY["complex"].format(dtype=dtype))
    if name == ELEVATION and dtype in ("uint8", "int8"):
        raise RasterRefused(reason=_SAY["eight_bits"].format(dtype=dtype))
    if raster.scales[0] != 1.0 or raster.offsets[0] != 0.0:
        raise RasterRefused(
            reason=_SAY["scaled"].format(
                scale=f"{raster.scales[0]:g}", offset=f"{raster.offsets[0]:g}"
            )
        )


def _require_position(raster: rasterio.DatasetReader) -> None:
    if raster.crs is None or raster.transform.is_identity:
        raise RasterRefused(reason=_SAY["no_crs"])
    crs = parse_crs(raster.crs.to_wkt(), subject="raster")
    if not (crs.is_geographic or crs.is_projected):
        raise RasterRefused(reason=_SAY["bad_crs"].format(crs=raster.crs.to_string()))
    t = raster.transform
    if t.b != 0.0 or t.d != 0.0 or t.a <= 0.0 or t.e >= 0.0:
        raise RasterRefused(reason=_SAY["rotated"])


def _require_size(raster: rasterio.DatasetReader, most_bytes: int, most_block_bytes: int) -> None:
    cell_bytes = np.dtype(raster.dtypes[0]).itemsize
    block_height, block_width = raster.block_shapes[0]
    facts = {"width": raster.width, "height": raster.height}
    if raster.width * raster.height * cell_bytes > most_bytes:
        raise RasterRefused(
            reason=_SAY["too_large"].format(most=most_bytes // 1024**3, **facts), **facts
        )
    if block_height * block_width * cell_bytes > most_block_bytes:
        raise RasterRefused(reason=_SAY["one_block"], **facts)


def _require_metres(raster: rasterio.DatasetReader) -> None:
    unit = (raster.units[0] or "").strip().lower()
    vertical = [
        axis
        for axis in parse_crs(raster.crs.to_wkt(), subject="raster").axis_info
        if axis.direction == "up" and axis.unit_conversion_factor != 1.0
    ]
    if unit in _FEET or vertical:
        raise RasterRefused(reason=_SAY["in_feet"].format(unit=unit or vertical[0].unit_name))
    grid = Grid(raster.crs.to_wkt(), raster.transform, raster.width, raster.height)
    width, height = grid.cell_size_m(Window(grid.height // 2, 0, 1, grid.width))
    coarsest = max(float(width[0]), float(height[0]))
    if coarsest > _COARSEST_DEM_M:
        raise RasterRefused(reason=_SAY["coarse"].format(cell=f"{coarsest:.0f}", most=1000))


def _outline(raster: rasterio.DatasetReader, region: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The region in the raster's CRS; it must touch the raster."""
    crs = parse_crs(raster.crs.to_wkt(), subject="raster")
    try:
        outline = to_lonlat(region) if same_crs(crs, LONLAT) else region.to_crs(crs)
    except Exception as error:  # PROJ names its failures by many classes
        raise RasterRefused(reason=_SAY["bad_crs"].format(crs=raster.crs.to_string())) from error
    wanted = shapely.box(*outline.total_bounds)
    share = wanted.intersection(shapely.box(*raster.bounds)).area / wanted.area
    # Not "at least": a position that PROJ could not compute is infinite, and its share NaN.
    if not share >= 0.01:
        bounds = [round(b, 3) for b in raster.bounds]
        raise RasterRefused(
            reason=_SAY["misses"].format(
                bounds=bounds,
                crs=raster.crs.to_string(),
                wanted=[round(float(b), 3) for b in outline.total_bounds],
            ),
            bounds=bounds,
        )
    return outline


def _values_inside(
    raster: rasterio.DatasetReader, outline: gpd.GeoDataFrame, path: Path
) -> _Found | None:
    """What the cells touched by the outline hold; None without a valid one."""
    shapes = outline.geometry.to_numpy()
    tree = shapely.STRtree(shapes)
    low, high, marks = np.inf, -np.inf, set()
    grid = Grid(raster.crs.to_wkt(), raster.transform, raster.width, raster.height)
    for window in blocks(grid, _READ, _READ):
        part = grid.part(window)
        near = shapes[tree.query(shapely.box(*part.bounds))]
        values = _read_valid(raster, window, path) if len(near) else None
        if values is None:
            continue
        outside = rasterio.features.geometry_mask(
            near, (window.height, window.width), part.transform, all_touched=True
        )
        inside = values[0][values[1] & ~outside]
        if inside.size:
            least, most = float(inside.min()), float(inside.max())
            low, high = min(low, least), max(high, most)
            asked = [mark for mark in _marks_of(raster.dtypes[0]) if least <= mark <= most]
            marks |= {mark for mark in asked if (inside == mark).any()}
    if low > high:
        return None
    extremes = {value for value in (low, high) if abs(value) >= _HUGE}
    return _Found(low, high, min(marks | extremes, default=None))


def _read_valid(
    raster: rasterio.DatasetReader, window: Window, path: Path
) -> tuple[Cells, Cells] | None:
    """Cells and which of them are valid; None when none is."""
    where = FileWindow(window.col, window.row, window.width, window.height)
    try:
        values = raster.read(1, window=where, masked=True)
    except rasterio.errors.RasterioIOError as error:
        raise cut_off(path, error) from error
    valid = ~np.ma.getmaskarray(values)
    numbers = valid_cells(values.data, None)
    valid = valid if numbers is None else valid & numbers
    return (values.data, valid) if valid.any() else None


def _marks_of(dtype: str) -> tuple[float, ...]:
    """Values that mark nodata in rasters of a type, the greatest of the wide integers among them."""
    kind = np.dtype(dtype)
    most = (float(np.iinfo(kind).max),) if kind.kind in "iu" and kind.itemsize > 1 else ()
    return _MARKS + most


def _require_sense(name: str, found: _Found) -> None:
    limits = _LIMITS.get(name)
    if limits and not limits[0] <= found.low <= found.high <= limits[1]:
        raise RasterRefused(
            reason=_SAY["nonsense"].format(
                name=name,
                low=f"{found.low:g}",
                high=f"{found.high:g}",
                min=f"{limits[0]:g}",
                max=f"{limits[1]:g}",
            )
        )


def _require_heights(found: _Found, region: gpd.GeoDataFrame) -> None:
    here = all(str(code).startswith(PROVINCE_CODE) for code in region.index)
    highest = _HIGHEST_PROVINCE_M if here else _HIGHEST_COUNTRY_M
    facts = {"low": f"{found.low:g}", "high": f"{found.high:g}"}
    if found.low == found.high:
        raise RasterRefused(reason=_SAY["level"].format(**facts))
    if found.low < _LOWEST_M:
        raise RasterRefused(reason=_SAY["too_low"].format(least=f"{_LOWEST_M:g}", **facts))
    if found.high > highest * _MARGIN:
        reason = (
            _SAY["like_feet"] if found.high * _FOOT_M <= highest * _MARGIN else _SAY["too_high"]
        )
        summit = _SAY["halau_halau"] if here else _SAY["puncak_jaya"]
        raise RasterRefused(
            reason=Text(
                id=reason.id.format(summit=summit.id, **facts),
                en=reason.en.format(summit=summit.en, **facts),
            )
        )
