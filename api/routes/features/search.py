"""From the form of a page of features to the address of what it asks for."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.access import READS
from api.deps import LanguageDep, LinksDep, SettingsDep, TablesDep
from api.features.search import SearchQuery, query_of
from api.parameters import CollectionId
from api.responses import NEGOTIATED

router = APIRouter(tags=["data"], dependencies=[READS])

_SEE_OTHER: dict[int | str, dict[str, Any]] = {
    303: {
        "description": "The address of the features.",
        "headers": {"Location": {"schema": {"type": "string"}}},
    }
}


@router.get(
    "/collections/{collectionId}/search",
    summary="The form of a page of features",
    status_code=303,
    response_class=Response,
    responses=_SEE_OTHER,
)
def read_search(
    request: Request,
    collection_id: CollectionId,
    asked: Annotated[SearchQuery, Query()],
    tables: TablesDep,
    settings: SettingsDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """Where the features are that the form of a page of features asks for."""
    entry = tables.collection(collection_id)
    fields = tables.table(entry, language).features.fields
    query = query_of(asked, fields, most=settings.max_limit)
    location = links.url("collections", entry.id, "items", query=query)
    headers = {"Location": location, "Cache-Control": "no-store", "Vary": NEGOTIATED}
    return Response(status_code=303, headers=headers)
