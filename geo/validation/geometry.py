"""The geometry of every uploaded feature: there, of the right type, finite, small enough, valid.

The order matters: vertices are counted before validity is asked, for that question took 16 s on
one ring of two million vertices; and a repair is made only when it was asked for.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from geo.crs import LONLAT, area_ha, to_lonlat
from geo.ingest.findings import Feature, Finding, finding
from geo.ingest.source import Limits, Source
from geo.language import Text, filled, texts
from geo.vector.schema import LayerSchema, is_enclosing
from geo.vector.topology import NARROWEST_M, SMALLEST_AREA_HA, coverage_faults, overlaps, slivers

_SAY = texts(__name__)

_Shapes = npt.NDArray[np.object_]
Step = Callable[[Text], None]

# The reasons that GEOS gives, in words of people who draw boundaries.
_REASONS = {
    "Self-intersection": _SAY["reasons_self_intersection"],
    "Ring Self-intersection": _SAY["reasons_ring_self_intersection"],
    "Hole lies outside shell": _SAY["reasons_hole_lies_outside_shell"],
    "Holes are nested": _SAY["reasons_holes_are_nested"],
    "Nested shells": _SAY["reasons_nested_shells"],
    "Interior is disconnected": _SAY["reasons_interior_is_disconnected"],
    "Duplicate Rings": _SAY["reasons_duplicate_rings"],
    "Too few points in geometry component": _SAY["reasons_too_few_points_in_geometry_component"],
}


def check_outlines(
    source: Source,
    *,
    crs: pyproj.CRS | None,
    schema: LayerSchema,
    features: Sequence[Feature],
    repair: bool,
    limits: Limits,
    step: Step,
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Two-dimensional, valid geometries of the schema's types, and what was wrong.

    Returns
    -------
    frame : GeoDataFrame, (n,)
        Only geometry, in `crs`; None where it cannot be used.
    """
    shapes = np.asarray(source.frame.geometry.array, dtype=object)
    findings = _unusable(source, shapes, schema, features, limits)
    wrong = {found.feature.row - 1 for found in findings if found.feature is not None}
    wrong |= set(np.flatnonzero(shapely.is_empty(shapes)).tolist())
    shapes = np.array([None if i in wrong else s for i, s in enumerate(shapes)], dtype=object)

    with_height = shapely.has_z(shapes) | shapely.has_m(shapes)
    if with_height.any():
        findings.append(finding("z_dropped", count=int(with_height.sum())))
        shapes = shapely.force_2d(shapes)

    step(_SAY["checking"])
    shapes, faults = _valid(shapes, crs, features, repair=repair, step=step)
    return gpd.GeoDataFrame(geometry=shapes, crs=crs), findings + faults


def _unusable(
    source: Source,
    shapes: _Shapes,
    schema: LayerSchema,
    features: Sequence[Feature],
    limits: Limits,
) -> list[Finding]:
    vertices = shapely.get_num_coordinates(shapes)
    findings = []
    if (total := int(vertices.sum())) > limits.layer_vertices:
        limit = limits.layer_vertices
        findings.append(finding("too_many_vertices_in_all", count=total, limit=limit))
    positions, rows = shapely.get_coordinates(shapes, return_index=True)
    infinite = set(rows[~np.isfinite(positions).all(axis=1)].tolist())
    accepted = ", ".join(sorted(schema.geometry_types))
    without: list[Finding] = []
    for row, (shape, feature) in enumerate(zip(shapes, features, strict=True)):
        if damage := source.damaged.get(row):
            findings.append(finding(damage.code, feature=feature, **damage.facts))
        elif shape is None or shape.is_empty:
            code = "geometry_missing" if shape is None else "geometry_empty"
            found = finding(code, feature=feature)
            if not schema.geometry_may_be_missing:
                is_told_once = schema.is_reference or not schema.fields
                (without if is_told_once else findings).append(found)
        elif shape.geom_type not in schema.geometry_types:
            found = shape.geom_type
            findings.append(
                finding("geometry_type", feature=feature, found=found, accepted=accepted)
            )
        elif row in infinite:
            findings.append(finding("coordinate_not_finite", feature=feature))
        elif vertices[row] > limits.feature_vertices or total > limits.layer_vertices:
            count, limit = int(vertices[row]), limits.feature_vertices
            if count > limit:
                findings.append(
                    finding(
                        "too_many_vertices",
                        feature=feature,
                        count=count,
                        limit=limit,
                        subject=_SAY["one_feature"],
                    )
                )
    return findings + (without if len(without) == len(shapes) else _passed_over(without))


def _passed_over(without: list[Finding]) -> list[Finding]:
    """One warning for the rows without a geometry where the others do without them."""
    if not without:
        return []
    rows = [str(found.feature.row) for found in without if found.feature is not None]
    shown = ", ".join(rows[:20]) + (", …" if len(rows) > 20 else "")
    return [finding("rows_without_geometry", count=len(rows), rows=shown)]


