"""What the shipped zones say of their outlines and their status, in both languages.

Both are data, in the language of their layer: Indonesian. Those of the shipped zones are few and
known, so an English reader gets them in English; an office's own stand as they were written.
"""

from geo.language import Text, texts

_SAY = texts(__name__)

_OUTLINES = (
    _SAY["outlines_rectangle_of_the"],
    _SAY["outlines_disc_as_large"],
    _SAY["outlines_disc_as_large_2"],
    _SAY["outlines_disc_as_large_3"],
    _SAY["outlines_disc_as_large_4"],
    _SAY["outlines_disc_around_the"],
    _SAY["outlines_centre_of_kecamatan"],
    _SAY["outlines_centre_of_desa"],
    _SAY["outlines_approximate_cells_of"],
    _SAY["outlines_approximate_cells_of_2"],
    _SAY["outlines_centre_of_kecamatan_2"],
    _SAY["outlines_centre_of_desa_2"],
    _SAY["outlines_disc_as_large_5"],
    _SAY["outlines_approximate_cell_of"],
    _SAY["outlines_approximate_cell__the"],
)
_STATUSES = (
    _SAY["statuses_placement_in_2016"],
    _SAY["statuses_most_transmigrants_have"],
    _SAY["statuses_reported_to_overlap"],
    _SAY["statuses_land_dispute__certificates"],
    _SAY["statuses_national_priority_area"],
    _SAY["statuses_some_transmigrants_left"],
    _SAY["statuses_supported_by_the"],
    _SAY["statuses_planned__waits_for"],
    _SAY["statuses_supported_by_the_2"],
    _SAY["statuses_land_in_reserve"],
    _SAY["statuses_the_last_placement"],
)
_BY_SENTENCE = {text.id: text for text in (*_OUTLINES, *_STATUSES)}


def zone_text(sentence: str) -> Text:
    """What a zone says of itself in both languages where it is a shipped sentence, else as written.

    Examples
    --------
    >>> zone_text("Dibina provinsi (2022)").en, zone_text("Diukur ulang.").en
    ('Supported by the province (2022)', 'Diukur ulang.')
    """
    return _BY_SENTENCE.get(sentence, Text(id=sentence, en=sentence))
