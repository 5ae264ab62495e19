"""Group AHP: what several people's judgements say together, and how far they agree (consensus).

Everybody's ratios are averaged as a geometric mean, the only mean that stays reciprocal. What one
person's judgements mean is in `geo/mcda/ahp.py`; the sentences for a planner are in
`geo/mcda/group_sentences.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from geo.errors import InconsistentJudgements, InvalidWeights
from geo.language import Text, texts
from geo.mcda.ahp import (
    DEFAULT_RANDOM_INDEX,
    LARGEST_RATIO,
    AhpWeights,
    Pairs,
    ahp_weights,
    joined_pieces,
    pairwise_matrix,
)
from geo.mcda.matrix import Array

_SAY = texts(__name__)

ConsensusLevel = Literal["very_low", "low", "moderate", "high", "very_high"]
# Goepel (2018), table 2: consensus from this share on.
CONSENSUS_LEVELS: tuple[tuple[float, ConsensusLevel], ...] = (
    (0.85, "very_high"),
    (0.75, "high"),
    (0.65, "moderate"),
    (0.50, "low"),
    (0.0, "very_low"),
)

# Ratios that agree to so many digits are the same, so that the order of members decides no tie.
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who judges: a regency's office, the province.

    `judgements` holds, by group ("goal" for the dimensions, else a dimension's id), the pairs that
    the member judged; not all need to be. `weight` counts relative to the other members.
    """

    name: str
    judgements: Mapping[str, Pairs] = field(default_factory=dict)
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class MemberDifference:
    """What a member says of a pair beside what the group says.

    Both are how many times `first` is as important as `second`; `factor` is the larger of the two
    over the smaller, 1 when they are equal.
    """

    member: str
    first: str
    second: str
    ratio: float
    group_ratio: float
    factor: float


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """How far the members agree on a pair; ratios say how many times `first` is as important as `second`.

    `spread` is the geometric standard deviation of the members' ratios (1: all say the same),
    `is_reversed` says that some hold the first to be the more important and some the second.
    """

    first: str
    second: str
    ratio: float
    spread: float
    lowest: float
    lowest_by: str
    highest: float
    highest_by: str
    judged_by: tuple[str, ...]
    is_reversed: bool


@dataclass(frozen=True, slots=True)
class MemberJudgement:
    """One member within the group.

    `share` is the member's part of all weight, `result` its own weights and consistency (None when
    its judgements do not join all items), `distance` the typical factor between its ratios and the
    group's (1: the same), `differs_most` the pair where that factor is largest.
    """

    name: str
    share: float
    judged: int
    result: AhpWeights | None
    distance: float
    differs_most: MemberDifference | None


@dataclass(frozen=True, slots=True, eq=False)
class GroupJudgement:
    """What the members of a group say together.

    `pairwise` (n, n) is NaN where nobody judged; `result` are its weights. `consensus` runs from 0
    to 1 and is None when no member judged enough for weights of its own. `agreement` starts with
    the most disputed pair, `differences` with the largest; neither counts members of weight 0.
    `silent` judged nothing here.
    """

    items: tuple[str, ...]
    pairwise: Array
    result: AhpWeights
    members: tuple[MemberJudgement, ...]
    silent: tuple[str, ...]
    consensus: float | None
    agreement: tuple[PairAgreement, ...]
    differences: tuple[MemberDifference, ...]

    @property
    def consensus_level(self) -> ConsensusLevel | None:
        """The consensus in words."""
        return None if self.consensus is None else consensus_level(self.consensus)

    def judgements(self) -> dict[tuple[str, str], float]:
        """The aggregated judgements, as one member would give them."""
        judged = np.argwhere(np.triu(~np.isnan(self.pairwise), 1))
        return {(self.items[i], self.items[j]): float(self.pairwise[i, j]) for i, j in judged}


