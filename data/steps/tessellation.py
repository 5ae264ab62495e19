"""Pure. Approximate areas where only a place and a size are published: cells and discs.

No official polygon of a kecamatan or a transmigration area may be shipped, but their centroids and
areas are published. `grow_cells` divides a parent polygon among such places; `disc_within` draws
one about a single place. What comes out is for screening and must be named approximate wherever it
is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo import crs
from geo.crs import LONLAT, require_same_crs, to_lonlat
from geo.errors import InvalidInput
from geo.language import Text
from geo.vector.topology import clean_coverage

_Array = npt.NDArray[np.float64]
_Polygons = npt.NDArray[np.object_]
# Corner of a convex cell: x, y, and the site across the edge that starts there (-1: none).
_Corner = tuple[float, float, int]

_M_PER_DEG = 111_320.0
# Cells meet their shares of area to a thousandth: the published areas are no better.
_AREA_TOLERANCE = 1e-3
_MAX_NEWTON_STEPS = 50
_MAX_SITE_MOVES = 12
# Cuts are rounded to the storage grid (0.1 m), which can leave hairline gaps along the parent.
_HAIRLINE_M = 1.0
_DISC_VERTICES = 128


def grow_cells(
    points: gpd.GeoDataFrame, within: gpd.GeoDataFrame, *, area_ha: pd.Series
) -> gpd.GeoDataFrame:
    """One cell for every point, together a clean coverage of the parents.

    Each parent is divided by a power diagram whose weights give every cell its share of area and
    whose sites are then moved so that the cells' centroids come to lie on the points. A part of a
    parent (an island) that holds points is divided among them alone; a part without points goes
    whole to the nearest cell.

    Parameters
    ----------
    points : GeoDataFrame, (n,)
        Published centroids. Column `parent` holds the index value of the parent in `within`.
    within : GeoDataFrame
        Parent polygons, a clean coverage, same CRS as `points`.
    area_ha : Series, (n,), hectares
        Published area of each point, by the index of `points`; > 0. Only its shares within a
        parent's part matter, for the parents' own areas differ from the published ones.

    Returns
    -------
    GeoDataFrame, (n,)
        Columns of `points` with (multi)polygons in lon/lat, vertices on a grid of 1e-6 degree.

    Raises
    ------
    CRSMissing, CRSMismatch
    InvalidInput
        When a point's parent is not in `within`, a parent has no point, or an area is not positive.

    Notes
    -----
    Mean intersection over union with the real shapes of the 156 kecamatan of South Kalimantan:
    Voronoi cells 0.58, power cells with given areas 0.62, these 0.66.

    References
    ----------
    Aurenhammer, Hoffmann and Aronov (1998), Minkowski-type theorems and least-squares clustering,
    Algorithmica 20:61-76: a power diagram with given areas exists and is unique.
    Kitagawa, Mérigot and Thibert (2019), Convergence of a Newton algorithm for semi-discrete
    optimal transport, J. Eur. Math. Soc. 21:2603-2651: the damped Newton steps used here.
    """
    require_same_crs(points, within)
    shares = _require_shares(points, within, area_ha)

    cells = pd.concat(
        [
            _cells_of_parent(parent, group, shares[group.index])
            for parent, group in _by_parent(to_lonlat(points), to_lonlat(within))
        ]
    )

    grown = gpd.GeoDataFrame(points.drop(columns="geometry"), geometry=cells, crs=LONLAT)
    return clean_coverage(grown, max_gap_width_m=_HAIRLINE_M)[0]


def _require_shares(
    points: gpd.GeoDataFrame, within: gpd.GeoDataFrame, area_ha: pd.Series
) -> pd.Series:
    shares = area_ha.reindex(points.index)
    wrong = points.index[~(shares > 0)].tolist()
    orphans = points.index[~points["parent"].isin(within.index)].tolist()
    childless = within.index[~within.index.isin(points["parent"])].tolist()
    if wrong or orphans or childless:
        reason = Text(
            id="Sel tidak dapat dibuat: luas tidak positif {wrong}, induk tidak dikenal {orphans}, induk tanpa titik {childless}.",
            en="Cells cannot be grown: area not positive {wrong}, parent unknown {orphans}, parent without a point {childless}.",
        )
        facts = {"wrong": wrong, "orphans": orphans, "childless": childless}
        raise InvalidInput(reason=reason.format(**facts), **facts)
    return shares


def _by_parent(
    points: gpd.GeoDataFrame, within: gpd.GeoDataFrame
) -> list[tuple[shapely.Geometry, gpd.GeoDataFrame]]:
    return [
        (polygon, points[points["parent"] == code]) for code, polygon in within.geometry.items()
    ]


def _cells_of_parent(
    parent: shapely.Geometry, points: gpd.GeoDataFrame, shares: pd.Series
) -> pd.Series:
    """Cells (lon/lat) of one parent's points."""
    plane = _Plane.about(parent)
    parts = shapely.get_parts(plane.project(parent))
    sites = shapely.get_coordinates(plane.project(points.geometry.to_numpy()))
    home = _home_parts(sites, parts, shares.to_numpy() * 10_000)

    cells = np.full(len(sites), shapely.Polygon(), dtype=object)
    for part in np.unique(home):
        members = np.flatnonzero(home == part)
        cells[members] = _divide(parts[part], sites[members], shares.to_numpy()[members])
    cells = _with_islands(cells, np.delete(parts, np.unique(home)))

    return pd.Series(list(plane.unproject(cells)), index=points.index, dtype=object)


