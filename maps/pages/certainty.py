"""How sure the score, the class and the rank of an area are, in the same words on its page and sheet.

Chances, bands and what is varied are those of `Assessment.certainty`, as on the map and in the API.
Between which ranks an area lies is counted in a simulation of its own (`geo/planning/confidence.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from geo.errors import NothingRanked
from geo.language import Language, Text, listed
from geo.planning.collect import fewest_to_rank
from geo.planning.confidence import Confidence, Simulation, confidence, overall
from geo.readiness.assessment import Assessment
from geo.readiness.certainty import Certainty
from geo.readiness.class_words import class_words, is_without_data
from geo.readiness.score import CriterionResult, ZoneResult
from geo.store.versions import Published
from geo.uncertainty.smaa import (
    interval_shares,
    percent_of,
    rank_intervals,
    whole_number,
    zone_sentence,
)
from maps.folium.cards import class_cards
from maps.folium.certainty_cards import expected_text, range_text
from maps.folium.views import model_view
from maps.text import format_number, format_share, translate

# The seed is fixed, so that a sheet printed twice is the same sheet.
SIMULATION = Simulation(draws=2_000, seed=1)
# More areas of one band or rank are counted, not named.
_MOST_NAMED = 4
# A credit nearer to 1 is whole.
_WHOLE = 1e-9


def certainty(
    now: Published, assessment: Assessment, area_id: str, language: Language
) -> dict[str, Any] | None:
    """What the data and the draws say of an area, ranked or not; None of one that has no range.

    `bar` is the range of its score on a scale of 0..100, `classes` the shares of draws, `standing`
    sentences on its place in the list, `missing` how each datum that lacks was drawn, `fewest` what
    to bring so that it is ranked, `rank` what the simulation of ranks says.
    """
    result = assessment.result(area_id)
    if result.score_low is None or result.score_high is None:
        return None
    return {
        "range": range_text(result, language),
        "bar": range_bar(assessment, result, language),
        "class": class_said(assessment, result, language),
        "classes": _classes(assessment, result, language),
        "band": _band(assessment, result, language),
        "standing": _standing(assessment, result, language),
        "unchecked": listed([c.title for c in result.constraints_unchecked]).to(language)
        if result.constraints_unchecked
        else "",
        "missing": _missing(assessment, result, language),
        "varied": varied(assessment.certainty, language),
        "fewest": _fewest(now, assessment, result, language),
        "rank": _rank(now, assessment, area_id, language),
    }


def score_text(result: ZoneResult, language: Language) -> str:
    """The score with the range that the data allow: 64,3 (52–81); the range alone without a score."""
    between = range_text(result, language)
    if result.score is None:
        return between or "–"
    score = format_number(result.score, language, decimals=1)
    return f"{score} ({between})" if between else score


def class_said(
    assessment: Assessment, result: ZoneResult, language: Language
) -> dict[str, str] | None:
    """The class of an area in words, with the colour of its likeliest; None of one that has none.

    The colour of one without rank is empty: it keeps the mark of what it lacks.
    """
    words = class_words(result, assessment.model)
    if words is None or result.likely_class is None:
        return None
    cards = class_cards(model_view(assessment.model, year=assessment.year), language)
    colour = "" if result.rank is None else cards[result.likely_class]["colour"]
    return {"title": words.to(language), "colour": colour}


def range_bar(assessment: Assessment, result: ZoneResult, language: Language) -> dict[str, Any]:
    """The range of a score on a scale of 0..100: its ends, the point, and the classes below it."""
    view = model_view(assessment.model, year=assessment.year)
    cards, classes = class_cards(view, language), view.ordered_classes
    edges = [*(c.lower for c in classes), 100.0]
    return {
        "low": result.score_low,
        "high": result.score_high,
        "point": result.score,
        "label": translate("portrait.range_label", language, range=score_text(result, language)),
        "classes": [
            {
                "title": cards[c.id]["title"],
                "colour": cards[c.id]["colour"],
                "from": low,
                "to": high,
                "ends": format_number(high, language),
            }
            for c, low, high in zip(classes, edges, edges[1:], strict=False)
        ],
    }


def _classes(
    assessment: Assessment, result: ZoneResult, language: Language
) -> list[dict[str, Any]]:
    """The classes that draws gave, the highest first, with shares and scores; none without any data."""
    if is_without_data(result):
        return []
    view = model_view(assessment.model, year=assessment.year)
    cards = class_cards(view, language)
    shares = assessment.certainty.class_shares[assessment.position(result.area_id)].tolist()
    bounds = [*(format_number(c.lower_bound, language) for c in assessment.model.classes), "100"]
    rows = [
        {
            "title": cards[c.id]["title"],
            "colour": cards[c.id]["colour"],
            "scores": f"{low}–{high}",
            "part": share,
            "share": format_share(share, language),
            "is_candidate": c.id in result.class_candidates,
        }
        for c, share, low, high in zip(
            assessment.model.classes, shares, bounds, bounds[1:], strict=False
        )
        if share > 0
    ]
    return rows[::-1]


def _band(assessment: Assessment, result: ZoneResult, language: Language) -> str:
    if result.band is None:
        return ""
    n = assessment.certainty.n_bands
    return translate("portrait.band", language, band=result.band, n=n)


def _standing(assessment: Assessment, result: ZoneResult, language: Language) -> list[str]:
    """Who stands in one band with an area, who has its rank too, and whom it is above for certain."""
    if result.rank is None:
        return []
    others = [r for r in assessment.results if r.rank is not None and r is not result]
    beside = [r.name for r in others if r.band == result.band]
    tied = [r.name for r in others if r.rank == result.rank]
    lines = [
        translate("portrait.band_with", language, names=_named(beside, language))
        if beside
        else translate("portrait.band_alone", language)
    ]
    if tied:
        lines.append(translate("portrait.tied", language, names=_named(tied, language)))
    if result.surely_above:
        lines.append(translate("portrait.surely_above", language, n=result.surely_above))
    if expected := expected_text(result, language):
        lines.append(f"{expected}.")
    return lines


def _named(names: list[str], language: Language) -> str:
    if len(names) > _MOST_NAMED:
        return translate("portrait.n_others", language, n=len(names))
    return listed([Text(name, name) for name in names]).to(language)


def _missing(
    assessment: Assessment, result: ZoneResult, language: Language
) -> list[dict[str, str]]:
    """What is not known of an area, the heaviest first, and how each value was drawn."""
    gaps = [c for c in result.criteria if c.credit < 1.0 - _WHOLE and c.weight > 0]
    return [
        {
            "title": c.title.to(language),
            "weight": format_share(c.weight, language),
            "how": _how_drawn(c, assessment, language),
        }
        for c in sorted(gaps, key=lambda c: -c.weight)
    ]


def _how_drawn(criterion: CriterionResult, assessment: Assessment, language: Language) -> str:
    if criterion.is_placed:
        return translate("portrait.drawn_by_place", language)
    if criterion.measure_low is not None and criterion.measure_high is not None:
        return translate("portrait.drawn_between", language)
    known = assessment.certainty.known_in.get(criterion.criterion, 0)
    key = "portrait.drawn_evenly"
    if known:
        is_kecamatan = assessment.layer == "kecamatan"
        key = "portrait.drawn_from_kecamatan" if is_kecamatan else "portrait.drawn_from_area"
    how = translate(key, language, n=known)
    if criterion.measure is None:
        return how
    return translate("portrait.drawn_in_part", language, how=how)


def varied(found: Certainty, language: Language) -> str:
    """How many draws were made and what was varied in them, as a sentence."""
    what = {
        "portrait.varied_weights": True,
        "portrait.varied_errors": found.has_errors,
        "portrait.varied_places": bool(found.placed),
        "portrait.varied_missing": bool(found.known_in),
    }
    names = [translate(key, language) for key, is_so in what.items() if is_so]
    return translate(
        "portrait.varied",
        language,
        n=whole_number(found.n_draws).to(language),
        inputs=listed([Text(name, name) for name in names]).to(language),
    )


def _fewest(
    now: Published, assessment: Assessment, result: ZoneResult, language: Language
) -> dict[str, Any] | None:
    """The fewest data that let an unranked area be ranked; None of a ranked one."""
    if result.status != "insufficient_data":
        return None
    floor = format_share(result.coverage_floor, language)
    data = fewest_to_rank(now, assessment, result.area_id)
    if data is None:
        return {"sentence": translate("portrait.never_ranked", language, floor=floor), "data": []}
    key = "portrait.fewest_one" if len(data) == 1 else "portrait.fewest"
    return {
        "sentence": translate(key, language, n=len(data), floor=floor),
        "data": [{"title": d.title.to(language), "holder": d.holder.to(language)} for d in data],
    }


def _rank(
    now: Published, assessment: Assessment, area_id: str, language: Language
) -> dict[str, str] | None:
    """The interval of a ranked area's rank, and how firm the first place is."""
    if assessment.result(area_id).rank is None:
        return None
    found = _confidence(now, _Keyed(assessment.key, assessment))
    if found is None:
        return None
    place, n_draws = found.uncertainty.place(area_id), found.simulation.draws
    first, last = (int(rank) for rank in rank_intervals(found.uncertainty)[place])
    key = "portrait.one_rank" if first == last else "portrait.interval"
    share = float(interval_shares(found.uncertainty)[place])
    inside = percent_of(round(share * n_draws), n_draws).to(language)
    return {
        "interval": translate(key, language, first=first, last=last, share=inside),
        "sentence": zone_sentence(found.uncertainty, area_id).to(language),
        "overall": overall(found).to(language),
    }


def intervals(now: Published, assessment: Assessment, language: Language) -> Mapping[str, str]:
    """Between which ranks the draws put each ranked area, with the share of all draws that do."""
    found = _confidence(now, _Keyed(assessment.key, assessment))
    if found is None:
        return {}
    ranks = rank_intervals(found.uncertainty).astype(int).tolist()
    shares = interval_shares(found.uncertainty).tolist()
    return {
        area_id: f"{first if first == last else f'{first}–{last}'} ({format_share(share, language)})"
        for area_id, (first, last), share in zip(
            found.uncertainty.area_ids, ranks, shares, strict=True
        )
    }


@dataclass(frozen=True, slots=True)
class _Keyed:
    """An assessment that is equal to every other of the same inputs."""

    key: str
    assessment: Assessment = field(compare=False)


@lru_cache(maxsize=16)
def _confidence(now: Published, keyed: _Keyed) -> Confidence | None:
    """The simulation of an assessment; None where no zone is ranked."""
    try:
        return confidence(now, keyed.assessment, SIMULATION)
    except NothingRanked:
        return None
