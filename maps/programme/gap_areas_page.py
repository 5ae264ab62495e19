"""What the page of the areas says: where the people of a gap could be reached, by regency."""

from collections.abc import Mapping, Sequence
from typing import Any

from geo.indicators.amounts import difference_in_words
from geo.language import Language
from geo.programme.behind import AreaBehind, ScoreRange
from geo.programme.gap import Gaps, RegionGap, people_in_words
from maps.text import MISSING, format_number, translate


def gap_areas_page(
    found: Gaps,
    areas: Mapping[str, Sequence[AreaBehind]],
    *,
    layer: str,
    language: Language,
) -> dict[str, Any]:
    """Everything that the page says; `areas` as `geo.programme.behind.areas_behind` gives them."""
    indicator = found.indicator.title.to(language)
    return {
        "title": translate(
            "gap.zones_title" if layer == "zones" else "gap.kecamatan_title", language
        ),
        "indicator_title": indicator,
        "layer": layer,
        "regencies": [
            {
                "code": gap.region,
                "name": gap.title.to(language),
                "gap": _gap(gap, found, language),
                "areas": [_area(one, language) for one in areas.get(gap.region, ())],
            }
            for gap in found.behind
        ],
    }


def _gap(gap: RegionGap, found: Gaps, language: Language) -> str:
    points = difference_in_words(
        gap.points_near or 0.0, found.indicator.unit, decimals=found.indicator.decimals
    ).to(language)
    if gap.people_near is None:
        return points
    return f"{points} · {people_in_words(gap.people_near).to(language)}"


def _area(one: AreaBehind, language: Language) -> dict[str, Any]:
    return {
        "area_id": one.area_id,
        "name": one.name,
        "readiness": _score(one.readiness, language),
        "need": _score(one.need, language),
    }


def _score(one: ScoreRange, language: Language) -> dict[str, str]:
    """A score and the range that the data allow; no range where it is the score itself."""
    numbers = (one.score, one.low, one.high)
    score, low, high = (format_number(n, language, decimals=0) for n in numbers)
    if one.low is None or low == high:
        return {"score": score, "range": ""}
    between = translate("legend.range", language, low=low, high=high)
    return {"score": "" if score == MISSING else score, "range": between}
