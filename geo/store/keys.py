"""The API keys of a store: who may write. Only a key's digest is kept."""

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from geo.errors import KeyNotFound
from geo.store import catalogue, database
from geo.store.roles import Actor, Role

_ACTOR = "operator"
_TABLE = catalogue.keys


class Keys:
    """The API keys in a catalogue; `time` is what a clock shows now, as text."""

    def __init__(self, engine: sa.Engine, *, time: Callable[[], str]) -> None:
        self._engine, self._time = engine, time

    def add(
        self,
        label: str,
        *,
        role: Role = "publisher",
        institution: str = "",
        regencies: Sequence[str] | None = None,
        expires_at: str | None = None,
        approves_own: bool = False,
    ) -> str:
        """A new API key: 256 random bits, shown once; only its digest is kept.

        Parameters
        ----------
        regencies : sequence of str, optional
            Kemendagri codes of the regencies whose features an editor may change; all by default.
        expires_at : str, optional
            When it ends, as the store writes times (UTC); never by default.
        approves_own : bool
            Whether it may publish what it has submitted itself.
        """
        prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        with database.writing(self._engine) as connection:
            connection.execute(
                _TABLE.insert().values(
                    prefix=prefix,
                    digest=_digest(secret),
                    label=label,
                    created_at=self._time(),
                    role=role,
                    institution=institution,
                    regencies=None if regencies is None else sorted(regencies),
                    expires_at=expires_at,
                    approves_own=approves_own,
                )
            )
            self._log(connection, "key-add", prefix, {"label": label, "role": role})
        return f"kwsn_{prefix}_{secret}"

    def all(self) -> list[Mapping[str, Any]]:
        """Every key without its digest: prefix, label, created_at, last_used_at, revoked_at, role and its bounds."""
        columns = [column for column in _TABLE.c if column.name != "digest"]
        query = sa.select(*columns).order_by(_TABLE.c.created_at)
        with database.reading(self._engine) as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def any(self) -> bool:
        """Whether any key may write; without one the upload door is closed."""
        return any(map(self._is_open, self.all()))

    def revoke(self, prefix: str) -> None:
        """Close a key for good; one that is closed already keeps its date.

        Raises
        ------
        KeyNotFound
            For a prefix that no key has: the key that was meant still opens the door.
        """
        if prefix not in (known := [key["prefix"] for key in self.all()]):
            raise KeyNotFound(prefix, available=known)
        with database.writing(self._engine) as connection:
            closed = connection.execute(
                _TABLE.update()
                .where((_TABLE.c.prefix == prefix) & _TABLE.c.revoked_at.is_(None))
                .values(revoked_at=self._time())
            )
            if closed.rowcount:
                self._log(connection, "key-revoke", prefix, {})

    def actor_of(self, key: str) -> Actor | None:
        """Who a valid key speaks for; None for one that is revoked, expired or none at all."""
        parts = key.split("_", 2)
        if len(parts) != 3 or parts[0] != "kwsn":
            return None
        with database.reading(self._engine) as connection:
            row = (
                connection.execute(sa.select(_TABLE).where(_TABLE.c.prefix == parts[1]))
                .mappings()
                .first()
            )
        expected = row["digest"] if row is not None and self._is_open(row) else "0" * 64
        if not secrets.compare_digest(_digest(parts[2]), expected) or row is None:
            return None
        with database.writing(self._engine) as connection:
            connection.execute(
                _TABLE.update().where(_TABLE.c.prefix == parts[1]).values(last_used_at=self._time())
            )
        return Actor(
            name=f"{row['label']} ({row['prefix']})",
            role=row["role"],
            institution=row["institution"],
            regencies=None if row["regencies"] is None else frozenset(row["regencies"]),
            approves_own=row["approves_own"],
        )

    def _is_open(self, row: Mapping[str, Any] | sa.RowMapping) -> bool:
        is_ended = row["expires_at"] is not None and row["expires_at"] <= self._time()
        return row["revoked_at"] is None and not is_ended

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
