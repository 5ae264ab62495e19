"""Who may do what: roles, actions, and the one table of both.

HTTP and the command line ask it; the command line is the operator, who may do everything because
the store is a folder on his machine.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from geo.errors import InvalidInput, LoginRequired, NotAllowed
from geo.language import Text, filled, texts

_SAY = texts(__name__)

Role = Literal["public", "viewer", "editor", "publisher", "admin", "operator"]
Action = Literal[
    "read",
    "read_waiting",
    "read_names",
    "read_audit",
    "comment",
    "upload",
    "submit",
    "withdraw",
    "approve",
    "roll_back",
    "add_layer",
    "withdraw_layer",
    "manage_people",
    "set_rules",
    "change_region",
]
ROLES: tuple[Role, ...] = get_args(Role)
ACTIONS: tuple[Action, ...] = get_args(Action)
# What a person or a key can be; nobody is made the public or the operator.
ASSIGNABLE: tuple[Role, ...] = ("viewer", "editor", "publisher", "admin")

_EVERYBODY = frozenset(ROLES)
_KNOWN = _EVERYBODY - {"public"}
_EDITORS = _KNOWN - {"viewer"}
_PUBLISHERS = _EDITORS - {"editor"}
_ADMINS = _PUBLISHERS - {"publisher"}

# What each action is open to. A closed store takes `read` from the public; see `may`.
TABLE: Mapping[Action, frozenset[Role]] = {
    "read": _EVERYBODY,
    "read_waiting": _KNOWN,
    "read_names": _KNOWN,
    "read_audit": _PUBLISHERS,
    "comment": _EDITORS,
    "upload": _EDITORS,
    "submit": _EDITORS,
    # Another's upload is a publisher's to end; see `may`.
    "withdraw": _EDITORS,
    "approve": _PUBLISHERS,
    "roll_back": _PUBLISHERS,
    "add_layer": _PUBLISHERS,
    "withdraw_layer": _PUBLISHERS,
    "manage_people": _ADMINS,
    "set_rules": _ADMINS,
    "change_region": frozenset({"operator"}),
}


# Actions that circumstances bound too; see `_obstacle`.
_BOUNDED: tuple[Action, ...] = ("read", "upload", "submit", "withdraw", "approve")


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who asks: a person, a key, the operator, or the public.

    `name` is a person's login or a key's label with its prefix, and stays inside; `institution` and
    `role` are what the public is told. `regencies` are the Kemendagri codes of the regencies whose
    features an editor may change, None for all. `approves_own` lets a key publish what it submitted.
    """

    name: str
    role: Role
    institution: str = ""
    regencies: frozenset[str] | None = None
    approves_own: bool = False


PUBLIC = Actor("", "public")
OPERATOR = Actor("operator", "operator", approves_own=True)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What else decides: whose thing it is, which regencies it changes, what the store's rules say.

    `touching` are codes of regencies; a change that lies in none (`""`) is nobody's but a publisher's.
    """

    is_own: bool = False
    touching: Collection[str] = ()
    is_closed: bool = False
    own_approval: bool = False


NOTHING_SPECIAL = Circumstances()


def may(actor: Actor, action: Action, given: Circumstances = NOTHING_SPECIAL) -> bool:
    """Whether `actor` may do it."""
    return _obstacle(actor, action, given) is None


def require(actor: Actor, action: Action, given: Circumstances = NOTHING_SPECIAL) -> None:
    """Raise unless `actor` may do it.

    Raises
    ------
    LoginRequired
        When somebody known may, and the public asks.
    NotAllowed
        Saying which role may, or what stands in the way.
    """
    obstacle = _obstacle(actor, action, given)
    if obstacle is None:
        return
    if actor.role == "public":
        raise LoginRequired
    raise NotAllowed(reason=obstacle)


def require_assignable(role: str, regencies: Sequence[str] | None) -> Role:
    """The role, when somebody can be given it, with those bounds.

    Raises
    ------
    InvalidInput
        Naming the roles that there are; or for regencies of anybody but an editor, or none of them.
    """
    known = next((one for one in ASSIGNABLE if one == role), None)
    if known is None:
        reason = _SAY["no_role"].format(role=role[:40], known=", ".join(ASSIGNABLE))
        raise InvalidInput(reason=reason)
    if regencies is not None and role != "editor":
        raise InvalidInput(reason=_SAY["no_bounds"])
    if regencies is not None and not all(code.strip() for code in regencies or ("",)):
        raise InvalidInput(reason=_SAY["empty_bounds"])
    return known


def role_title(role: Role) -> Text:
    """What a role is called."""
    return _SAY[f"role_{role}"]


def action_title(action: Action) -> Text:
    """What an action is called."""
    return _SAY[f"action_{action}"]


def bounds_of(action: Action) -> Text | None:
    """What bounds an action besides the role, None where nothing does."""
    if action in _BOUNDED:
        return _SAY[f"bounds_{action}"]
    return None


def _obstacle(actor: Actor, action: Action, given: Circumstances) -> Text | None:
    is_open = actor.role in TABLE[action]
    if not is_open or (given.is_closed and actor.role == "public"):
        least = next(role for role in ROLES if role in TABLE[action])
        said = {"role": role_title(actor.role), "least": role_title(least)}
        return filled(_SAY["role"], action=action_title(action), **said)
    if action in ("submit", "withdraw") and not given.is_own and actor.role == "editor":
        return _SAY["not_own"]
    if action == "approve" and given.is_own and not (given.own_approval or actor.approves_own):
        return None if actor.role == "operator" else _SAY["own"]
    foreign = _foreign(actor, given.touching)
    if action in ("upload", "submit", "withdraw") and foreign:
        own = ", ".join(sorted(actor.regencies or ()))
        if "" in foreign:
            return _SAY["no_regency"].format(own=own)
        return _SAY["regency"].format(foreign=", ".join(foreign), own=own)
    return None


def _foreign(actor: Actor, touching: Collection[str]) -> list[str]:
    if actor.role != "editor" or actor.regencies is None:
        return []
    return sorted(set(touching) - actor.regencies)
