"""Targets of indicators by command: `kawasan target …`; a file of them is `kawasan ingest … --as targets`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from api.cli.faults import Misused
from api.cli.output import print_json, print_line, print_table, print_version
from api.cli.shared_options import Common, JsonOption, gathered
from geo.language import Language
from geo.store.roles import OPERATOR

if TYPE_CHECKING:
    from geo.store.versions import Published

target_app = typer.Typer(
    no_args_is_help=True, help="Targets of indicators: a range by region, year and level of plan."
)

LevelName = Literal["rpjmd", "rkpd", "renja", "rpjmn", "usulan"]
IndicatorOption = Annotated[str | None, typer.Option(help="Id of an indicator: tpt_agustus.")]
RegionOption = Annotated[
    str | None, typer.Option(help="Code of the province or a regency: 63 or 63.10.")
]
_FILES = (".csv", ".xlsx")
# Options that are not called as their column.
_OPTIONS = {"regency_code": "region", "source_url": "source-url", "note": "remark"}


@target_app.command("list")
@gathered
def target_list(
    indicator: IndicatorOption = None,
    region: RegionOption = None,
    level: Annotated[LevelName | None, typer.Option(help="Level of the plan.")] = None,
    year: Annotated[int | None, typer.Option(help="Year of the target.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write them to a file: .csv or .xlsx.")] = None,
    as_json: JsonOption = False,
    *,
    common: Common,
) -> None:
    """List the published targets.

    Examples: kawasan target list --indicator tpt_agustus · kawasan target list --out target.xlsx
    """
    asked = {"indicator": indicator, "region": region, "level": level, "year": year}
    chosen = {name: value for name, value in asked.items() if value is not None}
    from maps.programme.targets_page import require_known

    with common.opened() as store:
        now, language = store.current(), common.language()
        require_known(now, chosen)
        if out is None and as_json:
            from maps.programme.targets_page import target_records

            print_json({"targets": target_records(now, chosen, language)})
            return
        if out is None:
            _print(now, chosen, language)
            return
        out.write_bytes(_content(now, chosen, out, language))


def _print(now: "Published", asked: dict[str, Any], language: Language) -> None:
    from maps.programme.targets_page import target_records
    from maps.text import translate

    heads = ("title", "region", "name", "year", "range", "unit", "level", "document", "source")
    rows = [[str(one[name]) for name in heads] for one in target_records(now, asked, language)]
    if not rows:
        print_line(translate("target.none", language))
        return
    print_table([translate(f"target.head_{name}", language) for name in heads], rows)


def _content(now: "Published", asked: dict[str, Any], out: Path, language: Language) -> bytes:
    from maps.programme.targets_page import targets_csv, targets_workbook
    from maps.text import both

    if out.suffix.lower() not in _FILES:
        known = ", ".join(_FILES)
        raise Misused(both("target.no_form").format(form=out.suffix, known=known))
    if out.suffix.lower() == ".csv":
        return targets_csv(now, asked).encode()
    return targets_workbook(now, asked, language, address="kawasan target list")


@target_app.command("add")
@gathered
def target_add(
    indicator: Annotated[str, typer.Option(help="Id of the indicator: tpt_agustus.")],
    region: Annotated[str, typer.Option(help="Code of the province or a regency: 63 or 63.10.")],
    year: Annotated[int, typer.Option(help="Year in which it is to be reached.")],
    document: Annotated[str, typer.Option(help="Document that sets the target.")],
    source: Annotated[str, typer.Option(help="Where it is known from.")],
    level: Annotated[LevelName, typer.Option(help="Level of the plan.")] = "rpjmd",
    least: Annotated[
        str | None, typer.Option(help="Least value; open where it is left out.")
    ] = None,
    most: Annotated[str | None, typer.Option(help="Most value; open where it is left out.")] = None,
    unit: Annotated[
        str | None, typer.Option(help="Unit of both ends, held against the indicator's.")
    ] = None,
    direction: Annotated[
        str | None,
        typer.Option(help="up or down, of an indicator whose catalogue does not say it."),
    ] = None,
    page: Annotated[str | None, typer.Option(help="Page of the document.")] = None,
    source_url: Annotated[str | None, typer.Option(help="Address of the source.")] = None,
    remark: Annotated[str | None, typer.Option(help="A remark on this target.")] = None,
    note: Annotated[str | None, typer.Option(help="Why it is published.")] = None,
    accept_warnings: Annotated[
        bool, typer.Option("--accept-warnings", help="The warnings were looked at and are right.")
    ] = False,
    *,
    common: Common,
) -> None:
    """Publish one target, or change it where the region has one of that year and level.

    Example: kawasan target add --indicator tpt_agustus --region 63.10 --year 2029 --least 3,3
    --most 3,97 --document "RPJMD Tanah Bumbu 2025–2029" --source "Bappeda Tanah Bumbu"
    """
    from geo.submission.entering import by_part, enter_targets

    row = {
        "indicator": indicator,
        "regency_code": region,
        "year": year,
        "least": least,
        "most": most,
        "unit": unit,
        "level": level,
        "direction": direction,
        "document": document,
        "page": page,
        "source": source,
        "source_url": source_url,
        "note": remark,
    }
    with common.opened() as store:
        upload = enter_targets(
            store,
            [row],
            actor=OPERATOR,
            note=note or document,
            publishes=True,
            accept_warnings=accept_warnings,
            naming=_option,
            limits=common.settings().reader_limits(),
        )
        if upload.state == "published":
            print_version(store.version("targets"))
            return
        for found in by_part(upload.report["findings"], naming=_option):
            print_line(found["sentence"][common.language()])
        print_line(f"kawasan upload publish {upload.upload} --accept-warnings")
        raise typer.Exit(1)


def _option(_: int, column: str) -> str:
    """The option by which a column of the one target was said."""
    return f"--{_OPTIONS.get(column, column)}"


@target_app.command("template")
@gathered
def target_template(
    out: Annotated[Path, typer.Argument(help="File to write: target.xlsx.", dir_okay=False)],
    indicator: IndicatorOption = None,
    *,
    common: Common,
) -> None:
    """Write a workbook to fill: a row for the province and each regency.

    Example: kawasan target template target.xlsx --indicator tpt_agustus
    """
    from geo.errors import IndicatorNotFound
    from geo.published import indicator_catalogue, region
    from geo.submission.template import write_target_workbook

    with common.opened() as store:
        now = store.current()
        known = indicator_catalogue(now)
        if indicator is not None and indicator not in known:
            raise IndicatorNotFound(indicator, available=list(known))
        write_target_workbook(
            out,
            region=region(now),
            catalogue=known,
            language=common.language(),
            indicator=None if indicator is None else known[indicator],
        )
