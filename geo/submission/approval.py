"""Submission and what is decided of it: a checked file becomes a version, goes back, or is withdrawn.

Only an upload without errors is submitted, and only over the version that it was compared with: if
the layer has moved, the file is compared again before anybody approves it.
"""

from collections.abc import Collection, Mapping
from typing import Any

from geo.errors import (
    Conflict,
    InvalidInput,
    InvalidLayer,
    LayerMoved,
    StaleVersion,
    WarningsNotAccepted,
)
from geo.language import Text, filled, joined, texts
from geo.published import region
from geo.store.roles import Actor, require
from geo.store.store import Provenance, Store, Upload, Version
from geo.store.uploads import FROM
from geo.store.versions import UNSTATED_LICENCE
from geo.submission.accepting import (
    accepted_before,
    known,
    marks_of,
    seen_version,
    still_open,
)
from geo.submission.choices import optional_text, required_text
from geo.submission.layers import is_new
from geo.submission.rasters import is_raster, publish_raster
from geo.submission.steps import is_own, require_step
from geo.submission.tables import is_as_reported, is_table, publish_handed_in

_SAY = texts(__name__)

# The report has them all.
_SHOWN_WARNINGS = 3
# A publication takes a second or two.
_PATIENCE_S = 30.0
# Others who publish targets in the same moment are waited for so often.
_MOST_TRIES = 20


def submit(
    store: Store,
    upload_id: str,
    *,
    actor: Actor,
    note: str,
    source: str | None = None,
    licence: str | None = None,
    accept_warnings: bool = False,
    accepted: Collection[str] | None = None,
) -> Upload:
    """Ask a publisher to publish a checked upload; what it was compared with is pinned.

    Parameters
    ----------
    source, licence : str, optional
        Where the file comes from, and under which terms it may be used.
    accept_warnings : bool
        Whether somebody has looked at all warnings that must be accepted.
    accepted : collection of str, optional
        In place of that, the names of those that are accepted (see `geo.submission.accepting`).

    Raises
    ------
    NotAllowed, UploadNotFound, UploadRejected, WarningsNotAccepted, Conflict
        Nothing has changed then.
    """
    upload = store.uploads.one(upload_id)
    upload.require("submit")
    require_step(store, upload, actor, "submit")
    if not accept_warnings:
        _require_no_open_warning(upload, accepted or (), _SAY["again_submit"])
    said = {"note": required_text("note", note), **_origin(upload, source, licence)}
    submission: dict[str, Any] = {**said, "accept_warnings": accept_warnings}
    submission |= {"base": upload.compared_with, "warnings": marks_of(upload.report)}
    if by_name := known(upload.report, accepted or ()):
        submission["accepted"] = by_name
    return store.uploads.submit(upload_id, submission=submission, actor=actor.name)


def publish(
    store: Store,
    upload_id: str,
    *,
    actor: Actor,
    note: str | None = None,
    source: str | None = None,
    licence: str | None = None,
    expected: int | None = None,
    accept_warnings: bool = False,
    accepted: Collection[str] | None = None,
) -> Version:
    """Approve an upload: it becomes the current version of its layer.

    One that was not submitted is submitted in the same step, by whoever approves it.

    Parameters
    ----------
    note, source, licence : str, optional
        As they were submitted, by default.
    expected : int, optional
        The version that the caller believes to be current. It must be stated where the upload was
        compared anew after somebody asked to have it published.
    accept_warnings : bool
        Whether somebody has looked at all warnings that must be accepted.
    accepted : collection of str, optional
        In place of that, the names of those that are accepted (see `geo.submission.accepting`). What
        its sender has accepted by name counts for the sender alone, and for what its report said then.

    Raises
    ------
    NotAllowed, UploadNotFound, UploadRejected, WarningsNotAccepted, Conflict
        Nothing has changed then.
    StaleVersion
        When `expected` is not the current version.
    LayerMoved
        When the upload was compared with another version: see `geo.submission.check`. Targets go into
        the newer version where that did not touch them, unless `expected` is stated.
    """
    # Whoever holds the lock sees the file that the report is of: no check can end meanwhile.
    with store.uploads.locked(upload_id, patience_s=_PATIENCE_S) as is_held:
        upload = store.uploads.one(upload_id)
        upload.require("publish")
        if not is_held:
            raise Conflict(reason=_SAY["busy"])
        require_step(store, upload, actor, "publish")
        if _is_layer(upload) and is_new(store, upload.dataset):
            require(actor, "add_layer")
        submitted = upload.submission or {}
        if not accept_warnings:
            _require_consent(upload, actor, accepted)
        current = _current_number(store, upload.dataset)
        if expected is not None and expected != current:
            raise StaleVersion(
                reason=_SAY["stale"].format(e=expected, c=current),
                expected=expected,
                current=current,
            )
        origin = _origin(
            upload, source or submitted.get("source"), licence or submitted.get("licence")
        )
        credits = _credits(store, upload, origin)
        provenance = Provenance(
            actor=actor.name,
            note=optional_text("note", note) or submitted.get("note") or upload.filename,
            source=credits["source"].en,
            licence=credits["licence"].en,
            upload=upload_id,
            role=actor.role,
            institution=actor.institution,
        )
        _require_seen(upload, expected, current)
        indonesian = {name: text.id for name, text in credits.items() if text.id != text.en}
        merges = expected is None
        return _published(store, upload, provenance, current, indonesian=indonesian, merges=merges)


