"""The API keys of a store: who may write. Only a key's digest is kept."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from geo.errors import KeyNotFound
from geo.store import catalogue

_ACTOR = "operator"
_TABLE = catalogue.keys


class Keys:
    """The API keys in a catalogue; `time` is what a clock shows now, as text."""

    def __init__(self, engine: sa.Engine, *, time: Callable[[], str]) -> None:
        self._engine, self._time = engine, time

    def add(self, label: str) -> str:
        """A new API key: 256 random bits, shown once; only its digest is kept."""
        prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        with catalogue.writing(self._engine) as connection:
            connection.execute(
                _TABLE.insert().values(
                    prefix=prefix, digest=_digest(secret), label=label, created_at=self._time()
                )
            )
            self._log(connection, "key-add", prefix, {"label": label})
        return f"kwsn_{prefix}_{secret}"

    def all(self) -> list[Mapping[str, Any]]:
        """Every key without its digest: prefix, label, created_at, last_used_at, revoked_at."""
        columns = [column for column in _TABLE.c if column.name != "digest"]
        query = sa.select(*columns).order_by(_TABLE.c.created_at)
        with catalogue.reading(self._engine) as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def any(self) -> bool:
        """Whether any key may write; without one the upload door is closed."""
        return any(key["revoked_at"] is None for key in self.all())

    def revoke(self, prefix: str) -> None:
        """Close a key for good; one that is closed already keeps its date.

        Raises
        ------
        KeyNotFound
            For a prefix that no key has: the key that was meant still opens the door.
        """
        if prefix not in (known := [key["prefix"] for key in self.all()]):
            raise KeyNotFound(prefix, available=known)
        with catalogue.writing(self._engine) as connection:
            closed = connection.execute(
                _TABLE.update()
                .where((_TABLE.c.prefix == prefix) & _TABLE.c.revoked_at.is_(None))
                .values(revoked_at=self._time())
            )
            if closed.rowcount:
                self._log(connection, "key-revoke", prefix, {})

    def label_of(self, key: str) -> str | None:
        """The label of a valid, unrevoked key, None for any other text."""
        parts = key.split("_", 2)
        if len(parts) != 3 or parts[0] != "kwsn":
            return None
        with catalogue.reading(self._engine) as connection:
            row = (
                connection.execute(sa.select(_TABLE).where(_TABLE.c.prefix == parts[1]))
                .mappings()
                .first()
            )
        expected = row["digest"] if row is not None and row["revoked_at"] is None else "0" * 64
        if not secrets.compare_digest(_digest(parts[2]), expected) or row is None:
            return None
        with catalogue.writing(self._engine) as connection:
            connection.execute(
                _TABLE.update().where(_TABLE.c.prefix == parts[1]).values(last_used_at=self._time())
            )
        return f"{row['label']} ({row['prefix']})"

    def _log(
        self, connection: sa.Connection, action: str, prefix: str, details: Mapping[str, Any]
    ) -> None:
        catalogue.log(
            connection,
            at=self._time(),
            actor=_ACTOR,
            action=action,
            subject=prefix,
            details=details,
        )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
