"""The map of a printed sheet: shapes as SVG, words as placed labels, a scale that is true.

Shapes are drawn in a UTM frame of the sheet's own middle. Words are no part of the SVG: the sheet
sets them in its own type, so that they stay text that can be searched and copied.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo.crs import to_lonlat
from geo.language import Language
from geo.vector.schema import is_approximate
from maps.context import MapContext
from maps.labels import SHORT_NAMES, label_places, largest_part
from maps.sheets.frame import (
    Frame,
    convergence_deg,
    crs_name,
    grid,
    lonlat_bounds,
    projected,
    scale_bar,
)
from maps.sheets.paper_text import printable
from maps.style import INK
from maps.text import translate

# The colours of the screen's map. Without a context nothing says what is sea and what a neighbour.
OUTSIDE = "#e9eef0"
SEA = "#dbe8ef"
AROUND = "#f1f0ea"
COAST = "#7f99a9"
WATER = "#cfe1ec"
ROAD = "#57656d"
LAND = "#fbfaf7"
LAND_EDGE = "#a9b6bc"
GRID = "#5c6b73"
# What a line is smoothed by: finer than a printer's dot.
_TOLERANCE_MM = 0.05
_POINT_RADIUS_MM = 1.7
_DASHES = "1.8 1.2"
_LABEL_PT = 6.5
_PT_TO_MM = 0.3528
# Where a mark goes when its place is taken: aside in ever wider rings.
_STEPS = [(0.0, 0.0)] + [
    (ring * x, ring * y)
    for ring in (3.0, 5.0, 7.5)
    for x, y in (
        (1, 0),
        (-1, 0),
        (0, 1),
        (0, -1),
        (0.8, 0.8),
        (-0.8, 0.8),
        (0.8, -0.8),
        (-0.8, -0.8),
    )
]
Bounds = tuple[float, float, float, float]
# 1 : 1,000,000, in millimetres of paper for a metre.
_LEAST_TOWN_SCALE = 1e-3
# A regency of which the map shows less is not named, and one that is smaller is named beside it.
_LEAST_GROUND_MM2 = 12.0
# Half the room that the name of a sea asks for.
_LEAST_SEA_MM = 9.0
_MOST_LABEL = 64
# An area that is narrower would lie hidden under its own mark.
_LEAST_MARKED_MM = 4.5
_BESIDE_MM = 1.8
# A name may reach over the boundary by a tenth at each end.
_NAME_INSIDE = 0.8
_MARK_KINDS = ("number", "letter")


class Area(NamedTuple):
    """One area as it is drawn; `fill` is a colour, or `hatched` or `crossed`.

    `label_kind` is `area` for a name, `number` or `letter` for a mark that a table explains.
    """

    area_id: str
    geometry: shapely.Geometry
    fill: str
    is_approximate: bool
    is_subject: bool
    label: str
    label_kind: str = "area"


class Label(NamedTuple):
    """Words on a map, centred at a place in millimetres from the upper left corner.

    `others` are places where they may stand as well, the best first.
    """

    text: str
    x: float
    y: float
    kind: str
    others: Sequence[tuple[float, float]] = ()


def areas_of(
    layer: gpd.GeoDataFrame,
    *,
    subject: str | None,
    fill_of: Callable[[str], str],
    label_of: Callable[[str], str],
    kind_of: Callable[[str], str] = lambda _: "area",
) -> list[Area]:
    """The areas of a layer as they are drawn: the largest first, so that none hides a smaller one."""
    lonlat = to_lonlat(layer).geometry
    order = np.argsort(-shapely.area(lonlat.to_numpy()), kind="stable")
    kinds = layer["geometry_kind"] if "geometry_kind" in layer else [None] * len(layer)
    rows = list(zip(map(str, layer.index), lonlat, kinds, strict=True))
    return [
        Area(
            area_id,
            geometry,
            fill_of(area_id),
            is_approximate(kind),
            area_id == subject,
            label_of(area_id),
            kind_of(area_id),
        )
        for area_id, geometry, kind in (rows[i] for i in order)
        if geometry is not None and not geometry.is_empty
    ]


def map_content(
    frame: Frame,
    *,
    regencies: gpd.GeoDataFrame,
    areas: Sequence[Area],
    language: Language,
    covered: Sequence[Bounds] = (),
    context: MapContext | None = None,
) -> dict[str, Any]:
    """A map as JSON types: its picture, labels, grid, scale bar, north and CRS.

    Labels that would lie on another or on a part of the map that is `covered` (millimetres from
    the upper left corner) are left out, those of the context before regencies' before areas';
    marks step aside instead.
    """
    ground = _on_paper(to_lonlat(regencies).geometry.to_numpy(), frame)
    shapes = _on_paper(np.array([area.geometry for area in areas], dtype=object), frame)
    lines, ticks = grid(frame, language)
    around, towns = _around(context, frame), _towns(context, frame, language)
    labels = [
        *_area_labels(areas, shapes, frame),
        *_ground_labels(regencies, ground, frame),
        *(_context_labels(context, around, frame, language) if context else ()),
        *(Label(name, p.x, p.y + 2.6, "context-town") for name, p in towns if name),
    ]
    taken = [*covered, *_furniture(frame)]
    return {
        "svg": _svg(
            frame, ground, areas, shapes, lines=lines, around=around, towns=[p for _, p in towns]
        ),
        "width": frame.width_mm,
        "height": frame.height_mm,
        "labels": [_as_json(label) for label in _apart(labels, frame, taken)],
        "ticks": ticks,
        "scale": scale_bar(frame, language),
        "north_deg": round(-convergence_deg(frame), 3),
        "north": translate("sheet.north", language),
        "crs": crs_name(frame.crs),
    }


def _on_paper(lonlat: npt.NDArray[np.object_], frame: Frame) -> npt.NDArray[np.object_]:
    """Geometries in millimetres of the map, cut a little outside its edge."""
    paper = shapely.transform(projected(lonlat, frame.crs), frame.to_paper)
    # Two millimetres outside, so that no stroke of the cut is seen.
    cut = [shapely.clip_by_rect(g, -2, -2, frame.width_mm + 2, frame.height_mm + 2) for g in paper]
    simple: npt.NDArray[np.object_] = shapely.simplify(np.array(cut, dtype=object), _TOLERANCE_MM)
    return simple


def _around(context: MapContext | None, frame: Frame) -> Mapping[str, shapely.Geometry]:
    """Land, outline of the province, water and roads as the map shows them; nothing without a context."""
    if context is None:
        return {}
    kinds = ("land", "outline", "water", "road")
    # Cut before it is projected: the land reaches round the world's side that UTM cannot draw.
    seen = lonlat_bounds(frame)
    shapes = [shapely.clip_by_rect(context.shape(kind), *seen) for kind in kinds]
    return dict(zip(kinds, _on_paper(np.array(shapes, dtype=object), frame), strict=True))


def _svg(
    frame: Frame,
    ground: npt.NDArray[np.object_],
    areas: Sequence[Area],
    shapes: npt.NDArray[np.object_],
    *,
    lines: Sequence[npt.NDArray[np.float64]],
    around: Mapping[str, shapely.Geometry],
    towns: Sequence[shapely.Point],
) -> str:
    land = "".join(_path(shape) for shape in ground)
    net = "".join(_line(line) for line in lines)
    drawn = list(zip(areas, shapes, strict=True))
    width, height = frame.width_mm, frame.height_mm
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}mm" height="{height:g}mm">'
        f'<rect width="100%" height="100%" fill="{SEA if around else OUTSIDE}"/>'
        + _surroundings(around)
        + f'<path d="{land}" fill="{LAND}" fill-rule="evenodd"/>'
        + _water_and_roads(around)
        + "".join(_filled(area, shape) for area, shape in drawn)
        # The regencies' boundaries lie above the fills, which may cover several of them.
        + f'<path d="{land}" fill="none" stroke="{LAND_EDGE}" stroke-width=".25" '
        'stroke-linejoin="round"/>'
        + f'<path d="{net}" fill="none" stroke="{GRID}" stroke-width=".1" opacity=".55"/>'
        + _shared_outlines(drawn)
        + "".join(_outlined(area, shape) for area, shape in drawn)
        + _dots(towns)
        + "</svg>"
    )


def _surroundings(around: Mapping[str, shapely.Geometry]) -> str:
    """Land beyond the province, and the line of the coast that the province's own land leaves free."""
    if not around:
        return ""
    shore = f'stroke="{COAST}" stroke-linejoin="round" fill-rule="evenodd"'
    return (
        f'<path d="{_path(around["land"])}" fill="{AROUND}" stroke-width=".2" {shore}/>'
        f'<path d="{_path(around["outline"])}" fill="{AROUND}" stroke-width=".7" {shore}/>'
    )


