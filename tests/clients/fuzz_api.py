"""Schemathesis asks a live service everything that its OpenAPI document allows, and much that it does not.

    python -m tests.clients.fuzz_api --seconds 360

A service with the shipped data (`--small`: a few made features) is asked by nobody and by a publisher's key,
half of the time each, with every check of Schemathesis. What fails is told with the request that shows it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx2

from geo.planning.reference import load_reference
from geo.store.store import Store
from tests.api.examples import publish, regencies, zones
from tests.regions import give_region
from tests.service import running

ROOT = Path(__file__).parents[2]
CONFIG = Path(__file__).with_name("schemathesis.toml")


def made(folder, *, is_small):
    """A store and the key of a publisher of it."""
    store = Store(folder)
    if is_small:
        give_region(store)
        publish(store, "regencies", regencies().to_crs("EPSG:32749"))
        publish(store, "zones", zones())
    else:
        load_reference(store, ROOT / "data")
    key = store.keys.add("fuzz", role="publisher")
    store.close()
    return key


def fuzzed(address, *, folder, seconds, seed, headers, more):
    """One run of Schemathesis; whether it found nothing."""
    command = [str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(CONFIG)]
    command += ["run", f"{address}/api?f=json", "--seed", str(seed)]
    command += ["--max-time", str(seconds), "--continue-on-failure", "--request-timeout", "60"]
    command += ["--max-response-time", "60"]
    if headers:
        # It leaves the key in its place when it tries a request without or with a wrong login.
        command += ["--exclude-checks", "ignored_auth"]
    for header in headers:
        command += ["--header", header]
    return subprocess.run([*command, *more], check=False, cwd=folder).returncode == 0


def main():
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("--seconds", type=int, default=360)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--small", action="store_true")
    asked, more = asked.parse_known_args()  # the others are Schemathesis' own
    env = os.environ | {
        "KAWASAN_REQUESTS_PER_MINUTE": "100000",
        "KAWASAN_WRONG_KEYS_PER_MINUTE": "100000",
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "store"
        key = made(folder, is_small=asked.small)
        with running(folder, env=env) as address:
            # The first description is written while nobody waits: Schemathesis gives it ten seconds.
            httpx2.get(f"{address}/api?f=json", timeout=120).raise_for_status()
            options = {"seconds": asked.seconds // 2, "seed": asked.seed, "more": more}
            well = [
                fuzzed(address, folder=name, headers=headers, **options)
                for headers in ((), (f"X-API-Key:{key}",))
            ]
    sys.exit(not all(well))


if __name__ == "__main__":
    main()
