"""A model's TOML as it was read: the form of every value checked, refusals that name the line.

How the values fit together is `geo/mcda/model_checks.py`.
"""

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geo.errors import InvalidModel
from geo.language import Text, texts
from geo.mcda.model_lines import Path, line_index, line_of
from geo.mcda.model_schema import (
    CLASS_KEYS,
    CONSTRAINT_KEYS,
    CRITERION_KEYS,
    DIMENSION_KEYS,
    ERROR_KEYS,
    MEASURE_KEYS,
    MODEL_KEYS,
    TEXT,
    VALUE_KEYS,
    Key,
    Kind,
)

_SAY = texts(__name__)

# `tomllib` says where a text stops being TOML, in words only (its errors have no fields yet).
_TOML_LINE = re.compile(r"\(at line (\d+), ")
# A value is shown as far as it helps to find it.
_MOST_SHOWN = 60
_ENTRIES = {
    "dimension": DIMENSION_KEYS,
    "criterion": CRITERION_KEYS,
    "constraint": CONSTRAINT_KEYS,
    "class": CLASS_KEYS,
}


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """A model's TOML as it was read, with the line of every path in it."""

    table: Mapping[str, Any]
    lines: Mapping[Path, int]

    def at(self, path: Path) -> Any:
        """What stands at a path that is there."""
        node: Any = self.table
        for step in path:
            node = node[step]
        return node

    def invalid(self, path: Path, problem: Text) -> InvalidModel:
        """The refusal of what stands at `path`, with its line; `problem` says what to do as well."""
        return _refusal(_place_of(self.table, path), line_of(self.lines, path), problem)

    def require_keys(self, path: Path, keys: Mapping[str, Key]) -> None:
        """Refuse the table at `path` unless it has the required keys, no others, each of its kind."""
        table = self.at(path)
        for name in table:
            if name not in keys:
                problem = with_mend(_SAY["unknown_key"].format(key=name), nearest(name, list(keys)))
                raise self.invalid((*path, name), problem)
        lacking = [name for name, key in keys.items() if key.is_required and name not in table]
        if lacking:
            raise self.invalid(path, _SAY["lacking"].format(keys=", ".join(lacking)))
        for name, value in table.items():
            if not keys[name].kind.accepts(value):
                raise self.invalid((*path, name), _expected(keys[name].kind, value))

    def require_kind(self, path: Path, kind: Kind) -> None:
        """Refuse the value at `path` unless it is of `kind`."""
        value = self.at(path)
        if not kind.accepts(value):
            raise self.invalid(path, _expected(kind, value))


def read_draft(text: str) -> Draft:
    """The TOML of a model, its keys and the form of every value checked.

    Raises
    ------
    InvalidModel
        With the line, the place in the file and what to do.
    """
    try:
        table = tomllib.loads(text)
        draft = Draft(table, line_index(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = _TOML_LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise _refusal("TOML", line, _SAY["syntax"].format(error=error)) from error
    draft.require_keys((), MODEL_KEYS)
    for name, keys in _ENTRIES.items():
        for number in range(len(table.get(name, ()))):
            draft.require_keys((name, number), keys)
    for number in range(len(table["criterion"])):
        _require_parts(draft, ("criterion", number))
    return draft


def _place_of(table: Mapping[str, Any], path: Path) -> str:
    """A path in the words of the file, such as `criterion 'ipm', value.zero_at`."""
    named, rest = "", list[str]()
    node: Any = table
    for step in path:
        if isinstance(step, int):
            node = node[step]
            if isinstance(node, dict):
                known = node.get("id")
                number = repr(known) if isinstance(known, str) else str(step + 1)
                named = f"{rest.pop()} {number}"
        else:
            rest.append(step)
            node = node.get(step) if isinstance(node, dict) else None
    return ", ".join(part for part in (named, ".".join(rest)) if part) or "model"


def nearest(name: str, known: list[str]) -> Text:
    """The known name that is most like a mistyped one, then all of them."""
    near = difflib.get_close_matches(name.lower(), known, n=1)
    listed = ", ".join(known) or "-"
    if not near:
        return Text(id=f"Yang dikenal: {listed}.", en=f"Known: {listed}.")
    return Text(
        id=f"Mungkin maksudnya {near[0]!r}. Yang dikenal: {listed}.",
        en=f"Perhaps {near[0]!r} is meant. Known: {listed}.",
    )


def _require_parts(draft: Draft, path: Path) -> None:
    """The tables inside a criterion, whose keys follow from the kind of measure and function."""
    criterion = draft.at(path)
    chosen = [name for name in MEASURE_KEYS if name in criterion["measure"]]
    if len(chosen) != 1:
        mistyped = {name: key for keys in MEASURE_KEYS.values() for name, key in keys.items()}
        optional = {name: Key(key.kind, is_required=False) for name, key in mistyped.items()}
        draft.require_keys((*path, "measure"), optional)
        raise draft.invalid((*path, "measure"), _SAY["one_measure"])
    draft.require_keys((*path, "measure"), MEASURE_KEYS[chosen[0]])
    function = str(criterion["value"].get("function", ""))
    if function not in VALUE_KEYS:
        mend = nearest(function, list(VALUE_KEYS))
        problem = with_mend(_SAY["unknown_function"].format(name=function), mend)
        raise draft.invalid((*path, "value", "function"), problem)
    draft.require_keys((*path, "value"), {"function": Key(TEXT), **VALUE_KEYS[function]})
    if "error" in criterion:
        draft.require_keys((*path, "error"), ERROR_KEYS)


def _expected(kind: Kind, value: Any) -> Text:
    shown = repr(value)
    shown = shown if len(shown) <= _MOST_SHOWN else f"{shown[:_MOST_SHOWN]}…"
    return Text(
        id=_SAY["expected"].id.format(expected=kind.name.id, value=shown),
        en=_SAY["expected"].en.format(expected=kind.name.en, value=shown),
    )


def with_mend(problem: Text, mend: Text) -> Text:
    """A sentence on what is wrong, then one on what to do."""
    return Text(id=f"{problem.id} {mend.id}", en=f"{problem.en} {mend.en}")


def _refusal(place: str, line: int, problem: Text) -> InvalidModel:
    reason = Text(
        id=_SAY["refused"].id.format(line=line, place=place, problem=problem.id),
        en=_SAY["refused"].en.format(line=line, place=place, problem=problem.en),
    )
    return InvalidModel(reason=reason, place=place, line=line)
