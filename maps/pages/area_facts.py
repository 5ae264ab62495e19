"""The sections of a page on the desa of an area and on what sources say of its ground."""

from typing import Any

from geo import published
from geo.land.ground import GroundFact, Statement
from geo.language import Language
from geo.planning.area_facts import AreaFacts
from geo.store.versions import Published
from maps.escape import safe_address
from maps.text import format_number, translate

# Figures of one flood, named by its year.
_FLOOD_EVENT = r"banjir\d{4}_\w+"


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
    """The flood figures of a regency, event by event, newest first; one without a figure may have had one."""
    table, catalogue = published.indicators(now), published.indicator_catalogue(now)
    is_event = table["indicator"].str.fullmatch(_FLOOD_EVENT)
    rows = table[is_event & (table["regency_code"] == regency) & table["value"].notna()]
    return [
        {
            "title": catalogue[row["indicator"]].title.to(language),
            "figure": f"{format_number(row['value'], language)} "
            f"{catalogue[row['indicator']].unit.to(language)}",
            "source": row["source"],
            "address": safe_address(row["source_url"]),
        }
        for row in rows.sort_values(["year", "indicator"], ascending=[False, True]).to_dict(
            "records"
        )
        if row["indicator"] in catalogue
    ]


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
