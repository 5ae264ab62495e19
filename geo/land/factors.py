"""The rasters that a land rule reads, from the store by name or from files of an office.

Each is asked whether it holds what the rule reads: its unit, its place, and what it is stated to be
fit for. Grids may differ; see `geo/land/classified.py`.
"""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from rasterio.warp import transform_bounds

from geo.crs import name_of, parse_crs
from geo.errors import RasterRefused
from geo.land.checks import require_land_raster
from geo.land.fit import ANY, Fitness, fitness_of
from geo.land.raster import KNOWN_RASTERS, land_title, land_unit
from geo.land.rules import RAIN, RIVER, SLOPE, SPRING, LandRule
from geo.land.surfaces import land_raster
from geo.language import Text, filled, joined, texts
from geo.published import LAND_PREFIX, layer, region
from geo.raster.files import RasterFile
from geo.raster.grid import Grid, Window
from geo.store.snapshots import file_sha256
from geo.store.store import Store, Version
from geo.store.versions import Published

_SAY = texts(__name__)

# What offices write for the unit of each factor; a soil class has none.
_UNITS: Final[Mapping[str, frozenset[str]]] = {
    SLOPE: frozenset({"%", "persen", "percent"}),
    RAIN: frozenset({KNOWN_RASTERS[RAIN], "mm/day", "mm/hari", "mm/hari hujan"}),
    RIVER: frozenset({"m", "meter", "metre", "metres"}),
    SPRING: frozenset({"m", "meter", "metre", "metres"}),
}


@dataclass(frozen=True, slots=True, eq=False)
class FactorRaster:
    """A raster that holds a factor of a rule; `version` is None for a file of the office.

    `label` names it for people; `fitness` is what it is stated to be fit for.
    """

    factor: str
    label: str
    path: Path
    sha256: str
    grid: Grid
    version: Version | None
    fitness: Fitness

    @property
    def cell_m(self) -> float:
        """The longer side of a cell in the middle row, in metres."""
        sides = self.grid.cell_size_m(Window(self.grid.height // 2, 0, 1, 1))
        return max(float(side[0]) for side in sides)


def open_factors(
    store: Store | Published, rule: LandRule, given: Mapping[str, str]
) -> dict[str, FactorRaster]:
    """The rasters that a rule reads: those that are given, and else the store's of the factors' names.

    Parameters
    ----------
    given : mapping
        By factor the name of a land raster of the store, or a GeoTIFF file.

    Raises
    ------
    LayerNotFound
        For a name that the store does not have.
    RasterRefused
        For a factor that the rule does not read; without a slope; for a raster in another unit, one
        stated to be unfit for the rule, one that cannot serve (`geo.land.checks`), or one that does
        not lie where the slope does.
    """
    now = store.current()
    if strange := sorted(set(given) - set(rule.factors)):
        raise RasterRefused(
            reason=filled(
                _SAY["not_read"],
                rule=rule.title,
                name=land_title(strange[0]),
                known=joined([land_title(name) for name in rule.factors]),
            )
        )
    published = now.datasets("raster")
    found = {}
    for factor in rule.factors:
        stated = given.get(factor)
        if stated is None and LAND_PREFIX + factor in published:
            stated = factor
        if stated is not None:
            found[factor] = _factor(now, rule, factor, stated)
    if SLOPE not in found:
        raise RasterRefused(reason=filled(_SAY["no_slope"], rule=rule.title))
    land = region_on(now, found[SLOPE].grid)
    for raster in found.values():
        _require_overlap(raster, found[SLOPE], land)
    return found


def region_on(now: Published, grid: Grid) -> shapely.Geometry:
    """The regencies as one shape in the CRS of a grid."""
    return shapely.union_all(layer(now, "regencies").geometry.to_crs(grid.crs))


def _factor(now: Published, rule: LandRule, factor: str, stated: str) -> FactorRaster:
    if Path(stated).suffix:
        # Whoever names a file as this factor says what it measures.
        path, version = Path(stated), None
        fitness = Fitness(fit=((ANY, land_title(factor)),))
        path.stat()  # a file that is not there is said as such
        require_land_raster(path, name=factor, region=layer(now, "regencies"), planning=region(now))
        label, sha256 = path.name, file_sha256(path)
    else:
        version = land_raster(now, stated)
        path, sha256, fitness = version.path, version.sha256, fitness_of(version.details)
        label = f"{version.dataset} v{version.number}"
        if fault := fitness.fault(rule.id, raster=stated):
            raise RasterRefused(reason=fault)
    with closing(RasterFile(path)) as raster:
        unit = raster.header.unit if version is None else str(version.details.get("unit") or "")
        _require_unit(rule, factor, label, unit)
        return FactorRaster(factor, label, path, sha256, raster.grid, version, fitness)


def _require_unit(rule: LandRule, factor: str, label: str, unit: str) -> None:
    known = _UNITS.get(factor)
    if known is None or not unit or unit.strip().lower() in known:
        return
    raise RasterRefused(
        reason=filled(
            _SAY["other_unit"],
            name=label,
            unit=unit,
            rule=rule.title,
            factor=land_title(factor),
            expected=land_unit(factor, KNOWN_RASTERS[factor]),
        )
    )


def _require_overlap(raster: FactorRaster, slope: FactorRaster, land: shapely.Geometry) -> None:
    """A raster must touch the land that the slope covers."""
    frame = shapely.box(*slope.grid.bounds)
    here = shapely.intersection(shapely.box(*land.bounds), frame)
    own = transform_bounds(raster.grid.crs, slope.grid.crs, *raster.grid.bounds)
    if raster is slope:
        if not land.intersects(frame):
            raise RasterRefused(reason=no_land(slope))
    # Boxes that only touch share no cell.
    elif not (np.isfinite(own).all() and shapely.box(*own).intersection(here).area > 0):
        raise RasterRefused(
            reason=filled(
                _SAY["apart"],
                factor=land_title(raster.factor),
                name=raster.label,
                bounds=_written_bounds(raster.grid),
                crs=name_of(parse_crs(raster.grid.crs)),
                slope=slope.label,
                slope_bounds=_written_bounds(slope.grid),
                slope_crs=name_of(parse_crs(slope.grid.crs)),
            )
        )


def no_land(slope: FactorRaster) -> Text:
    """The sentence for a slope that covers no land of the province."""
    return _SAY["no_land"].format(name=slope.label, bounds=_written_bounds(slope.grid))


def _written_bounds(grid: Grid) -> str:
    return ", ".join(f"{edge:.6g}" for edge in grid.bounds)
