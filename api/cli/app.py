"""The command line: serve, ingest, sites, export; the others are in the modules imported here.

Heavy libraries are imported inside the commands, so that `--help` answers at once. Messages about
the user's own data are in the user's language (`--lang`, Indonesian by default).
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.assess import LayerOption, ModelOption, assess, quadrant, trends
from api.cli.carry import carry
from api.cli.land import land_app, model_app
from api.cli.output import (
    output,
    print_counts,
    print_report,
    print_sites,
)
from api.cli.session import (
    OPERATOR,
    DemoOption,
    LanguageOption,
    StoreOption,
    chosen_language,
    demo_settings,
    explained,
    open_demo,
    open_store,
    progress_bar,
    say_where_synthetic,
    spinner,
    stated_settings,
    version_line,
)
from api.cli.store import key_app, store_app, upload_app
from api.cli.zonal import zonal
from geo.errors import InvalidInput
from geo.land.settlement import (
    AREA_PER_HOUSEHOLD_HA,
    HOUSEHOLDS,
    MAX_ROAD_DISTANCE_M,
    MIN_SUITABILITY,
)
from geo.language import Language, texts

if TYPE_CHECKING:
    from geo.ingest.source import Limits
    from geo.planning.publish import HandedIn
    from geo.store.store import Provenance, Store

_SAY = texts(__name__)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Plan transmigration areas: score zones on labour and land data, and serve them as maps and OGC API.",
    epilog="Start with: kawasan serve",
)
app.command()(assess)
app.command()(trends)
app.command()(quadrant)
app.command()(zonal)
app.command()(carry)
app.add_typer(land_app, name="land")
app.add_typer(model_app, name="model")
app.add_typer(upload_app, name="upload")
app.add_typer(key_app, name="key")
app.add_typer(store_app, name="store")


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

    settings = demo_settings(store, demo=demo)
    host, port = host or settings.host, settings.port if port is None else port
    with (
        explained(lang, settings),
        _bound(host, port) as door,
        open_demo(settings, demo=demo) as opened,
    ):
        say_where_synthetic(opened, chosen_language(lang, settings))
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
        from geo.planning.publish import LICENCE_UNKNOWN, HandedIn
        from geo.store.versions import Provenance

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
        limits = settings.reader_limits()
        _ingest_layer(opened, handed, provenance, check=check, limits=limits, language=language)


def _ingest_indicators(
    store: "Store", file: Path, provenance: "Provenance", *, replace: bool, check: bool
) -> None:
    from geo.planning import publish
    from geo.vector.export import read_table

    table = read_table(file).fillna("")
    draft = publish.draft_indicators(store, table, is_replacing=replace)
    print_counts(asdict(draft.amendment))
    if not check:
        version = publish.publish_indicators(
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
    limits: "Limits",
    language: Language,
) -> None:
    from geo.planning import publish

    with spinner(handed.filename):
        upload = publish.check_upload(store, handed, actor=provenance.actor, limits=limits)
    print_report(upload.report, language)
    if upload.state == "refused":
        raise typer.Exit(1)
    if not check:
        version = publish.publish_upload(
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
        from geo import published
        from geo.planning.assess import readiness_frame
        from geo.vector.export import write_layer

        with spinner(str(target)):
            frame = (
                readiness_frame(opened, chosen_language(lang, settings))
                if layer == "readiness"
                else published.layer(opened, layer)
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
        from geo.land import surfaces
        from geo.vector.export import write_layer

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


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    """A socket with its address, taken before an address is printed that nobody answers."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends small answers at once only where the protocol is named; they wait 40 ms otherwise.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as door:
        try:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind((host, port))
        except (OSError, OverflowError) as error:
            raise InvalidInput(reason=_SAY["no_address"].format(h=host, p=port, e=error)) from error
        yield door
