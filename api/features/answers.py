"""Features written down: an answer of a page or of one feature, with no word of how it is sent.

Pure but for files, which are made in a folder of their own and are read from there without a name.
What is long is made while it is sent, a part at a time, so that a slow reader holds one part.
"""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import orjson
import shapely

from api.collections import Collection
from api.features.crs import CRS84, crs_named, decimals_of, writing_in
from api.features.forms import FILES, MEDIA_TYPES, ONLY_LONLAT, Form, file_name, stem
from api.features.page import Page, collection_link
from api.features.schemas import QUERYABLES, SCHEMA
from api.features.turns import TURNS
from api.links import GEOJSON, Links, quoted
from geo.filtering.temporal import kind_of_times
from geo.kept_property import kept_property
from geo.tiles.features import FeatureTable, Selection
from geo.tiles.features_written import (
    PART_BYTES,
    written,
    written_each,
    written_parts,
    zipped_parts,
)
from geo.tiles.times import temporal_field
from geo.vector.file_formats import FILE_FORMATS

_MOST_LINK = 2_000
_END = b"]}"
# OGC 21-045: Core, and one feature type for all that a document holds.
_JSON_FG_CLASSES = [
    "http://www.opengis.net/spec/json-fg-1/1.0/conf/core",
    "http://www.opengis.net/spec/json-fg-1/1.0/conf/types-schemas",
]


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What is sent: bytes, or parts that are made while they are sent, and what is said of them.

    `is_copied` says that parts lie prepared and are only copied, which takes no time.
    """

    media_type: str
    headers: dict[str, str]
    content: bytes | Iterator[bytes | memoryview]
    is_copied: bool = False


@dataclass(frozen=True, eq=False)
class Found:
    """A page of a collection's features, looked for once."""

    collection: Collection
    table: FeatureTable
    page: Page

    @kept_property
    def needs_no_turn(self) -> bool:
        """Whether it is found so soon that to wait for a turn would take longer."""
        return self.page.is_plain or self.page.is_light(self.table)

    @kept_property
    def selection(self) -> Selection:
        """The page's features."""
        return self.page.of(self.table)


def items_answer(found: Found, form: Form, links: Links, *, takes_gzip: bool = False) -> Answer:
    """A page of features in any form but HTML; gzipped where `takes_gzip` and that is prepared.

    Raises
    ------
    InvalidFilter
    QueriesBusy
    """
    if found.needs_no_turn and form not in FILES:
        return _items_answer(found, form, links, takes_gzip=takes_gzip)
    with TURNS.taken():
        return _items_answer(found, form, links, takes_gzip=takes_gzip)


def _items_answer(found: Found, form: Form, links: Links, *, takes_gzip: bool) -> Answer:
    crs = CRS84 if form in ONLY_LONLAT else found.page.crs
    held = "attachment" if form in FILES else "inline"
    headers = {
        "Content-Crs": f"<{crs}>",
        "Link": _links_of(found, form, links),
        "Content-Disposition": f'{held}; filename="{file_name(found.collection.id, form)}"',
    }
    if form == "json":
        return _geojson(found, links, headers, takes_gzip=takes_gzip)
    if form == "jsonfg":
        return _answer(form, headers, _json_fg(found, links))
    if form == "geojsonseq":
        return _answer(form, headers, _sequence(found))
    return _answer(form, headers, _csv(found)) if form == "csv" else _file(found, form, headers)


def item_answer(
    collection: Collection,
    table: FeatureTable,
    area_id: str,
    *,
    place: npt.NDArray[np.int64],
    crs: str,
    links: Links,
) -> Answer:
    """The feature of that id, which stands at `place`, as GeoJSON."""
    feature = written(table, place, writing_in(crs))
    around = quoted(area_id).encode().join(_around_item(links, collection.id))
    content = b'%b,"links":%b}' % (feature[:-1], around)
    return Answer(GEOJSON, {"Content-Crs": f"<{crs}>"}, content)