@dataclass(frozen=True, slots=True)
class _Plane:
    """Metres east and north by an affine map of lon/lat, so that a straight edge stays straight.

    In a true projection a cut on a long border would leave the neighbour's edge by metres. Areas
    are off by up to 0.2 % within one regency (cosine of 1.5 degrees), which shares can bear.
    """

    x_m_per_deg: float

    @classmethod
    def about(cls, polygon: shapely.Geometry) -> "_Plane":
        _, south, _, north = polygon.bounds
        return cls(_M_PER_DEG * float(np.cos(np.radians((south + north) / 2))))

    def project(self, geometry: Any) -> Any:
        return shapely.transform(geometry, lambda xy: xy * [self.x_m_per_deg, _M_PER_DEG])

    def unproject(self, geometry: Any) -> Any:
        return shapely.transform(geometry, lambda xy: xy / [self.x_m_per_deg, _M_PER_DEG])


def _home_parts(sites: _Array, parts: _Polygons, areas_m2: _Array) -> npt.NDArray[np.intp]:
    """For every site the part that it divides: the nearest one that could hold half of its area.

    A centroid can lie in a bay next to an islet; without the area it would get the islet alone.
    """
    distances = shapely.distance(shapely.points(sites)[:, None], parts[None, :])
    too_small = shapely.area(parts)[None, :] < areas_m2[:, None] / 2
    none_fits = too_small.all(axis=1)
    distances[too_small & ~none_fits[:, None]] = np.inf
    nearest: npt.NDArray[np.intp] = distances.argmin(axis=1)
    return nearest


def _with_islands(cells: _Polygons, islands: _Polygons) -> _Polygons:
    """The cells, each with the islands that lie nearest to it."""
    owners = [int(shapely.distance(cells, island).argmin()) for island in islands]
    return np.array(
        [
            shapely.union_all([cell, *(p for p, o in zip(islands, owners, strict=True) if o == i)])
            for i, cell in enumerate(cells)
        ],
        dtype=object,
    )


def _divide(part: shapely.Polygon, centroids: _Array, shares: _Array) -> _Polygons:
    """Cells of one part with the given shares of its area, their centroids near the given ones."""
    if len(centroids) == 1:
        return np.array([part], dtype=object)
    targets = shares / shares.sum() * shapely.area(part)
    sites = _into(part, centroids)

    best, stride = _power_cells(part, sites, targets), 1.0
    for _ in range(_MAX_SITE_MOVES):
        moved = sites + stride * (centroids - _centroids(best))
        cells = _power_cells(part, moved, targets)
        if _misfit(cells, centroids, targets) < _misfit(best, centroids, targets):
            best, sites = cells, moved
        else:
            stride /= 2
    return best


