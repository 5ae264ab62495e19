"""The command line: serve, assess, sites, ingest, land, model, export.

Heavy libraries are imported inside the commands, so that `--help` answers at once. Messages about
the user's own data are in the user's language (`--lang`, Indonesian by default). The operator's
commands are in `api/upkeep.py`.
"""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.extraction import zonal
from api.session import (
    OPERATOR,
    LanguageOption,
    StoreOption,
    chosen_language,
    errors,
    explained,
    open_store,
    progress_bar,
    spinner,
    stated_settings,
    version_line,
)
from api.terminal import (
    output,
    print_counts,
    print_json,
    print_ranking,
    print_report,
    print_sites,
    print_table,
    print_zone,
)
from api.upkeep import key_app, store_app, upload_app
from geo.errors import InvalidInput
from geo.language import Language, Text
from geo.settlement import (
    AREA_PER_HOUSEHOLD_HA,
    HOUSEHOLDS,
    MAX_ROAD_DISTANCE_M,
    MIN_SUITABILITY,
)

if TYPE_CHECKING:
    from api.settings import Settings
    from geo.publishing import HandedIn
    from geo.store import Provenance, Store

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Plan transmigration areas: score zones on labour and land data, and serve them as maps and OGC API.",
    epilog="Start with: kawasan serve",
)
land_app = typer.Typer(no_args_is_help=True, help="Land rasters: slope, land cover, peat …")
model_app = typer.Typer(
    no_args_is_help=True, help="Models: what is asked of a zone, and its weights."
)
app.command()(zonal)
app.add_typer(land_app, name="land")
app.add_typer(model_app, name="model")
app.add_typer(upload_app, name="upload")
app.add_typer(key_app, name="key")
app.add_typer(store_app, name="store")

DemoOption = Annotated[
    bool,
    typer.Option("--demo", help="Try it on made-up land, in a store of its own (.kawasan-demo)."),
]
ModelOption = Annotated[str, typer.Option(help="Model: kesiapan (readiness) or kebutuhan (need).")]
YearOption = Annotated[int | None, typer.Option(help="Year; the newest with data by default.")]
LayerOption = Annotated[str, typer.Option(help="Layer to assess: zones, kecamatan or regencies.")]
WeightOption = Annotated[
    list[str] | None,
    typer.Option(
        "--weight",
        "-w",
        help="Other weight, e.g. -w huni=0.4; name every dimension or every criterion; they sum to 1.",
    ),
]


def main() -> None:
    """Run the command line."""
    app()


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    demo: DemoOption = False,
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """Serve the maps and the OGC API; the first start loads the shipped data.

    Examples: kawasan serve --port 8080 · kawasan serve --demo
    """
    import uvicorn

    from api.main import create_app

    settings = _settings(store, demo=demo)
    host, port = host or settings.host, settings.port if port is None else port
    with (
        explained(lang, settings),
        _bound(host, port) as door,
        _opened(settings, demo=demo) as opened,
    ):
        _say_where_synthetic(opened, chosen_language(lang, settings))
        server = uvicorn.Server(
            uvicorn.Config(create_app(settings, store=opened), log_level="warning")
        )
        door.listen()
        address = f"http://{f'[{host}]' if ':' in host else host}:{door.getsockname()[1]}"
        output.print(f"Kawasan: [bold]{address}/map[/bold]   (OGC API: {address}/)   Ctrl+C")
        with suppress(KeyboardInterrupt):
            server.run(sockets=[door])
        if not server.started:
            raise typer.Exit(1)


