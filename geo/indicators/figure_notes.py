"""The notes of the shipped figures in both languages.

A figure's note is data, in the language of its table: Indonesian. Those of the shipped table are few
and known, so an English reader gets them in English; an office's own stand as they were written.
"""

from geo.language import Text, texts

_SAY = texts(__name__)

_SHIPPED = (
    _SAY["shipped_constant_prices_of"],
    _SAY["shipped_constant_prices_of_2"],
    _SAY["shipped_current_prices"],
    _SAY["shipped_life_expectancy_after"],
    _SAY["shipped_older_series_of"],
    _SAY["shipped_older_series"],
    _SAY["shipped_kepmendagri_300_2_2_2138_2025__the"],
    _SAY["shipped_letter_of_big"],
    _SAY["shipped_the_source_s_column"],
    _SAY["shipped_sets_no_minimum"],
    _SAY["shipped_sets_a_minimum"],
    _SAY["shipped_rounded_to_tens"],
    _SAY["shipped_printed_by_the"],
    _SAY["shipped_derived__3_73__september"],
    _SAY["shipped_low_confidence__a"],
    _SAY["shipped_disagrees_with_its"],
)
_BY_NOTE = {text.id: text for text in _SHIPPED}


def note_text(note: str) -> Text:
    """A figure's note in both languages where it is a shipped one, else as it was written.

    Examples
    --------
    >>> note_text("Harga konstan 2010.").en, note_text("Diukur ulang.").en
    ('Constant prices of 2010.', 'Diukur ulang.')
    """
    return _BY_NOTE.get(note, Text(id=note, en=note))
