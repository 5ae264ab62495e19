"""Compression of answers: the coding that a reader takes, and the tags that follow from it.

Large bodies are compressed in threads, and streams as they pass, part for part. What comes
compressed already (tiles, prepared pages) passes; only its tag is named by its coding.
"""

import os
import re
import sys
import zlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Literal

import anyio
import anyio.lowlevel
import anyio.to_thread
import isal
from isal import isal_zlib
from starlette.types import ASGIApp, Message, Receive, Scope, Send

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Coding = Literal["gzip", "zstd"]
_Headers = list[tuple[bytes, bytes]]
# (the coding that is taken, whether an answer without any is refused)
_Chosen = tuple[Coding | None, bool]
# Takes a part of a body, and whether it is the last; gives all that can be read by then.
_Compress = Callable[[bytes, bool], bytes]

# What makes compressed bytes; another version of one may make others of the same body.
CODERS = f"isal {isal.__version__}, zlib {zlib.ZLIB_RUNTIME_VERSION}, zstd {zstd.zstd_version}"
_FEWEST_BYTES = 500
# Of an Accept-Encoding that names what there is; of a longer one nothing is taken.
_LONGEST = 1_000
# 128 KiB take the quickest coding half a millisecond, a thread costs a tenth.
_THREAD_BYTES = 128 * 1024
_MOST_THREADS = os.cpu_count() or 1
_TAGS = (b"if-none-match", b"if-match")
_TOLD = (b"content-type", b"content-encoding", b"etag")
_SUFFIX = re.compile(r'-(gzip|zstd)"')
_TAG = re.compile(r'"[^"]*"')
_QUALITY = re.compile(r"[01](\.[0-9]{0,3})?")
# What people read: pages, their styles and scripts, kept as small as they can be at little cost.
_PAGES = {"text/html", "text/css", "text/javascript", "application/javascript"}
_COMPRESSIBLE = _PAGES | {
    "application/flatgeobuf",
    "application/toml",
    "application/vnd.flatgeobuf",
    "application/vnd.mapbox-vector-tile",
    "application/wasm",
    "font/ttf",
    "image/vnd.dxf",
}
_WORDS = re.compile(r"text/(?!event-stream$)|[/+](json|xml|yaml)\b")


def coding_of(accepted: str, *, offered: Sequence[Coding] = ("zstd", "gzip")) -> Coding | None:
    """The coding that a reader likes best (RFC 9110, 12.5.3); None for none.

    Parameters
    ----------
    accepted : str
        `Accept-Encoding`; empty where there is none, which is answered without a coding.
    offered : sequence of {'gzip', 'zstd'}
        By the service's own liking, for a reader who likes several equally. `*` says gzip, which
        whoever writes it can read.
    """
    return _choice(accepted, tuple(offered))[0]


def _choice(accepted: str, offered: tuple[Coding, ...]) -> _Chosen:
    # What is remembered is short.
    return _chosen(accepted, offered) if len(accepted) <= _LONGEST else (None, False)


@lru_cache(maxsize=256)
def _chosen(accepted: str, offered: tuple[Coding, ...]) -> _Chosen:
    qualities = _qualities(accepted)
    anything = qualities.get("*", 0.0)
    plain = qualities.get("identity")
    known = {name: qualities.get(name, 0.0) for name in offered}
    if "gzip" in known:
        known["gzip"] = qualities.get("gzip", qualities.get("x-gzip", anything))
    best = max(offered, key=lambda name: known[name])
    is_refused = plain == 0 or (plain is None and "*" in qualities and anything == 0)
    is_taken = known[best] > 0 and known[best] >= (plain or 0)
    return best if is_taken else None, is_refused


def _qualities(accepted: str) -> dict[str, float]:
    """The quality of each coding that is named; one that cannot be read is 0."""
    found: dict[str, float] = {}
    for element in accepted.lower().split(","):
        name, *parameters = (part.strip() for part in element.split(";"))
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                value = value.strip()
                quality = float(value) if _QUALITY.fullmatch(value) else 0.0
        if name:
            found[name] = min(quality, 1.0)
    return found


def compressed(app: ASGIApp) -> ASGIApp:
    """Answers in a coding that the reader takes, where that is worth it.

    Who refuses the plain form too gets short answers compressed as well; what is never compressed is
    sent as it is, which the RFC leaves to the server.

    A compressed answer is other bytes, so its strong ETag is another (RFC 9110, 8.8.3.3): answers
    leave with the coding in their tag, and questions come in without it.
    """

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        scope, send = coded(scope, send)
        await app(scope, receive, send)

    return serve


def coded(scope: Scope, send: Send) -> tuple[Scope, Send]:
    """A request as if nothing were compressed, and what sends its answer in the coding that it takes."""
    accepted, tags = [], []
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            accepted.append(value.decode("latin-1"))
        elif name in _TAGS:
            tags += _TAG.findall(value.decode("latin-1"))
    said = ", ".join(accepted)
    if len(accepted) > 1 or any(_SUFFIX.search(tag) for tag in tags):
        scope = {**scope, "headers": _plain_headers(scope["headers"], said)}
    return scope, _Sending(send, _choice(said, ("zstd", "gzip")), tags).send


