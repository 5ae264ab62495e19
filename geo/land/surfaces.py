"""The suitability surface of what is published, prepared once and kept, and the sites in it.

A surface is decided by the versions of the model, the regencies and the rasters that go into it, so
it is kept under a name that carries their hashes and the edition of this program. It is made when it
is first asked for; meanwhile others are told to come back.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo import published
from geo.errors import LayerNotFound, SurfaceNotFound, SurfaceNotReady, ZoneNotFound
from geo.land.fit import fitness_of
from geo.land.raster import named_classes
from geo.land.settlement import (
    AREA_PER_HOUSEHOLD_HA,
    HOUSEHOLDS,
    MAX_ROAD_DISTANCE_M,
    MIN_COMPACTNESS,
    MIN_SUITABILITY,
)
from geo.land.site_notes import (
    SiteNeed,
    Status,
    is_place_known,
    site_doubt,
    site_notes,
    site_status,
    site_summary,
)
from geo.land.sites import SiteSearch, candidate_sites
from geo.land.suitability import (
    Evaluated,
    Surface,
    SurfacePlan,
    SurfaceReport,
    class_rasters,
    evaluate,
    nearest_by_blocks,
    plan_surface,
    window_of,
)
from geo.language import Text
from geo.mcda.model import Model
from geo.raster.files import RasterFile, write_cog
from geo.raster.grid import Grid, Window, blocks
from geo.source_digest import source_digest
from geo.store.snapshots import reading, require_space
from geo.store.store import Store
from geo.store.versions import Published, Version

SLOPE, ROAD = "slope_percent", "road_distance_m"
_PREFIX = "suitability-"
# Two files a surface; older ones are those of versions that are no longer current.
_MOST_KEPT = 8
# Cells on a side that are evaluated at once.
_BLOCK = 512
_building = threading.Lock()


@dataclass(frozen=True, slots=True, eq=False)
class KeptSurface:
    """A suitability surface in the store: its COG, the hash of all that went in, what it came to.

    `sources` says of each raster where it comes from, with its licence.
    """

    path: Path
    key: str
    report: SurfaceReport
    sources: tuple[Text, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ZoneSites:
    """Candidate sites of one zone, the surface that they come from, and what a reader must know.

    `status` says whether the search could answer, `summary` what was sought, found, hinders and would
    help; `place_is_known` is false where the zone is drawn without its place being known.
    """

    zone: str
    name: str
    status: Status
    place_is_known: bool
    search: SiteSearch
    surface: KeptSurface
    summary: tuple[Text, ...]
    notes: tuple[Text, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Inputs:
    key: str
    model: Model
    regencies: Version
    rasters: Mapping[str, Version]

    @property
    def sources(self) -> tuple[Text, ...]:
        """Where each raster comes from."""
        return tuple(
            Text(*(f"{name}: {credit}" for credit in version.credit))
            for name, version in self.rasters.items()
        )


def surface_key(store: Store | Published, model_id: str = published.DEFAULT_MODEL) -> str | None:
    """What decides a model's surface now, without making it; None when it cannot have one.

    Raises
    ------
    ModelNotFound
    """
    try:
        return require_surface_key(store, model_id)
    except SurfaceNotFound:
        return None


def require_surface_key(store: Store | Published, model_id: str = published.DEFAULT_MODEL) -> str:
    """See `surface_key`; `SurfaceNotFound` when the model cannot have one."""
    inputs = _inputs(store.current(), model_id)
    _plan(inputs)
    return inputs.key


def surface_sources(store: Store | Published, model_id: str) -> tuple[Text, ...]:
    """Where each raster that a model's surface reads comes from, with its licence."""
    return _inputs(store.current(), model_id).sources


def region_bounds(store: Store | Published) -> list[float]:
    """West, south, east, north of the regencies: a surface reaches no further."""
    return [float(edge) for edge in published.layer(store, "regencies").total_bounds]


