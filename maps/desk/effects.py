"""What the page of an upload's effect on the assessments says, in one language.

It takes the document that the service answers (`ImpactDocument` in the API's description).
"""

from collections.abc import Mapping
from typing import Any

from geo.language import Language
from geo.readiness.class_words import range_words
from maps.text import MISSING, format_number, translate

_LAYERS = {
    "zones": "layer.zones",
    "kecamatan": "layer.kecamatan",
    "regencies": "layer.regencies_plain",
}
_COUNTS = ("excluded", "removed", "added", "changed", "ranks", "unchanged")


def effects_page(document: Mapping[str, Any], *, language: Language) -> dict[str, Any]:
    """Everything that `desk/effects.html` names."""
    return {
        "title": translate("impact.title", language),
        "upload_id": document["upload"],
        "sentence": document["sentence"][language],
        "assessments": [_assessment(one, language) for one in document["assessments"]],
    }


def _assessment(one: Mapping[str, Any], language: Language) -> dict[str, Any]:
    title = translate(
        "impact.assessment",
        language,
        model=one["title"][language],
        layer=translate(_LAYERS[one["layer"]], language),
    )
    if "counts" not in one:
        why = one["why_not"][language]
        return {"title": title, "why_not": translate("impact.unknown", language, why=why)}
    counts, areas = one["counts"], one["areas"]
    return {
        "title": title,
        "why_not": None,
        "is_same": not any(counts[name] for name in ("changed", "added", "removed")),
        "counts": [
            {
                "text": translate(f"impact.count_{name}", language),
                "count": format_number(counts[name], language, decimals=0),
            }
            for name in _COUNTS
            if counts.get(name)
        ],
        "scored": _scored(counts, language),
        "years": _years(one["year"], language),
        "tables": [
            {
                "way": way,
                "title": translate(f"impact.count_{way}", language),
                "areas": [_area(area, language) for area in found],
                "more": max(0, counts[way] - len(found)),
            }
            for way, found in (
                ("added", one.get("added_areas") or ()),
                ("removed", one.get("removed_areas") or ()),
                ("changed", areas),
            )
            if found
        ],
    }


def _scored(counts: Mapping[str, int], language: Language) -> str | None:
    """How many areas have a score, where that changes."""
    before, after = counts.get("scored_before"), counts.get("scored_after")
    if before is None or after is None or before == after:
        return None
    return translate("impact.scored", language, before=before, after=after)


def _years(years: Mapping[str, int | None], language: Language) -> str | None:
    before, after = years["before"], years["after"]
    if before is None or before == after:
        return None
    return translate("impact.other_year", language, before=before, after=after)


def _area(area: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """One row; an area that comes or leaves has what it has on its one side."""
    sides = [area[side] for side in ("before", "after") if area[side] is not None]
    told = [_standing(side, language) for side in sides]
    cells = {}
    for name in ("rank", "score", "class", "band"):
        old, new = told[0][name], told[-1][name]
        cells[name] = {"before": None if old == new else old, "after": new}
    return {"name": area["name"], "key": area["area_id"], **cells}


def _standing(side: Mapping[str, Any], language: Language) -> dict[str, str]:
    words = side["class_words"]
    return {
        "rank": MISSING if side["rank"] is None else str(side["rank"]),
        "band": MISSING if side["band"] is None else str(side["band"]),
        "score": _score(side, language),
        "class": translate(f"status.{side['status']}", language)
        if words is None
        else words[language],
    }


def _score(side: Mapping[str, Any], language: Language) -> str:
    if side["score"] is None:
        return MISSING
    said = format_number(side["score"], language, decimals=1)
    between = range_words(side["score_low"], side["score_high"])
    return said if between is None else f"{said} ({between.to(language)})"
