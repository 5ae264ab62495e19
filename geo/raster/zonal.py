"""Statistics of raster cells inside zones, weighted by the share of each cell that a zone covers.

One pass over the windows that any zone touches: each is read once for all zones and statistics. What
a window yields is a value (`Partial`) that merges with others in any order into the same bytes, so
one plan runs in this thread, in many processes or on a cluster: `geo/raster/parallel.py` has the engines.

Zones are moved to the raster's grid; the raster is never resampled. A zone without an area (a point,
a missing geometry) has no statistics: NaN. Overlapping zones each get their full statistic.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.crs import parse_crs, same_crs
from geo.errors import InvalidInput
from geo.language import texts
from geo.raster import zonal_tallies
from geo.raster.coverage import ZoneEdges, covered_cells, outlines
from geo.raster.grid import Array, Cells, Integers, Mask, RasterSource, Window

_SAY = texts(__name__)

Progress = Callable[[int, int], None]
T = TypeVar("T")

STATISTICS = ("count", "sum", "mean", "min", "max", "variance")
# Everything that a cell of a window needs at the most while it is worked on.
_BYTES_PER_CELL = 128
_MOST_CELLS, FEWEST_CELLS = 1 << 21, 1 << 16
# All that the lines of a `Partial` can say of a zone in a window.
_COLUMNS = (
    *("weight", "total", "spread", "low", "high", "area"),
    *("weighted_weight", "weighted_total"),
)


class Engine(Protocol):
    """Runs a function on every task number and yields the results in any order."""

    def __call__(self, function: Callable[[int], T], tasks: Iterable[int]) -> Iterator[T]: ...  # noqa: D102


def serial(function: Callable[[int], T], tasks: Iterable[int]) -> Iterator[T]:
    """One after the other in this thread."""
    return map(function, tasks)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which statistics a plan computes besides covered areas and sums."""

    spread: bool = False
    extremes: bool = False
    quantiles: tuple[float, ...] = ()
    classes: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Partial:
    """What windows say of zones.

    `rows` are one line a zone and window: the numbers of both, then `weight` (covered valid area in
    cells), `total` (covered sum), `spread` (covered sum of squares about the line's own mean), `low`,
    `high`, and sums by the second raster. `classes` are lines of zone, window, class and covered
    area. `samples` are values of zones over several windows (whole cells, edge cells, their shares),
    `quantiles` those of zones in one.
    """

    rows: dict[str, npt.NDArray[Any]]
    classes: dict[str, npt.NDArray[Any]]
    samples: dict[tuple[int, int], tuple[Cells, Cells, Array]] = field(default_factory=dict)
    quantiles: dict[int, Array] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """All that a worker needs to say what one window adds."""

    outlines: ZoneEdges
    source: RasterSource
    weights: RasterSource | None
    windows: tuple[Window, ...]
    wanted: Wanted

    def __call__(self, number: int) -> Partial:
        """What window `number` says of the zones that it touches."""
        window = self.windows[number]
        zones = self.outlines.touching(window)
        found = zonal_tallies.tally(covered_cells(self.outlines, zones, window), zones)
        values, valid = self.source.read(window)
        lines = zonal_tallies.moments(found, values, valid, spread=self.wanted.spread)
        if self.wanted.extremes:
            lines |= zonal_tallies.extremes(found, values, valid)
        if self.weights is not None:
            lines |= zonal_tallies.weighted(found, values, valid, *self.weights.read(window))
        kept = lines["weight"] > 0
        rows: dict[str, npt.NDArray[Any]] = {name: line[kept] for name, line in lines.items()}
        rows |= {"zone": zones[kept], "window": np.full(int(kept.sum()), number)}
        samples, quantiles = self._ordered(found, values, valid, number)
        return Partial(rows, self._classes(found, values, valid, number), samples, quantiles)

    def _classes(
        self, found: zonal_tallies.Tally, values: Cells, valid: Mask, number: int
    ) -> dict[str, npt.NDArray[Any]]:
        if not self.wanted.classes:
            return {}
        zone, value, area = zonal_tallies.class_areas(found, values, valid)
        return {"zone": zone, "window": np.full(len(zone), number), "value": value, "area": area}

    def _ordered(
        self, found: zonal_tallies.Tally, values: Cells, valid: Mask, number: int
    ) -> tuple[dict[tuple[int, int], tuple[Cells, Cells, Array]], dict[int, Array]]:
        """Quantiles of the zones that lie in the window; samples of those that reach beyond."""
        samples, quantiles = {}, {}
        if self.wanted.quantiles:
            inside = self._lies_in(self.windows[number])
            for zone, whole, partly, shares in zonal_tallies.samples(found, values, valid):
                if inside[zone]:
                    quantiles[zone] = zonal_tallies.weighted_quantiles(
                        whole, partly, shares, self.wanted.quantiles
                    )
                else:
                    samples[zone, number] = (whole.copy(), partly.copy(), shares.copy())
        return samples, quantiles

    def _lies_in(self, window: Window) -> npt.NDArray[np.bool_]:
        left, top, right, bottom = self.outlines.bounds.T
        grid = self.source.grid
        with np.errstate(invalid="ignore"):
            return np.asarray(
                (np.maximum(left, 0) >= window.col)
                & (np.minimum(right, grid.width) <= window.col + window.width)
                & (np.maximum(top, 0) >= window.row)
                & (np.minimum(bottom, grid.height) <= window.row + window.height)
            )


