"""A figure and a target in words, as every table, chart and file of the programme says them."""

from geo.indicators.table import Indicator, note_of
from geo.language import Language
from geo.programme.explorer import ShownFigure
from geo.programme.targets import Target, level_title
from maps.folium.cards import figure_text
from maps.text import format_period, translate


def figure_words(figure: ShownFigure, indicator: Indicator, language: Language) -> str:
    """A figure with its period, whether it is doubtful, and how it was made where it is ours."""
    period = format_period(figure.period, language)
    said = f"{figure_text(figure.value, indicator, language)} ({period})"
    if not figure.is_good:
        said += f", {translate('explorer.doubtful', language)}"
    return f"{said}, {figure.made.to(language)}" if figure.made else said


def range_words(target: Target, indicator: Indicator, language: Language) -> str:
    """The range of a target with the sign of its unit: 3,27%–3,97%, or at most 3,97% at an open end."""
    least, most = (
        None if end is None else figure_text(end, indicator, language)
        for end in (target.least, target.most)
    )
    if least is None:
        return translate("explorer.at_most", language, value=most)
    if most is None:
        return translate("explorer.at_least", language, value=least)
    return least if least == most else translate("legend.range", language, low=least, high=most)


def target_words(target: Target, indicator: Indicator, language: Language) -> str:
    """A target with its year, its level and its document."""
    return translate(
        "explorer.target_said",
        language,
        year=target.year,
        level=level_title(target.level).to(language),
        range=range_words(target, indicator, language),
        document=target.document,
    )


def note_words(figure: ShownFigure, indicator: Indicator, language: Language) -> str:
    """The note of a figure in one language where it is known in it; empty without one."""
    return note_of(figure.note, indicator.notes).to(language) if figure.note else ""
