"""Start the service as a user does, in a process of its own."""

import fcntl
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

_ADDRESS = re.compile(r"http://\S+?:\d+")
# A shared machine's slowness is no failure; a service that dies is told of at once.
_PATIENCE_S = 300


@contextmanager
def running(
    store: Path, *, env: dict[str, str] | None = None, workers: int = 1, makes_ahead: bool = False
) -> Iterator[str]:
    """`kawasan serve` over `store` on a port that the system chooses; its address, once it says it.

    What it would make for readers to come it makes where it `makes_ahead`: on a store that nobody has
    read that takes longer than most tests, which ask for a page or two. Of several processes over a
    store one makes it and the others wait for that one, which is this one.
    """
    command = shutil.which("kawasan", path=str(Path(sys.executable).parent))
    assert command is not None, "the console script is not installed"
    server = subprocess.Popen(
        [command, "serve", "--store", str(store), "--port", "0", "--workers", str(workers)],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    first_views = FileLock(store / "prepared" / "first-views.lock")
    try:
        address = _said_address(server)
        with ExitStack() as held:
            if not makes_ahead:
                with suppress(Timeout):  # on a busy machine the service may be the quicker
                    held.enter_context(first_views.acquire(timeout=0))
            yield address
    finally:
        server.terminate()
        server.communicate(timeout=_PATIENCE_S)


@contextmanager
def shared(folder: Path, start: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    """The address of one service for all workers that name the same `folder`.

    Who comes first starts it, and ends it when the last of the others has left. Each holds a shared
    lock as long as it asks, which the system takes back from a worker that dies.
    """
    said, door = folder / "address", FileLock(folder / "door.lock")
    with ExitStack() as own, (folder / "visitors.lock").open("a") as visitors:
        with door:
            is_first = not said.exists()
            if is_first:
                said.write_text(own.enter_context(start()), encoding="utf-8")
            fcntl.flock(visitors, fcntl.LOCK_SH)
            address = said.read_text(encoding="utf-8")
        try:
            yield address
        finally:
            if is_first:
                with door:
                    said.unlink()
                fcntl.flock(visitors, fcntl.LOCK_EX)


def _said_address(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    said = []
    # A service that says nothing in time is ended, which ends the reading.
    patience = threading.Timer(_PATIENCE_S, server.kill)
    patience.start()
    try:
        for line in server.stdout:
            said.append(line)
            if found := _ADDRESS.search(line):
                return found[0]
    finally:
        patience.cancel()
    raise AssertionError("the service did not start: " + "".join(said))
