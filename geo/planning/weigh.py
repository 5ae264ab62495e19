"""Weights from whatever a planner brings: stated, judged by one or by many, ranked, or from the data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from geo.errors import InvalidWeights, UnusedRisk
from geo.json_types import as_json
from geo.language import Language, texts
from geo.mcda.ahp import CONSISTENCY_LIMIT, AhpWeights
from geo.mcda.group import GroupJudgement, judge_groups_together
from geo.mcda.group_sentences import group_sentences
from geo.mcda.model import Model, weights_from, weights_from_judgements
from geo.mcda.weight_request import WeightRequest
from geo.mcda.weights import find_weighting, ranked_weights
from geo.planning.assess import assess
from geo.published import DEFAULT_LAYER, DEFAULT_MODEL, model, years
from geo.readiness.assessment import Assessment
from geo.readiness.scenario import Scenario
from geo.store.store import Store
from geo.store.versions import Published

_SAY = texts(__name__)

DEFAULT_RANKING = "rank_order_centroid"


@dataclass(frozen=True, slots=True)
class Weighed:
    """Global weights by criterion, summing to 1, and what is behind them.

    `judgements` are AHP results by the groups that were judged ("goal" or a dimension's id),
    `together` what several members say, by group; both empty where nothing was judged.
    """

    weights: Mapping[str, float]
    judgements: Mapping[str, AhpWeights] = field(default_factory=dict)
    together: Mapping[str, GroupJudgement] = field(default_factory=dict)


def weigh_and_assess(
    store: Store | Published,
    requested: WeightRequest,
    *,
    model_id: str = DEFAULT_MODEL,
    layer: str = DEFAULT_LAYER,
    year: int | None = None,
    method: str | None = None,
    risk: float | None = None,
    scenario: Scenario | None = None,
) -> tuple[Assessment, Weighed]:
    """The assessment that a planner asks for, and where its weights come from.

    Where nothing is requested, what a scenario states or judges holds, then the model's own weights.
    Weights from data are those of what is published, without the scenario.

    Raises
    ------
    InvalidWeights, InconsistentJudgements, ModelNotFound, LayerNotFound, UnknownYear, InvalidMethod,
    InvalidScenario
    UnusedRisk
        When the method takes no risk.
    """
    now = store.current()
    if scenario is not None and not requested.is_given:
        requested = WeightRequest(
            stated=scenario.weights or None, judgements=scenario.judgements or None
        )
    known = published_year(now, model_id, year)
    weighed = weigh(now, requested, model_id=model_id, layer=layer, year=known)
    found = assess(
        now,
        model_id,
        layer=layer,
        year=year,
        weights=weighed.weights if requested.is_given else None,
        method=method,
        risk=risk,
        scenario=scenario,
    )
    require_used(risk, of=found)
    return found, weighed


def require_used(risk: float | None, *, of: Assessment) -> None:
    """Raise `UnusedRisk` where somebody states a risk and the method of an assessment has none."""
    if risk is not None and of.method != "owa":
        raise UnusedRisk(method=of.method)


@lru_cache(maxsize=32)
def own_ranks(
    now: Published, model_id: str, *, layer: str, year: int | None
) -> tuple[int | None, ...]:
    """The rank of each zone under the model's own weights and method, kept for equal versions.

    Who moves a slider asks for the same again and again.
    """
    return tuple(assess(now, model_id, layer=layer, year=year).ranks)


def published_year(store: Store | Published, model_id: str, year: int | None) -> int | None:
    """`year`, or None for the newest where only a scenario has figures of it."""
    return year if year in years(store, model_id) else None


def weigh(
    store: Store | Published,
    requested: WeightRequest,
    *,
    model_id: str = DEFAULT_MODEL,
    layer: str = DEFAULT_LAYER,
    year: int | None = None,
) -> Weighed:
    """Weights of a model's criteria; the model's own where nothing is requested.

    `layer` and `year` say from which values a weighting by data is taken: those of the zones that
    are ranked under the model's own weights.

    Raises
    ------
    InvalidWeights, InconsistentJudgements, ModelNotFound, LayerNotFound, UnknownYear
    """
    _require_one(requested)
    if requested.stated is not None and not requested.stated:
        raise InvalidWeights(reason=_SAY["empty"])
    now = store.current()
    chosen = model(now, model_id)
    if requested.members:
        together = judge_groups_together(chosen.members(), requested.members)
        if not together:
            raise InvalidWeights(reason=_SAY["nobody"])
        pairs = {group: judged.judgements() for group, judged in together.items()}
        weights, results = weights_from_judgements(chosen, pairs, incomplete=True)
        return Weighed(weights, {group: results[group] for group in together}, together)
    if requested.judgements:
        weights, results = weights_from_judgements(
            chosen, requested.judgements, incomplete=requested.is_incomplete
        )
        return Weighed(weights, {group: results[group] for group in requested.judgements})
    if requested.weighting is not None or requested.ranks is not None:
        return Weighed(_by_rule(now, chosen, requested, layer=layer, year=year))
    return Weighed(weights_from(chosen, requested.stated or {}))


def weighed_document(weighed: Weighed, chosen: Model, language: Language) -> dict[str, Any]:
    """What is behind the weights as JSON types, texts in `language`.

    `judgements` by group: weights, consistency and what hurts it; `together` by group: consensus,
    each member's judgement, who differs most on what.
    """
    titles = {d.id: d.title for d in chosen.dimensions} | {c.id: c.title for c in chosen.criteria}
    return {
        "judgements": {
            group: _judged_entry(result, language) for group, result in weighed.judgements.items()
        },
        "together": {
            group: {
                "consensus": judged.consensus,
                "consensus_level": judged.consensus_level,
                "members": [
                    as_json(member, language)
                    | {"result": member.result and _judged_entry(member.result, language)}
                    for member in judged.members
                ],
                "silent": list(judged.silent),
                "agreement": as_json(judged.agreement, language),
                "differences": as_json(judged.differences, language),
                "sentences": [s.to(language) for s in group_sentences(judged, titles=titles)],
            }
            for group, judged in weighed.together.items()
        },
    }


def _judged_entry(result: AhpWeights, language: Language) -> dict[str, Any]:
    document: dict[str, Any] = as_json(result, language)
    return document | {
        "weights": result.by_item(),
        "consistent": result.is_consistent,
        "limit": CONSISTENCY_LIMIT,
    }


def _by_rule(
    now: Published, chosen: Model, requested: WeightRequest, *, layer: str, year: int | None
) -> dict[str, float]:
    weighting = find_weighting(requested.weighting or DEFAULT_RANKING)
    if weighting.needs == "ranks":
        if not requested.ranks:
            raise InvalidWeights(reason=_SAY["ranks"].format(weighting=weighting.id))
        return _by_ranks(chosen, requested.ranks, weighting.id)
    if requested.ranks is not None:
        raise InvalidWeights(reason=_SAY["no_ranks"].format(weighting=weighting.id))
    found = assess(now, chosen.id, layer=layer, year=year)
    weights = weighting.weights(found.matrix.values[found.scores.ranked])
    return dict(zip(found.matrix.criteria, np.asarray(weights).tolist(), strict=True))


def _by_ranks(chosen: Model, ranks: Mapping[str, float], weighting: str) -> dict[str, float]:
    top = [d.id for d in chosen.top_dimensions()]
    # Who ranks one dimension means the dimensions: the refusal then names what else there is.
    items = top if set(ranks) & set(top) else [c.id for c in chosen.criteria]
    return weights_from(chosen, ranked_weights(ranks, items=items, weighting=weighting))


def _require_one(requested: WeightRequest) -> None:
    if len(requested.given) > 1:
        raise InvalidWeights(reason=_SAY["one"].format(given=", ".join(requested.given)))
