"""From a file of roads, rivers, towns or services to the distance raster that models read.

The file is read as an upload is, in the confined process of `geo/ingest/sandbox.py`, and its place is
checked against the regencies. Features beyond the province count: the nearest road may be there.
"""

import math
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from affine import Affine

from geo.crs import to_lonlat
from geo.errors import InvalidInput, UploadRejected
from geo.ingest.findings import Severity
from geo.ingest.source import Limits
from geo.land.fit import ANY, Fitness
from geo.language import Text, as_written, filled, joined, texts
from geo.planning.publish_land import add_land
from geo.published import layer
from geo.published import region as planning_region
from geo.raster.distance import DistanceSource
from geo.raster.files import write_cog
from geo.raster.grid import Grid, Window
from geo.store.store import Store, Version
from geo.validation.placement import place_layer
from geo.validation.upload import DEFAULT_LIMITS, clean_name, ingest_upload
from geo.vector.planning_region import PlanningRegion
from geo.vector.schema import LayerSchema

_SAY = texts(__name__)

_SUFFIX = "_distance_m"
_LINES = frozenset({"LineString", "MultiLineString"})
_ANY = _LINES | {"Point", "MultiPoint", "Polygon", "MultiPolygon"}
# A road is no area: a polygon layer handed in as roads is a mistake, such as the regencies.
_TYPES = {"road_distance_m": _LINES, "river_distance_m": _ANY - {"Point", "MultiPoint"}}
# A zone may reach a little over the simplified boundaries.
_MARGIN_M = 5_000.0
_CELL_M = (5.0, 5_000.0)
_TOLD = 3


def add_distance(
    store: Store,
    path: Path,
    *,
    name: str,
    source: str,
    licence: str,
    cell_m: float = 100.0,
    year: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    layer_name: str | None = None,
    repair: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    progress: Callable[[int, int], None] | None = None,
    tell: Callable[[Text], None] | None = None,
) -> Version:
    """Make the distance to a file's features the current land raster `name`.

    Parameters
    ----------
    path : Path
        Zipped Shapefile, GeoPackage, GeoJSON or KML.
    name : str
        `road_distance_m`, or another name that ends in `_distance_m`.
    cell_m : float
        Side of the raster's cells. Distances are those of their centres, so a road is seen as
        about half of this away even where it crosses.
    crs, encoding, layer_name : str, optional
        As in `geo.validation.upload.ingest_upload`.
    repair : bool
        Whether invalid polygons are mended instead of refused.
    progress : callable, optional
        Called with blocks done and blocks in all.
    tell : callable, optional
        Called with every warning about the file, such as rows without a geometry.

    Raises
    ------
    InvalidInput
        For a name or cell size that cannot be.
    UploadRejected, UploadTooLarge, UploadUnsupported
        When the file cannot be read, has no features or the wrong ones, or lies elsewhere.
    RasterRefused
        See `geo.planning.publish_land.add_land`. Nothing has changed after any of these.
    """
    _require_distance(name, cell_m)
    region, planning = layer(store, "regencies"), planning_region(store)
    features, warnings = read_features(
        path,
        name=name,
        crs=crs,
        encoding=encoding,
        layer=layer_name,
        repair=repair,
        limits=limits,
    )
    if tell is not None:
        for warning in warnings:
            tell(warning)
    _require_place(features, region, planning)

    surface = DistanceSource(features, province_grid(region, planning.metric_crs, cell_m=cell_m))

    def cells(window: Window) -> Any:
        return surface.read(window)[0].astype(np.float32)

    with tempfile.TemporaryDirectory(prefix="kawasan-distance-") as folder:
        raster = Path(folder) / f"{clean_name(path.name)}.tif"
        write_cog(raster, surface.grid, cells, dtype="float32", nodata=np.nan, progress=progress)
        why = filled(_SAY["measured"], file=path.name, cell=as_written(cell_m))
        return add_land(
            store,
            raster,
            name=name,
            source=source,
            licence=licence,
            unit="m",
            year=year,
            fitness=Fitness(fit=((ANY, why),)),
        )


