"""What one zone would have were its values others: score, class, floors, rank.

Whole assessments with other values are `geo/readiness/score.py`; this asks of one zone and many changes at
once, which is what a search for the smallest change needs.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geo.mcda.matrix import Array, DecisionMatrix, Scores
from geo.mcda.ranks import rank_scores
from geo.readiness.gains import COMPARING, Scored
from geo.readiness.score import score_matrix

Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]

# Scores that differ by less may tie: `geo.mcda.ranks` compares in units of 1e-9, rounded.
_APART = 3e-9


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What one zone would have under each of k changes.

    `scores` (k,) are 0..100, `classes` (k,) indices of the model's classes, `below_floor`
    (k, n_dimensions) the dimensions below their floor. `ahead_of` (k, n_areas) are the areas that
    the zone would stand strictly before, `worst_ranks` (k,) its ranks with every tie counted
    against it. `others` (k or 1, n_areas) are the scores of the others, NaN for the zone itself.
    """

    scores: Array
    classes: Indices
    below_floor: Flags
    ahead_of: Flags
    worst_ranks: Indices
    others: Array

    def rank(self, change: int) -> int:
        """The zone's rank under one change, a tie sharing the better one."""
        others = self.others[min(change, len(self.others) - 1)]
        return int(rank_scores(np.append(others, self.scores[change]))[-1])


def outcome(scored: Scored, zone: int, *, columns: Indices, values: Array) -> Outcome:
    """What a zone would have were the value of its criterion `columns[k]` `values[k]`.

    Parameters
    ----------
    zone : int
        Row of a ranked area in the decision matrix.
    columns, values : (k,) int64, (k,) float64
        k changes of one value each, every one by itself; k is 1 or more. Values are in [0, 1].

    Returns
    -------
    Outcome
        The other zones keep their values; where the method compares zones they get other scores.
    """
    rows = np.repeat(scored.matrix.values[[zone]], len(columns), axis=0)
    rows[np.arange(len(columns)), columns] = values
    if scored.method in COMPARING:
        then = [_among_others(scored, zone, row) for row in rows]
        return _assembled(then, zone, [zone], np.stack([t.scores for t in then]))
    then = [_by_itself(scored, zone, rows)]
    return _assembled(then, zone, list(range(len(rows))), scored.scores.scores[np.newaxis].copy())


def _assembled(then: list[Scores], zone: int, places: list[int], others: Array) -> Outcome:
    """The outcome whose changes are the rows `places` of each of `then`."""
    scores = np.concatenate([t.scores[places] for t in then])
    # A zone stands neither before nor behind itself, nor any zone that is not ranked.
    others[:, zone] = np.nan
    ahead_of = others < scores[:, np.newaxis] - _APART
    return Outcome(
        scores=scores,
        classes=np.concatenate([t.classes[places] for t in then]),
        below_floor=np.concatenate([t.below_floor[places] for t in then]),
        ahead_of=ahead_of,
        worst_ranks=1 + (~ahead_of & ~np.isnan(others)).sum(axis=1),
        others=others,
    )


def _among_others(scored: Scored, zone: int, row: Array) -> Scores:
    """All zones scored again, with other values for one."""
    values = scored.matrix.values.copy()
    values[zone] = row
    return _score(scored, replace(scored.matrix, values=values))


def _by_itself(scored: Scored, zone: int, rows: Array) -> Scores:
    """One zone scored with each of several rows of values, as if each were a zone."""
    copies = [zone] * len(rows)
    matrix = scored.matrix
    return _score(
        scored,
        replace(
            matrix,
            area_ids=tuple(matrix.area_ids[i] for i in copies),
            measures=matrix.measures[copies],
            values=rows,
            credits=matrix.credits[copies],
            excluded=matrix.excluded[copies],
        ),
    )


def _score(scored: Scored, matrix: DecisionMatrix) -> Scores:
    return score_matrix(
        matrix, scored.model, scored.weights, method=scored.method, risk=scored.risk
    )
