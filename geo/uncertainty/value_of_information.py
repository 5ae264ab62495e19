"""What it is worth to know more before the best k areas are taken. Pure.

The decision is stated: k areas are taken, those of the highest expected score, and what they yield
is the mean of their true scores. Whoever knows more before taking them takes others where that pays;
what the yield gains by it on average, in points of the score, is the value of information. It says
which datum may change the choice, not which makes a number finer: a datum about an area that is
taken, or left, whatever its value, is worth nothing here.

References
----------
Raiffa & Schlaifer (1961), Applied Statistical Decision Theory, ch. 4-5; Howard (1966), Information
Value Theory, IEEE Trans. SSC 2:22-26; for the partial value Strong, Oakley & Brennan (2014), Medical
Decision Making 34:311-326.
"""

import numpy as np
import numpy.typing as npt

from geo.mcda.matrix import Array

Flags = npt.NDArray[np.bool_]


def best_mean(scores: Array, *, k: int) -> Array:
    """The mean of the k highest along the last axis: (..., n_areas) becomes (...).

    All of them where there are fewer than k; no NaN.
    """
    n = scores.shape[-1]
    if k >= n:
        return np.asarray(scores.mean(axis=-1))
    return np.asarray(np.partition(scores, n - k, axis=-1)[..., n - k :].mean(axis=-1))


def value_of_information(expected: Array, *, k: int) -> float:
    """What the mean score of the best k gains, in points, once something of all areas is known.

    Parameters
    ----------
    expected : (n_outcomes, n_areas) float64
        What each area's score is expected to be under each, equally likely, outcome of what is asked.
        The true scores themselves give the value of perfect information.

    Returns
    -------
    float
        Never negative: the mean of the best is convex, so its mean over outcomes is at least its
        value at their mean (Jensen), in a sample too.

    Examples
    --------
    Two areas of equal mean, one unknown by 10 points either way: who knows it takes the better one.

    >>> value_of_information(np.array([[60.0, 50.0], [40.0, 50.0]]), k=1)
    5.0
    """
    gained = best_mean(expected, k=k).mean() - best_mean(expected.mean(axis=0), k=k)
    return max(float(gained), 0.0)


def value_by_area(expected: Array, *, k: int) -> Array:
    """The same (n_areas,) where something becomes known of one area alone, for each area.

    The others stay at what is expected of them, so the best k hold the area where its score beats the
    k-th best of the others, and gain what it has more than that one.

    Parameters
    ----------
    expected : (n_outcomes, n_areas) float64
        As in `value_of_information`; of each area under outcomes of its own.
    """
    n = expected.shape[1]
    if k >= n:
        # All are taken whatever is known.
        return np.zeros(n)
    means = expected.mean(axis=0)
    falling = -np.sort(-means)
    # The k-th best of the others: one further down for those that stand before it themselves.
    rival = np.where(means >= falling[k - 1], falling[k], falling[k - 1])
    gained = np.maximum(expected - rival, 0.0).mean(axis=0) - np.maximum(means - rival, 0.0)
    return np.asarray(np.maximum(gained, 0.0) / k)


def expected_once_known(
    scores: Array, values: Array, weights: Array, *, becomes_known: Flags
) -> Array:
    """The expected scores (n_draws, n_areas) under each drawn outcome of what becomes known.

    Of a weighted sum, and of values that are independent of each other and of the weights: its
    expectation given some values is linear in them, each times its mean weight, so no draws need be
    nested and nothing that is known already moves an expectation.

    Parameters
    ----------
    scores : (n_draws, n_areas) float64
        100 times the weighted sums of `values`, nothing missing.
    values : (n_draws, n_areas, n_criteria) float64
        In [0, 1].
    weights : (n_draws, n_criteria) float64
        Each row sums to 1.
    becomes_known : (n_areas, n_criteria) bool
        Which values are known afterwards and are not now.
    """
    moved = np.zeros_like(scores)
    mean_weights = weights.mean(axis=0)
    for j in np.flatnonzero(becomes_known.any(axis=0)):
        areas = np.flatnonzero(becomes_known[:, j])
        drawn = values[:, areas, j]
        moved[:, areas] += 100.0 * mean_weights[j] * (drawn - drawn.mean(axis=0))
    return np.asarray(scores.mean(axis=0) + moved)
