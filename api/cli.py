"""The command line: serve, assess, ingest, land, export, key, store.

Heavy libraries are imported inside the commands, so that `--help` answers at once. Messages about
the user's own data are in the user's language (`--lang`, Indonesian by default).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from api.settings import Settings
from api.terminal import output, print_json, print_ranking, print_report, print_table, print_zone
from geo.errors import GeoError
from geo.language import Language

if TYPE_CHECKING:
    from geo.store import Store, Version

_OPERATOR = "operator"

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Plan transmigration areas: score zones on labour and land data, and serve them as maps and OGC API.",
    epilog="Start with: kawasan serve",
)
land_app = typer.Typer(no_args_is_help=True, help="Land rasters: slope, land cover, peat …")
key_app = typer.Typer(no_args_is_help=True, help="API keys for the upload door.")
store_app = typer.Typer(no_args_is_help=True, help="The store: its versions and its health.")
app.add_typer(land_app, name="land")
app.add_typer(key_app, name="key")
app.add_typer(store_app, name="store")

errors = Console(stderr=True)

StoreOption = Annotated[
    Path | None,
    typer.Option("--store", help="Folder of the store (KAWASAN_STORE; default .kawasan)."),
]
LanguageOption = Annotated[
    str | None, typer.Option("--lang", help="Language of messages: id or en.", show_default=False)
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
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """Serve the maps and the OGC API; the first start loads the shipped data.

    Example: kawasan serve --port 8080
    """
    import uvicorn

    from api.main import create_app

    settings = _settings(store)
    with _explained(lang, settings), _opened(settings, wait=True) as opened:
        application = create_app(settings, store=opened)
        address = f"http://{host or settings.host}:{port or settings.port}"
        output.print(f"Kawasan: [bold]{address}/map[/bold]   (OGC API: {address}/)   Ctrl+C")
        uvicorn.run(
            application,
            host=host or settings.host,
            port=port or settings.port,
            log_level="warning",
        )


@app.command()
def assess(
    zone: Annotated[
        str | None, typer.Option("--explain", help="Explain one zone by its id.")
    ] = None,
    model: ModelOption = "kesiapan",
    year: YearOption = None,
    layer: LayerOption = "zones",
    weight: WeightOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """Score and rank the zones, and show why.

    Examples: kawasan assess · kawasan assess --explain cahaya-baru · kawasan assess --model
    kebutuhan --year 2024 · kawasan assess -w huni=.4 -w usaha=.3 -w berkembang=.2 -w lingkungan=.1
    """
    settings = _settings(store)
    with _explained(lang, settings), _opened(settings, wait=True) as opened:
        from geo import planning
        from geo.assessment import as_document, zone_document

        language = _language(lang, settings)
        with _waiting("Menilai zona …" if language == "id" else "Assessing zones …"):
            result = planning.assess(
                opened, model, layer=layer, year=year, weights=_weights(weight or [])
            )
        if as_json:
            print_json(
                zone_document(result, zone, language) if zone else as_document(result, language)
            )
        elif zone:
            print_zone(result, zone, language)
        else:
            print_ranking(result, language)


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
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """Check a file, say what is wrong, and publish it when nothing is.

    Examples: kawasan ingest zona.zip --as zones --note "Hasil rapat Maret" · kawasan ingest
    tpt_2026.csv --as indicators --source "BPS, Sakernas Agustus 2026"
    """
    settings = _settings(store)
    with _explained(lang, settings), _opened(settings, wait=True) as opened:
        from geo import publishing
        from geo.files import read_table

        reason = note or file.name
        if name == "indicators":
            version = publishing.publish_indicators(
                opened,
                read_table(file).fillna(""),
                actor=_OPERATOR,
                note=reason,
                source=source or file.name,
                licence=licence or publishing.LICENCE_UNKNOWN,
            )
            output.print(_published(version))
            return
        handed = publishing.HandedIn(
            path=file,
            filename=file.name,
            layer_name=name,
            crs=crs,
            encoding=encoding,
            layer=layer,
            repair=repair,
        )
        with _waiting(file.name):
            upload = publishing.check_upload(
                opened, handed, actor=_OPERATOR, most_bytes=settings.max_upload_bytes
            )
        print_report(upload.report, _language(lang, settings))
        if upload.state == "refused":
            raise typer.Exit(1)
        if not check:
            version = publishing.publish_upload(
                opened,
                upload.upload,
                actor=_OPERATOR,
                note=reason,
                source=source,
                licence=licence,
            )
            output.print(_published(version))


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
    settings = _settings(store)
    with _explained(lang, settings), _opened(settings, wait=True) as opened:
        from geo import planning
        from geo.files import write_layer

        with _waiting(str(target)):
            frame = (
                planning.readiness_frame(opened, _language(lang, settings))
                if layer == "readiness"
                else planning.layer(opened, layer)
            )
            write_layer(frame, target)
        output.print(f"{target}: {len(frame)} × {len(frame.columns)}")


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

    Example: kawasan land add lereng.tif --as slope_percent --source "DEMNAS 2018" --licence "BIG"
    """
    settings = _settings(store)
    with _explained(lang, settings), _opened(settings, wait=True) as opened:
        from geo import planning

        with _waiting(raster.name):
            version = planning.add_land(
                opened, raster, name=name, source=source, licence=licence, unit=unit, year=year
            )
        users = planning.readers_of(opened, name)
        output.print(_published(version))
        output.print(f"→ {', '.join(users) or '-'}")


