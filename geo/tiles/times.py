"""When the features of a table are: the property that says it, its extent, and what lies in a time."""

from datetime import UTC, datetime, timedelta

from geo.filtering.columns import Mask
from geo.filtering.temporal import closed_interval, related, times_of
from geo.tiles.features import FeatureTable

_DAY = 86_400_000_000  # microseconds


def temporal_field(table: FeatureTable) -> str | None:
    """The first property of dates or instants; None for a table without time."""
    return next((name for name, kind in table.fields.items() if kind in ("date", "instant")), None)


def temporal_extent(table: FeatureTable) -> tuple[str, str] | None:
    """The first and the last moment of a table (RFC 3339, UTC); None where none is known.

    A day begins at midnight and ends with its last second: an extent is of date-times (OGC 17-069r4,
    7.13.2), and clients read it as such.
    """
    name = temporal_field(table)
    if name is None:
        return None
    times = times_of(table.texts(name))
    if not times.known.any():
        return None
    first, last = times.start[times.known].min(), times.end[times.known].max()
    return _moment(first), _moment(last + (_DAY - 1) if times.is_date else last)


def _moment(microseconds: int) -> str:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(microseconds))
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def at_time(table: FeatureTable, start: datetime | None, end: datetime | None) -> Mask | None:
    """The features that are within a time, both ends included; None where the table has no time.

    A feature without time is kept (OGC 17-069r4, 7.15.4).
    """
    name = temporal_field(table)
    if name is None:
        return None
    found = related("t_intersects", table.texts(name), closed_interval(start, end))
    return ~found.false
