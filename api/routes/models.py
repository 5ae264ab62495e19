"""Models over HTTP: what is asked of a zone, how it is graded, weighed and combined."""

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response

from api.deps import LanguageDep, LinksDep, StoreDep
from api.links import JSON
from api.responses import described, json_response, tagged
from geo.language import Language

if TYPE_CHECKING:
    from geo.mcda.model import Model
    from geo.store.versions import Published

router = APIRouter(tags=["models"])


@router.get(
    "/models",
    summary="Models, methods and weightings",
    response_class=Response,
    responses=described("ModelsDocument"),
)
def read_models(
    request: Request, store: StoreDep, language: LanguageDep, links: LinksDep
) -> Response:
    """Every published model, and the methods and rules for weights that can be chosen."""
    from geo import published
    from geo.mcda.methods import METHODS
    from geo.mcda.weights import WEIGHTINGS

    now = store.current()
    found = [published.model(now, model_id) for model_id in published.models(now)]
    document = {
        "models": [
            {
                "id": m.id,
                "version": m.version,
                "kind": m.kind,
                "title": m.title.to(language),
                "description": m.description.to(language),
                "waits_for": published.unmet(now, m),
                "links": [links.link("item", JSON, "models", m.id)],
            }
            for m in found
        ],
        "methods": [
            {
                "id": method.id,
                "title": method.title.to(language),
                "description": method.description.to(language),
                "source": method.source,
            }
            for method in METHODS.values()
        ],
        "weightings": [
            {"id": w.id, "title": w.title.to(language), "needs": w.needs, "source": w.source}
            for w in WEIGHTINGS.values()
        ],
    }
    return tagged(request, json_response(request, document))


@router.get(
    "/models/{model}",
    summary="One model",
    response_class=Response,
    responses=described("ModelDocument"),
)
def read_model(request: Request, model: str, store: StoreDep, language: LanguageDep) -> Response:
    """Dimensions, criteria with their value functions and sources, constraints, weights, classes.

    `years` are those with data, `waits_for` the indicators, rasters and columns that are not there.
    """
    from geo import published

    now = store.current()
    chosen = published.model(now, model)
    document = _described(chosen, language)
    document |= {"years": _years(now, model), "waits_for": published.unmet(now, chosen)}
    return tagged(request, json_response(request, document))


def _years(now: "Published", model: str) -> list[int]:
    """The years with data; none where a model waits for all of its indicators."""
    from geo import published
    from geo.errors import IndicatorNotFound

    try:
        return published.years(now, model)
    except IndicatorNotFound:
        return []


def _described(chosen: "Model", language: Language) -> dict[str, Any]:
    from geo.json_types import as_json

    names = (
        "id", "version", "kind", "title", "description", "source", "method", "risk",
        "coverage_floor", "min_cells", "dimensions", "criteria", "constraints", "classes",
        "weights", "weights_confirmed", "classes_confirmed", "benchmark",
    )  # fmt: skip
    return {name: as_json(getattr(chosen, name), language) for name in names}
