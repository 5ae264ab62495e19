"""Sentences in the two languages of the service, and the catalogues that hold them.

An error's sentence stands with its class; all others stand side by side in the TOML catalogue of
their room, so that neither language can be forgotten and a writer need not read code.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


class Text(NamedTuple):
    """One sentence or title in Indonesian and English.

    Examples
    --------
    >>> Text(id="Zona {name}", en="Zone {name}").format(name="Angsana").en
    'Zone Angsana'
    """

    id: str
    en: str

    def format(self, **facts: Any) -> "Text":
        """Both sentences with `facts` filled into their braces."""
        return Text(id=self.id.format(**facts), en=self.en.format(**facts))

    def to(self, language: Language) -> str:
        """The sentence in one language."""
        return self.id if language == "id" else self.en


class Sentences:
    """The sentences of one module by their ids, read from its room's catalogue at the first need."""

    __slots__ = ("_module",)

    def __init__(self, module: str) -> None:
        self._module = module

    def __getitem__(self, key: str) -> Text:
        return _table(self._module)[key]


def texts(module: str) -> Sentences:
    """The sentences of a module: those of `geo.raster.zonal` are the table `zonal` of geo/texts/raster.toml.

    A module at the root of its package has its table in the catalogue of the package's own name.

    Examples
    --------
    >>> texts("geo.land.titles")["titles_landcover"].en
    'land cover'
    """
    return Sentences(module)


@cache
def _table(module: str) -> dict[str, Text]:
    package, *rooms, name = module.split(".")
    path = _ROOT / package / "texts" / f"{rooms[0] if rooms else package}.toml"
    return {key: Text(**said) for key, said in _catalogue(path)[name].items()}


@cache
def _catalogue(path: Path) -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


_ROOT = Path(__file__).resolve().parents[1]
