"""Assessments beside each other over HTTP: two of them, the years, readiness against need."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Request, Response
from pydantic import Field

from api.deps import LanguageDep, StoreDep
from api.examples import COMPARISON_EXAMPLES
from api.parameters import InvalidParameter
from api.readiness_requests import (
    Asked,
    AskedLayer,
    AskedQuery,
    ComparisonRequest,
    Method,
    Risk,
    StatedWeights,
    assess_asked,
    assess_queried,
    scenario_notes,
    scenario_of,
)
from api.responses import conditional, described, etag_of, json_response
from geo.language import texts

_SAY = texts(__name__)

router = APIRouter(tags=["readiness"])


class TrendsQuery(AskedLayer):
    """The zones and how they are scored; all years."""

    method: Method = None
    risk: Risk = None
    zone: Annotated[str | None, Field(description="One zone only.")] = None
    f: str | None = None
    lang: str | None = None


class SensitivityQuery(AskedQuery):
    """The assessment whose weights move, and a zone whose score is looked at."""

    zone: Annotated[str | None, Field(description="A ranked zone, for its Sobol' indices.")] = None
    draws: Annotated[
        int | None, Field(ge=2, le=2048, description="Samples for them: a power of two.")
    ] = None
    seed: Annotated[int, Field(ge=0, lt=2**32, description="Same seed, same samples.")] = 0


class QuadrantQuery(Asked):
    """The two models, each with its own weights, and from which score a zone is ready, or needy."""

    model: str = "kesiapan"
    weights: StatedWeights = None
    method: Method = None
    risk: Risk = None
    need: Annotated[str, Field(description="The need model.")] = "kebutuhan"
    need_weights: StatedWeights = None
    need_method: Method = None
    need_risk: Risk = None
    ready_from: Annotated[float | None, Field(ge=0, le=100)] = None
    needy_from: Annotated[float | None, Field(ge=0, le=100)] = None
    f: str | None = None
    lang: str | None = None

    def of_readiness(self) -> AskedQuery:
        """The assessment of readiness."""
        return AskedQuery(
            model=self.model,
            layer=self.layer,
            year=self.year,
            weights=self.weights,
            method=self.method,
            risk=self.risk,
        )

    def of_need(self) -> AskedQuery:
        """The assessment of need."""
        return AskedQuery(
            model=self.need,
            layer=self.layer,
            year=self.year,
            weights=self.need_weights,
            method=self.need_method,
            risk=self.need_risk,
        )


@router.post(
    "/readiness/comparison",
    summary="Two assessments compared zone by zone",
    response_class=Response,
    responses=described("ComparisonDocument"),
)
def compare_readiness(
    request: Request,
    asked: Annotated[ComparisonRequest, Body(openapi_examples=COMPARISON_EXAMPLES)],
    store: StoreDep,
    language: LanguageDep,
) -> Response:
    """Which zones moved, by how many points of which criterion; and why some cannot be compared."""
    from geo.readiness.compare import compare, comparison_document

    now, found, notes = store.current(), [], []
    for one in (asked.before, asked.after):
        scenario = scenario_of(one)
        assessment, _ = assess_asked(now, one, scenario=scenario)
        found.append(assessment)
        notes += scenario_notes(scenario, assessment, language=language)
    document = comparison_document(compare(*found), language)
    # A change of both that has no effect is said once.
    return json_response(request, document | {"notes": list(dict.fromkeys(notes))})


@router.get(
    "/readiness/trends",
    summary="Every zone over the years",
    response_class=Response,
    responses=described("TrendsDocument"),
)
def read_trends(
    request: Request,
    query: Annotated[TrendsQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
) -> Response:
    """Scores by year in segments inside which years may be compared, with the reason of each break."""
    from geo.planning.assess import assess_years
    from geo.planning.weigh import require_used
    from geo.readiness.trends import trend_document, zone_trends

    assessments = assess_years(
        store, query.model, layer=query.layer, method=query.method, risk=query.risk
    )
    require_used(query.risk, of=assessments[-1])
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


@router.get(
    "/readiness/sensitivity",
    summary="How far each weight can move",
    response_class=Response,
    responses=described("SensitivityDocument"),
)
def read_sensitivity(
    request: Request,
    query: Annotated[SensitivityQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
) -> Response:
    """The nearest weight of each criterion and dimension at which a rank or a class changes.

    With `zone` also which uncertain weight or measure its score hangs on most (Sobol' indices).
    """
    from geo.planning import confidence
    from geo.uncertainty.sobol import DEFAULT_SAMPLES

    if query.zone is None and query.draws is not None:
        raise InvalidParameter(parameter="draws", reason=_SAY["no_zone"])
    now = store.current()
    found = assess_queried(now, query)
    samples = query.draws or DEFAULT_SAMPLES
    key = etag_of(found.key, language, "sensitivity", query.zone, samples, query.seed)

    def answer() -> Response:
        moved = confidence.sensitivities(found)
        document = confidence.sensitivity_document(moved, language)
        if query.zone is not None:
            indices = confidence.score_variance(
                now, found, query.zone, samples=samples, seed=query.seed
            )
            document["score"] = confidence.variance_document(
                indices, query.zone, samples=samples, seed=query.seed
            )
        return json_response(request, document)

    return conditional(request, key, answer)


@router.get(
    "/readiness/quadrant",
    summary="Readiness against need",
    response_class=Response,
    responses=described("QuadrantDocument"),
)
def read_quadrant(
    request: Request,
    query: Annotated[QuadrantQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
) -> Response:
    """The quadrant of every zone; readiness and need are never added."""
    from geo.readiness.quadrant import quadrant_document, quadrants

    now = store.current()
    readiness = assess_queried(now, query.of_readiness())
    need = assess_queried(now, query.of_need())
    thresholds = {"ready_from": query.ready_from, "needy_from": query.needy_from}
    key = etag_of(readiness.key, need.key, thresholds, language)

    def answer() -> Response:
        # Without a year each model has its own newest.
        table = quadrants(readiness, need, any_years=query.year is None, **thresholds)
        return json_response(request, quadrant_document(table, language))

    return conditional(request, key, answer)
