"""Pure. Two assessments beside each other: what changed, for which zone, and because of what.

Two scenarios, two years, two weight sets or two methods of one model and one layer. Of two models
or layers nothing is compared; they are not the same question or the same places. Several years
with their data's breaks are `geo/readiness/trends.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from geo.documents import as_json
from geo.language import Language, Text
from geo.mcda.matrix import Status
from geo.mcda.methods import METHODS
from geo.readiness.score import CriterionResult, ZoneResult
from geo.sentences import decimal, filled, joined

if TYPE_CHECKING:
    from geo.readiness.assessment import Assessment

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
    where status, rank, class and score stay.
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
    criteria: tuple[CriterionDifference, ...]
    sentence: Text | None

    @property
    def moved_by(self) -> tuple[CriterionDifference, ...]:
        """The criteria that changed the score, most points first."""
        moved = [c for c in self.criteria if c.points is not None and abs(c.points) > _SAME]
        return tuple(sorted(moved, key=lambda c: -abs(c.points or 0.0)))

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
        """The zones whose status, rank, class or score changed."""
        return tuple(zone for zone in self.zones if zone.sentence is not None)


def compare(before: "Assessment", after: "Assessment") -> Comparison:
    """The difference of two assessments, zone by zone.

    Points are compared as they are: under another method or other weights, and where a measure was
    missing before, a criterion's points change although its measure does not.
    """
    incomparable = _incomparable(before, after)
    old = {} if incomparable else {r.area_id: r for r in before.results}
    new = {} if incomparable else {r.area_id: r for r in after.results}
    titles = {c.id: c.title for c in (*before.model.classes, *after.model.classes)}
    zones = tuple(_zone(old[i], new[i], titles) for i in old if i in new)
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


def _incomparable(before: "Assessment", after: "Assessment") -> tuple[Text, ...]:
    reasons = []
    if before.model.id != after.model.id:
        reasons.append(_OTHER_MODEL.format(before=before.model.id, after=after.model.id))
    if before.layer != after.layer:
        reasons.append(_OTHER_LAYER.format(before=before.layer, after=after.layer))
    return tuple(reasons)


def _differs(before: "Assessment", after: "Assessment") -> tuple[Text, ...]:
    pairs = [
        (_VERSION, before.model.version, after.model.version),
        (_YEAR, before.year, after.year),
        (_METHOD, _method_title(before.method), _method_title(after.method)),
        (_RISK, before.risk, after.risk),
        (_SCENARIO, before.scenario or _PRESENT, after.scenario or _PRESENT),
    ]
    found = [filled(words, before=old, after=new) for words, old, new in pairs if old != new]
    if dict(before.weights) != dict(after.weights):
        found.append(_WEIGHTS)
    if before.method != after.method:
        found.append(_OTHER_SCALE)
    return tuple(found)


def _method_title(method: str) -> Text:
    return METHODS[method].title if method in METHODS else Text(id=method, en=method)


def _zone(before: ZoneResult, after: ZoneResult, titles: Mapping[str, Text]) -> ZoneDifference:
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
        class_before=before.rank_class,
        class_after=after.rank_class,
        criteria=criteria,
        sentence=None,
    )
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
    )
    if is_same:
        return zone
    parts = [_verdict(zone)]
    if zone.class_before and zone.class_after and zone.class_before != zone.class_after:
        before, after = (
            titles.get(i, Text(id=i, en=i)) for i in (zone.class_before, zone.class_after)
        )
        parts.append(filled(_NEW_CLASS, before=before, after=after))
    for words, criteria in ((_GAINED, zone.gained), (_LOST, zone.lost)):
        if criteria:
            parts.append(filled(words, titles=joined([c.title for c in criteria])))
    return replace(zone, sentence=joined(parts, by=" "))


def _verdict(zone: ZoneDifference) -> Text:
    if zone.status_before != zone.status_after:
        statuses = {"before": _STATUSES[zone.status_before], "after": _STATUSES[zone.status_after]}
        return filled(_NEW_STATUS, name=zone.name, **statuses)
    if zone.score is None or zone.score_before is None or zone.score_after is None:
        raise TypeError(f"{zone.area_id} moved without a status or a score")
    rank = {"name": zone.name, "before": zone.rank_before, "after": zone.rank_after}
    if not zone.moved_by:
        is_passed = zone.rank_before != zone.rank_after
        return filled(_PASSED if is_passed else _STILL, **rank)
    return filled(
        _SCORED,
        rank=filled(_direction(zone), **rank),
        score_before=decimal(zone.score_before),
        score_after=decimal(zone.score_after),
        points=decimal(zone.score, signed=True),
        criteria=joined(
            [
                filled(_CRITERION, title=c.title, points=decimal(c.points or 0.0, signed=True))
                for c in zone.moved_by[:_NAMED]
            ]
        ),
    )


def _direction(zone: ZoneDifference) -> Text:
    before, after = zone.rank_before or 0, zone.rank_after or 0
    if before == after:
        return _STAYS
    return _RISES if after < before else _FALLS


def _overall(zones: Sequence[ZoneDifference]) -> Text:
    moved = [zone for zone in zones if zone.sentence is not None]
    if not moved:
        return _NOTHING
    ranked = [(z.rank_before, z.rank_after) for z in moved if z.rank_before and z.rank_after]
    rises = sum(after < before for before, after in ranked)
    falls = sum(after > before for before, after in ranked)
    classes = sum(
        z.class_before != z.class_after for z in moved if z.class_before and z.class_after
    )
    statuses = sum(z.status_before != z.status_after for z in moved)
    if not (rises or falls or classes or statuses):
        return _ONLY_SCORES.format(count=len(moved))
    return _MOVED.format(
        rises=rises,
        falls=falls,
        classes=classes,
        statuses=statuses,
        unmoved=len(zones) - len(moved),
    )


_STATUSES: Mapping[Status, Text] = {
    "ranked": Text(id="diperingkat", en="ranked"),
    "excluded": Text(id="dikecualikan", en="excluded"),
    "insufficient_data": Text(id="data belum cukup", en="not enough data"),
}
_OTHER_MODEL = Text(
    id="Tidak dapat dibandingkan: modelnya {before!r} dan {after!r}, dua pertanyaan yang berbeda.",
    en="Not comparable: the models are {before!r} and {after!r}, two different questions.",
)
_OTHER_LAYER = Text(
    id="Tidak dapat dibandingkan: layernya {before!r} dan {after!r}.",
    en="Not comparable: the layers are {before!r} and {after!r}.",
)
_PRESENT = Text(id="tanpa skenario", en="no scenario")
_VERSION = Text(
    id="Versi model: {before} → {after}.", en="Version of the model: {before} → {after}."
)
_YEAR = Text(
    id="Tahun: {before} → {after}; kawasan yang datanya berbeda tidak sebanding, lihat tren.",
    en="Year: {before} → {after}; areas whose data differ are not comparable, see the trends.",
)
_METHOD = Text(id="Metode: {before} → {after}.", en="Method: {before} → {after}.")
_RISK = Text(id="Risiko: {before} → {after}.", en="Risk: {before} → {after}.")
_SCENARIO = Text(id="Skenario: {before} → {after}.", en="Scenario: {before} → {after}.")
_WEIGHTS = Text(id="Bobotnya berbeda.", en="The weights differ.")
_OTHER_SCALE = Text(
    id="Skor dua metode tidak berskala sama; bandingkan peringkatnya.",
    en="Scores of two methods are not on one scale; compare the ranks.",
)
_NEW_STATUS = Text(
    id="{name} berubah dari {before} menjadi {after}.",
    en="{name} changes from {before} to {after}.",
)
_NEW_CLASS = Text(
    id="Kelasnya menjadi {after}, sebelumnya {before}.",
    en="Its class is now {after}, not {before}.",
)
_GAINED = Text(
    id="Sebelumnya tanpa data: {titles}; jadi yang berubah juga apa yang diketahui.",
    en="Without data before: {titles}; so what is known changed as well.",
)
_LOST = Text(
    id="Kini tanpa data: {titles}; jadi yang berubah juga apa yang diketahui.",
    en="Without data now: {titles}; so what is known changed as well.",
)
_RISES = Text(
    id="{name} naik dari peringkat {before} ke {after}",
    en="{name} rises from rank {before} to {after}",
)
_FALLS = Text(
    id="{name} turun dari peringkat {before} ke {after}",
    en="{name} falls from rank {before} to {after}",
)
_STAYS = Text(id="{name} tetap di peringkat {after}", en="{name} stays at rank {after}")
_STILL = Text(
    id="{name} tetap di peringkat {after} dengan skor yang sama.",
    en="{name} stays at rank {after} with the same score.",
)
_SCORED = Text(
    id="{rank}; skornya {score_before} → {score_after} ({points} poin: {criteria}).",
    en="{rank}; its score is {score_before} → {score_after} ({points} points: {criteria}).",
)
_CRITERION = Text(id="{title} {points}", en="{title} {points}")
_PASSED = Text(
    id="{name} berpindah dari peringkat {before} ke {after} tanpa perubahan skor; kawasan lain yang berubah.",
    en="{name} moves from rank {before} to {after} with the same score; other areas changed.",
)
_NOTHING = Text(id="Tidak ada kawasan yang berubah.", en="No area changed.")
_ONLY_SCORES = Text(
    id="Skor {count} kawasan berubah; tidak ada peringkat, kelas atau status yang berubah.",
    en="Areas whose score changed: {count}; no rank, class or status did.",
)
_MOVED = Text(
    id="{rises} kawasan naik peringkat, {falls} turun, {classes} berganti kelas, {statuses} berganti status; {unmoved} tidak berubah.",
    en="Areas that rise in rank: {rises}, that fall: {falls}, that change class: {classes}, that change status: {statuses}; unchanged: {unmoved}.",
)
