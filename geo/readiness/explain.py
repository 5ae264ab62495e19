"""Why a zone stands where it stands: what lifts it, what holds it back, why another is ahead.

Everything here holds for every method: points are a zone's own contributions, and what holds it
back is found by scoring again with one value at 1. What a zone would need to stand higher is in
`geo/readiness/lift.py`.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geo.errors import ZoneNotRanked
from geo.language import Text, filled, joined, listed, percent, texts, written
from geo.mcda.matrix import Array, DecisionMatrix, Scores
from geo.mcda.methods import Setting, effective_weights, find_method, unicriterion_flows
from geo.mcda.model import Model
from geo.readiness.class_words import range_words
from geo.readiness.score import CriterionResult, ZoneResult

_SAY = texts(__name__)


# Methods whose score of an area depends on the other areas; every other one looks at one row alone.
COMPARING = frozenset({"promethee"})
_NAMED = 3
# What is better than the middle does not hold back unless it costs more than it gives.
_MIDDLE = 0.5
# Points below this are rounding.
_NOTHING = 1e-9
# Fewer points than this would be printed as 0.0.
_PRINTED = 0.05


def losses(
    matrix: DecisionMatrix,
    scores: Scores,
    *,
    model: Model,
    weights: Mapping[str, float],
    method: str,
    risk: float,
) -> Array:
    """Points (n_areas, n_criteria) that each area would gain were one value of it 1, all else the same.

    This is what a criterion holds back, for every method: the area is scored again. 0 where the
    value is 1 already or has no weight; NaN where it is unknown and where an area is not ranked.

    Parameters
    ----------
    scores : Scores
        What the method made of `matrix`.
    weights : mapping
        By criterion, summing to 1.
    method, risk
        See `geo.mcda.methods`.
    """
    values = np.where(scores.ranked[:, np.newaxis], matrix.values, np.nan)
    weight = np.array([weights[c] for c in matrix.criteria])
    if method in COMPARING:
        gains = _flow_gains(values, weight)
    else:
        setting = Setting(risk=risk, groups=np.array(model.groups()))
        points = find_method(method).points
        gains = np.column_stack(
            [points(perfect, weight, setting).sum(axis=1) for perfect in _perfected(values)]
        )
        gains -= scores.scores[:, np.newaxis]
    # Only rounding makes a perfect value cost anything.
    return np.where(np.isnan(values), np.nan, np.maximum(gains, 0.0))


def _perfected(values: Array) -> list[Array]:
    """`values` once per criterion, each time with that criterion at 1 wherever it is known."""
    found = []
    for j in range(values.shape[1]):
        perfect = values.copy()
        perfect[:, j] = np.where(np.isnan(values[:, j]), np.nan, 1.0)
        found.append(perfect)
    return found


def _flow_gains(values: Array, weights: Array) -> Array:
    """Gains under PROMETHEE, where one area at 1 must not meet another that was set to 1 with it.

    A flow depends on its own criterion alone, so that of a perfect value is known without scoring
    again: it beats whoever is below 1 and nobody beats it.
    """
    known = ~np.isnan(values)
    below = values < 1.0
    others = known.sum(axis=0) - known
    beaten = below.sum(axis=0) - below
    flows = np.divide(beaten, others, out=np.zeros(values.shape), where=others > 0)
    gained: Array = flows - np.nan_to_num(unicriterion_flows(values))
    return 50.0 * effective_weights(values, weights) * gained


@dataclass(frozen=True, slots=True)
class Factors:
    """What lifts a zone and what holds it back: each found once, for the sentence and beside it."""

    lifts: tuple[CriterionResult, ...]
    holds_back: tuple[CriterionResult, ...]


def factors_of(result: ZoneResult) -> Factors:
    """See `lifts` and `holds_back`."""
    return Factors(lifts(result), holds_back(result))


def lifts(result: ZoneResult) -> tuple[CriterionResult, ...]:
    """The criteria that give the most points, most first, three at most.

    Only such as have a value of 0.5 or more and give at least what they lack, so that no criterion
    stands on both sides. None where the worst value alone is the score: what gives all points
    there is what limits.
    """
    if _limiting(result):
        return ()
    return _top(filter(_is_lifting, result.criteria), key=lambda c: c.contribution or 0.0)


def holds_back(result: ZoneResult) -> tuple[CriterionResult, ...]:
    """The criteria that lack the most points, most first, three at most.

    What a criterion lacks is its `loss`: what the zone would gain were its value 1. Empty where
    nothing alone would help, see `hold_together`.
    """
    limiting = _limiting(result)
    if limiting:
        return _top(limiting, key=lambda c: c.loss or 0.0)
    return _top((c for c in result.criteria if not _is_lifting(c)), key=lambda c: c.loss or 0.0)


def hold_together(result: ZoneResult) -> tuple[CriterionResult, ...]:
    """The criteria that hold a zone back only together: the worst ones, none of which helps alone.

    So it is where several limit alike, or several factors of a product are 0. Empty elsewhere.
    """
    known = _known(result)
    if result.score is None or not known or any((c.loss or 0.0) > _NOTHING for c in known):
        return ()
    limiting = _limiting(result)
    if limiting:
        return tuple(limiting)[:_NAMED]
    least = min(c.value or 0.0 for c in known)
    worst = [c for c in known if c.value == least and not _is_lifting(c)]
    return () if least >= 1 or result.score > 100 * least + _NOTHING else tuple(worst)[:_NAMED]


def _known(result: ZoneResult) -> list[CriterionResult]:
    return [c for c in result.criteria if c.value is not None and c.weight > 0]


def _limiting(result: ZoneResult) -> list[CriterionResult]:
    """The criteria of the worst value where it alone is the score; none where others count too."""
    known = _known(result)
    if result.score is None or not known:
        return []
    values = [c.value or 0.0 for c in known]
    least = min(values)
    is_score = least < 1 - _NOTHING and abs(result.score - 100 * least) <= _NOTHING
    # Elsewhere the score is the worst value by chance, and a better one of the others would count.
    is_score &= all((c.loss or 0.0) <= _NOTHING for c in known if c.value != least)
    # Equal values score the same in every mean; there one alone would still gain.
    is_deciding = max(values) - least > _NOTHING or not any(
        (c.loss or 0.0) > _NOTHING for c in known
    )
    return [c for c in known if c.value == least] if is_score and is_deciding else []


def missing(result: ZoneResult) -> tuple[CriterionResult, ...]:
    """The criteria without data, heaviest first."""
    return tuple(sorted((c for c in result.criteria if c.value is None), key=lambda c: -c.weight))


def partly_known(result: ZoneResult) -> tuple[CriterionResult, ...]:
    """The criteria that the data settle only in part, those that lack the most weight first."""
    found = [
        c
        for c in result.criteria
        if c.value is not None and c.weight > 0 and c.credit < 1 - _NOTHING
    ]
    return tuple(sorted(found, key=lambda c: -c.weight * (1 - c.credit)))


def lacking(result: ZoneResult) -> tuple[Text, ...]:
    """Everything that a zone without enough data lacks: criteria without data or known in part."""
    parts = [
        filled(_SAY["partly"], title=c.title, share=percent(c.credit)) for c in partly_known(result)
    ]
    said = _named(_SAY["missing"], missing(result))
    return (*said, *([filled(_SAY["partly_known"], listed=listed(parts))] if parts else []))


def sentence(
    result: ZoneResult,
    *,
    of: int,
    classed: Text | None = None,
    dimensions: Mapping[str, Text] | None = None,
    way_up: Text | None = None,
    factors: Factors | None = None,
) -> Text:
    """The explanation of one zone.

    Parameters
    ----------
    of : int
        How many zones are ranked.
    classed : Text, optional
        Its class as sure as it is, see `geo.readiness.class_words`; without it none is said.
    dimensions : mapping, optional
        Titles of the model's dimensions by id; without one its id stands for it.
    way_up : Text, optional
        The smallest change that would help, see `geo.readiness.lift.way_up`.
    factors : Factors, optional
        Those of the zone, where they are known already.
    """
    parts = [_verdict(result, of, classed)]
    if result.status == "ranked":
        found = factors or factors_of(result)
        parts += _below_floors(result, dimensions or {})
        parts += _named(_SAY["lifts"], found.lifts) + _named(_SAY["holds"], found.holds_back)
        parts += _named(_SAY["hold_together"], hold_together(result))
    parts += [] if way_up is None else [way_up]
    if result.status == "insufficient_data":
        parts += [*lacking(result), *_unchecked(result)]
    else:
        parts += _named(_SAY["missing"], missing(result))
    return joined(parts, by=" ")


def _unchecked(result: ZoneResult) -> list[Text]:
    titles = [c.title for c in result.constraints_unchecked]
    return [filled(_SAY["unchecked"], listed=listed(titles))] if titles else []


@dataclass(frozen=True, slots=True)
class CriterionLead:
    """One criterion's part of the difference between two zones.

    `points` are the first zone's less the second's. `unknown_in` names the zones that have no data
    for it: their weight was spread over the rest.
    """

    criterion: str
    title: Text
    points: float
    unknown_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lead:
    """Why one zone has more points than another.

    `points` is the first score less the second; `differences`, one per criterion in the model's
    order, add up to it. `speaks_for` are the criteria that put the zone with the higher score
    ahead, most points first, `speaks_against` those that set it back; three of each at most.
    """

    first: str
    second: str
    points: float
    differences: tuple[CriterionLead, ...]
    speaks_for: tuple[CriterionLead, ...]
    speaks_against: tuple[CriterionLead, ...]
    sentence: Text


def why_ahead(first: ZoneResult, second: ZoneResult) -> Lead:
    """Which criteria make the first zone score higher than the second, in points.

    Holds for every method, since contributions add up to the score. The sentence speaks of the zone
    that is ahead, whichever of the two it is.

    Raises
    ------
    ZoneNotRanked
        If one of them has no score.
    """
    for result in (first, second):
        if result.score is None:
            raise ZoneNotRanked(name=result.name)
    pairs = zip(first.criteria, second.criteria, strict=True)
    differences = tuple(_criterion_lead(a, b, (first.name, second.name)) for a, b in pairs)
    points = math.fsum(d.points for d in differences)
    sign = -1.0 if points < 0 else 1.0
    speaks_for = _largest([d for d in differences if sign * d.points > _NOTHING])
    against = _largest([d for d in differences if sign * d.points < -_NOTHING])
    names = (first.name, second.name) if sign > 0 else (second.name, first.name)
    return Lead(
        first=first.area_id,
        second=second.area_id,
        points=points,
        differences=differences,
        speaks_for=speaks_for,
        speaks_against=against,
        sentence=_lead_sentence(names, abs(points), speaks_for, against),
    )


def _criterion_lead(
    a: CriterionResult, b: CriterionResult, names: tuple[str, str]
) -> CriterionLead:
    points = (a.contribution or 0.0) - (b.contribution or 0.0)
    unknown = [name for c, name in zip((a, b), names, strict=True) if c.value is None]
    return CriterionLead(a.criterion, a.title, points, tuple(unknown))


def _largest(differences: Sequence[CriterionLead]) -> tuple[CriterionLead, ...]:
    return tuple(sorted(differences, key=lambda d: -abs(d.points))[:_NAMED])


def _lead_sentence(
    names: tuple[str, str],
    points: float,
    speaks_for: Sequence[CriterionLead],
    against: Sequence[CriterionLead],
) -> Text:
    ahead, behind = names
    if points < _NOTHING:
        return _SAY["equal"].format(ahead=ahead, behind=behind)
    parts = [
        filled(
            _SAY["ahead"],
            ahead=ahead,
            behind=behind,
            points=written(points, decimals=1),
            listed=_with_points(speaks_for),
        )
    ]
    told = [d for d in against if abs(d.points) >= _PRINTED]
    if told:
        parts.append(filled(_SAY["against"], behind=behind, listed=_with_points(told)))
    parts += [
        filled(_SAY["unknown_in"], title=d.title, name=d.unknown_in[0])
        for d in (*speaks_for, *told)
        if len(d.unknown_in) == 1
    ]
    return joined(parts, by=" ")


def _with_points(differences: Sequence[CriterionLead]) -> Text:
    return listed(
        [
            filled(_SAY["points"], title=d.title, points=written(abs(d.points), decimals=1))
            for d in differences
        ]
    )


def _verdict(result: ZoneResult, of: int, classed: Text | None) -> Text:
    if result.status == "excluded":
        failed = [c.title for c in result.constraints if c.failed]
        return filled(_SAY["excluded"], name=result.name, listed=listed(failed))
    coverage = result.coverage_said
    if result.score is None:
        return filled(_SAY["insufficient"], name=result.name, coverage=coverage)
    nothing = Text(id="", en="")
    between = range_words(result.score_low, result.score_high)
    return filled(
        _SAY["ranked"],
        name=result.name,
        score=written(result.score, decimals=1),
        between=nothing if between is None else filled(_SAY["between"], range=between),
        classed=nothing if classed is None else filled(_SAY["classed"], words=classed),
        band=nothing if result.band is None else filled(_SAY["band"], band=result.band),
        rank=result.rank,
        of=of,
        coverage=coverage,
    )


def _below_floors(result: ZoneResult, dimensions: Mapping[str, Text]) -> list[Text]:
    if not result.floors_failed:
        return []
    titles = [dimensions.get(d, Text(id=d, en=d)) for d in result.floors_failed]
    return [filled(_SAY["floors"], listed=listed(titles))]


def _is_lifting(criterion: CriterionResult) -> bool:
    if criterion.value is None or criterion.contribution is None:
        return False
    # What gives half of what it could give has a value of exactly 0.5 but for rounding.
    lacking = (criterion.loss or 0.0) - _NOTHING
    return criterion.value >= _MIDDLE and criterion.contribution >= lacking


def _top(
    criteria: Iterable[CriterionResult], *, key: Callable[[CriterionResult], float]
) -> tuple[CriterionResult, ...]:
    found = sorted((c for c in criteria if key(c) > _NOTHING), key=key, reverse=True)
    return tuple(found[:_NAMED])


def _named(words: Text, criteria: Sequence[CriterionResult]) -> list[Text]:
    return [filled(words, listed=listed([c.title for c in criteria]))] if criteria else []
