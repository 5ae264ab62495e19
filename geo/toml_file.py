"""A TOML file read strictly: its tables by pydantic, every fault with its line and what to do.

`tomllib` and pydantic know values without their places, and whoever mends a file needs the line.
"""

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    StrictStr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from geo.language import Text, filled, texts

_SAY = texts(__name__)

# Keys and places in lists from the top of the file, such as ("criterion", 5, "value", "zero_at").
Path = tuple[str | int, ...]
T = TypeVar("T", bound=BaseModel)

# `tomllib` says where a text stops being TOML, in words only (its errors have no fields yet).
_TOML_LINE = re.compile(r"\(at line (\d+), column (\d+)")
# A value is shown as far as it helps to find it.
_MOST_SHOWN = 60
# Three quotes may be followed by one or two that belong to the string (TOML 1.0, "String").
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""{1,3}'
    r"|'''.*?'''{1,3}"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\r\n]+")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at one path of a file and what to do; `kind` is pydantic's word, or one of ours."""

    path: Path
    line: int
    problem: Text
    kind: str


@dataclass(frozen=True, slots=True, eq=False)
class TomlFile:
    """What stands in a file as it was written, and on which line each path of it."""

    table: Mapping[str, Any]
    lines: Mapping[Path, int]


class Table(BaseModel):
    """A table whose keys are all known; a mistyped one is told with those that there are."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _know_every_key(cls, given: Any) -> Any:
        require_keys(given, [field.alias or name for name, field in cls.model_fields.items()])
        return given


class _BothLanguages(Table):
    id: StrictStr
    en: StrictStr


def in_both(given: Any) -> Text:
    """For validators: a text from a table with `id` and `en`."""
    return Text(**dict(_BothLanguages.model_validate(given)))


def require_keys(given: Any, known: Sequence[str]) -> None:
    """For validators: refuse a table with a key that is not among `known`, at that key."""
    for name in given if isinstance(given, dict) else ():
        if name not in known:
            problem = with_mend(_SAY["unknown_key"].format(key=name), nearest(name, known))
            raise at(name, told(problem, kind="unknown_key"))


def read_toml(text: str, tables: type[T]) -> tuple[TomlFile, T | Fault]:
    """A file, and its tables or the first fault in the order of its lines."""
    try:
        file = TomlFile(tomllib.loads(text), line_index(text))
    # Besides bad syntax: brackets deeper than Python's stack.
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = _TOML_LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        # The words of its errors are English alone.
        problem = _SAY["syntax"].format(column=found[2]) if found else _SAY["syntax_end"]
        return TomlFile({}, {}), Fault(("TOML",), line, problem, "syntax")
    try:
        return file, tables.model_validate(file.table)
    except ValidationError as error:
        return file, _first(file, error.errors(include_url=False))


def told(problem: Text, *, kind: str = "told") -> PydanticCustomError:
    """The error of a validator whose sentence reaches the planner as it is."""
    return PydanticCustomError(kind, "{problem}", {"problem": problem})


def at(key: str, error: PydanticCustomError) -> ValidationError:
    """An error that a table's validator finds in one of its keys."""
    return ValidationError.from_exception_data(key, [{"type": error, "loc": (key,), "input": None}])


def must_be(what: Text, *, inside: bool = True) -> WrapValidator:
    """What pydantic finds wrong with a value, and `inside` it, is told as what must stand there."""

    def checked(given: Any, check: ValidatorFunctionWrapHandler) -> Any:
        try:
            return check(given)
        except ValidationError as error:
            if not inside and any(found["loc"] for found in error.errors()):
                raise
            raise told(_expected(what, given), kind="expected") from error

    return WrapValidator(checked)


def one_of(*words: str) -> WrapValidator:
    """The sentence of a value that is one of some words."""
    listed = ", ".join(f'"{word}"' for word in words)
    return must_be(_SAY["one_of"].format(words=listed))


def nearest(name: str, known: Sequence[str]) -> Text:
    """The known name that is most like a mistyped one, then all of them."""
    near = difflib.get_close_matches(name.lower(), known, n=1)
    listed = ", ".join(known) or "-"
    if not near:
        return _SAY["known"].format(known=listed)
    return _SAY["nearest"].format(near=near[0], known=listed)


def with_mend(problem: Text, mend: Text) -> Text:
    """A sentence on what is wrong, then one on what to do."""
    return Text(id=f"{problem.id} {mend.id}", en=f"{problem.en} {mend.en}")


