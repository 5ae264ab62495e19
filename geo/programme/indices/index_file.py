"""The TOML of an index with slots: its keys, what each must hold, and the index that comes of it.

What is not known has no key: an empty weight is no weight of 0. Whether its indicators and regions
are known is the matter of `geo/programme/indices/handed_in.py`.
"""

import json
import math
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path as FilePath
from typing import Annotated

from pydantic import (
    AfterValidator,
    Field,
    PlainValidator,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
)

from geo.errors import InvalidIndex
from geo.indicators.table import Direction
from geo.language import Text, as_written, size_limit, texts, unprintable
from geo.programme.indices.index import Index, Slot, SlotFigure, is_one
from geo.toml_file import Fault, Path, Table, in_both, line_of, must_be, one_of, read_toml, told

_SAY = texts(__name__)

# Those that ship, by their files under data/programme.
INDICES = ("ipk", "ipktrans")
# 13 regencies, nine slots and 20 years of figures take 350 KB.
MOST_BYTES = 1_000_000
_MOST_SLOTS, _MOST_FIGURES = 60, 5_000
_MOST_TEXT = 1_000

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


def _printable(text: str) -> str:
    point = unprintable(text)
    if point is not None:
        raise told(_SAY["unprintable"].format(point=point))
    return text.strip()


# What an office writes, and others see.
_Written = Annotated[
    StrictStr,
    Field(pattern=r"\S", max_length=_MOST_TEXT),
    must_be(_SAY["written"]),
    AfterValidator(_printable),
]


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
    document: _Written | None = None
    page: _Written | None = None
    note: _Written | None = None


class _Figure(Table):
    slot: Identifier
    place: _Written
    year: Annotated[StrictInt, Field(ge=1, le=9999), must_be(_SAY["year"])]
    value: Number
    source: _Written


class _Index(Table):
    id: Identifier
    title: Words
    description: Words
    source: Words
    source_url: Sentence
    model: Identifier | None = None
    published: Identifier | None = None
    confirmed: Flag
    slot: Annotated[
        list[_Slot],
        Field(min_length=1, max_length=_MOST_SLOTS),
        must_be(_SAY["slots"].format(most=_MOST_SLOTS), inside=False),
    ]
    figure: Annotated[
        list[_Figure],
        Field(default_factory=list, max_length=_MOST_FIGURES),
        must_be(_SAY["figures"].format(most=_MOST_FIGURES), inside=False),
    ]


def parse_index(toml_text: str) -> Index:
    """An index from its file.

    Raises
    ------
    InvalidIndex
        Naming the line: for what is no such file or too large; where a slot stands twice, its least
        is not below its most, or it is confirmed without its numbers, document and page; where the
        weights exceed 1, or all are there and do not add up to it; and where a figure stands twice,
        or has no slot.
    """
    if len(toml_text.encode(errors="surrogatepass")) > MOST_BYTES:
        reason = _SAY["too_large"].format(most=size_limit(MOST_BYTES))
        raise InvalidIndex(line=1, place="TOML", reason=reason)
    file, read = read_toml(toml_text, _Index)
    if isinstance(read, Fault):
        place = ".".join(str(part) for part in read.path) or "TOML"
        raise InvalidIndex(line=read.line, place=place, reason=read.problem)
    found = _index(read)
    for fault in index_faults(found):
        line = line_of(file.lines, fault.path)
        raise InvalidIndex(line=line, place=fault.place, reason=fault.problem)
    return found


@dataclass(frozen=True, slots=True)
class IndexFault:
    """What is wrong at one place of an index: its path in the file, what it is called, and why."""

    path: Path
    place: str
    problem: Text


def index_faults(index: Index) -> Iterator[IndexFault]:
    """All that is wrong with an index by itself, whatever is published."""
    yield from _slot_faults(index)
    weights = [slot.weight for slot in index.slots if slot.weight is not None]
    if not all(0 <= one <= 1 for one in weights):
        # Told of each; what they add up to says nothing more.
        weights = []
    total, is_whole = math.fsum(weights), len(weights) == len(index.slots)
    if not is_one(total) and (is_whole or total > 1):
        words = _SAY["weights_off"] if is_whole else _SAY["weights_over"]
        yield IndexFault(("slot",), "weight", words.format(sum=as_written(total)))
    if index.confirmed and not all(slot.confirmed for slot in index.slots):
        yield IndexFault(("confirmed",), "confirmed", _SAY["slots_unconfirmed"])
    yield from _figure_faults(index)


def _slot_faults(index: Index) -> Iterator[IndexFault]:
    seen: set[str] = set()
    for number, slot in enumerate(index.slots):
        for problem in _problems(slot, seen):
            yield IndexFault(("slot", number), slot.id, problem)
        seen.add(slot.id)


def _problems(slot: Slot, seen: Set[str]) -> Iterator[Text]:
    if slot.id in seen:
        yield _SAY["twice"]
    if slot.least is not None and slot.most is not None and slot.least >= slot.most:
        yield _SAY["least_not_below"]
    if slot.weight is not None and not 0 <= slot.weight <= 1:
        yield _SAY["weight_off"].format(weight=as_written(slot.weight))
    if slot.confirmed and not (slot.is_filled and slot.document and slot.page):
        yield _SAY["confirmed_without"]


def _figure_faults(index: Index) -> Iterator[IndexFault]:
    slots = {slot.id: slot for slot in index.slots}
    seen: set[tuple[str, str, int]] = set()
    for number, one in enumerate(index.figures):
        key = (one.slot, one.place, one.year)
        path, place = ("figure", number), f"{one.slot}, {one.place}, {one.year}"
        if one.slot not in slots:
            known = ", ".join(slots)
            yield IndexFault(path, place, _SAY["no_slot"].format(slot=one.slot, known=known))
        elif slots[one.slot].indicator is not None:
            indicator = slots[one.slot].indicator
            yield IndexFault(path, place, _SAY["has_indicator"].format(indicator=indicator))
        if key in seen:
            yield IndexFault(path, place, _SAY["figure_twice"])
        seen.add(key)


def _index(read: _Index) -> Index:
    of_lists = ("slot", "figure")
    facts = {name: getattr(read, name) for name in type(read).model_fields if name not in of_lists}
    return Index(
        **facts,
        slots=tuple(Slot(**dict(slot)) for slot in read.slot),
        figures=tuple(SlotFigure(**dict(figure)) for figure in read.figure),
    )


@cache
def read_index(path: FilePath) -> Index:
    """The index in a file, read once."""
    return parse_index(path.read_text(encoding="utf-8"))


def index_text(index: Index) -> str:
    """An index as its file: what somebody filled in goes back in by `parse_index`."""
    lines = _lines(index, [name for name in _Index.model_fields if name not in ("slot", "figure")])
    for slot in index.slots:
        lines += ["", "[[slot]]", *_lines(slot, _Slot.model_fields)]
    for figure in index.figures:
        lines += ["", "[[figure]]", *_lines(figure, _Figure.model_fields)]
    return "\n".join(lines) + "\n"


def _lines(holder: Index | Slot | SlotFigure, names: Iterable[str]) -> list[str]:
    values = {name: getattr(holder, name) for name in names}
    return [f"{name} = {_toml(value)}" for name, value in values.items() if value is not None]


def _toml(value: object) -> str:
    # A basic string of TOML is one of JSON, but for the code points that JSON leaves as they are.
    if isinstance(value, Text):
        return f"{{ id = {_toml(value.id)}, en = {_toml(value.en)} }}"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
