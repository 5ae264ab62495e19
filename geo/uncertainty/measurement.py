"""How uncertain each measure of each zone is, from what the model says of its errors.

What is counted is written beside every criterion, and so is what is not: a measure without a stated
error counts as exact, which it is not. Draws from these errors are in `geo/uncertainty/draws.py`.
"""

from collections.abc import Callable, Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from geo.crs import area_ha
from geo.language import Text, as_written, filled, joined, texts
from geo.mcda.matrix import Array
from geo.mcda.model import Model
from geo.mcda.value_functions import (
    Criterion,
    GroundMeasure,
    IndicatorMeasure,
    MeasureError,
    RasterMeasure,
    VillageMeasure,
)
from geo.raster.grid import RasterSource, Window
from geo.raster.zonal import zonal_statistics
from geo.readiness.land_measures import LandRaster, measured_cells
from geo.readiness.score import Measure, Measures
from geo.uncertainty.draws import MeasureErrors
from geo.vector.schema import is_approximate, is_enclosing

_SAY = texts(__name__)


# A cell's value stands for a place known to half a cell at best.
_CELL_PART = 0.5
# An approximate outline is a disc, a box or named districts around a known place: displaced by half
# the radius of a disc of its size it still overlaps itself for the greater part. Own judgement.
_APPROXIMATE_PART = 0.5
# A place somewhere inside a disc is two thirds of the radius from its centre on average.
_ENCLOSING_PART = 2.0 / 3.0
# As where zones are measured at first, see geo/readiness/measures.py.
_MIN_VALID_SHARE = 0.5
# Outlines are displaced as fine as this part of a cell: for the shipped kecamatan that moves the
# deviation of a share by 0.004 at most, in a tenth of the time.
_OUTLINE_PART = 0.05
_M_PER_DEG = 111_320.0
_DIRECTIONS_DEG = np.arange(8) * 45.0
# With fewer displaced measures, or changes from year to year, a deviation says nothing (own judgement).
_LEAST_DISPLACED = 5
_LEAST_CHANGES = 8
# Credits nearer to 1 than this are whole.
_TIE = 1e-9
_ELLIPSOID = pyproj.Geod(ellps="WGS84")
# The errors (n_zones,) of what is measured from cells.
Displaced = Callable[[RasterMeasure, RasterSource], Array]


def measure_errors(
    model: Model,
    measures: Measures,
    *,
    zones: gpd.GeoDataFrame,
    rasters: Mapping[str, LandRaster],
    indicators: pd.DataFrame,
    displaced: Displaced | None = None,
) -> MeasureErrors:
    """The standard error of every measure, which zones share it, and what it leaves out.

    Parameters
    ----------
    measures : Measures
        Of `zones` under `model`, see `geo.readiness.measures.measure_zones`.
    zones : GeoDataFrame
        Lon/lat, in the order of `measures`.
    indicators : DataFrame
        The tidy table of `geo.indicators.table`.
    displaced : callable, optional
        What `displacement_errors` finds of `zones` for a criterion's cells, where somebody keeps it.

    Returns
    -------
    MeasureErrors
        An indicator's error belongs to the regency's figure: zones of one regency share it, and a
        zone across several has the mean of theirs by its parts. All other errors are each zone's
        own. 0 where nothing is stated, or where the measure is missing.
    """

    def of_zones(_: RasterMeasure, cells: RasterSource) -> Array:
        return displacement_errors(zones, cells)

    columns = {
        c.id: _of_what_is_known(
            _errors_of(c, measures, rasters, indicators, displaced or of_zones), c, measures
        )
        for c in model.criteria
    }
    return MeasureErrors(
        criteria=tuple(columns),
        standard_errors=np.column_stack([errors for errors, _ in columns.values()]),
        bounds=np.array([measure_bounds(c) for c in model.criteria]),
        sources={
            c.id: _regency_shares(measures, c.id)
            for c in model.criteria
            if isinstance(c.measure, IndicatorMeasure)
        },
        notes={criterion: note for criterion, (_, note) in columns.items()},
    )


def _of_what_is_known(
    found: tuple[Array, Text], criterion: Criterion, measures: Measures
) -> tuple[Array, Text]:
    """The errors and their note: nothing is exact of which an area has no datum, a part or a range."""
    errors, note = found
    of_areas = measures.criteria[criterion.id]
    n, missing = len(of_areas), sum(m.value is None for m in of_areas)
    if missing == n:
        return errors, _SAY["no_data"]
    between = sum(m.value is not None and not _is_point(m) for m in of_areas)
    notes = [note]
    if note in _without_error():
        words = _SAY["without_error"] if missing or between else _SAY["exact"]
        notes = [filled(words, reason=note)] if missing + between < n else []
    parts = [
        *notes,
        *([_SAY["partly"].format(missing=missing, n=n)] if missing else []),
        *([_SAY["between"].format(between=between, n=n)] if between else []),
    ]
    return errors, joined(parts, by=" ")


