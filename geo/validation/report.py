"""The report of an upload in JSON types: what was read, what it became, what was found.

geopandas is named for types only: a file that is refused at a glance need not wait for its import.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from geo.ingest.findings import Finding, finding_json, is_refused, to_json
from geo.ingest.source import Source, geometry_count

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.validation.placement import Systems


def report_of(
    findings: Sequence[Finding],
    *,
    source: Source | None = None,
    mapping: Sequence[Mapping[str, Any]] = (),
    layer: "gpd.GeoDataFrame | None" = None,
    difference: Mapping[str, Any] | None = None,
    choices: Mapping[str, Any] | None = None,
    systems: "Systems | None" = None,
) -> dict[str, Any]:
    """The report of an upload, as far as it came.

    `mapping`, `difference` and `choices` (of the columns, see `geo.validation.columns.choices`) are
    in JSON types; `systems` are the CRSs to choose from.
    """
    return {
        "accepted": not is_refused(findings),
        "summary": {**_source_summary(source), **_layer_summary(layer)},
        "mapping": list(mapping),
        **to_json(findings),
        "difference": difference,
        "choices": {**_source_choices(findings, source, systems), **(choices or {})},
    }


# What a reader says where the file itself did not.
GUESSED_CRS = frozenset(
    {"crs_assumed", "crs_of_topojson", "table_crs_assumed", "crs_missing", "crs_unknown"}
)
_SEVERAL_LAYERS = frozenset({"several_layers", "layer_unknown", "dxf_layers"})
# Among what is not to be repaired: the borders that features have in common.
BORDERS = "borders"
# What one repair would mend, the findings that ask for it, and those that tell it was done.
_REPAIRED = {
    "polygons": (("geometry_invalid",), ("geometry_repaired",)),
    BORDERS: (("coverage_narrow", "coverage_overlap"), ("borders_mended", "borders_drawn_to")),
}
# Of polygons so many are told one by one; the repair of all mends the others too.
_LISTED_REPAIRS = 200
# Below this share of the mended area a crossed outline has no area of its own to compare with.
_LEAST_SHARE = 0.01
_GUESSED_ENCODING = frozenset({"encoding_chosen", "encoding_declared_wrong"})


def _source_choices(
    findings: Sequence[Finding], source: Source | None, systems: "Systems | None"
) -> dict[str, Any]:
    """What can be chosen of the file: a layer of several, CRS and encoding, and what would be mended.

    `is_stated` tells whether the file says it itself.
    """
    codes = {found.code for found in findings}
    several = [found for found in findings if found.code in _SEVERAL_LAYERS]
    layers = [name for found in several for name in str(found.facts["layers"]).split(", ")]
    repairs = _repairs(findings)
    if source is None:
        encoding = _unread_encoding(findings)
        return {"layers": layers, "crs": None, "encoding": encoding, "repairs": repairs}
    crs = source.frame.crs
    return {
        "layers": layers or [source.layer],
        "crs": {
            "name": None if crs is None else _name_of(crs),
            "text": source.crs_text,
            "is_stated": not codes & GUESSED_CRS,
            **({"candidates": []} if systems is None else systems.to_json()),
        },
        "encoding": {
            "name": source.encoding,
            "is_stated": not codes & _GUESSED_ENCODING,
            "candidates": _encodings(source.encodings),
        },
        "repairs": repairs,
    }


def _encodings(samples: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    return [{"name": name, "samples": list(shown)} for name, shown in samples.items()]


def _unread_encoding(findings: Sequence[Finding]) -> dict[str, Any] | None:
    """The encodings of a text that could not be read in the one that was asked for."""
    offered = next((f.facts["encodings"] for f in findings if "encodings" in f.facts), None)
    if offered is None:
        return None
    return {"name": None, "is_stated": False, "candidates": _encodings(offered)}


def _repairs(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """What was or would be mended: `count` is open, `done` is mended; of polygons each one."""
    repairs = []
    for what, (asked_by, told_by) in _REPAIRED.items():
        mendable = [found for found in findings if found.facts.get("is_mendable", True)]
        asking = [found for found in mendable if found.code in asked_by]
        told = [found for found in findings if found.code in told_by]
        if not asking and not told:
            continue
        repair: dict[str, Any] = {
            "repair": "make_valid",
            "of": what,
            "count": sum(found.facts.get("count", 1) for found in asking),
            "done": sum(found.facts.get("count", 1) for found in told),
            "area_ha": None,
        }
        if what == BORDERS:
            repair["area_ha"] = sum(found.facts["area_ha"] for found in asking)
        else:
            each = sorted(
                [*asking, *told], key=lambda found: found.feature.row if found.feature else 0
            )
            repair["features"] = [_repair_json(found) for found in each[:_LISTED_REPAIRS]]
        repairs.append(repair)
    return repairs


def _repair_json(found: Finding) -> dict[str, Any]:
    """One polygon with what is wrong and its area before and after, in hectares and percent."""
    told = finding_json(found)
    before, after = (found.facts.get(name) for name in ("before_ha", "after_ha"))
    percent = None
    if before is not None and after is not None and before > _LEAST_SHARE * after:
        percent = round(100 * (after - before) / before, 2)
    return {
        "feature": told["feature"],
        "where": told["where"],
        "reason": told["facts"]["reason"],
        "before_ha": before,
        "after_ha": after,
        "percent": percent,
        "is_done": found.code == "geometry_repaired",
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
