"""Layers that an office adds by HTTP: handed in, published, seen, withdrawn and shown again."""

import json

import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from api.settings import Settings
from geo.store.store import Store
from tests.regions import give_region

LAYER = "titik-dunia"
NEW = {
    "collection": LAYER,
    "title": "Titik dunia",
    "title_en": "Points of the world",
    "key": "kode",
}
SAID = {"note": "rujukan", "source": "Buatan untuk uji", "licence": "CC0-1.0"}


def points(*keys):
    """A file of points around Rome, far from every region of ours."""
    features = [
        {
            "type": "Feature",
            "properties": {"kode": key, "nama": f"Titik {key}"},
            "geometry": {"type": "Point", "coordinates": [12.5 + key, 41.9]},
        }
        for key in keys
    ]
    document = {"type": "FeatureCollection", "features": features}
    return {"file": ("titik.geojson", json.dumps(document).encode())}


@pytest.fixture
def office(tmp_path):
    store = Store(tmp_path / "store")
    give_region(store)
    headers = {
        "Authorization": f"Bearer {store.keys.add('gis', approves_own=True)}",
        "Accept-Language": "en",
    }
    with TestClient(create_app(Settings(store=store.folder), store=store)) as client:
        yield client, headers
    store.close()


def test_a_layer_is_added_replaced_withdrawn_and_shown_again(office):
    client, headers = office
    received = client.post("/uploads", headers=headers, files=points(1, 2), data=NEW)
    assert received.status_code == 201, received.text
    assert received.json()["report"]["definition"]["purpose"] == "reference"
    address = f"/uploads/{received.json()['upload']}/publish"

    codes = {found["code"] for found in received.json()["report"]["findings"]}
    assert "origin_unstated" in codes
    without_origin = client.post(address, headers=headers, json={"note": "rujukan"})
    assert (without_origin.status_code, without_origin.json()["code"]) == (400, "InvalidLayer")
    published = client.post(address, headers=headers, json=SAID)
    assert published.status_code == 200, published.text

    items = client.get(f"/collections/{LAYER}/items").json()
    assert [f["id"] for f in items["features"]] == ["1", "2"]
    assert items["features"][0]["properties"]["nama"] == "Titik 1"
    assert client.get(f"/collections/{LAYER}?lang=en").json()["title"] == "Points of the world"
    assert client.get(f"/maps/{LAYER}").status_code == 200

    # A second file need not define it again.
    again = client.post(
        "/uploads", headers=headers, files=points(1, 2, 3), data={"collection": LAYER}
    )
    assert again.status_code == 201, again.text
    assert again.json()["report"]["difference"]["counts"]["added"] == 1
    client.post(f"/uploads/{again.json()['upload']}/publish", headers=headers, json=SAID)
    assert client.get(f"/collections/{LAYER}/items").json()["numberMatched"] == 3

    # Nothing scores it, so its export is the layer as it is published.
    exported = client.get(f"/exports/{LAYER}.geojson")
    assert (exported.status_code, len(exported.json()["features"])) == (200, 3)
    reason = {"note": "salah berkas"}
    assert client.post(f"/collections/{LAYER}/withdraw", json=reason).status_code == 401
    gone = client.post(f"/collections/{LAYER}/withdraw", headers=headers, json=reason)
    assert gone.status_code == 204
    for address in ("", "/items", "/versions", "/download/gpkg", "/download/gpkg?version=1"):
        assert client.get(f"/collections/{LAYER}{address}").status_code == 404, address
    back = client.post(f"/collections/{LAYER}/restore", headers=headers, json=reason)
    assert (back.status_code, back.json()["version"]) == (200, 2)
    assert client.get(f"/collections/{LAYER}/items").json()["numberMatched"] == 3


@pytest.mark.parametrize(
    ("stated", "status", "code"),
    [
        ({"collection": "zonez"}, 404, "LayerToDefine"),
        ({**NEW, "collection": "Titik Dunia"}, 400, "InvalidLayer"),
        ({**NEW, "collection": "../zones"}, 400, "InvalidLayer"),
        ({**NEW, "collection": "model-kesiapan"}, 400, "InvalidLayer"),
        ({**NEW, "collection": "zones"}, 400, "InvalidLayer"),
        ({**NEW, "purpose": "lain"}, 400, "InvalidLayer"),
    ],
)
def test_what_cannot_become_a_layer_is_said_and_leaves_nothing(office, stated, status, code):
    client, headers = office
    answer = client.post("/uploads", headers=headers, files=points(1), data=stated)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert client.get("/uploads", headers=headers).json()["uploads"] == []


