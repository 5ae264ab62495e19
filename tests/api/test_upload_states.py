"""Uploads over HTTP from step to step: choices, progress, submission, return, comments."""

import time
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from tests import hostile
from tests.api.test_uploads import as_gpkg, edited_elsewhere, open_service, zones


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """One service, its store, and the headers of an editor, a publisher and a viewer."""
    store, app = open_service(tmp_path_factory.mktemp("states"))
    headers = {
        role: {
            "Authorization": f"Bearer {store.keys.add(role, role=role, institution='Dinas')}",
            "Accept-Language": "en",
        }
        for role in ("editor", "publisher", "viewer")
    }
    with TestClient(app) as client:
        yield store, client, headers
    store.close()


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    frame = zones().reset_index(drop=True).set_crs(4326, allow_override=True)
    return as_gpkg(tmp_path_factory.mktemp("files") / "a", frame)


def sent(client, headers, path, **options):
    return client.post("/uploads", files=hostile.multipart_of(path), headers=headers, **options)


def test_a_refused_file_is_mended_by_choices_over_http(service, tmp_path):
    _, client, headers = service
    frame = edited_elsewhere()
    frame.loc[2, "KDPKAB"] = "63.02"
    refused = sent(client, headers["editor"], as_gpkg(tmp_path / "x", frame))
    assert refused.status_code == 422
    address = refused.headers["location"]
    assert client.get(address, headers=headers["editor"]).json()["has_original"]

    chosen = client.patch(address, json={"repairs": ["make_valid"]}, headers=headers["editor"])
    assert (chosen.status_code, chosen.json()["state"]) == (200, "ready")
    assert chosen.json()["choices"] == {"repairs": ["make_valid"]}
    taken_back = client.patch(address, json={"repairs": None}, headers=headers["editor"])
    assert (taken_back.status_code, taken_back.json()["code"]) == (422, "UploadRejected")
    unknown = client.patch(address, json={"colour": "red"}, headers=headers["editor"])
    assert unknown.status_code == 400
    foreign = client.patch(address, json={"crs": None}, headers=headers["viewer"])
    assert foreign.status_code == 403


def test_who_prefers_not_to_wait_is_told_where_to_look(service, good):
    _, client, headers = service
    answer = sent(client, headers["editor"] | {"Prefer": "respond-async, wait=1"}, good)
    assert answer.status_code == 202
    assert answer.headers["preference-applied"] == "respond-async"
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.json()["state"] in ("received", "checking")
    assert answer.json()["state_text"].keys() == {"id", "en"}
    seen = []
    for _ in range(1200):
        status = client.get(answer.headers["location"], headers=headers["editor"])
        document = status.json()
        if document["state"] == "ready":
            break
        seen.append(document["progress"])
        assert status.headers["retry-after"]
        assert "report" not in document
        time.sleep(0.05)
    assert document["report"]["accepted"]
    assert "progress" not in document
    assert all(0 <= told["share"] < 1 and told["step"]["id"] for told in seen)


@pytest.mark.usefixtures("read_here")
def test_an_editor_submits_a_publisher_comments_and_publishes(service, good):
    store, client, headers = service
    address = sent(client, headers["editor"], good).headers["location"]
    early = client.post(f"{address}/publish", json={}, headers=headers["editor"])
    assert (early.status_code, early.json()["code"]) == (403, "NotAllowed")
    submitted = client.post(f"{address}/submit", json={"note": "Rapat"}, headers=headers["editor"])
    assert (submitted.status_code, submitted.json()["state"]) == (200, "submitted")
    assert submitted.json()["submission"]["note"] == "Rapat"

    said = {"text": "Periksa Sebamban", "place": {"feature": "sebamban", "lon": 115.7, "lat": -3.6}}
    added = client.post(f"{address}/comments", json=said, headers=headers["publisher"])
    assert (added.status_code, added.json()["role"]) == (201, "publisher")
    refused = client.post(f"{address}/comments", json=said, headers=headers["viewer"])
    assert refused.status_code == 403
    (comment,) = client.get(f"{address}/comments", headers=headers["viewer"]).json()["comments"]
    assert (comment["text"], comment["place"], comment["institution"]) == (
        said["text"],
        said["place"],
        "Dinas",
    )
    number = store.version("zones").number
    match = headers["publisher"] | {"If-Match": f'"{number}"'}
    published = client.post(f"{address}/publish", json={}, headers=match)
    assert (published.status_code, published.json()["note"]) == (200, "Rapat")


ATOM = {"a": "http://www.w3.org/2005/Atom"}


