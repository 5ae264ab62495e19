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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt

from geo.kept_property import kept_property
from geo.mcda.matrix import Array, Flags, Scores

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

    @property
    def expected_scores(self) -> Array:
        """The mean score (n_areas,) over the draws, NaN for excluded areas."""
        return np.asarray(self.drawn_scores.mean(axis=1))

    @kept_property
    def apart_share(self) -> float | None:
        """The share of pairs of ranked areas of which one is better in at least 90 % of draws.

        None with fewer than two ranked areas.
        """
        scores = self.drawn_scores[self.ranked]
        n = len(scores)
        if n < 2:
            return None
        # From the best on average: then hardly any area is the better one of a pair with one before it.
        scores = scores[np.argsort(-scores.mean(axis=1), kind="stable")]
        apart = 0
        for i in range(n - 1):
            behind = scores[i + 1 :]
            below = share_below(behind, scores[i])
            apart += int((below >= SURE_SHARE).sum())
            seldom = behind[below <= 1.0 - SURE_SHARE + _TIE]
            apart += int((share_above(seldom, scores[i]) >= SURE_SHARE).sum())
        return apart / (n * (n - 1) / 2)


def share_below(others: Array, scores: Array) -> Array:
    """The share of draws (n_others,) in which others (n_others, n_draws) are below `scores` (n_draws,).

    What differs by rounding alone is not below.
    """
    return count_rows(others < scores - _TIE) / len(scores)


def share_above(others: Array, scores: Array) -> Array:
    """The share of draws in which others are above, as `share_below`."""
    return count_rows(others > scores + _TIE) / len(scores)


def count_rows(flags: Flags) -> Array:
    """How many of each row's flags (n_rows, n) are set, (n_rows,)."""
    # Eight flags in a byte are counted at once: a sum of flags takes twice as long.
    return np.asarray(np.bitwise_count(np.packbits(flags, axis=1)).sum(axis=1, dtype=np.float64))


def bands_of(drawn_scores: Array, ranks: Array) -> npt.NDArray[np.int64]:
    """The band (n_areas,) of each area, 1 the first, 0 without rank; see the module.

    Parameters
    ----------
    drawn_scores : (n_areas, n_draws) float64
    ranks : (n_areas,) float64
        1 is best, ties share a rank; NaN without rank.
    """
    bands = np.zeros(len(ranks), dtype=np.int64)
    ranked = np.flatnonzero(~np.isnan(ranks))
    order = ranked[np.argsort(ranks[ranked], kind="stable")]
    listed = drawn_scores[order]
    starts = np.flatnonzero(np.diff(ranks[order], prepend=0.0)).tolist()
    band = first = 0
    for start, stop in pairwise([*starts, len(order)]):
        above = listed[first:start]
        if not start or any(
            (share_above(above, scores) >= SURE_SHARE).any() for scores in listed[start:stop]
        ):
            band, first = band + 1, start
        bands[order[start:stop]] = band
    return bands


def n_surely_below(scores: Scores) -> npt.NDArray[np.int64]:
    """Of how many ranked areas each ranked one is above under every value that the data allow.

    (n_areas,), 0 for areas that are not ranked; at the stated weights.
    """
    high = np.sort(scores.high[scores.ranked])
    found = np.searchsorted(high, np.nan_to_num(scores.low, nan=-1.0) - _TIE, side="left")
    return np.where(scores.ranked, found, 0).astype(np.int64)


def candidates(class_shares: Sequence[float]) -> list[int]:
    """The fewest classes that have at least 90 % of the draws together, in their order.

    Of equal shares the lower class counts first.

    Examples
    --------
    >>> candidates([0.02, 0.31, 0.6, 0.07])
    [1, 2]
    >>> candidates([0.02, 0.03, 0.95, 0.0])
    [2]
    """
    order = sorted(range(len(class_shares)), key=lambda c: -class_shares[c])
    reached = accumulate(class_shares[c] for c in order)
    n = next((i for i, share in enumerate(reached, 1) if share >= SURE_SHARE - _TIE), len(order))
    return sorted(order[:n])


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