@lru_cache(maxsize=256)
def _around_item(links: Links, collection: str) -> list[bytes]:
    """`item_links` as JSON, cut where the id of a feature stands; no name holds a NUL."""
    return orjson.dumps(item_links(links, collection, "\0")).split(b"%00")


def item_links(
    links: Links, collection: str, area_id: str, *, is_html: bool = False
) -> list[dict[str, str]]:
    """`self`, `alternate` and `collection` of one feature."""
    path = ("collections", collection, "items", area_id)
    return [
        *links.representations(*path, media_type=GEOJSON, is_html=is_html),
        collection_link(links, collection),
    ]


def _answer(
    form: Form,
    headers: dict[str, str],
    parts: Iterator[bytes | memoryview],
    *,
    size: int | None = None,
) -> Answer:
    """What is short is one piece of bytes; of what is long two parts are made, and the others follow."""
    if size is not None and size <= PART_BYTES:
        return Answer(MEDIA_TYPES[form], headers, b"".join(parts))
    parts = _blocks_of(parts)
    first, second = next(parts, b""), next(parts, None)
    if second is None:
        return Answer(MEDIA_TYPES[form], headers, bytes(first))
    if size is not None:
        headers = headers | {"Content-Length": str(size)}
    # Only of what lies prepared is the size known.
    return Answer(MEDIA_TYPES[form], headers, _begun([first, second], parts), size is not None)


def _begun(
    made: list[bytes | memoryview], parts: Iterator[bytes | memoryview]
) -> Iterator[bytes | memoryview]:
    """What is made already, of which nothing is held once it is sent, and the other parts."""
    while made:
        yield made.pop(0)
    yield from parts


def _blocks_of(parts: Iterator[bytes | memoryview]) -> Iterator[bytes | memoryview]:
    """Parts put together to `PART_BYTES` at least; one that is longer itself is not copied."""
    held: list[bytes | memoryview] = []
    size = 0
    for part in parts:
        if len(part) >= PART_BYTES:
            if held:
                yield b"".join(held)
            yield part
            held, size = [], 0
            continue
        held.append(part)
        size += len(part)
        if size >= PART_BYTES:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


def _links_of(found: Found, form: Form, links: Links) -> str:
    """The header of links: to what can be filtered on (OGC 19-079r2, 6.4), and to the next page.

    A form that holds links itself has the next page there, and proxies take no header that is long.
    """
    entry = found.collection
    header = _queryables_link(links, entry.id)
    following = (
        None if form in ("json", "jsonfg") else found.page.following(found.selection, form=form)
    )
    if following is not None:
        address = links.url("collections", entry.id, "items", query=following, f=form)
        if len(address) <= _MOST_LINK:
            header += f', <{address}>; rel="next"; type="{MEDIA_TYPES[form]}"'
    return header


@lru_cache(maxsize=256)
def _queryables_link(links: Links, collection: str) -> str:
    address = links.url("collections", collection, "queryables")
    return f'<{address}>; rel="{QUERYABLES}"; type="{SCHEMA}"'


def _geojson(found: Found, links: Links, headers: dict[str, str], *, takes_gzip: bool) -> Answer:
    """A page as GeoJSON. Its size is known beforehand where it is joined from what is prepared."""
    table, places, writing = found.table, found.selection.indices, found.page.writing
    head = _head({}, found, links, "json")
    is_prepared = writing.is_as_prepared
    if takes_gzip and is_prepared and table.is_deflated and len(places):
        headers["Content-Encoding"] = "gzip"
        parts, member_size = zipped_parts(table, places, head=head, tail=_END)
        return _answer("json", headers, parts, size=member_size)
    parts = chain[bytes | memoryview]((head,), written_parts(table, places, writing), (_END,))
    size = len(head) + table.size(places) + len(_END) if is_prepared else None
    return _answer("json", headers, parts, size=size)


