"""A file handed in: kept as it came, then checked against what is published, as often as is needed.

`receive` keeps it and reads nothing. `check` may run in any process over the store, and in a later
one: it holds the upload's lock, says how far it is beside the store, and stops as soon as the upload
is withdrawn.
"""

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import dropwhile, islice
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow.parquet as pq

from geo.errors import Conflict, InvalidInput, NotAllowed, StoreFault, UploadRejected
from geo.ingest.findings import finding
from geo.ingest.formats import kind_of, require_raster
from geo.ingest.sandbox import Stopped
from geo.ingest.source import DRAWINGS, Earlier, Limits, Remembered
from geo.language import Text, filled, joined, shortened, texts
from geo.published import region as planning_region
from geo.store.roles import Actor, Circumstances, require
from geo.store.snapshots import file_sha256, require_whole
from geo.store.store import Store, Upload, Version
from geo.store.uploads import FROM
from geo.submission.choices import Choices, parsed_choices
from geo.submission.layers import defined, schema_for
from geo.submission.rasters import check_raster, is_raster, raster_limits, require_land
from geo.submission.tables import check_table, is_table, with_finding
from geo.validation.report import report_of
from geo.validation.upload import DEFAULT_LIMITS, clean_name, ingest_upload, require_size
from geo.vector.schema import SCHEMAS, LayerSchema

_SAY = texts(__name__)

