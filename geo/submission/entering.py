"""Targets that somebody types or a program computes: handed in as a small table in their sender's name.

They go the way of every file: kept, checked, submitted, approved. What is wrong is told at once and
leaves nothing behind.
"""

import csv
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from geo.errors import UploadRejected
from geo.indicators.figures import number_text
from geo.ingest.findings import is_refused, to_json
from geo.ingest.source import Limits
from geo.language import Text, joined, texts
from geo.programme.publish_targets import TARGETS
from geo.programme.target_file import StatedOfTargets, TargetsAgainst, read_target_file
from geo.programme.targets import COLUMNS, with_targets
from geo.published import indicator_catalogue, region
from geo.store.roles import Actor, require
from geo.store.store import Store, Upload
from geo.submission.accepting import still_open
from geo.submission.approval import publish, submit
from geo.submission.check import check, receive
from geo.submission.choices import required_text
from geo.submission.steps import may_publish
from geo.validation.upload import DEFAULT_LIMITS

_SAY = texts(__name__)

# As a reader's program calls the file that it never sent.
_FILENAME = "target.csv"
_SHOWN = 3


def enter_targets(
    store: Store,
    rows: Sequence[Mapping[str, object]],
    *,
    actor: Actor,
    note: str,
    publishes: bool = False,
    accept_warnings: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> Upload:
    """The upload that the rows became: published, submitted, or ready where a warning is open.

    Parameters
    ----------
    rows : sequence of mapping
        By the columns of `geo.programme.targets.COLUMNS` and `unit`, as texts or numbers; a direction
        or unit that is left out is the catalogue's.
    note : str
        Why they are to be published.
    publishes : bool
        Publish at once where `actor` may; else they are submitted.
    accept_warnings : bool
        Whether somebody has looked at the warnings. Where one is open and this is false, the upload
        stays ready, and its sender goes on from there.

    Raises
    ------
    NotAllowed, InvalidInput
    UploadRejected
        With `findings` and `errors` as a report has them; nothing is kept then.
    """
    require(actor, "upload")
    said = required_text("note", note)
    with tempfile.TemporaryDirectory(prefix="kawasan-targets-") as folder:
        path = Path(folder) / _FILENAME
        _write(path, _with_units(store, rows))
        _require_good(store, path, actor=actor, limits=limits)
        received = receive(
            store, path, filename=_FILENAME, dataset=TARGETS, chosen={}, actor=actor, limits=limits
        )
    upload = check(store, received.upload, limits=limits)
    if upload.state != "ready" or (still_open(upload.report, ()) and not accept_warnings):
        return upload
    is_own_way = store.rules.is_on("own_approval")
    if publishes and may_publish(upload, actor, own_approval=is_own_way):
        publish(store, upload.upload, actor=actor, note=said, accept_warnings=accept_warnings)
        return store.uploads.one(upload.upload)
    return submit(store, upload.upload, actor=actor, note=said, accept_warnings=accept_warnings)


def _with_units(store: Store, rows: Sequence[Mapping[str, object]]) -> list[Mapping[str, object]]:
    """The rows, each in the unit of its indicator where it says none."""
    units = {name: one.unit.id for name, one in indicator_catalogue(store).items()}
    return [
        {**row, "unit": row.get("unit") or units.get(str(row.get("indicator")))} for row in rows
    ]


def _write(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    heads = (*COLUMNS, "unit")
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, quoting=csv.QUOTE_ALL)
        table.writerow(heads)
        table.writerows([_cell(row.get(head)) for head in heads] for row in rows)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return number_text(value)
    return "" if value is None else str(value)


def _require_good(store: Store, path: Path, *, actor: Actor, limits: Limits) -> None:
    """Raise for what a check would refuse, before anything is kept."""
    catalogue = with_targets(indicator_catalogue(store))
    against = TargetsAgainst(region(store), catalogue, store.today(), regencies=actor.regencies)
    read = read_target_file(path, stated=StatedOfTargets(), against=against, limits=limits)
    if not is_refused(read.findings):
        return
    report = to_json(read.findings)
    errors = [Text(**f["sentence"]) for f in report["findings"] if f["severity"] == "error"]
    shown = joined(errors[:_SHOWN], by=" ")
    reason = _SAY["refused"].format(n=report["errors"])
    raise UploadRejected(
        reason=Text(f"{reason.id} {shown.id}", f"{reason.en} {shown.en}"),
        findings=report["findings"],
        errors=report["errors"],
    )
