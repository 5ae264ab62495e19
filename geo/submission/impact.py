"""What an upload would change: scores, ranges, classes, bands and ranks of every area, were it published.

The candidate is never published to see that: the assessments are made of what is published with the
candidate in the place of its layer. What was computed from the same content is told again.
"""

import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from geo.errors import Conflict, GeoError
from geo.ingest.sandbox import Stopped
from geo.language import Text, filled, first_of, joined, listed, texts
from geo.planning.assess import assess
from geo.planning.measured import versions_of
from geo.programme.indices.stored_index import is_index
from geo.published import DEFAULT_MODEL, NEED_MODEL, model, models
from geo.readiness.assessment import Assessment
from geo.readiness.class_words import class_words
from geo.readiness.score import ZoneResult
from geo.source_digest import source_digest
from geo.store.snapshots import file_sha256
from geo.store.store import Provenance, Store, Upload, Version
from geo.store.versions import Publication, Published
from geo.submission.rasters import is_raster, raster_publications
from geo.submission.tables import is_table, upserted

_SAY = texts(__name__)

MODELS = (DEFAULT_MODEL, NEED_MODEL)
LAYERS = ("zones", "kecamatan", "regencies")
# Assessments that were not begun by then are left out and said to be; each takes up to six seconds.
_TIME_S = 40.0
_LISTED = 200
_SHOWN_EXCLUDED = 10
_NOBODY = Provenance(actor="", note="", source="", licence="")
# Points that no page shows are no change.
_SAME_POINTS = 0.005


def impact(
    store: Store, upload_id: str, *, goes_on: Callable[[], bool] = lambda: True
) -> Mapping[str, Any]:
    """What publishing a checked upload would change under the default models, in JSON types.

    Parameters
    ----------
    goes_on : callable
        Asked before each assessment; False ends it, and nothing is kept.

    Returns
    -------
    mapping
        `computed_from` (sha256 of all that went in), `has_effect` (None where that is not known),
        `sentence` (in both languages), and `assessments`: of each `model` and `layer` the counts of
        areas that `changed`, came or went and that have a score (`scored_before`, `scored_after`), and
        the first of them with `before` and `after`, None where an area was not there before
        (`added_areas`) or leaves (`removed_areas`); or why nothing was computed.

    Raises
    ------
    UploadNotFound, UploadRejected, Conflict
        When it does not wait for its publication.
    Stopped
        When it does not go on.
    """
    upload = store.uploads.one(upload_id)
    upload.require("publish")
    now = store.current()
    with tempfile.TemporaryDirectory(prefix="kawasan-impact-") as folder:
        try:
            candidates = _candidates(store, upload, Path(folder))
        except FileNotFoundError as error:
            store.uploads.one(upload_id).require("publish")
            raise Conflict(reason=_SAY["file_lost"]) from error
        computed_from = _digest(now, candidates)
        if upload.impact is not None and upload.impact["computed_from"] == computed_from:
            return upload.impact
        then = now
        for candidate in candidates:
            then = then.instead(candidate)
        datasets = [candidate.dataset for candidate in candidates]
        found = _compared(now, then, datasets, goes_on=goes_on) if datasets else []
    made = {"computed_from": computed_from, **_summary(found)}
    store.uploads.keep_impact(upload_id, made)
    return made


def _candidates(store: Store, upload: Upload, folder: Path) -> list[Version]:
    """The versions that an upload would become; an elevation brings what is derived from it.

    None of an index, which no assessment reads.
    """
    if is_index(upload.dataset):
        return []
    if is_raster(upload.dataset):
        made = raster_publications(store, upload, _NOBODY, upload.compared_with)
    else:
        content = folder / "content"
        if is_table(upload.dataset):
            upserted(store, upload).to_parquet(content, index=False)
        else:
            content = store.uploads.path(upload.upload)
        made = [Publication(upload.dataset, "layer", content, ".parquet", _NOBODY, {})]
    return [_candidate(store, upload, one, folder=folder) for one in made]


