"""Where the name of an area may stand inside it, and how it is shortened."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import shapely

# As they are written and said in the province, where the whole name has no room.
SHORT_NAMES: Mapping[str, str] = {
    "Hulu Sungai Selatan": "HSS",
    "Hulu Sungai Tengah": "HST",
    "Hulu Sungai Utara": "HSU",
    "Barito Kuala": "Batola",
    "Tanah Bumbu": "Tanbu",
    "Tanah Laut": "Tala",
}
# This many places, those with at least this share of the best one's distance to the boundary.
_MOST_PLACES = 24
_LEAST_CLEARANCE = 0.2
_GRID = 12


def largest_part(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    """The part of a shape with the largest area; None where there is none."""
    parts = shapely.get_parts(shape) if shape is not None else []
    return parts[np.argmax(shapely.area(parts))] if len(parts) else None


def label_places(part: shapely.Geometry) -> npt.NDArray[np.float64]:
    """Places inside a part, (n, 2), n ≥ 1, the farthest from its boundary first.

    The first is the pole of inaccessibility, the others lie on a grid.
    """
    if part.geom_type != "Polygon" or not part.area:
        only: npt.NDArray[np.float64] = shapely.get_coordinates(shapely.point_on_surface(part))
        return only
    west, south, east, north = shapely.bounds(part)
    pole = shapely.maximum_inscribed_circle(part, tolerance=(east - west) / 100).coords[0]
    x, y = np.meshgrid(np.linspace(west, east, _GRID), np.linspace(south, north, _GRID))
    places = np.vstack([[pole], np.column_stack([x.ravel(), y.ravel()])])
    clear = shapely.distance(shapely.points(places), shapely.boundary(part))
    clear[~shapely.contains_xy(part, places)] = 0
    best = np.argsort(-clear, kind="stable")
    kept: npt.NDArray[np.float64] = places[best][clear[best] >= _LEAST_CLEARANCE * clear.max()]
    return kept[:_MOST_PLACES]
