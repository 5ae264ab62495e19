"""The commands that register land rasters and models: `kawasan land …`, `kawasan model …`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.assessment_tables import print_models
from api.cli.output import output, print_json, print_table
from api.cli.session import (
    OPERATOR,
    LanguageOption,
    StoreOption,
    chosen_language,
    explained,
    open_store,
    progress_bar,
    stated_settings,
    version_line,
)
from geo.language import Language

if TYPE_CHECKING:
    from geo.mcda.model import Model

land_app = typer.Typer(no_args_is_help=True, help="Land rasters: slope, land cover, peat …")
model_app = typer.Typer(
    no_args_is_help=True, help="Models: what is asked of a zone, and its weights."
)


@land_app.command("add")
def land_add(
    raster: Annotated[
        Path, typer.Argument(help="GeoTIFF of one band.", exists=True, dir_okay=False)
    ],
    name: Annotated[str, typer.Option("--as", help="Name that models read, e.g. slope_percent.")],
    source: Annotated[
        str, typer.Option(help="Where it comes from, to be shown beside every figure.")
    ],
    licence: Annotated[str, typer.Option(help="Its licence.")],
    unit: Annotated[str | None, typer.Option(help="Unit; needed for a name of your own.")] = None,
    year: Annotated[str | None, typer.Option(help="Year or period of the data.")] = None,
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """Check a raster and register it as land data; criteria that wait for it are scored at once.

    A DEM given as elevation (metres) brings slope, relief, hillshade, wetness and height above
    drainage with it.

    Example: kawasan land add demnas.tif --as elevation --source "DEMNAS 2018" --licence "BIG"
    """
    settings = stated_settings(store)
    with explained(lang, settings), open_store(settings, wait=True) as opened:
        from geo import published
        from geo.planning import publish_land

        with progress_bar(raster.name) as progress:
            version = publish_land.add_land(
                opened,
                raster,
                name=name,
                source=source,
                licence=licence,
                unit=unit,
                year=year,
                progress=progress,
            )
        users = []
        for one in (version, *publish_land.derived_from(opened, version)):
            output.print(version_line(one))
            users += publish_land.readers_of(
                opened, one.dataset.removeprefix(published.LAND_PREFIX)
            )
        output.print(f"→ {', '.join(users) or '-'}")


@land_app.command("distance")
def land_distance(
    file: Annotated[
        Path,
        typer.Argument(
            help="Roads, rivers, towns …: zipped Shapefile, GeoPackage or GeoJSON.",
            exists=True,
            dir_okay=False,
        ),
    ],
    name: Annotated[
        str, typer.Option("--as", help="Name that models read; it ends in _distance_m.")
    ],
    source: Annotated[
        str, typer.Option(help="Where it comes from, to be shown beside every figure.")
    ],
    licence: Annotated[str, typer.Option(help="Its licence.")],
    cell: Annotated[float, typer.Option(help="Side of the raster's cells in metres.")] = 100.0,
    year: Annotated[str | None, typer.Option(help="Year or period of the data.")] = None,
    crs: Annotated[str | None, typer.Option(help="CRS in place of the file's.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of a Shapefile's text.")] = None,
    layer: Annotated[str | None, typer.Option(help="Which layer, where there are several.")] = None,
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """Measure how far every place is from the features of a file, and register it as land data.

    Example: kawasan land distance jalan.gpkg --as road_distance_m --source "BIG 2024" --licence
    "BIG"
    """
    settings = stated_settings(store)
    with explained(lang, settings), open_store(settings, wait=True) as opened:
        from geo.planning import distance_raster, publish_land

        with progress_bar(file.name) as progress:
            version = distance_raster.add_distance(
                opened,
                file,
                name=name,
                source=source,
                licence=licence,
                cell_m=cell,
                year=year,
                crs=crs,
                encoding=encoding,
                layer_name=layer,
                limits=settings.reader_limits(),
                progress=progress,
            )
        users = publish_land.readers_of(opened, name)
        output.print(version_line(version))
        output.print(f"→ {', '.join(users) or '-'}")


@land_app.command("list")
def land_list(store: StoreOption = None, lang: LanguageOption = None) -> None:
    """List the land rasters: unit, cell size, year, source."""
    settings = stated_settings(store)
    with explained(lang, settings), open_store(settings, wait=True) as opened:
        from geo import published

        rows = [
            (
                v.dataset.removeprefix(published.LAND_PREFIX),
                str(v.details.get("unit", "")),
                f"{v.details['cell_width_m']:.0f} m",
                str(v.details.get("year") or "-"),
                v.source,
            )
            for v in (opened.version(d) for d in opened.datasets("raster"))
        ]
        print_table(("raster", "unit", "cell", "year", "source"), rows)


@model_app.command("list")
def model_list(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """List the models: what they ask, whether an office has set the weights, what they wait for.

    Example: kawasan model list
    """
    settings = stated_settings(store)
    with explained(lang, settings), open_store(settings, wait=True) as opened:
        from geo import published

        language = chosen_language(lang, settings)
        now = opened.current()
        found = {model_id: published.model(now, model_id) for model_id in published.models(now)}
        waiting = {model_id: published.unmet(now, model) for model_id, model in found.items()}
        if as_json:
            print_json([_model_entry(m, waiting[m.id], language) for m in found.values()])
        else:
            print_models(found, waiting, language)


def _model_entry(model: "Model", waits_for: list[str], language: Language) -> dict[str, object]:
    return {
        "id": model.id,
        "version": model.version,
        "kind": model.kind,
        "title": model.title.to(language),
        "method": model.method,
        "criteria": len(model.criteria),
        "weights_confirmed": model.weights_confirmed,
        "classes_confirmed": model.classes_confirmed,
        "waits_for": waits_for,
    }


@model_app.command("add")
def model_add(
    file: Annotated[Path, typer.Argument(help="TOML of a model.", exists=True, dir_okay=False)],
    note: Annotated[str, typer.Option(help="Why it is published.")] = "",
    source: Annotated[str | None, typer.Option(help="In place of what the file says.")] = None,
    licence: Annotated[str | None, typer.Option(help="Its licence.")] = None,
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """Check a model and publish it under its id; the version before stays and can come back.

    Example: kawasan model show kesiapan > kantor.toml, edit it, then kawasan model add kantor.toml
    --note "Bobot hasil rapat Maret"
    """
    settings = stated_settings(store)
    with explained(lang, settings), open_store(settings, wait=True) as opened:
        from geo import published
        from geo.planning import publish

        version, model = publish.publish_model(
            opened,
            file.read_text(encoding="utf-8", errors="replace"),
            actor=OPERATOR,
            note=note or file.name,
            source=source,
            licence=licence or publish.LICENCE_UNKNOWN,
        )
        output.print(version_line(version))
        waiting = published.unmet(opened, model)
        if waiting:
            output.print(f"? {', '.join(waiting)}", markup=False)


@model_app.command("show")
def model_show(
    model: Annotated[str, typer.Argument(help="A model's id.")] = "kesiapan",
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """Write the current version of a model as TOML, to be edited and added again.

    Example: kawasan model show kesiapan > kantor.toml
    """
    settings = stated_settings(store)
    with explained(lang, settings), open_store(settings, wait=True) as opened:
        from geo import published

        sys.stdout.write(published.model_text(opened, model))
