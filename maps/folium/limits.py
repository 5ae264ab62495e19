"""A zone's hard limits in words: each with its outcome, and how many nobody could check."""

from typing import Any

from geo.language import Language
from geo.readiness.score import ConstraintResult, ZoneResult
from maps.text import format_share, translate


def constraint_row(constraint: ConstraintResult, language: Language) -> dict[str, Any]:
    """One hard limit of a zone's card, with the share of the zone that it touches."""
    if constraint.failed:
        outcome = "failed"
    elif constraint.excluded_share is None:
        outcome = "unknown"
    else:
        outcome = "passed"
    row = {
        "title": constraint.title.to(language),
        "outcome": outcome,
        "text": translate(f"zone.constraint_{outcome}", language),
        "share": None
        if constraint.excluded_share is None
        else translate(
            "zone.constraint_share",
            language,
            share=format_share(constraint.excluded_share, language),
            limit=format_share(constraint.limit_share, language),
        ),
        "note": constraint.note.to(language) if constraint.note else None,
    }
    return {key: value for key, value in row.items() if value is not None}


def unchecked_limits(result: ZoneResult, language: Language) -> dict[str, str]:
    """How many hard limits nobody could check, without and with their names; nothing when all were."""
    unknown = [c for c in result.constraints if not c.failed and c.excluded_share is None]
    if not unknown:
        return {}
    counted = translate("zone.unchecked", language, n=len(unknown), all=len(result.constraints))
    names = ", ".join(c.title.to(language) for c in unknown)
    named = translate("zone.unchecked_named", language, counted=counted, names=names)
    return {"unchecked": counted, "uncheckedNamed": named}
