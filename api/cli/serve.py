"""The command `kawasan serve`."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.output import output, print_notes, sign_of_life
from api.cli.shared_options import Common, DemoOption, gathered, warn_where_synthetic
from geo.errors import InvalidInput
from geo.language import texts
from geo.planning.shipped import newer_models, newer_note

if TYPE_CHECKING:
    from api.settings import Settings

_SAY = texts(__name__)


@gathered
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that serve.")] = 1,
    demo: DemoOption = False,
    *,
    common: Common,
) -> None:
    """Serve the maps and the OGC API; the first start loads the shipped data.

    Examples: kawasan serve --port 8080 · kawasan serve --workers 4 · kawasan serve --demo
    """
    settings = common.settings(demo=demo)
    host, port = host or settings.host, settings.port if port is None else port

    def greet() -> None:
        waiting.close()
        address = f"http://{f'[{host}]' if ':' in host else host}:{door.getsockname()[1]}"
        output.print(f"Kawasan: [bold]{address}/map[/bold]   (OGC API: {address}/)   Ctrl+C")

    with ExitStack() as waiting, _bound(host, port) as door:
        with common.opened(demo=demo, sign=sign_of_life) as store:
            warn_where_synthetic(store, common.language())
            newer = newer_models(store, settings.data_dir)
            notes = (newer_note(*i, settings.data_dir) for i in newer.items())
            print_notes(note.to(common.language()) for note in notes)
        door.listen()
        waiting.enter_context(sign_of_life(_SAY["starting"].to(common.language())))
        if not _served(settings, door, workers=workers, greet=greet):
            raise typer.Exit(1)
    from api.serving.workers import leave

    leave()


def _served(
    settings: "Settings", door: socket.socket, *, workers: int, greet: Callable[[], None]
) -> bool:
    from api.serving.workers import serve_alone, serve_together

    with suppress(KeyboardInterrupt):
        if workers > 1:
            return serve_together(settings, door=door, count=workers, when_ready=greet)
        return serve_alone(settings, door=door, when_ready=greet)
    return True


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
