"""Files written once: under a temporary name, synced, renamed, and the folder synced where it can be.

A snapshot is named by the sha256 of its content, so the same content is stored once and a changed
file shows.
"""

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, TypeVar, cast

from geo.errors import StoreFault, StoreFull
from geo.language import Text, texts

_SAY = texts(__name__)

Reading = TypeVar("Reading", bound=Callable[..., Any])

# What a file is called until it is whole; a crash leaves it behind.
UNFINISHED = ".writing-"
_LOCK = ".lock"
_FREE_SPACE_MARGIN_BYTES = 16 * 1024 * 1024
# No space, none of an account's share, and (a limit of this process) no larger file.
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG}


def write_snapshot(folder: Path, content: bytes | Path, *, suffix: str) -> tuple[str, int]:
    """Keep `content` in `folder` under its sha256 and `suffix`; its sha256 and size in bytes.

    A file that is there already is kept if it is whole, else written again; it is as young as a new
    one then, so that nobody takes it for a leftover.

    Raises
    ------
    StoreFault
        When there is not enough space; nothing is written then.
    """
    if isinstance(content, bytes):
        size, sha256 = len(content), hashlib.sha256(content).hexdigest()
    else:
        size, sha256 = content.stat().st_size, file_sha256(content)
    require_space(folder, size)
    path = folder / f"{sha256}{suffix}"
    if not _is_kept(path, sha256):
        write_atomically(path, content)
    return sha256, size


def _is_kept(path: Path, sha256: str) -> bool:
    """Whether the file is there and whole; its age begins anew before it is read."""
    try:
        os.utime(path)
        return file_sha256(path) == sha256
    except OSError:
        return False


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """What is done with the content of a snapshot.

    Whatever fails on a file that is not what its name says is a fault of the file; what fails on a
    whole one is raised as it is.

    Raises
    ------
    StoreFault
        When the snapshot is missing, altered or cannot be read.
    """
    try:
        yield
    except Exception as error:
        fault = _fault(path)
        if fault is None:
            raise
        raise StoreFault(reason=fault) from error


def require_whole(path: Path) -> None:
    """Raise `StoreFault` unless the snapshot is there and is what its name says."""
    if (fault := _fault(path)) is not None:
        raise StoreFault(reason=fault)


def _fault(path: Path) -> Text | None:
    try:
        is_whole = file_sha256(path) == path.stem
    except FileNotFoundError:
        return _SAY["lost"].format(f=path.name)
    except OSError as error:
        return _SAY["cannot_read"].format(f=path.name, e=error.strerror or error)
    return None if is_whole else _SAY["altered"].format(f=path.name)


def write_atomically(path: Path, content: bytes | Path) -> None:
    """Write `path` whole or not at all, also when the power fails; `StoreFault` when it cannot be."""
    try:
        _write_and_rename(path, content)
        sync_folder(path.parent)
    except OSError as error:
        raise full_disk(error) or StoreFault(
            reason=_cannot_keep(error), place=path.parent
        ) from error


def _write_and_rename(path: Path, content: bytes | Path) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)
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


@contextmanager
def one_writer(target: Path) -> Iterator[None]:
    """Whether of this process or of another, a file is made by one at a time: the others wait."""
    from filelock import FileLock

    target.parent.mkdir(parents=True, exist_ok=True)
    lock = target.with_suffix(_LOCK)
    with FileLock(lock):
        try:
            yield
        finally:
            remove(lock)


@contextmanager
def written_within(target: Path, name: str) -> Iterator[Path]:
    """Where to write what becomes `target` at the end, a file `name` in a folder of its own.

    Whoever writes holds `one_writer`: what a killed one left is removed by the next, or at a start.
    """
    folder = _unfinished(target)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir()
        yield folder / name
        with (folder / name).open("rb+") as file:
            os.fsync(file.fileno())
        (folder / name).replace(target)
        sync_folder(target.parent)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clear_unfinished(folder: Path) -> None:
    """Remove what killed writers left in a folder: locks that nobody holds, and what was written under them."""
    from filelock import FileLock, Timeout

    for lock in folder.glob(f"*{_LOCK}"):
        with suppress(Timeout), FileLock(lock, timeout=0):
            shutil.rmtree(_unfinished(lock), ignore_errors=True)
            remove(lock)


def _unfinished(target: Path) -> Path:
    return target.with_name(f"{UNFINISHED}{target.stem}")


def prune(folder: Path, prefix: str, *, most: int) -> None:
    """Remove the oldest files of a folder that begin with `prefix`, so that `most` remain; locks are none."""
    found = (path for path in folder.glob(f"{prefix}*") if path.suffix != _LOCK)
    files = sorted(found, key=written_at)
    for path in files[: max(len(files) - most, 0)]:
        remove(path)


def written_at(path: Path) -> float:
    """When a file was written, 0 for one that somebody else removed meanwhile."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def remove(path: Path) -> None:
    """Remove a file that nobody needs, if it is still there."""
    # Windows removes no file that a reader has open; the next round finds it again.
    with suppress(PermissionError):
        path.unlink(missing_ok=True)


def file_sha256(path: Path) -> str:
    """The sha256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require_space(folder: Path, size_bytes: int) -> None:
    """Raise `StoreFault` unless `size_bytes` and a margin are free where `folder` lies."""
    free = shutil.disk_usage(folder).free
    if free < size_bytes + _FREE_SPACE_MARGIN_BYTES:
        raise StoreFull(needed_bytes=size_bytes, free_bytes=free, place=folder)


def full_disk(error: BaseException) -> StoreFull | None:
    """The fault of a disk that is full, or an account's share of it; None for any other error."""
    if not isinstance(error, OSError) or error.errno not in _FULL:
        return None
    place = Path(error.filename) if isinstance(error.filename, str) else None
    return StoreFull(place=place)


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` last; where a folder cannot be opened the file system sees to it."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:  # Windows opens no folder; NTFS keeps a journal of renames
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _cannot_keep(error: OSError) -> Text:
    return _SAY["cannot_keep"].format(e=error.strerror or type(error).__name__)


class _Content:
    """A snapshot as its content: equal to every other of the same name, in whatever store it lies."""

    __slots__ = ("path",)

    def __init__(self, path: Path) -> None:
        self.path = path

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Content) and self.path.name == other.path.name

    def __hash__(self) -> int:
        return hash(self.path.name)


def kept_by_content(maxsize: int) -> Callable[[Reading], Reading]:
    """Keep what a function makes of snapshots, also for the same content in another store.

    A snapshot is named by the hash of its content: equal names are the same question. The paths are
    positional arguments; nobody changes what is kept.
    """

    def decorate(function: Reading) -> Reading:
        @lru_cache(maxsize)
        def kept(*contents: _Content) -> Any:
            return function(*(content.path for content in contents))

        @wraps(function)
        def asked(*paths: Path) -> Any:
            return kept(*map(_Content, paths))

        return cast(Reading, asked)

    return decorate
