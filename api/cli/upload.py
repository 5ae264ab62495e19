"""Files that are handed in: `kawasan ingest`, and `kawasan upload …` for those that wait."""

import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from api.cli.faults import Misused
from api.cli.output import errors, print_counts, print_line, print_table, print_version, spinner
from api.cli.shared_options import Common, FileOptions, gathered
from geo.errors import LayerMoved
from geo.language import Language, texts
from geo.store.roles import OPERATOR
from geo.store.uploads import SUBJECT

if TYPE_CHECKING:
    from geo.ingest.source import Limits
    from geo.store.store import Store, Upload

_SAY = texts(__name__)

upload_app = typer.Typer(
    no_args_is_help=True, help="Files that were handed in, and what becomes of them."
)

AcceptOption = Annotated[
    bool, typer.Option("--accept-warnings", help="The warnings were looked at and are right.")
]
NoteOption = Annotated[str, typer.Option(help="Why it is to be published.")]
SourceOption = Annotated[str | None, typer.Option(help="Where it comes from.")]
LicenceOption = Annotated[str | None, typer.Option(help="Its licence.")]
RegencyOption = Annotated[
    list[str] | None,
    typer.Option(help="Code of a regency whose features alone are replaced; may be repeated."),
]
OthersOption = Annotated[
    bool, typer.Option("--leave-out-others", help="Take nothing of other regencies from the file.")
]
KeepOption = Annotated[
    bool, typer.Option("--keep-missing", help="Keep published features that the file lacks.")
]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        help="Field read from a column: name=KAWASAN; PETUGAS= leaves a column out. May be repeated.",
    ),
]
UploadArgument = Annotated[str, typer.Argument(help="The upload's id, from: kawasan upload list.")]


@dataclass(frozen=True, slots=True)
class Stated:
    """What is said of a file that is published; its name where nothing is."""

    note: Annotated[str, typer.Option(help="Why it is published.")] = ""
    source: Annotated[str | None, typer.Option(help="Where it comes from.")] = None
    licence: Annotated[str | None, typer.Option(help="Its licence.")] = None
    accept_warnings: AcceptOption = False


@dataclass(frozen=True, slots=True)
class FigureOptions:
    """What is said of all figures of a table that does not say it itself."""

    indicator: Annotated[
        str | None, typer.Option(help="Indicator of all figures, where the table names none.")
    ] = None
    period: Annotated[
        str | None, typer.Option(help="Their period, where it names none: Agustus 2025 or 2025.")
    ] = None
    numbers: Annotated[
        Literal["id", "en"] | None,
        typer.Option(help="How its numbers are written: id (1.234,5) or en (1,234.5)."),
    ] = None


@dataclass(frozen=True, slots=True)
class NewLayer:
    """What defines a layer of an office's own."""

    title: Annotated[str | None, typer.Option(help="Title of a new layer.")] = None
    title_en: Annotated[str | None, typer.Option(help="Its title in English.")] = None
    purpose: Annotated[
        Literal["planning", "reference"] | None,
        typer.Option(help="Inside the region, or anywhere on Earth (default)."),
    ] = None
    key: Annotated[
        str | None, typer.Option(help="Column that names every feature; else rows are numbered.")
    ] = None


@gathered
def ingest(
    file: Annotated[
        Path,
        typer.Argument(
            help="Layer in any format of the guide, also in a ZIP; CSV or XLSX for indicators and targets.",
            exists=True,
            dir_okay=False,
        ),
    ],
    name: Annotated[
        str,
        typer.Option(
            "--as",
            help="zones, regencies, kecamatan, desa, idm, ground, a layer of your own, indicators, or targets.",
        ),
    ] = "zones",
    *,
    stated: Stated,
    reading: FileOptions,
    figures: FigureOptions,
    new: NewLayer,
    repair: Annotated[bool, typer.Option("--repair", help="Repair invalid polygons.")] = False,
    regency: RegencyOption = None,
    others: OthersOption = False,
    keep: KeepOption = False,
    column: ColumnOption = None,
    check: Annotated[bool, typer.Option("--check", help="Only check; publish nothing.")] = False,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace",
            help="Of the indicators and years in the file, drop the figures or targets that it lacks.",
        ),
    ] = False,
    common: Common,
) -> None:
    """Check a file, say what is wrong, and publish it when nothing is.

    A boundary file becomes the whole layer. Figures are added to those that are there, or take the
    place of the same region, indicator and period; all others stay. --replace drops those of the same
    indicators and years that the file lacks, which must be accepted.

    Examples: kawasan ingest zona.zip --as zones --note "Hasil rapat Maret" · kawasan ingest
    tpt_2026.csv --as indicators --source "BPS, Sakernas Agustus 2026" · kawasan ingest hutan.gpkg
    --as batas-hutan --title "Batas kawasan hutan" --source "KLHK 2024" --licence "Terbuka"
    """
    from geo.planning.publish import INDICATORS
    from geo.submission.check import receive
    from geo.submission.tables import is_table

    of_figures = figures.indicator or figures.period
    if (of_figures and name != INDICATORS) or ((replace or figures.numbers) and not is_table(name)):
        raise Misused(_SAY["only_for_figures"])
    chosen = {**asdict(reading), **asdict(figures), "source": stated.source, "replace": replace}
    chosen["licence"] = stated.licence
    chosen["repairs"] = ["make_valid"] if repair else []
    chosen |= {
        "regencies": regency,
        "leave_out_others": others,
        "keep_missing": keep,
        "columns": _columns(column),
        **asdict(new),
    }
    with common.opened() as store:
        limits = common.settings().reader_limits()
        with spinner(file.name):
            received = receive(
                store,
                file,
                filename=file.name,
                dataset=name,
                chosen=chosen,
                actor=OPERATOR,
                limits=limits,
            )
        _check(store, received.upload, limits=limits, language=common.language())
        if not check:
            said = asdict(stated) | {"note": stated.note or file.name}
            _publish(store, received.upload, said, limits=limits, language=common.language())


