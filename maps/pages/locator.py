"""A small map of where something lies: outlines of the regencies and a few areas, as SVG paths.

It orients; what a geometry is exactly, the interactive map and the data say.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

WIDTH = 340.0
_MARGIN = 6.0
# About 1 km: a tenth of a unit of the drawing, and a hundredth of the vertices.
_TOLERANCE_DEG = 0.01
# Parts smaller than this share of the largest are left out: far islets would shrink all the rest.
_LEAST_PART = 0.005
# An area narrower than this many units gets a ring around it.
_SMALL = 9.0


@dataclass(frozen=True, slots=True)
class Outline:
    """A regency; `is_subject` is the one that the page speaks of."""

    path: str
    is_subject: bool


@dataclass(frozen=True, slots=True)
class Spot:
    """An area: its path (empty for a bare location), its middle, whether it needs a ring, its colour."""

    path: str
    x: float
    y: float
    is_small: bool
    colour: str


@dataclass(frozen=True, slots=True)
class Locator:
    """The drawing, in units of its own `width` and `height`; `land` is the path of what lies around."""

    width: float
    height: float
    outlines: tuple[Outline, ...]
    spots: tuple[Spot, ...]
    land: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """How degrees become units of a drawing that is `WIDTH` wide.

    One degree of longitude is shorter than one of latitude by `narrowing`, in the middle of the map.
    """

    bounds: tuple[float, float, float, float]
    scale: float
    narrowing: float

    @property
    def height(self) -> float:
        """The height of the drawing."""
        return round((self.bounds[3] - self.bounds[1]) * self.scale + 2 * _MARGIN, 1)

    def placed(self, points: np.ndarray) -> np.ndarray:
        """Points (n, 2) in lon/lat as units of the drawing, its origin at the top left."""
        x = (points[:, 0] - self.bounds[0]) * self.narrowing * self.scale + _MARGIN
        y = (self.bounds[3] - points[:, 1]) * self.scale + _MARGIN
        return np.column_stack([x, y])


def simplified(regencies: gpd.GeoDataFrame) -> np.ndarray:
    """The shapes of a coverage as coarse as a drawing needs them, edges still shared."""
    found: np.ndarray = shapely.coverage_simplify(regencies.geometry.array, _TOLERANCE_DEG)
    return found


def frame_around(shapes: np.ndarray) -> Frame:
    """The frame of a drawing of all shapes, far islets left out."""
    parts = shapely.get_parts(shapes)
    sizes = shapely.area(parts)
    west, south, east, north = shapely.total_bounds(parts[sizes >= _LEAST_PART * sizes.max()])
    narrowing = float(np.cos(np.radians((south + north) / 2)))
    scale = (WIDTH - 2 * _MARGIN) / ((east - west) * narrowing)
    return Frame((west, south, east, north), scale, narrowing)


def locator(
    regencies: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    *,
    subject: str | None = None,
    colours: Mapping[str, str] | None = None,
    around: shapely.Geometry | None = None,
) -> Locator | None:
    """Where `areas` lie among `regencies`, both in lon/lat; None where there is nothing to draw.

    Parameters
    ----------
    subject
        Code of the regency that is brought out.
    colours
        Fill of each area by its id; those that it lacks stay white.
    around
        Land around the regencies, lon/lat; what it leaves free is sea.
    """
    if regencies.empty:
        return None
    simple = simplified(regencies)
    frame = frame_around(simple)
    placed, scale, narrowing = frame.placed, frame.scale, frame.narrowing
    west, south, east, north = frame.bounds

    outlines = [
        Outline(path_of(shapely.transform(shape, placed)), code == subject)
        for code, shape in zip(regencies.index, simple, strict=True)
    ]
    spots = [
        _spot(shapely.transform(shape, placed), (colours or {}).get(str(area_id), "#fff"))
        for area_id, shape in areas.geometry.items()
        if shape is not None and not shape.is_empty
    ]
    land = ""
    if around is not None:
        x, y = _MARGIN / scale / narrowing, _MARGIN / scale
        seen = shapely.clip_by_rect(around, west - x, south - y, east + x, north + y)
        land = path_of(shapely.transform(shapely.simplify(seen, _TOLERANCE_DEG), placed))
    return Locator(WIDTH, frame.height, tuple(outlines), tuple(spots), land)


def _spot(shape: shapely.Geometry, colour: str) -> Spot:
    middle = shapely.point_on_surface(shape)
    left, top, right, foot = shapely.bounds(shape)
    return Spot(
        path=path_of(shape),
        x=round(middle.x, 1),
        y=round(middle.y, 1),
        is_small=bool(max(right - left, foot - top) < _SMALL),
        colour=colour,
    )


def path_of(shape: shapely.Geometry) -> str:
    """The SVG path of every ring of every polygon; empty for points and lines."""
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    return "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in shapely.get_coordinates(ring)) + "Z"
        for ring in rings
    )
