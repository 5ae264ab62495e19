"""The functions that a filter may call besides the standard's own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from geo.filtering.columns import Numbers, Operand, Texts
from geo.filtering.limits import in_time
from geo.language import Text, texts

_SAY = texts(__name__)

Taken = Literal["number", "string"]


@dataclass(frozen=True, slots=True)
class Function:
    """A function of one argument, as `/functions` tells it."""

    name: str
    title: Text
    takes: Taken
    gives: Taken
    work_out: Callable[[Any], Operand]


def _of_numbers(change: Callable[[Any], Any]) -> Callable[[Numbers], Numbers]:
    return lambda value: Numbers(change(value.values), value.known)


def _of_texts(change: Callable[[str], str]) -> Callable[[Texts], Texts]:
    return lambda value: Texts(value.codes, [change(one) for one in in_time(value.distinct)])


def _length(value: Texts) -> Numbers:
    lengths = np.array([len(one) for one in value.distinct] + [0], dtype=np.int64)
    return Numbers(lengths[value.codes], value.known)


FUNCTIONS: Mapping[str, Function] = {
    each.name: each
    for each in (
        Function("abs", _SAY["abs"], "number", "number", _of_numbers(np.abs)),
        Function("ceiling", _SAY["ceiling"], "number", "number", _of_numbers(np.ceil)),
        Function("floor", _SAY["floor"], "number", "number", _of_numbers(np.floor)),
        Function("round", _SAY["round"], "number", "number", _of_numbers(np.rint)),
        Function("length", _SAY["length"], "string", "number", _length),
        Function("lower", _SAY["lower"], "string", "string", _of_texts(str.lower)),
        Function("upper", _SAY["upper"], "string", "string", _of_texts(str.upper)),
    )
}
