"""The API keys of a store: programs that may write, or read a closed store. Only digests are kept."""

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from geo.errors import InvalidInput, KeyNotFound, KeyRefused, StoreFault
from geo.language import texts
from geo.store import catalogue, database
from geo.store.roles import OPERATOR, Actor, Role, require_assignable

_SAY = texts(__name__)

_TABLE = catalogue.keys
# How often the last use is written down: a request of a program must not cost a write each.
_NOTED_EVERY_S = 60.0


class Keys:
    """The API keys in a catalogue; `time` is what a clock shows now, as text."""

    def __init__(
        self, engine: sa.Engine, *, time: Callable[[], str], changes: database.ChangeCounter
    ) -> None:
        self._engine, self._time = engine, time
        self._log = catalogue.AuditLog(time)
        self._rows = database.RememberedEach(changes, self._row)

    def add(
        self,
        label: str,
        *,
        role: Role = "publisher",
        institution: str = "",
        regencies: Sequence[str] | None = None,
        expires_at: str | None = None,
        approves_own: bool = False,
        actor: str = OPERATOR.name,
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

        Raises
        ------
        InvalidInput
            For a role that nobody is given, or bounds that the role does not have.
        """
        require_assignable(role, regencies)
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
                    regencies=None if regencies is None else sorted(set(regencies)),
                    expires_at=expires_at,
                    approves_own=approves_own,
                )
            )
            self._log(connection, actor, "key-add", prefix, {"label": label, "role": role})
        return f"kwsn_{prefix}_{secret}"

    def all(self) -> list[Mapping[str, Any]]:
        """Every key without its digest: prefix, label, created_at, last_used_at, revoked_at, role and its bounds."""
        columns = [column for column in _TABLE.c if column.name != "digest"]
        query = sa.select(*columns).order_by(_TABLE.c.created_at)
        with database.reading(self._engine) as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def any(self) -> bool:
        """Whether any key opens anything."""
        return any(self.ended(key) is None for key in self.all())

    def revoke(self, prefix: str, *, actor: str = OPERATOR.name) -> None:
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
                self._log(connection, actor, "key-revoke", prefix, {})

    def actor_of(self, key: str) -> Actor | None:
        """Who a valid key speaks for; None for one that is revoked, expired or none at all."""
        with suppress(KeyRefused):
            return self.require(key)
        return None

    def require(self, key: str) -> Actor:
        """Who a valid key speaks for.

        Raises
        ------
        KeyRefused
            Whoever holds a key that was revoked or has ended is told so, with its `prefix`.
        """
        prefix, secret = _parts(key)
        if prefix is None:
            raise KeyRefused(reason=_SAY["unknown"])
        row = self._rows(prefix)
        if not _opens(row, secret) or row is None:
            raise KeyRefused(reason=_SAY["unknown"])
        if ended := self.ended(row):
            said = _SAY["revoked"] if ended == "revoked_at" else _SAY["expired"]
            raise KeyRefused(reason=said.format(at=row[ended]), prefix=row["prefix"])
        self._note_use(row)
        return Actor(
            name=f"{row['label']} ({row['prefix']})",
            role=row["role"],
            institution=row["institution"],
            regencies=None if row["regencies"] is None else frozenset(row["regencies"]),
            approves_own=row["approves_own"],
        )

    def is_at_hand(self, key: str) -> bool:
        """Whether `require` takes a key without reading the catalogue or writing its use down."""
        prefix, secret = _parts(key)
        row = None if prefix is None else self._rows.known(prefix)
        if row is None or not _opens(row, secret):
            return False
        return self.ended(row) is None and not self._must_note(row)

    def _row(self, prefix: str) -> Mapping[str, Any] | None:
        query = sa.select(_TABLE).where(_TABLE.c.prefix == prefix)
        with database.reading(self._engine) as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else dict(row)

    def ended(self, row: Mapping[str, Any]) -> str | None:
        """Which column says that a key is closed, None for one that is open."""
        if row["revoked_at"] is not None:
            return "revoked_at"
        is_past = row["expires_at"] is not None and row["expires_at"] <= self._time()
        return "expires_at" if is_past else None

    def _must_note(self, row: Mapping[str, Any]) -> bool:
        last = row["last_used_at"]
        if last is None:
            return True
        return not 0 <= catalogue.seconds_between(last, self._time()) < _NOTED_EVERY_S

    def _note_use(self, row: Mapping[str, Any]) -> None:
        if not self._must_note(row):
            return
        # Who reads with a key needs no store that can be written.
        with suppress(StoreFault), database.writing(self._engine) as connection:
            used = _TABLE.update().where(_TABLE.c.prefix == row["prefix"])
            connection.execute(used.values(last_used_at=self._time()))


def end_of_day(last_day: date, *, today: date) -> str:
    """When a key ends whose last day is `last_day` in UTC, as the store writes times.

    Raises
    ------
    InvalidInput
        For a day that is past.

    Examples
    --------
    >>> end_of_day(date(2026, 12, 31), today=date(2026, 3, 1))
    '2027-01-01T00:00:00Z'
    """
    if last_day < today or last_day == date.max:
        raise InvalidInput(reason=_SAY["past"].format(day=last_day.isoformat()))
    return f"{last_day + timedelta(days=1):%Y-%m-%d}T00:00:00Z"


def _parts(key: str) -> tuple[str | None, str]:
    """The prefix of a key and its secret; None and nothing for what is no key."""
    parts = key.split("_", 2)
    return (parts[1], parts[2]) if len(parts) == 3 and parts[0] == "kwsn" else (None, "")


def _opens(row: Mapping[str, Any] | None, secret: str) -> bool:
    """Whether it is the secret of a key; compared also where there is none, so that time tells nothing."""
    expected = "0" * 64 if row is None else str(row["digest"])
    # A key from outside may hold any character, lone surrogates too.
    return secrets.compare_digest(_digest(secret), expected) and row is not None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
