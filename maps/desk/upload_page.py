"""What the page of one upload says: where it stands, what was found, what may be chosen and done.

It takes the documents that the service answers (see `UploadDocument` in the API's description), so
that page and JSON never disagree. Everything is text; the template escapes it.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from geo.language import Language, Text
from geo.store.comments import Comment
from geo.store.roles import Role, role_title
from geo.vector.schema import SCHEMAS
from maps.desk.findings import MOST_AT_ONCE, groups
from maps.desk.map import Ground, map_facts
from maps.desk.reading import accepting, reading

# The states on the way to a publication; a file that needs a choice stands where a ready one does.
_WAY = ("received", "ready", "submitted", "published")
_AT = {"checking": "received", "needs_choices": "ready"}


def upload_page(
    document: Mapping[str, Any],
    *,
    comments: Sequence[Comment],
    steps: Collection[str],
    layers: Mapping[str, Text],
    language: Language,
    drawings: Collection[str] = (),
    ground: Ground = Ground(),  # noqa: B008  frozen
) -> dict[str, Any]:
    """Everything that `desk/upload.html` names.

    Parameters
    ----------
    document : mapping
        The upload in JSON types; `report` is missing until the file was checked.
    comments : sequence of Comment
        What was said of it, the oldest first.
    steps : collection of str
        What the reader may do with it now: choose, submit, publish, return, withdraw, comment.
    layers : mapping
        The titles of the published layers, which its file may become.
    drawings, ground
        What its map may ask for, and what lies around; see `maps.desk.map`.
    """
    report = document.get("report") or {}
    return {
        "title": (document["subject"] or {}).get(language, document["filename"]),
        "upload": document,
        "layer_title": _layer_title(document, layers, language),
        "state_text": document["state_text"][language],
        "way": _way(document),
        "progress": _progress(document.get("progress"), language),
        "groups": groups(report, language),
        "at_once": MOST_AT_ONCE,
        # While a check runs, the last report is about to be replaced.
        "map_facts": None
        if document.get("progress")
        else map_facts(report, drawings=drawings, ground=ground, language=language),
        "accepting": accepting(document, language),
        "reading": reading(document, layers=layers, language=language),
        "summary": report.get("summary") or {},
        "mapping": report.get("mapping") or [],
        "difference": report.get("difference"),
        # A layer that is there has a history.
        "against": report.get("against") or 0,
        "comments": [_comment(one, language) for one in comments],
        "steps": steps,
    }


def _layer_title(
    document: Mapping[str, Any], layers: Mapping[str, Text], language: Language
) -> str:
    """What the layer of an upload is called, published or not."""
    layer = document["collection"]
    if layer in layers:
        return layers[layer].to(language)
    return SCHEMAS[layer].title.to(language) if layer in SCHEMAS else layer


def _comment(said: Comment, language: Language) -> dict[str, Any]:
    """One comment; `place` is the feature or the position that it speaks of, empty for neither."""
    return {
        "author": said.author,
        "role": role_title(cast(Role, said.role)).to(language),
        "institution": said.institution,
        "at": said.at,
        "text": said.text,
        "place": dict(said.place or {}),
    }


def _way(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The states to a publication, which of them are passed, and which is now; none once it ended.

    What came back stands where its sender goes on, under a name of its own.
    """
    state = document["state"]
    is_back = state == "returned" and document["expires_at"] is not None
    at = "ready" if is_back else _AT.get(state, state)
    if at not in _WAY:
        return []
    reached = _WAY.index(at)
    return [
        {
            "state": state if is_back and number == reached else name,
            "is_passed": number < reached,
            "is_now": number == reached,
        }
        for number, name in enumerate(_WAY)
    ]


def _progress(told: Mapping[str, Any] | None, language: Language) -> dict[str, Any] | None:
    if told is None:
        return None
    return {"step": told["step"][language], "share": told["share"]}
