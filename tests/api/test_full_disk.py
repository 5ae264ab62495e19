"""A disk that is really full: 507, nothing changed, and no folder of the server told."""

import io
import os
import subprocess
import tempfile
import zipfile
from contextlib import suppress

import numpy as np
import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from geo.planning.publish import publish_region
from geo.planning.shipped import shipped_data
from geo.store.store import Provenance, Store
from tests import hostile
from tests.api.examples import publish, regencies


@pytest.fixture
def small(tmp_path, request):
    """A disk of so many megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    if (
        getattr(os, "geteuid", lambda: 1)() != 0
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={request.param}m", "tmpfs", str(folder)],
            capture_output=True,
            check=False,
        ).returncode
    ):
        pytest.skip("no right to mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def noise(size):
    return np.random.default_rng(1).bytes(size)


def swollen():
    """A small archive whose Shapefile unpacks to four megabytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for suffix in (".shp", ".shx", ".dbf"):
            archive.writestr(f"zones{suffix}", bytes(4_000_000))
    return content.getvalue()


def furnish(store):
    given = Provenance("tester", "made for a test", "made by hand", "CC0-1.0")
    text = (shipped_data() / "region" / "region.toml").read_text("utf-8")
    publish_region(store, text, provenance=given)
    publish(store, "regencies", regencies())


def answered(client, content, key):
    headers = {"Authorization": f"Bearer {key}", "Accept-Language": "en"}
    return client.post("/uploads", files={"file": ("zones", io.BytesIO(content))}, headers=headers)


def require_full(answer, *folders):
    assert (answer.status_code, answer.json()["code"]) == (507, "StoreFull")
    assert "Nothing has changed" in answer.json()["detail"]
    assert "/" not in answer.json()["detail"]
    assert not [folder for folder in folders if str(folder) in answer.text]


@pytest.mark.parametrize("small", [2], indirect=True)
@pytest.mark.parametrize(
    ("content", "states"),
    # A file that was kept whole before the space ran out waits for its check.
    [(noise(3_000_000), []), (swollen(), ["checking"])],
    ids=["spool", "unpacked"],
)
def test_no_space_for_what_comes_in(tmp_path, small, monkeypatch, content, states):
    monkeypatch.setattr(tempfile, "tempdir", str(small))
    store = Store(tmp_path / "store")
    furnish(store)
    with TestClient(create_app(Settings(store=store.folder), store=store)) as client:
        require_full(answered(client, content, store.keys.add("gis")), small, tmp_path)
        assert client.get("/healthz").status_code == 200
    assert [upload.state for upload in store.uploads.newest(most=10)] == states
    store.close()


@pytest.mark.parametrize("small", [18], indirect=True)
def test_no_space_in_the_store(tmp_path, small):
    store = Store(small / "store")
    furnish(store)
    content, key = hostile.collection().encode(), store.keys.add("gis")
    with TestClient(create_app(Settings(store=store.folder), store=store)) as client:
        # Of the margin that must stay free, then of all.
        for megabytes in (2, 20):
            fill(small / f"rest-{megabytes}", megabytes)
            require_full(answered(client, content, key), small, tmp_path)
            assert client.get("/healthz").status_code == 200
    assert store.check().is_sound
    store.close()


def fill(path, megabytes):
    with path.open("wb", buffering=0) as file, suppress(OSError):
        for _ in range(megabytes * 256):
            file.write(bytes(4096))
