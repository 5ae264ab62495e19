"""GeoJSON and sequences of it (RFC 8142) read by us, so that GDAL never sees them.

GDAL follows a `crs` link, takes an unknown CRS for EPSG:4326, makes null geometries of coordinates
in quotes, keeps the last of two equal names and cuts text at a NUL, all without an error. RFC 7946
is small enough to read with Python's own parser and to be exact about every feature.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from geo.crs import LONLAT, crs_of
from geo.errors import UploadUnsupported
from geo.ingest.encoding import unicode_of
from geo.ingest.findings import Finding, Unreadable, finding
from geo.ingest.source import Damage, Limits, Source, beside_geometry
from geo.ingest.vertices import require_few_in_json
from geo.language import Text, texts

if TYPE_CHECKING:
    import pandas as pd

_SAY = texts(__name__)

_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_MEMBERS = frozenset({"type", "id", "bbox", "properties", "geometry", "crs"})
# `name` is what QGIS and GDAL call the layer.
_MEMBERS_OF_ALL = frozenset({"type", "bbox", "features", "crs", "name"})
# What Python says of JSON that is none, by its first words.
_FAULTS = (
    ("Expecting value", "no_value"),
    ("Expecting property name", "no_name"),
    ("Expecting ':'", "no_colon"),
    ("Expecting ','", "no_comma"),
    ("Illegal trailing comma", "trailing_comma"),
    ("Extra data", "extra"),
    ("Unterminated string", "unterminated"),
    ("Invalid control character", "control"),
    ("Invalid \\", "escape"),
)
_SEPARATOR = "\x1e"
# Half of a letter that is written as two: `\\ud83d` without its second half, or that one alone.
_HALF_LETTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]"
)


class _BadGeometry(ValueError):
    def __init__(self, reason: Text) -> None:
        self.reason = reason
        super().__init__(reason.en)


class _InText(Exception):
    """A value that is refused while the text is parsed: what is sought in the text to say where."""

    def __init__(self, code: str, sought: re.Pattern[str], **facts: str) -> None:
        self.code, self.sought, self.facts = code, sought, facts
        super().__init__(code)


def read_geojson(path: Path, *, limits: Limits) -> Source:
    """The layer of a GeoJSON file.

    Raises
    ------
    Unreadable
        For text that is no exact JSON and for a CRS given as a link.
    UploadUnsupported
        For JSON of another kind, such as TopoJSON, Esri JSON or a GDAL pipeline.
    """
    require_few_in_json(path, limits)
    text, encoding = _text(path)
    is_sequence = _is_sequence(text, limits)
    document = _sequence(text, limits) if is_sequence else _parsed(text, limits)
    features = _features(document)
    properties = [_properties(feature, row) for row, feature in enumerate(features, start=1)]
    document = _with_inner_crs(document, features)
    crs, crs_text = _crs(document)
    geometry, damaged = _geometries(features)

    import geopandas as gpd

    table, notes = _table(properties, [feature.get("id") for feature in features])
    frame = gpd.GeoDataFrame(table, geometry=geometry, crs=crs)
    notes += _ignored(document, features)
    if "crs" not in document:
        notes.append(finding("crs_assumed"))
    return Source(
        frame=frame,
        kind="geojsonseq" if is_sequence else "geojson",
        layer=path.stem,
        crs_text=crs_text,
        encoding=encoding,
        header_count=_top_level_count(text) if is_sequence else len(features),
        damaged=damaged,
        findings=tuple(notes),
    )


def read_json(path: Path, *, limits: Limits) -> Any:
    """A JSON text of any kind, parsed as exactly as GeoJSON is.

    Raises
    ------
    Unreadable
    """
    text, _ = _text(path)
    return _parsed(text, limits)


def _text(path: Path) -> tuple[str, str]:
    """The text of a file, and the Unicode that it is written in."""
    content = path.read_bytes()
    encoding = unicode_of(content[:4096]) or "utf-8"
    try:
        return content.decode(encoding).removeprefix("\ufeff"), encoding.removesuffix("-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(finding("json_not_utf8", position=error.start + 1)) from error


def _parsed(text: str, limits: Limits) -> Any:
    _require_shallow(text, limits)
    # Only an escape can make half a letter; asking every text costs time.
    has_surrogates = re.search(r"\\u[dD][89a-fA-F]", text) is not None
    try:
        return json.loads(
            text, object_pairs_hook=_object_of(has_surrogates), parse_constant=_refuse_constant
        )
    except json.JSONDecodeError as error:
        known = (name for words, name in _FAULTS if error.msg.startswith(words))
        reason = _SAY[f"fault_{next(known, 'other')}"]
        raise Unreadable(
            finding("json_invalid", line=error.lineno, column=error.colno, reason=reason)
        ) from error
    except _InText as error:
        line, column = _position(text, error.sought)
        facts: dict[str, Any] = {"line": line, "column": column, **error.facts}
        raise Unreadable(finding(error.code, **facts)) from error
    except ValueError as error:  # an integer of more digits than Python reads
        reason = _SAY["long_number"]
        raise Unreadable(finding("json_invalid", line=1, column=1, reason=reason)) from error


def _require_shallow(text: str, limits: Limits) -> None:
    """Depth is counted before parsing: 900 nested objects cost GDAL 280 MB, and Python its stack."""
    if (_depths(text) > limits.json_depth).any():
        raise Unreadable(finding("json_too_deep", limit=limits.json_depth))


def _depths(text: str) -> npt.NDArray[np.int_]:
    """(n,) how deep the text stands after each bracket outside its strings."""
    plain = np.frombuffer(_STRING.sub("", text).encode("utf-8", "replace"), np.uint8)
    opening = np.isin(plain, np.frombuffer(b"[{", np.uint8)).astype(np.int64)
    closing = np.isin(plain, np.frombuffer(b"]}", np.uint8)).astype(np.int64)
    steps = opening - closing
    depths: npt.NDArray[np.int_] = np.cumsum(steps[steps != 0])
    return depths


def _top_level_count(text: str) -> int:
    """How many JSON texts stand one after the other: by their brackets alone."""
    return int((_depths(text) == 0).sum())


def _is_sequence(text: str, limits: Limits) -> bool:
    """Whether a text is a sequence of GeoJSON texts: with record separators, or one on each line.

    RFC 8142 begins every record with the letter RS; QGIS and GDAL also write them without.
    """
    # Python takes RS for a blank, so the blanks of JSON are named.
    begun = text.lstrip(" \t\r\n")
    if begun.startswith(_SEPARATOR):
        return True
    first, _, rest = begun.partition("\n")
    if not rest.strip():
        return False
    _require_shallow(first, limits)
    try:
        return isinstance(json.loads(first), dict)
    except ValueError:
        return False


def _sequence(text: str, limits: Limits) -> dict[str, Any]:
    """The features of a sequence as one collection; every fault names the line of the whole file."""
    features: list[Any] = []
    line = 1
    for record in text.split(_SEPARATOR if _SEPARATOR in text else "\n"):
        if record.strip():
            features.append(_record(record, line, limits))
        line += record.count("\n") + (_SEPARATOR not in text)
    systems = {json.dumps(feature.get("crs")) for feature in features if "crs" in feature}
    if len(systems) > 1:
        raise _structure(_SAY["several_crs"])
    collection = {"type": "FeatureCollection", "features": features}
    return collection | ({"crs": json.loads(systems.pop())} if systems else {})


def _record(record: str, line: int, limits: Limits) -> Any:
    try:
        feature = _parsed(record, limits)
    except Unreadable as error:
        (found,) = error.findings
        if "line" not in found.facts:
            raise
        facts = dict(found.facts) | {"line": line + found.facts["line"] - 1}
        raise Unreadable(finding(found.code, **facts)) from error
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise _structure(_SAY["no_feature_line"].format(line=line))
    return feature


def _features(document: Any) -> list[Any]:
    """The features of a document of any kind that RFC 7946 knows; a bare geometry is one feature."""
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "FeatureCollection":
        if not isinstance(document.get("features"), list):
            raise _structure(_SAY["features_no_list"])
        return list(document["features"])
    if kind == "Feature":
        return [document]
    if kind in _MAKERS or kind == "GeometryCollection":
        return [{"type": "Feature", "properties": {}, "geometry": document}]
    raise UploadUnsupported(reason=_SAY["no_geojson"])


def _with_inner_crs(document: dict[str, Any], features: list[Any]) -> dict[str, Any]:
    """The document with the CRS that its features or geometries name, as databases write it."""
    inner = [
        part["crs"]
        for feature in features
        for part in (feature, feature["geometry"])
        if isinstance(part, dict) and "crs" in part
    ]
    if "crs" in document or not inner:
        return document
    if any(other != inner[0] for other in inner):
        raise _structure(_SAY["several_crs"])
    return document | {"crs": inner[0]}


def _ignored(document: dict[str, Any], features: list[Any]) -> list[Finding]:
    """What is said of members that GeoJSON does not know, and nobody reads."""
    names: dict[str, None] = {}
    if document["type"] == "FeatureCollection":
        names |= {name: None for name in document if name not in _MEMBERS_OF_ALL}
    names |= {name: None for feature in features for name in feature if name not in _MEMBERS}
    shown = ", ".join(name[:60] for name in list(names)[:10])
    return [finding("members_ignored", members=shown)] if names else []


def _object_of(has_surrogates: bool) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    def to_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise Unreadable(finding("json_duplicate_key", name=twice[:100]))
        if has_surrogates:
            for name, value in pairs:
                for text in (name, value):
                    if isinstance(text, str):
                        _require_letters(name, text)
        return made

    return to_object


def _require_letters(name: str, text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        shown, named = (t[:100].encode("utf-8", "replace").decode() for t in (text, name))
        raise _InText("json_surrogate", _HALF_LETTER, text=shown, name=named) from error


def _refuse_constant(token: str) -> float:
    raise _InText("json_number", re.compile(rf"(?<![\w-]){token}\b"), token=token)


def _position(text: str, sought: re.Pattern[str]) -> tuple[int, int]:
    """The line and column of the first match, from 1; outside of texts where it is no part of one."""
    plain = text if sought is _HALF_LETTER else _STRING.sub(lambda m: " " * len(m[0]), text)
    match = sought.search(plain)
    at = match.start() if match else 0
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _structure(reason: Text) -> Unreadable:
    return Unreadable(finding("geojson_structure", reason=reason))


def _crs(document: dict[str, Any]) -> tuple[pyproj.CRS | None, str | None]:
    """The CRS that the file means and what it calls it.

    RFC 7946 knows only lon/lat; the `crs` member of 2008 is still written by QGIS and GDAL.
    """
    if "crs" not in document:
        return LONLAT, "OGC:CRS84"
    member = document["crs"]
    if member is None:
        return None, None
    if not isinstance(member, dict) or member.get("type") == "link":
        raise Unreadable(finding("crs_link"))
    named = member.get("properties")
    name = named.get("name") if isinstance(named, dict) else None
    if not isinstance(name, str):
        raise Unreadable(finding("crs_link"))
    return crs_of(name), name[:200]


def _properties(feature: Any, row: int) -> dict[str, Any]:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise _structure(_SAY["no_feature"].format(row=row))
    properties = feature.get("properties") or {}
    if not isinstance(properties, dict) or "geometry" not in feature:
        raise _structure(_SAY["incomplete_feature"].format(row=row))
    return dict(properties)


def _table(
    properties: list[dict[str, Any]], ids: list[Any]
) -> tuple["pd.DataFrame", list[Finding]]:
    import pandas as pd

    names = list(dict.fromkeys(name for row in properties for name in row))
    values = {name: [row.get(name) for row in properties] for name in names}
    notes: list[Finding] = []
    # Most programs repeat a feature's id as a property; once is enough.
    if any(i is not None for i in ids) and not any(_same(ids, v) for v in values.values()):
        free = "id"
        while free in values:
            free += "_"
        notes += [finding("column_renamed", column="id", name=free)] if free != "id" else []
        values = {free: ids, **values}
    kept, renamed = beside_geometry(values)
    columns = {kept[name]: pd.Series(value, dtype=object) for name, value in values.items()}
    table = pd.DataFrame(columns) if columns else pd.DataFrame(index=range(len(properties)))
    return table, [*notes, *renamed]


def _same(left: list[Any], right: list[Any]) -> bool:
    return all(str(a) == str(b) for a, b in zip(left, right, strict=True))


def _geometries(features: list[Any]) -> tuple[npt.NDArray[np.object_], dict[int, Damage]]:
    geometry = np.full(len(features), None, dtype=object)
    damaged: dict[int, Damage] = {}
    for row, feature in enumerate(features):
        if feature["geometry"] is None:
            continue
        try:
            geometry[row] = _geometry(feature["geometry"])
        except _BadGeometry as error:
            damaged[row] = Damage("geometry_damaged", {"reason": error.reason})
        except shapely.errors.GEOSException:
            damaged[row] = Damage("geometry_damaged", {"reason": _SAY["not_formed"]})
    return geometry, damaged


def _geometry(member: Any) -> shapely.Geometry:
    kind = member.get("type") if isinstance(member, dict) else None
    if kind == "GeometryCollection":
        parts = member.get("geometries")
        return shapely.GeometryCollection([_geometry(p) for p in _list(parts)])
    if kind not in _MAKERS:
        raise _BadGeometry(_SAY["unknown_type"].format(kind=kind))
    return _MAKERS[kind](member.get("coordinates"))


def geometry_of_text(text: str, *, limits: Limits) -> shapely.Geometry:
    """The geometry that a text of GeoJSON holds, as a cell of a table may.

    Raises
    ------
    Unreadable, ValueError, GEOSException
        For text that is no exact JSON, and for no whole geometry.
    """
    return _geometry(_parsed(text, limits))


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _BadGeometry(_SAY["coordinates_no_list"])
    return value


def _positions(value: Any) -> npt.NDArray[np.float64]:
    """(n, 2 or 3) positions of a list; mixed lengths lose their height."""
    positions = _list(value)
    if not all(isinstance(p, list) and len(p) >= 2 for p in positions):
        raise _BadGeometry(_SAY["no_position"])
    depth = min(3, *(len(p) for p in positions)) if positions else 2
    try:
        array = np.array([p[:depth] for p in positions])
    except ValueError:
        array = np.array([""])
    if array.dtype.kind not in "if" and positions:
        raise _BadGeometry(_SAY["no_numbers"])
    return array.reshape(len(positions), depth).astype(np.float64)


def _ring(value: Any) -> npt.NDArray[np.float64]:
    ring = _positions(value)
    if len(ring) < 4:
        raise _BadGeometry(_SAY["short_ring"])
    ends = ring[[0, -1], :2]
    # 1e999 is infinite, which is told of the feature; it is no sign of an open ring.
    if np.isfinite(ends).all() and not np.array_equal(*ends):
        raise _BadGeometry(_SAY["open_ring"])
    return ring


def _polygon(value: Any) -> shapely.Polygon:
    # Some programs write an empty polygon as one empty ring.
    rings = [_ring(ring) for ring in _list(value)] if value != [[]] else []
    return shapely.Polygon(rings[0], rings[1:]) if rings else shapely.Polygon()


def _point(value: Any) -> shapely.Point:
    # An empty Point is written with empty coordinates.
    return shapely.Point(_positions([value])[0]) if value != [] else shapely.Point()


_MAKERS: dict[str, Callable[[Any], shapely.Geometry]] = {
    "Point": _point,
    "MultiPoint": lambda value: shapely.MultiPoint(_positions(value)),
    "LineString": lambda value: shapely.LineString(_positions(value)),
    "MultiLineString": lambda value: shapely.MultiLineString([_positions(v) for v in _list(value)]),
    "Polygon": _polygon,
    "MultiPolygon": lambda value: shapely.MultiPolygon([_polygon(v) for v in _list(value)]),
}