def _valid(
    shapes: _Shapes,
    crs: pyproj.CRS | None,
    features: Sequence[Feature],
    *,
    repair: bool,
    step: Step,
) -> tuple[_Shapes, list[Finding]]:
    usable = np.array([shape is not None for shape in shapes], dtype=bool)
    valid = shapely.is_valid(shapes)
    findings: list[Finding] = []
    result = shapes.copy()
    for row in np.flatnonzero(usable & ~valid).tolist():
        feature, shape = features[row], shapes[row]
        reason, lon, lat = _reason(shape, crs)
        where = {"lon": lon, "lat": lat}
        facts = {"reason": reason, "lon": lon, "lat": lat}
        result[row] = None
        if shape.geom_type in ("LineString", "MultiLineString"):
            # The one fault that a line can have; a mended one would be a point.
            findings.append(
                finding("line_without_length", feature=feature, where=where, lon=lon, lat=lat)
            )
            continue
        if not repair:
            findings.append(finding("geometry_invalid", feature=feature, where=where, **facts))
            continue
        step(_repairing(feature))
        mended = _mended(shape)
        if mended is None:
            findings.append(finding("geometry_repair_failed", feature=feature, reason=reason))
            continue
        result[row] = mended
        before, after = _areas(shape, mended, crs=crs)
        areas = {"before_ha": before, "after_ha": after}
        findings.append(
            finding("geometry_repaired", feature=feature, where=where, **facts, **areas)
        )
    return result, findings


def _repairing(feature: Feature) -> Text:
    label = feature.label
    return filled(_SAY["repairing"], feature=Text(id=label.id.lower(), en=label.en.lower()))


def _reason(shape: shapely.Geometry, crs: pyproj.CRS | None) -> tuple[Text, float, float]:
    """Why a shape is not valid, and where in lon/lat (in its own coordinates without a CRS)."""
    words = shapely.is_valid_reason(shape)
    match = re.fullmatch(r"(.*?)\s*\[(\S+) (\S+)\]", words)
    name, x, y = match.groups() if match else (words, "nan", "nan")
    lon, lat = float(x), float(y)
    if crs is not None:
        transformer = pyproj.Transformer.from_crs(crs, LONLAT, always_xy=True)
        lon, lat = transformer.transform(lon, lat)
    return _REASONS.get(name, Text(id=name, en=name)), round(lon, 6), round(lat, 6)


def _mended(shape: shapely.Geometry) -> shapely.Geometry | None:
    """The valid polygons of a shape, by the area that its rings enclose; None when none is left."""
    try:
        mended = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    except shapely.errors.GEOSException:
        return None
    parts = [p for p in shapely.get_parts(mended) if p.geom_type in ("Polygon", "Point")]
    if not parts or not all(part.is_valid and not part.is_empty for part in parts):
        return None
    return parts[0] if len(parts) == 1 else shapely.union_all(parts)


def _areas(*shapes: shapely.Geometry, crs: pyproj.CRS | None) -> list[float | None]:
    if crs is None:
        return [None] * len(shapes)
    measured = area_ha(gpd.GeoDataFrame(geometry=list(shapes), crs=crs))
    return [round(abs(float(value)), 4) for value in measured]


def compare_outlines(
    frame: gpd.GeoDataFrame,
    *,
    schema: LayerSchema,
    features: Sequence[Feature],
    given: gpd.GeoDataFrame,
) -> list[Finding]:
    """Features drawn twice, areas that differ from those stated, and faults between neighbours.

    `frame` has the schema's columns, a CRS, and geometries that are valid or None; `given` is the
    same before its gaps were filled.
    """
    if not schema.fields:
        return []  # shapes to measure from: that one is there twice changes nothing
    if schema.is_reference:
        return _duplicates(frame, features)
    findings = [*_duplicates(frame, features), *_areas_stated(frame, schema, features, given)]
    findings += _slivers(frame, features)
    if not schema.coverage:
        findings += _crossing(frame)
    elif frame.geometry.notna().all():
        findings += _coverage(frame)
    return findings


def _duplicates(frame: gpd.GeoDataFrame, features: Sequence[Feature]) -> list[Finding]:
    groups: dict[bytes, list[int]] = {}
    for row, shape in enumerate(shapely.normalize(frame.geometry.to_numpy())):
        if shape is not None:
            groups.setdefault(shapely.to_wkb(shape), []).append(row)
    lonlat = to_lonlat(frame)
    return [
        _duplicate(lonlat.iloc[[row]], features[row], [features[o].row for o in rows if o != row])
        for rows in groups.values()
        if len(rows) > 1
        for row in rows[1:]
    ]


def _duplicate(lonlat: gpd.GeoDataFrame, feature: Feature, rows: list[int]) -> Finding:
    """A feature, alone in a layer, that is drawn as those of other `rows` are."""
    point = lonlat.geometry.iloc[0].representative_point()
    lon, lat = round(point.x, 6), round(point.y, 6)
    return finding(
        "geometry_duplicate",
        feature=feature,
        where={"lon": lon, "lat": lat},
        rows=", ".join(map(str, rows)),
        area_ha=_rounded(area_ha(lonlat)[0]),
        lon=lon,
        lat=lat,
    )


