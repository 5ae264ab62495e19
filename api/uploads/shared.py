"""A computation of seconds that several readers may ask for: one at a time, and none for who has left."""

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

import anyio
import anyio.to_thread
from fastapi import Request

from geo.errors import GeoError
from geo.ingest.sandbox import Stopped

Done = TypeVar("Done")

# How soon it is noticed that a reader has left, in seconds.
_LOOK_AGAIN_S = 0.5


class Turns:
    """Whose turn it is, by what is computed; the second to come finds what the first has kept."""

    def __init__(self) -> None:
        self._turns: dict[str, tuple[anyio.Lock, int]] = {}

    @asynccontextmanager
    async def of(self, name: str) -> AsyncIterator[None]:
        """Wait for one's turn and hold it; waiting takes no thread."""
        lock, count = self._turns.get(name) or (anyio.Lock(), 0)
        self._turns[name] = lock, count + 1
        try:
            async with lock:
                yield
        finally:
            lock, count = self._turns.pop(name)
            if count > 1:
                self._turns[name] = lock, count - 1


async def while_read(
    request: Request, compute: Callable[[Callable[[], bool]], Done]
) -> Done | None:
    """What `compute` makes in a thread; None when the reader leaves before, which ends it too.

    Parameters
    ----------
    compute : callable
        Takes a function that tells whether to go on, and may raise `Stopped` where not.
    """
    if await request.is_disconnected():
        return None
    has_left = threading.Event()
    done: Done | None = None
    failed: GeoError | None = None
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_watch, request, has_left)
        try:
            done = await anyio.to_thread.run_sync(partial(compute, lambda: not has_left.is_set()))
        except Stopped:
            pass
        except GeoError as error:
            # Out of a group of tasks it would come as one of several.
            failed = error
        tasks.cancel_scope.cancel()
    if failed is not None:
        raise failed
    return done


async def _watch(request: Request, has_left: threading.Event) -> None:
    while not await request.is_disconnected():
        await anyio.sleep(_LOOK_AGAIN_S)
    has_left.set()
