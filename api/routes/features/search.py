"""From the form of a page of features to the address of what it asks for."""

from typing import Annotated, Any

from fastapi import Query, Request, Response

from api.access import READS
from api.deps import HtmlDep, LanguageDep, LinksDep, SettingsDep, TablesDep
from api.features.items_page import Reading, items_page
from api.features.search import SearchQuery, kept_query, query_of
from api.parameters import CollectionId
from api.problems import problem_of
from api.responses import NEGOTIATED
from api.serving.router import Router
from geo.errors import InvalidInput

router = Router("data", dependencies=[READS])

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
    is_html: HtmlDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """Where the features are that the form of a page of features asks for."""
    entry = tables.collection(collection_id)
    prepared = tables.table(entry, language)
    titles = entry.field_titles(prepared, language)
    try:
        query = query_of(asked, prepared.features.fields, titles=titles, most=settings.max_limit)
    except InvalidInput as error:
        if not is_html:
            raise
        reading = Reading.of(
            entry,
            kept_query(asked.kept),
            tables=tables,
            language=language,
            settings=settings,
            typed=asked,
        )
        return items_page(request, reading, wrong=problem_of(error, language))
    location = links.url("collections", entry.id, "items", query=query)
    headers = {"Location": location, "Cache-Control": "no-store", "Vary": NEGOTIATED}
    return Response(status_code=303, headers=headers)
