"""How long the service takes from its command to its first answers, and how long it says nothing.

    uv run --group dev python tests/benchmarks/start.py

A first start loads the shipped data, a second finds them. Of each, medians of three: seconds and
processor seconds until the first answer of a path that is asked for at once; the longest that the
command said nothing on a terminal; and the processor seconds of the page of a zone for a reader who
came when what is looked at first had been made.
"""

import os
import pty
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

ZONE = "/zones/cahaya-baru"
PATHS = ("/", "/readiness", "/map", ZONE)
RUNS = 3
# Long enough for all that is made after a start, also on a busy machine.
QUIET_S, PATIENCE_S = 1.5, 60.0
_ADDRESS = re.compile(rb"http://\S+?:\d+")


@dataclass
class Service:
    """A service that a command started, and what its terminal showed."""

    process: int
    begun: float
    address: str = ""
    said_at: list[float] = field(default_factory=list)

    def processor_s(self) -> float:
        """Seconds of all processors so far (Linux)."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def answered(self, path: str) -> float:
        """Processor seconds until the answer to one request."""
        before = self.processor_s()
        asked = urllib.request.Request(self.address + path, headers={"Accept": "text/html"})
        with urllib.request.urlopen(asked) as answer:
            answer.read()
        return self.processor_s() - before

    def wait_until_quiet(self) -> None:
        """Return when the processors rest, as everything that is looked at first is made."""
        until = time.perf_counter() + PATIENCE_S
        while time.perf_counter() < until:
            before = self.processor_s()
            time.sleep(QUIET_S)
            if self.processor_s() - before < 0.05:
                return


@contextmanager
def started(store: Path) -> Iterator[Service]:
    """`kawasan serve` over a store, on a terminal, from its greeting on."""
    command = Path(sys.executable).with_name("kawasan")
    ours, theirs = pty.openpty()
    begun = time.perf_counter()
    process = subprocess.Popen(
        [str(command), "serve", "--store", str(store), "--port", "0"], stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    service, said = Service(process.pid, begun, said_at=[begun]), b""
    while not service.address:
        said += os.read(ours, 4096)
        service.said_at.append(time.perf_counter())
        if found := _ADDRESS.search(said):
            service.address = found[0].decode()
    reader = threading.Thread(target=_drain, args=(ours,), daemon=True)
    reader.start()
    try:
        yield service
    finally:
        process.terminate()
        process.wait()
        os.close(ours)


def _drain(terminal: int) -> None:
    with suppress(OSError):
        while os.read(terminal, 4096):
            pass


def measure(store: Path, path: str) -> tuple[float, float, float]:
    """Seconds, processor seconds and the longest silence until the first answer of `path`."""
    with started(store) as service:
        service.answered(path)
        taken, used = time.perf_counter() - service.begun, service.processor_s()
    silences = [b - a for a, b in zip(service.said_at, service.said_at[1:], strict=False)]
    return taken, used, max(silences)


def measure_rested(store: Path) -> float:
    """Processor seconds of the page of a zone when everything is made."""
    with started(store) as service:
        service.wait_until_quiet()
        return service.answered(ZONE)


def main() -> None:
    print(f"{'':22}{'first start':>26}{'second start':>26}   longest silence")
    for path in PATHS:
        runs: list[list[tuple[float, float, float]]] = [[], []]
        for _ in range(RUNS):
            with tempfile.TemporaryDirectory() as folder:
                for found in runs:
                    found.append(measure(Path(folder), path))
        middle = [[statistics.median(one) for one in zip(*r, strict=True)] for r in runs]
        shown = "".join(f"{taken:13.2f} s {used:7.2f} CPU s" for taken, used, _ in middle)
        print(f"{path:22}{shown}   {middle[0][2]:.2f} and {middle[1][2]:.2f} s", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        rested = [measure_rested(Path(folder)) for _ in range(RUNS)]
    print(f"{ZONE} when everything is made: {statistics.median(rested):.2f} CPU s")


if __name__ == "__main__":
    main()
