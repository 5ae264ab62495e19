"""The main job: the published layers, indicators, rasters and a model become one Assessment.

An Assessment is a value: the same versions, year and weights give the same result, and its lineage
names every version that went in. Every function here looks at the store once; who calls several of
them takes `Store.current()` and passes it to each, so that all speak of the same versions.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.errors import LayerNotFound, UnknownYear
from geo.indicators.villages import VillageProfile, desa_of, village_profiles
from geo.land.fit import Fitness, fitness_of
from geo.language import Language, Source
from geo.mcda.matrix import Array, DecisionMatrix, Scores
from geo.mcda.model import Model, weights_from, weights_from_judgements
from geo.planning.area_facts import read_statements
from geo.published import (
    DEFAULT_LAYER,
    DEFAULT_MODEL,
    DESA,
    GROUND,
    LAND_PREFIX,
    VILLAGE_INDEX,
    are_areas,
    layer,
    model,
    model_version,
    read_catalogue,
    read_desa_inside,
    read_indicators,
    read_layer,
    read_model,
    read_of_desa,
    read_positions,
    read_village_profiles,
    read_villages,
    years,
)
from geo.raster.files import RasterFile
from geo.readiness.assessment import Assessment, Origin
from geo.readiness.certainty import Certainty, no_certainty
from geo.readiness.desa_measures import DesaFacts
from geo.readiness.documents import results_frame
from geo.readiness.land_measures import LandRaster
from geo.readiness.measures import measure_zones
from geo.readiness.scenario import Scenario, digest
from geo.readiness.scenario_apply import (
    apply_to_indicators,
    apply_to_measures,
    apply_to_rasters,
    apply_to_zones,
)
from geo.readiness.score import Measures, decision_matrix, score_matrix
from geo.store.store import Store, Version
from geo.store.versions import Published
from geo.uncertainty.chances import CHANCE_DRAWS, certainty_of
from geo.uncertainty.draws import MeasureErrors, Spread, spread_of, value_draws, weight_draws
from geo.uncertainty.measurement import measure_errors
from geo.uncertainty.ranked import Drawn, RankedZones, ranked_zones

# The same draws for every weight set: who moves a slider sees the weights' effect alone.
_VALUES_SEED, _WEIGHTS_SEED = 0, 1
# Draws of more areas than these are made anew for each assessment: 1,000 of 500 take up to 50 MB.
_MOST_KEPT = 500
# Areas times draws at a time.
_BLOCK = 200_000


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """The content-named files of one measurement: equal names are equal bytes, in any store.

    `catalogue` is the text of the indicators' catalogue; `villages` are the desa and their index, `ground`
    what sources say of the ground, None where the model does not read them or they are not published.
    """

    model: Path
    layer: Path
    regencies: Path
    indicators: Path
    rasters: tuple[tuple[str, Path, Source, str | None, Fitness], ...]
    year: int
    layer_source: Source
    catalogue: str
    villages: tuple[Path, Path] | None = None
    ground: Path | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Inputs) and self._content() == other._content()

    def __hash__(self) -> int:
        return hash(self._content())

    def _content(self) -> tuple[object, ...]:
        files = (self.model.name, self.layer.name, self.regencies.name, self.indicators.name)
        rasters = tuple((name, path.name, *rest) for name, path, *rest in self.rasters)
        villages = [path.name for path in (*(self.villages or ()), self.ground) if path]
        return (*files, rasters, self.year, self.layer_source, self.catalogue, *villages)


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """What zones are measured from; nobody changes it."""

    zones: gpd.GeoDataFrame
    indicators: pd.DataFrame
    rasters: Mapping[str, LandRaster]
    villages: Mapping[str, VillageProfile] | None = None
    desa: DesaFacts | None = None


def assess(
    store: Store | Published,
    model_id: str = DEFAULT_MODEL,
    *,
    layer: str = DEFAULT_LAYER,
    year: int | None = None,
    weights: Mapping[str, float] | None = None,
    method: str | None = None,
    risk: float | None = None,
    scenario: Scenario | None = None,
) -> Assessment:
    """Score, rank and class the zones of a layer.

    Parameters
    ----------
    model_id : str
        A published model.
    layer : str
        Any layer of areas with a `name`: `zones`, `kecamatan`, `regencies`, `desa`.
    year : int, optional
        The newest with data by default.
    weights : mapping, optional
        Other weights: of every top-level dimension or of every criterion, summing to 1.
    method, risk : optional
        Another way of combining than the model's own; see `geo.mcda.methods`.
    scenario : Scenario, optional
        Changes to what is published; its year, weights, method and risk hold where no argument
        states another.

    Raises
    ------
    ModelNotFound, LayerNotFound, UnknownYear, InvalidWeights, InvalidMethod, InvalidScenario
    """
    now = store.current()
    chosen = model(now, model_id)
    used, method, risk = _weights_method_risk(
        chosen, scenario, weights=weights, method=method, risk=risk
    )
    chosen_year = _chosen_year(now, chosen, year, scenario)
    versions = _versions(now, chosen, layer)
    inputs = _inputs(versions, chosen, layer, chosen_year)
    measures, matrix = _measured_under(inputs, scenario)
    scores = score_matrix(matrix, chosen, used, method=method, risk=risk)
    return Assessment(
        key=_key(
            versions,
            year=chosen_year,
            weights=used,
            method=method,
            risk=risk,
            scenario=None if scenario is None else digest(scenario),
        ),
        model=chosen,
        layer=layer,
        year=chosen_year,
        weights=used,
        method=method,
        risk=risk,
        scenario=None if scenario is None else scenario.id,
        measures=measures,
        matrix=matrix,
        scores=scores,
        lineage=_lineage(versions, scenario),
        draw=lambda: _certainty(
            inputs,
            scenario,
            measures,
            matrix,
            scores,
            weights=used,
            method=method,
            risk=risk,
        ),
    )


def _weights_method_risk(
    chosen: Model,
    scenario: Scenario | None,
    *,
    weights: Mapping[str, float] | None,
    method: str | None,
    risk: float | None,
) -> tuple[dict[str, float], str, float]:
    """Weights, method and risk: as asked, else the scenario's, else the model's."""
    if scenario is not None and not weights:
        weights = scenario.weights
        if scenario.judgements is not None:
            weights, _ = weights_from_judgements(chosen, scenario.judgements)
    asked_method = method or (scenario and scenario.method) or chosen.method
    stated = [risk, None if scenario is None else scenario.risk, chosen.risk]
    return (
        weights_from(chosen, weights or {}),
        asked_method,
        next(r for r in stated if r is not None),
    )


def _chosen_year(
    now: Published, chosen: Model, year: int | None, scenario: Scenario | None = None
) -> int:
    available = years(now, chosen.id)
    if scenario is not None:
        year = scenario.year if year is None else year
        read = chosen.indicators()
        forecast = {f.year for f in scenario.figures if f.indicator in read}
        available = sorted({*available, *forecast})
    if year is None:
        return available[-1]
    if year not in available:
        raise UnknownYear(subject=chosen.title, year=year, available=", ".join(map(str, available)))
    return year


def _lineage(versions: Mapping[str, Version], scenario: Scenario | None) -> tuple[Origin, ...]:
    origins = [
        Origin(v.dataset, v.number, v.sha256, v.source, v.licence) for v in versions.values()
    ]
    if scenario is not None:
        # A scenario is not published: it has no number, and its changes are its only version.
        name = f"scenario-{scenario.id}"
        origins.append(Origin(name, 0, digest(scenario), scenario.source, ""))
    return tuple(origins)


def assess_years(
    store: Store | Published,
    model_id: str = DEFAULT_MODEL,
    *,
    layer: str = DEFAULT_LAYER,
    weights: Mapping[str, float] | None = None,
    method: str | None = None,
    risk: float | None = None,
) -> list[Assessment]:
    """One assessment for every year with data, the oldest first; otherwise as `assess`."""
    now = store.current()
    return [
        assess(now, model_id, layer=layer, year=year, weights=weights, method=method, risk=risk)
        for year in years(now, model_id)
    ]


def readiness_key(store: Store | Published) -> str:
    """The key of the current default assessment, without computing it."""
    now = store.current()
    chosen = model(now, DEFAULT_MODEL)
    return _key(
        _versions(now, chosen, DEFAULT_LAYER),
        year=years(now, DEFAULT_MODEL)[-1],
        weights=chosen.weights,
        method=chosen.method,
        risk=chosen.risk,
    )


def readiness_frame(store: Store | Published, language: Language) -> gpd.GeoDataFrame:
    """The current default assessment as a layer; see `geo.readiness.documents.results_frame`."""
    now = store.current()
    assessment = assess(now)
    return results_frame(assessment, layer(now, assessment.layer), language)


def _versions(now: Published, chosen: Model, layer_name: str) -> dict[str, Version]:
    """The version of everything that an assessment reads, in a fixed order."""
    rasters = set(now.datasets("raster"))
    areas = [name for name in now.datasets("layer") if are_areas(name)]
    if layer_name not in areas:
        raise LayerNotFound(layer_name, available=areas)
    versions = {"model": model_version(now, chosen.id)}
    versions |= {name: now.version(name, "layer") for name in (layer_name, "regencies")}
    versions["indicators"] = now.version("indicators")
    names = (LAND_PREFIX + raster for raster in chosen.rasters())
    versions |= {name: now.version(name) for name in names if name in rasters}
    there = set(now.datasets("layer"))
    # A raster of a zone whose place is uncertain is measured by desa.
    asked = read_of_desa(chosen) or ((DESA, VILLAGE_INDEX) if chosen.rasters() else ())
    if {DESA, VILLAGE_INDEX} <= there:
        versions |= {name: now.version(name) for name in asked if name in there}
    return versions


def _certainty(
    inputs: Inputs,
    scenario: Scenario | None,
    measures: Measures,
    matrix: DecisionMatrix,
    scores: Scores,
    *,
    weights: Mapping[str, float],
    method: str,
    risk: float,
) -> Certainty:
    chosen = read_model(inputs.model)
    if matrix.excluded.all():
        return no_certainty(len(matrix.area_ids), len(chosen.classes))
    zones = ranked_zones(chosen, matrix, weights=weights, method=method, risk=risk)
    is_kept = scenario is None and len(zones.rows) <= _MOST_KEPT
    spread, drawn = _kept_draws(inputs) if is_kept else _draws(inputs, scenario, measures, zones)
    return certainty_of(
        zones, matrix, scores, spread=spread, weights=_drawn_weights(zones), drawn=drawn
    )


def draws_of(
    store: Store | Published, assessment: Assessment
) -> tuple[RankedZones, Array, Iterable[Drawn]]:
    """The areas, weights (n_draws, n_criteria) and values that the certainty of an assessment rests on.

    Of an assessment of what is published, without a scenario.

    Raises
    ------
    NothingRanked
        When constraints exclude every area.
    """
    inputs = inputs_of(store, assessment)
    zones = ranked_zones(
        assessment.model,
        assessment.matrix,
        weights=assessment.weights,
        names=assessment.measures.names,
        method=assessment.method,
        risk=assessment.risk,
    )
    is_kept = len(zones.rows) <= _MOST_KEPT
    _, drawn = _kept_draws(inputs) if is_kept else _draws(inputs, None, assessment.measures, zones)
    return zones, _drawn_weights(zones), drawn


def _drawn_weights(zones: RankedZones) -> Array:
    rng = np.random.default_rng(_WEIGHTS_SEED)
    return weight_draws(zones.weights, n=CHANCE_DRAWS, rng=rng)


@lru_cache(maxsize=8)
def _kept_draws(inputs: Inputs) -> tuple[Spread, tuple[Drawn, ...]]:
    """The draws of what is published, which no weights change, kept for who moves a slider."""
    measures, matrix = measured(inputs)
    chosen = read_model(inputs.model)
    zones = ranked_zones(chosen, matrix, weights=chosen.weights)
    spread, drawn = _draws(inputs, None, measures, zones)
    return spread, tuple(drawn)


def _draws(
    inputs: Inputs, scenario: Scenario | None, measures: Measures, zones: RankedZones
) -> tuple[Spread, Iterator[Drawn]]:
    errors = errors_under(inputs, measures, scenario)
    rng = np.random.default_rng(_VALUES_SEED)
    block = max(_BLOCK // len(zones.rows), 1)
    return spread_of(zones, errors), value_draws(
        zones, errors, n=CHANCE_DRAWS, rng=rng, block=block
    )


def errors_under(
    inputs: Inputs, measures: Measures, scenario: Scenario | None = None
) -> MeasureErrors:
    """The errors of measures that were made from `inputs`, kept for what is published."""
    if scenario is None:
        return _published_errors(inputs)
    with open_inputs(inputs, scenario) as read:
        return _errors(inputs, measures, read)


@lru_cache(maxsize=16)
def _published_errors(inputs: Inputs) -> MeasureErrors:
    with open_inputs(inputs) as read:
        return _errors(inputs, measured(inputs)[0], read)


def _errors(inputs: Inputs, measures: Measures, read: Read) -> MeasureErrors:
    return measure_errors(
        read_model(inputs.model),
        measures,
        zones=read.zones,
        rasters=read.rasters,
        indicators=read.indicators,
    )


def inputs_of(store: Store | Published, assessment: Assessment) -> Inputs:
    """The files that an assessment's zones were measured from, as long as nobody published."""
    versions = _versions(store.current(), assessment.model, assessment.layer)
    return _inputs(versions, assessment.model, assessment.layer, assessment.year)


