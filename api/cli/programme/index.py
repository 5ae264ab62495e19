"""Indices with slots by command: `kawasan index …`: shown, listed, published, written to a file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.faults import Misused
from api.cli.files import read_text
from api.cli.output import print_json, print_line, print_notes, print_table, print_version
from api.cli.shared_options import Common, JsonOption, gathered
from geo.language import Language
from geo.store.roles import OPERATOR

if TYPE_CHECKING:
    from geo.programme.indices.index import Index
    from geo.programme.indices.stored_index import StoredIndex
    from geo.store.store import Store

index_app = typer.Typer(
    no_args_is_help=True, help="Indices with slots: IPK and IPKTrans, and what the office fills in."
)

NameArgument = Annotated[str, typer.Argument(help="ipk or ipktrans.")]


@index_app.command("show")
@gathered
def index_show(
    name: NameArgument = "ipk",
    *,
    file: Annotated[
        Path | None, typer.Option(help="A filled-in file in place of the saved index (.toml).")
    ] = None,
    region: Annotated[
        str | None, typer.Option(help="Whose figures fill slots; the province by default.")
    ] = None,
    area: Annotated[str | None, typer.Option(help="Of an index of kawasan: its name.")] = None,
    year: Annotated[
        int | None, typer.Option(help="Year of all figures; the newest by default.")
    ] = None,
    figure: Annotated[
        list[str] | None, typer.Option(help="A figure, as SLOT=NUMBER; repeatable.")
    ] = None,
    as_json: JsonOption = False,
    common: Common,
) -> None:
    """Show an index: its slots, its value, and all regions beside each other.

    Examples: kawasan index show ipk · kawasan index show ipktrans --figure ekonomi=60
    """
    language = common.language()
    with common.opened() as store:
        from geo import published
        from geo.programme.indices.areas import known_areas, require_area
        from geo.programme.indices.handed_in import require_figure_year
        from geo.programme.indices.index import index_value
        from geo.programme.indices.index_file import parse_index
        from geo.programme.indices.places import (
            place_values,
            places_of,
            slot_figures,
            slot_years,
            value_at,
        )
        from geo.programme.province import unit_code
        from geo.store.region import local_day
        from geo.store.region import region as planning_region
        from maps.programme.index_page import place_table, slot_table, value_words
        from maps.programme.index_saving import versions_said
        from maps.text import translate

        if year is not None:
            require_figure_year(year, this_year=local_day(store).year)
        stored = _stored(store, name, common)
        found = stored.index if file is None else parse_index(read_text(file))
        table, here = published.indicators(store), planning_region(store)
        code = here.code if region is None else unit_code(region, region=here)
        place = code
        if found.model is not None:
            place = "" if area is None else require_area(area, known_areas(store, found))
        figures = slot_figures(found, table)
        own = [one for one in places_of(found, here) if one != here.code]
        years = slot_years(figures, own, year=year)
        value = value_at(found, figures, years, place)
        typed = _typed(found, figure or [], language)
        if typed:
            known = {one.slot.id: one.value for one in value.slots if one.value is not None}
            value = index_value(found, known | typed)
        places = place_values(found, table, region=here, year=year)
        if as_json:
            from geo.json_types import as_json as written

            number = stored.number if file is None else None
            said = {"index": found, "version": number, "region": code, "value": value}
            print_json(written({**said, "years": years, "regions": places}, language))
            return
        print_line(found.title.to(language))
        if file is None:
            print_line(versions_said(store, stored, language)["said"])
        print_table(*slot_table(value, language))
        print_line(f"{translate('indices.value', language)}: {value_words(value, language)}")
        print_notes(reason.to(language) for reason in value.reasons)
        if any(one.found.least is not None for one in places):
            print_table(*place_table(found, places, here, language))
        if not found.confirmed:
            print_line(translate("indices.unconfirmed", language))


@index_app.command("list")
@gathered
def index_list(as_json: JsonOption = False, *, common: Common) -> None:
    """List the indices: how much of each is filled in, and which version counts.

    Example: kawasan index list
    """
    language = common.language()
    with common.opened() as store:
        from geo.programme.indices.index_file import INDICES
        from maps.programme.index_page import index_entry
        from maps.programme.index_saving import versions_said
        from maps.text import translate

        stored = [_stored(store, name, common) for name in INDICES]
        if as_json:
            print_json([index_entry(one, language) for one in stored])
            return
        heads = [translate(f"indices.list_{head}", language) for head in ("id", "filled", "which")]
        rows = [
            [
                one.index.id,
                translate(
                    "indices.weighed",
                    language,
                    n=index_entry(one, language)["weighed"],
                    of=len(one.index.slots),
                ),
                versions_said(store, one, language)["said"],
            ]
            for one in stored
        ]
        print_table(heads, rows)


@index_app.command("publish")
@gathered
def index_publish(
    file: Annotated[
        Path, typer.Argument(help="A filled-in index (.toml).", exists=True, dir_okay=False)
    ],
    note: Annotated[str, typer.Option(help="Why it is published.")] = "",
    source: Annotated[str | None, typer.Option(help="Where it comes from.")] = None,
    accept_warnings: Annotated[
        bool, typer.Option("--accept-warnings", help="The warnings were looked at and are right.")
    ] = False,
    *,
    common: Common,
) -> None:
    """Check a filled-in index and make it the next version; the one before can come back.

    Example: kawasan index export ipk ipk.toml, edit it, then kawasan index publish ipk.toml
    --note "Bobot hasil rapat Maret"
    """
    with common.opened() as store:
        from geo.programme.indices.index_file import parse_index
        from geo.programme.indices.stored_index import INDEX_PREFIX
        from geo.submission.entering import enter_index

        text = read_text(file)
        name = parse_index(text).id
        _stored(store, name, common)
        upload = enter_index(
            store,
            text,
            name,
            actor=OPERATOR,
            note=note or file.name,
            source=source,
            publishes=True,
            accept_warnings=accept_warnings,
            limits=common.settings().reader_limits(),
        )
        language = common.language()
        print_notes(one["sentence"][language] for one in upload.report["findings"])
        if upload.state == "published":
            print_version(store.version(INDEX_PREFIX + name))
            return
        print_line(f"kawasan upload publish {upload.upload} --accept-warnings")
        raise typer.Exit(1)


@index_app.command("export")
@gathered
def index_export(
    name: NameArgument = "ipk",
    out: Annotated[
        Path | None, typer.Argument(help="File to write; the terminal by default.", dir_okay=False)
    ] = None,
    *,
    version: Annotated[
        int | None, typer.Option(help="An older version; the one that counts by default.")
    ] = None,
    common: Common,
) -> None:
    """Write an index as TOML, to be filled in and published again.

    Examples: kawasan index export ipk · kawasan index export ipktrans ipktrans.toml
    """
    with common.opened() as store:
        from geo.programme.indices.index_file import index_text
        from geo.programme.indices.stored_index import INDEX_PREFIX, index_of

        found = _stored(store, name, common).index
        if version is not None:
            found = index_of(store.version(INDEX_PREFIX + name, version).path)
        if out is None:
            sys.stdout.write(index_text(found))
            return
        out.write_text(index_text(found), encoding="utf-8")


def _stored(store: "Store", name: str, common: Common) -> "StoredIndex":
    from geo.programme.indices.stored_index import stored_index

    return stored_index(store, name, data_dir=common.settings().data_dir)


def _typed(found: "Index", pairs: list[str], language: Language) -> dict[str, float]:
    """The figures of the command line, by slot."""
    from geo.errors import NotFound
    from geo.programme.indices.index_changes import typed_number
    from maps.text import both

    slots, values = sorted(slot.id for slot in found.slots), {}
    for pair in pairs:
        slot, _, text = pair.partition("=")
        number = typed_number(text, language=language)
        if number is None:
            raise Misused(both("indices.bad_figure").format(pair=pair))
        if slot not in slots:
            raise NotFound(slot, available=slots)
        values[slot] = number
    return values
