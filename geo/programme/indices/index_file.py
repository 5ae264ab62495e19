"""The TOML of an index with slots: its keys, what each must hold, and the index that comes of it.

What is not known has no key: an empty weight is no weight of 0.
"""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, PlainValidator, StrictBool, StrictFloat, StrictInt, StrictStr

from geo.errors import InvalidIndex
from geo.indicators.table import Direction
from geo.language import Text, texts
from geo.programme.indices.index import Index, Slot
from geo.toml_file import Fault, Table, in_both, must_be, one_of, read_toml

_SAY = texts(__name__)

# Those that ship, by their files under data/programme.
INDICES = ("ipk", "ipktrans")

Number = Annotated[
    StrictInt | Annotated[StrictFloat, Field(allow_inf_nan=False)], must_be(_SAY["number"])
]
Sentence = Annotated[StrictStr, Field(pattern=r"\S"), must_be(_SAY["sentence"])]
Flag = Annotated[StrictBool, must_be(_SAY["flag"])]
Identifier = Annotated[
    StrictStr, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$"), must_be(_SAY["identifier"])
]
_Share = Annotated[
    StrictInt | StrictFloat, Field(ge=0, le=1, allow_inf_nan=False), must_be(_SAY["share"])
]


Words = Annotated[Text, PlainValidator(in_both), must_be(_SAY["words"])]


class _Slot(Table):
    id: Identifier
    title: Words
    direction: Annotated[Direction, one_of("max", "min")]
    least: Number | None = None
    most: Number | None = None
    weight: _Share | None = None
    indicator: Identifier | None = None
    source: Words
    confirmed: Flag


class _Index(Table):
    id: Identifier
    title: Words
    description: Words
    source: Words
    source_url: Sentence
    model: Identifier | None = None
    published: Identifier | None = None
    confirmed: Flag
    slot: list[_Slot] = Field(min_length=1)


def parse_index(toml_text: str) -> Index:
    """An index from its file.

    Raises
    ------
    InvalidIndex
        Naming the line; also where a slot stands twice, or its least is not below its most.
    """
    file, read = read_toml(toml_text, _Index)
    if isinstance(read, Fault):
        place = ".".join(str(part) for part in read.path)
        raise InvalidIndex(line=read.line, place=place, reason=read.problem)
    seen: set[str] = set()
    for number, slot in enumerate(read.slot):
        problem = _fault(slot, seen)
        if problem is not None:
            line = file.lines["slot", number]
            raise InvalidIndex(line=line, place=slot.id, reason=problem)
        seen.add(slot.id)
    return _index(read)


def _fault(slot: _Slot, seen: set[str]) -> Text | None:
    if slot.id in seen:
        return _SAY["twice"]
    ends = (slot.least, slot.most)
    return None if None in ends or ends[0] < ends[1] else _SAY["least_not_below"]  # type: ignore[operator]


def _index(read: _Index) -> Index:
    facts = {name: getattr(read, name) for name in type(read).model_fields if name != "slot"}
    return Index(**facts, slots=tuple(Slot(**dict(slot)) for slot in read.slot))


@cache
def read_index(path: Path) -> Index:
    """The index in a file, read once."""
    return parse_index(path.read_text(encoding="utf-8"))


def index_text(index: Index) -> str:
    """An index as its file: what somebody filled in goes back in by `parse_index`."""
    head = ("id", "title", "description", "source", "source_url", "model", "published", "confirmed")
    lines = _lines(index, head)
    for slot in index.slots:
        names = [name for name in _Slot.model_fields if name in Slot.__dataclass_fields__]
        lines += ["", "[[slot]]", *_lines(slot, names)]
    return "\n".join(lines) + "\n"


def _lines(holder: Index | Slot, names: Iterable[str]) -> list[str]:
    values = {name: getattr(holder, name) for name in names}
    return [f"{name} = {_toml(value)}" for name, value in values.items() if value is not None]


def _toml(value: object) -> str:
    # A basic string of TOML is one of JSON, but for the code points that JSON leaves as they are.
    if isinstance(value, Text):
        return f"{{ id = {_toml(value.id)}, en = {_toml(value.en)} }}"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
