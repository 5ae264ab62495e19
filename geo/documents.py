"""Pure. Values of the domain as JSON types, their texts in one language."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from geo.language import Language, Text


def as_json(value: Any, language: Language) -> Any:
    """Dataclasses as objects, a `Text` as its sentence, NaN as null; everything inside likewise.

    Examples
    --------
    >>> as_json({"title": Text(id="Siap", en="Ready"), "score": float("nan")}, "id")
    {'title': 'Siap', 'score': None}
    """
    if isinstance(value, Text):
        return value.to(language)
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: as_json(getattr(value, f.name), language) for f in fields(value)}
    if isinstance(value, Mapping):
        return {key: as_json(item, language) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item, language) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
