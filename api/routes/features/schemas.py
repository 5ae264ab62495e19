"""What can be asked of the features of a collection, and the functions that a filter may call."""

from collections.abc import Callable
from typing import Any

from fastapi import Request, Response

from api.access import READS
from api.collections import Collection, PreparedTable
from api.deps import HtmlDep, LanguageDep, LinksDep, TablesDep
from api.features import schemas
from api.features.properties import properties_of
from api.links import HTML, Links
from api.parameters import CollectionId
from api.responses import html_response, json_response, tagged
from api.serving.router import Router
from geo.language import Language

router = Router("data", dependencies=[READS])

_JSON_SCHEMA: dict[int | str, dict[str, Any]] = {
    200: {"description": "A JSON Schema.", "content": {schemas.SCHEMA: {}, HTML: {}}}
}
_FUNCTIONS: dict[int | str, dict[str, Any]] = {200: {"content": {HTML: {}}}}
_Make = Callable[[Collection, PreparedTable, Links, Language], dict[str, Any]]


@router.get(
    "/collections/{collectionId}/queryables",
    summary="Properties to filter on",
    responses=_JSON_SCHEMA,
    response_class=Response,
)
def read_queryables(
    request: Request,
    collection_id: CollectionId,
    tables: TablesDep,
    language: LanguageDep,
    is_html: HtmlDep,
    links: LinksDep,
) -> Response:
    """The properties that the features of a collection can be filtered on."""
    entry = tables.collection(collection_id)
    make = schemas.queryables
    return _answer(request, entry, tables.table(entry, language), language, links, make, is_html)


@router.get(
    "/collections/{collectionId}/sortables",
    summary="Properties to sort by",
    responses=_JSON_SCHEMA,
    response_class=Response,
)
def read_sortables(
    request: Request,
    collection_id: CollectionId,
    tables: TablesDep,
    language: LanguageDep,
    is_html: HtmlDep,
    links: LinksDep,
) -> Response:
    """The properties that the features of a collection can be sorted by."""
    entry = tables.collection(collection_id)
    make = schemas.sortables
    return _answer(request, entry, tables.table(entry, language), language, links, make, is_html)


@router.get(
    "/collections/{collectionId}/schema",
    summary="Schema of the features",
    responses=_JSON_SCHEMA,
    response_class=Response,
)
def read_schema(
    request: Request,
    collection_id: CollectionId,
    tables: TablesDep,
    language: LanguageDep,
    is_html: HtmlDep,
    links: LinksDep,
) -> Response:
    """The properties and the geometry that a feature of a collection has."""
    entry = tables.collection(collection_id)
    make = schemas.schema
    return _answer(request, entry, tables.table(entry, language), language, links, make, is_html)


@router.get("/functions", summary="Functions of filters", responses=_FUNCTIONS)
def read_functions(
    request: Request, language: LanguageDep, is_html: HtmlDep, links: LinksDep
) -> Response:
    """The functions that a filter may call besides those of CQL2 itself."""
    found = schemas.functions_document(language)
    found["links"] = links.representations("functions", is_html=is_html)
    if not is_html:
        return tagged(request, json_response(request, found))
    title = schemas.FUNCTIONS_TITLE.to(language)
    page = html_response(request, "api/functions.html", title=title, document=found)
    return tagged(request, page)


def _answer(
    request: Request,
    entry: Collection,
    table: PreparedTable,
    language: Language,
    links: Links,
    make: _Make,
    is_html: bool,
) -> Response:
    """A JSON Schema, whose header `Link` names its page; or what it says, for a reader."""
    document, path = make(entry, table, links, language), ("collections", entry.id, make.__name__)
    if not is_html:
        headers = {"Link": f'<{links.url(*path, f="html")}>; rel="alternate"; type="{HTML}"'}
        answer = json_response(request, document, media_type=schemas.SCHEMA, headers=headers)
        return tagged(request, answer)
    page = html_response(
        request,
        "api/properties.html",
        title=document["title"],
        collection=entry,
        name=make.__name__,
        document=document,
        properties=properties_of(entry, table, language, names=list(document["properties"])),
        count=len(table.features),
        as_json=links.link("alternate", schemas.SCHEMA, *path, f="json"),
    )
    return tagged(request, page)
