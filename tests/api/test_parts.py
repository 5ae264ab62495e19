"""Files that come in parts: nothing received is lost, a file is one upload, and nobody takes another's."""

import zlib
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from api.middleware import PART_TYPE
from api.settings import Settings
from geo.errors import OffsetMoved, PartNotFound, StoreFull
from geo.ingest.source import Limits
from geo.store import snapshots
from geo.store.store import Store
from geo.submission import receiving
from tests.api.test_uploads import as_gpkg, open_service, zones
from tests.hostile import multipart_of

LIMITS = Limits()
ORIGIN = "http://127.0.0.1"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    frame = zones().reset_index(drop=True).set_crs(4326, allow_override=True)
    return as_gpkg(tmp_path_factory.mktemp("files") / "a", frame)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    store, app = open_service(tmp_path_factory.mktemp("parts"), max_upload_bytes=300_000)
    with TestClient(app, base_url=ORIGIN, client=("127.0.0.1", 50_000)) as client:
        yield store, client
    store.close()


@pytest.fixture
def sender(service):
    store, _ = service
    key = store.keys.add("sender", role="editor")
    yield {"X-API-Key": key, "Accept-Language": "en"}
    for part in receiving.unfinished(store, actor=store.keys.require(key)):
        receiving.drop(store, part.part, actor=store.keys.require(key))


def begun(client, headers, *, size, **said):
    asked = {"filename": "kawasan tapin.gpkg", "bytes": size, **said}
    answer = client.post("/uploads/parts", json=asked, headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"].endswith(f"/uploads/parts/{answer.json()['part']}")
    return f"/uploads/parts/{answer.json()['part']}"


def brought(client, headers, address, content, *, offset):
    told = {**headers, "Content-Type": PART_TYPE, "Upload-Offset": str(offset)}
    return client.patch(address, content=content, headers=told)


def whole(client, headers, file, **said):
    content = file.read_bytes()
    address = begun(client, headers, size=len(content), **said)
    half = len(content) // 2
    for offset, piece in ((0, content[:half]), (half, content[half:])):
        answer = brought(client, headers, address, piece, offset=offset)
        assert answer.status_code == 200, answer.text
    return address.rsplit("/")[-1]


def handed_in(client, headers, part, **fields):
    files = {"received": (None, part), **{name: (None, text) for name, text in fields.items()}}
    return client.post("/uploads", files=files, headers=headers)


def test_a_file_in_parts_becomes_the_upload_that_it_would_be_as_one(service, sender, file):
    store, client = service
    at_once = client.post("/uploads", files=multipart_of(file), headers=sender).json()
    part = whole(client, sender, file)
    answer = handed_in(client, sender, part, collection="zones")
    assert answer.status_code == 201, answer.text
    found = answer.json()
    said_once = {**at_once["report"], "filename": found["filename"]}
    assert (found["sha256"], found["report"]) == (at_once["sha256"], said_once)
    assert found["upload"] == part
    # What is an upload now is no half-sent file any more.
    assert client.get("/uploads/parts", headers=sender).json()["parts"] == []
    assert client.get(f"/uploads/parts/{part}", headers=sender).status_code == 404
    assert [p for p in (store.folder / "receiving").iterdir() if part in p.name] == []


def test_an_answer_that_was_lost_makes_no_second_upload(service, sender, file):
    store, client = service
    part = whole(client, sender, file)
    before = len(store.uploads.newest())
    first = handed_in(client, sender, part)
    # A service that was stopped before it dropped the part has it again.
    (store.folder / "receiving" / f"{part}.part").write_bytes(file.read_bytes())
    again = handed_in(client, sender, part)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["upload"] == again.json()["upload"] == part
    assert len(store.uploads.newest()) == before + 1
    other = {"X-API-Key": store.keys.add("other", role="editor")}
    assert handed_in(client, other, part).status_code == 404


def test_what_came_is_told_and_gone_on_with(service, sender):
    _, client = service
    address = begun(client, sender, size=10)
    assert brought(client, sender, address, b"abcd", offset=0).headers["upload-offset"] == "4"
    told = client.head(address, headers=sender)
    assert (told.headers["upload-offset"], told.headers["upload-length"]) == ("4", "10")
    assert told.headers["cache-control"] == "private, no-store"
    found = client.get("/uploads/parts", headers=sender).json()["parts"]
    assert [(p["filename"], p["received"], p["bytes"]) for p in found] == [
        ("kawasan tapin.gpkg", 4, 10)
    ]
    assert found[0]["crc32"] == f"{zlib.crc32(b'abcd'):08x}"
    for offset in (0, 3, 5):
        wrong = brought(client, sender, address, b"xyz", offset=offset)
        assert (wrong.status_code, wrong.headers["upload-offset"]) == (409, "4")
        assert (wrong.json()["code"], wrong.json()["facts"]["offset"]) == ("OffsetMoved", 4)
    assert brought(client, sender, address, b"efghij", offset=4).json()["received"] == 10
    assert client.delete(address, headers=sender).status_code == 204
    assert client.get(address, headers=sender).status_code == 404


def test_of_a_request_that_breaks_off_stays_what_came(service, sender):
    _, client = service
    address = begun(client, sender, size=10)
    came = [
        {"type": "http.request", "body": b"abc", "more_body": True},
        {"type": "http.request", "body": b"de", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive():
        return came.pop(0)

    async def send(_):
        pass

    told = {**sender, "Content-Type": PART_TYPE, "Upload-Offset": "0", "Content-Length": "10"}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "PATCH",
        "scheme": "http",
        "path": address,
        "raw_path": address.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), text.encode()) for name, text in told.items()],
        "client": ("127.0.0.1", 50_000),
    }
    client.portal.call(client.app, scope, receive, send)
    assert client.get(address, headers=sender).json()["received"] == 5
    assert brought(client, sender, address, b"fghij", offset=5).json()["received"] == 10


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"filename": "a.zip", "bytes": 300_001}, 413),
        ({"filename": "a.zip", "bytes": 0}, 400),
        ({"filename": "a.zip", "bytes": -1}, 400),
        ({"filename": "", "bytes": 5}, 400),
        ({"filename": "a.zip", "bytes": 5, "sha256": "x"}, 400),
        ({"filename": "a.zip", "bytes": 5, "size": 5}, 400),
    ],
)
def test_what_cannot_become_an_upload_is_refused_before_it_travels(service, sender, asked, status):
    _, client = service
    assert client.post("/uploads/parts", json=asked, headers=sender).status_code == status
    assert client.get("/uploads/parts", headers=sender).json()["parts"] == []


