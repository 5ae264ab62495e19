"""A published layer encoded once as GeoJSON and answered from prepared bytes.

A version of a layer never changes, so everything that a page of features needs is prepared once:
the bytes of every feature, where they are many also deflated (`geo/tiles/deflate_blocks.py`), its bounds, its geometry for exact tests, and its properties as columns
for filters (`geo/tiles/feature_encoder.py`). A page is then a join of byte slices; given a memory map, many
workers share one page cache. Reading needs numpy only, and shapely from the first exact test of a
geometry on: a service that starts again must answer within two seconds.

One prepared file: magic, length of the header, header (JSON: fields, sections, extent), sections
aligned to 8 bytes.
"""

import math
import mmap
import re
import struct
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import orjson

from geo.errors import InvalidFilter, StoreFault, ZoneNotFound
from geo.filtering.columns import Arrays, Kind, Mask, Numbers, Shapes, Texts, Truth
from geo.filtering.comparison import is_among, like
from geo.filtering.kept_masks import KeptMasks
from geo.filtering.stored_texts import StoredTexts, Tails, tails_of
from geo.filtering.temporal import instant, kind_of_times, related
from geo.kept_property import kept_property
from geo.language import Text, texts
from geo.tiles.deflate_blocks import COMMA

if TYPE_CHECKING:
    import shapely

_SAY = texts(__name__)

# West, south, east, north in lon/lat; west > east crosses the antimeridian.
Bbox = tuple[float, float, float, float]

# The features as they are prepared.
Prepared = Literal["json", "deflate"]

MAGIC = b"KWSNFEA1"
PREFIX = struct.Struct("<8sQ")
# Sorts before every value a filter can name, so a missing integer matches none.
NULL_INTEGER = np.iinfo(np.int64).min
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
# GDAL writes 1 and 0 for the two.
_BOOLEANS = {"true": 1, "false": 0, "1": 1, "0": 0}
_LOOKED_AT_TOGETHER = 512
# Of what is sent as it lies, nothing is held.
_RUN_BYTES = 256 * 1024
# As well-known binary; decoded it takes about as much once more.
_MOST_DECODED_BYTES = 16 * 1024 * 1024
# What stands between two features, prepared with them.
_SEPARATORS = {"json": b",", "deflate": COMMA}
# Codes of texts start at 0; -1 is a missing text.
_UNKNOWN_TEXT = -2


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """One page: `indices` of its features, how many matched in all, and how many stand before them."""

    indices: npt.NDArray[np.int64]
    matched: int
    first: int = 0


