"""The gap and the areas of those behind in JSON's types, as the API answers and the command prints."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from geo.json_types import as_json
from geo.language import Language, rounded
from geo.programme.gap.behind import AreaBehind, ScoreRange
from geo.programme.gap.gaps import Gaps
from geo.programme.gap.region_gap import RegionGap
from geo.programme.gap.standing import VERDICTS
from maps.programme.gap.table import whose_of


def gap_document(found: Gaps, language: Language) -> dict[str, Any]:
    """The gap of the province and of each regency; what is not known is null."""
    head = {
        "indicator": found.indicator.id,
        "title": found.indicator.title,
        "unit": found.indicator.unit,
        "year": found.year,
        "end_years": found.end_years,
        "window": found.window,
        "yardstick": found.yardstick,
        "is_one_yardstick": found.is_one_yardstick,
        "rule": found.rule,
        "people_behind": found.people_behind,
        "people_known": found.people_known,
        "netting": found.netting,
        "denominator": found.denominator,
    }
    document: dict[str, Any] = as_json(head, language)
    return document | {
        "province": _region(found.province, found, language),
        "regencies": [_region(gap, found, language) for gap in found.regencies],
    }


def _region(gap: RegionGap, found: Gaps, language: Language) -> dict[str, Any]:
    document: dict[str, Any] = as_json(gap, language)
    del document["trend"]
    return document | {
        "verdict_title": VERDICTS[gap.verdict].to(language),
        "whose": gap.whose,
        "whose_title": whose_of(gap, found, language),
    }


def areas_document(
    found: Gaps, areas: Mapping[str, Sequence[AreaBehind]], *, layer: str, language: Language
) -> dict[str, Any]:
    """The areas of each regency that is behind, in the order of the gap, scores as exact as on the page."""
    return {
        "indicator": found.indicator.id,
        "layer": layer,
        "regencies": [
            {
                "region": gap.region,
                "title": gap.title.to(language),
                "points_near": gap.points_near,
                "people_near": gap.people_near,
                "areas": as_json([in_whole_points(area) for area in areas[gap.region]]),
            }
            for gap in found.behind
        ],
    }


def in_whole_points(area: AreaBehind) -> AreaBehind:
    """The area with scores as the page states them; ends that read the same there are the same."""
    return replace(area, readiness=_whole(area.readiness), need=_whole(area.need))


def _whole(one: ScoreRange) -> ScoreRange:
    ends = (one.score, one.low, one.high)
    return ScoreRange(*(None if end is None else float(rounded(end, 0)) for end in ends))
