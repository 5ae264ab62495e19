"""Pure. Weights of criteria: from pairwise judgements (AHP), or stated directly.

Group judgement, incomplete matrices and weights from data are not here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.errors import InconsistentJudgements, InvalidWeights
from geo.language import Text

Array = npt.NDArray[np.float64]

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
}  # fmt: skip
DEFAULT_RANDOM_INDEX = "saaty2005"
# Saaty's rule of thumb: above this the judgements should be looked at again.
CONSISTENCY_LIMIT = 0.10
_SUM_TOLERANCE = 0.001
# Unknown names in an error: enough to see the mistake, whatever was sent.
_MOST_LISTED = 20


class JudgedTwice(InconsistentJudgements):
    """One pair with two different judgements."""

    sentence = Text(
        id="Pasangan {first!r} dan {second!r} dinilai dua kali dengan nilai berbeda. Hapus salah satunya.",
        en="The pair {first!r} and {second!r} is judged twice, differently. Remove one of them.",
    )


@dataclass(frozen=True, slots=True)
class HarmfulJudgement:
    """The judgement whose change would help consistency most; `suggested` is w_i / w_j of the rest."""

    first: str
    second: str
    stated: float
    suggested: float
    consistency_ratio_then: float


@dataclass(frozen=True, slots=True)
class AhpWeights:
    """Weights from a pairwise matrix and how consistent it is.

    `consistency_ratio` is 0 for one or two items (they cannot contradict each other), None where
    the random-index table has no entry for so many items.
    """

    items: tuple[str, ...]
    weights: tuple[float, ...]
    lambda_max: float
    consistency_index: float
    consistency_ratio: float | None
    random_index: str
    most_harmful: HarmfulJudgement | None

    @property
    def is_consistent(self) -> bool:
        """Whether the consistency ratio is at most 0.10."""
        return self.consistency_ratio is None or self.consistency_ratio <= CONSISTENCY_LIMIT

    def by_item(self) -> dict[str, float]:
        """Weight of each item."""
        return dict(zip(self.items, self.weights, strict=True))


def pairwise_matrix(items: Sequence[str], judgements: Mapping[tuple[str, str], float]) -> Array:
    """The reciprocal matrix (n, n) of judgements "first is r times as important as second".

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
    if len(missing):
        i, j = (int(k) for k in missing[0])
        raise InconsistentJudgements(reason=_MISSING.format(first=items[i], second=items[j]))
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
        `pairwise[i, j]` is how many times item i is as important as item j.
    random_index : {"saaty2005", "saaty1980", "donegan_dodd"}
        The table that the consistency ratio is taken against.

    Returns
    -------
    AhpWeights
        Weights sum to 1.

    References
    ----------
    Saaty (1980); Saaty (2008), Int. J. Services Sciences 1(1):83-98.

    Examples
    --------
    >>> ahp_weights(["a", "b"], np.array([[1, 3], [1 / 3, 1]])).weights
    (0.75, 0.25)
    """
    weights, lambda_max = _principal_eigenvector(pairwise)
    index, ratio = _consistency(lambda_max, len(items), random_index)
    harmful = None
    if ratio is not None and ratio > CONSISTENCY_LIMIT:
        harmful = _most_harmful(items, pairwise, random_index)
    return AhpWeights(
        items=tuple(items),
        weights=tuple(float(w) for w in weights),
        lambda_max=lambda_max,
        consistency_index=index,
        consistency_ratio=ratio,
        random_index=random_index,
        most_harmful=harmful,
    )


def stated_weights(stated: Mapping[str, float], *, items: Sequence[str]) -> dict[str, float]:
    """Weights as stated for every one of `items`, made to sum to exactly 1.

    Raises
    ------
    InvalidWeights
        When a name is unknown or missing, a weight is negative or not a number, or the sum is off
        1 by more than 0.001: a sum that is off means that somebody meant something else.
    """
    unknown = sorted(set(stated) - set(items))
    missing = sorted(set(items) - set(stated))
    if unknown or missing:
        raise InvalidWeights(
            reason=_NAMES.format(
                unknown=_listed(unknown),
                missing=_listed(missing),
                items=", ".join(items),
            ),
            unknown=unknown[:_MOST_LISTED],
            missing=missing[:_MOST_LISTED],
        )
    bad = {name: weight for name, weight in stated.items() if not 0 <= weight < np.inf}
    if bad:
        name, weight = next(iter(bad.items()))
        raise InvalidWeights(reason=_NEGATIVE.format(name=name, weight=weight), weights=list(bad))
    total = float(sum(stated.values()))
    if abs(total - 1) > _SUM_TOLERANCE:
        raise InvalidWeights(reason=_SUM.format(total=f"{total:g}"), total=total)
    return {item: stated[item] / total for item in items}


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_LISTED]) or "-"
    return shown if len(names) <= _MOST_LISTED else f"{shown}, …"


def _principal_eigenvector(pairwise: Array) -> tuple[Array, float]:
    eigenvalues, eigenvectors = np.linalg.eig(pairwise)
    largest = int(np.argmax(eigenvalues.real))
    vector = np.abs(eigenvectors[:, largest].real)
    return vector / vector.sum(), float(eigenvalues[largest].real)


def _consistency(lambda_max: float, n: int, random_index: str) -> tuple[float, float | None]:
    # n <= 2 cannot be inconsistent; the ratio would be 0/0.
    if n <= 2:
        return 0.0, 0.0
    index = (lambda_max - n) / (n - 1)
    expected = RANDOM_INDEX[random_index].get(n)
    return index, None if expected is None else max(index / expected, 0.0)


def _most_harmful(
    items: Sequence[str], pairwise: Array, random_index: str
) -> HarmfulJudgement | None:
    """Try each judgement at the ratio that the others imply; the one that helps most."""
    best: HarmfulJudgement | None = None
    n = len(items)
    for i in range(n):
        for j in range(i + 1, n):
            suggested = _implied_ratio(pairwise, i, j)
            mended = pairwise.copy()
            mended[i, j], mended[j, i] = suggested, 1 / suggested
            ratio = _consistency(_principal_eigenvector(mended)[1], n, random_index)[1]
            if ratio is not None and (best is None or ratio < best.consistency_ratio_then):
                best = HarmfulJudgement(
                    first=items[i],
                    second=items[j],
                    stated=float(pairwise[i, j]),
                    suggested=suggested,
                    consistency_ratio_then=ratio,
                )
    return best


def _implied_ratio(pairwise: Array, i: int, j: int) -> float:
    # Harker (1987): leave the judgement out (0, with 2 on the diagonals) and read it off the rest.
    left_out = pairwise.copy()
    left_out[i, j] = left_out[j, i] = 0.0
    left_out[i, i] = left_out[j, j] = 2.0
    weights, _ = _principal_eigenvector(left_out)
    return float(weights[i] / weights[j])


def _require_judgement(index: Mapping[str, int], first: str, second: str, ratio: float) -> None:
    for name in (first, second):
        if name not in index:
            raise InconsistentJudgements(
                reason=_UNKNOWN.format(name=name, items=", ".join(index)), unknown=name
            )
    if first == second or not 1 / 9 - 1e-9 <= ratio <= 9 + 1e-9:
        raise InconsistentJudgements(reason=_SCALE.format(first=first, second=second, ratio=ratio))


_MISSING = Text(
    id="Pasangan {first!r} dan {second!r} belum dinilai. Setiap pasangan perlu satu penilaian 1/9 sampai 9.",
    en="The pair {first!r} and {second!r} is not judged. Every pair needs one judgement from 1/9 to 9.",
)
_UNKNOWN = Text(
    id="{name!r} bukan kriteria di sini. Yang dapat dinilai: {items}.",
    en="{name!r} is no criterion here. What can be judged: {items}.",
)
_SCALE = Text(
    id="Penilaian {first!r} terhadap {second!r} adalah {ratio}; skala Saaty berjalan dari 1/9 sampai 9.",
    en="The judgement of {first!r} against {second!r} is {ratio}; Saaty's scale runs from 1/9 to 9.",
)
_NAMES = Text(
    id="Bobot harus menyebut semua dan hanya: {items}. Tidak dikenal: {unknown}. Belum ada: {missing}.",
    en="Weights must name all of, and only: {items}. Unknown: {unknown}. Missing: {missing}.",
)
_NEGATIVE = Text(
    id="Bobot {name!r} adalah {weight}; bobot harus 0 atau lebih.",
    en="The weight of {name!r} is {weight}; a weight must be 0 or more.",
)
_SUM = Text(
    id="Jumlah bobot adalah {total}; bobot adalah bagian dan harus berjumlah 1. Bagilah tiap bobot dengan jumlahnya.",
    en="The weights sum to {total}; weights are shares and must sum to 1. Divide each by the sum.",
)
