"""The coordinate reference systems that features are answered in (OGC 18-058r1).

Coordinates leave in the order of axes that the CRS's authority states: latitude first in EPSG:4326,
longitude first in CRS84.
"""

from collections.abc import Callable
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from api.collections import Collection
from api.parameters import InvalidParameter, require_box
from geo.crs import LONLAT, WGS84, crs_of, crs_of_parquet, lonlat_transformer
from geo.language import texts
from geo.prepared import kept_beside
from geo.tiles.features import Bbox, FeatureTable
from geo.tiles.features_written import Writing

_SAY = texts(__name__)

_BASE = "http://www.opengis.net/def/crs"
CRS84 = f"{_BASE}/OGC/1.3/CRS84"
# What the offices of South Kalimantan and web maps use, besides a layer's own.
_CODES = (4326, 9470, 32750, 9490, 3857)
# Beyond its area of use by so much a CRS still tells places truthfully.
_MARGIN_DEG = 3.0
_MERCATOR = f"{_BASE}/EPSG/0/3857"
# Half the equator in it, as the tile matrix set WebMercatorQuad has it (OGC 17-083r4, annex D).
_WORLD_M = 20_037_508.342789244
# As exact as seven decimals of a degree.
_DECIMALS_M = 2
_DECIMALS_DEG = 7


def offered_crs(collection: Collection, table: FeatureTable) -> list[str]:
    """The CRSs that a collection is answered in, CRS84 first: those whose area of use holds it."""
    return list(_offered(table.extent, storage_crs(collection)))


def storage_crs(collection: Collection) -> str:
    """The CRS that a layer was published in; CRS84 for one without a registered code."""
    version = collection.version
    return CRS84 if version is None else _published_in(version.path)


@lru_cache(maxsize=256)
def _published_in(path: Path) -> str:
    # The version of a layer never changes.
    # Kept, as it alone would load a library of tables at every start.
    return kept_beside(path, "crs", path.name, lambda: uri_of(crs_of_parquet(path)) or CRS84)


@lru_cache(maxsize=256)
def _offered(extent: Bbox | None, own_uri: str) -> tuple[str, ...]:
    found = [CRS84, *(f"{_BASE}/EPSG/0/{code}" for code in _CODES)]
    if own_uri not in found:
        found.append(own_uri)
    return tuple(uri for uri in found if uri in (CRS84, own_uri) or _holds(uri, extent))


def uri_of(crs: pyproj.CRS) -> str | None:
    """The URI of a CRS; None for one without a registered code."""
    if crs == LONLAT:
        return CRS84
    authority = crs.to_authority(min_confidence=100)
    if authority is None or authority[0] != "EPSG":
        return None
    return f"{_BASE}/EPSG/0/{authority[1]}"


def _asked_crs(text: str, offered: list[str], *, parameter: str) -> str:
    """The URI of the CRS that a request names, by a URI, a URN or a code such as `EPSG:32750`.

    Raises
    ------
    InvalidParameter
        For one that the collection is not answered in.
    """
    crs = crs_of(text.strip("[]<> "))
    uri = None if crs is None else uri_of(crs)
    if uri is None or uri not in offered:
        reason = _SAY["not_offered"].format(crs=text[:200], offered=", ".join(offered))
        raise InvalidParameter(parameter=parameter, reason=reason)
    return uri


def crs_or_default(
    text: str | None, collection: Collection, table: FeatureTable, *, parameter: str
) -> str:
    """The URI of the CRS that a request names; CRS84 where it names none."""
    if text is None:
        return CRS84
    return _asked_crs(text, offered_crs(collection, table), parameter=parameter)


def writing_in(uri: str, **how: Any) -> Writing:
    """How features are written whose coordinates are in a CRS."""
    return Writing(moved=None if uri == CRS84 else partial(moved_to, uri), **how)


