"""Features and tiles answered without FastAPI's way to a route, by the very functions of their routes.

Solving dependencies and a change of threads take most of the time of one feature. A request whose
answer lies prepared is answered in the loop, one that must look for its features in a thread.
What the routes' functions do not take goes the usual way, which says what is wrong.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial

import anyio.to_thread
from fastapi import Response
from pydantic import ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access import admit, log_refusal, require_action, require_no_way_up
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
from api.features.encodings import form_of
from api.middleware import fault_response, secured, varying
from api.parameters import ItemQuery, ItemsQuery
from api.problems import problem_response
from api.routes.features.items import item, item_of, items, items_of
from api.routes.tiles.vector import VectorTileQuery, read_vector_tile
from api.serving.compression import coded
from api.serving.quick_request import QuickRequest
from geo.errors import GeoError
from geo.language import Language

# As the routes' own paths; a slash in an id is part of it.
_PATH = re.compile(
    r"/collections/(?P<collection>[^/]+)/"
    r"(?:items(?:/(?P<feature>.+))?|tiles/(?P<set>[^/]+)/(?P<z>[^/]+)/(?P<row>\d{1,9})/(?P<column>\d{1,9}))"
)
# What makes an answer of more than bytes that lie prepared.
_SEARCHING = {
    "filter",
    "bbox",
    "datetime",
    "q",
    "sortby",
    "crs",
    "properties",
    "exclude_properties",
}
# So many are compared with a value in less time than a change of threads takes.
_MOST_COMPARED = 20_000
_MOST_AT_ONCE = 1_000

_READING = ("GET", "HEAD")
# Headers of who says who it is, comes from another origin or sends a body.
_UNUSUAL = frozenset(
    {"authorization", "x-api-key", "cookie", "origin", "content-length", "transfer-encoding"}
)

# An answer to another origin has more headers.
_OF_ORIGINS = (b"vary", b"Origin")

_Answer = Callable[[], Response]


def direct(app: ASGIApp) -> ASGIApp:
    """Around everything that FastAPI does, and inside of all that holds for every request."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        found = None
        if scope["type"] == "http" and scope["method"] == "GET" and (path := _path(scope)):
            found = await _answered(QuickRequest(scope), path)
        await (found or app)(scope, receive, send)

    return serve


def outright(app: ASGIApp) -> ASGIApp:
    """Around all that holds for every request: what a visitor asks for is answered here.

    What `api.middleware` does to it is done at once: the host and the door are asked, the answer is
    coded, and its headers are made safe and told to vary. Whoever says who it is, comes from another
    origin, sends a body or is refused at the door goes through all of it.
    """

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in _READING and (path := _path(scope)):
            asked, coded_send = coded(scope, _finished(send, is_head=scope["method"] == "HEAD"))
            if scope["method"] == "HEAD":
                asked = {**asked, "method": "GET", "is_head": True}
            request = QuickRequest(asked)
            answer = await _answered_visitor(request, path) if _is_plain(request) else None
            if answer is not None:
                await answer(asked, receive, coded_send)
                return
        await app(scope, receive, send)

    return serve


def _path(scope: Scope) -> re.Match[str] | None:
    return _PATH.fullmatch(scope["path"])


def _is_plain(request: QuickRequest) -> bool:
    """Whether nothing in a request asks for what only `api.middleware` does."""
    raw = request.scope.get("raw_path") or request.scope["path"].encode()
    return _UNUSUAL.isdisjoint(request.headers.first) and not raw.endswith(b"/")


async def _answered_visitor(request: QuickRequest, path: re.Match[str]) -> Response | None:
    """The answer to who says not who it is; None for one who is refused at the door."""
    try:
        require_host(request)
        require_no_way_up(request)
        caller = admit(request)
    except GeoError:
        return None
    request.scope["state"] = {**request.scope.get("state", {}), "caller": caller}
    try:
        return await _answered(request, path)
    except Exception as error:
        return fault_response(request, error)


