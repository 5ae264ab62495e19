"""A scenario applied: changed copies of the indicators, zones, rasters and measures.

Each function takes what is and gives back what would be; the first is never changed. Whatever a
scenario touched says so in its note and names the scenario among its sources. The order is:
indicators, zones and rasters, then `geo.readiness.measures.measure_zones`, then the measures themselves.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from affine import Affine

from geo.crs import LONLAT, area_ha, require_crs, to_lonlat
from geo.errors import InvalidScenario
from geo.indicators.table import COLUMNS, upsert
from geo.language import Source, Text, as_written, decimal, filled, joined, texts
from geo.mcda.model import Model
from geo.mcda.value_functions import Criterion, RasterMeasure
from geo.raster.distance import DistanceSource, NearestOf
from geo.raster.grid import Grid
from geo.readiness.land_measures import LandRaster
from geo.readiness.scenario import Figure, Road, Scenario, WhatIf, known_names, mark, source_of
from geo.readiness.score import Measure, Measures

_SAY = texts(__name__)

# The kind of a geometry that a scenario drew: the zone's own, but nobody's official one.
SCENARIO_KIND = "scenario"
# The smallest zone gets this many cells, unless the grid would grow beyond the most.
_CELLS_IN_SMALLEST, _MOST_CELLS = 64, 2_000_000
_METRES_PER_DEG = 111_320.0


def apply_to_indicators(
    table: pd.DataFrame, scenario: Scenario, *, regencies: Sequence[str]
) -> pd.DataFrame:
    """The indicator table with a scenario's figures in place of or beside those that there are.

    Parameters
    ----------
    table : DataFrame
        As `geo.indicators.table.parse_indicators` returns it.
    regencies : sequence of str
        The Kemendagri codes of the regencies that there are.

    Raises
    ------
    InvalidScenario
        For an indicator that the table does not hold, or a regency that is not there; it lists those
        that are.
    """
    if not scenario.figures:
        return table.copy()
    known = sorted(table["indicator"].unique())
    rows = []
    for i, figure in enumerate(scenario.figures):
        if figure.indicator not in known:
            place = f"indicators[{i}].indicator"
            raise _unknown(place, figure.indicator, known)
        if figure.region not in regencies:
            raise _unknown(f"indicators[{i}].region", figure.region, regencies)
        rows.append(_row(figure, table[table["indicator"] == figure.indicator], scenario))
    changed, _ = upsert(table, pd.DataFrame(rows, columns=list(COLUMNS)))
    return changed


def _row(figure: Figure, series: pd.DataFrame, scenario: Scenario) -> dict[str, object]:
    # The month of a survey belongs to its indicator: "Agustus 2025" gives "Agustus 2026".
    *month, _ = str(series["period"].iloc[-1]).split(" ")
    return {
        "regency_code": figure.region,
        "indicator": figure.indicator,
        "year": figure.year,
        "period": " ".join([*month, str(figure.year)]),
        "value": figure.value,
        "unit": series["unit"].iloc[-1],
        "source": f"{mark(scenario).id}: {figure.source}",
        "source_url": "",
        "via": "",
        "note": f"{mark(scenario).id}: {figure.note}",
        "confidence": "ok",
    }


def apply_to_zones(zones: gpd.GeoDataFrame, scenario: Scenario) -> gpd.GeoDataFrame:
    """The layer with a scenario's geometries.

    `area_ha` is computed anew where it was stated, `geometry_kind` becomes `scenario` (the zone's
    own geometry, drawn as approximate) and `geometry_method` names the scenario, where zones have
    these columns. A zone that the scenario does not name stays as it is.

    Raises
    ------
    InvalidScenario
        For a zone that the layer does not hold.
    CRSMissing
    """
    ids = [str(area_id) for area_id in zones.index]
    for area_id in scenario.zones:
        if area_id not in ids:
            raise _unknown(f"zones.{area_id}", area_id, ids)
    if not scenario.zones:
        return zones.copy()
    crs = require_crs(zones, subject="zones")
    drawn = gpd.GeoSeries(dict(scenario.zones), crs=LONLAT).to_crs(crs)
    changed = zones.copy()
    is_drawn = changed.index.isin(drawn.index)
    shapes = changed.geometry.to_numpy().copy()
    shapes[is_drawn] = drawn.reindex(changed.index[is_drawn]).to_numpy()
    changed = changed.set_geometry(gpd.GeoSeries(shapes, index=changed.index, crs=crs))
    if "area_ha" in changed:
        stated = is_drawn & changed["area_ha"].notna().to_numpy()
        areas = changed["area_ha"].to_numpy(dtype=np.float64).copy()
        areas[stated] = area_ha(changed[stated])
        changed["area_ha"] = areas
    for column, words in (
        ("geometry_kind", SCENARIO_KIND),
        ("geometry_method", source_of(scenario)),
    ):
        if column in changed:
            changed[column] = changed[column].where(~is_drawn, words)
    return changed


def apply_to_rasters(
    rasters: Mapping[str, LandRaster], scenario: Scenario, *, zones: gpd.GeoDataFrame
) -> dict[str, LandRaster]:
    """The land rasters after a scenario's roads are built.

    Where there is a raster of that name, its distances become the smaller of what they are and the
    distance to the new road. Where there is none, the distance is that to the new road alone, on a
    grid over `zones`: an upper bound, for roads that there are may be nearer.

    Parameters
    ----------
    zones : GeoDataFrame
        After `apply_to_zones`, in any CRS.

    Raises
    ------
    CRSMissing
    """
    changed = dict(rasters)
    for name, roads in _by_raster(scenario.roads).items():
        lines = gpd.GeoDataFrame(geometry=[road.line for road in roads], crs=LONLAT)
        if name in rasters:
            land = rasters[name]
            source = _followed(land.source, by=source_of(scenario))
            changed[name] = replace(land, cells=NearestOf(land.cells, lines), source=source)
        elif (grid := _grid_over(zones)) is not None:
            cells = DistanceSource(lines, grid)
            changed[name] = LandRaster(name, cells, source_of(scenario), None)
    return changed


def _by_raster(roads: Sequence[Road]) -> dict[str, list[Road]]:
    found: dict[str, list[Road]] = {}
    for road in roads:
        found.setdefault(road.raster, []).append(road)
    return found


def _grid_over(zones: gpd.GeoDataFrame) -> Grid | None:
    """A lon/lat grid over all zones with an area; None where there is none."""
    shapes = to_lonlat(zones).geometry.to_numpy()
    has_area = shapely.area(shapes) > 0
    if not has_area.any():
        return None
    west, south, east, north = shapely.total_bounds(shapes[has_area])
    smallest_m2 = 10_000 * area_ha(zones[has_area]).min()
    step = np.sqrt(smallest_m2 / _CELLS_IN_SMALLEST) / _METRES_PER_DEG
    step = max(step, np.sqrt((east - west) * (north - south) / _MOST_CELLS))
    width, height = (int(np.ceil(side / step)) for side in (east - west, north - south))
    return Grid(LONLAT.to_wkt(), Affine(step, 0, west, 0, -step, north), width, height)


def apply_to_measures(
    measures: Measures, scenario: Scenario, *, model: Model, rasters: Container[str] = ()
) -> Measures:
    """Measures with a scenario's what-ifs, and with its name on everything that it changed before.

    A measure set to an amount counts for the whole zone; a missing one can be set, not changed. A
    distance to a new road alone counts where it narrows down the value. Constraints stay as they
    were measured.

    Parameters
    ----------
    measures : Measures
        Measured from the changed indicators, zones and rasters.
    rasters : container of str
        Names of the land rasters that there are without the scenario.

    Raises
    ------
    InvalidScenario
        For a zone or criterion that is not there, and a missing measure that is to be changed.
    """
    area_ids = list(measures.names)
    criteria = {c.id: c for c in model.criteria}
    columns = {
        name: [
            _marked(measure, scenario, criteria[name], area_id=area_id, rasters=rasters)
            for area_id, measure in zip(area_ids, column, strict=True)
        ]
        for name, column in measures.criteria.items()
    }
    for i, what_if in enumerate(scenario.what_ifs):
        place = f"measures[{i}]"
        if what_if.zone not in measures.names:
            raise _unknown(f"{place}.zone", what_if.zone, area_ids)
        if what_if.criterion not in criteria:
            raise _unknown(f"{place}.criterion", what_if.criterion, list(criteria))
        column, zone = columns[what_if.criterion], area_ids.index(what_if.zone)
        place = f"{place}.{what_if.how}"
        if column[zone].value is None and what_if.how != "set":
            raise InvalidScenario(place=place, reason=_SAY["nothing_to_change"])
        column[zone] = _what_if(column[zone], what_if, scenario)
        _require_graded(column[zone], criteria[what_if.criterion], place)
    return replace(measures, criteria=columns)


def _require_graded(measure: Measure, criterion: Criterion, place: str) -> None:
    """Refuse what has no value: a class that the criterion's table does not hold."""
    if np.isnan(criterion.value(np.array([measure.value], dtype=np.float64))[0]):
        known = known_names([str(code) for code in criterion.value.parameters.get("values", ())])
        shown = as_written(measure.value or 0.0)
        raise InvalidScenario(
            place=place, reason=filled(_SAY["not_graded"], value=shown, known=known)
        )


