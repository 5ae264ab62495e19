"""The report of an upload in JSON types: what was read, what it became, what was found.

geopandas is named for types only: a file that is refused at a glance need not wait for its import.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from geo.ingest.findings import Finding, is_refused, to_json
from geo.ingest.source import Source, geometry_count

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.validation.placement import Candidate


def report_of(
    findings: Sequence[Finding],
    *,
    source: Source | None = None,
    mapping: Sequence[Mapping[str, Any]] = (),
    layer: "gpd.GeoDataFrame | None" = None,
    difference: Mapping[str, Any] | None = None,
    choices: Mapping[str, Any] | None = None,
    candidates: "Sequence[Candidate]" = (),
) -> dict[str, Any]:
    """The report of an upload, as far as it came.

    `mapping`, `difference` and `choices` (of the columns, see `geo.validation.columns.choices`) are
    in JSON types; `candidates` are the CRSs that may be meant where the file's is not the right one.
    """
    return {
        "accepted": not is_refused(findings),
        "summary": {**_source_summary(source), **_layer_summary(layer)},
        "mapping": list(mapping),
        **to_json(findings),
        "difference": difference,
        "choices": {**_source_choices(findings, source, candidates), **(choices or {})},
    }


# What a reader says where the file itself did not.
_GUESSED_CRS = frozenset(
    {"crs_assumed", "crs_of_topojson", "table_crs_assumed", "crs_missing", "crs_unknown"}
)
_SEVERAL_LAYERS = frozenset({"several_layers", "layer_unknown", "dxf_layers"})
# What one repair would mend, and the findings that ask for it.
_REPAIRED = {
    "polygons": ("geometry_invalid",),
    "borders": ("coverage_narrow", "coverage_overlap"),
}
_GUESSED_ENCODING = frozenset({"encoding_chosen", "encoding_declared_wrong"})


def _source_choices(
    findings: Sequence[Finding], source: Source | None, candidates: "Sequence[Candidate]"
) -> dict[str, Any]:
    """What can be chosen of the file: a layer of several, CRS and encoding, and what would be mended.

    `is_stated` tells whether the file says it itself.
    """
    codes = {found.code for found in findings}
    several = [found for found in findings if found.code in _SEVERAL_LAYERS]
    layers = [name for found in several for name in str(found.facts["layers"]).split(", ")]
    repairs = [
        {
            "repair": "make_valid",
            "of": what,
            "count": sum(found.facts.get("count", 1) for found in asking),
            # The area of an invalid polygon is known when it is mended only.
            "area_ha": None if what == "polygons" else sum(f.facts["area_ha"] for f in asking),
        }
        for what, asked_by in _REPAIRED.items()
        if (
            asking := [
                found
                for found in findings
                if found.code in asked_by and found.facts.get("is_mendable", True)
            ]
        )
    ]
    if source is None:
        return {"layers": layers, "crs": None, "encoding": None, "repairs": repairs}
    crs = source.frame.crs
    return {
        "layers": layers or [source.layer],
        "crs": {
            "name": None if crs is None else _name_of(crs),
            "text": source.crs_text,
            "is_stated": not codes & _GUESSED_CRS,
            "candidates": [one.to_json() for one in candidates],
        },
        "encoding": {"name": source.encoding, "is_stated": not codes & _GUESSED_ENCODING},
        "repairs": repairs,
    }


def _name_of(crs: Any) -> str:
    from geo.crs import name_of

    return name_of(crs)


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
