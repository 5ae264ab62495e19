"""The command `kawasan gap`: every region against its target, and the areas of those who are behind."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from api.cli.faults import Misused
from api.cli.output import output, print_json, print_line, print_table
from api.cli.shared_options import Common, JsonOption, gathered
from geo.language import Language

if TYPE_CHECKING:
    from geo.programme.gap.gaps import Gaps
    from geo.programme.targets import Level
    from geo.store.versions import Published

_FILES, _AREA_FILES = (".xlsx", ".csv"), (".xlsx", ".csv", ".geojson")


@gathered
def gap(
    indicator: Annotated[
        str | None, typer.Argument(help="Id of an indicator; tpt_agustus by default.")
    ] = None,
    *,
    year: Annotated[
        int | None,
        typer.Option(
            min=1, max=9999, help="The target's year; the last of the province's by default."
        ),
    ] = None,
    level: Annotated[
        Literal["rpjmd", "rkpd", "renja", "rpjmn", "usulan"] | None,
        typer.Option(help="Level of the plan; all but usulan by default."),
    ] = None,
    window: Annotated[
        int,
        typer.Option(min=2, max=10, help="Years of the past pace, back from the newest figure."),
    ] = 3,
    yardstick: Annotated[
        Literal["either", "own", "province"] | None,
        typer.Option(
            help="Whose target a regency is held against: its own, else the province's; its own "
            "alone; the province's. By default the province's, where it has one that holds for all."
        ),
    ] = None,
    areas: Annotated[
        Literal["zones", "kecamatan"] | None,
        typer.Option(help="List these areas of the regencies that are behind."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write it to this .xlsx or .csv; areas to .geojson as well."),
    ] = None,
    as_json: JsonOption = False,
    common: Common,
) -> None:
    """Show the gap to a target by region: in points, in people, by pace, with verdict and reason.

    Examples: kawasan gap · kawasan gap p0_persen_miskin_maret --window 2 · kawasan gap --yardstick
    own --out selisih.xlsx · kawasan gap --areas zones --out kawasan.geojson
    """
    language = common.language()
    known = _FILES if areas is None else _AREA_FILES
    if out is not None and out.suffix.lower() not in known:
        raise Misused(_no_form(out, known))
    with common.opened() as store:
        from geo.programme.gap.published import published_gaps

        now = store.current()
        found = published_gaps(
            now, indicator, year=year, level=level, window_years=window, yardstick=yardstick
        )
        if areas is not None:
            _areas(now, found, areas, out=out, as_json=as_json, language=language)
        elif out is not None:
            from maps.programme.gap.files import gap_csv, gap_workbook

            is_book = out.suffix.lower() == ".xlsx"
            _write(out, (gap_workbook if is_book else gap_csv)(found, language))
        elif as_json:
            from maps.programme.gap.document import gap_document

            print_json(gap_document(found, language))
        else:
            _print(now, found, level=level, language=language)


def _print(now: "Published", found: "Gaps", *, level: "Level | None", language: Language) -> None:
    from geo.programme.publish_targets import targets
    from geo.published import indicator_catalogue
    from maps.programme.gap.page import gap_page
    from maps.programme.gap.table import reason_words, table_words

    said: dict[str, Any] = gap_page(
        found,
        catalogue=indicator_catalogue(now),
        targets=targets(now),
        level=level,
        language=language,
    )
    target = said["target"]
    stated = f"{target['words']}. {target['document']}; {target['source']}" if target else ""
    print_line(said["title"])
    print_line(f"{said['target_title']}: {stated}" if target else said["no_target"])
    heads, rows = table_words(found, language)
    print_table(heads, rows)
    for gap in (found.province, *found.regencies):
        print_line(f"{gap.title.to(language)}: {reason_words(gap, found, language)}")
    whole = (said["carried"], said["whose_note"], said["held"], said["spans"], said["rule"])
    for sentence in (*whole, said["people_said"], said["caveat"]):
        if sentence:
            print_line(sentence)


def _areas(
    now: "Published",
    found: "Gaps",
    layer: str,
    *,
    out: Path | None,
    as_json: bool,
    language: Language,
) -> None:
    from geo.programme.gap.behind import areas_behind
    from maps.programme.gap import areas_files
    from maps.programme.gap.areas_page import area_table

    areas = areas_behind(now, [gap.region for gap in found.behind], of=layer)
    shown: dict[str, Any] = {"layer": layer, "language": language}
    if out is not None:
        _write(out, areas_files.areas_file(now, found, areas, out.suffix.lower()[1:], **shown))
    elif as_json:
        from maps.programme.gap.document import areas_document

        print_json(areas_document(found, areas, **shown))
    else:
        sentences, heads, rows = area_table(found, areas, **shown)
        for sentence in sentences:
            print_line(sentence)
        if rows:
            print_table(heads, rows)


def _write(out: Path, content: bytes | str) -> None:
    out.write_bytes(content if isinstance(content, bytes) else content.encode())
    output.print(str(out), markup=False, highlight=False)


def _no_form(out: Path, known: tuple[str, ...]) -> Any:
    from maps.text import both

    return both("target.no_form").format(form=out.suffix, known=", ".join(known))