def _into(part: shapely.Polygon, sites: _Array) -> _Array:
    """Sites outside the part moved to its nearest point, so that every first cell holds its site."""
    lines = shapely.shortest_line(shapely.points(sites), part)
    moved: _Array = shapely.get_coordinates(shapely.get_point(lines, 1))
    return moved


def _centroids(cells: _Polygons) -> _Array:
    centroids: _Array = shapely.get_coordinates(shapely.centroid(cells))
    return centroids


def _misfit(cells: _Polygons, centroids: _Array, targets: _Array) -> float:
    """Mean square distance of centroids, NaN when a cell is empty or misses its area."""
    if (np.abs(shapely.area(cells) / targets - 1) > _AREA_TOLERANCE).any():
        return float("nan")
    return float(np.square(_centroids(cells) - centroids).sum(axis=1).mean())


def _power_cells(part: shapely.Polygon, sites: _Array, targets: _Array) -> _Polygons:
    """Power cells of the sites inside the part whose areas are the targets.

    Damped Newton on the weights. When no step gains any more the cells found so far are returned:
    their areas are then nearer to the targets than those of plain Voronoi cells.
    """
    weights = np.zeros(len(sites))
    corners, cells = _diagram(part, sites, weights)
    least = min(float(shapely.area(cells).min()), float(targets.min())) / 2

    for _ in range(_MAX_NEWTON_STEPS):
        lacking = targets - shapely.area(cells)
        if (np.abs(lacking) <= _AREA_TOLERANCE / 10 * targets).all():
            break
        step = np.linalg.lstsq(_area_by_weight(part, sites, corners), lacking, rcond=None)[0]
        for damping in 0.5 ** np.arange(12):
            tried = _diagram(part, sites, weights + damping * step)
            areas = shapely.area(tried[1])
            gained = np.linalg.norm(targets - areas) <= (1 - damping / 2) * np.linalg.norm(lacking)
            if gained and areas.min() >= least:
                break
        else:
            break
        weights, (corners, cells) = weights + damping * step, tried
    return cells


def _area_by_weight(
    part: shapely.Polygon, sites: _Array, corners: Sequence[Sequence[_Corner]]
) -> _Array:
    """(n, n) m² of cell per m² of weight: shared border over twice the distance of the sites."""
    edges = [
        (i, j, shapely.LineString([(x, y), following[:2]]))
        for i, cell in enumerate(corners)
        for (x, y, j), following in zip(cell, [*cell[1:], *cell[:1]], strict=True)
        if j >= 0
    ]
    rates = np.zeros((len(sites), len(sites)))
    for i, j, edge in edges:
        border_m = shapely.length(shapely.intersection(edge, part))
        rate = border_m / (2 * np.linalg.norm(sites[i] - sites[j]))
        rates[i, j] -= rate
        rates[i, i] += rate
    return rates


def _diagram(
    part: shapely.Polygon, sites: _Array, weights: _Array
) -> tuple[list[list[_Corner]], _Polygons]:
    """Convex power cells and their intersection with the part."""
    bounds = np.vstack([np.array(part.bounds).reshape(2, 2), sites])
    (west, south), (east, north) = bounds.min(axis=0) - 1, bounds.max(axis=0) + 1
    frame: list[_Corner] = [
        (west, south, -1),
        (east, south, -1),
        (east, north, -1),
        (west, north, -1),
    ]
    corners = [_convex_cell(frame, sites, weights, i) for i in range(len(sites))]
    convex = [
        shapely.Polygon([corner[:2] for corner in cell]) if len(cell) > 2 else shapely.Polygon()
        for cell in corners
    ]
    return corners, shapely.intersection(np.array(convex, dtype=object), part)


