"""I/O. The only writer of state: immutable snapshots and the catalogue that points at them.

A snapshot is one file named by the sha256 of its content and never changed. It is written under a
temporary name, synced, renamed, and its folder synced; only then one catalogue transaction makes
it a version. A reader sees the old version or the new one; a crash leaves at worst an orphan file
that `Store.check` finds.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from geo import catalogue
from geo.errors import Conflict, LayerNotFound, UploadNotFound, VersionNotFound
from geo.language import Text
from geo.snapshots import file_sha256, require_space, write_atomically, write_snapshot

Kind = Literal["layer", "indicators", "raster", "model"]
# A file younger than this may belong to a publication that is under way.
_ORPHAN_AGE_S = 600.0


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who publishes what, why, and where it comes from."""

    actor: str
    note: str
    source: str
    licence: str
    upload: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One published version of a dataset; `path` is its snapshot, `details` its kind's own facts."""

    dataset: str
    number: int
    kind: Kind
    sha256: str
    path: Path
    size_bytes: int
    published_at: str
    published_by: str
    note: str
    source: str
    licence: str
    upload: str | None
    details: Mapping[str, Any]
    is_current: bool


@dataclass(frozen=True, slots=True)
class Upload:
    """One uploaded file after validation: its report, and what became of it."""

    upload: str
    dataset: str
    filename: str
    sha256: str
    state: Literal["valid", "refused", "published", "discarded"]
    created_at: str
    created_by: str
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoreReport:
    """What `Store.check` found: orphan files, and versions whose snapshot is missing or altered."""

    orphans: tuple[str, ...]
    missing: tuple[str, ...]
    altered: tuple[str, ...]


