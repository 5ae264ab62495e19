"""Answers: JSON that can hold NaN, pages, and the conditional requests that spare both.

An ETag names exactly one sequence of bytes: what was published, the query, the representation, the
language and the address that the links carry. `Cache-Control: no-cache` lets everyone keep an
answer and makes them ask first, so a publication or a rollback is seen at once.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import orjson
from fastapi import Request, Response
from pydantic import BaseModel

from api.deps import (
    language_or_default,
    links_or_default,
    region_or_none,
    store_of,
    wants_html,
)
from api.links import GEOJSON, HTML, JSON, Links
from api.parameters import InvalidParameter
from api.serving.compression import CODERS
from geo.errors import GeoError
from geo.json_types import as_json
from geo.language import Language
from geo.source_digest import source_digest
from geo.store.roles import Actor
from geo.vector.planning_region import PlanningRegion

NEGOTIATED = "Accept, Accept-Language"
# A page says in its head who reads it, so that no cache may give one reader's page to another.
_PAGE_VARIES = f"{NEGOTIATED}, Cookie"
_CACHE = "public, no-cache"
_CONDITIONAL = frozenset({b"etag", b"cache-control", b"vary"})
# Of an address that names its version, under which nothing else will ever be.
FOREVER = "public, max-age=31536000, immutable"
# There one logs in already.
_LOGIN_PATHS = ("/login", "/session")
# Of an answer that is for one reader alone, and that nothing keeps.
PRIVATE = {"Cache-Control": "private, no-store"}
# Of the forms that are files to save.
FILE_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "geojson": GEOJSON,
    "svg": "image/svg+xml",
    "toml": "application/toml",
}
# A page with scripts of its own is drawn with this nonce and may be kept; each answer has another.
DRAWN_NONCE = "nonce-of-the-answer"


def json_bytes(content: Any) -> bytes:
    """`content` as JSON; NaN and infinity become null, pydantic models leave out what is None."""
    return orjson.dumps(content, default=_as_json_types, option=orjson.OPT_SERIALIZE_NUMPY)


def json_response(
    request: Request,
    content: Any,
    *,
    status: int = 200,
    media_type: str = JSON,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A JSON answer in the request's language."""
    return Response(
        json_bytes(content),
        status_code=status,
        media_type=media_type,
        headers={**_language_headers(request), **(headers or {})},
    )


# What the OpenAPI document says of a page, and of a document that is a page too.
PAGE: dict[int | str, dict[str, Any]] = {200: {"content": {HTML: {}}, "description": "A page"}}
ALSO_PAGE: dict[int | str, dict[str, Any]] = {200: {"content": {HTML: {}}}}


def described(*documents: str) -> dict[int | str, dict[str, Any]]:
    """A route's answer in the OpenAPI document: one of `api.documents`, named so that none is loaded."""
    refs: list[dict[str, Any]] = [{"$ref": f"#/components/schemas/{name}"} for name in documents]
    schema = refs[0] if len(refs) == 1 else {"anyOf": refs}
    return {200: {"description": "Successful Response", "content": {JSON: {"schema": schema}}}}


def html_response(
    request: Request,
    template: str,
    *,
    title: str,
    active: str = "data",
    status: int = 200,
    **context: Any,
) -> Response:
    """A page from a template of `maps/templates`, in the request's language.

    The template finds `links` (`api.links.Links`), `root` (the path before the doors) and all of
    `context` besides what `maps.pages.page.render` gives. Without a policy of its own the page runs under
    the service's default: our own files only, nothing inline.
    """
    page = drawn_page(
        template,
        links=links_or_default(request),
        language=language_or_default(request),
        region=region_or_none(request),
        state=dict(request.query_params),
        active=active,
        title=title,
        **context,
    )
    return drawn_response(request, page, status=status)


def drawn_page(
    template: str,
    *,
    links: Links,
    language: Language,
    region: PlanningRegion | None,
    state: Mapping[str, str],
    **context: Any,
) -> str:
    """The page of a template for every reader: `drawn_response` says in its head who reads it."""
    # Templates and number formats are loaded by the first page, not by the start of the service.
    from maps.assets import Assets
    from maps.pages.page import render

    root = urlsplit(links.base).path
    return render(
        template,
        language,
        assets=Assets(base=f"{root}/static"),
        root=root,
        state=state,
        tagline=None if region is None else region.title,
        time_zone=None if region is None else region.time_zone,
        links=replace(links, page=language),
        **context,
    )


def drawn_response(request: Request, page: str, *, status: int = 200) -> Response:
    """The answer of a page that `drawn_page` gave, also of one that was kept."""
    from maps.pages.page import with_reader

    page = with_reader(page, language_or_default(request), reader=_reader_of(request))
    headers = {**_language_headers(request), "Vary": _PAGE_VARIES}
    return Response(page, status_code=status, media_type=HTML, headers=headers)


def private_page(request: Request, template: str, *, title: str, **context: Any) -> Response:
    """`html_response` for what is one reader's alone, which nothing keeps."""
    page = html_response(request, template, title=title, **context)
    page.headers.update(PRIVATE)
    return page


