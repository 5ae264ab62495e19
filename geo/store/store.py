"""The only writer of state: immutable snapshots and the catalogue that points at them.

A snapshot is one file named by the sha256 of its content and never changed. It is written under a
temporary name, synced, renamed, and its folder synced; only then one catalogue transaction makes
it a version. A reader sees the old version or the new one; a crash leaves at worst an orphan file
that `Store.check` finds.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from geo.errors import LayerNotFound, StaleVersion, StoreFault, VersionNotFound
from geo.language import Text, texts
from geo.store import catalogue, database
from geo.store.comments import Comments
from geo.store.keys import Keys
from geo.store.rules import Rules
from geo.store.sessions import Sessions
from geo.store.snapshots import (
    UNFINISHED,
    clear_unfinished,
    file_sha256,
    full_disk,
    prune,
    remove,
    write_atomically,
    write_snapshot,
    written_at,
)
from geo.store.uploads import KEEP_DAYS, Upload, UploadEntry, Uploads, mark_published
from geo.store.users import Users
from geo.store.versions import DatasetKind, Event, Provenance, Publication, Published, Version

_SAY = texts(__name__)

__all__ = [
    "DatasetKind",
    "Provenance",
    "Published",
    "Store",
    "StoreReport",
    "Upload",
    "UploadEntry",
    "Version",
]

# A file younger than this may belong to a publication that is under way.
_ORPHAN_AGE_S = 600.0
_KEPT = ("note", "source", "licence", "upload", "role", "institution")
_EVENTS = ("publish", "rollback", "withdraw", "restore")
_IS_CURRENT = catalogue.datasets.c.current == catalogue.versions.c.number
_IS_SHOWN = catalogue.datasets.c.withdrawn_at.is_(None)
_VERSIONS = (
    sa.select(catalogue.versions, _IS_CURRENT.label("is_current"))
    .join(catalogue.datasets, catalogue.datasets.c.dataset == catalogue.versions.c.dataset)
    .order_by(catalogue.versions.c.number)
)


@dataclass(frozen=True, slots=True)
class StoreReport:
    """What `Store.check` found; files by their path in the store's folder.

    `orphans` are files that nothing needs: unfinished writes, snapshots of no version, files of
    uploads that do not wait. `missing` and `altered` are files that a version or a waiting upload
    needs. `broken_entry` is the first entry of the audit log that does not follow from the one
    before it or was cut off, None while the log is whole.
    """

    orphans: tuple[str, ...]
    missing: tuple[str, ...]
    altered: tuple[str, ...]
    broken_entry: int | None

    @property
    def is_sound(self) -> bool:
        """Whether nothing is lost or changed; orphans harm nobody."""
        return not self.missing and not self.altered and self.broken_entry is None


class Store:
    """A folder of snapshots and a catalogue.

    `keys`, `users`, `sessions`, `rules`, `comments` and `uploads` are its other doors.

    Parameters
    ----------
    folder : Path
        Created when it does not exist.
    now : callable
        The clock, for times written into the catalogue. Order never depends on it.
    patience_s : float
        How long a writer waits for another before it says that the catalogue is busy.
    upload_days : int
        How long a file that was handed in waits after the last change of its upload.
    data_dir : Path, optional
        Where the data that ship are read from; None for those of the program.

    Raises
    ------
    StoreFault
        When the folder cannot be used, or the catalogue is lost, damaged, busy or was made by a
        newer Kawasan. It is never recreated.
    """

    def __init__(
        self,
        folder: Path,
        *,
        now: Callable[[], datetime] | None = None,
        patience_s: float = database.PATIENCE_S,
        upload_days: int = KEEP_DAYS,
        data_dir: Path | None = None,
    ) -> None:
        self.folder, self.data_dir = folder, data_dir
        self._now = now or (lambda: datetime.now(UTC))
        try:
            for part in ("snapshots", "uploads", "prepared"):
                (folder / part).mkdir(parents=True, exist_ok=True)
            # Looked at before the catalogue: another first start may fill both in between.
            is_new = not any(self._snapshots.iterdir())
        except OSError as error:
            reason = _no_folder(folder, error)
            raise full_disk(error) or StoreFault(reason=reason, place=folder) from error
        self._engine = catalogue.open_catalogue(
            folder / "catalogue.sqlite", is_new=is_new, patience_s=patience_s
        )
        self._log = catalogue.AuditLog(self._time)
        self._changes = database.ChangeCounter(self._engine)
        self.keys = Keys(self._engine, time=self._time, changes=self._changes)
        self._remembered = database.Remembered(self._changes, self._read_current)
        self.rules = Rules(self._engine, time=self._time, changes=self._changes)
        self.users = Users(self._engine, time=self._time)
        self.sessions = Sessions(self._engine, self.users, time=self._time, changes=self._changes)
        self.comments = Comments(self._engine, time=self._time)
        self.uploads = Uploads(
            self._engine, folder / "uploads", time=self._time, keep_days=upload_days
        )

    def close(self) -> None:
        """Release the catalogue."""
        self._changes.close()
        self._engine.dispose()

    def datasets(self, kind: DatasetKind | None = None) -> list[str]:
        """The names of all published datasets, sorted; of one `kind` where given."""
        return self.current().datasets(kind)

    def current(self) -> Published:
        """Every dataset's current version, all seen at the same moment."""
        return self._remembered()

    def _read_current(self) -> Published:
        with database.reading(self._engine) as connection:
            rows = connection.execute(_VERSIONS.where(_IS_CURRENT & _IS_SHOWN)).mappings().all()
        return Published({row["dataset"]: self._version(row) for row in rows})

    def state(self) -> dict[str, str]:
        """The sha256 of every dataset's current version, by dataset."""
        now = self.current()
        return {name: now.version(name).sha256 for name in now.datasets()}

    def current_version(self, dataset: str, kind: DatasetKind | None = None) -> Version:
        """The current version of one dataset, of one `kind` where given; see `Published.version`."""
        return self.current().version(dataset, kind)

    def version(self, dataset: str, number: int | None = None) -> Version:
        """One version of a dataset, the current one by default.

        Raises
        ------
        LayerNotFound, VersionNotFound
        """
        current = self.current_version(dataset)
        if number in (None, current.number):
            return current
        versions = self.versions(dataset)
        for version in versions:
            if version.number == number:
                return version
        raise VersionNotFound(str(number), available=[str(v.number) for v in versions])

    def versions(self, dataset: str) -> list[Version]:
        """All versions of a dataset, oldest first; `LayerNotFound` when there is none."""
        query = _VERSIONS.where(catalogue.versions.c.dataset == dataset)
        with database.reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        if not rows:
            raise LayerNotFound(dataset, available=self.datasets())
        return [self._version(row) for row in rows]

    def publish(
        self,
        dataset: str,
        kind: DatasetKind,
        content: bytes | Path,
        *,
        suffix: str,
        provenance: Provenance,
        details: Mapping[str, Any] | None = None,
        expected: int | None = None,
    ) -> Version:
        """Make `content` the current version of `dataset`; all or nothing.

        Parameters
        ----------
        content : bytes or Path
            A path is copied, never moved.
        suffix : str
            `.parquet`, `.tif` or `.toml`; kept in the snapshot's name so that other programs open it.
        expected : int, optional
            The version that the caller believes to be current (0 for none). `StaleVersion` when it is not.

        Raises
        ------
        StaleVersion, Conflict, StoreFault
            Nothing has changed then.
        """
        publication = Publication(
            dataset, kind, content, suffix, provenance, details or {}, expected
        )
        return self.publish_all([publication])[0]

    def publish_all(self, publications: Sequence[Publication]) -> list[Version]:
        """Make several contents current in one transaction: all of them or none.

        Raises
        ------
        StaleVersion, Conflict, StoreFault
            Nothing has changed then.
        """
        written = [
            write_snapshot(self._snapshots, p.content, suffix=p.suffix) for p in publications
        ]
        with database.writing(self._engine) as connection:
            numbers = [
                self._insert(connection, publication, sha256, size)
                for publication, (sha256, size) in zip(publications, written, strict=True)
            ]
        for publication in publications:
            if publication.provenance.upload is not None:
                self.uploads.drop_files(publication.provenance.upload)
        return [self.version(p.dataset, n) for p, n in zip(publications, numbers, strict=True)]

    def _insert(
        self, connection: sa.Connection, publication: Publication, sha256: str, size: int
    ) -> int:
        """One publication's rows in a transaction that is under way; the version's number."""
        dataset, provenance = publication.dataset, publication.provenance
        # A repair may just have removed an old orphan of the same content; now it has to wait.
        if not (self._snapshots / f"{sha256}{publication.suffix}").exists():
            write_snapshot(self._snapshots, publication.content, suffix=publication.suffix)
        current = _current(connection, dataset) or 0
        if publication.expected is not None and publication.expected != current:
            raise StaleVersion(
                reason=_moved_on(dataset, publication.expected, current),
                expected=publication.expected,
                current=current,
            )
        number = 1 + _newest(connection, dataset)
        row = {"dataset": dataset, "number": number, "kind": publication.kind, "sha256": sha256}
        row |= {"suffix": publication.suffix, "size_bytes": size}
        row |= {"details": dict(publication.details), "published_at": self._time()}
        row |= {"published_by": provenance.actor}
        row |= {name: getattr(provenance, name) for name in _KEPT}
        connection.execute(catalogue.versions.insert().values(**row))
        _point(connection, dataset, publication.kind, number)
        if provenance.upload is not None:
            said = ("note", "source", "licence")
            mark_published(
                connection,
                provenance.upload,
                actor=provenance.actor,
                submission={name: getattr(provenance, name) for name in said},
                at=self._time(),
            )
        evidence = {"sha256": sha256, "note": provenance.note, "upload": provenance.upload}
        self._log(connection, provenance.actor, "publish", f"{dataset}@{number}", evidence)
        return number

    def rollback(self, dataset: str, number: int, *, actor: str, note: str) -> Version:
        """Point `dataset` at an older (or newer) version of itself; no version is deleted."""
        version = self.version(dataset, number)
        with database.writing(self._engine) as connection:
            before = _current(connection, dataset)
            _point(connection, dataset, version.kind, number)
            self._log(
                connection,
                actor,
                "rollback",
                f"{dataset}@{number}",
                {"from": before, "sha256": version.sha256, "note": note},
            )
        return self.version(dataset, number)

    def withdraw(self, dataset: str, *, actor: str, note: str) -> None:
        """Show a dataset to nobody any more; its versions stay, and `restore` shows it again.

        Raises
        ------
        LayerNotFound
            Also for one that is withdrawn already.
        """
        version = self.current_version(dataset)
        with database.writing(self._engine) as connection:
            _show(connection, dataset, withdrawn_at=self._time())
            evidence = {"note": note}
            self._log(connection, actor, "withdraw", f"{dataset}@{version.number}", evidence)

    def restore(self, dataset: str, *, actor: str, note: str) -> Version:
        """Show a withdrawn dataset again, as it was; nothing changes for one that is shown.

        Raises
        ------
        LayerNotFound
        """
        current = next(v for v in self.versions(dataset) if v.is_current)
        with database.writing(self._engine) as connection:
            _show(connection, dataset, withdrawn_at=None)
            evidence = {"note": note}
            self._log(connection, actor, "restore", f"{dataset}@{current.number}", evidence)
        return self.current_version(dataset)

    def standing(self, dataset: str) -> Version | None:
        """The version that a dataset is at, also while it is withdrawn; None where there is none."""
        query = _VERSIONS.where(_IS_CURRENT & (catalogue.versions.c.dataset == dataset))
        with database.reading(self._engine) as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else self._version(row)

    def withdrawn(self) -> list[str]:
        """The names of all withdrawn datasets, sorted."""
        names = catalogue.datasets.c.dataset
        query = sa.select(names).where(~_IS_SHOWN).order_by(names)
        with database.reading(self._engine) as connection:
            return list(connection.execute(query).scalars())

    def audit(self, *, newest: int | None = None) -> list[Mapping[str, Any]]:
        """The audit log, oldest first; only so many of its newest entries where given."""
        table = catalogue.audit
        query = sa.select(table).order_by(table.c.entry.desc()).limit(newest)
        with database.reading(self._engine) as connection:
            return [dict(row) for row in reversed(connection.execute(query).mappings().all())]

    def events(self, dataset: str) -> list[Event]:
        """What became of a dataset by the audit log, the oldest first; none for an unknown one."""
        table = catalogue.audit
        query = (
            sa.select(table)
            .where(table.c.action.in_(_EVENTS))
            .where(table.c.subject.startswith(f"{dataset}@", autoescape=True))
            .order_by(table.c.entry)
        )
        with database.reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        events: list[Event] = []
        for row in rows:
            name, _, number = row["subject"].rpartition("@")
            if name == dataset:
                before = events[-1].number if events else None
                said = {key: row[key] for key in ("at", "action", "actor")}
                note = row["details"].get("note") or ""
                events.append(Event(number=int(number), before=before, note=note, **said))
        return events

    def log_refusal(self, actor: str, subject: str, details: Mapping[str, Any]) -> None:
        """Write into the audit log that something was refused; the caller sees that no flood fills it."""
        with database.writing(self._engine) as connection:
            self._log(connection, actor, "refused", subject, details)

    def check(self, *, repair: bool = False, min_age_s: float = _ORPHAN_AGE_S) -> StoreReport:
        """Compare what is needed with what is there, and the audit log with itself.

        An orphan that is younger than `min_age_s` may belong to a publication that is under way;
        with `repair` the older ones are removed.
        """
        needed, uploads = self._needed(), self.uploads.waiting_files()
        found = {path.name for path in self._snapshots.iterdir()}
        orphans = self._orphans()
        altered = [
            name
            for name in needed.keys() & found
            if file_sha256(self._snapshots / name) != needed[name]
        ]
        lost = [f"snapshots/{name}" for name in needed.keys() - found]
        lost += [f"uploads/{n}" for n in uploads if not (self.folder / "uploads" / n).exists()]
        with database.reading(self._engine) as connection:
            broken_entry = catalogue.broken_entry(connection)
        if repair:
            # Nobody publishes while this holds the catalogue, so what is an orphan now stays one.
            with database.writing(self._engine):
                _remove_old(self._orphans(), min_age_s)
        return StoreReport(
            orphans=tuple(path.relative_to(self.folder).as_posix() for path in orphans),
            missing=tuple(sorted(lost)),
            altered=tuple(sorted(f"snapshots/{name}" for name in altered)),
            broken_entry=broken_entry,
        )

    def _needed(self) -> dict[str, str]:
        """The sha256 of every version's snapshot, by the snapshot's name."""
        table = catalogue.versions
        query = sa.select(table.c.sha256, table.c.suffix).distinct()
        with database.reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return {f"{sha256}{suffix}": sha256 for sha256, suffix in rows}

    def _orphans(self) -> list[Path]:
        """Files in the store that nothing needs, sorted."""
        # The folders are listed first: what is written and published meanwhile is no orphan.
        snapshots = list(self._snapshots.iterdir())
        uploads = list((self.folder / "uploads").iterdir())
        needed, waiting = self._needed(), self.uploads.waiting_files()
        found = [path for path in snapshots if path.name not in needed]
        found += [path for path in uploads if path.name not in waiting]
        return sorted([*found, *self._unfinished()])

    def prepared_path(self, name: str) -> Path:
        """Where something derived from immutable versions is kept; `name` must carry their hashes."""
        return self.folder / "prepared" / name

    def write_prepared(self, name: str, content: bytes) -> Path:
        """Keep derived bytes under `name`, whole or not at all."""
        path = self.prepared_path(name)
        write_atomically(path, content)
        return path

    def prune_prepared(self, prefix: str, *, most: int) -> None:
        """Remove the oldest prepared files that begin with `prefix`, so that `most` remain."""
        prune(self.folder / "prepared", prefix, most=most)

    def clear_unfinished(self) -> None:
        """Remove what killed makers left of derived files; of those at work, here or elsewhere, nothing."""
        clear_unfinished(self.folder / "prepared")
        _remove_old(self._unfinished(), _ORPHAN_AGE_S)

    def _unfinished(self) -> list[Path]:
        # A folder is as old as its first file while a maker is at work in it: its lock tells that.
        found = (self.folder / "prepared").glob(f"{UNFINISHED}*")
        return [path for path in found if path.is_file()]

    @property
    def _snapshots(self) -> Path:
        return self.folder / "snapshots"

    def now(self) -> datetime:
        """The moment by the store's clock, in UTC."""
        return self._now().astimezone(UTC)

    def today(self) -> date:
        """The day by the store's clock, in UTC."""
        return self.now().date()

    def _time(self) -> str:
        return self.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def _version(self, row: sa.RowMapping) -> Version:
        facts: dict[str, Any] = dict(row)
        suffix = facts.pop("suffix")
        path = self._snapshots / f"{facts['sha256']}{suffix}"
        facts["is_current"] = bool(facts["is_current"])
        return Version(path=path, **facts)


