"""What can be asked of a collection's features: queryables, sortables and schema, as JSON Schema.

OGC 19-079r2 (filtering), 20-? Part 5 (schemas). A property has its title and unit in the reader's
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

_SAY = texts(__name__)

SCHEMA = "application/schema+json"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
SORTABLES = "http://www.opengis.net/def/rel/ogc/1.0/sortables"
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
}


def queryables(
    entry: Collection, table: PreparedTable, links: Links, language: Language
) -> dict[str, Any]:
    """The properties that features can be filtered on."""
    titles = entry.field_titles(table, language)
    own = {name: _property(kind, titles[name]) for name, kind in table.features.fields.items()}
    own = {GEOMETRY: _geometry(entry, table, language), **own}
    return _document(entry, links, language, "queryables", own)


def sortables(
    entry: Collection, table: PreparedTable, links: Links, language: Language
) -> dict[str, Any]:
    """The properties that features can be sorted by."""
    titles, fields = entry.field_titles(table, language), table.features.fields
    own = {name: _property(fields[name], titles[name]) for name in sortable_names(table.features)}
    return _document(entry, links, language, "sortables", own)


def schema(
    entry: Collection, table: PreparedTable, links: Links, language: Language
) -> dict[str, Any]:
    """What a feature has: its properties with their roles, and its geometry with its type."""
    titles = entry.field_titles(table, language)
    own = {name: _property(kind, titles[name]) for name, kind in table.features.fields.items()}
    if entry.schema is not None and entry.schema.key in own:
        own[entry.schema.key]["x-ogc-role"] = "id"
    own[GEOMETRY] = _geometry(entry, table, language)
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
        "$id": links.url("collections", entry.id, name),
        "type": "object",
        "title": said.format(title=entry.title.to(language)).to(language),
        "properties": properties,
        "additionalProperties": False,
    }


def _property(kind: Kind, title: str) -> dict[str, Any]:
    return {"title": title, **_TYPES[kind]}


def _geometry(entry: Collection, table: PreparedTable, language: Language) -> dict[str, Any]:
    types: Iterable[str] = entry.schema.geometry_types if entry.schema is not None else ()
    if entry.kind is not None:
        types = (one_type(table.features.types, entry.kind),)
    formats = {_GEOMETRIES[one].removeprefix("multi") for one in types if one in _GEOMETRIES}
    name = "any" if len(formats) != 1 else _one_format(set(types))
    return {
        "title": _SAY["geometry"].to(language),
        "x-ogc-role": "primary-geometry",
        "format": f"geometry-{name}",
    }


def _one_format(types: set[str]) -> str:
    """A format of the standard that holds all of these types of one dimension."""
    if len(types) == 1:
        return _GEOMETRIES[types.pop()]
    base = _GEOMETRIES[min(types, key=len)]
    return f"{base}-or-multi{base}"
