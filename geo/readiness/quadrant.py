"""Readiness and need side by side, never added: which zones are ready, needed, both or neither.

A sum would let much need stand for little readiness. Two thresholds make four quadrants instead,
and a zone without a score in either is not placed. A zone has the quadrant that is likeliest over the
drawn scores; the others that it may have are said with their chances, and the one of its scores alone
where that is another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from geo.errors import InvalidQuadrant
from geo.json_types import as_json
from geo.language import Language, Text, decimal, filled, joined, listed, percent, texts
from geo.mcda.model import Model
from geo.readiness.assessment import Assessment
from geo.readiness.certainty import SURE_SHARE, candidates
from geo.readiness.score import ZoneResult

_SAY = texts(__name__)

QuadrantId = Literal["prioritas", "siapkan", "peluang", "pantau"]
# A score that is a threshold but for rounding has reached it, as in `geo.mcda.matrix.classify`.
_TIE = 1e-9


@dataclass(frozen=True, slots=True)
class Quadrant:
    """One of the four: a title and what it advises."""

    id: QuadrantId
    title: Text
    sentence: Text


@dataclass(frozen=True, slots=True)
class Placement:
    """One zone; `quadrant` is None where it has no score in one of the two, and `sentence` says why.

    `quadrant` is the likeliest one, `score_quadrant` that of the scores alone, which also decides
    between equal chances: as `class` and `rank_class` of an assessment. Of a zone in `prioritas` the
    sentence names the hard constraints of readiness that nothing could check.

    `readiness_margin` and `need_margin` are points above (or, negative, below) the thresholds. A
    zone with a dimension below its floor is not ready whatever its score.

    `candidates` are the fewest quadrants that have 90 % of the chance together, each with its chance,
    in the order of `QUADRANTS`; `chance` is that of `quadrant`. They come from the drawn scores of
    the two assessments, taken as independent of each other: the chance of being ready times that of
    being needy. Also of a zone that is not placed for want of data; none of an excluded one.
    """

    area_id: str
    name: str
    quadrant: QuadrantId | None
    score_quadrant: QuadrantId | None
    readiness: float | None
    need: float | None
    readiness_margin: float | None
    need_margin: float | None
    readiness_low: float | None
    readiness_high: float | None
    need_low: float | None
    need_high: float | None
    chance: float | None
    candidates: Mapping[QuadrantId, float]
    sentence: Text


@dataclass(frozen=True, slots=True)
class QuadrantTable:
    """All zones of a layer, in its order; `readiness_key` and `need_key` name the assessments."""

    layer: str
    readiness_key: str
    need_key: str
    readiness_year: int
    need_year: int
    ready_from: float
    needy_from: float
    placements: tuple[Placement, ...]

    def zones_in(self, quadrant: QuadrantId | None) -> tuple[Placement, ...]:
        """The zones of one quadrant; of None, those that are not placed."""
        return tuple(p for p in self.placements if p.quadrant == quadrant)


def middle_threshold(model: Model) -> float:
    """The lower bound of a model's middle class; of the upper of the two where their number is even.

    Half of the classes, rounded down, lie below it: `siap` (60) of four classes, `sedang` (35) of
    three. An own rule, for no source gives one; whoever has a threshold states it.
    """
    return model.classes[len(model.classes) // 2].lower_bound


def quadrants(
    readiness: Assessment,
    need: Assessment,
    *,
    ready_from: float | None = None,
    needy_from: float | None = None,
    any_years: bool = False,
) -> QuadrantTable:
    """Place every zone by its readiness and its need.

    Parameters
    ----------
    ready_from, needy_from : float, optional
        Scores (0..100) from which a zone is ready, or needy; see `middle_threshold`.
    any_years : bool
        Whether the two may be of different years.

    Raises
    ------
    InvalidQuadrant
        For two assessments of one kind or in the wrong order, of two layers, or of two years, and
        for a threshold outside 0..100.
    """
    _require_pair(readiness, need, any_years=any_years)
    ready = middle_threshold(readiness.model) if ready_from is None else ready_from
    needy = middle_threshold(need.model) if needy_from is None else needy_from
    for name, threshold in (("ready_from", ready), ("needy_from", needy)):
        if not 0 <= threshold <= 100:
            raise InvalidQuadrant(reason=_SAY["no_score"].format(name=name, value=threshold))
    needs = {result.area_id: result for result in need.results}
    ready_shares = _reaching_shares(readiness, ready)
    needy_shares = _reaching_shares(need, needy)
    return QuadrantTable(
        layer=readiness.layer,
        readiness_key=readiness.key,
        need_key=need.key,
        readiness_year=readiness.year,
        need_year=need.year,
        ready_from=ready,
        needy_from=needy,
        placements=tuple(
            _placement(
                (result, needs.get(result.area_id)),
                (ready, needy),
                _chances(result, ready_shares, needy_shares),
            )
            for result in readiness.results
        ),
    )


def quadrant_document(table: QuadrantTable, language: Language) -> dict[str, Any]:
    """The table as JSON types, texts in `language`; with the four quadrants and their counts."""
    document: dict[str, Any] = as_json(table, language)
    described = [
        as_json(quadrant, language) | {"count": len(table.zones_in(quadrant.id))}
        for quadrant in QUADRANTS.values()
    ]
    return document | {"quadrants": described, "unplaced": len(table.zones_in(None))}


def _require_pair(readiness: Assessment, need: Assessment, *, any_years: bool) -> None:
    kinds = (readiness.model.kind, need.model.kind)
    if kinds != ("readiness", "need"):
        raise InvalidQuadrant(reason=_SAY["other_kinds"].format(first=kinds[0], second=kinds[1]))
    if readiness.layer != need.layer:
        raise InvalidQuadrant(
            reason=_SAY["other_layers"].format(first=readiness.layer, second=need.layer)
        )
    if readiness.year != need.year and not any_years:
        raise InvalidQuadrant(
            reason=_SAY["other_years"].format(first=readiness.year, second=need.year)
        )


def _reaching_shares(assessment: Assessment, threshold: float) -> dict[str, float]:
    """By zone the share of draws whose score reaches the threshold; excluded zones are left out."""
    drawn = assessment.certainty.drawn_scores
    shares = (drawn >= threshold - _TIE).mean(axis=1).tolist()
    is_excluded = np.isnan(drawn[:, 0]).tolist()
    by_id = zip(assessment.matrix.area_ids, shares, is_excluded, strict=True)
    return {area_id: share for area_id, share, is_out in by_id if not is_out}


def _chances(
    result: ZoneResult, ready_shares: Mapping[str, float], needy_shares: Mapping[str, float]
) -> dict[QuadrantId, float]:
    """The chance of each quadrant; none of a zone that one of the two excludes or does not have."""
    if result.area_id not in ready_shares or result.area_id not in needy_shares:
        return {}
    ready = 0.0 if result.floors_failed else ready_shares[result.area_id]
    needy = needy_shares[result.area_id]
    return {
        quadrant: (ready if is_ready else 1 - ready) * (needy if is_needy else 1 - needy)
        for (is_ready, is_needy), quadrant in _PLACED.items()
    }


def _candidates(chances: Mapping[QuadrantId, float]) -> dict[QuadrantId, float]:
    """The fewest quadrants that have 90 % of the chance together, in the order of `chances`."""
    ids = list(chances)
    return {ids[i]: chances[ids[i]] for i in candidates(list(chances.values()))}


def _placement(
    results: tuple[ZoneResult, ZoneResult | None],
    thresholds: tuple[float, float],
    chances: Mapping[QuadrantId, float],
) -> Placement:
    readiness, need = results
    ready_from, needy_from = thresholds
    ready = readiness.score
    needy = None if need is None else need.score
    possible = _candidates(chances)
    by_scores = likeliest = None
    if need is None or ready is None or needy is None:
        parts = [_unplaced(readiness, need)]
        if possible:
            parts.append(_together(_SAY["perhaps"], list(possible), chances))
    else:
        is_ready = ready >= ready_from - _TIE and not readiness.floors_failed
        by_scores = _PLACED[is_ready, needy >= needy_from - _TIE]
        likeliest = _likeliest(chances, by_scores)
        parts = [
            filled(
                _SAY["placed"],
                name=readiness.name,
                title=_with_chance(likeliest, chances),
                ready=_with_range(readiness, ready_from),
                needy=_with_range(need, needy_from),
                floor=_SAY["floor"] if readiness.floors_failed else Text(id="", en=""),
            ),
            *_reserves(readiness, (likeliest, by_scores), chances),
        ]
    return Placement(
        area_id=readiness.area_id,
        name=readiness.name,
        quadrant=likeliest,
        score_quadrant=by_scores,
        readiness=ready,
        need=needy,
        readiness_margin=None if ready is None else ready - ready_from,
        need_margin=None if needy is None else needy - needy_from,
        readiness_low=readiness.score_low,
        readiness_high=readiness.score_high,
        need_low=None if need is None else need.score_low,
        need_high=None if need is None else need.score_high,
        chance=None if likeliest is None else chances[likeliest],
        candidates=possible,
        sentence=joined(parts, by=" "),
    )


def _likeliest(chances: Mapping[QuadrantId, float], by_scores: QuadrantId) -> QuadrantId:
    """The quadrant of the greatest chance; of equal chances that of the scores."""
    likeliest = max(chances, key=lambda one: chances[one])
    return by_scores if chances[by_scores] >= chances[likeliest] - _TIE else likeliest


def _reserves(
    readiness: ZoneResult,
    quadrants_of: tuple[QuadrantId, QuadrantId],
    chances: Mapping[QuadrantId, float],
) -> list[Text]:
    """What else is to be said of a placed zone: other quadrants, and what to check before it is first."""
    likeliest, by_scores = quadrants_of
    others = [one for one in _candidates(chances) if one != likeliest]
    said = [_together(_SAY["also"], others, chances)] if others else []
    if by_scores != likeliest:
        said.append(filled(_SAY["by_scores"], title=QUADRANTS[by_scores].title))
    unchecked = [c.title for c in readiness.constraints_unchecked]
    if likeliest == "prioritas" and unchecked:
        said.append(filled(_SAY["unchecked"], listed=listed(unchecked)))
    return said


def _together(
    words: Text, quadrants_said: Sequence[QuadrantId], chances: Mapping[QuadrantId, float]
) -> Text:
    said = [_with_chance(one, chances) for one in quadrants_said]
    return filled(words, listed=joined(said, by="; "))


def _with_chance(quadrant: QuadrantId, chances: Mapping[QuadrantId, float]) -> Text:
    chance = percent(chances[quadrant], beside=SURE_SHARE)
    return filled(_SAY["with_chance"], title=QUADRANTS[quadrant].title, chance=chance)


def _with_range(result: ZoneResult, threshold: float) -> Text:
    """The score with its range, where it has one, and the threshold."""
    low, high = result.score_low, result.score_high
    said = {"score": decimal(result.score or 0.0), "threshold": decimal(threshold)}
    if low is None or high is None or high - low < _TIE:
        return filled(_SAY["exact"], **said)
    return filled(_SAY["ranging"], low=decimal(low), high=decimal(high), **said)


def _unplaced(readiness: ZoneResult, need: ZoneResult | None) -> Text:
    if need is None:
        return _SAY["not_there"].format(name=readiness.name)
    is_readiness = readiness.score is None
    result, model = (readiness, _SAY["readiness"]) if is_readiness else (need, _SAY["need"])
    words = _SAY["excluded"] if result.status == "excluded" else _SAY["insufficient"]
    return filled(words, name=result.name, model=model, coverage=result.coverage_said)


# By (is ready, is needy).
_PLACED: Mapping[tuple[bool, bool], QuadrantId] = {
    (True, True): "prioritas",
    (False, True): "siapkan",
    (True, False): "peluang",
    (False, False): "pantau",
}
QUADRANTS: Mapping[QuadrantId, Quadrant] = {
    name: Quadrant(name, _SAY[f"{name}_title"], _SAY[f"{name}_advice"])
    for name in get_args(QuadrantId)
}
