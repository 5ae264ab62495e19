"""Several who publish at once, a catalogue that is held, a disk that is full at every step."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier

import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from geo.store.store import Store
from geo.submission import check
from tests.api.test_full_disk import fill, require_full, small  # noqa: F401  a fixture
from tests.geo.upload_lives import SRI, file_of
from tests.regions import give_region

pytestmark = pytest.mark.usefixtures("read_here")


class Door:
    """A service over a store, with a key of an editor and one of a publisher."""

    def __init__(self, folder, spool, *, patience_s=10.0):
        self.store, self.spool = Store(folder, patience_s=patience_s), spool
        give_region(self.store)
        self.client = TestClient(create_app(Settings(store=folder), store=self.store)).__enter__()
        # Nobody approves its own submission.
        self.headers, self.approver = self._key("gis"), self._key("head")

    def _key(self, label):
        key = self.store.keys.add(label, role="publisher")
        return {"Authorization": f"Bearer {key}", "Accept-Language": "en"}

    def ready(self, life):
        """An upload of another that waits for its publication."""
        path = self.spool / f"{life}.geojson"
        path.write_bytes(file_of(life))
        kept = check.receive(
            self.store, path, filename=path.name, dataset="zones", chosen={}, actor=SRI
        )
        return check.check(self.store, kept.upload).upload

    def post(self, upload, step, said, **headers):
        return self.client.post(
            f"/uploads/{upload}/{step}", json=said, headers={**self.headers, **headers}
        )

    def publish(self, upload, **headers):
        said = {"note": "x", "accept_warnings": True}
        return self.post(upload, "publish", said, **self.approver, **headers)

    def withdraw(self, upload):
        why = {"reason": "x"}
        return self.client.delete(f"/uploads/{upload}", params=why, headers=self.headers)

    def steps(self, upload):
        """Every step that writes, with its arguments, none of which is told to stop by the others."""
        said = {"note": "x", "accept_warnings": True}
        yield lambda: self.client.post(
            "/uploads", files={"file": ("1.geojson", file_of(9))}, headers=self.headers
        )
        yield lambda: self.client.patch(
            f"/uploads/{upload}", json={"columns": {"name": "other"}}, headers=self.headers
        )
        yield lambda: self.post(upload, "submit", said)
        yield lambda: self.publish(upload)
        yield lambda: self.post(upload, "comments", {"text": "x"})
        yield lambda: self.withdraw(upload)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.__exit__(None, None, None)
        self.store.close()


@pytest.fixture
def door(tmp_path):
    with Door(tmp_path / "store", tmp_path) as opened:
        yield opened


def at_once(*requests):
    """The answers to requests that begin together."""
    start = Barrier(len(requests))

    def ask(request):
        start.wait(20)
        return request()

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(ask, requests))


def test_of_four_who_publish_one_upload_one_does_and_three_are_told(door):
    upload = door.ready(1)
    answers = at_once(*[lambda: door.publish(upload)] * 4)
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    told = {answer.json()["detail"] for answer in answers if answer.status_code == 409}
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in told)
    assert [version.upload for version in door.store.versions("zones")] == [upload]
    assert [entry["action"] for entry in door.store.audit()].count("publish") == 2
    assert door.store.check().is_sound


def test_of_four_uploads_published_at_once_one_is_and_three_are_compared_anew(door):
    uploads = [door.ready(life) for life in range(1, 5)]
    answers = at_once(*[lambda u=upload: door.publish(u) for upload in uploads])
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    (first,) = door.store.versions("zones")
    for upload, answer in zip(uploads, answers, strict=True):
        if answer.status_code == 200:
            assert first.upload == upload
            continue
        problem = answer.json()
        assert (problem["code"], problem["facts"]["base"]) == ("LayerMoved", 1)
        assert problem["facts"]["report"]["difference"]["counts"]["changed"] == 1
    later = [u for u, a in zip(uploads, answers, strict=True) if a.status_code == 409]
    assert door.publish(later[0], **{"If-Match": '"0"'}).status_code == 412
    assert door.publish(later[0], **{"If-Match": '"1"'}).json()["version"] == 2
    assert door.publish(later[1], **{"If-Match": '"1"'}).status_code == 412
    assert [v.upload for v in door.store.versions("zones")] == [first.upload, later[0]]
    assert door.store.check().is_sound


def test_who_withdraws_and_who_publishes_at_once_do_not_both_succeed(door):
    for life in range(1, 6):
        upload = door.ready(life)
        published, withdrawn = at_once(
            lambda u=upload: door.publish(u),
            lambda u=upload: door.withdraw(u),
        )
        state = door.store.uploads.state(upload)
        expected = {"published": (200, 409), "withdrawn": (409, 204)}[state]
        assert (published.status_code, withdrawn.status_code) == expected
        versions = door.store.versions("zones") if door.store.datasets("layer") else []
        assert (upload in [v.upload for v in versions]) == (state == "published")
    assert door.store.check().is_sound
    # The snapshot of a publication that came too late is an orphan; a file of an upload is not left.
    assert not any(name.startswith("uploads/") for name in door.store.check().orphans)


def snapshot_of(store):
    """Every row, and every file of the uploads.

    A snapshot that was written for a version that did not come to be is an orphan, and harms nobody.
    """
    with closing(sqlite3.connect(store.folder / "catalogue.sqlite")) as catalogue:
        rows = [line for line in catalogue.iterdump() if '"keys"' not in line]
    files = {path: path.read_bytes() for path in (store.folder / "uploads").iterdir()}
    return rows, files


def test_a_catalogue_that_is_held_is_told_to_wait_for_and_nothing_is_half_done(tmp_path):
    with Door(tmp_path / "store", tmp_path, patience_s=0.1) as door:
        upload = door.ready(1)
        door.client.get("/uploads", headers=door.headers)
        before = snapshot_of(door.store)
        holder = sqlite3.connect(door.store.folder / "catalogue.sqlite", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        for ask in door.steps(upload):
            answer = ask()
            assert (answer.status_code, answer.json()["code"]) == (503, "StoreFault"), answer.text
            assert int(answer.headers["Retry-After"]) > 0
        holder.execute("ROLLBACK")
        holder.close()
        assert snapshot_of(door.store) == before
        assert door.publish(upload).status_code == 200


@pytest.mark.parametrize("small", [24], indirect=True)
def test_a_disk_that_is_full_at_any_step_changes_nothing(tmp_path, small):  # noqa: F811
    with Door(small / "store", tmp_path) as door:
        upload = door.ready(1)
        before = snapshot_of(door.store)
        fill(small / "rest", 24)
        for ask in door.steps(upload):
            require_full(ask(), small, tmp_path)
            assert door.store.uploads.state(upload) == "ready"
        (small / "rest").unlink()
        assert snapshot_of(door.store) == before
        assert door.store.check().is_sound
        assert [ask().status_code for ask in [*door.steps(upload)][1:4]] == [200, 200, 200]
