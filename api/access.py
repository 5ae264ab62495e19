"""Who asks, and whether it may: the one place where requests meet `geo/store/roles.py`.

`install`ed around everything, it finds the `Caller` of every request, static files, tiles and unknown
paths too, and asks whether the caller may `read` at all: in a closed store only who is known may. A
path that is answered in another way must ask `admit` too. What a route does besides reading it states
as `Allowed("upload")`; `require_stated` refuses a route that states nothing.

A key comes as `Authorization: Bearer kwsn_…` or `X-API-Key: kwsn_…`, never in an address; a person
comes with the cookie of a session. Nothing here logs a key, a token or a password.
"""

import hmac
import math
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any, cast
from urllib.parse import unquote_to_bytes, urlsplit

import anyio.to_thread
from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.deps import language_or_default, links_or_default, settings_of, store_of
from api.problems import VARIES, PathNotFound, problem_of, respond
from geo.errors import (
    GeoError,
    KeyRefused,
    LoginRefused,
    NotAllowed,
    StoreFault,
    TooManyRequests,
)
from geo.language import texts
from geo.store.roles import PUBLIC, Action, Actor, Circumstances, require
from geo.store.sessions import Session
from geo.store.shared_limits import SharedRate
from geo.store.store import Store

_SAY = texts(__name__)

_COOKIE = "kawasan_session"
# A browser takes a cookie of that name only over https, for all paths and from this host itself.
_SECURE_COOKIE = "__Host-kawasan_session"
# Below a path the name before may not be used: other services of the host would get the cookie too.
_SECURE_COOKIE_BELOW = "__Secure-kawasan_session"
_ALIVE = "/healthz"
_CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf"
_FORM = "application/x-www-form-urlencoded"
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# What a closed store shows to everybody: the login and what its page needs.
_OPEN = {("GET", "/login"), ("POST", "/session")}
_OPEN_FILES = re.compile(
    r"/static/(css/(kawasan|api)\.css|icon\.svg|vendor/inter/[0-9.]+/[a-z-]+\.woff2)"
)
_REFUSALS_PER_SUBJECT = 5
_REFUSALS_OF_ALL = 120
_ALL = "*"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks; `session` where a browser's cookie says so, and whether the store is closed."""

    actor: Actor = PUBLIC
    session: Session | None = None
    is_closed: bool = False

    @property
    def is_anybody(self) -> bool:
        """Whether an answer is everybody's, and may be kept for others."""
        return self.actor is PUBLIC and not self.is_closed


_ANYBODY = Caller()


class Allowed:
    """What a route does, and so who may; as a dependency it gives the route its `Actor`.

    Use `dependencies=[Depends(Allowed("read"))]` for a router, `actor: Annotated[Actor,
    Depends(Allowed("upload"))]` for a route that must know who asks.

    Parameters
    ----------
    rate : str
        Which requests are counted together against `requests_per_minute`.
    """

    def __init__(self, action: Action, *, rate: str = "requests") -> None:
        self.action, self.rate = action, rate

    async def __call__(self, request: Request) -> Actor:
        """The caller, whom `require_stated` has let in."""
        return actor_of(request)


READS = Depends(Allowed("read"))
ReaderDep = Annotated[Actor, READS]


def caller_of(request: Request) -> Caller:
    """Who asks, as `install`ed code found; everybody where it stands around nothing."""
    return cast(Caller, request.scope.get("state", {}).get("caller", _ANYBODY))


def actor_of(request: Request) -> Actor:
    """Who asks."""
    return caller_of(request).actor


def actions_of(route: Any) -> tuple[Action, ...]:
    """What a route states that it does; empty for one that states nothing."""
    return tuple(_rates_of(route))


async def require_stated(request: Request) -> None:
    """Raise unless the matched route states what it does, and the caller may do that.

    Raises
    ------
    NotAllowed, LoginRequired, TooManyRequests
    """
    rates = _rates_of(request.scope.get("route"))
    if not rates:
        raise NotAllowed(reason=_SAY["unstated"])
    for action, rate in rates.items():
        await require_action(request, action, rate=rate)


async def require_action(request: Request, action: Action, *, rate: str = "requests") -> Actor:
    """Who asks, when the caller may do it.

    For a route whose action depends on what is asked; all others state theirs.

    Raises
    ------
    NotAllowed, LoginRequired, TooManyRequests
    """
    caller = caller_of(request)
    # The best case counts here: what is acted on is known to the route alone, which asks again.
    given = Circumstances(is_closed=caller.is_closed, is_own=action in ("submit", "withdraw"))
    if action == "read":
        if not _is_open(request):
            require(caller.actor, action, given)
        return caller.actor
    if caller.actor is PUBLIC:
        await anyio.to_thread.run_sync(_require_somebody, request)
    require(caller.actor, action, given)
    if caller.session is not None and request.method not in _SAFE_METHODS:
        await require_own_page(request, caller.session)
    limit = _limit_of(request, rate, settings_of(request).requests_per_minute)
    # Other processes count too, under a lock.
    if wait_s := await anyio.to_thread.run_sync(limit.wait_s, caller.actor.name):
        raise TooManyRequests(retry_after_s=math.ceil(wait_s))
    return caller.actor


