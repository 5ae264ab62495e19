"""I/O. Land rasters: what they are, whether they can serve, and how they are kept.

A land raster is one band over the province, registered under a name that models read (for example
`slope_percent`). It is kept as a Cloud-Optimised GeoTIFF; its cells are never resampled.
"""

import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import rasterio
import rasterio.shutil
import shapely
from rasterio.warp import transform_bounds

from geo.crs import LONLAT, distance_m, parse_crs, same_crs, to_lonlat
from geo.errors import RasterRefused
from geo.language import Text

# Names that the shipped models know, and the unit that they expect.
KNOWN_RASTERS: Mapping[str, str] = {
    "landcover": "IGBP class",
    "landmask": "1 land, 0 sea",
    "elevation_coarse": "m",
    "slope_percent": "%",
    "road_distance_m": "m",
    "forest_estate": "1 inside, 0 outside",
    "peat_depth_m": "m",
}


@contextmanager
def open_raster(path: Path) -> Iterator[rasterio.DatasetReader]:
    """A trusted raster, opened by the GeoTIFF driver only.

    Raises
    ------
    RasterRefused
        When it is no readable GeoTIFF.
    """
    try:
        raster = rasterio.open(path, driver="GTiff")
    except rasterio.errors.RasterioIOError as error:
        raise RasterRefused(reason=_UNREADABLE.format(path=path.name, error=error)) from error
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


def require_land_raster(path: Path, *, name: str, region: gpd.GeoDataFrame) -> None:
    """Check that a raster can serve as land layer `name` for `region`.

    Raises
    ------
    RasterRefused
        Unreadable, not one band, without CRS or position, not covering the region, without a valid
        cell inside it, or with values that its name forbids.
    """
    with open_raster(path) as raster:
        _require_one_band(raster)
        _require_position(raster)
        window = _region_window(raster, region)
        values = raster.read(1, window=window, masked=True)
        if values.count() == 0:
            raise RasterRefused(reason=_EMPTY.format(path=path.name))
        _require_sense(name, values)


def cloud_optimised(path: Path) -> bytes:
    """The raster as a Cloud-Optimised GeoTIFF with the same cells."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "land.tif"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            rasterio.shutil.copy(
                path,
                target,
                driver="COG",
                compress="deflate",
                overview_resampling="nearest",
                num_threads="1",
            )
        return target.read_bytes()


def _require_one_band(raster: rasterio.DatasetReader) -> None:
    if raster.count != 1:
        raise RasterRefused(reason=_BANDS.format(count=raster.count), bands=raster.count)


def _require_position(raster: rasterio.DatasetReader) -> None:
    if raster.crs is None or raster.transform.is_identity:
        raise RasterRefused(reason=_NO_CRS)


def _region_window(raster: rasterio.DatasetReader, region: gpd.GeoDataFrame) -> Any:
    crs = parse_crs(raster.crs.to_wkt(), subject="raster")
    try:
        outline = to_lonlat(region) if same_crs(crs, LONLAT) else region.to_crs(crs)
    except Exception as error:  # PROJ names its failures by many classes
        raise RasterRefused(reason=_NO_CRS) from error
    wanted = shapely.box(*outline.total_bounds)
    found = shapely.box(*raster.bounds)
    share = wanted.intersection(found).area / wanted.area
    if share < 0.01:
        bounds = [round(b, 3) for b in raster.bounds]
        raise RasterRefused(
            reason=_MISSES.format(
                bounds=bounds,
                crs=raster.crs.to_string(),
                wanted=[round(float(b), 3) for b in outline.total_bounds],
            ),
            bounds=bounds,
        )
    west, south, east, north = wanted.intersection(found).bounds
    return raster.window(west, south, east, north)


def _require_sense(name: str, values: np.ma.MaskedArray[Any, Any]) -> None:
    low, high = float(values.min()), float(values.max())
    limits = {
        "slope_percent": (0.0, 1000.0),
        "road_distance_m": (0.0, 1e7),
        "peat_depth_m": (0.0, 30.0),
        "forest_estate": (0.0, 1.0),
        "landmask": (0.0, 1.0),
        "landcover": (0.0, 255.0),
    }.get(name)
    if limits and not limits[0] <= low <= high <= limits[1]:
        raise RasterRefused(
            reason=_NONSENSE.format(
                name=name,
                low=f"{low:g}",
                high=f"{high:g}",
                min=f"{limits[0]:g}",
                max=f"{limits[1]:g}",
            )
        )


_UNREADABLE = Text(
    id="{path} tidak dapat dibaca sebagai GeoTIFF ({error}).",
    en="{path} cannot be read as a GeoTIFF ({error}).",
)
_BANDS = Text(
    id="Raster ini punya {count} pita; lapisan lahan punya satu. Citra berwarna bukan lapisan lahan: ekspor pita yang dimaksud.",
    en="This raster has {count} bands; a land layer has one. A colour image is no land layer: export the band that is meant.",
)
_NO_CRS = Text(
    id="Raster ini tidak menyebut CRS atau posisinya. Beri georeferensi lebih dahulu, misalnya dengan gdal_translate -a_srs.",
    en="This raster does not say its CRS or position. Georeference it first, for example with gdal_translate -a_srs.",
)
_MISSES = Text(
    id="Raster ini berada di {bounds} ({crs}) dan tidak menyentuh provinsi, yang berada di {wanted} dalam CRS itu. Periksa CRS-nya.",
    en="This raster lies at {bounds} ({crs}) and misses the province, which lies at {wanted} in that CRS. Check its CRS.",
)
_EMPTY = Text(
    id="{path} tidak punya satu pun sel bernilai di dalam provinsi (semua nodata).",
    en="{path} has no valid cell inside the province (all nodata).",
)
_NONSENSE = Text(
    id="Nilai {name} berkisar {low} sampai {high}; yang masuk akal {min} sampai {max}. Periksa satuan dan nodata.",
    en="Values of {name} run from {low} to {high}; {min} to {max} makes sense. Check the unit and nodata.",
)