def _without_error() -> tuple[Text, ...]:
    """Why a criterion has no error: not all that is measured without one is known exactly."""
    return _SAY["not_stated"], _SAY["class"], _SAY["no_raster"], _SAY["too_few_changes"]


def is_exact(of_areas: Sequence[Measure]) -> bool:
    """Whether a criterion is known of every area, whole and as one number."""
    return all(m.value is not None and _is_point(m) for m in of_areas)


def _is_point(measure: Measure) -> bool:
    return measure.credit >= 1.0 - _TIE and measure.low == measure.high


def measure_bounds(criterion: Criterion) -> tuple[float, float]:
    """The least and the greatest measure that a criterion's unit allows.

    0 and 1 for a share of a zone, a grade and an index of the desa, 0 and 100 where the unit is "% of" something; none otherwise, for
    a value function holds its end values beyond its end points.
    """
    measure = criterion.measure
    if isinstance(measure, RasterMeasure) and measure.statistic in ("share", "grade"):
        return 0.0, 1.0
    if isinstance(measure, VillageMeasure | GroundMeasure):
        return 0.0, 1.0
    if criterion.unit.en.startswith("% of"):
        return 0.0, 100.0
    return -np.inf, np.inf


def _errors_of(
    criterion: Criterion,
    measures: Measures,
    rasters: Mapping[str, LandRaster],
    indicators: pd.DataFrame,
    displaced: Displaced,
) -> tuple[Array, Text]:
    """Standard errors (n_zones,) of one criterion, and the note on them."""
    error, asked = criterion.error, criterion.measure
    found = measures.criteria[criterion.id]
    measured = np.array([np.nan if m.value is None else m.value for m in found])
    nothing = np.zeros(len(measured))
    if criterion.value.name == "categorical":
        return nothing, _SAY["class"]
    if error is None:
        return nothing, _SAY["not_stated"]
    if error.displacement:
        land = rasters.get(asked.raster) if isinstance(asked, RasterMeasure) else None
        if not isinstance(asked, RasterMeasure) or land is None or land.fault(criterion.id):
            return nothing, _SAY["no_raster"]
        moved = displaced(asked, measured_cells(asked, land.cells))
        return np.where(np.isnan(measured), 0.0, np.nan_to_num(moved)), _SAY["displaced"]
    each, note = _stated(error, measured, asked, indicators)
    if isinstance(asked, IndicatorMeasure):
        # The mean of independent figures is surer than one of them.
        each = each * np.sqrt((_regency_shares(measures, criterion.id) ** 2).sum(axis=1))
    return np.where(np.isnan(measured), 0.0, each), note


def _stated(
    error: MeasureError, measured: Array, asked: object, indicators: pd.DataFrame
) -> tuple[Array, Text]:
    """The standard error (n_zones,) of a figure whose error is stated as a number or by its changes."""
    source = Text(id=error.source, en=error.source)
    if error.standard_error is not None:
        size = as_written(error.standard_error)
        return np.full(len(measured), error.standard_error), filled(
            _SAY["stated"], size=size, source=source
        )
    if error.relative is not None:
        percent = as_written(100 * error.relative)
        return error.relative * np.abs(measured), filled(
            _SAY["relative"], percent=percent, source=source
        )
    changes = np.nan
    if isinstance(asked, IndicatorMeasure):
        changes = yearly_change_error(indicators, asked.indicator)
    if np.isnan(changes):
        return np.zeros(len(measured)), _SAY["too_few_changes"]
    size = as_written(float(f"{changes:.2g}"))
    return np.full(len(measured), changes), filled(_SAY["changes"], size=size)


def yearly_change_error(indicators: pd.DataFrame, indicator: str) -> float:
    """The standard error of a regency's figure, judged by how it jumps from one year to the next.

    The standard deviation of changes between consecutive years over all regencies, the common change
    of each year taken out, by √2 because two figures make a change. An upper bound of the sampling
    error: what really changed in a regency is in it too. Doubtful figures and the province's are
    left out; NaN with fewer than eight changes more than years.

    Parameters
    ----------
    indicators : DataFrame
        The tidy table of `geo.indicators.table`.
    """
    rows = indicators[
        (indicators["indicator"] == indicator)
        & (indicators["confidence"] == "ok")
        & (indicators["regency_code"].str.len() > 2)
    ]
    by_year = rows.pivot(index="regency_code", columns="year", values="value")
    figures = {int(str(year)): column for year, column in by_year.items()}
    squares, freedom = 0.0, 0
    for year in sorted(figures.keys() & {year - 1 for year in figures}):
        changes = (figures[year + 1] - figures[year]).dropna().to_numpy(dtype=np.float64)
        if len(changes) > 1:
            squares += float(((changes - changes.mean()) ** 2).sum())
            freedom += len(changes) - 1
    return float(np.sqrt(squares / freedom / 2.0)) if freedom >= _LEAST_CHANGES else float("nan")


