"""Start the service as a user does, in a process of its own."""

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ADDRESS = re.compile(r"http://\S+?:\d+")
_PATIENCE_S = 60


@contextmanager
def running(store: Path, *, env: dict[str, str] | None = None, workers: int = 1) -> Iterator[str]:
    """`kawasan serve` over `store` on a port that the system chooses; its address, once it says it."""
    command = shutil.which("kawasan", path=str(Path(sys.executable).parent))
    assert command is not None, "the console script is not installed"
    server = subprocess.Popen(
        [command, "serve", "--store", str(store), "--port", "0", "--workers", str(workers)],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield _said_address(server)
    finally:
        server.terminate()
        server.communicate(timeout=20)


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
