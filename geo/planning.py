"""I/O. The main job: the published layers, indicators, rasters and a model become one Assessment.

An Assessment is a value: the same versions, year and weights give the same result, and its lineage
names every version that went in.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo import indicators as indicator_tables
from geo.assessment import Assessment, Origin, results_frame
from geo.criteria import RasterMeasure
from geo.crs import to_lonlat
from geo.errors import LayerNotFound, ModelNotFound, RasterRefused, UnknownYear
from geo.indicators import Indicator
from geo.land import (
    KNOWN_RASTERS,
    cloud_optimised,
    open_raster,
    raster_facts,
    require_land_raster,
)
from geo.language import Language, Text
from geo.layers import with_all_fields
from geo.measures import LandRaster, measure_zones
from geo.models import Model, parse_model, weights_from, weights_from_judgements
from geo.readiness import Measures, assess_measures
from geo.store import Provenance, Store, Version
from geo.weights import AhpWeights

MODEL_PREFIX = "model-"
LAND_PREFIX = "land-"
DEFAULT_MODEL = "kesiapan"
DEFAULT_LAYER = "zones"
_LAND_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class _Inputs:
    """The content-named files of one measurement: equal inputs are equal bytes."""

    model: Path
    layer: Path
    regencies: Path
    indicators: Path
    rasters: tuple[tuple[str, Path, str, str | None], ...]
    year: int


def models(store: Store) -> list[str]:
    """The ids of all published models."""
    names = store.datasets("model")
    return [name.removeprefix(MODEL_PREFIX) for name in names]


def model(store: Store, model_id: str) -> Model:
    """The current version of a model; `ModelNotFound` when there is none of that id."""
    return _read_model(_model_version(store, model_id).path)


def years(store: Store, model_id: str = DEFAULT_MODEL) -> list[int]:
    """The years for which any indicator of a model has a regency figure, oldest first."""
    table = indicators(store)
    asked = model(store, model_id).indicators()
    rows = table[table["indicator"].isin(asked) & (table["regency_code"].str.len() > 2)]
    return sorted(int(year) for year in rows["year"].unique())


def indicators(store: Store) -> pd.DataFrame:
    """The current indicator table, tidy."""
    return _read_indicators(store.version("indicators").path)


def indicator_catalogue(store: Store) -> dict[str, Indicator]:
    """What each indicator is called, counted in and cautioned about, by id."""
    return indicator_tables.parse_catalogue(store.version("indicators").details["catalogue"])


def layer(store: Store, name: str) -> gpd.GeoDataFrame:
    """The current version of a layer in lon/lat, with every field of its schema.

    Raises
    ------
    LayerNotFound
    """
    return with_all_fields(_read_layer(store.version(name).path), name)


def assess(
    store: Store,
    model_id: str = DEFAULT_MODEL,
    *,
    layer: str = DEFAULT_LAYER,
    year: int | None = None,
    weights: Mapping[str, float] | None = None,
) -> Assessment:
    """Score, rank and class the zones of a layer.

    Parameters
    ----------
    model_id : str
        A published model.
    layer : str
        Any layer with a `name`: `zones`, `kecamatan`, `regencies`.
    year : int, optional
        The newest with data by default.
    weights : mapping, optional
        Other weights: of every dimension or of every criterion, summing to 1.

    Raises
    ------
    ModelNotFound, LayerNotFound, UnknownYear, InvalidWeights
    """
    chosen = model(store, model_id)
    available = years(store, model_id)
    chosen_year = available[-1] if year is None else year
    if chosen_year not in available:
        raise UnknownYear(
            subject=chosen.title, year=chosen_year, available=", ".join(map(str, available))
        )
    used = weights_from(chosen, weights or {})
    versions = _versions(store, chosen, layer)
    measures = _measures(_inputs(versions, chosen, layer, chosen_year))
    return Assessment(
        key=_key(versions, chosen_year, used),
        model=chosen,
        layer=layer,
        year=chosen_year,
        weights=used,
        results=assess_measures(measures, chosen, used),
        lineage=tuple(
            Origin(v.dataset, v.number, v.sha256, v.source, v.licence) for v in versions.values()
        ),
    )


def add_land(
    store: Store,
    path: Path,
    *,
    name: str,
    source: str,
    licence: str,
    unit: str | None = None,
    year: str | None = None,
    actor: str = "operator",
) -> Version:
    """Check a raster and make it the current land raster `name`.

    Raises
    ------
    RasterRefused
        See `geo.land.require_land_raster`; also for a name of one's own without a unit.
    """
    if not _LAND_NAME.fullmatch(name):
        raise RasterRefused(reason=_BAD_NAME.format(name=name))
    if unit is None and name not in KNOWN_RASTERS:
        raise RasterRefused(reason=_NO_UNIT.format(name=name, known=", ".join(KNOWN_RASTERS)))
    require_land_raster(path, name=name, region=layer(store, "regencies"))
    details = raster_facts(path) | {"unit": unit or KNOWN_RASTERS[name], "year": year}
    return store.publish(
        LAND_PREFIX + name,
        "raster",
        cloud_optimised(path),
        suffix=".tif",
        provenance=Provenance(actor=actor, note=path.name, source=source, licence=licence),
        details=details,
    )


def readers_of(store: Store, raster: str) -> list[str]:
    """Which criteria and constraints read a land raster, as `model.criterion`."""
    found = []
    for model_id in models(store):
        chosen = model(store, model_id)
        found += [
            f"{model_id}.{c.id}"
            for c in chosen.criteria
            if isinstance(c.measure, RasterMeasure) and c.measure.raster == raster
        ]
        found += [f"{model_id}.{c.id}" for c in chosen.constraints if c.raster == raster]
    return found


def judged_weights(
    store: Store, model_id: str, judgements: Mapping[str, Mapping[tuple[str, str], float]]
) -> tuple[dict[str, float], dict[str, AhpWeights]]:
    """Weights and consistency from pairwise judgements; see `geo.models.weights_from_judgements`."""
    return weights_from_judgements(model(store, model_id), judgements)


def readiness_key(store: Store) -> str:
    """The key of the current default assessment, without computing it."""
    chosen = model(store, DEFAULT_MODEL)
    return _key(
        _versions(store, chosen, DEFAULT_LAYER),
        years(store, DEFAULT_MODEL)[-1],
        dict(chosen.weights),
    )


def readiness_frame(store: Store, language: Language) -> gpd.GeoDataFrame:
    """The current default assessment as a layer; see `geo.assessment.results_frame`."""
    assessment = assess(store)
    return results_frame(assessment, layer(store, assessment.layer), language)


def _model_version(store: Store, model_id: str) -> Version:
    try:
        return store.version(MODEL_PREFIX + model_id)
    except LayerNotFound as error:
        raise ModelNotFound(model_id, available=models(store)) from error


def _versions(store: Store, chosen: Model, layer_name: str) -> dict[str, Version]:
    """The current version of everything that an assessment reads, in a fixed order."""
    rasters = set(store.datasets("raster"))
    names = [layer_name, "regencies", "indicators"]
    names += [n for n in (LAND_PREFIX + r for r in chosen.rasters()) if n in rasters]
    versions = {"model": _model_version(store, chosen.id)}
    return versions | {name: store.version(name) for name in names}


def _inputs(versions: Mapping[str, Version], chosen: Model, layer_name: str, year: int) -> _Inputs:
    rasters = [v for name, v in versions.items() if name.startswith(LAND_PREFIX)]
    return _Inputs(
        model=versions["model"].path,
        layer=versions[layer_name].path,
        regencies=versions["regencies"].path,
        indicators=versions["indicators"].path,
        rasters=tuple(
            (v.dataset.removeprefix(LAND_PREFIX), v.path, v.source, v.details.get("year"))
            for v in rasters
        ),
        year=year,
    )


@lru_cache(maxsize=64)
def _measures(inputs: _Inputs) -> Measures:
    with ExitStack() as stack:
        rasters = {
            name: LandRaster(name, stack.enter_context(open_raster(path)), source, year)
            for name, path, source, year in inputs.rasters
        }
        return measure_zones(
            _read_layer(inputs.layer),
            _read_model(inputs.model),
            year=inputs.year,
            regencies=_read_layer(inputs.regencies),
            indicators=_read_indicators(inputs.indicators),
            rasters=rasters,
        )


@lru_cache(maxsize=16)
def _read_model(path: Path) -> Model:
    return parse_model(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=4)
def _read_indicators(path: Path) -> pd.DataFrame:
    return indicator_tables.parse_indicators(pd.read_parquet(path))


@lru_cache(maxsize=8)
def _read_layer(path: Path) -> gpd.GeoDataFrame:
    return to_lonlat(gpd.read_parquet(path))


def _key(versions: Mapping[str, Version], year: int, weights: Mapping[str, float]) -> str:
    parts = {
        "versions": {v.dataset: v.sha256 for v in versions.values()},
        "year": year,
        "weights": {name: repr(weight) for name, weight in weights.items()},
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


_BAD_NAME = Text(
    id="{name!r} bukan nama raster: pakai huruf kecil, angka dan garis bawah, misalnya slope_percent.",
    en="{name!r} is no raster name: use lower-case letters, digits and underscores, such as slope_percent.",
)
_NO_UNIT = Text(
    id="Sebutkan satuan raster {name!r} dengan --unit. Nama yang sudah dikenal: {known}.",
    en="Say the unit of raster {name!r} with --unit. Names known already: {known}.",
)
