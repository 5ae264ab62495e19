"""How graded values become points: seven methods behind one signature.

Every method takes values in [0, 1] (1 is best, NaN is unknown), one weight per criterion and a
`Setting`, and gives points per area and criterion that add up to the area's score of 0..100, so
that every score can be explained. A value's meaning is fixed by its criterion; only PROMETHEE
compares the areas with each other. Missing values have one rule everywhere: the weights of what is
known in a row are scaled up to 1. OWA slides by one number, the risk, from the worst value (0, AND)
over the weighted mean (0.5) to the best (1, OR).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.errors import InvalidMethod, InvalidRisk
from geo.language import Text, texts
from geo.mcda.matrix import Array

_SAY = texts(__name__)
# So many areas are sooner compared each with each than sorted: one draw of 14 takes a third.
_FEW_AREAS = 28


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What a method needs beside values and weights.

    Parameters
    ----------
    risk : float
        For OWA, in [0, 1]: 0 lets the worst value decide (AND), 0.5 is the weighted sum, 1 lets the
        best decide (OR). It is the orness 1 / (1 + a) of the quantifier r**a.
    groups : (n_criteria,) int64, optional
        For the geometric mean, the index of each criterion's top-level dimension. Without it each
        criterion is its own dimension.

    Raises
    ------
    InvalidRisk
        If `risk` is not in [0, 1].
    """

    risk: float = 0.5
    groups: npt.NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        _require_risk(self.risk)


@dataclass(frozen=True, slots=True)
class Method:
    """One way to combine; `points(values, weights, setting)` gives (n_areas, n_criteria) points."""

    id: str
    title: Text
    description: Text
    source: str
    points: Callable[[Array, Array, Setting], Array]


def effective_weights(values: Array, weights: Array) -> Array:
    """Weights (n_areas, n_criteria) that count in each area: those of what is known, scaled up to 1.

    `weights` is (n_criteria,), not negative. 0 where the value is NaN; a row of NaN where nothing
    with a weight is known.

    Examples
    --------
    >>> effective_weights(np.array([[0.2, np.nan, 0.9]]), np.array([0.25, 0.5, 0.25]))
    array([[0.5, 0. , 0.5]])
    """
    known = ~np.isnan(values)
    total = known @ weights
    with np.errstate(invalid="ignore", divide="ignore"):
        effective: Array = np.where(known, weights, 0.0) / total[:, np.newaxis]
    effective[total <= 0] = np.nan
    return effective


def contributions(values: Array, weights: Array) -> Array:
    """Points that each criterion gives to each area's weighted sum of 0..100.

    Parameters
    ----------
    values : (n_areas, n_criteria) float64
        In [0, 1]; NaN where unknown.
    weights : (n_criteria,) float64
        Sum to 1.

    Returns
    -------
    (n_areas, n_criteria) float64
        0 where the value is unknown; a row adds up to the area's score. A row of NaN where nothing
        with a weight is known.
    """
    points: Array = 100.0 * np.where(np.isnan(values), 0.0, values)
    points *= effective_weights(values, weights)
    return points


def scores_of(points: Array) -> Array:
    """Scores (n_areas,) that rows of points (n_areas, n_criteria) add up to; NaN stays NaN.

    Held to 0..100: gains and losses that cancel leave a rounding error of 1e-14 on either side,
    which would be printed as -0.0.
    """
    return np.asarray(np.clip(points.sum(axis=1), 0.0, 100.0), dtype=np.float64)


def weighted_sum_points(values: Array, weights: Array, _: Setting) -> Array:
    """Points of the weighted sum, see `contributions`."""
    return contributions(values, weights)


def geometric_mean_points(values: Array, weights: Array, setting: Setting) -> Array:
    """Points of the geometric mean of dimensions, each the weighted mean of its criteria.

    A dimension weighs what its known criteria weigh together; a dimension at 0 makes the score 0.

    Returns
    -------
    (n_areas, n_criteria) float64
        What the weight would give, 100 w, less the criterion's part of the points missing to 100.
        That part is exact: between dimensions as in `weighted_product_points`, inside a dimension
        in proportion to w (1 - v), which is linear. Negative where a criterion costs more than its
        weight gives. 0 where unknown, NaN rows where nothing is known.

    References
    ----------
    UNDP, Human Development Report technical note 1 (geometric since 2010); BPS, Indeks Pembangunan
    Manusia metode baru (2014): the geometric mean of health, knowledge and living standard, where
    knowledge is the arithmetic mean of two indices.
    """
    if setting.groups is None:
        return weighted_product_points(values, weights, setting)
    graded, effective = _filled(values, weights)
    names, group = np.unique(setting.groups, return_inverse=True)
    member = (group[:, np.newaxis] == np.arange(len(names))).astype(np.float64)
    shares = effective @ member
    inside = _quotient(effective, shares[:, group], otherwise=0.0)
    levels = (inside * graded) @ member
    gaps = inside * (1.0 - graded)
    within = _quotient(gaps, (gaps @ member)[:, group], otherwise=0.0)
    points = 100.0 * effective - _product_losses(levels, shares)[:, group] * within
    return _with_unknown(points, effective)


