"""The commands `kawasan key …`: API keys for the upload door."""

from typing import Annotated

import typer

from api.cli.output import output, print_table
from api.cli.shared_options import Common, gathered

key_app = typer.Typer(no_args_is_help=True, help="API keys for the upload door.")


@key_app.command("add")
@gathered
def key_add(
    label: Annotated[str, typer.Option(help="Whose key this is.")], *, common: Common
) -> None:
    """Make an API key and show it once; only its digest is kept."""
    with common.opened(loaded=False) as store:
        output.print(store.keys.add(label), soft_wrap=True)


@key_app.command("list")
@gathered
def key_list(common: Common) -> None:
    """List the keys without their secrets."""
    with common.opened(loaded=False) as store:
        rows = [
            (
                k["prefix"],
                k["label"],
                k["created_at"],
                k["last_used_at"] or "-",
                k["revoked_at"] or "-",
            )
            for k in store.keys.all()
        ]
        print_table("prefix | label | created | last used | revoked", rows)


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
