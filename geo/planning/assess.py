"""The main job: the published layers, indicators, rasters and a model become one Assessment.

An Assessment is a value: the same versions, year and weights give the same result, and its lineage
names every version that went in. Every function here looks at the store once; who calls several of
them takes `Store.current()` and passes it to each, so that all speak of the same versions.
"""

import hashlib
import json
from collections.abc import Mapping

import geopandas as gpd

from geo.errors import UnknownYear
from geo.language import Language
from geo.mcda.model import Model, weights_from, weights_from_judgements
from geo.planning.confidence import certainty_under
from geo.planning.measured import inputs_from, measured_under, versions_of
from geo.published import (
    DEFAULT_LAYER,
    DEFAULT_MODEL,
    layer,
    model,
    years,
)
from geo.readiness.assessment import Assessment, Origin
from geo.readiness.documents import results_frame
from geo.readiness.scenario import Scenario, digest
from geo.readiness.score import score_matrix
from geo.store.store import Store, Version
from geo.store.versions import Published


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
    versions = versions_of(now, chosen, layer)
    inputs = inputs_from(versions, chosen, layer, chosen_year)
    measures, matrix = measured_under(inputs, scenario)
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
        draw=lambda: certainty_under(
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
        versions_of(now, chosen, DEFAULT_LAYER),
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
