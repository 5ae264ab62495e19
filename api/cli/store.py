"""The operator's commands: API keys, uploads that wait, and the store's history and health."""

from typing import Annotated

import typer

from api.cli.output import output, print_table
from api.cli.session import (
    OPERATOR,
    LanguageOption,
    StoreOption,
    explained,
    open_store,
    stated_settings,
    version_line,
)

key_app = typer.Typer(no_args_is_help=True, help="API keys for the upload door.")
upload_app = typer.Typer(no_args_is_help=True, help="Checked files that wait to be published.")
store_app = typer.Typer(no_args_is_help=True, help="The store: its versions and its health.")

UploadArgument = Annotated[str, typer.Argument(help="The upload's id, from: kawasan upload list.")]


@key_app.command("add")
def key_add(
    label: Annotated[str, typer.Option(help="Whose key this is.")],
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """Make an API key and show it once; only its digest is kept."""
    settings = stated_settings(store)
    with explained(lang, settings), open_store(settings) as opened:
        output.print(opened.keys.add(label), soft_wrap=True)


@key_app.command("list")
def key_list(store: StoreOption = None, lang: LanguageOption = None) -> None:
    """List the keys without their secrets."""
    settings = stated_settings(store)
    with explained(lang, settings), open_store(settings) as opened:
        rows = [
            (
                k["prefix"],
                k["label"],
                k["created_at"],
                k["last_used_at"] or "-",
                k["revoked_at"] or "-",
            )
            for k in opened.keys.all()
        ]
        print_table(("prefix", "label", "created", "last used", "revoked"), rows)


@key_app.command("revoke")
def key_revoke(
    prefix: Annotated[str, typer.Argument(help="The key's prefix, from: kawasan key list.")],
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """Close a key for good; ends with 1 when no key has that prefix."""
    settings = stated_settings(store)
    with explained(lang, settings), open_store(settings) as opened:
        opened.keys.revoke(prefix)


@upload_app.command("list")
def upload_list(
    is_all: Annotated[
        bool, typer.Option("--all", help="Also refused, published and discarded ones.")
    ] = False,
    most: Annotated[int, typer.Option(min=1, help="Most uploads listed.")] = 100,
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """List the uploads that wait for their publication, the newest first."""
    settings = stated_settings(store)
    with explained(lang, settings), open_store(settings) as opened:
        rows = [
            (u.upload, u.dataset, u.state, u.filename, u.created_at, u.created_by)
            for u in opened.uploads.newest(None if is_all else "valid", most=most)
        ]
        print_table(("upload", "layer", "state", "file", "at", "by"), rows)


@upload_app.command("publish")
def upload_publish(
    upload: UploadArgument,
    note: Annotated[str, typer.Option(help="Why it is published.")],
    source: Annotated[str | None, typer.Option(help="Where it comes from.")] = None,
    licence: Annotated[str | None, typer.Option(help="Its licence.")] = None,
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """Publish a checked file as the next version of its layer.

    Example: kawasan upload publish 0123456789abcdef --note "Hasil rapat Maret"
    """
    settings = stated_settings(store)
    with explained(lang, settings), open_store(settings) as opened:
        from geo.planning import publish

        version = publish.publish_upload(
            opened, upload, actor=OPERATOR, note=note, source=source, licence=licence
        )
        output.print(version_line(version))


@upload_app.command("discard")
def upload_discard(
    upload: UploadArgument, store: StoreOption = None, lang: LanguageOption = None
) -> None:
    """Forget a checked file; its report stays. A published version is not touched."""
    settings = stated_settings(store)
    with explained(lang, settings), open_store(settings) as opened:
        opened.uploads.discard(upload, actor=OPERATOR)


@store_app.command("check")
def store_check(
    repair: Annotated[
        bool, typer.Option("--repair", help="Remove orphan files older than ten minutes.")
    ] = False,
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """Compare every version with its file, and the audit log with itself.

    Ends with 1 when a file is missing or altered or the log is broken. An orphan is a file that
    nothing needs; one of a publication that is under way is listed too, and stays.
    """
    settings = stated_settings(store)
    with explained(lang, settings), open_store(settings) as opened:
        report = opened.check(repair=repair)
        rows = [("orphan", n) for n in report.orphans]
        rows += [("missing", n) for n in report.missing]
        rows += [("altered", n) for n in report.altered]
        if report.broken_entry is not None:
            rows.append(("broken", f"audit log, entry {report.broken_entry}"))
        print_table(("fault", "where"), rows)
        if not report.is_sound:
            raise typer.Exit(1)


@store_app.command("versions")
def store_versions(
    dataset: Annotated[str, typer.Argument(help="Dataset, e.g. zones.")],
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """List the versions of a dataset; * marks the current one."""
    settings = stated_settings(store)
    with explained(lang, settings), open_store(settings, wait=True) as opened:
        rows = [
            (
                f"{v.number}{' *' if v.is_current else ''}",
                v.published_at,
                v.published_by,
                v.note,
                v.sha256[:12],
            )
            for v in opened.versions(dataset)
        ]
        print_table(("version", "at", "by", "note", "sha256"), rows)


@store_app.command("rollback")
def store_rollback(
    dataset: Annotated[str, typer.Argument(help="Dataset, e.g. zones.")],
    number: Annotated[int, typer.Argument(help="Version to make current.")],
    note: Annotated[str, typer.Option(help="Why.")],
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """Make an older version current again; nothing is deleted."""
    settings = stated_settings(store)
    with explained(lang, settings), open_store(settings, wait=True) as opened:
        version = opened.rollback(dataset, number, actor=OPERATOR, note=note)
        output.print(version_line(version))
