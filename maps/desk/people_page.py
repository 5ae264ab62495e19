"""What the page of people, keys and rules says to an admin, and what everybody's own account says.

Both take rows as the store lists them. Everything is text; the templates escape it.
"""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from geo.language import Language
from geo.store.roles import ASSIGNABLE, Role, role_title
from geo.store.users import LEAST_CHARACTERS
from maps.text import translate


def people_page(
    users: Iterable[Mapping[str, Any]],
    keys: Iterable[Mapping[str, Any]],
    *,
    rules: Mapping[str, bool],
    regencies: Mapping[str, str],
    today: datetime.date,
    language: Language,
) -> dict[str, Any]:
    """Everything that `desk/people.html` names.

    Parameters
    ----------
    users, keys : iterable of mapping
        As the store lists them; each key with the column that says why it is `ended`, None for an open one.
    rules : mapping
        Whether each rule is on.
    regencies : mapping
        Names of regencies by their codes.
    today : date
        The first day that a new key can end on.
    """
    users, keys = list(users), list(keys)
    names = {one["user"]: one["name"] for one in users}

    def shown(one: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **one,
            "role_title": role_title(one["role"]).to(language),
            "area": _area(one["role"], one["regencies"], regencies, language),
            "by": names.get(one.get("created_by", ""), one.get("created_by")),
        }

    people = [shown(one) for one in users]
    programs = [shown(one) for one in keys]
    return {
        "title": translate("people.title", language),
        "people": [one for one in people if one["disabled_at"] is None],
        "closed": [one for one in people if one["disabled_at"] is not None],
        "programs": [one for one in programs if one["ended"] is None],
        "ended": [one for one in programs if one["ended"] is not None],
        "rules": rules,
        "roles": [{"role": role, "title": role_title(role).to(language)} for role in ASSIGNABLE],
        "regencies": regencies,
        "today": today.isoformat(),
        "least": LEAST_CHARACTERS,
    }


def account_page(
    session: Mapping[str, Any], *, regencies: Mapping[str, str], language: Language
) -> dict[str, Any]:
    """Everything that `desk/account.html` names.

    Parameters
    ----------
    session : mapping
        Who asks, as the service answers it (`SessionDocument` in the API's description).
    regencies : mapping
        Names of regencies by their codes.
    """
    return {
        "title": translate("people.account", language),
        "session": session,
        "area": _area(session["role"], session["regencies"], regencies, language),
        "least": LEAST_CHARACTERS,
    }


def _area(
    role: Role, codes: Iterable[str] | None, regencies: Mapping[str, str], language: Language
) -> str | None:
    """Where an editor may change features, in names; None for a role that is bound to no regency."""
    if role != "editor":
        return None
    if codes is None:
        return translate("people.everywhere", language)
    return ", ".join(sorted(regencies.get(code, code) for code in codes))