def _dots(places: Iterable[shapely.Point]) -> str:
    return "".join(
        f'<circle cx="{p.x:.2f}" cy="{p.y:.2f}" r=".6" fill="#fff" stroke="{GRID}" stroke-width=".25"/>'
        for p in places
    )


def _water_and_roads(around: Mapping[str, shapely.Geometry]) -> str:
    if not around:
        return ""
    parts = [p for p in shapely.get_parts(around["road"]) if p.geom_type == "LineString"]
    roads = "".join(_line(shapely.get_coordinates(part)) for part in parts)
    return (
        f'<path d="{_path(around["water"])}" fill="{WATER}" fill-rule="evenodd" stroke="{COAST}" stroke-width=".12"/>'
        f'<path d="{roads}" fill="none" stroke="#fff" stroke-width=".65" stroke-opacity=".8"/>'
        f'<path d="{roads}" fill="none" stroke="{ROAD}" stroke-width=".25"/>'
    )


# The same two marks as on the screen: no data is hatched, excluded is crossed. They are drawn as
# lines, for not every reader of PDF turns a pattern as SVG does, and a hatch may look like a cross.
_MARKS: Mapping[str, tuple[str, str, tuple[int, ...]]] = {
    "hatched": ("#eef0f1", "#9aa5ab", (1,)),
    "crossed": ("#d5dade", "#5c6b73", (1, -1)),
}
_HATCH_MM = 1.7


