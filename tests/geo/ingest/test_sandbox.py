"""The confined process: what it starts with, and that it never outlives the service."""

import errno
import os
import pickle
import subprocess
import sys
import time
from pathlib import Path

import pytest

from geo.ingest import sandbox
from geo.ingest.source import Job, Limits
from geo.vector.schema import schema_of

SERVICE = """
import sys
from pathlib import Path
from geo.ingest.sandbox import run_confined
from geo.ingest.source import Limits
run_confined("geo.validation.reader", Path(sys.argv[1]), limits=Limits())
"""


def opened(fifo):
    """The pipe opened for writing, None while no process reads from it."""
    try:
        return os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        return None


def awaited(found):
    deadline = time.monotonic() + 60
    while (value := found()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return value


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_reader_that_waits_ends_when_the_service_is_killed(tmp_path):
    # Reading a pipe that nobody writes to takes for ever.
    fifo = tmp_path / "upload"
    os.mkfifo(fifo)
    job = Job(fifo, "geojson", schema_of("zones"), None, None, None, False, Limits())
    (tmp_path / "job.pickle").write_bytes(pickle.dumps(job))
    service = subprocess.Popen([sys.executable, "-c", SERVICE, str(tmp_path)])
    # Held, or the reader would come to the pipe's end.
    held = awaited(lambda: opened(fifo))
    service.kill()
    service.wait()
    awaited(lambda: True if (again := opened(fifo)) is None else os.close(again))
    os.close(held)


def test_libraries_that_are_not_compiled_are_compiled_once(monkeypatch):
    monkeypatch.setattr(sandbox, "_READERS", ("colorsys",))
    monkeypatch.setattr("importlib.util.cache_from_source", lambda _: "/nowhere")
    place = sandbox._bytecode.__wrapped__()
    assert any(Path(place["PYTHONPYCACHEPREFIX"]).rglob("colorsys*.pyc"))


def test_bytecode_that_the_service_keeps_elsewhere_is_found_by_its_readers(monkeypatch):
    monkeypatch.setattr(sys, "pycache_prefix", "/elsewhere")
    assert sandbox._bytecode.__wrapped__() == {"PYTHONPYCACHEPREFIX": "/elsewhere"}