def _head(more: Mapping[str, Any], found: Found, links: Links, form: Form) -> bytes:
    """A feature collection up to its features. No time is said: one ETag has one body."""
    selection = found.selection
    head = {
        "type": "FeatureCollection",
        **more,
        "numberMatched": selection.matched,
        "numberReturned": len(selection.indices),
        "links": found.page.links(links, selection, form=form),
    }
    return orjson.dumps(head)[:-1] + b',"features":['


def _sequence(found: Found) -> Iterator[bytes]:
    """The features one after the other as a text sequence: each after a record separator (RFC 8142)."""
    for some in found.table.batches(found.selection.indices, most_bytes=PART_BYTES):
        for feature in written_each(found.table, some, found.page.writing):
            yield b"\x1e" + feature + b"\n"


def _json_fg(found: Found, links: Links) -> Iterator[bytes]:
    """The page as JSON-FG (OGC 21-045): in another CRS geometries stand in `place`, with its name."""
    entry, table, page = found.collection, found.table, found.page
    is_moved = page.crs != CRS84
    more = {
        "conformsTo": _JSON_FG_CLASSES,
        "featureType": entry.id,
        "featureSchema": links.url("collections", entry.id, "schema"),
    }
    yield _head(more | ({"coordRefSys": page.crs} if is_moved else {}), found, links, "jsonfg")
    time, separator = temporal_field(table), b""
    for some in table.batches(found.selection.indices, most_bytes=PART_BYTES):
        # The time of a feature is there whether its property is written or not.
        times = [None] * len(some) if time is None else table.texts(time).each()[some]
        each = written_each(table, some, page.writing)
        for text, when in zip(each, times, strict=True):
            feature = orjson.loads(text)
            shape = feature["geometry"]
            feature |= {"geometry": None if is_moved else shape, "time": _time(when)}
            feature |= {"place": shape if is_moved else None}
            yield separator + orjson.dumps(feature)
            separator = b","
    yield _END


def _time(text: str | None) -> dict[str, str] | None:
    """A time as JSON-FG has it: a date, or an instant in UTC."""
    if text is None:
        return None
    if kind_of_times([text]) == "date":
        return {"date": text}
    at = datetime.fromisoformat(text.upper())
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return {"timestamp": at.replace(tzinfo=None).isoformat() + "Z"}


def _csv(found: Found) -> Iterator[bytes]:
    from geo.tiles.features_framed import csv_parts

    return csv_parts(
        found.table,
        found.selection.indices,
        writing=found.page.writing,
        crs=crs_named(found.page.crs),
        decimals=decimals_of(found.page.crs),
    )


def _file(found: Found, form: Form, headers: dict[str, str]) -> Answer:
    file = _opened_file(found, form)
    headers = headers | {"Content-Length": str(file.seek(0, 2))}
    return Answer(MEDIA_TYPES[form], headers, _blocks(file))


def _opened_file(found: Found, form: Form) -> IO[bytes]:
    """The page as a file, open and without a name: whatever happens while it is sent, nothing stays."""
    from geo.tiles.features_framed import fitted_features
    from geo.vector.export import undate, write_fitted

    page, places, format = found.page, found.selection.indices, FILES[form]
    crs = crs_named(page.crs)
    held = fitted_features(found.table, places, writing=page.writing, format=format, crs=crs)
    # An index has an order of its own, and leaves out what has no geometry.
    is_indexed = not page.order and not shapely.is_missing(held.geometry).any()
    with tempfile.TemporaryDirectory(prefix="kawasan-items-") as folder:
        path = Path(folder) / (stem(found.collection.id) + FILE_FORMATS[format].suffix)
        write_fitted(held, path, format, is_indexed=is_indexed)
        if format in ("gpkg", "xlsx"):
            undate(path)
        return path.open("rb")


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    """An open file some bytes at a time; it is closed at its end."""
    with file:
        file.seek(0)
        while block := file.read(PART_BYTES):
            yield block
