"""Two assessments beside each other: what changed, for which zone, and because of what.

Two scenarios, two years, two weight sets or two methods of one model and one layer. Of two models
or layers nothing is compared; they are not the same question or the same places. Several years
with their data's breaks are `geo/readiness/trends.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from geo.json_types import as_json
from geo.language import Language, Text, decimal, filled, joined, texts
from geo.mcda.matrix import Status
from geo.mcda.methods import METHODS
from geo.mcda.model import Model
from geo.readiness.assessment import Assessment
from geo.readiness.class_words import class_words
from geo.readiness.score import CriterionResult, ZoneResult

_SAY = texts(__name__)

# Two scores closer than this differ only by the order of additions.
_SAME = 1e-9
_NAMED = 3


@dataclass(frozen=True, slots=True)
class CriterionDifference:
    """One criterion of one zone in both assessments.

    `points` is by how much its contribution to the score changed; None unless the zone has a score
    in both.
    """

    criterion: str
    title: Text
    unit: Text
    measure_before: float | None
    measure_after: float | None
    weight_before: float
    weight_after: float
    points: float | None


@dataclass(frozen=True, slots=True)
class ZoneDifference:
    """One zone in both assessments.

    `score` is the difference after - before and the sum of the criteria's `points`; None unless the
    zone has a score in both. `criteria` are all of the model's, in its order. `sentence` is None
    where status, rank, class, score and range stay.

    The classes are the likeliest ones (`ZoneResult.likely_class`), as on every page, with
    `class_words_before` and `class_words_after` as sure as they are; also of a zone without a rank,
    None of an excluded one. The four bounds are the least and the greatest score on each side.
    """

    area_id: str
    name: str
    status_before: Status
    status_after: Status
    score_before: float | None
    score_after: float | None
    score: float | None
    rank_before: int | None
    rank_after: int | None
    class_before: str | None
    class_after: str | None
    class_words_before: Text | None
    class_words_after: Text | None
    score_low_before: float | None
    score_high_before: float | None
    score_low_after: float | None
    score_high_after: float | None
    criteria: tuple[CriterionDifference, ...]
    sentence: Text | None

    @property
    def moved_by(self) -> tuple[CriterionDifference, ...]:
        """The criteria that changed the score, most points first."""
        moved = [c for c in self.criteria if c.points is not None and abs(c.points) > _SAME]
        return tuple(sorted(moved, key=lambda c: -abs(c.points or 0.0)))

    @property
    def range_moved(self) -> bool:
        """Whether the least or the greatest score changed, or is known on one side alone."""
        lows = (self.score_low_before, self.score_low_after)
        highs = (self.score_high_before, self.score_high_after)
        return any(
            (old is None) != (new is None) or abs((new or 0.0) - (old or 0.0)) > _SAME
            for old, new in (lows, highs)
        )

    @property
    def gained(self) -> tuple[CriterionDifference, ...]:
        """The criteria with data only after: known worse or better, they are new in the score."""
        return tuple(
            c for c in self.criteria if c.measure_before is None and c.measure_after is not None
        )

    @property
    def lost(self) -> tuple[CriterionDifference, ...]:
        """The criteria with data only before."""
        return tuple(
            c for c in self.criteria if c.measure_before is not None and c.measure_after is None
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """What separates two assessments.

    `before` and `after` are their keys. `incomparable` says why nothing is compared, and `zones` is
    then empty. `differs` says what went in differently. `only_before` and `only_after` are zones
    that one assessment does not have.
    """

    before: str
    after: str
    incomparable: tuple[Text, ...]
    differs: tuple[Text, ...]
    zones: tuple[ZoneDifference, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    sentence: Text

    @property
    def moved(self) -> tuple[ZoneDifference, ...]:
        """The zones whose status, rank, class, score or range changed."""
        return tuple(zone for zone in self.zones if zone.sentence is not None)


def compare(before: Assessment, after: Assessment) -> Comparison:
    """The difference of two assessments, zone by zone.

    Points are compared as they are: under another method or other weights, and where a measure was
    missing before, a criterion's points change although its measure does not.
    """
    incomparable = _incomparable(before, after)
    old = {} if incomparable else {r.area_id: r for r in before.results}
    new = {} if incomparable else {r.area_id: r for r in after.results}
    zones = tuple(_zone((old[i], new[i]), (before.model, after.model)) for i in old if i in new)
    return Comparison(
        before=before.key,
        after=after.key,
        incomparable=incomparable,
        differs=_differs(before, after),
        zones=zones,
        only_before=tuple(i for i in old if i not in new),
        only_after=tuple(i for i in new if i not in old),
        sentence=joined(incomparable, by=" ") if incomparable else _overall(zones),
    )


def comparison_document(found: Comparison, language: Language) -> dict[str, Any]:
    """A comparison as JSON types, texts in `language`; only zones that moved."""
    document: dict[str, Any] = as_json(found, language)
    zones = [
        as_json(zone, language) | {"moved_by": [c.criterion for c in zone.moved_by]}
        for zone in found.moved
    ]
    return document | {"zones": zones, "unmoved": len(found.zones) - len(zones)}


def _incomparable(before: Assessment, after: Assessment) -> tuple[Text, ...]:
    reasons = []
    if before.model.id != after.model.id:
        reasons.append(_SAY["other_model"].format(before=before.model.id, after=after.model.id))
    if before.layer != after.layer:
        reasons.append(_SAY["other_layer"].format(before=before.layer, after=after.layer))
    return tuple(reasons)


def _differs(before: Assessment, after: Assessment) -> tuple[Text, ...]:
    pairs = [
        (_SAY["version"], before.model.version, after.model.version),
        (_SAY["year"], before.year, after.year),
        (_SAY["method"], _method_title(before.method), _method_title(after.method)),
        (_SAY["risk"], before.risk, after.risk),
        (_SAY["scenario"], before.scenario or _SAY["present"], after.scenario or _SAY["present"]),
    ]
    found = [filled(words, before=old, after=new) for words, old, new in pairs if old != new]
    if dict(before.weights) != dict(after.weights):
        found.append(_SAY["weights"])
    if before.method != after.method:
        found.append(_SAY["other_scale"])
    return tuple(found)


def _method_title(method: str) -> Text:
    return METHODS[method].title if method in METHODS else Text(id=method, en=method)


def _zone(results: tuple[ZoneResult, ZoneResult], models: tuple[Model, Model]) -> ZoneDifference:
    before, after = results
    old = {c.criterion: c for c in before.criteria}
    new = {c.criterion: c for c in after.criteria}
    is_scored = before.score is not None and after.score is not None
    criteria = tuple(_criterion(old.get(i), new.get(i), is_scored) for i in {**old, **new})
    difference = ZoneDifference(
        area_id=after.area_id,
        name=after.name,
        status_before=before.status,
        status_after=after.status,
        score_before=before.score,
        score_after=after.score,
        # A score is the sum of its points, so a difference is the sum of theirs, to the last bit.
        score=sum(c.points or 0.0 for c in criteria) if is_scored else None,
        rank_before=before.rank,
        rank_after=after.rank,
        class_before=before.likely_class,
        class_after=after.likely_class,
        class_words_before=class_words(before, models[0]),
        class_words_after=class_words(after, models[1]),
        score_low_before=before.score_low,
        score_high_before=before.score_high,
        score_low_after=after.score_low,
        score_high_after=after.score_high,
        criteria=criteria,
        sentence=None,
    )
    titles = {c.id: c.title for model in models for c in model.classes}
    return _with_sentence(difference, titles)


def _criterion(
    before: CriterionResult | None, after: CriterionResult | None, is_scored: bool
) -> CriterionDifference:
    some = after or before
    if some is None:
        raise TypeError("a criterion of neither assessment")
    return CriterionDifference(
        criterion=some.criterion,
        title=some.title,
        unit=some.unit,
        measure_before=before.measure if before else None,
        measure_after=after.measure if after else None,
        weight_before=before.weight if before else 0.0,
        weight_after=after.weight if after else 0.0,
        points=_points(after) - _points(before) if is_scored else None,
    )


def _points(criterion: CriterionResult | None) -> float:
    return 0.0 if criterion is None else criterion.contribution or 0.0


def _with_sentence(zone: ZoneDifference, titles: Mapping[str, Text]) -> ZoneDifference:
    is_same = (
        zone.status_before == zone.status_after
        and zone.rank_before == zone.rank_after
        and zone.class_before == zone.class_after
        and not zone.moved_by
        and not zone.range_moved
    )
    if is_same:
        return zone
    parts = [_verdict(zone), *_new_range(zone), *_new_class(zone, titles)]
    for words, criteria in ((_SAY["gained"], zone.gained), (_SAY["lost"], zone.lost)):
        if criteria:
            parts.append(filled(words, titles=joined([c.title for c in criteria])))
    return replace(zone, sentence=joined(parts, by=" "))


def _new_range(zone: ZoneDifference) -> list[Text]:
    """The new range, where no score says that something moved."""
    bounds = {
        "low_before": zone.score_low_before,
        "high_before": zone.score_high_before,
        "low_after": zone.score_low_after,
        "high_after": zone.score_high_after,
    }
    if zone.moved_by or not zone.range_moved or None in bounds.values():
        return []
    return [filled(_SAY["new_range"], **{name: decimal(n or 0.0) for name, n in bounds.items()})]


def _new_class(zone: ZoneDifference, titles: Mapping[str, Text]) -> list[Text]:
    """The new likeliest class; as sure as it was and is, for it may be one of several that are said."""
    ids = (zone.class_before, zone.class_after)
    said = (zone.class_words_before, zone.class_words_after)
    if None in ids or None in said or ids[0] == ids[1]:
        return []
    if said[0] != said[1]:
        return [filled(_SAY["new_class"], before=said[0], after=said[1])]
    before, after = (titles[i or ""] for i in ids)
    return [filled(_SAY["shifted_class"], said=said[1], before=before, after=after)]


def _verdict(zone: ZoneDifference) -> Text:
    if zone.status_before != zone.status_after:
        statuses = {
            "before": _SAY[f"status_{zone.status_before}"],
            "after": _SAY[f"status_{zone.status_after}"],
        }
        return filled(_SAY["new_status"], name=zone.name, **statuses)
    if zone.score is None or zone.score_before is None or zone.score_after is None:
        return filled(
            _SAY["same_status"], name=zone.name, status=_SAY[f"status_{zone.status_after}"]
        )
    rank = {"name": zone.name, "before": zone.rank_before, "after": zone.rank_after}
    if not zone.moved_by:
        is_passed = zone.rank_before != zone.rank_after
        return filled(_SAY["passed"] if is_passed else _SAY["still"], **rank)
    return filled(
        _SAY["scored"],
        rank=filled(_direction(zone), **rank),
        score_before=decimal(zone.score_before),
        score_after=decimal(zone.score_after),
        points=decimal(zone.score, signed=True),
        criteria=joined(
            [
                filled(
                    _SAY["criterion"], title=c.title, points=decimal(c.points or 0.0, signed=True)
                )
                for c in zone.moved_by[:_NAMED]
            ]
        ),
    )


def _direction(zone: ZoneDifference) -> Text:
    before, after = zone.rank_before or 0, zone.rank_after or 0
    if before == after:
        return _SAY["stays"]
    return _SAY["rises"] if after < before else _SAY["falls"]


def _overall(zones: Sequence[ZoneDifference]) -> Text:
    moved = [zone for zone in zones if zone.sentence is not None]
    if not moved:
        return _SAY["nothing"]
    ranked = [(z.rank_before, z.rank_after) for z in moved if z.rank_before and z.rank_after]
    rises = sum(after < before for before, after in ranked)
    falls = sum(after > before for before, after in ranked)
    classes = sum(
        z.class_before != z.class_after for z in moved if z.class_before and z.class_after
    )
    statuses = sum(z.status_before != z.status_after for z in moved)
    if not (rises or falls or classes or statuses):
        return _SAY["only_scores"].format(count=len(moved))
    return _SAY["moved"].format(
        rises=rises,
        falls=falls,
        classes=classes,
        statuses=statuses,
        unmoved=len(zones) - len(moved),
    )