class Store:
    """A folder of snapshots and a SQLite catalogue.

    Parameters
    ----------
    folder : Path
        Created when it does not exist.
    now : callable
        The clock, for times written into the catalogue. Order never depends on it.

    Raises
    ------
    StoreFault
        When the catalogue is damaged or was made by a newer Kawasan. It is never recreated.
    """

    def __init__(self, folder: Path, *, now: Callable[[], datetime] | None = None) -> None:
        self.folder = folder
        self._now = now or (lambda: datetime.now(UTC))
        for part in ("snapshots", "uploads", "prepared"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        self._engine = catalogue.open_catalogue(folder / "catalogue.sqlite")

    def close(self) -> None:
        """Release the catalogue."""
        self._engine.dispose()

    def datasets(self, kind: Kind | None = None) -> list[str]:
        """The names of all published datasets, sorted; of one `kind` where given."""
        query = sa.select(catalogue.datasets.c.dataset).order_by(catalogue.datasets.c.dataset)
        if kind is not None:
            query = query.where(catalogue.datasets.c.kind == kind)
        with catalogue.reading(self._engine) as connection:
            return list(connection.execute(query).scalars())

    def state(self) -> dict[str, str]:
        """The sha256 of every dataset's current version, by dataset."""
        versions, datasets = catalogue.versions, catalogue.datasets
        query = sa.select(versions.c.dataset, versions.c.sha256).join(
            datasets,
            (datasets.c.dataset == versions.c.dataset) & (datasets.c.current == versions.c.number),
        )
        with catalogue.reading(self._engine) as connection:
            return {row.dataset: row.sha256 for row in connection.execute(query)}

    def version(self, dataset: str, number: int | None = None) -> Version:
        """One version of a dataset, the current one by default.

        Raises
        ------
        LayerNotFound, VersionNotFound
        """
        versions = self.versions(dataset)
        for version in versions:
            if version.is_current if number is None else version.number == number:
                return version
        raise VersionNotFound(str(number), available=[str(v.number) for v in versions])

    def versions(self, dataset: str) -> list[Version]:
        """All versions of a dataset, oldest first; `LayerNotFound` when there is none."""
        query = (
            sa.select(
                catalogue.versions,
                (catalogue.datasets.c.current == catalogue.versions.c.number).label("is_current"),
            )
            .join(catalogue.datasets, catalogue.datasets.c.dataset == catalogue.versions.c.dataset)
            .where(catalogue.versions.c.dataset == dataset)
            .order_by(catalogue.versions.c.number)
        )
        with catalogue.reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        if not rows:
            raise LayerNotFound(dataset, available=self.datasets())
        return [self._version(row) for row in rows]

    def publish(
        self,
        dataset: str,
        kind: Kind,
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
            The version that the caller believes to be current (0 for none). `Conflict` when it is not.

        Raises
        ------
        Conflict, StoreFault
            Nothing has changed then.
        """
        sha256, size = write_snapshot(self._snapshots, content, suffix=suffix)
        with catalogue.writing(self._engine) as connection:
            current = self._current(connection, dataset)
            if expected is not None and expected != (current or 0):
                raise Conflict(reason=_moved_on(dataset, expected, current or 0))
            number = 1 + (
                connection.scalar(
                    sa.select(sa.func.max(catalogue.versions.c.number)).where(
                        catalogue.versions.c.dataset == dataset
                    )
                )
                or 0
            )
            connection.execute(
                catalogue.versions.insert().values(
                    dataset=dataset,
                    number=number,
                    kind=kind,
                    sha256=sha256,
                    suffix=suffix,
                    size_bytes=size,
                    published_at=self._time(),
                    published_by=provenance.actor,
                    note=provenance.note,
                    source=provenance.source,
                    licence=provenance.licence,
                    upload=provenance.upload,
                    details=dict(details or {}),
                )
            )
            self._point(connection, dataset, kind, number)
            if provenance.upload is not None:
                _set_state(connection, provenance.upload, "published")
            self._log(
                connection,
                provenance.actor,
                "publish",
                f"{dataset}@{number}",
                {"sha256": sha256, "note": provenance.note, "upload": provenance.upload},
            )
        return self.version(dataset, number)

    def rollback(self, dataset: str, number: int, *, actor: str, note: str) -> Version:
        """Point `dataset` at an older (or newer) version of itself; no version is deleted."""
        version = self.version(dataset, number)
        with catalogue.writing(self._engine) as connection:
            before = self._current(connection, dataset)
            self._point(connection, dataset, version.kind, number)
            self._log(
                connection,
                actor,
                "rollback",
                f"{dataset}@{number}",
                {"from": before, "sha256": version.sha256, "note": note},
            )
        return self.version(dataset, number)

    def add_upload(
        self,
        dataset: str,
        *,
        filename: str,
        sha256: str,
        report: Mapping[str, Any],
        frame: Path | None,
        actor: str,
    ) -> Upload:
        """Record a validated upload; `frame` is its cleaned GeoParquet, None when it was refused."""
        upload = secrets.token_hex(8)
        if frame is not None:
            require_space(self.folder, frame.stat().st_size)
            write_atomically(self.upload_path(upload), frame)
        state = "refused" if frame is None else "valid"
        with catalogue.writing(self._engine) as connection:
            connection.execute(
                catalogue.uploads.insert().values(
                    upload=upload,
                    dataset=dataset,
                    filename=filename,
                    sha256=sha256,
                    state=state,
                    created_at=self._time(),
                    created_by=actor,
                    report=dict(report),
                )
            )
            self._log(connection, actor, "upload", upload, {"sha256": sha256, "outcome": state})
        return self.upload(upload)

    def upload(self, upload: str) -> Upload:
        """One upload; `UploadNotFound` when there is none of that id."""
        with catalogue.reading(self._engine) as connection:
            row = (
                connection.execute(
                    sa.select(catalogue.uploads).where(catalogue.uploads.c.upload == upload)
                )
                .mappings()
                .first()
            )
        if row is None:
            raise UploadNotFound(upload)
        return Upload(**row)

    def upload_path(self, upload: str) -> Path:
        """Where the cleaned GeoParquet of a valid upload waits for its publication."""
        return self.folder / "uploads" / f"{upload}.parquet"

    def discard_upload(self, upload: str, *, actor: str) -> None:
        """Forget an upload's file; its report stays."""
        self.upload(upload)
        with catalogue.writing(self._engine) as connection:
            _set_state(connection, upload, "discarded")
            self._log(connection, actor, "discard", upload, {})
        self.upload_path(upload).unlink(missing_ok=True)

    def add_key(self, label: str) -> str:
        """A new API key: 256 random bits, shown once; only its digest is kept."""
        prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        with catalogue.writing(self._engine) as connection:
            connection.execute(
                catalogue.keys.insert().values(
                    prefix=prefix, digest=_digest(secret), label=label, created_at=self._time()
                )
            )
            self._log(connection, "operator", "key-add", prefix, {"label": label})
        return f"kwsn_{prefix}_{secret}"

    def keys(self) -> list[Mapping[str, Any]]:
        """Every key without its digest: prefix, label, created_at, last_used_at, revoked_at."""
        columns = [c for c in catalogue.keys.c if c.name != "digest"]
        with catalogue.reading(self._engine) as connection:
            rows = connection.execute(
                sa.select(*columns).order_by(catalogue.keys.c.created_at)
            ).mappings()
            return [dict(row) for row in rows]

    def has_keys(self) -> bool:
        """Whether any key may write; without one the upload door is closed."""
        return any(key["revoked_at"] is None for key in self.keys())

    def revoke_key(self, prefix: str) -> None:
        """Close a key for good."""
        with catalogue.writing(self._engine) as connection:
            connection.execute(
                catalogue.keys.update()
                .where(catalogue.keys.c.prefix == prefix)
                .values(revoked_at=self._time())
            )
            self._log(connection, "operator", "key-revoke", prefix, {})

    def key_label(self, key: str) -> str | None:
        """The label of a valid, unrevoked key, None for any other text."""
        parts = key.split("_", 2)
        if len(parts) != 3 or parts[0] != "kwsn":
            return None
        with catalogue.reading(self._engine) as connection:
            row = (
                connection.execute(
                    sa.select(catalogue.keys).where(catalogue.keys.c.prefix == parts[1])
                )
                .mappings()
                .first()
            )
        expected = row["digest"] if row is not None and row["revoked_at"] is None else "0" * 64
        if not secrets.compare_digest(_digest(parts[2]), expected) or row is None:
            return None
        with catalogue.writing(self._engine) as connection:
            connection.execute(
                catalogue.keys.update()
                .where(catalogue.keys.c.prefix == parts[1])
                .values(last_used_at=self._time())
            )
        return f"{row['label']} ({row['prefix']})"

    def audit(self) -> list[Mapping[str, Any]]:
        """The audit log, oldest first."""
        with catalogue.reading(self._engine) as connection:
            rows = connection.execute(
                sa.select(catalogue.audit).order_by(catalogue.audit.c.entry)
            ).mappings()
            return [dict(row) for row in rows]

    def check(self, *, repair: bool = False, min_age_s: float = _ORPHAN_AGE_S) -> StoreReport:
        """Compare every version with its snapshot; with `repair`, remove orphans older than `min_age_s`."""
        with catalogue.reading(self._engine) as connection:
            rows = connection.execute(
                sa.select(catalogue.versions.c.sha256, catalogue.versions.c.suffix).distinct()
            ).all()
        known = {f"{sha256}{suffix}": sha256 for sha256, suffix in rows}
        found = {path.name for path in self._snapshots.iterdir()}
        altered = [
            name
            for name in known.keys() & found
            if file_sha256(self._snapshots / name) != known[name]
        ]
        orphans = sorted(found - known.keys())
        for name in orphans if repair else []:
            path = self._snapshots / name
            if time.time() - path.stat().st_mtime >= min_age_s:
                path.unlink()
        return StoreReport(
            orphans=tuple(orphans),
            missing=tuple(sorted(known.keys() - found)),
            altered=tuple(sorted(altered)),
        )

    def prepared_path(self, name: str) -> Path:
        """Where something derived from immutable versions is kept; `name` must carry their hashes."""
        return self.folder / "prepared" / name

    def write_prepared(self, name: str, content: bytes) -> Path:
        """Keep derived bytes under `name`, whole or not at all."""
        path = self.prepared_path(name)
        write_atomically(path, content)
        return path

    @property
    def _snapshots(self) -> Path:
        return self.folder / "snapshots"

    def _time(self) -> str:
        return self._now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def prune_prepared(self, prefix: str, *, most: int) -> None:
        """Remove the oldest prepared files that begin with `prefix`, so that `most` remain."""
        files = sorted(
            (self.folder / "prepared").glob(f"{prefix}*"), key=lambda path: path.stat().st_mtime
        )
        for path in files[: max(len(files) - most, 0)]:
            path.unlink(missing_ok=True)

    def _version(self, row: sa.RowMapping) -> Version:
        facts: dict[str, Any] = dict(row)
        suffix = facts.pop("suffix")
        path = self._snapshots / f"{facts['sha256']}{suffix}"
        facts["is_current"] = bool(facts["is_current"])
        return Version(path=path, **facts)

    def _current(self, connection: sa.Connection, dataset: str) -> int | None:
        return connection.scalar(
            sa.select(catalogue.datasets.c.current).where(catalogue.datasets.c.dataset == dataset)
        )

    def _point(self, connection: sa.Connection, dataset: str, kind: Kind, number: int) -> None:
        updated = connection.execute(
            catalogue.datasets.update()
            .where(catalogue.datasets.c.dataset == dataset)
            .values(current=number)
        )
        if updated.rowcount == 0:
            connection.execute(
                catalogue.datasets.insert().values(dataset=dataset, kind=kind, current=number)
            )

    def _log(
        self,
        connection: sa.Connection,
        actor: str,
        action: str,
        subject: str,
        details: Mapping[str, Any],
    ) -> None:
        entry = {
            "at": self._time(),
            "actor": actor,
            "action": action,
            "subject": subject,
            "details": dict(details),
        }
        catalogue.log(connection, entry)


def _set_state(connection: sa.Connection, upload: str, state: str) -> None:
    connection.execute(
        catalogue.uploads.update().where(catalogue.uploads.c.upload == upload).values(state=state)
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _moved_on(dataset: str, expected: int, current: int) -> Text:
    return Text(
        id="{d!r} kini pada versi {c}, bukan versi {e} yang Anda lihat. Periksa perubahan itu, lalu ulangi.",
        en="{d!r} is now at version {c}, not the version {e} that you saw. Look at that change, then try again.",
    ).format(d=dataset, c=current, e=expected)
