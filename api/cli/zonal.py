"""The command `kawasan zonal`: statistics of rasters inside zones, on this machine or on a cluster."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.faults import Misused
from api.cli.files import read_areas
from api.cli.output import print_notes, print_table, progress_bar
from api.cli.shared_options import Common, gathered
from geo.errors import InvalidInput
from geo.language import Language, Text, texts

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geo.raster.files import RasterFile
    from geo.raster.zonal import Engine
    from geo.store.store import Store

_SAY = texts(__name__)

_SHOWN_ROWS = 20
_FORMULA = re.compile(r"^(?=[=+\-@\t\r])")
# As dask names an address; the protocol may be left out.
_SCHEDULER = re.compile(r"([a-z]+://)?[^\s/]+:\d+")


@dataclass(frozen=True, slots=True)
class StatisticOptions:
    """What is asked of the cells inside a zone."""

    stats: Annotated[
        str, typer.Option(help="count, sum, mean, min, max, variance; separated by commas.")
    ] = "mean"
    quantiles: Annotated[str, typer.Option(help="Quantiles 0…1, separated by commas.")] = ""
    classes: Annotated[bool, typer.Option("--classes", help="Shares of classes instead.")] = False
    weights: Annotated[
        str | None, typer.Option(help="Raster on the same grid that weighs the cells.")
    ] = None
    band: Annotated[
        int | None, typer.Option(min=1, help="Band of a raster file that has several, from 1.")
    ] = None


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Where the work is done, and in how much memory."""

    engine: Annotated[str, typer.Option(help="serial, threads, processes or dask.")] = "threads"
    workers: Annotated[int | None, typer.Option(help="How many; every core by default.")] = None
    scheduler: Annotated[str | None, typer.Option(help="Dask scheduler, tcp://host:8786.")] = None
    memory: Annotated[int, typer.Option(help="Bound of the windows held at a time, MiB.")] = 512


@dataclass(frozen=True, slots=True, eq=False)
class _Measured:
    """The table of one raster, and the least and greatest values of its zones or all their classes."""

    table: "pd.DataFrame"
    ends: Sequence[float]


