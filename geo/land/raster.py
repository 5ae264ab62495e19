"""Land rasters: what they are and how they are kept.

A land raster is one band over the province, registered under a name that models read (for example
`slope_percent`). It is kept as a Cloud-Optimised GeoTIFF; its cells are never resampled.

A file is opened by the GeoTIFF driver only and alone: no file beside it (.aux.xml, .ovr, .msk, .tfw)
is read. Whether it can serve is asked in `geo/land/checks.py`.
"""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from rasterio._err import CPLE_BaseError
from rasterio.warp import transform_bounds

from geo.crs import distance_m
from geo.errors import RasterRefused
from geo.language import texts

_SAY = texts(__name__)

# Names that the shipped models and maps know, and the unit that they expect.
KNOWN_RASTERS: Mapping[str, str] = {
    "landcover": "IGBP class",
    "landmask": "1 land, 0 sea",
    "elevation": "m",
    "elevation_coarse": "m",
    "slope_percent": "%",
    "relief_m": "m",
    "hillshade": "0 dark, 255 bright",
    "wetness": "ln m",
    "height_above_drainage_m": "m",
    "road_distance_m": "m",
    "forest_estate": "1 inside, 0 outside",
    "peat_depth_m": "m",
}
ELEVATION = "elevation"

_LOCKED = {"GDAL_PAM_ENABLED": "NO", "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR"}


@contextmanager
def open_raster(path: Path) -> Iterator[rasterio.DatasetReader]:
    """A raster, opened by the GeoTIFF driver only and without any file beside it.

    Raises
    ------
    RasterRefused
        When it is no readable GeoTIFF.
    """
    with rasterio.Env(**_LOCKED):
        try:
            with warnings.catch_warnings():
                # A raster without position is refused by name where position matters.
                warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
                raster = rasterio.open(path, driver="GTiff")
        except rasterio.errors.RasterioIOError as error:
            raise RasterRefused(
                reason=_SAY["unreadable"].format(path=path.name, error=error)
            ) from error
        with raster:
            yield raster


def raster_facts(path: Path) -> dict[str, Any]:
    """CRS, size, cell size in metres, data type, nodata and bounds (lon/lat) of a raster, as JSON types."""
    with open_raster(path) as raster:
        west, south, east, north = transform_bounds(raster.crs, "OGC:CRS84", *raster.bounds)
        lon, lat = (west + east) / 2, (south + north) / 2
        nodata = None if raster.nodata is None else float(raster.nodata)
        return {
            "crs": raster.crs.to_string(),
            "width": raster.width,
            "height": raster.height,
            "dtype": str(raster.dtypes[0]),
            "nodata": None if nodata is None or np.isnan(nodata) else nodata,
            "bounds": [west, south, east, north],
            "cell_width_m": distance_m(west, lat, east, lat) / raster.width,
            "cell_height_m": distance_m(lon, south, lon, north) / raster.height,
        }


def write_cloud_optimised(path: Path, target: Path) -> None:
    """Write the raster at `path` as a Cloud-Optimised GeoTIFF with the same cells to `target`.

    Raises
    ------
    RasterRefused
        When its cells cannot all be read.
    """
    with open_raster(path) as raster:
        try:
            rasterio.shutil.copy(
                raster,
                target,
                driver="COG",
                compress="deflate",
                overview_resampling="nearest",
                num_threads="1",
                bigtiff="if_safer",
            )
        except (CPLE_BaseError, rasterio.errors.RasterioError) as error:
            raise cut_off(path, error) from error


def cut_off(path: Path, error: Exception) -> RasterRefused:
    """The refusal of a raster whose cells cannot all be read."""
    return RasterRefused(reason=_SAY["cut_off"].format(path=path.name, error=error))
