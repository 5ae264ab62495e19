"""The forms that a page of features is written in: which one is asked for, and how it is written.

GeoJSON and its kin are joined from prepared bytes; files are made by the writers of
`geo/vector/export.py` and sent from a file without a name.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import orjson
from fastapi import Request

from api.features.crs import CRS84
from api.features.forms import FILES, MEDIA_TYPES, Form
from api.features.page import Page
from api.parameters import InvalidParameter
from geo.filtering.temporal import kind_of_times
from geo.language import texts
from geo.tiles.features import FeatureTable, Selection
from geo.tiles.features_written import written_each
from geo.tiles.times import temporal_field
from geo.vector.file_formats import FILE_FORMATS

if TYPE_CHECKING:
    import geopandas as gpd

_SAY = texts(__name__)

_OTHER_NAMES: dict[str, Form] = {"geojson": "json", "flatgeobuf": "fgb", "geoparquet": "parquet"}
_ROWS_AT_ONCE = 500
_BLOCK_BYTES = 1 << 16
# OGC 21-045: Core, and one feature type for all that a document holds.
_JSON_FG_CLASSES = [
    "http://www.opengis.net/spec/json-fg-1/1.0/conf/core",
    "http://www.opengis.net/spec/json-fg-1/1.0/conf/types-schemas",
]


@dataclass(frozen=True, eq=False)
class Answer:
    """A page of features and the collection it is of."""

    collection: str
    table: FeatureTable
    page: Page

    @cached_property
    def selection(self) -> Selection:
        """The page's features."""
        return self.page.of(self.table)


def form_of(request: Request, otherwise: Form) -> Form:
    """The form of a page of features: `f`, else what Accept names first, else `otherwise`.

    Raises
    ------
    InvalidParameter
        For an `f` that features are not written in.
    """
    wanted = request.query_params.get("f")
    if wanted is None:
        accepted = request.headers.get("accept", "").lower()
        named = (
            f
            for f, media_type in MEDIA_TYPES.items()
            if f not in ("json", "html") and media_type in accepted
        )
        return next(named, otherwise)
    found = _OTHER_NAMES.get(wanted) or next((f for f in MEDIA_TYPES if f == wanted), None)
    if found is None:
        reason = _SAY["unknown_form"].format(f=wanted[:40], known=", ".join(MEDIA_TYPES))
        raise InvalidParameter(parameter="f", reason=reason)
    return found


def sequence(answer: Answer) -> Iterator[bytes]:
    """The features one after the other as a text sequence (RFC 8142), some at a time."""
    places = answer.selection.indices
    for begin in range(0, len(places), _ROWS_AT_ONCE):
        some = places[begin : begin + _ROWS_AT_ONCE]
        for feature in written_each(answer.table, some, answer.page.writing):
            yield b"\x1e" + feature + b"\n"


def json_fg(answer: Answer, links: list[dict[str, str]]) -> bytes:
    """The page as JSON-FG (OGC 21-045): in another CRS geometries stand in `place`."""
    time = temporal_field(answer.table)
    features = []
    for text in written_each(answer.table, answer.selection.indices, answer.page.writing):
        feature = orjson.loads(text)
        is_moved = answer.page.crs != CRS84
        feature["place"] = feature["geometry"] if is_moved else None
        feature["geometry"] = None if is_moved else feature["geometry"]
        feature["time"] = _time(feature["properties"].get(time))
        features.append(feature)
    document = {
        "type": "FeatureCollection",
        "conformsTo": _JSON_FG_CLASSES,
        "featureType": answer.collection,
        "coordRefSys": answer.page.crs,
        "numberMatched": answer.selection.matched,
        "numberReturned": len(features),
        "links": links,
        "features": features,
    }
    return orjson.dumps(document)


def _time(value: Any) -> dict[str, str] | None:
    if not isinstance(value, str):
        return None
    return {"date" if kind_of_times([value]) == "date" else "timestamp": value}


def opened_file(answer: Answer, form: Form) -> IO[bytes]:
    """The page as a file, open and without a name: whatever happens while it is sent, nothing stays."""
    from geo.vector.export import write_layer

    with tempfile.TemporaryDirectory(prefix="kawasan-items-") as folder:
        path = Path(folder) / ("items" + FILE_FORMATS[FILES[form]].suffix)
        write_layer(_frame(answer), path, FILES[form])
        return path.open("rb")


def blocks(file: IO[bytes]) -> Iterator[bytes]:
    """An open file some bytes at a time; it is closed at its end."""
    with file:
        file.seek(0)
        while block := file.read(_BLOCK_BYTES):
            yield block


def _frame(answer: Answer) -> "gpd.GeoDataFrame":
    """The page as a layer in its CRS, whose coordinates are x before y as files have them."""
    import geopandas as gpd
    import pandas as pd

    from geo.crs import LONLAT

    table, places = answer.table, answer.selection.indices
    features = [
        orjson.loads(f) for f in written_each(table, places, answer.page.writing.without_geometry())
    ]
    names = [n for n in table.fields if answer.page.writing.has(n)]
    columns = {name: [feature["properties"][name] for feature in features] for name in names}
    index = pd.Index([feature["id"] for feature in features], name="area_id", dtype=object)
    geometries = (
        table.shapes().at(places) if answer.page.writing.has_geometry else [None] * len(places)
    )
    frame = gpd.GeoDataFrame(columns, geometry=list(geometries), index=index, crs=LONLAT)
    return frame if answer.page.crs == CRS84 else frame.to_crs(answer.page.crs)