def test_a_part_that_is_none_changes_nothing(service, sender):
    _, client = service
    address = begun(client, sender, size=4)
    told = {**sender, "Upload-Offset": "0"}
    for answer, status in (
        (brought(client, sender, address, b"abcde", offset=0), 400),
        (client.patch(address, content=b"ab", headers=told), 415),
        (client.patch(address, content=b"ab", headers={**sender, "Content-Type": PART_TYPE}), 400),
        (brought(client, sender, address, bytes(8 * 2**20 + 1), offset=0), 413),
    ):
        assert answer.status_code == status, answer.text
    assert client.get(address, headers=sender).json()["received"] == 0
    assert handed_in(client, sender, address.rsplit("/")[-1]).status_code == 409


@pytest.mark.parametrize("head", [b"Rar!\x1a\x07\x00", b"%PDF-1.7\n"])
def test_a_file_of_a_kind_that_is_never_taken_is_told_by_its_first_piece(service, sender, head):
    _, client = service
    address = begun(client, sender, size=200_000)
    answer = brought(client, sender, address, head + bytes(5_000), offset=0)
    assert (answer.status_code, answer.json()["code"]) == (415, "UploadUnsupported")
    assert client.get("/uploads/parts", headers=sender).json()["parts"] == []


def test_a_table_of_figures_comes_in_parts_though_it_has_no_positions(service, sender):
    _, client = service
    table = b"Kabupaten/Kota;Tahun;Nilai\nTanah Laut;2025;4,99\n"
    address = begun(client, sender, size=len(table))
    assert brought(client, sender, address, table, offset=0).status_code < 300


