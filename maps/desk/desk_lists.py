"""What the desk lists for who is logged in: what waits, what is on its way, what came back, what was decided."""

from collections.abc import Iterable, Mapping
from typing import Any

from geo.language import Language, Text
from maps.text import format_number, translate

# What waits for a decision or a next step; all else of what waits came back.
_TO_DO = ("submitted", "ready")


def inbox_lists(
    *,
    waiting: Iterable[Mapping[str, Any]],
    on_the_way: Iterable[Mapping[str, Any]],
    decided: Iterable[Mapping[str, Any]],
    decided_in_all: int,
    titles: Mapping[str, Text],
    names: Mapping[str, str],
    outcomes: Mapping[str, Mapping[str, Any]],
    language: Language,
) -> dict[str, Any]:
    """Everything that `desk/inbox.html` lists.

    Parameters
    ----------
    waiting : iterable of mapping
        Uploads as the service lists them, each with its `reason`, its `since`, and what was `said` of it:
        a text, or a sentence in both languages, or None.
    on_the_way, decided : iterable of mapping
        Uploads as the service lists them, the newest first.
    titles : mapping
        Of layers, rasters and figures by their ids; one that has none is called by its id.
    names : mapping
        What people are called by their user names; a key is called as it is.
    outcomes : mapping
        What became of those that were published or withdrawn, by their ids; see `api.uploads.outcome`.
    """

    def row(one: Mapping[str, Any]) -> dict[str, Any]:
        title = titles.get(one["collection"])
        return {
            "since": one["updated_at"],
            "said": None,
            "became": None,
            **one,
            "title": (one["subject"] or {}).get(language, one["filename"]),
            "layer": one["collection"] if title is None else title.to(language),
            "by": names.get(one["created_by"], one["created_by"]),
            "state_text": one["state_text"][language],
        }

    def waits(one: Mapping[str, Any]) -> dict[str, Any]:
        said = one["said"]
        return {
            **row(one),
            "why": translate(f"inbox.why_{one['reason']}", language),
            "said": said[language] if isinstance(said, Mapping) else said,
        }

    rows = [waits(one) for one in waiting]
    last = [{**row(one), **_outcome(outcomes.get(one["upload"]), language)} for one in decided]
    return {
        "waiting": [one for one in rows if one["reason"] in _TO_DO],
        "back": [one for one in rows if one["reason"] not in _TO_DO],
        "on_the_way": [row(one) for one in on_the_way],
        "decided": last,
        "decided_in_all": decided_in_all,
        "decided_shown": translate(
            "inbox.shown",
            language,
            n=format_number(len(last), language),
            all=format_number(decided_in_all, language),
        ),
    }


def _outcome(became: Mapping[str, Any] | None, language: Language) -> dict[str, Any]:
    """What its state does not tell: that its version is no longer shown, or that another withdrew it."""
    if became is None:
        return {}
    if "number" not in became:
        by = became["withdrawn_by"]
        told = translate("outcome.tag_withdrawn", language, by=by)
        return {} if became["is_own"] else {"state_text": told, "said": became["reason"]}
    if became["current"] is None:
        return {"became": translate("outcome.hidden", language)}
    if became["current"] != became["number"]:
        current = became["current"]
        return {"became": translate("outcome.tag_not_current", language, current=current)}
    return {}
