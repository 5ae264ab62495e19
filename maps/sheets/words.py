"""Words from outside made fit for paper: what a sheet prints is what was written.

A sheet gets its words as data and never as markup, so nothing has to be escaped. What is left to
do is what paper needs: a length that fits and places where a line may break.
"""

import unicodedata

from geo import language

# Longer runs without a blank get places to break; no Indonesian or English word is so long.
_LONGEST_RUN = 24
_BREAK = "\u200b"
# Overrides of the writing direction would turn the words beside them around.
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def printable(text: str) -> str:
    r"""`text` on one line, without control characters, with places to break in very long runs.

    Examples
    --------
    >>> printable("Zona\n#set  $x$")
    'Zona #set $x$'
    """
    plain = "".join(
        " " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c
        for c in text
        if c not in _DIRECTIONS and unicodedata.category(c) != "Cs"
    )
    return " ".join(_breakable(run) for run in plain.split())


def _breakable(run: str) -> str:
    if len(run) <= _LONGEST_RUN:
        return run
    # After a separator where there is one, as people break an address; else anywhere.
    pieces, piece = [], ""
    for character in run:
        piece += character
        if (character in "/-_.?&=,;" and len(piece) > 4) or len(piece) >= _LONGEST_RUN:
            pieces.append(piece)
            piece = ""
    return _BREAK.join([*pieces, piece] if piece else pieces)


def shortened(text: str, most: int) -> str:
    """`printable(text)`, cut to `most` characters with an ellipsis.

    Examples
    --------
    >>> shortened("Kawasan Cahaya Baru", 10)
    'Kawasan C…'
    """
    whole = " ".join(text.split())
    return printable(language.shortened(whole, most))
