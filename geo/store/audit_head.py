"""Where the audit log ends, kept beside the catalogue: so that a tail cut off it is found.

Each entry's chain follows from the one before, which says nothing of entries that were removed from
the end. So the number and the chain of the last entry stand in a file of their own. It is written,
and synced, after the transaction that made the entry and before anybody is told of its success:
whatever dies in between, the file is at most behind the log and never ahead of it, and no
acknowledged entry is beyond it. Where the log has no such entry any more, or another one under its
number, it was cut; the file then stays as evidence. Without the file it begins anew.
"""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa
from filelock import FileLock

from geo.errors import StoreFault
from geo.store import database
from geo.store.snapshots import sync_folder

NAME = "audit-head.json"


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The last entry of the audit log, and its chain."""

    entry: int
    chain: str


def keep_head(engine: sa.Engine, audit: sa.Table) -> None:
    """Write where the log ends now, unless it was cut; a file that cannot be written stays behind."""
    path = database.folder_of(engine) / NAME
    with suppress(OSError, StoreFault), FileLock(path.with_suffix(".lock")):
        kept = kept_head(engine)
        with database.reading(engine) as connection:
            last = _entry(connection, audit)
            is_cut = lost_entry(connection, audit, kept) is not None
        if last is not None and last != kept and not is_cut:
            _write(path, json.dumps(asdict(last)))


def kept_head(engine: sa.Engine) -> AuditHead | None:
    """What the file says; None where there is none yet, or not as it was written."""
    try:
        return AuditHead(**json.loads((database.folder_of(engine) / NAME).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def lost_entry(connection: sa.Connection, audit: sa.Table, kept: AuditHead | None) -> int | None:
    """The first entry that the log once had and has no more, None while it has all of them."""
    if kept is None or _entry(connection, audit, kept.entry) == kept:
        return None
    last = _entry(connection, audit)
    return min(kept.entry, last.entry + 1 if last is not None else 1)


def _entry(
    connection: sa.Connection, audit: sa.Table, number: int | None = None
) -> AuditHead | None:
    """The entry of that number, or the last one."""
    query = sa.select(audit.c.entry, audit.c.chain).order_by(audit.c.entry.desc()).limit(1)
    if number is not None:
        query = query.where(audit.c.entry == number)
    row = connection.execute(query).one_or_none()
    return None if row is None else AuditHead(*row)


def _write(path: Path, text: str) -> None:
    # One name, which whoever has the lock writes over: a crash leaves nothing that adds up.
    unfinished = path.with_suffix(".new")
    with unfinished.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    sync_folder(path.parent)
