"""What an Accept header prefers (RFC 9110, 12.5.1). Pure."""

from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")

# Of headers that browsers and programs send; a longer one is read each time.
_LONGEST = 500


def remembered(read: Callable[[str], T]) -> Callable[[str], T]:
    """`read`, which tells the same of the same header, without reading one again that all readers send."""
    kept = lru_cache(maxsize=256)(read)

    @wraps(read)
    def told(header: str) -> T:
        return kept(header) if len(header) <= _LONGEST else read(header)

    return told


def by_quality(header: str) -> list[tuple[str, float]]:
    """The names of an Accept header with their quality, the best first, refused ones left out.

    Examples
    --------
    >>> by_quality("text/csv;q=0.5, application/geo+json, text/html;q=0")
    [('application/geo+json', 1.0), ('text/csv', 0.5)]
    """
    usable = [entry for entry in _entries(header) if entry[0] and entry[1] > 0]
    return sorted(usable, key=lambda entry: -entry[1])


class Liking(NamedTuple):
    """How well a media type is liked; the greater the better, and of no quality what is refused.

    `nearness` is 2 for one that is named, 1 for one of a range such as `text/*`, 0 for one of `*/*`;
    `earliness` is greater for what the header names first.
    """

    quality: float
    nearness: int
    earliness: int


_REFUSED = Liking(0.0, 0, 0)
Ranges = Mapping[str, Liking]


def ranges_of(header: str) -> Ranges:
    """Every media type and range of media types of an Accept header, with how well it is liked."""
    found: dict[str, Liking] = {}
    for place, (name, quality) in enumerate(_entries(header)):
        nearness = 2 if "*" not in name else 0 if name in ("*", "*/*") else 1
        each = Liking(quality, nearness, -place)
        found[name] = max(found.get(name, each), each)
    return found


def liking(ranges: Ranges, media_type: str, *other_names: str) -> Liking:
    """How well a media type is liked: what is nearest to it counts, so a type may be left out of a range.

    Examples
    --------
    >>> ranges = ranges_of("text/*;q=0.5, text/csv;q=0, */*;q=0.1")
    >>> [liking(ranges, name).quality for name in ("text/html", "text/csv", "application/geo+json")]
    [0.5, 0.0, 0.1]
    """
    named = [ranges[name] for name in (media_type, *other_names) if name in ranges]
    if named:
        return max(named)
    family = media_type.partition("/")[0] + "/*"
    return next((ranges[one] for one in (family, "*/*", "*") if one in ranges), _REFUSED)


def _entries(header: str) -> list[tuple[str, float]]:
    entries = []
    for part in header.split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        entries.append((name.lower(), _quality(parameters)))
    return entries


def _quality(parameters: list[str]) -> float:
    value: Any = next((p[2:] for p in parameters if p.lower().startswith("q=")), "1")
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
