"""Two processes of the service against one: requests a second, memory, and a publication under load.

    uv run --group dev python -m tests.benchmarks.serving.workers --seconds 3

Requests a processor second say the same on a machine that others use; memory is the proportional set
size (Linux), which counts what processes share once. While a layer is published again and again, each
answer must be of one version, and those that are asked for later than a second after it of the new one.
"""

import argparse
import os
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from geo.store.store import Store
from tests.api.test_workers import SEEN_S, amounts
from tests.api.test_workers import published as publish_amounts
from tests.benchmarks.serving import layers
from tests.benchmarks.serving.__main__ import published
from tests.benchmarks.serving.load import load
from tests.service import running

PATHS = {
    "one item": [f"/collections/polygons/items/s{n:05}?f=json" for n in range(0, 5_000, 7)],
    "10 features": ["/collections/polygons/items?limit=10&f=json"],
    "1,000 features": ["/collections/polygons/items?limit=1000&f=json"],
    "tile z10": [
        f"/collections/polygons/tiles/WebMercatorQuad/10/{y}/838" for y in range(516, 523)
    ],
    "filtered": [f"/collections/polygons/items?kind=kind%20{n}&f=json" for n in range(50)],
}
CONNECTIONS = 8
PUBLICATIONS, ASKERS = 5, 4
# By what stands in their commands.
_KINDS = {b"kawasan\0serve": "service", b"spawn_main": "worker", b"resource_tracker": "tracker"}
_MEBI = 1024.0
_TICKS = os.sysconf("SC_CLK_TCK")


def processes(parent: int) -> Iterator[tuple[int, str]]:
    """The processes of a service that a process started, with what they are; no passing ones."""
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            with suppress(FileNotFoundError):
                command = Path(f"/proc/{child}/cmdline").read_bytes()
                kind = next((kind for said, kind in _KINDS.items() if said in command), None)
                if kind is not None:
                    yield child, kind
                    yield from processes(child)


def pss_mib(process: int) -> float:
    """The memory of a process, its part of what it shares."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) / _MEBI for line in lines if line.startswith("Pss:"))


def processor_s(service: Sequence[int]) -> float:
    """Seconds of all processors that processes have used."""
    said = [Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in service]
    return sum(int(fields[11]) + int(fields[12]) for fields in said) / _TICKS


def throughput(address: str, service: Sequence[int], *, seconds: int) -> None:
    """Print requests a second and a processor second of each path, asked for before once."""
    for name, paths in PATHS.items():
        load(address, paths, connections=CONNECTIONS, encoding=None, seconds=1)
        before = processor_s(service)
        found = load(address, paths, connections=CONNECTIONS, encoding=None, seconds=seconds)
        each = found.rate * seconds / max(processor_s(service) - before, 1 / _TICKS)
        print(
            f"  {name:15} {found.rate:8,.0f}/s  {each:8,.0f} a processor second  "
            f"p50 {found.p50_ms:.1f} ms  p95 {found.p95_ms:.1f} ms  failed {found.failed}",
            flush=True,
        )


def publications(address: str, store: Store) -> str:
    """Publish again and again under load; what the askers saw."""
    seen: list[tuple[float, set[bytes], bytes]] = []
    is_over = threading.Event()

    def ask() -> None:
        while not is_over.is_set():
            asked = time.monotonic()
            seen.append((asked, *amounts(address)))

    made = []
    with ThreadPoolExecutor(ASKERS) as pool:
        asking = [pool.submit(ask) for _ in range(ASKERS)]
        for number in range(PUBLICATIONS):
            publish_amounts(store, 100 + number)
            made.append((time.monotonic(), number))
            time.sleep(2 * SEEN_S)
        is_over.set()
        for one in asking:
            one.result()
    mixed = sum(len(found) != 1 for _, found, _ in seen)
    bodies = {(*found, digest) for _, found, digest in seen}
    late = max(
        (asked - at for asked, found, _ in seen for at, number in made
         if asked > at and int(min(found)) < 100 + number),
        default=0.0,
    )  # fmt: skip
    versions = len({amount for amount, *_ in bodies})
    return (
        f"{len(seen)} answers of {versions} versions in {len(bodies)} bodies, {mixed} mixed; "
        f"the last old answer was asked for {late:.3f} s after a publication"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--workers", default="1,2")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        published(Path(folder), {"polygons": layers.polygons()})
        store = Store(Path(folder))
        publish_amounts(store, 1)
        for count in map(int, asked.workers.split(",")):
            with running(Path(folder), workers=count) as address:
                found = list(processes(os.getpid()))
                service = [process for process, _ in found]
                print(f"\n{count} {'process' if count == 1 else 'processes'}")
                throughput(address, service, seconds=asked.seconds)
                sizes = [(kind, pss_mib(process)) for process, kind in found]
                said = " + ".join(f"{kind} {size:.0f}" for kind, size in sizes)
                print(f"  memory: {said} = {sum(size for _, size in sizes):.0f} MiB")
                print(f"  {publications(address, store)}", flush=True)
        store.close()


if __name__ == "__main__":
    main()
