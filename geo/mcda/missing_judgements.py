"""Pairwise matrices that are not complete: which judgements are missing, and their best filling.

A filling is best when it contradicts the given judgements least. What a matrix means is in
`geo/mcda/ahp.py`.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from geo.errors import InconsistentJudgements
from geo.language import texts
from geo.mcda.matrix import Array

_SAY = texts(__name__)


_MOST_ROUNDS = 20_000


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
