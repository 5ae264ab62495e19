"""The commands `kawasan key …` and `kawasan user …`: programs and people who may come in."""

import datetime
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.output import output, print_table
from api.cli.shared_options import Common, gathered
from geo.errors import InvalidInput
from geo.language import texts
from geo.store.roles import Role

_SAY = texts(__name__)

key_app = typer.Typer(no_args_is_help=True, help="API keys: programs that may come in.")
user_app = typer.Typer(no_args_is_help=True, help="Users: people who may log in.")

# Checked by the store, which says which roles there are.
RoleOption = Annotated[str, typer.Option("--role", help="viewer, editor, publisher or admin.")]
RegencyOption = Annotated[
    list[str] | None,
    typer.Option("--regency", help="Code of a regency that an editor may change; repeatable."),
]
UserArgument = Annotated[str, typer.Argument(help="User name, as typed at the login.")]
PasswordFileOption = Annotated[
    Path | None,
    typer.Option("--password-file", help="Read the password from this file; - reads stdin."),
]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What somebody may do, and for whom."""

    institution: Annotated[str, typer.Option(help="Office; the public is told this.")] = ""
    regencies: RegencyOption = None


@key_app.command("add")
@gathered
def key_add(
    label: Annotated[str, typer.Option(help="Whose key this is.")],
    role: RoleOption = "publisher",
    *,
    bounds: Bounds,
    expires: Annotated[
        datetime.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Last day on which it is valid (UTC)."),
    ] = None,
    approves_own: Annotated[
        bool, typer.Option("--approves-own", help="It may publish what it submitted itself.")
    ] = False,
    common: Common,
) -> None:
    """Make an API key and show it once; only its digest is kept.

    Example: kawasan key add --label "Dinas Kotabaru" --role editor --regency 63.02
    """
    from geo.store.keys import end_of_day
    from geo.store.region import require_regencies

    with common.opened(loaded=False) as store:
        require_regencies(store, bounds.regencies)
        ends = None if expires is None else end_of_day(expires.date(), today=store.today())
        key = store.keys.add(
            label, **_bounded(role, bounds), expires_at=ends, approves_own=approves_own
        )
        output.print(key, soft_wrap=True)


@key_app.command("list")
@gathered
def key_list(common: Common) -> None:
    """List the keys without their secrets."""
    with common.opened(loaded=False) as store:
        rows = [
            (
                k["prefix"],
                k["label"],
                k["role"] + (" (+)" if k["approves_own"] else ""),
                k["institution"] or "-",
                _codes(k["regencies"]),
                k["created_at"],
                k["expires_at"] or "-",
                k["last_used_at"] or "-",
                k["revoked_at"] or "-",
            )
            for k in store.keys.all()
        ]
        print_table(_SAY["key_heads"].to(common.language()), rows)


@key_app.command("revoke")
@gathered
def key_revoke(
    prefix: Annotated[str, typer.Argument(help="The key's prefix, from: kawasan key list.")],
    *,
    common: Common,
) -> None:
    """Close a key for good; ends with 1 when no key has that prefix."""
    with common.opened(loaded=False) as store:
        store.keys.revoke(prefix)


@user_app.command("add")
@gathered
def user_add(
    user: UserArgument,
    role: RoleOption,
    name: Annotated[str, typer.Option(help="Full name, seen by colleagues alone.")],
    *,
    bounds: Bounds,
    password_file: PasswordFileOption = None,
    common: Common,
) -> None:
    """Add a person who may log in; the password is asked for twice.

    Example: kawasan user add sri --role admin --name "Sri Wahyuni" --institution "Dinas Transmigrasi"
    """
    from geo.store.region import require_regencies

    with common.opened(loaded=False) as store:
        require_regencies(store, bounds.regencies)
        password = _password(password_file, common)
        store.users.add(user, name=name, password=password, **_bounded(role, bounds))


@user_app.command("list")
@gathered
def user_list(common: Common) -> None:
    """List the people who may log in, or once might."""
    with common.opened(loaded=False) as store:
        rows = [
            (
                u["user"],
                u["name"],
                u["role"],
                u["institution"] or "-",
                _codes(u["regencies"]),
                u["created_at"],
                u["disabled_at"] or "-",
            )
            for u in store.users.all()
        ]
        print_table(_SAY["user_heads"].to(common.language()), rows)


@user_app.command("password")
@gathered
def user_password(
    user: UserArgument, password_file: PasswordFileOption = None, *, common: Common
) -> None:
    """Give a person another password; all their sessions end."""
    with common.opened(loaded=False) as store:
        store.users.set_password(user, _password(password_file, common))


@user_app.command("role")
@gathered
def user_role(
    user: UserArgument,
    role: Annotated[str, typer.Argument(help="viewer, editor, publisher or admin.")],
    regencies: RegencyOption = None,
    *,
    common: Common,
) -> None:
    """Give a person another role, from the next request on."""
    from geo.store.region import require_regencies

    with common.opened(loaded=False) as store:
        require_regencies(store, regencies)
        store.users.set_role(user, _role(role), regencies=regencies or None)


@user_app.command("disable")
@gathered
def user_disable(user: UserArgument, *, common: Common) -> None:
    """Close a person's access; all their sessions end."""
    with common.opened(loaded=False) as store:
        store.users.disable(user)


@user_app.command("reopen")
@gathered
def user_reopen(
    user: UserArgument, password_file: PasswordFileOption = None, *, common: Common
) -> None:
    """Let a person log in again whose access was closed, by a new password."""
    with common.opened(loaded=False) as store:
        store.users.reopen(user, _password(password_file, common))


def _bounded(role: str, bounds: Bounds) -> dict[str, Any]:
    # No --regency at all is no bound.
    return {"role": _role(role), **asdict(bounds), "regencies": bounds.regencies or None}


def _role(role: str) -> Role:
    from geo.store.roles import require_assignable

    return require_assignable(role, None)


def _codes(regencies: list[str] | None) -> str:
    return "-" if regencies is None else ", ".join(regencies)


def _password(file: Path | None, common: Common) -> str:
    """A password from a file's first line, from a pipe, or typed twice at the terminal."""
    if file is None and sys.stdin.isatty():
        language = common.language()
        first = typer.prompt(_SAY["password"].to(language), hide_input=True)
        second = typer.prompt(_SAY["again"].to(language), hide_input=True)
        if first != second:
            raise InvalidInput(reason=_SAY["unequal"])
        return str(first)
    text = sys.stdin.read() if file is None or str(file) == "-" else file.read_text("utf-8")
    return text.splitlines()[0] if text else ""
