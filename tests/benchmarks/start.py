"""How long the service takes from its command to its first answer, on an empty and on a filled store.

    uv run --group dev python tests/benchmarks/start.py

Prints the median of five runs each: the first start, which loads the shipped data, and the second.
"""

import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

PATHS = ("/", "/readiness", "/map")
RUNS = 5


def seconds_to_answer(store: Path, path: str) -> float:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = shutil.which("kawasan", path=str(Path(sys.executable).parent))
    begun = time.perf_counter()
    server = subprocess.Popen(
        [command, "serve", "--store", str(store), "--port", str(port)], stdout=subprocess.DEVNULL
    )
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
                    answer.read()
                    return time.perf_counter() - begun
            except OSError:
                time.sleep(0.01)
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    for path in PATHS:
        first, second = [], []
        for _ in range(RUNS):
            with tempfile.TemporaryDirectory() as folder:
                first.append(seconds_to_answer(Path(folder), path))
                second.append(seconds_to_answer(Path(folder), path))
        print(
            f"{path:12} first start {statistics.median(first):.2f} s"
            f"   second start {statistics.median(second):.2f} s"
        )


if __name__ == "__main__":
    main()