@gathered
def zonal(
    zones: Annotated[str, typer.Argument(help="A layer, or a vector file (.parquet, .gpkg …).")],
    rasters: Annotated[list[str], typer.Argument(help="Land rasters by name, or GeoTIFF files.")],
    asked: StatisticOptions,
    how: EngineOptions,
    key: Annotated[
        str | None, typer.Option("--id", help="Column of a vector file that names its zones.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="CSV file to write.")] = None,
    *,
    common: Common,
) -> None:
    """Statistics of raster cells inside zones, each cell weighed by its covered share.

    Examples: kawasan zonal kecamatan landcover --classes · kawasan zonal desa.parquet dem.tif
    --stats mean,max --quantiles 0.1,0.9 --out lereng.csv · add --engine dask --scheduler
    tcp://10.0.0.5:8786 to run on a cluster.
    """
    with common.opened() as store:
        import pandas as pd

        frame = _zones(store, zones, key)
        work = partial(
            _table, frame, store=store, asked=asked, engine=_engine(how), memory_mib=how.memory
        )
        measured = [work(name) for name in rasters]
        named = (f"{Path(name).stem}_" if len(rasters) > 1 else "" for name in rasters)
        table = pd.concat(
            [found.table.add_prefix(name) for found, name in zip(measured, named, strict=True)],
            axis=1,
        )
        language = common.language()
        notes = [_SAY["numbered"].format(file=zones)] if frame.index.name is None else []
        for name, found in zip(rasters, measured, strict=True):
            notes += _noted(_raster(store, name, asked.band), found)
        print_notes(note.to(language) for note in notes)
        if out is not None:
            _with_ids(table, frame.index.name).to_csv(out, encoding="utf-8", index=False)
        else:
            _print(table, language)


def _zones(store: "Store", name: str, key: str | None) -> "gpd.GeoDataFrame":
    """The zones, their index what names them; without a name where only their order does."""
    from geo import published

    if not Path(name).suffix:
        return published.layer(store, name)
    frame = read_areas(Path(name))
    if key in (None, frame.index.name):
        return frame
    if key not in frame.columns:
        columns = [str(column) for column in frame.columns if column != frame.geometry.name]
        raise InvalidInput(reason=_SAY["no_key"].format(key=key, columns=", ".join(columns)))
    ids = frame[key]
    if ids.isna().any() or not ids.is_unique:
        doubled = [str(one) for one in ids[ids.duplicated() | ids.isna()].unique()[:5]]
        raise InvalidInput(reason=_SAY["bad_key"].format(key=key, ids=", ".join(doubled)))
    return frame.set_index(key)


def _with_ids(table: "pd.DataFrame", key: object) -> "pd.DataFrame":
    """The table with `area_id` first, as of a published layer, and the file's own column beside it."""
    named = table.rename_axis("area_id").reset_index()
    # A spreadsheet runs a text that begins so; see geo/vector/export.py.
    named["area_id"] = named["area_id"].astype(str).str.replace(_FORMULA, "'", regex=True)
    if key in (None, "area_id"):
        return named
    named.insert(1, str(key), named["area_id"])
    return named


def _raster(store: "Store", name: str, band: int | None = None) -> "RasterFile":
    from geo.land.surfaces import land_raster
    from geo.raster.files import RasterFile

    return RasterFile(Path(name) if Path(name).suffix else land_raster(store, name).path, band)


def _table(
    frame: "gpd.GeoDataFrame",
    name: str,
    *,
    store: "Store",
    asked: StatisticOptions,
    engine: "Engine",
    memory_mib: int,
) -> "_Measured":
    from geo.raster.zonal import zonal_class_shares, zonal_statistics

    raster = _raster(store, name, asked.band)
    with progress_bar(raster.path.name) as progress:
        if asked.classes:
            shares = zonal_class_shares(
                frame, raster, engine=engine, memory_mib=memory_mib, progress=progress
            )
            named: list[object] = list(shares.columns)
            return _Measured(shares, [float(one) for one in named if isinstance(one, int)])
        stats = _words(asked.stats)
        # The ends of each zone tell whether a mark of nodata counted as a measurement.
        found = zonal_statistics(
            frame,
            raster,
            stats=list(dict.fromkeys([*stats, "min", "max"])),
            quantiles=_quantiles(asked.quantiles),
            weights=None if asked.weights is None else _raster(store, asked.weights),
            engine=engine,
            memory_mib=memory_mib,
            progress=progress,
        )
    unasked = [name for name in ("min", "max") if name not in stats]
    ends = found[["min", "max"]].to_numpy().ravel().tolist()
    return _Measured(found.drop(columns=unasked), ends)


def _noted(raster: "RasterFile", found: "_Measured") -> list[Text]:
    """What is to be said of the cells of a raster that zones lie on."""
    from geo.land.checks import undeclared_mark

    if not found.table["valid_share"].gt(0).any():
        return [_off_raster(raster)]
    with raster:
        mark = undeclared_mark(raster.header, found.ends)
    if mark is None:
        return []
    return [_SAY["marked"].format(raster=raster.path.name, value=f"{mark:g}")]


def _off_raster(raster: "RasterFile") -> Text:
    """Where the raster is that no zone lies on."""
    from geo.crs import name_of, parse_crs

    with raster:
        bounds = ", ".join(f"{edge:g}" for edge in raster.grid.bounds)
        crs = name_of(parse_crs(raster.grid.crs))
    return _SAY["off_raster"].format(raster=raster.path.name, bounds=bounds, crs=crs)


def _engine(how: EngineOptions) -> "Engine":
    from geo.raster import parallel

    if (how.workers or 0) < 0:
        raise Misused(_SAY["no_workers"])
    if how.memory < 1:
        raise Misused(_SAY["no_memory"])
    if how.engine == "dask" and how.scheduler and not _SCHEDULER.fullmatch(how.scheduler):
        raise Misused(_SAY["no_scheduler"].format(stated=how.scheduler))
    return parallel.named(how.engine, scheduler=how.scheduler, workers=how.workers)


def _quantiles(stated: str) -> list[float]:
    try:
        found = [float(word) for word in _words(stated)]
    except ValueError:
        found = [math.nan]
    if not all(0 <= one <= 1 for one in found):
        raise Misused(_SAY["no_quantiles"].format(stated=stated))
    return found


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _print(table: "pd.DataFrame", language: Language) -> None:
    shown = table.head(_SHOWN_ROWS)
    rows = [
        [str(name), *("–" if value != value else f"{value:.6g}" for value in row)]
        for name, row in zip(shown.index, shown.to_numpy().tolist(), strict=True)
    ]
    left = len(table) - len(shown)
    more = _SAY["more"].to(language).format(left=left) if left else ""
    print_table(("zone", *map(str, table.columns)), rows, more)
