"""What land rasters say of zones: measures of criteria, and constraints that exclude.

A raster too coarse for a zone does not pass for a measurement of it, and neither does a raster's
statistic of a larger area that only encloses the zone: it counts as far as the zone fills that area.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.land.fit import Fitness
from geo.land.raster import land_title
from geo.language import Source, Text, as_written, decimal, filled, joined, percent, texts
from geo.mcda.matrix import Array
from geo.mcda.model import Model
from geo.mcda.value_functions import Constraint, Criterion, RasterMeasure, StatedInterval
from geo.raster.grid import Graded, Marked, RasterSource
from geo.raster.zonal import zonal_class_shares, zonal_statistics
from geo.readiness.score import ConstraintResult, Measure

_SAY = texts(__name__)

# Below this valid share a raster says more about its own holes than about the zone, and the scored
# desa more about themselves (own judgement).
MIN_VALID_SHARE = 0.5
# What a share can be where nothing could be checked.
_ANYTHING = (0.0, 1.0)
# Holes smaller than this part of an area are none: a tenth of what is printed (own judgement).
_LEAST_HOLE = 0.001


@dataclass(frozen=True, slots=True)
class LandRaster:
    """A land raster with its name, source, year, and what it is fit for (None where nobody asks)."""

    name: str
    cells: RasterSource
    source: Source
    year: str | None
    fitness: Fitness | None = None

    def fault(self, reader: str) -> Text | None:
        """Why a criterion or constraint must not read it; None when it may."""
        return None if self.fitness is None else self.fitness.fault(reader, raster=self.name)

    @property
    def note(self) -> Text | None:
        """What must be said beside each measure of it; None when nothing."""
        return None if self.fitness is None else self.fitness.note(raster=self.name)


def raster_measures(
    zones: gpd.GeoDataFrame,
    criterion: Criterion,
    asked: RasterMeasure,
    model: Model,
    land: LandRaster | None,
    fill_share: Array,
) -> Sequence[Measure]:
    """What a land raster says of each zone for one criterion; missing where it does not measure it.

    `fill_share` (n_zones, 0..1) is the part of each geometry that its zone fills, NaN where nobody
    says. A raster that is not there, or not fit for the criterion, leaves it missing everywhere.
    """
    if land is None:
        return [
            Measure(None, 0.0, note=filled(_SAY["no_raster"], name=land_title(asked.raster)))
        ] * len(zones)
    if unfit := land.fault(criterion.id):
        return [Measure(None, 0.0, note=unfit)] * len(zones)
    if asked.statistic == "majority":
        if land.cells.dtype.kind not in "iub":
            return [
                Measure(None, 0.0, note=filled(_SAY["no_classes"], name=land_title(land.name)))
            ] * len(zones)
        rows = _largest_classes(zones, land.cells)
    else:
        rows = _zonal_means(zones, measured_cells(asked, land.cells))
    return [
        _raster_measure(row, model, land, part)
        for row, part in zip(rows, fill_share.tolist(), strict=True)
    ]


def wants_place(measure: Measure) -> bool:
    """Whether a number is missing only because nobody knows where in its outline the zone lies."""
    return measure.value is None and measure.note == _SAY["place_unknown"]


def measured_cells(asked: RasterMeasure, cells: RasterSource) -> RasterSource:
    """The cells whose mean over a zone is its measure."""
    if asked.statistic == "share":
        return Marked(cells, asked.classes)
    return Graded(cells, asked.grades) if asked.statistic == "grade" else cells


def with_stated(
    measures: Sequence[Measure],
    stated: StatedInterval,
    *,
    zones: pd.Index,
    shares: pd.DataFrame,
    indicators: pd.DataFrame,
    called: Mapping[str, str],
) -> list[Measure]:
    """The measures; one that is missing takes the interval that figures of whole regencies state.

    `shares` are those of `geo.vector.join.area_shares`, `called` the names of the regencies. A figure of any year counts: what it states of
    the land does not age. Where it is stated for less than half of a zone the measure stays missing.
    """
    rows = indicators[indicators["indicator"] == stated.indicator]
    rows = rows[(rows["value"] >= stated.at_least) & (rows["confidence"] == "ok")]
    figures = rows.sort_values("year").drop_duplicates("regency_code", keep="last")
    held = shares.merge(figures, left_on="region", right_on="regency_code")
    by_zone = dict(iter(held.groupby("zone")))
    return [
        _stated_measure(stated, by_zone[zone], called)
        if found.value is None
        and zone in by_zone
        and by_zone[zone]["share"].sum() >= MIN_VALID_SHARE
        else found
        for zone, found in zip(zones, measures, strict=True)
    ]


def _stated_measure(
    stated: StatedInterval, parts: pd.DataFrame, called: Mapping[str, str]
) -> Measure:
    ends = {"low": as_written(stated.low), "high": as_written(stated.high)}
    said = (
        filled(
            _SAY["stated"],
            **ends,
            regency=called.get(code, code),
            value=as_written(value),
            unit=unit,
            period=period,
        )
        for code, value, unit, period in parts[
            ["regency_code", "value", "unit", "period"]
        ].itertuples(index=False)
    )
    return Measure(
        value=(stated.low + stated.high) / 2,
        credit=min(float(parts["share"].sum()), 1.0),
        period=" / ".join(sorted(set(parts["period"]))),
        sources=tuple(dict.fromkeys(parts["source"])),
        note=joined(list(said), by="; "),
        low=stated.low,
        high=stated.high,
    )


def _zonal_means(zones: gpd.GeoDataFrame, cells: RasterSource) -> list[dict[Any, Any]]:
    return zonal_statistics(zones, cells).rename(columns={"mean": "value"}).to_dict("records")


def _largest_classes(zones: gpd.GeoDataFrame, cells: RasterSource) -> list[dict[Any, Any]]:
    """The class with the largest share of each zone's valid area; of equal ones the lowest code."""
    shares = zonal_class_shares(zones, cells)
    codes = sorted(name for name in shares.columns if not isinstance(name, str))
    # A zone without a valid cell has no shares, and a raster without any has no classes.
    of_class = shares[codes].fillna(-1.0).to_numpy().reshape(len(zones), len(codes))
    known = of_class.max(axis=1, initial=-1.0)
    place = of_class.argmax(axis=1) if codes else np.zeros(len(zones), dtype=np.int64)
    found = shares[["cells", "valid_share"]].assign(
        value=np.where(known >= 0, np.array([*codes, np.nan])[place], np.nan), part=known
    )
    return found.to_dict("records")


