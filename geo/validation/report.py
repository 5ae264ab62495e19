"""The report of an upload in JSON types: what was read, what it became, what was found.

geopandas is named for types only: a file that is refused at a glance need not wait for its import.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from geo.ingest.findings import Finding, is_refused, to_json
from geo.ingest.source import Source, geometry_count

if TYPE_CHECKING:
    import geopandas as gpd


def report_of(
    findings: Sequence[Finding],
    *,
    source: Source | None = None,
    mapping: Sequence[Mapping[str, Any]] = (),
    layer: "gpd.GeoDataFrame | None" = None,
    difference: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The report of an upload, as far as it came; `mapping` and `difference` are in JSON types."""
    return {
        "accepted": not is_refused(findings),
        "summary": {**_source_summary(source), **_layer_summary(layer)},
        "mapping": list(mapping),
        **to_json(findings),
        "difference": difference,
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
