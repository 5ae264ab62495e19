"""An uploaded file as a map shows it: every feature as it was read, which are faulty, what repairs do.

Pure. It is drawn of a refused file too, by the CRS that the likeliest reading of its coordinates
gives. What is drawn is only looked at: no area or place is taken from it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from geo.crs import crs_of, to_lonlat
from geo.ingest.findings import Feature, Finding
from geo.ingest.source import Source
from geo.validation.drawing import MOST_FEATURES, Drawn, collection, label
from geo.validation.geometry import mended_shape
from geo.validation.placement import Systems
from geo.validation.report import BORDERS, GUESSED_CRS

# The facts of a finding about several features that name them by their keys.
_NAMING = ("left", "right", "key")
# A hair beyond the globe is rounding.
_GLOBE = shapely.box(-180.001, -90.001, 180.001, 90.001)
# Rows of the same extent, as points are, are taken from all over the file.
_GOLDEN = (5**0.5 - 1) / 2

_Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class ReadFile:
    """A file as far as it was checked.

    Attributes
    ----------
    features : sequence of Feature
        Of the rows that are taken.
    systems : Systems
        The CRSs that it may be in.
    repaired : GeoDataFrame, optional
        By row position, the outlines after their own repair.
    bordered : pair of GeoDataFrame, optional
        The features before and after their common borders were mended, in the order of `features`.
    """

    source: Source
    features: Sequence[Feature]
    findings: Sequence[Finding]
    systems: Systems
    crs_override: pyproj.CRS | None = None
    repaired: gpd.GeoDataFrame | None = None
    bordered: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Repair:
    feature: Feature
    of: str
    is_done: bool
    outlines: tuple[tuple[Any, pyproj.CRS], tuple[Any, pyproj.CRS]]
    areas_ha: tuple[float | None, float | None]


def preview(read: ReadFile) -> dict[str, Any] | None:
    """The features of a file, as a bounded GeoJSON collection; None where nothing can be drawn.

    Returns
    -------
    dict
        A FeatureCollection in lon/lat with the code of the `crs` that it was drawn by and whether it
        `is_guess`; see `geo.validation.drawing.collection` for its bounds. First the repairs
        (`role` `before` and `after`, with `repair` of `polygons` or `borders`, whether it `is_done`,
        and `area_ha`), then each feature once: `faulty` where an error or a warning names it (its
        `severity` and `codes`), else `feature`. `id` is the feature of findings (row, key, name),
        `label` its name or key, None where it has neither.
    """
    drawn_by = _drawn_by(read)
    if drawn_by is None:
        return None
    crs, code, is_guess = drawn_by
    shapes = np.asarray(read.source.frame.geometry.array, dtype=object)
    rows = _drawable(shapes)
    repairs = list(_repairs(read, shapes, crs))
    asked = [*_of_repairs(repairs), *_of_rows(read, shapes, rows, crs)]
    drawn = _in_lonlat(asked[:MOST_FEATURES])
    if not drawn:
        return None
    return collection(drawn, of=len(asked), crs=code, is_guess=is_guess)


def _drawn_by(read: ReadFile) -> tuple[pyproj.CRS, str, bool] | None:
    """The CRS that a file is drawn by, its code, and whether nobody has stated it."""
    systems, declared = read.systems, read.source.frame.crs
    if systems.asked is not None and read.crs_override is not None:
        return read.crs_override, systems.asked.code, False
    if systems.stated is not None and declared is not None:
        is_guess = any(found.code in GUESSED_CRS for found in read.findings)
        return declared, systems.stated.code, is_guess
    for one in sorted(systems.others, key=lambda other: not other.in_region):
        if (crs := crs_of(one.code)) is not None:
            return crs, one.code, True
    return None


def _drawable(shapes: _Shapes) -> npt.NDArray[np.bool_]:
    """Which shapes are there, not empty, and finite."""
    places, owner = shapely.get_coordinates(shapes, return_index=True)
    is_there: npt.NDArray[np.bool_] = shapely.is_geometry(shapes) & ~shapely.is_empty(shapes)
    is_there[owner[~np.isfinite(places).all(axis=1)]] = False
    return is_there


def _repairs(read: ReadFile, shapes: _Shapes, crs: pyproj.CRS) -> Iterator[_Repair]:
    """Each repair that was made, and each of a polygon that was measured before it is asked for."""
    place = {feature.row: position for position, feature in enumerate(read.features)}
    bordered: dict[int, _Repair] = {}
    for found in read.findings:
        feature, facts = found.feature, found.facts
        if feature is None or feature.row not in place:
            continue
        areas = facts.get("before_ha"), facts.get("after_ha")
        row = feature.row - 1
        if found.code == "geometry_repaired" and read.repaired is not None:
            after = read.repaired.geometry.loc[row]
            yield _Repair(feature, "polygons", True, ((shapes[row], crs), (after, crs)), areas)
        elif found.code == "geometry_invalid" and facts.get("is_mendable"):
            flat = shapely.force_2d(shapes[row])
            outlines = (flat, crs), (mended_shape(flat), crs)
            yield _Repair(feature, "polygons", False, outlines, areas)
        elif found.code == "border_mended" and read.bordered is not None:
            # Mended among themselves and then to what is published: one repair to who looks at it.
            first = bordered.get(row)
            before, after = (
                (frame.geometry.iloc[place[feature.row]], frame.crs) for frame in read.bordered
            )
            whole = (areas if first is None else first.areas_ha)[0], areas[1]
            bordered[row] = _Repair(feature, BORDERS, True, (before, after), whole)
    yield from bordered.values()


def _of_repairs(repairs: Sequence[_Repair]) -> Iterator[tuple[Drawn, pyproj.CRS]]:
    for repair in repairs:
        said = {**_named(repair.feature), "repair": repair.of, "is_done": repair.is_done}
        sides = zip(("before", "after"), repair.outlines, repair.areas_ha, strict=True)
        for role, (shape, crs), area in sides:
            if shape is not None and not shape.is_empty:
                yield Drawn(shape, {"role": role, **said, "area_ha": area}), crs


def _of_rows(
    read: ReadFile, shapes: _Shapes, is_there: npt.NDArray[np.bool_], crs: pyproj.CRS
) -> list[tuple[Drawn, pyproj.CRS]]:
    """Each row once, the faulty ones first, then those that are seen from the farthest."""
    faults = _faults(read)
    grave = {"error": 0, "warning": 1}
    west, south, east, north = shapely.bounds(shapes).T
    extent = np.nan_to_num(np.hypot(east - west, north - south))
    features = [feature for feature in read.features if is_there[feature.row - 1]]

    def order(feature: Feature) -> tuple[int, float, float]:
        row = feature.row - 1
        rank = grave[faults[row][0]] if row in faults else 2
        return rank, -float(extent[row]), row * _GOLDEN % 1

    return [
        (Drawn(shapes[feature.row - 1], _row_properties(feature, faults)), crs)
        for feature in sorted(features, key=order)
    ]


def _row_properties(
    feature: Feature, faults: Mapping[int, tuple[str, list[str]]]
) -> dict[str, Any]:
    found = faults.get(feature.row - 1)
    if found is None:
        return {"role": "feature", **_named(feature)}
    severity, codes = found
    return {"role": "faulty", **_named(feature), "severity": severity, "codes": codes}


def _faults(read: ReadFile) -> dict[int, tuple[str, list[str]]]:
    """By row position: the gravest severity and the codes of the findings that name it."""
    by_key = {feature.key: feature.row - 1 for feature in read.features if feature.key}
    faults: dict[int, tuple[str, list[str]]] = {}
    for found in read.findings:
        if found.severity == "info":
            continue
        rows = [found.feature.row - 1] if found.feature is not None else []
        named = [found.facts.get(fact) for fact in _NAMING] if found.feature is None else []
        rows += [by_key[key] for key in named if isinstance(key, str) and key in by_key]
        for row in rows:
            before, codes = faults.get(row, (found.severity, []))
            severity = "error" if "error" in (before, found.severity) else "warning"
            faults[row] = severity, list(dict.fromkeys([*codes, found.code]))
    return faults


def _named(feature: Feature) -> dict[str, Any]:
    return {
        "id": {"row": feature.number, "key": feature.key, "name": feature.name},
        "label": label(feature.name) or label(feature.key),
    }


def _in_lonlat(asked: Sequence[tuple[Drawn, pyproj.CRS]]) -> list[Drawn]:
    """What can be drawn on the globe, in lon/lat."""
    found: list[Drawn] = []
    first = 0
    while first < len(asked):
        crs, last = asked[first][1], first + 1
        while last < len(asked) and asked[last][1] is crs:
            last += 1
        some = [one for one, _ in asked[first:last]]
        frame = gpd.GeoDataFrame(geometry=[one.shape for one in some], crs=crs)
        shapes = to_lonlat(frame).geometry.to_numpy()
        inside = shapely.covers(_GLOBE, shapely.box(*shapely.bounds(shapes).T))
        for one, shape, lies in zip(some, shapes, inside, strict=True):
            if lies and np.isfinite(shapely.get_coordinates(shape)).all():
                found.append(Drawn(shape, one.properties))
        first = last
    return found
