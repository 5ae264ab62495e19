"""The bytes of a Mapbox Vector Tile: geometry commands and protobuf messages.

All vertices of a tile are turned into commands at once; only features are looped over. What is in
a tile is decided in `geo/tiles/cut.py`.

References
----------
Mapbox Vector Tile Specification 2.1, clause 4; Protocol Buffers wire format.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

Integers = npt.NDArray[np.int64]

POINT, LINE, POLYGON = 1, 2, 3
_MOVE_TO, _LINE_TO, _CLOSE_PATH = 1, 2, 15
# Fields of the messages with their wire type: number << 3 | 0 (varint) or 2 (bytes).
_TILE_LAYER = 0x1A
_VERSION, _NAME, _FEATURE, _KEY, _VALUE, _EXTENT = 0x78, 0x0A, 0x12, 0x1A, 0x22, 0x28
_ID, _TAGS, _KIND, _GEOMETRY, _TEXT = 0x08, 0x12, 0x18, 0x22, 0x0A
_FEATURE_TAG, _VALUE_TAG, _TEXT_TAG = bytes([_FEATURE]), bytes([_VALUE]), bytes([_TEXT])
_ID_TAG, _TAGS_TAG = bytes([_ID]), bytes([_TAGS])
# The kind of a feature, and the tag of its geometry behind it.
_KIND_TAGS = {kind: bytes([_KIND, kind, _GEOMETRY]) for kind in (POINT, LINE, POLYGON)}
_SQUARE = np.array([(0, 0), (1, 0), (1, 1), (0, 1)])


class TileFeature(NamedTuple):
    """One feature of a tile: its `row` in the layer, its kind, and its commands as varints."""

    row: int
    kind: int
    geometry: bytes


@dataclass(frozen=True, slots=True, eq=False)
class _Paths:
    """Rings, lines or sets of points: `points` (n, 2), `lengths` and `rows` of each, by row."""

    points: Integers
    lengths: Integers
    rows: Integers

    @property
    def path(self) -> Integers:
        """(n,) the path of each point."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)

    @property
    def starts(self) -> Integers:
        return np.cumsum(self.lengths) - self.lengths


def encoded_features(parts: npt.NDArray[Any], rows: Integers, *, kind: int) -> list[TileFeature]:
    """The features of one kind, a row's parts in one.

    Parameters
    ----------
    parts : array of Point, LineString or Polygon, (n,)
        Whole numbers, y downwards, as `kind` says.
    rows : (n,) int
        The row of each part, ascending.
    """
    if len(parts) == 0:
        return []
    if kind == POINT:
        _, lengths = np.unique(rows, return_counts=True)
        paths = _Paths(_points(parts), lengths, np.unique(rows))
    elif kind == LINE:
        paths = _lines(parts, rows)
    else:
        paths = _polygons(parts, rows)
    values, per_path = commands(paths.points, paths.lengths, paths.rows, kind=kind)
    content, sizes = varints(values)
    found, first = np.unique(paths.rows, return_index=True)
    value_ends = np.append(np.cumsum(per_path)[first[1:] - 1], len(values))
    ends = np.cumsum(sizes)[value_ends - 1]
    begins = np.append(0, ends[:-1])
    return [
        TileFeature(row, kind, content[begin:end])
        for row, begin, end in zip(found.tolist(), begins.tolist(), ends.tolist(), strict=True)
    ]


def commands(
    points: Integers, lengths: Integers, rows: Integers, *, kind: int
) -> tuple[Integers, Integers]:
    """Command and parameter integers of paths, and how many each path has.

    Parameters
    ----------
    points : (n, 2) int
        The points of all paths; a ring without its closing point.
    lengths, rows : (n_paths,) int
        Points of each path, and its feature: the cursor begins at (0, 0) for each.
    """
    lengths, rows = np.asarray(lengths), np.asarray(rows)
    path = np.repeat(np.arange(len(lengths)), lengths)
    starts = np.cumsum(lengths) - lengths
    within = np.arange(len(points)) - starts[path]
    deltas = np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    begins_feature = starts[np.diff(rows, prepend=-1) != 0]
    deltas[begins_feature] = points[begins_feature]

    per_path = 2 * lengths + {POINT: 1, LINE: 2, POLYGON: 3}[kind]
    offsets = np.cumsum(per_path) - per_path
    values = np.empty(int(per_path.sum()), dtype=np.int64)
    places = offsets[path] + 1 + 2 * within
    if kind == POINT:
        values[offsets] = lengths << 3 | _MOVE_TO
    else:
        values[offsets] = 1 << 3 | _MOVE_TO
        values[offsets + 3] = (lengths - 1) << 3 | _LINE_TO
        places += within > 0
    if kind == POLYGON:
        values[offsets + per_path - 1] = _CLOSE_PATH
    values[places], values[places + 1] = zigzag(deltas).T
    return values, per_path