def test_a_form_names_a_file_or_a_received_one(service, sender, file):
    _, client = service
    part = whole(client, sender, file)
    both = {"received": (None, part), **multipart_of(file)}
    assert client.post("/uploads", files=both, headers=sender).status_code == 400
    neither = {"collection": (None, "zones")}
    assert client.post("/uploads", files=neither, headers=sender).status_code == 400
    assert handed_in(client, sender, "../catalogue").status_code == 400
    # A layer that is not there is mended without sending the file again.
    assert handed_in(client, sender, part, collection="no-such-layer").status_code == 404
    assert handed_in(client, sender, part).status_code == 201


def test_a_file_that_is_not_what_its_sender_said_is_no_upload(service, sender, file):
    _, client = service
    part = whole(client, sender, file, sha256="0" * 64)
    answer = handed_in(client, sender, part)
    assert (answer.status_code, answer.json()["code"]) == (422, "UploadRejected")
    assert "sha256" in answer.json()["detail"]
    assert client.get(f"/uploads/{part}", headers=sender).status_code == 404


def test_a_part_is_its_senders_alone(service, sender):
    store, client = service
    address = begun(client, sender, size=4)
    other = {"X-API-Key": store.keys.add("sender", role="editor")}
    assert client.get("/uploads/parts", headers=other).json()["parts"] == []
    assert client.get(address, headers=other).status_code == 404
    assert brought(client, other, address, b"abcd", offset=0).status_code == 404
    assert client.delete(address, headers=other).status_code == 404
    assert client.get(address, headers=sender).json()["received"] == 0


def test_five_of_one_sender_are_unfinished_at_the_most(service, sender):
    store, client = service
    addresses = [begun(client, sender, size=4) for _ in range(receiving.MOST_UNFINISHED)]
    sixth = client.post("/uploads/parts", json={"filename": "f", "bytes": 4}, headers=sender)
    assert sixth.status_code == 409
    other = {"X-API-Key": store.keys.add("third", role="editor")}
    client.delete(begun(client, other, size=4), headers=other)
    client.delete(addresses[0], headers=sender)
    begun(client, sender, size=4)


def test_a_page_of_another_site_brings_nothing(service):
    store, client = service
    with _logged_in(store, client, "sri") as csrf:
        own = {"X-CSRF-Token": csrf, "Origin": ORIGIN}
        address = begun(client, own, size=4)
        for headers in (
            {"Origin": ORIGIN},
            {"X-CSRF-Token": csrf, "Origin": "http://elsewhere.example"},
        ):
            assert brought(client, headers, address, b"abcd", offset=0).status_code == 403
            assert client.delete(address, headers=headers).status_code == 403
            body = {"filename": "f", "bytes": 4}
            assert client.post("/uploads/parts", json=body, headers=headers).status_code == 403
        assert brought(client, own, address, b"abcd", offset=0).status_code == 200


def test_the_desk_lists_what_is_half_sent_to_its_sender_alone_and_inert(service):
    store, client = service
    name = '<img src=x onerror="alert(1)">.zip'
    with _logged_in(store, client, "tuti") as csrf:
        own = {"X-CSRF-Token": csrf, "Origin": ORIGIN}
        asked = {"filename": name, "bytes": 1_000}
        part = client.post("/uploads/parts", json=asked, headers=own).json()["part"]
        brought(client, own, f"/uploads/parts/{part}", bytes(996), offset=0)
        for language, said in (("id", "99% diterima"), ("en", "99% received")):
            page = client.get(f"/uploads?f=html&lang={language}").text
            assert f'data-to="/parts/{part}"' in page
            assert said in page
            assert "<img src=x" not in page
            # What is no layer has a form of its own; of figures where there are any.
            address = f"/uploads/form?for=land&f=html&lang={language}"
            assert address.replace("&", "&amp;") in page
            assert client.get(address).status_code == 200
            assert "for=indicators" not in page
    with _logged_in(store, client, "umar"):
        assert part not in client.get("/uploads?f=html").text


