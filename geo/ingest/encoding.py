"""The encodings of text that are read, by the names that a .cpg, a program or a person gives them."""

import codecs
import re

from geo.errors import InvalidInput
from geo.language import texts

_SAY = texts(__name__)

# Encodings in which ASCII is ASCII, by the names that Python's codecs give them.
ENCODINGS = (
    *("utf-8", "ascii", "iso8859-1", "iso8859-2", "iso8859-9", "iso8859-15"),
    *(f"cp{number}" for number in (437, 850, 936, 1250, 1251, 1252, 1254, 1256, 1258)),
    *("gbk", "gb18030", "big5", "shift_jis", "euc_kr"),
)


def codec_of(text: str) -> str | None:
    """The codec that a .cpg or a person names (`UTF-8`, `1252`, `ANSI 1252`), None when unknown.

    Examples
    --------
    >>> codec_of("ANSI 1252"), codec_of("rot13")
    ('cp1252', None)
    """
    plain = re.sub(
        r"^(ansi|oem|windows|cp|ibm|iso)?[ _-]*(\d{3,5})$", r"cp\2", text.strip().lower()
    )
    plain = {"cp65001": "utf-8", "cp88591": "iso8859-1", "cp28591": "iso8859-1"}.get(plain, plain)
    try:
        name = codecs.lookup(plain).name
    except (LookupError, ValueError):
        return None
    return name if name in ENCODINGS else None


def parsed_encoding(text: str | None) -> str | None:
    """The codec of an encoding that somebody names; `InvalidInput` where there is none."""
    if text is None or not text.strip():
        return None
    if (codec := codec_of(text)) is None:
        facts = {"v": text[:40], "known": ", ".join(ENCODINGS)}
        raise InvalidInput(reason=_SAY["unknown_encoding"].format(**facts))
    return codec
