"""HTTP/1.1 as the service speaks it: uvicorn on httptools, with limits that uvicorn does not keep."""

import asyncio
from array import array
from collections.abc import Sequence

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

# As much as h11 takes before a request's headers are complete.
MOST_HEAD_BYTES = 64 * 1024


# A slow reader takes something of an answer now and then, as often as the system's buffers have room.
_STALLED = 10


def impatient(patience_s: float) -> type[asyncio.Protocol]:
    """The protocol that waits `patience_s` for a request's line and headers, and ten times as long for a reader."""
    return type("Impatient", (Impatient,), {"patience_s": patience_s})


class _Parser(httptools.HttpRequestParser):
    """Stops behind the head of a request that offers another protocol; `stopped_at` says where."""

    stopped_at: int | None = None

    def feed_data(self, data: "bytes | bytearray | memoryview | array[int]") -> None:
        try:
            super().feed_data(data)
        except httptools.HttpParserUpgrade as offered:
            self.stopped_at = offered.args[0]


class Impatient(HttpToolsProtocol):
    """Closes a connection whose next request does not come whole, or has no end of headers.

    The program sees a request once its headers are complete, and uvicorn waits for them for ever
    and holds whatever comes: so the time from a connection's opening, or from the first byte after
    an answer, to the end of the headers is limited here, and their size. Bodies are limited by
    `api.middleware.body_limit`. `timer` runs while no request is being answered.

    Whoever offers another protocol (`Upgrade`) is answered in this one (RFC 9110, 7.8). The parser
    takes no body of such a request, and what follows would be read as the next one: so its head is
    read again without the offer.

    A connection whose reader takes nothing of an answer for a long time is ended too.
    """

    patience_s: float
    parser: _Parser
    timer: asyncio.TimerHandle | None = None
    head_bytes: int = 0
    cycles: Sequence[RequestResponseCycle] = ()
    stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection was opened."""
        super().connection_made(transport)
        self.parser = self._new_parser()
        self._time()

    def data_received(self, data: bytes) -> None:
        """A piece came; what it holds of a head is counted until the head is complete."""
        self.head_bytes += len(data)
        super().data_received(data)
        rest = memoryview(data)
        while not self.transport.is_closing() and self.parser.stopped_at is not None:
            rest = rest[self.parser.stopped_at :]
            self._go_on(rest)
        if self.head_bytes > MOST_HEAD_BYTES:
            self._refuse("Request line and headers are too long.")
        self._time()

    def on_headers_complete(self) -> None:
        """A request begins. What follows in the same piece is small, as one read is."""
        if self.parser.should_upgrade():
            return
        version, hosts = self.parser.get_http_version(), sum(n == b"host" for n, _ in self.headers)
        # RFC 9112, 2.3 and 3.2: a proxy may take the other of two hosts for the one that is meant.
        if version not in ("1.0", "1.1") or hosts > 1 or (version == "1.1" and hosts == 0):
            raise httptools.HttpParserError("version or host")
        self.head_bytes = 0
        super().on_headers_complete()
        self.cycles = [*(one for one in self.cycles if not one.response_complete), self.cycle]

    def on_message_complete(self) -> None:
        """A request has ended, unless its head is read again."""
        if not self.parser.should_upgrade():
            super().on_message_complete()

    def on_body(self, body: bytes) -> None:
        """A part of a body, which others count."""
        self.head_bytes = 0
        super().on_body(body)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self._stop()
        self._be_read()
        super().connection_lost(exc)
        # uvicorn tells the last of several requests alone, and the others write to nobody.
        for cycle in self.cycles:
            cycle.disconnected = True
            cycle.message_event.set()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing more was asked for; of the last answer something may still wait to be read."""
        super().timeout_keep_alive_handler()
        if self.transport.get_write_buffer_size():
            self._watch(-1)

    def pause_writing(self) -> None:
        """More waits to be sent than is held for a reader."""
        super().pause_writing()
        self._watch(-1)

    def resume_writing(self) -> None:
        """The reader has taken most of it."""
        super().resume_writing()
        self._be_read()

    def _watch(self, before: int) -> None:
        """End the connection unless less waits to be sent than before."""
        self._be_read()
        waiting = self.transport.get_write_buffer_size()
        if waiting == before:
            self.transport.abort()
        else:
            self.stalled = self.loop.call_later(_STALLED * self.patience_s, self._watch, waiting)

    def _be_read(self) -> None:
        if self.stalled is not None:
            self.stalled.cancel()
            self.stalled = None

    def _new_parser(self) -> _Parser:
        parser = _Parser(self)
        # As uvicorn reads.
        parser.set_dangerous_leniencies(lenient_data_after_close=True)
        return parser

    def _go_on(self, rest: memoryview) -> None:
        """Read a head again without its offer, and what follows."""
        method, version = self.parser.get_method(), self.parser.get_http_version()
        if method == b"CONNECT":
            self._refuse("This is no proxy.")
            return
        lines = [b"%b %b HTTP/%b" % (method, self.url, version.encode())]
        lines += [b"%b: %b" % one for one in self.headers if one[0] != b"upgrade"]
        self.parser = self._new_parser()
        super().data_received(b"\r\n".join([*lines, b"\r\n"]))
        super().data_received(rest)  # type: ignore[arg-type]  # read, not copied

    def _refuse(self, why: str) -> None:
        if self._is_waiting() and not self.transport.is_closing():
            self.send_400_response(why)
        else:
            self.transport.close()

    def _is_waiting(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _time(self) -> None:
        if not self._is_waiting():
            self._stop()
        elif self.timer is None:
            self.timer = self.loop.call_later(self.patience_s, self.timeout_keep_alive_handler)

    def _stop(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
