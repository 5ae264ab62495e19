"""Where one region stands against every target that holds for it, as its pages and sheets say it."""

from dataclasses import dataclass
from functools import lru_cache

from geo.language import Text
from geo.programme.gap import RegionGap, gap_in_words, region_gap
from geo.programme.publish_targets import targets
from geo.programme.targets import targets_of
from geo.published import indicator_catalogue, read_indicators, region
from geo.store.store import Store
from geo.store.versions import Published


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