def _candidate(store: Store, upload: Upload, made: Publication, *, folder: Path) -> Version:
    """A version that would be published, as a file of its own that is named by its content."""
    assert isinstance(made.content, Path)  # noqa: S101  candidates are files
    copy = Path(shutil.copyfile(made.content, folder / "candidate"))
    sha256 = file_sha256(copy)
    named = copy.rename(folder / f"{sha256}{made.suffix}")
    facts: dict[str, Any] = {"sha256": sha256, "path": named, "upload": upload.upload}
    facts["size_bytes"] = named.stat().st_size
    if made.kind == "raster":
        facts["details"] = made.details
    current = _current(store, made.dataset)
    if current is not None:
        return replace(current, number=current.number + 1, **facts)
    return Version(
        **{
            "dataset": made.dataset,
            "number": 1,
            "kind": made.kind,
            "published_at": upload.updated_at,
            "published_by": "",
            "note": "",
            "source": "",
            "licence": "",
            "details": {},
            "is_current": True,
            **facts,
        }
    )


def _current(store: Store, dataset: str) -> Version | None:
    return store.current_version(dataset) if dataset in store.datasets() else None


def _digest(now: Published, candidates: Sequence[Version]) -> str:
    parts: dict[str, Any] = {"source": source_digest("geo")}
    parts |= {"candidates": [[one.dataset, one.sha256] for one in candidates]}
    parts |= {"published": [now.version(name).path.name for name in now.datasets()]}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _compared(
    now: Published, then: Published, datasets: Collection[str], *, goes_on: Callable[[], bool]
) -> list[dict[str, Any]]:
    """Every assessment that reads one of the datasets, before and after; its own layer first."""
    known, end = set(models(now)), time.monotonic() + _TIME_S
    layers = [name for name in LAYERS if name in then.datasets("layer")]
    layers.sort(key=lambda name: name not in datasets)
    entries = []
    for layer in layers:
        for model_id in MODELS:
            if model_id not in known:
                continue
            if not goes_on():
                raise Stopped
            entry: dict[str, Any] = {"model": model_id, "layer": layer}
            entry |= {"title": model(now, model_id).title._asdict()}
            if time.monotonic() > end:
                entries.append(entry | {"why_not": _SAY["no_time"]._asdict()})
                continue
            try:
                read = versions_of(then, model(now, model_id), layer).values()
                if not {version.dataset for version in read}.intersection(datasets):
                    continue
                entries.append(entry | _moves(now, then, entry))
            except GeoError as error:
                said = {"id": error.detail("id"), "en": error.detail("en")}
                entries.append(entry | {"why_not": said})
    return entries


def _moves(now: Published, then: Published, asked: Mapping[str, Any]) -> dict[str, Any]:
    after = assess(then, asked["model"], layer=asked["layer"])
    before: Assessment | None = None
    if asked["layer"] in now.datasets("layer"):
        before = assess(now, asked["model"], layer=asked["layer"])
    old = {} if before is None else {one.area_id: one for one in before.results}
    new = {one.area_id: one for one in after.results}
    both = [key for key in new if key in old]
    changed = [key for key in both if _differs(_standing(old[key]), _standing(new[key]))]
    came, gone = _by_rank(new, old), _by_rank(old, new)
    excluded = {key for key in both if _is_excluded(new[key]) and not _is_excluded(old[key])}
    # What falls out of the ranking is the gravest.
    changed.sort(key=lambda key: (key not in excluded, _place(new[key])))
    return {
        "year": {"before": None if before is None else before.year, "after": after.year},
        "counts": {
            "changed": len(changed),
            "unchanged": len(both) - len(changed),
            "added": len(new) - len(both),
            "removed": len(old) - len(both),
            "excluded": len(excluded),
            "ranks": sum(old[key].rank != new[key].rank for key in both),
            "classes": sum(old[key].likely_class != new[key].likely_class for key in both),
            "scored_before": sum(one.score is not None for one in old.values()),
            "scored_after": sum(one.score is not None for one in new.values()),
        },
        "areas": [
            {
                "area_id": key,
                "name": new[key].name,
                "before": _said(old[key], before or after),
                "after": _said(new[key], after),
            }
            for key in changed[:_LISTED]
        ],
        "added": came,
        "removed": gone,
        "added_areas": [
            {"area_id": key, "name": new[key].name, "before": None, "after": _said(new[key], after)}
            for key in came
        ],
        "removed_areas": [
            {
                "area_id": key,
                "name": old[key].name,
                "before": _said(old[key], before or after),
                "after": None,
            }
            for key in gone
        ],
    }


