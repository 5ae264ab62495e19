"""HTTP/1.1 as the service speaks it: uvicorn on httptools, with limits that uvicorn does not keep."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# As much as h11 takes before a request's headers are complete.
MOST_HEAD_BYTES = 64 * 1024


def impatient(patience_s: float) -> type[asyncio.Protocol]:
    """The protocol that waits `patience_s` for a request's line and headers."""
    return type("Impatient", (Impatient,), {"patience_s": patience_s})


class Impatient(HttpToolsProtocol):
    """Closes a connection whose next request does not come whole, or has no end of headers.

    The program sees a request once its headers are complete, and uvicorn waits for them for ever
    and holds whatever comes: so the time from a connection's opening, or from the first byte after
    an answer, to the end of the headers is limited here, and their size. Bodies are limited by
    `api.middleware.body_limit`. `timer` runs while no request is being answered.
    """

    patience_s: float
    timer: asyncio.TimerHandle | None = None
    head_bytes: int = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection was opened."""
        super().connection_made(transport)
        self._time()

    def data_received(self, data: bytes) -> None:
        """A piece came; what it holds of a head is counted until the head is complete."""
        self.head_bytes += len(data)
        super().data_received(data)
        if self.head_bytes > MOST_HEAD_BYTES:
            self._refuse()
        self._time()

    def on_headers_complete(self) -> None:
        """A request begins. What follows in the same piece is small, as one read is."""
        self.head_bytes = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of a body, which others count."""
        self.head_bytes = 0
        super().on_body(body)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self._stop()
        super().connection_lost(exc)

    def _refuse(self) -> None:
        if self._is_waiting() and not self.transport.is_closing():
            self.send_400_response("Request line and headers are too long.")
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