def _columns(stated: list[str] | None) -> dict[str, str | None] | None:
    """What is asked of the columns, from words like `name=KAWASAN`."""
    if not stated:
        return None
    if wrong := [one for one in stated if "=" not in one]:
        raise Misused(_SAY["no_column"].format(v=wrong[0]))
    pairs = (one.split("=", 1) for one in stated)
    return {name: column or None for name, column in pairs}


def _check(store: "Store", upload: str, *, limits: "Limits", language: Language) -> None:
    """Check a file that is kept and print its report; one that has errors ends the command."""
    from geo.submission.check import check

    with spinner(store.uploads.one(upload).filename):
        found = check(store, upload, limits=limits)
    _print_report(found, language)
    if found.state not in ("ready", "submitted"):
        raise typer.Exit(1)


def _print_report(upload: "Upload", language: Language) -> None:
    """Print what was found in a file, errors first."""
    report = upload.report
    order = {"error": 0, "warning": 1, "info": 2}
    found = sorted(report.get("findings", ()), key=lambda finding: order[finding["severity"]])
    rows = [(_severity(f, language), f["sentence"][language]) for f in found]
    if rows:
        print_table(_SAY["finding_heads"].to(language), rows, upload.filename)
    counts = (report.get("difference") or {}).get("counts") or {}
    print_counts({_SAY[f"count_{name}"].to(language): count for name, count in counts.items()})


def _severity(found: Mapping[str, Any], language: Language) -> str:
    """What a finding is, and whether somebody must accept it."""
    key = "to_accept" if found.get("to_accept") else found["severity"]
    return _SAY[f"severity_{key}"].to(language)


def _publish(
    store: "Store",
    upload: str,
    said: Mapping[str, Any],
    *,
    limits: "Limits",
    language: Language,
) -> None:
    """Publish an upload; where its layer has moved, check it anew and say so."""
    from geo.submission.approval import publish

    try:
        version = publish(store, upload, actor=OPERATOR, **said)
    except LayerMoved as error:
        errors.print(error.detail(language), markup=False)
        store.uploads.check_again(upload, actor=OPERATOR.name)
        _check(store, upload, limits=limits, language=language)
        raise typer.Exit(1) from error
    print_version(version)


def _state(state: str, language: Language) -> str:
    """A state in words, as over HTTP."""
    return texts("api.uploads.documents")[f"state_{state}"].to(language)