@app.command()
def assess(
    zone: Annotated[
        str | None, typer.Option("--explain", help="Explain one zone by its id or its name.")
    ] = None,
    model: ModelOption = "kesiapan",
    year: YearOption = None,
    layer: LayerOption = "zones",
    weight: WeightOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    demo: DemoOption = False,
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """Score and rank the zones, and show why.

    Examples: kawasan assess · kawasan assess --explain cahaya-baru · kawasan assess --model
    kebutuhan --year 2024 · kawasan assess -w huni=.4 -w usaha=.3 -w berkembang=.2 -w lingkungan=.1
    """
    settings = _settings(store, demo=demo)
    with explained(lang, settings), _opened(settings, demo=demo) as opened:
        from geo import planning
        from geo.assessment import as_document, zone_document

        language = chosen_language(lang, settings)
        _say_where_synthetic(opened, language)
        with spinner("Menilai zona …" if language == "id" else "Assessing zones …"):
            result = planning.assess(
                opened, model, layer=layer, year=year, weights=_weights(weight or [])
            )
        area_id = result.find(zone).area_id if zone else None
        if as_json:
            print_json(
                zone_document(result, area_id, language)
                if area_id
                else as_document(result, language)
            )
            return
        zones = planning.layer(opened, layer)
        if area_id:
            print_zone(result, zones, area_id, language)
        else:
            print_ranking(result, zones, language)


@app.command()
def ingest(
    file: Annotated[
        Path,
        typer.Argument(
            help="Zipped Shapefile, GeoPackage or GeoJSON; CSV for indicators.",
            exists=True,
            dir_okay=False,
        ),
    ],
    name: Annotated[
        str, typer.Option("--as", help="zones, regencies, kecamatan or indicators.")
    ] = "zones",
    note: Annotated[str, typer.Option(help="Why it is published.")] = "",
    source: Annotated[str | None, typer.Option(help="Where it comes from.")] = None,
    licence: Annotated[str | None, typer.Option(help="Its licence.")] = None,
    crs: Annotated[str | None, typer.Option(help="CRS in place of the file's.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of a Shapefile's text.")] = None,
    layer: Annotated[str | None, typer.Option(help="Which layer, where there are several.")] = None,
    repair: Annotated[bool, typer.Option("--repair", help="Repair invalid polygons.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only check; publish nothing.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Drop all other figures.")] = False,
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """Check a file, say what is wrong, and publish it when nothing is.

    A boundary file becomes the whole layer. Figures are added to those that are there, or take the
    place of the same region, indicator and period; all others stay, unless --replace is given.

    Examples: kawasan ingest zona.zip --as zones --note "Hasil rapat Maret" · kawasan ingest
    tpt_2026.csv --as indicators --source "BPS, Sakernas Agustus 2026"
    """
    if replace and name != "indicators":
        raise typer.BadParameter("--replace is for --as indicators; a layer is replaced anyway")
    settings = stated_settings(store)
    with explained(lang, settings), open_store(settings, wait=True) as opened:
        from geo.publishing import LICENCE_UNKNOWN, HandedIn
        from geo.versions import Provenance

        provenance = Provenance(
            actor=OPERATOR,
            note=note or file.name,
            source=source or file.name,
            licence=licence or LICENCE_UNKNOWN,
        )
        if name == "indicators":
            _ingest_indicators(opened, file, provenance, replace=replace, check=check)
            return
        handed = HandedIn(
            path=file,
            filename=file.name,
            layer_name=name,
            crs=crs,
            encoding=encoding,
            layer=layer,
            repair=repair,
        )
        language = chosen_language(lang, settings)
        most = settings.max_upload_bytes
        _ingest_layer(opened, handed, provenance, check=check, most_bytes=most, language=language)


def _ingest_indicators(
    store: "Store", file: Path, provenance: "Provenance", *, replace: bool, check: bool
) -> None:
    from geo import publishing
    from geo.files import read_table

    table = read_table(file).fillna("")
    draft = publishing.draft_indicators(store, table, is_replacing=replace)
    print_counts(asdict(draft.amendment))
    if not check:
        version = publishing.publish_indicators(
            store,
            draft.table,
            actor=provenance.actor,
            note=provenance.note,
            source=provenance.source,
            licence=provenance.licence,
            expected=draft.against,
        )
        output.print(version_line(version))


def _ingest_layer(
    store: "Store",
    handed: "HandedIn",
    provenance: "Provenance",
    *,
    check: bool,
    most_bytes: int,
    language: Language,
) -> None:
    from geo import publishing

    with spinner(handed.filename):
        upload = publishing.check_upload(
            store, handed, actor=provenance.actor, most_bytes=most_bytes
        )
    print_report(upload.report, language)
    if upload.state == "refused":
        raise typer.Exit(1)
    if not check:
        version = publishing.publish_upload(
            store,
            upload.upload,
            actor=provenance.actor,
            note=provenance.note,
            source=provenance.source,
            licence=provenance.licence,
        )
        output.print(version_line(version))


@app.command()
def export(
    layer: Annotated[str, typer.Argument(help="A layer, or readiness for the scored zones.")],
    target: Annotated[Path, typer.Argument(help="File to write: .geojson, .gpkg, .csv or .xlsx.")],
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """Write a layer or the assessment to a file; codes stay text in every format.

    Example: kawasan export readiness penilaian.xlsx
    """
    settings = stated_settings(store)
    with explained(lang, settings), open_store(settings, wait=True) as opened:
        from geo import planning
        from geo.files import write_layer

        with spinner(str(target)):
            frame = (
                planning.readiness_frame(opened, chosen_language(lang, settings))
                if layer == "readiness"
                else planning.layer(opened, layer)
            )
            write_layer(frame, target)
        output.print(f"{target}: {len(frame)} × {len(frame.columns)}")


@app.command()
def sites(
    zone: Annotated[str, typer.Argument(help="The zone's id, e.g. cahaya-baru.")],
    households: Annotated[
        int, typer.Option(min=1, help="Households of the settlement.")
    ] = HOUSEHOLDS,
    area: Annotated[
        float, typer.Option(min=0.1, help="Gross hectares per household, with roads and commons.")
    ] = AREA_PER_HOUSEHOLD_HA,
    min_suitability: Annotated[
        float, typer.Option(min=0, max=100, help="Least suitability of every cell, 0..100.")
    ] = MIN_SUITABILITY,
    max_road_distance: Annotated[
        float, typer.Option(min=0, help="Farthest from a road, in metres.")
    ] = MAX_ROAD_DISTANCE_M,
    model: ModelOption = "kesiapan",
    layer: LayerOption = "zones",
    limit: Annotated[int, typer.Option(min=1, help="Most sites in the table.")] = 20,
    out: Annotated[
        Path | None, typer.Option(help="Write all of them: .geojson, .gpkg, .csv or .xlsx.")
    ] = None,
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """Find where inside a zone the next settlement unit (SP) could go.

    Example: kawasan sites cahaya-baru --households 200 --area 2.9 --out calon.geojson
    """
    settings = stated_settings(store)
    with explained(lang, settings), open_store(settings, wait=True) as opened:
        from geo import surfaces
        from geo.files import write_layer

        with progress_bar(zone) as progress:
            found = surfaces.zone_sites(
                opened,
                zone,
                model,
                layer=layer,
                households=households,
                area_per_household_ha=area,
                min_suitability=min_suitability,
                max_road_distance_m=max_road_distance,
                progress=progress,
            )
        print_sites(found, chosen_language(lang, settings), limit=limit)
        if out is not None:
            write_layer(found.search.sites, out)


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
        from geo import planning

        with progress_bar(raster.name) as progress:
            version = planning.add_land(
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
        for one in (version, *planning.derived_from(opened, version)):
            output.print(version_line(one))
            users += planning.readers_of(opened, one.dataset.removeprefix(planning.LAND_PREFIX))
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
        from geo import access, planning

        with progress_bar(file.name) as progress:
            version = access.add_distance(
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
                most_bytes=settings.max_upload_bytes,
                progress=progress,
            )
        users = planning.readers_of(opened, name)
        output.print(version_line(version))
        output.print(f"→ {', '.join(users) or '-'}")


@land_app.command("list")
def land_list(store: StoreOption = None, lang: LanguageOption = None) -> None:
    """List the land rasters: unit, cell size, year, source."""
    settings = stated_settings(store)
    with explained(lang, settings), open_store(settings, wait=True) as opened:
        from geo import planning

        rows = [
            (
                v.dataset.removeprefix(planning.LAND_PREFIX),
                str(v.details.get("unit", "")),
                f"{v.details['cell_width_m']:.0f} m",
                str(v.details.get("year") or "-"),
                v.source,
            )
            for v in (opened.version(d) for d in opened.datasets("raster"))
        ]
        print_table(("raster", "unit", "cell", "year", "source"), rows)


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
        from geo import planning, publishing

        version, model = publishing.publish_model(
            opened,
            file.read_text(encoding="utf-8", errors="replace"),
            actor=OPERATOR,
            note=note or file.name,
            source=source,
            licence=licence or publishing.LICENCE_UNKNOWN,
        )
        output.print(version_line(version))
        waiting = planning.unmet(opened, model)
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
        from geo import planning

        sys.stdout.write(planning.model_text(opened, model))


def _settings(store: Path | None, *, demo: bool) -> "Settings":
    """The settings; the demo's store lies beside the real one and is never the same."""
    settings = stated_settings(store)
    if not demo:
        return settings
    from geo.demo import demo_folder

    return settings.model_copy(update={"store": demo_folder(settings.store)})


@contextmanager
def _opened(settings: "Settings", *, demo: bool) -> Iterator["Store"]:
    """The store with the shipped data, and with made-up land where it is the demo's."""
    with open_store(settings, wait=True) as opened:
        if demo:
            from geo.demo import load_demo

            with progress_bar("Menyiapkan data contoh … / Preparing demo data …") as progress:
                load_demo(opened, settings.data_dir, progress=progress)
        yield opened


def _say_where_synthetic(store: "Store", language: Language) -> None:
    """Warn beside the output, never in it: JSON stays JSON."""
    from geo.synthetic_notice import NOTICE, has_synthetic_land

    if has_synthetic_land(store.current()):
        errors.print(f"[yellow]{NOTICE.to(language)}[/yellow]")


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    """A socket with its address, taken before an address is printed that nobody answers."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as door:
        try:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind((host, port))
        except (OSError, OverflowError) as error:
            raise InvalidInput(reason=_NO_ADDRESS.format(h=host, p=port, e=error)) from error
        yield door


def _weights(stated: list[str]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for item in stated:
        name, _, number = item.partition("=")
        if name in weights:
            raise typer.BadParameter(f"{name!r} is given twice; name each weight once")
        try:
            weights[name] = float(number.replace(",", "."))
        except ValueError as error:
            raise typer.BadParameter(f"{item!r}: write name=number, e.g. huni=0.4") from error
    return weights


_NO_ADDRESS = Text(
    id="Alamat {h}:{p} tidak dapat dipakai ({e}). Hentikan program lain di sana, atau pilih --port lain.",
    en="The address {h}:{p} cannot be used ({e}). Stop the other program there, or choose another --port.",
)