def _rounded(hectares: float) -> float:
    """Hectares to the square metre; of what is smaller, two digits."""
    return round(hectares, 4) if hectares >= 0.01 else float(f"{hectares:.2g}")


def _crossing(frame: gpd.GeoDataFrame) -> list[Finding]:
    """Where features overlap; one that only encloses its area says nothing of where that lies."""
    drawn = frame
    if "geometry_kind" in frame.columns:
        drawn = frame[~frame["geometry_kind"].map(is_enclosing).astype(bool)]
    table = overlaps(drawn)
    lonlat, areas = to_lonlat(drawn).geometry, dict(zip(drawn.index, area_ha(drawn), strict=True))
    findings = []
    for row in table.to_dict("records"):
        left, right = row["left"], row["right"]
        if shapely.equals_identical(*map(shapely.normalize, (lonlat[left], lonlat[right]))):
            continue  # told as drawn twice
        place = _shared_place(lonlat[left], lonlat[right])
        findings.append(
            finding(
                "features_overlap",
                where=place,
                left=left,
                right=right,
                area_ha=_rounded(row["area_ha"]),
                percent=round(100 * row["area_ha"] / min(areas[left], areas[right]), 1),
                **place,
            )
        )
    return findings


def _slivers(frame: gpd.GeoDataFrame, features: Sequence[Feature]) -> list[Finding]:
    """Features with parts or holes that are too small to be meant, one finding each."""
    feature_of = dict(zip(frame.index, features, strict=True))
    findings = []
    for (key, is_hole), found in slivers(frame).groupby(["area_id", "is_hole"], sort=False):
        lon, lat = (round(float(found[axis].iloc[0]), 6) for axis in ("lon", "lat"))
        findings.append(
            finding(
                "holes_tiny" if is_hole else "parts_tiny",
                feature=feature_of[key],
                where={"lon": lon, "lat": lat},
                count=len(found),
                area_ha=_rounded(float(found["area_ha"].sum())),
                least_ha=SMALLEST_AREA_HA,
                width_m=f"{NARROWEST_M:g}",
                lon=lon,
                lat=lat,
            )
        )
    return findings


# Above this a stated area is another thing than the shape, not a simpler outline of it.
_AREA_TOLERANCE = 0.05


def _areas_stated(
    frame: gpd.GeoDataFrame,
    schema: LayerSchema,
    features: Sequence[Feature],
    given: gpd.GeoDataFrame,
) -> list[Finding]:
    columns = [f.name for f in schema.fields if f.unit == "ha" and f.name in frame.columns]
    if not columns:
        return []
    findings, measured = [], area_ha(frame)
    for column in columns:
        is_given = given[column].notna() if column in given else np.zeros(len(frame), dtype=bool)
        own = np.asarray(is_given)
        for row, stated in enumerate(frame[column].astype("float64")):
            # A point has no area to compare with, whatever is stated.
            if not (measured[row] > 0) or not (stated > 0):
                continue
            difference = abs(stated - measured[row]) / measured[row]
            if difference > _AREA_TOLERANCE:
                # What the file does not state is no fault of a column of its.
                findings.append(
                    finding(
                        "area_disagrees" if own[row] else "area_differs_from_published",
                        feature=features[row],
                        where={"column": column} if own[row] else {},
                        column=column,
                        title=schema.field(column).title,
                        stated_ha=round(float(stated), 4),
                        measured_ha=round(float(measured[row]), 4),
                        percent=round(100 * difference, 1),
                    )
                )
    return findings


def _coverage(frame: gpd.GeoDataFrame) -> list[Finding]:
    report = coverage_faults(frame)
    return [
        *_overlaps(report.overlaps.to_dict("records"), to_lonlat(frame).geometry),
        *_gaps(report.gaps.to_dict("records")),
        *_edges(report.unmatched_edges.to_dict("records")),
    ]


def _overlaps(rows: list[Any], shapes: gpd.GeoSeries) -> list[Finding]:
    findings = []
    for row in rows:
        left, right = row["left"], row["right"]
        place = _shared_place(shapes[left], shapes[right])
        facts = {"left": left, "right": right, "area_ha": round(row["area_ha"], 4), **place}
        findings.append(finding("coverage_overlap", where=place, **facts))
    return findings


def _shared_place(left: shapely.Geometry, right: shapely.Geometry) -> dict[str, Any]:
    """A point inside what two shapes in lon/lat share, to six decimals."""
    point = shapely.intersection(left, right).representative_point()
    return {"lon": round(point.x, 6), "lat": round(point.y, 6)}


def _gaps(rows: list[Any]) -> list[Finding]:
    return [
        finding(
            "coverage_gap",
            where={"lon": round(row["lon"], 6), "lat": round(row["lat"], 6)},
            neighbours=row["neighbours"],
            area_ha=round(row["area_ha"], 4),
            width_m=round(row["width_m"], 1),
            lon=round(row["lon"], 6),
            lat=round(row["lat"], 6),
        )
        for row in rows
    ]


def _edges(rows: list[Any]) -> list[Finding]:
    return [
        finding("coverage_edges", key=row["area_id"], length_m=round(row["length_m"], 1))
        for row in rows
    ]
