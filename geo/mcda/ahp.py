"""Pairwise judgements of importance (AHP): weights, consistency, and judgements that are missing.

Several people's judgements are in `geo/mcda/group.py`; weights that are stated, ranked or read off
the data in `geo/mcda/weights.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.errors import InconsistentJudgements, JudgedTwice
from geo.language import texts
from geo.mcda.matrix import Array

_SAY = texts(__name__)

# How many times the first of a pair is as important as the second.
Pairs = Mapping[tuple[str, str], float]


# Published random-index tables differ, and for three criteria the consistency ratio differs by
# 12 % with them, so a result always says which one it used.
RANDOM_INDEX: Mapping[str, Mapping[int, float]] = {
    # Saaty (2005), as tabulated in IWA Publishing view-large 3120630.
    "saaty2005": {
        3: 0.52, 4: 0.89, 5: 1.11, 6: 1.25, 7: 1.35, 8: 1.40, 9: 1.45, 10: 1.49, 11: 1.52,
        12: 1.54, 15: 1.59,
    },
    # Saaty (1980), The Analytic Hierarchy Process.
    "saaty1980": {
        3: 0.58, 4: 0.90, 5: 1.12, 6: 1.24, 7: 1.32, 8: 1.41, 9: 1.45, 10: 1.49, 11: 1.51,
        12: 1.48, 15: 1.59,
    },
    # Donegan & Dodd (1991), as used in AHPy.
    "donegan_dodd": {
        3: 0.4914, 4: 0.8286, 5: 1.0591, 6: 1.1797, 7: 1.2519, 8: 1.3171, 9: 1.3733, 10: 1.4055,
    },
    # Alonso & Lamata (2006), from 100,000 matrices of each size: the only table with 13 and 14.
    "alonso_lamata2006": {
        3: 0.5245, 4: 0.8815, 5: 1.1086, 6: 1.2479, 7: 1.3417, 8: 1.4056, 9: 1.4499, 10: 1.4854,
        11: 1.5141, 12: 1.5365, 13: 1.5551, 14: 1.5713, 15: 1.5838,
    },
}  # fmt: skip
DEFAULT_RANDOM_INDEX = "saaty2005"
# Saaty's rule of thumb: above this the judgements should be looked at again.
CONSISTENCY_LIMIT = 0.10
# The end of Saaty's scale: nine times as important.
LARGEST_RATIO = 9.0
# Consistency ratios that differ by less are the same.
_SAME_RATIO = 1e-9
_MOST_ROUNDS = 20_000


@dataclass(frozen=True, slots=True)
class HarmfulJudgement:
    """The judgement whose change would help consistency most; `suggested` is w_i / w_j of the rest."""

    first: str
    second: str
    stated: float
    suggested: float
    consistency_ratio_then: float


@dataclass(frozen=True, slots=True)
class FilledJudgement:
    """A judgement that nobody gave: `first` counts as `ratio` times as important as `second`."""

    first: str
    second: str
    ratio: float


@dataclass(frozen=True, slots=True)
class AhpWeights:
    """Weights from a pairwise matrix and how consistent it is.

    `consistency_ratio` is `consistency_index` over `expected_index`, the mean index of random
    judgements of the same pairs. It is 0 where the judgements cannot contradict each other (one or
    two items, or no more judgements than are needed to join all items), None where the random-index
    table has no entry for so many items.
    """

    items: tuple[str, ...]
    weights: tuple[float, ...]
    lambda_max: float
    consistency_index: float
    consistency_ratio: float | None
    random_index: str
    most_harmful: HarmfulJudgement | None
    expected_index: float | None = None
    filled: tuple[FilledJudgement, ...] = ()

    @property
    def is_consistent(self) -> bool:
        """Whether the consistency ratio is at most 0.10."""
        return self.consistency_ratio is None or self.consistency_ratio <= CONSISTENCY_LIMIT

    def by_item(self) -> dict[str, float]:
        """Weight of each item."""
        return dict(zip(self.items, self.weights, strict=True))


def pairwise_matrix(
    items: Sequence[str],
    judgements: Pairs,
    *,
    incomplete: bool = False,
) -> Array:
    """The reciprocal matrix (n, n) of judgements "first is r times as important as second".

    A pair without a judgement is NaN when `incomplete`, else an error.

    Raises
    ------
    InconsistentJudgements
        For a pair that is missing, judged twice differently, unknown, or not in 1/9 .. 9.
    """
    index = {item: i for i, item in enumerate(items)}
    matrix = np.full((len(items), len(items)), np.nan)
    np.fill_diagonal(matrix, 1.0)
    for (first, second), ratio in judgements.items():
        _require_judgement(index, first, second, ratio)
        i, j = index[first], index[second]
        if not np.isnan(matrix[i, j]) and not np.isclose(matrix[i, j], ratio):
            raise JudgedTwice(first=first, second=second)
        matrix[i, j], matrix[j, i] = ratio, 1 / ratio
    missing = np.argwhere(np.isnan(matrix))
    if len(missing) and not incomplete:
        i, j = (int(k) for k in missing[0])
        raise InconsistentJudgements(reason=_SAY["missing"].format(first=items[i], second=items[j]))
    return matrix


def ahp_weights(
    items: Sequence[str], pairwise: Array, *, random_index: str = DEFAULT_RANDOM_INDEX
) -> AhpWeights:
    """Weights by the principal eigenvector of a positive reciprocal matrix.

    Parameters
    ----------
    items : sequence of str
        n names.
    pairwise : (n, n) float64
        `pairwise[i, j]` is how many times item i is as important as item j. NaN where it is not
        judged; it is then filled by `completed`, and the result lists it.
    random_index : {"saaty2005", "saaty1980", "donegan_dodd", "alonso_lamata2006"}
        The table that the consistency ratio is taken against. Where m judgements are missing the
        expected index is the table's times 1 - m / ((n - 1)(n - 2) / 2), which is 0 when the
        judgements form a tree: filled matrices are more consistent than complete ones, and the
        table alone would call random judgements sound.

    Returns
    -------
    AhpWeights
        Weights sum to 1.

    Raises
    ------
    InconsistentJudgements
        When the judgements do not join all items, or the table is unknown.

    References
    ----------
    Saaty (1980); Saaty (2008), Int. J. Services Sciences 1(1):83-98. Missing judgements: Bozóki,
    Fülöp & Rónyai (2010), Mathematical and Computer Modelling 52:318-333. That the expected index
    falls nearly linearly with m: Ágoston & Csató (2022), Omega 108:102576, abstract; the two ends
    of the line are our reading, and a test simulates it.

    Examples
    --------
    >>> ahp_weights(["a", "b"], np.array([[1, 3], [1 / 3, 1]])).weights
    (0.75, 0.25)
    """
    if random_index not in RANDOM_INDEX:
        raise InconsistentJudgements(
            reason=_SAY["table"].format(name=random_index, known=", ".join(RANDOM_INDEX))
        )
    matrix = completed(items, pairwise)
    missing = missing_pairs(pairwise)
    weights, lambda_max = principal_eigenvector(matrix)
    expected = _expected_index(len(items), len(missing), random_index)
    index, ratio = _consistency(lambda_max, len(items), expected)
    harmful = None
    if ratio is not None and expected is not None and ratio > CONSISTENCY_LIMIT:
        harmful = _most_harmful(items, pairwise, expected)
    return AhpWeights(
        items=tuple(items),
        weights=tuple(float(w) for w in weights),
        lambda_max=lambda_max,
        consistency_index=index,
        consistency_ratio=ratio,
        random_index=random_index,
        most_harmful=harmful,
        expected_index=expected,
        filled=tuple(FilledJudgement(items[i], items[j], float(matrix[i, j])) for i, j in missing),
    )


def _expected_index(n: int, missing: int, random_index: str) -> float | None:
    # n <= 2 cannot be inconsistent, and neither can a tree; the ratio would be 0/0.
    loops = (n - 1) * (n - 2) / 2
    if loops <= missing:
        return 0.0
    complete = RANDOM_INDEX[random_index].get(n)
    return None if complete is None else complete * (1 - missing / loops)


def _consistency(lambda_max: float, n: int, expected: float | None) -> tuple[float, float | None]:
    if expected == 0:
        return 0.0, 0.0
    index = (lambda_max - n) / (n - 1)
    return index, None if expected is None else max(index / expected, 0.0)


def _most_harmful(
    items: Sequence[str], pairwise: Array, expected: float
) -> HarmfulJudgement | None:
    """Try each judgement at the ratio that the others imply; the one that helps most."""
    best: HarmfulJudgement | None = None
    n = len(items)
    for i, j in np.argwhere(np.triu(~np.isnan(pairwise), 1)):
        suggested = _implied_ratio(pairwise, i, j)
        if suggested is None:
            continue
        mended = pairwise.copy()
        mended[i, j], mended[j, i] = suggested, 1 / suggested
        # The eigenvalue is flat at its least: a rough filling gives it to twice the digits.
        filled = completed(items, mended, tolerance=1e-6)
        lambda_max = principal_eigenvector(filled)[1]
        ratio = _consistency(lambda_max, n, expected)[1]
        # Of three items every judgement mends the rest alike; rounding must not choose among them.
        limit = np.inf if best is None else best.consistency_ratio_then - _SAME_RATIO
        if ratio is not None and ratio < limit:
            best = HarmfulJudgement(
                first=items[i],
                second=items[j],
                stated=float(pairwise[i, j]),
                suggested=suggested,
                consistency_ratio_then=ratio,
            )
    return best


def _implied_ratio(pairwise: Array, i: int, j: int) -> float | None:
    """What the other judgements say of a pair; None where they say nothing of it."""
    # Harker (1987): leave a judgement out (0, and one more on the diagonal of both) and read it
    # off the rest.
    left_out = pairwise.copy()
    left_out[i, j] = left_out[j, i] = np.nan
    if len(joined_pieces(left_out)) > 1:
        return None
    unknown = np.isnan(left_out)
    weights, _ = principal_eigenvector(
        np.where(unknown, 0.0, left_out) + np.diag(unknown.sum(axis=1))
    )
    return float(weights[i] / weights[j])


def _require_judgement(index: Mapping[str, int], first: str, second: str, ratio: float) -> None:
    for name in (first, second):
        if name not in index:
            raise InconsistentJudgements(
                reason=_SAY["unknown"].format(name=name, items=", ".join(index)), unknown=name
            )
    if first == second or not 1 / LARGEST_RATIO - 1e-9 <= ratio <= LARGEST_RATIO + 1e-9:
        raise InconsistentJudgements(
            reason=_SAY["scale"].format(first=first, second=second, ratio=ratio)
        )


def completed(items: Sequence[str], pairwise: Array, *, tolerance: float = 1e-13) -> Array:
    """The matrix with its NaN filled so that its largest eigenvalue is as small as it can be.

    Parameters
    ----------
    items : sequence of str
        n names, for the error.
    pairwise : (n, n) float64
        Reciprocal; NaN where not judged. Filled values may lie outside 1/9 .. 9.
    tolerance : float
        Rounds end when no logarithm of a filled value moves by more.

    Raises
    ------
    InconsistentJudgements
        When the judgements fall into pieces: the best filling is unique exactly when they join all
        items. The pieces and one pair that would join two of them are named.

    References
    ----------
    Bozóki, Fülöp & Rónyai (2010), theorem 2. The largest eigenvalue is convex in the logarithms of
    the missing entries, and at its least every missing a_ij is sqrt(v_i u_j / (v_j u_i)) of the
    right (v) and left (u) eigenvectors; the start is the logarithmic least-squares filling, which
    is exact for consistent judgements.
    """
    missing = missing_pairs(pairwise)
    if not len(missing):
        return pairwise
    _require_joined(items, pairwise)
    rows, columns = missing.T
    potential = _logarithmic_least_squares(pairwise)
    matrix = pairwise.copy()
    log_ratio = potential[rows] - potential[columns]
    for _ in range(_MOST_ROUNDS):
        matrix[rows, columns], matrix[columns, rows] = np.exp(log_ratio), np.exp(-log_ratio)
        potential = _balance(matrix)
        before, log_ratio = log_ratio, potential[rows] - potential[columns]
        if np.abs(log_ratio - before).max() < tolerance:
            break
    return matrix


def joined_pieces(pairwise: Array) -> list[list[int]]:
    """Indices of items that judgements (not NaN) join, piece by piece, in the order of the items."""
    # Models read this module, and SciPy's graphs would cost every first answer a third of a second.
    from scipy.sparse.csgraph import connected_components

    count, labels = connected_components(~np.isnan(pairwise), directed=False)
    return [[int(i) for i in np.flatnonzero(labels == piece)] for piece in range(count)]


def missing_pairs(pairwise: Array) -> npt.NDArray[np.int64]:
    """Index pairs (n_missing, 2) above the diagonal that are NaN."""
    return np.argwhere(np.triu(np.isnan(pairwise), 1))


def _require_joined(items: Sequence[str], pairwise: Array) -> None:
    pieces = joined_pieces(pairwise)
    if len(pieces) > 1:
        named = [[items[i] for i in piece] for piece in pieces]
        raise InconsistentJudgements(
            reason=_SAY["apart"].format(
                pieces=" | ".join(", ".join(piece) for piece in named),
                first=named[0][0],
                second=named[1][0],
                needed=len(named) - 1,
            ),
            pieces=named,
        )


def _logarithmic_least_squares(pairwise: Array) -> Array:
    judged = ~np.isnan(pairwise) & ~np.eye(len(pairwise), dtype=bool)
    laplacian = np.diag(judged.sum(axis=1)) - judged.astype(np.float64)
    right = np.log(np.where(judged, pairwise, 1.0)).sum(axis=1)
    solution: Array = np.linalg.lstsq(laplacian, right, rcond=None)[0]
    return solution


def _balance(matrix: Array) -> Array:
    """Half the logarithm of right over left principal eigenvector, per item."""
    right, _ = principal_eigenvector(matrix)
    left, _ = principal_eigenvector(matrix.T)
    balance: Array = np.log(right / left) / 2
    return balance


def principal_eigenvector(pairwise: Array) -> tuple[Array, float]:
    """The eigenvector (n,) of the largest eigenvalue, positive and summing to 1, and that value."""
    eigenvalues, eigenvectors = np.linalg.eig(pairwise)
    largest = int(np.argmax(eigenvalues.real))
    vector = np.abs(eigenvectors[:, largest].real)
    return vector / vector.sum(), float(eigenvalues[largest].real)