def zigzag(values: Integers) -> Integers:
    """Signed integers as unsigned ones, small where they are near zero.

    Examples
    --------
    >>> zigzag(np.array([0, -1, 1, -2])).tolist()
    [0, 1, 2, 3]
    """
    return (values << 1) ^ (values >> 63)


def varints(values: Integers) -> tuple[bytes, Integers]:
    """Integers of 0 to 2³⁵ - 1 as protobuf varints one after the other, and the bytes of each.

    Examples
    --------
    >>> varints(np.array([1, 300]))[0].hex()
    '01ac02'
    """
    limits = 1 << 7 * np.arange(1, 5)
    sizes: Integers = 1 + np.searchsorted(limits, values, side="right")
    starts = np.cumsum(sizes) - sizes
    content = np.empty(int(sizes.sum()), dtype=np.uint8)
    for i in range(5):
        has = sizes > i
        more = (sizes[has] > i + 1).astype(np.int64) << 7
        content[starts[has] + i] = (values[has] >> 7 * i) & 0x7F | more
    return content.tobytes(), sizes


def varint(value: int) -> bytes:
    """One integer from 0 on as a protobuf varint."""
    return _SHORT[value] if value < len(_SHORT) else _varint(value)


def _varint(value: int) -> bytes:
    found = bytearray()
    while value >= 0x80:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


# Those of one and two bytes, of which a tile has tens of thousands.
_SHORT = [_varint(value) for value in range(1 << 14)]


def layer_message(
    features: Sequence[TileFeature],
    *,
    name: str,
    ids: Mapping[int, str],
    names: Mapping[int, str | None],
    extent: int,
) -> bytes:
    """A tile with one layer; empty without features. `ids` and `names` by row."""
    if not features:
        return b""
    numbers: dict[str, int] = {}
    written = [bytes([_VERSION, 2]), _field(_NAME, name.encode())]
    for feature in features:
        tags = b""
        for key, text in ((b"\0", ids[feature.row]), (b"\1", names[feature.row])):
            if text is not None:
                tags += key + varint(numbers.setdefault(text, len(numbers)))
        message = b"".join(
            (
                _ID_TAG,
                varint(feature.row + 1),
                _TAGS_TAG,
                varint(len(tags)),
                tags,
                _KIND_TAGS[feature.kind],
                varint(len(feature.geometry)),
                feature.geometry,
            )
        )
        written += (_FEATURE_TAG, varint(len(message)), message)
    written += (_field(_KEY, b"id"), _field(_KEY, b"name"))
    for text in numbers:
        content = text.encode()
        size = varint(len(content))
        written += (_VALUE_TAG, varint(len(content) + len(size) + 1), _TEXT_TAG, size, content)
    written.append(bytes([_EXTENT]) + varint(extent))
    return _field(_TILE_LAYER, b"".join(written))


def _points(parts: npt.NDArray[Any]) -> Integers:
    found: Integers = shapely.get_coordinates(parts).astype(np.int64)
    return found


def _lines(parts: npt.NDArray[Any], rows: Integers) -> _Paths:
    points, owner = shapely.get_coordinates(parts, return_index=True)
    paths = _without_repeats(points.astype(np.int64), owner, rows)
    is_line = paths.lengths > 1
    return _with_smallest(paths, is_line, np.array([(0, 0), (1, 0)]))


