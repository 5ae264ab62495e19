"""Topology between neighbours of a polygon layer: overlaps, gaps, edges that do not match.

Simplified boundaries overlap a little here and leave slivers there, so an area counts twice or not
at all. `coverage_faults` names the places, and `clean_borders` closes what is narrower than anybody
can draw. Validity of a single polygon is not the subject here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from geo.crs import LONLAT, area_ha, distance_m, distances_m, length_m, require_crs, to_lonlat
from geo.errors import InvalidLayer
from geo.language import texts

_SAY = texts(__name__)

# Storage grid of lon/lat layers, degrees: 0.11 m, and the six decimals that RFC 7946 section 11.2
# calls about enough for a map.
GRID_DEG = 1e-6
# An overlap or gap below this is the rounding of coordinates (a 5 m square), not a fault of a border.
_LEAST_AREA_HA = 0.0025
# A house plot of a transmigrant family is 0.25 ha; a part of a layer below a tenth of it is none.
SMALLEST_AREA_HA = 0.025
# No field or road reserve is narrower; cuts by lines drawn twice are.
NARROWEST_M = 3.0
# What no drawing means: overlaps and gaps narrower than a metre, which is 0.02 mm of a map at
# 1:50,000, and those of less than 100 m² that are narrower than its accuracy.
NARROW_M = 1.0
NARROW_AREA_HA = 0.01
# Horizontal accuracy of the national base map at 1:50,000, class 1 (Perka BIG 15/2014, Table 1): a
# border may lie this far off, so no mending moves it farther.
ACCURACY_M = 10.0
# A longer sliver of that width would be 30 km long.
_WIDTH_ASKED_BELOW_HA = 10.0

_M_PER_DEG = 111_320.0
# Of outlines that are compared at a time: an edge as a shape takes some 300 bytes.
_VERTICES_AT_ONCE = 250_000
_AS_COMPLEX = np.array([1, 1j])
# Shapes that are cut at a time: a file of copies of one polygon has millions of pairs.
_PAIRS_AT_ONCE = 50_000

_Polygons = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class CoverageReport:
    """Where neighbours overlap, leave gaps or do not share their edges.

    Attributes
    ----------
    overlaps : DataFrame
        `left`, `right` (area_id), `area_ha`, `width_m` (diameter of the widest circle inside),
        `lon`, `lat` of a point inside; largest first.
    gaps : DataFrame
        Holes that the features together enclose: `neighbours` (area_ids, comma-separated),
        `area_ha`, `width_m` (diameter of the widest circle inside), `lon`, `lat` of a point inside;
        largest first. A hole can be a lake or a strait: only its width hints at a fault.
    unmatched_edges : DataFrame
        `area_id`, `length_m`, `lon`, `lat`: edges that run along a neighbour without the same
        vertices, and a point of them.
    """

    overlaps: pd.DataFrame
    gaps: pd.DataFrame
    unmatched_edges: pd.DataFrame

    @property
    def is_clean(self) -> bool:
        """Whether no feature overlaps another and every shared edge has the same vertices."""
        return self.overlaps.empty and self.unmatched_edges.empty


def coverage_faults(frame: gpd.GeoDataFrame) -> CoverageReport:
    """Overlaps, enclosed gaps and unmatched edges between the features of a layer.

    Parameters
    ----------
    frame : GeoDataFrame, (n,)
        Valid polygons or multipolygons with a CRS; the index names the features. Missing and empty
        geometries are left out.

    Returns
    -------
    CoverageReport
        Empty tables when nothing is wrong.

    Raises
    ------
    CRSMissing
    InvalidLayer
        When a feature is not a valid polygon; mend it first.
    """
    lonlat = _require_polygons(frame)

    polygons = lonlat.geometry.to_numpy()
    edges: _Polygons = shapely.coverage_invalid_edges(polygons)
    if not shapely.is_empty(edges).all():
        # Vertices that were computed from other coordinates, as those of UTM, are a hair apart.
        polygons = _on_common_vertices(polygons)
        edges = shapely.coverage_invalid_edges(polygons)
    overlaps = _overlaps(lonlat.index, polygons, edges)
    gaps = _gaps(lonlat.index, polygons, is_matched=bool(shapely.is_empty(edges).all()))

    return CoverageReport(overlaps, gaps, _unmatched_edges(lonlat.index, edges))


def _on_common_vertices(polygons: _Polygons) -> _Polygons:
    """The polygons with vertices that lie within the grid of each other made one."""
    from scipy.spatial import KDTree

    places, which = np.unique(shapely.get_coordinates(polygons), axis=0, return_inverse=True)
    # Nearest first, so that one of three in a row goes to the one that is the same place.
    distances, nearest = KDTree(places).query(places, k=2, distance_upper_bound=GRID_DEG)
    rows = np.arange(len(places))
    is_pair = np.isfinite(distances[:, 1])
    other = np.where(is_pair, nearest[:, 1], rows)
    # Only of two that are each other's nearest, the later takes the place of the earlier.
    is_mutual = other[other] == rows
    target = np.where(is_mutual, np.minimum(rows, other), rows)
    moved: _Polygons = shapely.set_coordinates(polygons.copy(), places[target][which.ravel()])
    return np.where(shapely.is_valid(moved), moved, polygons)


def overlaps(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """Where polygons of a layer that is no coverage overlap; columns as in `CoverageReport`.

    Parameters
    ----------
    frame : GeoDataFrame, (n,)
        Valid geometries with a CRS; points, lines and missing ones are left out.
    """
    lonlat = _polygons_of(frame)
    polygons = lonlat.geometry.to_numpy()
    return _overlaps(lonlat.index, polygons, shapely.coverage_invalid_edges(polygons))


def slivers(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """Parts and holes of polygons that are too small or too narrow to be meant, smallest first.

    What is below `SMALLEST_AREA_HA` or on the mean narrower than `NARROWEST_M` is what a cut or a
    union of layers leaves behind.

    Parameters
    ----------
    frame : GeoDataFrame, (n,)
        Valid geometries with a CRS; points, lines and missing ones are left out.

    Returns
    -------
    DataFrame
        `area_id`, `is_hole`, `area_ha`, `lon`, `lat` of a point inside.
    """
    lonlat = _polygons_of(frame)
    parts, owner = shapely.get_parts(lonlat.geometry.to_numpy(), return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    is_hole = np.concatenate([[False], part[1:] == part[:-1]]) if len(part) else part.astype(bool)
    holes = shapely.polygons(rings[is_hole])
    pieces = np.concatenate([parts, holes])
    # Most are far too large; only what is near the limit is measured on the ellipsoid.
    near = np.flatnonzero(_roughly_ha(pieces) < 2 * _WIDTH_ASKED_BELOW_HA)
    areas = _areas_ha(pieces[near])
    # A rectangle's area over half its outline is a little less than its width.
    widths = np.array(
        [
            area * 10_000 / (length_m(shapely.boundary(piece)) / 2)
            if area < _WIDTH_ASKED_BELOW_HA
            else np.inf
            for area, piece in zip(areas, pieces[near], strict=True)
        ],
        dtype=np.float64,
    )
    is_sliver = (areas < SMALLEST_AREA_HA) | (widths < NARROWEST_M)
    wrong = near[is_sliver]
    inside = shapely.point_on_surface(pieces[wrong])
    table = pd.DataFrame(
        {
            "area_id": lonlat.index[np.concatenate([owner, owner[part[is_hole]]])][wrong],
            "is_hole": wrong >= len(parts),
            "area_ha": areas[is_sliver],
            "lon": shapely.get_x(inside),
            "lat": shapely.get_y(inside),
        }
    )
    return table.sort_values("area_ha", kind="stable").reset_index(drop=True)


def _polygons_of(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The polygons of `frame` in lon/lat."""
    require_crs(frame, subject="layer")
    is_polygon = frame.geometry.geom_type.isin(["Polygon", "MultiPolygon"])
    return to_lonlat(frame[is_polygon & ~frame.geometry.is_empty])


