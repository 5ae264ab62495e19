"""A service over a store with small made layers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from geo.store.store import Store
from tests.api.examples import ODD_LAYER, odd, publish, regencies, zones


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store=tmp_path / "store", max_document_bytes=2_000, max_upload_bytes=5_000)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = Store(settings.store)
    publish(opened, "regencies", regencies().to_crs("EPSG:32749"))
    publish(opened, "zones", zones().iloc[:1], note="first")
    publish(opened, "zones", zones(), note="second")
    publish(opened, ODD_LAYER, odd())
    yield opened
    opened.close()


@pytest.fixture
def client(settings: Settings, store: Store) -> Iterator[TestClient]:
    with TestClient(create_app(settings, store=store)) as opened:
        yield opened
