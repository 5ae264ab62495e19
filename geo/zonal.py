"""Pure. Statistics of raster cells inside zones, weighted by the share of each cell that a zone covers.

The engine is the `exactextract` package. Zones are moved to the raster's CRS; the raster is never
resampled. Zones that have no area (points, missing geometry) have no statistics: NaN.
"""

from collections.abc import Sequence
from typing import Any

import exactextract
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import rasterio
import shapely

from geo.crs import require_crs

_POLYGONS = ("Polygon", "MultiPolygon")


def zonal_mean(zones: gpd.GeoDataFrame, raster: rasterio.DatasetReader) -> pd.DataFrame:
    """Mean of the first band inside each zone.

    Returns
    -------
    DataFrame, n_zones rows in the order of `zones`
        `mean` in the raster's unit; `cells`, how many cells the zone is large; `valid_share`, the
        part of the zone (0..1) with valid cells. NaN mean where no valid cell is touched.

    Raises
    ------
    CRSMissing
        When the zones have no CRS.
    """
    found = _extract(zones, raster, ["mean", "count"])
    return _with_shares(zones, raster, found["count"]).assign(mean=found["mean"])


def zonal_class_shares(
    zones: gpd.GeoDataFrame, raster: rasterio.DatasetReader, *, classes: Sequence[int]
) -> pd.DataFrame:
    """Share of each zone's valid area whose cell value is one of `classes`.

    Returns
    -------
    DataFrame, n_zones rows in the order of `zones`
        `share` (0..1), `cells`, `valid_share` as in `zonal_mean`; NaN share without a valid cell.
    """
    wanted = np.asarray(classes)
    return _share_where(zones, raster, lambda values: np.isin(values, wanted))


def zonal_share_above(
    zones: gpd.GeoDataFrame, raster: rasterio.DatasetReader, *, threshold: float
) -> pd.DataFrame:
    """Share of each zone's valid area whose cell value is above `threshold`; columns as in `zonal_class_shares`."""
    return _share_where(zones, raster, lambda values: values > threshold)


def _share_where(
    zones: gpd.GeoDataFrame, raster: rasterio.DatasetReader, test: Any
) -> pd.DataFrame:
    def covered(values: np.ma.MaskedArray[Any, Any], coverage: npt.NDArray[np.float64]) -> float:
        valid = ~np.ma.getmaskarray(values)
        return float(coverage[valid & test(np.ma.getdata(values))].sum())

    found = _extract(zones, raster, ["count", covered])
    share = found["covered"] / found["count"].where(found["count"] > 0)
    return _with_shares(zones, raster, found["count"]).assign(share=share)


def _extract(
    zones: gpd.GeoDataFrame, raster: rasterio.DatasetReader, operations: list[Any]
) -> pd.DataFrame:
    names = [op if isinstance(op, str) else op.__name__ for op in operations]
    on_grid = _polygons_on_grid(zones, raster)
    found = pd.DataFrame(np.nan, index=zones.index, columns=names, dtype=np.float64)
    if len(on_grid):
        rows = exactextract.exact_extract(
            raster, on_grid, operations, output="pandas", include_cols=["position"]
        )
        found.iloc[rows["position"].to_numpy()] = rows[names].to_numpy(dtype=np.float64)
    return found


def _polygons_on_grid(zones: gpd.GeoDataFrame, raster: rasterio.DatasetReader) -> gpd.GeoDataFrame:
    require_crs(zones, subject="zones")
    frame = gpd.GeoDataFrame(
        {"position": np.arange(len(zones))}, geometry=list(zones.geometry), crs=zones.crs
    )
    frame = frame[frame.geom_type.isin(_POLYGONS)]
    # The raster's own CRS object, so that both sides are the same to the last parameter.
    return frame.to_crs(raster.crs.to_wkt())


def _with_shares(
    zones: gpd.GeoDataFrame, raster: rasterio.DatasetReader, count: pd.Series
) -> pd.DataFrame:
    on_grid = _polygons_on_grid(zones, raster)
    cell = abs(raster.transform.determinant)
    cells = np.full(len(zones), np.nan)
    cells[on_grid["position"].to_numpy()] = shapely.area(on_grid.geometry.to_numpy()) / cell
    with np.errstate(invalid="ignore", divide="ignore"):
        valid_share = np.clip(count.to_numpy() / cells, 0.0, 1.0)
    return pd.DataFrame({"cells": cells, "valid_share": valid_share}, index=zones.index)
