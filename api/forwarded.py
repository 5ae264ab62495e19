"""The address under which a request was asked for, as the proxies before the service tell it. Pure.

Only who calls from a trusted address is believed, and of a list only what trusted proxies wrote: it is
read from its end, where the nearest one stands. What cannot be read counts as not said.

Where a proxy sends both families of headers, X-Forwarded-* counts: it is what proxies set by themselves,
and a `Forwarded` beside it came through from whoever asked.

References
----------
RFC 7239 (Forwarded); X-Forwarded-For, -Proto, -Host, -Port and -Prefix are custom without a text.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# The part of the public address that a proxy takes off the path, in the scope of a request.
PREFIX = "kawasan.prefix"

_MOST_HOPS = 32
_AUTHORITY = re.compile(
    r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_][A-Za-z0-9._-]{0,252})(?::(\d{1,5}))?"
)
_SEGMENT = re.compile(r"(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+")
# RFC 7239, 4: pairs of a token and a value; quotes are forgotten around addresses often enough.
_PAIR = re.compile(
    r"[ \t]*(?:([A-Za-z0-9!#$%&'*+.^_`|~-]+)=(?:\"((?:[^\"\\]|\\.)*)\"|([^\s\",;]*))[ \t]*)?([,;]|$)"
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Told:
    """What the trusted proxies say of a request; None where they say nothing that can be used.

    `is_for` tells whether they say who asked: then an `address` of None is one that they hide.
    """

    is_for: bool = False
    address: str | None = None
    scheme: str | None = None
    host: str | None = None
    port: int | None = None
    prefix: str = ""


def forwarded(app: ASGIApp, trusted: Sequence[str]) -> ASGIApp:
    """Requests as they were before the proxies at the `trusted` addresses or networks passed them on."""
    networks = [ipaddress.ip_network(one, strict=False) for one in trusted]

    @lru_cache(maxsize=256)
    def is_trusted(caller: str) -> bool:
        return _is_of(_address(caller), networks)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if scope["type"] == "http" and client and is_trusted(client[0]):
            scope = _as_asked(scope, told(Headers(scope=scope), networks))
        await app(scope, receive, send)

    return serve


def told(headers: Headers, networks: Sequence[Network]) -> Told:
    """What a trusted proxy's `headers` say."""
    if any(name.startswith("x-forwarded-") for name in headers):
        return _of_x_forwarded(headers, networks)
    hops = hops_of(", ".join(headers.getlist("forwarded")))
    return _of_hops(hops, networks)


def hops_of(header: str) -> list[dict[str, str]]:
    """The elements of a `Forwarded` header, the first proxy's first; none if any cannot be read.

    Examples
    --------
    >>> hops_of('for="[2001:db8::1]:80";proto=https, for=10.0.0.2')
    [{'for': '[2001:db8::1]:80', 'proto': 'https'}, {'for': '10.0.0.2'}]
    """
    hops: list[dict[str, str]] = [{}]
    at = 0
    while at <= len(header):
        pair = _PAIR.match(header, at)
        if pair is None:
            return []
        name, quoted, bare, end = pair.groups()
        if name is not None:
            if name.lower() in hops[-1] or len(hops) > _MOST_HOPS:
                return []
            hops[-1][name.lower()] = bare if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        if end == ",":
            hops.append({})
        at = pair.end() if end else len(header) + 1
    # An element may be empty (RFC 9110, 5.6.1) and then is nobody's.
    return [hop for hop in hops if hop]


def host_name(authority: str) -> str | None:
    """The host of `host[:port]`, in small letters, without brackets and a last dot; None for no such.

    Examples
    --------
    >>> host_name("Peta.Example:8000"), host_name("[::1]:80"), host_name("a b")
    ('peta.example', '::1', None)
    """
    found = _AUTHORITY.fullmatch(authority)
    if found is None or not 0 < int(found[2] or 80) < 65_536:
        return None
    name = found[1].lower()
    return name[1:-1] if name.startswith("[") else name.removesuffix(".")


