"""What an Accept header prefers (RFC 9110, 12.5.1). Pure."""

from typing import Any


def by_quality(header: str) -> list[tuple[str, float]]:
    """The names of an Accept header with their quality, the best first, refused ones left out.

    Examples
    --------
    >>> by_quality("text/csv;q=0.5, application/geo+json, text/html;q=0")
    [('application/geo+json', 1.0), ('text/csv', 0.5)]
    """
    entries = []
    for part in header.split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        entries.append((name.lower(), _quality(parameters)))
    usable = [entry for entry in entries if entry[0] and entry[1] > 0]
    return sorted(usable, key=lambda entry: -entry[1])


def _quality(parameters: list[str]) -> float:
    value: Any = next((p[2:] for p in parameters if p.lower().startswith("q=")), "1")
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
