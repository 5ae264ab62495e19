"""Assessments beside each other: two of them, also as a page, the years, readiness against need."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from fastapi import Body, Query, Request, Response
from pydantic import ConfigDict, Field

from api.access import READS
from api.deps import LanguageDep, StoreDep, links_of
from api.examples import COMPARISON_EXAMPLES
from api.links import Links
from api.parameters import InvalidParameter
from api.readiness_requests import (
    Asked,
    AskedLayer,
    AskedQuery,
    ComparisonRequest,
    Method,
    Risk,
    StatedWeights,
    parse_weights,
)
from api.responses import (
    DRAWN_NONCE,
    PAGE,
    conditional,
    described,
    etag_of,
    json_response,
    page_response,
)
from api.serving.router import Router
from geo.errors import LayerNotFound
from geo.language import Language, Text, texts
from geo.store.versions import Published

if TYPE_CHECKING:
    from geo.mcda.model import Model
    from geo.readiness.assessment import Assessment

_SAY = texts(__name__)

router = Router("readiness", dependencies=[READS])
page_router = Router("pages", dependencies=[READS])

_NOT_KEPT = {"zones", "lang", "f"}
# About 200 kB each, 500 kB for all kecamatan.
_MOST_REMEMBERED = 32


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
    from geo.planning.weigh import weigh_and_assess
    from geo.readiness.compare import compare, comparison_document
    from geo.readiness.scenario import idle_changes

    idle: list[Text] = []
    now, found = store.current(), []
    for one in (asked.before, asked.after):
        scenario = one.changes()
        assessment, _ = weigh_and_assess(
            now, one.weight_request(), scenario=scenario, **one.question()
        )
        found.append(assessment)
        idle += idle_changes(scenario, assessment.model, year=assessment.year)
    document = comparison_document(compare(*found), language)
    # A change of both that has no effect is said once.
    notes = [note.to(language) for note in dict.fromkeys(idle)]
    return json_response(request, document | {"notes": notes})


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
    from geo.published import series_breaks
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
            for trend in zone_trends(assessments, breaks=series_breaks(store))
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
    from geo.planning.weigh import weigh_and_assess
    from geo.uncertainty.sobol import DEFAULT_SAMPLES

    if query.zone is None and query.draws is not None:
        raise InvalidParameter(parameter="draws", reason=_SAY["no_zone"])
    now = store.current()
    found, _ = weigh_and_assess(now, query.weight_request(), **query.question())
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
    from geo.planning.weigh import weigh_and_assess
    from geo.readiness.quadrant import quadrant_document, quadrants

    now = store.current()
    readiness, need = (
        weigh_and_assess(now, one.weight_request(), **one.question())[0]
        for one in (query.of_readiness(), query.of_need())
    )
    thresholds = {"ready_from": query.ready_from, "needy_from": query.needy_from}
    key = etag_of(readiness.key, need.key, thresholds, language)

    def answer() -> Response:
        # Without a year each model has its own newest.
        table = quadrants(readiness, need, any_years=query.year is None, **thresholds)
        return json_response(request, quadrant_document(table, language))

    return conditional(request, key, answer)


Weights = Annotated[
    str | None,
    Field(
        max_length=10_000,
        description="name:share,name:share of every dimension or criterion; own for the model's, equal for the same of every dimension.",
    ),
]


class CompareQuery(AskedQuery):
    """The assessment on the left, and what is other on the right.

    What is not said of the right is as on the left. Where nothing is said of it, the model's own
    weights and method stand there; and equal weights where those stand on the left. A risk counts
    only with a method that takes one: the form always has a field for it.
    """

    model_config = ConfigDict(frozen=True)

    weights: Weights = None
    other_year: Annotated[int | None, Field(ge=1, le=9999)] = None
    other_weights: Weights = None
    other_method: Method = None
    other_risk: Risk = None
    zones: Annotated[
        tuple[str, ...],
        Field(
            default=(),
            max_length=2,
            description="Two zones, as a,b: compares these instead.",
        ),
    ]


@dataclass(frozen=True, slots=True)
class _Side:
    """One assessment as asked for; `weights` is own, equal or a list."""

    year: int | None
    weights: str
    method: str | None
    risk: float | None

    def of(self, model: "Model") -> "_Side":
        """The same without a risk that its method, or else the model's, does not take."""
        return self if (self.method or model.method) == "owa" else replace(self, risk=None)


