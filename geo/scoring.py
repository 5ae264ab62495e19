"""Pure. From values and weights to scores, contributions, ranks and classes.

Missing values are NaN. The rule for them is one everywhere: the weights of what is known are
scaled up to 1, and the share of weight that is known is reported as data coverage.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

# Two scores closer than this are the same score: they differ only by the order of additions.
_TIE = 1e-9


def contributions(values: Array, weights: Array) -> Array:
    """Points that each criterion gives to each area's score of 0..100.

    Parameters
    ----------
    values : (n_areas, n_criteria) float64
        In [0, 1]; NaN where unknown.
    weights : (n_criteria,) float64
        Sum to 1.

    Returns
    -------
    (n_areas, n_criteria) float64
        0 where the value is unknown; a row adds up to the area's score. A row of NaN where nothing
        with a weight is known.
    """
    known = ~np.isnan(values)
    total = known @ weights
    with np.errstate(invalid="ignore", divide="ignore"):
        effective = np.where(known, weights, 0.0) / total[:, np.newaxis]
    points: Array = 100.0 * np.where(known, values, 0.0) * effective
    points[total <= 0] = np.nan
    return points


def weighted_sum(values: Array, weights: Array) -> Array:
    """Scores (n_areas,) of 0..100 by weighted linear combination; NaN where nothing is known.

    References
    ----------
    Malczewski (1999), GIS and Multicriteria Decision Analysis, ch. 6.

    Examples
    --------
    >>> weighted_sum(np.array([[1.0, 0.5], [np.nan, 0.5]]), np.array([0.6, 0.4]))
    array([80., 50.])
    """
    return np.asarray(contributions(values, weights).sum(axis=1), dtype=np.float64)


def data_coverage(credits: Array, weights: Array) -> Array:
    """Share of the weight that rests on data, (n_areas,) in [0, 1].

    `credits` (n_areas, n_criteria) is 1 where a measure covers the whole area, less where it
    covers a part, 0 where it is missing.
    """
    return np.asarray(credits @ weights, dtype=np.float64)


def rank_scores(scores: Array) -> Array:
    """Ranks (n_areas,), 1 for the highest score; equal scores share the better rank; NaN stays NaN.

    Examples
    --------
    >>> rank_scores(np.array([50.0, 80.0, 50.0, np.nan, 10.0]))
    array([ 2.,  1.,  2., nan,  4.])
    """
    better = (scores[np.newaxis, :] > scores[:, np.newaxis] + _TIE).sum(axis=1)
    return np.where(np.isnan(scores), np.nan, better + 1.0)


def classify(scores: Array, lower_bounds: Sequence[float]) -> npt.NDArray[np.int64]:
    """Index of each score's class; `lower_bounds` ascend from 0, a score on a bound is in its class.

    NaN gives -1.

    Examples
    --------
    >>> classify(np.array([0.0, 40.0, 99.0, np.nan]), [0, 40, 60])
    array([ 0,  1,  2, -1])
    """
    # A score that is a bound but for rounding belongs to the class above it.
    found = np.searchsorted(np.asarray(lower_bounds), scores + _TIE, side="right") - 1
    return np.where(np.isnan(scores), -1, found).astype(np.int64)
