"""How much alike several people's weights are.

The judgements behind the weights are in `geo/mcda/group.py`.
"""

from typing import Literal

import numpy as np

from geo.mcda.ahp import LARGEST_RATIO
from geo.mcda.matrix import Array

ConsensusLevel = Literal["very_low", "low", "moderate", "high", "very_high"]
# Goepel (2018), table 2: consensus from this share on.
CONSENSUS_LEVELS: tuple[tuple[float, ConsensusLevel], ...] = (
    (0.85, "very_high"),
    (0.75, "high"),
    (0.65, "moderate"),
    (0.50, "low"),
    (0.0, "very_low"),
)


def consensus(priorities: Array, shares: Array) -> float:
    """How much alike the members' weights are: 1 when all are the same, 0 when nothing is shared.

    Parameters
    ----------
    priorities : (n_members, n_items) float64
        Each row sums to 1.
    shares : (n_members,) float64
        The members' parts of all weight, summing to 1.

    References
    ----------
    Goepel (2018), International Journal of the Analytic Hierarchy Process 10(3):469-487, equations
    11 to 21, after Shannon's entropies: the diversity of the mean weights (gamma) against the mean
    diversity of the members' (alpha). Members' shares are ours; with equal shares it is his S*.
    """
    n = priorities.shape[1]
    if n == 1:
        return 1.0
    gamma = _entropy(shares @ priorities)
    alpha = float(shares @ [_entropy(row) for row in priorities])
    # The least diverse weights that the scale allows: one item 9 times as important as each other.
    extreme = np.array([LARGEST_RATIO, *[1.0] * (n - 1)])
    least = np.exp(_entropy(extreme / extreme.sum())) / n
    homogeneity = np.exp(min(alpha - gamma, 0.0))
    return float(np.clip((homogeneity - least) / (1 - least), 0.0, 1.0))


def consensus_level(share: float) -> ConsensusLevel:
    """A consensus of 0 to 1 in words, after Goepel (2018), table 2."""
    return next(level for least, level in CONSENSUS_LEVELS if share >= least)


def _entropy(parts: Array) -> float:
    positive = parts[parts > 0]
    return float(-(positive @ np.log(positive)))