def displacement_errors(zones: gpd.GeoDataFrame, cells: RasterSource) -> Array:
    """The standard deviation (n_zones,) of a raster's mean when a zone is displaced.

    Each zone is measured where it lies and in eight directions, as far away as its place is
    uncertain: half a cell; for an approximate outline half the radius of a disc of its size, where
    that is more; for one that only encloses its zone two thirds of that radius. NaN for a zone
    without an area, or with fewer than five measures.

    A share's or a mean's error from the raster's own classes or values is not in it, and what an
    enclosing area hides of a smaller zone inside it is only partly.
    """
    distance_m = displacement_m(zones, cells)
    coarse = _coarsened(zones, cells)
    measured = [_means(coarse, cells)]
    for direction in _DIRECTIONS_DEG:
        measured.append(_means(_displaced(coarse, distance_m, float(direction)), cells))
    table = np.column_stack(measured)
    enough = (~np.isnan(table)).sum(axis=1) >= _LEAST_DISPLACED
    usable = enough & ~np.isnan(table[:, 0])
    errors = np.full(len(zones), np.nan)
    errors[usable] = np.nanstd(table[usable], axis=1, ddof=1)
    return errors


def displacement_m(zones: gpd.GeoDataFrame, cells: RasterSource) -> Array:
    """How far each zone is displaced, in metres; see `displacement_errors`."""
    kinds = zones["geometry_kind"] if "geometry_kind" in zones else pd.Series(None, zones.index)
    part = np.array(
        [
            _ENCLOSING_PART if is_enclosing(k) else _APPROXIMATE_PART if is_approximate(k) else 0.0
            for k in kinds
        ]
    )
    radius_m = np.zeros(len(zones))
    # An area on the ellipsoid takes its time, and most outlines are their zones' own.
    moved = part > 0
    radius_m[moved] = np.sqrt(np.nan_to_num(area_ha(zones[moved])) * 10_000 / np.pi)
    return np.asarray(np.maximum(part * radius_m, _CELL_PART * _cell_m(cells)))


def _cell_m(cells: RasterSource) -> float:
    middle = Window(cells.grid.height // 2, 0, 1, cells.grid.width)
    return max(float(side[0]) for side in cells.grid.cell_size_m(middle))


def _coarsened(zones: gpd.GeoDataFrame, cells: RasterSource) -> gpd.GeoDataFrame:
    """Zones with outlines as fine as the raster can tell: nine measures of every bend would take long."""
    tolerance_deg = _OUTLINE_PART * _cell_m(cells) / _M_PER_DEG
    return zones.set_geometry(zones.geometry.simplify(tolerance_deg))


def _means(zones: gpd.GeoDataFrame, cells: RasterSource) -> Array:
    found = zonal_statistics(zones, cells, stats=("mean",))
    return found["mean"].where(found["valid_share"] >= _MIN_VALID_SHARE).to_numpy(dtype=np.float64)


def _displaced(
    zones: gpd.GeoDataFrame, distance_m: Array, direction_deg: float
) -> gpd.GeoDataFrame:
    """Zones in lon/lat moved by a distance each, clockwise from north."""
    shapes = zones.geometry.to_numpy()
    west, south, east, north = shapely.bounds(shapes).T
    lon, lat = (west + east) / 2, (south + north) / 2
    there = ~np.isnan(lon)
    moved_lon, moved_lat = lon.copy(), lat.copy()
    moved_lon[there], moved_lat[there], _ = _ELLIPSOID.fwd(
        lon[there], lat[there], np.full(there.sum(), direction_deg), distance_m[there]
    )
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    xy += np.column_stack([moved_lon - lon, moved_lat - lat])[owner]
    return zones.set_geometry(shapely.set_coordinates(shapes.copy(), xy), crs=zones.crs)


def _regency_shares(measures: Measures, criterion: str) -> Array:
    """The parts (n_zones, n_regencies) of each zone behind its indicator; rows sum to 1, or 0."""
    found = measures.criteria[criterion]
    regencies = sorted({code for m in found for code in m.shares})
    parts = np.array([[m.shares.get(code, 0.0) for code in regencies] for m in found])
    return parts.reshape(len(found), len(regencies))
