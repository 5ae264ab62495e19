"""A measure and its note as a person reads them: 3,23% of what, a share of the area in percent."""

from geo.indicators.figure_notes import note_text
from geo.language import Language
from geo.readiness.score import CriterionResult
from maps.escape import text_or_none
from maps.text import format_number, format_share, translate


def measure_text(criterion: CriterionResult, language: Language) -> str:
    """The measure with its percent sign; an en dash where there is none."""
    if criterion.is_share or criterion.measure is None:
        return format_share(criterion.measure, language)
    sign = "%" if criterion.unit.to(language).startswith("%") else ""
    return format_number(criterion.measure, language) + sign


def unit_text(criterion: CriterionResult, language: Language) -> str:
    """What follows `measure_text`: the unit without the percent sign that stands there."""
    if criterion.is_share:
        return translate("zone.of_area", language)
    return criterion.unit.to(language).removeprefix("%").lstrip()


def figure_note(note: object, language: Language) -> str | None:
    """The note of an indicator's figure in one language where it is known in it."""
    text = text_or_none(note)
    return None if text is None else note_text(text).to(language)
