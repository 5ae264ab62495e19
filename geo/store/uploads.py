"""The uploads of a store: checked files that wait for their publication, and what became of each.

An upload's state changes inside the transaction that acts on it, so that nobody publishes what
somebody else discards at the same moment.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from geo.errors import Conflict, UploadNotFound, UploadRejected
from geo.language import texts
from geo.store import catalogue, database
from geo.store.snapshots import require_space, write_atomically

_SAY = texts(__name__)

# The states of an upload, in the order of its life; the last four are its end.
State = Literal[
    "received",
    "checking",
    "needs_choices",
    "ready",
    "submitted",
    "published",
    "returned",
    "withdrawn",
    "expired",
]
_TABLE = catalogue.uploads


@dataclass(frozen=True, slots=True)
class UploadEntry:
    """One uploaded file after validation, and what became of it."""

    upload: str
    dataset: str
    filename: str
    sha256: str
    state: State
    created_at: str
    created_by: str

    def require_valid(self) -> None:
        """Raise unless the upload waits for its publication.

        Raises
        ------
        UploadRejected, Conflict
        """
        if self.state == "needs_choices":
            raise UploadRejected(reason=_SAY["not_accepted"])
        if self.state not in ("ready", "submitted"):
            raise Conflict(
                reason=_SAY["already_published"] if self.state == "published" else _SAY["discarded"]
            )


@dataclass(frozen=True, slots=True)
class Upload(UploadEntry):
    """An upload with its report."""

    report: Mapping[str, Any]


class Uploads:
    """The uploads in a catalogue and their cleaned files in `folder`; `time` is the clock as text."""

    def __init__(self, engine: sa.Engine, folder: Path, *, time: Callable[[], str]) -> None:
        self._engine, self._folder, self._time = engine, folder, time

    def add(
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
            require_space(self._folder, frame.stat().st_size)
            write_atomically(self.path(upload), frame)
        state = "needs_choices" if frame is None else "ready"
        with database.writing(self._engine) as connection:
            connection.execute(
                _TABLE.insert().values(
                    upload=upload,
                    dataset=dataset,
                    filename=filename,
                    sha256=sha256,
                    state=state,
                    created_at=self._time(),
                    created_by=actor,
                    report=dict(report),
                    updated_at=self._time(),
                    choices={},
                )
            )
            self._log(connection, actor, "upload", upload, {"sha256": sha256, "outcome": state})
        return self.one(upload)

    def one(self, upload: str) -> Upload:
        """One upload; `UploadNotFound` when there is none of that id."""
        with database.reading(self._engine) as connection:
            return _read(connection, upload)

    def newest(self, state: State | None = None, *, most: int = 100) -> list[UploadEntry]:
        """The newest uploads first, of one `state` where given; `most` of them."""
        # Reports stay where they are: a hundred of them can be megabytes.
        columns = [_TABLE.c[field.name] for field in fields(UploadEntry)]
        # The sequence rises; the clock may not.
        query = sa.select(*columns).order_by(_TABLE.c.sequence.desc()).limit(most)
        if state is not None:
            query = query.where(_TABLE.c.state == state)
        with database.reading(self._engine) as connection:
            return [UploadEntry(**row) for row in connection.execute(query).mappings()]

    def path(self, upload: str) -> Path:
        """Where the cleaned GeoParquet of a valid upload waits for its publication."""
        return self._folder / f"{upload}.parquet"

    def waiting_files(self) -> set[str]:
        """The names of the files that valid uploads need."""
        query = sa.select(_TABLE.c.upload).where(_TABLE.c.state.in_(("ready", "submitted")))
        with database.reading(self._engine) as connection:
            return {self.path(upload).name for upload in connection.execute(query).scalars()}

    def discard(self, upload: str, *, actor: str) -> None:
        """Forget an upload's file; its report stays.

        Raises
        ------
        UploadNotFound
        Conflict
            When the upload is published; the version stays as it is.
        """
        with database.writing(self._engine) as connection:
            found = _read(connection, upload)
            if found.state == "published":
                raise Conflict(reason=_SAY["already_published"])
            if found.state != "withdrawn":
                _set_state(connection, upload, "withdrawn")
                self._log(connection, actor, "discard", upload, {})
        self.path(upload).unlink(missing_ok=True)

    def _log(
        self,
        connection: sa.Connection,
        actor: str,
        action: str,
        upload: str,
        details: Mapping[str, Any],
    ) -> None:
        catalogue.log(
            connection,
            at=self._time(),
            actor=actor,
            action=action,
            subject=upload,
            details=details,
        )


def mark_published(connection: sa.Connection, upload: str) -> None:
    """Say inside a publication's transaction that it took this upload.

    Raises
    ------
    UploadNotFound, UploadRejected, Conflict
        When the upload does not wait (any more); the transaction must not go on.
    """
    _read(connection, upload).require_valid()
    _set_state(connection, upload, "published")


def _read(connection: sa.Connection, upload: str) -> Upload:
    query = sa.select(_TABLE).where(_TABLE.c.upload == upload)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise UploadNotFound(upload)
    return Upload(**{field.name: row[field.name] for field in fields(Upload)})


def _set_state(connection: sa.Connection, upload: str, state: State) -> None:
    connection.execute(_TABLE.update().where(_TABLE.c.upload == upload).values(state=state))
