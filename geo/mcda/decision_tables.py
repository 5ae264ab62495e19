"""The classical methods on a raw decision table, as papers and other programs print them.

These scale each criterion by the table's own best and worst, so that adding an area can change the
scores and even the order of the others. The service grades by value functions instead
(`geo.mcda.methods`); these are what it is checked against, and what an office's own table can be
recomputed with.

Every function takes a matrix (n_areas, n_criteria) in each criterion's unit, weights
(n_criteria,) and objectives "max" or "min", and gives one number per area; higher is better. The
table must be complete: NaN spreads through its criterion to every area.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np

from geo.errors import NotPositive
from geo.mcda.matrix import Array

Objective = Literal["max", "min"]
Scaling = Literal["max", "range", "sum"]


def topsis_closeness(
    matrix: Array,
    weights: Array,
    *,
    objectives: Sequence[Objective],
    scaling: Literal["vector", "range"] = "vector",
) -> Array:
    """Relative closeness (n_areas,) in [0, 1] to the best values of the table.

    `scaling` divides a criterion by its Euclidean length ("vector", the original) or by its range.
    NaN where every area is the same: both distances are 0.

    References
    ----------
    Hwang & Yoon (1981), Multiple Attribute Decision Making.
    """
    signed = np.where(np.asarray(objectives) == "max", matrix, -matrix)
    if scaling == "vector":
        length = np.linalg.norm(matrix, axis=0)
    else:
        length = np.ptp(matrix, axis=0)
    weighted = weights * _divided(signed, length, otherwise=0.0)
    to_best = np.linalg.norm(weighted - weighted.max(axis=0), axis=1)
    from_worst = np.linalg.norm(weighted - weighted.min(axis=0), axis=1)
    return _divided(from_worst, to_best + from_worst, otherwise=np.nan)


def simple_additive_weighting(
    matrix: Array, weights: Array, *, objectives: Sequence[Objective], scaling: Scaling = "max"
) -> Array:
    """Weighted sums (n_areas,) of scaled criteria (SAW, the weighted sum model).

    `scaling` is "max" (x / max, min / x), "range" ((x - worst) / (best - worst)) or "sum"
    (x / sum, and 1 / x likewise).

    Raises
    ------
    NotPositive
        If "max" or "sum" meets a number that is not above 0.

    References
    ----------
    Hwang & Yoon (1981), Multiple Attribute Decision Making.
    """
    return np.asarray(_scaled(matrix, objectives, scaling) @ weights, dtype=np.float64)


def weighted_product_model(
    matrix: Array, weights: Array, *, objectives: Sequence[Objective], scaling: Scaling = "max"
) -> Array:
    """Products (n_areas,) of scaled criteria to the power of their weights (WPM).

    `scaling` as in `simple_additive_weighting`; the ratio of two areas is the same under "max" and
    "sum".

    Raises
    ------
    NotPositive
        If "max" or "sum" meets a number that is not above 0.

    References
    ----------
    Triantaphyllou (2000), Multi-Criteria Decision Making Methods, ch. 2.
    """
    scaled = _scaled(matrix, objectives, scaling)
    return np.asarray((scaled**weights).prod(axis=1), dtype=np.float64)


def promethee_net_flow(matrix: Array, weights: Array, *, objectives: Sequence[Objective]) -> Array:
    """Net flows (n_areas,) in [-1, 1] of PROMETHEE II under the usual criterion.

    References
    ----------
    Brans & Vincke (1985), Management Science 31:647-656.

    Examples
    --------
    >>> table = np.array([[4.0, 3.0, 2.0], [3.0, 2.0, 4.0], [5.0, 1.0, 3.0]])
    >>> promethee_net_flow(table, np.array([0.5, 0.3, 0.2]), objectives=["max"] * 3).round(3)
    array([ 0.1, -0.3,  0.2])
    """
    signed = np.where(np.asarray(objectives) == "max", matrix, -matrix)
    return np.asarray(unicriterion_flows(signed) @ weights, dtype=np.float64)


def unicriterion_flows(values: Array) -> Array:
    """Share of the others that an area beats less the share that beats it, per criterion.

    (n_areas, n_criteria) in [-1, 1]; higher values beat lower ones, equal ones do not. Only areas in
    which the criterion is known count; NaN stays NaN, and 0 for the only one known.

    References
    ----------
    Calders & Van Assche (2016), PROMETHEE is not quadratic, arXiv 1603.00091: net flows by sorting,
    in O(m n log n) for m criteria and n areas.

    Examples
    --------
    >>> unicriterion_flows(np.array([[4.0], [3.0], [5.0], [np.nan]])).ravel()
    array([ 0., -1.,  1., nan])
    """
    flows = np.full(values.shape, np.nan)
    # One sort per criterion; there are few criteria and many areas.
    for flow, column in zip(flows.T, values.T, strict=True):
        known = column[~np.isnan(column)]
        ascending = np.sort(known)
        beaten = np.searchsorted(ascending, known, side="left")
        beating = len(known) - np.searchsorted(ascending, known, side="right")
        flow[~np.isnan(column)] = (beaten - beating) / max(len(known) - 1, 1)
    return flows


def _scaled(matrix: Array, objectives: Sequence[Objective], scaling: Scaling) -> Array:
    if scaling != "range" and (matrix <= 0).any():
        raise NotPositive(scaling=scaling, value=float(matrix[matrix <= 0][0]))
    return _SCALINGS[scaling](matrix, objectives)


def _by_best(matrix: Array, objectives: Sequence[Objective]) -> Array:
    upward = np.asarray(objectives) == "max"
    scaled: Array = np.where(upward, matrix / matrix.max(axis=0), matrix.min(axis=0) / matrix)
    return scaled


def _by_range(matrix: Array, objectives: Sequence[Objective]) -> Array:
    signed = np.where(np.asarray(objectives) == "max", matrix, -matrix)
    # A criterion that is equal everywhere scales to 1, as it does by its best: nobody falls short.
    return _divided(signed - signed.min(axis=0), np.ptp(signed, axis=0), otherwise=1.0)


def _by_sum(matrix: Array, objectives: Sequence[Objective]) -> Array:
    upward = np.where(np.asarray(objectives) == "max", matrix, 1.0 / matrix)
    return np.asarray(upward / upward.sum(axis=0), dtype=np.float64)


def _divided(part: Array, whole: Array, *, otherwise: float) -> Array:
    """`part` / `whole`, and `otherwise` where the whole is 0."""
    whole = np.broadcast_to(whole, part.shape)
    found: Array = np.divide(part, whole, out=np.full(part.shape, otherwise), where=whole != 0)
    return found


_SCALINGS: Mapping[str, Callable[[Array, Sequence[Objective]], Array]] = {
    "max": _by_best,
    "range": _by_range,
    "sum": _by_sum,
}
