"""The catalogue's tables and transactions: what is published, uploaded, allowed and logged.

SQLite in WAL mode with full synchronisation: a lost power supply loses no acknowledged version.
"""

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from geo.errors import StoreFault
from geo.language import Text, texts

_SAY = texts(__name__)

SCHEMA_VERSION = 1
# How long a writer waits for another before it says that the catalogue is busy.
PATIENCE_S = 10.0
# Result codes of SQLite that say "not now" or "not here"; every other fault at opening is damage.
_NOT_DAMAGED = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_NOMEM,
    }
)

metadata = sa.MetaData()
datasets = sa.Table(
    "datasets",
    metadata,
    sa.Column("dataset", sa.String, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("current", sa.Integer, nullable=False),
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
)
uploads = sa.Table(
    "uploads",
    metadata,
    sa.Column("upload", sa.String, primary_key=True),
    sa.Column("dataset", sa.String, nullable=False),
    sa.Column("filename", sa.String, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("created_at", sa.String, nullable=False),
    sa.Column("created_by", sa.String, nullable=False),
    sa.Column("report", sa.JSON, nullable=False),
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


def open_catalogue(path: Path, *, is_new: bool = True, patience_s: float = PATIENCE_S) -> sa.Engine:
    """The catalogue at `path`.

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
    if not is_new and not (path.is_file() and path.stat().st_size):
        raise StoreFault(reason=_lost(path))
    engine = sa.create_engine(
        # A URL is built, not written: `?` and `#` in a folder's name belong to the name.
        sa.URL.create("sqlite", database=str(path)),
        connect_args={"timeout": patience_s, "check_same_thread": False},
    )
    sa.event.listen(engine, "connect", partial(_configure, patience_s))
    sa.event.listen(engine, "begin", _begin)
    try:
        _require_schema(engine, path, is_new=is_new)
    except sa.exc.DatabaseError as error:
        engine.dispose()
        raise StoreFault(reason=_opening_failed(path, error)) from error
    except StoreFault:
        engine.dispose()
        raise
    return engine


def _require_schema(engine: sa.Engine, path: Path, *, is_new: bool) -> None:
    with engine.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if found > SCHEMA_VERSION:
        raise StoreFault(reason=_too_new(path, found))
    if found == SCHEMA_VERSION:
        return
    if not is_new:
        raise StoreFault(reason=_lost(path))
    with writing(engine) as connection:
        metadata.create_all(connection)
        connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A view of the catalogue at one moment; `StoreFault` when it cannot be read."""
    try:
        with engine.connect() as connection:
            yield connection
    except sa.exc.DatabaseError as error:
        raise StoreFault(reason=_cannot_read(error)) from error


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction that changes the catalogue, whole or not at all; `StoreFault` when it cannot."""
    try:
        with (
            engine.connect().execution_options(writing=True) as connection,
            connection.begin(),
        ):
            yield connection
    except sa.exc.DatabaseError as error:
        raise StoreFault(reason=_cannot_write(error)) from error


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


def broken_entry(connection: sa.Connection) -> int | None:
    """The first audit entry whose chain does not follow from those before it, None when all do.

    Entries cut off at the end leave a whole chain: keep the last `chain` elsewhere to see that.
    """
    previous = ""
    for row in connection.execute(sa.select(audit).order_by(audit.c.entry)).mappings():
        entry = {name: row[name] for name in ("at", "actor", "action", "subject", "details")}
        if row["chain"] != chain_of(previous, entry):
            return int(row["entry"])
        previous = row["chain"]
    return None


def chain_of(previous: str, entry: Mapping[str, Any]) -> str:
    """The chained sha256 of an audit entry."""
    text = previous + json.dumps(dict(entry), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _configure(patience_s: float, connection: sqlite3.Connection, _record: Any) -> None:
    # pysqlite's own transaction handling would begin late, after a read: we begin ourselves.
    connection.isolation_level = None
    _use_wal(connection, patience_s)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _use_wal(connection: sqlite3.Connection, patience_s: float) -> None:
    # SQLite does not wait for a lock when it changes the journal: of two first starts at once one
    # would fail.
    deadline = time.monotonic() + patience_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.02)


def _begin(connection: sa.Connection) -> None:
    # A writer takes its lock at once, so that it never fails after having read (SQLITE_BUSY_SNAPSHOT).
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _opening_failed(path: Path, error: sa.exc.DatabaseError) -> Text:
    # The low byte is the primary result code.
    code = getattr(error.orig, "sqlite_errorcode", None)
    is_damaged = code is None or code & 0xFF not in _NOT_DAMAGED
    return _damaged(path) if is_damaged else _cannot_read(error)


def _too_new(path: Path, found: int) -> Text:
    return _SAY["too_new"].format(f=path, n=found)


def _damaged(path: Path) -> Text:
    return _SAY["damaged"].format(f=path)


def _lost(path: Path) -> Text:
    return _SAY["lost"].format(f=path)


def _cannot_read(error: Exception) -> Text:
    return _SAY["cannot_read"].format(e=getattr(error, "orig", error))


def _cannot_write(error: Exception) -> Text:
    return _SAY["cannot_write"].format(e=getattr(error, "orig", error))
