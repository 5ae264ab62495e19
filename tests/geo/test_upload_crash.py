"""`kill -9` and power cuts within the life of an upload; many more by the commands in tests/clients."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Who is killed leaves what the system has, synced or not: a folder in memory will do, and is quick.
MEMORY = Path("/dev/shm")


def harness(module, *options):
    """Run in a process of its own, which has no threads and may fork."""
    memory = {"TMPDIR": str(MEMORY)} if os.access(MEMORY, os.W_OK) else {}
    ended = subprocess.run(
        [sys.executable, "-m", f"tests.clients.{module}", *options],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"} | memory,
    )
    assert ended.stdout, ended.stderr
    return json.loads(ended.stdout)


def test_kills_inside_every_step_lose_halve_and_mix_nothing():
    found = harness("kill_uploads", "--kills", "10")
    sys.stdout.write(f"\nkilled inside: {found}\n")
    assert found["examples"] == []
    assert sum(found["killed_inside"].values()) >= 8


def test_the_harness_finds_a_version_and_a_state_that_are_written_apart():
    found = harness(
        "kill_uploads", "--kills", "3", "--bad", "two-transactions", "--steps", "publish"
    )
    assert found["violations"] >= 1


def test_an_upgrade_that_is_killed_at_any_moment_loses_nothing():
    found = harness("kill_upgrades", "--kills", "8")
    sys.stdout.write(f"\nkilled inside an upgrade: {found}\n")
    assert found["examples"] == []
    assert found["inside"] >= 2


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace records what a disk is told")
def test_power_cuts_within_the_life_of_uploads_lose_nothing():
    found = harness("cut_power", "--cuts", "8", "--lives", "2")
    sys.stdout.write(f"\npower cut inside: {found}\n")
    assert found["examples"] == []
    assert (found["cuts"], found["syncs"] > 20) == (8, True)
