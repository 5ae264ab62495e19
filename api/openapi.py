"""The OpenAPI document: FastAPI writes 3.1, OGC API and its test suite read 3.0 only.

`document` turns the one into the other, states the parameters of OGC API - Features exactly as the
standard defines them, and adds each collection's own path with the filters that its properties
allow. Nothing here is invented: examples come from the features that are served.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any
from urllib.parse import quote

import orjson
from fastapi import FastAPI

from api.access import cookie_of
from api.collections import Collection
from api.features.forms import MEDIA_TYPES
from api.links import GEOJSON, HTML, JSON, OPENAPI, PROBLEM
from api.ogc_models import ProblemDocument
from api.settings import Settings
from api.tile_documents import MVT
from geo.filtering.columns import Kind
from geo.language import LANGUAGES
from geo.tiles.features import FeatureTable

_ITEMS = "/collections/{collectionId}/items"
_METHODS = ("get", "put", "post", "delete", "patch")
_MOST_EXAMPLE_BYTES = 6_000
# How somebody who may do more than read says who it is; a closed store asks it everywhere.
_SECURITY: Mapping[str, Any] = {
    "key": {"type": "http", "scheme": "bearer", "description": "An API key: kwsn_…"},
    "keyHeader": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "description": "From POST /session; writes need X-CSRF-Token too.",
    },
}
_FORM: Mapping[str, Any] = {"in": "query", "required": False, "style": "form", "explode": False}
# OGC 20-057, /req/collections-selection/collections-parameter.
_DATASET_TILES = (
    "/tiles/WebMercatorQuad",
    "/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}",
)
_COLLECTIONS: Mapping[str, Any] = {
    **_FORM,
    "name": "collections",
    "description": "Only these collections, in this order: ids or addresses of collections.",
    "schema": {"type": "array", "items": {"type": "string"}},
}
_SCHEMA_OF_KIND: Mapping[Kind, dict[str, Any]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "instant": {"type": "string", "format": "date-time"},
}
# JSON Schema 2020-12 that OpenAPI 3.0 has no word for; leaving it out only makes a schema wider.
_UNKNOWN_TO_3_0 = frozenset(
    {"$schema", "$id", "$defs", "propertyNames", "patternProperties", "unevaluatedProperties", "if"}
    | {"then", "else", "contains", "dependentRequired", "dependentSchemas", "contentEncoding"}
)
_NOT_SCHEMAS = frozenset({"default", "enum", "example", "required", "discriminator"})


def document(
    app: FastAPI,
    settings: Settings,
    *,
    base: str,
    collections: Sequence[tuple[Collection, FeatureTable]],
) -> dict[str, Any]:
    """The service as an OpenAPI 3.0.3 document.

    Parameters
    ----------
    base : str
        The address of the service, as links have it.
    collections : sequence of (Collection, FeatureTable)
        Each gets a path of its own with its properties as filters.
    """
    # Loaded by who asks for the description, not by the start of the service.
    from api import documents

    found = deepcopy(app.openapi())
    found |= {"openapi": "3.0.3", "servers": [{"url": base}]}
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    schemas |= documents.schemas() | {"Problem": ProblemDocument.model_json_schema()}
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    found["components"]["schemas"] = {n: schema_3_0(s) for n, s in schemas.items()}
    api = found["paths"]["/api"]["get"]["responses"]["200"]
    api["content"] = {OPENAPI: {"schema": {"type": "object"}}, HTML: {"schema": {"type": "string"}}}
    for path, operation in _operations_of(found["paths"]):
        _complete(operation, is_of_one="{" in path)
    found["components"]["securitySchemes"] = deepcopy(dict(_SECURITY))
    found["components"]["securitySchemes"]["session"]["name"] = cookie_of(base)[0]
    for (method, path), actions in app.state.actions.items():
        if set(actions) - {"read"} and method in found["paths"].get(path, {}):
            found["paths"][path][method]["security"] = [{name: []} for name in _SECURITY]

    items = found["paths"][_ITEMS]["get"]
    _set_parameters(items, _items_parameters(settings))
    items["responses"]["200"]["content"] |= {
        media_type: {"schema": {"type": "string", "format": "binary"}}
        for media_type in MEDIA_TYPES.values()
        if media_type not in (GEOJSON, HTML)
    }
    # QGIS reads the most features of a page here and nowhere else.
    limit = next(p for p in items["parameters"] if p["name"] == "limit")
    found["components"]["parameters"] = {"limit": deepcopy(limit)}
    for path in _DATASET_TILES:
        _set_parameters(found["paths"][path]["get"], [_COLLECTIONS])
    for entry, table in collections:
        path = f"/collections/{quote(entry.id, safe='')}/items"
        found["paths"][path] = {"get": _own_items(items, entry, table)}
    return found


def operations(found: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The operations of a document by their tag, each with its method and path, for a page."""
    by_tag: dict[str, list[dict[str, Any]]] = {}
    for path, item in found["paths"].items():
        for method in _METHODS:
            if method in item:
                operation = {"method": method.upper(), "path": path, **item[method]}
                by_tag.setdefault(operation["tags"][0], []).append(operation)
    return by_tag


