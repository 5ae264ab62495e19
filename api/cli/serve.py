"""The command `kawasan serve`."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.output import output, print_notes
from api.cli.shared_options import Common, DemoOption, gathered, warn_where_synthetic
from geo.errors import InvalidInput
from geo.language import texts
from geo.planning.shipped import newer_models, newer_note

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

    from api.settings import Settings

_SAY = texts(__name__)


@gathered
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    demo: DemoOption = False,
    *,
    common: Common,
) -> None:
    """Serve the maps and the OGC API; the first start loads the shipped data.

    Examples: kawasan serve --port 8080 · kawasan serve --demo
    """
    settings = common.settings(demo=demo)
    host, port = host or settings.host, settings.port if port is None else port
    import uvicorn

    from api.main import create_app
    from geo.ingest import sandbox

    with _bound(host, port) as door, common.opened(demo=demo) as store:
        warn_where_synthetic(store, common.language())
        newer = newer_models(store, settings.data_dir)
        print_notes(newer_note(*i, settings.data_dir).to(common.language()) for i in newer.items())
        server = uvicorn.Server(server_config(create_app(settings, store=store), settings))
        door.listen()
        threading.Thread(target=sandbox.prepare, daemon=True).start()
        address = f"http://{f'[{host}]' if ':' in host else host}:{door.getsockname()[1]}"
        output.print(f"Kawasan: [bold]{address}/map[/bold]   (OGC API: {address}/)   Ctrl+C")
        with suppress(KeyboardInterrupt):
            server.run(sockets=[door])
        if not server.started:
            raise typer.Exit(1)


def server_config(app: "FastAPI", settings: "Settings") -> "uvicorn.Config":
    """How uvicorn serves: it waits for nobody for ever, and leaves proxies to `api.forwarded`."""
    import uvicorn

    return uvicorn.Config(
        app,
        http=_impatient(settings.request_idle_s),
        # It knows two of the headers, and believes who calls from this machine.
        proxy_headers=False,
        log_level="warning",
    )


def _impatient(patience_s: float) -> type[asyncio.Protocol]:
    """HTTP/1.1 of uvicorn that closes a connection whose next request does not come whole.

    The program sees a request once its headers are complete, and uvicorn waits for them for ever: so
    the time from a connection's opening, or from the first byte after an answer, to the end of the
    headers is limited here. Bodies are timed by `api.middleware.body_limit`.
    """
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class Impatient(H11Protocol):
        """Its `timer` runs while no request is being answered."""

        timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._time()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._time()

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop()
            super().connection_lost(exc)

        def _time(self) -> None:
            if self.cycle is not None and not self.cycle.response_complete:
                self._stop()
            elif self.timer is None:
                self.timer = self.loop.call_later(patience_s, self.timeout_keep_alive_handler)

        def _stop(self) -> None:
            if self.timer is not None:
                self.timer.cancel()
                self.timer = None

    return Impatient


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    """A socket with its address, taken before an address is printed that nobody answers."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends small answers at once only where the protocol is named; they wait 40 ms otherwise.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as door:
        try:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind((host, port))
        except (OSError, OverflowError, TypeError, UnicodeError) as error:
            raise InvalidInput(reason=_SAY["no_address"].format(h=host, p=port, e=error)) from error
        yield door