def page_response(
    request: Request, page: str, language: Language, *, basemap: str | None = None
) -> Response:
    """A page with scripts of its own, drawn with `DRAWN_NONCE`, under a policy with a new nonce.

    The policy lets it show the tiles of `basemap` too.
    """
    from maps.assets import CONTENT_SECURITY_POLICY, images_from
    from maps.pages.page import with_reader

    nonce = secrets.token_urlsafe(16)
    headers = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY.format(
            nonce=nonce, images=images_from(basemap)
        ),
        "Content-Language": language,
        "Cache-Control": "no-store",
        "Vary": "Accept-Language, Cookie",
    }
    # First the nonce: what a reader is called never stands where one counts.
    page = with_reader(page.replace(DRAWN_NONCE, nonce), language, reader=_reader_of(request))
    return Response(page, media_type=HTML, headers=headers)


def page_and(*files: str) -> dict[str, Any]:
    """What OpenAPI says of an answer that is also a page and these files, by media type."""
    binary = {"type": "string", "format": "binary"}
    schemas = {form: {"type": "object"} if form == "geojson" else binary for form in files}
    return {HTML: {}} | {FILE_TYPES[form]: {"schema": schemas[form]} for form in files}


def saved(content: bytes | str, name: str, *, form: str, language: Language | None) -> Response:
    """A file to save as `name` with the ending of its form; `language` is None where it has both."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    if language is not None:
        headers["Content-Language"] = language
    return Response(content, media_type=FILE_TYPES[form], headers=headers)


def negotiated(
    request: Request, template: str, document: BaseModel, *, title: str, **context: Any
) -> Response:
    """`document` as the reader wants it: as JSON, or as the page of a template that has it too."""
    if wants_html(request):
        around = getattr(document, "links", ())
        others = [one for one in around if getattr(one, "rel", None) == "alternate"]
        page = html_response(
            request, template, title=title, document=document, others=others, **context
        )
        return tagged(request, page)
    return tagged(request, json_response(request, document))


def tagged(request: Request, response: Response) -> Response:
    """`response` with an ETag of its content; 304 when the client has it already."""
    is_page = response.media_type == HTML
    etag = etag_of(hashlib.sha256(response.body).digest())
    return conditional(request, etag, lambda: response, is_page=is_page)


def conditional(
    request: Request, etag: str, make: Callable[[], Response], *, is_page: bool | None = None
) -> Response:
    """What `make` answers, under `etag`; 304 without making it when the client has it already.

    Parameters
    ----------
    is_page : bool, optional
        Whether that is a page, whose head says who reads it; by default where one is asked for.
    """
    is_page = _asks_for_page(request) if is_page is None else is_page
    if is_page and (reader := _reader_of(request)) is not None:
        # The head is another for each reader, and after each upload that comes to wait.
        etag = etag_of(etag, reader)
    varies = _PAGE_VARIES if is_page else NEGOTIATED
    headers = {"ETag": etag, "Cache-Control": _CACHE, "Vary": varies}
    known = request.headers.get("if-none-match")
    if known and _is_known(etag, known):
        return Response(status_code=304, headers=_language_headers(request) | headers)
    response = make()
    told = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    others = [one for one in response.raw_headers if one[0] not in _CONDITIONAL]
    # In place: what was looked at as `headers` before is the same list.
    response.raw_headers[:] = others + told
    return response


def _is_known(etag: str, known: str) -> bool:
    tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
    return etag in tags or known.strip() == "*"


def etag_of(*parts: object) -> str:
    """A strong ETag of everything that decides an answer's bytes, this program and its coders included."""
    digest = _of_program().copy()
    digest.update(repr(parts).encode())
    return f'"{digest.hexdigest()[:32]}"'


@cache
def _of_program() -> "hashlib._Hash":
    # A coding's tag is made of this one, and another version of a coder makes other bytes.
    return hashlib.sha256(f"{program_digest()} {CODERS}".encode())


def program_digest() -> str:
    """A digest of this program, for the names of whole answers and of pages that are kept."""
    return source_digest("geo", "maps", "api")


def _asks_for_page(request: Request) -> bool:
    # Of exports and tiles `f` is another thing, and never a page.
    with suppress(InvalidParameter):
        return wants_html(request)
    return False


def _reader_of(request: Request) -> dict[str, Any] | None:
    """What a page's head says of who reads it; None for a program, and where one logs in."""
    links = links_or_default(request)
    # The `Caller` that `api.access` found, which answers with this module's functions itself.
    caller = getattr(request.state, "caller", None)
    session = getattr(caller, "session", None)
    if session is None:
        path = request.url.path
        if path in _LOGIN_PATHS or (caller is not None and caller.actor.name):
            return None
        asked = f"?{request.url.query}" if request.url.query else ""
        following = f"{path}{asked}" if request.method == "GET" else "/"
        return {"name": None, "login": links.url("login", query={"next": following})}
    return {
        "name": session.name,
        "waiting": _waiting_count(request, session.actor),
        "csrf": session.csrf,
        "desk": links.url("uploads", f="html"),
        "logout": links.url("logout"),
    }


def _waiting_count(request: Request, actor: Actor) -> int | None:
    """How many uploads wait for somebody, counted once a request; None where that is not to be had."""
    from geo.submission.waiting import waiting_for

    if not hasattr(request.state, "waiting_count"):
        request.state.waiting_count = None
        with suppress(GeoError):
            request.state.waiting_count = len(waiting_for(store_of(request), actor))
    count: int | None = request.state.waiting_count
    return count


def _language_headers(request: Request) -> dict[str, str]:
    return {"Content-Language": language_or_default(request), "Vary": NEGOTIATED}


def _as_json_types(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(exclude_none=True, by_alias=True)
    # An array too: orjson writes contiguous ones only, and a column of a matrix is none.
    return as_json(value)
