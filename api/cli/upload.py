"""Files that are handed in: `kawasan ingest`, and `kawasan upload …` for those that wait."""

import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from api.cli.faults import Misused
from api.cli.output import print_counts, print_table, print_version, spinner
from api.cli.shared_options import OPERATOR, Common, FileOptions, gathered
from geo.language import Language, texts

if TYPE_CHECKING:
    from geo.ingest.source import Limits
    from geo.planning.publish import HandedIn
    from geo.store.store import Store

_SAY = texts(__name__)

upload_app = typer.Typer(no_args_is_help=True, help="Checked files that wait to be published.")

AcceptOption = Annotated[
    bool, typer.Option("--accept-warnings", help="The warnings were looked at and are right.")
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


@gathered
def ingest(
    file: Annotated[
        Path,
        typer.Argument(
            help="Layer in any format of the guide, also in a ZIP; CSV or XLSX for indicators.",
            exists=True,
            dir_okay=False,
        ),
    ],
    name: Annotated[
        str,
        typer.Option("--as", help="zones, regencies, kecamatan, desa, idm, ground or indicators."),
    ] = "zones",
    *,
    stated: Stated,
    reading: FileOptions,
    figures: FigureOptions,
    repair: Annotated[bool, typer.Option("--repair", help="Repair invalid polygons.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only check; publish nothing.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Drop all other figures.")] = False,
    common: Common,
) -> None:
    """Check a file, say what is wrong, and publish it when nothing is.

    A boundary file becomes the whole layer. Figures are added to those that are there, or take the
    place of the same region, indicator and period; all others stay, unless --replace is given.

    Examples: kawasan ingest zona.zip --as zones --note "Hasil rapat Maret" · kawasan ingest
    tpt_2026.csv --as indicators --source "BPS, Sakernas Agustus 2026"
    """
    from geo.planning.publish import INDICATORS, LICENCE_UNKNOWN, HandedIn

    if name != INDICATORS and (replace or any(asdict(figures).values())):
        raise Misused(_SAY["only_for_figures"])
    with common.opened() as store:
        from geo.indicators.handed_in import StatedOfAll

        published_as = {
            "actor": OPERATOR,
            "note": stated.note or file.name,
            "source": stated.source or file.name,
            "licence": stated.licence or LICENCE_UNKNOWN,
            "accept_warnings": stated.accept_warnings,
        }
        handed = HandedIn(
            path=file,
            filename=file.name,
            layer_name=name,
            crs=reading.crs,
            encoding=reading.encoding,
            layer=reading.layer,
            repair=repair,
            figures=StatedOfAll(source=stated.source, **asdict(figures)),
            replace=replace,
        )
        limits = common.settings().reader_limits()
        upload = _checked(store, handed, limits=limits, language=common.language())
        if not check:
            _publish(store, upload, published_as)


def _checked(store: "Store", handed: "HandedIn", *, limits: "Limits", language: Language) -> str:
    """The id of a file that was checked and may be published; its report is printed."""
    from geo.planning import publish

    with spinner(handed.filename):
        upload = publish.check_upload(store, handed, actor=OPERATOR, limits=limits)
    _print_report(upload.report, language)
    if upload.state == "needs_choices":
        raise typer.Exit(1)
    return upload.upload


def _print_report(report: Mapping[str, Any], language: Language) -> None:
    """Print what was found in a file, errors first."""
    order = {"error": 0, "warning": 1, "info": 2}
    found = sorted(report["findings"], key=lambda finding: order[finding["severity"]])
    rows = [(f["severity"], f["sentence"][language]) for f in found]
    if rows:
        print_table(_SAY["finding_heads"].to(language), rows, report["filename"])
    print_counts((report["difference"] or {}).get("counts") or {})


def _publish(store: "Store", upload: str, published_as: Mapping[str, Any]) -> None:
    from geo.planning import publish

    print_version(publish.publish_upload(store, upload, **published_as))


@upload_app.command("list")
@gathered
def upload_list(
    is_all: Annotated[
        bool, typer.Option("--all", help="Also refused, published and discarded ones.")
    ] = False,
    most: Annotated[int, typer.Option(min=1, help="Most uploads listed.")] = 100,
    *,
    common: Common,
) -> None:
    """List the uploads that wait for their publication, the newest first."""
    with common.opened(loaded=False) as store:
        rows = [
            (u.upload, u.dataset, u.state, u.filename, u.created_at, u.created_by)
            for u in store.uploads.newest(None if is_all else "ready", most=min(most, sys.maxsize))
        ]
        print_table("upload | layer | state | file | at | by", rows)


@upload_app.command("publish")
@gathered
def upload_publish(
    upload: UploadArgument,
    note: Annotated[str, typer.Option(help="Why it is published.")],
    source: Annotated[str | None, typer.Option(help="Where it comes from.")] = None,
    licence: Annotated[str | None, typer.Option(help="Its licence.")] = None,
    accept_warnings: AcceptOption = False,
    *,
    common: Common,
) -> None:
    """Publish a checked file as the next version of its layer.

    Example: kawasan upload publish 0123456789abcdef --note "Hasil rapat Maret"
    """
    said = {
        "actor": OPERATOR,
        "note": note,
        "source": source,
        "licence": licence,
        "accept_warnings": accept_warnings,
    }
    with common.opened(loaded=False) as store:
        _publish(store, upload, said)


@upload_app.command("discard")
@gathered
def upload_discard(upload: UploadArgument, *, common: Common) -> None:
    """Forget a checked file; its report stays. A published version is not touched."""
    with common.opened(loaded=False) as store:
        store.uploads.discard(upload, actor=OPERATOR)
