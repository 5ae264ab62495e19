"""Figures that an office surveyed zone by zone: the numbers in the columns of a zone layer.

Offices upload them with their zones (`geo/ingest/fields.py` keeps the columns), as numbers or as texts such
as `61,5`. A number that cannot be read is missing and says why.
"""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd

from geo.language import MOST_NAME, Text, shortened, texts
from geo.mcda.value_functions import AttributeMeasure
from geo.readiness.score import Measure
from geo.vector.numerals import Numeral, parse_numerals

_SAY = texts(__name__)

# A value is shown as far as it helps to find it.
_MOST_SHOWN = 40


def attribute_measures(
    zones: gpd.GeoDataFrame,
    asked: AttributeMeasure,
    *,
    year: int,
    layer_source: str | None = None,
) -> list[Measure]:
    """One measure a zone from a column of the layer.

    Parameters
    ----------
    zones : GeoDataFrame
        n_zones.
    year : int
        The year of the assessment; a figure of a later year is used and says so.
    layer_source : str, optional
        Where the layer comes from; without it each zone's own `source`.

    Returns
    -------
    list of Measure
        In the order of `zones`. Missing, with a note, where there is no such column, no value, or
        a text that is no number or could be two.
    """
    if asked.attribute not in zones:
        return [Measure(None, 0.0, note=_SAY["no_column"])] * len(zones)
    figures = parse_numerals(_plain(zones, asked.attribute))
    texts = _plain(zones, asked.attribute)
    years = [n.number for n in parse_numerals(_plain(zones, asked.year_attribute))]
    sources = [layer_source] * len(zones) if layer_source else _plain(zones, "source")
    return [_measure(*row, year=year) for row in zip(figures, texts, years, sources, strict=True)]


def joined_notes(notes: Sequence[Text]) -> Text | None:
    """Several remarks on one measure as one; None without any."""
    if not notes:
        return None
    return Text(id="; ".join(n.id for n in notes), en="; ".join(n.en for n in notes))


def _measure(
    figure: Numeral,
    text: object,
    of_year: float | None,
    source: object,
    *,
    year: int,
) -> Measure:
    if figure.number is None:
        return Measure(None, 0.0, note=_why_missing(figure, text))
    notes = []
    if of_year is None:
        notes.append(_SAY["no_year"])
    elif of_year > year:
        notes.append(_SAY["later"].format(year=f"{of_year:.0f}", asked=year))
    if not source:
        notes.append(_SAY["no_source"])
    return Measure(
        value=figure.number,
        credit=1.0,
        period=None if of_year is None else f"{of_year:.0f}",
        sources=(shortened(str(source), MOST_NAME),) if source else (),
        note=joined_notes(notes),
    )


def _why_missing(figure: Numeral, text: object) -> Text:
    shown = str(text)[:_MOST_SHOWN]
    if figure.readings:
        readings = " / ".join(f"{reading:.10g}" for reading in figure.readings)
        return _SAY["ambiguous"].format(value=shown, readings=readings)
    return _SAY["no_number"].format(value=shown) if figure.is_invalid else _SAY["empty"]


def _plain(zones: gpd.GeoDataFrame, column: str | None) -> list[Any]:
    """The values of a column as plain objects, None where missing or where there is no column."""
    if column is None or column not in zones:
        return [None] * len(zones)
    values = zones[column]
    return list(values.astype(object).where(values.notna(), None))
