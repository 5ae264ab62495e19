"""What the page of one upload says: where it stands, what was found, what may be chosen and done.

It takes the documents that the service answers (see `UploadDocument` in the API's description), so
that page and JSON never disagree. Everything is text; the template escapes it.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from geo.language import Language
from geo.store.comments import Comment
from maps.desk.explanation import SEVERITIES, severity_text

_MOST_SENTENCES = 20
# The states on the way to a publication; a file that needs a choice stands where a ready one does.
_WAY = ("received", "ready", "submitted", "published")
_AT = {"checking": "received", "needs_choices": "ready", "returned": "submitted"}


def upload_page(
    document: Mapping[str, Any],
    *,
    comments: Sequence[Comment],
    steps: Collection[str],
    language: Language,
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
    """
    report = document.get("report") or {}
    offered = report.get("choices") or {}
    groups = _groups(report, language)
    return {
        "title": document["filename"],
        "upload": document,
        "state_text": document["state_text"][language],
        "way": _way(document["state"]),
        "progress": _progress(document.get("progress"), language),
        "groups": groups,
        "to_accept": any(group["to_accept"] for group in groups),
        "summary": report.get("summary") or {},
        "mapping": report.get("mapping") or [],
        "columns": offered.get("columns") or [],
        "fields": offered.get("fields") or [],
        "crs": offered.get("crs"),
        "encoding": offered.get("encoding"),
        "layers": offered.get("layers") or [],
        "repairs": offered.get("repairs") or [],
        "difference": report.get("difference"),
        # A layer that is there has a history.
        "against": report.get("against") or 0,
        "comments": comments,
        "steps": steps,
    }


def _groups(report: Mapping[str, Any], language: Language) -> list[dict[str, Any]]:
    """The findings of a report by their code, errors first; each with its count and its sentences."""
    groups: dict[str, dict[str, Any]] = {}
    for found in report.get("findings", ()):
        group = groups.setdefault(
            found["code"],
            {
                "code": found["code"],
                "severity": found["severity"],
                "severityText": severity_text(found["severity"], language),
                "to_accept": bool(found.get("to_accept")),
                "count": report["counts"].get(found["code"], 0),
                "sentences": [],
            },
        )
        if len(group["sentences"]) < _MOST_SENTENCES:
            group["sentences"].append(found["sentence"][language])
    return sorted(groups.values(), key=lambda group: [*SEVERITIES].index(group["severity"]))


def _way(state: str) -> list[dict[str, Any]]:
    """The states to a publication, which of them are passed, and which is now; none once it ended."""
    at = _AT.get(state, state)
    if at not in _WAY:
        return []
    reached = _WAY.index(at)
    return [
        {"state": name, "is_passed": number < reached, "is_now": number == reached}
        for number, name in enumerate(_WAY)
    ]


def _progress(told: Mapping[str, Any] | None, language: Language) -> dict[str, Any] | None:
    if told is None:
        return None
    return {"step": told["step"][language], "share": told["share"]}
