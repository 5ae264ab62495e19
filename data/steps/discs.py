"""Pure. An approximate area where only a place and a size are published: a disc about the place.

What comes out is for screening and must be named approximate wherever it is shown.
"""

import geopandas as gpd
import numpy as np
import shapely

from geo import crs
from geo.crs import LONLAT
from geo.errors import InvalidInput
from geo.language import Text

_M_PER_DEG = 111_320.0
_DISC_VERTICES = 128


def disc_within(
    lon: float, lat: float, *, within: shapely.Geometry, area_ha: float
) -> shapely.Geometry:
    """The part of `within` nearest to a place that has the given area.

    A disc about the place, clipped to `within` and grown until the area inside equals `area_ha`.

    Parameters
    ----------
    lon, lat : float
        The place, degrees.
    within : Polygon or MultiPolygon
        Lon/lat; what lies outside does not count.
    area_ha : float
        Geodesic hectares.

    Returns
    -------
    Polygon or MultiPolygon
        Lon/lat, not rounded; its geodesic area is within 0.001 % of `area_ha`.

    Raises
    ------
    InvalidInput
        When `within` is smaller than `area_ha`, or `area_ha` is not positive.
    """
    available = _hectares(within)
    if not 0 < area_ha <= available:
        reason = Text(
            id="Lingkaran {wanted:.1f} ha tidak muat di dalam wilayah {available:.1f} ha.",
            en="A disc of {wanted:.1f} ha does not fit into an area of {available:.1f} ha.",
        )
        facts = {"wanted": float(area_ha), "available": available}
        raise InvalidInput(reason=reason.format(**facts), **facts)

    low_m, high_m = 0.0, _farthest_m(lon, lat, within)
    for _ in range(40):  # bisection: of 1,000 km, 40 halvings leave a micrometre
        radius_m = (low_m + high_m) / 2
        if _hectares(shapely.intersection(_disc(lon, lat, radius_m), within)) < area_ha:
            low_m = radius_m
        else:
            high_m = radius_m
    return shapely.intersection(_disc(lon, lat, high_m), within)


def _hectares(lonlat: shapely.Geometry) -> float:
    return float(crs.area_ha(gpd.GeoDataFrame(geometry=[lonlat], crs=LONLAT))[0])


def _farthest_m(lon: float, lat: float, within: shapely.Geometry) -> float:
    # A polygon of 128 vertices lies inside its circle by 0.03 %; 1 % more covers all of `within`.
    return (
        1.01
        * _M_PER_DEG
        * float(shapely.hausdorff_distance(shapely.Point(lon, lat), shapely.convex_hull(within)))
    )


def _disc(lon: float, lat: float, radius_m: float) -> shapely.Polygon:
    angles = np.linspace(0, 2 * np.pi, _DISC_VERTICES, endpoint=False)
    x_deg = radius_m / (_M_PER_DEG * np.cos(np.radians(lat)))
    y_deg = radius_m / _M_PER_DEG
    return shapely.Polygon(
        np.column_stack([lon + x_deg * np.cos(angles), lat + y_deg * np.sin(angles)])
    )
