"""What zones are measured from: the published files behind an assessment, read and measured once."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo.errors import LayerNotFound
from geo.indicators.villages import VillageProfile, desa_of, village_profiles
from geo.land.fit import Fitness, fitness_of
from geo.language import Source
from geo.mcda.matrix import DecisionMatrix
from geo.mcda.model import Model
from geo.planning.area_facts import read_statements
from geo.prepared import kept_beside
from geo.published import (
    DESA,
    GROUND,
    LAND_PREFIX,
    VILLAGE_INDEX,
    are_areas,
    model_version,
    read_catalogue,
    read_desa_inside,
    read_indicators,
    read_layer,
    read_model,
    read_of_desa,
    read_positions,
    read_shares,
    read_village_profiles,
    read_villages,
)
from geo.raster.files import RasterFile
from geo.readiness.assessment import Assessment
from geo.readiness.desa_measures import DesaFacts
from geo.readiness.land_measures import LandRaster
from geo.readiness.measures import LandMeasures, measure_land, measure_zones
from geo.readiness.scenario import Scenario
from geo.readiness.scenario_apply import (
    apply_to_indicators,
    apply_to_measures,
    apply_to_rasters,
    apply_to_zones,
)
from geo.readiness.score import Measures, decision_matrix
from geo.store.store import Store, Version
from geo.store.versions import Published


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

    def of_any_year(self) -> "Inputs":
        """These for what is the same in every year: of all years one and the same."""
        return replace(self, year=0)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Inputs) and self.content() == other.content()

    def __hash__(self) -> int:
        return hash(self.content())

    def content(self) -> tuple[object, ...]:
        """All that is measured of, by name."""
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


def versions_of(now: Published, chosen: Model, layer_name: str) -> dict[str, Version]:
    """The version of everything that an assessment reads, in a fixed order."""
    rasters = set(now.datasets("raster"))
    areas = [name for name in now.datasets("layer") if are_areas(now.version(name))]
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


def inputs_of(store: Store | Published, assessment: Assessment) -> Inputs:
    """The files that an assessment's zones were measured from, as long as nobody published."""
    versions = versions_of(store.current(), assessment.model, assessment.layer)
    return inputs_from(versions, assessment.model, assessment.layer, assessment.year)


def _source(version: Version) -> Source:
    """Who published it: in both languages where its publisher gave both."""
    said = version.source_text
    return version.source if said.id == said.en else said


def inputs_from(
    versions: Mapping[str, Version], chosen: Model, layer_name: str, year: int
) -> Inputs:
    """The files of `versions`, see `versions_of`."""
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
    measures = kept_beside(inputs.model, "measures", inputs.content(), lambda: _measure(inputs))
    return measures, decision_matrix(measures, read_model(inputs.model))


def measured_under(inputs: Inputs, scenario: Scenario | None) -> tuple[Measures, DecisionMatrix]:
    """What is published as a scenario changes it."""
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
        # What a scenario changes is nobody's to keep.
        kept = scenario is None
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
            shares=read_shares(inputs.layer, inputs.regencies) if kept else None,
            of_land=_land(inputs.of_any_year()) if kept else None,
        )


@lru_cache(maxsize=16)
def _land(inputs: Inputs) -> LandMeasures:
    """What rasters say of what is published, measured once for all years."""
    with open_inputs(inputs) as read:
        return measure_land(
            read.zones,
            read_model(inputs.model),
            regencies=read_layer(inputs.regencies),
            indicators=read.indicators,
            rasters=read.rasters,
            shares=read_shares(inputs.layer, inputs.regencies),
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
                indicators=apply_to_indicators(
                    read.indicators,
                    scenario,
                    regencies=list(read_layer(inputs.regencies).index.astype(str)),
                ),
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
