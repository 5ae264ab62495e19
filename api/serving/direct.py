"""Features and tiles answered without FastAPI's way to a route, by the very functions of their routes.

Solving dependencies and a change of threads take most of the time of one feature. A request whose
answer lies prepared is answered in the loop, and so is a filter that is little work. There nothing waits
for a turn, for what another request makes or for the disk: whatever takes longer goes to a thread.
What the routes' functions do not take goes the usual way, which says what is wrong.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Literal

import anyio.to_thread
from fastapi import Response
from pydantic import ValidationError
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access import (
    Caller,
    admit,
    is_admitted_at_once,
    log_refusal,
    private,
    require_no_way_up,
)
from api.collections import Collection, Tables
from api.deps import (
    collection_tiles_of,
    language_of,
    links_of,
    patience_s,
    require_host,
    require_spoken,
    settings_of,
    tables_of,
    wants_html,
)
from api.features.answers import Found
from api.features.encodings import form_of
from api.features.page import Page
from api.features.turns import in_turn
from api.middleware import as_get, fault_response, is_long, other_origins, secured, varying
from api.parameters import ItemQuery, ItemsQuery
from api.problems import problem_response
from api.routes.features.items import item, item_of, items, items_of
from api.routes.tiles.vector import VectorTileQuery, read_vector_tile, vector_tile_of
from api.serving.compression import coded
from api.serving.quick_request import QuickRequest
from api.settings import Settings
from api.tile_documents import WEB_MERCATOR_QUAD
from geo.errors import GeoError
from geo.language import Language
from geo.tiles.features import FeatureTable

# As the routes' own paths; a slash in an id is part of it.
_PATH = re.compile(
    r"/collections/(?P<collection>[^/]+)/"
    r"(?:items(?:/(?P<feature>.+))?|tiles/(?P<set>[^/]+)/(?P<z>[^/]+)/(?P<row>\d{1,9})/(?P<column>\d{1,9}))",
    re.ASCII,
)
# What leaves an answer made of bytes that lie prepared. Features that are written anew take their
# time, and so does a box, whose borders are compared with those of features.
_AT_ONCE = frozenset({"limit", "offset", "after", "version", "f", "lang", "filter", "filter_lang"})
# To find a CRS may take as long as a filter.
_TAKEN = ItemsQuery.model_fields.keys() - {"crs", "bbox_crs", "filter_crs"}
_MOST_AT_ONCE = 1_000

_READING = ("GET", "HEAD")
_OF_BODIES = frozenset({b"content-length", b"transfer-encoding"})

# What `other_origins` says where no origin asks; it would search all headers first.
_OF_NO_ORIGIN = (b"vary", b"Origin")

_Answer = Callable[[], Response]
_How = Literal["at once", "in turn", "in a thread"]
_Query = ItemsQuery | ItemQuery | VectorTileQuery


def direct(app: ASGIApp) -> ASGIApp:
    """Around everything that FastAPI does, and inside of all that holds for every request."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        found = None
        if scope["type"] == "http" and scope["method"] == "GET" and (path := _path(scope)):
            found = await _answered(QuickRequest(scope), path)
        await (found or app)(scope, receive, send)

    return serve


def outright(app: ASGIApp, settings: Settings) -> ASGIApp:
    """Around all that holds for every request: what lies prepared is answered here.

    What `api.middleware` does to it is done at once: the host and the door are asked, the answer is
    coded, and its headers are made safe and told to vary. Who sends a body, is refused at the door or
    is yet to be looked for in the catalogue goes through all of it.
    """
    origins = other_origins(app, settings)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in _READING and (path := _path(scope)):
            asked, coded_send = coded(scope, _finished(send, scope, origins))
            request = QuickRequest(as_get(asked) if scope["method"] == "HEAD" else asked)
            caller = _caller(request) if _is_plain(request) else None
            answer = None if caller is None else await _answered_to(caller, request, path)
            if caller is not None and answer is not None:
                sent = coded_send if caller.is_anybody else private(coded_send)
                await answer(request.scope, receive, sent)
                return
        await app(scope, receive, send)

    return serve


def _path(scope: Scope) -> re.Match[str] | None:
    return None if is_long(scope) else _PATH.fullmatch(scope["path"])


def _is_plain(request: QuickRequest) -> bool:
    """Whether nothing in a request asks for what only `api.middleware` does."""
    raw = request.scope.get("raw_path") or request.scope["path"].encode()
    return _OF_BODIES.isdisjoint(request.headers.first) and not raw.endswith(b"/")


def _caller(request: QuickRequest) -> Caller | None:
    """Who asks, where that is told at once; None also for one who is refused at the door."""
    try:
        require_host(request)
        require_no_way_up(request)
        return admit(request) if is_admitted_at_once(request) else None
    except GeoError:
        return None


async def _answered_to(
    caller: Caller, request: QuickRequest, path: re.Match[str]
) -> Response | None:
    request.scope["state"] = {**request.scope.get("state", {}), "caller": caller}
    try:
        return await _answered(request, path)
    except Exception as error:
        return fault_response(request, error)


