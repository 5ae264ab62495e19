"""The database under the catalogue: the one module that knows that it is SQLite.

WAL mode with full synchronisation: a lost power supply loses no acknowledged version. All else in
this room speaks SQLAlchemy, so that another database can take this module's place.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from geo.errors import StoreFault, StoreFull
from geo.language import texts

_SAY = texts(__name__)

T = TypeVar("T")

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


def connect(path: Path, *, patience_s: float = PATIENCE_S) -> sa.Engine:
    """An engine on the database at `path`; nothing is opened or made before it is used.

    Parameters
    ----------
    patience_s : float
        How long to wait for another writer.
    """
    engine = sa.create_engine(
        # A URL is built, not written: `?` and `#` in a folder's name belong to the name.
        sa.URL.create("sqlite", database=str(path)),
        connect_args={"timeout": patience_s, "check_same_thread": False},
        # Threads are counted elsewhere: who reads never waits for those who wait to write.
        max_overflow=-1,
    )
    sa.event.listen(engine, "connect", partial(_configure, patience_s))
    sa.event.listen(engine, "begin", _begin)
    return engine


def is_there(path: Path) -> bool:
    """Whether a database was ever made at `path`."""
    return path.is_file() and path.stat().st_size > 0


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A view of the database at one moment; `StoreFault` when it cannot be read."""
    try:
        with engine.connect() as connection:
            yield connection
    except sa.exc.DatabaseError as error:
        raise _fault(error, "read") from error


class ChangeCounter:
    """A number that is another one after every change of the database; safe between threads.

    SQLite counts the changes of all other connections, of this process and others (`PRAGMA
    data_version`), so it is asked on a connection that does nothing else. That takes microseconds,
    where a query takes some hundred.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._path = str(engine.url.database)
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def __call__(self) -> int | None:
        """The number now; None where it cannot be had, and nothing may be relied on."""
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = sqlite3.connect(
                        self._path, check_same_thread=False, isolation_level=None
                    )
                found: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
            except sqlite3.Error:
                return None
        return found

    def close(self) -> None:
        """Release the connection."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


class Remembered(Generic[T]):
    """What `read` finds in the database, read once for each state of it; safe between threads."""

    def __init__(self, counter: ChangeCounter, read: Callable[[], T]) -> None:
        self._counter, self._read = counter, read
        self._kept: tuple[int, T] | None = None

    def __call__(self) -> T:
        """The value as the database stands now."""
        # Counted before it is read: a change in between makes another number, and is read then.
        now, kept = self._counter(), self._kept
        if kept is not None and kept[0] == now:
            return kept[1]
        value = self._read()
        if now is not None:
            self._kept = (now, value)
        return value


class RememberedEach(Generic[T]):
    """What `read` finds under a name, read once for each state of the database; safe between threads.

    What is not there is looked for each time: names that somebody tries take no memory.
    """

    def __init__(self, counter: ChangeCounter, read: Callable[[str], T | None]) -> None:
        self._kept: Remembered[dict[str, T]] = Remembered(counter, dict)
        self._read = read

    def __call__(self, name: str) -> T | None:
        """What stands under the name now; None for nothing."""
        # Of the state before it is read: a change in between makes a new one, where nothing is kept.
        kept = self._kept()
        found = kept.get(name)
        if found is None and (found := self._read(name)) is not None:
            kept[name] = found
        return found

    def known(self, name: str) -> T | None:
        """The same where it was read since the last change; None where it has to be read."""
        return self._kept().get(name)


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction that changes the database, whole or not at all; `StoreFault` when it cannot.

    What `once_written` was given runs after it, before its success is known to anybody.
    """
    steps: dict[str, Callable[[], None]] = {}
    try:
        with (
            engine.connect().execution_options(writing=True, once_written=steps) as connection,
            connection.begin(),
        ):
            yield connection
    except sa.exc.DatabaseError as error:
        raise _fault(error, "write") from error
    for step in steps.values():
        step()


def once_written(connection: sa.Connection, name: str, step: Callable[[], None]) -> None:
    """Run `step` when the transaction of `writing` has become lasting; of one name the last alone."""
    connection.get_execution_options()["once_written"][name] = step


def folder_of(engine: sa.Engine) -> Path:
    """The folder in which the database lies."""
    return Path(str(engine.url.database)).parent


def schema_number(connection: sa.Connection) -> int:
    """The number of the catalogue's schema, 0 for a new database."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def set_schema_number(connection: sa.Connection, number: int) -> None:
    """State the number of the catalogue's schema, inside the transaction that made it so."""
    connection.exec_driver_sql(f"PRAGMA user_version = {int(number)}")


def insertion_order() -> sa.ColumnElement[int]:
    """The order in which rows of a table without a sequence of its own were added."""
    return sa.literal_column("rowid", sa.Integer)


def back_up(path: Path, target: Path) -> None:
    """Copy what is committed in the database at `path` into the new file `target`, whole and synced.

    Another connection may be writing meanwhile; what it has not committed is left out.
    """
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        copy.execute("PRAGMA synchronous=FULL")
        source.backup(copy)
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise StoreFault(reason=_SAY["damaged"].format(f=path.name), place=path)


def opening_failed(path: Path, error: sa.exc.DatabaseError) -> StoreFault:
    """What is said of a database that cannot be opened: damaged, or not now."""
    code = _code(error)
    if code is None or code not in _NOT_DAMAGED:
        return StoreFault(reason=_SAY["damaged"].format(f=path.name), place=path)
    return _fault(error, "read", place=path)


def _fault(error: sa.exc.DatabaseError, said: str, *, place: Path | None = None) -> StoreFault:
    if _code(error) == sqlite3.SQLITE_FULL:
        return StoreFull(place=place)
    return StoreFault(
        reason=_SAY[f"cannot_{said}"].format(e=getattr(error, "orig", error)), place=place
    )


def _code(error: sa.exc.DatabaseError) -> int | None:
    # The low byte is the primary result code.
    code = getattr(error.orig, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


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
