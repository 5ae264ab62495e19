"""Values of Python as JSON can hold them, by one function for answers, reports and files."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from geo.language import Language, Text


def as_json(value: Any, language: Language | None = None) -> Any:
    """`value` and everything inside it in JSON's types.

    Dataclasses and mappings become objects, sequences, sets and arrays lists, times ISO 8601. A
    number that is not finite becomes null, an integer over 64 bits text, since readers would round
    it; anything else is its text.

    Parameters
    ----------
    language : optional
        The one that each `Text` is said in; without it a `Text` is an object of both.

    Examples
    --------
    >>> as_json({"title": Text(id="Siap", en="Ready"), "score": float("nan")}, "id")
    {'title': 'Siap', 'score': None}
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, int):
        return int(value) if abs(value) < 2**63 else str(value)
    return _inner(value, language)


def _inner(value: Any, language: Language | None) -> Any:
    if isinstance(value, Text):
        return value.to(language) if language else value._asdict()
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: as_json(getattr(value, f.name), language) for f in fields(value)}
    if isinstance(value, Mapping):
        return {
            without_surrogates(str(key)): as_json(item, language) for key, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [as_json(item, language) for item in value]
    if hasattr(value, "tolist"):
        return as_json(value.tolist(), language)
    return value.isoformat() if hasattr(value, "isoformat") else without_surrogates(str(value))


def without_surrogates(text: str) -> str:
    r"""`text` with U+FFFD for every lone surrogate, which UTF-8 cannot carry.

    Examples
    --------
    >>> without_surrogates("a\ud800b") == "a\ufffdb"
    True
    """
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