@pytest.mark.usefixtures("read_here")
def test_a_planning_layer_outside_the_region_is_refused_and_may_become_a_reference_layer(office):
    client, headers = office
    answer = client.post(
        "/uploads", headers=headers, files=points(1), data={**NEW, "purpose": "planning"}
    )
    assert answer.status_code == 422, answer.text
    upload = answer.json()["facts"]["upload"]
    mended = client.patch(f"/uploads/{upload}", headers=headers, json={"purpose": "reference"})
    assert (mended.status_code, mended.json()["state"]) == (200, "ready")


UNPRINTABLE = {"note": "\0", "source": "a\ufffe", "licence": "CC0\u202e"}


@pytest.mark.parametrize(("name", "text"), [("note", "   "), *UNPRINTABLE.items()])
def test_what_says_nothing_or_cannot_be_shown_is_refused_by_its_field(office, name, text):
    client, headers = office
    said = client.post(
        "/uploads/0123456789abcdef/submit", headers=headers, json={**SAID, name: text}
    )
    assert (said.status_code, said.json()["code"]) == (400, "InvalidBody")
    assert said.json()["detail"].startswith(f"{name}: ")
    assert "{" not in said.json()["detail"]


@pytest.mark.usefixtures("read_here")
def test_a_title_and_a_comment_that_cannot_be_shown_are_refused(office):
    client, headers = office
    titled = {**NEW, "title": "Titik\u202e"}
    answer = client.post("/uploads", headers=headers, files=points(1), data=titled)
    assert (answer.status_code, "U+202E" in answer.json()["detail"]) == (400, True)
    comments = "/uploads/0123456789abcdef/comments"
    answer = client.post(comments, headers=headers, json={"text": "a\0b"})
    assert (answer.status_code, "U+0000" in answer.json()["detail"]) == (400, True)
    headers = {**headers, "Content-Type": "application/json"}
    half = client.post(comments, headers=headers, content=b'{"text": "\\ud800"}')
    assert (half.status_code, "U+D800" in half.json()["detail"]) == (400, True)


def hand_in(office, *keys, **stated):
    client, headers = office
    answer = client.post(
        "/uploads", headers=headers, files=points(*keys), data={"collection": LAYER, **stated}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


def published(office, upload):
    client, headers = office
    return client.post(f"/uploads/{upload['upload']}/publish", headers=headers, json=SAID)


@pytest.mark.usefixtures("read_here")
def test_a_file_for_a_withdrawn_layer_says_so_and_shows_the_layer_again(office):
    client, headers = office
    assert published(office, hand_in(office, 1, **NEW)).status_code == 200
    waiting = hand_in(office, 1, 2)
    reason = {"note": "salah berkas"}
    shown = client.post(f"/collections/{LAYER}/restore", headers=headers, json=reason)
    assert (shown.status_code, "not withdrawn" in shown.json()["detail"]) == (409, True)
    client.post(f"/collections/{LAYER}/withdraw", headers=headers, json=reason)

    listed = client.get("/layers/withdrawn", headers=headers).json()["layers"]
    assert [(one["layer"], one["title"], one["version"]) for one in listed] == [
        (LAYER, "Points of the world", 1)
    ]
    assert client.get("/layers/withdrawn").status_code == 401
    for address in ("", "/impact", "/comments"):
        opened = client.get(f"/uploads/{waiting['upload']}{address}", headers=headers)
        assert opened.status_code == 200, address

    fresh = hand_in(office, 1, 3)
    assert (fresh["report"]["against"], fresh["report"]["counts"]["layer_withdrawn"]) == (1, 1)
    moved = published(office, waiting)
    assert (moved.status_code, "was withdrawn" in moved.json()["detail"]) == (409, True)
    again = published(office, waiting)
    assert (again.status_code, again.json()["version"]) == (200, 2)
    assert client.get(f"/collections/{LAYER}/items").json()["numberMatched"] == 2
    assert client.get("/layers/withdrawn", headers=headers).json()["layers"] == []


@pytest.mark.usefixtures("read_here")
def test_the_second_new_layer_of_one_id_is_told_that_the_first_exists(office):
    first, second = hand_in(office, 1, **NEW), hand_in(office, 2, **{**NEW, "title": "Lain"})
    assert published(office, first).status_code == 200
    moved = published(office, second)
    assert (moved.status_code, "exists by now" in moved.json()["detail"]) == (409, True)