def judge_together(
    items: Sequence[str],
    members: Sequence[Member],
    *,
    group: str = "goal",
    random_index: str = DEFAULT_RANDOM_INDEX,
) -> GroupJudgement:
    """The judgements of all members about one group of items, aggregated and compared.

    A pair is the weighted geometric mean over the members who judged it, their weights scaled up to
    1 for that pair; a pair that nobody judged is filled as in one person's matrix.

    Parameters
    ----------
    items : sequence of str
        n names of the group's items.
    members : sequence of Member
        Names are unique. A member of weight 0 is shown but changes nothing.

    Raises
    ------
    InconsistentJudgements
        When a member's judgement cannot be read (the member is named), a name stands twice, or the
        judgements of all members together do not join all items.
    InvalidWeights
        When a member's weight is negative or not a number, or no member with a weight judged.

    References
    ----------
    Aczél & Saaty (1983), Journal of Mathematical Psychology 27:93-102; with weights, Forman &
    Peniwati (1998), European Journal of Operational Research 108:165-169.
    """
    _require_members(members)
    judging = [member for member in members if member.judgements.get(group)]
    shares = _shares(judging, group)
    matrices = [_matrix_of(member, items, group) for member in judging]
    logs = np.array([_logarithms(matrix) for matrix in matrices])
    mean = _mean_of_known(logs, shares)
    own = [_own_weights(items, matrix, random_index) for matrix in matrices]
    differences = _differences(items, judging, logs=logs, mean=mean)
    return GroupJudgement(
        items=tuple(items),
        pairwise=np.exp(mean),
        result=ahp_weights(items, np.exp(mean), random_index=random_index),
        members=tuple(
            _member_judgement(member.name, float(share), weights, differences)
            for member, share, weights in zip(judging, shares, own, strict=True)
        ),
        silent=tuple(member.name for member in members if not member.judgements.get(group)),
        consensus=_consensus_of(own, shares),
        agreement=_agreement(items, judging, logs=logs, shares=shares),
        differences=tuple(
            difference
            for difference in differences
            if any(m.name == difference.member and m.weight > 0 for m in judging)
        ),
    )


def judge_groups_together(
    groups: Mapping[str, Sequence[str]],
    members: Sequence[Member],
    *,
    random_index: str = DEFAULT_RANDOM_INDEX,
) -> dict[str, GroupJudgement]:
    """`judge_together` for every one of `groups` (id → items) that somebody judged.

    Raises
    ------
    InconsistentJudgements, InvalidWeights
        As `judge_together`, and when a member judges a group that there is not.
    """
    for member in members:
        unknown = sorted(set(member.judgements) - set(groups))
        if unknown:
            raise InconsistentJudgements(
                reason=_SAY["no_group"].format(
                    member=member.name, group=unknown[0], known=", ".join(groups)
                )
            )
    return {
        group: judge_together(items, members, group=group, random_index=random_index)
        for group, items in groups.items()
        if any(member.judgements.get(group) for member in members)
    }


def consensus(priorities: Array, shares: Array) -> float:
    """How much alike the members' weights are: 1 when all are the same, 0 when nothing is shared.

    Parameters
    ----------
    priorities : (n_members, n_items) float64
        Each row sums to 1.
    shares : (n_members,) float64
        The members' parts of all weight, summing to 1.

    References
    ----------
    Goepel (2018), International Journal of the Analytic Hierarchy Process 10(3):469-487, equations
    11 to 21, after Shannon's entropies: the diversity of the mean weights (gamma) against the mean
    diversity of the members' (alpha). Members' shares are ours; with equal shares it is his S*.
    """
    n = priorities.shape[1]
    if n == 1:
        return 1.0
    gamma = _entropy(shares @ priorities)
    alpha = float(shares @ [_entropy(row) for row in priorities])
    # The least diverse weights that the scale allows: one item 9 times as important as each other.
    extreme = np.array([LARGEST_RATIO, *[1.0] * (n - 1)])
    least = np.exp(_entropy(extreme / extreme.sum())) / n
    homogeneity = np.exp(min(alpha - gamma, 0.0))
    return float(np.clip((homogeneity - least) / (1 - least), 0.0, 1.0))


def consensus_level(share: float) -> ConsensusLevel:
    """A consensus of 0 to 1 in words, after Goepel (2018), table 2."""
    return next(level for least, level in CONSENSUS_LEVELS if share >= least)


def _entropy(parts: Array) -> float:
    positive = parts[parts > 0]
    return float(-(positive @ np.log(positive)))


def _consensus_of(own: Sequence[AhpWeights | None], shares: Array) -> float | None:
    known = [
        (weights.weights, share)
        for weights, share in zip(own, shares, strict=True)
        if weights is not None and share > 0
    ]
    if not known:
        return None
    parts = np.array([share for _, share in known])
    return consensus(np.array([weights for weights, _ in known]), parts / parts.sum())


def _own_weights(items: Sequence[str], matrix: Array, random_index: str) -> AhpWeights | None:
    if len(joined_pieces(matrix)) > 1:
        return None
    return ahp_weights(items, matrix, random_index=random_index)


def _logarithms(matrix: Array) -> Array:
    logs = np.log(matrix)
    # 1/3 and 3 are no exact reciprocals in floating point; their mean must be.
    symmetric: Array = (logs - logs.T) / 2
    return symmetric


