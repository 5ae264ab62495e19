"""Which uncertain weight or measure a score hangs on most: Sobol' indices, through SALib.

The first-order index of an input is the share of the score's variance that would go if that input
were known; the total index is the share that would remain if it alone were unknown, its interplay
with the others included.

References
----------
Sobol' (2001), Mathematics and Computers in Simulation 55:271-280; Saltelli et al. (2010), Computer
Physics Communications 181:259-270; Iwanaga, Usher & Herman (2022), SALib 2.0, Socio-Environmental
Systems Modelling 4:18155.
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
    error_inputs,
    values_with_errors,
)
from geo.uncertainty.ranked import Contest, contest_scores, narrowed

InputKind = Literal["weight", "measure"]

DEFAULT_SAMPLES = 1024
MOST_SAMPLES = 16_384
# Numbers in a sample: 400 MB.
_MOST_NUMBERS = 50_000_000
# The normal and the gamma distribution have no finite quantile at 0 and 1.
_EDGE = 1e-12
_TABLES = 256


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
    """The index of one criterion's weight or measure for a score."""

    criterion: str
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
    # SALib takes more than a second to import.
    from SALib.analyze.sobol import analyze

    names = list(dict.fromkeys(groups))
    _require_samples(n, (len(names) + 2) * len(groups))
    results = function(saltelli_sample(groups, n=n, rng=rng))
    if np.ptp(results) <= 1e-9:
        return tuple(SobolIndex(name, 0.0, 0.0, 0.0, 0.0) for name in names)
    # SALib takes 0 for no seed.
    seed = int(rng.integers(1, 2**31))
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    found = analyze(problem, results, calc_second_order=False, seed=seed)
    columns = (found["S1"], found["S1_conf"], found["ST"], found["ST_conf"])
    return tuple(
        SobolIndex(name, *map(float, row))
        for name, row in zip(names, zip(*columns, strict=True), strict=True)
    )


def _require_samples(n: int, numbers_each: int) -> None:
    fits = max(_MOST_NUMBERS // numbers_each, 2)
    most = min(MOST_SAMPLES, 1 << (fits.bit_length() - 1))
    if not 2 <= n <= most or n & (n - 1):
        raise InvalidSamples(n=n, most=most)


def saltelli_sample(groups: Sequence[str], *, n: int, rng: np.random.Generator) -> Array:
    """Saltelli's sample (n (n_names + 2), n_inputs) of a scrambled Sobol' sequence in 0..1.

    Row by row what `SALib.sample.sobol.sample` gives without second order, which copies number by
    number and takes minutes for the hundreds of inputs that measures of many zones are.
    """
    from scipy.stats import qmc

    names = list(dict.fromkeys(groups))
    base = qmc.Sobol(d=2 * len(groups), scramble=True, rng=rng).random(n)
    first, second = np.split(base, 2, axis=1)
    sample = np.repeat(first[:, np.newaxis, :], len(names) + 2, axis=1)
    for k, name in enumerate(names):
        columns = [i for i, group in enumerate(groups) if group == name]
        sample[:, k + 1, columns] = second[:, columns]
    sample[:, -1, :] = second
    return sample.reshape(-1, len(groups))


def score_indices(
    contest: Contest,
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
        Without them the weights alone are uncertain.
    concentration : float
        As in `geo.uncertainty.draws.weight_draws`. Weights are Dirichlet: shares of independent gamma
        variables, one for each criterion, which are the inputs here.
    against_best : bool
        The zone's score less the best score among the others, instead of its score. With hundreds
        of zones and uncertain measures this takes many seconds.

    Returns
    -------
    tuple of ScoreIndex
        Weights first, then measures; criteria with a weight of 0 are not among them.

    Raises
    ------
    ZoneNotFound, InvalidSamples
    """
    if area_id not in contest.area_ids:
        raise ZoneNotFound(area_id, available=list(contest.area_ids[:50]))
    place = contest.area_ids.index(area_id)
    # By every method but PROMETHEE a score depends on nobody else.
    if not against_best and contest.method != "promethee":
        contest, place = narrowed(contest, [place]), 0
    used = np.flatnonzero(contest.weights > 0)
    moved = {} if errors is None else error_inputs(contest, errors)
    inputs: list[tuple[InputKind, int]] = [("weight", int(j)) for j in used]
    inputs += [("measure", j) for j, width in moved.items() for _ in range(width)]
    names = [f"{kind} {j}" for kind, j in inputs]
    sure = concentration * contest.weights[used] / contest.weights[used].sum()

    def outcome(sample: Array) -> Array:
        drawn = _drawn_scores(contest, sample, used, sure, errors)
        return _leads(drawn, place) if against_best else drawn[:, place]

    found = {index.name: index for index in sobol_indices(outcome, names, n=n, rng=rng)}
    return tuple(
        ScoreIndex(contest.criteria[j], kind, found[f"{kind} {j}"])
        for kind, j in dict.fromkeys(inputs)
    )


def _drawn_scores(
    contest: Contest,
    sample: Array,
    used: npt.NDArray[np.intp],
    sure: Array,
    errors: MeasureErrors | None,
) -> Array:
    """Scores (k, n_zones) of a sample (k, n_inputs): weights first, then the errors of measures."""
    from scipy.special import gammaincinv, ndtri

    inside = np.clip(sample, _EDGE, 1.0 - _EDGE)
    scores = np.empty((len(sample), len(contest.area_ids)))
    for start in range(0, len(sample), _TABLES):
        part = inside[start : start + _TABLES]
        weights = np.zeros((len(part), len(contest.weights)))
        weights[:, used] = gammaincinv(sure, part[:, : len(used)])
        weights /= weights.sum(axis=1, keepdims=True)
        tables = None
        if errors is not None:
            tables = values_with_errors(contest, errors, ndtri(part[:, len(used) :]))
        scores[start : start + _TABLES] = contest_scores(contest, weights, values=tables)
    return scores


def _leads(scores: Array, place: int) -> Array:
    """What one zone's score is above the best of the others; its score where there is no other."""
    others = np.delete(scores, place, axis=1)
    if others.shape[1] == 0:
        return scores[:, place]
    return np.asarray(scores[:, place] - np.where(np.isnan(others), -np.inf, others).max(axis=1))
