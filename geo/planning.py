"""I/O. The main job: the published layers, indicators, rasters and a model become one Assessment.

An Assessment is a value: the same versions, year and weights give the same result, and its lineage
names every version that went in.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo import indicators as indicator_tables
from geo.crs import to_lonlat
from geo.errors import LayerNotFound, ModelNotFound, UnknownYear, ZoneNotFound
from geo.explain import holds_back, lifts, sentence
from geo.land import open_raster
from geo.language import Language, Text
from geo.measures import LandRaster, measure_zones
from geo.models import Model, parse_model, weights_from
from geo.readiness import Measures, ZoneResult, assess_measures
from geo.store import Store, Version

MODEL_PREFIX = "model-"
LAND_PREFIX = "land-"
DEFAULT_MODEL = "kesiapan"
DEFAULT_LAYER = "zones"


@dataclass(frozen=True, slots=True)
class Origin:
    """One version that went into an assessment."""

    dataset: str
    number: int
    sha256: str
    source: str
    licence: str


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """The result for all zones of a layer; `key` is a sha256 over everything that went in."""

    key: str
    model: Model
    layer: str
    year: int
    weights: Mapping[str, float]
    results: tuple[ZoneResult, ...]
    lineage: tuple[Origin, ...]

    @property
    def n_ranked(self) -> int:
        """How many zones have a rank."""
        return sum(result.rank is not None for result in self.results)

    def result(self, area_id: str) -> ZoneResult:
        """One zone's result; `ZoneNotFound` when there is none of that id."""
        for result in self.results:
            if result.area_id == area_id:
                return result
        raise ZoneNotFound(area_id, available=[r.area_id for r in self.results][:50])

    def explanation(self, area_id: str) -> Text:
        """The plain paragraph about one zone."""
        return sentence(self.result(area_id), of=self.n_ranked)


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


def layer(store: Store, name: str) -> gpd.GeoDataFrame:
    """The current version of a layer in lon/lat; `LayerNotFound` when there is none of that name."""
    return _read_layer(store.version(name).path)


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


def readiness_key(store: Store) -> str:
    """The key of the current default assessment, without computing it."""
    chosen = model(store, DEFAULT_MODEL)
    return _key(
        _versions(store, chosen, DEFAULT_LAYER),
        years(store, DEFAULT_MODEL)[-1],
        dict(chosen.weights),
    )


def readiness_frame(store: Store) -> gpd.GeoDataFrame:
    """The current default assessment as a layer: zones with score, class, rank and contributions.

    Lon/lat, index `area_id`. Scores are 0..100 and None for zones that are not ranked; one column
    `contribution_{criterion}` in points and one `measure_{criterion}` in the criterion's unit.
    """
    assessment = assess(store)
    return results_frame(assessment, layer(store, assessment.layer))


def results_frame(assessment: Assessment, zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """`zones` with the columns of an assessment; see `readiness_frame`."""
    rows = {result.area_id: _row(assessment, result) for result in assessment.results}
    table = pd.DataFrame.from_dict(rows, orient="index")
    kept = [c for c in ("name", "regency_code", "status", "area_ha", "geometry_kind") if c in zones]
    return gpd.GeoDataFrame(
        zones[[*kept, "geometry"]].join(table), geometry="geometry", crs=zones.crs
    ).rename_axis("area_id")


def _row(assessment: Assessment, result: ZoneResult) -> dict[str, Any]:
    row: dict[str, Any] = {
        "assessment_status": result.status,
        "score": result.score,
        "rank": result.rank,
        "of": assessment.n_ranked,
        "class": result.rank_class,
        "data_coverage": result.data_coverage,
        "model": assessment.model.id,
        "year": assessment.year,
    }
    row |= {f"score_{d}": score for d, score in result.dimension_scores.items()}
    row |= {f"contribution_{c.criterion}": c.contribution for c in result.criteria}
    row |= {f"measure_{c.criterion}": c.measure for c in result.criteria}
    row["missing"] = ", ".join(c.criterion for c in result.criteria if c.measure is None)
    explanation = sentence(result, of=assessment.n_ranked)
    return row | {"explanation_id": explanation.id, "explanation_en": explanation.en}


def as_document(assessment: Assessment, language: Language) -> dict[str, Any]:
    """The whole assessment as JSON types, texts in `language`."""
    return {
        "key": assessment.key,
        "model": {
            "id": assessment.model.id,
            "version": assessment.model.version,
            "kind": assessment.model.kind,
            "title": assessment.model.title.to(language),
            "source": assessment.model.source,
        },
        "layer": assessment.layer,
        "year": assessment.year,
        "weights": dict(assessment.weights),
        "classes": [
            {"id": c.id, "title": c.title.to(language), "from": c.lower_bound}
            for c in assessment.model.classes
        ],
        "zones": [
            zone_document(assessment, result.area_id, language) for result in assessment.results
        ],
        "lineage": [asdict(origin) for origin in assessment.lineage],
    }


def zone_document(assessment: Assessment, area_id: str, language: Language) -> dict[str, Any]:
    """One zone of an assessment as JSON types, texts in `language`."""
    result = assessment.result(area_id)
    document: dict[str, Any] = _in_language(asdict(result), language)
    return document | {
        "of": assessment.n_ranked,
        "explanation": assessment.explanation(area_id).to(language),
        "lifts": [c.criterion for c in lifts(result)],
        "holds_back": [c.criterion for c in holds_back(result)],
    }


def _in_language(value: Any, language: Language) -> Any:
    if isinstance(value, Text):
        return value.to(language)
    if isinstance(value, Mapping):
        return {key: _in_language(item, language) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_in_language(item, language) for item in value]
    return value


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
