"""Catalogues of older schemas made new: numbered steps forward, each whole or not at all.

A copy of the catalogue is put aside before the first step, as `backups/catalogue-schema-N.sqlite`.
A step's tables stand here as they were when it was written; `geo/store/catalogue.py` goes on.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from geo.errors import StoreFault
from geo.language import texts
from geo.store import database
from geo.store.snapshots import UNFINISHED, full_disk, require_space, sync_folder

if TYPE_CHECKING:
    from alembic.operations import Operations

_SAY = texts(__name__)


def migrate(connection: sa.Connection, path: Path) -> None:
    """Bring the catalogue at `path` to the newest schema inside a transaction that may write.

    Raises
    ------
    StoreFull, StoreFault
        When it cannot be copied first; nothing has changed then.
    """
    found = database.schema_number(connection)
    pending = STEPS[found - 1 :]
    if not pending:
        return
    # Loaded by an upgrade alone.
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    _put_aside(path, found)
    operations = Operations(MigrationContext.configure(connection))
    for step in pending:
        step(operations, connection)
    database.set_schema_number(connection, found + len(pending))


def _put_aside(path: Path, number: int) -> None:
    """Keep a copy of the catalogue as it is; one of an upgrade that did not end is made again."""
    folder = path.parent / "backups"
    target = folder / f"catalogue-schema-{number}.sqlite"
    unfinished = folder / f"{UNFINISHED}{target.name}"
    try:
        folder.mkdir(exist_ok=True)
        require_space(folder, path.stat().st_size)
        unfinished.unlink(missing_ok=True)
        database.back_up(path, unfinished)
        os.replace(unfinished, target)
        sync_folder(folder)
    except OSError as error:
        reason = _SAY["no_copy"].format(f=folder.name, e=error.strerror or type(error).__name__)
        raise full_disk(error) or StoreFault(reason=reason, place=folder) from error


def _roles_and_states(operations: "Operations", connection: sa.Connection) -> None:
    """1 → 2: roles, people, states of uploads, comments, withdrawal."""
    operations.add_column("datasets", sa.Column("withdrawn_at", sa.String))
    for name in ("role", "institution"):
        operations.add_column("versions", sa.Column(name, sa.String))
    _extend_keys(operations)
    _rebuild_uploads(operations, connection)
    operations.create_table(
        "users",
        sa.Column("user", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("institution", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("regencies", sa.JSON),
        sa.Column("password", sa.String, nullable=False),
        sa.Column("created_at", sa.String, nullable=False),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("password_changed_at", sa.String, nullable=False),
        sa.Column("disabled_at", sa.String),
    )
    operations.create_table(
        "sessions",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("user", sa.String, sa.ForeignKey("users.user"), nullable=False),
        sa.Column("created_at", sa.String, nullable=False),
        sa.Column("last_seen_at", sa.String, nullable=False),
        sa.Column("ends_at", sa.String, nullable=False),
    )
    operations.create_table(
        "login_failures",
        sa.Column("subject", sa.String, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", sa.String, nullable=False),
    )
    operations.create_table(
        "comments",
        sa.Column("comment", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("version", sa.Integer),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("institution", sa.String, nullable=False),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("place", sa.JSON),
    )
    operations.create_index("comments_by_subject", "comments", ["subject", "id"])
    operations.create_table(
        "rules",
        sa.Column("rule", sa.String, primary_key=True),
        sa.Column("value", sa.JSON, nullable=False),
    )


def _extend_keys(operations: "Operations") -> None:
    # A key of the first schema could upload, publish and roll back alone, and still can.
    for column in (
        sa.Column("role", sa.String, nullable=False, server_default="publisher"),
        sa.Column("institution", sa.String, nullable=False, server_default=""),
        sa.Column("regencies", sa.JSON),
        sa.Column("expires_at", sa.String),
        sa.Column("approves_own", sa.Boolean, nullable=False, server_default=sa.true()),
    ):
        operations.add_column("keys", column)


# What an upload of the first schema is now; of one that was refused no original was kept.
_STATES = {"valid": "ready", "refused": "returned", "discarded": "withdrawn"}


def _rebuild_uploads(operations: "Operations", connection: sa.Connection) -> None:
    # Their order was the order of rows, which a rebuilt table does not keep.
    old = sa.table(
        "uploads",
        *(
            sa.column(name)
            for name in ("upload", "dataset", "filename", "sha256", "state", "created_at")
        ),
        sa.column("created_by"),
        sa.column("report", sa.JSON),
    )
    rows = connection.execute(sa.select(old).order_by(database.insertion_order())).mappings().all()
    operations.drop_table("uploads")
    new = operations.create_table(
        "uploads",
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
        sa.Column("expires_at", sa.String),
        sa.Column("choices", sa.JSON, nullable=False),
        sa.Column("report", sa.JSON, nullable=False),
        sa.Column("base", sa.Integer),
        sa.Column("submitted_by", sa.String),
        sa.Column("submission", sa.JSON),
        sa.Column("impact", sa.JSON),
    )
    operations.create_index("uploads_by_state", "uploads", ["state", "sequence"])
    for sequence, row in enumerate(rows, start=1):
        facts = dict(row) | {"state": _STATES.get(row["state"], row["state"])}
        connection.execute(
            new.insert().values(
                sequence=sequence, updated_at=row["created_at"], choices={}, **facts
            )
        )


# Step n leads from schema n to n + 1; a step that was ever released is never changed.
STEPS: tuple[Callable[["Operations", sa.Connection], None], ...] = (_roles_and_states,)
SCHEMA_VERSION = 1 + len(STEPS)
