"""Targets and indices that somebody types or a program computes: handed in as a small file in their name.

They go the way of every file: kept, checked, submitted, approved. What is wrong is told at once and
leaves nothing behind.
"""

import csv
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from geo.errors import InvalidInput, LayerMoved, StaleVersion, UploadRejected
from geo.indicators.figures import number_text
from geo.indicators.layout import Place
from geo.ingest.findings import Finding, is_refused, to_json
from geo.ingest.source import Limits
from geo.language import LANGUAGES, Text, filled, joined, shortened, texts
from geo.programme.indices.handed_in import held_against, read_handed_in, touched_by
from geo.programme.indices.index import Index
from geo.programme.indices.index_changes import IndexChange, index_changes
from geo.programme.indices.index_file import index_text
from geo.programme.indices.stored_index import INDEX_PREFIX, stored_index
from geo.programme.publish_targets import TARGETS, keys_of, targets
from geo.programme.target_file import StatedOfTargets, TargetsAgainst, read_target_file
from geo.programme.targets import COLUMNS, with_targets
from geo.published import indicator_catalogue, region
from geo.store.region import local_day
from geo.store.roles import Actor, Circumstances, require
from geo.store.store import Store, Upload
from geo.submission.accepting import still_open
from geo.submission.approval import publish, submit
from geo.submission.check import check, receive
from geo.submission.choices import optional_text, required_text
from geo.submission.steps import may_publish
from geo.submission.tables import index_against, shipped_folder
from geo.validation.upload import DEFAULT_LIMITS

_SAY = texts(__name__)

# As a reader's program calls the file that it never sent.
_FILENAME = "target.csv"
_SHOWN = 3
_MOST_SOURCE = 900
# The row of the first target, below the head.
_FIRST_ROW = 2

# What a sender calls a part of a target, by its number from 0 and the column.
Naming = Callable[[int, str], str]


def in_body(target: int, column: str) -> str:
    """The part of a target as a JSON body has it: `targets.0.least`."""
    return f"targets.{target}.{column}"


