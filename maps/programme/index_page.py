"""An index with slots as its page says it, in one language: what is open stays visibly open."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from geo.indicators.table import Indicator
from geo.language import Language
from geo.mcda.model import Model, RankClass
from geo.programme.indices.index import (
    Index,
    IndexValue,
    Slot,
    SlotValue,
    known_from,
    open_reasons,
    possible_classes,
)
from geo.programme.indices.index_changes import DECIMAL_MARKS
from geo.programme.indices.places import PlaceValue
from geo.programme.indices.sources import FigureSource, figure_sources
from geo.programme.indices.stored_index import StoredIndex
from geo.programme.province import unit_codes
from geo.vector.planning_region import PlanningRegion
from maps.text import MISSING, format_number, format_period, translate


def index_entry(stored: StoredIndex, language: Language) -> dict[str, Any]:
    """An index in a list: what it is, how many slots it has and how many are weighed."""
    index = stored.index
    return {
        "id": index.id,
        "title": index.title.to(language),
        "description": index.description.to(language),
        "slots": len(index.slots),
        "weighed": sum(slot.weight is not None for slot in index.slots),
        "confirmed": index.confirmed,
        "version": stored.number,
    }


def index_content(
    index: Index,
    said: Mapping[str, Any],
    *,
    table: pd.DataFrame,
    catalogue: Mapping[str, Indicator],
    region: PlanningRegion,
    entered: Mapping[str, Sequence[str]],
    language: Language,
) -> dict[str, Any]:
    """What the page of one index says.

    Parameters
    ----------
    said : mapping
        `place`, `found` (its value), `classes`, `model`, `area`, `areas` (known by name), `regions` (of
        all places), `saved` (figures by slot), `years` (by slot) and the `year` that was asked for.
    entered : mapping
        What the address holds, by the names of the columns.
    """
    found: IndexValue = said["found"]
    sources = {(one.slot, one.place, one.year): one.source for one in index.figures}
    taken = figure_sources(index, found, said["place"], table=table, catalogue=catalogue)
    return {
        "description": index.description.to(language),
        **_place(said, region, language),
        "rows": [
            _slot(one, at, entered=entered, language=language)
            | {
                "taken": _taken(taken[one.slot.id], language),
                "figure_source": sources.get((one.slot.id, said["place"], one.year or 0), ""),
                "saved_value": _entered(said["saved"].get(one.slot.id), language),
            }
            for at, one in enumerate(found.slots)
        ],
        "chosen_place": said["place"],
        "year": said["year"],
        "places": _places(index, region, language),
        "table": _table(index, said, region, language),
        "is_unconfirmed": not index.confirmed and found.least is not None,
        "value": value_words(found, language),
        "reasons": [reason.to(language) for reason in found.reasons],
        "classes": class_words(said["model"], found, language),
        "published": _published(index, table, region, language),
        "benchmark": _benchmark(said["model"], language),
        "source": index.source.to(language),
        "source_url": index.source_url,
    }


def _place(said: Mapping[str, Any], region: PlanningRegion, language: Language) -> dict[str, Any]:
    """What the value is of: a region, or of an index that has a model one kawasan, never a province."""
    model: Model | None = said["model"]
    if model is None or model.benchmark is None:
        return {
            "place": region.title_of(said["place"]).to(language),
            "areas": [],
            "area": "",
            "area_score": "",
        }
    area = said["area"]
    place = said["place"] or translate("indices.no_area", language)
    score = ""
    if area is not None:
        titles = {one.id: one.title.to(language) for one in model.classes}
        facts = {"score": format_number(area.score, language, decimals=2)}
        facts["status"] = titles[area.rank_class]
        score = translate(
            "indices.area_score", language, **facts, title=model.benchmark.title.to(language)
        )
    return {
        "place": place,
        "areas": sorted(said["areas"]),
        "area_score": score,
        "area": said["place"],
    }


def _places(index: Index, region: PlanningRegion, language: Language) -> list[dict[str, str]]:
    """The regions that can be chosen; none of an index of kawasan."""
    if index.model is not None:
        return []
    return [
        {"code": code, "name": region.title_of(code).to(language)} for code in unit_codes(region)
    ]


def _table(
    index: Index, said: Mapping[str, Any], region: PlanningRegion, language: Language
) -> dict[str, Any]:
    """All places with their values, ranges and certain ranks; why there are none where none has one."""
    rows: Sequence[PlaceValue] = said["regions"]
    model: Model | None = said["model"]
    is_known = not open_reasons(index) and any(
        slot.value is not None for one in rows for slot in one.found.slots
    )
    ordered = places_in_order(rows)
    return {
        "rows": [
            {
                "name": place_name(index, one.place, region, language),
                "is_province": one.place == region.code,
                "rank": rank_words(one, language),
                "value": value_words(one.found, language),
                "known": _known(one.found, language),
                "classes": class_words(model, one.found, language),
            }
            for one in ordered
        ]
        if is_known
        else [],
        "years": years_said(index, said["years"], language),
        "is_without_figures": not is_known and not open_reasons(index),
        "is_overlapping": is_known and any(one.best_rank != one.worst_rank for one in rows),
    }


def place_name(index: Index, place: str, region: PlanningRegion, language: Language) -> str:
    """What a place of an index is called: a region by its name, a kawasan as it is written."""
    return place if index.model else region.title_of(place).to(language)


def places_in_order(places: Sequence[PlaceValue]) -> list[PlaceValue]:
    """The province first, then by the middle of what is known, the highest first."""
    return sorted(places, key=_order)


def _order(one: PlaceValue) -> tuple[bool, float, str]:
    middle = -((one.found.least or 0.0) + (one.found.most or 0.0))
    return one.worst_rank is not None, middle, one.place


def rank_words(one: PlaceValue, language: Language) -> str:
    """A rank, the two that it lies between, a dash where there is none."""
    if one.best_rank is None or one.worst_rank is None:
        return MISSING
    if one.best_rank == one.worst_rank:
        return str(one.best_rank)
    return translate("indices.rank_between", language, best=one.best_rank, worst=one.worst_rank)


def _known(found: IndexValue, language: Language) -> str:
    known = sum(slot.value is not None for slot in found.slots)
    return translate("indices.known", language, n=known, of=len(found.slots))


def years_said(index: Index, years: Mapping[str, int], language: Language) -> str:
    """Of which year the figures are, slot by slot where they differ; empty where there is none."""
    if len(set(years.values())) < 2:
        return "".join(translate("indices.of_year", language, year=y) for y in {*years.values()})
    titles = {slot.id: slot.title.to(language) for slot in index.slots}
    said = "; ".join(f"{titles[slot]} {year}" for slot, year in years.items())
    return translate("indices.of_years", language, years=said)


def _slot(
    one: SlotValue, at: int, *, entered: Mapping[str, Sequence[str]], language: Language
) -> dict[str, Any]:
    slot = one.slot
    stated = {"least": slot.least, "most": slot.most, "weight": slot.weight, "value": one.value}
    fields = {
        # What somebody wrote stays as it was written, also where it is wrong.
        name: next(iter(entered[name][at : at + 1]), "") or _entered(stated[name], language)
        for name in stated
    }
    return {
        "id": slot.id,
        "title": slot.title.to(language),
        "source": slot.source.to(language),
        "way": translate(f"indices.way_{slot.direction}", language),
        "basis": _basis(slot, language),
        "year": one.year,
        "indicator": slot.indicator,
        "fields": fields,
        "scaled": format_number(one.scaled, language, decimals=3),
        "points": format_number(one.points, language, decimals=1),
        "is_beyond": one.is_beyond,
    }


def _taken(taken: FigureSource, language: Language) -> dict[str, str]:
    """Where the figure of a slot is from: its indicator, its period, who says it; empty without one."""
    if taken.indicator is not None:
        facts = {"indicator": taken.indicator.title.to(language)}
        said = translate("indices.from_indicator", language, **facts)
        if not taken.period:
            return {"text": translate("indices.no_figure_of", language, said=said), "url": ""}
        facts = {"said": said, "period": format_period(taken.period, language)}
        text = translate("indices.figure_of", language, **facts, source=taken.source)
        return {"text": text, "url": taken.source_url}
    if not taken.source:
        return {"text": "", "url": ""}
    facts = {"period": taken.period, "source": taken.source}
    return {"text": translate("indices.entered_of", language, **facts), "url": ""}


def _basis(slot: Slot, language: Language) -> str:
    """Where weight, least and most stand, and whether somebody confirmed them; empty of an open slot."""
    if slot.weight is None and slot.least is None and slot.most is None:
        return ""
    said = translate("indices.confirmed" if slot.confirmed else "indices.unconfirmed", language)
    if slot.document is None:
        return f"{said}: {translate('indices.no_document', language)}"
    page = "" if slot.page is None else translate("indices.page", language, page=slot.page)
    return f"{said}: {slot.document}{page}"


def _entered(value: float | None, language: Language) -> str:
    """A number as a field holds it: all its decimals, and no marks between thousands, which read back as another number."""
    if value is None:
        return ""
    return f"{value:.12f}".rstrip("0").rstrip(".").replace(".", DECIMAL_MARKS[language])


def slot_table(found: IndexValue, language: Language) -> tuple[list[str], list[list[str]]]:
    """Heads and rows of the slots in words, for a terminal."""
    names = ("slot", "head_least", "head_most", "head_weight", "head_value", "scaled", "points")
    rows = [
        [
            one.slot.title.to(language),
            *(
                format_number(number, language)
                for number in (one.slot.least, one.slot.most, one.slot.weight, one.value)
            ),
            format_number(one.scaled, language, decimals=3),
            format_number(one.points, language, decimals=1),
        ]
        for one in found.slots
    ]
    return [translate(f"indices.{name}", language) for name in names], rows


def place_table(
    index: Index, places: Sequence[PlaceValue], region: PlanningRegion, language: Language
) -> tuple[list[str], list[list[str]]]:
    """Heads and rows of all places in words, for a terminal."""
    heads = ["area" if index.model else "region", "value", "rank", "known_head"]
    rows = [
        [
            place_name(index, one.place, region, language),
            value_words(one.found, language),
            rank_words(one, language),
            _known(one.found, language),
        ]
        for one in places_in_order(places)
    ]
    return [translate(f"indices.{head}", language) for head in heads], rows


def value_words(found: IndexValue, language: Language) -> str:
    """The value of an index, the range where a figure is missing, a dash where neither is known."""
    if found.value is not None:
        return format_number(found.value, language, decimals=2)
    if found.least is None or found.most is None:
        return MISSING
    low, high = (format_number(end, language, decimals=2) for end in (found.least, found.most))
    return f"{low}–{high}"


def _published(
    index: Index, table: pd.DataFrame, region: PlanningRegion, language: Language
) -> list[dict[str, str]]:
    """Values of the index that somebody published, newest first, each with its source."""
    rows = table[table["indicator"] == (index.published or "")].sort_values(
        ["year", "regency_code"], ascending=[False, True]
    )
    return [
        {
            "region": region.title_of(row["regency_code"]).to(language),
            "value": format_number(row["value"], language, decimals=2),
            "period": format_period(row["period"], language),
            "source": row["source"],
            "source_url": row["source_url"],
        }
        for row in rows.to_dict("records")
    ]


def _class_titles(classes: Sequence[RankClass], model: Model | None, language: Language) -> str:
    """The classes that there may be; one of a bracket stands for the two beside it."""
    named = {name for one in classes for name in one.between or (one.id,)}
    known = model.classes if model else ()
    return " / ".join(one.title.to(language) for one in known if one.id in named)


def class_words(model: Model | None, found: IndexValue, language: Language) -> str:
    """The classes that an index may be in, and that none is known below the lowest published score."""
    if model is None or found.least is None:
        return ""
    titles, low = (
        _class_titles(possible_classes(model, found), model, language),
        known_from(model),
    )
    if low is None or found.least >= low:
        return titles
    below = translate("indices.no_class", language, low=format_number(low, language, decimals=2))
    return f"{titles} / {below}" if titles else below


def _benchmark(model: Model | None, language: Language) -> dict[str, Any] | None:
    """The classes as brackets, and the published scores, best first; None without a model."""
    if model is None or model.benchmark is None:
        return None
    titles = {one.id: one.title.to(language) for one in model.classes}
    areas = sorted(model.benchmark.areas, key=lambda area: -area.score)
    lowest = format_number(known_from(model), language, decimals=2)
    return {
        "title": model.benchmark.title.to(language),
        "source": model.benchmark.source.to(language),
        "model": model.title.to(language),
        "brackets": [
            {
                "title": one.title.to(language),
                "from": translate(
                    "indices.bracket",
                    language,
                    low=format_number(one.lower_bound_from, language, decimals=2),
                    high=format_number(one.lower_bound, language, decimals=2),
                )
                if one.lower_bound_from is not None
                else translate("indices.lowest", language, low=lowest),
            }
            for one in model.classes
            if not one.between
        ],
        "areas": [
            {
                "name": area.name,
                "score": format_number(area.score, language, decimals=2),
                "class": titles[area.rank_class],
            }
            for area in areas
        ],
    }
