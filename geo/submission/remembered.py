"""The columns that somebody chose for an earlier file of the same layer with just the same columns.

Nothing is kept for it but the uploads themselves, and only of those that were published: what was
withdrawn, returned or never decided may have been a mistake, which nobody wants back. Of a CRS or an encoding nothing is remembered: a
file that names neither is another file, whatever its columns are called.
"""

from itertools import dropwhile, islice
from typing import Any

from geo.ingest.source import Remembered
from geo.store.store import Store, Upload

# So many uploads of the same sender are looked through, and so many of the same layer read.
_MOST_SEEN = 200
_MOST_READ = 8


def remembered(store: Store, upload: Upload) -> tuple[Remembered, ...]:
    """What the sender of an upload chose of columns before, the newest first.

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
