"""An index as its page shows it, as a file: a workbook of places, components and notes, and CSV.

A value that is not certain has two ends; what is missing is an empty cell, never 0.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from geo.indicators.table import Indicator
from geo.language import Language
from geo.programme.indices.index import Index, IndexValue, SlotValue
from geo.programme.indices.places import PlaceValue
from geo.programme.indices.sources import FigureSource, figure_sources
from geo.vector.losses import guarded
from geo.vector.planning_region import PlanningRegion
from geo.vector.writers.text import csv_row
from maps.programme.index_page import class_words, place_name, places_in_order
from maps.programme.workbook import Cell, Column, Sheet, workbook
from maps.text import translate

# By these names programs know the columns of the CSV: a row is a component of a place.
COLUMNS = (
    *("index", "place", "name", "least_value", "most_value", "best_rank", "worst_rank"),
    *("component", "title", "direction", "least", "most", "weight", "figure", "year"),
    *("scaled", "points", "indicator", "source", "source_url", "document", "page", "confirmed"),
)
# As the page has them.
_DECIMALS = {"least_value": 2, "most_value": 2, "scaled": 3, "points": 1, "weight": 6}
_HEADS = {
    "least_value": "indices.low",
    "most_value": "indices.high",
    "best_rank": "indices.best",
    "worst_rank": "indices.worst",
    "title": "indices.slot",
    "direction": "indices.direction",
    "least": "indices.head_least",
    "most": "indices.head_most",
    "weight": "indices.head_weight",
    "figure": "indices.head_value",
    "year": "indices.choose_year",
    "scaled": "indices.scaled",
    "points": "indices.points",
    "indicator": "indices.indicator_head",
    "source": "indices.figure_source",
    "document": "indices.document",
    "page": "indices.document_page",
    "confirmed": "indices.confirmed",
}
_OF_PLACES = ("name", "least_value", "most_value", "best_rank", "worst_rank")
_OF_SLOTS = COLUMNS[COLUMNS.index("title") :]


def index_csv(
    index: Index,
    places: Sequence[PlaceValue],
    *,
    table: pd.DataFrame,
    catalogue: Mapping[str, Indicator],
    region: PlanningRegion,
    language: Language,
) -> str:
    """A row for each component of each place, UTF-8 with a line of names; nothing in it runs."""
    rows = [csv_row(COLUMNS)]
    for one in places_in_order(places):
        taken = figure_sources(index, one.found, one.place, table=table, catalogue=catalogue)
        head = {"index": index.id, **_place(index, one, region, language)}
        for slot in one.found.slots:
            said = {**head, **_slot(slot, taken[slot.slot.id], language)}
            cells = [said[name] for name in COLUMNS]
            rows.append(csv_row([guarded(c) if isinstance(c, str) else c for c in cells]))
    return "".join(rows)


def index_workbook(
    index: Index,
    said: Mapping[str, Any],
    *,
    table: pd.DataFrame,
    catalogue: Mapping[str, Indicator],
    region: PlanningRegion,
    notes: Sequence[tuple[str, str]],
    language: Language,
) -> bytes:
    """A sheet of the places, one of the components of the place that is chosen, and notes.

    Parameters
    ----------
    said : mapping
        As `maps.programme.index_page.index_content` takes it.
    notes : sequence of (subject, sentence)
        Where the same view is found again, and which version it is.
    """
    model = said["model"]
    heads = [_column(name, language) for name in _OF_PLACES]
    heads[0] = Column(translate("indices.area" if model else "indices.region", language))
    heads.append(Column(translate("indices.known_head", language), decimals=0))
    if model:
        heads.append(Column(translate("indices.status", language)))
    rows = []
    for one in places_in_order(said["regions"]):
        place = _place(index, one, region, language)
        row = [place[name] for name in _OF_PLACES] + [_known(one.found)]
        rows.append([*row, class_words(model, one.found, language)] if model else row)
    places = Sheet(index.title.to(language), heads, rows)
    name = place_name(index, said["place"], region, language)
    title = ": ".join(filter(None, (translate("indices.slots", language), name)))
    taken = figure_sources(index, said["found"], said["place"], table=table, catalogue=catalogue)
    slots = [_slot(one, taken[one.slot.id], language) for one in said["found"].slots]
    shown = [[one[name] for name in _OF_SLOTS] for one in slots]
    components = Sheet(title, [_column(name, language) for name in _OF_SLOTS], shown)
    return workbook([places, components], notes=notes, language=language)


def _column(name: str, language: Language) -> Column:
    head = translate(_HEADS[name], language) if name in _HEADS else "URL"
    if name in ("best_rank", "worst_rank", "year"):
        return Column(head, decimals=0, is_grouped=False)
    if name in ("least", "most", "figure"):
        return Column(head, decimals=2)
    return Column(head, decimals=_DECIMALS.get(name))


def _place(
    index: Index, one: PlaceValue, region: PlanningRegion, language: Language
) -> dict[str, Cell]:
    return {
        "place": one.place,
        "name": place_name(index, one.place, region, language),
        "least_value": one.found.least,
        "most_value": one.found.most,
        "best_rank": one.best_rank,
        "worst_rank": one.worst_rank,
    }


def _known(found: IndexValue) -> int:
    return sum(slot.value is not None for slot in found.slots)


def _slot(one: SlotValue, taken: FigureSource, language: Language) -> dict[str, Cell]:
    slot = one.slot
    return {
        "component": slot.id,
        "title": slot.title.to(language),
        "direction": translate(f"indices.way_{slot.direction}", language),
        "least": slot.least,
        "most": slot.most,
        "weight": slot.weight,
        "figure": one.value,
        "year": one.year,
        "scaled": one.scaled,
        "points": one.points,
        "indicator": None if taken.indicator is None else taken.indicator.title.to(language),
        "source": taken.source or None,
        "source_url": taken.source_url or None,
        "document": slot.document,
        "page": slot.page,
        "confirmed": translate("indices.yes" if slot.confirmed else "indices.no", language),
    }
