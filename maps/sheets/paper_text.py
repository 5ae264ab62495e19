"""Words from outside made fit for paper: what a sheet prints is what was written.

A sheet gets its words as data and never as markup, so nothing has to be escaped. What is left to
do is what paper needs: a length that fits and places where a line may break.
"""

import unicodedata

from geo.language import shortened

# Longer runs without a blank get places to break; no Indonesian or English word is so long.
_LONGEST_RUN = 24
_BREAK = "\u200b"
# Overrides of the writing direction would turn the words beside them around.
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def printable(text: str, most: int | None = None) -> str:
    r"""`text` on one line, without control characters, with places to break in very long runs.

    With `most` it is first cut to so many characters, the last an ellipsis.

    Examples
    --------
    >>> printable("Zona\n#set  $x$")
    'Zona #set $x$'
    >>> printable("Kawasan Cahaya Baru", 10)
    'Kawasan C…'
    """
    if most is not None:
        text = shortened(" ".join(text.split()), most)
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
