"""Readiness over HTTP: the current assessment, other weights at once, one zone explained, judgements."""

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response

from api.asked import (
    AskedQuery,
    JudgementsRequest,
    ReadinessRequest,
    assess_asked,
    judged_wish,
    simulated,
)
from api.deps import LanguageDep, LinksDep, StoreDep
from api.examples import JUDGEMENTS_EXAMPLES, READINESS_EXAMPLES
from api.links import GEOJSON, JSON
from api.responses import conditional, etag_of, json_response
from geo.language import Language

if TYPE_CHECKING:
    from geo.assessment import Assessment

router = APIRouter(tags=["readiness"])


@router.get("/readiness", summary="The current assessment of all zones")
def read_readiness(
    request: Request,
    query: Annotated[AskedQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """Scores, ranks, classes, contributions and what is missing, for every zone of a layer."""
    from geo.assessment import as_document

    found = _assessed(store, query)
    asked = query.model_dump(exclude={"f", "lang"}, exclude_none=True)

    def answer() -> Response:
        extra = {"links": [links.link("self", JSON, "readiness", **asked)]}
        return json_response(request, as_document(found, language) | extra)

    return conditional(request, etag_of(found.key, language, links.base, asked), answer)


@router.post("/readiness", summary="An assessment under other weights, another method, a scenario")
def weigh_readiness(
    request: Request,
    asked: Annotated[ReadinessRequest, Body(openapi_examples=READINESS_EXAMPLES)],
    store: StoreDep,
    language: LanguageDep,
) -> Response:
    """New scores at once; every zone also says its rank under the model's own weights and method.

    With `uncertainty` every zone says how often the draws give it each rank and class.
    """
    from geo import planning
    from geo.assessment import as_document, score_columns
    from geo.weighing import weighed_document

    now = store.current()
    before = planning.assess(now, asked.model, layer=asked.layer, year=asked.year)
    after, weighed = assess_asked(now, asked)
    ranks = dict(zip(before.matrix.area_ids, before.scores.ranks.tolist(), strict=True))
    if asked.detail == "scores":
        columns = score_columns(after)
        columns["zones"]["rank_before"] = [ranks.get(i) for i in after.matrix.area_ids]
        return json_response(request, columns)
    document = as_document(after, language) | weighed_document(weighed, after.model, language)
    for zone in document["zones"]:
        zone["rank_before"] = ranks[zone["area_id"]]
    if asked.uncertainty:
        document["uncertainty"] = simulated(now, after, asked, language)
    return json_response(request, document)


@router.post("/readiness/judgements", summary="Weights from pairwise judgements")
def judge(
    request: Request,
    asked: Annotated[JudgementsRequest, Body(openapi_examples=JUDGEMENTS_EXAMPLES)],
    store: StoreDep,
    language: LanguageDep,
) -> Response:
    """Weights, the consistency ratio and, above 0.10, the judgement that hurts it most.

    Of several members: their aggregate, the consensus, and who differs most on what.
    """
    from geo import planning
    from geo.weighing import weigh, weighed_document

    now = store.current()
    weighed = weigh(now, judged_wish(asked), model_id=asked.model)
    model = planning.model(now, asked.model)
    document = weighed_document(weighed, model, language)
    return json_response(request, {"weights": weighed.weights} | document)


@router.get("/readiness/{zone}", summary="One zone explained")
def explain_zone(
    request: Request,
    zone: str,
    query: Annotated[AskedQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """Why a zone stands where it stands: contributions, what holds it back, what would lift it."""
    found = _assessed(store, query)
    found.result(zone)
    asked = query.model_dump(exclude={"f", "lang"}, exclude_none=True)
    key = etag_of(found.key, zone, language, links.base, asked)
    return conditional(
        request, key, lambda: json_response(request, _zone(found, zone, language, links))
    )


def _assessed(store: StoreDep, query: AskedQuery) -> "Assessment":
    from geo import planning

    return planning.assess(
        store,
        query.model,
        layer=query.layer,
        year=query.year,
        method=query.method,
        risk=query.risk,
    )


def _zone(
    assessment: "Assessment", zone: str, language: Language, links: LinksDep
) -> dict[str, Any]:
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