def _finished(send: Send, scope: Scope, origins: CORSMiddleware) -> Send:
    """Sends an answer with the headers that every answer has, to HEAD without its body."""
    is_head = scope["method"] == "HEAD"
    is_of_origin = any(name == b"origin" for name, _ in scope["headers"])

    async def finish(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = varying(secured(message["headers"]), is_read=True)
            await send({**message, "headers": headers})
        elif not is_head:
            await send(message)
        elif not message.get("more_body", False):
            await send({"type": "http.response.body", "body": b""})

    async def finish_of_origin(message: Message) -> None:
        if is_of_origin:
            await origins.send(message, send=finish, request_headers=Headers(scope=scope))
        elif message["type"] == "http.response.start":
            await finish({**message, "headers": [*message["headers"], _OF_NO_ORIGIN]})
        else:
            await finish(message)

    return finish_of_origin


async def _answered(request: QuickRequest, path: re.Match[str]) -> Response | None:
    """The answer to whom `admit` lets read, or None where the usual way must find one."""
    if request.app.state.store is None:
        return None
    query = _query(request, path)
    if query is None:
        return None
    try:
        require_spoken(request)
        answer, how = _asked(request, path, query)
        if how == "at once":
            return answer()
        return await (in_turn if how == "in turn" else anyio.to_thread.run_sync)(answer)
    except GeoError as error:
        await log_refusal(request, error)
        return problem_response(request, error)


def _query(request: QuickRequest, path: re.Match[str]) -> _Query | None:
    """The parameters; None where one is given twice or cannot be taken.

    Looked at before all else: the usual way names an unknown parameter before a language that it does
    not speak, and of several faults both ways name the same.
    """
    parameters = request.query_params.multi_items()
    given = dict(parameters)
    if len(given) != len(parameters):
        return None
    try:
        return _kind(path).model_validate(given)
    except ValidationError:
        return None


def _kind(path: re.Match[str]) -> type[_Query]:
    if path["set"] is not None:
        return VectorTileQuery
    return ItemsQuery if path["feature"] is None else ItemQuery


def _asked(request: QuickRequest, path: re.Match[str], query: _Query) -> tuple[_Answer, _How]:
    """What answers, and how it does so."""
    if isinstance(query, VectorTileQuery):
        return _tile_asked(request, path, query)
    if isinstance(query, ItemsQuery):
        return _items_asked(request, path, query)
    return _item_asked(request, path, query)


def _tile_asked(
    request: QuickRequest, path: re.Match[str], query: VectorTileQuery
) -> tuple[_Answer, _How]:
    tables, tiles, patience = tables_of(request), collection_tiles_of(request), patience_s()
    place = (path["z"], int(path["row"]), int(path["column"]))
    entry = tables.known(path["collection"])
    table = None if entry is None else tables.opened(entry, "id")
    if path["set"] == WEB_MERCATOR_QUAD and entry is not None and table is not None:
        extent = table.features.extent
        answer = partial(vector_tile_of, request, entry, extent, *place, query, tiles, patience)
        return answer, "at once" if tiles.is_kept(entry, *place) else "in a thread"
    where = (path["collection"], path["set"], *place)
    return partial(read_vector_tile, request, *where, query, tables, tiles, patience), "in a thread"


def _items_asked(
    request: QuickRequest, path: re.Match[str], query: ItemsQuery
) -> tuple[_Answer, _How]:
    tables, language = tables_of(request), language_of(request)
    settings, links = settings_of(request), links_of(request)
    form = form_of(query.f, request.headers.get("accept") or "")
    own = query.model_fields_set - query.filters.keys()
    is_taken = form == "json" and own <= _TAKEN
    opened = _opened(tables, path["collection"], language, query) if is_taken else None
    if opened is None:
        where = (path["collection"], query)
        return partial(items, request, *where, tables, settings, language, links), "in a thread"
    page = Page.asked(query, *opened, language=language, settings=settings)
    found = Found(*opened, page)
    answer = partial(items_of, request, found, form, links)
    if not found.needs_no_turn:
        return answer, "in turn"
    is_short = own <= _AT_ONCE and (query.limit or 0) <= _MOST_AT_ONCE
    return answer, "at once" if is_short else "in a thread"


def _item_asked(
    request: QuickRequest, path: re.Match[str], query: ItemQuery
) -> tuple[_Answer, _How]:
    tables, language = tables_of(request), language_of(request)
    is_page, links = wants_html(request), links_of(request)
    found = None if is_page else _opened(tables, path["collection"], language, query)
    if found is not None:
        answer = partial(item_of, request, *found, path["feature"], query, language, links)
        return answer, "at once" if query.crs is None else "in a thread"
    where = (path["collection"], path["feature"], query)
    return partial(item, request, *where, tables, language, is_page, links), "in a thread"


def _opened(
    tables: Tables, collection: str, language: Language, query: ItemQuery | ItemsQuery
) -> tuple[Collection, FeatureTable] | None:
    """The collection and its features where they are known and lie open."""
    entry = tables.known(collection, query.version)
    table = None if entry is None else tables.opened(entry, language)
    return None if entry is None or table is None else (entry, table.features)
