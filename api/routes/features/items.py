"""OGC API - Features: pages of features, and single features. The answers are of `api/features/answers.py`."""

from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from fastapi import Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.types import Message, Receive, Scope, Send

from api.access import READS
from api.collections import Collection, Tables
from api.deps import (
    HtmlDep,
    LanguageDep,
    LinksDep,
    SettingsDep,
    TablesDep,
    language_of,
    settings_of,
    tables_of,
    wants_html,
)
from api.features.answers import Answer, Found, item_answer, items_answer
from api.features.crs import crs_or_default
from api.features.encodings import form_of
from api.features.forms import WHOLE, Form
from api.features.item_page import item_page
from api.features.items_page import Reading, items_page
from api.features.page import Page
from api.features.ranges import RANGED, RANGES, ranged
from api.links import GEOJSON, HTML, Links
from api.ogc_models import Feature, FeatureCollection
from api.parameters import CollectionId, ItemQuery, ItemsQuery
from api.problems import Problem, invalid_request_problem, problem_of
from api.responses import conditional, etag_of, tagged
from api.serving.compression import coding_of
from api.serving.router import Router
from api.settings import Settings
from geo.errors import VersionNotFound
from geo.language import Language
from geo.tiles.features import FeatureTable


class _ToldOnThePage(APIRoute):
    """A route whose page of features tells a reader itself which parameter cannot be read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                if "featureId" in request.path_params or not wants_html(request):
                    raise
                return await run_in_threadpool(_told, request, error)

        return told


def _told(request: Request, error: RequestValidationError) -> Response:
    language = language_of(request)
    wrong = {str(entry["loc"][-1]) for entry in error.errors()}
    given = {name: v for name, v in request.query_params.items() if name not in wrong}
    return _items_page(
        request,
        request.path_params["collectionId"],
        ItemsQuery.model_validate(given),
        tables_of(request),
        settings_of(request),
        language,
        wrong=invalid_request_problem(error, language),
    )


router = Router("data", dependencies=[READS], route_class=_ToldOnThePage)

FeatureId = Annotated[
    str, Path(alias="featureId", description="Id of a feature.", examples=["cahaya-baru"])
]
_GEOJSON_FEATURES: dict[int | str, dict[str, Any]] = {
    200: {"description": "A page of features.", "content": {GEOJSON: {}, HTML: {}}},
    **RANGES,
}


@router.get(
    "/collections/{collectionId}/items",
    summary="Features of a collection",
    response_model=FeatureCollection,
    responses=_GEOJSON_FEATURES,
)
def items(
    request: Request,
    collection_id: CollectionId,
    query: Annotated[ItemsQuery, Query()],
    tables: TablesDep,
    settings: SettingsDep,
    language: LanguageDep,
    links: LinksDep,
) -> Response:
    """A page of features. Any property is a filter: `name=Angsana`."""
    form = form_of(query.f, request.headers.get("accept", ""))
    if form == "html":
        return _items_page(request, collection_id, query, tables, settings, language)
    entry = tables.collection(collection_id, query.version)
    table = tables.table(entry, language).features
    page = Page.asked(query, entry, table, language=language, settings=settings)
    return items_of(request, Found(entry, table, page), form, links)


def items_of(request: Request, found: Found, form: Form, links: Links) -> Response:
    """A page of a collection's features in any form but HTML."""
    language = found.page.language
    if form in WHOLE:
        found = replace(found, page=found.page.whole())
    etag = etag_of(found.collection.key, found.page.canonical, form, language, links)

    def answer() -> Response:
        # What is prepared is sooner there than any coding is made.
        accepted = request.headers.get("accept-encoding", "")
        takes_gzip = coding_of(accepted, offered=("gzip", "zstd")) == "gzip"
        make = partial(items_answer, found, form, links, takes_gzip=takes_gzip)
        if form in RANGED:
            return ranged(request, etag, make, language=language)
        return _sent(make(), language)

    return conditional(request, etag, answer, is_page=False)


@router.get(
    "/collections/{collectionId}/items/{featureId:path}",
    summary="One feature",
    response_model=Feature,
    responses={200: {"description": "The feature.", "content": {GEOJSON: {}, HTML: {}}}},
)
def item(
    request: Request,
    collection_id: CollectionId,
    feature_id: FeatureId,
    query: Annotated[ItemQuery, Query()],
    tables: TablesDep,
    language: LanguageDep,
    is_html: HtmlDep,
    links: LinksDep,
) -> Response:
    """One feature by its id."""
    entry = tables.collection(collection_id, query.version)
    table = tables.table(entry, language).features
    if not is_html:
        return item_of(request, entry, table, feature_id, query, language, links)
    table.place(feature_id)
    crs_or_default(query.crs, entry, table, parameter="crs")
    # It names regions by other layers too.
    return tagged(request, item_page(request, entry, feature_id, tables=tables, language=language))


def item_of(
    request: Request,
    entry: Collection,
    table: FeatureTable,
    feature_id: str,
    query: ItemQuery,
    language: Language,
    links: Links,
) -> Response:
    """One feature of a collection as GeoJSON."""
    place = table.place(feature_id)
    crs = crs_or_default(query.crs, entry, table, parameter="crs")

    def answer() -> Response:
        found = item_answer(entry, table, feature_id, place=place, crs=crs, links=links)
        return _sent(found, language)

    etag = etag_of(entry.key, feature_id, crs, language, links)
    return conditional(request, etag, answer, is_page=False)


def _items_page(
    request: Request,
    collection_id: str,
    query: ItemsQuery,
    tables: Tables,
    settings: Settings,
    language: Language,
    *,
    wrong: Problem | None = None,
) -> Response:
    """The page of features; a version that there is not is told on that of the current one."""
    try:
        entry = tables.collection(collection_id, query.version)
    except VersionNotFound as error:
        entry, wrong = tables.collection(collection_id), problem_of(error, language)
        query = query.model_copy(update={"version": None})
    reading = Reading.of(entry, query, tables=tables, language=language, settings=settings)
    return items_page(request, reading, wrong=wrong)


def _sent(answer: Answer, language: Language) -> Response:
    headers = {"Content-Language": language, **answer.headers}
    if isinstance(answer.content, bytes):
        return Response(answer.content, media_type=answer.media_type, headers=headers)
    if answer.is_copied:
        return _Copied(answer.content, media_type=answer.media_type, headers=headers)
    return StreamingResponse(answer.content, media_type=answer.media_type, headers=headers)


class _Copied(StreamingResponse):
    """Parts that take no time: none needs a thread, and nobody has to watch for a reader who leaves."""

    def __init__(self, parts: Iterator[bytes | memoryview], **how: Any) -> None:
        super().__init__(parts, **how)
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun: Message = {"type": "http.response.start", "status": self.status_code}
        await send({**begun, "headers": self.raw_headers})
        part = next(self._parts)
        for following in self._parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
            part = following
        await send({"type": "http.response.body", "body": part})