def enter_targets(
    store: Store,
    rows: Sequence[Mapping[str, object]],
    *,
    actor: Actor,
    note: str,
    publishes: bool = False,
    accept_warnings: bool = False,
    naming: Naming = in_body,
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
        stays ready, and its sender goes on from there; so it does where the same targets were
        published by somebody else in the same moment.
    naming : callable
        What the sender calls the parts of a target, for what is said of them.

    Raises
    ------
    NotAllowed, InvalidInput
    UploadRejected
        With `findings` and `errors` as a report has them; nothing is kept then.
    """
    require(actor, "upload")
    said: dict[str, Any] = {"note": required_text("note", note)}
    said["accept_warnings"] = accept_warnings
    with tempfile.TemporaryDirectory(prefix="kawasan-targets-") as folder:
        path = Path(folder) / _FILENAME
        _write(path, _with_units(store, rows))
        sources = _require_good(store, path, actor=actor, naming=naming, limits=limits)
        said["source"] = shortened("; ".join(sources), _MOST_SOURCE)
        received = receive(
            store, path, filename=_FILENAME, dataset=TARGETS, chosen={}, actor=actor, limits=limits
        )
    return _onward(store, received, actor=actor, publishes=publishes, limits=limits, said=said)


def enter_index(
    store: Store,
    handed_in: str | Index,
    name: str,
    *,
    actor: Actor,
    note: str,
    source: str | None = None,
    publishes: bool = False,
    accept_warnings: bool = False,
    expected: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Upload:
    """The upload that an index became: published, submitted, or ready where a warning is open.

    Parameters
    ----------
    handed_in : str or Index
        As TOML (see `geo.programme.indices.index_file.parse_index`), or as it was filled in.
    name : str
        The id of the index.
    source : str, optional
        Where it comes from; by default the documents and sources of what changes.
    expected : int, optional
        The version that the sender saw, 0 for none.

    Raises
    ------
    NotAllowed, InvalidInput
        Also where nothing would change.
    StaleVersion
        When `expected` is not the current version.
    UploadRejected
        As of targets. Nothing is kept then.
    """
    require(actor, "upload")
    said: dict[str, Any] = {
        "note": required_text("note", note),
        "source": optional_text("source", source),
        "accept_warnings": accept_warnings,
    }
    current = stored_index(store, name, data_dir=shipped_folder(store))
    _require_current(store, name, expected)
    against, text = index_against(store, name), handed_in
    if isinstance(text, Index):
        _refuse(held_against(text, against).findings)
        text = index_text(text)
    read = read_handed_in(text, against)
    _refuse(read.findings)
    if read.index is not None:
        changes = index_changes(read.index, current.index)
        if not changes:
            raise InvalidInput(reason=_SAY["unchanged"])
        touched = touched_by(changes)
        stated = shortened("; ".join(_stated_in(read.index, changes)), _MOST_SOURCE)
        said["source"] = said["source"] or stated or None
        require(actor, "submit", Circumstances(is_own=True, touching=touched))
    with tempfile.TemporaryDirectory(prefix="kawasan-index-") as folder:
        path = Path(folder) / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
        received = receive(
            store,
            path,
            filename=path.name,
            dataset=INDEX_PREFIX + name,
            chosen={},
            actor=actor,
            limits=limits,
        )
    return _onward(store, received, actor=actor, publishes=publishes, limits=limits, said=said)


def _stated_in(index: Index, changes: Sequence[IndexChange]) -> list[str]:
    """The documents and sources of what changes, each once."""
    moved = {one.slot for one in changes if one.entry != "value"}
    found = [slot.document for slot in index.slots if slot.id in moved]
    found += [one.source_after for one in changes]
    return [*dict.fromkeys(one for one in found if one)]


def _require_current(store: Store, name: str, expected: int | None) -> None:
    standing = store.standing(INDEX_PREFIX + name)
    current = 0 if standing is None else standing.number
    if expected is not None and expected != current:
        reason = _SAY["stale"].format(expected=expected, current=current)
        raise StaleVersion(reason=reason, expected=expected, current=current)


def _onward(
    store: Store,
    received: Upload,
    *,
    actor: Actor,
    publishes: bool,
    limits: Limits,
    said: Mapping[str, Any],
) -> Upload:
    """A received upload as far as its sender may take it, with what is said of it."""
    upload = check(store, received.upload, limits=limits)
    is_open = still_open(upload.report, ()) and not said["accept_warnings"]
    if upload.state != "ready" or is_open:
        return upload
    is_own_way = store.rules.is_on("own_approval")
    if publishes and may_publish(upload, actor, own_approval=is_own_way):
        try:
            publish(store, upload.upload, actor=actor, **said)
        except LayerMoved:
            # Its sender sees what it would change now.
            store.uploads.check_again(upload.upload, actor=actor.name)
            return check(store, upload.upload, limits=limits)
        return store.uploads.one(upload.upload)
    return submit(store, upload.upload, actor=actor, **said)


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


def by_part(findings: Iterable[Mapping[str, Any]], *, naming: Naming) -> list[dict[str, Any]]:
    """Findings of a report, each by the part of a target that its sender knows.

    The rows and columns of the small table that the targets became are nobody's.
    """
    return [_by_part(one, naming) if "row" in one["where"] else {**one} for one in findings]


def _by_part(found: Mapping[str, Any], naming: Naming) -> dict[str, Any]:
    where = found["where"]
    target, part = where["row"] - _FIRST_ROW, where["head"]
    label, known = Place(where["row"], where["column"] - 1, part).label, naming(target, part)
    said = Text(**found["sentence"])
    if found["code"] == "figure_twice":
        key, first = Text(**found["facts"]["key"]), found["facts"]["row"] - _FIRST_ROW
        said = filled(_SAY["twice"], key=key, first=naming(first, part))
    if found["code"] == "figure_ambiguous":
        # How the numbers of a file are written is chosen for files alone.
        facts = {name: _text_or(value) for name, value in found["facts"].items()}
        said = filled(_SAY["either"], **facts)
    sentence = {
        language: f"{known}: {text.removeprefix(f'{of}: ')}"
        for language, text, of in zip(LANGUAGES, said, label, strict=True)
    }
    return {**found, "where": {"target": target, "part": part}, "sentence": sentence}


def _text_or(fact: Any) -> Any:
    return Text(**fact) if isinstance(fact, dict) else fact


def _require_good(
    store: Store, path: Path, *, actor: Actor, naming: Naming, limits: Limits
) -> list[str]:
    """Where the targets come from; raises for what a check would refuse, before anything is kept."""
    catalogue = with_targets(indicator_catalogue(store))
    against = TargetsAgainst(
        region(store),
        catalogue,
        local_day(store),
        regencies=actor.regencies,
        published=keys_of(targets(store)),
    )
    read = read_target_file(path, stated=StatedOfTargets(), against=against, limits=limits)
    _refuse(read.findings, naming=naming)
    return [] if read.frame is None else [*dict.fromkeys(read.frame["source"])]


def _refuse(findings: Sequence[Finding], *, naming: Naming | None = None) -> None:
    """Raise for findings with an error among them, by the parts of targets where those are named."""
    if not is_refused(findings):
        return
    report = to_json(findings)
    told = report["findings"] if naming is None else by_part(report["findings"], naming=naming)
    errors = [Text(**found["sentence"]) for found in told if found["severity"] == "error"]
    shown = joined(errors[:_SHOWN], by=" ")
    reason = _SAY["refused"].format(n=report["errors"])
    raise UploadRejected(
        reason=Text(f"{reason.id} {shown.id}", f"{reason.en} {shown.en}"),
        findings=told,
        errors=report["errors"],
    )
