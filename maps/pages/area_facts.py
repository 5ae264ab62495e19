"""The sections of a page on the desa of an area and on what sources say of its ground."""

from typing import Any

import pandas as pd

from geo import published
from geo.land.ground import GroundFact, Statement
from geo.language import Language
from geo.planning.area_facts import AreaFacts
from geo.store.versions import Published
from maps.escape import safe_address
from maps.pages.histories import day_of, printed_value
from maps.text import format_number, translate

# Counts of all that a flood reached; those who fled are others.
_COUNTED_ALIKE = "terdampak|terendam"


def facts_view(facts: AreaFacts, language: Language) -> dict[str, Any]:
    """Sentences and tables in one language; `villages` or `ground` is None where nothing is known."""
    villages, ground = facts.villages, facts.ground
    return {
        "note": translate("facts.of_drawing", language) if facts.is_of_drawing else "",
        "villages": None
        if villages is None
        else {"sentence": villages.sentence.to(language), "is_scored": villages.scored > 0},
        "ground": None
        if ground is None
        else {
            "sentence": ground.sentence.to(language),
            "facts": [_fact(fact, language) for fact in ground.facts],
        },
    }


def flood_events(now: Published, regency: str | None, language: Language) -> list[dict[str, Any]]:
    """The flood figures of a regency with their day, newest year first, those of one unit together.

    A flood without a figure may have been one all the same.
    """
    catalogue = published.indicator_catalogue(now)
    return [
        {
            "title": (known := catalogue[row["indicator"]]).title.to(language),
            "figure": " ".join(
                printed_value(row["value"], known.unit.to(language), known, language).values()
            ).strip(),
            "day": day_of(row, known, language),
            "source": row["source"],
            "address": safe_address(row["source_url"]),
        }
        for row in _snapshots(now, regency).to_dict("records")
    ]


def disagreements(now: Published, regency: str | None, language: Language) -> list[str]:
    """What is said where several counts of the same in one year differ: none is known to be right."""
    rows = _snapshots(now, regency)
    rows = rows[rows["indicator"].str.contains(_COUNTED_ALIKE) & (rows["value"] > 0)]
    catalogue = published.indicator_catalogue(now)
    said = []
    for (year, _), group in rows.groupby(["year", "unit"], sort=False):
        if group["value"].nunique() < 2:
            continue
        known = [catalogue[name] for name in group["indicator"]]
        figures = "; ".join(
            f"{format_number(row['value'], language)} ({day_of(row, one, language)}, {row['source']})"
            for one, row in zip(known, group.to_dict("records"), strict=True)
        )
        unit = known[0].unit.to(language)
        said.append(
            translate("facts.disagreement", language, unit=unit, year=year, figures=figures)
        )
        if _is_part_larger(group):
            said[-1] += " " + translate("facts.part_larger", language)
    return said


def _is_part_larger(rows: pd.DataFrame) -> bool:
    """Whether more stood under water than was affected on the same day, of which it is a part."""
    part = rows["indicator"].str.contains("terendam")
    parts, wholes = rows[part], rows[~part]
    days = parts.merge(wholes, on="note", suffixes=("", "_of_whole"))
    return bool((days["value"] > days["value_of_whole"]).any())


def _snapshots(now: Published, regency: str | None) -> pd.DataFrame:
    table, catalogue = published.indicators(now), published.indicator_catalogue(now)
    snapshots = [one.id for one in catalogue.values() if one.is_snapshot]
    is_shown = table["indicator"].isin(snapshots) & (table["regency_code"] == regency)
    return table[is_shown & table["value"].notna()].sort_values(
        ["year", "unit", "indicator"], ascending=[False, True, True]
    )


def _fact(fact: GroundFact, language: Language) -> dict[str, Any]:
    return {
        "sentence": fact.sentence.to(language),
        "statements": [_statement(one, language) for one in fact.statements],
    }


def _statement(statement: Statement, language: Language) -> dict[str, Any]:
    return {
        "place": statement.place.to(language),
        "quantity": statement.quantity.to(language) if statement.quantity else None,
        "note": statement.note.to(language),
        "year": "–" if statement.year is None else str(statement.year),
        "source": statement.source or "–",
        "address": safe_address(statement.source_url),
        "certainty": statement.certainty.to(language),
        "is_low": statement.confidence == "low",
    }