@page_router.get("/compare", response_class=Response, responses=PAGE, summary="Two sides compared")
def read_comparison_page(
    request: Request,
    query: Annotated[CompareQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
) -> Response:
    """Two assessments on two maps that move together and in a table; or two zones in a table."""
    page = _drawn(store.current(), query, language, links_of(request))
    return page_response(request, page, language)


@lru_cache(maxsize=_MOST_REMEMBERED)
def _drawn(now: Published, query: CompareQuery, language: Language, links: Links) -> str:
    """The page; what is published and what is asked decide all of it."""
    from geo import published
    from maps.assets import Assets
    from maps.pages.page import render

    root = urlsplit(links.base).path
    assets = Assets(base=f"{root}/static", nonce=DRAWN_NONCE)
    asked = query.model_dump(exclude_none=True, exclude_unset=True)
    state = asked | ({"zones": ",".join(query.zones)} if query.zones else {})
    return render(
        "compare.html",
        language,
        assets=assets,
        root=root,
        state=state,
        active="map",
        tagline=published.region(now).title,
        links=links,
        action=f"{root}/compare",
        model_id=query.model,
        layer=query.layer,
        **_content(now, query, language=language, assets=assets),
    )


def _content(now: Published, query: CompareQuery, *, language: Language, assets: Any) -> Any:
    from geo import published
    from maps.pages import comparing

    if query.layer not in comparing.COMPARED:
        raise LayerNotFound(query.layer, available=list(comparing.COMPARED))
    model = published.model(now, query.model)
    left = _Side(query.year, query.weights or "own", query.method, query.risk).of(model)
    first = _assessed(now, query, left)
    pair_of_zones = _two_zones(query.zones)
    right, reason = _other_side(query, left, first, years=published.years(now, query.model))
    found = (first, first if pair_of_zones else _assessed(now, query, right))
    form = comparing.comparison_form(
        found,
        weights=(left.weights, right.weights),
        years=published.years(now, query.model),
        zones=pair_of_zones,
        kept=query.model_dump(exclude_none=True, exclude_unset=True, exclude=_NOT_KEPT),
        language=language,
    )
    shared = {"form": form, "zones": None, "maps": None, "compared": None}
    if pair_of_zones:
        return shared | comparing.zones_content(
            first, pair_of_zones, label=form["sides"][0]["label"], language=language
        )
    regencies = now.version("regencies")
    return shared | {
        **comparing.assessments_content(found, reason=reason, language=language),
        "maps": comparing.maps_compared(
            found,
            published.layer(now, query.layer),
            regencies=published.layer(now, "regencies"),
            labels=[side["label"] for side in form["sides"]],
            attribution=regencies.credit.to(language),
            language=language,
            assets=assets,
        ),
    }


def _assessed(now: Published, query: CompareQuery, side: _Side) -> "Assessment":
    from geo import published
    from geo.mcda.weight_request import WeightRequest
    from geo.planning.weigh import weigh_and_assess

    model = published.model(now, query.model)
    found, _ = weigh_and_assess(
        now,
        WeightRequest(stated=_stated(side.weights, model)),
        model_id=query.model,
        layer=query.layer,
        year=side.year,
        method=side.method,
        risk=side.risk,
    )
    return found


def _stated(weights: str, model: "Model") -> dict[str, float] | None:
    from maps.pages.comparing import equal_weights

    if weights == "own":
        return None
    return equal_weights(model) if weights == "equal" else parse_weights(weights)


def _other_side(
    query: CompareQuery, left: _Side, first: "Assessment", *, years: list[int]
) -> tuple[_Side, str]:
    """The right side, and why it is that: chosen, own, equal or before."""
    from geo.mcda.model import weights_from
    from maps.pages.comparing import equal_weights

    others = (query.other_year, query.other_weights, query.other_method, query.other_risk)
    if any(other is not None for other in others):
        # A risk belongs to its method.
        risk = left.risk if query.other_method in (None, left.method) else None
        right = _Side(
            query.other_year or left.year,
            query.other_weights or left.weights,
            query.other_method or left.method,
            risk if query.other_risk is None else query.other_risk,
        )
        return right.of(first.model), "chosen"
    if left.weights != "own" or left.method or left.risk is not None:
        return _Side(left.year, "own", None, None), "own"
    earlier = [year for year in years if year < first.year]
    is_equal = weights_from(first.model, equal_weights(first.model)) == dict(first.weights)
    if is_equal and earlier:
        return _Side(earlier[-1], "own", None, None), "before"
    return _Side(left.year, "equal", None, None), "equal"


def _two_zones(asked: Sequence[str]) -> tuple[str, str] | None:
    if not asked:
        return None
    parts = asked[0].split(",") if len(asked) == 1 else asked
    if len(parts) != 2 or not all(parts):
        raise InvalidParameter(parameter="zones", reason=_SAY["not_two"])
    return parts[0], parts[1]
