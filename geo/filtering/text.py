"""A filter in the text encoding of CQL2 (OGC 21-065r2, annex B), as a tree in its JSON encoding.

It is read once from left to right, without a way back: the time grows with the length alone. How
long, deep and big a filter may be is counted while it is read.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from geo.errors import InvalidFilter
from geo.filtering.limits import Bounds
from geo.language import Text, filled, texts

_SAY = texts(__name__)

Node = Any

# What a name begins with, and what may stand in it besides.
_START = (
    r":_A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFE\u200C\u200D"
    r"\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_PART = _START + r".0-9\u0300-\u036F\u203F\u2040"
_TOKEN = re.compile(
    rf"""\s*(?:
      (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{{1,3}})?)
    | '(?P<text>(?:[^'\\]|''|\\'|\\)*)'
    | "(?P<quoted>(?:[^"]|"")+)"
    | (?P<name>[{_START}][{_PART}]*)
    | (?P<sign><>|<=|>=|[=<>()+\-*/%^,])
    | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
_COMPARISONS = frozenset({"=", "<>", "<", ">", "<=", ">="})
# From the loosest to the tightest, after the comparisons.
_ADDITIVE = ("+", "-")
_MULTIPLICATIVE = ("*", "/", "%", "div")
_SHAPES = {
    "point": "Point",
    "linestring": "LineString",
    "polygon": "Polygon",
    "multipoint": "MultiPoint",
    "multilinestring": "MultiLineString",
    "multipolygon": "MultiPolygon",
    "geometrycollection": "GeometryCollection",
}
# How many rings of brackets stand around the positions of a shape.
_LEVELS = {"LineString": 1, "MultiPoint": 1, "Polygon": 2, "MultiLineString": 2, "MultiPolygon": 3}
_DIMENSIONS = ("z", "m", "zm")
_PREDICATES = frozenset({"is", "not", "like", "between", "in"})
_NO_NAMES = _PREDICATES | {"and", "or", "null", "div"}
_OWN = re.compile(r"(casei|accenti|[sta]_[a-z]+)\Z")
# As the schema of the JSON encoding writes them.
_CAMEL = {
    name.lower(): name
    for name in ("a_containedBy", "t_finishedBy", "t_metBy", "t_overlappedBy", "t_startedBy")
}
_ESCAPED_QUOTE = re.compile(r"''|\\'")


class _Token(NamedTuple):
    """A word of a filter: what kind it is, what it says, and where it begins.

    `word` is a sign, or a name in small letters; empty for a number, a text or a quoted name.
    """

    kind: str
    text: str
    at: int
    word: str


def parsed_text(text: str) -> Node:
    """The tree of a filter in text, in the standard's JSON encoding.

    Raises
    ------
    InvalidFilter
        Saying at which character what was expected, or which bound it exceeds.
    """
    return _Reader(text).whole()


