"""What the form by which a file is sent says: its layers by their titles, and the files half-sent."""

from collections.abc import Iterable, Mapping
from typing import Any

from geo.ingest.formats import FORMATS, GEOTIFF
from geo.language import Language, Text, size_limit
from maps.text import format_number, template, translate

_KIB = 1024
_MIB = 1024 * 1024
# Of a ZIP it is its content that tells.
_ARCHIVE = ".zip"
# What the script says while it sends, with its facts in braces.
_SAYS = (
    *(
        "none_chosen",
        "chosen",
        "too_large",
        "empty",
        "unreadable",
        "unknown_kind",
        "missing_parts",
        "one_file",
    ),
    *("packing", "looking", "figures", "left", "seconds", "minutes", "hours", "resumed"),
    *("broken", "goes_on", "stop", "stopped", "discard", "discarded", "changed", "other"),
    *("login", "handing_in"),
)


def sending(
    language: Language,
    *,
    layers: Mapping[str, Text],
    figures: str,
    targets: str,
    has_figures: bool,
    parts: Iterable[Mapping[str, Any]],
    most_bytes: int,
) -> dict[str, Any]:
    """Everything that the form says.

    Parameters
    ----------
    layers : mapping
        The titles of the published layers.
    figures, targets : str
        What the figures and the targets are called as collections.
    has_figures : bool
        Whether any are published, so that their own form can be opened.
    parts : iterable of mapping
        `PartDocument`s of whoever reads the page.
    most_bytes : int
        The largest file that is taken.
    """
    titles = {name: title.to(language) for name, title in layers.items()}
    titles[figures] = translate("sending.figures", language)
    titles[targets] = translate("sending.targets", language)
    kinds = {extension for each in (*FORMATS.values(), GEOTIFF) for extension in each.extensions}
    return {
        "layers": _told_apart(titles),
        "has_figures": has_figures,
        "most_bytes": most_bytes,
        "most": size_limit(most_bytes).to(language),
        "kinds": " ".join(sorted({*kinds, _ARCHIVE})),
        "says": {name: template(f"sending.says_{name}", language) for name in _SAYS},
        "unfinished": [_unfinished(part, language) for part in parts],
    }


def format_size(size_bytes: int, language: Language) -> str:
    """A size as programs of an office show it: KB and MB of 1,024.

    Examples
    --------
    >>> format_size(13_002_342, "id"), format_size(700, "id")
    ('12,4 MB', '1 KB')
    """
    if size_bytes >= _MIB:
        decimals = 0 if size_bytes % _MIB == 0 else 1
        return f"{format_number(size_bytes / _MIB, language, decimals=decimals)} MB"
    return f"{format_number(-(-size_bytes // _KIB), language, decimals=0)} KB"


def _told_apart(titles: Mapping[str, str]) -> list[dict[str, str]]:
    """The layers by their titles; those of one title by their ids too."""
    all_titles = [*titles.values()]
    told = {
        name: title if all_titles.count(title) == 1 else f"{title} ({name})"
        for name, title in titles.items()
    }
    by_title = sorted(told.items(), key=lambda one: one[1].casefold())
    return [{"name": name, "title": title} for name, title in by_title]


def _unfinished(part: Mapping[str, Any], language: Language) -> dict[str, Any]:
    # Not all of it never reads as all.
    percent = 100 * part["received"] // part["bytes"]
    return {
        "part": part["part"],
        "filename": part["filename"],
        "is_whole": part["received"] == part["bytes"],
        "percent": percent,
        "received": format_size(part["received"], language),
        "size": format_size(part["bytes"], language),
        "updated_at": part["updated_at"],
        "expires_at": part["expires_at"],
    }