def give_back(store: Store, upload_id: str, *, actor: Actor, reason: str) -> Upload:
    """Return a submitted upload to its sender, who goes on from there; `reason` becomes a comment.

    Raises
    ------
    NotAllowed, UploadNotFound, Conflict, InvalidInput
        Nothing has changed then.
    """
    upload = store.uploads.one(upload_id)
    require_step(store, upload, actor, "return")
    upload.require("return")
    return store.uploads.give_back(upload_id, reason=reason, actor=actor)


def withdraw(store: Store, upload_id: str, *, actor: Actor, reason: str | None = None) -> Upload:
    """End an upload that is not decided, also while it is checked; its report stays.

    Whoever ends that of somebody else says why: `reason` becomes a comment.

    Raises
    ------
    NotAllowed, UploadNotFound, Conflict, InvalidInput
        Nothing has changed then.
    """
    upload = store.uploads.one(upload_id)
    require_step(store, upload, actor, "withdraw")
    said = optional_text("reason", reason)
    if said is None and upload.state in FROM["withdraw"] and not is_own(upload, actor):
        raise InvalidInput(reason=_SAY["why_withdrawn"].format(by=upload.created_by))
    return store.uploads.withdraw(upload_id, actor=actor, reason=said)


def _current_number(store: Store, dataset: str) -> int:
    """The version that a dataset is at, also while it is withdrawn; 0 where there is none."""
    version = store.standing(dataset)
    return 0 if version is None else version.number


def _require_no_open_warning(upload: Upload, accepted: Collection[str], again: Text) -> None:
    found = still_open(upload.report, accepted)
    codes = {one.code for one in found}
    if n := sum(upload.report["counts"].get(code, 0) for code in codes):
        said = [f["sentence"] for f in upload.report["findings"] if f["code"] in codes]
        shown = joined([Text(**sentence) for sentence in said[:_SHOWN_WARNINGS]], by=" ")
        raise WarningsNotAccepted(n=n, warnings=shown, again=again)


def _require_seen(upload: Upload, expected: int | None, current: int) -> None:
    """Raise unless whoever publishes what was compared anew names the version it is compared with."""
    seen = seen_version(upload)
    if expected is None and seen != upload.compared_with == current:
        said = {"b": seen, "c": current}
        raise Conflict(reason=filled(_SAY["unseen"], **said))


def _require_consent(upload: Upload, actor: Actor, accepted: Collection[str] | None) -> None:
    """Raise unless whoever approves an upload consents to what is lost by it.

    A sender that said to have looked at all warnings spares its publisher the names, as long as the
    publisher names none, of those that were in the report then: what a later check has found besides
    is accepted anew.
    """
    said, submitted = list(accepted or ()), upload.submission or {}
    is_spared = bool(submitted.get("accept_warnings")) and accepted is None
    if is_spared or is_own(upload, actor):
        said += accepted_before(upload.report, submitted)
    _require_no_open_warning(upload, said, _SAY["again_publish"])


def _is_layer(upload: Upload) -> bool:
    return not is_table(upload.dataset) and not is_raster(upload.dataset)


def _origin(upload: Upload, source: str | None, licence: str | None) -> dict[str, str | None]:
    """Source and licence as they are stated now, else as they were with the file.

    A layer of an office's own and a raster say where they come from; of others the published version
    does.
    """
    source, licence = optional_text("source", source), optional_text("licence", licence)
    # The source that is chosen of a table is that of its rows.
    if not is_table(upload.dataset):
        source, licence = (
            source or upload.choices.get("source"),
            licence or upload.choices.get("licence"),
        )
    if ("definition" in upload.report or is_raster(upload.dataset)) and not (source and licence):
        raise InvalidLayer(reason=_SAY["no_origin"].format(layer=upload.dataset))
    return {"source": source, "licence": licence}