@contextmanager
def _logged_in(store, client, user):
    password = "sawah di tepi Barito"
    store.users.add(user, password=password, role="editor", name=user.title())
    answer = client.post("/session", json={"user": user, "password": password})
    assert answer.status_code == 200, answer.text
    yield answer.json()["csrf"]
    client.cookies.clear()


def test_parts_are_counted_apart_from_what_else_a_sender_asks(tmp_path, file):
    store, _ = open_service(tmp_path)
    app = create_app(Settings(store=store.folder, requests_per_minute=3), store=store)
    headers = {"X-API-Key": store.keys.add("sender", role="editor")}
    with TestClient(app) as client:
        address = begun(client, headers, size=10)
        answers = [brought(client, headers, address, b"a", offset=n) for n in range(4)]
        assert [one.status_code for one in answers] == [200, 200, 200, 429]
        assert int(answers[-1].headers["retry-after"]) > 0
        assert client.get("/uploads/parts", headers=headers).status_code == 200
    store.close()


class Clock:
    def __init__(self):
        self.at = datetime(2026, 11, 2, 8, tzinfo=UTC)

    def __call__(self):
        return self.at


@pytest.fixture
def clocked(tmp_path):
    clock = Clock()
    store = Store(tmp_path / "store", now=clock)
    yield store, clock, store.keys.require(store.keys.add("sender", role="editor"))
    store.close()


def test_a_part_goes_seven_days_after_its_last_byte(clocked):
    store, clock, actor = clocked
    part = receiving.begin(store, filename="a", size_bytes=9, actor=actor, limits=LIMITS).part
    clock.at += timedelta(days=6)
    assert receiving.append(store, part, b"abc", offset=0, actor=actor).received_bytes == 3
    clock.at += timedelta(days=6)
    assert receiving.drop_due(store) == []
    clock.at += timedelta(days=1)
    assert receiving.drop_due(store) == [part]
    assert [*(store.folder / "receiving").iterdir()] == []
    with pytest.raises(PartNotFound):
        receiving.append(store, part, b"def", offset=3, actor=actor)


def test_bytes_that_came_after_the_last_acknowledged_ones_are_written_again(clocked):
    """What a power cut may leave: content beyond what the facts tell of, or a piece of neither."""
    store, _, actor = clocked
    part = receiving.begin(store, filename="a", size_bytes=9, actor=actor, limits=LIMITS).part
    receiving.append(store, part, b"abc", offset=0, actor=actor)
    content = store.folder / "receiving" / f"{part}.part"
    content.write_bytes(b"abc???")
    store.close()
    later = Store(store.folder)
    assert receiving.one(later, part, actor=actor).received_bytes == 3
    with pytest.raises(OffsetMoved):
        receiving.append(later, part, b"x", offset=6, actor=actor)
    found = receiving.append(later, part, b"defghi", offset=3, actor=actor)
    assert (content.read_bytes(), found.crc32) == (b"abcdefghi", zlib.crc32(b"abcdefghi"))
    # Content that somebody cut off is asked for again from its beginning.
    content.write_bytes(b"abc")
    assert receiving.one(later, part, actor=actor).received_bytes == 0
    later.close()


def test_room_is_asked_for_all_that_is_announced(clocked, monkeypatch):
    store, _, actor = clocked
    free = snapshots._FREE_SPACE_MARGIN_BYTES + 1_000

    class Disk:
        def __init__(self, _):
            self.free = free

    monkeypatch.setattr(snapshots.shutil, "disk_usage", Disk)
    receiving.begin(store, filename="a", size_bytes=900, actor=actor, limits=LIMITS)
    with pytest.raises(StoreFull):
        receiving.begin(store, filename="b", size_bytes=101, actor=actor, limits=LIMITS)
    receiving.begin(store, filename="b", size_bytes=100, actor=actor, limits=LIMITS)