def admit(request: Request) -> Caller:
    """Who asks, when it may be answered at all.

    Raises
    ------
    KeyRefused, TooManyRequests
        For a key that opens nothing.
    LoginRequired
        In a closed store for everybody who is not known.
    """
    if request.app.state.store is None:
        # Nothing of a store that could not be opened can be shown.
        return Caller()
    store = store_of(request)
    if request.scope["path"] == _ALIVE:
        # It says nothing of the store, and must answer when the store cannot.
        with suppress(StoreFault):
            return _admitted_to(store, request)
        return Caller()
    return _admitted_to(store, request)


def is_admitted_at_once(request: Request) -> bool:
    """Whether `admit` neither reads the catalogue nor writes into it, but for a look at its counter."""
    store = request.app.state.store
    if store is None:
        return True
    if key := _key_of(request):
        return bool(store.keys.is_at_hand(key))
    token = token_of(request)
    return token is None or bool(store.sessions.is_at_hand(token))


def _admitted_to(store: Store, request: Request) -> Caller:
    is_closed = store.rules.is_on("closed")
    if key := _key_of(request):
        caller = Caller(_keys_actor(request, key), is_closed=is_closed)
    else:
        session = session_of(request)
        actor = PUBLIC if session is None else session.actor
        caller = Caller(actor, session, is_closed)
    if not _is_open(request):
        require(caller.actor, "read", Circumstances(is_closed=is_closed))
    return caller


def access(app: ASGIApp) -> ASGIApp:
    """Lets a request through when `admit` does, and keeps answers to somebody known from others."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            caller = await _admitted(request)
            require_no_way_up(request)
        except GeoError as error:
            await log_refusal(request, error)
            problem = problem_of(error, language_or_default(request))
            await respond(request, problem)(scope, receive, send)
            return
        found = {**scope, "state": {**scope.get("state", {}), "caller": caller}}
        await app(found, receive, send if caller.is_anybody else private(send))

    return serve


async def log_refusal(request: Request, error: GeoError) -> None:
    """Write into the audit log who was refused what; a flood leaves few lines, and no secret any.

    Who only did not say who it is was not refused yet.
    """
    if request.app.state.store is None or not isinstance(error, _REFUSED):
        return
    await anyio.to_thread.run_sync(_log_refusal, request, error)


# No other path that is not there comes here: only who tries to leave the folder is written down.
_REFUSED = (KeyRefused, LoginRefused, NotAllowed, PathNotFound, TooManyRequests)


def require_no_way_up(request: Request) -> None:
    """Raise for a path with `..` as a part, however it is written; an id that holds it is none."""
    raw = request.scope.get("raw_path") or request.scope["path"].encode()
    may_be = b".." in raw or b"%" in raw
    if may_be and any(unquote_to_bytes(part) == b".." for part in raw.split(b"/")):
        raise PathNotFound(request.scope["path"])


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else "-"


def is_https(request: Request) -> bool:
    """Whether the browser speaks https: by the configured address, or by the connection."""
    configured = settings_of(request).base_url
    return request.url.scheme == "https" if configured is None else configured[:6] == "https:"


def cookie_of(base: str) -> tuple[str, str]:
    """The name and the path of the session's cookie, for a service at this public address.

    Examples
    --------
    >>> cookie_of("https://peta.example/kawasan")
    ('__Secure-kawasan_session', '/kawasan')
    """
    address = urlsplit(base)
    if address.scheme != "https":
        return _COOKIE, address.path or "/"
    return _SECURE_COOKIE_BELOW if address.path else _SECURE_COOKIE, address.path or "/"


def token_of(request: Request) -> str | None:
    """The token in the session's cookie."""
    if "cookie" not in request.headers:
        return None
    return request.cookies.get(cookie_of(links_or_default(request).base)[0]) or None


def session_of(request: Request) -> Session | None:
    """The session of the request's cookie, None without one that holds."""
    token = token_of(request)
    if token is None:
        return None
    idle_s = settings_of(request).session_idle_minutes * 60
    return store_of(request).sessions.of(token, idle_s=idle_s)


