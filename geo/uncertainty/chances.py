"""The chance of each class, and the bands of the list, by draws of everything that is uncertain.

Weights vary around the stated ones, measures by their errors, zones among the places that they may
take, and what is missing is drawn; see `geo/uncertainty/draws.py`. Whoever is not ranked has chances
too, for its class is no less worth knowing.
"""

from collections.abc import Iterable

import numpy as np

from geo.mcda.matrix import Array, DecisionMatrix, Scores
from geo.readiness.certainty import Certainty, bands_of, count_rows
from geo.uncertainty.draws import Spread
from geo.uncertainty.ranked import Drawn, RankedZones, classes_under, scores_under

# The standard error of a chance is then 1.6 % at most.
CHANCE_DRAWS = 1_000


def certainty_of(
    zones: RankedZones,
    matrix: DecisionMatrix,
    scores: Scores,
    *,
    spread: Spread,
    weights: Array,
    drawn: Iterable[Drawn],
) -> Certainty:
    """What the draws say of every area of a decision matrix.

    Parameters
    ----------
    zones : RankedZones
        Those of `matrix` under the stated weights.
    scores : Scores
        Under the stated weights; they order the list.
    spread : Spread
        What varies, see `geo.uncertainty.draws.spread_of`.
    weights : (n_draws, n_criteria) float64
    drawn : iterable of Drawn
        n_draws in all.
    """
    n_areas, n_classes = len(matrix.area_ids), len(zones.classes)
    drawn_scores = np.full((n_areas, len(weights)), np.nan)
    counts = np.zeros((len(zones.rows), n_classes))
    start = 0
    for block in drawn:
        draws = slice(start, start + block.n_draws)
        found = scores_under(zones, weights[draws], drawn=block)
        classes = classes_under(zones, found, weights[draws], drawn=block)
        by_zone = np.ascontiguousarray(classes.T)
        counts += np.column_stack([count_rows(by_zone == c) for c in range(n_classes)])
        drawn_scores[zones.rows, draws] = found.T
        start = draws.stop
    class_shares = np.full((n_areas, n_classes), np.nan)
    # Without a score, as where areas are compared that are not ranked, there is no class.
    total = counts.sum(axis=1, keepdims=True)
    class_shares[zones.rows] = np.divide(
        counts, total, out=np.full(counts.shape, np.nan), where=total > 0
    )
    return Certainty(
        drawn_scores=drawn_scores,
        class_shares=class_shares,
        bands=bands_of(drawn_scores, scores.ranks),
        ranked=scores.ranked,
        known_in={
            zones.criteria[j]: len(zones.known[j])
            for j in spread.open_in
            if (zones.covered[:, j] < 1.0).any()
        },
        has_errors=bool(spread.widths),
        placed=len(zones.by_place),
    )
