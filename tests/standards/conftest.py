"""One live service for the whole room: the shipped data and the hard layers, read over a socket."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from geo.store.store import Store
from tests.service import running, shared
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
def address(reference_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The service's address, which is one for all processes that run files of the room."""
    base = tmp_path_factory.getbasetemp()
    together = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared-standards"
    together.mkdir(exist_ok=True)
    folder = tmp_path_factory.mktemp("standards") / "store"
    with shared(together, lambda: _started(reference_folder, folder)) as started:
        yield started


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
