"""Pure. The names that files and people give a CRS, matched against the registry.

PROJ opens `+init=/path:x`, so text from outside never reaches its free-form parser: only an
authority and a code do.
"""

import re

import pyproj

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
        return lonlat()
    try:
        return pyproj.CRS.from_authority(authority.upper(), code)
    except pyproj.exceptions.CRSError:
        return None


def lonlat() -> pyproj.CRS:
    """WGS 84 longitude and latitude, `geo.crs.LONLAT` without its imports."""
    return pyproj.CRS("OGC:CRS84")


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
