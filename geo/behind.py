"""Work in a process of its own, which stands back behind answers and gives its memory back.

What takes long in a library that holds the interpreter would stop every answer in a thread of the
service: to write 83,402 outlines as GeoJSON takes five seconds in one call.
"""

import ctypes
import math
import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from geo.errors import FilesNotReady, GeoError, StoreFault
from geo.language import texts

_SAY = texts(__name__)

# As glibc numbers it (mallopt(3)).
_M_MMAP_THRESHOLD, _LARGE_BYTES = -3, 1 << 20
# Of what nobody waits for. Linux derives the turns at a disk from it (ioprio_set(2)).
POLITE = 10


def begun(work: Callable[..., object], *given: Any, politeness: int = 0) -> BaseProcess:
    """A process that does `work`, which a module names, and ends with this one; whoever began it joins it.

    `politeness` is what `nice` adds.
    """
    process = multiprocessing.get_context("spawn").Process(
        target=_done_behind, args=(work, given, politeness), daemon=True
    )
    process.start()
    return process


def is_written(target: Path, work: Callable[..., object], *given: Any) -> bool:
    """Whether `work`, done in such a process, has written `target`; what else went wrong says who tries it here.

    Raises
    ------
    StoreFault
        When the process was ended, as a system does that lacks memory: this one is not to be next.
    """
    return _has_written(begun(work, *given), target)


@dataclass(slots=True)
class _Order:
    """A file that is asked for."""

    target: Path
    work: Callable[..., object]
    given: tuple[Any, ...]
    written: "Future[bool]" = field(default_factory=Future)


class Makers:
    """Processes that each write a file, a few at a time; further files wait in a line. Safe between threads.

    Parameters
    ----------
    at_once : int
        How many processes there may be.
    most_waiting : float
        How many files may wait in the line.
    politeness : int
        What `nice` adds to each.
    """

    def __init__(
        self, *, at_once: int, most_waiting: float = math.inf, politeness: int = 0
    ) -> None:
        self._at_once, self._most_waiting = at_once, most_waiting
        self._politeness = politeness
        self._lock = threading.Lock()
        self._line: list[_Order] = []
        self._running: dict[Path, tuple[_Order, BaseProcess, threading.Thread]] = {}

    def written(
        self, target: Path, work: Callable[..., object], *given: Any, is_first: bool = False
    ) -> "Future[bool]":
        """What `is_written` gives or raises, for all who ask for `target` while it is made.

        It runs while the process does. `is_first` brings the file before all others that wait.

        Raises
        ------
        FilesNotReady
            When as many files wait as may.
        """
        with self._lock:
            if target in self._running:
                return self._running[target][0].written
            order = next((one for one in self._line if one.target == target), None)
            if order is None:
                if len(self._line) >= self._most_waiting:
                    raise FilesNotReady
                order = _Order(target, work, given)
                self._line.append(order)
            if is_first:
                self._line.remove(order)
                self._line.insert(0, order)
            self._begin()
            return order.written

    def close(self) -> None:
        """End what is being made and begin nothing of what waits."""
        with self._lock:
            for order in self._line:
                order.written.set_exception(FilesNotReady())
            self._line.clear()
            running = list(self._running.values())
            for _, process, _ in running:
                process.terminate()
        for _, _, reaper in running:
            reaper.join()

    def _begin(self) -> None:
        while self._line and len(self._running) < self._at_once:
            order = self._line.pop(0)
            order.written.set_running_or_notify_cancel()
            try:
                process = begun(order.work, *order.given, politeness=self._politeness)
            except OSError as error:  # the system gives no more processes
                order.written.set_exception(error)
                continue
            # Whoever waits for a process takes it off the system's list when it has ended.
            reaper = threading.Thread(target=self._reap, args=(order, process), daemon=True)
            self._running[order.target] = order, process, reaper
            reaper.start()

    def _reap(self, order: _Order, process: BaseProcess) -> None:
        process.join()
        with self._lock:
            try:
                order.written.set_result(_has_written(process, order.target))
            except GeoError as fault:
                order.written.set_exception(fault)
            del self._running[order.target]
            self._begin()


def _has_written(process: BaseProcess, target: Path) -> bool:
    process.join()
    is_ended, is_there = (process.exitcode or 0) < 0, target.exists()
    # It holds pipes as long as it is there.
    process.close()
    if is_ended and not is_there:
        raise StoreFault(reason=_SAY["ended"])
    return is_there


def _done_behind(work: Callable[..., object], given: tuple[Any, ...], politeness: int) -> None:
    _stand_back(politeness)
    _use_one_allocator()
    # A service that was killed cannot end us.
    threading.Thread(target=_end_with_parent, daemon=True).start()
    work(*given)


def _stand_back(politeness: int) -> None:
    """Let others go first, and never take all processors: one stays for answers."""
    if hasattr(os, "nice"):  # Windows has none
        os.nice(politeness)
    if hasattr(os, "sched_getaffinity"):  # Linux alone
        processors = sorted(os.sched_getaffinity(0))
        with suppress(OSError):
            os.sched_setaffinity(0, processors[1:] or processors)


def _use_one_allocator() -> None:
    """What pyarrow gives back is there for the outlines, which its own allocator would not see.

    And what is large goes back to the system when it is freed: glibc would from the first one on keep
    room of its size. Together 250 MiB of a country's villages.
    """
    # Read when pyarrow is loaded; what it is told later holds for some of its reading only.
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"
    with suppress(AttributeError, OSError):  # other systems have other allocators
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)


def _end_with_parent() -> None:
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)
