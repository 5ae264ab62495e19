"""The commands `kawasan store …`: the store's history and health."""

from typing import Annotated, Literal

import typer

from api.cli.output import print_table, print_version
from api.cli.shared_options import OPERATOR, Common, gathered
from geo.store.rules import Rule

store_app = typer.Typer(no_args_is_help=True, help="The store: its versions and its health.")

DatasetArgument = Annotated[str, typer.Argument(help="Dataset, e.g. zones.")]


@store_app.command("check")
@gathered
def store_check(
    repair: Annotated[
        bool, typer.Option("--repair", help="Remove orphan files older than ten minutes.")
    ] = False,
    *,
    common: Common,
) -> None:
    """Compare every version with its file, and the audit log with itself.

    Ends with 1 when a file is missing or altered or the log is broken. An orphan is a file that
    nothing needs; one of a publication that is under way is listed too, and stays.
    """
    with common.opened(loaded=False) as store:
        report = store.check(repair=repair)
        rows = [("orphan", n) for n in report.orphans]
        rows += [("missing", n) for n in report.missing]
        rows += [("altered", n) for n in report.altered]
        if report.broken_entry is not None:
            rows.append(("broken", f"audit log, entry {report.broken_entry}"))
        print_table("fault | where", rows)
        if not report.is_sound:
            raise typer.Exit(1)


@store_app.command("versions")
@gathered
def store_versions(dataset: DatasetArgument, *, common: Common) -> None:
    """List the versions of a dataset; * marks the current one."""
    with common.opened() as store:
        rows = [
            (
                f"{v.number}{' *' if v.is_current else ''}",
                v.published_at,
                v.published_by,
                v.note,
                v.sha256[:12],
            )
            for v in store.versions(dataset)
        ]
        print_table("version | at | by | note | sha256", rows)


@store_app.command("rollback")
@gathered
def store_rollback(
    dataset: DatasetArgument,
    number: Annotated[int, typer.Argument(help="Version to make current.")],
    note: Annotated[str, typer.Option(help="Why.")],
    *,
    common: Common,
) -> None:
    """Make an older version current again; nothing is deleted."""
    with common.opened() as store:
        print_version(store.rollback(dataset, number, actor=OPERATOR, note=note))


@store_app.command("rules")
@gathered
def store_rules(common: Common) -> None:
    """List the rules of the store: closed shows nothing without a login; own_approval lets a publisher approve its own."""
    with common.opened(loaded=False) as store:
        rows = [(rule, "on" if is_on else "off") for rule, is_on in store.rules.all().items()]
        print_table("rule | value", rows)


@store_app.command("rule")
@gathered
def store_rule(
    rule: Annotated[Rule, typer.Argument(help="closed or own_approval.")],
    value: Annotated[Literal["on", "off"], typer.Argument(help="on or off.")],
    *,
    common: Common,
) -> None:
    """Turn a rule on or off, from the next request on.

    Example: kawasan store rule closed on
    """
    with common.opened(loaded=False) as store:
        store.rules.set(rule, value == "on", actor=OPERATOR)
