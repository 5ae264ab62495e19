"""Land rasters: what they are, how they are kept and what they are called.

A land raster is one band over the province, registered under a name that models read (for example
`slope_percent`). It is kept as a Cloud-Optimised GeoTIFF; its cells are never resampled.

How a file is opened and which of its cells are valid is decided in `geo/raster/files.py`; whether it
can serve is asked in `geo/land/checks.py`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from geo.crs import distance_m
from geo.language import Text, texts

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
    "main_road_distance_m": "m",
    "population_per_km2": "persons per km²",
    "forest_estate": "1 inside, 0 outside",
    "peat_depth_m": "m",
    "soil_erosion_class": "1 not sensitive, 5 very sensitive",
    "rain_mm_day": "mm per day of rain",
    "river_distance_m": "m",
    "spring_distance_m": "m",
}
ELEVATION = "elevation"


def raster_facts(path: Path) -> dict[str, Any]:
    """CRS, size, cell size in metres, data type, nodata and bounds (lon/lat) of a raster, as JSON types."""
    # Whoever asks only what a raster is called does not wait for GDAL.
    import rasterio
    from rasterio.warp import transform_bounds

    from geo.raster.files import RasterFile

    with RasterFile(path) as raster:
        header, grid = raster.header, raster.grid
        west, south, east, north = transform_bounds(grid.crs, "OGC:CRS84", *grid.bounds)
        lon, lat = (west + east) / 2, (south + north) / 2
        nodata = header.nodata
        return {
            "crs": rasterio.CRS.from_wkt(grid.crs).to_string(),
            "width": grid.width,
            "height": grid.height,
            "dtype": str(header.stored),
            "nodata": None if nodata is None or np.isnan(nodata) else float(nodata),
            "bounds": [west, south, east, north],
            "cell_width_m": distance_m(west, lat, east, lat) / grid.width,
            "cell_height_m": distance_m(lon, south, lon, north) / grid.height,
        }


def named_classes(details: Mapping[str, Any]) -> dict[int, Text]:
    """What the classes of a raster are called, ascending by code, as the map of a land rule states them.

    Examples
    --------
    >>> named_classes({"classes": [{"code": 1, "title": {"id": "Lindung", "en": "Protection"}}]})
    {1: Text(id='Lindung', en='Protection')}
    >>> named_classes({})
    {}
    """
    stated = sorted(details.get("classes", ()), key=lambda each: int(each["code"]))
    return {int(each["code"]): Text(**each["title"]) for each in stated}


def land_unit(name: str, unit: str) -> Text:
    """What a land raster is counted in, as a reader says it; `unit` itself where it is a symbol or an office's own.

    Examples
    --------
    >>> land_unit("population_per_km2", "persons per km²").id, land_unit("slope_percent", "%").id
    ('jiwa per km²', '%')
    """
    if unit != KNOWN_RASTERS.get(name):
        return Text(id=unit, en=unit)
    try:
        return _SAY[f"unit_{name}"]
    except KeyError:
        return Text(id=unit, en=unit)


def land_title(name: str) -> Text:
    """The title of a land raster, to stand inside a sentence.

    Whoever adds a raster may name it freely; an unknown name is read as words.

    Examples
    --------
    >>> land_title("peat_depth_m").en, land_title("soil_class").id
    ('peat depth', 'soil class')
    """
    try:
        return _SAY[f"raster_{name}"]
    except KeyError:
        words = name.replace("_", " ")
        return Text(id=words, en=words)
