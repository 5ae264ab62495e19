"""A figure and a target in words, as every table, chart and file of the programme says them."""

from geo.indicators.table import Indicator, note_of
from geo.language import Language
from geo.programme.explorer import ShownFigure
from geo.programme.targets import Target, level_title, range_in_words
from maps.folium.cards import figure_text
from maps.text import format_period, translate


def figure_words(figure: ShownFigure, indicator: Indicator, language: Language) -> str:
    """A figure with its period, whether it is doubtful, and how it was made where it is ours."""
    period = format_period(figure.period, language)
    said = f"{figure_text(figure.value, indicator, language)} ({period})"
    if not figure.is_good:
        said += f", {translate('explorer.doubtful', language)}"
    return f"{said}, {figure.made.to(language)}" if figure.made else said


def target_words(target: Target, indicator: Indicator, language: Language) -> str:
    """A target with its year, its level and its document."""
    return translate(
        "explorer.target_said",
        language,
        year=target.year,
        level=level_title(target.level).to(language),
        range=range_in_words(target, indicator).to(language),
        document=target.document,
    )


def note_words(figure: ShownFigure, indicator: Indicator, language: Language) -> str:
    """The note of a figure in one language where it is known in it; empty without one."""
    return note_of(figure.note, indicator.notes).to(language) if figure.note else ""
