"""A figure and a target in words, as every table, chart and file of the programme says them."""

from collections import Counter
from collections.abc import Mapping

from geo.indicators.table import Indicator, note_of
from geo.language import Language
from geo.programme.explorer import IndicatorView, ShownFigure
from geo.programme.gap.region_gap import Whose
from geo.programme.targets import Target, level_word, range_in_words
from maps.folium.cards import figure_text
from maps.text import format_period, translate

_WHOSE: Mapping[Whose, str] = {
    "own": "gap.its_own",
    "province": "gap.of_province",
    "nation": "gap.of_nation",
    "proposal": "gap.its_proposal",
}
# A note of more figures than these names too many to be one of theirs.
_MOST_OWN = 6


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
        level=level_word(target.level).to(language),
        range=range_in_words(target, indicator).to(language),
        document=target.document,
    )


def government_said(indicator: Indicator, language: Language) -> str:
    """That a budget of the province is its government's own; empty of what is no budget."""
    return translate("explorer.of_government", language) if indicator.is_of_government else ""


def is_proposal(target: Target) -> bool:
    """Whether a target is one that binds nobody, and has to be told from those of plans."""
    return target.level == "usulan"


def note_words(figure: ShownFigure, indicator: Indicator, language: Language) -> str:
    """The note of a figure in one language where it is known in it; empty without one."""
    return note_of(figure.note, indicator.notes).to(language) if figure.note else ""


def target_note(target: Target, indicator: Indicator, language: Language) -> str:
    """The note of a target, in one language where the catalogue knows it in both, else as it was written."""
    return note_of(target.note, indicator.notes).to(language) if target.note else ""


def own_notes(view: IndicatorView) -> frozenset[str]:
    """The notes that say something of a few figures alone; of most, a note is about the indicator."""
    counts = Counter(figure.note for row in view.rows for figure in row.figures)
    rest, total = counts.pop("", 0), counts.total()
    return frozenset(note for note, n in counts.items() if n <= _MOST_OWN and 2 * n <= rest + total)


def change_unit(indicator: Indicator, language: Language) -> str:
    """What a change of the indicator is counted in."""
    unit = indicator.unit.to(language)
    return translate("gap.percentage_points", language) if unit.startswith("%") else unit


def whose_words(whose: Whose, language: Language) -> str:
    """Whose target it is that a region is held against."""
    return translate(_WHOSE[whose], language)
