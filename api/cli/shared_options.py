"""Options that several commands share, gathered in small dataclasses, and the store they open."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from api.cli.faults import LANGUAGE
from api.cli.output import errors, spinner
from geo.language import LANGUAGES, Language, texts
from geo.planning.shipped import DATASETS, LAYERS, behind, facts_note, lacking_facts

if TYPE_CHECKING:
    from api.settings import Settings
    from geo.store.store import Store

_SAY = texts(__name__)

# Who publishes by the command line, in the store's history.
OPERATOR = "operator"


def gathered(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the fields of its dataclass parameters as options of their own.

    A field is annotated as a parameter of a command is; the options keep the order of the
    parameters, and of the fields inside them.
    """
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {name: kind for name, kind in hints.items() if is_dataclass(kind)}
    options: list[inspect.Parameter] = []
    for parameter in inspect.signature(command).parameters.values():
        kind = groups.get(parameter.name)
        options += [parameter] if kind is None else _options_of(kind)

    @wraps(command)
    def run(**given: Any) -> None:
        for name, kind in groups.items():
            given[name] = kind(**{field.name: given.pop(field.name) for field in fields(kind)})
        command(**given)

    flat = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in options]
    run.__signature__ = inspect.Signature(flat)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in flat}
    return run


def _options_of(kind: Any) -> list[inspect.Parameter]:
    hints = get_type_hints(kind, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in fields(kind)
    ]


def _known_language(context: typer.Context, lang: str | None) -> str | None:
    if lang is None:
        return None
    if lang not in LANGUAGES:
        raise typer.BadParameter(f"{lang!r}: {', '.join(LANGUAGES)}")
    # Whatever goes wrong later is said in this language, see api/cli/faults.py.
    context.meta[LANGUAGE] = lang
    return lang


DemoOption = Annotated[
    bool,
    typer.Option("--demo", help="Try it on made-up land, in a store of its own (.kawasan-demo)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
ModelOption = Annotated[str, typer.Option(help="Model, see kawasan model list.")]
LayerOption = Annotated[
    str, typer.Option(help="Layer to assess: zones, kecamatan, desa or regencies.")
]
CrsOption = Annotated[str | None, typer.Option(help="CRS in place of the file's.")]


@dataclass(frozen=True, slots=True)
class Common:
    """Which store a command works on, and the language it speaks."""

    store: Annotated[
        Path | None,
        typer.Option("--store", help="Folder of the store (KAWASAN_STORE; default .kawasan)."),
    ] = None
    lang: Annotated[
        str | None,
        typer.Option(
            "--lang",
            help="Language of messages: id or en.",
            show_default=False,
            callback=_known_language,
            # Before any other option, so that its faults are said in this language too.
            is_eager=True,
        ),
    ] = None

    def settings(self, *, demo: bool = False) -> "Settings":
        """The settings of the environment; `--store` goes first, and the demo has its own store."""
        from api.settings import read_settings

        settings = read_settings() if self.store is None else read_settings(store=self.store)
        if not demo:
            return settings
        from geo.planning.demo import demo_folder

        return settings.model_copy(update={"store": demo_folder(settings.store)})

    def language(self) -> Language:
        """The language of messages."""
        # `_known_language` has refused every other word.
        stated = self.lang or self.settings().default_language
        return "en" if stated == "en" else "id"

    @contextmanager
    def opened(
        self,
        *,
        loaded: bool = True,
        demo: bool = False,
        sign: Callable[[str], AbstractContextManager[Callable[[str], None]]] = spinner,
    ) -> Iterator["Store"]:
        """The store; if `loaded`, with the shipped data, and with made-up land where it is the demo's.

        Shipped data are missing in a new store, and where a first start was interrupted; its models are
        older where an older program shipped them. `sign` shows that loading goes on.
        """
        from geo.store.store import Store

        settings = self.settings(demo=demo)
        store = Store(settings.store, upload_days=settings.upload_days, data_dir=settings.data_dir)
        try:
            if loaded and _lacks_shipped(store, settings.data_dir):
                _require_shipped(settings.data_dir)
                gained = lacking_facts(store, settings.data_dir)
                with sign(_SAY["loading"].to(self.language())) as tell:
                    from geo.planning.reference import load_reference

                    load_reference(store, settings.data_dir, progress=self._named(tell))
                if gained:
                    errors.print(facts_note(gained).to(self.language()), soft_wrap=True)
            if demo:
                from geo.planning.demo import load_demo

                with sign(_SAY["preparing_demo"].to(self.language())) as tell:
                    load_demo(store, settings.data_dir, progress=self._counted(tell))
            yield store
        finally:
            store.close()

    def _named(self, tell: Callable[[str], None]) -> Callable[[str], None]:
        return lambda name: tell(_SAY["loading_one"].format(name=name).to(self.language()))

    def _counted(self, tell: Callable[[str], None]) -> Callable[[int, int], None]:
        what = _SAY["preparing_demo"].to(self.language())
        return lambda done, total: tell(f"{what} {done}/{total}")


def _lacks_shipped(store: "Store", data_dir: Path) -> bool:
    """Whether a shipped dataset is missing, or a model or the catalogue is that of an older program."""
    shas = store.state()
    is_behind = bool(behind(shas, data_dir)) or bool(lacking_facts(store, data_dir))
    return is_behind or not shas.keys() >= DATASETS


def _require_shipped(folder: Path) -> None:
    """Say of a folder without the shipped data that they are missing, before any is read."""
    for name in LAYERS.values():
        (folder / name).stat()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where published data come from, as somebody must state it."""

    source: Annotated[
        str, typer.Option(help="Where it comes from, to be shown beside every figure.")
    ]
    licence: Annotated[str, typer.Option(help="Its licence.")]


@dataclass(frozen=True, slots=True)
class FileOptions:
    """How a file of features is read, where it does not say so itself."""

    crs: CrsOption = None
    encoding: Annotated[str | None, typer.Option(help="Encoding of a Shapefile's text.")] = None
    layer: Annotated[str | None, typer.Option(help="Which layer, where there are several.")] = None


def warn_where_synthetic(store: "Store", language: Language) -> None:
    """Warn beside the output, never in it: JSON stays JSON."""
    from geo.land.synthetic_notice import NOTICE, has_synthetic_land

    if has_synthetic_land(store.current()):
        errors.print(f"[yellow]{NOTICE.to(language)}[/yellow]")