def _credits(store: Store, upload: Upload, origin: Mapping[str, str | None]) -> dict[str, Text]:
    """Source and licence that a version states: nothing that nobody stated.

    Of a layer of which a file replaces some regencies these are its own, as they were published in
    both languages, and the part's. What an earlier file of the same regencies said is replaced with
    their features.
    """
    source, licence = origin["source"] or upload.filename, origin["licence"]
    said = {"source": Text(source, source)}
    said["licence"] = UNSTATED_LICENCE if licence is None else Text(licence, licence)
    chosen = upload.choices.get("regencies")
    if not chosen or not _current_number(store, upload.dataset) or not _is_layer(upload):
        return said
    whole = store.version(upload.dataset)
    names = region(store).by_code
    part = ", ".join(names[c].full_name if c in names else c for c in sorted(chosen))
    stated = {"source": whole.source_text, "licence": whole.licence_text}
    return {
        name: Text(*(_with_part(w, part, s) for w, s in zip(text, said[name], strict=True)))
        for name, text in stated.items()
    }


def _with_part(whole: str, part: str, said: str) -> str:
    """What is said of a layer and of a part of it; of one that says the same as the rest nothing."""
    rest = "; ".join(one for one in whole.split("; ") if not one.startswith(f"{part}: "))
    # A semicolon ends what is said of a part.
    return rest if said == rest else f"{rest}; {part}: {said.replace('; ', ', ')}"


def _published(
    store: Store,
    upload: Upload,
    provenance: Provenance,
    current: int,
    *,
    indonesian: Mapping[str, str],
    merges: bool,
) -> Version:
    """The version that an upload becomes; where it `merges`, over a newer one that does not touch it."""
    over = upload.compared_with
    for _ in range(_MOST_TRIES):
        try:
            return _published_over(store, upload, provenance, current, over, indonesian=indonesian)
        except LayerMoved as error:
            # The number is read before the table: what comes between is found at the next try.
            current = over = _current_number(store, upload.dataset)
            is_shown = not error.facts.get("is_withdrawn")
            if not (merges and is_shown and is_as_reported(store, upload)):
                raise
    raise Conflict(reason=_SAY["busy"])


def _published_over(
    store: Store,
    upload: Upload,
    provenance: Provenance,
    current: int,
    over: int,
    *,
    indonesian: Mapping[str, str],
) -> Version:
    """The version that an upload becomes in place of version `over`."""
    moved = {"upload": upload.upload, "dataset": upload.dataset, "base": upload.compared_with}
    if over != current:
        raise LayerMoved(**moved, current=current)
    # Whoever approves it must know that the layer is shown again.
    is_told = "layer_withdrawn" in upload.report["counts"]
    if not is_told and upload.dataset in store.withdrawn():
        raise LayerMoved(**moved, current=current, is_withdrawn=True)
    try:
        if is_table(upload.dataset):
            return publish_handed_in(store, upload, provenance, expected=over)
        if is_raster(upload.dataset):
            return publish_raster(store, upload, provenance, over)
        details = _details(upload) | ({"indonesian": dict(indonesian)} if indonesian else {})
        return _publish_layer(store, upload, provenance, details=details, expected=over)
    except StaleVersion as error:
        raise LayerMoved(**moved, current=error.facts["current"]) from error
    except FileNotFoundError as error:
        # Somebody may have withdrawn it since we looked; that says more than the file.
        store.uploads.one(upload.upload).require("publish")
        raise Conflict(reason=_SAY["file_lost"]) from error


def _publish_layer(
    store: Store,
    upload: Upload,
    provenance: Provenance,
    *,
    details: Mapping[str, Any],
    expected: int,
) -> Version:
    return store.publish(
        upload.dataset,
        "layer",
        store.uploads.path(upload.upload),
        suffix=".parquet",
        provenance=provenance,
        details=details,
        expected=expected,
    )


def _details(upload: Upload) -> dict[str, Any]:
    report = upload.report
    summary, changes = report["summary"], report["difference"]
    defined = {"layer": report["definition"]} if "definition" in report else {}
    return defined | {
        "features": summary["features"],
        "crs": summary["crs"],
        "bounds": summary["bounds"],
        "filename": upload.filename,
        "file_sha256": upload.sha256,
        "difference": changes and changes["counts"],
        "findings": report["counts"],
    }
