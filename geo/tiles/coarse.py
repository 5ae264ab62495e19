"""A tile of a big layer at once, before its archive is there: from the prepared table, coarse.

Every so manieth corner of an outline is read, as many as the outline has pixels, each outline for
itself: neighbours may part or overlap by a pixel. What is smaller than a unit of the tile is read
from the bounds alone. No feature is decoded as a whole, so that a tile of a country's villages takes
about a second, and one of a few features milliseconds.

References
----------
OGC 06-103r4, clause 8: well-known binary.
"""

from dataclasses import dataclass
from struct import Struct
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.json_types import without_surrogates
from geo.tiles.cut import TileSource, extent_of, lonlat_box, mercator, source_of, tile_box
from geo.tiles.features import FeatureTable
from geo.vector.simplify import MERCATOR_HALF_M

Integers = npt.NDArray[np.int64]

_CORNER = 16  # bytes: two float64
_HEAD = Struct("<BII")
_COUNT = Struct("<I")
_LINE, _POLYGON = 2, 3
# Of lines, and of polygons. With heights the numbers are larger, and features are decoded.
_OF_PARTS = (5, 6)
# As shapely numbers the types whose features are few corners, or of more than one kind.
_DECODED = (0, 4, 7)
# Corners that an outline keeps for each unit of the tile that it is wide or high.
_CORNERS_PER_UNIT = 1.5
_FEWEST_CORNERS = 4
# What a tile of a second may hold.
_MOST_CORNERS = 600_000


@dataclass(frozen=True, slots=True, eq=False)
class _Paths:
    """Where paths of corners begin in the bytes, how many corners each has, and whose each is.

    `part` numbers the polygons and lines; a polygon's first path is its exterior.
    """

    begins: Integers
    lengths: Integers
    part: Integers
    places: Integers
    is_ring: npt.NDArray[np.bool_]


def coarse_source(features: FeatureTable, *, z: int, row: int, column: int) -> TileSource:
    """What a tile is cut from by `geo.tiles.cut.encode_tile`.

    Parameters
    ----------
    features : FeatureTable
        The layer's prepared features.
    z, row, column : int
        Of WebMercatorQuad: row 0 in the north, column 0 in the west.
    """
    bounds = features.shapes().bounds
    unit_m = 2 * MERCATOR_HALF_M / 2**z / extent_of(z)
    found = _meeting(bounds, lonlat_box(tile_box(z, row, column)))
    sizes = _sizes_m(bounds[found]) / unit_m
    is_speck = (sizes < 1) & (features.type_ids[found] > 0)
    specks = _one_a_place(bounds[found[is_speck]], found[is_speck], unit_m=unit_m)
    parts, places = _drawn(features, found[~is_speck], sizes[~is_speck])
    parts = np.concatenate([parts, shapely.box(*bounds[specks].T)])
    places = np.append(places, specks)
    order = np.argsort(places, kind="stable")
    return _named(features, shapely.transform(parts[order], mercator), places[order])


def _named(features: FeatureTable, parts: npt.NDArray[Any], places: Integers) -> TileSource:
    kept = np.unique(places)
    ids = features.ids().each()[kept]
    is_named = features.fields.get("name") == "text"
    names = features.texts("name").each()[kept] if is_named else [None] * len(kept)
    return source_of(
        {n: without_surrogates(text) for n, text in zip(kept.tolist(), ids, strict=True)},
        dict(zip(kept.tolist(), names, strict=True)),
        parts,
        places,
    )


def _meeting(bounds: npt.NDArray[np.float64], box: tuple[float, float, float, float]) -> Integers:
    west, south, east, north = box
    minx, miny, maxx, maxy = bounds.T
    # Bounds of a feature without geometry are NaN, which meets nothing.
    return np.flatnonzero((minx <= east) & (miny <= north) & (maxx >= west) & (maxy >= south))


