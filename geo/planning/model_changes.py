"""What a new version of a model moved: the same data under the version before and under today's.

The reasons stand in the model itself; the scores are two assessments of what is published now.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from geo.language import Language, Text
from geo.mcda.model import Change
from geo.planning.assess import assess
from geo.published import DEFAULT_LAYER, MODEL_PREFIX, model_version, years
from geo.readiness.assessment import Assessment
from geo.readiness.class_words import class_words
from geo.readiness.score import ZoneResult
from geo.store.store import Store, Version

Way = Literal["came", "went", "heavier", "lighter", "same"]
# Weights that print alike are the same weight.
_SAME_WEIGHT = 5e-4


@dataclass(frozen=True, slots=True)
class CriterionChange:
    """One criterion in both versions; a weight is its share (0..1) of the model, None where it is not in it."""

    criterion: str
    title: Text
    way: Way
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class AreaChange:
    """What both versions say of one area."""

    area_id: str
    name: str
    before: ZoneResult
    after: ZoneResult


@dataclass(frozen=True, slots=True)
class ModelChanges:
    """Today's version of a model beside the one before; `before` and `old` are None where there is none."""

    old: Version | None
    new: Version
    before: Assessment | None
    after: Assessment
    reasons: tuple[Change, ...]
    criteria: tuple[CriterionChange, ...]
    areas: tuple[AreaChange, ...]


def model_changes(store: Store, model_id: str, *, layer: str = DEFAULT_LAYER) -> ModelChanges:
    """Compare the version of a model that counts with the one published before it, on the data of now.

    Areas stand in the order of today's list, those without a rank last.

    Raises
    ------
    ModelNotFound, LayerNotFound
    """
    now = store.current()
    new, old = model_version(now, model_id), version_before(store, model_id)
    after = assess(now, model_id, layer=layer)
    if old is None:
        return ModelChanges(None, new, None, after, (), (), ())
    then = now.instead(old)
    year = after.year if after.year in years(then, model_id) else None
    before = assess(then, model_id, layer=layer, year=year)
    results = {result.area_id: result for result in before.results}
    return ModelChanges(
        old=old,
        new=new,
        before=before,
        after=after,
        reasons=tuple(c for c in after.model.changes if c.version == after.model.version),
        criteria=_criteria(before, after),
        areas=tuple(
            AreaChange(one.area_id, one.name, results[one.area_id], one)
            for one in sorted(after.results, key=lambda r: (r.rank is None, r.rank or 0, r.name))
        ),
    )


def version_before(store: Store, model_id: str) -> Version | None:
    """The version of a model before the one that counts, of another content; None where there is none."""
    current = store.current_version(MODEL_PREFIX + model_id)
    older = [
        version
        for version in store.versions(MODEL_PREFIX + model_id)
        if version.number < current.number and version.sha256 != current.sha256
    ]
    return older[-1] if older else None


def _criteria(before: Assessment, after: Assessment) -> tuple[CriterionChange, ...]:
    """Of both versions: today's in its order, then those that went."""
    titles = {c.id: c.title for model in (before.model, after.model) for c in model.criteria}
    ids = dict.fromkeys([*after.weights, *before.weights])
    return tuple(
        CriterionChange(i, titles[i], _way(then, now), then, now)
        for i in ids
        for then, now in [(before.weights.get(i), after.weights.get(i))]
    )


def _way(before: float | None, after: float | None) -> Way:
    if before is None or after is None:
        return "came" if before is None else "went"
    if abs(after - before) < _SAME_WEIGHT:
        return "same"
    return "heavier" if after > before else "lighter"


def changes_document(found: ModelChanges, language: Language) -> dict[str, Any]:
    """The changes as JSON types, texts in `language`."""
    model = found.after.model
    return {
        "model": model.id,
        "title": model.title.to(language),
        "layer": found.after.layer,
        "year": found.after.year,
        "before": None if found.before is None else _version(found.old, found.before),
        "after": _version(found.new, found.after),
        "reasons": [one.text.to(language) for one in found.reasons],
        "criteria": [
            {
                "criterion": one.criterion,
                "title": one.title.to(language),
                "way": one.way,
                "before": one.before,
                "after": one.after,
            }
            for one in found.criteria
        ],
        "areas": [
            {
                "area_id": one.area_id,
                "name": one.name,
                "before": _standing(one.before, found.before, language),
                "after": _standing(one.after, found.after, language),
            }
            for one in found.areas
        ],
    }


def _version(version: Version | None, assessment: Assessment) -> Mapping[str, Any] | None:
    if version is None:
        return None
    return {
        "version": assessment.model.version,
        "number": version.number,
        "published_at": version.published_at,
        "note": version.note,
    }


def _standing(
    result: ZoneResult, assessment: Assessment | None, language: Language
) -> Mapping[str, Any]:
    words = None if assessment is None else class_words(result, assessment.model)
    return {
        "status": result.status,
        "score": result.score,
        "score_low": result.score_low,
        "score_high": result.score_high,
        "rank": result.rank,
        "data_coverage": result.data_coverage,
        "class": result.likely_class,
        "class_chance": result.class_chance,
        "class_words": None if words is None else words.to(language),
    }