def weighted_product_points(values: Array, weights: Array, _: Setting) -> Array:
    """Points of the weighted product, 100 Π v**w; a value of 0 with a weight makes the score 0.

    Returns
    -------
    (n_areas, n_criteria) float64
        100 w less the criterion's part of the points missing to 100, in proportion to -w ln v: the
        integral of each criterion's gradient along the path v**t from the ideal (t = 0) to the area
        (t = 1), whose parts add up by the fundamental theorem of calculus. Zeros share the missing
        100 by weight, the limit of that path. Negative where a criterion costs more than its weight
        gives. 0 where unknown, NaN rows where nothing is known.

    References
    ----------
    Triantaphyllou (2000), Multi-Criteria Decision Making Methods, ch. 2; Aumann & Shapley (1974),
    Values of Non-Atomic Games, for the path.
    """
    graded, effective = _filled(values, weights)
    points = 100.0 * effective - _product_losses(graded, effective)
    return _with_unknown(points, effective)


def owa_points(values: Array, weights: Array, setting: Setting) -> Array:
    """Points of the ordered weighted average: 100 times order weight times value.

    Order weights come from the criterion weights and the risk, see `criterion_order_weights`. Risk 0 is
    the least value that has a weight, 0.5 the weighted sum, 1 the greatest value.

    Returns
    -------
    (n_areas, n_criteria) float64
        0 where unknown; NaN rows where nothing is known.

    References
    ----------
    Yager (1988), IEEE Trans. SMC 18:183-190; Malczewski (2006), Int. J. Applied Earth Observation
    8:270-277; Drobne & Lisec (2009), Informatica 33:459-474.
    """
    graded, effective = _filled(values, weights)
    ordered = criterion_order_weights(graded, effective, risk=setting.risk)
    return _with_unknown(100.0 * ordered * graded, effective)


def topsis_points(values: Array, weights: Array, _: Setting) -> Array:
    """Points of closeness to a fixed ideal: 100 d0 / (d0 + d1).

    d0 and d1 are the weighted Euclidean distances to the worst (all 0) and the ideal (all 1) that
    the value functions know, not to the best and worst of the areas at hand: no area changes the
    score of another, so ranks cannot reverse.

    Returns
    -------
    (n_areas, n_criteria) float64
        100 (w v)**2 / d0 / (d0 + d1), which add up because d0**2 is the sum of (w v)**2.
        0 where unknown, NaN rows where nothing is known.

    References
    ----------
    Hwang & Yoon (1981), Multiple Attribute Decision Making; García-Cascales & Lamata (2012),
    Mathematical and Computer Modelling 56:123-132, for the fixed ideal.
    """
    graded, effective = _filled(values, weights)
    squares = (effective * graded) ** 2
    from_worst = np.sqrt(squares.sum(axis=1, keepdims=True))
    to_ideal = np.sqrt(((effective * (1.0 - graded)) ** 2).sum(axis=1, keepdims=True))
    points = 100.0 * _quotient(squares, from_worst * (from_worst + to_ideal), otherwise=0.0)
    return _with_unknown(points, effective)


def limiting_factor_points(values: Array, weights: Array, _: Setting) -> Array:
    """Points of the limiting factor: 100 times the least value among criteria with a weight.

    Returns
    -------
    (n_areas, n_criteria) float64
        The whole score at the criterion that limits; equal ones share it by weight. 0 elsewhere,
        NaN rows where nothing is known.

    References
    ----------
    FAO (1976), A Framework for Land Evaluation, Soils Bulletin 32: the most limiting quality decides
    the class (law of the minimum).
    """
    graded, effective = _filled(values, weights)
    ordered = criterion_order_weights(graded, effective, risk=0.0)
    return _with_unknown(100.0 * ordered * graded, effective)


