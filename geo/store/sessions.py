"""Logins of people: what a browser's cookie stands for, and how guessing is slowed down.

Of a session's token only its digest is kept. A session ends when it was idle, when its day is over,
at the logout, and when its person's password is changed or access is closed.
"""

import hashlib
import hmac
import ipaddress
import math
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from geo.errors import LoginRefused, StoreFault, TooManyRequests
from geo.store import catalogue, database
from geo.store.roles import Actor
from geo.store.users import Users, actor_of

_TABLE = catalogue.sessions
_PEOPLE = catalogue.users
_FAILURES = catalogue.login_failures
# Of a person; what opens the door is not remembered.
_WHO = [column for column in _PEOPLE.c if column.name != "password"]
_SEEN_EVERY_S = 60.0
# Failures that cost nothing; from then on each doubles the wait. An office shares an address.
_FREE = {"user": 5, "address": 20}
_LONGEST_WAIT_S = 300.0
_FORGOTTEN_AFTER_S = 3_600.0
_MOST_NAME = 64


@dataclass(frozen=True, slots=True)
class Session:
    """A login that holds: who it is, what is shown of the name, and until when at the latest."""

    actor: Actor
    name: str
    ends_at: str
    # What a page must send along with a write, so that another site's page cannot.
    csrf: str


class Sessions:
    """The sessions in a catalogue; `time` is what a clock shows now, as text."""

    def __init__(
        self,
        engine: sa.Engine,
        users: Users,
        *,
        time: Callable[[], str],
        changes: database.ChangeCounter,
    ) -> None:
        self._engine, self._users, self._time = engine, users, time
        self._log = catalogue.AuditLog(time)
        self._rows = database.RememberedEach(changes, self._row)

    def login(self, user: str, password: str, *, address: str, lasts_s: float) -> str:
        """A new session's token, 256 random bits that are kept by the browser alone.

        Parameters
        ----------
        address : str
            Where the login comes from; failures are counted by it and by the user name.
        lasts_s : float
            Seconds until it ends, however busy it is.

        Raises
        ------
        LoginRefused
            After the time that a right password takes too, whether there is such a user or not.
        TooManyRequests
            After too many failures; nothing was compared then.
        """
        # Telephones begin a word with a capital.
        user = user.strip().lower()
        self._require_password(user, password, address=address)
        token, now = secrets.token_urlsafe(32), self._time()
        with database.writing(self._engine) as connection:
            connection.execute(_TABLE.delete().where(_TABLE.c.ends_at <= now))
            session = {"user": user, "created_at": now, "last_seen_at": now}
            session |= {"digest": _digest(token), "ends_at": catalogue.later(now, lasts_s)}
            connection.execute(_TABLE.insert().values(**session))
            self._log(connection, user, "login", user, {})
        return token

    def change_password(self, user: str, old: str, new: str, *, address: str) -> None:
        """Another password of somebody who knows the old one; it ends all sessions, this one too.

        Raises
        ------
        LoginRefused, TooManyRequests, InvalidInput
        """
        self._require_password(user, old, address=address)
        self._users.set_password(user, new, actor=user)

    def of(self, token: str, *, idle_s: float) -> Session | None:
        """The session of a token; None for one that has ended or never was."""
        row, now = self._rows(_digest(token)), self._time()
        if row is None or row["ends_at"] <= now:
            return None
        idle = catalogue.seconds_between(row["last_seen_at"], now)
        if idle > idle_s:
            return None
        if idle >= _SEEN_EVERY_S:
            # A full disk ends a session early, and no page.
            with suppress(StoreFault), database.writing(self._engine) as connection:
                seen = _TABLE.update().where(_TABLE.c.digest == row["digest"])
                connection.execute(seen.values(last_seen_at=now))
        return Session(
            actor=actor_of(row), name=row["name"], ends_at=row["ends_at"], csrf=_csrf(token)
        )

    def is_at_hand(self, token: str) -> bool:
        """Whether `of` tells of a token without reading the catalogue or writing into it."""
        row = self._rows.known(_digest(token))
        if row is None:
            return False
        return catalogue.seconds_between(row["last_seen_at"], self._time()) < _SEEN_EVERY_S

    def _row(self, digest: str) -> Mapping[str, Any] | None:
        """A session and its person, whose access is not closed."""
        query = (
            sa.select(_TABLE.c.digest, _TABLE.c.last_seen_at, _TABLE.c.ends_at, *_WHO)
            .join(_PEOPLE, _PEOPLE.c.user == _TABLE.c.user)
            .where(_TABLE.c.digest == digest, _PEOPLE.c.disabled_at.is_(None))
        )
        with database.reading(self._engine) as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else dict(row)

    def end(self, token: str) -> None:
        """End the session of a token; nothing for one that has ended."""
        with database.writing(self._engine) as connection:
            row = connection.execute(
                _TABLE.delete().where(_TABLE.c.digest == _digest(token)).returning(_TABLE.c.user)
            ).first()
            if row is not None:
                self._log(connection, row[0], "logout", row[0], {})

    def _require_password(self, user: str, password: str, *, address: str) -> None:
        subjects = {"user": f"user:{user[:_MOST_NAME]}", "address": f"address:{_network(address)}"}
        self._admit(subjects)
        if not self._users.is_password(user, password):
            raise LoginRefused
        with database.writing(self._engine) as connection:
            self._forgive(connection, subjects)

    def _admit(self, subjects: dict[str, str]) -> None:
        """Count a login as failed before it is tried, so that many at once are counted too."""
        now = self._time()
        with database.writing(self._engine) as connection:
            forgotten = catalogue.later(now, -_FORGOTTEN_AFTER_S)
            connection.execute(_FAILURES.delete().where(_FAILURES.c.last_at < forgotten))
            counts = {kind: _failures(connection, subjects[kind]) for kind in subjects}
            wait_s = max(_wait_s(kind, found, now) for kind, found in counts.items())
            if wait_s > 0:
                raise TooManyRequests(retry_after_s=math.ceil(wait_s))
            for kind, (failures, _) in counts.items():
                _set_failures(connection, subjects[kind], failures + 1, now)

    def _forgive(self, connection: sa.Connection, subjects: dict[str, str]) -> None:
        """Take back what was counted beforehand, and all failures of the person who is in."""
        connection.execute(_FAILURES.delete().where(_FAILURES.c.subject == subjects["user"]))
        address = subjects["address"]
        failures, last_at = _failures(connection, address)
        if failures:
            _set_failures(connection, address, failures - 1, last_at)


