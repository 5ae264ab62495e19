"""What a reader is told of each property of a collection's features, with a filter that works.

Every example is made of values that the collection holds now, so that its link finds something.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from api.collections import Collection, PreparedTable
from geo.filtering.columns import Kind
from geo.filtering.evaluate import GEOMETRY
from geo.language import Language
from geo.tiles.features import FeatureTable
from geo.vector.schema import Field

# A property with so few texts is one of them, and each is shown.
_MOST_VALUES = 12
_MOST_CHARACTERS = 60
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# OGC 21-065r2, Annex B: words of the language, which a name in quotes may be.
_WORDS = frozenset(
    "and or not like between in is null div true false date timestamp interval casei accenti bbox".split()
)


@dataclass(frozen=True, slots=True)
class Property:
    """A property as a reader is told of it.

    `values` are all that it has, where they are few; `least` and `greatest` are of numbers and times;
    `example` is a filter in CQL2 text. What is not known is None.
    """

    name: str
    title: str
    kind: Kind | str
    unit: str | None
    values: Sequence[str]
    least: float | str | None
    greatest: float | str | None
    example: str


def properties_of(
    entry: Collection, table: PreparedTable, language: Language, *, names: Sequence[str]
) -> list[Property]:
    """The properties named by `names`, in that order; the geometry may be one of them."""
    known = {field.name: field for field in entry.schema.fields} if entry.schema else {}
    features = table.features
    return [
        _place(features, name)
        if name not in features.fields
        else _property(features, name, known.get(name), language)
        for name in names
    ]


def quoted_name(name: str) -> str:
    """A property's name as a filter in CQL2 text has it.

    Examples
    --------
    >>> quoted_name("area_ha"), quoted_name("luas ha"), quoted_name("in")
    ('area_ha', '"luas ha"', '"in"')
    """
    if _PLAIN_NAME.fullmatch(name) and name.lower() not in _WORDS:
        return name
    return '"' + name.replace('"', '""') + '"'


def quoted_text(text: str) -> str:
    """A text as a filter in CQL2 text has it.

    Examples
    --------
    >>> quoted_text("Ma'rang")
    "'Ma''rang'"
    """
    return "'" + text.replace("'", "''") + "'"


def _property(table: FeatureTable, name: str, field: Field | None, language: Language) -> Property:
    kind = table.fields[name]
    values, example = _EXAMPLES[kind](table, name)
    bounds = (values[0], values[-1]) if kind in _ORDERED and len(values) else (None, None)
    is_choice = kind == "text" and _is_choice(values)
    return Property(
        name=name,
        title=name if field is None else field.title.to(language),
        kind=kind,
        unit=None if field is None else field.unit,
        values=[str(value) for value in values] if is_choice else (),
        least=bounds[0],
        greatest=bounds[1],
        example=example or f"{quoted_name(name)} IS NULL",
    )


def _is_choice(values: Sequence[float | str]) -> bool:
    return 0 < len(values) <= _MOST_VALUES and all(
        len(str(value)) <= _MOST_CHARACTERS for value in values
    )


def _of_texts(table: FeatureTable, name: str) -> tuple[Sequence[str], str | None]:
    distinct = table.texts(name).distinct
    short = next((one for one in distinct if 0 < len(one) <= _MOST_CHARACTERS), None)
    if short is not None:
        return distinct, f"{quoted_name(name)} = {quoted_text(short)}"
    return distinct, f"{quoted_name(name)} IS NOT NULL" if distinct else None


def _of_times(function: str) -> Callable[[FeatureTable, str], tuple[Sequence[str], str | None]]:
    def found(table: FeatureTable, name: str) -> tuple[Sequence[str], str | None]:
        distinct = sorted(table.texts(name).distinct)
        if not distinct:
            return distinct, None
        middle = quoted_text(distinct[len(distinct) // 2])
        return distinct, f"{quoted_name(name)} >= {function}({middle})"

    return found


def _of_numbers(table: FeatureTable, name: str) -> tuple[Sequence[float], str | None]:
    numbers = table.numbers(name)
    known = np.sort(numbers.values[numbers.known])
    known = known[np.isfinite(known)]
    if not len(known):
        return [], None
    middle = known[len(known) // 2].item()
    return [known[0].item(), known[-1].item()], f"{quoted_name(name)} >= {_short(middle)}"


def _short(number: float) -> str:
    """A number not above `number`, with three digits where it has more than six."""
    if isinstance(number, int):
        return str(number)
    if number == 0 or float(f"{number:.6g}") == number:
        return f"{number:.6g}" if abs(number) < 1e15 else repr(number)
    step = 10.0 ** (math.floor(math.log10(abs(number))) - 2)
    return f"{math.floor(number / step) * step:.6g}"


def _of_truth(table: FeatureTable, name: str) -> tuple[Sequence[str], str | None]:
    truth = table.booleans(name)
    if not truth.known.any():
        return [], None
    return [], f"{quoted_name(name)} = {'TRUE' if truth.true.any() else 'FALSE'}"


def _of_lists(table: FeatureTable, name: str) -> tuple[Sequence[str], str | None]:
    return [], f"{quoted_name(name)} IS NOT NULL"


def _place(table: FeatureTable, name: str) -> Property:
    example = f"{name} IS NULL"
    if table.extent is not None:
        west, south, east, north = table.extent
        box = (west, south, (west + east) / 2, (south + north) / 2)
        edges = ", ".join(f"{edge:.3f}" for edge in box)
        example = f"S_INTERSECTS({name}, BBOX({edges}))"
    return Property(name, name, GEOMETRY, None, (), None, None, example)


_ORDERED = ("integer", "number", "date", "instant")
_EXAMPLES: dict[Kind, Callable[[FeatureTable, str], tuple[Sequence[float | str], str | None]]] = {
    "text": _of_texts,
    "integer": _of_numbers,
    "number": _of_numbers,
    "boolean": _of_truth,
    "json": _of_lists,
    "date": _of_times("DATE"),
    "instant": _of_times("TIMESTAMP"),
}
