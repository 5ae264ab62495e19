"""Pure. The map of a printed sheet: shapes as SVG, words as placed labels, a scale that is true.

Shapes are drawn in a UTM frame of the sheet's own middle. Words are no part of the SVG: the sheet
sets them in its own type, so that they stay text that can be searched and copied.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from geo.crs import LONLAT, distance_m, to_lonlat
from geo.language import Language
from geo.layers import is_approximate
from maps.sheet_words import shortened
from maps.style import INK
from maps.text import format_number, translate

SEA = "#e7eef1"
LAND = "#fbfaf7"
LAND_EDGE = "#a9b6bc"
GRID = "#5c6b73"
# What a line is smoothed by: finer than a printer's dot.
_TOLERANCE_MM = 0.05
# Steps of the grid in minutes of arc, the finest that leaves this much room between two lines.
_GRID_STEPS = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300)
_GRID_ROOM_MM = 30.0
_POINT_RADIUS_MM = 1.7
_LABEL_PT_TO_MM = 0.3528
_MOST_LABEL = 30


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
        return (xy - origin) * np.array([self.mm_per_m, -self.mm_per_m])


class Area(NamedTuple):
    """One area as it is drawn; `fill` is a colour, or `hatched` or `crossed`."""

    area_id: str
    geometry: shapely.Geometry
    fill: str
    is_approximate: bool
    is_subject: bool
    label: str


class Label(NamedTuple):
    """Words on a map, centred at a place in millimetres from the upper left corner."""

    text: str
    x: float
    y: float
    kind: str


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
    # Edges are bent in the plane: along them, not only at the corners, lies the true extent.
    box = shapely.segmentize(shapely.box(west, south, east, north), max(east - west, 0.01) / 16)
    minx, miny, maxx, maxy = shapely.bounds(_projected(np.array([box]), crs))[0]
    width = max(
        (maxx - minx) / share, (maxy - miny) / share * width_mm / height_mm, least_m
    )
    height = width * height_mm / width_mm
    x, y = (minx + maxx) / 2, (miny + maxy) / 2
    edges = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    return Frame(crs, edges, width_mm, height_mm)


def _projected(
    lonlat: npt.NDArray[np.object_], crs: pyproj.CRS
) -> npt.NDArray[np.object_]:
    transformer = pyproj.Transformer.from_crs(LONLAT, crs, always_xy=True)
    moved: npt.NDArray[np.object_] = shapely.transform(
        lonlat, lambda xy: np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))
    )
    return moved


def areas_of(
    layer: gpd.GeoDataFrame,
    *,
    subject: str | None,
    fill_of: Callable[[str], str],
    label_of: Callable[[str], str],
) -> list[Area]:
    """The areas of a layer as they are drawn, the subject last and the largest first before it."""
    lonlat = to_lonlat(layer).geometry
    order = np.argsort(-shapely.area(lonlat.to_numpy()), kind="stable")
    kinds = layer["geometry_kind"] if "geometry_kind" in layer else [None] * len(layer)
    rows = list(zip(map(str, layer.index), lonlat, kinds, strict=True))
    areas = [
        Area(
            area_id,
            geometry,
            fill_of(area_id),
            is_approximate(kind),
            area_id == subject,
            label_of(area_id),
        )
        for area_id, geometry, kind in (rows[i] for i in order)
        if geometry is not None and not geometry.is_empty
    ]
    return sorted(areas, key=lambda area: area.is_subject)


def map_content(
    frame: Frame,
    *,
    regencies: gpd.GeoDataFrame,
    areas: Sequence[Area],
    language: Language,
) -> dict[str, Any]:
    """A map as JSON types: its picture, labels, grid, scale bar, north and CRS.

    Labels that would lie on another are left out, regencies' before areas'.
    """
    ground = _on_paper(to_lonlat(regencies).geometry.to_numpy(), frame)
    shapes = _on_paper(np.array([area.geometry for area in areas], dtype=object), frame)
    lines, ticks = _grid(frame, language)
    labels = [*_area_labels(areas, shapes, frame), *_ground_labels(regencies, ground, frame)]
    return {
        "svg": _svg(frame, ground, areas, shapes, lines),
        "width": frame.width_mm,
        "height": frame.height_mm,
        "labels": [label._asdict() for label in _apart(labels)],
        "ticks": ticks,
        "scale": _scale_bar(frame, language),
        "north_deg": round(-_convergence_deg(frame), 3),
        "north": translate("sheet.north", language),
        "crs": crs_name(frame.crs),
    }


def crs_name(crs: pyproj.CRS) -> str:
    """A CRS as its name and code.

    Examples
    --------
    >>> crs_name(pyproj.CRS("EPSG:32750"))
    'WGS 84 / UTM zone 50S (EPSG:32750)'
    """
    return f"{crs.name} (EPSG:{crs.to_epsg()})"


def _on_paper(lonlat: npt.NDArray[np.object_], frame: Frame) -> npt.NDArray[np.object_]:
    """Geometries in millimetres of the map, cut a little outside its edge."""
    paper = shapely.transform(_projected(lonlat, frame.crs), frame.to_paper)
    # Two millimetres outside, so that no stroke of the cut is seen.
    cut = [
        shapely.clip_by_rect(g, -2, -2, frame.width_mm + 2, frame.height_mm + 2) for g in paper
    ]
    simple: npt.NDArray[np.object_] = shapely.simplify(np.array(cut, dtype=object), _TOLERANCE_MM)
    return simple


def _svg(
    frame: Frame,
    ground: npt.NDArray[np.object_],
    areas: Sequence[Area],
    shapes: npt.NDArray[np.object_],
    lines: Sequence[npt.NDArray[np.float64]],
) -> str:
    land = "".join(_path(shape) for shape in ground)
    grid = "".join(_line(line) for line in lines)
    width, height = frame.width_mm, frame.height_mm
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}mm" height="{height:g}mm">{_PATTERNS}'
        f'<rect width="100%" height="100%" fill="{SEA}"/>'
        f'<path d="{land}" fill="{LAND}" stroke="{LAND_EDGE}" stroke-width=".3" '
        'stroke-linejoin="round" fill-rule="evenodd"/>'
        + "".join(_drawn(area, shape) for area, shape in zip(areas, shapes, strict=True))
        + f'<path d="{grid}" fill="none" stroke="{GRID}" stroke-width=".1" opacity=".55"/></svg>'
    )


# The same two marks as on the screen: no data is hatched, excluded is crossed.
_PATTERNS = (
    '<defs><pattern id="hatched" width="1.6" height="1.6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="1.6" height="1.6" fill="#eef0f1"/>'
    '<rect width=".35" height="1.6" fill="#9aa5ab"/></pattern>'
    '<pattern id="crossed" width="1.8" height="1.8" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="1.8" height="1.8" fill="#d5dade"/>'
    '<path d="M0 0H1.8M0 0V1.8" stroke="#5c6b73" stroke-width=".5"/></pattern></defs>'
)


def _drawn(area: Area, shape: shapely.Geometry) -> str:
    if shape.is_empty:
        return ""
    is_mark = area.fill in {"hatched", "crossed"}
    fill = f"url(#{area.fill})" if is_mark else area.fill
    width, opacity = (0.65, 1.0) if area.is_subject else (0.3, 0.85)
    style = f'fill="{fill}" stroke="{INK}" stroke-width="{width}" opacity="{opacity}"'
    if shape.geom_type in {"Point", "MultiPoint"}:
        return "".join(
            f'<circle cx="{p.x:.2f}" cy="{p.y:.2f}" r="{_POINT_RADIUS_MM}" {style}/>'
            for p in shapely.get_parts(shape)
        )
    dashes = ' stroke-dasharray="1.8 1.2"' if area.is_approximate else ""
    return f'<path d="{_path(shape)}" fill-rule="evenodd" stroke-linejoin="round" {style}{dashes}/>'


def _path(shape: shapely.Geometry) -> str:
    """Every ring of a geometry as one SVG path; inner rings are left out by the even-odd rule."""
    polygons = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
    rings = shapely.get_rings(np.array(polygons, dtype=object)) if polygons else []
    return "".join(_line(shapely.get_coordinates(ring)[:-1]) + "Z" for ring in rings)


def _line(xy: npt.NDArray[np.float64]) -> str:
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in xy)


def _area_labels(
    areas: Sequence[Area], shapes: npt.NDArray[np.object_], frame: Frame
) -> list[Label]:
    found = []
    # The subject first: its words are the last to give way.
    for area, shape in sorted(
        zip(areas, shapes, strict=True), key=lambda pair: not pair[0].is_subject
    ):
        place = _middle(shape, frame)
        if place is None or not area.label:
            continue
        below = 3.2 if shape.geom_type == "Point" else 0.0
        kind = "subject" if area.is_subject else "area"
        found.append(Label(shortened(area.label, _MOST_LABEL), place[0], place[1] + below, kind))
    return found


def _ground_labels(
    regencies: gpd.GeoDataFrame, ground: npt.NDArray[np.object_], frame: Frame
) -> list[Label]:
    order = np.argsort(-shapely.area(ground), kind="stable")
    names = [str(name) for name in regencies["name"]]
    places = {i: _middle(ground[i], frame) for i in order if shapely.area(ground[i]) > 40}
    return [
        Label(shortened(names[i], _MOST_LABEL), place[0], place[1], "ground")
        for i, place in places.items()
        if place is not None
    ]


def _middle(shape: shapely.Geometry, frame: Frame) -> tuple[float, float] | None:
    """A place inside the part of a shape that the map shows; None when it shows none of it."""
    margin = 3
    seen = shapely.clip_by_rect(
        shape, margin, margin, frame.width_mm - margin, frame.height_mm - margin
    )
    if seen.is_empty:
        return None
    centre = shapely.centroid(seen)
    place = centre if shapely.contains(seen, centre) else shapely.point_on_surface(seen)
    return round(float(place.x), 2), round(float(place.y), 2)


def _apart(labels: Sequence[Label]) -> list[Label]:
    """The labels that lie on none before them."""
    kept: list[tuple[Label, shapely.Geometry]] = []
    for label in labels:
        size = {"subject": 8.5, "area": 6.5, "ground": 6.5}[label.kind] * _LABEL_PT_TO_MM
        half, tall = len(label.text) * size * 0.29, size * 0.6
        box = shapely.box(label.x - half, label.y - tall, label.x + half, label.y + tall)
        if not any(shapely.intersects(box, other) for _, other in kept):
            kept.append((label, box))
    return [label for label, _ in kept]


def _grid(
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
        x = float(np.interp(-frame.height_mm, -line[:, 1][::1], line[:, 0]))
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
    ("3°15′ LS", "115°00′ E")
    """
    minutes = round(abs(value) * 60, 1)
    whole, rest = divmod(minutes, 60)
    seconds = round(rest % 1 * 60)
    direction = translate(f"sheet.{directions[value < 0].lower()}", language)
    fraction = f"{seconds:02d}″" if seconds else ""
    return f"{whole:.0f}°{math.floor(rest):02d}′{fraction} {direction}"


def _scale_bar(frame: Frame, language: Language) -> dict[str, Any]:
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


def _convergence_deg(frame: Frame) -> float:
    """Degrees by which true north lies left of the paper's top, in the middle of the map."""
    inverse = pyproj.Transformer.from_crs(frame.crs, LONLAT, always_xy=True)
    minx, miny, maxx, maxy = frame.bounds
    lon, lat = inverse.transform((minx + maxx) / 2, (miny + maxy) / 2)
    return float(pyproj.Proj(frame.crs).get_factors(lon, lat).meridian_convergence)


def swatches(legend_entries: Sequence[Any]) -> list[Mapping[str, str]]:
    """The lines of a legend as JSON types."""
    return [
        {"label": entry.label, "kind": entry.kind, "colour": entry.colour}
        for entry in legend_entries
    ]