def zonal_statistics(
    zones: gpd.GeoDataFrame,
    source: RasterSource,
    *,
    stats: Sequence[str] = ("mean",),
    quantiles: Sequence[float] = (),
    weights: RasterSource | None = None,
    engine: Engine = serial,
    memory_mib: int = 512,
    fewest_cells: int = FEWEST_CELLS,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Statistics of a raster's cells inside each zone.

    Parameters
    ----------
    zones : GeoDataFrame
        n_zones valid polygons in any CRS.
    source : RasterSource
        One band; its unit is kept. Cells that are not valid do not count.
    stats : sequence of {"count", "sum", "mean", "min", "max", "variance"}
        `count` is the covered valid area in cells; `variance` is the population's.
    quantiles : sequence of float
        In [0, 1], as columns `q0.5` and so on; see `geo.raster.zonal_tallies.weighted_quantiles`. The values of
        zones over several windows are kept until the end, in the raster's own type.
    weights : RasterSource, optional
        A second raster on the same grid (population, say): adds `weighted_sum` and `weighted_mean`.
    engine : Engine
        `serial`, or one of `geo.raster.parallel`; every one gives the same bytes.
    memory_mib : int
        Bound of what four workers hold of windows at a time.
    fewest_cells : int
        No window is smaller than this for the sake of memory; whole blocks are read in any case.
    progress : callable, optional
        Called with windows done and windows in all.

    Returns
    -------
    DataFrame, n_zones rows in the order of `zones`
        `cells`, how many cells the zone is large; `valid_share`, the part of it (0..1) with valid
        cells; then the statistics as float64, NaN where no valid cell is touched.

    Raises
    ------
    CRSMissing, InvalidLayer, InvalidInput
    """
    unknown = [name for name in stats if name not in STATISTICS]
    if unknown:
        raise InvalidInput(
            reason=_SAY["unknown"].format(name=unknown[0], known=", ".join(STATISTICS))
        )
    wanted = Wanted(
        spread="variance" in stats,
        extremes=bool({"min", "max"} & set(stats)),
        quantiles=tuple(quantiles),
    )
    plan = _plan(zones, source, weights, wanted, memory_mib, fewest_cells)
    found = merge(_run(plan, engine, progress))
    sums = _Sums(found.rows, plan.outlines)
    columns = sums.coverage() | {name: sums.statistic(name) for name in stats}
    if weights is not None:
        columns |= sums.weighted()
    columns |= _quantile_columns(found, plan)
    return pd.DataFrame(columns, index=zones.index)


def zonal_class_shares(
    zones: gpd.GeoDataFrame,
    source: RasterSource,
    *,
    engine: Engine = serial,
    memory_mib: int = 512,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Share of each zone's valid area by class, for a raster of whole numbers.

    Returns
    -------
    DataFrame, n_zones rows in the order of `zones`
        `cells` and `valid_share` as in `zonal_statistics`, then one column for every class (an int)
        that occurs in any zone: shares 0..1 that sum to 1, NaN without a valid cell.

    Raises
    ------
    CRSMissing, InvalidLayer
    InvalidInput
        For a raster of fractional numbers.
    """
    if source.dtype.kind not in "iub":
        raise InvalidInput(reason=_SAY["no_classes"].format(dtype=source.dtype))
    plan = _plan(zones, source, None, Wanted(classes=True), memory_mib, FEWEST_CELLS)
    found = merge(_run(plan, engine, progress))
    sums = _Sums(found.rows, plan.outlines)
    columns: dict[Any, Array] = dict(sums.coverage())
    for value in np.unique(found.classes["value"]):
        lines = found.classes["value"] == value
        area = _by_zone(found.classes["zone"][lines], found.classes["area"][lines], len(zones))
        columns[int(value)] = _ratio(area, sums.weight)
    return pd.DataFrame(columns, index=zones.index)


def merge(partials: Iterable[Partial]) -> Partial:
    """One partial of many: the same bytes whatever their order."""
    parts = list(partials)
    return Partial(
        rows=_joined([p.rows for p in parts], ("window", "zone")),
        classes=_joined([p.classes for p in parts], ("value", "window", "zone")),
        samples=dict(sorted((k, v) for p in parts for k, v in p.samples.items())),
        quantiles=dict(sorted((k, v) for p in parts for k, v in p.quantiles.items())),
    )


def _joined(
    tables: Sequence[dict[str, npt.NDArray[Any]]], keys: Sequence[str]
) -> dict[str, npt.NDArray[Any]]:
    filled = [table for table in tables if table]
    if not filled:  # no zone meets the raster
        return {key: np.zeros(0, dtype=np.int64) for key in keys} | {
            name: np.zeros(0) for name in _COLUMNS
        }
    joined = {name: np.concatenate([table[name] for table in filled]) for name in filled[0]}
    order = np.lexsort([joined[key] for key in keys])
    return {name: column[order] for name, column in joined.items()}


def _run(plan: Plan, engine: Engine, progress: Progress | None) -> Iterator[Partial]:
    n_windows = len(plan.windows)
    for done, part in enumerate(engine(plan, range(n_windows)), start=1):
        if progress is not None:
            progress(done, n_windows)
        yield part


def _plan(
    zones: gpd.GeoDataFrame,
    source: RasterSource,
    weights: RasterSource | None,
    wanted: Wanted,
    memory_mib: int,
    fewest_cells: int,
) -> Plan:
    grid = source.grid
    if weights is not None and (
        weights.grid.transform != grid.transform
        or not same_crs(parse_crs(weights.grid.crs), parse_crs(grid.crs))
        or (weights.grid.height, weights.grid.width) != (grid.height, grid.width)
    ):
        raise InvalidInput(reason=_SAY["other_grid"])
    found = outlines(zones, grid)
    cells = (memory_mib << 20) // (4 * _BYTES_PER_CELL)
    most = min(max(cells, fewest_cells), _MOST_CELLS)
    return Plan(found, source, weights, _windows(source, found, most), wanted)


def _windows(source: RasterSource, found: ZoneEdges, most_cells: int) -> tuple[Window, ...]:
    """Windows of whole blocks, about twice as wide as high, that a zone's bounding box meets."""
    grid, (block_height, block_width) = source.grid, source.block
    block_height, block_width = min(block_height, grid.height), min(block_width, grid.width)
    rows = max(1, int(np.sqrt(most_cells / 2)) // block_height) * block_height
    columns = max(1, most_cells // rows // block_width) * block_width
    taken = np.zeros((-(-grid.height // rows), -(-grid.width // columns)), dtype=bool)
    for left, top, right, bottom in _spans(found, grid.height, grid.width):
        taken[top // rows : bottom // rows + 1, left // columns : right // columns + 1] = True
    corners = (np.argwhere(taken) * (rows, columns)).tolist()
    return tuple(
        Window(row, col, min(rows, grid.height - row), min(columns, grid.width - col))
        for row, col in corners
    )


def _spans(found: ZoneEdges, height: int, width: int) -> Integers:
    """First and last column and row that each zone's box touches on the raster."""
    left, top, right, bottom = found.bounds.T
    with np.errstate(invalid="ignore"):
        on_raster = (right > 0) & (bottom > 0) & (left < width) & (top < height)
    limits = np.array([width - 1, height - 1, width - 1, height - 1])
    boxes = found.bounds[on_raster]
    cells = np.column_stack([np.floor(boxes[:, :2]), np.ceil(boxes[:, 2:]) - 1])
    return np.unique(np.clip(cells, 0, limits).astype(np.int64), axis=0)


class _Sums:
    """The merged rows of a plan, summed up by zone."""

    def __init__(self, rows: dict[str, npt.NDArray[Any]], found: ZoneEdges) -> None:
        self._rows, self._cells = rows, found.area_cells
        self.weight = self._sum("weight")

    def coverage(self) -> dict[str, Array]:
        share = np.where(np.isnan(self._cells), np.nan, _ratio(self.weight, self._cells))
        return {"cells": self._cells, "valid_share": np.clip(share, 0.0, 1.0)}

    def statistic(self, name: str) -> Array:
        if name == "count":
            return np.where(np.isnan(self._cells), np.nan, self.weight)
        if name in ("min", "max"):
            return self._extreme(name)
        if name == "variance":
            return self._variance()
        total = np.where(self.weight > 0, self._sum("total"), np.nan)
        return total if name == "sum" else _ratio(total, self.weight)

    def weighted(self) -> dict[str, Array]:
        weight, total = self._sum("weighted_weight"), self._sum("weighted_total")
        return {
            "weighted_sum": np.where(self.weight > 0, total, np.nan),
            "weighted_mean": _ratio(total, weight),
        }

    def _sum(self, name: str) -> Array:
        return _by_zone(self._rows["zone"], self._rows[name], len(self._cells))

    def _extreme(self, name: str) -> Array:
        ufunc, column, start = (
            (np.minimum, "low", np.inf) if name == "min" else (np.maximum, "high", -np.inf)
        )
        found = np.full(len(self._cells), start)
        ufunc.at(found, self._rows["zone"], self._rows[column])
        return np.where(np.isfinite(found), found, np.nan)

    def _variance(self) -> Array:
        # Chan, Golub & LeVeque (1983): the parts' own spreads and that of their means.
        zone, weight = self._rows["zone"], self._rows["weight"]
        mean = _ratio(self._sum("total"), self.weight)
        apart = self._rows["total"] / weight - mean[zone]
        spread = self._rows["spread"] + weight * apart * apart
        return _ratio(_by_zone(zone, spread, len(self._cells)), self.weight)


def _quantile_columns(found: Partial, plan: Plan) -> dict[str, Array]:
    wanted = plan.wanted.quantiles
    if not wanted:
        return {}
    table = np.full((len(plan.outlines.area_cells), len(wanted)), np.nan)
    for zone, values in found.quantiles.items():
        table[zone] = values
    pieces: dict[int, list[tuple[Cells, Cells, Array]]] = {}
    for (zone, _), sample in found.samples.items():
        pieces.setdefault(zone, []).append(sample)
    for zone, parts in pieces.items():
        whole, partly, shares = (np.concatenate(column) for column in zip(*parts, strict=True))
        table[zone] = zonal_tallies.weighted_quantiles(whole, partly, shares, wanted)
    return {f"q{q:g}": table[:, i] for i, q in enumerate(wanted)}


def _by_zone(zone: Integers, values: Array, n_zones: int) -> Array:
    found: Array = np.zeros(n_zones)
    found += np.bincount(zone, weights=values, minlength=n_zones)
    return found


def _ratio(numerator: Array, denominator: Array) -> Array:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(denominator > 0, numerator / denominator, np.nan)