def _polygons(parts: npt.NDArray[Any], rows: Integers) -> _Paths:
    """Rings that enclose something, exteriors clockwise on the screen and holes against it.

    A ring whose signed area is 0 encloses nothing, whatever its points, and goes; with an exterior
    go its holes. A row that loses all its rings so has a smallest form at its first ring's first
    point.
    """
    rings, part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    is_closing = np.append(ring[1:] != ring[:-1], True)
    paths = _without_repeats(
        points[~is_closing].astype(np.int64), ring[~is_closing], rows[part], is_closed=True
    )
    area = _twice_the_area(paths)
    is_exterior = np.append(True, part[1:] != part[:-1])
    has_area = area != 0
    # A hole without its exterior would be one of the polygon before.
    exterior = np.maximum.accumulate(np.where(is_exterior, np.arange(len(part)), 0))
    # What encloses nothing has no direction: turned it would begin at its other end.
    paths = _turned(paths, has_area & ((area > 0) != is_exterior))
    return _with_smallest(_without_straight(paths), has_area & has_area[exterior], _SQUARE)


def _without_repeats(
    points: Integers, path: Integers, rows: Integers, *, is_closed: bool = False
) -> _Paths:
    is_first = np.append(True, path[1:] != path[:-1])
    is_kept = is_first | np.append(True, (points[1:] != points[:-1]).any(axis=1))
    if is_closed:
        kept = np.flatnonzero(is_kept)
        first, last = kept[is_first[kept]], kept[np.append(is_first[kept][1:], True)]
        # The last point that equals the first closes the ring once more.
        is_kept[last[(points[first] == points[last]).all(axis=1) & (first != last)]] = False
    lengths = np.bincount(path[is_kept], minlength=len(rows))
    return _Paths(points[is_kept], lengths, rows)


def _twice_the_area(paths: _Paths) -> Integers:
    """(n_paths,) positive where a ring turns clockwise on the screen."""
    (x, y), (next_x, next_y) = paths.points.T, paths.points[_following(paths)].T
    area: Integers = np.add.reduceat(x * next_y - next_x * y, paths.starts)
    return area


def _without_straight(paths: _Paths) -> _Paths:
    """Rings without the points that lie on the line between their neighbours: the same to the unit.

    The first point of a ring stays in any case.
    """
    following = _following(paths)
    ahead = paths.points[following] - paths.points
    behind = np.empty_like(ahead)
    behind[following] = ahead
    (x, y), (next_x, next_y) = behind.T, ahead.T
    is_straight = (x * next_y == next_x * y) & (x * next_x + y * next_y > 0)
    is_straight[paths.starts] = False
    lengths = np.bincount(paths.path[~is_straight], minlength=len(paths.lengths))
    return _Paths(paths.points[~is_straight], lengths, paths.rows)


def _following(paths: _Paths) -> Integers:
    """(n,) the place of the point after each, of the first after the last."""
    following = np.arange(1, len(paths.points) + 1)
    following[paths.starts + paths.lengths - 1] = paths.starts
    return following


def _turned(paths: _Paths, is_turned: npt.NDArray[np.bool_]) -> _Paths:
    path, place = paths.path, np.arange(len(paths.points))
    ends = paths.starts + paths.lengths - 1
    order = np.where(is_turned[path], (paths.starts + ends)[path] - place, place)
    return _Paths(paths.points[order], paths.lengths, paths.rows)


def _with_smallest(paths: _Paths, is_kept: npt.NDArray[np.bool_], form: Integers) -> _Paths:
    """The kept paths, and `form` at the place of every row that has none, once at each place."""
    found, first = np.unique(paths.rows, return_index=True)
    lost = first[~np.isin(found, paths.rows[is_kept])]
    _, ahead = np.unique(paths.points[paths.starts[lost]], axis=0, return_index=True)
    lost = lost[np.sort(ahead)]
    forms = paths.points[paths.starts[lost]][:, None] + form
    points = np.concatenate([paths.points[is_kept[paths.path]], forms.reshape(-1, 2)])
    lengths = np.append(paths.lengths[is_kept], np.full(len(lost), len(form)))
    rows = np.append(paths.rows[is_kept], paths.rows[lost])
    order = np.argsort(np.repeat(rows, lengths), kind="stable")
    by_row = np.argsort(rows, kind="stable")
    return _Paths(points[order], lengths[by_row], rows[by_row])


def _field(tag: int, content: bytes) -> bytes:
    return bytes([tag]) + varint(len(content)) + content
