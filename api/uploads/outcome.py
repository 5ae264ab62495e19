"""What became of uploads, for who reads them: the version that one became, or who withdrew it and why."""

from collections.abc import Iterable, Mapping
from typing import Any

from geo.store.store import Store, UploadEntry


def outcomes(store: Store, entries: Iterable[UploadEntry]) -> dict[str, dict[str, Any]]:
    """Of each upload that became a version or was withdrawn, what pages tell of that.

    Returns
    -------
    dict
        By the id of an upload. Of one that was published: `number` of its version, `by`, `at`, `note`,
        and `current`, the number of the version that is shown now, None where the layer is withdrawn.
        Of one that was withdrawn: `withdrawn_by`, `at`, `reason`, and `is_own`.
    """
    ended = list(entries)
    names = people(store)
    found: dict[str, dict[str, Any]] = {}
    gone = {one.upload: one for one in ended if one.state == "withdrawn"}
    for upload, how in store.uploads.withdrawals(gone).items():
        is_own = how.by in (gone[upload].created_by, gone[upload].submitted_by)
        told = {"at": how.at, "reason": how.reason, "is_own": is_own}
        found[upload] = told | {"withdrawn_by": names.get(how.by, how.by)}
    became = {one.upload for one in ended if one.state == "published"}
    hidden = set(store.withdrawn())
    for dataset in {one.dataset for one in ended if one.upload in became}:
        versions = store.versions(dataset)
        current = next((one.number for one in versions if one.is_current), None)
        for one in versions:
            if one.upload in became:
                found[one.upload] = {
                    "number": one.number,
                    "current": None if dataset in hidden else current,
                    "by": names.get(one.published_by, one.published_by),
                    "at": one.published_at,
                    "note": one.note,
                }
    return found


def people(store: Store) -> Mapping[str, str]:
    """What people are called, by their user names."""
    return {row["user"]: row["name"] for row in store.users.all()}
