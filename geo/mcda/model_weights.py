"""The weights of a model's groups: judged pair by pair, or stated.

A group is the goal or a dimension; its members are sub-dimensions and criteria. A criterion's weight in
the whole model is the product of the shares on its way up to the goal.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from geo.errors import GeoError, InvalidModel
from geo.language import Text, texts
from geo.mcda.ahp import AhpWeights, ahp_weights, pairwise_matrix
from geo.mcda.model_checks import GOAL
from geo.mcda.model_draft import Draft, nearest, with_mend
from geo.mcda.model_lines import Path
from geo.mcda.model_schema import GROUP_KEYS, JUDGEMENT, PAIRS, POSITIVE, TABLE
from geo.mcda.weights import stated_weights

_SAY = texts(__name__)

Judgements = Mapping[tuple[str, str], float]
# Of each group, the share of each member; they sum to 1.
Shares = Mapping[str, Mapping[str, float]]


def members_of(
    parents: Mapping[str, str | None], dimension_of: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """The members of each group: its sub-dimensions, then its criteria, both in the file's order.

    Parameters
    ----------
    parents : mapping
        Of each dimension, the dimension above it; None for those of the goal.
    dimension_of : mapping
        Of each criterion, its dimension.
    """
    members: dict[str, list[str]] = {GOAL: [], **{dimension: [] for dimension in parents}}
    for dimension, parent in parents.items():
        members[parent or GOAL].append(dimension)
    for criterion, dimension in dimension_of.items():
        members[dimension].append(criterion)
    return {group: tuple(found) for group, found in members.items()}


def global_weights(
    shares: Shares, *, parents: Mapping[str, str | None], dimension_of: Mapping[str, str]
) -> dict[str, float]:
    """The weight of each criterion in the whole model; they sum to 1 where all shares do.

    `parents` and `dimension_of` as in `members_of`.

    Examples
    --------
    >>> shares = {"goal": {"land": 0.5, "work": 0.5}, "land": {"slope": 1.0}, "work": {"jobs": 1.0}}
    >>> places = {"slope": "land", "jobs": "work"}
    >>> global_weights(shares, parents={"land": None, "work": None}, dimension_of=places)
    {'slope': 0.5, 'jobs': 0.5}
    """
    weights = {}
    for criterion, dimension in dimension_of.items():
        weight = shares[dimension][criterion]
        above: str | None = dimension
        while above is not None:
            weight *= shares[parents[above] or GOAL][above]
            above = parents[above]
        weights[criterion] = weight
    return weights


def judged(items: Sequence[str], pairs: Judgements, *, incomplete: bool = False) -> AhpWeights:
    """The weights of a group's members from judgements of their pairs.

    Raises
    ------
    InconsistentJudgements
        See `geo.mcda.ahp`.
    """
    return ahp_weights(items, pairwise_matrix(items, pairs, incomplete=incomplete))


def read_shares(
    draft: Draft, groups: Mapping[str, Sequence[str]]
) -> tuple[dict[str, AhpWeights], dict[str, dict[str, float]]]:
    """The judged weights by group, and the shares of the members of every group.

    Raises
    ------
    InvalidModel
        For a group or member that does not exist, a pair that is missing, judged twice differently
        or off the scale, a weight that is not above 0, weights that do not sum to 1.
    """
    for name in ("judgements", "weights"):
        for group in draft.table.get(name, ()):
            if group not in groups:
                problem = with_mend(
                    _SAY["unknown_group"].format(group=group), nearest(group, list(groups))
                )
                raise draft.invalid((name, group), problem)
    judgements: dict[str, AhpWeights] = {}
    shares: dict[str, dict[str, float]] = {}
    for group, items in groups.items():
        if group in draft.table.get("weights", ()):
            shares[group] = _stated(draft, group, items)
        else:
            judgements[group] = _judged_group(draft, group, items)
            shares[group] = judgements[group].by_item()
    return judgements, shares


def _stated(draft: Draft, group: str, items: Sequence[str]) -> dict[str, float]:
    path = ("weights", group)
    if group in draft.table.get("judgements", ()):
        raise draft.invalid(path, _SAY["both"].format(group=group))
    draft.require_kind(path, TABLE)
    stated: Mapping[str, Any] = draft.at(path)
    for name in stated:
        if name not in items:
            problem = with_mend(
                _SAY["unknown_member"].format(name=name), nearest(name, list(items))
            )
            raise draft.invalid((*path, name), problem)
        draft.require_kind((*path, name), POSITIVE)
    try:
        return stated_weights(stated, items=items)
    except GeoError as error:
        raise _in_file(draft, path, error) from error


def _judged_group(draft: Draft, group: str, items: Sequence[str]) -> AhpWeights:
    path: Path = ("judgements", group)
    given = draft.table.get("judgements", {}).get(group, [])
    incomplete = False
    if isinstance(given, dict):
        draft.require_keys(path, GROUP_KEYS)
        incomplete = given.get("incomplete", False)
        pairs = _pairs(draft, (*path, "pairs"), items)
    else:
        pairs = _pairs(draft, path, items) if given else {}
    try:
        return judged(items, pairs, incomplete=incomplete)
    except GeoError as error:
        mend = None if incomplete else _SAY["not_all_judged"].format(group=group)
        raise _in_file(draft, path, error, mend=mend) from error


def _pairs(draft: Draft, path: Path, items: Sequence[str]) -> dict[tuple[str, str], float]:
    draft.require_kind(path, PAIRS)
    pairs: dict[tuple[str, str], float] = {}
    for number in range(len(draft.at(path))):
        place = (*path, number)
        draft.require_kind(place, JUDGEMENT)
        first, second, ratio = draft.at(place)
        for name in (first, second):
            if name not in items:
                problem = with_mend(
                    _SAY["unknown_member"].format(name=name), nearest(name, list(items))
                )
                raise draft.invalid(place, problem)
        if (first, second) in pairs and pairs[first, second] != ratio:
            raise draft.invalid(place, _SAY["twice"].format(first=first, second=second))
        # The pair may stand both ways, then the ratios have to be reciprocals.
        both = {(first, second): ratio}
        both |= {pair: r for pair, r in pairs.items() if pair == (second, first)}
        try:
            pairwise_matrix(items, both, incomplete=True)
        except GeoError as error:
            raise _in_file(draft, place, error) from error
        pairs[first, second] = ratio
    return pairs


def _in_file(draft: Draft, path: Path, error: GeoError, mend: Text | None = None) -> InvalidModel:
    """A refusal of weights or judgements with its place in the file."""
    problem = Text(id=error.detail("id"), en=error.detail("en"))
    return draft.invalid(path, with_mend(problem, mend) if mend else problem)