def _source(version: Version) -> Source:
    """Who published it: in both languages where its publisher gave both."""
    said = version.source_text
    return version.source if said.id == said.en else said


def _inputs(versions: Mapping[str, Version], chosen: Model, layer_name: str, year: int) -> Inputs:
    rasters = [v for name, v in versions.items() if name.startswith(LAND_PREFIX)]
    return Inputs(
        model=versions["model"].path,
        layer=versions[layer_name].path,
        regencies=versions["regencies"].path,
        indicators=versions["indicators"].path,
        rasters=tuple(
            (
                *(v.dataset.removeprefix(LAND_PREFIX), v.path, _source(v)),
                *(v.details.get("year"), fitness_of(v.details)),
            )
            for v in rasters
        ),
        year=year,
        layer_source=_source(versions[layer_name]),
        catalogue=versions["indicators"].details["catalogue"],
        villages=(versions[DESA].path, versions[VILLAGE_INDEX].path)
        if versions.keys() >= {DESA, VILLAGE_INDEX}
        else None,
        ground=versions[GROUND].path if GROUND in versions else None,
    )


@lru_cache(maxsize=64)
def measured(inputs: Inputs) -> tuple[Measures, DecisionMatrix]:
    """What is published, measured once for equal inputs."""
    measures = _measure(inputs)
    return measures, decision_matrix(measures, read_model(inputs.model))


