"""The command `kawasan collect`: which data to bring next, and what they are worth."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.assess_options import AssessedOptions, MethodOptions
from api.cli.faults import Misused
from api.cli.output import number_text, output, print_json, print_line, print_table, spinner
from api.cli.shared_options import (
    Common,
    DemoOption,
    JsonOption,
    gathered,
    warn_where_synthetic,
)
from geo.language import Language, texts

if TYPE_CHECKING:
    from geo.planning.collect import Collecting
    from geo.planning.collect_list import ListRow

_SAY = texts(__name__)


@gathered
def collect(
    zone: Annotated[str | None, typer.Argument(help="One area by its id or name.")] = None,
    *,
    assessed: AssessedOptions,
    way: MethodOptions,
    k: Annotated[
        int | None,
        typer.Option("--take", "-k", min=1, help="How many areas are to be taken; 3 by default."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write the list to this .xlsx, a sheet for each regency."),
    ] = None,
    as_json: JsonOption = False,
    demo: DemoOption = False,
    common: Common,
) -> None:
    """List the data to collect next: what each area lacks, and what knowing it is worth.

    Examples: kawasan collect · kawasan collect cahaya-baru · kawasan collect --layer kecamatan -k 5
    --out data.xlsx
    """
    language = common.language()
    if out is not None and out.suffix.lower() != ".xlsx":
        raise Misused(_SAY["no_workbook"].format(out=out))
    with common.opened(demo=demo) as store:
        from geo.mcda.weight_request import WeightRequest
        from geo.planning.collect import collecting
        from geo.planning.collect_list import (
            collecting_document,
            list_rows,
            list_tables,
            regency_names,
        )
        from geo.planning.weigh import weigh_and_assess
        from geo.vector.export import write_workbook

        warn_where_synthetic(store, language)
        now = store.current()
        with spinner(_SAY["weighing_up"].to(language)):
            assessment, _ = weigh_and_assess(
                now,
                WeightRequest(),
                model_id=assessed.model,
                layer=assessed.layer,
                year=assessed.year,
                method=way.method,
                risk=way.risk,
            )
            only = None if zone is None else assessment.find(zone).area_id
            found = collecting(now, assessment, k=k)
        regencies = regency_names(now)
        if out is not None:
            tables = list_tables(found, assessment.model, regencies=regencies, language=language)
            write_workbook(tables, out)
            output.print(f"{out}: {len(tables)}", markup=False)
        elif as_json:
            print_json(collecting_document(found, assessment, language, area_id=only))
        else:
            rows = list_rows(found, assessment.model, regencies=regencies)
            _print(found, [r for r in rows if only in (None, r.area.area_id)], language)


def _print(found: "Collecting", rows: "list[ListRow]", language: Language) -> None:
    """The data that all areas lack, each area's, and what knowing all of them is worth."""
    from geo.planning.collect_list import points_sentence

    lacking = {row.gap.datum for row in rows}
    data = [
        (
            one.datum.title.to(language),
            str(one.n_areas),
            number_text(one.points, language),
            one.datum.holder.to(language),
            one.datum.upload.to(language),
        )
        for one in found.data
        if one.datum.id in lacking
    ]
    print_table(_SAY["data_heads"].to(language), data)
    cells = [
        (
            row.area.name,
            row.datum.title.to(language),
            number_text(row.gap.points, language),
            row.why.to(language),
        )
        for row in rows
    ]
    print_table(_SAY["area_heads"].to(language), cells)
    if not found.taken:
        print_line(_SAY["undecided"].to(language))
        return
    print_line(_SAY["all_data"].to(language))
    print_line(points_sentence(found.all_data, k=found.k).to(language))
