"""The versions of what was published, and what any two of them differ in."""

from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import READS
from api.deps import HtmlDep, PatienceDep, StoreDep, TablesDep
from api.links import GEOJSON, HTML
from api.parameters import CollectionId
from api.responses import json_response, tagged
from api.serving.router import Router
from api.uploads.history import (
    DifferenceDocument,
    VersionsDocument,
    difference_document,
    difference_page,
    pair_of,
    versions_document,
    versions_page,
)

router = Router("data", dependencies=[READS])

_ALSO_DRAWN: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "What differs.",
        "content": {GEOJSON: {"schema": {"type": "object"}}, HTML: {}},
    }
}


class DifferenceQuery(BaseModel):
    """Which two versions, by their numbers."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    before: Annotated[
        int | None,
        Field(alias="from", ge=1, description="By default the one that `to` replaced."),
    ] = None
    after: Annotated[
        int | None, Field(alias="to", ge=1, description="The current one by default.")
    ] = None
    f: str | None = None
    lang: str | None = None


@router.get(
    "/collections/{collectionId}/versions",
    summary="Versions of a layer",
    response_model=VersionsDocument,
)
def versions(
    request: Request,
    collection_id: CollectionId,
    store: StoreDep,
    tables: TablesDep,
    is_html: HtmlDep,
) -> Response:
    """Who published what, when and why; the newest first. What is computed has no versions.

    A land raster (`land-NAME`) and the table of figures (`indicators`) have versions too.
    """
    document = versions_document(request, store, tables, collection_id, is_html=is_html)
    if is_html:
        return versions_page(request, document)
    return tagged(request, json_response(request, document))


@router.get(
    "/collections/{collectionId}/difference",
    summary="What two versions of a layer differ in",
    response_model=DifferenceDocument,
    responses=_ALSO_DRAWN,
)
def difference(
    request: Request,
    collection_id: CollectionId,
    query: Annotated[DifferenceQuery, Query()],
    store: StoreDep,
    tables: TablesDep,
    is_html: HtmlDep,
    patience_s: PatienceDep,
) -> Response:
    """Features that came, went or changed; figures of the table `indicators`; cells of a raster.

    With `f=geojson` the features themselves, as they were and as they are, simplified for a screen.
    """
    from geo.submission.version_difference import drawn_difference, version_difference

    before, after = pair_of(store, collection_id, query.before, query.after)
    if query.f == "geojson":
        drawn = drawn_difference(store, before, after, patience_s=patience_s)
        return tagged(request, json_response(request, drawn, media_type=GEOJSON))
    found = version_difference(store, before, after, patience_s=patience_s)
    document = difference_document(request, tables, before, after, found, is_html=is_html)
    if is_html:
        return difference_page(request, store, document)
    return tagged(request, json_response(request, document))
