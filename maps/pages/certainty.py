"""How sure a rank is, in the same words on a zone's page and on its printed sheet."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from geo.errors import NothingRanked
from geo.language import Language
from geo.planning.confidence import Confidence, Simulation, confidence, overall
from geo.readiness.assessment import Assessment
from geo.store.versions import Published
from geo.uncertainty.smaa import (
    interval_shares,
    percent_of,
    rank_intervals,
    whole_number,
    zone_sentence,
)
from maps.folium.cards import class_cards
from maps.folium.views import model_view
from maps.text import format_share, translate

# The seed is fixed, so that a sheet printed twice is the same sheet.
SIMULATION = Simulation(draws=2_000, seed=1)


def certainty(
    now: Published, assessment: Assessment, area_id: str, language: Language
) -> dict[str, Any] | None:
    """The interval of a ranked zone's rank and what the draws say; None for one without a rank."""
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
    classes = class_cards(model_view(assessment.model, year=assessment.year), language)
    shares = zip(
        found.uncertainty.classes, found.uncertainty.class_shares[place].tolist(), strict=True
    )
    return {
        "interval": translate(key, language, first=first, last=last, share=inside),
        "sentence": zone_sentence(found.uncertainty, area_id).to(language),
        "overall": overall(found).to(language),
        "draws": whole_number(n_draws).to(language),
        "classes": [
            {
                **classes[class_id],
                "share": format_share(share, language),
            }
            for class_id, share in reversed(list(shares))
            if share > 0
        ],
    }


def intervals(now: Published, assessment: Assessment) -> dict[str, str]:
    """Between which ranks at least 90 % of the draws put each ranked area."""
    found = _confidence(now, _Keyed(assessment.key, assessment))
    if found is None:
        return {}
    ranks = rank_intervals(found.uncertainty).astype(int).tolist()
    return {
        area_id: f"{first}" if first == last else f"{first}–{last}"
        for area_id, (first, last) in zip(found.uncertainty.area_ids, ranks, strict=True)
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
