"""The frame of a printed map: its UTM zone, its extent, its grid and a scale that is true."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from geo.crs import LONLAT, distance_m
from geo.language import Language
from maps.text import format_number, translate

# Steps of the grid in minutes of arc, the finest that leaves this much room between two lines.
_GRID_STEPS = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300)
_GRID_ROOM_MM = 30.0
_DIRECTIONS = {"E": "sheet.e", "W": "sheet.w", "N": "sheet.n", "S": "sheet.s"}


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of a projected plane that a map shows; `bounds` are metres in `crs`."""

    crs: pyproj.CRS
    bounds: tuple[float, float, float, float]
    width_mm: float
    height_mm: float

    @property
    def mm_per_m(self) -> float:
        """Millimetres on paper for one metre of the plane."""
        return self.width_mm / (self.bounds[2] - self.bounds[0])

    def to_paper(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Metres of the plane, (n, 2), as millimetres from the upper left corner."""
        origin = np.array([self.bounds[0], self.bounds[3]])
        paper: npt.NDArray[np.float64] = (xy - origin) * np.array([self.mm_per_m, -self.mm_per_m])
        return paper


def utm_crs(lon: float, lat: float) -> pyproj.CRS:
    """The WGS 84 UTM zone of a position.

    Examples
    --------
    >>> utm_crs(114.6, -3.1).to_epsg()
    32750
    """
    zone = min(max(math.floor((lon + 180) / 6) + 1, 1), 60)
    return pyproj.CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)


def frame_around(
    bounds: Sequence[float],
    *,
    width_mm: float,
    height_mm: float,
    share: float,
    least_m: float,
) -> Frame:
    """A frame with lon/lat `bounds` in its middle.

    `share` is the most of its width or height that the bounds take; it is never narrower than
    `least_m`, so that a bare location shows where it lies.
    """
    west, south, east, north = map(float, bounds)
    crs = utm_crs((west + east) / 2, (south + north) / 2)
    transformer = pyproj.Transformer.from_crs(LONLAT, crs, always_xy=True)
    minx, miny, maxx, maxy = transformer.transform_bounds(west, south, east, north)
    width = max((maxx - minx) / share, (maxy - miny) / share * width_mm / height_mm, least_m)
    height = width * height_mm / width_mm
    x, y = (minx + maxx) / 2, (miny + maxy) / 2
    edges = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    return Frame(crs, edges, width_mm, height_mm)


def lonlat_bounds(frame: Frame) -> tuple[float, float, float, float]:
    """West, south, east and north of what a frame shows, a little more on each side; degrees."""
    inverse = pyproj.Transformer.from_crs(frame.crs, LONLAT, always_xy=True)
    west, south, east, north = inverse.transform_bounds(*frame.bounds, densify_pts=21)
    margin = 0.05 * max(east - west, north - south)
    return west - margin, south - margin, east + margin, north + margin


def projected(lonlat: npt.NDArray[np.object_], crs: pyproj.CRS) -> npt.NDArray[np.object_]:
    """Lon/lat geometries in the plane of `crs`, metres."""
    transformer = pyproj.Transformer.from_crs(LONLAT, crs, always_xy=True)
    moved: npt.NDArray[np.object_] = shapely.transform(
        lonlat, lambda xy: np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))
    )
    return moved


def crs_name(crs: pyproj.CRS) -> str:
    """A CRS as its name and code.

    Examples
    --------
    >>> crs_name(pyproj.CRS("EPSG:32750"))
    'WGS 84 / UTM zone 50S (EPSG:32750)'
    """
    return f"{crs.name} (EPSG:{crs.to_epsg()})"


def grid(
    frame: Frame, language: Language
) -> tuple[list[npt.NDArray[np.float64]], list[dict[str, Any]]]:
    """Meridians and parallels as lines in millimetres, and where they meet the left and lower edge."""
    inverse = pyproj.Transformer.from_crs(frame.crs, LONLAT, always_xy=True)
    west, south, east, north = inverse.transform_bounds(*frame.bounds, densify_pts=21)
    metres_per_degree = (frame.bounds[3] - frame.bounds[1]) / (north - south)
    room_minutes = 60 * _GRID_ROOM_MM / (metres_per_degree * frame.mm_per_m)
    step = next((s for s in _GRID_STEPS if s >= room_minutes), _GRID_STEPS[-1]) / 60
    lines, ticks = [], []
    for lon in _multiples(west, east, step):
        line = _paper_line(frame, np.full(65, lon), np.linspace(south, north, 65))
        lines.append(line)
        x = float(np.interp(-frame.height_mm, -line[:, 1], line[:, 0]))
        if 8 < x < frame.width_mm - 8:
            text = degrees(lon, "EW", language)
            ticks.append({"edge": "bottom", "at": round(x, 2), "text": text})
    for lat in _multiples(south, north, step):
        line = _paper_line(frame, np.linspace(west, east, 65), np.full(65, lat))
        lines.append(line)
        y = float(np.interp(0, line[:, 0], line[:, 1]))
        if 8 < y < frame.height_mm - 8:
            text = degrees(lat, "NS", language)
            ticks.append({"edge": "left", "at": round(y, 2), "text": text})
    return lines, ticks


def _multiples(low: float, high: float, step: float) -> list[float]:
    return [i * step for i in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _paper_line(
    frame: Frame, lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    forward = pyproj.Transformer.from_crs(LONLAT, frame.crs, always_xy=True)
    return frame.to_paper(np.column_stack(forward.transform(lon, lat)))


def degrees(value: float, directions: str, language: Language) -> str:
    """A longitude (`EW`) or latitude (`NS`) in degrees and minutes.

    Examples
    --------
    >>> degrees(-3.25, "NS", "id"), degrees(115.0, "EW", "en")
    ('3°15′ LS', '115°00′ E')
    """
    minutes = round(abs(value) * 60, 1)
    whole, rest = divmod(minutes, 60)
    seconds = round(rest % 1 * 60)
    direction = translate(_DIRECTIONS[directions[value < 0]], language)
    fraction = f"{seconds:02d}″" if seconds else ""
    return f"{whole:.0f}°{math.floor(rest):02d}′{fraction} {direction}"


def scale_bar(frame: Frame, language: Language) -> dict[str, Any]:
    """A bar of a round number of kilometres, as long as they truly are in the middle of the map."""
    metres = ground_m_per_mm(frame)
    aim = frame.width_mm * 0.25 * metres / 1000
    power = 10.0 ** math.floor(math.log10(aim))
    km = max(n * power for n in (1, 2, 5) if n * power <= aim)
    denominator = float(f"{metres * 1000:.2g}")
    return {
        "length": round(km * 1000 / metres, 3),
        "half": f"{format_number(km / 2, language)}",
        "text": f"{format_number(km, language)} km",
        "ratio": f"1 : {format_number(denominator, language)}",
    }


def ground_m_per_mm(frame: Frame) -> float:
    """Metres on the ellipsoid for one millimetre of paper, along the middle of the map."""
    minx, miny, maxx, maxy = frame.bounds
    inverse = pyproj.Transformer.from_crs(frame.crs, LONLAT, always_xy=True)
    quarter, y = (maxx - minx) / 4, (miny + maxy) / 2
    start = inverse.transform(minx + quarter, y)
    end = inverse.transform(maxx - quarter, y)
    return distance_m(*start, *end) / (frame.width_mm / 2)


def convergence_deg(frame: Frame) -> float:
    """Degrees by which true north lies left of the paper's top, in the middle of the map."""
    inverse = pyproj.Transformer.from_crs(frame.crs, LONLAT, always_xy=True)
    minx, miny, maxx, maxy = frame.bounds
    lon, lat = inverse.transform((minx + maxx) / 2, (miny + maxy) / 2)
    return float(pyproj.Proj(frame.crs).get_factors(lon, lat).meridian_convergence)
