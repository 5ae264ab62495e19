"""How sure an area's score and class are, for its card and its colour: range, chance, band, ties, ages."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from geo.language import Language
from geo.readiness.certainty import Certainty
from geo.readiness.class_words import is_without_data, range_words
from geo.readiness.score import ZoneResult
from maps.folium.views import ModelView
from maps.style import CROSSED, HATCHED
from maps.text import format_number, format_period, format_share, translate

# Points from which a score counts as far from what the draws expect; own judgement.
FAR_POINTS = 5.0


def fill_of(result: ZoneResult, classes: Mapping[str, Mapping[str, Any]]) -> str:
    """The fill of an area: its likeliest class, striped while that is not sure, or why it has none."""
    if result.status == "excluded":
        return CROSSED
    entry = classes.get(result.likely_class or "")
    if result.status != "ranked" or entry is None:
        return HATCHED
    is_sure = (result.class_chance or 0.0) >= entry["sureFrom"]
    return str(entry["colour"] if is_sure else entry["unsure"])


def ties_of(results: Sequence[ZoneResult]) -> Counter[int]:
    """How many areas have each rank."""
    return Counter(result.rank for result in results if result.rank is not None)


def certainty_card(
    result: ZoneResult, *, model: ModelView, ties: Mapping[int, int], language: Language
) -> dict[str, Any]:
    """The lines of a card that say how sure its score and class are; only `class` where nothing is."""
    if result.score_low is None or result.score_high is None:
        return {"class": None}
    words = model.class_words(result)
    with_rank = 1 if result.rank is None else ties[result.rank]
    return {
        "range": range_text(result, language) or None,
        "scoreAt": _rounded(result.score),
        "scoreLow": _rounded(result.score_low),
        "scoreHigh": _rounded(result.score_high),
        "class": result.likely_class,
        "classWords": None if words is None else words.to(language),
        "classChance": result.class_chance,
        "candidates": {} if is_without_data(result) else dict(result.class_candidates),
        "band": result.band,
        "tied": with_rank - 1 or None,
        "surelyAbove": result.surely_above or None,
        "expected": expected_text(result, language),
    }


def expected_text(result: ZoneResult, language: Language) -> str | None:
    """What the draws expect, where that is far from a score of what is known alone; else None."""
    score, expected = result.score, result.expected_score
    if score is None or expected is None or abs(score - expected) < FAR_POINTS:
        return None
    return translate("zone.expected", language, score=format_number(expected, language, decimals=1))


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, 2)


def range_text(result: ZoneResult, language: Language) -> str:
    """As `geo.readiness.class_words.range_words`, of a result; empty where there is no range."""
    said = range_words(result.score_low, result.score_high)
    return "" if said is None else said.to(language)


def ages(result: ZoneResult, language: Language) -> str | None:
    """The periods that the figures of an area are of, the oldest first, each with its criteria."""
    by_period: dict[str, list[str]] = {}
    for criterion in result.criteria:
        if criterion.measure is not None and criterion.period is not None:
            by_period.setdefault(criterion.period, []).append(criterion.title.to(language))
    parts = (
        f"{format_period(period, language)} ({', '.join(titles)})"
        for period, titles in sorted(by_period.items(), key=lambda one: one[0][-4:])
    )
    return "; ".join(parts) or None


def notes_of_known(result: ZoneResult, language: Language) -> list[str]:
    """What is noted of figures that an area has, such as the year from which one is dropped."""
    return [
        f"{criterion.title.to(language)}: {criterion.note.to(language)}"
        for criterion in result.criteria
        if criterion.measure is not None and criterion.note is not None
    ]


def how_drawn(found: Certainty, *, titles: Mapping[str, str], language: Language) -> list[str]:
    """How the chances and bands of a list were drawn: what was varied, and where missing values came from.

    `titles` are the criteria's by id.
    """
    varied = [translate("simulated.weights", language)]
    if found.has_errors:
        varied.append(translate("simulated.errors", language))
    if found.placed:
        varied.append(translate("simulated.places", language, n=found.placed))
    if found.known_in:
        varied.append(translate("simulated.missing", language))
    number = format_number(float(found.n_draws), language)
    lines = [translate("simulated.varied", language, n=number, varied=", ".join(varied))]
    measured = {c: n for c, n in found.known_in.items() if n}
    if measured:
        named = ", ".join(
            translate("simulated.criterion", language, criterion=titles.get(c, c), n=n)
            for c, n in sorted(measured.items(), key=lambda one: -one[1])
        )
        lines.append(translate("simulated.measured", language, criteria=named))
    if evenly := [titles.get(c, c) for c, n in found.known_in.items() if not n]:
        lines.append(translate("simulated.evenly", language, criteria=", ".join(evenly)))
    if found.apart_share is not None:
        share = format_share(found.apart_share, language)
        lines.append(translate("simulated.apart", language, share=share, bands=found.n_bands))
    return lines
