"""Which edition of the program computes.

What is prepared and kept must be made again when the code that makes it changes, also between two
versions of the package.
"""

import hashlib
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_SUFFIXES = frozenset({".py", ".html", ".toml", ".css", ".js"})


@cache
def edition(*sources: str) -> str:
    """A digest of source files, 16 hex digits: `geo` is a whole package, `geo/tiles/mvt.py` one module."""
    digest = hashlib.sha256()
    for source in sources:
        place = _ROOT / source
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            if path.suffix in _SUFFIXES and "vendor" not in path.parts:
                digest.update(path.relative_to(_ROOT).as_posix().encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]
