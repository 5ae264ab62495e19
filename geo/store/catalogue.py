"""The catalogue's tables: what is published, uploaded, allowed, said and logged.

Which database holds them is `geo/store/database.py`'s matter; how a catalogue of an older schema
becomes one of this is `geo/store/migrations.py`.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from geo.errors import StoreFault
from geo.language import texts
from geo.store import database
from geo.store.audit_head import keep_head, kept_head, lost_entry
from geo.store.migrations import SCHEMA_VERSION, migrate

_SAY = texts(__name__)

metadata = sa.MetaData()
datasets = sa.Table(
    "datasets",
    metadata,
    sa.Column("dataset", sa.String, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("current", sa.Integer, nullable=False),
    # A withdrawn dataset keeps its versions and is shown to nobody.
    sa.Column("withdrawn_at", sa.String),
)
versions = sa.Table(
    "versions",
    metadata,
    sa.Column("dataset", sa.String, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("suffix", sa.String, nullable=False),
    sa.Column("size_bytes", sa.Integer, nullable=False),
    sa.Column("published_at", sa.String, nullable=False),
    sa.Column("published_by", sa.String, nullable=False),
    sa.Column("note", sa.String, nullable=False),
    sa.Column("source", sa.String, nullable=False),
    sa.Column("licence", sa.String, nullable=False),
    sa.Column("upload", sa.String),
    sa.Column("details", sa.JSON, nullable=False),
    # What the public is told of a publisher; missing for versions of the first schema.
    sa.Column("role", sa.String),
    sa.Column("institution", sa.String),
)
uploads = sa.Table(
    "uploads",
    metadata,
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("upload", sa.String, nullable=False, unique=True),
    sa.Column("dataset", sa.String, nullable=False),
    sa.Column("filename", sa.String, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("created_at", sa.String, nullable=False),
    sa.Column("created_by", sa.String, nullable=False),
    sa.Column("role", sa.String),
    sa.Column("institution", sa.String),
    sa.Column("updated_at", sa.String, nullable=False),
    # None once an end state is reached.
    sa.Column("expires_at", sa.String),
    sa.Column("choices", sa.JSON, nullable=False),
    sa.Column("report", sa.JSON, nullable=False),
    # From submission on: the version that it was compared with, by whom and why it is to be published.
    sa.Column("base", sa.Integer),
    sa.Column("submitted_by", sa.String),
    sa.Column("submission", sa.JSON),
    # The change that it makes, as it was last computed.
    sa.Column("impact", sa.JSON),
)
keys = sa.Table(
    "keys",
    metadata,
    sa.Column("prefix", sa.String, primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("label", sa.String, nullable=False),
    sa.Column("created_at", sa.String, nullable=False),
    sa.Column("last_used_at", sa.String),
    sa.Column("revoked_at", sa.String),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("institution", sa.String, nullable=False),
    # Codes of the regencies whose features an editor may change; None for all.
    sa.Column("regencies", sa.JSON(none_as_null=True)),
    sa.Column("expires_at", sa.String),
    sa.Column("approves_own", sa.Boolean, nullable=False),
)
users = sa.Table(
    "users",
    metadata,
    sa.Column("user", sa.String, primary_key=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("institution", sa.String, nullable=False),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("regencies", sa.JSON(none_as_null=True)),
    sa.Column("password", sa.String, nullable=False),
    sa.Column("created_at", sa.String, nullable=False),
    sa.Column("created_by", sa.String, nullable=False),
    sa.Column("password_changed_at", sa.String, nullable=False),
    sa.Column("disabled_at", sa.String),
)
sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("user", sa.String, sa.ForeignKey("users.user"), nullable=False),
    sa.Column("created_at", sa.String, nullable=False),
    sa.Column("last_seen_at", sa.String, nullable=False),
    sa.Column("ends_at", sa.String, nullable=False),
)
login_failures = sa.Table(
    "login_failures",
    metadata,
    # `user:NAME` or `address:ADDRESS`.
    sa.Column("subject", sa.String, primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_at", sa.String, nullable=False),
)
comments = sa.Table(
    "comments",
    metadata,
    sa.Column("comment", sa.Integer, primary_key=True, autoincrement=True),
    # What is spoken of: a kind (`upload`), its id, and its version where it has several.
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("id", sa.String, nullable=False),
    sa.Column("version", sa.Integer),
    sa.Column("author", sa.String, nullable=False),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("institution", sa.String, nullable=False),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("text", sa.String, nullable=False),
    # The feature or the place that is meant, where it is one.
    sa.Column("place", sa.JSON(none_as_null=True)),
)
rules = sa.Table(
    "rules",
    metadata,
    sa.Column("rule", sa.String, primary_key=True),
    sa.Column("value", sa.JSON, nullable=False),
)
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("entry", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("action", sa.String, nullable=False),
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("details", sa.JSON, nullable=False),
    sa.Column("chain", sa.String(64), nullable=False),
)
sa.Index("uploads_by_state", uploads.c.state, uploads.c.sequence)
sa.Index("comments_by_subject", comments.c.subject, comments.c.id)


def open_catalogue(
    path: Path, *, is_new: bool = True, patience_s: float = database.PATIENCE_S
) -> sa.Engine:
    """The catalogue at `path`; one of an older schema is copied aside and brought forward.

    Parameters
    ----------
    is_new : bool
        Whether a catalogue may be made where there is none. Beside snapshots it may not: an empty
        one would say that nothing was ever published.
    patience_s : float
        How long to wait for another writer.

    Raises
    ------
    StoreFault
        When the file is lost, damaged, newer than this program or busy. It is never recreated.
    """
    if not is_new and not database.is_there(path):
        raise StoreFault(reason=_SAY["lost"].format(f=path.name), place=path)
    engine = database.connect(path, patience_s=patience_s)
    try:
        _require_schema(engine, path, is_new=is_new)
    except sa.exc.DatabaseError as error:
        engine.dispose()
        raise database.opening_failed(path, error) from error
    except StoreFault:
        engine.dispose()
        raise
    # Of a store without, and where the last of its processes died before it said so.
    keep_head(engine, audit)
    return engine


def _require_schema(engine: sa.Engine, path: Path, *, is_new: bool) -> None:
    with engine.connect() as connection:
        found = database.schema_number(connection)
    if found > SCHEMA_VERSION:
        raise StoreFault(reason=_SAY["too_new"].format(f=path.name, n=found), place=path)
    if found == SCHEMA_VERSION:
        return
    if found == 0 and not is_new:
        raise StoreFault(reason=_SAY["lost"].format(f=path.name), place=path)
    with database.writing(engine) as connection:
        # Of two starts at once the second finds the work of the first.
        if database.schema_number(connection) == 0:
            metadata.create_all(connection)
            database.set_schema_number(connection, SCHEMA_VERSION)
        else:
            migrate(connection, path)


def log(
    connection: sa.Connection,
    *,
    at: str,
    actor: str,
    action: str,
    subject: str,
    details: Mapping[str, Any],
) -> None:
    """Append one entry to the audit log.

    Each entry's `chain` is the sha256 of the one before it and of its own text, so that a changed
    or removed line shows; see `broken_entry`.
    """
    entry = {
        "at": at,
        "actor": actor,
        "action": action,
        "subject": subject,
        "details": dict(details),
    }
    last = connection.scalar(sa.select(audit.c.chain).order_by(audit.c.entry.desc()).limit(1))
    connection.execute(audit.insert().values(**entry, chain=chain_of(last or "", entry)))
    database.once_written(connection, "audit head", partial(keep_head, connection.engine, audit))


class AuditLog:
    """The audit log as one part of the store writes into it; `time` is the clock as text."""

    def __init__(self, time: Callable[[], str]) -> None:
        self._time = time

    def __call__(
        self,
        connection: sa.Connection,
        actor: str,
        action: str,
        subject: str,
        details: Mapping[str, Any],
    ) -> None:
        """Append one entry, now; see `log`."""
        log(
            connection,
            at=self._time(),
            actor=actor,
            action=action,
            subject=subject,
            details=details,
        )


def broken_entry(connection: sa.Connection) -> int | None:
    """The first audit entry that does not follow from those before it or is lost, None for none."""
    # Before the log is looked at: a view of it that is older than the file would seem cut.
    head = kept_head(connection.engine)
    previous = ""
    for row in connection.execute(sa.select(audit).order_by(audit.c.entry)).mappings():
        entry = {name: row[name] for name in ("at", "actor", "action", "subject", "details")}
        if row["chain"] != chain_of(previous, entry):
            return int(row["entry"])
        previous = row["chain"]
    return lost_entry(connection, audit, head)


def chain_of(previous: str, entry: Mapping[str, Any]) -> str:
    """The chained sha256 of an audit entry."""
    text = previous + json.dumps(dict(entry), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def later(time: str, seconds: float) -> str:
    """A time of the catalogue so many seconds later.

    Examples
    --------
    >>> later("2026-01-01T23:59:30Z", 60)
    '2026-01-02T00:00:30Z'
    """
    moment = datetime.fromisoformat(time) + timedelta(seconds=seconds)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_between(earlier: str, then: str) -> float:
    """Seconds from one time of the catalogue to another; negative where the clock was put back.

    Examples
    --------
    >>> seconds_between("2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z")
    60.0
    """
    return (datetime.fromisoformat(then) - datetime.fromisoformat(earlier)).total_seconds()
