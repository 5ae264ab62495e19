"""What an uploaded layer would change: features added, removed and changed, by key."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo.crs import area_ha, to_lonlat
from geo.ingest.findings import Finding, finding
from geo.json_types import as_json
from geo.language import first_of
from geo.vector.topology import moves_m

# About 1 cm: rounding of a file format is no edit.
_TOLERANCE_DEG = 1e-7
_LISTED = 200
# Vertices, before and after; measured: 10 s where each feature has five.
MOST_MEASURED = 500_000
# Areas that are computed of an outline and kept with so many decimals as somebody found enough.
_COMPUTED = ("area_ha",)
_MOST_DECIMALS = 6
# What `undone` tells beside the names of columns, none of which is called so.
OUTLINE, GONE, BACK = "<outline>", "<gone>", "<back>"


@dataclass(frozen=True, slots=True)
class Change:
    """A feature in both versions: changed values as (before, after), and areas where it moved.

    `moved_m` is how far, in metres to the centimetre, any vertex of either outline lies from the
    other outline: see `geo.vector.topology.moves_m`. It is None where only values changed, where the
    feature has no shape, or one of another dimension, in one of both, and where the features before
    it in the layer have used up what a comparison may take (`MOST_MEASURED` vertices).
    """

    key: str
    values: dict[str, tuple[Any, Any]]
    area_ha: tuple[float, float] | None
    moved_m: float | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """Keys added, removed and changed, and how many stay the same.

    `regencies` are the codes of the regencies that any of these features lies in, before or after;
    `without_regency` counts those of which no regency is known. `columns_vanish` are the columns that
    no feature of both versions has a value in any more, each with how many had one; that is told once,
    and a feature that only loses such values is no changed one. `names` is what the listed features
    are called, by key, where they have a name, and `areas_ha` the area of those that come or go.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Change, ...]
    unchanged: int
    regencies: tuple[str, ...] = ()
    without_regency: int = 0
    columns_vanish: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    areas_ha: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Counts of all, and the first `_LISTED` of each list."""
        changes = [
            {
                "key": change.key,
                "values": {
                    name: {"before": as_json(old), "after": as_json(new)}
                    for name, (old, new) in change.values.items()
                },
                "area_ha": change.area_ha
                and {"before": as_json(change.area_ha[0]), "after": as_json(change.area_ha[1])},
                "moved_m": change.moved_m,
            }
            for change in self.changed[:_LISTED]
        ]
        return {
            "counts": {
                "added": len(self.added),
                "removed": len(self.removed),
                "changed": len(self.changed),
                "unchanged": self.unchanged,
            },
            "added": list(self.added[:_LISTED]),
            "removed": list(self.removed[:_LISTED]),
            "changed": changes,
            "names": dict(self.names),
            "areas_ha": dict(self.areas_ha),
            "regencies": list(self.regencies),
            "without_regency": self.without_regency,
            "columns_vanish": [
                {"name": name, "count": count} for name, count in self.columns_vanish.items()
            ],
        }


def difference(
    frame: gpd.GeoDataFrame,
    current: gpd.GeoDataFrame,
    *,
    fields: Collection[str],
    regency_field: str | None = None,
) -> Difference:
    """How `frame` differs from `current`.

    Parameters
    ----------
    frame, current : GeoDataFrame
        Index `area_id`, unique; any CRS each. Geometries that lie within 1 cm of each other, vertex
        for vertex, are the same.
    fields : collection of str
        Columns that count as missing where a layer does not have them. Any other column is compared
        only when both have it: one that comes or goes is no edit of every feature.
    regency_field : str, optional
        The column with the code of the regency that a feature lies in.
    """
    both = [key for key in frame.index if key in current.index]
    after, before = to_lonlat(frame.loc[both]), to_lonlat(current.loc[both])
    # Of a large layer most outlines stay as they are: only the others are put into one form and measured.
    moved = ~shapely.equals_identical(after.geometry.to_numpy(), before.geometry.to_numpy())
    # No shape equals none; a row that has none before and after was not moved.
    moved &= ~(after.geometry.isna() & before.geometry.isna()).to_numpy()
    moved[moved] = ~shapely.equals_exact(
        _in_one_form(after[moved]), _in_one_form(before[moved]), tolerance=_TOLERANCE_DEG
    )
    areas = np.full((2, len(both)), np.nan)
    areas[:, moved] = area_ha(before[moved]), area_ha(after[moved])
    distances = _moved_m(before, after, moved)
    values = _changed_values(after, before, fields)
    for name in _COMPUTED:
        _leave_rounding(values, name, decimals=_decimals(before, after, name), moved=moved)

    lost = _losses(frame, current)[0]
    told = [{name: pair for name, pair in one.items() if name not in lost} for one in values]
    changes = [
        Change(
            str(key),
            told[row],
            (round(float(areas[0][row]), 4), round(float(areas[1][row]), 4))
            if moved[row]
            else None,
            distances[row],
        )
        for row, key in enumerate(both)
        if moved[row] or told[row]
    ]
    added = [str(key) for key in frame.index if key not in current.index]
    removed = [str(key) for key in current.index if key not in frame.index]
    # A lost column touches a regency too, though its features are not listed one by one.
    edited = [str(key) for row, key in enumerate(both) if moved[row] or values[row]]
    touched = [
        *_regencies(frame, [*added, *edited], regency_field),
        *_regencies(current, [*removed, *edited], regency_field),
    ]
    came, gone = added[:_LISTED], removed[:_LISTED]
    listed = [change.key for change in changes[:_LISTED]]
    return Difference(
        added=tuple(added),
        removed=tuple(removed),
        changed=tuple(changes),
        unchanged=len(both) - len(changes),
        regencies=tuple(sorted({code for _, code in touched if code is not None})),
        without_regency=len({key for key, code in touched if code is None}),
        columns_vanish=lost,
        names=_names(current, gone) | _names(frame, [*came, *listed]),
        areas_ha=_areas(current, gone) | _areas(frame, came),
    )


def _names(frame: gpd.GeoDataFrame, keys: list[str]) -> dict[str, str]:
    """What features are called, of those that have a name."""
    if "name" not in frame.columns:
        return {}
    by_key = dict(zip(map(str, frame.index), _values(frame, "name"), strict=True))
    return {key: str(by_key[key]) for key in keys if not _is_none(by_key[key])}


def _areas(frame: gpd.GeoDataFrame, keys: list[str]) -> dict[str, float]:
    """Areas of features in hectares; a point and a line have none."""
    here = frame.loc[frame.index.astype(str).isin(keys)]
    here = here[here.geometry.notna()]
    areas = zip(here.index.astype(str), area_ha(here).tolist(), strict=True)
    return {key: round(float(area), 4) for key, area in areas if area > 0}


def _regencies(
    frame: gpd.GeoDataFrame, keys: list[str], field: str | None
) -> list[tuple[str, str | None]]:
    """The keys with the codes of their regencies; None where none is known."""
    if field is None or field not in frame.columns:
        return [(key, None) for key in keys]
    codes = frame[field].reindex(keys).tolist()
    return [(k, None if gpd.pd.isna(c) else str(c)) for k, c in zip(keys, codes, strict=True)]


def _in_one_form(frame: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    """Shapes in one form: a program that stores every polygon as a multipolygon changed nothing."""
    shapes = [
        s.geoms[0] if getattr(s, "geoms", ()) and len(s.geoms) == 1 else s for s in frame.geometry
    ]
    normal: npt.NDArray[np.object_] = shapely.normalize(np.array(shapes, dtype=object))
    return normal


def _moved_m(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, moved: npt.NDArray[np.bool_]
) -> list[float | None]:
    """How far each outline moved; see `Change` for where that is None."""
    old, new = before.geometry.to_numpy(), after.geometry.to_numpy()
    vertices = shapely.get_num_coordinates(old) + shapely.get_num_coordinates(new)
    is_comparable = shapely.get_dimensions(old) == shapely.get_dimensions(new)
    asked = moved & is_comparable & ~shapely.is_empty(old) & ~shapely.is_empty(new)
    rows = np.flatnonzero(asked & (np.cumsum(np.where(asked, vertices, 0)) <= MOST_MEASURED))
    distances: list[float | None] = [None] * len(old)
    apart = moves_m(before.geometry.iloc[rows], after.geometry.iloc[rows])
    for row, metres in zip(rows.tolist(), apart.tolist(), strict=True):
        distances[row] = round(metres, 2)
    return distances


def _changed_values(
    after: gpd.GeoDataFrame, before: gpd.GeoDataFrame, fields: Collection[str]
) -> list[dict[str, tuple[Any, Any]]]:
    new, old = _properties(after), _properties(before)
    either = dict.fromkeys([*new, *old])
    names = [name for name in either if name in fields or (name in new and name in old)]
    changes: list[dict[str, tuple[Any, Any]]] = [{} for _ in range(len(after))]
    for name in names:
        new, old = _values(after, name), _values(before, name)
        for row, (one, other) in enumerate(zip(old, new, strict=True)):
            if not _same(one, other):
                changes[row][name] = (one, other)
    return changes


def _leave_rounding(
    changes: list[dict[str, tuple[Any, Any]]],
    name: str,
    *,
    decimals: int,
    moved: npt.NDArray[np.bool_],
) -> None:
    """Take out changes of an area within its rounding, where the outline it is computed of stayed."""
    # Half a unit of the last decimal, and what is lost in the subtraction of two such numbers.
    tolerance = 0.5 * 10**-decimals * (1 + 1e-6)
    for row in np.flatnonzero(~moved).tolist():
        old, new = changes[row].get(name, (None, None))
        if old is not None and new is not None and abs(old - new) <= tolerance:
            del changes[row][name]


def _decimals(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, name: str) -> int:
    """With how many decimals the coarser of two layers keeps its numbers."""
    return min(
        (_decimals_of(frame[name]) for frame in (before, after) if name in frame.columns),
        default=_MOST_DECIMALS,
    )


def _decimals_of(numbers: gpd.pd.Series) -> int:
    known = gpd.pd.to_numeric(numbers, errors="coerce").dropna().to_numpy(dtype=float)
    fitting = (d for d in range(_MOST_DECIMALS) if np.allclose(known, known.round(d), 0, 1e-9))
    return next(fitting, _MOST_DECIMALS)


def _properties(frame: gpd.GeoDataFrame) -> list[str]:
    return [str(name) for name in frame.columns if name != frame.geometry.name]


def _values(frame: gpd.GeoDataFrame, name: str) -> list[Any]:
    if name not in frame.columns:
        return [None] * len(frame)
    missing = frame[name].isna()
    # A stored list comes back as an array, which neither `==` nor JSON takes for one.
    return [
        None if gone else value.tolist() if isinstance(value, np.ndarray) else value
        for value, gone in zip(frame[name].tolist(), missing, strict=True)
    ]


def _same(left: Any, right: Any) -> bool:
    is_number = (int, float, np.number)
    if isinstance(left, is_number) and isinstance(right, is_number):
        return math.isclose(left, right, rel_tol=1e-9)
    return bool(left == right)


def vanished(frame: gpd.GeoDataFrame, current: gpd.GeoDataFrame) -> list[Finding]:
    """Values that features in both layers would lose: whole columns, and single ones of the others.

    Of fields and of columns that are kept alike. A feature that leaves the layer is told by itself,
    and so is a value that changes.
    """
    whole, partly = _losses(frame, current)
    findings = []
    if whole.pop("geometry_kind", 0):
        both = [key for key in frame.index if key in current.index]
        kinds = _values(current.loc[both], "geometry_kind")
        findings.append(_kind_unstated([kind for kind in kinds if not _is_none(kind)]))
    if whole:
        columns, count = ", ".join(whole), max(whole.values())
        findings.append(finding("columns_vanish", columns=columns, count=count, lost=whole))
    if partly:
        shown = ", ".join(f"{name} ({count})" for name, count in partly.items())
        findings.append(
            finding("values_vanish", columns=shown, count=max(partly.values()), lost=partly)
        )
    return findings


def _losses(
    frame: gpd.GeoDataFrame, current: gpd.GeoDataFrame
) -> tuple[dict[str, int], dict[str, int]]:
    """How many values features in both lose, by column: columns that lose all, and the others."""
    both = [key for key in frame.index if key in current.index]
    before, after = current.loc[both], frame.loc[both]
    whole: dict[str, int] = {}
    partly: dict[str, int] = {}
    for name in _properties(current):
        pairs = list(zip(_values(before, name), _values(after, name), strict=True))
        if lost := sum(not _is_none(old) and _is_none(new) for old, new in pairs):
            (whole if all(_is_none(new) for _, new in pairs) else partly)[name] = lost
    return whole, partly


def undone(
    frame: gpd.GeoDataFrame, current: gpd.GeoDataFrame, base: gpd.GeoDataFrame
) -> list[tuple[str, tuple[str, ...]]]:
    """What a layer takes back of the changes that were published since the version it began from.

    Parameters
    ----------
    frame, current, base : GeoDataFrame
        The layer that would be published, the published one, and the earlier version that the first
        was drawn from; index `area_id`, unique, any CRS each.

    Returns
    -------
    list of (str, tuple of str)
        The features, in the order of `current`, then those it does not have. Each with the names of
        its columns that were changed from `base` to `current` and that `frame` does not leave as
        they are in `current`, whatever it has in their place; `OUTLINE` among them for its shape, and
        alone `GONE` for a feature that was added and `BACK` for one that was removed.
    """
    fields = {*_properties(frame), *_properties(current), *_properties(base)}
    since = difference(current, base, fields=fields)
    back = difference(frame, current, fields=fields)
    theirs = {change.key: _touched(change) for change in since.changed}
    found = {
        change.key: tuple(name for name in theirs.get(change.key, ()) if name in _touched(change))
        for change in back.changed
    }
    found |= {key: (GONE,) for key in since.added if key in back.removed}
    ours = {key: names for key, names in found.items() if names}
    # A change of a feature that leaves the layer is lost with it.
    ours |= {key: theirs[key] for key in back.removed if key in theirs}
    ours |= {key: (BACK,) for key in since.removed if key in back.added}
    return list(ours.items())


def _touched(change: Change) -> tuple[str, ...]:
    """The names of what a change changed; an area that follows from the outline is no name of its own."""
    if change.area_ha is None:
        return tuple(change.values)
    return (OUTLINE, *(name for name in change.values if name not in _COMPUTED))


def flattened(frame: gpd.GeoDataFrame, current: gpd.GeoDataFrame) -> list[Finding]:
    """Features that would lose their extent: an outline or a line becomes less, or nothing at all."""
    both = [key for key in frame.index if key in current.index]
    before, after = (
        # No shape has the dimension -1, as an empty collection has.
        shapely.get_dimensions(layer.loc[both].geometry.to_numpy())
        for layer in (current, frame)
    )
    lost = [key for key, old, new in zip(both, before, after, strict=True) if new < old]
    if not lost:
        return []
    keys = first_of(lost, 20)
    return [finding("outlines_vanish", count=len(lost), keys=keys)]


def _kind_unstated(before: list[Any]) -> Finding:
    """How exact an outline is belongs to the outline and not to its code: a new one must say it."""
    kinds = ", ".join(sorted(set(map(str, before))))
    return finding("outline_kind_vanishes", count=len(before), kinds=kinds)


def _is_none(value: Any) -> bool:
    return value is None or value == ""
