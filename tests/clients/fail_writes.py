"""A disk that fails once: a sync answers EIO, a write ENOSPC, at a drawn moment in uploads' lives.

    python -m tests.clients.fail_writes --faults 20

`strace` makes one call of a worker (`tests/geo/upload_lives.py`) fail. The worker must say so as a
fault of the store, and once the disk is well again the store must hold all that was acknowledged.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.geo.upload_lives import Ledger, first_store, spoken, violations

# The call, the error, and how many such calls a worker of so many lives makes at least.
FAULTS = (
    ("fsync,fdatasync", "EIO", 50),
    ("fsync,fdatasync", "ENOSPC", 50),
    ("pwrite64", "ENOSPC", 120),
    ("pwrite64", "EIO", 120),
    ("ftruncate", "EIO", 3),
    ("rename", "EIO", 12),
)
_LIVES = 4


def run(folder, *, faults, seed=1):
    """Let `faults` workers meet one fault each; what was found."""
    rng, wrong, ended, hit = random.Random(seed), [], Counter(), Counter()
    for number in range(faults):
        call, error, most = FAULTS[number % len(FAULTS)]
        place, nth = folder / str(number), rng.randint(1, most)
        first_store(place / "store")
        command = ["strace", "-f", "-qq", "-o", str(place / "trace"), "-e", f"trace={call}"]
        command += ["-e", f"inject={call}:error={error}:when={nth}", sys.executable, "-m"]
        command += ["tests.clients.cut_power", "--record", str(place), "--lives", str(_LIVES)]
        worker = subprocess.run(command, check=False, capture_output=True, text=True)
        hit[f"{call} {error}"] += "(INJECTED)" in (place / "trace").read_text()
        said = "went on"
        if worker.returncode:
            said = worker.stderr.strip().rpartition("\n")[2].partition(":")[0]
        ended[said] += 1
        if not said.startswith(("went on", "geo.errors.Store")):
            wrong.append(f"{call} {error} {nth}: {worker.stderr[-300:]}")
        ledger = Ledger()
        with (place / "acknowledged").open() as lines:
            for line in lines:
                ledger.hear(spoken(line))
        found = violations(place / "store", ledger)["wrong"]
        wrong += [f"{call} {error} {nth}: {violation}" for violation in found]
    return {
        "faults": dict(hit),
        "workers": dict(ended),
        "violations": len(wrong),
        "examples": wrong[:5],
    }


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kawasan-faults-") as name:
        found = run(Path(name), faults=asked.faults, seed=asked.seed)
    sys.stdout.write(json.dumps(found) + "\n")
    sys.exit(bool(found["violations"]))


if __name__ == "__main__":
    main()
