"""Several processes over one store, as `kawasan serve --workers` starts them."""

import hashlib
import http.client
import os
import re
import shutil
import signal
import socket
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import geopandas as gpd
import pytest
import shapely

from api.serving import workers
from api.settings import Settings
from geo.store.store import Provenance, Store
from tests.service import running

PROVENANCE = Provenance(actor="tester", note="", source="a test", licence="CC0-1.0")
# A change must be seen within a second; what ends a test that hangs is much later.
SEEN_S, PATIENCE_S = 1.0, 30.0


def published(store, amount):
    """Publish a layer of a thousand points that all say `amount`; the file's bytes."""
    frame = gpd.GeoDataFrame(
        {"amount": [amount] * 1000},
        geometry=shapely.points([[115.0, -3.0]] * 1000),
        index=gpd.pd.Index([f"p{n:04}" for n in range(1000)], name="area_id"),
        crs="EPSG:4326",
    )
    path = store.folder / "layer.parquet"
    frame.to_parquet(path)
    store.publish("amounts", "layer", path.read_bytes(), suffix=".parquet", provenance=PROVENANCE)


@pytest.fixture(scope="module")
def service(reference_folder, tmp_path_factory):
    """The address of two processes, and the store under them."""
    folder = tmp_path_factory.mktemp("workers") / "store"
    shutil.copytree(reference_folder, folder)
    store = Store(folder)
    published(store, 1)
    with running(folder, workers=2) as address:
        yield address, store
    store.close()


def amounts(address):
    """All amounts in one answer, by a connection of its own, so that any worker may answer."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE_S)
    connection.request("GET", "/collections/amounts/items?limit=1000&f=json")
    body = connection.getresponse().read()
    connection.close()
    return set(re.findall(rb'"amount":(\d+)', body)), hashlib.sha256(body).digest()


def test_a_publication_is_seen_by_all_workers_within_a_second_and_never_mixed(service):
    address, store = service
    seen, is_over = [], threading.Event()

    def ask():
        while not is_over.is_set():
            asked_at = time.monotonic()
            seen.append((asked_at, *amounts(address)))

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    time.sleep(1)
    published(store, 2)
    at = time.monotonic()
    time.sleep(3)
    is_over.set()
    for asker in askers:
        asker.join()
    assert all(len(found) == 1 for _, found, _ in seen), "an answer of two versions"
    assert len({digest for _, _, digest in seen}) == 2, "a version has one body"
    assert {b"2"} == set().union(*(found for when, found, _ in seen if when > at + SEEN_S))


def workers_of(door):
    """The processes that listen at a port of this machine, without the one that supervises."""
    inode = {
        line.split()[9]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[1].endswith(f":{door:04X}") and line.split()[3] == "0A"
    }
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            held = {os.readlink(link) for link in (process / "fd").iterdir()}
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if any(f"socket:[{one}]" in held for one in inode) and b"spawn_main" in command:
            found.add(int(process.name))
    return found


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="processes are found by /proc")
def test_a_worker_that_dies_is_replaced(service):
    address, _ = service
    door = urlsplit(address).port
    before = workers_of(door)
    assert len(before) == 2
    os.kill(min(before), signal.SIGKILL)
    until = time.monotonic() + PATIENCE_S
    while len(workers_of(door) - {min(before)}) < 2:
        assert time.monotonic() < until, "nobody replaced it"
        time.sleep(0.1)
    assert amounts(address)[0]


class Deaf:
    """A worker that ends by nothing but a kill."""

    def __init__(self, said):
        self.said = said

    def terminate(self):
        self.said.append("terminate")

    def join(self, timeout=None):
        self.said.append(("join", timeout))

    def is_alive(self):
        return "kill" not in self.said

    def kill(self):
        self.said.append("kill")


def test_a_worker_that_does_not_end_is_killed_and_the_door_is_closed(monkeypatch):
    said = []
    monkeypatch.setattr(workers, "_started", lambda *_: Deaf(said))
    monkeypatch.setattr(workers, "_have_begun", lambda *_: False)
    with socket.create_server(("127.0.0.1", 0)) as door:
        workers.serve_together(Settings(), door=door, count=1, when_ready=lambda: None)
        assert door.fileno() == -1
    assert said[0] == "terminate"
    assert 5 <= said[1][1] < 10
    assert said[2:] == ["kill", ("join", None)]


def test_a_worker_that_ends_waits_for_no_thread(monkeypatch):
    """The interpreter's end would wait for a thread that reads a layer with Arrow, for ever."""
    left = []
    monkeypatch.setattr(workers, "_server", lambda *_: workers.uvicorn.Server)
    monkeypatch.setattr(workers.uvicorn.Server, "run", lambda **_: None)
    monkeypatch.setattr(workers.os, "_exit", left.append)
    workers._work(None, None, workers._SPAWN.Semaphore(0))
    assert left == [0]