class _Sending:
    """One answer on its way: its head waits for the first part of its body, which says what is done."""

    def __init__(self, send: Send, chosen: _Chosen, tags: list[str]) -> None:
        self._send, self._tags = send, tags
        self._coding, self._is_plain_refused = chosen
        self._held: tuple[Message, Coding] | None = None
        self._compress: _Compress | None = None

    async def send(self, message: Message) -> None:
        is_body = message["type"] == "http.response.body"
        if message["type"] == "http.response.start":
            if self._coding is not None and _may_be_compressed(message):
                self._held = message, self._coding
            else:
                await self._send(self._tagged(message))
        elif self._held is not None:
            (start, coding), self._held = self._held, None
            if is_body and self._is_worth_it(message):
                message = await self._first(start, coding, message)
            await self._send(self._tagged(start))
            await self._send(message)
        elif is_body and self._compress is not None:
            await self._send(await _compressed(self._compress, message))
        else:
            await self._send(message)

    def _is_worth_it(self, message: Message) -> bool:
        size = len(message.get("body", b""))
        is_long = message.get("more_body", False) or size >= _FEWEST_BYTES
        return is_long or (size > 0 and self._is_plain_refused)

    async def _first(self, start: Message, coding: Coding, message: Message) -> Message:
        """The first part of a body compressed; the head says so from now on."""
        self._compress = _compressor(coding, _told(start).get(b"content-type", b""))
        message = await _compressed(self._compress, message)
        headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
        headers += [(b"content-encoding", coding.encode()), (b"vary", b"Accept-Encoding")]
        if not message.get("more_body", False):
            headers.append((b"content-length", b"%d" % len(message["body"])))
        start["headers"] = headers
        return message

    def _tagged(self, start: Message) -> Message:
        """A head whose tag names the coding of its body, or of the body that the client has."""
        told = _told(start)
        tag, coding = told.get(b"etag"), told.get(b"content-encoding")
        if tag is None or (coding is None and start["status"] != 304):
            return start
        named = tag.decode("latin-1")
        if start["status"] == 304:
            named = self._known_tag(named)
        elif coding is not None:
            named = _with_coding(named, coding.decode("latin-1"))
        renamed = (b"etag", named.encode("latin-1"))
        start["headers"] = [renamed if one[0] == b"etag" else one for one in start["headers"]]
        return start

    def _known_tag(self, tag: str) -> str:
        """Of the tags that the client named the one that stands for this one, as it named it."""
        strong = tag.removeprefix("W/")
        wanted = _with_coding(strong, self._coding) if self._coding else strong
        same = [one for one in self._tags if _SUFFIX.sub('"', one) == strong]
        known = wanted if wanted in same or not same else same[0]
        return tag.removesuffix(strong) + known


def _told(start: Message) -> dict[bytes, bytes]:
    """What the head of an answer says of its body."""
    return {name: value for name, value in start.get("headers", ()) if name in _TOLD}


async def _compressed(compress: _Compress, message: Message) -> Message:
    body, is_last = message.get("body", b""), not message.get("more_body", False)
    if len(body) < _THREAD_BYTES:
        if not is_last:
            # Of a long answer each part is short: others have their turn between them.
            await anyio.lowlevel.checkpoint()
        return {**message, "body": compress(body, is_last)}
    body = await anyio.to_thread.run_sync(compress, body, is_last, limiter=_limiter())
    return {**message, "body": body}


def _may_be_compressed(start: Message) -> bool:
    told = _told(start)
    is_open = start["status"] not in (204, 206, 304) and b"content-encoding" not in told
    return is_open and _is_compressible(_media_type(told.get(b"content-type", b"")))


@lru_cache(maxsize=256)
def _media_type(content_type: bytes) -> str:
    return content_type.partition(b";")[0].strip().lower().decode("latin-1")


@lru_cache(maxsize=256)
def _is_compressible(media_type: str) -> bool:
    return media_type in _COMPRESSIBLE or _WORDS.search(media_type) is not None


def _compressor(coding: Coding, content_type: bytes) -> _Compress:
    """The quickest of each coding that is not much larger.

    Level 3 of ISA-L: a page of GeoJSON as small as by level 5 of zlib, in an eighth of the time, but
    a page of HTML 11 % larger. Level 1 of zstd is smaller than either.
    """
    if coding == "zstd":
        return _by_zstd(zstd.ZstdCompressor(level=1))
    if _media_type(content_type) in _PAGES:
        return _by_zlib(zlib.compressobj(5, zlib.DEFLATED, 31))
    best = isal_zlib.ISAL_BEST_COMPRESSION
    return _by_zlib(isal_zlib.compressobj(best, isal_zlib.DEFLATED, 31))


def _by_zlib(deflate: Any) -> _Compress:
    def compress(body: bytes, is_last: bool) -> bytes:
        flush = zlib.Z_FINISH if is_last else zlib.Z_SYNC_FLUSH
        content: bytes = deflate.compress(body) + deflate.flush(flush)
        return content

    return compress


def _by_zstd(compressor: zstd.ZstdCompressor) -> _Compress:
    def compress(body: bytes, is_last: bool) -> bytes:
        if is_last:
            return compressor.compress(body, zstd.ZstdCompressor.FLUSH_FRAME)
        return compressor.compress(body, zstd.ZstdCompressor.FLUSH_BLOCK)

    return compress


def _with_coding(tag: str, coding: str) -> str:
    return f'{tag.removesuffix(chr(34))}-{coding}"'


def _plain_headers(headers: _Headers, accepted: str) -> _Headers:
    """A request's headers with tags as if nothing were compressed, and what is accepted in one line."""
    plain = []
    for name, value in headers:
        if name in _TAGS:
            value = _SUFFIX.sub('"', value.decode("latin-1")).encode("latin-1")
        if name != b"accept-encoding":
            plain.append((name, value))
    return [*plain, (b"accept-encoding", accepted.encode("latin-1"))] if accepted else plain


_limiters: anyio.lowlevel.RunVar[anyio.CapacityLimiter] = anyio.lowlevel.RunVar("compression")


def _limiter() -> anyio.CapacityLimiter:
    """Threads for compression of this loop, as many as there are cores."""
    try:
        return _limiters.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(_MOST_THREADS)
        _limiters.set(limiter)
        return limiter
