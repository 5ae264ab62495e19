"""Pure. Why a zone stands where it stands, and why ahead of another, under every method.

Points are those of the method and add up to the score. What a criterion withholds is not its missing
points but what the score would gain if it alone were perfect: under methods in which one criterion
does not make up for another the two differ. What would lift a zone is `geo/lift.py`.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geo.criteria import AttributeMeasure, Criterion, IndicatorMeasure
from geo.language import Text
from geo.methods import Setting, effective_weights, find_method
from geo.models import Model
from geo.readiness import CriterionResult, ZoneResult
from geo.scoring import DecisionMatrix, Scores
from geo.sentences import decimal, filled, joined

Array = npt.NDArray[np.float64]

_NAMED = 3
# Points that differ by less differ by the order of additions.
_SAME = 1e-9
# The method that compares zones with each other: a value of one zone moves the scores of all.
COMPARING = frozenset({"promethee"})


@dataclass(frozen=True, slots=True)
class Lead:
    """What parts two zones.

    `points` is the first zone's score less the second's, and `by_criterion` its parts: they add up
    to it. `ahead` are the criteria in which the first zone has most more, `behind` those in which it
    has most less, three each at most. `points` is None, and nothing else is said, unless both zones
    have a score.
    """

    points: float | None
    by_criterion: Mapping[str, float]
    ahead: tuple[str, ...]
    behind: tuple[str, ...]
    sentence: Text


def gains(
    matrix: DecisionMatrix,
    scores: Scores,
    *,
    model: Model,
    weights: Mapping[str, float],
    method: str,
    risk: float,
) -> Array:
    """Points (n_areas, n_criteria) that each area's score would gain if one value of it were 1.

    Everything else stays, the values of other areas too. Never negative, because no method loses by
    a better value. 0 for a criterion without weight; NaN where the value is missing and in the rows
    of areas that are not ranked.

    Parameters
    ----------
    scores : Scores
        What `geo.readiness.score_matrix` makes of `matrix` under these weights and this method.

    Raises
    ------
    InvalidMethod
    """
    values = np.where(scores.ranked[:, np.newaxis], matrix.values, np.nan)
    weight = np.array([weights[c] for c in matrix.criteria])
    if method in COMPARING:
        return np.maximum(_best_flow_points(values, weight) - scores.points, 0.0)
    points = find_method(method).points
    setting = Setting(risk=risk, groups=np.array(model.groups()))
    found = np.full(values.shape, np.nan)
    for j in range(values.shape[1]):
        known = ~np.isnan(values[:, j])
        raised = values[known]
        raised[:, j] = 1.0
        gain = points(raised, weight, setting).sum(axis=1) - scores.scores[known]
        found[known, j] = np.maximum(gain, 0.0)
    return found


def _best_flow_points(values: Array, weight: Array) -> Array:
    """PROMETHEE's points (n_areas, n_criteria) of an area whose value were 1, those of others as is.

    Scored one area at a time this would be n m times the whole; but only the area's own flow in the
    one criterion changes, and at 1 it beats all who are below.
    """
    below = values < 1
    rivals = np.maximum((~np.isnan(values)).sum(axis=0) - 1, 1)
    points = 50.0 * effective_weights(values, weight) * (1.0 + (below.sum(axis=0) - below) / rivals)
    return np.where(np.isnan(values), np.nan, points)


def gains_by_criterion(matrix: DecisionMatrix, row: Array) -> dict[str, float]:
    """One area's row of `gains` by criterion; those without a gain to state are left out."""
    return {
        c: float(gain) for c, gain in zip(matrix.criteria, row, strict=True) if not np.isnan(gain)
    }


def weighted_gains(result: ZoneResult) -> dict[str, float]:
    """The gains of the weighted sum by criterion, which one zone's result alone can tell."""
    known = [c for c in result.criteria if c.value is not None]
    total = sum(c.weight for c in known)
    if total <= 0:
        return {}
    return {c.criterion: 100 * c.weight / total * (1 - (c.value or 0.0)) for c in known}


def lifts(
    result: ZoneResult, gains: Mapping[str, float] | None = None
) -> tuple[CriterionResult, ...]:
    """The criteria that give the most points, most first, three at most.

    Only those that give at least as much as they withhold; in the weighted sum their value is 0.5 or
    more. None where the worst value alone decides: what gives the score there is what limits it.

    Parameters
    ----------
    gains : mapping, optional
        See `gains_by_criterion`; without it those of the weighted sum.
    """
    withheld = weighted_gains(result) if gains is None else gains
    if _limiting(result, withheld):
        return ()
    good = [c for c in result.criteria if _gives_more(c, withheld)]
    return _top(good, key=lambda c: c.contribution or 0.0)