def _of_x_forwarded(headers: Headers, networks: Sequence[Network]) -> Told:
    def listed(name: str) -> list[str]:
        found = ",".join(headers.getlist(f"x-forwarded-{name}")).split(",")
        return [one.strip() for one in found if one.strip()][-_MOST_HOPS:]

    addresses = listed("for")
    depth, address = _client(addresses, networks)

    def said(name: str, read: Callable[[str], str | None]) -> str | None:
        # As far from the end as who asked stands; a proxy that sets one value wrote it for all.
        found = listed(name)
        return read(found[-min(depth, len(found))]) if found else None

    port = said("port", _port)
    prefixes = [_prefix(one) for one in listed("prefix")[-depth:]]
    return Told(
        is_for=bool(addresses),
        address=address,
        scheme=said("proto", _scheme),
        host=said("host", _host),
        port=None if port is None else int(port),
        prefix="".join(one for one in prefixes if one) if None not in prefixes else "",
    )


def _of_hops(hops: Sequence[Mapping[str, str]], networks: Sequence[Network]) -> Told:
    addresses = [hop.get("for", "") for hop in hops]
    depth, address = _client(addresses, networks)

    def said(name: str, read: Callable[[str], str | None]) -> str | None:
        # A proxy may leave out what the one before it has said.
        values = (read(hop[name]) for hop in hops[-depth:] if name in hop)
        return next(values, None)

    is_for = bool(hops) and "for" in hops[-1]
    return Told(
        is_for=is_for,
        address=address,
        scheme=said("proto", _scheme),
        host=said("host", _host),
    )


def _client(addresses: Sequence[str], networks: Sequence[Network]) -> tuple[int, str | None]:
    """How far from the end of a list who asked stands, and where it calls from."""
    address = None
    for depth, text in enumerate(reversed(addresses), start=1):
        address = _address(text)
        if not _is_of(address, networks):
            return depth, None if address is None else str(address)
    return max(len(addresses), 1), None if address is None else str(address)


def _is_of(address: Address | None, networks: Sequence[Network]) -> bool:
    return address is not None and any(address in network for network in networks)


def _address(text: str) -> Address | None:
    """An IP address, with or without a port; None for a name, `unknown` and a hidden one."""
    bare = re.sub(r"^\[(.*)\](:\d+)?$|^([^:]*):\d+$", r"\1\3", text)
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


def _scheme(text: str) -> str | None:
    return text.lower() if text.lower() in _DEFAULT_PORTS else None


def _host(text: str) -> str | None:
    return text if host_name(text) is not None else None


def _port(text: str) -> str | None:
    return text if re.fullmatch(r"[0-9]{1,5}", text) and 0 < int(text) < 65_536 else None


def _prefix(text: str) -> str | None:
    """A path without a slash at its end; None for what could lead to another host or folder."""
    parts = text.rstrip("/").split("/")
    if parts == [""]:
        return ""
    is_path = parts[0] == "" and all(_SEGMENT.fullmatch(one) for one in parts[1:])
    return "/".join(parts) if is_path and not {".", ".."} & set(parts) else None


def _as_asked(scope: Scope, said: Told) -> Scope:
    scheme = said.scheme or scope["scheme"]
    headers = Headers(scope=scope)
    host = _with_port(said, headers.get("host", ""), scheme)
    found = {**scope, "scheme": scheme, PREFIX: said.prefix}
    if said.is_for:
        found["client"] = None if said.address is None else (said.address, 0)
    if host != headers.get("host", ""):
        kept = [(name, value) for name, value in scope["headers"] if name != b"host"]
        found["headers"] = [*kept, (b"host", host.encode("latin-1"))]
    return found


def _with_port(said: Told, own: str, scheme: str) -> str:
    """The host as a browser writes it. A port that a proxy names replaces the one of its own call."""
    host = said.host or own
    parts = _AUTHORITY.fullmatch(host)
    if parts is None:
        return host
    port = parts[2] if said.host and parts[2] else said.port or parts[2]
    is_usual = port is None or int(port) == _DEFAULT_PORTS[scheme]
    return parts[1] if is_usual else f"{parts[1]}:{port}"