def _mean_of_known(logs: Array, shares: Array) -> Array:
    """Mean (n, n) of logarithms over the members who judged each pair; NaN where none did."""
    known = ~np.isnan(logs)
    total = np.einsum("k,kij->ij", shares, known.astype(np.float64))
    weighted = np.einsum("k,kij->ij", shares, np.where(known, logs, 0.0))
    mean: Array = np.divide(weighted, total, out=np.full_like(weighted, np.nan), where=total > 0)
    return mean


def _differences(
    items: Sequence[str], judging: Sequence[Member], *, logs: Array, mean: Array
) -> list[MemberDifference]:
    """Every judgement of every member beside the group's, the largest difference first."""
    found = [
        MemberDifference(
            member=member.name,
            first=items[i],
            second=items[j],
            ratio=float(np.exp(log[i, j])),
            group_ratio=float(np.exp(mean[i, j])),
            factor=float(np.exp(np.abs(log[i, j] - mean[i, j]))),
        )
        for member, log in zip(judging, logs, strict=True)
        # A pair that only members of weight 0 judged has no group judgement to differ from.
        for i, j in np.argwhere(np.triu(~np.isnan(log) & ~np.isnan(mean), 1))
    ]
    place = {item: i for i, item in enumerate(items)}
    return sorted(
        found,
        key=lambda d: (-round(d.factor, _DIGITS), d.member, place[d.first], place[d.second]),
    )


def _member_judgement(
    name: str, share: float, weights: AhpWeights | None, differences: Sequence[MemberDifference]
) -> MemberJudgement:
    own = [difference for difference in differences if difference.member == name]
    return MemberJudgement(
        name=name,
        share=share,
        judged=len(own),
        result=weights,
        distance=float(np.exp(np.mean(np.log([d.factor for d in own])))) if own else 1.0,
        differs_most=own[0] if own else None,
    )


def _agreement(
    items: Sequence[str], judging: Sequence[Member], *, logs: Array, shares: Array
) -> tuple[PairAgreement, ...]:
    counted = [k for k, share in enumerate(shares) if share > 0]
    found = []
    for i, j in np.argwhere(np.triu(np.ones((len(items), len(items))), 1)):
        judged = [k for k in counted if not np.isnan(logs[k, i, j])]
        # Rounded, so that the name decides between equal judgements.
        judged.sort(key=lambda k: (round(float(logs[k, i, j]), _DIGITS), judging[k].name))
        if judged:
            names = [judging[k].name for k in judged]
            found.append(
                _pair_agreement((items[i], items[j]), names, logs[judged, i, j], shares[judged])
            )
    return tuple(sorted(found, key=lambda pair: -round(pair.spread, _DIGITS)))


def _pair_agreement(
    pair: tuple[str, str], names: Sequence[str], logs: Array, parts: Array
) -> PairAgreement:
    """Agreement of the members of these names, whose logarithms of the ratio rise."""
    mean = float(np.average(logs, weights=parts))
    return PairAgreement(
        first=pair[0],
        second=pair[1],
        ratio=float(np.exp(mean)),
        spread=float(np.exp(np.sqrt(np.average((logs - mean) ** 2, weights=parts)))),
        lowest=float(np.exp(logs[0])),
        lowest_by=names[0],
        highest=float(np.exp(logs[-1])),
        highest_by=names[-1],
        judged_by=tuple(sorted(names)),
        is_reversed=bool(logs[0] < 0 < logs[-1]),
    )


def _matrix_of(member: Member, items: Sequence[str], group: str) -> Array:
    try:
        return pairwise_matrix(items, member.judgements[group], incomplete=True)
    except InconsistentJudgements as error:
        reason = Text(
            id=_SAY["of_member"].id.format(
                member=member.name, group=group, reason=error.detail("id")
            ),
            en=_SAY["of_member"].en.format(
                member=member.name, group=group, reason=error.detail("en")
            ),
        )
        raise InconsistentJudgements(reason=reason, member=member.name, group=group) from error


def _shares(judging: Sequence[Member], group: str) -> Array:
    weights = np.array([member.weight for member in judging], dtype=np.float64)
    if not (weights > 0).any():
        raise InvalidWeights(reason=_SAY["nobody"].format(group=group))
    # By the largest first, so that huge weights cannot overflow in the sum.
    shares = weights / weights.max()
    normalised: Array = shares / shares.sum()
    return normalised


def _require_members(members: Sequence[Member]) -> None:
    names = [member.name for member in members]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InconsistentJudgements(reason=_SAY["twice"].format(member=twice[0]), member=twice[0])
    for member in members:
        if not 0 <= member.weight < np.inf:
            raise InvalidWeights(
                reason=_SAY["weight"].format(member=member.name, weight=member.weight)
            )
