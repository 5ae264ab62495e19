"""What an upload would do to an index: the places whose value or rank it changes, before and after."""

from typing import Any

import pandas as pd

from geo.language import Language
from geo.programme.indices.index import Index, open_reasons
from geo.programme.indices.places import PlaceValue, moved_places, place_values
from geo.vector.planning_region import PlanningRegion
from maps.programme.index_page import place_name, rank_words, value_words
from maps.text import MISSING, translate


def index_moves(
    before: Index,
    after: Index,
    *,
    table: pd.DataFrame,
    region: PlanningRegion,
    language: Language,
) -> dict[str, Any]:
    """The places that move, and why there is no index where there is none.

    Parameters
    ----------
    table : DataFrame
        As `geo.indicators.table.parse_indicators` returns it.
    """
    sides = [place_values(one, table, region=region) for one in (before, after)]
    rows = [
        {
            "name": place_name(after, known.place, region, language),
            "value": [_value(one, language) for one in (was, now)],
            "rank": [MISSING if one is None else rank_words(one, language) for one in (was, now)],
        }
        for was, now in moved_places(*sides)
        if (known := now or was) is not None
    ]
    reasons = [reason.to(language) for reason in open_reasons(after)]
    return {
        "rows": rows,
        "reasons": reasons,
        "none": "" if rows or reasons else translate("indexed.no_moves", language),
    }


def _value(one: PlaceValue | None, language: Language) -> str:
    return MISSING if one is None else value_words(one.found, language)
