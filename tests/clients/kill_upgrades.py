"""`kill -9` inside the upgrade of a store: at drawn moments, again and again over the same store.

    python -m tests.clients.kill_upgrades --kills 20

The store was recorded by the program as it was at b25f044. After each kill its catalogue must be the
old one or the new one, whole, with every upload, version and key; in the end the upgrade is done.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

# Loaded by an upgrade alone, and here before anybody is killed.
import alembic.migration
import alembic.operations  # noqa: F401

from geo.store.migrations import SCHEMA_VERSION
from geo.store.store import Store

RECORDED = Path(__file__).parents[1] / "geo/store/synthetic_store_schema_1"
_KEPT = {
    "uploads": "SELECT upload, dataset, filename, sha256, created_at, created_by FROM uploads",
    "versions": "SELECT dataset, number, sha256, note, upload FROM versions",
    "datasets": "SELECT dataset, kind, current FROM datasets",
    "keys": "SELECT prefix, digest, label, revoked_at FROM keys",
    "audit": "SELECT entry, actor, action, subject, chain FROM audit",
}


def held(path):
    """The schema of a catalogue, and all that it had when it was recorded."""
    with closing(sqlite3.connect(path)) as catalogue:
        number = catalogue.execute("PRAGMA user_version").fetchone()[0]
        said = catalogue.execute("PRAGMA integrity_check").fetchone()[0]
        rows = {name: sorted(map(repr, catalogue.execute(q))) for name, q in _KEPT.items()}
    return number, said, rows


def upgraded_in_a_child(folder, *, killed_after_s=None):
    """Open a store in a child that is killed so many seconds later; how long the child lived."""
    start = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            Store(folder)
            os._exit(0)
        except BaseException:
            os._exit(1)
    if killed_after_s is not None:
        time.sleep(killed_after_s)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return time.monotonic() - start, status


def run(folder, *, kills, seed=1):
    """Kill `kills` upgrades; what was found."""
    rng, wrong, left = random.Random(seed), [], Counter()
    measured = folder / "measured"
    shutil.copytree(RECORDED, measured)
    usual, _ = upgraded_in_a_child(measured)
    store, before, inside = folder / "store", held(RECORDED / "catalogue.sqlite")[2], 0
    for kill in range(kills):
        if not store.exists():
            shutil.copytree(RECORDED, store)
        _, status = upgraded_in_a_child(store, killed_after_s=rng.uniform(0, usual))
        inside += os.WIFSIGNALED(status)
        number, said, rows = held(store / "catalogue.sqlite")
        left[f"schema {number}"] += 1
        if said != "ok" or rows != before or number not in (1, SCHEMA_VERSION):
            wrong.append(f"kill {kill}: schema {number}, {said}")
        if number == SCHEMA_VERSION:
            wrong += [f"kill {kill}: {found}" for found in _ended(store, before)]
            shutil.rmtree(store)
    if store.exists():
        upgraded_in_a_child(store)
        wrong += _ended(store, before)
    return {
        "kills": kills,
        "inside": inside,
        "left": dict(left),
        "usual_ms": round(1000 * usual, 1),
        "violations": len(wrong),
        "examples": wrong[:5],
    }


def _ended(folder, before):
    """What is wrong with a store whose upgrade has come to its end."""
    copy = folder / "backups/catalogue-schema-1.sqlite"
    if held(copy) != (1, "ok", before):
        yield "the catalogue that was put aside is not the old one"
    if held(folder / "catalogue.sqlite") != (SCHEMA_VERSION, "ok", before):
        yield "the upgrade did not end, or something is lost"
    store = Store(folder)
    if not store.check().is_sound:
        yield f"not sound: {store.check()}"
    store.close()


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kawasan-upgrades-") as name:
        found = run(Path(name), kills=asked.kills, seed=asked.seed)
    sys.stdout.write(json.dumps(found) + "\n")
    sys.exit(bool(found["violations"]))


if __name__ == "__main__":
    main()
