"""The people of a store: their names, roles and passwords. Of a password only its hash is kept.

Argon2id with the second recommendation of RFC 9106 (section 4): 3 passes over 64 MiB, 4 lanes. A
password that was hashed otherwise is hashed anew at its owner's next login.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from geo.errors import Conflict, InvalidInput, UserNotFound
from geo.language import texts
from geo.store import catalogue, database
from geo.store.roles import OPERATOR, Actor, Role, require_assignable

if TYPE_CHECKING:
    from argon2 import PasswordHasher

_SAY = texts(__name__)

_TABLE = catalogue.users
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
LEAST_CHARACTERS = 12
_MOST_CHARACTERS = 1_000
# RFC 9106, section 4: memory in KiB.
TIME_COST, MEMORY_COST, PARALLELISM = 3, 65_536, 4
# Long enough to be taken, and still among the first that anybody tries.
_COMMON = frozenset(
    "password1234 passwordpassword password12345 password123456 123456789012 1234567890123 "
    "12345678901234 123456789012345 123123123123 112233445566 abcdefghijkl abcdef123456 "
    "abcd12345678 qwertyuiop12 qwertyuiop123 qwertyuiopas qwerty123456 1q2w3e4r5t6y 1qaz2wsx3edc "
    "administrator admin1234567 admin12345678 adminadminadmin rahasia12345 rahasia123456 "
    "rahasiarahasia bismillah123 bismillah1234 sayangsayang sayang123456 indonesia123 "
    "indonesia1234 indonesia1945 indonesiaraya indonesiamerdeka merdeka171945 transmigrasi "
    "transmigrasi1 transmigrasi123 kawasan12345 kawasan123456 kalimantan123 kalimantanselatan "
    "kalimantan1234 banjarmasin123 banjarbaru123 kotabaru1234 tanahbumbu123 letmein12345 "
    "welcome12345 iloveyou1234 iloveyou12345 changeme1234 changemenow1".split()
)


class Users:
    """The people in a catalogue; `time` is what a clock shows now, as text."""

    def __init__(self, engine: sa.Engine, *, time: Callable[[], str]) -> None:
        self._engine, self._time = engine, time
        self._log = catalogue.AuditLog(time)

    def add(
        self,
        user: str,
        *,
        password: str,
        role: Role,
        name: str,
        institution: str = "",
        regencies: Sequence[str] | None = None,
        actor: str = OPERATOR.name,
    ) -> None:
        """A new person.

        Parameters
        ----------
        user : str
            What is typed at the login: small letters, digits, `.`, `_` and `-`.
        name, institution : str
            What colleagues see; the public sees the institution alone.
        regencies : sequence of str, optional
            Kemendagri codes of the regencies whose features an editor may change; all by default.

        Raises
        ------
        InvalidInput
            For a user name, password, role or bounds that cannot be.
        Conflict
            Where somebody has that user name already, also somebody who was disabled.
        """
        if not _NAME.fullmatch(user):
            raise InvalidInput(reason=_SAY["no_user_name"].format(user=user[:80]))
        require_assignable(role, regencies)
        row: dict[str, Any] = {
            "user": user,
            "name": name or user,
            "institution": institution,
            "role": role,
        }
        row |= {"regencies": None if regencies is None else sorted(set(regencies))}
        row |= {"password": hashed(require_password(password, user=user))}
        now = self._time()
        row |= {"created_at": now, "created_by": actor, "password_changed_at": now}
        with database.writing(self._engine) as connection:
            if _row(connection, user) is not None:
                raise Conflict(reason=_SAY["taken"].format(user=user))
            connection.execute(_TABLE.insert().values(**row))
            self._log(connection, actor, "user-add", user, {"role": role})

    def all(self) -> list[Mapping[str, Any]]:
        """Every person without the password, by user name."""
        columns = [column for column in _TABLE.c if column.name != "password"]
        query = sa.select(*columns).order_by(_TABLE.c.user)
        with database.reading(self._engine) as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def any(self) -> bool:
        """Whether anybody can log in."""
        return any(row["disabled_at"] is None for row in self.all())

    def set_password(self, user: str, password: str, *, actor: str = OPERATOR.name) -> None:
        """Another password; it ends all sessions of that person.

        Raises
        ------
        UserNotFound, InvalidInput
        """
        new = hashed(require_password(password, user=user))
        with database.writing(self._engine) as connection:
            self._change(connection, user, password=new, password_changed_at=self._time())
            _end_sessions(connection, user)
            self._log(connection, actor, "user-password", user, {})

    def set_name(
        self, user: str, name: str, *, institution: str, actor: str = OPERATOR.name
    ) -> None:
        """What colleagues see of somebody; what was published already keeps its institution.

        Raises
        ------
        UserNotFound
        """
        with database.writing(self._engine) as connection:
            self._change(connection, user, name=name or user, institution=institution)
            self._log(connection, actor, "user-name", user, {"institution": institution})

    def set_role(
        self,
        user: str,
        role: Role,
        *,
        regencies: Sequence[str] | None = None,
        actor: str = OPERATOR.name,
    ) -> None:
        """Another role and its bounds, from the next request on.

        Raises
        ------
        UserNotFound, InvalidInput
        Conflict
            Where nobody else could manage people then.
        """
        require_assignable(role, regencies)
        codes = None if regencies is None else sorted(set(regencies))
        with database.writing(self._engine) as connection:
            if role != "admin":
                _require_other_admin(connection, user)
            self._change(connection, user, role=role, regencies=codes)
            self._log(connection, actor, "user-role", user, {"role": role, "regencies": codes})

    def disable(
        self, user: str, *, actor: str = OPERATOR.name, keeps_an_admin: bool = False
    ) -> None:
        """Close a person's access and end all sessions; the name stays taken, see `reopen`.

        With `keeps_an_admin` not that of the last admin. The operator, who can add another at any
        time, must be able to close an access at once.

        Raises
        ------
        UserNotFound
        Conflict
            Where nobody else could manage people then.
        """
        with database.writing(self._engine) as connection:
            row = _row(connection, user)
            if row is None or row["disabled_at"] is None:
                if keeps_an_admin:
                    _require_other_admin(connection, user)
                self._change(connection, user, disabled_at=self._time())
                _end_sessions(connection, user)
                self._log(connection, actor, "user-disable", user, {})

    def reopen(self, user: str, password: str, *, actor: str = OPERATOR.name) -> None:
        """Let somebody log in again whose access was closed, by a new password alone.

        Role and regencies are those of before.

        Raises
        ------
        UserNotFound, InvalidInput
        Conflict
            Where the access is not closed: its password is changed by `set_password`.
        """
        new = hashed(require_password(password, user=user))
        with database.writing(self._engine) as connection:
            row = _row(connection, user)
            if row is not None and row["disabled_at"] is None:
                raise Conflict(reason=_SAY["not_closed"].format(user=user))
            opened = {"password": new, "password_changed_at": self._time(), "disabled_at": None}
            self._change(connection, user, **opened)
            self._log(connection, actor, "user-reopen", user, {})

    def is_password(self, user: str, password: str) -> bool:
        """Whether it is the password of somebody who may log in; it takes as long for nobody.

        A hash with other parameters is replaced by a new one.
        """
        with database.reading(self._engine) as connection:
            row = _row(connection, user)
        is_open = row is not None and row["disabled_at"] is None
        kept = str(row["password"]) if row is not None and is_open else _nobodys_hash()
        is_right = _verified(kept, password) and is_open
        if is_right and hasher().check_needs_rehash(kept):
            with database.writing(self._engine) as connection:
                # Only where nobody has changed it meanwhile.
                mine = _TABLE.update().where(_TABLE.c.user == user, _TABLE.c.password == kept)
                connection.execute(mine.values(password=hashed(password)))
        return is_right

    def _change(self, connection: sa.Connection, user: str, **values: Any) -> None:
        changed = connection.execute(
            _TABLE.update().where(_TABLE.c.user == user).values(**values)
        ).rowcount
        if not changed:
            known = list(connection.execute(sa.select(_TABLE.c.user)).scalars())
            raise UserNotFound(user, available=known)


def actor_of(row: Mapping[str, Any] | sa.RowMapping) -> Actor:
    """Who a row of the table of people speaks for."""
    regencies = row["regencies"]
    return Actor(
        name=row["user"],
        role=row["role"],
        institution=row["institution"],
        regencies=None if regencies is None else frozenset(regencies),
    )


def _require_other_admin(connection: sa.Connection, user: str) -> None:
    """Raise where `user` is the only person who may log in as an admin."""
    is_open = (_TABLE.c.role == "admin") & _TABLE.c.disabled_at.is_(None)
    if list(connection.execute(sa.select(_TABLE.c.user).where(is_open)).scalars()) == [user]:
        raise Conflict(reason=_SAY["last_admin"].format(user=user))


def require_password(password: str, *, user: str) -> str:
    """The password, when it is hard enough to guess.

    Raises
    ------
    InvalidInput
        Saying what it lacks, never repeating it.
    """
    plain = _normal(password)
    folded = plain.casefold()
    if len(plain) < LEAST_CHARACTERS:
        raise InvalidInput(reason=_SAY["short"].format(n=LEAST_CHARACTERS))
    if len(plain) > _MOST_CHARACTERS:
        raise InvalidInput(reason=_SAY["long"].format(n=_MOST_CHARACTERS))
    if user.casefold() in folded:
        raise InvalidInput(reason=_SAY["holds_name"])
    if folded in _COMMON or len(set(folded)) < 5:
        raise InvalidInput(reason=_SAY["common"])
    return password


@cache
def hasher() -> "PasswordHasher":
    """What hashes passwords; loaded by the first login, not by the start of the service."""
    from argon2 import PasswordHasher

    return PasswordHasher(TIME_COST, MEMORY_COST, PARALLELISM)


def hashed(password: str) -> str:
    """A password as it is kept."""
    return hasher().hash(_bytes(password))


@cache
def _nobodys_hash() -> str:
    """The hash that a password is compared with where there is nobody, so that it takes as long."""
    return hashed("nobody has this password")


def _verified(kept: str, password: str) -> bool:
    from argon2.exceptions import VerificationError

    try:
        return hasher().verify(kept, _bytes(password))
    except VerificationError:
        return False


def _normal(password: str) -> str:
    # Of two keyboards one writes é as one character, the other as two (NIST SP 800-63B, 5.1.1.2).
    return unicodedata.normalize("NFKC", password)


def _bytes(password: str) -> bytes:
    return _normal(password).encode(errors="surrogatepass")


def _row(connection: sa.Connection, user: str) -> sa.RowMapping | None:
    return connection.execute(sa.select(_TABLE).where(_TABLE.c.user == user)).mappings().first()


def _end_sessions(connection: sa.Connection, user: str) -> None:
    sessions = catalogue.sessions
    connection.execute(sessions.delete().where(sessions.c.user == user))