def surface(
    store: Store,
    model_id: str = published.DEFAULT_MODEL,
    *,
    now: Published | None = None,
    patience_s: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> KeptSurface:
    """A model's suitability surface, made now when it is not kept.

    Parameters
    ----------
    now : Published, optional
        The versions that count; the current ones by default.
    patience_s : float, optional
        How long to wait while another thread makes one; without it, until it is done.
    progress : callable, optional
        Called with blocks done and blocks in all.

    Raises
    ------
    ModelNotFound, SurfaceNotFound, SurfaceNotReady, StoreFault
    """
    inputs = _inputs(now or store.current(), model_id)
    plan = _plan(inputs)
    path = store.prepared_path(f"{_PREFIX}{inputs.key}.tif")
    facts = path.with_suffix(".json")
    if not (path.exists() and facts.exists()):
        with _one_at_a_time(patience_s):
            if not (path.exists() and facts.exists()):
                counts = _make(store, inputs, plan, path, progress)
                store.write_prepared(facts.name, json.dumps(counts).encode())
                store.prune_prepared(_PREFIX, most=_MOST_KEPT)
    grids = {name: _grid_of(inputs.rasters[name].path) for name in plan.rasters}
    counts = json.loads(facts.read_text("utf-8"))
    report = SurfaceReport(plan=plan, cell_sizes_m=_cell_sizes(grids), **counts)
    return KeptSurface(path, inputs.key, report, inputs.sources)


def land_raster(store: Store | Published, name: str) -> Version:
    """The current version of a land raster; `LayerNotFound` names those that there are."""
    now = store.current()
    if name not in (known := land_raster_names(now)):
        raise LayerNotFound(name, available=known)
    return now.version(published.LAND_PREFIX + name)


def land_raster_names(now: Published) -> list[str]:
    """The names of the land rasters that there are."""
    return [dataset.removeprefix(published.LAND_PREFIX) for dataset in now.datasets("raster")]


def is_of_classes(store: Store | Published, name: str) -> bool:
    """Whether a land raster's numbers name classes, as it says itself or any published model reads it."""
    now = store.current()
    return bool(named_classes(land_raster(now, name).details)) or any(
        name in class_rasters(published.model(now, m)) for m in published.models(now)
    )


def zone_sites(
    store: Store,
    zone: str,
    model_id: str = published.DEFAULT_MODEL,
    *,
    now: Published | None = None,
    layer: str = published.DEFAULT_LAYER,
    households: int = HOUSEHOLDS,
    area_per_household_ha: float = AREA_PER_HOUSEHOLD_HA,
    min_suitability: float = MIN_SUITABILITY,
    max_road_distance_m: float = MAX_ROAD_DISTANCE_M,
    min_compactness: float = MIN_COMPACTNESS,
    patience_s: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ZoneSites:
    """Where inside a zone the next settlement unit could go; see `geo.land.sites.candidate_sites`.

    Raises
    ------
    ZoneNotFound, ModelNotFound, LayerNotFound, SurfaceNotFound, SurfaceNotReady, InvalidInput
    """
    now = now or store.current()
    zones = published.layer(now, layer)
    if zone not in zones.index:
        raise ZoneNotFound(zone, available=[str(area_id) for area_id in zones.index])
    chosen = zones.loc[[zone]]
    kept = surface(store, model_id, now=now, patience_s=patience_s, progress=progress)
    grid = _grid_of(kept.path)
    window = _window_of(chosen, grid)
    known = {
        name: _on_grid(now.version(published.LAND_PREFIX + name).path, grid, window)
        if published.LAND_PREFIX + name in now.datasets("raster")
        else None
        for name in (SLOPE, ROAD)
    }
    need = SiteNeed(households, area_per_household_ha, min_suitability)
    search = candidate_sites(
        _on_grid(kept.path, grid, window),
        grid.part(window),
        chosen,
        households=households,
        area_per_household_ha=area_per_household_ha,
        min_suitability=min_suitability,
        min_compactness=min_compactness,
        max_road_distance_m=max_road_distance_m,
        road_distance_m=known[ROAD],
        slope_percent=known[SLOPE],
    )
    report = _report_in(_inputs(now, model_id), kept.report, chosen)
    why_not = site_status(chosen, report.plan, report.cell_sizes_m, need)
    if why_not is not None:
        search = replace(search, sites=search.sites.iloc[:0], dropped={})
    status = why_not or ("none" if search.sites.empty else "found")
    return ZoneSites(
        zone,
        str(chosen["name"].iloc[0]),
        status,
        is_place_known(chosen),
        search,
        kept,
        summary=site_summary(report, search, need, status),
        notes=site_notes(
            chosen, report, unread=[name for name, values in known.items() if values is None]
        ),
    )


def site_doubts(
    now: Published, model_id: str, *, layer: str = published.DEFAULT_LAYER
) -> dict[str, Text]:
    """By zone, why the search for sites is no main thing to do there; nothing for one where it is.

    By cell sizes and outlines alone: no raster is read.

    Raises
    ------
    ModelNotFound, LayerNotFound, SurfaceNotFound
    """
    inputs = _inputs(now, model_id)
    plan = _plan(inputs)
    sizes = _cell_sizes({name: _grid_of(inputs.rasters[name].path) for name in plan.rasters})
    need = SiteNeed(HOUSEHOLDS, AREA_PER_HOUSEHOLD_HA, MIN_SUITABILITY)
    zones = published.layer(now, layer)
    each = {str(name): zones.loc[[name]] for name in zones.index}
    doubts = {
        name: site_doubt(one, site_status(one, plan, sizes, need)) for name, one in each.items()
    }
    return {name: doubt for name, doubt in doubts.items() if doubt is not None}


def _report_in(inputs: _Inputs, report: SurfaceReport, zone: gpd.GeoDataFrame) -> SurfaceReport:
    """The report with its counts taken in one zone, by cell centres."""
    plan = report.plan
    whole = _grid_of(inputs.rasters[plan.reference].path)
    shape = zone.geometry.to_crs(whole.crs).iloc[0]
    place = None if shape is None or shape.area == 0 else window_of(shape, whole)
    if place is None:
        return replace(report, **_counts((), plan))
    with _sources(inputs, plan) as sources:
        counted = [
            evaluate(
                part._replace(row=part.row + place.row, col=part.col + place.col),
                plan=plan,
                sources=sources,
                land=shape,
            )
            for part in blocks(whole.part(place), _BLOCK, _BLOCK)
        ]
    return replace(report, **_counts(counted, plan))


@contextmanager
def _one_at_a_time(patience_s: float | None) -> Iterator[None]:
    """One surface is made at a time in a process; two workers may make the same bytes twice."""
    if not _building.acquire(timeout=-1 if patience_s is None else patience_s):
        raise SurfaceNotReady
    try:
        yield
    finally:
        _building.release()


def _inputs(now: Published, model_id: str) -> _Inputs:
    chosen = published.model(now, model_id)
    regencies = now.version("regencies", "layer")
    available = set(now.datasets("raster"))
    rasters = {
        name: now.version(published.LAND_PREFIX + name)
        for name in chosen.rasters()
        if published.LAND_PREFIX + name in available
    }
    parts = {
        "edition": source_digest("geo"),
        "model": now.version(published.MODEL_PREFIX + model_id).sha256,
        "regencies": regencies.sha256,
        "rasters": {
            name: (version.sha256, fitness_of(version.details).as_details())
            for name, version in rasters.items()
        },
    }
    key = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return _Inputs(key, chosen, regencies, rasters)


def _plan(inputs: _Inputs) -> SurfacePlan:
    return plan_surface(
        inputs.model,
        {name: _grid_of(version.path) for name, version in inputs.rasters.items()},
        fitness={name: fitness_of(version.details) for name, version in inputs.rasters.items()},
    )


@published.kept_by_content(maxsize=32)
def _grid_of(path: Path) -> Grid:
    with closing(RasterFile(path)) as file:
        return file.grid


def _cell_sizes(grids: Mapping[str, Grid]) -> dict[str, tuple[float, float]]:
    sizes = {
        name: grid.cell_size_m(Window(grid.height // 2, 0, 1, 1)) for name, grid in grids.items()
    }
    return {name: (float(width[0]), float(height[0])) for name, (width, height) in sizes.items()}


def _make(
    store: Store,
    inputs: _Inputs,
    plan: SurfacePlan,
    path: Path,
    progress: Callable[[int, int], None] | None,
) -> dict[str, object]:
    """Write the surface over the regencies' bounds; what was counted on the way."""
    whole = _grid_of(inputs.rasters[plan.reference].path)
    with reading(inputs.regencies.path):
        regencies = gpd.read_parquet(inputs.regencies.path)
    land = shapely.union_all(regencies.geometry.to_crs(whole.crs))
    place = window_of(land, whole) or Window(0, 0, 1, 1)
    require_space(store.folder, 4 * place.height * place.width)
    counted: list[Evaluated] = []

    def make(window: Window) -> Surface:
        shifted = window._replace(row=window.row + place.row, col=window.col + place.col)
        found = evaluate(shifted, plan=plan, sources=sources, land=land)
        counted.append(Evaluated(np.zeros(0, "float32"), found.land, found.excluded, found.unknown))
        return found.values

    with _sources(inputs, plan) as sources:
        write_cog(
            path, whole.part(place), make, dtype="float32", nodata=float("nan"), progress=progress
        )
    return _counts(counted, plan)


@contextmanager
def _sources(inputs: _Inputs, plan: SurfacePlan) -> Iterator[dict[str, RasterFile]]:
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(closing(RasterFile(inputs.rasters[name].path)))
            for name in plan.rasters
        }


def _counts(counted: Sequence[Evaluated], plan: SurfacePlan) -> dict[str, Any]:
    """How many land cells there are, and shares of them that are excluded or unknown, as JSON types."""
    cells = sum(each.land for each in counted)
    barred = [c.id for c in plan.constraints]
    asked = [*(c.id for c in plan.criteria), *barred]
    excluded = {name: sum(e.excluded.get(name, 0) for e in counted) for name in barred}
    unknown = {name: sum(e.unknown.get(name, 0) for e in counted) for name in asked}
    return {
        "land_cells": cells,
        "excluded": {name: count / max(cells, 1) for name, count in excluded.items()},
        "unknown": {name: count / max(cells, 1) for name, count in unknown.items()},
    }


def _window_of(zone: gpd.GeoDataFrame, grid: Grid) -> Window:
    """The zone's window of a grid; one cell for a zone off the grid or without an area."""
    shape = zone.geometry.to_crs(grid.crs).iloc[0]
    found = None if shape is None else window_of(shape, grid)
    return found or Window(0, 0, 1, 1)


def _on_grid(path: Path, grid: Grid, window: Window) -> Surface:
    with closing(RasterFile(path)) as source:
        return nearest_by_blocks(source, grid, window)
