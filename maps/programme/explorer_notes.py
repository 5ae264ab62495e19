"""What stands beside the figures of an indicator: targets with their documents, remarks, sources."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from geo.indicators.table import note_of
from geo.language import Language
from geo.programme.explorer import IndicatorView, RegionRow
from geo.programme.targets import Target, level_word, range_in_words
from maps.escape import safe_address
from maps.pages.histories import NumberedSource, numbered_sources
from maps.programme.target_marks import compared_row, end_target, level_words
from maps.programme.words import government_said, is_proposal, own_notes, target_note
from maps.text import translate

_MOST_REASONS = 8


def targets_by_document(view: IndicatorView, language: Language) -> list[dict[str, Any]]:
    """The targets of a view, one entry a document, plan and year, with the range of each region."""
    found: dict[tuple[object, ...], list[tuple[RegionRow, Target]]] = {}
    for row in view.rows:
        for one in row.targets:
            key = (one.year, one.level, one.document, one.page, one.source, one.source_url)
            found.setdefault(key, []).append((row, one))
    return [_document(held, view, language) for held in found.values()]


def targets_in_words(view: IndicatorView, language: Language) -> list[str]:
    """The targets of a view, a sentence a document: whose they are, of which plan and year."""
    said = []
    for one in targets_by_document(view, language):
        ranges = "; ".join(f"{name} {range_said}" for name, range_said in one["ranges"])
        whose = translate("explorer.goal_head", language, year=one["year"], level=one["level"])
        binding = "" if one["is_binding"] else f", {translate('target.not_binding', language)}"
        said.append(f"{whose}{binding} ({one['document']}): {ranges}")
    return said


def level_said(view: IndicatorView, language: Language, *, is_small: bool) -> str:
    """What the level behind the lines is: of one chart the target itself; empty where there is none."""
    if is_small:
        has_any = any(compared_row(view, row) for row in view.rows)
        return translate("explorer.key_levels", language) if has_any else ""
    row = compared_row(view)
    if row is None:
        return ""
    target, said = end_target(row), level_words(view, row, language)
    if target is not None and target.level == "rpjmn":
        return translate("explorer.key_level", language, target=said)
    return translate("explorer.key_level_of", language, target=said, whose=row.name.to(language))


def _document(
    held: Sequence[tuple[RegionRow, Target]], view: IndicatorView, language: Language
) -> dict[str, Any]:
    target, notes = held[0][1], {one.note for _, one in held}
    return {
        "year": target.year,
        "level": level_word(target.level).to(language),
        "is_binding": not is_proposal(target),
        "ranges": [
            (row.name.to(language), range_in_words(one, view.indicator).to(language))
            for row, one in held
        ],
        "document": target.document,
        "page": target.page,
        "source": target.source,
        "address": safe_address(target.source_url),
        "note": target_note(target, view.indicator, language) if len(notes) == 1 else "",
    }


def remarks(view: IndicatorView, language: Language) -> list[str]:
    """What has to be known of the figures: how the province's were made, breaks, their notes."""
    said = [one for one in [government_said(view.indicator, language)] if one]
    for row in view.rows:
        made: dict[str, list[int]] = {}
        for figure in row.figures:
            if figure.made:
                made.setdefault(figure.made.to(language), []).append(figure.year)
        said += [f"{row.name.to(language)} {_years(years)}: {how}." for how, years in made.items()]
        said += [reason.to(language) for reason in row.missing.values()][-1:]
        said += [
            f"{row.name.to(language)}: {translate('portrait.break', language, before=b.before, after=b.after)}"
            f" {'; '.join(reason.to(language) for reason in b.reasons)}."
            for b in row.breaks
        ]
    return said[:_MOST_REASONS] + _notes_said(view, language)[:_MOST_REASONS]


def _notes_said(view: IndicatorView, language: Language) -> list[str]:
    """The notes of figures: one that is some figures' own names them, one of most is said of all."""
    own = own_notes(view)
    said: dict[str, dict[str, list[int]]] = {}
    for row in view.rows:
        for figure in row.figures:
            if figure.note:
                years = said.setdefault(figure.note, {}).setdefault(row.name.to(language), [])
                years.append(figure.year)
    found = []
    for note, rows in said.items():
        told = note_of(note, view.indicator.notes).to(language)
        if note in own:
            whose = [f"{name} {_years(years)}" for name, years in rows.items()]
            found.append(f"{'; '.join(whose)}: {told}")
        elif told != view.indicator.caveat.to(language):
            found.append(told)
    return found


def _years(years: Sequence[int]) -> str:
    return ", ".join(map(str, years))


def sources_of(view: IndicatorView, *, year: int | None = None) -> tuple[NumberedSource, ...]:
    """The sources of a view's figures, or of those of one year, each once with its years."""
    every = [
        (f.source, f.source_url, f.via)
        for row in view.rows
        for f in row.figures
        if f.source and year in (None, f.year)
    ]
    return numbered_sources(pd.DataFrame(every, columns=["source", "source_url", "via"]))
