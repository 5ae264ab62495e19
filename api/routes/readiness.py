"""Readiness over HTTP: the current assessment, other weights at once, one zone explained, judgements."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.deps import LanguageDep, LinksDep, StoreDep
from api.links import GEOJSON, JSON
from api.responses import conditional, etag_of, json_response
from geo.errors import InvalidWeights
from geo.judgements import CONSISTENCY_LIMIT, AhpWeights, JudgedTwice
from geo.language import Language, Text

router = APIRouter(tags=["readiness"])

# Far above any model that people judge: 45 pairs of ten criteria in each of twenty groups.
_MOST_WEIGHTS = 200
_MOST_JUDGEMENTS = 1_000
_MOST_NAME = 100
Name = Annotated[str, Field(max_length=_MOST_NAME)]

_WEIGHTS_EXAMPLE = {
    "summary": "Other weights of the dimensions",
    "value": {
        "model": "kesiapan",
        "weights": {"huni": 0.4, "usaha": 0.3, "berkembang": 0.2, "lingkungan": 0.1},
    },
}
_PAIRS = [
    {"group": "goal", "first": "huni", "second": "usaha", "ratio": 3},
    {"group": "goal", "first": "huni", "second": "berkembang", "ratio": 2},
    {"group": "goal", "first": "huni", "second": "lingkungan", "ratio": 3},
    {"group": "goal", "first": "usaha", "second": "berkembang", "ratio": 1},
    {"group": "goal", "first": "usaha", "second": "lingkungan", "ratio": 1},
    {"group": "goal", "first": "berkembang", "second": "lingkungan", "ratio": 2},
]
_JUDGEMENTS_EXAMPLE = {
    "summary": "Pairwise judgements of the dimensions",
    "value": {"model": "kesiapan", "judgements": _PAIRS},
}


class Asked(BaseModel):
    """Which assessment is asked for; everything has a default."""

    model_config = ConfigDict(extra="forbid")

    model: Annotated[str, Field(description="A model's id: kesiapan or kebutuhan.")] = "kesiapan"
    layer: Annotated[str, Field(description="Layer to assess: zones or kecamatan.")] = "zones"
    year: Annotated[
        int | None, Field(ge=1, le=9999, description="Newest with data by default.")
    ] = None


class AskedQuery(Asked):
    """The same, as query parameters."""

    f: str | None = None
    lang: str | None = None


class Judgement(BaseModel):
    """`first` is `ratio` times as important as `second`, on Saaty's scale 1/9 … 9."""

    model_config = ConfigDict(extra="forbid")

    group: Annotated[
        str,
        Field(max_length=_MOST_NAME, description="goal for the dimensions, else a dimension's id."),
    ] = "goal"
    first: Name
    second: Name
    ratio: float


class WeighedRequest(Asked):
    """An assessment under other weights: stated, or from pairwise judgements."""

    weights: Annotated[
        dict[Name, float] | None,
        Field(
            max_length=_MOST_WEIGHTS,
            description="Of every dimension or of every criterion; they sum to 1.",
        ),
    ] = None
    judgements: Annotated[list[Judgement] | None, Field(max_length=_MOST_JUDGEMENTS)] = None


class JudgementsRequest(BaseModel):
    """Pairwise judgements to be turned into weights."""

    model_config = ConfigDict(extra="forbid")

    model: str = "kesiapan"
    judgements: Annotated[list[Judgement], Field(min_length=1, max_length=_MOST_JUDGEMENTS)]