def holds_back(
    result: ZoneResult, gains: Mapping[str, float] | None = None
) -> tuple[CriterionResult, ...]:
    """The criteria whose being perfect would add the most points, most first, three at most.

    Only those that withhold more than they give, so that no criterion stands on both sides. Where
    the worst value alone decides, the criteria that have it, alone or together.

    Parameters
    ----------
    gains : mapping, optional
        See `gains_by_criterion`; without it those of the weighted sum.
    """
    withheld = weighted_gains(result) if gains is None else gains
    limiting = _limiting(result, withheld)
    if limiting:
        return tuple(sorted(limiting, key=lambda c: -c.weight)[:_NAMED])
    poor = [c for c in result.criteria if c.value is not None and not _gives_more(c, withheld)]
    return _top(poor, key=lambda c: withheld.get(c.criterion, 0.0))


def _gives_more(criterion: CriterionResult, withheld: Mapping[str, float]) -> bool:
    if criterion.value is None or criterion.contribution is None:
        return False
    return criterion.contribution >= withheld.get(criterion.criterion, 0.0) - _SAME


def _limiting(result: ZoneResult, withheld: Mapping[str, float]) -> list[CriterionResult]:
    """The criteria of the worst value where it alone is the score; none where others count too."""
    known = [c for c in result.criteria if c.value is not None and c.weight > 0]
    if result.score is None or not known:
        return []
    values = [c.value or 0.0 for c in known]
    least = min(values)
    is_score = least < 1 and abs(result.score - 100 * least) <= _SAME
    # Equal values score the same in every mean; there one alone would still gain.
    is_deciding = max(values) - least > _SAME or not any(g > _SAME for g in withheld.values())
    return [c for c in known if c.value == least] if is_score and is_deciding else []


def missing(result: ZoneResult) -> tuple[CriterionResult, ...]:
    """The criteria without data, heaviest first."""
    return tuple(sorted((c for c in result.criteria if c.value is None), key=lambda c: -c.weight))


def whole_percent(share: float) -> int:
    """A share as whole percent, rounded down: what misses a limit never reads as the limit.

    Examples
    --------
    >>> whole_percent(0.496), whole_percent(0.7), whole_percent(0.29)
    (49, 70, 29)
    """
    # 0.29 * 100 is 28.999999999999996.
    return math.floor(100 * share + 1e-9)


def sentence(
    result: ZoneResult,
    *,
    of: int,
    dimensions: Mapping[str, Text] | None = None,
    gains: Mapping[str, float] | None = None,
) -> Text:
    """The explanation of one zone.

    Parameters
    ----------
    of : int
        How many zones are ranked.
    dimensions : mapping, optional
        Titles of the model's dimensions by id; without one its id stands for it.
    gains : mapping, optional
        See `gains_by_criterion`; without it those of the weighted sum.
    """
    parts = [_verdict(result, of)]
    if result.status == "ranked":
        parts += _below_floors(result, dimensions or {})
        parts += _named(_LIFTS, lifts(result, gains)) + _named(_HOLDS, holds_back(result, gains))
    parts += _named(_MISSING, missing(result))
    return joined(parts, by=" ")


def why_ahead(first: ZoneResult, second: ZoneResult) -> Lead:
    """Which criteria make the first zone's score higher than the second's, in points.

    A criterion without data in one of them has no points there, and its weight is with the others:
    the sentence names it, because not the places but what is known of them differs.
    """
    if first.score is None or second.score is None:
        unscored = [r.name for r in (first, second) if r.score is None]
        said = _NOT_COMPARED.format(names=", ".join(unscored))
        return Lead(points=None, by_criterion={}, ahead=(), behind=(), sentence=said)
    others = {c.criterion: c for c in second.criteria}
    parts = {
        c.criterion: (c.contribution or 0.0) - (others[c.criterion].contribution or 0.0)
        for c in first.criteria
    }
    ahead = sorted((c for c, part in parts.items() if part > _SAME), key=lambda c: -parts[c])
    behind = sorted((c for c, part in parts.items() if part < -_SAME), key=lambda c: parts[c])
    found = Lead(
        points=sum(parts.values()),
        by_criterion=parts,
        ahead=tuple(ahead[:_NAMED]),
        behind=tuple(behind[:_NAMED]),
        sentence=_NOTHING,
    )
    unequal = [
        c.title for c in first.criteria if (c.value is None) != (others[c.criterion].value is None)
    ]
    return _said(found, first, second, unequal)