class _Reader:
    """Reads one filter; each method takes what it is named by and leaves the next word."""

    def __init__(self, text: str) -> None:
        self._text, self._bounds = text, Bounds()
        self._bounds.length(text)
        self._next = self._token_at(0)

    def whole(self) -> Node:
        tree = self._any_of()
        if self._next.kind != "end":
            self._fail("more", Text("AND, OR", "AND, OR"))
        return tree

    # Words

    def _token_at(self, at: int) -> _Token:
        found = _TOKEN.match(self._text, at)
        if found is None or found.lastgroup is None:
            place = len(self._text) - len(self._text[at:].lstrip())
            reason = _SAY["unknown_sign"].format(sign=self._text[place : place + 20], at=place + 1)
            raise InvalidFilter(reason=reason, parameter="filter")
        kind = found.lastgroup
        text, self._end = found[kind], found.end()
        word = text if kind == "sign" else text.lower() if kind == "name" else ""
        return _Token(kind, text, found.start(kind), word)

    def _take(self) -> _Token:
        taken, self._next = self._next, self._token_at(self._end)
        return taken

    def _took(self, word: str) -> bool:
        """Whether the next one was this word or sign, which is taken then."""
        if self._next.word != word:
            return False
        self._take()
        return True

    def _expect(self, sign: str) -> None:
        if not self._took(sign):
            self._fail("expected", Text(f"'{sign}'", f"'{sign}'"))

    def _fail(self, key: str, expected: Text) -> Any:
        found = self._next.text[:40] or "…"
        reason = _SAY["expected" if key == "expected" else "more"]
        facts = {"found": found, "at": self._next.at + 1}
        reason = filled(reason, expected=expected, **facts)
        raise InvalidFilter(reason=reason, parameter="filter")

    # Logic

    def _any_of(self) -> Node:
        return self._chain("or", self._all_of)

    def _all_of(self) -> Node:
        return self._chain("and", self._denied)

    def _chain(self, word: str, operand: Callable[[], Node]) -> Node:
        found = [operand()]
        while self._took(word):
            found.append(operand())
        return found[0] if len(found) == 1 else self._op(word, *found)

    def _denied(self) -> Node:
        if not self._took("not"):
            return self._predicate()
        with self._bounds.deeper():
            return self._op("not", self._denied())

    def _predicate(self) -> Node:
        left = self._sum()
        word = self._next.word
        if word in _COMPARISONS:
            return self._op(self._take().text, left, self._sum())
        if word not in _PREDICATES:
            return left
        if self._took("is"):
            is_denied = self._took("not")
            if not self._took("null"):
                self._fail("expected", Text("NULL", "NULL"))
            return self._perhaps_not(is_denied, self._op("isNull", left))
        is_denied = self._took("not")
        if self._took("like"):
            return self._perhaps_not(is_denied, self._op("like", left, self._sum()))
        if self._took("between"):
            low = self._sum()
            if not self._took("and"):
                self._fail("expected", Text("AND", "AND"))
            return self._perhaps_not(is_denied, self._op("between", left, low, self._sum()))
        if self._took("in"):
            return self._perhaps_not(is_denied, self._op("in", left, self._list()))
        if is_denied:
            self._fail("expected", Text("LIKE, BETWEEN, IN", "LIKE, BETWEEN, IN"))
        return left

    def _perhaps_not(self, is_denied: bool, node: Node) -> Node:
        return self._op("not", node) if is_denied else node

    # Arithmetic

    def _sum(self) -> Node:
        found = self._product()
        while self._next.word in _ADDITIVE:
            found = self._op(self._take().word, found, self._product())
        return found

    def _product(self) -> Node:
        found = self._power()
        while self._next.word in _MULTIPLICATIVE:
            found = self._op(self._take().word, found, self._power())
        return found

    def _power(self) -> Node:
        base = self._signed()
        return self._op("^", base, self._signed()) if self._took("^") else base

    def _signed(self) -> Node:
        if self._next.word not in _ADDITIVE:
            return self._operand()
        if self._took("+"):
            return self._number()
        self._take()
        if self._next.kind == "number":
            return -self._number()
        with self._bounds.deeper():
            return self._op("*", -1, self._signed())

    # Operands

    def _operand(self) -> Node:
        token = self._next
        if token.kind == "number":
            return self._number()
        if token.kind == "text":
            return self._literal()
        if token.kind == "quoted":
            self._bounds.node()
            return {"property": self._take().text.replace('""', '"')}
        if token.word == "(":
            return self._bracket()
        if token.kind != "name" or token.word in _NO_NAMES:
            return self._fail("expected", _SAY["operand"])
        return self._named()

    def _number(self) -> int | float:
        if self._next.kind != "number":
            self._fail("expected", _SAY["number"])
        return self._bounds.number(self._take().text)

    def _literal(self) -> str:
        if self._next.kind != "text":
            self._fail("expected", _SAY["text"])
        self._bounds.node()
        return _ESCAPED_QUOTE.sub("'", self._take().text)

    def _bracket(self) -> Node:
        """A group, or an array where a comma stands in it."""
        found = self._list()
        return found[0] if len(found) == 1 else found

    def _list(self, item: Callable[[], Node] | None = None) -> list[Node]:
        self._expect("(")
        found = []
        with self._bounds.deeper():
            while self._next.word != ")":
                found.append((item or self._any_of)())
                if not self._took(","):
                    break
            self._expect(")")
        return found

    def _named(self) -> Node:
        token = self._take()
        word = token.word
        if word in ("true", "false"):
            self._bounds.node()
            return word == "true"
        if self._next.word in _DIMENSIONS and word in _SHAPES:
            self._take()
        if self._next.word != "(":
            self._bounds.node()
            return {"property": token.text}
        if word.rstrip("zm") in _SHAPES:
            return self._shape(_SHAPES[word.rstrip("zm")])
        if word == "bbox":
            self._bounds.node()
            return {"bbox": self._list(self._signed)}
        if word in ("date", "timestamp"):
            return {word: self._one(self._literal)}
        if word == "interval":
            self._bounds.node()
            return {"interval": self._list()}
        name = _CAMEL.get(word, word) if _OWN.match(word) else token.text
        return self._op(name, *self._list(self._array_item if word[:2] == "a_" else None))

    def _one(self, item: Callable[[], Node]) -> Node:
        self._expect("(")
        found = item()
        self._expect(")")
        return found

    def _array_item(self) -> Node:
        """An argument of an array function, or an element of an array: in brackets it is an array."""
        return self._list(self._array_item) if self._next.word == "(" else self._any_of()

    # Shapes

    def _shape(self, kind: str) -> Node:
        self._bounds.node()
        if kind == "GeometryCollection":
            return {"type": kind, "geometries": self._list(self._member)}
        if kind == "Point":
            return {"type": kind, "coordinates": self._one(self._position)}
        return {"type": kind, "coordinates": self._positions(_LEVELS[kind], kind)}

    def _member(self) -> Node:
        shape = self._operand()
        if not isinstance(shape, dict) or "type" not in shape:
            self._fail("expected", _SAY["shape"])
        return shape

    def _positions(self, levels: int, kind: str) -> list[Any]:
        def inner() -> Any:
            if levels > 1:
                return self._positions(levels - 1, kind)
            is_bracketed = kind == "MultiPoint" and self._next.word == "("
            return self._one(self._position) if is_bracketed else self._position()

        self._expect("(")
        found = [inner()]
        while self._took(","):
            found.append(inner())
        self._expect(")")
        return found

    def _position(self) -> list[float]:
        # Positions are no nodes: the length alone bounds how many there are.
        found = []
        while self._next.kind == "number" or self._next.word in _ADDITIVE:
            sign = -1.0 if self._next.word == "-" else 1.0
            if self._next.kind != "number":
                self._take()
            if self._next.kind != "number":
                self._fail("expected", _SAY["number"])
            found.append(sign * float(self._take().text))
        if not 2 <= len(found) <= 4:
            self._fail("expected", _SAY["position"])
        return found

    def _op(self, name: str, *args: Node) -> Node:
        self._bounds.node()
        return {"op": name, "args": list(args)}