def _failures(connection: sa.Connection, subject: str) -> tuple[int, str]:
    query = sa.select(_FAILURES.c.failures, _FAILURES.c.last_at)
    row = connection.execute(query.where(_FAILURES.c.subject == subject)).first()
    return (0, "") if row is None else (row[0], row[1])


def _set_failures(connection: sa.Connection, subject: str, failures: int, at: str) -> None:
    connection.execute(_FAILURES.delete().where(_FAILURES.c.subject == subject))
    if failures:
        row = {"subject": subject, "failures": failures, "last_at": at}
        connection.execute(_FAILURES.insert().values(**row))


def _wait_s(kind: str, found: tuple[int, str], now: str) -> float:
    failures, last_at = found
    over = failures - _FREE[kind]
    if over < 0:
        return 0.0
    wait_s = min(2.0 ** min(over, 30), _LONGEST_WAIT_S)
    # A clock that was put back holds nobody up for longer than that.
    passed = max(catalogue.seconds_between(last_at, now), 0.0)
    return wait_s - passed


def _network(address: str) -> str:
    """An address, of IPv6 the network of one connection: whoever has one has all of it."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:_MOST_NAME]
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False).network_address)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def _csrf(token: str) -> str:
    return hmac.new(token.encode(errors="surrogatepass"), b"csrf", hashlib.sha256).hexdigest()
