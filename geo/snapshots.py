"""I/O. Files written once: under a temporary name, synced, renamed, and the folder synced.

A snapshot is named by the sha256 of its content, so the same content is stored once and a changed
file shows.
"""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from geo.errors import StoreFault
from geo.language import Text

_FREE_SPACE_MARGIN_BYTES = 16 * 1024 * 1024


def write_snapshot(folder: Path, content: bytes | Path, *, suffix: str) -> tuple[str, int]:
    """Keep `content` in `folder` under its sha256 and `suffix`; its sha256 and size in bytes.

    Raises
    ------
    StoreFault
        When there is not enough space; nothing is written then.
    """
    is_bytes = isinstance(content, bytes)
    size = len(content) if is_bytes else content.stat().st_size
    require_space(folder, size)
    sha256 = hashlib.sha256(content).hexdigest() if is_bytes else file_sha256(content)
    path = folder / f"{sha256}{suffix}"
    if not path.exists():
        write_atomically(path, content)
    return sha256, size


def write_atomically(path: Path, content: bytes | Path) -> None:
    """Write `path` whole or not at all, also when the power fails."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(descriptor, "wb") as target:
            if isinstance(content, bytes):
                target.write(content)
            else:
                with content.open("rb") as source:
                    shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def file_sha256(path: Path) -> str:
    """The sha256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require_space(folder: Path, size_bytes: int) -> None:
    """Raise `StoreFault` unless `size_bytes` and a margin are free where `folder` lies."""
    free = shutil.disk_usage(folder).free
    if free < size_bytes + _FREE_SPACE_MARGIN_BYTES:
        raise StoreFault(reason=_no_space(folder, size_bytes, free))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _no_space(folder: Path, needed: int, free: int) -> Text:
    return Text(
        id="Ruang di {f} tidak cukup: perlu {n} bita, tersisa {r} bita. Tidak ada yang berubah.",
        en="Not enough space in {f}: {n} bytes needed, {r} bytes free. Nothing has changed.",
    ).format(f=folder, n=needed, r=free)
