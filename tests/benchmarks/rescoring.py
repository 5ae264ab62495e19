"""How long the service takes to score all kecamatan anew under other weights, over a kept connection.

    uv run --group dev python tests/benchmarks/rescoring.py [--requests 200]

Starts the real service on a store of the shipped data and sends POST /readiness with other weights
every time: for columns of numbers (a map that follows a slider), for the same with the chances of
classes and the bands, which rest on 1,000 draws, and for the full document, which has them too.
Prints the median and the 95th percentile as the client sees them, and the processor time that the
service itself took for each answer, which other programs on the machine do not change.
"""

import argparse
import http.client
import json
import resource
import statistics
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from tests.service import running

DIMENSIONS = ("huni", "usaha", "berkembang", "lingkungan")
WARM = 10
ASKED = {
    "scores": {"detail": "scores"},
    "scores, chances": {"detail": "scores", "chances": True},
    "full": {"detail": "full"},
}


def bodies(asked: dict[str, object], n: int) -> list[bytes]:
    """Requests, each with weights of its own."""
    drawn = np.random.default_rng(1).dirichlet(np.full(len(DIMENSIONS), 10.0), n)
    return [
        json.dumps(
            {
                "layer": "kecamatan",
                **asked,
                "weights": dict(zip(DIMENSIONS, weights.tolist(), strict=True)),
            }
        ).encode()
        for weights in drawn
    ]


def milliseconds(connection: http.client.HTTPConnection, asked: list[bytes]) -> list[float]:
    took = []
    for body in asked:
        begun = time.perf_counter()
        connection.request("POST", "/readiness", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        took.append(1000 * (time.perf_counter() - begun))
        assert answer.status == 200
    return took


def measure(folder: Path, asked: dict[str, object], n: int) -> tuple[list[float], float]:
    """Milliseconds of each answer, and of processor time for one at an average."""
    used = []
    for requests in (WARM, WARM + n):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with running(folder) as address:
            connection = http.client.HTTPConnection(urlsplit(address).netloc)
            took = milliseconds(connection, bodies(asked, requests))
            connection.close()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    # Of two runs, so that the start of the service cancels out.
    return took[WARM:], 1000 * (used[1] - used[0]) / n


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200)
    n = parser.parse_args().requests
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        with running(store):
            pass  # The first start loads the shipped data.
        for label, asked in ASKED.items():
            took, used = measure(store, asked, n)
            worst = statistics.quantiles(took, n=20)[-1]
            print(
                f"{label:16} median {statistics.median(took):6.2f} ms   95 % {worst:6.2f} ms"
                f"   processor {used:6.2f} ms a request"
            )


if __name__ == "__main__":
    main()