def _finished(send: Send, *, is_head: bool) -> Send:
    """Sends an answer with the headers that every answer has, to HEAD without its body."""

    async def finish(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = varying(secured([*message["headers"], _OF_ORIGINS]), is_read=True)
            await send({**message, "headers": headers})
        elif not is_head:
            await send(message)
        elif not message.get("more_body", False):
            await send({"type": "http.response.body", "body": b""})

    return finish


async def _answered(request: QuickRequest, path: re.Match[str]) -> Response | None:
    """The answer, or None where the usual way must find one."""
    if request.app.state.store is None:
        return None
    given = _given(request)
    if given is None:
        return None
    try:
        await require_action(request, "read")
        require_spoken(request)
        answer, is_quick = _asked(request, path, given)
        return answer() if is_quick else await anyio.to_thread.run_sync(answer)
    except ValidationError:
        return None
    except GeoError as error:
        await log_refusal(request, error)
        return problem_response(request, error)


def _given(request: QuickRequest) -> dict[str, str] | None:
    """The parameters; None where one is given twice."""
    parameters = request.query_params
    given = dict(parameters)
    return given if len(given) == len(parameters.multi_items()) else None


def _asked(
    request: QuickRequest, path: re.Match[str], given: Mapping[str, str]
) -> tuple[_Answer, bool]:
    """What answers, and whether it does so at once."""
    if path["set"] is not None:
        return _tile_asked(request, path, given)
    return (_items_asked if path["feature"] is None else _item_asked)(request, path, given)


def _tile_asked(
    request: QuickRequest, path: re.Match[str], given: Mapping[str, str]
) -> tuple[_Answer, bool]:
    tables, tiles = tables_of(request), collection_tiles_of(request)
    place = (path["z"], int(path["row"]), int(path["column"]))
    where, query = (path["collection"], path["set"], *place), VectorTileQuery.model_validate(given)
    answer = partial(read_vector_tile, request, *where, query, tables, tiles, patience_s())
    entry = tables.collection(path["collection"])
    return answer, tables.opened(entry, "id") is not None and tiles.is_kept(entry, *place)


def _items_asked(
    request: QuickRequest, path: re.Match[str], given: Mapping[str, str]
) -> tuple[_Answer, bool]:
    query, tables, language = (
        ItemsQuery.model_validate(given),
        tables_of(request),
        language_of(request),
    )
    around = (tables, settings_of(request), language, links_of(request))
    form = form_of(query.f, request.headers.get("accept") or "")
    is_short = not query.model_fields_set & _SEARCHING and (query.limit or 0) <= _MOST_AT_ONCE
    if form == "json" and is_short:
        entry = _opened(tables, path["collection"], language, query)
        if entry is not None:
            return partial(items_of, request, entry, query, form, *around), True
    return partial(items, request, path["collection"], query, *around), False


def _item_asked(
    request: QuickRequest, path: re.Match[str], given: Mapping[str, str]
) -> tuple[_Answer, bool]:
    query, tables, language = (
        ItemQuery.model_validate(given),
        tables_of(request),
        language_of(request),
    )
    is_page = wants_html(request)
    asked = (path["feature"], query, tables, language, is_page, links_of(request))
    entry = None if is_page else _opened(tables, path["collection"], language, query)
    if entry is not None:
        return partial(item_of, request, entry, *asked), True
    return partial(item, request, path["collection"], *asked), False


def _opened(
    tables: Tables, collection: str, language: Language, query: ItemQuery | ItemsQuery
) -> Collection | None:
    """The collection whose features lie prepared, and so few that they are looked at in no time."""
    try:
        entry = tables.collection(collection, query.version)
    except GeoError:
        # To say which ones there are, tables may have to be prepared.
        return None
    table = tables.opened(entry, language)
    return entry if table is not None and len(table.features) <= _MOST_COMPARED else None
