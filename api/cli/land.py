"""The commands about land: `kawasan land …`, its rasters, and `kawasan sites`, its best places."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.faults import Misused
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
from geo.language import Language, Text, texts

if TYPE_CHECKING:
    from geo.land.fit import Fitness, Reasons
    from geo.land.surfaces import ZoneSites
    from geo.store.store import Store, Version

_SAY = texts(__name__)

land_app = typer.Typer(no_args_is_help=True, help="Land rasters: slope, land cover, peat …")


@dataclass(frozen=True, slots=True)
class FitOptions:
    """What a raster can and cannot measure, as whoever adds it must say."""

    fit: Annotated[
        list[str] | None,
        typer.Option(
            help="CRITERION=WHY: what the raster is fit to measure, and why. Repeat it for each."
        ),
    ] = None
    unfit: Annotated[
        list[str] | None, typer.Option(help="CRITERION=WHY: what it cannot measure, and why not.")
    ] = None


ReplaceSmallerOption = Annotated[
    bool,
    typer.Option("--replace-smaller", help="Replace a raster that measures more areas than this."),
]
RasterYearOption = Annotated[str | None, typer.Option(help="Year or period of the data.")]


@land_app.command("add")
@gathered
def land_add(
    raster: Annotated[Path, typer.Argument(help="GeoTIFF.", exists=True, dir_okay=False)],
    name: Annotated[str, typer.Option("--as", help="Name that models read, e.g. slope_percent.")],
    origin: Origin,
    unit: Annotated[str | None, typer.Option(help="Unit; needed for a name of your own.")] = None,
    year: RasterYearOption = None,
    band: Annotated[
        int | None, typer.Option(min=1, help="Band of a file that has several, from 1.")
    ] = None,
    replace_smaller: ReplaceSmallerOption = False,
    *,
    stated: FitOptions,
    common: Common,
) -> None:
    """Check a raster and register it as land data; criteria that wait for it are scored at once.

    A DEM given as elevation (metres) brings slope, relief, hillshade, wetness and height above
    drainage with it; the last two need the extra package drainage. Of land cover, and of a raster of
    your own that a model reads, say with --fit which criteria it is fit for: the others do not read it.

    Example: kawasan land add demnas.tif --as elevation --source "DEMNAS 2018" --licence "BIG"
    """
    with common.opened() as store:
        from geo import published
        from geo.land.raster import ELEVATION
        from geo.planning import publish_land
        from geo.raster.terrain import NO_FLOW, knows_flow

        language = common.language()
        fitness = _fitness(stated) or _asked_fitness(store, name, language)
        with progress_bar(raster.name) as progress:
            version = publish_land.add_land(
                store,
                raster,
                name=name,
                source=origin.source,
                licence=origin.licence,
                unit=unit,
                year=year,
                band=band,
                fitness=fitness,
                replace_smaller=replace_smaller,
                progress=progress,
            )
        added = (version, *publish_land.derived_from(store, version))
        for one in added:
            print_version(one)
        print_readers(store, added, language)
        if version.dataset == published.LAND_PREFIX + ELEVATION and not knows_flow():
            print_notes([NO_FLOW.to(language)])


@land_app.command("distance")
@gathered
def land_distance(
    file: Annotated[
        Path,
        typer.Argument(
            help="Roads, rivers, towns …: a layer in any format of the guide, also in a ZIP.",
            exists=True,
            dir_okay=False,
        ),
    ],
    name: Annotated[
        str, typer.Option("--as", help="Name that models read; it ends in _distance_m.")
    ],
    origin: Origin,
    cell: Annotated[float, typer.Option(help="Side of the raster's cells in metres.")] = 100.0,
    repair: Annotated[bool, typer.Option("--repair", help="Repair invalid polygons.")] = False,
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
        from geo.planning import distance_raster

        warnings: list[Text] = []
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
                repair=repair,
                limits=common.settings().reader_limits(),
                progress=progress,
                tell=warnings.append,
            )
        print_notes(warning.to(common.language()) for warning in warnings)
        print_version(version)
        print_readers(store, [version], common.language())


def print_readers(store: "Store", added: Iterable["Version"], language: Language) -> None:
    """Print which criteria read the rasters now, and why others do not."""
    from geo import published
    from geo.planning import publish_land

    readers, faults = list[str](), dict[str, Text]()
    for version in added:
        faults |= publish_land.unanswered(store, version)
        name = version.dataset.removeprefix(published.LAND_PREFIX)
        readers += publish_land.readers_of(store, name)
    output.print(f"→ {', '.join(r for r in readers if r not in faults) or '-'}")
    print_notes(f"{reader}: {fault.to(language)}" for reader, fault in faults.items())


def _fitness(stated: FitOptions) -> "Fitness | None":
    """What the options say; None where they say nothing."""
    from geo.land.fit import Fitness

    if not stated.fit and not stated.unfit:
        return None
    return Fitness(fit=_reasons(stated.fit or ()), unfit=_reasons(stated.unfit or ()))


def _reasons(stated: Iterable[str]) -> "Reasons":
    found = []
    for item in stated:
        reader, is_split, why = (part.strip() for part in item.partition("="))
        if not (reader and is_split and why):
            raise Misused(_SAY["no_reason"].format(item=item))
        found.append((reader.rpartition(".")[2], Text(id=why, en=why)))
    return tuple(found)


def _asked_fitness(store: "Store", name: str, language: Language) -> "Fitness | None":
    """What somebody at a terminal answers; None where nobody is there, or nothing is to be asked."""
    from geo.land.fit import Fitness
    from geo.planning import publish_land

    if not sys.stdin.isatty() or not (readers := publish_land.questions_about(store, name)):
        return None
    fit = []
    for reader in readers:
        title = f"{reader.model}.{reader.id} – {reader.title.to(language)}"
        asked = _SAY["why_fit"].to(language).format(name=name, title=title)
        if why := typer.prompt(asked, default="", show_default=False).strip():
            fit.append((reader.id, Text(id=why, en=why)))
    return Fitness(fit=tuple(fit))


@land_app.command("list")
@gathered
def land_list(common: Common) -> None:
    """List the land rasters: unit, cell size, year, what each is fit to measure, source.

    Under the table stands which criteria do not read a raster, and why.
    """
    with common.opened() as store:
        from geo import published
        from geo.land.fit import fitness_of
        from geo.land.raster import land_unit
        from geo.planning import publish_land
        from geo.planning.classify_land import outdated

        language = common.language()
        versions = [store.version(dataset) for dataset in store.datasets("raster")]
        rows = [
            (
                v.dataset.removeprefix(published.LAND_PREFIX),
                land_unit(
                    v.dataset.removeprefix(published.LAND_PREFIX), str(v.details.get("unit", ""))
                ).to(language),
                f"{v.details['cell_width_m']:.0f} m",
                str(v.details.get("year") or "-"),
                _fit_for(fitness_of(v.details), language),
                v.source_text.to(language),
            )
            for v in versions
        ]
        print_table(_SAY["list_heads"].to(language), rows)
        print_notes(
            f"{reader}: {fault.to(language)}"
            for version in versions
            for reader, fault in publish_land.unanswered(store, version)
        )
        stale = (outdated(store, version) for version in versions)
        print_notes(note.to(language) for note in stale if note is not None)


def _fit_for(stated: "Fitness", language: Language) -> str:
    from geo.land.fit import ANY

    if not stated.is_stated:
        return _SAY["fit_unknown"].to(language)
    every = _SAY["fit_every"].to(language)
    return ", ".join(every if reader == ANY else reader for reader, _ in stated.fit) or "-"


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

    Example: kawasan sites cahaya-baru --households 300 --area 2.9 --out calon.geojson
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
    print_notes(sentence.to(language) for sentence in found.summary)
    if rows:
        title = f"{found.name}: {len(rows)}/{len(found.search.sites)}"
        print_table(_SAY["site_heads"].to(language), rows, title)
    print_notes(note.to(language) for note in found.notes)


def _whole(value: float, language: Language) -> str:
    return number_text(None if value != value else value, language, 0)
