"""What holds for every request, as plain ASGI: access, limits, headers, HEAD, tolerant paths, faults.

`install` puts them in order. The outermost sees a request first and its answer last.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

import anyio
from fastapi import FastAPI, Request, Response
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access import access
from api.deps import language_or_default, require_host
from api.forwarded import forwarded
from api.problems import AddressTooLong, RequestTooSlow, problem_of, respond, respond_fault
from api.serving.compression import compressed
from api.settings import Settings
from geo.errors import GeoError, UploadTooLarge
from geo.language import Text, filled, size_limit, texts
from geo.store.snapshots import full_disk

_SAY = texts(__name__)

# Pages with scripts of their own send a policy with a nonce; see maps/pages/page.py.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'"
)
_SECURITY_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
]
_PAGE_POLICY = (b"content-security-policy", CONTENT_SECURITY_POLICY.encode())
# The addresses that take files: whole ones in a form, and parts of them.
_UPLOAD_PATH = "/uploads"
_PARTS_PATH = "/uploads/parts/"
PART_TYPE = "application/offset+octet-stream"
_PART_BYTES = 8 * 1024 * 1024
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_READABLE_HEADERS = [
    *("ETag", "Link", "Content-Crs", "Content-Language", "Location", "Retry-After", "Tile-Detail"),
    *("Upload-Offset", "Upload-Length"),
    *("Accept-Ranges", "Content-Range", "Content-Length"),
]
# No cookie is taken from another origin, so no page there has a token to send either.
_SENT_HEADERS = [
    "Authorization",
    "X-API-Key",
    "Content-Type",
    "If-None-Match",
    "If-Match",
    "If-Range",
    "Range",
    "Prefer",
    "Upload-Offset",
]
# Twice the longest filter, which is written with blanks and signs as three characters each.
_MOST_ADDRESS = 16 * 1024
_READING = ("GET", "HEAD")
_logger = logging.getLogger("kawasan")


RawHeaders = list[tuple[bytes, bytes]]


class _Ended(Exception):
    """Ends the reading of a body that is over its limit or does not come."""


def security_headers(app: ASGIApp) -> ASGIApp:
    """Headers that tell browsers to trust nothing but what the service says."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": secured(message.get("headers", ()))}
            await send(message)

        await app(scope, receive, send_with_headers)

    return serve


def secured(headers: Iterable[tuple[bytes, bytes]]) -> RawHeaders:
    """An answer's headers with those of `security_headers`, where it does not say them itself."""
    found = list(headers)
    told = {name.lower(): value for name, value in found}
    found += [one for one in _SECURITY_HEADERS if one[0] not in told]
    if told.get(b"content-type", b"").startswith(b"text/html") and _PAGE_POLICY[0] not in told:
        found.append(_PAGE_POLICY)
    return found


def head_requests(app: ASGIApp) -> ASGIApp:
    """HEAD for every GET: the same headers, no body."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
            elif message["type"] == "http.response.body" and not message.get("more_body", False):
                await send({"type": "http.response.body", "body": b""})

        if scope["type"] == "http" and scope["method"] == "HEAD":
            # Who would read a whole file for its answer sees that nobody wants it.
            await app(as_get(scope), receive, send_without_body)
        else:
            await app(scope, receive, send)

    return serve


def as_get(scope: Scope) -> Scope:
    """A HEAD as the GET that it is answered like, without a range, which only GET has (RFC 9110, 14.2)."""
    headers = [one for one in scope["headers"] if one[0] != b"range"]
    return {**scope, "method": "GET", "is_head": True, "headers": headers}


def known_addresses(app: ASGIApp) -> ASGIApp:
    """A request under a host that is not the service's own, or at a very long address, is refused."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope, receive)
            try:
                if is_long(scope):
                    language = language_or_default(request)
                    # The answer does not repeat it either.
                    scope = {**scope, "path": "/", "query_string": b"lang=" + language.encode()}
                    request = Request(scope, receive)
                    raise AddressTooLong(most=size_limit(_MOST_ADDRESS))
                require_host(request)
            except GeoError as error:
                await _refuse(request, error)(scope, receive, send)
                return
        await app(scope, receive, send)

    return serve


