"""What keeps a zone from being ranked at all, and what would have to be done first."""

import math
from dataclasses import dataclass

import numpy as np

from geo.language import Text, filled, joined, listed, texts, written
from geo.readiness.explain import whole_percent
from geo.readiness.gains import Scored, position_of
from geo.readiness.score import ConstraintResult

_SAY = texts(__name__)


@dataclass(frozen=True, slots=True)
class MeasureFirst:
    """The fewest criteria that would have to be measured for a zone to have enough data.

    `coverage` is the share of the weight that rests on data now, `coverage_then` with `criteria`
    (ids, heaviest first) measured all over the zone.
    """

    criteria: tuple[str, ...]
    coverage: float
    coverage_then: float
    sentence: Text


def measure_first(scored: Scored, area_id: str) -> MeasureFirst | None:
    """Which criteria to measure so that a zone reaches the coverage floor; None where it has.

    The fewest: taking those that bring the most weight is the best that any number of them can do.
    A criterion that is measured in a part of the zone brings the weight of the rest.

    Raises
    ------
    ZoneNotFound
    """
    zone = position_of(scored, area_id)
    floor = scored.model.coverage_floor
    coverage = float(scored.scores.coverage[zone])
    weights = np.array([scored.weights[c] for c in scored.matrix.criteria])
    rooms = weights * (1 - scored.matrix.credits[zone])
    order = np.argsort(-rooms, kind="stable")
    # As in `geo.readiness.score`: a coverage that is the floor but for rounding has enough data.
    reached = coverage + np.concatenate([[0.0], np.cumsum(rooms[order])])
    n_needed = int(np.argmax(reached >= floor - 1e-9))
    if n_needed == 0:
        return None
    chosen = order[:n_needed].tolist()
    titles = [
        _title(scored.model.criteria[j].title, float(scored.matrix.credits[zone, j]))
        for j in chosen
    ]
    then = float(reached[n_needed])
    return MeasureFirst(
        criteria=tuple(scored.matrix.criteria[j] for j in chosen),
        coverage=coverage,
        coverage_then=then,
        sentence=filled(
            _SAY["measure"],
            listed=listed(titles),
            coverage=whole_percent(then),
            floor=whole_percent(floor),
        ),
    )


def constraints_failed(scored: Scored, area_id: str) -> tuple[ConstraintResult, ...]:
    """The hard constraints that a zone fails; each must be cleared before it can be ranked.

    Raises
    ------
    ZoneNotFound
    """
    zone = position_of(scored, area_id)
    results = (of_zones[zone] for of_zones in scored.measures.constraints.values())
    return tuple(result for result in results if result.failed)


def obstacle(scored: Scored, area_id: str) -> Text | None:
    """What must come first for a zone that is not ranked, in plain words; None for one that is.

    Raises
    ------
    ZoneNotFound
    """
    failed = constraints_failed(scored, area_id)
    first = measure_first(scored, area_id)
    parts = []
    if failed:
        parts.append(filled(_SAY["clear"], listed=listed([_over_limit(c) for c in failed])))
    if first is not None:
        parts.append(first.sentence)
    return joined(parts, by=" ") if parts else None


def _title(title: Text, credit: float) -> Text:
    if credit <= 0:
        return title
    return filled(_SAY["partly"], title=title, share=whole_percent(credit))


def _over_limit(constraint: ConstraintResult) -> Text:
    if constraint.excluded_share is None:
        return constraint.title
    # Rounded up, so that 50.01% never reads as within 50%.
    share = math.ceil(1000 * constraint.excluded_share - 1e-9) / 10
    return filled(
        _SAY["over_limit"],
        title=constraint.title,
        share=written(share, decimals=1),
        limit=written(100 * constraint.limit_share, decimals=1),
    )
