"""The least and the greatest score that the data allow an area: missing values at worst and at best.

Every method but PROMETHEE looks at one area alone and never gives less for a better value, so the
ends are the scores of the least and of the greatest values. PROMETHEE compares: an area is worst off
with its least values among others at their greatest, and where nothing is known of it, it may be
below all others and above them, for its score by what is known says nothing of ties.
"""

import numpy as np

from geo.mcda.matrix import Array
from geo.mcda.methods import Setting, find_method, scores_of

_NOTHING = 1e-9


def score_range(
    method: str, low: Array, high: Array, *, weights: Array, setting: Setting
) -> tuple[Array, Array]:
    """The least and the greatest score (n_areas,) of 0..100 under one weight set.

    Parameters
    ----------
    method : str
        See `geo.mcda.methods`.
    low, high : (n_areas, n_criteria) float64
        The least and the greatest value of each area, NaN rows for areas that take no part.
    weights : (n_criteria,) float64
        Sum to 1.

    Returns
    -------
    (low, high)
        NaN for areas that take no part. The score by the known values alone lies between them, as
        all weights that it leaves out count here at worst and at best.

    Raises
    ------
    InvalidMethod
    """
    if method == "promethee":
        flows = _flows(low, high), _flows(high, low)
        is_open = high - low >= 1.0 - _NOTHING
        least, greatest = (
            50.0 * (1.0 + np.where(is_open, end, flow) @ weights)
            for flow, end in zip(flows, (-1.0, 1.0), strict=True)
        )
        return least, greatest
    if method == "weighted_sum":
        return 100.0 * (low @ weights), 100.0 * (high @ weights)
    points = find_method(method).points
    least, greatest = (scores_of(points(values, weights, setting)) for values in (low, high))
    return least, greatest


def _flows(own: Array, others: Array) -> Array:
    """Flows (n_areas, n_criteria) of each area at `own` values where all others stand at `others`."""
    flows = np.full(own.shape, np.nan)
    taking_part = ~np.isnan(own).any(axis=1)
    n_others = max(int(taking_part.sum()) - 1, 1)
    for flow, mine, theirs in zip(flows.T, own.T, others.T, strict=True):
        ranked = np.sort(theirs[taking_part])
        beaten = np.searchsorted(ranked, mine, side="left") - (theirs < mine)
        beating = len(ranked) - np.searchsorted(ranked, mine, side="right") - (theirs > mine)
        flow[taking_part] = ((beaten - beating) / n_others)[taking_part]
    return flows
