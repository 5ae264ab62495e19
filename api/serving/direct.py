"""Features and tiles answered without FastAPI's way to a route, by the very functions of their routes.

Solving dependencies and a change of threads take most of the time of one feature. A request whose
answer lies prepared is answered in the loop, one that must look for its features in a thread.
What the routes' functions do not take goes the usual way, which says what is wrong.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import parse_qsl

import anyio.to_thread
from fastapi import Request, Response
from pydantic import ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access import log_refusal, require_action
from api.collections import Tables
from api.deps import (
    collection_tiles_of,
    language_of,
    links_of,
    patience_s,
    require_spoken,
    settings_of,
    tables_of,
    wants_html,
)
from api.features.encodings import form_of
from api.parameters import ItemQuery, ItemsQuery
from api.problems import problem_response
from api.routes.features.items import item, items
from api.routes.tiles.vector import VectorTileQuery, read_vector_tile
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

_Answer = Callable[[], Response]


def direct(app: ASGIApp) -> ASGIApp:
    """Around everything that FastAPI does, and inside of all that holds for every request."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        found = None
        if scope["type"] == "http" and scope["method"] == "GET":
            found = await _answered(Request(scope, receive))
        await (found or app)(scope, receive, send)

    return serve


async def _answered(request: Request) -> Response | None:
    """The answer, or None where the usual way must find one."""
    path = _PATH.fullmatch(request.scope["path"])
    if path is None or request.app.state.store is None:
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


def _given(request: Request) -> dict[str, str] | None:
    """The parameters; None where one is given twice."""
    pairs = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    given = dict(pairs)
    return given if len(given) == len(pairs) else None


def _asked(request: Request, path: re.Match[str], given: Mapping[str, str]) -> tuple[_Answer, bool]:
    """What answers, and whether it does so at once."""
    collection, tables = path["collection"], tables_of(request)
    if path["set"] is not None:
        tiles, place = collection_tiles_of(request), (int(path["row"]), int(path["column"]))
        answer = partial(
            read_vector_tile,
            request,
            collection,
            path["set"],
            path["z"],
            *place,
            VectorTileQuery.model_validate(given),
            tables,
            tiles,
            patience_s(),
        )
        entry = tables.collection(collection)
        is_quick = tables.opened(entry, "id") is not None
        return answer, is_quick and tiles.is_kept(entry, path["z"], *place)
    language, links = language_of(request), links_of(request)
    if path["feature"] is None:
        page = ItemsQuery.model_validate(given)
        form = form_of(page.f, request.headers.get("accept", ""))
        is_short = not page.model_fields_set & _SEARCHING and (page.limit or 0) <= _MOST_AT_ONCE
        is_quick = form == "json" and is_short and _is_open(tables, collection, language, page)
        settings = settings_of(request)
        return partial(
            items, request, collection, page, tables, settings, language, links
        ), is_quick
    query, is_page = ItemQuery.model_validate(given), wants_html(request)
    is_quick = not is_page and _is_open(tables, collection, language, query)
    feature = path["feature"]
    answer = partial(item, request, collection, feature, query, tables, language, is_page, links)
    return answer, is_quick


def _is_open(
    tables: Tables, collection: str, language: Language, query: ItemQuery | ItemsQuery
) -> bool:
    """Whether the features lie prepared, and so few that they are looked at in no time."""
    try:
        table = tables.opened(tables.collection(collection, query.version), language)
    except GeoError:
        # To say which ones there are, tables may have to be prepared.
        return False
    return table is not None and len(table.features) <= _MOST_COMPARED