def _measured_under(inputs: Inputs, scenario: Scenario | None) -> tuple[Measures, DecisionMatrix]:
    if scenario is None:
        return measured(inputs)
    chosen = read_model(inputs.model)
    anew = scenario.is_measured_anew
    measures = apply_to_measures(
        _measure(inputs, scenario) if anew else measured(inputs)[0],
        scenario,
        model=chosen,
        rasters=[name for name, *_ in inputs.rasters],
    )
    return measures, decision_matrix(measures, chosen)


def _measure(inputs: Inputs, scenario: Scenario | None = None) -> Measures:
    with open_inputs(inputs, scenario) as read:
        return measure_zones(
            read.zones,
            read_model(inputs.model),
            year=inputs.year,
            regencies=read_layer(inputs.regencies),
            indicators=read.indicators,
            rasters=read.rasters,
            layer_source=inputs.layer_source,
            catalogue=read_catalogue(inputs.catalogue),
            villages=read.villages,
            desa=read.desa,
        )


@contextmanager
def open_inputs(inputs: Inputs, scenario: Scenario | None = None) -> Iterator[Read]:
    """What zones are measured from, as a scenario changes it; its rasters are closed afterwards."""
    with ExitStack() as stack:
        read = Read(
            zones=read_layer(inputs.layer),
            indicators=read_indicators(inputs.indicators),
            rasters={
                name: LandRaster(name, stack.enter_context(RasterFile(path)), source, year, fitness)
                for name, path, source, year, fitness in inputs.rasters
            },
            villages=None
            if inputs.villages is None
            else read_village_profiles(inputs.layer, *inputs.villages),
            desa=_desa_facts(inputs),
        )
        if scenario is not None:
            zones = apply_to_zones(read.zones, scenario)
            read = Read(
                zones=zones,
                indicators=apply_to_indicators(read.indicators, scenario),
                rasters=apply_to_rasters(read.rasters, scenario, zones=zones),
                villages=_villages_under(inputs, scenario, zones=zones, now=read.villages),
                desa=_desa_under(inputs, scenario, zones=zones, now=read.desa),
            )
        yield read


