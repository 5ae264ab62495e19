"""Features of one kind of geometry, taken out of a layer that mixes kinds.

Pure. Many programs give a layer one type of geometry: QGIS takes that of the first feature and draws
no other, and a table of ArcGIS or a database holds one. So areas and lines are all of the type of
many parts, which holds single ones too; points stay single unless one of them has several.
"""

from collections.abc import Collection, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geo.vector.schema import GeometryKind

if TYPE_CHECKING:
    import geopandas as gpd

# As shapely numbers them; the type of many parts last.
_TYPE_IDS: Mapping[GeometryKind, tuple[int, ...]] = {
    "areas": (3, 6),
    "lines": (1, 2, 5),
    "points": (0, 4),
}
_MISSING = -1


def kinds_in(types: Collection[int]) -> list[GeometryKind]:
    """The kinds that geometries of these types are of; types as shapely numbers them, -1 is missing."""
    return [kind for kind, own in _TYPE_IDS.items() if {*own} & {*types}]


def is_mixed(types: Collection[int]) -> bool:
    """Whether these types are of more than one kind; a collection of geometries is of none of them.

    Examples
    --------
    >>> is_mixed([-1, 3, 6]), is_mixed([0, 3]), is_mixed([3, 7])
    (False, True, True)
    """
    others = {*types} - {_MISSING, *chain(*_TYPE_IDS.values())}
    return len(kinds_in(types)) + bool(others) > 1


def one_type(types: Collection[int], kind: GeometryKind) -> str:
    """The type that `of_one_type` gives to the features of a kind, as GeoJSON calls it."""
    if kind == "points" and _TYPE_IDS[kind][-1] not in types:
        return "Point"
    return {"areas": "MultiPolygon", "lines": "MultiLineString", "points": "MultiPoint"}[kind]


def places_of(type_ids: npt.NDArray[Any], kind: GeometryKind) -> npt.NDArray[np.int64]:
    """Where the geometries of a kind stand, ascending."""
    return np.flatnonzero(np.isin(type_ids, _TYPE_IDS[kind]))


def of_one_type(geometries: npt.NDArray[Any], kind: GeometryKind) -> npt.NDArray[Any]:
    """Geometries of a kind as one type; those that are of it already are the same objects."""
    import shapely

    single = shapely.get_type_id(geometries) != _TYPE_IDS[kind][-1]
    if kind == "points" and single.all():
        return geometries
    to_many = {
        "areas": shapely.multipolygons,
        "lines": shapely.multilinestrings,
        "points": shapely.multipoints,
    }[kind]
    found = geometries.copy()
    found[single] = to_many(geometries[single][:, np.newaxis])
    return found


def only(frame: "gpd.GeoDataFrame", kind: GeometryKind) -> "gpd.GeoDataFrame":
    """The features of a layer that are of a kind, as one type of geometry."""
    geometries = np.asarray(frame.geometry.array, dtype=object)
    import shapely

    places = places_of(shapely.get_type_id(geometries), kind)
    found: gpd.GeoDataFrame = frame.iloc[places].copy()
    return found.set_geometry(
        type(frame.geometry)(
            of_one_type(geometries[places], kind), index=found.index, crs=frame.crs
        ).rename(frame.geometry.name)
    )
