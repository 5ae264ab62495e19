"""What an XML file holds, looked at before GDAL's parsers see it.

GDAL's own parsers give no error, or no rows, for entities that swell and for a file that is cut. So
a file that declares a document type, nests too deeply or is not well-formed is refused by its line.
"""

import codecs
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, ClassVar
from xml.parsers import expat

from geo.ingest.encoding import unicode_of
from geo.ingest.findings import Unreadable, finding
from geo.language import Text, texts

_SAY = texts(__name__)

_DECLARED = re.compile(rb"""(\s*<\?xml[^>]*?\bencoding\s*=\s*)["']([\w.:-]+)["']""")
_ERRORS = expat.errors
_FAULTS = {
    _ERRORS.codes[code]: name
    for code, name in (
        (_ERRORS.XML_ERROR_NO_ELEMENTS, "cut"),
        (_ERRORS.XML_ERROR_UNCLOSED_TOKEN, "cut"),
        (_ERRORS.XML_ERROR_PARTIAL_CHAR, "cut"),
        (_ERRORS.XML_ERROR_TAG_MISMATCH, "mismatch"),
        (_ERRORS.XML_ERROR_JUNK_AFTER_DOC_ELEMENT, "junk"),
        (_ERRORS.XML_ERROR_UNDEFINED_ENTITY, "entity"),
        (_ERRORS.XML_ERROR_UNBOUND_PREFIX, "prefix"),
        (_ERRORS.XML_ERROR_DUPLICATE_ATTRIBUTE, "attribute"),
        (_ERRORS.XML_ERROR_UNKNOWN_ENCODING, "encoding"),
        (_ERRORS.XML_ERROR_INCORRECT_ENCODING, "encoding"),
    )
}


def in_utf8(content: bytes) -> bytes:
    """A document in UTF-8, which GDAL's parsers all know, whatever its encoding was.

    What cannot be decoded stays as it is, for the walk to say what is wrong.
    """
    declared = _DECLARED.match(content)
    name = unicode_of(content[:4096]) or (declared[2].decode() if declared else "utf-8")
    try:
        if codecs.lookup(name).name in ("utf-8", "ascii"):
            return content
        text = content.decode(name).removeprefix("\ufeff").encode()
    except (LookupError, UnicodeError):
        return content
    return _DECLARED.sub(rb'\1"UTF-8"', text, count=1)


@dataclass(frozen=True, slots=True)
class Codes:
    """The findings of a format: not well-formed, with a document type, nested too deeply."""

    invalid: str
    doctype: str
    too_deep: str


class XmlScan:
    """A walk over the elements of a document; `started`, `ended` and `text` are what a format adds.

    Attributes
    ----------
    elements : Counter
        How often each occurs, by name without namespace.
    depth : int
        Of the element that the walk is in; the root is 1.
    """

    codes: ClassVar[Codes]
    deepest: ClassVar[int] = 64

    def __init__(self, content: bytes) -> None:
        self.elements: Counter[str] = Counter()
        self.depth = 0
        self._parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.CharacterDataHandler = self.text
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            parser.Parse(content, True)
        except expat.ExpatError as error:
            raise self.invalid(_SAY[f"fault_{_FAULTS.get(error.code, 'other')}"]) from error
        except (LookupError, ValueError) as error:  # an encoding that Python does not know
            raise self.invalid(_SAY["fault_encoding"]) from error

    @property
    def line(self) -> int:
        """Where the walk is."""
        return self._parser.CurrentLineNumber

    def started(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def ended(self, name: str) -> None:
        """An element has ended."""

    def text(self, content: str) -> None:
        """Text between elements."""

    def invalid(self, reason: Text) -> Unreadable:
        """The refusal of a document at the place of the walk."""
        line, column = self._parser.ErrorLineNumber, self._parser.ErrorColumnNumber + 1
        return Unreadable(finding(self.codes.invalid, line=line, column=column, reason=reason))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        plain = name.rpartition(" ")[2]
        self.depth += 1
        if self.depth > self.deepest:
            raise Unreadable(finding(self.codes.too_deep, limit=self.deepest))
        self.elements[plain] += 1
        self.started(plain, attributes)

    def _end(self, name: str) -> None:
        self.ended(name.rpartition(" ")[2])
        self.depth -= 1

    def _doctype(self, *_declared: Any) -> None:
        raise Unreadable(finding(self.codes.doctype, line=self.line))