def feed_of(client, headers, **options):
    answer = client.get("/uploads/feed", headers=headers, **options)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    return answer, feed, {e.find("a:id", ATOM).text: e for e in feed.findall("a:entry", ATOM)}


@pytest.mark.usefixtures("read_here")
def test_the_feed_tells_each_what_waits_for_it(service, good, tmp_path):
    _, client, headers = service
    address = sent(client, headers["editor"], good).headers["location"]
    upload = address.rpartition("/")[2]
    urn = f"urn:kawasan:upload:{upload}"
    assert urn not in feed_of(client, headers["publisher"])[2]
    client.post(f"{address}/submit", json={"note": "x"}, headers=headers["editor"])

    answer, feed, entries = feed_of(client, headers["publisher"])
    # RFC 4287, 4.1.1 and 4.1.2: exactly one of each in a feed and in an entry.
    for holder in (feed, entries[urn]):
        for name in ("id", "title", "updated"):
            assert len(holder.findall(f"a:{name}", ATOM)) == 1
    assert feed.find("a:author/a:name", ATOM).text
    assert entries[urn].find("a:link", ATOM).get("href") == address
    assert entries[urn].find("a:title", ATOM).text.startswith("Waits for your decision")
    known = headers["publisher"] | {"If-None-Match": answer.headers["etag"]}
    assert client.get("/uploads/feed", headers=known).status_code == 304
    assert answer.headers["cache-control"].startswith("private")
    indonesian = feed_of(client, headers["publisher"], params={"lang": "id"})[2]
    assert indonesian[urn].find("a:title", ATOM).text.startswith("Menunggu keputusan")

    assert urn not in feed_of(client, headers["editor"])[2]
    client.post(f"{address}/return", json={"reason": "x"}, headers=headers["publisher"])
    returned = feed_of(client, headers["editor"])[2][urn]
    assert returned.find("a:category", ATOM).get("term") == "returned"
    assert urn not in feed_of(client, headers["publisher"])[2]
    assert client.get("/uploads/feed").status_code in (401, 403)


@pytest.mark.usefixtures("read_here")
def test_a_returned_upload_carries_the_reason_as_a_comment(service, good):
    _, client, headers = service
    address = sent(client, headers["editor"], good).headers["location"]
    reason = {"reason": "Batas selatan belum disepakati"}
    early = client.post(f"{address}/return", json=reason, headers=headers["publisher"])
    assert (early.status_code, early.json()["code"]) == (409, "Conflict")
    client.post(f"{address}/submit", json={"note": "x"}, headers=headers["editor"])
    back = client.post(f"{address}/return", json=reason, headers=headers["publisher"])
    assert (back.status_code, back.json()["state"]) == (200, "returned")
    (comment,) = client.get(f"{address}/comments", headers=headers["editor"]).json()["comments"]
    assert comment["text"] == reason["reason"]
    told = back.json()["submission"]["returned"]
    assert (told["reason"], told["role"]) == (reason["reason"], "publisher")
    rels = {link["rel"] for link in back.json()["links"]}
    assert rels == {"self", "submit"}
    early = client.post(f"{address}/publish", json={"note": "x"}, headers=headers["publisher"])
    assert (early.status_code, early.json()["code"]) == (409, "Conflict")
    again = client.post(f"{address}/submit", json={"note": "y"}, headers=headers["editor"])
    assert (again.status_code, again.json()["submission"]["note"]) == (200, "y")
    # Its comments came with it.
    said = client.get(f"{address}/comments", headers=headers["publisher"]).json()["comments"]
    assert [one["text"] for one in said] == [reason["reason"]]


def test_what_a_dead_service_was_checking_is_taken_up_by_the_next_start(tmp_path, good):
    from geo.store.roles import OPERATOR
    from geo.submission.check import receive

    store, app = open_service(tmp_path)
    upload = receive(
        store, good, filename="a.gpkg", dataset="zones", chosen={}, actor=OPERATOR
    ).upload
    store.uploads.begin_check(upload, actor="operator")
    with TestClient(app):
        for _ in range(1200):
            if store.uploads.state(upload) == "ready":
                break
            time.sleep(0.05)
    assert store.uploads.state(upload) == "ready"
    store.close()


def test_a_service_that_closes_leaves_its_check_to_the_next_start(tmp_path, good):
    store, app = open_service(tmp_path)
    key = store.keys.add("gis", role="editor")
    headers = {"X-API-Key": key, "Prefer": "respond-async"}
    with TestClient(app) as client:
        upload = sent(client, headers, good).json()["upload"]
    assert store.uploads.state(upload) in ("received", "checking")
    assert store.uploads.original(upload).exists()
    assert store.check().is_sound
    store.close()
