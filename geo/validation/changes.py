"""The difference of two versions of a layer as a map draws it."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.crs import area_ha, to_lonlat
from geo.validation.difference import Change, Difference
from geo.validation.drawing import MOST_FEATURES, Drawn, collection, label

_DECIMALS_HA = 4


def changed_features(
    frame: gpd.GeoDataFrame, current: gpd.GeoDataFrame, found: Difference
) -> dict[str, Any]:
    """The features that differ between two versions, as a bounded GeoJSON collection.

    Parameters
    ----------
    frame, current : GeoDataFrame
        The later and the earlier version, index `area_id`; any CRS each.
    found : Difference
        Of the two, by `geo.validation.difference.difference`.

    Returns
    -------
    dict
        A FeatureCollection in lon/lat; see `geo.validation.drawing.collection` for its bounds. Each
        feature has the `role` `removed`, `moved_before`, `moved_after`, `added` or `values` (only
        these changed), its `key` and `label` (its name, None where it has none), `fields` (the names
        of the values that changed), `area_ha_before` and `area_ha_after` (None where there is no
        such area) and `moved_m` (None where that is not known). What goes comes first, then what
        moved the farthest. A feature without a shape is not drawn, and not counted.
    """
    before, after = _Side(current), _Side(frame)
    moved = sorted(
        (change for change in found.changed if change.area_ha is not None),
        key=lambda change: -(change.moved_m or 0.0),
    )
    of_values = [change for change in found.changed if change.area_ha is None]
    asked: list[tuple[str, str, _Side, Change | None]] = [
        *(("removed", key, before, None) for key in found.removed),
        *(
            (role, change.key, side, change)
            for change in moved
            for role, side in (("moved_before", before), ("moved_after", after))
        ),
        *(("added", key, after, None) for key in found.added),
        *(("values", change.key, after, change) for change in of_values),
    ]
    there = [one for one in asked if one[2].has_shape(one[1])]
    shown = there[:MOST_FEATURES]
    for side in (before, after):
        side.draw([key for _, key, _, _ in shown])
    drawn = [
        Drawn(
            side.shapes[key],
            {
                "role": role,
                "key": key,
                "label": side.label(key),
                "fields": [] if change is None else list(change.values),
                "area_ha_before": before.areas.get(key),
                "area_ha_after": after.areas.get(key),
                "moved_m": None if change is None else change.moved_m,
            },
        )
        for role, key, side, change in shown
    ]
    return collection(drawn, of=len(there))


class _Side:
    """One version by its keys; only what is shown is projected and measured."""

    def __init__(self, frame: gpd.GeoDataFrame) -> None:
        self._frame = frame
        self._rows = {str(key): row for row, key in enumerate(frame.index)}
        self._is_drawable = (frame.geometry.notna() & ~frame.geometry.is_empty).to_numpy()
        self.shapes: Mapping[str, Any] = {}
        self.areas: Mapping[str, float | None] = {}

    def has_shape(self, key: str) -> bool:
        row = self._rows.get(key)
        return row is not None and bool(self._is_drawable[row])

    def draw(self, keys: list[str]) -> None:
        here = [key for key in dict.fromkeys(keys) if self.has_shape(key)]
        if not here:
            return
        found = to_lonlat(self._frame.iloc[[self._rows[key] for key in here]])
        self.shapes = dict(zip(here, found.geometry, strict=True))
        measured = area_ha(found).round(_DECIMALS_HA).tolist()
        # A point and a line have none.
        self.areas = {k: area or None for k, area in zip(here, measured, strict=True)}

    def label(self, key: str) -> str | None:
        name = self._frame["name"].iloc[self._rows[key]] if "name" in self._frame else None
        return None if pd.isna(name) else label(name)