def _sizes_m(bounds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The longer side of each box in metres of EPSG:3857."""
    low, high = mercator(bounds[:, :2]), mercator(bounds[:, 2:])
    sizes: npt.NDArray[np.float64] = (high - low).max(axis=1, initial=0)
    return sizes


def _one_a_place(bounds: npt.NDArray[np.float64], places: Integers, *, unit_m: float) -> Integers:
    """Of features smaller than a unit the first of all that begin in the same one."""
    units = np.floor(mercator(bounds[:, :2]) / unit_m).astype(np.int64)
    _, first = np.unique(units[:, 0] << 32 ^ units[:, 1], return_index=True)
    return np.sort(places[first])


def _drawn(
    features: FeatureTable, places: Integers, sizes: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[Any], Integers]:
    """Single geometries in lon/lat of the features at `places`, and the place of each."""
    is_flat = ~np.isin(features.type_ids[places], _DECODED)
    content, ends = features.outline_bytes()
    paths, others = _paths(content, ends, places[is_flat])
    whole = np.append(places[~is_flat], others)
    rest, owners = shapely.get_parts(features.shapes().at(whole), return_index=True)
    if len(paths.begins) == 0:
        return rest, whole[owners]
    size_of = np.zeros(int(places.max(initial=0)) + 1)
    size_of[places] = sizes
    drawn, drawn_places = _thinned(content, *_seen(paths, size_of))
    return np.concatenate([drawn, rest]), np.append(drawn_places, whole[owners])


def _paths(content: memoryview, ends: Integers, places: Integers) -> tuple[_Paths, Integers]:
    """The rings and lines of features, and the places of those that are of another form."""
    found: list[tuple[int, int, int, int, bool]] = []
    others, n_parts = [], 0
    starts = np.where(places > 0, ends[places - 1], 0).tolist()
    for place, at in zip(places.tolist(), starts, strict=True):
        _, kind, count = _HEAD.unpack_from(content, at)
        if kind in _OF_PARTS:
            at += _HEAD.size
        elif kind in (_LINE, _POLYGON):
            count = 1
        else:
            others.append(place)
            continue
        for _ in range(count):
            _, kind, n_rings = _HEAD.unpack_from(content, at)
            is_ring = kind == _POLYGON
            # A line has its corners where a polygon has the number of its rings.
            at += _HEAD.size if is_ring else _HEAD.size - _COUNT.size
            for _ in range(n_rings if is_ring else 1):
                (n_corners,) = _COUNT.unpack_from(content, at)
                at += _COUNT.size
                found.append((at, n_corners, n_parts, place, is_ring))
                at += n_corners * _CORNER
            n_parts += 1
    begins, lengths, part, owners, is_ring = np.array(found, dtype=np.int64).reshape(-1, 5).T
    return _Paths(begins, lengths, part, owners, is_ring == 1), np.array(others, dtype=np.int64)


def _seen(paths: _Paths, sizes: npt.NDArray[np.float64]) -> tuple[_Paths, Integers]:
    """The paths that are as wide as a unit, and how many corners each keeps.

    A path is taken to be as wide, measured by its feature, as it has corners.
    """
    longest = np.zeros(len(sizes), dtype=np.int64)
    np.maximum.at(longest, paths.places, paths.lengths)
    units = sizes[paths.places] * paths.lengths / longest[paths.places]
    seen = np.flatnonzero(units >= 1)
    found = _Paths(
        begins=paths.begins[seen],
        lengths=paths.lengths[seen],
        part=paths.part[seen],
        places=paths.places[seen],
        is_ring=paths.is_ring[seen],
    )
    wanted = _CORNERS_PER_UNIT * units[seen]
    wanted *= min(1, _MOST_CORNERS / max(1, np.minimum(wanted, found.lengths).sum()))
    most = np.maximum(np.ceil(wanted), _FEWEST_CORNERS).astype(np.int64)
    return found, np.minimum(most, found.lengths - 1) + 1


def _thinned(
    content: memoryview, paths: _Paths, kept: Integers
) -> tuple[npt.NDArray[Any], Integers]:
    """Lines and polygons of so many corners of each path, in order, and the place of each."""
    path = np.repeat(np.arange(len(kept)), kept)
    within = np.arange(len(path)) - (np.cumsum(kept) - kept)[path]
    # The first and the last corner are always among them.
    corner = within * (paths.lengths - 1)[path] // np.maximum(kept - 1, 1)[path]
    at = paths.begins[path] + _CORNER * corner
    # Corners begin at any byte.
    every: npt.NDArray[np.void] = np.ndarray(
        (len(content) - _CORNER + 1,), f"V{_CORNER}", content, strides=(1,)
    )
    corners = every[at].view("<f8").reshape(-1, 2)
    is_line = ~paths.is_ring
    of_lines, line = _only(is_line, path, corners)
    of_rings, ring = _only(paths.is_ring, path, corners)
    lines = shapely.linestrings(of_lines, indices=line)
    rings = shapely.linearrings(of_rings, indices=ring)
    _, first, of = np.unique(paths.part[paths.is_ring], return_index=True, return_inverse=True)
    return (
        np.concatenate([lines, shapely.polygons(rings, indices=of)]),
        np.append(paths.places[is_line], paths.places[paths.is_ring][first]),
    )


def _only(
    chosen: npt.NDArray[np.bool_], path: Integers, corners: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], Integers]:
    """The corners of chosen paths, and the number of the path of each among them."""
    within = chosen[path]
    return corners[within], (np.cumsum(chosen) - 1)[path[within]]
