"""Weights of criteria that nobody judged in pairs: stated, equal, from ranks or from the data.

Weights from pairwise judgements are in `geo/mcda/ahp.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from geo.errors import InvalidWeights
from geo.language import Text, texts
from geo.mcda.matrix import Array

_SAY = texts(__name__)


_SUM_TOLERANCE = 0.001
# Unknown names in an error: enough to see the mistake, whatever was sent.
_MOST_LISTED = 20
# Values that differ by less than this part of their size are one value in floating point.
_SAME = 1e-12
# The sum of 1 - r over all pairs that rounding alone can leave.
_NO_CONFLICT = 1e-9


@dataclass(frozen=True, slots=True)
class Weighting:
    """A way to weights when nobody states them.

    `needs` says what `weights` takes and how the last axis, the criteria, is filled: "values"
    (n_areas, n_criteria) or "ranks" (n_criteria,), 1 the most important; "criteria" takes either.
    """

    id: str
    title: Text
    needs: Literal["criteria", "ranks", "values"]
    source: str
    weights: Callable[[Array], Array]


def stated_weights(stated: Mapping[str, float], *, items: Sequence[str]) -> dict[str, float]:
    """Weights as stated for every one of `items`, made to sum to exactly 1.

    A weight of 0 is allowed: it switches a criterion off.

    Raises
    ------
    InvalidWeights
        When a name is unknown or missing, a weight is negative or not a number, or the sum is off
        1 by more than 0.001: a sum that is off means that somebody meant something else.
    """
    _require_names(stated, items)
    bad = {name: weight for name, weight in stated.items() if not 0 <= weight < np.inf}
    if bad:
        name, weight = next(iter(bad.items()))
        raise InvalidWeights(
            reason=_SAY["negative"].format(name=name, weight=weight), weights=list(bad)
        )
    total = float(sum(stated.values()))
    if abs(total - 1) > _SUM_TOLERANCE:
        raise InvalidWeights(reason=_SAY["sum"].format(total=f"{total:g}"), total=total)
    return {item: stated[item] / total for item in items}


def ranked_weights(
    ranks: Mapping[str, float], *, items: Sequence[str], weighting: str = "rank_order_centroid"
) -> dict[str, float]:
    """Weights of `items` by the rank of each: 1 is the most important, equal ranks weigh the same.

    Raises
    ------
    InvalidWeights
        When a name is unknown or missing, a rank is not a number of 1 or more, or `weighting` does
        not go by ranks.
    """
    _require_names(ranks, items)
    chosen = find_weighting(weighting)
    if chosen.needs != "ranks":
        by_rank = [w.id for w in WEIGHTINGS.values() if w.needs == "ranks"]
        raise InvalidWeights(
            reason=_SAY["unknown"].format(name=weighting, known=", ".join(by_rank))
        )
    bad = {name: rank for name, rank in ranks.items() if not 1 <= rank < np.inf}
    if bad:
        name, rank = next(iter(bad.items()))
        raise InvalidWeights(reason=_SAY["rank"].format(name=name, rank=rank), ranks=list(bad))
    weights = chosen.weights(np.array([ranks[item] for item in items], dtype=np.float64))
    return {item: float(weight) for item, weight in zip(items, weights, strict=True)}


def find_weighting(weighting_id: str) -> Weighting:
    """The weighting of this id.

    Raises
    ------
    InvalidWeights
        Listing the known ones.
    """
    if weighting_id not in WEIGHTINGS:
        raise InvalidWeights(
            reason=_SAY["unknown"].format(name=weighting_id, known=", ".join(WEIGHTINGS))
        )
    return WEIGHTINGS[weighting_id]


def equal_weights(values: Array) -> Array:
    """The same weight (n_criteria,) for every criterion, the last axis of `values`."""
    n = values.shape[-1]
    return np.full(n, 1 / n)


def rank_order_centroid_weights(ranks: Array) -> Array:
    """Weights (n,) at the centre of all weights that keep the order: sum of 1/k for k from rank to n, over n.

    Equal ranks share the mean of the weights of their places.

    References
    ----------
    Barron & Barrett (1996), Management Science 42(11):1515-1523.
    """
    n = len(ranks)
    reciprocals = 1 / np.arange(1, n + 1)
    return _by_place(ranks, np.cumsum(reciprocals[::-1])[::-1] / n)


def rank_sum_weights(ranks: Array) -> Array:
    """Weights (n,) that fall evenly: n + 1 - rank, over their sum. Equal ranks share.

    References
    ----------
    Stillwell, Seaver & Edwards (1981), Organizational Behavior and Human Performance 28:62-77.
    """
    return _by_place(ranks, np.arange(len(ranks), 0, -1, dtype=np.float64))


def rank_reciprocal_weights(ranks: Array) -> Array:
    """Weights (n,) that fall steeply: 1 / rank, over their sum. Equal ranks share.

    References
    ----------
    Stillwell, Seaver & Edwards (1981), Organizational Behavior and Human Performance 28:62-77.
    """
    return _by_place(ranks, 1 / np.arange(1, len(ranks) + 1))


def entropy_weights(values: Array) -> Array:
    """Weights (n_criteria,) by how unevenly each criterion is spread over the areas.

    Parameters
    ----------
    values : (n_areas, n_criteria) float64
        0 or more, NaN unknown. The entropy of a criterion is that of its known areas, relative to
        the most that so many areas can have. A criterion that is equal everywhere, or known in
        fewer than two areas, tells nothing apart and weighs 0.

    Raises
    ------
    InvalidWeights
        When no criterion tells areas apart, or a value is negative.

    References
    ----------
    Hwang & Yoon (1981), Multiple Attribute Decision Making, pp. 52-56, after Shannon (1948).
    """
    negative = np.argwhere(values < 0)
    if len(negative):
        raise InvalidWeights(reason=_SAY["below_zero"].format(value=values[tuple(negative[0])]))
    varies = _varies(values)
    known = ~np.isnan(values)
    weights = np.zeros(values.shape[1])
    for j in np.flatnonzero(varies):
        shares = values[known[:, j], j]
        shares = shares / shares.sum()
        # 0 ln 0 is 0: an area without any share adds no uncertainty.
        logarithms = np.log(shares, where=shares > 0, out=np.zeros_like(shares))
        weights[j] = max(1 + float(shares @ logarithms) / np.log(len(shares)), 0.0)
    return _normalised(weights)


def critic_weights(values: Array) -> Array:
    """Weights (n_criteria,) by spread times conflict: what a criterion says that others do not.

    Parameters
    ----------
    values : (n_areas, n_criteria) float64
        More is better in every column; NaN unknown. Each criterion is stretched to 0 .. 1 over its
        known areas. Its spread is their standard deviation; the correlation of two criteria is that
        over the areas where both are known, and counts as 0 when these are fewer than two or one of
        the two is equal on all of them. A criterion that is equal everywhere weighs 0 and conflicts
        with nothing. Where no two criteria conflict, the spread alone decides.

    Raises
    ------
    InvalidWeights
        When no criterion tells areas apart.

    References
    ----------
    Diakoulaki, Mavrotas & Papayannakis (1995), Computers & Operations Research 22(7):763-770.
    """
    varying = np.flatnonzero(_varies(values))
    scaled = values[:, varying]
    if not len(varying):
        raise InvalidWeights(reason=_SAY["nothing_varies"])
    least, most = np.nanmin(scaled, axis=0), np.nanmax(scaled, axis=0)
    scaled = (scaled - least) / (most - least)
    spread = np.nanstd(scaled, axis=0)
    conflict = (1 - _correlations(scaled)).sum(axis=0)
    weights = np.zeros(values.shape[1])
    weights[varying] = spread * (conflict if conflict.sum() > _NO_CONFLICT else 1.0)
    return _normalised(weights)


def _correlations(scaled: Array) -> Array:
    """Pearson correlation (m, m) over the rows that both columns know; 0 where it is undefined."""
    known = ~np.isnan(scaled)
    k = known.astype(np.float64)
    # Sums over common rows, as products of matrices; centred first, so that little cancels.
    x = np.where(known, scaled - np.nanmean(scaled, axis=0), 0.0)
    count, sums, products = k.T @ k, x.T @ k, x.T @ x
    rows = np.maximum(count, 1)
    squares = (x**2).T @ k - sums**2 / rows
    covariance = products - sums * sums.T / rows
    # Rounding is no spread.
    defined = (squares > _SAME * rows) & (squares.T > _SAME * rows)
    scale = np.sqrt(squares * squares.T, where=defined, out=np.ones_like(squares))
    correlations: Array = np.clip(np.where(defined, covariance / scale, 0.0), -1.0, 1.0)
    np.fill_diagonal(correlations, 1.0)
    return correlations


def _varies(values: Array) -> npt.NDArray[np.bool_]:
    """Whether a column has two known values that differ by more than rounding."""
    least = np.min(values, axis=0, initial=np.inf, where=~np.isnan(values))
    most = np.max(values, axis=0, initial=-np.inf, where=~np.isnan(values))
    size = np.maximum(np.abs(least), np.abs(most))
    varies: npt.NDArray[np.bool_] = np.isfinite(size) & (most - least > _SAME * size)
    return varies


def _normalised(weights: Array) -> Array:
    total = weights.sum()
    if total <= 0:
        raise InvalidWeights(reason=_SAY["nothing_varies"])
    normalised: Array = weights / total
    return normalised


def _by_place(ranks: Array, weight_of_place: Array) -> Array:
    _, group, size = np.unique(ranks, return_inverse=True, return_counts=True)
    ends = np.cumsum(size)
    sums = np.cumsum(weight_of_place)[ends - 1]
    mean = np.diff(sums, prepend=0.0) / size
    weights: Array = mean[group] / weight_of_place.sum()
    return weights


def _require_names(stated: Mapping[str, float], items: Sequence[str]) -> None:
    unknown = sorted(set(stated) - set(items))
    missing = sorted(set(items) - set(stated))
    if unknown or missing:
        raise InvalidWeights(
            reason=_SAY["names"].format(
                unknown=_listed(unknown),
                missing=_listed(missing),
                items=", ".join(items),
            ),
            unknown=unknown[:_MOST_LISTED],
            missing=missing[:_MOST_LISTED],
        )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_LISTED]) or "-"
    return shown if len(names) <= _MOST_LISTED else f"{shown}, …"


WEIGHTINGS: Mapping[str, Weighting] = {
    weighting.id: weighting
    for weighting in (
        Weighting(
            id="equal",
            title=_SAY["equal"],
            needs="criteria",
            source="Every criterion weighs the same",
            weights=equal_weights,
        ),
        Weighting(
            id="rank_order_centroid",
            title=_SAY["rank_order_centroid"],
            needs="ranks",
            source="Barron & Barrett (1996), Management Science 42(11):1515-1523",
            weights=rank_order_centroid_weights,
        ),
        Weighting(
            id="rank_sum",
            title=_SAY["rank_sum"],
            needs="ranks",
            source="Stillwell, Seaver & Edwards (1981), OBHP 28:62-77",
            weights=rank_sum_weights,
        ),
        Weighting(
            id="rank_reciprocal",
            title=_SAY["rank_reciprocal"],
            needs="ranks",
            source="Stillwell, Seaver & Edwards (1981), OBHP 28:62-77",
            weights=rank_reciprocal_weights,
        ),
        Weighting(
            id="entropy",
            title=_SAY["entropy"],
            needs="values",
            source="Hwang & Yoon (1981), Multiple Attribute Decision Making, pp. 52-56",
            weights=entropy_weights,
        ),
        Weighting(
            id="critic",
            title=_SAY["critic"],
            needs="values",
            source="Diakoulaki, Mavrotas & Papayannakis (1995), Computers & OR 22(7):763-770",
            weights=critic_weights,
        ),
    )
}