def _convex_cell(frame: list[_Corner], sites: _Array, weights: _Array, index: int) -> list[_Corner]:
    """The frame cut by the radical axis of one site and every other."""
    normals = 2 * (sites - sites[index])
    powers = np.square(sites).sum(axis=1) - weights
    offsets = powers - powers[index]
    cell = frame
    for other in np.argsort(np.square(normals).sum(axis=1), kind="stable"):
        if other != index:
            cell = _cut(cell, normals[other], float(offsets[other]), int(other))
    return cell


def _cut(cell: list[_Corner], normal: _Array, offset: float, other: int) -> list[_Corner]:
    """The part of a convex cell where normal · x <= offset (Sutherland and Hodgman 1974)."""
    sides = [normal[0] * x + normal[1] * y - offset for x, y, _ in cell]
    kept: list[_Corner] = []
    for k, (x, y, across) in enumerate(cell):
        side, next_side = sides[k], sides[(k + 1) % len(cell)]
        if side <= 0:
            kept.append((x, y, across))
        if (side <= 0) != (next_side <= 0):
            next_x, next_y, _ = cell[(k + 1) % len(cell)]
            t = side / (side - next_side)
            crossing = (x + t * (next_x - x), y + t * (next_y - y))
            kept.append((*crossing, other if side <= 0 else across))
    return kept


def disc_within(
    lon: float, lat: float, *, within: shapely.Geometry, area_ha: float
) -> shapely.Geometry:
    """The part of `within` nearest to a place that has the given area.

    A disc about the place, clipped to `within` and grown until the area inside equals `area_ha`.

    Parameters
    ----------
    lon, lat : float
        The place, degrees.
    within : Polygon or MultiPolygon
        Lon/lat; what lies outside does not count.
    area_ha : float
        Geodesic hectares.

    Returns
    -------
    Polygon or MultiPolygon
        Lon/lat, not rounded; its geodesic area is within 0.001 % of `area_ha`.

    Raises
    ------
    InvalidInput
        When `within` is smaller than `area_ha`, or `area_ha` is not positive.
    """
    available = _hectares(within)
    if not 0 < area_ha <= available:
        reason = Text(
            id="Cakram {wanted:.1f} ha tidak muat di dalam wilayah {available:.1f} ha.",
            en="A disc of {wanted:.1f} ha does not fit into an area of {available:.1f} ha.",
        )
        facts = {"wanted": float(area_ha), "available": available}
        raise InvalidInput(reason=reason.format(**facts), **facts)

    low_m, high_m = 0.0, _farthest_m(lon, lat, within)
    for _ in range(40):  # bisection: of 1,000 km, 40 halvings leave a micrometre
        radius_m = (low_m + high_m) / 2
        if _hectares(shapely.intersection(_disc(lon, lat, radius_m), within)) < area_ha:
            low_m = radius_m
        else:
            high_m = radius_m
    return shapely.intersection(_disc(lon, lat, high_m), within)


def _hectares(lonlat: shapely.Geometry) -> float:
    return float(crs.area_ha(gpd.GeoDataFrame(geometry=[lonlat], crs=LONLAT))[0])


def _farthest_m(lon: float, lat: float, within: shapely.Geometry) -> float:
    # A polygon of 128 vertices lies inside its circle by 0.03 %; 1 % more covers all of `within`.
    return (
        1.01
        * _M_PER_DEG
        * float(shapely.hausdorff_distance(shapely.Point(lon, lat), shapely.convex_hull(within)))
    )


def _disc(lon: float, lat: float, radius_m: float) -> shapely.Polygon:
    angles = np.linspace(0, 2 * np.pi, _DISC_VERTICES, endpoint=False)
    x_deg = radius_m / (_M_PER_DEG * np.cos(np.radians(lat)))
    y_deg = radius_m / _M_PER_DEG
    return shapely.Polygon(
        np.column_stack([lon + x_deg * np.cos(angles), lat + y_deg * np.sin(angles)])
    )
