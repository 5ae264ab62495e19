"""An index of many places at once: the figures that count, and the ranks that are certain.

Places are compared by figures of the same year: each slot has one year for all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from geo.programme.indices.index import Index, IndexValue, index_value
from geo.programme.province import unit_codes
from geo.vector.planning_region import PlanningRegion

# Indices nearer than this are the same but for the order of additions.
_SAME, _DIGITS = 1e-9, 9


@dataclass(frozen=True, slots=True)
class PlaceValue:
    """An index of one place, and the ranks (1 is the highest index) that it may have.

    Both ranks are None where the index has no value and no range, and of the province, which stands
    beside its regencies and not among them. The rank is certain where both are the same.
    """

    place: str
    found: IndexValue
    best_rank: int | None
    worst_rank: int | None


def places_of(index: Index, region: PlanningRegion) -> tuple[str, ...]:
    """The province and its regencies; of an index of kawasan those that have an entered figure."""
    if index.model is None:
        return unit_codes(region)
    return tuple(sorted({one.place for one in index.figures}))


def slot_figures(index: Index, table: pd.DataFrame) -> dict[str, dict[tuple[str, int], float]]:
    """Every figure of each slot by place and year: those of its indicator, or those entered.

    Parameters
    ----------
    table : DataFrame
        As `geo.indicators.table.parse_indicators` returns it. A doubtful figure is no figure here.
    """
    found: dict[str, dict[tuple[str, int], float]] = {slot.id: {} for slot in index.slots}
    named = [slot for slot in index.slots if slot.indicator is not None]
    good = table[table["confidence"] == "ok"] if named else table[:0]
    for slot in named:
        own = good[good["indicator"] == slot.indicator]
        columns = (own[name] for name in ("regency_code", "year", "value"))
        found[slot.id] = {(p, int(at)): float(value) for p, at, value in zip(*columns, strict=True)}
    for one in index.figures:
        found[one.slot][one.place, one.year] = one.value
    return found


def slot_years(
    figures: Mapping[str, Mapping[tuple[str, int], float]],
    regencies: Sequence[str],
    *,
    year: int | None = None,
) -> dict[str, int]:
    """The year whose figures count, by slot; a slot without any figure has none.

    It is `year` where that is asked for. Else it is the newest year with figures of at least half of
    the regencies that have any, so that an early figure of one leaves not all others without; where
    no regency has one, the newest year.
    """
    found = {}
    for slot, known in figures.items():
        if year is not None:
            found[slot] = year
            continue
        own: dict[int, set[str]] = {}
        for place, at in known:
            if place in regencies:
                own.setdefault(at, set()).add(place)
        some = set().union(*own.values())
        full = [at for at, places in own.items() if 2 * len(places) >= len(some)]
        years = full or [*own] or [at for _, at in known]
        if years:
            found[slot] = max(years)
    return found


def place_values(
    index: Index,
    table: pd.DataFrame,
    *,
    region: PlanningRegion,
    year: int | None = None,
) -> tuple[PlaceValue, ...]:
    """The index of the province and of each regency, or of each kawasan with a figure.

    Parameters
    ----------
    year : int, optional
        The year of all figures; by default each slot has its own, see `slot_years`.
    """
    figures = slot_figures(index, table)
    places = places_of(index, region)
    ranked = [place for place in places if place != region.code]
    years = slot_years(figures, ranked, year=year)
    found = {place: value_at(index, figures, years, place) for place in places}
    among = [found[place] for place in ranked]
    return tuple(
        PlaceValue(place, found[place], *_ranks(found[place], among if place in ranked else ()))
        for place in places
    )


def moved_places(
    before: Sequence[PlaceValue], after: Sequence[PlaceValue]
) -> tuple[tuple[PlaceValue | None, PlaceValue | None], ...]:
    """The places whose index or rank is another one after than before; None where one is not known."""
    old, new = ({one.place: one for one in side} for side in (before, after))
    pairs = [(old.get(place), new.get(place)) for place in dict.fromkeys((*new, *old))]
    return tuple(pair for pair in pairs if _ends(pair[0]) != _ends(pair[1]))


def _ends(one: PlaceValue | None) -> tuple[float | int | None, ...]:
    if one is None:
        return ()
    ends = (one.found.least, one.found.most)
    rounded = (None if end is None else round(end, _DIGITS) for end in ends)
    return (*rounded, one.best_rank, one.worst_rank)


def value_at(
    index: Index,
    figures: Mapping[str, Mapping[tuple[str, int], float]],
    years: Mapping[str, int],
    place: str,
) -> IndexValue:
    """The index of one place by the figures of those years."""
    values = {
        slot: known[place, years[slot]]
        for slot, known in figures.items()
        if slot in years and (place, years[slot]) in known
    }
    return index_value(index, values, years=years)


def _ranks(one: IndexValue, among: Sequence[IndexValue]) -> tuple[int | None, int | None]:
    """The best and the worst rank that an index may have among others, itself one of them."""
    # One alone is not ranked.
    if one.least is None or one.most is None or len(among) < 2:
        return None, None
    ends = [(v.least, v.most) for v in among if v.least is not None and v.most is not None]
    if len(ends) < len(among):
        return None, None
    best = 1 + sum(least > one.most + _SAME for least, _ in ends)
    worst = sum(most > one.least + _SAME for _, most in ends)
    # It stands among the others itself, and counts there unless its ends are the same.
    return best, worst + (0 if one.most > one.least + _SAME else 1)
