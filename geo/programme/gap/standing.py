"""Where one region stands against every target that holds for it, as its pages and sheets say it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from geo.indicators.amounts import difference_in_words, value_in_words
from geo.indicators.periods import period_in_words
from geo.indicators.table import Indicator
from geo.language import Text, filled, texts
from geo.programme.denominators import people_in_words
from geo.programme.gap.gaps import region_gap
from geo.programme.gap.region_gap import RegionGap, Whose
from geo.programme.gap.verdict import Verdict
from geo.programme.publish_targets import targets
from geo.programme.targets import target_in_words, targets_of
from geo.published import indicator_catalogue, read_indicators, region
from geo.store.store import Store
from geo.store.versions import Published

_SAY = texts(__name__)

_WHOSE: Mapping[Whose, Text] = {
    "own": _SAY["its_own"],
    "province": _SAY["of_province"],
    "nation": _SAY["of_nation"],
    "proposal": _SAY["its_proposal"],
}
VERDICTS: Mapping[Verdict, Text] = {
    "on_track": _SAY["on_track"],
    "off_track": _SAY["off_track"],
    "not_assessable": _SAY["not_assessable"],
}


@dataclass(frozen=True, slots=True)
class Standing:
    """One indicator of one region against one target; `gap.target` is never None here."""

    indicator: str
    sentence: Text
    gap: RegionGap


def standings(store: Store | Published, code: str) -> tuple[Standing, ...]:
    """The region's standing for each indicator and year of its own targets and of the province's.

    In the order of the catalogue's themes; proposals are left out, and so is an indicator of which
    the region has no figure.
    """
    return _standings(store.current(), code)


@lru_cache(maxsize=64)
def _standings(now: Published, code: str) -> tuple[Standing, ...]:
    table, planned = targets(now), region(now)
    if table.empty or code not in planned.codes:
        return ()
    catalogue, figures = indicator_catalogue(now), read_indicators(now.version("indicators").path)
    binding = [t for t in targets_of(table) if t.level != "usulan"]
    asked = {(t.indicator, t.year) for t in binding if t.region in (code, planned.code)}
    known = [(name, year) for name, year in asked if name in catalogue]
    found = []
    for name, year in sorted(known, key=lambda one: (catalogue[one[0]].theme_place, *one)):
        gap = region_gap(
            figures, catalogue, table, indicator=name, code=code, year=year, region=planned
        )
        sentence = gap_in_words(gap, catalogue[name])
        if sentence is not None:
            found.append(Standing(name, sentence, gap))
    return tuple(found)


def gap_in_words(gap: RegionGap, indicator: Indicator) -> Text | None:
    """A sentence on where a region stands against its target; None where nothing is known of it."""
    if gap.target is None or gap.figure is None or gap.points_near is None:
        return None
    facts = {
        "title": indicator.title,
        "value": value_in_words(gap.figure.value, indicator.unit, decimals=indicator.decimals),
        "period": period_in_words(gap.figure.period),
        "target": target_in_words(gap.target, indicator),
        "whose": _WHOSE[gap.whose],
        "verdict": VERDICTS[gap.verdict],
    }
    if not gap.is_behind:
        return filled(_SAY["stands_reached"], **facts)
    distance = difference_in_words(gap.points_near, indicator.unit, decimals=indicator.decimals)
    people = Text("", "")
    if gap.people_near is not None:
        people = filled(_SAY["in_people"], people=people_in_words(gap.people_near))
    return filled(_SAY["stands_behind"], distance=distance, people=people, **facts)
