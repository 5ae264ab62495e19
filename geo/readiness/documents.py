"""An Assessment as others read it: JSON types, columns over the zones, a layer.

The one place that knows how an assessment is written out; whoever serves or prints it takes these.
"""

from dataclasses import asdict
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.json_types import as_json
from geo.language import Language, Source, source_in
from geo.readiness.assessment import Assessment, figures
from geo.readiness.class_words import class_words
from geo.readiness.explain import factors_of
from geo.readiness.lift import way_up, ways_up
from geo.readiness.score import CriterionResult, ZoneResult

# The columns of a layer that stand before the scores.
_COUNTS = ("rank", "band")
_SHARES = ("class_chance", "expected_score")
_KEPT = ("name", "regency_code", "status", "area_ha", "geometry_kind")


def results_frame(
    assessment: Assessment, zones: gpd.GeoDataFrame, language: Language
) -> gpd.GeoDataFrame:
    """`zones` with the columns of an assessment.

    Lon/lat, index `area_id`. Scores are 0..100 and None for zones that are not ranked; `score_low`,
    `score_high` and `class`, the likeliest, are there for every zone that is not excluded,
    `rank_class` is the class of the score. One column `contribution_{criterion}` in points and one
    `measure_{criterion}` in the criterion's unit, both missing where there are no data.
    """
    rows = {result.area_id: _row(assessment, result, language) for result in assessment.results}
    table = _typed(pd.DataFrame.from_dict(rows, orient="index"))
    kept = [c for c in _KEPT if c in zones]
    return gpd.GeoDataFrame(
        zones[[*kept, "geometry"]].join(table), geometry="geometry", crs=zones.crs
    ).rename_axis("area_id")


def beside_layer(results: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """`area_id` and the columns of `results_frame`, followed by those of the layer that it leaves out.

    A column of the layer whose name the assessment has for something else, such as `year`, is called
    `layer_year`; names are compared without case, as GeoPackage does.
    """
    # What `results_frame` took from the layer is the layer's own already.
    own = zones.drop(columns=[zones.geometry.name, *(c for c in _KEPT if c in zones)])
    table = results.copy()
    # A code of the layer may repeat it, but whoever reads the file reads it by this name.
    table.insert(0, "area_id", [str(key) for key in results.index])
    here = {str(name).lower() for name in table.columns}
    taken = here | {str(name).lower() for name in own.columns}
    names = {}
    for name in (name for name in own.columns if str(name).lower() in here):
        used = f"layer_{name}"
        while used.lower() in taken:
            used = f"layer_{used}"
        names[name] = used
        taken.add(used.lower())
    return table.join(own.rename(columns=names))


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    # A column without any value has no type of its own, and a rank beside a missing one would be 1.0.
    heads = ("score", "contribution", "measure")
    numbers = [c for c in table.columns if str(c).split("_")[0] in heads or c in _SHARES]
    return table.astype(dict.fromkeys(numbers, "float64") | dict.fromkeys(_COUNTS, "Int64"))


def _row(assessment: Assessment, result: ZoneResult, language: Language) -> dict[str, Any]:
    titles = {c.id: c.title.to(language) for c in assessment.model.classes}
    row: dict[str, Any] = {
        "assessment_status": result.status,
        "score": result.score,
        "score_low": result.score_low,
        "score_high": result.score_high,
        "rank": result.rank,
        "of": assessment.n_ranked,
        "band": result.band,
        "surely_above": result.surely_above,
        "class": result.likely_class,
        "class_title": titles.get(result.likely_class or ""),
        "class_words": _class_words(assessment, result, language),
        "class_chance": result.class_chance,
        "class_candidates": ", ".join(result.class_candidates),
        "expected_score": result.expected_score,
        "rank_class": result.rank_class,
        "constraints_unchecked": ", ".join(c.constraint for c in result.constraints_unchecked),
        "data_coverage": result.data_coverage,
        "model": assessment.model.id,
        "year": assessment.year,
    }
    row |= {f"score_{d}": score for d, score in result.dimension_scores.items()}
    row |= {
        f"contribution_{c.criterion}": None if c.value is None else c.contribution
        for c in result.criteria
    }
    row |= {f"measure_{c.criterion}": c.measure for c in result.criteria}
    row["missing"] = ", ".join(c.criterion for c in result.criteria if c.measure is None)
    return row | {"explanation": assessment.sentence_of(result).to(language)}


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
        "method": assessment.method,
        "risk": assessment.risk,
        "scenario": assessment.scenario,
        "weights": dict(assessment.weights),
        "classes": [
            {
                "id": c.id,
                "title": c.title.to(language),
                "from": round(c.lower_bound, 6),
                "between": list(c.between),
            }
            for c in assessment.model.classes
        ],
        "zones": [_zone_entry(assessment, result, language) for result in assessment.results],
        "certainty": certainty_entry(assessment),
        "lineage": [asdict(origin) for origin in assessment.lineage],
    }


def certainty_entry(assessment: Assessment) -> dict[str, Any]:
    """What the draws behind chances and bands say of the list, and what was varied, as JSON types.

    `known_in` is, by criterion that lacks data somewhere, the number of areas from whose values the
    missing ones are drawn; 0 where they are drawn evenly.
    """
    found = assessment.certainty
    return {
        "draws": found.n_draws,
        "bands": found.n_bands,
        "pairs_apart": found.apart_share,
        "errors": found.has_errors,
        "placed": found.placed,
        "known_in": dict(found.known_in),
    }