def require_same_origin(request: Request, *, is_stated: bool) -> None:
    """Raise for a request that a page of another site has sent.

    Parameters
    ----------
    is_stated : bool
        Whether a request must say where it comes from; browsers do, other programs need not.

    Raises
    ------
    NotAllowed
    """
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site")
    if origin is None and site is None:
        is_own = not is_stated
    else:
        is_own = (origin is None or origin in _own_origins(request)) and (
            site in (None, "same-origin", "none")
        )
    if not is_own:
        raise NotAllowed(reason=_SAY["foreign_origin"])


async def require_own_page(request: Request, session: Session) -> None:
    """Raise for a write that comes with a session's cookie and not from a page of this service.

    Raises
    ------
    NotAllowed
    """
    require_same_origin(request, is_stated=True)
    sent = request.headers.get(_CSRF_HEADER)
    if sent is None and request.headers.get("content-type", "").split(";")[0].strip() == _FORM:
        sent = str((await request.form()).get(CSRF_FIELD) or "")
    if not sent or not hmac.compare_digest(sent.encode(), session.csrf.encode()):
        raise NotAllowed(reason=_SAY["no_csrf"])


async def _admitted(request: Request) -> Caller:
    if is_admitted_at_once(request):
        return admit(request)
    return await anyio.to_thread.run_sync(admit, request)


def _is_open(request: Request) -> bool:
    path = request.scope["path"]
    if request.method == "GET" and _OPEN_FILES.fullmatch(path):
        return True
    return (request.method, path) in _OPEN


def _rates_of(route: Any) -> dict[Action, str]:
    """The actions that a route states, and among which requests each is counted."""
    dependant: Dependant | None = getattr(route, "dependant", None)
    return {} if dependant is None else {one.action: one.rate for one in _stated(dependant)}


def _stated(dependant: Dependant) -> Iterator[Allowed]:
    for one in dependant.dependencies:
        if isinstance(one.call, Allowed):
            yield one.call
        yield from _stated(one)


def _require_somebody(request: Request) -> None:
    """Say how the door is opened while nobody has been given a key or a user name."""
    store = store_of(request)
    if not store.keys.any() and not store.users.any():
        raise NotAllowed(reason=_SAY["nobody"])


def _keys_actor(request: Request, key: str) -> Actor:
    try:
        return store_of(request).keys.require(key)
    except KeyRefused:
        # Only failures count: an office shares one address, and its valid keys must go on working.
        most = settings_of(request).wrong_keys_per_minute
        wait_s = _limit_of(request, "wrong_keys", most).wait_s(address_of(request))
        if wait_s:
            raise TooManyRequests(retry_after_s=math.ceil(wait_s)) from None
        raise


def _own_origins(request: Request) -> set[str]:
    configured = settings_of(request).base_url
    found = {f"{request.url.scheme}://{request.headers.get('host', '')}"}
    if configured is not None:
        parts = urlsplit(configured)
        found.add(f"{parts.scheme}://{parts.netloc}")
    return found


def _key_of(request: Request) -> str | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    return request.headers.get("x-api-key", "").strip() or None


def _limit_of(request: Request, name: str, burst: int) -> SharedRate:
    """A limit of so much in a minute, the same one in all processes over this store."""
    state = request.app.state
    if not hasattr(state, "rate_limits"):
        state.rate_limits = {}
    limits: dict[str, SharedRate] = state.rate_limits
    if name not in limits:
        limits.setdefault(name, SharedRate(store_of(request).folder / "limits" / name, burst))
    return limits[name]


def _log_refusal(request: Request, error: GeoError) -> None:
    actor = actor_of(request).name
    address = address_of(request)
    named = getattr(request.state, "refused", None)
    subject = str(named or error.facts.get("prefix") or actor or address)
    limits = ((subject, _REFUSALS_PER_SUBJECT), (_ALL, _REFUSALS_OF_ALL))
    for name, burst in limits:
        if _limit_of(request, f"refusals_{burst}", burst).wait_s(name):
            return
    path = request.scope["path"][:200]
    details = {"why": type(error).__name__, "method": request.method, "path": path}
    details |= {"address": address, "detail": error.detail("en")[:500]}
    # What is refused stays refused where it cannot be written down.
    with suppress(StoreFault):
        store_of(request).log_refusal(actor or "-", subject, details)


def private(send: Send) -> Send:
    """Sends answers that no cache may give to anybody else."""

    async def send_private(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            kept = headers.get("cache-control", "no-cache")
            parts = [part.strip() for part in kept.split(",") if part.strip() != "public"]
            if "private" not in parts:
                parts.insert(0, "private")
            headers["Cache-Control"] = ", ".join(parts)
            if VARIES not in headers.get("vary", ""):
                headers.add_vary_header(VARIES)
        await send(message)

    return send_private
