"""What a table of targets is of, as a list of uploads names it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from geo.language import Text, filled, first_of, texts
from geo.programme.targets import level_word

if TYPE_CHECKING:
    import pandas as pd

    from geo.indicators.table import Indicator
    from geo.vector.planning_region import PlanningRegion

_SAY = texts(__name__)

_INDICATORS_SHOWN = 2
_PLACES_SHOWN = 2


def targets_subject(
    rows: "pd.DataFrame", *, catalogue: Mapping[str, "Indicator"], region: "PlanningRegion"
) -> Text:
    """Indicators, years, regions and levels of a table of targets (`geo.programme.targets.COLUMNS`).

    One target is "Tingkat pengangguran terbuka (Agustus) 2027, Tanah Bumbu (RKPD)"; of several their
    number stands first, and what is more than a line holds is counted.
    """
    titles = [catalogue[one].title for one in dict.fromkeys(rows["indicator"])]
    places = [region.title_of(code) for code in dict.fromkeys(rows["regency_code"])]
    years = sorted({int(year) for year in rows["year"]})
    levels = [level_word(one) for one in dict.fromkeys(rows["level"])]
    said = {
        "indicators": _first(titles, _INDICATORS_SHOWN),
        "years": str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}",
        "places": _SAY["places"].format(n=len(places))
        if len(places) > _PLACES_SHOWN
        else _first(places, _PLACES_SHOWN),
        "levels": _first(levels, len(levels)),
    }
    return filled(_SAY["one" if len(rows) == 1 else "several"], n=len(rows), **said)


def _first(names: list[Text], most: int) -> Text:
    return Text(*(first_of(each, most) for each in zip(*names, strict=True)))