@land_app.command("list")
def land_list(store: StoreOption = None, lang: LanguageOption = None) -> None:
    """List the land rasters: unit, cell size, year, source."""
    settings = _settings(store)
    with _explained(lang, settings), _opened(settings, wait=True) as opened:
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


@key_app.command("add")
def key_add(
    label: Annotated[str, typer.Option(help="Whose key this is.")], store: StoreOption = None
) -> None:
    """Make an API key and show it once; only its digest is kept."""
    with _opened(_settings(store)) as opened:
        output.print(opened.add_key(label), soft_wrap=True)


@key_app.command("list")
def key_list(store: StoreOption = None) -> None:
    """List the keys without their secrets."""
    with _opened(_settings(store)) as opened:
        rows = [
            (
                k["prefix"],
                k["label"],
                k["created_at"],
                k["last_used_at"] or "-",
                k["revoked_at"] or "-",
            )
            for k in opened.keys()
        ]
        print_table(("prefix", "label", "created", "last used", "revoked"), rows)


@key_app.command("revoke")
def key_revoke(
    prefix: Annotated[str, typer.Argument(help="The key's prefix.")], store: StoreOption = None
) -> None:
    """Close a key for good."""
    with _opened(_settings(store)) as opened:
        opened.revoke_key(prefix)


@store_app.command("check")
def store_check(
    repair: Annotated[bool, typer.Option(help="Remove orphan files.")] = False,
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """Compare every version with its snapshot; ends with 1 when one is missing or altered."""
    settings = _settings(store)
    with _explained(lang, settings), _opened(settings) as opened:
        report = opened.check(repair=repair)
        rows = [("orphan", n) for n in report.orphans]
        rows += [("missing", n) for n in report.missing]
        rows += [("altered", n) for n in report.altered]
        print_table(("fault", "snapshot"), rows)
        if report.missing or report.altered:
            raise typer.Exit(1)


@store_app.command("versions")
def store_versions(
    dataset: Annotated[str, typer.Argument(help="Dataset, e.g. zones.")],
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """List the versions of a dataset; * marks the current one."""
    settings = _settings(store)
    with _explained(lang, settings), _opened(settings, wait=True) as opened:
        rows = [
            (
                f"{v.number}{' *' if v.is_current else ''}",
                v.published_at,
                v.published_by,
                v.note,
                v.sha256[:12],
            )
            for v in opened.versions(dataset)
        ]
        print_table(("version", "at", "by", "note", "sha256"), rows)


@store_app.command("rollback")
def store_rollback(
    dataset: Annotated[str, typer.Argument(help="Dataset, e.g. zones.")],
    number: Annotated[int, typer.Argument(help="Version to make current.")],
    note: Annotated[str, typer.Option(help="Why.")],
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """Make an older version current again; nothing is deleted."""
    settings = _settings(store)
    with _explained(lang, settings), _opened(settings, wait=True) as opened:
        version = opened.rollback(dataset, number, actor=_OPERATOR, note=note)
        output.print(_published(version))


def _published(version: "Version") -> str:
    return f"{version.dataset}: {version.number} · {version.sha256[:12]}"


def _settings(store: Path | None) -> Settings:
    return Settings() if store is None else Settings(store=store)


def _language(lang: str | None, settings: Settings) -> Language:
    chosen = lang or settings.default_language
    return "en" if chosen == "en" else "id"


@contextmanager
def _opened(settings: Settings, *, wait: bool = False) -> Iterator["Store"]:
    """The store; with `wait`, the shipped data are loaded first where there are none."""
    from geo.store import Store

    store = Store(settings.store)
    try:
        if wait and not store.datasets():
            from geo.reference import load_reference

            with _waiting("Memuat data acuan … / Loading reference data …"):
                load_reference(store, settings.data_dir)
        yield store
    finally:
        store.close()


@contextmanager
def _explained(lang: str | None, settings: Settings) -> Iterator[None]:
    """Domain errors as one clear sentence and exit code 1, never as a traceback."""
    try:
        yield
    except GeoError as error:
        language = _language(lang, settings)
        errors.print(f"[red]{error.title.to(language)}[/red]: ", end="")
        errors.print(error.detail(language), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error


@contextmanager
def _waiting(what: str) -> Iterator[None]:
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        progress.add_task(what, total=None)
        yield


def _weights(stated: list[str]) -> dict[str, float]:
    weights = {}
    for item in stated:
        name, _, number = item.partition("=")
        try:
            weights[name] = float(number.replace(",", "."))
        except ValueError as error:
            raise typer.BadParameter(f"{item!r}: write name=number, e.g. huni=0.4") from error
    return weights
