"""The indicators that have figures, by theme and by what people look for first; each known once a version."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, get_args

import pandas as pd

from geo import published
from geo.indicators.table import Indicator, Theme
from geo.language import LANGUAGES, Language
from geo.programme.publish_targets import targets
from geo.programme.targets import with_targets
from geo.store.versions import Published
from maps.text import translate

# How many years older than the newest figures are those that people still look for first.
_MOST_AGE = 1


@dataclass(frozen=True, slots=True)
class ListedIndicator:
    """An indicator of the list: `words` are what a search looks through, in both languages."""

    id: str
    title: str
    unit: str
    years: str
    last: int
    regions: int
    words: str


@dataclass(frozen=True, slots=True)
class ListedTheme:
    """A heading of the list."""

    title: str
    indicators: tuple[ListedIndicator, ...]


def indicator_list(
    table: pd.DataFrame, catalogue: Mapping[str, Indicator], language: Language
) -> tuple[ListedTheme, ...]:
    """Every indicator that has a figure, under its theme: first what most regions have, by title."""
    known = table.groupby("indicator", observed=True).agg(
        first=("year", "min"), last=("year", "max"), regions=("regency_code", "nunique")
    )
    facts = known.to_dict("index")
    found: dict[Theme | None, list[ListedIndicator]] = {theme: [] for theme in get_args(Theme)}
    most = max((fact["regions"] for fact in facts.values()), default=0)

    def place(one: Indicator) -> tuple[bool, str]:
        # First what most regions have: the others are of one place or two.
        return facts[one.id]["regions"] < most / 2, one.title.to(language).casefold()

    for one in sorted((one for one in catalogue.values() if one.id in facts), key=place):
        found.setdefault(one.theme, []).append(_listed(one, facts[one.id], language))
    return tuple(
        ListedTheme(translate(f"theme.{theme or 'other'}", language), tuple(listed))
        for theme, listed in found.items()
        if listed
    )


def _listed(one: Indicator, facts: Mapping[Any, Any], language: Language) -> ListedIndicator:
    first, last = int(facts["first"]), int(facts["last"])
    words = [one.id, *(one.title.to(each) for each in LANGUAGES)]
    return ListedIndicator(
        id=one.id,
        title=one.title.to(language),
        unit=one.unit.to(language),
        years=str(last) if first == last else f"{first}–{last}",
        last=last,
        regions=int(facts["regions"]),
        words=" ".join(words).casefold(),
    )


@lru_cache(maxsize=4)
def listed_themes(now: Published, language: Language) -> tuple[ListedTheme, ...]:
    """The list of what is published; empty where no figures are."""
    if "indicators" not in now.datasets():
        return ()
    table = published.read_indicators(now.version("indicators").path)
    return indicator_list(table, with_targets(published.indicator_catalogue(now)), language)


@lru_cache(maxsize=4)
def chief_indicators(now: Published, language: Language) -> tuple[ListedIndicator, ...]:
    """What people look for first: what has targets, then new figures of every regency, the newest first."""
    if "indicators" not in now.datasets():
        return ()
    table, region = published.read_indicators(now.version("indicators").path), published.region(now)
    of_regencies = table[table["regency_code"].isin(list(region.by_code))]
    counts = of_regencies.groupby(["indicator", "year"], observed=True)["regency_code"].nunique()
    full = counts[counts == len(region.regencies)].reset_index().groupby("indicator")["year"].max()
    aimed = set(targets(now)["indicator"])
    catalogue = published.indicator_catalogue(now)
    newest = max((full[name] for name in full.index if not catalogue[name].is_set_ahead), default=0)
    found = [
        one
        for theme in listed_themes(now, language)
        for one in theme.indicators
        if one.id in aimed
        or (catalogue[one.id].mappable and full.get(one.id, 0) >= newest - _MOST_AGE)
    ]
    return tuple(
        sorted(found, key=lambda one: (one.id not in aimed, -one.last, -one.regions, one.title))
    )


def other_themes(now: Published, language: Language) -> tuple[ListedTheme, ...]:
    """The list by theme without what `chief_indicators` begins with."""
    chief = set(chief_indicators(now, language))
    rest = [
        ListedTheme(theme.title, tuple(one for one in theme.indicators if one not in chief))
        for theme in listed_themes(now, language)
    ]
    return tuple(theme for theme in rest if theme.indicators)


def known_years(now: Published) -> list[tuple[Indicator, list[int]]]:
    """Every indicator that has a figure, with the years that it has one of; none where none are published."""
    if "indicators" not in now.datasets():
        return []
    years = published.read_indicators(now.version("indicators").path).groupby("indicator")["year"]
    known = {str(name): sorted(map(int, of.unique())) for name, of in years}
    every = with_targets(published.indicator_catalogue(now)).values()
    return [(one, known[one.id]) for one in every if one.id in known]
