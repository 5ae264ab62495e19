"""The report of an upload in JSON types: what was read, what it became, what was found.

What is only named for types is imported so: a file refused at a glance needs none of it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from geo.ingest.findings import Finding, is_refused, to_json
from geo.ingest.source import Source, geometry_count

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.ingest.difference import Difference
    from geo.ingest.fields import Mapped


def report_of(
    findings: Sequence[Finding],
    *,
    source: Source | None = None,
    mapped: "Mapped | None" = None,
    layer: "gpd.GeoDataFrame | None" = None,
    changes: "Difference | None" = None,
) -> dict[str, Any]:
    """The report of an upload, as far as it came."""
    return {
        "accepted": not is_refused(findings),
        "summary": {**_source_summary(source), **_layer_summary(layer)},
        "mapping": mapped.to_json() if mapped else [],
        **to_json(findings),
        "difference": changes.to_json() if changes else None,
    }


def _source_summary(source: Source | None) -> dict[str, Any]:
    if source is None:
        return {}
    return {
        "format": source.kind,
        "layer": source.layer,
        "encoding": source.encoding,
        "counts": {
            "header": source.header_count,
            "rows": len(source.frame),
            "geometries": geometry_count(source),
        },
    }


def _layer_summary(layer: "gpd.GeoDataFrame | None") -> dict[str, Any]:
    if layer is None:
        return {}
    import geopandas as gpd

    from geo.crs import name_of, to_lonlat

    present = layer[layer.geometry.notna()]
    summary: dict[str, Any] = {
        "features": len(layer),
        "geometry_types": sorted(present.geom_type.unique().tolist()),
        "crs": name_of(layer.crs) if layer.crs is not None else None,
        "bounds": None,
    }
    if layer.crs is not None and len(present):
        bounds = to_lonlat(gpd.GeoDataFrame(geometry=present.geometry)).total_bounds
        summary["bounds"] = [round(float(value), 6) for value in bounds]
    return summary