class FeatureTable:
    """The features of one version of a layer.

    Parameters
    ----------
    content : bytes or mmap
        What `encode_features` made.

    Raises
    ------
    StoreFault
        When `content` is not such a file.
    """

    def __init__(self, content: "bytes | mmap.mmap") -> None:
        self._content = memoryview(content)
        size = _header_size(self._content)
        header = orjson.loads(self._content[PREFIX.size : PREFIX.size + size])
        self._sections: dict[str, tuple[int, int, str]] = header["sections"]
        self._start = aligned(PREFIX.size + size)
        self.count: int = header["count"]
        self.fields: dict[str, Kind] = header["fields"]
        extent = header["extent"]
        self.extent: Bbox | None = None if extent is None else tuple(extent)
        # What filters were true for over these features.
        self.masks = KeptMasks()
        self._names = {name: column_name(place) for place, name in enumerate(self.fields)}
        self._kept_numbers: dict[str, Numbers] = {}
        self._kept_tails: dict[str, Tails] = {}
        self._kept_arrays: dict[str, npt.NDArray[Any]] = {}

    def __len__(self) -> int:
        return self.count

    def select(
        self,
        *,
        bbox: Bbox | None = None,
        filters: Mapping[str, str] | None = None,
        matches: Mask | None = None,
        order: npt.NDArray[np.int64] | None = None,
        limit: int,
        offset: int = 0,
        after: int | None = None,
    ) -> Selection:
        """The page of features that intersect `bbox`, whose properties are as all `filters` say.

        A feature without geometry matches every `bbox` (OGC 17-069r4, requirement 16). A missing
        value matches no filter. A text may be one of several, parted by commas, and `*` stands for
        any characters.

        Parameters
        ----------
        matches : (n,) bool, optional
            What else decides which features are there.
        order : (n,) int, optional
            The places of all features in the order that they are wanted in.
        after : int, optional
            The place of the feature that the page follows, in place of an `offset`.

        Raises
        ------
        InvalidFilter
            For a property that does not exist, or a value of another type.
        """
        if bbox is None and not filters and matches is None and order is None:
            first = min(offset if after is None else after + 1, self.count)
            return Selection(np.arange(first, min(first + limit, self.count)), self.count, first)
        found = np.ones(self.count, dtype=np.bool_) if matches is None else matches
        for name, value in (filters or {}).items():
            found = found & self._as_said(name, value)
        if bbox is not None:
            found = self._intersecting(found, bbox)
        first = offset if after is None else _count_through(after, found, order)
        places = np.flatnonzero(found) if order is None else order[found[order]]
        return Selection(places[first : first + limit], len(places), first)

    def passes_of(self, filters: Mapping[str, str]) -> int | None:
        """How often the property filters of `select` pass over a column; None where they also decode."""
        passes = 0
        for name, value in filters.items():
            kind = self.fields[name]
            if kind not in ("text", "integer", "number", "boolean") or "*" in value:
                return None
            passes += 2 * (2 + value.count(","))
        return passes

    def feature(self, area_id: str) -> bytes:
        """The GeoJSON of one feature; `ZoneNotFound` when there is none of that id."""
        return bytes(self._slice("json", int(self.place(area_id)[0])))

    def place(self, area_id: str) -> npt.NDArray[np.int64]:
        """Where the feature of that id stands, as one index; `ZoneNotFound` when there is none."""
        code = self._code("id", area_id)
        if code == _UNKNOWN_TEXT:
            raise ZoneNotFound(area_id, available=self._some_ids(), count=self.count)
        return self._places_of_ids[code : code + 1]

    @kept_property
    def _places_of_ids(self) -> npt.NDArray[np.int64]:
        """Where each id stands, in the order of their texts; no two features have one."""
        return np.argsort(self._array("id.codes"))

    @property
    def is_deflated(self) -> bool:
        """Whether the features are prepared deflated too."""
        return "deflate" in self._sections

    def page(self, indices: npt.NDArray[np.int64]) -> bytes:
        """The features at `indices`, joined by commas, ready for a GeoJSON array."""
        if len(indices) == 1:
            return bytes(self._slice("json", int(indices[0])))
        return b"".join(self.parts(indices, most_bytes=sys.maxsize))

    def parts(
        self, indices: npt.NDArray[np.int64], *, most_bytes: int, section: Prepared = "json"
    ) -> Iterator[bytes | memoryview]:
        """`page` in parts of about so many bytes; what lies side by side is not even copied."""
        run = self.run(indices, section)
        if run is None:
            yield from self._scattered(indices, most_bytes=most_bytes, section=section)
            return
        most = max(most_bytes, _RUN_BYTES)
        for at in range(0, len(run), most):
            yield run[at : at + most]

    def run(self, indices: npt.NDArray[np.int64], section: Prepared = "json") -> memoryview | None:
        """`page` as it lies prepared; None where these features do not lie side by side."""
        if len(indices) == 0 or not bool((indices[1:] - indices[:-1] == 1).all()):
            return None
        ends, gap = self._array(f"{section}.ends"), len(_SEPARATORS[section])
        begin = _begin(ends, int(indices[0]), gap=gap)
        return self._bytes(section)[begin : int(ends[indices[-1]])]

    def _scattered(
        self, indices: npt.NDArray[np.int64], *, most_bytes: int, section: Prepared
    ) -> Iterator[bytes]:
        separator, content = _SEPARATORS[section], self._bytes(section)
        before = b""
        # Places of all of them would be held as long as the last one waits to be sent.
        for some in _in_turn(indices):
            begins, ends = self._spans(some, section)
            spans = list(zip(begins.tolist(), ends.tolist(), strict=True))
            for first, last in _groups(ends - begins, most_bytes):
                each = [content[begin:end] for begin, end in spans[first:last]]
                yield before + separator.join(each)
                before = separator

    def batches(
        self, indices: npt.NDArray[np.int64], *, most_bytes: int
    ) -> Iterator[npt.NDArray[np.int64]]:
        """`indices` in groups whose prepared features have about so many bytes, each at least one."""
        for some in _in_turn(indices):
            for first, last in _groups(self.sizes(some), most_bytes):
                yield some[first:last]

    def size(self, indices: npt.NDArray[np.int64], section: Prepared = "json") -> int:
        """How many bytes `page` of these features has."""
        run = self.run(indices, section)
        if run is not None:
            return len(run)
        commas = max(len(indices) - 1, 0) * len(_SEPARATORS[section])
        return int(self.sizes(indices, section).sum()) + commas

    def sizes(
        self, indices: npt.NDArray[np.int64], section: Prepared = "json"
    ) -> npt.NDArray[np.int64]:
        """How many bytes each of these features has."""
        begins, ends = self._spans(indices, section)
        return ends - begins

    def _spans(
        self, indices: npt.NDArray[np.int64], section: Prepared
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Where each of these features begins and ends."""
        ends = self._array(f"{section}.ends")
        gap = len(_SEPARATORS[section])
        return np.where(indices > 0, ends[indices - 1] + gap, 0), ends[indices]

    def properties(self, indices: npt.NDArray[np.int64]) -> list[dict[str, Any]]:
        """`{"id": …, "properties": {…}, …}` of the features at `indices`, for people's tables."""
        return [orjson.loads(self._slice("json", int(index))) for index in indices]

    def outlines(self, bbox: Bbox) -> tuple[npt.NDArray[np.int64], "npt.NDArray[Any]"]:
        """The features whose bounds meet `bbox`, and their geometries in lon/lat."""
        minx, miny, maxx, maxy = self._bounds.T
        west, south, east, north = bbox
        # Bounds of a feature without geometry are NaN, which meets nothing.
        meets = (minx <= east) & (miny <= north) & (maxx >= west) & (maxy >= south)
        found = np.flatnonzero(meets)
        return found, self._geometries(found)

    def ids(self) -> Texts:
        """The ids of the features."""
        return self._texts("id")

    def repeats_ids(self, name: str) -> bool:
        """Whether a property is the id of each feature once more."""
        if self.fields[name] != "text":
            return False
        column = self._column(name)
        return np.array_equal(
            self._array("id.codes"), self._array(f"{column}.codes")
        ) and self._bytes("id.texts") == self._bytes(f"{column}.texts")

    def texts(self, name: str) -> Texts:
        """A property of texts, dates or instants, for a filter; the other kinds likewise."""
        return self._texts(self._column(name))

    def _texts(self, column: str) -> Texts:
        content, ends = self._bytes(f"{column}.texts"), self._array(f"{column}.ends")
        # What is decoded of them goes with the filter that asked for it; their tails are short.
        stored = StoredTexts(content, ends, tails=lambda: self._tails(column))
        return Texts(self._array(f"{column}.codes"), stored)

    def _tails(self, column: str) -> Tails:
        if column not in self._kept_tails:
            content, ends = self._bytes(f"{column}.texts"), self._array(f"{column}.ends")
            self._kept_tails[column] = tails_of(content, ends)
        return self._kept_tails[column]

    def texts_at(self, name: str | None, places: npt.NDArray[np.int64]) -> list[str | None]:
        """`texts` of some features, None where missing; their ids without a `name`."""
        column = "id" if name is None else self._column(name)
        ends, content = self._array(f"{column}.ends"), self._bytes(f"{column}.texts")
        codes = self._array(f"{column}.codes")[places].tolist()
        return [
            None if code < 0 else str(content[_begin(ends, code, gap=0) : int(ends[code])], "utf-8")
            for code in codes
        ]

    def numbers(self, name: str) -> Numbers:
        """A property of numbers."""
        if name not in self._kept_numbers:
            values = self._array(self._column(name))
            is_whole = self.fields[name] == "integer"
            known = values != NULL_INTEGER if is_whole else ~np.isnan(values)
            # Of most columns nothing is missing: they share one array.
            known = self._all_known if known.all() else known
            self._kept_numbers[name] = Numbers(values, known)
        return self._kept_numbers[name]

    def booleans(self, name: str) -> Truth:
        """A property of truth values."""
        values = self._array(self._column(name))
        return Truth(values == 1, values == 0)

    def arrays(self, name: str) -> Arrays:
        """A property of lists; what is no list is missing."""
        rows = self.properties(np.arange(self.count))
        values = [row["properties"][name] for row in rows]
        return Arrays([value if isinstance(value, list) else None for value in values])

    def shapes(self) -> Shapes:
        """The geometries; only those that are asked for are decoded, of a small table once for all."""
        is_small = self._sections["wkb"][1] <= _MOST_DECODED_BYTES
        return _kept_shapes(self) if is_small else Shapes(self._bounds, self._geometries)

    @cached_property
    def types(self) -> frozenset[int]:
        """The types of geometry that occur, as shapely numbers them; -1 for none."""
        return frozenset(np.unique(self.type_ids).tolist())

    @property
    def type_ids(self) -> npt.NDArray[np.int8]:
        """The type of each feature's geometry."""
        return self._array("types")

    def outline_bytes(self) -> tuple[memoryview, npt.NDArray[np.int64]]:
        """All geometries as well-known binary one after the other, and where each ends."""
        return self._bytes("wkb"), self._array("wkb.ends")

    def _column(self, name: str) -> str:
        return self._names[name]

    def _geometries(self, indices: npt.NDArray[np.int64]) -> "npt.NDArray[Any]":
        import shapely

        content, ends = self._bytes("wkb"), self._array("wkb.ends")
        begins = np.where(indices > 0, ends[indices - 1], 0).tolist()
        found: npt.NDArray[Any] = shapely.from_wkb(
            # One without geometry has no bytes, which would be no WKB either.
            [
                bytes(content[begin:end]) or None
                for begin, end in zip(begins, ends[indices].tolist(), strict=True)
            ]
        )
        return found

    def _intersecting(self, matches: npt.NDArray[np.bool_], bbox: Bbox) -> npt.NDArray[np.bool_]:
        has_geometry = ~np.isnan(self._bounds[:, 0])
        inside, touched = np.zeros_like(matches), np.zeros_like(matches)
        for box in split_at_antimeridian(bbox):
            west, south, east, north = box
            minx, miny, maxx, maxy = self._bounds.T
            inside |= (minx >= west) & (miny >= south) & (maxx <= east) & (maxy <= north)
            near = (minx <= east) & (miny <= north) & (maxx >= west) & (maxy >= south)
            unsure = np.flatnonzero(near & ~inside & ~touched & matches)
            touched[unsure] = self._intersects(unsure, box)
        return matches & (inside | touched | ~has_geometry)

    def _intersects(self, indices: npt.NDArray[np.int64], box: Bbox) -> npt.NDArray[np.bool_]:
        if len(indices) == 0:
            return np.zeros(0, dtype=np.bool_)
        import shapely

        area = _box_geometry(box)
        shapely.prepare(area)
        matches: npt.NDArray[np.bool_] = shapely.intersects(area, self.shapes().at(indices))
        return matches

    def _as_said(self, name: str, value: str) -> Mask:
        if name not in self.fields:
            raise InvalidFilter(reason=_unknown_property(name, self.fields), parameter=name)
        kind, column = self.fields[name], self._column(name)
        if kind == "text":
            return self._texts_like(name, value)
        if kind in ("date", "instant"):
            return self._at_times(name, kind, value)
        wanted = [_parse_value(name, kind, part.strip()) for part in value.split(",")]
        return is_among(self._array(column), wanted)

    def _texts_like(self, name: str, value: str) -> Mask:
        # A text that holds a comma itself is found as a whole.
        matches = self._equal_text(self._column(name), value)
        parts = value.split(",") if "," in value or "*" in value else []
        for part in parts:
            matches = matches | (
                self._texts_by_stars(name, part)
                if "*" in part
                else self._equal_text(self._column(name), part)
            )
        return matches

    def _at_times(self, name: str, kind: Kind, value: str) -> Mask:
        """Of dates the days, of instants the instants, and those in a day."""
        times, found = self.texts(name), np.zeros(self.count, dtype=np.bool_)
        for part in (part.strip() for part in value.split(",")):
            said = kind_of_times([part])
            if said is None or (kind == "date" and said != kind):
                raise InvalidFilter(reason=_wrong_type(name, kind, part), parameter=name)
            at = instant(part, is_date=said == "date")
            found = found | related("t_intersects", times, at).true
        return found

    def _texts_by_stars(self, name: str, value: str) -> Mask:
        pattern = re.sub(r"([%_\\])", r"\\\1", value).replace("*", "%")
        return like(self.texts(name), Texts.constant(pattern)).true

    def _equal_text(self, column: str, value: str) -> npt.NDArray[np.bool_]:
        matches: npt.NDArray[np.bool_] = self._array(f"{column}.codes") == self._code(column, value)
        return matches

    def _code(self, column: str, value: str) -> int:
        """Which of the distinct texts of a column a value is; `_UNKNOWN_TEXT` for none."""
        # Of an array each number would be an object of numpy.
        ends = self._bytes(f"{column}.ends").cast("q")
        texts = self._bytes(f"{column}.texts")
        # Stored texts hold no lone surrogate, so a value with one equals none of them.
        wanted = value.encode("utf-8", "surrogatepass")

        def text(code: int) -> bytes:
            return bytes(texts[ends[code - 1] if code else 0 : ends[code]])

        code = bisect_left(range(len(ends)), wanted, key=text)
        return code if code < len(ends) and text(code) == wanted else _UNKNOWN_TEXT

    def _some_ids(self, limit: int = 5) -> list[str]:
        indices = np.arange(min(limit, self.count))
        return [item["id"] for item in self.properties(indices)]

    @cached_property
    def _all_known(self) -> Mask:
        return np.ones(self.count, dtype=np.bool_)

    @cached_property
    def _bounds(self) -> npt.NDArray[np.float64]:
        return self._array("bounds").reshape(-1, 4)

    def _slice(self, section: str, index: int) -> memoryview:
        ends = self._array(f"{section}.ends")
        gap = len(_SEPARATORS.get(section, b""))
        return self._bytes(section)[_begin(ends, index, gap=gap) : int(ends[index])]

    def _bytes(self, section: str) -> memoryview:
        begin, size, _ = self._sections[section]
        return self._content[self._start + begin : self._start + begin + size]

    def _array(self, section: str) -> npt.NDArray[Any]:
        if section not in self._kept_arrays:
            dtype = self._sections[section][2]
            self._kept_arrays[section] = np.frombuffer(self._bytes(section), dtype=dtype)
        return self._kept_arrays[section]


@lru_cache(maxsize=4)
def _kept_shapes(table: FeatureTable) -> Shapes:
    from geo.filtering.spatial import kept

    return kept(Shapes(table._bounds, table._geometries))


def _header_size(content: memoryview) -> int:
    if len(content) >= PREFIX.size:
        magic, size = PREFIX.unpack_from(content)
        if magic == MAGIC and len(content) >= PREFIX.size + size:
            return int(size)
    raise StoreFault(reason=_SAY["not_prepared"])


def split_at_antimeridian(bbox: Bbox) -> list[Bbox]:
    """One box, or the two boxes on either side of 180° when `bbox` crosses it."""
    west, south, east, north = bbox
    if west <= east:
        return [bbox]
    return [(west, south, 180.0, north), (-180.0, south, east, north)]


def _count_through(place: int, found: Mask, order: npt.NDArray[np.int64] | None) -> int:
    """How many of the features that were found stand up to `place` in the order."""
    if order is None:
        return int(np.count_nonzero(found[: place + 1]))
    [rank] = np.flatnonzero(order == place)
    return int(np.count_nonzero(found[order[: rank + 1]]))


def _box_geometry(box: Bbox) -> "shapely.Geometry":
    import shapely

    west, south, east, north = box
    corners = {(west, south), (east, north), (west, north), (east, south)}
    if len(corners) == 4:
        return shapely.box(west, south, east, north)
    # A box without area is a point or a line: as a polygon it would be invalid and meet nothing.
    return shapely.Point(west, south) if len(corners) == 1 else shapely.LineString(sorted(corners))


def _parse_value(name: str, kind: Kind, value: str) -> float:
    if kind == "boolean" and value in _BOOLEANS:
        return _BOOLEANS[value]
    if kind == "integer" and _INTEGER.fullmatch(value):
        return int(value)
    if kind == "number" and _NUMBER.fullmatch(value) and math.isfinite(float(value)):
        return float(value)
    raise InvalidFilter(reason=_wrong_type(name, kind, value), parameter=name)


def aligned(size: int) -> int:
    """`size` rounded up to a multiple of 8, where sections begin."""
    return -(-size // 8) * 8


def _in_turn(indices: npt.NDArray[np.int64]) -> Iterator[npt.NDArray[np.int64]]:
    for first in range(0, len(indices), _LOOKED_AT_TOGETHER):
        yield indices[first : first + _LOOKED_AT_TOGETHER]


def _groups(sizes: npt.NDArray[np.int64], most_bytes: int) -> Iterator[tuple[int, int]]:
    """From where to where features of these sizes are put together."""
    ends = np.cumsum(sizes).tolist()
    begin, sent = 0, 0
    while begin < len(ends):
        end = max(bisect_right(ends, sent + most_bytes), begin + 1)
        yield begin, end
        begin, sent = end, ends[end - 1]


def _begin(ends: npt.NDArray[Any], index: int, *, gap: int) -> int:
    return 0 if index == 0 else int(ends[index - 1]) + gap


def column_name(index: int) -> str:
    """The section of the property at `index`; its own name may hold anything."""
    return f"property.{index}"


_KIND_NAMES: dict[Kind, Text] = {
    "text": _SAY["kind_names_text"],
    "integer": _SAY["kind_names_integer"],
    "number": _SAY["kind_names_number"],
    "boolean": _SAY["kind_names_boolean"],
    "json": _SAY["kind_names_json"],
    "date": _SAY["kind_names_date"],
    "instant": _SAY["kind_names_instant"],
}


def _unknown_property(name: str, fields: Mapping[str, Kind]) -> Text:
    return _SAY["unknown_property"].format(name=name, fields=", ".join(fields) or "-")


def _wrong_type(name: str, kind: Kind, value: str) -> Text:
    if kind == "json":
        return _SAY["wrong_type"].format(name=name)
    expected = _KIND_NAMES[kind]
    return Text(
        id=f"Properti {name!r} memerlukan {expected.id}, bukan {value!r}.",
        en=f"Property {name!r} needs {expected.en}, not {value!r}.",
    )