def moved_to(uri: str, geometries: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Geometries in lon/lat moved to a CRS, in its own order of axes; heights stay."""
    if uri == CRS84:
        return geometries
    transformer, decimals = _transformer(uri, to_lonlat=False), decimals_of(uri)

    def move(positions: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        x, y = transformer.transform(positions[:, 1], positions[:, 0])
        plane = np.round(np.column_stack([x, y]), decimals) + 0.0
        return np.column_stack([plane, positions[:, 2:]])

    return _each_dimension(geometries, move)


def to_lonlat(uri: str) -> Callable[[shapely.Geometry], shapely.Geometry] | None:
    """Moves a geometry from a CRS, whose axes it follows, to lon/lat; None where it is there."""
    if uri == CRS84:
        return None
    transformer = _transformer(uri, to_lonlat=True)

    def move(geometry: shapely.Geometry) -> shapely.Geometry:
        # A straight edge of one CRS is none of the other's.
        dense = shapely.segmentize(geometry, _edge(geometry))
        return shapely.transform(
            dense, lambda xy: np.column_stack(transformer.transform(*xy.T)[::-1])
        )

    return move


def bbox_to_lonlat(bbox: Bbox, uri: str) -> Bbox:
    """A box of a CRS, in its order of axes, as the box around it in lon/lat.

    It is wider by half of the last decimal that coordinates are written with: what lies on the edge
    of a box stays in it on the way from one CRS to the other. West of its east it crosses the
    antimeridian, which a CRS of one zone does not reach.

    Raises
    ------
    InvalidParameter
    """
    if uri == CRS84:
        return bbox
    crs = crs_named(uri)
    if crs.axis_info[0].direction == "north":
        south, west, north, east = bbox
    else:
        west, south, east, north = bbox
    if crs.is_geographic:
        require_box(west, south, east, north)
        if west > east:
            return west, south, east, north
    elif south > north or (west > east and uri != _MERCATOR):
        raise InvalidParameter(parameter="bbox", reason=_SAY["bbox_order"])
    elif uri == _MERCATOR:
        # Programs ask for more than the world, which would come round again from the other side.
        west, south, east, north = (float(np.clip(v, -_WORLD_M, _WORLD_M)) for v in bbox)
    transformer = lonlat_transformer(crs)
    if west > east:
        halves = ((west, south, _WORLD_M, north), (-_WORLD_M, south, east, north))
        (west, south, _, north), (_, _, east, _) = (
            transformer.transform_bounds(*half) for half in halves
        )
        return west, south, east, north
    found = transformer.transform_bounds(west, south, east, north, densify_pts=21)
    if not np.isfinite(found).all():
        raise InvalidParameter(parameter="bbox", reason=_SAY["bbox_range"])
    edge = 0.5 * 10**-_DECIMALS_DEG
    return found[0] - edge, found[1] - edge, found[2] + edge, found[3] + edge


def _edge(geometry: shapely.Geometry) -> float:
    west, south, east, north = geometry.bounds
    return float(max(east - west, north - south, 1e-9)) / 20


def _each_dimension(
    geometries: npt.NDArray[np.object_],
    move: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]],
) -> npt.NDArray[np.object_]:
    moved = geometries.copy()
    has_height = shapely.has_z(moved)
    for chosen, include_z in ((has_height, True), (~has_height, False)):
        moved[chosen] = shapely.transform(moved[chosen], move, include_z=include_z)
    return moved


def _holds(uri: str, extent: Bbox | None) -> bool:
    area = crs_named(uri).area_of_use
    if extent is None or area is None:
        return True
    west, south, east, north = extent
    return (
        west >= area.west - _MARGIN_DEG
        and east <= area.east + _MARGIN_DEG
        and south >= area.south - _MARGIN_DEG
        and north <= area.north + _MARGIN_DEG
    )


def decimals_of(uri: str) -> int:
    """How many decimals a coordinate is written with."""
    return _DECIMALS_DEG if crs_named(uri).is_geographic else _DECIMALS_M


@cache
def crs_named(uri: str) -> pyproj.CRS:
    """The CRS of a URI that `uri_of` gave."""
    found = crs_of(uri)
    assert found is not None  # noqa: S101  the URI was offered by us
    return found


@cache
def _transformer(uri: str, *, to_lonlat: bool) -> pyproj.Transformer:
    """Between latitude and longitude, in this order, and a CRS in the order of its axes."""
    ends = (crs_named(uri), WGS84) if to_lonlat else (WGS84, crs_named(uri))
    return pyproj.Transformer.from_crs(*ends)
