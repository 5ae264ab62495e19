"""Pure. The numbers that a model asks for, zone by zone, from indicators and land rasters.

Every missing number says why it is missing. A raster too coarse for a zone does not pass for a
measurement of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio

from geo.criteria import Constraint, Criterion, IndicatorMeasure, RasterMeasure
from geo.errors import IndicatorNotFound
from geo.indicators import latest_values
from geo.join import area_shares, area_weighted
from geo.language import Text
from geo.models import Model
from geo.readiness import ConstraintResult, Measure, Measures
from geo.zonal import zonal_class_shares, zonal_mean, zonal_share_above

# Below this valid share the raster says more about its own holes than about the zone (own judgement).
_MIN_VALID_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class LandRaster:
    """An open land raster with its name, source and year."""

    name: str
    raster: rasterio.DatasetReader
    source: str
    year: str | None


def measure_zones(
    zones: gpd.GeoDataFrame,
    model: Model,
    *,
    year: int,
    regencies: gpd.GeoDataFrame,
    indicators: pd.DataFrame,
    rasters: Mapping[str, LandRaster],
) -> Measures:
    """Measure every criterion and constraint of `model` in every zone.

    Parameters
    ----------
    zones, regencies : GeoDataFrame
        Lon/lat, index `area_id`; zones need a `name`.
    year : int
        Indicators are the newest up to this year, within each criterion's age limit.
    indicators : DataFrame
        The tidy table of `geo.indicators`.
    rasters : mapping
        By name; a raster that is not there leaves its criteria missing.

    Raises
    ------
    CRSMissing, CRSMismatch
    """
    shares = area_shares(zones, regencies)
    criteria = {
        c.id: _indicator_measures(zones, c, year, indicators, shares)
        if isinstance(c.measure, IndicatorMeasure)
        else _raster_measures(zones, c.measure, model, rasters.get(c.measure.raster))
        for c in model.criteria
    }
    constraints = {
        c.id: _constraint_results(zones, c, model, rasters.get(c.raster)) for c in model.constraints
    }
    names = {str(area_id): str(name) for area_id, name in zones["name"].items()}
    return Measures(names=names, criteria=criteria, constraints=constraints)


def _indicator_measures(
    zones: gpd.GeoDataFrame,
    criterion: Criterion,
    year: int,
    indicators: pd.DataFrame,
    shares: pd.DataFrame,
) -> Sequence[Measure]:
    asked = criterion.measure
    if not isinstance(asked, IndicatorMeasure):
        raise TypeError(criterion.id)
    try:
        latest = latest_values(
            indicators, asked.indicator, year=year, max_age_years=asked.max_age_years
        )
    except IndicatorNotFound:
        return [Measure(None, 0.0, note=_NO_INDICATOR)] * len(zones)
    carried = area_weighted(latest["value"], shares).to_dict("index")
    figures = latest.dropna(subset=["value"]).to_dict("index")
    parts = _parts(shares)
    missing = _NO_FIGURE.format(year=year, oldest=year - asked.max_age_years)
    return [
        _indicator_measure(carried.get(area_id), parts.get(area_id, {}), figures, missing)
        for area_id in zones.index
    ]


def _parts(shares: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Each zone's share in each region, as plain dictionaries: rows are looked up many times."""
    parts: dict[str, dict[str, float]] = {}
    for zone, region, share in shares[["zone", "region", "share"]].itertuples(index=False):
        parts.setdefault(zone, {})[region] = share
    return parts


def _indicator_measure(
    carried: Mapping[Any, Any] | None,
    parts: Mapping[str, float],
    figures: Mapping[Any, Mapping[Any, Any]],
    missing: Text,
) -> Measure:
    if carried is None:
        return Measure(None, 0.0, note=_OUTSIDE)
    used = [figures[region] for region in parts if region in figures]
    if not used:
        return Measure(None, 0.0, note=missing, shares=parts)
    notes = [note for note in dict.fromkeys(figure["note"] for figure in used) if note]
    if len(parts) > 1:
        notes.append(", ".join(f"{region} {share:.1%}" for region, share in parts.items()))
    return Measure(
        value=float(carried["value"]),
        credit=float(carried["known_share"]),
        period=" / ".join(sorted({figure["period"] for figure in used})),
        sources=tuple(dict.fromkeys(figure["source"] for figure in used)),
        note=Text(id="; ".join(notes), en="; ".join(notes)) if notes else None,
        shares=parts,
    )


