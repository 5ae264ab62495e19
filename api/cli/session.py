"""What every command does alike: settings, language, the open store, errors as sentences, waiting."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from api.settings import Settings
from geo.errors import GeoError
from geo.language import LANGUAGES, Language, texts
from geo.planning.shipped import DATASETS

if TYPE_CHECKING:
    from geo.store.store import Store, Version

_SAY = texts(__name__)

OPERATOR = "operator"

errors = Console(stderr=True)


def _known_language(lang: str | None) -> str | None:
    if lang is not None and lang not in LANGUAGES:
        raise typer.BadParameter(f"{lang!r}: {', '.join(LANGUAGES)}")
    return lang


StoreOption = Annotated[
    Path | None,
    typer.Option("--store", help="Folder of the store (KAWASAN_STORE; default .kawasan)."),
]
LanguageOption = Annotated[
    str | None,
    typer.Option(
        "--lang",
        help="Language of messages: id or en.",
        show_default=False,
        callback=_known_language,
    ),
]

DemoOption = Annotated[
    bool,
    typer.Option("--demo", help="Try it on made-up land, in a store of its own (.kawasan-demo)."),
]


def stated_settings(store: Path | None) -> Settings:
    """The settings of the environment; `store` as stated on the command line goes first."""
    return Settings() if store is None else Settings(store=store)


def chosen_language(lang: str | None, settings: Settings) -> Language:
    """The language of messages."""
    # `_known_language` has refused every other word.
    return settings.default_language if lang is None else "en" if lang == "en" else "id"


@contextmanager
def open_store(settings: Settings, *, wait: bool = False) -> Iterator["Store"]:
    """The store; with `wait`, shipped data that it lacks are loaded first.

    They are missing in a new store, and where a first start was interrupted.
    """
    from geo.store.store import Store

    store = Store(settings.store)
    try:
        if wait and not DATASETS <= set(store.datasets()):
            from geo.planning.reference import load_reference

            with spinner("Memuat data acuan … / Loading reference data …"):
                load_reference(store, settings.data_dir)
        yield store
    finally:
        store.close()


@contextmanager
def explained(lang: str | None, settings: Settings) -> Iterator[None]:
    """What goes wrong as one clear sentence and exit code 1, never as a traceback."""
    language = chosen_language(lang, settings)
    try:
        yield
    except GeoError as error:
        _say(error.title.to(language), error.detail(language))
        raise typer.Exit(1) from error
    except OSError as error:
        detail = _SAY["file_fault"].format(f=error.filename or "-", e=error.strerror or error)
        _say(_SAY["file_title"].to(language), detail.to(language))
        raise typer.Exit(1) from error


@contextmanager
def spinner(what: str) -> Iterator[None]:
    """A sign of life while something takes its time."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        progress.add_task(what, total=None)
        yield


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that is told how many parts are done and how many there are."""
    from rich.progress import Progress

    with Progress(console=errors, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def demo_settings(store: Path | None, *, demo: bool) -> Settings:
    """The settings; the demo's store lies beside the real one and is never the same."""
    settings = stated_settings(store)
    if not demo:
        return settings
    from geo.planning.demo import demo_folder

    return settings.model_copy(update={"store": demo_folder(settings.store)})


@contextmanager
def open_demo(settings: Settings, *, demo: bool) -> Iterator["Store"]:
    """The store with the shipped data, and with made-up land where it is the demo's."""
    with open_store(settings, wait=True) as opened:
        if demo:
            from geo.planning.demo import load_demo

            with progress_bar("Menyiapkan data contoh … / Preparing demo data …") as progress:
                load_demo(opened, settings.data_dir, progress=progress)
        yield opened


def say_where_synthetic(store: "Store", language: Language) -> None:
    """Warn beside the output, never in it: JSON stays JSON."""
    from geo.land.synthetic_notice import NOTICE, has_synthetic_land

    if has_synthetic_land(store.current()):
        errors.print(f"[yellow]{NOTICE.to(language)}[/yellow]")


def version_line(version: "Version") -> str:
    """What was published, in one line."""
    return f"{version.dataset}: {version.number} · {version.sha256[:12]}"


def _say(title: str, detail: str) -> None:
    errors.print(f"[red]{title}[/red]: ", end="")
    errors.print(detail, markup=False, soft_wrap=True)
