"""Several processes of the service over one store and one door.

What they share lies in the store: prepared features and tiles are memory-mapped files, so one page
cache holds them for all; limits and places for uploads are kept by locks (`geo/store/shared_limits.py`); and each
looks at the catalogue's counter of changes, so that a publication is seen by all at once.
"""

import asyncio
import gc
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Semaphore
from typing import TYPE_CHECKING, Any

import uvicorn

from api.serving.protocol import impatient
from api.settings import Settings
from geo.ingest import sandbox

if TYPE_CHECKING:
    from fastapi import FastAPI

# How soon a worker that died is replaced, and how soon one that cannot start is noticed.
_LOOK_EVERY_S = 0.5
_GIVES_WAY_S = 0.0002
# Somebody who reads pages pauses for less, and nothing of what is begun then can be put off again.
_MOMENT_S = 1.0
_LOOK_FOR_IDLE_S = 0.1
# Answers that are under way at the end are sent for so long, and a worker is waited for a little longer.
_GRACE_S = 5
_LAST_S = 3.0
_ENDING = (signal.SIGINT, signal.SIGTERM)
# Fresh interpreters: a fork would share the catalogue's connections.
_SPAWN = multiprocessing.get_context("spawn")


def server_config(app: "FastAPI", settings: Settings) -> uvicorn.Config:
    """How uvicorn serves: it waits for nobody for ever, and leaves proxies to `api.forwarded`."""
    return uvicorn.Config(
        app,
        http=impatient(settings.request_idle_s),
        ws="none",
        # It knows two of the headers, and believes who calls from this machine.
        proxy_headers=False,
        # It would be put together for each request and shown nowhere.
        access_log=False,
        log_level="warning",
        # Who reads nothing of an answer would keep the service from its end.
        timeout_graceful_shutdown=_GRACE_S,
    )


def serve_alone(settings: Settings, *, door: socket.socket, when_ready: Callable[[], None]) -> bool:
    """Serve `door`, which listens, by this process until it is told to end; whether it ever began."""
    server = _server(settings, when_ready)
    server.run(sockets=[door])
    return server.started


def serve_together(
    settings: Settings, *, door: socket.socket, count: int, when_ready: Callable[[], None]
) -> bool:
    """Serve `door`, which listens, by `count` processes until this one is told to end.

    One that dies is replaced. Whether they ever began.

    Parameters
    ----------
    when_ready : callable
        Called once every process answers.
    """
    ending = threading.Event()

    def end(*_: Any) -> None:
        ending.set()

    before = {sign: signal.signal(sign, end) for sign in _ENDING}
    ready = _SPAWN.Semaphore(0)
    workers = [_started(settings, door, ready) for _ in range(count)]
    try:
        has_begun = _have_begun(workers, ready, ending)
        if has_begun:
            when_ready()
        while has_begun and not ending.wait(_LOOK_EVERY_S):
            for place, worker in enumerate(workers):
                if not worker.is_alive():
                    workers[place] = _started(settings, door, ready)
        return has_begun
    finally:
        # Who comes now is refused, and does not wait for nobody.
        door.close()
        for worker in workers:
            worker.terminate()
        until = time.monotonic() + _GRACE_S + _LAST_S
        for worker in workers:
            worker.join(max(0.0, until - time.monotonic()))
            if worker.is_alive():
                worker.kill()
                worker.join()
        for sign, handler in before.items():
            signal.signal(sign, handler)


def _have_begun(workers: Sequence[BaseProcess], ready: Semaphore, ending: threading.Event) -> bool:
    """Wait until every worker answers; False when one ended first, or all are to end."""
    waited_for = len(workers)
    while waited_for and not ending.is_set():
        if ready.acquire(timeout=_LOOK_EVERY_S):
            waited_for -= 1
        elif not all(worker.is_alive() for worker in workers):
            return False
    return not ending.is_set()


def _started(settings: Settings, door: socket.socket, ready: Semaphore) -> BaseProcess:
    worker = _SPAWN.Process(target=_work, args=(settings, door, ready), name="kawasan worker")
    worker.start()
    return worker


def _work(settings: Settings, door: socket.socket, ready: Semaphore) -> None:
    server = _server(settings, ready.release)
    threading.Thread(target=_end_with_parent, args=(server,), daemon=True).start()
    with suppress(KeyboardInterrupt):
        server.run(sockets=[door])
    leave()


def leave() -> None:
    """End the process at once: the interpreter would wait for ever for a thread that reads with Arrow."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _end_with_parent(server: uvicorn.Server) -> None:
    """Nobody would end a worker whose parent was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        server.should_exit = True
        time.sleep(_GRACE_S + _LAST_S)
        leave()


def _server(settings: Settings, when_started: Callable[[], object]) -> "_Server":
    # All that is loaded stays: to look for garbage in it takes a tenth of a start.
    gc.disable()
    from api.main import create_app

    app = create_app(settings)
    gc.freeze()
    gc.enable()
    # A thread that works out a filter gives way at once to the loop, which answers everybody else.
    sys.setswitchinterval(_GIVES_WAY_S)
    return _Server(app, settings, when_started)


class _Server(uvicorn.Server):
    """uvicorn's server that makes what is looked at first, says that it is there, and makes the rest.

    It answers meanwhile: who knows the address waits for nothing.
    """

    def __init__(
        self, app: "FastAPI", settings: Settings, when_started: Callable[[], object]
    ) -> None:
        super().__init__(server_config(app, settings))
        self._app, self._settings, self._when_started = app, settings, when_started
        self._ending = threading.Event()
        self._asked, self._idle_since = 0, time.monotonic()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        threading.Thread(target=self._prepare, daemon=True).start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer nobody any more."""
        self._ending.set()
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)

    def _prepare(self) -> None:
        """Make what readers look at first, say that the service is there, then make all else."""
        from api.serving.first_views import make_first_views, make_opening_views

        state = self._app.state
        try:
            if state.store is not None:
                make_opening_views(state.store, self._settings, ending=self._ending)
        finally:
            if not self._ending.is_set():
                self._when_started()
        self._wait_for_idle()
        sandbox.prepare()
        if state.store is not None:
            make_first_views(
                state.store,
                self._settings,
                tables=state.tables,
                ending=self._ending,
                wait_for_idle=self._wait_for_idle,
            )

    def _wait_for_idle(self) -> None:
        """Return when nobody has asked for a moment, at once where that has passed already.

        Both threads would run at half their pace, and the loop waits for every call in the other that
        does not give way.
        """
        while not self._ending.wait(_LOOK_FOR_IDLE_S):
            asked, now = self.server_state.total_requests, time.monotonic()
            if asked != self._asked or self.server_state.tasks:
                self._asked, self._idle_since = asked, now
            elif now - self._idle_since >= _MOMENT_S:
                return
