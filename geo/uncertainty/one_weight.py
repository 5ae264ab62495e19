"""One weight at a time: how far it must move before the ranking changes, and who changes.

A weight, of a criterion or of a whole dimension, runs from 0 to 1 while the others keep their
proportions (Chen, Yu & Khan 2010). All weights at once are in `geo/uncertainty/smaa.py`; shares of
variance in `geo/uncertainty/sobol.py`.

References
----------
Chen, Yu & Khan (2010), Spatial sensitivity analysis of multi-criteria weights in GIS-based land
suitability evaluation, Environmental Modelling & Software 25(12):1582-1591; Triantaphyllou &
Sánchez (1997), A sensitivity analysis approach for some deterministic multi-criteria decision
making methods, Decision Sciences 28(1):151-194.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from geo.mcda.matrix import Array
from geo.mcda.ranks import rank_rows
from geo.uncertainty.ranked import RankedZones, placed_under

ChangeKind = Literal["first", "rank", "class"]

# Steps on each side of the stated weight. Two changes that undo each other within one step are not
# seen; with a weighted sum and no data missing none can, as two zones change places once at most.
_STEPS = 200
# How exactly a change point is found; the ends 0 and 1 are tried this far inside, where every
# criterion still has some weight and no zone loses its score.
PRECISION = 1e-6


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """The weight at which something first changes, to 1e-6, and the zones that then change."""

    weight: float
    area_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WeightSensitivity:
    """What moving one weight does.

    `item` is a criterion or a dimension, `weight` its stated weight. `below` and `above` hold by kind
    ("first": the zones in the first place, "rank": any rank, "class": any class) the nearest change
    point on that side, None where nothing changes all the way to 0 or 1.
    """

    item: str
    weight: float
    below: Mapping[ChangeKind, ChangePoint | None]
    above: Mapping[ChangeKind, ChangePoint | None]


@dataclass(frozen=True, slots=True)
class CriticalWeight:
    """The weight whose smallest relative change matters; `relative` is negative for a cut."""

    item: str
    weight: float
    change_point: ChangePoint
    relative: float


@dataclass(frozen=True, slots=True, eq=False)
class _Placing:
    """Ranks and classes (n_sets, n_zones)."""

    ranks: npt.NDArray[np.int32]
    classes: npt.NDArray[np.int8]

    def differs(self, kind: ChangeKind, stated: "_Placing") -> npt.NDArray[np.bool_]:
        """Which zones (n_sets, n_zones) stand otherwise than in `stated`."""
        if kind == "class":
            return np.asarray(self.classes != stated.classes)
        if kind == "rank":
            return np.asarray(self.ranks != stated.ranks)
        return np.asarray((self.ranks == 1) != (stated.ranks == 1))


def weight_sensitivities(
    zones: RankedZones, items: Mapping[str, Sequence[int]] | None = None
) -> tuple[WeightSensitivity, ...]:
    """The change points of every weight.

    Parameters
    ----------
    items : mapping, optional
        What moves as one, by name: the criteria (indices) of a dimension, for example. Inside an
        item the proportions stay. Every criterion for itself by default.
    """
    moved = items or {name: [j] for j, name in enumerate(zones.criteria)}
    stated = _placing(zones, zones.weights[np.newaxis])
    return tuple(_sensitivity(zones, name, list(which), stated) for name, which in moved.items())


def moved_weights(stated: Array, columns: Sequence[int], *, totals: Array) -> Array:
    """Weight sets (k, n_criteria) in which some criteria together weigh each of `totals` (k,).

    Their proportions stay, and so do those of the others, which share the rest; criteria that have
    no weight to keep in proportion share evenly.

    Examples
    --------
    >>> moved_weights(np.array([0.5, 0.3, 0.2]), [0], totals=np.array([0.0, 0.75]))
    array([[0.  , 0.6 , 0.4 ],
           [0.75, 0.15, 0.1 ]])
    """
    inside = np.zeros(len(stated), dtype=bool)
    inside[list(columns)] = True
    within, rest = _proportions(stated, inside), _proportions(stated, ~inside)
    return totals[:, np.newaxis] * within + (1.0 - totals[:, np.newaxis]) * rest


def _proportions(stated: Array, chosen: npt.NDArray[np.bool_]) -> Array:
    parts = np.where(chosen, stated, 0.0)
    if parts.sum() > 0:
        return np.asarray(parts / parts.sum())
    return np.asarray(chosen / max(chosen.sum(), 1))


def _sensitivity(
    zones: RankedZones, item: str, columns: list[int], stated: _Placing
) -> WeightSensitivity:
    weight = float(zones.weights[columns].sum())

    def at(totals: Array) -> _Placing:
        return _placing(zones, moved_weights(zones.weights, columns, totals=totals))

    # An item that holds every criterion has nothing to trade with.
    is_all = len(set(columns)) == len(zones.criteria)
    below = _first_changes(at, weight, weight if is_all else min(PRECISION, weight), stated)
    above = _first_changes(at, weight, weight if is_all else max(1 - PRECISION, weight), stated)
    ids = zones.area_ids
    return WeightSensitivity(item, weight, _named(below, ids), _named(above, ids))


_Found = Mapping[ChangeKind, tuple[float, npt.NDArray[np.bool_]] | None]


def _first_changes(
    at: Callable[[Array], _Placing], weight: float, end: float, stated: _Placing
) -> _Found:
    """For each kind the weight next to the stated one where it changes on the way to `end`."""
    if abs(end - weight) <= PRECISION:
        return dict.fromkeys(get_args(ChangeKind))
    grid = np.linspace(weight, end, _STEPS + 1)[1:]
    placing = at(grid)
    found: dict[ChangeKind, tuple[float, npt.NDArray[np.bool_]] | None] = {}
    for kind in get_args(ChangeKind):
        changed = placing.differs(kind, stated).any(axis=1)
        first = int(np.argmax(changed))
        inner = weight if first == 0 else float(grid[first - 1])
        found[kind] = (
            _bisected(at, kind, inner, float(grid[first]), stated) if changed.any() else None
        )
    return found


def _bisected(
    at: Callable[[Array], _Placing], kind: ChangeKind, inner: float, outer: float, stated: _Placing
) -> tuple[float, npt.NDArray[np.bool_]]:
    """Halve the way from `inner`, unchanged, to `outer`, changed, until they are as good as one."""
    zones = at(np.array([outer])).differs(kind, stated)[0]
    while abs(outer - inner) > PRECISION / 2:
        middle = (inner + outer) / 2
        changed = at(np.array([middle])).differs(kind, stated)[0]
        if changed.any():
            outer, zones = middle, changed
        else:
            inner = middle
    return outer, zones


def _named(found: _Found, ids: tuple[str, ...]) -> dict[ChangeKind, ChangePoint | None]:
    return {
        kind: None
        if change is None
        else ChangePoint(change[0], tuple(ids[i] for i in np.flatnonzero(change[1])))
        for kind, change in found.items()
    }


def most_critical(
    sensitivities: Sequence[WeightSensitivity], *, kind: ChangeKind
) -> CriticalWeight | None:
    """The weight whose smallest relative change changes the first place, any rank or any class.

    None when no weight does. A stated weight of 0 has no relative change and does not count.
    Triantaphyllou & Sánchez (1997) call the criterion of the smallest relative change percent-top
    critical for the first place, percent-any critical for any rank.
    """
    found = [
        CriticalWeight(s.item, s.weight, point, (point.weight - s.weight) / s.weight)
        for s in sensitivities
        for point in (s.below[kind], s.above[kind])
        if point is not None and s.weight > 0
    ]
    return min(found, key=lambda critical: abs(critical.relative), default=None)


def _placing(zones: RankedZones, weights: Array) -> _Placing:
    scores, classes = placed_under(zones, weights)
    return _Placing(rank_rows(scores), classes)
