"""The certainty of an assessment that is made without a store: weights, places and missing data vary."""

import numpy as np

from geo.readiness.certainty import no_certainty
from geo.uncertainty.chances import certainty_of
from geo.uncertainty.draws import spread_of, value_draws, weight_draws
from geo.uncertainty.ranked import ranked_zones

DRAWS = 200


def drawn_certainty(model, matrix, scores, weights, *, method="weighted_sum", risk=0.5):
    """What 200 draws from a fixed seed say."""
    if matrix.excluded.all():
        return no_certainty(len(matrix.area_ids), len(model.classes))
    zones = ranked_zones(model, matrix, weights=weights, method=method, risk=risk)
    spread = spread_of(zones)
    rng = np.random.default_rng(0)
    return certainty_of(
        zones,
        matrix,
        scores,
        spread=spread,
        weights=weight_draws(zones.weights, n=DRAWS, rng=rng),
        drawn=value_draws(spread, n=DRAWS, rng=rng),
    )
