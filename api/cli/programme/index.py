"""The command `kawasan index`: an index with slots, as it ships or as an office filled it in."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.faults import Misused
from api.cli.output import print_json, print_line, print_table
from api.cli.shared_options import Common, JsonOption, gathered


@gathered
def index(
    name: Annotated[str, typer.Argument(help="ipk or ipktrans.")] = "ipk",
    *,
    file: Annotated[
        Path | None, typer.Option(help="A filled-in file in place of the shipped one (.toml).")
    ] = None,
    region: Annotated[
        str | None, typer.Option(help="Whose figures fill slots; the province by default.")
    ] = None,
    figure: Annotated[
        list[str] | None, typer.Option(help="A figure, as SLOT=NUMBER; repeatable.")
    ] = None,
    as_json: JsonOption = False,
    common: Common,
) -> None:
    """Show an index: its slots, and its value once weights, least and most are filled in.

    Examples: kawasan index ipk · kawasan index ipktrans --file ipktrans.toml --figure ekonomi=60
    """
    language = common.language()
    with common.opened() as store:
        from geo import published
        from geo.errors import NotFound
        from geo.programme.indices.index import index_value, published_values
        from geo.programme.indices.index_file import INDICES, read_index
        from geo.programme.province import unit_code
        from geo.store.region import region as planning_region
        from maps.programme.index_page import slot_table, value_words
        from maps.text import both, translate

        if file is None and name not in INDICES:
            raise NotFound(name, available=list(INDICES))
        shipped = common.settings().data_dir / "programme" / f"{name}.toml"
        found = read_index(file or shipped)
        here = planning_region(store)
        code = here.code if region is None else unit_code(region, region=here)
        values = published_values(found, published.indicators(store), region=code)
        slots = {slot.id for slot in found.slots}
        for pair in figure or []:
            slot, _, number = pair.partition("=")
            try:
                values[slot] = float(number.replace(",", "."))
            except ValueError as error:
                raise Misused(both("indices.bad_figure").format(pair=pair)) from error
            if slot not in slots:
                raise NotFound(slot, available=sorted(slots))
        value = index_value(found, values)
        if as_json:
            from geo.json_types import as_json as written

            print_json(written({"index": found, "region": code, "value": value}, language))
            return
        print_line(found.title.to(language))
        heads, rows = slot_table(value, language)
        print_table(heads, rows)
        said = value_words(value, language)
        print_line(f"{translate('indices.value', language)}: {said}")
        for reason in value.reasons:
            print_line(reason.to(language))
        if not found.confirmed:
            print_line(translate("indices.unconfirmed", language))
