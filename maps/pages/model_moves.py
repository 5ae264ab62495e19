"""What the page of a model's changes shows: which criteria, which scores, and why, in one language."""

from typing import Any

from geo.language import Language, decimal, percent
from geo.planning.model_changes import AreaChange, ModelChanges
from geo.planning.shipped import newer_note
from geo.readiness.assessment import Assessment
from geo.readiness.class_words import class_words
from geo.readiness.score import ZoneResult
from maps.folium.certainty_cards import range_text
from maps.text import MISSING, format_number, translate

LAYERS = ("zones", "kecamatan")
_WAYS = {
    "came": "moves.came",
    "went": "moves.went",
    "heavier": "moves.heavier",
    "lighter": "moves.lighter",
    "same": "moves.same",
}


def model_changes_page(
    found: ModelChanges, *, newer: str | None = None, language: Language
) -> dict[str, Any]:
    """Everything that the page says; `newer` is a shipped version that the office has not taken."""
    model = found.after.model
    old, new = _versions(found, language)
    return {
        "title": translate(
            "moves.title", language, model=model.title.to(language), version=model.version
        ),
        "lead": translate("moves.lead", language, before=old, year=found.after.year)
        if old is not None
        else translate("moves.only_one", language),
        "model_id": model.id,
        "old": old,
        "new": new,
        "newer": None if newer is None else newer_note(model.id, newer).to(language),
        "layer": found.after.layer,
        "layers": [(name, translate(f"layer.{name}", language)) for name in LAYERS],
        "reasons": [one.text.to(language) for one in found.reasons],
        "criteria": [
            {
                "title": one.title.to(language),
                "way": one.way,
                "said": translate(_WAYS[one.way], language),
                "before": _weight(one.before, language),
                "after": _weight(one.after, language),
            }
            for one in found.criteria
        ],
        "areas": [
            _area(one, found.before or found.after, found.after, language) for one in found.areas
        ],
    }


def _versions(found: ModelChanges, language: Language) -> tuple[str | None, str]:
    """What both versions are called; with their numbers in the store where the file names them alike."""
    new = found.after.model.version
    if found.before is None or found.old is None:
        return None, new
    old = found.before.model.version
    if old != new:
        return old, new
    before, after = (
        translate("moves.numbered", language, version=new, number=version.number)
        for version in (found.old, found.new)
    )
    return before, after


def _area(
    one: AreaChange, before: Assessment, after: Assessment, language: Language
) -> dict[str, Any]:
    then, now = one.before.score, one.after.score
    return {
        "area_id": one.area_id,
        "name": one.name,
        "before": _side(one.before, before, language),
        "after": _side(one.after, after, language),
        "moved": MISSING
        if then is None or now is None
        else decimal(now - then, signed=True).to(language),
    }


def _side(result: ZoneResult, assessment: Assessment, language: Language) -> dict[str, str]:
    words = class_words(result, assessment.model)
    return {
        "score": MISSING
        if result.score is None
        else format_number(result.score, language, decimals=1),
        "range": range_text(result, language),
        "rank": MISSING if result.rank is None else str(result.rank),
        "class": translate(f"status.{result.status}", language)
        if words is None
        else words.to(language),
    }


def _weight(weight: float | None, language: Language) -> str:
    return MISSING if weight is None else percent(weight).to(language)
