"""What can be asked of the features of a collection, and the functions that a filter may call."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response

from api.access import READS
from api.collections import Collection, PreparedTable
from api.deps import LanguageDep, LinksDep, TablesDep
from api.features import schemas
from api.links import Links
from api.parameters import CollectionId
from api.responses import json_response, tagged
from geo.language import Language

router = APIRouter(tags=["data"], dependencies=[READS])

_JSON_SCHEMA: dict[int | str, dict[str, Any]] = {
    200: {"description": "A JSON Schema.", "content": {schemas.SCHEMA: {}}}
}
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
    links: LinksDep,
) -> Response:
    """The properties that the features of a collection can be filtered on."""
    return _answer(request, tables, collection_id, language, links, schemas.queryables)


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
    links: LinksDep,
) -> Response:
    """The properties that the features of a collection can be sorted by."""
    return _answer(request, tables, collection_id, language, links, schemas.sortables)


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
    links: LinksDep,
) -> Response:
    """The properties and the geometry that a feature of a collection has."""
    return _answer(request, tables, collection_id, language, links, schemas.schema)


@router.get("/functions", summary="Functions of filters")
def read_functions(request: Request, language: LanguageDep) -> Response:
    """The functions that a filter may call besides those of CQL2 itself."""
    return tagged(request, json_response(request, schemas.functions_document(language)))


def _answer(
    request: Request,
    tables: TablesDep,
    collection_id: str,
    language: Language,
    links: Links,
    make: _Make,
) -> Response:
    entry = tables.collection(collection_id)
    found = make(entry, tables.table(entry, language), links, language)
    return tagged(request, json_response(request, found, media_type=schemas.SCHEMA))
