"""The numbers that a model asks for, zone by zone: indicators, rasters, surveyed columns, desa.

Every missing number says why it is missing. A raster too coarse for a zone does not pass for a
measurement of it, and neither does a raster's statistic of a larger area that only encloses the
zone: it counts as far as the zone fills that area.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.crs import area_ha
from geo.errors import IndicatorNotFound
from geo.indicators.table import Indicator, latest_values, note_of, passed_over, weights_for
from geo.indicators.villages import VillageProfile
from geo.language import (
    MOST_NAME,
    Source,
    Text,
    as_written,
    filled,
    joined,
    percent,
    shortened,
    texts,
)
from geo.mcda.matrix import Array
from geo.mcda.model import Model
from geo.mcda.value_functions import (
    AttributeMeasure,
    Criterion,
    GroundMeasure,
    IndicatorMeasure,
    RasterMeasure,
    VillageMeasure,
)
from geo.readiness.desa_measures import (
    DesaFacts,
    ground_measures,
    placed,
    rasters_over_places,
    village_over_places,
)
from geo.readiness.land_measures import (
    MIN_VALID_SHARE,
    LandRaster,
    constraint_results,
    raster_measures,
    with_stated,
)
from geo.readiness.score import ConstraintResult, Measure, Measures
from geo.vector.join import area_shares, area_weighted
from geo.vector.numerals import Numeral, parse_numerals
from geo.vector.regions import full_names
from geo.vector.schema import is_enclosing

_SAY = texts(__name__)

# A value is shown as far as it helps to find it.
_MOST_SHOWN = 40


@dataclass(frozen=True, slots=True, eq=False)
class LandMeasures:
    """What rasters say of zones: the criteria that read them, and every constraint. No year is in it."""

    criteria: Mapping[str, Sequence[Measure]]
    constraints: Mapping[str, Sequence[ConstraintResult]]


def measure_land(
    zones: gpd.GeoDataFrame,
    model: Model,
    *,
    regencies: gpd.GeoDataFrame,
    indicators: pd.DataFrame,
    rasters: Mapping[str, LandRaster],
    shares: pd.DataFrame,
    desa: DesaFacts | None = None,
) -> LandMeasures:
    """Measure the criteria of rasters and every constraint of `model`, the same in every year.

    `shares` are those of `geo.vector.join.area_shares`; otherwise as `measure_zones`.
    """
    fill_share, called = _filled_shares(zones), full_names(regencies)
    # Of these the place is uncertain, and known by desa: measures are taken over their places.
    places = {} if desa is None else desa.positions
    criteria: dict[str, Sequence[Measure]] = {}
    for criterion in model.criteria:
        asked = criterion.measure
        if not isinstance(asked, RasterMeasure):
            continue
        land = rasters.get(asked.raster)
        found = raster_measures(zones, criterion, asked, model, land, fill_share)
        # One that is not fit for the criterion says nothing by desa either.
        if desa is not None and places and not (land and land.fault(criterion.id)):
            found = rasters_over_places(zones, found, asked, model=model, land=land, desa=desa)
        if asked.stated is not None:
            found = with_stated(
                found,
                asked.stated,
                zones=zones.index,
                shares=shares,
                indicators=indicators,
                called=called,
            )
        criteria[criterion.id] = found
    constraints = {
        c.id: constraint_results(zones, c, model, rasters.get(c.raster), fill_share)
        for c in model.constraints
    }
    return LandMeasures(criteria, constraints)


def measure_zones(
    zones: gpd.GeoDataFrame,
    model: Model,
    *,
    year: int,
    regencies: gpd.GeoDataFrame,
    indicators: pd.DataFrame,
    rasters: Mapping[str, LandRaster],
    layer_source: Source | None = None,
    catalogue: Mapping[str, Indicator] | None = None,
    villages: Mapping[str, VillageProfile] | None = None,
    desa: DesaFacts | None = None,
    shares: pd.DataFrame | None = None,
    of_land: LandMeasures | None = None,
) -> Measures:
    """Measure every criterion and constraint of `model` in every zone.

    Parameters
    ----------
    zones, regencies : GeoDataFrame
        Lon/lat, index `area_id`; zones need a `name`, and regencies are called by theirs and their
        `kind`. `geometry_kind` and `area_ha`, where zones
        have them, say which geometries only enclose their zone and how large the zone is.
    year : int
        Indicators are the newest up to this year, within each criterion's age limit.
    indicators : DataFrame
        The tidy table of `geo.indicators.table`.
    rasters : mapping
        By name; a raster that is not there, or is not fit for a criterion, leaves it missing.
    layer_source : str, optional
        Where the layer of zones comes from: the source of figures in its own columns. Without it a
        zone's own `source` counts.
    catalogue : mapping, optional
        What is known of each indicator: its figures' notes in both languages. Without it they stand
        as they were written.
    villages : mapping, optional
        Of each zone that lies in any desa, see `geo.indicators.villages.village_profiles`. Without it
        an index of the desa is missing everywhere.
    desa : DesaFacts, optional
        Without it what sources say of the ground is missing everywhere, and a zone whose place is
        uncertain is measured where it is drawn, as far as it fills its geometry.
    shares, of_land : optional
        What `geo.vector.join.area_shares` and `measure_land` found of the same, where somebody knows.

    Raises
    ------
    CRSMissing, CRSMismatch, InvalidLayer
    """
    if shares is None:
        shares, _ = area_shares(zones, regencies)
    if of_land is None:
        of_land = measure_land(
            zones,
            model,
            regencies=regencies,
            indicators=indicators,
            rasters=rasters,
            shares=shares,
            desa=desa,
        )
    fill_share = _filled_shares(zones)
    criteria: dict[str, Sequence[Measure]] = {}
    for criterion in model.criteria:
        asked = criterion.measure
        if isinstance(asked, IndicatorMeasure):
            known = (catalogue or {}).get(asked.indicator)
            found = _indicator_measures(
                zones,
                asked,
                year=year,
                indicators=indicators,
                indicator=known,
                shares=shares,
                regencies=regencies,
            )
        elif isinstance(asked, AttributeMeasure):
            found = _attribute_measures(zones, asked, year=year, layer_source=layer_source)
        elif isinstance(asked, VillageMeasure):
            found = _village_measures(zones, asked, villages, fill_share, year=year)
            if desa is not None:
                over = partial(village_over_places, asked, desa.villages)
                found = placed(zones, found, desa.positions, over)
        elif isinstance(asked, GroundMeasure):
            found = ground_measures(list(zones.index.astype(str)), asked, desa, year=year)
        else:
            found = of_land.criteria[criterion.id]
        criteria[criterion.id] = _in_table(criterion, found)
    # They go into every sentence; the whole value stays in the layer.
    names = {str(i): shortened(str(name), MOST_NAME) for i, name in zones["name"].items()}
    return Measures(names=names, criteria=criteria, constraints=of_land.constraints)


def _filled_shares(zones: gpd.GeoDataFrame) -> Array:
    """The part (n_zones, 0..1) of each geometry that its zone fills; NaN where nobody says.

    1 where the geometry is the zone's own. Where it only encloses the zone, the zone's stated area
    over the geometry's, 1 at most.
    """
    if "geometry_kind" not in zones:
        return np.ones(len(zones))
    enclosing = zones["geometry_kind"].map(is_enclosing).to_numpy(dtype=bool)
    stated = zones["area_ha"].to_numpy(dtype=np.float64) if "area_ha" in zones else np.nan
    fill_share = np.ones(len(zones))
    drawn = area_ha(zones[enclosing])
    known = np.where(stated > 0, stated, np.nan) * np.ones(len(zones))
    fill_share[enclosing] = np.minimum(known[enclosing] / np.where(drawn > 0, drawn, np.nan), 1.0)
    return fill_share


def _in_table(criterion: Criterion, measures: Sequence[Measure]) -> Sequence[Measure]:
    """The measures; one that is a class which the criterion's table does not grade is missing."""
    if criterion.value.name != "categorical":
        return measures
    graded = criterion.value.parameters["values"]
    return [
        m
        if m.value is None or m.value in graded
        else Measure(None, 0.0, note=_SAY["not_graded"].format(code=f"{m.value:g}"))
        for m in measures
    ]


