"""A tile of a layer at once, before its archive is there: from its bytes, coarse.

Every so manieth corner of an outline is read, as many as the outline has pixels, each outline for
itself: neighbours may part or overlap by a pixel. What is smaller than a unit of the tile is read
from the bounds alone. No feature is decoded as a whole, so that a tile of a country's villages takes
less than a second, and one of a few features milliseconds. The bytes are those of the prepared table
or, before there is one, of the file as published.

References
----------
OGC 06-103r4, clause 8: well-known binary. GeoParquet 1.1.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from struct import Struct
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.crs import LONLAT, parse_crs, same_crs, to_lonlat
from geo.filtering.columns import DECIMALS
from geo.json_types import without_surrogates
from geo.store.snapshots import reading
from geo.tiles.cut import (
    clipped_units,
    encode_units,
    extent_of,
    lonlat_box,
    mercator,
    tile_box,
    units_of,
)
from geo.tiles.feature_encoder import sendable
from geo.tiles.features import Bbox, FeatureTable
from geo.vector.simplify import MERCATOR_HALF_M

if TYPE_CHECKING:
    import geopandas as gpd
    import pyarrow as pa

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
# Ids and names, None where missing, of the features at some places.
Named = Callable[[Integers], tuple[list[str], list[str | None]]]

_CORNER = 16  # bytes: two float64
_HEAD = Struct("<BII")
_COUNT = Struct("<I")
_LINE, _POLYGON, _POLYGONS = 2, 3, 6
# Of lines, and of polygons. With heights the numbers are larger, and features are decoded.
_OF_PARTS = (5, _POLYGONS)
# As shapely numbers the types whose features are few corners, or of more than one kind.
_DECODED = (0, 4, 7)
# Corners that an outline keeps for each unit of the tile that it is wide or high.
_CORNERS_PER_UNIT = 1.5
_FEWEST_CORNERS = 4
_CORNERS_AT_ONCE = 1 << 16
_CRS84 = {"id": {"authority": "OGC", "code": "CRS84"}}
_LONLAT_IDS = ({"authority": "EPSG", "code": 4326}, _CRS84["id"])
# What a tile of a second may hold.
_MOST_CORNERS = 600_000


@dataclass(frozen=True, slots=True, eq=False)
class Outlines:
    """Where the features of a layer are, and what they are called.

    `bounds` (n, 4) in lon/lat, NaN where there is no geometry; `types` (n,) as shapely numbers them;
    `wkb` all geometries one after the other, and where each `ends`; `at` decodes those at some places.
    `properties` are the names of the columns; `extent` is the box around all, None without a place.
    """

    bounds: Floats
    types: npt.NDArray[np.int8]
    wkb: memoryview
    ends: Integers
    at: Callable[[Integers], npt.NDArray[np.object_]]
    named: Named
    properties: tuple[str, ...]
    extent: Bbox | None

    def meeting(self, box: Bbox) -> Integers:
        """The places of the features whose bounds meet a box."""
        west, south, east, north = box
        minx, miny, maxx, maxy = self.bounds.T
        # Bounds of a feature without geometry are NaN, which meets nothing.
        return np.flatnonzero((minx <= east) & (miny <= north) & (maxx >= west) & (maxy >= south))


def prepared_outlines(features: FeatureTable) -> Outlines:
    """Those of a layer's prepared features."""

    def named(places: Integers) -> tuple[list[str], list[str | None]]:
        ids = [str(one) for one in features.texts_at(None, places)]
        has_names = features.fields.get("name") in ("text", "date", "instant")
        return ids, features.texts_at("name", places) if has_names else [None] * len(places)

    shapes, (wkb, ends) = features.shapes(), features.outline_bytes()
    types, names, extent = features.type_ids, tuple(features.fields), features.extent
    return Outlines(shapes.bounds, types, wkb, ends, shapes.at, named, names, extent)


def published_outlines(snapshot: Path) -> Outlines:
    """Those of a layer as published (GeoParquet), of which nothing is prepared.

    Where the file has well-known binary in lon/lat, a country's villages take half a second.

    Raises
    ------
    StoreFault
        When the file is not what its name says.
    CRSMissing
    """
    import geopandas as gpd
    import pyarrow.parquet as pq

    with reading(snapshot), pq.ParquetFile(snapshot) as file:
        if _is_plain(file):
            [geometry] = _geometry_columns(file)
            columns = ["name"] if "name" in file.schema_arrow.names else []
            index = file.schema_arrow.pandas_metadata["index_columns"]
            found = file.read([geometry, *columns, *index], use_threads=False)
            names = [n for n in file.schema_arrow.names if n not in (geometry, *index)]
            return _of_arrow(found, geometry=geometry, index=index[0], properties=names)
        return _of_frame(gpd.read_parquet(snapshot))