def _first(file: TomlFile, errors: Sequence[ErrorDetails]) -> Fault:
    """Of all that is wrong the first by line; what a table lacks is told together."""
    lacking: dict[Path, list[str]] = {}
    faults = []
    for error in errors:
        path = error["loc"]
        if error["type"] == "missing":
            lacking.setdefault(path[:-1], []).append(str(path[-1]))
        else:
            faults.append(
                Fault(path, line_of(file.lines, path), _problem(error), kind=error["type"])
            )
    for path, keys in lacking.items():
        problem = _SAY["lacking"].format(keys=", ".join(keys))
        faults.append(Fault(path, line_of(file.lines, path), problem, kind="missing"))
    return min(faults, key=lambda fault: fault.line)


def _problem(error: ErrorDetails) -> Text:
    found: Text | None = error.get("ctx", {}).get("problem")
    return found or _expected(_MUST_BE[error["type"]], error["input"])


def _expected(what: Text, given: Any) -> Text:
    shown = repr(given)
    shown = shown if len(shown) <= _MOST_SHOWN else f"{shown[:_MOST_SHOWN]}…"
    return filled(_SAY["expected"], expected=what, value=shown)


# Of the tables and lists of tables, that hold no sentence of their own.
_MUST_BE: Mapping[str, Text] = {
    "model_type": _SAY["table"],
    "dict_type": _SAY["table"],
    "list_type": _SAY["tables"],
    "too_short": _SAY["tables"],
}


def line_index(text: str) -> dict[Path, int]:
    r"""The line, counted from 1, on which each path of a valid TOML text first stands.

    A table stands where its header or its first key is; an entry of a list where it begins.

    Examples
    --------
    >>> line_index('id = "x"\n[[class]]\nfrom = 0')
    {('id',): 1, ('class',): 2, ('class', 0): 2, ('class', 0, 'from'): 3}
    """
    return _Scanner(text).scan()


def line_of(lines: Mapping[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest table around it that stands in the file; 1 without."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


class _Scanner:
    """One walk over the text, which has come to `_at`."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._line, self._counted = 1, 0
        self._lines: dict[Path, int] = {}
        # How many tables each list of tables has so far: keys below it belong to the last one.
        self._tables: dict[Path, int] = {}

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        self._pass(_BLANK)
        while self._at < len(self._text):
            if self._is_at("["):
                table = self._header()
            else:
                self._pair(table)
            self._pass(_BLANK)
        return self._lines

    def _header(self) -> Path:
        brackets = 2 if self._is_at("[[") else 1
        self._at += brackets
        table: Path = ()
        for key in self._keys():
            if table in self._tables:
                table = (*table, self._tables[table] - 1)
            table = (*table, key)
            self._note(table)
        if brackets == 2:
            number = self._tables.get(table, 0)
            self._tables[table] = number + 1
            table = (*table, number)
            self._note(table)
        self._at += brackets
        return table

    def _pair(self, table: Path) -> None:
        for key in self._keys():
            table = (*table, key)
            self._note(table)
        self._at += 1  # the equals sign
        self._pass(_BLANK)
        self._value(table)

    def _keys(self) -> list[str]:
        """A dotted key, up to the sign that ends it."""
        keys = []
        while True:
            self._pass(_BLANK)
            if self._is_at('"') or self._is_at("'"):
                quoted = self._pass(_STRING)
                keys.append(str(tomllib.loads(f"key = {quoted}")["key"]))
            else:
                keys.append(self._pass(_BARE_KEY))
            self._pass(_BLANK)
            if not self._is_at("."):
                return keys
            self._at += 1

    def _value(self, path: Path) -> None:
        if self._is_at("["):
            self._list(path)
        elif self._is_at("{"):
            self._inline_table(path)
        elif self._is_at('"') or self._is_at("'"):
            self._pass(_STRING)
        else:
            self._pass(_SCALAR)

    def _list(self, path: Path) -> None:
        self._open()
        number = 0
        while self._is_inside("]"):
            self._note((*path, number))
            self._value((*path, number))
            number += 1
        self._at += 1

    def _inline_table(self, path: Path) -> None:
        self._open()
        while self._is_inside("}"):
            self._pair(path)
        self._at += 1

    def _open(self) -> None:
        self._at += 1
        self._pass(_BLANK)

    def _is_inside(self, bracket: str) -> bool:
        """Whether another entry comes before the closing bracket; a comma before it is passed."""
        self._pass(_BLANK)
        if self._is_at(","):
            self._at += 1
            self._pass(_BLANK)
        return self._at < len(self._text) and not self._is_at(bracket)

    def _note(self, path: Path) -> None:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        self._lines.setdefault(path, self._line)

    def _is_at(self, sign: str) -> bool:
        return self._text.startswith(sign, self._at)

    def _pass(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        self._at = found.end() if found else self._at + 1
        return found[0] if found else ""