def zone_document(assessment: Assessment, area_id: str, language: Language) -> dict[str, Any]:
    """One zone of an assessment as JSON types, texts in `language`.

    Beside what `as_document` says of each zone: the smallest changes that would lift it a class or a
    rank, what keeps an unranked one from being ranked, and the versions behind each number.
    """
    result = assessment.result(area_id)
    way = way_up(assessment, area_id)
    numbers = figures(result, assessment.model, layer=assessment.layer, lineage=assessment.lineage)
    return _zone_entry(assessment, result, language) | {
        "way_up": None if way is None else way.to(language),
        "ways_up": [as_json(lift, language) for lift in ways_up(assessment, area_id)],
        "figures": [as_json(figure, language) for figure in numbers],
        "benchmark": as_json(assessment.benchmark_place(result), language),
    }


def _zone_entry(assessment: Assessment, result: ZoneResult, language: Language) -> dict[str, Any]:
    # Written out field by field: a province has hundreds of zones with ten criteria each, and
    # `geo.json_types.as_json`, which asks of every value what it is, takes many times as long.
    factors = factors_of(result)
    return {
        "area_id": result.area_id,
        "name": result.name,
        "status": result.status,
        "score": result.score,
        "score_low": result.score_low,
        "score_high": result.score_high,
        "rank": result.rank,
        "rank_class": result.rank_class,
        "class": result.likely_class,
        "class_chance": result.class_chance,
        "class_candidates": dict(result.class_candidates),
        "class_words": _class_words(assessment, result, language),
        "expected_score": result.expected_score,
        "band": result.band,
        "surely_above": result.surely_above,
        "constraints_unchecked": [c.constraint for c in result.constraints_unchecked],
        "data_coverage": result.data_coverage,
        "dimension_scores": dict(result.dimension_scores),
        "criteria": [_criterion_entry(c, language) for c in result.criteria],
        "constraints": [
            {
                "constraint": c.constraint,
                "title": c.title.to(language),
                "excluded_share": c.excluded_share,
                "excluded_low": c.excluded_low,
                "excluded_high": c.excluded_high,
                "limit_share": c.limit_share,
                "failed": c.failed,
                "outcome": c.outcome,
                "note": None if c.note is None else c.note.to(language),
            }
            for c in result.constraints
        ],
        "floors_failed": list(result.floors_failed),
        "dimension_coverage": dict(result.dimension_coverage),
        "coverage_floor": result.coverage_floor,
        "of": assessment.n_ranked,
        "explanation": assessment.sentence_of(result, factors=factors).to(language),
        "lifts": [c.criterion for c in factors.lifts],
        "holds_back": [c.criterion for c in factors.holds_back],
    }


def _criterion_entry(result: CriterionResult, language: Language) -> dict[str, Any]:
    return {
        "criterion": result.criterion,
        "dimension": result.dimension,
        "title": result.title.to(language),
        "unit": result.unit.to(language),
        "weight": result.weight,
        "measure": result.measure,
        "measure_low": result.measure_low,
        "measure_high": result.measure_high,
        "value": result.value,
        "value_low": result.value_low,
        "value_high": result.value_high,
        "credit": result.credit,
        "contribution": result.contribution,
        "loss": result.loss,
        "period": result.period,
        "sources": _sources(result.sources, language),
        "note": None if result.note is None else result.note.to(language),
        "shares": dict(result.shares),
    }


@lru_cache(maxsize=512)
def _sources(sources: tuple[Source, ...], language: Language) -> list[str]:
    # Hundreds of zones share a few; who writes the document changes none.
    return [source_in(source, language) for source in sources]


def score_columns(assessment: Assessment, language: Language, *, chances: bool) -> dict[str, Any]:
    """The numbers of an assessment as columns over the zones; NaN where a zone has none.

    What a map needs to follow a slider: no sources, and texts only of the classes. With `chances`
    the draws are made that say how sure a class is, which takes longer than the scores.
    """
    scores, classes = assessment.scores, [c.id for c in assessment.model.classes]
    # One row for each dimension and criterion, as they are written.
    by_dimension = np.ascontiguousarray(scores.dimension_scores.T)
    by_criterion = np.ascontiguousarray(scores.points.T)
    drawn = _chance_columns(assessment, language) if chances else {}
    return {
        "key": assessment.key,
        "model": assessment.model.id,
        "layer": assessment.layer,
        "year": assessment.year,
        "method": assessment.method,
        "risk": assessment.risk,
        "scenario": assessment.scenario,
        "weights": dict(assessment.weights),
        "of": assessment.n_ranked,
        "zones": {
            "area_id": assessment.matrix.area_ids,
            "status": scores.statuses(assessment.matrix.excluded),
            "score": scores.scores,
            "score_low": scores.low,
            "score_high": scores.high,
            "rank": assessment.ranks,
            "rank_class": [None if i < 0 else classes[i] for i in scores.classes.tolist()],
            **drawn,
            "data_coverage": scores.coverage,
            "dimensions": dict(
                zip((d.id for d in assessment.model.dimensions), by_dimension, strict=True)
            ),
            "points": dict(zip(assessment.matrix.criteria, by_criterion, strict=True)),
        },
    }


def _chance_columns(assessment: Assessment, language: Language) -> dict[str, Any]:
    return {
        "class": [r.likely_class for r in assessment.results],
        "class_chance": [r.class_chance for r in assessment.results],
        "class_candidates": [dict(r.class_candidates) for r in assessment.results],
        "class_words": [_class_words(assessment, r, language) for r in assessment.results],
        "expected_score": [r.expected_score for r in assessment.results],
        "band": [r.band for r in assessment.results],
        "surely_above": [r.surely_above for r in assessment.results],
    }


def _class_words(assessment: Assessment, result: ZoneResult, language: Language) -> str | None:
    words = class_words(result, assessment.model)
    return None if words is None else words.to(language)
