"""Draws of weights and of measures, for simulations that ask how sure a ranking is.

Every function takes the generator that it draws from and draws in one fixed order, so that a seed
gives the same numbers however the draws are cut into blocks.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from geo.errors import InvalidDraws
from geo.language import Text, texts
from geo.mcda.matrix import Array
from geo.uncertainty.ranked import RankedZones

_SAY = texts(__name__)


# As if each weight were a share counted among 100 answers: a weight of 0.25 then lies within
# 0.17..0.34 in 95 % of draws. Practice moves weights by ±20 % (Chen, Yu & Khan 2010), which is about
# one standard deviation of such a weight; a smaller weight scatters more. Own judgement.
DEFAULT_CONCENTRATION = 100.0
MOST_DRAWS = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class MeasureErrors:
    """How uncertain the measures of n_areas under n_criteria are.

    `standard_errors` (n_areas, n_criteria) are in each criterion's unit, 0 where a measure counts as
    exact or is missing. `bounds` (n_criteria, 2) are the least and the greatest measure that can be.
    `sources` says by criterion where areas share an error: the shares (n_areas, n_sources) of what
    each area's measure is made of, a regency's figure for example. Areas with one source alone then
    move together; a criterion that is not there has an error of its own in each area. `notes` says
    by criterion what is counted and what is not.
    """

    criteria: tuple[str, ...]
    standard_errors: Array
    bounds: Array
    sources: Mapping[str, Array] = field(default_factory=dict)
    notes: Mapping[str, Text] = field(default_factory=dict)


def weight_draws(
    stated: Array,
    *,
    n: int,
    rng: np.random.Generator,
    concentration: float | None = DEFAULT_CONCENTRATION,
    keep_order: bool = False,
) -> Array:
    """Weight sets (n, n_criteria), each summing to 1; a criterion stated 0 stays 0.

    Parameters
    ----------
    stated : (n_criteria,) float64
        Not negative, at least one above 0.
    n : int
        1 to 100,000.
    concentration : float, optional
        How firmly the stated weights stand: they are as sure as shares counted among that many
        answers, so that a weight w has the standard deviation sqrt(w (1 - w) / (concentration + 1))
        around w (Dirichlet). None draws evenly from all weights that are possible.
    keep_order : bool
        With `concentration` None: evenly from the weights that keep the stated order of the
        criteria. Criteria stated alike have no order among them.

    Raises
    ------
    InvalidDraws

    References
    ----------
    Lahdelma & Salminen (2001), Operations Research 49(3):444-454, for even and ordered weights.
    """
    used = stated > 0
    _require_draws(n, concentration, keep_order, used)
    m = int(used.sum())
    if concentration is None:
        drawn = rng.dirichlet(np.ones(m), n)
    else:
        drawn = rng.dirichlet(concentration * stated[used] / stated[used].sum(), n)
    if keep_order:
        # The lot decides between criteria that are stated alike.
        places = np.lexsort((rng.random((n, m)), np.broadcast_to(-stated[used], (n, m))))
        falling = -np.sort(-drawn, axis=1)
        np.put_along_axis(drawn, places, falling, axis=1)
    weights = np.zeros((n, len(stated)))
    weights[:, used] = drawn
    return weights


def _require_draws(
    n: int, concentration: float | None, keep_order: bool, used: npt.NDArray[np.bool_]
) -> None:
    if not 1 <= n <= MOST_DRAWS:
        raise InvalidDraws(reason=_SAY["bad_number"].format(n=n, most=MOST_DRAWS), draws=n)
    if not used.any():
        raise InvalidDraws(reason=_SAY["no_weight"])
    if concentration is not None and not 0 < concentration < np.inf:
        raise InvalidDraws(reason=_SAY["bad_concentration"].format(concentration=concentration))
    if concentration is not None and keep_order:
        raise InvalidDraws(reason=_SAY["order_and_concentration"])


def value_draws(
    zones: RankedZones,
    errors: MeasureErrors,
    *,
    n: int,
    rng: np.random.Generator,
    block: int = 64,
) -> Iterator[Array]:
    """Tables of values in which the measures vary by their errors, in blocks (k, n_zones, n_criteria).

    Parameters
    ----------
    errors : MeasureErrors
        Of every area of the decision matrix, `zones.rows` included.
    n : int
        Tables in all.
    block : int
        Tables at a time; what is drawn does not depend on it.

    Notes
    -----
    Errors are normal. A drawn measure beyond the bounds of its unit becomes the bound; it is not
    drawn again, so that a share of 0 stays the likeliest value of a share near 0. A measure that is
    missing stays missing.
    """
    widths = error_inputs(zones, errors)
    for start in range(0, n, block):
        k = min(block, n - start)
        normals = rng.standard_normal((k, sum(widths.values())))
        yield values_with_errors(zones, errors, normals)


def error_inputs(zones: RankedZones, errors: MeasureErrors) -> dict[int, int]:
    """How many standard normals move each uncertain criterion, by its index: sources or zones."""
    ours = _rows(zones, errors)
    widths = {}
    for j, criterion in enumerate(errors.criteria):
        if (ours[:, j] > 0).any():
            shares = errors.sources.get(criterion)
            widths[j] = len(ours) if shares is None else shares.shape[1]
    return widths


def values_with_errors(zones: RankedZones, errors: MeasureErrors, normals: Array) -> Array:
    """Tables of values (k, n_zones, n_criteria) under normals (k, n) in the order of `error_inputs`."""
    ours = _rows(zones, errors)
    tables = np.repeat(zones.values[np.newaxis], len(normals), axis=0)
    start = 0
    for j, width in error_inputs(zones, errors).items():
        loadings = _loadings(zones, errors.sources.get(errors.criteria[j]))
        moved = _by_zone(normals[:, start : start + width], loadings) * ours[:, j]
        within = np.clip(zones.measures[:, j] + moved, *errors.bounds[j])
        tables[:, :, j] = zones.value_functions[j](within.ravel()).reshape(within.shape)
        start += width
    return tables


def _rows(zones: RankedZones, errors: MeasureErrors) -> Array:
    return np.nan_to_num(errors.standard_errors[zones.rows], nan=0.0)


def _loadings(zones: RankedZones, shares: Array | None) -> Array | None:
    """How each zone's normal is made of its sources', (n_zones, n_sources); None without sources."""
    if shares is None:
        return None
    ours: Array = shares[zones.rows]
    length = np.sqrt((ours**2).sum(axis=1, keepdims=True))
    loadings: Array = np.divide(ours, length, out=np.zeros(ours.shape), where=length > 0)
    return loadings


def _by_zone(normals: Array, loadings: Array | None) -> Array:
    """Each zone's standard normal (k, n_zones) from its own or from those of its sources."""
    if loadings is None:
        return normals
    found = np.zeros((len(normals), len(loadings)))
    # One source after the other, as a matrix product would add in an order of its own.
    for source, loading in enumerate(loadings.T):
        found += normals[:, source, np.newaxis] * loading
    return found
