"""What draws of weights, errors, places and missing data say of the areas of an assessment. Pure.

The draws are made in `geo/uncertainty`; here is what they mean: the chance of each class, the bands of
the list, and how many pairs of areas are told apart.

A list sorted by score is cut into bands from the top. An area opens a new band when some area of the
band above it is better in at least 90 % of the draws; areas of one rank stand together. So of two
areas in one band neither is the better one for sure by the order of the list, and an area that is
better than another one below it in at least 90 % of the draws stands in a higher band. The bands are
ordered as the list is, which makes them transitive: who stands in a higher band than a second stands
in a higher one than a third of the second's band or below. Two areas of different bands need not be
told apart themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from geo.mcda.matrix import Array, Scores

# The share of draws from which one area counts as better than another, a class as certain.
SURE_SHARE = 0.9
_TIE = 1e-9


# Without slots: pairs are counted only when somebody asks.
@dataclass(frozen=True, eq=False)
class Certainty:
    """What n_draws draws say of n_areas areas.

    `drawn_scores` (n_areas, n_draws) are 0..100, NaN for excluded areas; `class_shares` (n_areas,
    n_classes) the shares of draws in each class, NaN likewise. `bands` (n_areas,) count from 1, 0
    without rank. `known_in` says, by criterion that lacks data somewhere, of how many areas its
    missing values are drawn; 0 where they are drawn evenly from worst to best. `has_errors`: measures
    varied by their errors. `placed` counts the areas whose place is uncertain.
    """

    drawn_scores: Array
    class_shares: Array
    bands: npt.NDArray[np.int64]
    ranked: npt.NDArray[np.bool_]
    known_in: Mapping[str, int]
    has_errors: bool
    placed: int

    @property
    def n_draws(self) -> int:
        """How many draws were made."""
        return int(self.drawn_scores.shape[1])

    @property
    def n_bands(self) -> int:
        """How many bands the list has."""
        return int(self.bands.max(initial=0))

    @cached_property
    def apart_share(self) -> float | None:
        """The share of pairs of ranked areas of which one is better in at least 90 % of draws.

        None with fewer than two ranked areas.
        """
        scores = self.drawn_scores[self.ranked]
        n = len(scores)
        if n < 2:
            return None
        apart = 0
        for i in range(n - 1):
            others = scores[i + 1 :]
            apart += int((share_below(others, scores[i]) >= SURE_SHARE).sum())
            apart += int((share_below(-others, -scores[i]) >= SURE_SHARE).sum())
        return apart / (n * (n - 1) / 2)


def share_below(others: Array, scores: Array) -> Array:
    """The share of draws (n_others,) in which others (n_others, n_draws) are below `scores` (n_draws,).

    What differs by rounding alone is not below.
    """
    return np.asarray(np.count_nonzero(others < scores - _TIE, axis=1) / len(scores))


def bands_of(drawn_scores: Array, ranks: Array) -> npt.NDArray[np.int64]:
    """The band (n_areas,) of each area, 1 the first, 0 without rank; see the module.

    Parameters
    ----------
    drawn_scores : (n_areas, n_draws) float64
    ranks : (n_areas,) float64
        1 is best, ties share a rank; NaN without rank.
    """
    bands = np.zeros(len(ranks), dtype=np.int64)
    band = 0
    members: list[int] = []
    for rank in np.unique(ranks[~np.isnan(ranks)]):
        tied = np.flatnonzero(ranks == rank).tolist()
        above = drawn_scores[members]
        if not members or any(
            bool((share_below(-above, -drawn_scores[i]) >= SURE_SHARE).any()) for i in tied
        ):
            band, members = band + 1, []
        members += tied
        bands[tied] = band
    return bands


def n_surely_below(scores: Scores) -> npt.NDArray[np.int64]:
    """Of how many ranked areas each ranked one is above under every value that the data allow.

    (n_areas,), 0 for areas that are not ranked; at the stated weights.
    """
    high = np.sort(scores.high[scores.ranked])
    found = np.searchsorted(high, np.nan_to_num(scores.low, nan=-1.0) - _TIE, side="left")
    return np.where(scores.ranked, found, 0).astype(np.int64)


def candidates(class_shares: Array) -> list[int]:
    """The fewest classes that have at least 90 % of the draws together, in their order.

    `class_shares` is (n_classes,); of equal shares the lower class counts first.

    Examples
    --------
    >>> candidates(np.array([0.02, 0.31, 0.6, 0.07]))
    [1, 2]
    >>> candidates(np.array([0.02, 0.03, 0.95, 0.0]))
    [2]
    """
    order = np.argsort(-class_shares, kind="stable")
    enough = np.cumsum(class_shares[order]) >= SURE_SHARE - _TIE
    return sorted(order[: int(np.argmax(enough)) + 1].tolist())


def no_certainty(n_areas: int, n_classes: int) -> Certainty:
    """Where every area is excluded, nothing is drawn."""
    return Certainty(
        drawn_scores=np.full((n_areas, 1), np.nan),
        class_shares=np.full((n_areas, n_classes), np.nan),
        bands=np.zeros(n_areas, dtype=np.int64),
        ranked=np.zeros(n_areas, dtype=np.bool_),
        known_in={},
        has_errors=False,
        placed=0,
    )
