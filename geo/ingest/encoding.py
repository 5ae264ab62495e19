"""The encodings of text that are read, by the names that a .cpg, a program or a person gives them."""

import codecs
import re
from collections.abc import Iterable

from geo.errors import InvalidInput
from geo.language import shortened, texts

_SAY = texts(__name__)

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# Encodings in which ASCII is ASCII, by the names that Python's codecs give them.
ENCODINGS = (
    *("utf-8", "ascii", "iso8859-1", "iso8859-2", "iso8859-9", "iso8859-15"),
    *(f"cp{number}" for number in (437, 850, 936, 1250, 1251, 1252, 1254, 1256, 1258)),
    *("gbk", "gb18030", "big5", "shift_jis", "euc_kr"),
)


# What programs of an Indonesian office have written, the likeliest first.
_PLAUSIBLE = ("utf-8", "cp1252", "cp850", "cp437", "iso8859-1", "cp1250", "cp1254")
_MOST_OFFERED = 5
_SAMPLES = 3
_MOST_SHOWN = 40
# More cells than these are not compared: one that differs among the first is enough.
_MOST_COMPARED = 5_000
# Letters never stand there; what is read so was written in another encoding.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]")


def previews(cells: Iterable[bytes], *, chosen: str | None = None) -> dict[str, tuple[str, ...]]:
    r"""A few values as each plausible encoding would show them; empty where all show the same.

    Parameters
    ----------
    cells : iterable of bytes
        Texts as a file has them; only those beyond ASCII can tell.
    chosen : str, optional
        What the file is read in: it comes first.

    Examples
    --------
    >>> previews([b"D\xe9sa  ", b"Angsana"], chosen="cp1252")["cp850"]
    ('DÚsa',)
    """
    telling = {cell.strip(b" \0") for cell in cells if not cell.isascii()}
    compared = sorted(telling, key=lambda cell: (len(cell) > _MOST_SHOWN, cell))[:_MOST_COMPARED]
    found: dict[str, tuple[str, ...]] = {}
    for name in dict.fromkeys((*([chosen] if chosen else ()), *_PLAUSIBLE)):
        read = _read_as(compared, name)
        if read is None or (name != chosen and any(map(_CONTROLS.search, read))):
            continue
        if read not in found.values() and len(found) < _MOST_OFFERED:
            found[name] = read
    if len(found) < 2:
        return {}
    differing = [at for at in range(len(compared)) if len({r[at] for r in found.values()}) > 1]
    return {
        name: tuple(shortened(read[at], _MOST_SHOWN) for at in differing[:_SAMPLES])
        for name, read in found.items()
    }


def _read_as(cells: Iterable[bytes], encoding: str) -> tuple[str, ...] | None:
    """Cells in an encoding; None where one of them is no text in it."""
    try:
        # Not final: a cell counts bytes, and its last letter may be cut.
        return tuple(codecs.getincrementaldecoder(encoding)().decode(cell) for cell in cells)
    except UnicodeDecodeError:
        return None


def unicode_of(start: bytes) -> str | None:
    r"""The Unicode encoding that the first bytes of a text show; None where they show none.

    A byte-order mark tells, and so do the zeros of Latin letters in UTF-16, always the same half.

    Examples
    --------
    >>> unicode_of(b"\xff\xfea\x00"), unicode_of(b"a\x00b\x00"), unicode_of(b"ab")
    ('utf-16', 'utf-16-le', None)
    """
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    for name, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        if len(start) > 1 and zeros.count(0) > len(zeros) * 0.6:
            return name
    return None


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
