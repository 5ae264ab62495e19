"""The page of comparisons: two assessments side by side, or two zones of one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request, Response
from pydantic import ConfigDict, Field

from api.deps import LanguageDep, StoreDep, links_of
from api.links import Links
from api.parameters import InvalidParameter
from api.readiness_requests import AskedQuery, Method, Risk, parse_weights
from api.responses import DRAWN_NONCE, PAGE, page_response
from geo.errors import LayerNotFound
from geo.language import Language, texts
from geo.store.versions import Published

if TYPE_CHECKING:
    from geo.mcda.model import Model
    from geo.readiness.assessment import Assessment

_SAY = texts(__name__)

router = APIRouter(tags=["pages"])

_NOT_KEPT = {"zones", "lang", "f"}
# About 200 kB each, 500 kB for all kecamatan.
_MOST_REMEMBERED = 32
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


@router.get("/compare", response_class=Response, responses=PAGE, summary="Two sides compared")
def read_comparison_page(
    request: Request,
    query: Annotated[CompareQuery, Query()],
    store: StoreDep,
    language: LanguageDep,
) -> Response:
    """Two assessments on two maps that move together and in a table; or two zones in a table."""
    return page_response(_drawn(store.current(), query, language, links_of(request)), language)


@lru_cache(maxsize=_MOST_REMEMBERED)
def _drawn(now: Published, query: CompareQuery, language: Language, links: Links) -> str:
    """The page; what is published and what is asked decide all of it."""
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
            attribution=f"{regencies.source} ({regencies.licence})",
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