def _require_polygons(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The features of `frame` in lon/lat; `InvalidLayer` unless all are valid polygons."""
    require_crs(frame, subject="layer")
    present = frame[frame.geometry.notna() & ~frame.geometry.is_empty]
    polygonal = present.geom_type.isin(["Polygon", "MultiPolygon"])
    wrong = present.index[~(polygonal & present.geometry.is_valid)].astype(str).tolist()
    if wrong:
        reason = _SAY["not_polygons"]
        raise InvalidLayer(reason=reason.format(features=", ".join(wrong)), features=wrong)
    return to_lonlat(present)


def _areas_ha(polygons: Sequence[shapely.Geometry] | _Polygons) -> npt.NDArray[np.float64]:
    return area_ha(gpd.GeoDataFrame(geometry=list(polygons), crs=LONLAT))


def _roughly_ha(polygons: _Polygons) -> npt.NDArray[np.float64]:
    """Areas of lon/lat polygons on a sphere, within some 1 % for what is small."""
    _, south, _, north = shapely.bounds(polygons).T
    square_m = _M_PER_DEG**2 * np.cos(np.radians((south + north) / 2))
    rough: npt.NDArray[np.float64] = shapely.area(polygons) * square_m / 10_000
    return rough


def _overlaps(names: pd.Index, polygons: _Polygons, edges: _Polygons) -> pd.DataFrame:
    # Of two that overlap at least one has an edge inside the other; neighbours that match need no cut.
    is_crossed = ~shapely.is_empty(edges)
    crossed = np.flatnonzero(is_crossed)
    left, right = shapely.STRtree(polygons).query(polygons[crossed], predicate="intersects")
    left = crossed[left]
    once = (left < right) | ((left > right) & ~is_crossed[right])
    left, right = np.minimum(left, right)[once], np.maximum(left, right)[once]
    found = [
        _common(
            names,
            polygons,
            left=left[at : at + _PAIRS_AT_ONCE],
            right=right[at : at + _PAIRS_AT_ONCE],
        )
        for at in range(0, max(len(left), 1), _PAIRS_AT_ONCE)
    ]
    return _largest_first(pd.concat(found, ignore_index=True))


def _common(
    names: pd.Index,
    polygons: _Polygons,
    *,
    left: npt.NDArray[np.int_],
    right: npt.NDArray[np.int_],
) -> pd.DataFrame:
    """What pairs of polygons share, but for the rounding of coordinates."""
    common = shapely.intersection(polygons[left], polygons[right])
    near = np.flatnonzero(_roughly_ha(common) > _LEAST_AREA_HA / 2)
    areas = _areas_ha(common[near])
    told, areas = near[areas > _LEAST_AREA_HA], areas[areas > _LEAST_AREA_HA]
    inside = shapely.point_on_surface(common[told])
    return pd.DataFrame(
        {
            "left": names[left[told]],
            "right": names[right[told]],
            "area_ha": areas,
            "width_m": np.array([_widest_m(shape) for shape in common[told]], dtype=np.float64),
            "lon": shapely.get_x(inside),
            "lat": shapely.get_y(inside),
        }
    )


def _widest_m(shape: shapely.Geometry) -> float:
    """The greatest width of the polygons of a shape; of those that are wide anyway, the least it is."""
    widest = 0.0
    for part in shapely.get_parts(shape):
        if part.geom_type != "Polygon":
            continue
        # Area over half the outline is never more than the diameter of the widest circle inside.
        mean = area_ha(gpd.GeoDataFrame(geometry=[part], crs=LONLAT))[0] * 20_000
        mean /= length_m(shapely.boundary(part))
        widest = max(widest, float(mean) if mean >= ACCURACY_M else width_m(part))
    return widest


def is_narrow(faults: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """(n,) whether overlaps or gaps of a `CoverageReport` are narrower than a drawing can mean."""
    widths, areas = faults["width_m"].to_numpy(), faults["area_ha"].to_numpy()
    narrow: npt.NDArray[np.bool_] = (widths < NARROW_M) | (
        (areas < NARROW_AREA_HA) & (widths < ACCURACY_M)
    )
    return narrow


def clean_borders(frame: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """The polygons of a layer with common borders: no overlap, no gap below `NARROW_M`, same vertices.

    What overlaps goes to the neighbour with the longer common border.

    Parameters
    ----------
    frame : GeoDataFrame, (n,)
        Valid polygons with a CRS. Overlaps that are not narrow are to be mended by hand before.

    Returns
    -------
    GeoSeries, (n,)
        In the frame's CRS; a polygon that needed nothing is the very same.
    """
    unit_m = frame.crs.axis_info[0].unit_conversion_factor
    width = NARROW_M / (_M_PER_DEG if frame.crs.is_geographic else unit_m)
    given = frame.geometry.to_numpy()
    cleaned = shapely.coverage_clean(given, gap_width=width)
    same = shapely.equals_identical(shapely.normalize(given), shapely.normalize(cleaned))
    return gpd.GeoSeries(np.where(same, given, cleaned), index=frame.index, crs=frame.crs)


def drawn_to(frame: gpd.GeoDataFrame, fixed: gpd.GeoDataFrame, *, within_m: float) -> gpd.GeoSeries:
    """The polygons of `frame` with their borders on those of the neighbours `fixed`, which stay.

    A vertex goes to the one of a neighbour that is its nearest and whose nearest it is, if that is
    `within_m`; then what still overlaps a neighbour, and is narrower than that, is cut away.

    Parameters
    ----------
    frame, fixed : GeoDataFrame, (n,) and (m,)
        Valid polygons with a CRS, none missing.

    Returns
    -------
    GeoSeries, (n,)
        In the CRS of `fixed`. Polygons may be invalid or empty where that cannot be done.
    """
    from scipy.spatial import KDTree

    own = frame.geometry.to_crs(fixed.crs)
    shapes, neighbours = own.to_numpy(), fixed.geometry.to_numpy()
    near = shapely.box(*_around(own, within_m=within_m))
    neighbours = neighbours[shapely.intersects(neighbours, near)]
    if not len(neighbours):
        return own
    given = shapely.get_coordinates(shapes)
    places, which = np.unique(given, axis=0, return_inverse=True)
    targets = np.unique(shapely.get_coordinates(neighbours), axis=0)
    here, there = _in_metres(places, fixed.crs), _in_metres(targets, fixed.crs)
    distances, nearest = KDTree(there).query(here, distance_upper_bound=within_m)
    found = np.flatnonzero(np.isfinite(distances))
    _, back = KDTree(here).query(there[nearest[found]])
    mutual = found[back == found]
    places[mutual] = targets[nearest[mutual]]
    moved = shapely.set_coordinates(shapes.copy(), places[which.ravel()])
    cut = [_cut_to(shape, neighbours, within_m=within_m, crs=fixed.crs) for shape in moved]
    return gpd.GeoSeries(cut, index=frame.index, crs=fixed.crs)


def _around(own: gpd.GeoSeries, *, within_m: float) -> npt.NDArray[np.float64]:
    """The bounds of shapes, wider by so many metres on all sides, in their CRS."""
    unit_m = _M_PER_DEG if own.crs.is_geographic else own.crs.axis_info[0].unit_conversion_factor
    # A degree of longitude is shorter; twice is enough up to 60° of latitude.
    margin = 2 * within_m / unit_m
    bounds: npt.NDArray[np.float64] = own.total_bounds + np.array([-1, -1, 1, 1]) * margin
    return bounds


def _in_metres(places: npt.NDArray[np.float64], crs: pyproj.CRS) -> npt.NDArray[np.float64]:
    """Coordinates so that distances of some metres between them are those on the ground."""
    if not crs.is_geographic:
        return places * float(crs.axis_info[0].unit_conversion_factor)
    shrunk = np.cos(np.radians(places[:, 1]))
    return np.column_stack([places[:, 0] * shrunk, places[:, 1]]) * _M_PER_DEG


def _cut_to(
    shape: shapely.Geometry, neighbours: _Polygons, *, within_m: float, crs: pyproj.CRS
) -> shapely.Geometry:
    """A shape without what it shares with neighbours, where that is narrow; else as it is."""
    if not shape.is_valid:
        return shape
    touching = neighbours[shapely.intersects(neighbours, shape)]
    common = shapely.intersection(touching, shape)
    covered = touching[shapely.area(common) > 0]
    if not len(covered):
        return shape
    shared = gpd.GeoDataFrame(geometry=common[shapely.area(common) > 0], crs=crs)
    widths = np.array([_widest_m(part) for part in to_lonlat(shared).geometry])
    narrow = covered[widths < within_m]
    return shape if not len(narrow) else shapely.difference(shape, shapely.union_all(narrow))


def moves_m(before: gpd.GeoSeries, after: gpd.GeoSeries) -> npt.NDArray[np.float64]:
    """How far, in metres, any vertex of each shape lies from the other's outline.

    The Hausdorff distance of two outlines, taken at their vertices: a shape that is moved as a whole
    tells by how much. A vertex put into a straight edge moves nothing.

    Parameters
    ----------
    before, after : GeoSeries, (n,)
        Any CRS each; polygons, lines or points, none missing or empty, both of a pair of one
        dimension.

    Returns
    -------
    (n,) float64
        Geodesic; 0 where no vertex moved.
    """
    old, new = (
        to_lonlat(shapes.to_frame("geometry")).geometry.to_numpy() for shapes in (before, after)
    )
    found = np.zeros(len(old))
    rows = np.flatnonzero(~shapely.equals_identical(old, new))
    vertices = shapely.get_num_coordinates(old[rows]) + shapely.get_num_coordinates(new[rows])
    chunk = np.cumsum(vertices) // _VERTICES_AT_ONCE
    for one in np.unique(chunk):
        own = rows[chunk == one]
        found[own] = np.maximum(_farthest_m(old[own], new[own]), _farthest_m(new[own], old[own]))
    return found


def _farthest_m(shapes: _Polygons, others: _Polygons) -> npt.NDArray[np.float64]:
    """(n,) how far the vertices that only a shape has lie from the outline of its other."""
    places, owner = shapely.get_coordinates(shapes, return_index=True)
    edges, of_edge = _edges(others)
    # Each pair lies in a strip of its own, in degrees of latitude: one index finds for each vertex the
    # nearest edge, which is in its own strip.
    low, high = _extents(shapes, others)
    shrunk = np.cos(np.radians((low + high)[:, 1] / 2))
    strip = 4 * float((high - low).max()) + 1
    placed = _in_strips(places, owner, low=low, shrunk=shrunk, strip=strip)
    ends = _in_strips(edges.reshape(-1, 2), of_edge.repeat(2), low=low, shrunk=shrunk, strip=strip)
    is_own = ~np.isin(placed @ _AS_COMPLEX, ends @ _AS_COMPLEX)
    if not is_own.any():
        return np.zeros(len(shapes))
    lines = shapely.linestrings(ends.reshape(-1, 2, 2))
    points = shapely.points(placed[is_own])
    nearest = shapely.STRtree(lines).query_nearest(points, all_matches=False)[1]
    at = shapely.line_interpolate_point(
        lines[nearest], shapely.line_locate_point(lines[nearest], points)
    )
    own, there = owner[is_own], shapely.get_coordinates(at)
    lon = (there[:, 0] - own * strip) / shrunk[own] + low[own, 0]
    apart = distances_m(places[is_own], np.column_stack([lon, there[:, 1]]))
    found = np.zeros(len(shapes))
    np.maximum.at(found, own, apart)
    return found


def _edges(shapes: _Polygons) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """(m, 2, 2) both ends of every edge of each outline, and (m,) whose it is; a point is one too."""
    parts, of_part = shapely.get_parts(shapes, return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    is_ring = shapely.get_dimensions(parts) == 2
    pieces = np.concatenate([parts[~is_ring], rings])
    owners = np.concatenate([of_part[~is_ring], of_part[of_ring]])
    places, piece = shapely.get_coordinates(pieces, return_index=True)
    follows = np.flatnonzero(piece[1:] == piece[:-1])
    alone = np.flatnonzero(np.bincount(piece, minlength=len(pieces))[piece] == 1)
    starts, ends = np.concatenate([follows, alone]), np.concatenate([follows + 1, alone])
    return np.stack([places[starts], places[ends]], axis=1), owners[piece[starts]]


def _extents(
    shapes: _Polygons, others: _Polygons
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(n, 2) the south-western and the north-eastern corner of each pair."""
    one, other = shapely.bounds(shapes), shapely.bounds(others)
    return np.minimum(one[:, :2], other[:, :2]), np.maximum(one[:, 2:], other[:, 2:])


def _in_strips(
    places: npt.NDArray[np.float64],
    owner: npt.NDArray[np.intp],
    *,
    low: npt.NDArray[np.float64],
    shrunk: npt.NDArray[np.float64],
    strip: float,
) -> npt.NDArray[np.float64]:
    x = (places[:, 0] - low[owner, 0]) * shrunk[owner] + owner * strip
    return np.column_stack([x, places[:, 1]])


def _gaps(names: pd.Index, polygons: _Polygons, *, is_matched: bool) -> pd.DataFrame:
    # Where all vertices match, the union needs no cuts: a twentieth of the time.
    union = shapely.coverage_union_all if is_matched else shapely.union_all
    holes = _holes(union(polygons))
    tree = shapely.STRtree(polygons)
    table = pd.DataFrame(
        {
            "neighbours": [
                # A hole's vertices are computed crossings, so its neighbours lie within the grid.
                ", ".join(sorted(str(names[i]) for i in tree.query(hole, "dwithin", GRID_DEG)))
                for hole in holes
            ],
            "area_ha": _areas_ha(holes),
            "width_m": [width_m(hole) for hole in holes],
            "lon": [hole.representative_point().x for hole in holes],
            "lat": [hole.representative_point().y for hole in holes],
        }
    )
    return _largest_first(table[table["area_ha"] > _LEAST_AREA_HA])


def _holes(union: shapely.Geometry) -> list[shapely.Polygon]:
    """Interiors of a union that no other part of it lies in."""
    rings = [
        shapely.Polygon(ring)
        for part in shapely.get_parts(union)
        for ring in shapely.get_rings(part)[1:]
    ]
    # An island in a hole is land: what it covers is not gap.
    empty = shapely.difference(np.array(rings, dtype=object), union)
    return [part for part in shapely.get_parts(empty) if part.geom_type == "Polygon"]


def _unmatched_edges(names: pd.Index, edges: _Polygons) -> pd.DataFrame:
    rows = np.flatnonzero(~shapely.is_empty(edges))
    # GEOS takes no point of a line that is empty.
    points = shapely.point_on_surface(edges[rows])
    table = pd.DataFrame(
        {
            "area_id": names[rows],
            "length_m": np.array([length_m(edge) for edge in edges[rows]], dtype=np.float64),
            "lon": shapely.get_x(points),
            "lat": shapely.get_y(points),
        }
    )
    return table[table["length_m"] > 0].reset_index(drop=True)


def _largest_first(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values("area_ha", ascending=False, kind="stable").reset_index(drop=True)


def width_m(polygon: shapely.Geometry) -> float:
    """Diameter in metres of the widest circle inside a lon/lat polygon."""
    radius = shapely.maximum_inscribed_circle(polygon, tolerance=GRID_DEG)
    (lon, lat), (to_lon, to_lat) = radius.coords
    return 2 * distance_m(lon, lat, to_lon, to_lat)
