"""When the features of a table are: the property that says it, its extent, and what lies in a time."""

from datetime import datetime

import numpy as np

from geo.filtering.columns import Mask
from geo.filtering.temporal import closed_interval, related, times_of
from geo.tiles.features import FeatureTable


def temporal_field(table: FeatureTable) -> str | None:
    """The first property of dates or instants; None for a table without time."""
    return next((name for name, kind in table.fields.items() if kind in ("date", "instant")), None)


def temporal_extent(table: FeatureTable) -> tuple[str, str] | None:
    """The first and the last time of a table, as its features have them; None where none is known."""
    name = temporal_field(table)
    if name is None:
        return None
    told = table.texts(name)
    times = times_of(told)
    rows = np.flatnonzero(times.known)
    if len(rows) == 0:
        return None
    each = told.each()
    first, last = rows[np.argmin(times.start[rows])], rows[np.argmax(times.end[rows])]
    return str(each[first]), str(each[last])


def at_time(table: FeatureTable, start: datetime | None, end: datetime | None) -> Mask | None:
    """The features that are within a time, both ends included; None where the table has no time.

    A feature without time is kept (OGC 17-069r4, 7.15.4).
    """
    name = temporal_field(table)
    if name is None:
        return None
    found = related("t_intersects", table.texts(name), closed_interval(start, end))
    return ~found.false
