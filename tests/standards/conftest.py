"""One live service for the whole room: the shipped data and the hard layers, read over a socket."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest
from filelock import FileLock

from geo.store.store import Store
from tests.service import running
from tests.standards.hard_layers import publish_hard_layers


@contextmanager
def _started(reference_folder: Path, folder: Path) -> Iterator[str]:
    shutil.copytree(reference_folder, folder)
    store = Store(folder)
    publish_hard_layers(store)
    store.close()
    with running(folder) as address:
        yield address


@pytest.fixture(scope="session")
def address(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The service's address.

    Files of the room may run in several processes: the first that comes starts the service, and ends
    it when the last that came has left.
    """
    is_alone = "PYTEST_XDIST_WORKER" not in os.environ
    base = tmp_path_factory.getbasetemp()
    told = (base if is_alone else base.parent) / "standards.json"
    lock = FileLock(told.with_suffix(".lock"))

    def count(change: int) -> int:
        with lock:
            said = json.loads(told.read_text())
            said["readers"] += change
            told.write_text(json.dumps(said))
            return said["readers"]

    with lock, ExitStack() as stack:
        said = json.loads(told.read_text()) if told.exists() else {"readers": 0}
        is_first = said["readers"] == 0
        if is_first:
            reference = request.getfixturevalue("reference_folder")
            folder = tmp_path_factory.mktemp("standards") / "store"
            said["address"] = stack.enter_context(_started(reference, folder))
        said["readers"] += 1
        told.write_text(json.dumps(said))
        end = stack.pop_all()
    with end:
        yield said["address"]
        readers = count(-1)
        while is_first and readers > 0:
            time.sleep(0.1)
            readers = count(0)


@pytest.fixture(scope="session")
def client(address: str) -> Iterator[httpx2.Client]:
    """Follows no redirect and believes no environment: what is asked is what is sent."""
    with httpx2.Client(base_url=address, timeout=60, trust_env=False) as opened:
        yield opened


@pytest.fixture(scope="session")
def collections(client: httpx2.Client) -> dict[str, dict]:
    """What the service says of every collection, by id."""
    return {one["id"]: one for one in client.get("/collections").json()["collections"]}


@pytest.fixture(scope="session")
def api(client: httpx2.Client) -> dict:
    """The OpenAPI document."""
    return client.get("/api").json()