# The steps that a check tells of (see geo/texts/validation.toml), and one more to its end.
_STEPS = 9
# Of the note of a version, in a sentence that names several.
_MOST_NOTE = 120
# Longer than any check takes before its own limits end it.
_PATIENCE_MARGIN_S = 30.0
# So many uploads of the same sender are looked through, and so many of the same layer read.
_MOST_SEEN = 200
_MOST_READ = 8


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a check is: what it is at, and about which share of its steps is done."""

    step: Text
    share: float


def receive(
    store: Store,
    path: Path,
    *,
    filename: str,
    dataset: str,
    chosen: Mapping[str, Any],
    actor: Actor,
    limits: Limits = DEFAULT_LIMITS,
    upload: str | None = None,
) -> Upload:
    """Keep a file as it came; `check` goes on with it.

    Only its size and its first bytes are looked at, so that what is no layer at all leaves nothing
    behind.

    Parameters
    ----------
    filename : str
        What its sender calls it; shown, never trusted.
    dataset : str
        The layer that it is for, `indicators` or `targets`.
    chosen : mapping
        See `geo.submission.choices.Choices`.
    upload : str, optional
        The id of a file that came in parts; see `geo.submission.receiving`.

    Raises
    ------
    NotAllowed, LayerNotFound, InvalidInput, UploadTooLarge, UploadUnsupported, StoreFault
        Nothing is kept then.
    """
    require(actor, "upload")
    choices = _bounded(store, dataset, chosen, actor=actor)
    require_size(path, limits)
    if is_raster(dataset):
        require_raster(path)
    elif not is_table(dataset):
        kind_of(path)
    return store.uploads.receive(
        dataset,
        path,
        filename=clean_name(filename),
        sha256=file_sha256(path),
        choices=choices.to_json(),
        actor=actor,
        upload=upload,
    )


def choose(store: Store, upload_id: str, changes: Mapping[str, Any], *, actor: Actor) -> Upload:
    """Change some choices of an upload (`collection` is its layer); `check` goes on with it.

    A choice of None is taken back; what is not named stays.

    Raises
    ------
    NotAllowed, LayerNotFound, InvalidInput, Conflict
        Nothing has changed then.
    """
    upload = store.uploads.one(upload_id)
    require(actor, "withdraw", Circumstances(is_own=upload.created_by == actor.name))
    upload.require("choose")
    given = dict(changes)
    dataset = str(given.pop("collection", None) or upload.dataset)
    choices = _bounded(store, dataset, {**upload.choices, **given}, actor=actor)
    return store.uploads.choose(
        upload_id, dataset=dataset, choices=choices.to_json(), actor=actor.name
    )


def check(
    store: Store,
    upload_id: str,
    *,
    limits: Limits = DEFAULT_LIMITS,
    goes_on: Callable[[], bool] = lambda: True,
) -> Upload:
    """Check a received upload against its layer's schema and what is published; as it is afterwards.

    One that another thread or process checks is waited for; one that needs no check is left alone.

    Parameters
    ----------
    goes_on : callable
        Asked now and then; False ends the check at once and leaves it to the next one.

    Raises
    ------
    UploadUnsupported, UploadTooLarge
        For a file of a kind that cannot be read, which is returned with that report.
    StoreFault
        Whoever comes next checks it.
    """
    if is_raster(store.uploads.one(upload_id).dataset):
        limits = raster_limits(limits)
    with store.uploads.locked(upload_id, patience_s=limits.wall_s + _PATIENCE_MARGIN_S) as is_held:
        upload = store.uploads.one(upload_id)
        if not is_held or upload.state not in FROM["check"]:
            return upload
        store.uploads.begin_check(upload_id, actor=upload.created_by)
        watch = _Watch(store, upload_id, goes_on)
        try:
            _checked(store, upload, limits, watch)
        except Stopped:
            pass
        except UploadRejected as error:
            store.uploads.refuse(upload_id, report=_refusal(error), actor=upload.created_by)
            raise
        except StoreFault:
            raise
        except Conflict:
            # Withdrawn while its findings were written down.
            if store.uploads.state(upload_id) in FROM["check"]:
                raise
        except Exception as error:
            _record_failure(store, upload, error)
            raise
        finally:
            watch.path.unlink(missing_ok=True)
        return store.uploads.one(upload_id)


def progress(store: Store, upload_id: str) -> Progress | None:
    """How far the check of an upload is, whichever process runs it; None where that is not known."""
    try:
        told = json.loads(_progress_path(store, upload_id).read_bytes())
        return Progress(Text(**told["step"]), share=min(told["steps"] / _STEPS, 0.95))
    except (OSError, ValueError, TypeError, KeyError):
        return None


class _Watch:
    """Told what a check is at: it writes that down, and answers whether the check shall go on."""

    def __init__(self, store: Store, upload_id: str, goes_on: Callable[[], bool]) -> None:
        self.path = _progress_path(store, upload_id)
        self._store, self._upload, self._goes_on = store, upload_id, goes_on
        self._steps: list[Text] = []

    def __call__(self, step: Text) -> bool:
        if step not in self._steps:
            self._steps.append(step)
            self._write(step)
        return self._goes_on() and self._store.uploads.state(self._upload) == "checking"

    def _write(self, step: Text) -> None:
        told = {"step": step._asdict(), "steps": len(self._steps)}
        unfinished = self.path.with_suffix(".writing")
        try:
            self.path.parent.mkdir(exist_ok=True)
            unfinished.write_text(json.dumps(told), encoding="utf-8")
            os.replace(unfinished, self.path)
        except OSError:
            return  # nobody needs it but who waits


def _progress_path(store: Store, upload_id: str) -> Path:
    return store.folder / "checking" / f"{upload_id}.json"


def _bounded(store: Store, dataset: str, chosen: Mapping[str, Any], *, actor: Actor) -> Choices:
    """The choices, of an editor of some regencies within these: nothing but theirs is replaced.

    What could not be submitted later is refused here, before anybody has waited for it.
    """
    if actor.regencies is None or is_raster(dataset):
        return _parsed(store, dataset, chosen)
    if not _has_regencies(dataset):
        # That there is no such layer says more.
        _parsed(store, dataset, chosen)
        own = ", ".join(sorted(actor.regencies))
        raise NotAllowed(reason=_SAY["no_parts"].format(layer=dataset, own=own))
    asked = set(chosen.get("regencies") or actor.regencies)
    require(actor, "upload", Circumstances(touching=asked))
    return _parsed(store, dataset, {**chosen, "regencies": sorted(asked)})


def _has_regencies(dataset: str) -> bool:
    """Whether a layer, or a table, can be replaced in some regencies alone."""
    if is_table(dataset):
        return True
    return dataset in SCHEMAS and SCHEMAS[dataset].regency_field is not None


def _has_zones(dataset: str) -> bool:
    """Whether the features of a layer are zones, whose codes are made of their names."""
    return dataset in SCHEMAS and SCHEMAS[dataset].key == "zone_id"


def _parsed(store: Store, dataset: str, chosen: Mapping[str, Any]) -> Choices:
    """The choices for a layer that can be handed in; `LayerNotFound` for another one."""
    choices = parsed_choices(chosen, regencies=planning_region(store).by_code)
    if is_raster(dataset):
        require_land(store, dataset)
    elif not is_table(dataset):
        defined(store, dataset, choices)
    if choices.regencies and not _has_regencies(dataset):
        raise InvalidInput(reason=_SAY["no_regencies"].format(d=dataset))
    if choices.same_as and not _has_zones(dataset):
        raise InvalidInput(reason=_SAY["no_zones"].format(d=dataset))
    if choices.regencies and choices.replace and is_table(dataset):
        raise InvalidInput(reason=_SAY["replaces_all"])
    return choices


def _checked(store: Store, upload: Upload, limits: Limits, watch: _Watch) -> None:
    """Read the kept file by the choices and record what was found."""
    choices = _parsed(store, upload.dataset, upload.choices)
    with tempfile.TemporaryDirectory(prefix="kawasan-upload-") as name:
        folder, cleaned, rasters = Path(name), Path(name) / "cleaned.parquet", None
        if is_raster(upload.dataset):
            report, rasters = check_raster(
                store, upload, choices, limits=limits, watch=watch, folder=folder
            )
        elif is_table(upload.dataset):
            report = check_table(store, upload, choices, limits=limits, cleaned=cleaned)
        else:
            report = _layer(store, upload, choices, limits=limits, watch=watch, cleaned=cleaned)
        report = {**report, "first": _first(upload, int(report.get("against") or 0))}
        store.uploads.end_check(
            upload.upload,
            report=report,
            frame=cleaned if cleaned.exists() else None,
            rasters=rasters,
            drawings={name: p for name in DRAWINGS if (p := folder / f"{name}.geojson").exists()},
            actor=upload.created_by,
        )


def _first(upload: Upload, against: int) -> dict[str, Any]:
    """The version that the file's first check for its layer was compared with, 0 for none.

    What its sender began from is no later one.
    """
    known = upload.report.get("first") or {}
    if known.get("dataset") == upload.dataset:
        return dict(known)
    return {"dataset": upload.dataset, "version": against}


def _earlier(store: Store, upload: Upload, against: Version | None) -> Earlier | None:
    """The version that a file began from, where another one is published now."""
    first = int(_first(upload, 0 if against is None else against.number)["version"])
    if against is None or first in (0, against.number):
        return None
    versions = {one.number: one for one in store.versions(upload.dataset)}
    if first not in versions:
        return None
    # After a return to an older version it is that one which differs.
    since = [one for number, one in versions.items() if first < number <= against.number]
    newer = [
        filled(_SAY["newer"], number=one.number, note=shortened(one.note, _MOST_NOTE))
        for one in since or [against]
    ]
    require_whole(versions[first].path)
    return Earlier(versions[first].path, first, joined(newer))


def _layer(
    store: Store,
    upload: Upload,
    choices: Choices,
    *,
    limits: Limits,
    watch: _Watch,
    cleaned: Path,
) -> dict[str, Any]:
    """The report of a layer; its cleaned features are left in `cleaned` where none is an error."""
    planning = planning_region(store)
    definition = defined(store, upload.dataset, choices)
    schema = schema_for(upload.dataset, definition)
    region = None if schema.is_reference else _regencies(store)
    # Regencies of another province, as a new store has them, are no ground to hold a layer against.
    if region is not None and not planning.holds(region.index):
        region = None
    against = _current(store, upload.dataset)
    result = ingest_upload(
        store.uploads.original(upload.upload),
        filename=upload.filename,
        schema=schema,
        planning=None if schema.is_reference else planning,
        region=region,
        # Only its reader, which is confined, takes its features into memory.
        current=None if against is None else against.path,
        crs_override=choices.crs,
        encoding=choices.encoding,
        layer=choices.layer,
        limits=limits,
        # Shapes and borders are mended together, and each repair is told.
        corrections={"make_valid": bool(choices.repairs)},
        unrepaired=choices.unrepaired,
        remembered=_remembered(store, upload),
        earlier=_earlier(store, upload, against),
        columns=choices.columns,
        regencies=choices.regencies,
        leaves_out_others=choices.leave_out_others,
        keeps_missing=choices.keep_missing,
        same_as=choices.same_as,
        watch=watch,
        kept_as=cleaned,
        drawn_in=cleaned.parent,
    )
    report = result.report | {"against": against.number if against else 0}
    report |= {"touched": _touched(report["difference"], schema, cleaned)}
    if against is not None and upload.dataset in store.withdrawn():
        report = with_finding(report, finding("layer_withdrawn", layer=upload.dataset))
    if definition is None:
        return report
    # A key that the file spells in another case is published as the file has it.
    key = next((m["field"] for m in report["mapping"] if m["field"]), definition.key)
    if not (choices.source and choices.licence):
        report = with_finding(report, finding("origin_unstated", layer=upload.dataset))
    return report | {"definition": replace(definition, key=key).to_json()}


def _remembered(store: Store, upload: Upload) -> tuple[Remembered, ...]:
    """The columns that the sender of an upload chose before for a file with just the same, the newest first.

    Nothing is kept for it but the uploads themselves, and only of those that were published: what was
    withdrawn, returned or never decided may have been a mistake, which nobody wants back. Of a CRS or
    an encoding nothing is remembered: a file that names neither is another file.

    What an earlier check of the upload itself took stays with it: a file that is compared anew is
    read as it was, whatever was chosen of others meanwhile.
    """
    if upload.choices.get("columns") or upload.choices.get("forget_columns"):
        return ()
    own = upload.report.get("remembered")
    if own and own["dataset"] == upload.dataset:
        return (_of(own),)
    if upload.submitted_by is not None:
        return ()
    sent = store.uploads.newest(by=upload.created_by, most=_MOST_SEEN)
    before = dropwhile(lambda one: one.upload != upload.upload, sent)
    earlier = [
        one
        for one in islice(before, 1, None)
        if one.dataset == upload.dataset and one.state == "published"
    ]
    found = (_chosen(store.uploads.one(one.upload)) for one in earlier[:_MOST_READ])
    return tuple(one for one in found if one is not None)


def _chosen(upload: Upload) -> Remembered | None:
    """What was chosen of a published upload's columns, by its sender or by what it remembered itself."""
    names = [one["name"] for one in (upload.report.get("choices") or {}).get("columns") or ()]
    columns = upload.choices.get("columns")
    if columns:
        return Remembered(
            frozenset(names), columns, upload.upload, upload.filename, upload.created_at[:10]
        )
    taken = upload.report.get("remembered")
    return _of(taken) if taken and taken["dataset"] == upload.dataset else None