@router.get("/readiness", summary="The current assessment of all zones")
def read_readiness(
    request: Request,
    query: Annotated[AskedQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """Scores, ranks, classes, contributions and what is missing, for every zone of a layer."""
    from geo import planning
    from geo.assessment import as_document

    found = planning.assess(store, query.model, layer=query.layer, year=query.year)
    asked = query.model_dump(include={"model", "layer", "year"})

    def answer() -> Response:
        extra = {"links": [links.link("self", JSON, "readiness", **asked)]}
        return json_response(request, as_document(found, language) | extra)

    return conditional(request, etag_of(found.key, language, links.base, asked), answer)


@router.post("/readiness", summary="An assessment under other weights")
def weigh_readiness(
    request: Request,
    asked: Annotated[
        WeighedRequest,
        Body(openapi_examples={"weights": _WEIGHTS_EXAMPLE, "judgements": _JUDGEMENTS_EXAMPLE}),
    ],
    store: StoreDep,
    language: LanguageDep,
) -> Response:
    """New scores at once; every zone also says its rank under the model's own weights."""
    from geo import planning
    from geo.assessment import as_document

    if asked.weights is not None and asked.judgements is not None:
        raise InvalidWeights(reason=_BOTH)
    now = store.current()
    weights, consistency = asked.weights, {}
    if asked.judgements:
        weights, results = planning.judged_weights(now, asked.model, _pairs(asked.judgements))
        consistency = _consistency(results)
    before = planning.assess(now, asked.model, layer=asked.layer, year=asked.year)
    after = planning.assess(now, asked.model, layer=asked.layer, year=asked.year, weights=weights)
    document = as_document(after, language)
    ranks = {result.area_id: result.rank for result in before.results}
    for zone in document["zones"]:
        zone["rank_before"] = ranks[zone["area_id"]]
    return json_response(request, document | {"judgements": consistency})


@router.post("/readiness/judgements", summary="Weights from pairwise judgements")
def judge(
    request: Request,
    asked: Annotated[JudgementsRequest, Body(openapi_examples={"judgements": _JUDGEMENTS_EXAMPLE})],
    store: StoreDep,
    language: LanguageDep,
) -> Response:
    """Weights, the consistency ratio and, above 0.10, the judgement that hurts it most."""
    from geo import planning

    weights, results = planning.judged_weights(store, asked.model, _pairs(asked.judgements))
    return json_response(request, {"weights": weights, "judgements": _consistency(results)})


@router.get("/readiness/{zone}", summary="One zone explained")
def explain_zone(
    request: Request,
    zone: str,
    query: Annotated[AskedQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """Why a zone stands where it stands: contributions, what holds it back, what is missing."""
    from geo import planning

    found = planning.assess(store, query.model, layer=query.layer, year=query.year)
    found.result(zone)
    key = etag_of(found.key, zone, language, links.base, query.model, query.layer)
    return conditional(
        request, key, lambda: json_response(request, _zone(found, zone, language, links))
    )


def _zone(assessment: Any, zone: str, language: Language, links: LinksDep) -> dict[str, Any]:
    from dataclasses import asdict

    from geo.assessment import zone_document

    return zone_document(assessment, zone, language) | {
        "model": assessment.model.id,
        "year": assessment.year,
        "lineage": [asdict(origin) for origin in assessment.lineage],
        "links": [
            links.link("self", JSON, "readiness", zone),
            links.link("item", GEOJSON, "collections", assessment.layer, "items", zone),
        ],
    }


def _pairs(judgements: list[Judgement]) -> dict[str, dict[tuple[str, str], float]]:
    groups: dict[str, dict[tuple[str, str], float]] = {}
    for judgement in judgements:
        pairs = groups.setdefault(judgement.group, {})
        pair = (judgement.first, judgement.second)
        if pairs.get(pair, judgement.ratio) != judgement.ratio:
            raise JudgedTwice(first=judgement.first, second=judgement.second)
        pairs[pair] = judgement.ratio
    return groups


def _consistency(results: Mapping[str, AhpWeights]) -> dict[str, Any]:
    return {
        group: {
            "weights": result.by_item(),
            "lambda_max": result.lambda_max,
            "consistency_index": result.consistency_index,
            "consistency_ratio": result.consistency_ratio,
            "consistent": result.is_consistent,
            "limit": CONSISTENCY_LIMIT,
            "random_index": result.random_index,
            "most_harmful": result.most_harmful,
        }
        for group, result in results.items()
    }


_BOTH = Text(
    id="Kirim weights atau judgements, tidak keduanya: bobot dihitung dari penilaian.",
    en="Send weights or judgements, not both: weights are computed from the judgements.",
)