def _desa_facts(inputs: Inputs) -> DesaFacts | None:
    if inputs.villages is None:
        return None
    return DesaFacts(
        inside=read_desa_inside(inputs.layer, *inputs.villages),
        villages=read_villages(*inputs.villages),
        said=None if inputs.ground is None else read_statements(inputs.ground),
        positions=read_positions(inputs.layer, inputs.villages[0]),
    )


def _desa_under(
    inputs: Inputs, scenario: Scenario, *, zones: gpd.GeoDataFrame, now: DesaFacts | None
) -> DesaFacts | None:
    """What is known by desa where a scenario draws zones anew: their place is then certain."""
    if now is None or inputs.villages is None or not scenario.zones:
        return now
    redrawn = zones[zones.index.isin(list(scenario.zones))]
    kept = now.inside[~now.inside["area"].isin(list(scenario.zones))]
    return replace(
        now,
        inside=pd.concat([kept, desa_of(redrawn, now.villages)]),
        positions={z: p for z, p in now.positions.items() if z not in scenario.zones},
    )


def _villages_under(
    inputs: Inputs,
    scenario: Scenario,
    *,
    zones: gpd.GeoDataFrame,
    now: Mapping[str, VillageProfile] | None,
) -> Mapping[str, VillageProfile] | None:
    """The profiles of the desa where a scenario draws zones anew; the others stay."""
    if now is None or inputs.villages is None or not scenario.zones:
        return now
    redrawn = zones[zones.index.isin(list(scenario.zones))]
    kept = {area: profile for area, profile in now.items() if area not in scenario.zones}
    return kept | village_profiles(desa_of(redrawn, read_villages(*inputs.villages)))


def _key(
    versions: Mapping[str, Version],
    *,
    year: int,
    weights: Mapping[str, float],
    method: str,
    risk: float,
    scenario: str | None = None,
) -> str:
    parts = {
        "versions": {v.dataset: (v.number, v.sha256) for v in versions.values()},
        "year": year,
        "weights": {name: repr(weight) for name, weight in weights.items()},
        "method": method,
        "risk": repr(risk),
        "scenario": scenario,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
