"""The commands `kawasan store …` and `kawasan region …`: history and health, and what it plans for."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from api.cli.files import read_text
from api.cli.output import print_table, print_version
from api.cli.shared_options import OPERATOR, Common, gathered
from geo.language import texts
from geo.store import roles

_SAY = texts(__name__)

store_app = typer.Typer(no_args_is_help=True, help="The store: its versions and its health.")

region_app = typer.Typer(
    no_args_is_help=True, help="The region that is planned for: codes, names, CRSs, bounds, titles."
)

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
        language = common.language()
        rows = [(_SAY["orphan"].to(language), n) for n in report.orphans]
        rows += [(_SAY["missing"].to(language), n) for n in report.missing]
        rows += [(_SAY["altered"].to(language), n) for n in report.altered]
        if report.broken_entry is not None:
            place = _SAY["audit_entry"].format(n=report.broken_entry).to(language)
            rows.append((_SAY["broken"].to(language), place))
        print_table(_SAY["check_heads"].to(language), rows)
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
                v.note_text.to(common.language()),
                v.sha256[:12],
            )
            for v in store.versions(dataset)
        ]
        print_table(_SAY["versions_heads"].to(common.language()), rows)


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
    from geo.submission.choices import required_text

    with common.opened() as store:
        print_version(
            store.rollback(dataset, number, actor=OPERATOR, note=required_text("note", note))
        )


@store_app.command("rules")
@gathered
def store_rules(common: Common) -> None:
    """List the rules of the store: closed shows nothing without a login; own_approval lets a publisher approve its own."""
    with common.opened(loaded=False) as store:
        rows = [(rule, "on" if is_on else "off") for rule, is_on in store.rules.all().items()]
        print_table(_SAY["rules_heads"].to(common.language()), rows)


@store_app.command("rule")
@gathered
def store_rule(
    rule: Annotated[
        Literal["closed", "own_approval"], typer.Argument(help="closed or own_approval.")
    ],
    value: Annotated[Literal["on", "off"], typer.Argument(help="on or off.")],
    *,
    common: Common,
) -> None:
    """Turn a rule on or off, from the next request on.

    Example: kawasan store rule closed on
    """
    with common.opened(loaded=False) as store:
        store.rules.set(rule, value == "on", actor=OPERATOR)


@region_app.command("set")
@gathered
def region_set(
    file: Annotated[Path, typer.Argument(help="TOML of a region.", exists=True, dir_okay=False)],
    note: Annotated[str, typer.Option(help="Why it is published.")] = "",
    source: Annotated[str | None, typer.Option(help="Where codes and names come from.")] = None,
    licence: Annotated[str | None, typer.Option(help="Its licence.")] = None,
    *,
    common: Common,
) -> None:
    """Check a region and let the store plan for it; the version before stays and can come back.

    Example: kawasan region show > wilayah.toml, edit it, then kawasan region set wilayah.toml --note
    "Kalimantan Tengah"
    """
    with common.opened() as store:
        from geo.planning import publish
        from geo.store.store import Provenance

        provenance = Provenance(
            actor=OPERATOR,
            note=note or file.name,
            source=source or file.name,
            licence=licence or publish.LICENCE_UNKNOWN,
        )
        print_version(publish.publish_region(store, read_text(file), provenance=provenance))


@region_app.command("show")
@gathered
def region_show(*, common: Common) -> None:
    """Write the region of the store as TOML, to be edited and set again.

    Example: kawasan region show > wilayah.toml
    """
    with common.opened() as store:
        from geo.store.region import region_text

        sys.stdout.write(region_text(store))


@store_app.command("withdraw")
@gathered
def store_withdraw(
    layer: DatasetArgument,
    note: Annotated[str, typer.Option(help="Why.")],
    *,
    common: Common,
) -> None:
    """Show a layer to nobody any more; its versions stay. Not for layers that scores are made of."""
    from geo.submission import layers

    with common.opened() as store:
        layers.withdraw(store, layer, actor=roles.OPERATOR, note=note)


@store_app.command("restore")
@gathered
def store_restore(
    layer: DatasetArgument,
    note: Annotated[str, typer.Option(help="Why.")],
    *,
    common: Common,
) -> None:
    """Show a withdrawn layer again, at the version that it had."""
    from geo.submission import layers

    with common.opened() as store:
        print_version(layers.restore(store, layer, actor=roles.OPERATOR, note=note))
