"""Assessments beside each other over HTTP: two of them, the years, readiness against need."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Request, Response
from pydantic import Field

from api.asked import Asked, AskedQuery, ComparisonRequest, assess_asked
from api.deps import LanguageDep, StoreDep
from api.examples import COMPARISON_EXAMPLES
from api.responses import conditional, etag_of, json_response

router = APIRouter(tags=["readiness"])


class TrendsQuery(AskedQuery):
    """The zones and how they are scored; without a year of its own."""

    year: None = None
    zone: Annotated[str | None, Field(description="One zone only.")] = None


class QuadrantQuery(Asked):
    """The two models and from which score a zone is ready, or needy."""

    model: str = "kesiapan"
    need: Annotated[str, Field(description="The need model.")] = "kebutuhan"
    ready_from: Annotated[float | None, Field(ge=0, le=100)] = None
    needy_from: Annotated[float | None, Field(ge=0, le=100)] = None
    f: str | None = None
    lang: str | None = None


@router.post("/readiness/comparison", summary="Two assessments compared zone by zone")
def compare_readiness(
    request: Request,
    asked: Annotated[ComparisonRequest, Body(openapi_examples=COMPARISON_EXAMPLES)],
    store: StoreDep,
    language: LanguageDep,
) -> Response:
    """Which zones moved, by how many points of which criterion; and why some cannot be compared."""
    from geo.comparison import compare, comparison_document

    now = store.current()
    before, _ = assess_asked(now, asked.before)
    after, _ = assess_asked(now, asked.after)
    return json_response(request, comparison_document(compare(before, after), language))


@router.get("/readiness/trends", summary="Every zone over the years")
def read_trends(
    request: Request,
    query: Annotated[TrendsQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
) -> Response:
    """Scores by year in segments inside which years may be compared, with the reason of each break."""
    from geo import planning
    from geo.trends import trend_document, zone_trends

    assessments = planning.assess_years(
        store, query.model, layer=query.layer, method=query.method, risk=query.risk
    )
    if query.zone is not None:
        assessments[-1].result(query.zone)
    key = etag_of([a.key for a in assessments], query.zone, language)

    def answer() -> Response:
        trends = [
            trend_document(trend, language)
            for trend in zone_trends(assessments)
            if query.zone in (None, trend.area_id)
        ]
        years = [assessment.year for assessment in assessments]
        return json_response(request, {"years": years, "zones": trends})

    return conditional(request, key, answer)


@router.get("/readiness/sensitivity", summary="How far each weight can move")
def read_sensitivity(
    request: Request,
    query: Annotated[AskedQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
) -> Response:
    """The nearest weight of each criterion and dimension at which a rank or a class changes."""
    from geo import planning
    from geo.confidence import sensitivities, sensitivity_document

    found = planning.assess(
        store,
        query.model,
        layer=query.layer,
        year=query.year,
        method=query.method,
        risk=query.risk,
    )

    def answer() -> Response:
        return json_response(request, sensitivity_document(sensitivities(found), language))

    return conditional(request, etag_of(found.key, language, "sensitivity"), answer)


@router.get("/readiness/quadrant", summary="Readiness against need")
def read_quadrant(
    request: Request,
    query: Annotated[QuadrantQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
) -> Response:
    """The quadrant of every zone; readiness and need are never added."""
    from geo import planning
    from geo.quadrant import quadrant_document, quadrants

    now = store.current()
    readiness = planning.assess(now, query.model, layer=query.layer, year=query.year)
    need = planning.assess(now, query.need, layer=query.layer, year=query.year)
    thresholds = {"ready_from": query.ready_from, "needy_from": query.needy_from}
    key = etag_of(readiness.key, need.key, thresholds, language)

    def answer() -> Response:
        # Without a year each model has its own newest.
        table = quadrants(readiness, need, any_years=query.year is None, **thresholds)
        return json_response(request, quadrant_document(table, language))

    return conditional(request, key, answer)