def promethee_points(values: Array, weights: Array, _: Setting) -> Array:
    """Points of PROMETHEE II: 50 (net flow + 1), so that 50 is as often beaten as beating.

    The one method here that compares areas with each other: a score depends on who is compared. A
    criterion is compared only among areas in which it is known, and an area weighs its known
    criteria up to 1 as everywhere. Where nobody else is known (one area) the flow is 0.

    Returns
    -------
    (n_areas, n_criteria) float64
        50 w (flow + 1) of each criterion's flow; 0 where unknown, NaN rows where nothing is known.

    References
    ----------
    Brans & Vincke (1985), Management Science 31:647-656, usual criterion.
    """
    effective = np.nan_to_num(effective_weights(values, weights))
    points = 50.0 * effective * (1.0 + np.nan_to_num(unicriterion_flows(values)))
    return _with_unknown(points, effective)


def criterion_order_weights(values: Array, weights: Array, *, risk: float) -> Array:
    """Order weight of each criterion in each area, in the order of the criteria.

    Parameters
    ----------
    values : (n_areas, n_criteria) float64
        No NaN.
    weights : (n_areas, n_criteria) float64
        Not negative; 0 takes a criterion out.
    risk : float
        In [0, 1].

    Returns
    -------
    (n_areas, n_criteria) float64
        A row adds up to 1, to 0 where no criterion has a weight. Equal values share theirs by
        weight, so that the order of the criteria does not matter.

    Raises
    ------
    InvalidRisk
        If `risk` is not in [0, 1].
    """
    _require_risk(risk)
    if risk in (0, 1):
        # The power would be r**inf or r**0: exactly the worst or the best value with a weight.
        return _at_the_end(values if risk == 0 else -values, weights)
    order = np.argsort(-values, axis=1)
    falling = np.take_along_axis(values, order, axis=1)
    shared = _shared(falling, np.take_along_axis(weights, order, axis=1), risk)
    found = np.empty(values.shape)
    np.put_along_axis(found, order, shared, axis=1)
    return found


def unicriterion_flows(values: Array) -> Array:
    """Share of the others that an area beats less the share that beats it, per criterion.

    (n_areas, n_criteria) in [-1, 1]; higher values beat lower ones, equal ones do not. Only areas in
    which the criterion is known count; NaN stays NaN, and 0 for the only one known.

    References
    ----------
    Calders & Van Assche (2016), PROMETHEE is not quadratic, arXiv 1603.00091: net flows by sorting,
    in O(m n log n) for m criteria and n areas.

    Examples
    --------
    >>> unicriterion_flows(np.array([[4.0], [3.0], [5.0], [np.nan]])).ravel()
    array([ 0., -1.,  1., nan])
    """
    known = ~np.isnan(values)
    net = _net_wins(values) if len(values) <= _FEW_AREAS else _net_wins_of_many(values, known)
    others = np.maximum(known.sum(axis=0) - 1, 1)
    return np.where(known, net / others, np.nan)


def _net_wins(values: Array) -> npt.NDArray[np.intp]:
    """How many others an area beats less how many beat it, each compared with each; 0 of NaN."""
    beaten = (values[:, np.newaxis] > values).sum(axis=1)
    beating = (values[:, np.newaxis] < values).sum(axis=1)
    return np.asarray(beaten - beating)