def _submission_facts(submission: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a file was submitted with; of a return its reason."""
    returned = submission.get("returned")
    said = {**submission, "returned": returned["reason"]} if returned else submission
    # By their marks the warnings of then are known again; nobody reads them.
    return [(name, str(value)) for name, value in said.items() if name != "warnings"]


@upload_app.command("list")
@gathered
def upload_list(
    is_all: Annotated[
        bool, typer.Option("--all", help="Also published, withdrawn and expired ones.")
    ] = False,
    most: Annotated[int, typer.Option(min=1, help="Most uploads listed.")] = 100,
    *,
    common: Common,
) -> None:
    """List the uploads that are not decided, the newest first."""
    with common.opened(loaded=False) as store:
        store.uploads.expire_due()
        rows = [
            (
                u.upload,
                u.dataset,
                _state(u.state, common.language()),
                u.filename,
                u.updated_at,
                u.expires_at or "–",
            )
            for u in store.uploads.newest(
                is_end=None if is_all else False, most=min(most, sys.maxsize)
            )
        ]
        print_table(_SAY["list_heads"].to(common.language()), rows)


@upload_app.command("show")
@gathered
def upload_show(upload: UploadArgument, *, common: Common) -> None:
    """Show an upload: its state, its choices, its report and what was said of it."""
    with common.opened(loaded=False) as store:
        found, language = store.uploads.one(upload), common.language()
        by = f"{found.created_by} {found.created_at}"
        told = (found.upload, found.dataset, found.filename, _state(found.state, language), by)
        names = _SAY["facts"].to(language).split(" | ")
        facts = list(zip(names, (*told, found.expires_at or "–"), strict=True))
        facts += [(name, str(value)) for name, value in found.choices.items()]
        facts += _submission_facts(found.submission or {})
        print_table(_SAY["fact_heads"].to(language), facts)
        _print_report(found, language)
        for said in store.comments.of(SUBJECT, upload):
            print_line(f"{said.at} {said.author}: {said.text}")


@upload_app.command("choose")
@gathered
def upload_choose(
    upload: UploadArgument,
    name: Annotated[str | None, typer.Option("--as", help="Another layer than before.")] = None,
    *,
    reading: FileOptions,
    figures: FigureOptions,
    repair: Annotated[
        bool | None, typer.Option("--repair/--no-repair", help="Repair invalid polygons.")
    ] = None,
    regency: RegencyOption = None,
    others: OthersOption = False,
    keep: KeepOption = False,
    column: ColumnOption = None,
    common: Common,
) -> None:
    """Choose how a kept file is read, and check it again.

    Example: kawasan upload choose 0123456789abcdef --crs EPSG:32750 --repair
    """
    from geo.submission.check import choose

    given = {"collection": name, **asdict(reading), **asdict(figures)}
    changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if repair is not None:
        changes["repairs"] = ["make_valid"] if repair else []
    if regency:
        changes["regencies"] = regency
    if others:
        changes["leave_out_others"] = True
    if keep:
        changes["keep_missing"] = True
    if column:
        changes["columns"] = _columns(column)
    with common.opened(loaded=False) as store:
        choose(store, upload, changes, actor=OPERATOR)
        limits = common.settings().reader_limits()
        _check(store, upload, limits=limits, language=common.language())


@upload_app.command("submit")
@gathered
def upload_submit(
    upload: UploadArgument,
    note: NoteOption,
    source: SourceOption = None,
    licence: LicenceOption = None,
    accept_warnings: AcceptOption = False,
    *,
    common: Common,
) -> None:
    """Submit a checked file, for a publisher to decide.

    Example: kawasan upload submit 0123456789abcdef --note "Hasil rapat Maret"
    """
    from geo.submission.approval import submit

    with common.opened(loaded=False) as store:
        submit(
            store,
            upload,
            actor=OPERATOR,
            note=note,
            source=source,
            licence=licence,
            accept_warnings=accept_warnings,
        )


@upload_app.command("publish")
@gathered
def upload_publish(
    upload: UploadArgument,
    note: Annotated[
        str | None, typer.Option(help="Why it is published; as it was submitted by default.")
    ] = None,
    source: SourceOption = None,
    licence: LicenceOption = None,
    accept_warnings: AcceptOption = False,
    expected: Annotated[
        int | None,
        typer.Option(min=0, help="Version you saw; asked for where the layer moved meanwhile."),
    ] = None,
    *,
    common: Common,
) -> None:
    """Publish a checked or submitted file as the next version of its layer.

    Example: kawasan upload publish 0123456789abcdef --note "Hasil rapat Maret"
    """
    said = {
        "note": note,
        "source": source,
        "licence": licence,
        "accept_warnings": accept_warnings,
        "expected": expected,
    }
    with common.opened(loaded=False) as store:
        limits = common.settings().reader_limits()
        _publish(store, upload, said, limits=limits, language=common.language())


@upload_app.command("return")
@gathered
def upload_return(
    upload: UploadArgument,
    reason: Annotated[str, typer.Option(help="What is to be mended; its sender reads it.")],
    *,
    common: Common,
) -> None:
    """Return a submitted file to its sender.

    Example: kawasan upload return 0123456789abcdef --reason "Batas selatan belum disepakati"
    """
    from geo.submission.approval import give_back

    with common.opened(loaded=False) as store:
        give_back(store, upload, actor=OPERATOR, reason=reason)


@upload_app.command("withdraw")
@gathered
def upload_withdraw(
    upload: UploadArgument,
    *,
    reason: Annotated[
        str | None, typer.Option(help="Why; required for an upload of somebody else.")
    ] = None,
    common: Common,
) -> None:
    """End an upload; its report stays. A published version is not touched."""
    from geo.submission.approval import withdraw

    with common.opened(loaded=False) as store:
        withdraw(store, upload, actor=OPERATOR, reason=reason)


@upload_app.command("comment")
@gathered
def upload_comment(
    upload: UploadArgument,
    text: Annotated[str, typer.Argument(help="What is said, as plain text.")],
    *,
    common: Common,
) -> None:
    """Say something of an upload; its sender and its publishers read it.

    Example: kawasan upload comment 0123456789abcdef "Mohon diperiksa batas desa Sebamban"
    """
    with common.opened(loaded=False) as store:
        store.uploads.one(upload)
        store.comments.add(SUBJECT, upload, text, author=OPERATOR)


@upload_app.command("expire")
@gathered
def upload_expire(*, common: Common) -> None:
    """End the uploads that waited longer than KAWASAN_UPLOAD_DAYS; their files go."""
    with common.opened(loaded=False) as store:
        print_counts({_SAY["expired"].to(common.language()): len(store.uploads.expire_due())})
