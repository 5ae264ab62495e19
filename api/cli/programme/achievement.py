"""The command `kawasan achievement`: what was reached of each target."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from api.cli.faults import Misused
from api.cli.output import output, print_json, print_line, print_table
from api.cli.shared_options import Common, JsonOption, gathered

_FILES = (".xlsx", ".pdf")
_SHOWN = ("indicator", "region", "year", "target", "realisation", "percent", "category")


@gathered
def achievement(
    *,
    indicator: Annotated[str | None, typer.Option(help="Id of an indicator.")] = None,
    region: Annotated[str | None, typer.Option(help="Code of a region.")] = None,
    year: Annotated[int | None, typer.Option(help="Year of the target.")] = None,
    level: Annotated[
        Literal["rpjmd", "rkpd", "renja", "rpjmn", "usulan"] | None,
        typer.Option(help="Level of the plan; all but usulan by default."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write it to this .xlsx or .pdf.")] = None,
    as_json: JsonOption = False,
    common: Common,
) -> None:
    """List targets, what was reached of them in percent, and the category.

    Examples: kawasan achievement --year 2025 · kawasan achievement --region 63 --out lkip.xlsx
    """
    language = common.language()
    if out is not None and out.suffix.lower() not in _FILES:
        from maps.text import both

        raise Misused(both("split.no_file").format(out=out))
    with common.opened() as store:
        from geo.programme.achievement import measured
        from geo.store.region import local_day
        from maps.programme.achievement_page import (
            achievement_content,
            achievement_sheet,
            achievement_workbook,
        )
        from maps.sheets.sheets import printed_table
        from maps.text import translate

        asked: dict[str, Any] = {"indicator": indicator, "region": region}
        asked |= {"year": year, "level": level}
        found, around = measured(store, common.settings().data_dir, **asked)
        said: dict[str, Any] = {**around, "language": language}
        if out is not None:
            if out.suffix.lower() == ".xlsx":
                out.write_bytes(achievement_workbook(found, **said, printed=local_day(store)))
            else:
                sheet = achievement_sheet(found, **said, printed=local_day(store))
                out.write_bytes(printed_table(sheet))
            output.print(f"{out}: {len(found)}", markup=False)
            return
        if as_json:
            from geo.json_types import as_json as written

            print_json(written({"achievements": list(found)}, language))
            return
        content = achievement_content(found, **said)
        rows = [[row[key] or "–" for key in _SHOWN] for row in content["rows"]]
        print_table([content["heads"][key] for key in _SHOWN], rows)
        for row in content["rows"]:
            if row["so_far"]:
                print_line(f"{row['indicator']}, {row['region']}, {row['year']}: {row['so_far']}")
        if not content["confirmed"]:
            print_line(f"{translate('achievement.unconfirmed', language)}. {content['note']}")