def _is_excluded(result: ZoneResult) -> bool:
    return result.status == "excluded"


def _place(result: ZoneResult) -> tuple[bool, int, str]:
    return result.rank is None, result.rank or 0, result.name


def _by_rank(these: Mapping[str, ZoneResult], others: Collection[str]) -> list[str]:
    """The first areas of one side that the other has not, the best rank first."""
    found = [key for key in these if key not in others]
    return sorted(found, key=lambda key: _place(these[key]))[:_LISTED]


def _standing(result: ZoneResult) -> dict[str, Any]:
    """What the list says of an area; None where there is nothing to say."""
    names = ("status", "score", "score_low", "score_high", "rank", "band")
    said = {name: getattr(result, name) for name in names}
    return said | {"class": result.likely_class, "data_coverage": result.data_coverage}


def _said(result: ZoneResult, assessment: Assessment) -> dict[str, Any]:
    """Where an area stands, with its class in words of both languages; None of an excluded one."""
    words = class_words(result, assessment.model)
    return _standing(result) | {"class_words": None if words is None else words._asdict()}


def _differs(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    for name, old in before.items():
        new = after[name]
        if isinstance(old, float) and isinstance(new, float):
            if abs(old - new) > (_SAME_POINTS if name.startswith("score") else 1e-9):
                return True
        elif old != new:
            return True
    return False


def _summary(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Whether anything changes, and the sentence that says so."""
    told = [entry for entry in found if "counts" in entry]
    moved = [
        entry
        for entry in told
        if any(entry["counts"][name] for name in ("changed", "added", "removed"))
    ]
    has_effect: bool | None = True
    if moved:
        sentence = joined([*_excluded(moved), _effect(moved)], by=" ")
    elif len(told) < len(found):
        has_effect, sentence = None, _SAY["unknown"]
    else:
        has_effect = False
        sentence = _SAY["no_effect"] if told else _SAY["unread"]
    return {"has_effect": has_effect, "sentence": sentence._asdict(), "assessments": found}


def _excluded(moved: Sequence[Mapping[str, Any]]) -> list[Text]:
    """The areas of every assessment that a constraint would exclude, each once, in one sentence."""
    names = {
        (entry["layer"], area["area_id"]): area["name"]
        for entry in moved
        for area in entry["areas"][: entry["counts"]["excluded"]]
    }
    if not names:
        return []
    shown = first_of([*names.values()], _SHOWN_EXCLUDED)
    return [_SAY["excluded_areas"].format(n=len(names), names=shown)]


def _effect(moved: Sequence[Mapping[str, Any]]) -> Text:
    """What changes first, in one sentence: areas that come, leave, or change their class or rank."""
    first, counts = moved[0], moved[0]["counts"]
    parts = []
    for way, side in (("added", "after"), ("removed", "before")):
        if counts[way]:
            best = first[f"{way}_areas"][0]
            parts.append(filled(_SAY[f"{way}_areas"], n=counts[way], best=_called(best, side)))
    for way in ("ranks", "classes"):
        if counts[way]:
            parts.append(filled(_SAY[f"{way}_move"], n=counts[way]))
    if not parts:
        parts.append(filled(_SAY["areas_change"], n=counts["changed"]))
    said = filled(_SAY["effect"], model=Text(**first["title"]), what=listed(parts))
    if len(moved) == 1:
        return said
    return joined([said, filled(_SAY["also"], n=len(moved) - 1)], by=" ")


def _called(area: Mapping[str, Any], side: str) -> Text:
    """The name of an area with its rank and class, as far as it has them."""
    stands = area[side]
    words = Text(**stands["class_words"]) if stands["class_words"] else None
    if stands["rank"] is None or words is None:
        return Text(area["name"], area["name"])
    return filled(_SAY["called"], name=area["name"], rank=stands["rank"], words=words)