def _raster_measure(
    row: Mapping[Any, Any], model: Model, land: LandRaster, fill_share: float
) -> Measure:
    note = _SAY["place_unknown"] if np.isnan(fill_share) else _raster_fault(row, model, land.name)
    if note is not None:
        return Measure(None, 0.0, note=note)
    notes = [land.note] if land.note else []
    if "part" in row:
        notes.append(filled(_SAY["largest"], code=f"{row['value']:g}", share=percent(row["part"])))
    if fill_share < 1:
        notes.append(filled(_SAY["place_partly_known"], share=percent(fill_share)))
    return Measure(
        value=float(row["value"]),
        credit=float(row["valid_share"]) * fill_share,
        period=land.year,
        sources=(land.source,),
        note=joined(notes, by="; ") if notes else None,
    )


def _raster_fault(row: Mapping[Any, Any], model: Model, name: str) -> Text | None:
    """Why a raster does not measure a zone, None when it does."""
    if np.isnan(row["cells"]):
        return _SAY["no_area"]
    if row["cells"] < model.min_cells:
        return filled(
            _SAY["too_coarse"],
            name=land_title(name),
            cells=decimal(row["cells"]),
            least=as_written(model.min_cells),
        )
    if np.isnan(row["value"]) or row["valid_share"] < MIN_VALID_SHARE:
        return filled(_SAY["too_few"], name=land_title(name), share=percent(row["valid_share"]))
    return None


def constraint_results(
    zones: gpd.GeoDataFrame,
    constraint: Constraint,
    model: Model,
    land: LandRaster | None,
    fill_share: Array,
) -> Sequence[ConstraintResult]:
    """Whether a constraint excludes each zone; not checked where its raster does not say."""
    if land is None:
        note = filled(_SAY["not_checked"], name=land_title(constraint.raster))
        return [_constraint_result(constraint, _ANYTHING, note)] * len(zones)
    if unfit := land.fault(constraint.id):
        return [_constraint_result(constraint, _ANYTHING, unfit)] * len(zones)
    excluded = Marked(land.cells, constraint.classes, constraint.threshold)
    rows = _zonal_means(zones, excluded)
    return [
        _of_drawn_area(row, constraint, model, land, part)
        for row, part in zip(rows, fill_share.tolist(), strict=True)
    ]


def _of_drawn_area(
    row: Mapping[Any, Any],
    constraint: Constraint,
    model: Model,
    land: LandRaster,
    fill_share: float,
) -> ConstraintResult:
    """What the excluded part of a drawn area says of the zone that fills `fill_share` of it.

    Cells without data may be excluded land or none. A zone that is smaller than the drawn area is
    excluded only when it is wherever it lies, and passes only when it does wherever it lies.
    """
    if fault := _raster_fault(row, model, land.name):
        return _constraint_result(constraint, _ANYTHING, fault)
    share, hole = float(row["value"]), 1 - float(row["valid_share"])
    hole = hole if hole >= _LEAST_HOLE else 0.0
    low, high = share * (1 - hole), min(share * (1 - hole) + hole, 1.0)
    if fill_share != 1:
        low, high = _wherever_it_lies(low, high, fill_share)
    result = _constraint_result(constraint, (low, high), land.note)
    if result.outcome == "unknown":
        if fill_share == 1:
            return replace(result, note=filled(_SAY["not_all_known"], share=percent(hole)))
        return replace(result, note=filled(_SAY["not_certain"], share=percent(share)))
    if result.outcome == "passed" and low < high and fill_share != 1:
        return replace(result, note=filled(_SAY["at_most"], share=percent(high)))
    return result


def _wherever_it_lies(low: float, high: float, fill_share: float) -> tuple[float, float]:
    """The least and the most of a zone that is excluded, of the shares of what is drawn around it."""
    # A zone of unknown size may be a single point: then only nothing and everything are certain.
    part = 0.0 if np.isnan(fill_share) else fill_share
    least = 1.0 if low >= 1 else max(0.0, 1 - (1 - low) / part) if part else 0.0
    most = 0.0 if high <= 0 else min(1.0, high / part) if part else 1.0
    return least, most


def _constraint_result(
    constraint: Constraint, between: tuple[float, float], note: Text | None
) -> ConstraintResult:
    result = ConstraintResult(
        constraint.id, constraint.title, *between, limit_share=constraint.limit_share, note=note
    )
    return replace(result, note=constraint.reason) if result.failed else result
