"""Readiness over HTTP: the current assessment, other weights at once, one zone explained, judgements."""

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Body, Query, Request, Response

from api.access import READS
from api.deps import LanguageDep, LinksDep, StoreDep
from api.examples import JUDGEMENTS_EXAMPLES, READINESS_EXAMPLES
from api.links import GEOJSON, JSON
from api.readiness_requests import AskedQuery, JudgementsRequest, ReadinessRequest
from api.responses import conditional, described, etag_of, json_response
from api.serving.router import Router
from geo.language import Language, texts

if TYPE_CHECKING:
    from geo.readiness.assessment import Assessment

_SAY = texts(__name__)

router = Router("readiness", dependencies=[READS])


@router.get(
    "/readiness",
    summary="The current assessment of all zones",
    response_class=Response,
    responses=described("AssessmentDocument"),
)
def read_readiness(
    request: Request,
    query: Annotated[AskedQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """Scores, ranks, classes, contributions and what is missing, for every zone of a layer."""
    from geo.planning.weigh import weigh_and_assess
    from geo.readiness.documents import as_document

    found, _ = weigh_and_assess(store, query.weight_request(), **query.question())
    asked = query.model_dump(exclude={"f", "lang"}, exclude_none=True)

    def answer() -> Response:
        extra = {"links": [links.link("self", JSON, "readiness", query=asked)]}
        return json_response(request, as_document(found, language) | extra)

    return conditional(request, etag_of(found.key, language, links.base, asked), answer)


@router.post(
    "/readiness",
    summary="An assessment under other weights, another method, a scenario",
    response_class=Response,
    responses=described("WeighedDocument", "ScoresDocument"),
)
def weigh_readiness(
    request: Request,
    asked: Annotated[ReadinessRequest, Body(openapi_examples=READINESS_EXAMPLES)],
    store: StoreDep,
    language: LanguageDep,
) -> Response:
    """New scores at once; every zone also says its rank under the model's own weights and method.

    With `uncertainty` every zone says how often the draws give it each rank and class. `notes` say
    what of a scenario has no effect.
    """
    from geo.planning.confidence import confidence, confidence_document
    from geo.planning.weigh import own_ranks, published_year, weigh_and_assess, weighed_document
    from geo.readiness.documents import as_document, score_columns
    from geo.readiness.scenario import idle_changes

    asked.require_drawable()
    now, scenario = store.current(), asked.changes()
    after, weighed = weigh_and_assess(
        now, asked.weight_request(), scenario=scenario, **asked.question()
    )
    year = published_year(now, asked.model, asked.year)
    # A scenario changes zones but brings none, so both have the same.
    ranks = own_ranks(now, asked.model, layer=asked.layer, year=year)
    if asked.detail == "scores":
        document = score_columns(after, language, chances=asked.chances)
        document["zones"]["rank_before"] = ranks
    else:
        document = as_document(after, language)
        for zone, rank in zip(document["zones"], ranks, strict=True):
            zone["rank_before"] = rank
    document |= weighed_document(weighed, after.model, language)
    idle = idle_changes(scenario, after.model, year=after.year)
    document["notes"] = [note.to(language) for note in idle]
    if asked.uncertainty:
        simulation = asked.simulation(n_ranked=after.n_ranked)
        sure = confidence(now, after, simulation, scenario=scenario)
        document["uncertainty"] = confidence_document(sure, language)
    return json_response(request, document)


@router.post(
    "/readiness/judgements",
    summary="Weights from pairwise judgements",
    response_class=Response,
    responses=described("JudgementsDocument"),
)
def judge(
    request: Request,
    asked: Annotated[JudgementsRequest, Body(openapi_examples=JUDGEMENTS_EXAMPLES)],
    store: StoreDep,
    language: LanguageDep,
) -> Response:
    """Weights, the consistency ratio and, above 0.10, the judgement that hurts it most.

    Of several members: their aggregate, the consensus, and who differs most on what.
    """
    from geo import published
    from geo.errors import InvalidWeights
    from geo.planning.weigh import weigh, weighed_document

    now, requested = store.current(), asked.weight_request()
    if not requested.is_given:
        raise InvalidWeights(reason=_SAY["nothing_judged"])
    weighed = weigh(now, requested, model_id=asked.model)
    model = published.model(now, asked.model)
    document = weighed_document(weighed, model, language)
    return json_response(request, {"weights": weighed.weights} | document)


@router.get(
    "/readiness/{zone}",
    summary="One zone explained",
    response_class=Response,
    responses=described("ExplainedZoneDocument"),
)
def explain_zone(
    request: Request,
    zone: str,
    query: Annotated[AskedQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """Why a zone stands where it stands: contributions, what holds it back, what would lift it.

    Beside it, and never scored: its desa with their IDM, and what sources say of its ground. A ground
    of which no source speaks is unknown, not dry.
    """
    from geo.planning.area_facts import area_facts, facts_document, facts_key
    from geo.planning.weigh import weigh_and_assess

    now = store.current()
    found, _ = weigh_and_assess(now, query.weight_request(), **query.question())
    found.result(zone)
    asked = query.model_dump(exclude={"f", "lang"}, exclude_none=True)
    own = [
        links.link("self", JSON, "readiness", zone, query=asked),
        links.link("item", GEOJSON, "collections", found.layer, "items", zone),
    ]

    def answer() -> Response:
        facts = facts_document(area_facts(now, found.layer)[zone], language)
        return json_response(request, _zone(found, zone, language) | facts | {"links": own})

    keys = (found.key, *facts_key(now, found.layer))
    return conditional(request, etag_of(*keys, zone, language, links.base, asked), answer)


def _zone(assessment: "Assessment", zone: str, language: Language) -> dict[str, Any]:
    from dataclasses import asdict

    from geo.readiness.documents import zone_document

    return zone_document(assessment, zone, language) | {
        "model": assessment.model.id,
        "year": assessment.year,
        "lineage": [asdict(origin) for origin in assessment.lineage],
    }