def _indicator_measures(
    zones: gpd.GeoDataFrame,
    asked: IndicatorMeasure,
    *,
    year: int,
    indicators: pd.DataFrame,
    indicator: Indicator | None,
    shares: pd.DataFrame,
    regencies: gpd.GeoDataFrame,
) -> Sequence[Measure]:
    try:
        latest = latest_values(
            indicators, asked.indicator, year=year, max_age_years=asked.max_age_years
        )
    except IndicatorNotFound:
        return [Measure(None, 0.0, note=_SAY["no_indicator"])] * len(zones)
    doubtful = passed_over(
        indicators, asked.indicator, year=year, max_age_years=asked.max_age_years
    ).to_dict("index")
    density = None
    if indicator is not None and shares["zone"].duplicated().any():
        density = _density(indicators, indicator, year=year, regencies=regencies)
    carried = area_weighted(latest["value"], shares, density=density).to_dict("index")
    known = indicator.notes if indicator else ()
    rows = latest.dropna(subset=["value"]).to_dict("index")
    figures = {region: row | {"note": note_of(row["note"], known)} for region, row in rows.items()}
    parts, called = _parts(shares), full_names(regencies)
    missing = _SAY["no_figure"].format(year=year, oldest=year - asked.max_age_years)
    ends = _expiring(figures, year=year, max_age_years=asked.max_age_years)
    measures = [
        _indicator_measure(carried.get(area_id), parts.get(area_id, {}), figures, missing)
        for area_id in zones.index
    ]
    return [
        _with_notes(
            measure,
            [
                *_said_of_age(figures, ends, of=parts.get(area_id, {}), called=called, year=year),
                *_passed_over(doubtful, indicator, of=parts.get(area_id, {}), called=called),
            ],
        )
        for area_id, measure in zip(zones.index, measures, strict=True)
    ]


