"""How many people live about a zone, from a raster of population density."""

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.crs import area_ha
from geo.raster.grid import RasterSource
from geo.raster.zonal import zonal_class_shares, zonal_statistics

# The shipped GPW 2015 raster is cut here: 255 means 255 or more (data/land/manifest.toml).
CAP_PER_KM2 = 255
_HA_PER_KM2 = 100


def people_about(
    zones: gpd.GeoDataFrame, density: RasterSource, *, cap: int = CAP_PER_KM2
) -> pd.DataFrame:
    """People inside each zone: its mean density times its geodesic area.

    Parameters
    ----------
    zones : GeoDataFrame, (n,)
        Polygons in any CRS.
    density : RasterSource
        Persons per km² as whole numbers, none above `cap`.

    Returns
    -------
    DataFrame, (n, 3) float64, in the order of `zones`
        `people`, at least: cells at the cap may hold more; `capped_share`, the part (0..1) of the
        zone in such cells; `valid_share`, the part that the raster covers: nobody is counted in the
        rest. `people` and `capped_share` are NaN where no valid cell is touched.

    Raises
    ------
    CRSMissing, InvalidLayer
    InvalidInput
        For a raster of fractional numbers.
    """
    found = zonal_statistics(zones, density, stats=["mean"])
    shares = zonal_class_shares(zones, density)
    covered_km2 = area_ha(zones) / _HA_PER_KM2 * found["valid_share"]
    capped = shares[cap] if cap in shares else pd.Series(0.0, index=zones.index)
    return pd.DataFrame(
        {
            "people": found["mean"] * covered_km2,
            "capped_share": capped.where(found["mean"].notna(), np.nan),
            "valid_share": found["valid_share"],
        }
    )