def read_features(
    path: Path,
    *,
    name: str,
    crs: str | None = None,
    encoding: str | None = None,
    layer: str | None = None,
    repair: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[gpd.GeoDataFrame, list[Text]]:
    """The geometries of a file, read confined and checked one by one.

    Returns
    -------
    features : GeoDataFrame, (n,)
        Valid geometries of the types that `name` takes, in the file's CRS; n > 0. Rows without a
        geometry are left out.
    warnings : list of Text
        What is to be told of the file, such as how many rows were left out.

    Raises
    ------
    UploadRejected, UploadTooLarge, UploadUnsupported
        With the first faults that were found.
    """
    result = ingest_upload(
        path,
        filename=path.name,
        schema=_schema(name),
        crs_override=crs,
        encoding=encoding,
        layer=layer,
        limits=limits,
        corrections={"make_valid": repair},
    )
    if result.frame is None:
        raise _rejected(result.report)
    features = gpd.GeoDataFrame(geometry=result.frame.geometry.array)
    present = features[features.geometry.notna() & ~features.geometry.is_empty]
    return present.reset_index(drop=True), _told(result.report, "warning")


def province_grid(region: gpd.GeoDataFrame, crs: str, *, cell_m: float) -> Grid:
    """The square cells, in a CRS of metres, of a region and a margin; edges at multiples of a cell."""
    west, south, east, north = region.to_crs(crs).total_bounds
    left, top = (math.floor((west - _MARGIN_M) / cell_m), math.ceil((north + _MARGIN_M) / cell_m))
    right, bottom = (
        math.ceil((east + _MARGIN_M) / cell_m),
        math.floor((south - _MARGIN_M) / cell_m),
    )
    transform = Affine(cell_m, 0, left * cell_m, 0, -cell_m, top * cell_m)
    return Grid(pyproj.CRS(crs).to_wkt(), transform, right - left, top - bottom)


def _schema(name: str) -> LayerSchema:
    title = Text(id=name, en=name)
    # Roads have no key of their own: a feature is known by its geometry, whatever its attributes.
    return LayerSchema(
        layer=name,
        title=title,
        description=title,
        key="geometry",
        geometry_types=_TYPES.get(name, _ANY),
        fields=(),
    )


def _require_distance(name: str, cell_m: float) -> None:
    if not name.endswith(_SUFFIX):
        raise InvalidInput(reason=_SAY["bad_name"].format(name=name))
    low, high = _CELL_M
    if not low <= cell_m <= high:
        raise InvalidInput(
            reason=_SAY["bad_cell"].format(cell=f"{cell_m:g}", low=f"{low:g}", high=f"{high:g}")
        )


def _require_place(
    features: gpd.GeoDataFrame, region: gpd.GeoDataFrame, planning: PlanningRegion
) -> None:
    errors = [
        found
        for found in place_layer(features, region=region, planning=planning)
        if found.severity == "error"
    ]
    if errors:
        raise UploadRejected(reason=errors[0].sentence)
    province = shapely.box(*to_lonlat(region).total_bounds)
    if len(to_lonlat(features).sindex.query(province, predicate="intersects")) == 0:
        raise UploadRejected(reason=_SAY["none_here"])


def _rejected(report: dict[str, Any]) -> UploadRejected:
    """The first errors of a report as one sentence, how many more there are, and its warnings."""
    errors, warnings = _told(report, "error"), _told(report, "warning")
    more = report["errors"] - len(errors[:_TOLD])
    reason = Text(
        id=" ".join(text.id for text in errors[:_TOLD]) + (f" (+{more} kesalahan)" if more else ""),
        en=" ".join(text.en for text in errors[:_TOLD]) + (f" (+{more} errors)" if more else ""),
    )
    reason = joined([reason, *warnings[:_TOLD]], by=" ")
    return UploadRejected(reason=reason, counts=report["counts"])


def _told(report: dict[str, Any], severity: Severity) -> list[Text]:
    """The sentences of a report of that severity."""
    return [Text(**f["sentence"]) for f in report["findings"] if f["severity"] == severity]