def _expiring(
    figures: Mapping[Any, Mapping[Any, Any]], *, year: int, max_age_years: int
) -> dict[Any, int]:
    """By region, the first year in which its figure no longer counts, where that is near.

    It is announced a year before: in the last year but one in which the figure counts, and in the
    last. A figure of `year` itself is as new as it can be.
    """
    ends = {region: int(figure["year"]) + max_age_years + 1 for region, figure in figures.items()}
    return {
        region: end
        for region, end in ends.items()
        if end <= year + 2 and figures[region]["year"] < year
    }


def _said_of_age(
    figures: Mapping[Any, Mapping[Any, Any]],
    ends: Mapping[Any, int],
    *,
    of: Mapping[str, float],
    called: Mapping[str, str],
    year: int,
) -> list[Text]:
    """How old the figures of some regions are that soon no longer count, once for all of one age."""
    used = [region for region in of if region in figures]
    same = {(figures[region]["year"], ends.get(region)) for region in used}
    is_one = len(same) == 1
    return [
        filled(
            _SAY["expires" if is_one else "expires_of"],
            region=called.get(region, region),
            figure=int(figures[region]["year"]),
            age=year - int(figures[region]["year"]),
            end=ends[region],
        )
        for region in (used[:1] if is_one else used)
        if region in ends
    ]


def _passed_over(
    doubtful: Mapping[Any, Mapping[Any, Any]],
    indicator: Indicator | None,
    *,
    of: Mapping[str, float],
    called: Mapping[str, str],
) -> list[Text]:
    """A sentence on each newer figure of some regions that its low confidence kept out."""
    return [
        filled(
            _SAY["passed_over"],
            region=called.get(region, region),
            period=doubtful[region]["period"],
            value=as_written(doubtful[region]["value"]),
            unit=doubtful[region]["unit"] if indicator is None else indicator.unit,
        )
        for region in of
        if region in doubtful
    ]


def _with_notes(measure: Measure, notes: Sequence[Text]) -> Measure:
    """The measure with notes after its own; a sentence is followed by a space, a phrase by a mark."""
    for note in notes:
        if measure.note is None:
            measure = replace(measure, note=note)
        else:
            by = " " if measure.note.id.endswith(".") else "; "
            measure = replace(measure, note=joined([measure.note, note], by=by))
    return measure


def _density(
    indicators: pd.DataFrame, indicator: Indicator, *, year: int, regencies: gpd.GeoDataFrame
) -> pd.Series | None:
    """What an indicator's rate is counted on, per hectare of each regency; None to weigh by area.

    A share of GRDP is counted on the GRDP, a share of people on the people. Without the figure of
    every regency their areas weigh: a region must not fall out for want of its weight.
    """
    weights = weights_for(indicators, indicator.aggregation, year=year)
    if weights is None or not set(regencies.index) <= set(weights.index):
        return None
    return weights.reindex(regencies.index) / area_ha(regencies)


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
        return Measure(None, 0.0, note=_SAY["outside"])
    used = [figures[region] for region in parts if region in figures]
    if not used:
        return Measure(None, 0.0, note=missing, shares=parts)
    notes = [note for note in dict.fromkeys(figure["note"] for figure in used) if note.id]
    credit = float(carried["known_share"])
    known = sum(share for region, share in parts.items() if region in figures)
    if credit < known - 1e-9:
        notes.append(filled(_SAY["partly_outside"], share=percent(1 - credit / known)))
    return Measure(
        value=float(carried["value"]),
        credit=credit,
        period=" / ".join(sorted({figure["period"] for figure in used})),
        sources=tuple(dict.fromkeys(figure["source"] for figure in used)),
        note=joined(notes, by="; ") if notes else None,
        shares=parts,
    )