def _geometry_columns(file: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.schema_arrow.metadata[b"geo"])["columns"]
    return found


def _is_plain(file: Any) -> bool:
    """Whether a file is written as ours are, so that its columns can be taken as they are."""
    import pyarrow as pa

    schema, columns = file.schema_arrow, _geometry_columns(file)
    index = (schema.pandas_metadata or {}).get("index_columns", [])
    if len(columns) != 1 or len(index) != 1 or not isinstance(index[0], str):
        return False
    if not pa.types.is_large_string(schema.field(index[0]).type) and not pa.types.is_string(
        schema.field(index[0]).type
    ):
        return False
    [said] = columns.values()
    return said["encoding"] == "WKB" and _is_lonlat(said.get("crs", _CRS84))


def _is_lonlat(crs: Any) -> bool:
    # PROJ takes as long to read a CRS as a small layer takes to be drawn.
    if isinstance(crs, dict) and crs.get("id") in _LONLAT_IDS:
        return True
    return crs is not None and same_crs(parse_crs(crs), LONLAT)


def _of_arrow(
    table: "pa.Table", *, geometry: str, index: str, properties: Sequence[str]
) -> Outlines:
    import pyarrow as pa

    column = table[geometry].cast(pa.large_binary()).combine_chunks()
    _, offsets, content = column.buffers()
    ends = np.frombuffer(offsets, np.int64)[column.offset :][: len(column) + 1]
    # Where the first feature does not begin with the buffer, what is before it is no feature.
    wkb = memoryview(content)[ends[0] :] if content is not None else memoryview(b"")
    is_text = "name" in table.column_names and pa.types.is_large_string(table["name"].type)

    def named(places: Integers) -> tuple[list[str], list[str | None]]:
        names = table["name"].take(places).to_pylist() if is_text else [None] * len(places)
        return table[index].take(places).to_pylist(), names

    return _outlines(wkb, ends[1:] - ends[0], named, properties)


def _of_frame(frame: "gpd.GeoDataFrame") -> Outlines:
    geometries = np.asarray(to_lonlat(frame).geometry.array, dtype=object)
    wkb, ends = _joined(geometries)
    ids = np.array([without_surrogates(str(one)) for one in frame.index], dtype=object)
    names = np.full(len(frame), None)
    if "name" in frame.columns:
        names[:] = [
            without_surrogates(one) if isinstance(one, str) else None for one in frame["name"]
        ]

    def named(places: Integers) -> tuple[list[str], list[str | None]]:
        return ids[places].tolist(), names[places].tolist()

    properties = [str(name) for name in frame.columns if name != frame.geometry.name]
    return _outlines(wkb, ends, named, properties)


def _joined(geometries: npt.NDArray[Any]) -> tuple[memoryview, Integers]:
    each = [one or b"" for one in shapely.to_wkb(geometries, byte_order=1)]
    return memoryview(b"".join(each)), np.cumsum([len(one) for one in each], dtype=np.int64)


def _outlines(wkb: memoryview, ends: Integers, named: Named, properties: Sequence[str]) -> Outlines:
    every = np.arange(len(ends))
    starts = np.append(0, ends[:-1])
    orders = np.frombuffer(wkb, np.uint8)[starts[ends > starts]]
    if (orders != 1).any():
        wkb, ends = _joined(_decoded(wkb, ends, every))
    bounds, types = np.full((len(ends), 4), np.nan), np.full(len(ends), -1, dtype=np.int8)
    begins, lengths, is_alone = _single_rings(wkb, ends, every)
    alone, others = every[is_alone], every[~is_alone]
    bounds[alone] = _bounds(wkb, begins, lengths)
    types[alone] = 3
    geometries = _decoded(wkb, ends, others)
    bounds[others] = shapely.bounds(geometries).reshape(-1, 4)
    types[others] = shapely.get_type_id(geometries)
    corners, owners = shapely.get_coordinates(geometries, return_index=True)
    bounds[others[owners[~np.isfinite(corners).all(axis=1)]]] = np.nan
    bounds[~np.isfinite(bounds).all(axis=1)] = np.nan

    def at(places: Integers) -> npt.NDArray[np.object_]:
        # As they are prepared, so that a tile is the same before and after.
        return sendable(_decoded(wkb, ends, places))

    return Outlines(bounds, types, wkb, ends, at, named, tuple(properties), _extent(bounds))


