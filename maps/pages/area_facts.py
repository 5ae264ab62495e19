"""The sections of a page on the desa of an area and on what sources say of its ground."""

from typing import Any

from geo.land.ground import GroundFact, Statement
from geo.language import Language
from geo.planning.area_facts import AreaFacts
from maps.escape import safe_address


def facts_view(facts: AreaFacts, language: Language) -> dict[str, Any]:
    """Sentences and tables in one language; `villages` or `ground` is None where nothing is known."""
    villages, ground = facts.villages, facts.ground
    return {
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