def _attribute_measures(
    zones: gpd.GeoDataFrame,
    asked: AttributeMeasure,
    *,
    year: int,
    layer_source: Source | None = None,
) -> list[Measure]:
    """One measure a zone from a column of the layer.

    Parameters
    ----------
    zones : GeoDataFrame
        n_zones.
    year : int
        The year of the assessment; a figure of a later year is used and says so.
    layer_source : str, optional
        Where the layer comes from; without it each zone's own `source`.

    Returns
    -------
    list of Measure
        In the order of `zones`. Missing, with a note, where there is no such column, no value, or
        a text that is no number or could be two.
    """
    if asked.attribute not in zones:
        return [Measure(None, 0.0, note=_SAY["no_column"])] * len(zones)
    figures = parse_numerals(_objects(zones, asked.attribute))
    written = _objects(zones, asked.attribute)
    years = [n.number for n in parse_numerals(_objects(zones, asked.year_attribute))]
    sources: list[object] = (
        [layer_source] * len(zones) if layer_source else _objects(zones, "source")
    )
    return [
        _attribute_measure(*row, year=year)
        for row in zip(figures, written, years, sources, strict=True)
    ]


def _as_source(written: object) -> Source:
    return written if isinstance(written, Text) else shortened(str(written), MOST_NAME)


def _attribute_measure(
    figure: Numeral,
    text: object,
    of_year: float | None,
    source: object,
    *,
    year: int,
) -> Measure:
    if figure.number is None:
        return Measure(None, 0.0, note=_why_missing(figure, text))
    notes = []
    if of_year is None:
        notes.append(_SAY["no_year"])
    elif of_year > year:
        notes.append(_SAY["later"].format(year=f"{of_year:.0f}", asked=year))
    if not source:
        notes.append(_SAY["no_source"])
    return Measure(
        value=figure.number,
        credit=1.0,
        period=None if of_year is None else f"{of_year:.0f}",
        sources=(_as_source(source),) if source else (),
        note=joined(notes, by="; ") if notes else None,
    )


def _village_measures(
    zones: gpd.GeoDataFrame,
    asked: VillageMeasure,
    villages: Mapping[str, VillageProfile] | None,
    fill_share: Array,
    *,
    year: int,
) -> list[Measure]:
    """One measure a zone from the index of its desa.

    A geometry that only encloses its zone says which desa the zone is in where it lies in one desa
    alone; elsewhere the mean counts as far as the zone fills it.
    """
    if villages is None:
        return [Measure(None, 0.0, note=_SAY["no_villages"])] * len(zones)
    return [
        _village_measure(villages.get(str(area_id)), asked, part, year=year)
        for area_id, part in zip(zones.index, fill_share.tolist(), strict=True)
    ]


def _village_measure(
    profile: VillageProfile | None, asked: VillageMeasure, fill_share: float, *, year: int
) -> Measure:
    fault = _village_fault(profile, fill_share)
    if profile is None or fault is not None:
        return Measure(None, 0.0, note=fault)
    is_one = profile.desa + profile.kelurahan == 1
    known = {"desa": profile.desa, "scored": profile.scored, "share": percent(profile.scored_share)}
    mean = _SAY["plain_mean"] if profile.is_plain else _SAY["area_mean"]
    notes = [filled(_SAY["one_desa"] if is_one else mean, **known)]
    if profile.kelurahan:
        notes.append(_SAY["kelurahan"].format(count=profile.kelurahan))
    if fill_share < 1 and not is_one:
        notes.append(filled(_SAY["place_partly_known"], share=percent(fill_share)))
    if profile.year is not None and profile.year > year:
        notes.append(_SAY["later"].format(year=profile.year, asked=year))
    return Measure(
        value=profile.means[asked.village_index],
        credit=profile.scored_share * (1.0 if is_one else fill_share),
        period=None if profile.year is None else str(profile.year),
        sources=profile.sources,
        note=joined(notes, by="; "),
    )


def _village_fault(profile: VillageProfile | None, fill_share: float) -> Text | None:
    """Why the desa do not measure a zone, None when they do."""
    if profile is None:
        return _SAY["no_desa"]
    if not profile.desa:
        return _SAY["only_kelurahan"].format(count=profile.kelurahan)
    if profile.desa + profile.kelurahan > 1 and np.isnan(fill_share):
        return _SAY["which_desa_unknown"].format(desa=profile.desa)
    if not profile.scored or profile.scored_share < MIN_VALID_SHARE:
        known = {"scored": profile.scored, "desa": profile.desa, "count": profile.kelurahan}
        return filled(_SAY["too_few_desa"], share=percent(profile.scored_share), **known)
    return None


def _why_missing(figure: Numeral, text: object) -> Text:
    shown = str(text)[:_MOST_SHOWN]
    if figure.readings:
        readings = " / ".join(f"{reading:.10g}" for reading in figure.readings)
        return _SAY["ambiguous"].format(value=shown, readings=readings)
    return _SAY["no_number"].format(value=shown) if figure.is_invalid else _SAY["empty"]


def _objects(zones: gpd.GeoDataFrame, column: str | None) -> list[Any]:
    """The values of a column as plain objects, None where missing or where there is no column."""
    if column is None or column not in zones:
        return [None] * len(zones)
    values = zones[column]
    return list(values.astype(object).where(values.notna(), None))
