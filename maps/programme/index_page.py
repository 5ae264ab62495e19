"""An index with slots as its page says it, in one language: what is open stays visibly open."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from geo.language import Language
from geo.mcda.model import Model, RankClass
from geo.programme.indices.index import Index, IndexValue, SlotValue
from geo.vector.planning_region import PlanningRegion
from maps.text import MISSING, format_number, format_period, translate


def index_entry(index: Index, language: Language) -> dict[str, Any]:
    """An index in a list: what it is, how many slots it has and how many are weighed."""
    weighed = sum(slot.weight is not None for slot in index.slots)
    return {
        "id": index.id,
        "title": index.title.to(language),
        "description": index.description.to(language),
        "slots": len(index.slots),
        "weighed": weighed,
        "confirmed": index.confirmed,
    }


def index_content(
    index: Index,
    said: Mapping[str, Any],
    *,
    table: pd.DataFrame,
    region: PlanningRegion,
    entered: Mapping[str, Sequence[str]],
    language: Language,
) -> dict[str, Any]:
    """What the page of one index says; `said` is its region, value, classes and model."""
    found: IndexValue = said["found"]
    return {
        "description": index.description.to(language),
        **_place(said, region, language),
        "rows": [
            _slot(one, at, entered=entered, language=language) for at, one in enumerate(found.slots)
        ],
        "value": value_words(found, language),
        "reasons": [reason.to(language) for reason in found.reasons],
        "classes": _class_titles(said["classes"], said["model"], language),
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
            "place": region.title_of(said["region"]).to(language),
            "areas": [],
            "area": "",
            "area_score": "",
        }
    area, names = said["area"], sorted(one.name for one in model.benchmark.areas)
    place = translate("indices.no_area", language) if area is None else area.name
    score = ""
    if area is not None:
        titles = {one.id: one.title.to(language) for one in model.classes}
        facts = {"score": format_number(area.score, language, decimals=2)}
        facts["status"] = titles[area.rank_class]
        score = translate(
            "indices.area_score", language, **facts, title=model.benchmark.title.to(language)
        )
    return {"place": place, "areas": names, "area_score": score, "area": area.name if area else ""}


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
        "fields": fields,
        "scaled": format_number(one.scaled, language, decimals=3),
        "points": format_number(one.points, language, decimals=1),
        "is_beyond": one.is_beyond,
    }


def _entered(value: float | None, language: Language) -> str:
    return (
        "" if value is None else format_number(value, language, decimals=6).rstrip("0").rstrip(",.")
    )


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


def _benchmark(model: Model | None, language: Language) -> dict[str, Any] | None:
    """The classes as brackets, and the published scores, best first; None without a model."""
    if model is None or model.benchmark is None:
        return None
    titles = {one.id: one.title.to(language) for one in model.classes}
    areas = sorted(model.benchmark.areas, key=lambda area: -area.score)
    return {
        "title": model.benchmark.title.to(language),
        "source": model.benchmark.source,
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
                else translate(
                    "indices.from", language, low=format_number(one.lower_bound, language)
                ),
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
