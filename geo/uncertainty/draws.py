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
from geo.mcda.ranks import ReadyValues, ready_values
from geo.uncertainty.ranked import Drawn, RankedZones

_SAY = texts(__name__)


# As if each weight were a share counted among 100 answers: a weight of 0.25 then lies within
# 0.17..0.34 in 95 % of draws. Practice moves weights by ±20 % (Chen, Yu & Khan 2010), which is about
# one standard deviation of such a weight; a smaller weight scatters more. Own judgement.
DEFAULT_CONCENTRATION = 100.0
MOST_DRAWS = 100_000
# A spread below this is rounding.
_NOTHING = 1e-9


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
    spread: "Spread",
    *,
    n: int,
    rng: np.random.Generator,
    block: int = 64,
) -> Iterator[Drawn]:
    """Values of which everything uncertain varies: errors, places, intervals and missing data.

    Parameters
    ----------
    spread : Spread
        What varies, see `spread_of`.
    n : int
        Draws in all.
    block : int
        Draws at a time; what is drawn does not depend on it.

    Notes
    -----
    Errors are normal. A drawn measure beyond the bounds of its unit becomes the bound; it is not
    drawn again, so that a share of 0 stays the likeliest value of a share near 0. A zone that may lie
    in several places lies in one of them, the same for every criterion; its measures have no error
    beside. A sourced interval is drawn evenly between its least and greatest value. What is missing,
    or not covered, is drawn from the values of the n areas of which it is known, each as likely as
    another, and with 1 / (n + 1) evenly from 0 to 1, wholly so where it is known of none: the
    predictive rule of Blackwell & MacQueen (1973), Annals of Statistics 1(2):353-355, whose prior
    counts as much as one area. Zones are drawn independently of each other.
    """
    zones = spread.zones
    streams = rng.spawn(2 * len(zones.criteria) + 1)
    for start in range(0, n, block):
        k = min(block, n - start)
        yield drawn_by(
            spread,
            normals={j: streams[2 * j].standard_normal((k, w)) for j, w in spread.widths.items()},
            evenly={
                j: streams[2 * j + 1].random((k, len(spread.varying[j]))) for j in spread.open_in
            },
            placing=streams[-1].random((k, len(zones.by_place))),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """What of the values of zones is uncertain, and how many numbers decide it.

    `varying` are, by criterion, the places of the zones whose value varies; criteria where none does
    are not there. `widths` say how many standard normals move a criterion (see `error_inputs`).
    `open_in` are, by criterion, which of the varying zones need a number of 0..1: for what is missing,
    not covered or an interval. `intervals` (n, m) are the values between whose ends a number is drawn.
    """

    zones: RankedZones
    errors: MeasureErrors | None
    steady: Array
    ready: ReadyValues
    varying: Mapping[int, npt.NDArray[np.intp]]
    widths: Mapping[int, int]
    open_in: Mapping[int, npt.NDArray[np.bool_]]
    intervals: npt.NDArray[np.bool_]


def spread_of(zones: RankedZones, errors: MeasureErrors | None = None) -> Spread:
    """What varies, see `value_draws`; without errors what is measured counts as exact.

    `errors` are of every area of the decision matrix, `zones.rows` included.
    """
    placed = np.zeros(zones.values.shape, dtype=bool)
    unplaced = np.zeros(zones.values.shape, dtype=bool)
    for zone, values in zones.by_place.items():
        placed[zone] = ~np.isnan(values).all(axis=0)
        unplaced[zone] = placed[zone] & np.isnan(values).any(axis=0)
    intervals = _is_interval(zones) & ~placed
    is_open = (zones.covered < 1.0) | unplaced | intervals
    varies = is_open | placed
    if errors is not None:
        varies |= (_rows(zones, errors) > 0) & ~np.isnan(zones.values)
    varying = {j: np.flatnonzero(column) for j, column in enumerate(varies.T) if column.any()}
    steady = np.where(varies, 0.0, zones.values)
    return Spread(
        zones=zones,
        errors=errors,
        steady=steady,
        ready=ready_values(steady),
        varying=varying,
        widths={} if errors is None else error_inputs(zones, errors),
        open_in={j: is_open[rows, j] for j, rows in varying.items() if is_open[rows, j].any()},
        intervals=intervals,
    )


def _is_interval(zones: RankedZones) -> npt.NDArray[np.bool_]:
    return np.asarray(zones.high - zones.low > (1.0 - zones.covered) + _NOTHING)


def drawn_by(
    spread: Spread, *, normals: Mapping[int, Array], evenly: Mapping[int, Array], placing: Array
) -> Drawn:
    """The values that k draws of numbers give.

    Parameters
    ----------
    normals : mapping
        By criterion of `spread.widths`, standard normals (k, width).
    evenly : mapping
        By criterion of `spread.open_in`, numbers (k, n_varying) of 0..1.
    placing : (k, n_placed) float64
        Of 0..1, one for each zone of `by_place` in the order of the zones.
    """
    by_place = sorted(spread.zones.by_place.items())
    places = {
        zone: (column * len(values)).astype(np.intp)
        for (zone, values), column in zip(by_place, placing.T, strict=True)
    }
    columns = {
        j: (rows, _column(spread, j, normals.get(j), evenly.get(j), places, n_draws=len(placing)))
        for j, rows in spread.varying.items()
    }
    return Drawn(len(placing), spread.steady, spread.ready, columns)


def _column(
    spread: Spread,
    j: int,
    normals: Array | None,
    evenly: Array | None,
    places: Mapping[int, npt.NDArray[np.intp]],
    *,
    n_draws: int,
) -> Array:
    """Drawn values (k, n_varying) of one criterion in the zones where they vary."""
    zones, varying = spread.zones, spread.varying[j]
    if normals is not None and spread.errors is not None:
        drawn = _with_errors(zones, spread.errors, j, normals)[:, varying]
    else:
        drawn = np.repeat(zones.values[np.newaxis, varying, j], n_draws, axis=0)
    for zone, own in zones.by_place.items():
        if not np.isnan(own[:, j]).all():
            drawn[:, np.searchsorted(varying, zone)] = own[places[zone], j]
    if evenly is None:
        return drawn
    missing = missing_values(zones.known[j], evenly)
    # What is missing, also in one of the places alone, is not covered.
    drawn = np.where(np.isnan(drawn), missing, drawn)
    covered = zones.covered[varying, j]
    drawn = covered * drawn + (1.0 - covered) * missing
    is_interval = spread.intervals[varying, j]
    if is_interval.any():
        low, high = zones.low[varying, j], zones.high[varying, j]
        drawn = np.where(is_interval, low + (high - low) * evenly, drawn)
    return np.asarray(drawn)


def missing_values(known: Array, evenly: Array) -> Array:
    """Values for what is missing, from numbers of 0..1; see `value_draws`.

    Parameters
    ----------
    known : (n,) float64
        The values of the areas of which it is known, ascending.

    Examples
    --------
    >>> missing_values(np.array([0.2, 0.6]), np.array([0.1, 0.5, 0.9]))
    array([0.2, 0.6, 0.7])
    >>> missing_values(np.array([]), np.array([0.3]))
    array([0.3])
    """
    steps = evenly * (len(known) + 1)
    chosen = np.minimum(steps.astype(np.intp), len(known))
    return np.where(chosen == len(known), steps - chosen, np.append(known, 0.0)[chosen])


def error_inputs(zones: RankedZones, errors: MeasureErrors) -> dict[int, int]:
    """How many standard normals move each uncertain criterion, by its index: sources or zones."""
    ours = _rows(zones, errors)
    widths = {}
    for j, criterion in enumerate(errors.criteria):
        if (ours[:, j] > 0).any():
            shares = errors.sources.get(criterion)
            widths[j] = len(ours) if shares is None else shares.shape[1]
    return widths


def _with_errors(zones: RankedZones, errors: MeasureErrors, j: int, normals: Array) -> Array:
    """Values (k, n_zones) of one criterion whose measures are moved by their errors."""
    loadings = _loadings(zones, errors.sources.get(errors.criteria[j]))
    moved = _by_zone(normals, loadings) * _rows(zones, errors)[:, j]
    within = np.clip(zones.measures[:, j] + moved, *errors.bounds[j])
    values: Array = zones.value_functions[j](within.ravel()).reshape(within.shape)
    return values


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
