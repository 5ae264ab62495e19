"""The geometry of every uploaded feature: there, of the right type, finite, small enough, valid.

The order matters: vertices are counted before validity is asked, for that question took 16 s on
one ring of two million vertices; and a repair is made only when it was asked for.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from geo.crs import area_ha, lonlat_transformer, to_lonlat
from geo.ingest.findings import Feature, Finding, finding
from geo.ingest.source import Damage, Limits, Source
from geo.language import Text, filled, first_of, joined, texts
from geo.vector.schema import LayerSchema, is_enclosing
from geo.vector.topology import (
    ACCURACY_M,
    GRID_DEG,
    NARROW_AREA_HA,
    NARROW_M,
    NARROWEST_M,
    SMALLEST_AREA_HA,
    clean_borders,
    coverage_faults,
    drawn_to,
    is_narrow,
    moves_m,
    overlaps,
    slivers,
)

_SAY = texts(__name__)

_M_PER_DEG = 111_320.0
_LEAST_MOVE_M = 0.001

_Shapes = npt.NDArray[np.object_]
Step = Callable[[Text], None]

# Measured: GEOS mends a ring that crosses itself 43,000 times in 1.2 s, 118,000 in 5.5 s and 258,000 in
# 19 s; one of 4,000 vertices drawn at random has 2,000,000.
MOST_CROSSINGS = 50_000
# What a repair would give is measured unasked only where that takes no time.
_MEASURED_CROSSINGS = 2_000
_MEASURED_VERTICES = 200_000
_PAIRS_AT_ONCE = 2_000_000

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


# A shape of several parts is of the same kind to those who draw it.
_KINDS = {
    "Point": _SAY["kind_point"],
    "LineString": _SAY["kind_line"],
    "Polygon": _SAY["kind_polygon"],
    "GeometryCollection": _SAY["kind_collection"],
}


def _kinds_said(types: Iterable[str]) -> Text:
    """Kinds of geometry in words, each once."""
    names = dict.fromkeys(name.removeprefix("Multi") for name in sorted(types))
    return joined([_KINDS.get(n, _KINDS["LineString"]) for n in names], by=", ")


def check_outlines(
    source: Source,
    *,
    crs: pyproj.CRS | None,
    schema: LayerSchema,
    features: Sequence[Feature],
    repair: bool,
    unrepaired: Collection[str] = (),
    limits: Limits,
    step: Step,
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Two-dimensional, valid geometries of the schema's types, and what was wrong.

    Parameters
    ----------
    unrepaired : collection of str
        Numbers of the rows that stay as they are drawn also where `repair` mends the others.

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

    shapes, clipped = _clipped(shapes, crs)
    findings += clipped

    step(_SAY["checking"])
    is_mended = [repair and str(feature.number) not in unrepaired for feature in features]
    shapes, faults = _valid(shapes, crs, features, is_mended=is_mended, step=step)
    return gpd.GeoDataFrame(geometry=shapes, crs=crs), findings + faults


def _clipped(shapes: _Shapes, crs: pyproj.CRS | None) -> tuple[_Shapes, list[Finding]]:
    """Degrees that rounding has put a hair beyond the globe, on its edge again."""
    if crs is None or not crs.is_geographic:
        return shapes, []
    edge = np.array([180.0, 90.0])
    west, south, east, north = shapely.bounds(shapes).T
    excess = np.nan_to_num(
        np.max([-west - edge[0], east - edge[0], -south - edge[1], north - edge[1]], axis=0)
    )
    slight = (excess > 0) & (excess <= GRID_DEG)
    if not slight.any():
        return shapes, []
    result = shapes.copy()
    result[slight] = shapely.transform(shapes[slight], lambda places: places.clip(-edge, edge))
    excess_m = float(excess[slight].max()) * _M_PER_DEG
    count = int(slight.sum())
    return result, [finding("coordinates_clipped", count=count, excess_m=excess_m)]


def _damaged(damage: Damage, feature: Feature, schema: LayerSchema) -> list[Finding]:
    # What a table says of an area need not lie anywhere; half a position is a slip.
    is_empty = damage.code == "place_empty" and not damage.facts["is_half"]
    if is_empty and schema.geometry_may_be_missing:
        return []
    return [finding(damage.code, feature=feature, **damage.facts)]


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
    accepted = _kinds_said(schema.geometry_types)
    without: list[Finding] = []
    for row, (shape, feature) in enumerate(zip(shapes, features, strict=True)):
        if damage := source.damaged.get(row):
            findings += _damaged(damage, feature, schema)
        elif shape is None or shape.is_empty:
            code = "geometry_missing" if shape is None else "geometry_empty"
            found = finding(code, feature=feature)
            if not schema.geometry_may_be_missing:
                is_told_once = schema.is_reference or not schema.fields
                (without if is_told_once else findings).append(found)
        elif shape.geom_type not in schema.geometry_types:
            kind = _kinds_said([shape.geom_type])
            is_line = shape.geom_type.endswith("LineString") and "Polygon" in schema.geometry_types
            mend = _SAY["mend_lines" if is_line else "mend_kind"]
            findings.append(
                finding("geometry_type", feature=feature, found=kind, accepted=accepted, mend=mend)
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
    rows = [str(found.feature.number) for found in without if found.feature is not None]
    shown = first_of(rows, 20)
    return [finding("rows_without_geometry", count=len(rows), rows=shown)]


def _valid(
    shapes: _Shapes,
    crs: pyproj.CRS | None,
    features: Sequence[Feature],
    *,
    is_mended: Sequence[bool],
    step: Step,
) -> tuple[_Shapes, list[Finding]]:
    left = _MEASURED_VERTICES
    usable = np.array([shape is not None for shape in shapes], dtype=bool)
    valid = shapely.is_valid(shapes)
    findings: list[Finding] = []
    result = shapes.copy()
    for row in np.flatnonzero(usable & ~valid).tolist():
        feature, shape = features[row], shapes[row]
        reason, lon, lat = _reason(shape, crs)
        where = {"lon": lon, "lat": lat}
        axes = _SAY["axes_unknown" if crs is None else "axes_lonlat"]
        facts = {"reason": reason, "lon": lon, "lat": lat}
        result[row] = None
        if shape.geom_type in ("LineString", "MultiLineString"):
            # The one fault that a line can have; a mended one would be a point.
            at = {"lon": lon, "lat": lat, "axes": axes}
            findings.append(finding("line_without_length", feature=feature, where=where, **at))
            continue
        if not is_mended[row]:
            left -= int(shapely.get_num_coordinates(shape))
            effect = _effect(shape, crs) if left >= 0 else {}
            findings.append(
                finding(
                    "geometry_invalid", feature=feature, where=where, axes=axes, **facts, **effect
                )
            )
            continue
        step(_repairing(feature))
        if crossings_exceed(shape, MOST_CROSSINGS):
            findings.append(
                finding(
                    "geometry_tangled", feature=feature, where=where, limit=MOST_CROSSINGS, **facts
                )
            )
            continue
        mended = mended_shape(shape)
        if mended is None:
            findings.append(finding("geometry_repair_failed", feature=feature, reason=reason))
            continue
        result[row] = mended
        areas = _areas(shape, mended, crs=crs)
        findings.append(
            finding("geometry_repaired", feature=feature, where=where, **facts, **areas)
        )
    return result, findings


def _effect(shape: shapely.Geometry, crs: pyproj.CRS | None) -> dict[str, Any]:
    """What the repair of a shape would give, as facts of its finding; nothing where it takes long."""
    if crossings_exceed(shape, _MEASURED_CROSSINGS):
        return {}
    mended = mended_shape(shape)
    if mended is None:
        return {"is_mendable": False}
    return {"is_mendable": True, **_areas(shape, mended, crs=crs)}


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
        lon, lat = lonlat_transformer(crs).transform(lon, lat)
    return _REASONS.get(name, _SAY["reasons_other"]), round(lon, 6), round(lat, 6)


def crossings_exceed(shape: shapely.Geometry, limit: int) -> bool:
    """Whether the segments of a shape's rings meet others than their neighbours more often than that.

    The repair of a ring takes time by its crossings and not by its vertices; they are counted only as
    far as needed.
    """
    rings = shapely.get_rings(shape)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    starts = np.flatnonzero(ring[:-1] == ring[1:])
    pieces = shapely.linestrings(np.stack([corners[starts], corners[starts + 1]], axis=1))
    if len(pieces) ** 2 <= limit:
        return False
    tree, found = shapely.STRtree(pieces), 0
    chunk = max(1, _PAIRS_AT_ONCE // len(pieces))
    for first in range(0, len(pieces), chunk):
        left, right = tree.query(pieces[first : first + chunk], predicate="intersects")
        found += int((right > left + first + 1).sum())
        if found > limit:
            return True
    return False


def mended_shape(shape: shapely.Geometry) -> shapely.Geometry | None:
    """The valid polygons of a shape, by the area that its rings enclose; None when none is left."""
    try:
        mended = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    except shapely.errors.GEOSException:
        return None
    parts = [p for p in shapely.get_parts(mended) if p.geom_type in ("Polygon", "Point")]
    if not parts or not all(part.is_valid and not part.is_empty for part in parts):
        return None
    return parts[0] if len(parts) == 1 else shapely.union_all(parts)


def _areas(
    before: shapely.Geometry, after: shapely.Geometry, *, crs: pyproj.CRS | None
) -> dict[str, float | None]:
    """Hectares of a shape before and after its repair; None where no CRS tells them."""
    if crs is None:
        return {"before_ha": None, "after_ha": None}
    measured = area_ha(gpd.GeoDataFrame(geometry=[before, after], crs=crs))
    return {
        name: round(abs(float(value)), 4)
        for name, value in zip(("before_ha", "after_ha"), measured, strict=True)
    }


def compare_outlines(
    frame: gpd.GeoDataFrame,
    *,
    schema: LayerSchema,
    features: Sequence[Feature],
    given: gpd.GeoDataFrame,
    whole: gpd.GeoDataFrame,
) -> list[Finding]:
    """Features drawn twice, areas that differ from those stated, and faults between neighbours.

    `frame` has the schema's columns, a CRS, and geometries that are valid or None; `given` is the
    same before its gaps were filled. `whole` is the layer as it will be, with the published features
    that stay beside these.
    """
    if not schema.fields:
        return []  # shapes to measure from: that one is there twice changes nothing
    if schema.is_reference:
        return _duplicates(frame, features)
    findings = [*_duplicates(frame, features), *_areas_stated(frame, schema, features, given)]
    findings += _slivers(frame, features)
    if not schema.coverage:
        findings += _crossing(whole)
    elif whole.geometry.notna().all():
        findings += _coverage(whole, own=frame.index)
    return findings


def _duplicates(frame: gpd.GeoDataFrame, features: Sequence[Feature]) -> list[Finding]:
    groups: dict[bytes, list[int]] = {}
    for row, form in enumerate(_forms(frame)):
        if form is not None:
            groups.setdefault(form, []).append(row)
    lonlat = to_lonlat(frame)
    return [
        _duplicate(
            lonlat.iloc[[row]], features[row], [features[o].number for o in rows if o != row]
        )
        for rows in groups.values()
        if len(rows) > 1
        for row in rows[1:]
    ]


def _forms(frame: gpd.GeoDataFrame) -> list[bytes | None]:
    """Each geometry in one form, whatever vertex it begins at; None where there is none."""
    forms: list[bytes | None] = shapely.to_wkb(
        shapely.normalize(frame.geometry.to_numpy())
    ).tolist()
    return forms


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
    # Of those that are told as drawn twice, one stands for all.
    drawn = drawn[~pd.Series(list(_forms(drawn)), index=drawn.index).duplicated()]
    table = overlaps(drawn)
    if table.empty:
        return []
    concerned = drawn.loc[list(dict.fromkeys([*table["left"], *table["right"]]))]
    areas = dict(zip(concerned.index, area_ha(concerned), strict=True))
    findings = []
    for row in table.to_dict("records"):
        left, right = row["left"], row["right"]
        place = _place(row)
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
    # What was filled with the measured area agrees with it.
    columns = [
        f.name
        for f in schema.fields
        if f.unit == "ha"
        and f.name in frame.columns
        and (f.name != "area_ha" or "area_ha" in given)
    ]
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


def _coverage(frame: gpd.GeoDataFrame, *, own: pd.Index) -> list[Finding]:
    report = coverage_faults(frame)
    overlapping, gaps = report.overlaps, report.gaps
    narrow = is_narrow(overlapping), is_narrow(gaps)
    return [
        *_overlaps(overlapping[~narrow[0]].to_dict("records"), own),
        *_narrow(overlapping[narrow[0]], gaps[narrow[1]]),
        *_gaps(gaps[~narrow[1]].to_dict("records")),
        *_edges(report.unmatched_edges.to_dict("records")),
    ]


def _overlaps(rows: list[Any], own: pd.Index) -> list[Finding]:
    findings = []
    for row in rows:
        place = _place(row)
        facts = {name: row[name] for name in ("left", "right")}
        facts["area_ha"] = round(row["area_ha"], 4)
        facts["width_m"] = round(row["width_m"], 1)
        # Of two published regencies the file has one; the other one is not its sender's to move.
        at_border = (row["left"] in own) != (row["right"] in own)
        is_mendable = at_border and row["width_m"] < ACCURACY_M
        hint = _SAY["drawn_to_published" if is_mendable else "move_borders"]
        facts |= {"is_mendable": is_mendable, "hint": hint}
        findings.append(finding("coverage_overlap", where=place, **facts, **place))
    return findings


def _place(row: Any) -> dict[str, Any]:
    """Where a fault is, in lon/lat to six decimals."""
    return {"lon": round(row["lon"], 6), "lat": round(row["lat"], 6)}


def _narrow(overlapping: pd.DataFrame, gaps: pd.DataFrame) -> list[Finding]:
    """One warning for all that is narrower than the drawing is exact."""
    every = pd.concat([overlapping, gaps])
    if every.empty:
        return []
    place = _place(every.sort_values("area_ha").iloc[-1])
    return [
        finding(
            "coverage_narrow",
            where=place,
            count=len(every),
            overlaps=len(overlapping),
            gaps=len(gaps),
            area_ha=_rounded(float(every["area_ha"].sum())),
            width_m=round(float(every["width_m"].max()), 3),
            narrow_m=f"{NARROW_M:g}",
            narrow_ha=NARROW_AREA_HA,
            **place,
        )
    ]


def mend_borders(
    frame: gpd.GeoDataFrame, *, features: Sequence[Feature]
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """The features of a coverage with common borders, and what that changed.

    Only what is narrower than the drawing is exact is mended, and nothing at all where that would
    move a border farther than `ACCURACY_M`. An overlap that is wide stays for its owner to settle.

    Parameters
    ----------
    frame : GeoDataFrame, (n,)
        Valid polygons with a CRS, none missing.
    """
    report = coverage_faults(frame)
    wide = report.overlaps[~is_narrow(report.overlaps)]
    if len(wide):
        width_m, narrow_m = round(float(wide["width_m"].max()), 1), f"{NARROW_M:g}"
        count = len(wide)
        return frame, [finding("borders_too_wide", count=count, width_m=width_m, narrow_m=narrow_m)]
    if report.is_clean and not is_narrow(report.gaps).any():
        return frame, []
    mended, told = _moved(frame, clean_borders(frame), features)
    if not told or mended is frame:
        return mended, told
    summary = finding(
        "borders_mended",
        count=len(told),
        overlaps=len(report.overlaps),
        gaps=int(is_narrow(report.gaps).sum()),
        edges=len(report.unmatched_edges),
        move_m=max(f.facts["move_m"] for f in told),
        limit_m=ACCURACY_M,
    )
    return mended, [summary, *told]


def mend_to_published(
    frame: gpd.GeoDataFrame, rest: gpd.GeoDataFrame, *, features: Sequence[Feature]
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """The features with the borders of the published ones `rest` beside them, and what that changed.

    The published features stay as they are. No border moves farther than `ACCURACY_M`; what overlaps
    more widely stays for the two owners to settle.

    Parameters
    ----------
    frame : GeoDataFrame, (n,)
        Valid polygons with a CRS, none missing.

    Returns
    -------
    frame : GeoDataFrame, (n,)
        In the CRS of `rest` where anything was mended.
    """
    rest = rest[rest.geometry.notna() & rest.is_valid]
    if rest.empty:
        return frame, []
    drawn = drawn_to(frame, rest, within_m=ACCURACY_M)
    mended, told = _moved(frame.to_crs(rest.crs), drawn, features)
    if not told or told[0].code != "border_mended":
        return frame, told
    move_m = max(f.facts["move_m"] for f in told)
    count = len(told)
    summary = finding("borders_drawn_to", count=count, move_m=move_m, limit_m=ACCURACY_M)
    return mended, [summary, *told]


def _moved(
    frame: gpd.GeoDataFrame, shapes: gpd.GeoSeries, features: Sequence[Feature]
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """The features with the mended shapes, each told; as they were where one would move too far."""
    moved = moves_m(frame.geometry, shapes)
    is_whole = shapes.is_valid & ~shapes.is_empty & shapes.geom_type.str.endswith("Polygon")
    greatest = float(moved.max())
    if greatest > ACCURACY_M or not is_whole.all():
        return frame, [finding("borders_not_mended", move_m=greatest, limit_m=ACCURACY_M)]
    mended = frame.set_geometry(shapes)
    before, after = area_ha(frame), area_ha(mended)
    return mended, [
        finding(
            "border_mended",
            feature=features[row],
            before_ha=round(float(before[row]), 4),
            after_ha=round(float(after[row]), 4),
            move_m=float(f"{moved[row]:.2g}"),
        )
        # What moves by less than a millimetre is the rounding of a projection.
        for row in np.flatnonzero(moved > _LEAST_MOVE_M).tolist()
    ]


def _gaps(rows: list[Any]) -> list[Finding]:
    return [
        finding(
            "coverage_gap",
            where=_place(row),
            neighbours=row["neighbours"],
            area_ha=round(row["area_ha"], 4),
            width_m=round(row["width_m"], 1),
            **_place(row),
        )
        for row in rows
    ]


def _edges(rows: list[Any]) -> list[Finding]:
    return [
        finding(
            "coverage_edges",
            where=_place(row),
            key=row["area_id"],
            length_m=round(row["length_m"], 1),
            **_place(row),
        )
        for row in rows
    ]
