"""Models over HTTP: what is asked of a zone, how it is graded, weighed and combined."""

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Query, Request, Response

from api.access import READS
from api.deps import LanguageDep, LinksDep, SettingsDep, StoreDep, wants_html
from api.links import HTML, JSON
from api.responses import (
    conditional,
    described,
    etag_of,
    html_response,
    json_response,
    tagged,
)
from api.serving.router import Router
from geo.language import Language
from geo.planning.shipped import newer_models

if TYPE_CHECKING:
    from geo.mcda.model import Model
    from geo.store.versions import Published

router = Router("models", dependencies=[READS])

_MOVES = described("ModelChangesDocument")
_MOVES[200]["content"] |= {HTML: {}}


@router.get(
    "/models",
    summary="Models, methods and weightings",
    response_class=Response,
    responses=described("ModelsDocument"),
)
def read_models(
    request: Request,
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
    settings: SettingsDep,
) -> Response:
    """Every published model, and the methods and rules for weights that can be chosen.

    `shipped_version` is that of the model that ships, where it is newer than all that the store holds.
    """
    from geo import published
    from geo.mcda.methods import METHODS
    from geo.mcda.weights import WEIGHTINGS

    now = store.current()
    newer = newer_models(store, settings.data_dir)
    found = [published.model(now, model_id) for model_id in published.models(now)]
    document = {
        "models": [
            {
                "id": m.id,
                "version": m.version,
                "shipped_version": newer.get(m.id),
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
def read_model(
    request: Request, model: str, store: StoreDep, language: LanguageDep, links: LinksDep
) -> Response:
    """Dimensions, criteria with their value functions and sources, constraints, weights, classes.

    `years` are those with data, `waits_for` the indicators, rasters and columns that are not there,
    `versions` what was published of it, the oldest first.
    """
    from geo import published

    now = store.current()
    chosen = published.model(now, model)
    document = _described(chosen, language)
    document |= {"years": _years(now, model), "waits_for": published.unmet(now, chosen)}
    document["versions"] = [
        {
            "number": version.number,
            "published_at": version.published_at,
            "note": version.note,
            "sha256": version.sha256,
            "is_current": version.is_current,
        }
        for version in store.versions(published.MODEL_PREFIX + model)
    ]
    document["links"] = [links.link("changes", JSON, "models", model, "changes")]
    return tagged(request, json_response(request, document))


@router.get(
    "/models/{model}/changes",
    summary="What the newest version of a model moved",
    response_class=Response,
    responses=_MOVES,
)
def read_model_changes(
    request: Request,
    model: str,
    store: StoreDep,
    language: LanguageDep,
    links: LinksDep,
    settings: SettingsDep,
    layer: Annotated[
        str, Query(description="Layer to assess: zones, kecamatan, desa or regencies.")
    ] = "zones",
    f: str | None = None,
) -> Response:
    """The same data under the version before and under today's: scores, classes, ranks, and why.

    Which criteria came, went or changed their weight, with the reasons that the model states. Without
    a version before, `before` is null and the lists are empty. `shipped_version` is that of the model
    that ships, where an office keeps its own and the store never held it.
    """
    from geo.planning.model_changes import changes_document, model_changes
    from maps.pages.model_moves import model_changes_page

    found = model_changes(store, model, layer=layer)
    newer = newer_models(store, settings.data_dir).get(model)
    as_page = wants_html(request)
    keys = [None if one is None else one.key for one in (found.before, found.after)]

    def answer() -> Response:
        if as_page:
            content = model_changes_page(found, newer=newer, language=language)
            return html_response(request, "model_changes.html", active="map", **content)
        own = [links.link("self", JSON, "models", model, "changes", query={"layer": layer})]
        document = changes_document(found, language)
        return json_response(request, document | {"shipped_version": newer, "links": own})

    form = "html" if as_page else "json"
    return conditional(request, etag_of(*keys, newer, language, links.base, form), answer)


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
        "weights", "weights_confirmed", "classes_confirmed", "benchmark", "changes",
    )  # fmt: skip
    return {name: as_json(getattr(chosen, name), language) for name in names}
