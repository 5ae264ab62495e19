"""Where an upload stands between its sender and who decides of it, in sentences for its page."""

from collections.abc import Mapping, Sequence
from typing import Any

from geo.language import Language
from maps.text import translate


def standing(
    document: Mapping[str, Any],
    *,
    is_own: bool,
    names: Mapping[str, str],
    deciding: Sequence[str],
    language: Language,
) -> dict[str, Any]:
    """What `desk/standing.html` names: `returned` and `submitted`, each None where that is not so.

    Parameters
    ----------
    document : mapping
        The upload in JSON types.
    is_own : bool
        Whether the reader has sent or submitted it.
    names : mapping
        What people are called by their user names.
    deciding : sequence of str
        What those are called who may decide of it.
    """
    state, submission = document["state"], document.get("submission") or {}
    told, is_now = submission.get("returned"), state == "returned"
    returned = None
    if is_now or (told and state not in ("published", "withdrawn", "expired")):
        told = told or {}
        returned = {
            **told,
            "is_now": is_now,
            "by": names.get(told.get("by", ""), told.get("by", "")),
            "following": _following(document, language, is_own=is_own),
        }
    submitted = None
    if state == "submitted" and is_own:
        who = ", ".join(deciding) or translate("standing.nobody", language)
        submitted = {
            "following": translate("standing.submitted_text", language, who=who),
            "note": submission.get("note"),
        }
    return {"returned": returned, "submitted": submitted}


def _following(document: Mapping[str, Any], language: Language, *, is_own: bool) -> str:
    """What becomes of an upload that came back."""
    if not document.get("expires_at"):
        return translate("standing.not_kept", language)
    return translate("standing.go_on" if is_own else "standing.wait", language)
