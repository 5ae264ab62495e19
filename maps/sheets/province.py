"""What the overview of the province says, as JSON types; see `maps/sheets/content.py`."""

from collections.abc import Mapping, Sequence
from typing import Any

from geo.language import Language, source_in
from geo.readiness.quadrant import QUADRANTS, QuadrantTable
from geo.readiness.score import ZoneResult
from geo.vector.regions import full_names
from maps.escape import text_or_none
from maps.folium.cards import class_cards, standing_card, unchecked_limits
from maps.pages.certainty import range_bar, score_text, varied
from maps.sheets.content import marginalia, marked_class, numbered
from maps.sheets.paper_text import printable
from maps.sheets.sheet_subject import SheetSubject
from maps.text import format_share, translate

_MOST_TITLE = 90
_MOST_PLACE = 40
_MOST_REASON = 120
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def province_content(subject: SheetSubject) -> dict[str, Any]:
    """Everything that the overview of the province says, but for its map."""
    language, results = subject.language, subject.assessment.results
    province = subject.region.name.to(language)
    title = translate("sheet.province_title", language, province=province)
    rows, ranked = _rows(subject), subject.assessment.n_ranked
    return {
        **marginalia(subject),
        "overline": translate("sheet.province", language),
        "name": title,
        "running": title,
        "place": translate("sheet.average", language, ranked=ranked, n=len(results)),
        "rows": [row for row in rows if row["is_ranked"]],
        "bands_note": bands_note(subject),
        "unranked": [row for row in rows if not row["is_ranked"]],
        "counts": _class_counts(subject),
        "quadrants": _quadrant_counts(subject.quadrants, language),
        "unplaced": None
        if subject.quadrants is None
        else translate("sheet.unplaced", language, n=len(subject.quadrants.zones_in(None))),
        "sources": numbered(
            source_in(s, language) for r in results for c in r.criteria for s in c.sources
        ),
    }


def bands_note(subject: SheetSubject) -> str:
    """How the list is cut, how much of it is told apart, and what was varied."""
    found, language = subject.assessment.certainty, subject.language
    if not found.n_bands:
        return ""
    told = translate("sheet.bands_note", language)
    if found.apart_share is not None:
        share = format_share(found.apart_share, language)
        told += " " + translate("sheet.apart", language, share=share)
    ranks = translate("sheet.ranks_note", language)
    return f"{told} {varied(found, language)} {ranks}"


def marks_of(subject: SheetSubject) -> dict[str, str]:
    """What stands for each area on the map: its rank, or a letter for one that has none.

    The best first, then those without a rank by name.
    """
    ordered = sorted(
        subject.assessment.results,
        key=lambda r: (r.rank is None, r.rank or 0, r.name.casefold(), r.area_id),
    )
    first = subject.assessment.n_ranked
    return {
        r.area_id: _letter(i - first) if r.rank is None else str(r.rank)
        for i, r in enumerate(ordered)
    }


def _letter(i: int) -> str:
    """The place of an area as a letter: a … z, aa, ab and so on.

    Examples
    --------
    >>> _letter(0), _letter(25), _letter(26)
    ('a', 'z', 'aa')
    """
    before, last = divmod(i, len(_LETTERS))
    return (_letter(before - 1) if before else "") + _LETTERS[last]


def _rows(subject: SheetSubject) -> list[dict[str, Any]]:
    regencies = full_names(subject.regencies)
    by_id = {result.area_id: result for result in subject.assessment.results}
    codes = subject.layer.get("regency_code")
    rows = []
    for area_id, mark in marks_of(subject).items():
        code = None if codes is None else text_or_none(codes.get(area_id))
        place = printable(regencies.get(code, code) if code else "–", _MOST_PLACE)
        rows.append({"mark": mark, "place": place, **_standing(subject, by_id[area_id])})
    return rows


def _standing(subject: SheetSubject, result: ZoneResult) -> dict[str, Any]:
    language = subject.language
    standing = standing_card(
        result,
        ranked=subject.assessment.n_ranked,
        dimensions=subject.model.dimensions,
        language=language,
    )
    return {
        "is_ranked": result.rank is not None,
        "band": result.band,
        "name": printable(result.name, _MOST_TITLE),
        "score": score_text(result, language),
        "bar": range_bar(subject.assessment, result, language),
        "interval": subject.intervals.get(result.area_id, "–"),
        "unchecked": unchecked_limits(result, language).get("unchecked", ""),
        "class": marked_class(subject, result),
        "status": result.status,
        "reason": printable(standing["reason"] or "", _MOST_REASON),
        "coverage": standing["coverage"],
    }


def _class_counts(subject: SheetSubject) -> list[dict[str, Any]]:
    """How many areas each class has, the best first, then those without one."""
    language, results = subject.language, subject.assessment.results
    cards = class_cards(subject.model, language)
    counted = [
        {
            **card,
            "count": sum(r.rank is not None and r.likely_class == class_id for r in results),
        }
        for class_id, card in reversed(cards.items())
    ]
    unranked = [
        {
            "title": translate(f"status.{status}", language),
            "colour": mark,
            "count": sum(r.status == status for r in results),
        }
        for status, mark in (("excluded", "crossed"), ("insufficient_data", "hatched"))
    ]
    return counted + [row for row in unranked if row["count"]]


def _quadrant_counts(
    table: QuadrantTable | None, language: Language
) -> Sequence[Mapping[str, Any]]:
    if table is None:
        return []
    return [
        {
            "title": quadrant.title.to(language),
            "sentence": quadrant.sentence.to(language),
            "count": len(table.zones_in(quadrant.id)),
        }
        for quadrant in QUADRANTS.values()
    ]
