"""The command `kawasan serve`."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Annotated

import typer

from api.cli.output import output, print_notes
from api.cli.shared_options import Common, DemoOption, gathered, warn_where_synthetic
from geo.errors import InvalidInput
from geo.language import texts
from geo.planning.shipped import newer_models, newer_note

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

    with _bound(host, port) as door, common.opened(demo=demo) as store:
        warn_where_synthetic(store, common.language())
        newer = newer_models(store, settings.data_dir)
        print_notes(newer_note(*i, settings.data_dir).to(common.language()) for i in newer.items())
        server = uvicorn.Server(
            uvicorn.Config(create_app(settings, store=store), log_level="warning")
        )
        door.listen()
        address = f"http://{f'[{host}]' if ':' in host else host}:{door.getsockname()[1]}"
        output.print(f"Kawasan: [bold]{address}/map[/bold]   (OGC API: {address}/)   Ctrl+C")
        with suppress(KeyboardInterrupt):
            server.run(sockets=[door])
        if not server.started:
            raise typer.Exit(1)


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