def is_long(scope: Scope) -> bool:
    """Whether an address is longer than any that is taken: each link of an answer would repeat it."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    return len(path) + len(scope["query_string"]) > _MOST_ADDRESS


def varied(app: ASGIApp) -> ASGIApp:
    """One `Vary` header that names everything once, the same on an answer and on its 304.

    Every answer to a reader varies by Accept-Encoding, whether this one was long enough to be compressed or
    not.
    """

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_varied(message: Message) -> None:
            if message["type"] == "http.response.start":
                is_read = scope["method"] in _READING
                told = varying(message.get("headers", ()), is_read=is_read)
                message = {**message, "headers": told}
            await send(message)

        await app(scope, receive, send_varied if scope["type"] == "http" else send)

    return serve


def varying(headers: Iterable[tuple[bytes, bytes]], *, is_read: bool) -> RawHeaders:
    """An answer's headers with one `Vary` as `varied` says; `is_read` for an answer to a reader."""
    named, found = [], []
    for one in headers:
        if one[0].lower() == b"vary":
            named.append(one[1])
        else:
            found.append(one)
    said = _vary(b",".join(named), is_read)
    if said:
        found.append((b"vary", said))
    return found


@lru_cache(maxsize=256)
def _vary(named: bytes, is_read: bool) -> bytes:
    each = [one.strip() for one in named.split(b",")] + ([b"Accept-Encoding"] if is_read else [])
    names = {one.lower(): one for one in reversed(each) if one}
    return b", ".join(reversed(names.values()))


def other_origins(app: ASGIApp, settings: Settings) -> CORSMiddleware:
    """What pages of other origins may ask and read, by the settings."""
    return CORSMiddleware(
        app,
        allow_origins=settings.cors_origins,
        allow_methods=_METHODS,
        allow_headers=_SENT_HEADERS,
        expose_headers=_READABLE_HEADERS,
        max_age=86_400,
    )


def tolerant_paths(app: ASGIApp) -> ASGIApp:
    """A path with a slash at its end is the path without it; no redirect, so nothing can loop."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in ("", "/"):
            # %2F at the end belongs to an id and stays.
            raw = scope.get("raw_path") or scope["path"].encode()
            if raw.endswith(b"/") and not raw.endswith(b"//"):
                scope = {**scope, "path": scope["path"][:-1], "raw_path": raw[:-1]}
        await app(scope, receive, send)

    return serve


def body_limit(app: ASGIApp, settings: Settings) -> ASGIApp:
    """Counts a request's bytes as they come, and its time; beyond its limits it is answered 413 or 408.

    A form at the upload door may be large, and a part of a file a few MiB; every other body has its own, smaller limit, whatever
    it calls itself. A body of which nothing comes for a while is not waited for, so that half-sent
    requests hold neither memory nor a place.
    """

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        body = _GuardedBody(
            receive, send, limit=_limit_bytes(scope, headers, settings), settings=settings
        )
        body.declare(headers.get("content-length", "0"))
        if body.refusal is None:
            with suppress(_Ended):
                await app(scope, body.receive, body.send)
        if body.refusal is not None and not body.is_answered:
            await _refuse(Request(scope, receive), body.refusal)(scope, receive, send)

    return serve


class _GuardedBody:
    """A request's body with its limits. Once `refusal` is set, the route's own answer no longer counts."""

    def __init__(self, receive: Receive, send: Send, *, limit: int, settings: Settings) -> None:
        self._receive, self._send, self._limit = receive, send, limit
        self._idle_s, self._total_s = settings.request_idle_s, settings.request_total_s
        self._ends_at = anyio.current_time() + self._total_s
        self._received, self._is_whole = 0, False
        self.is_answered = False
        self.refusal: GeoError | None = None

    def declare(self, size: str) -> None:
        """What the request says of its size."""
        self._count(int(size) if size.isdecimal() else self._limit + 1)
        self._received = 0

    async def receive(self) -> Message:
        # After the body comes only the end of the connection, which may be waited for.
        if self._is_whole:
            return await self._receive()
        left_s = self._ends_at - anyio.current_time()
        with anyio.move_on_after(min(self._idle_s, left_s)) as patience:
            message = await self._receive()
        if patience.cancelled_caught:
            is_idle = self._idle_s < left_s
            seconds = self._idle_s if is_idle else self._total_s
            self.refusal = RequestTooSlow(reason=_too_slow(seconds, is_idle=is_idle))
        else:
            self._count(len(message.get("body", b"")))
            self._is_whole = not message.get("more_body", False)
        if self.refusal is not None:
            raise _Ended
        return message

    def _count(self, size: int) -> None:
        self._received += size
        if self._received > self._limit:
            self.refusal = UploadTooLarge(reason=_too_large(self._limit), limit_bytes=self._limit)

    async def send(self, message: Message) -> None:
        if self.is_answered or self.refusal is None:
            self.is_answered = True
            await self._send(message)


def plain_options(app: ASGIApp, allowed_methods: Callable[[Scope], Sequence[str]]) -> ASGIApp:
    """OPTIONS of any path that exists: 204 with the methods it takes."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        is_asked = scope["type"] == "http" and scope["method"] == "OPTIONS"
        methods = allowed_methods(scope) if is_asked else ()
        if methods:
            response = Response(status_code=204, headers={"Allow": ", ".join(methods)})
            await response(scope, receive, send)
        else:
            await app(scope, receive, send)

    return serve


