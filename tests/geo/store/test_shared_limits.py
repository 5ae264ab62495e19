"""Limits that processes keep together: rates, places, and what a holder that dies leaves."""

import subprocess
import sys

import pytest

from geo.store.shared_limits import SharedPlaces, SharedRate

HOLD = """
import sys
from pathlib import Path
from geo.store.shared_limits import SharedPlaces, SharedRate
folder = Path(sys.argv[1])
place = SharedPlaces(folder, "slot", count=2).take()
waits = [SharedRate(folder / "requests", 10, clock=lambda: 100.0).wait_s("gis") for _ in range(6)]
print(place is not None, sum(w == 0 for w in waits), flush=True)
sys.stdin.read()
"""


def holder(folder):
    """A process that holds a place and has taken six of ten requests, once it says so."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    return process, process.stdout.readline().split()


def test_two_processes_share_places_and_rates_and_a_killed_one_holds_nothing(tmp_path):
    first, (has_place, allowed) = holder(tmp_path)
    second, (also, rest) = holder(tmp_path)
    try:
        assert (has_place, allowed) == ("True", "6")
        assert (also, rest) == ("True", "4")
        places = SharedPlaces(tmp_path, "slot", count=2)
        assert places.take() is None
        first.kill()
        first.wait()
        freed = places.take()
        assert freed is not None
        assert places.take() is None
        assert SharedRate(tmp_path / "requests", 10, clock=lambda: 100.0).wait_s("gis") > 0
        assert SharedRate(tmp_path / "requests", 10, clock=lambda: 106.0).wait_s("gis") == 0
    finally:
        for process in (first, second):
            process.kill()
            process.communicate()


def test_a_bucket_is_refilled_over_a_minute(tmp_path):
    now = [0.0]
    limit = SharedRate(tmp_path / "rate", 60, clock=lambda: now[0])
    assert [limit.wait_s("a") for _ in range(60)] == [0.0] * 60
    assert limit.wait_s("a") == 1.0
    now[0] = 1.0
    assert limit.wait_s("a") == 0.0


def test_a_clock_that_is_put_back_holds_nobody_up_for_over_a_minute(tmp_path):
    now = [1_000_000.0]
    limit = SharedRate(tmp_path / "rate", 2, clock=lambda: now[0])
    assert [limit.wait_s("a"), limit.wait_s("a")] == [0.0, 0.0]
    now[0] -= 500_000
    assert 0 < limit.wait_s("a") <= 60


@pytest.mark.parametrize("content", [b"", b"\xff" * 100, b"\xff" * (16 + (1 << 16) * 8)])
def test_a_file_that_is_damaged_stops_nobody(tmp_path, content):
    (tmp_path / "rate").write_bytes(content)
    limit = SharedRate(tmp_path / "rate", 2, clock=lambda: 1.0)
    assert [limit.wait_s("a"), limit.wait_s("a"), limit.wait_s("a")] == [0.0, 0.0, 30.0]


def test_where_nothing_can_be_written_a_process_counts_for_itself(tmp_path):
    (tmp_path / "limits").write_bytes(b"no folder")
    limit = SharedRate(tmp_path / "limits" / "rate", 1, clock=lambda: 1.0)
    assert [limit.wait_s("a"), limit.wait_s("a"), limit.wait_s("b")] == [0.0, 60.0, 0.0]
