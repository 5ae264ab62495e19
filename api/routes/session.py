"""Login and logout of people: a session in a cookie, and the page where it begins.

A login always makes a new session. What a cookie said before counts for nothing, so nobody can be
made to use a session that somebody else has prepared.
"""

import ipaddress
from functools import partial
from typing import Annotated, Any

import anyio
import anyio.to_thread
from fastapi import Body, Form, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.access import (
    CSRF_FIELD,
    READS,
    ReaderDep,
    address_of,
    caller_of,
    cookie_of,
    is_https,
    require_own_page,
    require_same_origin,
    token_of,
)
from api.deps import (
    HtmlDep,
    LanguageDep,
    SettingsDep,
    StoreDep,
    links_or_default,
    region_or_none,
    settings_of,
)
from api.problems import VARIES, InvalidBody
from api.responses import ALSO_PAGE, PAGE, PRIVATE, html_response, json_response
from api.serving.router import Router
from geo.errors import LoginRefused, LoginRequired, NotAllowed
from geo.language import Language, texts
from geo.store.roles import role_title

_SAY = texts(__name__)

router = Router("access", dependencies=[READS])

_PRIVATE = {**PRIVATE, "Vary": VARIES}
_FORM_TYPE = "application/x-www-form-urlencoded"
_LOGINS_AT_ONCE = 2
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-proto", "x-real-ip")


class LoginRequest(BaseModel):
    """A user name and its password; `next` is where a browser goes on afterwards."""

    model_config = ConfigDict(extra="forbid")

    user: Annotated[str, Field(min_length=1, max_length=200)]
    password: Annotated[str, Field(min_length=1, max_length=2_000)]
    next: Annotated[str | None, Field(max_length=2_000)] = None


class PasswordRequest(BaseModel):
    """The password as it is, and the one that takes its place."""

    model_config = ConfigDict(extra="forbid")

    old: Annotated[str, Field(min_length=1, max_length=2_000)]
    new: Annotated[str, Field(min_length=1, max_length=2_000)]


class SessionDocument(BaseModel):
    """Who asks; `csrf` and `ends_at` where a session's cookie came along."""

    user: str | None
    name: str | None
    role: str
    role_title: str
    institution: str | None
    regencies: list[str] | None
    ends_at: str | None
    csrf: str | None


_LOGIN_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": LoginRequest.model_json_schema()}
            for kind in ("application/json", _FORM_TYPE)
        },
    }
}


@router.get("/login", response_class=Response, responses=PAGE, summary="The login page")
def read_login(
    request: Request,
    language: LanguageDep,
    following: Annotated[
        str | None, Query(alias="next", max_length=2_000, description="Where to go on.")
    ] = None,
) -> Response:
    """A form for user name and password; who is logged in finds the logout there."""
    page = html_response(
        request,
        "login.html",
        title=_SAY["title"].to(language),
        active="",
        problem=None,
        caller=caller_of(request),
        following=following,
    )
    page.headers.update(_PRIVATE)
    return page


@router.post(
    "/session",
    summary="Log in",
    response_model=SessionDocument,
    openapi_extra=_LOGIN_BODY,
)
async def create_session(
    request: Request, store: StoreDep, settings: SettingsDep, language: LanguageDep
) -> Response:
    """A new session as a cookie, from JSON or from a form; 401 when the two do not match.

    The answer carries the CSRF token that every write with this cookie needs in `X-CSRF-Token`.
    """
    is_form = request.headers.get("content-type", "").split(";")[0].strip() == _FORM_TYPE
    require_same_origin(request, is_stated=False)
    _require_safe_way(request)
    asked = await _asked(request)
    request.state.following = asked.next
    old, address = token_of(request), address_of(request)

    def begun() -> str:
        try:
            token = store.sessions.login(
                asked.user, asked.password, address=address, lasts_s=settings.session_hours * 3_600
            )
        except LoginRefused:
            # Whoever types a password into the wrong field finds it in no log.
            if asked.user in {row["user"] for row in store.users.all()}:
                request.state.refused = f"user:{asked.user}"
            raise
        if old is not None:
            store.sessions.end(old)
        return token

    token = await anyio.to_thread.run_sync(begun, limiter=_threads(request))
    if is_form:
        response = Response(status_code=303, headers=_PRIVATE)
        response.headers["Location"] = _next_address(request, asked.next)
    else:
        session = store.sessions.of(token, idle_s=settings.session_idle_minutes * 60)
        document = _document(request, session and session.actor, session, language)
        response = json_response(request, document, headers=_PRIVATE)
    _set_cookie(request, response, token)
    return response


@router.get("/session", summary="Who asks", response_model=SessionDocument, responses=ALSO_PAGE)
def read_session(
    request: Request, actor: ReaderDep, language: LanguageDep, is_html: HtmlDep
) -> Response:
    """The caller's name, role and bounds; with a session's cookie also its CSRF token.

    As a page it is the own account of somebody who is logged in, with a form for another password.
    """
    session = caller_of(request).session
    found = _document(request, actor, session, language)
    if is_html:
        if session is None:
            raise LoginRequired
        return _account(request, found, language)
    return json_response(request, found, headers=_PRIVATE)