def faults(app: ASGIApp) -> ASGIApp:
    """An exception that nobody foresaw is logged and answered without its text."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        is_started = False

        async def send_noted(message: Message) -> None:
            nonlocal is_started
            is_started = True
            await send(message)

        try:
            await app(scope, receive, send_noted)
        except _Ended:
            raise
        except Exception as error:
            if scope["type"] != "http" or is_started:
                raise
            await fault_response(Request(scope, receive), error)(scope, receive, send)

    return serve


def fault_response(request: Request, error: Exception) -> Response:
    """The answer to an exception that nobody foresaw, which is logged."""
    _logger.error("%s %s failed", request.method, request.scope["path"], exc_info=error)
    if (full := full_disk(error)) is not None:
        return respond(request, problem_of(full, language_or_default(request)))
    return respond_fault(request)


def install(
    app: FastAPI,
    settings: Settings,
    *,
    allowed_methods: Callable[[Scope], Sequence[str]],
    outright: Callable[[ASGIApp, Settings], ASGIApp],
) -> None:
    """Put the middleware around `app`, the innermost first."""
    layers: list[tuple[Any, dict[str, Any]]] = [
        (faults, {}),
        (plain_options, {"allowed_methods": allowed_methods}),
        (body_limit, {"settings": settings}),
        (access, {}),
        (tolerant_paths, {}),
        (known_addresses, {}),
        (compressed, {}),
        (head_requests, {}),
        (other_origins, {"settings": settings}),
        (security_headers, {}),
        (varied, {}),
        # It has the effects of all before in itself.
        (outright, {"settings": settings}),
        (forwarded, {"trusted": settings.trusted_proxies}),
    ]
    for layer, options in layers:
        app.add_middleware(layer, **options)


def _refuse(request: Request, error: GeoError) -> Response:
    response = respond(request, problem_of(error, language_or_default(request)))
    # The rest of the body is not read, so the connection cannot carry another request.
    response.headers["Connection"] = "close"
    return response


def _limit_bytes(scope: Scope, headers: Headers, settings: Settings) -> int:
    media_type = headers.get("content-type", "").split(";")[0].strip().lower()
    if scope["path"] == _UPLOAD_PATH and media_type == "multipart/form-data":
        return settings.max_upload_bytes
    if scope["path"].startswith(_PARTS_PATH) and media_type == PART_TYPE:
        return _PART_BYTES
    return settings.max_document_bytes


def _too_large(limit: int) -> Text:
    return filled(_SAY["too_large"], n=size_limit(limit))


def _too_slow(seconds: float, *, is_idle: bool) -> Text:
    return _SAY["too_slow" if is_idle else "too_long"].format(n=f"{seconds:g}")
