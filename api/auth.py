"""Who may write: an API key in a header, checked before a byte of the body is read.

A key comes as `Authorization: Bearer kwsn_…` or `X-API-Key: kwsn_…`, never in an address. While the
store has no key the door is closed. Nothing here logs a key.
"""

import math
from typing import Annotated

from fastapi import Depends, HTTPException, Request

from api.deps import language_or_default, settings_of, store_of
from geo.language import Text, texts
from geo.store.shared_limits import SharedRate

_SAY = texts(__name__)

_CHALLENGE = 'Bearer realm="kawasan"'


def require_key(request: Request) -> str:
    """The label of the caller's key.

    Raises
    ------
    HTTPException
        403 while there is no key at all, 401 for a missing or wrong one, 429 with `Retry-After` for
        too many requests.
    """
    store, settings = store_of(request), settings_of(request)
    if not store.keys.any():
        raise _refusal(request, 403, _SAY["closed"])
    key = _key_of(request)
    actor = store.keys.actor_of(key) if key else None
    label = None if actor is None else actor.name
    if label is None:
        # Only failures count: an office shares one address, and its valid keys must go on working.
        address = request.client.host if request.client else "-"
        wrong_keys = _limit_of(request, "wrong_keys", settings.wrong_keys_per_minute)
        if key and (wait := wrong_keys.wait_s(address)):
            raise _too_many(request, wait)
        raise _refusal(
            request,
            401,
            _SAY["wrong"] if key else _SAY["missing"],
            {"WWW-Authenticate": _CHALLENGE},
        )
    if wait := _limit_of(request, "requests", settings.requests_per_minute).wait_s(label):
        raise _too_many(request, wait)
    return label


ActorDep = Annotated[str, Depends(require_key)]


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


def _too_many(request: Request, wait_s: float) -> HTTPException:
    return _refusal(request, 429, _SAY["too_many"], {"Retry-After": str(math.ceil(wait_s))})


def _refusal(
    request: Request, status: int, detail: Text, headers: dict[str, str] | None = None
) -> HTTPException:
    return HTTPException(status, detail.to(language_or_default(request)), headers)