def _marked(
    measure: Measure,
    scenario: Scenario,
    criterion: Criterion,
    *,
    area_id: str,
    rasters: Container[str],
) -> Measure:
    """A measure with notes on what the scenario changed of its figure, raster or zone."""
    if measure.value is None:
        return measure
    asked, name = criterion.measure, mark(scenario)
    if measure.note is not None:
        # The indicator table holds one language; here the other gets its own name of the scenario.
        english = measure.note.en.replace(f"{name.id}:", f"{name.en}:")
        measure = replace(measure, note=Text(id=measure.note.id, en=english))
    if isinstance(asked, RasterMeasure) and asked.raster in _by_raster(scenario.roads):
        if asked.raster in rasters:
            measure = _noted(measure, filled(_SAY["road_beside"], scenario=name))
        else:
            measure = _of_road_alone(measure, criterion, name)
    if area_id in scenario.zones and measure.value is not None:
        measure = _noted(measure, filled(_SAY["zone_redrawn"], scenario=name))
        measure = replace(measure, sources=_with(measure.sources, source_of(scenario)))
    return measure


def _of_road_alone(measure: Measure, criterion: Criterion, name: Text) -> Measure:
    """A distance that is an upper bound; missing where it leaves every value of 0..1 possible.

    Otherwise a road built far away would lower the score of zones that it does not touch: their
    distance would count as known, and as the worst.
    """
    nearest, farthest = criterion.value(np.array([0.0, measure.value], dtype=np.float64))
    if abs(nearest - farthest) < 1:
        return _noted(measure, filled(_SAY["road_alone"], scenario=name))
    shown = decimal(measure.value or 0.0, digits=0)
    return Measure(None, 0.0, note=filled(_SAY["road_too_far"], scenario=name, distance=shown))


