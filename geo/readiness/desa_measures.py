"""Measures that are known by desa: their index, the water that stands in them, and zones whose place is uncertain.

A zone that is drawn has the desa that it covers. One whose source says only where about it lies takes
every place that agrees with the source: its measure is then an interval, from the least to the greatest
over these places.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.crs import area_ha
from geo.indicators.villages import Villages, is_administrative
from geo.land.ground import Said, Statement
from geo.land.raster import land_title
from geo.land.standing_water import Water, class_title, named, water_by_code, water_of
from geo.language import Source, Text, as_written, decimal, filled, joined, percent, texts, written
from geo.mcda.matrix import Array
from geo.mcda.model import Model
from geo.mcda.value_functions import GroundMeasure, RasterMeasure, VillageMeasure
from geo.raster.zonal import zonal_statistics
from geo.readiness.land_measures import MIN_VALID_SHARE, LandRaster, measured_cells
from geo.readiness.score import Measure
from geo.vector.positions import Positions

_SAY = texts(__name__)

# A part that is told as "0 %" is not told.
_LEAST_SHOWN = 0.005


@dataclass(frozen=True, slots=True, eq=False)
class DesaFacts:
    """What is published of the desa.

    `inside` are the desa of every area, see `geo.indicators.villages.desa_of`; `villages` their outlines
    and index; `said` what sources say of the ground, None where that is not published; `positions`
    where a zone may lie, of those whose place is uncertain.
    """

    inside: pd.DataFrame
    villages: Villages
    said: Sequence[Said] | None = None
    positions: Mapping[str, Positions] = field(default_factory=dict)


def over_places(
    positions: Positions,
    least: pd.Series,
    greatest: pd.Series,
    *,
    sources: Sequence[Source],
    period: str | None,
    notes: Sequence[Text],
) -> Measure | None:
    """The measure of a zone over all places that it may take; None where too few of them have a value.

    Parameters
    ----------
    least, greatest : Series
        By desa code: the ends between which its measure lies, equal where it is exact, NaN where
        nothing is known. A desa without a value takes no part in the mean of a place.

    Returns
    -------
    Measure
        `value` is the mean over the places, `low` and `high` the least and the greatest over them, and
        `credit` the part of the zone in desa with a value, on average.
    """
    low, high = positions.range_of(least)[0], positions.range_of(greatest)[1]
    if np.isnan(low):
        return None
    sample = positions.places()
    ends = [by_desa.reindex(positions.desa).to_numpy(np.float64) for by_desa in (least, greatest)]
    known = sample @ ~np.isnan(ends[0])
    if known.mean() < MIN_VALID_SHARE:
        return None
    with np.errstate(invalid="ignore"):
        starts, stops = (sample @ np.nan_to_num(end) / known for end in ends)
    # A place of which nothing is known is as the others of this zone are.
    has_value = np.flatnonzero(known > 0)
    taken = has_value[np.arange(len(sample)) % len(has_value)]
    taken[has_value] = has_value
    within = np.random.default_rng(0).random(len(sample))
    by_place = starts[taken] + within * (stops - starts)[taken]
    middle = (starts + stops)[has_value] / 2
    if high - low < 1e-9:
        known_as = None if not notes else joined(notes, by="; ")
        return Measure(low, min(float(known.mean()), 1.0), period, tuple(sources), known_as)
    said = filled(_SAY["place_uncertain"], low=_shown(low), high=_shown(high))
    return Measure(
        value=float(np.clip(middle.mean(), low, high)),
        credit=min(float(known.mean()), 1.0),
        period=period,
        sources=tuple(sources),
        note=joined([*notes, said], by="; "),
        low=low,
        high=high,
        by_place=tuple(np.clip(by_place, low, high).tolist()),
    )


def village_over_places(
    asked: VillageMeasure, villages: Villages, zone: str, positions: Positions
) -> Measure:
    """An index of the desa of a zone whose place is uncertain."""
    figures = villages.figures.reindex(positions.desa)
    values = figures[asked.village_index].astype("float64")
    scored = figures[values.notna()]
    years = scored["year"].dropna()
    found = over_places(
        positions,
        values,
        values,
        sources=[s for s in dict.fromkeys(scored["source"]) if isinstance(s, str)],
        period=None if years.empty else str(int(years.max())),
        notes=[_SAY["villages"].format(scored=len(scored), desa=len(figures))],
    )
    return found or Measure(None, 0.0, note=_SAY["no_village_value"].format(desa=len(figures)))


def rasters_over_places(
    zones: gpd.GeoDataFrame,
    measures: Sequence[Measure],
    asked: RasterMeasure,
    *,
    model: Model,
    land: LandRaster | None,
    desa: DesaFacts,
) -> Sequence[Measure]:
    """A raster's measures, those of zones whose place is uncertain from its means of their desa.

    The class that covers most of a zone is no mean of desa: of it the measures stay.
    """
    if land is None or asked.statistic == "majority":
        return measures
    codes = {code for positions in desa.positions.values() for code in positions.desa}
    by_desa = _desa_means(codes, asked, land, desa.villages)
    stated = zones["area_ha"] if "area_ha" in zones else pd.Series(np.nan, zones.index)
    area_of = dict(zip(zones.index.astype(str), stated, strict=True))
    return placed(
        zones,
        measures,
        desa.positions,
        lambda zone, positions: _raster_over_places(
            positions, float(area_of[zone] or np.nan), model=model, land=land, by_desa=by_desa
        ),
    )


def _raster_over_places(
    positions: Positions,
    zone_ha: float,
    *,
    model: Model,
    land: LandRaster,
    by_desa: pd.DataFrame,
) -> Measure:
    """A raster too coarse for the zone does not measure it.

    Where the zone is in one desa that is a whole desa, elsewhere its stated area.
    """
    rows = by_desa.reindex(positions.desa)
    values, cells = rows["value"], rows["cells"]
    if positions.rule == "one_of":
        largest = float(cells.max())
        values = values.where(cells >= model.min_cells)
    else:
        largest = float(cells.sum() / rows["area_ha"].sum() * zone_ha)
        values = values if largest >= model.min_cells else values * np.nan
    found = over_places(
        positions,
        values,
        values,
        sources=[land.source],
        period=land.year,
        notes=[land.note] if land.note else [],
    )
    if found is not None:
        return found
    note = filled(
        _SAY["too_coarse"],
        name=land_title(land.name),
        cells=decimal(largest),
        least=as_written(model.min_cells),
    )
    return Measure(None, 0.0, note=note)


def _desa_means(
    codes: Collection[str], asked: RasterMeasure, land: LandRaster, villages: Villages
) -> pd.DataFrame:
    """By desa code, a raster's mean (`value`), how many `cells` it has there, and the desa's `area_ha`."""
    desa = villages.desa[villages.desa.index.isin(list(codes))]
    rows = zonal_statistics(desa, measured_cells(asked, land.cells)).set_index(desa.index)
    return rows.rename(columns={"mean": "value"}).assign(area_ha=area_ha(desa))


def ground_measures(
    areas: Sequence[str], asked: GroundMeasure, desa: DesaFacts | None, *, year: int
) -> list[Measure]:
    """How wet each area is by what sources say of its desa and kecamatan, see `GroundMeasure`.

    What is said of a zone as a whole holds for all of it. Desa of which nobody says anything may be as
    dry or as wet as the model's table knows: they widen the interval of the measure, whose middle is
    the number.
    """
    if desa is None or desa.said is None:
        return [Measure(None, 0.0, note=_SAY["no_ground"])] * len(areas)
    water = water_by_code(desa.said, asked)
    inside = dict(iter(desa.inside.groupby("area")))
    found = []
    for area in areas:
        if not is_administrative(area) and area in water:
            found.append(_of_whole(water[area], year=year))
        elif area in desa.positions:
            found.append(_over_ground(desa.positions[area], water, asked, year=year))
        else:
            found.append(_ground_measure(inside.get(area), water, asked, year=year))
    return found


def _of_whole(water: Water, *, year: int) -> Measure:
    said = _said_by([water], np.ones(1), year=year)
    return Measure(water.grade, 1.0, period=said.period, sources=said.sources, note=said.note)


def _ends(
    codes: Sequence[str], water: Mapping[str, Water], asked: GroundMeasure
) -> tuple[list[Water | None], Array, Array]:
    """How wet each desa is, and the least and the greatest grade that it can have."""
    of_desa = [water_of(water, code) for code in codes]
    driest, wettest = min(asked.grades.values()), max(asked.grades.values())
    least = np.array([driest if w is None else w.grade for w in of_desa])
    greatest = np.array([wettest if w is None else w.grade for w in of_desa])
    return of_desa, least, greatest


def _ground_measure(
    rows: pd.DataFrame | None, water: Mapping[str, Water], asked: GroundMeasure, *, year: int
) -> Measure:
    if rows is None:
        return Measure(None, 0.0, note=_SAY["no_desa"])
    of_desa, least, greatest = _ends(list(rows["desa"]), water, asked)
    covered = rows["covered"].to_numpy(np.float64)
    # Desa that have no outline lie in their neighbours'; alone they are all that is known.
    share = covered / covered.sum() if covered.sum() > 0 else np.full(len(rows), 1 / len(rows))
    if not any(w is not None for w, part in zip(of_desa, share, strict=True) if part > 0):
        return Measure(None, 0.0, note=_SAY["nothing_said"])
    low, high = float(share @ least), float(share @ greatest)
    said = _said_by(of_desa, share, year=year)
    is_exact = high - low < 1e-9
    return Measure(
        value=(low + high) / 2,
        credit=min(float(covered.sum()), 1.0) if covered.sum() > 0 else 1.0,
        low=None if is_exact else low,
        high=None if is_exact else high,
        period=said.period,
        sources=said.sources,
        note=said.note,
    )


def _over_ground(
    positions: Positions, water: Mapping[str, Water], asked: GroundMeasure, *, year: int
) -> Measure:
    of_desa, least, greatest = _ends(list(positions.desa), water, asked)
    if not any(of_desa):
        return Measure(None, 0.0, note=_SAY["nothing_said"])
    share = positions.places().mean(axis=0)
    said = _said_by(of_desa, share, year=year)
    ends = [pd.Series(end, index=positions.desa) for end in (least, greatest)]
    found = over_places(
        positions, *ends, sources=said.sources, period=said.period, notes=[said.note]
    )
    return found or Measure(None, 0.0, note=_SAY["nothing_said"])


class _SaidOf(NamedTuple):
    sources: tuple[str, ...]
    period: str | None
    note: Text


def _said_by(of_desa: Sequence[Water | None], share: Array, *, year: int) -> _SaidOf:
    """Sources, period and note of what is said: each class with its part of the area, and by whom."""
    parts: dict[str, float] = {}
    unknown = 0.0
    statements: dict[Statement, None] = {}
    wettest_first = sorted(
        zip(of_desa, share.tolist(), strict=True),
        key=lambda pair: np.inf if pair[0] is None else -pair[0].grade,
    )
    for water, part in wettest_first:
        if part <= 0:
            continue
        if water is None:
            unknown += part
        else:
            parts[water.water_class] = parts.get(water.water_class, 0.0) + part
            statements |= dict.fromkeys(water.statements)
    classes = [
        filled(_SAY["class_part"], title=class_title(name), share=percent(part))
        if part < 1 - 1e-9
        else class_title(name)
        for name, part in parts.items()
        if part >= _LEAST_SHOWN
    ]
    if unknown >= _LEAST_SHOWN:
        classes.append(filled(_SAY["unknown_part"], share=percent(unknown)))
    notes = [joined(classes), named(statements)]
    years = sorted({s.year for s in statements if s.year is not None})
    if years and years[-1] > year:
        notes.append(filled(_SAY["later"], year=str(years[-1]), asked=str(year)))
    span = [str(y) for y in dict.fromkeys([*years[:1], *years[-1:]])]
    return _SaidOf(
        sources=tuple(dict.fromkeys(s.source for s in statements if s.source)),
        period="–".join(span) or None,
        note=joined(notes, by="; "),
    )


def placed(
    zones: gpd.GeoDataFrame,
    measures: Sequence[Measure],
    positions: Mapping[str, Positions],
    measured: Callable[[str, Positions], Measure],
) -> list[Measure]:
    """The measures, those of zones whose place is uncertain taken over their places."""
    return [
        measured(area, positions[area]) if area in positions else found
        for area, found in zip(zones.index.astype(str), measures, strict=True)
    ]


def _shown(value: float) -> Text:
    size = abs(value)
    return written(value, decimals=0 if size >= 100 else 1 if size >= 10 else 2)
