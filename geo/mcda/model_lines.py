"""On which line of a TOML text each table, key and entry of a list stands.

`tomllib` reads values without their places, and whoever mends a model needs the line. Only texts that
`tomllib` has read come here, so nothing is checked again: this finds where each value ends.
"""

import re
import tomllib
from collections.abc import Mapping

# Keys and places in lists from the top of the file, such as ("criterion", 5, "value", "zero_at").
Path = tuple[str | int, ...]

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
