"""A digest of our own source, for the names of what is prepared and kept.

It must be made again when the code that makes it changes, also between two versions of the package.
"""

import hashlib
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_SUFFIXES = frozenset({".py", ".html", ".toml", ".css", ".js"})


@cache
def source_digest(*sources: str) -> str:
    """A digest of source files, 16 hex digits.

    Parameters
    ----------
    *sources : str
        From the root of the code: `geo` is a whole package, `geo/tiles/mvt.py` one module.

    Raises
    ------
    FileNotFoundError
        For a name that does not exist or holds no source: what it stood for has moved, and what is
        kept would never be made again.
    """
    return hashlib.sha256("".join(map(_digest, sources)).encode()).hexdigest()[:16]


@cache
def _digest(source: str) -> str:
    digest = hashlib.sha256()
    for path in _files(_ROOT / source):
        digest.update(path.relative_to(_ROOT).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(place: Path) -> list[Path]:
    inside = [place] if place.is_file() else sorted(place.rglob("*"))
    found = [p for p in inside if p.suffix in _SUFFIXES and "vendor" not in p.parts]
    if not found:
        raise FileNotFoundError(f"no source at {place.relative_to(_ROOT)}")
    return found