def _net_wins_of_many(values: Array, known: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    net = np.zeros(values.shape, dtype=np.intp)
    # One sort per criterion; there are few criteria and many areas.
    for wins, column, is_known in zip(net.T, values.T, known.T, strict=True):
        compared = column[is_known]
        ascending = np.sort(compared)
        beaten = np.searchsorted(ascending, compared, side="left")
        beating = len(compared) - np.searchsorted(ascending, compared, side="right")
        wins[is_known] = beaten - beating
    return net


def find_method(method_id: str) -> Method:
    """The method of this id.

    Raises
    ------
    InvalidMethod
        If there is none; the sentence lists those that exist.
    """
    if method_id not in METHODS:
        raise InvalidMethod(method=method_id, available=", ".join(METHODS))
    return METHODS[method_id]


def _require_risk(risk: float) -> None:
    if not 0 <= risk <= 1:
        raise InvalidRisk(risk=risk)


def _filled(values: Array, weights: Array) -> tuple[Array, Array]:
    """Values with 0 for NaN, and effective weights with rows of 0 where nothing is known."""
    return np.nan_to_num(values, nan=0.0), np.nan_to_num(effective_weights(values, weights))


def _with_unknown(points: Array, effective: Array) -> Array:
    return np.where(effective.sum(axis=1, keepdims=True) > 0, points, np.nan)


def _quotient(part: Array, whole: Array, *, otherwise: float) -> Array:
    """`part` / `whole`, and `otherwise` where the whole is 0."""
    whole = np.broadcast_to(whole, part.shape)
    found: Array = np.divide(part, whole, out=np.full(part.shape, otherwise), where=whole > 0)
    return found


def _at_the_end(values: Array, weights: Array) -> Array:
    """All weight to the least value with a weight; equal ones share it by weight."""
    ranked = np.where(weights > 0, values, np.inf)
    least = ranked.min(axis=1, keepdims=True)
    held = np.where(ranked == least, weights, 0.0)
    return _quotient(held, held.sum(axis=1, keepdims=True), otherwise=0.0)


def _shared(falling: Array, weights: Array, risk: float) -> Array:
    """Order weights (n, m) of rows sorted by falling value; runs of equal values share by weight."""
    reached = np.cumsum(weights, axis=1)
    reached = np.divide(reached, reached[:, -1:], out=reached, where=reached[:, -1:] > 0)
    before = np.column_stack([np.zeros(len(falling)), reached[:, :-1]])
    # A run of equal values never crosses a row, because each row begins one.
    begins = np.ones(falling.shape, dtype=bool)
    begins[:, 1:] = falling[:, 1:] != falling[:, :-1]
    first = np.flatnonzero(begins)
    if not len(first):
        return weights
    last = np.append(first[1:], falling.size) - 1
    run = (np.cumsum(begins) - 1).reshape(falling.shape)
    power = 1.0 / risk - 1.0
    whole = reached.ravel()[last] ** power - before.ravel()[first] ** power
    held = np.add.reduceat(weights.ravel(), first)[run]
    part = np.divide(weights, held, out=np.zeros(weights.shape), where=held > 0)
    return np.asarray(whole[run] * part, dtype=np.float64)


def _product_losses(levels: Array, shares: Array) -> Array:
    """Points (n, k) of 100 that each factor of Π level**share costs; a row adds to 100 - product."""
    zero = np.where(levels <= 0, shares, 0.0)
    depth = -shares * np.log(np.where(levels <= 0, 1.0, np.minimum(levels, 1.0)))
    total = depth.sum(axis=1, keepdims=True)
    lost = _quotient(-100.0 * np.expm1(-total) * depth, total, otherwise=0.0)
    zeros = zero.sum(axis=1, keepdims=True)
    return np.where(zeros > 0, 100.0 * _quotient(zero, zeros, otherwise=0.0), lost)


DEFAULT_METHOD = "weighted_sum"
METHODS: Mapping[str, Method] = {
    method.id: method
    for method in (
        Method(
            id="weighted_sum",
            title=_SAY["weighted_sum"],
            description=_SAY["weighted_sum_description"],
            source="Malczewski (1999), GIS and Multicriteria Decision Analysis, ch. 6",
            points=weighted_sum_points,
        ),
        Method(
            id="geometric_mean",
            title=_SAY["geometric_mean"],
            description=_SAY["geometric_mean_description"],
            source="UNDP, Human Development Report, technical note 1; BPS (2014), IPM metode baru",
            points=geometric_mean_points,
        ),
        Method(
            id="weighted_product",
            title=_SAY["weighted_product"],
            description=_SAY["weighted_product_description"],
            source="Triantaphyllou (2000), Multi-Criteria Decision Making Methods, ch. 2",
            points=weighted_product_points,
        ),
        Method(
            id="owa",
            title=_SAY["owa"],
            description=_SAY["owa_description"],
            source="Yager (1988), IEEE Trans. SMC 18:183-190; Malczewski (2006), JAG 8:270-277",
            points=owa_points,
        ),
        Method(
            id="topsis",
            title=_SAY["topsis"],
            description=_SAY["topsis_description"],
            source="Hwang & Yoon (1981), Multiple Attribute Decision Making; García-Cascales & Lamata (2012)",
            points=topsis_points,
        ),
        Method(
            id="limiting_factor",
            title=_SAY["limiting_factor"],
            description=_SAY["limiting_factor_description"],
            source="FAO (1976), A Framework for Land Evaluation, Soils Bulletin 32",
            points=limiting_factor_points,
        ),
        Method(
            id="promethee",
            title=_SAY["promethee"],
            description=_SAY["promethee_description"],
            source="Brans & Vincke (1985), Management Science 31:647-656",
            points=promethee_points,
        ),
    )
}
