"""The regencies of the map by their gap to the target: the document of `indicator_classes`, otherwise coloured.

Each year's figure is held against the target of the end year, in the same classes for all years, which
divide the gaps of the newest figures. A regency that has reached its target is pale, one that is behind
the darker the more; one without a figure or a target is hatched.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from geo.indicators.amounts import difference_in_words
from geo.indicators.table import Indicator
from geo.language import Language
from geo.programme.denominators import people_in_words
from geo.programme.gap.distance import points_to_go
from geo.programme.gap.gaps import Gaps
from geo.programme.targets import Target, target_in_words
from maps.breaks import class_of, natural_breaks
from maps.folium.indicator_classes import drawn_figures, indicator_classes
from maps.programme.words import change_unit
from maps.text import format_number, translate

# Nothing to do there: neutral, where the classes of readiness are brown and teal.
_REACHED = "#f4f3ee"
# The dark half of the ramp of indicators, carried on (ColorBrewer "Purples").
_BEHIND = ("#c4c0de", "#9a93c7", "#6f67a8")


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
    held = [
        (row, _holding(targets, row["year"]).get(row["regency_code"]))
        for row in rows.to_dict("records")
    ]
    togo = [points_to_go(row["value"], target)[0] for row, target in held if target is not None]
    edges = _edges([points for points in togo if points > 0], found)
    n_classes = max(len(edges) - 1, 0)
    colours = (_REACHED, *_BEHIND[len(_BEHIND) - n_classes :])
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
            year: _of_year(figures, _holding(targets, year), edges, found, language)
            for year, figures in document["figures"].items()
        },
    }


def _holding(targets: Mapping[str, Target], year: int | str) -> dict[str, Target]:
    """The targets that figures of a year are held against: none whose own year was before."""
    return {code: target for code, target in targets.items() if int(year) <= target.year}


def _legend(
    edges: Sequence[float], colours: Sequence[str], indicator: Indicator, language: Language
) -> list[dict[str, str]]:
    labels = [translate("gap.map_reached", language), *_labels(edges, indicator, language)]
    return [{"label": one, "colour": colour} for one, colour in zip(labels, colours, strict=True)]


def _edges(every: Sequence[float], found: Gaps) -> tuple[float, ...]:
    """Edges between the gaps of the newest figures, wide enough for those of all years."""
    newest = [gap.points_near for gap in found.behind if gap.points_near is not None]
    if not every:
        return ()
    low, *inner, high = natural_breaks(newest or every, n_classes=len(_BEHIND))
    return (min(low, *every), *inner, max(high, *every))


def _labels(edges: Sequence[float], indicator: Indicator, language: Language) -> list[str]:
    """The classes in words: less than, from to, and more; one word where there is but one class."""
    if len(edges) < 2:
        return []
    inner = [format_number(edge, language, decimals=indicator.decimals) for edge in edges[1:-1]]
    if not inner:
        return [translate("gap.map_behind", language)]
    return [
        translate("gap.map_below", language, value=inner[0]),
        *(translate("legend.range", language, low=low, high=high) for low, high in pairwise(inner)),
        translate("gap.map_above", language, value=inner[-1]),
    ]


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
        points=change_unit(found.indicator, language),
    )
    target = _target(targets, found, language)
    people = _people(figures["values"], targets, found, language)
    values = {
        code: _held(figure, code, targets.get(code), edges, found, language)
        for code, figure in figures["values"].items()
    }
    said = " · ".join(filter(None, (unit_period, target, people)))
    return {**figures, "unit_period": said, "values": values}


def _target(targets: Mapping[str, Target], found: Gaps, language: Language) -> str:
    """Whose targets the colours are of."""
    if not targets:
        return ""
    common = found.province.target
    apart = sum(target != common for target in targets.values())
    if common is None or apart == len(targets):
        return translate("gap.map_own_targets", language)
    key = "gap.of_nation" if found.province.whose == "nation" else "gap.of_province"
    words = target_in_words(common, found.indicator).to(language)
    said = f"{translate(key, language)}: {words}"
    return f"{said}; {translate('gap.map_some_own', language, n=apart)}" if apart else said


def _people(
    values: Mapping[str, Any], targets: Mapping[str, Target], found: Gaps, language: Language
) -> str:
    """How many people the regencies that are behind in a year have to go; empty where not known."""
    if found.denominator is None:
        return ""
    togo = [
        found.denominator.people_of(points, region=code)
        for code, figure in values.items()
        if code in targets and figure["value"] is not None
        if (points := points_to_go(figure["value"], targets[code])[0]) > 0
    ]
    people = people_in_words(sum(togo)).to(language)
    return translate("gap.map_people", language, n=len(togo), people=people) if togo else ""


def _held(
    figure: Mapping[str, Any],
    code: str,
    target: Target | None,
    edges: Sequence[float],
    found: Gaps,
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
    indicator = found.indicator
    distance = difference_in_words(points, indicator.unit, decimals=indicator.decimals)
    said = translate(
        "gap.map_value", language, value=figure["text"], distance=distance.to(language)
    )
    if found.denominator is not None:
        people = people_in_words(found.denominator.people_of(points, region=code)).to(language)
        said = translate("gap.map_value_people", language, said=said, people=people)
    return {**figure, "class": place, "text": said}
