"""What can be asked of a collection's features: queryables, sortables and schema, as JSON Schema.

OGC 19-079r2 (filtering), 23-058r1 (schemas). A property has its title and unit in the reader's
language; the geometry has a format and no type. A JSON Schema has no place for links, so its page is
named in the header `Link`.
"""

from collections.abc import Iterable
from typing import Any

from api.collections import Collection, PreparedTable
from api.links import Links
from geo.filtering.columns import Kind
from geo.filtering.evaluate import GEOMETRY
from geo.filtering.functions import FUNCTIONS
from geo.language import Language, texts
from geo.tiles.geometry_kinds import one_type
from geo.tiles.order import sortables as sortable_names
from geo.tiles.times import temporal_field

_SAY = texts(__name__)

SCHEMA = "application/schema+json"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
SORTABLES = "http://www.opengis.net/def/rel/ogc/1.0/sortables"
RETURNABLES = "http://www.opengis.net/def/rel/ogc/1.0/schema"
FUNCTIONS_REL = "http://www.opengis.net/def/rel/ogc/1.0/functions"
FUNCTIONS_TITLE = _SAY["functions"]
_TYPES: dict[Kind, dict[str, Any]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "json": {"type": ["array", "object", "null"]},
    "date": {"type": "string", "format": "date"},
    "instant": {"type": "string", "format": "date-time"},
}
_GEOMETRIES = {
    "Point": "point",
    "MultiPoint": "multipoint",
    "LineString": "linestring",
    "MultiLineString": "multilinestring",
    "Polygon": "polygon",
    "MultiPolygon": "multipolygon",
    "GeometryCollection": "geometrycollection",
}
# As shapely numbers them.
_NAMES = {
    0: "Point",
    1: "LineString",
    2: "LineString",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
    7: "GeometryCollection",
}


def queryables(
    entry: Collection, table: PreparedTable, links: Links, language: Language
) -> dict[str, Any]:
    """The properties that features can be filtered on."""
    own = {GEOMETRY: _geometry(entry, table, language), **_properties(entry, table, language)}
    return _document(entry, links, language, "queryables", own)


def sortables(
    entry: Collection, table: PreparedTable, links: Links, language: Language
) -> dict[str, Any]:
    """The properties that features can be sorted by."""
    known = _properties(entry, table, language)
    own = {name: known[name] for name in sortable_names(table.features)}
    return _document(entry, links, language, "sortables", own)


def schema(
    entry: Collection, table: PreparedTable, links: Links, language: Language
) -> dict[str, Any]:
    """What a feature has: its properties with their roles, and its geometry with its type."""
    own = {**_properties(entry, table, language), GEOMETRY: _geometry(entry, table, language)}
    return _document(entry, links, language, "schema", own)


def functions_document(language: Language) -> dict[str, Any]:
    """The functions that a filter may call (OGC 19-079r2, 6.6)."""
    return {
        "functions": [
            {
                "name": each.name,
                "description": each.title.to(language),
                "arguments": [{"type": [each.takes]}],
                "returns": [each.gives],
            }
            for each in FUNCTIONS.values()
        ]
    }


def _document(
    entry: Collection, links: Links, language: Language, name: str, properties: dict[str, Any]
) -> dict[str, Any]:
    titles = {"queryables": _SAY["queryables"], "sortables": _SAY["sortables"]}
    said = titles.get(name, _SAY["schema"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        # Without parameters, whatever the reader's address has (19-079r2, get-queryables-response).
        "$id": links.url("collections", entry.id, name).partition("?")[0],
        "type": "object",
        "title": said.format(title=entry.title.to(language)).to(language),
        "properties": properties,
        "additionalProperties": False,
    }


def _properties(
    entry: Collection, table: PreparedTable, language: Language
) -> dict[str, dict[str, Any]]:
    """Each property without the geometry: its title, its type, and what it is to a feature."""
    fields, titles = table.features.fields, entry.field_titles(table, language)
    own: dict[str, dict[str, Any]] = {
        name: {"title": titles[name], **_TYPES[kind]} for name, kind in fields.items()
    }
    if entry.schema is not None and entry.schema.key in own:
        own[entry.schema.key]["x-ogc-role"] = "id"
    if (time := temporal_field(table.features)) is not None:
        own[time]["x-ogc-role"] = "primary-instant"
    return own


def _geometry(entry: Collection, table: PreparedTable, language: Language) -> dict[str, Any]:
    return {
        "title": _SAY["geometry"].to(language),
        "x-ogc-role": "primary-geometry",
        "format": f"geometry-{_format({*_geometry_types(entry, table)})}",
    }


def _geometry_types(entry: Collection, table: PreparedTable) -> Iterable[str]:
    """The types that are promised; of a layer of any type those that occur."""
    if entry.kind is not None:
        return (one_type(table.features.types, entry.kind),)
    promised = entry.schema.geometry_types if entry.schema is not None else frozenset()
    if promised and len(_dimensions(promised)) == 1:
        return promised
    return [_NAMES[one] for one in table.features.types if one >= 0]


def _format(types: set[str]) -> str:
    """A format of the standard that holds all of these types."""
    if len(types) == 1:
        return _GEOMETRIES[types.pop()]
    [*bases] = _dimensions(types)
    if len(bases) != 1 or "GeometryCollection" in types:
        return "any"
    return f"{bases[0]}-or-multi{bases[0]}"


def _dimensions(types: Iterable[str]) -> set[str]:
    return {_GEOMETRIES[one].removeprefix("multi") for one in types}