def _of(told: dict[str, Any]) -> Remembered:
    return Remembered(
        frozenset(told["names"]), told["columns"], told["upload"], told["filename"], told["day"]
    )


def _touched(changes: Mapping[str, Any] | None, schema: LayerSchema, cleaned: Path) -> list[str]:
    """Codes of the regencies whose features a layer changes, with `""` for those that lie in none."""
    field = schema.regency_field
    if changes is not None:
        return [*changes["regencies"], *([""] if changes["without_regency"] else [])]
    if field is None or not cleaned.exists():
        return [""]
    columns = [name for name in pq.read_schema(cleaned).names if name == field]
    codes = pq.read_table(cleaned, columns=columns).to_pydict().get(field, [None])
    return sorted({code or "" for code in codes})


def _refusal(error: UploadRejected) -> dict[str, Any]:
    """The report of a file that cannot be read at all: the one sentence of its refusal."""
    sentence = {"id": error.detail("id"), "en": error.detail("en")}
    report = report_of([])
    found: dict[str, Any] = {
        "code": type(error).__name__,
        "severity": "error",
        "sentence": sentence,
    }
    found |= {"to_accept": False, "feature": None, "where": {}, "facts": {}}
    counts = {type(error).__name__: 1}
    return report | {"accepted": False, "findings": [found], "counts": counts, "errors": 1}


def _record_failure(store: Store, upload: Upload, error: Exception) -> None:
    """End a check that failed by a fault of the program, so that it does not fail for ever."""
    report = report_of([finding("reader_failed", reason=type(error).__name__, step="-")])
    store.uploads.end_check(
        upload.upload,
        report=report | {"filename": upload.filename, "against": 0},
        frame=None,
        actor=upload.created_by,
    )


def _regencies(store: Store) -> gpd.GeoDataFrame | None:
    version = _current(store, "regencies")
    return None if version is None else gpd.read_parquet(version.path)


def _current(store: Store, name: str) -> Version | None:
    """The version that a layer is at, whose file is whole; None where there is none.

    A withdrawn layer counts: its next version goes on from the last.
    """
    version = store.standing(name)
    if version is not None:
        require_whole(version.path)
    return version