def _current(connection: sa.Connection, dataset: str) -> int | None:
    return connection.scalar(
        sa.select(catalogue.datasets.c.current).where(catalogue.datasets.c.dataset == dataset)
    )


def _newest(connection: sa.Connection, dataset: str) -> int:
    table = catalogue.versions
    query = sa.select(sa.func.max(table.c.number)).where(table.c.dataset == dataset)
    return connection.scalar(query) or 0


def _point(connection: sa.Connection, dataset: str, kind: DatasetKind, number: int) -> None:
    updated = connection.execute(
        catalogue.datasets.update()
        .where(catalogue.datasets.c.dataset == dataset)
        # What is published or gone back to is shown, also where it had been withdrawn.
        .values(current=number, withdrawn_at=None)
    )
    if updated.rowcount == 0:
        connection.execute(
            catalogue.datasets.insert().values(dataset=dataset, kind=kind, current=number)
        )


def _show(connection: sa.Connection, dataset: str, *, withdrawn_at: str | None) -> None:
    connection.execute(
        catalogue.datasets.update()
        .where(catalogue.datasets.c.dataset == dataset)
        .values(withdrawn_at=withdrawn_at)
    )


def _remove_old(files: Iterable[Path], min_age_s: float) -> None:
    for path in files:
        if time.time() - written_at(path) >= min_age_s:
            remove(path)


def _no_folder(folder: Path, error: OSError) -> Text:
    return _SAY["no_folder"].format(f=folder.name, e=error.strerror or type(error).__name__)


def _moved_on(dataset: str, expected: int, current: int) -> Text:
    return _SAY["moved_on"].format(d=dataset, c=current, e=expected)
