"""Errors as RFC 9457 problems, in the reader's language. The one place where errors meet HTTP.

`STATUSES` is walked along an error's classes from the most special one on, so a parent's row covers
its children and a new error cannot be forgotten. OGC clients read `code` and `description`.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import Scope

from api.deps import format_of, language_or_default, prefix_of
from api.features.continuation import CollectionChanged
from api.links import HTML, PROBLEM
from api.parameters import InvalidParameter, UnknownParameter
from api.responses import html_response, json_response
from geo.errors import (
    Conflict,
    CRSMismatch,
    CRSMissing,
    GeoError,
    InconsistentJudgements,
    InvalidInput,
    LoginRequired,
    NotAllowed,
    NotDrawn,
    NotFound,
    NotReady,
    RasterRefused,
    StaleVersion,
    StoreFault,
    StoreFull,
    TooManyRequests,
    UploadRejected,
    UploadTooLarge,
    UploadUnsupported,
)
from geo.language import Language, Text, texts

_SAY = texts(__name__)


class RequestTooSlow(InvalidInput):
    """A request of which the rest does not come."""

    title = Text(id="Permintaan tidak lengkap", en="Unfinished request")


class AddressTooLong(InvalidInput):
    """An address that no proxy would pass on, and whose answer would repeat it in every link."""

    title = Text(id="Alamat terlalu panjang", en="Address too long")
    sentence = Text(
        id="Alamat yang diminta lebih panjang daripada {most}. Persingkat saringannya, misalnya dengan geometri yang lebih sederhana atau dengan bbox.",
        en="The address that was asked for is longer than {most}. Shorten its filter, for example by a simpler geometry or by bbox.",
    )


class RangeNotSatisfiable(InvalidInput):
    """A range of bytes behind the end of a file."""

    title = Text(id="Rentang tidak tersedia", en="Range not satisfiable")
    sentence = Text(
        id="Berkas ini berisi {size} bita; rentang yang diminta mulai sesudahnya. Mintalah bita 0 sampai {last}.",
        en="This file has {size} bytes; the range that was asked for begins behind them. Ask for bytes 0 to {last}.",
    )


STATUSES: Mapping[type[Exception], int] = {
    AddressTooLong: 414,
    RangeNotSatisfiable: 416,
    RequestTooSlow: 408,
    InvalidInput: 400,
    LoginRequired: 401,
    NotAllowed: 403,
    NotFound: 404,
    NotDrawn: 404,
    StaleVersion: 412,
    Conflict: 409,
    CollectionChanged: 410,
    UploadTooLarge: 413,
    UploadUnsupported: 415,
    UploadRejected: 422,
    InconsistentJudgements: 422,
    RasterRefused: 422,
    CRSMissing: 422,
    CRSMismatch: 422,
    TooManyRequests: 429,
    StoreFault: 503,
    StoreFull: 507,
    GeoError: 500,
}
# What decides who asks, for caches.
VARIES = "Authorization, Cookie, X-API-Key"
_CHALLENGE = 'Bearer realm="kawasan"'
_LOGIN_PAGE = ("LoginRequired", "KeyRefused", "LoginRefused")
_RETRY_AFTER_S = 5
_MOST_ENTRIES = 50
_MOST_CHARACTERS = 4_000
_MOST_NAME = 200
_MOST_PATH = 1_000
# What the reader of forms says in English, by how it begins.
_UNREADABLE = {"Too many files": "files", "Too many fields": "fields"}
_OF_COLLECTION = re.compile(r".*?/collections/([^/]+)(?:/|$)")
_logger = logging.getLogger("kawasan")


class PathNotFound(NotFound):
    """A path that the service does not have."""

    sentence = Text(
        id="Tidak ada apa-apa di alamat {name!r}. Mulailah dari halaman depan layanan ini.",
        en="There is nothing at {name!r}. Start from this service's landing page.",
    )


class InvalidBody(InvalidInput):
    """A request body that is not what the operation takes."""

    title = Text(id="Isi permintaan tidak sah", en="Invalid request body")


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem before it is written down; `facts` are the evidence."""

    code: str
    status: int
    title: str
    detail: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def status_of(error: GeoError) -> int:
    """The HTTP status of a domain error."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def problem_of(error: GeoError, language: Language) -> Problem:
    """A domain error as a problem. What is ours to mend (500) shows none of its text."""
    status = status_of(error)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return fault_problem(language)
    # `reason` is the sentence itself and already in `detail`.
    facts = {
        name: _capped(value.to(language) if isinstance(value, Text) else value)
        for name, value in error.facts.items()
        if name != "reason"
    }
    wait_s = error.facts.get("retry_after_s", _RETRY_AFTER_S)
    is_passing = isinstance(error, StoreFault | TooManyRequests) and not isinstance(
        error, StoreFull
    )
    headers = {"Retry-After": str(wait_s)} if is_passing else {}
    if isinstance(error, LoginRequired):
        headers |= {"WWW-Authenticate": _CHALLENGE}
    if isinstance(error, LoginRequired | NotAllowed):
        headers |= {"Cache-Control": "private, no-store", "Vary": VARIES}
    return Problem(
        code=type(error).__name__,
        status=status,
        title=error.title.to(language),
        detail=_capped(error.detail(language)),
        facts=facts,
        headers=headers,
    )


def _capped(value: Any) -> Any:
    """Evidence of a size that a person reads, whatever the request named; numbers that JSON holds."""
    if isinstance(value, str) and len(value) > _MOST_CHARACTERS:
        return value[:_MOST_CHARACTERS] + "…"
    if isinstance(value, list | tuple):
        return [_capped(entry) for entry in value[:_MOST_ENTRIES]]
    if isinstance(value, int) and abs(value) >= 2**63:
        return str(value)
    return value


def fault_problem(language: Language) -> Problem:
    """The problem of a fault of the service itself."""
    return Problem("Fault", 500, _SAY["fault_title"].to(language), _SAY["fault"].to(language))


def respond(request: Request, problem: Problem) -> Response:
    """A problem as the client reads it: a page for people in a browser, else problem+json."""
    headers = {"Cache-Control": "no-store", **problem.headers}
    if _wants_page(request):
        # Where the service itself is at fault, perhaps no page can be drawn either.
        is_fault = problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        with suppress(Exception) if is_fault else nullcontext():
            is_login = problem.code in _LOGIN_PAGE
            page = html_response(
                request,
                "login.html" if is_login else "api/problem.html",
                title=problem.title,
                active="" if is_login else "data",
                status=problem.status,
                problem=problem,
                collection=None if problem.code == "LayerNotFound" else _collection_of(request),
                caller=None,
                following=_following(request),
            )
            page.headers.update(headers)
            return page
    body = {
        "type": f"urn:kawasan:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": prefix_of(request) + _written(request.scope["path"]),
        "facts": problem.facts,
        "code": problem.code,
        "description": problem.detail,
    }
    return json_response(request, body, status=problem.status, media_type=PROBLEM, headers=headers)


def respond_fault(request: Request) -> Response:
    """The answer to an exception that nobody foresaw; the caller logs it."""
    return respond(request, fault_problem(language_or_default(request)))


def install(
    app: FastAPI,
    *,
    allowed_methods: Callable[[Scope], Sequence[str]],
    note_refusal: Callable[[Request, GeoError], Awaitable[None]],
) -> None:
    """Answer every error of `app` as a problem.

    `allowed_methods` tells the methods that a request's path takes, for the `Allow` header;
    `note_refusal` is told every error before it is answered.
    """

    async def geo_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, GeoError)  # noqa: S101  the handler is installed for it
        await note_refusal(request, error)
        return problem_response(request, error)

    async def http_exception(request: Request, error: Exception) -> Response:
        return _http_problem(request, error, allowed_methods(request.scope))

    app.add_exception_handler(GeoError, geo_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, http_exception)


def problem_response(request: Request, error: GeoError) -> Response:
    """The answer to what went wrong; a fault of the service itself is logged."""
    problem = problem_of(error, language_or_default(request))
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, NotReady):
        _logger.error("%s: %s", type(error).__name__, error, exc_info=error)
    return respond(request, problem)


async def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  the handler is installed for it
    return respond(request, invalid_request_problem(error, language_or_default(request)))


def invalid_request_problem(error: RequestValidationError, language: Language) -> Problem:
    """What is wrong with a request that a route does not take."""
    findings = [_finding(entry, language) for entry in error.errors()]
    first = findings[0]
    kind = _kind_of(error.errors()[0])
    return Problem(
        code=kind.__name__,
        status=400,
        title=kind.title.to(language),
        detail=" ".join(dict.fromkeys(finding["detail"] for finding in findings[:5])),
        facts={"parameter": first["parameter"], "where": first["where"], "errors": findings[:50]},
    )


def _kind_of(entry: Mapping[str, Any]) -> type[InvalidInput]:
    if entry["loc"][0] == "body":
        return InvalidBody
    return UnknownParameter if entry["type"] == "extra_forbidden" else InvalidParameter


def _finding(entry: Mapping[str, Any], language: Language) -> dict[str, str]:
    where, *path = (str(part) for part in entry["loc"])
    if where != "body":
        # pydantic names the choice of a union as if it stood below the parameter.
        path = [*path[:1], *(part for part in path[1:] if part.isdigit())]
    name = ".".join(path)[:_MOST_NAME] or where
    limits = {key: str(value) for key, value in entry.get("ctx", {}).items()}
    if "expected" in limits:
        # pydantic joins them by an English word.
        limits["expected"] = ", ".join(re.findall(r"'([^']+)'", limits["expected"]))
    if entry["type"] == "json_invalid":
        # Its place is that of a character, and its reason Python's.
        limits, name = {"place": name}, where
    text = _mending(entry["type"])
    if text is None:
        mending = entry["msg"] + "."
    else:
        mending = text.to(language).format_map(_Facts(limits))
    return {"parameter": name, "where": where, "detail": f"{name}: {mending}"}


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def _http_problem(request: Request, error: Exception, methods: Sequence[str]) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  the handler is installed for it
    if isinstance(error.__cause__, GeoError):  # FastAPI wraps what is raised while a body is read
        return problem_response(request, error.__cause__)
    language = language_or_default(request)
    if error.status_code == HTTPStatus.NOT_FOUND:
        return problem_response(request, PathNotFound(request.url.path))
    # Only the readers of bodies raise it, and in their own words.
    if error.status_code == HTTPStatus.BAD_REQUEST:
        known = (key for words, key in _UNREADABLE.items() if str(error.detail).startswith(words))
        sent = "json" if "json" in request.headers.get("content-type", "") else "form"
        return problem_response(
            request, InvalidBody(reason=_SAY[f"unreadable_{next(known, sent)}"])
        )
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = ", ".join(methods)
        detail = _SAY["method"].to(language).format(method=request.method, allowed=allowed)
        title = _SAY["method_title"].to(language)
        problem = Problem("MethodNotAllowed", 405, title, detail, headers={"Allow": allowed})
        return respond(request, problem)
    status = HTTPStatus(error.status_code)
    code = "".join(word.capitalize() for word in status.phrase.split())
    detail = str(error.detail or status.description)
    headers = dict(error.headers or {})
    return respond(request, Problem(code, status, status.phrase, detail, headers=headers))


def _following(request: Request) -> str | None:
    """The page that a browser wanted and goes on to after the login."""
    # A login that failed goes on to where it wanted to.
    if following := getattr(request.state, "following", None):
        return str(following)
    if request.method != "GET" or request.url.path == "/login":
        return None
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _collection_of(request: Request) -> str | None:
    """The collection whose address was asked for."""
    found = _OF_COLLECTION.match(request.url.path)
    return None if found is None else unquote(found[1])


def _written(path: str) -> str:
    """A path as an address has it, of a length that a person reads."""
    return quote(path.encode("utf-8", "replace")[:_MOST_PATH])


def _wants_page(request: Request) -> bool:
    try:
        return format_of(request) == "html"
    except InvalidParameter:
        return HTML in request.headers.get("accept", "")


def _mending(kind: str) -> Text | None:
    """What mends a fault that pydantic names, None for one that nobody wrote of."""
    with suppress(KeyError):
        return _SAY[f"mending_{kind}"]
    return None
