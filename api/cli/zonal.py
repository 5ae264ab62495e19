"""The command `kawasan zonal`: statistics of rasters inside zones, on this machine or on a cluster."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.output import print_table
from api.cli.session import (
    LanguageOption,
    StoreOption,
    chosen_language,
    explained,
    open_store,
    progress_bar,
    stated_settings,
)
from geo.language import Language

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geo.raster.files import RasterFile
    from geo.raster.zonal import Engine
    from geo.store.store import Store

_SHOWN_ROWS = 20


def zonal(
    zones: Annotated[str, typer.Argument(help="A layer, or a vector file (.parquet, .gpkg …).")],
    rasters: Annotated[
        list[str], typer.Argument(help="Land rasters by name, or GeoTIFF files; one band each.")
    ],
    stats: Annotated[
        str, typer.Option(help="count, sum, mean, min, max, variance; separated by commas.")
    ] = "mean",
    quantiles: Annotated[str, typer.Option(help="Quantiles 0…1, separated by commas.")] = "",
    classes: Annotated[bool, typer.Option("--classes", help="Shares of classes instead.")] = False,
    weights: Annotated[
        str | None, typer.Option(help="Raster on the same grid that weighs the cells.")
    ] = None,
    engine: Annotated[str, typer.Option(help="serial, threads, processes or dask.")] = "threads",
    workers: Annotated[int | None, typer.Option(help="How many; every core by default.")] = None,
    scheduler: Annotated[str | None, typer.Option(help="Dask scheduler, tcp://host:8786.")] = None,
    memory: Annotated[int, typer.Option(help="Bound of the windows held at a time, MiB.")] = 512,
    out: Annotated[Path | None, typer.Option(help="CSV file to write.")] = None,
    store: StoreOption = None,
    lang: LanguageOption = None,
) -> None:
    """Statistics of raster cells inside zones, each cell weighed by its covered share.

    Examples: kawasan zonal kecamatan landcover --classes · kawasan zonal desa.parquet dem.tif
    --stats mean,max --quantiles 0.1,0.9 --out lereng.csv · add --engine dask --scheduler
    tcp://10.0.0.5:8786 to run on a cluster.
    """
    settings = stated_settings(store)
    with explained(lang, settings), open_store(settings, wait=True) as opened:
        import pandas as pd

        from geo.raster import engines

        runner = engines.named(engine, scheduler=scheduler, workers=workers)
        frame = _zones(opened, zones)
        tables = [
            _table(
                frame,
                _raster(opened, name),
                stats=_words(stats),
                quantiles=[float(q) for q in _words(quantiles)],
                classes=classes,
                weights=None if weights is None else _raster(opened, weights),
                engine=runner,
                memory_mib=memory,
            ).add_prefix(f"{Path(name).stem}_" if len(rasters) > 1 else "")
            for name in rasters
        ]
        table = pd.concat(tables, axis=1)
        if out is not None:
            table.rename_axis("area_id").to_csv(out, encoding="utf-8")
        else:
            _print(table, chosen_language(lang, settings))


def _zones(store: "Store", name: str) -> "gpd.GeoDataFrame":
    import geopandas as gpd

    from geo import published

    path = Path(name)
    if not path.suffix:
        return published.layer(store, name)
    return gpd.read_parquet(path) if path.suffix == ".parquet" else gpd.read_file(path)


def _raster(store: "Store", name: str) -> "RasterFile":
    from geo.published import LAND_PREFIX
    from geo.raster.files import RasterFile

    if Path(name).suffix:
        return RasterFile(Path(name))
    return RasterFile(store.version(LAND_PREFIX + name).path)


def _table(
    frame: "gpd.GeoDataFrame",
    raster: "RasterFile",
    *,
    stats: list[str],
    quantiles: list[float],
    classes: bool,
    weights: "RasterFile | None",
    engine: "Engine",
    memory_mib: int,
) -> "pd.DataFrame":
    from geo.raster.zonal import zonal_class_shares, zonal_statistics

    with progress_bar(raster.path.name) as progress:
        if classes:
            return zonal_class_shares(
                frame, raster, engine=engine, memory_mib=memory_mib, progress=progress
            )
        return zonal_statistics(
            frame,
            raster,
            stats=stats,
            quantiles=quantiles,
            weights=weights,
            engine=engine,
            memory_mib=memory_mib,
            progress=progress,
        )


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _print(table: "pd.DataFrame", language: Language) -> None:
    shown = table.head(_SHOWN_ROWS)
    rows = [
        [str(name), *("–" if value != value else f"{value:.6g}" for value in row)]
        for name, row in zip(shown.index, shown.to_numpy().tolist(), strict=True)
    ]
    left = len(table) - len(shown)
    more = {"id": f"… dan {left} lagi (--out)", "en": f"… and {left} more (--out)"}[language]
    print_table(("zone", *map(str, table.columns)), rows, more if left else "")
