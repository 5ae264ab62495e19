"""What a map of an upload shows: drawn by its check, or from the versions that it lies between.

The drawings of a check go with the file; what an upload has changed can be told of the versions as
long as these are kept.
"""

import json
from pathlib import Path

from geo.errors import NotDrawn
from geo.ingest.source import DRAWINGS
from geo.language import Text, texts
from geo.store.store import Store, Upload
from geo.store.uploads import FROM
from geo.submission.rasters import is_raster
from geo.submission.tables import is_table
from geo.submission.version_difference import drawn_difference

_SAY = texts(__name__)


def preview(store: Store, upload_id: str) -> bytes:
    """The GeoJSON of the features of an upload's file as they were read.

    Raises
    ------
    UploadNotFound
    NotDrawn
        Saying why there is none.
    """
    upload = _with_map(store, upload_id)
    if (path := store.uploads.drawing(upload, "preview")) is not None:
        return _read(path)
    raise NotDrawn(reason=_SAY["ended" if upload.is_end else "nothing_to_draw"])


def changes(store: Store, upload_id: str, *, patience_s: float | None = None) -> bytes:
    """The GeoJSON of what an upload would change, or has changed.

    See `geo.validation.changes.changed_features`.

    Parameters
    ----------
    patience_s : float, optional
        How long to wait for a comparison of versions that is under way, in seconds; for ever by
        default.

    Raises
    ------
    UploadNotFound, DifferenceNotReady
    NotDrawn
        Saying why there is none.
    """
    upload = _with_map(store, upload_id)
    if (path := store.uploads.drawing(upload, "changes")) is not None:
        return _read(path)
    if upload.state == "published":
        return _of_versions(store, upload, patience_s)
    raise NotDrawn(reason=_why_no_changes(upload))


def drawn(store: Store, upload: Upload) -> list[str]:
    """Which of `preview` and `changes` can be asked for; none while a check draws them anew."""
    if upload.state in FROM["check"]:
        return []
    found: list[str] = [
        name for name in DRAWINGS if store.uploads.drawing(upload, name) is not None
    ]
    if upload.state != "published" or is_table(upload.dataset) or is_raster(upload.dataset):
        return found
    numbers = {version.number for version in store.versions(upload.dataset)}
    return [*found, "changes"] if upload.compared_with in numbers else found


def _with_map(store: Store, upload_id: str) -> Upload:
    """An upload of a layer that has been checked."""
    upload = store.uploads.one(upload_id)
    if is_table(upload.dataset) or is_raster(upload.dataset):
        what = _SAY["figures" if is_table(upload.dataset) else "raster"]
        raise NotDrawn(reason=_SAY["no_map"].format(what=what))
    if upload.state in FROM["check"]:
        raise NotDrawn(reason=_SAY["being_checked"])
    return upload


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        # Somebody has decided of the upload since we looked.
        raise NotDrawn(reason=_SAY["ended"]) from error


def _why_no_changes(upload: Upload) -> Text:
    if upload.is_end:
        return _SAY["never_published"]
    if upload.state == "needs_choices":
        return _SAY["refused"]
    return _SAY["is_first" if not upload.compared_with else "not_kept"]


def _of_versions(store: Store, upload: Upload, patience_s: float | None) -> bytes:
    """The changes between the version that an upload became and the one that it was compared with."""
    versions = {version.number: version for version in store.versions(upload.dataset)}
    after = next((one for one in versions.values() if one.upload == upload.upload), None)
    before = versions.get(upload.compared_with)
    if after is None or before is None:
        raise NotDrawn(reason=_SAY["is_first"])
    drawn = drawn_difference(store, before, after, patience_s=patience_s)
    return json.dumps(drawn).encode()
