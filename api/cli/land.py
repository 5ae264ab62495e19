"""The commands about land: `kawasan land …`, its rasters, and `kawasan sites`, its best places."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.output import (
    number_text,
    output,
    print_notes,
    print_table,
    print_version,
    progress_bar,
)
from api.cli.shared_options import (
    Common,
    FileOptions,
    LayerOption,
    ModelOption,
    Origin,
    gathered,
)
from geo.land.settlement import (
    AREA_PER_HOUSEHOLD_HA,
    HOUSEHOLDS,
    MAX_ROAD_DISTANCE_M,
    MIN_SUITABILITY,
)
from geo.language import Language, texts

if TYPE_CHECKING:
    from geo.land.surfaces import ZoneSites

_SAY = texts(__name__)

land_app = typer.Typer(no_args_is_help=True, help="Land rasters: slope, land cover, peat …")

RasterYearOption = Annotated[str | None, typer.Option(help="Year or period of the data.")]


@land_app.command("add")
@gathered
def land_add(
    raster: Annotated[
        Path, typer.Argument(help="GeoTIFF of one band.", exists=True, dir_okay=False)
    ],
    name: Annotated[str, typer.Option("--as", help="Name that models read, e.g. slope_percent.")],
    origin: Origin,
    unit: Annotated[str | None, typer.Option(help="Unit; needed for a name of your own.")] = None,
    year: RasterYearOption = None,
    *,
    common: Common,
) -> None:
    """Check a raster and register it as land data; criteria that wait for it are scored at once.

    A DEM given as elevation (metres) brings slope, relief, hillshade, wetness and height above
    drainage with it; the last two need the extra package drainage.

    Example: kawasan land add demnas.tif --as elevation --source "DEMNAS 2018" --licence "BIG"
    """
    with common.opened() as store:
        from geo import published
        from geo.land.raster import ELEVATION
        from geo.planning import publish_land
        from geo.raster.terrain import NO_FLOW, knows_flow

        with progress_bar(raster.name) as progress:
            version = publish_land.add_land(
                store,
                raster,
                name=name,
                source=origin.source,
                licence=origin.licence,
                unit=unit,
                year=year,
                progress=progress,
            )
        readers: list[str] = []
        for one in (version, *publish_land.derived_from(store, version)):
            print_version(one)
            name = one.dataset.removeprefix(published.LAND_PREFIX)
            readers += publish_land.readers_of(store, name)
        _print_readers(readers)
        if version.dataset == published.LAND_PREFIX + ELEVATION and not knows_flow():
            print_notes([NO_FLOW.to(common.language())])


@land_app.command("distance")
@gathered
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
    origin: Origin,
    cell: Annotated[float, typer.Option(help="Side of the raster's cells in metres.")] = 100.0,
    year: RasterYearOption = None,
    *,
    reading: FileOptions,
    common: Common,
) -> None:
    """Measure how far every place is from the features of a file, and register it as land data.

    Example: kawasan land distance jalan.gpkg --as road_distance_m --source "BIG 2024" --licence
    "BIG"
    """
    with common.opened() as store:
        from geo.planning import distance_raster, publish_land

        with progress_bar(file.name) as progress:
            version = distance_raster.add_distance(
                store,
                file,
                name=name,
                source=origin.source,
                licence=origin.licence,
                cell_m=cell,
                year=year,
                crs=reading.crs,
                encoding=reading.encoding,
                layer_name=reading.layer,
                limits=common.settings().reader_limits(),
                progress=progress,
            )
        print_version(version)
        _print_readers(publish_land.readers_of(store, name))


def _print_readers(readers: Iterable[str]) -> None:
    output.print(f"→ {', '.join(readers) or '-'}")


@land_app.command("list")
@gathered
def land_list(common: Common) -> None:
    """List the land rasters: unit, cell size, year, source."""
    with common.opened() as store:
        from geo import published

        rows = [
            (
                v.dataset.removeprefix(published.LAND_PREFIX),
                str(v.details.get("unit", "")),
                f"{v.details['cell_width_m']:.0f} m",
                str(v.details.get("year") or "-"),
                v.source,
            )
            for v in (store.version(d) for d in store.datasets("raster"))
        ]
        print_table("raster | unit | cell | year | source", rows)


@dataclass(frozen=True, slots=True)
class SiteOptions:
    """What a settlement needs."""

    households: Annotated[int, typer.Option(min=1, help="Households of the settlement.")] = (
        HOUSEHOLDS
    )
    area: Annotated[
        float, typer.Option(min=0.1, help="Gross hectares per household, with roads and commons.")
    ] = AREA_PER_HOUSEHOLD_HA
    min_suitability: Annotated[
        float, typer.Option(min=0, max=100, help="Least suitability of every cell, 0..100.")
    ] = MIN_SUITABILITY
    max_road_distance: Annotated[
        float, typer.Option(min=0, help="Farthest from a road, in metres.")
    ] = MAX_ROAD_DISTANCE_M


@gathered
def sites(
    zone: Annotated[str, typer.Argument(help="The zone's id, e.g. cahaya-baru.")],
    needed: SiteOptions,
    model: ModelOption = "kesiapan",
    layer: LayerOption = "zones",
    limit: Annotated[int, typer.Option(min=1, help="Most sites in the table.")] = 20,
    out: Annotated[
        Path | None, typer.Option(help="Write all of them: .geojson, .gpkg, .csv or .xlsx.")
    ] = None,
    *,
    common: Common,
) -> None:
    """Find where inside a zone the next settlement unit (SP) could go.

    Example: kawasan sites cahaya-baru --households 200 --area 2.9 --out calon.geojson
    """
    with common.opened() as store:
        from geo.land import surfaces
        from geo.vector.export import write_layer

        with progress_bar(zone) as progress:
            found = surfaces.zone_sites(
                store,
                zone,
                model,
                layer=layer,
                households=needed.households,
                area_per_household_ha=needed.area,
                min_suitability=needed.min_suitability,
                max_road_distance_m=needed.max_road_distance,
                progress=progress,
            )
        _print_sites(found, common.language(), limit=limit)
        if out is not None:
            write_layer(found.search.sites, out)


def _print_sites(found: "ZoneSites", language: Language, *, limit: int) -> None:
    """Print the best candidate sites of a zone, and what could not be checked."""
    rows = [
        (
            str(site["rank"]),
            str(area_id),
            number_text(site["area_ha"], language),
            str(site["households"]),
            number_text(site["suitability_mean"], language),
            number_text(site["suitability_min"], language),
            number_text(site["compactness"], language, 2),
            _whole(site["road_distance_m"], language),
            _whole(100 * (site["slope_0_2_share"] + site["slope_2_5_share"]), language),
        )
        for area_id, site in found.search.sites.iloc[:limit].iterrows()
    ]
    title = f"{found.name}: {len(rows)}/{len(found.search.sites)}"
    print_table(_SAY["site_heads"].to(language), rows, title)
    print_notes(note.to(language) for note in found.notes)


def _whole(value: float, language: Language) -> str:
    return number_text(None if value != value else value, language, 0)
