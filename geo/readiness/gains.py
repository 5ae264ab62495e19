"""What a zone would gain were one of its values perfect, under whichever method.

This is how "what holds it back" is defined: the zone is scored again with one value at 1.
"""

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from geo.errors import ZoneNotFound
from geo.mcda.decision_tables import unicriterion_flows
from geo.mcda.matrix import Array, DecisionMatrix, Scores
from geo.mcda.methods import Setting, effective_weights, find_method
from geo.mcda.model import Model
from geo.readiness.score import Measures

# Methods whose score of an area depends on the other areas; every other one looks at one row alone.
COMPARING = frozenset({"promethee"})


class Scored(Protocol):
    """Zones with all that makes their scores, so that they can be scored again."""

    @property
    def model(self) -> Model:
        """The model that grades and classes."""

    @property
    def weights(self) -> Mapping[str, float]:
        """By criterion, summing to 1."""

    @property
    def method(self) -> str:
        """The method's id, see `geo.mcda.methods`."""

    @property
    def risk(self) -> float:
        """The risk of OWA."""

    @property
    def measures(self) -> Measures:
        """What was measured, with the zones' names."""

    @property
    def matrix(self) -> DecisionMatrix:
        """The values that were scored."""

    @property
    def scores(self) -> Scores:
        """What the method made of them."""


def position_of(scored: Scored, area_id: str) -> int:
    """The row of a zone in the decision matrix; `ZoneNotFound` when there is none of that id."""
    if area_id not in scored.matrix.area_ids:
        raise ZoneNotFound(area_id, available=list(scored.matrix.area_ids)[:50])
    return scored.matrix.area_ids.index(area_id)


def gains_if_perfect(scored: Scored) -> Array:
    """Points (n_areas, n_criteria) that each area would gain were one value of it 1, all else the same.

    This is what a criterion holds back, for every method: the area is scored again. 0 where the
    value is 1 already or has no weight; NaN where it is unknown and where an area is not ranked.
    """
    values = np.where(scored.scores.ranked[:, np.newaxis], scored.matrix.values, np.nan)
    weights = np.array([scored.weights[c] for c in scored.matrix.criteria])
    if scored.method in COMPARING:
        gains = _flow_gains(values, weights)
    else:
        setting = Setting(risk=scored.risk, groups=np.array(scored.model.groups()))
        gains = np.column_stack(
            [
                find_method(scored.method).points(perfect, weights, setting).sum(axis=1)
                for perfect in _perfected(values)
            ]
        )
        gains -= scored.scores.scores[:, np.newaxis]
    # Only rounding makes a perfect value cost anything.
    return np.where(np.isnan(values), np.nan, np.maximum(gains, 0.0))


def _perfected(values: Array) -> list[Array]:
    """`values` once per criterion, each time with that criterion at 1 wherever it is known."""
    found = []
    for j in range(values.shape[1]):
        perfect = values.copy()
        perfect[:, j] = np.where(np.isnan(values[:, j]), np.nan, 1.0)
        found.append(perfect)
    return found


def _flow_gains(values: Array, weights: Array) -> Array:
    """Gains under PROMETHEE, where one area at 1 must not meet another that was set to 1 with it.

    A flow depends on its own criterion alone, so that of a perfect value is known without scoring
    again: it beats whoever is below 1 and nobody beats it.
    """
    known = ~np.isnan(values)
    below = values < 1.0
    others = known.sum(axis=0) - known
    beaten = below.sum(axis=0) - below
    flows = np.divide(beaten, others, out=np.zeros(values.shape), where=others > 0)
    gained: Array = flows - np.nan_to_num(unicriterion_flows(values))
    return 50.0 * effective_weights(values, weights) * gained
