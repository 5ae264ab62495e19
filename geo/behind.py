"""Work in a process of its own, which stands back behind answers and gives its memory back.

What takes long in a library that holds the interpreter would stop every answer in a thread of the
service: to write 83,402 outlines as GeoJSON takes five seconds in one call.
"""

import ctypes
import multiprocessing
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from geo.errors import StoreFault
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
    process = begun(work, *given)
    process.join()
    is_ended, is_there = (process.exitcode or 0) < 0, target.exists()
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
