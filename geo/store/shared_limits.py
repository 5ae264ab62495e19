"""Limits that all processes over one store keep together: so much in a minute, so many at once.

Each process of a host may serve the same store, and each would otherwise allow as much again. What
they share lies in a folder of its own, which nothing needs that is published: it may be removed while
no service runs. Locks are the system's, so of a process that dies nothing stays taken.
"""

import hashlib
import os
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout

_WINDOW_S = 60.0
# Two names share a bucket once in 65,536; both are only held back earlier then.
_BUCKETS = 1 << 16
_SALT_BYTES = 16
_TIME = struct.Struct("<d")
# Much longer than anybody holds it, who reads and writes eight bytes.
_PATIENCE_S = 1.0


class SharedRate:
    """For every name `burst` at once, refilled over a minute, whichever process is asked.

    Of a name one number is kept: when its bucket will be full again (generic cell rate algorithm,
    ITU-T I.371). The file has a fixed size, so names can neither fill a disk nor push others out, and
    a salt of its own, so that nobody can aim at another's bucket. Where it cannot be used, as on a
    full disk, this process counts for itself.

    Parameters
    ----------
    path : Path
        The file, made when it is not there, with its folder.
    burst : int
        Tokens of a full bucket.
    clock : callable
        Seconds, the same in all processes. One that is put back holds nobody up for over a minute.
    """

    def __init__(self, path: Path, burst: int, *, clock: Callable[[], float] = time.time) -> None:
        self._path, self._burst, self._clock = path, burst, clock
        self._lock = FileLock(f"{path}.lock", timeout=_PATIENCE_S, thread_local=False)
        self._thread_lock = threading.Lock()
        self._own: dict[str, float] = {}

    def wait_s(self, name: str) -> float:
        """0 when `name` has a token left, which is then taken, else the seconds until it has one.

        Examples
        --------
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "rate"
        >>> limit, same = (SharedRate(path, 2, clock=lambda: 0.0) for _ in range(2))
        >>> [limit.wait_s("a"), same.wait_s("a"), limit.wait_s("a"), limit.wait_s("b")]
        [0.0, 0.0, 30.0, 0.0]
        """
        with self._thread_lock:
            try:
                return self._waited(name)
            except (OSError, Timeout):
                if len(self._own) >= _BUCKETS:
                    self._own.clear()
                full_at, wait_s = self._next(self._own.get(name, 0.0))
                self._own[name] = full_at
                return wait_s

    def _waited(self, name: str) -> float:
        self._path.parent.mkdir(exist_ok=True)
        with self._lock, _opened(self._path) as file:
            key = file.read(_SALT_BYTES)
            digest = hashlib.blake2b(name.encode(), digest_size=4, key=key).digest()
            at = _SALT_BYTES + int.from_bytes(digest, "little") % _BUCKETS * _TIME.size
            file.seek(at)
            full_at, wait_s = self._next(*_TIME.unpack(file.read(_TIME.size)))
            if not wait_s:
                file.seek(at)
                file.write(_TIME.pack(full_at))
        return wait_s

    def _next(self, full_at: float) -> tuple[float, float]:
        """When the bucket is full after one more token, and 0; else as it was, and the wait for one."""
        now, step_s = self._clock(), _WINDOW_S / self._burst
        # Later than a window hence was written under another clock; NaN is no time.
        full_at = min(max(now, full_at), now + _WINDOW_S)
        wait_s = full_at + step_s - now - _WINDOW_S
        # Times of today have an accuracy of 0.2 µs.
        return (full_at, wait_s) if wait_s > 1e-5 else (full_at + step_s, 0.0)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file of buckets, made where it is not there or not whole; the caller has its lock."""
    size = _SALT_BYTES + _BUCKETS * _TIME.size
    if not path.is_file() or path.stat().st_size != size:
        # All of it, so that a later write needs no space.
        path.write_bytes(os.urandom(_SALT_BYTES) + bytes(size - _SALT_BYTES))
    with path.open("r+b", buffering=0) as file:
        yield file


class SharedPlaces:
    """`count` places that the processes over one store share; each is a lock that dies with its holder.

    Safe between threads.
    """

    def __init__(self, folder: Path, name: str, *, count: int) -> None:
        self._folder = folder
        self._paths = [folder / f"{name}-{number}.lock" for number in range(count)]

    def take(self) -> FileLock | None:
        """A place, to be given back by `release()`; None while all are taken.

        Examples
        --------
        >>> import tempfile
        >>> places = SharedPlaces(Path(tempfile.mkdtemp()), "desk", count=1)
        >>> first = places.take()
        >>> places.take() is None, first.release(), places.take() is None
        (True, None, False)
        """
        self._folder.mkdir(exist_ok=True)
        for path in self._paths:
            lock = FileLock(path, thread_local=False, blocking=False)
            try:
                lock.acquire()
            except Timeout:
                continue
            return lock
        return None
