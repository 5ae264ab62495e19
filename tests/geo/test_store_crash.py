"""`kill -9` inside a publication: only whole versions, and none that was acknowledged is lost.

A publisher says on a pipe when it begins and when it has published; it is killed at a random moment
after it said that it began. The same harness is turned on a publisher that overwrites its file in
place, which must fail: a harness that finds nothing there would prove nothing here.
"""

import hashlib
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

from geo.store.store import Provenance, Store
from geo.store.versions import Publication

ROOT = Path(__file__).resolve().parents[2]
CONTENT_BYTES = 400_000
DERIVED_BYTES = 40_000


def content_of(number):
    return random.Random(number).randbytes(CONTENT_BYTES)


class Snapshots:
    """The store of the service."""

    def __init__(self, folder):
        self.store = Store(folder)

    def publish(self, number):
        """A raster and what is derived from it, as one publication."""
        given = Provenance("tester", str(number), "made", "CC0-1.0")
        parts = (("slope", content_of(-number)[:DERIVED_BYTES]), ("zones", content_of(number)))
        self.store.publish_all(
            [
                Publication(name, "raster", content, ".tif", given, details={})
                for name, content in parts
            ]
        )

    def violations(self, acknowledged):
        """What is wrong now: versions that are not whole, and acknowledged ones that are gone."""
        report = self.store.check()
        wrong = [f"missing {name}" for name in report.missing]
        wrong += [f"altered {name}" for name in report.altered]
        versions = self.store.versions("zones") if self.store.datasets() else []
        present = {int(version.note) for version in versions}
        wrong += [f"lost {number}" for number in sorted(acknowledged - present)]
        if versions:
            numbers = [version.number for version in versions]
            if numbers != list(range(1, len(numbers) + 1)) or not versions[-1].is_current:
                wrong.append(f"order {numbers}")
            if versions[-1].path.read_bytes() != content_of(int(versions[-1].note)):
                wrong.append("the current version is not what was published")
            if [v.note for v in self.store.versions("slope")] != [v.note for v in versions]:
                wrong.append("one of two that are published together is another's")
        self.store.close()
        return wrong

    def traces(self, acknowledged):
        """How far the killed publications had come."""
        orphans = self.store.check().orphans
        present = {int(version.note) for version in self.store.versions("zones")}
        self.store.close()
        return {
            "half_written": sum(".writing-" in name for name in orphans),
            "without_version": sum(".writing-" not in name for name in orphans),
            "not_yet_acknowledged": len(present - acknowledged),
        }


class InPlace:
    """The publisher that many services have: it writes over the layer that is being served."""

    def __init__(self, folder):
        self.layer, self.index = folder / "layer.parquet", folder / "index.json"

    def publish(self, number):
        content = content_of(number)
        with self.layer.open("wb") as file:
            for at in range(0, len(content), 20_000):
                file.write(content[at : at + 20_000])
                file.flush()
                os.fsync(file.fileno())
        self.index.write_text(json.dumps(hashlib.sha256(content).hexdigest()))

    def violations(self, acknowledged):
        if not self.layer.exists():
            return ["lost"] if acknowledged else []
        try:
            expected = json.loads(self.index.read_text())
        except (OSError, ValueError):
            return ["no index"]
        found = hashlib.sha256(self.layer.read_bytes()).hexdigest()
        return [] if found == expected else ["the layer is neither the old nor the new one"]

    def traces(self, acknowledged):
        return {}


PUBLISHERS = {"snapshots": Snapshots, "in-place": InPlace}


def publish_for_ever(publisher, pipe, first):
    """In the child: say "B" before and "E" after each publication."""
    number = first
    while True:
        os.write(pipe, f"B {number}\n".encode())
        publisher.publish(number)
        os.write(pipe, f"E {number}\n".encode())
        number += 1


def typical_duration_s(kind, folder):
    publisher = PUBLISHERS[kind](folder)
    times = []
    for number in range(8):
        start = time.perf_counter()
        publisher.publish(-1 - number)
        times.append(time.perf_counter() - start)
    publisher.violations(set())
    return statistics.median(times)


def run(kind, folder, kills, seed):
    """Kill `kills` publishers; how many were hit inside a publication, and what was found wrong."""
    rng = random.Random(seed)
    (folder / "measured").mkdir(parents=True)
    typical_s = typical_duration_s(kind, folder / "measured")
    target = folder / "target"
    target.mkdir()
    began, acknowledged, inside, wrong = 0, set(), 0, []
    for kill in range(kills):
        text = recorded(kind, target, began, rng, typical_s)
        starts = [int(line[2:]) for line in text if line.startswith("B")]
        ends = {int(line[2:]) for line in text if line.startswith("E")}
        inside += starts[-1] not in ends
        acknowledged |= ends
        began = starts[-1] + 1
        found = PUBLISHERS[kind](target).violations(acknowledged)
        wrong += [f"kill {kill}: {violation}" for violation in found]
    return {
        "kills": kills,
        "inside": inside,
        "acknowledged": len(acknowledged),
        "typical_ms": round(1000 * typical_s, 1),
        "violations": wrong,
        "traces": PUBLISHERS[kind](target).traces(acknowledged),
    }


def recorded(kind, target, first, rng, typical_s):
    """All whole lines that a publisher wrote before it was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            publish_for_ever(PUBLISHERS[kind](target), writing, first)
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, "r") as pipe:
        lines = [pipe.readline() for _ in range(1 + 2 * rng.randrange(3))]
        time.sleep(rng.uniform(0, typical_s))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return [line for line in [*lines, *pipe] if line.endswith("\n")]


def harness(kind, folder, kills):
    """Run in a process of its own, which has no threads and may fork."""
    command = [sys.executable, __file__, kind, str(folder), str(kills)]
    ended = subprocess.run(
        command,
        capture_output=True,
        check=False,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def test_kills_inside_publish_leave_only_whole_versions(tmp_path):
    found = harness("snapshots", tmp_path, 25)
    sys.stdout.write(f"\nkilled inside publish: {found}\n")
    assert found["violations"] == []
    assert found["inside"] >= 12
    assert found["acknowledged"] >= 12


def test_the_harness_finds_a_publisher_that_writes_in_place(tmp_path):
    found = harness("in-place", tmp_path, 15)
    sys.stdout.write(f"\nkilled in place: {found}\n")
    assert len(found["violations"]) >= 5


if __name__ == "__main__":
    kind, folder, kills = sys.argv[1:]
    sys.stdout.write(json.dumps(run(kind, Path(folder), int(kills), seed=20260102)))
