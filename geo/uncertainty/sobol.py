"""Which uncertain weight or measure a score hangs on most: Sobol' indices.

The first-order index of an input is the share of the score's variance that would go if that input
were known; the total index is the share that would remain if it alone were unknown, its interplay
with the others included.

References
----------
Sobol' (2001), Mathematics and Computers in Simulation 55:271-280; Saltelli et al. (2010), Computer
Physics Communications 181:259-270, whose estimators SciPy has.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from geo.errors import InvalidSamples, ZoneNotFound
from geo.mcda.matrix import Array
from geo.uncertainty.draws import (
    DEFAULT_CONCENTRATION,
    MeasureErrors,
    Spread,
    drawn_by,
    spread_of,
)
from geo.uncertainty.ranked import RankedZones, scores_under, some_of

InputKind = Literal["weight", "measure", "missing", "place"]

DEFAULT_SAMPLES = 1024
MOST_SAMPLES = 16_384
# Numbers in a sample: 400 MB.
_MOST_NUMBERS = 50_000_000
# The normal and the gamma distribution have no finite quantile at 0 and 1.
_EDGE = 1e-12
_TABLES = 256
# Bootstrap resamples behind a confidence interval, and the normal quantile of its 95 %.
_RESAMPLES, _NORMAL_95 = 100, 1.959963984540054


@dataclass(frozen=True, slots=True)
class SobolIndex:
    """Shares of variance of one input, with half the width of their 95 % confidence interval."""

    name: str
    first_order: float
    first_order_confidence: float
    total: float
    total_confidence: float


@dataclass(frozen=True, slots=True)
class ScoreIndex:
    """The index of one input for a score.

    A criterion's weight, its measure's error or what is missing of it; or the place of a zone that
    may lie in several, which is no single criterion's.
    """

    criterion: str | None
    input: InputKind
    index: SobolIndex


def sobol_indices(
    function: Callable[[Array], Array],
    groups: Sequence[str],
    *,
    n: int = DEFAULT_SAMPLES,
    rng: np.random.Generator,
) -> tuple[SobolIndex, ...]:
    """Sobol' indices of a function of inputs that are uniform on 0..1.

    Parameters
    ----------
    function : callable
        From (k, n_inputs) to (k,).
    groups : sequence of str
        The name of each input; inputs of one name count as one.
    n : int
        A power of two; the function is evaluated n (number of names + 2) times.

    Returns
    -------
    tuple of SobolIndex
        One for each name, in the order in which they first stand. All 0 where the function does not
        vary.

    Raises
    ------
    InvalidSamples
    """
    names = list(dict.fromkeys(groups))
    _require_samples(n, (len(names) + 2) * len(groups))
    pages = saltelli_sample(groups, n=n, rng=rng)
    results = function(pages.reshape(-1, len(groups))).reshape(len(pages), n)
    if np.ptp(results) <= 1e-9:
        return tuple(SobolIndex(name, 0.0, 0.0, 0.0, 0.0) for name in names)
    resamples = np.random.default_rng(rng.integers(1, 2**31)).integers(n, size=(n, _RESAMPLES)).T
    rows = np.vstack([np.arange(n), resamples])
    return tuple(
        _index(name, results[0][rows], exchanged[rows], results[-1][rows])
        for name, exchanged in zip(names, results[1:-1], strict=True)
    )


def _index(name: str, first: Array, exchanged: Array, second: Array) -> SobolIndex:
    """The index of one name from the results (1 + resamples, n) of a sample and its resamples.

    `exchanged` are those of the first sample with the name's inputs from the second.
    """
    # SciPy's statistics take half a second to import.
    from scipy.stats import sobol_indices as estimated

    results = {"f_A": first, "f_B": second, "f_AB": exchanged[np.newaxis]}
    found = estimated(func=results, n=first.shape[1])
    halves = [_NORMAL_95 * s[1:].std(ddof=1) for s in (found.first_order, found.total_order)]
    return SobolIndex(
        name,
        first_order=float(found.first_order[0]),
        first_order_confidence=float(halves[0]),
        total=float(found.total_order[0]),
        total_confidence=float(halves[1]),
    )


def _require_samples(n: int, numbers_each: int) -> None:
    fits = max(_MOST_NUMBERS // numbers_each, 2)
    most = min(MOST_SAMPLES, 1 << (fits.bit_length() - 1))
    if not 2 <= n <= most or n & (n - 1):
        raise InvalidSamples(n=n, most=most)


def saltelli_sample(groups: Sequence[str], *, n: int, rng: np.random.Generator) -> Array:
    """Saltelli's sample (n_names + 2, n, n_inputs) of a scrambled Sobol' sequence in 0..1.

    The first page and the last are two samples; between them stands one page for each name, the
    first sample with that name's inputs from the second.
    """
    from scipy.stats import qmc

    names = list(dict.fromkeys(groups))
    base = qmc.Sobol(d=2 * len(groups), scramble=True, rng=rng).random(n)
    first, second = np.split(base, 2, axis=1)
    pages = np.repeat(first[np.newaxis], len(names) + 2, axis=0)
    for page, name in zip(pages[1:-1], names, strict=True):
        columns = [i for i, group in enumerate(groups) if group == name]
        page[:, columns] = second[:, columns]
    pages[-1] = second
    return pages


def score_indices(
    zones: RankedZones,
    area_id: str,
    *,
    errors: MeasureErrors | None = None,
    concentration: float = DEFAULT_CONCENTRATION,
    against_best: bool = False,
    n: int = DEFAULT_SAMPLES,
    rng: np.random.Generator,
) -> tuple[ScoreIndex, ...]:
    """Which weight or measure one zone's score hangs on most, or its lead over the best other zone.

    Parameters
    ----------
    errors : MeasureErrors, optional
        Without them what is measured counts as exact.
    concentration : float
        As in `geo.uncertainty.draws.weight_draws`. Weights are Dirichlet: shares of independent gamma
        variables, one for each criterion, which are the inputs here.
    against_best : bool
        The zone's score less the best score among the others, instead of its score. With hundreds
        of zones and uncertain measures this takes many seconds.

    Returns
    -------
    tuple of ScoreIndex
        Weights first, then measures, missing data and the place; weights of 0 are not among them.

    Raises
    ------
    ZoneNotFound, InvalidSamples
    """
    if area_id not in zones.area_ids:
        raise ZoneNotFound(area_id, available=list(zones.area_ids))
    place = zones.area_ids.index(area_id)
    # By every method but PROMETHEE a score depends on nobody else.
    if not against_best and zones.method != "promethee":
        zones, place = some_of(zones, [place]), 0
    used = np.flatnonzero(zones.weights > 0)
    inputs, spread = _inputs(zones, errors, used)
    names = [f"{kind} {j}" for kind, j in inputs]
    sure = concentration * zones.weights[used] / zones.weights[used].sum()

    def outcome(sample: Array) -> Array:
        drawn = _drawn_scores(spread, sample, used, sure)
        return _leads(drawn, place) if against_best else drawn[:, place]

    found = {index.name: index for index in sobol_indices(outcome, names, n=n, rng=rng)}
    return tuple(
        ScoreIndex(None if j is None else zones.criteria[j], kind, found[f"{kind} {j}"])
        for kind, j in dict.fromkeys(inputs)
    )


def _inputs(
    zones: RankedZones, errors: MeasureErrors | None, used: npt.NDArray[np.intp]
) -> tuple[list[tuple[InputKind, int | None]], Spread]:
    """What each number of a sample decides, in the order of the sample: a kind and a criterion."""
    spread = spread_of(zones, errors)
    inputs: list[tuple[InputKind, int | None]] = [("weight", int(j)) for j in used]
    inputs += [("measure", j) for j, width in spread.widths.items() for _ in range(width)]
    inputs += [("missing", j) for j in spread.open_in for _ in range(len(spread.varying[j]))]
    inputs += [("place", None) for _ in zones.by_place]
    return inputs, spread


def _drawn_scores(spread: Spread, sample: Array, used: npt.NDArray[np.intp], sure: Array) -> Array:
    """Scores (k, n_zones) of a sample (k, n_inputs), whose columns are those of `_inputs`."""
    from scipy.special import gammaincinv, ndtri

    zones = spread.zones
    opened = {j: len(spread.varying[j]) for j in spread.open_in}
    sizes = [len(used), *spread.widths.values(), *opened.values()]
    inside = np.clip(sample, _EDGE, 1.0 - _EDGE)
    scores = np.empty((len(sample), len(zones.area_ids)))
    for start in range(0, len(sample), _TABLES):
        part = inside[start : start + _TABLES]
        shares, *numbers = np.split(part, np.cumsum(sizes), axis=1)
        weights = np.zeros((len(part), len(zones.weights)))
        weights[:, used] = gammaincinv(sure, shares)
        weights /= weights.sum(axis=1, keepdims=True)
        normals = zip(spread.widths, map(ndtri, numbers), strict=False)
        evenly = zip(opened, numbers[len(spread.widths) :], strict=False)
        drawn = drawn_by(spread, normals=dict(normals), evenly=dict(evenly), placing=numbers[-1])
        scores[start : start + _TABLES] = scores_under(zones, weights, drawn=drawn)
    return scores


def _leads(scores: Array, place: int) -> Array:
    """What one zone's score is above the best of the others; its score where there is no other."""
    others = np.delete(scores, place, axis=1)
    if others.shape[1] == 0:
        return scores[:, place]
    return np.asarray(scores[:, place] - np.where(np.isnan(others), -np.inf, others).max(axis=1))
