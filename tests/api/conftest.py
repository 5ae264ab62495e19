"""A service over a store with small made layers."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from geo.store.store import Store
from tests.api.examples import ODD_LAYER, odd, publish, regencies, zones
from tests.regions import give_region

SETTINGS = {"max_document_bytes": 2_000, "max_upload_bytes": 5_000}


@contextmanager
def made(settings: Settings) -> Iterator[Store]:
    """A store of two regencies, two versions of the zones and a layer of odd values."""
    opened = Store(settings.store)
    give_region(opened)
    publish(opened, "regencies", regencies().to_crs("EPSG:32749"))
    publish(opened, "zones", zones().iloc[:1], note="first")
    publish(opened, "zones", zones(), note="second")
    publish(opened, ODD_LAYER, odd())
    yield opened
    opened.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store=tmp_path / "store", **SETTINGS)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with made(settings) as opened:
        yield opened


@pytest.fixture(scope="session")
def reading_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service for all tests that only read."""
    settings = Settings(store=tmp_path_factory.mktemp("reading") / "store", **SETTINGS)
    with made(settings) as store, TestClient(create_app(settings, store=store)) as opened:
        yield opened


@pytest.fixture
def client(request: pytest.FixtureRequest) -> Iterator[TestClient]:
    """The service that all share; one of its own for a test that asks for the store or settings."""
    if not {"store", "settings"} & set(request.fixturenames):
        yield request.getfixturevalue("reading_client")
        return
    settings, store = map(request.getfixturevalue, ("settings", "store"))
    with TestClient(create_app(settings, store=store)) as opened:
        yield opened


@pytest.fixture(scope="session")
def shipped_reading_client(
    reference_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """A service over the shipped data for all tests that only read."""
    folder = tmp_path_factory.mktemp("shipped") / "store"
    shutil.copytree(reference_folder, folder)
    with TestClient(create_app(Settings(store=folder))) as opened:
        yield opened


@pytest.fixture
def shipped_client(request: pytest.FixtureRequest) -> Iterator[TestClient]:
    """The service over the shipped data that all share; one of its own for a test that asks for the store."""
    if "reference_store" not in request.fixturenames:
        yield request.getfixturevalue("shipped_reading_client")
        return
    store = request.getfixturevalue("reference_store")
    with TestClient(create_app(Settings(store=store.folder), store=store)) as opened:
        yield opened
