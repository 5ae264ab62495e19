"""What must be read beside a score: whose weights, and how sure.

The same words stand on a zone's page and on its printed sheet.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from geo.errors import NothingRanked
from geo.language import Language
from geo.mcda.methods import METHODS
from geo.planning.confidence import Confidence, Simulation, confidence, overall
from geo.readiness.assessment import Assessment
from geo.store.versions import Published
from geo.uncertainty.smaa import percent_of, rank_intervals, whole_number, zone_sentence
from maps.folium.cards import class_cards
from maps.folium.views import model_view
from maps.text import format_number, translate

# The seed is fixed, so that a sheet printed twice is the same sheet.
SIMULATION = Simulation(draws=2_000, seed=1)
# Far below what a slider can say, far above what a sum of floats loses.
_TOLERANCE = 1e-6


def has_own_weights(assessment: Assessment) -> bool:
    """Whether an assessment weighs as its model does."""
    own = assessment.model.weights
    return all(math.isclose(w, own[c], abs_tol=_TOLERANCE) for c, w in assessment.weights.items())


def has_own_method(assessment: Assessment) -> bool:
    """Whether an assessment combines values as its model does."""
    model = assessment.model
    is_same_risk = assessment.method != "owa" or assessment.risk == model.risk
    return assessment.method == model.method and is_same_risk


def choice(assessment: Assessment, language: Language) -> str:
    """Which weights and method a reader chose in place of the model's; empty for the model's own."""
    own_weights, own_method = has_own_weights(assessment), has_own_method(assessment)
    if own_weights and own_method:
        return ""
    weights = (
        translate("chosen.model_weights", language)
        if own_weights
        else translate("chosen.weights", language, weights=_weights(assessment, language))
    )
    key = "chosen.model_method" if own_method else "chosen.method"
    method = translate(key, language, method=_method(assessment, language))
    return translate("chosen.whole", language, weights=weights, method=method)


def map_state(assessment: Assessment) -> str:
    """The part behind # of the map's address that sets its sliders to an assessment; may be empty."""
    parts = []
    if not has_own_weights(assessment):
        parts.append("w=" + "*".join(f"{item}-{value}" for item, value in _sliders(assessment)))
    if not has_own_method(assessment):
        parts.append(f"m={assessment.method}")
        if assessment.method == "owa":
            parts.append(f"r={round(100 * assessment.risk)}")
    return "".join(part + "&" for part in parts)


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
    classes = class_cards(model_view(assessment.model, year=assessment.year), language)
    shares = zip(
        found.uncertainty.classes, found.uncertainty.class_shares[place].tolist(), strict=True
    )
    return {
        "interval": translate(key, language, first=first, last=last),
        "sentence": zone_sentence(found.uncertainty, area_id).to(language),
        "overall": overall(found).to(language),
        "draws": whole_number(n_draws).to(language),
        "classes": [
            {
                **classes[class_id],
                "share": percent_of(round(share * n_draws), n_draws).to(language),
            }
            for class_id, share in reversed(list(shares))
            if share > 0
        ],
    }


def intervals(now: Published, assessment: Assessment) -> dict[str, str]:
    """Between which ranks 90 % of the draws put each ranked area."""
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


def _method(assessment: Assessment, language: Language) -> str:
    title = METHODS[assessment.method].title.to(language)
    if assessment.method != "owa":
        return title
    risk = format_number(assessment.risk, language, decimals=2)
    return translate("chosen.risk", language, method=title, risk=risk)


def _by_dimension(assessment: Assessment) -> dict[str, Mapping[str, float]]:
    """The weights of the criteria below each top-level dimension, in the model's order."""
    return {
        d.id: {c.id: assessment.weights[c.id] for c in assessment.model.leaves_of(d.id)}
        for d in assessment.model.top_dimensions()
    }


def _inner(weights: Mapping[str, float]) -> dict[str, float]:
    whole = sum(weights.values())
    return {c: w / whole if whole > 0 else 0.0 for c, w in weights.items()}


def _is_moved_inside(assessment: Assessment, weights: Mapping[str, float]) -> bool:
    """Whether the criteria of a dimension weigh otherwise beside each other than in the model."""
    own = _inner({c: assessment.model.weights[c] for c in weights})
    return sum(weights.values()) > 0 and any(
        not math.isclose(share, own[c], abs_tol=_TOLERANCE) for c, share in _inner(weights).items()
    )


def _weights(assessment: Assessment, language: Language) -> str:
    titles = {c.id: c.title for c in assessment.model.criteria}
    parts = []
    for dimension in assessment.model.top_dimensions():
        weights = _by_dimension(assessment)[dimension.id]
        said = f"{dimension.title.to(language)} {_percent(sum(weights.values()), language)}"
        if _is_moved_inside(assessment, weights):
            inside = (
                f"{titles[c].to(language)} {_percent(w, language)}" for c, w in weights.items()
            )
            said += f" ({', '.join(inside)})"
        parts.append(said)
    return ", ".join(parts)


def _percent(share: float, language: Language) -> str:
    return format_number(round(100 * share, 1), language) + "%"


def _sliders(assessment: Assessment) -> list[tuple[str, str]]:
    """The sliders that do not stand where the model puts them, 0 to 100."""
    found = []
    for dimension, weights in _by_dimension(assessment).items():
        found.append((dimension, sum(weights.values())))
        if len(weights) > 1 and _is_moved_inside(assessment, weights):
            found += _inner(weights).items()
    return [(item, f"{100 * share:.6f}".rstrip("0").rstrip(".")) for item, share in found]