def _extent(bounds: Floats) -> Bbox | None:
    known = bounds[~np.isnan(bounds[:, 0])]
    if not len(known):
        return None
    found = [*known[:, :2].min(axis=0), *known[:, 2:].max(axis=0)]
    # To as many decimals as features are prepared with.
    west, south, east, north = np.round(found, DECIMALS).tolist()
    return west, south, east, north


def _decoded(wkb: memoryview, ends: Integers, places: Integers) -> npt.NDArray[Any]:
    begins = np.where(places > 0, ends[places - 1], 0).tolist()
    spans = zip(begins, ends[places].tolist(), strict=True)
    found: npt.NDArray[Any] = shapely.from_wkb(
        np.array([bytes(wkb[i:j]) or None for i, j in spans], dtype=object)
    )
    return found


def _bounds(wkb: memoryview, begins: Integers, lengths: Integers) -> Floats:
    """The bounds of rings; what is not finite is so in them."""
    found = [np.empty((0, 4))]
    # Some rings at a time, of a size that a processor has at hand.
    groups = np.flatnonzero(np.diff(np.cumsum(lengths) // _CORNERS_AT_ONCE, prepend=-1, append=-2))
    for first, last in pairwise(groups.tolist()):
        n = lengths[first:last]
        starts = np.cumsum(n) - n
        shift = np.repeat(begins[first:last] - _CORNER * starts, n)
        x, y = _corners(wkb, shift + _CORNER * np.arange(len(shift))).T
        low = [np.minimum.reduceat(one, starts) for one in (x, y)]
        high = [np.maximum.reduceat(one, starts) for one in (x, y)]
        found.append(np.column_stack([*low, *high]))
    return np.concatenate(found)


def _corners(wkb: memoryview, at: Integers) -> Floats:
    # Corners begin at any byte.
    every: npt.NDArray[np.void] = np.ndarray(
        (max(0, len(wkb) - _CORNER + 1),), f"V{_CORNER}", wkb, strides=(1,)
    )
    found: Floats = every[at].view("<f8").reshape(-1, 2)
    return found


def coarse_tile(outlines: Outlines, *, layer: str, z: int, row: int, column: int) -> bytes:
    """A tile as `geo.tiles.cut.encode_tile` gives it, within a pixel or two.

    Parameters
    ----------
    layer : str
        The name of the only layer in the tile.
    z, row, column : int
        Of WebMercatorQuad: row 0 in the north, column 0 in the west.
    """
    bounds, place = outlines.bounds, (z, row, column)
    unit_m = 2 * MERCATOR_HALF_M / 2**z / extent_of(z)
    found = outlines.meeting(lonlat_box(tile_box(*place)))
    sizes = _sizes_m(bounds[found]) / unit_m
    is_speck = (sizes < 1) & (outlines.types[found] > 0)
    specks, squares = _one_a_place(
        bounds[found[is_speck]], found[is_speck], unit_m=unit_m, place=place
    )
    parts, places = _drawn(outlines, found[~is_speck], sizes[~is_speck], place=place)
    parts, places = clipped_units(
        np.concatenate([parts, squares]), np.append(places, specks), extent=extent_of(z)
    )
    order = np.argsort(places, kind="stable")
    kept = np.unique(places)
    ids, names = outlines.named(kept)
    return encode_units(
        parts[order],
        places[order],
        layer=layer,
        ids=dict(zip(kept.tolist(), ids, strict=True)),
        names=dict(zip(kept.tolist(), names, strict=True)),
        extent=extent_of(z),
    )


def _sizes_m(bounds: Floats) -> Floats:
    """The longer side of each box in metres of EPSG:3857."""
    low, high = mercator(bounds[:, :2]), mercator(bounds[:, 2:])
    sizes: Floats = (high - low).max(axis=1, initial=0)
    return sizes


def _one_a_place(
    bounds: Floats, places: Integers, *, unit_m: float, place: tuple[int, int, int]
) -> tuple[Integers, npt.NDArray[Any]]:
    """Of features smaller than a unit the first of all that begin in the same one, and a unit for it."""
    units = np.floor(mercator(bounds[:, :2]) / unit_m).astype(np.int64)
    _, first = np.unique(units[:, 0] << 32 ^ units[:, 1], return_index=True)
    first = np.sort(first)
    # As of a form that has collapsed to its first corner (`geo.tiles.mvt`).
    x, y = units_of(*place)(mercator(bounds[first][:, [2, 1]])).T
    return places[first], shapely.box(x, y, x + 1, y + 1)


def _drawn(
    outlines: Outlines, places: Integers, sizes: Floats, *, place: tuple[int, int, int]
) -> tuple[npt.NDArray[Any], Integers]:
    """Single geometries in units of the features at `places`, and the place of each."""
    to_units = units_of(*place)

    def moved(lonlat: Floats) -> Floats:
        return to_units(mercator(lonlat))

    is_flat = ~np.isin(outlines.types[places], _DECODED)
    paths, others = _paths(outlines.wkb, outlines.ends, places[is_flat])
    whole = np.append(places[~is_flat], others)
    rest = shapely.transform(shapely.force_2d(outlines.at(whole)), moved)
    while (shapely.get_type_id(rest) > shapely.GeometryType.POLYGON).any():
        rest, owners = shapely.get_parts(rest, return_index=True)
        whole = whole[owners]
    if len(paths.begins) == 0:
        return rest, whole
    size_of = np.zeros(int(places.max(initial=0)) + 1)
    size_of[places] = sizes
    drawn, drawn_places = _thinned(outlines.wkb, *_seen(paths, size_of), moved=moved)
    return np.concatenate([drawn, rest]), np.append(drawn_places, whole)


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


def _paths(content: memoryview, ends: Integers, places: Integers) -> tuple[_Paths, Integers]:
    """The rings and lines of features, and the places of those that are of another form."""
    begins, lengths, is_alone = _single_rings(content, ends, places)
    alone = places[is_alone]
    first = np.column_stack([begins, lengths, np.arange(len(alone)), alone, np.ones_like(alone)])
    found, others = _walked(content, ends, places[~is_alone], n_parts=len(alone))
    begins, lengths, part, owners, is_ring = np.concatenate([first, found]).T
    return _Paths(begins, lengths, part, owners, is_ring == 1), others


def _single_rings(
    content: memoryview, ends: Integers, places: Integers
) -> tuple[Integers, Integers, npt.NDArray[np.bool_]]:
    """Where the corners of polygons of one ring begin, how many they are, and which features these are.

    Most features are such polygons, alone or in a multipolygon of one.
    """
    if len(content) < _COUNT.size:
        return places[:0], places[:0], np.zeros(len(places), dtype=np.bool_)
    # Numbers begin at any byte; behind the last feature there is none.
    numbers: npt.NDArray[np.uint32] = np.ndarray(
        (len(content) - _COUNT.size + 1,), "<u4", content, strides=(1,)
    )

    def number(at: Integers) -> Integers:
        return numbers[np.minimum(at, len(numbers) - 1)].astype(np.int64)

    starts = np.where(places > 0, ends[places - 1], 0)
    is_multi = (number(starts + 1) == _POLYGONS) & (number(starts + 5) == 1)
    at = starts + _HEAD.size * is_multi
    begins = at + _HEAD.size + _COUNT.size
    lengths = number(begins - _COUNT.size)
    is_alone = (number(at + 1) == _POLYGON) & (number(at + 5) == 1)
    # Where a feature is nothing, the next one stands, which ends elsewhere; a ring has corners.
    is_alone &= (lengths > 0) & (begins + _CORNER * lengths == ends[places])
    return begins[is_alone], lengths[is_alone], is_alone


def _walked(
    content: memoryview, ends: Integers, places: Integers, *, n_parts: int
) -> tuple[Integers, Integers]:
    """Begin, length, part, place and whether it is a ring of each path, and the places of another form."""
    found: list[tuple[int, int, int, int, bool]] = []
    others = []
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
    return np.array(found, dtype=np.int64).reshape(-1, 5), np.array(others, dtype=np.int64)


def _seen(paths: _Paths, sizes: Floats) -> tuple[_Paths, Integers]:
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
    content: memoryview, paths: _Paths, kept: Integers, *, moved: Callable[[Floats], Floats]
) -> tuple[npt.NDArray[Any], Integers]:
    """Lines and polygons of so many corners of each path, in order, and the place of each."""
    path = np.repeat(np.arange(len(kept)), kept)
    within = np.arange(len(path)) - (np.cumsum(kept) - kept)[path]
    # The first and the last corner are always among them.
    corner = within * (paths.lengths - 1)[path] // np.maximum(kept - 1, 1)[path]
    at = paths.begins[path] + _CORNER * corner
    corners = moved(_corners(content, at))
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
    chosen: npt.NDArray[np.bool_], path: Integers, corners: Floats
) -> tuple[Floats, Integers]:
    """The corners of chosen paths, and the number of the path of each among them."""
    within = chosen[path]
    return corners[within], (np.cumsum(chosen) - 1)[path[within]]
