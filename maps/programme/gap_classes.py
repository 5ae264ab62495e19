"""The regencies of the map by their gap to the target: the document of `indicator_classes`, otherwise coloured.

Each year's figure is held against the target of the end year, in the same classes for all years; a
regency that has reached it has a colour of its own, one without a figure or a target is hatched.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from geo.indicators.amounts import difference_in_words
from geo.indicators.table import Indicator
from geo.language import Language
from geo.programme.gap import Gaps, points_to_go
from geo.programme.targets import Target
from maps.breaks import class_of, round_breaks
from maps.folium.indicator_classes import drawn_figures, indicator_classes
from maps.folium.legends import range_labels
from maps.style import sequential_colours
from maps.text import translate

# Okabe and Ito (2008), light: apart from every tone of the ramp of the gap.
_REACHED = "#a6dcc6"
_MOST_CLASSES = 4


def gap_classes(
    found: Gaps, table: pd.DataFrame, *, codes: Sequence[str], language: Language
) -> dict[str, Any]:
    """The classes of the gap and the figures of every year, as JSON types.

    Parameters
    ----------
    found : Gaps
        Whose targets hold.
    table : DataFrame
        The indicator's rows.
    codes
        The regencies that are drawn.
    """
    indicator = found.indicator
    targets = {gap.region: gap.target for gap in found.regencies if gap.target is not None}
    document = indicator_classes(
        indicator, table, codes=codes, breaks="quantile", language=language
    )
    rows = drawn_figures(table, codes)
    held = [(row, targets.get(row["regency_code"])) for row in rows.to_dict("records")]
    togo = [points_to_go(row["value"], target)[0] for row, target in held if target is not None]
    edges = round_breaks([points for points in togo if points > 0], n_classes=_MOST_CLASSES)
    colours = (_REACHED, *sequential_colours(max(len(edges) - 1, 0)))
    title = translate(
        "gap.map_title",
        language,
        year=found.year or "–",
        indicator=indicator.title.to(language),
    )
    return document | {
        "title": title,
        "unit_after": "",
        "layer": translate("layer.regencies", language, indicator=title),
        "breaks": "gap",
        "edges": list(edges),
        "colours": list(colours),
        "legend": _legend(edges, colours, indicator, language),
        "no_data": translate("gap.map_no_data", language),
        "figures": {
            year: _of_year(figures, targets, edges, found, language)
            for year, figures in document["figures"].items()
        },
    }


def _legend(
    edges: Sequence[float], colours: Sequence[str], indicator: Indicator, language: Language
) -> list[dict[str, str]]:
    labels = [translate("gap.map_reached", language), *range_labels(edges, language)]
    return [{"label": one, "colour": colour} for one, colour in zip(labels, colours, strict=True)]


def _of_year(
    figures: Mapping[str, Any],
    targets: Mapping[str, Target],
    edges: Sequence[float],
    found: Gaps,
    language: Language,
) -> dict[str, Any]:
    unit_period = translate(
        "gap.map_unit",
        language,
        unit=figures["unit_period"],
        points=translate("gap.percentage_points", language)
        if found.indicator.unit.id.startswith("%")
        else found.indicator.unit.to(language),
    )
    values = {
        code: _held(figure, targets.get(code), edges, found.indicator, language)
        for code, figure in figures["values"].items()
    }
    return {**figures, "unit_period": unit_period, "values": values}


def _held(
    figure: Mapping[str, Any],
    target: Target | None,
    edges: Sequence[float],
    indicator: Indicator,
    language: Language,
) -> dict[str, Any]:
    """A figure with the class of its gap, 0 where the target is reached; none without a target."""
    if target is None or figure["value"] is None:
        return {**figure, "class": None}
    points = points_to_go(figure["value"], target)[0]
    if points == 0:
        said = translate("gap.map_value_reached", language, value=figure["text"])
        return {**figure, "class": 0, "text": said}
    place = int(class_of(np.array([points]), edges)[0]) + 1
    distance = difference_in_words(points, indicator.unit, decimals=indicator.decimals)
    said = translate(
        "gap.map_value", language, value=figure["text"], distance=distance.to(language)
    )
    return {**figure, "class": place, "text": said}