def _raster_measures(
    zones: gpd.GeoDataFrame, asked: RasterMeasure, model: Model, land: LandRaster | None
) -> Sequence[Measure]:
    if land is None:
        return [Measure(None, 0.0, note=_NO_RASTER.format(name=asked.raster))] * len(zones)
    if asked.statistic == "mean":
        found = zonal_mean(zones, land.raster).rename(columns={"mean": "value"})
    else:
        found = zonal_class_shares(zones, land.raster, classes=asked.classes).rename(
            columns={"share": "value"}
        )
    return [_raster_measure(row, model, land) for row in found.to_dict("records")]


def _raster_measure(row: Mapping[Any, Any], model: Model, land: LandRaster) -> Measure:
    note = _raster_fault(row, model, land.name)
    if note is not None:
        return Measure(None, 0.0, note=note)
    return Measure(
        value=float(row["value"]),
        credit=float(row["valid_share"]),
        period=land.year,
        sources=(land.source,),
    )


def _raster_fault(row: Mapping[Any, Any], model: Model, name: str) -> Text | None:
    """Why a raster does not measure a zone, None when it does."""
    if np.isnan(row["cells"]):
        return _NO_AREA
    if row["cells"] < model.min_cells:
        return _TOO_COARSE.format(
            name=name, cells=f"{row['cells']:.1f}", least=f"{model.min_cells:g}"
        )
    if np.isnan(row["value"]) or row["valid_share"] < _MIN_VALID_SHARE:
        return _TOO_FEW.format(name=name, share=f"{row['valid_share']:.0%}")
    return None


def _constraint_results(
    zones: gpd.GeoDataFrame, constraint: Constraint, model: Model, land: LandRaster | None
) -> Sequence[ConstraintResult]:
    if land is None:
        note = _NOT_CHECKED.format(name=constraint.raster)
        return [_constraint_result(constraint, None, note)] * len(zones)
    if constraint.threshold is None:
        found = zonal_class_shares(zones, land.raster, classes=constraint.classes)
    else:
        found = zonal_share_above(zones, land.raster, threshold=constraint.threshold)
    rows = found.rename(columns={"share": "value"}).to_dict("records")
    faults = [_raster_fault(row, model, land.name) for row in rows]
    return [
        _constraint_result(constraint, None if fault else float(row["value"]), fault)
        for row, fault in zip(rows, faults, strict=True)
    ]


def _constraint_result(
    constraint: Constraint, share: float | None, note: Text | None
) -> ConstraintResult:
    failed = share is not None and share > constraint.limit_share
    return ConstraintResult(
        constraint=constraint.id,
        title=constraint.title,
        excluded_share=share,
        limit_share=constraint.limit_share,
        failed=failed,
        note=constraint.reason if failed else note,
    )


_NO_INDICATOR = Text(id="Indikator ini belum dimuat.", en="This indicator is not loaded.")
_NO_FIGURE = Text(
    id="Tidak ada angka kabupaten untuk {oldest}–{year}.",
    en="No regency figure for {oldest}–{year}.",
)
_OUTSIDE = Text(
    id="Zona ini di luar semua kabupaten yang dimuat.",
    en="This zone lies outside every regency that is loaded.",
)
_NO_RASTER = Text(
    id="Raster {name} belum ada; operator menambahkannya dengan 'kawasan land add'.",
    en="There is no raster {name} yet; the operator adds it with 'kawasan land add'.",
)
_NO_AREA = Text(
    id="Lokasi saja: zona tanpa luas tidak dapat diukur dari raster.",
    en="Location only: a zone without an area cannot be measured from a raster.",
)
_TOO_COARSE = Text(
    id="Raster {name} terlalu kasar: zona ini hanya {cells} sel, paling sedikit {least}.",
    en="Raster {name} is too coarse: this zone is only {cells} cells, at least {least} are needed.",
)
_TOO_FEW = Text(
    id="Hanya {share} zona punya data {name}.",
    en="Only {share} of the zone has {name} data.",
)
_NOT_CHECKED = Text(
    id="Belum diperiksa: raster {name} belum ada.",
    en="Not checked: there is no raster {name} yet.",
)
