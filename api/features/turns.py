"""Turns at working out what features are asked for: a few at once, some who wait, the others come back.

A question costs processor time that all readers of this process share; a plain page and a filter
that is little work (`geo/filtering/work.py`) cost none worth counting and take no turn.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar

from geo.errors import NotReady
from geo.filtering.limits import time_limit
from geo.language import Text

_T = TypeVar("_T")
# One works while the next one is made ready; the clients of a portal may wait, each a few at once.
_AT_ONCE, _MOST_WAITING = 2, 128
_PATIENCE_S = 5.0
_rooms: RunVar[anyio.CapacityLimiter] = RunVar("questions")


class QueriesBusy(NotReady):
    """As many questions wait to be worked out as may."""

    title = Text(id="Layanan sibuk menyaring", en="Busy with filters")
    sentence = Text(
        id="Terlalu banyak permintaan yang menyaring sedang dihitung. Coba lagi sebentar.",
        en="Too many requests with filters are being worked out. Try again in a moment.",
    )


class Turns:
    """At most `at_once` at work, `waiting` more until `patience_s`, each for `cpu_s` of processor time."""

    def __init__(self, *, at_once: int, waiting: int, patience_s: float, cpu_s: float) -> None:
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._turns = threading.BoundedSemaphore(at_once)
        self._patience_s, self._cpu_s = patience_s, cpu_s

    @contextmanager
    def taken(self) -> Iterator[None]:
        """A turn while the block runs.

        Raises
        ------
        QueriesBusy
            When too many wait already, or none ended in time.
        InvalidFilter
            In the block, once it has taken too long.
        """
        if not self._places.acquire(blocking=False):
            raise QueriesBusy
        try:
            if not self._turns.acquire(timeout=self._patience_s):
                raise QueriesBusy
            try:
                with time_limit(self._cpu_s, clock=time.thread_time):
                    yield
            finally:
                self._turns.release()
        finally:
            self._places.release()


# Of this process, as its processor is. Who waits holds one of its forty threads meanwhile.
TURNS = Turns(at_once=1, waiting=8, patience_s=_PATIENCE_S, cpu_s=1.0)


async def in_turn(work: Callable[[], _T]) -> _T:
    """What `work` gives, which takes a turn, in a thread; who waits to begin holds none.

    Raises
    ------
    QueriesBusy
        When too many wait already, or none ended in time.
    """
    room, mine = _room(), object()
    if room.statistics().tasks_waiting >= _MOST_WAITING:
        raise QueriesBusy
    with anyio.move_on_after(_PATIENCE_S) as waiting:
        await room.acquire_on_behalf_of(mine)
    if waiting.cancelled_caught:
        raise QueriesBusy
    try:
        return await anyio.to_thread.run_sync(work)
    finally:
        room.release_on_behalf_of(mine)


def _room() -> anyio.CapacityLimiter:
    """Those of this loop who are at work or wait."""
    try:
        return _rooms.get()
    except LookupError:
        room = anyio.CapacityLimiter(_AT_ONCE)
        _rooms.set(room)
        return room
