"""Coordinate reference systems are always explicit; areas and lengths never come from degrees."""

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from geo.errors import CRSMismatch, CRSMissing, InvalidInput
from geo.language import Text

if TYPE_CHECKING:
    import geopandas as gpd

LONLAT = pyproj.CRS("OGC:CRS84")
# The same places by the name that PROJ keeps operations under: to find one for OGC:CRS84 takes it ten
# to forty times as long, from EPSG:9470 half a second of work and to it two.
WGS84 = pyproj.CRS("EPSG:4326")
_NAMES = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:|https?://www\.opengis\.net/def/crs/)?"
    r"(EPSG|OGC|ESRI)(?::[\w.]*:|/[\w.]+/|:)([A-Za-z0-9]{1,10})",
    re.IGNORECASE,
)
# A plain number is an EPSG code to everybody who writes one.
_NUMBER = re.compile(r"\d{4,6}")


def crs_of(name: str) -> pyproj.CRS | None:
    """The CRS of a code, URN or URI such as `EPSG:32750`; None when it is not one that PROJ knows.

    Examples
    --------
    >>> crs_of("urn:ogc:def:crs:EPSG::32750").name
    'WGS 84 / UTM zone 50S'
    >>> crs_of("EPSG:999999") is None, crs_of("+init=/etc/passwd:x") is None
    (True, True)
    """
    text = name.strip()
    match = _NAMES.fullmatch(text)
    if match is None and not _NUMBER.fullmatch(text):
        return None
    authority, code = match.groups() if match else ("EPSG", text)
    if (authority.upper(), code.upper()) == ("OGC", "CRS84"):
        return LONLAT
    try:
        return pyproj.CRS.from_authority(authority.upper(), code)
    except pyproj.exceptions.CRSError:
        return None


def crs_of_wkt(text: str) -> pyproj.CRS | None:
    """The CRS that a well-known text describes, by its registered code where it has one."""
    if not re.match(r"\s*[A-Za-z]+\[", text):
        return None
    try:
        crs = pyproj.CRS.from_wkt(text)
    except pyproj.exceptions.CRSError:
        return None
    code = crs.to_authority(min_confidence=70)
    return pyproj.CRS.from_authority(*code) if code else crs


_ELLIPSOID = pyproj.Geod(ellps="WGS84")


def parse_crs(value: Any, *, subject: str = "CRS") -> pyproj.CRS:
    """The coordinate reference system that a text or object names.

    Raises
    ------
    CRSMissing
        For None or an empty text.
    InvalidInput
        When PROJ does not know it.
    """
    if value is None or value == "":
        raise CRSMissing(subject=subject)
    try:
        return pyproj.CRS.from_user_input(value)
    except pyproj.exceptions.CRSError as error:
        reason = Text(
            id=f"CRS {value!r} tidak dikenal; tulis kode EPSG, misalnya EPSG:32750.",
            en=f"CRS {value!r} is not known; write an EPSG code, for example EPSG:32750.",
        )
        raise InvalidInput(reason=reason) from error


def require_crs(frame: "gpd.GeoDataFrame", *, subject: str) -> pyproj.CRS:
    """The CRS of `frame`; `CRSMissing` when it has none."""
    return parse_crs(frame.crs, subject=subject)


def require_same_crs(left: "gpd.GeoDataFrame", right: "gpd.GeoDataFrame") -> pyproj.CRS:
    """The CRS of both layers.

    Raises
    ------
    CRSMissing, CRSMismatch
        A join across two CRSs silently finds nothing, so it never starts.
    """
    found = require_crs(left, subject="left layer")
    expected = require_crs(right, subject="right layer")
    if not same_crs(found, expected):
        raise CRSMismatch(subject="left layer", found=name_of(found), expected=name_of(expected))
    return expected


def crs_of_parquet(path: Path) -> pyproj.CRS:
    """The CRS of a GeoParquet file, read without its features; lon/lat where it names none."""
    import pyarrow.parquet as pq

    told = json.loads((pq.read_schema(path).metadata or {}).get(b"geo", b"{}"))
    column = told.get("columns", {}).get(told.get("primary_column"), {})
    crs = column.get("crs")
    return LONLAT if crs is None else pyproj.CRS.from_json_dict(crs)


def same_crs(left: pyproj.CRS, right: pyproj.CRS) -> bool:
    """Whether two CRSs give the same coordinates in (x, y) order, as all data here are held."""
    return left.equals(right, ignore_axis_order=True)


def name_of(crs: pyproj.CRS) -> str:
    """A short name for messages: `EPSG:32750`, or the CRS's own name where it has no code."""
    authority = crs.to_authority()
    return ":".join(authority) if authority else crs.name


def to_lonlat(frame: "gpd.GeoDataFrame") -> "gpd.GeoDataFrame":
    """`frame` in WGS 84 longitude and latitude (OGC:CRS84); `CRSMissing` when it has no CRS."""
    crs = require_crs(frame, subject="layer")
    if same_crs(crs, LONLAT):
        return frame.set_crs(LONLAT, allow_override=True)
    return frame.to_crs(WGS84).set_crs(LONLAT, allow_override=True)


@lru_cache(maxsize=64)
def lonlat_transformer(crs: pyproj.CRS) -> pyproj.Transformer:
    """The way from (x, y) of a CRS to longitude and latitude; `ProjError` where there is none.

    Kept, since PROJ takes up to 0.2 s to choose among the operations between two datums, and the
    place of one file is worked out in many systems several times.
    """
    return pyproj.Transformer.from_crs(crs, WGS84, always_xy=True)


def area_ha(frame: "gpd.GeoDataFrame") -> npt.NDArray[np.float64]:
    """Geodesic area of every geometry on the WGS 84 ellipsoid.

    Returns
    -------
    (n,) float64, hectares
        Straight edges are taken as geodesics between vertices; holes are subtracted. 0 for points
        and lines, NaN for a missing geometry.

    References
    ----------
    Karney (2013), Algorithms for geodesics, J. Geodesy 87:43-55, through PROJ.
    """
    lonlat = to_lonlat(frame).geometry
    return np.array([_area_m2(geometry) / 10_000 for geometry in lonlat], dtype=np.float64)


def _area_m2(geometry: shapely.Geometry | None) -> float:
    if geometry is None:
        return float("nan")
    # A ring's sign is its direction; oriented polygons make holes subtract.
    oriented = shapely.orient_polygons(geometry)
    return float(_ELLIPSOID.geometry_area_perimeter(oriented)[0])


def length_m(geometry: shapely.Geometry) -> float:
    """Geodesic length in metres of a line, or perimeter of a polygon, given in lon/lat."""
    return float(_ELLIPSOID.geometry_length(geometry))


def distance_m(lon: float, lat: float, to_lon: float, to_lat: float) -> float:
    """Geodesic distance in metres between two lon/lat positions."""
    return float(_ELLIPSOID.inv(lon, lat, to_lon, to_lat)[2])


def distances_m(
    places: npt.NDArray[np.float64], others: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """(n,) geodesic distances in metres between positions (n, 2) in lon/lat."""
    found: npt.NDArray[np.float64] = _ELLIPSOID.inv(*places.T, *others.T)[2]
    return found