@router.delete("/session", summary="Log out", status_code=204)
async def delete_session(request: Request, store: StoreDep) -> Response:
    """End the session of the cookie; without one there is nothing to end."""
    await _end(request, store)
    response = Response(status_code=204, headers=_PRIVATE)
    _forget_cookie(request, response)
    return response


@router.put("/session/password", summary="Change one's own password", status_code=204)
async def change_password(
    request: Request, asked: Annotated[PasswordRequest, Body()], store: StoreDep
) -> Response:
    """Another password for who is logged in; all sessions end, so log in again with it."""
    session = caller_of(request).session
    if session is None:
        raise LoginRequired
    await require_own_page(request, session)
    _require_safe_way(request)
    request.state.refused = f"user:{session.actor.name}"
    change = partial(store.sessions.change_password, address=address_of(request))
    said = (session.actor.name, asked.old, asked.new)
    await anyio.to_thread.run_sync(change, *said, limiter=_threads(request))
    response = Response(status_code=204, headers=_PRIVATE)
    _forget_cookie(request, response)
    return response


@router.post("/logout", summary="Log out by a form", status_code=303, response_class=Response)
async def logout(
    request: Request,
    store: StoreDep,
    csrf: Annotated[str | None, Form(alias=CSRF_FIELD, description="The CSRF token.")] = None,
) -> Response:
    """End the session of the cookie and show the login page."""
    await _end(request, store)
    location = links_or_default(request).url("login")
    response = Response(status_code=303, headers={**_PRIVATE, "Location": location})
    _forget_cookie(request, response)
    return response


def _account(request: Request, found: SessionDocument, language: Language) -> Response:
    from maps.desk.people_page import account_page

    region = region_or_none(request)
    names = {} if region is None else {code: one.full_name for code, one in region.by_code.items()}
    content = account_page(found.model_dump(), regencies=names, language=language)
    page = html_response(request, "desk/account.html", active="desk", **content)
    page.headers.update(_PRIVATE)
    return page


def _threads(request: Request) -> anyio.CapacityLimiter:
    """Threads for comparing passwords alone: each takes 64 MiB, and other requests must go on."""
    state = request.app.state
    if not hasattr(state, "login_threads"):
        state.login_threads = anyio.CapacityLimiter(_LOGINS_AT_ONCE)
    threads: anyio.CapacityLimiter = state.login_threads
    return threads


async def _end(request: Request, store: Any) -> None:
    session, token = caller_of(request).session, token_of(request)
    if session is not None and token is not None:
        await require_own_page(request, session)
        await anyio.to_thread.run_sync(store.sessions.end, token)


async def _asked(request: Request) -> LoginRequest:
    kind = request.headers.get("content-type", "").split(";")[0].strip()
    try:
        if kind == _FORM_TYPE:
            fields = {k: str(v) for k, v in (await request.form(max_fields=5)).items()}
            return LoginRequest.model_validate(fields)
        return LoginRequest.model_validate_json(await request.body())
    except ValidationError as error:
        # Never repeated: what stands there may be a password.
        raise InvalidBody(reason=_SAY["no_login"]) from error


def _require_safe_way(request: Request) -> None:
    """Raise where a password would cross a network unencrypted, unless the operator wants that.

    Raises
    ------
    NotAllowed
    """
    is_local = _is_loopback(address_of(request)) and _is_loopback(request.url.hostname or "")
    is_local = is_local and not any(name in request.headers for name in _FORWARDED)
    if not (is_https(request) or is_local or settings_of(request).plain_http_login):
        raise NotAllowed(reason=_SAY["plain_http"])


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _next_address(request: Request, wanted: str | None) -> str:
    """Where a browser goes on: to a page of this service, never to another site."""
    links = links_or_default(request)
    if wanted is None or not wanted.startswith("/") or wanted.startswith("//"):
        return links.url()
    if any(ord(character) <= 32 or character == "\\" for character in wanted):
        return links.url()
    return links.base + wanted


def _set_cookie(request: Request, response: Response, token: str) -> None:
    name, path = cookie_of(links_or_default(request).base)
    response.set_cookie(
        name, token, path=path, httponly=True, samesite="lax", secure=is_https(request)
    )


def _forget_cookie(request: Request, response: Response) -> None:
    name, path = cookie_of(links_or_default(request).base)
    response.delete_cookie(name, path=path, httponly=True, samesite="lax", secure=is_https(request))


def _document(request: Request, actor: Any, session: Any, language: Language) -> SessionDocument:
    return SessionDocument(
        user=actor.name or None,
        name=None if session is None else session.name,
        role=actor.role,
        role_title=role_title(actor.role).to(language),
        institution=actor.institution or None,
        regencies=None if actor.regencies is None else sorted(actor.regencies),
        ends_at=None if session is None else session.ends_at,
        csrf=None if session is None else session.csrf,
    )
