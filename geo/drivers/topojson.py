"""TopoJSON: attributes as its text has them, outlines of shared arcs by GDAL.

The format has no member for a CRS, so longitude and latitude are taken and said. Its text is parsed
as exactly as GeoJSON is; arcs are counted before GDAL joins them, because one arc may be drawn a
thousand times.

References
----------
Bostock, M. et al., The TopoJSON Format Specification, version 1.0, sections 2.1.1 to 2.2.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from geo.crs import LONLAT
from geo.drivers.gdal import NotRead, layer_counts, read_layer, require_counts, source_of
from geo.ingest.findings import Unreadable, finding
from geo.ingest.geojson import read_json
from geo.ingest.source import Limits, Source
from geo.ingest.vertices import require_few_in_json
from geo.language import Text, texts

_SAY = texts(__name__)

_Lengths = list[int]


def read_topojson(path: Path, folder: Path, *, layer: str | None, limits: Limits) -> Source:
    """One object of a TopoJSON file.

    Raises
    ------
    Unreadable
        For text that is no exact JSON or no topology, and when the object is not clear.
    """
    require_few_in_json(path, limits)
    topology = read_json(path, limits=limits)
    objects, lengths = _objects(topology), _arc_lengths(topology)
    features = {name: _features(name, made) for name, made in objects.items()}
    name = _chosen(features, layer)
    chosen = features[name]
    if not any(feature.get("type") for feature in chosen):
        raise Unreadable(finding("empty_layer"))
    if len(chosen) > limits.features:
        raise Unreadable(finding("too_many_features", count=len(chosen), limit=limits.features))
    vertices = sum(_vertices(feature.get("arcs"), lengths) for feature in chosen)
    if vertices > limits.layer_vertices:
        limit = limits.layer_vertices
        raise Unreadable(finding("too_many_vertices_in_all", count=vertices, limit=limit))

    others = [other for other in features if other != name and features[other]]
    return _source(path, folder, name, chosen, others, limits)


def _source(
    path: Path,
    folder: Path,
    name: str,
    features: list[dict[str, Any]],
    others: list[str],
    limits: Limits,
) -> Source:
    import pandas as pd

    # GDAL leaves out what has no geometry; its rows are kept here.
    drawn = [row for row, feature in enumerate(features) if feature.get("type") is not None]
    copy = folder / "layer.topojson"
    copy.symlink_to(path.absolute())
    try:
        counts = layer_counts(copy)
        # What is no collection of its own GDAL gathers under a name of its own.
        at = name if name in counts else "TopoJSON"
        require_counts(len(drawn), counts.get(at, 0), limits)
        layer = read_layer(copy, at, limits=limits)
    except NotRead as error:
        raise _damaged(_SAY["gdal_cannot"]) from error
    require_counts(len(drawn), len(layer.geometry), limits)
    geometry = np.full(len(features), None, dtype=object)
    geometry[drawn] = layer.geometry
    damaged = {drawn[row]: damage for row, damage in layer.damaged.items()}
    layer = replace(layer, name=name, geometry=geometry, damaged=damaged)
    notes = [finding("crs_of_topojson")]
    if others:
        notes.append(finding("members_ignored", members=", ".join(others)))
    rows = [_attributes(feature) for feature in features]
    columns = dict.fromkeys(column for row in rows for column in row)
    table = pd.DataFrame(
        {c: pd.Series([row.get(c) for row in rows], dtype=object) for c in columns},
        index=range(len(rows)),
    )
    return source_of(layer, kind="topojson", stated=len(rows), crs=LONLAT, table=table, notes=notes)


def _damaged(reason: Text) -> Unreadable:
    return Unreadable(finding("file_damaged", format="TopoJSON", reason=reason))


def _objects(topology: Any) -> Mapping[str, dict[str, Any]]:
    objects = topology.get("objects") if isinstance(topology, dict) else None
    if not isinstance(objects, dict) or not all(isinstance(o, dict) for o in objects.values()):
        raise _damaged(_SAY["no_objects"])
    if not objects:
        raise Unreadable(finding("empty_layer"))
    return objects


def _arc_lengths(topology: Mapping[str, Any]) -> _Lengths:
    arcs = topology.get("arcs")
    if not isinstance(arcs, list) or not all(isinstance(arc, list) for arc in arcs):
        raise _damaged(_SAY["no_arcs"])
    return [len(arc) for arc in arcs]


def _features(name: str, made: dict[str, Any]) -> list[dict[str, Any]]:
    features = made.get("geometries") if made.get("type") == "GeometryCollection" else [made]
    if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
        raise _damaged(_SAY["no_geometries"].format(name=name[:60]))
    return features


def _chosen(features: Mapping[str, list[dict[str, Any]]], layer: str | None) -> str:
    filled = [name for name, rows in features.items() if rows] or list(features)
    named = [name for name in filled if layer is None or name.lower() == layer.lower()]
    if not named:
        raise Unreadable(finding("layer_unknown", layer=layer, layers=", ".join(filled)))
    if len(named) > 1:
        raise Unreadable(finding("several_layers", layers=", ".join(filled)))
    return named[0]


def _vertices(arcs: Any, lengths: _Lengths) -> int:
    """How many vertices a geometry has once its arcs are joined."""
    if isinstance(arcs, list):
        return sum(_vertices(arc, lengths) for arc in arcs)
    if arcs is None:
        return 0
    # An arc that is drawn backwards is the complement of its number.
    number = ~arcs if isinstance(arcs, int) and arcs < 0 else arcs
    if not isinstance(number, int) or number >= len(lengths):
        raise _damaged(_SAY["unknown_arc"].format(arc=str(arcs)[:20]))
    return lengths[number]


def _attributes(feature: Mapping[str, Any]) -> dict[str, Any]:
    properties = feature.get("properties") or {}
    if not isinstance(properties, dict):
        raise _damaged(_SAY["no_properties"])
    if "id" in feature and "id" not in properties:
        return {"id": feature["id"], **properties}
    return properties
