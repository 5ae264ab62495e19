"""The chapters: their order, their texts in both languages, and where their links lead."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from geo.errors import NotFound
from geo.language import Language, Text
from maps.assets import Assets
from maps.guide.markdown import Rendered, rendered
from maps.text import translate

_FOLDER = Path(__file__).parent
# As they are read: first who comes with which task, then what they look up.
BY_TASK = ("planners", "gis-staff", "other-systems", "operators")
TO_LOOK_UP = ("score", "by-hand", "models", "decisions", "glossary")
CHAPTERS = BY_TASK + TO_LOOK_UP
_CHAPTER = re.compile(r"(?P<name>[\w-]+)\.md(?P<anchor>#.*)?")


class ChapterNotFound(NotFound):
    """A chapter of the guide that there is not."""

    what = Text(id="Bab panduan", en="chapter of the guide")


def chapter(name: str, language: Language, *, root: str = "") -> dict[str, Any]:
    """What the page of a chapter shows: its text, its contents, and the chapters around it.

    Parameters
    ----------
    name
        One of `CHAPTERS`.
    language
        Of the text, and of every page that its links lead to.
    root
        Address before `/guide` and the other doors, without a slash at its end.

    Raises
    ------
    ChapterNotFound
    """
    if name not in CHAPTERS:
        raise ChapterNotFound(name, list(CHAPTERS))
    text = _rendered(name, language, root)
    at = CHAPTERS.index(name)
    listed = _listed(language, root)
    return {
        "title": text.title,
        "lead": text.lead,
        "contents": text.contents,
        "text": text.html,
        "chapter": name,
        "chapters": listed,
        "before": listed[at - 1] if at else None,
        "after": listed[at + 1] if at + 1 < len(listed) else None,
    }


def contents(language: Language, *, root: str = "") -> dict[str, Any]:
    """What the first page of the guide shows: every chapter with its lead, and the address of each."""
    listed = _listed(language, root)
    return {
        "title": translate("guide.title", language),
        "by_task": listed[: len(BY_TASK)],
        "to_look_up": listed[len(BY_TASK) :],
    }


def _listed(language: Language, root: str) -> list[dict[str, str]]:
    found = [(name, _rendered(name, language, root)) for name in CHAPTERS]
    return [
        {
            "name": name,
            "title": text.title,
            "lead": text.lead,
            "address": f"{root}/guide/{name}?lang={language}",
        }
        for name, text in found
    ]


# Two languages under the one or two addresses that a service has.
@cache
def _rendered(name: str, language: Language, root: str) -> Rendered:
    text = (_FOLDER / language / f"{name}.md").read_text(encoding="utf-8")
    return rendered(text, address=_addresses(language, root))


def _addresses(language: Language, root: str) -> Callable[[str], str]:
    """Where links lead: another chapter (`score.md#weights`), a page of the service, or away."""
    assets = Assets(base=f"{root}/static")

    def address(said: str) -> str:
        if found := _CHAPTER.fullmatch(said):
            return f"{root}/guide/{found['name']}?lang={language}{found['anchor'] or ''}"
        if said.startswith("/static/"):
            return assets.image(said.removeprefix("/static/"))
        if said.startswith("/"):
            page, sign, anchor = said.partition("#")
            joint = "&" if "?" in page else "?"
            return f"{root}{page}{joint}lang={language}{sign}{anchor}"
        return said

    return address