def _said(lead: Lead, first: ZoneResult, second: ZoneResult, unequal: Sequence[Text]) -> Lead:
    points = lead.points or 0.0
    titles = {c.criterion: c.title for c in first.criteria}
    names = {"first": first.name, "second": second.name}
    words = _EVEN if abs(points) <= _SAME else _AHEAD if points > 0 else _BEHIND
    parts = [filled(words, points=decimal(abs(points)), **names)]
    for heading, criteria in ((_MORE, lead.ahead), (_LESS, lead.behind)):
        if criteria:
            listed = [
                filled(_PART, title=titles[c], points=decimal(lead.by_criterion[c], signed=True))
                for c in criteria
            ]
            parts.append(filled(heading, listed=joined(listed), **names))
    if unequal:
        parts.append(filled(_UNEQUAL, titles=joined(unequal)))
    return replace(lead, sentence=joined(parts, by=" "))


def datasets_of(criterion: Criterion, *, layer: str) -> tuple[str, ...]:
    """The datasets, as an assessment's lineage names them, on which a criterion's measure rests.

    Parameters
    ----------
    layer : str
        The zone layer: its geometries are behind every measure, its columns behind an attribute.

    Returns
    -------
    tuple of str
        The dataset that holds the figure first; then the regencies, whose parts of the zone weigh
        an indicator, and the layer.
    """
    measure = criterion.measure
    if isinstance(measure, AttributeMeasure):
        return (layer,)
    if isinstance(measure, IndicatorMeasure):
        return ("indicators", "regencies", layer)
    return (f"land-{measure.raster}", layer)


def _verdict(result: ZoneResult, of: int) -> Text:
    if result.status == "excluded":
        failed = [c.title for c in result.constraints if c.failed]
        return filled(_EXCLUDED, name=result.name, listed=joined(failed))
    coverage = whole_percent(result.data_coverage)
    if result.score is None:
        return _INSUFFICIENT.format(name=result.name, coverage=coverage)
    score = f"{result.score:.1f}"
    return filled(
        _RANKED,
        name=result.name,
        score=Text(id=score.replace(".", ","), en=score),
        rank=result.rank,
        of=of,
        coverage=coverage,
    )


def _below_floors(result: ZoneResult, dimensions: Mapping[str, Text]) -> list[Text]:
    if not result.floors_failed:
        return []
    titles = [dimensions.get(d, Text(id=d, en=d)) for d in result.floors_failed]
    return [filled(_FLOORS, listed=joined(titles))]


def _top(
    criteria: Sequence[CriterionResult], *, key: Callable[[CriterionResult], float]
) -> tuple[CriterionResult, ...]:
    found = sorted((c for c in criteria if key(c) > 0), key=key, reverse=True)
    return tuple(found[:_NAMED])


def _named(words: Text, criteria: Sequence[CriterionResult]) -> list[Text]:
    return [filled(words, listed=joined([c.title for c in criteria]))] if criteria else []


_RANKED = Text(
    id="{name} mendapat skor {score} dari 100, peringkat {rank} dari {of}; {coverage} % bobot bertumpu pada data.",
    en="{name} scores {score} of 100, rank {rank} of {of}; {coverage} % of the weight rests on data.",
)
_INSUFFICIENT = Text(
    id="{name} tidak diperingkat: hanya {coverage} % bobot bertumpu pada data.",
    en="{name} is not ranked: only {coverage} % of the weight rests on data.",
)
_EXCLUDED = Text(id="{name} dikecualikan oleh: {listed}.", en="{name} is excluded by: {listed}.")
_FLOORS = Text(
    id="Kelasnya tetap yang terendah, berapa pun skornya: {listed} di bawah batas minimum.",
    en="Its class stays the lowest whatever the score: {listed} is below its floor.",
)
_LIFTS = Text(id="Yang paling mengangkat: {listed}.", en="What lifts it most: {listed}.")
_HOLDS = Text(id="Yang paling menahan: {listed}.", en="What holds it back most: {listed}.")
_MISSING = Text(id="Belum ada data: {listed}.", en="No data yet: {listed}.")
_NOT_COMPARED = Text(
    id="Tidak dapat dibandingkan: {names} tidak mendapat skor.",
    en="Not comparable: {names} has no score.",
)
_NOTHING = Text(id="", en="")
_EVEN = Text(
    id="{first} dan {second} mendapat skor yang sama.",
    en="{first} and {second} have the same score.",
)
_AHEAD = Text(
    id="{first} unggul {points} poin atas {second}.",
    en="{first} is {points} points ahead of {second}.",
)
_BEHIND = Text(
    id="{first} tertinggal {points} poin dari {second}.",
    en="{first} is {points} points behind {second}.",
)
_MORE = Text(id="{first} lebih tinggi pada: {listed}.", en="{first} has more from: {listed}.")
_LESS = Text(id="{first} lebih rendah pada: {listed}.", en="{first} has less from: {listed}.")
_PART = Text(id="{title} {points}", en="{title} {points}")
_UNEQUAL = Text(
    id="Hanya salah satunya berdata untuk: {titles}.",
    en="Only one of them has data for: {titles}.",
)