def _what_if(measure: Measure, what_if: WhatIf, scenario: Scenario) -> Measure:
    amount = as_written(what_if.amount)
    note = filled(_SAY[f"what_if_{what_if.how}"], scenario=mark(scenario), amount=amount)
    if what_if.note:
        note = joined([note, Text(id=what_if.note, en=what_if.note)], by=": ")
    if what_if.how == "set" or measure.value is None:
        return Measure(what_if.amount, 1.0, sources=(source_of(scenario),), note=note)
    is_sum = what_if.how == "add"
    value = measure.value + what_if.amount if is_sum else measure.value * what_if.amount
    sources = _with(measure.sources, source_of(scenario))
    return _noted(replace(measure, value=value, sources=sources), note)


def _noted(measure: Measure, note: Text) -> Measure:
    if measure.note is None:
        return replace(measure, note=note)
    if note.id in measure.note.id:
        return measure
    return replace(measure, note=joined([measure.note, note], by="; "))


def _followed(source: Source, *, by: str) -> Source:
    if isinstance(source, Text):
        return Text(id=f"{source.id}; {by}", en=f"{source.en}; {by}")
    return f"{source}; {by}"


def _with(sources: tuple[Source, ...], source: Source) -> tuple[Source, ...]:
    return tuple(dict.fromkeys((*sources, source)))


def _unknown(place: str, name: str, known: Sequence[str]) -> InvalidScenario:
    return InvalidScenario(
        place=place, reason=_SAY["unknown"].format(name=name, known=known_names(known))
    )