def schema_3_0(schema: Any) -> Any:
    """A JSON Schema as OpenAPI 3.0 writes it.

    Examples
    --------
    >>> schema_3_0({"anyOf": [{"type": "integer", "exclusiveMinimum": 0}, {"type": "null"}]})
    {'type': 'integer', 'minimum': 0, 'exclusiveMinimum': True, 'nullable': True}
    """
    if isinstance(schema, list):
        return [schema_3_0(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    found = {k: v for k, v in schema.items() if k not in _UNKNOWN_TO_3_0}
    for name, value in found.items():
        if name == "properties":
            found[name] = {key: schema_3_0(entry) for key, entry in value.items()}
        elif name not in _NOT_SCHEMAS:
            found[name] = schema_3_0(value)
    for change in (_nullable, _constant, _example, _bounds, _tuple, _file, _reference, _required):
        found = change(found)
    return found


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    if isinstance(schema.get("type"), list):
        kinds = schema.pop("type")
        variants = [{"nullable": True} if kind == "null" else {"type": kind} for kind in kinds]
        schema = schema | (variants[0] if len(variants) == 1 else {"anyOf": variants})
    for word in ("anyOf", "oneOf"):
        variants = schema.get(word, [])
        # Variants were turned already: null by itself is {"nullable": True} by now.
        others = [variant for variant in variants if variant != {"nullable": True}]
        if len(others) < len(variants):
            rest = {k: v for k, v in schema.items() if k != word}
            is_one = len(others) == 1
            merged = others[0] if is_one and "$ref" not in others[0] else None
            # Null beside a reference: 3.0 ignores whatever stands beside a $ref.
            kept = {"allOf" if is_one else word: others} if merged is None else merged
            schema = {**kept, **rest, "nullable": True}
    return {"nullable": True} if schema.get("type") == "null" else schema


def _constant(schema: dict[str, Any]) -> dict[str, Any]:
    if "const" not in schema:
        return schema
    rest = {k: v for k, v in schema.items() if k != "const"}
    return rest | {"enum": [schema["const"]]}


def _example(schema: dict[str, Any]) -> dict[str, Any]:
    examples = schema.get("examples")
    if not isinstance(examples, list):
        return schema
    rest = {k: v for k, v in schema.items() if k != "examples"}
    return rest | ({"example": examples[0]} if examples else {})


def _bounds(schema: dict[str, Any]) -> dict[str, Any]:
    for word, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        value = schema.get(word)
        if value is not None and not isinstance(value, bool):
            rest = {k: v for k, v in schema.items() if k != word}
            schema = rest | {limit: value, word: True}
    return schema


def _tuple(schema: dict[str, Any]) -> dict[str, Any]:
    if "prefixItems" not in schema:
        return (
            {**schema, "items": {}}
            if schema.get("type") == "array" and "items" not in schema
            else schema
        )
    rest = {k: v for k, v in schema.items() if k != "prefixItems"}
    return rest | {"items": {"anyOf": schema["prefixItems"]}}


def _file(schema: dict[str, Any]) -> dict[str, Any]:
    if "contentMediaType" not in schema:
        return schema
    rest = {k: v for k, v in schema.items() if k != "contentMediaType"}
    return rest | {"format": "binary"}


def _reference(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema or len(schema) == 1:
        return schema
    rest = {k: v for k, v in schema.items() if k != "$ref"}
    return {"allOf": [{"$ref": schema["$ref"]}], **rest}


def _required(schema: dict[str, Any]) -> dict[str, Any]:
    """What may be null is left out of an answer where it is."""
    if not isinstance(schema.get("required"), list):
        return schema
    properties = schema.get("properties", {})
    kept = [name for name in schema["required"] if not properties.get(name, {}).get("nullable")]
    rest = {k: v for k, v in schema.items() if k != "required"}
    return rest | ({"required": kept} if kept else {})


def _operations_of(paths: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in paths.items():
        yield from ((path, item[method]) for method in _METHODS if method in item)


def _complete(operation: dict[str, Any], *, is_of_one: bool) -> None:
    """Schemas of 3.0, the parameters that every operation has, and problems for every error."""
    for part in (*operation.get("parameters", ()), *_media_types(operation)):
        if "schema" in part:
            part["schema"] = schema_3_0(part["schema"])
    operation["responses"].pop("422", None)
    operation["responses"] |= {"400": _problem("What was asked cannot be done.")}
    if is_of_one:
        operation["responses"] |= {"404": _problem("There is nothing of that name.")}
    operation["responses"] |= {"default": _problem("A problem.")}
    success = operation["responses"].get("200", {}).setdefault("content", {})
    if success.get(GEOJSON) == {}:
        # The same document under its own media type; FastAPI only knows application/json.
        success[GEOJSON] = success.pop(JSON, {})
    is_page_too = JSON in success and operation["tags"][0] != "service"
    if HTML in success or is_page_too or operation["tags"][0] == "data":
        success[HTML] = {"schema": {"type": "string"}}
    _set_parameters(operation, [_form(operation, success), _LANGUAGE])


def _form(operation: Mapping[str, Any], success: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameter `f` of an operation: as its route describes it, else the forms that it has."""
    for own in operation.get("parameters", ()):
        if own["name"] == "f" and "description" in own:
            described: Mapping[str, Any] = own
            return described
    words = {JSON: "json", GEOJSON: "json", OPENAPI: "json", HTML: "html", MVT: "mvt"}
    words |= {media_type: "json" for media_type in success if media_type.endswith("+json")}
    known = [words[media_type] for media_type in success if media_type in words]
    schema = {"type": "string", "enum": list(dict.fromkeys(known))} if known else {"type": "string"}
    told = "Representation; otherwise the Accept header decides."
    return {**_FORM, "name": "f", "description": told, "schema": schema}


def _problem(description: str) -> dict[str, Any]:
    """An error: for programs a problem, in a browser a page that says the same."""
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": description, "content": content | {HTML: {"schema": {"type": "string"}}}}


def _media_types(operation: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    bodies = [*operation["responses"].values(), operation.get("requestBody", {})]
    for body in bodies:
        yield from body.get("content", {}).values()


def _set_parameters(operation: dict[str, Any], parameters: Sequence[Mapping[str, Any]]) -> None:
    names = {parameter["name"] for parameter in parameters}
    kept = [p for p in operation.get("parameters", ()) if p["name"] not in names]
    operation["parameters"] = [*kept, *deepcopy(list(parameters))]


def _own_items(items: Mapping[str, Any], entry: Collection, table: FeatureTable) -> dict[str, Any]:
    """The operation of one collection's features, with its properties as filters."""
    own = deepcopy(dict(items))
    own["operationId"] = f"items_{entry.id}"
    own["summary"] = f"Features of {entry.id}"
    own["parameters"] = [p for p in own["parameters"] if p["name"] != "collectionId"]
    taken = {parameter["name"] for parameter in own["parameters"]}
    _set_parameters(
        own,
        [
            {
                **_FORM,
                "name": name,
                "description": f"Only features whose {name} is this.",
                "schema": _SCHEMA_OF_KIND[kind],
            }
            for name, kind in table.fields.items()
            if kind in _SCHEMA_OF_KIND and name not in taken
        ],
    )
    example = _example_page(entry, table)
    if example is not None:
        own["responses"]["200"]["content"][GEOJSON]["example"] = example
    return own


def _example_page(entry: Collection, table: FeatureTable) -> dict[str, Any] | None:
    selection = table.select(limit=1)
    feature = table.page(selection.indices)
    if not feature or len(feature) > _MOST_EXAMPLE_BYTES:
        return None
    return {
        "type": "FeatureCollection",
        "numberMatched": selection.matched,
        "numberReturned": 1,
        "links": [],
        "features": [orjson.loads(feature)],
    }


def _items_parameters(settings: Settings) -> list[dict[str, Any]]:
    """OGC 17-069r4, 7.15.2 to 7.15.4: the definitions that its test suite compares."""
    return [
        {
            **_FORM,
            "name": "bbox",
            "description": "Only features that intersect this box: west, south, east, north in longitude and latitude (CRS84), or six numbers with heights. West greater than east crosses the antimeridian.",
            "schema": {
                "type": "array",
                "minItems": 4,
                "maxItems": 6,
                "items": {"type": "number"},
            },
            "example": [114.3, -4.8, 117.0, -1.3],
        },
        {
            **_FORM,
            "name": "datetime",
            "description": "An RFC 3339 instant or interval. Features without time match any.",
            "schema": {"type": "string"},
            "example": "2024-01-01T00:00:00Z/..",
        },
        {
            **_FORM,
            "name": "limit",
            "description": "Most features in one page. More than the maximum is taken as the maximum.",
            "schema": {
                "type": "integer",
                "minimum": 1,
                "maximum": settings.max_limit,
                "default": settings.default_limit,
            },
        },
        {
            **_FORM,
            "name": "f",
            "description": "Form of the features; otherwise the Accept header decides.",
            "schema": {"type": "string", "enum": [*MEDIA_TYPES, "geojson"]},
        },
        {
            **_FORM,
            "name": "offset",
            "description": "Features to skip; follow the `next` link instead of counting.",
            "schema": {"type": "integer", "minimum": 0, "default": 0},
        },
    ]


_LANGUAGE: Mapping[str, Any] = {
    **_FORM,
    "name": "lang",
    "description": "Language; otherwise the Accept-Language header decides.",
    "schema": {"type": "string", "enum": list(LANGUAGES)},
}