def _marked(shape: shapely.Geometry, fill: str) -> str:
    """The lines of a mark inside a shape; nothing for a plain colour."""
    if fill not in _MARKS or shape.is_empty:
        return ""
    _, colour, slopes = _MARKS[fill]
    minx, miny, maxx, maxy = shapely.bounds(shape)
    path = ""
    for slope in slopes:
        # Lines x + slope * y = c, with c a multiple of the spacing, so that neighbours join up.
        low, high = sorted((slope * miny, slope * maxy))
        spacing = _HATCH_MM * math.sqrt(2)
        starts = spacing * np.arange((minx + low) // spacing, (maxx + high) // spacing + 1)
        lines = [[(c - slope * miny, miny), (c - slope * maxy, maxy)] for c in starts]
        seen = shapely.intersection(shapely.multilinestrings(shapely.linestrings(lines)), shape)
        parts = [p for p in shapely.get_parts(seen) if p.geom_type == "LineString"]
        path += "".join(_line(shapely.get_coordinates(part)) for part in parts)
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width=".35"/>'


def _filled(area: Area, shape: shapely.Geometry) -> str:
    opacity = 1 if area.is_subject else 0.85
    path = (
        f'<path d="{_path(shape)}" fill="{_paint(area)}" fill-rule="evenodd" opacity="{opacity}"/>'
    )
    return path + _marked(shape, area.fill) if shape.area else ""


def _shared_outlines(drawn: Sequence[tuple[Area, shapely.Geometry]]) -> str:
    """The dashed outlines of the subject's neighbours, each shared edge once.

    Drawn by both its areas, the dashes of one would fill the gaps of the other.
    """
    dashed = [s for area, s in drawn if area.is_approximate and not area.is_subject]
    own = [shapely.boundary(shape) for area, shape in drawn if area.is_subject and shape.area]
    lines = shapely.union_all([shapely.boundary(s) for s in dashed if s.area])
    alone = shapely.line_merge(shapely.difference(lines, shapely.union_all(own)))
    path = "".join(_line(shapely.get_coordinates(line)) for line in shapely.get_parts(alone))
    return (
        f'<path d="{path}" fill="none" stroke="{INK}" stroke-width="0.3" '
        f'stroke-linejoin="round" stroke-dasharray="{_DASHES}"/>'
    )


def _outlined(area: Area, shape: shapely.Geometry) -> str:
    """The subject's outline, dashed where approximate; what is exact or a bare location."""
    stroke = f'stroke="{INK}" stroke-width="{0.65 if area.is_subject else 0.3}"'
    circles = "".join(
        f'<circle cx="{p.x:.2f}" cy="{p.y:.2f}" r="{_POINT_RADIUS_MM}" fill="{_paint(area)}" {stroke}/>'
        + _marked(p.buffer(_POINT_RADIUS_MM), area.fill)
        for p in shapely.get_parts(shape)
        if p.geom_type == "Point"
    )
    if area.is_approximate and not area.is_subject:
        return circles
    dashes = f' stroke-dasharray="{_DASHES}"' if area.is_approximate else ""
    path = _path(shape)
    return f'{circles}<path d="{path}" fill="none" stroke-linejoin="round" {stroke}{dashes}/>'


def _paint(area: Area) -> str:
    return _MARKS[area.fill][0] if area.fill in _MARKS else area.fill


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
    """Names or numbers of the areas; the subject's own stands above the map already."""
    found = []
    for area, shape in zip(areas, shapes, strict=True):
        place = None if area.is_subject or not area.label else _middle(shape, frame)
        if place is None:
            continue
        below = 3.2 if shape.geom_type == "Point" else 0.0
        text = printable(area.label, _MOST_LABEL)
        label = Label(text, place[0], place[1] + below, area.label_kind)
        found.append(_beside_or_inside(label, shape, frame))
    return found


def _beside_or_inside(label: Label, shape: shapely.Geometry, frame: Frame) -> Label:
    """A mark of a narrow area beside it; a name also at other places inside its area."""
    west, south, east, north = shapely.bounds(shape)
    if label.kind in _MARK_KINDS:
        is_hidden = min(east - west, north - south) < _LEAST_MARKED_MM
        return label._replace(x=round(float(east) + _BESIDE_MM, 2)) if is_hidden else label
    part = largest_part(shapely.intersection(shapely.make_valid(shape), _edge(frame)))
    if part is None or not part.area:
        return label
    return label._replace(others=[(float(x), float(y)) for x, y in label_places(part)])


def _ground_labels(
    regencies: gpd.GeoDataFrame, ground: npt.NDArray[np.object_], frame: Frame
) -> list[Label]:
    """Names of the regencies, the smallest first: it has the fewest places to stand."""
    sizes = shapely.area(ground)
    names = [printable(str(name), _MOST_LABEL) for name in regencies["name"]]
    found = []
    for i in np.argsort(sizes, kind="stable"):
        part = largest_part(shapely.intersection(shapely.make_valid(ground[i]), _edge(frame)))
        is_whole = shapely.contains_properly(_edge(frame), ground[i])
        if part is None or not part.area or not (is_whole or sizes[i] > _LEAST_GROUND_MM2):
            continue
        name, ((x, y), *others) = _name_inside(names[i], part)
        beside = _STEPS[1:] if sizes[i] <= _LEAST_GROUND_MM2 else []
        others += [(x + right, y + down) for right, down in beside]
        found.append(Label(name, x, y, "ground", others))
    return found


def _name_inside(name: str, part: shapely.Geometry) -> tuple[str, list[tuple[float, float]]]:
    """A name and where it may stand: first where it lies inside; nowhere so, the short name."""
    places = [(float(x), float(y)) for x, y in label_places(part)]
    for said in dict.fromkeys((name, SHORT_NAMES.get(name, name))):
        half = _NAME_INSIDE * _half_size(Label(said, 0, 0, "ground"))[0]
        inside = [
            (x, y)
            for x, y in places
            if shapely.covers(part, shapely.LineString([(x - half, y), (x + half, y)]))
        ]
        if inside:
            return said, [*inside, *(place for place in places if place not in inside)]
    return SHORT_NAMES.get(name, name), places


def _context_labels(
    context: MapContext, around: Mapping[str, shapely.Geometry], frame: Frame, language: Language
) -> list[Label]:
    """Names of seas, and of provinces and regencies around."""
    return [
        *_sea_labels(context, around, frame, language),
        *(
            Label(name, place.x, place.y, f"context-{kind}")
            for kind in ("province", "regency")
            for name, place in _named_places(context, kind, frame, language)
            if shapely.intersects(place, _edge(frame))
        ),
    ]


def _towns(
    context: MapContext | None, frame: Frame, language: Language
) -> list[tuple[str, shapely.Point]]:
    """The towns on a map that is near enough to tell them apart."""
    if context is None or frame.mm_per_m < _LEAST_TOWN_SCALE:
        return []
    found = _named_places(context, "town", frame, language)
    return [one for one in found if shapely.intersects(one[1], _edge(frame))]


def _named_places(
    context: MapContext, kind: str, frame: Frame, language: Language
) -> list[tuple[str, shapely.Point]]:
    """Names and places in millimetres, also beyond the map's edge."""
    found = context.places(kind, language)
    points = np.array([shapely.Point(lon, lat) for _, lon, lat in found], dtype=object)
    paper = shapely.transform(projected(points, frame.crs), frame.to_paper)
    return [(name, place) for (name, _, _), place in zip(found, paper, strict=True)]


def _sea_labels(
    context: MapContext, around: Mapping[str, shapely.Geometry], frame: Frame, language: Language
) -> list[Label]:
    """Each sea at its own place; where the map shows none of them, the nearest in its widest water."""
    seas, edge = _named_places(context, "sea", frame, language), _edge(frame)
    seen = [(name, place) for name, place in seas if shapely.intersects(place, edge)]
    # Of a sea's several places the first that the map shows; `dict` keeps the last of what it is given.
    inside = list(dict(reversed(seen)).items())
    if not inside and seas:
        # Cutting to a rectangle leaves rings that touch themselves.
        land = shapely.make_valid(np.array([around["land"], around["outline"]], dtype=object))
        water = shapely.difference(edge, shapely.union_all(land))
        circle = shapely.maximum_inscribed_circle(water) if water.area else shapely.LineString()
        if circle.length >= _LEAST_SEA_MM:
            middle = shapely.Point(circle.coords[0])
            inside = [(min(seas, key=lambda sea: shapely.distance(sea[1], middle))[0], middle)]
    return [Label(name, place.x, place.y, "context-sea") for name, place in inside]


def _edge(frame: Frame) -> shapely.Polygon:
    polygon: shapely.Polygon = shapely.box(0, 0, frame.width_mm, frame.height_mm)
    return polygon


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


def _apart(labels: Sequence[Label], frame: Frame, taken: Sequence[Bounds]) -> list[Label]:
    """The labels that lie on none before them, moved inside the map; a mark is moved to stay."""
    boxes = [shapely.box(*bounds) for bounds in taken]
    kept = []
    for label in labels:
        half, tall = _half_size(label)
        steps = _STEPS if label.kind in _MARK_KINDS else _STEPS[:1]
        places = [(label.x + right, label.y + down) for right, down in steps]
        for place in [*places, *label.others]:
            x = min(max(place[0], half + 1), frame.width_mm - half - 1)
            y = min(max(place[1], tall + 1), frame.height_mm - tall - 1)
            box = shapely.box(x - half, y - tall, x + half, y + tall)
            if not any(shapely.intersects(box, other) for other in boxes):
                boxes.append(box)
                kept.append(label._replace(x=round(x, 2), y=round(y, 2)))
                break
    return kept


def _half_size(label: Label) -> tuple[float, float]:
    """Half the width and height of the words as the template sets them, about, in millimetres."""
    size = _LABEL_PT * _PT_TO_MM
    # Provinces are set in spaced capitals.
    glyph = 0.42 if label.kind == "context-province" else 0.29
    return len(label.text) * size * glyph + 0.5, size * 0.6


def _as_json(label: Label) -> dict[str, Any]:
    return {"text": label.text, "x": label.x, "y": label.y, "kind": label.kind}


def _furniture(frame: Frame) -> list[Bounds]:
    """Where the north arrow and the scale bar stand."""
    width, height = frame.width_mm, frame.height_mm
    return [(width - 9, 0, width, 12), (0, height - 14, width * 0.25 + 9, height)]


def swatches(legend_entries: Sequence[Any]) -> list[Mapping[str, str]]:
    """The lines of a legend as JSON types."""
    return [
        {"label": entry.label, "kind": entry.kind, "colour": entry.colour}
        for entry in legend_entries
    ]
