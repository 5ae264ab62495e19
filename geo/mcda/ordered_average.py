"""The ordered weighted average: weights that follow the rank of a value, not its criterion.

One number, the risk, slides from the worst value (0, AND) over the weighted mean (0.5) to the best
(1, OR). Points, missing values and the registry of methods are in `geo.mcda.methods`.
"""

import numpy as np

from geo.errors import InvalidRisk
from geo.mcda.matrix import Array


def require_risk(risk: float) -> float:
    """The risk, or `InvalidRisk` if it is not in [0, 1]."""
    if not 0 <= risk <= 1:
        raise InvalidRisk(risk=risk)
    return risk


def order_weights(weights: Array, *, risk: float) -> Array:
    """Order weights (n,) of criteria whose weights (n,) stand in the order of falling values.

    v_j = (u_1 + ... + u_j)**a - (u_1 + ... + u_{j-1})**a with a = 1 / risk - 1, the quantifier
    r**a of orness 1 / (1 + a) = risk. Weights are not negative and at least one is above 0.

    Raises
    ------
    InvalidRisk
        If `risk` is not in [0, 1].

    References
    ----------
    Malczewski (2006), Int. J. Applied Earth Observation 8:270-277; Drobne & Lisec (2009),
    Informatica 33:459-474.

    Examples
    --------
    >>> order_weights(np.array([0.25, 0.25, 0.25, 0.25]), risk=1 / 3)
    array([0.0625, 0.1875, 0.3125, 0.4375])
    """
    # Distinct falling values, so that nothing is shared.
    falling = np.arange(len(weights), 0, -1, dtype=np.float64)[np.newaxis, :]
    return criterion_order_weights(falling, weights[np.newaxis, :], risk=risk).ravel()


def criterion_order_weights(values: Array, weights: Array, *, risk: float) -> Array:
    """Order weight of each criterion in each area, in the order of the criteria.

    Parameters
    ----------
    values : (n_areas, n_criteria) float64
        No NaN.
    weights : (n_areas, n_criteria) float64
        Not negative; 0 takes a criterion out.
    risk : float
        In [0, 1].

    Returns
    -------
    (n_areas, n_criteria) float64
        A row adds up to 1, to 0 where no criterion has a weight. Equal values share theirs by
        weight, so that the order of the criteria does not matter.

    Raises
    ------
    InvalidRisk
        If `risk` is not in [0, 1].
    """
    if require_risk(risk) in (0, 1):
        # The power would be r**inf or r**0: exactly the worst or the best value with a weight.
        return _at_the_end(values if risk == 0 else -values, weights)
    order = np.argsort(-values, axis=1)
    falling = np.take_along_axis(values, order, axis=1)
    shared = _shared(falling, np.take_along_axis(weights, order, axis=1), risk)
    found = np.empty(values.shape)
    np.put_along_axis(found, order, shared, axis=1)
    return found


def orness(weights: Array) -> float:
    """How near order weights (n,) are to taking the best (1) or the worst (0); NaN for one weight.

    References
    ----------
    Yager (1988), IEEE Trans. SMC 18:183-190.

    Examples
    --------
    >>> round(orness(np.array([0.4, 0.3, 0.2, 0.1])), 4)
    0.6667
    """
    n = len(weights)
    return float(weights @ np.arange(n - 1, -1, -1) / (n - 1)) if n > 1 else float("nan")


def ordered_average(values: Array, weights: Array) -> Array:
    """Averages (n_areas,) of values (n_areas, n) by stated order weights (n,), best value first.

    Yager's operator, in which criteria have no weights of their own. A row with NaN gives NaN.

    References
    ----------
    Yager (1988), IEEE Trans. SMC 18:183-190.

    Examples
    --------
    >>> ordered_average(np.array([[0.7, 1.0, 0.3, 0.6]]), np.array([0.4, 0.3, 0.2, 0.1]))
    array([0.76])
    """
    return np.asarray(-np.sort(-values, axis=1) @ weights, dtype=np.float64)


def _at_the_end(values: Array, weights: Array) -> Array:
    """All weight to the least value with a weight; equal ones share it by weight."""
    ranked = np.where(weights > 0, values, np.inf)
    least = ranked.min(axis=1, keepdims=True)
    return _parts(np.where(ranked == least, weights, 0.0))


def _shared(falling: Array, weights: Array, risk: float) -> Array:
    """Order weights (n, m) of rows sorted by falling value; runs of equal values share by weight."""
    reached = np.cumsum(weights, axis=1)
    reached = np.divide(reached, reached[:, -1:], out=reached, where=reached[:, -1:] > 0)
    before = np.column_stack([np.zeros(len(falling)), reached[:, :-1]])
    # A run of equal values never crosses a row, because each row begins one.
    begins = np.ones(falling.shape, dtype=bool)
    begins[:, 1:] = falling[:, 1:] != falling[:, :-1]
    first = np.flatnonzero(begins)
    if not len(first):
        return weights
    last = np.append(first[1:], falling.size) - 1
    run = (np.cumsum(begins) - 1).reshape(falling.shape)
    power = 1.0 / risk - 1.0
    whole = reached.ravel()[last] ** power - before.ravel()[first] ** power
    held = np.add.reduceat(weights.ravel(), first)[run]
    part = np.divide(weights, held, out=np.zeros(weights.shape), where=held > 0)
    return np.asarray(whole[run] * part, dtype=np.float64)


def _parts(weights: Array) -> Array:
    """Rows scaled up to 1; rows of 0 stay."""
    total = weights.sum(axis=1, keepdims=True)
    parts: Array = np.divide(weights, total, out=np.zeros(weights.shape), where=total > 0)
    return parts
