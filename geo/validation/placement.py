"""Where an uploaded layer lies: its CRS, the working region, and the regency of every feature.

A wrong zone, north for south or swapped axes moves a layer by hundreds of kilometres and raises no
error anywhere; a right code on a wrong polygon neither. Both show only against known boundaries.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from geo.crs import crs_of, lonlat_transformer, name_of, same_crs, to_lonlat
from geo.ingest.findings import Feature, Finding, finding
from geo.ingest.source import Source
from geo.language import Text, filled, number, shortened, texts
from geo.vector.planning_region import PlanningRegion
from geo.vector.regions import full_names
from geo.vector.topology import GRID_DEG

_SAY = texts(__name__)

_Bounds = tuple[float, float, float, float]
# A coast or an island may lie this far beyond the simplified boundaries of the region.
_MARGIN_DEG = 0.2
_USE_MARGIN_DEG = 0.5
# Maps of the web, and what is digitised on them.
_WEB = "EPSG:3857"
# A zone may cross a border, so only a feature that hardly touches its regency is wrong.
_WRONG_SHARE = 0.05
_MOST = 0.5
# More regencies than these are counted.
_MOST_NAMED = 4
_MOST_NAME = 120
_EARTH = pyproj.Geod(ellps="WGS84")
_COMPASS = ("n", "ne", "e", "se", "s", "sw", "w", "nw")
_OUTSIDE_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Candidate:
    """A CRS that the coordinates of a layer may be in, and where in lon/lat they would lie.

    `in_region` tells whether all of them would lie where they must, `place` says where that is. Of
    several that put them at the same place one has a `why` it is suggested, and the others lie less
    than `apart_m` metres from it here.
    """

    code: str
    name: str
    bounds: _Bounds
    in_region: bool
    place: Text
    why: Text | None = None
    apart_m: int | None = None

    def to_json(self) -> dict[str, Any]:
        """All of it in JSON types, with `is_suggested`."""
        bounds = [round(value, 6) for value in self.bounds]
        said: dict[str, Any] = {"code": self.code, "name": self.name, "bounds": bounds}
        said |= {"in_region": self.in_region, "place": self.place._asdict()}
        why = self.why and self.why._asdict()
        return {**said, "is_suggested": why is not None, "why": why, "apart_m": self.apart_m}


@dataclass(frozen=True, slots=True)
class Systems:
    """The CRS that a file states, the one that was asked for, and others that may be meant."""

    stated: Candidate | None = None
    asked: Candidate | None = None
    others: tuple[Candidate, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """`stated`, `asked` and `candidates` in JSON types."""
        return {
            "stated": self.stated and self.stated.to_json(),
            "asked": self.asked and self.asked.to_json(),
            "candidates": [one.to_json() for one in self.others],
        }


def candidate(
    bounds: _Bounds,
    crs: pyproj.CRS,
    *,
    code: str | None = None,
    region: gpd.GeoDataFrame | None,
    planning: PlanningRegion | None,
) -> Candidate | None:
    """Where coordinates lie when they are in a CRS; None where they cannot be."""
    if not np.isfinite(bounds).all() or not _leads_to_lonlat(crs):
        return None
    lonlat = _lonlat_bounds(bounds, crs)
    if lonlat is None:
        return None
    goal = _goal(region, planning)
    fits = goal is None or _covers(goal, lonlat)
    place = _place_said(lonlat, goal=goal, region=region)
    name = shortened(crs.name, _MOST_NAME)
    return Candidate(code or name_of(crs), name, lonlat, fits, place)


def crs_candidates(
    bounds: _Bounds, *, region: gpd.GeoDataFrame | None, planning: PlanningRegion | None
) -> list[Candidate]:
    """The CRSs that would put coordinates where they must lie, the likeliest first.

    Degrees are offered as such wherever they lie, since hardly anything else is written so.
    """
    west, south, east, north = bounds
    if not np.isfinite(bounds).all():
        return []
    goal = _goal(region, planning)
    are_degrees = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    names = dict.fromkeys(("EPSG:4326", *(planning.crs_candidates if planning else ()), _WEB))
    found = []
    for name in names if goal is not None else ["EPSG:4326"]:
        crs = crs_of(name)
        if crs is None:
            continue
        one = candidate(bounds, crs, code=name, region=region, planning=planning)
        if one is not None and (one.in_region or (are_degrees and name == "EPSG:4326")):
            found.append(one)
    return found


# As offices write the datum of their data, in columns such as SRS_ID.
_DATUMS = {
    "SRGI2013": re.compile(r"srgi", re.IGNORECASE),
    "WGS 84": re.compile(r"wgs[\s_-]*(?:19)?84", re.IGNORECASE),
    "DGN95": re.compile(r"dgn[\s_-]*(?:19)?95", re.IGNORECASE),
}
# Those that are suggested of a file that names none, each with why.
_USUAL = {"SRGI2013": _SAY["suggested_official"], "WGS 84": _SAY["suggested_usual"]}
# Farther apart two systems do not put a layer at the same place.
_SAME_PLACE_M = 1_000
_NOWHERE_M = 40_000_000
_MOST_COMPARED = 20_000
_LONGEST_DATUM = 60


def compared(candidates: Sequence[Candidate], source: Source) -> list[Candidate]:
    """The candidates with how far apart those lie that put a layer at the same place, one suggested first.

    Suggested is the datum that the file itself names, else that of the national reference system;
    none where the places differ. It is for a person to choose: nothing is read by it.
    """
    here = [one for one in candidates if one.in_region]
    column, datum = _datum_named(source)
    usual = _USUAL if datum is None else {datum: _SAY["suggested_by_file"]}
    first, why = next(
        ((one, why) for name, why in usual.items() for one in here if _is_of(one, name)),
        (None, Text("", "")),
    )
    if len(here) < 2 or first is None:
        return list(candidates)
    points = _points(source.frame)
    apart = {one.code: _apart_m(points, one.code, first.code) for one in here if one is not first}
    near = {code: metres for code, metres in apart.items() if metres <= _SAME_PLACE_M}
    far = [one for one in here if one.code in apart.keys() - near.keys()]
    if any(datum is None or _is_of(one, datum) for one in far):
        return list(candidates)
    told = replace(first, why=filled(why, where=column, datum=datum))
    rest = [
        replace(one, apart_m=near.get(one.code)) for one in candidates if one.code != first.code
    ]
    return [told, *rest]


def _is_of(one: Candidate, datum: str) -> bool:
    return bool(_DATUMS[datum].search(one.name))


def _datum_named(source: Source) -> tuple[str | None, str | None]:
    """The column that names the datum of a file, and which; none where two columns disagree."""
    named: dict[str, str] = {}
    for column in source.frame.columns.drop(source.frame.geometry.name):
        values = {
            v.strip()
            for v in source.frame[column].iloc[:_MOST_COMPARED]
            if isinstance(v, str) and v.strip()
        }
        if not 0 < len(values) <= len(_DATUMS):
            continue
        told = {
            name
            for value in values
            for name, pattern in _DATUMS.items()
            if len(value) <= _LONGEST_DATUM and pattern.search(value)
        }
        if len(told) == 1:
            named.setdefault(told.pop(), str(column))
    if len(named) != 1:
        return None, None
    ((datum, column),) = named.items()
    return shortened(column, _LONGEST_DATUM), datum


def _points(frame: gpd.GeoDataFrame) -> npt.NDArray[np.float64]:
    """(n, 2) vertices of a layer: some of very many, and always the outermost ones."""
    points: npt.NDArray[np.float64] = shapely.get_coordinates(frame.geometry.to_numpy())
    points = points[np.isfinite(points).all(axis=1)]
    if len(points) <= _MOST_COMPARED:
        return points
    outermost = points[[*points.argmin(axis=0), *points.argmax(axis=0)]]
    return np.concatenate([points[:: len(points) // _MOST_COMPARED + 1], outermost])


def _apart_m(points: npt.NDArray[np.float64], code: str, other: str) -> int:
    """Less than so many whole metres two CRSs put any point apart, the doubt of the way between them included."""
    lonlat = [
        np.array(lonlat_transformer(pyproj.CRS(one)).transform(*points.T)) for one in (code, other)
    ]
    metres = _EARTH.inv(*lonlat[0], *lonlat[1])[2]
    if not np.isfinite(metres).all():
        return _NOWHERE_M
    doubt = max(pyproj.Transformer.from_crs(code, other).accuracy, 0.0)
    return math.floor(float(metres.max()) + doubt) + 1


def _place_said(bounds: _Bounds, *, goal: _Bounds | None, region: gpd.GeoDataFrame | None) -> Text:
    """Where bounds in lon/lat lie, in words of who knows the place."""
    if goal is None:
        return _degrees_said(bounds)
    box = shapely.box(*bounds)
    if region is not None:
        touched = region.index[to_lonlat(region).intersects(box)].astype(str)
        if len(touched):
            return _regencies_said([full_names(region)[code] for code in touched])
    if _meet(bounds, goal):
        return _SAY["place_beside" if region is not None else "place_in"]
    nearest = shapely.shortest_line(shapely.box(*goal), box)
    (from_x, from_y), (to_x, to_y) = nearest.coords
    azimuth, _, distance_m = _EARTH.inv(from_x, from_y, to_x, to_y)
    direction = _SAY[f"towards_{_COMPASS[round(azimuth / 45) % 8]}"]
    return filled(
        _SAY["place_far"], km=number(_rounded_km(distance_m), ",.0f"), direction=direction
    )


def _regencies_said(names: Sequence[str]) -> Text:
    if len(names) == 1:
        return _SAY["place_one"].format(name=names[0])
    if len(names) > _MOST_NAMED:
        shown = ", ".join(names[:_MOST_NAMED])
        return _SAY["place_many"].format(n=len(names), names=shown)
    return _SAY["place_some"].format(names=", ".join(names[:-1]), last=names[-1])


def _rounded_km(distance_m: float) -> float:
    """Kilometres as somebody would say them: two digits."""
    return float(f"{max(1.0, distance_m / 1000):.2g}")


def resolve_crs(
    source: Source,
    override: pyproj.CRS | None,
    *,
    region: gpd.GeoDataFrame | None,
    planning: PlanningRegion | None,
) -> tuple[pyproj.CRS | None, list[Finding]]:
    """The CRS of a source: as asked, else as declared; None with an error when it is not known."""
    example = _example(planning)
    declared = source.frame.crs
    if override is not None:
        if source.crs_text is None or (declared is not None and same_crs(declared, override)):
            return override, []
        return override, [
            finding("crs_overridden", used=name_of(override), declared=source.crs_text)
        ]
    if declared is None or not _leads_to_lonlat(declared):
        bounds: _Bounds = tuple(source.frame.total_bounds)
        hint = _hint_of_unknown(bounds, region=region, planning=planning)
        said = source.crs_text if declared is None else name_of(declared)
        if said is None:
            return None, [finding("crs_missing", hint=hint)]
        return None, [finding("crs_unknown", value=said, hint=hint)]
    if declared.to_authority(min_confidence=70) is None:
        return declared, [finding("crs_without_code", name=declared.name, example=example)]
    return declared, []


def _hint_of_unknown(
    bounds: _Bounds, *, region: gpd.GeoDataFrame | None, planning: PlanningRegion | None
) -> Text:
    """What to state in place of a CRS that is not known."""
    candidates = crs_candidates(bounds, region=region, planning=planning)
    if any(one.in_region for one in candidates):
        return _fitting(candidates)
    if _is_swapped(bounds, _goal(region, planning)):
        return _SAY["swapped"]
    example = candidates[0].code if candidates else _example(planning)
    return _SAY["state_crs"].format(example=example)


def _fitting(candidates: Sequence[Candidate]) -> Text:
    names = [one.code for one in candidates if one.in_region]
    return _SAY["fitting_crs"].format(names=", ".join(names[:3]))


def _example(planning: PlanningRegion | None) -> str:
    """The CRS that a sentence names as an example: the likeliest of the region."""
    return "EPSG:4326" if planning is None else planning.crs_candidates[0]


def _leads_to_lonlat(crs: pyproj.CRS) -> bool:
    try:
        lonlat_transformer(crs)
    except pyproj.exceptions.ProjError:
        return False
    return True


def place_layer(
    frame: gpd.GeoDataFrame,
    *,
    region: gpd.GeoDataFrame | None,
    planning: PlanningRegion | None,
) -> list[Finding]:
    """What is wrong with the place of the layer as a whole.

    It must touch the regencies in `region`; where they are not known, the bounds of the region. An
    error ends the matter: its features are then somewhere else altogether.
    """
    goal = _goal(region, planning)
    crs = frame.crs
    bounds: _Bounds = tuple(frame.total_bounds)
    lonlat = _lonlat_bounds(bounds, crs)
    if lonlat is None:
        shown = ", ".join(f"{value:.3f}".rstrip("0").rstrip(".") for value in bounds)
        hint = _hint(bounds, region=region, planning=planning)
        return [finding("coordinates_impossible", crs=name_of(crs), bounds=shown, hint=hint)]
    if goal is not None and not _meet(lonlat, goal):
        hint = _hint(bounds, region=region, planning=planning)
        return [finding("outside_region", crs=name_of(crs), bounds=_shown(lonlat), hint=hint)]
    use = crs.area_of_use
    if use is not None and not _inside(lonlat, use.bounds):
        return [
            finding(
                "crs_area_of_use",
                crs=name_of(crs),
                area=_degrees_said(use.bounds),
                example=_example(planning),
            )
        ]
    return []


def impossible_places(
    frame: gpd.GeoDataFrame, features: Sequence[Feature], *, planning: PlanningRegion | None
) -> list[Finding]:
    """Features of a layer in degrees that lie beyond the globe where others do not.

    Of a layer that lies there as a whole, `place_layer` tells once.
    """
    if not frame.crs.is_geographic:
        return []
    bounds = frame.bounds.to_numpy()
    beyond = (np.abs(np.nan_to_num(bounds)) > np.array([180, 90, 180, 90]) + GRID_DEG).any(axis=1)
    if beyond.sum() == frame.geometry.notna().sum():
        return []
    found = []
    for row in np.flatnonzero(beyond).tolist():
        own: _Bounds = tuple(bounds[row])
        hint = _SAY["swapped" if _is_swapped(own, _goal(None, planning)) else "check_crs"]
        shown = ", ".join(f"{value:.6g}" for value in own)
        found.append(finding("coordinates_beyond", feature=features[row], bounds=shown, hint=hint))
    return found


def _lonlat_bounds(bounds: _Bounds, crs: pyproj.CRS) -> _Bounds | None:
    """`bounds` in lon/lat; None where the CRS cannot mean these coordinates."""
    found = np.array(lonlat_transformer(crs).transform_bounds(*bounds))
    # The edge of the globe comes back a hair beyond itself.
    near = np.abs(found) - (180.0, 90.0, 180.0, 90.0) <= GRID_DEG
    if np.isfinite(found).all() and near.all():
        found = found.clip((-180.0, -90.0, -180.0, -90.0), (180.0, 90.0, 180.0, 90.0))
    west, south, east, north = found
    possible = (
        np.isfinite(found).all() and -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    )
    if not possible:
        return None
    return float(west), float(south), float(east), float(north)


def _goal(region: gpd.GeoDataFrame | None, planning: PlanningRegion | None) -> _Bounds | None:
    """Where a layer must lie, in degrees; None for anywhere."""
    if region is not None:
        return _grown(region)
    return None if planning is None else planning.bounds


def _grown(region: gpd.GeoDataFrame) -> _Bounds:
    west, south, east, north = to_lonlat(region).total_bounds
    return west - _MARGIN_DEG, south - _MARGIN_DEG, east + _MARGIN_DEG, north + _MARGIN_DEG


def _meet(left: _Bounds, right: _Bounds) -> bool:
    return bool(shapely.box(*left).intersects(shapely.box(*right)))


def _inside(bounds: _Bounds, area: _Bounds) -> bool:
    return bool(shapely.box(*area).buffer(_USE_MARGIN_DEG).covers(shapely.box(*bounds)))


def _degrees_said(bounds: _Bounds) -> Text:
    """Bounds in whole degrees: where a CRS is meant to be used its register says in English only."""
    west, south, east, north = bounds
    places = {}
    for language, (w, e, s, n) in {"id": ("BB", "BT", "LS", "LU"), "en": "WESN"}.items():
        lon = [f"{abs(x):.0f}° {e if x >= 0 else w}" for x in (west, east)]
        lat = [f"{abs(y):.0f}° {n if y > 0 else s}" for y in (south, north)]
        places[language] = f"{lon[0]}–{lon[1]}, {lat[0]}–{lat[1]}"
    return Text(**places)


def _shown(bounds: _Bounds) -> str:
    west, south, east, north = bounds
    return f"{west:.3f}–{east:.3f}°, {south:.3f}–{north:.3f}°"


def _hint(
    bounds: _Bounds, *, region: gpd.GeoDataFrame | None, planning: PlanningRegion | None
) -> Text:
    """The CRSs that would put the coordinates where they must lie."""
    candidates = crs_candidates(bounds, region=region, planning=planning)
    goal = _goal(region, planning)
    if goal is not None and any(one.in_region for one in candidates):
        return _fitting(candidates)
    return _SAY["swapped"] if _is_swapped(bounds, goal) else _SAY["check_crs"]


def _is_swapped(bounds: _Bounds, goal: _Bounds | None) -> bool:
    west, south, east, north = bounds
    return goal is not None and _covers(goal, (south, west, north, east))


def _covers(goal: _Bounds, bounds: _Bounds) -> bool:
    return bool(np.isfinite(bounds).all() and shapely.box(*goal).covers(shapely.box(*bounds)))


def place_features(
    frame: gpd.GeoDataFrame,
    region: gpd.GeoDataFrame,
    *,
    codes: Sequence[str | None],
    names: Mapping[str, str],
    features: Sequence[Feature],
) -> list[Finding]:
    """Features that lie outside the region, or in another regency than their code says.

    Parameters
    ----------
    frame : GeoDataFrame, (n,)
        Valid geometries or None; None is passed over.
    region : GeoDataFrame
        Regencies; the index is their Kemendagri code.
    codes : sequence, (n,)
        The regency code that each feature states; None where it has none that exists.
    names : mapping
        Regency names by code.
    """
    shapes = to_lonlat(frame).geometry.to_numpy()
    regencies = to_lonlat(region)
    shares = regency_shares(shapes, regencies.geometry.to_numpy())
    whole = shapely.box(*_grown(region))
    found = []
    for row, (shape, code, feature) in enumerate(zip(shapes, codes, features, strict=True)):
        if shape is None:
            continue
        share = dict(zip(map(str, regencies.index), shares[row], strict=True))
        found += _misplaced(shape, share, code=code, names=names, feature=feature, whole=whole)
    return found


def regency_shares(
    shapes: npt.NDArray[np.object_], regencies: npt.NDArray[np.object_]
) -> npt.NDArray[np.float64]:
    """(n, n_regencies) share of each shape inside each regency, in [0, 1].

    Of area for polygons, of length for lines, of number for points: what a shape has fewer
    dimensions in common with a regency than it has itself, such as a shared border, is no part of it.
    """
    shares = np.zeros((len(shapes), len(regencies)))
    row, column = shapely.STRtree(regencies).query(shapes, predicate="intersects")
    parts = shapely.intersection(shapes[row], regencies[column])
    dimension = shapely.get_dimensions(shapes)
    whole = _extent(shapes, dimension)[row]
    common = _extent(parts, dimension[row])
    # Both are computed from rounded crossings, so a whole may come out a hair above itself.
    shares[row, column] = np.divide(common, whole, out=np.zeros(len(row)), where=whole > 0).clip(
        max=1.0
    )
    return shares


def _extent(
    shapes: npt.NDArray[np.object_], dimension: npt.NDArray[np.int_]
) -> npt.NDArray[np.float64]:
    """(n,) area, length or number of positions, as each `dimension` (2, 1, 0) asks; 0 where None."""
    # Shares of one feature: at 3°S square degrees are as good as hectares.
    measured = np.select(
        [dimension == 2, dimension == 1],
        [shapely.area(shapes), shapely.length(shapes)],
        shapely.get_num_coordinates(shapes),
    )
    extent: npt.NDArray[np.float64] = np.nan_to_num(measured)
    return extent


def _misplaced(
    shape: shapely.Geometry,
    share: Mapping[str, float],
    *,
    code: str | None,
    names: Mapping[str, str],
    feature: Feature,
    whole: shapely.Geometry,
) -> list[Finding]:
    # A point on a border lies in both regencies.
    inside = min(1.0, sum(share.values()))
    if inside < _OUTSIDE_SHARE:
        point = shape.representative_point()
        # A pier or a reef may lie in the sea beside the simplified coast.
        if code is not None and whole.covers(shape) and shape.geom_type == "Point":
            return []
        lon, lat = round(point.x, 6), round(point.y, 6)
        where = {"lon": lon, "lat": lat}
        return [finding("feature_outside_region", feature=feature, where=where, lon=lon, lat=lat)]
    found = []
    if inside < _MOST:
        outside = round(100 * (1 - inside))
        found.append(finding("feature_partly_outside", feature=feature, percent=outside))
    if code is None or code not in share:
        return found
    actual = max(share, key=lambda c: share[c])
    if share[code] < _MOST and share[actual] > share[code]:
        is_wrong = share[code] < _WRONG_SHARE
        facts = {
            "claimed": code,
            "claimed_name": names.get(code, code),
            "actual": actual,
            "actual_name": names.get(actual, actual),
            "percent": round(100 * share[actual if is_wrong else code]),
        }
        kind = "location_disagrees" if is_wrong else "location_mostly_elsewhere"
        point = shape.representative_point()
        where = {"lon": round(point.x, 6), "lat": round(point.y, 6)}
        found.append(finding(kind, feature=feature, where=where, **facts))
    return found
